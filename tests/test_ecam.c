/* SPDX-License-Identifier: MIT */
/*
 * Every function of a host bridge is found, behind whatever bridges; what a
 * boot loader left on is off; base address registers get places of their own
 * size and alignment, one by one, within the windows and never while they are
 * decoded; nobody masters the bus before he may; messages are set up within the
 * function's own memory, while they are held back.
 */
#include "hal/pci/ecam.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/model/pci_model.h"

#include <string.h>

#define CONFIG ((uintptr_t)0x70000000)
#define KIB    UINT64_C(0x400)
#define MIB    UINT64_C(0x100000)
#define GIB    UINT64_C(0x40000000)

/* Where the CPU finds the first byte of a window. */
#define MEMORY_CPU ((uintptr_t)0x20000000)
#define IO_CPU     ((uintptr_t)0x18000000)

enum {
    BUSES = 16,
    CAPACITY = 48,
    VENDOR = 0x1000,
    DEVICE = 0x0012,
    BRIDGE = 0x0B0B,
    CLASS_NVME = 0x010802,
};

/* Of the command register. */
enum { IO = 1, MEMORY = 2, MASTER = 4 };

static struct pci_model bus;
static struct pci_model_function models[CAPACITY];
static struct pci_function found[CAPACITY];
static uint64_t ticks;
static uint64_t step = 1; /* from one look at the clock to the next */

static uint64_t now(const struct hal_clock *clock)
{
    (void)clock;
    ticks += step;
    return ticks;
}

static uint32_t frequency(const struct hal_clock *clock)
{
    (void)clock;
    return 1000;
}

static const struct hal_clock clock = { now, frequency };

static struct pci_ecam ecam;

static void expect_no_violation(void)
{
    expect(bus.violation ? bus.violation : "no violation", !bus.violation);
}

/* A host bridge with nothing behind it, and windows of 16 MiB and 64 KiB. */
static void power_on(void)
{
    pci_model_power_on(&bus, CONFIG, BUSES);
    ecam = (struct pci_ecam){
        .config = CONFIG,
        .buses = BUSES,
        .clock = &clock,
        .memory = { MEMORY_CPU, 0x10000000, 16 * MIB, 0 },
        .io = { IO_CPU, 0x1000, 60 * KIB, 0 },
        .functions = found,
        .capacity = CAPACITY,
    };
}

static struct pci_model_function *add(uint32_t index,
                                      const struct pci_model_function *bridge,
                                      uint32_t device, uint32_t function,
                                      uint32_t id)
{
    pci_model_function_init(&models[index], VENDOR, id);
    pci_model_add(&bus, &models[index], bridge, device << 3 | function);
    return &models[index];
}

static struct pci_model_function *
add_bridge(uint32_t index, const struct pci_model_function *bridge,
           uint32_t device)
{
    pci_model_bridge_init(&models[index], VENDOR, BRIDGE);
    pci_model_add(&bus, &models[index], bridge, device << 3);
    return &models[index];
}

static void scan(void)
{
    expect_status("scan", pci_scan(&ecam), IODMA_OK);
}

static const struct pci_function *look(uint32_t id, uint32_t nth)
{
    static const struct pci_function nobody = { .config = 0 };
    const struct pci_key key = { .id = PCI_ID_OF(VENDOR, id) };
    const struct pci_function *function = &nobody;

    expect_status("find", pci_find(&ecam, key, nth, &function), IODMA_OK);
    return function;
}

static void expect_missing(struct pci_key key, uint32_t nth)
{
    const struct pci_function *function = &found[3];

    expect_status("find", pci_find(&ecam, key, nth, &function),
                  IODMA_NOT_FOUND);
    expect("nothing is said of it", function == &found[3]);
}

static uint32_t command_of(const struct pci_model_function *model)
{
    return model->words[PCI_MODEL_COMMAND] & UINT16_MAX;
}

/* Finding --------------------------------------------------------------- */

static void expect_at(const struct pci_function *function, uint32_t on,
                      uint32_t device, uint32_t number)
{
    expect_number("bus", function->bus, on);
    expect_number("devfn", function->devfn, device << 3 | number);
    expect_number("configuration space", function->config,
                  CONFIG + ((uintptr_t)on << 20) + ((uintptr_t)device << 15) +
                      ((uintptr_t)number << 12));
}

static void test_finding(void)
{
    check_case("a function is found by its number, the first and the last too");
    power_on();
    add(0, NULL, 0, 0, 0x1237);
    add(1, NULL, 5, 0, DEVICE);
    add(2, NULL, 31, 0, DEVICE + 1);
    scan();
    expect_number("functions", ecam.count, 3);
    expect_at(look(0x1237, 0), 0, 0, 0);
    expect_at(look(DEVICE, 0), 0, 5, 0);
    expect_at(look(DEVICE + 1, 0), 0, 31, 0);
    expect_no_violation();

    check_case("one that is not there is not, and nothing is said of it");
    expect_missing((struct pci_key){ .id = PCI_ID_OF(VENDOR, DEVICE + 2) }, 0);
    expect_missing((struct pci_key){ .id = PCI_ID_OF(VENDOR + 1, DEVICE) }, 0);
    expect_missing((struct pci_key){ .id = PCI_ID_OF(DEVICE, VENDOR) }, 0);
    expect_missing((struct pci_key){ .class_code = CLASS_NVME }, 0);

    check_case("of two alike each is found, by its turn");
    add(3, NULL, 9, 0, DEVICE);
    scan();
    expect_at(look(DEVICE, 0), 0, 5, 0);
    expect_at(look(DEVICE, 1), 0, 9, 0);
    expect_missing((struct pci_key){ .id = PCI_ID_OF(VENDOR, DEVICE) }, 2);

    check_case("a function is found by its class, whoever made it");
    models[2].words[PCI_MODEL_CLASS] = CLASS_NVME << 8 | 0x33;
    scan();
    {
        const struct pci_function *function = NULL;
        const struct pci_key key = { .class_code = CLASS_NVME };

        expect_status("find", pci_find(&ecam, key, 0, &function), IODMA_OK);
        expect_at(function, 0, 31, 0);
        expect_missing(key, 1);
        expect_missing(
            (struct pci_key){ PCI_ID_OF(VENDOR, DEVICE), CLASS_NVME }, 0);
    }
    expect_no_violation();
}

static void test_many_functions(void)
{
    check_case("functions 1 to 7 are found where function 0 says so");
    power_on();
    add(0, NULL, 4, 0, DEVICE)->words[PCI_MODEL_HEADER] = 0x80 << 16;
    add(1, NULL, 4, 1, DEVICE);
    add(2, NULL, 4, 7, DEVICE);
    scan();
    expect_number("functions", ecam.count, 3);
    expect_at(look(DEVICE, 1), 0, 4, 1);
    expect_at(look(DEVICE, 2), 0, 4, 7);

    check_case("and nowhere else: a device may answer by all eight numbers");
    models[0].words[PCI_MODEL_HEADER] = 0;
    scan();
    expect_number("functions", ecam.count, 1);

    check_case("nor where there is no function 0");
    models[0].words[0] = UINT32_MAX;
    models[0].words[PCI_MODEL_HEADER] = UINT32_MAX;
    scan();
    expect_number("functions", ecam.count, 0);
    expect_no_violation();
}

