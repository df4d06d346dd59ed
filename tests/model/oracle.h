/* SPDX-License-Identifier: MIT */
/*
 * A second implementation of prepare and of the lists, naive on purpose: it
 * asks of every single byte of the window where the client has it, whether it
 * is bounced and where the device sees it. It knows neither walks nor extents,
 * and shares no code with dma/ but the caller's structs. Whether it is right
 * is decided by the spec, sections 2.3, 3.5, 4 and 7.2, and by the rules E1
 * to E5.
 *
 * It relies on three habits that no document fixes: bounce pages are taken in
 * the order in which the window needs them; a run of storage is aligned to what
 * the limits ask for (limits.h, "placement") and no more; IOVA is found as
 * dma/runs.h says. The test sees if one of them changes.
 */
#ifndef TESTS_MODEL_ORACLE_H
#define TESTS_MODEL_ORACLE_H

#include "hal/segment.h"
#include "hal/status.h"
#include "tests/model/round.h"

#include <stdbool.h>
#include <stdint.h>

/* The limits in force, of specification and port; "none" is the largest
   value. */
struct oracle_limits {
    uint64_t last; /* highest address within reach */
    uint64_t max_segment, max_transfer, boundary, max_segments;
    uint64_t align_address, align_length, align_internal, align_seam;
};

/* What becomes of one byte of the window. */
struct oracle_byte {
    uint64_t client;  /* CPU physical                                       */
    uint64_t storage; /* CPU physical, of the byte that the device uses     */
    uint64_t device;  /* as the device names it; with a mapper, counted from
                         the mapping's first byte                           */
    uint64_t rest;    /* bytes of its run from here on; a run is what could
                         be one segment                                     */
    bool bounced;
    bool reached;    /* there is an aperture, and it is within reach */
    bool maintained; /* rule E1                                      */
};

/* A page of bounce storage, and what it stands for. */
struct oracle_page {
    uint64_t page;
    uint64_t address;
};

struct oracle {
    enum iodma_status init;    /* of iodma_command_init   */
    enum iodma_status prepare; /* of iodma_command_prepare */
    struct oracle_limits limits;
    bool mapped;
    bool iterates;
    uint32_t rung; /* IODMA_DIRECT ... */
    uint64_t length;
    struct oracle_byte bytes[ROUND_BYTES];

    struct oracle_page pages[ROUND_BYTES]; /* EDGES, PAGES */
    uint32_t page_count;
    uint64_t run, run_size; /* WHOLE */
    uint64_t io_size;       /* bytes of IOVA */
    uint32_t io_runs;       /* that are mapped */

    /* What is taken already, when it comes to force. */
    uint32_t taken_pages;
    uint64_t taken_io, taken_io_size;

    /* Which bytes of the client's memory are the window's (1), or of a buffer's
       capacity (2), counted from its base. */
    uint8_t owner[ROUND_CLIENT];
};

/* The least bounce is asked for. */
bool oracle_gathers(const struct round *round);

/* What happens to a round. */
void oracle_ask(struct oracle *oracle, const struct round *round);

/* The same, once it is prepared, if only a whole buffer will do
   (kForceDoubleBuffer). `iova` is what has been mapped. */
enum iodma_status oracle_force(struct oracle *oracle, const struct round *round,
                               uint64_t iova);

/* The segment that begins with this byte of the window. */
struct hal_segment oracle_segment(const struct oracle *oracle,
                                  uint64_t position);

/* What generation says of it; `first` of its call. Only iterate-only commands
   are not judged before. */
enum iodma_status oracle_judge(const struct oracle *oracle,
                               const struct round *round, uint64_t position,
                               bool first);

/* Does somebody other than the window own part of the line that a byte of the
   client's is in? */
bool oracle_line_is_foreign(const struct oracle *oracle,
                            const struct round *round, uint64_t address);

/* The aperture that an address is in, with at least this access; NULL: none. */
const struct hal_aperture *oracle_aperture(const struct round *round,
                                           uint64_t address, uint32_t access);

/* Has the CPU a region for all of the client's bytes that it touches to copy
   what is bounced, and to maintain caches for what is not? */
bool oracle_touches(const struct oracle *oracle, const struct round *round,
                    bool copy, bool maintain);

/* May part of the window change hands while the device runs: or does it split
   a line with bytes that the device writes? (E12) */
bool oracle_part_splits(const struct oracle *oracle, const struct round *round,
                        uint64_t position, uint64_t length);

#endif
