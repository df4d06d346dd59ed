/* SPDX-License-Identifier: MIT */
/*
 * The model of the RP2040's DMA by its registers alone: what a correct sequence
 * does, what the chip does that an emulator forgives, how it misbehaves, and
 * that each rule is enforced.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/rp2040_dma_model.h"

#include <string.h>

#define BASE      UINT32_C(0x50000000)
#define SRC       UINT32_C(0x20000000)
#define DST       UINT32_C(0x20001000)
#define RING      UINT32_C(0x20040000)
#define UART      UINT32_C(0x40034000)
#define NOWHERE   UINT32_C(0xD0000000) /* SIO, which no channel sees */
#define UART_DREQ 20u

#define BYTES 256u
#define WORDS 16u /* of the ring */

/* Registers of channel n. */
#define CH(n)    ((n)*0x40u)
#define READ     0x00u
#define WRITE    0x04u
#define COUNT    0x08u
#define CTRL_T   0x0Cu
#define AL1_CTRL 0x10u
#define COUNT_T  0x1Cu
#define WRITE_T  0x2Cu
#define READ_T   0x3Cu

#define INTR   0x400u
#define INTE0  0x404u
#define INTF0  0x408u
#define INTS0  0x40Cu
#define INTE1  0x414u
#define INTS1  0x41Cu
#define TIMER0 0x420u
#define MULTI  0x430u
#define SNIFF  0x434u
#define SUM    0x438u
#define LEVELS 0x440u
#define ABORT  0x444u
#define NCHAN  0x448u
#define CREDIT 0x800u
#define RELOAD 0x804u
#define XOR    0x1000u
#define SET    0x2000u
#define CLR    0x3000u

/* Fields of CTRL. */
#define EN        1u
#define HALF      (1u << 2)
#define WORD      (2u << 2)
#define INR       (1u << 4)
#define INW       (1u << 5)
#define WRAP(n)   ((n) << 6)
#define ON_WRITE  (1u << 10)
#define CHAIN(n)  ((n) << 11)
#define TREQ(n)   ((uint32_t)(n) << 15)
#define QUIET     (1u << 21)
#define SWAP      (1u << 22)
#define SNIFFED   (1u << 23)
#define BUSY      (1u << 24)
#define WRITE_ERR (1u << 29)
#define READ_ERR  (1u << 30)
#define AHB_ERR   (1u << 31)

/* Bytes and words from memory to memory; a channel of a pair, and the one that
   programs it by AL1. */
#define COPY8  (EN | INR | INW | TREQ(63))
#define COPY32 (COPY8 | WORD)
#define DATA   (COPY32 | CHAIN(1) | QUIET)
#define LOADER (COPY32 | CHAIN(1) | QUIET | WRAP(4) | ON_WRITE)

/* What a case does, and what it looks at. */
enum act {
    END,
    PUT,    /* write a register                                 */
    GET,    /* read one, and find this                          */
    STEP,   /* let so many steps pass, of which so many are made */
    IRQ,    /* of this channel, is it asserted?                 */
    SAME,   /* so many bytes have arrived, and no more          */
    SLOT,   /* write a word of the ring                         */
    SHOW,   /* publish it                                       */
    MOVED,  /* so many elements and descriptors                 */
    ASK,    /* the UART asks for so many; it has received so many */
    TURN,   /* misbehave so, after so many steps                */
    DELAY,  /* until the chip says that it is done, or aborts   */
    STUCK,  /* it does not stop                                 */
    CYCLE,  /* the power fails                                  */
    NARROW, /* write a byte of a register                       */
};

struct line {
    enum act act;
    uint32_t a;
    uint32_t b;
};

#define DO(act, a, b)                                                          \
    {                                                                          \
        act, a, b                                                              \
    }

/* Channel n copies `count` elements from SRC to DST: not started yet, started.
 */
#define SET_UP(n, count, ctrl)                                                 \
    DO(PUT, CH(n) + READ, SRC), DO(PUT, CH(n) + WRITE, DST),                   \
        DO(PUT, CH(n) + COUNT, count), DO(PUT, CH(n) + AL1_CTRL, ctrl)

#define COPY(n, count, ctrl)                                                   \
    DO(PUT, CH(n) + READ, SRC), DO(PUT, CH(n) + WRITE, DST),                   \
        DO(PUT, CH(n) + COUNT, count), DO(PUT, CH(n) + CTRL_T, ctrl)

/* Four words of the ring. */
#define ITEM(slot, ctrl, at, count)                                            \
    DO(SLOT, 4 * (slot), ctrl), DO(SLOT, 4 * (slot) + 1, SRC + (at)),          \
        DO(SLOT, 4 * (slot) + 2, DST + (at)), DO(SLOT, 4 * (slot) + 3, count)

/* Channel 1 programs channel 0 from the ring on: not started yet. */
#define LOAD                                                                   \
    DO(PUT, CH(1) + READ, RING), DO(PUT, CH(1) + WRITE, BASE + AL1_CTRL),      \
        DO(PUT, CH(1) + COUNT, 4), DO(PUT, CH(1) + AL1_CTRL, LOADER)

