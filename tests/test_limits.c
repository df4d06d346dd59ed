/* SPDX-License-Identifier: MIT */
/* A specification is taken or refused as a whole, and the bus narrows it. */
#include "dma/weak.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"

/* What the getters say after a success. */
struct getters {
    uint8_t bits;
    uint32_t address, length, internal;
};

/* clang-format off */
static const struct {
    unsigned number; /* in the spec; 0: a case of ours */
    const char *what;
    struct iodma_spec spec;
    enum iodma_status want;
    struct getters getters;
} cases[] = {
    { 1, "no output function", SPEC(host32, 32, 0, 1, 1, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "33 bits are too many for OutputHost32",
      SPEC(host32, 33, 0, 1, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "33 bits are too many for OutputBig32", SPEC(big32, 33, 0, 1, 1, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "33 bits are too many for OutputLittle32",
      SPEC(little32, 33, 0, 1, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "64 bits are too many for OutputHost32",
      SPEC(host32, 64, 0, 1, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "64 bits are too many for OutputBig32", SPEC(big32, 64, 0, 1, 1, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 3, "64 bits are too many for OutputLittle32",
      SPEC(little32, 64, 0, 1, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 4, "no bits are 32 for OutputHost32", SPEC(host32, 0, 0, 1, 1, 1),
      IODMA_OK, { 32, 1, 1, 1 } },
    { 5, "no bits are no limit for OutputHost64",
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_OK, { 0, 1, 1, 1 } },
    { 6, "11 bits do not reach the end of a granule",
      SPEC(host64, 11, 0, 1, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 6, "12 bits do", SPEC(host64, 12, 0, 1, 1, 1), IODMA_OK,
      { 12, 1, 1, 1 } },
    { 6, "1 bit does not", SPEC(host64, 1, 0, 1, 1, 1), IODMA_BAD_ARGUMENT,
      { 0 } },
    { 7, "65 bits are no width", SPEC(host64, 65, 0, 1, 1, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 7, "64 bits are", SPEC(host64, 64, 0, 1, 1, 1), IODMA_OK,
      { 64, 1, 1, 1 } },
    { 8, "an alignment of 3", SPEC(host64, 64, 0, 3, 1, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 8, "lengths aligned to 6", SPEC(host64, 64, 0, 1, 6, 1),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 8, "an internal alignment of 24", SPEC(host64, 64, 0, 1, 1, 24),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 9, "alignments of 0 are 1", SPEC(host64, 64, 0, 0, 0, 0), IODMA_OK,
      { 64, 1, 1, 1 } },
    { 10, "no internal alignment is the alignment",
      SPEC(host64, 64, 0, 0x200, 0, 0), IODMA_OK, { 64, 0x200, 1, 0x200 } },
    { 11, "the flat form", IODMA_SPEC(iodma_output_host64, 64, 0,
                                      .align_address = 16),
      IODMA_OK, { 64, 16, 1, 16 } },
    { 0, "a maximum segment below the alignment of lengths (case 18)",
      SPEC(host64, 64, 4, 1, 8, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { 0, "E2: a boundary that is no power of two",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x3000),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 0, "E2: a boundary below an alignment",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x2000,
                 .boundary = 0x1000),
      IODMA_BAD_ARGUMENT, { 0 } },
    { 0, "E2: a boundary that is an alignment",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x1000,
                 .boundary = 0x1000),
      IODMA_OK, { 64, 0x1000, 1, 0x1000 } },
    { 0, "E2: the highest boundary there is",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = UINT64_C(1) << 63),
      IODMA_OK, { 64, 1, 1, 1 } },
};
/* clang-format on */

static void expect_getters(const struct iodma_command *command,
                           const struct getters *want)
{
    expect_number("address bits", iodma_command_address_bits(command),
                  want->bits);
    expect_number("alignment", iodma_command_alignment(command), want->address);
    expect_number("alignment of lengths",
                  iodma_command_alignment_length(command), want->length);
    expect_number("internal alignment",
                  iodma_command_alignment_internal_segments(command),
                  want->internal);
}

static void specifications(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(cases); i++) {
        struct iodma_spec spec = cases[i].spec;
        struct iodma_command command;

        check_spec(cases[i].number, cases[i].what);
        if (cases[i].number == 1)
            spec.output = NULL;
        if (expect_status(
                "init",
                iodma_command_init(&command, fixture_bus(), &spec, NULL),
                cases[i].want) &&
            cases[i].want == IODMA_OK)
            expect_getters(&command, &cases[i].getters);
    }
}

static void missing_parts(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
    struct iodma_command command;

    check_spec(2, "no options");
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), NULL, NULL),
                  IODMA_BAD_ARGUMENT);

    check_spec(17, "options of another version than any");
    spec.segment.struct_size = 0;
    expect_status("init of size 0",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_BAD_ARGUMENT);
    spec.segment.struct_size = 39;
    expect_status("init of size 39",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_BAD_ARGUMENT);

    check_case("a command needs storage and a bus");
    expect_status("no storage",
                  iodma_command_init(NULL, fixture_bus(), &spec, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no bus", iodma_command_init(&command, NULL, &spec, NULL),
                  IODMA_BAD_ARGUMENT);
}

/* What was laid out by somebody who knew fewer fields: behind struct_size
   there is anything. */
static void versions(void)
{
    static const struct {
        uint8_t size;
        bool boundary, count; /* the field is read */
    } rows[] = {
        { 40, false, false }, { 41, false, false }, { 47, false, false },
        { 48, true, false },  { 51, true, false },  { 52, true, true },
        { 56, true, true },   { 255, true, true },
    };

    check_case("a field is read if struct_size covers it");
    expect_number("Apple's size", IODMA_APPLE_OPTIONS_SIZE, 40);
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        struct iodma_spec spec = IODMA_SPEC(
            iodma_output_host64, 64, 0x800, .max_transfer = 0x8000,
            .align_address = 2, .align_length = 4, .align_internal = 8,
            .boundary = 0x1000, .max_segments = 9);
        struct iodma_command command;

        spec.segment.struct_size = rows[i].size;
        expect_command(&command, fixture_bus(), &spec);
        expect_number("max_segment", command.window.limits.max_segment, 0x800);
        expect_number("max_transfer", command.window.limits.max_transfer,
                      0x8000);
        expect_number("align_internal",
                      iodma_command_alignment_internal_segments(&command), 8);
        expect_number("boundary", command.window.limits.boundary,
                      rows[i].boundary ? 12 : HAL_ADDRESS_BITS);
        expect_number("max_segments", command.window.limits.max_segments,
                      rows[i].count ? 9 : UINT32_MAX);

        spec.segment.boundary = 3;
        expect_status("a boundary that is none",
                      iodma_command_init(&command, fixture_bus(), &spec, NULL),
                      rows[i].boundary ? IODMA_BAD_ARGUMENT : IODMA_OK);
    }

    check_case("the options are laid out as Apple's, with two fields behind");
    expect_number("address_bits",
                  offsetof(struct iodma_segment_options, address_bits), 1);
    expect_number("max_segment",
                  offsetof(struct iodma_segment_options, max_segment), 8);
    expect_number("max_transfer",
                  offsetof(struct iodma_segment_options, max_transfer), 16);
    expect_number("align_address",
                  offsetof(struct iodma_segment_options, align_address), 24);
    expect_number("align_length",
                  offsetof(struct iodma_segment_options, align_length), 28);
    expect_number("align_internal",
                  offsetof(struct iodma_segment_options, align_internal), 32);
    expect_number("boundary", offsetof(struct iodma_segment_options, boundary),
                  40);
    expect_number("max_segments",
                  offsetof(struct iodma_segment_options, max_segments), 48);
}

/* The macros, as a driver writes them. */
static void macros(void)
{
    static const struct iodma_spec plain = IODMA_SPEC(
        iodma_output_host32, 30, 0x1000, .align_length = 4, .max_segments = 7);
    static const struct iodma_spec through =
        IODMA_SPEC_THROUGH(IODMA_UNMAPPED | IODMA_LEAST_BOUNCE, NULL,
                           iodma_output_big64, 40, 0x2000, .align_address = 16);
    struct iodma_mapper mapper;
    const struct iodma_spec with =
        IODMA_SPEC_THROUGH(IODMA_MAPPED, &mapper, iodma_output_host64, 0, 0);

    check_case("IODMA_SPEC is mapped, by the bus's mapper");
    expect("output", plain.output == &iodma_output_host32);
    expect_number("mapping", plain.mapping, IODMA_MAPPED);
    expect("mapper", !plain.mapper);
    expect_number("struct_size", plain.segment.struct_size,
                  sizeof(struct iodma_segment_options));
    expect_number("bits", plain.segment.address_bits, 30);
    expect_number("max_segment", plain.segment.max_segment, 0x1000);
    expect_number("align_length", plain.segment.align_length, 4);
    expect_number("max_segments", plain.segment.max_segments, 7);
    expect_number("what is not said is 0", plain.segment.align_address, 0);

    check_case("IODMA_SPEC_THROUGH says by what, and by which");
    expect("output", through.output == &iodma_output_big64);
    expect_number("mapping", through.mapping,
                  IODMA_UNMAPPED | IODMA_LEAST_BOUNCE);
    expect("mapper", !through.mapper);
    expect_number("struct_size", through.segment.struct_size,
                  sizeof(struct iodma_segment_options));
    expect_number("bits", through.segment.address_bits, 40);
    expect_number("max_segment", through.segment.max_segment, 0x2000);
    expect_number("align_address", through.segment.align_address, 16);
    expect("the mapper", with.mapper == &mapper);
    expect_number("no limit", with.segment.max_segment, 0);
}

/* clang-format off */
static const struct {
    unsigned number;
    const char *what;
    uint32_t mapping;
    enum iodma_status want;
} types[] = {
    { 12, "type 4", 0x4, IODMA_BAD_ARGUMENT },
    { 12, "type 15", 0xF, IODMA_BAD_ARGUMENT },
    { 13, "kBypassed where there is no mapper", IODMA_BYPASSED, IODMA_OK },
    { 16, "kNoCacheStore and kOnChip change nothing",
      IODMA_MAPPED | IODMA_NO_CACHE_STORE | IODMA_ON_CHIP, IODMA_OK },
    { 0, "higher bits are ignored", 0x80000000u, IODMA_OK },
    { 0, "IODMA_DIRECT_ONLY", IODMA_MAPPED | IODMA_DIRECT_ONLY, IODMA_OK },
    { 0, "IODMA_DIRECT_ONLY with IODMA_ITERATE_ONLY",
      IODMA_UNMAPPED | IODMA_DIRECT_ONLY | IODMA_ITERATE_ONLY,
      IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static void mapping_types(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);

    for (size_t i = 0; i < HAL_COUNT_OF(types); i++) {
        struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
        struct iodma_command command;

        check_spec(types[i].number, types[i].what);
        spec.mapping = types[i].mapping;
        expect_status("init",
                      iodma_command_init(&command, fixture_bus(), &spec, NULL),
                      types[i].want);
        if (types[i].want == IODMA_OK)
            expect_attached(&command, &memory);
    }
}

static void weakly(void)
{
    struct iodma_spec good = SPEC(host64, 64, 0, 1, 1, 1);
    struct iodma_spec bad = SPEC(host32, 40, 0, 1, 1, 1);
    struct iodma_command storage;
    struct iodma_command *command = &storage;

    check_spec(19, "a weak command with nowhere to go");
    expect_status(
        "init_weak",
        iodma_command_init_weak(NULL, &storage, fixture_bus(), &good, NULL),
        IODMA_BAD_ARGUMENT);

    check_spec(20, "a weak command that is refused is an Error");
    expect_status(
        "init_weak",
        iodma_command_init_weak(&command, &storage, fixture_bus(), &bad, NULL),
        IODMA_ERROR);
    expect("there is none", !command);

    check_case("a weak command that is there");
    expect_status(
        "init_weak",
        iodma_command_init_weak(&command, &storage, fixture_bus(), &good, NULL),
        IODMA_OK);
    expect("it is the storage", command == &storage);
}

static void set_again(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x2000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_spec good = SPEC(host64, 64, 0x1000, 4, 1, 4);
    struct iodma_spec bad = SPEC(host64, 32, 0, 1, 1, 1);
    struct getters getters = { 64, 4, 1, 4 };
    struct iodma_segment64 segment;
    struct iodma_command command;
    hal_address offset = 0;
    uint32_t count = 1;

    check_spec(21, "a refused specification changes nothing");
    bad.mapping = 7;
    expect_command(&command, fixture_bus(), &good);
    expect_status("set_spec", iodma_command_set_spec(&command, &bad),
                  IODMA_BAD_ARGUMENT);
    expect_getters(&command, &getters);
    expect_attached(&command, &memory);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("the segment is of the old maximum", segment.length, 0x1000);

    check_case("a specification is not changed while prepared");
    expect_status("set_spec", iodma_command_set_spec(&command, &good),
                  IODMA_NOT_PERMITTED);
    expect_completed(&command);
    expect_status("set_spec", iodma_command_set_spec(&command, &good),
                  IODMA_OK);
}

/* What they come to; alignments and boundary by their logarithms. */
struct narrowed {
    hal_address max_segment, max_transfer;
    uint32_t max_segments;
    uint8_t address_bits, boundary;
    uint8_t align_address, align_length, align_internal, align_seam;
    uint8_t alignment;
};

/* clang-format off */
static const struct {
    const char *what;
    struct hal_limits bus;
    struct iodma_spec spec;
    enum iodma_status want;
    struct narrowed limits;
} narrowings[] = {
    { "a bus narrows every field",
      { .address_bits = 32,
        .align_address = 8,
        .align_length = 4,
        .align_internal = 16,
        .max_segment = 0x2000,
        .max_transfer = 0x8000,
        .boundary = 0x10000,
        .max_segments = 9 },
      SPEC(host64, 64, 0, 1, 1, 1), IODMA_OK,
      { 0x2000, 0x8000, 9, 32, 16, 3, 2, 4, 0, 4 } },
    { "a bus widens no field",
      { .address_bits = REACH_BITS + 3 },
      IODMA_SPEC(iodma_output_host64, REACH_BITS + 1, 0x1000,
      .max_transfer = 0x4000,
                 .align_address = 8, .align_length = 4, .align_internal = 2,
                 .boundary = 0x1000, .max_segments = 3),
      IODMA_OK, { 0x1000, 0x4000, 3, REACH_BITS + 1, 12, 3, 2, 1, 0, 3 } },
    { "a seam aligns what begins behind it",
      { .align_seam = 0x1000 },
      SPEC(host64, 0, 0, 4, 1, 4), IODMA_OK,
      { HAL_ADDRESS_MAX, HAL_ADDRESS_MAX, UINT32_MAX, HAL_ADDRESS_BITS,
        HAL_ADDRESS_BITS, 2, 0, 12, 12, 12 } },
    { "one bit less than all is a limit, 64 are none",
      { .address_bits = 64 },
      SPEC(host64, HAL_ADDRESS_BITS - 1, 0, 1, 1, 1), IODMA_OK,
      { HAL_ADDRESS_MAX, HAL_ADDRESS_MAX, UINT32_MAX, HAL_ADDRESS_BITS - 1,
        HAL_ADDRESS_BITS, 0, 0, 0, 0, 0 } },
    { "bits, boundary and sizes beyond FAR",
      { .address_bits = REACH_BITS + 3,
        .max_segment = 3 * FAR,
        .max_transfer = 5 * FAR,
        .boundary = 4 * FAR },
      IODMA_SPEC(iodma_output_host64, REACH_BITS + 2, 2 * FAR,
                 .max_transfer = 6 * FAR, .boundary = 2 * FAR),
      IODMA_OK,
      { 2 * FAR, 5 * FAR, UINT32_MAX, REACH_BITS + 2, REACH_BITS + 1, 0, 0, 0,
        0, 0 } },
    { "what no address can tell is no limit",
      { 0 },
      IODMA_SPEC(iodma_output_host64, 40, 0x100000000,
                 .max_transfer = 0x100000001, .boundary = 0x100000000),
      IODMA_OK,
      { EITHER(0x100000000, UINT32_MAX), EITHER(0x100000001, UINT32_MAX),
        UINT32_MAX, HAL_ADDRESS_BITS == 64 ? 40 : 32, 32, 0, 0, 0, 0, 0 } },
    { "the largest that it can tell is one",
      { 0 },
      IODMA_SPEC(iodma_output_host64, 32, 0xFFFFFFFF,
                 .max_transfer = 0xFFFFFFFE, .boundary = 0x80000000),
      IODMA_OK,
      { 0xFFFFFFFF, 0xFFFFFFFE, UINT32_MAX, 32, 31, 0, 0, 0, 0, 0 } },
    { "the largest alignments",
      { .align_length = 0x80000000 },
      SPEC(host64, 64, 0, 0x80000000, 1, 0x80000000), IODMA_OK,
      { HAL_ADDRESS_MAX, HAL_ADDRESS_MAX, UINT32_MAX, HAL_ADDRESS_BITS,
        HAL_ADDRESS_BITS, 31, 31, 31, 0, 31 } },
    { "R-35: a form of 32 bits limits lengths as well",
      { 0 },
      SPEC(host32, 0, 0, 1, 1, 1), IODMA_OK,
      { UINT32_MAX, HAL_ADDRESS_MAX, UINT32_MAX, 32, HAL_ADDRESS_BITS, 0, 0, 0,
        0, 0 } },
    { "R-35: to what the next segment may begin behind",
      { 0 },
      SPEC(host32, 0, 0, 0x200, 0x200, 0x1000), IODMA_OK,
      { EITHER(0xFFFFF000, HAL_ADDRESS_MAX), HAL_ADDRESS_MAX, UINT32_MAX, 32, HAL_ADDRESS_BITS, 9, 9,
        12, 0, 12 } },
    { "R-35: and to whole lengths",
      { 0 },
      SPEC(host32, 0, 0xFFFFFFFF, 1, 0x200, 1), IODMA_OK,
      { EITHER(0xFFFFFE00, 0xFFFFFFFF), HAL_ADDRESS_MAX, UINT32_MAX, 32, HAL_ADDRESS_BITS, 0, 9, 0,
        0, 9 } },
    { "no limits anywhere",
      { 0 },
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_OK,
      { HAL_ADDRESS_MAX, HAL_ADDRESS_MAX, UINT32_MAX, HAL_ADDRESS_BITS,
        HAL_ADDRESS_BITS, 0, 0, 0, 0, 0 } },
    { "a bus whose longest segment is below the alignment asked for",
      { .max_segment = 0x100 },
      SPEC(host64, 64, 0, 1, 0x200, 1), IODMA_BAD_ARGUMENT, { 0 } },
    { "a bus whose boundary is below the alignment asked for",
      { .boundary = 0x100 },
      SPEC(host64, 64, 0, 0x200, 1, 1), IODMA_BAD_ARGUMENT, { 0 } },
};
/* clang-format on */

static void narrowing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(narrowings); i++) {
        struct hal_bus hal = fixture_hal_bus;
        const struct narrowed *want = &narrowings[i].limits;
        const struct iodma_limits *got;
        struct iodma_command command;
        struct iodma_bus bus;

        check_case(narrowings[i].what);
        hal.limits = &narrowings[i].bus;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        if (!expect_status(
                "init",
                iodma_command_init(&command, &bus, &narrowings[i].spec, NULL),
                narrowings[i].want) ||
            narrowings[i].want != IODMA_OK)
            continue;
        got = &command.window.limits;
        expect_number("max_segment", got->max_segment, want->max_segment);
        expect_number("max_transfer", got->max_transfer, want->max_transfer);
        expect_number("max_segments", got->max_segments, want->max_segments);
        expect_number("the last address", iodma_limits_last(got),
                      iodma_limits_mask(want->address_bits));
        expect_number("boundary", got->boundary, want->boundary);
        expect_number("align_address", got->align_address, want->align_address);
        expect_number("align_length", got->align_length, want->align_length);
        expect_number("align_internal", got->align_internal,
                      want->align_internal);
        expect_number("align_seam", got->align_seam, want->align_seam);
        expect_number("alignment", got->alignment, want->alignment);
        expect_number("the getter shows what was asked for",
                      iodma_command_alignment(&command),
                      narrowings[i].spec.segment.align_address
                          ? narrowings[i].spec.segment.align_address
                          : 1);
    }
}

/* clang-format off */
/* Cutting and judging by themselves (spec 4.2). */
static const struct {
    const char *what;
    struct hal_limits limits;
    struct hal_segment run;
    hal_address want;
} cuts[] = {
    { "nothing to cut", { 0 }, { 0x10001, 0x1003 }, 0x1003 },
    { "a maximum", { .max_segment = 0x1000 }, { 0x10001, 0x1001 }, 0x1000 },
    { "just the maximum", { .max_segment = 0x1000 }, { 1, 0x1000 }, 0x1000 },
    { "a boundary", { .boundary = 0x1000 }, { 0x10FFF, 2 }, 1 },
    { "up to a boundary", { .boundary = 0x1000 }, { 0x10FFF, 1 }, 1 },
    { "from a boundary", { .boundary = 0x1000 }, { 0x11000, 0x1001 }, 0x1000 },
    { "a length", { .align_length = 8 }, { 0x10001, 0x1F }, 0x18 },
    { "a length below the alignment", { .align_length = 8 }, { 0x10001, 7 },
      7 },
    { "a cut where the next may begin",
      { .max_segment = 0x1800, .align_internal = 0x1000 },
      { 0x10200, 0x4000 },
      0xE00 },
    { "a cut before the next may begin",
      { .max_segment = 0x100, .align_internal = 0x1000 },
      { 0x10200, 0x4000 },
      0x100 },
    { "no cut, whatever the end",
      { .align_internal = 0x1000 },
      { 0x10200, 0x4100 },
      0x4100 },
    { "a seam", { .max_segment = 0x1800, .align_seam = 0x1000 },
      { 0x10200, 0x4000 },
      0xE00 },
    { "a boundary of FAR", { .boundary = FAR }, { 3 * FAR - 1, FAR + 1 }, 1 },
    { "the highest boundary", { .boundary = FIXTURE_LAST + 1 },
      { FIXTURE_LAST, 2 }, 1 },
    { "from there to the end of all addresses",
      { .boundary = FIXTURE_LAST + 1 },
      { FIXTURE_LAST + 1, FIXTURE_LAST + 1 }, FIXTURE_LAST + 1 },
    { "a run to the last address", { .boundary = 0x1000 },
      { HAL_ADDRESS_MAX - 0x17FF, 0x1800 }, 0x800 },
    { "as long a run as can be told", { .boundary = 0x1000 },
      { 1, HAL_ADDRESS_MAX }, 0xFFF },
    { "one that a maximum of as much does not cut",
      { .max_segment = HAL_ADDRESS_MAX }, { 1, HAL_ADDRESS_MAX },
      HAL_ADDRESS_MAX },
    { "a run to the end of all addresses", { .boundary = 0x1000 },
      { HAL_ADDRESS_MAX - 0x17FE, 0x17FE },
      0x7FF },
};
/* clang-format on */

static void cutting(void)
{
    check_case("a segment ends where the limits say");
    for (size_t i = 0; i < HAL_COUNT_OF(cuts); i++) {
        struct iodma_limits limits;

        expect_status(cuts[i].what,
                      iodma_limits_set(&limits, &cuts[i].limits, NULL),
                      IODMA_OK);
        expect_number(cuts[i].what, iodma_limits_cut(&limits, cuts[i].run),
                      cuts[i].want);
    }
}

/* clang-format off */
static const struct {
    const char *what;
    struct hal_limits limits;
    struct hal_segment segment;
    uint32_t index;
    bool last;
    enum iodma_status want;
} verdicts[] = {
    { "the last byte within reach", { .address_bits = REACH_BITS },
      { FAR - 0x1000, 0x1000 }, 0, true, IODMA_OK },
    { "the last byte out of reach", { .address_bits = REACH_BITS },
      { FAR - 0x1000, 0x1001 }, 0, true, IODMA_MESSAGE_TOO_LARGE },
    { "all of it out of reach", { .address_bits = REACH_BITS },
      { FAR, 1 }, 0, true, IODMA_MESSAGE_TOO_LARGE },
    { "reach comes before alignment",
      { .address_bits = REACH_BITS, .align_address = 4 },
      { FAR + 0x1, 4 }, 0, true, IODMA_MESSAGE_TOO_LARGE },
    { "the first address", { .align_address = 16, .align_internal = 4 },
      { 0x10004, 1 }, 0, true, IODMA_NOT_ALIGNED },
    { "a later address", { .align_address = 16, .align_internal = 4 },
      { 0x10004, 1 }, 1, true, IODMA_OK },
    { "a later address, too", { .align_address = 1, .align_internal = 4 },
      { 0x10002, 1 }, 1, true, IODMA_NOT_ALIGNED },
    { "a length", { .align_length = 4 },
      { 0x10001, 6 }, 3, false, IODMA_NOT_ALIGNED },
    { "a seam behind it", { .align_seam = 0x1000 },
      { 0x10800, 0x800 }, 0, false, IODMA_OK },
    { "no seam behind it", { .align_seam = 0x1000 },
      { 0x10800, 0x700 }, 0, false, IODMA_NOT_ALIGNED },
    { "no seam behind the last", { .align_seam = 0x1000 },
      { 0x10800, 0x700 }, 0, true, IODMA_OK },
    { "a seam before it", { .align_seam = 0x1000 },
      { 0x10800, 0x800 }, 1, true, IODMA_NOT_ALIGNED },
    { "an alignment beyond FAR", { .align_address = 0x1000 },
      { 7 * FAR + 0x1000, 1 }, 0, true, IODMA_OK },
    { "the last address", { .address_bits = HAL_ADDRESS_BITS },
      { HAL_ADDRESS_MAX - 0xFFF, 0x1000 }, 0, true, IODMA_OK },
    { "as long as can be told, within reach", { .address_bits = 64 },
      { 1, HAL_ADDRESS_MAX }, 0, true, IODMA_OK },
    { "the last of one bit less", { .address_bits = HAL_ADDRESS_BITS - 1 },
      { FIXTURE_LAST - 0xFFF, 0x1000 }, 0, true, IODMA_OK },
    { "one byte more", { .address_bits = HAL_ADDRESS_BITS - 1 },
      { FIXTURE_LAST - 0xFFF, 0x1001 }, 0, true, IODMA_MESSAGE_TOO_LARGE },
};
/* clang-format on */

static void judging(void)
{
    check_case("a segment is legal, or not, by reach and alignment");
    for (size_t i = 0; i < HAL_COUNT_OF(verdicts); i++) {
        struct iodma_limits limits;

        expect_status(verdicts[i].what,
                      iodma_limits_set(&limits, &verdicts[i].limits, NULL),
                      IODMA_OK);
        expect_status(verdicts[i].what,
                      iodma_limits_judge(&limits, &verdicts[i].segment,
                                         verdicts[i].index == 0
                                             ? limits.align_address
                                             : limits.align_internal,
                                         verdicts[i].last, NULL),
                      verdicts[i].want);
    }
}

int main(void)
{
    specifications();
    missing_parts();
    versions();
    macros();
    cutting();
    judging();
    mapping_types();
    weakly();
    set_again();
    narrowing();
    return check_result();
}
