/* SPDX-License-Identifier: MIT */
/*
 * Defends the ways that the driver of the RP2040's DMA controller goes: ports,
 * fills, cycles; and which it refuses.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/rp2040_rig.h"

#include <string.h>

static struct rp2040_dma *const dma = &rig.engines[0];

/* ---- Routes ---- */

#define NONE HAL_NO_REQUEST

static const struct {
    const char *what;
    uint64_t address;
    uint32_t request;
    uint8_t width, increment, burst;
    enum iodma_status status;
} ports[] = {
    { "a port of bytes", PORT_BUS, 0, 1, 0, 1, IODMA_OK },
    { "a port on a timer", PORT_BUS, 62, 4, 0, 1, IODMA_OK },
    { "a port that is always ready", PORT_BUS, NONE, 2, 0, 8, IODMA_OK },
    { "a port of 8 bytes", PORT_BUS, 1, 8, 0, 1, IODMA_UNSUPPORTED },
    { "a port of 3 bytes", PORT_BUS, 1, 3, 0, 1, IODMA_BAD_ARGUMENT },
    { "a port of no bursts", PORT_BUS, 1, 4, 0, 0, IODMA_BAD_ARGUMENT },
    { "a port that asks for bursts", PORT_BUS, 1, 4, 0, 4, IODMA_UNSUPPORTED },
    { "a port of many registers", PORT_BUS, 1, 4, 4, 1, IODMA_UNSUPPORTED },
    { "a port on no line", PORT_BUS, 63, 4, 0, 1, IODMA_UNSUPPORTED },
    { "a port between words", PORT_BUS + 2, 1, 4, 0, 1, IODMA_BAD_ARGUMENT },
    { "a port above 32 bits", 0x100000000, 1, 4, 0, 1, IODMA_UNSUPPORTED },
};

static void test_routes(void)
{
    struct hal_route rows = { .rows = 2 };

    for (uint32_t i = 0; i < HAL_COUNT_OF(ports); i++) {
        struct hal_port one = { (hal_address)ports[i].address,
                                ports[i].request,
                                ports[i].width,
                                ports[i].increment,
                                ports[i].burst,
                                8 };

        if (check_skips(ports[i].what, ports[i].address))
            continue;
        rig_begin(ports[i].what, 8);
        expect_status("to it", go_by(way(HAL_MEMORY, HAL_PORT, &one)),
                      ports[i].status);
        expect_status("from it", go_by(way(HAL_PORT, HAL_MEMORY, &one)),
                      ports[i].status);
    }
    rig_begin("what it cannot is refused, and the former route stays", 8);
    expect_status("rows", go_by(rows), IODMA_UNSUPPORTED);
    expect_status("port to port", go_by(way(HAL_PORT, HAL_PORT, &bytewise)),
                  IODMA_UNSUPPORTED);
    expect_status("fill of a port", go_by(way(HAL_FILL, HAL_PORT, &bytewise)),
                  IODMA_UNSUPPORTED);
    expect_status("to a fill", go_by(way(HAL_MEMORY, HAL_FILL, NULL)),
                  IODMA_UNSUPPORTED);
    expect_usable();

    rig_begin("the route of a port leaves nothing behind", 8);
    expect_status("to it", go_by(way(HAL_MEMORY, HAL_PORT, &wordwise)),
                  IODMA_OK);
    expect_status("back", go_by(way(HAL_MEMORY, HAL_MEMORY, NULL)), IODMA_OK);
    batch(0, 0, 3);
    expect_items(0, 3);
    rig_run(FOREVER);
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();

    rig_begin("a fill writes one byte over and over, in any width", 8);
    expect_status("route", go_by(way(HAL_FILL, HAL_MEMORY, NULL)), IODMA_OK);
    batch(0, 0, 3);
    for (uint32_t n = 0; n < 3; n++)
        memset(&rig.want[HALF + 16 * n], 0xA5, (size_t)nth(n).length);
    rig_run(FOREVER);
    expect_progress(3, HAL_FAULT_NONE);
    expect_order();
}

