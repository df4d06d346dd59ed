/* SPDX-License-Identifier: MIT */
/*
 * A host bridge, a model of what is behind it, and its driver: for the tests of
 * the latter.
 */
#ifndef TESTS_ECAM_WORLD_H
#define TESTS_ECAM_WORLD_H

#include "hal/pci/ecam.h"
#include "tests/model/pci_model.h"

#include <stdint.h>

#define CONFIG ((uintptr_t)0x70000000)
#define KIB    UINT64_C(0x400)
#define MIB    UINT64_C(0x100000)
#define GIB    UINT64_C(0x40000000)

/* Where the CPU finds the first byte of a window. */
#define MEMORY_CPU ((uintptr_t)0x20000000)
#define IO_CPU     ((uintptr_t)0x18000000)

enum {
    BUSES = 16,
    CAPACITY = 48,
    VENDOR = 0x1000,
    DEVICE = 0x0012,
    BRIDGE = 0x0B0B,
    CLASS_NVME = 0x010802,
};

/* Of the command register. */
enum { IO = 1, MEMORY = 2, MASTER = 4 };

/* Where the capabilities of most functions are. */
enum { MSI = 0x40 / 4, EXPRESS = 0x60 / 4, MSIX = 0x50 / 4 };

/* A base address register that a function has. */
struct bar {
    uint32_t kind;
    uint64_t size; /* 0: absent */
};

#define WIDE (PCI_MODEL_64 | PCI_MODEL_PREFETCH)

extern struct pci_model tree;
extern struct pci_model_function models[CAPACITY];
extern struct pci_function found[CAPACITY];
extern struct pci_ecam ecam;
extern uint64_t ticks;
extern uint64_t step; /* from one look at the clock to the next */

/* A host bridge with nothing behind it, and windows of 16 MiB and 64 KiB. */
void power_on(void);

/* Function models[index], and a bridge, behind a bridge or on the first bus. */
struct pci_model_function *add(uint32_t index,
                               const struct pci_model_function *bridge,
                               uint32_t device, uint32_t function, uint32_t id);
struct pci_model_function *add_bridge(uint32_t index,
                                      const struct pci_model_function *bridge,
                                      uint32_t device);

/* The one function of the bus; what is left in its registers is nonsense. */
void make_function(const struct bar *bars);

void scan(void);

/* The nth function found that has this identifier. */
const struct pci_function *look(uint32_t id, uint32_t nth);

uint32_t command_of(const struct pci_model_function *model);

void expect_no_violation(void);
void expect_missing(struct pci_key key, uint32_t nth);
void expect_at(const struct pci_function *function, uint32_t on,
               uint32_t device, uint32_t number);

/* What the CPU sends to each place of a function's arrives there, at its first
   and its last byte. */
void expect_reached(const struct pci_function *function,
                    const struct pci_model_function *model);

#endif
