/* SPDX-License-Identifier: MIT */
/*
 * The DMA controller of an RP2040 on its emulator: pairs of channels move what
 * they are told, at the pace of the peripherals that ask, and only if nobody
 * else has them.
 *
 *   test_rp2040 [--poll] moves | chains | overlap | spi | append | cycle |
 *               claims | held | hole
 *
 * At the other end of SPI0 is tests/rp2040.mjs, which answers each byte with
 * its complement.
 */
#include "boards/rp2040.h"
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/dmac/rp2040_dma.h"
#include "hal/dmac/rp2040_dma_regs.h"
#include "platform/clock.h"
#include "platform/mmio.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"
#include "tests/moves.h"

#include <stdio.h>
#include <string.h>

enum {
    RANGES = 2,
    HELD = 100, /* bytes */
};

/* PL011 (ARM DDI 0183, 3.3) and PL022 (ARM DDI 0194, 3.3). */
#define UARTFR        0x18u
#define UARTFR_BUSY   BIT32(3)
#define UARTCR        0x30u
#define UARTCR_ON     (BIT32(0) | BIT32(8)) /* UARTEN, TXE */
#define UARTDMACR     0x48u
#define UARTDMACR_TX  BIT32(1)
#define SSPCR0        0x00u
#define SSPCR0_8_BITS 7u
#define SSPCR1        0x04u
#define SSPCR1_SSE    BIT32(1)
#define SSPCPSR       0x10u
#define SSPDMACR      0x24u
#define SSPDMACR_BOTH (BIT32(0) | BIT32(1))

static struct engine other; /* the board's second; the first one is `engine` */

/* Transfers by a port
 * ---------------------------------------------------------------- */

/* A stretch of memory, or many, as one engine meets it. */
struct side {
    struct iodma_range ranges[RANGES];
    uint32_t count;
    struct iodma_memory memory;
    struct iodma_command command;
};

/* What came of a transfer. */
struct job {
    struct iodma_transfer transfer;
    uint32_t callbacks;
    enum iodma_status status;
};

static struct side from;
static struct side to;

static void bring_up_other(void)
{
    const char *step;

    expect_status("bring-up", engine_bring_up(&other, 1, engine.poll, &step),
                  IODMA_OK);
}

static void add(struct side *side, const uint8_t *bytes, uint32_t length)
{
    side->ranges[side->count++] =
        (struct iodma_range){ (uintptr_t)bytes, length };
}

static void prepare(struct side *side, struct engine *of, uint32_t direction)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);

    expect_status("memory",
                  iodma_memory_init_ranges(&side->memory, side->ranges,
                                           side->count, direction, NULL, 0),
                  IODMA_OK);
    expect_status("init",
                  iodma_command_init(&side->command, &of->bus, &spec, NULL),
                  IODMA_OK);
    expect_status("prepare",
                  iodma_command_set_memory(&side->command, &side->memory, true),
                  IODMA_OK);
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct job *job = transfer->ref_con;

    job->callbacks++;
    job->status = status;
}

static void submit(struct job *job, struct engine *to_engine)
{
    job->callbacks = 0;
    job->transfer.deadline = hal_deadline(&plat_clock, DEADLINE_MS);
    job->transfer.done = done;
    job->transfer.ref_con = job;
    expect_status("submit",
                  iodma_transfer_submit(&to_engine->channel, &job->transfer),
                  IODMA_OK);
}

static void expect_end(const struct job *job, enum iodma_status status)
{
    expect_number("callbacks", job->callbacks, 1);
    expect_status("the transfer", job->status, status);
}

/* phases, chains: as this engine can -------------------------------------- */

static void test_phases(void)
{
    bool good = true;

    check_case("every phase of source and destination, lengths 1 to 20");
    for (uint32_t i = 0; good && i < 16 * 20; i++)
        good = move_arrives(4096 + i % 4, 8192 + i / 4 % 4, 1 + i / 16);
}

static void test_at_once(void)
{
    static struct job job;

    check_case("completion before submit returns is right");
    add(&from, source, 100);
    add(&to, target + 1, 100);
    memcpy(want + 1, source, 100);
    prepare(&from, &engine, IODMA_OUT);
    prepare(&to, &engine, IODMA_IN);
    job.transfer = (struct iodma_transfer){ .source = &from.command,
                                            .destination = &to.command };
    submit(&job, &engine);
    expect("it is over", engine.poll || iodma_channel_due(&engine.channel));
    expect_number("and not told of yet", job.callbacks, 0);
    engine_run(&engine);
    expect_end(&job, IODMA_OK);
    expect_target("the target");
}

