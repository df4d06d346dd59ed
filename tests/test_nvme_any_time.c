/* SPDX-License-Identifier: MIT */
/*
 * Defends the NVMe driver at any time: interrupts at every access to a
 * register, and random requests, losses and resets.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <stdio.h>
#include <string.h>

/* ---- Interrupts at any register access ---- */

static uint32_t accesses_left;

static void interrupt_now(void)
{
    if (accesses_left == 0 || --accesses_left != 0)
        return;
    chip.access = NULL;
    (void)nvme_model_step(&chip, FOREVER);
    if (hooks.masked == 0)
        (void)reap();
}

static void test_interrupts(void)
{
    check_case("an interrupt at any access of submit or reset harms nothing");
    for (uint32_t access = 1; access < 40; access++) {
        set_up(8);
        nvme.interrupts = NVME_MESSAGE;
        nvme.vector = 1;
        chip.messages = true;
        expect_status("start", nvme_start(&nvme), IODMA_OK);
        for (uint32_t n = 0; n < 3; n++)
            (void)nth(n);
        accesses_left = access;
        chip.access = interrupt_now;
        world.pace = 1;
        submit();
        expect_status("reset", nvme_reset(&nvme), IODMA_OK);
        chip.access = NULL;
        world.pace = 0;
        for (uint32_t n = 0; n < 3; n++) {
            expect_number("state", requests[n].state, NVME_ENDED);
            expect("status", requests[n].status == IODMA_OK ||
                                 requests[n].status == IODMA_ABORTED);
            if (requests[n].status == IODMA_OK)
                expect_read(n, 1, 4096 * n);
            else /* may have arrived, or not */
                memcpy(&want[4096 * n], &arena[4096 * n], BLOCK);
        }
        expect_number("callbacks", world.ended, 3);
        expect_usable();
        expect_order();
    }

    check_case("the pin is quiet but while the controller is up");
    set_up(4);
    nvme.interrupts = NVME_PIN;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_number("mask", chip.mask, ~1u);
    expect("quiet", !nvme_model_interrupt(&chip));
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    expect("asserted", nvme_model_interrupt(&chip));
    expect_number("reaped", reap(), 1);
    expect("quiet", !nvme_model_interrupt(&chip));
    (void)nvme_service(&nvme);
    expect_read(0, 1, 0);
    expect_order();

    check_case("a reset with completions not served: the pin is quiet");
    set_up(4);
    nvme.interrupts = NVME_PIN;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_end(&requests[0], IODMA_OK, 0);
    expect_read(0, 1, 0);
    expect_usable();
    expect_order();

    check_case("polled, it interrupts nobody");
    set_up(4);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    expect("not enabled", !chip.queues[1].interrupts);
    expect("quiet", !nvme_model_interrupt(&chip));
    run();
    expect_read(0, 1, 0);
    expect_order();

    check_case("a message comes by the vector that was asked for");
    set_up(4);
    nvme.interrupts = NVME_MESSAGE;
    nvme.vector = 3;
    chip.messages = true;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    expect_number("vector", chip.queues[1].vector, 3);
    expect("enabled", chip.queues[1].interrupts);
    expect_order();
}

/* ---- Anything, at any time ---- */

enum {
    AREA = 0x10000, /* of the arena, each request's own */
    ZONE = 64,      /* blocks, each request's own       */
};

static struct {
    uint32_t ended;
    uint32_t failed;
    uint32_t aborted;
    struct hal_segment segments[SLOTS][40];
    uint32_t count[SLOTS];
} chaos;

static uint32_t below(uint32_t limit)
{
    return random_below(&world.seed, limit);
}

/* What an end means for the bytes we want. */
static void random_done(struct nvme_request *request)
{
    uint32_t index = (uint32_t)(request - requests);
    uint8_t *at_disk = &want_disk[request->lba * BLOCK];

    on_done(request);
    chaos.ended++;
    if (request->status == IODMA_ABORTED) {
        chaos.aborted++;
        memcpy(&want[AREA * index], &arena[AREA * index], AREA);
        memcpy(&want_disk[ZONE * BLOCK * index], &disk[ZONE * BLOCK * index],
               (size_t)ZONE * BLOCK);
    } else if (request->status != IODMA_OK) {
        chaos.failed++;
    } else if (request->opcode == NVME_READ) {
        expect_scattered(chaos.segments[index], chaos.count[index],
                         request->lba);
    } else if (request->opcode == NVME_WRITE) {
        for (uint32_t i = 0; i < chaos.count[index]; i++) {
            const struct hal_segment *one = &chaos.segments[index][i];

            memcpy(at_disk, &want[one->address - ARENA_BUS],
                   (size_t)one->length);
            at_disk += one->length;
        }
    }
}