/* Two items of 4 and 2 words, and the end: started. */
#define CHAIN_OF_TWO                                                           \
    ITEM(0, DATA, 0, 4), ITEM(1, DATA, 16, 2), ITEM(2, DATA, 0, 0),            \
        DO(SHOW, 0, 0), DO(PUT, INTE0, 1), LOAD, DO(PUT, MULTI, 2)

struct script {
    const char *what;
    struct line lines[40];
    const char *violation; /* NULL: none */
};

static struct rp2040_dma_model chip;
static uint8_t source[BYTES];
static uint8_t target[BYTES];
static uint32_t ring[WORDS];
static uint8_t published[sizeof ring];
static uint8_t received[BYTES];

static void set_up(void)
{
    for (uint32_t i = 0; i < BYTES; i++)
        source[i] = (uint8_t)(i * 7 + 1);
    memset(target, 0xEE, sizeof target);
    memset(ring, 0, sizeof ring);
    memset(published, 0, sizeof published);

    rp2040_dma_model_power_on(&chip);
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING, sizeof ring, (uint8_t *)ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ SRC, BYTES, source };
    chip.engine.pieces[1] = (struct model_piece){ DST, BYTES, target };
    chip.engine.ports[0] = (struct model_port){ .bus = UART,
                                                .width = 1,
                                                .request = UART_DREQ,
                                                .depth = 32,
                                                .bytes = received,
                                                .size = BYTES };
}

static void look(const struct line *line)
{
    struct engine_model *engine = &chip.engine;

    switch (line->act) {
    case GET:
        expect_number(hex(line->a), mmio_read32(BASE + line->a), line->b);
        break;
    case STEP:
        expect_number("steps", engine_model_step(engine, line->a), line->b);
        break;
    case MOVED:
        expect_number("moved", engine->moved, line->a);
        expect_number("descriptors", engine->fetched, line->b);
        break;
    case IRQ:
        expect_number("interrupt", engine_model_interrupt(engine, line->a),
                      line->b);
        break;
    case SAME:
        expect_bytes("target", target, source, line->a);
        expect("nothing beyond it",
               line->a == BYTES || target[line->a] == 0xEE);
        break;
    default:
        engine->ports[0].ready = line->a;
        expect_number("received", engine->ports[0].done, line->b);
        expect_bytes("received", received, source, line->b);
        break;
    }
}

static void act(const struct line *line)
{
    struct engine_model *engine = &chip.engine;

    switch (line->act) {
    case PUT:
        mmio_write32(BASE + line->a, line->b);
        break;
    case NARROW:
        mmio_write8(BASE + line->a, (uint8_t)line->b);
        break;
    case SLOT:
        ring[line->a] = line->b;
        break;
    case SHOW:
        engine_model_publish(engine);
        break;
    case TURN:
        engine->misbehaves = line->a;
        engine->at = line->b;
        break;
    case DELAY:
        engine->delay = line->a;
        engine->abort_delay = line->b;
        break;
    case STUCK:
        engine->stuck = line->a != 0;
        break;
    case CYCLE:
        engine_model_power_cycle(engine);
        break;
    default:
        look(line);
        break;
    }
}

static void play(const struct script *script)
{
    const char *violation;

    check_case(script->what);
    set_up();
    for (const struct line *line = script->lines; line->act != END; line++)
        act(line);
    (void)engine_model_step(&chip.engine, 0); /* what is posted lands */
    violation = chip.engine.violation ? chip.engine.violation : "none";
    if (!expect(script->violation ? script->violation : "no violation",
                strcmp(violation,
                       script->violation ? script->violation : "none") == 0))
        expect(violation, false);
}

/* ---- What a correct driver sees ---- */

