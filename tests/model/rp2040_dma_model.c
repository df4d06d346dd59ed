/* SPDX-License-Identifier: MIT */
#include "tests/model/rp2040_dma_parts.h"

enum { CREDIT_MOST = 63 }; /* a channel's counter has six bits */

/* A bus error may be found this many elements after the one that met it. */
enum { ERROR_OVERRUN = 3 };

/* ---- Saying that something is done ---- */

static void raise(struct rp2040_dma_model *model, uint32_t index)
{
    model->intr |= BIT32(index);
}

/* Is it now that this is to be said late? Then time_passes() says it. */
static bool say_later(struct rp2040_dma_model *model,
                      struct rp2040_model_channel *channel)
{
    bool later = model->say_late && model->engine.delay != 0;

    model->say_late = false;
    if (later)
        channel->late = model->engine.delay;
    return later;
}

static void complete(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    uint32_t target = CTRL_CHAIN_TO(channel->ctrl);

    channel->busy = false;
    if ((channel->ctrl & CTRL_QUIET) == 0)
        raise(model, index);
    if (target == index)
        return;
    /* It may fire before the write has arrived: pico-feedback 321. */
    if (channel->wrote_target)
        (void)engine_model_violates(
            &model->engine, "a chain that races with the write before it");
    else
        rp2040_model_trigger(model, target, BY_CHANNEL);
}

static void finish(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    bool quiet = (channel->ctrl & CTRL_QUIET) != 0;

    if (quiet || !say_later(model, channel))
        complete(model, index);
}

void rp2040_model_null_trigger(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];

    if (channel->busy)
        (void)engine_model_violates(&model->engine,
                                    "a null trigger while a channel runs");
    else if ((channel->ctrl & CTRL_QUIET) != 0 && !say_later(model, channel))
        raise(model, index);
}

void rp2040_model_acknowledge(struct rp2040_dma_model *model, uint32_t channels)
{
    uint32_t taken = model->intr & channels;

    model->intr &= ~channels;
    if (taken != 0 && model->say_twice) {
        model->say_twice = false;
        model->again = taken;
    }
}

/* ---- Requests ---- */

static bool asked(const struct rp2040_dma_model *model,
                  const struct rp2040_model_channel *channel)
{
    uint32_t treq = CTRL_TREQ(channel->ctrl);

    if (treq == TREQ_PERMANENT)
        return true;
    if (treq >= TREQ_TIMER0)
        return channel->credit != 0;
    return engine_model_asks(&model->engine, treq, 1);
}

/* Nothing but the end, or a request, keeps it from moving. */
static bool runs(const struct rp2040_model_channel *channel)
{
    return channel->busy && !channel->stalled && channel->trans_count != 0 &&
           ((channel->ctrl & CTRL_EN) != 0 || channel->in_flight);
}

bool rp2040_model_is_moving(const struct rp2040_dma_model *model,
                            const struct rp2040_model_channel *channel)
{
    return runs(channel) && asked(model, channel);
}

static void tick(struct rp2040_dma_model *model, uint32_t timer)
{
    model->phase[timer] += TIMER_X(model->timer[timer]);
    if (model->timer[timer] == 0 ||
        model->phase[timer] < TIMER_Y(model->timer[timer]))
        return;
    model->phase[timer] -= TIMER_Y(model->timer[timer]);
    for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS; i++) {
        struct rp2040_model_channel *channel = &model->channels[i];

        if (channel->credit < CREDIT_MOST &&
            CTRL_TREQ(channel->ctrl) == TREQ_TIMER0 + timer)
            channel->credit++;
    }
}

static bool waits_for_timer(const struct rp2040_dma_model *model,
                            const struct rp2040_model_channel *channel)
{
    uint32_t timer = CTRL_TREQ(channel->ctrl) - TREQ_TIMER0;

    return runs(channel) && timer < RP2040_MODEL_TIMERS &&
           TIMER_X(model->timer[timer]) != 0;
}

/* ---- Starting ---- */

