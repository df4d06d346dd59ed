/* SPDX-License-Identifier: MIT */
/*
 * Order between the CPU and a device. Between two pieces of C code (thread
 * and ISR) use C11 atomics instead; one is no substitute for the other.
 *
 * ARMv7 knows DSB over all accesses or over stores only (ARM DDI 0406C
 * A3.8.3); both reach the full system, where the devices are. Natively the
 * devices are models in the same program, so fences of the compiler and the
 * host are all that is needed.
 */
#ifndef PLATFORM_BARRIER_H
#define PLATFORM_BARRIER_H

/*
 * Everything written to memory so far is seen by a device before it sees any
 * register write that follows: the call before a doorbell.
 *
 * Context: any. Cleans no cache.
 */
static inline void barrier_publish(void)
{
#if defined(__arm__)
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
#if defined(__arm__)
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
#if defined(__arm__)
    __asm__ volatile("dsb sy" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#endif
