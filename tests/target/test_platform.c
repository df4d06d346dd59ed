/* SPDX-License-Identifier: MIT */
/*
 * What the code above takes for granted of its platform: an interrupt changes
 * nothing for the thread, masked means masked, memory is cached and guarded,
 * the clock tells the time, the heap ends, the host's refusals are heard.
 *
 *   test_platform             all of it
 *   test_platform nothing     no case at all, which has to count as a failure
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boards/board.h"
#include "hal/atomic.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "platform/armv7a/cp15.h"
#include "platform/armv7a/gic.h"
#include "platform/armv7a/image.h"
#include "platform/armv7a/mmu.h"
#include "platform/armv7a/window.h"
#include "platform/barrier.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "platform/uart.h"
#include "tests/check.h"
#include "tests/ground.h"
#include "tests/pend.h"
#include "tests/target/left_behind.h"

#define PAGE 0x1000u

/* The distributor (GICv2, ARM IHI 0048B 4.3). */
#define GICD_ISPENDR(n) (0x200u + 4 * ((n) / 32))
#define GICD_ICPENDR(n) (0x280u + 4 * ((n) / 32))
#define GICD_ICFGR(n)   (0xc00u + 4 * ((n) / 16))
#define EDGE(n)         BIT32(2 * ((n) % 16) + 1)

/* The PL011's interrupt (ARM DDI 0183, 3.3.10 and 3.3.11). */
#define UARTIMSC    0x38u
#define UARTRIS     0x3cu
#define UARTIMSC_TX BIT32(5)

enum {
    SOFTWARE = 1,  /* an interrupt that software raises             */
    SPARE = 250,   /* a shared line that nobody pulls               */
    UART = 32 + 1, /* QEMU hw/arm/virt.c, a15irqmap, VIRT_UART      */
};

/* What the core says of itself (ARM DDI 0406C B1.3.3 and B4.1). */
#define ISR         "p15, 0, %0, c12, c1, 0"
#define ISR_I       BIT32(7)
#define CPSR_I      BIT32(7)
#define CPSR_MODE   0x1fu
#define CPSR_IRQ    0x12u
#define CPSR_FLAGS  0xf80f0000u /* N, Z, C, V, Q, GE                     */
#define FPSCR_KNOWN 0xffc0009fu /* flags, modes, exceptions that happened */

static uint32_t cpsr(void)
{
    uint32_t state;

    __asm__ volatile("mrs %0, cpsr" : "=r"(state) : : "memory");
    return state;
}

/* The core has an interrupt waiting, masked or not. */
static bool interrupt_pending(void)
{
    uint32_t waiting;

    CP15_READ(waiting, ISR);
    return (waiting & ISR_I) != 0;
}

/* An interrupt on its way to the core has arrived, and is taken if it may. */
static void let_arrive(void)
{
    barrier_all();
    ISB();
}

static void raise_software_interrupt(void)
{
    pend_by_software(SOFTWARE);
    let_arrive();
}

static void pend(uint32_t id)
{
    mmio_write32(gic_base.distributor + GICD_ISPENDR(id), BIT32(id % 32));
    let_arrive();
}

/* Written by the handlers. */
static struct {
    uint32_t count;
    uint32_t cpsr;
    uint32_t stack;
} seen;

static void forget(void)
{
    atomic_write_release(&seen.count, 0);
}

/* How many interrupts were taken. */
static uint32_t taken(void)
{
    return atomic_read_acquire(&seen.count);
}

/* Returns the same, with this one. */
static uint32_t take(void)
{
    atomic_write_release(&seen.count, taken() + 1);
    return taken();
}

/* An interrupt changes nothing ------------------------------------------- */

/* All that a thread can have in its registers; the assembler below knows the
   order. */
struct core {
    uint64_t d[32];
    uint32_t fpscr;
    uint32_t flags;
    uint32_t r[14]; /* r0 to r12, lr */
};

/* Functions that are no more than is written. */
#define BARE __attribute__((naked, noipa))

