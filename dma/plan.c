/* SPDX-License-Identifier: MIT */
#include "dma/plan.h"

#include "dma/cache.h"
#include "dma/map.h"
#include "dma/piece.h"
#include "dma/refuse.h"
#include "dma/segment.h"
#include "hal/bits.h"

/* At once ----------------------------------------------------------------- */

/* Multiples of what are all addresses and lengths of the window? */
static uint32_t shape_of(const struct iodma_window *window)
{
    return window->memory->summary.shape | (uint32_t)window->offset |
           (uint32_t)window->length;
}

/* No extent has to be cut: each is within the longest segment and no boundary,
   on the bus. */
static bool fits_uncut(const struct iodma_window *window, hal_address delta)
{
    const struct iodma_summary *summary = &window->memory->summary;
    const struct iodma_limits *limits = &window->limits;

    return summary->longest <= limits->max_segment &&
           (limits->boundary == HAL_ADDRESS_BITS ||
            (summary->spans <= limits->boundary &&
             (delta & iodma_limits_mask(limits->boundary)) == 0));
}

/* The way through a window in one aperture. aligned: to all that the limits ask
   for. */
static void choose_path(struct iodma_plan *plan, hal_address delta,
                        bool aligned)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_memory *memory = window->memory;
    uint32_t page = window->mapper ? window->mapper->page_size : 0;

    if (iodma_memory_is_one_range(memory)) {
        plan->path = IODMA_PATH_FLAT;
        plan->origin = iodma_window_start(window) + delta;
        plan->uncut = page == 0 && aligned && fits_uncut(window, delta);
        if (page != 0)
            plan->origin = modulo32(plan->origin, page);
    } else if (page != 0) {
        /* Whole pages are shown one behind the other. */
        if (modulo32(shape_of(window) | delta, page) == 0)
            plan->path = IODMA_PATH_FLAT;
    } else if (memory->kind == IODMA_KIND_RANGES && !memory->summary.empty) {
        plan->path =
            memory->summary.apart && memory->whole && aligned &&
                    window->offset + window->length == memory->length &&
                    fits_uncut(window, delta)
                ? IODMA_PATH_PLAIN
                : IODMA_PATH_JOINED;
        plan->origin = delta;
    }
}

/* Is a list of the extents, or of what they are cut into, legal without a
   mapper, whichever it is? A cut leaves everything aligned if a segment has
   room for that. */
static bool legal_at_once(const struct iodma_window *window, hal_address delta,
                          bool aligned)
{
    const struct iodma_limits *limits = &window->limits;
    const struct iodma_memory *memory = window->memory;

    return aligned && limits->max_segment >> limits->alignment != 0 &&
           memory->summary.highest + delta <= iodma_limits_last(limits) &&
           (limits->max_segments == UINT32_MAX ||
            (memory->kind <= IODMA_KIND_BUFFER &&
             memory->count <= limits->max_segments &&
             fits_uncut(window, delta)));
}

/* The device writes: may it, and are all cache lines the window's that have to
   be dropped then? */
static bool may_be_written(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_summary *summary = &window->memory->summary;

    return !window->memory->read_only &&
           (plan->unmaintained ||
            modulo32(shape_of(window), window->bus->line) == 0) &&
           iodma_bus_regions_writable(window->bus, summary->lowest,
                                      summary->highest - summary->lowest + 1);
}

/* Decide by the descriptor's summary, without a walk over its memory, if that
   tells enough. Returns true if the window goes as it lies. False says nothing
   but how it would be listed then. */
static bool decide_at_once(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_summary *summary = &window->memory->summary;
    const struct hal_aperture *aperture;
    hal_address delta;
    bool aligned;

    if (window->length == 0)
        return false;
    aperture = iodma_window_aperture(window, summary->lowest);
    if (!aperture || summary->highest > aperture->last)
        return false;

    delta = iodma_aperture_delta(aperture);
    aligned = ((shape_of(window) | (uint32_t)delta) &
               iodma_limits_mask32(window->limits.alignment)) == 0;
    choose_path(plan, delta, aligned);
    plan->unmaintained = !iodma_window_maintains(
        window, summary->lowest, summary->highest - summary->lowest + 1,
        aperture);
    if ((!plan->unmaintained && !window->bus->caching) ||
        (iodma_window_inbound(window) && !may_be_written(plan)))
        return false;
    return window->mapper ? plan->path == IODMA_PATH_FLAT &&
                                iodma_plan_judge(plan, NULL) == IODMA_OK
                          : legal_at_once(window, delta, aligned);
}

/* As it lies -------------------------------------------------------------- */

/* What a look at every piece of the memory finds out. */
struct survey {
    bool reached;     /* the device does, all of it                      */
    bool owned;       /* no line has to be dropped that others have, too */
    bool unsupported; /* caches have to be maintained, and nobody does   */
};

