/* SPDX-License-Identifier: MIT */
/* The states of a command: what each call answers in each, and that a refusal
   leaves everything as it was. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"

static const struct iodma_range page[ROW_RANGES] = { { 0x10000, 0x1000 } };
static const struct iodma_range four_pages[ROW_RANGES] = {
    { 0x20000, 0x4000 },
};

static struct iodma_memory small;
static struct iodma_memory large;
static struct iodma_command command;

/* A fresh command with this specification, nothing attached. */
static void specified(struct iodma_spec spec)
{
    small = row_memory(page, IODMA_INOUT);
    large = row_memory(four_pages, IODMA_INOUT);
    expect_command(&command, fixture_bus(), &spec);
}

static void plain(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    specified(spec);
}

static void unspecified(void)
{
    small = row_memory(page, IODMA_INOUT);
    expect_status(
        "init", iodma_command_init_unspecified(&command, fixture_bus(), &small),
        IODMA_OK);
}

/* The calls, in the spec's short form. */
static void set(struct iodma_memory *memory, bool prepare,
                enum iodma_status want)
{
    expect_status("set", iodma_command_set_memory(&command, memory, prepare),
                  want);
}

static void clear(bool complete, enum iodma_status want)
{
    expect_status("clear", iodma_command_clear_memory(&command, complete),
                  want);
}

static void prepare(hal_address offset, hal_address length,
                    enum iodma_status want)
{
    expect_status("prepare",
                  iodma_command_prepare(&command, offset, length, true, true),
                  want);
}

static void complete(enum iodma_status want)
{
    expect_status("complete", iodma_command_complete(&command, true, true),
                  want);
}

static void gen(hal_address offset, enum iodma_status want)
{
    struct iodma_segment64 segment;
    hal_address at = offset;
    uint32_t count = 1;

    expect_status("gen",
                  iodma_command_gen_segments64(&command, &at, &segment, &count),
                  want);
    if (want != IODMA_OK) {
        expect_number("offset as before", at, offset);
        expect_number("count as before", count, 1);
    }
}

static void prepared(hal_address want_offset, hal_address want_length)
{
    hal_address offset = 0;
    hal_address length = 0;

    expect_status("get_prepared",
                  iodma_command_get_prepared(&command, &offset, &length),
                  IODMA_OK);
    expect_number("prepared offset", offset, want_offset);
    expect_number("prepared length", length, want_length);
}

static void not_prepared(void)
{
    hal_address offset = 11;
    hal_address length = 22;

    expect_status("get_prepared",
                  iodma_command_get_prepared(&command, &offset, &length),
                  IODMA_NOT_READY);
    expect_number("offset untouched", offset, 11);
    expect_number("length untouched", length, 22);
}

static void attached(const struct iodma_memory *want)
{
    expect("the descriptor attached", iodma_command_memory(&command) == want);
}

static void case_25(void)
{
    unspecified();
    set(&small, false, IODMA_OK);
    prepare(0, 0, IODMA_NOT_READY);
    attached(&small);
    expect("ref_con", command.ref_con == &small);
}

static void case_26(void)
{
    unspecified();
    set(&small, true, IODMA_NOT_READY);
    attached(NULL);
}

static void case_22(void)
{
    struct iodma_spec spec = SPEC(host64, 40, 0x2000, 4, 8, 16);
    struct iodma_command clone;

    specified(spec);
    command.ref_con = &small;
    expect_status("clone", iodma_command_clone(&command, &clone, &large),
                  IODMA_OK);
    expect_number("bits", iodma_command_address_bits(&clone), 40);
    expect_number("alignment", iodma_command_alignment(&clone), 4);
    expect_number("of lengths", iodma_command_alignment_length(&clone), 8);
    expect_number("internal", iodma_command_alignment_internal_segments(&clone),
                  16);
    expect("its own ref_con", clone.ref_con == &large);
}

