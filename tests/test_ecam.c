/* SPDX-License-Identifier: MIT */
/*
 * Every function of a host bridge is found; what a boot loader left on is off;
 * base address registers get places of their own size and alignment, one by
 * one, within the windows and never while they are decoded; nobody masters the
 * bus before he may.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/ecam_world.h"

/* Finding --------------------------------------------------------------- */

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
        expect_number("accesses", tree.accesses, 0);
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

int main(void)
{
    test_finding();
    test_many_functions();
    test_facts();
    test_quiet();
    test_retry();
    test_placing();
    return check_result();
}
