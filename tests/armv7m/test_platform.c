/* SPDX-License-Identifier: MIT */
/*
 * What the code above takes for granted of an M-profile platform: an interrupt
 * changes nothing for the thread, masked means masked, by PRIMASK and by
 * BASEPRI, the clock tells the time, the set-up was run, the heap ends, the
 * host's refusals are heard.
 *
 *   test_platform             all but the clock
 *   test_platform clock       that; instructions have to be counted
 *   test_platform nothing     no case at all, which has to count as a failure
 */
#include <stdio.h>
#include <string.h>

#include "boards/board.h"
#include "hal/bits.h"
#include "platform/armv7m/basepri.h"
#include "platform/armv7m/core.h"
#include "platform/armv7m/nvic.h"
#include "platform/armv7m/systick.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/ground.h"
#include "tests/nvic.h"

/* Timer 0 of the IoT Kit, an APB timer of the CMSDK (ARM DDI 0479): it counts
   down at the processor's clock, and pulls its line until that is cleared. */
#define TIMER          0x50000000u
#define TIMER_CTRL     (TIMER + 0x0)
#define TIMER_CTRL_ON  BIT32(0)
#define TIMER_CTRL_INT BIT32(3)
#define TIMER_VALUE    (TIMER + 0x4)
#define TIMER_RELOAD   (TIMER + 0x8)
#define TIMER_INT      (TIMER + 0xC)

enum { TIMER_LINE = 3 };

const uint32_t spare_line = 100;

/* Levels ----------------------------------------------------------------- */

/* Of the timer, whose line stays high until it is cleared there. */
static void let_go_the_third_time(void *argument)
{
    (void)argument;
    if (take() == 3) {
        mmio_write32(TIMER_CTRL, 0);
        mmio_write32(TIMER_INT, 1);
    }
}

static void test_level(void)
{
    check_case("a level is taken again until it goes away");
    interrupt_install(TIMER_LINE, let_go_the_third_time, NULL);
    interrupt_enable(TIMER_LINE);
    forget();
    mmio_write32(TIMER_RELOAD, 1000000);
    mmio_write32(TIMER_VALUE, 100);
    mmio_write32(TIMER_CTRL, TIMER_CTRL_ON | TIMER_CTRL_INT);
    while (taken() == 0)
        interrupt_wait();
    let_arrive();
    expect_number("taken", taken(), 3);
    interrupt_disable(TIMER_LINE);
}

/* The set-up -------------------------------------------------------------- */

/* Written by the CPU, read back: memory, as the board says. */
static void expect_memory(const char *what, uintptr_t address)
{
    mmio_write32(address, 0x12345678);
    mmio_write32(address + 4, 0xDEADBEEF);
    expect_number(what, mmio_read32(address), 0x12345678);
}

static void test_memory(void)
{
    static uint32_t data = 0x600DF00D;
    static uint32_t zero;

    check_case("what begins with a value has it, and the rest is zero");
    expect_number("data", data, 0x600DF00D);
    expect_number("zero", zero, 0);

    check_case("the memory of the board is there");
    expect_memory("SSRAM2, secure, by its other address", 0x28000000);
    expect_number("which is the same", mmio_read32(0x38000000), 0x12345678);
    expect_memory("its end", 0x281FFFF8);
    expect_memory("SSRAM3, non-secure since the set-up", 0x28200000);
    expect_memory("its end", 0x283FFFF8);
    expect_memory("the PSRAM's end", 0x80FFFFF8);
}

/* Time ------------------------------------------------------------------- */

/* The timer beside: ticks since it was begun. */
static void begin_timer(void)
{
    mmio_write32(TIMER_CTRL, 0);
    mmio_write32(TIMER_INT, 1);
    mmio_write32(TIMER_RELOAD, UINT32_MAX);
    mmio_write32(TIMER_VALUE, UINT32_MAX);
    mmio_write32(TIMER_CTRL, TIMER_CTRL_ON);
}

