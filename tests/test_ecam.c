/* SPDX-License-Identifier: MIT */
/*
 * A PCI function is found where it is, its base address registers get places
 * of their own size and alignment within the windows, and never while it
 * decodes them; its messages are set up while they are held back.
 */
#include "hal/bits.h"
#include "hal/pci/ecam.h"
#include "tests/check.h"
#include "tests/model/pci_model.h"

#define CONFIG ((uintptr_t)0x70000000)
#define KIB    UINT64_C(0x400)
#define MIB    UINT64_C(0x100000)
#define GIB    UINT64_C(0x40000000)

#define VENDOR 0x1000u
#define DEVICE 0x0012u

/* I/O space, memory space, master; the interrupt pin not disabled. */
#define COMMAND_ON 7u

static struct pci_model bus;
static struct pci_model_function functions[3];

static void expect_no_violation(void)
{
    expect(bus.violation ? bus.violation : "no violation", !bus.violation);
}

/* Finding --------------------------------------------------------------- */

static void add(uint32_t index, uint32_t number, uint32_t vendor,
                uint32_t device)
{
    pci_model_function_init(&functions[index], vendor, device);
    bus.functions[number] = &functions[index];
}

static void expect_found(const struct pci_ecam *ecam, uint32_t vendor,
                         uint32_t device, uint32_t number)
{
    struct pci_function function;

    expect_status("find", pci_find(ecam, vendor, device, 0, &function),
                  IODMA_OK);
    expect_number("device number", function.device, number);
    expect_number("configuration space", function.config,
                  CONFIG + number * 32 * KIB);
    for (size_t i = 0; i < PCI_BARS; i++)
        expect_number("not yet placed", function.bar[i], 0);
}

static void expect_missing(const struct pci_ecam *ecam, uint32_t vendor,
                           uint32_t device)
{
    struct pci_function function = { .config = 1, .device = 2, .bar = { 3 } };

    expect_status("find", pci_find(ecam, vendor, device, 0, &function),
                  IODMA_NOT_FOUND);
    expect_number("configuration space", function.config, 1);
    expect_number("device number", function.device, 2);
    expect_number("a base address", function.bar[0], 3);
}

static void finding(void)
{
    const struct pci_ecam ecam = { .config = CONFIG };

    pci_model_power_on(&bus, CONFIG);
    add(0, 0, 0x8086, 0x1237);
    add(1, 5, VENDOR, DEVICE);
    add(2, 31, VENDOR, DEVICE + 1);

    check_case("a function is found by its number, the first and the last too");
    expect_found(&ecam, 0x8086, 0x1237, 0);
    expect_found(&ecam, VENDOR, DEVICE, 5);
    expect_found(&ecam, VENDOR, DEVICE + 1, 31);

    check_case("one that is not there is not, and nothing is said of it");
    expect_missing(&ecam, VENDOR, DEVICE + 2);
    expect_missing(&ecam, VENDOR + 1, DEVICE);
    expect_missing(&ecam, DEVICE, VENDOR);

    check_case("of two alike the first is found");
    bus.functions[9] = &functions[1];
    expect_found(&ecam, VENDOR, DEVICE, 5);
    expect_no_violation();
}

/* Placing --------------------------------------------------------------- */

struct bar {
    uint32_t kind;
    uint64_t size; /* 0: absent */
};

#define WIDE (PCI_MODEL_64 | PCI_MODEL_PREFETCH)

