/* SPDX-License-Identifier: MIT */
/*
 * The contract of a copy engine: one channel of a system DMA controller. A
 * controller with several channels is several of these.
 *
 * Life: claim, start; then, as often as one likes: route, emit and submit, reap
 * until all is retired. After a fault, or to end what does not come home: halt,
 * then start again.
 *
 * Only start (10 ms at most, or as the driver's header says) and halt wait for
 * the engine, and never with the bus's lock held. The other calls leave what is
 * not there yet to the next one.
 */
#ifndef HAL_DMAC_H
#define HAL_DMAC_H

#include "bus.h"
#include "limits.h"
#include "status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A peripheral's data register: board data, const. */
struct hal_port {
    hal_address address; /* CPU physical                                     */
    uint32_t request;    /* its line at the engine; HAL_NO_REQUEST: it is
                            always ready                                     */
    uint8_t width;       /* bytes of an access: 1, 2, 4 or 8                 */
    uint8_t increment;   /* bytes from one access to the next, through all
                            items of a route; 0: a FIFO                      */
    uint16_t burst;      /* accesses that a request asks for, not 0          */
    uint16_t depth;      /* entries of the FIFO, at least burst              */
};

#define HAL_NO_REQUEST UINT32_MAX

/* What an end of a batch is. */
enum {
    HAL_MEMORY = 0,
    HAL_PORT = 1, /* the item's address on this side is not looked at */
    HAL_FILL = 2, /* a source: one byte, over and over; the same      */
};

struct hal_end {
    uint8_t kind;                /* HAL_MEMORY, _PORT, _FILL              */
    uint8_t fill;                /* HAL_FILL: the byte                    */
    const struct hal_port *port; /* HAL_PORT; lent until the next route   */
    hal_address bus;             /* HAL_PORT: its address on the bus      */
};

/*
 * Which way the items of a batch go. At most one end is not memory. With a
 * port, addresses and lengths of memory are multiples of its width. All zeros
 * is the route after start: from memory to memory, item by item.
 */
struct hal_route {
    struct hal_end source;
    struct hal_end destination;

    /* Rows of an item; 0 or 1: one. An item's length is that of a row. */
    uint32_t rows;
    int32_t source_stride;      /* bytes from a row's first byte ...       */
    int32_t destination_stride; /* ... to the next one's; 0 for no memory  */

    /* After the last item the first one comes again, without end. Each item is
       a period, as long as the others: there is news at the end of each. All
       are emitted before submit, once, and none after. */
    bool cyclic;
};

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
    uint32_t retired; /* items done since the last call; cyclic: periods, as
                         far as they can be told apart                     */
    uint32_t fault;   /* HAL_FAULT_x; if not NONE it has stopped           */
    uint32_t detail;  /* the controller's own status, for a log            */
};

/* Bytes of what was emitted that have not been moved: between the two. */
struct hal_residue {
    hal_address least;
    hal_address most;
};

struct hal_dmac;

