/* SPDX-License-Identifier: MIT */
/*
 * Every refusal explained (rule E6): which rule a call broke, where, by how
 * much, and what would cure it.
 *
 *     struct iodma_reason reason;
 *
 *     iodma_command_explain(&command, &reason);
 *     status = iodma_command_prepare(&command, 0, 0, true, true);
 *     if (status != IODMA_OK)
 *         log("%s: %s: %s (%s %u: %llx, limit %llx); %s (%llx)",
 *             iodma_call_name(reason.call), iodma_status_name(status),
 *             iodma_rule_name(reason.rule), iodma_place_name(reason.place),
 *             ...);
 *
 *     prepare: NoResources: the address is no multiple of the alignment
 *     (range 2: 1001, limit 4); lend the bus bounce storage, in bytes: (1000)
 *
 * A command that nobody explains costs a pointer and, where a call fails, one
 * look at it; the rest is linked by who calls iodma_command_explain(),
 * iodma_command_check() or iodma_spec_check(), the sentences by who calls for
 * them.
 */
#ifndef DMA_REASON_H
#define DMA_REASON_H

#include "dma/bus.h"
#include "dma/command.h"
#include "hal/status.h"

#include <stdint.h>

/* Which call was refused. One that was made by another call goes by its own
   name. */
enum {
    IODMA_CALL_NONE = 0,
    IODMA_CALL_SET_MEMORY = 1,
    IODMA_CALL_SET_SPEC = 2, /* and init and prepare_with_spec */
    IODMA_CALL_PREPARE = 3,  /* and set_memory and prepare_with_spec */
    IODMA_CALL_GEN_SEGMENTS = 4,
    IODMA_CALL_EMIT = 5,
    IODMA_CALL_MOVE_BYTES = 6, /* read_bytes, write_bytes */
    IODMA_CALL_SYNCHRONIZE = 7,
    IODMA_CALL_SYNCHRONIZE_RANGE = 8,
    IODMA_CALL_CHECK = 9,
};

/* What was broken; with what `required` and `actual` are then. Addresses are
   the bus's if not said otherwise. 0: the field says nothing. */
enum {
    IODMA_RULE_NONE = 0,

    /* The state. */
    IODMA_RULE_UNSPECIFIED = 1, /* it has no specification */
    IODMA_RULE_UNATTACHED = 2,  /* it has no memory */
    IODMA_RULE_UNWIRED = 3,     /* the memory is virtual, not prepared */
    IODMA_RULE_UNPREPARED = 4,
    IODMA_RULE_PREPARED = 5, /* 0, times; or of another window: the
                                argument that was prepared, and this one */
    IODMA_RULE_HELD = 6,     /* 0, holds */

    /* The arguments. */
    IODMA_RULE_POINTER = 10,      /* NULL */
    IODMA_RULE_CAPACITY = 11,     /* room for no segment: 1, 0 */
    IODMA_RULE_OPTIONS = 12,      /* the bits that there are, those given */
    IODMA_RULE_ITERATE_ONLY = 13, /* it bounces nothing */
    IODMA_RULE_WINDOW = 14,       /* highest value, this one */
    IODMA_RULE_MAX_TRANSFER = 15, /* bytes, bytes */

    /* The specification: a field's limit, and its value. */
    IODMA_RULE_STRUCT_SIZE = 20,
    IODMA_RULE_BITS = 21,
    IODMA_RULE_POWER_OF_TWO = 22, /* 0, value */
    IODMA_RULE_MAX_SEGMENT = 23,  /* shorter than align_length */
    IODMA_RULE_BOUNDARY = 24,     /* below an alignment */
    IODMA_RULE_MAPPING_TYPE = 25, /* highest, value */
    IODMA_RULE_BYPASS = 26,       /* the mapper is not to be avoided */

