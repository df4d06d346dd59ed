/* SPDX-License-Identifier: MIT */
/*
 * The model of a PL080 and PL081, by registers: what the chip does, step by
 * step, how it misbehaves, and that every rule of the manual is kept to.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/pl08x_model.h"

#include <string.h>

#define BASE   ((uintptr_t)0x10130000)
#define RING   0x00100000u
#define FROM   0x00200000u
#define TO     0x00300000u
#define NOBODY 0x00400000u
#define OUT    0x101F1000u /* ports: out on line 3, in on line 15 */
#define IN     0x101F2000u

enum { BYTES = 0x8000, PORT_BYTES = 64, ITEMS = 4, OPS = 28 };

/* Registers. */
#define INT      0x000u
#define TC       0x004u
#define TC_CLR   0x008u
#define ERR      0x00Cu
#define ERR_CLR  0x010u
#define RAW_TC   0x014u
#define RAW_ERR  0x018u
#define ENABLED  0x01Cu
#define SOFT     0x020u
#define SOFT_END 0x02Cu
#define CONF     0x030u
#define SYNC     0x034u
#define TEST     0x500u
#define ID       0xFE0u
#define SRC(c)   (0x100u + 0x20u * (c))
#define DST(c)   (0x104u + 0x20u * (c))
#define LLI(c)   (0x108u + 0x20u * (c))
#define CTL(c)   (0x10Cu + 0x20u * (c))
#define CFG(c)   (0x110u + 0x20u * (c))

/* DMACCxControl: both sides increment, and the end interrupts. */
#define WIDTHS(s, d) (0x8C000000u | (d) << 21 | (s) << 18)
#define WORDS(n)     (WIDTHS(2u, 2u) | (n))
#define BURST4       0x00009000u
#define QUIET        0x80000000u
#define FROM_FIXED   0x04000000u
#define TO_FIXED     0x08000000u
#define FROM_AHB2    0x01000000u
#define TO_AHB2      0x02000000u

/* DMACCxConfiguration: enabled, both interrupts let through. */
#define GO      0xC001u
#define OFF     0xC000u
#define HALT    0x40000u
#define ACTIVE  0x20000u
#define TO_OUT  (1u << 11 | 3u << 6)
#define FROM_IN (2u << 11 | 15u << 1)

/* What a row does, one after the other. */
enum what {
    END,
    WRITE,       /* a to register b                      */
    WRITE16,     /* the same, of half a word             */
    READ,        /* register b: a comes                  */
    READ16,      /* register b                           */
    STEP,        /* a steps, all of which do something   */
    IDLE,        /* a step does nothing                  */
    ITEM,        /* a into word b of the ring            */
    PUBLISH,     /* the ring                             */
    INTERRUPT,   /* of channel b: a                      */
    MOVED,       /* a elements                           */
    FETCHED,     /* a items                              */
    COPIED,      /* a bytes, beginning with byte b       */
    UNTOUCHED,   /* a bytes, beginning with byte b       */
    FILLED,      /* a words with the first one           */
    ASKS,        /* port b for a elements                */
    PORT,        /* port b is done with a bytes          */
    MISBEHAVE,   /* in the way a, after b steps          */
    DELAY,       /* a steps, of a late end               */
    STUCK,       /* or not any more                      */
    ABORT_DELAY, /* a steps                              */
    MEMORY_BY,   /* masters a                            */
    PORTS_BY,    /* masters a                            */
    CLOSES,      /* after a reads                        */
    POWER,       /* fails and returns                    */
};

struct op {
    enum what what;
    uint32_t b;
    uint32_t a;
};

struct row {
    const char *name;
    void (*chip)(struct pl08x_model *model);
    struct op ops[OPS];
    const char *violation;
};

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

/* The chip on, and a channel set up: from, to, no next item. */
#define ON                                                                     \
    {                                                                          \
        WRITE, CONF, 1                                                         \
    }
#define SET(c, control)                                                        \
    { WRITE, SRC(c), FROM }, { WRITE, DST(c), TO }, { WRITE, LLI(c), 0 },      \
    {                                                                          \
        WRITE, CTL(c), control                                                 \
    }
#define START(c, control)                                                      \
    ON, SET(c, control),                                                       \
    {                                                                          \
        WRITE, CFG(c), GO                                                      \
    }

/* An item of the ring: words 32 bytes further on, on both sides. */
#define LINK(i, next, control)                                                 \
    { ITEM, 4 * (i), FROM + 32 * ((i) + 1) },                                  \
        { ITEM, 4 * (i) + 1, TO + 32 * ((i) + 1) },                            \
        { ITEM, 4 * (i) + 2, next },                                           \
    {                                                                          \
        ITEM, 4 * (i) + 3, control                                             \
    }

