/* SPDX-License-Identifier: MIT */
#include "smp.h"

#include "begin.h"
#include "maintenance.h"

/* What smp_entry.S reads with its caches off. */
struct beginning {
    void *stack_top;
    void (*run)(void *argument);
    void *argument;
};

extern char smp_entry[];

/* CPU_ON of PSCI 0.2, for 32-bit callers. */
#define PSCI_CPU_ON  0x84000003u
#define PSCI_SUCCESS 0

/* By the call that gets to the firmware: SMC past the Hyp mode that is ours, or
   else HVC. */
static int32_t cpu_on(uint32_t core, uint32_t entry, uint32_t context)
{
    bool past_hyp = begin_in_hyp();
    register uint32_t r0 __asm__("r0") = PSCI_CPU_ON;
    register uint32_t r1 __asm__("r1") = core;
    register uint32_t r2 __asm__("r2") = entry;
    register uint32_t r3 __asm__("r3") = context;

    if (past_hyp)
        __asm__ volatile(".arch_extension sec\n\tsmc #0"
                         : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                         :
                         : "memory");
    else
        __asm__ volatile(".arch_extension virt\n\thvc #0"
                         : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                         :
                         : "memory");
    return (int32_t)r0;
}

/* A core whose caches are off sees memory alone, and what it writes there is
   not to be covered by lines of ours. */
static void give_up(void *bytes, size_t size)
{
    uint32_t line = 4u << (cp15_read_ctr() >> 16 & 0xFu);
    uint32_t at = (uint32_t)bytes & ~(line - 1);

    for (; at < (uint32_t)bytes + size; at += line)
        cp15_dccimvac(at);
    cp15_dsb();
}

bool smp_start(uint32_t core, void (*run)(void *argument), void *argument,
               void *stack, size_t size)
{
    static struct beginning beginning;

    beginning.stack_top = (char *)stack + size;
    beginning.run = run;
    beginning.argument = argument;
    give_up(stack, size);
    give_up(&beginning, sizeof beginning);
    return cpu_on(core, (uint32_t)smp_entry, (uint32_t)&beginning) ==
           PSCI_SUCCESS;
}
