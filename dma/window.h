/* SPDX-License-Identifier: MIT */
/*
 * What was prepared, and how it goes: the two structs that every stage between
 * memory and segments takes.
 *
 * A window is part of a memory descriptor, on a bus, under limits. Its plan
 * says which bytes the device uses as they lie, and which ones loans of bounce
 * storage stand for:
 *
 *     window   0 ..................................................... length
 *     loans        [position, length)         [position, length)
 *     goes     direct     bounced       direct      bounced        direct
 *
 * Direct bytes need no record: the descriptor has them.
 */
#ifndef DMA_WINDOW_H
#define DMA_WINDOW_H

#include "../hal/address.h"
#include "../hal/bounce.h"
#include "bus.h"
#include "limits.h"
#include "memory.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* MappingOptions: a type in the low four bits, and flags. Other bits are
   ignored, as IODMACommand does. (spec 2.2) */
enum {
    IODMA_MAPPED = 0x0,       /* through a mapper where there is one         */
    IODMA_BYPASSED = 0x1,     /* not through a mapper                        */
    IODMA_NON_COHERENT = 0x2, /* the device does not look into CPU caches    */
    IODMA_UNMAPPED = 0x3,     /* never a mapper                              */
    IODMA_TYPE_MASK = 0xF,
    IODMA_NO_CACHE_STORE = 0x10, /* accepted, no effect                      */
    IODMA_ON_CHIP = 0x20,        /* accepted, no effect                      */
    IODMA_ITERATE_ONLY = 0x40,   /* list only: prepare neither judges nor
                                    bounces, generation judges               */
    IODMA_LEAST_BOUNCE = 0x1000, /* bounce what cannot go as it lies, and no
                                    more: E3. Ours                           */
    IODMA_DIRECT_ONLY = 0x4000,  /* bounce nothing: what cannot go as it lies
                                    is refused. Ours                         */
};

/* What has less than a word comes first: Thumb reaches that by short
   instructions. */
struct iodma_window {
    uint8_t access;   /* HAL_READ | HAL_WRITE: what the master does           */
    bool counted;     /* memory->users counts us                              */
    uint16_t mapping; /* IODMA_NON_COHERENT, or no type: `mapper` tells; and
                         flags                                                */
    struct iodma_asked { /* of the limits, before the bus narrowed them     */
        uint8_t address_bits; /* 0: all */
        uint8_t align_address;
        uint8_t align_length;
        uint8_t align_internal;
    } asked;
    const struct iodma_bus *bus;
    const struct iodma_memory *memory; /* has the window                      */
    struct iodma_mapper *mapper;       /* in effect; NULL: none               */
    struct iodma_reason *reason;       /* NULL: nobody asks                   */
    struct iodma_limits limits;        /* of specification and bus            */
    hal_address offset;                /* of the window in the descriptor     */
    hal_address length;                /* bytes                               */
};

/* How segments come out of a window (dma/at_once.c). */
enum {
    IODMA_PATH_RUNS = 0,   /* run by run: anything                            */
    IODMA_PATH_NONE = 1,   /* they do not: what was hidden could not be shown
                              again, and there is no IOVA                     */
    IODMA_PATH_JOINED = 2, /* direct ranges in one aperture, none empty, all
                              aligned to what cuts are                        */
    IODMA_PATH_PLAIN = 3,  /* direct ranges in one aperture: each is a segment,
                              to the last one                                 */
    IODMA_PATH_FLAT = 4,   /* one stretch for the device, whatever is behind
                              it: a single range, a buffer, all of it in one
                              loan, whole pages that a mapper shows one
                              behind the other                                */
};

