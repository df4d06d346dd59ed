/* SPDX-License-Identifier: MIT */
#include "tests/mapped.h"

#include "tests/check.h"
#include "tests/model/recording_cache.h"
#include "tests/model/sparse.h"

struct mapped mapped;

static uint32_t words[IODMA_BLOCK_WORDS(MAPPED_PAGES)];
static uint32_t other_words[IODMA_BLOCK_WORDS(MAPPED_OTHER_PAGES)];

void mapped_make(struct mapped_facts facts, uint32_t count)
{
    model_mapper_init(&mapped.model);
    if (facts.page_size != 0)
        mapped.model.mapper.page_size = facts.page_size;
    if (facts.first != 0)
        mapped.model.mapper.first = facts.first;
    if (facts.last != 0)
        mapped.model.mapper.last = facts.last;
    expect_status("mapper",
                  iodma_mapper_init(&mapped.mapper, &mapped.model.mapper,
                                    mapped.hal.lock, words, count),
                  IODMA_OK);
}

/* Everything anew: hal is what its caller makes of it. */
void mapped_begin_bus(struct mapped_facts facts)
{
    sparse_reset();
    mapped_make(facts, MAPPED_PAGES);
    recorded_count = 0;
    expect_status("bus", iodma_bus_init(&mapped.bus, &mapped.hal, 0), IODMA_OK);
    if (mapped.hal.cache)
        expect_status("cache", iodma_bus_cache(&mapped.bus), IODMA_OK);
    expect_status("lend", iodma_bus_lend(&mapped.bus, fixture_bounce()),
                  IODMA_OK);
    expect_status("facts", iodma_bus_check(&mapped.bus, NULL), IODMA_OK);
}

void mapped_begin_with(struct mapped_facts facts)
{
    mapped.hal = fixture_hal_bus;
    mapped_begin_bus(facts);
}

void mapped_begin(void)
{
    mapped_begin_with((struct mapped_facts){ 0, 0, 0 });
}

/* Memory in an aperture that is not snooped. */
void mapped_begin_not_snooped(struct mapped_facts facts)
{
    static struct hal_aperture aperture;

    aperture = fixture_aperture;
    aperture.snooped = false;
    mapped.hal = fixture_hal_bus;
    mapped.hal.apertures = &aperture;
    mapped.hal.cache = &recording_cache;
    mapped_begin_bus(facts);
}

struct iodma_spec mapped_through(struct iodma_spec spec, uint32_t mapping)
{
    spec.mapping = mapping;
    spec.mapper = &mapped.mapper;
    return spec;
}

/* A command through M, with `memory` attached. */
void mapped_attach(struct iodma_command *to, const struct iodma_spec *spec,
                   uint32_t mapping)
{
    struct iodma_spec through = mapped_through(*spec, mapping);

    expect_command(to, &mapped.bus, &through);
    expect_attached_only(to, &mapped.memory);
}

enum iodma_status mapped_prepare(struct iodma_command *to)
{
    return iodma_command_prepare(to, 0, 0, true, true);
}

const struct iodma_spec mapped_any = SPEC(host64, 64, 0, 1, 1, 1);

/* The memory of spec 118, prepared through M. */
const struct iodma_range mapped_three_pages[ROW_RANGES] = {
    { 0x10a00, 0x600 },
    { 0x53000, 0x1000 },
    { 0x77000, 0xa00 },
};

void mapped_begin_three_pages(void)
{
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
}

enum iodma_status mapped_list(struct iodma_command *from, hal_address offset,
                              uint32_t capacity)
{
    mapped.listed = capacity;
    return fixture_gen(from, &offset, mapped.list, &mapped.listed);
}

void expect_mapped_list(struct iodma_command *from,
                        const struct hal_segment *want)
{
    expect_status("gen", mapped_list(from, 0, MAPPED_SEGMENTS), IODMA_OK);
    expect_segments("the list", mapped.list, mapped.listed, want,
                    row_count(want, MAPPED_SEGMENTS));
}

/* What the bus calls a byte; 0 where there is no aperture. */
static hal_address bus_address(hal_address cpu)
{
    for (uint32_t i = 0; i < mapped.hal.aperture_count; i++) {
        const struct hal_aperture *aperture = &mapped.hal.apertures[i];

        if (cpu >= aperture->first && cpu <= aperture->last)
            return aperture->bus + (cpu - aperture->first);
    }
    return 0;
}

