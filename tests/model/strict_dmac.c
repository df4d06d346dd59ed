/* SPDX-License-Identifier: MIT */
#include "tests/model/strict_dmac.h"

#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/reach.h"

#include <string.h>

static struct strict_dmac *to_strict(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct strict_dmac, dmac);
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

static uint8_t *cpu_of(const struct strict_dmac *strict, hal_address bus)
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
    strict->part = 0;
    strict->route = (struct hal_route){ .rows = 0 };
    strict->runs = true;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    return IODMA_OK;
}

static uint32_t rows(const struct strict_dmac *strict)
{
    return larger32(strict->route.rows, 1);
}

static bool paced(const struct strict_dmac *strict)
{
    return strict->route.source.kind == HAL_PORT ||
           strict->route.destination.kind == HAL_PORT;
}

static const struct hal_end *port_end(const struct strict_dmac *strict)
{
    return strict->route.source.kind == HAL_PORT ? &strict->route.source
                                                 : &strict->route.destination;
}

static bool in_arena(const struct strict_dmac *strict, hal_address bus,
                     hal_address length)
{
    hal_address within = bus - strict->distance - cpu_address(strict->arena);

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
           (bus & (limits->boundary - 1)) + length > limits->boundary;
}

static bool aligned(uint64_t value, uint32_t alignment)
{
    return alignment == 0 || (value & (alignment - 1)) == 0;
}

/* What is wrong with a row at one end; NULL: nothing. */
static const char *wrong_row(const struct strict_dmac *strict, hal_address bus,
                             hal_address length)
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
    if (paced(strict) && !aligned(bus, port_end(strict)->port->width))
        return "item that is not aligned to the port's width";
    return NULL;
}

/* The same of all rows, at an end of which nothing else is memory. */
static const char *wrong_end(const struct strict_dmac *strict,
                             const struct hal_end *end, int32_t stride,
                             hal_address bus, hal_address length)
{
    const char *what = NULL;

    if (end->kind != HAL_MEMORY)
        return bus != 0 ? "an address where there is no memory" : NULL;
    for (uint32_t i = 0; i < rows(strict) && !what; i++)
        what =
            wrong_row(strict, bus + (hal_address)((int64_t)i * stride), length);
    return what;
}

static const char *wrong(const struct strict_dmac *strict,
                         const struct hal_item *item)
{
    const struct hal_limits *limits = strict->dmac.limits;
    const struct hal_route *route = &strict->route;
    bool both = route->source.kind == HAL_MEMORY &&
                route->destination.kind == HAL_MEMORY;
    const char *what;

    if (item->length == 0)
        return "item of length 0";
    if (limits->max_segment != 0 && item->length > limits->max_segment)
        return "item longer than the maximum";
    if (!aligned(item->length, limits->align_length) ||
        (paced(strict) &&
         !aligned(item->length, port_end(strict)->port->width)))
        return "item of a length that is not aligned";
    if (both &&
        !aligned(item->source ^ item->destination, strict->dmac.same_phase))
        return "item whose ends differ in phase";
    what = wrong_end(strict, &route->source, route->source_stride, item->source,
                     item->length);
    return what ? what
                : wrong_end(strict, &route->destination,
                            route->destination_stride, item->destination,
                            item->length);
}

/* A port's own facts; NULL: right. */
static const char *wrong_port(const struct hal_end *end)
{
    const struct hal_port *port = end->port;

    if (end->kind != HAL_PORT)
        return NULL;
    if (!port)
        return "a route to no port";
    if (!is_power_of_two(port->width) || port->burst == 0 ||
        port->depth < port->burst)
        return "a port that no engine could serve";
    return NULL;
}

static bool can_end(const struct hal_dmac *dmac, const struct hal_end *end)
{
    return end->kind == HAL_MEMORY || (end->kind == HAL_FILL && dmac->fills) ||
           (end->kind == HAL_PORT && (dmac->widths & end->port->width) != 0);
}