static const struct row chip_rows[] = {
    { "after power-up the registers of a PL080 are 0",
      pl080_model_power_on,
      { { READ, INT, 0 },
        { READ, TC, 0 },
        { READ, ERR, 0 },
        { READ, RAW_TC, 0 },
        { READ, RAW_ERR, 0 },
        { READ, ENABLED, 0 },
        { READ, SOFT, 0 },
        { READ, SOFT_END, 0 },
        { READ, CONF, 0 },
        { READ, SYNC, 0 },
        { READ, SRC(7), 0 },
        { READ, DST(7), 0 },
        { READ, LLI(7), 0 },
        { READ, CTL(7), 0 },
        { READ, CFG(7), 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "a PL080 says that it is one",
      pl080_model_power_on,
      { { READ, ID, 0x80 },
        { READ, ID + 4, 0x10 },
        { READ, ID + 8, 0x14 },
        { READ, ID + 12, 0x0A },
        { READ, ID + 16, 0x0D },
        { READ, ID + 20, 0xF0 },
        { READ, ID + 24, 0x05 },
        { READ, ID + 28, 0xB1 } },
      NULL },
    { "a PL081 says that it is one",
      pl081_model_power_on,
      { { READ, ID, 0x81 },
        { READ, ID + 4, 0x10 },
        { READ, ID + 8, 0x14 },
        { READ, ID + 12, 0 },
        { READ, ID + 28, 0xB1 } },
      NULL },
    { "what is written reads back",
      pl080_model_power_on,
      { ON,
        SET(2, WORDS(7)),
        { WRITE, SYNC, 0xFFFF },
        { WRITE, CFG(2), ACTIVE | OFF },
        { READ, CONF, 1 },
        { WRITE, SOFT, 0 },
        { READ, SYNC, 0xFFFF },
        { READ, SRC(2), FROM },
        { READ, DST(2), TO },
        { READ, LLI(2), 0 },
        { READ, CTL(2), WORDS(7) },
        { READ, CFG(2), OFF } },
      NULL },
    { "a copy is read into the FIFO, written, and done",
      pl080_model_power_on,
      { START(0, WORDS(5)),
        { READ, ENABLED, 1 },
        { STEP, 0, 5 }, /* four in, one out */
        { READ, CTL(0), WORDS(4) },
        { READ, CFG(0), ACTIVE | GO },
        { READ, SRC(0), FROM + 16 },
        { READ, DST(0), TO + 4 },
        { INTERRUPT, 0, 0 },
        { STEP, 0, 5 },
        { READ, CTL(0), WORDS(0) },
        { READ, CFG(0), OFF },
        { READ, ENABLED, 0 },
        { READ, RAW_TC, 1 },
        { READ, INT, 1 },
        { INTERRUPT, 0, 1 },
        { MOVED, 0, 5 },
        { COPIED, 0, 20 },
        { UNTOUCHED, 20, 20 } },
      NULL },
    { "an interrupt is cleared by a write, which is posted",
      pl080_model_power_on,
      { START(3, WORDS(1)),
        { STEP, 0, 2 },
        { READ, TC, 8 },
        { READ, ERR, 0 },
        { WRITE, ERR_CLR, 8 },
        { READ, TC, 8 },
        { WRITE, TC_CLR, 7 },
        { READ, TC, 8 },
        { WRITE, TC_CLR, 8 },
        { INTERRUPT, 3, 1 },
        { READ, INT, 0 },
        { INTERRUPT, 3, 0 } },
      NULL },
    { "an interrupt that is masked is raw only",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(1)),
        { WRITE, CFG(0), 1 },
        { STEP, 0, 2 },
        { READ, RAW_TC, 1 },
        { READ, TC, 0 },
        { READ, INT, 0 },
        { INTERRUPT, 0, 0 } },
      NULL },
    { "an item that does not ask for an interrupt does not raise one",
      pl080_model_power_on,
      { START(0, WORDS(1) & ~QUIET),
        { STEP, 0, 2 },
        { READ, RAW_TC, 0 },
        { READ, ENABLED, 0 } },
      NULL },
    { "4095 words are one item",
      pl081_model_power_on,
      { START(1, WORDS(4095)),
        { STEP, 0, 8190 },
        { COPIED, 0, 16380 },
        { READ, TC, 2 },
        { UNTOUCHED, 16380, 4 } },
      NULL },
    { "bytes become words",
      pl080_model_power_on,
      { START(0, WIDTHS(0u, 2u) | 12),
        { STEP, 0, 15 },
        { MOVED, 0, 3 },
        { COPIED, 0, 12 },
        { IDLE, 0, 0 } },
      NULL },
    { "words become bytes",
      pl080_model_power_on,
      { START(0, WIDTHS(2u, 0u) | 2),
        { STEP, 0, 5 },
        { READ, CTL(0), WIDTHS(2u, 0u) | 2 },
        { STEP, 0, 5 },
        { MOVED, 0, 8 },
        { COPIED, 0, 8 },
        { IDLE, 0, 0 } },
      NULL },
    { "halfwords stay halfwords",
      pl080_model_power_on,
      { START(0, WIDTHS(1u, 1u) | 3), { STEP, 0, 6 }, { COPIED, 0, 6 } },
      NULL },
    { "a source that does not increment fills",
      pl080_model_power_on,
      { START(0, WORDS(6) & ~FROM_FIXED),
        { STEP, 0, 12 },
        { FILLED, 0, 6 },
        { READ, SRC(0), FROM } },
      NULL },
    { "a list is fetched item by item, and its last one interrupts",
      pl080_model_power_on,
      { LINK(0, RING + 16, WORDS(4) & ~QUIET),
        LINK(1, 0, WORDS(4)),
        { PUBLISH, 0, 0 },
        ON,
        SET(0, WORDS(4) & ~QUIET),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 9 },
        { READ, LLI(0), RING + 16 },
        { FETCHED, 0, 1 },
        { STEP, 0, 17 },
        { COPIED, 0, 16 },
        { UNTOUCHED, 16, 16 },
        { COPIED, 32, 16 },
        { COPIED, 64, 16 },
        { READ, TC, 1 } },
      NULL },
    { "an item in the middle may interrupt, and the next is fetched",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(4)),
        { PUBLISH, 0, 0 },
        ON,
        SET(0, WORDS(4)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 8 },
        { READ, TC, 1 },
        { READ, ENABLED, 1 },
        { WRITE, TC_CLR, 1 },
        { STEP, 0, 9 },
        { READ, TC, 1 },
        { READ, ENABLED, 0 },
        { COPIED, 32, 16 } },
      NULL },
    { "a list may go round for ever",
      pl080_model_power_on,
      { LINK(0, RING, WORDS(4)),
        { PUBLISH, 0, 0 },
        ON,
        SET(0, WORDS(4)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 800 },
        { FETCHED, 0, 88 } },
      NULL },
    { "what is not published is not seen",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(4)),
        { PUBLISH, 0, 0 },
        LINK(0, 0, WORDS(0)),
        ON,
        SET(0, WORDS(4)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 17 },
        { COPIED, 32, 16 } },
      NULL },
    { "channels take turns",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(1)),
        SET(7, WORDS(1)),
        { WRITE, DST(7), TO + 4 },
        { WRITE, SRC(7), FROM + 4 },
        { WRITE, CFG(0), GO },
        { WRITE, CFG(7), GO },
        { STEP, 0, 2 },
        { READ, RAW_TC, 0 },
        { STEP, 0, 1 },
        { READ, RAW_TC, 1 },
        { READ, ENABLED, 0x80 },
        { STEP, 0, 1 },
        { READ, INT, 0x81 },
        { INTERRUPT, 7, 1 },
        { INTERRUPT, 6, 0 } },
      NULL },
    { "both masters of a PL080 reach memory",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(4) | FROM_AHB2 | TO_AHB2),
        { PUBLISH, 0, 0 },
        { MEMORY_BY, 0, 2 },
        ON,
        SET(0, WORDS(4) | FROM_AHB2 | TO_AHB2),
        { WRITE, LLI(0), RING | 1 },
        { WRITE, CFG(0), GO },
        { STEP, 0, 17 },
        { COPIED, 32, 16 } },
      NULL },
};

