/* SPDX-License-Identifier: MIT */
/*
 * Registers and SCRIPTS instructions of the LSI53C895A and its relatives, as
 * far as a copy engine needs them.
 *
 * Source: LSI53C895A PCI to Ultra2 SCSI Controller Technical Manual v2.2,
 *         chapter 4.2 (registers) and chapter 5 (SCRIPTS).
 */
#ifndef HAL_DMAC_LSI53C8XX_REGS_H
#define HAL_DMAC_LSI53C8XX_REGS_H

#include "hal/bits.h"
#include "platform/endian.h"

#include <stddef.h>

/* Registers, offsets in BAR 1 (BAR 0 is the same in I/O space). */
#define LSI_DSTAT      0x0Cu    /* RO 8: DMA status; reading clears        */
#define LSI_DSTAT_IID  BIT32(0) /* illegal instruction detected            */
#define LSI_DSTAT_SIR  BIT32(2) /* the script executed INT                 */
#define LSI_DSTAT_ABRT BIT32(4) /* aborted by ISTAT0.ABRT                  */
#define LSI_DSTAT_BF   BIT32(5) /* bus fault                               */
#define LSI_DSTAT_MDPE BIT32(6) /* master data parity error                */

#define LSI_ISTAT0      0x14u    /* RW 8: may be used while a script runs  */
#define LSI_ISTAT0_DIP  BIT32(0) /* DMA interrupt pending: see DSTAT       */
#define LSI_ISTAT0_SRST BIT32(6) /* software reset, until cleared          */
#define LSI_ISTAT0_ABRT BIT32(7) /* abort, until cleared                   */

#define LSI_DSP  0x2Cu /* RW 32: SCRIPTS pointer; writing it starts         */
#define LSI_DSPS 0x30u /* RO 32: second word of the last instruction        */

#define LSI_DMODE                                                              \
    0x38u /* RW 8: 0: memory to memory, burst of 2, start by DSP */

#define LSI_DIEN 0x39u /* RW 8: which DSTAT bits interrupt; same positions  */

#define LSI_DCNTL     0x3Bu    /* RW 8                                     */
#define LSI_DCNTL_COM BIT32(0) /* off: 53C700 compatibility                */

#define LSI_SIEN0 0x40u /* RW 8: which SCSI events interrupt: none          */
#define LSI_SIEN1 0x41u /* RW 8                                             */

/* Instructions: the first word. */
#define LSI_MOVE        0xC0000000u /* 5.7 memory move; bits 23:0 count      */
#define LSI_MOVE_LENGTH MASK32(23, 0)
#define LSI_JUMP        0x80080000u /* 5.6 jump, always; word 2: target      */
#define LSI_INT         0x98080000u /* 5.6 interrupt and stop; word 2: code  */

/* A slot of the ring: one memory move, or an INT, whose third word is not
   reached. Little-endian in memory (5.1). */
struct lsi_slot {
    le32 command;
    le32 source; /* INT: the code that DSPS will show */
    le32 destination;
};
_Static_assert(sizeof(struct lsi_slot) == 12, "5.7: three words a move");

/* Behind the last slot: back to the first. */
struct lsi_jump {
    le32 command;
    le32 target;
};
_Static_assert(sizeof(struct lsi_jump) == 8, "5.6: two words a jump");

#endif
