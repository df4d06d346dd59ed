/* SPDX-License-Identifier: MIT */
/*
 * Defends hal/dmac/cpu: what the CPU moves in an engine's place it finds
 * through apertures and regions, moves to the byte, and never under the lock.
 * The suite (tests/engines/cpu.c) asks what all engines are asked.
 *
 * Memory has three names: the host's, the CPU's physical address and the bus
 * address.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/cpu.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/model/hooks.h"

#include <string.h>

enum {
    NEAR = 0,      /* identity: the physical address is a pointer   */
    FAR = 0x1000,  /* behind a window of 0x100 bytes                */
    ROM = 0x2000,  /* behind the window, not writable               */
    HOLE = 0x3000, /* in an aperture, in no region                  */
    ARENA = 0x4000,
    WINDOW = 0x100,
    WINDOWS = 4,
    SLOTS = 4,
};

/* As much of it as there is: in 32 bits 0xC0000000. */
#define FAR_PHYSICAL ((hal_address)UINT64_C(0x8C0000000))
#define BUS          ((hal_address)0x10000000)

static uint8_t arena[ARENA] __attribute__((aligned(0x1000)));
static uint8_t want[ARENA];

/* What lies from FAR_PHYSICAL on is the arena from FAR on. */
static struct {
    uint8_t *open[WINDOWS];
    uint32_t depth;
    uint32_t opened;
    bool none; /* no window is free */
} windows;

static void *open_window(hal_address address, hal_address *length)
{
    hal_address offset = address - FAR_PHYSICAL;
    uint8_t *bytes = &arena[FAR + offset];

    if (hooks.held)
        hooks.broken = "a window opened under the lock";
    if (windows.none || windows.depth == WINDOWS)
        return NULL;
    *length = smaller(*length, WINDOW - offset % WINDOW);
    windows.open[windows.depth++] = bytes;
    windows.opened++;
    return bytes;
}

static void close_window(void *pointer)
{
    if (windows.depth == 0 || windows.open[--windows.depth] != pointer)
        hooks.broken = "another window closed than was opened last";
}

static const struct hal_window window = { open_window, close_window };

static struct hal_region regions[] = {
    { .cached = HAL_WRITE_BACK, .writable = true },
    { .first = FAR_PHYSICAL,
      .last = FAR_PHYSICAL + (ROM - FAR) - 1,
      .cached = HAL_WRITE_BACK,
      .writable = true,
      .window = &window },
    { .first = FAR_PHYSICAL + (ROM - FAR),
      .last = FAR_PHYSICAL + (HOLE - FAR) - 1,
      .cached = HAL_WRITE_BACK,
      .window = &window },
};
static struct hal_aperture apertures[] = {
    { .bus = BUS + NEAR, .access = HAL_READ | HAL_WRITE, .snooped = true },
    { .first = FAR_PHYSICAL,
      .last = FAR_PHYSICAL + (ARENA - FAR) - 1,
      .bus = BUS + FAR,
      .access = HAL_READ | HAL_WRITE,
      .snooped = true },
};
static const struct hal_limits no_limits = { .address_bits = 0 };
static const struct hal_bus bus = {
    .apertures = apertures,
    .aperture_count = HAL_COUNT_OF(apertures),
    .regions = regions,
    .region_count = HAL_COUNT_OF(regions),
    .limits = &no_limits,
    .clock = &hooks_clock,
    .lock = &hooks_lock,
    .fences = &hooks_fences,
};

static struct hal_item ring[SLOTS];
static struct cpu_dmac cpu;
static const struct hal_dmac_ops *const ops = &cpu_dmac_ops;

/* A peripheral: what was written where, or will be read. */
static struct {
    uintptr_t address[64];
    uint32_t value[64];
    unsigned size[64];
    uint32_t count;
} port;

static void note(uintptr_t address, uint32_t value, unsigned size)
{
    if (hooks.held)
        hooks.broken = "a port accessed under the lock";
    if (!expect("room for accesses", port.count < HAL_COUNT_OF(port.value)))
        return;
    port.address[port.count] = address;
    port.value[port.count] = value;
    port.size[port.count++] = size;
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t value = UINT32_C(0x83828180) + 0x04040404 * (port.count % 16);

    note(address, value, size);
    return value;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    note(address, value, size);
}

static void moment(void)
{
}

static void begin(const char *what)
{
    check_case(what);
    hooks = (struct hooks){ .moment = moment };
    memset(&windows, 0, sizeof windows);
    memset(&port, 0, sizeof port);
    regions[0].first = (hal_address)(uintptr_t)arena;
    regions[0].last = regions[0].first + FAR - 1;
    apertures[0].first = regions[0].first;
    apertures[0].last = regions[0].last;
    apertures[0].access = HAL_READ | HAL_WRITE;
    for (uint32_t i = 0; i < ARENA; i++)
        arena[i] = (uint8_t)(i * 13 + (i >> 8) * 5);
    memcpy(want, arena, ARENA);
    cpu = (struct cpu_dmac)CPU_DMAC(&bus, ring, SLOTS);
    expect_status("start", ops->start(&cpu.dmac), IODMA_OK);
}

