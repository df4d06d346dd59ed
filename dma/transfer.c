/* SPDX-License-Identifier: MIT */
#include "transfer.h"

#include "../hal/bits.h"
#include "../hal/count_of.h"
#include "refuse.h"
#include "sync.h"

#include <stddef.h>

/* A transfer has one command at least: its window. */
static const struct iodma_window *
window_of(const struct iodma_transfer *transfer)
{
    return transfer->source ? &transfer->source->window
                            : &transfer->destination->window;
}

/* The ends ---------------------------------------------------------------- */

/* Has each command a preparation left? One that is both ends has two. */
static enum iodma_status check_prepared(const struct iodma_transfer *transfer)
{
    const struct iodma_command *const ends[] = { transfer->source,
                                                 transfer->destination };
    uint32_t count = ends[0] == ends[1] ? 2 : 1;

    for (uint32_t i = 0; i < HAL_COUNT_OF(ends); i++) {
        if (ends[i] && ends[i]->held + count > ends[i]->prepared)
            return iodma_refuse(ends[i]->window.reason, IODMA_NOT_READY,
                                IODMA_AT_ARGUMENT(UNPREPARED, COMMAND));
    }
    return IODMA_OK;
}

/* Is all that `limits` lets through legal under `under` as well, even cut into
   lists of their own at each other's seams? Every segment may then come first,
   and lengths have to carry the alignment of addresses. */
static bool within(const struct iodma_limits *limits,
                   const struct iodma_limits *under)
{
    uint32_t address = larger32(under->align_address, under->align_internal);

    return limits->unreached >= under->unreached &&
           limits->max_segment <= under->max_segment &&
           limits->boundary <= under->boundary &&
           limits->align_address >= address &&
           limits->align_internal >= address &&
           limits->align_length >= larger32(address, under->align_length);
}

/* May a command be one end, whose memory the engine reads, or writes? Do the
   rows lie in it? */
static enum iodma_status check_end(const struct iodma_channel *channel,
                                   const struct iodma_zip *zip,
                                   const struct iodma_zip_side *side,
                                   uint32_t forbidden)
{
    uint64_t steps = (uint64_t)(zip->count - 1) * side->stride;
    uint64_t all = zip->count * (uint64_t)zip->length; /* rows may overlap */
    const struct iodma_window *window;

    if (!side->command)
        return IODMA_OK;
    window = &side->command->window;
    if (zip->length > window->length || steps > window->length - zip->length ||
        (zip->count > 1 && zip->length > UINT32_MAX) || (hal_address)all != all)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   window->length, zip->length);
    if (window->memory->direction == forbidden)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(DIRECTION, DIRECTION),
                                   IODMA_INOUT, forbidden);
    if (window->bus->hal != channel->dmac->bus)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ENGINE, BUS));
    if (iodma_window_iterates(window))
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ITERATE_ONLY, COMMAND));
    return within(&window->limits, &channel->limits)
               ? IODMA_OK
               : iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                              IODMA_AT_ARGUMENT(ENGINE, LIMITS));
}

/* What is to be moved. Without rows of the caller's it is all of both windows;
   periods follow each other. */
static enum iodma_status find_rows(struct iodma_transfer *transfer,
                                   const struct iodma_window *any)
{
    const struct iodma_command *destination = transfer->destination;
    struct iodma_rows rows = transfer->rows;

    if (rows.count == 0) {
        rows.count = 1;
        rows.length = any->length;
        if (destination && destination->window.length != rows.length)
            return iodma_refuse_values(any->reason, IODMA_BAD_ARGUMENT,
                                       IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                       rows.length, destination->window.length);
    }
    if (transfer->period && rows.count < 2) /* it is begun anew as it ends */
        return iodma_refuse_values(any->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_SEGMENT_COUNT, 2, rows.count);
    if (rows.length == 0 && transfer->rows.count != 0)
        return iodma_refuse_values(any->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   any->length, 0);
    if (transfer->period) {
        rows.source_stride = (uint32_t)rows.length;
        rows.destination_stride = (uint32_t)rows.length;
    }
    if (destination && rows.count > 1 && rows.destination_stride < rows.length)
        return iodma_refuse_values(any->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OVERLAP, DESTINATION),
                                   rows.length, rows.destination_stride);
    iodma_zip_begin(&transfer->zip, transfer->source, destination, &rows);
    return IODMA_OK;
}

/* The way ----------------------------------------------------------------- */

/* Could any engine serve a port? */
static bool sound(const struct hal_port *port)
{
    return is_power_of_two(port->width) && port->width <= 8 &&
           modulo32(port->address | port->increment, port->width) == 0 &&
           port->burst != 0 && port->depth >= port->burst;
}

/* Where the engine finds a port. */
static enum iodma_status find_port(const struct iodma_transfer *transfer,
                                   const struct iodma_window *any,
                                   struct hal_end *end)
{
    const struct hal_port *port = transfer->port;
    uint32_t access = transfer->source ? HAL_WRITE : HAL_READ;
    const struct hal_aperture *aperture =
        iodma_bus_aperture(any->bus, port->address, access);

