/* SPDX-License-Identifier: MIT */
/*
 * The NVMe driver on a controller that lies: its registers, and every byte of
 * the memory that it shares, can be anything at any moment.
 *
 * A request is over for good only if the controller has said so: it wrote a
 * completion in its name, or it said that it is disabled. Until then it may
 * reach the request's memory. A request that is ours again is freed, so that
 * whoever looks at it afterwards is caught.
 */
#include "hal/master/nvme.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/fuzz/fuzz.h"
#include "tests/model/hooks.h"
#include "tests/model/nvme_model.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_driver[] = "nvme";

/* As much of them as there is. */
#define SHARED_BUS ((hal_address)UINT64_C(0x120000000))
#define ARENA_BUS  ((hal_address)UINT64_C(0x3456789000))

enum {
    REGISTERS = 0xC0DE000,
    SLOTS = 4,
    REQUESTS = 6,
    ARENA = 0x10000,
    BLOCK = 512,
    BLOCKS = 256,
    ENTRIES = NVME_ENTRIES(SLOTS),
    IDS = 0x8000,
    TRIES = 4,
    /* Things that a call may do: an access, a look at the clock, a fence. */
    WAITS = 30000, /* of those that wait                                   */
    BEGINS = 8,    /* begin, put, cancel                                   */
    SUBMITS = 16,
    REAPS = 4 * ENTRIES,
    SERVES = 1000, /* with callbacks */
};

static struct nvme_model chip;
static struct nvme nvme;
static struct nvme_slot slots[SLOTS];
static struct nvme_request *requests[REQUESTS]; /* NULL: ours, and free */
static bool submitted[REQUESTS];
static uint8_t shared[NVME_MEMORY_SIZE(SLOTS)] __attribute__((aligned(4096)));
static uint8_t arena[ARENA];
static uint8_t disk[BLOCKS * BLOCK];

static struct {
    bool honest;
    bool answered[IDS]; /* the controller has written so */
    bool stopped;       /* so has it said                */
    bool enabled;       /* what CC was told              */
} heard;

/* ---- The controller ---- */

static struct nvme_completion *completions(void)
{
    uint8_t *page = shared + sizeof shared - NVME_PAGE;

    return (struct nvme_completion *)(void *)page;
}

/* In whose name completions have come. */
static void listen(void)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t id = NVME_STATUS_ID(from_le32(completions()[i].status));

        if (id < IDS)
            heard.answered[id] = true;
    }
}

/* A completion where the driver looks next, in the name of somebody. */
static void forge(void)
{
    uint32_t index = nvme.reaped + fuzz_below(3);
    uint32_t phase = (index & ENTRIES) == 0 ? NVME_STATUS_PHASE : 0;
    uint32_t id = slots[fuzz_below(SLOTS)].id ^ fuzz_below(4) / 3;

    completions()[index % ENTRIES].status =
        to_le32(id | phase | (uint32_t)fuzz_byte() / 128 << 17);
}

/* What the driver asked to identify is something else. */
static void misinform(void)
{
    static const uint16_t words[] = { 0,   4,   24,  76,  88, 128,
                                      132, 188, 512, 516, 536 };
    le32 word = to_le32(fuzz_word());

    memcpy(shared + NVME_PAGE * 2 + words[fuzz_below(HAL_COUNT_OF(words))],
           &word, sizeof word);
}

static void scribble(void)
{
    uint32_t at = (uint32_t)fuzz_byte() << 8 | fuzz_byte();
    le32 word = to_le32(fuzz_word());

    memcpy(shared + at * 4 % sizeof shared, &word, sizeof word);
}

static void write_anything(void)
{
    switch (fuzz_below(16)) {
    case 1:
        forge();
        break;
    case 2:
        misinform();
        break;
    case 3:
        scribble();
        break;
    default:
        break;
    }
    listen();
}

static void moment(void)
{
    fuzz_count();
    (void)nvme_model_step(&chip, heard.honest ? 100 : fuzz_below(4));
    if (!heard.honest)
        write_anything();
    listen();
}

static void publish(void)
{
    nvme_model_publish(&chip);
}

static void observe(void)
{
    nvme_model_observe(&chip);
}

/* It has stopped if it says so while it is, as it says or was told, disabled.
 */
void fuzz_saw_read(uintptr_t address, uint32_t value)
{
    if (address == REGISTERS + NVME_CC)
        heard.enabled = (value & NVME_CC_EN) != 0;
    if (address == REGISTERS + NVME_CSTS && !heard.enabled &&
        value != UINT32_MAX && (value & NVME_CSTS_RDY) == 0)
        heard.stopped = true;
}