static void expect_order(void)
{
    expect_bytes("memory", arena, want, ARENA);
    expect_number("windows open", windows.depth, 0);
    expect_hooks();
}

static struct hal_item item(uint32_t from, uint32_t to, uint32_t length)
{
    return (struct hal_item){ BUS + from, BUS + to, length };
}

static struct hal_progress run(struct hal_item one)
{
    expect_number("taken", ops->emit(&cpu.dmac, &one, 1), 1);
    ops->submit(&cpu.dmac);
    return ops->reap(&cpu.dmac);
}

/* ---- Memory ---- */

static const struct {
    const char *what;
    uint32_t from;
    uint32_t to;
    uint32_t length;
    uint32_t windows;
} copies[] = {
    { "a copy of memory that has pointers opens no window", 0x10, 0x803, 0x333,
      0 },
    { "a copy into a window is cut where that ends", 0x10, FAR + 0x80, 0x100,
      2 },
    { "a copy out of a window is", FAR + 0xFF, 0x20, 0x102, 3 },
    { "windows of both ends are cut at each other's ends", FAR + 0x80,
      FAR + 0x5C0, 0x100, 6 },
    { "memory that may not be written may be read", ROM + 3, 0x20, 5, 1 },
    { "the last byte before a hole", HOLE - 1, 0x20, 1, 1 },
    { "a copy from a region to the next one behind it", ROM - 4, 0x20, 8, 2 },
};

static void test_copies(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(copies); i++) {
        begin(copies[i].what);
        memmove(&want[copies[i].to], &want[copies[i].from], copies[i].length);
        expect_number(
            "retired",
            run(item(copies[i].from, copies[i].to, copies[i].length)).retired,
            1);
        expect_number("windows", windows.opened, copies[i].windows);
        expect_number("residue", ops->residue(&cpu.dmac).most, 0);
        expect_order();
    }
}

static const struct {
    const char *what;
    uint32_t from;
    uint32_t to;
    uint32_t length;
    uint32_t moved; /* before it met what it could not */
    uint8_t access; /* of the near aperture; 0: both   */
    bool none;      /* no windows                      */
    uint32_t less;  /* that the near aperture ends before its region */
} faults[] = {
    { "an address in no aperture", 0x10, ARENA, 8, 0, 0, false, 0 },
    { "an address in no region", HOLE, 0x20, 8, 0, 0, false, 0 },
    { "a run into a hole, which moves what is before it", HOLE - 3, 0x20, 8, 3,
      0, false, 0 },
    { "memory that may not be written", 0x20, ROM, 8, 0, 0, false, 0 },
    { "a run into memory that may not be written", 0x20, ROM - 2, 8, 2, 0,
      false, 0 },
    { "an aperture for reading only, written", 0x20, 0x40, 8, 0, HAL_READ,
      false, 0 },
    { "an aperture for writing only, read", 0x20, 0x40, 8, 0, HAL_WRITE, false,
      0 },
    { "no window is free", 0x20, FAR, 8, 0, 0, true, 0 },
    { "no window is free to read", FAR, 0x20, 8, 0, 0, true, 0 },
    { "a run out of an aperture, in a region that goes on", FAR - 0x103, 0x20,
      8, 3, 0, false, 0x100 },
};

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        struct hal_progress progress;
        struct hal_residue residue;
        uint32_t left = faults[i].length - faults[i].moved;

        begin(faults[i].what);
        windows.none = faults[i].none;
        if (faults[i].access != 0)
            apertures[0].access = faults[i].access;
        apertures[0].last -= faults[i].less;
        memmove(&want[faults[i].to], &want[faults[i].from], faults[i].moved);
        progress = run(item(faults[i].from, faults[i].to, faults[i].length));
        expect_number("retired", progress.retired, 0);
        expect_number("fault", progress.fault, HAL_FAULT_BUS);
        residue = ops->residue(&cpu.dmac);
        expect_number("least", residue.least, left);
        expect_number("most", residue.most, left);

        progress = run(item(0x100, 0x200, 16)); /* it never runs */
        expect_number("retired after a fault", progress.retired, 0);
        expect_number("fault, told of again", progress.fault, HAL_FAULT_NONE);
        expect_number("residue", ops->residue(&cpu.dmac).least, left + 16);
        expect_order();

        expect_status("start", ops->start(&cpu.dmac), IODMA_OK);
        apertures[0].access = HAL_READ | HAL_WRITE;
        memmove(&want[0x200], &want[0x100], 16);
        expect_number("retired", run(item(0x100, 0x200, 16)).retired, 1);
        expect_order();
    }
}

