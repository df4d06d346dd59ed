/* SPDX-License-Identifier: MIT */
/*
 * Arm's MPS2+ FPGA board with the image of Application Note AN505: a
 * Cortex-M33 with TrustZone and without caches, four PL081, as QEMU's
 * mps2-an505 models it.
 *
 * All of ours runs in secure state. Bit 28 of an address says which state it
 * is of: where it is set, the secure one. The core may use either address of
 * secure memory, since its SAU makes everything secure that is not named. A
 * PL081 may not: the controller in front of it (MSC) judges by the address
 * alone, and what it sends to a non-secure address stops at the memory's
 * protection controller (MPC), which interrupts. So:
 *
 *   SSRAM2, 2 MiB, secure      CPU 0x28000000, bus 0x38000000
 *   SSRAM3, 2 MiB, non-secure  CPU and bus 0x28200000, once the set-up has
 *                              opened it
 *   PSRAM, 16 MiB, no MPC      CPU and bus 0x80000000
 *   SSRAM1, 4 MiB, the image   CPU and bus 0x10000000, read only
 *
 * No non-secure code runs: none of ours may be called by it (NSC), and the
 * peripherals' controllers (PPC) stay as they are at reset.
 *
 * Source: Arm AN505 (DAI 0505B): memory map, interrupts; IoT Kit (ECM 0601256):
 *         MPC; ARM DDI 0553B: SAU; QEMU 7.2 hw/arm/mps2-tz.c, tz-mpc.c.
 */
#include "boards/board.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/pl08x.h"
#include "platform/armv7m/core.h"
#include "platform/armv7m/nvic.h"
#include "platform/armv7m/systick.h"
#include "platform/barrier.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/setup.h"
#include "platform/uart.h"

#define MIB 0x100000u

#define SSRAM1     0x10000000u
#define SSRAM2     0x28000000u
#define SSRAM2_BUS 0x38000000u
#define SSRAM3     0x28200000u
#define PSRAM      0x80000000u

/* By their secure addresses. */
const uintptr_t uart_base = 0x50200000; /* UART0 */

const uint32_t systick_hertz = 20000000;

/* 32 of the IoT Kit, 92 of the FPGA. */
const uint32_t nvic_lines = 124;

/* Protection controller of SSRAM3: a bit per block, set for non-secure, 32 to a
   word; the index goes up with each write. Blocks of 1 KiB. */
#define MPC3         0x58009000u
#define MPC_CTRL     0x00u
#define MPC_CTRL_INC BIT32(8)
#define MPC_BLK_IDX  0x18u
#define MPC_BLK_LUT  0x1Cu

const struct setup_step setup_steps[] = {
    /* SSRAM3 becomes non-secure: at its controller, and for the core. */
    { .address = MPC3 + MPC_CTRL, .mask = MPC_CTRL_INC, .value = MPC_CTRL_INC },
    { .address = MPC3 + MPC_BLK_IDX, .value = 0 },
    { .address = MPC3 + MPC_BLK_LUT,
      .value = UINT32_MAX,
      .times = 2 * MIB / 1024 / 32 },
    { .address = SAU_RNR, .value = 0 },
    { .address = SAU_RBAR, .value = SSRAM3 },
    { .address = SAU_RLAR, .value = SSRAM3 + 2 * MIB - 32 + SAU_RLAR_ENABLE },
    { .address = SAU_CTRL, .value = SAU_CTRL_ENABLE },
};
const uint32_t setup_step_count = HAL_COUNT_OF(setup_steps);

static const struct hal_fences fences = {
    .publish = barrier_publish,
    .observe = barrier_observe,
};