static const struct script correct[] = {
    { "a channel copies bytes, says so once, and is acknowledged",
      { { PUT, INTE0, 1 },
        COPY(0, 21, COPY8),
        { GET, AL1_CTRL, COPY8 | BUSY },
        { STEP, 20, 20 },
        { GET, COUNT, 1 },
        { IRQ, 0, 0 },
        { STEP, 9, 1 },
        { SAME, 21, 0 },
        { GET, AL1_CTRL, COPY8 },
        { GET, READ, SRC + 21 },
        { GET, WRITE, DST + 21 },
        { IRQ, 0, 1 },
        { IRQ, 1, 0 },
        { GET, INTS0, 1 },
        { GET, INTS1, 0 },
        { PUT, INTS0, 1 },
        { IRQ, 0, 1 }, /* posted */
        { GET, INTR, 0 },
        { IRQ, 0, 0 } },
      NULL },
    { "halfwords and words go as such, and are swapped if told",
      { COPY(0, 8, COPY8 | HALF),
        { STEP, 99, 8 },
        { SAME, 16, 0 },
        { PUT, CH(4) + READ, DST },
        { PUT, CH(4) + WRITE, DST },
        { PUT, CH(4) + COUNT, 8 },
        { PUT, CH(4) + CTRL_T, COPY8 | HALF | CHAIN(4) | SWAP },
        { STEP, 99, 8 },
        { PUT, SNIFF, 1 | 5 << 1 | 15 << 5 },
        { PUT, CH(5) + READ, DST },
        { PUT, CH(5) + WRITE, DST },
        { PUT, CH(5) + COUNT, 1 },
        { PUT, CH(5) + CTRL_T, COPY8 | HALF | CHAIN(5) | SWAP | SNIFFED },
        { STEP, 99, 1 },
        { GET, SUM, 8 << 8 | 1 },
        { PUT, CH(5) + READ, DST + 2 },
        { PUT, CH(5) + WRITE, DST + 2 },
        { PUT, CH(5) + COUNT_T, 7 },
        { STEP, 99, 7 },
        { PUT, CH(2) + READ, DST },
        { PUT, CH(2) + WRITE, DST },
        { PUT, CH(2) + COUNT, 4 },
        { PUT, CH(2) + CTRL_T, COPY32 | CHAIN(2) | SWAP },
        { STEP, 99, 4 },
        { PUT, CH(3) + READ, DST },
        { PUT, CH(3) + WRITE, DST },
        { PUT, CH(3) + COUNT, 4 },
        { PUT, CH(3) + CTRL_T, COPY32 | CHAIN(3) | SWAP },
        { STEP, 99, 4 },
        { SAME, 16, 0 } },
      NULL },
    { "each of the four registers starts in its own alias",
      { SET_UP(0, 1, COPY32),
        { PUT, COUNT_T, 2 },
        { STEP, 9, 2 },
        { PUT, WRITE_T, DST + 8 },
        { STEP, 9, 2 },
        { PUT, READ_T, SRC + 16 },
        { STEP, 9, 2 },
        { SAME, 24, 0 },
        { GET, RELOAD, 2 } },
      NULL },
    { "the count is reloaded, and the addresses go on",
      { SET_UP(3, 4, COPY32 | CHAIN(3)),
        { GET, CH(3) + COUNT, 0 },
        { PUT, MULTI, 8 },
        { STEP, 9, 4 },
        { PUT, MULTI, 8 },
        { STEP, 9, 4 },
        { SAME, 32, 0 } },
      NULL },
    { "a trigger of a channel that runs is lost",
      { SET_UP(0, 4, COPY32),
        { PUT, MULTI, 1 },
        { STEP, 2, 2 },
        { PUT, MULTI, 1 },
        { STEP, 9, 2 },
        { SAME, 16, 0 } },
      NULL },
    { "a trigger of a channel that is not enabled is lost",
      { SET_UP(0, 4, COPY32 & ~EN),
        { PUT, MULTI, 1 },
        { PUT, CTRL_T, COPY32 & ~EN },
        { PUT, CTRL_T, DATA & ~EN },
        { PUT, CTRL_T, COPY32 & ~EN },
        { STEP, 9, 0 },
        { GET, INTR, 0 } },
      NULL },
    { "bytes are not swapped",
      { COPY(0, 4, COPY8 | SWAP), { STEP, 9, 4 }, { SAME, 4, 0 } },
      NULL },
    { "a ring changes the lower bits of one address only",
      { SET_UP(0, 6, COPY32 | WRAP(3) | ON_WRITE),
        { PUT, MULTI, 1 },
        { STEP, 9, 6 },
        { GET, READ, SRC + 24 },
        { GET, WRITE, DST },
        SET_UP(0, 6, COPY32 | WRAP(4)),
        { PUT, MULTI, 1 },
        { STEP, 9, 6 },
        { GET, READ, SRC + 8 },
        { GET, WRITE, DST + 24 },
        SET_UP(0, 3, COPY32 | WRAP(2)),
        { PUT, MULTI, 1 },
        { STEP, 9, 3 },
        { GET, READ, SRC } },
      NULL },
    { "channels take turns",
      { COPY(0, 4, COPY32),
        { PUT, CH(1) + READ, SRC + 16 },
        { PUT, CH(1) + WRITE, DST + 16 },
        { PUT, CH(1) + COUNT, 4 },
        { PUT, CH(1) + CTRL_T, COPY32 | CHAIN(1) },
        { STEP, 4, 4 },
        { GET, COUNT, 2 },
        { GET, CH(1) + COUNT, 2 },
        { STEP, 9, 4 },
        { SAME, 32, 0 } },
      NULL },
    { "a channel starts the one it chains to",
      { SET_UP(5, 2, COPY32 | CHAIN(5)),
        { PUT, CH(5) + READ, SRC + 8 },
        { PUT, CH(5) + WRITE, DST + 8 },
        COPY(0, 2, COPY32 | CHAIN(5)),
        { STEP, 9, 4 },
        { SAME, 16, 0 },
        { GET, INTR, 0x21 } },
      NULL },
    { "CHAIN_TO is 0 after reset, for every channel",
      { SET_UP(0, 2, COPY32),
        { GET, CH(4) + AL1_CTRL, 0 },
        { PUT, CH(4) + READ, SRC + 8 },
        { PUT, CH(4) + WRITE, DST + 8 },
        { PUT, CH(4) + COUNT, 2 },
        { PUT, CH(4) + CTRL_T, COPY32 },
        { STEP, 9, 4 },
        { SAME, 16, 0 } },
      NULL },
    { "a chain of items by a second channel ends in one interrupt",
      { CHAIN_OF_TWO,
        { STEP, 4 + 4 + 4 + 2 + 3, 17 },
        { GET, INTR, 0 },
        { STEP, 9, 1 },
        { SAME, 24, 0 },
        { GET, INTR, 1 },
        { IRQ, 0, 1 },
        { MOVED, 6, 3 },
        { GET, CH(1) + READ, RING + 48 } },
      NULL },
    { "what was not published is not seen",
      { ITEM(0, DATA, 0, 4),
        { SHOW, 0, 0 },
        { SLOT, 3, 1 },
        LOAD,
        { PUT, MULTI, 2 },
        { STEP, 8, 8 },
        { SAME, 16, 0 } },
      NULL },
    { "a port is given as much as it asks for",
      { { ASK, 3, 0 },
        SET_UP(0, 8, EN | INR | TREQ(UART_DREQ)),
        { PUT, WRITE, UART },
        { PUT, MULTI, 1 },
        { STEP, 9, 3 },
        { ASK, 9, 3 },
        { STEP, 9, 5 },
        { ASK, 0, 8 },
        { GET, WRITE, UART },
        { GET, INTR, 1 } },
      NULL },
    { "a timer lets through X of Y steps",
      { { PUT, TIMER0, 1u << 16 | 4 },
        COPY(0, 2, EN | INR | INW | TREQ(59)),
        { STEP, 3, 3 },
        { GET, COUNT, 2 },
        { STEP, 1, 1 },
        { GET, COUNT, 1 },
        { STEP, 9, 4 },
        { SAME, 2, 0 } },
      NULL },
    { "each timer has its own, and a credit of 63 is saved up",
      { { PUT, TIMER0 + 12, 1u << 16 | 1 },
        SET_UP(7, 4, EN | INR | INW | TREQ(62) | CHAIN(7)),
        { PUT, CH(7) + READ, SRC + 100 },
        { PUT, CH(7) + WRITE, DST + 100 },
        { GET, TIMER0 + 12, 1u << 16 | 1 },
        COPY(0, 100, COPY8),
        { STEP, 999, 100 },
        { GET, CH(7) + CREDIT, 63 },
        { PUT, CH(7) + CREDIT, 0 },
        { GET, CH(7) + CREDIT, 0 },
        { PUT, MULTI, 0x80 },
        { STEP, 999, 4 },
        { SAME, 104, 0 } },
      NULL },
    { "a timer that was not set never asks",
      { COPY(0, 2, EN | INR | INW | TREQ(62)),
        { STEP, 9, 0 },
        { PUT, CREDIT, 0 },
        { GET, CREDIT, 0 } },
      NULL },
    { "the sniffer adds up one channel",
      { { PUT, SNIFF, 1 | 15 << 5 },
        { PUT, SUM, 100 },
        COPY(0, 2, COPY8 | SNIFFED),
        COPY(1, 2, COPY8 | SNIFFED | CHAIN(1)),
        { STEP, 9, 4 },
        { GET, SUM, 100 + 1 + 8 },
        { PUT, SNIFF, 0 },
        { PUT, READ_T, SRC },
        { STEP, 9, 2 },
        { GET, SUM, 100 + 1 + 8 } },
      NULL },
    { "a channel reads a register",
      { { PUT, SNIFF, 1 | 6 << 1 | 15 << 5 },
        { PUT, CH(6) + READ, BASE + NCHAN },
        { PUT, CH(6) + WRITE, DST },
        { PUT, CH(6) + COUNT, 1 },
        { PUT, CH(6) + CTRL_T, COPY32 | SNIFFED | CHAIN(6) },
        { STEP, 9, 1 },
        { GET, SUM, 12 },
        { GET, INTR, 0x40 } },
      NULL },
    { "the aliases set, clear and turn bits",
      { { PUT, INTE0 + SET, 6 },
        { PUT, INTE0 + CLR, 2 },
        { PUT, INTE0 + XOR, 5 },
        { GET, INTE0, 1 },
        { PUT, INTE1, 8 },
        { PUT, INTF0, 4 },
        { GET, INTS0, 4 },
        { IRQ, 2, 1 },
        { GET, NCHAN, 12 } },
      NULL },
    { "each channel goes to the line that it is enabled on",
      { { PUT, INTE1, 2 },
        COPY(0, 1, COPY8),
        COPY(1, 1, COPY8 | CHAIN(1)),
        { STEP, 9, 2 },
        { GET, INTR, 3 },
        { GET, INTS0, 0 },
        { GET, INTS1, 2 },
        { IRQ, 0, 0 },
        { IRQ, 1, 1 },
        { PUT, INTS1, 2 },
        { GET, INTR, 1 },
        { PUT, INTR + CLR, 1 },
        { GET, INTR, 0 } },
      NULL },
    { "the registers are as at reset when the power has failed",
      { { PUT, INTE0, 1 },
        COPY(0, 8, COPY8),
        { STEP, 3, 3 },
        { CYCLE, 0, 0 },
        { STEP, 9, 0 },
        { GET, AL1_CTRL, 0 },
        { GET, READ, 0 },
        { GET, INTE0, 0 } },
      NULL },
};

