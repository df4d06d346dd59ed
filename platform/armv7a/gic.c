/* SPDX-License-Identifier: MIT */
/*
 * Arm Generic Interrupt Controller, version 2, one core, no priorities.
 *
 * Source: ARM IHI 0048B, sections given at each register; offsets as in Linux,
 *         arm-gic.h, and CMSIS 5, core_ca.h, bits of GICC_CTLR as in Trusted
 *         Firmware-A, gicv2.h.
 */
#include "gic.h"

#include <stdbool.h>
#include <stddef.h>

#include "../barrier.h"
#include "../interrupt.h"
#include "../mmio.h"
#include "fault.h"

/* Distributor. A register with n holds one bit or byte per interrupt. */
#define GICD_CTLR          0x000u /* 4.3.1 */
#define GICD_CTLR_ENABLE   1u
#define GICD_TYPER         0x004u /* 4.3.2 */
#define GICD_TYPER_LINES   0x1fu  /* 32 * (field + 1) interrupts */
#define GICD_IGROUPR(n)    (0x080u + 4 * ((n) / 32)) /* 4.3.4 */
#define GICD_ISENABLER(n)  (0x100u + 4 * ((n) / 32)) /* 4.3.5 */
#define GICD_ICENABLER(n)  (0x180u + 4 * ((n) / 32)) /* 4.3.6 */
#define GICD_ICPENDR(n)    (0x280u + 4 * ((n) / 32)) /* 4.3.8 */
#define GICD_ICACTIVER(n)  (0x380u + 4 * ((n) / 32)) /* 4.3.10 */
#define GICD_IPRIORITYR(n) (0x400u + (n)) /* 4.3.11, byte access allowed */
#define GICD_ITARGETSR(n)  (0x800u + (n)) /* 4.3.12, byte access allowed */
#define GICD_ICFGR(n)      (0xc00u + 4 * ((n) / 16)) /* 4.3.13 */
#define GICD_ICFGR_EDGE(n) (2u << (2 * ((n) % 16)))
#define GICD_CPENDSGIR(n)  (0xf10u + (n)) /* 4.3.16, a bit for each sender */

/* CPU interface. */
#define GICC_CTLR        0x000u /* 4.4.1 */
#define GICC_CTLR_ENABLE 1u
#define GICC_CTLR_BYPASS (0xfu << 5)
#define GICC_PMR         0x004u /* 4.4.2 */
#define GICC_PMR_ALL     0xffu
#define GICC_BPR         0x008u /* 4.4.3, the lowest value: all bits count */
#define GICC_IAR         0x00cu /* 4.4.4 */
#define GICC_IAR_ID      0x3ffu
#define GICC_EOIR        0x010u             /* 4.4.5 */
#define GICC_APR(n)      (0x0d0u + 4 * (n)) /* 4.4.12 */
#define GICC_NSAPR(n)    (0x0e0u + 4 * (n)) /* 4.4.13 */

#define ALL           0xffffffffu
#define SOFTWARE      16u       /* 2.2.1: ids below are SGIs */
#define FIRST_SHARED  32u       /* 2.2.1: SPIs start here */
#define FIRST_SPECIAL 1020u     /* 2.2.1: ids that are no interrupts */
#define PRIORITY      0x80u     /* any value below GICC_PMR_ALL */
#define CPSR_I        (1u << 7) /* ARM DDI 0406C B1.3.3 */

static struct {
    void (*call)(void *argument); /* NULL: nobody installed it */
    void *argument;
} handlers[FIRST_SPECIAL];

static uint32_t interrupt_count(void)
{
    uint32_t type = mmio_read32(gic_base.distributor + GICD_TYPER);
    uint32_t count = 32 * ((type & GICD_TYPER_LINES) + 1);

    return count < FIRST_SPECIAL ? count : FIRST_SPECIAL;
}

static void check_id(uint32_t id)
{
    if (id >= interrupt_count())
        fault_stop("an interrupt id that the interrupt controller lacks");
}

static bool is_set(uint32_t bits, uint32_t id)
{
    return (mmio_read32(gic_base.distributor + bits) >> (id % 32) & 1) != 0;
}

/* What the core interface does while a group is off is the machine's choice: it
   stays as firmware has it. */
static void control_interface(uint32_t bits)
{
    uintptr_t control = gic_base.cpu + GICC_CTLR;

    mmio_write32(control, (mmio_read32(control) & GICC_CTLR_BYPASS) | bits);
}

/* What a loader has acknowledged and not ended runs for ever, and nothing of
   its priority gets through: forget it, in both groups. */
