/* SPDX-License-Identifier: MIT */
#include "tests/model/recording_cache.h"

#include "tests/check.h"

struct recorded_call recorded[RECORDED_CALLS];
unsigned recorded_count;
unsigned recorded_calls;
unsigned recorded_finishes;
enum iodma_status recorded_status;

static void record(char operation, const void *va, hal_address pa,
                   size_t length)
{
    struct recorded_call *last =
        recorded_count != 0 ? &recorded[recorded_count - 1] : NULL;

    recorded_calls++;
    if (last && last->operation == operation && last->pa + last->length == pa) {
        last->length += (hal_address)length;
    } else if (expect("there is room to record",
                      recorded_count < RECORDED_CALLS)) {
        recorded[recorded_count++] =
            (struct recorded_call){ operation, pa, (hal_address)length,
                                    *(const uint8_t *)va };
    }
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)cache;
    record('c', va, pa, length);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)cache;
    record('i', va, pa, length);
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    recorded_finishes++;
    return recorded_status;
}

static const struct hal_cache_ops ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
};

const struct hal_cache recording_cache = {
    .ops = &ops,
    .largest_line = 64,
    .smallest_line = 64,
};