static void test_facts(void)
{
    static const struct {
        const char *what;
        uint32_t buses;
        struct pci_window memory, io;
        struct pci_function *functions;
    } rows[] = {
        { "no bus is refused", 0, { 0 }, { 0 }, found },
        { "more than 256 buses are refused", 257, { 0 }, { 0 }, found },
        { "no storage is refused", 1, { 0 }, { 0 }, NULL },
        { "memory beyond what a pointer can name is refused",
          1,
          { UINTPTR_MAX - 0xFFE, 0, 0x1000, 0 },
          { 0 },
          found },
        { "memory beyond what a bus address can name is refused",
          1,
          { 0x1000, UINT64_MAX - 0xFFE, 0x1000, 0 },
          { 0 },
          found },
        { "I/O beyond what a pointer can name is refused",
          1,
          { 0 },
          { UINTPTR_MAX - 0xFFE, 0, 0x1000, 0 },
          found },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        power_on();
        ecam.buses = rows[i].buses;
        ecam.memory = rows[i].memory;
        ecam.io = rows[i].io;
        ecam.functions = rows[i].functions;
        expect_status("scan", pci_scan(&ecam), IODMA_BAD_ARGUMENT);
        expect_number("accesses", bus.accesses, 0);
    }

    check_case("windows up to the very last address are windows");
    power_on();
    ecam.memory = (struct pci_window){ UINTPTR_MAX - 0xFFF, UINT64_MAX - 0xFFF,
                                       0x1000, 0 };
    add(0, NULL, 1, 0, DEVICE);
    pci_model_bar(&models[0], 0, PCI_MODEL_64, 4 * KIB);
    scan();
    expect_number("base", look(DEVICE, 0)->bars[0].base, UINTPTR_MAX - 0xFFF);
    expect_no_violation();
}

/* What was left behind --------------------------------------------------- */

enum { MSI = 0x40 / 4, EXPRESS = 0x60 / 4, MSIX = 0x50 / 4 };

static void test_quiet(void)
{
    struct pci_model_function before;
    const struct pci_function *function;

    check_case("what a boot loader left on is off after the scan");
    power_on();
    add(0, NULL, 3, 0, DEVICE);
    models[0].words[PCI_MODEL_ROM] = 0xFF000001;
    models[0].writable[PCI_MODEL_ROM] = 0xFFFF0001;
    pci_model_capability(&models[0], MSI, 0x05, 0x0081);
    models[0].writable[MSI] = 0x00710000;
    pci_model_capability(&models[0], MSIX, 0x11, 0x8003);
    models[0].writable[MSIX] = 0xC0000000;
    scan();
    expect_number("command", command_of(&models[0]), 0);
    expect_number("ROM", models[0].words[PCI_MODEL_ROM] & 1, 0);
    expect_number("MSI", models[0].words[MSI] >> 16, 0x0080);
    expect_number("MSI-X", models[0].words[MSIX] >> 16, 0x0003);
    expect_no_violation();

    check_case("and so is a bridge's ROM, which is elsewhere");
    power_on();
    add_bridge(0, NULL, 1)->words[PCI_MODEL_BRIDGE_ROM] = 0xFF000001;
    models[0].writable[PCI_MODEL_BRIDGE_ROM] = 0xFFFF0001;
    scan();
    expect_number("ROM", models[0].words[PCI_MODEL_BRIDGE_ROM] & 1, 0);
    expect_no_violation();

    check_case("a host bridge is left as it was, and refused");
    power_on();
    add(0, NULL, 0, 0, DEVICE)->words[PCI_MODEL_CLASS] = 0x06000000;
    pci_model_bar(&models[0], 0, PCI_MODEL_32, 4 * KIB);
    before = models[0];
    scan();
    function = look(DEVICE, 0);
    expect_number("kind", function->kind, PCI_OTHER);
    expect_status("enable", pci_enable(function), IODMA_UNSUPPORTED);
    expect_status("master", pci_master(function, true), IODMA_UNSUPPORTED);
    expect_bytes("registers", models[0].words, before.words,
                 sizeof before.words);

    check_case("so is what has a header unknown to us");
    models[0].words[PCI_MODEL_CLASS] = 0x06070000;
    models[0].words[PCI_MODEL_HEADER] = 2 << 16;
    before = models[0];
    scan();
    expect_status("enable", pci_enable(look(DEVICE, 0)), IODMA_UNSUPPORTED);
    expect_bytes("registers", models[0].words, before.words,
                 sizeof before.words);
    expect_no_violation();
}

static void test_retry(void)
{
    const struct pci_function *function = &found[3];

    check_case("who says \"retry\" is asked again, and found");
    power_on();
    add(0, NULL, 3, 0, DEVICE)->retries = 700;
    add(1, NULL, 4, 0, DEVICE + 1);
    scan();
    expect_at(look(DEVICE, 0), 0, 3, 0);
    expect_at(look(DEVICE + 1, 0), 0, 4, 0);
    expect_no_violation();

    check_case("who answers when a second is over is found, too");
    power_on();
    add(0, NULL, 3, 0, DEVICE)->retries = 1;
    step = 2000;
    scan();
    step = 1;
    expect_at(look(DEVICE, 0), 0, 3, 0);
    expect_no_violation();

    check_case("for a second at most: Timeout, and all others are found");
    power_on();
    add(0, NULL, 3, 0, DEVICE)->retries = UINT32_MAX;
    add(1, NULL, 4, 0, DEVICE + 1)->retries = UINT32_MAX;
    add(2, NULL, 5, 0, DEVICE + 2);
    ticks = 0;
    expect_status("scan", pci_scan(&ecam), IODMA_TIMEOUT);
    expect("a second was waited", ticks >= 1000);
    expect("and no more for both", ticks < 1100);
    expect_at(look(DEVICE + 2, 0), 0, 5, 0);
    expect_status("find",
                  pci_find(&ecam,
                           (struct pci_key){ .id = PCI_ID_OF(VENDOR, DEVICE) },
                           0, &function),
                  IODMA_NOT_FOUND);
    expect_no_violation();
}

/* Placing --------------------------------------------------------------- */

struct bar {
    uint32_t kind;
    uint64_t size; /* 0: absent */
};

#define WIDE    (PCI_MODEL_64 | PCI_MODEL_PREFETCH)
#define NOWHERE UINT64_MAX

/* Bus addresses, of windows and of places. */
struct placing {
    const char *what;
    struct bar bars[PCI_BARS];
    struct {
        uint64_t bus;
        uintptr_t size;
    } memory, io;
    uint64_t places[PCI_BARS]; /* NOWHERE: none was found                  */
    uint32_t command;
    uintptr_t memory_used, io_used;
};

