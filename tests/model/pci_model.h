/* SPDX-License-Identifier: MIT */
/*
 * A tree of PCI buses behind platform/mmio.h: the configuration space of every
 * function, which is reached as the bridges above it are set, and one MSI-X
 * table.
 *
 * Each word of a configuration space has bits that a write changes and bits
 * that it does not: that is all there is to a base address register, or to a
 * bridge. What a correct driver never does is noted as a violation.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge
 *         Architecture Specification 1.2, chapter 3; PCI Express Base
 *         Specification 3.0, 2.3.2 and 7.2.2.
 */
#ifndef TESTS_MODEL_PCI_MODEL_H
#define TESTS_MODEL_PCI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PCI_MODEL_FUNCTIONS = 64,
    PCI_MODEL_WORDS = 64,      /* of a conventional configuration space */
    PCI_MODEL_VECTORS = 2048,  /* of the table, at most                 */
    PCI_MODEL_BUDGET = 200000, /* accesses: no scan needs as many      */
};

/* Words of a configuration space. */
enum {
    PCI_MODEL_COMMAND = 1, /* status above                             */
    PCI_MODEL_CLASS = 2,   /* above the revision                       */
    PCI_MODEL_HEADER = 3,
    PCI_MODEL_BAR0 = 4, /* the first base address register             */
    PCI_MODEL_BUSES = 6,
    PCI_MODEL_FORWARD_IO = 7,
    PCI_MODEL_FORWARD_MEMORY = 8,
    PCI_MODEL_ROM = 12,  /* of a bridge: the upper half of its I/O      */
    PCI_MODEL_LIST = 13, /* where the capabilities begin               */
    PCI_MODEL_BRIDGE_ROM = 14,
};

/* The low bits of a base address register. */
enum {
    PCI_MODEL_32 = 0,
    PCI_MODEL_64 = 4,
    PCI_MODEL_PREFETCH = 8,
    PCI_MODEL_IO = 1,
};

struct pci_model_function {
    /* Set by the test. */
    uint32_t words[PCI_MODEL_WORDS];
    uint32_t writable[PCI_MODEL_WORDS];
    const struct pci_model_function *bridge; /* NULL: on bus 0          */
    uint32_t place;   /* device << 3 | function                        */
    uint32_t retries; /* times that it asks to be asked again          */
    bool anywhere;    /* it answers by any device number of its bus    */
    bool liar;        /* it answers anything                           */
};

struct pci_model {
    /* Set by the test. */
    uintptr_t config; /* where the configuration space of bus 0 begins  */
    uint32_t buses;
    uint64_t seed; /* of what liars say                                 */
    struct pci_model_function *functions[PCI_MODEL_FUNCTIONS];
    const struct pci_model_function *msix; /* whose table it is; NULL: none */
    uint32_t msix_word;                    /* of its capability         */
    uintptr_t table;                       /* where the CPU finds it    */
    uint64_t table_bus;                    /* where it is on the bus    */

    /* Read by the test. */
    uint32_t entries[PCI_MODEL_VECTORS][4];
    uint32_t table_writes;
    uint32_t accesses;     /* a bound exceeded ends the program         */
    const char *violation; /* the first one; NULL: none                 */
};

/* An empty bus 0 at this address, that mmio_model_read() and _write() reach. */
void pci_model_power_on(struct pci_model *model, uintptr_t config,
                        uint32_t buses);

/* A function as it comes out of a boot loader: decoding, and mastering. It is
   on no bus yet. */
void pci_model_function_init(struct pci_model_function *function,
                             uint32_t vendor, uint32_t device);

/* The same, a bridge; with bus numbers and windows that are no good. */
void pci_model_bridge_init(struct pci_model_function *bridge, uint32_t vendor,
                           uint32_t device);

/* Put a function behind a bridge; NULL: on bus 0. */
void pci_model_add(struct pci_model *model, struct pci_model_function *function,
                   const struct pci_model_function *bridge, uint32_t place);

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

/* Put a capability at a word, and at the end of its list. */
void pci_model_capability(struct pci_model_function *function, uint32_t word,
                          uint32_t id, uint32_t upper);

/* Does what the host sends to this bus address arrive at the function, and at
   nobody else? */
bool pci_model_arrives(const struct pci_model *model,
                       const struct pci_model_function *function,
                       uint64_t address, bool io);

/* May the function access memory, through all the bridges above it? */
bool pci_model_masters(const struct pci_model_function *function);

#endif
