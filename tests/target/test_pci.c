/* SPDX-License-Identifier: MIT */
/*
 * The board's PCI functions are found where they are, and answer where they
 * were placed; what was placed and what was not is said.
 *
 *   test_pci flat | behind BRIDGES | left BRIDGES | functions | large
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/pci/ecam.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NVME = 0x010802, /* class code (NVMe 1.4, 2.1.5)                        */
    NVME_VS = 0x08,  /* its version: 1.x                                    */
    CTEST4 = 0x21,   /* of the 53C895A, in both of its spaces               */
    BUSES = 0x18,    /* of a bridge, in its configuration space          */
    COMMAND = 0x04,
    MSIX_CONTROL = 2, /* in its capability */
    TESTDEV_BARS = 2, /* memory, I/O (QEMU docs/specs/pci-testdev)          */
};

#define TESTDEV PCI_ID_OF(0x1B36, 0x0005)

static struct pci_ecam *ecam;

static const struct pci_function *look(struct pci_key key, uint32_t nth)
{
    const struct pci_function *function = NULL;

    if (!expect_status("find", pci_find(ecam, key, nth, &function), IODMA_OK))
        exit(check_result());
    return function;
}

static uint32_t depth_of(const struct pci_function *function)
{
    uint32_t depth = 0;

    while ((function = function->bridge) != NULL)
        depth++;
    return depth;
}

/* The engine answers in memory and in I/O alike; the disk in memory. */
static void test_registers(uint32_t bridges)
{
    const struct pci_function *engine = look(board.dmacs[0].pci->key, 0);
    const struct pci_function *disk =
        look((struct pci_key){ .class_code = NVME }, 0);
    uintptr_t io = engine->bars[0].base + CTEST4;
    uintptr_t memory = engine->bars[1].base + CTEST4;

    check_case("engine and disk are found behind that many bridges");
    expect_number("before the engine", depth_of(engine), bridges);
    expect_number("before the disk", depth_of(disk), bridges);
    expect_number("bus of the engine", engine->bus, bridges);
    expect_number("bus of the disk", disk->bus, 2 * bridges);
    expect("the disk by its name", look(board.nvme->pci->key, 0) == disk);

    check_case("their registers answer where they were placed");
    expect_status("enable the engine", pci_enable(engine), IODMA_OK);
    expect_status("enable the disk", pci_enable(disk), IODMA_OK);
    expect_number("without a place", engine->unplaced | disk->unplaced, 0);
    expect("I/O", (engine->io & 3) == 1);
    mmio_write8(memory, 0x08);
    expect_number("written to memory, read from I/O", mmio_read8(io), 0x08);
    mmio_write8(io, 0);
    expect_number("and back", mmio_read8(memory), 0);
    expect_number("the disk's version",
                  mmio_read32(disk->bars[0].base + NVME_VS) >> 16, 1);

    check_case("neither masters the bus before it may");
    expect_number("the engine", mmio_read16(engine->config + COMMAND), 3);
    expect_number("the disk", mmio_read16(disk->config + COMMAND), 2);
}

/* What our bring-up makes of them: reset, then let loose. */
static void test_mastering(void)
{
    static struct engine engine;
    static struct disk disk;
    const char *step;

    check_case("they master it when their drivers have reset them");
    expect_status("engine", engine_bring_up(&engine, 0, true, &step), IODMA_OK);
    expect_status("disk", disk_bring_up(&disk, NVME_POLLED, false, &step),
                  IODMA_OK);
    expect_number(
        "the engine",
        mmio_read16(look(board.dmacs[0].pci->key, 0)->config + COMMAND), 7);
    expect_number("the disk",
                  mmio_read16(look(board.nvme->pci->key, 0)->config + COMMAND),
                  6);
}

/* A boot loader that leaves all of it on, and bridges set as it liked. What is
   behind a bridge first: it is not reached any more after that. */
static void leave_a_mess(void)
{
    struct pci_msix msix;

    for (uint32_t i = ecam->count; i-- != 0;) {
        const struct pci_function *function = &ecam->functions[i];

        if (function->kind == PCI_OTHER)
            continue;
        if (pci_msix_find(function, &msix) == IODMA_OK)
            mmio_write16(msix.capability + MSIX_CONTROL, 0x8000);
        mmio_write16(function->config + COMMAND, 7);
        if (function->kind == PCI_BRIDGE)
            mmio_write32(function->config + BUSES, 0x00FF0100);
    }
}

