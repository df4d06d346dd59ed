/* SPDX-License-Identifier: MIT */
/* A board's copy engine made ready to use, from the board's tables. */
#ifndef TESTS_IMAGES_BRING_UP_H
#define TESTS_IMAGES_BRING_UP_H

#include "boards/board.h"
#include "dma/iodma.h"

#include <stdbool.h>
#include <stdint.h>

/* An engine, its bus, and a channel on it. */
struct engine {
    const struct board_dmac *facts;
    struct iodma_bus bus;
    struct iodma_share ring;
    struct iodma_channel channel;
    bool poll;           /* reap in engine_run(), no interrupt            */
    uint32_t interrupts; /* taken                                         */
};

/*
 * Find the board's index-th engine, give it its ring, start it, and install
 * its interrupt unless `poll`.
 *
 * Returns OK, NotFound if the board has none such, or what failed; *step then
 * says in words what was being done. Context: thread.
 */
enum iodma_status engine_bring_up(struct engine *engine, uint32_t index,
                                  bool poll, const char **step);

/* Serve the channel until all its transfers have ended. Each has a deadline,
   so this ends. Context: thread. */
void engine_run(struct engine *engine);

#endif
