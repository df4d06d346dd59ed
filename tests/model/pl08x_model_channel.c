/* SPDX-License-Identifier: MIT */
#include "tests/model/pl08x_model_channel.h"

#include <string.h>

/* What moves on unseen after an early end. */
enum { UNSEEN = PL08X_MODEL_CHANNELS };

/* ---- What a channel is set up for ---- */

struct side {
    uint32_t address;
    uint32_t width;   /* bytes                                      */
    uint32_t burst;   /* elements                                   */
    uint32_t request; /* line; UINT32_MAX: memory                   */
    uint32_t master;  /* AHB, 0 or 1                                */
    bool increments;
};

/* Elements of a burst: 1, 4, 8, 16 ... 256. */
static uint32_t burst(uint32_t code)
{
    return code == 0 ? 1 : BIT32(code + 1);
}

/* Where DMACCxControl and DMACCxConfiguration have a side. */
struct place {
    uint32_t width;
    uint32_t burst;
    uint32_t master;     /* bit */
    uint32_t increments; /* bit */
    uint32_t paced;      /* bit of the flow control */
    uint32_t request;
};

static struct side side_at(const struct pl08x_model_channel *channel,
                           uint32_t address, const struct place *place)
{
    uint32_t control = channel->control;
    uint32_t flow = pl08x_field(channel->config, PL08X_CONFIG_FLOW, 3);

    return (struct side){
        .address = address,
        .width = BIT32(pl08x_field(control, place->width, 3)),
        .burst = burst(pl08x_field(control, place->burst, 3)),
        .request = (flow & place->paced) != 0
                       ? pl08x_field(channel->config, place->request, 4)
                       : UINT32_MAX,
        .master = (control & place->master) != 0,
        .increments = (control & place->increments) != 0,
    };
}

static struct side source(const struct pl08x_model_channel *channel)
{
    static const struct place place = {
        .width = PL08X_CONTROL_SWIDTH,
        .burst = PL08X_CONTROL_SBSIZE,
        .master = PL08X_CONTROL_S,
        .increments = PL08X_CONTROL_SI,
        .paced = PL08X_FLOW_FROM_PERIPHERAL,
        .request = PL08X_CONFIG_SRC,
    };

    return side_at(channel, channel->source, &place);
}

static struct side destination(const struct pl08x_model_channel *channel)
{
    static const struct place place = {
        .width = PL08X_CONTROL_DWIDTH,
        .burst = PL08X_CONTROL_DBSIZE,
        .master = PL08X_CONTROL_D,
        .increments = PL08X_CONTROL_DI,
        .paced = PL08X_FLOW_TO_PERIPHERAL,
        .request = PL08X_CONFIG_DEST,
    };

    return side_at(channel, channel->destination, &place);
}

static bool is_paced(const struct side *side)
{
    return side->request != UINT32_MAX;
}

static const struct model_port *port_of(const struct pl08x_model *model,
                                        uint32_t request)
{
    for (uint32_t i = 0; i < ENGINE_MODEL_PORTS; i++) {
        const struct model_port *port = &model->engine.ports[i];

        if (port->width != 0 && port->request == request)
            return port;
    }
    return NULL;
}

/* Why one side of an item cannot be; NULL: it can. */
static const char *wrong_side(const struct pl08x_model *model,
                              const struct side *side, uint32_t bytes)
{
    const struct model_port *port = port_of(model, side->request);

    if (side->width > BIT32(PL08X_WIDTH_32))
        return "a width that is reserved";
    if (side->address % side->width != 0)
        return "an address that is not aligned to its width";
    if (side->increments && bytes - 1 > UINT32_MAX - side->address)
        return "an address that wraps";
    if (is_paced(side) && !port)
        return "paced by a line on which nobody asks";
    if (is_paced(side) && port->bus != side->address)
        return "a paced side that is not at its port";
    if (is_paced(side) && side->burst > port->depth)
        return "a burst that the port's FIFO cannot hold";
    return NULL;
}

