/* SPDX-License-Identifier: MIT */
/* A fault of an ARMv7-A core never goes unnoticed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "boards/board.h"
#include "hal/count_of.h"
#include "platform/armv7a/gic.h"
#include "platform/armv7a/mmu.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "platform/uart.h"
#include "tests/pend.h"
#include "tests/raise.h"

/* No board maps the last gigabyte's upper half. */
#define HOLE 0xf0000000u

/* Nothing is behind the virt machine's interrupt controller, in the same
   2 MiB (QEMU hw/arm/virt.c, base_memmap). */
#define NOBODY 0x100000u

/* Group 0 by the fast interrupt (GICv2, ARM IHI 0048B 4.4.1). */
#define GICC_CTLR        0x000u
#define GICC_CTLR_ENABLE 1u
#define GICC_CTLR_FIQ    (1u << 3)

/* Flags Z and V, for the status register to show (ARM DDI 0406C B1.3.3). */
#define FLAGS 0x50000000u

/* The instructions at fault ---------------------------------------------- */

/* It is the instructions that use them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

BARE static void overflow(void)
{
    __asm__("push {r0, r1}\n\tb overflow");
}

/* Second instruction. */
BARE static void undefined(uint32_t flags)
{
    __asm__("msr APSR_nzcvqg, r0\n\tudf #0\n\tbx lr");
}

/* Second instruction. */
BARE static void supervisor_call(uint32_t flags)
{
    __asm__("msr APSR_nzcvqg, r0\n\tsvc #0\n\tbx lr");
}

/* Second instruction, 4 bytes behind the first in this state, too. */
BARE __attribute__((target("thumb"))) static void
undefined_thumb(uint32_t flags)
{
    __asm__("msr APSR_nzcvqg, r0\n\tudf #0\n\tbx lr");
}

/* Second instruction. */
BARE __attribute__((target("thumb"))) static void
supervisor_call_thumb(uint32_t flags)
{
    __asm__("msr APSR_nzcvqg, r0\n\tsvc #0\n\tbx lr");
}

/* Let a pending interrupt in at the third instruction. */
BARE static void let_in(uint32_t flags)
{
    __asm__("msr APSR_nzcvqg, r0\n\tcpsie if\n\tb .");
}

#pragma GCC diagnostic pop

/* Telling where ---------------------------------------------------------- */

/* The lowest bit of a function's address says that it is Thumb code. */
static void go_to_second(void (*function)(uint32_t flags))
{
    announce(((uintptr_t)function & ~(uintptr_t)1) + 4);
    function(FLAGS);
}

static void raise_software_interrupt(void)
{
    pend_by_software(0);
}

/* The faults ------------------------------------------------------------- */

static void raise_undefined(void)
{
    go_to_second(undefined);
}

static void raise_undefined_thumb(void)
{
    go_to_second(undefined_thumb);
}

static void raise_supervisor_call(void)
{
    go_to_second(supervisor_call);
}

static void raise_supervisor_call_thumb(void)
{
    go_to_second(supervisor_call_thumb);
}

static void data_abort(void)
{
    load_from(HOLE);
}

static void prefetch_abort(void)
{
    go(HOLE);
}

static void null(void)
{
    load_from(0);
}

static void null_call(void)
{
    go(0);
}

static void external_abort(void)
{
    load_from(gic_base.distributor + NOBODY);
}

static void write_text(void)
{
    store_to((uintptr_t)&undefined);
}

static void write_constant(void)
{
    static const uint32_t constant = 1;

    store_to((uintptr_t)&constant);
}

static void execute_data(void)
{
    static uint32_t code = 0xe12fff1e; /* bx lr */

    go((uintptr_t)&code);
}

static void execute_constant(void)
{
    static const uint32_t code = 0xe12fff1e; /* bx lr */

    go((uintptr_t)&code);
}

static void execute_memory(void)
{
    mmio_write32((uintptr_t)board.scratch.base, 0xe12fff1e); /* bx lr */
    go((uintptr_t)board.scratch.base);
}

static void execute_device(void)
{
    go(uart_base);
}

static void stack_overflow(void)
{
    announce((uintptr_t)overflow);
    overflow();
}

static void overflow_in_handler(void *argument)
{
    (void)argument;
    stack_overflow();
}

static void interrupt_stack_overflow(void)
{
    interrupt_install(0, overflow_in_handler, NULL);
    interrupt_enable(0);
    raise_software_interrupt();
    interrupts_on();
}

static void unexpected_interrupt(void)
{
    interrupt_enable(0);
    raise_software_interrupt();
    announce((uintptr_t)let_in + 8);
    let_in(FLAGS);
}

/* With fast interrupts masked until all is ready. */
static void fast_interrupt(void)
{
    __asm__ volatile("cpsid f" ::: "memory");
    mmio_write32(gic_base.cpu + GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_FIQ);
    interrupt_enable(0);
    raise_software_interrupt();
    announce((uintptr_t)let_in + 8);
    let_in(FLAGS);
}

/* Without its port the console cannot be told of a fault: a second one. */
static void fault_in_fault(void)
{
    mmu_unmap_block((uint32_t)uart_base & ~(PLAT_MMU_BLOCK - 1));
    undefined(0);
}

static void no_such_interrupt(void)
{
    interrupt_enable(1020);
}

static void mapped_twice(void)
{
    mmu_map_block((uint32_t)board.scratch.base, board.scratch.base);
}

/* It is the second instruction. */
static void announced_wrongly(void)
{
    announce((uintptr_t)undefined);
    undefined(0);
}

static void sleep_for_ever(void)
{
    for (;;)
        interrupt_wait();
}

static void error_and_hang(void)
{
    read_nothing();
    sleep_for_ever();
}

static const struct fault faults[] = {
    { "undefined", raise_undefined },
    { "undefined-thumb", raise_undefined_thumb },
    { "svc", raise_supervisor_call },
    { "svc-thumb", raise_supervisor_call_thumb },
    { "data-abort", data_abort },
    { "prefetch-abort", prefetch_abort },
    { "null", null },
    { "null-call", null_call },
    { "external-abort", external_abort },
    { "write-text", write_text },
    { "write-constant", write_constant },
    { "execute-data", execute_data },
    { "execute-constant", execute_constant },
    { "execute-memory", execute_memory },
    { "execute-device", execute_device },
    { "stack-overflow", stack_overflow },
    { "interrupt-stack-overflow", interrupt_stack_overflow },
    { "unexpected-interrupt", unexpected_interrupt },
    { "fast-interrupt", fast_interrupt },
    { "fault-in-fault", fault_in_fault },
    { "no-such-interrupt", no_such_interrupt },
    { "mapped-twice", mapped_twice },
    { "abort", abort },
    /* For tests/test_tools.sh. */
    { "announced-wrongly", announced_wrongly },
    { "hang", sleep_for_ever },
    { "error-and-hang", error_and_hang },
};

int main(int argc, char **argv)
{
    return raise_by_name(argc, argv, faults, HAL_COUNT_OF(faults));
}
