/* SPDX-License-Identifier: MIT */
/* The registers of the GPDMA, its channels' turns, and its interrupts. */
#include "tests/model/gpdma_model.h"

#include "hal/count_of.h"
#include "tests/model/gpdma_parts.h"

#include <string.h>

const struct gpdma_chip gpdma_u5 = {
    .channels = 16, .deep = 12, .planar = 12, .tr2_reserved = 0x3C803180u
};

const struct gpdma_chip gpdma_h5 = {
    .channels = 8, .deep = 4, .planar = 6, .tr2_reserved = 0x3CC03100u
};

static void violate(struct gpdma_model *model, const char *what)
{
    (void)engine_model_violates(&model->engine, what);
}

static bool is_enabled(const struct gpdma_model_channel *channel)
{
    return (channel->cr & CR_EN) != 0;
}

static void suspend(struct gpdma_model_channel *channel)
{
    channel->suspending = 0;
    channel->suspended = true;
    channel->flags |= SR_SUSPF;
}

/* ---- Time ---- */

/* What goes on beside the bus. Returns whether something did. */
static bool pass_time(struct gpdma_model_channel *channel)
{
    bool passed = channel->suspending != 0 || channel->echo;

    if (channel->suspending != 0 && --channel->suspending == 0)
        suspend(channel);
    if (channel->echo)
        channel->flags |= SR_TCF;
    channel->echo = false;
    return passed;
}

static bool step(struct engine_model *engine)
{
    struct gpdma_model *model = to_gpdma(engine);
    uint32_t count = HAL_COUNT_OF(model->channels);
    bool passed = false;

    for (uint32_t i = 0; i < count; i++)
        if (pass_time(&model->channels[i]))
            passed = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t turn = (model->next + i) % count;
        struct gpdma_model_channel *channel = &model->channels[turn];

        if (is_enabled(channel) && !channel->suspended && !channel->stalled &&
            gpdma_channel_step(model, channel)) {
            model->next = turn + 1;
            return true;
        }
    }
    return passed;
}

static bool raises(const struct gpdma_model_channel *channel)
{
    return channel->spurious || (channel->flags & channel->cr & SR_FLAGS) != 0;
}

/* A line for each channel, secure or not (stm32u575xx.h, IRQn_Type). */
static bool interrupt(const struct engine_model *engine, uint32_t channel)
{
    const struct gpdma_model *model = to_gpdma(engine);

    return channel < model->chip->channels && !engine->absent &&
           raises(&model->channels[channel]);
}

static void power_on(struct engine_model *engine)
{
    struct gpdma_model *model = to_gpdma(engine);

    model->seccfgr = 0;
    model->privcfgr = 0;
    model->rcfglockr = 0;
    model->next = 0;
    memset(model->channels, 0, sizeof model->channels);
    for (uint32_t i = 0; i < HAL_COUNT_OF(model->channels); i++)
        model->channels[i].number = i;
}

/* ---- Registers of the whole chip ---- */

/* The bits that a write changes: none of a locked channel, none of one that
   runs (18.8.1 has it so for the LPDMA, whose registers these are). */
static uint32_t changed(struct gpdma_model *model, uint32_t old, uint32_t value,
                        uint32_t writable)
{
    uint32_t bits = (old ^ value) & writable & ~model->rcfglockr;

    if (value >> model->chip->channels != 0)
        violate(model, "a reserved bit that is not 0");
    for (uint32_t i = 0; i < model->chip->channels; i++)
        if ((bits >> i & 1) != 0 && is_enabled(&model->channels[i]))
            violate(model, "security of a channel changed while it runs");
    return bits;
}

static void write_seccfgr(struct gpdma_model *model, uint32_t value)
{
    if (!model->cpu_secure)
        return;
    model->seccfgr ^= changed(model, model->seccfgr, value, UINT32_MAX);
    for (uint32_t i = 0; i < model->chip->channels; i++)
        if (!is_secure(model, &model->channels[i]))
            model->channels[i].file[TR1] &= ~(TR1_SSEC | TR1_DSEC);
}

