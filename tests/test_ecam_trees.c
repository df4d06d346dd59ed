/* SPDX-License-Identifier: MIT */
/*
 * Random trees of buses are found and reached, and liars among them do no harm.
 */
#include "tests/check.h"
#include "tests/ecam_world.h"

/* Any tree ---------------------------------------------------------------- */

static uint32_t below(uint32_t limit)
{
    return random_below(&tree.seed, limit);
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

    for (uint32_t i = 0; i < PCI_MODEL_FUNCTIONS && tree.functions[i]; i++) {
        if (tree.functions[i]->bridge == bridge &&
            tree.functions[i]->place == place)
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
        pci_model_add(&tree, &models[i], above, free_place(above));
    }
    for (uint32_t i = *bridges; i < *bridges + count; i++) {
        const struct pci_model_function *above =
            below(*bridges + 1) != 0 ? &models[below(*bridges)] : NULL;

        pci_model_function_init(&models[i], VENDOR, DEVICE + i);
        random_bars(&models[i], 6);
        pci_model_add(&tree, &models[i], above, free_place(above));
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
        tree.seed = seed;
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
        seed = tree.seed;
        if (!expect(tree.violation ? tree.violation : "none", !tree.violation))
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
        tree.seed = seed;
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
        seed = tree.seed;
        if (!expect(tree.violation ? tree.violation : "none", !tree.violation))
            break;
    }
}

int main(void)
{
    test_any_tree();
    test_liars();
    return check_result();
}
