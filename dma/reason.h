/* SPDX-License-Identifier: MIT */
/*
 * Every refusal explained (rule E6): which rule a call broke, where, by how
 * much, and what would cure it. Recorded by whoever refuses, where it refuses.
 *
 *     static struct iodma_reason reason;
 *     char text[IODMA_REASON_TEXT];
 *
 *     iodma_bus_explain(&bus, &reason);
 *     ...
 *     status = iodma_command_prepare(&command, 0, 0, true, true);
 *     if (status != IODMA_OK)
 *         log(iodma_reason_format(&reason, text, sizeof text));
 *
 *     NoResources: address not aligned, range 0x2: 0x1001, limit 0x4;
 *     lend in one piece 0x1000
 *
 * A build with the Meson option reasons=false (IODMA_REASONS=0) has no trace of
 * it: records stay as they are.
 */
#ifndef DMA_REASON_H
#define DMA_REASON_H

#include "../hal/address.h"
#include "../hal/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What was broken; with what `required` and `actual` are then. Addresses are
   the bus's if not said otherwise. Not said: the fields are 0. */
enum {
    IODMA_RULE_NONE = 0,

    /* The state. */
    IODMA_RULE_UNSPECIFIED = 1, /* it has no specification                   */
    IODMA_RULE_UNATTACHED = 2,  /* it has no memory                          */
    IODMA_RULE_UNWIRED = 3,     /* the memory is virtual, not prepared, or for
                                   Out only                                  */
    IODMA_RULE_UNPREPARED = 4,  /* or all preparations are held              */
    IODMA_RULE_PREPARED = 5,    /* 0, times; or of another window: what was
                                   prepared, and this                        */
    IODMA_RULE_HELD = 6,        /* 0, holds                                  */
    IODMA_RULE_QUEUED = 7,      /* it is in a pool, or under way             */
    IODMA_RULE_CHANNEL = 8,     /* the channel is dead, or serving           */
    IODMA_RULE_UNHELD = 9,      /* no hold is left                           */
    IODMA_RULE_HIDDEN = 27,     /* 0, times prepared: a force hid it, and the
                                   mapper would not show it again            */

    /* The arguments. */
    IODMA_RULE_POINTER = 10,      /* NULL                                    */
    IODMA_RULE_ROOM = 11,         /* for no segment: 1, 0                    */
    IODMA_RULE_OPTIONS = 12,      /* the bits that there are, those given    */
    IODMA_RULE_ITERATE_ONLY = 13, /* such a command bounces nothing          */
    IODMA_RULE_WINDOW = 14,       /* highest value, this one                 */
    IODMA_RULE_MAX_TRANSFER = 15, /* bytes, in whole lengths; bytes          */
    IODMA_RULE_WIDTH = 16,        /* bits that the call writes, and that the
                                     output does                             */
    IODMA_RULE_BUFFER = 17,       /* no bytes, or beyond all addresses       */
    IODMA_RULE_DIRECTION = 18,    /* highest, value                          */
    IODMA_RULE_DIRECT_ONLY = 19,  /* such a command bounces nothing          */

    /* The specification: a field's limit, and its value. */
    IODMA_RULE_STRUCT_SIZE = 20,
    IODMA_RULE_BITS = 21,
    IODMA_RULE_POWER_OF_TWO = 22, /* 0, value */
    IODMA_RULE_MAX_SEGMENT = 23,  /* shorter than align_length */
    IODMA_RULE_BOUNDARY = 24,     /* below an alignment */
    IODMA_RULE_MAPPING_TYPE = 25, /* highest, value */
    IODMA_RULE_BYPASS = 26,       /* the mapper is not to be avoided */

    /* The memory, as it lies; or, if the status says that no bounce storage
       would help, in the best there is. */
    IODMA_RULE_ALIGN_ADDRESS = 30, /* alignment, address */
    IODMA_RULE_ALIGN_LENGTH = 32,  /* alignment, length */
    IODMA_RULE_SEAM = 33,          /* alignment, address behind it */
    IODMA_RULE_LINE = 34,          /* line size, CPU address of the byte next to
                                      the memory's end; of a part 0, and the
                                      place is that end of it */
    IODMA_RULE_REACH = 35,         /* highest, of the last byte */
    IODMA_RULE_APERTURE = 36,      /* HAL_READ | HAL_WRITE, CPU address */
    IODMA_RULE_SEGMENT_COUNT = 37, /* most, number */
    IODMA_RULE_WRITABLE = 38,      /* 0, CPU address */
    IODMA_RULE_NO_CACHE = 39,      /* the board states some, and nobody
                                      maintains them; or an aperture asks for
                                      some, and it states none */
    IODMA_RULE_REGION = 40,        /* 0, CPU address in no region */
    IODMA_RULE_CACHED = 41,        /* 0, CPU address of memory that is cached
                                      and not snooped; 0 of a command's: the
                                      board states no cache */
    IODMA_RULE_UNMAPPED = 42,      /* 0, CPU's own address that means nothing */
    IODMA_RULE_CONTIGUOUS = 43,    /* it is not */
    IODMA_RULE_PHASE = 44,         /* alignment, what source and destination
                                      differ by */
    IODMA_RULE_ENGINE = 45,        /* it is on another bus, or its limits are
                                      stricter */

