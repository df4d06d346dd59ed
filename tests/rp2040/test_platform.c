/* SPDX-License-Identifier: MIT */
/*
 * What the code above takes for granted of an RP2040: an interrupt changes
 * nothing for the thread, masked means masked, the clock tells the time, the
 * set-up was run, the heap ends, the host's refusals are heard.
 */
#include "boards/board.h"
#include "hal/bits.h"
#include "platform/armv7m/core.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "platform/timer_rp2040.h"
#include "tests/check.h"
#include "tests/ground.h"
#include "tests/nvic.h"

/* The timer's first alarm (RP2040 Datasheet 4.6): its line stays high until the
   interrupt is cleared there. */
#define ALARM0   (timer_base + 0x10)
#define TIMERAWL (timer_base + 0x28)
#define INTR     (timer_base + 0x34)
#define INTE     (timer_base + 0x38)

enum {
    ALARM0_LINE = 0,
    MHZ = 12, /* boards/rp2040.c */
};

/* 2.3.2: the last six of the core's 32 are nobody's. */
const uint32_t spare_line = 26;

static void let_go_the_third_time(void *argument)
{
    (void)argument;
    if (take() == 3)
        mmio_write32(INTR, 1);
}

static void test_level(void)
{
    check_case("a level is taken again until it goes away");
    interrupt_install(ALARM0_LINE, let_go_the_third_time, NULL);
    interrupt_enable(ALARM0_LINE);
    forget();
    mmio_write32(INTE, 1);
    mmio_write32(ALARM0, mmio_read32(TIMERAWL) + 100);
    while (taken() == 0)
        interrupt_wait();
    let_arrive();
    expect_number("taken", taken(), 3);
    interrupt_disable(ALARM0_LINE);
    mmio_write32(INTE, 0);
}

static void test_memory(void)
{
    static uint32_t data = 0x600DF00D;
    static uint32_t zero;
    uintptr_t end = board.scratch.base + board.scratch.size - 4;

    check_case("what begins with a value has it, and the rest is zero");
    expect_number("data", data, 0x600DF00D);
    expect_number("zero", zero, 0);

    check_case("the board's free memory goes on to the end of SRAM");
    expect_number("last word", end, 0x20041FFC);
    mmio_write32(board.scratch.base, 0x12345678);
    mmio_write32(end, 0xDEADBEEF);
    expect_number("first", mmio_read32(board.scratch.base), 0x12345678);
    expect_number("last", mmio_read32(end), 0xDEADBEEF);
}

/* SysTick counts the processor's clock down, through 24 bits. */
static uint32_t cycles_since(uint32_t start)
{
    return (start - mmio_read32(SYST_CVR)) & 0xFFFFFF;
}

static void test_clock(void)
{
    enum { MICROS = 20000 };
    uint64_t began, before, now;
    uint32_t start, cycles;

    check_case("the clock never goes back, and counts microseconds");
    mmio_write32(SYST_RVR, 0xFFFFFF);
    mmio_write32(SYST_CVR, 0);
    mmio_write32(SYST_CSR, SYST_CSR_ENABLE | SYST_CSR_CLKSOURCE);
    began = clock_now();
    start = mmio_read32(SYST_CVR);
    now = began;
    do {
        before = now;
        now = clock_now();
    } while (now >= before && now - began < MICROS);
    cycles = cycles_since(start);
    mmio_write32(SYST_CSR, 0);
    expect("it has not gone back", now >= before);
    expect("cycles of the processor", cycles > MICROS * MHZ * 99 / 100 &&
                                          cycles < MICROS * MHZ * 101 / 100);
    expect_number("of its frequency", clock_frequency(), 1000000);
}

int main(void)
{
    test_registers();
    test_masking();
    test_enable();
    test_level();
    test_urgency();
    test_locks();
    test_memory();
    test_clock();
    test_heap();
    test_host();
    return check_result();
}
