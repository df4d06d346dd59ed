/* SPDX-License-Identifier: MIT */
/*
 * An NVM Express controller behind platform/mmio.h: admin queue, one I/O
 * queue pair, some namespaces. Stricter than the specification, and a good deal
 * stricter than QEMU.
 *
 * A doorbell only tells it of entries; nvme_model_step() is the passing of
 * time: entries are fetched in order and executed in any order. What the
 * driver shares with it, it sees as it was at the last nvme_model_publish();
 * what it reads from the disk is in memory only at the next
 * nvme_model_observe() after the completion. It reaches the pieces of memory
 * that the test declares, at their bus addresses, and nothing else. What a
 * correct driver never does is noted as a violation.
 *
 * Source: NVM Express Base Specification 1.4.
 */
#ifndef TESTS_MODEL_NVME_MODEL_H
#define TESTS_MODEL_NVME_MODEL_H

#include "hal/master/nvme_regs.h"
#include "hal/segment.h"
#include "tests/model/piece.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NVME_MODEL_SHARED = 0x200000, /* bytes of shared memory, at most       */
    NVME_MODEL_COMMANDS = 260,    /* outstanding                           */
    NVME_MODEL_EXTENTS = 520,     /* pieces of data of one command         */
    NVME_MODEL_SPACES = 3,        /* namespaces                        */
};

/* One namespace. */
struct nvme_model_space {
    uint32_t id; /* 0: none; they ascend */
    uint8_t *disk;
    uint64_t blocks;
    uint32_t shift;    /* block size, log2 */
    uint32_t metadata; /* bytes a block    */
    uint32_t format;   /* its index: of 16, or the last one */
};

/* One command on its way. */
struct nvme_model_command {
    bool taken;
    bool posted; /* its data is due at the next observe        */
    uint32_t queue;
    struct nvme_command entry; /* as fetched                   */
    uint32_t fault;            /* why its data cannot be moved */
    struct hal_segment extents[NVME_MODEL_EXTENTS];
    uint32_t extent_count;
};

struct nvme_model_queue {
    bool created;
    bool interrupts;
    uint32_t vector;
    uint64_t sq, cq; /* bus                                    */
    uint32_t sq_size, cq_size;
    uint32_t sq_head, sq_tail;
    uint32_t cq_head, cq_tail;
    bool phase;
};

struct nvme_model {
    /* Set by the test. */
    uintptr_t base;                          /* where the registers are     */
    struct model_piece shared;               /* queues, lists, identify     */
    struct model_piece pieces[MODEL_PIECES]; /* data                        */
    struct nvme_model_space spaces[NVME_MODEL_SPACES];
    uint64_t seed; /* of the order of execution                            */
    bool greedy;   /* fetches all there is before it executes any          */
    void (*access)(void); /* before every register access; may be NULL      */

    /* What it says of itself. */
    uint32_t mdts;
    uint32_t sgls;
    uint32_t mqes;
    uint32_t page_least; /* CAP.MPSMIN                                      */
    uint32_t css;        /* CAP.CSS                                         */
    uint32_t timeout;    /* CAP.TO                                          */
    uint32_t dstrd;      /* CAP.DSTRD                                       */
    uint32_t registers;  /* bytes of BAR 0                                  */
    uint32_t namespaces; /* the largest identifier                          */
    uint32_t rtd3e;      /* time to shut down, us                           */
    uint32_t sqes, cqes;
    bool messages; /* MSI-X is enabled                                      */

    /* Misbehaviour; 0: none. */
    bool absent;          /* reads give all ones, writes are lost           */
    bool never_ready;     /* RDY does not follow EN to 1                    */
    bool stuck;           /* RDY does not follow EN to 0; it goes on        */
    bool fatal;           /* CFS instead of RDY                             */
    bool mute;            /* it executes, and completes nothing             */
    bool never_shut;      /* a shutdown does not come to its end            */
    uint32_t last_listed; /* ends its list of namespaces                    */
    bool misnames;        /* the next admin completion has another's name   */
    uint32_t ready_delay; /* reads of CSTS until RDY follows EN             */
    uint32_t shut_delay;  /* reads of CSTS until it has shut down           */
    uint32_t admin_fails; /* opcode | status << 8 of an admin command       */
    uint32_t fails;       /* status of the next I/O command                 */
    uint64_t held;        /* commands with LBA n are held: bit n            */
    bool twice;           /* the next I/O completion comes twice            */

    /* Read by the test. */
    const char *violation; /* the first one; NULL: none                     */
    uint32_t accesses;     /* of registers                                  */
    uint32_t sq_doorbells; /* of the I/O queue                              */
    uint32_t cq_doorbells;
    uint32_t executed; /* I/O commands                                      */
    uint32_t fetched;
    uint32_t disorder; /* I/O commands that overtook an older one           */
    bool ready;
    uint32_t shut; /* CSTS.SHST                                             */
    uint32_t deepest; /* I/O commands outstanding at once, at most          */

    /* Its own. */
    struct nvme_model_queue queues[2];
    uint32_t config, aqa, mask, until_ready, until_shut;
    uint64_t asq, acq;

    /* Large, and not cleared by a reset: but for `taken`. */
    struct nvme_model_command commands[NVME_MODEL_COMMANDS];
    uint8_t published[NVME_MODEL_SHARED];
};

/* Turn the power on and let mmio_model_read() and _write() reach this one.
   What the test sets it sets afterwards. */
void nvme_model_power_on(struct nvme_model *model);

/* Do up to so many things. Returns how many it did. */
uint32_t nvme_model_step(struct nvme_model *model, uint32_t things);

/* All that the CPU has written to the shared memory is visible. */
void nvme_model_publish(struct nvme_model *model);

/* All that the controller has written for what it announced is visible. */
void nvme_model_observe(struct nvme_model *model);

/* Announce a completion that nobody asked for. */
void nvme_model_complete(struct nvme_model *model, uint32_t id,
                         uint32_t status);

/* Is the pin asserted (or, with messages: is the vector's queue not empty)? */
bool nvme_model_interrupt(const struct nvme_model *model);

#endif
