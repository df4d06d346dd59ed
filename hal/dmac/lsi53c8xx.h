/* SPDX-License-Identifier: MIT */
/*
 * LSI (NCR, Symbios) 53C8xx SCSI controllers as copy engines. Their SCRIPTS
 * processor has a memory move instruction, {length, source, destination}; a
 * ring of moves is a descriptor ring. The SCSI side stays unused.
 *
 * What it can: 32-bit addresses, up to 2^24 - 1 bytes a move at any byte
 * address, but the two addresses of a move have to be equal modulo 4, or the
 * chip raises an illegal instruction (technical manual, 5.7; read in the
 * 53C896's, 5.6; QEMU does not check).
 *
 * How the ring works: emit fills slots with moves; submit closes the batch
 * with an INT slot and writes the SCRIPTS pointer if the engine rests. The
 * INT stops the engine and interrupts; reap compares its code with that of the
 * batch under way, and starts the next one if it was submitted meanwhile. So
 * one batch runs at a time, and there is nothing to race with.
 *
 * The SCSI side can fail a batch all the same: a bus reset or a change of the
 * bus's mode stops the script. That is a fault, whose detail says so
 * (lsi53c8xx_cause).
 *
 * A reset takes 3 ms and a little more: it is held, and the bus's mode has to
 * settle. halt() takes that beyond its deadline; start() waits half a second
 * before, if a script runs that does not let itself be aborted.
 *
 * Registers read per batch: ISTAT0 (whose interrupt), DSTAT (acknowledges),
 * DSPS (of which batch). Written: DSP. The fence is the read of DSTAT: it
 * pushes the engine's posted writes before it (PCI 3.0, 3.2.5).
 */
#ifndef HAL_DMAC_LSI53C8XX_H
#define HAL_DMAC_LSI53C8XX_H

#include "../dmac.h"
#include "../shared.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of what lies in the ring: a memory move, and the jump behind the last
   one. */
enum { LSI53C8XX_SLOT_SIZE = 12, LSI53C8XX_JUMP_SIZE = 8 };

/* Bytes of shared memory for a ring of so many slots. */
#define LSI53C8XX_RING_SIZE(slots)                                             \
    ((hal_address)(slots)*LSI53C8XX_SLOT_SIZE + LSI53C8XX_JUMP_SIZE)

enum {
    LSI_IDLE = 0,
    LSI_RUNNING = 1, /* a batch is under way                       */
    LSI_FAULTED = 2, /* stopped, or to be reset; start() begins anew */
};

/* Bytes of BAR 1 up to the last one that the driver uses. */
enum { LSI53C8XX_REGISTERS = 0x60 };

struct lsi53c8xx {
    struct hal_dmac dmac;
    uintptr_t base;         /* registers (BAR 1), as the CPU sees them      */
    struct hal_shared ring; /* LSI53C8XX_RING_SIZE(slots)                   */
    uint32_t slots;         /* power of two, at least 2; each batch takes one
                               more than it has items                       */
    uint32_t *lengths;      /* slots words that no device can write: bytes
                               of each slot's item; 0: it closes a batch    */

    /* Free-running slot indices. */
    uint32_t filled;  /* next to fill: thread                               */
    uint32_t told;    /* end of the last batch: thread, under the lock      */
    uint32_t retired; /* end of the last batch that ended: reap             */
    uint32_t end;     /* of the batch under way: thread under the lock, reap */
    uint32_t state;   /* LSI_IDLE ...: thread under the lock, reap, halt    */
};

extern const struct hal_dmac_ops lsi53c8xx_ops;

/* What the chip can move. */
extern const struct hal_limits lsi53c8xx_limits;

/* Where it can fetch its instructions. */
extern const struct hal_limits lsi53c8xx_ring_limits;

/* What a fault's `detail` says, in words: "SCSI bus reset". Of several the
   first. Never NULL. Context: any. */
const char *lsi53c8xx_cause(uint32_t detail);

/* Source and destination of a move are equal modulo this (5.7). */
enum { LSI53C8XX_SAME_PHASE = 4 };

#ifdef __cplusplus
}
#endif

#endif
