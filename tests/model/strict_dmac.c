/* SPDX-License-Identifier: MIT */
#include "tests/model/strict_dmac.h"

#include "hal/bits.h"
#include "hal/container_of.h"

#include <string.h>

static struct strict_dmac *to_strict(struct hal_dmac *dmac)
{
    return CONTAINER_OF(dmac, struct strict_dmac, dmac);
}

static void violate(struct strict_dmac *strict, const char *what)
{
    if (!strict->violation)
        strict->violation = what;
}

static void hook(struct strict_dmac *strict, enum strict_dmac_step step)
{
    if (strict->hook)
        strict->hook(step);
}

static uint8_t *cpu_of(const struct strict_dmac *strict, uint64_t bus)
{
    return (uint8_t *)(uintptr_t)(bus - strict->distance);
}

static enum iodma_status strict_start(struct hal_dmac *dmac)
{
    struct strict_dmac *strict = to_strict(dmac);

    strict->starts++;
    if (strict->runs)
        violate(strict, "start of an engine that runs");
    if (strict->broken)
        return IODMA_NOT_ATTACHED;

    strict->filled = 0;
    strict->told = 0;
    strict->worked = 0;
    strict->retired = 0;
    strict->cause = HAL_FAULT_NONE;
    strict->announced = false;
    strict->runs = true;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    return IODMA_OK;
}

static bool in_arena(const struct strict_dmac *strict, uint64_t bus,
                     uint64_t length)
{
    uint64_t within = bus - strict->distance - (uintptr_t)strict->arena;

    return within < strict->arena_size && length <= strict->arena_size - within;
}

static bool in_reach(const struct hal_limits *limits, uint64_t bus,
                     uint64_t length)
{
    return limits->address_bits == 0 || limits->address_bits == 64 ||
           (bus + (length - 1)) >> limits->address_bits == 0;
}

static bool straddles(const struct hal_limits *limits, uint64_t bus,
                      uint64_t length)
{
    return limits->boundary != 0 &&
           modulo(bus, limits->boundary) + length > limits->boundary;
}

static bool aligned(uint64_t value, uint32_t alignment)
{
    return alignment == 0 || modulo(value, alignment) == 0;
}

/* What is wrong with one end of an item; NULL: nothing. */
static const char *wrong_end(const struct strict_dmac *strict, uint64_t bus,
                             uint64_t length)
{
    const struct hal_limits *limits = strict->dmac.limits;

    if (!in_arena(strict, bus, length))
        return "item outside the arena";
    if (!in_reach(limits, bus, length))
        return "item out of reach";
    if (straddles(limits, bus, length))
        return "item across a boundary";
    if (!aligned(bus, limits->align_address) ||
        !aligned(bus, limits->align_internal))
        return "item at an address that is not aligned";
    return NULL;
}

static const char *wrong(const struct strict_dmac *strict,
                         const struct hal_item *item)
{
    const struct hal_limits *limits = strict->dmac.limits;
    const char *what;

    if (item->length == 0)
        return "item of length 0";
    if (limits->max_segment != 0 && item->length > limits->max_segment)
        return "item longer than the maximum";
    if (!aligned(item->length, limits->align_length))
        return "item of a length that is not aligned";
    if (!aligned(item->source ^ item->destination, strict->dmac.same_phase))
        return "item whose ends differ in phase";
    what = wrong_end(strict, item->source, item->length);
    return what ? what : wrong_end(strict, item->destination, item->length);
}

static uint32_t strict_emit(struct hal_dmac *dmac, const struct hal_item *items,
                            uint32_t count)
{
    struct strict_dmac *strict = to_strict(dmac);
    uint32_t taken = 0;

    hook(strict, STRICT_DMAC_EMIT);
    if (!strict->runs) {
        violate(strict, "emit to an engine that is not started");
        return 0;
    }
    while (taken < count && strict->filled - strict->retired < strict->slots) {
        const struct hal_item *item = &items[taken];
        const char *what = wrong(strict, item);

        if (what)
            violate(strict, what);
        if (what || item->length == strict->refused)
            break;
        strict->ring[strict->filled % strict->slots] = *item;
        strict->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    strict->taken += taken;
    return taken;
}

static void strict_submit(struct hal_dmac *dmac)
{
    struct strict_dmac *strict = to_strict(dmac);
    uint32_t state;

    hook(strict, STRICT_DMAC_SUBMIT);
    if (!strict->runs) {
        violate(strict, "submit to an engine that is not started");
        return;
    }
    if (strict->filled == strict->told) {
        strict->empty_submits++;
        return;
    }

    hal_publish(dmac->bus);
    state = dmac->bus->lock->save();
    strict->told = strict->filled;
    dmac->counts.doorbells++;
    dmac->bus->lock->restore(state);
    hook(strict, STRICT_DMAC_SUBMIT);
}

static struct hal_progress strict_reap(struct hal_dmac *dmac)
{
    struct strict_dmac *strict = to_strict(dmac);
    struct hal_progress progress = { .retired = 0 };

    hook(strict, STRICT_DMAC_REAP);
    strict->reaps++;
    if (!strict->runs)
        return progress;

    progress.retired = strict->worked - strict->retired;
    strict->retired = strict->worked;
    if (strict->cause != HAL_FAULT_NONE && !strict->announced) {
        strict->announced = true;
        progress.fault = strict->cause;
        progress.detail = STRICT_DMAC_DETAIL;
    }
    return progress;
}

static uint32_t strict_halt(struct hal_dmac *dmac, uint64_t deadline)
{
    struct strict_dmac *strict = to_strict(dmac);

    hook(strict, STRICT_DMAC_HALT);
    strict->halts++;
    strict->halt_deadline = deadline;
    if (strict->stuck)
        return HAL_STUCK;
    strict->runs = false;
    return HAL_STOPPED;
}

static bool can_work(const struct strict_dmac *strict)
{
    return strict->runs && !strict->hangs && strict->cause == HAL_FAULT_NONE &&
           strict->worked != strict->told;
}

/* Is it the turn of the fault? */
static bool faults(struct strict_dmac *strict)
{
    if (strict->fault_at == 0 || --strict->fault_at != 0)
        return false;
    strict->cause = strict->fault;
    return true;
}

uint32_t strict_dmac_run(struct strict_dmac *strict, uint32_t items)
{
    uint32_t done = 0;

    while (done < items && can_work(strict) && !faults(strict)) {
        const struct hal_item *item =
            &strict->ring[strict->worked % strict->slots];

        memmove(cpu_of(strict, item->destination), cpu_of(strict, item->source),
                (size_t)item->length);
        strict->worked++;
        done++;
    }
    strict->done += done;
    return done;
}

bool strict_dmac_interrupt(const struct strict_dmac *strict)
{
    bool news = strict->worked != strict->retired ||
                (strict->cause != HAL_FAULT_NONE && !strict->announced);

    return strict->runs && news && !strict->loses_interrupt;
}

const struct hal_dmac_ops strict_dmac_ops = {
    .start = strict_start,
    .emit = strict_emit,
    .submit = strict_submit,
    .reap = strict_reap,
    .halt = strict_halt,
};
