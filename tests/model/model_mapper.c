/* SPDX-License-Identifier: MIT */
#include "tests/model/model_mapper.h"

#include "tests/check.h"

#include "hal/bits.h"
#include "hal/bus.h"
#include "hal/container_of.h"

static struct model_mapper *to_model(struct hal_mapper *mapper)
{
    return HAL_CONTAINER_OF(mapper, struct model_mapper, mapper);
}

static void moment(const struct model_mapper *model)
{
    if (model->moment)
        model->moment();
}

static void begin(struct model_mapper *model, struct model_mapper_call call)
{
    moment(model);
    if (model->call_count < MODEL_MAPPER_CALLS)
        model->calls[model->call_count] = call;
    model->call_count++;
}

static bool in_io_space(const struct hal_mapper *mapper, hal_address iova,
                        hal_address length)
{
    return length != 0 && iova >= mapper->first && iova <= mapper->last &&
           length - 1 <= mapper->last - iova &&
           modulo(iova | length, mapper->page_size) == 0;
}

/* The page, shown or stale, that a byte is in; NULL: there is none. */
static const struct model_mapper_page *page_at(const struct model_mapper *model,
                                               hal_address iova)
{
    for (unsigned i = 0; i < MODEL_MAPPER_PAGES; i++) {
        if (model->pages[i].access != 0 &&
            range_holds(model->pages[i].iova, model->mapper.page_size, iova))
            return &model->pages[i];
    }
    return NULL;
}

static void show(struct model_mapper *model, struct model_mapper_page page)
{
    unsigned i = 0;

    while (i < MODEL_MAPPER_PAGES && model->pages[i].access != 0)
        i++;
    if (expect("the mapper has tables left", i < MODEL_MAPPER_PAGES))
        model->pages[i] = page;
}

static enum iodma_status map_run(struct hal_mapper *mapper, hal_address iova,
                                 hal_address bus, hal_address length,
                                 uint32_t access)
{
    struct model_mapper *model = to_model(mapper);
    bool fails;

    begin(model, (struct model_mapper_call){ 'm', iova, bus, length, access });
    fails = model->fail_at != 0 && --model->fail_at == 0;
    if (!expect("a run is whole pages of I/O space, with some access",
                in_io_space(mapper, iova, length) &&
                    modulo(bus, mapper->page_size) == 0 &&
                    !range_wraps(bus, length) && access != 0 &&
                    (access & ~(uint32_t)(HAL_READ | HAL_WRITE)) == 0))
        return IODMA_BAD_ARGUMENT;
    for (hal_address i = 0; i < length; i += mapper->page_size) {
        if (expect("nothing is shown where something is, or is stale",
                   !page_at(model, iova + i)) &&
            !fails)
            show(model, (struct model_mapper_page){ iova + i, bus + i, access,
                                                    false });
    }
    moment(model);
    return fails ? model->fail_with : IODMA_OK;
}

static void unmap(struct hal_mapper *mapper, hal_address iova,
                  hal_address length)
{
    struct model_mapper *model = to_model(mapper);
    hal_address taken = 0;

    begin(model, (struct model_mapper_call){ 'u', iova, 0, length, 0 });
    expect("whole pages of I/O space are taken out",
           in_io_space(mapper, iova, length));
    for (unsigned i = 0; i < MODEL_MAPPER_PAGES; i++) {
        struct model_mapper_page *page = &model->pages[i];

        if (page->access != 0 && !page->stale &&
            range_holds(iova, length, page->iova)) {
            page->stale = true;
            taken += mapper->page_size;
        }
    }
    expect_number("bytes taken out that were shown", taken, length);
    moment(model);
}

static void sync(struct hal_mapper *mapper)
{
    struct model_mapper *model = to_model(mapper);

    begin(model, (struct model_mapper_call){ .operation = 's' });
    for (unsigned i = 0; i < MODEL_MAPPER_PAGES; i++) {
        if (model->pages[i].stale)
            model->pages[i] = (struct model_mapper_page){ .access = 0 };
    }
    moment(model);
}

bool model_mapper_translate(const struct model_mapper *model, hal_address iova,
                            uint32_t access, hal_address *bus)
{
    const struct model_mapper_page *page = page_at(model, iova);

    if (!page || (page->access & access) != access)
        return false;
    *bus = page->bus + (iova - page->iova);
    return true;
}

static bool to_physical(struct hal_mapper *mapper, hal_address iova,
                        hal_address *bus)
{
    const struct model_mapper *model = to_model(mapper);
    const struct model_mapper_page *page = page_at(model, iova);

    return page && !page->stale && model_mapper_translate(model, iova, 0, bus);
}

static const struct hal_mapper_ops ops = { map_run, unmap, sync, to_physical };

void model_mapper_init(struct model_mapper *model)
{
    *model = (struct model_mapper){
        .mapper = { &ops, 0x1000, MODEL_MAPPER_FIRST, MODEL_MAPPER_LAST, true },
        .fail_with = IODMA_NO_RESOURCES,
    };
}

unsigned model_mapper_shown(const struct model_mapper *model, bool stale)
{
    unsigned count = 0;

    for (unsigned i = 0; i < MODEL_MAPPER_PAGES; i++)
        count += model->pages[i].access != 0 && model->pages[i].stale == stale;
    return count;
}

bool expect_model_mapper_empty(const struct model_mapper *model)
{
    return expect_number("pages shown", model_mapper_shown(model, false), 0) &
           expect_number("stale pages", model_mapper_shown(model, true), 0);
}
