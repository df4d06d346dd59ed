/* SPDX-License-Identifier: MIT */
/* Defends iodma_map_sync: frames of a ring change hands while it stays mapped.
 */
#include "tests/oneshot_world.h"

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length, options;
    enum iodma_status want;
    char operation; /* of the cache, 0: none                  */
    uint8_t rule;   /* where it is refused; the place is next */
    uint8_t argument;
} frames[] = {
    { "the CPU takes a frame: observe, then drop", STALE + 0x600, 1518,
      IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "the device takes it: clean, then publish", STALE + 0x600, 1518,
      IODMA_OUT, IODMA_OK, 'c', 0, 0 },
    { "a byte: its line changes hands", STALE + 0x40, 1, IODMA_IN, IODMA_OK,
      'i', 0, 0 },
    { "snooped memory: the CPU only observes", SNOOPED + 0x601, 7, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "and only publishes", SNOOPED + 0x601, 7, IODMA_OUT, IODMA_OK, 0, 0, 0 },
    { "uncached memory: the same", QUIET + 0x601, 7, IODMA_IN, IODMA_OK, 0, 0,
      0 },
    { "and the other way", QUIET + 0x601, 7, IODMA_OUT, IODMA_OK, 0, 0, 0 },
    { "what the device only reads, out", CONSTANT, 64, IODMA_OUT, IODMA_OK, 0,
      0, 0 },
    { "and in: what it was mapped for is not asked", CONSTANT, 64, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "what the CPU must not write, in: the same", ROM, 64, IODMA_IN, IODMA_OK,
      0, 0, 0 },
    { "uncached memory and a byte of other: that is cached",
      STRAY - 64, 65, IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "from within a line, to the CPU: NotAligned", STALE + 0x20, 64, IODMA_IN,
      IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE, IODMA_ARGUMENT_POINTER },
    { "from within a line, to the device: NotAligned", STALE + 0x20, 64,
      IODMA_OUT, IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE,
      IODMA_ARGUMENT_POINTER },
    { "no bytes: BadArgument", STALE, 0, IODMA_IN, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "both ways at once: BadArgument", STALE, 64, IODMA_INOUT,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "no way: BadArgument", STALE, 64, IODMA_NONE, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "a way that is none: BadArgument", STALE, 64, 5, IODMA_BAD_ARGUMENT, 0,
      IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "what the device does not see: MessageTooLarge", NOWHERE, 64, IODMA_IN,
      IODMA_MESSAGE_TOO_LARGE, 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
};
/* clang-format on */

static void test_frames(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(frames); i++) {
        uint8_t *pointer = &arena[frames[i].at];
        bool good_one = frames[i].want == IODMA_OK;

        begin_case(frames[i].what);
        expect_status(
            "sync",
            iodma_map_sync(&bus, pointer, frames[i].length, frames[i].options),
            frames[i].want);
        expect_done(frames[i].operation, cpu_address(pointer), frames[i].length,
                    *pointer, good_one && frames[i].options == IODMA_OUT,
                    good_one && frames[i].options == IODMA_IN);
        if (!good_one)
            expect_reason(frames[i].want, frames[i].rule, frames[i].argument);
    }

    begin_case("what the device was to do, where it does not see the part");
    (void)iodma_map_sync(&bus, &arena[NOWHERE], 64, IODMA_IN);
    expect_number("required", reason.required, HAL_WRITE);
    (void)iodma_map_sync(&bus, &arena[NOWHERE], 64, IODMA_OUT);
    expect_number("required", reason.required, HAL_READ);

    begin_case("pointers that are none: BadArgument");
    expect_status("no bus", iodma_map_sync(NULL, arena, 8, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_status("no buffer", iodma_map_sync(&bus, NULL, 8, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_untouched();
}

/* Buses that see memory of one kind only, or none of a kind: where it is known
   beforehand, a buffer is not looked at: not even whether the device sees it.
 */
#define UNSEEN (IODMA_SHORTCUTS ? IODMA_OK : IODMA_MESSAGE_TOO_LARGE)

/* clang-format off */
static const struct {
    const char *what;
    uint32_t aperture, count;  /* that the bus has        */
    uint32_t region;           /* the only one            */
    uint32_t at, length, options;
    enum iodma_status want;
    char operation;            /* of the cache, 0: none   */
    uint8_t rule;              /* where it is refused ... */
    uint8_t argument;
} kinds[] = {
    { "nothing is snooped: the CPU takes lines", 1, 1, 0, STALE + 0x40, 100,
      IODMA_IN, IODMA_OK, 'i', 0, 0 },
    { "nothing is snooped: the device takes lines", 1, 1, 0, STALE + 0x40, 100,
      IODMA_OUT, IODMA_OK, 'c', 0, 0 },
    { "nothing is snooped: from within a line", 1, 1, 0, STALE + 0x20, 64,
      IODMA_OUT, IODMA_NOT_ALIGNED, 0, IODMA_RULE_LINE,
      IODMA_ARGUMENT_POINTER },
    { "nothing is snooped: no bytes", 1, 1, 0, STALE, 0, IODMA_IN,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "nothing is snooped: no way", 1, 1, 0, STALE, 64, IODMA_NONE,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_OPTIONS, IODMA_ARGUMENT_OPTIONS },
    { "all is snooped: the CPU observes", 0, 1, 0, SNOOPED + 3, 7, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "all is snooped: the CPU publishes", 0, 1, 0, SNOOPED + 3, 7, IODMA_OUT,
      IODMA_OK, 0, 0, 0 },
    { "all is snooped: no bytes", 0, 1, 0, SNOOPED, 0, IODMA_OUT,
      IODMA_BAD_ARGUMENT, 0, IODMA_RULE_BUFFER, IODMA_ARGUMENT_LENGTH },
    { "nothing is snooped: what the device does not see", 1, 1, 0, NOWHERE, 64,
      IODMA_IN, UNSEEN, IODMA_SHORTCUTS ? 'i' : 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
    { "all is snooped: what the device does not see", 0, 1, 0, NOWHERE, 64,
      IODMA_OUT, UNSEEN, 0, IODMA_RULE_APERTURE, IODMA_ARGUMENT_POINTER },
    { "some is snooped: what the device does not see", 0, 2, 0, NOWHERE, 64,
      IODMA_OUT, IODMA_MESSAGE_TOO_LARGE, 0, IODMA_RULE_APERTURE,
      IODMA_ARGUMENT_POINTER },
    { "some is uncached: none of its lines", 5, 1, 2, QUIET + 0x40, 64, IODMA_IN,
      IODMA_OK, 0, 0, 0 },
    { "some is uncached: the lines beside it", 5, 1, 2, STRAY, 64, IODMA_IN,
      IODMA_OK, 'i', 0, 0 },
    { "some is snooped: none of its lines", 0, 2, 0, SNOOPED + 0x40, 64,
      IODMA_IN, IODMA_OK, 0, 0, 0 },
    { "some is snooped: the lines beside it", 0, 2, 0, STALE, 64, IODMA_IN,
      IODMA_OK, 'i', 0, 0 },
};
/* clang-format on */

/* Lines before uncached memory are lines. */
static void test_before_uncached(void)
{
    uint8_t *pointer = &arena[STALE + 0x40];
    struct hal_region quiet = regions[2];

    begin_case("uncached memory behind the first byte: that is cached");
    quiet.first = cpu_address(pointer) + 0x40;
    quiet.last = cpu_address(pointer) + 0x7F;
    hal.apertures = &apertures[1];
    hal.regions = &quiet;
    hal.aperture_count = hal.region_count = 1;
    start();
    expect_status("sync", iodma_map_sync(&bus, pointer, 0x80, IODMA_IN),
                  IODMA_OK);
    expect_done('i', cpu_address(pointer), 0x80, *pointer, 0, 1);
}

static void test_kinds(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(kinds); i++) {
        uint8_t *pointer = &arena[kinds[i].at];
        bool good_one = kinds[i].want == IODMA_OK;

        begin_case(kinds[i].what);
        hal.apertures = &apertures[kinds[i].aperture];
        hal.regions = &regions[kinds[i].region];
        hal.aperture_count = kinds[i].count;
        hal.region_count = 1;
        start();
        expect_status(
            "sync",
            iodma_map_sync(&bus, pointer, kinds[i].length, kinds[i].options),
            kinds[i].want);
        expect_done(kinds[i].operation, cpu_address(pointer), kinds[i].length,
                    *pointer, good_one && kinds[i].options == IODMA_OUT,
                    good_one && kinds[i].options == IODMA_IN);
        if (!good_one)
            expect_reason(kinds[i].want, kinds[i].rule, kinds[i].argument);
        expect_status("no buffer", iodma_map_sync(&bus, NULL, 8, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
        expect_status("a buffer past the end of the CPU's addresses",
                      iodma_map_sync(&bus, arena, SIZE_MAX, IODMA_IN),
                      IODMA_BAD_ARGUMENT);
    }

    begin_case("nothing is snooped, and there is no cache: Unsupported");
    hal.apertures = &apertures[1];
    hal.aperture_count = hal.region_count = 1;
    hal.cache = NULL;
    start();
    expect_status("sync", iodma_map_sync(&bus, &arena[STALE], 64, IODMA_IN),
                  IODMA_UNSUPPORTED);
    expect_reason(IODMA_UNSUPPORTED, IODMA_RULE_CACHED, IODMA_ARGUMENT_POINTER);
    expect_untouched();
}

int main(void)
{
    place();
    test_frames();
    test_kinds();
    test_before_uncached();
    return check_result();
}
