/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the GPDMA, by registers: what a right sequence does, and
 * that the model sees each wrong one. A driver is judged by it elsewhere.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/gpdma_parts.h"

#include <string.h>

#define BASE    0xC0DE000u
#define RING    0x20000000u /* 64 KiB aligned */
#define ARENA   0x20010000u
#define TO      (ARENA + HALF)
#define PORT    0x40013824u
#define NOWHERE 0x70000000u

enum {
    HALF = 0x400,
    LINE = 27,  /* the port's request */
    PLANE = 12, /* a channel with 2D addressing */
    WRITES = 5, /* in a row of a table */
    FOREVER = 100000,
};

/* CxTR1: words, both addresses counting. */
#define WORDS (2u | 2u << 16 | TR1_SINC | TR1_DINC)
#define BYTES (TR1_SINC | TR1_DINC)
#define BURSTS(source, destination)                                            \
    ((uint32_t)((source)-1) << 4 | (uint32_t)((destination)-1) << 20)
#define PAM(mode)  ((uint32_t)(mode) << 11)
#define TCEM(mode) ((uint32_t)(mode) << 30)
#define IE(flags)  (flags) /* an enable has the place of its flag */

#define FILE_AT(index) ((index) == LLR ? CxLLR : CxTR1 + 4u * (index))
#define ALL_LINEAR     (MASK32(31, 27) | BIT32(16))
#define ALL_PLANAR     LLR_ALL

static struct gpdma_model chip;
static uint32_t ring[64];
static uint32_t seen[64];
static uint8_t arena[2 * HALF];
static uint8_t port_bytes[64];

static void set(uint32_t channel, uint32_t offset, uint32_t value)
{
    mmio_write32(BASE + CHANNEL_BASE + CHANNEL_STRIDE * channel + offset,
                 value);
}

static uint32_t get(uint32_t channel, uint32_t offset)
{
    return mmio_read32(BASE + CHANNEL_BASE + CHANNEL_STRIDE * channel + offset);
}

static uint32_t step(uint32_t count)
{
    return engine_model_step(&chip.engine, count);
}

static void set_up(const struct gpdma_chip *which)
{
    gpdma_model_power_on(&chip, which);
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING, sizeof ring, (uint8_t *)ring };
    chip.engine.published = (uint8_t *)seen;
    chip.engine.pieces[0] = (struct model_piece){ ARENA, sizeof arena, arena };
    chip.engine.ports[0] = (struct model_port){ .bus = PORT,
                                                .width = 1,
                                                .request = LINE,
                                                .depth = 8,
                                                .bytes = port_bytes,
                                                .size = sizeof port_bytes };
    memset(ring, 0, sizeof ring);
    for (uint32_t i = 0; i < HALF; i++)
        arena[i] = (uint8_t)(i * 7 + 1);
    memset(arena + HALF, 0xEE, HALF);
    for (uint32_t i = 0; i < sizeof port_bytes; i++)
        port_bytes[i] = (uint8_t)(0xC0 + i);
}

static void begin(const char *what)
{
    check_case(what);
    set_up(&gpdma_u5);
}

/* The register file for a copy within the arena, memory to memory. */
static void describe(uint32_t channel, uint32_t tr1, uint32_t size)
{
    set(channel, FILE_AT(TR1), tr1);
    set(channel, FILE_AT(TR2), TR2_SWREQ);
    set(channel, FILE_AT(BR1), size);
    set(channel, FILE_AT(SAR), ARENA);
    set(channel, FILE_AT(DAR), TO);
    set(channel, FILE_AT(LLR), 0);
}

static void go(uint32_t channel)
{
    set(channel, CxCR, IE(SR_FLAGS) | CR_EN);
}

/* An item at a place in the ring; returns the link to it. */
static uint32_t item(uint32_t place, uint32_t update, const uint32_t *words,
                     uint32_t count)
{
    memcpy(&ring[place], words, 4 * count);
    engine_model_publish(&chip.engine);
    return update | 4 * place;
}

/* A list on a channel that begins with nothing. */
static void list(uint32_t channel, uint32_t link)
{
    set(channel, CxLBAR, RING);
    set(channel, FILE_AT(BR1), 0);
    set(channel, FILE_AT(LLR), link);
    go(channel);
}

static void expect_behaved(void)
{
    expect(chip.engine.violation ? chip.engine.violation : "no violation",
           chip.engine.violation == NULL);
}

static void expect_ended(uint32_t channel, uint32_t flags)
{
    expect_behaved();
    expect_number("flags", get(channel, CxSR) & ~SR_HTF, flags | SR_IDLEF);
    expect_number("EN", get(channel, CxCR) & CR_EN, 0);
}

static void expect_copied(uint32_t size)
{
    expect_bytes("copied", arena + HALF, arena, size);
    expect_number("guard", arena[HALF + size], 0xEE);
}

/* ---- What is wrong ---- */

struct write {
    uint32_t offset;
    uint32_t value;
};

/* A copy of four words, but for registers that are written before the channel
   is enabled. */