/* clang-format off */
static const struct placing placings[] = {
    { "a function without base addresses needs no place",
      { { 0 } }, { 0x1000, 0 }, { 0x10, 0 }, { 0 }, 0, 0, 0 },
    { "a place is as large as the register says",
      { { PCI_MODEL_32, 16 }, { PCI_MODEL_PREFETCH, 16 }, { 0 },
        { PCI_MODEL_32, 16 } },
      { 0x1000, 0x30 }, { 0, 0 },
      { 0x1000, 0x1010, 0, 0x1020 }, MEMORY, 0x30, 0 },
    { "and aligned to its size, on the bus",
      { { PCI_MODEL_32, 16 }, { PCI_MODEL_32, 4 * KIB }, { 0 }, { 0 }, { 0 },
        { PCI_MODEL_32, 1 * MIB } },
      { 0x10000008, 0x1FFFF8 }, { 0, 0 },
      { 0x10000010, 0x10001000, 0, 0, 0, 0x10100000 }, MEMORY, 0x1FFFF8, 0 },
    { "a window may begin at address 0, and so may a place",
      { { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_IO, 16 } },
      { 0, 0x1000 }, { 0, 0x10 },
      { 0, 0 }, MEMORY | IO, 0x1000, 0x10 },
    { "the largest place of 32 bits",
      { { PCI_MODEL_32, 2 * GIB } }, { 0x7FFF0000, 0x80010000 }, { 0, 0 },
      { 2 * GIB }, MEMORY, 0x80010000, 0 },
    { "64 bits take two registers, also below 4 GiB",
      { { WIDE, 64 * KIB }, { 0 }, { PCI_MODEL_32, 4 * KIB }, { 0 },
        { WIDE, 16 } },
      { 0x10000000, 16 * MIB }, { 0, 0 },
      { 0x10000000, 0, 0x10010000, 0, 0x10011000 }, MEMORY, 0x11010, 0 },
    { "and lie beyond 4 GiB if the window does",
      { { 0 }, { WIDE, 1 * MIB }, { 0 }, { WIDE, 1 * MIB } },
      { 0x8012345678, 0x2BA988 }, { 0, 0 },
      { 0, 0x8012400000, 0, 0x8012500000 }, MEMORY, 0x2BA988, 0 },
    { "64 bits that are absent are not there",
      { { WIDE, 0 }, { 0 }, { PCI_MODEL_32, 4 * KIB } },
      { 0x10000000, 0x1000 }, { 0, 0 },
      { 0, 0, 0x10000000 }, MEMORY, 0x1000, 0 },
    { "I/O has a window of its own",
      { { PCI_MODEL_IO, 256 }, { PCI_MODEL_32, 1 * KIB } },
      { 0x10000000, 0x400 }, { 0x1004, 0x1FC },
      { 0x1100, 0x10000000 }, MEMORY | IO, 0x400, 0x1FC },
    { "I/O registers may have an upper half, or none",
      { { PCI_MODEL_IO, 256 | PCI_MODEL_IO_WIDE }, { PCI_MODEL_IO, 4 },
        { PCI_MODEL_IO, 4 | PCI_MODEL_IO_WIDE }, { PCI_MODEL_IO, 256 } },
      { 0, 0 }, { 0x1000, 0x300 },
      { 0x1000, 0x1100, 0x1104, 0x1200 }, IO, 0, 0x300 },
    { "one without has no place above 64 KiB",
      { { PCI_MODEL_IO, 16 }, { PCI_MODEL_IO, 16 },
        { PCI_MODEL_IO, 16 | PCI_MODEL_IO_WIDE } },
      { 0, 0 }, { 0xFFF0, 0x100 },
      { 0xFFF0, NOWHERE, 0x10010 }, IO, 0, 0x30 },
    { "memory that lacks one byte at its end has no place for the last",
      { { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_32, 4 * KIB } },
      { 0x10000000, 0x1FFF }, { 0, 0 },
      { 0x10000000, NOWHERE }, MEMORY, 0x1000, 0 },
    { "nor does memory that ends before the first aligned byte",
      { { PCI_MODEL_32, 1 * MIB } },
      { 0x10000001, 0xFFFFE }, { 0, 0 }, { NOWHERE }, 0, 0, 0 },
    { "nor where the first aligned byte is",
      { { PCI_MODEL_32, 1 * MIB } },
      { 0x10000001, 0xFFFFF }, { 0, 0 }, { NOWHERE }, 0, 0, 0 },
    { "nor no memory at all",
      { { PCI_MODEL_32, 16 } }, { 0, 0 }, { 0, 0 }, { NOWHERE }, 0, 0, 0 },
    { "nor what is left at the very end of the addresses",
      { { WIDE, 4 * KIB } }, { UINT64_MAX - 15, 16 }, { 0, 0 },
      { NOWHERE }, 0, 0, 0 },
    { "without an I/O window the function is used by its memory",
      { { PCI_MODEL_IO, 256 }, { PCI_MODEL_32, 1 * KIB } },
      { 0x10000000, 0x1000 }, { 0, 0 },
      { NOWHERE, 0x10000000 }, MEMORY, 0x400, 0 },
    { "memory that ends where the window begins may be left at 0",
      { { PCI_MODEL_32, 4 * KIB } }, { 0x1000, 0x800 }, { 0, 0 },
      { NOWHERE }, 0, 0, 0 },
    { "I/O that finds no place is left where the window is not",
      { { PCI_MODEL_IO, 256 | PCI_MODEL_IO_WIDE }, { PCI_MODEL_IO, 16 },
        { PCI_MODEL_IO, 256 } },
      { 0, 0 }, { 0, 0x80 },
      { NOWHERE, 0, NOWHERE }, IO, 0, 16 },
    { "right behind it, too",
      { { PCI_MODEL_IO, 32 * KIB }, { PCI_MODEL_IO, 32 * KIB } },
      { 0, 0 }, { 0, 32 * KIB },
      { 0, NOWHERE }, IO, 0, 32 * KIB },
    { "64 MiB in a window of 16 leave what comes behind its place",
      { { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_32, 64 * MIB },
        { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_IO, 16 } },
      { 0x10000000, 16 * MIB }, { 0x1000, 0x1000 },
      { 0x10000000, NOWHERE, 0x10001000, 0x1000 }, MEMORY | IO, 0x2000, 16 },
    { "a register of 32 bits has no place beyond what it can name",
      { { PCI_MODEL_32, 4 * KIB }, { WIDE, 4 * KIB } },
      { UINT64_C(0x100000000), 0x10000 }, { 0, 0 },
      { NOWHERE, UINT64_C(0x100000000) }, MEMORY, 0x1000, 0 },
    { "one that would end beyond that has none either",
      { { PCI_MODEL_32, 1 * MIB }, { PCI_MODEL_32, 2 * MIB } },
      { UINT64_C(0xFFF00000), 4 * MIB }, { 0, 0 },
      { 0xFFF00000, NOWHERE }, MEMORY, 0x100000, 0 },
    { "a last register of 64 bits is none",
      { { PCI_MODEL_32, 16 }, { 0 }, { 0 }, { 0 }, { 0 }, { PCI_MODEL_64, 0 } },
      { 0x10000000, 0x1000 }, { 0, 0 },
      { 0x10000000, 0, 0, 0, 0, NOWHERE }, MEMORY, 16, 0 },
#if UINTPTR_MAX > UINT32_MAX
    { "exactly 4 GiB",
      { { WIDE, 4 * GIB }, { 0 }, { PCI_MODEL_64, 4 * GIB } },
      { 1 * GIB, 11 * GIB }, { 0, 0 },
      { 4 * GIB, 0, 8 * GIB }, MEMORY, 11 * GIB, 0 },
    { "more than 4 GiB",
      { { WIDE, 16 * GIB } }, { 1 * GIB, 31 * GIB }, { 0, 0 },
      { 16 * GIB }, MEMORY, 31 * GIB, 0 },
#else
    { "4 GiB and more are beyond a CPU of 32 bits, and never cut",
      { { WIDE, 4 * GIB }, { 0 }, { WIDE, 16 * GIB }, { 0 }, { WIDE, 16 } },
      { 0, 0xC0000000 }, { 0, 0 },
      { NOWHERE, 0, NOWHERE, 0, 0 }, MEMORY, 16, 0 },
#endif
};
/* clang-format on */