static void case_23(void)
{
    struct iodma_command clone;

    unspecified();
    expect_status("clone", iodma_command_clone(&command, &clone, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("clone of nothing", iodma_command_clone(NULL, &clone, NULL),
                  IODMA_BAD_ARGUMENT);
}

static void case_24(void)
{
    struct iodma_command clone;
    hal_address length;

    plain();
    set(&small, true, IODMA_OK);
    prepare(0, 0, IODMA_OK);
    expect_status("clone", iodma_command_clone(&command, &clone, NULL),
                  IODMA_OK);
    expect_status("the clone is not prepared",
                  iodma_command_get_prepared(&clone, NULL, &length),
                  IODMA_NOT_READY);
    expect("and has no memory", !iodma_command_memory(&clone));
    expect_number("the count as before", command.prepared, 2);
    prepared(0, 0x1000);
}

static void with_spec(const struct iodma_spec *spec, enum iodma_status want)
{
    expect_status(
        "prepare_with_spec",
        iodma_command_prepare_with_spec(&command, spec, 0, 0, true, true),
        want);
}

static void case_27(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    unspecified();
    set(&small, false, IODMA_OK);
    with_spec(&spec, IODMA_OK);
    gen(0, IODMA_OK);
}

static void case_39(void)
{
    struct iodma_spec spec = SPEC(host64, 48, 0x100, 4, 1, 4);

    plain();
    set(&small, true, IODMA_OK);
    with_spec(&spec, IODMA_NOT_PERMITTED);
    expect_number("the old bits", iodma_command_address_bits(&command), 64);
}

static void former_spec(void)
{
    struct iodma_spec spec = SPEC(host64, 48, 0, 4, 0x2000, 4);
    struct iodma_spec bad = SPEC(host32, 48, 0, 4, 1, 4);

    plain();
    set(&small, false, IODMA_OK);
    with_spec(&bad, IODMA_BAD_ARGUMENT);
    expect_number("the old bits", iodma_command_address_bits(&command), 64);
    with_spec(&spec, IODMA_NOT_ALIGNED);
    expect_number("the old bits", iodma_command_address_bits(&command), 64);
    expect_number("the old alignment", iodma_command_alignment(&command), 1);
    not_prepared();
}

static void case_28(void)
{
    plain();
    prepare(0, 0, IODMA_NOT_READY);
    not_prepared();
}

static void case_29(void)
{
    plain();
    complete(IODMA_NOT_READY);
}

static void case_30(void)
{
    plain();
    set(&small, true, IODMA_OK);
    set(&large, true, IODMA_BUSY);
    attached(&small);
    prepared(0, 0x1000);
}

static void case_31(void)
{
    plain();
    set(&small, true, IODMA_OK);
    set(&small, true, IODMA_BUSY);
    complete(IODMA_OK);
    not_prepared();
}

static void case_32(void)
{
    plain();
    set(&small, false, IODMA_OK);
    set(&small, true, IODMA_OK);
    gen(0, IODMA_OK);
}

static void case_33(void)
{
    plain();
    set(&small, true, IODMA_OK);
    clear(false, IODMA_NOT_READY);
    prepared(0, 0x1000);
    clear(true, IODMA_OK);
    attached(NULL);
}

static void case_34(void)
{
    plain();
    clear(true, IODMA_OK);
}

static void case_35(void)
{
    plain();
    set(&small, false, IODMA_OK);
    set(&large, false, IODMA_OK);
    attached(&large);
}

static void case_36(void)
{
    plain();
    set(&small, true, IODMA_OK);
    set(NULL, true, IODMA_BUSY);
    complete(IODMA_OK);
    set(NULL, true, IODMA_OK);
    attached(NULL);
}

static void case_37(void)
{
    plain();
    set(&large, false, IODMA_OK);
    for (int i = 0; i < 3; i++)
        prepare(0, 0x1000, IODMA_OK);
    complete(IODMA_OK);
    complete(IODMA_OK);
    gen(0, IODMA_OK);
    complete(IODMA_OK);
    gen(0, IODMA_NOT_READY);
    complete(IODMA_NOT_READY);
}

static void case_38(void)
{
    plain();
    set(&large, false, IODMA_OK);
    prepare(0, 0x1000, IODMA_OK);
    prepare(0, 0x2000, IODMA_NOT_READY);
    prepared(0, 0x1000);
    complete(IODMA_OK);
    complete(IODMA_NOT_READY);
}

static void case_40(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x2000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .max_transfer = 0x1000);
    struct iodma_segment64 segment = { 0, 0 };
    hal_address offset = 0;
    uint32_t count = 1;

    specified(spec);
    set(&memory, true, IODMA_NO_SPACE);
    attached(NULL);
    set(&memory, false, IODMA_OK);
    prepare(0, 0x1000, IODMA_OK);
    expect_status(
        "gen",
        iodma_command_gen_segments64(&command, &offset, &segment, &count),
        IODMA_OK);
    expect_number("bytes", segment.length, 0x1000);
}

static void case_41(void)
{
    struct iodma_spec spec =
        IODMA_SPEC(iodma_output_host64, 64, 0, .max_transfer = 0x1000);

    specified(spec);
    set(&small, true, IODMA_OK);
}

static void case_42(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 6 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 4, 1);

    specified(spec);
    set(&memory, true, IODMA_NOT_ALIGNED);
    attached(NULL);
}

static void case_43(void)
{
    plain();
    set(&small, false, IODMA_OK);
    prepare(0x800, 0x1000, IODMA_BAD_ARGUMENT);
    prepare(0x1001, 0, IODMA_BAD_ARGUMENT);
    prepare(1, HAL_ADDRESS_MAX, IODMA_BAD_ARGUMENT);
    attached(&small);
    not_prepared();
}

