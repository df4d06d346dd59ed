/* SPDX-License-Identifier: MIT */
/*
 * How the tests of the model of a PL080 and PL081 are written: rows of register
 * accesses and steps, and of what is found then.
 */
#ifndef TESTS_PL08X_ROWS_H
#define TESTS_PL08X_ROWS_H

#include "tests/model/pl08x_model.h"

#include <stddef.h>
#include <stdint.h>

#define BASE   ((uintptr_t)0x10130000)
#define RING   0x00100000u
#define FROM   0x00200000u
#define TO     0x00300000u
#define NOBODY 0x00400000u
#define OUT    0x101F1000u /* ports: out on line 3, in on line 15 */
#define IN     0x101F2000u

enum { BYTES = 0x8000, PORT_BYTES = 64, ITEMS = 4, OPS = 28 };

/* Registers. */
#define INT      0x000u
#define TC       0x004u
#define TC_CLR   0x008u
#define ERR      0x00Cu
#define ERR_CLR  0x010u
#define RAW_TC   0x014u
#define RAW_ERR  0x018u
#define ENABLED  0x01Cu
#define SOFT     0x020u
#define SOFT_END 0x02Cu
#define CONF     0x030u
#define SYNC     0x034u
#define TEST     0x500u
#define ID       0xFE0u
#define SRC(c)   (0x100u + 0x20u * (c))
#define DST(c)   (0x104u + 0x20u * (c))
#define LLI(c)   (0x108u + 0x20u * (c))
#define CTL(c)   (0x10Cu + 0x20u * (c))
#define CFG(c)   (0x110u + 0x20u * (c))

/* DMACCxControl: both sides increment, and the end interrupts. */
#define WIDTHS(s, d) (0x8C000000u | (d) << 21 | (s) << 18)
#define WORDS(n)     (WIDTHS(2u, 2u) | (n))
#define BURST4       0x00009000u
#define QUIET        0x80000000u
#define FROM_FIXED   0x04000000u
#define TO_FIXED     0x08000000u
#define FROM_AHB2    0x01000000u
#define TO_AHB2      0x02000000u

/* DMACCxConfiguration: enabled, both interrupts let through. */
#define GO      0xC001u
#define OFF     0xC000u
#define HALT    0x40000u
#define ACTIVE  0x20000u
#define TO_OUT  (1u << 11 | 3u << 6)
#define FROM_IN (2u << 11 | 15u << 1)

/* What a row does, one after the other. */
enum what {
    END,
    WRITE,       /* a to register b                      */
    WRITE16,     /* the same, of half a word             */
    READ,        /* register b: a comes                  */
    READ16,      /* register b                           */
    STEP,        /* a steps, all of which do something   */
    IDLE,        /* a step does nothing                  */
    ITEM,        /* a into word b of the ring            */
    PUBLISH,     /* the ring                             */
    INTERRUPT,   /* of channel b: a                      */
    MOVED,       /* a elements                           */
    FETCHED,     /* a items                              */
    COPIED,      /* a bytes, beginning with byte b       */
    UNTOUCHED,   /* a bytes, beginning with byte b       */
    FILLED,      /* a words with the first one           */
    ASKS,        /* port b for a elements                */
    PORT,        /* port b is done with a bytes          */
    MISBEHAVE,   /* in the way a, after b steps          */
    DELAY,       /* a steps, of a late end               */
    STUCK,       /* or not any more                      */
    ABORT_DELAY, /* a steps                              */
    MEMORY_BY,   /* masters a                            */
    PORTS_BY,    /* masters a                            */
    CLOSES,      /* after a reads                        */
    POWER,       /* fails and returns                    */
};

struct op {
    enum what what;
    uint32_t b;
    uint32_t a;
};

struct row {
    const char *name;
    void (*chip)(struct pl08x_model *model);
    struct op ops[OPS];
    const char *violation;
};

/* The chip on, and a channel set up: from, to, no next item. */
#define ON                                                                     \
    {                                                                          \
        WRITE, CONF, 1                                                         \
    }
#define SET(c, control)                                                        \
    { WRITE, SRC(c), FROM }, { WRITE, DST(c), TO }, { WRITE, LLI(c), 0 },      \
    {                                                                          \
        WRITE, CTL(c), control                                                 \
    }
#define START(c, control)                                                      \
    ON, SET(c, control),                                                       \
    {                                                                          \
        WRITE, CFG(c), GO                                                      \
    }

/* An item of the ring: words 32 bytes further on, on both sides. */
#define LINK(i, next, control)                                                 \
    { ITEM, 4 * (i), FROM + 32 * ((i) + 1) },                                  \
        { ITEM, 4 * (i) + 1, TO + 32 * ((i) + 1) },                            \
        { ITEM, 4 * (i) + 2, next },                                           \
    {                                                                          \
        ITEM, 4 * (i) + 3, control                                             \
    }

/* To a port, from one. */
#define BYTES_OUT(n) ((WIDTHS(0u, 0u) | (n)) & ~TO_FIXED)
#define BYTES_IN(n)  ((WIDTHS(0u, 0u) | (n)) & ~FROM_FIXED)
#define TO_PORT(c, n)                                                          \
    ON, SET(c, n), { WRITE, DST(c), OUT },                                     \
    {                                                                          \
        WRITE, CFG(c), GO | TO_OUT                                             \
    }
#define FROM_PORT(c, n)                                                        \
    ON, SET(c, n), { WRITE, SRC(c), IN },                                      \
    {                                                                          \
        WRITE, CFG(c), GO | FROM_IN                                            \
    }

/* Each in a case of its own, of a chip whose power was just turned on. */
void run_all(const struct row *rows, size_t count);

#endif
