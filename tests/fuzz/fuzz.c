/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include "hal/bits.h"
#include "platform/mmio.h"

#include <stdio.h>
#include <stdlib.h>

static struct {
    const uint8_t *bytes;
    size_t left;
    struct {
        uintptr_t base, size;
    } windows[FUZZ_WINDOWS];
    uint32_t window_count;
    uint32_t lies;  /* of 256 */
    uint32_t bound; /* things left */
} fuzz;

bool fuzz_more(void)
{
    return fuzz.left != 0;
}

uint8_t fuzz_byte(void)
{
    if (fuzz.left == 0)
        return 0;
    fuzz.left--;
    return *fuzz.bytes++;
}

uint32_t fuzz_below(uint32_t limit)
{
    return fuzz_byte() % limit;
}

uint32_t fuzz_word(void)
{
    uint32_t word = 0;

    switch (fuzz_below(6)) {
    case 0:
        return 0;
    case 1:
        return UINT32_MAX;
    case 2:
        return fuzz_byte();
    case 3:
        return UINT32_C(1) << fuzz_below(32);
    case 4:
        return UINT32_MAX << fuzz_below(32);
    default:
        for (uint32_t i = 0; i < 4; i++)
            word = word << 8 | fuzz_byte();
        return word;
    }
}

void fuzz_own(uintptr_t base, uintptr_t size)
{
    fuzz_expect(fuzz.window_count < FUZZ_WINDOWS,
                "as few windows as there are");
    fuzz.windows[fuzz.window_count].base = base;
    fuzz.windows[fuzz.window_count++].size = size;
}

void fuzz_lie(uint32_t of_256)
{
    fuzz.lies = of_256;
}

void fuzz_bound(uint32_t things)
{
    fuzz.bound = things;
}

void fuzz_count(void)
{
    fuzz_expect(fuzz.bound-- != 0, "a call ends within its bound");
}

void fuzz_expect(bool holds, const char *what)
{
    if (holds)
        return;
    printf("not ok - %s: %s\n", fuzz_driver, what);
    (void)fflush(stdout);
    abort();
}

void fuzz_run(const uint8_t *bytes, size_t size)
{
    fuzz.bytes = bytes;
    fuzz.left = size;
    fuzz.window_count = 0;
    fuzz.lies = 0;
    fuzz.bound = UINT32_MAX;
    fuzz_round();
}

/* ---- platform/mmio.h ---- */

static void check_access(uintptr_t address, unsigned size)
{
    bool owned = false;

    fuzz_count();
    for (uint32_t i = 0; i < fuzz.window_count; i++) {
        uintptr_t offset = address - fuzz.windows[i].base;

        owned = owned || (offset < fuzz.windows[i].size &&
                          size <= fuzz.windows[i].size - offset);
    }
    fuzz_expect(owned, "no access to what the driver does not own");
    fuzz_expect(address % size == 0, "no access that is not aligned");
}

static uint32_t twisted(uint32_t truth)
{
    switch (fuzz_below(5)) {
    case 0:
        return UINT32_MAX;
    case 1:
        return truth ^ UINT32_C(1) << fuzz_below(32);
    case 2:
        return truth + fuzz_byte() - 128;
    case 3:
        return truth & fuzz_word();
    default:
        return fuzz_word();
    }
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t value;

    check_access(address, size);
    value = sane_read(address, size);
    if (fuzz.lies != 0 && fuzz_byte() >= 256 - fuzz.lies)
        value = twisted(value);
    fuzz_saw_read(address, value & UINT32_MAX >> (32 - 8 * size));
    return value;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    check_access(address, size);
    sane_write(address, value, size);
    fuzz_saw_write(address, value);
}
