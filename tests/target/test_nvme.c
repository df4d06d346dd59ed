/* SPDX-License-Identifier: MIT */
/*
 * The board's disk reads and writes what it is told, and nothing else: real
 * data on the device model, every byte of memory and disk compared.
 *
 *   test_nvme [--poll | --message] [--sgl] TEST
 *
 * The tests are listed at the end. The disk is with_disk.sh's: every 16 bytes
 * of it are their own offset in text. What a test needs of the machine besides
 * (errors, a throttle, another limit) stands in meson.build.
 *
 * Memory is two areas, one within the CPU's reach and one across 4 GiB (2 GiB
 * where addresses have 32 bits), seen through windows. Of both and of the disk
 * there is a copy of what they have to hold; all that a test does not touch is
 * a guard.
 */
#include "dma/access.h"
#include "dma/iodma.h"
#include "hal/bits.h"
#include "hal/container_of.h"
#include "hal/count_of.h"
#include "platform/interrupt.h"
#include "tests/check.h"
#include "tests/images/bring_up.h"

#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 512,
    PAGE = 4096,
    KIB = 1024,
    MIB = 1 << 20,
    JOBS = 8, /* requests in flight                          */
    LOANS = 256,
    OWN = PAGE, /* bytes of a request that has its own buffer  */
    LOOK = MIB, /* bytes looked at in one go                   */
    POOL = 4 * MIB,
    STAMP = 16, /* bytes of the disk that say where they are   */
    RANGES = 1024,
    GUARD = 0xA5,
    DEADLINE_MS = 120000, /* for what hangs, not for a busy machine */
    SHORT_MS = 200,       /* for what the disk holds back for longer */
    LATER_MS = 2500,      /* when it has let go of all of it */
    ROUNDS = 10,          /* for what a busy machine may not show */
};

static struct disk disk;
static struct nvme *nvme;

/* Areas: memory, and what it has to hold ---------------------------------- */

struct area {
    const char *what;
    hal_address base; /* CPU physical */
    uint8_t *want;
};

static struct area low = { .what = "low memory" };
static struct area far = { .what = "far memory" };
static struct area *const areas[] = { &low, &far };
static uint32_t area_size;
static uint8_t *disk_want;
static uint8_t *look;

static struct iodma_bounce pool;
static hal_address pool_base;

/* Pieces of the board's scratch memory, on multiples of their size if that is
   a power of two up to POOL. */
static uint8_t *take(hal_address size)
{
    static hal_address taken;
    hal_address skew = modulo(board.scratch.base + taken, POOL);
    hal_address at = taken + modulo(POOL - skew, POOL);

    taken = at + size;
    return (uint8_t *)(uintptr_t)(board.scratch.base + at);
}

/* All of an area. */
static struct iodma_memory area_memory(const struct area *area)
{
    struct iodma_memory memory = { .members = NULL };

    expect_status(area->what,
                  iodma_memory_init_buffer(&memory, area->base, area_size,
                                           area_size, IODMA_INOUT),
                  IODMA_OK);
    return memory;
}

/* Memory becomes what it has to be. */
static void put_areas(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++) {
        struct iodma_memory memory = area_memory(areas[i]);

        expect_number(areas[i]->what,
                      iodma_memory_write(&memory, &disk.bus, 0, areas[i]->want,
                                         area_size),
                      area_size);
    }
}

static void fill_guards(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++)
        memset(areas[i]->want, GUARD, area_size);
    put_areas();
}

/* Never the same twice. */
static void fill_random(void)
{
    static uint32_t state = 1;

    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++) {
        uint32_t *words = (uint32_t *)(void *)areas[i]->want;

        for (uint32_t k = 0; k < area_size / sizeof *words; k++) {
            state = state * 1664525 + 1013904223;
            words[k] = state ^ state >> 16;
        }
    }
    put_areas();
}

static bool expect_equal(const char *what, const uint8_t *got,
                         const uint8_t *want, size_t size)
{
    return memcmp(got, want, size) == 0 || expect_bytes(what, got, want, size);
}

static void expect_area(const struct area *area)
{
    struct iodma_memory memory = area_memory(area);

    for (uint32_t at = 0; at < area_size; at += LOOK) {
        size_t size = (size_t)smaller(LOOK, area_size - at);

        expect_number(area->what,
                      iodma_memory_read(&memory, &disk.bus, at, look, size),
                      size);
        if (!expect_equal(area->what, look, area->want + at, size))
            printf("#   counted from %s\n", hex(area->base + at));
    }
}

static void expect_areas(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++)
        expect_area(areas[i]);
}

static uint8_t *want_at(hal_address address)
{
    const struct area *area = address - low.base < area_size ? &low : &far;

    return area->want + (address - area->base);
}

/* What a request does, done to the copies. */
static void mirror(uint8_t opcode, uint64_t lba, struct iodma_memory *memory)
{
    uint8_t *on_disk = disk_want + lba * BLOCK;

    for (uint32_t i = 0; i < memory->count; i++) {
        size_t length = (size_t)memory->ranges.array[i].length;
        uint8_t *in_memory = want_at(memory->ranges.array[i].address);

        if (opcode == NVME_READ)
            memcpy(in_memory, on_disk, length);
        else if (opcode == NVME_WRITE)
            memcpy(on_disk, in_memory, length);
        on_disk += length;
    }
}

/* Memory that may hold anything now is as it should be. */
static void accept(struct iodma_memory *memory)
{
    hal_address offset = 0;

    for (uint32_t i = 0; i < memory->count; i++) {
        const struct iodma_range *range = &memory->ranges.array[i];

        (void)iodma_memory_read(memory, &disk.bus, offset,
                                want_at(range->address), range->length);
        offset += range->length;
    }
}

/* Jobs: a request and its command ----------------------------------------- */

struct job {
    struct nvme_request request;
    struct iodma_command command;
    bool busy;         /* started, and not given back                */
    uint32_t deadline; /* milliseconds, for the next start           */
    unsigned ends;     /* calls of done, and of released, since then */
    unsigned releases;
    unsigned turn; /* which one of all ended requests it was     */

