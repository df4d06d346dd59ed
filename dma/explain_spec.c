/* SPDX-License-Identifier: MIT */
#include "dma/explain.h"

#include "dma/map.h"
#include "hal/bits.h"

#include <stddef.h>

/* A field that has to have another value. */
static bool wrong(struct iodma_reason *reason, uint32_t rule, uint32_t field,
                  uint64_t required, uint64_t actual, uint64_t value)
{
    iodma_record_say(reason, rule, required, actual);
    iodma_record_at(reason, IODMA_PLACE_FIELD, field);
    iodma_record_cure(reason, IODMA_CURE_SET, value);
    return true;
}

/* The next power of two, or the highest there is. */
static uint64_t power_above(uint64_t value, uint64_t highest)
{
    uint64_t power = 1;

    while (power < value && power < highest)
        power <<= 1;
    return power;
}

static uint64_t power_below(uint64_t value)
{
    uint64_t power = UINT64_C(1) << 63;

    while (power > value)
        power >>= 1;
    return power;
}

static bool wrong_bits(struct iodma_reason *reason, const struct iodma_bus *bus,
                       const struct iodma_spec *spec)
{
    uint32_t most = iodma_output_bits(spec->output);
    uint32_t bits = spec->segment.address_bits;
    uint32_t least = (uint32_t)__builtin_ctzll(bus->granule);

    if (most == 0)
        most = 64;
    if (bits > most)
        return wrong(reason, IODMA_RULE_BITS, IODMA_FIELD_ADDRESS_BITS, most,
                     bits, most);
    if (bits != 0 && bits < least)
        return wrong(reason, IODMA_RULE_BITS, IODMA_FIELD_ADDRESS_BITS, least,
                     bits, least);
    return false;
}

static bool wrong_power(struct iodma_reason *reason, uint32_t field,
                        uint64_t value, uint64_t highest)
{
    return !is_power_of_two(value) &&
           wrong(reason, IODMA_RULE_POWER_OF_TWO, field, 0, value,
                 power_above(value, highest));
}

static bool wrong_powers(struct iodma_reason *reason,
                         const struct hal_limits *limits)
{
    return wrong_power(reason, IODMA_FIELD_ALIGN_ADDRESS, limits->align_address,
                       BIT32(31)) ||
           wrong_power(reason, IODMA_FIELD_ALIGN_LENGTH, limits->align_length,
                       BIT32(31)) ||
           wrong_power(reason, IODMA_FIELD_ALIGN_INTERNAL,
                       limits->align_internal, BIT32(31)) ||
           (limits->boundary != 0 &&
            wrong_power(reason, IODMA_FIELD_BOUNDARY, limits->boundary,
                        UINT64_C(1) << 63));
}

/* Which of the specification's alignments is above a boundary? */
static bool wrong_alignment(struct iodma_reason *reason,
                            const struct hal_limits *limits, uint64_t boundary)
{
    uint32_t field = IODMA_FIELD_ALIGN_INTERNAL;
    uint64_t value = limits->align_internal;

    if (limits->align_address > boundary) {
        field = IODMA_FIELD_ALIGN_ADDRESS;
        value = limits->align_address;
    } else if (limits->align_length > boundary) {
        field = IODMA_FIELD_ALIGN_LENGTH;
        value = limits->align_length;
    }
    return wrong(reason, IODMA_RULE_BOUNDARY, field, boundary, value, boundary);
}

/* Does the specification leave nothing, with what the port lets through? */
static bool wrong_together(struct iodma_reason *reason,
                           const struct hal_limits *limits,
                           const struct iodma_limits *port)
{
    uint64_t max = limits->max_segment ? limits->max_segment : UINT64_MAX;
    uint64_t length = limits->align_length;
    uint64_t alignment =
        limits->align_address | limits->align_length | limits->align_internal;
    uint64_t longest = power_below(length | port->align_length);
    uint64_t strictest = power_below(alignment | port->alignment);

    alignment = power_below(alignment); /* of powers: the highest */
    if (max < longest)
        return wrong(reason, IODMA_RULE_MAX_SEGMENT, IODMA_FIELD_MAX_SEGMENT,
                     longest, max, longest);
    if (port->max_segment < length)
        return wrong(reason, IODMA_RULE_MAX_SEGMENT, IODMA_FIELD_ALIGN_LENGTH,
                     port->max_segment, length, power_below(port->max_segment));
    if (limits->boundary - 1 < strictest - 1)
        return wrong(reason, IODMA_RULE_BOUNDARY, IODMA_FIELD_BOUNDARY,
                     strictest, limits->boundary, strictest);
    return port->boundary_mask < alignment - 1 &&
           wrong_alignment(reason, limits, port->boundary_mask + 1);
}

