/* SPDX-License-Identifier: MIT */
/* What a record is in words. */
#include "tests/reason/words.h"

#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/reason/rows.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
    struct iodma_reason reason;
    const char *text;
} lines[] = {
#define HERE(...) RECORD(__VA_ARGS__)
    { HERE(NO_RESOURCES, ALIGN_ADDRESS, RANGE_(2), 4, 0x1001, LEND, 0x1000),
      "NoResources: address not aligned, range 0x2: 0x1001, limit 0x4; "
      "lend in one piece 0x1000" },
    { HERE(OK, NONE, NOWHERE, 0, 0, NONE, 0), "OK: all is well" },
    { HERE(NOT_READY, UNATTACHED, NOWHERE, 0, 0, ATTACH, 0),
      "NotReady: no memory; set memory" },
    { HERE(BAD_ARGUMENT, BITS, FIELD_(ADDRESS_BITS), 32, 33, SET, 32),
      "BadArgument: wrong bits, field address_bits: 0x21, "
      "limit 0x20; set to 0x20" },
    { HERE(BAD_ARGUMENT, POINTER, ARGUMENT_(SEGMENTS), 0, 0, PASS, 0),
      "BadArgument: NULL, argument segments; pass one" },
    { HERE(NOT_ALIGNED, LINE, ARGUMENT_(ADDRESS), 64, 0, NONE, 0),
      "NotAligned: part of a line, argument address: 0x0, limit 0x40" },
    { HERE(MESSAGE_TOO_LARGE, REACH, OFFSET, 0, 0xFFFFFF, 0x9ABCDEF0, NONE, 0),
      "MessageTooLarge: out of reach, offset 0x0: 0x9abcdef0, limit 0xffffff" },
    { HERE(BUSY, HELD, NOWHERE, 0, 2, RELEASE, 2),
      "Busy: held: 0x2; release, times 0x2" },
    { HERE(BAD_ARGUMENT, OPTIONS, ARGUMENT_(OPTIONS), 3, 12, SET, 1),
      "BadArgument: no such options, argument options: 0xc; set to 0x1" },
    { HERE(MESSAGE_TOO_LARGE, APERTURE, RANGE_(1), 2, 0x1000, ELSEWHERE, 0),
      "MessageTooLarge: device sees no memory, range 0x1: 0x1000; "
      "take other memory" },
    { HERE(NOT_ALIGNED, LINE, ARGUMENT_(CAPACITY), 64, 100, LENGTHEN, 28),
      "NotAligned: part of a line, argument capacity: 0x64, limit 0x40; "
      "lengthen the buffer by 0x1c" },
    { HERE(BAD_ARGUMENT, HOOK, FIELD_(LOCK), 0, 0, NONE, 0),
      "BadArgument: missing hook, field lock" },
    { HERE(BAD_ARGUMENT, ACCESS, APERTURE, 0, 3, 4, NONE, 0),
      "BadArgument: no such access, aperture 0x0: 0x4" },
    { HERE(BAD_ARGUMENT, OVERLAP, REGION, 2, 1, 0x1000, NONE, 0),
      "BadArgument: overlap, region 0x2: 0x1000" },
    { { .status = 7, .rule = 99, .place = 99, .number = 1, .cure = 99 },
      "unknown status: unknown, unknown 0x1; unknown" },
};

