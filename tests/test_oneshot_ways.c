/* SPDX-License-Identifier: MIT */
/*
 * Defends the shortcuts of iodma_map, iodma_unmap and iodma_map_sync: on random
 * boards, what they do, answer and record is what comes of a look at the buffer
 * and at all limits. Boards are plain, or differ from that in one way or two.
 */
#include "dma/iodma.h"
#include "dma/shortcuts.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/recording_cache.h"

#include <string.h>

enum { ARENA = 0x1000, HALF = ARENA / 2, LINE = 64, ROUNDS = 20000 };

#define RW  (HAL_READ | HAL_WRITE)
#define BUS (FAR - HALF) /* of the arena: half of it is beyond FAR */

static uint8_t arena[ARENA] __attribute__((aligned(ARENA)));
static uint64_t seed = 1;

/* What is seen from outside ------------------------------------------------ */

struct outcome {
    enum iodma_status status;
    hal_address address;
    uint32_t published, observed;
    unsigned maintained, finished;
    struct recorded_call call;
    struct iodma_reason reason;
};

static struct outcome now;

static void publish(void)
{
    now.published += 1 + recorded_count * 256;
}

static void observe(void)
{
    now.observed += 1 + recorded_count * 256;
}

static void forget(void)
{
    memset(&now, 0, sizeof now);
    now.address = 77;
    recorded_count = 0;
    recorded_finishes = 0;
}

static struct outcome seen(enum iodma_status status)
{
    now.status = status;
    now.maintained = recorded_count;
    now.finished = recorded_finishes;
    if (recorded_count != 0)
        now.call = recorded[0];
    return now;
}

static bool expect_same(const char *call, const struct outcome *got,
                        const struct outcome *want)
{
    const struct iodma_reason *why = &got->reason;
    const struct iodma_reason *reason = &want->reason;

    return expect_status(call, got->status, want->status) &
           expect_number("address", got->address, want->address) &
           expect_number("published", got->published, want->published) &
           expect_number("observed", got->observed, want->observed) &
           expect_number("maintained", got->maintained, want->maintained) &
           expect_number("finished", got->finished, want->finished) &
           expect_number("operation", (uint64_t)got->call.operation,
                         (uint64_t)want->call.operation) &
           expect_number("of", got->call.pa, want->call.pa) &
           expect_number("bytes", got->call.length, want->call.length) &
           expect_number("rule", why->rule, reason->rule) &
           expect_number("place", why->place, reason->place) &
           expect_number("number", why->number, reason->number) &
           expect_number("required", why->required, reason->required) &
           expect_number("actual", why->actual, reason->actual);
}

/* Boards ------------------------------------------------------------------- */

static const struct hal_fences fences = { publish, observe };
static struct hal_aperture apertures[2];
static struct hal_region regions[2];
static struct hal_limits port;
static struct hal_bus hal;
static struct hal_mapper iommu;
static struct iodma_mapper mapper = { .hal = &iommu };

/* One that knows what it can, and one that has to look. */
static struct iodma_bus bus;
static struct iodma_bus blind;

static bool to_physical(hal_address address, hal_address *physical,
                        hal_address *length)
{
    (void)length;
    *physical = address;
    return true;
}

static const struct hal_translation translation = { to_physical };
static const struct hal_window window = { NULL, NULL }; /* never opened */

static hal_address at(uint32_t offset)
{
    return cpu_address(&arena[offset]);
}

static uint32_t below(uint32_t limit)
{
    return random_below(&seed, limit);
}

/* A power of two up to the arena's size. */
static uint32_t power(void)
{
    return UINT32_C(1) << below(13);
}

/* A limit, or two. The device's, or the port's. */
static void draw_limit(struct hal_limits *limits)
{
    switch (below(6)) {
    case 0:
        limits->address_bits =
            (uint8_t)(below(2) != 0 ? REACH_BITS : REACH_BITS + 1);
        return;
    case 1:
        limits->align_address = power();
        return;
    case 2:
        limits->align_length = power();
        return;
    case 3:
        limits->max_segment = 1 + below(ARENA + 1);
        return;
    case 4:
        limits->max_transfer = 1 + below(ARENA + 1);
        return;
    default:
        limits->boundary = power() * 2;
    }
}

static void plain_board(void)
{
    bool snooped = below(2) != 0;
    uint32_t count = 1 + below(2);

    memset(&port, 0, sizeof port);
    apertures[0] =
        (struct hal_aperture){ at(0), at(0) + ARENA - 1, BUS, RW, snooped };
    apertures[1] =
        (struct hal_aperture){ at(HALF), at(0) + ARENA - 1, HALF, RW, snooped };
    if (count == 2)
        apertures[0].last = at(HALF) - 1;
    else if (below(4) == 0)
        apertures[0] =
            (struct hal_aperture){ 0, HAL_ADDRESS_MAX, 0, RW, snooped };
    regions[0] = (struct hal_region){ at(0), at(0) + ARENA - 1, HAL_WRITE_BACK,
                                      true, NULL };
    regions[1] = (struct hal_region){ at(HALF), at(0) + ARENA - 1,
                                      HAL_WRITE_BACK, true, NULL };
    hal = fixture_hal_bus;
    hal.apertures = apertures;
    hal.aperture_count = count;
    hal.regions = regions;
    hal.region_count = 1;
    hal.limits = &port;
    hal.cache = &recording_cache;
    hal.fences = &fences;
}

