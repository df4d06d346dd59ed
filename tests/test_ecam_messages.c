/* SPDX-License-Identifier: MIT */
/*
 * Messages are set up within the function's own memory, while they are held
 * back.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/ecam_world.h"

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
    tree.msix = model;
    tree.msix_word = MSIX;
    tree.table = MEMORY_CPU + (table & ~7u);
    tree.table_bus = 0x10000000 + (table & ~7u);

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
        expect_number("mask", tree.entries[i][3], i == vector ? 0 : 1);
    expect_number("address", tree.entries[vector][0], want[0]);
    if (HAL_ADDRESS_BITS == 64)
        expect_number("its upper half", tree.entries[vector][1], want[1]);
    expect_number("data", tree.entries[vector][2], want[2]);
    expect_number("writes", tree.table_writes, vectors + 4);
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
    expect_number("writes", tree.table_writes, 0);
    expect_number("off", models[0].words[MSIX] >> 30, 0);
    expect_status("enable the last",
                  pci_msix_enable(&msix, VECTORS - 1, 0x1000, 0x77), IODMA_OK);
    expect_no_violation();
}

int main(void)
{
    test_finding_messages();
    test_tables();
    test_enabling_messages();
    return check_result();
}
