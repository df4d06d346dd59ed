/* SPDX-License-Identifier: MIT */
#include "dma/command.h"

#include "dma/map.h"
#include "dma/plan.h"
#include "dma/refuse.h"
#include "dma/sync.h"
#include "hal/bits.h"

#include <stddef.h>

enum iodma_status iodma_command_init_unspecified(struct iodma_command *command,
                                                 const struct iodma_bus *bus,
                                                 void *ref_con)
{
    if (!command || !bus)
        return IODMA_BAD_ARGUMENT;

    *command = (struct iodma_command){
        .ref_con = ref_con,
        .bus = bus,
        .device = { .align_address = 1,
                    .align_length = 1,
                    .align_internal = 1 },
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

/* The mapper that a specification comes to use. (spec 2.3 steps 9 to 11, 2.4)
 */
static enum iodma_status mapper_of(const struct iodma_bus *bus,
                                   const struct iodma_spec *spec,
                                   struct iodma_mapper **mapper)
{
    struct iodma_mapper *given = spec->mapper ? spec->mapper : bus->mapper;

    switch (spec->mapping & IODMA_TYPE_MASK) {
    case IODMA_MAPPED:
        *mapper = given;
        return IODMA_OK;
    case IODMA_BYPASSED:
        *mapper = NULL;
        return given ? IODMA_BAD_ARGUMENT : IODMA_OK;
    case IODMA_NON_COHERENT:
        *mapper =
            spec->mapper || iodma_mapper_unavoidable(given) ? given : NULL;
        return IODMA_OK;
    case IODMA_UNMAPPED:
        *mapper = NULL;
        return (iodma_mapper_unavoidable(spec->mapper) ||
                iodma_mapper_unavoidable(bus->mapper)) &&
                       (spec->mapping & IODMA_ITERATE_ONLY) == 0
                   ? IODMA_BAD_ARGUMENT
                   : IODMA_OK;
    default:
        return IODMA_BAD_ARGUMENT;
    }
}

static enum iodma_status take_spec(struct iodma_command *command,
                                   const struct iodma_spec *spec)
{
    struct iodma_mapper *mapper;
    struct iodma_limits limits;
    struct hal_limits resolved;
    enum iodma_status status;

    if (command->prepared != 0)
        return IODMA_NOT_PERMITTED;
    if (!spec || !spec->output)
        return IODMA_BAD_ARGUMENT;

    status =
        iodma_limits_resolve(&spec->segment, iodma_output_bits(spec->output),
                             command->bus->granule, &resolved);
    if (status == IODMA_OK)
        status = iodma_limits_set(&limits, &resolved);
    if (status == IODMA_OK)
        status = mapper_of(command->bus, spec, &mapper);
    if (status == IODMA_OK)
        status = iodma_limits_narrow(&limits, &command->bus->limits);
    if (status != IODMA_OK)
        return status;

    command->device.output = spec->output;
    command->device.mapper = mapper;
    command->device.limits = limits;
    command->device.address_bits = resolved.address_bits;
    command->device.align_address = resolved.align_address;
    command->device.align_length = resolved.align_length;
    command->device.align_internal = resolved.align_internal;
    command->device.mapping = spec->mapping;
    return IODMA_OK;
}

enum iodma_status iodma_command_set_spec(struct iodma_command *command,
                                         const struct iodma_spec *spec)
{
    enum iodma_status status = take_spec(command, spec);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->set_spec(command, spec, status);
    return status;
}

enum iodma_status iodma_command_clone(const struct iodma_command *command,
                                      struct iodma_command *storage,
                                      void *ref_con)
{
    if (!command || !storage || !command->device.output)
        return IODMA_BAD_ARGUMENT;

    *storage = (struct iodma_command){
        .ref_con = ref_con,
        .bus = command->bus,
        .device = command->device,
    };
    return IODMA_OK;
}

enum iodma_status iodma_command_deinit(struct iodma_command *command)
{
    enum iodma_status status = command->link.next
                                   ? IODMA_BUSY
                                   : iodma_command_clear_memory(command, true);

    if (status == IODMA_OK)
        *command = (struct iodma_command){ .ref_con = NULL };
    return status;
}

/* Have another descriptor, or none. Each counts the commands that have it. */
static void attach(struct iodma_command *command, struct iodma_memory *memory)
{
    const struct hal_lock *lock = command->bus->hal->lock;
    uint32_t state = lock->save();

    if (command->memory)
        command->memory->attached--;
    if (memory)
        memory->attached++;
    command->memory = memory;
    lock->restore(state);
}

enum iodma_status iodma_command_set_memory(struct iodma_command *command,
                                           struct iodma_memory *memory,
                                           bool auto_prepare)
{
    struct iodma_memory *former = command->memory;
    const struct iodma_explainer *to;
    enum iodma_status status;

    if (command->prepared != 0) {
        to = iodma_explainer_of(command, IODMA_BUSY);
        if (to)
            to->set_memory(command, IODMA_BUSY);
        return IODMA_BUSY;
    }

    attach(command, memory);
    if (!memory || !auto_prepare)
        return IODMA_OK;

    status = iodma_command_prepare(command, 0, 0, true, true);
    if (status != IODMA_OK)
        attach(command, former);
    return status;
}

enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete)
{
    if (command->held != 0)
        return IODMA_BUSY;
    if (command->prepared != 0 && !auto_complete)
        return IODMA_NOT_READY;

    while (command->prepared != 0)
        (void)iodma_command_complete(command, true, true);
    attach(command, NULL);
    return IODMA_OK;
}

const struct iodma_memory *
iodma_command_memory(const struct iodma_command *command)
{
    return command->memory;
}

/* The window that offset and length ask for, if the descriptor has it. */
static enum iodma_status window_of(const struct iodma_command *command,
                                   uint64_t offset, uint64_t *length)
{
    const struct iodma_memory *memory = command->memory;

    if (!command->device.output || !memory || !iodma_memory_ready(memory))
        return IODMA_NOT_READY;
    if (offset > memory->length)
        return IODMA_BAD_ARGUMENT;
    if (*length == 0)
        *length = memory->length - offset;
    if (*length > memory->length - offset)
        return IODMA_BAD_ARGUMENT;
    return *length > command->device.limits.max_transfer ? IODMA_NO_SPACE
                                                         : IODMA_OK;
}

static enum iodma_status prepare_again(struct iodma_command *command,
                                       uint64_t offset, uint64_t length)
{
    if (offset != command->view.offset || length != command->view.length)
        return IODMA_NOT_READY;
    command->prepared++;
    return IODMA_OK;
}

void iodma_command_look_at(const struct iodma_command *command, uint64_t offset,
                           uint64_t length, struct iodma_view *view)
{
    uint32_t mapping = command->device.mapping;

    view->bus = command->bus;
    view->memory = command->memory;
    view->limits = &command->device.limits;
    view->mapper = command->device.mapper;
    view->offset = offset;
    view->length = length;
    view->origin = 0;
    view->iova = 0;
    view->iova_pages = 0;
    view->cells = 0;
    view->rung = IODMA_DIRECT;
    view->path = IODMA_PATH_RUNS;
    view->access = iodma_access_of(command->memory->direction);
    view->maintained = (mapping & IODMA_TYPE_MASK) == IODMA_NON_COHERENT;
    view->coherent = false;
    view->least = (mapping & IODMA_LEAST_BOUNCE) != 0;
    view->ours = false;
    view->kept = false;
}

/* Show a planned view to the device, if that takes a mapper. */
static enum iodma_status show(struct iodma_view *view)
{
    return view->mapper ? view->mapper->calls->install(view) : IODMA_OK;
}

/* The same, in the mapping that the memory owns if the list is legal there. It
   comes last: what it makes stays. */
static enum iodma_status show_memory(struct iodma_view *view)
{
    if (view->mapper && view->rung == IODMA_DIRECT && !view->kept &&
        view->mapper->calls->adopt(view, true))
        return IODMA_OK;
    return show(view);
}

static void hide(struct iodma_view *view)
{
    if (view->mapper)
        view->mapper->calls->hide(view);
}

/* Free all that a view has; the device cannot reach it any more. */
static void release(struct iodma_view *view)
{
    if (view->mapper)
        view->mapper->calls->release(view);
    iodma_plan_release(view);
}

/* Decide how the bytes go, and find storage for those that need some. */
static enum iodma_status plan(struct iodma_view *view)
{
    if (iodma_plan_at_once(view))
        return IODMA_OK;
    if (iodma_view_write_protected(view))
        return IODMA_NOT_WRITABLE;
    if (view->maintained && !view->bus->hal->cache)
        return IODMA_UNSUPPORTED;
    return iodma_plan_make(view);
}

/* The device looks at the memory itself, and nothing is in between. */
static bool needs_fences_only(const struct iodma_view *view)
{
    return view->coherent && !view->mapper;
}

/* Hand the bytes over. */
static enum iodma_status hand_over(struct iodma_view *view, bool flush_cache,
                                   bool synchronize)
{
    enum iodma_status status = plan(view);

    if (status != IODMA_OK)
        return status;
    if (needs_fences_only(view)) {
        hal_publish(view->bus->hal);
        return IODMA_OK;
    }
    status =
        iodma_sync_fill(view, synchronize, flush_cache ? IODMA_SYNC_ALL : 0);
    if (status == IODMA_OK)
        status = show_memory(view);
    if (status != IODMA_OK)
        iodma_plan_release(view);
    return status;
}

/* Iterate-only: the device may reach the bytes, and that is all. */
static enum iodma_status show_only(struct iodma_view *view)
{
    view->coherent = true;
    return iodma_view_write_protected(view) ? IODMA_NOT_WRITABLE : show(view);
}

static enum iodma_status prepare(struct iodma_command *command, uint64_t offset,
                                 uint64_t length, bool flush_cache,
                                 bool synchronize)
{
    enum iodma_status status = window_of(command, offset, &length);

    if (status != IODMA_OK)
        return status;
    if (command->prepared != 0)
        return prepare_again(command, offset, length);
    if (modulo32(length, command->device.limits.align_length) != 0)
        return IODMA_NOT_ALIGNED;

    iodma_command_look_at(command, offset, length, &command->view);
    status = iodma_command_iterates(command)
                 ? show_only(&command->view)
                 : hand_over(&command->view, flush_cache, synchronize);
    if (status != IODMA_OK)
        return status;

    iodma_view_seek(&command->view, 0, &command->cursor);
    command->prepared = 1;
    return IODMA_OK;
}

enum iodma_status iodma_command_prepare(struct iodma_command *command,
                                        uint64_t offset, uint64_t length,
                                        bool flush_cache, bool synchronize)
{
    enum iodma_status status =
        prepare(command, offset, length, flush_cache, synchronize);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->prepare(command, offset, length, status);
    return status;
}

enum iodma_status iodma_command_prepare_with_spec(
    struct iodma_command *command, const struct iodma_spec *spec,
    uint64_t offset, uint64_t length, bool flush_cache, bool synchronize)
{
    struct iodma_device former = command->device;
    enum iodma_status status = iodma_command_set_spec(command, spec);

    if (status != IODMA_OK)
        return status;
    status = iodma_command_prepare(command, offset, length, flush_cache,
                                   synchronize);
    if (status != IODMA_OK)
        command->device = former;
    return status;
}

/* Take the bytes back from a device that reaches nothing any more, and free
   what the view has. */
static enum iodma_status take_back(struct iodma_view *view,
                                   bool invalidate_cache, bool synchronize)
{
    bool inbound = iodma_view_inbound(view);
    enum iodma_status status = iodma_sync_for_cpu(
        view, inbound && invalidate_cache ? IODMA_SYNC_ALL : 0);
    enum iodma_status copied = IODMA_OK;

    if (inbound && synchronize)
        copied = iodma_sync_copy_in(view);
    release(view);
    return status != IODMA_OK ? status : copied;
}

enum iodma_status iodma_command_complete(struct iodma_command *command,
                                         bool invalidate_cache,
                                         bool synchronize)
{
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (command->prepared == command->held)
        return IODMA_BUSY;

    command->prepared--;
    if (command->prepared != 0)
        return IODMA_OK;
    if (needs_fences_only(&command->view)) {
        hal_observe(command->bus->hal);
        return IODMA_OK;
    }
    hide(&command->view);
    if (!iodma_command_iterates(command))
        return take_back(&command->view, invalidate_cache, synchronize);
    release(&command->view);
    return IODMA_OK;
}

/* What the device wrote becomes the client's, if nothing is in the way. */
static enum iodma_status copy_back(const struct iodma_view *view,
                                   uint32_t maintained)
{
    enum iodma_status status = iodma_sync_can_copy(view);

    if (status == IODMA_OK)
        status = iodma_sync_for_cpu(view, maintained);
    return status == IODMA_OK ? iodma_sync_copy_in(view) : status;
}

/* Move the window to one new buffer. What can fail without a trace comes
   first: both sides are looked at, and only then does the client get what the
   device wrote, and the buffer what the client has. */
static enum iodma_status double_buffer(struct iodma_command *command)
{
    struct iodma_view *old = &command->view;
    struct iodma_view view = *old;
    enum iodma_status status;

    view.cells = 0;
    view.iova = 0;
    view.iova_pages = 0;
    view.kept = false;
    if (view.length == 0)
        return IODMA_OK;
    if (command->held != 0)
        return IODMA_BUSY;
    status = iodma_plan_buffer(&view);
    if (status != IODMA_OK)
        return status;

    status = iodma_sync_can_copy(&view);
    if (status == IODMA_OK)
        status = iodma_sync_can_copy(old);
    if (status == IODMA_OK)
        status = show(&view);
    if (status != IODMA_OK) {
        iodma_plan_release(&view);
        return status;
    }

    hide(old);
    if (iodma_view_inbound(old))
        status = copy_back(old, IODMA_SYNC_ALL);
    if (status == IODMA_OK)
        status = iodma_sync_fill(&view, true, IODMA_SYNC_ALL);
    if (status != IODMA_OK) {
        hide(&view);
        release(&view);
        (void)show(old);
        return status;
    }

    release(old);
    *old = view;
    iodma_view_seek(old, 0, &command->cursor);
    return IODMA_OK;
}

static enum iodma_status copy_bounced(const struct iodma_view *view,
                                      uint32_t direction)
{
    if (view->rung == IODMA_DIRECT || direction == IODMA_NONE)
        return IODMA_OK;
    return direction == IODMA_IN ? copy_back(view, IODMA_SYNC_BOUNCED)
                                 : iodma_sync_copy_out(view);
}

static enum iodma_status synchronize_all(struct iodma_command *command,
                                         uint32_t options)
{
    bool force = (options & IODMA_FORCE_DOUBLE_BUFFER) != 0;
    uint32_t direction = options & ~(uint32_t)IODMA_FORCE_DOUBLE_BUFFER;

    if (direction >= IODMA_INOUT)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (force && iodma_command_iterates(command))
        return IODMA_BAD_ARGUMENT;
    if (force && command->view.rung != IODMA_WHOLE)
        return double_buffer(command);
    return copy_bounced(&command->view, direction);
}

enum iodma_status iodma_command_synchronize(struct iodma_command *command,
                                            uint32_t options)
{
    enum iodma_status status = synchronize_all(command, options);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->synchronize(command, options, status);
    return status;
}

static enum iodma_status synchronize_part(const struct iodma_command *command,
                                          uint64_t offset, uint64_t length,
                                          uint32_t options)
{
    const struct iodma_view *view = &command->view;

    if (options != IODMA_IN && options != IODMA_OUT)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (offset > view->length || length > view->length - offset)
        return IODMA_BAD_ARGUMENT;
    if (iodma_command_iterates(command))
        return IODMA_OK;
    if (iodma_sync_splits_line(view, offset, length))
        return IODMA_NOT_ALIGNED;
    return options == IODMA_IN ? iodma_sync_part_in(view, offset, length)
                               : iodma_sync_part_out(view, offset, length);
}

enum iodma_status iodma_command_synchronize_range(struct iodma_command *command,
                                                  uint64_t offset,
                                                  uint64_t length,
                                                  uint32_t options)
{
    enum iodma_status status =
        synchronize_part(command, offset, length, options);
    const struct iodma_explainer *to = iodma_explainer_of(command, status);

    if (to)
        to->synchronize_range(command, offset, length, options, status);
    return status;
}

/* Copy what the device sees to a buffer, or from the other one if that is
   NULL. *done counts the bytes. */
static enum iodma_status move_pieces(const struct iodma_command *command,
                                     uint64_t offset, uint8_t *to,
                                     const uint8_t *from, uint64_t length,
                                     uint64_t *done)
{
    const struct iodma_view *view = &command->view;
    enum iodma_status status = IODMA_OK;
    struct iodma_piece piece;
    struct iodma_walk walk;

    if (length == 0)
        return IODMA_OK;
    if (!to && !from)
        return IODMA_BAD_ARGUMENT;
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (offset >= view->length)
        return IODMA_OVERRUN;
    length = smaller(length, view->length - offset);
    if (!to && iodma_sync_splits_line(view, offset, length))
        return IODMA_NOT_ALIGNED;

    iodma_view_begin(view, offset, &walk);
    while (status == IODMA_OK && *done < length &&
           iodma_view_piece(view, &walk, length - *done, &piece) == IODMA_OK) {
        status = to ? iodma_sync_read(view, &piece, to + *done)
                    : iodma_sync_write(view, &piece, from + *done);
        if (status == IODMA_OK)
            *done += piece.length;
    }
    return status;
}

static uint64_t move_bytes(const struct iodma_command *command, uint64_t offset,
                           uint8_t *to, const uint8_t *from, uint64_t length)
{
    uint64_t done = 0;
    enum iodma_status status =
        move_pieces(command, offset, to, from, length, &done);
    const struct iodma_explainer *who = iodma_explainer_of(command, status);

    if (who)
        who->move_bytes(command, offset, length, to ? to : from, status);
    return done;
}

uint64_t iodma_command_read_bytes(const struct iodma_command *command,
                                  uint64_t offset, void *bytes, uint64_t length)
{
    return move_bytes(command, offset, (uint8_t *)bytes, NULL, length);
}

uint64_t iodma_command_write_bytes(const struct iodma_command *command,
                                   uint64_t offset, const void *bytes,
                                   uint64_t length)
{
    return move_bytes(command, offset, NULL, (const uint8_t *)bytes, length);
}

const struct iodma_memory *
iodma_command_bus_memory(const struct iodma_command *command,
                         struct iodma_memory *memory)
{
    const struct iodma_view *view = &command->view;

    if (command->prepared == 0 || view->rung != IODMA_WHOLE)
        return command->memory;
    (void)iodma_memory_init_buffer(memory, view->buffer,
                                   iodma_view_buffer_size(view), view->length,
                                   command->memory->direction);
    return memory;
}

enum iodma_status
iodma_command_get_prepared(const struct iodma_command *command,
                           uint64_t *offset, uint64_t *length)
{
    if (command->prepared == 0)
        return IODMA_NOT_READY;
    if (offset)
        *offset = command->view.offset;
    if (length)
        *length = command->view.length;
    return IODMA_OK;
}

enum iodma_status iodma_command_hold(struct iodma_command *command)
{
    if (command->held == command->prepared)
        return IODMA_NOT_READY;
    command->held++;
    return IODMA_OK;
}

enum iodma_status iodma_command_release(struct iodma_command *command)
{
    if (command->held == 0)
        return IODMA_NOT_READY;
    command->held--;
    return IODMA_OK;
}

uint8_t iodma_command_address_bits(const struct iodma_command *command)
{
    return command->device.address_bits;
}

uint32_t iodma_command_alignment(const struct iodma_command *command)
{
    return command->device.align_address;
}

uint32_t iodma_command_alignment_length(const struct iodma_command *command)
{
    return command->device.align_length;
}

uint32_t
iodma_command_alignment_internal_segments(const struct iodma_command *command)
{
    return command->device.align_internal;
}