/* A batch has a block more than items, and one slot stays free. */
static void test_ring(void)
{
    const struct hal_dmac_counts *counts = &engine.facts->dmac->counts;
    const uint32_t slots = engine.facts->slots;
    uint32_t doorbells;

    test_phases();
    check_case("a chain of one");
    chain(1);
    check_case("a chain that fills the ring, in one doorbell");
    doorbells = counts->doorbells;
    chain(slots - 2);
    expect_number("doorbells", counts->doorbells - doorbells, 1);
    check_case("one that is longer");
    chain(slots - 1);
    chain(2 * slots);
    check_case("the ring wraps many times");
    for (uint32_t i = 0; i < 20; i++)
        chain(1 + 7 * i % 40);
    check_case(engine.poll ? "no interrupt was taken"
                           : "one interrupt a doorbell");
    expect_number("interrupts", engine.interrupts,
                  engine.poll ? 0 : counts->doorbells);
    memset(target, 0xA5, AREA);
    memset(want, 0xA5, AREA);
    test_at_once();
}

/* spi: memory to SPI0, and its answers to memory ----------------------------
 */

static void spi_begin(void)
{
    mmio_write32(rp2040_spi0 + SSPCR1, 0);
    mmio_write32(rp2040_spi0 + SSPCPSR, 2);
    mmio_write32(rp2040_spi0 + SSPCR0, SSPCR0_8_BITS);
    mmio_write32(rp2040_spi0 + SSPDMACR, SSPDMACR_BOTH);
    mmio_write32(rp2040_spi0 + SSPCR1, SSPCR1_SSE);
}

static void serve_both(const struct job *a, const struct job *b)
{
    while (a->callbacks == 0 || b->callbacks == 0) {
        (void)engine_serve(&engine);
        (void)engine_serve(&other);
    }
}

/* As the peer answers. */
static void want_complement(uint32_t at, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        want[at + i] = (uint8_t)~bytes[i];
}

static void test_spi(void)
{
    enum { BYTES = 1000, PACE = 20 }; /* us a byte, by machine.sh --spi0 */
    static struct job out;
    static struct job in;
    uint64_t began;
    uint64_t took;

    bring_up_other();
    spi_begin();

    check_case("all bytes reach SPI0, in order, and its answers memory");
    add(&from, source + 1, 401);
    add(&from, source + 5000, BYTES - 401);
    want_complement(3, source + 1, 401);
    want_complement(3 + 401, source + 5000, BYTES - 401);
    add(&to, target + 3, BYTES);
    prepare(&from, &engine, IODMA_OUT);
    prepare(&to, &other, IODMA_IN);
    in.transfer = (struct iodma_transfer){ .destination = &to.command,
                                           .port = &rp2040_spi0_receive };
    out.transfer = (struct iodma_transfer){ .source = &from.command,
                                            .port = &rp2040_spi0_transmit };
    submit(&in, &other);
    began = clock_now();
    submit(&out, &engine);
    serve_both(&out, &in);
    took = clock_now() - began;
    expect_end(&out, IODMA_OK);
    expect_end(&in, IODMA_OK);
    expect_target("the answers");

    check_case("at the pace of its requests");
    expect("microseconds", took >= BYTES * PACE && took < BYTES * PACE * 2);
}

/* append: a batch while another one runs; the driver alone ------------------
 */

static void test_append(void)
{
    const struct hal_route route = {
        .destination = { .kind = HAL_PORT,
                         .port = &rp2040_spi0_transmit,
                         .bus = rp2040_spi0_transmit.address },
    };
    const struct hal_item items[] = {
        { (uintptr_t)source, 0, 100 },
        { (uintptr_t)source + 500, 0, 50 },
    };
    struct hal_dmac *dmac = engine.facts->dmac;
    uint64_t deadline = hal_deadline(&plat_clock, DEADLINE_MS);
    uint32_t retired = 0;

    spi_begin();
    check_case("a batch that is submitted while one runs follows it");
    expect_status("route", dmac->ops->route(dmac, &route), IODMA_OK);
    for (uint32_t i = 0; i < HAL_COUNT_OF(items); i++) {
        expect_number("taken", dmac->ops->emit(dmac, &items[i], 1), 1);
        dmac->ops->submit(dmac);
    }
    expect("of the first, some is left", dmac->ops->residue(dmac).most > 50);
    while (retired < HAL_COUNT_OF(items) && !hal_expired(&plat_clock, deadline))
        retired += dmac->ops->reap(dmac).retired;
    expect_number("retired", retired, HAL_COUNT_OF(items));
    expect_number("left", dmac->ops->residue(dmac).most, 0);
}

