/* SPDX-License-Identifier: MIT */
/*
 * The eDMA of NXP i.MX RT10xx with its DMAMUX: 32 channels, one engine.
 *
 * What it can: 32-bit addresses at any byte; memory, ports of 1 to 8 bytes,
 * fills, cycles. An item is one TCD. Between memories it is one minor loop of
 * the widest elements that each side permits, up to bursts of 32 bytes, asked
 * for by the multiplexer's "always on". At a port a minor loop is a request's
 * burst, or where that does not divide the item a part of it, so a peripheral
 * that stops asking below its watermark keeps the last few.
 *
 * Items end at 16 KiB: nobody else is served during a minor loop, and CITER
 * counts 32767 bytes at a port of single ones. Rows are an item each: minor
 * loop offsets (CR.EMLM) leave 1023 bytes a row, have one stride for both sides
 * and are switched on for all 32 channels.
 *
 * How the ring works: every TCD points to the slot behind it (DLAST_SGA), so
 * the pointer that the channel has loaded names its TCD. Within a batch each
 * loads the next (ESG). The last one interrupts and disables requests (DREQ).
 * One slot stays free, since a TCD that has retired may be loaded yet.
 *
 * The append race: submit links the last TCD of the batch before, in memory
 * first. If the channel has not loaded it by then, it will find the link. If it
 * has, the link is written to the channel's CSR, in the manner of "dynamic
 * scatter/gather, method 2" (K20 manual, 21.5.7.3.2): a write with DONE set
 * leaves ESG clear, so the read-back tells. ESG set, or another TCD loaded:
 * linked. Neither: the channel had stopped, and is started with the new batch.
 * The manuals have DREQ set during the attempt; here one write sets ESG and
 * clears DREQ, for DREQ was set since the TCD was loaded, and a channel that
 * stopped has its requests disabled by it; clearing it in a second write could
 * hit the next TCD. It is said that DONE outlives the load of a TCD until that
 * begins (NXP's fsl_edma, EDMA_HandleIRQ): with DONE set and requests enabled
 * nothing is written, and reap starts the new batch when the old one has ended,
 * as it does whenever a channel has stopped and there is more. For the same
 * reason DONE alone means nothing: a TCD is over if the address of its side in
 * memory says so as well.
 *
 * Registers read per batch: submit to a channel at work DLAST_SGA, and if the
 * last TCD is loaded CSR (may it be linked?), ERQ or CSR (was it?); reap INT,
 * ERR (whose interrupt), ERQ (has it stopped), DLAST_SGA (how far), CSR, SADDR
 * or DADDR (is that over as well). They are the fence behind the write of CINT,
 * too. A submit to a channel at work publishes twice: the TCDs, then the link.
 * For a port CHCFG as well: written twice and read back at the doorbell, once
 * at rest.
 *
 * A peripheral stands in the multiplexer only while a batch for it runs, and
 * from a fault until the halt: no two channels may name the same one, enabled
 * or not.
 *
 * Periods are told apart by the TCD that is loaded: turns that nobody reaped
 * are lost, and of a cycle of one period each interrupt is one.
 *
 * halt holds all channels for as long as it takes (CR.HALT): only then is
 * CR.CX, which ends whatever executes, sure to end one of the set, or the load
 * of a TCD, which it cannot hurt. That asks for DCHPRI.ECP to stay clear, as
 * after a reset: no channel is suspended in favour of another.
 *
 * An error disables no channel: one that still asks begins again, from where it
 * was, for all of a minor loop. So start sets CR.HOE: an error halts all
 * channels, until it has been reaped. Nothing else of CR is changed; EMLM may
 * be on or off.
 *
 * Channels n and n + 16 share an interrupt, all share the one for errors: their
 * handler reaps each channel that it may stand for.
 */
#ifndef HAL_DMAC_EDMA_H
#define HAL_DMAC_EDMA_H

#include "../dmac.h"
#include "../shared.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EDMA_SLOT_SIZE = 32 }; /* bytes: a TCD */

/* Bytes of shared memory for a ring of so many slots: behind them lies what a
   fill reads. */
#define EDMA_RING_SIZE(slots) (((hal_address)(slots) + 1) * EDMA_SLOT_SIZE)

/* Facts for a struct hal_dmac. Its periods are the slots less one. */
enum {
    EDMA_SAME_PHASE = 1,
    EDMA_WIDTHS = 1 | 2 | 4 | 8,
    EDMA_CHANNELS = 32,
};

enum {
    EDMA_UNKNOWN = 0, /* not started yet                                   */
    EDMA_IDLE = 1,
    EDMA_RUNNING = 2, /* a batch is under way                              */
    EDMA_FAULTED = 3, /* stopped; start() begins anew                      */
    EDMA_HALTING = 4, /* a halt is under way: it may move yet              */
    EDMA_HALTED = 5,  /* as FAULTED, by halt: the residue is final         */
};

/* What the channels share. Theirs is one bus. */
struct edma_controller {
    uintptr_t base;   /* registers of the eDMA                              */
    uintptr_t mux;    /* registers of the DMAMUX                            */
    uint32_t halting; /* calls of halt under way: under the lock            */
};

struct edma {
    struct hal_dmac dmac;
    struct edma_controller *controller;
    uint32_t channel;       /* 0 .. 31                                      */
    struct hal_shared ring; /* EDMA_RING_SIZE(slots), on 32 bytes           */
    uint32_t slots;         /* power of two, at least 2                     */
    uint32_t *lengths;      /* slots words that no device can write: bytes
                               of each slot's item                          */

    struct hal_route route;  /* thread                                      */
    uint32_t width;          /* of its port; 0: it has none. Thread         */
    hal_address stepped;     /* bytes beyond its address, as cpu.h. Thread  */
    uint32_t wanted;         /* CHCFG while the route runs: thread          */
    uint32_t source;         /* what CHCFG holds: who starts it, reap       */
    struct hal_residue rest; /* after halt: thread                          */

    /* Free-running slot indices. */
    uint32_t filled;  /* next to fill: thread                               */
    uint32_t told;    /* end of the last batch: thread, under the lock      */
    uint32_t retired; /* next to retire; the first of a cycle: reap         */
    uint32_t seen;    /* the period that runs, from 0: reap                 */
    uint32_t state;   /* EDMA_...: thread under the lock, reap              */
};

extern const struct hal_dmac_ops edma_ops;

/* What a channel can move. */
extern const struct hal_limits edma_limits;

/* Where it can fetch its TCDs. */
extern const struct hal_limits edma_ring_limits;

#ifdef __cplusplus
}
#endif

#endif