    if (!sound(port))
        return iodma_refuse(any->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ENGINE, PORT));
    if (!aperture || port->width - 1u > aperture->last - port->address)
        return iodma_refuse_values(any->reason, IODMA_MESSAGE_TOO_LARGE,
                                   IODMA_AT_ARGUMENT(APERTURE, PORT), access,
                                   port->address);
    *end = (struct hal_end){
        .kind = HAL_PORT,
        .port = port,
        .bus = port->address + iodma_aperture_delta(aperture),
    };
    return IODMA_OK;
}

static enum iodma_status find_route(struct iodma_transfer *transfer,
                                    const struct iodma_window *any)
{
    struct hal_route *route = &transfer->route;

    *route =
        (struct hal_route){ .rows = 1, .cyclic = transfer->period != NULL };
    if (transfer->port)
        return find_port(transfer, any,
                         transfer->source ? &route->destination
                                          : &route->source);
    if (transfer->fills)
        route->source =
            (struct hal_end){ .kind = HAL_FILL, .fill = transfer->fill };
    return IODMA_OK;
}

/* As far as its facts say, can an engine go this way? */
static bool can_go(const struct hal_dmac *dmac,
                   const struct iodma_transfer *transfer)
{
    const struct hal_port *port = transfer->port;

    return (!port || (dmac->widths & port->width) != 0) &&
           (!transfer->fills || dmac->fills) &&
           (!transfer->period || transfer->zip.count <= dmac->periods);
}

static enum iodma_status check_way(const struct iodma_channel *channel,
                                   const struct iodma_transfer *transfer,
                                   struct iodma_reason *reason)
{
    if (can_go(channel->dmac, transfer) ||
        (channel->stand_in && can_go(channel->stand_in, transfer)))
        return IODMA_OK;
    return iodma_refuse(reason, IODMA_UNSUPPORTED, IODMA_RULE_ENGINE);
}

/* The items --------------------------------------------------------------- */

/* Rows begin where lists of their own may, and have such lengths. */
static enum iodma_status
check_row_alignment(const struct iodma_channel *channel,
                    const struct iodma_zip *zip, struct iodma_reason *reason)
{
    uint32_t alignment = UINT32_C(1) << channel->limits.alignment;
    hal_address bits = zip->length;

    if (zip->count > 1)
        bits |= zip->source.stride | zip->destination.stride;
    if (modulo32(bits, alignment) == 0)
        return IODMA_OK;
    return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                               IODMA_AT_ARGUMENT(ALIGN_LENGTH, LENGTH),
                               alignment, bits);
}

/* What an item has to be beside what its ends are. */
static enum iodma_status check_item(const struct iodma_channel *channel,
                                    const struct iodma_transfer *transfer,
                                    const struct hal_item *item)
{
    uint32_t same_phase = channel->dmac->same_phase;
    struct iodma_reason *reason = window_of(transfer)->reason;
    hal_address memory = item->source | item->destination; /* one of them */

    if (transfer->source && transfer->destination &&
        modulo32(item->destination - item->source, same_phase) != 0)
        return iodma_refuse_values(
            reason, IODMA_NOT_ALIGNED, IODMA_RULE_PHASE, same_phase,
            modulo32(item->destination - item->source, same_phase));
    if (transfer->port &&
        modulo32(memory | item->length, transfer->port->width) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_ADDRESS, PORT),
                                   transfer->port->width, memory);
    if (transfer->period && item->length != transfer->zip.length)
        return iodma_refuse_values(reason, IODMA_NO_SPACE,
                                   IODMA_RULE_SEGMENT_COUNT, 1, 2);
    return IODMA_OK;
}

/* All of them, from the first on. */
static enum iodma_status check_items(const struct iodma_channel *channel,
                                     struct iodma_transfer *transfer)
{
    enum iodma_status status = IODMA_OK;
    struct hal_item item;

    if (channel->dmac->same_phase == 1 && !transfer->port && !transfer->period)
        return IODMA_OK;
    iodma_zip_rewind(&transfer->zip);
    while (status == IODMA_OK && iodma_zip_next(&transfer->zip, &item, 1) != 0)
        status = check_item(channel, transfer, &item);
    return status;
}

/* The first segment of an end; where that is no memory, none. */
static struct hal_segment first_segment(const struct iodma_command *command)
{
    struct iodma_place place;
    struct hal_segment segment = { 0, 0 };

    if (command) {
        iodma_segment_seek(&command->plan, &place, 0);
        (void)iodma_segment_next(&command->plan, &place, &segment);
    }
    return segment;
}

/* What is not in phase is bounced to where the other end lies, modulo the
   engine's same_phase: one end, or the other one, or both where that is
   scattered. */
static enum iodma_status bring_in_phase(const struct iodma_channel *channel,
                                        struct iodma_transfer *transfer)
{
    struct iodma_command *const ends[] = { transfer->source,
                                           transfer->destination };
    enum iodma_status status = check_items(channel, transfer);

    for (uint32_t i = 0; status == IODMA_NOT_ALIGNED && i < HAL_COUNT_OF(ends);
         i++) {
        if (ends[i])
            (void)iodma_command_force(
                ends[i], modulo32(first_segment(ends[1 - i]).address,
                                  channel->dmac->same_phase));
        status = check_items(channel, transfer);
    }
    return status;
}

