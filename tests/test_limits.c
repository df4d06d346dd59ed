/* SPDX-License-Identifier: MIT */
/* A specification is taken or refused as a whole, and the bus narrows it. */
#include "dma/weak.h"
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
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
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

    check_case("options of Apple's size carry no boundary");
    spec.segment.struct_size = IODMA_APPLE_OPTIONS_SIZE;
    spec.segment.boundary = 3;
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &spec, NULL),
                  IODMA_OK);

    check_case("a command needs storage and a bus");
    expect_status("no storage",
                  iodma_command_init(NULL, fixture_bus(), &spec, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no bus", iodma_command_init(&command, NULL, &spec, NULL),
                  IODMA_BAD_ARGUMENT);
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
};
/* clang-format on */

static void mapping_types(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x1000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);
        struct iodma_command command;

        check_spec(types[i].number, types[i].what);
        spec.mapping = types[i].mapping;
        expect_status("init",
                      iodma_command_init(&command, fixture_bus(), &spec, NULL),
                      types[i].want);
        if (types[i].want == IODMA_OK)
            expect_status("set",
                          iodma_command_set_memory(&command, &memory, true),
                          IODMA_OK);
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
    uint64_t offset = 0;
    uint32_t count = 1;

    check_spec(21, "a refused specification changes nothing");
    bad.mapping = 7;
    expect_status("init",
                  iodma_command_init(&command, fixture_bus(), &good, NULL),
                  IODMA_OK);
    expect_status("set_spec", iodma_command_set_spec(&command, &bad),
                  IODMA_BAD_ARGUMENT);
    expect_getters(&command, &getters);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("the segment is of the old maximum", segment.length, 0x1000);

    check_case("a specification is not changed while prepared");
    expect_status("set_spec", iodma_command_set_spec(&command, &good),
                  IODMA_NOT_PERMITTED);
    expect_status("complete", iodma_command_complete(&command, true, true),
                  IODMA_OK);
    expect_status("set_spec", iodma_command_set_spec(&command, &good),
                  IODMA_OK);
}

/* clang-format off */
static const struct {
    const char *what;
    struct hal_limits bus;
    struct iodma_spec spec;
    enum iodma_status want;
    struct iodma_limits limits;
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
      { 0xFFFFFFFF, 0x2000, 0x8000, 0xFFFF, 8, 4, 16, 1, 16, 9 } },
    { "a bus widens no field",
      { .address_bits = 40 },
      IODMA_SPEC(iodma_output_host64, 36, 0x1000, .max_transfer = 0x4000,
                 .align_address = 8, .align_length = 4, .align_internal = 2,
                 .boundary = 0x1000, .max_segments = 3),
      IODMA_OK, { 0xFFFFFFFFF, 0x1000, 0x4000, 0xFFF, 8, 4, 2, 1, 8, 3 } },
    { "a seam aligns what begins behind it",
      { .align_seam = 0x1000 },
      SPEC(host64, 0, 0, 4, 1, 4), IODMA_OK,
      { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, 4, 1, 0x1000, 0x1000,
        0x1000, UINT32_MAX } },
    { "63 bits are a limit, 64 are none",
      { .address_bits = 64 },
      SPEC(host64, 63, 0, 1, 1, 1), IODMA_OK,
      { 0x7FFFFFFFFFFFFFFF, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1, 1, 1, 1, 1,
        UINT32_MAX } },
    { "no limits anywhere",
      { 0 },
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_OK,
      { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1, 1, 1, 1, 1,
        UINT32_MAX } },
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
    for (size_t i = 0; i < COUNT_OF(narrowings); i++) {
        struct hal_bus hal = fixture_hal_bus;
        const struct iodma_limits *want = &narrowings[i].limits;
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
        expect_number("last", command.device.limits.last, want->last);
        expect_number("max_segment", command.device.limits.max_segment,
                      want->max_segment);
        expect_number("max_transfer", command.device.limits.max_transfer,
                      want->max_transfer);
        expect_number("boundary", command.device.limits.boundary_mask,
                      want->boundary_mask);
        expect_number("align_address", command.device.limits.align_address,
                      want->align_address);
        expect_number("align_length", command.device.limits.align_length,
                      want->align_length);
        expect_number("align_internal", command.device.limits.align_internal,
                      want->align_internal);
        expect_number("align_seam", command.device.limits.align_seam,
                      want->align_seam);
        expect_number("max_segments", command.device.limits.max_segments,
                      want->max_segments);
        expect_number("the getter shows what was asked for",
                      iodma_command_alignment(&command),
                      narrowings[i].spec.segment.align_address
                          ? narrowings[i].spec.segment.align_address
                          : 1);
    }
}

int main(void)
{
    specifications();
    missing_parts();
    mapping_types();
    weakly();
    set_again();
    narrowing();
    return check_result();
}