static enum iodma_status write_protected(const struct iodma_window *window,
                                         hal_address position,
                                         hal_address address)
{
    (void)iodma_refuse_values(window->reason, IODMA_NOT_WRITABLE,
                              IODMA_RULE_WRITABLE, 0, address);
    iodma_refuse_byte(window, position);
    return IODMA_NOT_WRITABLE;
}

/* Is an end of a piece in a line that it has to give up? Then *byte is in it.
 */
static bool shares_line(const struct iodma_window *window,
                        const struct iodma_piece *piece, hal_address *byte)
{
    const struct iodma_caching *caching = window->bus->caching;

    *byte = piece->client;
    if (caching->gives_up(window, *byte, *byte))
        return true;
    *byte += piece->length - 1;
    return caching->gives_up(window, *byte, *byte + 1);
}

/* Does the device reach a piece? If not, and no other one before, that is
   recorded. */
static void survey_reach(const struct iodma_window *window,
                         const struct iodma_piece *piece, hal_address position,
                         struct survey *survey)
{
    hal_address reach =
        window->mapper ? HAL_ADDRESS_MAX : iodma_limits_last(&window->limits);
    hal_address last = piece->client + (piece->length - 1);

    if (piece->aperture) {
        last += iodma_aperture_delta(piece->aperture);
        if (last <= reach)
            return;
    }
    if (survey->reached) {
        (void)(piece->aperture
                   ? iodma_refuse_values(window->reason,
                                         IODMA_MESSAGE_TOO_LARGE,
                                         IODMA_RULE_REACH, reach, last)
                   : iodma_refuse_values(
                         window->reason, IODMA_MESSAGE_TOO_LARGE,
                         IODMA_RULE_APERTURE, window->access, piece->client));
        iodma_refuse_byte(window, piece->aperture
                                      ? position + (piece->length - 1)
                                      : position);
    }
    survey->reached = false;
}

/* Does a piece own its lines? If not, and nothing was found before, that is
   recorded. */
static void survey_lines(const struct iodma_window *window,
                         const struct iodma_piece *piece, hal_address position,
                         struct survey *survey)
{
    hal_address byte;

    if (!survey->owned || !shares_line(window, piece, &byte))
        return;
    survey->owned = false;
    if (!survey->reached)
        return;
    (void)iodma_refuse_values(window->reason, IODMA_NOT_ALIGNED,
                              IODMA_RULE_LINE, window->bus->line, byte);
    iodma_refuse_line(window, position + (byte - piece->client));
}

static enum iodma_status survey_piece(struct iodma_plan *plan,
                                      const struct iodma_piece *piece,
                                      hal_address position,
                                      struct survey *survey)
{
    const struct iodma_window *window = plan->window;
    bool inbound = iodma_window_inbound(window);

    if (inbound &&
        !iodma_bus_writable(window->bus, piece->client, piece->length))
        return write_protected(window, position, piece->client);
    if (iodma_window_iterates(window))
        return IODMA_OK;
    survey_reach(window, piece, position, survey);
    if (!piece->aperture ||
        !iodma_window_maintains(window, piece->client, piece->length,
                                piece->aperture))
        return IODMA_OK;
    plan->unmaintained = false;
    if (!window->bus->caching)
        survey->unsupported = true;
    else if (inbound)
        survey_lines(window, piece, position, survey);
    return IODMA_OK;
}

/* Look at every piece, lest one may not be used at all: NotWritable,
   Unsupported. Clears `unmaintained` where caches have to be maintained. */
static enum iodma_status survey_all(struct iodma_plan *plan,
                                    struct survey *survey)
{
    enum iodma_status status = IODMA_OK;
    struct iodma_place place;
    struct iodma_piece piece;
    hal_address position = 0;

    if (iodma_window_inbound(plan->window) && plan->window->memory->read_only)
        return iodma_refuse(plan->window->reason, IODMA_NOT_WRITABLE,
                            IODMA_RULE_UNWIRED);
    *survey = (struct survey){ true, true, false };
    iodma_piece_seek(plan, &place, 0);
    while (status == IODMA_OK &&
           iodma_piece_next(plan, &place, HAL_ADDRESS_MAX, &piece)) {
        status = survey_piece(plan, &piece, position, survey);
        position += piece.length;
    }
    return status == IODMA_OK && survey->unsupported
               ? iodma_refuse_cache(plan->window)
               : status;
}

/* Judgement --------------------------------------------------------------- */

enum iodma_status iodma_plan_judge(const struct iodma_plan *plan,
                                   struct iodma_reason *reason)
{
    const struct iodma_window *window = plan->window;
    struct hal_segment segment;
    struct iodma_place place;
    hal_address position = 0;
    enum iodma_status status;
    uint32_t index = 0;

    iodma_segment_seek(plan, &place, 0);
    while ((status = iodma_segment_next(plan, &place, &segment)) == IODMA_OK) {
        status = iodma_limits_judge(
            &window->limits, &segment,
            index++ == 0 ? window->limits.align_address
                         : window->limits.align_internal,
            position + segment.length == window->length, reason);
        if (status != IODMA_OK)
            break;
        position += segment.length;
    }
    if (status != IODMA_OVERRUN) {
        if (reason)
            iodma_refuse_segment(plan, position, position + segment.length);
        return status;
    }
    if (index <= window->limits.max_segments)
        return IODMA_OK;
    return iodma_refuse_count(plan, reason, index);
}

