/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the GPDMA, by registers: how it is stopped, who may
 * touch it, how it misbehaves, and what it is.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/gpdma_hand.h"

#include <string.h>

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
    suspends();
    keeps_worlds_apart();
    misbehaves();
    misbehaves_anywhere();
    is_a_chip();
    return check_result();
}