static const struct {
    const char *what;
    const char *violation;
    uint32_t channel;
    struct write writes[WRITES];
} settings_wrong[] = {
    { "nothing is wrong with the copy itself", NULL, 0, { { 0 } } },
    { "TR1 has reserved bits",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(TR1), WORDS | BIT32(10) } } },
    { "TR2 has reserved bits",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(TR2), TR2_SWREQ | BIT32(12) } } },
    { "BR1 has no repeat count in a linear channel",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(BR1), BR1_BRC_ONE | 16 } } },
    { "BR1 has a reserved bit in a planar channel",
      "a reserved bit that is not 0",
      PLANE,
      { { FILE_AT(BR1), BIT32(27) | 16 } } },
    { "TR3 is not there in a linear channel",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(TR3), 4 } } },
    { "TR3 may be cleared in a linear channel",
      NULL,
      0,
      { { FILE_AT(TR3), 0 } } },
    { "TR3 has reserved bits",
      "a reserved bit that is not 0",
      PLANE,
      { { FILE_AT(TR3), BIT32(13) } } },
    { "BR2 is not there in a linear channel",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(BR2), 4 } } },
    { "an item lies on a word",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(LLR), ALL_LINEAR | 2 } } },
    { "a linear channel does not load TR3",
      "a reserved bit that is not 0",
      0,
      { { FILE_AT(LLR), ALL_PLANAR } } },
    { "a window lies on 64 KiB",
      "a window that does not lie on 64 KiB",
      0,
      { { CxLBAR, RING + 0x100 } } },
    { "CR has reserved bits",
      "a reserved bit that is not 0",
      0,
      { { CxCR, BIT32(3) } } },
    { "FCR has reserved bits",
      "a reserved bit that is not 0",
      0,
      { { CxFCR, SR_IDLEF } } },
    { "SR is read only",
      "a write to a register that is read only",
      0,
      { { CxSR, SR_TCF } } },
    { "bytes are not exchanged",
      "an exchange of bytes, not modelled",
      0,
      { { FILE_AT(TR1), WORDS | BIT32(26) } } },
    { "there is no trigger",
      "a trigger, not modelled",
      0,
      { { FILE_AT(TR2), TR2_SWREQ | BIT32(24) } } },
    { "SUSP is not set when a channel starts",
      "enabled while SUSP is set",
      0,
      { { CxCR, CR_SUSP | CR_EN } } },
    { "an item does not leave its window",
      "an item that leaves its 64 KiB window",
      0,
      { { FILE_AT(BR1), 0 }, { FILE_AT(LLR), ALL_LINEAR | 0xFFF0 } } },
    { "an item lies in the ring",
      "a descriptor outside the ring",
      0,
      { { FILE_AT(BR1), 0 }, { FILE_AT(LLR), ALL_LINEAR | 0x100 } } },
    { "a port is not memory",
      "a port accessed in another width than its own",
      0,
      { { FILE_AT(DAR), PORT & ~3u } } },
};

/* What is written when the channel has made two steps. */
static const struct {
    const char *what;
    const char *violation;
    struct write writes[WRITES];
} moments_wrong[] = {
    { "the channel's number of bytes stays while it runs",
      "a register written while its channel is enabled",
      { { FILE_AT(BR1), 16 } } },
    { "the link stays while the channel runs",
      "a register written while its channel is enabled",
      { { FILE_AT(LLR), ALL_LINEAR } } },
    { "the window stays while the channel runs",
      "a register written while its channel is enabled",
      { { CxLBAR, RING } } },
    { "a suspended channel is still enabled",
      "a register written while its channel is enabled",
      { { CxCR, CR_SUSP }, { FILE_AT(SAR), ARENA } } },
    { "the step mode stays while the channel runs",
      "a setting of CxCR changed while the channel runs",
      { { CxCR, CR_LSM } } },
    { "interrupts may change while the channel runs",
      NULL,
      { { CxCR, IE(SR_HTF) | CR_EN } } },
    { "reset is for a suspended channel",
      "a reset of a channel that is not suspended",
      { { CxCR, CR_RESET } } },
    { "after reset BR1 has to be written",
      "enabled with registers that have to be written",
      { { CxCR, CR_SUSP }, { CxCR, CR_RESET }, { CxCR, CR_EN } } },
    { "after reset DAR has to be written",
      "enabled with registers that have to be written",
      { { CxCR, CR_SUSP },
        { CxCR, CR_RESET },
        { FILE_AT(BR1), 16 },
        { FILE_AT(SAR), ARENA },
        { CxCR, CR_EN } } },
    { "after reset SAR has to be written",
      "enabled with registers that have to be written",
      { { CxCR, CR_SUSP },
        { CxCR, CR_RESET },
        { FILE_AT(BR1), 16 },
        { FILE_AT(DAR), TO },
        { CxCR, CR_EN } } },
};

static void put(uint32_t channel, const struct write *writes)
{
    for (uint32_t i = 0; i < WRITES; i++)
        if (writes[i].offset != 0 || writes[i].value != 0)
            set(channel, writes[i].offset, writes[i].value);
}

static void expect_violation(const char *want)
{
    const char *got = chip.engine.violation;

    expect(got ? got : "a violation",
           want ? got && strcmp(got, want) == 0 : !got);
}

