/* SPDX-License-Identifier: MIT */
/*
 * The SCRIPTS processor of an LSI53C895A behind platform/mmio.h, as far as a
 * copy engine needs it; stricter than the chip, and a good deal stricter than
 * QEMU.
 *
 * Writing DSP only starts a script; lsi53c8xx_model_step() is the passing of
 * time. The chip reaches the pieces of memory that the test declares, at
 * their bus addresses, and nothing else. Pieces of instructions it sees as
 * they were at the last lsi53c8xx_model_publish(). What a correct driver never
 * does is noted as a violation.
 *
 * Source: LSI53C895A Technical Manual v2.2, chapters 2 (fatal, masked and
 *         stacked interrupts), 4.2 and 5; times as Linux keeps them
 *         (sym_chip_reset()).
 */
#ifndef TESTS_MODEL_LSI53C8XX_MODEL_H
#define TESTS_MODEL_LSI53C8XX_MODEL_H

#include "tests/model/piece.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LSI_MODEL_REGISTERS = 0x60,
    LSI_MODEL_SCRIPT = 1024, /* bytes of instructions, at most */
};

/* What interrupts, whether it is enabled or not. */
struct lsi_model_news {
    uint8_t dstat; /* the bits that stop a script */
    uint16_t sist;
};

struct lsi53c8xx_model {
    /* Set by the test. */
    uintptr_t base;                          /* where the registers are   */
    struct model_piece script;               /* instructions              */
    struct model_piece pieces[MODEL_PIECES]; /* data                      */
    void (*access)(void); /* before every register access; may be NULL    */
    const uint64_t *now;  /* milliseconds; NULL: no time is kept          */

    /* Misbehaviour; 0: none. */
    bool absent;          /* reads give all ones, writes are lost         */
    bool stuck;           /* neither ABRT nor SRST has an effect          */
    uint32_t abort_delay; /* reads of ISTAT0 until ABRT takes effect      */
    uint32_t parity_at;   /* the n-th move from now meets a parity error,
                             which damages its data                       */

    /* Read by the test. */
    const char *violation; /* the first one; NULL: none                   */
    uint32_t reads[LSI_MODEL_REGISTERS]; /* by register                   */
    uint32_t writes[LSI_MODEL_REGISTERS];
    uint32_t moves; /* done                                               */
    bool running;

    /* Its own. */
    uint8_t published[LSI_MODEL_SCRIPT];
    struct lsi_model_news first;  /* what DSTAT and SIST show             */
    struct lsi_model_news second; /* what came since, behind them         */
    uint8_t istat0;
    uint8_t ctest4;
    uint16_t sien;
    uint64_t srst_at; /* when it was set                                  */
    uint64_t ready;   /* from when on the bus has settled                 */
    uint8_t dmode;
    uint8_t dien;
    uint8_t dcntl;
    uint32_t dsp;
    uint32_t dsps;
    uint32_t until_abort;
};

/* Turn the power on and let mmio_model_read() and _write() reach this chip.
   What the test sets it sets afterwards. */
void lsi53c8xx_model_power_on(struct lsi53c8xx_model *model);

/* Execute up to so many instructions. Returns how many it did. */
uint32_t lsi53c8xx_model_step(struct lsi53c8xx_model *model,
                              uint32_t instructions);

/* The SCSI bus does something: bits of SIST that are fatal. */
void lsi53c8xx_model_scsi(struct lsi53c8xx_model *model, uint32_t sist);

/* All that the CPU has written to the script is visible to the chip. */
void lsi53c8xx_model_publish(struct lsi53c8xx_model *model);

/* Is the interrupt line asserted? */
bool lsi53c8xx_model_interrupt(const struct lsi53c8xx_model *model);

#endif
