/* SPDX-License-Identifier: MIT */
/* The fixture's bus with a cache beside it: facts that are right, to be wrong
   in one. */
#ifndef TESTS_BUS_WORLD_H
#define TESTS_BUS_WORLD_H

#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"

#define TOP HAL_ADDRESS_MAX
#define RW  (HAL_READ | HAL_WRITE)

enum { LINE = 64 };

extern struct hal_cache cache; /* lines of two sizes */
extern struct hal_bus hal;

void take_fixture(void);

#endif