static void catches_what_is_wrong(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(settings_wrong); i++) {
        uint32_t channel = settings_wrong[i].channel;

        begin(settings_wrong[i].what);
        set(channel, CxLBAR, RING);
        describe(channel, WORDS, 16);
        put(channel, settings_wrong[i].writes);
        go(channel);
        (void)step(FOREVER);
        expect_violation(settings_wrong[i].violation);
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(moments_wrong); i++) {
        begin(moments_wrong[i].what);
        describe(0, WORDS, 16);
        go(0);
        (void)step(2);
        put(0, moments_wrong[i].writes);
        (void)step(FOREVER);
        expect_violation(moments_wrong[i].violation);
    }

    begin("registers are words");
    (void)mmio_read16(BASE + CHANNEL_BASE + CxSR);
    expect_violation("a register access of another width than 32 bits");
    begin("there is nothing between the registers");
    (void)get(0, 0x18);
    expect_violation("a read of no register");
    begin("one request has one channel");
    for (uint32_t i = 0; i < 2; i++) {
        describe(i, BYTES, 4);
        set(i, FILE_AT(TR2), LINE);
        go(i);
    }
    (void)step(1);
    expect_violation("one request for two channels");
    begin("nor may an item take another channel's request");
    describe(1, BYTES, 4);
    set(1, FILE_AT(TR2), LINE);
    go(1);
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ BYTES, LINE, 4, PORT, TO, 0 }, 6));
    (void)step(1);
    expect_violation("one request for two channels");
    begin("security stays while the channel runs");
    describe(0, WORDS, 16);
    go(0);
    mmio_write32(BASE + PRIVCFGR, 1);
    (void)step(1);
    expect_violation("security of a channel changed while it runs");
}

/* ---- User settings ---- */

static const struct {
    const char *what;
    uint32_t channel;
    struct write writes[WRITES];
    uint32_t flags; /* that it ends with */
} settings[] = {
    { "a block has a size", 0, { { FILE_AT(BR1), 0 } }, SR_USEF },
    { "a block has a size, or an item gives one",
      0,
      { { FILE_AT(BR1), 0 }, { FILE_AT(LLR), BIT32(28) } },
      SR_USEF },
    { "a block is a multiple of its source's width",
      0,
      { { FILE_AT(BR1), 18 } },
      SR_USEF },
    { "a packed block is a multiple of its destination's width",
      0,
      { { FILE_AT(TR1), BYTES | 2u << 16 | PAM(2) }, { FILE_AT(BR1), 18 } },
      SR_USEF },
    { "a padded block need not be",
      0,
      { { FILE_AT(TR1), BYTES | 2u << 16 }, { FILE_AT(BR1), 18 } },
      SR_TCF },
    { "the source is aligned", 0, { { FILE_AT(SAR), ARENA + 2 } }, SR_USEF },
    { "the destination is aligned", 0, { { FILE_AT(DAR), TO + 1 } }, SR_USEF },
    { "there are no double words to read",
      0,
      { { FILE_AT(TR1), 3u | 2u << 16 } },
      SR_USEF },
    { "there are no double words to write",
      0,
      { { FILE_AT(TR1), 2u | 3u << 16 } },
      SR_USEF },
    { "the source's offset is aligned",
      PLANE,
      { { FILE_AT(TR3), 2 } },
      SR_USEF },
    { "the destination's offset is aligned",
      PLANE,
      { { FILE_AT(TR3), 2u << 16 } },
      SR_USEF },
    { "the source's offset between blocks is aligned",
      PLANE,
      { { FILE_AT(BR2), 2 } },
      SR_USEF },
    { "the destination's offset between blocks is aligned",
      PLANE,
      { { FILE_AT(BR2), 2u << 16 } },
      SR_USEF },
    { "65535 bytes is the most, and not a word more",
      0,
      { { FILE_AT(BR1), 0xFFFF } },
      SR_USEF },
    { "nobody answers at the source",
      0,
      { { FILE_AT(SAR), NOWHERE } },
      SR_DTEF },
    { "nobody answers at the destination",
      0,
      { { FILE_AT(DAR), NOWHERE } },
      SR_DTEF },
};

static void judges_settings(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(settings); i++) {
        uint32_t channel = settings[i].channel;

        begin(settings[i].what);
        describe(channel, WORDS, 16);
        put(channel, settings[i].writes);
        go(channel);
        (void)step(FOREVER);
        expect_ended(channel,
                     settings[i].flags | (get(channel, CxSR) & MASK32(23, 16)));
        if (settings[i].flags != SR_TCF)
            expect_number("moved", chip.engine.moved, 0);
    }

    begin("a channel that met a bus error wants a reset");
    describe(0, WORDS, 16);
    set(0, FILE_AT(SAR), NOWHERE);
    go(0);
    (void)step(FOREVER);
    describe(0, WORDS, 16);
    go(0);
    (void)step(1);
    expect_violation("enabled without a reset after it broke off");
}

/* ---- Widths ---- */

static const struct {
    const char *what;
    uint32_t tr1;
    uint8_t from[4];
    uint8_t to[8];
    uint32_t size; /* of what arrives */
} widths[] = {
    { "bytes are packed into words",
      2u << 16 | PAM(2),
      { 1, 2, 3, 0x84 },
      { 1, 2, 3, 0x84 },
      4 },
    { "a word is unpacked into bytes",
      2u | PAM(2),
      { 1, 2, 3, 0x84 },
      { 1, 2, 3, 0x84 },
      4 },
    { "bytes are padded with zeros",
      1u << 16 | PAM(0),
      { 1, 2, 3, 0x84 },
      { 1, 0, 2, 0, 3, 0, 0x84, 0 },
      8 },
    { "bytes are sign extended",
      1u << 16 | PAM(1),
      { 1, 2, 3, 0x84 },
      { 1, 0, 2, 0, 3, 0, 0x84, 0xFF },
      8 },
    { "a word loses its left half",
      2u | 1u << 16 | PAM(0),
      { 1, 2, 3, 0x84 },
      { 1, 2 },
      2 },
    { "a word loses its right half",
      2u | 1u << 16 | PAM(1),
      { 1, 2, 3, 0x84 },
      { 3, 0x84 },
      2 },
};