static void case_44(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10000, 0x3000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);

    plain();
    set(&memory, false, IODMA_OK);
    prepare(0x1000, 0, IODMA_OK);
    prepared(0x1000, 0x2000);
}

static void case_45(void)
{
    hal_address length = 0;

    plain();
    not_prepared();
    set(&small, true, IODMA_OK);
    expect_status("get_prepared of nothing",
                  iodma_command_get_prepared(&command, NULL, NULL), IODMA_OK);
    expect_status("get_prepared of the length",
                  iodma_command_get_prepared(&command, NULL, &length),
                  IODMA_OK);
    expect_number("length", length, 0x1000);
}

static void case_47(void)
{
    plain();
    gen(0, IODMA_BAD_ARGUMENT);
}

static void case_48(void)
{
    plain();
    set(&small, false, IODMA_OK);
    gen(0, IODMA_NOT_READY);
    expect_status("gen of NULL",
                  iodma_command_gen_segments(&command, NULL, NULL, NULL),
                  IODMA_NOT_READY);
}

static void case_49(void)
{
    struct iodma_segment64 segment;
    hal_address offset = 0;
    uint32_t count = 1;

    plain();
    set(&small, true, IODMA_OK);
    expect_status("no offset",
                  iodma_command_gen_segments(&command, NULL, &segment, &count),
                  IODMA_BAD_ARGUMENT);
    expect_status("no array",
                  iodma_command_gen_segments(&command, &offset, NULL, &count),
                  IODMA_BAD_ARGUMENT);
    expect_status("no count",
                  iodma_command_gen_segments(&command, &offset, &segment, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_number("count as before", count, 1);
    count = 0;
    expect_status(
        "a capacity of 0",
        iodma_command_gen_segments(&command, &offset, &segment, &count),
        IODMA_BAD_ARGUMENT);
    expect_number("offset as before", offset, 0);
}

static void case_50(void)
{
    plain();
    set(&small, true, IODMA_OK);
    gen(0x1000, IODMA_OVERRUN);
    gen(0x5000, IODMA_OVERRUN);
    gen(HAL_ADDRESS_MAX, IODMA_OVERRUN);
}

static void zero_length(void)
{
    static const struct iodma_range none[ROW_RANGES] = { { 0, 0 } };
    struct iodma_memory memory = row_memory(none, IODMA_INOUT);

    plain();
    set(&memory, true, IODMA_OK);
    prepared(0, 0);
    gen(0, IODMA_OVERRUN);
    complete(IODMA_OK);
    set(&small, false, IODMA_OK);
    prepare(0x1000, 0, IODMA_OK);
    prepared(0x1000, 0);
    gen(0, IODMA_OVERRUN);
}

static void former_memory(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10002, 8 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_spec spec = SPEC(host64, 64, 0, 4, 1, 4);

    specified(spec);
    set(&small, false, IODMA_OK);
    set(&memory, true, IODMA_NO_RESOURCES);
    attached(&small);
    not_prepared();
}

static void failed_prepare(void)
{
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 0x10002, 8 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_INOUT);
    struct iodma_spec spec = SPEC(host64, 64, 0, 4, 1, 4);

    specified(spec);
    set(&memory, false, IODMA_OK);
    prepare(0, 0, IODMA_NO_RESOURCES);
    not_prepared();
    complete(IODMA_NOT_READY);
    prepare(2, 4, IODMA_OK);
    prepared(2, 4);
}

/* Bounced, prepare takes the lock; then a handler lengthens a queue whose last
   link is the command's. */
static struct iodma_queue queue;
static struct iodma_link later;

static uint32_t handle(const struct hal_lock *self)
{
    (void)self;
    if (!later.next && queue.last == &command.link)
        iodma_queue_append(&queue, &later);
    return 0;
}

static void restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    (void)state;
}

static void link_is_the_callers(void)
{
    static const struct hal_lock lock = { handle, restore };
    static const struct iodma_range ranges[ROW_RANGES] = {
        { 2 * FAR, 0x1000 },
    };
    struct iodma_memory memory = row_memory(ranges, IODMA_OUT);
    struct iodma_spec spec = SPEC(host64, REACH_BITS, 0, 1, 1, 1);
    static struct hal_bus hal;
    static struct iodma_bus bus;

    plain();
    bus = *fixture_bouncing_bus();
    hal = *bus.hal;
    hal.lock = &lock;
    bus.hal = &hal;
    command.window.bus = &bus;
    set(&memory, false, IODMA_OK);
    fixture_use_up(true, true);
    iodma_queue_append(&queue, &command.link);
    with_spec(&spec, IODMA_NO_RESOURCES);
    expect("the first", iodma_queue_take(&queue) == &command.link);
    expect("the second", iodma_queue_take(&queue) == &later);
}

