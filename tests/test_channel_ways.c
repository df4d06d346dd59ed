/* SPDX-License-Identifier: MIT */
/*
 * Defends the ways that a channel has transfers go: rows, also those that an
 * engine refuses; ports; fills.
 */
#include "tests/channel_world.h"

#include <string.h>

/* ---- Rows ---- */

static const struct {
    const char *what;
    uint32_t max_rows;
    bool stiff;
    bool narrow;
    uint32_t items;
} rows[] = {
    { "rows are one item where the engine has them", 8, false, false, 1 },
    { "more rows than it has are an item each", 4, false, false, 5 },
    { "rows that it refuses to go are an item each", 8, true, false, 5 },
    { "rows that it cannot encode are an item each", 8, false, true, 5 },
    { "an engine without rows has an item each", 0, false, false, 5 },
};

static void test_rows(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct job *job = &jobs[0];

        begin(rows[i].what, 0, rows[i].max_rows);
        engines[0].stiff = rows[i].stiff;
        engines[0].narrow = rows[i].narrow;
        lend(0);
        (void)copy(0, 0x100);
        job->transfer.rows = (struct iodma_rows){ .length = 10,
                                                  .source_stride = 16,
                                                  .destination_stride = 30,
                                                  .count = 5 };
        for (uint32_t k = 0; k < 5; k++)
            memcpy(&want[HALF + 30 * k], &want[16 * k], 10);
        submit(job, 0);
        drive(0);
        expect_end(job, IODMA_OK);
        expect_number("items", engines[0].done, rows[i].items);
        expect_number("by the stand-in", channels[0].stood_in, 0);
        expect_order();
    }
}

static const struct {
    const char *what;
    struct iodma_rows rows;
    uint32_t alignment; /* of the engine */
    enum iodma_status want;
} bad_rows[] = {
    { "one row of nothing", { 0, 0, 0, 1 }, 1, IODMA_BAD_ARGUMENT },
    { "rows of nothing", { 0, 16, 16, 2 }, 1, IODMA_BAD_ARGUMENT },
    { "a row beyond the window", { 0x101, 0, 0, 1 }, 1, IODMA_BAD_ARGUMENT },
    { "rows that overlap", { 16, 16, 15, 2 }, 1, IODMA_BAD_ARGUMENT },
    { "a stride beyond the window",
      { 16, UINT32_MAX, 16, 2 },
      1,
      IODMA_BAD_ARGUMENT },
    { "a length that wraps with its strides",
      { HAL_ADDRESS_MAX, 2, 2, 2 },
      1,
      IODMA_BAD_ARGUMENT },
    { "one row whose length breaks an alignment",
      { 6, 0, 0, 1 },
      4,
      IODMA_NOT_ALIGNED },
    { "rows whose strides break one", { 8, 8, 10, 2 }, 4, IODMA_NOT_ALIGNED },
    { "one row has no strides", { 8, 9, 7, 1 }, 4, IODMA_OK },
};

static void test_bad_rows(void)
{
    /* What asks for an address asks for rows of such lengths. */
    static const struct hal_limits words[] = { { .align_address = 4 },
                                               { .align_length = 4 } };
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 0, 0, .align_address = 4,
                   .align_length = 4, .align_internal = 4);

    for (uint32_t n = 0; n < 2 * HAL_COUNT_OF(bad_rows); n++) {
        struct job *job = &jobs[0];
        uint32_t i = n / 2;

        begin(bad_rows[i].what, 0, 8);
        (void)copy(0, 0x100);
        if (bad_rows[i].alignment != 1) {
            (void)iodma_command_complete(&job->source, false, false);
            (void)iodma_command_complete(&job->destination, false, false);
            (void)iodma_command_prepare_with_spec(&job->source, &aligned, 0, 0,
                                                  true, true);
            (void)iodma_command_prepare_with_spec(&job->destination, &aligned,
                                                  0, 0, true, true);
            engines[0].runs = false;
            engines[0].dmac.limits = &words[n % 2];
            expect_status(
                "channel",
                iodma_channel_init(&channels[0], &engines[0].dmac, owner),
                IODMA_OK);
        }
        job->transfer.rows = bad_rows[i].rows;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &job->transfer),
                      bad_rows[i].want);
        (void)iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL);
        expect_number("held", job->source.held, 0);
        expect_order();
    }
}

