/* SPDX-License-Identifier: MIT */
/*
 * RP2040 with a crystal of 12 MHz, as on a Raspberry Pi Pico: one of its two
 * Cortex-M0+, 264 KiB of SRAM, a DMA controller of 12 channels, of which two
 * engines take two each. No caches but that of the flash, which the DMA
 * controller reads through as well; no MPU region is used.
 *
 * All runs from the crystal, at 12 MHz: no PLL has to lock, and every figure
 * here can be checked against a clock on the table.
 *
 * Source: RP2040 Datasheet, by section; offsets and bits as in the register
 *         headers that its vendor generates (pico-sdk,
 *         src/rp2040/hardware_regs).
 */
#include "boards/rp2040.h"

#include "boards/board.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/rp2040_dma.h"
#include "platform/armv7m/nvic.h"
#include "platform/barrier.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/setup.h"
#include "platform/timer_rp2040.h"
#include "platform/uart.h"

/* 2.2. A write to a register's address + SET or + CLEAR changes those bits
   only (2.1.2). */
#define FLASH_BASE    0x10000000u
#define FLASH_SIZE    0x00200000u /* of a Pico */
#define SRAM_BASE     0x20000000u
#define SRAM_SIZE     0x00042000u
#define APB_BASE      0x40000000u
#define APB_SIZE      0x00070000u
#define CLOCKS_BASE   0x40008000u
#define RESETS_BASE   0x4000C000u
#define IO_BANK0_BASE 0x40014000u
#define XOSC_BASE     0x40024000u
#define UART0_BASE    0x40034000u
#define SPI0_BASE     0x4003C000u
#define TIMER_BASE    0x40054000u
#define WATCHDOG_BASE 0x40058000u
#define DMA_BASE      0x50000000u
#define SET           0x2000u
#define CLEAR         0x3000u

/* 2.14.3 */
#define RESET            (RESETS_BASE + 0x0u)
#define RESET_DONE       (RESETS_BASE + 0x8u)
#define RESET_DMA        BIT32(2)
#define RESET_IO_BANK0   BIT32(5)
#define RESET_PADS_BANK0 BIT32(8)
#define RESET_SPI0       BIT32(16)
#define RESET_TIMER      BIT32(21)
#define RESET_UART0      BIT32(22)
#define RESET_OURS                                                             \
    (RESET_DMA | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_SPI0 |              \
     RESET_TIMER | RESET_UART0)

/* 2.16.7 */
#define XOSC_CTRL          (XOSC_BASE + 0x0u)
#define XOSC_CTRL_ENABLE   0xFABAA0u /* and 1 to 15 MHz */
#define XOSC_STATUS        (XOSC_BASE + 0x4u)
#define XOSC_STATUS_STABLE BIT32(31)

/* 2.15.7. SELECTED has a bit for each source. */
#define CLK_REF_CTRL         (CLOCKS_BASE + 0x30u)
#define CLK_REF_CTRL_XOSC    0x2u
#define CLK_REF_SELECTED     (CLOCKS_BASE + 0x38u)
#define CLK_SYS_CTRL         (CLOCKS_BASE + 0x3Cu)
#define CLK_SYS_CTRL_SRC     BIT32(0)
#define CLK_SYS_SELECTED     (CLOCKS_BASE + 0x44u)
#define CLK_PERI_CTRL        (CLOCKS_BASE + 0x48u)
#define CLK_PERI_CTRL_ENABLE BIT32(11) /* of clk_sys */

/* 4.7.6: a tick every so many cycles of clk_ref. */
#define WATCHDOG_TICK        (WATCHDOG_BASE + 0x2Cu)
#define WATCHDOG_TICK_ENABLE BIT32(9)

/* 2.19.6.1, 2.19.2: what a pin is for. */
#define GPIO_CTRL(n) (IO_BANK0_BASE + 8u * (n) + 4u)
#define GPIO_SPI     1u
#define GPIO_UART    2u

/* 4.2.8. 12 MHz / (16 * 115200) is 6 + 33/64, nearly. */
#define UART0_IBRD     (UART0_BASE + 0x24u)
#define UART0_FBRD     (UART0_BASE + 0x28u)
#define UART0_LCR_H    (UART0_BASE + 0x2Cu)
#define UART_8N1_FIFOS 0x70u

const uintptr_t uart_base = UART0_BASE;
const uintptr_t timer_base = TIMER_BASE;

/* 2.3.2: 26 lines of devices; the core has 32. */
const uint32_t nvic_lines = 32;

enum { DMA_IRQ_0 = 11, DMA_IRQ_1 = 12 };

/* The DMA controller, and what hangs from it, begins anew; GPIO 0 and 1 are the
   console, 16 to 19 SPI0. */