static enum iodma_status strict_route(struct hal_dmac *dmac,
                                      const struct hal_route *route)
{
    struct strict_dmac *strict = to_strict(dmac);
    const char *what = wrong_port(&route->source);

    if (!what)
        what = wrong_port(&route->destination);
    if (!strict->runs)
        what = "route of an engine that is not started";
    else if (strict->route.cyclic ? strict->told != 0
                                  : strict->retired != strict->filled)
        what = "route while items are under way";
    else if (route->destination.kind == HAL_FILL)
        what = "a fill that is a destination";
    else if (route->source.kind != HAL_MEMORY &&
             route->destination.kind != HAL_MEMORY)
        what = "a route without memory";
    else if (route->rows <= 1 &&
             (route->source_stride != 0 || route->destination_stride != 0))
        what = "strides without rows";
    if (what) {
        violate(strict, what);
        return IODMA_BAD_ARGUMENT;
    }
    if (!can_end(dmac, &route->source) || !can_end(dmac, &route->destination) ||
        route->rows > larger32(dmac->max_rows, 1) ||
        (route->rows > 1 && strict->stiff) ||
        (route->cyclic && dmac->periods == 0))
        return IODMA_UNSUPPORTED;
    strict->route = *route;
    strict->filled = 0; /* where a cycle begins */
    strict->told = 0;
    strict->worked = 0;
    strict->retired = 0;
    return IODMA_OK;
}

/* May so many more items come, of a cycle? */
static const char *wrong_cycle(const struct strict_dmac *strict, uint32_t count)
{
    if (!strict->route.cyclic || count == 0)
        return NULL;
    if (strict->told != 0)
        return "emit into a cycle that runs";
    return count > strict->dmac.periods - strict->filled
               ? "more periods than the engine has"
               : NULL;
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
    if (wrong_cycle(strict, count)) {
        violate(strict, wrong_cycle(strict, count));
        return 0;
    }
    while (taken < count && strict->filled - strict->retired < strict->slots) {
        const struct hal_item *item = &items[taken];
        const char *what = wrong(strict, item);

        if (what)
            violate(strict, what);
        if (what || item->length == strict->refused ||
            (strict->narrow && rows(strict) > 1))
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
    state = dmac->bus->lock->save(dmac->bus->lock);
    strict->told = strict->filled;
    dmac->counts.doorbells++;
    dmac->bus->lock->restore(dmac->bus->lock, state);
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

/* A cycle begins anew behind its last item. */
static const struct hal_item *item_at(const struct strict_dmac *strict,
                                      uint32_t index)
{
    if (strict->route.cyclic)
        index %= strict->filled;
    return &strict->ring[index % strict->slots];
}

static struct hal_residue strict_residue(struct hal_dmac *dmac)
{
    struct strict_dmac *strict = to_strict(dmac);
    struct hal_residue residue = { 0, 0 };
    uint32_t left = strict->filled - strict->worked;

    if (strict->route.cyclic && strict->filled != 0)
        left = strict->filled - strict->worked % strict->filled;
    for (uint32_t i = 0; i < left; i++)
        residue.most +=
            item_at(strict, strict->worked + i)->length * rows(strict);
    residue.most -= strict->part;
    residue.least = residue.most;
    return residue;
}

static bool halt(struct strict_dmac *strict, uint64_t deadline)
{
    hook(strict, STRICT_DMAC_HALT);
    strict->halts++;
    strict->halt_deadline = deadline;
    strict->runs = strict->runs && strict->stuck;
    return !strict->stuck;
}

static uint32_t strict_halt(struct hal_dmac *const *set, uint32_t count,
                            uint64_t deadline)
{
    uint32_t stuck = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!halt(to_strict(set[i]), deadline))
            stuck |= BIT32(i);
    }
    return stuck;
}

static bool can_work(const struct strict_dmac *strict)
{
    return strict->runs && !strict->hangs && strict->cause == HAL_FAULT_NONE &&
           (strict->route.cyclic ? strict->told != 0
                                 : strict->worked != strict->told);
}

