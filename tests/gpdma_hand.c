/* SPDX-License-Identifier: MIT */
#include "tests/gpdma_hand.h"

#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

struct gpdma_model chip;
uint32_t ring[64];
uint32_t seen[64];
uint8_t arena[2 * HALF];
uint8_t port_bytes[64];

void set(uint32_t channel, uint32_t offset, uint32_t value)
{
    mmio_write32(BASE + CHANNEL_BASE + CHANNEL_STRIDE * channel + offset,
                 value);
}

uint32_t get(uint32_t channel, uint32_t offset)
{
    return mmio_read32(BASE + CHANNEL_BASE + CHANNEL_STRIDE * channel + offset);
}

uint32_t step(uint32_t count)
{
    return engine_model_step(&chip.engine, count);
}

void set_up(const struct gpdma_chip *which)
{
    gpdma_model_power_on(&chip, which);
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING, sizeof ring, (uint8_t *)ring };
    chip.engine.published = (uint8_t *)seen;
    chip.engine.pieces[0] = (struct model_piece){ ARENA, sizeof arena, arena };
    chip.engine.ports[0] = (struct model_port){ .bus = PORT,
                                                .width = 1,
                                                .request = LINE,
                                                .depth = 8,
                                                .bytes = port_bytes,
                                                .size = sizeof port_bytes };
    memset(ring, 0, sizeof ring);
    for (uint32_t i = 0; i < HALF; i++)
        arena[i] = (uint8_t)(i * 7 + 1);
    memset(arena + HALF, 0xEE, HALF);
    for (uint32_t i = 0; i < sizeof port_bytes; i++)
        port_bytes[i] = (uint8_t)(0xC0 + i);
}

void begin(const char *what)
{
    check_case(what);
    set_up(&gpdma_u5);
}

void describe(uint32_t channel, uint32_t tr1, uint32_t size)
{
    set(channel, FILE_AT(TR1), tr1);
    set(channel, FILE_AT(TR2), TR2_SWREQ);
    set(channel, FILE_AT(BR1), size);
    set(channel, FILE_AT(SAR), ARENA);
    set(channel, FILE_AT(DAR), TO);
    set(channel, FILE_AT(LLR), 0);
}

void go(uint32_t channel)
{
    set(channel, CxCR, IE(SR_FLAGS) | CR_EN);
}

uint32_t item(uint32_t place, uint32_t update, const uint32_t *words,
              uint32_t count)
{
    memcpy(&ring[place], words, 4 * count);
    engine_model_publish(&chip.engine);
    return update | 4 * place;
}

void list(uint32_t channel, uint32_t link)
{
    set(channel, CxLBAR, RING);
    set(channel, FILE_AT(BR1), 0);
    set(channel, FILE_AT(LLR), link);
    go(channel);
}

void expect_behaved(void)
{
    expect(chip.engine.violation ? chip.engine.violation : "no violation",
           chip.engine.violation == NULL);
}

void expect_ended(uint32_t channel, uint32_t flags)
{
    expect_behaved();
    expect_number("flags", get(channel, CxSR) & ~SR_HTF, flags | SR_IDLEF);
    expect_number("EN", get(channel, CxCR) & CR_EN, 0);
}

void expect_copied(uint32_t size)
{
    expect_bytes("copied", arena + HALF, arena, size);
    expect_number("guard", arena[HALF + size], 0xEE);
}

void expect_violation(const char *want)
{
    const char *got = chip.engine.violation;

    expect(got ? got : "a violation",
           want ? got && strcmp(got, want) == 0 : !got);
}
