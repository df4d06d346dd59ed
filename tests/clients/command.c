/* SPDX-License-Identifier: MIT */
/*
 * A product that uses the command and nothing else of iodma. It is linked,
 * not run: tests/gates.sh looks at what came into the image with it.
 */
#include "dma/iodma.h"

enum iodma_status client(const struct hal_bus *board,
                         const struct iodma_range *range,
                         struct iodma_segment32 *segment);

enum iodma_status client(const struct hal_bus *board,
                         const struct iodma_range *range,
                         struct iodma_segment32 *segment)
{
    static const struct iodma_spec device =
        IODMA_SPEC(iodma_output_host32, 32, 0x2000, .align_address = 4);
    struct iodma_bus bus;
    struct iodma_memory memory;
    struct iodma_command command;
    enum iodma_status status;
    uint64_t offset = 0;
    uint32_t count = 1;

    status = iodma_bus_init(&bus, board, 0);
    if (status == IODMA_OK)
        status =
            iodma_memory_init_ranges(&memory, range, 1, IODMA_OUT, NULL, 0);
    if (status == IODMA_OK)
        status = iodma_command_init(&command, &bus, &device, NULL);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&command, &memory, true);
    if (status != IODMA_OK)
        return status;

    status = iodma_command_gen_segments(&command, &offset, segment, &count);
    (void)iodma_command_clear_memory(&command, true);
    return status;
}
