/* SPDX-License-Identifier: MIT */
/* Memory that ends with the last address there is, or is all there is, is
   memory like any other: for lists, storage, caches and copies. */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/incoherent.h"
#include "tests/model/sparse.h"

enum { SEGMENTS = 8, PAGE = 0x1000, LINE = 64 };

/* Where the last page ends that may have a byte; and the last address. */
#define END HIGHEST_END(PAGE)
#define TOP HAL_ADDRESS_MAX

#define ALL_OF_IT                                                              \
    {                                                                          \
        0, TOP, 0, HAL_READ | HAL_WRITE, true                                  \
    }
#define NOT_LOOKED                                                             \
    {                                                                          \
        0, TOP, 0, HAL_READ | HAL_WRITE, false                                 \
    }

static struct hal_aperture apertures[2];
static struct hal_bus hal;
static struct iodma_bus bus;
static struct iodma_bounce pool;
static struct iodma_command command;
static struct iodma_memory memory;
static struct hal_segment list[SEGMENTS];
static uint32_t listed;

/* clang-format off */
static const struct {
    const char *what;
    struct hal_aperture aperture;
    struct iodma_spec spec;
    uint32_t direction;
    struct iodma_range ranges[ROW_RANGES];
    hal_address storage; /* address of ...     */
    uint32_t pages;      /* ... so many; 0: none */
    unsigned rung;
    struct hal_segment list[SEGMENTS];
} rows[] = {
    { "the last page goes as it lies", ALL_OF_IT,
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT, { { END - PAGE, PAGE } }, 0, 0,
      RUNG_DIRECT, { { END - PAGE, PAGE } } },
    { "a device of all bits reaches it", ALL_OF_IT,
      SPEC(host64, HAL_ADDRESS_BITS, 0, 1, 1, 1), IODMA_INOUT,
      { { END - PAGE, PAGE } }, 0, 0,
      RUNG_DIRECT, { { END - PAGE, PAGE } } },
    { "ranges touch there as elsewhere", ALL_OF_IT,
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { END - 0x30, 0x10 }, { END - 0x20, 0x10 }, { END - 0x10, 0x10 } }, 0,
        0,
      RUNG_DIRECT, { { END - 0x30, 0x30 } } },
    { "memory behind storage is one run with it",
      { END - 2 * PAGE, END - 1, END - 2 * PAGE, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { 0x10000, PAGE }, { END - PAGE, PAGE } }, END - 2 * PAGE, 1,
      RUNG_SPLIT, { { END - 2 * PAGE, 2 * PAGE } } },
    { "and so is memory before it",
      { END - 2 * PAGE, END - 1, END - 2 * PAGE, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { END - 2 * PAGE, PAGE }, { 0x10000, PAGE } }, END - PAGE, 1,
      RUNG_SPLIT, { { END - 2 * PAGE, 2 * PAGE } } },
    { "the first address does not go on where the last one ends", ALL_OF_IT,
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { END - 0x10, 0x10 }, { 0, 0x10 } }, 0, 0,
      RUNG_DIRECT,
      { { END - 0x10, 0x10 }, { 0, 0x10 } } },
    { "nor where ranges before it are joined", ALL_OF_IT,
      SPEC(segments, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { END - 0x20, 0x10 }, { END - 0x10, 0x10 }, { 0, 0x10 } }, 0, 0,
      RUNG_DIRECT,
      { { END - 0x20, 0x20 }, { 0, 0x10 } } },
    { "nor if maxima and boundaries are looked at", ALL_OF_IT,
      IODMA_SPEC(iodma_output_host64, 0, 0x100, .boundary = 0x1000),
      IODMA_INOUT, { { END - 0x10, 0x10 }, { 0, 0x10 } }, 0, 0,
      RUNG_DIRECT,
      { { END - 0x10, 0x10 }, { 0, 0x10 } } },
    { "a maximum cuts up to the end", ALL_OF_IT,
      SPEC(host64, 0, PAGE, 1, 1, 1), IODMA_INOUT,
      { { END - 2 * PAGE - 8, 2 * PAGE + 8 } }, 0, 0,
      RUNG_DIRECT,
      { { END - 2 * PAGE - 8, PAGE }, { END - PAGE - 8, PAGE },
        { END - 8, 8 } } },
    { "a boundary cuts up to the end", ALL_OF_IT,
      IODMA_SPEC(iodma_output_host64, 0, 0, .boundary = PAGE), IODMA_INOUT,
      { { END - PAGE - 8, PAGE + 8 } }, 0, 0,
      RUNG_DIRECT,
      { { END - PAGE - 8, 8 }, { END - PAGE, PAGE } } },
    { "the highest boundary does not cut there", ALL_OF_IT,
      IODMA_SPEC(iodma_output_host64, 0, 0, .boundary = FIXTURE_LAST + 1),
      IODMA_INOUT, { { END - PAGE, PAGE } }, 0, 0,
      RUNG_DIRECT,
      { { END - PAGE, PAGE } } },
    { "a seam is met at the end", ALL_OF_IT,
      SPEC(host64, 0, 0, 1, 8, 8), IODMA_INOUT,
      { { 0x10000, 8 }, { END - 8, 8 } }, 0, 0,
      RUNG_DIRECT,
      { { 0x10000, 8 }, { END - 8, 8 } } },
    { "bus addresses may end there, if the CPU's do not",
      { 0x10000, 0x1FFFF, END - 0x10000, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT,
      { { 0x1F000, PAGE }, { 0x10000, 0x10 } }, 0, 0,
      RUNG_DIRECT,
      { { END - PAGE, PAGE }, { END - 0x10000, 0x10 } } },
    { "the CPU's may, if bus addresses do not",
      { END - 0x10000, END - 1, 0x40001, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 20, 0, 1, 1, 1), IODMA_INOUT,
      { { END - PAGE, PAGE }, { END - 0x10000, 0x10 } }, 0, 0,
      RUNG_DIRECT,
      { { 0x4F001, PAGE }, { 0x40001, 0x10 } } },

    { "the last page is lent", ALL_OF_IT, SPEC(host64, 0, 0, 4, 1, 1),
      IODMA_INOUT, { { 0x10001, 0x100 } }, END - PAGE, 1, RUNG_WHOLE,
      { { END - PAGE, 0x100 } } },
    { "all of it", ALL_OF_IT, SPEC(host64, 0, 0, 4, 1, 1), IODMA_INOUT,
      { { 0x10001, PAGE } }, END - PAGE, 1, RUNG_WHOLE,
        { { END - PAGE, PAGE } } },
    { "in a run", ALL_OF_IT, SPEC(host64, 0, 0, 4, 1, 1), IODMA_INOUT,
      { { 0x10001, 2 * PAGE + 1 } }, END - 3 * PAGE, 3, RUNG_WHOLE,
      { { END - 3 * PAGE, 2 * PAGE + 1 } } },
    { "and within reach on the bus",
      { END - 0x10000, END - 1, 0x40000, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 20, 0, 1, 1, 1), IODMA_INOUT, { { 0x10000, 2 * PAGE } },
      END - 2 * PAGE, 2,      RUNG_SPLIT, { { 0x4E000, 2 * PAGE } } },
    { "the first address and the last are copied",
      { END - 0x10000, END - 1, 0x38000, HAL_READ | HAL_WRITE, true },
      SPEC(host64, 18, 0, 1, 1, 1), IODMA_INOUT,
      { { 0, 0x100 }, { END - 0x10, 0x10 } }, END - 0x10000, 2, RUNG_SPLIT,
      { { 0x38000, 0x100 }, { 0x38130, 0x10 } } },
    { "out of reach by one bit: what lies there is bounced", ALL_OF_IT,
      SPEC(host64, HAL_ADDRESS_BITS - 1, 0, 1, 1, 1), IODMA_INOUT,
      { { END - PAGE, PAGE }, { 0x10000, 0x10 } },
      FIXTURE_LAST + 1 - PAGE, 1, RUNG_SPLIT,
      { { FIXTURE_LAST + 1 - PAGE, PAGE }, { 0x10000, 0x10 } } },
    { "even if the first address follows in the list", ALL_OF_IT,
      SPEC(host64, HAL_ADDRESS_BITS - 1, 0, 1, 1, 1), IODMA_INOUT,
      { { END - 0x10, 0x10 }, { 0, 0x10 } }, FIXTURE_LAST + 1 - PAGE, 1,
      RUNG_SPLIT,
      { { FIXTURE_LAST + 1 - 0x10, 0x10 }, { 0, 0x10 } } },

    { "lines of its own are maintained there", NOT_LOOKED,
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_INOUT, { { END - PAGE, PAGE } }, 0, 0,
      RUNG_DIRECT, { { END - PAGE, PAGE } } },
    { "the last line is", NOT_LOOKED, SPEC(host64, 0, 0, 1, 1, 1), IODMA_IN,
      { { END - LINE, LINE } }, 0, 0,
      RUNG_DIRECT, { { END - LINE, LINE } } },
    { "a line that is shared is bounced, the first and the last are not",
      NOT_LOOKED,
      SPEC(host64, 0, 0, 1, 1, 1), IODMA_IN,
      { { 0, LINE }, { END - 100, 100 } }, END - 2 * PAGE, 1, RUNG_SPLIT,
      { { 0, LINE }, { END - PAGE - 100, 36 }, { END - LINE, LINE } } },
};
/* clang-format on */

