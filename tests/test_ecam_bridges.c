/* SPDX-License-Identifier: MIT */
/*
 * Every function of a host bridge is found behind whatever bridges, which
 * forward what is behind them, and no more.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/ecam_world.h"

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
    ecam.buses = tree.buses = 3;
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
    ecam.buses = tree.buses = 1;
    add(0, NULL, 1, 0, DEVICE);
    scan();
    ecam.buses = tree.buses = 256;
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

int main(void)
{
    test_no_room_for_io();
    test_bridges();
    test_side_by_side();
    test_what_bridges_pass();
    test_ports();
    test_pins();
    test_too_many();
    return check_result();
}
