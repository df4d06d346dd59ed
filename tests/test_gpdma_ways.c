/* SPDX-License-Identifier: MIT */
/*
 * Defends the ways that the driver of the GPDMA goes: ports, fills, rows,
 * cycles.
 */
#include "hal/count_of.h"
#include "tests/gpdma_world.h"

#include <string.h>

/* ---- Ways ---- */

static const struct hal_port fifo = {
    .request = LINE, .width = 1, .burst = 1, .depth = 16
};
static const struct hal_port wide = {
    .request = LINE, .width = 4, .burst = 4, .depth = 16
};
static const struct hal_port odd = {
    .request = LINE, .width = 3, .burst = 1, .depth = 1
};
static const struct hal_port none = {
    .request = LINE, .width = 2, .burst = 0, .depth = 1
};
static const struct hal_port shallow = {
    .request = LINE, .width = 2, .burst = 2, .depth = 1
};
static const struct hal_port eight = {
    .request = LINE, .width = 8, .burst = 1, .depth = 1
};
static const struct hal_port walks = {
    .request = LINE, .width = 2, .increment = 2, .burst = 1, .depth = 1
};
static const struct hal_port unknown = {
    .request = 114, .width = 2, .burst = 1, .depth = 1
};
static const struct hal_port long_burst = {
    .request = LINE, .width = 2, .burst = 65, .depth = 65
};

static const struct {
    const char *what;
    uint32_t source;
    uint32_t destination;
    const struct hal_port *port;
    uint64_t bus;
    enum iodma_status status;
} routes[] = {
    { "a port", HAL_PORT, HAL_MEMORY, &wide, PORT_BUS, IODMA_OK },
    { "to a port", HAL_MEMORY, HAL_PORT, &wide, PORT_BUS, IODMA_OK },
    { "a fill as destination", HAL_MEMORY, HAL_FILL, &wide, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "a fill of a port", HAL_FILL, HAL_PORT, &wide, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "from port to port", HAL_PORT, HAL_PORT, &wide, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "a port that is misaligned", HAL_PORT, HAL_MEMORY, &wide, PORT_BUS + 2,
      IODMA_BAD_ARGUMENT },
    { "a port of three bytes", HAL_PORT, HAL_MEMORY, &odd, 0,
      IODMA_BAD_ARGUMENT },
    { "a port without a burst", HAL_PORT, HAL_MEMORY, &none, 0,
      IODMA_BAD_ARGUMENT },
    { "a port less deep than a burst", HAL_PORT, HAL_MEMORY, &shallow, 0,
      IODMA_BAD_ARGUMENT },
    { "a port of eight bytes", HAL_PORT, HAL_MEMORY, &eight, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "a port that is none", HAL_PORT, HAL_MEMORY, &walks, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "a request that the chip has not", HAL_PORT, HAL_MEMORY, &unknown,
      PORT_BUS, IODMA_UNSUPPORTED },
    { "a burst of 65", HAL_PORT, HAL_MEMORY, &long_burst, PORT_BUS,
      IODMA_UNSUPPORTED },
    { "a port above 32 bits", HAL_PORT, HAL_MEMORY, &wide, 0x100000000,
      IODMA_UNSUPPORTED },
};

static const struct {
    uint32_t index;
    uint32_t rows;
    enum iodma_status status;
} row_counts[] = {
    { 0, 1, IODMA_OK },
    { 0, 2, IODMA_UNSUPPORTED },
    { 1, 2048, IODMA_OK },
    { 1, 2049, IODMA_UNSUPPORTED },
};

/* The port asks for `count` elements at a time, when it has been served. */
static void serve(struct model_port *port, uint32_t count, uint32_t bytes)
{
    for (uint32_t i = 0; i < 2 * bytes && port->done < bytes; i++) {
        if (port->ready == 0)
            port->ready =
                smaller32(count, (uint32_t)(bytes - port->done) / port->width);
        run();
    }
}

