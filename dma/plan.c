/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include "../hal/bits.h"
#include "cache.h"
#include "map.h"
#include "piece.h"
#include "refuse.h"
#include "segment.h"
#include "shortcuts.h"

/* At once ----------------------------------------------------------------- */

/* The way through a window in one aperture, if there is no mapper. uncut:
   extents are segments. */
static void choose_path(struct iodma_plan *plan, hal_address delta,
                        bool aligned, bool uncut)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_memory *memory = window->memory;

    if (iodma_memory_is_one_range(memory)) {
        plan->path = IODMA_PATH_FLAT;
        plan->origin = iodma_window_start(window) + delta;
    } else if (memory->kind == IODMA_KIND_RANGES && !memory->summary.empty) {
        plan->origin = delta;
        if (uncut && memory->summary.apart && !memory->part &&
            window->offset + window->length == memory->length)
            plan->path = IODMA_PATH_PLAIN;
        else if (aligned)
            plan->path = IODMA_PATH_JOINED;
    }
}

/* Is a list of the extents, or of what they are cut into, legal without a
   mapper, whichever it is? They are reached and aligned, and a cut leaves them
   so if a segment has room for that. */
static bool legal_at_once(const struct iodma_window *window, bool uncut)
{
    const struct iodma_limits *limits = &window->limits;
    const struct iodma_memory *memory = window->memory;

    return limits->max_segment > iodma_limits_mask32(limits->alignment) &&
           (limits->max_segments == UINT32_MAX ||
            (memory->kind <= IODMA_KIND_BUFFER &&
             memory->count <= limits->max_segments && uncut));
}

/* The device writes: may it? */
static bool may_be_written(const struct iodma_window *window)
{
    const struct iodma_summary *summary = &window->memory->summary;

    return !window->memory->read_only &&
           iodma_bus_regions_writable(window->bus, summary->lowest,
                                      summary->highest - summary->lowest + 1);
}

/* Are all cache lines the window's that have to be dropped afterwards? */
static bool has_whole_lines(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;

    return plan->unmaintained || !iodma_window_inbound(window) ||
           modulo32(iodma_window_shape(window), window->bus->line) == 0;
}

/* Decide by the descriptor's summary, without a walk over its memory, if that
   tells enough. Returns OK if the window goes as it lies; else the worst that a
   survey may find. Then it says nothing but how it would be listed. */
static enum iodma_status decide_at_once(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_summary *summary = &window->memory->summary;
    const struct hal_aperture *aperture =
        iodma_window_aperture(window, summary->lowest);
    const struct hal_region *region;
    hal_address delta;
    bool aligned;
    bool uncut;
    bool legal;

    if (iodma_window_iterates(window) || window->length == 0 || !aperture ||
        summary->highest > aperture->last)
        return IODMA_NOT_WRITABLE;
    delta = iodma_aperture_delta(aperture);
    aligned = iodma_window_aligned(window, delta);
    uncut = aligned && iodma_window_uncut(window, delta);
    if (window->mapper)
        window->mapper->calls->choose_path(plan, delta);
    else
        choose_path(plan, delta, aligned, uncut);
    plan->unmaintained = !iodma_window_unsnooped(window, aperture);
    if (!plan->unmaintained) {
        region = iodma_bus_region(window->bus, summary->lowest);
        if (region ? summary->highest > region->last
                   : window->bus->hal->region_count != 0)
            return IODMA_NOT_WRITABLE; /* the window may be in others */
        plan->unmaintained = region && region->cached == HAL_UNCACHED;
    }
    if ((!plan->unmaintained && !window->bus->caching) ||
        (iodma_window_inbound(window) && !may_be_written(window)))
        return IODMA_NOT_WRITABLE;
    if (!window->mapper && !iodma_window_reached(window, delta))
        return IODMA_MESSAGE_TOO_LARGE;
    if (!has_whole_lines(plan))
        return IODMA_NOT_ALIGNED;
    legal = window->mapper ? plan->path == IODMA_PATH_FLAT &&
                                 iodma_plan_judge(plan, NULL) == IODMA_OK
                           : aligned && legal_at_once(window, uncut);
    return legal ? IODMA_OK : IODMA_NOT_ALIGNED;
}

/* Judgement ---------------------------------------------------------------- */