static const struct name {
    uint32_t number;
    const char *words;
} rules[] = {
#define NAME(rule, words) { IODMA_RULE_##rule, words }
    NAME(NONE, "all is well"), NAME(UNSPECIFIED, "no specification"),
    NAME(UNATTACHED, "no memory"), NAME(UNWIRED, "memory not prepared"),
    NAME(UNPREPARED, "not prepared"), NAME(PREPARED, "prepared already"),
    NAME(HELD, "held"), NAME(QUEUED, "queued"),
    NAME(CHANNEL, "channel dead or busy"), NAME(UNHELD, "not held"),
    NAME(POINTER, "NULL"), NAME(ROOM, "no room"),
    NAME(OPTIONS, "no such options"), NAME(ITERATE_ONLY, "iterate-only"),
    NAME(WINDOW, "out of bounds"), NAME(MAX_TRANSFER, "too long"),
    NAME(WIDTH, "other width"), NAME(BUFFER, "no buffer"),
    NAME(DIRECTION, "no such direction"), NAME(DIRECT_ONLY, "direct-only"),
    NAME(STRUCT_SIZE, "unknown version"), NAME(BITS, "wrong bits"),
    NAME(POWER_OF_TWO, "no power of two"),
    NAME(MAX_SEGMENT, "below align_length"),
    NAME(BOUNDARY, "below an alignment"),
    NAME(MAPPING_TYPE, "no such mapping"),
    NAME(BYPASS, "not past the mapper"), NAME(HIDDEN, "hidden"),
    NAME(ALIGN_ADDRESS, "address not aligned"),
    NAME(ALIGN_LENGTH, "length not aligned"), NAME(SEAM, "seam not aligned"),
    NAME(LINE, "part of a line"), NAME(REACH, "out of reach"),
    NAME(APERTURE, "device sees no memory"),
    NAME(SEGMENT_COUNT, "too many segments"), NAME(WRITABLE, "not writable"),
    NAME(NO_CACHE, "cache not maintained"),
    NAME(REGION, "CPU sees no memory"), NAME(CACHED, "cached, not snooped"),
    NAME(UNMAPPED, "not mapped"), NAME(CONTIGUOUS, "not contiguous"),
    NAME(PHASE, "out of phase"), NAME(ENGINE, "not the engine's"),
    NAME(STORAGE, "no bounce storage"),
    NAME(FAR_WINDOW, "no free far window"), NAME(IOVA, "no IOVA"),
    NAME(MAPPER, "mapper refused"), NAME(OUTPUT, "output refused"),
    NAME(EMITTER, "driver refused"),
    NAME(MAINTENANCE, "cache not finished"), NAME(HOOK, "missing hook"),
    NAME(ORDER, "ends before it begins"), NAME(ACCESS, "no such access"),
    NAME(OVERLAP, "overlap"), NAME(EDGE, "not at a line"),
    NAME(GRANULE, "other granule"),
#undef NAME
}, cures[] = {
#define NAME(cure, words) { IODMA_CURE_##cure, words }
    NAME(NONE, ""), NAME(SPECIFY, "set a specification"),
    NAME(ATTACH, "set memory"), NAME(WIRE, "prepare the memory"),
    NAME(PREPARE, "prepare"), NAME(COMPLETE, "complete, times"),
    NAME(RELEASE, "release, times"), NAME(PASS, "pass one"),
    NAME(SET, "set to"), NAME(ALIGN, "begin later by"),
    NAME(SHORTEN, "shorten by"), NAME(NEARER, "move down by"),
    NAME(SPLIT, "prepare at most"), NAME(LEND, "lend in one piece"),
    NAME(MORE_IOVA, "free IOVA in one piece"),
    NAME(REGION, "state a region at"), NAME(CACHE, "iodma_bus_cache()"),
    NAME(WIDER, "take an output for bits"), NAME(LATER, "try later"),
    NAME(ELSEWHERE, "take other memory"),
    NAME(LENGTHEN, "lengthen the buffer by"),
#undef NAME
}, places[] = {
#define NAME(place, words) { IODMA_PLACE_##place, words }
    NAME(NONE, ""), NAME(ARGUMENT, "argument"), NAME(FIELD, "field"),
    NAME(RANGE, "range"), NAME(SEGMENT, "segment"), NAME(OFFSET, "offset"),
    NAME(APERTURE, "aperture"), NAME(REGION, "region"),
#undef NAME
}, arguments[] = {
#define NAME(argument, words) { IODMA_ARGUMENT_##argument, words }
    NAME(SPEC, "spec"), NAME(OFFSET, "offset"), NAME(LENGTH, "length"),
    NAME(SEGMENTS, "segments"), NAME(COUNT, "count"), NAME(OUTPUT, "output"),
    NAME(EMITTER, "emitter"), NAME(BYTES, "bytes"), NAME(OPTIONS, "options"),
    NAME(BUS, "bus"), NAME(POINTER, "pointer"), NAME(CAPACITY, "capacity"),
    NAME(DIRECTION, "direction"), NAME(ADDRESS, "address"),
    NAME(BOUNCE, "bounce"), NAME(MAPPER, "mapper"),
    NAME(SHARED, "shared"), NAME(LIMITS, "limits"), NAME(SOURCE, "source"),
    NAME(DESTINATION, "destination"), NAME(COMMAND, "command"),
    NAME(GRANULE, "granule"), NAME(PORT, "port"),
#undef NAME
}, fields[] = {
#define NAME(field, words) { IODMA_FIELD_##field, words }
    NAME(OUTPUT, "output"), NAME(STRUCT_SIZE, "struct_size"),
    NAME(ADDRESS_BITS, "address_bits"), NAME(MAX_SEGMENT, "max_segment"),
    NAME(ALIGN_ADDRESS, "align_address"),
    NAME(ALIGN_LENGTH, "align_length"),
    NAME(ALIGN_INTERNAL, "align_internal"), NAME(BOUNDARY, "boundary"),
    NAME(MAPPING, "mapping"), NAME(ALIGN_SEAM, "align_seam"),
    NAME(CACHE, "cache"), NAME(APERTURES, "apertures"),
    NAME(REGIONS, "regions"), NAME(CLOCK, "clock"), NAME(LOCK, "lock"),
    NAME(FENCES, "fences"), NAME(TRANSLATION, "translation"),
#undef NAME
};
/* clang-format on */

static const char *argument_name(uint32_t number)
{
    return iodma_place_detail(IODMA_PLACE_ARGUMENT, number);
}