/* Each byte of the list is the one that the command means, and may be accessed
   as its direction says, no more. */
void expect_mapped_bytes(const struct iodma_command *from)
{
    uint32_t access = from->window.access;
    hal_address position = 0;
    bool right = true;

    for (uint32_t i = 0; i < mapped.listed && right; i++) {
        for (hal_address k = 0; k < mapped.list[i].length && right; k++) {
            hal_address iova = mapped.list[i].address + k;
            struct iodma_piece piece = { .length = 0 };
            struct iodma_place place;
            hal_address at = 0;
            hal_address none;

            iodma_piece_seek(&from->plan, &place, position);
            right = expect("a piece", iodma_piece_next(&from->plan, &place,
                                                       ++position, &piece)) &&
                    expect("the byte is shown",
                           model_mapper_translate(&mapped.model, iova, access,
                                                  &at)) &&
                    expect_number("its bus address", at,
                                  bus_address(piece.storage)) &&
                    expect("for that access only",
                           access == (HAL_READ | HAL_WRITE) ||
                               !model_mapper_translate(&mapped.model, iova,
                                                       HAL_READ | HAL_WRITE,
                                                       &none));
        }
    }
    expect_number("bytes listed", position, from->window.length);
}

void expect_mapped_pages(unsigned count)
{
    expect_number("pages shown", model_mapper_shown(&mapped.model, false),
                  count);
    expect_number("IOVA in use", iodma_mapper_in_use(&mapped.mapper),
                  (hal_address)count * mapped.model.mapper.page_size);
}

void expect_nothing_mapped(void)
{
    expect_model_mapper_empty(&mapped.model);
    expect_number("IOVA in use", iodma_mapper_in_use(&mapped.mapper), 0);
    expect_fixture_free();
    expect_number("windows open", sparse_open_windows(), 0);
}

/* A call of the mapper's, the n-th from 0 on. */
void expect_mapper_call(unsigned n, char operation, hal_address iova,
                        hal_address length)
{
    const struct model_mapper_call *call = &mapped.model.calls[n];

    if (!expect("there is such a call",
                n < mapped.model.call_count && n < MODEL_MAPPER_CALLS))
        return;
    expect_number("call", (uint64_t)call->operation, (uint64_t)operation);
    expect_number("at", call->iova, iova);
    expect_number("length", call->length, length);
}

/* The last two calls: all of it was taken out, at once. */
void expect_revoked(hal_address iova, hal_address length)
{
    expect_mapper_call(mapped.model.call_count - 2, 'u', iova, length);
    expect_mapper_call(mapped.model.call_count - 1, 's', 0, 0);
}

/* Another command, that has `pages` pages of IOVA from the lowest on. */
void mapped_occupy(hal_address pages)
{
    struct iodma_spec spec = mapped_through(mapped_any, IODMA_MAPPED);

    mapped.occupied =
        buffer_of(0x1000000, pages * 0x1000, pages * 0x1000, IODMA_INOUT);
    expect_command(&mapped.other, &mapped.bus, &spec);
    expect_attached(&mapped.other, &mapped.occupied);
}

void mapped_make_other(bool can_bypass)
{
    model_mapper_init(&mapped.other_model);
    mapped.other_model.mapper.first = MAPPED_OTHER;
    mapped.other_model.mapper.last =
        MAPPED_OTHER + MAPPED_OTHER_PAGES * 0x1000 - 1;
    mapped.other_model.mapper.can_bypass = can_bypass;
    expect_status("other mapper",
                  iodma_mapper_init(&mapped.other_mapper,
                                    &mapped.other_model.mapper, mapped.hal.lock,
                                    other_words, MAPPED_OTHER_PAGES),
                  IODMA_OK);
}

/* Two pieces of memory: side by side for the CPU and on the bus, yet apart;
   and one that lies elsewhere on the bus, in the middle of a page. */
const struct hal_aperture mapped_apertures[] = {
    { 0x10000, 0x11fff, 0x40000, HAL_READ | HAL_WRITE, true },
    { 0x12000, 0x12fff, 0x42000, HAL_READ | HAL_WRITE, true },
    { 0x13000, 0x16fff, 0x98800, HAL_READ | HAL_WRITE, true },
    { 0x100000, 0x2fffff, 0x100000, HAL_READ | HAL_WRITE, true },
};
