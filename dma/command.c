/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "../hal/bits.h"
#include "map.h"
#include "plan.h"
#include "refuse.h"
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

/* The mapper that a specification comes to use. (spec 2.3 steps 9 to 12, 2.4)
 */
static enum iodma_status mapper_of(const struct iodma_window *window,
                                   const struct iodma_spec *spec,
                                   struct iodma_mapper **mapper)
{
    struct iodma_mapper *system = window->bus->mapper;
    struct iodma_mapper *given = spec->mapper ? spec->mapper : system;
    bool iterates = (spec->mapping & IODMA_ITERATE_ONLY) != 0;
    uint32_t type = spec->mapping & IODMA_TYPE_MASK;

    *mapper = NULL;
    if (type > IODMA_UNMAPPED)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(MAPPING_TYPE, MAPPING),
                                   IODMA_UNMAPPED, type);
    if ((type == IODMA_BYPASSED && given) ||
        (type == IODMA_UNMAPPED && !iterates &&
         (iodma_mapper_unavoidable(spec->mapper) ||
          iodma_mapper_unavoidable(system))))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_FIELD(BYPASS, MAPPING));
    if (iterates && (spec->mapping & IODMA_DIRECT_ONLY) != 0)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(OPTIONS, MAPPING),
                                   IODMA_ITERATE_ONLY,
                                   IODMA_ITERATE_ONLY | IODMA_DIRECT_ONLY);
    if (type == IODMA_MAPPED ||
        (type == IODMA_NON_COHERENT &&
         (spec->mapper || iodma_mapper_unavoidable(given))))
        *mapper = given;
    return IODMA_OK;
}

enum iodma_status iodma_command_set_spec(struct iodma_command *command,
                                         const struct iodma_spec *spec)
{
    struct iodma_window *window = &command->window;
    struct iodma_reason *reason = window->reason;
    struct iodma_limits limits;
    struct iodma_asked asked;
    struct hal_limits resolved;
    struct iodma_mapper *mapper;
    enum iodma_status status;

    if (command->prepared != 0)
        return iodma_refuse_values(reason, IODMA_NOT_PERMITTED,
                                   IODMA_RULE_PREPARED, 0, command->prepared);
    if (!spec)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, SPEC));
    if (!spec->output)
        return iodma_refuse(reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_FIELD(POINTER, OUTPUT));

    status = iodma_limits_resolve(&spec->segment, spec->output->bits,
                                  spec->output->form == IODMA_FORM_32 ? 32 : 0,
                                  window->bus->granule, &resolved, reason);
    if (status == IODMA_OK)
        status = iodma_limits_set(&limits, &resolved, reason);
    if (status == IODMA_OK)
        status = mapper_of(window, spec, &mapper);
    if (status != IODMA_OK)
        return status;
    asked = (struct iodma_asked){ resolved.address_bits, limits.align_address,
                                  limits.align_length, limits.align_internal };
    status = iodma_limits_add(&limits, window->bus->hal->limits, reason);
    if (status != IODMA_OK) /* whose fault is it? */
        return iodma_refuse_cure(reason, status, IODMA_CURE_NONE, 0);

    command->output = spec->output;
    window->asked = asked;
    window->limits = limits;
    window->mapper = mapper;
    window->mapping = (uint16_t)spec->mapping;
    return IODMA_OK;
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

/* Change the count of commands of a descriptor for which that matters: it is
   virtual, or owns a mapping. */
static bool count(const struct iodma_bus *bus,
                  const struct iodma_memory *memory, bool up)
{
    struct iodma_memory *shared = (struct iodma_memory *)(uintptr_t)memory;
    uint32_t state = bus->hal->lock->save(bus->hal->lock);

    if (up)
        shared->users++;
    else
        shared->users--;
    bus->hal->lock->restore(bus->hal->lock, state);
    return up;
}

/* Have another descriptor, or none. */
static inline void attach(struct iodma_window *window,
                          const struct iodma_memory *memory)
{
    if (window->counted)
        window->counted = count(window->bus, window->memory, false);
    if (memory && (memory->needs_wiring || memory->mapping))
        window->counted = count(window->bus, memory, true);
    window->memory = memory;
}

static enum iodma_status refuse_held(const struct iodma_command *command)
{
    return iodma_refuse_values(command->window.reason, IODMA_BUSY,
                               IODMA_RULE_HELD, 0, command->held);
}

