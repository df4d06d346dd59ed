/* SPDX-License-Identifier: MIT */
/* Output functions write what their name says, or nothing. */
#include "hal/count_of.h"
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
    const struct iodma_output *output;
    const uint8_t *want;
    size_t size; /* of an element */
} writers[] = {
    { 74, "OutputBig32", &iodma_output_big32, big32, 8 },
    { 75, "OutputLittle32", &iodma_output_little32, little32, 8 },
    { 76, "OutputBig64", &iodma_output_big64, big64, 16 },
    { 77, "OutputLittle64", &iodma_output_little64, little64, 16 },
    { 78, "OutputHost32", &iodma_output_host32, HOST_LITTLE ? little32 : big32,
      8 },
    { 78, "OutputHost64", &iodma_output_host64, HOST_LITTLE ? little64 : big64,
      16 },
};
/* clang-format on */

/* Have an output write the list of these ranges, of a command for addresses of
   so many bits and segments of so many bytes. */
static enum iodma_status write_list(const struct iodma_output *output,
                                    uint8_t bits, hal_address max,
                                    const struct iodma_range *ranges,
                                    void *array)
{
    struct iodma_spec spec = SPEC(host64, bits, max, 1, 1, 1);
    struct iodma_memory memory = row_memory(ranges, IODMA_OUT);
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = ROW_RANGES;

    expect_command(&command, fixture_bus(), &spec);
    expect_attached(&command, &memory);
    return iodma_command_gen_segments_with(&command, output, &offset, array,
                                           &count);
}

static void writing(void)
{
    static const struct iodma_range twice[ROW_RANGES] = {
        { 0x12345678, 0x9ABC },
        { 0x12345678, 0x9ABC },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(writers); i++) {
        /* One byte off, since the array needs no alignment. */
        uint8_t array[1 + 3 * 16];
        uint8_t want[sizeof array];

        check_spec(writers[i].number, writers[i].what);
        memset(array, UNTOUCHED, sizeof array);
        memset(want, UNTOUCHED, sizeof want);
        for (size_t k = 0; k < 2; k++)
            memcpy(want + 1 + k * writers[i].size, writers[i].want,
                   writers[i].size);
        expect_status("gen",
                      write_list(writers[i].output, 64, 0, twice, array + 1),
                      IODMA_OK);
        expect_bytes("two elements, and nothing else", array, want,
                     sizeof array);
    }
}

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range ranges[ROW_RANGES];
    bool fits;
    uint8_t bits;    /* of addresses that the device reaches */
    hal_address max; /* bytes of a segment; 0: as many       */
} widths[] = {
    { "an address of 33 bits", { { WIDE(0x100000000), 1 } }, false, 64, 0 },
    { "an address of all its 33 bits", { { WIDE(0x100000000), 1 } }, false,
      33, 0xFFFFFFFF },
    { "a length of 33 bits", { { 0, WIDE(0x100000000) } }, false, 64, 0 },
    { "a length, not an address, of 33 bits", { { 0, WIDE(0x100000000) } }, false,
      32, WIDE(0x100000000) },
    { "the highest address and length of 32 bits",
      { { 0xFFFFFFFF, 0xFFFFFFFF } }, true, 64, 0 },
};
/* clang-format on */

static const struct iodma_output *const narrow[] = {
    &iodma_output_host32,
    &iodma_output_big32,
    &iodma_output_little32,
};

static const struct iodma_output *const wide[] = {
    &iodma_output_host64,
    &iodma_output_big64,
    &iodma_output_little64,
};

