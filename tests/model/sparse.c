/* SPDX-License-Identifier: MIT */
#include "tests/model/sparse.h"

#include "tests/check.h"

/* A page that exists. */
static struct {
    uint64_t address;
    uint8_t bytes[SPARSE_PAGE];
} pages[SPARSE_PAGES];

static unsigned page_count;
static void *opened[SPARSE_WINDOWS];
static unsigned open_count;
static unsigned fail_at;

uint8_t sparse_fresh(uint64_t address)
{
    return (uint8_t)(address ^ address >> 8 ^ address >> 16 ^ address >> 32);
}

void sparse_reset(void)
{
    page_count = 0;
    fail_at = 0;
    expect_number("windows open", open_count, 0);
    open_count = 0;
}

uint8_t *sparse_byte(uint64_t address)
{
    uint64_t page = address - address % SPARSE_PAGE;
    unsigned i = 0;

    while (i < page_count && pages[i].address != page)
        i++;
    if (i == page_count) {
        if (!expect("the model has memory left", i < SPARSE_PAGES))
            i = page_count = 0;
        page_count++;
        pages[i].address = page;
        for (uint64_t k = 0; k < SPARSE_PAGE; k++)
            pages[i].bytes[k] = sparse_fresh(page + k);
    }
    return &pages[i].bytes[address % SPARSE_PAGE];
}

uint8_t *sparse_bytes(hal_address address, hal_address *length)
{
    hal_address rest = SPARSE_PAGE - address % SPARSE_PAGE;

    if (*length > rest)
        *length = rest;
    return sparse_byte(address);
}

static void *window_open(hal_address address, hal_address *length)
{
    expect("a window shows something", *length != 0);
    if (fail_at != 0 && --fail_at == 0)
        return NULL;
    if (open_count == SPARSE_WINDOWS)
        return NULL;
    opened[open_count] = sparse_bytes(address, length);
    return opened[open_count++];
}

static void window_close(void *pointer)
{
    if (expect("the last window is closed first",
               open_count != 0 && opened[open_count - 1] == pointer))
        open_count--;
}

const struct hal_window sparse_window = {
    .open = window_open,
    .close = window_close,
};

void sparse_fail_open(unsigned n)
{
    fail_at = n;
}

unsigned sparse_open_windows(void)
{
    return open_count;
}

uint64_t sparse_digest(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < page_count; i++) {
        for (uint64_t k = 0; k < SPARSE_PAGE; k++) {
            uint64_t address = pages[i].address + k;
            uint8_t changed = pages[i].bytes[k] ^ sparse_fresh(address);

            sum += changed * (address * 0x9E3779B97F4A7C15u | 1);
        }
    }
    return sum;
}