    /* A buffer of its own. */
    struct iodma_range ranges[2];
    struct iodma_memory memory;
};

static struct job jobs[JOBS];
static unsigned turns;
static unsigned bounced; /* requests that went through the pool */

static void on_done(struct nvme_request *request)
{
    struct job *job = HAL_CONTAINER_OF(request, struct job, request);

    job->ends++;
    job->turn = ++turns;
}

static void on_released(struct nvme_request *request)
{
    HAL_CONTAINER_OF(request, struct job, request)->releases++;
}

/* Does the disk find what it writes as it lies, whatever lines that shares?
   Else the ends of a window are in the pool as well. */
static bool snooped(void)
{
    return board.cache == NULL;
}

/* Are the addresses that the disk gets those of the pool? */
static bool through_pool(struct iodma_command *command)
{
    struct iodma_segment64 segments[16];
    uint32_t count = HAL_COUNT_OF(segments);
    uint32_t inside = 0;
    uint32_t outside = 0;
    hal_address offset = 0;

    while (iodma_command_gen_segments64(command, &offset, segments, &count) ==
           IODMA_OK) {
        for (uint32_t i = 0; i < count; i++) {
            if (segments[i].address - pool_base < POOL)
                inside++;
            else
                outside++;
        }
        count = HAL_COUNT_OF(segments);
    }
    expect("one buffer stands for the window, or none",
           inside == 0 || outside == 0 || !snooped());
    return inside != 0;
}

static bool attach(struct job *job, struct iodma_memory *memory)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);
    struct iodma_command *command = &job->command;

    return expect_status("init",
                         iodma_command_init(command, &disk.bus, &spec, NULL),
                         IODMA_OK) &&
           expect_status("set",
                         iodma_command_set_memory(command, memory, false),
                         IODMA_OK);
}

static bool begin(struct job *job, uint8_t opcode, uint64_t lba,
                  hal_address length)
{
    struct nvme_request *request = &job->request;
    uint32_t wait = job->deadline != 0 ? job->deadline : DEADLINE_MS;

    request->opcode = opcode;
    request->lba = lba;
    request->blocks = (uint32_t)(length / BLOCK);
    request->deadline = hal_deadline(disk.bus.hal->clock, wait);
    request->done = on_done;
    request->released = on_released;
    job->ends = 0;
    job->releases = 0;
    job->deadline = 0;
    return expect_status("begin", nvme_begin(nvme, request), IODMA_OK);
}

/* A request for a window of a descriptor, ready to be submitted. */
static bool start(struct job *job, uint8_t opcode, uint64_t lba,
                  struct iodma_memory *memory, hal_address offset,
                  hal_address length)
{
    struct iodma_command *command = &job->command;
    hal_address position = 0;

    if (!attach(job, memory) ||
        !expect_status(
            "prepare",
            iodma_command_prepare(command, offset, length, true, true),
            IODMA_OK))
        return false;
    if (through_pool(command))
        bounced++;
    job->busy = begin(job, opcode, lba, length) &&
                expect_status("emit",
                              iodma_command_emit(command, &position,
                                                 &job->request.emitter),
                              IODMA_OK) &&
                expect_status("hold", iodma_command_hold(command), IODMA_OK);
    if (!job->busy) {
        (void)nvme_cancel(&job->request);
        (void)iodma_command_deinit(command);
    }
    return job->busy;
}

/* The disk is through with it. */
static void give_back(struct job *job, bool synchronize)
{
    expect_number("ends", job->ends, 1);
    expect_status("release", iodma_command_release(&job->command), IODMA_OK);
    expect_status("complete",
                  iodma_command_complete(&job->command, true, synchronize),
                  IODMA_OK);
    expect_status("deinit", iodma_command_deinit(&job->command), IODMA_OK);
    job->busy = false;
}

static void finish(struct job *job)
{
    if (!expect_status("the request", (enum iodma_status)job->request.status,
                       IODMA_OK))
        printf("#   the disk says: %s\n", nvme_status_name(job->request.code));
    give_back(job, true);
}

static void submit(void)
{
    expect_status("submit", nvme_submit(nvme), IODMA_OK);
}

/* A little more than the disk has for what is started now. */
static uint64_t patience(void)
{
    return hal_deadline(disk.bus.hal->clock, DEADLINE_MS + SHORT_MS);
}

static bool in_time(uint64_t deadline)
{
    return expect("the disk ends what is late",
                  !hal_expired(disk.bus.hal->clock, deadline));
}

static void serve_all(void)
{
    const uint64_t deadline = patience();

    submit();
    while (disk_serve(&disk) && in_time(deadline))
        continue;
}

static void serve_until_end(const struct job *job)
{
    const uint64_t deadline = patience();

    submit();
    while (job->ends == 0 && in_time(deadline))
        (void)disk_serve(&disk);
}

/* Give back what has ended. Returns whether any job is still under way. */
static bool collect(void)
{
    bool busy = false;

    for (size_t i = 0; i < JOBS; i++) {
        if (jobs[i].busy && jobs[i].ends != 0)
            finish(&jobs[i]);
        busy = busy || jobs[i].busy;
    }
    return busy;
}

/* Move all of a descriptor in windows of `most` bytes, JOBS at a time. */
static void transfer(uint8_t opcode, uint64_t lba, struct iodma_memory *memory,
                     hal_address most)
{
    const uint64_t deadline = patience();
    hal_address offset = 0;

    do {
        for (size_t i = 0; i < JOBS && offset < memory->length; i++) {
            hal_address length = smaller(most, memory->length - offset);

            if (jobs[i].busy)
                continue;
            (void)start(&jobs[i], opcode, lba + offset / BLOCK, memory, offset,
                        length);
            offset += length;
        }
        submit();
        (void)disk_serve(&disk);
    } while ((collect() || offset < memory->length) && in_time(deadline));
}

