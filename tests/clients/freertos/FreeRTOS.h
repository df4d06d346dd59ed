/* SPDX-License-Identifier: MIT */
/*
 * As much of FreeRTOS's names and types as hal/README.md uses, so that its
 * example compiles here: with a product's own FreeRTOS it is that one's.
 * Source: FreeRTOS Reference Manual, V10 (API of tasks and notifications).
 */
#ifndef FREERTOS_H
#define FREERTOS_H

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef unsigned long TickType_t;

#define pdFALSE ((BaseType_t)0)
#define pdTRUE  ((BaseType_t)1)

#define pdMS_TO_TICKS(milliseconds) ((TickType_t)(milliseconds))
#define portYIELD_FROM_ISR(woken)   ((void)(woken))

#endif