/* Where a register without a place is left: at 0, or at the top if from there
   it would answer for the window. */
static uint64_t aside(const struct placing *row, const struct bar *bar)
{
    bool io = bar->kind == PCI_MODEL_IO;
    uint64_t size = bar->size & ~PCI_MODEL_IO_WIDE;
    uint64_t first = io ? row->io.bus : row->memory.bus;

    if ((io ? row->io.size : row->memory.size) == 0 || size <= first)
        return 0;
    if (io && (bar->size & PCI_MODEL_IO_WIDE) == 0)
        return (uint16_t)(0 - size);
    return (bar->kind & PCI_MODEL_64) != 0 ? 0 - size : (uint32_t)(0 - size);
}

/* One register reads as its place, or as it is left without one. */
static void expect_place(const struct placing *row, uint32_t index,
                         const struct pci_function *function)
{
    const uint32_t *word = &models[0].words[PCI_MODEL_BAR0 + index];
    const struct bar *bar = &row->bars[index];
    bool placed = row->places[index] != NOWHERE;
    uint64_t place = placed ? row->places[index] : aside(row, bar);
    bool io = bar->kind == PCI_MODEL_IO;
    uintptr_t base = io ? IO_CPU - (uintptr_t)row->io.bus
                        : MEMORY_CPU - (uintptr_t)row->memory.bus;

    expect_number("unplaced", function->unplaced >> index & 1, !placed);
    expect_number("size", function->bars[index].size,
                  placed ? bar->size & ~PCI_MODEL_IO_WIDE : 0);
    if (bar->size == 0)
        return;
    expect_number("I/O", function->io >> index & 1, io);
    expect_number("register", word[0], (uint32_t)place | bar->kind);
    if ((bar->kind & PCI_MODEL_64) != 0)
        expect_number("upper register", word[1], (uint32_t)(place >> 32));
    if (placed)
        expect_number("as the CPU names it", function->bars[index].base,
                      (uintptr_t)(base + place));
}

/* The one function of the bus; what is left in its registers is nonsense. */
static void make_function(const struct bar *bars)
{
    struct pci_model_function *model;

    power_on();
    model = add(0, NULL, 3, 0, DEVICE);
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        if (bars[i].size != 0)
            pci_model_bar(model, i, bars[i].kind, bars[i].size);
        else if (bars[i].kind != 0)
            model->words[PCI_MODEL_BAR0 + i] = bars[i].kind;
    }
    for (uint32_t i = PCI_MODEL_BAR0; i < PCI_MODEL_BAR0 + PCI_BARS; i++)
        model->words[i] |= 0xDEADBEF4 & model->writable[i];
}

static void test_placing(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(placings); i++) {
        const struct placing *row = &placings[i];
        const struct pci_function *function;

        check_case(row->what);
        make_function(row->bars);
        ecam.memory = (struct pci_window){ MEMORY_CPU, row->memory.bus,
                                           row->memory.size, 77 };
        ecam.io = (struct pci_window){ IO_CPU, row->io.bus, row->io.size, 77 };
        scan();
        function = look(DEVICE, 0);
        for (uint32_t k = 0; k < PCI_BARS; k++)
            expect_place(row, k, function);
        expect_number("memory", ecam.memory.used, row->memory_used);
        expect_number("I/O", ecam.io.used, row->io_used);

        expect_number("scanned", command_of(&models[0]), 0);
        expect_status("enable", pci_enable(function), IODMA_OK);
        expect_number("enabled", command_of(&models[0]), row->command);
        expect_status("master", pci_master(function, true), IODMA_OK);
        expect_number("mastering", command_of(&models[0]),
                      row->command | MASTER);
        expect_status("master no more", pci_master(function, false), IODMA_OK);
        expect_number("again", command_of(&models[0]), row->command);
        expect_no_violation();
    }
}

/* Bridges ---------------------------------------------------------------- */

/* All that a bridge's registers say. */
static void expect_bridge(const struct pci_model_function *bridge,
                          uint32_t buses, uint32_t memory, uint32_t io,
                          uint32_t command)
{
    expect_number("bus numbers", bridge->words[PCI_MODEL_BUSES],
                  0x40000000 | buses);
    expect_number("memory", bridge->words[PCI_MODEL_FORWARD_MEMORY], memory);
    expect_number("prefetchable memory",
                  bridge->words[PCI_MODEL_FORWARD_MEMORY + 1], 0x0001FFF1);
    expect_number("its upper half", bridge->words[PCI_MODEL_FORWARD_MEMORY + 3],
                  0);
    expect_number("I/O", bridge->words[PCI_MODEL_FORWARD_IO] & 0xF0F0, io);
    expect_number("control", bridge->words[15] >> 16, 0);
    expect_number("command", command_of(bridge), command);
}

#define CLOSED_MEMORY 0x0000FFF0u
#define CLOSED_IO     0x00F0u

/* Ports 0 to FFFFh are the window, and taken. */
static void test_no_room_for_io(void)
{
    static const struct bar bars[PCI_BARS] = {
        { PCI_MODEL_IO, 32 * KIB }, { PCI_MODEL_32, 16 },
        { PCI_MODEL_IO, 32 * KIB }, { PCI_MODEL_IO, 16 },
        { PCI_MODEL_IO, 16 },       { PCI_MODEL_IO, 0 },
    };
    const struct pci_function *function;

    check_case("I/O that can only answer for the window: none is decoded");
    make_function(bars);
    ecam.io = (struct pci_window){ IO_CPU, 0, 64 * KIB, 0 };
    scan();
    function = look(DEVICE, 0);
    expect_number("unplaced", function->unplaced, 1 | 4 | 8 | 16);
    expect_number("size", function->bars[0].size | function->bars[2].size, 0);
    expect_number("memory", function->bars[1].size, 16);
    expect_status("enable", pci_enable(function), IODMA_OK);
    expect_number("enabled", command_of(&models[0]), MEMORY);
    expect_no_violation();

    check_case("nor does a bridge forward any, whose own I/O is such");
    power_on();
    ecam.io = (struct pci_window){ IO_CPU, 0, 64 * KIB, 0 };
    add(0, NULL, 1, 0, DEVICE + 1);
    pci_model_bar(&models[0], 0, PCI_MODEL_IO, 32 * KIB);
    pci_model_bar(&models[0], 1, PCI_MODEL_IO, 16 * KIB);
    add_bridge(1, NULL, 2);
    pci_model_bar(&models[1], 0, PCI_MODEL_IO, 16);
    pci_model_bar(&models[1], 1, PCI_MODEL_IO, 32 * KIB);
    add(2, &models[1], 0, 0, DEVICE);
    pci_model_bar(&models[2], 0, PCI_MODEL_IO, 16);
    scan();
    expect_number("before it", look(DEVICE + 1, 0)->unplaced, 0);
    expect_number("its own", look(BRIDGE, 0)->unplaced & 3, 3);
    expect_number("behind it", look(DEVICE, 0)->unplaced, 1);
    expect_bridge(&models[1], 0x010100, CLOSED_MEMORY, CLOSED_IO, MASTER);
    expect_no_violation();
}

