/* SPDX-License-Identifier: MIT */
/* What a channel does: move elements, raise events, load items. */
#include "tests/model/gpdma_parts.h"

#include <string.h>

enum { WINDOW = 0x10000 }; /* that CxLBAR and CxLLR.LA span */

static void disable(struct gpdma_model_channel *channel, uint32_t flag)
{
    channel->cr &= ~CR_EN;
    channel->suspending = 0;
    channel->flags |= flag;
}

/* 17.4.16: the FIFO is left as it is, for a reset to empty. */
static void break_off(struct gpdma_model_channel *channel)
{
    channel->needs_reset = true;
    disable(channel, SR_DTEF);
}

static void begin_block(struct gpdma_model_channel *channel)
{
    channel->taken = 0;
    channel->given = 0;
    channel->arrived = 0;
}

void gpdma_channel_begin(struct gpdma_model_channel *channel)
{
    begin_block(channel);
    channel->block = channel->file[BR1];
    channel->requested = false;
}

/* ---- Events and ends ---- */

/* The channel has done what it was told, which raises the flag. */
static void complete(struct gpdma_model *model,
                     struct gpdma_model_channel *channel, uint32_t flag)
{
    if (channel->lingers) {
        channel->lingers = false;
        channel->late = model->engine.delay + 1;
        channel->held = flag;
    } else {
        disable(channel, flag);
    }
}

static bool is_last(const struct gpdma_model_channel *channel)
{
    return channel->file[LLR] == 0;
}

/* Is half of an item's work half of its blocks? Else it is half a block. */
static bool halves_blocks(const struct gpdma_model_channel *channel)
{
    return TR2_TCEM(channel->file[TR2]) != TCEM_BLOCK &&
           (channel->block & BR1_BRC) != 0;
}

/* So much of `all` is done, and a moment ago it was `before`. */
static void note_half(struct gpdma_model_channel *channel, uint32_t before,
                      uint32_t now, uint32_t all)
{
    uint32_t half = (all + 1) / 2;

    if (TR2_TCEM(channel->file[TR2]) == TCEM_CHANNEL && !is_last(channel))
        return;
    if (before < half && now >= half)
        channel->flags |= SR_HTF;
}

static uint32_t jumped(uint32_t address, uint32_t offset, bool backwards)
{
    return backwards ? address - offset : address + offset;
}

static void end_item(struct gpdma_model *model,
                     struct gpdma_model_channel *channel)
{
    if (is_last(channel)) {
        complete(model, channel, SR_TCF); /* in whichever mode (17.4.7) */
    } else if ((channel->file[LLR] & LLR_ALL) != 0) {
        channel->linking = true;
    } else { /* the last item, for ever (17.8.12) */
        channel->file[BR1] = channel->block;
        gpdma_channel_begin(channel);
    }
}

static void end_block(struct gpdma_model *model,
                      struct gpdma_model_channel *channel)
{
    uint32_t *file = channel->file;
    uint32_t left = (file[BR1] & BR1_BRC) >> 16;
    uint32_t blocks = ((channel->block & BR1_BRC) >> 16) + 1;
    uint32_t mode = TR2_TCEM(file[TR2]);

    file[SAR] = jumped(file[SAR], BR2_SAO(file[BR2]), file[BR1] & BR1_BRSDEC);
    file[DAR] = jumped(file[DAR], BR2_DAO(file[BR2]), file[BR1] & BR1_BRDDEC);
    if (halves_blocks(channel))
        note_half(channel, blocks - left - 1, blocks - left, blocks);
    if ((left != 0 || !is_last(channel)) &&
        (mode == TCEM_BLOCK || (mode == TCEM_PLANE && left == 0)))
        channel->flags |= SR_TCF;
    if (left == 0) {
        end_item(model, channel);
        return;
    }
    file[BR1] -= BR1_BRC_ONE;
    file[BR1] |= channel->block & BR1_BNDT;
    begin_block(channel);
}

/* ---- Links ---- */

/* 17.4.14, 17.4.15. */
static bool is_refused(const struct gpdma_model *model,
                       const struct gpdma_model_channel *channel, bool secure)
{
    bool privileged = (model->privcfgr >> channel->number & 1) != 0;

    return secure != model->memory_secure ||
           (model->memory_privileged && !privileged);
}

