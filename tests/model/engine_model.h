/* SPDX-License-Identifier: MIT */
/*
 * What the register models of copy engines have in common, so that one suite
 * drives them all (tests/test_engines.c).
 *
 * A model is a chip behind platform/mmio.h. Nothing moves in a register
 * access: engine_model_step() is the passing of time, and a step is one thing
 * that the chip does on its bus: it fetches a descriptor, or moves one
 * element. Descriptors it sees as they were at the last publish; data as it
 * is. What a correct driver never does, what the manual leaves undefined and
 * what the chip would do in silence (drop bits of an address, wrap a count)
 * is a violation; the first one is kept, and nothing is moved from then on.
 *
 * Writes are posted: they have their effect at the next read of the same chip
 * or at the next step, whichever is first. So an ISR that acknowledges without
 * reading back finds its interrupt still asserted.
 */
#ifndef TESTS_MODEL_ENGINE_MODEL_H
#define TESTS_MODEL_ENGINE_MODEL_H

#include "tests/model/piece.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENGINE_MODEL_CHANNELS = 32, /* of the largest engine                   */
    ENGINE_MODEL_PORTS = 4,
    ENGINE_MODEL_POSTED = 64, /* writes under way                        */
};

/* How a chip misbehaves. */
enum {
    ENGINE_BEHAVES = 0,
    ENGINE_FAILS = 1,    /* a bus access is refused                        */
    ENGINE_STALLS = 2,   /* it stays enabled and does nothing any more     */
    ENGINE_EARLY = 3,    /* it says done before the last elements have moved,
                            and moves them in later steps                  */
    ENGINE_LATE = 4,     /* all has moved; it says so `delay` steps later  */
    ENGINE_TWICE = 5,    /* it interrupts again after it was acknowledged  */
    ENGINE_SPURIOUS = 6, /* it interrupts without a cause                  */
    ENGINE_IDLES = 7,    /* it says done and has moved nothing             */
    ENGINE_STOPS = 8,    /* it disables itself in the middle, without a word */
};

/* A peripheral's data register, and its request line. */
struct model_port {
    uint64_t bus;     /* address of the register; width 0: no such port     */
    uint32_t width;   /* bytes that an access must have                   */
    uint32_t request; /* number of its line                               */
    uint32_t depth;   /* elements of its FIFO                             */
    uint8_t *bytes;   /* what it receives, or sends; in order             */
    size_t size;      /* bytes of them: more is a violation               */
    size_t done;      /* bytes received or sent                           */
    uint32_t ready;   /* elements that it asks for now: an access beyond
                         is an overrun of the FIFO, a violation           */
};

struct engine_model;

struct engine_model_ops {
    /* Registers. The offset is from the base. */
    uint32_t (*read)(struct engine_model *model, uint32_t offset,
                     unsigned size);
    void (*write)(struct engine_model *model, uint32_t offset, uint32_t value,
                  unsigned size);
    /* Do one thing on the bus, of some channel, round about. Returns false if
       there is nothing to do for any of them. */
    bool (*step)(struct engine_model *model);
    /* Does the chip ask for the ISR of this channel? */
    bool (*interrupt)(const struct engine_model *model, uint32_t channel);
    /* All registers as at power-up; what was under way is forgotten. */
    void (*power_on)(struct engine_model *model);
};

/* The model embeds this and finds itself again with HAL_CONTAINER_OF. */
struct engine_model {
    const struct engine_model_ops *ops;
    uint32_t registers; /* bytes of register space */

    /* Set by the test after engine_model_power_on(). */
    uintptr_t base;
    struct model_piece ring; /* descriptors: the only memory for them     */
    uint8_t *published;      /* as large as the ring; the test's          */
    struct model_piece pieces[MODEL_PIECES]; /* data                        */
    struct model_port ports[ENGINE_MODEL_PORTS];
    void (*access)(void); /* before every register access; may be NULL    */

    /* Misbehaviour: one thing, when `at` more steps were made. */
    uint32_t misbehaves; /* ENGINE_x; the model sets it back when it is done */
    uint32_t at;
    uint32_t delay;       /* steps, for ENGINE_LATE                       */
    bool absent;          /* reads give all ones, writes are lost         */
    bool unclocked;       /* the same with zeros                          */
    bool stuck;           /* neither abort nor disable has an effect      */
    uint32_t abort_delay; /* steps until an abort takes effect            */

    /* Read by the test. */
    const char *violation;
    uint32_t fetched; /* descriptors                                      */
    uint32_t moved;   /* elements                                         */
    uint32_t reads;   /* register accesses, whichever                     */
    uint32_t writes;

    /* Its own. */
    struct {
        uint32_t offset;
        uint32_t value;
        unsigned size;
    } posted[ENGINE_MODEL_POSTED];
    uint32_t posted_count;
};

/* Turn the power on, and let mmio_model_read() and _write() reach this chip.
   Everything but ops and registers is 0 afterwards. */
void engine_model_power_on(struct engine_model *model);

/* The power fails and returns: registers and what was under way are lost; what
   the test set stays. */
void engine_model_power_cycle(struct engine_model *model);

/* Let up to so many steps pass. Returns how many did something. */
uint32_t engine_model_step(struct engine_model *model, uint32_t steps);

/* What the CPU has written to the ring is visible to the chip. */
void engine_model_publish(struct engine_model *model);

bool engine_model_interrupt(const struct engine_model *model, uint32_t channel);

/* For the models ---------------------------------------------------------- */

/* Note what a correct driver never does. Always returns false. */
bool engine_model_violates(struct engine_model *model, const char *what);

/* Read a descriptor, as published. False, with a violation: it is not all in
   the ring. */
bool engine_model_fetch(struct engine_model *model, uint64_t bus, void *to,
                        uint32_t size);

/* Write into a descriptor, as some engines do: the CPU sees it at once. False
   as above. */
bool engine_model_write_back(struct engine_model *model, uint64_t bus,
                             const void *from, uint32_t size);

/*
 * Read or write one element: data, the published ring, or a port. The address
 * is a multiple of the size; anything else is a violation.
 *
 *   request  line that paces this side; at a port's address the port has to be
 *            ready, and to have this line; UINT32_MAX: the side is not paced
 *
 * Returns false if nobody answers at that address: a bus error, which is the
 * chip's business.
 */
bool engine_model_load(struct engine_model *model, uint64_t bus, void *to,
                       uint32_t size, uint32_t request);
bool engine_model_store(struct engine_model *model, uint64_t bus,
                        const void *from, uint32_t size, uint32_t request);

/* Does the port on this line ask for at least so many elements now? */
bool engine_model_asks(const struct engine_model *model, uint32_t request,
                       uint32_t elements);

/* Is it time for this misbehaviour? Counts the step; true once. */
bool engine_model_turn(struct engine_model *model, uint32_t kind);

#endif
