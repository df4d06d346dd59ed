/* SPDX-License-Identifier: MIT */
#include "tests/model/rp2040_dma_parts.h"

/* Offsets, dma.h. */
#define INTR          0x400u
#define INTE0         0x404u
#define INTF0         0x408u
#define INTS0         0x40Cu
#define INTE1         0x414u
#define INTF1         0x418u
#define INTS1         0x41Cu
#define TIMER0        0x420u
#define TIMER3        0x42Cu
#define MULTI_TRIGGER 0x430u
#define SNIFF_CTRL    0x434u
#define SNIFF_DATA    0x438u
#define FIFO_LEVELS   0x440u
#define CHAN_ABORT    0x444u
#define N_CHANNELS    0x448u
#define DBG           0x800u /* 64 bytes a channel: CTDREQ, TCR */

/* Atomic aliases, addressmap.h. */
#define ALIAS(offset)  ((offset) >> 12)
#define ALIAS_XOR      1u
#define ALIAS_SET      2u
#define ALIAS_CLR      3u
#define WITHIN(offset) ((offset)&0xFFF)

/* What may change while a channel runs. */
#define CTRL_LIVE                                                              \
    (CTRL_EN | CTRL_HIGH | CTRL_CHAIN | CTRL_QUIET | CTRL_SNIFF | CTRL_ERRORS)

enum csr { READ_ADDR, WRITE_ADDR, TRANS_COUNT, CTRL };

/* The four registers of a channel in each of their four orders. */
static const enum csr order[16] = {
    READ_ADDR, WRITE_ADDR,  TRANS_COUNT, CTRL,        /* as such */
    CTRL,      READ_ADDR,   WRITE_ADDR,  TRANS_COUNT, /* AL1     */
    CTRL,      TRANS_COUNT, READ_ADDR,   WRITE_ADDR,  /* AL2     */
    CTRL,      WRITE_ADDR,  TRANS_COUNT, READ_ADDR,   /* AL3     */
};

static enum csr csr_at(uint32_t offset)
{
    return order[WITHIN(offset) % 0x40 / 4];
}

uint32_t rp2040_model_owner(uint32_t offset)
{
    return smaller32(WITHIN(offset) / 0x40, RP2040_MODEL_CHANNELS);
}

bool rp2040_model_is_trigger(uint32_t offset)
{
    return rp2040_model_owner(offset) < RP2040_MODEL_CHANNELS &&
           offset % 16 == 12;
}

uint32_t rp2040_model_ints(const struct rp2040_dma_model *model, uint32_t line)
{
    return (model->intr & model->inte[line]) | model->intf[line];
}

/* ---- Read ---- */

/* Erratum RP2040-E12: the element in flight is taken off the address as if it
   had been added to it, with neither a wrap nor a standing side in mind. */
static uint32_t address_seen(const struct rp2040_dma_model *model,
                             const struct rp2040_model_channel *channel,
                             uint32_t address, uint32_t increments, bool wraps)
{
    if ((channel->ctrl & increments) != 0 && !wraps)
        return address;
    if (!rp2040_model_is_moving(model, channel))
        return address;
    return address - (1u << CTRL_SIZE(channel->ctrl));
}

static uint32_t read_csr(const struct rp2040_dma_model *model,
                         const struct rp2040_model_channel *channel,
                         enum csr csr)
{
    bool ring = CTRL_RING(channel->ctrl) != 0;
    bool on_write = (channel->ctrl & CTRL_RING_WRITE) != 0;

    switch (csr) {
    case READ_ADDR:
        return address_seen(model, channel, channel->read_addr, CTRL_INCR_READ,
                            ring && !on_write);
    case WRITE_ADDR:
        return address_seen(model, channel, channel->write_addr,
                            CTRL_INCR_WRITE, ring && on_write);
    case TRANS_COUNT:
        return channel->aborted ? 0 : channel->trans_count;
    default:
        return channel->ctrl | (channel->busy ? CTRL_BUSY : 0) |
               ((channel->ctrl & CTRL_ERRORS) != 0 ? CTRL_AHB_ERROR : 0);
    }
}

/* DBG_CTDREQ or DBG_TCR: its channel; RP2040_MODEL_CHANNELS: it is neither. */
static uint32_t debugged(uint32_t offset)
{
    uint32_t channel = (offset - DBG) / 0x40;

    if ((offset & 0x3F) > 4)
        return RP2040_MODEL_CHANNELS;
    return smaller32(channel, RP2040_MODEL_CHANNELS);
}