static void converts_widths(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(widths); i++) {
        begin(widths[i].what);
        memcpy(arena, widths[i].from, 4);
        describe(0, widths[i].tr1 | TR1_SINC | TR1_DINC, 4);
        go(0);
        (void)step(FOREVER);
        expect_ended(0, SR_TCF);
        expect_bytes("arrived", arena + HALF, widths[i].to, widths[i].size);
        expect_number("guard", arena[HALF + widths[i].size], 0xEE);
    }

    begin("a fixed source fills");
    describe(0, 2u | 2u << 16 | TR1_DINC, 16);
    go(0);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    for (uint32_t i = 0; i < 16; i++)
        expect_number("filled", arena[HALF + i], arena[i % 4]);

    begin("a channel reads as far ahead as its FIFO reaches");
    describe(0, BYTES, 16);
    go(0);
    expect_number("steps", step(9), 9);
    expect_number("left to read", get(0, FILE_AT(BR1)), 8);
    expect_number("FIFOL", get(0, CxSR) >> 16, 7);
    expect_number("moved", chip.engine.moved, 1);

    begin("the FIFO of a planar channel reaches further");
    describe(PLANE, BYTES, 64);
    go(PLANE);
    (void)step(33);
    expect_number("left to read", get(PLANE, FILE_AT(BR1)), 32);
    expect_number("moved", chip.engine.moved, 1);
}

/* ---- Lists ---- */

static void follows_lists(void)
{
    uint32_t next;

    begin("a list runs to its end, from a channel with nothing to do");
    next = item(8, ALL_LINEAR,
                (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA + 8, TO + 8, 0 },
                6);
    list(0,
         item(0, ALL_LINEAR,
              (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, next }, 6));
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16);
    expect_number("items", chip.engine.fetched, 2);
    expect_number("LLR", get(0, FILE_AT(LLR)), 0);
    expect_number("BR1", get(0, FILE_AT(BR1)), 0);

    begin("an item has only the words that are asked for");
    describe(0, WORDS, 8);
    set(0, CxLBAR, RING);
    set(0, FILE_AT(LLR),
        item(3, BIT32(27) | BIT32(16), (const uint32_t[]){ TO + 8, 0 }, 2));
    go(0);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16); /* BNDT is restored, SAR goes on */

    begin("an item of a planar channel has eight words");
    list(PLANE, item(0, ALL_PLANAR,
                     (const uint32_t[]){ WORDS, TR2_SWREQ, 4 | BR1_BRC_ONE,
                                         ARENA, TO, 0, 4u << 16, 0 },
                     8));
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    expect_bytes("first row", arena + HALF, arena, 4);
    expect_number("gap", arena[HALF + 4], 0xEE);
    expect_bytes("second row", arena + HALF + 8, arena + 4, 4);

    begin("what was not published is not seen");
    (void)item(0, 0, (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 },
               6);
    ring[2] = 16;
    list(0, ALL_LINEAR);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(8);

    begin("the link is what it was when the item was loaded");
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    (void)step(1);
    (void)item(5, 0, (const uint32_t[]){ ALL_LINEAR }, 1);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_number("items", chip.engine.fetched, 1);

    begin("a channel that is done goes on from a new link alone");
    set(0, FILE_AT(LLR),
        item(8, ALL_LINEAR,
             (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    set(0, CxLBAR, RING);
    go(0);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(8);

    begin("an item of no bytes is a user setting error");
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 0, ARENA, TO, 0 }, 6));
    (void)step(FOREVER);
    expect_ended(0, SR_USEF);

    begin("reserved bits of an item are seen");
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, BR1_BRC_ONE | 4, ARENA,
                                     TO, 0 },
                 6));
    (void)step(FOREVER);
    expect_violation("a reserved bit that is not 0");

    begin("in step mode a channel stops when the next item is loaded");
    describe(0, WORDS, 8);
    set(0, FILE_AT(TR2), TR2_SWREQ | TCEM(TCEM_ITEM));
    set(0, CxLBAR, RING);
    set(0, FILE_AT(LLR), item(0, BIT32(16), (const uint32_t[]){ 0 }, 1));
    set(0, CxCR, CR_LSM | CR_EN);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(8);
    set(0, CxFCR, SR_FLAGS);
    set(0, CxCR, CR_LSM | CR_EN);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16);

    begin("a ring of one item never ends");
    describe(0, WORDS, 8);
    set(0, CxLBAR, RING);
    set(0, FILE_AT(LLR),
        item(0, BIT32(28) | BIT32(27), (const uint32_t[]){ ARENA, TO }, 2));
    go(0);
    expect_number("steps", step(500), 500);
    expect_behaved();
    expect_copied(8);

    begin("an address without an update repeats the item for ever");
    describe(0, WORDS & ~(TR1_SINC | TR1_DINC), 8);
    set(0, FILE_AT(LLR), 4);
    go(0);
    expect_number("steps", step(500), 500);
    expect_number("items", chip.engine.fetched, 0);
}

/* ---- Events ---- */

/* Two items of eight bytes. When, in elements written, events come. */
static const struct {
    const char *what;
    uint32_t mode;
    uint32_t complete;
    uint32_t half;
} events[] = {
    { "events of blocks", TCEM_BLOCK, 2, 1 },
    { "events of repeated blocks, in a linear channel", TCEM_PLANE, 2, 1 },
    { "events of items", TCEM_ITEM, 2, 1 },
    { "events of the channel", TCEM_CHANNEL, 4, 3 },
};

