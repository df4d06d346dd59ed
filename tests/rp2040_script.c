/* SPDX-License-Identifier: MIT */
#include "tests/rp2040_script.h"

#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

static struct rp2040_dma_model chip;
static uint8_t source[BYTES];
static uint8_t target[BYTES];
static uint32_t ring[WORDS];
static uint8_t published[sizeof ring];
static uint8_t received[BYTES];

static void set_up(void)
{
    for (uint32_t i = 0; i < BYTES; i++)
        source[i] = (uint8_t)(i * 7 + 1);
    memset(target, 0xEE, sizeof target);
    memset(ring, 0, sizeof ring);
    memset(published, 0, sizeof published);

    rp2040_dma_model_power_on(&chip);
    chip.engine.base = BASE;
    chip.engine.ring =
        (struct model_piece){ RING, sizeof ring, (uint8_t *)ring };
    chip.engine.published = published;
    chip.engine.pieces[0] = (struct model_piece){ SRC, BYTES, source };
    chip.engine.pieces[1] = (struct model_piece){ DST, BYTES, target };
    chip.engine.ports[0] = (struct model_port){ .bus = UART,
                                                .width = 1,
                                                .request = UART_DREQ,
                                                .depth = 32,
                                                .bytes = received,
                                                .size = BYTES };
}

static void look(const struct line *line)
{
    struct engine_model *engine = &chip.engine;

    switch (line->act) {
    case GET:
        expect_number(hex(line->a), mmio_read32(BASE + line->a), line->b);
        break;
    case STEP:
        expect_number("steps", engine_model_step(engine, line->a), line->b);
        break;
    case MOVED:
        expect_number("moved", engine->moved, line->a);
        expect_number("descriptors", engine->fetched, line->b);
        break;
    case IRQ:
        expect_number("interrupt", engine_model_interrupt(engine, line->a),
                      line->b);
        break;
    case SAME:
        expect_bytes("target", target, source, line->a);
        expect("nothing beyond it",
               line->a == BYTES || target[line->a] == 0xEE);
        break;
    default:
        engine->ports[0].ready = line->a;
        expect_number("received", engine->ports[0].done, line->b);
        expect_bytes("received", received, source, line->b);
        break;
    }
}

static void act(const struct line *line)
{
    struct engine_model *engine = &chip.engine;

    switch (line->act) {
    case PUT:
        mmio_write32(BASE + line->a, line->b);
        break;
    case NARROW:
        mmio_write8(BASE + line->a, (uint8_t)line->b);
        break;
    case SLOT:
        ring[line->a] = line->b;
        break;
    case SHOW:
        engine_model_publish(engine);
        break;
    case TURN:
        engine->misbehaves = line->a;
        engine->at = line->b;
        break;
    case DELAY:
        engine->delay = line->a;
        engine->abort_delay = line->b;
        break;
    case STUCK:
        engine->stuck = line->a != 0;
        break;
    case CYCLE:
        engine_model_power_cycle(engine);
        break;
    default:
        look(line);
        break;
    }
}

static void play(const struct script *script)
{
    const char *violation;

    check_case(script->what);
    set_up();
    for (const struct line *line = script->lines; line->act != END; line++)
        act(line);
    (void)engine_model_step(&chip.engine, 0); /* what is posted lands */
    violation = chip.engine.violation ? chip.engine.violation : "none";
    if (!expect(script->violation ? script->violation : "no violation",
                strcmp(violation,
                       script->violation ? script->violation : "none") == 0))
        expect(violation, false);
}

void play_all(const struct script *scripts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play(&scripts[i]);
}