static void test_ports(void)
{
    static const struct hal_port *const ports[] = { &fifo, &wide };

    for (uint32_t i = 0; i < HAL_COUNT_OF(routes); i++) {
        struct hal_end end = { .port = routes[i].port,
                               .bus = (hal_address)routes[i].bus };
        struct hal_route route = { .source = end, .destination = end };

        if (check_skips(routes[i].what, routes[i].bus))
            continue;
        route.source.kind = (uint8_t)routes[i].source;
        route.destination.kind = (uint8_t)routes[i].destination;
        begin(routes[i].what, 0, 8);
        expect_status("route", go(0, &route), routes[i].status);
        if (routes[i].status != IODMA_OK) {
            expect_batch(0, 2); /* by the former route */
            run();
            expect_progress(2, HAL_FAULT_NONE);
            expect_order();
        }
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(row_counts); i++) {
        const struct hal_route route = { .rows = row_counts[i].rows };

        begin("as many rows as the channel has", row_counts[i].index, 8);
        expect_status("route", go(0, &route), row_counts[i].status);
    }

    for (uint32_t i = 0; i < 8; i++) {
        const struct hal_port *port = ports[i / 4];
        struct model_port *model = &chip.engine.ports[0];
        bool out = i % 2 == 0;
        struct hal_end end = { HAL_PORT, 0, port, PORT_BUS };
        struct hal_route route = { .source = end };
        struct hal_item items[2] = { item(64, HALF + 64, 96),
                                     item(256, HALF + 256, 100) };

        begin(out ? "memory to a port, as it asks" : "a port to memory",
              i / 2 % 2, 8);
        if (out)
            route = (struct hal_route){ .destination = end };
        *model = (struct model_port){ .bus = PORT_BUS,
                                      .width = port->width,
                                      .request = LINE,
                                      .depth = port->depth,
                                      .bytes = port_bytes,
                                      .size = PORT };
        expect_status("route", go(0, &route), IODMA_OK);
        expect_number("a length that is no element is not taken",
                      port->width == 1 ||
                          emit(0, &(struct hal_item){ 0, 0, 6 }, 1) == 0,
                      1);
        expect_number("taken", emit(0, items, 2), 2);
        submit(0);
        run();
        model->ready = port->burst - 1u;
        run();
        expect_number("moved before it asks for a burst", model->done, 0);
        model->ready = 0;
        serve(model, port->burst, 196);
        run();
        expect_number("moved", model->done, 196);
        if (out) {
            expect_bytes("port", port_bytes, &arena[64], 96);
            expect_bytes("port", port_bytes + 96, &arena[256], 100);
        } else {
            memcpy(&want[HALF + 64], port_bytes, 96);
            memcpy(&want[HALF + 256], port_bytes + 96, 100);
        }
        expect_progress(2, HAL_FAULT_NONE);
        expect_order();
    }
}

static void test_fills(void)
{
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t offset = HALF + 16 + i % 4;
        uint32_t length = 1 + i / 4;
        struct hal_route route = { .source = { .kind = HAL_FILL,
                                               .fill = (uint8_t)(i + 7) } };
        struct hal_item one = item(0, offset, length);

        if (i == 0)
            check_case("a fill, of every phase and length");
        set_up(4);
        use(i % 2);
        expect_status("start", start(0), IODMA_OK);
        expect_status("route", go(0, &route), IODMA_OK);
        one.source = HAL_ADDRESS_MAX; /* not looked at */
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        run();
        memset(&want[offset], (int)i + 7, length);
        expect_progress(1, HAL_FAULT_NONE);
        expect_order();
    }
}

static const struct {
    const char *what;
    uint32_t from, to, length, rows;
    int32_t source_stride, destination_stride;
    uint32_t taken;
} rows[] = {
    { "rows that spread", 0, HALF, 16, 5, 16, 40, 1 },
    { "rows that gather", 0, HALF, 12, 7, 64, 12, 1 },
    { "rows of odd strides", 1, HALF + 2, 9, 6, 11, 13, 1 },
    { "rows that overlap where they are read", 64, HALF, 32, 4, 8, 32, 1 },
    { "one row over and over", 64, HALF, 32, 4, 0, 32, 1 },
    { "rows from the last to the first", 0x400, HALF, 16, 5, -64, 20, 1 },
    { "2048 rows", 0, HALF, 2, 2048, 3, 4, 1 },
    { "a row too far from the next", 0, HALF, 16, 2, 0x10010, 16, 0 },
    { "a row too far back", 0, HALF, 16, 2, 16, -0xFFF0, 0 },
    { "rows beyond 32 bits", 0, HALF, 16, 2048, INT32_MAX, 16, 0 },
    { "a last row beyond 32 bits", TOP_BUS - ARENA_BUS, HALF, 16, 2048, 16, 16,
      0 },
    { "a last row below 0", 0 - ARENA_BUS, HALF, 16, 2048, -16, 16, 0 },
    { "rows below 0", 0, HALF, 16, 2048, 16, INT32_MIN, 0 },
};

static void test_rows(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_item one = item(rows[i].from, rows[i].to, rows[i].length);
        struct hal_route route = {
            .rows = rows[i].rows,
            .source_stride = rows[i].source_stride,
            .destination_stride = rows[i].destination_stride,
        };

        begin(rows[i].what, 1, 4);
        expect_status("route", go(0, &route), IODMA_OK);
        expect_number("taken", emit(0, &one, 1), rows[i].taken);
        for (uint32_t n = 0; n < rows[i].rows && rows[i].taken != 0; n++)
            memcpy(&want[(int32_t)rows[i].to +
                         (int32_t)n * rows[i].destination_stride],
                   &arena[(int32_t)rows[i].from +
                          (int32_t)n * rows[i].source_stride],
                   rows[i].length);
        submit(0);
        run();
        expect_progress(rows[i].taken, HAL_FAULT_NONE);
        expect_order();
    }
}

