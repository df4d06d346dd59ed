/* SPDX-License-Identifier: MIT */
#include "tests/nvic.h"

#include <string.h>

#include "hal/atomic.h"
#include "hal/bits.h"
#include "platform/armv7m/basepri.h"
#include "platform/armv7m/core.h"
#include "platform/armv7m/image.h"
#include "platform/armv7m/nvic.h"
#include "platform/barrier.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/pend.h"

#define SPARE  spare_line
#define URGENT (spare_line + 1)

static uint32_t primask(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, primask" : "=r"(state) : : "memory");
    return state;
}

#if ARMV7M_MAINLINE

static uint32_t basepri(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, basepri" : "=r"(state) : : "memory");
    return state;
}

#endif

/* An interrupt on its way to the core has arrived, and is taken if it may. */
void let_arrive(void)
{
    barrier_all();
    barrier_fetch();
}

static void pend(uint32_t id)
{
    pend_by_software(id);
    let_arrive();
}

static bool pending(uint32_t id)
{
    return (mmio_read32(NVIC_ISPR(id)) & BIT32(id % 32)) != 0;
}

/* Written by the handlers. */
static struct {
    uint32_t count;
    uint32_t stack;
    uint32_t inside; /* URGENT, taken while SPARE was handled */
} seen;

void forget(void)
{
    atomic_write_release(&seen.count, 0);
}

uint32_t taken(void)
{
    return atomic_read_acquire(&seen.count);
}

uint32_t take(void)
{
    atomic_write_release(&seen.count, taken() + 1);
    return taken();
}

static void count(void *argument)
{
    (void)argument;
    take();
}

/* An interrupt changes nothing ------------------------------------------- */

/* What a thread can have in its registers; the assembler below knows the
   order. */
struct core {
    uint32_t low[8];  /* r0 to r7             */
    uint32_t high[5]; /* r8 to r12           */
    uint32_t flags;   /* N, Z, C, V, Q or GE: the upper bits */
};

#define FLAGS 0xF0000000u

/* Functions that are no more than is written, in the instructions of ARMv6-M
   and the syntax of all. */
#define BARE    __attribute__((naked, noipa))
#define UNIFIED ".syntax unified\n\t"

/* It is the instructions that use them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Fill the registers, let a pending interrupt in, look at the registers. With
   the stack at a multiple of 8, and `odd` words below one. */
BARE static void be_interrupted(const struct core *before, struct core *after,
                                uint32_t odd)
{
    __asm__(UNIFIED "push   {r4-r7, lr}\n\t"
                    "mov    r3, r8\n\t"
                    "mov    r4, r9\n\t"
                    "mov    r5, r10\n\t"
                    "mov    r6, r11\n\t"
                    "push   {r3-r6}\n\t"
                    "push   {r1, r2}\n\t"
                    "lsls   r2, r2, #2\n\t"
                    "rsbs   r2, r2, #0\n\t"
                    "mov    r1, sp\n\t"
                    "add    sp, r2\n\t"
                    "push   {r1}\n\t"

                    "mov    r1, r0\n\t"
                    "adds   r1, #32\n\t"
                    "ldmia  r1!, {r2-r6}\n\t"
                    "mov    r8, r2\n\t"
                    "mov    r9, r3\n\t"
                    "mov    r10, r4\n\t"
                    "mov    r11, r5\n\t"
                    "mov    r12, r6\n\t"
                    "ldr    r2, [r1]\n\t"
                    "msr    apsr, r2\n\t"
                    "ldmia  r0, {r0-r7}\n\t"

                    "cpsie  i\n\t"
                    "isb\n\t"
                    "cpsid  i\n\t"

                    "push   {r0-r7}\n\t"
                    "mrs    r0, apsr\n\t"
                    "mov    r1, r8\n\t"
                    "mov    r2, r9\n\t"
                    "mov    r3, r10\n\t"
                    "mov    r4, r11\n\t"
                    "mov    r5, r12\n\t"
                    "ldr    r6, [sp, #32]\n\t" /* where r1 and r2 were put */
                    "ldr    r6, [r6]\n\t"
                    "mov    r7, r6\n\t"
                    "adds   r7, #32\n\t"
                    "stmia  r7!, {r1-r5}\n\t"
                    "str    r0, [r7]\n\t"
                    "pop    {r0-r3}\n\t"
                    "stmia  r6!, {r0-r3}\n\t"
                    "pop    {r0-r3}\n\t"
                    "stmia  r6!, {r0-r3}\n\t"

                    "pop    {r1}\n\t"
                    "mov    sp, r1\n\t"
                    "add    sp, #8\n\t"
                    "pop    {r3-r6}\n\t"
                    "mov    r8, r3\n\t"
                    "mov    r9, r4\n\t"
                    "mov    r10, r5\n\t"
                    "mov    r11, r6\n\t"
                    "pop    {r4-r7, pc}");
}