/* The mapping's type, or the way past a mapper. */
static bool wrong_mapping(struct iodma_reason *reason,
                          const struct iodma_bus *bus,
                          const struct iodma_spec *spec)
{
    const struct iodma_mapper *mapper =
        spec->mapper ? spec->mapper : bus->mapper;
    uint32_t type = spec->mapping & IODMA_TYPE_MASK;
    uint32_t mapped = spec->mapping - type + IODMA_MAPPED;

    if (type > IODMA_UNMAPPED)
        return wrong(reason, IODMA_RULE_MAPPING_TYPE, IODMA_FIELD_MAPPING,
                     IODMA_UNMAPPED, type, mapped);
    return ((type == IODMA_BYPASSED && mapper) ||
            (type == IODMA_UNMAPPED &&
             (iodma_mapper_unavoidable(spec->mapper) ||
              iodma_mapper_unavoidable(bus->mapper)) &&
             (spec->mapping & IODMA_ITERATE_ONLY) == 0)) &&
           wrong(reason, IODMA_RULE_BYPASS, IODMA_FIELD_MAPPING, IODMA_MAPPED,
                 type, mapped);
}

/* The first thing that is wrong with a specification. */
static bool wrong_spec(struct iodma_reason *reason, const struct iodma_bus *bus,
                       const struct iodma_spec *spec)
{
    static const struct iodma_limits no_port = {
        .max_segment = UINT64_MAX,
        .boundary_mask = UINT64_MAX,
        .align_address = 1,
        .align_length = 1,
        .align_internal = 1,
        .align_seam = 1,
    };
    struct hal_limits limits;

    if (!spec->output) {
        iodma_record_say(reason, IODMA_RULE_POINTER, 0, 0);
        iodma_record_at(reason, IODMA_PLACE_FIELD, IODMA_FIELD_OUTPUT);
        iodma_record_cure(reason, IODMA_CURE_PASS, 0);
        return true;
    }
    if (spec->segment.struct_size < IODMA_APPLE_OPTIONS_SIZE)
        return wrong(reason, IODMA_RULE_STRUCT_SIZE, IODMA_FIELD_STRUCT_SIZE,
                     IODMA_APPLE_OPTIONS_SIZE, spec->segment.struct_size,
                     IODMA_APPLE_OPTIONS_SIZE);
    if (wrong_bits(reason, bus, spec))
        return true;
    (void)iodma_limits_resolve(&spec->segment, 0, 1, &limits);
    return wrong_powers(reason, &limits) ||
           wrong_together(reason, &limits, &no_port) ||
           wrong_mapping(reason, bus, spec) ||
           wrong_together(reason, &limits, &bus->limits);
}

enum iodma_status iodma_spec_check(const struct iodma_bus *bus,
                                   const struct iodma_spec *spec,
                                   struct iodma_reason *reason)
{
    struct iodma_reason found = { .explainer = NULL };

    if (reason)
        found.explainer = reason->explainer;
    iodma_record_begin(&found, IODMA_CALL_SET_SPEC, IODMA_BAD_ARGUMENT);
    if (!bus)
        iodma_record_missing(&found, IODMA_ARGUMENT_BUS);
    else if (!spec)
        iodma_record_missing(&found, IODMA_ARGUMENT_SPEC);
    else if (!wrong_spec(&found, bus, spec))
        return IODMA_OK;
    if (reason)
        *reason = found;
    return IODMA_BAD_ARGUMENT;
}

void iodma_explain_set_spec(const struct iodma_command *command,
                            const struct iodma_spec *spec,
                            enum iodma_status status)
{
    if (command->prepared == 0) {
        (void)iodma_spec_check(command->bus, spec, command->reason);
        return;
    }
    iodma_record_begin(command->reason, IODMA_CALL_SET_SPEC, status);
    iodma_record_busy(command->reason, IODMA_RULE_PREPARED, IODMA_CURE_COMPLETE,
                      command->prepared);
}
