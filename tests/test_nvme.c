/* SPDX-License-Identifier: MIT */
/*
 * Defends the NVMe driver: what the controller is told, when, and what is
 * made of its answers. The controller is a model that works only when the
 * test lets it, sees no entry before it was published, and lets no data be
 * seen before it was observed.
 */
#include "hal/master/nvme.h"
#include "hal/master/nvme_regs.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/nvme_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bus addresses; none is a CPU address. */
/* As much of them as there is: in 32 bits 0x20000000 and 0x56789000. */
#define SHARED_BUS ((hal_address)UINT64_C(0x120000000))
#define ARENA_BUS  ((hal_address)UINT64_C(0x3456789000))

enum {
    REGISTERS = 0xC0DE000,
    SLOTS = 16,       /* of the largest instance           */
    ARENA = 0x420000, /* bytes; a few pages more than 4 MiB */
    SHIFT = 9,
    BLOCK = 1 << SHIFT,
    BLOCKS = 8192,
    FOREVER = 100000,
    PATIENCE = 20000, /* ticks, longer than any step of a start */
};

static struct nvme_model chip;
static struct nvme nvme;
static struct nvme_slot slots[SLOTS];
static struct nvme_request requests[SLOTS + 1];
static uint8_t shared[NVME_MEMORY_SIZE(SLOTS)] __attribute__((aligned(4096)));
static uint8_t arena[ARENA];
static uint8_t want[ARENA];
static uint8_t disk[BLOCKS * BLOCK];
static uint8_t want_disk[BLOCKS * BLOCK];

static struct {
    uint64_t seed;
    uint32_t pace;      /* things done at every hook, at most; 0: none */
    uint32_t ended;     /* callbacks                                 */
    uint32_t released;  /* callbacks                                 */
    uint32_t order[64]; /* indices of requests as they ended        */
} world;

/* ---- The hooks ---- */

/* As an ISR does: not to be interrupted. */
static uint32_t reap(void)
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

/* The moment between two steps of the driver. */
static void moment(void)
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

static void observe(void)
{
    nvme_model_observe(&chip);
}

static const struct hal_bus port = {
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

/* ---- Setting up ---- */

static void fill(uint8_t *bytes, uint8_t *copy, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(random_below(&world.seed, 256));
    memcpy(copy, bytes, size);
}

/* A controller whose power was just turned on, and a driver that has not seen
   it. */
static void set_up(uint32_t slot_count)
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

static void begin_sgl(const char *what, uint32_t slot_count, bool use_sgl)
{
    check_case(what);
    set_up(slot_count);
    chip.mdts = 0;
    nvme.use_sgl = use_sgl;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
}

static void begin(const char *what, uint32_t slot_count)
{
    begin_sgl(what, slot_count, false);
}

/* ---- Requests ---- */

static void on_done(struct nvme_request *request)
{
    uint32_t index = (uint32_t)(request - requests);

    if (request->state != NVME_ENDED)
        hooks.broken = "called back before the end";
    world.order[world.ended++ % HAL_COUNT_OF(world.order)] = index;
}

static void on_released(struct nvme_request *request)
{
    if (request->quarantined || request->state != NVME_ENDED)
        hooks.broken = "released too early";
    world.released++;
}

/* A request with the fields a caller sets. */
static struct nvme_request *make(uint32_t index, uint8_t opcode, uint64_t lba,
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

static enum iodma_status put(struct nvme_request *request,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    return request->emitter.put(&request->emitter, segments, count, first,
                                last);
}

static struct hal_segment at(hal_address offset, hal_address length)
{
    return (struct hal_segment){ ARENA_BUS + offset, length };
}

/* A request is begun with one segment for its data. */
static struct nvme_request *ready(uint32_t index, uint8_t opcode, uint64_t lba,
                                  uint32_t blocks, hal_address offset)
{
    struct nvme_request *request = make(index, opcode, lba, blocks);
    struct hal_segment one = at(offset, (hal_address)blocks * BLOCK);

    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    if ((opcode & 3) != 0)
        expect_status("put", put(request, &one, 1, true, true), IODMA_OK);
    return request;
}

/* The n-th of a row of reads that are easy to tell apart: block n to page n. */
static struct nvme_request *nth(uint32_t n)
{
    return ready(n, NVME_READ, n, 1, 4096 * n);
}

static void expect_read(uint64_t lba, uint32_t blocks, hal_address offset)
{
    memcpy(&want[offset], &want_disk[lba * BLOCK], (size_t)blocks * BLOCK);
}

static void submit(void)
{
    expect_status("submit", nvme_submit(&nvme), IODMA_OK);
}

/* The controller does all it can; all of it is noted and served. */
static void run(void)
{
    for (uint32_t i = 0; i < 8; i++) {
        (void)nvme_model_step(&chip, FOREVER);
        (void)reap();
    }
    (void)nvme_service(&nvme);
}

static void expect_end(const struct nvme_request *request,
                       enum iodma_status status, uint32_t code)
{
    expect_number("state", request->state, NVME_ENDED);
    expect_status("status", (enum iodma_status)request->status, status);
    expect_number("code", request->code, code);
}

/* What holds at the end of every case. */
static void expect_order(void)
{
    expect("memory", memcmp(arena, want, ARENA) == 0);
    expect("disk", memcmp(disk, want_disk, sizeof disk) == 0);
    if (!expect("the controller was treated well", !chip.violation))
        printf("#   %s\n", chip.violation);
    expect_hooks();
    memcpy(want, arena, ARENA);
    memcpy(want_disk, disk, sizeof disk);
}

/* After whatever befell it, it reads. */
static void expect_usable(void)
{
    uint32_t ended = world.ended;
    struct nvme_request *request = ready(SLOTS, NVME_READ, 77, 3, 0x8000);

    submit();
    expect_read(77, 3, 0x8000);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_number("callbacks", world.ended - ended, 1);
}

/* ---- Start ---- */

static const struct {
    const char *what;
    uint32_t slots;
    struct hal_shared memory;
} set_ups[] = {
    { "start without memory: BadArgument", 4, { NULL, SHARED_BUS, 1 << 20 } },
    { "start with memory a byte short: BadArgument",
      SLOTS,
      { shared, SHARED_BUS, sizeof shared - 1 } },
    { "start with memory that is no page: BadArgument",
      4,
      { shared, SHARED_BUS + 64, sizeof shared } },
    { "start with memory across the end of 64 bits: BadArgument",
      4,
      { shared, HAL_ADDRESS_MAX - 4095, sizeof shared } },
    { "start with no slots: BadArgument",
      0,
      { shared, SHARED_BUS, sizeof shared } },
    { "start with slots that are no power of two: BadArgument",
      6,
      { shared, SHARED_BUS, sizeof shared } },
    { "start with too many slots: BadArgument",
      512,
      { shared, SHARED_BUS, 1 << 24 } },
};

static void set_absent(void)
{
    chip.absent = true;
}

static void set_stuck(void)
{
    chip.stuck = true;
}

static void set_never_ready(void)
{
    chip.never_ready = true;
}

static void set_fatal(void)
{
    chip.fatal = true;
}

static void set_mute(void)
{
    chip.mute = true;
}

static void set_large_pages(void)
{
    chip.page_least = 1;
}

static void set_other_commands(void)
{
    chip.css = 0x40;
}

static void set_short_queues(void)
{
    chip.mqes = 6;
}

/* Of 128 KiB, as far apart as there can be. */
static void set_far_doorbells(void)
{
    chip.dstrd = 15;
}

/* The last one is a byte too long for the BAR. */
static void set_far_doorbell(void)
{
    chip.dstrd = 8;
    nvme.size = 0x1000 + 3 * 1024 + 3;
}

static void set_misnamed(void)
{
    chip.misnames = true;
}

static void set_large_entries(void)
{
    chip.sqes = 0x77;
}

static void set_large_completions(void)
{
    chip.cqes = 0x55;
}

static void set_small_entries(void)
{
    chip.sqes = 0x55;
}

static void set_no_namespace(void)
{
    chip.namespaces = 0;
}

static void set_empty_namespace(void)
{
    chip.spaces[0].blocks = 0;
}

static void set_metadata(void)
{
    chip.spaces[0].metadata = 8;
}

static void set_small_blocks(void)
{
    chip.spaces[0].shift = 8;
}

static void set_large_blocks(void)
{
    chip.spaces[0].shift = 17;
}

static void set_blocks_above_mdts(void)
{
    chip.spaces[0].shift = 14;
    chip.mdts = 1;
}

static void set_no_sgl(void)
{
    nvme.use_sgl = true;
    chip.sgls = 0;
}

static void set_identify_fails(void)
{
    chip.admin_fails = NVME_IDENTIFY | 0x006 << 8;
}

static void set_features_fail(void)
{
    chip.admin_fails = NVME_SET_FEATURES | 0x002 << 8;
}

static void set_cq_fails(void)
{
    chip.admin_fails = NVME_CREATE_CQ | 0x108 << 8;
}

static void set_sq_fails(void)
{
    chip.admin_fails = NVME_CREATE_SQ | 0x101 << 8;
}

static const struct {
    const char *what;
    void (*set)(void);
    enum iodma_status status;
    uint32_t code;
    uint32_t state;
    struct nvme_shortfall shortfall;
} failures[] = {
    { "no controller: NotAttached",
      set_absent,
      IODMA_NOT_ATTACHED,
      0,
      NVME_STUCK,
      { 0, 0, 0 } },
    { "a controller that cannot be disabled: Timeout",
      set_stuck,
      IODMA_TIMEOUT,
      0,
      NVME_STUCK,
      { 0, 0, 0 } },
    { "a controller that does not get ready: Timeout",
      set_never_ready,
      IODMA_TIMEOUT,
      0,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "a controller with fatal status: DMAError",
      set_fatal,
      IODMA_DMA_ERROR,
      NVME_CODE_FATAL,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "a controller that completes nothing: Timeout",
      set_mute,
      IODMA_TIMEOUT,
      0,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "pages of at least 8 KiB: Unsupported",
      set_large_pages,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_PAGE, 4096, 8192 } },
    { "no NVM command set: Unsupported",
      set_other_commands,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_COMMAND_SET, 1, 0x40 } },
    { "queues too short: Unsupported",
      set_short_queues,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_QUEUE, 8, 7 } },
    { "entries of at least 128 bytes: Unsupported",
      set_large_entries,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_SQ_ENTRY, 6, 0x77 } },
    { "entries of at most 32 bytes: Unsupported",
      set_small_entries,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_SQ_ENTRY, 6, 0x55 } },
    { "completions of 32 bytes: Unsupported",
      set_large_completions,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_CQ_ENTRY, 4, 0x55 } },
    { "no namespaces: NotFound",
      set_no_namespace,
      IODMA_NOT_FOUND,
      0,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "no namespace 1: NotFound",
      set_empty_namespace,
      IODMA_NOT_FOUND,
      0,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "blocks with metadata: Unsupported",
      set_metadata,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_METADATA, 0, 8 } },
    { "blocks of 256 bytes: Unsupported",
      set_small_blocks,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_BLOCK, 9, 8 } },
    { "blocks of 128 KiB: Unsupported",
      set_large_blocks,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_BLOCK, 16, 17 } },
    { "blocks longer than MDTS: Unsupported",
      set_blocks_above_mdts,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_TRANSFER, 16384, 8192 } },
    { "SGL wanted and not to be had: Unsupported",
      set_no_sgl,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_SGL, 1, 0 } },
    { "doorbells 128 KiB apart: Unsupported",
      set_far_doorbells,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_REGISTERS, 0x1000 + 3 * 0x20000 + 4, 0x2000 } },
    { "a doorbell across the BAR's end: Unsupported",
      set_far_doorbell,
      IODMA_UNSUPPORTED,
      0,
      NVME_DOWN,
      { NVME_SHORT_REGISTERS, 0x1000 + 3 * 1024 + 4, 0x1000 + 3 * 1024 + 3 } },
    { "an admin completion of another command: DMAError",
      set_misnamed,
      IODMA_DMA_ERROR,
      NVME_CODE_STRANGE,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "Identify fails: DMAError",
      set_identify_fails,
      IODMA_DMA_ERROR,
      0x006,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "Set Features fails: DMAError",
      set_features_fail,
      IODMA_DMA_ERROR,
      0x002,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "Create CQ fails: DMAError",
      set_cq_fails,
      IODMA_DMA_ERROR,
      0x108,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "Create SQ fails: DMAError",
      set_sq_fails,
      IODMA_DMA_ERROR,
      0x101,
      NVME_DOWN,
      { 0, 0, 0 } },
};