/* The disk against its copy, a page a request: the simplest one there is. */
static void expect_disk(uint64_t lba, uint64_t blocks)
{
    const hal_address end = (hal_address)(lba + blocks) * BLOCK;

    for (hal_address at = (hal_address)lba * BLOCK; at < end; at += LOOK) {
        hal_address size = smaller(LOOK, end - at);
        struct iodma_range range = { (uintptr_t)look, size };
        struct iodma_memory memory;

        expect_status(
            "memory",
            iodma_memory_init_ranges(&memory, &range, 1, IODMA_IN, NULL, 0),
            IODMA_OK);
        transfer(NVME_READ, at / BLOCK, &memory, PAGE);
        if (!expect_equal("the disk", look, disk_want + at, (size_t)size))
            printf("#   counted from byte %s\n", hex(at));
    }
}

/* Streams: what a descriptor says, moved both ways ------------------------- */

static struct iodma_range ranges[RANGES];
static uint32_t range_count;

static void lay(hal_address address, hal_address length)
{
    ranges[range_count++] = (struct iodma_range){ address, length };
}

/* The middle of an area: far memory begins there. */
static hal_address middle(const struct area *area)
{
    return area->base + area_size / 2;
}

static void describe(struct iodma_memory *memory, uint32_t direction)
{
    expect_status("memory",
                  iodma_memory_init_ranges(memory, ranges, range_count,
                                           direction, NULL, 0),
                  IODMA_OK);
}

static void read_stream(uint64_t lba, hal_address most)
{
    struct iodma_memory memory;

    fill_guards();
    describe(&memory, IODMA_IN);
    transfer(NVME_READ, lba, &memory, most);
    mirror(NVME_READ, lba, &memory);
    expect_areas();
}

static void write_stream(uint64_t lba, hal_address most)
{
    struct iodma_memory memory;

    fill_random();
    describe(&memory, IODMA_OUT);
    transfer(NVME_WRITE, lba, &memory, most);
    mirror(NVME_WRITE, lba, &memory);
    expect_areas();
    expect_disk(lba, memory.length / BLOCK);
}

/* Through the disk and back again in windows of `most` bytes; the ranges start
   anew. */
static void round_trip(uint64_t lba, hal_address most)
{
    read_stream(lba, most);
    write_stream(lba, most);
    range_count = 0;
}

/* spans: from one block to many pages -------------------------------------- */

static const struct {
    const char *what;
    uint32_t first; /* byte of the first page */
    uint32_t length;
} spans[] = {
    { "the first block of a page", 0, BLOCK },
    { "the last block of a page", PAGE - BLOCK, BLOCK },
    { "a page", 0, PAGE },
    { "two blocks on either side of a page's end", PAGE - BLOCK, 2 * BLOCK },
    { "as much as a page, in two", 2052, PAGE },
    { "two pages", 0, 2 * PAGE },
    { "the end of a page and two pages more", 3072, 1024 + 2 * PAGE },
    { "as much as two pages, in three", 4, 2 * PAGE },
    { "three pages", 0, 3 * PAGE },
    { "many pages", 0, 37 * PAGE },
    { "many pages and a block, offset in the first", 1028, 37 * PAGE + BLOCK },
};

/* Round the middle, in one piece. */
static void lay_together(const struct area *area, uint32_t first,
                         uint32_t length)
{
    uint32_t before = length / 2 & ~(PAGE - 1u);

    lay(middle(area) - before + first, length);
}

/* Every other page, from the end of the area down. */
static void lay_apart(const struct area *area, uint32_t first, uint32_t length)
{
    hal_address page = area->base + area_size;

    while (length != 0) {
        uint32_t step = (uint32_t)smaller(length, PAGE - first);

        page -= 2 * PAGE;
        lay(page + first, step);
        length -= step;
        first = 0;
    }
}

/* One request, direct, wherever it lies. */
static void span(uint32_t first, uint32_t length)
{
    const uint64_t lba = 40;

    bounced = 0;
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++) {
        lay_together(areas[i], first, length);
        round_trip(lba, HAL_ADDRESS_MAX);
        lay_apart(areas[i], first, length);
        round_trip(lba, HAL_ADDRESS_MAX);
    }
    if (snooped())
        expect_number("bounced", bounced, 0);
}

static void test_spans(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(spans); i++) {
        check_case(spans[i].what);
        span(spans[i].first, spans[i].length);
    }
}

/* limit, list, lists: as much as there can be, and one block more ---------- */

/* A request of raw segments, past the command's judgement. */
static void run_raw(struct job *job, hal_address length)
{
    struct hal_segment segment = { low.base, length };

    if (!begin(job, NVME_READ, 0, length))
        return;
    expect_status("put",
                  job->request.emitter.put(&job->request.emitter, &segment, 1,
                                           true, true),
                  IODMA_OK);
    serve_all();
}

static void expect_refused(hal_address length)
{
    struct job *job = &jobs[0];
    struct iodma_memory memory;

    lay(low.base, length);
    describe(&memory, IODMA_IN);
    (void)attach(job, &memory);
    expect_status("prepare",
                  iodma_command_prepare(&job->command, 0, 0, true, true),
                  IODMA_NO_SPACE);
    expect_status("deinit", iodma_command_deinit(&job->command), IODMA_OK);
    job->request.opcode = NVME_READ;
    job->request.blocks = (uint32_t)(length / BLOCK);
    expect_status("begin", nvme_begin(nvme, &job->request), IODMA_NO_SPACE);
    range_count = 0;
}

/* What the driver says of itself has to be `most`. */
static void largest(uint32_t most)
{
    check_case("as much as there can be");
    expect_number("max_transfer", nvme->limits.max_transfer, most);
    span(0, most);
    check_case("as much as there can be, offset in the first page");
    span(516, most);
    check_case("one block more is refused, by command and driver");
    expect_refused(most + BLOCK);
}