/* It is the instructions that use them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Fill the registers, let a pending interrupt in, look at the registers. */
BARE static void be_interrupted(const struct core *before, struct core *after)
{
    __asm__("push   {r4-r11, lr}\n\t"
            "vpush  {d8-d15}\n\t"
            "push   {r1}\n\t"

            "vldmia r0!, {d0-d15}\n\t"
            "vldmia r0!, {d16-d31}\n\t"
            "ldr    r1, [r0], #4\n\t"
            "vmsr   fpscr, r1\n\t"
            "ldr    r1, [r0], #4\n\t"
            "msr    APSR_nzcvqg, r1\n\t"
            "ldmia  r0, {r0-r12, lr}\n\t"

            "cpsie  i\n\t"
            "isb\n\t"
            "cpsid  i\n\t"

            "push   {r0-r12, lr}\n\t"
            "ldr    r0, [sp, #56]\n\t"
            "vstmia r0!, {d0-d15}\n\t"
            "vstmia r0!, {d16-d31}\n\t"
            "vmrs   r1, fpscr\n\t"
            "mrs    r2, cpsr\n\t"
            "stmia  r0!, {r1, r2}\n\t"
            "pop    {r1-r7}\n\t"
            "stmia  r0!, {r1-r7}\n\t"
            "pop    {r1-r7}\n\t"
            "stmia  r0!, {r1-r7}\n\t"

            "mov    r1, #0\n\t"
            "vmsr   fpscr, r1\n\t"
            "pop    {r1}\n\t"
            "vpop   {d8-d15}\n\t"
            "pop    {r4-r11, pc}");
}

/* Leave nothing as it is that a function may change, and use the rest. */
BARE static void use_all_registers(void)
{
    __asm__("push   {r4-r11, lr}\n\t"
            "vpush  {d8-d15}\n\t"

            "ldr    r0, =0xffc0009f\n\t"
            "vmsr   fpscr, r0\n\t"
            "msr    APSR_nzcvqg, r0\n\t"
            ".irp   n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\n\t"
            "mov    r\\n, #0xa5\n\t"
            ".endr\n\t"
            ".irp   n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
            "vmov.i8 q\\n, #0xa5\n\t"
            ".endr\n\t"

            "vpop   {d8-d15}\n\t"
            "pop    {r4-r11, pc}\n\t"
            ".ltorg");
}

/* Reserve a word, let a pending interrupt in, store. Returns 0 if the store
   was made. */
BARE static uint32_t store_exclusively(uint32_t *word)
{
    __asm__("ldrex  r1, [r0]\n\t"
            "cpsie  i\n\t"
            "isb\n\t"
            "cpsid  i\n\t"
            "strex  r2, r1, [r0]\n\t"
            "mov    r0, r2\n\t"
            "bx     lr");
}

#pragma GCC diagnostic pop

static void use_registers(void *argument)
{
    (void)argument;
    __asm__ volatile("mov %0, sp" : "=r"(seen.stack));
    seen.cpsr = cpsr();
    take();
    use_all_registers();
}

static uint32_t random_word(uint64_t *seed)
{
    return random_below(seed, 0x10000) << 16 | random_below(seed, 0x10000);
}

static void fill(struct core *core, uint64_t *seed)
{
    uint32_t *words = (uint32_t *)core;

    for (size_t i = 0; i < sizeof *core / sizeof *words; i++)
        words[i] = random_word(seed);
    core->fpscr &= FPSCR_KNOWN;
    core->flags &= CPSR_FLAGS;
}

static void test_registers(void)
{
    enum { ROUNDS = 2000 };
    static struct core before;
    static struct core after;
    uint64_t seed = 1;
    uint32_t word = 7;
    bool same = true;

    check_case("main() begins with interrupts masked");
    expect_number("CPSR.I", cpsr() & CPSR_I, CPSR_I);

    check_case("an interrupt leaves all of a thread's registers alone");
    interrupt_install(SOFTWARE, use_registers, NULL);
    interrupt_enable(SOFTWARE);
    forget();
    for (uint32_t i = 0; same && i < ROUNDS; i++) {
        fill(&before, &seed);
        raise_software_interrupt();
        be_interrupted(&before, &after);
        after.flags &= CPSR_FLAGS;
        same = expect_bytes("d0-d31, FPSCR, flags, r0-r12, lr", &after, &before,
                            sizeof before);
    }
    expect_number("interrupts", taken(), ROUNDS);

    check_case("a handler runs masked, in IRQ mode, on an aligned stack");
    expect_number("CPSR.I", seen.cpsr & CPSR_I, CPSR_I);
    expect_number("mode", seen.cpsr & CPSR_MODE, CPSR_IRQ);
    expect_number("stack modulo 8", seen.stack % 8, 0);
    expect("on the stack of the handlers",
           seen.stack > (uintptr_t)irq_guard + PAGE &&
               seen.stack < (uintptr_t)fault_guard);

    check_case("a reservation does not outlive an interrupt");
    expect_number("undisturbed", store_exclusively(&word), 0);
    raise_software_interrupt();
    expect_number("interrupted", store_exclusively(&word), 1);
    interrupt_disable(SOFTWARE);
}

