/* SPDX-License-Identifier: MIT */
/*
 * PCI by memory-mapped configuration space: find a function, give its base
 * address registers a place, let it master the bus. Bus 0 only; a function
 * behind a bridge is not found.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6, 6.8.2 (MSI-X); PCI
 *         Express Base Specification 3.0, 7.2.2 (ECAM).
 */
#ifndef HAL_PCI_ECAM_H
#define HAL_PCI_ECAM_H

#include "hal/address.h"
#include "hal/status.h"

#include <stdint.h>

/* Bus addresses to hand out; next moves up. */
struct pci_window {
    hal_address next;
    hal_address end;
};

/* One host bridge. */
struct pci_ecam {
    uintptr_t config;         /* of bus 0, as the CPU names it          */
    struct pci_window memory; /* bus address = CPU physical address     */
    struct pci_window io;
};

enum { PCI_BARS = 6 };

/* One function that was found. */
struct pci_function {
    uintptr_t config; /* its 4 KiB of configuration space               */
    uint32_t device;  /* number on bus 0                                */
    hal_address bar[PCI_BARS]; /* where pci_enable() placed each; 0: none */
};

/*
 * Look for function 0 of a device.
 *
 *   nth  how many such devices are passed over: 0 for the first one
 *
 * Returns OK, or NotFound; then *function is unchanged. Context: thread.
 */
enum iodma_status pci_find(const struct pci_ecam *ecam, uint32_t vendor,
                           uint32_t device, uint32_t nth,
                           struct pci_function *function);

/*
 * Place all of a function's BARs and let it answer and master the bus. Its
 * interrupt pin stays enabled.
 *
 * Returns OK, or NoSpace if a window is too small, or beyond what a BAR of 32
 * bits can name; then the function is disabled, and *function and the windows
 * are as they were. Context: thread.
 */
enum iodma_status pci_enable(struct pci_ecam *ecam,
                             struct pci_function *function);

/* The message-signalled interrupts of a function. */
struct pci_msix {
    uintptr_t capability; /* in its configuration space                */
    uintptr_t table;      /* in one of its BARs                        */
    uint32_t vectors;     /* entries of the table                      */
};

/*
 * Find the MSI-X table of a function that is enabled. CPU address = bus
 * address, as for the BARs.
 *
 * Returns OK, or NotFound if it has none; then *msix is unchanged.
 * Context: thread.
 */
enum iodma_status pci_msix_find(const struct pci_function *function,
                                struct pci_msix *msix);

/*
 * Let a function signal one vector by message, in place of its pin; all
 * others stay, or become, masked.
 *
 *   address, data  what it writes where: from the interrupt controller
 *
 * Returns OK, or BadArgument if it has no such vector.
 * Context: thread, before the function's driver starts.
 */
enum iodma_status pci_msix_enable(const struct pci_msix *msix, uint32_t vector,
                                  hal_address address, uint32_t data);

#endif