/* An end may have been forced in vain. A period of it is handed over while the
   engine is at others: those that it writes may not be in the same lines. */
static enum iodma_status check_plan(const struct iodma_transfer *transfer,
                                    const struct iodma_command *command)
{
    hal_address length = transfer->zip.length;
    enum iodma_status status = IODMA_OK;

    if (!command)
        return IODMA_OK;
    if (command->plan.path == IODMA_PATH_NONE)
        return iodma_refuse_values(command->window.reason, IODMA_NOT_READY,
                                   IODMA_AT_ARGUMENT(HIDDEN, COMMAND), 0,
                                   command->prepared);
    if (!transfer->period)
        return IODMA_OK;
    for (uint32_t i = 0; status == IODMA_OK && i < transfer->zip.count; i++)
        status =
            iodma_sync_own_lines(&command->plan, i * length, (i + 1) * length);
    return status;
}

/* Rows of one run each way can be one item, where the engine has rows. */
static bool one_run(const struct iodma_zip *zip,
                    const struct iodma_zip_side *side)
{
    return !side->command ||
           (side->stride <= INT32_MAX &&
            first_segment(side->command).length >=
                (uint64_t)(zip->count - 1) * side->stride + zip->length);
}

static void shape(const struct iodma_channel *channel,
                  struct iodma_transfer *transfer)
{
    struct hal_route *route = &transfer->route;
    struct iodma_zip *zip = &transfer->zip;

    if (zip->count <= 1 || route->cyclic ||
        zip->count > channel->dmac->max_rows || !one_run(zip, &zip->source) ||
        !one_run(zip, &zip->destination))
        return;
    route->rows = zip->count;
    route->source_stride = (int32_t)zip->source.stride;
    route->destination_stride = (int32_t)zip->destination.stride;
    zip->count = 1;
}

/* Submit ------------------------------------------------------------------ */

/* May it become a transfer of this engine, and which way and in what rows? */
static enum iodma_status admit(const struct iodma_channel *channel,
                               struct iodma_transfer *transfer,
                               const struct iodma_window *any)
{
    const struct iodma_zip *zip = &transfer->zip;
    enum iodma_status status = check_prepared(transfer);

    if (status == IODMA_OK)
        status = find_rows(transfer, any);
    if (status == IODMA_OK)
        status = check_end(channel, zip, &zip->source, IODMA_IN);
    if (status == IODMA_OK)
        status = check_end(channel, zip, &zip->destination, IODMA_OUT);
    if (status == IODMA_OK)
        status = find_route(transfer, any);
    if (status == IODMA_OK)
        status = check_way(channel, transfer, any->reason);
    if (status == IODMA_OK)
        status = check_row_alignment(channel, zip, any->reason);
    if (status == IODMA_OK)
        status = bring_in_phase(channel, transfer);
    if (status == IODMA_OK)
        status = check_plan(transfer, transfer->source);
    if (status == IODMA_OK)
        status = check_plan(transfer, transfer->destination);
    return status;
}

static enum iodma_status give_back(struct iodma_command *command)
{
    if (!command)
        return IODMA_OK;
    (void)iodma_command_release(command);
    return iodma_command_complete(command, true, true);
}

enum iodma_status
iodma_transfer_give_back(const struct iodma_transfer *transfer)
{
    enum iodma_status out = give_back(transfer->source);
    enum iodma_status in = give_back(transfer->destination);

    return in != IODMA_OK ? in : out;
}

/* One source and one destination. */
static bool sensible(const struct iodma_transfer *transfer)
{
    uint32_t ends = transfer->fills;

    ends += transfer->source != NULL;
    ends += transfer->destination != NULL;
    ends += transfer->port != NULL;
    return ends == 2 && (!transfer->fills || transfer->destination);
}

enum iodma_status iodma_transfer_submit(struct iodma_channel *channel,
                                        struct iodma_transfer *transfer)
{
    const struct iodma_window *any;
    enum iodma_status status;

    if (!channel || !transfer || !transfer->done || !sensible(transfer))
        return IODMA_BAD_ARGUMENT;
    any = window_of(transfer);
    if (transfer->queued)
        return iodma_refuse(any->reason, IODMA_BUSY, IODMA_RULE_QUEUED);
    if (channel->dead)
        return iodma_refuse(any->reason, IODMA_NOT_READY, IODMA_RULE_CHANNEL);
    status = admit(channel, transfer, any);
    if (status != IODMA_OK)
        return status;

    if (transfer->source)
        (void)iodma_command_hold(transfer->source);
    if (transfer->destination)
        (void)iodma_command_hold(transfer->destination);
    shape(channel, transfer);
    iodma_zip_rewind(&transfer->zip);
    transfer->zipped = false;
    transfer->quarantined = false;
    transfer->fault = HAL_FAULT_NONE;
    transfer->detail = 0;
    transfer->overruns = 0;
    transfer->residue = (struct hal_residue){ 0, 0 };
    iodma_channel_queue(channel, transfer);
    return IODMA_OK;
}