/* The controller gets well again. */
static void heal(void)
{
    chip.absent = chip.stuck = chip.never_ready = chip.fatal = chip.mute =
        false;
    chip.admin_fails = chip.spaces[0].metadata = chip.page_least = 0;
    chip.css = chip.namespaces = chip.sgls = 1;
    chip.mqes = 2047;
    chip.sqes = 0x66;
    chip.cqes = 0x44;
    chip.spaces[0].blocks = BLOCKS;
    chip.spaces[0].shift = SHIFT;
    chip.mdts = 7;
    chip.dstrd = 1;
    nvme.size = 0x2000;
}

static void expect_shortfall(const struct nvme_shortfall *wanted)
{
    expect("its name",
           strcmp(nvme_shortfall_name(nvme.shortfall.what), "unknown") != 0);
    expect_number("what falls short", nvme.shortfall.what, wanted->what);
    expect_number("asked", nvme.shortfall.asked, wanted->asked);
    expect_number("what it has", nvme.shortfall.has, wanted->has);
}

static void test_start_fails(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(set_ups); i++) {
        check_case(set_ups[i].what);
        set_up(set_ups[i].slots);
        nvme.memory = set_ups[i].memory;
        expect_status("start", nvme_start(&nvme), IODMA_BAD_ARGUMENT);
        expect_number("register accesses", chip.accesses, 0);
    }

    check_case("start with less than a page of registers: BadArgument");
    set_up(4);
    nvme.size = 0x1000;
    expect_status("start", nvme_start(&nvme), IODMA_BAD_ARGUMENT);
    expect_number("register accesses", chip.accesses, 0);

    for (uint32_t i = 0; i < HAL_COUNT_OF(failures); i++) {
        uint64_t before;

        check_case(failures[i].what);
        set_up(4);
        failures[i].set();
        before = hooks.ticks;
        expect_status("start", nvme_start(&nvme), failures[i].status);
        expect("in bounded time", hooks.ticks - before < PATIENCE);
        if (failures[i].status == IODMA_DMA_ERROR)
            expect_number("code", nvme.code, failures[i].code);
        expect_number("state", nvme.state, failures[i].state);
        expect_shortfall(&failures[i].shortfall);
        expect("disabled, if it can be",
               nvme.state == NVME_STUCK || !chip.ready);
        expect_status("begin", nvme_begin(&nvme, make(0, NVME_READ, 0, 1)),
                      IODMA_NOT_READY);
        expect_status("submit", nvme_submit(&nvme), IODMA_NOT_READY);
        expect_number("reap", reap(), 0);
        heal();
        expect_status("start again", nvme_start(&nvme), IODMA_OK);
        expect_number("falls short", nvme.shortfall.what,
                      NVME_SHORT_OF_NOTHING);
        world.pace = 0;
        expect_usable();
        expect_order();
    }
}

static const struct {
    const char *what;
    bool use_sgl;
    uint32_t mdts, shift, sgls;
    struct hal_limits limits;
} limits[] = {
    { "MDTS of 512 KiB, PRP",
      false,
      7,
      9,
      1,
      { .address_bits = 64,
        .align_address = 4,
        .align_seam = 4096,
        .max_transfer = 0x80000 } },
    { "no MDTS, PRP: two pages of list",
      false,
      0,
      12,
      0,
      { .address_bits = 64,
        .align_address = 4,
        .align_seam = 4096,
        .max_transfer = 0x3FF000 } },
    { "MDTS of 4 MiB, PRP: two pages of list",
      false,
      10,
      9,
      1,
      { .address_bits = 64,
        .align_address = 4,
        .align_seam = 4096,
        .max_transfer = 0x3FF000 } },
    { "MDTS of 8 KiB",
      false,
      1,
      9,
      1,
      { .address_bits = 64,
        .align_address = 4,
        .align_seam = 4096,
        .max_transfer = 0x2000 } },
    { "no MDTS, SGL: 65536 blocks",
      true,
      0,
      9,
      1,
      { .address_bits = 64,
        .align_address = 1,
        .align_length = 1,
        .max_segments = 256,
        .max_transfer = 0x2000000 } },
    { "no MDTS, SGL, large blocks: whole blocks",
      true,
      0,
      16,
      1,
      { .address_bits = 64,
        .align_address = 1,
        .align_length = 1,
        .max_segments = 256,
        .max_transfer = 0xFFFF0000 } },
    { "an MDTS beyond all memory is no limit",
      false,
      255,
      9,
      1,
      { .address_bits = 64,
        .align_address = 4,
        .align_seam = 4096,
        .max_transfer = 0x3FF000 } },
    { "SGL in dwords",
      true,
      7,
      9,
      2,
      { .address_bits = 64,
        .align_address = 4,
        .align_length = 4,
        .max_segments = 256,
        .max_transfer = 0x80000 } },
};

/* What CAP says, and how long the controller takes. */
static const struct {
    const char *what;
    uint32_t timeout, delay; /* units of 500 ms, and milliseconds */
    uint32_t dstrd, size;
    enum iodma_status status;
} capabilities[] = {
    { "CAP.TO 0 is half a second", 0, 450, 1, 0x2000, IODMA_OK },
    { "CAP.TO 0 is no more than half a second", 0, 600, 1, 0x2000,
      IODMA_TIMEOUT },
    { "CAP.TO 10 is five seconds", 10, 4500, 1, 0x2000, IODMA_OK },
    { "CAP.TO 10 is no more than five seconds", 10, 5500, 1, 0x2000,
      IODMA_TIMEOUT },
    { "CAP.TO 255 is two minutes", 255, 100000, 1, 0x2000, IODMA_OK },
    { "doorbells 4 bytes apart", 2, 0, 0, 0x1010, IODMA_OK },
    { "doorbells 16 bytes apart", 2, 0, 2, 0x2000, IODMA_OK },
    { "doorbells 1 KiB apart, the last one ends the BAR", 2, 0, 8,
      0x1000 + 3 * 1024 + 4, IODMA_OK },
    { "doorbells 128 KiB apart in a BAR that has them", 2, 0, 15, 0x80000,
      IODMA_OK },
};

