/* SPDX-License-Identifier: MIT */
/*
 * Defends what the NVMe driver makes of requests: the order of its queue, and
 * how each one ends.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

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

int main(void)
{
    world_begin();
    test_begin();
    test_large_blocks();
    test_cancel();
    test_flight();
    test_errors();
    test_strays();
    return check_result();
}
