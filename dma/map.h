/* SPDX-License-Identifier: MIT */
/*
 * I/O virtual address space (IOVA), and what of it shows which memory.
 *
 * A mapper is an IOMMU's driver (hal/mapper.h) with the IOVA that it has. The
 * runs of a prepared window are shown there one behind the other, each from a
 * page on and as far from its beginning as on the bus (spec 7.2): runs that
 * meet at the ends of pages become one for the device, however scattered.
 *
 * A product without an IOMMU links nothing of it: commands come here through
 * the mapper that a specification or a bus names.
 */
#ifndef DMA_MAP_H
#define DMA_MAP_H

#include "../hal/address.h"
#include "../hal/bus.h"
#include "../hal/lock.h"
#include "../hal/mapper.h"
#include "../hal/segment.h"
#include "../hal/status.h"
#include "blocks.h"
#include "memory.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iodma_mapper;
struct iodma_place;
struct iodma_plan;
struct iodma_spec;
struct iodma_window;

/* What a command asks of a mapper; made by iodma_mapper_init(). Context of all:
   that of the command's call. */
struct iodma_mapper_calls {
    /* Is the mapper that a specification names, or else the bus's, in effect?
       `mapper` has it; out: NULL if it is not. Returns OK or BadArgument.
       (spec 2.3 steps 10 to 11, 2.4) */
    enum iodma_status (*choose)(const struct iodma_window *window,
                                const struct iodma_spec *spec,
                                struct iodma_mapper **mapper);
    /* Show a planned window: in the mapping that its descriptor owns (E13), if
       it goes as it lies and that suits it; where it was, if it was hidden;
       else at IOVA that is found for it. On failure it has none. */
    enum iodma_status (*show)(struct iodma_plan *plan);
    /* Take it out of the device's reach. Its IOVA stays its own. */
    void (*hide)(const struct iodma_plan *plan);
    /* Give up the IOVA of a hidden window. */
    void (*release)(struct iodma_plan *plan);
    /* Choose the way through a direct window in one aperture that adds `delta`
       to its addresses. Without shortcuts nobody does, and it is NULL. */
    void (*choose_path)(struct iodma_plan *plan, hal_address delta);
    /* Have a direct window use the mapping that its descriptor owns, once that
       is made. Returns false if there is none for it. */
    bool (*adopt)(struct iodma_plan *plan);
    /* Have the next run in place->rest, as iodma_piece_run(), of IOVA. */
    enum iodma_status (*run)(const struct iodma_plan *plan,
                             struct iodma_place *place);
    /* Step from the beginning to a position of the window. */
    void (*seek)(const struct iodma_plan *plan, struct iodma_place *place,
                 hal_address position);
};

struct iodma_mapper {
    struct hal_mapper *hal;
    const struct iodma_mapper_calls *calls;
    const struct hal_lock *lock;
    struct iodma_blocks space; /* pages of IOVA; under the lock */
    uint32_t page_size;        /* bytes                         */
    uint8_t shift;             /* log2 of it                    */
};

/*
 * Make a mapper's IOVA usable, all of it free.
 *
 *   mapper  out; unchanged on failure
 *   hal     the driver, running; lent for the life of mapper
 *   lock    held while pages of IOVA are found: one pass over the words
 *   words   a bit for each whole page from hal->first to hal->last; lent
 *   pages   that there are words for, IODMA_BLOCK_WORDS(pages) of them; IOVA
 *           behind these pages is not used
 *
 * Returns OK; BadArgument: a pointer is NULL, the page size is no power of
 * two, pages is 0 or above 2^28, or there is no whole page.
 *
 * Context: thread; takes time by the page. Source: spec 7 (IOMapper).
 */
enum iodma_status iodma_mapper_init(struct iodma_mapper *mapper,
                                    struct hal_mapper *hal,
                                    const struct hal_lock *lock,
                                    uint32_t *words, uint32_t pages);

/* The master cannot do without it; NULL: there is none. Context: any. */
static inline bool iodma_mapper_unavoidable(const struct iodma_mapper *mapper)
{
    return mapper && !mapper->hal->can_bypass;
}

/* Bytes of IOVA that show something. Context: any, with the lock held if it
   must be exact. */
hal_address iodma_mapper_in_use(const struct iodma_mapper *mapper);

/* A mapping that a descriptor owns (rule E13). The caller's storage. */
struct iodma_mapping {
    struct iodma_mapper *mapper;
    const struct hal_bus *bus; /* whose addresses it shows              */
    hal_address iova;          /* of the page that the first byte is in */
    uint32_t pages;            /* 0: not made yet                       */
};

/*
 * Let a descriptor own its mapping: the first command that would use it maps
 * all of it, and later ones, of any part of it, use that if they go directly
 * and it meets their limits; else they map for themselves.
 *
 *   mapping  lent until iodma_mapping_drop()
 *
 * Commands that are only listed (IODMA_ITERATE_ONLY) use it as well. One that
 * has the descriptor already goes on by itself until it is given it anew.
 *
 * Returns OK; BadArgument for NULL; Busy: a command has the virtual descriptor,
 * or it owns one already. Context: thread. Source: E13.
 */
enum iodma_status iodma_mapping_keep(struct iodma_memory *memory,
                                     struct iodma_mapping *mapping);

/*
 * Take it away again, out of the device's reach.
 *
 * Returns OK; NotReady: the descriptor owns none; Busy: a command has the
 * descriptor. Context: thread. Source: E13.
 */
enum iodma_status iodma_mapping_drop(struct iodma_memory *memory);

#ifdef __cplusplus
}
#endif

#endif