static void refusing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(widths); i++) {
        if (!check_wide(79, widths[i].what))
            continue;
        for (size_t k = 0; k < HAL_COUNT_OF(narrow); k++) {
            uint8_t array[8] = { 0 };
            uint8_t untouched[8] = { 0 };

            expect_status("gen",
                          write_list(narrow[k], widths[i].bits, widths[i].max,
                                     widths[i].ranges, array),
                          widths[i].fits ? IODMA_OK : IODMA_MESSAGE_TOO_LARGE);
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
    expect("the command is the one that asks", command->ref_con == &picky);
    ((struct hal_segment *)segments)[index] = segment;
    return true;
}

static const struct iodma_output picky_form = { .function = picky_output,
                                                .form = IODMA_FORM_OWN };

static const struct iodma_range five[ROW_RANGES] = {
    { 0x10000, 0x100 }, { 0x20000, 0x100 }, { 0x30000, 0x100 },
    { 0x40000, 0x100 }, { 0x50000, 0x100 },
};

static void custom(void)
{
    struct iodma_spec spec = IODMA_SPEC(picky_form, 64, 0, .align_address = 1);
    struct iodma_memory memory = row_memory(five, IODMA_OUT);
    struct hal_segment got[8];
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = 8;

    check_spec(80, "a function that refuses ends the call, and only it");
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, &picky),
                  IODMA_OK);
    expect_attached(&command, &memory);
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
    hal_address offset = 0;
    uint8_t bytes[16];
    static const uint8_t want[16] = { 0, 0, 0, 0, 0, 1, 0, 0,
                                      0, 0, 0, 0, 0, 0, 1, 0 };
    struct iodma_segment64 host;
    uint32_t count = 1;

    check_spec(81, "a function for one call only");
    expect_command(&command, fixture_bus(), &spec);
    expect_attached(&command, &memory);
    expect_status("gen with OutputBig64",
                  iodma_command_gen_segments_with(&command, &iodma_output_big64,
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
    hal_address offset = 0;
    uint32_t count = 5;

    check_case("gen_segments32 fills an array of iodma_segment32");
    expect_command(&command, fixture_bus(), &spec);
    expect_attached(&command, &memory);
    expect_status(
        "gen",
        iodma_command_gen_segments32(&command, &offset, segments, &count),
        IODMA_OK);
    expect_number("segments", count, 5);
    expect_number("address", segments[4].address, 0x50000);
    expect_number("length", segments[4].length, 0x100);
}

/* A list of three, of which the second does not fit. */
static void refusing_inside(void)
{
    static const struct iodma_range three[ROW_RANGES] = {
        { 0x10000, 0x100 },
        { WIDE(0x100000000), 0x100 },
        { 0x20000, 0x100 },
    };

    if (!check_wide(0, "a list ends before what does not fit"))
        return;
    for (size_t k = 0; k < HAL_COUNT_OF(narrow); k++) {
        uint8_t array[32];
        uint8_t untouched[24];

        memset(array, UNTOUCHED, sizeof array);
        memset(untouched, UNTOUCHED, sizeof untouched);
        expect_status("gen", write_list(narrow[k], 64, 0, three, array),
                      IODMA_MESSAGE_TOO_LARGE);
        expect("the first is there", memcmp(array, untouched, 8) != 0);
        expect_bytes("nothing behind it", array + 8, untouched, 24);
    }
}

/* A command for 32-bit addresses, with `ranges` prepared. */
static void begin(struct iodma_command *command, struct iodma_memory *memory,
                  const struct iodma_output *output,
                  const struct iodma_range *ranges, uint32_t alignment,
                  uint32_t internal)
{
    struct iodma_spec spec =
        SPEC(host64, 32, 0, alignment, alignment, internal);

    spec.output = output;
    *memory = row_memory(ranges, IODMA_OUT);
    expect_command(command, fixture_bus(), &spec);
    expect_attached(command, memory);
}

static const struct iodma_range all_of_32_bits[ROW_RANGES] = {
    { 0, WIDE(0x100000000) },
};

/* A word of 32 bits cannot say 4 GiB: as long as it can, rounded down to the
   alignments, and the rest. */
static void whole_4_gib(void)
{
    static const struct {
        uint32_t alignment, internal, first;
    } rows[] = {
        { 1, 1, 0xFFFFFFFF },
        { 4, 4, 0xFFFFFFFC },
        { 1, 0x1000, 0xFFFFF000 },
        { 0x10000, 0x10000, 0xFFFF0000 },
        { 0x80000000, 0x80000000, 0x80000000 },
    };

    if (!check_wide(0, "R-35: 4 GiB in a 32-bit form are two segments"))
        return;
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct iodma_command command;
        struct iodma_memory memory;
        struct iodma_segment32 list[3];
        hal_address offset = 0;
        uint32_t count = HAL_COUNT_OF(list);

        begin(&command, &memory, &iodma_output_host32, all_of_32_bits,
              rows[i].alignment, rows[i].internal);
        expect_status(
            "gen",
            iodma_command_gen_segments32(&command, &offset, list, &count),
            IODMA_OK);
        expect_number("segments", count, 2);
        expect_number("the first's address", list[0].address, 0);
        expect_number("its length", list[0].length, rows[i].first);
        expect_number("the second's address", list[1].address, rows[i].first);
        expect_number("its length", list[1].length, 0 - rows[i].first);
        expect_number("offset", offset, 0x100000000);
    }
}

