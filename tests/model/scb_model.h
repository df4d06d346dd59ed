/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance of a Cortex-M7 behind platform/mmio.h and
 * platform/barrier.h: one level, lines of 32 bytes.
 *
 * An operation has its effect at some moment until the next DSB over all
 * accesses, in order. It does not see stores that no barrier has followed.
 * Operations by set and way, changes of CCR and anything else in the system
 * control space are violations: they are not a driver's of memory in use.
 *
 * Source: ARM DUI 0646C 4.5 (identification) and 4.8 (operations, 4.8.7 on
 * barriers); offsets as in CMSIS core_cm7.h, struct SCB_Type.
 */
#ifndef TESTS_MODEL_SCB_MODEL_H
#define TESTS_MODEL_SCB_MODEL_H

#include "tests/model/cache_lines.h"

struct scb_model {
    struct cache_lines lines; /* line[] and fetch_line are the core's; off:
                                 CCR.DC is 0                             */

    /* Its own. */
    uint32_t csselr;
};

/* Turn the power on: both caches are enabled. Register accesses and barriers
   reach this core. */
void scb_model_power_on(struct scb_model *model);

#endif
