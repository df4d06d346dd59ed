/* SPDX-License-Identifier: MIT */
#include "tests/images/memories.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

enum {
    GUARD_BYTE = 0xA5,
    PIECE = 4096, /* that is looked at at a time */
};

static uint8_t one[PIECE];
static uint8_t other[PIECE];

struct iodma_memory memories_describe(const struct iodma_range *ranges,
                                      uint32_t count, uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    (void)iodma_memory_init_ranges(&memory, ranges, count, direction, NULL, 0);
    return memory;
}

bool memories_set_guards(const struct scatter *scatter,
                         const struct iodma_bus *bus)
{
    memset(one, GUARD_BYTE, sizeof one);
    for (uint32_t i = 0; i < scatter->gap_count; i++) {
        struct iodma_memory gap =
            memories_describe(&scatter->gaps[i], 1, IODMA_IN);

        for (hal_address at = 0; at < gap.length; at += PIECE) {
            hal_address length = smaller(PIECE, gap.length - at);

            if (iodma_memory_write(&gap, bus, at, one, length) != length)
                return false;
        }
    }
    return true;
}

/* The first byte of a piece that is no guard byte; or its length. */
static hal_address first_wrong(const struct iodma_memory *gap,
                               const struct iodma_bus *bus, hal_address at,
                               hal_address length)
{
    hal_address k = 0;

    (void)iodma_memory_read(gap, bus, at, one, length);
    while (k < length && one[k] == GUARD_BYTE)
        k++;
    return k;
}

bool memories_guards_hold(const struct scatter *scatter,
                          const struct iodma_bus *bus)
{
    for (uint32_t i = 0; i < scatter->gap_count; i++) {
        const struct iodma_range *range = &scatter->gaps[i];
        struct iodma_memory gap = memories_describe(range, 1, IODMA_OUT);

        for (hal_address at = 0; at < gap.length; at += PIECE) {
            hal_address length = smaller(PIECE, gap.length - at);
            hal_address wrong = first_wrong(&gap, bus, at, length);

            if (wrong != length) {
                printf("demo: failed: the byte at %s, outside the memory "
                       "that was lent, was overwritten\n",
                       hex(range->address + at + wrong));
                return false;
            }
        }
    }
    return true;
}

bool memories_equal(const struct iodma_memory *a, const struct iodma_memory *b,
                    const struct iodma_bus *bus)
{
    for (hal_address at = 0; at < a->length; at += PIECE) {
        hal_address length = smaller(PIECE, a->length - at);

        if (iodma_memory_read(a, bus, at, one, length) != length ||
            iodma_memory_read(b, bus, at, other, length) != length ||
            memcmp(one, other, (size_t)length) != 0) {
            printf("demo: failed: the copy differs within 4 KiB from %s\n",
                   hex(at));
            return false;
        }
    }
    return true;
}
