/* SPDX-License-Identifier: MIT */
#include "tests/model/pl08x_model.h"

#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "tests/model/pl08x_model_channel.h"

#include <string.h>

/* Registers. Source: ARM DDI 0196, DDI 0218: register descriptions. */
#define INT_STATUS       0x000u /* RO */
#define INT_TC_STATUS    0x004u /* RO */
#define INT_TC_CLEAR     0x008u /* WO */
#define INT_ERROR_STATUS 0x00Cu /* RO */
#define INT_ERR_CLR      0x010u /* WO */
#define RAW_INT_TC       0x014u /* RO */
#define RAW_INT_ERROR    0x018u /* RO */
#define ENBLD_CHNS       0x01Cu /* RO */
#define SOFT_BREQ        0x020u
#define SOFT_SREQ        0x024u
#define SOFT_LBREQ       0x028u
#define SOFT_LSREQ       0x02Cu
#define CONFIGURATION    0x030u
#define SYNC             0x034u
#define CHANNEL          0x100u
#define CHANNEL_SIZE     0x020u
#define PERIPH_ID        0xFE0u /* RO, four, then four of the PrimeCell */
#define REGISTERS        0x1000u

#define CONFIGURATION_E BIT32(0)

static struct pl08x_model *to_pl08x(const struct engine_model *engine)
{
    return HAL_CONTAINER_OF(engine, struct pl08x_model, engine);
}

static bool is_enabled(const struct pl08x_model_channel *channel)
{
    return (channel->config & PL08X_CONFIG_E) != 0;
}

static uint32_t channels_with(const struct pl08x_model *model, uint32_t bit)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < model->channel_count; i++) {
        if ((model->channels[i].config & bit) != 0)
            mask |= BIT32(i);
    }
    return mask;
}

static uint32_t tc_status(const struct pl08x_model *model)
{
    return model->raw_tc & channels_with(model, PL08X_CONFIG_ITC);
}

static uint32_t error_status(const struct pl08x_model *model)
{
    return model->raw_error & channels_with(model, PL08X_CONFIG_IE);
}

static bool pl08x_step(struct engine_model *engine)
{
    struct pl08x_model *model = to_pl08x(engine);
    uint32_t listening = channels_with(model, PL08X_CONFIG_ITC);

    if (model->again != 0) {
        model->raw_tc |= model->again;
        model->again = 0;
        return true;
    }
    if (listening != 0 && engine_model_turn(engine, ENGINE_SPURIOUS)) {
        model->raw_tc |= listening;
        return true;
    }
    for (uint32_t i = 0; i < HAL_COUNT_OF(model->channels); i++) {
        uint32_t number = (model->turn + i) % HAL_COUNT_OF(model->channels);

        if (pl08x_model_advance(model, number)) {
            model->turn = number + 1;
            return true;
        }
    }
    return false;
}

static bool pl08x_interrupt(const struct engine_model *engine, uint32_t channel)
{
    const struct pl08x_model *model = to_pl08x(engine);

    return !engine->absent &&
           ((tc_status(model) | error_status(model)) & BIT32(channel)) != 0;
}

static uint32_t identification(const struct pl08x_model *model, uint32_t index)
{
    /* Part, designer and revision (a later one), then how it is built. */
    static const uint8_t dual[] = { 0x80, 0x10, 0x14, 0x0A };
    static const uint8_t single[] = { 0x81, 0x10, 0x14, 0x00 };
    static const uint8_t cell[] = { 0x0D, 0xF0, 0x05, 0xB1 };

    if (index >= HAL_COUNT_OF(dual))
        return cell[index - HAL_COUNT_OF(dual)];
    return model->channel_count == PL08X_MODEL_CHANNELS ? dual[index]
                                                        : single[index];
}

static uint32_t read_channel(struct pl08x_model *model, uint32_t number,
                             uint32_t word)
{
    const struct pl08x_model_channel *channel = &model->channels[number];
    switch (word) {
    case PL08X_SRC_ADDR:
        return channel->source;
    case PL08X_DEST_ADDR:
        return channel->destination;
    case PL08X_LLI:
        return channel->next;
    case PL08X_CONTROL:
        return pl08x_model_control(channel);
    default:
        return channel->config | (channel->fill != 0 ? PL08X_CONFIG_A : 0);
    }
}