static void test_limit(void)
{
    const uint32_t most = 512 * 1024; /* MDTS 7 */

    largest(most);
    check_case("and by the controller, if we let it through");
    fill_guards();
    nvme->limits.max_transfer += BLOCK;
    run_raw(&jobs[0], most + BLOCK);
    nvme->limits.max_transfer -= BLOCK;
    expect_number("ends", jobs[0].ends, 1);
    expect_status("the request", (enum iodma_status)jobs[0].request.status,
                  IODMA_DMA_ERROR);
    expect_number("code", jobs[0].request.code, 0x002);
    expect_areas();
    check_case("and the disk is usable");
    span(0, PAGE);
}

/* The machine's MDTS is 9: a list of one page, full if the data is offset. */
static void test_list(void)
{
    largest(2 * MIB);
}

/* The machine's MDTS is 0: the list's two pages are the limit, and full. */
static void test_lists(void)
{
    check_case("a list that fills its first page");
    span(516, 2 * MIB);
    check_case("a list that goes on in its second");
    span(0, 2 * MIB + 2 * PAGE);
    largest(4 * MIB - PAGE);
}

/* seams: what PRPs cannot express ------------------------------------------ */

static const struct {
    const char *what;
    struct {
        uint32_t at; /* bytes from two pages before the middle */
        uint32_t length;
    } pieces[4]; /* ends at length 0 */
    bool bounced;
} seams[] = {
    { "pages that lie apart",
      { { 0x3000, PAGE }, { 0x1000, PAGE }, { 0x5000, PAGE } },
      false },
    { "the end of a page, then another page",
      { { 0x1E00, 0x200 }, { 0x3000, PAGE } },
      false },
    { "a page, then the start of another",
      { { 0x2000, PAGE }, { 0x1000, 0x400 } },
      false },
    { "pieces that touch inside a page",
      { { 0x1204, 0x801 }, { 0x1A05, 0x3FF } },
      false },
    { "a piece that ends inside a page",
      { { 0x1000, 0x200 }, { 0x2000, 0x200 } },
      true },
    { "a piece that begins inside a page",
      { { 0x1000, PAGE }, { 0x3200, PAGE } },
      true },
    { "both, and the page's rest in between",
      { { 0x1200, 0x400 }, { 0x1800, 0x400 }, { 0x3404, 0x800 } },
      true },
    { "a page's length, but not a page",
      { { 0x0804, PAGE }, { 0x2804, PAGE } },
      true },
    { "an odd address", { { 0x1001, PAGE } }, true },
    { "odd lengths",
      { { 0x1000, 1 }, { 0x1003, 511 }, { 0x3FFF, 3 }, { 0x5001, 1021 } },
      true },
};

static void lay_seam(const struct area *area, size_t index)
{
    for (size_t i = 0; i < HAL_COUNT_OF(seams[0].pieces); i++) {
        if (seams[index].pieces[i].length != 0)
            lay(middle(area) - 2 * PAGE + seams[index].pieces[i].at,
                seams[index].pieces[i].length);
    }
}

static void test_seams(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(seams); i++) {
        const bool bounces = seams[i].bounced && !nvme->use_sgl;

        check_case(seams[i].what);
        bounced = 0;
        for (size_t k = 0; k < HAL_COUNT_OF(areas); k++) {
            lay_seam(areas[k], i);
            round_trip(8, HAL_ADDRESS_MAX);
        }
        if (snooped())
            expect_number("bounced", bounced, bounces ? 4 : 0);
    }
}

/* pieces: as many as an SGL's page holds ----------------------------------- */

/* Uneven pieces of two blocks a pair, none of which touch. */
static void lay_pieces(const struct area *area, uint32_t pairs)
{
    hal_address at = area->base + 1;

    for (uint32_t i = 0; i < pairs; i++) {
        uint32_t uneven = 1 + (i * 37) % (2 * BLOCK - 1);

        lay(at, uneven);
        lay(at + 1500, 2 * BLOCK - uneven);
        at += 3001;
    }
}

static void pieces(uint32_t pairs, bool one_more, unsigned want)
{
    bounced = 0;
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++) {
        lay_pieces(areas[i], pairs);
        if (one_more)
            lay(middle(areas[i]) + 1, BLOCK);
        round_trip(8, HAL_ADDRESS_MAX);
    }
    if (snooped())
        expect_number("bounced", bounced, want);
}

static void test_pieces(void)
{
    check_case("two pieces: a list");
    pieces(1, false, 0);
    check_case("as many pieces as a list holds");
    pieces(128, false, 0);
    check_case("one more is bounced");
    pieces(128, true, 4);
}

/* cut: more than one request can move -------------------------------------- */

/* Low pieces go up, far ones down. Every other MiB is pages, for PRPs; of the
   rest nothing is even. */
static void strew(hal_address length, uint64_t *seed)
{
    hal_address up = low.base;
    hal_address down = far.base + area_size;
    hal_address offset = 0;

    while (offset < length) {
        bool pages = (offset / MIB) % 2 == 0;
        hal_address in_mib = MIB - modulo(offset, MIB);
        uint32_t skip = pages ? 0 : 1 + random_below(seed, PAGE - 1);
        hal_address piece = pages ? PAGE * (1 + random_below(seed, 16))
                                  : 1 + random_below(seed, 16 * PAGE);
        hal_address room;

        piece = smaller(piece, smaller(in_mib, length - offset));
        room = round_up(piece + skip + PAGE, PAGE);
        if (random_below(seed, 2) == 0) {
            lay(up + skip, piece);
            up += room;
        } else {
            down -= room;
            lay(down + skip, piece);
        }
        offset += piece;
    }
    expect("the areas are large enough",
           up <= low.base + area_size && down >= far.base);
}