/* ---- Ports ---- */

static const struct {
    const char *what;
    hal_address address;
    uint8_t width;
    uint8_t increment;
    enum iodma_status want;
} places[] = {
    { "the last byte of an aperture", PORT + 0xFFF, 1, 0, IODMA_OK },
    { "its last word", PORT + 0xFFC, 4, 0, IODMA_OK },
    { "the byte behind it", PORT + 0x1000, 1, 0, IODMA_MESSAGE_TOO_LARGE },
    { "the last byte of all", HAL_ADDRESS_MAX, 1, 0, IODMA_MESSAGE_TOO_LARGE },
    { "a word across its end", PORT + 0xFFE, 4, 0, IODMA_BAD_ARGUMENT },
    { "a word that is not aligned", PORT + 1, 4, 0, IODMA_BAD_ARGUMENT },
    { "words that do not stay aligned", PORT, 4, 2, IODMA_BAD_ARGUMENT },
    { "an access of 3 bytes", PORT, 3, 0, IODMA_BAD_ARGUMENT },
    { "an access of nothing", PORT, 0, 0, IODMA_BAD_ARGUMENT },
};

static void test_port_places(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(places); i++) {
        const struct hal_port at = { .address = places[i].address,
                                     .request = 1,
                                     .width = places[i].width,
                                     .increment = places[i].increment,
                                     .burst = 1,
                                     .depth = 1 };

        begin(places[i].what, PORTS, 0);
        engines[0].dmac.widths = 1 | 2 | 4 | 8;
        prepare(&jobs[0], 1, HALF, 8);
        jobs[0].transfer.port = &at;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      places[i].want);
        (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    }
}

static void test_port_access(void)
{
    static const struct hal_port at_end = { .address = PORT + 0xFFC,
                                            .request = 1,
                                            .width = 4,
                                            .burst = 1,
                                            .depth = 1 };

    begin("a port of which the engine sees a half", PORTS, 0);
    engines[0].dmac.widths = 4;
    prepare(&jobs[0], 1, HALF, 8);
    jobs[0].transfer.port = &at_end;
    apertures[1].last -= 2;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_MESSAGE_TOO_LARGE);
    apertures[1].last += 2;
    for (uint8_t access = HAL_READ; access <= HAL_WRITE; access++) {
        begin("a port that is only read, or only written", PORTS, 0);
        apertures[1].access = access;
        prepare(&jobs[0], access == HAL_READ ? 0 : 1, HALF, 8);
        jobs[0].transfer.port = &fifo;
        expect_status("the other way",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      IODMA_MESSAGE_TOO_LARGE);
        apertures[1].access = HAL_READ | HAL_WRITE;
        expect_number("items", engines[0].taken, 0);
    }
}

/* What an access moves divides what is moved. */
static void test_port_items(void)
{
    static const struct hal_port words = {
        .address = PORT, .request = 1, .width = 4, .burst = 1, .depth = 1
    };
    static const struct {
        const char *what;
        uint32_t at, length;
    } cases[] = {
        { "half an access at the end", 0, 10 },
        { "accesses across words", 2, 8 },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        begin(cases[i].what, PORTS, 0);
        engines[0].dmac.widths = 4;
        prepare(&jobs[0], 0, cases[i].at, cases[i].length);
        jobs[0].transfer.port = &words;
        expect_status("submit",
                      iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                      IODMA_NOT_ALIGNED);
    }
}

/* A fill is a source, and has a destination in memory. */
static void test_fill_ends(void)
{
    begin("a fill of a source", FILLS | PORTS, 0);
    prepare(&jobs[0], 0, 0, 8);
    jobs[0].transfer.fills = true;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
    check_case("a fill of a port");
    (void)iodma_command_complete(&jobs[0].source, false, false);
    jobs[0].transfer.source = NULL;
    jobs[0].transfer.port = &fifo;
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
}

