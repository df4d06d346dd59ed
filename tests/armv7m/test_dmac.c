/* SPDX-License-Identifier: MIT */
/*
 * The first PL081 of the board moves what it is told, and nothing else; and
 * what it must not reach it does not.
 *
 *   test_dmac [--poll] moves | chains | overlap | copy | between | held |
 *             foreign | violation | hole | basepri
 */
#include "dma/iodma.h"
#include "hal/atomic.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/pl08x.h"
#include "hal/dmac/pl08x_regs.h"
#include "platform/armv7m/basepri.h"
#include "platform/armv7m/core.h"
#include "platform/armv7m/nvic.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/moves.h"

#include <string.h>

static struct pl08x *pl081(void)
{
    return (struct pl08x *)(void *)engine.facts->dmac;
}

static uintptr_t at(uint32_t offset)
{
    return pl081()->controller->base + offset;
}

static void expect_usable(void)
{
    check_case("and the engine is usable");
    chain(100);
}

/* between: every memory of the board --------------------------------------- */

/* Some are at another address for the engine than for the core: a copy that
   takes the core's would be stopped. */
static const struct {
    const char *what;
    uint32_t at;
    bool writable;
} memories[] = {
    { "from SSRAM1 to all others", 0x10000000, false },
    { "from SSRAM2 to all others", 0x28012340, true },
    { "from SSRAM2's end to all others", 0x28200000 - 0x1000, true },
    { "from SSRAM3 to all others", 0x28200000, true },
    { "from SSRAM3's end to all others", 0x28400000 - 0x1000, true },
    { "from PSRAM to all others", 0x80F00000, true },
    { "from PSRAM's end to all others", 0x81000000 - 0x1000, true },
};

enum { BLOCK = 0x1000 };

/* Bytes of their own for each pair. */
static void fill(uint8_t *bytes, uint64_t seed)
{
    for (uint32_t i = 0; i < BLOCK; i++)
        bytes[i] = (uint8_t)random_below(&seed, 256);
}

static void copy_between(uint32_t from, uint32_t to)
{
    static struct iodma_copy one;
    uint8_t *source_bytes = (uint8_t *)(uintptr_t)memories[from].at;
    uint8_t *target_bytes = (uint8_t *)(uintptr_t)memories[to].at;

    if (memories[from].writable)
        fill(source_bytes, from);
    memset(target_bytes, 0xA5, BLOCK);
    expect_status("init", iodma_copy_init(&one, &engine.bus, &engine.channel),
                  IODMA_OK);
    expect_status("copy",
                  iodma_copy(&one, target_bytes + 1, source_bytes + 1,
                             BLOCK - 2,
                             hal_deadline(engine.bus.hal->clock, DEADLINE_MS)),
                  IODMA_OK);
    expect_bytes("bytes", target_bytes + 1, source_bytes + 1, BLOCK - 2);
    expect_number("guard before", target_bytes[0], 0xA5);
    expect_number("guard behind", target_bytes[BLOCK - 1], 0xA5);
}

static void test_between(void)
{
    for (uint32_t from = 0; from < HAL_COUNT_OF(memories); from++) {
        check_case(memories[from].what);
        for (uint32_t to = 0; to < HAL_COUNT_OF(memories); to++) {
            if (to != from && memories[to].writable)
                copy_between(from, to);
        }
    }

    check_case("the bus has SSRAM2 at its secure address only");
    {
        static const struct iodma_spec spec =
            IODMA_SPEC(iodma_output_host64, 0, 0);
        struct iodma_range range = { 0x28012340, 256 };
        struct iodma_segment64 segment;
        struct iodma_memory memory;
        struct iodma_command command;
        hal_address offset = 0;
        uint32_t count = 1;

        iodma_memory_init_ranges(&memory, &range, 1, IODMA_IN, NULL, 0);
        iodma_command_init(&command, &engine.bus, &spec, NULL);
        expect_status("set", iodma_command_set_memory(&command, &memory, true),
                      IODMA_OK);
        expect_status(
            "gen",
            iodma_command_gen_segments64(&command, &offset, &segment, &count),
            IODMA_OK);
        expect_number("address", segment.address, 0x38012340);
        expect_number("length", segment.length, 256);
        expect_status("clear", iodma_command_clear_memory(&command, true),
                      IODMA_OK);
    }
    check_case("a descriptor to where the MPC would stop it is refused");
    test_refused(0x38000000);
}

