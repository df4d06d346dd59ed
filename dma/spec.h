/* SPDX-License-Identifier: MIT */
/*
 * A specification: what a driver asks for on behalf of its device. Commands are
 * given one (dma/command.h), and make limits of it.
 */
#ifndef DMA_SPEC_H
#define DMA_SPEC_H

#include "segment.h"
#include "window.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The constraints of one device, as the driver writes them: IODMACommand's
 * SegmentOptions, laid out as there, with two fields of ours behind it. 0 is
 * "no limit" in every field. What is more than hal_address can tell limits
 * nothing, either. Fill it with IODMA_SPEC.
 */
struct iodma_segment_options {
    uint8_t struct_size;  /* sizeof this struct: a field is read if it lies
                             within; 40 at least, which is Apple's          */
    uint8_t address_bits; /* reaches bus addresses 0 .. 2^bits - 1          */
    uint64_t max_segment; /* bytes in one segment                           */
    uint64_t max_transfer IODMA_OPTIONAL;   /* bytes in one preparation     */
    uint32_t align_address IODMA_OPTIONAL;  /* of the first segment; power of
                                               two, bytes                   */
    uint32_t align_length IODMA_OPTIONAL;   /* of every length; the same    */
    uint32_t align_internal IODMA_OPTIONAL; /* of every segment after the
                                               first; 0: as align_address   */
    uint64_t boundary IODMA_OPTIONAL;       /* power of two that no segment may
                                               straddle (E2)                  */
    uint32_t max_segments IODMA_OPTIONAL;   /* in one list (E2)               */
};

enum { IODMA_APPLE_OPTIONS_SIZE = 40 };

/* A device's specification. */
struct iodma_spec {
    const struct iodma_output *output;
    uint32_t mapping;            /* IODMA_MAPPED ... and flags             */
    struct iodma_mapper *mapper; /* NULL: the bus's, if it has one         */
    struct iodma_segment_options segment;
};

/*
 * A specification: the output, the address bits, the maximum segment, and then
 * any further field of the options by name; or that, through a mapping and a
 * mapper (or NULL):
 *
 *     IODMA_SPEC(iodma_output_host64, 32, 0x10000, .align_length = 4)
 *     IODMA_SPEC_THROUGH(IODMA_UNMAPPED, NULL, iodma_output_host64, 32, 0)
 *
 * C++ has fields by name from C++20 on, in the order of the struct; before
 * that, all further fields are set afterwards.
 */
#define IODMA_SPEC(out, bits, ...)                                             \
    IODMA_SPEC_THROUGH(IODMA_MAPPED, NULL, out, bits, __VA_ARGS__)
#if !defined(__cplusplus) || __cplusplus >= 202002L
#define IODMA_SPEC_THROUGH(through, by, out, bits, ...)                        \
    {                                                                          \
        .output = &(out), .mapping = (through), .mapper = (by), .segment = {   \
            .struct_size = sizeof(struct iodma_segment_options),               \
            .address_bits = (bits),                                            \
            .max_segment = __VA_ARGS__                                         \
        }                                                                      \
    }
#else
#define IODMA_SPEC_THROUGH(through, by, out, bits, most)                       \
    {                                                                          \
        &(out), (through), (by),                                               \
        {                                                                      \
            sizeof(struct iodma_segment_options), (bits), (most), 0, 0, 0, 0,  \
                0, 0                                                           \
        }                                                                      \
    }
#endif

#ifdef __cplusplus
}
#endif

#endif
