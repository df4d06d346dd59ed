/* SPDX-License-Identifier: MIT */
/*
 * A round (tests/model/round.h) set up: its bus, storage, IOMMU and descriptor,
 * over memory with two sides. One at a time.
 */
#ifndef TESTS_MODEL_STAGE_H
#define TESTS_MODEL_STAGE_H

#include "dma/iodma.h"
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

/* Granules of storage on loan, and whether these are. */
uint32_t stage_loans(void);
bool stage_on_loan(uint64_t address, uint64_t size);

/*
 * The CPU physical address of the byte that the device gets at when it says
 * `address` and does `access` to it (0: it is only us who look). False: the
 * access fails.
 */
bool stage_device(bool mapped, uint64_t address, uint32_t access,
                  uint64_t *physical);

#endif
