/* SPDX-License-Identifier: MIT */
/* Refusals of calls without a command: of the bus, one buffer, what is shared.
 */
#include "tests/reason/others.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <string.h>

struct others others;

static bool to_nothing(hal_address address, hal_address *physical,
                       hal_address *length)
{
    (void)address;
    (void)physical;
    (void)length;
    return false;
}

/* Each page at the same place. */
static bool to_one_page(hal_address address, hal_address *physical,
                        hal_address *length)
{
    *physical = modulo(address, 64);
    *length = smaller(*length, 64 - *physical);
    return true;
}

static const struct hal_translation nothing = { to_nothing };
static const struct hal_translation one_page = { to_one_page };

static void set_up(void)
{
    hal_address start = cpu_address(others.arena);

    others.port = (struct hal_limits){ .address_bits = 0 };
    others.apertures[0] =
        (struct hal_aperture){ start, start + UNSEEN - 1, start, BOTH, false };
    others.apertures[1] =
        (struct hal_aperture){ start + UNSEEN, start + ARENA - 1,
                               start + UNSEEN, HAL_READ, true };
    others.regions[0] = (struct hal_region){ start, start + UNCACHED - 1,
                                             HAL_WRITE_BACK, true, NULL };
    others.regions[1] =
        (struct hal_region){ start + UNCACHED, start + ARENA - 1, HAL_UNCACHED,
                             true, NULL };
    others.hal = fixture_hal_bus;
    others.hal.apertures = others.apertures;
    others.hal.aperture_count = 2;
    others.hal.regions = others.regions;
    others.hal.region_count = 2;
    others.hal.limits = &others.port;
    others.hal.cache = &world_cache;
    expect_status("bus", iodma_bus_init(&others.bus, &others.hal, 64),
                  IODMA_OK);
    others.reason = (struct iodma_reason){ .rule = IODMA_RULE_NONE };
    iodma_bus_explain(&others.bus, &others.reason);
}

/* The bus. */

static enum iodma_status lend_nothing(const struct other *row)
{
    (void)row;
    return iodma_bus_lend(&others.bus, NULL);
}

static enum iodma_status lend(const struct other *row)
{
    static const struct hal_bounce_ops ops = { NULL, NULL };
    struct hal_bounce storage = {
        .ops = &ops,
        .first = cpu_address(others.arena) + row->at,
        .last = cpu_address(others.arena) + row->at + 0xFF,
        .granule = row->length,
    };

    return iodma_bus_lend(&others.bus, &storage);
}

static enum iodma_status map_through(const struct other *row)
{
    (void)row;
    return iodma_bus_map_through(&others.bus, NULL);
}

static enum iodma_status maintain_nothing(const struct other *row)
{
    (void)row;
    others.hal.cache = NULL;
    return iodma_bus_cache(&others.bus);
}

static enum iodma_status check_nothing(const struct other *row)
{
    (void)row;
    return iodma_bus_check(NULL, &others.reason);
}

/* A fact is wrong: the one that the row expects. */
static enum iodma_status check(const struct other *row)
{
    switch (row->want.rule) {
    case IODMA_RULE_HOOK:
        others.hal.clock = NULL;
        break;
    case IODMA_RULE_POWER_OF_TWO:
        others.bus.line = 48;
        break;
    case IODMA_RULE_GRANULE:
        others.bus.granule = 32;
        break;
    case IODMA_RULE_ORDER:
        others.apertures[1].last = others.apertures[1].first - 1;
        break;
    case IODMA_RULE_ACCESS:
        others.apertures[1].access = 4;
        break;
    case IODMA_RULE_OVERLAP:
        others.regions[1].first -= 1;
        break;
    default:
        others.apertures[1].first += 4;
        break;
    }
    return iodma_bus_check(&others.bus, &others.reason);
}

/* One buffer. */

static enum iodma_status map(const struct other *row)
{
    hal_address address;

    others.hal.translation = row->translation;
    return iodma_map(&others.bus, &row->limits,
                     row->null ? NULL : &others.arena[row->at],
                     row->capacity != 0 ? row->capacity : row->length,
                     row->length, row->direction, &address);
}

static enum iodma_status map_without_cache(const struct other *row)
{
    others.hal.cache = NULL;
    return map(row);
}

static enum iodma_status map_past_mapper(const struct other *row)
{
    static struct iodma_mapper mapper;
    static struct model_mapper model;

    model_mapper_init(&model);
    model.mapper.can_bypass = false;
    mapper.hal = &model.mapper;
    others.bus.mapper = &mapper;
    return map(row);
}

static enum iodma_status unmap_nothing(const struct other *row)
{
    return iodma_unmap(&others.bus, NULL, row->length, IODMA_IN);
}

static enum iodma_status map_sync(const struct other *row)
{
    return iodma_map_sync(&others.bus, others.arena, row->length,
                          row->direction);
}

