/* SPDX-License-Identifier: MIT */
/* A refusal in words, for a log: linked by who calls for them. */
#include "reason.h"

#include <stdbool.h>

/* Where lists of words begin: each ends where the next one begins. */
enum {
    RULES = 0,
    CURES = RULES + IODMA_RULE_GRANULE + 1,
    PLACES = CURES + IODMA_CURE_LENGTHEN + 1,
    ARGUMENTS = PLACES + IODMA_PLACE_REGION + 1,
    FIELDS = ARGUMENTS + IODMA_ARGUMENT_PORT + 1,
    BEHIND = FIELDS + IODMA_FIELD_TRANSLATION + 1,
};

/* The lists, by number; "" where there is no such number. Half the size that
   pointers to them would come to. */
/* clang-format off */
static const char words[] =
    /* Rules. */
    /*  0 NONE */ "all is well\0"
    /*  1 UNSPECIFIED */ "no specification\0"
    /*  2 UNATTACHED */ "no memory\0"
    /*  3 UNWIRED */ "memory not prepared\0"
    /*  4 UNPREPARED */ "not prepared\0"
    /*  5 PREPARED */ "prepared already\0"
    /*  6 HELD */ "held\0"
    /*  7 QUEUED */ "queued\0"
    /*  8 CHANNEL */ "channel dead or busy\0"
    /*  9 UNHELD */ "not held\0"
    /* 10 POINTER */ "NULL\0"
    /* 11 ROOM */ "no room\0"
    /* 12 OPTIONS */ "no such options\0"
    /* 13 ITERATE_ONLY */ "iterate-only\0"
    /* 14 WINDOW */ "out of bounds\0"
    /* 15 MAX_TRANSFER */ "too long\0"
    /* 16 WIDTH */ "other width\0"
    /* 17 BUFFER */ "no buffer\0"
    /* 18 DIRECTION */ "no such direction\0"
    /* 19 DIRECT_ONLY */ "direct-only\0"
    /* 20 STRUCT_SIZE */ "unknown version\0"
    /* 21 BITS */ "wrong bits\0"
    /* 22 POWER_OF_TWO */ "no power of two\0"
    /* 23 MAX_SEGMENT */ "below align_length\0"
    /* 24 BOUNDARY */ "below an alignment\0"
    /* 25 MAPPING_TYPE */ "no such mapping\0"
    /* 26 BYPASS */ "not past the mapper\0"
    /* 27 HIDDEN */ "hidden\0"
    "\0\0"
    /* 30 ALIGN_ADDRESS */ "address not aligned\0"
    "\0"
    /* 32 ALIGN_LENGTH */ "length not aligned\0"
    /* 33 SEAM */ "seam not aligned\0"
    /* 34 LINE */ "part of a line\0"
    /* 35 REACH */ "out of reach\0"
    /* 36 APERTURE */ "device sees no memory\0"
    /* 37 SEGMENT_COUNT */ "too many segments\0"
    /* 38 WRITABLE */ "not writable\0"
    /* 39 NO_CACHE */ "cache not maintained\0"
    /* 40 REGION */ "CPU sees no memory\0"
    /* 41 CACHED */ "cached, not snooped\0"
    /* 42 UNMAPPED */ "not mapped\0"
    /* 43 CONTIGUOUS */ "not contiguous\0"
    /* 44 PHASE */ "out of phase\0"
    /* 45 ENGINE */ "not the engine's\0"
    "\0\0\0\0"
    /* 50 STORAGE */ "no bounce storage\0"
    /* 51 FAR_WINDOW */ "no free far window\0"
    /* 52 IOVA */ "no IOVA\0"
    /* 53 MAPPER */ "mapper refused\0"
    /* 54 OUTPUT */ "output refused\0"
    /* 55 EMITTER */ "driver refused\0"
    /* 56 MAINTENANCE */ "cache not finished\0"
    /* 57 HOOK */ "missing hook\0"
    /* 58 ORDER */ "ends before it begins\0"
    /* 59 ACCESS */ "no such access\0"
    /* 60 OVERLAP */ "overlap\0"
    /* 61 EDGE */ "not at a line\0"
    /* 62 GRANULE */ "other granule\0"

    /* Cures. */
    /*  0 NONE */ "\0"
    /*  1 SPECIFY */ "set a specification\0"
    /*  2 ATTACH */ "set memory\0"
    /*  3 WIRE */ "prepare the memory\0"
    /*  4 PREPARE */ "prepare\0"
    /*  5 COMPLETE */ "complete, times\0"
    /*  6 RELEASE */ "release, times\0"
    /*  7 PASS */ "pass one\0"
    /*  8 SET */ "set to\0"
    /*  9 ALIGN */ "begin later by\0"
    /* 10 SHORTEN */ "shorten by\0"
    /* 11 NEARER */ "move down by\0"
    /* 12 SPLIT */ "prepare at most\0"
    /* 13 LEND */ "lend in one piece\0"
    /* 14 MORE_IOVA */ "free IOVA in one piece\0"
    /* 15 REGION */ "state a region at\0"
    /* 16 CACHE */ "iodma_bus_cache()\0"
    /* 17 WIDER */ "take an output for bits\0"
    /* 18 LATER */ "try later\0"
    /* 19 ELSEWHERE */ "take other memory\0"
    /* 20 LENGTHEN */ "lengthen the buffer by\0"

    /* Places. */
    "\0argument\0field\0range\0segment\0offset\0aperture\0region\0"

    /* Arguments. */
    "\0spec\0offset\0length\0segments\0count\0output\0emitter\0bytes\0options\0"
    "bus\0pointer\0capacity\0direction\0address\0bounce\0mapper\0"
    "shared\0limits\0source\0destination\0command\0granule\0port\0"

    /* Fields. */
    "\0output\0struct_size\0address_bits\0max_segment\0"
    "align_address\0align_length\0align_internal\0boundary\0mapping\0"
    "align_seam\0cache\0apertures\0regions\0clock\0lock\0fences\0"
    "translation";