/* clang-format off */
static const struct {
    const char *what;
    struct bar bars[PCI_BARS];
    struct pci_window memory, io;
    enum iodma_status want;
    hal_address places[PCI_BARS];
    hal_address memory_next, io_next;
} placings[] = {
    { "a function without base addresses needs no place",
      { { 0 } }, { 0x1000, 0x1000 }, { 0x10, 0x10 },
      IODMA_OK, { 0 }, 0x1000, 0x10 },
    { "a place is as large as the register says",
      { { PCI_MODEL_32, 16 }, { PCI_MODEL_PREFETCH, 16 }, { 0 },
        { PCI_MODEL_32, 16 } },
      { 0x1000, 0x1030 }, { 0, 0 },
      IODMA_OK, { 0x1000, 0x1010, 0, 0x1020 }, 0x1030, 0 },
    { "and aligned to its size",
      { { PCI_MODEL_32, 16 }, { PCI_MODEL_32, 4 * KIB }, { 0 }, { 0 }, { 0 },
        { PCI_MODEL_32, 1 * MIB } },
      { 0x10000008, 0x10200000 }, { 0, 0 },
      IODMA_OK, { 0x10000010, 0x10001000, 0, 0, 0, 0x10100000 },
      0x10200000, 0 },
    { "the largest place of 32 bits",
      { { PCI_MODEL_32, 2 * GIB } }, { 0x1000, 4 * GIB }, { 0, 0 },
      IODMA_OK, { 2 * GIB }, 4 * GIB, 0 },
    { "64 bits take two registers, also below 4 GiB",
      { { WIDE, 64 * KIB }, { 0 }, { PCI_MODEL_32, 4 * KIB }, { 0 },
        { WIDE, 16 } },
      { 0x10000000, 0x11000000 }, { 0, 0 },
      IODMA_OK, { 0x10000000, 0, 0x10010000, 0, 0x10011000 }, 0x10011010, 0 },
    { "and lie beyond 4 GiB if the window does",
      { { 0 }, { WIDE, 1 * MIB }, { 0 }, { WIDE, 1 * MIB } },
      { 0x8012345678, 0x8012600000 }, { 0, 0 },
      IODMA_OK, { 0, 0x8012400000, 0, 0x8012500000 }, 0x8012600000, 0 },
    { "64 bits that are absent are not there",
      { { WIDE, 0 }, { 0 }, { PCI_MODEL_32, 4 * KIB } },
      { 0x10000000, 0x10001000 }, { 0, 0 },
      IODMA_OK, { 0, 0, 0x10000000 }, 0x10001000, 0 },
    { "2 GiB of 64 bits",
      { { WIDE, 2 * GIB } }, { 1 * GIB, 8 * GIB }, { 0, 0 },
      IODMA_OK, { 2 * GIB }, 4 * GIB, 0 },
    { "exactly 4 GiB",
      { { WIDE, 4 * GIB }, { 0 }, { PCI_MODEL_64, 4 * GIB } },
      { 1 * GIB, 12 * GIB }, { 0, 0 },
      IODMA_OK, { 4 * GIB, 0, 8 * GIB }, 12 * GIB, 0 },
    { "more than 4 GiB",
      { { WIDE, 16 * GIB } }, { 1 * GIB, 32 * GIB }, { 0, 0 },
      IODMA_OK, { 16 * GIB }, 32 * GIB, 0 },
    { "I/O has a window of its own",
      { { PCI_MODEL_IO, 256 }, { PCI_MODEL_32, 1 * KIB } },
      { 0x10000000, 0x10000400 }, { 0x1004, 0x1200 },
      IODMA_OK, { 0x1100, 0x10000000 }, 0x10000400, 0x1200 },
    { "I/O registers may have an upper half, or none",
      { { PCI_MODEL_IO, 256 | PCI_MODEL_IO_WIDE }, { PCI_MODEL_IO, 4 },
        { PCI_MODEL_IO, 4 | PCI_MODEL_IO_WIDE }, { PCI_MODEL_IO, 256 } },
      { 0, 0 }, { 0x1000, 0x1300 },
      IODMA_OK, { 0x1000, 0x1100, 0x1104, 0x1200 }, 0, 0x1300 },
    { "memory that lacks one byte at its end",
      { { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_32, 4 * KIB } },
      { 0x10000000, 0x10001FFF }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, 0x10000000, 0 },
    { "memory that ends before the first aligned byte",
      { { PCI_MODEL_32, 1 * MIB } },
      { 0x10000001, 0x10100000 - 1 }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, 0x10000001, 0 },
    { "memory that ends where the first aligned byte is",
      { { PCI_MODEL_32, 1 * MIB } },
      { 0x10000001, 0x10100000 }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, 0x10000001, 0 },
    { "no memory at all",
      { { PCI_MODEL_32, 16 } }, { 0, 0 }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, 0, 0 },
    { "memory at the very end of the addresses",
      { { WIDE, 4 * KIB } }, { UINT64_MAX - 15, UINT64_MAX }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, UINT64_MAX - 15, 0 },
    { "I/O that is too small, when memory is placed already",
      { { PCI_MODEL_32, 4 * KIB }, { PCI_MODEL_IO, 256 },
        { PCI_MODEL_IO, 256 } },
      { 0x10000000, 0x10001000 }, { 0x1000, 0x11FF },
      IODMA_NO_SPACE, { 0 }, 0x10000000, 0x1000 },
    { "memory that is too small, when I/O is placed already",
      { { PCI_MODEL_IO, 256 }, { PCI_MODEL_32, 4 * KIB } },
      { 0x10000000, 0x10000FFF }, { 0x1000, 0x1100 },
      IODMA_NO_SPACE, { 0 }, 0x10000000, 0x1000 },
    { "a register of 32 bits, and memory beyond what it can name",
      { { PCI_MODEL_32, 4 * KIB } },
      { UINT64_C(0x100000000), UINT64_C(0x100010000) }, { 0, 0 },
      IODMA_NO_SPACE, { 0 }, UINT64_C(0x100000000), 0 },
};
/* clang-format on */

