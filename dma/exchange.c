/* SPDX-License-Identifier: MIT */
/* Bytes that change hands while a command is prepared, of command.h. */
#include "command.h"

#include "../hal/bits.h"
#include "map.h"
#include "plan.h"
#include "refuse.h"
#include "sync.h"

/* A buffer for all --------------------------------------------------------- */

/* Make a buffer for all of the window, zero, and show it. Up to here the plan
   in force is untouched: what can fail without a trace comes first. */
static enum iodma_status make_buffer(const struct iodma_plan *old,
                                     struct iodma_plan *plan, uint32_t phase)
{
    const struct iodma_window *window = old->window;
    enum iodma_status status;

    *plan = (struct iodma_plan){ .window = window };
    status = window->bus->bouncing
                 ? window->bus->bouncing->climb(plan, true, phase)
                 : iodma_plan_judge_whole(plan, NULL);
    if (!plan->loans) {
        if (status != IODMA_UNSUPPORTED)
            (void)iodma_refuse(window->reason, IODMA_NO_RESOURCES,
                               IODMA_RULE_STORAGE);
        return iodma_plan_refuse(plan, status);
    }
    status = iodma_sync_can_copy(plan, IODMA_OUT);
    if (status == IODMA_OK && iodma_window_inbound(window) && old->filled)
        status = iodma_sync_can_copy(old, IODMA_IN);
    if (status == IODMA_OK)
        status = window->bus->sync->fill(plan, IODMA_SYNC_NONE);
    return status == IODMA_OK && window->mapper
               ? window->mapper->calls->show(plan)
               : status;
}

/* Move the window to another plan, and leave the one there that is not in force
   then. The client gets what the device wrote, if the storage ever held what
   the client has; then the buffer gets it. */
static enum iodma_status move_over(struct iodma_command *command,
                                   struct iodma_plan *other)
{
    const struct iodma_sync *sync = command->window.bus->sync;
    struct iodma_mapper *mapper = command->window.mapper;
    struct iodma_plan *plan = &command->plan;
    enum iodma_status status = IODMA_OK;

    if (mapper)
        mapper->calls->hide(plan);
    if (iodma_window_inbound(&command->window))
        status = sync->take_back(plan, plan->filled ? IODMA_SYNC_ALL
                                                    : IODMA_SYNC_LINES);
    if (status == IODMA_OK)
        status = sync->fill(other, IODMA_SYNC_ALL);
    if (status == IODMA_OK) {
        struct iodma_plan former = *plan;

        *plan = *other;
        *other = former;
        iodma_segment_seek(plan, &command->place, 0);
    } else if (mapper) {
        mapper->calls->hide(other);
        if (plan->path != IODMA_PATH_NONE &&
            mapper->calls->show(plan) != IODMA_OK) /* where it was */
            plan->path = IODMA_PATH_NONE;
    }
    return status;
}

enum iodma_status iodma_command_force(struct iodma_command *command,
                                      uint32_t phase)
{
    const struct iodma_window *window = &command->window;
    struct iodma_plan plan;
    enum iodma_status status;

    if (iodma_window_iterates(window))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ITERATE_ONLY, OPTIONS));
    if ((window->mapping & IODMA_DIRECT_ONLY) != 0)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(DIRECT_ONLY, OPTIONS));
    if (window->length == 0)
        return IODMA_OK;
    if (command->held != 0)
        return iodma_refuse_values(window->reason, IODMA_BUSY, IODMA_RULE_HELD,
                                   0, command->held);
    status = make_buffer(&command->plan, &plan, phase);
    if (status == IODMA_OK)
        status = move_over(command, &plan);
    (void)iodma_plan_release(&plan);
    return status;
}

const struct iodma_memory *
iodma_command_bus_memory(const struct iodma_command *command,
                         struct iodma_memory *memory)
{
    const struct iodma_window *window = &command->window;
    hal_address storage;
    uint32_t phase;