static void test_cut(void)
{
    const hal_address most = nvme->limits.max_transfer;
    const hal_address length = 3 * most + 5 * BLOCK;
    uint64_t seed = 7;
    uint32_t requests;

    check_case("more than a request can move is refused whole");
    expect_refused(length);
    check_case("and moved by windows as large as can be");
    strew(length, &seed);
    requests = nvme->requests;
    read_stream(1, most);
    expect_number("requests", nvme->requests - requests, 4);
    write_stream(1, most);
    check_case("or by windows of 7 blocks");
    read_stream(1, 7 * BLOCK);
    write_stream(1, 7 * BLOCK);
    check_case("the rest of the disk is as it was");
    expect_disk(0, nvme->blocks);
}

/* whole: all of the disk --------------------------------------------------- */

static void test_whole(void)
{
    const hal_address length = (hal_address)nvme->blocks * BLOCK;
    uint64_t seed = 11;

    check_case("the disk holds what the host has put there");
    expect_disk(0, nvme->blocks);
    check_case("all of the disk is read into strewn memory");
    strew(length, &seed);
    bounced = 0;
    read_stream(0, nvme->limits.max_transfer);
    expect("bounced are some with PRPs, none with SGLs",
           !snooped() || (bounced != 0) == !nvme->use_sgl);
    check_case("and written from it, anew");
    write_stream(0, nvme->limits.max_transfer);
    check_case("and read into memory strewn otherwise");
    range_count = 0;
    strew(length, &seed);
    read_stream(0, nvme->limits.max_transfer);
}

/* Requests with a buffer of their own -------------------------------------- */

/* Where a job's buffer is on the disk. */
static uint64_t own_lba(const struct job *job)
{
    return 64 + 2 * (uint64_t)(job - jobs) * (OWN / BLOCK);
}

/* OWN bytes of low memory, far from any other job's. With a seam inside a page
   PRPs bounce it. */
static bool start_own(struct job *job, uint8_t opcode, uint64_t lba, bool seam)
{
    hal_address at = low.base + 4 * PAGE * (hal_address)(job - jobs + 1);

    job->ranges[0] = (struct iodma_range){ at, seam ? 1000 : OWN };
    job->ranges[1] = (struct iodma_range){ at + 1100, seam ? OWN - 1000 : 0 };
    expect_status("memory",
                  iodma_memory_init_ranges(
                      &job->memory, job->ranges, 2,
                      opcode == NVME_READ ? IODMA_IN : IODMA_OUT, NULL, 0),
                  IODMA_OK);
    return start(job, opcode, lba, &job->memory, 0, OWN);
}

/* It has gone well. */
static void finish_own(struct job *job)
{
    mirror(job->request.opcode, job->request.lba, &job->memory);
    finish(job);
}

/* All but one have; JOBS: all. */
static void finish_others(size_t but)
{
    for (size_t i = 0; i < JOBS; i++) {
        if (i != but)
            finish_own(&jobs[i]);
    }
}

static void read_own(struct job *job)
{
    if (start_own(job, NVME_READ, own_lba(job), false)) {
        serve_all();
        finish_own(job);
    }
}

/* many: doorbells and interrupts ------------------------------------------- */

static void start_many(void)
{
    for (size_t i = 0; i < JOBS; i++)
        (void)start_own(&jobs[i], NVME_READ, own_lba(&jobs[i]), false);
}

static void test_many(void)
{
    const bool polled = nvme->interrupts == NVME_POLLED;
    uint32_t doorbells = nvme->doorbells;
    uint32_t requests = nvme->requests;
    uint32_t interrupts = disk.interrupts;

    fill_guards();
    check_case("nothing begun, nothing told");
    submit();
    expect_number("doorbells", nvme->doorbells - doorbells, 0);

    check_case("eight requests, one doorbell, eight interrupts at most");
    start_many();
    serve_all();
    finish_others(JOBS);
    expect_areas();
    expect_number("requests", nvme->requests - requests, JOBS);
    expect_number("doorbells", nvme->doorbells - doorbells, 1);
    interrupts = disk.interrupts - interrupts;
    expect("interrupts",
           polled ? interrupts == 0 : interrupts >= 1 && interrupts <= JOBS);

    check_case(polled ? "a hundred one by one, and no interrupt"
                      : "a hundred one by one, one interrupt each");
    doorbells = nvme->doorbells;
    interrupts = disk.interrupts;
    for (size_t i = 0; i < 100; i++)
        read_own(&jobs[i % JOBS]);
    expect_number("doorbells", nvme->doorbells - doorbells, 100);
    expect_number("interrupts", disk.interrupts - interrupts, polled ? 0 : 100);

    check_case("no more than eight at a time");
    {
        struct nvme_request ninth = { .opcode = NVME_FLUSH };

        start_many();
        expect_status("begin", nvme_begin(nvme, &ninth), IODMA_NO_RESOURCES);
        serve_all();
        finish_others(JOBS);
        expect_areas();
    }
}

/* wrap: the queues, a thousand times round --------------------------------- */

/* A round is 64 requests there, 64 back, and 8 to look at the disk. */
static void test_wrap(void)
{
    const uint32_t round = 64 + 64 + 8;
    const uint32_t wanted = 1000 * NVME_ENTRIES(nvme->slot_count);
    const uint32_t before = nvme->requests;
    uint64_t seed = 3;

    check_case("a thousand times round the queues");
    for (uint32_t done = 0; done < wanted; done += round) {
        strew(64 * BLOCK, &seed);
        round_trip(random_below(&seed, 1024), BLOCK);
    }
    expect("a thousand times", nvme->requests - before >= wanted);
    check_case("all of the disk is as it should be");
    expect_disk(0, nvme->blocks);
}

/* errors: what the disk refuses -------------------------------------------- */

/* One request that fails with this code. */
static void expect_error(uint8_t opcode, uint64_t lba, uint32_t code,
                         const char *name)
{
    struct job *job = &jobs[0];
    struct nvme_request *request = &job->request;

    if (!start_own(job, opcode, lba, false))
        return;
    serve_all();
    expect_status("the request", (enum iodma_status)request->status,
                  IODMA_DMA_ERROR);
    expect_number("code", request->code, code);
    expect(name, strcmp(nvme_status_name(request->code), name) == 0);
    expect("not quarantined", !request->quarantined);
    give_back(job, true);
    expect_areas();
}