static void test_capabilities(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(capabilities); i++) {
        check_case(capabilities[i].what);
        set_up(4);
        chip.timeout = capabilities[i].timeout;
        chip.ready_delay = capabilities[i].delay;
        chip.dstrd = capabilities[i].dstrd;
        chip.registers = nvme.size = capabilities[i].size;
        expect_status("start", nvme_start(&nvme), capabilities[i].status);
        world.pace = 0;
        if (capabilities[i].status != IODMA_OK)
            continue;
        for (uint32_t n = 0; n < 20; n++)
            expect_usable();
        expect_order();
    }

    for (uint32_t format = 0; format < 16; format += 5) {
        check_case("the LBA format in use is one of sixteen");
        set_up(4);
        chip.spaces[0].format = format;
        expect_status("start", nvme_start(&nvme), IODMA_OK);
        expect_number("block size", nvme.block_size, BLOCK);
        world.pace = 0;
        expect_usable();
        expect_order();
    }
}

static void test_start(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(limits); i++) {
        check_case(limits[i].what);
        set_up(4);
        chip.mdts = limits[i].mdts;
        chip.spaces[0].shift = limits[i].shift;
        chip.sgls = limits[i].sgls;
        nvme.use_sgl = limits[i].use_sgl;
        expect_status("start", nvme_start(&nvme), IODMA_OK);
        expect("limits", memcmp(&nvme.limits, &limits[i].limits,
                                sizeof nvme.limits) == 0);
        expect_number("block size", nvme.block_size, 1u << limits[i].shift);
        expect_number("blocks", nvme.blocks, BLOCKS);
        expect_order();
    }

    check_case("start waits for a controller that is just getting ready");
    set_up(4);
    chip.ready = false;
    chip.until_ready = 20;
    chip.asq = SHARED_BUS;
    chip.acq = SHARED_BUS + 4096;
    chip.aqa = NVME_AQA_ASQS(1) | NVME_AQA_ACQS(1);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();

    check_case("start waits while the controller takes its time");
    set_up(4);
    chip.ready_delay = 50;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();

    check_case("start with the smallest memory that is enough, one slot");
    set_up(1);
    nvme.memory.size = NVME_MEMORY_SIZE(1);
    chip.shared.size = NVME_MEMORY_SIZE(1);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    for (uint32_t i = 0; i < 10; i++)
        expect_usable();
    expect_order();

    begin("start while requests are begun, in flight or lost: Busy", 4);
    (void)nth(0);
    expect_status("begun", nvme_start(&nvme), IODMA_BUSY);
    submit();
    expect_status("in flight", nvme_start(&nvme), IODMA_BUSY);
    requests[0].deadline = 0;
    (void)nvme_service(&nvme);
    expect_status("lost", nvme_start(&nvme), IODMA_BUSY);
    run();
    expect_read(0, 1, 0);
    world.pace = 8;
    expect_status("none", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();
}

/* ---- PRPs ---- */

#define PAGE ((hal_address)4096)

/* The list of a request's slot. */
/* The submission queue's first page. */
static uint32_t queue_page(void)
{
    return 3 + NVME_LIST_PAGES * nvme.slot_count;
}

static const uint8_t *list_of(const struct nvme_request *request)
{
    return shared + (3 + NVME_LIST_PAGES * request->slot) * PAGE;
}

static hal_address list_bus(const struct nvme_request *request)
{
    return SHARED_BUS + (3 + NVME_LIST_PAGES * request->slot) * PAGE;
}

static uint64_t number(struct nvme_u64 value)
{
    return (uint64_t)from_le32(value.high) << 32 | from_le32(value.low);
}

static const struct {
    const char *what;
    uint32_t blocks;
    struct hal_segment segments[6]; /* offsets in the arena */
    uint32_t pages;
    hal_address list[6]; /* offsets of the pages, the first as it is */
} prps[] = {
    { "a block within a page", 1, { { 0x1000, 512 } }, 1, { 0x1000 } },
    { "a block at the end of a page", 1, { { 0x1E00, 512 } }, 1, { 0x1E00 } },
    { "a page", 8, { { 0x1000, 4096 } }, 1, { 0x1000 } },
    { "a block across pages", 1, { { 0x1FFC, 512 } }, 2, { 0x1FFC, 0x2000 } },
    { "two pages in one segment",
      16,
      { { 0x1000, 8192 } },
      2,
      { 0x1000, 0x2000 } },
    { "two pages apart",
      16,
      { { 0x5000, 4096 }, { 0x1000, 4096 } },
      2,
      { 0x5000, 0x1000 } },
    { "three pages",
      24,
      { { 0x5000, 4096 }, { 0x1000, 8192 } },
      3,
      { 0x5000, 0x1000, 0x2000 } },
    { "an offset in the first, a short last",
      17,
      { { 0x5F00, 256 }, { 0x1000, 8192 }, { 0x9000, 256 } },
      4,
      { 0x5F00, 0x1000, 0x2000, 0x9000 } },
    { "segments that touch within pages",
      9,
      { { 0x1004, 2000 }, { 0x17D4, 2096 }, { 0x2004, 500 }, { 0x21F8, 12 } },
      2,
      { 0x1004, 0x2000 } },
    { "segments of no bytes are nothing",
      16,
      { { 0x7001, 0 }, { 0x5000, 4096 }, { 0x6000, 0 }, { 0x1000, 4096 } },
      2,
      { 0x5000, 0x1000 } },
};

static uint32_t segments_of(uint32_t row, struct hal_segment *segments)
{
    hal_address left = (hal_address)prps[row].blocks * BLOCK;
    uint32_t count = 0;

    while (left != 0) {
        segments[count] = at(prps[row].segments[count].address,
                             prps[row].segments[count].length);
        left -= segments[count++].length;
    }
    return count;
}

/* What its command says of its data. */
static const union nvme_data *data_of(const struct nvme_request *request)
{
    return (const union nvme_data *)(const void *)request->data;
}

static void expect_prps(uint32_t row, const struct nvme_request *request)
{
    const union nvme_data *data = data_of(request);
    uint32_t pages = prps[row].pages;
    hal_address second = pages == 1   ? 0
                         : pages == 2 ? ARENA_BUS + prps[row].list[1]
                                      : list_bus(request);

    expect_number("PRP1", number(data->prp[0]), ARENA_BUS + prps[row].list[0]);
    expect_number("PRP2", number(data->prp[1]), second);
    for (uint32_t i = 1; pages > 2 && i < pages; i++) {
        struct nvme_u64 prp;

        memcpy(&prp, list_of(request) + 8 * (i - 1), sizeof prp);
        expect_number("list", number(prp), ARENA_BUS + prps[row].list[i]);
    }
}

