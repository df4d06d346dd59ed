/* SPDX-License-Identifier: MIT */
/*
 * What newlib and the host give on every machine: cases of each test_platform.
 * The host is one with /dev/full and its like: QEMU on Linux.
 */
#ifndef TESTS_GROUND_H
#define TESTS_GROUND_H

void test_heap(void);
void test_host(void);

#endif
