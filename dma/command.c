/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "aperture.h"
#include "map.h"
#include "plan.h"
#include "refuse.h"
#include "shortcuts.h"
#include "sync.h"

#include <stddef.h>

/* Life -------------------------------------------------------------------- */

enum iodma_status iodma_command_init_unspecified(struct iodma_command *command,
                                                 const struct iodma_bus *bus,
                                                 void *ref_con)
{
    if (!command || !bus)
        return IODMA_BAD_ARGUMENT;

    *command = (struct iodma_command){
        .ref_con = ref_con,
        .window = { .bus = bus, .reason = bus->reason },
    };
    return IODMA_OK;
}

enum iodma_status iodma_command_init(struct iodma_command *command,
                                     const struct iodma_bus *bus,
                                     const struct iodma_spec *spec,
                                     void *ref_con)
{
    enum iodma_status status =
        iodma_command_init_unspecified(command, bus, ref_con);

    return status == IODMA_OK ? iodma_command_set_spec(command, spec) : status;
}

enum iodma_status iodma_command_clone(const struct iodma_command *command,
                                      struct iodma_command *storage,
                                      void *ref_con)
{
    if (!command || !storage)
        return IODMA_BAD_ARGUMENT;
    if (!command->output)
        return iodma_refuse(command->window.reason, IODMA_BAD_ARGUMENT,
                            IODMA_RULE_UNSPECIFIED);

    *storage = *command;
    storage->ref_con = ref_con;
    storage->link.next = NULL;
    storage->prepared = 0;
    storage->held = 0;
    storage->window.memory = NULL;
    storage->window.counted = false;
    storage->plan = (struct iodma_plan){ .window = NULL };
    return IODMA_OK;
}

enum iodma_status iodma_command_deinit(struct iodma_command *command)
{
    enum iodma_status status = command->link.next
                                   ? iodma_refuse(command->window.reason,
                                                  IODMA_BUSY, IODMA_RULE_QUEUED)
                                   : iodma_command_clear_memory(command, true);

    if (status == IODMA_OK)
        *command = (struct iodma_command){ .ref_con = NULL };
    return status;
}

/* Memory ------------------------------------------------------------------ */

/* Change the count of commands that have a window's descriptor. */
static void count(const struct iodma_window *window, uint32_t change)
{
    struct iodma_memory *memory =
        (struct iodma_memory *)(uintptr_t)window->memory;
    const struct hal_lock *lock = window->bus->hal->lock;
    uint32_t state = lock->save(lock);

    memory->users = (uint16_t)(memory->users + change);
    lock->restore(lock, state);
}

/* It matters how many commands have a descriptor that is virtual, or owns a
   mapping. */
static inline bool is_counted(const struct iodma_memory *memory)
{
    return memory && (memory->needs_wiring || memory->mapping);
}

/* Have another descriptor, or none, that is counted or not. Returns OK. */
static __attribute__((noinline)) enum iodma_status
recount(struct iodma_window *window, const struct iodma_memory *memory,
        bool counted)
{
    if (window->counted)
        count(window, UINT32_MAX);
    window->memory = memory;
    window->counted = counted;
    if (counted)
        count(window, 1);
    return IODMA_OK;
}

/* The same; where none of the two is counted, at once. */
static inline enum iodma_status attach(struct iodma_window *window,
                                       const struct iodma_memory *memory)
{
    bool counted = is_counted(memory);

    if (!IODMA_SHORTCUTS || window->counted || counted)
        return recount(window, memory, counted);
    window->memory = memory;
    return IODMA_OK;
}

static enum iodma_status refuse_held(const struct iodma_command *command)
{
    return iodma_refuse_values(command->window.reason, IODMA_BUSY,
                               IODMA_RULE_HELD, 0, command->held);
}

/* Have another descriptor, if it can be prepared. (Apart: who only attaches
   one keeps nothing on the stack.) */
static __attribute__((noinline)) enum iodma_status
attach_prepared(struct iodma_command *command,
                const struct iodma_memory *memory)
{
    const struct iodma_memory *former = command->window.memory;
    bool counted = command->window.counted;
    enum iodma_status status;

    (void)recount(&command->window, memory, is_counted(memory));
    status = iodma_command_prepare(command, 0, 0, true, true);
    if (status != IODMA_OK) /* it may own a mapping by now */
        (void)recount(&command->window, former, counted);
    return status;
}

enum iodma_status iodma_command_set_memory(struct iodma_command *command,
                                           struct iodma_memory *memory,
                                           bool auto_prepare)
{
    if (command->prepared != 0)
        return command->held != 0
                   ? refuse_held(command)
                   : iodma_refuse_values(command->window.reason, IODMA_BUSY,
                                         IODMA_RULE_PREPARED, 0,
                                         command->prepared);
    return memory && auto_prepare ? attach_prepared(command, memory)
                                  : attach(&command->window, memory);
}

enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete)
{
    if (command->prepared != 0) {
        if (command->held != 0)
            return refuse_held(command);
        if (!auto_complete)
            return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                       IODMA_RULE_PREPARED, 0,
                                       command->prepared);
        command->prepared = 1; /* the last of them takes it all back */
        (void)iodma_command_complete(command, true, true);
    }
    return attach(&command->window, NULL);
}

