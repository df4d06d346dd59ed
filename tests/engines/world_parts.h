/* SPDX-License-Identifier: MIT */
/* What the files of the world share. */
#ifndef TESTS_ENGINES_WORLD_PARTS_H
#define TESTS_ENGINES_WORLD_PARTS_H

#include "dma/iodma.h"
#include "tests/engines/world.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    WORLD_GRANULE = 256,
    WORLD_PAGES = 4096,
};

struct world_data {
    uint8_t sources[WORLD_AREA];
    uint8_t targets[WORLD_AREA];
    uint8_t twins[WORLD_AREA]; /* the oracle's targets */
    uint8_t storage[WORLD_PAGES * WORLD_GRANULE];

    /* The CPU's alone. */
    uint8_t want[WORLD_AREA];  /* of targets                              */
    bool meant[WORLD_AREA];    /* targets that jobs are to write           */
    uint8_t noise[WORLD_AREA]; /* what targets hold at first               */
};

/* Where it lies, at a multiple of 64 KiB: every alignment that an engine may
   ask for is one of these bytes' too. Of whoever links the suite: natively
   tests/engines/world_memory.c, on a board the file of the engine. */
struct world_data *world_memory(void);

extern struct world_data *world_data; /* that, from world_begin() on */

extern uint32_t world_reach; /* bytes of targets that a test may have used */
extern struct iodma_channel world_oracle;

#endif