enum iodma_status iodma_command_set_memory(struct iodma_command *command,
                                           struct iodma_memory *memory,
                                           bool auto_prepare)
{
    const struct iodma_memory *former = command->window.memory;
    enum iodma_status status;

    if (command->held != 0)
        return refuse_held(command);
    if (command->prepared != 0)
        return iodma_refuse_values(command->window.reason, IODMA_BUSY,
                                   IODMA_RULE_PREPARED, 0, command->prepared);
    attach(&command->window, memory);
    if (!memory || !auto_prepare)
        return IODMA_OK;

    status = iodma_command_prepare(command, 0, 0, true, true);
    if (status != IODMA_OK)
        attach(&command->window, former);
    return status;
}

enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete)
{
    if (command->held != 0)
        return refuse_held(command);
    if (command->prepared != 0 && !auto_complete)
        return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                   IODMA_RULE_PREPARED, 0, command->prepared);

    while (command->prepared != 0)
        (void)iodma_command_complete(command, true, true);
    attach(&command->window, NULL);
    return IODMA_OK;
}

/* Prepare ----------------------------------------------------------------- */

/* Show a planned window to the device, if that takes a mapper; in the mapping
   that the memory owns, if it goes as it lies and that suits it. It comes last:
   what it makes stays. */
static inline enum iodma_status show(struct iodma_plan *plan)
{
    struct iodma_mapper *mapper = plan->window->mapper;

    if (!mapper || plan->kept)
        return IODMA_OK;
    if (!plan->loans) {
        mapper->calls->make(plan->window);
        if (mapper->calls->adopt(plan))
            return IODMA_OK;
    }
    return mapper->calls->install(plan);
}

static inline void hide(struct iodma_plan *plan)
{
    if (plan->window->mapper)
        plan->window->mapper->calls->hide(plan);
}

/* Undo hide(): in the pages that the plan still has. */
static void show_again(struct iodma_plan *plan)
{
    if (plan->window->mapper && !plan->kept)
        (void)plan->window->mapper->calls->install(plan);
}

/* Free all that a plan has; the device cannot reach it any more. */
static inline void release(struct iodma_plan *plan)
{
    if (plan->window->mapper)
        plan->window->mapper->calls->release(plan);
    (void)iodma_plan_release(plan);
}

/* Is there anything to copy, or to maintain? Of a plan that is only listed, or
   goes as it lies and is snooped, there is not. */
static inline bool has_work(const struct iodma_plan *plan)
{
    return plan->loans || !plan->unmaintained;
}

/* Hand the bytes of a new plan over. */
static inline enum iodma_status hand_over(struct iodma_plan *plan,
                                          bool flush_cache, bool synchronize)
{
    const struct iodma_bus *bus = plan->window->bus;
    enum iodma_status status = IODMA_OK;

    if (has_work(plan))
        status = bus->sync->fill(
            plan, synchronize, flush_cache ? IODMA_SYNC_ALL : IODMA_SYNC_NONE);
    else
        hal_publish(bus->hal);
    if (status == IODMA_OK)
        status = show(plan);
    if (status != IODMA_OK)
        (void)iodma_plan_release(plan);
    return status;
}

/* Give a command a window: as it is, if it is prepared; else one that it may be
   prepared with. A length of 0 is all the rest. */
static inline enum iodma_status set_window(struct iodma_command *command,
                                           hal_address offset,
                                           hal_address length)
{
    struct iodma_window *window = &command->window;
    const struct iodma_memory *memory = window->memory;
    struct iodma_reason *reason = window->reason;
    uint32_t odd; /* bits that no length has */

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
    odd = iodma_limits_mask32(window->limits.align_length);
    if (length > window->limits.max_transfer)
        return iodma_refuse_values(
            reason, IODMA_NO_SPACE, IODMA_AT_ARGUMENT(MAX_TRANSFER, LENGTH),
            window->limits.max_transfer & ~(hal_address)odd, length);
    if (command->prepared != 0) {
        if (offset != window->offset)
            return iodma_refuse_values(reason, IODMA_NOT_READY,
                                       IODMA_AT_ARGUMENT(PREPARED, OFFSET),
                                       window->offset, offset);
        if (length != window->length)
            return iodma_refuse_values(reason, IODMA_NOT_READY,
                                       IODMA_AT_ARGUMENT(PREPARED, LENGTH),
                                       window->length, length);
        return IODMA_OK;
    }
    if (((uint32_t)length & odd) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_LENGTH, LENGTH),
                                   odd + 1, length);
    window->offset = offset;
    window->length = length;
    return IODMA_OK;
}

