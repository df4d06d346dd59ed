/* SPDX-License-Identifier: MIT */
#include "tests/nvme_world.h"

#include "hal/count_of.h"

#include <stdio.h>
#include <string.h>

struct nvme_model chip;
struct nvme nvme;
struct nvme_slot slots[SLOTS];
struct nvme_request requests[SLOTS + 1];
uint8_t shared[NVME_MEMORY_SIZE(SLOTS)] __attribute__((aligned(4096)));
uint8_t arena[ARENA];
uint8_t want[ARENA];
uint8_t disk[BLOCKS * BLOCK];
uint8_t want_disk[BLOCKS * BLOCK];

struct nvme_world world;

/* ---- The hooks ---- */

uint32_t reap(void)
{
    uint32_t found;

    hooks.masked++;
    found = nvme_reap(&nvme);
    hooks.masked--;
    return found;
}

static void isr(void)
{
    if (hooks.masked != 0 || !nvme_model_interrupt(&chip))
        return;
    if (nvme.interrupts == NVME_PIN && nvme.state != NVME_UP)
        hooks.broken = "the pin is asserted, and nobody serves it";
    (void)reap();
}

void moment(void)
{
    if (world.pace == 0)
        return;
    (void)nvme_model_step(&chip, random_below(&world.seed, world.pace + 1));
    isr();
}

static void publish(void)
{
    nvme_model_publish(&chip);
}

void observe(void)
{
    nvme_model_observe(&chip);
}

