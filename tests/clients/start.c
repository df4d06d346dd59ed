/* SPDX-License-Identifier: MIT */
/*
 * As much of a start as the products of tests/clients.sh need: a stack, and the
 * way out, by semihosting. QEMU loads data where it lies, and memory is zero.
 *
 * Source: ARM DDI 0553 B3.30 (vector table); Arm, Semihosting for AArch32 and
 *         AArch64, 2.0: SYS_EXIT_EXTENDED, and its traps.
 */
#include <stdint.h>

int main(void);
void start(void);

#if __ARM_ARCH_PROFILE == 'M'
#define TRAP      "bkpt 0xAB"
#define STACK_TOP ((const void *)0x38100000)

/* The stack pointer, and where it begins; all else is never raised. */
extern const void *const vectors[2];
__attribute__((section(".vectors"))) const void *const vectors[2] = {
    STACK_TOP,
    (const void *)start,
};
#else
#define TRAP "svc 0x123456"
#endif

/* SYS_EXIT_EXTENDED: ADP_Stopped_ApplicationExit, and the status. */
static void leave(int status)
{
    uint32_t block[2] = { 0x20026, (uint32_t)status };
    register uint32_t operation __asm__("r0") = 0x20;
    register const uint32_t *argument __asm__("r1") = block;

    __asm__ volatile(TRAP ::"r"(operation), "r"(argument) : "memory");
}

__attribute__((used)) void start(void)
{
    leave(main());
    for (;;) {
    }
}
