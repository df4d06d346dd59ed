/* SPDX-License-Identifier: MIT */
#include "tests/edma_hand.h"

#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

struct edma_model chip;
struct edma_model_tcd ring[SLOTS];
static uint8_t published[sizeof ring];
uint8_t arena[ARENA];
uint8_t port_bytes[SIZE];

void put(uint32_t offset, uint32_t value, unsigned size)
{
    mmio_model_write((uintptr_t)BASE + offset, value, size);
}

uint32_t get(uint32_t offset, unsigned size)
{
    return mmio_model_read((uintptr_t)BASE + offset, size);
}

uint32_t bank(uint32_t channel, uint32_t at)
{
    return EDMA_TCD + channel * 32 + at;
}

uint32_t mux(uint32_t channel)
{
    return EDMA_MODEL_MUX + channel * 4;
}

uint32_t csr(uint32_t channel)
{
    return get(bank(channel, EDMA_CSR), 2);
}

uint32_t step(uint32_t steps)
{
    return engine_model_step(&chip.engine, steps);
}

uint32_t slot_bus(uint32_t slot)
{
    return RING_BUS + slot * (uint32_t)sizeof ring[0];
}

struct edma_model_tcd sample(uint32_t part)
{
    return (struct edma_model_tcd){
        .saddr = ARENA_BUS + part * SIZE,
        .soff = 4,
        .attr = 2u << EDMA_ATTR_SSIZE | 2u << EDMA_ATTR_DSIZE,
        .nbytes = 16,
        .daddr = ARENA_BUS + HALF + part * SIZE,
        .doff = 4,
        .citer = 4,
        .csr = EDMA_CSR_INTMAJOR | EDMA_CSR_DREQ,
        .biter = 4,
    };
}

struct edma_model_tcd whole(uint32_t part)
{
    struct edma_model_tcd tcd = sample(part);

    tcd.nbytes = SIZE;
    tcd.citer = tcd.biter = 1;
    tcd.csr = EDMA_CSR_START | EDMA_CSR_INTMAJOR;
    return tcd;
}

void install(uint32_t channel, const struct edma_model_tcd *tcd)
{
    put(bank(channel, EDMA_CSR), 0, 2);
    put(bank(channel, EDMA_SADDR), tcd->saddr, 4);
    put(bank(channel, EDMA_SOFF), tcd->soff, 2);
    put(bank(channel, EDMA_ATTR), tcd->attr, 2);
    put(bank(channel, EDMA_NBYTES), tcd->nbytes, 4);
    put(bank(channel, EDMA_SLAST), tcd->slast, 4);
    put(bank(channel, EDMA_DADDR), tcd->daddr, 4);
    put(bank(channel, EDMA_DOFF), tcd->doff, 2);
    put(bank(channel, EDMA_CITER), tcd->citer, 2);
    put(bank(channel, EDMA_DLAST_SGA), tcd->dlast_sga, 4);
    put(bank(channel, EDMA_BITER), tcd->biter, 2);
    put(bank(channel, EDMA_CSR), tcd->csr, 2);
}

void install_sample(uint32_t channel)
{
    struct edma_model_tcd tcd = sample(channel % 16);

    install(channel, &tcd);
}

void chain(uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i++) {
        ring[i] = whole(i + 1);
        if (i + 1 < slots) {
            ring[i].csr |= EDMA_CSR_ESG;
            ring[i].dlast_sga = slot_bus(i + 1);
        }
    }
    engine_model_publish(&chip.engine);
}

struct edma_model_tcd head(void)
{
    struct edma_model_tcd tcd = whole(0);

    tcd.csr |= EDMA_CSR_ESG;
    tcd.dlast_sga = slot_bus(0);
    return tcd;
}

void attach(uint32_t channel, uint32_t depth)
{
    chip.engine.ports[0] = (struct model_port){ .bus = PORT_BUS,
                                                .width = 4,
                                                .request = REQUEST,
                                                .depth = depth,
                                                .bytes = port_bytes,
                                                .size = sizeof port_bytes };
    put(mux(channel), EDMA_CHCFG_ENBL | REQUEST, 4);
}

void begin(const char *what)
{
    check_case(what);
    edma_model_power_on(&chip);
    chip.load_clears_done = false;
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING_BUS, sizeof ring, (uint8_t *)ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    memset(ring, 0, sizeof ring);
    memset(published, 0, sizeof published);
    memset(port_bytes, 0, sizeof port_bytes);
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = i < HALF ? (uint8_t)(i * 7 + i / 256) : 0x55;
    put(EDMA_CR, EDMA_CR_GRP1PRI | EDMA_CR_ERCA | EDMA_CR_ERGA, 4);
}

void expect_violation(const char *want)
{
    const char *got = chip.engine.violation;

    if (!expect(want ? want : "no violation",
                want ? got && strcmp(got, want) == 0 : !got) &&
        got)
        (void)expect(got, false);
}

void expect_part(uint32_t part)
{
    (void)expect_bytes("part", arena + HALF + part * SIZE, arena + part * SIZE,
                       SIZE);
}

void expect_untouched(uint32_t part)
{
    (void)expect_number("first byte", arena[HALF + part * SIZE], 0x55);
}
