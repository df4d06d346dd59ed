/* SPDX-License-Identifier: MIT */
/*
 * A fault never goes unnoticed: raises, on purpose, the one named by the
 * first argument. The run has to end there, with the fault's own line and
 * exit status; a fault that lets us go on is a failure.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "platform/armv7a/gic.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"

#define EXIT_USAGE 64 /* EX_USAGE of BSD's sysexits.h */

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* No board maps the last gigabyte's upper half. */
#define HOLE 0xf0000000u

/* Software interrupts (GICv2, ARM IHI 0048B 4.3.15). */
#define GICD_SGIR      0xf00u
#define GICD_SGIR_SELF (2u << 24)

static void go(uintptr_t address)
{
    void (*function)(void) = (void (*)(void))address;

    function();
}

/* Hides from the compiler what a value is, so that it cannot see the fault. */
static uintptr_t hidden(uintptr_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

static void undefined(void)
{
    __asm__ volatile("udf #0");
}

static void supervisor_call(void)
{
    __asm__ volatile("svc #0" ::: "lr");
}

static void data_abort(void)
{
    mmio_read32(hidden(HOLE));
}

static void prefetch_abort(void)
{
    go(hidden(HOLE));
}

static void null(void)
{
    mmio_read32(hidden(0));
}

static void write_text(void)
{
    uintptr_t code = (uintptr_t)&undefined & ~(uintptr_t)3;

    mmio_write32(hidden(code), 0);
}

static void execute_data(void)
{
    static uint32_t code = 0xe12fff1e; /* bx lr */

    go(hidden((uintptr_t)&code));
}

/* The frame is in use until after the call, which so needs one of its own. */
static void recurse(uint32_t depth)
{
    uint8_t frame[256];

    if (depth != 0)
        recurse(depth - 1);
    __asm__ volatile("" ::"r"(frame) : "memory");
}

static void stack_overflow(void)
{
    recurse((uint32_t)hidden(1000000));
}

static void unexpected_interrupt(void)
{
    interrupt_enable(0);
    interrupts_on();
    mmio_write32(gic_base.distributor + GICD_SGIR, GICD_SGIR_SELF | 0);
    interrupt_wait();
}

static const struct {
    const char *name;
    void (*raise)(void);
} faults[] = {
    { "undefined", undefined },
    { "svc", supervisor_call },
    { "data-abort", data_abort },
    { "prefetch-abort", prefetch_abort },
    { "null", null },
    { "write-text", write_text },
    { "execute-data", execute_data },
    { "stack-overflow", stack_overflow },
    { "unexpected-interrupt", unexpected_interrupt },
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    size_t i;

    if (strcmp(name, "none") == 0) {
        printf("ok - no fault, and none reported\n");
        return 0;
    }
    for (i = 0; i < COUNT_OF(faults); i++) {
        if (strcmp(name, faults[i].name) == 0) {
            faults[i].raise();
            printf("not ok - %s goes unnoticed\n", name);
            return 1;
        }
    }
    printf("test_faults: no fault is called \"%s\"\n", name);
    return EXIT_USAGE;
}