/* held: a channel that does not get on --------------------------------------
 */

static struct hal_dmac_ops held_back;

/* The switch of the whole controller is off while the channel is started. */
static void submit_held(struct hal_dmac *dmac)
{
    mmio_write32(at(PL08X_CONFIGURATION), 0);
    pl08x_ops.submit(dmac);
}

static void test_held(void)
{
    struct outcome outcome;
    uint64_t seed = 3;

    check_case("a channel that is held ends at the deadline");
    held_back = pl08x_ops;
    held_back.submit = submit_held;
    engine.facts->dmac->ops = &held_back;
    lay_chain(4, &seed);
    outcome = transfer(4, 4, SHORT_MS);
    engine.facts->dmac->ops = &pl08x_ops;
    expect_status("the transfer", outcome.status, IODMA_TIMEOUT);
    expect("nothing is quarantined", !outcome.quarantined);
    expect_number("the channel is off",
                  mmio_read32(at(PL08X_ENBLD_CHNS)) & BIT32(0), 0);
    expect_usable();
}

/* foreign: somebody else's channel ------------------------------------------
 */

static void test_foreign(void)
{
    struct pl08x again = *pl081();
    struct iodma_channel channel;

    check_case("a channel that somebody else has enabled is refused");
    mmio_write32(at(PL08X_CONFIGURATION), 0);
    mmio_write32(at(PL08X_CHANNEL(0) + PL08X_CONFIG), PL08X_CONFIG_E);
    again.state = PL08X_UNKNOWN;
    again.dmac = (struct hal_dmac){ .ops = &pl08x_ops,
                                    .bus = engine.facts->dmac->bus,
                                    .limits = &pl08x_byte_limits,
                                    .ring_limits = &pl08x_ring_limits,
                                    .same_phase = 1,
                                    .fills = true,
                                    .widths = PL08X_WIDTHS };
    expect_status("channel",
                  iodma_channel_init(&channel, &again.dmac, "foreign"),
                  IODMA_BUSY);
    mmio_write32(at(PL08X_CHANNEL(0) + PL08X_CONFIG), 0);
    start_again();
    expect_usable();
}

/* violation: where the engine must not reach --------------------------------
 */

/* The protection controller of SSRAM2 (IoT Kit, ECM 0601256), and the interrupt
   of all of them. */
#define MPC2          0x58008000u
#define MPC_INT_STAT  0x20u
#define MPC_INT_CLEAR 0x24u
#define MPC_INT_INFO1 0x2Cu

enum { MPC_LINE = 9 };

/* Written by the handler. */
static struct {
    uint32_t count;
    uint32_t offset; /* into the memory */
} violations;

static void note_violation(void *argument)
{
    (void)argument;
    if ((mmio_read32(MPC2 + MPC_INT_STAT) & 1) == 0)
        return;
    violations.offset = mmio_read32(MPC2 + MPC_INT_INFO1);
    atomic_write_release(&violations.count, violations.count + 1);
    mmio_write32(MPC2 + MPC_INT_CLEAR, 1);
}

static void expect_violation(uint32_t count, uint32_t offset)
{
    expect_number("interrupts", atomic_read_acquire(&violations.count), count);
    expect_number("where", violations.offset, offset);
}

/* The engine goes by the core's address, which the bus has for others. It is
   told nothing of it: the PL081 of this machine has no bus faults. */
