/* SPDX-License-Identifier: MIT */
/*
 * The board mps2_an505 as one without a DMA controller: its engine is the CPU,
 * which fetches nothing from memory and does not interrupt.
 */
#include "boards/board.h"
#include "hal/count_of.h"
#include "hal/dmac/cpu.h"
#include "platform/armv7m/nvic.h"
#include "platform/armv7m/systick.h"
#include "platform/barrier.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/setup.h"
#include "platform/uart.h"

#define MIB   0x100000u
#define PSRAM 0x80000000u

const uintptr_t uart_base = 0x50200000;
const uint32_t systick_hertz = 20000000;
const uint32_t nvic_lines = 124;
const struct setup_step setup_steps[1];
const uint32_t setup_step_count = 0;

static const struct hal_fences fences = { barrier_publish, barrier_observe };
static const struct hal_region ram = {
    .first = PSRAM,
    .last = PSRAM + 16 * MIB - 1,
    .cached = HAL_UNCACHED,
    .writable = true,
};
static const struct hal_aperture seen = {
    .first = PSRAM,
    .last = PSRAM + 16 * MIB - 1,
    .bus = PSRAM,
    .access = HAL_READ | HAL_WRITE,
    .snooped = true,
};
static const struct hal_bus cpu_bus = {
    .apertures = &seen,
    .aperture_count = 1,
    .regions = &ram,
    .region_count = 1,
    .limits = &cpu_dmac_limits,
    .clock = &plat_clock,
    .lock = &plat_lock,
    .fences = &fences,
};

enum { SLOTS = 16 };
static struct hal_item items[SLOTS];
static struct cpu_dmac engine = CPU_DMAC(&cpu_bus, items, SLOTS);

static const struct board_dmac dmacs[] = {
    { .name = "cpu", .dmac = &engine.dmac, .slots = SLOTS },
};

const struct board board = {
    .name = "mps2_an505",
    .dmacs = dmacs,
    .dmac_count = HAL_COUNT_OF(dmacs),
    .scratch = { .base = PSRAM + 4 * MIB, .size = 12 * MIB },
    .hole = PSRAM + 16 * MIB,
};