/* Pages in any order, the first with an offset. */
static uint32_t random_pages(uint32_t index, uint32_t bytes)
{
    struct hal_segment *segments = chaos.segments[index];
    uint32_t page = below(16);
    uint32_t step = 1 + 2 * below(8); /* odd: meets every page once */
    uint32_t offset = 4 * below(1024);
    uint32_t count = 0;

    while (bytes != 0) {
        uint32_t length = 4096 - offset < bytes ? 4096 - offset : bytes;

        segments[count++] = at(AREA * index + 4096 * page + offset, length);
        bytes -= length;
        offset = 0;
        page = (page + step) % 16;
    }
    return count;
}

/* Pieces of bytes anywhere. */
static uint32_t random_pieces(uint32_t index, uint32_t bytes)
{
    struct hal_segment *segments = chaos.segments[index];
    uint32_t where = AREA * index + below(100);
    uint32_t count = 0;

    while (bytes != 0) {
        uint32_t length = 1 + below(count == 39 ? 1 : 2000);

        if (count == 39 || length > bytes)
            length = bytes;
        segments[count++] = at(where, length);
        bytes -= length;
        where += length + below(300);
    }
    return count;
}

static void random_begin(uint32_t index)
{
    static const uint8_t opcodes[] = { NVME_READ,  NVME_READ,  NVME_READ,
                                       NVME_WRITE, NVME_WRITE, NVME_FLUSH };
    uint8_t opcode = opcodes[below(HAL_COUNT_OF(opcodes))];
    uint32_t blocks = opcode == NVME_FLUSH ? 0 : 1 + below(20);
    struct nvme_request *request =
        make(index, opcode, ZONE * index + below(ZONE - 20), blocks);

    request->deadline = UINT64_MAX;
    request->done = random_done;
    if (nvme_begin(&nvme, request) != IODMA_OK || blocks == 0)
        return;
    chaos.count[index] = nvme.use_sgl ? random_pieces(index, blocks * BLOCK)
                                      : random_pages(index, blocks * BLOCK);
    put_in_portions(request, chaos.segments[index], chaos.count[index],
                    1 + below(5));
    if (below(20) == 0)
        expect_status("cancel", nvme_cancel(request), IODMA_OK);
}

static void random_turn(void)
{
    uint32_t index = below(nvme.slot_count);

    if (requests[index].state != NVME_BEGUN &&
        requests[index].state != NVME_SUBMITTED)
        random_begin(index);
    if (below(3) == 0)
        expect_status("submit", nvme_submit(&nvme), IODMA_OK);
    if (below(100) == 0)
        chip.fails = 0x281;
    if (below(4) == 0) {
        if (nvme.interrupts == NVME_POLLED)
            (void)reap();
        (void)nvme_service(&nvme);
    }
    if (below(2000) == 0)
        expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    moment();
}

/* Whatever a controller may say of itself, as long as it will do. */
static void draw_capabilities(void)
{
    chip.timeout = below(256);
    chip.dstrd = below(16);
    chip.registers = nvme.size = 0x80000;
    chip.mqes = NVME_ENTRIES(nvme.slot_count) - 1 + below(3) * below(60000);
    chip.css = below(3) == 0 ? 0 : 1 | below(2) << 6;
    chip.sqes = 0x06 | (6 + below(10)) << 4;
    chip.cqes = 0x04 | (4 + below(12)) << 4;
    chip.mdts = below(2) == 0 ? 0 : 2 + below(254);
    chip.sgls = 1;
    chip.namespaces = 1 + below(100);
    chip.spaces[0].format = below(64);
}

/* One controller, some requests. */
static void random_round(void)
{
    uint32_t from = chaos.ended;

    set_up(1u << below(5));
    nvme.interrupts = (uint8_t)below(3);
    nvme.use_sgl = below(2) == 0;
    chip.messages = nvme.interrupts == NVME_MESSAGE;
    chip.ready_delay = below(3);
    draw_capabilities();
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 1 + below(6);
    for (uint32_t turn = 0; turn < 60000 && chaos.ended - from < 2500; turn++)
        random_turn();
    expect_status("submit", nvme_submit(&nvme), IODMA_OK);
    run();
    expect("all have ended", !nvme_service(&nvme) && nvme.used == 0);
    expect_number("strays", nvme.strays, 0);
    expect_number("doorbells", nvme.doorbells, chip.sq_doorbells);
    expect_order();
}

static void test_random(void)
{
    check_case("100,000 random requests, byte by byte");
    world.seed = 20140;
    while (chaos.ended < 100000) {
        uint64_t seed = world.seed;

        random_round();
        if (chip.violation || hooks.broken || nvme.used != 0) {
            printf("# seed %s\n", hex(seed));
            return;
        }
    }
    printf("# %u ended, %u failed, %u aborted, seed at the end %s\n",
           (unsigned)chaos.ended, (unsigned)chaos.failed,
           (unsigned)chaos.aborted, hex(world.seed));
}

int main(void)
{
    world_begin();
    test_interrupts();
    test_random();
    return check_result();
}