static void expect_usable(void)
{
    check_case("and the disk is usable");
    read_own(&jobs[1]);
    expect_areas();
}

static void test_errors(void)
{
    const uint64_t blocks = nvme->blocks;

    fill_guards();
    check_case("blocks behind the end are refused");
    expect_error(NVME_READ, blocks, 0x080, "LBA out of range");
    expect_error(NVME_WRITE, blocks, 0x080, "LBA out of range");
    check_case("so are blocks across the end");
    expect_error(NVME_READ, blocks - 1, 0x080, "LBA out of range");
    expect_error(NVME_WRITE, blocks - 1, 0x080, "LBA out of range");
    check_case("and those far beyond");
    expect_error(NVME_READ, UINT64_C(1) << 32, 0x080, "LBA out of range");
    expect_error(NVME_READ, UINT64_MAX - 1, 0x080, "LBA out of range");
    check_case("an opcode that is none is refused");
    expect_error(0x7D, 0, 0x001, "invalid opcode");
    expect_usable();

    check_case("a comparison of what differs fails");
    expect_error(NVME_COMPARE, own_lba(&jobs[0]), 0x285, "compare failure");
    check_case("and of what is equal succeeds");
    (void)start_own(&jobs[1], NVME_COMPARE, own_lba(&jobs[1]), false);
    serve_all();
    finish_own(&jobs[1]);
    check_case("a flush, which has no data, succeeds");
    if (begin(&jobs[2], NVME_FLUSH, 0, 0))
        serve_all();
    expect_number("ends", jobs[2].ends, 1);
    expect_status("the request", (enum iodma_status)jobs[2].request.status,
                  IODMA_OK);
    check_case("one that fails among others harms none of them");
    for (size_t i = 0; i < JOBS; i++)
        (void)start_own(&jobs[i], NVME_READ,
                        i == 5 ? blocks : own_lba(&jobs[i]), i % 2 != 0);
    serve_all();
    expect_number("code", jobs[5].request.code, 0x080);
    give_back(&jobs[5], true);
    finish_others(5);
    expect_areas();
    check_case("nothing of it has changed the disk");
    expect_disk(0, blocks);
}

/* media: errors of the drive (blkdebug) ------------------------------------ */

enum { BAD_TO_READ = 100, BAD_TO_WRITE = 2000 }; /* meson.build */

/* On this machine a request that meets one moves nothing. */
static void test_media(void)
{
    fill_guards();
    check_case("a block that cannot be read");
    expect_error(NVME_READ, BAD_TO_READ - 3, 0x281, "unrecovered read error");
    expect_error(NVME_READ, BAD_TO_READ, 0x281, "unrecovered read error");
    check_case("a block that cannot be written");
    expect_error(NVME_WRITE, BAD_TO_WRITE - 3, 0x280, "write fault");
    expect_error(NVME_WRITE, BAD_TO_WRITE, 0x280, "write fault");
    check_case("all others can be read and written");
    expect_disk(0, BAD_TO_READ & ~(PAGE / BLOCK - 1));
    lay(low.base, 3 * BLOCK);
    round_trip(BAD_TO_READ + 1, HAL_ADDRESS_MAX);
    lay(low.base, 3 * BLOCK);
    round_trip(BAD_TO_WRITE - 3, HAL_ADDRESS_MAX);
    lay(low.base, 3 * BLOCK);
    round_trip(BAD_TO_WRITE + 1, HAL_ADDRESS_MAX);
    expect_disk(BAD_TO_READ + 1, nvme->blocks - (BAD_TO_READ + 1));
}

/* order: the drive lets one write a second through, and any read ------------
 */

/* On a busy machine all may have ended before we look. */
static void test_order(void)
{
    uint32_t round = 0;

    fill_random();
    check_case("eight in flight: the second write ends behind six reads");
    do {
        for (size_t i = 0; i < JOBS; i++)
            (void)start_own(&jobs[i], i < 2 ? NVME_WRITE : NVME_READ,
                            own_lba(&jobs[i]), i % 2 != 0);
        turns = 0;
        serve_all();
        finish_others(JOBS);
    } while (jobs[1].turn != JOBS && ++round < ROUNDS);
    expect_number("the second write's turn", jobs[1].turn, JOBS);
    expect_areas();
    expect_disk(0, nvme->blocks);
}

/* held, late: it lets one read a second through ---------------------------- */

static struct job *const reads[] = { &jobs[0], &jobs[1], &jobs[2], &jobs[3] };
static struct job *const writes[] = { &jobs[4], &jobs[5] };

static void wait_for(uint32_t milliseconds)
{
    uint64_t deadline = hal_deadline(disk.bus.hal->clock, milliseconds);

    while (!hal_expired(disk.bus.hal->clock, deadline))
        (void)disk_serve(&disk);
}

/* Four reads, of which the drive holds three; their deadlines. The third has
   its data in the pool, with PRPs. */
static void start_reads(uint32_t second, uint32_t third, uint32_t fourth)
{
    reads[1]->deadline = second;
    reads[2]->deadline = third;
    reads[3]->deadline = fourth;
    for (size_t i = 0; i < HAL_COUNT_OF(reads); i++)
        (void)start_own(reads[i], NVME_READ, own_lba(reads[i]), i == 2);
}

/* On a busy machine the drive may have let a read through before we look at its
   deadline: then the round shows nothing, and ends, for another. */
static bool in_vain(const struct job *one, const struct job *other,
                    uint32_t round)
{
    if (round == ROUNDS ||
        (one->request.status != IODMA_OK && other->request.status != IODMA_OK))
        return false;

    serve_all();
    for (size_t i = 0; i < HAL_COUNT_OF(reads); i++)
        give_back(reads[i], false);
    fill_guards();
    return true;
}