static const struct row error_rows[] = {
    { "a source where nobody answers is a bus error",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(4)),
        { WRITE, SRC(0), NOBODY },
        { WRITE, CFG(0), GO },
        { STEP, 0, 1 },
        { READ, RAW_ERR, 1 },
        { READ, ERR, 1 },
        { READ, RAW_TC, 0 },
        { READ, ENABLED, 0 },
        { INTERRUPT, 0, 1 },
        { WRITE, ERR_CLR, 1 },
        { READ, INT, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "a destination where nobody answers is a bus error",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(4)),
        { WRITE, DST(0), NOBODY },
        { WRITE, CFG(0), 0x8001 },
        { STEP, 0, 5 },
        { READ, RAW_ERR, 1 },
        { READ, ERR, 0 },
        { READ, CFG(0), 0x8000 },
        { READ, CTL(0), WORDS(4) },
        { INTERRUPT, 0, 0 } },
      NULL },
    { "a master that does not reach a source is a bus error",
      pl080_model_power_on,
      { { MEMORY_BY, 0, 1 },
        START(0, WORDS(1) | FROM_AHB2),
        { STEP, 0, 1 },
        { READ, ERR, 1 } },
      NULL },
    { "a master that does not reach a destination is a bus error",
      pl080_model_power_on,
      { { MEMORY_BY, 0, 1 },
        START(0, WORDS(1) | TO_AHB2),
        { STEP, 0, 2 },
        { READ, ERR, 1 } },
      NULL },
    { "a master that does not reach the list is a bus error",
      pl080_model_power_on,
      { { MEMORY_BY, 0, 1 },
        ON,
        SET(0, WORDS(1)),
        { WRITE, LLI(0), RING | 1 },
        { WRITE, CFG(0), GO },
        { STEP, 0, 3 },
        { READ, ERR, 1 },
        { FETCHED, 0, 0 } },
      NULL },
    { "a master that does not reach a port is a bus error",
      pl080_model_power_on,
      { { PORTS_BY, 0, 2 },
        { ASKS, 0, 1 },
        ON,
        SET(0, (WIDTHS(0u, 0u) | 1) & ~TO_FIXED),
        { WRITE, DST(0), OUT },
        { WRITE, CFG(0), GO | TO_OUT },
        { STEP, 0, 2 },
        { READ, ERR, 1 },
        { PORT, 0, 0 } },
      NULL },
};

