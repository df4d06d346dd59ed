/* SPDX-License-Identifier: MIT */
/*
 * Bus 0 of a host bridge behind platform/mmio.h: configuration space of
 * function 0 of each device, and one MSI-X table.
 *
 * Each word of a configuration space has bits that a write changes and bits
 * that it does not: that is all there is to a base address register. What a
 * correct driver never does is noted as a violation.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI Express Base
 *         Specification 3.0, 7.2.2.
 */
#ifndef TESTS_MODEL_PCI_MODEL_H
#define TESTS_MODEL_PCI_MODEL_H

#include <stdint.h>

enum {
    PCI_MODEL_DEVICES = 32,
    PCI_MODEL_WORDS = 64,  /* of a conventional configuration space */
    PCI_MODEL_VECTORS = 8, /* of the table, at most                 */
    PCI_MODEL_COMMAND = 1, /* words: command, status above          */
    PCI_MODEL_BAR0 = 4,    /* the first base address register       */
    PCI_MODEL_LIST = 13,   /* where the capabilities begin          */
};

/* The low bits of a base address register. */
enum {
    PCI_MODEL_32 = 0,
    PCI_MODEL_64 = 4,
    PCI_MODEL_PREFETCH = 8,
    PCI_MODEL_IO = 1,
};

/* One device. */
struct pci_model_function {
    uint32_t words[PCI_MODEL_WORDS];
    uint32_t writable[PCI_MODEL_WORDS];
};

struct pci_model {
    /* Set by the test. */
    uintptr_t config; /* where the configuration space of the bus begins  */
    struct pci_model_function *functions[PCI_MODEL_DEVICES]; /* NULL: none */
    struct pci_model_function *msix; /* whose table it is; NULL: none     */
    uint32_t msix_word;              /* of its capability                 */
    uintptr_t table;                 /* where the table is                */

    /* Read by the test. */
    uint32_t entries[PCI_MODEL_VECTORS][4];
    uint32_t table_writes;
    const char *violation; /* the first one; NULL: none                   */
};

/* An empty bus at this address, that mmio_model_read() and _write() reach. */
void pci_model_power_on(struct pci_model *model, uintptr_t config);

/* A device as it comes out of a boot loader: decoding, and mastering. */
void pci_model_function_init(struct pci_model_function *function,
                             uint32_t vendor, uint32_t device);

/*
 * Give it a base address register.
 *
 *   kind  PCI_MODEL_x; of 64 bits takes this register and the next
 *   size  a power of two. PCI_MODEL_IO: the bits above 16 are implemented
 *         if `size` says so: pass size | PCI_MODEL_IO_WIDE
 */
#define PCI_MODEL_IO_WIDE (UINT64_C(1) << 63)
void pci_model_bar(struct pci_model_function *function, uint32_t index,
                   uint32_t kind, uint64_t size);

#endif
