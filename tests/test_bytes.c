/* SPDX-License-Identifier: MIT */
/* The CPU reads and writes what the device sees, and what a descriptor has,
   by the byte. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

static const struct iodma_spec plain_spec = SPEC(host64, 64, 0, 1, 1, 1);
static const struct iodma_spec narrow_spec =
    SPEC(host64, REACH_BITS, 0, 1, 1, 1);

static struct iodma_command command;
static struct iodma_memory memory;
static uint8_t bytes[0x400];

static void begin(const struct iodma_spec *spec,
                  const struct iodma_range *ranges, uint32_t direction)
{
    memory = row_memory(ranges, direction);
    expect_command(&command, fixture_bouncing_bus(), spec);
    expect_attached_only(&command, &memory);
}

static void prepare(hal_address offset, hal_address length)
{
    expect_status("prepare",
                  iodma_command_prepare(&command, offset, length, true, true),
                  IODMA_OK);
}

static void expect_fresh(const uint8_t *got, hal_address address,
                         hal_address length)
{
    for (hal_address i = 0; i < length; i++) {
        if (!expect_number("a byte", got[i], sparse_fresh(address + i)))
            break;
    }
}

static const struct iodma_range three_pages[ROW_RANGES] = {
    { 0x10000, 0x3000 },
};
static const struct iodma_range two_runs[ROW_RANGES] = {
    { 0x10000, 0x100 },
    { 0x20000, 0x100 },
};
static const struct iodma_range far_away[ROW_RANGES] = {
    { FAR - 0x1000, 0x3000 },
};

static void case_46(void)
{
    static const struct iodma_range none[ROW_RANGES] = { { 0, 0 } };
    struct iodma_segment64 segment;
    hal_address offset = 0;
    uint32_t count = 1;

    begin(&plain_spec, none, IODMA_INOUT);
    prepare(0, 0);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OVERRUN);
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 1), 0);
    expect_completed(&command);
}

/* ROM at 0x20000: outbound memory may lie there, nobody writes it. */
static void rom(void)
{
    static const struct hal_region regions[] = {
        { 0, 0x1ffff, HAL_WRITE_BACK, true, &sparse_window },
        { 0x20000, 0x20fff, HAL_WRITE_BACK, false, &sparse_window },
        { 0x21000, FIXTURE_LAST, HAL_WRITE_BACK, true, &sparse_window },
    };
    static const struct iodma_spec aligned = SPEC(host64, 64, 0, 4, 1, 4);
    static const struct iodma_range odd[ROW_RANGES] = { { 0x1FFF1, 0x20 } };
    const struct iodma_bus *bouncing = fixture_bouncing_bus();
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus = *bouncing;

    hal.regions = regions;
    hal.region_count = HAL_COUNT_OF(regions);
    bus.hal = &hal;
    memory = row_memory(odd, IODMA_OUT);
    expect_command(&command, &bus, &aligned);
    expect_attached(&command, &memory);
    expect_number("rung", fixture_rung(&command), RUNG_WHOLE);
    expect_status("synchronize in",
                  iodma_command_synchronize(&command, IODMA_IN),
                  IODMA_NOT_WRITABLE);
    expect_status("a part of it",
                  iodma_command_synchronize_range(&command, 0x10, 8, IODMA_IN),
                  IODMA_NOT_WRITABLE);
    expect_fresh(sparse_byte(0x1FFF1), 0x1FFF1, 0xF);
    expect_fresh(sparse_byte(0x20000), 0x20000, 0x11);
    expect_status("out", iodma_command_synchronize(&command, IODMA_OUT),
                  IODMA_OK);
    expect_number("write to the buffer",
                  iodma_command_write_bytes(&command, 0, bytes, 0x20), 0x20);
    expect_cleared(&command);

    expect_status("set_spec", iodma_command_set_spec(&command, &plain_spec),
                  IODMA_OK);
    expect_attached(&command, &memory);
    expect_number("rung", fixture_rung(&command), RUNG_DIRECT);
    expect_number("write to ROM",
                  iodma_command_write_bytes(&command, 0xF, bytes, 8), 0);
    expect_number("write to ROM, without the command",
                  iodma_memory_write(&memory, &bus, 0xF, bytes, 8), 0);
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 0x20),
                  0x20);
    expect_fresh(bytes, 0x1FFF1, 0x20);
    expect_cleared(&command);
}

/* What was prepared for Out is read only: a device that would write it is as
   bad as a CPU. */
static void wired_for_out(void)
{
    static const struct iodma_range range = { 0x10000, 0x100 };

    expect_status("memory",
                  iodma_memory_init_virtual(&memory, NULL, &range, 1,
                                            IODMA_INOUT, NULL, 0),
                  IODMA_OK);
    expect_command(&command, fixture_bouncing_bus(), &plain_spec);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_OUT), IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_NOT_WRITABLE);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_attached(&command, &memory);
    expect_cleared(&command);
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
}

