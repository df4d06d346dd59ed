/* SPDX-License-Identifier: MIT */
/*
 * Random transfers by the engine and by the disk, several of each in flight,
 * between memory on both sides of the reach. Every byte is compared with a
 * model, a function of the side and the round; storage is used up now and then.
 *
 * Jobs are strewn over memory of their own: for each side of each job a slab
 * of low memory and one of far memory, which begin in the middle of one that
 * would be aligned, so that some lie over the end of a window. One job at a
 * time has the line between.
 */
#include "hal/bits.h"
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/target/far.h"

#include <stdio.h>
#include <string.h>

enum {
    TRANSFERS = 10000, /* by each of the two masters   */
    COPIES = 8,        /* jobs of the engine at a time */
    DISK_JOBS = 8,     /* of the disk                  */
    JOBS = COPIES + DISK_JOBS,
    MOST_RANGES = 12,
    MOST_RANGE = 0x1800,
    MOST_BYTES = MOST_RANGES * MOST_RANGE,
    SLAB = 0x40000,
    MODEL_KEYS = 0x8000,
    RANDOM_PAGES = 32,
    RANDOM_LOANS = 64,
    DISK_SPAN = 4096, /* blocks that belong to a job */
};

#define LOW_SLABS (LOW + 32 * MIB + SLAB / 2)
#define FAR_SLABS (REACH + 2 * MIB + SLAB / 2)

/* One side of a job. Byte i is model[key + i] at first. */
struct side {
    struct iodma_range ranges[MOST_RANGES];
    struct iodma_memory memory;
    struct iodma_command command;
    hal_address offset; /* of the window */
    uint32_t key;
    bool straddles;
};

enum stage {
    FREE,
    COPYING, /* by the engine             */
    WRITING, /* to the disk               */
    WRITTEN, /* and not yet being read    */
    READING, /* from the disk             */
};

struct job {
    uint64_t seed; /* all that is random about it */
    struct side from, to;
    hal_address length; /* of both windows */
    uint32_t stage;
    bool ended;
    bool refused; /* the side to be prepared has been */
    enum iodma_status status;
    struct iodma_transfer transfer;
    struct nvme_request request;
};

/* What the bounce storage of one master is, and what it was used for. */
struct master {
    const char *name;
    struct iodma_bus *bus;
    struct iodma_bounce pool;
    uint32_t words[IODMA_BLOCK_WORDS(RANDOM_PAGES)];
    struct hal_loan loans[RANDOM_LOANS];
    const struct iodma_spec *specs;
    uint32_t spec_count;
    uint32_t transfers;
    uint32_t refused;        /* for want of storage            */
    uint32_t misphased;      /* bounced again, or NotAligned   */
    uint32_t ways[FAR_WAYS]; /* that sides went              */
};

static struct disk disk;
static struct job jobs[JOBS];
static uint8_t model[MODEL_KEYS + MOST_BYTES];
static uint8_t want[MOST_BYTES];
static uint8_t span[MOST_RANGE + 2 * FAR_GUARD];
static uint8_t guards[FAR_GUARD];
static uint64_t *dice;    /* of the job under way */
static bool sound = true; /* nothing was wrong so far */
static bool line_taken;   /* a job straddles the line */
static uint32_t straddling_sides;
static uint32_t most_flying; /* requests of the disk */

static const struct iodma_spec copy_specs[] = {
    SPEC(0, 0),
    NARROW(0x1000),
    NARROW(0x777),
    NARROW(0, .align_address = 16),
    NARROW(0, .max_segments = 6),
    NARROW(0, .boundary = 0x800),
};
static const struct iodma_spec disk_specs[] = {
    SPEC(0, 0),
    NARROW(0),
    NARROW(0x1000),
    SPEC(64, 0, .max_segments = 3),
};

static struct master copier = {
    .name = "53C895A",
    .bus = &far.engine.bus,
    .specs = copy_specs,
    .spec_count = HAL_COUNT_OF(copy_specs),
};
static struct master reader = {
    .name = "NVMe",
    .bus = &disk.bus,
    .specs = disk_specs,
    .spec_count = HAL_COUNT_OF(disk_specs),
};

