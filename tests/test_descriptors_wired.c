/* SPDX-License-Identifier: MIT */
/*
 * Defends wiring: all of a descriptor or nothing is prepared, as often as it is
 * completed, for both directions or for Out; and not let go while a command has
 * it.
 */
#include "hal/count_of.h"
#include "tests/descriptors_world.h"

#include <string.h>

static const struct iodma_range missing_virtual = { VIRTUAL + 4 * PAGE, 0x10 };
static const struct iodma_range one_physical = { 0x60000, 0x10 };

/* All of several or none. */
static void partly_wired(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = memory_of(&one_physical, 1, IODMA_INOUT);
    struct iodma_memory third = virtual(&missing_virtual, 1, IODMA_INOUT);
    struct iodma_memory fourth = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second, &third, &fourth };
    struct iodma_memory multi = several_of(members, 4, IODMA_INOUT);
    struct iodma_memory *outer[] = { &fourth, &multi };
    struct iodma_memory both = several_of(outer, 2, IODMA_INOUT);
    struct iodma_memory before;

    map_four();
    memcpy(&before, &both, sizeof before);
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_same("nothing changed", &both, &before);
    expect_number("nor before it", multi.wired, 0);
    expect_number("first", first.wired, 0);
    expect_number("third", third.wired, 0);
    expect_number("fourth", fourth.wired, 0);

    mapped[4] = 0x70000;
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE), IODMA_OK);
    expect_number("first", first.wired, 1);
    expect_number("second needs none", second.wired, 0);
    expect_number("fourth, as often as it is there", fourth.wired, 2);
    expect_status("prepare again", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_OK);
    expect_number("the members count once", first.wired, 1);
    expect_summary("lowest", both.summary.lowest, 0x30000);
    expect_summary("highest", both.summary.highest, 0x7000F);
    expect_status("complete", iodma_memory_complete(&both), IODMA_OK);
    expect_number("first", first.wired, 1);
    expect_status("complete", iodma_memory_complete(&both), IODMA_OK);
    expect_number("first", first.wired, 0);
    expect_number("multi", multi.wired, 0);
    expect_number("fourth", fourth.wired, 0);
    expect_status("complete", iodma_memory_complete(&both), IODMA_NOT_READY);
}

/* Where the ranges touch, the leaf's own summary says nothing of the seam. */
static void parts_from_a_seam(void)
{
    static const struct iodma_range seam[] = { { 0x10000, 3 },
                                               { 0x10003, 0x1FD } };
    struct iodma_memory leaf = { .members = NULL };
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory inner, some, outer;
    struct iodma_memory *parts[] = { &some };

    for (unsigned wired = 0; wired < 2; wired++) {
        expect_status("leaf",
                      wired ? iodma_memory_init_virtual(&leaf, NULL, seam, 2,
                                                        IODMA_INOUT, NULL, 0)
                            : iodma_memory_init_ranges(&leaf, seam, 2,
                                                       IODMA_INOUT, NULL, 0),
                      IODMA_OK);
        inner = several_of(leaves, 1, IODMA_INOUT);
        some = part_of(&inner, 3, 0x80, inner.direction);
        outer = several_of(parts, 1, IODMA_INOUT);
        expect_status("prepare", iodma_memory_prepare(&some, IODMA_NONE),
                      IODMA_OK);
        expect_status("prepare", iodma_memory_prepare(&outer, IODMA_NONE),
                      IODMA_OK);
        expect_summary("the part's shape", some.summary.shape & 1, 1);
        expect_summary("the shape of several", outer.summary.shape & 1, 1);
    }
}

/* A member that several have prepared is theirs to complete. */
static void pinned_members(void)
{
    static const struct iodma_range range = { 0x10000, 0x100 };
    struct iodma_memory leaf = { .members = NULL };
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory multi;

    expect_status(
        "leaf",
        iodma_memory_init_virtual(&leaf, NULL, &range, 1, IODMA_INOUT, NULL, 0),
        IODMA_OK);
    multi = several_of(leaves, 1, IODMA_INOUT);
    expect_status("prepare", iodma_memory_prepare(&multi, IODMA_NONE),
                  IODMA_OK);
    expect_status("complete of the member", iodma_memory_complete(&leaf),
                  IODMA_BUSY);
    expect_status("prepare of the member",
                  iodma_memory_prepare(&leaf, IODMA_NONE), IODMA_OK);
    expect_status("its complete", iodma_memory_complete(&leaf), IODMA_OK);
    expect_status("one too many", iodma_memory_complete(&leaf), IODMA_BUSY);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_status("nothing is left", iodma_memory_complete(&leaf),
                  IODMA_NOT_READY);
    expect_status("the member's own", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_OK);
    expect_status("is its to complete", iodma_memory_complete(&leaf), IODMA_OK);
}