/* One register reads as its place, or as absent. */
static void expect_place(const struct pci_model_function *model, uint32_t index,
                         const struct bar *bar, hal_address place)
{
    const uint32_t *word = &model->words[PCI_MODEL_BAR0 + index];

    expect_number("register", word[0], (uint32_t)place | bar->kind);
    if ((bar->kind & PCI_MODEL_64) != 0)
        expect_number("upper register", word[1],
                      (uint32_t)((uint64_t)place >> 32));
}

/* The one function of the bus; what is left in its registers is nonsense. */
static void make_function(const struct bar *bars)
{
    struct pci_model_function *model = &functions[0];

    pci_model_power_on(&bus, CONFIG);
    add(0, 3, VENDOR, DEVICE);
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        if (bars[i].size != 0)
            pci_model_bar(model, i, bars[i].kind, bars[i].size);
        else if (bars[i].kind != 0)
            model->words[PCI_MODEL_BAR0 + i] = bars[i].kind;
    }
    for (uint32_t i = PCI_MODEL_BAR0; i < PCI_MODEL_BAR0 + PCI_BARS; i++)
        model->words[i] |= 0xDEADBEF4 & model->writable[i];
}

static void placing(void)
{
    for (size_t i = 0; i < COUNT_OF(placings); i++) {
        struct pci_ecam ecam = { CONFIG, placings[i].memory, placings[i].io };
        const struct bar *bars = placings[i].bars;
        struct pci_function function;
        uint32_t command;

        check_case(placings[i].what);
        make_function(bars);
        expect_status("find", pci_find(&ecam, VENDOR, DEVICE, 0, &function),
                      IODMA_OK);
        expect_status("enable", pci_enable(&ecam, &function), placings[i].want);
        command = functions[0].words[PCI_MODEL_COMMAND];
        expect_number("command", command,
                      placings[i].want == IODMA_OK ? COMMAND_ON : 0);
        expect_number("memory, next", ecam.memory.next,
                      placings[i].memory_next);
        expect_number("memory, end", ecam.memory.end, placings[i].memory.end);
        expect_number("I/O, next", ecam.io.next, placings[i].io_next);
        expect_number("I/O, end", ecam.io.end, placings[i].io.end);
        for (uint32_t k = 0; k < PCI_BARS; k++) {
            expect_number("place", function.bar[k], placings[i].places[k]);
            if (placings[i].want == IODMA_OK && bars[k].size != 0)
                expect_place(&functions[0], k, &bars[k], placings[i].places[k]);
        }
        expect_no_violation();
    }
}

/* Messages -------------------------------------------------------------- */

enum {
    TABLE_BAR = 2,
    VECTORS = 5,
    POWER = 0x40 / 4, /* words of two capabilities */
    MSIX = 0x50 / 4,
};

#define TABLE 0x10000000u

static struct pci_ecam messages_ecam;
static struct pci_function messages;

