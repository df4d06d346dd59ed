/* SPDX-License-Identifier: MIT */
#include "stm32_dcache.h"

#include "../../platform/barrier.h"
#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../bits.h"
#include "../container_of.h"

#define DCACHE_CR          0x00u
#define DCACHE_CR_EN       BIT32(0)
#define DCACHE_CR_CACHECMD MASK32(10, 8)
#define DCACHE_CR_CLEAN    (1u << 8)
#define DCACHE_CR_CLEANINV (3u << 8)
#define DCACHE_CR_STARTCMD BIT32(11)

#define DCACHE_SR          0x04u
#define DCACHE_SR_BUSYF    BIT32(0) /* a full invalidation is under way */
#define DCACHE_SR_ERRF     BIT32(2) /* a line could not be written back */
#define DCACHE_SR_BUSYCMDF BIT32(3) /* a command is under way           */
#define DCACHE_SR_BUSY     (DCACHE_SR_BUSYF | DCACHE_SR_BUSYCMDF)
#define DCACHE_SR_CMDENDF  BIT32(4) /* it has ended                     */

#define DCACHE_FCR         0x0Cu /* write 1 to clear, at the flag's place */
#define DCACHE_FCR_CERR    BIT32(2)
#define DCACHE_FCR_CCMDEND BIT32(4)

#define DCACHE_CMDRSADDRR 0x28u /* the first byte */
#define DCACHE_CMDREADDRR 0x2Cu /* the last byte  */

#define ICACHE_CR          0x00u
#define ICACHE_CR_CACHEINV BIT32(1)
#define ICACHE_SR          0x04u
#define ICACHE_SR_BUSYF    BIT32(0)

static const struct stm32_dcache *to_dcache(const struct hal_cache *cache)
{
    return HAL_CONTAINER_OF(cache, const struct stm32_dcache, cache);
}

/* What has happened since the reset. */
enum {
    STARTED = 1, /* a command: CMDENDF is of the last one */
    LOST = 2,    /* a range was given up                  */
};

static bool busy(const struct stm32_dcache *dcache)
{
    bool started = (atomic_read_acquire(dcache->state) & STARTED) != 0;
    uint32_t status = mmio_read32(dcache->base + DCACHE_SR);

    return (status & DCACHE_SR_BUSY) != 0 ||
           (started && (status & DCACHE_SR_CMDENDF) == 0);
}

static bool code_busy(const struct stm32_dcache *dcache)
{
    return (mmio_read32(dcache->icache + ICACHE_SR) & ICACHE_SR_BUSYF) != 0;
}

/* Wait for the end of what is under way. Returns false if it does not come. */
static bool wait_while(const struct stm32_dcache *dcache,
                       bool (*is_busy)(const struct stm32_dcache *dcache))
{
    struct hal_wait wait = { .late = false };

    if (!is_busy(dcache))
        return true;
    wait.deadline = hal_deadline(dcache->clock, STM32_DCACHE_MS);
    while (is_busy(dcache)) {
        if (!hal_wait_again(&wait, dcache->clock))
            return false;
    }
    return true;
}

static void note(const struct stm32_dcache *dcache, uint32_t what)
{
    atomic_write_release(dcache->state, *dcache->state | what);
}

/* Both ends may be anywhere in their lines: the registers have no bits below
   a line, of whatever length it is. */
static void start(const struct stm32_dcache *dcache, uint32_t command,
                  uint32_t first, uint32_t last)
{
    uint32_t control =
        (mmio_read32(dcache->base + DCACHE_CR) & ~DCACHE_CR_CACHECMD) | command;

    mmio_write32(dcache->base + DCACHE_FCR, DCACHE_FCR_CCMDEND);
    mmio_write32(dcache->base + DCACHE_CMDRSADDRR, first);
    mmio_write32(dcache->base + DCACHE_CMDREADDRR, last);
    mmio_write32(dcache->base + DCACHE_CR, control);
    mmio_write32(dcache->base + DCACHE_CR, control | DCACHE_CR_STARTCMD);
    note(dcache, STARTED);
}

/* Give the controller a command, unless it has one: another core may have been
   faster. Or give the range up. */
static bool try_start(const struct stm32_dcache *dcache, uint32_t command,
                      uint32_t first, uint32_t last, bool give_up)
{
    uint32_t state = dcache->lock->save(dcache->lock);
    bool idle = !give_up && !busy(dcache);

    if (idle)
        start(dcache, command, first, last);
    else if (give_up)
        note(dcache, LOST);
    dcache->lock->restore(dcache->lock, state);
    return idle || give_up;
}

static void command_range(const struct hal_cache *cache, uint32_t command,
                          void *va, size_t length)
{
    const struct stm32_dcache *dcache = to_dcache(cache);
    uint32_t first = (uint32_t)(uintptr_t)va;
    uint32_t last = first + (uint32_t)(length - 1);

    if (length == 0 ||
        (mmio_read32(dcache->base + DCACHE_CR) & DCACHE_CR_EN) == 0)
        return;
    barrier_all(); /* what was stored is in the cache */
    while (!try_start(dcache, command, first, last, !wait_while(dcache, busy)))
        ;
}

static void clean(const struct hal_cache *cache, void *va, hal_address pa,
                  size_t length)
{
    (void)pa;
    command_range(cache, DCACHE_CR_CLEAN, va, length);
}

static void clean_invalidate(const struct hal_cache *cache, void *va,
                             hal_address pa, size_t length)
{
    (void)pa;
    command_range(cache, DCACHE_CR_CLEANINV, va, length);
}

static enum iodma_status finish(const struct hal_cache *cache)
{
    const struct stm32_dcache *dcache = to_dcache(cache);

    if (!wait_while(dcache, busy) ||
        (atomic_read_acquire(dcache->state) & LOST) != 0)
        return IODMA_TIMEOUT;
    if ((mmio_read32(dcache->base + DCACHE_SR) & DCACHE_SR_ERRF) != 0)
        return IODMA_DMA_ERROR;
    barrier_all(); /* nothing is read before */
    return IODMA_OK;
}

/* ICACHE knows only all of itself. */
static enum iodma_status invalidate_code(const struct stm32_dcache *dcache)
{
    uint32_t control;

    if (dcache->icache == 0)
        return IODMA_OK;
    control = mmio_read32(dcache->icache + ICACHE_CR);
    mmio_write32(dcache->icache + ICACHE_CR, control | ICACHE_CR_CACHEINV);
    return wait_while(dcache, code_busy) ? IODMA_OK : IODMA_TIMEOUT;
}

static enum iodma_status make_executable(const struct hal_cache *cache,
                                         void *va, hal_address pa,
                                         size_t length)
{
    enum iodma_status status;

    clean(cache, va, pa, length);
    status = finish(cache);
    if (status == IODMA_OK)
        status = invalidate_code(to_dcache(cache));
    barrier_all();
    barrier_fetch();
    return status;
}

const struct hal_cache_ops stm32_dcache_ops = {
    .clean = clean,
    .clean_invalidate = clean_invalidate,
    .finish = finish,
    .make_executable = make_executable,
};

void stm32_dcache_reset(const struct stm32_dcache *dcache)
{
    mmio_write32(dcache->base + DCACHE_FCR, DCACHE_FCR_CERR);
    atomic_write_release(dcache->state, 0);
}