    /* The memory, as it lies. */
    IODMA_RULE_ALIGN_ADDRESS = 30,  /* alignment, address */
    IODMA_RULE_ALIGN_INTERNAL = 31, /* alignment, address */
    IODMA_RULE_ALIGN_LENGTH = 32,   /* alignment, length */
    IODMA_RULE_SEAM = 33,           /* alignment, address behind it */
    IODMA_RULE_LINE = 34,           /* line size, CPU address within it */
    IODMA_RULE_REACH = 35,          /* highest, of the last byte */
    IODMA_RULE_APERTURE = 36,       /* HAL_READ | HAL_WRITE, CPU address */
    IODMA_RULE_SEGMENT_COUNT = 37,  /* most, number */
    IODMA_RULE_WRITABLE = 38,       /* 0, CPU address */
    IODMA_RULE_NO_CACHE = 39,       /* the master is not coherent, and the bus
                                       has no cache */
    IODMA_RULE_REGION = 40,         /* 0, CPU address in no region */

    /* What somebody lends or does. */
    IODMA_RULE_STORAGE = 50,    /* bytes wanted, bytes lent */
    IODMA_RULE_FAR_WINDOW = 51, /* none is free, or was */
    IODMA_RULE_IOVA = 52,       /* bytes wanted, bytes there are */
    IODMA_RULE_MAPPER = 53,     /* its driver refused: 0, status */
    IODMA_RULE_OUTPUT = 54,     /* the function refused a segment: highest, its
                                   address or length; 0, 0 for one that is not
                                   built in */
    IODMA_RULE_EMITTER = 55,    /* the driver refused: 0, status */
};

/* Of what `number` is the number. */
enum {
    IODMA_PLACE_NONE = 0,
    IODMA_PLACE_ARGUMENT = 1, /* IODMA_ARGUMENT_... */
    IODMA_PLACE_FIELD = 2,    /* of the specification: IODMA_FIELD_... */
    IODMA_PLACE_RANGE = 3,    /* index in the descriptor's array */
    IODMA_PLACE_SEGMENT = 4,  /* index in the list, or of this call */
    IODMA_PLACE_OFFSET = 5,   /* bytes from the start of the window */
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
};

enum {
    IODMA_FIELD_OUTPUT = 1,
    IODMA_FIELD_STRUCT_SIZE = 2,
    IODMA_FIELD_ADDRESS_BITS = 3,
    IODMA_FIELD_MAX_SEGMENT = 4,
    IODMA_FIELD_MAX_TRANSFER = 5,
    IODMA_FIELD_ALIGN_ADDRESS = 6,
    IODMA_FIELD_ALIGN_LENGTH = 7,
    IODMA_FIELD_ALIGN_INTERNAL = 8,
    IODMA_FIELD_BOUNDARY = 9,
    IODMA_FIELD_MAPPING = 10,
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
    IODMA_CURE_ALIGN = 9,      /* have the range at the place begin so many
                                  bytes later, or as many modulo `required` */
    IODMA_CURE_EXTEND = 10,    /* make it so many bytes longer, or shorter by
                                  what these lack to `required` */
    IODMA_CURE_MOVE = 11,      /* the memory at the place, to where its last
                                  byte is here at most, a CPU address, and
                                  near there */
    IODMA_CURE_SPLIT = 12,     /* prepare so many bytes at a time */
    IODMA_CURE_LEND = 13,      /* bounce storage to the bus, with so many bytes
                                  free in one piece, within reach, aligned as
                                  dma/bounce.h says (iodma_bus_lend) */
    IODMA_CURE_MORE_IOVA = 14, /* so many bytes free in one piece, within
                                  reach */
    IODMA_CURE_REGION = 15,    /* of the board's, round this CPU address */
    IODMA_CURE_CACHE = 16,     /* give the bus its cache, or do not ask for
                                  IODMA_NON_COHERENT */
    IODMA_CURE_WIDER = 17,     /* an output function of so many bits */
    IODMA_CURE_LATER = 18,     /* when somebody has given back what there is
                                  too little of */
};

struct iodma_explainer;