static const struct {
    hal_address offset, length, want;
} reads[] = {
    { 0x100, 1, 0 },     { 0xFF, 2, 0 },
    { 0xFF, 1, 1 },      { HAL_ADDRESS_MAX, 2, 0 },
    { 0, 0x100, 0x100 }, { 0, 0x101, 0 },
    { 0x100, 0, 0 },     { 1, HAL_ADDRESS_MAX, 0 },
};

static void case_72(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x80 },
        { FAR, 0x80 },
    };
    const struct iodma_bus *bus = fixture_bouncing_bus();

    memory = row_memory(ranges, IODMA_INOUT);
    for (size_t i = 0; i < HAL_COUNT_OF(reads); i++)
        expect_number("read",
                      iodma_memory_read(&memory, bus, reads[i].offset, bytes,
                                        reads[i].length),
                      reads[i].want);
    expect_number("read across the seam",
                  iodma_memory_read(&memory, bus, 0x70, bytes, 0x20), 0x20);
    expect_fresh(bytes, 0x10070, 0x10);
    expect_fresh(bytes + 0x10, FAR, 0x10);

    expect_number("write too much",
                  iodma_memory_write(&memory, bus, 0xFF, bytes, 2), 0);
    expect_number("write zeros across the seam",
                  iodma_memory_write(&memory, bus, 0x7F, NULL, 2), 2);
    expect_number("the last byte of the one", *sparse_byte(0x1007F), 0);
    expect_number("the first byte of the other", *sparse_byte(FAR), 0);
    expect_fresh(sparse_byte(FAR + 1), FAR + 1, 1);
}

static void case_110(void)
{
    begin(&plain_spec, three_pages, IODMA_INOUT);
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 1), 0);
    expect_number("write", iodma_command_write_bytes(&command, 0, bytes, 1), 0);
}

static void case_111(void)
{
    begin(&plain_spec, three_pages, IODMA_INOUT);
    prepare(0x800, 0x1000);
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 0x10),
                  0x10);
    expect_fresh(bytes, 0x10800, 0x10);
}

static void case_112(void)
{
    begin(&plain_spec, three_pages, IODMA_INOUT);
    prepare(0x800, 0x1000);
    expect_number("read up to the window's end",
                  iodma_command_read_bytes(&command, 0xff8, bytes, 0x100), 8);
    expect_fresh(bytes, 0x117f8, 8);
}

static void case_113(void)
{
    begin(&plain_spec, three_pages, IODMA_INOUT);
    prepare(0x800, 0x1000);
    expect_number("read", iodma_command_read_bytes(&command, 0x1000, bytes, 1),
                  0);
    expect_number("read from far behind",
                  iodma_command_read_bytes(&command, HAL_ADDRESS_MAX, bytes, 1),
                  0);
    expect_number("read nothing",
                  iodma_command_read_bytes(&command, 0, bytes, 0), 0);
}

static void case_114(void)
{
    static const uint8_t eight[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

    begin(&narrow_spec, far_away, IODMA_INOUT);
    prepare(0, 0);
    expect_number("write",
                  iodma_command_write_bytes(&command, 0x1800, eight, 8), 8);
    expect_bytes("the bounce page", sparse_byte(0x100800), eight, 8);
    expect_fresh(sparse_byte(FAR + 0x800), FAR + 0x800, 8);
    expect_number("read", iodma_command_read_bytes(&command, 0x1800, bytes, 8),
                  8);
    expect_bytes("the device's side", bytes, eight, 8);
    expect_status("synchronize", iodma_command_synchronize(&command, IODMA_IN),
                  IODMA_OK);
    expect_bytes("the memory", sparse_byte(FAR + 0x800), eight, 8);
    expect_completed(&command);
}

static void case_115(void)
{
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);

    begin(&spec, three_pages, IODMA_INOUT);
    prepare(0, 0);
    expect_number("read", iodma_command_read_bytes(&command, 1, bytes, 3), 3);
    expect_fresh(bytes, 0x10001, 3);
}

static void case_116(void)
{
    begin(&plain_spec, two_runs, IODMA_INOUT);
    prepare(0, 0);
    expect_number("read", iodma_command_read_bytes(&command, 0xf0, bytes, 0x20),
                  0x20);
    expect_fresh(bytes, 0x100f0, 0x10);
    expect_fresh(bytes + 0x10, 0x20000, 0x10);
}