/* Leave nothing as it is that a function may change. */
BARE static void use_registers(void)
{
    __asm__(UNIFIED "movs   r0, #0xA5\n\t"
                    "mov    r1, r0\n\t"
                    "mov    r2, r0\n\t"
                    "mov    r3, r0\n\t"
                    "mov    r12, r0\n\t"
                    "msr    apsr, r0\n\t"
                    "bx     lr");
}

#pragma GCC diagnostic pop

static void disturb(void *argument)
{
    (void)argument;
    __asm__ volatile("mov %0, sp" : "=r"(seen.stack));
    take();
    use_registers();
}

static void fill(struct core *core, uint64_t *seed)
{
    uint32_t *words = (uint32_t *)core;

    for (size_t i = 0; i < sizeof *core / sizeof *words; i++)
        words[i] =
            random_below(seed, 0x10000) << 16 | random_below(seed, 0x10000);
    core->flags &= FLAGS;
}

void test_registers(void)
{
    enum { ROUNDS = 2000 };
    static struct core before;
    static struct core after;
    uint64_t seed = 1;
    bool aligned = true;
    bool same = true;

    check_case("main() begins with interrupts masked");
    expect_number("PRIMASK", primask(), 1);

    check_case("an interrupt leaves all of a thread's registers alone");
    interrupt_install(SPARE, disturb, NULL);
    interrupt_enable(SPARE);
    forget();
    for (uint32_t i = 0; same && i < ROUNDS; i++) {
        fill(&before, &seed);
        pend(SPARE);
        be_interrupted(&before, &after, i % 2);
        after.flags &= FLAGS;
        same = expect_bytes("r0-r12, flags", &after, &before, sizeof before);
        aligned = aligned && seen.stack % 8 == 0;
    }
    expect_number("interrupts", taken(), ROUNDS);

    check_case("a handler's stack is aligned, whatever the thread's is");
    expect("to 8", aligned);
    expect("it is the one stack that there is",
           seen.stack > (uintptr_t)stack_limit &&
               seen.stack < (uintptr_t)stack_top);
    interrupt_disable(SPARE);
}

/* Masked is masked ------------------------------------------------------- */

void test_masking(void)
{
    uint32_t outer, inner;

    check_case("where interrupts are masked, nested pairs leave them so");
    interrupt_install(SPARE, count, NULL);
    interrupt_enable(SPARE);
    forget();
    pend(SPARE);
    outer = interrupts_save();
    interrupts_restore(outer);
    let_arrive();
    expect("one is pending", pending(SPARE));
    expect_number("taken", taken(), 0);

    check_case("one that is pending ends interrupt_wait(), and is not taken");
    interrupt_wait();
    expect_number("taken", taken(), 0);
    interrupts_on();
    let_arrive();
    expect_number("taken when unmasked", taken(), 1);

    check_case("an interrupt waits for the outermost restore");
    forget();
    outer = interrupts_save();
    inner = interrupts_save();
    pend(SPARE);
    expect_number("taken inside", taken(), 0);
    interrupts_restore(inner);
    let_arrive();
    expect("one is pending still", pending(SPARE));
    expect_number("taken after the inner restore", taken(), 0);
    interrupts_restore(outer);
    let_arrive();
    expect_number("taken after the outer restore", taken(), 1);
    expect("none is pending", !pending(SPARE));
    interrupt_disable(SPARE);
}

/* Enabled, disabled; levels ---------------------------------------------- */

