/* SPDX-License-Identifier: MIT */
/*
 * The counts are on the console, a line each, with the calls of hooks that are
 * in them:
 *
 *     count TAG INSTRUCTIONS HOOK=CALLS ...
 *
 * The counter of an A-profile core is the cycle counter of its PMU, which QEMU
 * has run at 1 GHz; that of an M-profile core is SysTick, of 24 bits. Where an
 * instruction takes over two ticks, rounding finds the number exactly.
 *
 * Source: ARM DDI 0406C B4.1.113 (PMCCNTR), B4.1.116 (PMCNTENSET), B4.1.117
 *         (PMCR); ARM DDI 0553B, SysTick: SYST_RVR, SYST_CVR.
 */
#include "tests/bench/bracket.h"

#include "boards/board.h"
#include "platform/interrupt.h"
#include "tests/bench/hooks.h"
#include "tests/bench/stage.h"

#include <stdio.h>
#include <stdlib.h>

const uint32_t bracket_most = 256;
const bool bracket_knows_copies = false;

static uint32_t shift; /* log2 of the nanoseconds that an instruction takes */

#if __ARM_ARCH_PROFILE == 'M'

#include "platform/clock.h"
#include "platform/mmio.h"

#define SYST_RVR 0xe000e014u /* value after 0 */
#define SYST_CVR 0xe000e018u /* counts down   */

static void counter_init(void)
{
    (void)clock_now(); /* the platform's clock is SysTick: it runs */
}

static inline uint32_t counter(void)
{
    return mmio_read32(SYST_CVR);
}

static uint32_t nanoseconds(uint32_t from, uint32_t to)
{
    uint32_t period = mmio_read32(SYST_RVR) + 1;
    uint32_t ticks = from >= to ? from - to : from + period - to;

    return ticks * (1000000000u / clock_frequency());
}

#else

#define PMCR_E       (1u << 0)
#define PMCNTENSET_C (1u << 31)

static void counter_init(void)
{
    __asm__ volatile("mcr p15, 0, %0, c9, c12, 0" ::"r"(PMCR_E));
    __asm__ volatile("mcr p15, 0, %0, c9, c12, 1" ::"r"(PMCNTENSET_C));
}

static inline uint32_t counter(void)
{
    uint32_t cycles;

    __asm__ volatile("mrc p15, 0, %0, c9, c13, 0" : "=r"(cycles)::"memory");
    return cycles;
}

static uint32_t nanoseconds(uint32_t from, uint32_t to)
{
    return to - from;
}

#endif

bool bracket_init(int argc, char **argv)
{
    const struct board_memory *free = &board.scratch;

    if (argc != 2 || STAGE_BASE < free->base ||
        STAGE_BASE - free->base > free->size ||
        STAGE_SIZE > free->size - (STAGE_BASE - free->base))
        return false;
    shift = (uint32_t)strtoul(argv[1], NULL, 10);
    counter_init();
    return true;
}

static __attribute__((noinline)) uint32_t count(void (*before)(void),
                                                void (*after)(void))
{
    uint32_t from = counter();
    uint32_t to;

    before();
    after();
    to = counter();
    return (nanoseconds(from, to) + (1u << shift) / 2) >> shift;
}

void bracket(void (*before)(void), void (*after)(void), const char *tag)
{
    static const char *const names[] = {
#define HOOKS_NAME(name) #name,
        HOOKS(HOOKS_NAME)
#undef HOOKS_NAME
    };
    uint32_t state = interrupts_save();
    uint32_t instructions;

    hooks_reset();
    instructions = count(before, after);
    interrupts_restore(state);
    printf("count %s %lu", tag, (unsigned long)instructions);
    for (unsigned i = 0; i < HOOKS_COUNT; i++) {
        if (hooks_calls[i] != 0)
            printf(" %s=%lu", names[i], (unsigned long)hooks_calls[i]);
    }
    printf("\n");
}