/* Memory that is shared. */

static struct iodma_share shared;

static enum iodma_status share(const struct other *row)
{
    struct hal_shared out;

    return iodma_share(&shared, &others.bus, &row->limits,
                       cpu_address(others.arena) + row->at, others.arena,
                       row->length, row->mapping, &out);
}

/* Without the argument that the row expects. */
static enum iodma_status share_without(const struct other *row)
{
    hal_address missing = row->want.number;
    struct hal_shared out;

    return iodma_share(&shared, &others.bus,
                       missing == IODMA_ARGUMENT_LIMITS ? NULL : &row->limits,
                       cpu_address(others.arena),
                       missing == IODMA_ARGUMENT_POINTER ? NULL : others.arena,
                       64, 0, missing == IODMA_ARGUMENT_SHARED ? NULL : &out);
}

static enum iodma_status unshare_nothing(const struct other *row)
{
    (void)row;
    memset(&shared, 0, sizeof shared);
    shared.command.window.reason = &others.reason;
    return iodma_unshare(&shared);
}

/* clang-format off */
const struct other reason_others[] = {
    { "a bus is lent something", lend_nothing,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(BOUNCE), 0, 0, PASS, 0) },
    { "in its own granules", lend, .length = 128,
      SAY(BAD_ARGUMENT, GRANULE, ARGUMENT_(BOUNCE), 64, 128, NONE, 0) },
    { "that the master may write", lend, .at = UNSEEN, .length = 64,
      LIES(BAD_ARGUMENT, APERTURE, ARGUMENT_(BOUNCE), BOTH, UNSEEN, ELSEWHERE,
           0) },
    { "a mapper is one", map_through,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(MAPPER), 0, 0, PASS, 0) },
    { "only caches that there are are maintained", maintain_nothing,
      SAY(BAD_ARGUMENT, HOOK, FIELD_(CACHE), 0, 0, NONE, 0) },
    { "a bus is checked", check_nothing,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(BUS), 0, 0, PASS, 0) },
    { "a board has a clock", check,
      SAY(BAD_ARGUMENT, HOOK, FIELD_(CLOCK), 0, 0, NONE, 0) },
    { "lines are powers of two", check,
      SAY(BAD_ARGUMENT, POWER_OF_TWO, FIELD_(CACHE), 0, 48, NONE, 0) },
    { "a granule has a line", check,
      SAY(BAD_ARGUMENT, GRANULE, ARGUMENT_(GRANULE), 64, 32, NONE, 0) },
    { "an aperture begins before it ends", check,
      LIES(BAD_ARGUMENT, ORDER, APERTURE, 1, UNSEEN, UNSEEN - 1, NONE, 0) },
    { "and grants some access", check,
      SAY(BAD_ARGUMENT, ACCESS, APERTURE, 1, BOTH, 4, NONE, 0) },
    { "regions lie apart", check,
      LIES(BAD_ARGUMENT, OVERLAP, REGION, 1, 0, UNCACHED - 1, NONE, 0) },
    { "apertures have whole lines", check,
      LIES(BAD_ARGUMENT, EDGE, APERTURE, 1, 64, UNSEEN + 4, NONE, 0) },

    { "a buffer is somewhere", map, .null = true, .length = 8,
      .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "and has bytes", map, .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, BUFFER, ARGUMENT_(LENGTH), 0, 0, NONE, 0) },
    { "that go some way", map, .length = 8, .direction = 4,
      SAY(BAD_ARGUMENT, DIRECTION, ARGUMENT_(DIRECTION), IODMA_INOUT, 4, SET,
          IODMA_INOUT) },
    { "within its capacity", map, .capacity = 8, .length = 16,
      .direction = IODMA_OUT,
      SAY(BAD_ARGUMENT, WINDOW, ARGUMENT_(LENGTH), 8, 16, SET, 8) },
    { "past no mapper", map_past_mapper, .length = 8, .direction = IODMA_OUT,
      SAY(UNSUPPORTED, BYPASS, ARGUMENT_(BUS), 0, 0, NONE, 0) },
    { "from memory that is mapped", map, .length = 8, .direction = IODMA_OUT,
      .translation = &nothing,
      LIES(NOT_ATTACHED, UNMAPPED, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "in one piece", map, .length = 65, .direction = IODMA_OUT,
      .translation = &one_page,
      SAY(NO_SPACE, CONTIGUOUS, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "which the device sees", map, .at = UNSEEN - 8, .length = 16,
      .direction = IODMA_OUT,
      LIES(MESSAGE_TOO_LARGE, APERTURE, ARGUMENT_(POINTER), HAL_READ,
           UNSEEN - 8, ELSEWHERE, 0) },
    { "and may write", map, .at = UNSEEN, .length = 64, .direction = IODMA_IN,
      LIES(NOT_WRITABLE, WRITABLE, ARGUMENT_(POINTER), 0, UNSEEN, ELSEWHERE,
           0) },
    { "past a cache that there is", map_without_cache, .length = 64,
      .direction = IODMA_OUT,
      LIES(UNSUPPORTED, CACHED, ARGUMENT_(POINTER), 0, 0, ELSEWHERE, 0) },
    { "in lines of its own", map, .at = 8, .length = 64, .direction = IODMA_IN,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(POINTER), 64, 8, ALIGN, 56) },
    { "to the end", map, .capacity = 100, .length = 65, .direction = IODMA_IN,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(CAPACITY), 64, 100, LENGTHEN, 28) },
    { "in whole lengths", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .align_length = 4 },
      SAY(NOT_ALIGNED, ALIGN_LENGTH, ARGUMENT_(LENGTH), 4, 9, SHORTEN, 1) },
    { "no longer than a transfer", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .max_transfer = 8 },
      SAY(NO_SPACE, MAX_TRANSFER, ARGUMENT_(LENGTH), 8, 9, SPLIT, 8) },
    { "in one segment", map, .length = 9, .direction = IODMA_OUT,
      .limits = { .max_segment = 8 },
      SAY(NO_SPACE, SEGMENT_COUNT, ARGUMENT_(LENGTH), 1, 2, NONE, 0) },
    { "an address is aligned", map, .at = UNCACHED + 1, .length = 8,
      .direction = IODMA_OUT, .limits = { .align_address = 4 },
      LIES(NOT_ALIGNED, ALIGN_ADDRESS, ARGUMENT_(POINTER), 4, UNCACHED + 1,
           ALIGN, 3) },
    { "a buffer is unmapped", unmap_nothing, .length = 8,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "a frame is handed over one way", map_sync, .length = 64,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), IODMA_INOUT, 0, SET,
          IODMA_IN) },

    { "what is shared has limits", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(LIMITS), 0, 0, PASS, 0) },
    { "a name for the CPU", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(POINTER), 0, 0, PASS, 0) },
    { "somebody who is told where it is", share_without,
      SAY(BAD_ARGUMENT, POINTER, ARGUMENT_(SHARED), 0, 0, PASS, 0) },
    { "no options that there are not", share, .length = 64, .mapping = 0x80,
      SAY(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), 1, 0x80, SET, 1) },
    { "what is shared has bytes", share,
      LIES(BAD_ARGUMENT, BUFFER, ARGUMENT_(ADDRESS), 0, 0, NONE, 0) },
    { "in no cache", share, .length = 64,
      LIES(UNSUPPORTED, CACHED, NOWHERE, 0, 0, ELSEWHERE, 0) },
    { "or in whole lines of it", share, .at = 8, .length = 64,
      .mapping = IODMA_SHARE_MAINTAINED,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 8, ALIGN, 56) },
    { "to the end", share, .length = 96, .mapping = IODMA_SHARE_MAINTAINED,
      LIES(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 0, NONE, 0) },
    { "in one segment", share, .at = UNCACHED, .length = 64,
      .limits = { .max_segment = 32 },
      SAY(NO_SPACE, SEGMENT_COUNT, NOWHERE, 1, 2, NONE, 0) },
    { "aligned", share, .at = UNCACHED + 8, .length = 64,
      .limits = { .align_address = 64 },
      LIES(NOT_ALIGNED, ALIGN_ADDRESS, RANGE_(0), 64, UNCACHED + 8, ALIGN,
           56) },
    { "and is shared before it is not", unshare_nothing,
      SAY(NOT_READY, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0) },
    { .what = NULL },
};
/* clang-format on */

void others_explain(const struct other *rows)
{
    for (const struct other *row = rows; row->what; row++) {
        struct iodma_reason want = row->want;

        check_case(row->what);
        set_up();
        if (row->lies)
            want.actual += cpu_address(others.arena);
        if (want.rule == IODMA_RULE_ORDER)
            want.required += cpu_address(others.arena);
        expect_status("the call", row->call(row),
                      (enum iodma_status)want.status);
        expect_record(&others.reason, &want);
    }
}

/* Where the arena is, is known only now. */
void others_too_far(void)
{
    static const struct other row = {
        .length = 8,
        .direction = IODMA_OUT,
        .limits = { .address_bits = 12 },
    };

    check_case("a buffer is within reach");
    set_up();
    expect_status("the call", map(&row), IODMA_MESSAGE_TOO_LARGE);
    expect_number("rule", others.reason.rule, IODMA_RULE_REACH);
    expect_number("required", others.reason.required, 0xFFF);
    expect_number("actual", others.reason.actual,
                  cpu_address(others.arena) + 7);
    expect_number("cure", others.reason.cure, IODMA_CURE_NEARER);
    expect_number("amount", others.reason.amount,
                  cpu_address(others.arena) + 7 - 0xFFF);
}