static uint32_t below(uint32_t limit)
{
    return random_below(dice, limit);
}

static struct master *master_of(const struct job *job)
{
    return job < jobs + COPIES ? &copier : &reader;
}

/* Descriptors -------------------------------------------------------------- */

static hal_address some_length(bool in_pages)
{
    if (in_pages && below(8) != 0)
        return FAR_PAGE;
    switch (below(4)) {
    case 0:
        return 1 + below(64);
    case 1:
        return 1 + below(1024);
    default:
        return 1 + below(MOST_RANGE);
    }
}

/* A range behind *next, which it moves on. */
static struct iodma_range lay(hal_address *next, hal_address offset,
                              hal_address length, bool in_page)
{
    hal_address address =
        *next + 2 * FAR_GUARD + below(below(2) != 0 ? 64 : FAR_PAGE);

    if (in_page)
        address = round_up(address, FAR_PAGE);
    address += modulo(offset - address, 4);
    *next = address + length;
    return (struct iodma_range){ address, length };
}

static struct iodma_range lay_on_line(hal_address offset, hal_address length)
{
    hal_address address = REACH - 4 - below((uint32_t)length - 4);

    address += modulo(offset - address, 4);
    line_taken = true;
    straddling_sides++;
    return (struct iodma_range){ address, length };
}

/* Addresses equal their offset modulo 4, as the engine asks for. */
static void strew(struct side *side, uint32_t slab, uint32_t direction,
                  bool in_pages)
{
    hal_address near = LOW_SLABS + (hal_address)slab * SLAB;
    hal_address distant = FAR_SLABS + (hal_address)slab * SLAB;
    uint32_t count = 1 + below(MOST_RANGES);
    hal_address offset = 0;

    side->straddles = false;
    side->key = below(MODEL_KEYS);
    for (uint32_t i = 0; i < count; i++) {
        hal_address length = some_length(in_pages);

        if (!in_pages && !line_taken && length > 8 && below(4) == 0) {
            side->straddles = true;
            side->ranges[i] = lay_on_line(offset, length);
        } else {
            side->ranges[i] =
                lay(below(2) != 0 ? &distant : &near, offset, length, in_pages);
        }
        offset += length;
    }
    sound &= expect_status("memory",
                           iodma_memory_init_ranges(&side->memory, side->ranges,
                                                    count, direction, NULL, 0),
                           IODMA_OK);
}

/* Bytes -------------------------------------------------------------------- */

static void paint_side(const struct side *side)
{
    const uint8_t *bytes = model + side->key;

    for (uint32_t i = 0; i < side->memory.count; i++) {
        size_t length = (size_t)side->ranges[i].length;

        memset(span, FAR_GUARD_BYTE, FAR_GUARD);
        memcpy(span + FAR_GUARD, bytes, length);
        memset(span + FAR_GUARD + length, FAR_GUARD_BYTE, FAR_GUARD);
        far_put(side->ranges[i].address - FAR_GUARD, span,
                length + 2 * FAR_GUARD);
        bytes += length;
    }
}

/* All of the side's bytes are `bytes`, and its guards hold. */
static bool side_is(const struct side *side, const uint8_t *bytes)
{
    bool good = true;

    for (uint32_t i = 0; good && i < side->memory.count; i++) {
        size_t length = (size_t)side->ranges[i].length;

        far_get(span, side->ranges[i].address - FAR_GUARD,
                length + 2 * FAR_GUARD);
        good = memcmp(span, guards, FAR_GUARD) == 0 &&
               memcmp(span + FAR_GUARD, bytes, length) == 0 &&
               memcmp(span + FAR_GUARD + length, guards, FAR_GUARD) == 0;
        if (!good)
            printf("# a range of %s bytes at %s\n", hex(length),
                   hex(side->ranges[i].address));
        bytes += length;
    }
    return good;
}

