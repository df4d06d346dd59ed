/* SPDX-License-Identifier: MIT */
/*
 * Two cores, each with a copy engine of its own, on one bus, through one pool
 * under one spinlock: every copy arrives, and nothing of the pool is lost.
 * What QEMU cannot show is that the memory is shareable: it has no caches.
 *
 *   test_cores [COPIES]     (50000: two commands each, on each core)
 *
 * The machine has a second 53C895A, and -smp 2. The second core polls, prints
 * nothing and looks through no windows.
 */
#include "dma/iodma.h"
#include "hal/atomic.h"
#include "hal/bits.h"
#include "hal/dmac/lsi53c8xx.h"
#include "platform/armv7a/smp.h"
#include "platform/clock.h"
#include "platform/spinlock.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CORES = 2,
    PAGE = 4096,
    POOL_PAGES = 8, /* for four copies that are bounced at both ends */
    AREA = 1024,    /* bytes of source, and of target, of a core     */
    LONGEST = 300,
    GUARD = 16,
    SLOTS = 16,
    DEADLINE_MS = 120000,
    COPIES = 50000,
};

/* What a core has for itself. */
static struct core {
    struct iodma_channel channel;
    struct iodma_copy copy;
    uint8_t source[AREA];
    uint8_t target[AREA];
    uint64_t seed;
    uint32_t done;    /* copies that arrived; its core writes     */
    uint32_t status;  /* the first that is not OK               */
    uint32_t wrong;   /* copies whose bytes, or guards, are not right */
    uint32_t bounced; /* copies that needed the pool           */
    uint32_t ended;   /* 1 when it is over; its core writes     */
} cores[CORES];

static uint32_t copies = COPIES;

/* What they share. */
static uint32_t lock_word;
static const struct spinlock lock = PLAT_SPINLOCK(&lock_word);
static struct hal_bus hal;
static struct iodma_bus bus;
static struct iodma_bounce pool;
static uint32_t words[IODMA_BLOCK_WORDS(POOL_PAGES)];
static struct hal_loan loans[POOL_PAGES];
static uint8_t storage[POOL_PAGES * PAGE] __attribute__((aligned(PAGE)));

static struct lsi53c8xx second;
static uint32_t second_lengths[SLOTS];
/* Where no cache is in the way, on either board. */
static uint8_t second_ring[LSI53C8XX_RING_SIZE(SLOTS)]
    __attribute__((section(".dma"), aligned(64)));
static struct iodma_share rings[CORES];

static uint8_t second_stack[16384] __attribute__((aligned(8)));

/* One copy ---------------------------------------------------------------- */

static bool arrived(const struct core *core, uint32_t from, uint32_t to,
                    uint32_t length)
{
    for (uint32_t i = 0; i < GUARD; i++) {
        if (core->target[to - 1 - i] != 0xA5 ||
            core->target[to + length + i] != 0xA5)
            return false;
    }
    return memcmp(&core->target[to], &core->source[from], length) == 0;
}

static void copy_once(struct core *core)
{
    uint32_t from = GUARD + random_below(&core->seed, 64);
    uint32_t to = GUARD + random_below(&core->seed, 64);
    uint32_t length = 1 + random_below(&core->seed, LONGEST);
    enum iodma_status status;

    core->source[from] = (uint8_t)random_below(&core->seed, 256);
    status = iodma_copy(&core->copy, &core->target[to], &core->source[from],
                        length, hal_deadline(&plat_clock, DEADLINE_MS));
    if (status != IODMA_OK && core->status == IODMA_OK)
        core->status = (uint32_t)status;
    if (((from ^ to) & (LSI53C8XX_SAME_PHASE - 1)) != 0)
        core->bounced++;
    if (!arrived(core, from, to, length))
        core->wrong++;
    memset(&core->target[to], 0xA5, length);
}

static void run(void *argument)
{
    struct core *core = argument;

    while (core->done != copies) {
        copy_once(core);
        atomic_write_release(&core->done, core->done + 1);
    }
    atomic_write_release(&core->ended, 1);
}

/* Set-up ------------------------------------------------------------------ */

static void fill(struct core *core, uint64_t seed)
{
    core->seed = seed;
    for (uint32_t i = 0; i < AREA; i++)
        core->source[i] = (uint8_t)random_below(&core->seed, 256);
    memset(core->target, 0xA5, AREA);
}

