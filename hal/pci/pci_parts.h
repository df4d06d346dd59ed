/* SPDX-License-Identifier: MIT */
/* What the files of hal/pci share. Context of all: pci_scan(). */
#ifndef HAL_PCI_PCI_PARTS_H
#define HAL_PCI_PCI_PARTS_H

#include "ecam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of a bridge's bars[]. */
enum { PCI_FORWARDS_MEMORY = 2, PCI_FORWARDS_IO = 3 };

/* Where a capability stands in a configuration space; 0: nowhere. */
uintptr_t pci_capability(uintptr_t config, uint32_t id);

/* No message any more, of either kind. */
void pci_messages_off(uintptr_t config);

/* Place what a quiet function has; nothing of it decodes. */
void pci_place(struct pci_ecam *ecam, struct pci_function *function);

/* What is placed between the two lies behind the bridge, which is quiet before
   and forwards to it afterwards. */
void pci_forward_begin(struct pci_ecam *ecam, struct pci_function *bridge);
void pci_forward_end(struct pci_ecam *ecam, struct pci_function *bridge);

/* A bridge as after a reset: it forwards nothing, and knows no bus. */
void pci_forward_nothing(uintptr_t config);

/* The spaces in which something of a function has a place: PCI_COMMAND_x. */
uint32_t pci_spaces(const struct pci_function *function);

#ifdef __cplusplus
}
#endif

#endif
