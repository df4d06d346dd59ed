/* SPDX-License-Identifier: MIT */
/* Between the registers, the arbiter and the engine of the eDMA's model. */
#ifndef TESTS_MODEL_EDMA_MODEL_ENGINE_H
#define TESTS_MODEL_EDMA_MODEL_ENGINE_H

#include "tests/model/edma_model.h"

/* What the engine does. */
enum {
    EDMA_IDLE = 0,
    EDMA_MOVES = 1, /* a minor loop                                  */
    EDMA_LATE = 2,  /* all of it has moved; ENGINE_LATE              */
    EDMA_LOADS = 3, /* the next descriptor, by its next step         */
};

/* The arbiter ------------------------------------------------------------- */

/* Choose the channel that is served next. False: nobody asks. */
bool edma_model_arbitrate(struct edma_model *edma);

/* Does the DMAMUX ask for this channel? */
bool edma_model_line(struct edma_model *edma, uint32_t channel);

/* Could the engine take up this descriptor at any time, or has it? */
bool edma_model_may_run(const struct edma_model *edma, uint32_t channel);

/* Set START, as SSRT and links do. */
void edma_model_start(struct edma_model *edma, uint32_t channel);

/* A violation if the channel has no descriptor. */
void edma_model_set_up(struct edma_model *edma, uint32_t channel);

/* The engine -------------------------------------------------------------- */

bool edma_model_step(struct engine_model *engine);

/* Cancel what is executed, after abort_delay steps.
 *
 *   how  CX, ECX or both
 */
void edma_model_cancel(struct edma_model *edma, uint32_t how);

/* Has this misbehaviour's time come? True once. */
bool edma_model_take(struct edma_model *edma, uint32_t kind);

#endif
