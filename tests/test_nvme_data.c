/* SPDX-License-Identifier: MIT */
/*
 * Defends what the NVMe driver makes of data: lists of pages and SGLs, and what
 * it refuses.
 */
#include "hal/count_of.h"
#include "tests/nvme_world.h"

#include <string.h>

/* ---- PRPs ---- */

/* The list of a request's slot. */
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

int main(void)
{
    world_begin();
    test_prps();
    test_full_list();
    test_refused();
    test_sgl();
    return check_result();
}
