/* SPDX-License-Identifier: MIT */
/*
 * What a board file states: facts and storage, nothing to execute. An image
 * brings the board up from these tables (tests/images/bring_up.c is ours).
 */
#ifndef BOARDS_BOARD_H
#define BOARDS_BOARD_H

#include "hal/address.h"
#include "hal/bus.h"
#include "hal/dmac.h"
#include "hal/master/nvme.h"
#include "hal/pci/ecam.h"
#include "hal/shared.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A PCI function to be found, wherever it is, before its driver starts. */
struct board_pci {
    struct pci_ecam *ecam; /* the host bridge it hangs from            */
    struct pci_key key;    /* who it is                                */
    uint32_t bar;          /* the one that holds its registers         */
    uintptr_t least;       /* bytes that they take at least            */
    uintptr_t *base;       /* out: the driver's field for their address */
    const uint32_t *lines; /* ids at the interrupt controller of INTA to INTD
                              of slot 0 on bus 0; slot n has them turned by
                              n, as bridges do                         */
    uint32_t *size;        /* out: that for their bytes; NULL: `least`
                              is all that the driver uses              */
};

/* A copy engine: one channel, and a controller has a row for each that is
   used. */
struct board_dmac {
    const char *name;
    struct hal_dmac *dmac;
    uint32_t interrupt; /* id at the interrupt controller, which rows
                           may share; behind PCI it is found with
                           the function                          */
    uint32_t slots;     /* of its ring, for whoever wants to fill it */

    /* Storage of its descriptors, CPU physical address = pointer, and the
       driver's field for it once it is shared with the engine. NULL: it
       fetches nothing from memory for itself. */
    void *storage;
    size_t storage_size;
    struct hal_shared *shared;

    const struct board_pci *pci; /* NULL: not behind PCI */

    /* What a fault's detail says, in words; NULL: it has no such words. */
    const char *(*cause)(uint32_t detail);
};

/* An NVM Express controller. Its memory is shared as a ring's is. */
struct board_nvme {
    struct nvme *nvme;
    struct hal_limits *limits;  /* that its bus points to: the driver's, once
                                   it knows them                             */
    uint32_t message_interrupt; /* id, with NVME_MESSAGE                     */
    uint32_t message_address;   /* what the function writes where for it     */
    uint32_t message_data;
    void *storage;
    size_t storage_size;
    const struct board_pci *pci;
};

/* Memory that no image of ours uses for itself. */
struct board_memory {
    hal_address base; /* CPU physical */
    hal_address size; /* bytes        */
};

struct board {
    const char *name;
    struct hal_cache *cache; /* of its buses; NULL: all are snooped      */
    void (*cache_init)(struct hal_cache *cache); /* before a bus is used */
    const struct board_dmac *dmacs;
    uint32_t dmac_count;
    const struct board_nvme *nvme; /* NULL: none                         */
    struct board_memory scratch;   /* free, its address a pointer          */
    struct board_memory far;       /* free, seen through windows only; size 0:
                                      the board has none                   */
    hal_address hole;              /* nothing answers here, 64 KiB at least */
};

/* The one board this image is linked for. */
extern const struct board board;

#ifdef __cplusplus
}
#endif

#endif