/* Load the words of the next item; as 0 where memory refuses. */
static bool fetch(struct gpdma_model *model,
                  const struct gpdma_model_channel *channel, uint32_t *words)
{
    uint32_t link = channel->file[LLR];
    uint32_t size = 0;

    for (uint32_t i = 0; i < GPDMA_MODEL_FILE; i++)
        size += (link & update_bit(i)) != 0 ? 4 : 0;
    if ((link & LLR_LA) + size > WINDOW)
        return engine_model_violates(&model->engine,
                                     "an item that leaves its 64 KiB window");
    if (!engine_model_fetch(&model->engine, channel->lbar | (link & LLR_LA),
                            words, size))
        return false;
    if (is_refused(model, channel, is_secure(model, channel)))
        memset(words, 0, size);
    return true;
}

static void load_item(struct gpdma_model *model,
                      struct gpdma_model_channel *channel)
{
    uint32_t words[GPDMA_MODEL_FILE];
    const uint32_t *word = words;
    uint32_t link = channel->file[LLR];
    uint32_t event = TR2_TCEM(channel->file[TR2]) == TCEM_ITEM ? SR_TCF : 0;

    if (!fetch(model, channel, words))
        return;
    channel->linking = false;
    channel->file[BR1] = channel->block;
    for (uint32_t i = 0; i < GPDMA_MODEL_FILE; i++)
        if ((link & update_bit(i)) != 0)
            gpdma_channel_set(model, channel, i, *word++);
    gpdma_channel_check_request(model, channel);
    if (!gpdma_channel_is_valid(model, channel) ||
        (channel->file[BR1] & BR1_BNDT) == 0)
        disable(channel, event | SR_USEF);
    else if ((channel->cr & CR_LSM) != 0)
        complete(model, channel, event);
    else
        channel->flags |= event;
    gpdma_channel_begin(channel);
}

/* ---- Elements ---- */

/* The request that paces a side of the copy; UINT32_MAX: none does. */
static uint32_t pace(const struct gpdma_model_channel *channel,
                     bool destination)
{
    uint32_t tr2 = channel->file[TR2];

    if ((tr2 & TR2_SWREQ) != 0 || ((tr2 & TR2_DREQ) != 0) != destination)
        return UINT32_MAX;
    return TR2_REQSEL(tr2);
}

/* May a beat be done? The port asks for a burst, or for a block, at a time. */
static bool is_granted(const struct gpdma_model *model,
                       const struct gpdma_model_channel *channel,
                       uint32_t request, uint32_t beats, uint32_t burst,
                       uint32_t left)
{
    if (request == UINT32_MAX || beats != 0 ||
        ((channel->file[TR2] & TR2_BREQ) != 0 && channel->requested))
        return true;
    if ((channel->file[TR2] & TR2_BREQ) != 0)
        burst = 1;
    return engine_model_asks(&model->engine, request, smaller32(burst, left));
}

/* What one element takes in the FIFO. */
static uint32_t cell(const struct gpdma_model_channel *channel)
{
    return gpdma_packs(channel) ? gpdma_source_width(channel)
                                : gpdma_destination_width(channel);
}

/* The bytes of the source that one write brings home. */
static uint32_t brought(const struct gpdma_model_channel *channel)
{
    return gpdma_packs(channel) ? gpdma_destination_width(channel)
                                : gpdma_source_width(channel);
}

static bool may_read(const struct gpdma_model *model,
                     const struct gpdma_model_channel *channel)
{
    uint32_t depth = channel->number < model->chip->deep ? 8 : 32;
    uint32_t left = channel->file[BR1] & BR1_BNDT;
    uint32_t request = pace(channel, true);

    if (left == 0 || channel->level + cell(channel) > depth)
        return false;
    /* 17.4.11: for a destination that asks, not before it has asked once. */
    if (request != UINT32_MAX && !channel->requested &&
        !engine_model_asks(&model->engine, request, 1))
        return false;
    return is_granted(model, channel, pace(channel, false), channel->taken,
                      TR1_SBL(channel->file[TR1]),
                      left / gpdma_source_width(channel));
}

static bool may_write(const struct gpdma_model *model,
                      const struct gpdma_model_channel *channel)
{
    uint32_t left = (channel->block & BR1_BNDT) - channel->arrived;

    return channel->level >= gpdma_destination_width(channel) &&
           is_granted(model, channel, pace(channel, true), channel->given,
                      TR1_DBL(channel->file[TR1]), left / brought(channel));
}

/* An element in the width in which it is written (17.8.10, PAM). */
static uint32_t fitted(const struct gpdma_model_channel *channel,
                       uint32_t element)
{
    uint32_t from = 8 * gpdma_source_width(channel);
    uint32_t to = 8 * gpdma_destination_width(channel);

    if (gpdma_packs(channel) || TR1_PAM(channel->file[TR1]) == 0)
        return element;
    if (from > to)
        return element >> (from - to);
    return (element & BIT32(from - 1)) != 0 ? element | MASK32(31, from)
                                            : element;
}

