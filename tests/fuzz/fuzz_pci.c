/* SPDX-License-Identifier: MIT */
/*
 * PCI with functions that lie: whatever a configuration space answers, at any
 * moment, as device, as bridge or as nobody.
 *
 * The walk ends, and touches nothing but configuration spaces. What it
 * remembers can be: each place lies in its window, and is nobody else's; a
 * table of messages lies in its function's own place. Nobody masters the bus
 * but a bridge, and who was let. On the same host, honest from now on, the next
 * scan finds everybody and every place answers.
 */
#include "hal/pci/ecam.h"

#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/fuzz/fuzz.h"
#include "tests/model/hooks.h"
#include "tests/model/pci_model.h"

#include <string.h>

const char fuzz_driver[] = "pci";

#define CONFIG     ((uintptr_t)0x70000000)
#define MEMORY_CPU ((uintptr_t)0x20000000)
#define MEMORY_BUS UINT64_C(0x10000000)
#define IO_CPU     ((uintptr_t)0x18000000)
#define IO_BUS     UINT64_C(0x1000)

enum {
    BUSES = 5,
    TURNS = 3, /* scans of a round                                          */
    CAPACITY = 16,
    MODELS = 12, /* functions of the tree; the first is the disk            */
    BRIDGES = 3,
    MEMORY_SIZE = 0x1000000,
    IO_SIZE = 0xF000,
    VENDOR = 0x1000,
    DISK = 0x0010,
    DISK_BAR = 0x4000,
    MSIX = 0x50 / 4, /* word */
    TABLE = 0x2000,
    VECTORS = 8,
    COMMAND = 4, /* of a configuration space */
    MASTER = 4,
    /* Accesses, and looks at the clock, of a call: the scan looks at each place
       of each bus, and for capabilities of who is there or says so. */
    PLACE = 16,
    CAPABILITIES = 400,
    RETRIES = 3000,
    SCANS = BUSES * 256 * PLACE + 2 * 256 * CAPABILITIES + RETRIES,
    CALLS = 2048 + 64, /* a table is masked entry by entry */
};

static struct pci_model host;
static struct pci_model_function models[MODELS];
static struct pci_function functions[CAPACITY];
static struct pci_ecam ecam;

static struct {
    uint32_t models;
    bool scanning;
    const struct pci_function *asked; /* whose table may be written         */
    const struct pci_function *let;   /* who may master                     */
} now;

/* ---- What is written ---- */

static bool is_in(uintptr_t address, uintptr_t base, uintptr_t size)
{
    return address - base < size;
}

static void expect_place_of(const struct pci_function *function,
                            uintptr_t address)
{
    bool own = false;

    for (uint32_t i = 0; function && i < PCI_BARS; i++) {
        if ((function->io & BIT32(i)) == 0)
            own = own || is_in(address, function->bars[i].base,
                               function->bars[i].size);
    }
    fuzz_expect(own, "a table lies in a place of its function");
}

/* A bridge masters for those behind it. */
static void expect_may_master(uintptr_t config)
{
    bool may = now.let && now.let->config == config;

    for (uint32_t i = 0; i < ecam.count; i++)
        may = may || (functions[i].config == config &&
                      functions[i].kind == PCI_BRIDGE);
    fuzz_expect(may, "nobody masters who was not let");
}

void fuzz_saw_read(uintptr_t address, uint32_t value)
{
    (void)value;
    host.accesses = 0; /* the bound is ours */
    fuzz_expect(!is_in(address, MEMORY_CPU, MEMORY_SIZE),
                "nothing is read but configuration");
}

void fuzz_saw_write(uintptr_t address, uint32_t value)
{
    host.accesses = 0;
    if (is_in(address, MEMORY_CPU, MEMORY_SIZE)) {
        fuzz_expect(!now.scanning, "a scan touches no place");
        expect_place_of(now.asked, address);
    } else if (address % 0x1000 == COMMAND && (value & MASTER) != 0) {
        expect_may_master(address - COMMAND);
    }
}

/* ---- The host ---- */

static void moment(void)
{
    fuzz_count();
}

static const struct pci_model_function *some_bridge(uint32_t bridges)
{
    uint32_t which = fuzz_below(bridges + 1);

    return which == 0 ? NULL : &models[which];
}

static void add_bars(struct pci_model_function *function, uint32_t count)
{
    uint32_t i = 0;

    while (i < count) {
        uint32_t kind = fuzz_below(4);

        if (kind == 1)
            pci_model_bar(function, i, PCI_MODEL_32, 16u << fuzz_below(22));
        else if (kind == 2)
            pci_model_bar(function, i, PCI_MODEL_IO, 4u << fuzz_below(7));
        else if (kind == 3 && i + 1 < count)
            pci_model_bar(function, i++, PCI_MODEL_64,
                          UINT64_C(16) << fuzz_below(40));
        i++;
    }
}