static const char *wrong_start(const struct rp2040_dma_model *model,
                               const struct rp2040_model_channel *channel)
{
    uint32_t treq = CTRL_TREQ(channel->ctrl);
    uint32_t size = 1u << CTRL_SIZE(channel->ctrl);

    if (channel->reload == 0)
        return "a sequence of no elements";
    if (modulo32(channel->read_addr | channel->write_addr, size) != 0)
        return "an address that is not a multiple of the element";
    for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS && treq < DREQ_COUNT; i++)
        if (model->channels[i].busy &&
            CTRL_TREQ(model->channels[i].ctrl) == treq)
            return "two channels on one request";
    return NULL;
}

void rp2040_model_trigger(struct rp2040_dma_model *model, uint32_t index,
                          enum rp2040_model_writer by)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    bool aborts = (channel->busy && channel->aborted) ||
                  (model->abort & BIT32(index)) != 0;
    const char *wrong = NULL;

    if (aborts && by == BY_CPU)
        wrong = "a start before the abort is over";
    else if (channel->busy || (channel->ctrl & CTRL_EN) == 0 ||
             (channel->ctrl & CTRL_ERRORS) != 0)
        return;
    else
        wrong = wrong_start(model, channel);
    if (wrong) {
        (void)engine_model_violates(&model->engine, wrong);
        return;
    }
    channel->busy = true;
    channel->aborted = false;
    channel->stalled = false;
    channel->wrote_target = false;
    channel->trans_count = channel->reload;
}

/* ---- Stopping ---- */

static void take_down(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];

    channel->late = 0;
    if (!channel->busy)
        return;
    channel->in_flight = rp2040_model_is_moving(model, channel);
    channel->aborted = channel->in_flight;
    channel->busy = channel->in_flight;
    channel->trans_count = channel->in_flight ? 1 : 0;
}

static void abort_now(struct rp2040_dma_model *model)
{
    for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS; i++)
        if ((model->abort & BIT32(i)) != 0)
            take_down(model, i);
    if ((model->abort & BIT32(model->rest_of)) != 0)
        model->rest.busy = false;
    model->abort = 0;
    model->say_late = false;
}

void rp2040_model_abort(struct rp2040_dma_model *model, uint32_t channels)
{
    if (model->abort == 0)
        model->until_abort = model->engine.abort_delay;
    model->abort |= channels;
    if (!model->engine.stuck && model->until_abort == 0)
        abort_now(model);
}

/* ---- Steps ---- */

/* Always interrupts and never chains. */
static void fail(struct rp2040_dma_model *model, uint32_t index, uint32_t error)
{
    struct rp2040_model_channel *channel = &model->channels[index];

    channel->ctrl |= error;
    channel->busy = false;
    rp2040_model_advance(channel,
                         smaller32(ERROR_OVERRUN, channel->trans_count));
    raise(model, index);
}

/* The end of the sequence, whatever was left of it. */
static void skip_to_end(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];

    rp2040_model_advance(channel, channel->trans_count);
    channel->trans_count = 0;
    complete(model, index);
}

/* Returns true if this step of the channel was something else than to move. */
static bool misbehaves(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    struct engine_model *engine = &model->engine;

    if (engine_model_turn(engine, ENGINE_LATE))
        model->say_late = true;
    if (engine_model_turn(engine, ENGINE_TWICE))
        model->say_twice = true;

    if (engine_model_turn(engine, ENGINE_FAILS)) {
        fail(model, index, CTRL_READ_ERROR);
    } else if (engine_model_turn(engine, ENGINE_STALLS)) {
        channel->stalled = true;
    } else if (engine_model_turn(engine, ENGINE_EARLY)) {
        model->rest = *channel;
        model->rest_of = index;
        skip_to_end(model, index);
    } else if (engine_model_turn(engine, ENGINE_IDLES)) {
        skip_to_end(model, index);
    } else if (engine_model_turn(engine, ENGINE_STOPS)) {
        channel->busy = false;
        channel->ctrl &= ~CTRL_EN;
    } else {
        return false;
    }
    return true;
}