static void raises_events(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(events); i++) {
        uint32_t tr2 = TR2_SWREQ | TCEM(events[i].mode);
        uint32_t complete = 0;
        uint32_t half = 0;

        begin(events[i].what);
        describe(0, WORDS, 8);
        set(0, FILE_AT(TR2), tr2);
        set(0, CxLBAR, RING);
        set(0, FILE_AT(LLR),
            item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, tr2, 8, ARENA + 8, TO + 8, 0 }, 6));
        go(0);
        while (step(1) != 0) {
            uint32_t flags = get(0, CxSR);

            if (complete == 0 && (flags & SR_TCF) != 0) {
                complete = chip.engine.moved;
                expect_number("items", chip.engine.fetched,
                              events[i].mode >= TCEM_ITEM);
            }
            if (half == 0 && (flags & SR_HTF) != 0)
                half = chip.engine.moved;
        }
        expect_ended(0, SR_TCF);
        expect_number("complete", complete, events[i].complete);
        expect_number("half", half, events[i].half);
    }

    begin("half of three elements are two");
    describe(0, WORDS, 12);
    go(0);
    while ((get(0, CxSR) & SR_HTF) == 0 && step(1) != 0)
        continue;
    expect_number("moved", chip.engine.moved, 2);

    begin("repeated blocks are halved by blocks");
    describe(PLANE, WORDS, 4);
    set(PLANE, FILE_AT(TR2), TR2_SWREQ | TCEM(TCEM_PLANE));
    set(PLANE, FILE_AT(BR1), 4 | 2 * BR1_BRC_ONE);
    go(PLANE);
    while ((get(PLANE, CxSR) & SR_HTF) == 0 && step(1) != 0)
        continue;
    expect_number("blocks", chip.engine.moved, 2);
    expect("not complete", (get(PLANE, CxSR) & SR_TCF) == 0);
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    expect_copied(12);

    begin("a channel that begins with nothing has an event only for items");
    set(0, FILE_AT(TR2), TCEM(TCEM_ITEM));
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    (void)step(1);
    expect_number("TCF", get(0, CxSR) & SR_FLAGS, SR_TCF);

    begin("an interrupt is its flag and its enable");
    describe(3, WORDS, 16);
    set(3, CxCR, IE(SR_TCF) | CR_EN);
    (void)step(7);
    expect("early", !engine_model_interrupt(&chip.engine, 3));
    (void)step(1);
    expect("line", engine_model_interrupt(&chip.engine, 3));
    expect("other line", !engine_model_interrupt(&chip.engine, 0));
    expect_number("MISR", mmio_read32(BASE + MISR), BIT32(3));
    set(3, CxFCR, SR_TCF);
    expect("posted", engine_model_interrupt(&chip.engine, 3));
    expect_number("MISR", mmio_read32(BASE + MISR), 0);
    expect("acknowledged", !engine_model_interrupt(&chip.engine, 3));
    expect_number("half", get(3, CxSR) & SR_FLAGS, SR_HTF);
}

/* ---- Planes ---- */

static void jumps(void)
{
    begin("an offset follows each whole burst");
    describe(PLANE, WORDS | BURSTS(2, 1), 20);
    set(PLANE, FILE_AT(TR3), 8);
    go(PLANE);
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    expect_bytes("first", arena + HALF, arena, 8);
    expect_bytes("second", arena + HALF + 8, arena + 16, 8);
    expect_bytes("third", arena + HALF + 16, arena + 32, 4);
    expect_number("SAR", get(PLANE, FILE_AT(SAR)), ARENA + 36);

    begin("each block jumps, its source backwards");
    describe(PLANE, WORDS, 8);
    set(PLANE, FILE_AT(SAR), ARENA + 16);
    set(PLANE, FILE_AT(BR1), 8 | BR1_BRC_ONE | BR1_BRSDEC);
    set(PLANE, FILE_AT(BR2), 24 | 8u << 16);
    go(PLANE);
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    expect_bytes("first", arena + HALF, arena + 16, 8);
    expect_number("gap", arena[HALF + 8], 0xEE);
    expect_bytes("second", arena + HALF + 16, arena, 8);
    expect_number("DAR", get(PLANE, FILE_AT(DAR)), TO + 32);

    begin("both sides may jump backwards");
    describe(PLANE, WORDS, 8);
    set(PLANE, FILE_AT(SAR), ARENA + 16);
    set(PLANE, FILE_AT(DAR), TO + 16);
    set(PLANE, FILE_AT(BR1), 8 | BR1_BRC_ONE | BR1_BRSDEC | BR1_BRDDEC);
    set(PLANE, FILE_AT(BR2), 24 | 24u << 16);
    go(PLANE);
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    expect_bytes("first", arena + HALF + 16, arena + 16, 8);
    expect_number("gap", arena[HALF + 8], 0xEE);
    expect_bytes("second", arena + HALF, arena, 8);

    begin("bursts of one element gather a column, bottom up");
    describe(PLANE, BYTES, 4);
    set(PLANE, FILE_AT(SAR), ARENA + 48);
    set(PLANE, FILE_AT(BR1), 4 | BR1_SDEC);
    set(PLANE, FILE_AT(TR3), 17);
    go(PLANE);
    (void)step(FOREVER);
    expect_ended(PLANE, SR_TCF);
    for (uint32_t i = 0; i < 4; i++)
        expect_number("row", arena[HALF + i], arena[48 - 16 * i]);
}

/* ---- Requests ---- */

