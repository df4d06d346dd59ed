/* SPDX-License-Identifier: MIT */
/*
 * The one type of addresses, lengths and positions, of the CPU as of a bus.
 * Whatever is narrower is so in an encoder, which refuses what does not fit.
 */
#ifndef HAL_ADDRESS_H
#define HAL_ADDRESS_H

#include "version.h"

#include <stdint.h>

#ifndef IODMA_ADDRESS_BITS
#define IODMA_ADDRESS_BITS 64
#endif

#if IODMA_ADDRESS_BITS == 64
typedef uint64_t hal_address;
#define HAL_ADDRESS_MAX UINT64_MAX
#elif IODMA_ADDRESS_BITS == 32
typedef uint32_t hal_address;
#define HAL_ADDRESS_MAX UINT32_MAX
#else
#error "IODMA_ADDRESS_BITS is 32 or 64"
#endif

enum { HAL_ADDRESS_BITS = IODMA_ADDRESS_BITS };

/*
 * Objects of two widths, or of two minor versions, do not link together:
 * whoever includes this file refers to a symbol that says what it was compiled
 * for (iodma_0_1_with_32_bit_addresses), and the library has but the one of its
 * own (hal/address.c). The reference is of no code and takes no byte of a
 * product: it lies where debuggers look. A linker that does not read that (lld,
 * or any that is told to strip) does not notice, either; one that is told to
 * accept no unknown section (--orphan-handling=error) has to be given
 * .debug_iodma.
 */

#define HAL_TEXT(token) #token
#define HAL_SYMBOL_OF(major, minor, bits)                                      \
    "iodma_" HAL_TEXT(major) "_" HAL_TEXT(minor) "_with_" HAL_TEXT(            \
        bits) "_bit_addresses"
#define HAL_SYMBOL                                                             \
    HAL_SYMBOL_OF(IODMA_VERSION_MAJOR, IODMA_VERSION_MINOR, IODMA_ADDRESS_BITS)
#ifdef __ELF__
__asm__(".pushsection .debug_iodma,\"\",%progbits\n\t"
        ".4byte " HAL_SYMBOL "\n\t"
        ".popsection");
#endif

#endif