/* The disk has what a driver needs; its neighbours come first, and may take
   places, but cannot take all. */
static void add_disk(const struct pci_model_function *bridge)
{
    struct pci_model_function *disk = &models[0];

    pci_model_function_init(disk, VENDOR, DISK);
    pci_model_bar(disk, 0, PCI_MODEL_64, DISK_BAR);
    pci_model_capability(disk, MSIX, 0x11, VECTORS - 1);
    disk->words[MSIX + 1] = TABLE;
    disk->writable[MSIX] = 0xC0000000;
    pci_model_add(&host, disk, bridge, 0);
}

/* How often a function asks to be asked again: never, a few times, for ever. */
static uint32_t retries(void)
{
    uint32_t kind = fuzz_below(8);

    if (kind == 1)
        return UINT32_MAX;
    return kind == 2 ? fuzz_byte() : 0;
}

/* Function 0 of another device each. */
static void build(void)
{
    uint32_t bridges = fuzz_below(BRIDGES + 1);

    pci_model_power_on(&host, CONFIG, BUSES);
    host.seed = fuzz_byte();
    now.models = 1 + bridges + fuzz_below(MODELS - BRIDGES);
    for (uint32_t i = 1; i < now.models; i++) {
        bool bridge = i <= bridges;

        if (bridge)
            pci_model_bridge_init(&models[i], VENDOR, i);
        else
            pci_model_function_init(&models[i], VENDOR, i);
        add_bars(&models[i], bridge ? 2 : 6);
        models[i].retries = retries();
        models[i].liar = fuzz_below(4) == 1;
        pci_model_add(&host, &models[i], some_bridge(bridge ? i - 1 : bridges),
                      i << 3);
    }
    add_disk(some_bridge(bridges));
}

static void describe(uint32_t buses, uint32_t capacity)
{
    ecam = (struct pci_ecam){
        .config = CONFIG,
        .buses = buses,
        .clock = &hooks_clock,
        .memory = { MEMORY_CPU, MEMORY_BUS, MEMORY_SIZE, 0 },
        .io = { IO_CPU, IO_BUS, IO_SIZE, 0 },
        .functions = functions,
        .capacity = capacity,
    };
}

/* ---- What is remembered ---- */

static void expect_apart(const struct pci_bar *one, const struct pci_bar *other)
{
    fuzz_expect(one == other || other->size == 0 ||
                    one->base - other->base >= other->size,
                "no two places are one");
}

/* What a bridge forwards holds the places behind it. */
static bool is_place(const struct pci_function *function, uint32_t bar)
{
    return function->bars[bar].size != 0 &&
           (function->kind != PCI_BRIDGE || bar < 2);
}

static void expect_place(const struct pci_function *function, uint32_t bar)
{
    const struct pci_bar *place = &function->bars[bar];
    bool io = (function->io & BIT32(bar)) != 0;
    uintptr_t base = io ? IO_CPU : MEMORY_CPU;
    uintptr_t size = io ? IO_SIZE : MEMORY_SIZE;

    fuzz_expect((place->size & (place->size - 1)) == 0, "a place is a power");
    fuzz_expect(is_in(place->base, base, size) &&
                    place->size <= size - (place->base - base),
                "a place lies in its window");
    for (uint32_t i = 0; i < ecam.count; i++) {
        for (uint32_t k = 0; k < PCI_BARS; k++) {
            if (is_place(&functions[i], k))
                expect_apart(place, &functions[i].bars[k]);
        }
    }
}

static void expect_sense(uint32_t capacity)
{
    fuzz_expect(ecam.count <= capacity, "no more is found than there is room");
    for (uint32_t i = 0; i < ecam.count; i++) {
        const struct pci_function *one = &functions[i];

        fuzz_expect(is_in(one->config, CONFIG, (uintptr_t)ecam.buses << 20),
                    "a function lies on a bus that there is");
        fuzz_expect(!one->bridge ||
                        (one->bridge >= functions && one->bridge < one),
                    "a bridge was found before who is behind it");
        fuzz_expect(one->pin <= 4, "a pin has a name");
        for (uint32_t k = 0; k < PCI_BARS; k++) {
            if (is_place(one, k))
                expect_place(one, k);
        }
    }
}

/* ---- What is asked ---- */

static enum iodma_status scan(void)
{
    enum iodma_status status;

    fuzz_bound(SCANS);
    now.scanning = true;
    now.let = NULL;
    status = pci_scan(&ecam);
    now.scanning = false;
    expect_sense(ecam.capacity);
    return status;
}

