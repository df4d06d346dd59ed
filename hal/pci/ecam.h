/* SPDX-License-Identifier: MIT */
/*
 * PCI by memory-mapped configuration space. pci_scan() finds every function of
 * a host bridge, behind whatever bridges, gives the buses their numbers and the
 * base address registers (BARs) their places, and leaves all of it quiet. Then,
 * of each function that is wanted:
 *
 *     pci_find     where it is
 *     pci_enable   its registers answer
 *                  ... here its driver resets the device ...
 *     pci_master   it may access memory
 *     pci_line     which interrupt its pin raises
 *
 * What a function says of itself is looked at once, at the scan, and what is
 * remembered lies in memory of ours: a place is what we gave, and an offset
 * that a function gives is good only within it.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge
 *         Architecture Specification 1.2, chapter 3; PCI Express Base
 *         Specification 3.0, 7.2.2 (ECAM), 2.3.2 and 6.6.1 (retries).
 */
#ifndef HAL_PCI_ECAM_H
#define HAL_PCI_ECAM_H

#include "../address.h"
#include "../clock.h"
#include "../status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A stretch of addresses that the host bridge forwards: board data. What lies
 * beyond what a pointer can name is not stated, and so never used.
 */
struct pci_window {
    uintptr_t cpu;  /* of its first byte, as the CPU names it              */
    uint64_t bus;   /* the same, as a function decodes it; may be 0        */
    uintptr_t size; /* bytes; 0: the host bridge has none                  */
    uintptr_t used; /* bytes handed out, from the first on: pci_scan()     */
};

enum { PCI_BARS = 6 };

/* Where a base address register was placed. */
struct pci_bar {
    uintptr_t base; /* as the CPU names it                                 */
    uintptr_t size; /* bytes, a power of two; 0: no such register, or one
                       without a place                                     */
};

/* function->kind */
enum {
    PCI_DEVICE = 0,
    PCI_BRIDGE = 1, /* bars[] are its own two, then what it forwards to its
                       secondary bus: memory, I/O                          */
    PCI_OTHER = 2,  /* the host bridge, or unknown to us: left as it was   */
};

/* One function that was found. */
struct pci_function {
    uintptr_t config;            /* its 4 KiB of configuration space       */
    struct pci_function *bridge; /* that it lies behind; NULL: on bus 0    */
    uint32_t id;                 /* PCI_ID_OF(vendor, device)              */
    uint32_t class_code;         /* base class, subclass, interface: 24 bits */
    uint8_t bus;
    uint8_t devfn;    /* on it: device << 3 | function                     */
    uint8_t kind;     /* PCI_DEVICE ...                                    */
    uint8_t slot;     /* device on bus 0 that it is, or lies behind, ...   */
    uint8_t pin;      /* ... and the interrupt pin that it has there: 1 to 4
                         for INTA to INTD; 0: none                         */
    uint8_t io;       /* bit i: bars[i] is I/O, not memory                 */
    uint8_t unplaced; /* bit i: register i is there, but found no place    */
    struct pci_bar bars[PCI_BARS];
};

/* One host bridge. */
struct pci_ecam {
    /* Set by the board. */
    uintptr_t config; /* of bus 0, as the CPU names it; 1 MiB a bus        */
    uint32_t buses;   /* whose configuration space can be reached: 1 to 256.
                         No bridge is as deep, so this bounds the walk     */
    const struct hal_clock *clock;
    struct pci_window memory;
    struct pci_window io;
    struct pci_function *functions; /* storage                             */
    uint32_t capacity;              /* functions that it holds             */

    /* Known after pci_scan(). */
    uint32_t count; /* functions found, bridges among them, in the order of
                       bus and devfn                                       */
};