/* ---- What only silicon does ---- */

static const struct script silicon[] = {
    { "a channel that is paused has one more on its way, and stays busy",
      { COPY(0, 8, COPY8),
        { STEP, 3, 3 },
        { PUT, AL1_CTRL + CLR, EN },
        { STEP, 9, 1 },
        { SAME, 4, 0 },
        { GET, AL1_CTRL, (COPY8 & ~EN) | BUSY },
        { GET, COUNT, 4 },
        { PUT, AL1_CTRL + SET, EN },
        { STEP, 9, 4 },
        { SAME, 8, 0 } },
      NULL },
    { "an abort reads 0 before the last element has moved, which interrupts",
      { { PUT, INTE0, 1 },
        COPY(0, 8, COPY8),
        { STEP, 3, 3 },
        { PUT, ABORT, 1 },
        { GET, ABORT, 0 },
        { GET, COUNT, 0 },
        { GET, AL1_CTRL, COPY8 | BUSY },
        { SAME, 3, 0 },
        { STEP, 9, 1 },
        { SAME, 4, 0 },
        { GET, AL1_CTRL, COPY8 },
        { IRQ, 0, 1 },
        COPY(0, 8, COPY8),
        { STEP, 4, 4 },
        { GET, COUNT, 4 },
        { STEP, 9, 4 },
        { SAME, 8, 0 } },
      NULL },
    { "a channel that is paused while it waits has none on its way",
      { SET_UP(0, 8, EN | INR | TREQ(UART_DREQ)),
        { PUT, WRITE, UART },
        { PUT, MULTI, 1 },
        { PUT, AL1_CTRL + CLR, EN },
        { GET, COUNT, 8 },
        { ASK, 8, 0 },
        { STEP, 9, 0 } },
      NULL },
    { "an abort that is not a channel's own does not touch it",
      { COPY(0, 8, COPY8), { PUT, ABORT, 2 }, { STEP, 9, 8 } },
      NULL },
    { "an abort takes its time also where nothing moves",
      { { DELAY, 0, 3 },
        SET_UP(0, 8, EN | INR | TREQ(UART_DREQ)),
        { PUT, WRITE, UART },
        { PUT, MULTI, 1 },
        { PUT, ABORT, 1 },
        { STEP, 9, 3 },
        { GET, AL1_CTRL, EN | INR | TREQ(UART_DREQ) } },
      NULL },
    { "a write to the next channel before an abort is forgotten after it",
      { { SLOT, 0, SRC },
        { SLOT, 1, DST },
        { SHOW, 0, 0 },
        SET_UP(0, 1, COPY32),
        { PUT, CH(2) + READ, RING },
        { PUT, CH(2) + WRITE, BASE },
        { PUT, CH(2) + COUNT, 3 },
        { PUT, CH(2) + CTRL_T, COPY32 },
        { STEP, 1, 1 },
        { PUT, CH(2) + AL1_CTRL + CLR, EN },
        { STEP, 9, 1 },
        { PUT, ABORT, 4 },
        { GET, CH(2) + AL1_CTRL, COPY32 & ~EN },
        COPY(2, 1, COPY32),
        { STEP, 9, 2 } },
      NULL },
    { "the last element of an aborted channel chains",
      { CHAIN_OF_TWO,
        { STEP, 5, 5 },
        { PUT, ABORT, 1 },
        { STEP, 1, 1 },
        { GET, CH(1) + AL1_CTRL, LOADER | BUSY } },
      NULL },
    { "a pair is down once it is disabled, unchained and aborted",
      { CHAIN_OF_TWO,
        { STEP, 5, 5 },
        { PUT, CH(1) + AL1_CTRL + CLR, EN },
        { PUT, AL1_CTRL, DATA & ~(EN | CHAIN(15u)) },
        { PUT, INTE0 + CLR, 1 },
        { PUT, ABORT, 3 },
        { STEP, 9, 1 },
        { GET, AL1_CTRL, DATA & ~(EN | CHAIN(15u)) },
        { SAME, 8, 0 } },
      NULL },
    { "an abort of what waits for its port is over at once, without a word",
      { SET_UP(0, 8, EN | INR | TREQ(UART_DREQ)),
        { PUT, WRITE, UART },
        { PUT, MULTI, 1 },
        { PUT, ABORT, 1 },
        { GET, AL1_CTRL, EN | INR | TREQ(UART_DREQ) },
        { GET, COUNT, 0 },
        { GET, INTR, 0 },
        { STEP, 9, 0 } },
      NULL },
    { "an abort that takes its time lets the channel go on",
      { { DELAY, 0, 3 },
        COPY(0, 8, COPY8),
        { PUT, ABORT, 1 },
        { GET, ABORT, 1 },
        { STEP, 2, 2 },
        { PUT, ABORT, 2 },
        { GET, ABORT, 3 },
        { STEP, 9, 1 },
        { GET, ABORT, 0 },
        { SAME, 3, 0 },
        { STEP, 9, 0 } },
      NULL },
    { "an address that wraps is read one element too low while it runs",
      { SET_UP(0, 9, COPY32 | WRAP(4) | ON_WRITE),
        { PUT, MULTI, 1 },
        { STEP, 4, 4 },
        { GET, WRITE, DST - 4 },
        { GET, READ, SRC + 16 },
        { STEP, 9, 5 },
        { GET, WRITE, DST + 4 } },
      NULL },
    { "so is the source, and not the target, if the source wraps",
      { SET_UP(0, 9, COPY32 | WRAP(4)),
        { PUT, MULTI, 1 },
        { STEP, 4, 4 },
        { GET, WRITE, DST + 16 },
        { GET, READ, SRC - 4 } },
      NULL },
    { "an address that stands is read one element too low while it runs",
      { SET_UP(0, 2, EN | INW | TREQ(63)),
        { PUT, MULTI, 1 },
        { GET, READ, SRC - 1 },
        { STEP, 9, 2 },
        { GET, READ, SRC } },
      NULL },
    { "a read error halts, interrupts a quiet channel too, and does not chain",
      { SET_UP(1, 2, COPY32 | CHAIN(1)),
        SET_UP(0, 8, DATA),
        { PUT, READ_T, NOWHERE },
        { STEP, 9, 1 },
        { GET, INTR, 1 },
        { GET, AL1_CTRL, DATA | READ_ERR | AHB_ERR },
        { GET, READ, NOWHERE + 12 },
        { PUT, MULTI, 1 },
        { STEP, 9, 0 },
        { PUT, AL1_CTRL, DATA | READ_ERR },
        { GET, AL1_CTRL, DATA } },
      NULL },
    { "a write error is told apart, and setting a bit of CTRL clears it",
      { SET_UP(0, 8, COPY8),
        { PUT, WRITE_T, NOWHERE },
        { STEP, 9, 1 },
        { GET, AL1_CTRL, COPY8 | WRITE_ERR | AHB_ERR },
        { PUT, AL1_CTRL + SET, QUIET },
        { GET, AL1_CTRL, COPY8 | QUIET } },
      NULL },
    { "a null trigger that is not quiet says nothing",
      { SET_UP(0, 8, COPY8),
        { PUT, COUNT_T, 0 },
        { GET, INTR, 0 },
        { STEP, 9, 0 } },
      NULL },
    { "a channel may start another by its address, if it does not chain to it",
      { SET_UP(0, 1, COPY32),
        { SLOT, 0, SRC + 4 },
        { SHOW, 0, 0 },
        { PUT, CH(2) + READ, RING },
        { PUT, CH(2) + WRITE, BASE + READ_T },
        { PUT, CH(2) + COUNT, 1 },
        { PUT, CH(2) + CTRL_T, COPY32 | CHAIN(2) },
        { STEP, 9, 2 },
        { GET, READ, SRC + 8 } },
      NULL },
};