void fuzz_saw_write(uintptr_t address, uint32_t value)
{
    if (address != REGISTERS + NVME_CC)
        return;
    heard.enabled = (value & NVME_CC_EN) != 0;
    heard.stopped = heard.stopped && !heard.enabled;
}

/* ---- The driver ---- */

static const struct hal_bus port = {
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

static void power_on(void)
{
    memset(slots, 0, sizeof slots);
    memset(&heard, 0, sizeof heard);
    heard.enabled = true; /* firmware has left it so */
    hooks = (struct hooks){ .moment = moment,
                            .publish = publish,
                            .observe = observe,
                            .tick = 100 + 100 * fuzz_below(4) };
    nvme_model_power_on(&chip);
    chip.base = REGISTERS;
    chip.shared = (struct model_piece){ SHARED_BUS, sizeof shared, shared };
    chip.pieces[0] = (struct model_piece){ ARENA_BUS, ARENA, arena };
    chip.spaces[0].disk = disk;
    chip.spaces[0].blocks = BLOCKS;
    nvme = (struct nvme){
        .bus = &port,
        .base = REGISTERS,
        .size = chip.registers,
        .memory = { shared, SHARED_BUS, sizeof shared },
        .slots = slots,
        .slot_count = SLOTS,
        .interrupts = (uint8_t)fuzz_below(2),
        .use_sgl = fuzz_below(2) == 0,
    };
    fuzz_own(REGISTERS, nvme.size);
}

static uint32_t index_of(const struct nvme_request *request)
{
    for (uint32_t i = 0; i < REQUESTS; i++) {
        if (requests[i] == request)
            return i;
    }
    fuzz_expect(false, "nobody else's request is called back");
    return 0;
}

/* It is ours again. */
static void give_up(struct nvme_request *request)
{
    requests[index_of(request)] = NULL;
    free(request);
}

static void on_released(struct nvme_request *request)
{
    fuzz_expect(heard.answered[slots[request->slot].id] || heard.stopped,
                "what was lost is not released before its end");
    give_up(request);
}

static void on_done(struct nvme_request *request)
{
    bool answered = heard.answered[slots[request->slot].id];

    fuzz_expect(request->state == NVME_ENDED, "what is called back has ended");
    switch (request->status) {
    case IODMA_OK:
    case IODMA_DMA_ERROR:
        fuzz_expect(answered, "what ends was answered");
        break;
    case IODMA_TIMEOUT:
        fuzz_expect(request->quarantined, "what is late is quarantined");
        return;
    default:
        fuzz_expect(request->status == IODMA_ABORTED, "an end has its reason");
        fuzz_expect(!submitted[index_of(request)] || heard.stopped,
                    "what is aborted is out of the device's reach");
        break;
    }
    give_up(request);
}

static uint32_t count(uint32_t state, bool quarantined)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < REQUESTS; i++)
        found += requests[i] && requests[i]->state == state &&
                 requests[i]->quarantined == quarantined;
    return found;
}

static void expect_sums(void)
{
    uint32_t begun = count(NVME_BEGUN, false);
    uint32_t flying = count(NVME_SUBMITTED, false);
    uint32_t lost = count(NVME_ENDED, true);

    fuzz_expect(nvme.in_flight == flying, "in_flight is what is in flight");
    fuzz_expect(nvme.lost == lost, "lost is what is lost");
    fuzz_expect(nvme.used == begun + flying + lost, "used is what is used");
    fuzz_expect(!hooks.broken && hooks.masked == 0, "the lock is left");
}

/* ---- What it is asked ---- */

static void put_data(struct nvme_request *request)
{
    hal_address left = (hal_address)request->blocks * nvme.block_size;
    hal_address at = ARENA_BUS + fuzz_below(8) * 0x200u;

    while (left != 0) {
        struct hal_segment segment = {
            at, smaller(left, fuzz_below(4) == 0 ? 512 : 0x10000)
        };

        left -= segment.length;
        at += segment.length;
        if (request->emitter.put(&request->emitter, &segment, 1,
                                 request->emitted == 0, left == 0) != IODMA_OK)
            return;
    }
}