static void whole_4_gib_else(void)
{
    struct iodma_spec specs[] = {
        IODMA_SPEC(iodma_output_big32, 0, 0x100000000),
        IODMA_SPEC(iodma_output_little32, 32, UINT64_MAX),
    };

    if (!check_wide(0, "R-35: whatever the order of bytes and the maximum"))
        return;
    for (size_t i = 0; i < HAL_COUNT_OF(specs); i++) {
        struct iodma_memory memory = row_memory(all_of_32_bits, IODMA_OUT);
        struct iodma_command command;
        hal_address offset = 0;
        uint32_t count = 3;
        uint8_t bytes[24];

        expect_command(&command, fixture_bus(), &specs[i]);
        expect_attached(&command, &memory);
        expect_status(
            "gen", iodma_command_gen_segments(&command, &offset, bytes, &count),
            IODMA_OK);
        expect_number("segments", count, 2);
        expect_number("offset", offset, 0x100000000);
    }
}

static void whole_4_gib_for_once(void)
{
    struct iodma_memory memory;
    struct iodma_command command;
    struct iodma_segment64 segment = { 1, 0 };
    struct iodma_segment32 narrow_segment = { 0xEEEEEEEE, 0xEEEEEEEE };
    hal_address offset;
    uint32_t count;

    if (!check_wide(
            0,
            "R-35: a 64-bit form says 4 GiB; a 32-bit one for once does not"))
        return;
    begin(&command, &memory, &iodma_output_host64, all_of_32_bits, 1, 1);
    offset = 0;
    count = 1;
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("its address", segment.address, 0);
    expect_number("its length", segment.length, 0x100000000);
    offset = 0;
    count = 1;
    expect_status("gen with 32 bits",
                  iodma_command_gen_segments_with(&command,
                                                  &iodma_output_host32, &offset,
                                                  &narrow_segment, &count),
                  IODMA_MESSAGE_TOO_LARGE);
    expect_number("offset as before", offset, 0);
    expect_number("nothing written", narrow_segment.length, 0xEEEEEEEE);
}

/* The typed calls take outputs of their own width, in any order of bytes. */
static void other_forms(void)
{
    static const struct iodma_output own = { .function = picky_output,
                                             .bits = 32 };
    struct iodma_command command;
    struct iodma_memory memory;

    check_case("R-36: the typed calls refuse another form, and write nothing");
    for (size_t k = 0; k < HAL_COUNT_OF(narrow) + HAL_COUNT_OF(wide) + 1; k++) {
        const struct iodma_output *output = &own;
        union {
            struct iodma_segment32 narrow[2];
            struct iodma_segment64 wide[2];
            uint8_t bytes[32];
        } array;
        uint8_t untouched[32];
        bool fits_32 = k < HAL_COUNT_OF(narrow);
        bool fits_64 =
            !fits_32 && k < HAL_COUNT_OF(narrow) + HAL_COUNT_OF(wide);
        hal_address offset = 0x100;
        uint32_t count = 2;

        if (fits_32)
            output = narrow[k];
        else if (fits_64)
            output = wide[k - HAL_COUNT_OF(narrow)];
        memset(untouched, UNTOUCHED, sizeof untouched);
        memset(array.bytes, UNTOUCHED, sizeof array.bytes);
        begin(&command, &memory, output, five, 1, 1);
        expect_status("gen_segments32",
                      iodma_command_gen_segments32(&command, &offset,
                                                   array.narrow, &count),
                      fits_32 ? IODMA_OK : IODMA_BAD_ARGUMENT);
        if (fits_32) {
            expect_number("segments", count, 2);
            expect_number("offset", offset, 0x300);
            offset = 0x100;
            memset(array.bytes, UNTOUCHED, sizeof array.bytes);
        }
        expect_status(
            "gen_segments64",
            iodma_command_gen_segments64(&command, &offset, array.wide, &count),
            fits_64 ? IODMA_OK : IODMA_BAD_ARGUMENT);
        if (!fits_64) {
            expect_bytes("nothing is written", array.bytes, untouched,
                         sizeof array.bytes);
            expect_number("offset as before", offset, 0x100);
            expect_number("count as before", count, 2);
        }
    }
}

/* More segments than are made at a time: they are numbered from the list's
   first. */
enum { MANY = 10 };

static struct iodma_range many[MANY];