/* cycle: the same without end -----------------------------------------------
 */

enum {
    PERIODS = 4,
    PERIOD = 32, /* bytes */
    TURNS = 3,
};

/* What a period holds in its turn-th turn. */
static uint8_t mark(uint32_t turn, uint32_t period)
{
    return (uint8_t)(16 * turn + period);
}

static struct {
    uint32_t told;  /* periods          */
    uint32_t order; /* that came amiss  */
} cycle;

/* Its bytes for the next turn. */
static void period_over(struct iodma_transfer *transfer, uint32_t period)
{
    uint32_t turn = cycle.told / PERIODS;

    cycle.order += period == cycle.told % PERIODS ? 0 : 1;
    memset(source + PERIOD * period, mark(turn + 1, period), PERIOD);
    cycle.told++;
    transfer->deadline = hal_deadline(&plat_clock, DEADLINE_MS);
}

static void lay_cycle(void)
{
    for (uint32_t i = 0; i < PERIODS; i++)
        memset(source + PERIOD * i, mark(0, i), PERIOD);
    for (uint32_t i = 0; i < PERIODS * TURNS; i++)
        memset(want + PERIOD * i, ~mark(i / PERIODS, i % PERIODS) & 0xFF,
               PERIOD);
    add(&from, source, PERIODS * PERIOD);
    add(&to, target, TURNS * PERIODS * PERIOD);
}

static void test_cycle(void)
{
    static struct job out;
    static struct job in;
    uint8_t outcome = IODMA_ABORT_STUCK;

    bring_up_other();
    spi_begin();

    check_case("a cycle goes round at the pace of SPI0, with new bytes");
    lay_cycle();
    prepare(&from, &engine, IODMA_OUT);
    prepare(&to, &other, IODMA_IN);
    in.transfer = (struct iodma_transfer){ .destination = &to.command,
                                           .port = &rp2040_spi0_receive };
    out.transfer = (struct iodma_transfer){
        .source = &from.command,
        .port = &rp2040_spi0_transmit,
        .rows = { .length = PERIOD, .source_stride = PERIOD, .count = PERIODS },
        .period = period_over,
    };
    submit(&in, &other);
    submit(&out, &engine);
    while (in.callbacks == 0) {
        (void)engine_serve(&engine);
        (void)engine_serve(&other);
    }
    expect_end(&in, IODMA_OK);
    expect_target("the answers");

    check_case("each period is told of, once, in order");
    expect("periods", cycle.told >= PERIODS * TURNS - 1);
    expect_number("amiss", cycle.order, 0);
    expect_number("overruns", out.transfer.overruns, 0);

    check_case("it ends when it is aborted");
    expect_status("abort",
                  iodma_transfer_abort(&engine.channel, &out.transfer,
                                       hal_deadline(&plat_clock, 100),
                                       &outcome),
                  IODMA_OK);
    expect_number("outcome", outcome, IODMA_ABORT_STOPPED);
    expect_end(&out, IODMA_ABORTED);
}

/* claims: whose channels they are -------------------------------------------
 */

static uintptr_t ctrl_of(uint32_t channel)
{
    return ((struct rp2040_dma *)(void *)board.dmacs[0].dmac)->base +
           RP2040_CHANNEL(channel) + RP2040_AL1_CTRL;
}

static void enabled_elsewhere(uint32_t channel)
{
    struct hal_dmac *dmac = board.dmacs[1].dmac;
    const char *step;

    mmio_write32(ctrl_of(channel),
                 RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(channel));
    expect_status("bring-up", engine_bring_up(&other, 1, engine.poll, &step),
                  IODMA_BUSY);
    expect_bytes("at", step, "starting the controller", 24);
    expect("nobody has it through us", dmac->owner == NULL);
    expect_number("nothing has changed", mmio_read32(ctrl_of(channel)),
                  RP2040_CTRL_EN | RP2040_CTRL_CHAIN_TO(channel));
    mmio_write32(ctrl_of(channel), RP2040_CTRL_CHAIN_TO(channel));
}

