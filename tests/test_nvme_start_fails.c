/* SPDX-License-Identifier: MIT */
/*
 * Defends which controllers the NVMe driver does not start, and that it does
 * when they are well again.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

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

/* Has it been given a command since the reset? */
static bool is_asked(void)
{
    return chip.queues[0].sq_tail != 0;
}

static void break_if_asked(void)
{
    chip.fatal = is_asked();
}

static void leave_if_asked(void)
{
    chip.absent = is_asked();
}

static void set_breaking(void)
{
    chip.mute = true;
    chip.access = break_if_asked;
}

static void set_leaving(void)
{
    chip.mute = true;
    chip.access = leave_if_asked;
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
    { "a controller that breaks at a command: DMAError",
      set_breaking,
      IODMA_DMA_ERROR,
      NVME_CODE_FATAL,
      NVME_DOWN,
      { 0, 0, 0 } },
    { "a controller that is gone at a command: NotAttached",
      set_leaving,
      IODMA_NOT_ATTACHED,
      0,
      NVME_STUCK,
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
    chip.access = NULL;
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
    check_case("what no controller falls short of has no name");
    expect("its name", strcmp(nvme_shortfall_name(NVME_SHORT_TRANSFER + 1),
                              "unknown") == 0);

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

int main(void)
{
    world_begin();
    test_start_fails();
    return check_result();
}
