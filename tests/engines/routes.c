/* SPDX-License-Identifier: MIT */
/* Other ways than from memory to memory: fills, ports, rows. What the engine
   lacks a stand-in does, counted, or it is refused. */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/engines/tests.h"
#include "tests/engines/world.h"

#include <stdio.h>
#include <string.h>

/* Submit, drive, and see that it ended well; in one of the ways. */
static void run(struct world_job *job)
{
    world_expect(job);
    expect_status("submit", world_submit(job), IODMA_OK);
    (void)world_drive(1 + world_below(200));
    world_expect_end(job, IODMA_OK);
    (void)world_expect_order();
}

static void begin(uint32_t with)
{
    world_begin(larger32(4, engine_case.slots), with);
    world.way = world_any_way();
    world.pace = world_below(2) * world_below(10);
}

/* Fills ------------------------------------------------------------------- */

static struct world_job *any_fill(void)
{
    struct world_job *job = &world_jobs[0];

    world_scatter(&job->destination, world_target(world_unit()),
                  1 + world_below(20), 20 + world_below(500), world_unit());
    job->transfer.fills = true;
    job->transfer.fill = (uint8_t)world_below(256);
    world_make_ready(job);
    return job;
}

static void fills(void)
{
    for (uint32_t i = 0; i < 60; i++) {
        begin(0);
        world_ask_oracle(any_fill());
        run(&world_jobs[0]);
    }
}

/* With a stand-in every engine can. */
static void stands_in(void)
{
    for (uint32_t i = 0; i < 20; i++) {
        begin(WORLD_STAND_IN);
        run(any_fill());
        expect_number("transfers by the stand-in", world_channels[0].stood_in,
                      engine_can_fill() ? 0 : 1);
        world_jobs[0].calls = 0;
        world_jobs[0].destination.count = 0;
        world_jobs[0].transfer.fills = false;
        run(world_chain(0, 10, world_any_unit() * 2));
        expect_number("transfers by the stand-in", world_channels[0].stood_in,
                      engine_can_fill() ? 0 : 1);
    }
}

static bool cannot_fill(void)
{
    return !engine_can_fill();
}

static void not_filled(void)
{
    struct world_job *job;

    begin(0);
    job = any_fill();
    world_expect_refused("submit", job, &job->destination.command,
                         IODMA_UNSUPPORTED, IODMA_RULE_ENGINE);
    (void)world_expect_order();
}

/* Ports ------------------------------------------------------------------- */

static uint32_t port_unit(uint32_t index)
{
    const struct hal_port *port = &engine_case.ports[index];
    uint32_t burst = engine_case.whole_bursts ? port->burst : 1;

    return larger32(world_unit(), port->width) * burst;
}

/* Every way, ring and pace with one port. */
static void to_port(uint32_t index)
{
    static uint8_t sent[WORLD_PORT];
    struct world_job *job = &world_jobs[0];
    struct model_port *model;
    uint32_t units = 10 + world_below(100);

    begin(0);
    model = world_place_port(index);
    model->size = units * port_unit(index);
    world_scatter(&job->source, world_source(0x1000), 1 + world_below(10),
                  units, port_unit(index));
    job->transfer.port = &world_ports[index];
    world_make_ready(job);
    run(job);
    world_gather(job, sent);
    expect_number("bytes that the port received", model->done, model->size);
    expect_bytes("what the port received", world_port_bytes[index], sent,
                 model->size);
}

static void from_port(uint32_t index)
{
    struct world_job *job = &world_jobs[0];
    struct model_port *model;
    uint32_t units = 10 + world_below(100);

    begin(0);
    model = world_place_port(index);
    model->size = units * port_unit(index);
    world_scatter(&job->destination, world_target(0x1000), 1 + world_below(10),
                  units, port_unit(index));
    job->transfer.port = &world_ports[index];
    world_make_ready(job);
    run(job);
    expect_number("bytes that the port sent", model->done, model->size);
}

/* So many items of one unit for a port. */
static struct world_job *port_job(uint32_t index, uint32_t items)
{
    struct world_job *job = &world_jobs[index];

    world_scatter(&job->source, world_source(0x1000), items, items,
                  port_unit(0));
    job->transfer.port = &world_ports[0];
    world_make_ready(job);
    return job;
}

/* Its request line is free when a transfer has ended: what the first channel
   does next, at each step of the other one's, has nothing to do with it. */
