/* SPDX-License-Identifier: MIT */
/*
 * DCACHE1 of an STM32U5 behind platform/mmio.h: a data cache on the system bus
 * before external memory, maintained in the background by one command at a
 * time on one range of addresses.
 *
 * A register access moves nothing: dcache_model_step() is the passing of time,
 * and a step is one line. A test whose driver polls makes a step in
 * lines.access. A command is awaited when SR was read with neither busy flag
 * after its end. A command does not see stores that no barrier has followed.
 *
 * Both ends of the range are inclusive, and the bits of an address below the
 * line are dropped. What the manual forbids is a violation, with no effect.
 *
 * Source: SVD of the STM32U5, DCACHE (fields, and when they may be written);
 * cmsis_device_u5 (lines of 16 bytes up to the U585, of 32 from the U595 on);
 * stm32u5xx_hal_dcache.c (order of writes, the last address inclusive, busy
 * flags before enabling). RM0456 was not seen. Whether STARTCMD is seen before
 * BUSYCMDF, and a stale CMDENDF after it, nobody says: the model may do both.
 */
#ifndef TESTS_MODEL_DCACHE_MODEL_H
#define TESTS_MODEL_DCACHE_MODEL_H

#include "tests/model/cache_lines.h"

struct dcache_model {
    struct cache_lines lines; /* line[0]: 32 after power-up */

    /* Set by the test. */
    uintptr_t base;

    /* Misbehaviour; 0: none. */
    bool stuck;           /* a command that began does not end            */
    uint32_t fails_at;    /* the n-th line from now is not written back,
                             and ERRF says so                              */
    uint32_t start_delay; /* steps from STARTCMD until BUSYCMDF           */

    /* Its own. */
    uint32_t cr;
    uint32_t sr;
    uint32_t ier;
    uint32_t first; /* as in CMDRSADDRR and CMDREADDRR */
    uint32_t last;
    bool range_is_new; /* the command was not written since       */
    uint32_t delay;    /* steps until STARTCMD becomes BUSYCMDF */
    uint32_t next;     /* offset of the next line to work on      */
    uint32_t end;      /* and where to stop                       */
};

/* Turn the power on: the cache is disabled and invalidates itself, which takes
   steps. Register accesses and barriers reach it. */
void dcache_model_power_on(struct dcache_model *model);

/* Let up to so many steps pass. Returns how many did something. */
uint32_t dcache_model_step(struct dcache_model *model, uint32_t steps);

/* Is the interrupt line asserted? */
bool dcache_model_interrupt(const struct dcache_model *model);

#endif