static const struct hal_region regions[] = {
    { .first = SSRAM1,
      .last = SSRAM1 + 4 * MIB - 1,
      .cached = HAL_UNCACHED,
      .writable = false },
    { .first = SSRAM2,
      .last = SSRAM2 + 2 * MIB - 1,
      .cached = HAL_UNCACHED,
      .writable = true },
    { .first = SSRAM3,
      .last = SSRAM3 + 2 * MIB - 1,
      .cached = HAL_UNCACHED,
      .writable = true },
    { .first = PSRAM,
      .last = PSRAM + 16 * MIB - 1,
      .cached = HAL_UNCACHED,
      .writable = true },
};

/* There are no caches: snooped is as good as not, and costs nothing. */
static const struct hal_aperture apertures[] = {
    { .first = SSRAM1,
      .last = SSRAM1 + 4 * MIB - 1,
      .bus = SSRAM1,
      .access = HAL_READ,
      .snooped = true },
    { .first = SSRAM2,
      .last = SSRAM2 + 2 * MIB - 1,
      .bus = SSRAM2_BUS,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
    { .first = SSRAM3,
      .last = SSRAM3 + 2 * MIB - 1,
      .bus = SSRAM3,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
    { .first = PSRAM,
      .last = PSRAM + 16 * MIB - 1,
      .bus = PSRAM,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};

/* Any address, at the price of bytes instead of words where it is odd. */
static const struct hal_bus dma_bus = {
    .apertures = apertures,
    .aperture_count = HAL_COUNT_OF(apertures),
    .regions = regions,
    .region_count = HAL_COUNT_OF(regions),
    .limits = &pl08x_byte_limits,
    .clock = &plat_clock,
    .lock = &plat_lock,
    .fences = &fences,
};

enum { CONTROLLERS = 4, SLOTS = 64 };

/* PL081: two channels, one master. We use the first channel of each, since
   both have one interrupt. */
static const struct pl08x_controller controllers[CONTROLLERS] = {
    { 0x50110000, 2, 1 },
    { 0x50111000, 2, 1 },
    { 0x50112000, 2, 1 },
    { 0x50113000, 2, 1 },
};

/* Each on 16 bytes. */
static uint8_t rings[CONTROLLERS][(PL08X_RING_SIZE(SLOTS) + 15) / 16 * 16]
    __attribute__((aligned(16)));

static uint32_t lengths[CONTROLLERS][SLOTS];

/* clang-format off */
#define CHANNEL(n)                                                             \
    [n] = { .dmac = { .ops = &pl08x_ops,                                       \
                      .bus = &dma_bus,                                         \
                      .limits = &pl08x_byte_limits,                            \
                      .ring_limits = &pl08x_ring_limits,                       \
                      .same_phase = 1,                                         \
                      .fills = true,                                           \
                      .widths = PL08X_WIDTHS,                                  \
                      .periods = SLOTS },                                      \
            .controller = &controllers[n],                                     \
            .slots = SLOTS,                                                    \
            .lengths = lengths[n] }

/* Its DMACINTR: 58, 61, 64, 67. */
#define ROW(n)                                                                 \
    { .name = "pl081-" #n,                                                     \
      .dmac = &channels[n].dmac,                                               \
      .interrupt = 58 + 3 * (n),                                               \
      .slots = SLOTS,                                                          \
      .storage = rings[n],                                                     \
      .storage_size = sizeof rings[n],                                         \
      .shared = &channels[n].ring }
/* clang-format on */

static struct pl08x channels[CONTROLLERS] = {
    CHANNEL(0),
    CHANNEL(1),
    CHANNEL(2),
    CHANNEL(3),
};

static const struct board_dmac dmacs[CONTROLLERS] = {
    ROW(0),
    ROW(1),
    ROW(2),
    ROW(3),
};

/* The image's data lie in the first 4 MiB of PSRAM (linker/mps2_an505.ld).
   Behind PSRAM nothing answers. */
const struct board board = {
    .name = "mps2_an505",
    .dmacs = dmacs,
    .dmac_count = HAL_COUNT_OF(dmacs),
    .scratch = { .base = PSRAM + 4 * MIB, .size = 12 * MIB },
    .hole = PSRAM + 16 * MIB,
};
