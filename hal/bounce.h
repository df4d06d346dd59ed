/* SPDX-License-Identifier: MIT */
/*
 * The contract of bounce storage: memory that the device reaches, lent to
 * commands whose own memory it does not. dma/bounce.h fulfils it over storage
 * of the client's; tests put pools of their own here.
 *
 * Addresses are CPU physical. The lock of the bus is held across each call:
 * a pool bounds its work by one pass over its granules, at most.
 */
#ifndef HAL_BOUNCE_H
#define HAL_BOUNCE_H

#include "address.h"
#include "status.h"

#include <stdint.h>

/* Storage that stands for one stretch of a window. A fixed number of these is
   lent together with the storage. */
struct hal_loan {
    struct hal_loan *next; /* behind it in the window; or, if it is free, the
                              next free one                                 */
    hal_address position;  /* of its first byte in the window               */
    hal_address length;    /* bytes of the window, never 0                  */
    hal_address storage;   /* CPU physical, of its first byte               */
};

/* What storage is asked for. */
struct hal_bounce_wish {
    hal_address at_least;  /* bytes, whole granules, not 0: at_most, or a power
                              of two; what is given is ...                  */
    hal_address at_most;   /* ... at_most, or a smaller multiple of at_least */
    hal_address alignment; /* power of two, at least the granule: the first
                              address is equal to ...                       */
    hal_address phase;     /* ... this modulo the alignment; a multiple of the
                              granule                                       */
    hal_address highest;   /* address that the last byte may have           */
};

struct hal_bounce;

struct hal_bounce_ops {
    /*
     * Take contiguous storage: as much of at_most as there is in one piece.
     *
     *   address, size  out: what was taken
     *
     * Returns OK; NoResources: there is no piece of at_least, as it is wished;
     * then nothing has changed. Context: any, with the bus's lock held.
     */
    enum iodma_status (*take)(struct hal_bounce *bounce,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size);
    /* Give back what one call took, whole or in parts of whole granules.
       Context: as above. */
    void (*give_back)(struct hal_bounce *bounce, hal_address address,
                      hal_address size);
};

struct hal_bounce {
    const struct hal_bounce_ops *ops;
    hal_address first;      /* all that take() can give lies from here ... */
    hal_address last;       /* ... to here, in one aperture of each bus    */
    struct hal_loan *loans; /* free ones; under the lock                   */
    uint32_t granule;       /* bytes, a power of two                       */
};

#endif