static const char *field_name(uint32_t number)
{
    return iodma_place_detail(IODMA_PLACE_FIELD, number);
}

/* Each has its words, nothing else has any, and no two have the same. */
static void expect_names(const char *what, const struct name *names,
                         size_t count, const char *(*name_of)(uint32_t number))
{
    uint32_t known = 0;

    check_case(what);
    for (uint32_t i = 0; i < 300; i++)
        known += strcmp(name_of(i), "unknown") != 0;
    /* Number 0 of arguments and fields is nothing, but no unknown one. */
    expect_number("how many there are", known, count + (names[0].number != 0));
    for (size_t i = 0; i < count; i++) {
        if (!expect(names[i].words,
                    strcmp(name_of(names[i].number), names[i].words) == 0))
            printf("#   got %s\n", name_of(names[i].number));
        for (size_t k = 0; k < i; k++)
            expect(names[i].words, strcmp(names[i].words, names[k].words) != 0);
    }
}

void reason_words(void)
{
    expect_names("each rule has words", rules, HAL_COUNT_OF(rules),
                 iodma_rule_name);
    expect_names("each cure has words", cures, HAL_COUNT_OF(cures),
                 iodma_cure_name);
    expect_names("each place has a name", places, HAL_COUNT_OF(places),
                 iodma_place_name);
    expect_names("each argument has one", arguments, HAL_COUNT_OF(arguments),
                 argument_name);
    expect_names("each field has one", fields, HAL_COUNT_OF(fields),
                 field_name);
    check_case("what is a number has no name");
    expect("a range", *iodma_place_detail(IODMA_PLACE_RANGE, 1) == '\0');
    check_case("a number beyond all numbers has none either");
    expect("an argument", strcmp(iodma_place_detail(IODMA_PLACE_ARGUMENT, TOP),
                                 "unknown") == 0);
}

void reason_formatted(void)
{
    static const struct iodma_reason wide =
        HERE(MESSAGE_TOO_LARGE, REACH, OFFSET, 0, 0xFFFFFFFF,
             WIDE(0x123456789ABCDEF0), NONE, 0);
    static char text[IODMA_REASON_TEXT + 2];

    check_case("a record is one line of words");
    for (size_t i = 0; i < HAL_COUNT_OF(lines); i++) {
        if (!expect(lines[i].text,
                    strcmp(iodma_reason_format(&lines[i].reason, text,
                                               IODMA_REASON_TEXT),
                           lines[i].text) == 0))
            printf("#   got %s\n", text);
    }
    if (check_wide(0, "with all digits that an address may have"))
        expect("its line",
               strcmp(iodma_reason_format(&wide, text, IODMA_REASON_TEXT),
                      "MessageTooLarge: out of reach, offset 0x0: "
                      "0x123456789abcdef0, limit 0xffffffff") == 0);
    check_case("which is cut at any size, and goes not beyond it");
    for (size_t i = 0; i < HAL_COUNT_OF(lines); i++) {
        size_t all = strlen(lines[i].text);

        for (size_t size = 0; size <= all + 2; size++) {
            size_t fits = size != 0 ? size - 1 : 0;

            memset(text, '#', sizeof text);
            expect("text", iodma_reason_format(&lines[i].reason, text + 1,
                                               size) == text + 1);
            if (fits > all)
                fits = all;
            expect_bytes("as much as fits", text + 1, lines[i].text, fits);
            expect("and an end", size == 0 || text[1 + fits] == '\0');
            expect("nothing before it", text[0] == '#');
            expect("nothing behind it", text[1 + size] == '#');
        }
    }
}

/* The longest words, and all numbers. */
void reason_longest(void)
{
    static char text[2 * IODMA_REASON_TEXT];
    struct iodma_reason record = {
        .number = TOP,
        .required = TOP,
        .actual = TOP,
        .amount = TOP,
        .status = IODMA_MESSAGE_TOO_LARGE,
    };
    size_t most = 0;

    check_case("IODMA_REASON_TEXT has room for every line");
    for (uint32_t rule = 0; rule < HAL_COUNT_OF(rules); rule++) {
        for (uint32_t cure = 0; cure < HAL_COUNT_OF(cures); cure++) {
            for (uint32_t place = 0; place < HAL_COUNT_OF(places); place++) {
                record.rule = (uint8_t)rules[rule].number;
                record.cure = (uint8_t)cures[cure].number;
                record.place = (uint8_t)places[place].number;
                if (strlen(iodma_reason_format(&record, text, sizeof text)) >
                    most)
                    most = strlen(text);
            }
        }
    }
    expect("room", most < IODMA_REASON_TEXT);
}

void reason_every_rule_has_a_row(void)
{
    check_case("each rule has been broken");
    for (size_t i = 1; i < HAL_COUNT_OF(rules); i++)
        expect(rules[i].words, world_has_broken(rules[i].number));
}
