/* SPDX-License-Identifier: MIT */
#include "coherent.h"

#include "../../platform/barrier.h"

static void nothing(const struct hal_cache *cache, void *va, hal_address pa,
                    size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    barrier_all();
    return IODMA_OK;
}

static enum iodma_status make_executable(const struct hal_cache *cache,
                                         void *va, hal_address pa,
                                         size_t length)
{
    (void)cache;
    (void)va;
    (void)pa;
    (void)length;
    barrier_all();
    barrier_fetch();
    return IODMA_OK;
}

static const struct hal_cache_ops ops = {
    .clean = nothing,
    .clean_invalidate = nothing,
    .finish = finish,
    .make_executable = make_executable,
};

const struct hal_cache coherent_cache = {
    .ops = &ops,
    .largest_line = 1,
    .smallest_line = 1,
};
