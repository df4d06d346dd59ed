/* SPDX-License-Identifier: MIT */
/* Limits and ranges drawn at random, for the tests of properties. */
#ifndef TESTS_MODEL_DRAWN_H
#define TESTS_MODEL_DRAWN_H

#include "dma/memory.h"
#include "hal/limits.h"

#include <stdint.h>

/* 1 in two cases of three, else a power of two up to 2^most. */
uint32_t drawn_power(uint64_t *seed, uint32_t most);

/* A round as table rows, so that it can become a case. */
void drawn_print(uint64_t seed, const struct hal_limits *limits,
                 const struct iodma_range *ranges, uint32_t count);

#endif
