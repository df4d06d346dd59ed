/* SPDX-License-Identifier: MIT */
#include "tests/model/rp2040_dma_parts.h"

/* ---- Addresses ---- */

static uint32_t ring_of(uint32_t ctrl, bool write)
{
    return ((ctrl & CTRL_RING_WRITE) != 0) == write ? CTRL_RING(ctrl) : 0;
}

/* The address so many bytes on, with only the ring's bits changed. */
static uint32_t past(uint32_t address, uint32_t bytes, uint32_t ring)
{
    uint32_t mask = ring != 0 ? BIT32(ring) - 1 : UINT32_MAX;

    return (address & ~mask) | ((address + bytes) & mask);
}

void rp2040_model_advance(struct rp2040_model_channel *channel,
                          uint32_t elements)
{
    uint32_t bytes = elements << CTRL_SIZE(channel->ctrl);

    if ((channel->ctrl & CTRL_INCR_READ) != 0)
        channel->read_addr =
            past(channel->read_addr, bytes, ring_of(channel->ctrl, false));
    if ((channel->ctrl & CTRL_INCR_WRITE) != 0)
        channel->write_addr =
            past(channel->write_addr, bytes, ring_of(channel->ctrl, true));
}

/* ---- One element ---- */

static uint32_t swapped(uint32_t word, uint32_t size)
{
    if (size == 2)
        return (word >> 8 & 0xFF) | (word & 0xFF) << 8;
    return size == 1 ? word : __builtin_bswap32(word);
}

static bool is_register(uint32_t address)
{
    return address - RP2040_MODEL_BUS < RP2040_MODEL_REGISTERS;
}

static uint32_t request_of(const struct rp2040_model_channel *channel)
{
    uint32_t treq = CTRL_TREQ(channel->ctrl);

    return treq == TREQ_PERMANENT ? UINT32_MAX : treq;
}

static bool load(struct rp2040_dma_model *model,
                 const struct rp2040_model_channel *channel, uint32_t *word)
{
    uint32_t size = 1u << CTRL_SIZE(channel->ctrl);

    *word = 0;
    if (is_register(channel->read_addr)) {
        *word = rp2040_model_read(model, channel->read_addr - RP2040_MODEL_BUS,
                                  size);
        return true;
    }
    return engine_model_load(&model->engine, channel->read_addr, word, size,
                             request_of(channel));
}

static void store_register(struct rp2040_dma_model *model,
                           struct rp2040_model_channel *channel, uint32_t word)
{
    struct engine_model *engine = &model->engine;
    uint32_t offset = channel->write_addr - RP2040_MODEL_BUS;

    if (!is_register(channel->read_addr) &&
        !model_within(&engine->ring, channel->read_addr, 4))
        (void)engine_model_violates(engine, "a descriptor outside the ring");
    rp2040_model_write(model, offset, word, 1u << CTRL_SIZE(channel->ctrl),
                       BY_CHANNEL);
    channel->wrote_target =
        rp2040_model_owner(offset) == CTRL_CHAIN_TO(channel->ctrl);
    if (rp2040_model_is_trigger(offset))
        engine->fetched++;
}

static bool store(struct rp2040_dma_model *model,
                  struct rp2040_model_channel *channel, uint32_t word)
{
    struct engine_model *engine = &model->engine;
    uint32_t size = 1u << CTRL_SIZE(channel->ctrl);

    if (is_register(channel->write_addr)) {
        store_register(model, channel, word);
        return true;
    }
    if (model_within(&engine->ring, channel->write_addr, size))
        (void)engine_model_write_back(engine, channel->write_addr, &word, size);
    else if (!engine_model_store(engine, channel->write_addr, &word, size,
                                 request_of(channel)))
        return false;
    engine->moved++;
    return true;
}

void rp2040_model_sniff(struct rp2040_dma_model *model, uint32_t index,
                        uint32_t word)
{
    uint32_t sniffer = model->sniff_ctrl;

    if ((sniffer & SNIFF_EN) == 0 || SNIFF_CHANNEL(sniffer) != index ||
        (model->channels[index].ctrl & CTRL_SNIFF) == 0)
        return;
    if (sniffer != (SNIFF_EN | index << 1 | SNIFF_SUM << 5))
        (void)engine_model_violates(&model->engine,
                                    "a checksum that the model has not");
    model->sniff_data += word;
}

uint32_t rp2040_model_move(struct rp2040_dma_model *model,
                           struct rp2040_model_channel *channel, uint32_t *word)
{
    channel->in_flight = false;
    if (!load(model, channel, word))
        return CTRL_READ_ERROR;
    if ((channel->ctrl & CTRL_BSWAP) != 0)
        *word = swapped(*word, 1u << CTRL_SIZE(channel->ctrl));
    if (!store(model, channel, *word))
        return CTRL_WRITE_ERROR;
    channel->trans_count--;
    if (channel->credit != 0)
        channel->credit--;
    rp2040_model_advance(channel, 1);
    return 0;
}