static void port_of_two(void)
{
    for (uint32_t i = 0; i < 100; i++) {
        struct world_job *other;
        struct world_job *next;

        world_begin(larger32(4, engine_case.slots), 0);
        (void)world_place_port(0);
        run(port_job(0, 4));
        other = port_job(1, 20);
        other->channel = 1;
        expect_status("submit", world_submit(other), IODMA_OK);
        (void)world_pass(i);
        next = world_plain(2, 0x3000, 0x3000, 16 * world_any_unit());
        world_expect(next);
        expect_status("submit", world_submit(next), IODMA_OK);
        (void)world_drive(1);
        world_expect_end(other, IODMA_OK);
        world_expect_end(next, IODMA_OK);
        (void)world_expect_order();
    }
}

static bool shares_ports(void)
{
    return engine_can_port() && engine_has_channels();
}

static void to_ports(void)
{
    for (uint32_t i = 0; i < engine_case.port_count * 20; i++)
        to_port(i % engine_case.port_count);
}

static void from_ports(void)
{
    for (uint32_t i = 0; i < engine_case.port_count * 20; i++)
        from_port(i % engine_case.port_count);
}

static bool walks_ports(void)
{
    return engine_can_port() && engine_has_model();
}

/* A port of several registers, here a stretch of memory, is walked or
   refused. */
static void wide_ports(void)
{
    for (uint32_t i = 0; i < engine_case.port_count; i++) {
        struct world_job *job = &world_jobs[0];
        uint32_t length = port_unit(i) * 40;

        world_begin(larger32(4, engine_case.slots), 0);
        world.way = world_any_way();
        (void)world_place_port(i);
        world_ports[i].address = cpu_address(world_source(0x8000));
        world_ports[i].increment = world_ports[i].width;
        memcpy(world_port_bytes[i], world_source(0x8000), length);
        world_scatter(&job->destination, world_target(0x1000), 3, 40,
                      port_unit(i));
        job->transfer.port = &world_ports[i];
        world_make_ready(job);
        world_expect(job);
        expect_status("submit", world_submit(job), IODMA_OK);
        (void)world_drive(10);
        if (job->status == IODMA_UNSUPPORTED)
            world_settle(job);
        else
            world_expect_end(job, IODMA_OK);
        (void)world_expect_order();
    }
}

/* A port that asks for nothing for a while is waited for. */
static void slow_port(void)
{
    struct world_job *job = &world_jobs[0];

    world_begin(larger32(4, engine_case.slots), 0);
    world_place_port(0)->size = port_unit(0) * 40;
    world_scatter(&job->source, world_source(0x1000), 3, 40, port_unit(0));
    job->transfer.port = &world_ports[0];
    world_make_ready(job);
    world.starved = true;
    world.way = world_any_way();
    expect_status("submit", world_submit(job), IODMA_OK);
    (void)world_pass(1000);
    (void)world_serve();
    expect_number("bytes that the port received", engine_case.port(0)->done, 0);
    expect_number("callbacks", job->calls, 0);
    world.starved = false;
    (void)world_drive(10);
    world_expect_end(job, IODMA_OK);
    (void)world_expect_order();
}

/* Refused before the engine is asked. */
static void bad_ports(void)
{
    static const struct {
        const char *what;
        struct hal_port port;
        enum iodma_status want;
    } rows[] = {
        { "no width",
          { .width = 0, .burst = 1, .depth = 1 },
          IODMA_BAD_ARGUMENT },
        { "a width of 3",
          { .width = 3, .burst = 1, .depth = 1 },
          IODMA_BAD_ARGUMENT },
        { "a width of 16",
          { .width = 16, .burst = 1, .depth = 1 },
          IODMA_BAD_ARGUMENT },
        { "no burst",
          { .width = 1, .burst = 0, .depth = 1 },
          IODMA_BAD_ARGUMENT },
        { "a FIFO below its burst",
          { .width = 1, .burst = 4, .depth = 2 },
          IODMA_BAD_ARGUMENT },
        { "an address that the engine does not see",
          { .address = 0x1000, .width = 1, .burst = 1, .depth = 1 },
          IODMA_MESSAGE_TOO_LARGE },
    };

    world_begin(larger32(4, engine_case.slots), 0);
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct hal_port port = rows[i].port;
        struct world_job *job = &world_jobs[0];

        if (i == 0 && engine_can_port())
            continue;
        if (port.address == 0)
            port.address = WORLD_PORT_FIRST;
        job->source.count = 0;
        world_add(&job->source, world_source(0x1000), 64);
        job->transfer.port = &port;
        world_make_ready(job);
        world_expect_refused(rows[i].what, job, &job->source.command,
                             rows[i].want, IODMA_RULE_NONE);
        job->transfer.port = NULL;
        (void)iodma_command_complete(&job->source.command, false, false);
    }
    expect_number("items", world_dmac(0)->counts.items, 0);
    (void)world_expect_order();
}

