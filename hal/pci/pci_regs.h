/* SPDX-License-Identifier: MIT */
/*
 * Configuration space of a PCI function, offsets and fields.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge
 *         Architecture Specification 1.2, chapter 3 (header type 1); PCI
 *         Express Base Specification 3.0, chapter 7. All of it as in Linux,
 *         include/uapi/linux/pci_regs.h.
 */
#ifndef HAL_PCI_PCI_REGS_H
#define HAL_PCI_PCI_REGS_H

#include "../bits.h"

/* Both header types. */
#define PCI_ID      0x00u /* vendor, device above; all ones: nobody          */
#define PCI_COMMAND 0x04u
#define PCI_STATUS  0x06u
#define PCI_CLASS   0x08u /* revision, class code above                      */
#define PCI_HEADER  0x0Eu
#define PCI_BAR0    0x10u
#define PCI_LIST    0x34u /* first capability                                */
#define PCI_PIN     0x3Du /* interrupt: 1 to 4 for INTA to INTD              */

#define PCI_VENDOR       MASK32(15, 0)
#define PCI_VENDOR_NONE  0xFFFFu
#define PCI_VENDOR_RETRY 0x0001u /* "ask again" (PCIe 2.3.2) */

#define PCI_COMMAND_IO     BIT32(0)
#define PCI_COMMAND_MEMORY BIT32(1)
#define PCI_COMMAND_MASTER BIT32(2)

#define PCI_STATUS_LIST BIT32(4) /* has capabilities                        */

#define PCI_CLASS_HOST 0x0600u /* base class and subclass of a host bridge */

#define PCI_HEADER_TYPE   MASK32(6, 0)
#define PCI_HEADER_DEVICE 0u
#define PCI_HEADER_BRIDGE 1u
#define PCI_HEADER_MANY   BIT32(7) /* functions 1 to 7 may be there too      */

/* A base address register's low bits (6.2.5.1). */
#define PCI_BAR_IO          BIT32(0)
#define PCI_BAR_TYPE        MASK32(2, 0)
#define PCI_BAR_64          BIT32(2)
#define PCI_BAR_IO_MASK     MASK32(31, 2)
#define PCI_BAR_MEMORY_MASK MASK32(31, 4)

/* Expansion ROM; bit 0: decoded. */
#define PCI_ROM        0x30u
#define PCI_BRIDGE_ROM 0x38u

/* Header type 1. A window whose base is above its limit is closed. */
#define PCI_BRIDGE_BUSES               0x18u /* primary, secondary, subordinate         */
#define PCI_BRIDGE_IO                  0x1Cu /* 16: base, limit: address bits 15:12     */
#define PCI_BRIDGE_MEMORY              0x20u /* base, limit: address bits 31:20         */
#define PCI_BRIDGE_PREFETCH            0x24u /* the same */
#define PCI_BRIDGE_PREFETCH_LIMIT_HIGH 0x2Cu
#define PCI_BRIDGE_IO_HIGH             0x30u /* base, limit: bits 31:16       */
#define PCI_BRIDGE_CONTROL             0x3Eu

#define PCI_BRIDGE_IO_CLOSED     0x00F0u
#define PCI_BRIDGE_IO_BASE       0x00F0u
#define PCI_BRIDGE_MEMORY_CLOSED 0x0000FFF0u
#define PCI_BRIDGE_LATENCY       MASK32(31, 24) /* beside the bus numbers    */

/* Capabilities (6.7): identifier, then offset of the next, on words. They
   lie behind the header, so there are not more than these. */
#define PCI_CAPABILITY_ID    0u
#define PCI_CAPABILITY_NEXT  1u
#define PCI_CAPABILITY_MASK  0xFCu
#define PCI_CAPABILITY_FIRST 0x40u
#define PCI_CAPABILITIES     48u

/* MSI (6.8.1). */
#define PCI_MSI                0x05u
#define PCI_MSI_CONTROL        2u
#define PCI_MSI_CONTROL_ENABLE BIT32(0)

/* MSI-X (6.8.2). */
#define PCI_MSIX                0x11u
#define PCI_MSIX_CONTROL        2u
#define PCI_MSIX_CONTROL_LAST   MASK32(10, 0) /* vectors, less one       */
#define PCI_MSIX_CONTROL_MASK   BIT32(14)     /* all of them             */
#define PCI_MSIX_CONTROL_ENABLE BIT32(15)
#define PCI_MSIX_TABLE          4u
#define PCI_MSIX_TABLE_BAR      MASK32(2, 0)

#define PCI_MSIX_ENTRY        16u /* bytes */
#define PCI_MSIX_ADDRESS      0u
#define PCI_MSIX_ADDRESS_HIGH 4u
#define PCI_MSIX_DATA         8u
#define PCI_MSIX_VECTOR       12u /* bit 0: masked */

/* PCI Express (PCIe 7.8). */
#define PCI_EXPRESS           0x10u
#define PCI_EXPRESS_FLAGS     2u
#define PCI_EXPRESS_TYPE      MASK32(7, 4)
#define PCI_EXPRESS_ROOT_PORT (4u << 4)
#define PCI_EXPRESS_DOWN_PORT (6u << 4) /* of a switch */

#endif
