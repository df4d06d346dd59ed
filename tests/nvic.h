/* SPDX-License-Identifier: MIT */
/*
 * What an M-profile platform gives on every machine: cases of each
 * test_platform. An interrupt changes nothing for the thread, masked means
 * masked, by PRIMASK and by BASEPRI, and who is urgent comes first.
 */
#ifndef TESTS_NVIC_H
#define TESTS_NVIC_H

#include <stdint.h>

/* Defined by the program: this line and the next one nobody pulls. */
extern const uint32_t spare_line;

/* An interrupt on its way to the core has arrived, and is taken if it may. */
void let_arrive(void);

/* How many were taken since one forgot. A handler calls take(), which returns
   the same with this one. */
void forget(void);
uint32_t taken(void);
uint32_t take(void);

/* The first one expects interrupts masked, as main() finds them. */
void test_registers(void);
void test_masking(void);
void test_enable(void);
void test_urgency(void);
void test_locks(void);

#endif