/* Prepare ----------------------------------------------------------------- */

/* What of a hand-over a call asks for. */
static inline uint32_t sync_of(bool lines, bool bytes)
{
    return lines * (uint32_t)IODMA_SYNC_LINES |
           bytes * (uint32_t)IODMA_SYNC_COPY;
}

/* Hand the bytes of a new plan over. */
static inline enum iodma_status hand_over(struct iodma_command *command,
                                          bool flush_cache, bool synchronize)
{
    const struct iodma_window *window = &command->window;
    struct iodma_plan *plan = &command->plan;
    enum iodma_status status = IODMA_OK;

    if (plan->unmaintained)
        hal_publish(window->bus->hal);
    else
        status =
            window->bus->sync->fill(plan, sync_of(flush_cache, synchronize));
    if (status == IODMA_OK && window->mapper) /* last: what it makes stays */
        status = window->mapper->calls->show(plan);
    if (status != IODMA_OK)
        (void)iodma_plan_release(plan);
    return status;
}

/* Give a command a window, and an empty plan of it, that it may be prepared
   with; if it is already, they are these. A length of 0 is all the rest.
   (Apart: stack.) */
static __attribute__((noinline)) enum iodma_status
set_window(struct iodma_command *command, hal_address offset,
           hal_address length)
{
    struct iodma_window *window = &command->window;
    const struct iodma_memory *memory = window->memory;
    struct iodma_reason *reason = window->reason;

    if (!command->output)
        return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNSPECIFIED);
    if (!memory)
        return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNATTACHED);
    if (!iodma_memory_ready(memory))
        return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNWIRED);
    if (offset > memory->length)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                                   memory->length, offset);
    if (length == 0)
        length = memory->length - offset;
    if (length > memory->length - offset)
        return iodma_refuse_values(reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   memory->length - offset, length);
    if (length > window->limits.max_transfer)
        return iodma_refuse_values(
            reason, IODMA_NO_SPACE, IODMA_AT_ARGUMENT(MAX_TRANSFER, LENGTH),
            window->limits.max_transfer &
                ~(hal_address)iodma_limits_mask32(window->limits.align_length),
            length);
    if (command->prepared != 0) {
        if (offset != window->offset)
            return iodma_refuse_values(reason, IODMA_NOT_READY,
                                       IODMA_AT_ARGUMENT(PREPARED, OFFSET),
                                       window->offset, offset);
        if (length != window->length)
            return iodma_refuse_values(reason, IODMA_NOT_READY,
                                       IODMA_AT_ARGUMENT(PREPARED, LENGTH),
                                       window->length, length);
        if (command->prepared == UINT16_MAX)
            return iodma_refuse_values(reason, IODMA_BUSY, IODMA_RULE_PREPARED,
                                       0, UINT16_MAX);
        return IODMA_OK;
    }
    window->offset = offset;
    window->length = length;
    window->access = iodma_access_of(memory->direction);
    command->plan = (struct iodma_plan){ .window = window };
    return IODMA_OK;
}

/* What is prepared most goes out as it lies: one range of physical memory that
   is one segment, past no cache and through no mapper. Then there is nothing
   left to do but a fence. False says nothing: whoever looks at all of it begins
   anew. */
static inline bool prepare_straight(struct iodma_command *command,
                                    hal_address offset, hal_address length)
{
    struct iodma_window *window = &command->window;
    const struct iodma_memory *memory = window->memory;
    const struct iodma_summary *summary;
    const struct hal_aperture *aperture;
    hal_address delta;

    if (!memory || memory->direction != IODMA_OUT ||
        !iodma_memory_is_one_range(memory) || command->prepared != 0 ||
        window->mapper ||
        (window->mapping & (IODMA_ITERATE_ONLY | IODMA_NON_COHERENT)) != 0 ||
        offset >= memory->length)
        return false;
    if (length == 0)
        length = memory->length - offset;
    if (length > memory->length - offset ||
        length > window->limits.max_transfer) /* 0: not specified yet */
        return false;
    summary = &memory->summary;
    aperture = iodma_aperture_of(window->bus, summary->lowest, HAL_READ);
    if (!aperture || summary->highest > aperture->last || !aperture->snooped)
        return false;
    delta = iodma_aperture_delta(aperture);
    window->offset = offset;
    window->length = length;
    if (!iodma_window_aligned(window, delta) ||
        !iodma_window_reached(window, delta) ||
        !iodma_window_uncut(window, delta))
        return false;

    window->access = HAL_READ;
    command->plan = (struct iodma_plan){
        .window = window,
        .origin = iodma_window_start(window) + delta,
        .path = IODMA_PATH_FLAT,
        .unmaintained = true,
    };
    iodma_segment_seek_flat(&command->plan, &command->place, 0);
    command->prepared = 1;
    return true;
}

