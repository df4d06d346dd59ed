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
 * own (hal/address.c). It takes no byte of a product: the reference lies in a
 * section that is empty, and is kept (R) whatever the linker leaves out. Who
 * compiles with less than GCC 11 or clang 13, which know no such section, or
 * links with lld, which may not look (that of LLVM 14 does, that of 19 does
 * not), has to see to it himself. Who makes an archive with -flto compiles
 * address.c without: the index of an object for LTO has no symbol of assembler.
 */

#define HAL_TEXT(token) #token
#define HAL_SYMBOL_OF(major, minor, bits)                                      \
    "iodma_" HAL_TEXT(major) "_" HAL_TEXT(minor) "_with_" HAL_TEXT(            \
        bits) "_bit_addresses"
#define HAL_SYMBOL                                                             \
    HAL_SYMBOL_OF(IODMA_VERSION_MAJOR, IODMA_VERSION_MINOR, IODMA_ADDRESS_BITS)
#if defined(__ELF__) && defined(__has_attribute)
#if __has_attribute(retain)
__asm__(".pushsection .text.iodma,\"axR\",%progbits\n\t"
        ".type " HAL_SYMBOL ",%notype\n\t" /* or clang forgets its name */
        ".reloc ., BFD_RELOC_NONE, " HAL_SYMBOL "\n\t"
        ".popsection");
#endif
#endif

#endif
