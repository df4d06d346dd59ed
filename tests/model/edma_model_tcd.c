/* SPDX-License-Identifier: MIT */
#include "tests/model/edma_model_tcd.h"

#include "tests/model/edma_model_regs.h"

enum {
    BURST = 5,        /* SSIZE, DSIZE: EDMA_TCD_LARGEST bytes at once */
    DOUBLE_WORDS = 3, /* the largest size that is a power of two      */
};

uint32_t edma_tcd_field(uint32_t value, uint32_t shift, uint32_t bits)
{
    return (value >> shift) & MASK32(bits - 1, 0);
}

static uint32_t size_of(uint32_t code)
{
    return code == BURST ? EDMA_TCD_LARGEST : BIT32(code);
}

uint32_t edma_tcd_source_size(uint32_t attr)
{
    return size_of(edma_tcd_field(attr, EDMA_ATTR_SSIZE, 3));
}

uint32_t edma_tcd_destination_size(uint32_t attr)
{
    return size_of(edma_tcd_field(attr, EDMA_ATTR_DSIZE, 3));
}

static uint32_t count_mask(uint32_t iterations)
{
    return iterations & EDMA_ITER_ELINK ? EDMA_ITER_LINKED : EDMA_ITER_PLAIN;
}

uint32_t edma_tcd_count(uint32_t iterations)
{
    return iterations & count_mask(iterations);
}

uint16_t edma_tcd_with_count(uint32_t iterations, uint32_t count)
{
    return (uint16_t)((iterations & ~count_mask(iterations)) | count);
}

uint32_t edma_tcd_signed(uint32_t value, uint32_t bits)
{
    uint32_t sign = BIT32(bits - 1);

    return (value ^ sign) - sign;
}

uint32_t edma_tcd_bytes(uint32_t cr, uint32_t nbytes, uint32_t *offset)
{
    if (offset)
        *offset = 0;
    if (!(cr & EDMA_CR_EMLM))
        return nbytes;
    if (!(nbytes & (EDMA_NBYTES_SMLOE | EDMA_NBYTES_DMLOE)))
        return nbytes;
    if (offset)
        *offset = edma_tcd_signed(edma_tcd_field(nbytes, 10, 20), 20);
    return nbytes & MASK32(9, 0);
}

static bool reserved_size(uint32_t code)
{
    return code > DOUBLE_WORDS && code != BURST;
}

static bool reserved_iterations(uint32_t iterations)
{
    return iterations & EDMA_ITER_ELINK && iterations & EDMA_ITER_RESERVED;
}

const char *edma_tcd_wrong(uint32_t cr, const struct edma_model_tcd *tcd,
                           bool fresh)
{
    if (reserved_size(edma_tcd_field(tcd->attr, EDMA_ATTR_SSIZE, 3)) ||
        reserved_size(edma_tcd_field(tcd->attr, EDMA_ATTR_DSIZE, 3)))
        return "a reserved SSIZE or DSIZE";
    if (edma_tcd_field(tcd->csr, EDMA_CSR_BWC, 2) == 1)
        return "a reserved BWC";
    if (tcd->csr & EDMA_CSR_RESERVED || reserved_iterations(tcd->citer) ||
        reserved_iterations(tcd->biter))
        return "a reserved bit in a descriptor";
    if (edma_tcd_bytes(cr, tcd->nbytes, NULL) == 0)
        return "NBYTES of 0: 4 GiB";
    if (fresh && edma_tcd_count(tcd->citer) != edma_tcd_count(tcd->biter))
        return "CITER and BITER differ at the beginning";
    if (tcd->csr & EDMA_CSR_INTHALF && edma_tcd_count(tcd->biter) == 1)
        return "INTHALF of a single iteration";
    return NULL;
}

uint32_t edma_tcd_misconfigured(uint32_t cr, const struct edma_model_tcd *tcd)
{
    uint32_t from = edma_tcd_source_size(tcd->attr);
    uint32_t to = edma_tcd_destination_size(tcd->attr);
    uint32_t bytes = edma_tcd_bytes(cr, tcd->nbytes, NULL);
    uint32_t es = 0;

    if (modulo32(tcd->saddr, from) != 0)
        es |= EDMA_ES_SAE;
    if (modulo32(tcd->soff, from) != 0)
        es |= EDMA_ES_SOE;
    if (modulo32(tcd->daddr, to) != 0)
        es |= EDMA_ES_DAE;
    if (modulo32(tcd->doff, to) != 0)
        es |= EDMA_ES_DOE;
    if (modulo32(bytes, larger32(from, to)) != 0 ||
        edma_tcd_count(tcd->citer) == 0)
        es |= EDMA_ES_NCE;
    return es;
}