static void step_channel(struct rp2040_dma_model *model, uint32_t index)
{
    struct rp2040_model_channel *channel = &model->channels[index];
    uint32_t error;
    uint32_t word;

    if (!channel->in_flight && misbehaves(model, index))
        return;
    error = rp2040_model_move(model, channel, &word);
    if (model->engine.violation)
        return;
    if (error != 0) {
        fail(model, index, error);
        return;
    }
    rp2040_model_sniff(model, index, word);
    if (channel->trans_count == 0)
        finish(model, index);
}

/* What goes on by itself. Returns true if something is to be waited for. */
static bool time_passes(struct rp2040_dma_model *model)
{
    bool waits = false;

    if (model->abort != 0 && !model->engine.stuck) {
        waits = true;
        if (model->until_abort == 0 || --model->until_abort == 0)
            abort_now(model);
    }
    for (uint32_t i = 0; i < RP2040_MODEL_TIMERS; i++)
        tick(model, i);
    for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS; i++) {
        struct rp2040_model_channel *channel = &model->channels[i];

        waits |= waits_for_timer(model, channel) || channel->late != 0;
        if (channel->late == 0 || --channel->late != 0)
            continue;
        if (channel->busy && channel->trans_count == 0)
            complete(model, i);
        else
            raise(model, i);
    }
    return waits;
}

/* For who listens, if there is anyone. */
static void interrupt_without_cause(struct rp2040_dma_model *model)
{
    uint32_t heard = model->inte[0] | model->inte[1];

    model->intr |= heard != 0 ? heard & (0 - heard) : 1;
}

static bool step(struct engine_model *engine)
{
    struct rp2040_dma_model *model = to_rp2040(engine);
    bool waits = time_passes(model);
    uint32_t word;

    if (engine_model_turn(engine, ENGINE_SPURIOUS)) {
        interrupt_without_cause(model);
        return true;
    }
    if (model->again != 0) {
        model->intr |= model->again;
        model->again = 0;
        return true;
    }
    for (uint32_t i = 0; i < RP2040_MODEL_CHANNELS; i++) {
        uint32_t index = (model->next + i) % RP2040_MODEL_CHANNELS;

        if (rp2040_model_is_moving(model, &model->channels[index])) {
            model->next = (index + 1) % RP2040_MODEL_CHANNELS;
            step_channel(model, index);
            return true;
        }
    }
    if (rp2040_model_is_moving(model, &model->rest)) {
        if (rp2040_model_move(model, &model->rest, &word) != 0)
            model->rest.busy = false;
        return true;
    }
    return waits;
}

/* ---- The chip ---- */

static uint32_t read(struct engine_model *engine, uint32_t offset,
                     unsigned size)
{
    return rp2040_model_read(to_rp2040(engine), offset, size);
}

static void write(struct engine_model *engine, uint32_t offset, uint32_t value,
                  unsigned size)
{
    rp2040_model_write(to_rp2040(engine), offset, value, size, BY_CPU);
}

static bool interrupt(const struct engine_model *engine, uint32_t channel)
{
    const struct rp2040_dma_model *model =
        HAL_CONTAINER_OF(engine, const struct rp2040_dma_model, engine);

    return ((rp2040_model_ints(model, 0) | rp2040_model_ints(model, 1)) &
            BIT32(channel)) != 0;
}

/* CHAIN_TO is 0 for all of them after reset, not the channel itself. */
static void power_on(struct engine_model *engine)
{
    struct rp2040_dma_model *model = to_rp2040(engine);

    *model = (struct rp2040_dma_model){ .engine = *engine };
}

static const struct engine_model_ops ops = {
    .read = read,
    .write = write,
    .step = step,
    .interrupt = interrupt,
    .power_on = power_on,
};

void rp2040_dma_model_power_on(struct rp2040_dma_model *model)
{
    model->engine.ops = &ops;
    model->engine.registers = RP2040_MODEL_REGISTERS;
    engine_model_power_on(&model->engine);
}