/* The stride of an end that is no memory is not looked at. */
static void test_fill_strides(void)
{
    struct job *job = &jobs[0];

    begin("rows of a fill", FILLS, 8);
    prepare(job, 1, HALF, 64);
    job->transfer.fills = true;
    job->transfer.rows = (struct iodma_rows){
        .length = 4, .source_stride = 3, .destination_stride = 8, .count = 8
    };
    for (uint32_t i = 0; i < 8; i++)
        memset(&want[HALF + 8 * i], 0, 4);
    submit(job, 0);
    expect("what is no memory has no stride",
           engines[0].route.source_stride == 0);
    drive(0);
    expect_end(job, IODMA_OK);
    expect_order();
}

/* Rows may overlap where they are read; their bytes are counted all the same.
 */
static void test_many_rows(void)
{
    begin("rows are as many bytes together as an address counts, no more",
          PORTS, 0);
    prepare(&jobs[0], 0, HALF, 0x100);
    jobs[0].transfer.port = &fifo;
    jobs[0].transfer.rows =
        (struct iodma_rows){ .length = 0x100, .count = 0x1000000 };
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  HAL_ADDRESS_BITS == 64 ? IODMA_OK : IODMA_BAD_ARGUMENT);
    (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    jobs[0].transfer.rows.count--;
    prepare(&jobs[0], 0, HALF, 0x100);
    expect_status("submit",
                  iodma_transfer_submit(&channels[0], &jobs[0].transfer),
                  IODMA_OK);
    (void)iodma_transfer_abort(&channels[0], &jobs[0].transfer, 50, NULL);
    expect_number("to go", jobs[0].transfer.residue.most, 0xFFFFFF00);
}

static uint32_t routed_rows; /* the most that an item was to have */

static enum iodma_status route_noted(struct hal_dmac *dmac,
                                     const struct hal_route *route)
{
    routed_rows = larger32(routed_rows, route->rows);
    return strict_dmac_ops.route(dmac, route);
}

/* Rows overlap at their source as they like, and are never cut short. */
static void test_long_rows(void)
{
    static const struct iodma_spec any = IODMA_SPEC(iodma_output_host64, 0, 0);
    const hal_address length = (hal_address)(UINT64_C(2) << 32);
    static struct hal_dmac_ops ops;
    struct job *job = &jobs[0];

    if (HAL_ADDRESS_BITS == 32)
        return; /* there are none */
    begin("rows of more than 4 GiB", PORTS, 8);
    apertures[0].last = apertures[0].first + length;
    job->ranges[0] = (struct iodma_range){ cpu_address(arena), length };
    (void)iodma_memory_init_ranges(&job->memories[0], job->ranges, 1, IODMA_OUT,
                                   NULL, 0);
    (void)iodma_command_init(&job->source, &bus, &any, NULL);
    expect_status(
        "prepare",
        iodma_command_set_memory(&job->source, &job->memories[0], true),
        IODMA_OK);
    job->transfer = (struct iodma_transfer){
        .source = &job->source, .port = &fifo, .deadline = FOREVER, .done = done
    };
    job->transfer.rows = (struct iodma_rows){ .length = length - 1,
                                              .source_stride = 1,
                                              .count = 2 };
    expect_status("submit", iodma_transfer_submit(&channels[0], &job->transfer),
                  IODMA_BAD_ARGUMENT);

    check_case("rows so far apart that no engine goes there are an item each");
    ops = strict_dmac_ops;
    ops.route = route_noted;
    engines[0].dmac.ops = &ops;
    routed_rows = 0;
    job->transfer.rows = (struct iodma_rows){ .length = 1,
                                              .source_stride = BIT32(31),
                                              .count = 2 };
    submit(job, 0);
    expect_number("rows of an item", routed_rows, 1);
    expect_status("abort",
                  iodma_transfer_abort(&channels[0], &job->transfer, 50, NULL),
                  IODMA_OK);
    expect_end(job, IODMA_ABORTED);
}

int main(void)
{
    test_rows();
    test_bad_rows();
    test_port_places();
    test_port_access();
    test_port_items();
    test_fill_ends();
    test_fill_strides();
    test_many_rows();
    test_long_rows();
    return check_result();
}
