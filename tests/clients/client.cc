/* SPDX-License-Identifier: MIT */
/*
 * A product in C++, from C++11 on: the headers are legal there, and the names
 * are C's. It is linked, not run (tests/gates.sh).
 */
#include "dma/iodma.h"
#include "dma/weak.h"

namespace
{

/* Fields by name are C++20's; before that, they are set afterwards. */
const iodma_spec device = IODMA_SPEC(iodma_output_host32, 32, 0x2000);

#if __cplusplus >= 202002L
const iodma_spec aligned =
    IODMA_SPEC(iodma_output_host64, 0, 0x2000, .align_address = 4);
const iodma_spec behind =
    IODMA_SPEC_THROUGH(IODMA_BYPASSED, nullptr, iodma_output_host64, 0, 0x2000,
                       .align_length = 4, .boundary = 0x10000);
#else
iodma_spec aligned_to(iodma_spec spec, uint32_t alignment)
{
    spec.segment.align_address = alignment;
    return spec;
}

const iodma_spec aligned =
    aligned_to(IODMA_SPEC(iodma_output_host64, 0, 0x2000), 4);
const iodma_spec behind =
    IODMA_SPEC_THROUGH(IODMA_BYPASSED, nullptr, iodma_output_host64, 0, 0x2000);
#endif

/* A client's own descriptors, and the function that writes them. */
struct descriptor {
    uint32_t address;
    uint32_t length;
};

bool write_descriptor(iodma_command *, hal_segment segment, void *segments,
                      uint32_t index)
{
    static_cast<descriptor *>(segments)[index] = {
        static_cast<uint32_t>(segment.address),
        static_cast<uint32_t>(segment.length),
    };
    return segment.address <= UINT32_MAX && segment.length <= UINT32_MAX;
}

#if __cplusplus >= 202002L
const iodma_output descriptors = { .function = write_descriptor, .bits = 32 };
#else
const iodma_output descriptors = { write_descriptor, 32, IODMA_FORM_OWN };
#endif

/* Where IODMACommand would be subclassed. */
struct request : iodma_command {
    uint32_t block;
};

iodma_status generate(iodma_command *command)
{
    iodma_segment32 segments32[2];
    iodma_segment64 segments64[2];
    descriptor array[2];
    hal_address offset = 0;
    uint32_t count = 2;

    iodma_status status =
        iodma_command_gen_segments32(command, &offset, segments32, &count);
    if (status == IODMA_OK)
        status =
            iodma_command_gen_segments64(command, &offset, segments64, &count);
    if (status == IODMA_OK)
        status = iodma_command_gen_segments_with(command, &descriptors, &offset,
                                                 array, &count);
    return status;
}

} // namespace

extern "C" iodma_status client(const hal_bus *board, const iodma_range *range)
{
    iodma_bus bus;
    iodma_memory memory;
    request request;
    iodma_command *weak;

    if (iodma_bus_init(&bus, board, 0) != IODMA_OK ||
        iodma_memory_init_ranges(&memory, range, 1, IODMA_INOUT, nullptr, 0) !=
            IODMA_OK ||
        iodma_command_init_weak(&weak, &request, &bus, &aligned, nullptr) !=
            IODMA_OK)
        return IODMA_ERROR;

    iodma_status status = iodma_command_set_spec(&request, &behind);
    if (status == IODMA_OK)
        status = iodma_command_set_spec(&request, &device);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&request, &memory, true);
    if (status == IODMA_OK)
        status = generate(&request);
    if (status == IODMA_OK)
        status = iodma_command_complete(&request, true, true);
    return status;
}