/* What the CPU sends to each place of a function's arrives there, at its first
   and its last byte. */
static void expect_reached(const struct pci_function *function,
                           const struct pci_model_function *model)
{
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        bool io = (function->io >> i & 1) != 0;
        const struct pci_window *window = io ? &ecam.io : &ecam.memory;
        uint64_t first = window->bus + (function->bars[i].base - window->cpu);

        if (function->bars[i].size == 0)
            continue;
        expect("the first byte is reached",
               pci_model_arrives(&bus, model, first, io));
        expect("the last byte is reached",
               pci_model_arrives(&bus, model,
                                 first + function->bars[i].size - 1, io));
        expect("it lies in the window",
               first - window->bus + function->bars[i].size <= window->size);
    }
}

static void test_bridges(void)
{
    const struct pci_model_function *bridge = NULL;
    const struct pci_function *function;

    check_case("a function is found behind six bridges, one behind another");
    power_on();
    for (uint32_t i = 0; i < 6; i++)
        bridge = add_bridge(i, bridge, 31 - i);
    add(6, bridge, 0, 0, DEVICE)->words[PCI_MODEL_HEADER] = 0x80 << 16;
    add(7, bridge, 0, 7, DEVICE);
    pci_model_bar(&models[7], 0, PCI_MODEL_32, 4 * KIB);
    pci_model_bar(&models[7], 1, PCI_MODEL_IO, 16);
    scan();
    expect_number("functions", ecam.count, 8);
    expect_at(look(DEVICE, 0), 6, 0, 0);
    function = look(DEVICE, 1);
    expect_at(function, 6, 0, 7);
    expect_number("memory", function->bars[0].base, MEMORY_CPU);
    expect_status("enable", pci_enable(function), IODMA_OK);
    expect_reached(function, &models[7]);

    check_case("each bridge forwards its buses, memory and I/O, no more");
    for (uint32_t i = 0; i < 6; i++)
        expect_bridge(&models[i], 6u << 16 | (i + 1) << 8 | i, 0x10001000,
                      0x1010, IO | MEMORY | MASTER);

    check_case("behind bridges, too, who masters is who may");
    expect("not yet", !pci_model_masters(&models[7]));
    expect_status("master", pci_master(function, true), IODMA_OK);
    expect("now", pci_model_masters(&models[7]));
    expect("and nobody else", !pci_model_masters(&models[6]));
    expect_no_violation();

    check_case("a bridge taken for a device is refused untouched");
    {
        struct pci_model_function before = models[2];

        function = look(BRIDGE, 2);
        expect_number("kind", function->kind, PCI_BRIDGE);
        expect_status("enable", pci_enable(function), IODMA_UNSUPPORTED);
        expect_status("master", pci_master(function, true), IODMA_UNSUPPORTED);
        expect_bytes("registers", models[2].words, before.words,
                     sizeof before.words);
    }
    expect_no_violation();
}

static void test_side_by_side(void)
{
    check_case("bridges side by side have windows side by side");
    power_on();
    add_bridge(0, NULL, 1);
    add_bridge(1, NULL, 2);
    add_bridge(2, &models[1], 0);
    add_bridge(3, &models[1], 1);
    add_bridge(4, NULL, 4);
    add(5, &models[0], 0, 0, DEVICE);
    add(6, &models[2], 0, 0, DEVICE);
    add(7, &models[3], 9, 0, DEVICE);
    add(8, NULL, 3, 0, DEVICE);
    for (uint32_t i = 5; i < 9; i++)
        pci_model_bar(&models[i], 0, PCI_MODEL_32, 64 * KIB);
    pci_model_bar(&models[6], 1, PCI_MODEL_32, 2 * MIB);
    pci_model_bar(&models[7], 1, PCI_MODEL_IO, 256);
    pci_model_bar(&models[3], 0, PCI_MODEL_32, 4 * KIB);
    scan();
    expect_bridge(&models[0], 0x010100, 0x10001000, CLOSED_IO, MEMORY | MASTER);
    expect_bridge(&models[1], 0x040200, 0x10501010, 0x1010,
                  IO | MEMORY | MASTER);
    expect_bridge(&models[2], 0x030302, 0x10301010, CLOSED_IO, MEMORY | MASTER);
    expect_bridge(&models[3], 0x040402, 0x10501050, 0x1010,
                  IO | MEMORY | MASTER);
    expect_bridge(&models[4], 0x050500, CLOSED_MEMORY, CLOSED_IO, MASTER);
    expect_number("a bridge's own register", models[3].words[PCI_MODEL_BAR0],
                  0x10400000);
    for (uint32_t i = 0; i < 4; i++) {
        static const uint32_t model_of[] = { 5, 6, 7, 8 };

        (void)pci_enable(look(DEVICE, i));
        expect_reached(look(DEVICE, i), &models[model_of[i]]);
    }
    expect_no_violation();

    check_case("a bridge may be one function of several: the next is found");
    power_on();
    add_bridge(0, NULL, 1)->words[PCI_MODEL_HEADER] |= 0x80 << 16;
    add(1, NULL, 1, 1, DEVICE);
    add(2, &models[0], 0, 0, DEVICE);
    scan();
    expect_at(look(DEVICE, 0), 1, 0, 0);
    expect_at(look(DEVICE, 1), 0, 1, 1);
    expect_no_violation();
}

