/* SPDX-License-Identifier: MIT */
/*
 * Products that use the command: client() nothing else of iodma, the others one
 * thing more that a bus can have. They are linked, not run: tests/gates.sh
 * looks at what came into the image with each.
 */
#include "dma/iodma.h"

struct product {
    const struct hal_bus *board;
    const struct iodma_range *range;
    struct iodma_bus bus;
    struct iodma_segment32 segment;
};

enum iodma_status client(struct product *product);
enum iodma_status client_lends(struct product *product,
                               struct iodma_bounce *bounce, uint32_t *words,
                               struct hal_loan *loan);
enum iodma_status client_maintains(struct product *product);
enum iodma_status client_maps(struct product *product,
                              struct iodma_mapper *mapper,
                              struct hal_mapper *hal, uint32_t *words);

static enum iodma_status transfer(struct product *product)
{
    static const struct iodma_spec device =
        IODMA_SPEC(iodma_output_host32, 32, 0x2000, .align_address = 4);
    struct iodma_memory memory;
    struct iodma_command command;
    enum iodma_status status;
    hal_address offset = 0;
    uint32_t count = 1;

    status = iodma_memory_init_ranges(&memory, product->range, 1, IODMA_OUT,
                                      NULL, 0);
    if (status == IODMA_OK)
        status = iodma_command_init(&command, &product->bus, &device, NULL);
    if (status == IODMA_OK)
        status = iodma_command_set_memory(&command, &memory, true);
    if (status != IODMA_OK)
        return status;

    status = iodma_command_gen_segments(&command, &offset, &product->segment,
                                        &count);
    (void)iodma_command_clear_memory(&command, true);
    return status;
}

enum iodma_status client(struct product *product)
{
    enum iodma_status status = iodma_bus_init(&product->bus, product->board, 0);

    return status == IODMA_OK ? transfer(product) : status;
}

enum iodma_status client_lends(struct product *product,
                               struct iodma_bounce *bounce, uint32_t *words,
                               struct hal_loan *loan)
{
    enum iodma_status status = iodma_bus_init(&product->bus, product->board, 0);

    if (status == IODMA_OK)
        status =
            iodma_bounce_init(bounce, 0x1000, 0x1000, 0x1000, words, loan, 1);
    if (status == IODMA_OK)
        status = iodma_bus_lend(&product->bus, &bounce->hal);
    return status == IODMA_OK ? transfer(product) : status;
}

enum iodma_status client_maintains(struct product *product)
{
    enum iodma_status status = iodma_bus_init(&product->bus, product->board, 0);

    if (status == IODMA_OK)
        status = iodma_bus_cache(&product->bus);
    return status == IODMA_OK ? transfer(product) : status;
}

enum iodma_status client_maps(struct product *product,
                              struct iodma_mapper *mapper,
                              struct hal_mapper *hal, uint32_t *words)
{
    enum iodma_status status = iodma_bus_init(&product->bus, product->board, 0);

    if (status == IODMA_OK)
        status = iodma_mapper_init(mapper, hal, product->board->lock, words, 1);
    if (status == IODMA_OK)
        status = iodma_bus_map_through(&product->bus, mapper);
    return status == IODMA_OK ? transfer(product) : status;
}