/* Masked is masked ------------------------------------------------------- */

static void count(void *argument)
{
    (void)argument;
    take();
}

static void test_masking(void)
{
    uint32_t outer, inner;

    check_case("where interrupts are masked, nested pairs leave them so");
    interrupt_install(SOFTWARE, count, NULL);
    interrupt_enable(SOFTWARE);
    forget();
    raise_software_interrupt();
    outer = interrupts_save();
    interrupts_restore(outer);
    let_arrive();
    expect("one is pending", interrupt_pending());
    expect_number("taken", taken(), 0);

    check_case("one that is pending ends interrupt_wait(), and is not taken");
    interrupt_wait();
    expect_number("taken", taken(), 0);
    interrupts_on();
    let_arrive();
    expect_number("taken when unmasked", taken(), 1);

    check_case("an interrupt waits for the outermost restore");
    forget();
    outer = interrupts_save();
    inner = interrupts_save();
    raise_software_interrupt();
    expect("one is pending", interrupt_pending());
    expect_number("taken inside", taken(), 0);
    interrupts_restore(inner);
    let_arrive();
    expect("one is pending still", interrupt_pending());
    expect_number("taken after the inner restore", taken(), 0);
    interrupts_restore(outer);
    let_arrive();
    expect_number("taken after the outer restore", taken(), 1);
    expect("none is pending", !interrupt_pending());
    interrupt_disable(SOFTWARE);
}

/* Enabled, disabled; edges, levels --------------------------------------- */

static void test_enable(void)
{
    check_case("an interrupt that is not enabled is not taken");
    interrupt_install(SPARE, count, NULL);
    forget();
    pend(SPARE);
    expect_number("taken", taken(), 0);
    interrupt_enable(SPARE);
    let_arrive();
    expect_number("taken once it is enabled", taken(), 1);

    check_case("nor one that is disabled again");
    interrupt_disable(SPARE);
    pend(SPARE);
    expect("none gets to the core", !interrupt_pending());
    expect_number("taken", taken(), 1);
    mmio_write32(gic_base.distributor + GICD_ICPENDR(SPARE), BIT32(SPARE % 32));

    check_case("enabling and disabling is for one interrupt");
    interrupt_install(SPARE + 1, count, NULL);
    interrupt_enable(SPARE + 1);
    interrupt_enable(SPARE);
    interrupt_disable(SPARE);
    forget();
    pend(SPARE + 1);
    expect_number("the neighbour is taken", taken(), 1);
    interrupt_disable(SPARE + 1);
}

/* Of the UART, whose line stays high until it is masked there. */
static void let_go_the_third_time(void *argument)
{
    (void)argument;
    if (take() == 3)
        mmio_write32(uart_base + UARTIMSC, 0);
}

static void pull_line(void)
{
    forget();
    mmio_write32(uart_base + UARTIMSC, UARTIMSC_TX);
    let_arrive();
}

static struct interrupt_line uart_line = { .id = UART };

static void serve_nothing(void *argument)
{
    (void)argument;
    take();
    interrupt_served(&uart_line, false);
}

static void test_triggers(void)
{
    const uintptr_t config = gic_base.distributor + GICD_ICFGR(UART);
    const uint32_t levels = mmio_read32(config);

    check_case("a level is taken again until it goes away");
    printf("# a line that the UART has sent\n");
    expect("it has something to tell",
           (mmio_read32(uart_base + UARTRIS) & UARTIMSC_TX) != 0);
    interrupt_install(UART, let_go_the_third_time, NULL);
    interrupt_enable(UART);
    pull_line();
    expect_number("taken", taken(), 3);

    check_case("an edge is taken once");
    interrupt_disable(UART);
    interrupt_edge(UART + 1);
    interrupt_edge(UART);
    interrupt_enable(UART);
    pull_line();
    expect_number("taken", taken(), 1);
    expect_number("as configured", mmio_read32(config),
                  levels | EDGE(UART) | EDGE(UART + 1));
    mmio_write32(uart_base + UARTIMSC, 0);
    interrupt_disable(UART);
    mmio_write32(config, levels);

    check_case("a level that nobody lets go of is given up, and we go on");
    interrupt_install(UART, serve_nothing, NULL);
    pull_line();
    interrupt_enable(UART);
    let_arrive();
    expect_number("taken", taken(), INTERRUPT_PATIENCE);
    expect("its owner can tell", interrupt_stuck(&uart_line));
    mmio_write32(uart_base + UARTIMSC, 0);
}

