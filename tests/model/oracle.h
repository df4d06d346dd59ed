/* SPDX-License-Identifier: MIT */
/*
 * A second implementation of prepare and of the lists, naive on purpose: it
 * asks of every single byte of the window where the client has it, whether it
 * is bounced and where the device sees it. It knows neither walks nor places,
 * and shares no code with dma/ but the caller's structs. Whether it is right
 * is decided by the spec, sections 2.3, 3.5, 4 and 7.2, by the rules E1 to E5,
 * and by what is said of plan and storage in core.md, section 1. It counts in
 * 64 bits, whatever an address has: the end of all memory is a number to it.
 */
#ifndef TESTS_MODEL_ORACLE_H
#define TESTS_MODEL_ORACLE_H

#include "hal/address.h"
#include "hal/bounce.h"
#include "hal/segment.h"
#include "hal/status.h"
#include "tests/model/round.h"

#include <stdbool.h>
#include <stdint.h>

/* The limits in force, of specification and port; "none" is the largest
   value. */
struct oracle_limits {
    uint64_t last; /* highest address within reach */
    uint64_t max_segment, max_transfer, boundary;
    uint64_t max_segments;
    uint64_t align_address, align_length, align_internal, align_seam;
};

/* What becomes of one byte of the window. */
struct oracle_byte {
    hal_address client;  /* CPU physical                                     */
    hal_address storage; /* CPU physical, of the byte that the device uses   */
    uint64_t device;     /* as the device names it; with a mapper, counted
                               from the mapping's first byte                    */
    uint64_t rest;       /* bytes of its run from here on; a run is what could
                               be one segment                                   */
    bool bounced;
    bool reached;    /* there is an aperture, and it is within reach */
    bool maintained; /* rule E1                                      */
};

/* The ladder. */
enum {
    ORACLE_DIRECT = 0,
    ORACLE_SPLIT = 1,
    ORACLE_WHOLE = 2,
};

/* Storage that stands for a stretch of the window. */
struct oracle_loan {
    uint64_t position, length, storage;
};

struct oracle {
    enum iodma_status init;    /* of iodma_command_init                   */
    enum iodma_status plan;    /* of iodma_command_prepare, until something
                                  is touched                              */
    enum iodma_status prepare; /* of iodma_command_prepare                */
    struct oracle_limits limits;
    bool mapped;
    bool iterates;
    uint32_t rung; /* ORACLE_DIRECT ... */
    hal_address length;
    struct oracle_byte bytes[ROUND_BYTES];

    struct oracle_loan loans[ROUND_BYTES];
    uint32_t loan_count;
    bool taken[ROUND_GRANULES]; /* which granules this plan has */
    uint32_t shared;            /* loans that lie behind another one */
    uint32_t pieces;            /* loans that go on where the one before ends */

    uint64_t io_size; /* bytes of IOVA                         */
    uint32_t io_runs; /* that are mapped                       */
    uint64_t io_at;   /* where they are shown, if they could be */

    /* What another plan has already, when it comes to force. */
    struct {
        bool granules[ROUND_GRANULES];
        uint32_t loans;
        uint64_t io_at, io_size;
    } before;

    /* Which bytes of the client's memory are the window's (1), or of a buffer's
       capacity (2), counted from its base. */
    uint8_t owner[ROUND_CLIENT];
};

/* The least bounce is asked for. */
bool oracle_gathers(const struct round *round);

/* What happens to a round. */
void oracle_ask(struct oracle *oracle, const struct round *round);

/* The same, once it is prepared, if only a whole buffer will do
   (kForceDoubleBuffer). */
enum iodma_status oracle_force(struct oracle *oracle,
                               const struct round *round);

/* The segment that begins with this byte of the window. */
struct hal_segment oracle_segment(const struct oracle *oracle,
                                  uint64_t position);

/* Segments of the whole list. */
uint32_t oracle_segments(const struct oracle *oracle);

/* What generation says of it; `first` of its call. Only iterate-only commands
   are not judged before. */
enum iodma_status oracle_judge(const struct oracle *oracle,
                               const struct round *round, uint64_t position,
                               bool first);

/* May the cache line at an address of the client's be dropped, with all that is
   in it: is all of it one extent's of the window, or one buffer's? */
bool oracle_may_drop(const struct oracle *oracle, const struct round *round,
                     uint64_t line);

/* The aperture that an address is in, with at least this access; NULL: none. */
const struct hal_aperture *oracle_aperture(const struct round *round,
                                           uint64_t address, uint32_t access);

/* Is this memory cached, as far as the CPU says? What is in no region is. */
bool oracle_cached(const struct round *round, uint64_t address);

/* Has the CPU a region for all of the client's bytes that it touches to copy
   what is bounced, and to maintain caches for what is not? */
bool oracle_touches(const struct oracle *oracle, const struct round *round,
                    bool copy, bool maintain);

/* May part of the window change hands while the device runs: or does it split
   a line with bytes that the device writes? (E12) */
bool oracle_part_splits(const struct oracle *oracle, const struct round *round,
                        uint64_t position, uint64_t length);

/*
 * The bounce storage of a round: what a pool gives, of which these granules are
 * taken. One of our own gives single granules in the round's order, and longer
 * runs first fit, as much as there is; dma/bounce.h the lowest run of all that
 * is wished, else the longest there is, the lowest of these.
 */
bool oracle_pool(const struct round *round, const bool *taken,
                 const struct hal_bounce_wish *wish, hal_address *address,
                 hal_address *size);

#endif
