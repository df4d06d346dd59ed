/* SPDX-License-Identifier: MIT */
/* The demo's memories as the CPU looks at them: through windows, where it needs
   them, a piece at a time. */
#ifndef TESTS_IMAGES_MEMORIES_H
#define TESTS_IMAGES_MEMORIES_H

#include "dma/iodma.h"
#include "tests/images/scatter.h"

#include <stdbool.h>
#include <stdint.h>

/* Ranges, for one of the directions that their bytes go. */
struct iodma_memory memories_describe(const struct iodma_range *ranges,
                                      uint32_t count, uint32_t direction);

/* Fill what lies between the groups. Returns false if there is no memory. */
bool memories_set_guards(const struct scatter *scatter,
                         const struct iodma_bus *bus);

/* Is it as it was filled? What is not, is printed. */
bool memories_guards_hold(const struct scatter *scatter,
                          const struct iodma_bus *bus);

/* Do two descriptors have the same bytes? Where they do not, is printed. */
bool memories_equal(const struct iodma_memory *a, const struct iodma_memory *b,
                    const struct iodma_bus *bus);

#endif
