/* SPDX-License-Identifier: MIT */
/*
 * PCI by memory-mapped configuration space: find a function, give its base
 * address registers a place, let it master the bus. Bus 0 only; a function
 * behind a bridge is not found.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI Express Base
 *         Specification 3.0, 7.2.2 (ECAM).
 */
#ifndef HAL_PCI_ECAM_H
#define HAL_PCI_ECAM_H

#include "hal/status.h"

#include <stdint.h>

/* Bus addresses to hand out; next moves up. */
struct pci_window {
    uint64_t next;
    uint64_t end;
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
    uintptr_t config;       /* its 4 KiB of configuration space       */
    uint32_t device;        /* number on bus 0                        */
    uint64_t bar[PCI_BARS]; /* where pci_enable() placed each; 0: none */
};

/*
 * Look for function 0 of a device.
 *
 * Returns OK, or NotFound; then *function is unchanged. Context: thread.
 */
enum iodma_status pci_find(const struct pci_ecam *ecam, uint32_t vendor,
                           uint32_t device, struct pci_function *function);

/*
 * Place all of a function's BARs and let it answer and master the bus. Its
 * interrupt pin stays enabled.
 *
 * Returns OK, or NoSpace if a window is too small; then the function is left
 * disabled and the windows as they were. Context: thread.
 */
enum iodma_status pci_enable(struct pci_ecam *ecam,
                             struct pci_function *function);

#endif
