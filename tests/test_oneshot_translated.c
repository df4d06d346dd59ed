/* SPDX-License-Identifier: MIT */
/*
 * Defends iodma_map, iodma_unmap and iodma_map_sync for a CPU whose addresses
 * are not physical, whatever its translation says.
 */
#include "tests/oneshot_world.h"

#define PAGE ((hal_address)0x1000)

/* Where the arena's pages are; the others are not mapped. */
static const hal_address pages[] = { 0x51000, 0x52000, 0x7F000 };

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    hal_address inside = address - cpu_address(arena);
    hal_address rest = PAGE - modulo(inside, PAGE);

    if (inside / PAGE >= HAL_COUNT_OF(pages))
        return false;
    *physical = pages[inside / PAGE] + modulo(inside, PAGE);
    *length = smaller(*length, rest);
    return true;
}

static const struct hal_translation translation = { to_physical };
static const struct hal_aperture physical_aperture = {
    0x50000, 0x7FFFF, 0x150000, RW, false,
};

/* clang-format off */
static const struct {
    const char *what;
    uint32_t at, length;
    enum iodma_status want;
    hal_address address; /* if it is mapped */
    uint8_t rule;     /* if it is not    */
} translated[] = {
    { "a buffer is where the translation says", 0x140, 0x80, IODMA_OK,
      0x151140, 0 },
    { "pages that touch are one buffer", 0xFC0, 0x80, IODMA_OK, 0x151FC0, 0 },
    { "pages that do not are none: NoSpace", 0x1FC0, 0x80, IODMA_NO_SPACE, 0,
      IODMA_RULE_CONTIGUOUS },
    { "nor if there are others between: NoSpace", 0, 0x3000, IODMA_NO_SPACE,
      0, IODMA_RULE_CONTIGUOUS },
    { "nothing is mapped: NotAttached", 0x3000, 0x40, IODMA_NOT_ATTACHED, 0,
      IODMA_RULE_UNMAPPED },
    { "nothing at its end: NotAttached", 0x2FC0, 0x80, IODMA_NOT_ATTACHED, 0,
      IODMA_RULE_UNMAPPED },
};
/* clang-format on */

static void test_translated(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(translated); i++) {
        uint8_t *pointer = &arena[translated[i].at];
        uint32_t length = translated[i].length;
        hal_address physical = translated[i].address - 0x100000;
        hal_address address = 77;

        begin_case(translated[i].what);
        hal.apertures = &physical_aperture;
        hal.aperture_count = 1;
        hal.region_count = 0;
        hal.translation = &translation;
        start();
        if (translated[i].want != IODMA_OK) {
            expect_refused("map", NULL, pointer, length, length, IODMA_IN,
                           translated[i].want);
            expect_reason(translated[i].want, translated[i].rule,
                          IODMA_ARGUMENT_POINTER);
            if (translated[i].rule == IODMA_RULE_UNMAPPED)
                expect_number("actual", reason.actual,
                              cpu_address(&arena[0x3000]));
            expect_status("unmap", iodma_unmap(&bus, pointer, length, IODMA_IN),
                          translated[i].want);
            expect_untouched();
            continue;
        }
        expect_status(
            "map",
            iodma_map(&bus, NULL, pointer, length, length, IODMA_IN, &address),
            IODMA_OK);
        expect_number("bus address", address, translated[i].address);
        expect_done('c', physical, length, *pointer, 1, 0);
        forget();
        expect_status("unmap", iodma_unmap(&bus, pointer, length, IODMA_IN),
                      IODMA_OK);
        expect_done('i', physical, length, *pointer, 0, 1);
    }
}

/* Says of every byte that all that can be told follows it. */
static bool generous(hal_address address, hal_address *physical,
                     hal_address *length)
{
    *physical = 0x51000 + (address - cpu_address(arena));
    *length = HAL_ADDRESS_MAX;
    return true;
}

