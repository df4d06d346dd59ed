/* SPDX-License-Identifier: MIT */
/*
 * A round (tests/model/round.h) set up: its bus, storage, IOMMU and descriptor,
 * over memory with two sides. One at a time.
 */
#ifndef TESTS_MODEL_STAGE_H
#define TESTS_MODEL_STAGE_H

#include "dma/bounce.h"
#include "dma/bus.h"
#include "dma/command.h"
#include "dma/map.h"
#include "dma/memory.h"
#include "hal/address.h"
#include "tests/model/model_mapper.h"
#include "tests/model/round.h"

#include <stdbool.h>
#include <stdint.h>

struct stage {
    struct iodma_bus bus;
    struct iodma_spec spec;
    struct iodma_memory *memory; /* prepared itself */
    struct model_mapper mapper;  /* the IOMMU       */
};

extern struct stage stage;

/* Set a round up. False: it is none that a bus could have. */
bool stage_begin(const struct round *round);

/* Everything was given back: storage, IOVA, locks; and end the round. */
bool stage_end(void);

/* Nothing is taken. */
bool stage_is_empty(void);

/* Granules of storage that were taken, and whether these are; loans. */
uint32_t stage_granules(void);
bool stage_is_taken(hal_address address, hal_address size);
uint32_t stage_loans(void);

/*
 * The CPU physical address of the byte that the device gets at when it says
 * `address` and does `access` to it (0: it is only us who look). False: the
 * access fails.
 */
bool stage_device(bool mapped, hal_address address, uint32_t access,
                  hal_address *physical);

#endif
