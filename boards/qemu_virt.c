/* SPDX-License-Identifier: MIT */
/* QEMU's virt machine as it is: its PCI masters look into the caches. */
#define NAME       "qemu_virt"
#define SNOOPED    true
#define CACHE      NULL
#define CACHE_INIT NULL
#define FREQUENCY  0
#define RINGS

#include "boards/qemu_virt_facts.h"
