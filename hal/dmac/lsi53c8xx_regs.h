/* SPDX-License-Identifier: MIT */
/*
 * Registers and SCRIPTS instructions of the LSI53C895A and its relatives, as
 * far as a copy engine needs them.
 *
 * Source: LSI53C895A PCI to Ultra2 SCSI Controller Technical Manual v2.2,
 *         chapter 2 (interrupts), 4.2 (registers) and chapter 5 (SCRIPTS);
 *         offsets and bits compared with Linux, sym_defs.h.
 */
#ifndef HAL_DMAC_LSI53C8XX_REGS_H
#define HAL_DMAC_LSI53C8XX_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

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
#define LSI_ISTAT0_SIP  BIT32(1) /* SCSI interrupt pending: see SIST       */
#define LSI_ISTAT0_SRST BIT32(6) /* software reset, until cleared          */
#define LSI_ISTAT0_ABRT BIT32(7) /* abort, until cleared                   */

#define LSI_ISTAT1      0x15u    /* RW 8: may be used while a script runs  */
#define LSI_ISTAT1_SRUN BIT32(1) /* one does                               */

#define LSI_CTEST4      0x21u    /* RW 8                                   */
#define LSI_CTEST4_MPEE BIT32(3) /* off: no parity error is noticed        */

#define LSI_DSP  0x2Cu /* RW 32: SCRIPTS pointer; writing it starts         */
#define LSI_DSPS 0x30u /* RO 32: second word of the last instruction        */

#define LSI_DMODE                                                              \
    0x38u /* RW 8: 0: memory to memory, burst of 2, start by DSP */

#define LSI_DIEN 0x39u /* RW 8: which DSTAT bits interrupt; same positions  */

#define LSI_DCNTL 0x3Bu /* RW 8                                     */
#define LSI_DCNTL_COM                                                          \
    BIT32(0) /* off: 53C700 compatibility; a software reset                    \
                leaves it                                */

/* SCSI events: SIST0, SIST1 above, in one access. Those named here are fatal to
   an initiator: they stop the script, whether they may interrupt or not. */
#define LSI_SIEN      0x40u     /* RW 16: which of them interrupt           */
#define LSI_SIST      0x42u     /* RO 16: which have happened; reading clears */
#define LSI_SIST_PAR  BIT32(0)  /* parity error                             */
#define LSI_SIST_RST  BIT32(1)  /* the bus was reset                        */
#define LSI_SIST_UDC  BIT32(2)  /* unexpected disconnect                    */
#define LSI_SIST_SGE  BIT32(3)  /* gross error                              */
#define LSI_SIST_MA   BIT32(7)  /* phase mismatch                           */
#define LSI_SIST_STO  BIT32(10) /* selection timed out                      */
#define LSI_SIST_SBMC BIT32(12) /* the bus changed its mode: SE, LVD, HVD   */
#define LSI_SIST_FATAL                                                         \
    (LSI_SIST_PAR | LSI_SIST_RST | LSI_SIST_UDC | LSI_SIST_SGE | LSI_SIST_MA | \
     LSI_SIST_STO | LSI_SIST_SBMC)

/* Instructions: the first word. */
#define LSI_MOVE        0xC0000000u /* 5.7 memory move; bits 23:0 count      */
#define LSI_MOVE_LENGTH MASK32(23, 0)
#define LSI_JUMP        0x80080000u /* 5.6 jump, always; word 2: target      */
#define LSI_INT         0x98080000u /* 5.6 interrupt and stop; word 2: code  */

/* A slot of the ring: one memory move, or an INT, whose third word is not
   reached. Little-endian in memory, as all on PCI. */
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
