/* SPDX-License-Identifier: MIT */
/* The specification of a command, of command.h: validated, narrowed, taken. */
#include "spec.h"

#include "../hal/bits.h"
#include "command.h"
#include "map.h"
#include "refuse.h"

#include <stddef.h>

_Static_assert(offsetof(struct iodma_segment_options, boundary) ==
                   IODMA_APPLE_OPTIONS_SIZE,
               "ours begin where Apple's SegmentOptions end (spec 2.1)");

#define LIES_AS_ASKED(name)                                                    \
    (offsetof(struct iodma_limits, name) == offsetof(struct iodma_asked, name))
_Static_assert(LIES_AS_ASKED(align_address) && LIES_AS_ASKED(align_length) &&
                   LIES_AS_ASKED(align_internal),
               "what was asked for is the beginning of the limits");

/* Does the struct that the caller knows have this field? */
#define HAS(options, field)                                                    \
    ((options)->struct_size >=                                                 \
     offsetof(struct iodma_segment_options, field) + sizeof(options)->field)

/* A size as an address tells it; one that is beyond limits nothing. */
static inline hal_address told(uint64_t size)
{
    hal_address narrow = (hal_address)size;

    return narrow == size ? narrow : 0;
}

/* The longest segment that a word of 32 bits tells and that others may stand
   behind, where addresses tell longer ones. */
static inline hal_address longest32(const struct iodma_limits *limits)
{
    uint32_t alignment = larger32(limits->align_length, limits->align_internal);

    return UINT32_MAX - iodma_limits_mask32((uint8_t)alignment);
}

/* The address bits of a specification; 0: all. */
static inline uint8_t bits_of(const struct iodma_spec *spec)
{
    uint8_t bits = spec->segment.address_bits;

    return bits != 0 ? bits : spec->output->bits;
}

/* The limits that options state. (spec 2.3 steps 6 to 8) */
static inline enum iodma_status
state(const struct iodma_segment_options *options, uint8_t bits,
      struct iodma_limits *limits, struct iodma_reason *reason)
{
    const struct hal_limits asked = {
        .address_bits = bits,
        .align_address = options->align_address,
        .align_length = options->align_length,
        .align_internal = options->align_internal,
        .align_seam = 0,
        .max_segment = told(options->max_segment),
        .max_transfer = told(options->max_transfer),
        .boundary = HAS(options, boundary) ? told(options->boundary) : 0,
        .max_segments = HAS(options, max_segments) ? options->max_segments : 0,
    };

    return iodma_limits_set(limits, &asked, reason);
}

/* The limits of a specification alone. (spec 2.3 steps 3 to 8, R-35) */
static inline enum iodma_status resolve(const struct iodma_window *window,
                                        const struct iodma_spec *spec,
                                        struct iodma_limits *limits)
{
    const struct iodma_segment_options *options = &spec->segment;
    const struct iodma_output *output = spec->output;
    uint8_t bits = bits_of(spec);
    enum iodma_status status;
    uint32_t fewest;

    if (options->struct_size < IODMA_APPLE_OPTIONS_SIZE)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(STRUCT_SIZE, STRUCT_SIZE),
                                   IODMA_APPLE_OPTIONS_SIZE,
                                   options->struct_size);
    if (output->bits != 0 && bits > output->bits)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS),
                                   output->bits, bits);
    fewest = (uint32_t)__builtin_ctz(window->bus->granule);
    if (bits != 0 && bits < fewest)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(BITS, ADDRESS_BITS), fewest,
                                   bits);
    status = state(options, bits, limits, window->reason);
    if (HAL_ADDRESS_BITS == 64 && output->form == IODMA_FORM_32)
        limits->max_segment = smaller(limits->max_segment, longest32(limits));
    return status;
}

enum iodma_status iodma_command_set_spec(struct iodma_command *command,
                                         const struct iodma_spec *spec)
{
    struct iodma_window *window = &command->window;
    const uint32_t both = IODMA_ITERATE_ONLY | IODMA_DIRECT_ONLY;
    struct iodma_mapper *mapper;
    struct iodma_limits limits;
    struct iodma_asked asked;
    enum iodma_status status;
    uint32_t mapping;

    if (command->prepared != 0)
        return iodma_refuse_values(window->reason, IODMA_NOT_PERMITTED,
                                   IODMA_RULE_PREPARED, 0, command->prepared);
    if (!spec)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_ARGUMENT(POINTER, SPEC));
    if (!spec->output)
        return iodma_refuse(window->reason, IODMA_BAD_ARGUMENT,
                            IODMA_AT_FIELD(POINTER, OUTPUT));
    status = resolve(window, spec, &limits);
    if (status != IODMA_OK)
        return status;
    __builtin_memcpy(&asked, &limits, sizeof asked);

    mapping = spec->mapping;
    if ((mapping & IODMA_TYPE_MASK) > IODMA_UNMAPPED)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(MAPPING_TYPE, MAPPING),
                                   IODMA_UNMAPPED, mapping & IODMA_TYPE_MASK);
    mapper = spec->mapper ? spec->mapper : window->bus->mapper;
    if (mapper) {
        status = mapper->calls->choose(window, spec, &mapper);
        if (status != IODMA_OK)
            return status;
    }
    if ((mapping & both) == both)
        return iodma_refuse_values(window->reason, IODMA_BAD_ARGUMENT,
                                   IODMA_AT_FIELD(OPTIONS, MAPPING),
                                   IODMA_ITERATE_ONLY, both);
    status =
        iodma_limits_add(&limits, window->bus->hal->limits, window->reason);
    if (status != IODMA_OK) /* whose fault is it? */
        return iodma_refuse_cure(window->reason, status, IODMA_CURE_NONE, 0);

    if ((mapping & IODMA_TYPE_MASK) != IODMA_NON_COHERENT)
        mapping &= ~(uint32_t)IODMA_TYPE_MASK;
    window->mapping = (uint16_t)mapping;
    command->output = spec->output;
    window->mapper = mapper;
    window->asked = asked;
    window->asked.address_bits = bits_of(spec);
    window->limits = limits;
    return IODMA_OK;
}
