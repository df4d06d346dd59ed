/* SPDX-License-Identifier: MIT */
/*
 * Defends what submit refuses, and in which order; and that nobody gets at a
 * command under way.
 */
#include "tests/transfer_world.h"

#include <string.h>

/* ---- What submit refuses ---- */

/* In the order in which submit looks. */
enum {
    NO_FUNCTION = 1 << 0,
    UNDER_WAY = 1 << 1,
    DEAD = 1 << 2,
    SOURCE_UNPREPARED = 1 << 3,
    DESTINATION_UNPREPARED = 1 << 4,
    SOURCE_HELD = 1 << 5,
    DESTINATION_HELD = 1 << 6,
    SHORTER = 1 << 7,
    SOURCE_IN = 1 << 8,
    DESTINATION_OUT = 1 << 9,
    SOURCE_OFF_BUS = 1 << 10,
    SOURCE_ITERATES = 1 << 11,
    SOURCE_WIDER = 1 << 12,
    DESTINATION_OFF_BUS = 1 << 13,
    DESTINATION_ITERATES = 1 << 14,
    DESTINATION_WIDER = 1 << 15,
    PHASE = 1 << 16,
};

static const struct {
    const char *what;
    uint32_t spoiled;
    enum iodma_status want;
} refusals[] = {
    { "no function to call back: BadArgument", NO_FUNCTION,
      IODMA_BAD_ARGUMENT },
    { "the transfer is under way: Busy", UNDER_WAY, IODMA_BUSY },
    { "the channel is dead: NotReady", DEAD, IODMA_NOT_READY },
    { "the source is not prepared: NotReady", SOURCE_UNPREPARED,
      IODMA_NOT_READY },
    { "the destination is not prepared: NotReady", DESTINATION_UNPREPARED,
      IODMA_NOT_READY },
    { "all preparations of the source are held: NotReady", SOURCE_HELD,
      IODMA_NOT_READY },
    { "all preparations of the destination are held: NotReady",
      DESTINATION_HELD, IODMA_NOT_READY },
    { "the lengths differ: BadArgument", SHORTER, IODMA_BAD_ARGUMENT },
    { "the source is In: BadArgument", SOURCE_IN, IODMA_BAD_ARGUMENT },
    { "the destination is Out: BadArgument", DESTINATION_OUT,
      IODMA_BAD_ARGUMENT },
    { "the source is on another bus: BadArgument", SOURCE_OFF_BUS,
      IODMA_BAD_ARGUMENT },
    { "the source is iterate-only: BadArgument", SOURCE_ITERATES,
      IODMA_BAD_ARGUMENT },
    { "the source has wider limits: BadArgument", SOURCE_WIDER,
      IODMA_BAD_ARGUMENT },
    { "the destination is on another bus: BadArgument", DESTINATION_OFF_BUS,
      IODMA_BAD_ARGUMENT },
    { "the destination is iterate-only: BadArgument", DESTINATION_ITERATES,
      IODMA_BAD_ARGUMENT },
    { "the destination has wider limits: BadArgument", DESTINATION_WIDER,
      IODMA_BAD_ARGUMENT },
    { "source and destination differ in phase: NotAligned", PHASE,
      IODMA_NOT_ALIGNED },
};

/* The same board, described a second time. */
static struct hal_bus other_port;
static struct iodma_bus other_bus;

static void unprepare(struct iodma_command *command)
{
    while (command->held != 0)
        (void)iodma_command_release(command);
    while (command->prepared != 0)
        (void)iodma_command_complete(command, true, true);
}

static void respecify(struct iodma_command *command, bool off_bus,
                      bool iterates, bool wider)
{
    struct iodma_spec other = spec;

    other.mapping = iterates ? IODMA_ITERATE_ONLY : IODMA_MAPPED;
    other.segment.max_segment = wider ? 65 : 64;
    if (off_bus)
        command->window.bus = &other_bus;
    expect_status("set_spec", iodma_command_set_spec(command, &other),
                  IODMA_OK);
}