static bool untouched(const struct side *side)
{
    return side_is(side, model + side->key);
}

/* The window has the other side's bytes, the rest is untouched. */
static bool arrived(const struct job *job)
{
    const struct side *to = &job->to;

    memcpy(want, model + to->key, (size_t)to->memory.length);
    memcpy(want + to->offset, model + job->from.key + job->from.offset,
           (size_t)job->length);
    return side_is(to, want);
}

/* A job -------------------------------------------------------------------- */

/* A whole buffer is aligned: so to words, mostly. */
static void bring_in_phase(struct job *job)
{
    hal_address *from = &job->from.offset;
    hal_address *to = &job->to.offset;

    if (below(8) != 0)
        *from -= modulo(*from, 4);
    if (*to >= 4)
        *to -= modulo(*to - *from, 4);
    else
        *to = *from = 0;
}

/* Sub-ranges of both sides. Returns false if there is none to be had. */
static bool choose_windows(struct job *job, uint32_t unit)
{
    hal_address most =
        smaller(job->from.memory.length, job->to.memory.length) / unit;

    if (most == 0)
        return false;
    job->length = unit * (below(2) != 0 ? most : 1 + below((uint32_t)most));
    job->from.offset =
        below((uint32_t)(job->from.memory.length - job->length) + 1);
    job->to.offset = below((uint32_t)(job->to.memory.length - job->length) + 1);
    if (unit != 1 && below(2) != 0) { /* as PRPs want it */
        job->from.offset = 0;
        job->to.offset = 0;
    }
    if (unit == 1 && below(16) != 0) /* or it is out of phase */
        bring_in_phase(job);
    return true;
}

/* Prepare the window. Storage may be used up; then nothing has changed. */
static bool prepare_side(struct job *job, struct side *side)
{
    struct master *master = master_of(job);
    uint32_t before = iodma_bounce_in_use(&master->pool);
    enum iodma_status status = iodma_command_prepare(
        &side->command, side->offset, job->length, true,
        side->memory.direction == IODMA_OUT || below(2) != 0);

    if (status == IODMA_OK) {
        master->ways[far_way(&side->command)]++;
        return true;
    }
    master->refused += !job->refused;
    job->refused = true;
    sound &= expect_status("refused", status, IODMA_NO_RESOURCES);
    sound &= expect("and not when all of the pool is free", before != 0);
    sound &= expect_number("pages in use", iodma_bounce_in_use(&master->pool),
                           before);
    sound &= expect_number("count", side->command.prepared, 0);
    return false;
}

static void complete_side(struct side *side)
{
    sound &= expect_status("complete",
                           iodma_command_complete(&side->command, true, true),
                           IODMA_OK);
}

static void end_job(struct job *job)
{
    if (job->from.straddles || job->to.straddles)
        line_taken = false;
    job->stage = FREE;
}

/* It did not come about: nothing has changed. */
static void drop_job(struct job *job)
{
    sound &= expect("the source is untouched", untouched(&job->from));
    sound &= expect("the target is untouched", untouched(&job->to));
    end_job(job);
}

static void init_side(struct job *job, struct side *side)
{
    const struct master *master = master_of(job);

    paint_side(side);
    sound &= expect_status(
        "init",
        iodma_command_init(&side->command, master->bus,
                           &master->specs[below(master->spec_count)], NULL),
        IODMA_OK);
    sound &= expect_status(
        "set", iodma_command_set_memory(&side->command, &side->memory, false),
        IODMA_OK);
}

static void on_copied(struct iodma_transfer *moved, enum iodma_status status)
{
    struct job *job = moved->ref_con;

    job->ended = true;
    job->status = status;
}

/* Where the window begins, modulo 4: a whole buffer is aligned. */
static hal_address phase_of(const struct side *side)
{
    return far_way(&side->command) == FAR_WHOLE ? 0 : modulo(side->offset, 4);
}