static void test_generous(void)
{
    static const struct hal_translation says_too_much = { generous };
    hal_address address = 77;

    begin_case(
        "a translation that says more than it was asked for is believed");
    hal.apertures = &physical_aperture;
    hal.aperture_count = 1;
    hal.region_count = 0;
    hal.translation = &says_too_much;
    start();
    expect_status("map",
                  iodma_map(&bus, NULL, arena, 0x80, 0x80, IODMA_IN, &address),
                  IODMA_OK);
    expect_number("bus address", address, 0x151000);
    expect_done('c', 0x51000, 0x80, arena[0], 1, 0);
}

/* Where a translation that lies has the arena's first page, and the next one;
   and how many bytes of them it says follow, from their first on. After some
   questions nothing is mapped any more, so that no test takes for ever. */
static struct lie {
    hal_address physical[2];
    hal_address length[2];
} lie;
static unsigned asked;

static bool lying(hal_address address, hal_address *physical,
                  hal_address *length)
{
    hal_address inside = address - cpu_address(arena);
    hal_address page = inside / PAGE;

    asked++;
    if (page >= HAL_COUNT_OF(lie.physical) || asked > 16)
        return false;
    *physical = lie.physical[page] + modulo(inside, PAGE);
    *length = lie.length[page];
    return true;
}

#define TOP (HAL_ADDRESS_MAX - 0xFFF) /* the last page */

/* clang-format off */
static const struct {
    const char *what;
    struct lie lie;
    uint32_t length; /* of the buffer; it begins with the page */
    unsigned asked;
    enum iodma_status want;
    uint8_t rule;
} lies[] = {
    { "a translation of no bytes: NotAttached",
      { { 0x51000, 0x52000 }, { 0, PAGE } }, 0x80, 1, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "nor is any byte at 0, of which none follow: NotAttached",
      { { 0, 0 }, { 0, 0 } }, 0x80, 1, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "no bytes of the next page: NotAttached",
      { { 0x51000, 0x52000 }, { PAGE, 0 } }, 0x1080, 2, IODMA_NOT_ATTACHED,
      IODMA_RULE_UNMAPPED },
    { "pages go on at 0 behind the last address: NoSpace",
      { { TOP, 0 }, { PAGE, PAGE } }, 0x1080, 1, IODMA_NO_SPACE,
      IODMA_RULE_CONTIGUOUS },
    { "so does what is said at once: NoSpace",
      { { TOP, 0 }, { 2 * PAGE, PAGE } }, 0x1080, 1, IODMA_NO_SPACE,
      IODMA_RULE_CONTIGUOUS },
    { "up to the last address there is a buffer",
      { { TOP, 0 }, { 2 * PAGE, PAGE } }, 0x1000, 1, IODMA_OK, 0 },
    { "and so there is in two pages",
      { { TOP - PAGE, TOP }, { PAGE, PAGE } }, 0x2000, 2, IODMA_OK, 0 },
};
/* clang-format on */

static void test_lies(void)
{
    static const struct hal_translation liar = { lying };
    static const struct hal_aperture all = { 0, HAL_ADDRESS_MAX, 0, RW, true };

    for (size_t i = 0; i < HAL_COUNT_OF(lies); i++) {
        uint32_t length = lies[i].length;
        hal_address address = 77;

        begin_case(lies[i].what);
        hal.apertures = &all;
        hal.aperture_count = 1;
        hal.region_count = 0;
        hal.translation = &liar;
        start();
        lie = lies[i].lie;
        asked = 0;
        expect_status(
            "map",
            iodma_map(&bus, NULL, arena, length, length, IODMA_OUT, &address),
            lies[i].want);
        expect_number("questions", asked, lies[i].asked);
        if (lies[i].want == IODMA_OK) {
            expect_number("address", address, lies[i].lie.physical[0]);
        } else {
            expect_number("address", address, 77);
            expect_reason(lies[i].want, lies[i].rule, IODMA_ARGUMENT_POINTER);
            expect_untouched();
        }
        asked = 0;
        expect_status("hand over",
                      iodma_map_sync(&bus, arena, length, IODMA_OUT),
                      lies[i].want);
        expect_number("questions", asked, lies[i].asked);
    }
}

int main(void)
{
    place();
    test_translated();
    test_generous();
    test_lies();
    return check_result();
}