/* Is it the turn of the fault? */
static bool faults(struct strict_dmac *strict)
{
    if (strict->fault_at == 0 || strict->part != 0 || --strict->fault_at != 0)
        return false;
    strict->cause = strict->fault;
    return true;
}

static void move_rows(const struct strict_dmac *strict,
                      const struct hal_item *item)
{
    const struct hal_route *route = &strict->route;

    for (uint32_t i = 0; i < rows(strict); i++) {
        int64_t from = (int64_t)i * route->source_stride;
        int64_t to = (int64_t)i * route->destination_stride;
        uint8_t *target = cpu_of(strict, item->destination + (hal_address)to);

        if (route->source.kind == HAL_FILL)
            memset(target, route->source.fill, (size_t)item->length);
        else
            memmove(target, cpu_of(strict, item->source + (hal_address)from),
                    (size_t)item->length);
    }
}

static struct model_port *model_of(struct strict_dmac *strict,
                                   const struct hal_end *end)
{
    for (uint32_t i = 0; strict->ports && i < ENGINE_MODEL_PORTS; i++) {
        struct model_port *port = &strict->ports[i];

        if (port->width == end->port->width && port->bus == end->bus &&
            port->request == end->port->request)
            return port;
    }
    violate(strict, "a port that is not there");
    return NULL;
}

/* Where in memory the next element is, whatever row that is. */
static uint8_t *element_at(const struct strict_dmac *strict,
                           const struct hal_item *item)
{
    const struct hal_route *route = &strict->route;
    int64_t row = (int64_t)(strict->part / item->length);
    hal_address within = strict->part % item->length;

    return route->source.kind == HAL_PORT
               ? cpu_of(strict,
                        item->destination + within +
                            (hal_address)(row * route->destination_stride))
               : cpu_of(strict, item->source + within +
                                    (hal_address)(row * route->source_stride));
}

/* One access of a port; false: it does not ask for one. */
static bool move_element(struct strict_dmac *strict,
                         const struct hal_item *item)
{
    struct model_port *port = model_of(strict, port_end(strict));
    uint8_t *bytes = element_at(strict, item);

    if (!port || port->ready == 0)
        return false;
    if (port->width > port->size - port->done) {
        violate(strict, "more at a port than it has");
        return false;
    }
    if (strict->route.source.kind == HAL_PORT)
        memcpy(bytes, port->bytes + port->done, port->width);
    else
        memcpy(port->bytes + port->done, bytes, port->width);
    port->ready--;
    port->done += port->width;
    strict->part += port->width;
    return true;
}

/* One step; false: there is nothing to do now. */
static bool work(struct strict_dmac *strict)
{
    const struct hal_item *item = item_at(strict, strict->worked);

    if (!paced(strict))
        move_rows(strict, item);
    else if (!move_element(strict, item))
        return false;
    if (paced(strict) && strict->part != item->length * rows(strict))
        return true;
    strict->part = 0;
    strict->worked++;
    strict->done++;
    return true;
}

uint32_t strict_dmac_run(struct strict_dmac *strict, uint32_t items)
{
    uint32_t done = 0;

    while (done < items && can_work(strict) && !faults(strict) && work(strict))
        done++;
    return done;
}

void strict_dmac_power_cycle(struct strict_dmac *strict)
{
    strict->runs = false;
}

bool strict_dmac_interrupt(const struct strict_dmac *strict)
{
    bool news = strict->worked != strict->retired ||
                (strict->cause != HAL_FAULT_NONE && !strict->announced);

    return strict->runs && news && !strict->loses_interrupt;
}

const struct hal_dmac_ops strict_dmac_ops = {
    .start = strict_start,
    .route = strict_route,
    .emit = strict_emit,
    .submit = strict_submit,
    .reap = strict_reap,
    .residue = strict_residue,
    .halt = strict_halt,
};