static void start_copy(struct job *job)
{
    enum iodma_status status;
    bool in_phase;

    if (!prepare_side(job, &job->from)) {
        drop_job(job);
        return;
    }
    if (!prepare_side(job, &job->to)) {
        complete_side(&job->from);
        drop_job(job);
        return;
    }

    in_phase = phase_of(&job->from) == phase_of(&job->to);
    job->transfer = (struct iodma_transfer){
        .source = &job->from.command,
        .destination = &job->to.command,
        .deadline = hal_deadline(far.engine.bus.hal->clock, FAR_DEADLINE_MS),
        .done = on_copied,
        .ref_con = job,
    };
    status = iodma_transfer_submit(&far.engine.channel, &job->transfer);
    job->stage = COPYING;
    if (!in_phase)
        copier.misphased++;
    if (status == IODMA_OK)
        return;
    /* Out of phase, and no storage to bring it there. */
    sound &= expect("submit", !in_phase && status == IODMA_NOT_ALIGNED);
    complete_side(&job->from);
    sound &= expect_status(
        "complete, with nothing copied in",
        iodma_command_complete(&job->to.command, true, false), IODMA_OK);
    drop_job(job);
}

static void on_disk_done(struct nvme_request *request)
{
    struct job *job = request->ref_con;

    job->ended = true;
    job->status = (enum iodma_status)request->status;
}

/* Segments go straight into the controller's lists. */
static void start_disk(struct job *job, struct side *side, uint8_t opcode)
{
    struct nvme *nvme = disk.facts->nvme;
    hal_address offset = 0;

    if (opcode == NVME_WRITE) {
        uint32_t blocks = (uint32_t)job->length / nvme->block_size;

        job->request.blocks = blocks;
        job->request.lba = (uint64_t)(job - jobs - COPIES) * DISK_SPAN +
                           below(DISK_SPAN - blocks + 1);
    }
    job->request.opcode = opcode;
    job->request.deadline = hal_deadline(disk.bus.hal->clock, FAR_DEADLINE_MS);
    job->request.done = on_disk_done;
    job->request.ref_con = job;
    sound &= expect_status("begin", nvme_begin(nvme, &job->request), IODMA_OK);
    sound &= expect_status(
        "emit",
        iodma_command_emit(&side->command, &offset, &job->request.emitter),
        IODMA_OK);
    sound &=
        expect_status("hold", iodma_command_hold(&side->command), IODMA_OK);
    job->stage = opcode == NVME_WRITE ? WRITING : READING;
}

static void start_job(struct job *job)
{
    bool copies = master_of(job) == &copier;
    uint32_t slab = 2 * (uint32_t)(job - jobs);
    bool in_pages = !copies && below(2) != 0;

    strew(&job->from, slab, IODMA_OUT, in_pages);
    strew(&job->to, slab + 1, IODMA_IN, in_pages);
    if (!choose_windows(job, copies ? 1 : disk.facts->nvme->block_size)) {
        end_job(job);
        return;
    }
    init_side(job, &job->from);
    init_side(job, &job->to);
    job->refused = false;
    if (copies)
        start_copy(job);
    else if (prepare_side(job, &job->from))
        start_disk(job, &job->from, NVME_WRITE);
    else
        drop_job(job);
}

static void start_reading(struct job *job)
{
    bool again = job->refused;

    if (prepare_side(job, &job->to))
        start_disk(job, &job->to, NVME_READ);
    else if (!again)
        sound &= expect("the target is untouched", untouched(&job->to));
}

static void finish_disk(struct side *side)
{
    sound &= expect_status("release", iodma_command_release(&side->command),
                           IODMA_OK);
    complete_side(side);
}

static void finish(struct job *job)
{
    job->ended = false;
    sound &= expect_status("the transfer", job->status, IODMA_OK);
    master_of(job)->transfers++;
    if (job->stage == WRITING) {
        finish_disk(&job->from);
        job->stage = WRITTEN;
        job->refused = false;
        return;
    }
    if (job->stage == READING)
        finish_disk(&job->to);
    sound &= expect("the source is untouched", untouched(&job->from));
    sound &= expect("every byte of the target is right", arrived(job));
    end_job(job);
}

