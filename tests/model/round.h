/* SPDX-License-Identifier: MIT */
/*
 * Everything that is drawn for one round of tests/test_oracle.c: a bus, bounce
 * storage, an IOMMU, a specification, a descriptor, a window and what is
 * called. Plain numbers, so that a round can be printed, pasted as a row of a
 * table, and made simpler.
 */
#ifndef TESTS_MODEL_ROUND_H
#define TESTS_MODEL_ROUND_H

#include "dma/memory.h"
#include "hal/address.h"
#include "hal/bus.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ROUND_APERTURES = 6,
    ROUND_REGIONS = 7,
    ROUND_PARTS = 3,
    ROUND_RANGES = 40,
    ROUND_PAGES = 16, /* granules of storage; and as many more for runs */
    ROUND_GRANULES = 2 * ROUND_PAGES,
    ROUND_LOANS = 64,        /* that are lent, at most            */
    ROUND_INDICES = 4,       /* of a part's ranges, at most       */
    ROUND_BYTES = 512,       /* of a descriptor, at most          */
    ROUND_CLIENT = 0x8000,   /* bytes of client's memory, at most */
    ROUND_STORAGE = 0x20000, /* bytes of storage, at most         */
};

/* Output functions. */
enum {
    ROUND_HOST64 = 0,
    ROUND_HOST32 = 1,
    ROUND_BIG64 = 2,
    ROUND_LITTLE32 = 3,
    ROUND_CUSTOM = 4,
    ROUND_OUTPUTS = 5,
};

#define ROUND_ASCENDING  UINT64_C(0xFEDCBA9876543210)
#define ROUND_DESCENDING UINT64_C(0x0123456789ABCDEF)

/* Where the CPU's own addresses of the client's memory begin. */
#define ROUND_VIRTUAL ((hal_address)0x70000000)

/* One descriptor, alone or one of several. */
struct round_part {
    uint32_t
        kind; /* IODMA_KIND_RANGES, IODMA_KIND_BUFFER, IODMA_KIND_VIRTUAL */
    struct iodma_range ranges[ROUND_RANGES]; /* a buffer: its capacity    */
    uint32_t count;                          /* of ranges                 */
    uint32_t length;     /* of a buffer: bytes that are used              */
    bool sub;            /* only a part of it is meant, that lacks ...    */
    uint32_t skip, lack; /* ... so many bytes at either end               */
};

struct round {
    /* The bus. */
    hal_address base;    /* CPU physical address of the client's memory ... */
    hal_address storage; /* ... and of storage; multiples of the granule    */
    uint32_t granule;
    uint32_t line;    /* of the cache; 0: there is none               */
    bool maintaining; /* iodma_bus_cache() is called, if there is one */
    /* Those that are not there end at 0. */
    struct hal_aperture apertures[ROUND_APERTURES];
    struct hal_region regions[ROUND_REGIONS];
    struct hal_limits port;
    hal_address shown; /* bytes that the CPU's window shows, power of two */

    /* Bounce storage: single granules, in the order in which they are given,
       and behind the ROUND_PAGES-th one some for runs, like the fixture of the
       spec. Or a pool of dma/bounce.h for both. */
    bool lent;
    bool pooled;
    uint64_t order; /* the digits of this hexadecimal number, last one first */
    uint32_t page_count; /* of the single ones, or of the pool */
    uint32_t run_pages;
    uint32_t loan_count;

    /* The IOMMU. */
    uint32_t io_page; /* bytes; 0: there is none      */
    hal_address io_first;
    uint32_t io_pages;
    bool io_system; /* the bus's, else the specification's */
    bool io_bypass;
    uint32_t io_fail; /* that map_run fails; 0: none does */

    /* The specification. */
    struct hal_limits limits;
    uint32_t mapping;
    uint32_t output; /* ROUND_HOST64 ... */

    /* The descriptor. */
    struct round_part parts[ROUND_PARTS];
    uint32_t part_count;
    uint32_t indices; /* storage for finding ranges      */
    bool multi;       /* several, or one as if it were */
    bool sub;         /* only a part of it             */
    uint32_t skip, lack;
    uint32_t direction;
    hal_address cpu_page; /* of the CPU's translation, bytes        */
    uint32_t scramble[2]; /* page v is at v * [0] ^ [1]; [0] is odd */

    /* The calls. */
    hal_address offset, length;
    bool flush, fill;       /* prepare(offset, length, flush, fill)     */
    bool invalidate, empty; /* complete(invalidate, empty)              */
    uint32_t calls;         /* that are made in between                 */
    uint64_t seed;          /* of the bytes and of those calls          */
};

/* Where the CPU's translation of a round has a byte of virtual memory. */
hal_address round_physical(const struct round *round,
                           hal_address virtual_address);

/* Bytes of a part, and of the whole descriptor. */
hal_address round_part_length(const struct round_part *part);
hal_address round_length(const struct round *round);

/* Granule i that is given, counted from the storage's beginning. */
static inline uint32_t round_page(const struct round *round, uint32_t i)
{
    return (uint32_t)(round->order >> (4 * i)) & 15;
}

/* Where the IOMMU's addresses end. */
static inline uint64_t round_io_end(const struct round *round)
{
    return round->io_first + (uint64_t)round->io_pages * round->io_page;
}

/* Of the client's memory, what is used: the fewer bytes the more meets. */
hal_address round_area(const struct round *round);

/* Is there such an aperture, or region? */
static inline bool round_has_aperture(const struct round *round, uint32_t i)
{
    return round->apertures[i].last != 0;
}

static inline bool round_has_region(const struct round *round, uint32_t i)
{
    return round->regions[i].last != 0;
}

/* Draw one. */
void round_draw(struct round *round, uint64_t *seed);

/* Is it one that could have been drawn: nothing overlaps, numbers fit? */
bool round_sane(const struct round *round);

/* Print it as a row of a table. */
void round_print(const struct round *round);

/* Make it simpler in ever so many ways, as long as `fails`. */
void round_shrink(struct round *round, bool (*fails)(const struct round *));

#endif
