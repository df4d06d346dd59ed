/* SPDX-License-Identifier: MIT */
#include "dma/reason.h"

const char *iodma_call_name(uint32_t call)
{
    switch (call) {
    case IODMA_CALL_NONE:
        return "no call";
    case IODMA_CALL_SET_MEMORY:
        return "set_memory";
    case IODMA_CALL_SET_SPEC:
        return "set_spec";
    case IODMA_CALL_PREPARE:
        return "prepare";
    case IODMA_CALL_GEN_SEGMENTS:
        return "gen_segments";
    case IODMA_CALL_EMIT:
        return "emit";
    case IODMA_CALL_MOVE_BYTES:
        return "read_bytes or write_bytes";
    case IODMA_CALL_SYNCHRONIZE:
        return "synchronize";
    case IODMA_CALL_SYNCHRONIZE_RANGE:
        return "synchronize_range";
    case IODMA_CALL_CHECK:
        return "check";
    default:
        return "unknown call";
    }
}

const char *iodma_rule_name(uint32_t rule)
{
    switch (rule) {
    case IODMA_RULE_NONE:
        return "no rule is broken";
    case IODMA_RULE_UNSPECIFIED:
        return "the command has no specification";
    case IODMA_RULE_UNATTACHED:
        return "the command has no memory";
    case IODMA_RULE_UNWIRED:
        return "the memory is virtual and not prepared";
    case IODMA_RULE_UNPREPARED:
        return "the command is not prepared";
    case IODMA_RULE_PREPARED:
        return "the command is prepared, as it is";
    case IODMA_RULE_HELD:
        return "a device may still reach the memory";
    case IODMA_RULE_POINTER:
        return "a pointer is NULL";
    case IODMA_RULE_CAPACITY:
        return "there is no room for a segment";
    case IODMA_RULE_OPTIONS:
        return "the options are none";
    case IODMA_RULE_ITERATE_ONLY:
        return "an iterate-only command bounces nothing";
    case IODMA_RULE_WINDOW:
        return "this is not within the memory or the window";
    case IODMA_RULE_MAX_TRANSFER:
        return "the window is longer than a transfer may be";
    case IODMA_RULE_STRUCT_SIZE:
        return "the options are of no known version";
    case IODMA_RULE_BITS:
        return "the address bits do not fit the output function or the bus";
    case IODMA_RULE_POWER_OF_TWO:
        return "this is no power of two";
    case IODMA_RULE_MAX_SEGMENT:
        return "the longest segment is below the alignment of lengths";
    case IODMA_RULE_BOUNDARY:
        return "the boundary is below an alignment";
    case IODMA_RULE_MAPPING_TYPE:
        return "there is no such mapping type";
    case IODMA_RULE_BYPASS:
        return "the mapper is not to be avoided";
    case IODMA_RULE_ALIGN_ADDRESS:
        return "the address is no multiple of the alignment";
    case IODMA_RULE_ALIGN_INTERNAL:
        return "the address is no multiple of the alignment inside the list";
    case IODMA_RULE_ALIGN_LENGTH:
        return "the length is no multiple of the alignment of lengths";
    case IODMA_RULE_SEAM:
        return "the end is no multiple of the alignment between segments";
    case IODMA_RULE_LINE:
        return "the device writes part of a cache line";
    case IODMA_RULE_REACH:
        return "the address is above what the device reaches";
    case IODMA_RULE_APERTURE:
        return "the device sees no memory there, or may not use it so";
    case IODMA_RULE_SEGMENT_COUNT:
        return "the list has too many segments";
    case IODMA_RULE_WRITABLE:
        return "the memory may not be written";
    case IODMA_RULE_NO_CACHE:
        return "the device is not coherent and the bus has no cache";
    case IODMA_RULE_REGION:
        return "the CPU does not reach the memory";
    case IODMA_RULE_STORAGE:
        return "the bounce storage does not suffice";
    case IODMA_RULE_FAR_WINDOW:
        return "no window onto far memory is free";
    case IODMA_RULE_IOVA:
        return "the I/O address space does not suffice";
    case IODMA_RULE_MAPPER:
        return "the mapper refused";
    case IODMA_RULE_OUTPUT:
        return "the output function refused a segment";
    case IODMA_RULE_EMITTER:
        return "the driver refused the segments";
    default:
        return "unknown rule";
    }
}

