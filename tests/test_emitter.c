/* SPDX-License-Identifier: MIT */
/*
 * Defends the emitter that people copy: the ring of dma/EXAMPLES.md, as it
 * stands there, does what hal/segment.h asks for. The device gets whole lists,
 * all of them, and never a part of one.
 */
#include "tests/check.h"
#include "tests/reach.h"

/* The page's board and emitter. */
#include "example_emitter.h"
#include "hal/count_of.h"

static struct descriptor slots[SLOTS];
static struct ring ring;

static void begin(const char *what)
{
    check_case(what);
    memset(slots, 0, sizeof slots);
    ring = (struct ring){ .emitter = { ring_put }, .slots = slots };
}

/* Segments that are easy to tell apart: the n-th has address and length n. */
static enum iodma_status put(uint32_t n, uint32_t count, bool first, bool last)
{
    struct hal_segment segments[2 * SLOTS];

    for (uint32_t i = 0; i < count; i++)
        segments[i] = (struct hal_segment){ n + i, n + i };
    return ring.emitter.put(&ring.emitter, segments, count, first, last);
}

/* A list of its own, in one portion. */
static void put_list(uint32_t n, uint32_t count)
{
    expect_status("a list", put(n, count, true, true), IODMA_OK);
}

/* The device's next descriptor: it is taken, and comes back. Returns its
   segment's number, and in *last whether its list ends; 0: there is none. */
static uint32_t device_takes(bool *last)
{
    struct descriptor *slot = &slots[ring_slot(ring.retired, SLOTS)];
    uint32_t length = from_le32(slot->length);

    if ((from_le32(slot->control) & OWNED) == 0)
        return 0;
    expect_number("its length", length & ~LAST, from_le32(slot->address));
    slot->control = to_le32(0);
    ring.retired++;
    *last = (length & LAST) != 0;
    return from_le32(slot->address);
}

/* The device finds the segments from n on, as one list. */
static void expect_list(uint32_t n, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool last = false;

        expect_number("the device's segment", device_takes(&last), n + i);
        expect("only the last one is the list's last",
               last == (i + 1 == count));
    }
}

static void expect_nothing(void)
{
    bool last;

    expect_number("the device finds nothing", device_takes(&last), 0);
    for (uint32_t i = 0; i < SLOTS; i++)
        expect_number("and owns nothing", from_le32(slots[i].control), 0);
}

/* The example's two mistakes, as it once stood. */

static void no_room(void)
{
    begin("of a list that finds no room the device gets nothing");
    expect_status("its first half", put(100, 6, true, false), IODMA_OK);
    expect_status("its second half", put(106, 6, false, true), IODMA_NO_SPACE);
    ring_submit(&ring);
    expect_nothing();
    put_list(200, 3);
    ring_submit(&ring);
    expect_list(200, 3);
    expect_nothing();

    begin("nor with the lists before it, which it gets");
    put_list(100, 3);
    expect_status("its first half", put(200, 4, true, false), IODMA_OK);
    expect_status("its second half", put(204, 2, false, true), IODMA_NO_SPACE);
    put_list(300, 5);
    ring_submit(&ring);
    expect_list(100, 3);
    expect_list(300, 5);
    expect_nothing();
}

static void two_lists(void)
{
    begin("two lists before one submit are both handed over");
    put_list(100, 2);
    put_list(200, 3);
    expect_nothing();
    ring_submit(&ring);
    expect_list(100, 2);
    expect_list(200, 3);
    expect_nothing();
}

/* What else the contract says. */

static void not_ended(void)
{
    begin("a list that is not ended is forgotten when another one begins");
    put_list(100, 1);
    expect_status("a portion", put(200, 2, true, false), IODMA_OK);
    put_list(300, 2);
    ring_submit(&ring);
    expect_list(100, 1);
    expect_list(300, 2);
    expect_nothing();

    begin("a list that is being put stays the driver's over a submit");
    put_list(100, 1);
    expect_status("its first half", put(200, 2, true, false), IODMA_OK);
    ring_submit(&ring);
    expect_list(100, 1);
    expect_nothing();
    expect_status("its second half", put(202, 1, false, true), IODMA_OK);
    ring_submit(&ring);
    expect_list(200, 3);
    expect_nothing();
}

static void no_value(void)
{
    static const struct {
        const char *what;
        uint64_t address;
        hal_address length;
    } wide[] = {
        { "an address that does not fit takes its list back",
          UINT64_C(0x100000000), 1 },
        { "a length that does not fit takes its list back", 1, LAST },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(wide); i++) {
        struct hal_segment segment = { (hal_address)wide[i].address,
                                       wide[i].length };

        if (check_skips(wide[i].what, wide[i].address))
            continue;
        begin(wide[i].what);
        put_list(100, 2);
        expect_status("a portion", put(200, 2, true, false), IODMA_OK);
        expect_status("what does not fit",
                      ring.emitter.put(&ring.emitter, &segment, 1, false, true),
                      IODMA_MESSAGE_TOO_LARGE);
        ring_submit(&ring);
        expect_list(100, 2);
        expect_nothing();
    }
}

static void round_and_round(void)
{
    begin("lists go round the ring, and full it takes no more");
    for (uint32_t lap = 1; lap <= 100; lap++) {
        put_list(100 * lap, 3);
        put_list(100 * lap + 10, 5);
        expect_status("one more", put(1, 1, true, true), IODMA_NO_SPACE);
        ring_submit(&ring);
        expect_status("one more", put(1, 1, true, true), IODMA_NO_SPACE);
        expect_list(100 * lap, 3);
        expect_list(100 * lap + 10, 5);
        expect_nothing();
    }
}

/* The same by a command, in portions of its own. */
static void by_command(void)
{
    static const struct iodma_spec device =
        IODMA_SPEC(iodma_output_host32, 32, 0x100);
    struct iodma_command command;
    struct iodma_memory memory;
    hal_address offset = 0;

    begin("a command's list that is longer than the ring leaves it as it was");
    expect_status("board", board_init(), IODMA_OK);
    expect_status("memory",
                  iodma_memory_init_buffer(&memory, cpu_address(near_ram),
                                           sizeof near_ram, 0x1000, IODMA_OUT),
                  IODMA_OK);
    expect_status("command", iodma_command_init(&command, &bus, &device, NULL),
                  IODMA_OK);
    expect_status("set", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    put_list(100, 1);
    expect_status("emit", iodma_command_emit(&command, &offset, &ring.emitter),
                  IODMA_NO_SPACE);
    expect_number("offset", offset, 0);
    offset = 0xB00;
    expect_status("emit what has room",
                  iodma_command_emit(&command, &offset, &ring.emitter),
                  IODMA_OK);
    expect_number("offset", offset, 0x1000);
    expect_number("descriptors", ring.queued, 6);
    ring_submit(&ring);
    expect_list(100, 1);
    expect_number("handed over", ring.told, 6);
    for (uint32_t i = 1; i < 6; i++) {
        expect_number("address", from_le32(slots[i].address),
                      NEAR_BUS + 0xA00 + 0x100 * i);
        expect_number("length", from_le32(slots[i].length),
                      0x100 | (i == 5 ? LAST : 0));
        expect_number("owner", from_le32(slots[i].control), OWNED);
    }
    expect_status("clear", iodma_command_clear_memory(&command, true),
                  IODMA_OK);
}

int main(void)
{
    no_room();
    two_lists();
    not_ended();
    no_value();
    round_and_round();
    by_command();
    return check_result();
}
