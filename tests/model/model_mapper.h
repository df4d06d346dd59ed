/* SPDX-License-Identifier: MIT */
/*
 * An IOMMU made of software, stricter than hardware: what a correct core
 * never asks of a mapper is a broken expectation, and not done. A page that
 * was taken out and not synced yet is stale: the master may still reach it,
 * so it must not be shown anew.
 */
#ifndef TESTS_MODEL_MODEL_MAPPER_H
#define TESTS_MODEL_MODEL_MAPPER_H

#include "hal/mapper.h"
#include "tests/reach.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MODEL_MAPPER_PAGES = 256, /* shown and stale together          */
    MODEL_MAPPER_CALLS = 32,  /* kept of the log: the first ones    */
};

/* I/O space from the middle of what a device reaches on, a sixteenth of that:
   0x80000000 to 0x8FFFFFFF (spec 10.1). */
#define MODEL_MAPPER_FIRST (FAR / 2)
#define MODEL_MAPPER_LAST  (FAR / 2 + FAR / 16 - 1)

struct model_mapper_call {
    char operation; /* 'm'ap_run, 'u'nmap, 's'ync */
    hal_address iova;
    hal_address bus;    /* of map_run                  */
    hal_address length; /* bytes, a refused map_run's too */
    uint32_t access;    /* of map_run                  */
};

struct model_mapper_page {
    hal_address iova;
    hal_address bus;
    uint32_t access; /* 0: there is no such page    */
    bool stale;
};

struct model_mapper {
    struct hal_mapper mapper; /* the contract; the test may change the facts,
                                 with nothing mapped */

    /* Set by the test. */
    void (*moment)(void); /* at the beginning and end of each call; or NULL */
    unsigned fail_at;     /* the n-th map_run from now fails; 0: none does  */
    enum iodma_status fail_with; /* how; as it is made: NoResources         */

    /* Read by the test. */
    struct model_mapper_call calls[MODEL_MAPPER_CALLS];
    unsigned call_count; /* of all calls */

    struct model_mapper_page pages[MODEL_MAPPER_PAGES];
};

/* Mapper M of the spec (10.1): pages of 0x1000, I/O space from 0x8000_0000 to
   0x8FFF_FFFF, which can be bypassed. Nothing is shown. */
void model_mapper_init(struct model_mapper *model);

/*
 * Where an access of the master's goes, one byte.
 *
 *   access  HAL_READ, HAL_WRITE or both
 *
 * Returns true and the bus address, of a stale page, too; false if that access
 * is not shown there.
 */
bool model_mapper_translate(const struct model_mapper *model, hal_address iova,
                            uint32_t access, hal_address *bus);

/* Pages shown, or, not yet synced, stale. */
unsigned model_mapper_shown(const struct model_mapper *model, bool stale);

/* Nothing is shown, nothing is stale. */
bool expect_model_mapper_empty(const struct model_mapper *model);

#endif
