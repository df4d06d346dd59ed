/* SPDX-License-Identifier: MIT */
#include "hal/address.h"

/* The symbol that all refer to who have this width. */
#ifdef __ELF__
__asm__(".globl " HAL_ADDRESS_SYMBOL "\n\t"
        ".set " HAL_ADDRESS_SYMBOL ", 0");
#endif