static void ask(const struct pci_function *function, uint32_t vector)
{
    struct pci_msix msix;

    fuzz_bound(CALLS);
    now.asked = function;
    if (pci_enable(function) != IODMA_OK)
        fuzz_expect(function->kind != PCI_DEVICE, "a device is enabled");
    if (pci_msix_find(function, &msix) == IODMA_OK)
        (void)pci_msix_enable(&msix, vector, 0x1000, 1);
    now.let = function;
    (void)pci_master(function, true);
    (void)pci_master(function, false);
    now.let = NULL;
}

/* ---- Afterwards ---- */

static void expect_answers(const struct pci_function *function, uint32_t bar)
{
    const struct pci_bar *place = &function->bars[bar];
    const struct pci_model_function *model =
        &models[function->id == PCI_ID_OF(VENDOR, DISK) ? 0
                                                        : function->id >> 16];
    bool io = (function->io & BIT32(bar)) != 0;
    uint64_t bus = io ? place->base - IO_CPU + IO_BUS
                      : place->base - MEMORY_CPU + MEMORY_BUS;

    fuzz_expect(pci_model_arrives(&host, model, bus, io) &&
                    pci_model_arrives(&host, model, bus + place->size - 1, io),
                "a place answers, and nobody else there");
}

static void expect_disk(void)
{
    const struct pci_key key = { .id = PCI_ID_OF(VENDOR, DISK) };
    const struct pci_function *disk;
    struct pci_msix msix;

    fuzz_expect(pci_find(&ecam, key, 0, &disk) == IODMA_OK,
                "the disk is there");
    if (disk->bars[0].size == 0)
        return; /* its neighbours are large */
    now.asked = now.let = disk;
    fuzz_expect(pci_msix_find(disk, &msix) == IODMA_OK &&
                    msix.vectors == VECTORS &&
                    msix.table == disk->bars[0].base + TABLE,
                "it has its table");
    host.msix = &models[0];
    host.msix_word = MSIX;
    host.table = msix.table;
    host.table_bus = msix.table - MEMORY_CPU + MEMORY_BUS;
    fuzz_expect(pci_msix_enable(&msix, 1, 0x1000, 0x77) == IODMA_OK &&
                    host.entries[1][0] == 0x1000 && host.entries[1][2] == 0x77,
                "which takes a message");
    fuzz_expect(!pci_model_masters(&models[0]), "it masters nothing");
    fuzz_expect(pci_master(disk, true) == IODMA_OK &&
                    pci_model_masters(&models[0]),
                "until it is let");
}

/* Whatever the lies have made of the bridges, from here on all is true. */
static void recover(void)
{
    fuzz_lie(0);
    for (uint32_t i = 0; i < now.models; i++) {
        models[i].liar = false;
        models[i].retries = 0;
    }
    host.violation = NULL;
    describe(BUSES, CAPACITY);
    fuzz_own(CONFIG, (uintptr_t)BUSES << 20);
    fuzz_expect(scan() == IODMA_OK, "an honest host is scanned");
    fuzz_expect(ecam.count == now.models, "all are found");
    fuzz_bound(CALLS);
    for (uint32_t i = 0; i < ecam.count; i++)
        (void)pci_enable(&functions[i]);
    for (uint32_t i = 0; i < ecam.count; i++) {
        for (uint32_t k = 0; k < PCI_BARS; k++) {
            if (is_place(&functions[i], k))
                expect_answers(&functions[i], k);
        }
    }
    expect_disk();
    fuzz_expect(!host.violation, host.violation ? host.violation : "");
}

void fuzz_round(void)
{
    static const uint8_t lies[] = { 0, 8, 64, 255 };
    uint32_t how;
    uint32_t of_256;
    bool late; /* a scan reads more than a round has bytes for: honest, then */

    memset(&now, 0, sizeof now);
    hooks = (struct hooks){ .moment = moment, .tick = 1 };
    build();
    describe(1 + fuzz_below(BUSES), 1 + fuzz_below(CAPACITY));
    fuzz_own(CONFIG, (uintptr_t)ecam.buses << 20);
    fuzz_own(MEMORY_CPU, MEMORY_SIZE);
    how = fuzz_byte();
    of_256 = lies[how % HAL_COUNT_OF(lies)];
    late = how / HAL_COUNT_OF(lies) % 8 == 4;
    for (uint32_t i = 0; i < TURNS && fuzz_more(); i++) {
        uint32_t vector = fuzz_byte();

        fuzz_lie(late ? 0 : of_256);
        (void)scan();
        fuzz_lie(of_256);
        for (uint32_t k = 0; k < ecam.count; k++)
            ask(&functions[k], vector);
    }
    recover();
}
