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

static enum iodma_status refuse_held(const struct iodma_command *command)
{
    return iodma_refuse_values(command->window.reason, IODMA_BUSY,
                               IODMA_RULE_HELD, 0, command->held);
}

/* It matters how many commands have a descriptor that is virtual, or owns a
   mapping. */
static bool is_counted(const struct iodma_memory *memory)
{
    return memory && (memory->needs_wiring || memory->mapping);
}

/* So many commands more have a descriptor, modulo all that are counted. */
static IODMA_SHORTCUT_INLINE void
count(const struct iodma_bus *bus, const struct iodma_memory *memory, int more)
{
    struct iodma_memory *counted = (struct iodma_memory *)(uintptr_t)memory;
    const struct hal_lock *lock;
    uint32_t state;

    if (more == 0) /* and an ended command has no bus */
        return;
    lock = bus->hal->lock;
    state = lock->save(lock);
    counted->users = (uint16_t)(counted->users + more);
    lock->restore(lock, state);
}

/* Have another descriptor, or none; if it can be prepared, where that is asked
   for. (Apart: who only attaches one keeps nothing on the stack.) */
static IODMA_SHORTCUT_APART enum iodma_status
attach(struct iodma_command *command, const struct iodma_memory *memory,
       bool auto_prepare)
{
    struct iodma_window *window = &command->window;
    const struct iodma_memory *left = window->memory;
    bool left_counts = window->counted;
    bool counts = is_counted(memory);
    enum iodma_status status = IODMA_OK;

    window->memory = memory;
    window->counted = counts;
    count(window->bus, memory, counts);
    if (memory && auto_prepare)
        status = iodma_command_prepare(command, 0, 0, true, true);
    if (status != IODMA_OK) { /* it is this one that is left */
        window->memory = left;
        window->counted = left_counts;
        left = memory;
        left_counts = counts;
    }
    count(window->bus, left, -left_counts);
    return status;
}

/* The same at once, where none of the two is counted. */
static inline bool attach_at_once(struct iodma_window *window,
                                  const struct iodma_memory *memory)
{
    if (!IODMA_SHORTCUTS || window->counted || is_counted(memory))
        return false;
    window->memory = memory;
    return true;
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
    if (!(memory && auto_prepare) && attach_at_once(&command->window, memory))
        return IODMA_OK;
    return attach(command, memory, auto_prepare);
}

enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete)
{
    if (command->prepared != 0 && command->held == 0) {
        if (!auto_complete)
            return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                       IODMA_RULE_PREPARED, 0,
                                       command->prepared);
        command->prepared = 1;
        (void)iodma_command_complete(command, true, true);
    }
    return command->prepared == 0 && attach_at_once(&command->window, NULL)
               ? IODMA_OK
               : iodma_command_set_memory(command, NULL, false);
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

enum iodma_status iodma_command_check(struct iodma_command *command,
                                      hal_address offset, hal_address length,
                                      struct iodma_outlook *outlook)
{
    struct iodma_plan *plan = &command->plan;
    struct iodma_outlook nobody_asks;
    struct hal_segment segment;
    enum iodma_status status;

    if (command->prepared != 0)
        return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                   IODMA_RULE_PREPARED, 0, command->prepared);
    status = set_window(command, offset, length);
    if (status == IODMA_OK)
        status = iodma_plan_make(plan);
    if (status != IODMA_OK)
        return status;
    if (!outlook)
        outlook = &nobody_asks;
    *outlook = (struct iodma_outlook){ .whole = plan->whole };
    for (const struct hal_loan *loan = plan->loans; loan; loan = loan->next) {
        outlook->bounced += loan->length;
        outlook->loans++;
    }
    iodma_segment_seek(plan, &command->place, 0);
    while (iodma_segment_next(plan, &command->place, &segment) == IODMA_OK)
        outlook->segments++;
    outlook->storage = iodma_plan_release(plan);
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