/* ---- The ring ---- */

static void test_ring(void)
{
    struct hal_item items[SLOTS + 1];
    struct hal_dmac *self = &cpu.dmac;

    begin("a full ring takes no more before what was done is reaped");
    for (uint32_t i = 0; i <= SLOTS; i++)
        items[i] = item(0x10 * i, 0x800 + 0x10 * i, 0x10);
    expect_number("taken", ops->emit(self, items, SLOTS + 1), SLOTS);
    expect_order(); /* nothing moves before submit */
    memmove(&want[0x800], want, 0x10 * SLOTS);
    ops->submit(self);
    expect_order();
    expect_number("taken", ops->emit(self, &items[SLOTS], 1), 0);
    expect_number("retired", ops->reap(self).retired, SLOTS);
    expect_number("retired again", ops->reap(self).retired, 0);
    expect_number("taken", ops->emit(self, &items[SLOTS], 1), 1);
    memmove(&want[0x800 + 0x10 * SLOTS], &want[0x10 * SLOTS], 0x10);
    ops->submit(self);
    ops->submit(self); /* nothing was emitted: nothing happens */
    expect_number("retired", ops->reap(self).retired, 1);
    expect_number("doorbells", self->counts.doorbells, 2);
    expect_number("items", self->counts.items, SLOTS + 1);
    expect_order();

    begin("an item of nothing is not taken");
    items[0].length = 0;
    expect_number("taken", ops->emit(self, items, 2), 0);
    expect_order();

    begin("halted it does nothing");
    expect_number("taken", ops->emit(self, &items[1], 1), 1);
    expect_number("stuck", ops->halt(&self, 1, 0), 0);
    ops->submit(self);
    expect_number("retired", ops->reap(self).retired, 0);
    expect_number("residue", ops->residue(self).least, 0x10);
    expect_order();

    begin("it needs a ring, of a power of two");
    cpu.slots = 3;
    expect_status("start", ops->start(self), IODMA_BAD_ARGUMENT);
    cpu.slots = 0;
    expect_status("start", ops->start(self), IODMA_BAD_ARGUMENT);
    cpu.slots = SLOTS;
    cpu.ring = NULL;
    expect_status("start", ops->start(self), IODMA_BAD_ARGUMENT);
}

/* ---- Other ways ---- */

static void test_rows(void)
{
    struct hal_route route = { .rows = 3,
                               .source_stride = -16,
                               .destination_stride = 0x90 };

    begin("rows go forth and back, through windows too");
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    for (uint32_t i = 0; i < 3; i++)
        memcpy(&want[FAR + 0xF0 + 0x90 * i], &want[0x100 - 16 * i], 24);
    expect_number("retired", run(item(0x100, FAR + 0xF0, 24)).retired, 1);
    expect_order();

    begin("a row before the first address is none");
    route = (struct hal_route){ .rows = 2, .source_stride = INT32_MIN };
    apertures[1].bus = BUS - UINT32_C(0x80000000); /* there, were it to wrap */
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    memmove(&want[0x200], &want[0x100], 16);
    expect_number("fault", run(item(0x100, 0x200, 16)).fault, HAL_FAULT_BUS);
    expect_order();
    apertures[1].bus = BUS + FAR;

    begin("a fill has no source");
    route = (struct hal_route){ .source = { .kind = HAL_FILL, .fill = 0x5A },
                                .rows = 2,
                                .destination_stride = 0x20 };
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    memset(&want[0x203], 0x5A, 7);
    memset(&want[0x223], 0x5A, 7);
    expect_number("retired",
                  run((struct hal_item){ 0, BUS + 0x203, 7 }).retired, 1);
    expect_order();

    begin("what is left of rows is what was not moved");
    route = (struct hal_route){ .rows = 4, .destination_stride = 0x1000 };
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    memcpy(&want[0x300], &want[0x10], 8); /* ROM is the third row */
    memcpy(&want[FAR + 0x300], &want[0x10], 8);
    expect_number("fault", run(item(0x10, 0x300, 8)).fault, HAL_FAULT_BUS);
    expect_number("residue", ops->residue(&cpu.dmac).most, 16);
    expect_order();
}