static void test_violation(void)
{
    static uint8_t bytes[256];
    struct hal_progress progress;

    interrupt_install(MPC_LINE, note_violation, NULL);
    interrupt_enable(MPC_LINE);
    interrupts_on();
    memset((void *)0x28000000, 0x77, sizeof bytes);

    check_case("a write to secure memory by its other address is stopped");
    progress = move_item(address_of(source), 0x28000040);
    expect_number("retired", progress.retired, 1);
    expect_violation(1, 0x40);
    memset(bytes, 0x77, sizeof bytes);
    expect_bytes("memory", (void *)0x28000000, bytes, sizeof bytes);

    check_case("a read gets zeros");
    progress = move_item(0x28000080, address_of(target + 64));
    expect_number("retired", progress.retired, 1);
    expect_violation(2, 0x80);
    memset(want + 64, 0, sizeof bytes);
    expect_target("the target");

    check_case("and by its own address nothing is");
    progress = move_item(0x38000040, address_of(target + 64));
    expect_number("retired", progress.retired, 1);
    memset(want + 64, 0x77, sizeof bytes - 0x40);
    memset(want + 64 + sizeof bytes - 0x40, 0, 0x40);
    expect_violation(2, 0x80);
    interrupt_disable(MPC_LINE);
    start_again();
}

/* hole: where nothing answers -----------------------------------------------
 */

/* QEMU's PL081 goes on without a word; a chip reports an error. */
static void test_hole(void)
{
    struct hal_progress progress;

    check_case("a descriptor into a hole in the map is refused");
    test_refused(board.hole);

    check_case("a move from a hole reads zeros on this machine");
    progress = move_item(board.hole, address_of(target + 64));
    expect_number("retired", progress.retired, 1);
    memset(want + 64, 0, 256);
    expect_target("the target");

    check_case("a move to a hole is lost on this machine");
    progress = move_item(address_of(source), board.hole);
    expect_number("retired", progress.retired, 1);
    expect_target("the target");

    start_again();
    expect_usable();
}

/* basepri: the bus has a lock that holds back its own interrupts only ---------
 */

#if ARMV7M_MAINLINE

/* Timer 0 of the IoT Kit (CMSDK, ARM DDI 0479). */
#define TIMER_CTRL   0x50000000u
#define TIMER_RELOAD 0x50000008u
#define TIMER_INT    0x5000000Cu

enum { TIMER_LINE = 3, TIMER_ON = 9 /* with its interrupt */ };

static uint32_t ticks; /* the timer's handler only */

static void tick(void *argument)
{
    (void)argument;
    mmio_write32(TIMER_INT, 1);
    atomic_write_release(&ticks, ticks + 1);
}

static void begin_ticks(void)
{
    interrupt_install(TIMER_LINE, tick, NULL);
    nvic_priority(TIMER_LINE, PLAT_NVIC_PRIORITY / 2);
    interrupt_enable(TIMER_LINE);
    mmio_write32(TIMER_RELOAD, 2000);
    mmio_write32(TIMER_CTRL, TIMER_ON);
}

static void test_basepri(void)
{
    static const struct basepri_lock lock =
        PLAT_BASEPRI_LOCK(PLAT_NVIC_PRIORITY);
    static struct hal_bus bus;
    uint32_t before;

    check_case("chains arrive where the bus's lock is BASEPRI");
    bus = *engine.facts->dmac->bus;
    bus.lock = &lock.lock;
    engine.facts->dmac->bus = &bus;
    expect_status("bus", iodma_bus_init(&engine.bus, &bus, 0), IODMA_OK);
    start_again();
    begin_ticks();
    for (uint32_t i = 0; i < 20; i++)
        chain(100);

    check_case("and under it the urgent interrupt comes as ever");
    {
        uint32_t state = lock.lock.save(&lock.lock);
        uint64_t deadline = hal_deadline(bus.clock, DEADLINE_MS);

        before = atomic_read_acquire(&ticks);
        while (atomic_read_acquire(&ticks) - before < 100 &&
               !hal_expired(bus.clock, deadline))
            ;
        lock.lock.restore(&lock.lock, state);
    }
    expect("a hundred times", atomic_read_acquire(&ticks) - before >= 100);
    mmio_write32(TIMER_CTRL, 0);
}

#endif

static const struct move_test tests[] = {
    { "moves", test_moves, false },        { "chains", test_chains, false },
    { "overlap", test_overlap, false },    { "copy", test_copy, false },
    { "between", test_between, false },    { "held", test_held, false },
    { "foreign", test_foreign, true },     { "hole", test_hole, true },
    { "violation", test_violation, true },
#if ARMV7M_MAINLINE
    { "basepri", test_basepri, false },
#endif
};

int main(int argc, char **argv)
{
    return run_by_name(argc, argv, tests, HAL_COUNT_OF(tests));
}
