/* SPDX-License-Identifier: MIT */
/*
 * One engine under the suite (tests/test_engines.c). A program is the suite and
 * one file that defines engine_case: tests/engines/<chip>.c. What the engine is
 * asked follows from the facts in its struct hal_dmac and from what is here.
 */
#ifndef TESTS_ENGINES_ENGINE_H
#define TESTS_ENGINES_ENGINE_H

#include "hal/dmac.h"
#include "hal/shared.h"
#include "tests/model/engine_model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    ENGINE_CHANNELS = 8,             /* that the suite uses at most */
    ENGINE_RING = 0x4000,            /* bytes of all rings at most  */
    ENGINE_SLOTS = ENGINE_RING / 16, /* of a ring at most */
};

/* Where an engine finds itself: the suite's. */
struct engine_place {
    const struct hal_bus *bus;
    struct hal_shared ring; /* engine_case.ring_size() bytes, at a multiple of
                               64 KiB for CPU and bus                        */
    uint32_t slots;         /* of each channel's ring; a power of two        */
    struct model_piece pieces[MODEL_PIECES]; /* data                         */
    void (*access)(void); /* to be called before every access to registers   */

    /* For the handler of a real one's interrupt. Returns false if the channel
       is polled: the interrupt has to be held back until the next power-on. */
    bool (*isr)(uint32_t channel);
};

struct engine_case {
    const char *name;
    uint32_t channels; /* 1 to ENGINE_CHANNELS                               */
    uint32_t slots;    /* of the smallest ring                               */

    /* Ports that it serves, a few of different widths and bursts. Their
       addresses are the suite's; each with its request line. */
    const struct hal_port *ports;
    uint32_t port_count;
    bool whole_bursts; /* it moves no part of a burst                        */
    bool judges;       /* an item that it cannot encode is a violation       */
    bool at_once;      /* all of a batch is done when its doorbell returns   */
    bool lingers;      /* it announces its end before it rests: until then the
                          ISR may write nothing, and is called again         */

    /* Of the misbehaviours of its model, those it shows: BIT32(ENGINE_x). */
    uint32_t misbehaves;

    /* Bytes of shared memory that all channels need with rings of so many
       slots; NULL: none, or the board's. */
    uint32_t (*ring_size)(uint32_t slots);

    /*
     * Turn the power on: the chip as at boot, and a fresh driver instance for
     * each channel, ready for start(). Of an engine_model the suite sets ring,
     * published, pieces and access itself, behind this call.
     */
    void (*power_on)(const struct engine_place *place);
    struct hal_dmac *(*channel)(uint32_t index);

    /* The bus of a real one, whose lock turns interrupts off; NULL: it is a
       model, on a bus of the suite's. */
    const struct hal_bus *(*bus)(void);

    /* ENGINE_MODELLED() gives all that follows but interrupt. */
    struct engine_model *model; /* NULL: none                                */

    /* Let up to so many steps pass. Returns how many did something; of a real
       one, whether it was put to work since the last call. */
    uint32_t (*step)(uint32_t steps);
    /* Does this channel ask for its ISR? NULL: it has none, and is polled. A
       real one comes to place.isr by itself. */
    bool (*interrupt)(uint32_t index);
    /* What the CPU has written is visible to the engine. */
    void (*publish)(void);
    /* The power fails and returns. */
    void (*power_cycle)(void);
    /* What a correct driver, or channel, never does; NULL: nothing. */
    const char *(*violation)(void);
    /* A port that the engine can be told of, up to ENGINE_MODEL_PORTS; NULL:
       it has none. */
    struct model_port *(*port)(uint32_t index);
};

extern const struct engine_case engine_case;

/* Members of an engine_case that has a model (struct engine_model *). Where its
   lines are numbered as the case's channels, .interrupt may be
   engine_modelled_interrupt. */
#define ENGINE_MODELLED(of_model)                                              \
    .model = (of_model), .step = engine_modelled_step,                         \
    .publish = engine_modelled_publish,                                        \
    .power_cycle = engine_modelled_power_cycle,                                \
    .violation = engine_modelled_violation, .port = engine_modelled_port

uint32_t engine_modelled_step(uint32_t steps);
bool engine_modelled_interrupt(uint32_t index);
void engine_modelled_publish(void);
void engine_modelled_power_cycle(void);
const char *engine_modelled_violation(void);
struct model_port *engine_modelled_port(uint32_t index);

#endif