static void read_element(struct gpdma_model *model,
                         struct gpdma_model_channel *channel)
{
    uint32_t *file = channel->file;
    uint32_t width = gpdma_source_width(channel);
    uint8_t bytes[4] = { 0 };
    uint32_t element = 0;

    channel->requested = true;
    if (!is_refused(model, channel, (file[TR1] & TR1_SSEC) != 0) &&
        !engine_model_load(&model->engine, file[SAR], bytes, width,
                           pace(channel, false))) {
        break_off(channel);
        return;
    }
    for (uint32_t i = 0; i < width; i++)
        element |= (uint32_t)bytes[i] << 8 * i;
    element = fitted(channel, element);
    for (uint32_t i = 0; i < cell(channel); i++)
        channel->fifo[channel->level++] = (uint8_t)(element >> 8 * i);

    file[BR1] -= width;
    file[SAR] += (file[TR1] & TR1_SINC) != 0 ? width : 0;
    if (++channel->taken == TR1_SBL(file[TR1])) {
        channel->taken = 0;
        file[SAR] = jumped(file[SAR], TR3_SAO(file[TR3]), file[BR1] & BR1_SDEC);
    }
}

static void write_element(struct gpdma_model *model,
                          struct gpdma_model_channel *channel)
{
    uint32_t *file = channel->file;
    uint32_t width = gpdma_destination_width(channel);
    uint32_t size = channel->block & BR1_BNDT;

    if (!is_refused(model, channel, (file[TR1] & TR1_DSEC) != 0)) {
        if (!engine_model_store(&model->engine, file[DAR], channel->fifo, width,
                                pace(channel, true))) {
            break_off(channel);
            return;
        }
        model->engine.moved++;
    }
    channel->level -= width;
    memmove(channel->fifo, channel->fifo + width, channel->level);

    file[DAR] += (file[TR1] & TR1_DINC) != 0 ? width : 0;
    if (++channel->given == TR1_DBL(file[TR1])) {
        channel->given = 0;
        file[DAR] = jumped(file[DAR], TR3_DAO(file[TR3]), file[BR1] & BR1_DDEC);
    }
    channel->arrived += brought(channel);
    if (!halves_blocks(channel))
        note_half(channel, channel->arrived - brought(channel),
                  channel->arrived, size);
    if (channel->arrived == size)
        end_block(model, channel);
}

/* ---- Misbehaviour ---- */

static void pretend_done(struct gpdma_model_channel *channel)
{
    channel->file[BR1] &= ~(BR1_BNDT | BR1_BRC);
    channel->file[LLR] = 0;
    channel->level = 0;
    disable(channel, SR_TCF);
}

/* Returns true if the channel does something else than its work. */
static bool misbehaves(struct gpdma_model *model,
                       struct gpdma_model_channel *channel)
{
    uint32_t kind = model->engine.misbehaves;

    if (kind == ENGINE_BEHAVES || !engine_model_turn(&model->engine, kind))
        return false;
    switch (kind) {
    case ENGINE_FAILS:
        if (channel->linking) { /* no register is what it was (17.4.16) */
            channel->stale = MASK32(GPDMA_MODEL_FILE - 1, 0);
            disable(channel, SR_ULEF);
        } else {
            break_off(channel);
        }
        return true;
    case ENGINE_STALLS:
        channel->stalled = true;
        return true;
    case ENGINE_EARLY:
        model->channels[GPDMA_MODEL_CHANNELS] = *channel;
        pretend_done(channel);
        return true;
    case ENGINE_IDLES:
        pretend_done(channel);
        return true;
    case ENGINE_STOPS:
        disable(channel, 0);
        return true;
    case ENGINE_LATE:
        channel->lingers = true;
        return false;
    case ENGINE_TWICE:
        channel->twice = true;
        return false;
    default:
        channel->spurious = true;
        return false;
    }
}

bool gpdma_channel_step(struct gpdma_model *model,
                        struct gpdma_model_channel *channel)
{
    if (channel->late != 0) {
        if (--channel->late == 0)
            disable(channel, channel->held);
        return true;
    }
    if (!channel->linking && !may_read(model, channel) &&
        !may_write(model, channel))
        return false;
    if (misbehaves(model, channel))
        return true;
    if (channel->linking)
        load_item(model, channel);
    else if (may_read(model, channel))
        read_element(model, channel);
    else
        write_element(model, channel);
    return true;
}