/* All of the segments, `portion` at a time. */
static void put_in_portions(struct nvme_request *request,
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

static void expect_scattered(const struct hal_segment *segments, uint32_t count,
                             uint64_t lba)
{
    const uint8_t *from = &want_disk[lba * BLOCK];

    for (uint32_t i = 0; i < count; i++) {
        memcpy(&want[segments[i].address - ARENA_BUS], from,
               (size_t)segments[i].length);
        from += segments[i].length;
    }
}

static void test_prps(void)
{
    for (uint32_t row = 0; row < HAL_COUNT_OF(prps); row++) {
        struct hal_segment segments[6];
        uint32_t count = segments_of(row, segments);

        begin(prps[row].what, 4);
        for (uint32_t portion = 1; portion <= count; portion++) {
            struct nvme_request *request =
                make(0, NVME_READ, 10 * row + portion, prps[row].blocks);

            expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
            put_in_portions(request, segments, count, portion);
            expect_prps(row, request);
            submit();
            expect_scattered(segments, count, 10 * row + portion);
            run();
            expect_end(request, IODMA_OK, 0);
        }
        expect_order();
    }
}

/* Lists that fill a page, and go on. */
static void test_full_list(void)
{
    struct nvme_request *request;
    struct hal_segment segments[515];
    uint32_t count = 0;

    begin("a list that fills its page", 4);
    request = make(0, NVME_READ, 5, 4096);
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    segments[count++] = at(3 * PAGE - 4, 4);
    for (uint32_t i = 0; i < 511; i++)
        segments[count++] = at((1030 - 2 * i) * PAGE, PAGE);
    segments[count++] = at(0x7000, 4092);
    put_in_portions(request, segments, count, 7);
    expect_number("entries", request->descriptors, 512);
    submit();
    expect_scattered(segments, count, 5);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_order();

    check_case("a list that goes on in another page");
    count = 0;
    request = make(0, NVME_READ, 5, 4104);
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    segments[count++] = at(3 * PAGE - 4, 4);
    for (uint32_t i = 0; i < 512; i++)
        segments[count++] = at((1030 - 2 * i) * PAGE, PAGE);
    segments[count++] = at(0x7000, 4092);
    put_in_portions(request, segments, count, 7);
    expect_number("entries", request->descriptors, 513);
    submit();
    expect_scattered(segments, count, 5);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_order();

    check_case("max_transfer, and a block more: NoSpace");
    expect_status("begin", nvme_begin(&nvme, make(0, NVME_READ, 0, 8184)),
                  IODMA_OK);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    expect_status("begin", nvme_begin(&nvme, make(0, NVME_READ, 0, 8185)),
                  IODMA_NO_SPACE);
    expect_usable();
    expect_order();

    check_case("MDTS, and a block more: NoSpace");
    set_up(4);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_status("begin", nvme_begin(&nvme, make(0, NVME_READ, 0, 1025)),
                  IODMA_NO_SPACE);
    (void)ready(0, NVME_READ, 3, 1024, 4);
    submit();
    expect_read(3, 1024, 4);
    run();
    expect_end(&requests[0], IODMA_OK, 0);
    expect_order();
}

static const struct {
    const char *what;
    enum iodma_status status;
    struct hal_segment segments[3];
} refused[] = {
    { "a first segment that begins between dwords: NotAligned",
      IODMA_NOT_ALIGNED,
      { { 0x1002, 512 } } },
    { "a first segment that ends within a page: NotAligned",
      IODMA_NOT_ALIGNED,
      { { 0x1000, 512 }, { 0x3000, 512 } } },
    { "a second segment that begins within a page: NotAligned",
      IODMA_NOT_ALIGNED,
      { { 0x1000, 4096 }, { 0x3200, 512 } } },
    { "a middle segment that ends within a page: NotAligned",
      IODMA_NOT_ALIGNED,
      { { 0x1000, 4096 }, { 0x3000, 512 }, { 0x5000, 512 } } },
    { "more bytes than blocks: NoSpace",
      IODMA_NO_SPACE,
      { { 0x1000, 8192 }, { 0x4000, 4 } } },
    { "far more bytes than blocks: NoSpace",
      IODMA_NO_SPACE,
      { { 0x1000, (hal_address)UINT64_C(0x1A0000200) } } },
    { "a segment that wraps: MessageTooLarge",
      IODMA_MESSAGE_TOO_LARGE,
      { { HAL_ADDRESS_MAX - ARENA_BUS - 255, 512 } } },
};

static void test_refused(void)
{
    struct hal_segment whole = at(0x8000, 8192);

    for (uint32_t row = 0; row < HAL_COUNT_OF(refused); row++) {
        struct nvme_request *request;
        struct hal_segment segments[3];
        uint32_t count = 0;

        begin(refused[row].what, 4);
        while (count < 3 && refused[row].segments[count].length != 0) {
            segments[count] = at(refused[row].segments[count].address,
                                 refused[row].segments[count].length);
            count++;
        }
        request = make(0, NVME_READ, 9, 16);
        expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
        expect_status("put", put(request, segments, count, true, true),
                      refused[row].status);
        expect_status("submit", nvme_submit(&nvme), IODMA_BAD_ARGUMENT);
        expect_status("put anew", put(request, &whole, 1, true, true),
                      IODMA_OK);
        submit();
        expect_read(9, 16, 0x8000);
        run();
        expect_end(request, IODMA_OK, 0);
        expect_order();
    }
    begin("a list begun anew leaves nothing of the former one", 4);
    {
        struct nvme_request *request = make(0, NVME_READ, 9, 8);
        struct hal_segment two = at(0x1800, 4096);
        struct hal_segment one = at(0x5000, 4096);

        expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
        expect_status("two pages", put(request, &two, 1, true, true), IODMA_OK);
        expect_status("one page", put(request, &one, 1, true, true), IODMA_OK);
        submit();
        expect_read(9, 8, 0x5000);
        run();
        expect_end(request, IODMA_OK, 0);
        expect_order();
    }
    begin("a list begun anew and not ended keeps its request back", 4);
    {
        struct nvme_request *request = make(0, NVME_READ, 9, 16);
        struct hal_segment former = at(0x1000, 8192);
        struct hal_segment halves[2] = { at(0x8000, 4096), at(0x5000, 4096) };

        expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
        expect_status("former", put(request, &former, 1, true, true), IODMA_OK);
        expect_status("one half", put(request, &halves[0], 1, true, false),
                      IODMA_OK);
        expect_status("submit", nvme_submit(&nvme), IODMA_BAD_ARGUMENT);
        expect_status("other half", put(request, &halves[1], 1, false, true),
                      IODMA_OK);
        submit();
        expect_scattered(halves, 2, 9);
        run();
        expect_end(request, IODMA_OK, 0);
        expect_order();
    }
}

/* ---- SGLs ---- */

static void test_sgl(void)
{
    struct nvme_request *request;
    struct hal_segment segments[300];
    uint32_t count;

    begin_sgl("an SGL of one segment stands in the command", 4, true);
    (void)ready(0, NVME_READ, 3, 5, 0x1235);
    expect_number("address", number(data_of(&requests[0])->sgl.address),
                  ARENA_BUS + 0x1235);
    expect_number("length", from_le32(data_of(&requests[0])->sgl.length),
                  5 * BLOCK);
    expect_number("type", from_le32(data_of(&requests[0])->sgl.type),
                  NVME_SGL_DATA);
    submit();
    expect_read(3, 5, 0x1235);
    run();
    expect_end(&requests[0], IODMA_OK, 0);
    expect_order();

    for (uint32_t portion = 1; portion <= 4; portion++) {
        begin_sgl("an SGL of odd lengths, portion by portion", 4, true);
        request = make(0, NVME_READ, 20 * portion, 4);
        segments[0] = at(0x1001, 1);
        segments[1] = at(0x5003, 511);
        segments[2] = at(0x0007, 3);
        segments[3] = at(0x2FFF, 1021);
        segments[4] = at(0x7001, 512);
        expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
        put_in_portions(request, segments, 5, portion);
        expect_number("list", number(data_of(request)->sgl.address),
                      list_bus(request));
        expect_number("bytes", from_le32(data_of(request)->sgl.length), 80);
        expect_number("type", from_le32(data_of(request)->sgl.type),
                      NVME_SGL_LAST_SEGMENT);
        submit();
        expect_scattered(segments, 5, 20 * portion);
        run();
        expect_end(request, IODMA_OK, 0);
        expect_order();
    }

    begin_sgl("an SGL that fills its page; one more: NoSpace", 4, true);
    request = make(0, NVME_READ, 20, 257);
    for (count = 0; count < 257; count++)
        segments[count] = at(600 * count + 1, BLOCK);
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    expect_status("257", put(request, segments, 257, true, true),
                  IODMA_NO_SPACE);
    segments[255].length = 2 * BLOCK;
    expect_status("256", put(request, segments, 256, true, true), IODMA_OK);
    submit();
    expect_scattered(segments, 256, 20);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_order();

    check_case("an SGL in dwords refuses others: NotAligned");
    set_up(4);
    chip.sgls = 2;
    nvme.use_sgl = true;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    request = make(0, NVME_READ, 20, 1);
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    segments[0] = at(0x1002, 512);
    expect_status("address", put(request, segments, 1, true, true),
                  IODMA_NOT_ALIGNED);
    segments[0] = at(0x1004, 510);
    segments[1] = at(0x3000, 2);
    expect_status("length", put(request, segments, 2, true, true),
                  IODMA_NOT_ALIGNED);
    segments[0] = at(0x1004, 500);
    segments[1] = at(0x3000, 0);
    segments[2] = at(0x4004, 12);
    expect_status("both", put(request, segments, 3, true, true), IODMA_OK);
    submit();
    expect_scattered(segments, 3, 20);
    run();
    expect_end(request, IODMA_OK, 0);
    expect_order();
}

/* ---- Begin, cancel, submit ---- */

static const struct {
    const char *what;
    uint8_t opcode;
    uint32_t blocks;
    enum iodma_status status;
} bad_requests[] = {
    { "a read of no blocks: BadArgument", NVME_READ, 0, IODMA_BAD_ARGUMENT },
    { "a write of 65537 blocks: BadArgument", NVME_WRITE, 65537,
      IODMA_BAD_ARGUMENT },
    { "a flush of a block: BadArgument", NVME_FLUSH, 1, IODMA_BAD_ARGUMENT },
    { "a write of 65536 blocks: NoSpace", NVME_WRITE, 65536, IODMA_NO_SPACE },
};

static void test_begin(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(bad_requests); i++) {
        begin(bad_requests[i].what, 4);
        expect_status("begin",
                      nvme_begin(&nvme, make(0, bad_requests[i].opcode, 0,
                                             bad_requests[i].blocks)),
                      bad_requests[i].status);
        expect_number("state", requests[0].state, NVME_IDLE);
        submit();
        expect_number("doorbells", chip.sq_doorbells, 0);
        expect_usable();
        expect_order();
    }

    begin("as many requests as slots; one more: NoResources", 4);
    for (uint32_t n = 0; n < 4; n++)
        (void)nth(n);
    expect_status("the fifth", nvme_begin(&nvme, make(4, NVME_READ, 4, 1)),
                  IODMA_NO_RESOURCES);
    expect_status("twice", nvme_begin(&nvme, &requests[0]), IODMA_BUSY);
    submit();
    expect_status("in flight", nvme_begin(&nvme, &requests[0]), IODMA_BUSY);
    expect_status("put in flight", put(&requests[0], NULL, 0, true, true),
                  IODMA_NOT_READY);
    expect_status("cancel in flight", nvme_cancel(&requests[0]),
                  IODMA_NOT_READY);
    for (uint32_t n = 0; n < 4; n++)
        expect_read(n, 1, 4096 * n);
    run();
    expect_number("callbacks", world.ended, 4);
    expect_usable();
    expect_order();

    begin("E11: several begun, one publish, one doorbell", 8);
    hooks.published = 0;
    for (uint32_t n = 0; n < 5; n++)
        (void)nth(n);
    expect_number("doorbells before submit", chip.sq_doorbells, 0);
    (void)nvme_model_step(&chip, FOREVER);
    expect_number("fetched before submit", chip.fetched, 0);
    chip.accesses = 0;
    submit();
    expect_number("publishes", hooks.published, 1);
    expect_number("register accesses", chip.accesses, 1);
    expect_number("doorbells", chip.sq_doorbells, 1);
    expect_number("counted", nvme.doorbells, 1);
    expect_number("requests", nvme.requests, 5);
    submit();
    expect_number("doorbells for nothing", chip.accesses, 1);
    (void)nvme_model_step(&chip, FOREVER);
    expect_number("reaped", reap(), 5);
    expect_number("reaped again", reap(), 0);
    expect_number("register accesses", chip.accesses, 2);
    expect("nothing is left", !nvme_service(&nvme));
    for (uint32_t n = 0; n < 5; n++)
        expect_read(n, 1, 4096 * n);
    expect_number("callbacks", world.ended, 5);
    expect_order();

    begin("submit of a request that lacks bytes, or its end: BadArgument", 4);
    {
        struct hal_segment page = at(0x1000, 4096);
        struct hal_segment rest = at(0x5000, 512);
        struct nvme_request *request = make(1, NVME_READ, 40, 9);

        (void)nth(0);
        expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
        expect_status("no segment", nvme_submit(&nvme), IODMA_BAD_ARGUMENT);
        expect_status("put", put(request, &page, 1, true, true), IODMA_OK);
        expect_status("no bytes", nvme_submit(&nvme), IODMA_BAD_ARGUMENT);
        expect_status("put", put(request, &page, 1, true, false), IODMA_OK);
        expect_status("put", put(request, &rest, 1, false, false), IODMA_OK);
        expect_status("no end", nvme_submit(&nvme), IODMA_BAD_ARGUMENT);
        expect_number("doorbells", chip.sq_doorbells, 0);
        expect_status("put", put(request, NULL, 0, false, true), IODMA_OK);
        submit();
        expect_read(0, 1, 0);
        expect_read(40, 8, 0x1000);
        expect_read(48, 1, 0x5000);
        run();
    }
    expect_number("callbacks", world.ended, 2);
    expect_order();
}