static uint32_t timer_ticks(void)
{
    return UINT32_MAX - mmio_read32(TIMER_VALUE);
}

/* Pass so many ticks of the timer with interrupts masked, or held back by
   BASEPRI. Returns how many more or fewer the clock has seen. */
static int64_t pass_under(const struct hal_lock *lock, uint32_t ticks)
{
    uint32_t state = lock->save(lock);
    uint32_t timer = timer_ticks();
    uint64_t begin = clock_now();
    uint64_t passed;

    while (timer_ticks() - timer < ticks)
        ;
    passed = clock_now() - begin;
    timer = timer_ticks() - timer;
    lock->restore(lock, state);
    return (int64_t)passed - timer;
}

enum {
    READING = 1000,     /* what reading both takes, in ticks  */
    SHORT_PERIOD = 997, /* a few readings: each ends elsewhere */
};

static void expect_right(const char *what, int64_t off)
{
    expect(what, off < READING && off > -READING);
}

/* From now on; what was left of the present one is lost. */
static void set_period(uint32_t ticks)
{
    mmio_write32(SYST_RVR, ticks - 1);
    mmio_write32(SYST_CVR, 0);
}

/* Wait until a period has just begun: SysTick is high. */
static void wait_for_period(void)
{
    uint32_t left;

    do
        left = mmio_read32(SYST_CVR);
    while (left < SYSTICK_PERIOD - 2000);
}

static void test_clock(void)
{
    uint32_t frequency = clock_frequency();
    uint64_t begin, before, now;
    uint32_t timer;

    interrupts_on();
    begin_timer();

    check_case("the clock never goes back, through three periods");
    begin = clock_now();
    timer = timer_ticks();
    now = begin;
    do {
        before = now;
        now = clock_now();
    } while (now >= before && now - begin < 3 * (uint64_t)SYSTICK_PERIOD);
    expect("it has not", now >= before);

    check_case("nor is it slower or faster than the timer beside it");
    expect_right("ticks", (int64_t)(clock_now() - begin) -
                              (int64_t)(timer_ticks() - timer));
    expect_number("of its frequency", frequency, 20000000);

    check_case(
        "it is right when masked for nearly a period, wherever it began");
    for (uint32_t i = 0; i < 4; i++)
        expect_right("ticks",
                     pass_under(&plat_lock, SYSTICK_PERIOD - READING - 3000));
    wait_for_period();
    expect_right("from its beginning",
                 pass_under(&plat_lock, SYSTICK_PERIOD - READING - 3000));

    check_case("of two ends of a period, unseen, one is lost");
    wait_for_period();
    expect_right("ticks", pass_under(&plat_lock, 2 * SYSTICK_PERIOD + READING) +
                              SYSTICK_PERIOD);

    check_case("it does not go back where a period ends while it is read");
    set_period(SHORT_PERIOD);
    now = before = clock_now();
    for (uint32_t i = 0; i < 20000 && now >= before; i++) {
        before = now;
        now = clock_now();
    }
    expect("it has not", now >= before);
    set_period(SYSTICK_PERIOD);

#if ARMV7M_MAINLINE
    check_case("a lock by BASEPRI does not hold it up");
    {
        static const struct basepri_lock lock =
            PLAT_BASEPRI_LOCK(PLAT_NVIC_PRIORITY);

        expect_right("ticks", pass_under(&lock.lock, 3 * SYSTICK_PERIOD));
    }
#endif
}

int main(int argc, char **argv)
{
    const char *which = argc == 2 ? argv[1] : "";

    if (strcmp(which, "nothing") == 0)
        return check_result();
    if (strcmp(which, "clock") == 0) {
        test_clock();
        return check_result();
    }
    test_registers();
    test_masking();
    test_enable();
    test_level();
    test_urgency();
    test_locks();
    test_memory();
    test_heap();
    test_host();
    return check_result();
}
