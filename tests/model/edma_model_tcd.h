/* SPDX-License-Identifier: MIT */
/* What a transfer control descriptor of the eDMA's model says. */
#ifndef TESTS_MODEL_EDMA_MODEL_TCD_H
#define TESTS_MODEL_EDMA_MODEL_TCD_H

#include "tests/model/edma_model.h"

enum { EDMA_TCD_LARGEST = 32 }; /* bytes that are moved at once */

/* So many bits of value, from bit `shift`. */
uint32_t edma_tcd_field(uint32_t value, uint32_t shift, uint32_t bits);

/* Sign-extend a number of so many bits. */
uint32_t edma_tcd_signed(uint32_t value, uint32_t bits);

/* Bytes of one access, from ATTR. */
uint32_t edma_tcd_source_size(uint32_t attr);
uint32_t edma_tcd_destination_size(uint32_t attr);

/* The count in CITER or BITER, and the same register with another count. */
uint32_t edma_tcd_count(uint32_t iterations);
uint16_t edma_tcd_with_count(uint32_t iterations, uint32_t count);

/*
 * Bytes of a minor loop.
 *
 *   cr      for EMLM
 *   offset  out: MLOFF, sign-extended; 0: there is none. May be NULL
 */
uint32_t edma_tcd_bytes(uint32_t cr, uint32_t nbytes, uint32_t *offset);

/* What no correct driver writes, and no error tells of; NULL: nothing.
 *
 *   fresh  not begun since it was written
 */
const char *edma_tcd_wrong(uint32_t cr, const struct edma_model_tcd *tcd,
                           bool fresh);

/* Errors of ES that are found as a channel begins. */
uint32_t edma_tcd_misconfigured(uint32_t cr, const struct edma_model_tcd *tcd);

#endif