static const struct row stop_rows[] = {
    { "a halted channel drains its FIFO, and goes on when told to",
      pl080_model_power_on,
      { START(0, WORDS(8)),
        { STEP, 0, 2 },
        { WRITE, CFG(0), GO | HALT },
        { READ, CFG(0), GO | HALT | ACTIVE },
        { STEP, 0, 2 },
        { READ, CFG(0), GO | HALT },
        { READ, CTL(0), WORDS(6) },
        { IDLE, 0, 0 },
        { COPIED, 0, 8 },
        { WRITE, CFG(0), GO },
        { STEP, 0, 12 },
        { COPIED, 0, 32 },
        { READ, TC, 1 } },
      NULL },
    { "a channel that is enabled and halted waits",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(1)),
        { WRITE, CFG(0), GO | HALT },
        { IDLE, 0, 0 },
        { WRITE, CFG(0), GO },
        { STEP, 0, 2 },
        { READ, TC, 1 } },
      NULL },
    { "a halted channel fetches nothing",
      pl080_model_power_on,
      { ON,
        SET(0, WORDS(1)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 2 },
        { WRITE, CFG(0), GO | HALT },
        { IDLE, 0, 0 },
        { FETCHED, 0, 0 } },
      NULL },
    { "bytes that do not fill an element stay in the FIFO of a halted channel",
      pl080_model_power_on,
      { START(0, WIDTHS(0u, 2u) | 8),
        { STEP, 0, 3 },
        { WRITE, CFG(0), GO | HALT },
        { IDLE, 0, 0 },
        { READ, CFG(0), GO | HALT | ACTIVE } },
      NULL },
    { "a channel that is disabled loses its FIFO",
      pl080_model_power_on,
      { START(0, WORDS(4)),
        { STEP, 0, 5 },
        { WRITE, CFG(0), OFF },
        { READ, ENABLED, 0 },
        { READ, CFG(0), OFF },
        { READ, SRC(0), FROM + 16 },
        { READ, DST(0), TO + 4 },
        { READ, CTL(0), WORDS(3) },
        { IDLE, 0, 0 },
        { COPIED, 0, 4 },
        { UNTOUCHED, 4, 12 },
        { READ, INT, 0 } },
      NULL },
    { "a disable takes its time, and the channel goes on meanwhile",
      pl080_model_power_on,
      { { ABORT_DELAY, 0, 3 },
        START(0, WORDS(4)),
        { STEP, 0, 4 },
        { WRITE, CFG(0), OFF },
        { READ, ENABLED, 1 },
        { STEP, 0, 2 },
        { READ, ENABLED, 1 },
        { WRITE, CFG(0), OFF },
        { STEP, 0, 1 },
        { READ, ENABLED, 0 },
        { IDLE, 0, 0 },
        { MOVED, 0, 2 } },
      NULL },
    { "a disable masks its interrupts at once",
      pl080_model_power_on,
      { { ABORT_DELAY, 0, 9 },
        START(0, WORDS(1)),
        { WRITE, CFG(0), 0 },
        { READ, CFG(0), 1 },
        { STEP, 0, 2 },
        { READ, RAW_TC, 1 },
        { INTERRUPT, 0, 0 } },
      NULL },
    { "a channel that ends before it is disabled says so",
      pl080_model_power_on,
      { { ABORT_DELAY, 0, 9 },
        START(0, WORDS(1)),
        { WRITE, CFG(0), OFF },
        { STEP, 0, 2 },
        { READ, ENABLED, 0 },
        { READ, TC, 1 },
        { IDLE, 0, 0 } },
      NULL },
    { "a last item is told of before its channel is disabled",
      pl080_model_power_on,
      { { CLOSES, 0, 3 },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { READ, RAW_TC, 1 },
        { READ, ENABLED, 1 },
        { READ, ENABLED, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "or a step before",
      pl080_model_power_on,
      { { CLOSES, 0, 3 },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { READ, RAW_TC, 1 },
        { STEP, 0, 1 },
        { READ, ENABLED, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "a stuck channel is neither halted nor disabled",
      pl080_model_power_on,
      { { STUCK, 0, 1 },
        START(0, WORDS(2)),
        { WRITE, CFG(0), GO | HALT },
        { STEP, 0, 1 },
        { WRITE, CFG(0), 0 },
        { READ, ENABLED, 1 },
        { STEP, 0, 1 },
        { STUCK, 0, 0 },
        { WRITE, CFG(0), 0 },
        { READ, ENABLED, 0 } },
      NULL },
    { "halting a channel that has ended does no harm",
      pl080_model_power_on,
      { START(0, WORDS(1)),
        { STEP, 0, 2 },
        { WRITE, CFG(0), GO | HALT },
        { READ, ENABLED, 1 },
        { IDLE, 0, 0 },
        { WRITE, CFG(0), OFF },
        { READ, ENABLED, 0 } },
      NULL },
    { "a channel is used again after all of it was written again",
      pl080_model_power_on,
      { START(0, WORDS(4)),
        { STEP, 0, 3 },
        { WRITE, CFG(0), 0 },
        SET(0, WORDS(2)),
        { WRITE, CFG(0), GO },
        { STEP, 0, 4 },
        { READ, TC, 1 },
        { COPIED, 0, 8 },
        { UNTOUCHED, 8, 8 } },
      NULL },
    { "the power fails, and all is as at the beginning",
      pl080_model_power_on,
      { START(0, WORDS(4)),
        { STEP, 0, 5 },
        { WRITE, SYNC, 1 },
        { POWER, 0, 0 },
        { READ, ENABLED, 0 },
        { READ, CONF, 0 },
        { READ, SYNC, 0 },
        { READ, CTL(0), 0 },
        { IDLE, 0, 0 },
        { UNTOUCHED, 4, 12 } },
      NULL },
};

/* To a port, from one. */
#define BYTES_OUT(n) ((WIDTHS(0u, 0u) | (n)) & ~TO_FIXED)
#define BYTES_IN(n)  ((WIDTHS(0u, 0u) | (n)) & ~FROM_FIXED)
#define TO_PORT(c, n)                                                          \
    ON, SET(c, n), { WRITE, DST(c), OUT },                                     \
    {                                                                          \
        WRITE, CFG(c), GO | TO_OUT                                             \
    }
#define FROM_PORT(c, n)                                                        \
    ON, SET(c, n), { WRITE, SRC(c), IN },                                      \
    {                                                                          \
        WRITE, CFG(c), GO | FROM_IN                                            \
    }

static const struct row port_rows[] = {
    { "data waits in the FIFO until the port asks",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(3)),
        { STEP, 0, 3 },
        { IDLE, 0, 0 },
        { READ, CFG(0), GO | TO_OUT | ACTIVE },
        { PORT, 0, 0 },
        { ASKS, 0, 2 },
        { STEP, 0, 2 },
        { IDLE, 0, 0 },
        { PORT, 0, 2 },
        { READ, CTL(0), BYTES_OUT(1) },
        { ASKS, 0, 1 },
        { STEP, 0, 1 },
        { PORT, 0, 3 },
        { READ, TC, 1 } },
      NULL },
    { "a burst waits until the port asks for all of it, or for the rest",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(6) | BURST4),
        { STEP, 0, 6 },
        { ASKS, 0, 3 },
        { IDLE, 0, 0 },
        { ASKS, 0, 4 },
        { STEP, 0, 4 },
        { IDLE, 0, 0 },
        { ASKS, 0, 1 },
        { IDLE, 0, 0 },
        { ASKS, 0, 2 },
        { STEP, 0, 2 },
        { PORT, 0, 6 },
        { READ, TC, 1 } },
      NULL },
    { "a port that does not ask keeps a halted channel active",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(3)),
        { STEP, 0, 3 },
        { WRITE, CFG(0), GO | TO_OUT | HALT },
        { IDLE, 0, 0 },
        { READ, CFG(0), GO | TO_OUT | HALT | ACTIVE },
        { WRITE, CFG(0), 0 },
        { READ, ENABLED, 0 },
        { PORT, 0, 0 } },
      NULL },
    { "a halted channel asks for what its FIFO has",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(6) | BURST4),
        { STEP, 0, 2 },
        { WRITE, CFG(0), GO | TO_OUT | HALT },
        { ASKS, 0, 1 },
        { IDLE, 0, 0 },
        { ASKS, 0, 2 },
        { STEP, 0, 2 },
        { READ, CFG(0), GO | TO_OUT | HALT },
        { PORT, 0, 2 } },
      NULL },
    { "a burst that was cut short does not go on",
      pl080_model_power_on,
      { { ASKS, 0, 4 },
        TO_PORT(0, BYTES_OUT(4) | BURST4),
        { STEP, 0, 5 },
        { WRITE, CFG(0), 0 },
        TO_PORT(0, BYTES_OUT(4) | BURST4),
        { STEP, 0, 4 },
        { IDLE, 0, 0 },
        { PORT, 0, 1 } },
      NULL },
    { "single requests of a source count, and what came goes on to memory",
      pl080_model_power_on,
      { FROM_PORT(0, BYTES_IN(5) | BURST4),
        { IDLE, 0, 0 },
        { ASKS, 1, 3 },
        { STEP, 0, 6 },
        { IDLE, 0, 0 },
        { PORT, 1, 3 },
        { READ, CTL(0), BYTES_IN(2) | BURST4 },
        { ASKS, 1, 2 },
        { STEP, 0, 4 },
        { PORT, 1, 5 },
        { READ, TC, 1 } },
      NULL },
    { "bytes of a port become words of memory",
      pl080_model_power_on,
      { FROM_PORT(0, (WIDTHS(0u, 2u) | 8) & ~FROM_FIXED),
        { ASKS, 1, 3 },
        { STEP, 0, 3 },
        { IDLE, 0, 0 },
        { UNTOUCHED, 0, 8 },
        { ASKS, 1, 5 },
        { STEP, 0, 7 },
        { PORT, 1, 8 },
        { READ, TC, 1 } },
      NULL },
    { "a port feeds another one",
      pl081_model_power_on,
      { ON,
        SET(0, BYTES_OUT(2) & ~FROM_FIXED),
        { WRITE, SRC(0), IN },
        { WRITE, DST(0), OUT },
        { WRITE, CFG(0), GO | TO_OUT | FROM_IN },
        { ASKS, 0, 2 },
        { IDLE, 0, 0 },
        { ASKS, 1, 2 },
        { STEP, 0, 4 },
        { PORT, 0, 2 },
        { READ, TC, 1 } },
      NULL },
};