const struct setup_step setup_steps[] = {
    { .address = XOSC_CTRL, .value = XOSC_CTRL_ENABLE },
    { .address = XOSC_STATUS,
      .mask = XOSC_STATUS_STABLE,
      .value = XOSC_STATUS_STABLE,
      .poll = true },
    { .address = CLK_REF_CTRL, .value = CLK_REF_CTRL_XOSC },
    { .address = CLK_REF_SELECTED,
      .mask = BIT32(CLK_REF_CTRL_XOSC),
      .value = BIT32(CLK_REF_CTRL_XOSC),
      .poll = true },
    { .address = CLK_SYS_CTRL + CLEAR, .value = CLK_SYS_CTRL_SRC },
    { .address = CLK_SYS_SELECTED,
      .mask = BIT32(0),
      .value = BIT32(0),
      .poll = true },
    { .address = CLK_PERI_CTRL, .value = CLK_PERI_CTRL_ENABLE },
    { .address = WATCHDOG_TICK, .value = WATCHDOG_TICK_ENABLE | 12 },
    { .address = RESET + SET, .value = RESET_OURS },
    { .address = RESET + CLEAR, .value = RESET_OURS },
    { .address = RESET_DONE,
      .mask = RESET_OURS,
      .value = RESET_OURS,
      .poll = true },
    { .address = GPIO_CTRL(0), .value = GPIO_UART },
    { .address = GPIO_CTRL(1), .value = GPIO_UART },
    { .address = GPIO_CTRL(16), .value = GPIO_SPI },
    { .address = GPIO_CTRL(17), .value = GPIO_SPI },
    { .address = GPIO_CTRL(18), .value = GPIO_SPI },
    { .address = GPIO_CTRL(19), .value = GPIO_SPI },
    { .address = UART0_IBRD, .value = 6 },
    { .address = UART0_FBRD, .value = 33 },
    { .address = UART0_LCR_H, .value = UART_8N1_FIFOS },
};
const uint32_t setup_step_count = HAL_COUNT_OF(setup_steps);

static const struct hal_fences fences = {
    .publish = barrier_publish,
    .observe = barrier_observe,
};

static const struct hal_region regions[] = {
    { .first = FLASH_BASE,
      .last = FLASH_BASE + FLASH_SIZE - 1,
      .cached = HAL_UNCACHED,
      .writable = false },
    { .first = SRAM_BASE,
      .last = SRAM_BASE + SRAM_SIZE - 1,
      .cached = HAL_UNCACHED,
      .writable = true },
};

/* Every master sees what the core sees (2.1); the flash through its one
   cache. */
static const struct hal_aperture apertures[] = {
    { .first = FLASH_BASE,
      .last = FLASH_BASE + FLASH_SIZE - 1,
      .bus = FLASH_BASE,
      .access = HAL_READ,
      .snooped = true },
    { .first = SRAM_BASE,
      .last = SRAM_BASE + SRAM_SIZE - 1,
      .bus = SRAM_BASE,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
    { .first = APB_BASE,
      .last = APB_BASE + APB_SIZE - 1,
      .bus = APB_BASE,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};

static const struct hal_bus dma_bus = {
    .apertures = apertures,
    .aperture_count = HAL_COUNT_OF(apertures),
    .regions = regions,
    .region_count = HAL_COUNT_OF(regions),
    .limits = &rp2040_dma_limits,
    .clock = &plat_clock,
    .lock = &plat_lock,
    .fences = &fences,
};

/* 2.5.3.1: the numbers of requests. A request is for one element. */
const uintptr_t rp2040_uart0 = UART0_BASE;
const uintptr_t rp2040_spi0 = SPI0_BASE;
const struct hal_port rp2040_uart0_transmit = {
    .address = UART0_BASE + 0x0,
    .request = 20,
    .width = 1,
    .burst = 1,
    .depth = 32,
};
const struct hal_port rp2040_spi0_transmit = {
    .address = SPI0_BASE + 0x8,
    .request = 16,
    .width = 1,
    .burst = 1,
    .depth = 8,
};
const struct hal_port rp2040_spi0_receive = {
    .address = SPI0_BASE + 0x8,
    .request = 17,
    .width = 1,
    .burst = 1,
    .depth = 8,
};

enum { ENGINES = 2, SLOTS = 32 };

static uint8_t rings[ENGINES][RP2040_DMA_RING_SIZE(SLOTS)]
    __attribute__((aligned(4)));

static uint32_t lengths[ENGINES][SLOTS];

/* Two channels, an interrupt each. */
#define ENGINE(n)                                                              \
    {                                                                          \
        .dmac = { .ops = &rp2040_dma_ops,                                      \
                  .bus = &dma_bus,                                             \
                  .limits = &rp2040_dma_limits,                                \
                  .ring_limits = &rp2040_dma_ring_limits,                      \
                  .same_phase = 1,                                             \
                  .fills = true,                                               \
                  .widths = RP2040_DMA_WIDTHS,                                 \
                  .periods = RP2040_DMA_PERIODS(SLOTS) },                      \
        .base = DMA_BASE, .data = 2 * (n), .control = 2 * (n) + 1,             \
        .line = (n), .slots = SLOTS, .lengths = lengths[n],                    \
    }

static struct rp2040_dma engines[ENGINES] = { ENGINE(0), ENGINE(1) };

#define ROW(n, channels, irq)                                                  \
    {                                                                          \
        .name = (channels), .dmac = &engines[n].dmac, .interrupt = (irq),      \
        .slots = SLOTS, .storage = rings[n], .storage_size = sizeof rings[n],  \
        .shared = &engines[n].ring,                                            \
    }

static const struct board_dmac dmacs[] = {
    ROW(0, "dma 0, 1", DMA_IRQ_0),
    ROW(1, "dma 2, 3", DMA_IRQ_1),
};

/* Of linker/rp2040.ld; only the addresses of these mean something. */
extern char scratch_start[], scratch_size[];

/* Between SRAM and the peripherals nothing answers (2.2). */
const struct board board = {
    .name = "rp2040",
    .dmacs = dmacs,
    .dmac_count = HAL_COUNT_OF(dmacs),
    .scratch = { .base = (uintptr_t)scratch_start,
                 .size = (uintptr_t)scratch_size },
    .hole = 0x30000000,
};
