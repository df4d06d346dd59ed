/* SPDX-License-Identifier: MIT */
#include "ecam.h"

#include "../../platform/mmio.h"
#include "pci_parts.h"
#include "pci_regs.h"

#include <stddef.h>

enum {
    FUNCTIONS = 8, /* of one device                                          */
    BUS_FUNCTIONS = 32 * FUNCTIONS,
    READY_MS = 1000, /* in which a device has to come to (PCIe 6.6.1)        */
    NOBODY = 0,      /* no function has this identifier                      */
};

/* Where the scan stands: bus by bus, into each bridge as it is met, and out of
   it where its bus ends. The way back is in the functions themselves. */
struct walk {
    struct pci_ecam *ecam;
    struct pci_function *bridge; /* whose bus this is; NULL: bus 0           */
    uint32_t bus;
    uint32_t next;     /* devfn to be looked at                              */
    uint32_t end;      /* of those that this bus has                         */
    uint32_t last_bus; /* number given out last                              */
    uint64_t deadline; /* of who says "retry"                                */
    enum iodma_status status;
};

/* 4 KiB a function (PCIe 7.2.2, table 7-1). */
static uintptr_t config_of(const struct walk *walk, uint32_t devfn)
{
    return walk->ecam->config +
           ((uintptr_t)walk->bus << 20 | (uintptr_t)devfn << 12);
}

/* Who is there? Only the identifier says whether it is to be asked again. */
static uint32_t identify(struct walk *walk, uintptr_t config)
{
    struct hal_wait wait = { .deadline = walk->deadline };
    uint32_t id = mmio_read32(config + PCI_ID);

    while ((id & PCI_VENDOR) == PCI_VENDOR_RETRY) {
        if (!hal_wait_again(&wait, walk->ecam->clock)) {
            walk->status = IODMA_TIMEOUT;
            return NOBODY;
        }
        id = mmio_read32(config + PCI_ID);
    }
    return (id & PCI_VENDOR) == PCI_VENDOR_NONE ? NOBODY : id;
}

/* A device has more than function 0 only if that one says so. */
static bool may_exist(const struct walk *walk, uint32_t devfn)
{
    uint32_t first = devfn - devfn % FUNCTIONS;
    uint32_t header;

    if (devfn == first)
        return true;
    header = mmio_read8(config_of(walk, first) + PCI_HEADER);
    return header != UINT8_MAX && (header & PCI_HEADER_MANY) != 0;
}

static uint8_t kind_of(uint32_t header, uint32_t class_code)
{
    if (header == PCI_HEADER_BRIDGE)
        return PCI_BRIDGE;
    return header == PCI_HEADER_DEVICE && class_code >> 8 != PCI_CLASS_HOST
               ? PCI_DEVICE
               : PCI_OTHER;
}

/* Nothing that a boot loader left behind goes on. */
static void silence(uintptr_t config, uint8_t kind)
{
    mmio_write16(config + PCI_COMMAND, 0);
    pci_messages_off(config);
    mmio_write32(config + (kind == PCI_BRIDGE ? PCI_BRIDGE_ROM : PCI_ROM), 0);
    if (kind == PCI_BRIDGE)
        pci_forward_nothing(config);
}

/* Each bridge turns the pins by the number of the device below it (PCI-to-PCI
   Bridge 1.2, interrupt routing). */
static void follow_pin(struct pci_function *function)
{
    const struct pci_function *at = function;
    uint32_t pin = mmio_read8(function->config + PCI_PIN);
    uint32_t turns = 0;

    for (; at->bridge; at = at->bridge)
        turns += at->devfn / FUNCTIONS;
    function->slot = (uint8_t)(at->devfn / FUNCTIONS);
    if (pin >= 1 && pin <= PCI_PINS)
        function->pin = (uint8_t)((pin - 1 + turns) % PCI_PINS + 1);
}

/* Take up whoever is there. NULL: nobody, or one too many. */
static struct pci_function *take_up(struct walk *walk, uint32_t devfn)
{
    uintptr_t config = config_of(walk, devfn);
    struct pci_ecam *ecam = walk->ecam;
    struct pci_function *function = &ecam->functions[ecam->count];
    uint32_t id = identify(walk, config);
    uint32_t class_code;
    uint8_t kind;

    if (id == NOBODY)
        return NULL;
    class_code = mmio_read32(config + PCI_CLASS) >> 8;
    kind =
        kind_of(mmio_read8(config + PCI_HEADER) & PCI_HEADER_TYPE, class_code);
    if (kind != PCI_OTHER)
        silence(config, kind);
    if (ecam->count == ecam->capacity) {
        walk->status = IODMA_NO_RESOURCES;
        return NULL;
    }
    ecam->count++;
    *function = (struct pci_function){
        .config = config,
        .bridge = walk->bridge,
        .id = id,
        .class_code = class_code,
        .bus = (uint8_t)walk->bus,
        .devfn = (uint8_t)devfn,
        .kind = kind,
    };
    follow_pin(function);
    return function;
}

/* Behind a port of PCI Express there is one device, which may answer by every
   number. */
