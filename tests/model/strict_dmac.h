/* SPDX-License-Identifier: MIT */
/*
 * A copy engine made of software, stricter than hardware.
 *
 * It works on real memory, but only inside one arena, and only when the test
 * says so: strict_dmac_run() is the passing of time. What a correct caller
 * never does is noted as a violation and not done. A test ends with
 *
 *     expect("no violation", !strict.violation);
 */
#ifndef TESTS_MODEL_STRICT_DMAC_H
#define TESTS_MODEL_STRICT_DMAC_H

#include "hal/dmac.h"
#include "tests/model/engine_model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRICT_DMAC_SLOTS = 16 }; /* of the largest ring */

/* Where the caller is, for the hook. */
enum strict_dmac_step {
    STRICT_DMAC_EMIT,   /* before the items are looked at        */
    STRICT_DMAC_SUBMIT, /* before and after the doorbell         */
    STRICT_DMAC_REAP,   /* before the progress is read           */
    STRICT_DMAC_HALT,   /* before the engine stops               */
};

struct strict_dmac {
    struct hal_dmac dmac; /* ops, bus, limits, what it can: the test's */

    /* Set by the test before start. */
    uint32_t slots;       /* 1 .. STRICT_DMAC_SLOTS                          */
    hal_address distance; /* bus address - CPU address, of every byte        */
    const void *arena;    /* all memory that there is                        */
    size_t arena_size;    /* bytes                                           */
    struct model_port *ports; /* ENGINE_MODEL_PORTS of them; may be NULL   */
    void (*hook)(enum strict_dmac_step step); /* may be NULL                */

    /* Misbehaviour, set by the test at any time; 0: none. */
    uint32_t fault_at;    /* the n-th item from now is not done, but ...    */
    uint32_t fault;       /* ... stops the engine with this HAL_FAULT_x     */
    hal_address refused;  /* an item of this length cannot be encoded       */
    bool stiff;           /* it goes no way in rows, whatever max_rows says */
    bool narrow;          /* no item of rows can be encoded                 */
    bool hangs;           /* no item is ever done                           */
    bool loses_interrupt; /* nothing is ever announced; reap still tells    */
    bool stuck;           /* halt does not stop it                          */
    bool broken;          /* start answers NotAttached                      */

    /* Read by the test. */
    const char *violation;  /* the first one; NULL: none                    */
    uint32_t starts;        /* calls                                        */
    uint32_t halts;         /* calls                                        */
    uint32_t reaps;         /* calls                                        */
    uint32_t empty_submits; /* calls with nothing emitted before            */
    uint32_t taken;         /* items that emit took                         */
    uint32_t done;          /* items that were moved                        */
    uint64_t halt_deadline; /* of the last halt                             */

    /* Its own. */
    struct hal_route route;
    struct hal_item ring[STRICT_DMAC_SLOTS];
    hal_address part; /* bytes of the item in hand that were moved          */
    uint32_t filled;  /* free-running                                       */
    uint32_t told;    /* free-running: up to here it may work               */
    uint32_t worked;  /* free-running: up to here it has                    */
    uint32_t retired; /* free-running: up to here reap has told             */
    uint32_t cause;   /* HAL_FAULT_x that stopped it                        */
    bool announced;   /* reap has told the cause                            */
    bool runs;        /* between start and halt                             */
};

extern const struct hal_dmac_ops strict_dmac_ops;

/* The controller's own status word that goes with every fault. */
enum { STRICT_DMAC_DETAIL = 0x5D };

/* Let the engine do up to so many items; with a port, accesses. Returns how
   many it did. */
uint32_t strict_dmac_run(struct strict_dmac *strict, uint32_t items);

/* The power fails and returns. */
void strict_dmac_power_cycle(struct strict_dmac *strict);

/* Does the engine ask for its ISR? */
bool strict_dmac_interrupt(const struct strict_dmac *strict);

#endif
