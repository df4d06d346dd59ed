/* SPDX-License-Identifier: MIT */
#include "tests/pl08x_rows.h"

#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

static struct pl08x_model model;
static uint8_t ring[ITEMS * PL08X_MODEL_ITEM];
static uint8_t published[sizeof ring];
static uint8_t from[BYTES];
static uint8_t to[BYTES];
static uint8_t out[PORT_BYTES];
static uint8_t in[PORT_BYTES];

/* A port of one byte, whose FIFO takes 8. */
static struct model_port port(uint32_t bus, uint32_t request, uint8_t *bytes)
{
    return (struct model_port){
        .bus = bus,
        .width = 1,
        .request = request,
        .depth = 8,
        .bytes = bytes,
        .size = PORT_BYTES,
    };
}

static void set_up(void (*chip)(struct pl08x_model *model))
{
    uint64_t seed = 1;

    chip(&model);
    model.engine.base = BASE;
    model.engine.ring = (struct model_piece){ RING, sizeof ring, ring };
    model.engine.published = published;
    model.engine.pieces[0] = (struct model_piece){ FROM, sizeof from, from };
    model.engine.pieces[1] = (struct model_piece){ TO, sizeof to, to };
    model.engine.ports[0] = port(OUT, 3, out);
    model.engine.ports[1] = port(IN, 15, in);
    memset(ring, 0, sizeof ring);
    memset(published, 0, sizeof published);
    memset(to, 0, sizeof to);
    memset(out, 0, sizeof out);
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(1 + random_below(&seed, 255));
    memcpy(in, from, sizeof in);
}

static void put_item(uint32_t word, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        ring[4 * word + i] = (uint8_t)(value >> 8 * i);
}

static void expect_untouched(uint32_t first, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (!expect_number("a byte untouched", to[first + i], 0))
            return;
    }
}

static void expect_filled(uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        expect_bytes("filled", &to[4 * i], from, 4);
}

static void expects(const struct op *op)
{
    struct engine_model *engine = &model.engine;

    switch (op->what) {
    case READ:
        expect_number(hex(op->b), mmio_read32(BASE + op->b), op->a);
        break;
    case IDLE:
        expect_number("idle", engine_model_step(engine, 1), 0);
        break;
    case INTERRUPT:
        expect_number("interrupt", engine_model_interrupt(engine, op->b),
                      op->a);
        break;
    case MOVED:
        expect_number("moved", engine->moved, op->a);
        break;
    case FETCHED:
        expect_number("fetched", engine->fetched, op->a);
        break;
    case COPIED:
        expect_bytes("copied", &to[op->b], &from[op->b], op->a);
        break;
    case UNTOUCHED:
        expect_untouched(op->b, op->a);
        break;
    case FILLED:
        expect_filled(op->a);
        break;
    default: /* PORT */
        expect_number("port", engine->ports[op->b].done, op->a);
        expect_bytes("port", op->b == 0 ? out : to, from, op->a);
        break;
    }
}

static void does(const struct op *op)
{
    struct engine_model *engine = &model.engine;

    switch (op->what) {
    case WRITE:
        mmio_write32(BASE + op->b, op->a);
        break;
    case WRITE16:
        mmio_write16(BASE + op->b, (uint16_t)op->a);
        break;
    case READ16:
        (void)mmio_read16(BASE + op->b);
        break;
    case STEP:
        expect_number("steps", engine_model_step(engine, op->a), op->a);
        break;
    case ITEM:
        put_item(op->b, op->a);
        break;
    case PUBLISH:
        engine_model_publish(engine);
        break;
    case ASKS:
        engine->ports[op->b].ready = op->a;
        break;
    case MISBEHAVE:
        engine->misbehaves = op->a;
        engine->at = op->b;
        break;
    case DELAY:
        engine->delay = op->a;
        break;
    case STUCK:
        engine->stuck = op->a != 0;
        break;
    case ABORT_DELAY:
        engine->abort_delay = op->a;
        break;
    case MEMORY_BY:
        model.memory_by = op->a;
        break;
    case PORTS_BY:
        model.ports_by = op->a;
        break;
    case CLOSES:
        model.closes_after = op->a;
        break;
    case POWER:
        engine_model_power_cycle(engine);
        break;
    default:
        expects(op);
        break;
    }
}

static void run(const struct row *row)
{
    const char *violation;

    check_case(row->name);
    set_up(row->chip);
    for (size_t i = 0; i < OPS && row->ops[i].what != END; i++)
        does(&row->ops[i]);
    (void)engine_model_step(&model.engine, 2); /* posted writes land */
    violation = model.engine.violation;
    if (!row->violation)
        expect(violation ? violation : "no violation", !violation);
    else if (expect(row->violation, violation != NULL))
        expect(violation, strcmp(violation, row->violation) == 0);
}

void run_all(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run(&rows[i]);
}