static const struct hal_bus port = {
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

void fill(uint8_t *bytes, uint8_t *copy, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(random_below(&world.seed, 256));
    memcpy(copy, bytes, size);
}

void set_up(uint32_t slot_count)
{
    uint64_t seed = world.seed;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    hooks = (struct hooks){
        .moment = moment, .publish = publish, .observe = observe, .tick = 1
    };
    world.pace = 8;
    memset(shared, 0xEE, sizeof shared);
    memset(slots, 0, sizeof slots);
    memset(requests, 0, sizeof requests);
    memcpy(arena, want, ARENA);
    memcpy(disk, want_disk, sizeof disk);

    nvme_model_power_on(&chip);
    chip.base = REGISTERS;
    chip.shared = (struct model_piece){ SHARED_BUS, sizeof shared, shared };
    chip.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.spaces[0].disk = disk;
    chip.spaces[0].blocks = BLOCKS;
    chip.spaces[0].shift = SHIFT;
    chip.seed = seed + 1;
    nvme = (struct nvme){
        .bus = &port,
        .base = REGISTERS,
        .size = 0x2000,
        .memory = { shared, SHARED_BUS, sizeof shared },
        .slots = slots,
        .slot_count = slot_count,
    };
}

void begin_sgl(const char *what, uint32_t slot_count, bool use_sgl)
{
    check_case(what);
    set_up(slot_count);
    chip.mdts = 0;
    nvme.use_sgl = use_sgl;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
}

void begin(const char *what, uint32_t slot_count)
{
    begin_sgl(what, slot_count, false);
}

void on_done(struct nvme_request *request)
{
    uint32_t index = (uint32_t)(request - requests);

    if (request->state != NVME_ENDED)
        hooks.broken = "called back before the end";
    world.order[world.ended++ % HAL_COUNT_OF(world.order)] = index;
}

void on_released(struct nvme_request *request)
{
    if (request->quarantined || request->state != NVME_ENDED)
        hooks.broken = "released too early";
    world.released++;
}

struct nvme_request *make(uint32_t index, uint8_t opcode, uint64_t lba,
                          uint32_t blocks)
{
    struct nvme_request *request = &requests[index];

    request->opcode = opcode;
    request->lba = lba;
    request->blocks = blocks;
    request->deadline = hooks.ticks + PATIENCE;
    request->done = on_done;
    request->released = on_released;
    return request;
}

enum iodma_status put(struct nvme_request *request,
                      const struct hal_segment *segments, uint32_t count,
                      bool first, bool last)
{
    return request->emitter.put(&request->emitter, segments, count, first,
                                last);
}

struct hal_segment at(hal_address offset, hal_address length)
{
    return (struct hal_segment){ ARENA_BUS + offset, length };
}

struct nvme_request *ready(uint32_t index, uint8_t opcode, uint64_t lba,
                           uint32_t blocks, hal_address offset)
{
    struct nvme_request *request = make(index, opcode, lba, blocks);
    struct hal_segment one = at(offset, (hal_address)blocks * BLOCK);

    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    if ((opcode & 3) != 0)
        expect_status("put", put(request, &one, 1, true, true), IODMA_OK);
    return request;
}

struct nvme_request *nth(uint32_t n)
{
    return ready(n, NVME_READ, n, 1, 4096 * n);
}

void expect_read(uint64_t lba, uint32_t blocks, hal_address offset)
{
    memcpy(&want[offset], &want_disk[lba * BLOCK], (size_t)blocks * BLOCK);
}

void submit(void)
{
    expect_status("submit", nvme_submit(&nvme), IODMA_OK);
}

void run(void)
{
    for (uint32_t i = 0; i < 8; i++) {
        (void)nvme_model_step(&chip, FOREVER);
        (void)reap();
    }
    (void)nvme_service(&nvme);
}

void expect_end(const struct nvme_request *request, enum iodma_status status,
                uint32_t code)
{
    expect_number("state", request->state, NVME_ENDED);
    expect_status("status", (enum iodma_status)request->status, status);
    expect_number("code", request->code, code);
}

void expect_order(void)
{
    expect("memory", memcmp(arena, want, ARENA) == 0);
    expect("disk", memcmp(disk, want_disk, sizeof disk) == 0);
    if (!expect("the controller was treated well", !chip.violation))
        printf("#   %s\n", chip.violation);
    expect_hooks();
    memcpy(want, arena, ARENA);
    memcpy(want_disk, disk, sizeof disk);
}

void expect_usable(void)
{
    uint32_t ended = world.ended;
    struct nvme_request *request = ready(SLOTS, NVME_READ, 77, 3, 0x8000);

    submit();
    expect_read(77, 3, 0x8000);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_number("callbacks", world.ended - ended, 1);
}

void put_in_portions(struct nvme_request *request,
                     const struct hal_segment *segments, uint32_t count,
                     uint32_t portion)
{
    for (uint32_t i = 0; i < count; i += portion) {
        uint32_t some = count - i < portion ? count - i : portion;

        expect_status(
            "put", put(request, &segments[i], some, i == 0, i + some == count),
            IODMA_OK);
    }
}

void expect_scattered(const struct hal_segment *segments, uint32_t count,
                      uint64_t lba)
{
    const uint8_t *from = &want_disk[lba * BLOCK];

    for (uint32_t i = 0; i < count; i++) {
        memcpy(&want[segments[i].address - ARENA_BUS], from,
               (size_t)segments[i].length);
        from += segments[i].length;
    }
}

void lose_one(void)
{
    chip.held = 1;
    (void)nth(0);
    (void)nth(1);
    requests[0].deadline = hooks.ticks + 100;
    submit();
    run();
    expect_read(1, 1, 4096);
    expect_end(&requests[1], IODMA_OK, 0);
    expect_number("callbacks", world.ended, 1);
    expect("in flight", nvme_service(&nvme));
    hooks.ticks += 100;
    expect("due", nvme_due(&nvme));
    expect("nothing but the lost one", !nvme_service(&nvme));
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    expect("quarantined", requests[0].quarantined);
    expect_number("callbacks", world.ended, 2);
    expect_number("lost", nvme.lost, 1);
}

uint32_t queue_page(void)
{
    return 3 + NVME_LIST_PAGES * nvme.slot_count;
}

void world_begin(void)
{
    world.seed = 1;
    fill(arena, want, sizeof arena);
    fill(disk, want_disk, sizeof disk);
}