static void write_global(struct gpdma_model *model, uint32_t offset,
                         uint32_t value)
{
    uint32_t writable = model->cpu_secure ? UINT32_MAX : ~model->seccfgr;

    switch (offset) {
    case SECCFGR:
        write_seccfgr(model, value);
        break;
    case PRIVCFGR:
        model->privcfgr ^= changed(model, model->privcfgr, value, writable);
        break;
    case RCFGLOCKR:
        if (model->cpu_secure)
            model->rcfglockr |= value;
        break;
    default:
        violate(model, "a write to a register that is read only");
        break;
    }
}

/* The channels that ask for service, of one world. */
static uint32_t status(struct gpdma_model *model, bool secure)
{
    uint32_t bits = 0;

    for (uint32_t i = 0; i < model->chip->channels; i++) {
        model->channels[i].spurious = false;
        if (is_secure(model, &model->channels[i]) == secure &&
            (model->channels[i].flags & model->channels[i].cr & SR_FLAGS) != 0)
            bits |= BIT32(i);
    }
    return bits;
}

static uint32_t read_global(struct gpdma_model *model, uint32_t offset)
{
    switch (offset) {
    case SECCFGR:
        return model->seccfgr;
    case PRIVCFGR:
        return model->privcfgr;
    case RCFGLOCKR:
        return model->rcfglockr;
    case MISR:
        return status(model, false);
    case SMISR:
        return model->cpu_secure ? status(model, true) : 0;
    default:
        violate(model, "an access to no register");
        return 0;
    }
}

/* ---- Registers of a channel ---- */

/* Which of the register file is at an offset; GPDMA_MODEL_FILE: none. */
static uint32_t file_index(uint32_t offset)
{
    if (offset == CxLLR)
        return LLR;
    return offset >= CxTR1 && offset <= CxBR2 ? (offset - CxTR1) / 4
                                              : GPDMA_MODEL_FILE;
}

static uint32_t read_sr(struct gpdma_model_channel *channel)
{
    bool idle = !is_enabled(channel) || channel->suspended;
    uint32_t beats = channel->level >> TR1_DDW(channel->file[TR1]);

    channel->spurious = false;
    return channel->flags | beats << 16 | (idle ? SR_IDLEF : 0);
}

static uint32_t read_channel(struct gpdma_model *model,
                             struct gpdma_model_channel *channel,
                             uint32_t offset)
{
    uint32_t index = file_index(offset);

    if (index < GPDMA_MODEL_FILE)
        return channel->file[index];
    switch (offset) {
    case CxLBAR:
        return channel->lbar;
    case CxSR:
        return read_sr(channel);
    case CxCR:
        return channel->cr;
    default:
        violate(model, "a read of no register");
        return 0;
    }
}

static void write_fcr(struct gpdma_model *model,
                      struct gpdma_model_channel *channel, uint32_t value)
{
    if ((value & ~SR_FLAGS) != 0)
        violate(model, "a reserved bit that is not 0");
    if (channel->twice && (channel->flags & value & SR_TCF) != 0) {
        channel->twice = false;
        channel->echo = true;
    }
    channel->flags &= ~value;
}

/* 17.8.9: effective only in a channel that is disabled or suspended. What it
   does to any other nobody says, and it may never start again. */
static void reset(struct gpdma_model *model,
                  struct gpdma_model_channel *channel)
{
    if (is_enabled(channel) && !channel->suspended) {
        violate(model, "a reset of a channel that is not suspended");
        return;
    }
    channel->cr &= ~(CR_EN | CR_SUSP);
    channel->suspended = false;
    channel->stalled = false;
    channel->lingers = false;
    channel->late = 0;
    channel->level = 0;
    channel->needs_reset = false;
    channel->stale |= BIT32(BR1) | BIT32(SAR) | BIT32(DAR);
}