/* Memory ----------------------------------------------------------------- */

/* Translate as a privileged read or write would be; then the physical address
   register says how (ARM DDI 0406C B4.2.4, and PAR in B4.1, 64 bits). */
#define ATS1CPR  "p15, 0, %0, c7, c8, 0"
#define ATS1CPW  "p15, 0, %0, c7, c8, 1"
#define PAR_64   "p15, 0, %Q0, %R0, c7"
#define PAR_F    UINT64_C(1)
#define PAR_FST  UINT64_C(0x7e)
#define PAR_SH   UINT64_C(0x180)
#define PAR_PA   UINT64_C(0xfffffff000)
#define PAR_ATTR (UINT64_C(0xff) << 56)

/* Write-back, allocating, inner shareable; strongly ordered and normal memory
   that is not cached, which are shared whatever the register says. */
#define MEMORY   (PAR_ATTR | PAR_SH)
#define DEVICE   UINT64_C(0)
#define UNCACHED (UINT64_C(0x44) << 56)

/* Faults, at a level (B3.13). */
#define NOT_MAPPED(level) (PAR_F | (UINT64_C(0x04) | (level)) << 1)
#define REFUSED(level)    (PAR_F | (UINT64_C(0x0c) | (level)) << 1)

#define SCTLR_ON (BIT32(0) | BIT32(2) | BIT32(11) | BIT32(12)) /* M C Z I */
#define SCTLR_OFF                                                              \
    (BIT32(1) | BIT32(13) | BIT32(25) | BIT32(28) | BIT32(29) |                \
     BIT32(30)) /* A V EE TRE AFE TE */

static uint64_t read_as(uintptr_t address)
{
    uint64_t par;

    CP15_WRITE(address, ATS1CPR);
    ISB();
    CP15_READ64(par, PAR_64);
    return par;
}

static uint64_t written_as(uintptr_t address)
{
    uint64_t par;

    CP15_WRITE(address, ATS1CPW);
    ISB();
    CP15_READ64(par, PAR_64);
    return par;
}

static void expect_translation(const char *what, uint64_t par,
                               uint64_t attributes, uint64_t physical)
{
    uint64_t said = PAR_F;

    if ((par & PAR_F) != 0)
        said |= PAR_FST;
    else
        said |= attributes == MEMORY ? PAR_ATTR | PAR_SH : PAR_ATTR;

    expect_number(what, par & said, attributes);
    if ((par & PAR_F) == 0)
        expect_number("physical address", par & PAR_PA, physical);
}

static const char text_constant[] = "read only";
static char variable[] = "read and write";

/* The ends of each part of the image, and what lies between them. */
static const struct {
    const char *what;
    uintptr_t address;
    uint64_t read, written;
} places[] = {
    { "address 0", 0, NOT_MAPPED(3), NOT_MAPPED(3) },
    { "the end of its page", PAGE - 1, NOT_MAPPED(3), NOT_MAPPED(3) },
    { "where the board maps nothing", 0xf0000000, NOT_MAPPED(2),
      NOT_MAPPED(2) },
    { "the vectors", (uintptr_t)image_text, MEMORY, REFUSED(3) },
    { "code", (uintptr_t)cpsr, MEMORY, REFUSED(3) },
    { "the end of the code", (uintptr_t)image_rodata - 1, MEMORY, REFUSED(3) },
    { "the first constant", (uintptr_t)image_rodata, MEMORY, REFUSED(3) },
    { "a constant", (uintptr_t)text_constant, MEMORY, REFUSED(3) },
    { "the end of the constants", (uintptr_t)image_data - 1, MEMORY,
      REFUSED(3) },
    { "the first data", (uintptr_t)image_data, MEMORY, MEMORY },
    { "a variable", (uintptr_t)variable, MEMORY, MEMORY },
    { "the heap", (uintptr_t)heap_start, MEMORY, MEMORY },
    { "the end of the heap", (uintptr_t)heap_end - 1, MEMORY, MEMORY },
    { "below the stack of main()", (uintptr_t)svc_guard, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "right below it", (uintptr_t)svc_guard + PAGE - 1, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "the stack of main()", (uintptr_t)svc_guard + PAGE, MEMORY, MEMORY },
    { "its end", (uintptr_t)irq_guard - 1, MEMORY, MEMORY },
    { "below the handlers' stack", (uintptr_t)irq_guard, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "right below it", (uintptr_t)irq_guard + PAGE - 1, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "the handlers' stack", (uintptr_t)irq_guard + PAGE, MEMORY, MEMORY },
    { "its end", (uintptr_t)fault_guard - 1, MEMORY, MEMORY },
    { "below the faults' stack", (uintptr_t)fault_guard, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "right below it", (uintptr_t)fault_guard + PAGE - 1, NOT_MAPPED(3),
      NOT_MAPPED(3) },
    { "the faults' stack", (uintptr_t)fault_guard + PAGE, MEMORY, MEMORY },
    { "its end", (uintptr_t)image_end - 1, MEMORY, MEMORY },
    { "behind the image", (uintptr_t)image_end, MEMORY, MEMORY },
};

