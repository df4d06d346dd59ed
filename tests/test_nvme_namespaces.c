/* SPDX-License-Identifier: MIT */
/*
 * Defends which namespaces the NVMe driver lists, and that it turns from one to
 * another.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

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

int main(void)
{
    world_begin();
    test_namespaces();
    return check_result();
}