/* Windows end with their pages. */
static void three_windows(void)
{
    static uint8_t many[0x2400];

    begin(&plain_spec, three_pages, IODMA_INOUT);
    prepare(0, 0);
    expect_number("read",
                  iodma_command_read_bytes(&command, 0xe00, many, sizeof many),
                  0x2200);
    expect_fresh(many, 0x10e00, 0x2200);
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = (uint8_t)(i * 7 + (i >> 8));
    expect_number("write",
                  iodma_command_write_bytes(&command, 0xe00, many, 0x2100),
                  0x2100);
    for (hal_address i = 0; i < 0x2100; i++) {
        if (!expect_number("a byte", *sparse_byte(0x10e00 + i), many[i]))
            break;
    }
    expect_fresh(sparse_byte(0x12f00), 0x12f00, 0x100);
    expect_completed(&command);
}

/* How many bytes it was is told to the byte, in one piece of memory, too. */
static void second_window_missing(void)
{
    static uint8_t many[0x2000];

    begin(&plain_spec, three_pages, IODMA_INOUT);
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = (uint8_t)(i * 7 + (i >> 8));
    sparse_fail_open(2);
    expect_number(
        "memory written",
        iodma_memory_write(&memory, command.window.bus, 0xe00, many, 0x2000),
        0x200);
    expect_bytes("so many", sparse_byte(0x10e00), many, 0x200);
    expect_fresh(sparse_byte(0x11000), 0x11000, 0x1000);
    sparse_fail_open(3);
    expect_number(
        "memory read",
        iodma_memory_read(&memory, command.window.bus, 0, many, 0x2800),
        0x2000);
    prepare(0, 0);
    sparse_fail_open(2);
    expect_number("written",
                  iodma_command_write_bytes(&command, 0x1f00, many, 0x200),
                  0x100);
    expect_bytes("so many", sparse_byte(0x11f00), many, 0x100);
    expect_fresh(sparse_byte(0x12000), 0x12000, 0x1000);
    sparse_fail_open(2);
    expect_number(
        "read", iodma_command_read_bytes(&command, 0x1f80, many, 0x200), 0x80);
    expect_completed(&command);
}

static void case_117(void)
{
    struct iodma_segment64 segment;
    hal_address offset = 0;
    uint32_t count = 1;

    begin(&plain_spec, two_runs, IODMA_INOUT);
    prepare(0, 0);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("read", iodma_command_read_bytes(&command, 0x10, bytes, 4),
                  4);
    expect_status("synchronize", iodma_command_synchronize(&command, IODMA_OUT),
                  IODMA_OK);
    expect_number("the place is where it was",
                  iodma_segment_position(&command.plan, &command.place), 0x100);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("address", segment.address, 0x20000);
    expect_number("offset", offset, 0x200);
}

static void no_region(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10001, 0x1000 },
    };
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 4);
    struct iodma_bus bus = *fixture_bouncing_bus();
    struct hal_bus hal = *bus.hal;

    hal.region_count = 0;
    bus.hal = &hal;
    memory = row_memory(ranges, IODMA_INOUT);
    expect_command(&command, &bus, &spec);
    expect_status("set: it would be copied",
                  iodma_command_set_memory(&command, &memory, true),
                  IODMA_NOT_ATTACHED);
    expect_fixture_free();
    expect_command(&command, &bus, &plain_spec);
    expect_status("set: it goes directly",
                  iodma_command_set_memory(&command, &memory, true), IODMA_OK);
    expect_number("read", iodma_command_read_bytes(&command, 0, bytes, 4), 0);
}

static void no_buffer(void)
{
    const struct iodma_bus *bus;

    begin(&plain_spec, two_runs, IODMA_INOUT);
    prepare(0, 0);
    bus = command.window.bus;
    expect_number("read", iodma_command_read_bytes(&command, 0xF0, NULL, 0x20),
                  0);
    expect_number("write",
                  iodma_command_write_bytes(&command, 0xF0, NULL, 0x20), 0);
    expect_number("read the descriptor",
                  iodma_memory_read(&memory, bus, 0xF0, NULL, 0x20), 0);
    expect_fresh(sparse_byte(0x100F0), 0x100F0, 0x10);
    expect_fresh(sparse_byte(0x20000), 0x20000, 0x10);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 46, "nothing has no segments and no bytes", case_46 },
    { 72, "a descriptor is read all or nothing", case_72 },
    { 110, "not prepared, there are no bytes", case_110 },
    { 111, "offsets count from the window", case_111 },
    { 112, "the window's end is the end", case_112 },
    { 113, "behind it there is nothing", case_113 },
    { 114, "what is written is the device's, until copied in", case_114 },
    { 115, "alignments do not matter", case_115 },
    { 116, "a seam of two runs does not matter", case_116 },
    { 117, "a list under way is not disturbed", case_117 },
    { 0, "bytes through several windows", three_windows },
    { 0, "bytes as far as the second window", second_window_missing },
    { 0, "without a buffer nothing is read, and nothing written", no_buffer },
    { 0, "memory in no region goes directly or not at all", no_region },
    { 0, "memory that is read only is not written", rom },
    { 0, "memory prepared for Out goes to no device that writes",
      wired_for_out },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    return check_result();
}