static const struct {
    const char *what;
    uint32_t blocks;
    enum iodma_status status;
} large_blocks[] = {
    { "65536 blocks of 64 KiB, no MDTS: NoSpace", 65536, IODMA_NO_SPACE },
    { "65535 blocks of 64 KiB, no MDTS", 65535, IODMA_OK },
};

/* With an SGL, whose limit is 32 bits of bytes. */
static void test_large_blocks(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(large_blocks); i++) {
        check_case(large_blocks[i].what);
        set_up(4);
        chip.mdts = 0;
        chip.spaces[0].shift = 16;
        chip.spaces[0].blocks = UINT64_C(1) << 32;
        nvme.use_sgl = true;
        expect_status("start", nvme_start(&nvme), IODMA_OK);
        expect_status(
            "begin",
            nvme_begin(&nvme, make(0, NVME_READ, 0, large_blocks[i].blocks)),
            large_blocks[i].status);
        if (large_blocks[i].status == IODMA_OK)
            expect_number("length", requests[0].length,
                          UINT64_C(0x10000) * large_blocks[i].blocks);
        else
            expect_number("used", nvme.used, 0);
    }
}

static void test_cancel(void)
{
    for (uint32_t gone = 0; gone < 4; gone++) {
        begin("a request cancelled before submit leaves the others whole", 4);
        (void)ready(0, NVME_READ, 10, 32, 0x10000);
        (void)ready(1, NVME_READ, 50, 32, 0x20000);
        (void)ready(2, NVME_READ, 90, 32, 0x30000);
        {
            struct hal_segment half = at(0x40000, 16 * BLOCK);
            struct hal_segment rest = at(0x40000 + 16 * BLOCK, 16 * BLOCK);

            expect_status("begin",
                          nvme_begin(&nvme, make(3, NVME_READ, 130, 32)),
                          IODMA_OK);
            expect_status("half", put(&requests[3], &half, 1, true, false),
                          IODMA_OK);
            expect_status("cancel", nvme_cancel(&requests[gone]), IODMA_OK);
            expect_number("state", requests[gone].state, NVME_IDLE);
            expect_status("twice", nvme_cancel(&requests[gone]),
                          IODMA_NOT_READY);
            if (gone != 3)
                expect_status("rest", put(&requests[3], &rest, 1, false, true),
                              IODMA_OK);
        }
        submit();
        for (uint32_t n = 0; n < 4; n++) {
            if (n != gone)
                expect_read(10 + 40 * n, 32, 0x10000 * (n + 1));
        }
        run();
        expect_number("callbacks", world.ended, 3);
        expect_number("executed", chip.executed, 3);
        expect_usable();
        expect_order();
    }

    begin("all cancelled: no doorbell", 4);
    (void)nth(0);
    (void)nth(1);
    expect_status("cancel", nvme_cancel(&requests[1]), IODMA_OK);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    submit();
    expect_number("doorbells", chip.sq_doorbells, 0);
    expect_usable();
    expect_order();
}

/* ---- Completion ---- */

static void test_flight(void)
{
    begin("eight in flight complete out of order, each to its own", 8);
    chip.greedy = true;
    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t n = 0; n < 8; n++) {
            (void)ready(n, NVME_READ, 100 * round + 10 * n, n + 1, 0x10000 * n);
            expect_read(100 * round + 10 * n, n + 1, 0x10000 * n);
        }
        submit();
        run();
    }
    expect_number("callbacks", world.ended, 400);
    expect("out of order", chip.disorder > 50);
    expect_number("at once", chip.deepest, 8);
    expect_number("strays", nvme.strays, 0);
    expect_order();

    begin("the queues wrap a thousand times", 4);
    for (uint32_t n = 0; n < 8 * 1000; n++) {
        (void)ready(0, n % 2 == 0 ? NVME_READ : NVME_FLUSH, n % 60,
                    n % 2 == 0 ? 1 : 0, 0x100);
        submit();
        run();
        if (requests[0].status != IODMA_OK)
            break;
        if (n % 2 == 0)
            expect_read(n % 60, 1, 0x100);
    }
    expect_number("callbacks", world.ended, 8000);
    expect_number("doorbells", chip.cq_doorbells, 8000);
    expect_order();

    begin("a write arrives on the disk, a compare sees it", 4);
    (void)ready(0, NVME_WRITE, 500, 20, 0x2344);
    submit();
    memcpy(&want_disk[500 * BLOCK], &want[0x2344], 20 * BLOCK);
    run();
    expect_end(&requests[0], IODMA_OK, 0);
    (void)ready(0, NVME_COMPARE, 500, 20, 0x2344);
    submit();
    run();
    expect_end(&requests[0], IODMA_OK, 0);
    (void)ready(0, NVME_COMPARE, 501, 20, 0x2344);
    submit();
    run();
    expect_end(&requests[0], IODMA_DMA_ERROR, 0x285);
    expect_order();

    begin("no command is named FFFFh", 4);
    for (uint32_t i = 0; i < 4; i++)
        slots[i].issued = slots[i].retired = 0x3FFE;
    for (uint32_t n = 0; n < 4; n++) {
        for (uint32_t i = 0; i < 4; i++) {
            (void)nth(i);
            expect_read(i, 1, 4096 * i);
        }
        submit();
        run();
    }
    expect_number("callbacks", world.ended, 16);
    expect_order();

    begin("an index that wraps past 2^32", 4);
    nvme.filled = nvme.reaped = 0u - 16u;
    for (uint32_t n = 0; n < 40; n++)
        expect_usable();
    expect_order();
}

static const struct {
    uint32_t code;
    const char *name;
} names[] = {
    { 0x000, "success" },
    { 0x001, "invalid opcode" },
    { 0x002, "invalid field" },
    { 0x00B, "invalid namespace or format" },
    { 0x080, "LBA out of range" },
    { 0x004, "data transfer error" },
    { 0x013, "PRP offset invalid" },
    { 0x00D, "invalid SGL segment descriptor" },
    { 0x00F, "SGL data length invalid" },
    { 0x280, "write fault" },
    { 0x281, "unrecovered read error" },
    { 0x285, "compare failure" },
    { 0x007, "aborted by request" },
    { 0x7FF, "unknown status" },
    { NVME_CODE_FATAL, "controller fatal status" },
};