/* A bus with this aperture, and storage if there is some; memory is fresh. */
static void make_bus(const struct hal_aperture *aperture, hal_address storage,
                     uint32_t pages)
{
    enum { MOST_PAGES = 4 };
    static const struct hal_region all = { 0, TOP, HAL_WRITE_BACK, true,
                                           &sparse_window };
    static uint32_t words[IODMA_BLOCK_WORDS(MOST_PAGES)];
    static struct hal_loan loans[MOST_PAGES];

    sparse_reset();
    incoherent_reset(LINE);
    apertures[0] = *aperture;
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.regions = &all;
    hal.cache = &incoherent_cache;
    expect_status("bus", iodma_bus_init(&bus, &hal, PAGE), IODMA_OK);
    expect_status("its facts", iodma_bus_check(&bus, NULL), IODMA_OK);
    expect_status("caches", iodma_bus_cache(&bus), IODMA_OK);
    if (pages == 0)
        return;
    expect_status("pool",
                  iodma_bounce_init(&pool, storage, pages * (hal_address)PAGE,
                                    PAGE, words, loans, MOST_PAGES),
                  IODMA_OK);
    expect_status("lend", iodma_bus_lend(&bus, &pool.hal), IODMA_OK);
}

static bool attach(const struct iodma_spec *spec,
                   const struct iodma_range *ranges, uint32_t direction)
{
    memory = row_memory(ranges, direction);
    expect_command(&command, &bus, spec);
    return expect_attached(&command, &memory);
}

