/* SPDX-License-Identifier: MIT */
/* Calls without a command that explain themselves: a row says what is asked, of
   which of them, and the record that is wanted. */
#ifndef TESTS_REASON_OTHERS_H
#define TESTS_REASON_OTHERS_H

#include "tests/reason/rows.h"

#include <stdbool.h>
#include <stdint.h>

/* A buffer of the CPU's own, of which the device sees the first half; it does
   not look into the caches, and the second quarter is uncached. */
enum { ARENA = 0x1000, UNCACHED = 0x400, UNSEEN = 0x800 };

extern struct others {
    uint8_t arena[ARENA] __attribute__((aligned(ARENA)));
    struct hal_limits port;
    struct hal_aperture apertures[2];
    struct hal_region regions[2];
    struct iodma_bus bus;
    struct hal_bus hal;
    struct iodma_reason reason;
} others;

/* What is not said is 0. */
struct other {
    const char *what;
    enum iodma_status (*call)(const struct other *row);
    uint32_t at; /* where in the arena ...    */
    bool null;   /* ... or nowhere            */
    uint32_t capacity, length, direction;
    uint32_t mapping; /* of a transfer's commands  */
    struct hal_limits limits;
    const struct hal_translation *translation;
    struct iodma_reason want;
    bool lies; /* `actual` is in the arena */
};

/* clang-format off */
#define LIES(...) SAY(__VA_ARGS__), .lies = true
/* clang-format on */

/* Each ends with a row without a name: the bus, one buffer, memory that is
   shared; transfers and copies. */
extern const struct other reason_others[];
extern const struct other reason_copies[];

/* Have each row called, on a bus of its own. */
void others_explain(const struct other *rows);

/* A row of which only the run knows what it wants. */
void others_too_far(void);

#endif
