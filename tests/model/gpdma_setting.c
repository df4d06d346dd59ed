/* SPDX-License-Identifier: MIT */
/* What a channel is told: which settings it takes, and which it starts with. */
#include "tests/model/gpdma_parts.h"

/* Bits that must be 0, by register; of a channel with linear addressing, and of
   one with 2D addressing. TR2: by chip. */
static const uint32_t reserved[2][GPDMA_MODEL_FILE] = {
    { [TR1] = 0x30040404u,
      [BR1] = 0xFFFF0000u,
      [TR3] = 0xFFFFFFFFu,
      [BR2] = 0xFFFFFFFFu,
      [LLR] = 0x07FE0003u },
    { [TR1] = 0x30040404u,
      [BR1] = 0x08000000u,
      [TR3] = 0xE000E000u,
      [LLR] = 0x01FE0003u },
};

void gpdma_channel_set(struct gpdma_model *model,
                       struct gpdma_model_channel *channel, uint32_t index,
                       uint32_t value)
{
    uint32_t wrong = reserved[is_planar(model, channel)][index];

    if (index == TR2)
        wrong = model->chip->tr2_reserved;
    if ((value & wrong) != 0)
        (void)engine_model_violates(&model->engine,
                                    "a reserved bit that is not 0");
    if (index == TR1 && (value & TR1_EXCHANGES) != 0)
        (void)engine_model_violates(&model->engine,
                                    "an exchange of bytes, not modelled");
    if (index == TR2 && TR2_TRIGPOL(value) % 3 != 0)
        (void)engine_model_violates(&model->engine, "a trigger, not modelled");
    /* 17.8.10: ignored in a channel that is not secure. */
    if (index == TR1 && !is_secure(model, channel))
        value &= ~(TR1_SSEC | TR1_DSEC);
    channel->file[index] = value;
    channel->stale &= ~BIT32(index);
}

static bool is_multiple(uint32_t value, uint32_t width)
{
    return value % width == 0;
}

bool gpdma_channel_is_valid(const struct gpdma_model *model,
                            const struct gpdma_model_channel *channel)
{
    const uint32_t *file = channel->file;
    uint32_t source = gpdma_source_width(channel);
    uint32_t destination = gpdma_destination_width(channel);
    uint32_t size = file[BR1] & BR1_BNDT;

    if (source > 4 || destination > 4 || !is_multiple(size, source) ||
        !is_multiple(file[SAR], source) || !is_multiple(file[DAR], destination))
        return false;
    if (gpdma_packs(channel) && !is_multiple(size, destination))
        return false;
    return !is_planar(model, channel) ||
           (is_multiple(TR3_SAO(file[TR3]), source) &&
            is_multiple(BR2_SAO(file[BR2]), source) &&
            is_multiple(TR3_DAO(file[TR3]), destination) &&
            is_multiple(BR2_DAO(file[BR2]), destination));
}

void gpdma_channel_check_request(struct gpdma_model *model,
                                 const struct gpdma_model_channel *channel)
{
    uint32_t mine = channel->file[TR2];

    for (uint32_t i = 0; i < model->chip->channels; i++) {
        uint32_t other = model->channels[i].file[TR2];

        if (i != channel->number && (model->channels[i].cr & CR_EN) != 0 &&
            ((mine | other) & TR2_SWREQ) == 0 &&
            TR2_REQSEL(mine) == TR2_REQSEL(other))
            (void)engine_model_violates(&model->engine,
                                        "one request for two channels");
    }
}

/* Registers that a reset or a link error left behind, which the CPU has not
   written since; but for those that a channel without a first block loads. */
static uint32_t undefined(const struct gpdma_model *model,
                          const struct gpdma_model_channel *channel)
{
    bool loads = (channel->file[BR1] & BR1_BNDT) == 0;
    uint32_t left = channel->stale;

    for (uint32_t i = TR1; i < LLR; i++) {
        bool loaded = loads && (channel->file[LLR] & update_bit(i)) != 0;
        bool absent = !is_planar(model, channel) && (i == TR3 || i == BR2);

        if ((loaded && i != BR1) || absent)
            left &= ~BIT32(i);
    }
    return left;
}

void gpdma_channel_enable(struct gpdma_model *model,
                          struct gpdma_model_channel *channel)
{
    bool nothing = (channel->file[BR1] & BR1_BNDT) == 0;

    if (channel->needs_reset || channel->level != 0)
        (void)engine_model_violates(
            &model->engine, "enabled without a reset after it broke off");
    if (undefined(model, channel) != 0)
        (void)engine_model_violates(
            &model->engine, "enabled with registers that have to be written");
    gpdma_channel_check_request(model, channel);
    if (!gpdma_channel_is_valid(model, channel) ||
        (nothing && (channel->file[LLR] & LLR_UB1) == 0)) {
        channel->flags |= SR_USEF;
        return;
    }
    channel->cr |= CR_EN;
    channel->linking = nothing;
    gpdma_channel_begin(channel);
}
