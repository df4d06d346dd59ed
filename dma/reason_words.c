/* SPDX-License-Identifier: MIT */
/* A refusal in words, for a log: linked by who calls for them. */
#include "dma/reason.h"

#include "hal/bits.h"

static const char *const rules[] = {
    [IODMA_RULE_NONE] = "no rule is broken",
    [IODMA_RULE_UNSPECIFIED] = "the command has no specification",
    [IODMA_RULE_UNATTACHED] = "the command has no memory",
    [IODMA_RULE_UNWIRED] = "the memory is virtual and not prepared",
    [IODMA_RULE_UNPREPARED] = "the command is not prepared",
    [IODMA_RULE_PREPARED] = "the command is prepared already",
    [IODMA_RULE_HELD] = "a device may still reach the memory",
    [IODMA_RULE_QUEUED] = "it is in a queue",
    [IODMA_RULE_CHANNEL] = "the channel is dead or serving",
    [IODMA_RULE_POINTER] = "a pointer is NULL",
    [IODMA_RULE_ROOM] = "there is no room for a segment",
    [IODMA_RULE_OPTIONS] = "there are no such options",
    [IODMA_RULE_ITERATE_ONLY] = "an iterate-only command bounces nothing",
    [IODMA_RULE_WINDOW] = "this is not within the memory or window",
    [IODMA_RULE_MAX_TRANSFER] = "the window is longer than a transfer",
    [IODMA_RULE_WIDTH] = "the output is of another width",
    [IODMA_RULE_BUFFER] = "this is no buffer",
    [IODMA_RULE_DIRECTION] = "there is no such direction",
    [IODMA_RULE_DIRECT_ONLY] = "a direct-only command bounces nothing",
    [IODMA_RULE_STRUCT_SIZE] = "the options are of no known version",
    [IODMA_RULE_BITS] = "the address bits do not fit output or bus",
    [IODMA_RULE_POWER_OF_TWO] = "this is no power of two",
    [IODMA_RULE_MAX_SEGMENT] = "the longest segment is below align_length",
    [IODMA_RULE_BOUNDARY] = "the boundary is below an alignment",
    [IODMA_RULE_MAPPING_TYPE] = "there is no such mapping type",
    [IODMA_RULE_BYPASS] = "the mapper is not to be avoided",
    [IODMA_RULE_ALIGN_ADDRESS] = "the address is no multiple of the alignment",
    [IODMA_RULE_ALIGN_LENGTH] = "the length is no multiple of align_length",
    [IODMA_RULE_SEAM] = "segments do not meet at a multiple",
    [IODMA_RULE_LINE] = "the device writes part of a cache line",
    [IODMA_RULE_REACH] = "the address is above what the device reaches",
    [IODMA_RULE_APERTURE] = "the device sees no memory there",
    [IODMA_RULE_SEGMENT_COUNT] = "the list has too many segments",
    [IODMA_RULE_WRITABLE] = "the memory may not be written",
    [IODMA_RULE_NO_CACHE] = "nobody maintains the caches",
    [IODMA_RULE_REGION] = "the CPU does not reach the memory",
    [IODMA_RULE_CACHED] = "the memory is cached and not snooped",
    [IODMA_RULE_UNMAPPED] = "the CPU has nothing mapped there",
    [IODMA_RULE_CONTIGUOUS] = "it is not contiguous",
    [IODMA_RULE_PHASE] = "source and destination differ in phase",
    [IODMA_RULE_FAR_WINDOW] = "no window onto far memory is free",
    [IODMA_RULE_IOVA] = "the I/O address space does not suffice",
    [IODMA_RULE_MAPPER] = "the mapper refused",
    [IODMA_RULE_OUTPUT] = "the output refused a segment",
    [IODMA_RULE_EMITTER] = "the driver refused the segments",
    [IODMA_RULE_HOOK] = "a hook of the board is missing",
    [IODMA_RULE_ORDER] = "it ends before it begins",
    [IODMA_RULE_ACCESS] = "it grants no access",
    [IODMA_RULE_OVERLAP] = "it overlaps another one",
    [IODMA_RULE_EDGE] = "it does not begin and end on a line",
    [IODMA_RULE_GRANULE] = "the granule does not fit",
};

static const char *const places[] = {
    [IODMA_PLACE_NONE] = "",
    [IODMA_PLACE_ARGUMENT] = "argument",
    [IODMA_PLACE_FIELD] = "field",
    [IODMA_PLACE_RANGE] = "range",
    [IODMA_PLACE_SEGMENT] = "segment",
    [IODMA_PLACE_OFFSET] = "offset",
    [IODMA_PLACE_APERTURE] = "aperture",
    [IODMA_PLACE_REGION] = "region",
};

static const char *const cures[] = {
    [IODMA_CURE_NONE] = "",
    [IODMA_CURE_SPECIFY] = "set a specification",
    [IODMA_CURE_ATTACH] = "set memory",
    [IODMA_CURE_WIRE] = "prepare the memory",
    [IODMA_CURE_PREPARE] = "prepare the command",
    [IODMA_CURE_COMPLETE] = "complete it, times",
    [IODMA_CURE_RELEASE] = "have it released, times",
    [IODMA_CURE_PASS] = "pass one",
    [IODMA_CURE_SET] = "set it to",
    [IODMA_CURE_ALIGN] = "begin later, by bytes",
    [IODMA_CURE_SHORTEN] = "shorten it, by bytes",
    [IODMA_CURE_NEARER] = "move it down, by bytes",
    [IODMA_CURE_SPLIT] = "prepare at most, at a time, bytes",
    [IODMA_CURE_LEND] = "lend storage, free in one piece, bytes",
    [IODMA_CURE_MORE_IOVA] = "have IOVA, free in one piece, bytes",
    [IODMA_CURE_REGION] = "give the board a region there",
    [IODMA_CURE_CACHE] = "call iodma_bus_cache()",
    [IODMA_CURE_WIDER] = "take an output of bits",
    [IODMA_CURE_LATER] = "try again later",
    [IODMA_CURE_ELSEWHERE] = "take other memory",
};