static void to_port(uint32_t size, uint32_t burst)
{
    describe(0, TR1_SINC | BURSTS(1, burst), size);
    set(0, FILE_AT(TR2), LINE | TR2_DREQ);
    set(0, FILE_AT(DAR), PORT);
    go(0);
}

static void from_port(uint32_t size, uint32_t tr1, uint32_t tr2)
{
    describe(0, TR1_DINC | tr1, size);
    set(0, FILE_AT(TR2), LINE | tr2);
    set(0, FILE_AT(SAR), PORT);
    go(0);
}

static void waits_for_requests(void)
{
    struct model_port *port = &chip.engine.ports[0];

    begin("a port that does not ask gets nothing, and nothing is read for it");
    to_port(4, 1);
    expect_number("steps", step(FOREVER), 0);
    port->ready = 1;
    (void)step(FOREVER);
    expect_number("done", port->done, 1);
    port->ready = 3;
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_bytes("sent", port_bytes, arena, 4);

    begin("a burst waits until the port asks for all of it");
    to_port(6, 4);
    port->ready = 3;
    (void)step(FOREVER);
    expect_number("done", port->done, 0);
    port->ready = 4;
    (void)step(FOREVER);
    expect_number("done", port->done, 4);
    port->ready = 2; /* the rest of the block */
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);

    begin("a port is read when it asks, and packed as it comes");
    from_port(8, 2u << 16 | PAM(2), 0);
    port->ready = 5;
    (void)step(FOREVER);
    expect_number("read", port->done, 5);
    expect_number("moved", chip.engine.moved, 1);
    expect_number("left", get(0, FILE_AT(BR1)), 3);
    expect_number("FIFOL", get(0, CxSR) >> 16, 0); /* not a word yet */
    port->ready = 3;
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_bytes("received", arena + HALF, port_bytes, 8);

    begin("a request for a block is asked for once");
    from_port(4, 0, TR2_BREQ);
    expect_number("steps", step(FOREVER), 0);
    port->ready = 4;
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);

    begin("a request for a block that the port does not have overruns it");
    from_port(4, 0, TR2_BREQ);
    port->ready = 3;
    (void)step(FOREVER);
    expect_violation("a port accessed that asks for nothing");

    begin("a port that is not paced is overrun");
    from_port(4, 0, TR2_SWREQ);
    port->ready = 4;
    (void)step(FOREVER);
    expect_violation("a port paced by a request that is not its own");
}

/* ---- Suspend and abort ---- */

static void suspends(void)
{
    begin("a suspended channel does nothing, and goes on when it may");
    describe(0, WORDS, 16);
    go(0);
    (void)step(3);
    set(0, CxCR, CR_SUSP);
    expect_number("SR", get(0, CxSR) & ~MASK32(23, 16), SR_SUSPF | SR_IDLEF);
    expect_number("CR", get(0, CxCR), CR_SUSP | CR_EN);
    expect_number("steps", step(FOREVER), 0);
    set(0, CxFCR, SR_SUSPF);
    set(0, CxCR, 0);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16);

    begin("a suspension takes its time");
    describe(0, WORDS, 64);
    go(0);
    chip.engine.abort_delay = 3;
    set(0, CxCR, CR_SUSP);
    (void)step(2);
    expect_number("SR", get(0, CxSR) & (SR_SUSPF | SR_IDLEF), 0);
    set(0, CxCR, CR_SUSP);
    (void)step(1);
    expect_number("SR", get(0, CxSR) & (SR_SUSPF | SR_IDLEF),
                  SR_SUSPF | SR_IDLEF);

    begin("a channel that ends first is never suspended");
    describe(0, WORDS, 4);
    go(0);
    chip.engine.abort_delay = 3;
    set(0, CxCR, CR_SUSP);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);

    begin("an idle channel is not suspended");
    set(0, CxCR, CR_SUSP);
    (void)step(FOREVER);
    expect_number("SR", get(0, CxSR), SR_IDLEF);

    begin("reset empties the FIFO and keeps the flags");
    describe(0, WORDS, 16);
    go(0);
    (void)step(2);
    set(0, CxCR, CR_SUSP);
    set(0, CxCR, CR_SUSP | CR_EN | CR_RESET);
    expect_number("SR", get(0, CxSR), SR_SUSPF | SR_IDLEF);
    expect_number("CR", get(0, CxCR), 0);
    set(0, CxFCR, SR_FLAGS);
    describe(0, WORDS, 16);
    go(0);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16);

    begin("a channel that is stuck does not suspend");
    chip.engine.stuck = true;
    describe(0, WORDS, 64);
    go(0);
    set(0, CxCR, CR_SUSP);
    (void)step(5);
    expect_number("SR", get(0, CxSR) & (SR_SUSPF | SR_IDLEF), 0);
    chip.engine.stuck = false;
    set(0, CxCR, CR_SUSP);
    expect_number("SR", get(0, CxSR) & SR_SUSPF, SR_SUSPF);
    expect_behaved();
}

/* ---- Security ---- */

