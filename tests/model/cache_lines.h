/* SPDX-License-Identifier: MIT */
/*
 * What the models of caches have in common: one or two levels of lines before
 * an arena of memory, an instruction cache beside them, and an adversary who
 * does, from a seed, what a real cache may do at any moment:
 *
 *   dirty    written back, and perhaps dropped
 *   clean    dropped, and perhaps fetched again
 *   invalid  fetched, nobody having asked
 *
 * The CPU reads and writes through the first level, the device has memory
 * itself, instructions are fetched where the levels are unified: below the
 * first one. An operation works on one line of each level, the line that holds
 * the address. So with lines of two sizes a driver has to step by the smallest
 * and must own the largest.
 *
 * A driver under test is given addresses of the arena as pointers, which it
 * must not follow: base is the test's, wherever in 32 bits.
 *
 * A model of registers embeds this and issues the operations. What a correct
 * driver never does is a violation; the first one is kept.
 */
#ifndef TESTS_MODEL_CACHE_LINES_H
#define TESTS_MODEL_CACHE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CACHE_LINES_ARENA = 0x2000, /* bytes                               */
    CACHE_LINES_UNIT = 16,      /* bytes, of the smallest line there is */
    CACHE_LINES_UNITS = CACHE_LINES_ARENA / CACHE_LINES_UNIT,
    CACHE_LINES_LEVELS = 2,
    CACHE_LINES_ISSUED = 64,
    CACHE_LINES_STORES = 64,
};

/* Operations: bits, so that several can be allowed. */
enum {
    CACHE_CLEAN = 1,
    CACHE_INVALIDATE = 2,
    CACHE_CLEAN_INVALIDATE = 4,
    CACHE_UNIFY = 8,       /* clean to where instructions are fetched */
    CACHE_FORGET = 16,     /* drop a line of instructions             */
    CACHE_FORGET_ALL = 32, /* drop all of them; needs no allowance    */
};

struct cache_lines;

/* Registers behind platform/mmio.h. */
struct cache_lines_ops {
    uint32_t (*read)(struct cache_lines *lines, uintptr_t address,
                     unsigned size);
    void (*write)(struct cache_lines *lines, uintptr_t address, uint32_t value,
                  unsigned size);
};

/* The model embeds this and finds itself again with HAL_CONTAINER_OF. */
struct cache_lines {
    const struct cache_lines_ops *ops; /* NULL: there are no registers */

    /* Set by the test after the power was turned on. */
    uint32_t base; /* address of the arena, as operations name it; it may
                      end with the last address there is              */
    uint32_t line[CACHE_LINES_LEVELS]; /* bytes; the second 0: one level */
    uint32_t fetch_line;  /* bytes, of the instruction cache        */
    void (*access)(void); /* before every operation and every register
                             access; may be NULL                      */

    /* Read by the test. */
    const char *violation;
    uint32_t operations[CACHE_FORGET_ALL + 1]; /* by CACHE_x: lines        */
    uint32_t dsbs;                             /* over all accesses */
    uint32_t isbs;

    /* The model's. */
    bool off;             /* the CPU goes past the levels                   */
    bool buffered;        /* stores wait for a barrier; operations do not see
                             those that wait                                 */
    bool background;      /* barriers do not complete operations            */
    bool predictor_stale; /* branch predictions of old code        */

    /* Its own. */
    uint64_t random;
    uint32_t patience; /* the adversary acts at one of so many moments: who
                          writes back at once hides what is lost          */
    uint8_t memory[CACHE_LINES_ARENA];
    struct {
        uint8_t bytes[CACHE_LINES_ARENA];
        uint8_t state[CACHE_LINES_UNITS]; /* of the line's first unit */
    } level[CACHE_LINES_LEVELS];
    uint8_t fetched[CACHE_LINES_ARENA];
    bool fetch_valid[CACHE_LINES_UNITS];
    uint8_t allowed[CACHE_LINES_UNITS];
    bool waits[CACHE_LINES_UNITS]; /* an operation nobody has awaited */
    uint32_t watched_from, watched_to;
    struct {
        uint32_t operation;
        uint32_t at;
    } issued[CACHE_LINES_ISSUED];
    uint32_t issued_count;
    struct {
        uint32_t at;
        uint8_t value;
    } stores[CACHE_LINES_STORES];
    uint32_t stores_count;
    bool code_waits;  /* code was maintained: no DSB since  */
    bool fetch_waits; /* and no ISB after that              */
};

/* For the test ------------------------------------------------------------ */

/* Fill the arena with fresh bytes, drop all lines, forget what was allowed,
   counted and violated. Everything else stays. Called after line[] is set. */
void cache_lines_begin(struct cache_lines *lines, uint64_t seed);

/* Allow operations on all lines that hold bytes of the range: of the smallest
   lines, or of the instruction cache's for CACHE_FORGET. */
void cache_lines_allow(struct cache_lines *lines, uint32_t operations,
                       uint32_t address, uint32_t size);

/* What the CPU and the device do with bytes. The CPU does not touch lines
   whose maintenance is not known to be complete: a violation. */
void cache_lines_read(struct cache_lines *lines, uint32_t address, void *to,
                      uint32_t size);
void cache_lines_write(struct cache_lines *lines, uint32_t address,
                       const void *from, uint32_t size);
void cache_lines_device_read(struct cache_lines *lines, uint32_t address,
                             void *to, uint32_t size);
void cache_lines_device_write(struct cache_lines *lines, uint32_t address,
                              const void *from, uint32_t size);

/* Branch to code that was loaded: how the CPU reads it. What is missing after
   its maintenance is a violation. */
void cache_lines_execute(struct cache_lines *lines, uint32_t address, void *to,
                         uint32_t size);

/* The device is told to begin: whatever was issued has to be complete, and
   known to be. */
void cache_lines_doorbell(struct cache_lines *lines);

/* For the models ---------------------------------------------------------- */

/* This cache is on: register accesses and barriers reach it. */
void cache_lines_power_on(struct cache_lines *lines);

/* Note what a correct driver never does. Always returns false. */
bool cache_lines_violates(struct cache_lines *lines, const char *what);

/* The test's hook is called, and the adversary acts. */
void cache_lines_access(struct cache_lines *lines);

/* The adversary alone. */
void cache_lines_moment(struct cache_lines *lines);

/* Count an operation on the line that holds the address, which from now on
   somebody has to await. False, with a violation: it is not allowed there. */
bool cache_lines_begins(struct cache_lines *lines, uint32_t operation,
                        uint32_t address);

/* Its effect, now. */
void cache_lines_apply(struct cache_lines *lines, uint32_t operation,
                       uint32_t address);

/* Begin an operation whose effect comes at some moment until the next barrier
   over all accesses; then it is known. In order. */
void cache_lines_issue(struct cache_lines *lines, uint32_t operation,
                       uint32_t address);

/* It is known that what began is complete. */
void cache_lines_awaited(struct cache_lines *lines);

/* Instructions of these lines are dropped: what is fetched anew has to find
   what was cleaned, so that one was awaited. */
void cache_lines_expect_clean(struct cache_lines *lines, uint32_t address,
                              uint32_t size);

/* Code was maintained otherwise than by an operation on lines. */
void cache_lines_code_changes(struct cache_lines *lines);

#endif