static void test_errors(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(names); i++) {
        check_case(names[i].name);
        expect("name",
               strcmp(nvme_status_name(names[i].code), names[i].name) == 0);
    }

    begin("an error ends its request only, and moves nothing", 4);
    for (uint32_t i = 0; i < HAL_COUNT_OF(names) - 1; i++) {
        if (names[i].code == 0)
            continue;
        (void)nth(0);
        submit();
        chip.fails = names[i].code;
        run();
        expect_end(&requests[0], IODMA_DMA_ERROR, names[i].code);
        expect("not quarantined", !requests[0].quarantined);
        expect_usable();
    }
    expect_order();

    begin("an LBA behind the end", 4);
    (void)ready(0, NVME_READ, BLOCKS - 1, 2, 0);
    (void)ready(1, NVME_READ, UINT64_C(0x100000000), 1, 0);
    submit();
    run();
    expect_end(&requests[0], IODMA_DMA_ERROR, 0x080);
    expect_end(&requests[1], IODMA_DMA_ERROR, 0x080);
    expect_order();

    begin("an opcode that is none", 4);
    (void)ready(0, 0x7C, 0, 0, 0);
    (void)ready(1, 0xFD, 1, 1, 0);
    submit();
    run();
    expect_end(&requests[0], IODMA_DMA_ERROR, 0x001);
    expect_end(&requests[1], IODMA_DMA_ERROR, 0x001);
    expect_usable();
    expect_order();
}

static void test_strays(void)
{
    uint32_t id;

    begin("a completion that comes twice counts once", 4);
    (void)nth(0);
    (void)nth(1);
    submit();
    chip.twice = true;
    run();
    expect_number("callbacks", world.ended, 2);
    expect_number("strays", nvme.strays, 1);
    expect_read(0, 1, 0);
    expect_read(1, 1, 4096);
    expect_usable();
    expect_order();

    begin("a late twin does not end the slot's next request", 1);
    (void)nth(0);
    id = slots[requests[0].slot].id;
    submit();
    run();
    expect_read(0, 1, 0);
    (void)nth(1);
    submit();
    nvme_model_complete(&chip, id, 0);
    expect_number("reaped", reap(), 0);
    expect("in flight still", nvme_service(&nvme));
    expect_number("strays", nvme.strays, 1);
    run();
    expect_read(1, 1, 4096);
    expect_end(&requests[1], IODMA_OK, 0);
    expect_order();

    begin("an aborted request does not come home after the reset", 1);
    chip.held = 1;
    (void)nth(0);
    id = slots[requests[0].slot].id;
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_end(&requests[0], IODMA_ABORTED, 0);
    nvme_model_complete(&chip, id, 0);
    expect_number("reaped", reap(), 0);
    expect_number("strays", nvme.strays, 1);
    expect_usable();
    expect_order();

    begin("identifiers that nobody has are counted", 4);
    (void)nth(0);
    nvme_model_complete(&chip, 0xFFFF, 0);
    nvme_model_complete(&chip, 3, 0);
    nvme_model_complete(&chip, slots[requests[0].slot].id, 0);
    expect_number("reaped", reap(), 0);
    expect_number("strays", nvme.strays, 3);
    expect("nothing ended", !nvme_service(&nvme) && world.ended == 0);
    submit();
    run();
    expect_read(0, 1, 0);
    expect_number("callbacks", world.ended, 1);
    expect_order();
}

/* ---- What the controller writes, and must not be believed ---- */

/* Everything that is shared, at any moment. */
static void scribble(uint8_t value)
{
    memset(shared + queue_page() * PAGE, value,
           NVME_PAGES(2 * nvme.slot_count * 64) * PAGE);
}

static const struct {
    const char *what;
    uint8_t value;
} scribbles[] = {
    { "a submission queue of zeros harms nobody", 0 },
    { "a submission queue of ones harms nobody", 0xFF },
    { "a submission queue of others' names harms nobody", 0x03 },
};

static void test_disbelief(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(scribbles); i++) {
        begin(scribbles[i].what, 4);
        (void)nth(0);
        (void)nth(1);
        (void)nth(2);
        scribble(scribbles[i].value);
        expect_status("cancel", nvme_cancel(&requests[1]), IODMA_OK);
        submit();
        scribble(scribbles[i].value);
        expect_number("in flight", nvme.in_flight, 2);
        expect_read(0, 1, 0);
        expect_read(2, 1, 4096 * 2);
        run();
        expect_end(&requests[0], IODMA_OK, 0);
        expect_number("cancelled", requests[1].state, NVME_IDLE);
        expect_end(&requests[2], IODMA_OK, 0);
        expect_number("executed", chip.executed, 2);
        expect_number("in flight", nvme.in_flight, 0);
        expect_number("used", nvme.used, 0);
        expect_usable();
        expect_order();
    }

    begin("what is begun the controller does not see", 4);
    scribble(0);
    (void)ready(0, NVME_WRITE, 40, 8, 0x1000);
    for (uint32_t i = 0; i < NVME_PAGES(8 * 64) * PAGE; i++)
        expect("no entry", shared[queue_page() * PAGE + i] == 0);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    expect_usable();
    expect_order();
}

/* ---- A controller that does not stop completing ---- */

static uint32_t appended;

/* The completion that the driver looks at next is there already. */
static void append(void)
{
    uint32_t entries = NVME_ENTRIES(nvme.slot_count);
    uint32_t page = queue_page() + NVME_PAGES(entries * 64);
    uint32_t index = nvme.reaped + 1;
    le32 status = to_le32(0xFFFF | ((index & entries) == 0 ? BIT32(16) : 0));

    memcpy(shared + page * PAGE + index % entries * 16 + 12, &status,
           sizeof status);
    if (++appended > 1000)
        hooks.observe = observe;
}

static void test_flood(void)
{
    begin("a reap goes round the queue once, whatever is appended", 8);
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    appended = 0;
    hooks.observe = append;
    (void)reap();
    hooks.observe = observe;
    expect_number("looked at", appended, NVME_ENTRIES(8) - 1);
    observe();
    (void)nvme_service(&nvme);
    expect_read(0, 1, 0);
    expect_end(&requests[0], IODMA_OK, 0);
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    chip.violation = NULL; /* its head was overtaken: it has lied */
    expect_usable();
    expect_order();
}

/* ---- Callbacks ---- */

static void read_again(struct nvme_request *request)
{
    static const struct hal_segment one = { ARENA_BUS + 0x3000, BLOCK };

    on_done(request);
    (void)nvme_service(&nvme); /* does nothing here */
    expect_status("reset", nvme_reset(&nvme), IODMA_BUSY);
    expect_status("stop", nvme_stop(&nvme), IODMA_BUSY);
    expect_status("start", nvme_start(&nvme), IODMA_BUSY);
    if (world.ended == 5)
        return;
    request->lba++;
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    expect_status("put", put(request, &one, 1, true, true), IODMA_OK);
    submit();
}

static void test_callbacks(void)
{
    begin("a callback may begin and submit its own request anew", 1);
    make(0, NVME_READ, 3, 1)->done = read_again;
    {
        struct hal_segment one = at(0x3000, BLOCK);

        expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_OK);
        expect_status("put", put(&requests[0], &one, 1, true, true), IODMA_OK);
    }
    submit();
    for (uint32_t i = 0; i < 10; i++)
        run();
    expect_number("callbacks", world.ended, 5);
    expect_read(7, 1, 0x3000);
    expect_order();

    begin("without a callback the state tells", 4);
    nth(0)->done = NULL;
    submit();
    expect_number("state", requests[0].state, NVME_SUBMITTED);
    expect("not due", !nvme_due(&nvme));
    (void)nvme_model_step(&chip, FOREVER);
    (void)reap();
    expect("due", nvme_due(&nvme));
    expect_number("state", requests[0].state, NVME_SUBMITTED);
    (void)nvme_service(&nvme);
    expect("not due", !nvme_due(&nvme));
    expect_end(&requests[0], IODMA_OK, 0);
    expect_read(0, 1, 0);
    expect_order();
}

/* ---- Deadlines, quarantine, reset ---- */

/* Requests 0 and 1, of which the first is held for ever and gets lost. */
static void lose_one(void)
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

static void observe_locked(void)
{
    if (!hooks.held)
        hooks.broken = "polled without the lock";
    observe();
}