static void test_memory(void)
{
    uint32_t control;

    check_case("MMU, caches and branch prediction are on");
    CP15_READ(control, SCTLR);
    expect_number("SCTLR", control & (SCTLR_ON | SCTLR_OFF), SCTLR_ON);

    check_case("the image is guarded: code and constants, stacks, address 0");
    for (size_t i = 0; i < HAL_COUNT_OF(places); i++) {
        uintptr_t address = places[i].address;

        expect_translation(places[i].what, read_as(address), places[i].read,
                           address & ~(PAGE - 1));
        expect_translation(places[i].what, written_as(address),
                           places[i].written, address & ~(PAGE - 1));
    }

    check_case("RAM is write-back and shared or not cached, devices are "
               "strongly ordered");
    for (uint32_t i = 0; i < mmu_map_count; i++) {
        const struct mmu_map *map = &mmu_maps[i];
        static const uint64_t kinds[] = {
            [PLAT_MMU_MEMORY] = MEMORY,
            [PLAT_MMU_DEVICE] = DEVICE,
            [PLAT_MMU_UNCACHED] = UNCACHED,
        };
        uint64_t kind = kinds[map->kind];

        expect_translation("first page", written_as(map->va), kind, map->pa);
        expect_translation("last page", written_as(map->va + map->size - 1),
                           kind, map->pa + map->size - PAGE);
    }

    check_case("a window that is not open shows nothing");
    for (uint32_t at = 0; at < PLAT_WINDOW_SPACE; at += PLAT_MMU_BLOCK)
        expect_translation("slot", read_as(window_base + at), NOT_MAPPED(2), 0);
}

/* Time ------------------------------------------------------------------- */

/* Nanoseconds since QEMU began: SYS_ELAPSED of the semihosting specification,
   counted in what SYS_TICKFREQ says. */
#define SYS_ELAPSED  0x30u
#define SYS_TICKFREQ 0x31u

static int32_t ask_host(uint32_t operation, uint64_t *block)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uint64_t *r1 __asm__("r1") = block;

    __asm__ volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "lr");
    return (int32_t)r0;
}

static uint64_t host_now(void)
{
    uint64_t now = 0;

    expect_number("SYS_ELAPSED", (uint32_t)ask_host(SYS_ELAPSED, &now), 0);
    return now;
}

static void test_clock(void)
{
    uint32_t host_frequency = (uint32_t)ask_host(SYS_TICKFREQ, NULL);
    uint32_t frequency = clock_frequency();
    uint64_t host_first = host_now();
    uint64_t begin = clock_now();
    uint64_t host_begin = host_now();
    uint64_t before, now = begin;
    uint64_t milliseconds, least, most;

    check_case("the clock never goes back");
    do {
        before = now;
        now = clock_now();
    } while (now >= before && now - begin < frequency / 5);
    expect("it has not", now >= before);

    check_case("and agrees with the host's about the length of a second");
    least = (host_now() - host_begin) / (host_frequency / 1000);
    milliseconds = (clock_now() - begin) / (frequency / 1000);
    most = (host_now() - host_first) / (host_frequency / 1000);
    printf("# %u ms here, %u to %u ms there\n", (unsigned)milliseconds,
           (unsigned)least, (unsigned)most);
    expect("not twice as long", milliseconds < 2 * most);
    expect("nor half as long", milliseconds > least / 2);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "nothing") == 0)
        return check_result();

    test_left_behind();
    test_registers();
    test_masking();
    test_enable();
    test_triggers();
    test_memory();
    test_clock();
    test_heap();
    test_host();
    return check_result();
}