/* What speaks against one who does not look. Returns whether a mapper is in
   front. */
static bool differ(void)
{
    uint32_t which = below(hal.aperture_count);

    switch (below(8)) {
    case 0:
        apertures[which].access = (uint8_t)(1 + below(2));
        return false;
    case 1:
        apertures[which].snooped = !apertures[which].snooped;
        return false;
    case 2:
    case 3:
        regions[0].last = at(HALF) - 1;
        hal.region_count = 2;
        regions[below(2)].writable = below(2) != 0;
        regions[below(2)].cached = (uint8_t)below(2);
        return false;
    case 4:
        if (below(2) == 0)
            hal.cache = NULL;
        else
            regions[below(2)].window = &window;
        return false;
    case 5:
        hal.translation = &translation;
        return false;
    case 6:
        draw_limit(&port);
        return false;
    default:
        return true;
    }
}

static void draw_board(void)
{
    bool mapped = false;

    plain_board();
    for (uint32_t ways = below(3); ways != 0; ways--)
        mapped |= differ();
    expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
    iommu.can_bypass = below(2) != 0;
    if (mapped)
        expect_status("mapper", iodma_bus_map_through(&bus, &mapper), IODMA_OK);
    iodma_bus_explain(&bus, &now.reason);
    blind = bus;
    blind.unsure = UINTPTR_MAX;
    blind.every = NULL;
    blind.sure = NULL;
}

/* Calls -------------------------------------------------------------------- */

struct call {
    const struct hal_limits *limits;
    const void *pointer;
    size_t capacity, length;
    uint32_t direction;
    bool nowhere; /* to put the address */
};

static struct call draw_call(void)
{
    static struct hal_limits limits;
    uint32_t from = below(ARENA);
    uint32_t length = 1 + below(ARENA - from);
    struct call call = { .direction = below(16) != 0 ? below(4) : 4 };

    if (below(4) != 0)
        from -= from % LINE;
    if (below(4) == 0)
        length = below(ARENA + 9);
    if (below(4) == 0)
        length += LINE - length % LINE;
    if (below(8) == 0) /* up to an edge, or a byte further */
        length = (from < HALF ? HALF : ARENA) - from + below(2);
    call.pointer = &arena[from];
    call.length = length;
    call.capacity = length + (LINE - length % LINE) % LINE;
    if (below(4) == 0)
        call.capacity = call.length + below(LINE) - below(LINE) / 8;
    if (below(32) == 0)
        call.length = SIZE_MAX - below(ARENA);
    if (below(32) == 0)
        call.pointer = NULL;
    call.nowhere = below(32) == 0;
    if (below(2) != 0) {
        memset(&limits, 0, sizeof limits);
        draw_limit(&limits);
        call.limits = &limits;
    }
    return call;
}

static struct outcome map(const struct iodma_bus *on, const struct call *call)
{
    forget();
    return seen(iodma_map(on, call->limits, call->pointer, call->capacity,
                          call->length, call->direction,
                          call->nowhere ? NULL : &now.address));
}

static struct outcome unmap(const struct iodma_bus *on, const struct call *call)
{
    forget();
    return seen(iodma_unmap(on, call->pointer, call->length, call->direction));
}

static struct outcome sync(const struct iodma_bus *on, const struct call *call)
{
    forget();
    return seen(
        iodma_map_sync(on, call->pointer, call->length, call->direction));
}

/* How often the way was short, and what came of it. */
static struct {
    unsigned mapped, refused, limited, maintained;
} tally;

static void count(const struct outcome *mapped, const struct call *call)
{
    bool ok = mapped->status == IODMA_OK;

    if (!IODMA_SHORTCUTS || !bus.sure)
        return;
    tally.mapped += ok;
    tally.refused += !ok;
    tally.limited += ok && call->limits;
    tally.maintained += ok && mapped->maintained != 0;
}

static void test_rounds(void)
{
    bool same = true;

    check_case("the short way and the long one do the same");
    for (unsigned round = 0; same && round < ROUNDS; round++) {
        struct call call;
        struct outcome got, want;

        if (round % 4 == 0)
            draw_board();
        call = draw_call();
        got = map(&bus, &call);
        want = map(&blind, &call);
        same = expect_same("map", &got, &want);
        count(&got, &call);
        if (!same || want.status != IODMA_OK)
            continue; /* only what was mapped is handed over */
        got = unmap(&bus, &call);
        want = unmap(&blind, &call);
        same &= expect_same("unmap", &got, &want);
        got = sync(&bus, &call);
        want = sync(&blind, &call);
        same &= expect_same("sync", &got, &want);
    }

    check_case("enough of each kind");
    if (IODMA_SHORTCUTS)
        expect("more than a twentieth", tally.mapped > ROUNDS / 20 &&
                                            tally.refused > ROUNDS / 20 &&
                                            tally.limited > ROUNDS / 20 &&
                                            tally.maintained > ROUNDS / 20);
}

int main(void)
{
    test_rounds();
    return check_result();
}