static void test_what_bridges_pass(void)
{
    const struct pci_function *function;

    check_case("64 bits behind a bridge are placed below 4 GiB");
    power_on();
    add_bridge(0, NULL, 1);
    add(1, &models[0], 0, 0, DEVICE);
    pci_model_bar(&models[1], 0, WIDE, 64 * KIB);
    scan();
    expect_number("base", look(DEVICE, 0)->bars[0].base, MEMORY_CPU);
    expect_no_violation();

    check_case("and nowhere, where memory begins above");
    ecam.memory.bus = 4 * GIB;
    scan();
    function = look(DEVICE, 0);
    expect_number("size", function->bars[0].size, 0);
    expect_number("unplaced", function->unplaced, 1);
    expect_bridge(&models[0], 0x010100, CLOSED_MEMORY, CLOSED_IO, MASTER);
    expect_no_violation();

    check_case("a part of a MiB at a window's end is not forwarded");
    power_on();
    ecam.memory.size = 2 * MIB - 1;
    add_bridge(0, NULL, 1);
    add(1, &models[0], 0, 0, DEVICE);
    pci_model_bar(&models[1], 0, PCI_MODEL_32, 1 * MIB);
    pci_model_bar(&models[1], 1, PCI_MODEL_32, 16);
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 2);
    expect_bridge(&models[0], 0x010100, 0x10001000, CLOSED_IO, MEMORY | MASTER);
    expect_no_violation();

    check_case("a window in which no MiB is whole forwards nothing");
    ecam.memory.bus = 0x10000010;
    ecam.memory.size = 1 * MIB;
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 3);
    expect_bridge(&models[0], 0x010100, CLOSED_MEMORY, CLOSED_IO, MASTER);
    expect_no_violation();

    check_case("nor does a window that lies within one");
    ecam.memory.bus = 0x10080000;
    ecam.memory.size = 256 * KIB;
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 3);
    expect_bridge(&models[0], 0x010100, CLOSED_MEMORY, CLOSED_IO, MASTER);

    check_case("what finds no place does not answer in the window");
    power_on();
    add(0, NULL, 1, 0, DEVICE);
    pci_model_bar(&models[0], 0, WIDE, 16 * GIB);
    pci_model_bar(&models[0], 2, PCI_MODEL_32, 2 * GIB);
    pci_model_bar(&models[0], 3, PCI_MODEL_32, 16);
    add(1, NULL, 2, 0, DEVICE + 1);
    pci_model_bar(&models[1], 0, PCI_MODEL_32, 16);
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 1 | 4);
    for (uint32_t i = 0; i < 2; i++)
        (void)pci_enable(look(DEVICE + i, 0));
    for (uint32_t i = 0; i < 2; i++)
        expect_reached(look(DEVICE + i, 0), &models[i]);
    expect_no_violation();

    check_case("I/O above 64 KiB is not forwarded");
    power_on();
    ecam.io.bus = 0x10000;
    add_bridge(0, NULL, 1);
    add(1, &models[0], 0, 0, DEVICE);
    pci_model_bar(&models[1], 0, PCI_MODEL_IO, 16 | PCI_MODEL_IO_WIDE);
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 1);
    expect_no_violation();

    check_case("nor is I/O by a bridge without, nor by one behind it");
    power_on();
    add_bridge(0, NULL, 1)->writable[PCI_MODEL_FORWARD_IO] = 0;
    models[0].words[PCI_MODEL_FORWARD_IO] = 0;
    add_bridge(1, &models[0], 1);
    add(2, &models[1], 0, 0, DEVICE);
    pci_model_bar(&models[2], 0, PCI_MODEL_IO, 16);
    pci_model_bar(&models[2], 1, PCI_MODEL_32, 16);
    scan();
    function = look(DEVICE, 0);
    expect_number("unplaced", function->unplaced, 1);
    (void)pci_enable(function);
    expect_reached(function, &models[2]);
    expect_no_violation();

    check_case(
        "a bridge's last register of 64 bits is none: its buses are next");
    power_on();
    add_bridge(0, NULL, 1)->words[PCI_MODEL_BAR0 + 1] = 0x12340000 | WIDE;
    models[0].writable[PCI_MODEL_BAR0 + 1] = 0xFFFF0000;
    add(1, &models[0], 0, 0, DEVICE);
    scan();
    expect_at(look(DEVICE, 0), 1, 0, 0);
    expect_number("register", models[0].words[PCI_MODEL_BAR0 + 1], WIDE);
    expect_no_violation();
}

static void test_ports(void)
{
    static const struct {
        const char *what;
        uint32_t type; /* of a PCI Express bridge; 0: a conventional one */
        uint32_t found;
    } rows[] = {
        { "behind a root port a device is found once, whatever it answers to",
          0x0042, 1 },
        { "so it is behind a switch's downstream port", 0x0062, 1 },
        { "behind its upstream port there may be 32", 0x0052, 32 },
        { "as behind a conventional bridge", 0, 32 },
    };

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        power_on();
        add_bridge(0, NULL, 1);
        if (rows[i].type != 0)
            pci_model_capability(&models[0], EXPRESS, 0x10, rows[i].type);
        add(1, &models[0], 0, 0, DEVICE)->anywhere = true;
        scan();
        expect_number("functions", ecam.count, 1 + rows[i].found);
        expect_no_violation();
    }
}

static void test_pins(void)
{
    static const struct {
        const char *what;
        uint32_t pin;
        uint32_t devices[3]; /* the first on bus 0; 0: none behind */
        uint32_t slot, want, id;
    } rows[] = {
        { "on bus 0 a function's pin is its pin", 2, { 6 }, 6, 2, 44 },
        { "and its line is turned by its device", 4, { 7 }, 7, 4, 43 },
        { "a function without a pin has none", 0, { 6, 3 }, 6, 0, 7 },
        { "nor has one with a fifth", 5, { 6 }, 6, 0, 7 },
        { "a bridge turns it by the device behind", 1, { 6, 1 }, 6, 2, 44 },
        { "around from the last to the first", 4, { 1, 2 }, 1, 2, 43 },
        { "and so does the next one", 3, { 2, 31, 3 }, 2, 1, 43 },
    };
    static const uint32_t lines[PCI_PINS] = { 41, 42, 43, 44 };

    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        const struct pci_model_function *bridge = NULL;
        uint32_t depth = 0;
        uint32_t id = 7;

        check_case(rows[i].what);
        power_on();
        for (; depth < 2 && rows[i].devices[depth + 1] != 0; depth++)
            bridge = add_bridge(depth, bridge, rows[i].devices[depth]);
        add(depth, bridge, rows[i].devices[depth], 0, DEVICE)->words[15] =
            rows[i].pin << 8;
        scan();
        expect_number("slot", look(DEVICE, 0)->slot, rows[i].slot);
        expect_number("pin", look(DEVICE, 0)->pin, rows[i].want);
        expect_status("line", pci_line(look(DEVICE, 0), lines, &id),
                      rows[i].want != 0 ? IODMA_OK : IODMA_NOT_FOUND);
        expect_number("its id", id, rows[i].id);
        expect_no_violation();
    }
}

static void test_too_many(void)
{
    const struct pci_key key = { .id = PCI_ID_OF(VENDOR, DEVICE) };
    const struct pci_function *function = NULL;

    check_case("a bus too many stays closed: NoResources, the rest is found");
    power_on();
    ecam.buses = bus.buses = 3;
    add_bridge(0, NULL, 1);
    add_bridge(1, &models[0], 1);
    add_bridge(2, &models[1], 1);
    add_bridge(3, NULL, 2);
    add(4, &models[1], 2, 0, DEVICE);
    add(5, &models[2], 0, 0, DEVICE + 1);
    add(6, NULL, 3, 0, DEVICE + 2);
    expect_status("scan", pci_scan(&ecam), IODMA_NO_RESOURCES);
    expect_number("functions", ecam.count, 6);
    expect_at(look(DEVICE, 0), 2, 2, 0);
    expect_at(look(DEVICE + 2, 0), 0, 3, 0);
    expect_bridge(&models[2], 0, CLOSED_MEMORY, CLOSED_IO, 0);
    expect_bridge(&models[3], 0, CLOSED_MEMORY, CLOSED_IO, 0);
    expect_no_violation();

    check_case("a single bus is one, and so are 256");
    power_on();
    ecam.buses = bus.buses = 1;
    add(0, NULL, 1, 0, DEVICE);
    scan();
    ecam.buses = bus.buses = 256;
    add_bridge(1, NULL, 2);
    add(2, &models[1], 0, 0, DEVICE);
    scan();
    expect_at(look(DEVICE, 1), 1, 0, 0);
    expect_bridge(&models[1], 0x010100, CLOSED_MEMORY, CLOSED_IO, MASTER);
    expect_no_violation();

    check_case("a function too many is silent: NoResources");
    power_on();
    ecam.capacity = 1;
    add(0, NULL, 1, 0, DEVICE + 1);
    add(1, NULL, 2, 0, DEVICE);
    add_bridge(2, NULL, 3);
    found[1].id = 0x5A5A;
    expect_status("scan", pci_scan(&ecam), IODMA_NO_RESOURCES);
    expect_number("functions", ecam.count, 1);
    expect_number("behind the storage", found[1].id, 0x5A5A);
    expect_missing((struct pci_key){ .id = 0x5A5A }, 0);
    expect_status("find", pci_find(&ecam, key, 0, &function), IODMA_NOT_FOUND);
    expect_number("command", command_of(&models[1]), 0);
    expect_bridge(&models[2], 0, CLOSED_MEMORY, CLOSED_IO, 0);
    expect_no_violation();
}

