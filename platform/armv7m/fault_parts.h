/* SPDX-License-Identifier: MIT */
/*
 * What a core tells of a fault: fault_mainline.c for those with registers that
 * say why, fault_baseline.c for ARMv6-M and ARMv8-M Baseline.
 */
#ifndef PLATFORM_ARMV7M_FAULT_PARTS_H
#define PLATFORM_ARMV7M_FAULT_PARTS_H

#include "fault.h"

#include <stdbool.h>

/* The exception that a hard fault stands for, if it does. */
uint32_t fault_kind(uint32_t exception);

/* The stack had no room for the frame: nothing is in it. */
bool fault_no_frame(const struct exception_frame *frame);

/* Address, status and cause, of a kind from EXCEPTION_HARD to _SECURE. */
void fault_put_cause(struct fault_line *line, uint32_t kind, bool no_frame);

/* The cause in words, if it is this. */
void fault_put_overflow(struct fault_line *line);

#endif
