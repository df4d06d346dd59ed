/* SPDX-License-Identifier: MIT */
#include "address.h"

/* The symbol that all refer to who are of this version and width. */
#ifdef __ELF__
__asm__(".globl " HAL_SYMBOL "\n\t"
        ".set " HAL_SYMBOL ", 0");
#endif