static void clear_active_priorities(void)
{
    for (uint32_t n = 0; n < 4; n++) {
        mmio_write32(gic_base.cpu + GICC_APR(n), 0);
        mmio_write32(gic_base.cpu + GICC_NSAPR(n), 0);
    }
}

/* Every interrupt: not enabled, not pending, not active, in the group that asks
   for an IRQ, of one priority. */
static void reset_interrupts(uint32_t count)
{
    uint32_t id;

    for (id = 0; id < count; id += 32) {
        mmio_write32(gic_base.distributor + GICD_ICENABLER(id), ALL);
        mmio_write32(gic_base.distributor + GICD_ICPENDR(id), ALL);
        mmio_write32(gic_base.distributor + GICD_ICACTIVER(id), ALL);
        mmio_write32(gic_base.distributor + GICD_IGROUPR(id), 0);
    }
    for (id = 0; id < SOFTWARE; id += 4)
        mmio_write32(gic_base.distributor + GICD_CPENDSGIR(id), ALL);
    for (id = 0; id < count; id++)
        mmio_write8(gic_base.distributor + GICD_IPRIORITYR(id), PRIORITY);
}

/* Every shared one: a level, and to this core alone. */
static void route_interrupts(uint32_t count)
{
    /* The targets of a private interrupt read as the core that reads. */
    uint8_t this_cpu = mmio_read8(gic_base.distributor + GICD_ITARGETSR(0));
    uint32_t id;

    for (id = FIRST_SHARED; id < count; id++)
        mmio_write8(gic_base.distributor + GICD_ITARGETSR(id), this_cpu);
    for (id = FIRST_SHARED; id < count; id += 16)
        mmio_write32(gic_base.distributor + GICD_ICFGR(id), 0);
}

/* To the secure side an enable bit of 1 is of group 0, to the other one of
   group 1, which is what each has. */
void gic_on(void)
{
    uint32_t count = interrupt_count();

    mmio_write32(gic_base.distributor + GICD_CTLR, 0);
    control_interface(0);
    clear_active_priorities();
    reset_interrupts(count);
    route_interrupts(count);

    mmio_write32(gic_base.distributor + GICD_CTLR, GICD_CTLR_ENABLE);
    mmio_write32(gic_base.cpu + GICC_BPR, 0);
    mmio_write32(gic_base.cpu + GICC_PMR, GICC_PMR_ALL);
    if (mmio_read32(gic_base.cpu + GICC_PMR) == 0)
        fault_stop("the secure side masks our interrupts (GICC_PMR)");
    control_interface(GICC_CTLR_ENABLE);
}

void gic_dispatch(uint32_t pc)
{
    uint32_t taken = mmio_read32(gic_base.cpu + GICC_IAR);
    uint32_t id = taken & GICC_IAR_ID;

    /* The level went away before we asked: nothing to do, or to end. */
    if (id >= FIRST_SPECIAL)
        return;
    if (handlers[id].call == NULL)
        fault_interrupt(id, pc);

    handlers[id].call(handlers[id].argument);

    /* The device has let go of its line before the interrupt ends, or the
       same level would be taken a second time. */
    barrier_all();
    mmio_write32(gic_base.cpu + GICC_EOIR, taken);
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
    uintptr_t config = gic_base.distributor + GICD_ICFGR(id);
    uint32_t state;

    check_id(id);
    state = interrupts_save();
    mmio_write32(config, mmio_read32(config) | GICD_ICFGR_EDGE(id));
    interrupts_restore(state);
}

void interrupt_enable(uint32_t id)
{
    uint32_t state;
    bool enabled;

    check_id(id);
    /* What the handler will look at is written before it can run; it may
       disable the interrupt again, so it runs once we have looked. */
    state = interrupts_save();
    barrier_all();
    mmio_write32(gic_base.distributor + GICD_ISENABLER(id), 1u << (id % 32));
    enabled = is_set(GICD_ISENABLER(id), id);
    interrupts_restore(state);
    if (!enabled)
        fault_stop("an interrupt that cannot be enabled: the controller lacks "
                   "it, or the secure side keeps it (GICD_IGROUPR)");
}

void interrupt_disable(uint32_t id)
{
    uintptr_t disable = gic_base.distributor + GICD_ICENABLER(id);

    check_id(id);
    mmio_write32(disable, 1u << (id % 32));

    /* Reading back pushes the write to the distributor; then one that was
       already on its way to the core is either taken or gone. */
    mmio_read32(disable);
    barrier_all();
}

uint32_t interrupts_save(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(state) : : "memory");
    return state & CPSR_I;
}

void interrupts_restore(uint32_t state)
{
    if (!(state & CPSR_I))
        interrupts_on();
}

void interrupts_on(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

void interrupt_wait(void)
{
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}