/* Which word of which channel. Returns false: that is not one. */
static bool in_channel(const struct pl08x_model *model, uint32_t offset,
                       uint32_t *number, uint32_t *word)
{
    *number = (offset - CHANNEL) / CHANNEL_SIZE;
    *word = (offset - CHANNEL) % CHANNEL_SIZE / 4;
    return offset >= CHANNEL && *number < model->channel_count &&
           *word <= PL08X_CONFIG;
}

/* Time passes. */
static void close_channels(struct pl08x_model *model)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(model->channels); i++) {
        struct pl08x_model_channel *channel = &model->channels[i];

        if (channel->over != 0 && --channel->over == 0)
            pl08x_model_shut(channel);
    }
}

static uint32_t pl08x_read(struct engine_model *engine, uint32_t offset,
                           unsigned size)
{
    struct pl08x_model *model = to_pl08x(engine);
    uint32_t number;
    uint32_t word;

    close_channels(model);
    if (size != 4)
        (void)engine_model_violates(engine, "an access that is not of a word");
    if (in_channel(model, offset, &number, &word))
        return read_channel(model, number, word);
    if (offset >= PERIPH_ID)
        return identification(model, (offset - PERIPH_ID) / 4);
    switch (offset) {
    case INT_STATUS:
        return tc_status(model) | error_status(model);
    case INT_TC_STATUS:
        return tc_status(model);
    case INT_ERROR_STATUS:
        return error_status(model);
    case RAW_INT_TC:
        return model->raw_tc;
    case RAW_INT_ERROR:
        return model->raw_error;
    case ENBLD_CHNS:
        return channels_with(model, PL08X_CONFIG_E);
    case SOFT_BREQ:
    case SOFT_SREQ:
    case SOFT_LBREQ:
    case SOFT_LSREQ:
        return 0;
    case CONFIGURATION:
        return model->on ? CONFIGURATION_E : 0;
    case SYNC:
        return model->sync;
    default:
        (void)engine_model_violates(engine,
                                    "a read of what is not a register to read");
        return 0;
    }
}

static void enable(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];

    if (!model->on)
        (void)engine_model_violates(
            &model->engine, "a channel enabled before the controller is");
    if (channel->written != PL08X_ITEM)
        return;
    if (((model->raw_tc | model->raw_error) & BIT32(number)) != 0)
        (void)engine_model_violates(
            &model->engine, "a channel enabled with an interrupt pending");
    channel->written = 0;
    pl08x_model_begin(model, channel);
}

static void disable(struct pl08x_model *model,
                    struct pl08x_model_channel *channel)
{
    if (channel->closing == 0)
        channel->closing = model->engine.abort_delay;
    if (channel->closing == 0)
        pl08x_model_shut(channel);
}

static const char *wrong_config(const struct pl08x_model_channel *channel,
                                uint32_t value)
{
    bool on = is_enabled(channel);

    if ((value & PL08X_CONFIG_RESERVED) != 0)
        return "reserved bits of DMACCxConfiguration";
    if (pl08x_field(value, PL08X_CONFIG_FLOW, 3) >= PL08X_FLOW_BY_PERIPHERAL)
        return "flow controlled by a peripheral";
    if ((value & PL08X_CONFIG_E) == 0 || !on)
        return NULL;
    if (((value ^ channel->config) & ~PL08X_CONFIG_ANY_TIME) != 0)
        return "a channel's set-up changed while it is enabled";
    if (channel->closing != 0)
        return "a channel enabled again before it was off";
    return NULL;
}

static void write_config(struct pl08x_model *model, uint32_t number,
                         uint32_t value)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    bool on = is_enabled(channel);
    const char *wrong;

    value &= ~PL08X_CONFIG_A;
    wrong = wrong_config(channel, value);
    if (wrong) {
        (void)engine_model_violates(&model->engine, wrong);
        return;
    }
    if (on && model->engine.stuck)
        value = (value & ~PL08X_CONFIG_H) | PL08X_CONFIG_E;
    if (on && (value & PL08X_CONFIG_E) == 0) {
        /* It stays what it is until it is off. */
        channel->config = (channel->config & ~PL08X_CONFIG_ANY_TIME) |
                          PL08X_CONFIG_E | (value & PL08X_CONFIG_ANY_TIME);
        disable(model, channel);
        return;
    }
    channel->config = value;
    if (!on && (value & PL08X_CONFIG_E) != 0)
        enable(model, number);
    /* Whoever sets Halt cannot know that the channel is not done since: only
       one that may run has to be set up. */
    if (is_enabled(channel) && (value & PL08X_CONFIG_H) == 0 &&
        !channel->loaded)
        (void)engine_model_violates(&model->engine,
                                    "a channel enabled that is not set up");
}

