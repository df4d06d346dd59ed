/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance of an ARMv7-A core by address, behind platform/native/
 * cp15.h. Virtual addresses are as in lines.base; with two levels of lines
 * data and instructions meet between them (the point of unification), and
 * memory is below the second (the point of coherency).
 *
 * An operation has its effect at some moment until a DSB over all accesses,
 * in the order in which they were issued; barriers count whether they come as
 * cp15_dsb() or through platform/barrier.h. A DSB over stores completes no
 * maintenance. Loads and stores are in order with operations on their line.
 *
 * Source: ARM DDI 0406C B4.1 and B4.2 (as platform/armv7a/cp15.h). Any address
 * in a line will do, and ICIALLU: ARM DDI 0595, AArch32 system instructions.
 * DSB and its access types: ARM DDI 0487 B2.3.11, of which DDI 0406C is taken
 * to be no weaker; the sequence for code is the example in both.
 */
#ifndef TESTS_MODEL_CP15_MODEL_H
#define TESTS_MODEL_CP15_MODEL_H

#include "tests/model/cache_lines.h"

#include <stdbool.h>

struct cp15_model {
    struct cache_lines lines; /* its sizes are what CTR says */

    /* Set by the test. */
    bool mute; /* CTR does not tell what a line is at most */

    /* Read by the test. */
    uint32_t ctr_reads;

    /* Its own. */
    uint32_t csselr;
    uint32_t selected_at; /* how many ISBs there were at that write   */
};

/* Turn the power on: one level of lines of 64 bytes, instructions in lines of
   32. Barriers and cp15_x() reach this core. */
void cp15_model_power_on(struct cp15_model *model);

#endif
