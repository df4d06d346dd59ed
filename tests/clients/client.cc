/* SPDX-License-Identifier: MIT */
/*
 * A product in C++: the headers are legal there, and the names are C's. It is
 * linked, not run (tests/gates.sh).
 */
#include "dma/iodma.h"
#include "dma/weak.h"

namespace
{

const iodma_spec device = IODMA_SPEC(iodma_output_host32, 32, 0x2000);

#if __cplusplus >= 202002L
const iodma_spec aligned =
    IODMA_SPEC(iodma_output_host64, 0, 0x2000, .align_address = 4);
#else
iodma_spec aligned_to(uint32_t alignment)
{
    iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0x2000);

    spec.segment.align_address = alignment;
    return spec;
}

const iodma_spec aligned = aligned_to(4);
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
    return segment.address <= UINT32_MAX;
}

/* Where IODMACommand would be subclassed. */
struct request : iodma_command {
    uint32_t block;
};

iodma_status generate(iodma_command *command)
{
    iodma_segment32 segments32[2];
    iodma_segment64 segments64[2];
    descriptor descriptors[2];
    uint64_t offset = 0;
    uint32_t count = 2;

    iodma_status status =
        iodma_command_gen_segments32(command, &offset, segments32, &count);
    if (status == IODMA_OK)
        status =
            iodma_command_gen_segments64(command, &offset, segments64, &count);
    if (status == IODMA_OK)
        status = iodma_command_gen_segments_with(command, write_descriptor,
                                                 &offset, descriptors, &count);
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
        iodma_memory_init_ranges(&memory, range, 1, IODMA_INOUT, nullptr,
                                 0) != IODMA_OK ||
        iodma_command_init_weak(&weak, &request, &bus, &aligned, nullptr) !=
            IODMA_OK)
        return IODMA_ERROR;

    iodma_status status = iodma_command_set_spec(&request, &device);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&request, &memory, true);
    if (status == IODMA_OK)
        status = generate(&request);
    if (status == IODMA_OK)
        status = iodma_command_complete(&request, true, true);
    return status;
}