/* Any tree ---------------------------------------------------------------- */

static uint32_t below(uint32_t limit)
{
    return random_below(&bus.seed, limit);
}

static void random_bars(struct pci_model_function *model, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t shift = 4 + below(below(4) == 0 ? 22 : 12);

        switch (below(4)) {
        case 0:
            pci_model_bar(model, i, PCI_MODEL_32, UINT64_C(1) << shift);
            break;
        case 1:
            pci_model_bar(model, i, PCI_MODEL_IO, UINT64_C(4) << below(7));
            break;
        case 2:
            if (i + 1 < count)
                pci_model_bar(model, i++, WIDE, UINT64_C(1) << shift);
            break;
        default:
            break;
        }
    }
}

/* A place of its own on the bus behind a bridge. */
static uint32_t free_place(const struct pci_model_function *bridge)
{
    uint32_t place = below(32) << 3;

    for (uint32_t i = 0; i < PCI_MODEL_FUNCTIONS && bus.functions[i]; i++) {
        if (bus.functions[i]->bridge == bridge &&
            bus.functions[i]->place == place)
            return free_place(bridge);
    }
    return place;
}

/* Returns how many functions there are; the first of them are bridges. */
static uint32_t random_tree(uint32_t *bridges)
{
    uint32_t count = 2 + below(20);

    *bridges = below(10);
    for (uint32_t i = 0; i < *bridges; i++) {
        const struct pci_model_function *above =
            i != 0 && below(4) != 0 ? &models[below(i)] : NULL;

        pci_model_bridge_init(&models[i], VENDOR, BRIDGE + i);
        random_bars(&models[i], 2);
        pci_model_add(&bus, &models[i], above, free_place(above));
    }
    for (uint32_t i = *bridges; i < *bridges + count; i++) {
        const struct pci_model_function *above =
            below(*bridges + 1) != 0 ? &models[below(*bridges)] : NULL;

        pci_model_function_init(&models[i], VENDOR, DEVICE + i);
        random_bars(&models[i], 6);
        pci_model_add(&bus, &models[i], above, free_place(above));
    }
    return *bridges + count;
}

static void test_any_tree(void)
{
    uint64_t seed = 12;

    check_case("in any tree all is found, and what is placed is reached alone");
    for (uint32_t round = 0; round < 500; round++) {
        uint32_t bridges;
        uint32_t count;

        power_on();
        bus.seed = seed;
        ecam.memory.size = (1 + below(64)) * (uintptr_t)MIB - below(3);
        ecam.io.bus = below(2) * 0x1000;
        ecam.io.size = below(3) * 0x400;
        count = random_tree(&bridges);
        scan();
        expect_number("functions", ecam.count, count);
        for (uint32_t i = bridges; i < count; i++)
            (void)pci_enable(look(DEVICE + i, 0));
        for (uint32_t i = bridges; i < count; i++)
            expect_reached(look(DEVICE + i, 0), &models[i]);
        seed = bus.seed;
        if (!expect(bus.violation ? bus.violation : "none", !bus.violation))
            break;
    }
}

/* Lies -------------------------------------------------------------------- */

static void test_liars(void)
{
    uint64_t seed = 5;

    check_case("a register whose bits have holes has no place");
    power_on();
    add(0, NULL, 1, 0, DEVICE)->writable[PCI_MODEL_BAR0] = 0xFFFF0F00;
    models[0].writable[PCI_MODEL_BAR0 + 1] = 0xFFFFFF00;
    scan();
    expect_number("unplaced", look(DEVICE, 0)->unplaced, 1);
    expect_number("nothing is used for it", ecam.memory.used, 0x100);
    expect_no_violation();

    check_case("among devices that answer anything the honest one is found");
    for (uint32_t round = 0; round < 300; round++) {
        enum iodma_status status;

        power_on();
        bus.seed = seed;
        add(0, NULL, 1, 0, DEVICE)->liar = true;
        add_bridge(1, NULL, 3);
        add(2, &models[1], 0, 0, DEVICE)->liar = true;
        add(3, NULL, 2, 0, DEVICE + 1);
        pci_model_bar(&models[3], 0, PCI_MODEL_32, 4 * KIB);
        ecam.memory.size = 64 * MIB;
        status = pci_scan(&ecam);
        expect("an end", status == IODMA_OK || status == IODMA_NO_RESOURCES ||
                             status == IODMA_TIMEOUT);
        for (uint32_t i = 0; i < ecam.count; i++) {
            struct pci_msix msix;

            if (pci_msix_find(&found[i], &msix) == IODMA_OK)
                expect("a table within the window",
                       msix.table - MEMORY_CPU + 16 * msix.vectors <=
                           ecam.memory.size);
        }
        expect_at(look(DEVICE + 1, 0), 0, 2, 0);
        seed = bus.seed;
        if (!expect(bus.violation ? bus.violation : "none", !bus.violation))
            break;
    }
}

/* Messages -------------------------------------------------------------- */

enum {
    TABLE_BAR = 2,
    VECTORS = 5,
    POWER = 0x44 / 4, /* a capability of another kind */
};

#define TABLE (MEMORY_CPU + 0x2000)

static const struct pci_function *messages;

/* A function with a table of messages behind another capability, enabled. Its
   BAR is 64 KiB. */
static void make_messages(uint32_t vectors, uint32_t table)
{
    static const struct bar bars[PCI_BARS] = {
        [TABLE_BAR] = { PCI_MODEL_64, 64 * KIB },
    };
    struct pci_model_function *model = &models[0];

    make_function(bars);
    pci_model_capability(model, POWER, 0x01, 0);
    pci_model_capability(model, MSIX, 0x11, vectors - 1);
    model->words[MSIX + 1] = table;
    model->writable[MSIX] = BIT32(31) | BIT32(30);
    bus.msix = model;
    bus.msix_word = MSIX;
    bus.table = MEMORY_CPU + (table & ~7u);
    bus.table_bus = 0x10000000 + (table & ~7u);

    scan();
    messages = look(DEVICE, 0);
    found[1].bridge = found; /* no register, for all that it lies behind */
    expect_status("enable", pci_enable(messages), IODMA_OK);
}

