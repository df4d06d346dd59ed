/* SPDX-License-Identifier: MIT */
#include "tests/images/table.h"

#include "hal/bits.h"
#include "tests/check.h"

#include <stdio.h>

/* CPU physical address of a byte of a descriptor. */
static hal_address physical(const struct iodma_memory *memory,
                            hal_address offset)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;

    (void)iodma_walk_begin(&walk, memory, offset);
    (void)iodma_walk_next(&walk, 1, &extent);
    return extent.address;
}

/* Does the bus address lie in the storage that the bus bounces through? All of
   that is in one aperture. */
static bool in_storage(const struct iodma_bus *bus, hal_address address)
{
    const struct hal_bounce *bounce = bus->bounce;
    const struct hal_aperture *aperture;

    if (!bounce)
        return false;
    aperture = iodma_bus_aperture(bus, bounce->first, HAL_READ | HAL_WRITE);
    return span_holds(bounce->first, bounce->last,
                      address - iodma_aperture_delta(aperture));
}

static void add_row(struct table *table, const struct table_row *row)
{
    if (table->rows < TABLE_SHOWN)
        table->first[table->rows] = *row;
    table->last[table->rows % TABLE_SHOWN] = *row;
    table->rows++;
    table->bytes += row->length;
    if (row->bounced)
        table->bounced += row->length;
}

void table_add(struct table *table, struct iodma_command *command)
{
    hal_address start = 0;
    hal_address length = 0;
    hal_address offset = 0;

    (void)iodma_command_get_prepared(command, &start, &length);
    while (offset < length) {
        struct iodma_segment64 segment;
        struct table_row row = { .offset = start + offset };
        uint32_t count = 1;

        if (iodma_command_gen_segments64(command, &offset, &segment, &count) !=
            IODMA_OK)
            return;
        row.physical = physical(iodma_command_memory(command), row.offset);
        row.bus = (hal_address)segment.address;
        row.length = (hal_address)segment.length;
        row.bounced = in_storage(command->window.bus, row.bus);
        add_row(table, &row);
    }
}

static void print_row(uint32_t number, const struct table_row *row)
{
    printf("  %6u  %-12s  %-14s  %-14s  %-10s  %s\n", (unsigned)number,
           hex(row->offset), hex(row->physical), hex(row->bus),
           hex(row->length), row->bounced ? "bounced" : "direct");
}

void table_print(const struct table *table)
{
    uint32_t head = table->rows < TABLE_SHOWN ? table->rows : TABLE_SHOWN;
    uint32_t tail = head;

    if (table->rows > 2 * TABLE_SHOWN)
        tail = table->rows - TABLE_SHOWN;
    printf("\n%s: %u segments, %s bytes, of which bounced %s\n", table->title,
           (unsigned)table->rows, hex(table->bytes), hex(table->bounced));
    printf("  %6s  %-12s  %-14s  %-14s  %-10s\n", "", "offset", "CPU physical",
           "bus address", "length");
    for (uint32_t i = 0; i < head; i++)
        print_row(i, &table->first[i]);
    if (tail != head)
        printf("     ...  %u more\n", (unsigned)(tail - head));
    for (uint32_t i = tail; i < table->rows; i++)
        print_row(i, &table->last[i % TABLE_SHOWN]);
}