/* Where the client has a byte of the window. */
static hal_address client(hal_address offset)
{
    const struct iodma_range *range = memory.ranges.array;

    for (; offset >= range->length; range++)
        offset -= range->length;
    return range->address + offset;
}

/* A byte of the list, as the device reads or writes it. */
static uint8_t *device_byte(hal_address offset)
{
    const struct hal_segment *segment = list;
    hal_address address;

    for (; offset >= segment->length; segment++)
        offset -= segment->length;
    address = segment->address + offset - apertures[0].bus + apertures[0].first;
    return apertures[0].snooped ? sparse_byte(address)
                                : incoherent_byte(address);
}

/* The device reads what is there, unless it only writes, and writes its
   inverse. */
static void use_device(uint32_t direction)
{
    for (hal_address i = 0; i < memory.length; i++) {
        uint8_t *byte = device_byte(i);
        uint8_t fresh = sparse_fresh(client(i));

        if (direction != IODMA_IN &&
            !expect_number("a byte as the device sees it", *byte, fresh))
            return;
        *byte = (uint8_t)~fresh;
    }
}

static void expect_inverted(void)
{
    for (hal_address i = 0; i < memory.length; i++) {
        if (!expect_number("a byte as the client sees it",
                           *sparse_byte(client(i)),
                           (uint8_t)~sparse_fresh(client(i))))
            return;
    }
}