/* A copy of four words by a channel of some security, in memory of some. */
static const struct {
    const char *what;
    uint32_t seccfgr;
    uint32_t privcfgr;
    uint32_t tr1;
    bool memory_secure;
    bool memory_privileged;
    uint8_t byte; /* the first that arrives; 0xEE: none; 1: what was sent */
} worlds[] = {
    { "secure in a secure memory", 1, 0, TR1_SSEC | TR1_DSEC, true, false, 1 },
    { "not secure in a secure memory", 0, 0, TR1_SSEC | TR1_DSEC, true, false,
      0xEE },
    { "a secure channel's access is secure only if it says so", 1, 0, 0, true,
      false, 0xEE },
    { "a source that is refused reads 0", 1, 0, TR1_DSEC, true, false, 0 },
    { "a destination that is refused gets nothing", 1, 0, TR1_SSEC, true, false,
      0xEE },
    { "secure in a memory that is not", 1, 0, TR1_SSEC | TR1_DSEC, false, false,
      0xEE },
    { "a secure channel in a memory that is not", 1, 0, 0, false, false, 1 },
    { "not privileged where one has to be", 0, 0, 0, false, true, 0xEE },
    { "privileged where one has to be", 0, 1, 0, false, true, 1 },
    { "privileged where one need not be", 0, 1, 0, false, false, 1 },
};

static void keeps_worlds_apart(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(worlds); i++) {
        begin(worlds[i].what);
        chip.cpu_secure = true;
        chip.memory_secure = worlds[i].memory_secure;
        chip.memory_privileged = worlds[i].memory_privileged;
        mmio_write32(BASE + SECCFGR, worlds[i].seccfgr);
        mmio_write32(BASE + PRIVCFGR, worlds[i].privcfgr);
        describe(0, WORDS | worlds[i].tr1, 16);
        go(0);
        (void)step(FOREVER);
        expect_ended(0, SR_TCF);
        expect_number("arrived", arena[HALF], worlds[i].byte);
        expect_number("moved", chip.engine.moved,
                      worlds[i].byte == 0xEE ? 0 : 4);
    }

    begin("a list that is refused reads as an item of no bytes");
    chip.memory_secure = true;
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    (void)step(FOREVER);
    expect_ended(0, SR_USEF);

    begin("a secure channel is not there for who is not secure");
    chip.cpu_secure = true;
    mmio_write32(BASE + SECCFGR, 1);
    describe(0, WORDS, 16);
    set(0, CxCR, IE(SR_TCF));
    (void)get(0, CxSR);
    chip.cpu_secure = false;
    expect_number("SR", get(0, CxSR), 0);
    go(0);
    expect_number("steps", step(FOREVER), 0);
    chip.cpu_secure = true;
    go(0);
    (void)step(FOREVER);
    expect_number("MISR", mmio_read32(BASE + MISR), 0);
    expect_number("SMISR", mmio_read32(BASE + SMISR), 1);
    expect("line", engine_model_interrupt(&chip.engine, 0));

    begin("who is not secure secures nothing, and a lock holds");
    mmio_write32(BASE + SECCFGR, 1);
    mmio_write32(BASE + RCFGLOCKR, 1);
    expect_number("SECCFGR", mmio_read32(BASE + SECCFGR), 0);
    expect_number("RCFGLOCKR", mmio_read32(BASE + RCFGLOCKR), 0);
    chip.cpu_secure = true;
    mmio_write32(BASE + RCFGLOCKR, 1);
    mmio_write32(BASE + SECCFGR, 3);
    expect_number("SECCFGR", mmio_read32(BASE + SECCFGR), 2);
}

/* ---- Misbehaviour ---- */

/* A copy of four words, at the step before the last. */
static const struct {
    const char *what;
    uint32_t kind;
    uint32_t at;
    uint32_t flags; /* as soon as it can be seen                */
    uint32_t moved; /* by then                                  */
    uint32_t all;   /* when nothing more happens                */
    bool idle;      /* then                                     */
} faults[] = {
    { "it fails", ENGINE_FAILS, 7, SR_DTEF, 3, 3, true },
    { "it stalls", ENGINE_STALLS, 7, 0, 3, 3, false },
    { "it is early", ENGINE_EARLY, 6, SR_TCF, 2, 4, true },
    { "it moves nothing", ENGINE_IDLES, 0, SR_TCF, 0, 0, true },
    { "it stops", ENGINE_STOPS, 7, 0, 3, 3, true },
};

static void misbehaves(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        begin(faults[i].what);
        describe(0, WORDS, 16);
        go(0);
        chip.engine.misbehaves = faults[i].kind;
        chip.engine.at = faults[i].at;
        (void)step(faults[i].at + 1);
        expect_behaved();
        expect_number("flags", get(0, CxSR) & SR_FLAGS & ~SR_HTF,
                      faults[i].flags);
        expect_number("moved", chip.engine.moved, faults[i].moved);
        (void)step(FOREVER);
        expect_number("in the end", chip.engine.moved, faults[i].all);
        expect_number("idle", get(0, CxSR) & SR_IDLEF, faults[i].idle);
        expect_number("used up", chip.engine.misbehaves, ENGINE_BEHAVES);
    }

    begin("it fails to load an item");
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    chip.engine.misbehaves = ENGINE_FAILS;
    (void)step(FOREVER);
    expect_ended(0, SR_ULEF);
    set(0, CxFCR, SR_FLAGS);
    go(0);
    (void)step(1);
    expect_violation("enabled with registers that have to be written");

    begin("after that it wants to be told all again");
    list(0, item(0, ALL_LINEAR,
                 (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO, 0 }, 6));
    chip.engine.misbehaves = ENGINE_FAILS;
    (void)step(FOREVER);
    set(0, CxFCR, SR_FLAGS);
    list(0, ALL_LINEAR);
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(8);

    begin("it is late");
    describe(0, WORDS, 16);
    go(0);
    chip.engine.misbehaves = ENGINE_LATE;
    chip.engine.delay = 5;
    (void)step(8);
    expect_copied(16);
    (void)step(5);
    expect_number("SR", get(0, CxSR), SR_HTF);
    (void)step(1);
    expect_ended(0, SR_TCF);

    begin("it interrupts twice");
    describe(0, WORDS, 16);
    go(0);
    chip.engine.misbehaves = ENGINE_TWICE;
    (void)step(FOREVER);
    set(0, CxFCR, SR_FLAGS);
    expect_number("acknowledged", get(0, CxSR), SR_IDLEF);
    expect_number("steps", step(FOREVER), 1);
    expect_number("again", get(0, CxSR), SR_TCF | SR_IDLEF);
    expect("line", engine_model_interrupt(&chip.engine, 0));

    begin("it interrupts without a cause");
    describe(0, WORDS, 16);
    go(0);
    chip.engine.misbehaves = ENGINE_SPURIOUS;
    chip.engine.at = 1;
    (void)step(1);
    expect("not yet", !engine_model_interrupt(&chip.engine, 0));
    (void)step(1);
    expect("line", engine_model_interrupt(&chip.engine, 0));
    expect_number("flags", get(0, CxSR) & SR_FLAGS, 0);
    expect("seen", !engine_model_interrupt(&chip.engine, 0));
    (void)step(FOREVER);
    expect_ended(0, SR_TCF);
    expect_copied(16);

    begin("what stopped in the middle wants a reset");
    describe(0, WORDS, 16);
    go(0);
    chip.engine.misbehaves = ENGINE_STOPS;
    chip.engine.at = 1;
    (void)step(FOREVER);
    describe(0, WORDS, 16);
    go(0);
    (void)step(1);
    expect_violation("enabled without a reset after it broke off");
}

