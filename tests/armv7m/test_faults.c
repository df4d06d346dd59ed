/* SPDX-License-Identifier: MIT */
/* A fault of an M-profile core never goes unnoticed. */
#include <stdint.h>
#include <stdlib.h>

#include "boards/board.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/armv7m/core.h"
#include "platform/armv7m/nvic.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "platform/uart.h"
#include "tests/raise.h"

/* A line that nobody pulls. */
enum { SPARE = 100 };

/* Of the board: non-secure since its set-up. */
#define NON_SECURE 0x28200000u

#define ICSR_NMIPENDSET BIT32(31)

/* A region of the MPU of ARMv8-M that may be read only (ARM DDI 0553B D1.2). */
#define MPU_CTRL          0xE000ED94u
#define MPU_CTRL_ON       5u /* the rest as without it */
#define MPU_RNR           0xE000ED98u
#define MPU_RBAR          0xE000ED9Cu
#define MPU_RBAR_READABLE 4u
#define MPU_RLAR          0xE000EDA0u
#define MPU_RLAR_ENABLE   1u

/* The instructions at fault ---------------------------------------------- */

/* For GCC, which takes those of ARMv6-M in another syntax. */
#define UNIFIED ".syntax unified\n\t"

BARE static void undefined(void)
{
    __asm__("udf #0\n\tbx lr");
}

BARE static void supervisor_call(void)
{
    __asm__("svc #0\n\tbx lr");
}

BARE static void overflow(void)
{
    __asm__("push {r0, r1}\n\tb overflow");
}

/* Second instruction: more than there is room for at once. */
BARE static void leap(void)
{
    __asm__(UNIFIED "ldr r0, =0x100000\n\t"
                    "rsbs r0, r0, #0\n\t"
                    "add sp, r0\n\t"
                    "push {r0, r1}\n\t"
                    "bx lr\n\t"
                    ".ltorg");
}

/* Two words at an address that is no multiple of 4. */
BARE static void unaligned(void)
{
    __asm__(UNIFIED "mov r0, sp\n\t"
                    "adds r0, #2\n\t"
                    "ldmia r0!, {r1, r2}\n\t"
                    "bx lr");
}

/* Let a pending interrupt in at the second instruction, or the third. */
BARE static void let_in(void)
{
    __asm__("cpsie i\n\t"
            "b .");
}

/* The faults ------------------------------------------------------------- */

static void at(void (*function)(void), uint32_t behind)
{
    announce((uintptr_t)function + behind);
    function();
}

static void raise_undefined(void)
{
    at(undefined, 0);
}

static void raise_supervisor_call(void)
{
    interrupts_on();
    at(supervisor_call, 0);
}

static void raise_unaligned(void)
{
    at(unaligned, 4);
}

static void read_hole(void)
{
    load_from((uintptr_t)board.hole);
}

static void write_hole(void)
{
    store_to((uintptr_t)board.hole);
}

static void jump_to_hole(void)
{
    go((uintptr_t)board.hole | 1);
}

static void jump_to_arm(void)
{
    go((uintptr_t)undefined & ~(uintptr_t)1);
}

static void null_call(void)
{
    go(0);
}

static void execute_device(void)
{
    go(uart_base | 1);
}

static void leave_secure(void)
{
    go(NON_SECURE | 1);
}

static void stack_overflow(void)
{
    at(overflow, 0);
}

static void stack_leap(void)
{
    at(leap, 4);
}

static void pend_spare(void)
{
    mmio_write32(NVIC_ISPR(SPARE), BIT32(SPARE % 32));
}

static void overflow_in_handler(void *argument)
{
    (void)argument;
    stack_overflow();
}

static void interrupt_stack_overflow(void)
{
    interrupt_install(SPARE, overflow_in_handler, NULL);
    interrupt_enable(SPARE);
    pend_spare();
    interrupts_on();
}

static void unexpected_interrupt(void)
{
    interrupt_enable(SPARE);
    pend_spare();
    at(let_in, 2);
}

static void non_maskable(void)
{
    mmio_write32(SCB_ICSR, ICSR_NMIPENDSET);
}

/* Without its port the console cannot be told of a fault: a second one. */
static void fault_in_fault(void)
{
    mmio_write32(MPU_RNR, 0);
    mmio_write32(MPU_RBAR, uart_base | MPU_RBAR_READABLE);
    mmio_write32(MPU_RLAR, uart_base | MPU_RLAR_ENABLE);
    mmio_write32(MPU_CTRL, MPU_CTRL_ON);
    interrupts_on(); /* or the MPU is off while the first is reported */
    undefined();
}

static void no_such_interrupt(void)
{
    interrupt_enable(nvic_lines);
}

static const struct fault faults[] = {
    { "undefined", raise_undefined },
    { "svc", raise_supervisor_call },
    { "unaligned", raise_unaligned },
    { "read-hole", read_hole },
    { "write-hole", write_hole },
    { "jump-to-hole", jump_to_hole },
    { "jump-to-arm", jump_to_arm },
    { "null-call", null_call },
    { "execute-device", execute_device },
    { "leave-secure", leave_secure },
    { "stack-overflow", stack_overflow },
    { "stack-leap", stack_leap },
    { "interrupt-stack-overflow", interrupt_stack_overflow },
    { "unexpected-interrupt", unexpected_interrupt },
    { "non-maskable", non_maskable },
    { "fault-in-fault", fault_in_fault },
    { "no-such-interrupt", no_such_interrupt },
    { "abort", abort },
};

int main(int argc, char **argv)
{
    return raise_by_name(argc, argv, faults, HAL_COUNT_OF(faults));
}