struct iodma_plan {
    const struct iodma_window *window;
    struct hal_loan *loans; /* in window order; NULL: all goes as it lies     */
    hal_address origin;     /* from what dma/at_once.c makes addresses of the
                               device's. PATH_FLAT: where that finds the first
                               byte; PATH_JOINED, _PLAIN: what the bus adds to
                               CPU addresses; PATH_RUNS, mapped: the IOVA page
                               of the first byte that is laid out. (Without a
                               mapper dma/piece.c adds it, run by run.)       */
    uint32_t pages;         /* of IOVA that are this plan's to unmap          */
    uint8_t path;           /* IODMA_PATH_RUNS ...                            */
    uint8_t block;          /* log2 of what the loans' storage is taken in    */
    bool begun : 1;         /* an emitter has the first segments of the list
                               that is being made                             */
    bool whole : 1;         /* the loan, if there is any, stands for all of the
                               window                                         */
    bool unmaintained : 1;  /* nothing is lent, nor maintained: fences do     */
    bool cached : 1;        /* as it lies, some of it has lines past
                               which the device looks                         */
    bool kept : 1;          /* E13: the mapping is the descriptor's, laid out
                               from its first byte on                         */
    bool filled : 1;        /* loans hold the client's bytes, or the client
                               has taken theirs                        */
    bool direct_lines : 1;  /* direct, in ranges of which none is empty, in one
                              aperture past which the device looks and in one
                              region that the CPU caches and names by address:
                              no other line needs looking for               */
    bool lent_lines : 1;    /* what the bus has been lent has caches to be
                               maintained                                     */
    bool named_bytes : 1;   /* for loans: all bytes are of ranges, in one region
                              where the CPU names them by address; what is lent
                              is in one such, too, that it may write        */
    bool named_lines : 1;   /* all bytes, and what is lent, are so, written or
                              not, and cached; each in one aperture, past
                              caches                                        */
};

/* CPU physical, of the first byte of a window on a descriptor that is one
   range. For shortcuts: it goes by the summary. Context: any. */
static inline hal_address iodma_window_start(const struct iodma_window *window)
{
    return window->memory->summary.lowest + window->memory->skip +
           window->offset;
}

/* Multiples of what are all addresses and lengths of a window? In the low bits.
   Context: any. */
static inline uint32_t iodma_window_shape(const struct iodma_window *window)
{
    return window->memory->summary.shape | (uint32_t)window->offset |
           (uint32_t)window->length;
}

/* Is a window in one aperture, which adds `delta` to its addresses, aligned to
   all that the limits ask for? For shortcuts, as are the next two: by the
   summary. Context: any. */
static inline bool iodma_window_aligned(const struct iodma_window *window,
                                        hal_address delta)
{
    return ((iodma_window_shape(window) | (uint32_t)delta) &
            iodma_limits_mask32(window->limits.alignment)) == 0;
}

/* Is the last byte of such a window within reach? Context: any. */
static inline bool iodma_window_reached(const struct iodma_window *window,
                                        hal_address delta)
{
    return window->memory->summary.highest + delta <=
           iodma_limits_last(&window->limits);
}

/* Is each extent of such a window within the longest segment and no boundary,
   on the bus? Then none has to be cut. Context: any. */
static inline bool iodma_window_uncut(const struct iodma_window *window,
                                      hal_address delta)
{
    const struct iodma_summary *summary = &window->memory->summary;
    const struct iodma_limits *limits = &window->limits;

    return summary->longest <= limits->max_segment &&
           (limits->boundary == HAL_ADDRESS_BITS ||
            (summary->spans <= limits->boundary &&
             (delta & iodma_limits_mask(limits->boundary)) == 0));
}

/* The device writes: In, InOut and None. Context: any. */
static inline bool iodma_window_inbound(const struct iodma_window *window)
{
    return (window->access & HAL_WRITE) != 0;
}

/* Generation only: see IODMA_ITERATE_ONLY. Context: any. */
static inline bool iodma_window_iterates(const struct iodma_window *window)
{
    return (window->mapping & IODMA_ITERATE_ONLY) != 0;
}

/* The aperture through which the master does what the window's direction asks
   to the byte at a CPU physical address; NULL: there is none. Context: any. */
static inline const struct hal_aperture *
iodma_window_aperture(const struct iodma_window *window, hal_address address)
{
    return iodma_bus_aperture(window->bus, address, window->access);
}

/* Does the master go past the caches to memory in this aperture? (rule E1)
   NULL: it does not go there. Context: any. */
static inline bool iodma_window_unsnooped(const struct iodma_window *window,
                                          const struct hal_aperture *aperture)
{
    return aperture &&
           ((window->mapping & IODMA_NON_COHERENT) != 0 || !aperture->snooped);
}

/* Have caches to be maintained then for bytes from a CPU physical address on?
   Memory in an uncached region has no lines. Context: any. (dma/plan.c) */
bool iodma_window_maintains(const struct iodma_window *window,
                            hal_address address, hal_address length,
                            const struct hal_aperture *aperture);

/* The last byte of an aperture that the device reaches, CPU physical; 0: it
   reaches none, or the one at address 0 alone; which, is not told. Context:
   any. (dma/plan.c) */
hal_address iodma_window_reach(const struct iodma_window *window,
                               const struct hal_aperture *aperture);

#ifdef __cplusplus
}
#endif

#endif