    /* What somebody lends or does. */
    IODMA_RULE_STORAGE = 50, /* for a forced buffer, which is not to be had */
    IODMA_RULE_FAR_WINDOW = 51,  /* none is free, or was: 0, CPU address */
    IODMA_RULE_IOVA = 52,        /* bytes wanted; highest address */
    IODMA_RULE_MAPPER = 53,      /* its driver refused: 0, status */
    IODMA_RULE_OUTPUT = 54,      /* the output refused a segment: highest, its
                                    address or length; 0, 0 for one that is not
                                    built in */
    IODMA_RULE_EMITTER = 55,     /* the driver refused: 0, status */
    IODMA_RULE_MAINTENANCE = 56, /* the cache did not finish: 0, status */

    /* The board's facts: iodma_bus_check(). */
    IODMA_RULE_HOOK = 57,    /* missing, or one of its calls */
    IODMA_RULE_ORDER = 58,   /* first, last: it ends before it begins, or
                                beyond the bus's addresses */
    IODMA_RULE_ACCESS = 59,  /* HAL_READ | HAL_WRITE, value */
    IODMA_RULE_OVERLAP = 60, /* index of the other one, first address that
                                both have */
    IODMA_RULE_EDGE = 61,    /* line size, address that is no multiple */
    IODMA_RULE_GRANULE = 62, /* at least, or equal; value */
};

/* Of what `number` is the number. */
enum {
    IODMA_PLACE_NONE = 0,
    IODMA_PLACE_ARGUMENT = 1, /* IODMA_ARGUMENT_... */
    IODMA_PLACE_FIELD = 2,    /* of specification, limits or the board's bus:
                                 IODMA_FIELD_... */
    IODMA_PLACE_RANGE = 3,    /* index in the descriptor's array */
    IODMA_PLACE_SEGMENT = 4,  /* index in the list of this call */
    IODMA_PLACE_OFFSET = 5,   /* bytes from the start of the window */
    IODMA_PLACE_APERTURE = 6, /* index */
    IODMA_PLACE_REGION = 7,   /* index */
};

enum {
    IODMA_ARGUMENT_SPEC = 1,
    IODMA_ARGUMENT_OFFSET = 2,
    IODMA_ARGUMENT_LENGTH = 3,
    IODMA_ARGUMENT_SEGMENTS = 4,
    IODMA_ARGUMENT_COUNT = 5,
    IODMA_ARGUMENT_OUTPUT = 6,
    IODMA_ARGUMENT_EMITTER = 7,
    IODMA_ARGUMENT_BYTES = 8,
    IODMA_ARGUMENT_OPTIONS = 9,
    IODMA_ARGUMENT_BUS = 10,
    IODMA_ARGUMENT_POINTER = 11,
    IODMA_ARGUMENT_CAPACITY = 12,
    IODMA_ARGUMENT_DIRECTION = 13,
    IODMA_ARGUMENT_ADDRESS = 14,
    IODMA_ARGUMENT_BOUNCE = 15,
    IODMA_ARGUMENT_MAPPER = 16,
    IODMA_ARGUMENT_SHARED = 17,
    IODMA_ARGUMENT_LIMITS = 18,
    IODMA_ARGUMENT_SOURCE = 19,
    IODMA_ARGUMENT_DESTINATION = 20,
    IODMA_ARGUMENT_COMMAND = 21,
    IODMA_ARGUMENT_GRANULE = 22,
    IODMA_ARGUMENT_PORT = 23,
};

enum {
    IODMA_FIELD_OUTPUT = 1,
    IODMA_FIELD_STRUCT_SIZE = 2,
    IODMA_FIELD_ADDRESS_BITS = 3,
    IODMA_FIELD_MAX_SEGMENT = 4,
    IODMA_FIELD_ALIGN_ADDRESS = 5,
    IODMA_FIELD_ALIGN_LENGTH = 6,
    IODMA_FIELD_ALIGN_INTERNAL = 7,
    IODMA_FIELD_BOUNDARY = 8,
    IODMA_FIELD_MAPPING = 9,
    IODMA_FIELD_ALIGN_SEAM = 10,
    IODMA_FIELD_CACHE = 11,
    IODMA_FIELD_APERTURES = 12,
    IODMA_FIELD_REGIONS = 13,
    IODMA_FIELD_CLOCK = 14,
    IODMA_FIELD_LOCK = 15,
    IODMA_FIELD_FENCES = 16,
    IODMA_FIELD_TRANSLATION = 17,
};

