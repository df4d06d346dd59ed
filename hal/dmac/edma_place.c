/* SPDX-License-Identifier: MIT */
/* How far an eDMA channel is, by the TCD that it has loaded (edma_parts.h). */
#include "edma_parts.h"

bool edma_find(const struct edma *edma, uint32_t *index)
{
    uint32_t first = edma->retired;
    uint32_t offset = mmio_read32(edma_own(edma, EDMA_TCD_DLAST_SGA)) -
                      (uint32_t)edma->ring.bus;
    uint32_t slot = offset / (uint32_t)sizeof(struct edma_tcd);
    uint32_t count = edma->told - first;
    uint32_t ahead = ring_slot(slot - first, edma->slots);

    if (ahead == 0 && edma->route.cyclic)
        ahead = count;
    *index = first + ahead - 1;
    return offset % sizeof(struct edma_tcd) == 0 && slot < edma->slots &&
           ahead <= count;
}

/* Where a channel is in the TCD that it has loaded. */
enum { AT_START, AT_END, BETWEEN };

/* What an address says of it. */
static uint32_t place(const struct edma *edma, uint32_t index)
{
    const struct edma_tcd *slot = edma_slot(edma, index);
    bool from = edma->route.source.kind == HAL_MEMORY;
    uint32_t start = from_le32(from ? slot->saddr : slot->daddr);
    uint32_t end = start + *edma_bytes(edma, index);
    uint32_t now =
        mmio_read32(edma_own(edma, from ? EDMA_TCD_SADDR : EDMA_TCD_DADDR));

    if (now == start)
        return AT_START;
    /* Without a link DLAST_SGA has been added to DADDR. */
    return now == end || (!from && now == end + from_le32(slot->dlast_sga))
               ? AT_END
               : BETWEEN;
}

bool edma_is_over(const struct edma *edma, uint32_t index)
{
    return (edma_read_csr(edma) & EDMA_CSR_DONE) != 0 &&
           place(edma, index) == AT_END;
}

/* Which TCD is loaded, and what of it is left? `under_way`: a minor loop is
   done by any part. Returns false if it is nowhere. */
static bool locate(const struct edma *edma, bool under_way, uint32_t *index,
                   struct hal_residue *left)
{
    uint32_t bytes;
    uint32_t before;
    uint32_t minor;
    uint32_t loops;
    uint32_t where;
    bool done;

    if (!edma_find(edma, &before))
        return false;
    loops = mmio_read16(edma_own(edma, EDMA_TCD_CITER)) & EDMA_CITER_MASK;
    done = (edma_read_csr(edma) & EDMA_CSR_DONE) != 0;
    if (!edma_find(edma, index))
        return false;
    if (*index == edma->retired - 1) { /* it has retired: none of it is left */
        *left = (struct hal_residue){ 0, 0 };
        return true;
    }

    bytes = *edma_bytes(edma, *index);
    left->least = left->most = bytes;
    if (*index != before) /* it was loaded just now */
        return true;
    if (!done) {
        minor = from_le32(edma_slot(edma, *index)->nbytes);
        if (loops == 0 || minor > bytes / loops)
            return false;
        left->most = minor * loops;
        left->least = left->most - (under_way ? minor : 0);
        return true;
    }
    where = place(edma, *index);
    if (where != AT_START) /* else it has not begun */
        left->least = 0;
    if (where == AT_END)
        left->most = 0;
    return true;
}

struct hal_residue edma_measure(const struct edma *edma, bool under_way)
{
    uint32_t first = edma->retired;
    uint32_t index = first - 1;
    struct hal_residue left = { 0, 0 };
    bool located =
        edma->told == first || locate(edma, under_way, &index, &left);

    if (!located) {
        index = first - 1;
        left = (struct hal_residue){ 0, 0 };
    }
    for (uint32_t i = index + 1; i != edma->filled; i++) {
        left.most += *edma_bytes(edma, i);
        if (located)
            left.least += *edma_bytes(edma, i);
    }
    return left;
}

struct hal_residue edma_residue(struct hal_dmac *dmac)
{
    struct edma *edma = to_edma(dmac);
    const struct hal_lock *lock = dmac->bus->lock;
    struct hal_residue residue = edma->rest;
    uint32_t state;

    if (edma->state == EDMA_HALTED)
        return residue;
    state = lock->save(lock);
    residue = edma_measure(edma, true);
    lock->restore(lock, state);
    return residue;
}
