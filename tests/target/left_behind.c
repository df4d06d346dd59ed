/* SPDX-License-Identifier: MIT */
#include "tests/target/left_behind.h"

#include "hal/bits.h"
#include "platform/armv7a/core.h"
#include "platform/armv7a/cp15.h"
#include "platform/armv7a/gic.h"
#include "platform/clock.h"
#include "platform/mmio.h"
#include "tests/check.h"

/* ARM DDI 0406C B1.3.3, and B4.1 under their names. */
#define CPSR_E       BIT32(9)
#define MIDR         "p15, 0, %0, c0, c0, 0"
#define MIDR_PART    0xFFF0u
#define MIDR_A15     0xC0F0u /* ARM DDI 0438, MIDR: 0xC0F is Cortex-A15 */
#define MPIDR        "p15, 0, %0, c0, c0, 5"
#define MPIDR_NUMBER 0xFFFFFFu
#define PMCR         "p15, 0, %0, c9, c12, 0"
#define PMCR_ARM     0x41u
#define CNTPCT       "p15, 0, %Q0, %R0, c14"

/* ARM IHI 0048B 4.3 and 4.4, under their names. */
#define GICD_CTLR        0x000u
#define GICD_IGROUPR     0x080u
#define GICD_ISENABLER   0x100u
#define GICD_ISPENDR     0x200u
#define GICD_ISACTIVER   0x300u
#define GICD_IPRIORITYR  0x400u
#define GICD_ITARGETSR   0x800u
#define GICD_ICFGR       0xC00u
#define GICC_CTLR        0x000u
#define GICC_CTLR_BYPASS MASK32(8, 5) /* while off: firmware's choice */
#define GICC_PMR         0x004u
#define GICC_BPR         0x008u
#define GICC_RPR         0x014u
#define GICC_RPR_IDLE    0xFFu
#define GICC_APR         0x0D0u
#define GICC_NSAPR       0x0E0u

enum {
    SHARED = 32, /* the first one */
    LINES = 288, /* QEMU hw/arm/virt.c, NUM_IRQS 256, and the private ones */
};

static uint32_t cpsr(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, cpsr" : "=r"(state) : : "memory");
    return state;
}

static void test_core(void)
{
    uint32_t word;

    check_case("main() begins in SVC mode, little endian");
    expect_number("mode", cpsr() & MODE_MASK, MODE_SVC);
    expect_number("CPSR.E", cpsr() & CPSR_E, 0);

    check_case("the core says who it is");
    CP15_READ(word, MIDR);
    expect_number("part", word & MIDR_PART, MIDR_A15);
    CP15_READ(word, MPIDR);
    expect_number("number", word & MPIDR_NUMBER, 0);

    check_case("its performance counters answer to it");
    CP15_READ(word, PMCR);
    expect_number("implementer", word >> 24, PMCR_ARM);
}

static uint32_t distributor(uint32_t bits)
{
    return mmio_read32(gic_base.distributor + bits);
}

static uint32_t interface(uint32_t bits)
{
    return mmio_read32(gic_base.cpu + bits);
}

/* A row of bits, of the interrupts from `first` on. */
static void expect_none(const char *what, uint32_t bits, uint32_t first)
{
    for (uint32_t id = first; id < LINES; id += 32 - id % 32)
        expect_number(what, distributor(bits + id / 32 * 4) >> id % 32, 0);
}

static uint32_t priority_of(uint32_t id)
{
    return mmio_read8(gic_base.distributor + GICD_IPRIORITYR + id);
}

static void test_interrupts(void)
{
    uint32_t self = mmio_read8(gic_base.distributor + GICD_ITARGETSR);

    /* Software interrupts may be enabled for ever (4.3.5); a private one may be
       pending since its source still asks. */
    check_case("no interrupt of before is enabled, private ones included");
    expect_none("enabled", GICD_ISENABLER, 16);
    check_case("none is pending or active");
    expect_none("pending", GICD_ISPENDR, SHARED);
    expect_number("software's", distributor(GICD_ISPENDR) & MASK32(15, 0), 0);
    expect_none("active", GICD_ISACTIVER, 0);
    check_case("all ask for an IRQ, none for a fast one");
    expect_none("group", GICD_IGROUPR, 0);

    check_case("shared ones are levels, and sent to this core alone");
    for (uint32_t id = SHARED; id < LINES; id++)
        expect_number("targets",
                      mmio_read8(gic_base.distributor + GICD_ITARGETSR + id),
                      self);
    expect("one core (a machine with one may say none)",
           self == 0 || is_power_of_two(self));
    for (uint32_t id = SHARED; id < LINES; id += 16)
        expect_number("edges", distributor(GICD_ICFGR + id / 16 * 4), 0);

    check_case("all are of one priority: none waits for another one's end");
    for (uint32_t id = 0; id < LINES; id++)
        expect_number("priority", priority_of(id), priority_of(SHARED));

    check_case("the core interface takes nothing for running, and masks "
               "nothing");
    expect_number("GICD_CTLR", distributor(GICD_CTLR), 1);
    expect_number("GICC_CTLR", interface(GICC_CTLR) & ~GICC_CTLR_BYPASS, 1);
    expect_number("GICC_RPR", interface(GICC_RPR), GICC_RPR_IDLE);
    expect("GICC_PMR", interface(GICC_PMR) >= 0xF0);
    expect("GICC_BPR", interface(GICC_BPR) <= 3);
    for (uint32_t n = 0; n < 4; n++) {
        expect_number("GICC_APR", interface(GICC_APR + 4 * n), 0);
        expect_number("GICC_NSAPR", interface(GICC_NSAPR + 4 * n), 0);
    }
}

static void test_time(void)
{
    uint64_t physical;

    check_case("the clock is nobody's but the machine's");
    CP15_READ64(physical, CNTPCT);
    expect("its offset is 0", clock_now() - physical < clock_frequency());
    expect_number("its frequency", clock_frequency(), 62500000);
}

void test_left_behind(void)
{
    test_core();
    test_interrupts();
    test_time();
}