/* What a failure undoes was nobody's yet. */
static void undone_though_attached(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&missing_virtual, 1, IODMA_INOUT);
    struct iodma_memory *inner[] = { &first };
    struct iodma_memory multi = several_of(inner, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &multi, &second };
    struct iodma_memory both = several_of(members, 2, IODMA_INOUT);

    map_four();
    make_command();
    set(&first, false, IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&both, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_number("first", first.wired, 0);
    expect_number("multi", multi.wired, 0);
}

static void physical_is_ready(void)
{
    struct iodma_memory memory = memory_of(&one_physical, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &memory };
    struct iodma_memory multi = several_of(members, 1, IODMA_INOUT);

    expect("ready", iodma_memory_ready(&memory) && iodma_memory_ready(&multi));
    expect_status("complete", iodma_memory_complete(&memory), IODMA_OK);
    expect_status("prepare", iodma_memory_prepare(&memory, IODMA_OUT),
                  IODMA_OK);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("nothing counts", memory.wired, 0);
    expect("it may be written", !memory.read_only);
}

/* clang-format off */
static const struct {
    const char *what;
    uint32_t own, first, second;
    bool read_only;
    enum iodma_status want; /* of the second */
} wirings[] = {
    { "Out, then In", IODMA_INOUT, IODMA_OUT, IODMA_IN, true,
      IODMA_NOT_WRITABLE },
    { "Out, then InOut", IODMA_INOUT, IODMA_OUT, IODMA_INOUT, true,
      IODMA_NOT_WRITABLE },
    { "Out, then Out", IODMA_INOUT, IODMA_OUT, IODMA_OUT, true, IODMA_OK },
    { "Out, then its own, which is Out", IODMA_OUT, IODMA_OUT, IODMA_NONE,
      true, IODMA_OK },
    { "Out, then its own, which is In", IODMA_IN, IODMA_OUT, IODMA_NONE, true,
      IODMA_NOT_WRITABLE },
    { "Out, then its own, which is None, like both", IODMA_NONE, IODMA_OUT,
      IODMA_NONE, true, IODMA_NOT_WRITABLE },
    { "its own, which is Out, then In", IODMA_OUT, IODMA_NONE, IODMA_IN, true,
      IODMA_NOT_WRITABLE },
    { "its own, which is None, then In", IODMA_NONE, IODMA_NONE, IODMA_IN,
      false, IODMA_OK },
    { "In, then Out", IODMA_OUT, IODMA_IN, IODMA_OUT, false, IODMA_OK },
    { "InOut, then Out", IODMA_OUT, IODMA_INOUT, IODMA_OUT, false, IODMA_OK },
    { "bits that are no direction", IODMA_INOUT, 0x100 | IODMA_OUT,
      0x40 | IODMA_IN, true, IODMA_NOT_WRITABLE },
};
/* clang-format on */

/* A virtual descriptor wired twice, by itself or within another. */
static void wire_twice(size_t i, bool within)
{
    const struct iodma_bus *bus = fixture_bouncing_bus();
    struct iodma_memory inner = virtual(&one_virtual, 1, wirings[i].own);
    struct iodma_memory *members[] = { &inner };
    struct iodma_memory outer = several_of(members, 1, wirings[i].own);
    struct iodma_memory *memory = within ? &outer : &inner;
    uint32_t wired = wirings[i].want == IODMA_OK ? 2 : 1;
    uint8_t byte = 0;

    map_four();
    expect_number("write, not prepared",
                  iodma_memory_write(memory, bus, 0, &byte, 1), 0);
    expect_number("read, not prepared",
                  iodma_memory_read(memory, bus, 0, &byte, 1), 0);
    expect_status("first", iodma_memory_prepare(memory, wirings[i].first),
                  IODMA_OK);
    expect_status("second", iodma_memory_prepare(memory, wirings[i].second),
                  wirings[i].want);
    expect_number("wired", memory->wired, wired);
    expect_number("read", iodma_memory_read(memory, bus, 0, &byte, 1), 1);
    expect_number("write", iodma_memory_write(memory, bus, 0, &byte, 1),
                  !wirings[i].read_only);
    expect_number("write by another name",
                  iodma_memory_write(&inner, bus, 0, &byte, 1),
                  !wirings[i].read_only);
    while (wired-- != 0)
        expect_status("complete", iodma_memory_complete(memory), IODMA_OK);
    expect_status("complete", iodma_memory_complete(memory), IODMA_NOT_READY);
    expect_number("the inner one", inner.wired, 0);
    expect_status("and the other way round",
                  iodma_memory_prepare(memory, IODMA_IN), IODMA_OK);
    expect_number("write", iodma_memory_write(memory, bus, 0, &byte, 1), 1);
}