static const struct row misbehaviour_rows[] = {
    { "it fails",
      pl080_model_power_on,
      { { MISBEHAVE, 5, ENGINE_FAILS },
        START(0, WORDS(4)),
        { STEP, 0, 6 },
        { READ, ERR, 1 },
        { READ, TC, 0 },
        { READ, ENABLED, 0 },
        { IDLE, 0, 0 },
        { MOVED, 0, 1 } },
      NULL },
    { "it fails where it fetches",
      pl080_model_power_on,
      { { MISBEHAVE, 2, ENGINE_FAILS },
        ON,
        SET(0, WORDS(1)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 3 },
        { READ, INT, 1 },
        { READ, ERR, 1 },
        { FETCHED, 0, 0 } },
      NULL },
    { "it stalls, and can be disabled",
      pl080_model_power_on,
      { { MISBEHAVE, 5, ENGINE_STALLS },
        START(0, WORDS(4)),
        { STEP, 0, 6 },
        { IDLE, 0, 0 },
        { READ, ENABLED, 1 },
        { READ, INT, 0 },
        { WRITE, CFG(0), GO | HALT },
        { IDLE, 0, 0 },
        { READ, CFG(0), GO | HALT | ACTIVE },
        { WRITE, CFG(0), 0 },
        { READ, ENABLED, 0 },
        { MOVED, 0, 1 } },
      NULL },
    { "after it has stalled it works again",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_STALLS },
        START(0, WORDS(1)),
        { STEP, 0, 1 },
        { IDLE, 0, 0 },
        { WRITE, CFG(0), 0 },
        SET(0, WORDS(1)),
        { WRITE, CFG(0), GO },
        { STEP, 0, 2 },
        { READ, TC, 1 } },
      NULL },
    { "it ends early, and moves the rest later",
      pl080_model_power_on,
      { { MISBEHAVE, 6, ENGINE_EARLY },
        START(0, WORDS(4)),
        { STEP, 0, 7 },
        { READ, TC, 1 },
        { READ, ENABLED, 0 },
        { READ, CTL(0), WORDS(0) },
        { UNTOUCHED, 8, 8 },
        { WRITE, TC_CLR, 1 },
        { STEP, 0, 2 },
        { COPIED, 0, 16 },
        { READ, RAW_TC, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "it ends late",
      pl080_model_power_on,
      { { MISBEHAVE, 1, ENGINE_LATE },
        { DELAY, 0, 3 },
        START(0, WORDS(2)),
        { STEP, 0, 4 },
        { COPIED, 0, 8 },
        { STEP, 0, 2 },
        { READ, RAW_TC, 0 },
        { READ, ENABLED, 1 },
        { STEP, 0, 1 },
        { READ, TC, 1 },
        { READ, ENABLED, 0 } },
      NULL },
    { "it is late with one item of a list",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(1)),
        { PUBLISH, 0, 0 },
        { MISBEHAVE, 0, ENGINE_LATE },
        { DELAY, 0, 2 },
        ON,
        SET(0, WORDS(1)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 3 },
        { READ, RAW_TC, 0 },
        { STEP, 0, 1 },
        { READ, TC, 1 },
        { STEP, 0, 3 },
        { READ, ENABLED, 0 } },
      NULL },
    { "it is late by no steps",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_LATE },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { READ, TC, 1 } },
      NULL },
    { "it is not late, whatever the delay",
      pl080_model_power_on,
      { { DELAY, 0, 5 }, START(0, WORDS(1)), { STEP, 0, 2 }, { READ, TC, 1 } },
      NULL },
    { "it is disabled before it says late that it is done",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_LATE },
        { DELAY, 0, 5 },
        START(0, WORDS(1)),
        { STEP, 0, 3 },
        { WRITE, CFG(0), 0 },
        { READ, RAW_TC, 0 },
        SET(0, WORDS(1)),
        { WRITE, CFG(0), GO },
        { STEP, 0, 2 },
        { READ, TC, 1 } },
      NULL },
    { "it is not late any more when the power was off",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_LATE },
        { DELAY, 0, 5 },
        START(0, WORDS(1)),
        { STEP, 0, 1 },
        { POWER, 0, 0 },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { READ, TC, 1 } },
      NULL },
    { "it does not interrupt twice when the power was off",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_TWICE },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { POWER, 0, 0 },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { WRITE, TC_CLR, 1 },
        { READ, TC, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "nor when it was off after the first",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_TWICE },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { WRITE, TC_CLR, 1 },
        { READ, TC, 0 },
        { POWER, 0, 0 },
        { IDLE, 0, 0 } },
      NULL },
    { "it interrupts twice",
      pl080_model_power_on,
      { { MISBEHAVE, 1, ENGINE_TWICE },
        START(0, WORDS(1)),
        { STEP, 0, 2 },
        { WRITE, TC_CLR, 1 },
        { READ, TC, 0 },
        { STEP, 0, 1 },
        { READ, TC, 1 },
        { WRITE, TC_CLR, 1 },
        { READ, TC, 0 },
        { IDLE, 0, 0 },
        { READ, TC, 0 } },
      NULL },
    { "it interrupts without a cause",
      pl080_model_power_on,
      { { MISBEHAVE, 1, ENGINE_SPURIOUS },
        START(0, WORDS(2)),
        { STEP, 0, 2 },
        { READ, TC, 1 },
        { READ, ENABLED, 1 },
        { READ, CTL(0), WORDS(2) },
        { STEP, 0, 3 },
        { COPIED, 0, 8 } },
      NULL },
    { "it says done and has moved nothing",
      pl080_model_power_on,
      { { MISBEHAVE, 0, ENGINE_IDLES },
        ON,
        SET(0, WORDS(2)),
        { WRITE, LLI(0), RING },
        { WRITE, CFG(0), GO },
        { STEP, 0, 1 },
        { READ, TC, 1 },
        { READ, LLI(0), 0 },
        { READ, CTL(0), WORDS(0) },
        { READ, ENABLED, 0 },
        { IDLE, 0, 0 },
        { UNTOUCHED, 0, 8 } },
      NULL },
    { "it disables itself without a word",
      pl080_model_power_on,
      { { MISBEHAVE, 6, ENGINE_STOPS },
        START(0, WORDS(4)),
        { STEP, 0, 7 },
        { READ, ENABLED, 0 },
        { READ, RAW_TC, 0 },
        { READ, RAW_ERR, 0 },
        { READ, CTL(0), WORDS(2) },
        { IDLE, 0, 0 },
        { COPIED, 0, 8 },
        { UNTOUCHED, 8, 8 } },
      NULL },
};