static void expect_lost(struct job *job)
{
    expect_number("ends", job->ends, 1);
    expect_number("releases", job->releases, 0);
    expect_status("the request", (enum iodma_status)job->request.status,
                  IODMA_TIMEOUT);
    expect("quarantined", job->request.quarantined);
}

/* Nothing takes a lost request's memory away. */
static void expect_busy(struct job *job)
{
    struct iodma_command *command = &job->command;

    expect_status("begin", nvme_begin(nvme, &job->request), IODMA_BUSY);
    expect_status("complete", iodma_command_complete(command, true, true),
                  IODMA_BUSY);
    expect_status("clear", iodma_command_clear_memory(command, true),
                  IODMA_BUSY);
    expect_status("set",
                  iodma_command_set_memory(command, &writes[0]->memory, false),
                  IODMA_BUSY);
    expect_status("deinit", iodma_command_deinit(command), IODMA_BUSY);
}

/* It is ours again; what it has read, if anything, is worth nothing. */
static void expect_released(struct job *job)
{
    expect_number("releases", job->releases, 1);
    expect_status("the request", (enum iodma_status)job->request.status,
                  IODMA_TIMEOUT);
    expect("not quarantined", !job->request.quarantined);
    give_back(job, false);
}

static void test_held(void)
{
    uint32_t round = 0;

    fill_guards();
    check_case("reads that the drive holds are lost at their deadlines");
    do {
        start_reads(SHORT_MS, SHORT_MS, DEADLINE_MS);
        serve_until_end(reads[1]);
        serve_until_end(reads[2]);
    } while (in_vain(reads[1], reads[2], round++));
    expect_lost(reads[1]);
    expect_lost(reads[2]);
    check_case("one that was through, and one that is not late, are not");
    serve_until_end(reads[0]); /* a busy host may be slower than SHORT_MS */
    finish_own(reads[0]);
    expect_number("ends", reads[3]->ends, 0);
    check_case("what is lost can be neither completed nor used again");
    expect_busy(reads[1]);
    expect_busy(reads[2]);
    expect_status("start", nvme_start(nvme), IODMA_BUSY);
    expect_number("pages in the pool", iodma_bounce_in_use(&pool),
                  nvme->use_sgl && snooped() ? 0 : 1);
    check_case("others go on meanwhile");
    for (size_t i = 0; i < HAL_COUNT_OF(writes); i++)
        (void)start_own(writes[i], NVME_WRITE, own_lba(writes[i]), false);
    for (size_t i = 0; i < HAL_COUNT_OF(writes); i++) {
        serve_until_end(writes[i]);
        finish_own(writes[i]);
    }

    check_case("a reset releases what was lost, and aborts the rest");
    expect_status("reset", nvme_reset(nvme), IODMA_OK);
    expect_number("lost", nvme->lost, 0);
    expect_status("the fourth", (enum iodma_status)reads[3]->request.status,
                  IODMA_ABORTED);
    expect("not quarantined", !reads[3]->request.quarantined);
    expect_number("releases", reads[3]->releases, 0);
    give_back(reads[3], false);
    expect_released(reads[1]);
    expect_released(reads[2]);
    accept(&reads[1]->memory);
    accept(&reads[3]->memory);
    if (nvme->use_sgl)
        accept(&reads[2]->memory);
    expect_areas();

    check_case("from then on nobody touches their memory");
    fill_guards();
    wait_for(LATER_MS);
    expect_areas();
    expect_usable();
}

static void test_late(void)
{
    uint32_t round = 0;

    fill_guards();
    check_case("a read that ends after its deadline is lost, then released");
    do {
        start_reads(SHORT_MS, DEADLINE_MS, DEADLINE_MS);
        serve_all();
    } while (in_vain(reads[1], reads[1], round++));
    expect_status("the request", (enum iodma_status)reads[1]->request.status,
                  IODMA_TIMEOUT);
    expect_released(reads[1]);
    check_case("those before and behind it are unharmed");
    finish_own(reads[0]);
    finish_own(reads[2]);
    finish_own(reads[3]);
    check_case("the late one has its data all the same");
    mirror(NVME_READ, reads[1]->request.lba, &reads[1]->memory);
    expect_areas();
    check_case("and its slot is in use again");
    for (size_t i = 0; i < JOBS; i++)
        (void)start_own(&jobs[i], NVME_WRITE, own_lba(&jobs[i]), false);
    serve_all();
    finish_others(JOBS);
    expect_usable();
}

/* lost: the interrupt does not come --------------------------------------- */

static void test_lost(void)
{
    const uint32_t id = disk.line->id;
    const uint32_t interrupts = disk.interrupts;
    uint64_t deadline;

    fill_guards();
    check_case(
        "requests whose interrupt is masked end well, at their deadline");
    interrupt_disable(id);
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i].deadline = LATER_MS; /* the host may be busy */
        (void)start_own(&jobs[i], NVME_READ, own_lba(&jobs[i]), false);
    }
    serve_all();
    finish_others(JOBS);
    expect_number("interrupts", disk.interrupts - interrupts, 0);
    expect_number("lost", nvme->lost, 0);
    expect_areas();

    check_case("and at once, if the thread polls");
    (void)start_own(&jobs[0], NVME_READ, own_lba(&jobs[0]), false);
    submit();
    deadline = patience();
    while (nvme_poll(nvme) == 0 && in_time(deadline))
        continue;
    (void)disk_serve(&disk);
    finish_own(&jobs[0]);
    interrupt_enable(id);
    expect_usable();
}

/* shutdown: what is written is safe, and the disk comes back --------------- */