static void begin_many(struct iodma_command *command,
                       struct iodma_memory *memory, struct iodma_bus *bus,
                       struct iodma_reason *reason,
                       const struct iodma_spec *spec)
{
    *bus = *fixture_bus();
    bus->reason = reason;
    *memory = memory_of(many, MANY, IODMA_OUT);
    expect_command(command, bus, spec);
    expect_attached(command, memory);
}

static void many_segments(void)
{
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host32, 32, 0, .align_address = 4,
                   .align_length = 1, .align_internal = 16);
    struct iodma_segment32 list[MANY];
    struct iodma_reason reason = { .rule = IODMA_RULE_NONE };
    struct iodma_command command;
    struct iodma_memory memory;
    struct iodma_bus bus;
    hal_address offset = 0;
    uint32_t count = MANY;

    for (uint32_t i = 0; i < MANY; i++)
        many[i] = (struct iodma_range){ 0x10000 * (1 + i), 0x100 };

    check_case("what is listed only is judged as it is, however much it is");
    many[8].address += 4;
    spec.mapping = IODMA_ITERATE_ONLY;
    begin_many(&command, &memory, &bus, &reason, &spec);
    expect_status("gen",
                  iodma_command_gen_segments32(&command, &offset, list, &count),
                  IODMA_NOT_ALIGNED);
    expect_number("offset as before", offset, 0);
    many[0].address += 4;
    many[8].address -= 4;
    expect_status("gen",
                  iodma_command_gen_segments32(&command, &offset, list, &count),
                  IODMA_OK);
    expect_number("segments", count, MANY);
    many[0].address -= 4;

    if (check_wide(
            0, "a segment that does not fit is the one of the whole list")) {
        many[9].address = WIDE(0x100000000);
        spec = (struct iodma_spec)SPEC(host64, 64, 0, 1, 1, 1);
        begin_many(&command, &memory, &bus, &reason, &spec);
        offset = 0;
        count = MANY;
        expect_status("gen with 32 bits",
                      iodma_command_gen_segments_with(&command,
                                                      &iodma_output_host32,
                                                      &offset, list, &count),
                      IODMA_MESSAGE_TOO_LARGE);
        expect_number("the place", reason.place, IODMA_PLACE_SEGMENT);
        expect_number("the segment", reason.number, 9);
    }

    check_case("R-36: before it is prepared no command has another form");
    expect_completed(&command);
    expect_status("gen_segments32",
                  iodma_command_gen_segments32(&command, &offset, list, &count),
                  IODMA_NOT_READY);
}

/* An output of the client's own says how many bits it can write. */
static void own_bits(void)
{
    static const struct iodma_output forty = { .function = picky_output,
                                               .bits = 40 };
    struct iodma_spec spec = IODMA_SPEC(forty, 0, 0);
    struct iodma_command command;

    check_case("an output's bits are the specification's, and its limit");
    expect_command(&command, fixture_bus(), &spec);
    expect_number("bits", iodma_command_address_bits(&command), 40);
    spec.segment.address_bits = 41;
    expect_status("one more", iodma_command_set_spec(&command, &spec),
                  IODMA_BAD_ARGUMENT);
    expect_number("bits as before", iodma_command_address_bits(&command), 40);
    spec.segment.address_bits = 39;
    expect_status("one less", iodma_command_set_spec(&command, &spec),
                  IODMA_OK);
    expect_number("bits", iodma_command_address_bits(&command), 39);
}

/* Its bits are those of addresses; a length may have more. */
static void own_lengths(void)
{
    static const struct iodma_output narrow_addresses = {
        .function = picky_output,
        .bits = 32,
    };
    static const struct hal_segment want = { 0, WIDE(0x100000000) };
    struct iodma_spec spec = IODMA_SPEC(narrow_addresses, 0, 0);
    struct iodma_memory memory;
    struct hal_segment got[2] = { { 1, 1 } };
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = HAL_COUNT_OF(got);

    if (!check_wide(0, "R-35: a form of the client's own may say 4 GiB"))
        return;
    memory = row_memory(all_of_32_bits, IODMA_OUT);
    picky.refuse = false;
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, &picky),
                  IODMA_OK);
    expect_attached(&command, &memory);
    expect_status("gen",
                  iodma_command_gen_segments(&command, &offset, got, &count),
                  IODMA_OK);
    expect_segments("the list", got, count, &want, 1);
}

int main(void)
{
    writing();
    refusing();
    refusing_inside();
    custom();
    explicit_function();
    narrow_list();
    whole_4_gib();
    whole_4_gib_else();
    whole_4_gib_for_once();
    other_forms();
    many_segments();
    own_bits();
    own_lengths();
    return check_result();
}
