/* SPDX-License-Identifier: MIT */
/*
 * The contract of a copy engine: a system DMA controller that moves memory
 * to memory. A controller with several channels is several of these.
 *
 * Life: start, then emit and submit as often as one likes, reap until all is
 * retired. After a fault, or to end a transfer that does not come home: halt,
 * then start again.
 */
#ifndef HAL_DMAC_H
#define HAL_DMAC_H

#include "hal/bus.h"
#include "hal/limits.h"
#include "hal/status.h"

#include <stdint.h>

/* One piece of work: length bytes from source to destination. */
struct hal_item {
    hal_address source;      /* bus address                 */
    hal_address destination; /* bus address                 */
    hal_address length;      /* bytes, 1 .. max_segment     */
};

/* Why an engine stopped by itself. */
enum {
    HAL_FAULT_NONE = 0,
    HAL_FAULT_DESCRIPTOR = 1, /* it met a descriptor it does not understand */
    HAL_FAULT_BUS = 2,        /* a bus access was refused                   */
    HAL_FAULT_PARITY = 3,     /* data arrived damaged                       */
    HAL_FAULT_OTHER = 4,      /* it stopped, and says no more               */
};

/* What reap found. */
struct hal_progress {
    uint32_t retired; /* items done since the last call           */
    uint32_t fault;   /* HAL_FAULT_x; if not NONE it has stopped  */
    uint32_t detail;  /* the controller's own status, for a log   */
};

/* How halt ended. */
enum {
    HAL_STOPPED = 0, /* the engine touches no memory any more      */
    HAL_STUCK = 1,   /* unknown: its memory must not be used again */
};

struct hal_dmac;

struct hal_dmac_ops {
    /*
     * Reset the engine and enable it; its ring is empty afterwards. Legal
     * after power-up, after halt, and when a stuck engine may have come to.
     * Returns OK; BadArgument if the instance is not set up (no ring, slots
     * not a power of two); NotAttached if no such controller answers.
     * Context: thread.
     */
    enum iodma_status (*start)(struct hal_dmac *dmac);
    /*
     * Encode up to count items into free slots and return how many it took:
     * fewer if the ring is full or an item is not encodable. The engine sees
     * none of them before submit. After a fault it may still take items:
     * they never run. Context: thread.
     */
    uint32_t (*emit)(struct hal_dmac *dmac, const struct hal_item *items,
                     uint32_t count);
    /*
     * Publish what was emitted as one batch; one doorbell, one interrupt at
     * its end. The batch runs whether the engine was busy, had just stopped
     * or was idle. Nothing emitted: nothing happens. Context: thread.
     */
    void (*submit)(struct hal_dmac *dmac);
    /*
     * Acknowledge the interrupt and tell what was retired since the last
     * call. The only entry for an ISR; polling calls it from a thread with
     * the engine's interrupt disabled. Context: ISR or thread, not both.
     */
    struct hal_progress (*reap)(struct hal_dmac *dmac);
    /*
     * Stop at once, whatever runs; wait for it until the deadline at most.
     * Returns HAL_STOPPED or HAL_STUCK. start() begins anew. No interrupt is
     * raised afterwards. Context: thread.
     */
    uint32_t (*halt)(struct hal_dmac *dmac, uint64_t deadline);
};

/* What the engine has been asked to do since start. Written by the driver. */
struct hal_dmac_counts {
    uint32_t items;     /* descriptors emitted       */
    uint32_t doorbells; /* times the engine was told */
};

/* The driver embeds this and finds itself again with CONTAINER_OF. */
struct hal_dmac {
    const struct hal_dmac_ops *ops;
    const struct hal_bus *bus;
    const struct hal_limits *limits;      /* of data                        */
    const struct hal_limits *ring_limits; /* of its descriptors             */
    uint32_t same_phase; /* power of two: source and destination of an item
                            are equal modulo this; 1: any                   */
    struct hal_dmac_counts counts;
};

/* A HAL_FAULT_x in words. Never NULL. Context: any. */
const char *hal_fault_name(uint32_t fault);

#endif
