/* SPDX-License-Identifier: MIT */
#include "tests/raise.h"

#include <stdio.h>
#include <string.h>

#include "platform/mmio.h"
#include "platform/uart.h"

#define EXIT_USAGE 64 /* EX_USAGE of BSD's sysexits.h */

/* No port has such a register. */
#define UART_NOTHING 0x100u

#define THUMB ((uintptr_t)1)

/* It is the instructions that use them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

BARE static void load(uintptr_t address)
{
    __asm__("ldr r0, [r0]\n\tbx lr");
}

BARE static void store(uintptr_t address)
{
    __asm__("str r0, [r0]\n\tbx lr");
}

#pragma GCC diagnostic pop

uintptr_t hidden(uintptr_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

void announce(uintptr_t pc)
{
    printf("about to fault at pc 0x%08x\n", (unsigned)(pc & ~THUMB));
}

void load_from(uintptr_t address)
{
    announce((uintptr_t)load);
    load(hidden(address));
}

void store_to(uintptr_t address)
{
    announce((uintptr_t)store);
    store(hidden(address));
}

void go(uintptr_t address)
{
    void (*function)(void) = (void (*)(void))hidden(address);

    announce(address);
    function();
}

void read_nothing(void)
{
    mmio_read32(uart_base + UART_NOTHING);
}

int raise_by_name(int argc, char **argv, const struct fault *faults,
                  size_t count)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "none") == 0) {
        printf("ok - no fault, and none reported\n");
        return 0;
    }
    if (strcmp(name, "guest-error") == 0) {
        read_nothing();
        printf("ok - no fault, but a register that is none was read\n");
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, faults[i].name) == 0) {
            faults[i].raise();
            printf("not ok - %s goes unnoticed\n", name);
            return 1;
        }
    }
    printf("test_faults: no fault is called \"%s\"\n", name);
    return EXIT_USAGE;
}