static void begin(void)
{
    static const uint8_t opcodes[] = { NVME_READ, NVME_WRITE, NVME_FLUSH };
    uint32_t index = fuzz_below(REQUESTS);
    struct nvme_request *request;

    if (requests[index])
        return;
    request = calloc(1, sizeof *request);
    if (!request)
        return;
    request->opcode = opcodes[fuzz_below(HAL_COUNT_OF(opcodes))];
    request->blocks = request->opcode == NVME_FLUSH ? 0 : 1 + fuzz_below(16);
    request->lba = fuzz_byte();
    request->deadline = hooks.ticks + 8 * fuzz_byte();
    request->done = on_done;
    request->released = on_released;
    requests[index] = request;
    submitted[index] = false;
    fuzz_bound(BEGINS);
    if (nvme_begin(&nvme, request) != IODMA_OK)
        give_up(request);
    else if (request->blocks != 0)
        put_data(request);
}

static void cancel(void)
{
    struct nvme_request *request = requests[fuzz_below(REQUESTS)];

    fuzz_bound(BEGINS);
    if (request && nvme_cancel(request) == IODMA_OK)
        give_up(request);
}

static void submit(void)
{
    fuzz_bound(SUBMITS);
    (void)nvme_submit(&nvme);
    for (uint32_t i = 0; i < REQUESTS; i++)
        submitted[i] = submitted[i] ||
                       (requests[i] && requests[i]->state == NVME_SUBMITTED);
}

static void look_around(void)
{
    uint32_t ids[4];
    uint32_t found;

    if (nvme_list(&nvme, fuzz_word(), ids, HAL_COUNT_OF(ids), &found) !=
        IODMA_OK)
        return;
    fuzz_expect(found <= HAL_COUNT_OF(ids), "no more than there is room for");
    for (uint32_t i = 1; i < found; i++)
        fuzz_expect(ids[i - 1] < ids[i], "identifiers ascend");
}

static void ask(void)
{
    switch (fuzz_below(16)) {
    case 0:
        fuzz_bound(WAITS);
        (void)nvme_reset(&nvme);
        break;
    case 1:
        fuzz_bound(WAITS);
        (void)nvme_stop(&nvme);
        break;
    case 2:
        fuzz_bound(WAITS);
        (void)nvme_start(&nvme);
        break;
    case 3:
        fuzz_bound(WAITS);
        (void)nvme_shutdown(&nvme);
        break;
    case 4:
        fuzz_bound(WAITS);
        look_around();
        break;
    case 5:
        fuzz_bound(WAITS);
        (void)nvme_choose(&nvme, 1 + fuzz_below(3));
        break;
    case 6:
        cancel();
        break;
    case 7:
    case 8:
        submit();
        break;
    case 9:
        fuzz_bound(REAPS);
        (void)nvme_reap(&nvme);
        break;
    case 10:
    case 11:
        fuzz_bound(SERVES);
        (void)nvme_service(&nvme);
        break;
    case 12:
        hooks.ticks += 4 * fuzz_byte();
        break;
    default:
        begin();
        break;
    }
}

/* ---- Afterwards ---- */

static bool reads(void)
{
    struct hal_segment segment = { ARENA_BUS, BLOCK };
    struct nvme_request request = {
        .opcode = NVME_READ, .lba = 3, .blocks = 1, .deadline = UINT64_MAX
    };

    memset(arena, 0, BLOCK);
    memset(disk + 3 * BLOCK, 0x5A, BLOCK);
    if (nvme_begin(&nvme, &request) != IODMA_OK ||
        request.emitter.put(&request.emitter, &segment, 1, true, true) !=
            IODMA_OK ||
        nvme_submit(&nvme) != IODMA_OK)
        return false;
    for (uint32_t i = 0; i < 100 && request.state != NVME_ENDED; i++) {
        moment();
        (void)nvme_reap(&nvme);
        (void)nvme_service(&nvme);
    }
    return request.state == NVME_ENDED && request.status == IODMA_OK &&
           memcmp(arena, disk + 3 * BLOCK, BLOCK) == 0;
}

/* A controller that has come to its senses is reset, and reads. */
static void recover(void)
{
    enum iodma_status status = IODMA_TIMEOUT;

    heard.honest = true;
    fuzz_lie(0);
    for (uint32_t i = 0; i < TRIES && status != IODMA_OK; i++) {
        fuzz_bound(WAITS);
        status = nvme_reset(&nvme);
    }
    fuzz_expect(status == IODMA_OK,
                "it starts when the device is honest again");
    expect_sums();
    fuzz_expect(nvme.used == 0, "nothing is left");
    fuzz_bound(WAITS);
    fuzz_expect(reads(), "it reads when the device is honest again");
}

void fuzz_round(void)
{
    power_on();
    fuzz_lie(fuzz_below(4) * 16);
    fuzz_bound(WAITS);
    (void)nvme_start(&nvme);
    while (fuzz_more()) {
        ask();
        expect_sums();
    }
    recover();
}
