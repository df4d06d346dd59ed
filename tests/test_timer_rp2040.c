/* SPDX-License-Identifier: MIT */
/*
 * The RP2040's timer, read in halves, is read as one number: no time that it
 * never was, whenever the upper half moves on.
 */
#include "platform/armv7m/core.h"
#include "platform/clock.h"
#include "platform/fault.h"
#include "platform/mmio.h"
#include "platform/timer_rp2040.h"
#include "tests/check.h"

#include <setjmp.h>

#define TIMERAWH 0x24u
#define TIMERAWL 0x28u

const uintptr_t timer_base = 0x40054000;

static uint64_t now;  /* us, of the model     */
static uint64_t pace; /* from access to access */
static jmp_buf stopped;

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint64_t seen = now;

    now += pace;
    expect_number("width", size, 4);
    if (address == timer_base + TIMERAWH)
        return (uint32_t)(seen >> 32);
    expect_number("register", address, timer_base + TIMERAWL);
    return (uint32_t)seen;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    (void)value;
    (void)size;
    expect_number("nothing is written", address, 0);
}

void fault_stop(const char *why)
{
    (void)why;
    longjmp(stopped, 1);
}

static void test_halves(void)
{
    static const uint64_t edges[] = { 0,           1,
                                      0xFFFFFFFF,  0x100000000,
                                      0x1FFFFFFFF, 0x7FFFFFFF00000000 };
    uint64_t last = 0;

    check_case("the time lies between the beginning and the end of the call");
    for (unsigned i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (pace = 0; pace < 4; pace++) {
            for (uint64_t back = 0; back < 16; back++) {
                uint64_t began = edges[i] < back ? 0 : edges[i] - back;
                uint64_t read;

                now = began;
                read = clock_now();
                if (!expect("it does", read >= began && read <= now))
                    return;
            }
        }
    }

    check_case("it never goes back");
    now = 0xFFFFFF00;
    pace = 1;
    for (unsigned i = 0; i < 200; i++) {
        uint64_t read = clock_now();

        if (!expect("later", read > last))
            return;
        last = read;
    }
}

static void test_begin(void)
{
    check_case("a timer that counts is a clock of microseconds");
    pace = 1;
    if (setjmp(stopped) == 0)
        clock_begin();
    else
        expect("it was stopped", false);
    expect_number("hertz", clock_frequency(), 1000000);

    check_case("one that stands still is a fault");
    pace = 0;
    if (setjmp(stopped) == 0) {
        clock_begin();
        expect("it was let go", false);
    }
}

int main(void)
{
    test_halves();
    test_begin();
    return check_result();
}