/* The value of a register as such. False: there is none. */
static bool value_of(const struct rp2040_dma_model *model, uint32_t offset,
                     uint32_t *value)
{
    uint32_t owner = rp2040_model_owner(offset);
    uint32_t debug = debugged(offset);

    if (owner < RP2040_MODEL_CHANNELS)
        *value = read_csr(model, &model->channels[owner], csr_at(offset));
    else if (debug < RP2040_MODEL_CHANNELS)
        *value = (offset & 4) != 0 ? model->channels[debug].reload
                                   : model->channels[debug].credit;
    else if (offset >= TIMER0 && offset <= TIMER3)
        *value = model->timer[(offset - TIMER0) / 4];
    else if (offset == INTR)
        *value = model->intr;
    else if (offset == INTE0 || offset == INTE1)
        *value = model->inte[offset == INTE1];
    else if (offset == INTF0 || offset == INTF1)
        *value = model->intf[offset == INTF1];
    else if (offset == INTS0 || offset == INTS1)
        *value = rp2040_model_ints(model, offset == INTS1);
    else if (offset == CHAN_ABORT)
        *value = model->abort;
    else if (offset == SNIFF_CTRL)
        *value = model->sniff_ctrl;
    else if (offset == SNIFF_DATA)
        *value = model->sniff_data;
    else if (offset == N_CHANNELS)
        *value = RP2040_MODEL_CHANNELS;
    else if (offset == MULTI_TRIGGER || offset == FIFO_LEVELS)
        *value = 0;
    else
        return false;
    return true;
}

uint32_t rp2040_model_read(struct rp2040_dma_model *model, uint32_t offset,
                           unsigned size)
{
    uint32_t value = UINT32_MAX;

    if (size != 4)
        (void)engine_model_violates(&model->engine, "a register read in parts");
    else if (ALIAS(offset) != 0)
        (void)engine_model_violates(&model->engine,
                                    "a read through an atomic alias");
    else if (!value_of(model, offset, &value))
        (void)engine_model_violates(&model->engine,
                                    "a read of an unknown register");
    return value;
}

/* ---- Write ---- */

static const char *wrong_ctrl(uint32_t ctrl)
{
    uint32_t size = CTRL_SIZE(ctrl);
    uint32_t treq = CTRL_TREQ(ctrl);

    if ((ctrl & CTRL_RESERVED) != 0)
        return "reserved bits in CTRL";
    if (size == 3)
        return "a DATA_SIZE that there is not";
    if (CTRL_CHAIN_TO(ctrl) >= RP2040_MODEL_CHANNELS)
        return "a chain to a channel that there is not";
    if (treq >= DREQ_COUNT && treq < TREQ_TIMER0)
        return "a request that there is not";
    if (CTRL_RING(ctrl) != 0 && CTRL_RING(ctrl) < size)
        return "a ring that is smaller than an element";
    return NULL;
}

static void write_ctrl(struct rp2040_dma_model *model,
                       struct rp2040_model_channel *channel, uint32_t value)
{
    const char *wrong = wrong_ctrl(value);
    uint32_t ctrl = value & ~(CTRL_BUSY | CTRL_AHB_ERROR | CTRL_ERRORS);
    uint32_t errors = channel->ctrl & CTRL_ERRORS & ~value;

    if (!wrong && channel->busy && ((channel->ctrl ^ ctrl) & ~CTRL_LIVE) != 0)
        wrong = "the way it moves changed while a channel runs";
    if (wrong) {
        (void)engine_model_violates(&model->engine, wrong);
        return;
    }
    if (model->engine.stuck)
        ctrl |= channel->ctrl & CTRL_EN;
    if ((ctrl & CTRL_EN) == 0 && rp2040_model_is_moving(model, channel))
        channel->in_flight = true;
    channel->ctrl = ctrl | errors;
}

static void write_csr(struct rp2040_dma_model *model,
                      struct rp2040_model_channel *channel, enum csr csr,
                      uint32_t value)
{
    if (csr == CTRL)
        write_ctrl(model, channel, value);
    else if (csr == TRANS_COUNT)
        channel->reload = value;
    else if (channel->busy)
        (void)engine_model_violates(&model->engine,
                                    "an address written while a channel runs");
    else if (csr == READ_ADDR)
        channel->read_addr = value;
    else
        channel->write_addr = value;
}