void test_enable(void)
{
    check_case("an interrupt that is not enabled is not taken");
    interrupt_install(SPARE, count, NULL);
    forget();
    pend(SPARE);
    expect_number("taken", taken(), 0);
    interrupt_enable(SPARE);
    let_arrive();
    expect_number("taken once it is enabled", taken(), 1);

    check_case("nor one that is disabled again");
    interrupt_disable(SPARE);
    pend(SPARE);
    expect_number("taken", taken(), 1);
    mmio_write32(NVIC_ICPR(SPARE), BIT32(SPARE % 32));

    check_case("enabling and disabling is for one interrupt");
    interrupt_install(SPARE + 1, count, NULL);
    interrupt_enable(SPARE + 1);
    interrupt_enable(SPARE);
    interrupt_disable(SPARE);
    forget();
    pend(SPARE + 1);
    expect_number("the neighbour is taken", taken(), 1);
    interrupt_disable(SPARE + 1);
}

/* Urgency, and the locks -------------------------------------------------- */

static void note_urgent(void *argument)
{
    (void)argument;
    atomic_write_release(&seen.inside, 1);
}

static void pend_urgent(void *argument)
{
    (void)argument;
    pend(URGENT);
    take();
    if (atomic_read_acquire(&seen.inside) != 0)
        atomic_write_release(&seen.inside, 2);
}

/* Returns 2 if URGENT came while SPARE was handled, 1 if behind it. */
static uint32_t urgent_came(uint8_t priority)
{
    interrupt_install(URGENT, note_urgent, NULL);
    interrupt_install(SPARE, pend_urgent, NULL);
    nvic_priority(URGENT, priority);
    interrupt_enable(URGENT);
    interrupt_enable(SPARE);
    atomic_write_release(&seen.inside, 0);
    pend(SPARE);
    interrupt_disable(SPARE);
    interrupt_disable(URGENT);
    return atomic_read_acquire(&seen.inside);
}

void test_urgency(void)
{
    check_case("handlers do not interrupt each other");
    expect_number("the other one", urgent_came(PLAT_NVIC_PRIORITY), 1);

    check_case("but for one that is said to be more urgent");
    expect_number("the other one", urgent_came(PLAT_NVIC_PRIORITY / 2), 2);
    nvic_priority(URGENT, PLAT_NVIC_PRIORITY);

    check_case("which says nothing of its neighbours");
    expect_number("priorities", mmio_read32(NVIC_IPR(URGENT)),
                  PLAT_NVIC_PRIORITY * 0x01010101u);
}

/* Both are pended while the lock is held. */
static void hold(const struct hal_lock *lock, bool urgent_passes)
{
    uint32_t state;

    interrupt_install(SPARE, count, NULL);
    interrupt_install(URGENT, note_urgent, NULL);
    nvic_priority(URGENT, PLAT_NVIC_PRIORITY / 2);
    interrupt_enable(SPARE);
    interrupt_enable(URGENT);
    forget();
    atomic_write_release(&seen.inside, 0);

    state = lock->save(lock);
    pend(SPARE);
    pend(URGENT);
    expect_number("those that are held back", taken(), 0);
    expect_number("a more urgent one", atomic_read_acquire(&seen.inside),
                  urgent_passes);
    lock->restore(lock, state);
    let_arrive();
    expect_number("after it", taken(), 1);
    expect_number("and the urgent one", atomic_read_acquire(&seen.inside), 1);

    interrupt_disable(SPARE);
    interrupt_disable(URGENT);
    nvic_priority(URGENT, PLAT_NVIC_PRIORITY);
}

void test_locks(void)
{
    check_case("the lock by PRIMASK holds all back");
    hold(&plat_lock, false);

#if ARMV7M_MAINLINE
    check_case("the lock by BASEPRI lets through what is more urgent");
    {
        static const struct basepri_lock lock =
            PLAT_BASEPRI_LOCK(PLAT_NVIC_PRIORITY);
        uint32_t outer, inner;

        hold(&lock.lock, true);

        check_case("and nests in a lock that holds back more");
        {
            static const struct basepri_lock wider =
                PLAT_BASEPRI_LOCK(PLAT_NVIC_PRIORITY / 2);

            outer = wider.lock.save(&wider.lock);
            inner = lock.lock.save(&lock.lock);
            expect_number("before", inner, PLAT_NVIC_PRIORITY / 2);
            expect_number("inside", basepri(), PLAT_NVIC_PRIORITY / 2);
            lock.lock.restore(&lock.lock, inner);
            wider.lock.restore(&wider.lock, outer);
            expect_number("at last", outer, 0);
        }
    }
#endif
}