/* Give a command a window, and decide how its bytes go; if it is not prepared
   with it already. */
static enum iodma_status plan_window(struct iodma_command *command,
                                     hal_address offset, hal_address length)
{
    struct iodma_window *window = &command->window;
    enum iodma_status status = set_window(command, offset, length);

    if (status != IODMA_OK || command->prepared != 0)
        return status;
    window->access = iodma_access_of(window->memory->direction);
    command->plan = (struct iodma_plan){ .window = window };
    if (iodma_window_iterates(window))
        return iodma_plan_iterate(&command->plan);
    status = iodma_plan_make(&command->plan);
    if (status == IODMA_OK && command->plan.loans)
        iodma_refuse_status(window->reason, IODMA_OK);
    return status;
}

enum iodma_status iodma_command_prepare(struct iodma_command *command,
                                        hal_address offset, hal_address length,
                                        bool flush_cache, bool synchronize)
{
    struct iodma_plan *plan = &command->plan;
    enum iodma_status status = plan_window(command, offset, length);

    if (status != IODMA_OK)
        return status;
    if (command->prepared == UINT16_MAX)
        return iodma_refuse_values(command->window.reason, IODMA_BUSY,
                                   IODMA_RULE_PREPARED, 0, UINT16_MAX);
    if (command->prepared == 0) {
        status = hand_over(plan, flush_cache, synchronize);
        if (status != IODMA_OK)
            return status;
        iodma_segment_seek(plan, &command->place, 0);
    }
    command->prepared++;
    return IODMA_OK;
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
    status = plan_window(command, offset, length);
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

enum iodma_status iodma_command_complete(struct iodma_command *command,
                                         bool invalidate_cache,
                                         bool synchronize)
{
    struct iodma_plan *plan = &command->plan;
    bool inbound = iodma_window_inbound(&command->window);
    enum iodma_status status = IODMA_OK;

    if (command->prepared == 0)
        return iodma_refuse(command->window.reason, IODMA_NOT_READY,
                            IODMA_RULE_UNPREPARED);
    if (command->prepared == command->held)
        return refuse_held(command);
    command->prepared--;
    if (command->prepared != 0)
        return IODMA_OK;
    if (!has_work(plan) && !command->window.mapper) {
        hal_observe(command->window.bus->hal);
        return IODMA_OK;
    }

    hide(plan);
    if (has_work(plan))
        status = command->window.bus->sync->take_back(
            plan,
            inbound && invalidate_cache ? IODMA_SYNC_ALL : IODMA_SYNC_NONE,
            inbound && synchronize);
    else
        hal_observe(command->window.bus->hal);
    release(plan);
    return status;
}

/* Synchronize ------------------------------------------------------------- */

/* Make a buffer for all of the window, zero, and show it. Up to here the plan
   in force is untouched: what can fail without a trace comes first. */
static enum iodma_status make_buffer(const struct iodma_plan *old,
                                     struct iodma_plan *plan, uint32_t phase)
{
    const struct iodma_window *window = old->window;
    enum iodma_status status;

    *plan = (struct iodma_plan){ .window = window };
    status = window->bus->bouncing ? window->bus->bouncing->whole(plan, phase)
                                   : iodma_plan_judge_whole(plan, NULL);
    if (status == IODMA_UNSUPPORTED)
        return status;
    if (!plan->loans) {
        (void)iodma_refuse(window->reason, IODMA_NO_RESOURCES,
                           IODMA_RULE_STORAGE);
        return iodma_plan_refuse(plan, IODMA_NOT_ALIGNED, status);
    }
    status = iodma_sync_can_copy(plan, IODMA_OUT);
    if (status == IODMA_OK && iodma_window_inbound(window) && old->filled)
        status = iodma_sync_can_copy(old, IODMA_IN);
    if (status == IODMA_OK)
        status = iodma_sync_clear(plan);
    if (status == IODMA_OK)
        status = show(plan);
    if (status != IODMA_OK)
        (void)iodma_plan_release(plan);
    return status;
}

/* Move the window to one new buffer. The client gets what the device wrote, if
   the storage ever held what the client has; then the buffer gets it. */
static enum iodma_status double_buffer(struct iodma_command *command,
                                       uint32_t phase)
{
    const struct iodma_sync *sync = command->window.bus->sync;
    struct iodma_plan *old = &command->plan;
    bool inbound = iodma_window_inbound(&command->window);
    enum iodma_status status;
    struct iodma_plan plan;

    if (command->window.length == 0)
        return IODMA_OK;
    if (command->held != 0)
        return refuse_held(command);
    status = make_buffer(old, &plan, phase);
    if (status != IODMA_OK)
        return status;

    hide(old);
    if (inbound)
        status = sync->take_back(old, IODMA_SYNC_ALL, old->filled);
    if (status == IODMA_OK)
        status = sync->fill(&plan, true, IODMA_SYNC_ALL);
    if (status != IODMA_OK) {
        hide(&plan);
        release(&plan);
        show_again(old);
        return status;
    }
    release(old);
    *old = plan;
    iodma_segment_seek(old, &command->place, 0);
    return IODMA_OK;
}

enum iodma_status iodma_command_force(struct iodma_command *command,
                                      uint32_t phase)
{
    const struct iodma_window *window = &command->window;

    if (iodma_window_iterates(window))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ITERATE_ONLY, OPTIONS));
    if ((window->mapping & IODMA_DIRECT_ONLY) != 0)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(DIRECT_ONLY, OPTIONS));
    return double_buffer(command, phase);
}