/* What would cure it; with what `amount` is then. */
enum {
    IODMA_CURE_NONE = 0,
    IODMA_CURE_SPECIFY = 1,    /* set a specification first */
    IODMA_CURE_ATTACH = 2,     /* set memory first */
    IODMA_CURE_WIRE = 3,       /* iodma_memory_prepare() first */
    IODMA_CURE_PREPARE = 4,    /* first */
    IODMA_CURE_COMPLETE = 5,   /* first: so many times */
    IODMA_CURE_RELEASE = 6,    /* first: so many times, each by who holds */
    IODMA_CURE_PASS = 7,       /* a pointer, at the place */
    IODMA_CURE_SET = 8,        /* the argument or field to this value */
    IODMA_CURE_ALIGN = 9,      /* have the bytes at the place begin so many
                                  bytes later, on the bus */
    IODMA_CURE_SHORTEN = 10,   /* have the range at the place, or the window if
                                  that ends in it, end so many bytes earlier */
    IODMA_CURE_NEARER = 11,    /* move the memory at the place to a bus address
                                  so much lower, at least */
    IODMA_CURE_SPLIT = 12,     /* prepare at most so many bytes at a time */
    IODMA_CURE_LEND = 13,      /* have so many bytes of bounce storage free in
                                  one piece, within reach, as aligned on the bus
                                  as all limits, line and page ask for; and one
                                  loan */
    IODMA_CURE_MORE_IOVA = 14, /* so many bytes free in one piece, within reach,
                                  as aligned */
    IODMA_CURE_REGION = 15,    /* of the board's, round this CPU address */
    IODMA_CURE_CACHE = 16,     /* iodma_bus_cache() */
    IODMA_CURE_WIDER = 17,     /* an output of so many bits */
    IODMA_CURE_LATER = 18,     /* when somebody has given back what there is
                                  too little of */
    IODMA_CURE_ELSEWHERE = 19, /* take memory that the device sees, or may
                                  write, or that is uncached */
    IODMA_CURE_LENGTHEN = 20,  /* have the buffer at the place own so many
                                  bytes more; then say so */
};

/*
 * The caller's storage, given by iodma_bus_explain() or
 * iodma_command_explain(); one can serve all that do not fail at the same time.
 *
 * A call on the bus or the command that is refused fills it: the record is of
 * the status returned. (Calls that are given neither have none to fill: init of
 * a bus, storage, memory or a channel, all of a transfer. Where `status` is not
 * what was returned the record is of something else.) One that succeeds leaves
 * it as it is; but where a window is bounced, prepare and
 * iodma_command_check() note with status OK which rule the memory as it lies
 * breaks first, and what would change that.
 *
 * Where nothing that would cure it is known without a search, the cure is none.
 * What the cure says makes that rule hold at that place; another one may be
 * broken as well. Nothing but the cure has to change: the bytes of the memory
 * may come to lie elsewhere.
 */
struct iodma_reason {
    hal_address number;   /* of the place                    */
    hal_address required; /* see the rule                    */
    hal_address actual;   /* see the rule                    */
    hal_address amount;   /* see the cure                    */
    int32_t status;       /* what was returned with it       */
    uint8_t rule;         /* IODMA_RULE_...                  */
    uint8_t place;        /* IODMA_PLACE_...                 */
    uint8_t cure;         /* IODMA_CURE_...                  */
};

/*
 * The record as one line of words, with no end of line.
 *
 *   text  out; size bytes, IODMA_REASON_TEXT for all that may come; it is cut
 *         if it does not fit, and ends with a 0 (if size is not 0)
 *
 * Returns text. Context: any. Linked by who calls for it.
 */
enum { IODMA_REASON_TEXT = 256 };

char *iodma_reason_format(const struct iodma_reason *reason, char *text,
                          size_t size);

/* The fields as words: "address not aligned", "range", "begin later by". Never
   NULL; "unknown" is what there is not. Context: any. */
const char *iodma_rule_name(uint32_t rule);
const char *iodma_place_name(uint32_t place);
const char *iodma_cure_name(uint32_t cure);

/* The name of an argument or field, by its number; of other places, whose
   numbers are numbers, "". Context: any. */
const char *iodma_place_detail(uint32_t place, hal_address number);

#ifdef __cplusplus
}
#endif

#endif