/* A member that was prepared by somebody else, for Out. */
static void member_read_only(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second };
    struct iodma_memory multi = several_of(members, 2, IODMA_IN);

    map_four();
    expect_status("member", iodma_memory_prepare(&second, IODMA_OUT), IODMA_OK);
    expect_status("several", iodma_memory_prepare(&multi, IODMA_NONE),
                  IODMA_NOT_WRITABLE);
    expect_number("undone", first.wired, 0);
    expect_number("as before", second.wired, 1);
    expect("as before", second.read_only && !multi.read_only);
    expect_status("several, for Out", iodma_memory_prepare(&multi, IODMA_OUT),
                  IODMA_OK);
    expect_number("one more", second.wired, 2);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("one less", second.wired, 1);
    expect("still", second.read_only);
}

/* A part is prepared by itself, and only it has to be somewhere. */
static void wire_part(void)
{
    static const struct iodma_range range = { VIRTUAL + 3 * PAGE, 2 * PAGE };
    struct iodma_memory all = virtual(&range, 1, IODMA_INOUT);
    struct iodma_memory here = part_of(&all, 0, PAGE, all.direction);
    struct iodma_memory gone = part_of(&all, PAGE - 1, 2, all.direction);

    map_four();
    expect_status("all", iodma_memory_prepare(&all, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_status("gone", iodma_memory_prepare(&gone, IODMA_NONE),
                  IODMA_CANNOT_WIRE);
    expect_status("here", iodma_memory_prepare(&here, IODMA_OUT), IODMA_OK);
    expect_summary("lowest", here.summary.lowest, 0x50000);
    gone = part_of(&here, 1, 2, here.direction);
    expect("a part of it is not ready", !iodma_memory_ready(&gone));
    expect("nor read only", !gone.read_only);
    expect_number("nor attached, nor wired", gone.users + gone.wired, 0);
}

/* As many prepares as are counted, and one more. */
static void wire_too_often(void)
{
    struct iodma_memory leaf = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *leaves[] = { &leaf };
    struct iodma_memory all = several_of(leaves, 1, IODMA_INOUT);

    map_four();
    for (uint32_t i = 0; i < UINT16_MAX; i++)
        (void)iodma_memory_prepare(&leaf, IODMA_NONE);
    expect_number("wired", leaf.wired, UINT16_MAX);
    expect_status("once more", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_BUSY);
    expect_status("by several", iodma_memory_prepare(&all, IODMA_NONE),
                  IODMA_BUSY);
    expect_number("wired", leaf.wired, UINT16_MAX);
    expect_number("its own", leaf.own, UINT16_MAX);
    expect("several are not ready", !iodma_memory_ready(&all));
    expect_status("complete", iodma_memory_complete(&leaf), IODMA_OK);
    expect_status("and again", iodma_memory_prepare(&leaf, IODMA_NONE),
                  IODMA_OK);
}

/* What is wired for both is, to the last member. */
static void wire_for_both(void)
{
    struct iodma_memory inner = virtual(&one_virtual, 1, IODMA_OUT);
    struct iodma_memory *members[] = { &inner };
    struct iodma_memory outer = several_of(members, 1, IODMA_NONE);

    map_four();
    expect_status("prepare", iodma_memory_prepare(&outer, IODMA_NONE),
                  IODMA_OK);
    expect("neither is read only", !inner.read_only && !outer.read_only);
}

/* Commands and wiring ------------------------------------------------------ */

static void attached_is_busy(void)
{
    struct iodma_memory memory = virtual(&one_virtual, 1, IODMA_INOUT);

    map_four();
    make_command();
    set(&memory, false, IODMA_OK);
    expect_status("prepare, not wired",
                  iodma_command_prepare(&command, 0, 0, true, true),
                  IODMA_NOT_READY);
    expect_status("complete, not wired", iodma_memory_complete(&memory),
                  IODMA_NOT_READY);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&memory, IODMA_NONE), IODMA_OK);
    expect_prepared(&command);
    expect_status("not the last one", iodma_memory_complete(&memory), IODMA_OK);
    expect_status("the last one", iodma_memory_complete(&memory), IODMA_BUSY);
    expect_completed(&command);
    expect_status("still attached", iodma_memory_complete(&memory), IODMA_BUSY);
    expect_number("wired", memory.wired, 1);
    expect_status("clear", iodma_command_clear_memory(&command, false),
                  IODMA_OK);
    expect_status("free", iodma_memory_complete(&memory), IODMA_OK);
    expect_number("wired", memory.wired, 0);
}

