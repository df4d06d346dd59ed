/* SPDX-License-Identifier: MIT */
/*
 * Index arithmetic of a descriptor ring: every driver that has a ring uses
 * this. Indices run freely through 32 bits and are cut to a slot only when
 * memory is touched, so a full ring and an empty one never look alike. The
 * number of slots is a power of two. Each index has one writer.
 */
#ifndef HAL_RING_H
#define HAL_RING_H

#include <stdint.h>

/* The slot that a free-running index stands for. */
static inline uint32_t ring_slot(uint32_t index, uint32_t slots)
{
    return index & (slots - 1);
}

/* Slots between the consumer's index and the producer's. */
static inline uint32_t ring_used(uint32_t filled, uint32_t retired)
{
    return filled - retired;
}

/* Slots the producer may still fill. */
static inline uint32_t ring_free(uint32_t filled, uint32_t retired,
                                 uint32_t slots)
{
    return slots - ring_used(filled, retired);
}

#endif
