/* SPDX-License-Identifier: MIT */
#include "transfer.h"

#include "../hal/bits.h"
#include "../hal/count_of.h"
#include "refuse.h"
#include "sync.h"

#include <stddef.h>

/* A transfer has one command at least: who wants to know why has told it. */
static struct iodma_reason *reason_of(const struct iodma_transfer *transfer)
{
    return transfer->source ? transfer->source->window.reason
                            : transfer->destination->window.reason;
}

/* The ends ---------------------------------------------------------------- */

/* Has a command a preparation left? */
static enum iodma_status check_prepared(const struct iodma_command *command)
{
    return !command || command->prepared != command->held
               ? IODMA_OK
               : iodma_refuse(command->window.reason, IODMA_NOT_READY,
                              IODMA_AT_ARGUMENT(UNPREPARED, COMMAND));
}

/* May a command be one end, whose memory the engine reads, or writes? */
static enum iodma_status check_command(const struct iodma_channel *channel,
                                       const struct iodma_command *command,
                                       uint32_t forbidden)
{
    const struct iodma_window *window;

    if (!command)
        return IODMA_OK;
    window = &command->window;
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
    return iodma_limits_within(&window->limits, &channel->limits)
               ? IODMA_OK
               : iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                              IODMA_AT_ARGUMENT(ENGINE, LIMITS));
}

/* Rows of a window: do they lie in it? Their number is not 0. */
static enum iodma_status check_rows(const struct iodma_command *command,
                                    const struct iodma_rows *rows,
                                    uint32_t stride)
{
    const struct iodma_window *window;
    uint64_t steps = (uint64_t)(rows->count - 1) * stride;
    uint64_t all = rows->count * (uint64_t)rows->length; /* they may overlap */

    if (!command)
        return IODMA_OK;
    window = &command->window;
    if (rows->length > window->length ||
        steps > window->length - rows->length ||
        (rows->count > 1 && rows->length > UINT32_MAX) ||
        (hal_address)all != all)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   window->length, rows->length);
    return IODMA_OK;
}

/* What is to be moved. Without rows of the caller's it is all of both windows;
   periods follow each other. */
static enum iodma_status find_rows(const struct iodma_transfer *transfer,
                                   struct iodma_rows *rows)
{
    const struct iodma_command *source = transfer->source;
    const struct iodma_command *destination = transfer->destination;
    const struct iodma_command *any = source ? source : destination;
    enum iodma_status status;

    *rows = transfer->rows;
    if (rows->count == 0) {
        rows->count = 1;
        rows->length = any->window.length;
        if (source && destination && destination->window.length != rows->length)
            return iodma_refuse_values(reason_of(transfer), IODMA_BAD_ARGUMENT,
                                       IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                       rows->length,
                                       destination->window.length);
    }
    if (transfer->period && rows->count < 2) /* it is begun anew as it ends */
        return iodma_refuse_values(reason_of(transfer), IODMA_BAD_ARGUMENT,
                                   IODMA_RULE_SEGMENT_COUNT, 2, rows->count);
    if (rows->length == 0 && (transfer->period || transfer->rows.count != 0))
        return iodma_refuse_values(reason_of(transfer), IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(WINDOW, LENGTH),
                                   any->window.length, 0);
    if (transfer->period) {
        rows->source_stride = (uint32_t)rows->length;
        rows->destination_stride = (uint32_t)rows->length;
    }
    status = check_rows(source, rows, rows->source_stride);
    if (status == IODMA_OK)
        status = check_rows(destination, rows, rows->destination_stride);
    if (status == IODMA_OK && destination && rows->count > 1 &&
        rows->destination_stride < rows->length)
        return iodma_refuse_values(reason_of(transfer), IODMA_BAD_ARGUMENT,
                                   IODMA_AT_ARGUMENT(OVERLAP, DESTINATION),
                                   rows->length, rows->destination_stride);
    return status;
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
static enum iodma_status find_port(const struct iodma_channel *channel,
                                   const struct iodma_transfer *transfer,
                                   struct hal_end *end)
{
    const struct hal_port *port = transfer->port;
    const struct hal_bus *bus = channel->dmac->bus;
    uint32_t access = transfer->source ? HAL_WRITE : HAL_READ;

