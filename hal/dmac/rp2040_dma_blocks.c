/* SPDX-License-Identifier: MIT */
/* Ways and items of the RP2040, as the blocks that its channels meet. */
#include "rp2040_dma_parts.h"

#include "../atomic.h"

#include <stddef.h>

/* Blocks ------------------------------------------------------------------ */

static struct rp2040_tail *tail_of(const struct rp2040_dma *dma)
{
    return (void *)((struct rp2040_block *)dma->ring.cpu + dma->slots);
}

/* Where the engine finds a word of the tail. */
static uint32_t tail_at(const struct rp2040_dma *dma, size_t offset)
{
    return (uint32_t)dma->ring.bus + dma->slots * RP2040_BLOCK +
           (uint32_t)offset;
}

static void write_block(struct rp2040_block *block, uint32_t ctrl,
                        uint32_t from, uint32_t to, uint32_t count)
{
    block->ctrl = to_le32(ctrl);
    block->read_addr = to_le32(from);
    block->write_addr = to_le32(to);
    block->trans_count = to_le32(count);
}

/* Move the address of slot 0 to where that starts the control channel. It
   interrupts unless it is told to be quiet. */
static void write_jump(const struct rp2040_dma *dma, struct rp2040_block *block,
                       uint32_t quiet)
{
    write_block(block,
                RP2040_CTRL_EN | RP2040_CTRL_SIZE(RP2040_WORD_LOG) |
                    RP2040_UNPACED | quiet | RP2040_CTRL_CHAIN_TO(dma->data),
                tail_at(dma, offsetof(struct rp2040_tail, first)),
                (uint32_t)dma->base + RP2040_CHANNEL(dma->control) +
                    RP2040_AL3_READ_ADDR_TRIG,
                1);
}

void rp2040_clear_ring(struct rp2040_dma *dma)
{
    struct rp2040_tail *tail = tail_of(dma);

    dma->filled = 0;
    dma->told = 0;
    dma->retired = 0;
    write_jump(dma, &tail->jump, RP2040_CTRL_IRQ_QUIET);
    tail->first = to_le32((uint32_t)dma->ring.bus);
}

/* Route ------------------------------------------------------------------- */

static void take_port(struct rp2040_dma *dma, const struct hal_port *port)
{
    dma->width = port->width;
    dma->ctrl |= port->request == HAL_NO_REQUEST
                     ? RP2040_UNPACED
                     : RP2040_CTRL_TREQ_SEL(port->request);
}

static void set_fill(struct rp2040_dma *dma, uint8_t byte)
{
    tail_of(dma)->fill = to_le32(byte * UINT32_C(0x01010101));
    dma->source = tail_at(dma, offsetof(struct rp2040_tail, fill));
}

enum iodma_status rp2040_route(struct hal_dmac *dmac,
                               const struct hal_route *route)
{
    struct rp2040_dma *dma = to_rp2040(dmac);
    const struct hal_end *source = &route->source;
    const struct hal_end *destination = &route->destination;
    const struct hal_end *end = port_end(route);
    enum iodma_status status =
        check_way(route, 1, RP2040_DMA_WIDTHS, RP2040_TREQ_PERMANENT);

    if (status != IODMA_OK)
        return status;
    /* A request is a credit for one element. */
    if (end &&
        (end->port->increment != 0 ||
         (end->port->request != HAL_NO_REQUEST && end->port->burst != 1)))
        return IODMA_UNSUPPORTED;

    dma->ctrl = RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(dma->control) |
                RP2040_CTRL_IRQ_QUIET;
    dma->width = 0;
    dma->source = (uint32_t)source->bus;
    dma->destination = (uint32_t)destination->bus;
    dma->cyclic = route->cyclic;
    if (route->cyclic)
        rp2040_clear_ring(dma);

    if (source->kind == HAL_MEMORY)
        dma->ctrl |= RP2040_CTRL_INCR_READ;
    if (destination->kind == HAL_MEMORY)
        dma->ctrl |= RP2040_CTRL_INCR_WRITE;
    if (source->kind == HAL_FILL)
        set_fill(dma, source->fill);
    if (end)
        take_port(dma, end->port);
    else
        dma->ctrl |= RP2040_UNPACED;
    return IODMA_OK;
}

/* Emit -------------------------------------------------------------------- */

static bool reads_memory(const struct rp2040_dma *dma)
{
    return (dma->ctrl & RP2040_CTRL_INCR_READ) != 0;
}

