/* SPDX-License-Identifier: MIT */
/*
 * Defends the model of the GPDMA, by registers: that it sees each wrong
 * sequence, and each wrong setting.
 */
#include "hal/count_of.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/gpdma_hand.h"

#include <string.h>

/* ---- What is wrong ---- */

enum { WRITES = 5 }; /* in a row of a table */

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

int main(void)
{
    catches_what_is_wrong();
    judges_settings();
    return check_result();
}