enum iodma_status iodma_command_prepare(struct iodma_command *command,
                                        hal_address offset, hal_address length,
                                        bool flush_cache, bool synchronize)
{
    struct iodma_plan *plan = &command->plan;
    enum iodma_status status;

    if (IODMA_SHORTCUTS && prepare_straight(command, offset, length)) {
        hal_publish(command->window.bus->hal);
        return IODMA_OK;
    }
    status = set_window(command, offset, length);
    if (status == IODMA_OK && command->prepared == 0) {
        status = iodma_plan_make(plan);
        if (status == IODMA_OK)
            status = hand_over(command, flush_cache, synchronize);
        if (status == IODMA_OK)
            iodma_segment_seek(plan, &command->place, 0);
    }
    if (status == IODMA_OK)
        command->prepared++;
    return status;
}

enum iodma_status iodma_command_prepare_with_spec(
    struct iodma_command *command, const struct iodma_spec *spec,
    hal_address offset, hal_address length, bool flush_cache, bool synchronize)
{
    const struct iodma_output *output = command->output;
    struct iodma_window former = command->window;
    enum iodma_status status = iodma_command_set_spec(command, spec);

    if (status != IODMA_OK)
        return status;
    status = iodma_command_prepare(command, offset, length, flush_cache,
                                   synchronize);
    if (status != IODMA_OK) {
        command->output = output;
        command->window = former;
    }
    return status;
}

/* What a plan has on loan, and how long its list is. */
static void look_ahead(struct iodma_plan *plan, struct iodma_outlook *outlook)
{
    struct iodma_place place;
    struct hal_segment segment;

    *outlook = (struct iodma_outlook){ .whole = plan->whole };
    for (const struct hal_loan *loan = plan->loans; loan; loan = loan->next) {
        outlook->bounced += loan->length;
        outlook->loans++;
    }
    iodma_segment_seek(plan, &place, 0);
    while (iodma_segment_next(plan, &place, &segment) == IODMA_OK)
        outlook->segments++;
}

enum iodma_status iodma_command_check(struct iodma_command *command,
                                      hal_address offset, hal_address length,
                                      struct iodma_outlook *outlook)
{
    enum iodma_status status;
    hal_address storage;

    if (command->prepared != 0)
        return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                   IODMA_RULE_PREPARED, 0, command->prepared);
    status = set_window(command, offset, length);
    if (status == IODMA_OK)
        status = iodma_plan_make(&command->plan);
    if (status != IODMA_OK)
        return status;
    if (outlook)
        look_ahead(&command->plan, outlook);
    storage = iodma_plan_release(&command->plan);
    if (outlook)
        outlook->storage = storage;
    return IODMA_OK;
}

/* Complete ---------------------------------------------------------------- */

/* Take back the bytes of a plan, and all that it has. */
static __attribute__((noinline)) enum iodma_status
take_back(struct iodma_plan *plan, bool invalidate_cache, bool synchronize)
{
    const struct iodma_window *window = plan->window;
    uint32_t what = iodma_window_inbound(window)
                        ? sync_of(invalidate_cache, synchronize)
                        : IODMA_SYNC_NONE;
    enum iodma_status status = IODMA_OK;

    if (window->mapper)
        window->mapper->calls->hide(plan);
    if (!plan->unmaintained)
        status = window->bus->sync->take_back(plan, what);
    else
        hal_observe(window->bus->hal);
    if (!IODMA_SHORTCUTS || window->mapper || plan->loans)
        (void)iodma_plan_release(plan);
    return status;
}

enum iodma_status iodma_command_complete(struct iodma_command *command,
                                         bool invalidate_cache,
                                         bool synchronize)
{
    struct iodma_plan *plan = &command->plan;

    if (command->prepared == command->held)
        return command->prepared == 0
                   ? iodma_refuse(command->window.reason, IODMA_NOT_READY,
                                  IODMA_RULE_UNPREPARED)
                   : refuse_held(command);
    command->prepared--;
    if (command->prepared != 0)
        return IODMA_OK;
    if (!IODMA_SHORTCUTS || !plan->unmaintained || command->window.mapper)
        return take_back(plan, invalidate_cache, synchronize);
    hal_observe(command->window.bus->hal);
    return IODMA_OK;
}

/* What there is to know --------------------------------------------------- */

enum iodma_status
iodma_command_get_prepared(const struct iodma_command *command,
                           hal_address *offset, hal_address *length)
{
    if (command->prepared == 0)
        return iodma_refuse(command->window.reason, IODMA_NOT_READY,
                            IODMA_RULE_UNPREPARED);
    if (offset)
        *offset = command->window.offset;
    if (length)
        *length = command->window.length;
    return IODMA_OK;
}

enum iodma_status iodma_command_hold(struct iodma_command *command)
{
    if (command->held == command->prepared)
        return iodma_refuse(command->window.reason, IODMA_NOT_READY,
                            IODMA_RULE_UNPREPARED);
    command->held++;
    return IODMA_OK;
}

enum iodma_status iodma_command_release(struct iodma_command *command)
{
    if (command->held == 0)
        return iodma_refuse(command->window.reason, IODMA_NOT_READY,
                            IODMA_RULE_UNHELD);
    command->held--;
    return IODMA_OK;
}
