/* SPDX-License-Identifier: MIT */
/*
 * Order between the CPU and a device. Between two pieces of C code (thread
 * and ISR) use C11 atomics instead; one is no substitute for the other.
 *
 * ARMv7 knows DSB over all accesses or over stores only (ARM DDI 0406C
 * A3.8.3); M-profile cores over all accesses only (ARM DDI 0403E A7.7.33). Each
 * reaches the full system, where the devices are. Natively the
 * devices are models in the same program, so fences of the compiler and the
 * host are all that is needed.
 *
 * With PLAT_BARRIER_MODEL defined (native tests of cache drivers) every call
 * goes to a model of the cache, which the test program defines.
 */
#ifndef PLATFORM_BARRIER_H
#define PLATFORM_BARRIER_H

#ifdef __cplusplus
extern "C" {
#endif

#ifdef PLAT_BARRIER_MODEL

/* DSB over stores, DSB over all accesses, ISB. */
enum { BARRIER_STORES, BARRIER_ALL, BARRIER_FETCH };

void barrier_model(unsigned kind);

#endif

/*
 * Everything written to memory so far is seen by a device before it sees any
 * register write that follows: the call before a doorbell.
 *
 * Context: any. Cleans no cache.
 */
static inline void barrier_publish(void)
{
#if defined(PLAT_BARRIER_MODEL)
    barrier_model(BARRIER_STORES);
#elif defined(__arm__) && __ARM_ARCH_PROFILE == 'M'
    __asm__ volatile("dsb" ::: "memory");
#elif defined(__arm__)
    __asm__ volatile("dsb st" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

/*
 * Nothing that follows is read before the register or flag that was read
 * last: the call between "the device says it is finished" and its data.
 *
 * Context: any. Invalidates no cache.
 */
static inline void barrier_observe(void)
{
#if defined(PLAT_BARRIER_MODEL)
    barrier_model(BARRIER_ALL);
#elif defined(__arm__)
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
#endif
}

/*
 * Every access so far, to memory and to registers, is complete before any
 * access that follows.
 *
 * Context: any.
 */
static inline void barrier_all(void)
{
#if defined(PLAT_BARRIER_MODEL)
    barrier_model(BARRIER_ALL);
#elif defined(__arm__)
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/*
 * Every instruction that follows is fetched after what came before has had its
 * effect: the call after maintenance of code, and after its barrier_all().
 *
 * Context: any.
 */
static inline void barrier_fetch(void)
{
#if defined(PLAT_BARRIER_MODEL)
    barrier_model(BARRIER_FETCH);
#elif defined(__arm__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#ifdef __cplusplus
}
#endif

#endif