/* Rows as far from the next one as there is a number for; they do not lie in
   the arena. */
static void test_steps(void)
{
    static const struct {
        const char *what;
        int32_t stride;
        uint32_t taken;
    } steps[] = {
        { "as far as can be", 16 + 0xFFFF, 1 },
        { "a byte farther", 16 + 0x10000, 0 },
        { "as far back as can be", 16 - 0xFFFF, 1 },
        { "a byte farther back", 16 - 0x10000, 0 },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(steps); i++) {
        struct hal_item one = item(0, HALF, 16);
        struct hal_route from = { .rows = 2, .source_stride = steps[i].stride };
        struct hal_route to = { .rows = 2,
                                .destination_stride = steps[i].stride };

        begin(steps[i].what, 1, 4);
        expect_status("route", go(0, &from), IODMA_OK);
        expect_number("from there", emit(0, &one, 1), steps[i].taken);
        expect_status("route", go(0, &to), IODMA_OK);
        expect_number("to there", emit(0, &one, 1), steps[i].taken);
    }
}

/* ---- Cycles ---- */

/* Move on until the channel loads the item in that slot. */
static void step_to(uint32_t fetched)
{
    while (chip.engine.fetched < fetched &&
           engine_model_step(&chip.engine, 1) == 1)
        ;
}

static void test_cycles(void)
{
    for (uint32_t count = 1; count <= 8; count++) {
        const struct hal_route route = { .cyclic = true };
        struct hal_item items[8];

        begin("a cycle tells of each period, turn after turn", count % 2, 16);
        expect_status("route", go(0, &route), IODMA_OK);
        for (uint32_t n = 0; n < count; n++)
            items[n] = nth(n);
        expect_number("taken", emit(0, items, count), count);
        submit(0);
        expect_number("doorbells", engine->dmac.counts.doorbells, 1);
        expect_number("taken under way", emit(0, items, 1), 0);
        expect_progress(0, HAL_FAULT_NONE);
        step_to(1);
        expect_progress(0, HAL_FAULT_NONE);
        for (uint32_t n = 2; n < 60; n++) {
            step_to(n);
            expect("an interrupt", asserted(0));
            expect_progress(1, HAL_FAULT_NONE);
            expect_progress(0, HAL_FAULT_NONE);
        }
        step_to(59 + 2 * count - 1);
        expect_progress(2 * count - 1, HAL_FAULT_NONE);
        for (uint32_t n = 0; n < count; n++)
            expect_item(nth(n));
        expect_number("halt", halt(1), 0);
        expect_order();
        expect_usable();
    }

    begin("a cycle lives on its interrupts alone", 0, 16);
    {
        const struct hal_route route = { .cyclic = true };
        struct hal_item items[3] = { nth(0), nth(1), nth(2) };

        expect_status("route", go(0, &route), IODMA_OK);
        expect_number("taken", emit(0, items, 3), 3);
        submit(0);
        for (uint32_t steps = 0; steps < 1000; steps++) {
            (void)engine_model_step(&chip.engine, 1);
            if (asserted(0))
                (void)reap(0);
            expect_number("retired", driven.retired[0],
                          chip.engine.fetched == 0 ? 0
                                                   : chip.engine.fetched - 1);
        }
        expect("there were some", driven.retired[0] > 20);
        expect_treated_well();
    }

    begin("a cycle takes half of the ring", 0, 16);
    {
        const struct hal_route route = { .cyclic = true };
        struct hal_item items[16];

        for (uint32_t n = 0; n < 16; n++)
            items[n] = nth(n);
        expect_status("route", go(0, &route), IODMA_OK);
        expect_number("taken", emit(0, items, 16), 8);
        expect_treated_well();
    }

    begin("a cycle that ends by itself is a fault", 0, 16);
    {
        const struct hal_route route = { .cyclic = true };
        struct hal_item one = nth(0);

        expect_status("route", go(0, &route), IODMA_OK);
        expect_number("taken", emit(0, &one, 1), 1);
        submit(0);
        chip.engine.misbehaves = ENGINE_IDLES;
        chip.engine.at = 5;
        run();
        expect_progress(0, HAL_FAULT_OTHER);
        expect_number("halt", halt(1), 0);
        expect_usable();
    }
}

int main(void)
{
    world.seed = 21;
    test_ports();
    test_fills();
    test_rows();
    test_steps();
    test_cycles();
    return check_result();
}