    if (!sound(port))
        return iodma_refuse(reason_of(transfer), IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(ENGINE, PORT));
    for (uint32_t i = 0; i < bus->aperture_count; i++) {
        const struct hal_aperture *aperture = &bus->apertures[i];

        if (span_holds(aperture->first, aperture->last, port->address) &&
            port->width - 1u <= aperture->last - port->address &&
            (aperture->access & access) != 0) {
            *end = (struct hal_end){
                .kind = HAL_PORT,
                .port = port,
                .bus = port->address - aperture->first + aperture->bus,
            };
            return IODMA_OK;
        }
    }
    return iodma_refuse_values(reason_of(transfer), IODMA_MESSAGE_TOO_LARGE,
                               IODMA_AT_ARGUMENT(APERTURE, PORT), access,
                               port->address);
}

static enum iodma_status find_route(const struct iodma_channel *channel,
                                    const struct iodma_transfer *transfer,
                                    struct hal_route *route)
{
    *route = (struct hal_route){ .cyclic = transfer->period != NULL };
    if (transfer->port)
        return find_port(channel, transfer,
                         transfer->source ? &route->destination
                                          : &route->source);
    if (transfer->fills)
        route->source =
            (struct hal_end){ .kind = HAL_FILL, .fill = transfer->fill };
    return IODMA_OK;
}

/* As far as its facts say, can an engine go this way? */
static bool can_go(const struct hal_dmac *dmac,
                   const struct iodma_transfer *transfer,
                   const struct iodma_rows *rows)
{
    const struct hal_port *port = transfer->port;

    if (port &&
        ((dmac->can & HAL_CAN_PORT) == 0 || (dmac->widths & port->width) == 0))
        return false;
    if (transfer->fills && (dmac->can & HAL_CAN_FILL) == 0)
        return false;
    return !transfer->period ||
           ((dmac->can & HAL_CAN_CYCLE) != 0 && rows->count <= dmac->periods);
}

static enum iodma_status check_way(const struct iodma_channel *channel,
                                   const struct iodma_transfer *transfer,
                                   const struct iodma_rows *rows)
{
    if (can_go(channel->dmac, transfer, rows) ||
        (channel->stand_in && can_go(channel->stand_in, transfer, rows)))
        return IODMA_OK;
    return iodma_refuse(reason_of(transfer), IODMA_UNSUPPORTED,
                        IODMA_RULE_ENGINE);
}

/* The items --------------------------------------------------------------- */

/* Rows begin where lists of their own may, and have such lengths. */
static enum iodma_status
check_row_alignment(const struct iodma_channel *channel,
                    const struct iodma_transfer *transfer,
                    const struct iodma_rows *rows)
{
    uint32_t alignment = UINT32_C(1)
                         << larger32(channel->limits.align_length,
                                     larger32(channel->limits.align_address,
                                              channel->limits.align_internal));
    hal_address bits = rows->length;

    if (rows->count > 1 && transfer->source)
        bits |= rows->source_stride;
    if (rows->count > 1 && transfer->destination)
        bits |= rows->destination_stride;
    if (modulo32(bits, alignment) == 0)
        return IODMA_OK;
    return iodma_refuse_values(reason_of(transfer), IODMA_NOT_ALIGNED,
                               IODMA_AT_ARGUMENT(ALIGN_LENGTH, LENGTH),
                               alignment, bits);
}

/* What an item has to be beside what its ends are. */
static enum iodma_status check_item(const struct iodma_channel *channel,
                                    const struct iodma_transfer *transfer,
                                    const struct iodma_rows *rows,
                                    const struct hal_item *item)
{
    uint32_t phase = channel->dmac->same_phase;
    struct iodma_reason *reason = reason_of(transfer);
    hal_address memory = item->source | item->destination; /* one of them */

    if (transfer->source && transfer->destination &&
        modulo32(item->destination - item->source, phase) != 0)
        return iodma_refuse_values(
            reason, IODMA_NOT_ALIGNED, IODMA_RULE_PHASE, phase,
            modulo32(item->destination - item->source, phase));
    if (transfer->port &&
        modulo32(memory | item->length, transfer->port->width) != 0)
        return iodma_refuse_values(reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_ADDRESS, PORT),
                                   transfer->port->width, memory);
    if (transfer->period && item->length != rows->length)
        return iodma_refuse_values(reason, IODMA_NO_SPACE,
                                   IODMA_RULE_SEGMENT_COUNT, 1, 2);
    return IODMA_OK;
}