/* Abort as 17.4.4 has it, and copy again. */
static void recover(void)
{
    if ((get(0, CxCR) & CR_EN) != 0)
        set(0, CxCR, CR_SUSP);
    set(0, CxCR, CR_RESET);
    set(0, CxFCR, SR_FLAGS);
    describe(0, WORDS, 16);
    go(0);
    (void)step(FOREVER);
    set(0, CxFCR, SR_FLAGS); /* and, if it is one that interrupts twice, */
    (void)step(FOREVER);
    expect_number("EN", get(0, CxCR) & CR_EN, 0);
    expect_behaved();
    expect_copied(16);
}

static void misbehaves_anywhere(void)
{
    enum { STEPS = 10 }; /* of a list of two items */

    begin("whatever it does, at whichever step, abort brings it back");
    for (uint32_t kind = ENGINE_FAILS; kind <= ENGINE_STOPS; kind++) {
        for (uint32_t at = 0; at < STEPS; at++) {
            uint32_t next;

            set_up(&gpdma_u5);
            next = item(
                8, ALL_LINEAR,
                (const uint32_t[]){ BYTES, TR2_SWREQ, 2, ARENA + 8, TO + 8, 0 },
                6);
            list(0, item(0, ALL_LINEAR,
                         (const uint32_t[]){ WORDS, TR2_SWREQ, 8, ARENA, TO,
                                             next },
                         6));
            chip.engine.misbehaves = kind;
            chip.engine.at = at;
            chip.engine.delay = 3;
            (void)step(FOREVER);
            expect_number("used up", chip.engine.misbehaves, ENGINE_BEHAVES);
            expect_behaved();
            recover();
        }
    }
}

/* ---- The whole chip ---- */

static void is_a_chip(void)
{
    begin("channels take turns");
    for (uint32_t i = 0; i < 16; i++) {
        describe(i, BYTES, 8);
        set(i, FILE_AT(SAR), ARENA + 8 * i);
        set(i, FILE_AT(DAR), TO + 8 * i);
        go(i);
    }
    (void)step(16);
    for (uint32_t i = 0; i < 16; i++)
        expect_number("left", get(i, FILE_AT(BR1)), 7);
    (void)step(FOREVER);
    for (uint32_t i = 0; i < 16; i++)
        expect_ended(i, SR_TCF);
    expect_copied(128);

    begin("power comes back with registers at reset");
    describe(0, WORDS, 64);
    set(0, CxLBAR, RING);
    go(0);
    (void)step(10);
    engine_model_power_cycle(&chip.engine);
    expect_number("steps", step(FOREVER), 0);
    expect_number("SR", get(0, CxSR), SR_IDLEF);
    expect_number("CR", get(0, CxCR), 0);
    expect_number("LBAR", get(0, CxLBAR), 0);
    for (uint32_t i = TR1; i <= LLR; i++)
        expect_number("file", get(0, FILE_AT(i)), 0);

    check_case("an H5 has eight channels, two of them planar");
    set_up(&gpdma_h5);
    describe(6, WORDS, 4);
    set(6, FILE_AT(BR1), 4 | BR1_BRC_ONE);
    go(6);
    describe(4, BYTES, 64);
    set(4, FILE_AT(SAR), ARENA + 8);
    set(4, FILE_AT(DAR), TO + 8);
    set(4, FILE_AT(TR2), TR2_SWREQ | BIT32(7)); /* REQSEL has 8 bits */
    go(4);
    (void)step(FOREVER);
    expect_ended(6, SR_TCF);
    expect_ended(4, SR_TCF);
    expect_copied(72);
    (void)get(8, CxSR);
    expect_violation("an access beside the registers");
}

int main(void)
{
    catches_what_is_wrong();
    judges_settings();
    converts_widths();
    follows_lists();
    raises_events();
    jumps();
    waits_for_requests();
    suspends();
    keeps_worlds_apart();
    misbehaves();
    misbehaves_anywhere();
    is_a_chip();
    return check_result();
}
