/* SPDX-License-Identifier: MIT */
/* Output functions write what their name says, or nothing. */
#include "tests/check.h"
#include "tests/fixture.h"

#include <string.h>

enum { UNTOUCHED = 0xEE };

#define HOST_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static const uint8_t big32[8] = { 0x12, 0x34, 0x56, 0x78, 0, 0, 0x9A, 0xBC };
static const uint8_t little32[8] = { 0x78, 0x56, 0x34, 0x12, 0xBC, 0x9A, 0, 0 };
static const uint8_t big64[16] = { 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78,
                                   0, 0, 0, 0, 0,    0,    0x9A, 0xBC };
static const uint8_t little64[16] = { 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0,
                                      0xBC, 0x9A, 0,    0,    0, 0, 0, 0 };

/* clang-format off */
static const struct {
    unsigned number;
    const char *what;
    iodma_segment_function output;
    const uint8_t *want;
    size_t size; /* of an element */
} writers[] = {
    { 74, "OutputBig32", iodma_output_big32, big32, 8 },
    { 75, "OutputLittle32", iodma_output_little32, little32, 8 },
    { 76, "OutputBig64", iodma_output_big64, big64, 16 },
    { 77, "OutputLittle64", iodma_output_little64, little64, 16 },
    { 78, "OutputHost32", iodma_output_host32, HOST_LITTLE ? little32 : big32,
      8 },
    { 78, "OutputHost64", iodma_output_host64, HOST_LITTLE ? little64 : big64,
      16 },
};
/* clang-format on */

static void writing(void)
{
    static const struct hal_segment segment = { 0x12345678, 0x9ABC };

    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        /* One byte off, since the array needs no alignment. */
        uint8_t array[1 + 3 * 16];
        uint8_t want[sizeof array];

        check_spec(writers[i].number, writers[i].what);
        memset(array, UNTOUCHED, sizeof array);
        memset(want, UNTOUCHED, sizeof want);
        memcpy(want + 1 + writers[i].size, writers[i].want, writers[i].size);
        expect("it is written", writers[i].output(NULL, segment, array + 1, 1));
        expect_bytes("element 1, and nothing else", array, want, sizeof array);
    }
}

/* clang-format off */
static const struct {
    const char *what;
    struct hal_segment segment;
    bool fits;
} widths[] = {
    { "an address of 33 bits", { 0x100000000, 1 }, false },
    { "a length of 33 bits", { 0, 0x100000000 }, false },
    { "the highest address and length of 32 bits",
      { 0xFFFFFFFF, 0xFFFFFFFF }, true },
};
/* clang-format on */

static void refusing(void)
{
    static const iodma_segment_function narrow[] = {
        iodma_output_host32,
        iodma_output_big32,
        iodma_output_little32,
    };

    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        check_spec(79, widths[i].what);
        for (size_t k = 0; k < COUNT_OF(narrow); k++) {
            uint8_t array[8] = { 0 };
            uint8_t untouched[8] = { 0 };

            expect_number("it fits",
                          narrow[k](NULL, widths[i].segment, array, 0),
                          widths[i].fits);
            if (!widths[i].fits)
                expect_bytes("nothing is written", array, untouched, 8);
        }
    }
}

/* A custom function that refuses element 2 and counts its calls. */
static struct {
    unsigned calls;
    uint32_t indices[8];
    bool refuse;
} picky;

static bool picky_output(struct iodma_command *command,
                         struct hal_segment segment, void *segments,
                         uint32_t index)
{
    picky.indices[picky.calls++ % 8] = index;
    if (picky.refuse && index == 2)
        return false;
    return iodma_output_host64(command, segment, segments, index);
}

static const struct iodma_range five[ROW_RANGES] = {
    { 0x10000, 0x100 }, { 0x20000, 0x100 }, { 0x30000, 0x100 },
    { 0x40000, 0x100 }, { 0x50000, 0x100 },
};

static void custom(void)
{
    struct iodma_spec spec =
        IODMA_SPEC(picky_output, 64, 0, .align_address = 1);
    struct iodma_memory memory = row_memory(five, IODMA_OUT);
    struct hal_segment got[8];
    struct iodma_command command;
    uint64_t offset = 0;
    uint32_t count = 8;

    check_spec(80, "a function that refuses ends the call, and only it");
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    picky.refuse = true;
    expect_status("gen",
                  iodma_command_gen_segments(&command, &offset, got, &count),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_number("offset as before", offset, 0);
    expect_number("count as before", count, 8);
    expect_number("calls", picky.calls, 3);
    for (uint32_t i = 0; i < 3; i++)
        expect_number("index", picky.indices[i], i);
    count = 2;
    expect_status("gen of two",
                  iodma_command_gen_segments(&command, &offset, got, &count),
                  IODMA_OK);
    expect_number("delivered", count, 2);
    expect_number("offset", offset, 0x200);

    check_case("after a refusal a list goes on where it was");
    picky.refuse = false;
    count = 8;
    expect_status("gen of the rest",
                  iodma_command_gen_segments(&command, &offset, got, &count),
                  IODMA_OK);
    expect_number("delivered", count, 3);
    expect_number("address", got[0].address, 0x30000);
}

static void explicit_function(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    struct iodma_memory memory = row_memory(five, IODMA_OUT);
    struct iodma_command command;
    uint64_t offset = 0;
    uint8_t bytes[16];
    static const uint8_t want[16] = { 0, 0, 0, 0, 0, 1, 0, 0,
                                      0, 0, 0, 0, 0, 0, 1, 0 };
    struct iodma_segment64 host;
    uint32_t count = 1;

    check_spec(81, "a function for one call only");
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    expect_status("gen with OutputBig64",
                  iodma_command_gen_segments_with(&command, iodma_output_big64,
                                                  &offset, bytes, &count),
                  IODMA_OK);
    expect_bytes("big-endian", bytes, want, sizeof want);
    expect_status(
        "gen as specified",
        iodma_command_gen_segments64(&command, &offset, &host, &count),
        IODMA_OK);
    expect_number("host order", host.address, 0x20000);
    expect_status(
        "gen with no function",
        iodma_command_gen_segments_with(&command, NULL, &offset, bytes, &count),
        IODMA_BAD_ARGUMENT);
}

static void narrow_list(void)
{
    struct iodma_spec spec = SPEC(host32, 32, 0, 1, 1, 1);
    struct iodma_memory memory = row_memory(five, IODMA_OUT);
    struct iodma_segment32 segments[5];
    struct iodma_command command;
    uint64_t offset = 0;
    uint32_t count = 5;

    check_case("gen_segments32 fills an array of iodma_segment32");
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    expect_status(
        "gen",
        iodma_command_gen_segments32(&command, &offset, segments, &count),
        IODMA_OK);
    expect_number("segments", count, 5);
    expect_number("address", segments[4].address, 0x50000);
    expect_number("length", segments[4].length, 0x100);
}

int main(void)
{
    writing();
    refusing();
    custom();
    explicit_function();
    narrow_list();
    return check_result();
}