/* clang-format on */

/* That of a number in one of the lists. */
static const char *word_of(uint32_t list, uint32_t next, hal_address number)
{
    const char *word = words;

    if (number < next - list) {
        for (uint32_t left = list + (uint32_t)number; left != 0; left--) {
            while (*word++)
                continue;
        }
        if (number == 0 || *word)
            return word;
    }
    return "unknown";
}

const char *iodma_rule_name(uint32_t rule)
{
    return word_of(RULES, CURES, rule);
}

const char *iodma_cure_name(uint32_t cure)
{
    return word_of(CURES, PLACES, cure);
}

const char *iodma_place_name(uint32_t place)
{
    return word_of(PLACES, ARGUMENTS, place);
}

const char *iodma_place_detail(uint32_t place, hal_address number)
{
    if (place == IODMA_PLACE_ARGUMENT)
        return word_of(ARGUMENTS, FIELDS, number);
    if (place == IODMA_PLACE_FIELD)
        return word_of(FIELDS, BEHIND, number);
    return "";
}

/* One line ---------------------------------------------------------------- */

/* Where the next characters go; what does not fit is left out. */
struct line {
    char *next;
    char *end; /* of what characters may be in */
};

/* Where there is no text there is nothing before it either. */
static void put(struct line *line, const char *before, const char *text)
{
    if (!*text)
        return;
    while (line->next != line->end && (*before || *text))
        *line->next++ = *before ? *before++ : *text++;
}

static void put_number(struct line *line, const char *before,
                       hal_address number)
{
    char digits[2 + HAL_ADDRESS_BITS / 4 + 1];
    char *digit = digits + sizeof digits - 1;

    *digit = 0;
    do {
        uint32_t value = number & 15;

        *--digit = (char)(value + (value < 10 ? '0' : 'a' - 10));
        number >>= 4;
    } while (number != 0);
    *--digit = 'x';
    *--digit = '0';
    put(line, before, digit);
}

/* Is what a rule requires the limit of what there is? */
static bool requires_a_limit(const struct iodma_reason *reason)
{
    switch (reason->rule) {
    case IODMA_RULE_OPTIONS:
    case IODMA_RULE_APERTURE:
    case IODMA_RULE_ACCESS:
    case IODMA_RULE_OVERLAP:
        return false;
    default:
        return reason->required != 0;
    }
}

char *iodma_reason_format(const struct iodma_reason *reason, char *text,
                          size_t size)
{
    struct line line = { text, text + size - 1 };

    if (size == 0)
        return text;
    put(&line, "", iodma_status_name((enum iodma_status)reason->status));
    put(&line, ": ", iodma_rule_name(reason->rule));
    put(&line, ", ", iodma_place_name(reason->place));
    if (reason->place > IODMA_PLACE_FIELD)
        put_number(&line, " ", reason->number);
    else
        put(&line, " ", iodma_place_detail(reason->place, reason->number));
    if ((reason->required | reason->actual) != 0)
        put_number(&line, ": ", reason->actual);
    if (requires_a_limit(reason))
        put_number(&line, ", limit ", reason->required);
    put(&line, "; ", iodma_cure_name(reason->cure));
    if (reason->amount != 0)
        put_number(&line, " ", reason->amount);
    *line.next = 0;
    return text;
}