/* The board's bus with another lock. */
static enum iodma_status make_bus(const struct board_dmac *facts)
{
    enum iodma_status status;

    hal = *facts->dmac->bus;
    hal.lock = &lock.lock;
    if (board.cache)
        board.cache_init(board.cache);
    status = iodma_bus_init(&bus, &hal, 0);
    if (status == IODMA_OK && hal.cache)
        status = iodma_bus_cache(&bus);
    if (status == IODMA_OK)
        status = iodma_bounce_init(&pool, (uintptr_t)storage, sizeof storage,
                                   PAGE, words, loans, POOL_PAGES);
    return status == IODMA_OK ? iodma_bus_lend(&bus, &pool.hal) : status;
}

/* Find the nth controller, give it its ring, start it. */
static enum iodma_status start(uint32_t nth, struct hal_dmac *dmac,
                               uintptr_t *base, void *ring, size_t size,
                               struct hal_shared *shared)
{
    const struct board_pci *pci = board.dmacs[0].pci;
    const struct pci_function *function;
    enum iodma_status status;

    dmac->bus = &hal;
    status = function_bring_up(pci, nth, &function);
    if (status != IODMA_OK)
        return status;
    *base = function->bars[pci->bar].base;
    status = iodma_share(&rings[nth], &bus, dmac->ring_limits, (uintptr_t)ring,
                         ring, size, 0, shared);
    if (status == IODMA_OK)
        status = iodma_channel_init(&cores[nth].channel, dmac, "a core");
    if (status == IODMA_OK)
        status = pci_master(function, true);
    if (status == IODMA_OK)
        status = iodma_copy_init(&cores[nth].copy, &bus, &cores[nth].channel);
    return status;
}

static enum iodma_status set_up(void)
{
    const struct board_dmac *facts = &board.dmacs[0];
    enum iodma_status status = make_bus(facts);

    if (status == IODMA_OK)
        status = start(0, facts->dmac, facts->pci->base, facts->storage,
                       facts->storage_size, facts->shared);
    if (status != IODMA_OK)
        return status;
    second = (struct lsi53c8xx){
        .dmac = { .ops = facts->dmac->ops,
                  .limits = facts->dmac->limits,
                  .ring_limits = facts->dmac->ring_limits,
                  .same_phase = facts->dmac->same_phase },
        .slots = SLOTS,
        .lengths = second_lengths,
    };
    return start(1, &second.dmac, &second.base, second_ring, sizeof second_ring,
                 &second.ring);
}

static void judge(void)
{
    static const char *const names[CORES] = { "the first core",
                                              "the second core" };

    for (uint32_t i = 0; i < CORES; i++) {
        check_case(names[i]);
        expect_number("copies", cores[i].done, copies);
        expect_status("their status", (enum iodma_status)cores[i].status,
                      IODMA_OK);
        expect_number("copies with other bytes", cores[i].wrong, 0);
        expect("some needed the pool, some did not",
               cores[i].bounced != 0 && cores[i].bounced != copies);
    }
    check_case("nothing of the pool is lost");
    expect_number("bytes in use", iodma_bounce_in_use(&pool), 0);
    expect_number("the lock", lock_word, 0);
}

/* The first core goes on until the second has ended, so that they meet. */
static void both(void)
{
    uint32_t seen = 0;
    uint64_t patience = hal_deadline(&plat_clock, DEADLINE_MS);

    run(&cores[0]);
    while (atomic_read_acquire(&cores[1].ended) == 0 &&
           !hal_expired(&plat_clock, patience)) {
        uint32_t done = atomic_read_acquire(&cores[1].done);

        if (done != seen) /* it lives */
            patience = hal_deadline(&plat_clock, DEADLINE_MS);
        seen = done;
    }
}

int main(int argc, char **argv)
{
    enum iodma_status status;

    if (argc == 2)
        copies = (uint32_t)strtoul(argv[1], NULL, 10);
    fill(&cores[0], 1);
    fill(&cores[1], 2);
    status = set_up();
    check_case("two engines on one bus");
    if (!expect_status("set-up", status, IODMA_OK))
        return check_result();
    check_case("a second core");
    if (!expect(
            "the firmware starts it",
            smp_start(1, run, &cores[1], second_stack, sizeof second_stack)))
        return check_result();
    both();
    judge();
    return check_result();
}