static void test_left(uint32_t bridges)
{
    struct pci_msix msix = { .capability = 0 };

    leave_a_mess();
    check_case("what a boot loader left on is off after the scan");
    expect_status("scan", pci_scan(ecam), IODMA_OK);
    for (uint32_t i = 0; i < ecam->count; i++) {
        const struct pci_function *function = &ecam->functions[i];

        if (function->kind == PCI_DEVICE)
            expect_number("command", mmio_read16(function->config + COMMAND),
                          0);
    }
    expect_status("messages",
                  pci_msix_find(look(board.nvme->pci->key, 0), &msix),
                  IODMA_OK);
    expect_number("are off", mmio_read16(msix.capability + MSIX_CONTROL) >> 15,
                  0);
    test_registers(bridges);
    test_mastering();
}

/* Registers that the driver does not find whole. */
static void test_too_small(void)
{
    struct board_pci row = *board.dmacs[0].pci;
    const struct pci_function *function;

    check_case("a function with fewer registers than its driver uses: NoSpace");
    row.least = look(row.key, 0)->bars[row.bar].size;
    expect_status("as many", function_bring_up(&row, 0, &function), IODMA_OK);
    row.least++;
    expect_status("one too few", function_bring_up(&row, 0, &function),
                  IODMA_NO_SPACE);
}

static void test_bridges(uint32_t bridges)
{
    const struct pci_function *bridge =
        look(board.dmacs[0].pci->key, 0)->bridge;

    check_case("a bridge taken for a device is refused untouched");
    for (uint32_t n = bridges; n != 0; n--, bridge = bridge->bridge) {
        uint32_t buses = mmio_read32(bridge->config + BUSES);

        expect_number("kind", bridge->kind, PCI_BRIDGE);
        expect_number("bus numbers", buses & 0xFFFFFF,
                      bridges << 16 | n << 8 | (n - 1));
        expect_status("enable", pci_enable(bridge), IODMA_UNSUPPORTED);
        expect_number("bus numbers then", mmio_read32(bridge->config + BUSES),
                      buses);
        expect_number("it forwards", mmio_read16(bridge->config + COMMAND), 7);
    }
    expect("and the first is on bus 0", !bridge);
}

static void test_functions(void)
{
    static const uint8_t numbers[] = { 0, 1, 7 };
    const struct pci_key key = { .id = TESTDEV };
    const struct pci_function *function = NULL;

    check_case("functions 0, 1 and 7 of a device are found, and no more");
    for (uint32_t i = 0; i < HAL_COUNT_OF(numbers); i++)
        expect_number("devfn", look(key, i)->devfn, 6 << 3 | numbers[i]);
    expect_status("one more", pci_find(ecam, key, 3, &function),
                  IODMA_NOT_FOUND);

    check_case("each has places of its own");
    for (uint32_t i = 0; i < HAL_COUNT_OF(numbers); i++) {
        function = look(key, i);
        expect_status("enable", pci_enable(function), IODMA_OK);
        expect_number("without a place", function->unplaced, 0);
        for (uint32_t k = 0; k < TESTDEV_BARS; k++) {
            expect("a place", function->bars[k].size != 0);
            if (i != 0)
                expect("another one", function->bars[k].base -
                                              look(key, i - 1)->bars[k].base >=
                                          function->bars[k].size);
        }
    }
}

/* QEMU's device has a register of 64 bits for its memory, the third. */
static void test_large(void)
{
    const struct pci_function *function =
        look((struct pci_key){ .id = TESTDEV }, 0);

    check_case("64 MiB in a window of 16 have no place, all the rest has");
    expect_status("enable", pci_enable(function), IODMA_OK);
    expect_number("without a place", function->unplaced, BIT32(2));
    expect_number("size", function->bars[2].size, 0);
    expect("memory", function->bars[0].size != 0);
    expect("I/O", function->bars[1].size != 0);
    expect_number("command", mmio_read16(function->config + COMMAND), 3);
    test_registers(0);
}

int main(int argc, char **argv)
{
    const char *what = argc >= 2 ? argv[1] : "";
    uint32_t bridges = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;

    ecam = board.dmacs[0].pci->ecam;
    check_case("all functions are found, and all buses numbered");
    expect_status("scan", pci_scan(ecam), IODMA_OK);
    if (strcmp(what, "flat") == 0) {
        test_registers(0);
        test_mastering();
        test_too_small();
    } else if (strcmp(what, "left") == 0) {
        test_left(bridges);
    } else if (strcmp(what, "behind") == 0 && bridges != 0) {
        test_registers(bridges);
        test_mastering();
        test_bridges(bridges);
    } else if (strcmp(what, "functions") == 0) {
        test_functions();
    } else if (strcmp(what, "large") == 0) {
        test_large();
    } else {
        printf("not ok - test_pci: usage: flat | behind BRIDGES | left BRIDGES "
               "| functions | large\n");
        return 64;
    }
    return check_result();
}