/* ---- How it misbehaves ---- */

static const struct script bad[] = {
    { "it fails at an element",
      { { TURN, ENGINE_FAILS, 2 },
        COPY(0, 8, COPY8),
        { STEP, 9, 3 },
        { SAME, 2, 0 },
        { GET, AL1_CTRL, COPY8 | READ_ERR | AHB_ERR },
        { GET, COUNT, 6 } },
      NULL },
    { "it fails at a descriptor",
      { { TURN, ENGINE_FAILS, 9 },
        CHAIN_OF_TWO,
        { STEP, 99, 10 },
        { GET, INTR, 2 },
        { SAME, 16, 0 } },
      NULL },
    { "it stalls, until it is aborted",
      { { TURN, ENGINE_STALLS, 2 },
        COPY(0, 8, COPY8),
        { STEP, 9, 3 },
        { GET, AL1_CTRL, COPY8 | BUSY },
        { PUT, ABORT, 1 },
        { GET, AL1_CTRL, COPY8 },
        { STEP, 9, 0 },
        { SAME, 2, 0 },
        COPY(0, 8, COPY8),
        { STEP, 9, 8 } },
      NULL },
    { "it says done before the last have moved",
      { { TURN, ENGINE_EARLY, 5 },
        COPY(0, 8, COPY8),
        { STEP, 6, 6 },
        { GET, INTR, 1 },
        { GET, AL1_CTRL, COPY8 },
        { SAME, 5, 0 },
        { GET, READ, SRC + 8 },
        { STEP, 9, 3 },
        { SAME, 8, 0 },
        { GET, INTR, 1 } },
      NULL },
    { "nor do they move if that channel is aborted",
      { { TURN, ENGINE_EARLY, 5 },
        COPY(3, 8, COPY8 | CHAIN(3)),
        { STEP, 6, 6 },
        { PUT, ABORT, 1 },
        { STEP, 1, 1 },
        { PUT, ABORT, 8 },
        { STEP, 9, 0 },
        { SAME, 6, 0 } },
      NULL },
    { "nor if they fail",
      { { TURN, ENGINE_EARLY, 1 },
        SET_UP(0, 8, COPY8),
        { PUT, WRITE_T, DST + BYTES - 4 },
        { STEP, 99, 6 } },
      NULL },
    { "it ends a chain before the last have moved",
      { { TURN, ENGINE_EARLY, 13 },
        CHAIN_OF_TWO,
        { STEP, 18, 18 },
        { GET, INTR, 1 },
        { SAME, 20, 0 },
        { STEP, 9, 1 },
        { SAME, 24, 0 } },
      NULL },
    { "it says done late",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        COPY(0, 4, COPY8),
        { STEP, 6, 6 },
        { SAME, 4, 0 },
        { GET, AL1_CTRL, COPY8 | BUSY },
        { GET, INTR, 0 },
        { STEP, 9, 1 },
        { GET, AL1_CTRL, COPY8 },
        { GET, INTR, 1 },
        COPY(0, 4, COPY8),
        { STEP, 9, 4 } },
      NULL },
    { "it does not say late what was aborted",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        COPY(5, 4, COPY8 | CHAIN(5)),
        { STEP, 5, 5 },
        { PUT, ABORT, 0x20 },
        { GET, CH(5) + AL1_CTRL, COPY8 | CHAIN(5) },
        { STEP, 9, 0 },
        { GET, INTR, 0 } },
      NULL },
    { "it does not say late what comes after an abort",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        COPY(5, 8, COPY8 | CHAIN(5)),
        { STEP, 2, 2 },
        { PUT, ABORT, 0x20 },
        { STEP, 9, 1 },
        { GET, INTR, 0x20 } },
      NULL },
    { "it says done late on a channel of several",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        COPY(5, 4, COPY8 | CHAIN(5)),
        { STEP, 9, 7 },
        { GET, INTR, 0x20 } },
      NULL },
    { "it ends a chain late",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        CHAIN_OF_TWO,
        { STEP, 20, 20 },
        { GET, INTR, 0 },
        { STEP, 9, 1 },
        { GET, INTR, 1 } },
      NULL },
    { "it does not end late a chain that was aborted",
      { { TURN, ENGINE_LATE, 1 },
        { DELAY, 3, 0 },
        CHAIN_OF_TWO,
        { STEP, 18, 18 },
        { PUT, ABORT, 3 },
        { STEP, 9, 0 },
        { GET, INTR, 0 } },
      NULL },
    { "it interrupts twice",
      { COPY(1, 1, COPY8 | CHAIN(1)),
        { STEP, 9, 1 },
        { TURN, ENGINE_TWICE, 1 },
        COPY(0, 4, COPY8),
        { STEP, 9, 4 },
        { PUT, INTS0, 1 },
        { GET, INTR, 2 },
        { STEP, 9, 1 },
        { GET, INTR, 3 },
        { PUT, INTS0, 2 },
        { PUT, INTS0, 1 },
        { STEP, 9, 0 },
        { GET, INTR, 0 } },
      NULL },
    { "it interrupts who listens, without a cause",
      { COPY(1, 1, COPY8 | CHAIN(1)),
        { STEP, 9, 1 },
        { TURN, ENGINE_SPURIOUS, 0 },
        { PUT, INTE0, 12 },
        { STEP, 9, 1 },
        { GET, INTR, 6 },
        { IRQ, 2, 1 } },
      NULL },
    { "it says done and has moved nothing",
      { { TURN, ENGINE_IDLES, 0 },
        COPY(0, 4, COPY8),
        { STEP, 9, 1 },
        { GET, INTR, 1 },
        { SAME, 0, 0 },
        { GET, READ, SRC + 4 },
        { GET, COUNT, 0 },
        { GET, AL1_CTRL, COPY8 } },
      NULL },
    { "it stops without a word",
      { { TURN, ENGINE_STOPS, 2 },
        COPY(0, 4, COPY8),
        { STEP, 9, 3 },
        { GET, INTR, 0 },
        { SAME, 2, 0 },
        { GET, AL1_CTRL, COPY8 & ~EN } },
      NULL },
    { "it is stuck, until it is not",
      { { STUCK, 1, 0 },
        COPY(0, 8, COPY8),
        { STEP, 2, 2 },
        { PUT, AL1_CTRL + CLR, EN },
        { PUT, ABORT, 1 },
        { STEP, 2, 2 },
        { GET, ABORT, 1 },
        { GET, AL1_CTRL, COPY8 | BUSY },
        { SAME, 4, 0 },
        { STUCK, 0, 0 },
        { STEP, 9, 1 },
        { GET, AL1_CTRL, COPY8 },
        { SAME, 5, 0 } },
      NULL },
};

