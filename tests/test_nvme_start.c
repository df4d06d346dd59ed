/* SPDX-License-Identifier: MIT */
/*
 * Defends how the NVMe driver starts a controller: what it makes of
 * capabilities, and how it shuts one down.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

/* ---- Start ---- */

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
    { "the largest MDTS that is one: 2 GiB",
      true,
      19,
      16,
      1,
      { .address_bits = 64,
        .align_address = 1,
        .align_length = 1,
        .max_segments = 256,
        .max_transfer = 0x80000000 } },
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

/* Each look at the clock takes an hour. */
static void test_away(void)
{
    check_case("who was away for longer than any wait looks once more");
    set_up(4);
    chip.ready_delay = 1;
    hooks.tick = UINT64_C(3600) * hooks_clock.frequency(&hooks_clock);
    expect_status("start", nvme_start(&nvme), IODMA_OK);
}

static void test_capabilities(void)
{
    static const uint8_t formats[] = { 0, 5, 10, 15, 16, 37, 63 };

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

    for (uint32_t i = 0; i < HAL_COUNT_OF(formats); i++) {
        check_case("the LBA format in use is one of 16, or of up to 64");
        set_up(4);
        chip.spaces[0].format = formats[i];
        expect_status("start", nvme_start(&nvme), IODMA_OK);
        expect_number("block size", nvme.block_size, BLOCK);
        world.pace = 0;
        expect_usable();
        expect_order();
    }

    check_case("a controller that names no command set has that of NVM");
    set_up(4);
    chip.css = 0;
    expect_status("start", nvme_start(&nvme), IODMA_OK);
    world.pace = 0;
    expect_usable();
    expect_order();
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
    { "a shutdown has 5 s, whatever is said", 1, 4900, IODMA_OK },
    { "a shutdown has no more, if less is said: Timeout", 1, 5100,
      IODMA_TIMEOUT },
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

int main(void)
{
    world_begin();
    test_away();
    test_capabilities();
    test_start();
    test_shutdown();
    return check_result();
}
