/* SPDX-License-Identifier: MIT */
/*
 * A product outside our tree (tests/clients.sh): one buffer each way and one
 * list, on a bus that it describes itself. Legal as C11 and as C++17.
 */
#include "dma/iodma.h"

#include <stdint.h>
#include <string.h>

IODMA_BUFFER(packet, 96);

static uint32_t locked;

static uint32_t enter(const struct hal_lock *lock)
{
    (void)lock;
    locked++;
    return 0;
}

static void leave(const struct hal_lock *lock, uint32_t state)
{
    (void)lock;
    (void)state;
    locked--;
}

static void barrier(void)
{
}

static uint64_t now(const struct hal_clock *clock)
{
    static uint64_t ticks;

    (void)clock;
    return ++ticks;
}

static uint32_t frequency(const struct hal_clock *clock)
{
    (void)clock;
    return 1000;
}

/* All that a bus needs, beside it. */
struct board {
    struct hal_aperture aperture;
    struct hal_region region;
    struct hal_limits port;
    struct hal_lock lock;
    struct hal_fences fences;
    struct hal_clock clock;
    struct hal_bus bus;
};

/* The whole of memory, which the device sees from 0x10000000 lower on. */
static void describe(struct board *board)
{
    hal_address base = (hal_address)(uintptr_t)packet;

    memset(board, 0, sizeof *board);
    board->aperture.first = base & ~(hal_address)0xFFF;
    board->aperture.last = board->aperture.first + 0xFFFF;
    board->aperture.bus = 0x1000;
    board->aperture.access = HAL_READ | HAL_WRITE;
    board->aperture.snooped = true;
    board->region.first = board->aperture.first;
    board->region.last = board->aperture.last;
    board->region.cached = HAL_UNCACHED;
    board->region.writable = true;
    board->port.address_bits = 32;
    board->lock.save = enter;
    board->lock.restore = leave;
    board->fences.publish = barrier;
    board->fences.observe = barrier;
    board->clock.now = now;
    board->clock.frequency = frequency;
    board->bus.apertures = &board->aperture;
    board->bus.aperture_count = 1;
    board->bus.regions = &board->region;
    board->bus.region_count = 1;
    board->bus.limits = &board->port;
    board->bus.lock = &board->lock;
    board->bus.fences = &board->fences;
    board->bus.clock = &board->clock;
}

/* One buffer, out and in again. */
static bool maps(const struct iodma_bus *bus, hal_address expected)
{
    hal_address address = 0;

    return iodma_map(bus, NULL, packet, sizeof packet, 96, IODMA_OUT,
                     &address) == IODMA_OK &&
           address == expected &&
           iodma_unmap(bus, packet, 96, IODMA_OUT) == IODMA_OK;
}

/* Two ranges of it, as segments of at most 32 bytes. */
static bool lists(const struct iodma_bus *bus, hal_address expected)
{
    const struct iodma_spec device = IODMA_SPEC(iodma_output_host32, 32, 0x20);
    hal_address base = (hal_address)(uintptr_t)packet;
    const struct iodma_range ranges[] = { { base, 0x30 }, { base + 0x40, 8 } };
    struct iodma_segment32 segments[4];
    struct iodma_memory memory;
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = 4;

    return iodma_memory_init_ranges(&memory, ranges, 2, IODMA_OUT, NULL, 0) ==
               IODMA_OK &&
           iodma_command_init(&command, bus, &device, NULL) == IODMA_OK &&
           iodma_command_set_memory(&command, &memory, true) == IODMA_OK &&
           iodma_command_gen_segments32(&command, &offset, segments, &count) ==
               IODMA_OK &&
           count == 3 && segments[0].address == expected &&
           segments[0].length == 0x20 && segments[1].length == 0x10 &&
           segments[2].address == expected + 0x40 && segments[2].length == 8 &&
           iodma_command_clear_memory(&command, true) == IODMA_OK;
}

int main(void)
{
    static struct board board;
    struct iodma_bus bus;
    hal_address expected;

    describe(&board);
    expected = (hal_address)(uintptr_t)packet - board.aperture.first + 0x1000;
    if (iodma_bus_init(&bus, &board.bus, 0) != IODMA_OK ||
        iodma_bus_check(&bus, NULL) != IODMA_OK)
        return 1;
    return maps(&bus, expected) && lists(&bus, expected) && locked == 0 ? 0 : 2;
}