static enum iodma_status check_items(const struct iodma_channel *channel,
                                     const struct iodma_transfer *transfer,
                                     const struct iodma_rows *rows)
{
    enum iodma_status status = IODMA_OK;
    struct iodma_zip zip;
    struct hal_item item;

    if (channel->dmac->same_phase == 1 && !transfer->port && !transfer->period)
        return IODMA_OK;
    iodma_zip_begin(&zip, transfer->source, transfer->destination, rows);
    while (status == IODMA_OK && iodma_zip_next(&zip, &item, 1) != 0)
        status = check_item(channel, transfer, rows, &item);
    return status;
}

/* Where an end begins on the bus, modulo the engine's same_phase. */
static uint32_t phase_of(const struct iodma_channel *channel,
                         const struct iodma_command *command)
{
    struct iodma_place place;
    struct hal_segment segment = { 0, 0 };

    if (command) {
        iodma_segment_seek(&command->plan, &place, 0);
        (void)iodma_segment_next(&command->plan, &place, &segment);
    }
    return modulo32(segment.address, channel->dmac->same_phase);
}

/* What is not in phase is bounced to where the other end lies: one end, or the
   other one, or both where that is scattered. */
static enum iodma_status bring_in_phase(const struct iodma_channel *channel,
                                        const struct iodma_transfer *transfer,
                                        const struct iodma_rows *rows)
{
    struct iodma_command *const ends[] = { transfer->source,
                                           transfer->destination };
    enum iodma_status status = check_items(channel, transfer, rows);

    for (uint32_t i = 0; status == IODMA_NOT_ALIGNED && i < HAL_COUNT_OF(ends);
         i++) {
        if (ends[i])
            (void)iodma_command_force(ends[i], phase_of(channel, ends[1 - i]));
        status = check_items(channel, transfer, rows);
    }
    return status;
}

/* A period of an end is handed over while the engine is at others: those that
   it writes may not be in the same lines. */
static enum iodma_status check_periods(const struct iodma_transfer *transfer,
                                       const struct iodma_command *command,
                                       const struct iodma_rows *rows)
{
    enum iodma_status status = IODMA_OK;

    if (!transfer->period || !command)
        return IODMA_OK;
    for (uint32_t i = 0; status == IODMA_OK && i < rows->count; i++)
        status = iodma_sync_own_lines(&command->plan, i * rows->length,
                                      (i + 1) * rows->length);
    return status;
}

/* Rows of one run each way can be one item, where the engine has rows. */
static bool one_run(const struct iodma_command *command,
                    const struct iodma_rows *rows, uint32_t stride)
{
    struct iodma_place place;
    struct hal_segment segment;

    if (!command)
        return true;
    iodma_segment_seek(&command->plan, &place, 0);
    return stride <= INT32_MAX &&
           iodma_segment_next(&command->plan, &place, &segment) == IODMA_OK &&
           segment.length >=
               (uint64_t)(rows->count - 1) * stride + rows->length;
}

static void shape(const struct iodma_channel *channel,
                  struct iodma_transfer *transfer, struct iodma_rows *rows)
{
    struct hal_route *route = &transfer->route;