/* A job that is wrong in these ways, and in no other. */
static void spoil(uint32_t how)
{
    struct job *job = &jobs[0];
    struct iodma_command *source = &job->source.command;
    struct iodma_command *destination = &job->destination.command;
    uint32_t length = (how & SHORTER) != 0 ? 60 : 64;

    limits.max_segment = 64;
    engine.dmac.same_phase = 4;
    start();
    spec.segment.max_segment = 64;
    (void)plain(0, 0, (how & PHASE) != 0 ? HALF + 2 : HALF, 64);
    unprepare(source);
    unprepare(destination);

    job->source.memory.direction =
        (how & SOURCE_IN) != 0 ? IODMA_IN : IODMA_OUT;
    job->destination.memory.direction =
        (how & DESTINATION_OUT) != 0 ? IODMA_OUT : IODMA_IN;
    respecify(source, (how & SOURCE_OFF_BUS) != 0, (how & SOURCE_ITERATES) != 0,
              (how & SOURCE_WIDER) != 0);
    respecify(destination, (how & DESTINATION_OFF_BUS) != 0,
              (how & DESTINATION_ITERATES) != 0,
              (how & DESTINATION_WIDER) != 0);
    (void)iodma_command_prepare(source, 0, 64, true, true);
    (void)iodma_command_prepare(destination, 0, length, true, true);

    if ((how & SOURCE_HELD) != 0)
        (void)iodma_command_hold(source);
    if ((how & DESTINATION_HELD) != 0)
        (void)iodma_command_hold(destination);
    if ((how & SOURCE_UNPREPARED) != 0)
        unprepare(source);
    if ((how & DESTINATION_UNPREPARED) != 0)
        unprepare(destination);
    if ((how & NO_FUNCTION) != 0)
        job->transfer.done = NULL;
    job->transfer.queued = (how & UNDER_WAY) != 0;
    channel.dead = (how & DEAD) != 0;
}

/* Refused, and every byte of every object as before. */
static void expect_refused(const struct iodma_transfer *transfer,
                           enum iodma_status status)
{
    static struct iodma_channel channel_before;
    static struct job job_before;
    uint32_t deeds_before = deeds();

    memcpy(&channel_before, &channel, sizeof channel);
    memcpy(&job_before, &jobs[0], sizeof jobs[0]);
    expect_status("submit",
                  iodma_transfer_submit(&channel, (void *)(uintptr_t)transfer),
                  status);
    /* These two of ours are set up to be looked at. */
    job_before.transfer.zip = jobs[0].transfer.zip;
    job_before.transfer.route = jobs[0].transfer.route;
    expect_bytes("the channel", &channel, &channel_before, sizeof channel);
    expect_bytes("the transfer and its commands", &jobs[0], &job_before,
                 sizeof jobs[0]);
    expect_number("deeds", deeds(), deeds_before);
}

static void test_refusals(void)
{
    other_port = port;
    (void)iodma_bus_init(&other_bus, &other_port, 0);

    check_case("a job with nothing wrong is accepted");
    set_up(4);
    spoil(0);
    run_copy(&jobs[0], 1);

    for (uint32_t i = 0; i < HAL_COUNT_OF(refusals); i++) {
        check_case(refusals[i].what);
        set_up(4);
        spoil(refusals[i].spoiled);
        expect_refused(&jobs[0].transfer, refusals[i].want);
    }

    check_case("of several refusals the first in order is the answer");
    for (uint32_t i = 0; i < HAL_COUNT_OF(refusals); i++) {
        for (uint32_t j = i; j < HAL_COUNT_OF(refusals); j++) {
            set_up(4);
            spoil(refusals[i].spoiled | refusals[j].spoiled);
            expect_refused(&jobs[0].transfer, refusals[i].want);
        }
    }

    begin_case("a pointer is missing: BadArgument", 4);
    (void)plain(0, 0, HALF, 64);
    expect_status("no channel", iodma_transfer_submit(NULL, &jobs[0].transfer),
                  IODMA_BAD_ARGUMENT);
    expect_refused(NULL, IODMA_BAD_ARGUMENT);
    jobs[0].transfer.source = NULL;
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    jobs[0].transfer.source = &jobs[0].source.command;
    jobs[0].transfer.destination = NULL;
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
}

/* Each is a limit of the engine. Commands that do not know it are refused;
   commands with the same limit are taken. */
static const struct {
    const char *what;
    struct hal_limits limits;
    uint32_t align_length; /* what the commands have to ask for */
} narrower[] = {
    { "an engine of fewer address bits",
      { .address_bits = HAL_ADDRESS_BITS - 7 },
      1 },
    { "an engine of shorter items", { .max_segment = 24 }, 1 },
    { "an engine with a boundary", { .boundary = 32 }, 1 },
    { "an engine of aligned addresses", { .align_address = 8 }, 8 },
    { "an engine of aligned lengths", { .align_length = 8 }, 8 },
    { "an engine with every limit at once",
      { .address_bits = 57,
        .max_segment = 24,
        .boundary = 32,
        .align_address = 4,
        .align_length = 8 },
      8 },
};