enum iodma_status iodma_command_synchronize(struct iodma_command *command,
                                            uint32_t options)
{
    bool force = (options & IODMA_FORCE_DOUBLE_BUFFER) != 0;
    uint32_t direction = options & ~(uint32_t)IODMA_FORCE_DOUBLE_BUFFER;
    struct iodma_reason *reason = command->window.reason;
    struct iodma_plan *plan = &command->plan;

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
    return iodma_sync_bounced(plan, direction);
}

/* May this part of the window change hands? */
static enum iodma_status admit_part(const struct iodma_command *command,
                                    hal_address offset, hal_address length,
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
    return IODMA_OK;
}

enum iodma_status iodma_command_synchronize_range(struct iodma_command *command,
                                                  hal_address offset,
                                                  hal_address length,
                                                  uint32_t options)
{
    enum iodma_status status = admit_part(command, offset, length, options);

    if (status != IODMA_OK || iodma_window_iterates(&command->window))
        return status;
    status = iodma_sync_own_lines(&command->plan, offset, offset + length);
    return status == IODMA_OK ? iodma_sync_part(&command->plan, offset,
                                                offset + length, options)
                              : status;
}

/* Bytes ------------------------------------------------------------------- */

/* Copy between a buffer and what the device sees. Returns how many bytes. */
static hal_address move_bytes(const struct iodma_command *command,
                              hal_address offset, uint8_t *bytes,
                              hal_address length, bool write)
{
    const struct iodma_window *window = &command->window;

    if (length == 0)
        return 0;
    if (!bytes) {
        (void)iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                           IODMA_AT_ARGUMENT(POINTER, BYTES));
        return 0;
    }
    if (command->prepared == 0) {
        (void)iodma_refuse(window->reason, IODMA_NOT_READY,
                           IODMA_RULE_UNPREPARED);
        return 0;
    }
    if (offset >= window->length) {
        (void)iodma_refuse_values(window->reason, IODMA_OVERRUN,
                                  IODMA_AT_ARGUMENT(WINDOW, OFFSET),
                                  window->length - 1, offset);
        return 0;
    }
    return iodma_sync_move(&command->plan, offset,
                           offset + smaller(length, window->length - offset),
                           bytes, write);
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

/* What there is to know --------------------------------------------------- */

const struct iodma_memory *
iodma_command_memory(const struct iodma_command *command)
{
    return command->window.memory;
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

uint8_t iodma_command_address_bits(const struct iodma_command *command)
{
    return command->window.asked.address_bits;
}

uint32_t iodma_command_alignment(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_address;
}

uint32_t iodma_command_alignment_length(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_length;
}

uint32_t
iodma_command_alignment_internal_segments(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_internal;
}