/* One look at a job. New ones begin as long as more are wanted. */
static void advance(struct job *job)
{
    dice = &job->seed;
    if (job->ended)
        finish(job);
    if (job->stage == WRITTEN)
        start_reading(job);
    if (job->stage == FREE && master_of(job)->transfers < TRANSFERS)
        start_job(job);
}

static bool all_free(void)
{
    for (uint32_t i = 0; i < JOBS; i++) {
        if (jobs[i].stage != FREE)
            return false;
    }
    return true;
}

static bool wanted(void)
{
    return copier.transfers < TRANSFERS || reader.transfers < TRANSFERS ||
           !all_free();
}

static void make_random_pool(struct master *master, hal_address base)
{
    sound &= expect_status(
        "pool",
        iodma_bounce_init(&master->pool, base, RANDOM_PAGES * FAR_PAGE,
                          FAR_PAGE, master->words, master->loans, RANDOM_LOANS),
        IODMA_OK);
    sound &= expect_status(
        "lend", iodma_bus_lend(master->bus, &master->pool.hal), IODMA_OK);
}

static void report(const struct master *master)
{
    printf("# %s: %u transfers, %u refused for want of storage, %u out of "
           "phase; sides direct %u, split %u, whole %u; high-water %u of %u "
           "pages\n",
           master->name, (unsigned)master->transfers, (unsigned)master->refused,
           (unsigned)master->misphased, (unsigned)master->ways[FAR_DIRECT],
           (unsigned)master->ways[FAR_SPLIT], (unsigned)master->ways[FAR_WHOLE],
           (unsigned)iodma_bounce_high_water(&master->pool),
           (unsigned)RANDOM_PAGES);
    for (uint32_t way = 0; way < FAR_WAYS; way++)
        sound &= expect("every way is gone", master->ways[way] != 0);
    sound &= expect("storage is used up now and then", master->refused != 0);
    sound &=
        expect_number("pages in use", iodma_bounce_in_use(&master->pool), 0);
}

/* The model, and what each job will do whenever the others do theirs. */
static void make_random(uint32_t seed)
{
    uint64_t state = seed;

    memset(guards, FAR_GUARD_BYTE, sizeof guards);
    for (size_t i = 0; i < sizeof model; i++)
        model[i] = (uint8_t)random_below(&state, 256);
    for (uint32_t i = 0; i < JOBS; i++)
        jobs[i].seed = state + i;
}

static void note_flight(void)
{
    if (disk.facts->nvme->in_flight > most_flying)
        most_flying = disk.facts->nvme->in_flight;
}

static bool bring_disk_up(void)
{
    const char *step;
    enum iodma_status status = disk_bring_up(&disk, NVME_MESSAGE, false, &step);

    return expect(step, status == IODMA_OK);
}

void far_test_random(uint32_t seed)
{
    check_case("the disk is there");
    if (!bring_disk_up())
        return;
    expect("it has room", disk.facts->nvme->blocks >= DISK_JOBS * DISK_SPAN);
    printf("# seed %u\n", (unsigned)seed);
    make_random(seed);
    make_random_pool(&copier, LOW + 1 * MIB);
    make_random_pool(&reader, LOW + 2 * MIB);

    check_case("random transfers arrive, byte by byte");
    while (wanted() && sound) {
        for (uint32_t i = 0; i < JOBS; i++)
            advance(&jobs[i]);
        sound &=
            expect_status("submit", nvme_submit(disk.facts->nvme), IODMA_OK);
        note_flight();
        (void)disk_serve(&disk);
        (void)iodma_channel_service(&far.engine.channel);
    }
    report(&copier);
    report(&reader);
    printf("# at most %u requests of the disk in flight\n",
           (unsigned)most_flying);
    sound &= expect("several requests were in flight", most_flying > 2);
    printf("# %u sides over the end of the reach\n",
           (unsigned)straddling_sides);
}
