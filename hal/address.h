/* SPDX-License-Identifier: MIT */
/*
 * The one type of addresses, lengths and positions, of the CPU as of a bus.
 * Whatever is narrower is so in an encoder, which refuses what does not fit.
 */
#ifndef HAL_ADDRESS_H
#define HAL_ADDRESS_H

#include <stdint.h>

#ifndef IODMA_ADDRESS_BITS
#define IODMA_ADDRESS_BITS 64
#endif

#if IODMA_ADDRESS_BITS == 64
typedef uint64_t hal_address;
#define HAL_ADDRESS_MAX    UINT64_MAX
#define HAL_ADDRESS_SYMBOL "hal_address_has_64_bits"
#elif IODMA_ADDRESS_BITS == 32
typedef uint32_t hal_address;
#define HAL_ADDRESS_MAX    UINT32_MAX
#define HAL_ADDRESS_SYMBOL "hal_address_has_32_bits"
#else
#error "IODMA_ADDRESS_BITS is 32 or 64"
#endif

enum { HAL_ADDRESS_BITS = IODMA_ADDRESS_BITS };

/*
 * Objects of the two widths do not link together: whoever includes this file
 * refers to a symbol that says what it was compiled for, and the library has
 * but the one of its own (hal/address.c). The reference is of no code and takes
 * no byte of a product: it lies where debuggers look. A linker that does not
 * read that (lld, or any that is told to strip) does not notice, either.
 */
#ifdef __ELF__
__asm__(".pushsection .debug_hal_address,\"\",%progbits\n\t"
        ".4byte " HAL_ADDRESS_SYMBOL "\n\t"
        ".popsection");
#endif

#endif