static void test_ports(void)
{
    static const struct hal_port *const all[] = { &bytewise, &halfwise,
                                                  &wordwise, &ready };

    for (uint32_t i = 0; i < 2 * HAL_COUNT_OF(all); i++) {
        const struct hal_port *with = all[i / 2];
        struct hal_item items[2] = { rig_item(8, HALF, 24),
                                     rig_item(64, HALF + 24, 16) };
        bool out = i % 2 == 0;
        struct model_port *chips = &rig.chip.engine.ports[0];

        rig_begin(out ? "memory to a port, as it asks"
                      : "a port to memory, as it asks",
                  8);
        *chips = (struct model_port){
            PORT_BUS, with->width, with->request, with->depth, rig.bytes, 40, 0,
            0
        };
        memcpy(rig.bytes, &rig.arena[200], 40);
        expect_status("route",
                      go_by(out ? way(HAL_MEMORY, HAL_PORT, with)
                                : way(HAL_PORT, HAL_MEMORY, with)),
                      IODMA_OK);
        expect_number("taken", emit(0, items, 2), 2);
        submit(0);
        if (with->request == HAL_NO_REQUEST)
            chips->ready = 10;
        for (uint32_t n = 0; n < 40 / with->width; n++) {
            rig_run(FOREVER);
            if (with->request != HAL_NO_REQUEST) {
                expect_number("done", chips->done, n * with->width);
                chips->ready++;
            }
        }
        rig_run(FOREVER);
        expect_progress(2, HAL_FAULT_NONE);
        expect_number("done", chips->done, 40);
        expect_bytes("in order", out ? rig.bytes : &rig.arena[HALF],
                     &rig.arena[out ? 8 : 200], 24);
        expect_bytes("in order", out ? &rig.bytes[24] : &rig.arena[HALF + 24],
                     &rig.arena[out ? 64 : 224], 16);
        memcpy(rig.want, rig.arena, ARENA);
        expect_order();
    }
}

/* ---- Cycles ---- */

/* Make items 0 .. count - 1 the periods of a cycle. */
static void cycle(uint32_t count)
{
    struct hal_route round = { .cyclic = true };

    expect_status("route", go_by(round), IODMA_OK);
    batch(0, 0, count);
    expect_items(0, count);
}

/* Step until there is news. */
static void next_period(void)
{
    for (uint32_t i = 0; i < 200 && !asserted(0); i++)
        rig_run(1);
}

static void test_cycles(void)
{
    for (uint32_t count = 1; count <= 4; count++) {
        rig_begin("each period of a cycle is told of, and is over by then", 8);
        batch(0, 20, 23);
        expect_items(20, 23);
        rig_run(FOREVER);
        expect_progress(3, HAL_FAULT_NONE);
        cycle(count);
        for (uint32_t n = 0; n < 5 * count; n++) {
            struct hal_item one = nth(n % count);

            memset(&rig.arena[one.destination - ARENA_BUS], 0,
                   (size_t)one.length);
            next_period();
            expect_bytes("the period", &rig.arena[one.destination - ARENA_BUS],
                         &rig.arena[one.source - ARENA_BUS],
                         (size_t)one.length);
            expect_progress(1, HAL_FAULT_NONE);
            expect_progress(0, HAL_FAULT_NONE);
        }
        expect_number("doorbells", dma->dmac.counts.doorbells, 2);
        expect_number("halt", rig_halt(), STOPPED);
        rig_run(FOREVER);
        expect("no interrupt", !asserted(0));
        expect_order();
        expect_usable();
    }

    rig_begin("periods that were missed are counted, up to a turn", 8);
    cycle(4);
    for (uint32_t n = 1; n < 4; n++) {
        for (uint32_t i = 0; i < n; i++) {
            next_period();
            rig.chip.intr = 0;
        }
        next_period();
        expect_progress((n + 1) % 4, HAL_FAULT_NONE);
    }
    expect_number("halt", rig_halt(), STOPPED);

    check_case("periods are told apart at every step, and start anew");
    for (uint32_t halts = 0; halts < 2; halts++) {
        uint32_t told = 0;

        if (halts == 0)
            rig_set_up(8);
        expect_status("start", rig_start(0), IODMA_OK);
        cycle(3);
        expect_number("most", residue(0).most, 35);
        memset(&rig.arena[HALF], 0, 48);
        while (told < 2) {
            struct hal_item one = nth(told);

            rig_run(1);
            rig.chip.intr |= BIT32(dma->data);
            if (reap(0).retired == 0)
                continue;
            expect_bytes("the period", &rig.arena[one.destination - ARENA_BUS],
                         &rig.arena[one.source - ARENA_BUS],
                         (size_t)one.length);
            told++;
        }
        expect_number("halt", rig_halt(), STOPPED);
        memcpy(rig.want, rig.arena, ARENA);
        expect_order();
    }

    rig_begin("a cycle that leaves its ring is a fault", 8);
    cycle(2);
    next_period();
    rig.chip.channels[dma->control].read_addr = RING_BUS + 16 * 5;
    expect_progress(0, HAL_FAULT_DESCRIPTOR);

    rig_begin("a ring takes half as many periods as it has slots", 8);
    expect_status("route", go_by((struct hal_route){ .cyclic = true }),
                  IODMA_OK);
    expect_number(
        "taken",
        emit(0, (struct hal_item[]){ nth(0), nth(1), nth(2), nth(3), nth(4) },
             5),
        4);
    expect_number("taken", emit(0, (struct hal_item[]){ nth(4) }, 1), 0);
}

int main(void)
{
    test_routes();
    test_ports();
    test_cycles();
    return check_result();
}
