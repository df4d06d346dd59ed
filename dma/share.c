/* SPDX-License-Identifier: MIT */
#include "dma/share.h"

/* Iterate-only: a ring cannot live in a bounce buffer. */
static struct iodma_spec spec_of(const struct hal_limits *limits)
{
    struct iodma_spec spec = IODMA_SPEC(
        iodma_output_host64, limits->address_bits, limits->max_segment,
        .max_transfer = limits->max_transfer,
        .align_address = limits->align_address,
        .align_length = limits->align_length,
        .align_internal = limits->align_internal, .boundary = limits->boundary);

    spec.mapping = IODMA_MAPPED | IODMA_ITERATE_ONLY;
    return spec;
}

/* The one segment that the whole of a prepared command has to be. */
static enum iodma_status only_segment(struct iodma_command *command,
                                      size_t size,
                                      struct iodma_segment64 *segment)
{
    uint64_t offset = 0;
    uint32_t count = 1;
    enum iodma_status status =
        iodma_command_gen_segments64(command, &offset, segment, &count);

    if (status == IODMA_OK && offset != size)
        return IODMA_NO_SPACE;
    return status;
}

enum iodma_status iodma_share(struct iodma_share *share,
                              const struct iodma_bus *bus,
                              const struct hal_limits *limits, uint64_t address,
                              void *cpu, size_t size, struct hal_shared *shared)
{
    struct iodma_segment64 segment;
    struct iodma_limits exact;
    struct iodma_spec spec;
    enum iodma_status status;

    if (!share || !bus || !limits || !cpu || size == 0 || !shared)
        return IODMA_BAD_ARGUMENT;

    spec = spec_of(limits);
    status = iodma_limits_set(&exact, limits);
    if (status == IODMA_OK)
        status = iodma_command_init(&share->command, bus, &spec, NULL);
    if (status != IODMA_OK)
        return status;
    status = iodma_memory_init_buffer(&share->memory, address, size, size,
                                      IODMA_INOUT);
    if (status != IODMA_OK)
        return status;
    status = iodma_command_set_memory(&share->command, &share->memory, true);
    if (status != IODMA_OK)
        return status;

    status = only_segment(&share->command, size, &segment);
    if (status != IODMA_OK) {
        (void)iodma_command_clear_memory(&share->command, true);
        return status;
    }
    *shared = (struct hal_shared){ cpu, segment.address, size };
    return IODMA_OK;
}

enum iodma_status iodma_unshare(struct iodma_share *share)
{
    if (!iodma_command_memory(&share->command))
        return IODMA_NOT_READY;
    return iodma_command_clear_memory(&share->command, true);
}