static void too_often(void)
{
    plain();
    set(&small, true, IODMA_OK);
    for (uint32_t i = 1; i < UINT16_MAX; i++)
        (void)iodma_command_prepare(&command, 0, 0, true, true);
    prepare(0, 0, IODMA_BUSY);
    for (uint32_t i = 1; i < UINT16_MAX; i++)
        (void)iodma_command_complete(&command, true, true);
    prepared(0, 0x1000);
    complete(IODMA_OK);
    not_prepared();
}

static void unspecified_out(void)
{
    unspecified();
    small = row_memory(page, IODMA_OUT);
    set(&small, true, IODMA_NOT_READY);
    attached(NULL);
}

static void not_coherent(void)
{
    struct iodma_spec spec = SPEC(host64, 64, 0, 1, 1, 1);

    spec.mapping = IODMA_NON_COHERENT;
    specified(spec);
    set(&small, true, IODMA_UNSUPPORTED);
    attached(NULL);
}

static void holding(void)
{
    plain();
    set(&small, true, IODMA_OK);
    expect_status("hold", iodma_command_hold(&command), IODMA_OK);
    expect_status("hold more than is prepared", iodma_command_hold(&command),
                  IODMA_NOT_READY);
    complete(IODMA_BUSY);
    clear(true, IODMA_BUSY);
    set(&large, true, IODMA_BUSY);
    expect_status("deinit", iodma_command_deinit(&command), IODMA_BUSY);
    attached(&small);
    prepared(0, 0x1000);
    prepare(0, 0, IODMA_OK);
    complete(IODMA_OK);
    complete(IODMA_BUSY);
    gen(0, IODMA_OK);
    expect_status("release", iodma_command_release(&command), IODMA_OK);
    expect_status("release again", iodma_command_release(&command),
                  IODMA_NOT_READY);
    complete(IODMA_OK);
    not_prepared();
}

static void ending(void)
{
    plain();
    set(&small, true, IODMA_OK);
    prepare(0, 0, IODMA_OK);
    expect_ended(&command);
    expect("no memory is left",
           !command.window.memory && command.prepared == 0);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 22, "a clone has the specification, and a ref_con of its own", case_22 },
    { 23, "what is not specified cannot be cloned", case_23 },
    { 24, "a clone of what is prepared is not prepared", case_24 },
    { 25, "without a specification nothing is prepared", case_25 },
    { 26, "and nothing attached that should be", case_26 },
    { 27, "a specification for this preparation", case_27 },
    { 28, "without memory nothing is prepared", case_28 },
    { 29, "what was not prepared is not completed", case_29 },
    { 30, "prepared, other memory is refused", case_30 },
    { 31, "prepared, the same memory is refused too", case_31 },
    { 32, "attached, the same memory is prepared", case_32 },
    { 33, "prepared, clearing has to be meant", case_33 },
    { 34, "clearing nothing is no error", case_34 },
    { 35, "attached memory gives way to other memory", case_35 },
    { 36, "no memory is memory like any other", case_36 },
    { 37, "prepares and completes are counted", case_37 },
    { 38, "prepared, another window is refused and not counted", case_38 },
    { 39, "prepared, no other specification", case_39 },
    { 40, "too long for one transfer, but not in part", case_40 },
    { 41, "just as long as a transfer may be", case_41 },
    { 42, "a length that is not aligned", case_42 },
    { 43, "a window that is not within the memory", case_43 },
    { 44, "length 0 is the rest from the offset on", case_44 },
    { 45, "what was prepared can be asked for, in part too", case_45 },
    { 47, "generation without memory", case_47 },
    { 48, "generation before prepare", case_48 },
    { 49, "generation without a pointer or capacity", case_49 },
    { 50, "generation from behind the end", case_50 },
    { 0, "a window of length 0 is legal and has no segments", zero_length },
    { 0, "E7: a failed set_memory attaches the former memory again",
      former_memory },
    { 0, "E7: a failed prepare_with_spec has the former specification",
      former_spec },
    { 0, "E7: a failed prepare_with_spec leaves queues alone",
      link_is_the_callers },
    { 0, "E7: a failed prepare leaves nothing behind", failed_prepare },
    { 0, "prepared 65535 times, it is not once more", too_often },
    { 0, "without a specification nothing goes out, either", unspecified_out },
    { 0, "a device that does not snoop is refused, for want of maintenance",
      not_coherent },
    { 0, "E9: held memory is not given back", holding },
    { 0, "deinit completes and detaches", ending },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    return check_result();
}
