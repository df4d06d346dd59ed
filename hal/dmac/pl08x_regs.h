/* SPDX-License-Identifier: MIT */
/*
 * Registers and linked list items of the PrimeCell DMA controllers PL080 (eight
 * channels, two AHB masters) and PL081 (two channels, one master), as far as a
 * copy engine needs them. Both have the same layout.
 *
 * Source: ARM DDI 0196 (PL080) and DDI 0218 (PL081), as NXP quotes them in
 *         UM10360 (LPC176x/5x), chapter 31, and UM10237 (LPC24xx), chapter 32;
 *         offsets and fields checked against Linux, include/linux/amba/pl080.h,
 *         and the SVD of the LPC176x.
 */
#ifndef HAL_DMAC_PL08X_REGS_H
#define HAL_DMAC_PL08X_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

#include <stddef.h>

/* Of the controller. Where channels are meant, bit n is channel n. */
#define PL08X_INT_STATUS           0x00u /* RO: of both kinds, masked */
#define PL08X_INT_TC_CLEAR         0x08u /* WO: ones clear */
#define PL08X_INT_ERROR_STATUS     0x0Cu /* RO: masked */
#define PL08X_INT_ERR_CLR          0x10u /* WO: ones clear */
#define PL08X_RAW_INT_TC_STATUS    0x14u /* RO: not masked */
#define PL08X_RAW_INT_ERROR_STATUS 0x18u /* RO: not masked */
#define PL08X_ENBLD_CHNS           0x1Cu /* RO: 0 at the end of a transfer */

#define PL08X_CONFIGURATION     0x30u        /* RW */
#define PL08X_CONFIGURATION_E   BIT32(0)     /* on */
#define PL08X_CONFIGURATION_ALL MASK32(2, 0) /* 1, 2: big-endian */

/* Of a channel, from PL08X_CHANNEL(n). */
#define PL08X_CHANNEL(n) (0x100u + (n)*0x20u)
#define PL08X_SRC_ADDR   0x00u /* RW */
#define PL08X_DEST_ADDR  0x04u /* RW */

#define PL08X_LLI         0x08u    /* RW: the next item; 0: this is the last */
#define PL08X_LLI_LM      BIT32(0) /* from which AHB master; PL081: 0 */
#define PL08X_LLI_ADDRESS MASK32(31, 2)

/* Bursts are coded: bursts[] in the driver. A width of n is 1 << n bytes.
   Protection: bit 0 privileged, 1 bufferable, 2 cacheable. SIZE is read as
   UM10360 31.6.2 and Linux' amba-pl08x.c have it: what is left (the register's
   own text can be taken for what is done). */
#define PL08X_CONTROL               0x0Cu         /* RW */
#define PL08X_CONTROL_SIZE          MASK32(11, 0) /* elements left: see above */
#define PL08X_CONTROL_SB(n)         ((n) << 12)   /* burst of the source */
#define PL08X_CONTROL_DB(n)         ((n) << 15)   /* burst of the destination */
#define PL08X_CONTROL_WIDTH(n)      ((n) << 18 | (n) << 21) /* of both */
#define PL08X_CONTROL_CODE(control) ((control) >> 18 & 3u)  /* the width */
#define PL08X_CONTROL_S             BIT32(24) /* source: AHB master 2 */
#define PL08X_CONTROL_D             BIT32(25) /* destination: AHB master 2 */
#define PL08X_CONTROL_SI            BIT32(26) /* increment the source */
#define PL08X_CONTROL_DI            BIT32(27) /* increment the destination */
#define PL08X_CONTROL_PROT(n)       ((n) << 28)
#define PL08X_CONTROL_I             BIT32(31) /* interrupt at its end */

#define PL08X_CONFIG              0x10u      /* RW */
#define PL08X_CONFIG_E            BIT32(0)   /* enabled, until it ends */
#define PL08X_CONFIG_SRC_PERI(n)  ((n) << 1) /* request line */
#define PL08X_CONFIG_DEST_PERI(n) ((n) << 6)
#define PL08X_CONFIG_TO_PORT      (1u << 11) /* flow: destination paces */
#define PL08X_CONFIG_FROM_PORT    (2u << 11) /* flow: source paces */
#define PL08X_CONFIG_IE           BIT32(14)  /* errors interrupt */
#define PL08X_CONFIG_ITC          BIT32(15)  /* ends of items interrupt */
#define PL08X_CONFIG_A            BIT32(17)  /* RO: data in the FIFO */
#define PL08X_CONFIG_H            BIT32(18)  /* ignore the source's requests */

enum { PL08X_REQUESTS = 16 };

/* A linked list item. */
struct pl08x_item {
    le32 source;
    le32 destination;
    le32 next; /* as PL08X_LLI */
    le32 control;
};
_Static_assert(sizeof(struct pl08x_item) == 16, "four words an item");
_Static_assert(offsetof(struct pl08x_item, control) == 12, "control is last");

#endif
