/* SPDX-License-Identifier: MIT */
/*
 * How the tests of the model of the RP2040's DMA are written: scripts of
 * register accesses and steps, and of what is found then.
 */
#ifndef TESTS_RP2040_SCRIPT_H
#define TESTS_RP2040_SCRIPT_H

#include "tests/model/rp2040_dma_model.h"

#include <stddef.h>
#include <stdint.h>

#define BASE      UINT32_C(0x50000000)
#define SRC       UINT32_C(0x20000000)
#define DST       UINT32_C(0x20001000)
#define RING      UINT32_C(0x20040000)
#define UART      UINT32_C(0x40034000)
#define NOWHERE   UINT32_C(0xD0000000) /* SIO, which no channel sees */
#define UART_DREQ 20u

#define BYTES 256u
#define WORDS 16u /* of the ring */

/* Registers of channel n. */
#define CH(n)    ((n)*0x40u)
#define READ     0x00u
#define WRITE    0x04u
#define COUNT    0x08u
#define CTRL_T   0x0Cu
#define AL1_CTRL 0x10u
#define COUNT_T  0x1Cu
#define WRITE_T  0x2Cu
#define READ_T   0x3Cu

#define INTR   0x400u
#define INTE0  0x404u
#define INTF0  0x408u
#define INTS0  0x40Cu
#define INTE1  0x414u
#define INTS1  0x41Cu
#define TIMER0 0x420u
#define MULTI  0x430u
#define SNIFF  0x434u
#define SUM    0x438u
#define LEVELS 0x440u
#define ABORT  0x444u
#define NCHAN  0x448u
#define CREDIT 0x800u
#define RELOAD 0x804u
#define XOR    0x1000u
#define SET    0x2000u
#define CLR    0x3000u

/* Fields of CTRL. */
#define EN        1u
#define HALF      (1u << 2)
#define WORD      (2u << 2)
#define INR       (1u << 4)
#define INW       (1u << 5)
#define WRAP(n)   ((n) << 6)
#define ON_WRITE  (1u << 10)
#define CHAIN(n)  ((n) << 11)
#define TREQ(n)   ((uint32_t)(n) << 15)
#define QUIET     (1u << 21)
#define SWAP      (1u << 22)
#define SNIFFED   (1u << 23)
#define BUSY      (1u << 24)
#define WRITE_ERR (1u << 29)
#define READ_ERR  (1u << 30)
#define AHB_ERR   (1u << 31)

/* Bytes and words from memory to memory; a channel of a pair, and the one that
   programs it by AL1. */
#define COPY8  (EN | INR | INW | TREQ(63))
#define COPY32 (COPY8 | WORD)
#define DATA   (COPY32 | CHAIN(1) | QUIET)
#define LOADER (COPY32 | CHAIN(1) | QUIET | WRAP(4) | ON_WRITE)

/* What a case does, and what it looks at. */
enum act {
    END,
    PUT,    /* write a register                                 */
    GET,    /* read one, and find this                          */
    STEP,   /* let so many steps pass, of which so many are made */
    IRQ,    /* of this channel, is it asserted?                 */
    SAME,   /* so many bytes have arrived, and no more          */
    SLOT,   /* write a word of the ring                         */
    SHOW,   /* publish it                                       */
    MOVED,  /* so many elements and descriptors                 */
    ASK,    /* the UART asks for so many; it has received so many */
    TURN,   /* misbehave so, after so many steps                */
    DELAY,  /* until the chip says that it is done, or aborts   */
    STUCK,  /* it does not stop                                 */
    CYCLE,  /* the power fails                                  */
    NARROW, /* write a byte of a register                       */
};

struct line {
    enum act act;
    uint32_t a;
    uint32_t b;
};

#define DO(act, a, b)                                                          \
    {                                                                          \
        act, a, b                                                              \
    }

/* Channel n copies `count` elements from SRC to DST: not started yet, started.
 */
#define SET_UP(n, count, ctrl)                                                 \
    DO(PUT, CH(n) + READ, SRC), DO(PUT, CH(n) + WRITE, DST),                   \
        DO(PUT, CH(n) + COUNT, count), DO(PUT, CH(n) + AL1_CTRL, ctrl)

#define COPY(n, count, ctrl)                                                   \
    DO(PUT, CH(n) + READ, SRC), DO(PUT, CH(n) + WRITE, DST),                   \
        DO(PUT, CH(n) + COUNT, count), DO(PUT, CH(n) + CTRL_T, ctrl)

/* Four words of the ring. */
#define ITEM(slot, ctrl, at, count)                                            \
    DO(SLOT, 4 * (slot), ctrl), DO(SLOT, 4 * (slot) + 1, SRC + (at)),          \
        DO(SLOT, 4 * (slot) + 2, DST + (at)), DO(SLOT, 4 * (slot) + 3, count)

/* Channel 1 programs channel 0 from the ring on: not started yet. */
#define LOAD                                                                   \
    DO(PUT, CH(1) + READ, RING), DO(PUT, CH(1) + WRITE, BASE + AL1_CTRL),      \
        DO(PUT, CH(1) + COUNT, 4), DO(PUT, CH(1) + AL1_CTRL, LOADER)

/* Two items of 4 and 2 words, and the end: started. */
#define CHAIN_OF_TWO                                                           \
    ITEM(0, DATA, 0, 4), ITEM(1, DATA, 16, 2), ITEM(2, DATA, 0, 0),            \
        DO(SHOW, 0, 0), DO(PUT, INTE0, 1), LOAD, DO(PUT, MULTI, 2)

struct script {
    const char *what;
    struct line lines[40];
    const char *violation; /* NULL: none */
};

/* Each in a case of its own, of a chip whose power was just turned on. */
void play_all(const struct script *scripts, size_t count);

#endif