/* Why an item cannot be moved; NULL: it can. */
static const char *wrong_item(const struct pl08x_model *model,
                              const struct pl08x_model_channel *channel)
{
    bool dual = model->channel_count == PL08X_MODEL_CHANNELS;
    struct side from = source(channel);
    struct side to = destination(channel);
    const char *wrong;

    if (channel->bytes == 0)
        return "an item of no elements";
    if ((channel->next & ~(PL08X_LLI_ADDRESS | (dual ? PL08X_LLI_LM : 0u))) !=
        0)
        return "reserved bits of DMACCxLLI";
    if (channel->next == PL08X_LLI_LM)
        return "an end of the list that is not 0";
    if (!dual && (channel->control & (PL08X_CONTROL_D | PL08X_CONTROL_S)) != 0)
        return "a master that the chip does not have";
    wrong = wrong_side(model, &from, channel->bytes);
    if (!wrong)
        wrong = wrong_side(model, &to, channel->bytes);
    if (!wrong && channel->bytes % to.width != 0)
        wrong = "an item that does not fill its last element";
    return wrong;
}

/* ---- What a channel does ---- */

void pl08x_model_set_control(struct pl08x_model_channel *channel,
                             uint32_t value)
{
    channel->control = value & ~PL08X_CONTROL_SIZE;
    channel->bytes = (value & PL08X_CONTROL_SIZE)
                     << pl08x_field(value, PL08X_CONTROL_SWIDTH, 3);
}

uint32_t pl08x_model_control(const struct pl08x_model_channel *channel)
{
    uint32_t width = source(channel).width;

    return channel->control | (channel->bytes + width - 1) / width;
}

void pl08x_model_shut(struct pl08x_model_channel *channel)
{
    channel->config &= ~PL08X_CONFIG_E;
    channel->fill = 0;
    channel->burst = 0;
    channel->loaded = false;
    channel->stalled = false;
    channel->ending = false;
    channel->over = 0;
    channel->closing = 0;
}

static void set_raw(uint32_t *raw, uint32_t number)
{
    if (number != UNSEEN)
        *raw |= BIT32(number);
}

static void fail(struct pl08x_model *model, uint32_t number)
{
    set_raw(&model->raw_error, number);
    pl08x_model_shut(&model->channels[number]);
}

/* It says that all is done. */
static void finish(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];

    set_raw(&model->raw_tc, number);
    channel->next = 0;
    channel->bytes = 0;
    pl08x_model_shut(channel);
}

static void end_item(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];

    channel->ending = false;
    if ((channel->control & PL08X_CONTROL_I) != 0)
        set_raw(&model->raw_tc, number);
    if (channel->next == 0)
        channel->over = model->closes_after;
    if (channel->next == 0 && channel->over == 0)
        pl08x_model_shut(channel);
}

void pl08x_model_begin(struct pl08x_model *model,
                       struct pl08x_model_channel *channel)
{
    const char *wrong = wrong_item(model, channel);

    if (wrong)
        (void)engine_model_violates(&model->engine, wrong);
    channel->loaded = true;
}