static void test_shutdown(void)
{
    check_case("a disk that is busy is not shut down");
    fill_guards();
    start_many();
    expect_status("begun", nvme_shutdown(nvme), IODMA_BUSY);
    submit();
    expect_status("in flight", nvme_shutdown(nvme), IODMA_BUSY);
    serve_all();
    finish_others(JOBS);
    check_case("one that rests is");
    expect_status("shutdown", nvme_shutdown(nvme), IODMA_OK);
    expect_number("state", nvme->state, NVME_SHUT);
    jobs[0].request.opcode = NVME_FLUSH;
    jobs[0].request.blocks = 0;
    expect_status("begin", nvme_begin(nvme, &jobs[0].request), IODMA_NOT_READY);
    check_case("and a reset brings it back");
    expect_status("reset", nvme_reset(nvme), IODMA_OK);
    expect_usable();
    lay(low.base, 37 * PAGE);
    round_trip(40, HAL_ADDRESS_MAX);
}

/* spaces: the machine has a second namespace, number 3, of zeros ------------
 */

enum { SPACE = 3, SPACE_BLOCKS = 2048 };

static void test_spaces(void)
{
    const uint64_t blocks = nvme->blocks;
    uint32_t ids[4] = { 0, 0, 0, 0 };
    uint32_t count;

    fill_guards();
    check_case("both namespaces are listed");
    expect_status("list", nvme_list(nvme, 0, ids, 4, &count), IODMA_OK);
    expect_number("count", count, 2);
    expect_number("the first", ids[0], 1);
    expect_number("the second", ids[1], SPACE);
    check_case("one that is not there is not chosen");
    expect_status("2", nvme_choose(nvme, 2), IODMA_NOT_FOUND);
    expect_number("blocks", nvme->blocks, blocks);
    check_case("the second one is, and read");
    expect_status("choose", nvme_choose(nvme, SPACE), IODMA_OK);
    expect_number("blocks", nvme->blocks, SPACE_BLOCKS);
    (void)start_own(&jobs[0], NVME_READ, 0, false);
    serve_all();
    finish(&jobs[0]);
    memset(want_at(jobs[0].memory.ranges.array[0].address), 0, OWN);
    expect_areas();
    check_case("it has no more blocks than it says");
    (void)start_own(&jobs[0], NVME_READ, SPACE_BLOCKS - 1, false);
    serve_all();
    expect_number("code", jobs[0].request.code, 0x080);
    give_back(&jobs[0], false);
    check_case("and the first one again");
    expect_status("choose", nvme_choose(nvme, 1), IODMA_OK);
    expect_number("blocks", nvme->blocks, blocks);
    expect_usable();
}

/* ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(void);
    uint32_t area; /* KiB, of each */
} tests[] = {
    { "spans", test_spans, 1024 },       { "limit", test_limit, 2048 },
    { "list", test_list, 8192 },         { "lists", test_lists, 8192 },
    { "seams", test_seams, 1024 },       { "pieces", test_pieces, 1024 },
    { "cut", test_cut, 8192 },           { "whole", test_whole, 16384 },
    { "many", test_many, 1024 },         { "wrap", test_wrap, 256 },
    { "errors", test_errors, 1024 },     { "media", test_media, 1024 },
    { "order", test_order, 1024 },       { "held", test_held, 1024 },
    { "late", test_late, 1024 },         { "lost", test_lost, 1024 },
    { "shutdown", test_shutdown, 1024 }, { "spaces", test_spaces, 1024 },
};

static void make_areas(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(areas); i++)
        areas[i]->want = take(area_size);
    low.base = (uintptr_t)take(area_size);
    far.base = board.far.base - area_size / 2;
    look = take(LOOK);
}

static enum iodma_status make_pool(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(POOL / PAGE)];
    static struct hal_loan loans[LOANS];
    enum iodma_status status;

    pool_base = (uintptr_t)take(POOL);
    status =
        iodma_bounce_init(&pool, pool_base, POOL, PAGE, words, loans, LOANS);
    return status == IODMA_OK ? bus_lend(&disk.bus, &pool.hal) : status;
}

/* What with_disk.sh has written. */
static void make_disk_want(void)
{
    const uint32_t size = (uint32_t)nvme->blocks * BLOCK;

    disk_want = take(size);
    for (uint32_t at = 0; at < size; at += STAMP) {
        uint32_t left = at;

        disk_want[at + STAMP - 1] = '\n';
        for (uint32_t digit = STAMP - 1; digit-- != 0; left /= 10)
            disk_want[at + digit] = (uint8_t)('0' + left % 10);
    }
}

static void expect_nothing_left(void)
{
    check_case("nothing is left in the pool, in flight or held");
    expect_number("pages in the pool", iodma_bounce_in_use(&pool), 0);
    expect_number("slots in use", nvme->used, 0);
    expect_number("in flight", nvme->in_flight, 0);
    expect_number("lost", nvme->lost, 0);
    expect_number("strays", nvme->strays, 0);
    for (size_t i = 0; i < JOBS; i++)
        expect_number("holds", jobs[i].command.held, 0);
    expect_status("stop", nvme_stop(nvme), IODMA_OK);
}

static int run(size_t index, uint8_t how, bool sgl)
{
    const char *step;
    enum iodma_status status = disk_bring_up(&disk, how, sgl, &step);

    area_size = tests[index].area * KIB;
    make_areas();
    if (status == IODMA_OK) {
        step = "lending bounce storage";
        status = make_pool();
    }
    if (status != IODMA_OK) {
        printf("# %s: %s\n", step, iodma_status_name(status));
        return 1;
    }
    nvme = disk.facts->nvme;
    make_disk_want();
    tests[index].run();
    expect_nothing_left();
    return check_result();
}

int main(int argc, char **argv)
{
    uint8_t how = NVME_PIN;
    bool sgl = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--poll") == 0)
            how = NVME_POLLED;
        else if (strcmp(argv[i], "--message") == 0)
            how = NVME_MESSAGE;
        else if (strcmp(argv[i], "--sgl") == 0)
            sgl = true;
        for (size_t k = 0; k < HAL_COUNT_OF(tests); k++) {
            if (strcmp(argv[i], tests[k].name) == 0)
                return run(k, how, sgl);
        }
    }
    printf("test_nvme: which of the tests? (see the source)\n");
    return 64;
}