static void write_channel(struct rp2040_dma_model *model, uint32_t index,
                          uint32_t offset, uint32_t value,
                          enum rp2040_model_writer by)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    enum csr csr = csr_at(offset);
    uint32_t was = channel->ctrl;

    write_csr(model, channel, csr, value);
    if (!rp2040_model_is_trigger(offset) || model->engine.violation)
        return;
    if (value != 0 && (csr != CTRL || (value & CTRL_EN) != 0))
        rp2040_model_trigger(model, index, by);
    else if (value == 0 && csr != CTRL)
        rp2040_model_null_trigger(model, index);
    else if (value == 0 && (was & CTRL_QUIET) != 0)
        (void)engine_model_violates(
            &model->engine, "a null trigger that takes IRQ_QUIET with it");
}

static void write_timer(struct rp2040_dma_model *model, uint32_t index,
                        uint32_t value)
{
    if (TIMER_X(value) > TIMER_Y(value))
        (void)engine_model_violates(&model->engine,
                                    "a timer faster than the clock");
    model->timer[index] = value;
}

static void write_mask(struct rp2040_dma_model *model, uint32_t offset,
                       uint32_t value, enum rp2040_model_writer by)
{
    switch (offset) {
    case INTR:
    case INTS0:
    case INTS1:
        rp2040_model_acknowledge(model, value);
        break;
    case INTE0:
    case INTE1:
        model->inte[offset == INTE1] = value;
        break;
    case INTF0:
    case INTF1:
        model->intf[offset == INTF1] = value;
        break;
    case CHAN_ABORT:
        rp2040_model_abort(model, value);
        break;
    default:
        for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS; i++)
            if ((value & BIT32(i)) != 0)
                rp2040_model_trigger(model, i, by);
        break;
    }
}

/* A bit for each channel. */
static bool is_mask(uint32_t offset)
{
    return (offset >= INTR && offset <= INTS1) || offset == MULTI_TRIGGER ||
           offset == CHAN_ABORT;
}

static bool acknowledges(uint32_t offset)
{
    return offset == INTR || offset == INTS0 || offset == INTS1;
}

static void write_one(struct rp2040_dma_model *model, uint32_t offset,
                      uint32_t value, enum rp2040_model_writer by)
{
    uint32_t owner = rp2040_model_owner(offset);
    uint32_t debug = debugged(offset);

    if (owner < RP2040_MODEL_CHANNELS) {
        write_channel(model, owner, offset, value, by);
    } else if (is_mask(offset)) {
        if ((value & ~EVERY_CHANNEL) != 0)
            (void)engine_model_violates(&model->engine,
                                        "a channel that there is not");
        write_mask(model, offset, value & EVERY_CHANNEL, by);
    } else if (offset >= TIMER0 && offset <= TIMER3) {
        write_timer(model, (offset - TIMER0) / 4, value);
    } else if (offset == SNIFF_CTRL && (value & ~SNIFF_WRITABLE) == 0) {
        model->sniff_ctrl = value;
    } else if (offset == SNIFF_DATA) {
        model->sniff_data = value;
    } else if (debug < RP2040_MODEL_CHANNELS && (offset & 4) == 0) {
        model->channels[debug].credit = 0;
    } else {
        (void)engine_model_violates(
            &model->engine, "a write to a register or bits that are read only");
    }
}

void rp2040_model_write(struct rp2040_dma_model *model, uint32_t offset,
                        uint32_t value, unsigned size,
                        enum rp2040_model_writer by)
{
    uint32_t alias = ALIAS(offset);
    uint32_t within = WITHIN(offset);
    uint32_t now;

    if (size != 4) {
        (void)engine_model_violates(
            &model->engine, "a narrow write, which the bus makes a whole one");
        return;
    }
    if (!value_of(model, within, &now)) {
        (void)engine_model_violates(&model->engine,
                                    "a write to an unknown register");
        return;
    }
    if (acknowledges(within) && (alias == ALIAS_XOR || alias == ALIAS_SET)) {
        (void)engine_model_violates(&model->engine,
                                    "an acknowledge that takes others with it");
        return;
    }
    if (alias == ALIAS_XOR)
        value ^= now;
    else if (alias == ALIAS_SET)
        value |= now;
    else if (alias == ALIAS_CLR && !acknowledges(within))
        value = now & ~value;
    write_one(model, within, value, by);
}