static void test_lost(void)
{
    begin("a request that is late is lost, others are not harmed", 2);
    lose_one();
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_BUSY);
    expect("not due", !nvme_due(&nvme));
    for (uint32_t i = 0; i < 20; i++)
        expect_usable();
    (void)ready(1, NVME_READ, 30, 1, 0x9000);
    expect_status("its slot is out of use",
                  nvme_begin(&nvme, make(2, NVME_READ, 3, 1)),
                  IODMA_NO_RESOURCES);
    expect_status("cancel", nvme_cancel(&requests[1]), IODMA_OK);
    expect_number("released", world.released, 0);
    expect_order();

    check_case("a reset releases it");
    world.pace = 8;
    chip.ready_delay = 5;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_number("released", world.released, 1);
    expect("not quarantined", !requests[0].quarantined);
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    chip.held = 0;
    (void)nth(0);
    (void)nth(1);
    submit();
    run();
    expect_read(0, 1, 0);
    expect_read(1, 1, 4096);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_number("released", world.released, 1);
    expect_order();

    begin("a lost request that comes home is released", 2);
    lose_one();
    chip.held = 0;
    run();
    expect_read(0, 1, 0);
    expect_number("released", world.released, 1);
    expect_number("callbacks", world.ended, 2);
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    expect_number("lost", nvme.lost, 0);
    for (uint32_t i = 0; i < 5; i++)
        expect_usable();
    expect_order();

    begin("a completion whose interrupt is lost counts at the deadline", 4);
    for (uint32_t n = 0; n < 3; n++)
        (void)nth(n);
    requests[1].deadline = hooks.ticks + 100;
    submit();
    chip.held = 4;
    (void)nvme_model_step(&chip, FOREVER);
    expect("in flight", nvme_service(&nvme));
    expect_number("callbacks", world.ended, 0);
    hooks.ticks += 100;
    expect("due", nvme_due(&nvme));
    expect("the held one is", nvme_service(&nvme));
    expect_end(&requests[1], IODMA_OK, 0);
    (void)nvme_service(&nvme);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_number("callbacks", world.ended, 2);
    expect_number("lost", nvme.lost, 0);
    expect_read(0, 1, 0);
    expect_read(1, 1, 4096);
    chip.held = 0;
    run();
    expect_read(2, 1, 4096 * 2);
    expect_order();

    begin("a poll finds what is completed, under the lock", 4);
    (void)nth(0);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    hooks.observe = observe_locked;
    expect_number("found", nvme_poll(&nvme), 1);
    hooks.observe = observe;
    expect_number("found again", nvme_poll(&nvme), 0);
    (void)nvme_service(&nvme);
    expect_read(0, 1, 0);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_order();

    begin("a deadline that passes after the completion harms nobody", 2);
    (void)nth(0);
    requests[0].deadline = hooks.ticks;
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    (void)reap();
    hooks.ticks += 1000;
    (void)nvme_service(&nvme);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_read(0, 1, 0);
    expect_order();
}

/* Requests of every kind: lost (0), in flight (1), completed and not served
   (2), begun (3). */
static void one_of_each(void)
{
    lose_one();
    chip.held = 1 | 2;
    (void)nth(1);
    (void)nth(2);
    submit();
    (void)nvme_model_step(&chip, FOREVER);
    (void)nth(3);
    expect_read(2, 1, 4096 * 2);
    world.ended = 0;
}

static void expect_each(enum iodma_status flying)
{
    expect_end(&requests[0], IODMA_TIMEOUT, 0);
    expect_end(&requests[1], flying, 0);
    expect_end(&requests[2], IODMA_OK, 0);
    expect_end(&requests[3], IODMA_ABORTED, 0);
    expect_number("callbacks", world.ended, 3);
    expect_number("in flight", nvme.in_flight, 0);
}

static void cancel_neighbour(struct nvme_request *request)
{
    expect_status("stop in a stop", nvme_stop(&nvme), IODMA_BUSY);
    on_done(request);
    expect_status("cancel from the callback", nvme_cancel(&requests[1]),
                  IODMA_OK);
}

static void test_reset(void)
{
    begin("a reset ends all that is in flight, once", 8);
    one_of_each();
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_number("used", nvme.used, 0);
    chip.held = 0;
    expect_usable();
    run();
    expect_number("callbacks", world.ended, 4);
    expect_order();

    begin("stop, then start", 8);
    one_of_each();
    world.pace = 8;
    expect_status("stop", nvme_stop(&nvme), IODMA_OK);
    expect("disabled", !chip.ready);
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_NOT_READY);
    expect_status("stop again", nvme_stop(&nvme), IODMA_OK);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    chip.held = 0;
    expect_usable();
    expect_order();

    begin("a callback of stop cancels what was begun behind it", 4);
    (void)nth(0);
    (void)nth(1);
    expect_status("cancel", nvme_cancel(&requests[0]), IODMA_OK);
    (void)nth(2);
    requests[2].done = cancel_neighbour;
    world.pace = 8;
    expect_status("stop", nvme_stop(&nvme), IODMA_OK);
    expect_number("state", requests[1].state, NVME_IDLE);
    expect_end(&requests[2], IODMA_ABORTED, 0);
    expect_number("callbacks", world.ended, 1);
    expect_number("used", nvme.used, 0);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();

    begin("a reset that fails: all stays quarantined", 8);
    one_of_each();
    chip.stuck = true;
    expect_status("reset", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_each(IODMA_TIMEOUT);
    expect("quarantined", requests[0].quarantined && requests[1].quarantined);
    expect("ours", !requests[2].quarantined && !requests[3].quarantined);
    expect_number("released", world.released, 0);
    expect_number("lost", nvme.lost, 2);
    expect_status("begin", nvme_begin(&nvme, &requests[3]), IODMA_NOT_READY);
    expect_status("submit", nvme_submit(&nvme), IODMA_NOT_READY);
    expect_number("reap", reap(), 0);
    expect("service", !nvme_service(&nvme));
    expect_status("start", nvme_start(&nvme), IODMA_BUSY);
    expect_status("again", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_number("released", world.released, 0);
    expect_number("callbacks", world.ended, 3);

    check_case("until one succeeds");
    chip.stuck = false;
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_number("released", world.released, 2);
    expect_number("callbacks", world.ended, 3);
    chip.held = 0;
    expect_usable();
    expect_order();

    begin("a controller that leaves the bus: NotAttached, quarantined", 8);
    one_of_each();
    chip.absent = true;
    expect_status("reset", nvme_reset(&nvme), IODMA_NOT_ATTACHED);
    expect_number("released", world.released, 0);
    expect("quarantined", requests[0].quarantined && requests[1].quarantined);

    begin("a reset after which it does not get ready: released, NotReady", 8);
    one_of_each();
    chip.never_ready = true;
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_TIMEOUT);
    expect_each(IODMA_ABORTED);
    expect_number("released", world.released, 1);
    expect_status("begin", nvme_begin(&nvme, &requests[0]), IODMA_NOT_READY);
    chip.never_ready = false;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    chip.held = 0;
    expect_usable();
    expect_order();
}

/* ---- Shutdown ---- */

static const struct {
    const char *what;
    uint32_t rtd3e; /* us */
    uint32_t delay; /* reads of CSTS, a millisecond each */
    enum iodma_status status;
} shutdowns[] = {
    { "a shutdown at once", 0, 0, IODMA_OK },
    { "a shutdown of 4 s, where no time is said", 0, 4000, IODMA_OK },
    { "a shutdown of 6 s, where no time is said: Timeout", 0, 6000,
      IODMA_TIMEOUT },
    { "a shutdown has a second, whatever is said", 1, 900, IODMA_OK },
    { "a shutdown takes as long as was said", 20000000, 19000, IODMA_OK },
    { "a shutdown takes no longer than was said: Timeout", 20000000, 21000,
      IODMA_TIMEOUT },
    { "a shutdown has a minute at most: Timeout", 0xFFFFFFFF, 62000,
      IODMA_TIMEOUT },
};

static void begin_shutdown(const char *what, uint32_t rtd3e)
{
    check_case(what);
    set_up(4);
    chip.rtd3e = rtd3e;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
}

static void expect_back(void)
{
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();
}

static void test_shutdown(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(shutdowns); i++) {
        begin_shutdown(shutdowns[i].what, shutdowns[i].rtd3e);
        chip.shut_delay = shutdowns[i].delay;
        expect_status("shutdown", nvme_shutdown(&nvme), shutdowns[i].status);
        expect("enabled, and shut down", chip.ready && chip.shut != 0);
        expect_number("state", nvme.state, NVME_SHUT);
        expect_status("begin", nvme_begin(&nvme, make(0, NVME_READ, 0, 1)),
                      IODMA_NOT_READY);
        expect_status("submit", nvme_submit(&nvme), IODMA_NOT_READY);
        expect_status("again", nvme_shutdown(&nvme), IODMA_NOT_READY);
        expect_number("reap", reap(), 0);
        expect_back();
    }

    begin_shutdown("requests begun or in flight: Busy, and nothing happens", 0);
    world.pace = 0;
    (void)nth(0);
    expect_status("begun", nvme_shutdown(&nvme), IODMA_BUSY);
    submit();
    expect_status("in flight", nvme_shutdown(&nvme), IODMA_BUSY);
    expect_number("no shutdown", chip.shut, 0);
    run();
    expect_read(0, 1, 0);
    expect_end(&requests[0], IODMA_OK, 0);
    expect_order();

    begin("a shutdown leaves what was lost in quarantine, a reset frees it", 4);
    lose_one();
    world.pace = 8;
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_OK);
    expect("quarantined", requests[0].quarantined);
    expect_number("released", world.released, 0);
    chip.held = 0;
    expect_back();
    expect_number("released", world.released, 1);

    check_case("a shutdown with a late completion: the pin is quiet");
    set_up(4);
    nvme.interrupts = NVME_PIN;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    lose_one();
    chip.held = 0;
    (void)nvme_model_step(&chip, FOREVER);
    world.pace = 8;
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_OK);
    observe();
    expect_read(0, 1, 0);
    expect_back();

    begin_shutdown("queues that do not go do not prevent it", 0);
    chip.admin_fails = NVME_DELETE_SQ | 0x101 << 8;
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_OK);
    chip.admin_fails = 0;
    expect_back();

    begin_shutdown("a mute controller shuts down all the same", 0);
    chip.mute = true;
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_OK);
    chip.mute = false;
    chip.violation = NULL; /* its queues could not be deleted */
    expect_back();

    begin_shutdown("a controller that has left the bus: NotAttached", 0);
    chip.absent = true;
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_NOT_ATTACHED);
    chip.absent = false;
    expect_back();

    begin_shutdown("start after a shutdown by somebody else", 0);
    expect_status("shutdown", nvme_shutdown(&nvme), IODMA_OK);
    memset(&nvme.state, 0, sizeof nvme.state);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();
}

