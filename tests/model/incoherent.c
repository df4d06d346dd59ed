/* SPDX-License-Identifier: MIT */
#include "tests/model/incoherent.h"

#include "tests/check.h"
#include "tests/model/sparse.h"

#include <string.h>

/* A page that the device or the cache has looked at. */
static struct page {
    hal_address address;
    uint8_t *cpu;
    uint8_t device[SPARSE_PAGE];
    uint8_t base[SPARSE_PAGE]; /* when the two were last in step */
} pages[INCOHERENT_PAGES];

static unsigned page_count;
hal_address incoherent_maintained;

static struct page *page_of(hal_address address)
{
    hal_address start = address - address % SPARSE_PAGE;
    unsigned i = 0;

    while (i < page_count && pages[i].address != start)
        i++;
    if (i == page_count) {
        if (!expect("the cache has memory left", i < INCOHERENT_PAGES))
            i = page_count = 0;
        page_count++;
        pages[i].address = start;
        pages[i].cpu = sparse_byte(start);
        for (hal_address k = 0; k < SPARSE_PAGE; k++)
            pages[i].device[k] = sparse_fresh(start + k);
        memcpy(pages[i].base, pages[i].device, SPARSE_PAGE);
    }
    return &pages[i];
}

/* The lines that hold [from, to) of a page. */
static void each_line(struct page *page, size_t from, size_t to, bool clean,
                      bool drop)
{
    size_t line = incoherent_cache.largest_line;

    for (size_t at = from - from % line; at < to; at += line) {
        bool dirty = memcmp(page->cpu + at, page->base + at, line) != 0;

        if (dirty && clean)
            memcpy(page->device + at, page->cpu + at, line);
        if (dirty && !clean)
            continue;
        if (drop)
            memcpy(page->cpu + at, page->device + at, line);
        memcpy(page->base + at, page->cpu + at, line);
    }
}

static void maintain(hal_address pa, size_t length, bool drop)
{
    size_t within = (size_t)(pa % SPARSE_PAGE);

    incoherent_maintained += (hal_address)length;
    if (expect("maintenance does not leave its window",
               length <= SPARSE_PAGE - within))
        each_line(page_of(pa), within, within + length, true, drop);
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)cache;
    expect("the two names are of one byte", va == sparse_byte(pa));
    maintain(pa, length, false);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)cache;
    expect("the two names are of one byte", va == sparse_byte(pa));
    maintain(pa, length, true);
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    return IODMA_OK;
}

static const struct hal_cache_ops ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
};

struct hal_cache incoherent_cache = {
    .ops = &ops,
    .largest_line = 64,
    .smallest_line = 32,
};

void incoherent_reset(uint32_t line)
{
    page_count = 0;
    incoherent_maintained = 0;
    incoherent_cache.largest_line = line;
}

uint8_t *incoherent_byte(hal_address address)
{
    return &page_of(address)->device[address % SPARSE_PAGE];
}

void incoherent_evict(void)
{
    for (unsigned i = 0; i < page_count; i++)
        each_line(&pages[i], 0, SPARSE_PAGE, true, false);
}

void incoherent_refill(void)
{
    for (unsigned i = 0; i < page_count; i++)
        each_line(&pages[i], 0, SPARSE_PAGE, false, true);
}
