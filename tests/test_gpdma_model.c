/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the GPDMA, by registers: what a right sequence does. A
 * driver is judged by it elsewhere.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/gpdma_hand.h"

#include <string.h>

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

int main(void)
{
    converts_widths();
    follows_lists();
    raises_events();
    jumps();
    waits_for_requests();
    return check_result();
}