/* A channel set up but for one register, and enabled. */
#define BUT(c, control, config, ...)                                           \
    ON, SET(c, control), __VA_ARGS__,                                          \
    {                                                                          \
        WRITE, CFG(c), config                                                  \
    }

static const struct row rule_rows[] = {
    { "a width of 64 bits at the source",
      pl080_model_power_on,
      { START(0, WIDTHS(3u, 2u) | 4) },
      "a width that is reserved" },
    { "a width of 64 bits at the destination",
      pl080_model_power_on,
      { START(0, WIDTHS(2u, 3u) | 4) },
      "a width that is reserved" },
    { "a source not aligned to its width",
      pl080_model_power_on,
      { BUT(0, WORDS(4), GO, { WRITE, SRC(0), FROM + 2 }) },
      "an address that is not aligned to its width" },
    { "a destination not aligned to its width",
      pl080_model_power_on,
      { BUT(0, WIDTHS(0u, 1u) | 4, GO, { WRITE, DST(0), TO + 1 }) },
      "an address that is not aligned to its width" },
    { "a source that wraps",
      pl080_model_power_on,
      { BUT(0, WORDS(2), GO, { WRITE, SRC(0), 0xFFFFFFFC }) },
      "an address that wraps" },
    { "a destination that wraps",
      pl080_model_power_on,
      { BUT(0, WORDS(2), GO, { WRITE, DST(0), 0xFFFFFFFC }) },
      "an address that wraps" },
    { "the last word there is",
      pl080_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, SRC(0), 0xFFFFFFFC }) },
      NULL },
    { "an item of no elements",
      pl080_model_power_on,
      { START(0, WORDS(0)) },
      "an item of no elements" },
    { "three bytes into words",
      pl080_model_power_on,
      { START(0, WIDTHS(0u, 2u) | 3) },
      "an item that does not fill its last element" },
    { "bit 1 of the list pointer",
      pl080_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, LLI(0), RING | 2 }) },
      "reserved bits of DMACCxLLI" },
    { "the second master of a PL081 for the list",
      pl081_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, LLI(0), RING | 1 }) },
      "reserved bits of DMACCxLLI" },
    { "an end of the list with a master",
      pl080_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, LLI(0), 1 }) },
      "an end of the list that is not 0" },
    { "the second master of a PL081 for the source",
      pl081_model_power_on,
      { START(0, WORDS(1) | FROM_AHB2) },
      "a master that the chip does not have" },
    { "the second master of a PL081 for the destination",
      pl081_model_power_on,
      { START(0, WORDS(1) | TO_AHB2) },
      "a master that the chip does not have" },
    { "a list outside the ring",
      pl080_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, LLI(0), FROM }), { STEP, 0, 3 } },
      "a descriptor outside the ring" },
    { "a list partly outside the ring",
      pl080_model_power_on,
      { BUT(0, WORDS(1), GO, { WRITE, LLI(0), RING + sizeof ring - 12 }),
        { STEP, 0, 3 } },
      "a descriptor outside the ring" },
    { "an item of the list that was not published",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(4)),
        BUT(0, WORDS(1), GO, { WRITE, LLI(0), RING }),
        { STEP, 0, 3 } },
      "an item of no elements" },
    { "an item of the list that is not aligned",
      pl080_model_power_on,
      { LINK(0, 0, WORDS(4)),
        { ITEM, 0, FROM + 1 },
        { PUBLISH, 0, 0 },
        BUT(0, WORDS(1), GO, { WRITE, LLI(0), RING }),
        { STEP, 0, 3 } },
      "an address that is not aligned to its width" },
    { "a line without a port",
      pl080_model_power_on,
      { BUT(0, BYTES_OUT(1), GO | 1u << 11 | 4u << 6, { WRITE, DST(0), OUT }) },
      "paced by a line on which nobody asks" },
    { "a paced side that is memory",
      pl080_model_power_on,
      { BUT(0, BYTES_OUT(1), GO | TO_OUT, { WRITE, DST(0), TO }) },
      "a paced side that is not at its port" },
    { "a source paced by the line of another port",
      pl080_model_power_on,
      { BUT(0, BYTES_IN(1), GO | 2u << 11 | 3u << 1, { WRITE, SRC(0), IN }) },
      "a paced side that is not at its port" },
    { "a burst larger than the FIFO of the port",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(32) | 3u << 15) },
      "a burst that the port's FIFO cannot hold" },
    { "a burst as large as the FIFO of the port",
      pl080_model_power_on,
      { TO_PORT(0, BYTES_OUT(32) | 2u << 15) },
      NULL },
    { "a port in another width than its own",
      pl080_model_power_on,
      { { ASKS, 0, 8 }, TO_PORT(0, (WORDS(1) & ~TO_FIXED)), { STEP, 0, 2 } },
      "a port accessed in another width than its own" },
    { "a port that does not pace",
      pl080_model_power_on,
      { { ASKS, 0, 8 },
        BUT(0, BYTES_OUT(1), GO, { WRITE, DST(0), OUT }),
        { STEP, 0, 2 } },
      "a port paced by a request that is not its own" },
    { "flow controlled by the destination",
      pl080_model_power_on,
      { ON, SET(0, WORDS(1)), { WRITE, CFG(0), GO | 5u << 11 } },
      "flow controlled by a peripheral" },
    { "reserved bits of the configuration, above",
      pl080_model_power_on,
      { ON, SET(0, WORDS(1)), { WRITE, CFG(0), GO | 1u << 19 } },
      "reserved bits of DMACCxConfiguration" },
    { "a line above 15",
      pl080_model_power_on,
      { ON, SET(0, WORDS(1)), { WRITE, CFG(0), GO | 16u << 1 } },
      "reserved bits of DMACCxConfiguration" },
    { "a source written while the channel runs",
      pl080_model_power_on,
      { START(0, WORDS(4)), { STEP, 0, 1 }, { WRITE, SRC(0), FROM } },
      "an item written to an enabled channel" },
    { "a list pointer written while the channel is halted",
      pl080_model_power_on,
      { START(0, WORDS(4)),
        { WRITE, CFG(0), GO | HALT },
        { WRITE, LLI(0), RING } },
      "an item written to an enabled channel" },
    { "a line changed while the channel is enabled",
      pl080_model_power_on,
      { START(0, WORDS(4)), { WRITE, CFG(0), GO | 1u << 6 } },
      "a channel's set-up changed while it is enabled" },
    { "masks changed while the channel is enabled",
      pl080_model_power_on,
      { START(0, WORDS(4)), { WRITE, CFG(0), 1 } },
      NULL },
    { "a channel enabled again before it is off",
      pl080_model_power_on,
      { { ABORT_DELAY, 0, 2 },
        START(0, WORDS(4)),
        { WRITE, CFG(0), OFF },
        { WRITE, CFG(0), GO } },
      "a channel enabled again before it was off" },
    { "a channel enabled without a list pointer",
      pl080_model_power_on,
      { ON,
        { WRITE, SRC(0), FROM },
        { WRITE, DST(0), TO },
        { WRITE, CTL(0), WORDS(1) },
        { WRITE, CFG(0), GO } },
      "a channel enabled that is not set up" },
    { "a channel enabled again as it is",
      pl080_model_power_on,
      { START(0, WORDS(4)),
        { STEP, 0, 4 },
        { WRITE, CFG(0), OFF },
        { WRITE, CFG(0), GO } },
      "a channel enabled that is not set up" },
    { "a channel that had ended released from its halt",
      pl080_model_power_on,
      { START(0, WORDS(1)),
        { STEP, 0, 2 },
        { WRITE, CFG(0), GO | HALT },
        { WRITE, CFG(0), GO } },
      "a channel enabled that is not set up" },
    { "a channel enabled with its interrupt pending",
      pl080_model_power_on,
      { START(0, WORDS(1)),
        { STEP, 0, 2 },
        SET(0, WORDS(1)),
        { WRITE, CFG(0), GO } },
      "a channel enabled with an interrupt pending" },
    { "a channel enabled while the controller is off",
      pl080_model_power_on,
      { SET(0, WORDS(1)), { WRITE, CFG(0), GO } },
      "a channel enabled before the controller is" },
    { "the controller disabled while a channel is enabled",
      pl080_model_power_on,
      { START(0, WORDS(1)), { WRITE, CONF, 0 } },
      "the controller disabled before its channels are" },
    { "the controller disabled after its channels",
      pl080_model_power_on,
      { START(0, WORDS(1)), { WRITE, CFG(0), 0 }, { WRITE, CONF, 0 } },
      NULL },
    { "a big-endian master",
      pl080_model_power_on,
      { { WRITE, CONF, 3 } },
      "a big-endian master, or reserved bits" },
    { "a request by software",
      pl080_model_power_on,
      { { WRITE, SOFT, 8 } },
      "a request by software" },
    { "a last request by software",
      pl080_model_power_on,
      { { WRITE, SOFT_END, 8 } },
      "a request by software" },
    { "reserved bits of DMACSync",
      pl080_model_power_on,
      { { WRITE, SYNC, 0x10000 } },
      "reserved bits of DMACSync" },
    { "the interrupt of a third channel of a PL081",
      pl081_model_power_on,
      { { WRITE, TC_CLR, 4 } },
      "an interrupt of no channel cleared" },
    { "the error of a ninth channel",
      pl080_model_power_on,
      { { WRITE, ERR_CLR, 0x100 } },
      "an interrupt of no channel cleared" },
    { "a third channel of a PL081",
      pl081_model_power_on,
      { { WRITE, SRC(2), FROM } },
      "a write of what is not a register to write" },
    { "a sixth register of a channel",
      pl080_model_power_on,
      { { READ, CFG(0) + 4, 0 } },
      "a read of what is not a register to read" },
    { "a write to a status",
      pl080_model_power_on,
      { { WRITE, RAW_TC, 0 } },
      "a write of what is not a register to write" },
    { "a write to an identification",
      pl080_model_power_on,
      { { WRITE, ID, 0 } },
      "a write of what is not a register to write" },
    { "a read of a clear register",
      pl080_model_power_on,
      { { READ, TC_CLR, 0 } },
      "a read of what is not a register to read" },
    { "a read of a test register",
      pl080_model_power_on,
      { { READ, TEST, 0 } },
      "a read of what is not a register to read" },
    { "half a register written",
      pl080_model_power_on,
      { { WRITE16, CONF, 1 } },
      "an access that is not of a word" },
    { "half a register read",
      pl080_model_power_on,
      { { READ16, CONF, 0 } },
      "an access that is not of a word" },
};

static void run_all(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run(&rows[i]);
}

int main(void)
{
    run_all(chip_rows, HAL_COUNT_OF(chip_rows));
    run_all(error_rows, HAL_COUNT_OF(error_rows));
    run_all(stop_rows, HAL_COUNT_OF(stop_rows));
    run_all(port_rows, HAL_COUNT_OF(port_rows));
    run_all(misbehaviour_rows, HAL_COUNT_OF(misbehaviour_rows));
    run_all(rule_rows, HAL_COUNT_OF(rule_rows));
    return check_result();
}
