/* SPDX-License-Identifier: MIT */
/*
 * An image without a board, for a core that no board of ours has: the platform
 * begins, the clock goes on, faults are reported.
 *
 *   test_core runs, or a fault by its name
 */
#include <stdlib.h>
#include <string.h>

#include "hal/count_of.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "tests/check.h"
#include "tests/raise.h"

/* Nothing is there on either machine. */
#define HOLE 0x30000000u

/* The instructions at fault ---------------------------------------------- */

BARE static void undefined(void)
{
    __asm__("udf #0\n\tbx lr");
}

BARE static void supervisor_call(void)
{
    __asm__("svc #0\n\tbx lr");
}

BARE static void overflow(void)
{
    __asm__("push {r0, r1}\n\tb overflow");
}

/* Faults escalate where interrupts are masked, and main() begins so. */
static void raise_undefined(void)
{
    interrupts_on();
    announce((uintptr_t)undefined);
    undefined();
}

/* Where interrupts are masked, as here, it is a hard fault. */
static void raise_supervisor_call(void)
{
    announce((uintptr_t)supervisor_call);
    supervisor_call();
}

static void raise_overflow(void)
{
    interrupts_on();
    announce((uintptr_t)overflow);
    overflow();
}

static void read_hole(void)
{
    interrupts_on();
    load_from(HOLE);
}

/* Runs -------------------------------------------------------------------- */

extern char data_start[], data_end[], bss_start[], bss_end[];
void _start(void) __attribute__((noreturn));

/* Is there a mess in the RAM, as a real one begins with? The emulators' is
   zero. (Nobody zeroes this section.) */
static uint32_t messed __attribute__((section(".dma")));

static void make_mess(void)
{
    messed = 1;
    memset(data_start, 0xA5, (size_t)(data_end - data_start));
    memset(bss_start, 0xA5, (size_t)(bss_end - bss_start));
    _start();
}

static void runs(void)
{
    static uint32_t data = 7;
    static uint32_t zero;
    uint64_t before, now;

    if (messed == 0)
        make_mess();
    check_case("data is what it begins with, and the clock goes on");
    expect_number("data", data, 7);
    expect_number("zero", zero, 0);
    interrupts_on();
    now = clock_now();
    for (uint32_t i = 0; i < 100000; i++) {
        before = now;
        now = clock_now();
        if (!expect("not back", now >= before))
            break;
    }
    expect("on", now != 0);
    exit(check_result());
}

static const struct fault faults[] = {
    { "runs", runs },
    { "undefined", raise_undefined },
    { "svc", raise_supervisor_call },
    { "read-hole", read_hole },
    { "stack-overflow", raise_overflow },
};

int main(int argc, char **argv)
{
    return raise_by_name(argc, argv, faults, HAL_COUNT_OF(faults));
}