struct hal_dmac_ops {
    /*
     * Reset the channel and enable it; its ring is empty afterwards, its route
     * plain. Legal after power-up, after halt, after a loss of power (registers
     * are at their reset values then), and when a stuck engine may have come
     * to.
     *
     * Returns OK; BadArgument if the instance is not set up (no ring, slots
     * not a power of two); Busy if somebody has the channel enabled whom we do
     * not know; NotPermitted if its security or privilege cannot be what the
     * board says; NotAttached if no such controller answers, or it is stuck
     * still.
     * Context: thread; the channel's interrupt disabled.
     */
    enum iodma_status (*start)(struct hal_dmac *dmac);
    /*
     * Say which way the next items go. All that was emitted has been retired;
     * since then the former route's port may be another channel's.
     *
     * Returns OK; or, with the former route in force: Unsupported: the engine
     * cannot go that way (`widths`, `periods`, `fills`, `max_rows`, and what
     * else its manual says); BadArgument: a port that no engine could serve.
     * Context: as emit.
     */
    enum iodma_status (*route)(struct hal_dmac *dmac,
                               const struct hal_route *route);
    /*
     * Encode up to count items into free slots and return how many it took:
     * fewer if the ring is full or an item is not encodable. The engine sees
     * none of them before submit. After a fault it may still take items:
     * they never run. Context: whoever submits, one at a time.
     */
    uint32_t (*emit)(struct hal_dmac *dmac, const struct hal_item *items,
                     uint32_t count);
    /*
     * Publish what was emitted as one batch; one doorbell, one interrupt at
     * its end, or one for each item where the engine has registers for one at
     * a time and reap begins the next. When this returns the batch runs, or has
     * run, whether the engine was busy, was just stopping or was idle. Nothing
     * emitted: nothing happens. Context: as emit.
     */
    void (*submit)(struct hal_dmac *dmac);
    /*
     * Acknowledge the interrupt and tell what was retired since the last
     * call. What acknowledges is followed by a read of the controller, so that
     * the interrupt is gone when the ISR returns; the doorbell of what waited
     * may be on its way still. An end that the engine announces before it is
     * there is not acknowledged: its interrupt stays and calls reap again, for
     * 2 ms at most, rounded up to the clock's ticks.
     * The only entry for an ISR; a thread calls it with the engine's interrupt
     * disabled, or under the bus's lock (iodma_channel_poll), which masks it.
     * So it does not enter that lock, and is never run twice at a time.
     * Context: ISR or thread, not both; the lock may be held.
     */
    struct hal_progress (*reap)(struct hal_dmac *dmac);
    /*
     * How much of what was emitted is still to be moved. While the engine runs
     * that is so at some moment of the call; after halt, until start, it is
     * final. Context: as emit.
     */
    struct hal_residue (*residue)(struct hal_dmac *dmac);
    /*
     * Stop channels of one controller at once, whatever runs, so that none
     * starts another; wait for it until the deadline at most. start() begins
     * anew, each of them.
     *
     *   set, count  the channels; 1 to 32
     *
     * Returns those that did not stop, a bit each (bit i: set[i]): what they
     * were given must not be used again. The others touch no memory any more
     * and raise no interrupt. Context: as emit.
     */
    uint32_t (*halt)(struct hal_dmac *const *set, uint32_t count,
                     uint64_t deadline);
};

/* What the engine has been asked to do since start. Written by the driver. */
struct hal_dmac_counts {
    uint32_t items;     /* descriptors emitted       */
    uint32_t doorbells; /* times the engine was told */
};

/* The driver embeds this and finds itself again with HAL_CONTAINER_OF. */
struct hal_dmac {
    const struct hal_dmac_ops *ops;
    const struct hal_bus *bus;
    const struct hal_limits *limits;      /* of data                        */
    const struct hal_limits *ring_limits; /* of what it fetches from memory
                                             for itself; NULL: nothing      */
    uint32_t same_phase; /* power of two: source and destination of an item
                            are equal modulo this; 1: any                   */
    bool fills;          /* a source may be one byte (HAL_FILL)             */
    uint32_t widths;     /* of ports, a bit each: 1 | 2 | 4 | 8; 0: none    */
    uint32_t max_rows;   /* of an item; 0: one                              */
    uint32_t periods;    /* most items of a cycle; 0: it has none           */
    const char *owner;   /* who has claimed it; NULL: nobody                */
    struct hal_dmac_counts counts;
};

/*
 * Take possession of a channel, before anything else is done with it.
 *
 *   owner  a name for people: "audio"; lent until hal_dmac_release(); who gives
 *          the same pointer is the same owner
 *
 * Returns OK, for the owner that has it already as well; BadArgument: NULL;
 * Busy: somebody else has it, whom dmac->owner names.
 *
 * Context: any.
 */
enum iodma_status hal_dmac_claim(struct hal_dmac *dmac, const char *owner);

/* Give it up; it has been halted, or never started. Context: any. */
void hal_dmac_release(struct hal_dmac *dmac);

/* A HAL_FAULT_x in words. Never NULL. Context: any. */
const char *hal_fault_name(uint32_t fault);

#ifdef __cplusplus
}
#endif

#endif
