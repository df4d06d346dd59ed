/* SPDX-License-Identifier: MIT */
#include "tests/ecam_world.h"

#include "tests/check.h"

struct pci_model tree;
struct pci_model_function models[CAPACITY];
struct pci_function found[CAPACITY];
uint64_t ticks;
uint64_t step = 1;

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

struct pci_ecam ecam;

void expect_no_violation(void)
{
    expect(tree.violation ? tree.violation : "no violation", !tree.violation);
}

void power_on(void)
{
    pci_model_power_on(&tree, CONFIG, BUSES);
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

struct pci_model_function *add(uint32_t index,
                               const struct pci_model_function *bridge,
                               uint32_t device, uint32_t function, uint32_t id)
{
    pci_model_function_init(&models[index], VENDOR, id);
    pci_model_add(&tree, &models[index], bridge, device << 3 | function);
    return &models[index];
}

struct pci_model_function *add_bridge(uint32_t index,
                                      const struct pci_model_function *bridge,
                                      uint32_t device)
{
    pci_model_bridge_init(&models[index], VENDOR, BRIDGE);
    pci_model_add(&tree, &models[index], bridge, device << 3);
    return &models[index];
}

void scan(void)
{
    expect_status("scan", pci_scan(&ecam), IODMA_OK);
}

const struct pci_function *look(uint32_t id, uint32_t nth)
{
    static const struct pci_function nobody = { .config = 0 };
    const struct pci_key key = { .id = PCI_ID_OF(VENDOR, id) };
    const struct pci_function *function = &nobody;

    expect_status("find", pci_find(&ecam, key, nth, &function), IODMA_OK);
    return function;
}

void expect_missing(struct pci_key key, uint32_t nth)
{
    const struct pci_function *function = &found[3];

    expect_status("find", pci_find(&ecam, key, nth, &function),
                  IODMA_NOT_FOUND);
    expect("nothing is said of it", function == &found[3]);
}

uint32_t command_of(const struct pci_model_function *model)
{
    return model->words[PCI_MODEL_COMMAND] & UINT16_MAX;
}

void expect_at(const struct pci_function *function, uint32_t on,
               uint32_t device, uint32_t number)
{
    expect_number("bus", function->bus, on);
    expect_number("devfn", function->devfn, device << 3 | number);
    expect_number("configuration space", function->config,
                  CONFIG + ((uintptr_t)on << 20) + ((uintptr_t)device << 15) +
                      ((uintptr_t)number << 12));
}

void expect_reached(const struct pci_function *function,
                    const struct pci_model_function *model)
{
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        bool io = (function->io >> i & 1) != 0;
        const struct pci_window *window = io ? &ecam.io : &ecam.memory;
        uint64_t first = window->bus + (function->bars[i].base - window->cpu);

        if (function->bars[i].size == 0)
            continue;
        expect("the first byte is reached",
               pci_model_arrives(&tree, model, first, io));
        expect("the last byte is reached",
               pci_model_arrives(&tree, model,
                                 first + function->bars[i].size - 1, io));
        expect("it lies in the window",
               first - window->bus + function->bars[i].size <= window->size);
    }
}

void make_function(const struct bar *bars)
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
