/* SPDX-License-Identifier: MIT */
/* See FreeRTOS.h beside it. */
#ifndef TASK_H
#define TASK_H

#include "FreeRTOS.h"

typedef struct task *TaskHandle_t;

UBaseType_t taskENTER_CRITICAL_FROM_ISR(void);
void taskEXIT_CRITICAL_FROM_ISR(UBaseType_t state);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
unsigned long ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);
void vTaskNotifyGiveFromISR(TaskHandle_t task, BaseType_t *woken);

#endif