enum iodma_status iodma_plan_judge_whole(struct iodma_plan *plan,
                                         struct iodma_reason *reason)
{
    plan->path = IODMA_PATH_FLAT;
    plan->origin = 0;
    return iodma_plan_judge(plan, reason);
}

uint32_t iodma_plan_granule(const struct iodma_window *window)
{
    return larger32(window->bus->granule,
                    window->mapper ? window->mapper->page_size : 0);
}

/* A better buffer would cure it. */
static enum iodma_status refuse_for_storage(const struct iodma_window *window,
                                            enum iodma_status status)
{
    return iodma_refuse_cure(
        window->reason, status, IODMA_CURE_LEND,
        round_up(window->length, iodma_plan_granule(window)));
}

enum iodma_status iodma_plan_refuse(struct iodma_plan *plan,
                                    enum iodma_status lower,
                                    enum iodma_status whole)
{
    const struct iodma_window *window = plan->window;

    if (whole == IODMA_NO_RESOURCES || whole == IODMA_OK)
        return refuse_for_storage(window, IODMA_NO_RESOURCES);
    /* A buffer beyond the device's reach cannot be had, nor can it be lent; nor
       is it known how much it takes to split what may not be whole. */
    if (whole == IODMA_MESSAGE_TOO_LARGE || lower == IODMA_NO_RESOURCES)
        return iodma_refuse_cure(window->reason, IODMA_NO_RESOURCES,
                                 IODMA_CURE_NONE, 0);
    /* Storage that is aligned worse than any could be was to be had. */
    if (IODMA_REASONS && window->reason &&
        iodma_plan_judge_whole(plan, window->reason) == IODMA_OK)
        return refuse_for_storage(window, whole);
    return whole;
}

/* Have the lines of a window that goes as it lies no need to be looked for? */
static bool has_direct_lines(const struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    const struct iodma_summary *summary = &window->memory->summary;
    const struct hal_aperture *aperture;
    const struct hal_region *region;

    if (plan->unmaintained || !iodma_memory_is_one_range(window->memory))
        return false;
    region = iodma_bus_region(window->bus, summary->lowest);
    aperture = iodma_window_aperture(window, summary->lowest);
    return region && !region->window && region->cached != HAL_UNCACHED &&
           summary->highest <= region->last &&
           iodma_aperture_holds(aperture, summary->highest);
}

/* The plan ---------------------------------------------------------------- */

/* The memory as it lies, in a mapping that it owns already or in one of its
   own. */
static enum iodma_status judge_direct(struct iodma_plan *plan)
{
    if (plan->window->mapper && plan->window->mapper->calls->adopt(plan, false))
        return IODMA_OK;
    return iodma_plan_judge(plan, plan->window->reason);
}

/* What a bus says that has nothing to lend. */
static enum iodma_status refuse_to_bounce(struct iodma_plan *plan,
                                          const struct survey *survey)
{
    enum iodma_status lower = survey->owned && survey->reached
                                  ? IODMA_NOT_ALIGNED
                                  : IODMA_NO_RESOURCES;

    return iodma_plan_refuse(plan, lower, iodma_plan_judge_whole(plan, NULL));
}

/* The memory as it lies, if it will do. */
static enum iodma_status plan_direct(struct iodma_plan *plan,
                                     struct survey *survey)
{
    enum iodma_status status;

    if (decide_at_once(plan))
        return IODMA_OK;
    plan->unmaintained = true;
    status = survey_all(plan, survey);
    if (status != IODMA_OK)
        return status;
    if (!survey->reached)
        return IODMA_MESSAGE_TOO_LARGE;
    return survey->owned ? judge_direct(plan) : IODMA_NOT_ALIGNED;
}

enum iodma_status iodma_plan_make(struct iodma_plan *plan)
{
    const struct iodma_window *window = plan->window;
    struct survey survey = { .unsupported = false };
    enum iodma_status status = plan_direct(plan, &survey);

    if (status == IODMA_OK) {
        plan->direct_lines = has_direct_lines(plan);
        return IODMA_OK;
    }
    if (status == IODMA_NOT_WRITABLE || survey.unsupported ||
        (window->mapping & IODMA_DIRECT_ONLY) != 0)
        return status;
    plan->unmaintained = false;
    plan->uncut = false;
    return window->bus->bouncing ? window->bus->bouncing->climb(plan)
                                 : refuse_to_bounce(plan, &survey);
}

enum iodma_status iodma_plan_iterate(struct iodma_plan *plan)
{
    struct survey survey;

    plan->unmaintained = true;
    return iodma_window_inbound(plan->window) ? survey_all(plan, &survey)
                                              : IODMA_OK;
}
