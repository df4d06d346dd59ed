/* SPDX-License-Identifier: MIT */
#include "address.h"

/* The symbol that all refer to who are of this version and width. */
#ifdef __ELF__
__asm__(".pushsection .text\n\t"
        ".globl " HAL_SYMBOL "\n" HAL_SYMBOL ":\n\t"
        ".popsection");
#endif