/* ---- Namespaces ---- */

enum { OTHER_SHIFT = 12, OTHER_BLOCKS = 16, OTHER = 5 };

static uint8_t other_disk[OTHER_BLOCKS << OTHER_SHIFT];

static void begin_spaces(const char *what)
{
    check_case(what);
    set_up(4);
    chip.namespaces = 7;
    chip.spaces[1] = (struct nvme_model_space){ .id = OTHER,
                                                .disk = other_disk,
                                                .blocks = OTHER_BLOCKS,
                                                .shift = OTHER_SHIFT,
                                                .format = 3 };
    chip.spaces[2] = (struct nvme_model_space){
        .id = 7, .blocks = 1, .shift = 9, .metadata = 8
    };
    expect_status("start", nvme_start(&nvme), IODMA_OK);
}

static const struct {
    const char *what;
    uint32_t above, room;
    uint32_t ids[3], count;
} lists[] = {
    { "all namespaces are listed", 0, 3, { 1, OTHER, 7 }, 3 },
    { "those above one are listed", 1, 3, { OTHER, 7 }, 2 },
    { "as many as there is room for are listed", 0, 2, { 1, OTHER }, 2 },
    { "no room, no namespaces", 0, 0, { 0 }, 0 },
    { "above the last one are none", 7, 3, { 0 }, 0 },
    { "above all identifiers are none", UINT32_MAX, 3, { 0 }, 0 },
};

static const struct {
    const char *what;
    uint32_t id;
    enum iodma_status status;
} choices[] = {
    { "namespace 0 is none: BadArgument", 0, IODMA_BAD_ARGUMENT },
    { "namespace FFFFFFFFh is all: BadArgument", UINT32_MAX,
      IODMA_BAD_ARGUMENT },
    { "a namespace that is not there: NotFound", 4, IODMA_NOT_FOUND },
    { "a namespace above all that can be: NotFound", 8, IODMA_NOT_FOUND },
    { "a namespace with metadata: Unsupported", 7, IODMA_UNSUPPORTED },
};

static void fill_other(void)
{
    for (uint32_t i = 0; i < sizeof other_disk; i++)
        other_disk[i] = (uint8_t)(i >> 8 ^ i);
}

/* Two blocks of the other namespace arrive. */
static void expect_other(void)
{
    struct nvme_request *request = make(0, NVME_READ, 3, 2);
    struct hal_segment one = at(0x4000, 2 << OTHER_SHIFT);

    expect_number("block size", nvme.block_size, 1 << OTHER_SHIFT);
    expect_number("blocks", nvme.blocks, OTHER_BLOCKS);
    expect_number("max_transfer", nvme.limits.max_transfer, 512 * 1024);
    expect_status("begin", nvme_begin(&nvme, request), IODMA_OK);
    expect_status("put", put(request, &one, 1, true, true), IODMA_OK);
    submit();
    run();
    expect_end(request, IODMA_OK, 0);
    memcpy(&want[0x4000], &other_disk[3 << OTHER_SHIFT], 2 << OTHER_SHIFT);
}

static void expect_quiet(void)
{
    (void)nvme_model_step(&chip, FOREVER);
    if (nvme_model_interrupt(&chip))
        hooks.broken = "the pin is asserted, and reap does not quiet it";
}

static void test_namespaces(void)
{
    uint32_t ids[3];
    uint32_t count;

    fill_other();
    for (uint32_t i = 0; i < HAL_COUNT_OF(lists); i++) {
        begin_spaces(lists[i].what);
        memset(ids, 0, sizeof ids);
        expect_status(
            "list",
            nvme_list(&nvme, lists[i].above, ids, lists[i].room, &count),
            IODMA_OK);
        expect_number("count", count, lists[i].count);
        expect("identifiers", memcmp(ids, lists[i].ids, sizeof ids) == 0);
        world.pace = 0;
        expect_usable();
        expect_order();
    }

    for (uint32_t last = 5; last <= 7; last++) {
        begin_spaces("a list that does not ascend: DMAError");
        chip.last_listed = last;
        expect_status("list", nvme_list(&nvme, 1, ids, 3, &count),
                      IODMA_DMA_ERROR);
        expect_number("code", nvme.code, NVME_CODE_STRANGE);
        expect_number("count", count, 0);
        world.pace = 0;
        expect_usable();
        expect_order();
    }

    begin_spaces("another namespace is chosen, and the first one again");
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_OK);
    world.pace = 0;
    expect_other();
    world.pace = 8;
    expect_status("choose", nvme_choose(&nvme, 1), IODMA_OK);
    expect_number("block size", nvme.block_size, BLOCK);
    world.pace = 0;
    expect_usable();
    expect_order();

    check_case("the pin is quiet while namespaces are listed and chosen");
    set_up(4);
    chip.namespaces = OTHER;
    nvme.interrupts = NVME_PIN;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    hooks.moment = expect_quiet;
    expect_status("list", nvme_list(&nvme, 0, ids, 3, &count), IODMA_OK);
    expect_status("choose", nvme_choose(&nvme, 1), IODMA_OK);
    hooks.moment = moment;
    expect_number("mask", chip.mask, ~1u);
    world.pace = 0;
    expect_usable();
    expect_order();

    begin_spaces("a reset keeps to the namespace that was chosen");
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_OK);
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    world.pace = 0;
    expect_other();
    expect_order();

    begin_spaces("the board may name another namespace than 1");
    nvme.namespace_id = OTHER;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_other();
    expect_order();

    for (uint32_t i = 0; i < HAL_COUNT_OF(choices); i++) {
        begin_spaces(choices[i].what);
        expect_status("choose", nvme_choose(&nvme, choices[i].id),
                      choices[i].status);
        expect_number("namespace", nvme.namespace_id, 1);
        expect_number("block size", nvme.block_size, BLOCK);
        expect_number("blocks", nvme.blocks, BLOCKS);
        world.pace = 0;
        expect_usable();
        expect_order();
    }

    begin_spaces("a namespace is not chosen while requests are begun: Busy");
    world.pace = 0;
    (void)nth(0);
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_BUSY);
    submit();
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_BUSY);
    run();
    expect_read(0, 1, 0);
    expect_order();

    begin_spaces("a list that is not answered: Timeout, then NotReady");
    chip.mute = true;
    expect_status("list", nvme_list(&nvme, 0, ids, 3, &count), IODMA_TIMEOUT);
    expect_status("list", nvme_list(&nvme, 0, ids, 3, &count), IODMA_NOT_READY);
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_NOT_READY);
    chip.mute = false;
    world.pace = 0;
    expect_usable();
    world.pace = 8;
    expect_status("reset", nvme_reset(&nvme), IODMA_OK);
    expect_status("choose", nvme_choose(&nvme, OTHER), IODMA_OK);
    world.pace = 0;
    expect_other();
    expect_order();

    check_case("neither listed nor chosen before start: NotReady");
    set_up(4);
    expect_status("list", nvme_list(&nvme, 0, ids, 3, &count), IODMA_NOT_READY);
    expect_status("choose", nvme_choose(&nvme, 1), IODMA_NOT_READY);
    expect_number("register accesses", chip.accesses, 0);
}

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

/* Bytes anywhere. */
static uint32_t random_bytes(uint32_t index, uint32_t bytes)
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
    chaos.count[index] = nvme.use_sgl ? random_bytes(index, blocks * BLOCK)
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
    chip.css |= below(2) << 6;
    chip.sqes = 0x06 | (6 + below(10)) << 4;
    chip.cqes = 0x04 | (4 + below(12)) << 4;
    chip.mdts = below(2) == 0 ? 0 : 2 + below(254);
    chip.sgls = 1;
    chip.namespaces = 1 + below(100);
    chip.spaces[0].format = below(16);
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
    world.seed = 1;
    fill(arena, want, sizeof arena);
    fill(disk, want_disk, sizeof disk);
    test_start_fails();
    test_capabilities();
    test_start();
    test_prps();
    test_full_list();
    test_refused();
    test_sgl();
    test_begin();
    test_large_blocks();
    test_cancel();
    test_flight();
    test_errors();
    test_strays();
    test_disbelief();
    test_flood();
    test_callbacks();
    test_lost();
    test_reset();
    test_shutdown();
    test_namespaces();
    test_interrupts();
    test_random();
    return check_result();
}