static uint32_t functions_behind(const struct pci_function *bridge)
{
    uintptr_t express;
    uint32_t type;

    if (!bridge)
        return BUS_FUNCTIONS;
    express = pci_capability(bridge->config, PCI_EXPRESS);
    if (express == 0)
        return BUS_FUNCTIONS;
    type = mmio_read16(express + PCI_EXPRESS_FLAGS) & PCI_EXPRESS_TYPE;
    return type == PCI_EXPRESS_ROOT_PORT || type == PCI_EXPRESS_DOWN_PORT
               ? FUNCTIONS
               : BUS_FUNCTIONS;
}

/* Go on at a function of a bus, which may not be there. */
static void go_to(struct walk *walk, struct pci_function *bridge, uint32_t bus,
                  uint32_t devfn)
{
    walk->bridge = bridge;
    walk->bus = bus;
    walk->next = devfn;
    walk->end = functions_behind(bridge);
}

static void set_buses(const struct pci_function *bridge, uint32_t secondary,
                      uint32_t subordinate)
{
    uintptr_t buses = bridge->config + PCI_BRIDGE_BUSES;
    uint32_t latency = mmio_read32(buses) & PCI_BRIDGE_LATENCY;

    mmio_write32(buses,
                 latency | subordinate << 16 | secondary << 8 | bridge->bus);
}

/* No bridge of a bus that is entered claims a number we are to give out. */
static void close_bridges(const struct walk *walk)
{
    for (uint32_t devfn = 0; devfn < walk->end; devfn++) {
        uintptr_t config = config_of(walk, devfn);

        if ((mmio_read8(config + PCI_HEADER) & PCI_HEADER_TYPE) ==
            PCI_HEADER_BRIDGE)
            silence(config, PCI_BRIDGE);
    }
}

static void descend(struct walk *walk, struct pci_function *bridge)
{
    if (walk->last_bus + 1 >= walk->ecam->buses) {
        walk->status = IODMA_NO_RESOURCES;
        return;
    }
    walk->last_bus++;
    set_buses(bridge, walk->last_bus, walk->ecam->buses - 1);
    pci_forward_begin(walk->ecam, bridge);
    go_to(walk, bridge, walk->last_bus, 0);
    close_bridges(walk);
}

static void ascend(struct walk *walk)
{
    struct pci_function *bridge = walk->bridge;

    set_buses(bridge, walk->bus, walk->last_bus);
    pci_forward_end(walk->ecam, bridge);
    go_to(walk, bridge->bridge, bridge->bus, bridge->devfn + 1u);
}

static void look_at(struct walk *walk, uint32_t devfn)
{
    struct pci_function *function;

    if (!may_exist(walk, devfn))
        return;
    function = take_up(walk, devfn);
    if (!function || function->kind == PCI_OTHER)
        return;
    pci_place(walk->ecam, function);
    if (function->kind == PCI_BRIDGE)
        descend(walk, function);
}

static bool possible(const struct pci_window *window)
{
    return window->size == 0 ||
           (window->size - 1 <= UINTPTR_MAX - window->cpu &&
            window->size - 1 <= UINT64_MAX - window->bus);
}

enum iodma_status pci_scan(struct pci_ecam *ecam)
{
    struct walk walk = { .ecam = ecam, .status = IODMA_OK };

    if (ecam->buses < 1 || ecam->buses > 256 || !ecam->functions ||
        !possible(&ecam->memory) || !possible(&ecam->io))
        return IODMA_BAD_ARGUMENT;

    walk.deadline = hal_deadline(ecam->clock, READY_MS);
    ecam->count = 0;
    ecam->memory.used = 0;
    ecam->io.used = 0;
    go_to(&walk, NULL, 0, 0);
    close_bridges(&walk);
    for (;;) {
        if (walk.next < walk.end)
            look_at(&walk, walk.next++);
        else if (walk.bridge)
            ascend(&walk);
        else
            return walk.status;
    }
}

enum iodma_status pci_find(const struct pci_ecam *ecam, struct pci_key key,
                           uint32_t nth, const struct pci_function **function)
{
    for (uint32_t i = 0; i < ecam->count; i++) {
        const struct pci_function *one = &ecam->functions[i];

        if ((key.id != 0 && key.id != one->id) ||
            (key.class_code != 0 && key.class_code != one->class_code))
            continue;
        if (nth == 0) {
            *function = one;
            return IODMA_OK;
        }
        nth--;
    }
    return IODMA_NOT_FOUND;
}

static enum iodma_status command(const struct pci_function *function,
                                 uint32_t master)
{
    if (function->kind != PCI_DEVICE)
        return IODMA_UNSUPPORTED;
    mmio_write16(function->config + PCI_COMMAND,
                 (uint16_t)(pci_spaces(function) | master));
    return IODMA_OK;
}

enum iodma_status pci_enable(const struct pci_function *function)
{
    return command(function, 0);
}

enum iodma_status pci_master(const struct pci_function *function, bool on)
{
    return command(function, on ? PCI_COMMAND_MASTER : 0);
}

enum iodma_status pci_line(const struct pci_function *function,
                           const uint32_t lines[PCI_PINS], uint32_t *id)
{
    if (function->pin == 0)
        return IODMA_NOT_FOUND;
    *id = lines[(function->slot + function->pin - 1u) % PCI_PINS];
    return IODMA_OK;
}