const char *iodma_place_name(uint32_t place)
{
    switch (place) {
    case IODMA_PLACE_NONE:
        return "";
    case IODMA_PLACE_ARGUMENT:
        return "argument";
    case IODMA_PLACE_FIELD:
        return "field";
    case IODMA_PLACE_RANGE:
        return "range";
    case IODMA_PLACE_SEGMENT:
        return "segment";
    case IODMA_PLACE_OFFSET:
        return "offset";
    default:
        return "unknown place";
    }
}

const char *iodma_cure_name(uint32_t cure)
{
    switch (cure) {
    case IODMA_CURE_NONE:
        return "nothing would help";
    case IODMA_CURE_SPECIFY:
        return "set a specification first";
    case IODMA_CURE_ATTACH:
        return "set memory first";
    case IODMA_CURE_WIRE:
        return "prepare the memory first";
    case IODMA_CURE_PREPARE:
        return "prepare the command first";
    case IODMA_CURE_COMPLETE:
        return "complete the command first";
    case IODMA_CURE_RELEASE:
        return "have it released first";
    case IODMA_CURE_PASS:
        return "pass a pointer";
    case IODMA_CURE_SET:
        return "set it to";
    case IODMA_CURE_ALIGN:
        return "align it, by beginning later, by bytes:";
    case IODMA_CURE_EXTEND:
        return "align it, by ending later, by bytes:";
    case IODMA_CURE_MOVE:
        return "move the memory, to end at most at";
    case IODMA_CURE_SPLIT:
        return "split the transfer, into bytes at a time:";
    case IODMA_CURE_LEND:
        return "lend the bus bounce storage, in bytes:";
    case IODMA_CURE_MORE_IOVA:
        return "have more I/O address space, in bytes:";
    case IODMA_CURE_REGION:
        return "give the board a region round";
    case IODMA_CURE_CACHE:
        return "give the bus its cache, or take another mapping type";
    case IODMA_CURE_WIDER:
        return "take an output function, of bits:";
    case IODMA_CURE_LATER:
        return "try again when something has been given back";
    default:
        return "unknown cure";
    }
}

static const char *argument_name(uint64_t argument)
{
    switch (argument) {
    case IODMA_ARGUMENT_SPEC:
        return "spec";
    case IODMA_ARGUMENT_OFFSET:
        return "offset";
    case IODMA_ARGUMENT_LENGTH:
        return "length";
    case IODMA_ARGUMENT_SEGMENTS:
        return "segments";
    case IODMA_ARGUMENT_COUNT:
        return "count";
    case IODMA_ARGUMENT_OUTPUT:
        return "output";
    case IODMA_ARGUMENT_EMITTER:
        return "emitter";
    case IODMA_ARGUMENT_BYTES:
        return "bytes";
    case IODMA_ARGUMENT_OPTIONS:
        return "options";
    case IODMA_ARGUMENT_BUS:
        return "bus";
    default:
        return "unknown argument";
    }
}

static const char *field_name(uint64_t field)
{
    switch (field) {
    case IODMA_FIELD_OUTPUT:
        return "output";
    case IODMA_FIELD_STRUCT_SIZE:
        return "struct_size";
    case IODMA_FIELD_ADDRESS_BITS:
        return "address_bits";
    case IODMA_FIELD_MAX_SEGMENT:
        return "max_segment";
    case IODMA_FIELD_MAX_TRANSFER:
        return "max_transfer";
    case IODMA_FIELD_ALIGN_ADDRESS:
        return "align_address";
    case IODMA_FIELD_ALIGN_LENGTH:
        return "align_length";
    case IODMA_FIELD_ALIGN_INTERNAL:
        return "align_internal";
    case IODMA_FIELD_BOUNDARY:
        return "boundary";
    case IODMA_FIELD_MAPPING:
        return "mapping";
    default:
        return "unknown field";
    }
}

const char *iodma_place_detail(uint32_t place, uint64_t number)
{
    if (place == IODMA_PLACE_ARGUMENT)
        return argument_name(number);
    return place == IODMA_PLACE_FIELD ? field_name(number) : "";
}