static void test_claims(void)
{
    struct hal_dmac *dmac = board.dmacs[0].dmac;
    struct iodma_channel again;

    check_case("an engine that somebody has is refused, and who is said");
    expect_status("audio", iodma_channel_init(&again, dmac, "audio"),
                  IODMA_BUSY);
    expect_bytes("owner", dmac->owner, engine.facts->name,
                 strlen(engine.facts->name) + 1);

    check_case("a channel that was enabled past us is refused");
    enabled_elsewhere(2);
    check_case("a control channel as well");
    enabled_elsewhere(3);
    check_case("once it is let go, it may be had");
    bring_up_other();

    check_case("and the first engine never noticed");
    chain(10);
}

/* held: by UART0, which is off ----------------------------------------------
 */

/* Between the two nothing may be printed. */
static void console_off(void)
{
    while (mmio_read32(rp2040_uart0 + UARTFR) & UARTFR_BUSY)
        ;
    mmio_write32(rp2040_uart0 + UARTCR, 0);
}

static void console_on(void)
{
    mmio_write32(rp2040_uart0 + UARTCR, UARTCR_ON);
}

static void to_console(struct job *job, const char *text, uint32_t length)
{
    from.count = 0;
    add(&from, (const uint8_t *)text, length);
    prepare(&from, &engine, IODMA_OUT);
    job->transfer = (struct iodma_transfer){ .source = &from.command,
                                             .port = &rp2040_uart0_transmit };
    submit(job, &engine);
}

static void serve_for(uint32_t micros)
{
    uint64_t began = clock_now();

    while (clock_now() - began < micros)
        (void)engine_serve(&engine);
}

static void test_held(void)
{
    static const char line[] = "# sent by the DMA controller\n";
    static char never[HELD];
    static struct job job;
    struct hal_residue left;
    uint32_t callbacks;
    uint8_t outcome = IODMA_ABORT_STUCK;

    mmio_write32(rp2040_uart0 + UARTDMACR, UARTDMACR_TX);
    memset(never, '!', sizeof never);

    check_case("what nobody asks for stays in flight, and is aborted");
    console_off();
    to_console(&job, never, HELD);
    serve_for(3000);
    callbacks = job.callbacks;
    left = engine.facts->dmac->ops->residue(engine.facts->dmac);
    (void)iodma_transfer_abort(&engine.channel, &job.transfer,
                               hal_deadline(&plat_clock, 100), &outcome);
    console_on();
    expect_number("callbacks before", callbacks, 0);
    /* A chip's FIFO has taken some; the emulator's has none. */
    expect("bytes left", left.most <= HELD &&
                             left.most + rp2040_uart0_transmit.depth >= HELD);
    expect_number("outcome", outcome, IODMA_ABORT_STOPPED);
    expect_end(&job, IODMA_ABORTED);
    expect_number("residue", job.transfer.residue.most, left.most);

    check_case("and does not come later");
    serve_for(3000);
    expect_number("busy", mmio_read32(ctrl_of(0)) & RP2040_CTRL_BUSY, 0);

    check_case("the engine is usable again");
    to_console(&job, line, sizeof line - 1);
    engine_run(&engine);
    expect_end(&job, IODMA_OK);
}

/* hole: where nothing answers ------------------------------------------------
 */

static void test_hole(void)
{
    check_case("a descriptor into a hole in the map is refused");
    test_refused(board.hole);

    /* The chip reports a bus error. */
    check_case("a move from a hole reads ones on this emulator");
    expect_number("retired",
                  move_item(board.hole, address_of(target + 64)).retired, 1);
    memset(want + 64, 0xFF, 256);
    expect_target("the target");
}

static const struct move_test tests[] = {
    { "moves", test_moves, false },   { "overlap", test_overlap, false },
    { "chains", test_ring, false },   { "spi", test_spi, false },
    { "append", test_append, true },  { "cycle", test_cycle, false },
    { "claims", test_claims, false }, { "held", test_held, false },
    { "hole", test_hole, true },
};

int main(int argc, char **argv)
{
    return run_by_name(argc, argv, tests, HAL_COUNT_OF(tests));
}