static bool writes_memory(const struct rp2040_dma *dma)
{
    return (dma->ctrl & RP2040_CTRL_INCR_WRITE) != 0;
}

/* Of what an element has to be a divisor. */
static hal_address bits_of(const struct rp2040_dma *dma,
                           const struct hal_item *item)
{
    return item->length | (reads_memory(dma) ? item->source : 0) |
           (writes_memory(dma) ? item->destination : 0);
}

static bool encodable(const struct rp2040_dma *dma, const struct hal_item *item)
{
    return item->length != 0 && item->length <= UINT32_MAX &&
           (!reads_memory(dma) || in_reach(item->source, item->length)) &&
           (!writes_memory(dma) || in_reach(item->destination, item->length)) &&
           (dma->width == 0 || modulo32(bits_of(dma, item), dma->width) == 0);
}

/* Logarithm of the bytes of an element: 1, 2 or 4. */
static uint32_t log_of(uint32_t width)
{
    return width >> 1;
}

/* The widest element that all of these are multiples of. */
static uint32_t widest(hal_address bits)
{
    uint32_t low = ((uint32_t)bits & (RP2040_WORD - 1)) | RP2040_WORD;

    return low & (0 - low);
}

static void encode(const struct rp2040_dma *dma, struct rp2040_block *slot,
                   const struct hal_item *item)
{
    uint32_t width = dma->width != 0 ? dma->width : widest(bits_of(dma, item));
    uint32_t log = log_of(width);

    write_block(slot, dma->ctrl | RP2040_CTRL_SIZE(log),
                reads_memory(dma) ? (uint32_t)item->source : dma->source,
                writes_memory(dma) ? (uint32_t)item->destination
                                   : dma->destination,
                (uint32_t)item->length >> log);
}

/* The period before is over, and the engine says so. */
static void write_news(const struct rp2040_dma *dma, struct rp2040_block *slot)
{
    write_block(slot,
                RP2040_CTRL_EN | RP2040_CTRL_SIZE(RP2040_WORD_LOG) |
                    RP2040_UNPACED | RP2040_CTRL_CHAIN_TO(dma->control),
                tail_at(dma, offsetof(struct rp2040_tail, first)),
                tail_at(dma, offsetof(struct rp2040_tail, news)), 1);
}

/* Take a slot, for so many bytes. */
static struct rp2040_block *next_slot(struct rp2040_dma *dma, uint32_t bytes)
{
    uint32_t index = dma->filled++;

    dma->lengths[ring_slot(index, dma->slots)] = bytes;
    return rp2040_slot(dma, index);
}

/* Slots for items: two each, or one each beside the null block and one slot
   that stays free, lest a full turn of the ring look like none. */
static uint32_t items_free(const struct rp2040_dma *dma)
{
    uint32_t room =
        ring_free(dma->filled, atomic_read_acquire(&dma->retired), dma->slots);

    if (dma->cyclic)
        return room / 2;
    return room > 2 ? room - 2 : 0;
}

uint32_t rp2040_emit(struct hal_dmac *dmac, const struct hal_item *items,
                     uint32_t count)
{
    struct rp2040_dma *dma = to_rp2040(dmac);
    uint32_t most = smaller32(count, items_free(dma));
    uint32_t taken = 0;

    while (taken < most && encodable(dma, &items[taken])) {
        encode(dma, next_slot(dma, (uint32_t)items[taken].length),
               &items[taken]);
        if (dma->cyclic)
            write_news(dma, next_slot(dma, 0));
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}

/* A null trigger, in quiet mode, is what interrupts. */
void rp2040_close_batch(struct rp2040_dma *dma)
{
    if (dma->cyclic)
        write_jump(dma, rp2040_slot(dma, dma->filled - 1), 0);
    else
        write_block(next_slot(dma, 0),
                    RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(dma->data) |
                        RP2040_CTRL_IRQ_QUIET,
                    0, 0, 0);
}

uint32_t rp2040_bytes_of(const struct rp2040_dma *dma, uint32_t index)
{
    return dma->lengths[ring_slot(index, dma->slots)];
}

hal_address rp2040_bytes_from(const struct rp2040_dma *dma, uint32_t first)
{
    hal_address bytes = 0;

    for (uint32_t i = first; i != dma->filled; i++)
        bytes += rp2040_bytes_of(dma, i);
    return bytes;
}
