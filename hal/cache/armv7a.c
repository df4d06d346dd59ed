/* SPDX-License-Identifier: MIT */
#include "armv7a.h"

#include "../../platform/cp15.h"
#include "../bits.h"
#include "lines.h"

/* CTR: log2 of words. */
#define CTR_IMINLINE(ctr) ((ctr)&0xFu)
#define CTR_DMINLINE(ctr) ((ctr) >> 16 & 0xFu)
#define CTR_CWG(ctr)      ((ctr) >> 24 & 0xFu)

/* CLIDR: three bits a level; a data or a unified cache has this value or a
   higher one, and 0 ends them. */
#define CLIDR_TYPE(clidr, level) ((clidr) >> 3 * (level)&7u)
enum { LEVELS = 7, TYPE_DATA = 2 };

/* CSSELR: the data or unified cache of a level. CCSIDR: log2 of words, less
   two. */
#define CSSELR_DATA(level)  ((level) << 1)
#define CCSIDR_LINE(ccsidr) (((ccsidr)&7u) + 2)

static uint32_t bytes(uint32_t log2_words)
{
    return 4u << log2_words;
}

static void clean_line(uintptr_t address)
{
    cp15_dccmvac((uint32_t)address);
}

static void clean_invalidate_line(uintptr_t address)
{
    cp15_dccimvac((uint32_t)address);
}

static void clean_line_for_code(uintptr_t address)
{
    cp15_dccmvau((uint32_t)address);
}

static void invalidate_code(uintptr_t address)
{
    cp15_icimvau((uint32_t)address);
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)pa;
    each_line((uintptr_t)va, length, cache->smallest_line, clean_line);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)pa;
    each_line((uintptr_t)va, length, cache->smallest_line,
              clean_invalidate_line);
}

/* A DSB waits for all operations of this core, a handler's among them. */
static enum iodma_status finish(const struct hal_cache *cache)
{
    (void)cache;
    cp15_dsb();
    return IODMA_OK;
}

/* Clean, DSB, invalidate, DSB, ISB: the order for code that was written (B2.2).
 */
static enum iodma_status make_executable(const struct hal_cache *cache,
                                         void *va, hal_address pa,
                                         size_t length)
{
    (void)pa;
    each_line((uintptr_t)va, length, cache->smallest_line, clean_line_for_code);
    cp15_dsb();
    each_line((uintptr_t)va, length, bytes(CTR_IMINLINE(cp15_read_ctr())),
              invalidate_code);
    cp15_bpiall();
    cp15_dsb();
    cp15_isb();
    return IODMA_OK;
}

static const struct hal_cache_ops ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
    .make_executable = make_executable,
};

/* The line of the data or unified cache of a level; 0: there is none. */
static uint32_t line_of(uint32_t clidr, uint32_t level)
{
    if (CLIDR_TYPE(clidr, level) < TYPE_DATA)
        return 0;
    cp15_write_csselr(CSSELR_DATA(level));
    cp15_isb();
    return bytes(CCSIDR_LINE(cp15_read_ccsidr()));
}

static uint32_t largest_line(void)
{
    uint32_t clidr = cp15_read_clidr();
    uint32_t largest = 0;

    for (uint32_t level = 0; level < LEVELS && CLIDR_TYPE(clidr, level) != 0;
         level++)
        largest = larger32(largest, line_of(clidr, level));
    return largest;
}

void armv7a_cache_init(struct hal_cache *cache)
{
    uint32_t ctr = cp15_read_ctr();
    uint32_t smallest = bytes(CTR_DMINLINE(ctr));
    uint32_t largest = CTR_CWG(ctr) != 0 ? bytes(CTR_CWG(ctr)) : largest_line();

    *cache = (struct hal_cache){
        .ops = &ops,
        .largest_line = larger32(largest, smallest),
        .smallest_line = smallest,
    };
}