/* A function with a table of messages behind another capability, placed. */
static void make_messages(void)
{
    static const struct bar bars[PCI_BARS] = {
        [TABLE_BAR] = { PCI_MODEL_64, 16 * KIB },
    };
    struct pci_model_function *model = &functions[0];

    make_function(bars);
    model->words[PCI_MODEL_COMMAND] |= BIT32(20); /* status: has a list     */
    model->words[PCI_MODEL_LIST] = 0x40 | 3;      /* low bits are reserved  */
    model->words[POWER] = 0x5301;                 /* power management; next */
    model->words[MSIX] = (VECTORS - 1) << 16 | 0x11;
    model->words[MSIX + 1] = 0x2000 | TABLE_BAR;
    model->writable[MSIX] = BIT32(31) | BIT32(30);
    bus.msix = model;
    bus.msix_word = MSIX;
    bus.table = TABLE + 0x2000;

    messages_ecam =
        (struct pci_ecam){ .config = CONFIG, .memory = { TABLE, TABLE + MIB } };
    expect_status("find",
                  pci_find(&messages_ecam, VENDOR, DEVICE, 0, &messages),
                  IODMA_OK);
    expect_status("enable", pci_enable(&messages_ecam, &messages), IODMA_OK);
}

static void expect_no_messages(void)
{
    struct pci_msix msix = { 1, 2, 3 };

    expect_status("find", pci_msix_find(&messages, &msix), IODMA_NOT_FOUND);
    expect_number("capability", msix.capability, 1);
    expect_number("table", msix.table, 2);
    expect_number("vectors", msix.vectors, 3);
    expect_no_violation();
}

static void finding_messages(void)
{
    struct pci_model_function *model = &functions[0];
    struct pci_msix msix;

    check_case("a table of messages is found behind other capabilities");
    make_messages();
    expect_status("find", pci_msix_find(&messages, &msix), IODMA_OK);
    expect_number("capability", msix.capability, messages.config + 0x50);
    expect_number("table", msix.table, TABLE + 0x2000);
    expect_number("vectors", msix.vectors, VECTORS);
    expect_no_violation();

    check_case("no list, no table");
    model->words[PCI_MODEL_COMMAND] &= ~BIT32(20);
    expect_no_messages();

    check_case("a list that ends before");
    make_messages();
    model->words[POWER] = 0x0001;
    expect_no_messages();

    check_case("a list that bites its tail");
    model->words[POWER] = 0x4001;
    expect_no_messages();

    check_case("a table in a register that does not exist, or has no place");
    for (uint32_t bar = 0; bar < 8; bar++) {
        make_messages();
        model->words[MSIX + 1] = 0x2000 | bar;
        if (bar != TABLE_BAR)
            expect_no_messages();
    }
}

static void enabling_messages(void)
{
    static const uint32_t want[4] = { 0x89ABCDEC, 0x12, 0x77, 0 };
    struct pci_msix msix;

    check_case("one vector signals, all others are masked");
    make_messages();
    expect_status("find", pci_msix_find(&messages, &msix), IODMA_OK);
    expect_status("enable", pci_msix_enable(&msix, 3, 0x1289ABCDEC, 0x77),
                  IODMA_OK);
    for (uint32_t i = 0; i < VECTORS; i++)
        expect_number("mask", bus.entries[i][3], i == 3 ? 0 : 1);
    expect_bytes("entry", bus.entries[3], want, sizeof want);
    expect_number("behind the table", bus.entries[VECTORS][3], 0);
    expect_number("on, and not held back", functions[0].words[MSIX] >> 30, 2);
    expect_no_violation();

    check_case("a vector that is none is refused, and nothing is touched");
    make_messages();
    expect_status("find", pci_msix_find(&messages, &msix), IODMA_OK);
    expect_status("enable", pci_msix_enable(&msix, VECTORS, 0x1000, 0x77),
                  IODMA_BAD_ARGUMENT);
    expect_number("writes", bus.table_writes, 0);
    expect_number("off", functions[0].words[MSIX] >> 30, 0);
    expect_status("enable the last",
                  pci_msix_enable(&msix, VECTORS - 1, 0x1000, 0x77), IODMA_OK);
    expect_no_violation();
}

int main(void)
{
    finding();
    placing();
    finding_messages();
    enabling_messages();
    return check_result();
}
