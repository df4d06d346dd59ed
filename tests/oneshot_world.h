/* SPDX-License-Identifier: MIT */
/* A board with memory of each kind, its bus, and what its cache and its fences
   have done: for the tests of the calls for one buffer. */
#ifndef TESTS_ONESHOT_WORLD_H
#define TESTS_ONESHOT_WORLD_H

#include "dma/iodma.h"
#include "dma/shortcuts.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"

#include <stddef.h>
#include <stdint.h>

#define RW (HAL_READ | HAL_WRITE)

/* A map of the arena, by its offsets. No bus address is the CPU's. */
enum {
    SNOOPED = 0,       /* 0x1000 bytes at bus address 0x80000000             */
    STALE = 0x1000,    /* 0x1000 at 0x90000000, not snooped                  */
    CONSTANT = 0x2000, /* 0x800 at 0xA0000000, the device may only read      */
    SECRET = 0x2800,   /* 0x800 at 0xB0000000, the device may only write     */
    ACROSS = 0x3000,   /* 0x800 at FAR - 0x400: half of it is beyond FAR     */
    ROM = 0x3600,      /* 0x100 bytes there that the CPU may not write       */
    NOWHERE = 0x3800,  /* 0x800 that the device does not see                 */
    QUIET = 0x4000,    /* 0x800 at 0xC0000000, not snooped, uncached         */
    STRAY = 0x4800,    /* 0x800 behind it, not snooped, in no region         */
    ARENA = 0x5000,
};

#define BEYOND (FAR - 0x400)

/* Limits that limit nothing. */
#define ANY                                                                    \
    {                                                                          \
        .address_bits = 0                                                      \
    }

extern uint8_t arena[ARENA];
extern struct hal_aperture apertures[6];
extern struct hal_region regions[3];
extern struct hal_limits port;
extern struct hal_bus hal;
extern struct iodma_bus bus;
extern struct iodma_reason reason;

/* Before the first case: where the arena is, is known only now. */
void place(void);
/* A case, on a bus of that board. */
void begin_case(const char *what);
/* The bus anew, after a change of what it is. */
void start(void);
/* Nothing has been done, or refused. */
void forget(void);

/* What has been done since forget(): one operation of the cache, or none (0),
   on these bytes; and a fence, on its right side. */
void expect_done(char operation, hal_address pa, hal_address length,
                 uint8_t first, uint32_t published, uint32_t observed);
void expect_untouched(void);
void expect_reason(enum iodma_status status, uint32_t rule, uint32_t argument);
/* A call of iodma_map() that changes nothing. */
void expect_refused(const char *what, const struct hal_limits *limits,
                    const void *pointer, size_t capacity, size_t length,
                    uint32_t direction, enum iodma_status want);

#endif
