/* SPDX-License-Identifier: MIT */
#include "tests/model/drawn.h"

#include "tests/check.h"

#include <stdio.h>

uint32_t drawn_power(uint64_t *seed, uint32_t most)
{
    if (random_below(seed, 3) != 0)
        return 1;
    return UINT32_C(1) << random_below(seed, most + 1);
}

void drawn_print(uint64_t seed, const struct hal_limits *limits,
                 const struct iodma_range *ranges, uint32_t count)
{
    printf("# seed %s: bits %u, align %u/%u/%u, max %u, boundary %u, "
           "segments %u\n",
           hex(seed), (unsigned)limits->address_bits,
           (unsigned)limits->align_address, (unsigned)limits->align_length,
           (unsigned)limits->align_internal, (unsigned)limits->max_segment,
           (unsigned)limits->boundary, (unsigned)limits->max_segments);
    for (uint32_t i = 0; i < count; i++)
        printf("#   { %s, %s }\n", hex(ranges[i].address),
               hex(ranges[i].length));
}