/*
 * Find all functions, number all buses, place all BARs. Afterwards no function
 * decodes or masters anything or signals by message, whatever a boot loader
 * left behind; bridges forward to where something was placed. A BAR that finds
 * no place (no such window, too large, beyond what it or a bridge can name) is
 * told of in `unplaced`; the function's others are as good as ever. It reads 0,
 * or if it would answer for the window from there, the highest address that it
 * can hold; if I/O would from there as well, the function decodes no I/O, and
 * none of it has a place. Places are given in the order of the functions.
 *
 * Returns OK; BadArgument, with nothing touched: the board's facts cannot be
 * so. Or with all found that could be: NoResources: more functions than
 * `capacity`, or more buses than `buses`: what is too many stays silent;
 * Timeout: something was still answering "retry" after a second.
 *
 * Context: thread, before any function's driver; waits for who says "retry".
 */
enum iodma_status pci_scan(struct pci_ecam *ecam);

/* What to look for. */
struct pci_key {
    uint32_t id;         /* PCI_ID_OF(); 0: any                            */
    uint32_t class_code; /* 0x010802: NVMe; 0: any                         */
};

#define PCI_ID_OF(vendor, device) ((uint32_t)(device) << 16 | (vendor))

/*
 * Look a function up among those found.
 *
 *   nth       how many such functions are passed over: 0 for the first one
 *   function  out: lent until the next scan
 *
 * Returns OK, or NotFound; then *function is unchanged. Context: any.
 */
enum iodma_status pci_find(const struct pci_ecam *ecam, struct pci_key key,
                           uint32_t nth, const struct pci_function **function);

/*
 * Let a function answer at its places. It masters nothing yet; its interrupt
 * pin is enabled.
 *
 * Returns OK, or Unsupported, with nothing touched: a bridge is none of the
 * caller's business. Context: thread.
 */
enum iodma_status pci_enable(const struct pci_function *function);

/*
 * Let a function access memory, once its driver has reset it: what ran in it
 * before does not know whose memory that is now. Or let it no longer: what it
 * had under way may still arrive, until a read of one of its registers, begun
 * afterwards, has ended: that pushes what the function wrote before (PCI 3.0,
 * 3.2.5), but for writes in relaxed order (PCIe 3.0, 2.4.1).
 *
 * Returns OK, or Unsupported, as pci_enable(), before which this is not called.
 * Context: thread.
 */
enum iodma_status pci_master(const struct pci_function *function, bool on);

enum { PCI_PINS = 4 };

/*
 * Which interrupt a function's pin raises.
 *
 *   lines  of the host bridge, board data: ids at the interrupt controller of
 *          INTA to INTD of device 0 on bus 0; device n has them turned by n, as
 *          behind a bridge
 *   id     out
 *
 * Returns OK, or NotFound: the function has no pin; then *id is unchanged.
 * Context: any. Source: PCI-to-PCI Bridge 1.2, interrupt routing.
 */
enum iodma_status pci_line(const struct pci_function *function,
                           const uint32_t lines[PCI_PINS], uint32_t *id);

/* The message-signalled interrupts of a function. */
struct pci_msix {
    uintptr_t capability; /* in its configuration space                */
    uintptr_t table;      /* in one of its BARs, as the CPU names it   */
    uint32_t vectors;     /* entries of the table, 1 to 2048           */
};

/*
 * Find the MSI-X table of a function that is enabled.
 *
 * Returns OK, or NotFound: it has none, or none that lies within a BAR that has
 * a place; then *msix is unchanged. Context: thread.
 */
enum iodma_status pci_msix_find(const struct pci_function *function,
                                struct pci_msix *msix);

/*
 * Let a function signal one vector by message, in place of its pin; all
 * others stay, or become, masked.
 *
 *   address, data  what it writes where, on the bus: from the interrupt
 *                  controller
 *
 * Returns OK, or BadArgument if it has no such vector.
 * Context: thread, before the function's driver starts.
 */
enum iodma_status pci_msix_enable(const struct pci_msix *msix, uint32_t vector,
                                  hal_address address, uint32_t data);

#ifdef __cplusplus
}
#endif

#endif