static void expect_no_messages(void)
{
    struct pci_msix msix = { 1, 2, 3 };

    expect_status("find", pci_msix_find(messages, &msix), IODMA_NOT_FOUND);
    expect_number("capability", msix.capability, 1);
    expect_number("table", msix.table, 2);
    expect_number("vectors", msix.vectors, 3);
    expect_no_violation();
}

/* Capabilities from the last word down to the first, which alone is of
   messages. The one before it says where their table is, too. */
static void make_longest_list(struct pci_model_function *model)
{
    enum { FIRST = 0x40 / 4 };

    model->words[PCI_MODEL_LIST] = 4 * (PCI_MODEL_WORDS - 1);
    for (uint32_t word = PCI_MODEL_WORDS - 1; word > FIRST; word--)
        model->words[word] = 4 * (word - 1) << 8 | TABLE_BAR;
    model->words[FIRST] = (VECTORS - 1) << 16 | 0x11;
}

static void test_finding_messages(void)
{
    struct pci_model_function *model = &models[0];
    struct pci_msix msix;

    check_case("a table of messages is found behind other capabilities");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    expect_status("find", pci_msix_find(messages, &msix), IODMA_OK);
    expect_number("capability", msix.capability, messages->config + 0x50);
    expect_number("table", msix.table, TABLE);
    expect_number("vectors", msix.vectors, VECTORS);
    expect_no_violation();

    check_case("no list, no table");
    model->words[PCI_MODEL_COMMAND] &= ~BIT32(20);
    expect_no_messages();

    check_case("a list that ends before");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    model->words[POWER] = 0x0001;
    expect_no_messages();

    check_case("a list that bites its tail ends all the same");
    model->words[POWER] = 0x4401;
    expect_no_messages();

    check_case("a list that leads into the header ends there");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    model->words[POWER] = 0x2001;
    model->words[8] = 0x11;
    model->words[9] = 0x2000 | TABLE_BAR;
    expect_no_messages();

    check_case("a list of all that fit has a last one");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    make_longest_list(model);
    expect_status("find", pci_msix_find(messages, &msix), IODMA_OK);
    expect_number("capability", msix.capability, messages->config + 0x40);
    expect_no_violation();
}

static const struct {
    const char *what;
    uint32_t vectors;
    uint32_t table; /* offset, and register */
    bool fits;
} tables[] = {
    { "a table that fills its register's memory is one", 2048,
      0x8000 | TABLE_BAR, true },
    { "one that ends with it is one", 1, 0xFFF0 | TABLE_BAR, true },
    { "one that begins within it and ends beyond is none", 2,
      0xFFF0 | TABLE_BAR, false },
    { "one of 2048 vectors that ends 8 bytes beyond is none", 2048,
      0x8008 | TABLE_BAR, false },
    { "one that begins where it ends is none", 1, 0x10000 | TABLE_BAR, false },
    { "one that begins far beyond is none", 1, 0xFFFFFFF8 | TABLE_BAR, false },
    { "one in a register that is not there is none", 1, 0, false },
    { "one in the upper half of a register is none", 1, TABLE_BAR + 1, false },
    { "one in a register that no function has is none", 1, 6, false },
    { "nor is one in the last such", 1, 7, false },
};

static void test_tables(void)
{
    struct pci_msix msix;

    for (size_t i = 0; i < HAL_COUNT_OF(tables); i++) {
        check_case(tables[i].what);
        make_messages(tables[i].vectors, tables[i].table);
        if (!tables[i].fits) {
            expect_no_messages();
            continue;
        }
        expect_status("find", pci_msix_find(messages, &msix), IODMA_OK);
        expect_number("vectors", msix.vectors, tables[i].vectors);
        expect_no_violation();
    }

    check_case("a table in a register without a place is none");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    ecam.memory.size = 0x1000;
    scan();
    expect_no_messages();

    check_case("a bridge's is none: what it forwards is not its own");
    power_on();
    add_bridge(0, NULL, 1);
    pci_model_capability(&models[0], MSIX, 0x11, VECTORS - 1);
    models[0].words[MSIX + 1] = 2;
    add(1, &models[0], 0, 0, DEVICE);
    pci_model_bar(&models[1], 0, PCI_MODEL_32, 1 * MIB);
    scan();
    messages = look(BRIDGE, 0);
    expect_number("forwarded", messages->bars[2].size, 1 * MIB);
    expect_no_messages();

    check_case("a table in I/O is none");
    make_messages(1, TABLE_BAR);
    pci_model_bar(&models[0], TABLE_BAR, PCI_MODEL_IO, 256);
    scan();
    expect_no_messages();
}

static void enable(uint32_t vectors, uint32_t table, uint32_t vector)
{
    static const uint32_t want[4] = { 0x89ABCDEC, 0x12, 0x77, 0 };
    struct pci_msix msix;

    make_messages(vectors, table);
    expect_status("find", pci_msix_find(messages, &msix), IODMA_OK);
    expect_status("enable",
                  pci_msix_enable(&msix, vector,
                                  (hal_address)UINT64_C(0x1289ABCDEC), 0x77),
                  IODMA_OK);
    for (uint32_t i = 0; i < vectors; i++)
        expect_number("mask", bus.entries[i][3], i == vector ? 0 : 1);
    expect_number("address", bus.entries[vector][0], want[0]);
    if (HAL_ADDRESS_BITS == 64)
        expect_number("its upper half", bus.entries[vector][1], want[1]);
    expect_number("data", bus.entries[vector][2], want[2]);
    expect_number("writes", bus.table_writes, vectors + 4);
    expect_number("on, and not held back", models[0].words[MSIX] >> 30, 2);
    expect_no_violation();
}

static void test_enabling_messages(void)
{
    struct pci_msix msix;

    check_case("one vector signals, all others are masked");
    enable(VECTORS, 0x2000 | TABLE_BAR, 3);

    check_case("so it is with 2048 vectors, and the last one");
    enable(2048, 0x8000 | TABLE_BAR, 2047);

    check_case("a vector that is none is refused, and nothing is touched");
    make_messages(VECTORS, 0x2000 | TABLE_BAR);
    expect_status("find", pci_msix_find(messages, &msix), IODMA_OK);
    expect_status("enable", pci_msix_enable(&msix, VECTORS, 0x1000, 0x77),
                  IODMA_BAD_ARGUMENT);
    expect_number("writes", bus.table_writes, 0);
    expect_number("off", models[0].words[MSIX] >> 30, 0);
    expect_status("enable the last",
                  pci_msix_enable(&msix, VECTORS - 1, 0x1000, 0x77), IODMA_OK);
    expect_no_violation();
}

int main(void)
{
    test_finding();
    test_many_functions();
    test_facts();
    test_quiet();
    test_retry();
    test_placing();
    test_no_room_for_io();
    test_bridges();
    test_side_by_side();
    test_what_bridges_pass();
    test_ports();
    test_pins();
    test_too_many();
    test_any_tree();
    test_liars();
    test_finding_messages();
    test_tables();
    test_enabling_messages();
    return check_result();
}