/* ---- What a correct driver never does ---- */

static const struct script rules[] = {
    { "a register is not written in parts",
      { { NARROW, INTE0, 1 } },
      "a narrow write, which the bus makes a whole one" },
    { "a channel does not write a register in parts",
      { SET_UP(0, 1, COPY8),
        { PUT, READ, RING },
        { PUT, WRITE_T, BASE + CH(2) },
        { STEP, 9, 1 } },
      "a narrow write, which the bus makes a whole one" },
    { "there is nothing behind the channels",
      { { PUT, CH(12), 1 } },
      "a write to an unknown register" },
    { "there is nothing between the registers",
      { { GET, 0x410, UINT32_MAX } },
      "a read of an unknown register" },
    { "there is nothing beside the debug registers",
      { { GET, RELOAD + 4, UINT32_MAX } },
      "a read of an unknown register" },
    { "an alias is not read",
      { { GET, INTE0 + SET, UINT32_MAX } },
      "a read through an atomic alias" },
    { "the number of channels is not written",
      { { PUT, NCHAN, 1 } },
      "a write to a register or bits that are read only" },
    { "a level is not written",
      { { PUT, LEVELS, 0 } },
      "a write to a register or bits that are read only" },
    { "the sniffer's reserved bits are 0",
      { { PUT, SNIFF, 1u << 12 } },
      "a write to a register or bits that are read only" },
    { "a mode of the sniffer that is not modelled is not used",
      { { PUT, SNIFF, 1 }, COPY(0, 1, COPY8 | SNIFFED), { STEP, 9, 1 } },
      "a checksum that the model has not" },
    { "there are twelve channels",
      { { PUT, INTE0, 1u << 12 } },
      "a channel that there is not" },
    { "a thirteenth is not started",
      { { PUT, MULTI, 1u << 12 } },
      "a channel that there is not" },
    { "an acknowledge through the set alias takes the others with it",
      { { PUT, INTS0 + SET, 1 } },
      "an acknowledge that takes others with it" },
    { "reserved bits of CTRL are 0",
      { { PUT, AL1_CTRL, 1u << 25 } },
      "reserved bits in CTRL" },
    { "an element has 1, 2 or 4 bytes",
      { { PUT, AL1_CTRL, 3u << 2 } },
      "a DATA_SIZE that there is not" },
    { "a chain leads to a channel",
      { { PUT, AL1_CTRL, CHAIN(12u) } },
      "a chain to a channel that there is not" },
    { "a request is one of 40, a timer, or none",
      { { PUT, AL1_CTRL, TREQ(40) } },
      "a request that there is not" },
    { "a ring holds an element",
      { { PUT, AL1_CTRL, WORD | WRAP(1u) } },
      "a ring that is smaller than an element" },
    { "a timer is no faster than the clock",
      { { PUT, TIMER0, 2u << 16 | 1 } },
      "a timer faster than the clock" },
    { "a sequence has elements",
      { SET_UP(0, 0, COPY8), { PUT, MULTI, 1 } },
      "a sequence of no elements" },
    { "a source is a multiple of the element",
      { SET_UP(0, 1, COPY32), { PUT, READ_T, SRC + 2 } },
      "an address that is not a multiple of the element" },
    { "a target is a multiple of the element",
      { SET_UP(0, 1, COPY8 | HALF), { PUT, WRITE_T, DST + 1 } },
      "an address that is not a multiple of the element" },
    { "two channels do not share a request",
      { COPY(3, 1, EN | TREQ(UART_DREQ)),
        COPY(1, 1, EN | TREQ(UART_DREQ) | CHAIN(1)) },
      "two channels on one request" },
    { "a source is not written while its channel runs",
      { COPY(0, 2, COPY8), { PUT, READ, SRC } },
      "an address written while a channel runs" },
    { "a target is not written while its channel runs",
      { COPY(0, 2, COPY8), { STEP, 1, 1 }, { PUT, WRITE_T, DST } },
      "an address written while a channel runs" },
    { "an address is not written while its channel is paused",
      { COPY(0, 4, COPY8),
        { PUT, AL1_CTRL + CLR, EN },
        { STEP, 9, 1 },
        { PUT, READ, SRC } },
      "an address written while a channel runs" },
    { "the width is not changed while a channel runs",
      { COPY(0, 4, COPY8), { PUT, AL1_CTRL + SET, HALF } },
      "the way it moves changed while a channel runs" },
    { "the request is not changed while a channel runs",
      { COPY(0, 4, COPY8), { PUT, AL1_CTRL + CLR, TREQ(1) } },
      "the way it moves changed while a channel runs" },
    { "a channel that runs gets no null trigger",
      { COPY(0, 4, COPY8), { PUT, COUNT_T, 0 } },
      "a null trigger while a channel runs" },
    { "a null trigger does not take IRQ_QUIET with it",
      { SET_UP(0, 4, DATA), { PUT, CTRL_T, 0 } },
      "a null trigger that takes IRQ_QUIET with it" },
    { "an aborted channel is not started before it is idle",
      { COPY(0, 8, COPY8),
        { STEP, 1, 1 },
        { PUT, ABORT, 1 },
        { GET, ABORT, 0 },
        { PUT, MULTI, 1 } },
      "a start before the abort is over" },
    { "nor before the abort has begun",
      { { DELAY, 0, 9 },
        COPY(0, 1, COPY8),
        { PUT, ABORT, 1 },
        { STEP, 1, 1 },
        { PUT, MULTI, 1 } },
      "a start before the abort is over" },
    { "a descriptor lies in the ring",
      { SET_UP(0, 1, COPY32), { PUT, WRITE_T, BASE + CH(2) }, { STEP, 9, 1 } },
      "a descriptor outside the ring" },
    { "a chain does not race with the write of an address",
      { SET_UP(0, 1, COPY32),
        { PUT, CH(2) + READ, RING },
        { PUT, CH(2) + WRITE, BASE + READ },
        { PUT, CH(2) + COUNT, 1 },
        { PUT, CH(2) + CTRL_T, COPY32 | CHAIN(0) },
        { STEP, 9, 1 } },
      "a chain that races with the write before it" },
    { "a port is not reached without its request",
      { { ASK, 9, 0 },
        SET_UP(0, 1, EN | TREQ(63)),
        { PUT, WRITE_T, UART },
        { STEP, 9, 1 } },
      "a port paced by a request that is not its own" },
    { "a port is reached in its width",
      { { ASK, 9, 0 },
        SET_UP(0, 1, EN | WORD | TREQ(UART_DREQ)),
        { PUT, WRITE_T, UART },
        { STEP, 9, 1 } },
      "a port accessed in another width than its own" },
};

static void play_all(const struct script *scripts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play(&scripts[i]);
}

int main(void)
{
    play_all(correct, HAL_COUNT_OF(correct));
    play_all(silicon, HAL_COUNT_OF(silicon));
    play_all(bad, HAL_COUNT_OF(bad));
    play_all(rules, HAL_COUNT_OF(rules));
    return check_result();
}
