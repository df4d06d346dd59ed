/* SPDX-License-Identifier: MIT */
/* A device that writes less than was prepared leaves the client's memory the
   same, whichever way the bytes went. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/target/far.h"

#include <stdio.h>

enum { WINDOW_BYTES = 0x3000, OLD_BYTE = 0xAA };

static const struct {
    const char *what;
    struct iodma_spec spec;
    struct iodma_range ranges[ROW_RANGES];
    uint32_t way;
} ways[] = {
    { "direct", SPEC(0, 0), { { LOW + 0x40000, 0x3000 } }, FAR_DIRECT },
    { "split", NARROW(0), { { REACH + 0x40800, 0x3000 } }, FAR_SPLIT },
    { "whole",
      NARROW(0, .align_address = 4),
      { { REACH + 0x50001, 0x3000 } },
      FAR_WHOLE },
};

static const uint32_t missing[] = {
    0, 1, 63, 64, 4095, 4096, 4097, 8191, 12287, 12288,
};

/* The client's memory with its guards, after each way. */
static uint8_t ended[HAL_COUNT_OF(ways)][WINDOW_BYTES + 2 * FAR_GUARD];

/* Never OLD_BYTE. */
static uint8_t device_byte(hal_address position)
{
    return (uint8_t)((position * 37 + (position >> 8)) % OLD_BYTE);
}

static void end_short(size_t way, uint32_t k)
{
    hal_address begins = ways[way].ranges[0].address - FAR_GUARD;

    far_make_spec_pool();
    far_attach(&ways[way].spec, ways[way].ranges, IODMA_IN);
    far_fill(begins, OLD_BYTE, sizeof ended[way]);
    expect_status("prepare", far_prepare(true), IODMA_OK);
    expect_number("way", far_way(&far.command), ways[way].way);
    far_make_list();
    for (hal_address i = 0; i < WINDOW_BYTES; i++)
        *far_pointer(far_bench(i)) = device_byte(i);
    far_device(true, 0, WINDOW_BYTES - k);
    far_complete(true);
    far_get(ended[way], begins, sizeof ended[way]);
}

static void expect_ended(size_t way, uint32_t k)
{
    for (uint32_t i = 0; i < sizeof ended[way]; i++) {
        bool written = i >= FAR_GUARD && i < FAR_GUARD + WINDOW_BYTES - k;

        if (!expect_number(ways[way].what, ended[way][i],
                           written ? device_byte(i - FAR_GUARD) : OLD_BYTE))
            break;
    }
}

/* FNV-1a. */
static uint32_t sum(const uint8_t *bytes, size_t size)
{
    uint32_t hash = 0x811C9DC5;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x01000193;
    return hash;
}

static void print_short(uint32_t k)
{
    printf("# %6u", (unsigned)k);
    for (size_t way = 0; way < HAL_COUNT_OF(ways); way++) {
        unsigned old = 0;

        for (uint32_t i = FAR_GUARD; i < FAR_GUARD + WINDOW_BYTES; i++)
            old += ended[way][i] == OLD_BYTE;
        printf("  %5u %08x", old,
               (unsigned)sum(ended[way] + FAR_GUARD, WINDOW_BYTES));
    }
    printf("\n");
}

void far_test_short(void)
{
    check_case("a short transfer ends the same whichever way the bytes went");
    printf("# %u bytes of 0x%02X prepared; the device writes k less:\n"
           "# bytes that are still 0x%02X, and the sum of all\n#      k",
           (unsigned)WINDOW_BYTES, (unsigned)OLD_BYTE, (unsigned)OLD_BYTE);
    for (size_t way = 0; way < HAL_COUNT_OF(ways); way++)
        printf("  %-14s", ways[way].what);
    printf("\n");
    for (size_t i = 0; i < HAL_COUNT_OF(missing); i++) {
        for (size_t way = 0; way < HAL_COUNT_OF(ways); way++) {
            end_short(way, missing[i]);
            expect_ended(way, missing[i]);
            expect_bytes("the same as directly", ended[way], ended[0],
                         sizeof ended[way]);
        }
        print_short(missing[i]);
    }
}