static void listing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        make_bus(&rows[i].aperture, rows[i].storage, rows[i].pages);
        if (!attach(&rows[i].spec, rows[i].ranges, rows[i].direction))
            continue;
        expect_number("rung", fixture_rung(&command), rows[i].rung);
        listed = fixture_list(&command, list, SEGMENTS);
        if (!expect_segments("the list", list, listed, rows[i].list,
                             row_count(rows[i].list, SEGMENTS)))
            continue;
        use_device(rows[i].direction);
        expect_completed(&command);
        expect_inverted();
        expect_number("windows open", sparse_open_windows(), 0);
    }
}

static const struct hal_aperture all = ALL_OF_IT;
static const struct hal_aperture not_looked = NOT_LOOKED;
static const struct iodma_range last_page[ROW_RANGES] = {
    { END - PAGE, PAGE },
};

/* The last byte that a word tells, in either width. */
static void narrow(void)
{
    static const struct iodma_range last[ROW_RANGES] = {
        { 0xFFFFF000, 0x1000 },
    };
    static const struct iodma_spec spec = SPEC(host32, 0, 0, 1, 1, 1);
    struct iodma_segment32 segment;
    hal_address offset = 0xFFF;
    uint32_t one = 1;

    check_case("a form of 32 bits tells the last address of 32 bits");
    make_bus(&all, 0, 0);
    if (!attach(&spec, last, IODMA_OUT))
        return;
    expect_status(
        "gen", iodma_command_gen_segments32(&command, &offset, &segment, &one),
        IODMA_OK);
    expect_number("its address", segment.address, 0xFFFFFFFF);
    expect_number("its length", segment.length, 1);
    expect_number("offset", offset, 0x1000);
}

/* The last line of a window that is prepared for long. */
static void handing_over(void)
{
    static const struct iodma_spec spec = SPEC(host64, 0, 0, 1, 1, 1);

    check_case("the last line changes hands");
    make_bus(&not_looked, 0, 0);
    if (!attach(&spec, last_page, IODMA_INOUT))
        return;
    *incoherent_byte(END - 1) = 0x5A;
    incoherent_maintained = 0;
    expect_status(
        "in",
        iodma_command_synchronize_range(&command, PAGE - LINE, LINE, IODMA_IN),
        IODMA_OK);
    expect_number("the CPU sees it", *sparse_byte(END - 1), 0x5A);
    *sparse_byte(END - 1) = 0xA5;
    expect_status(
        "out",
        iodma_command_synchronize_range(&command, PAGE - LINE, LINE, IODMA_OUT),
        IODMA_OK);
    expect_number("the device sees it", *incoherent_byte(END - 1), 0xA5);
    expect_number("bytes maintained", incoherent_maintained, 2 * LINE);
    expect_status("beyond it",
                  iodma_command_synchronize_range(&command, PAGE - LINE,
                                                  LINE + 1, IODMA_IN),
                  IODMA_BAD_ARGUMENT);
    expect_completed(&command);
}

static void copying(void)
{
    static const struct iodma_spec spec = SPEC(host64, 0, 0, 1, 1, 1);
    static const uint8_t two[] = { 0x12, 0x34 };
    static const struct iodma_range all_but_one[ROW_RANGES] = { { 0, TOP } };
    uint8_t got[4];

    check_case("the last byte is read and written");
    make_bus(&all, 0, 0);
    if (!attach(&spec, last_page, IODMA_INOUT))
        return;
    expect_number("write of the memory",
                  iodma_memory_write(&memory, &bus, PAGE - 2, two, 2), 2);
    expect_number("one byte too many",
                  iodma_memory_write(&memory, &bus, PAGE - 1, two, 2), 0);
    expect_number("read of the command",
                  iodma_command_read_bytes(&command, PAGE - 2, got, 4), 2);
    expect_bytes("what was written", got, two, 2);
    expect_number("as mapped from page to page",
                  iodma_memory_map_length(&memory, PAGE, NULL), PAGE);
    expect_cleared(&command);

    check_case("all of memory is one segment, as far as a length can tell");
    if (!attach(&spec, all_but_one, IODMA_INOUT))
        return;
    listed = fixture_list(&command, list, SEGMENTS);
    expect_segments("the list", list, listed, &(struct hal_segment){ 0, TOP },
                    1);
    expect_number("as mapped: as much as a length can tell, or more",
                  iodma_memory_map_length(&memory, PAGE, NULL), TOP);
}

int main(void)
{
    listing();
    narrow();
    handing_over();
    copying();
    return check_result();
}
