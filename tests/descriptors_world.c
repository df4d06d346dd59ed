/* SPDX-License-Identifier: MIT */
#include "tests/descriptors_world.h"

#include "hal/count_of.h"

#include <string.h>

static const struct iodma_spec plain_spec = SPEC(host64, 64, 0, 1, 1, 1);

void expect_summary(const char *what, hal_address got, hal_address want)
{
    if (IODMA_SHORTCUTS)
        (void)expect_number(what, got, want);
}

static const hal_address no_pages[MAPPED];
hal_address mapped[MAPPED];
hal_address mapped_page = PAGE;

static bool scramble(hal_address address, hal_address *physical,
                     hal_address *length)
{
    hal_address page = (address - VIRTUAL) / mapped_page;
    hal_address within = (address - VIRTUAL) % mapped_page;

    if (address < VIRTUAL || page >= HAL_COUNT_OF(mapped) || mapped[page] == 0)
        return false;
    *physical = mapped[page] + within;
    *length = smaller(*length, mapped_page - within);
    return true;
}

const struct hal_translation translation = { scramble };

void map_pages(const hal_address *pages, size_t count, hal_address page_size)
{
    memcpy(mapped, no_pages, sizeof mapped);
    memcpy(mapped, pages, count * sizeof pages[0]);
    mapped_page = page_size;
}

static const hal_address four_pages[] = { 0x30000, 0x31000, 0x20000, 0x50000 };

void map_four(void)
{
    map_pages(four_pages, HAL_COUNT_OF(four_pages), PAGE);
}

struct iodma_memory virtual(const struct iodma_range *ranges, uint32_t count,
                            uint32_t direction)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status("virtual",
                  iodma_memory_init_virtual(&memory, &translation, ranges,
                                            count, direction, NULL, 0),
                  IODMA_OK);
    return memory;
}

const struct iodma_range one_virtual = { VIRTUAL, 0x10 };

struct iodma_command command;

void make_command(void)
{
    expect_command(&command, fixture_bouncing_bus(), &plain_spec);
}

void set(struct iodma_memory *memory, bool prepare, enum iodma_status want)
{
    expect_status("set", iodma_command_set_memory(&command, memory, prepare),
                  want);
}

void expect_same(const char *what, const struct iodma_memory *got,
                 const struct iodma_memory *want)
{
    expect(what, memcmp(got, want, sizeof *got) == 0);
}

void expect_extents(const struct iodma_memory *memory, hal_address from,
                    const struct iodma_extent *want, size_t count)
{
    struct iodma_extent extent = { 0, 0, 0 };
    struct iodma_walk walk;

    expect_status("begin", iodma_walk_begin(&walk, memory, from), IODMA_OK);
    for (size_t i = 0; i < count; i++) {
        expect_status("next", iodma_walk_next(&walk, TOP, &extent), IODMA_OK);
        expect_number("offset", extent.offset, want[i].offset);
        expect_number("address", extent.address, want[i].address);
        expect_number("length", extent.length, want[i].length);
    }
    expect_status("the end", iodma_walk_next(&walk, TOP, &extent),
                  IODMA_OVERRUN);
}