/* What several hold is not let go either. */
static void attached_member_is_busy(void)
{
    struct iodma_memory first = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory second = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory *members[] = { &first, &second, &second };
    struct iodma_memory multi = several_of(members, 3, IODMA_INOUT);

    map_four();
    make_command();
    expect_status("wire", iodma_memory_prepare(&multi, IODMA_OUT), IODMA_OK);
    set(&second, false, IODMA_OK);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_BUSY);
    expect_number("several", multi.wired, 1);
    expect_number("first", first.wired, 1);
    expect_number("second", second.wired, 2);
    expect("read only as before", multi.read_only && first.read_only);
    expect_cleared(&command);
    expect_status("complete", iodma_memory_complete(&multi), IODMA_OK);
    expect_number("first", first.wired, 0);
    expect_number("second", second.wired, 0);
    expect_status("nothing is read only any more",
                  iodma_memory_prepare(&multi, IODMA_IN), IODMA_OK);
}

static void counts(uint32_t a, uint32_t b)
{
    expect_number("commands that have the one", a, b);
}

static void attaching(void)
{
    struct iodma_memory one = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory other = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_memory unwired = virtual(&one_virtual, 1, IODMA_INOUT);
    struct iodma_command second;

    map_four();
    expect_status("wire", iodma_memory_prepare(&one, IODMA_NONE), IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&other, IODMA_NONE), IODMA_OK);
    make_command();
    set(&one, false, IODMA_OK);
    counts(one.users, 1);
    set(&one, true, IODMA_OK);
    counts(one.users, 1);
    set(&other, false, IODMA_BUSY);
    counts(one.users, 1);
    counts(other.users, 0);
    expect_completed(&command);
    set(&unwired, true, IODMA_NOT_READY);
    counts(one.users, 1);
    counts(unwired.users, 0);
    set(&other, false, IODMA_OK);
    counts(one.users, 0);
    counts(other.users, 1);

    expect_status("clone", iodma_command_clone(&command, &second, NULL),
                  IODMA_OK);
    counts(other.users, 1);
    expect_attached(&second, &other);
    counts(other.users, 2);
    expect_ended(&second);
    counts(other.users, 1);
    set(NULL, false, IODMA_OK);
    counts(other.users, 0);
    set(&other, true, IODMA_OK);
    expect_status("clear", iodma_command_clear_memory(&command, false),
                  IODMA_NOT_READY);
    counts(other.users, 1);
    expect_cleared(&command);
    counts(other.users, 0);
    expect_cleared(&command);
    counts(other.users, 0);
}

/* clang-format off */
static const struct check_row cases[] = {
    { 0, "several are wired all or none", partly_wired },
    { 0, "so are they if a command has one", undone_though_attached },
    { 0, "members that several have prepared are theirs to complete",
      pinned_members },
    { 0, "a part from a seam of its ranges on is aligned as its bytes are",
      parts_from_a_seam },
    { 0, "physical memory always is ready", physical_is_ready },
    { 0, "a member that is read only", member_read_only },
    { 0, "a part of a virtual descriptor is wired by itself", wire_part },
    { 0, "more prepares than are counted are refused", wire_too_often },
    { 0, "the last complete while a command has it is refused",
      attached_is_busy },
    { 0, "so is that of several of which a command has one",
      attached_member_is_busy },
    { 0, "a descriptor counts the commands that have it", attaching },
    { 0, "several of direction None are wired for both", wire_for_both },
};
/* clang-format on */

int main(void)
{
    check_rows(cases, HAL_COUNT_OF(cases));
    for (size_t i = 0; i < HAL_COUNT_OF(wirings); i++) {
        check_case(wirings[i].what);
        wire_twice(i, false);
        wire_twice(i, true);
    }
    return check_result();
}