    if (command->prepared == 0 || !command->plan.whole)
        return window->memory;
    storage = command->plan.loans->storage;
    phase = modulo32(storage, window->bus->granule);
    (void)iodma_memory_init_buffer(
        memory, storage,
        round_up(phase + window->length, iodma_plan_granule(window)) - phase,
        window->length, window->memory->direction);
    return memory;
}

/* Synchronize ------------------------------------------------------------- */

enum iodma_status iodma_command_synchronize(struct iodma_command *command,
                                            uint32_t options)
{
    bool force = (options & IODMA_FORCE_DOUBLE_BUFFER) != 0;
    uint32_t direction = options & ~(uint32_t)IODMA_FORCE_DOUBLE_BUFFER;
    struct iodma_reason *reason = command->window.reason;
    struct iodma_plan *plan = &command->plan;
    enum iodma_status status;

    if (direction >= IODMA_INOUT)
        return iodma_refuse_values(
            reason, IODMA_BAD_ARGUMENT, IODMA_AT_ARGUMENT(OPTIONS, OPTIONS),
            IODMA_FORCE_DOUBLE_BUFFER | IODMA_INOUT, options);
    if (command->prepared == 0)
        return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNPREPARED);
    if (force && !plan->whole)
        return iodma_command_force(command, 0);
    if (!plan->loans || direction == IODMA_NONE)
        return IODMA_OK;
    status = iodma_sync_part(plan, 0, plan->window->length,
                             direction | IODMA_SYNC_BOUNCED | IODMA_SYNC_COPY);
    if (status == IODMA_OK)
        plan->filled = true;
    return status;
}

enum iodma_status iodma_command_synchronize_range(struct iodma_command *command,
                                                  hal_address offset,
                                                  hal_address length,
                                                  uint32_t options)
{
    const struct iodma_window *window = &command->window;

    if (options != IODMA_IN && options != IODMA_OUT)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OPTIONS, OPTIONS),
                                   IODMA_INOUT, options);
    if (command->prepared == 0)
        return iodma_refuse(window->reason, IODMA_NOT_READY,
                            IODMA_RULE_UNPREPARED);
    if (offset > window->length)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                                   window->length, offset);
    if (length > window->length - offset)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   window->length - offset, length);
    if (iodma_window_iterates(window))
        return IODMA_OK;
    return iodma_sync_part(&command->plan, offset, offset + length,
                           options | IODMA_SYNC_ALL);
}

/* Bytes ------------------------------------------------------------------- */

/* May bytes from an offset on be copied? */
static bool admits_bytes(const struct iodma_command *command,
                         hal_address offset, const uint8_t *bytes)
{
    const struct iodma_window *window = &command->window;

    if (!bytes)
        (void)iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                           IODMA_AT_ARGUMENT(POINTER, BYTES));
    else if (command->prepared == 0)
        (void)iodma_refuse(window->reason, IODMA_NOT_READY,
                           IODMA_RULE_UNPREPARED);
    else if (offset >= window->length)
        (void)iodma_refuse_values(window->reason, IODMA_OVERRUN,
                                  IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                                  window->length - 1, offset);
    else
        return true;
    return false;
}

/* Copy between a buffer and what the device sees. Returns how many bytes. */
static hal_address move_bytes(const struct iodma_command *command,
                              hal_address offset, uint8_t *bytes,
                              hal_address length, bool write)
{
    hal_address left = command->window.length - offset;

    if (length == 0 || !admits_bytes(command, offset, bytes))
        return 0;
    return iodma_sync_move(&command->plan, offset,
                           offset + smaller(length, left), bytes, write);
}

hal_address iodma_command_read_bytes(const struct iodma_command *command,
                                     hal_address offset, void *bytes,
                                     hal_address length)
{
    return move_bytes(command, offset, (uint8_t *)bytes, length, false);
}

hal_address iodma_command_write_bytes(const struct iodma_command *command,
                                      hal_address offset, const void *bytes,
                                      hal_address length)
{
    return move_bytes(command, offset, (uint8_t *)(uintptr_t)bytes, length,
                      true);
}