/* The caller's storage. All fields but the last are out. */
struct iodma_reason {
    uint64_t number;   /* of the place */
    uint64_t required; /* see the rule */
    uint64_t actual;
    uint64_t amount;                         /* see the cure */
    int32_t status;                          /* what the call returned */
    uint8_t call;                            /* IODMA_CALL_... */
    uint8_t rule;                            /* IODMA_RULE_... */
    uint8_t place;                           /* IODMA_PLACE_... */
    uint8_t cure;                            /* IODMA_CURE_... */
    const struct iodma_explainer *explainer; /* ours */
};

/*
 * Have a command explain its refusals from now on.
 *
 *   reason  lent until another one, or NULL (nobody wants to know), is given;
 *           its fields are cleared. One can serve several commands that do
 *           not fail at the same time
 *
 * A call that is refused fills it; one that succeeds leaves it as it is: look
 * at it only after a failure. The calls are set_spec, set_memory, prepare (and
 * what ends in these), gen_segments in all forms, emit, read_bytes and
 * write_bytes (for fewer bytes than the window has; `status` tells why),
 * synchronize and synchronize_range.
 *
 * The rule is the first one broken, in the order in which the call looks; if
 * memory could not go as it lies and not be bounced either, the rule that the
 * memory as it lies breaks first. The cure is what makes the same call
 * succeed, unless something else is wrong as well: storage, if more of that
 * would do, else what has to be done to the memory, or the window.
 *
 * A place in the memory is the range's index; in a descriptor of several, the
 * offset.
 *
 * Context: any; the command is not used elsewhere. A refused prepare is tried
 * again to find out why, so takes about twice as long, and more if there are
 * many bounced pages: they are counted in quadratic time.
 */
void iodma_command_explain(struct iodma_command *command,
                           struct iodma_reason *reason);

/*
 * What iodma_command_init() would say of a specification, and why.
 *
 *   bus, spec  may be NULL: that is explained, too
 *   reason     out: filled if refused, else unchanged; may be NULL
 *
 * Context: any.
 */
enum iodma_status iodma_spec_check(const struct iodma_bus *bus,
                                   const struct iodma_spec *spec,
                                   struct iodma_reason *reason);

/* How a window would go. */
struct iodma_outlook {
    uint64_t bounced;  /* bytes of the window that would be copied */
    uint64_t storage;  /* bytes that would be taken from the bounce pool */
    uint32_t segments; /* in the list; of rungs with pages, at most: those
                          that come to lie side by side are one */
    uint8_t rung;      /* IODMA_DIRECT, _EDGES, _PAGES or _WHOLE */
};

/*
 * What prepare would do with a window. Nothing changes: no storage is taken,
 * no memory, cache or mapper touched.
 *
 *   outlook  out; unchanged if it would be refused
 *   reason   out: why it would be refused, or, if it would be bounced, the
 *            first rule that the memory as it lies breaks, with the cure that
 *            would change that; else cleared. May be NULL
 *
 * Returns what prepare would, if the bounce storage that is lent is free, there
 * is IOVA enough, and the CPU reaches all memory. A mapping that the descriptor
 * owns is not looked at; and pages are taken not to lie side by side: where
 * they do, fewer segments may let a lower rung do than is foreseen. A buffer is
 * taken to be in one aperture, and aligned as well as anybody could ask: a pool
 * that the device finds at an odd address may have none that is.
 *
 * Context: any; costs as prepare does without the copies.
 */
enum iodma_status iodma_command_check(const struct iodma_command *command,
                                      uint64_t offset, uint64_t length,
                                      struct iodma_outlook *outlook,
                                      struct iodma_reason *reason);

/*
 * The fields as words for a log. Never NULL. The rules are sentences ("the
 * address is no multiple of the alignment"), the cures requests ("align it").
 *
 * Context: any. Linked by who calls for them (dma/reason_names.c).
 */
const char *iodma_call_name(uint32_t call);
const char *iodma_rule_name(uint32_t rule);
const char *iodma_place_name(uint32_t place);
const char *iodma_cure_name(uint32_t cure);

/* The name of an argument or a field, by its number; of the other places,
   which are numbers, "". Context: any. */
const char *iodma_place_detail(uint32_t place, uint64_t number);

#endif
