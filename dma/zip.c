/* SPDX-License-Identifier: MIT */
#include "dma/zip.h"

#include "hal/bits.h"

static void side_begin(struct iodma_zip_side *side,
                       const struct iodma_command *command)
{
    side->command = command;
    side->rest = (struct hal_segment){ 0, 0 };
    iodma_segment_seek(&command->plan, &side->place, 0);
}

void iodma_zip_begin(struct iodma_zip *zip, const struct iodma_command *source,
                     const struct iodma_command *destination)
{
    side_begin(&zip->source, source);
    side_begin(&zip->destination, destination);
}

/* Have a segment in hand; false at the end. */
static bool side_ready(struct iodma_zip_side *side)
{
    const struct iodma_command *command = side->command;

    return side->rest.length != 0 ||
           iodma_segment_next(&command->plan, &side->place, &side->rest) ==
               IODMA_OK;
}

static void side_take(struct iodma_zip_side *side, hal_address length)
{
    side->rest.address += length;
    side->rest.length -= length;
}

uint32_t iodma_zip_next(struct iodma_zip *zip, struct hal_item *items,
                        uint32_t most)
{
    uint32_t count = 0;

    while (count < most && side_ready(&zip->source) &&
           side_ready(&zip->destination)) {
        hal_address length =
            smaller(zip->source.rest.length, zip->destination.rest.length);

        items[count++] = (struct hal_item){
            .source = zip->source.rest.address,
            .destination = zip->destination.rest.address,
            .length = length,
        };
        side_take(&zip->source, length);
        side_take(&zip->destination, length);
    }
    return count;
}