static void test_limits(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(narrower); i++) {
        const struct hal_limits *engines = &narrower[i].limits;

        check_case(narrower[i].what);
        set_up(3);
        limits = *engines;
        start();
        (void)plain(0, 8, HALF + 16, 200);
        expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);

        spec.segment.address_bits = engines->address_bits;
        spec.segment.max_segment = engines->max_segment;
        spec.segment.boundary = engines->boundary;
        spec.segment.align_address = engines->align_address;
        spec.segment.align_length = narrower[i].align_length;
        (void)plain(0, 8, HALF + 16, 200);
        run_copy(&jobs[0], 1);
    }

    check_case(
        "any segment may begin an item: aligned as those behind a first");
    set_up(3);
    limits.align_internal = 8;
    start();
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    spec.segment.align_address = 8;
    spec.segment.align_length = 8;
    spec.segment.align_internal = 4;
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
    spec.segment.align_internal = 8;
    (void)plain(0, 8, HALF + 16, 200);
    run_copy(&jobs[0], 1);

    check_case("an engine of all addresses takes a command of any");
    set_up(3);
    limits.address_bits = HAL_ADDRESS_BITS;
    start();
    (void)plain(0, 8, HALF + 16, 200);
    run_copy(&jobs[0], 1);

    check_case("lengths must carry the alignment of the engine's addresses");
    set_up(3);
    limits.align_address = 8;
    start();
    spec.segment.align_address = 8;
    (void)plain(0, 8, HALF + 16, 200);
    expect_refused(&jobs[0].transfer, IODMA_BAD_ARGUMENT);
}

/* A row's offset takes more bits than its stride. */
static void test_far_rows(void)
{
    static const struct iodma_rows rows = { 16, 0x80000000, 0, 3 };
    const hal_address length = WIDE(0x180000000);
    struct iodma_command command;
    struct iodma_memory memory;
    struct iodma_zip zip;
    struct hal_item items[3];

    if (!check_wide(0, "rows that begin 4 GiB behind the first"))
        return;
    set_up(3);
    aperture.last = aperture.first + (length - 1);
    start();
    expect_status("memory",
                  iodma_memory_init_buffer(&memory, aperture.first, length,
                                           length, IODMA_OUT),
                  IODMA_OK);
    expect_status("command", iodma_command_init(&command, &bus, &spec, NULL),
                  IODMA_OK);
    expect_status("prepare", iodma_command_set_memory(&command, &memory, true),
                  IODMA_OK);
    iodma_zip_begin(&zip, &command, NULL, &rows);
    expect_number("rows", iodma_zip_next(&zip, items, 3), 3);
    expect_number("the last one", items[2].source,
                  first_on_bus() + WIDE(0x100000000));
    expect_status("complete", iodma_command_clear_memory(&command, true),
                  IODMA_OK);
}

static void test_phase(void)
{
    begin_case("a phase that is equal throughout is accepted", 4);
    engine.dmac.same_phase = 4;
    jobs[0].source.pieces[0] = (struct piece){ 1, 10 };
    jobs[0].source.pieces[1] = (struct piece){ 103, 20 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF + 5, 10 };
    jobs[0].destination.pieces[1] = (struct piece){ HALF + 203, 20 };
    make_ready(&jobs[0]);
    run_copy(&jobs[0], 1);

    begin_case("a phase that differs in the last item only: NotAligned", 4);
    engine.dmac.same_phase = 4;
    jobs[0].source.pieces[0] = (struct piece){ 1, 10 };
    jobs[0].source.pieces[1] = (struct piece){ 103, 20 };
    jobs[0].destination.pieces[0] = (struct piece){ HALF + 5, 10 };
    jobs[0].destination.pieces[1] = (struct piece){ HALF + 203, 16 };
    jobs[0].destination.pieces[2] = (struct piece){ HALF + 300, 4 };
    make_ready(&jobs[0]);
    expect_refused(&jobs[0].transfer, IODMA_NOT_ALIGNED);
}

/* ---- Commands under way ---- */

static void test_held(void)
{
    struct iodma_command *both = &jobs[0].source.command;

    begin_case("a command under way cannot be completed by the caller", 2);
    (void)chain(0, 10);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    expect_quarantined(&jobs[0].source.command);
    expect_quarantined(&jobs[0].destination.command);
    expect_status("submit it twice", submit(&jobs[0]), IODMA_BUSY);
    drive(1);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin_case("one preparation is the transfer's, another stays the caller's",
               2);
    (void)chain(0, 4);
    expect_status("prepare again",
                  iodma_command_prepare(both, 0, 0, true, true), IODMA_OK);
    expect_copy(&jobs[0]);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_number("prepared", both->prepared, 1);
    expect_number("held", both->held, 0);
    expect_status("complete", iodma_command_complete(both, true, true),
                  IODMA_OK);
    expect_end(&jobs[0], IODMA_OK);
    expect_order();

    begin_case("one command as both sides needs two preparations", 2);
    (void)plain(0, 0, HALF, 64);
    unprepare(both);
    jobs[0].source.memory.direction = IODMA_INOUT;
    jobs[0].transfer.destination = both;
    (void)iodma_command_prepare(both, 0, 0, true, true);
    expect_refused(&jobs[0].transfer, IODMA_NOT_READY);
    (void)iodma_command_prepare(both, 0, 0, true, true);
    expect_status("submit", submit(&jobs[0]), IODMA_OK);
    drive(1);
    expect_status("status", jobs[0].status, IODMA_OK);
    expect_number("prepared", both->prepared, 0);
    expect_order();
}

int main(void)
{
    test_refusals();
    test_limits();
    test_far_rows();
    test_phase();
    test_held();
    return check_result();
}