/* Rows -------------------------------------------------------------------- */

enum {
    FROM_MEMORY,
    FROM_FILL,
    TO_PORT,
    KINDS,
};

/* One end: a window that holds all the rows, in so many segments. */
static void window(struct world_side *side, uint8_t *base, uint32_t length,
                   uint32_t unit, uint32_t segments)
{
    side->count = 0;
    if (segments == 1)
        world_add(side, base, length);
    else
        world_scatter(side, base, smaller32(segments, length / unit),
                      length / unit, unit);
}

static void any_rows(struct world_job *job, uint32_t kind)
{
    uint32_t unit = kind == TO_PORT ? port_unit(0) : world_any_unit();
    uint32_t segments = world_below(2) != 0 ? 1 : 5;
    uint32_t length = (1 + world_below(20)) * unit;
    struct iodma_rows rows = {
        .length = length,
        .count = 2 + world_below(19),
        .source_stride = length / 2 / unit * unit + world_below(20) * unit,
        .destination_stride = length + world_below(20) * unit,
    };

    if (kind != FROM_FILL)
        window(&job->source, world_source(0x1000),
               (rows.count - 1) * rows.source_stride + length, unit, segments);
    if (kind != TO_PORT)
        window(&job->destination, world_target(0x1000),
               (rows.count - 1) * rows.destination_stride + length, unit,
               segments);
    job->transfer.rows = rows;
    job->transfer.fills = kind == FROM_FILL;
    job->transfer.fill = 0x3C;
    job->transfer.port = kind == TO_PORT ? &world_ports[0] : NULL;
    world_make_ready(job);
}

/* The rows, one behind the other. */
static void expect_received(const struct world_job *job)
{
    static uint8_t window_bytes[WORLD_PORT];
    const struct iodma_rows *rows = &job->transfer.rows;

    world_gather(job, window_bytes);
    expect_number("bytes that the port received", engine_case.port(0)->done,
                  rows->length * rows->count);
    for (uint32_t i = 0; i < rows->count; i++)
        expect_bytes("a row that the port received",
                     &world_port_bytes[0][i * rows->length],
                     &window_bytes[i * rows->source_stride],
                     (size_t)rows->length);
}

static void run_rows(uint32_t kind)
{
    for (uint32_t i = 0; i < 60; i++) {
        struct world_job *job = &world_jobs[0];
        size_t all;

        begin(0);
        if (kind == TO_PORT)
            (void)world_place_port(0);
        any_rows(job, kind);
        all = (size_t)job->transfer.rows.length * job->transfer.rows.count;
        if (kind == TO_PORT)
            engine_case.port(0)->size = all;
        else
            world_ask_oracle(job);
        run(job);
        if (kind == TO_PORT)
            expect_received(job);
    }
}

static void rows_of_memory(void)
{
    run_rows(FROM_MEMORY);
}

static void rows_of_fill(void)
{
    run_rows(FROM_FILL);
}

static void rows_to_port(void)
{
    run_rows(TO_PORT);
}

/* What an engine with rows is made for it does as one item. */
static void one_item(void)
{
    struct world_job *job = &world_jobs[0];

    world_begin(larger32(4, engine_case.slots), 0);
    job->transfer.rows = (struct iodma_rows){ .length = 64,
                                              .count = 2,
                                              .source_stride = 128,
                                              .destination_stride = 192 };
    world_add(&job->source, world_source(0x1000), 256);
    world_add(&job->destination, world_target(0x1000), 256);
    world_make_ready(job);
    run(job);
    expect_number("items", world_dmac(0)->counts.items, 1);
}

const struct engine_test engine_routes[] = {
    { "a fill writes its byte and nothing else", engine_can_fill, fills },
    { "without a stand-in what it cannot fill is refused", cannot_fill,
      not_filled },
    { "with a stand-in everybody fills, and it is counted", NULL, stands_in },
    { "memory goes to ports as they ask for it", engine_can_port, to_ports },
    { "what ports have goes to memory", engine_can_port, from_ports },
    { "a port of several registers is walked, or refused", walks_ports,
      wide_ports },
    { "a port that asks for nothing is waited for", engine_has_requests,
      slow_port },
    { "a port goes from one channel to another one", shares_ports,
      port_of_two },
    { "a port that none could serve is refused, with a reason", NULL,
      bad_ports },
    { "rows go from memory to memory", NULL, rows_of_memory },
    { "rows are filled", engine_can_fill, rows_of_fill },
    { "rows go to a port", engine_can_port, rows_to_port },
    { "rows are one item", engine_has_rows, one_item },
    { NULL, NULL, NULL },
};
