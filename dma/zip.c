/* SPDX-License-Identifier: MIT */
#include "zip.h"

#include "../hal/bits.h"

/* What is not memory is one segment, which is never used up. */
static void side_begin(struct iodma_zip_side *side,
                       const struct iodma_command *command, uint32_t stride)
{
    side->command = command;
    side->stride = command ? stride : 0;
    side->rest = (struct hal_segment){ 0, HAL_ADDRESS_MAX };
}

void iodma_zip_begin(struct iodma_zip *zip, const struct iodma_command *source,
                     const struct iodma_command *destination,
                     const struct iodma_rows *rows)
{
    side_begin(&zip->source, source, rows->source_stride);
    side_begin(&zip->destination, destination, rows->destination_stride);
    zip->length = rows->length;
    zip->count = rows->count;
    iodma_zip_rewind(zip);
}

/* Go to a row. Those that touch the one before need no step. */
static void side_row(struct iodma_zip_side *side, uint32_t row,
                     hal_address length)
{
    if (!side->command || (row != 0 && side->stride == length))
        return;
    side->rest.length = 0;
    iodma_segment_seek(&side->command->plan, &side->place,
                       (hal_address)row * side->stride);
}

/* Have a row in hand; false at the end. */
static bool row_ready(struct iodma_zip *zip)
{
    if (zip->rest != 0)
        return true;
    if (zip->row == zip->count)
        return false;
    side_row(&zip->source, zip->row, zip->length);
    side_row(&zip->destination, zip->row, zip->length);
    zip->rest = zip->length;
    zip->row++;
    return true;
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
    if (!side->command)
        return;
    side->rest.address += length;
    side->rest.length -= length;
}

uint32_t iodma_zip_next(struct iodma_zip *zip, struct hal_item *items,
                        uint32_t most)
{
    uint32_t count = 0;

    while (count < most && row_ready(zip) && side_ready(&zip->source) &&
           side_ready(&zip->destination)) {
        hal_address length =
            smaller(smaller(zip->source.rest.length, zip->rest),
                    zip->destination.rest.length);

        items[count++] = (struct hal_item){
            .source = zip->source.rest.address,
            .destination = zip->destination.rest.address,
            .length = length,
        };
        side_take(&zip->source, length);
        side_take(&zip->destination, length);
        zip->rest -= length;
    }
    return count;
}
