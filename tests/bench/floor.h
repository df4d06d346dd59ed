/* SPDX-License-Identifier: MIT */
/*
 * Floors: what a good firmware programmer would write by hand for one purpose,
 * with the checks that he cannot do without and nothing else. Each does what
 * a row of the bench asks of iodma, and stands beside it there.
 *
 * They are frozen: the bench prints a hash of the two files, and its baseline
 * holds it. Nothing of iodma is used, so that nothing changes with it.
 */
#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

#include "hal/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range of memory, or a segment. */
struct floor_pair {
    hal_address address;
    hal_address length;
};

/* What the one device can take. */
struct floor_limits {
    hal_address delta; /* what the bus adds to the CPU's addresses */
    hal_address last;  /* bus address in reach, 2^n - 1            */
    hal_address most;  /* bytes of a segment                       */
    hal_address mask;  /* bits that addresses and lengths have not */
    bool maintain;     /* it does not look into caches             */
};

/* What a product has anyway: maintenance and a fence. The bench's do nothing
   (tests/bench/hooks.c). */
void floor_clean(const void *pointer, size_t length);
void floor_invalidate(const void *pointer, size_t length);
void floor_fence(void);

/* Lists. Each returns how many segments it made; 0: it cannot be done. */

/* L0: copy. The limit of what moving the data costs. */
uint32_t floor_copy(const struct floor_limits *limits,
                    const struct floor_pair *from, uint32_t count,
                    struct floor_pair *to);

/* L2: join what touches, cut what is too long, and look at the reach. */
uint32_t floor_join(const struct floor_limits *limits,
                    const struct floor_pair *from, uint32_t count,
                    struct floor_pair *to, uint32_t room);

/* Ranges that are segments, in words of 32 bits. */
uint32_t floor_narrow(const struct floor_limits *limits,
                      const struct floor_pair *from, uint32_t count,
                      uint32_t (*to)[2], uint32_t room);

/* L2 where the device sees memory in several places. */
struct floor_aperture {
    hal_address first, last; /* CPU */
    hal_address bus;
};

uint32_t floor_apertures(const struct floor_limits *limits,
                         const struct floor_aperture *apertures,
                         uint32_t aperture_count, const struct floor_pair *from,
                         uint32_t count, struct floor_pair *to, uint32_t room);

/* One buffer, cut. */
uint32_t floor_cut(const struct floor_limits *limits, struct floor_pair from,
                   struct floor_pair *to, uint32_t room);

/* A command by hand: IODMACommand's life for ranges that go as they lie:
   set, prepare, generate in any pieces from any offset, complete, clear. */
enum { FLOOR_INDEX_STEP = 16 };

struct floor_command {
    struct floor_limits limits;
    const struct floor_pair *ranges;
    const hal_address *index; /* bytes before each 16th range, or NULL */
    uint32_t count;
    hal_address size;         /* of all ranges               */
    hal_address from, length; /* of the window               */
    hal_address offset;       /* where generation goes on    */
    hal_address within;       /* of it, in ...               */
    uint32_t range;           /* ... this range              */
    bool inbound;
    bool prepared;
};

bool floor_set(struct floor_command *command, const struct floor_pair *ranges,
               uint32_t count, hal_address size, const hal_address *index,
               bool inbound);
bool floor_prepare(struct floor_command *command, hal_address from,
                   hal_address length);
bool floor_generate(struct floor_command *command, hal_address *offset,
                    struct floor_pair *to, uint32_t *count);
bool floor_complete(struct floor_command *command);
bool floor_clear(struct floor_command *command);

/* One buffer at a time. */
bool floor_map(const struct floor_limits *limits, const void *pointer,
               size_t length, bool inbound, hal_address *address);
bool floor_unmap(const struct floor_limits *limits, const void *pointer,
                 size_t length, bool inbound);

/* A frame of a receive ring, to the CPU and back. */
void floor_take_frame(const void *frame, size_t length);
void floor_give_frame(const void *frame, size_t length);

enum { FLOOR_WORDS = 32 };

/* 1024 granules: a bit each if it is free, and a bit for each word that has
   one. */
struct floor_bits {
    uint32_t summary;
    uint32_t words[FLOOR_WORDS];
};

void floor_bits_init(struct floor_bits *bits);
bool floor_bits_take(struct floor_bits *bits, uint32_t *bit);
void floor_bits_give(struct floor_bits *bits, uint32_t bit);

/* Runs of less than 32, each in one word: first fit. Pages of I/O address
   space, and larger buffers. */
struct floor_space {
    uint32_t *words; /* a bit each if it is free                */
    uint32_t count;  /* of words                                */
    uint32_t hint;   /* no word before this one has a free bit  */
};

bool floor_space_take(struct floor_space *space, uint32_t length,
                      uint32_t *bit);
void floor_space_give(struct floor_space *space, uint32_t bit, uint32_t length);

/* Bouncing: ranges of a granule at most, or all of one range of up to 31.
   Storage is filled in both directions, and copied back inbound. */
struct floor_bounce {
    struct floor_limits limits;
    struct floor_bits bits;   /* for ranges      */
    struct floor_space space; /* for all of one  */
    hal_address storage; /* the CPU's address; the device is in reach of it */
    uint32_t shift;      /* of a granule                                    */
    uint32_t taken[64];
};

uint32_t floor_bounce(struct floor_bounce *bounce,
                      const struct floor_pair *ranges, uint32_t count,
                      struct floor_pair *to);
void floor_bounce_end(struct floor_bounce *bounce,
                      const struct floor_pair *ranges, uint32_t count,
                      bool inbound);
uint32_t floor_bounce_all(struct floor_bounce *bounce, struct floor_pair range,
                          struct floor_pair *to);
void floor_bounce_all_end(struct floor_bounce *bounce, struct floor_pair range,
                          bool inbound);

/* Receive buffers that begin and end within cache lines: the two lines at the
   ends of each are bounced, the middle goes as it lies. */
enum { FLOOR_LINE = 64, FLOOR_EDGES = 2048 };

struct floor_edges {
    struct floor_limits limits;
    uint8_t *lines; /* FLOOR_EDGES of them */
    uint32_t used;
};

uint32_t floor_edges(struct floor_edges *edges, const struct floor_pair *ranges,
                     uint32_t count, struct floor_pair *to);
void floor_edges_end(struct floor_edges *edges, const struct floor_pair *ranges,
                     uint32_t count);

/* A list from any offset on, of whole pages behind an IOMMU. */
struct floor_mapped {
    hal_address iova;
    hal_address length;
    hal_address most;
};

bool floor_mapped(const struct floor_mapped *mapped, hal_address *offset,
                  struct floor_pair *to, uint32_t *count);

#endif