enum iodma_status iodma_plan_judge(const struct iodma_plan *plan,
                                   struct iodma_reason *reason)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_limits *limits = &window->limits;
    uint8_t alignment = limits->align_address;
    hal_address position = 0;
    hal_address most = 0; /* as much as a list of its own may have */
    uint32_t count = 0;
    struct iodma_place place;
    struct hal_segment segment;
    enum iodma_status status;

    iodma_segment_seek(plan, &place, 0);
    while ((status = iodma_segment_next(plan, &place, &segment)) == IODMA_OK) {
        hal_address behind = position + segment.length;

        status = iodma_limits_judge(limits, &segment, alignment,
                                    behind == window->length, reason);
        if (status != IODMA_OK)
            break;
        position = behind;
        alignment = limits->align_internal;
        if (++count == limits->max_segments)
            most = position;
    }
    if (status != IODMA_OVERRUN) {
        if (reason)
            iodma_refuse_segment(plan, position, position + segment.length);
        return status;
    }
    if (count <= limits->max_segments)
        return IODMA_OK;
    (void)iodma_refuse_values(reason, IODMA_NO_SPACE, IODMA_RULE_SEGMENT_COUNT,
                              limits->max_segments, count);
    return iodma_refuse_cure(reason, IODMA_NO_SPACE, IODMA_CURE_SPLIT, most);
}

enum iodma_status iodma_plan_judge_whole(struct iodma_plan *plan,
                                         struct iodma_reason *reason)
{
    plan->path = IODMA_PATH_FLAT;
    plan->origin = 0;
    return iodma_plan_judge(plan, reason);
}

enum iodma_status iodma_plan_refuse(struct iodma_plan *plan,
                                    enum iodma_status status)
{
    const struct iodma_window *window = plan->window;
    enum iodma_status best;

    /* Nothing is lent, or a buffer beyond the device's reach cannot be. */
    if (status == IODMA_OK || status == IODMA_MESSAGE_TOO_LARGE)
        status = IODMA_NO_RESOURCES;
    if (!IODMA_REASONS || !window->reason || status == IODMA_UNSUPPORTED)
        return status;
    best = iodma_plan_judge_whole(
        plan, status == IODMA_NO_RESOURCES ? NULL : window->reason);
    if (best == IODMA_OK) /* storage that is aligned as it can be would help */
        return iodma_refuse_cure(
            window->reason, status, IODMA_CURE_LEND,
            round_up(window->length, iodma_plan_granule(window)));
    /* Nor is it known how much it takes to split what may not be whole. */
    return status == IODMA_NO_RESOURCES
               ? iodma_refuse_cure(window->reason, status, IODMA_CURE_NONE, 0)
               : status;
}

/* What the device has of memory ------------------------------------------- */

bool iodma_window_maintains(const struct iodma_window *window,
                            hal_address address, hal_address length,
                            const struct hal_aperture *aperture)
{
    return iodma_window_unsnooped(window, aperture) &&
           iodma_bus_cached(window->bus, address, length);
}

hal_address iodma_window_reach(const struct iodma_window *window,
                               const struct hal_aperture *aperture)
{
    hal_address last =
        window->mapper ? HAL_ADDRESS_MAX : iodma_limits_last(&window->limits);

    return last < aperture->bus
               ? 0
               : aperture->first + smaller(last - aperture->bus,
                                           aperture->last - aperture->first);
}

/* As it lies -------------------------------------------------------------- */

/* Are the lines that a piece ends in its own? */
static inline bool owns_lines(const struct iodma_window *window,
                              const struct iodma_piece *piece,
                              const struct hal_aperture *aperture,
                              hal_address position)
{
    uint32_t ends = window->bus->caching->gives_up(window, piece->storage,
                                                   piece->length, aperture);
    hal_address byte = (ends & IODMA_HEAD) != 0 ? 0 : piece->length - 1;

    if (ends == 0)
        return true;
    (void)iodma_refuse_values(window->reason, IODMA_NOT_ALIGNED,
                              IODMA_RULE_LINE, window->bus->line,
                              piece->storage + byte);
    iodma_refuse_line(window, position + byte);
    return false;
}

/* The device does not reach a piece. */
static inline void refuse_reach(const struct iodma_plan *plan,
                                const struct iodma_piece *piece,
                                const struct hal_aperture *aperture,
                                hal_address position)
{
    const struct iodma_window *window = plan->window;

    if (aperture)
        (void)iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                  IODMA_RULE_REACH,
                                  iodma_limits_last(&window->limits),
                                  piece->storage + (piece->length - 1) +
                                      iodma_aperture_delta(aperture));
    else
        (void)iodma_refuse_values(window->reason, IODMA_MESSAGE_TOO_LARGE,
                                  IODMA_RULE_APERTURE, window->access, 0);
    iodma_refuse_segment(plan, position, position + piece->length);
}

