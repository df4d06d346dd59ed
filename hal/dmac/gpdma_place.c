/* SPDX-License-Identifier: MIT */
/* How far a GPDMA channel is, by its registers (gpdma_parts.h). */
#include "gpdma_parts.h"

/* Where an engine is in the batch under way: items that were moved, then those
   of which nobody knows how much. */
struct place {
    uint32_t moved;          /* items                                      */
    uint32_t unsure;         /* items, with those before                   */
    struct hal_residue each; /* bytes that may be left of an unsure one    */
    bool found;              /* the unsure one is what the engine is at    */
};

uint32_t gpdma_batch(const struct gpdma *gpdma)
{
    if (gpdma->told == gpdma->retired)
        return 0;
    return ring_used(gpdma_note_at(gpdma, gpdma->retired)->end, gpdma->retired);
}

static struct place anywhere(uint32_t count)
{
    return (struct place){ 0, count, { 0, HAL_ADDRESS_MAX }, false };
}

/* By what it would load next. */
static struct place place_of(const struct gpdma *gpdma, uint32_t link)
{
    uint32_t count = gpdma_batch(gpdma);
    uint32_t next =
        link == 0 && !gpdma->cyclic ? count : gpdma_behind(gpdma, link);
    struct place place = anywhere(count);

    if (count == 0 || next > (gpdma->cyclic ? gpdma->turn : count) ||
        (gpdma->cyclic && next == 0 && !gpdma->begun))
        return place;
    if (gpdma->cyclic)
        next = next % count == 0 ? count : next % count;
    place.found = next != 0;
    place.moved = place.found ? next - 1 : 0;
    place.unsure = next;
    return place;
}

/* The item that it is at. */
static const struct gpdma_slot *item_at(const struct gpdma *gpdma,
                                        const struct place *place)
{
    return gpdma_slot_at(gpdma, gpdma->retired + place->moved);
}

/* By what CxBR1 says of the block, and how much may be in the FIFO. While an
   item is loaded, CxBR1 comes before CxLLR: it may be the next one's. */
static void narrow(const struct gpdma *gpdma, struct place *place, uint32_t br1,
                   struct hal_residue fifo)
{
    uint32_t next = gpdma->retired + place->moved + 1;
    uint32_t row;
    hal_address left;

    if (!place->found)
        return;
    row = GPDMA_BR1_BNDT(from_le32(item_at(gpdma, place)->br1));
    left = (hal_address)GPDMA_BR1_BRC(br1) * row + GPDMA_BR1_BNDT(br1);
    place->each.most = left + fifo.most;
    if (br1 != from_le32(gpdma_slot_at(gpdma, next)->br1))
        place->each.least = left + fifo.least;
}

/* FIFOL counts what the destination can take; a part of an element may be there
   as well. */
static struct hal_residue in_fifo(const struct gpdma *gpdma,
                                  const struct place *place, uint32_t sr)
{
    uint32_t tr1 = from_le32(item_at(gpdma, place)->tr1);
    uint32_t in = 1u << GPDMA_TR1_WIDTH(tr1);
    uint32_t out = 1u << GPDMA_TR1_WIDTH(tr1 >> GPDMA_TR1_DESTINATION);
    hal_address bytes = (hal_address)GPDMA_SR_FIFOL(sr) * out;

    return (struct hal_residue){ bytes, bytes + (out > in ? out - in : 0) };
}

static struct hal_residue add_up(const struct gpdma *gpdma, uint32_t first,
                                 const struct place *place)
{
    struct hal_residue sum = { 0, 0 };

    for (uint32_t i = place->moved; first + i != gpdma->filled; i++) {
        hal_address size = gpdma_note_at(gpdma, first + i)->length;
        bool unsure = i < place->unsure;

        sum.least += unsure ? smaller(size, place->each.least) : size;
        sum.most += unsure ? smaller(size, place->each.most) : size;
    }
    return sum;
}

/* If it is not suspended, the item at which it stopped is lost, FIFO and all;
   without a link that may be any. */
struct hal_residue gpdma_residue_at_rest(const struct gpdma *gpdma, uint32_t sr)
{
    uint32_t link = gpdma_read(gpdma, GPDMA_LLR);
    uint32_t br1 = gpdma_read(gpdma, GPDMA_BR1);
    bool ended = gpdma->ended || (sr & GPDMA_SR_TCF) != 0;
    struct place place = place_of(gpdma, link);

    if ((sr & GPDMA_SR_SUSPF) != 0)
        narrow(gpdma, &place, br1, in_fifo(gpdma, &place, sr));
    else if (link == 0)
        place = ended && GPDMA_BR1_LEFT(br1) == 0 && GPDMA_SR_FIFOL(sr) == 0 &&
                        !gpdma->cyclic
                    ? (struct place){ .moved = gpdma_batch(gpdma) }
                    : anywhere(gpdma_batch(gpdma));
    return add_up(gpdma, gpdma->retired, &place);
}

struct hal_residue gpdma_residue(struct hal_dmac *dmac)
{
    struct gpdma *gpdma = to_gpdma(dmac);
    const struct hal_lock *lock = dmac->bus->lock;
    struct place place;
    uint32_t first;
    uint32_t state;

    if (gpdma->state == GPDMA_HALTED)
        return gpdma->rest;
    state = lock->save(lock); /* or reap begins the next batch meanwhile */
    first = gpdma->retired;
    place = anywhere(gpdma_batch(gpdma));
    if (gpdma->state == GPDMA_RUNNING) {
        uint32_t link = gpdma_read(gpdma, GPDMA_LLR);
        uint32_t br1 = gpdma_read(gpdma, GPDMA_BR1);
        uint32_t again = gpdma_read(gpdma, GPDMA_LLR);

        place = place_of(gpdma, again);
        if (link == again)
            narrow(gpdma, &place, br1, (struct hal_residue){ 0, gpdma->fifo });
    }
    lock->restore(lock, state);
    return add_up(gpdma, first, &place);
}
