/* SPDX-License-Identifier: MIT */
#include "armv7m.h"

#include "../../platform/barrier.h"
#include "../../platform/mmio.h"
#include "lines.h"

/* System Control Block: write an address to be done. */
#define SCB_ICIMVAU  0xE000EF58u /* code, to the point of unification       */
#define SCB_DCCMVAU  0xE000EF64u /* clean data, to the point of unification */
#define SCB_DCCMVAC  0xE000EF68u /* clean data, to the point of coherency   */
#define SCB_DCCIMVAC 0xE000EF70u /* the same, and invalidate                */
#define SCB_BPIALL   0xE000EF78u /* branch predictors, all                  */

static void clean_line(uintptr_t address)
{
    mmio_write32(SCB_DCCMVAC, (uint32_t)address);
}

static void clean_invalidate_line(uintptr_t address)
{
    mmio_write32(SCB_DCCIMVAC, (uint32_t)address);
}

static void clean_line_for_code(uintptr_t address)
{
    mmio_write32(SCB_DCCMVAU, (uint32_t)address);
}

static void invalidate_code(uintptr_t address)
{
    mmio_write32(SCB_ICIMVAU, (uint32_t)address);
}

/* These are writes to a device: what was stored to memory has to be in the
   cache before, and a DSB makes that so. */
static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)pa;
    barrier_all();
    each_line((uintptr_t)va, length, cache->smallest_line, clean_line);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)pa;
    barrier_all();
    each_line((uintptr_t)va, length, cache->smallest_line,
              clean_invalidate_line);
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
    (void)pa;
    barrier_all();
    each_line((uintptr_t)va, length, cache->smallest_line, clean_line_for_code);
    barrier_all();
    each_line((uintptr_t)va, length, cache->smallest_line, invalidate_code);
    mmio_write32(SCB_BPIALL, 0);
    barrier_all();
    barrier_fetch();
    return IODMA_OK;
}

const struct hal_cache_ops armv7m_cache_ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
    .make_executable = make_executable,
};
