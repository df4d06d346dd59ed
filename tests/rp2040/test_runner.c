/* SPDX-License-Identifier: MIT */
/*
 * What the chip would not let pass, and its emulator does: tests/rp2040.mjs
 * notices it, or machine.sh ends the run.
 *
 *   test_runner endless | asleep | undefined | recursion | below | nothing |
 *               ACCESS
 *
 * An ACCESS is one that a chip answers with a fault: its width, and how it is
 * wrong (see the end).
 */
#include "hal/count_of.h"
#include "hal/dmac/rp2040_dma.h"
#include "hal/dmac/rp2040_dma_regs.h"
#include "platform/armv7m/image.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/moves.h"
#include "tests/raise.h"

#include <stdio.h>

/* Between the divider and the first interpolator (RP2040 Datasheet
   2.3.1.7). */
#define SIO_NOTHING 0xD000007Cu

/* Two channels that start each other: the emulator does not return. */
static void run_endless(void)
{
    uintptr_t base = ((struct rp2040_dma *)(void *)engine.facts->dmac)->base;

    for (uint32_t i = 4; i < 6; i++) {
        uintptr_t channel = base + RP2040_CHANNEL(i);

        mmio_write32(channel + RP2040_READ_ADDR, (uint32_t)(uintptr_t)source);
        mmio_write32(channel + RP2040_WRITE_ADDR, (uint32_t)(uintptr_t)target);
        mmio_write32(channel + RP2040_TRANS_COUNT, 1);
        mmio_write32(channel + RP2040_AL1_CTRL,
                     RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(4 + 5 - i) |
                         RP2040_CTRL_TREQ_SEL(RP2040_TREQ_PERMANENT));
    }
    printf("about to start what never ends\n");
    mmio_write32(base + RP2040_CHANNEL(4) + RP2040_AL3_READ_ADDR_TRIG,
                 (uint32_t)(uintptr_t)source);
}

static void run_asleep(void)
{
    (void)interrupts_save();
    interrupt_disable(engine.facts->interrupt);
    interrupt_wait();
}

static void run_undefined(void)
{
    __asm__ volatile("udf #3");
}

/* Each call has a frame of its own: its argument is in it. */
__attribute__((noinline)) static uint32_t deeper(const volatile uint32_t *above)
{
    volatile uint32_t here = *above + 1;

    return here == 0 ? 0 : deeper(&here) + here;
}

static void run_recursion(void)
{
    uint32_t depth = 0;

    printf("it came back from %u\n", (unsigned)deeper(&depth));
}

static void run_half_unaligned(void)
{
    check_case("half a word that is not on one is read");
    __asm__ volatile("ldrh r0, [%0]" : : "r"(source + 1) : "r0");
}

static void run_word_unaligned(void)
{
    check_case("a word that is not on one is read");
    __asm__ volatile("ldr r0, [%0]" : : "r"(source + 2) : "r0");
}

static void run_half_to_unaligned(void)
{
    check_case("half a word that is not on one is written");
    __asm__ volatile("strh %0, [%0]" : : "r"(source + 1) : "memory");
}

static void run_word_to_unaligned(void)
{
    check_case("a word that is not on one is written");
    __asm__ volatile("str %0, [%0]" : : "r"(source + 2) : "memory");
}

static void run_byte_to_flash(void)
{
    check_case("a byte of the flash is written");
    mmio_write8(0x101FFFFC, 0);
}

static void run_half_to_flash(void)
{
    check_case("half a word of the flash is written");
    mmio_write16(0x101FFFFC, 0);
}

static void run_word_to_flash(void)
{
    check_case("a word of the flash is written");
    mmio_write32(0x101FFFFC, 0);
}

static void run_below(void)
{
    check_case("the stack lies at the bottom of SRAM, and below is nothing");
    expect_number("its end", (uintptr_t)stack_limit, 0x20000000);
    store_to((uintptr_t)stack_limit - 4);
}

static void run_nothing(void)
{
    check_case("a register that there is not is read, and one is written");
    (void)mmio_read32(SIO_NOTHING);
    mmio_write32(SIO_NOTHING, 0);
}

static const struct move_test tests[] = {
    { "endless", run_endless, true },
    { "asleep", run_asleep, true },
    { "undefined", run_undefined, true },
    { "recursion", run_recursion, true },
    { "below", run_below, true },
    { "nothing", run_nothing, true },
    { "half-unaligned", run_half_unaligned, true },
    { "word-unaligned", run_word_unaligned, true },
    { "half-to-unaligned", run_half_to_unaligned, true },
    { "word-to-unaligned", run_word_to_unaligned, true },
    { "byte-to-flash", run_byte_to_flash, true },
    { "half-to-flash", run_half_to_flash, true },
    { "word-to-flash", run_word_to_flash, true },
};

int main(int argc, char **argv)
{
    return run_by_name(argc, argv, tests, HAL_COUNT_OF(tests));
}