static void write_channel(struct pl08x_model *model, uint32_t number,
                          uint32_t word, uint32_t value)
{
    struct pl08x_model_channel *channel = &model->channels[number];

    if (word == PL08X_CONFIG) {
        write_config(model, number, value);
        return;
    }
    if (is_enabled(channel)) {
        (void)engine_model_violates(&model->engine,
                                    "an item written to an enabled channel");
        return;
    }
    channel->written |= BIT32(word);
    if (word == PL08X_SRC_ADDR)
        channel->source = value;
    else if (word == PL08X_DEST_ADDR)
        channel->destination = value;
    else if (word == PL08X_LLI)
        channel->next = value;
    else
        pl08x_model_set_control(channel, value);
}

/* Why a value cannot be written; NULL: it can. */
static const char *wrong_value(const struct pl08x_model *model, uint32_t offset,
                               uint32_t value)
{
    switch (offset) {
    case INT_TC_CLEAR:
    case INT_ERR_CLR:
        return value >> model->channel_count != 0
                   ? "an interrupt of no channel cleared"
                   : NULL;
    case SOFT_BREQ:
    case SOFT_SREQ:
    case SOFT_LBREQ:
    case SOFT_LSREQ:
        return value != 0 ? "a request by software" : NULL;
    case CONFIGURATION:
        if ((value & ~CONFIGURATION_E) != 0)
            return "a big-endian master, or reserved bits";
        if (value == 0 && channels_with(model, PL08X_CONFIG_E) != 0)
            return "the controller disabled before its channels are";
        return NULL;
    case SYNC:
        return value > UINT16_MAX ? "reserved bits of DMACSync" : NULL;
    default:
        return "a write of what is not a register to write";
    }
}

static void clear_tc(struct pl08x_model *model, uint32_t value)
{
    if (model->twice && (model->raw_tc & value) != 0) {
        model->again = model->raw_tc & value;
        model->twice = false;
    }
    model->raw_tc &= ~value;
}

static void pl08x_write(struct engine_model *engine, uint32_t offset,
                        uint32_t value, unsigned size)
{
    struct pl08x_model *model = to_pl08x(engine);
    const char *wrong;
    uint32_t number;
    uint32_t word;

    if (size != 4)
        (void)engine_model_violates(engine, "an access that is not of a word");
    if (in_channel(model, offset, &number, &word)) {
        write_channel(model, number, word, value);
        return;
    }
    wrong = wrong_value(model, offset, value);
    if (wrong)
        (void)engine_model_violates(engine, wrong);
    else if (offset == INT_TC_CLEAR)
        clear_tc(model, value);
    else if (offset == INT_ERR_CLR)
        model->raw_error &= ~value;
    else if (offset == CONFIGURATION)
        model->on = (value & CONFIGURATION_E) != 0;
    else if (offset == SYNC)
        model->sync = value;
}

static void pl08x_power_on(struct engine_model *engine)
{
    struct pl08x_model *model = to_pl08x(engine);

    model->on = false;
    model->sync = 0;
    model->raw_tc = 0;
    model->raw_error = 0;
    model->turn = 0;
    model->late = false;
    model->twice = false;
    model->again = 0;
    memset(model->channels, 0, sizeof model->channels);
}

static const struct engine_model_ops pl08x_ops = {
    .read = pl08x_read,
    .write = pl08x_write,
    .step = pl08x_step,
    .interrupt = pl08x_interrupt,
    .power_on = pl08x_power_on,
};

static void power_on(struct pl08x_model *model, uint32_t channel_count)
{
    model->engine.ops = &pl08x_ops;
    model->engine.registers = REGISTERS;
    model->channel_count = channel_count;
    model->closes_after = 0;
    model->memory_by = BIT32(0) | BIT32(1);
    model->ports_by = BIT32(0) | BIT32(1);
    engine_model_power_on(&model->engine);
}

void pl080_model_power_on(struct pl08x_model *model)
{
    power_on(model, PL08X_MODEL_CHANNELS);
}

void pl081_model_power_on(struct pl08x_model *model)
{
    power_on(model, 2);
}