static const struct {
    const char *what;
    struct hal_port port;
    bool writes;
    uint32_t length;
} ports[] = {
    { "bytes to a FIFO",
      { .address = 0x9000, .width = 1, .burst = 1, .depth = 1 },
      true,
      5 },
    { "half words to a FIFO",
      { .address = 0x9000, .width = 2, .burst = 4, .depth = 4 },
      true,
      6 },
    { "words to registers in a row",
      { .address = 0x9000, .width = 4, .increment = 8, .burst = 1, .depth = 1 },
      true,
      12 },
    { "bytes from a FIFO",
      { .address = 0x9000, .width = 1, .burst = 1, .depth = 1 },
      false,
      5 },
    { "half words from a FIFO",
      { .address = 0x9000, .width = 2, .burst = 1, .depth = 1 },
      false,
      6 },
    { "words from registers in a row",
      { .address = 0x9000, .width = 4, .increment = 4, .burst = 1, .depth = 1 },
      false,
      12 },
};

/* Two items, one behind the other: registers in a row go on. */
static void try_port(uint32_t index)
{
    struct hal_port of = ports[index].port;
    struct hal_end end = { .kind = HAL_PORT, .port = &of };
    struct hal_route route = { .rows = 0 };
    uint32_t length = ports[index].length;

    begin(ports[index].what);
    of.request = HAL_NO_REQUEST;
    if (ports[index].writes)
        route.destination = end;
    else
        route.source = end;
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    for (uint32_t i = 0; i < 2; i++) {
        struct hal_item one = item(0x100 * i, 0x100 * i, length);

        if (ports[index].writes)
            one.destination = 0;
        else
            one.source = 0;
        expect_number("retired", run(one).retired, 1);
    }
    expect_number("accesses", port.count, 2 * length / of.width);
    for (uint32_t i = 0; i < port.count; i++) {
        uint32_t at = i * of.width;
        uint32_t in_memory = at < length ? at : 0x100 + at - length;
        const uint8_t *bytes = &arena[in_memory];

        expect_number("its address", port.address[i],
                      of.address + i * of.increment);
        expect_number("its width", port.size[i], of.width);
        expect_bytes("its bytes", bytes, &port.value[i], of.width);
        if (!ports[index].writes)
            memcpy(&want[in_memory], bytes, of.width);
    }
    expect_order();

    port.count = 0; /* another route begins at the port's address */
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    (void)run((struct hal_item){ ports[index].writes ? BUS : 0,
                                 ports[index].writes ? 0 : BUS, of.width });
    expect_number("its address", port.address[0], of.address);
}

static void test_ports(void)
{
    static const struct hal_port of = { .address = 0x9000,
                                        .width = 4,
                                        .request = HAL_NO_REQUEST,
                                        .burst = 1,
                                        .depth = 1 };
    static const struct hal_route route = {
        .destination = { .kind = HAL_PORT, .port = &of },
    };

    for (uint32_t i = 0; i < HAL_COUNT_OF(ports); i++)
        try_port(i);

    begin("an item that is not of the port's width is not taken");
    {
        struct hal_item odd[] = {
            { BUS + 2, 0, 8 },
            { BUS + 4, 0, 6 },
        };

        expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
        expect_number("address", ops->emit(&cpu.dmac, &odd[0], 1), 0);
        expect_number("length", ops->emit(&cpu.dmac, &odd[1], 1), 0);
    }

    begin("of memory that ends in an element it is not moved");
    apertures[0].last -= 0x102;
    expect_status("route", ops->route(&cpu.dmac, &route), IODMA_OK);
    expect_number("fault", run(item(FAR - 0x108, 0, 8)).fault, HAL_FAULT_BUS);
    expect_number("accesses", port.count, 1);
    expect_number("residue", ops->residue(&cpu.dmac).most, 4);
    expect_order();
}

static const struct {
    const char *what;
    struct hal_port port;
    bool cyclic;
} refusals[] = {
    { "a cycle", { .width = 1, .request = HAL_NO_REQUEST }, true },
    { "a port with a request, which the CPU does not see",
      { .width = 1, .request = 0 },
      false },
    { "a port of 8 bytes", { .width = 8, .request = HAL_NO_REQUEST }, false },
};

static void test_refusals(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(refusals); i++) {
        struct hal_port of = refusals[i].port;
        struct hal_route route = {
            .destination = { .kind = HAL_PORT, .port = &of },
            .cyclic = refusals[i].cyclic,
        };
        struct hal_route turned = { .source = route.destination,
                                    .cyclic = route.cyclic };

        begin(refusals[i].what);
        expect_status("to it", ops->route(&cpu.dmac, &route),
                      IODMA_UNSUPPORTED);
        expect_status("from it", ops->route(&cpu.dmac, &turned),
                      IODMA_UNSUPPORTED);
        memmove(&want[0x40], &want[0x10], 9); /* the former route is in force */
        expect_number("retired", run(item(0x10, 0x40, 9)).retired, 1);
        expect_order();
    }
}

int main(void)
{
    test_copies();
    test_faults();
    test_ring();
    test_rows();
    test_ports();
    test_refusals();
    return check_result();
}