static void write_cr(struct gpdma_model *model,
                     struct gpdma_model_channel *channel, uint32_t value)
{
    if ((value & ~(SR_FLAGS | CR_FIXED | CR_SUSP | CR_RESET | CR_EN)) != 0)
        violate(model, "a reserved bit that is not 0");
    if (is_enabled(channel) && ((channel->cr ^ value) & CR_FIXED) != 0)
        violate(model, "a setting of CxCR changed while the channel runs");
    channel->cr = (channel->cr & CR_EN) | (value & ~(CR_EN | CR_RESET));
    if ((value & CR_RESET) != 0) {
        reset(model, channel);
        return;
    }
    if (!is_enabled(channel)) {
        if ((value & CR_EN) != 0 && (value & CR_SUSP) != 0)
            violate(model, "enabled while SUSP is set");
        else if ((value & CR_EN) != 0)
            gpdma_channel_enable(model, channel);
        return;
    }
    if ((value & CR_SUSP) == 0) {
        channel->suspended = false;
        channel->suspending = 0;
    } else if (!channel->suspended && channel->suspending == 0 &&
               !model->engine.stuck) {
        channel->suspending = model->engine.abort_delay;
        if (channel->suspending == 0)
            suspend(channel);
    }
}

static void write_channel(struct gpdma_model *model,
                          struct gpdma_model_channel *channel, uint32_t offset,
                          uint32_t value)
{
    uint32_t index = file_index(offset);

    if (is_enabled(channel) && (index < GPDMA_MODEL_FILE || offset == CxLBAR)) {
        violate(model, "a register written while its channel is enabled");
    } else if (index < GPDMA_MODEL_FILE) {
        gpdma_channel_set(model, channel, index, value);
    } else if (offset == CxLBAR) {
        if ((value & LBAR_RESERVED) != 0)
            violate(model, "a window that does not lie on 64 KiB");
        channel->lbar = value & ~LBAR_RESERVED;
    } else if (offset == CxFCR) {
        write_fcr(model, channel, value);
    } else if (offset == CxCR) {
        write_cr(model, channel, value);
    } else {
        violate(model, "a write to a register that is read only");
    }
}

/* ---- Access ---- */

/* 18.8, for the LPDMA. */
static bool is_word(struct gpdma_model *model, unsigned size)
{
    if (size != 4)
        violate(model, "a register access of another width than 32 bits");
    return size == 4;
}

/* The channel at an offset; NULL: none that the CPU may see (17.4.14). */
static struct gpdma_model_channel *channel_at(struct gpdma_model *model,
                                              uint32_t offset)
{
    struct gpdma_model_channel *channel =
        &model->channels[(offset - CHANNEL_BASE) / CHANNEL_STRIDE];

    return is_secure(model, channel) && !model->cpu_secure ? NULL : channel;
}

static uint32_t read_register(struct engine_model *engine, uint32_t offset,
                              unsigned size)
{
    struct gpdma_model *model = to_gpdma(engine);
    struct gpdma_model_channel *channel;

    if (!is_word(model, size))
        return 0;
    if (offset < CHANNEL_BASE)
        return read_global(model, offset);
    channel = channel_at(model, offset);
    return channel ? read_channel(model, channel,
                                  (offset - CHANNEL_BASE) % CHANNEL_STRIDE)
                   : 0;
}

static void write_register(struct engine_model *engine, uint32_t offset,
                           uint32_t value, unsigned size)
{
    struct gpdma_model *model = to_gpdma(engine);
    struct gpdma_model_channel *channel;

    if (!is_word(model, size))
        return;
    if (offset < CHANNEL_BASE) {
        write_global(model, offset, value);
        return;
    }
    channel = channel_at(model, offset);
    if (channel)
        write_channel(model, channel, (offset - CHANNEL_BASE) % CHANNEL_STRIDE,
                      value);
}

static const struct engine_model_ops ops = {
    .read = read_register,
    .write = write_register,
    .step = step,
    .interrupt = interrupt,
    .power_on = power_on,
};

void gpdma_model_power_on(struct gpdma_model *model,
                          const struct gpdma_chip *chip)
{
    memset(model, 0, sizeof *model);
    model->chip = chip;
    model->engine.ops = &ops;
    model->engine.registers = CHANNEL_BASE + CHANNEL_STRIDE * chip->channels;
    engine_model_power_on(&model->engine);
}
