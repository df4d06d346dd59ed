/* SPDX-License-Identifier: MIT */
/*
 * PrimeCell DMA controllers PL080 and PL081: one channel is one copy engine.
 * They sit in NXP's LPC17xx to LPC43xx, in SPEAr, and on ARM's Versatile,
 * RealView and MPS2 boards.
 *
 * What it can: 32-bit addresses; 1, 2 or 4 bytes an element, the same on both
 * sides, at addresses that are multiples of it; 4095 elements an item. So an
 * item of bytes is a quarter of an item of words, and there are two sets of
 * limits to choose from. Ports, fills and cycles; no rows. The PL080S of
 * Samsung, which has longer items, is another chip.
 *
 * How the ring works: every slot is a linked list item that leads to the next
 * slot. A batch is what was submitted when it starts: its last item leads
 * nowhere and interrupts. The channel reads the link of its item when it
 * fetches it, at a moment that nobody knows, so nothing is appended to a batch
 * that runs: reap starts the next one when the present one has ended. In a
 * cycle the last item leads to the first, and each interrupts.
 *
 * Registers read per batch: IntStatus (whose interrupt), IntErrorStatus,
 * EnbldChns (has it ended?), LLI (pushes the acknowledge out) and Control (has
 * it ended with the last element of the last item?). Per interrupt of a cycle
 * the first two, LLI and Control: which item it is at, and whether that is
 * over. Turns that pass unseen are not counted.
 *
 * The channel announces the end of a batch before it is disabled. An ISR that
 * is as fast returns with the interrupt still asserted, and is called again: it
 * is one of levels. That lasts 1 ms at most, and 1 ms more when the last bytes
 * arrive meanwhile, each rounded up to the clock's ticks (hal_deadline()): so
 * long does a chip that lies keep the CPU in its ISR, for each end that it
 * announces, with five reads a call. It cannot be masked and looked at later:
 * the mask is in the channel's Config, and to write that is to enable a channel
 * anew that has just ended.
 *
 * halt disables the channel: what is in its FIFO then is lost, and has not been
 * counted. Where the source is a port it would be missing for ever, so there
 * the channel is halted before and drained. Not elsewhere: a FIFO in front of a
 * port that asks for nothing does not drain, and Halt is in Config as well.
 */
#ifndef HAL_DMAC_PL08X_H
#define HAL_DMAC_PL08X_H

#include "../clock.h"
#include "../dmac.h"
#include "../shared.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of what lies in the ring: an item, and the word that fills read. */
enum { PL08X_SLOT_SIZE = 16, PL08X_FILL_SIZE = 4 };

/* Bytes of shared memory for a ring of so many slots. */
#define PL08X_RING_SIZE(slots)                                                 \
    ((hal_address)(slots)*PL08X_SLOT_SIZE + PL08X_FILL_SIZE)

/* What a hal_dmac of a channel says; periods: not more than slots. */
enum {
    PL08X_WIDTHS = 1 | 2 | 4,
};

/* Which chip it is: board data, const; all channels point at one. */
struct pl08x_controller {
    uintptr_t base;   /* registers, as the CPU sees them        */
    uint8_t channels; /* PL080: 8, PL081: 2                     */
    uint8_t masters;  /* AHB masters; PL080: 2 or 1, PL081: 1   */
};

enum {
    PL08X_UNKNOWN = 0, /* never started: the channel may be somebody's */
    PL08X_IDLE = 1,
    PL08X_RUNNING = 2, /* a batch is under way                         */
    PL08X_HALTED = 3,  /* stopped by halt: its registers say where     */
    PL08X_FAULTED = 4, /* stopped by itself, or not at all             */
};

/* One end of a route. */
struct pl08x_side {
    uint32_t bus;    /* of all items, if fixed           */
    uint32_t master; /* AHB master that reaches it       */
    bool fixed;      /* not memory: it has one address   */
};

/* A route as the registers put it. Written by start and route. */
struct pl08x_way {
    struct pl08x_side source;
    struct pl08x_side destination;
    uint32_t control; /* what Control of all items has in common         */
    uint32_t config;  /* Config of the channel while it runs             */
    uint32_t width;   /* of all elements; 0: each item as wide as it can */
    bool cyclic;
};

struct pl08x {
    struct hal_dmac dmac;
    const struct pl08x_controller *controller;
    struct hal_shared ring; /* PL08X_RING_SIZE(slots), on 16 bytes           */
    uint32_t slots;         /* power of two                                  */
    uint32_t *lengths;      /* slots words that no device can write: bytes
                               of each slot's item                           */
    uint8_t channel;        /* its number; 0 goes first on the bus           */
    uint8_t memory_master;  /* AHB master that reaches memory: 0 or 1        */
    uint8_t port_master;    /* ... that reaches ports                        */
    uint8_t ring_master;    /* ... that reaches the ring                     */
    uint8_t protection;     /* of every access: bit 0 privileged, 1
                               bufferable, 2 cacheable                       */

    struct pl08x_way way; /* thread, while nothing is under way */

    /* Free-running slot indices. */
    uint32_t filled;  /* next to fill: thread                                */
    uint32_t told;    /* behind the last that was submitted: thread, locked  */
    uint32_t end;     /* behind the batch under way: who starts it           */
    uint32_t retired; /* the batch under way, or the next: reap, halt        */
    uint32_t turn;    /* item of the cycle that is not over yet: reap        */
    uint32_t state;   /* PL08X_...: thread under the lock, reap, halt        */

    struct hal_wait ends; /* for an announced end; deadline 0: none: reap    */
    bool over;            /* all had moved when that began: reap             */
};

extern const struct hal_dmac_ops pl08x_ops;

/* What the chip can move at any address: 4064 bytes keep steps of 32. */
extern const struct hal_limits pl08x_byte_limits;

/* What it can move of whole words: 4080 keep steps of 64 bytes. */
extern const struct hal_limits pl08x_word_limits;

/* Where it can fetch its items. */
extern const struct hal_limits pl08x_ring_limits;

#ifdef __cplusplus
}
#endif

#endif