static const char *const arguments[] = {
    [IODMA_ARGUMENT_SPEC] = "spec",
    [IODMA_ARGUMENT_OFFSET] = "offset",
    [IODMA_ARGUMENT_LENGTH] = "length",
    [IODMA_ARGUMENT_SEGMENTS] = "segments",
    [IODMA_ARGUMENT_COUNT] = "count",
    [IODMA_ARGUMENT_OUTPUT] = "output",
    [IODMA_ARGUMENT_EMITTER] = "emitter",
    [IODMA_ARGUMENT_BYTES] = "bytes",
    [IODMA_ARGUMENT_OPTIONS] = "options",
    [IODMA_ARGUMENT_BUS] = "bus",
    [IODMA_ARGUMENT_POINTER] = "pointer",
    [IODMA_ARGUMENT_CAPACITY] = "capacity",
    [IODMA_ARGUMENT_DIRECTION] = "direction",
    [IODMA_ARGUMENT_ADDRESS] = "address",
    [IODMA_ARGUMENT_BOUNCE] = "bounce",
    [IODMA_ARGUMENT_MAPPER] = "mapper",
    [IODMA_ARGUMENT_MEMORY] = "memory",
    [IODMA_ARGUMENT_SHARED] = "shared",
    [IODMA_ARGUMENT_LIMITS] = "limits",
    [IODMA_ARGUMENT_SOURCE] = "source",
    [IODMA_ARGUMENT_DESTINATION] = "destination",
    [IODMA_ARGUMENT_COMMAND] = "command",
    [IODMA_ARGUMENT_HAL] = "hal",
    [IODMA_ARGUMENT_GRANULE] = "granule",
};

static const char *const fields[] = {
    [IODMA_FIELD_OUTPUT] = "output",
    [IODMA_FIELD_STRUCT_SIZE] = "struct_size",
    [IODMA_FIELD_ADDRESS_BITS] = "address_bits",
    [IODMA_FIELD_MAX_SEGMENT] = "max_segment",
    [IODMA_FIELD_MAX_TRANSFER] = "max_transfer",
    [IODMA_FIELD_ALIGN_ADDRESS] = "align_address",
    [IODMA_FIELD_ALIGN_LENGTH] = "align_length",
    [IODMA_FIELD_ALIGN_INTERNAL] = "align_internal",
    [IODMA_FIELD_BOUNDARY] = "boundary",
    [IODMA_FIELD_MAPPING] = "mapping",
    [IODMA_FIELD_ALIGN_SEAM] = "align_seam",
    [IODMA_FIELD_CACHE] = "cache",
};

/* A name from a table that may have holes. */
static const char *name_of(const char *const *names, size_t count,
                           hal_address number, const char *otherwise)
{
    return number < count && names[number] ? names[number] : otherwise;
}

const char *iodma_rule_name(uint32_t rule)
{
    return name_of(rules, COUNT_OF(rules), rule, "unknown rule");
}

const char *iodma_place_name(uint32_t place)
{
    return name_of(places, COUNT_OF(places), place, "unknown place");
}

const char *iodma_cure_name(uint32_t cure)
{
    return name_of(cures, COUNT_OF(cures), cure, "unknown cure");
}

const char *iodma_place_detail(uint32_t place, hal_address number)
{
    if (place == IODMA_PLACE_ARGUMENT)
        return name_of(arguments, COUNT_OF(arguments), number, "unknown");
    if (place == IODMA_PLACE_FIELD)
        return name_of(fields, COUNT_OF(fields), number, "unknown");
    return "";
}

/* One line ---------------------------------------------------------------- */

/* Where the next characters go; what does not fit is left out. */
struct line {
    char *next;
    char *end; /* of what characters may be in */
};

static void put(struct line *line, const char *words)
{
    while (*words && line->next != line->end)
        *line->next++ = *words++;
}

static void put_number(struct line *line, hal_address number)
{
    uint32_t shift = HAL_ADDRESS_BITS - 4;

    put(line, " 0x");
    while (shift != 0 && number >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        char digit[2] = { "0123456789abcdef"[number >> shift & 15], 0 };

        put(line, digit);
        if (shift == 0)
            break;
    }
}

static void put_place(struct line *line, const struct iodma_reason *reason)
{
    const char *detail = iodma_place_detail(reason->place, reason->number);

    if (reason->place == IODMA_PLACE_NONE)
        return;
    put(line, ", ");
    put(line, iodma_place_name(reason->place));
    if (*detail) {
        put(line, " ");
        put(line, detail);
    } else {
        put_number(line, reason->number);
    }
}

char *iodma_reason_format(const struct iodma_reason *reason, char *text,
                          size_t size)
{
    struct line line = { text, text + size - 1 };

    if (size == 0)
        return text;
    put(&line, iodma_status_name((enum iodma_status)reason->status));
    put(&line, ": ");
    put(&line, iodma_rule_name(reason->rule));
    put_place(&line, reason);
    if ((reason->required | reason->actual) != 0) {
        put(&line, ":");
        put_number(&line, reason->actual);
        put(&line, ", limit");
        put_number(&line, reason->required);
    }
    if (reason->cure != IODMA_CURE_NONE) {
        put(&line, "; ");
        put(&line, iodma_cure_name(reason->cure));
        if (reason->amount != 0)
            put_number(&line, reason->amount);
    }
    *line.next = 0;
    return text;
}
