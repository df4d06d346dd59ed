/* SPDX-License-Identifier: MIT */
/*
 * What the rows of the bench work on: memory at fixed addresses, buses over it
 * with hooks that do nothing, one command, and a device that moves bytes by
 * what is in the list.
 *
 *     CPU    STAGE_BASE     STAGE_POOL bytes          all the rest
 *            bounce storage                           memory of clients
 *     bus    0
 *
 * With STAGE_NEAR address bits a device reaches the bounce storage only.
 */
#ifndef TESTS_BENCH_STAGE_H
#define TESTS_BENCH_STAGE_H

#include "dma/iodma.h"
#include "tests/bench/floor.h"

#include <stdbool.h>
#include <stdint.h>

/* A board says where it has memory for this, and how much (tests/meson.build).
 */
#ifndef STAGE_FIRST
#define STAGE_FIRST 0x10000000
#define STAGE_BYTES 0x4000000
#endif
#define STAGE_BASE   ((hal_address)STAGE_FIRST)
#define STAGE_SIZE   ((hal_address)STAGE_BYTES)
#define STAGE_POOL   ((hal_address)0x400000)
#define STAGE_CLIENT (STAGE_BASE + STAGE_POOL)
#define STAGE_HALF   (STAGE_SIZE / 2) /* the first of two apertures      */
#define STAGE_SECOND                                                           \
    ((hal_address)0x80000000) /* where the bus has the other one */

/* The host's form of elements that are a struct floor_pair. */
#define STAGE_OUTPUT                                                           \
    (HAL_ADDRESS_BITS == 64 ? &iodma_output_host64 : &iodma_output_host32)

enum {
    STAGE_NEAR = 22,
    STAGE_PAGE = 0x1000,
    STAGE_STRIDE = 0x3000, /* from a range to the next: they never touch */
    STAGE_LINE = 64,
    STAGE_MOST = 4097,     /* ranges, and segments                        */
    STAGE_MOVED = 0x80000, /* bytes that the device moves at most         */
    STAGE_LOANS = 4096,
    STAGE_IOVA_PAGES = 0x2000,
};

/* The buses; all see the same memory. */
enum stage_bus {
    STAGE_COHERENT,
    STAGE_CACHED, /* the master does not look into caches */
    STAGE_PARTED, /* coherent, in two apertures           */
    STAGE_MAPPED, /* coherent, behind an IOMMU            */
    STAGE_BUSES,
};

/* How the client's memory lies. */
struct stage_shape {
    uint32_t count;  /* ranges                                         */
    uint32_t length; /* bytes of each                                  */
    uint32_t shift;  /* bytes from the beginning of a page to each     */
    bool touch;      /* the last one touches the one before            */
    bool parted;     /* every second range is in the second aperture   */
    bool indexed;    /* the descriptor has an index                    */
};

struct stage {
    struct iodma_bus buses[STAGE_BUSES];
    struct iodma_bounce pool;
    struct iodma_mapper mapper;
    enum stage_bus on; /* the bus in use */

    /* Ours. */
    struct iodma_command command;
    struct iodma_memory memory;
    struct iodma_range ranges[STAGE_MOST];
    struct iodma_segment32 list32[STAGE_MOST];

    /* The floors'. */
    struct floor_pair pairs[STAGE_MOST]; /* the same ranges     */
    hal_address prefix[STAGE_MOST / FLOOR_INDEX_STEP + 1];
    struct floor_limits limits; /* without any, on the bus in use */

    /* What either of them leaves, and what it has to be. */
    enum iodma_status status; /* of ours; a floor that refuses: Error */
    hal_address offset;       /* behind the list                      */
    uint32_t listed;
    struct floor_pair list[STAGE_MOST];
    hal_address from, to; /* of the window: what the list has to cover */
    uint32_t wanted;      /* segments; 0: any number                   */
    hal_address most;     /* bytes of each                             */
    bool bounced;         /* some of it is elsewhere                   */
    bool inbound;
    struct stage_shape shape;
};

extern struct stage stage;

/* Make the buses, over memory that is there. */
void stage_init(void);

/* Describe memory on a bus, and expect a list of all of it. */
void stage_memory(enum stage_bus on, const struct stage_shape *shape,
                  uint32_t direction);

/* Make the command, of the bus in use. */
void stage_command(const struct iodma_output *output, uint32_t mapping,
                   const struct iodma_segment_options *options);

/* Nothing is prepared any more, and all storage is free. */
void stage_end(void);

/* End the program if a step of the set-up fails. */
void stage_must(const char *what, enum iodma_status status);

/* Where the CPU finds a byte that the device names; NULL: nowhere. */
uint8_t *stage_bytes(hal_address bus);

/* The list is what was expected, each segment where its bytes lie. */
bool stage_check_list(void);

/* The device does its work by the list: reads all of it, or writes bytes of its
   own. */
void stage_device(void);

/* What the device has moved is what it should have been, and nothing beside it
   was touched. */
bool stage_check_bytes(void);

#endif