/* Look at every piece, until the worst is found that may be. Clears
   `unmaintained` where caches have to be maintained. Returns OK; or, the worst
   first: NotWritable; Unsupported: there are caches to maintain, and nobody
   does; MessageTooLarge: the device does not reach all of it; NotAligned: a
   line has to be dropped that others have, too. The record is of the first such
   place. (Apart: stack.) */
static __attribute__((noinline)) enum iodma_status
survey(struct iodma_plan *plan, enum iodma_status worst)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_caching *caching = window->bus->caching;
    enum iodma_status found = IODMA_OK;
    struct iodma_place place;
    struct iodma_piece piece;

    plan->unmaintained = true;
    if (!iodma_window_inbound(window)) {
        if (iodma_window_iterates(window))
            return IODMA_OK;
    } else if (window->memory->read_only) {
        return iodma_refuse(window->reason, IODMA_NOT_WRITABLE,
                            IODMA_RULE_UNWIRED);
    }
    iodma_piece_seek(plan, &place, 0);
    while (found != worst &&
           iodma_piece_next(plan, &place, window->length, &piece)) {
        hal_address position =
            iodma_piece_position(plan, &place) - piece.length;
        bool cached;

        if (iodma_window_inbound(window) &&
            !iodma_bus_writable(window->bus, piece.storage, piece.length)) {
            (void)iodma_refuse(window->reason, IODMA_NOT_WRITABLE,
                               IODMA_RULE_WRITABLE);
            iodma_refuse_segment(plan, position, position);
            return IODMA_NOT_WRITABLE;
        }
        cached = iodma_window_maintains(window, piece.storage, piece.length,
                                        place.aperture);
        if (cached)
            plan->cached = true;
        if (iodma_window_iterates(window))
            continue;
        if (cached && caching && found == IODMA_OK &&
            !owns_lines(window, &piece, place.aperture, position))
            found = IODMA_NOT_ALIGNED;
        if (found != worst && found != IODMA_MESSAGE_TOO_LARGE &&
            (!place.aperture ||
             piece.storage + (piece.length - 1) >
                 iodma_window_reach(window, place.aperture))) {
            refuse_reach(plan, &piece, place.aperture, position);
            found = IODMA_MESSAGE_TOO_LARGE;
        }
    }
    if (!plan->cached || iodma_window_iterates(window))
        return found;
    plan->unmaintained = false;
    return caching ? found : iodma_refuse_cache(window);
}

/* The plan ---------------------------------------------------------------- */

_Static_assert((uint32_t)IODMA_NOT_ALIGNED > (uint32_t)IODMA_NOT_WRITABLE &&
                   (uint32_t)IODMA_NOT_ALIGNED > (uint32_t)IODMA_UNSUPPORTED &&
                   (uint32_t)IODMA_NOT_ALIGNED < (uint32_t)IODMA_NO_SPACE &&
                   (uint32_t)IODMA_NOT_ALIGNED <
                       (uint32_t)IODMA_MESSAGE_TOO_LARGE,
               "what bouncing may cure comes last");

enum iodma_status iodma_plan_make(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_bouncing *bouncing = window->bus->bouncing;
    uint32_t odd = iodma_limits_mask32(window->limits.align_length);
    enum iodma_status worst =
        IODMA_SHORTCUTS ? decide_at_once(plan) : IODMA_NOT_WRITABLE;
    enum iodma_status found;
    enum iodma_status status;

    if (IODMA_SHORTCUTS && worst == IODMA_OK)
        return IODMA_OK;
    if (((uint32_t)window->length & odd) != 0)
        return iodma_refuse_values(window->reason, IODMA_NOT_ALIGNED,
                                   IODMA_AT_ARGUMENT(ALIGN_LENGTH, LENGTH),
                                   odd + 1, window->length);
    found = survey(plan, worst);
    status = found;
    if (found == IODMA_OK) {
        if (iodma_window_iterates(window) ||
            (window->mapper && window->mapper->calls->adopt(plan)))
            return IODMA_OK;
        status = iodma_plan_judge(plan, window->reason);
    }
    if ((uint32_t)status < (uint32_t)IODMA_NOT_ALIGNED ||
        (window->mapping & IODMA_DIRECT_ONLY) != 0)
        return status;

    plan->unmaintained = false;
    if (bouncing) {
        status = bouncing->climb(plan, false, 0);
        if (status == IODMA_OK) {
            iodma_refuse_status(window->reason, IODMA_OK);
            return IODMA_OK;
        }
    } else { /* *split* would do where something is in the way, maybe */
        status = found != IODMA_OK ? IODMA_NO_RESOURCES
                                   : iodma_plan_judge_whole(plan, NULL);
    }
    return iodma_plan_refuse(plan, status);
}