static uint32_t word_at(const uint8_t *byte)
{
    return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 |
           (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static bool reaches(const struct pl08x_model *model, const struct side *side)
{
    uint32_t by = is_paced(side) ? model->ports_by : model->memory_by;

    return (by & BIT32(side->master)) != 0;
}

static void fetch(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    uint8_t item[PL08X_MODEL_ITEM];

    if ((model->memory_by & BIT32(channel->next & PL08X_LLI_LM)) == 0) {
        fail(model, number);
        return;
    }
    if (!engine_model_fetch(&model->engine, channel->next & PL08X_LLI_ADDRESS,
                            item, sizeof item))
        return;
    channel->source = word_at(&item[4 * PL08X_SRC_ADDR]);
    channel->destination = word_at(&item[4 * PL08X_DEST_ADDR]);
    channel->next = word_at(&item[4 * PL08X_LLI]);
    pl08x_model_set_control(channel, word_at(&item[4 * PL08X_CONTROL]));
    pl08x_model_begin(model, channel);
}

static void load(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    struct side from = source(channel);

    if (!reaches(model, &from) ||
        !engine_model_load(&model->engine, from.address,
                           &channel->fifo[channel->fill], from.width,
                           from.request)) {
        fail(model, number);
        return;
    }
    channel->fill += from.width;
    if (from.increments)
        channel->source += from.width;
}

/* Elements that the destination has to ask for, before a burst of them. */
static uint32_t next_burst(const struct pl08x_model_channel *channel,
                           const struct side *to)
{
    bool halted = (channel->config & PL08X_CONFIG_H) != 0;

    return smaller32(to->burst,
                     (halted ? channel->fill : channel->bytes) / to->width);
}

static void store(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    struct side to = destination(channel);

    if (!reaches(model, &to) ||
        !engine_model_store(&model->engine, to.address, channel->fifo, to.width,
                            to.request)) {
        fail(model, number);
        return;
    }
    if (channel->burst == 0)
        channel->burst = next_burst(channel, &to);
    channel->burst--;
    channel->fill -= to.width;
    channel->bytes -= to.width;
    memmove(channel->fifo, &channel->fifo[to.width], channel->fill);
    if (to.increments)
        channel->destination += to.width;
    model->engine.moved++;
    if (channel->bytes != 0)
        return;

    channel->ending = model->late && model->engine.delay != 0;
    channel->late = model->engine.delay;
    model->late = false;
    if (!channel->ending)
        end_item(model, number);
}

/* A source's single requests count, a destination's do not. */
static bool can_load(const struct pl08x_model *model,
                     const struct pl08x_model_channel *channel)
{
    struct side from = source(channel);

    return (channel->config & PL08X_CONFIG_H) == 0 &&
           channel->bytes > channel->fill &&
           channel->fill + from.width <= PL08X_MODEL_FIFO &&
           (!is_paced(&from) ||
            engine_model_asks(&model->engine, from.request, 1));
}

static bool can_store(const struct pl08x_model *model,
                      const struct pl08x_model_channel *channel)
{
    struct side to = destination(channel);

    return channel->fill >= to.width &&
           (!is_paced(&to) || channel->burst != 0 ||
            engine_model_asks(&model->engine, to.request,
                              next_burst(channel, &to)));
}

/* Does it do this, instead of its next transfer? */
static bool misbehave(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    uint32_t how = model->engine.misbehaves;

    if (how == ENGINE_BEHAVES || how == ENGINE_SPURIOUS ||
        !engine_model_turn(&model->engine, how))
        return false;
    switch (how) {
    case ENGINE_FAILS:
        fail(model, number);
        return true;
    case ENGINE_STALLS:
        channel->stalled = true;
        return true;
    case ENGINE_EARLY:
        model->channels[UNSEEN] = *channel;
        finish(model, number);
        return true;
    case ENGINE_LATE:
        model->late = true;
        return false;
    case ENGINE_TWICE:
        model->twice = true;
        return false;
    case ENGINE_IDLES:
        finish(model, number);
        return true;
    default: /* ENGINE_STOPS */
        pl08x_model_shut(channel);
        return true;
    }
}

static bool transfer(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];
    void (*next)(struct pl08x_model *, uint32_t) = NULL;

    if (!model->on || !channel->loaded || channel->stalled)
        return false;
    if (channel->over != 0) {
        pl08x_model_shut(channel);
        return true;
    }
    if (channel->ending) {
        if (--channel->late == 0)
            end_item(model, number);
        return true;
    }
    if (channel->bytes == 0)
        next = (channel->config & PL08X_CONFIG_H) == 0 ? fetch : NULL;
    else if (can_load(model, channel))
        next = load;
    else if (can_store(model, channel))
        next = store;
    if (!next)
        return false;
    if (!misbehave(model, number))
        next(model, number);
    return true;
}

bool pl08x_model_advance(struct pl08x_model *model, uint32_t number)
{
    struct pl08x_model_channel *channel = &model->channels[number];

    if (channel->closing == 0)
        return transfer(model, number);
    if (--channel->closing == 0)
        pl08x_model_shut(channel);
    else
        (void)transfer(model, number);
    return true;
}
