/* SPDX-License-Identifier: MIT */
/*
 * The NVIC knows pulses and levels by itself: what was low and rises is
 * pending once, and what is still high when its handler returns is pending
 * again.
 *
 * Source: ARM DDI 0403E B3.4; ARM DDI 0419 B3.4, which has words only.
 */
#include "nvic.h"

#include <stddef.h>

#include "../../hal/bits.h"
#include "../barrier.h"
#include "../clock.h"
#include "../interrupt.h"
#include "../mmio.h"
#include "../setup.h"
#include "../start.h"
#include "core.h"

static struct {
    void (*call)(void *argument); /* NULL: nobody installed it */
    void *argument;
} handlers[PLAT_NVIC_LINES];

static void check_id(uint32_t id)
{
    if (id >= nvic_lines || id >= PLAT_NVIC_LINES)
        fault_stop("an interrupt id that the interrupt controller lacks");
}

static void nvic_on(void)
{
    for (uint32_t id = 0; id < nvic_lines; id += 32) {
        mmio_write32(NVIC_ICER(id), 0xFFFFFFFF);
        mmio_write32(NVIC_ICPR(id), 0xFFFFFFFF);
    }
    for (uint32_t id = 0; id < nvic_lines; id += 4)
        mmio_write32(NVIC_IPR(id), PLAT_NVIC_PRIORITY * 0x01010101u);
}

void platform_begin(void)
{
    const char *trouble;

    faults_on();
    setup_run();
    nvic_on();
    clock_begin();
    trouble = clock_trouble();
    if (trouble != NULL)
        fault_stop(trouble);
}

static uint32_t exception_number(void)
{
    uint32_t ipsr;

    __asm__ volatile("mrs %0, ipsr" : "=r"(ipsr));
    return ipsr;
}

void nvic_dispatch(const struct exception_frame *frame)
{
    uint32_t id = exception_number() - EXCEPTION_INTERRUPTS;

    if (handlers[id].call == NULL)
        fault_interrupt(id, frame);
    handlers[id].call(handlers[id].argument);

    /* The device has let go of its line before the handler returns, or the
       same level would be taken a second time. */
    barrier_all();
}

void nvic_priority(uint32_t id, uint8_t priority)
{
    uint32_t shift = 8 * (id % 4);
    uint32_t others;

    check_id(id);
    others = mmio_read32(NVIC_IPR(id)) & ~(0xFFu << shift);
    mmio_write32(NVIC_IPR(id), others | (uint32_t)priority << shift);
}

void interrupt_install(uint32_t id, void (*handler)(void *argument),
                       void *argument)
{
    check_id(id);
    handlers[id].call = handler;
    handlers[id].argument = argument;
}

void interrupt_edge(uint32_t id)
{
    check_id(id);
}

void interrupt_enable(uint32_t id)
{
    check_id(id);
    /* What the handler will look at is written before it can run. */
    barrier_all();
    mmio_write32(NVIC_ISER(id), BIT32(id % 32));
}

void interrupt_disable(uint32_t id)
{
    check_id(id);
    mmio_write32(NVIC_ICER(id), BIT32(id % 32));
    /* One that was already on its way is taken here, or not at all. */
    barrier_all();
    barrier_fetch();
}

uint32_t interrupts_save(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(state) : : "memory");
    return state;
}

void interrupts_restore(uint32_t state)
{
    __asm__ volatile("msr primask, %0" : : "r"(state) : "memory");
}

void interrupts_on(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

void interrupt_wait(void)
{
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}