    if (rows->count <= 1 || route->cyclic ||
        rows->count > channel->dmac->max_rows ||
        !one_run(transfer->source, rows, rows->source_stride) ||
        !one_run(transfer->destination, rows, rows->destination_stride))
        return;
    route->rows = rows->count;
    if (transfer->source)
        route->source_stride = (int32_t)rows->source_stride;
    if (transfer->destination)
        route->destination_stride = (int32_t)rows->destination_stride;
    rows->count = 1;
}

/* Submit ------------------------------------------------------------------ */

/* May it become a transfer of this engine, and which way and in what rows? */
static enum iodma_status admit(const struct iodma_channel *channel,
                               const struct iodma_transfer *transfer,
                               struct iodma_rows *rows, struct hal_route *route)
{
    enum iodma_status status = check_prepared(transfer->source);

    if (status == IODMA_OK)
        status = check_prepared(transfer->destination);
    if (status == IODMA_OK)
        status = find_rows(transfer, rows);
    if (status == IODMA_OK)
        status = check_command(channel, transfer->source, IODMA_IN);
    if (status == IODMA_OK)
        status = check_command(channel, transfer->destination, IODMA_OUT);
    if (status == IODMA_OK)
        status = find_route(channel, transfer, route);
    if (status == IODMA_OK)
        status = check_way(channel, transfer, rows);
    if (status == IODMA_OK)
        status = check_row_alignment(channel, transfer, rows);
    if (status == IODMA_OK)
        status = bring_in_phase(channel, transfer, rows);
    if (status == IODMA_OK)
        status = check_periods(transfer, transfer->source, rows);
    if (status == IODMA_OK)
        status = check_periods(transfer, transfer->destination, rows);
    return status;
}

static enum iodma_status hold(const struct iodma_transfer *transfer)
{
    enum iodma_status status = IODMA_OK;

    if (transfer->source)
        status = iodma_command_hold(transfer->source);
    if (status != IODMA_OK || !transfer->destination)
        return status;
    status = iodma_command_hold(transfer->destination);
    if (status != IODMA_OK && transfer->source)
        /* Source and destination are one command, prepared once. */
        (void)iodma_command_release(transfer->source);
    return status;
}

/* One source and one destination. */
static bool sensible(const struct iodma_transfer *transfer)
{
    bool from = transfer->source != NULL;
    bool to = transfer->destination != NULL;

    if (transfer->fills)
        return to && !from && !transfer->port;
    return transfer->port ? from != to : from && to;
}

enum iodma_status iodma_transfer_submit(struct iodma_channel *channel,
                                        struct iodma_transfer *transfer)
{
    enum iodma_status status;
    struct hal_route route;
    struct iodma_rows rows;

    if (!channel || !transfer || !transfer->done || !sensible(transfer))
        return IODMA_BAD_ARGUMENT;
    if (transfer->queued)
        return iodma_refuse(reason_of(transfer), IODMA_BUSY, IODMA_RULE_QUEUED);
    if (channel->dead)
        return iodma_refuse(reason_of(transfer), IODMA_NOT_READY,
                            IODMA_RULE_CHANNEL);
    status = admit(channel, transfer, &rows, &route);
    if (status == IODMA_OK)
        status = hold(transfer);
    if (status != IODMA_OK)
        return status;

    transfer->route = route;
    transfer->zipped = false;
    transfer->quarantined = false;
    transfer->refused = IODMA_OK;
    transfer->fault = HAL_FAULT_NONE;
    transfer->detail = 0;
    transfer->overruns = 0;
    transfer->residue.least = rows.count * rows.length;
    transfer->residue.most = transfer->residue.least;
    shape(channel, transfer, &rows);
    iodma_zip_begin(&transfer->zip, transfer->source, transfer->destination,
                    &rows);
    iodma_channel_queue(channel, transfer);
    return IODMA_OK;
}
