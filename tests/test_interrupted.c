/* SPDX-License-Identifier: MIT */
/*
 * An interrupt at every call of a hook, whose handler uses another command on
 * the same bus: for all of its life, or to begin one that outlives the
 * program, or to end one that was there before. Neither sees the other: lists,
 * bytes and verdicts are those of a run that nobody interrupts, and the pools,
 * their lists and the windows are right afterwards.
 *
 * A moment is when an interrupt may come: before and behind each call of a
 * hook or of the mapper, at each segment, between two calls of the program's.
 * While the lock is held it waits for the lock. Nobody answers CannotLock
 * (DS-13).
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/hooks.h"
#include "tests/model/model_mapper.h"
#include "tests/model/sparse.h"
#include "tests/model/watched_bus.h"

#include "hal/container_of.h"
#include "hal/count_of.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IOVA MODEL_MAPPER_FIRST

enum {
    LEVELS = 3,          /* the program, its interrupt, that one's  */
    MOST_STEPS = 8,      /* of a scenario                           */
    MOST_SEGMENTS = 32,  /* of a list                               */
    MOST_BYTES = 0x800,  /* that a list names                       */
    MOST_NOTES = 0x4000, /* bytes                                   */
    NESTED_RUNS = 2000,
    HANDLER_MOMENTS = 120, /* about as many as the longest life has   */
    IOVA_PAGES = 64,       /* of WATCHED_GRANULE                      */
};

/* Moments -------------------------------------------------------------- */

/* What a handler does of its command's life. */
enum part { ALL, BEGINNING, END, PARTS };

/* Who is at work: 0 is the program, 1 its handler, and so on. */
static struct level {
    unsigned moments; /* so far                        */
    unsigned at;      /* the one to interrupt; 0: none */
    unsigned taken;   /* interrupts                    */
    bool pending;
    uint8_t kind;   /* of a handler's command */
    enum part part; /* of its life            */
} levels[LEVELS];

static unsigned depth;
static struct {
    unsigned moments, interrupts, nested, lived, refused;
} total;

/* One thing that is broken says enough: the rest of a scenario is left out. */
static bool broken;

static void must(bool held)
{
    broken |= !held;
}

static void handle(void);

static void moment(void)
{
    struct level *level = &levels[depth];

    level->moments++;
    if (level->moments == level->at)
        level->pending = true;
    if (level->pending && hooks.masked == 0) {
        level->pending = false;
        level->taken++;
        depth++;
        handle();
        depth--;
    }
}

/* The world -------------------------------------------------------------- */

static const struct iodma_bus *bus;
static struct model_mapper model;
static struct iodma_mapper mapper;

/* The model's calls are moments; none comes under the lock, for they take their
   time. */
static void mapper_moment(void)
{
    if (hooks.masked != 0)
        hooks.broken = "the mapper was called under the lock";
    moment();
}

static void begin_mapper(void)
{
    static uint32_t words[IODMA_BLOCK_WORDS(IOVA_PAGES)];

    must(expect_status("mapper",
                       iodma_mapper_init(&mapper, &model.mapper, &hooks_lock,
                                         words, IOVA_PAGES),
                       IODMA_OK));
}

/* Commands wait in a pool that the handlers use, too, with up to three at a
   time for each. */
static struct iodma_command commands[3 * LEVELS];
static struct iodma_pool waiting;

static void begin(uint32_t pages)
{
    memset(levels, 0, sizeof levels);
    bus = watched_bus(pages, moment);
    begin_mapper();
    must(expect_status("pool", iodma_pool_init(&waiting, &hooks_lock, NULL),
                       IODMA_OK));
    for (size_t i = 0; i < HAL_COUNT_OF(commands); i++) {
        commands[i] = (struct iodma_command){ .ref_con = NULL };
        must(expect_status("return", iodma_pool_return(&waiting, &commands[i]),
                           IODMA_OK));
    }
}

static void end(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(commands); i++)
        must(expect("a command of the pool", iodma_pool_get(&waiting, false)));
    must(expect("and no more", !iodma_pool_get(&waiting, false)));
    must(expect_number("IOVA in use", iodma_mapper_in_use(&mapper), 0));
    must(expect_model_mapper_empty(&model));
    must(expect_watched_bus());
}

/* Lists, and the bytes they name ----------------------------------------- */

struct list {
    struct hal_segment segments[MOST_SEGMENTS];
    uint32_t count;
};

/* An iodma_segment_function. */
static bool append(struct iodma_command *command, struct hal_segment segment,
                   void *segments, uint32_t index)
{
    (void)command;
    moment();
    ((struct hal_segment *)segments)[index] = segment;
    return true;
}

/* Is it an address that the mapper translates? */
static bool is_iova(hal_address address)
{
    return range_holds(IOVA, IOVA_PAGES * WATCHED_GRANULE, address);
}

/* Where the device's access to an address goes; *length is cut to what goes
   there with it. */
static hal_address translated(hal_address address, uint32_t access,
                              hal_address *length)
{
    hal_address at = address;

    if (is_iova(address)) {
        must(expect("the device may access what is listed",
                    model_mapper_translate(&model, address, access, &at)));
        *length = smaller(*length,
                          WATCHED_GRANULE - modulo(address, WATCHED_GRANULE));
    }
    *length = smaller(*length, SPARSE_PAGE - modulo(at, SPARSE_PAGE));
    return at;
}

/* The byte at a position of a list, and how many lie side by side from there
   on in the model. Returns NULL at the end, or behind MOST_BYTES. */
static uint8_t *bytes_at(const struct list *list, hal_address position,
                         uint32_t access, hal_address *length)
{
    hal_address rest = MOST_BYTES - position;

    for (uint32_t i = 0; i < list->count && rest != 0; i++) {
        struct hal_segment segment = list->segments[i];

        if (position < segment.length) {
            *length = smaller(segment.length - position, rest);
            return sparse_byte(
                translated(segment.address + position, access, length));
        }
        position -= segment.length;
    }
    return NULL;
}

/* Returns how many bytes there were. */
static hal_address read_list(const struct list *list, uint8_t *to)
{
    hal_address done = 0;
    hal_address length;
    const uint8_t *from;

    while ((from = bytes_at(list, done, HAL_READ, &length)) != NULL) {
        memcpy(to + done, from, (size_t)length);
        done += length;
    }
    return done;
}

static void write_list(const struct list *list, const uint8_t *from)
{
    hal_address done = 0;
    hal_address length;
    uint8_t *to;

    while ((to = bytes_at(list, done, HAL_WRITE, &length)) != NULL) {
        memcpy(to, from + done, (size_t)length);
        done += length;
    }
}

/* The client's own view of its memory. */
static struct list client_list(const struct iodma_memory *memory)
{
    struct list list = { .count = memory->count };

    for (uint32_t i = 0; i < memory->count; i++)
        list.segments[i] =
            (struct hal_segment){ memory->ranges.array[i].address,
                                  memory->ranges.array[i].length };
    return list;
}

static const struct iodma_output appending = { .function = append };

/* S(append, bits, max, align/1/1), so that each segment is a moment. */
#define DEVICE(bits, max, align)                                               \
    IODMA_SPEC(appending, bits, max, .align_address = (align))

/* All of a command's segments, two at a time. */
static void generate(struct iodma_command *command, struct list *list)
{
    hal_address offset = 0;
    hal_address length = 0;

    list->count = 0;
    must(expect_status("prepared",
                       iodma_command_get_prepared(command, NULL, &length),
                       IODMA_OK));
    while (offset < length && list->count + 2 <= MOST_SEGMENTS && !broken) {
        uint32_t count = 2;

        must(expect_status(
            "gen",
            fixture_gen(command, &offset, &list->segments[list->count], &count),
            IODMA_OK));
        list->count += count;
    }
    must(expect_number("bytes generated", offset, length));
}

/* An emitter into a list. */
struct list_emitter {
    struct hal_emitter emitter;
    struct list *list;
};

static enum iodma_status put(struct hal_emitter *emitter,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    struct list *list =
        HAL_CONTAINER_OF(emitter, struct list_emitter, emitter)->list;

    (void)last;
    moment();
    if (first)
        list->count = 0;
    if (list->count + count > MOST_SEGMENTS)
        return IODMA_NO_SPACE;
    memcpy(&list->segments[list->count], segments, count * sizeof *segments);
    list->count += count;
    return IODMA_OK;
}

/* The same, all at once. */
static void emit_list(struct iodma_command *command, struct list *list)
{
    struct list_emitter emitter = { { put }, list };
    hal_address offset = 0;

    list->count = 0;
    must(expect_status("emit",
                       iodma_command_emit(command, &offset, &emitter.emitter),
                       IODMA_OK));
}

/* For bytes between two moments: no handler comes in between, and a stack for
   three levels is small. */
static uint8_t scratch[MOST_BYTES];

/* Bytes that tell where they are from. */
static void draw_bytes(uint8_t *bytes, uint8_t salt)
{
    for (unsigned i = 0; i < MOST_BYTES; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8) * 31 + salt);
}

/* The handler ------------------------------------------------------------- */

/* What a handler's command is like: it goes as it lies, has edges or pages that
   are bounced, is bounced whole; or goes as it lies, mapped. Each level has
   memory of its own, LEVEL_STEP further up; the far range begins in a page of
   the program's, and moves from run to run. */
enum {
    DIRECT,
    EDGES,
    PAGES,
    WHOLE,
    MAPPED,
    KINDS,
    LEVEL_STEP = 0x10000,
    SHIFTS = 8,
};

static unsigned shift; /* in pages */

static const struct {
    struct iodma_spec spec;
    unsigned rung;
    struct iodma_range ranges[ROW_RANGES];
} kinds[KINDS] = {
    [DIRECT] = { DEVICE(64, 0, 1),
                 RUNG_DIRECT,
                 { { 0x60002, 0x80 }, { 0x61001, 0x43 } } },
    [EDGES] = { DEVICE(64, 0, 1), RUNG_SPLIT, { { 0x67014, 0x90 } } },
    [PAGES] = { DEVICE(REACH_BITS, 0, 1),
                RUNG_SPLIT,
                { { 0x62000, 0x40 }, { FAR + 0x2080, 0x110 } } },
    [WHOLE] = { DEVICE(64, 0, 4),
                RUNG_WHOLE,
                { { 0x63F81, 0x100 }, { 0x65000, 0x30 } } },
    [MAPPED] = { DEVICE(REACH_BITS, 0, 1),
                 RUNG_DIRECT,
                 { { 0x66080, 0x80 },
                   { FAR + 0x2200, 0x90 },
                   { 0x64001, 0x43 } } },
};

/* The lives of the handlers' commands, by level. */
static struct life {
    struct iodma_command *command;
    struct iodma_range ranges[ROW_RANGES];
    struct iodma_memory memory;
    struct list client;
    bool refused;
    uint8_t before[MOST_BYTES]; /* what the client has    */
    uint8_t after[MOST_BYTES];  /* what its device writes */
} lives[LEVELS];

static void set_up_memory(struct life *life, uint8_t kind)
{
    memcpy(life->ranges, kinds[kind].ranges, sizeof life->ranges);
    for (unsigned i = 0; life->ranges[i].length != 0; i++)
        life->ranges[i].address +=
            (depth - 1) * LEVEL_STEP + shift * (hal_address)WATCHED_GRANULE;
    life->memory = row_memory(life->ranges, IODMA_INOUT);
    life->client = client_list(&life->memory);
    draw_bytes(life->before, (uint8_t)(0x20 * depth));
    draw_bytes(life->after, (uint8_t)(0x20 * depth + 0x90));
    write_list(&life->client, life->before);
}

/* With no page or no two windows left, a life that needs them is refused; with
   some pages of a small pool left, it may be. */
enum fate { LIVES, EITHER, REFUSED };

static enum fate fate_of(uint8_t kind)
{
    uint32_t in_use = iodma_bounce_in_use(&watched_bounce);

    if (kind == DIRECT || kind == MAPPED)
        return LIVES;
    if (in_use == watched_bounce.granules.count ||
        sparse_open_windows() + 2 > SPARSE_WINDOWS)
        return REFUSED;
    return in_use == 0 || watched_bounce.granules.count == WATCHED_PAGES
               ? LIVES
               : EITHER;
}

static void expect_refusal(enum iodma_status status, uint32_t in_use)
{
    total.refused++;
    must(expect_status("the handler's refusal", status, IODMA_NO_RESOURCES));
    must(expect_number("pages on loan, as before it",
                       iodma_bounce_in_use(&watched_bounce), in_use));
}

/* The device sees what the client has, and writes. */
static void use_device(const struct life *life, uint8_t kind)
{
    struct list list;
    hal_address length;

    if (kind == PAGES)
        emit_list(life->command, &list);
    else
        generate(life->command, &list);
    length = read_list(&list, scratch);
    must(expect_number("bytes of the handler's list", length,
                       life->memory.length));
    must(expect_bytes("what the handler's device sees", scratch, life->before,
                      (size_t)length));
    write_list(&list, life->after);
}

static void begin_life(struct life *life, uint8_t kind)
{
    struct iodma_spec spec = kinds[kind].spec;
    uint32_t in_use = iodma_bounce_in_use(&watched_bounce);
    enum fate fate = fate_of(kind);
    enum iodma_status status;

    set_up_memory(life, kind);
    life->command = iodma_pool_get(&waiting, false);
    must(expect("there is a command for the handler", life->command));
    if (!life->command)
        return;
    if (kind == EDGES)
        spec.mapping = IODMA_NON_COHERENT;
    if (kind == MAPPED)
        spec.mapper = &mapper;
    must(expect_status(
        "init", iodma_command_init(life->command, bus, &spec, NULL), IODMA_OK));
    status = iodma_command_set_memory(life->command, &life->memory, true);
    life->refused = fate == REFUSED || (fate == EITHER && status != IODMA_OK);
    if (life->refused) {
        expect_refusal(status, in_use);
        return;
    }

    total.lived++;
    must(expect_status("the handler's prepare", status, IODMA_OK));
    if (fate == LIVES)
        must(expect_number("its rung", fixture_rung(life->command),
                           kinds[kind].rung));
    use_device(life, kind);
}

static void end_life(struct life *life)
{
    if (!life->command)
        return;
    must(expect_status("the handler's end", iodma_command_deinit(life->command),
                       IODMA_OK));
    must(expect_bytes("the handler's memory", scratch,
                      life->refused ? life->before : life->after,
                      (size_t)read_list(&life->client, scratch)));
    must(expect_status("return", iodma_pool_return(&waiting, life->command),
                       IODMA_OK));
    life->command = NULL;
}

/* Leave the pool in another order than it was. */
static void shuffle(void)
{
    struct iodma_command *first = iodma_pool_get(&waiting, false);
    struct iodma_command *second = iodma_pool_get(&waiting, false);

    must(expect_status("return", iodma_pool_return(&waiting, first), IODMA_OK));
    must(
        expect_status("return", iodma_pool_return(&waiting, second), IODMA_OK));
}

static void handle(void)
{
    const struct level *level = &levels[depth];

    shuffle();
    if (level->part != END)
        begin_life(&lives[depth], level->kind);
    if (level->part != BEGINNING)
        end_life(&lives[depth]);
    must(expect_number("lock depth behind the handler", hooks.masked, 0));
}

/* The program -------------------------------------------------------------- */

typedef void (*step)(void);

struct scenario {
    const char *what;
    struct iodma_spec spec;
    uint32_t mapping;
    bool mapped;
    uint32_t direction;
    unsigned rung;
    const struct iodma_range *ranges;
    hal_address offset, length; /* of the window */
    step steps[MOST_STEPS];     /* ends at NULL  */
};

static struct {
    const struct scenario *scenario;
    struct iodma_command *command;
    struct iodma_memory memory;
    struct list list;
    bool starved;    /* its pool is too small: it is to be refused  */
    bool refused;    /* it has been; that is its last step          */
    uint32_t needed; /* most pages of storage at a time             */
} program;

/* All that the program sees of its world. */
static struct record {
    size_t length;
    uint8_t bytes[MOST_NOTES];
} seen;

static void note(const void *bytes, size_t length)
{
    must(expect("there is room for notes", seen.length + length <= MOST_NOTES));
    if (broken)
        return;
    memcpy(seen.bytes + seen.length, bytes, length);
    seen.length += length;
}

static void note_number(uint64_t number)
{
    note(&number, sizeof number);
}

/* The list, whichever pages of the pool or of IOVA it got: page by page, and of
   those only where in the page. */
static void note_list(void)
{
    for (uint32_t i = 0; i < program.list.count; i++) {
        struct hal_segment rest = program.list.segments[i];

        while (rest.length != 0 && !broken) {
            hal_address within = modulo(rest.address, WATCHED_GRANULE);
            hal_address length = smaller(rest.length, WATCHED_GRANULE - within);
            bool found =
                is_iova(rest.address) ||
                range_holds(WATCHED_STORAGE, WATCHED_PAGES * WATCHED_GRANULE,
                            rest.address);

            note_number(found ? within : rest.address);
            note_number(length);
            rest.address += length;
            rest.length -= length;
        }
    }
}

static void note_bytes(const struct list *list)
{
    note(scratch, (size_t)read_list(list, scratch));
}

static void answered(const char *what, enum iodma_status status)
{
    note_number((uint32_t)status);
    if (program.starved && status == IODMA_NO_RESOURCES)
        program.refused = true;
    else
        must(expect_status(what, status, IODMA_OK));
}

/* The client's ranges and 16 bytes on either side. */
static struct list wider_list(void)
{
    struct list list = client_list(&program.memory);

    for (uint32_t i = 0; i < list.count; i++) {
        list.segments[i].address -= 0x10;
        list.segments[i].length += 0x20;
    }
    return list;
}

static void prepared(const char *what, enum iodma_status status)
{
    answered(what, status);
    if (status == IODMA_OK)
        must(expect_number("rung", fixture_rung(program.command),
                           program.scenario->rung));
}

/* The steps of a program. */
static void attach(void)
{
    prepared("set_memory",
             iodma_command_set_memory(program.command, &program.memory, true));
}

static void detach(void)
{
    answered("clear_memory", iodma_command_clear_memory(program.command, true));
}

static void prepare_filled(bool synchronize)
{
    prepared("prepare", iodma_command_prepare(
                            program.command, program.scenario->offset,
                            program.scenario->length, true, synchronize));
}

static void prepare(void)
{
    prepare_filled(true);
}

static void prepare_zeros(void)
{
    prepare_filled(false);
}

static void complete(void)
{
    answered("complete", iodma_command_complete(program.command, true, true));
}

static void complete_only(void)
{
    answered("complete", iodma_command_complete(program.command, false, false));
}

static void sync_in(void)
{
    answered("in", iodma_command_synchronize(program.command, IODMA_IN));
}

static void sync_out(void)
{
    answered("out", iodma_command_synchronize(program.command, IODMA_OUT));
}

static void force(void)
{
    answered("force", iodma_command_synchronize(program.command,
                                                IODMA_FORCE_DOUBLE_BUFFER));
}

static void list(void)
{
    generate(program.command, &program.list);
    note_list();
}

static void emit(void)
{
    emit_list(program.command, &program.list);
    note_list();
}

static void device_reads(void)
{
    note_bytes(&program.list);
}

static void device_writes(void)
{
    draw_bytes(scratch, 0x51);
    write_list(&program.list, scratch);
}

/* The client writes, too. */
static void client_writes(void)
{
    struct list client = client_list(&program.memory);

    note_bytes(&client);
    draw_bytes(scratch, 0x52);
    write_list(&client, scratch);
}

static void read_bytes(void)
{
    static uint8_t bytes[MOST_BYTES];
    hal_address length =
        iodma_command_read_bytes(program.command, 0x11, bytes, sizeof bytes);

    note_number(length);
    note(bytes, (size_t)length);
}

static void write_bytes(void)
{
    static uint8_t bytes[MOST_BYTES];

    draw_bytes(bytes, 0x53);
    note_number(iodma_command_write_bytes(program.command, 0x31, bytes, 0x1B3));
}

static void share(void)
{
    static const struct hal_limits limits = { .align_address = 64 };
    static uint8_t ring[0x200];
    struct iodma_share share;
    struct hal_shared shared = { .size = 0 };

    answered("share", iodma_share(&share, bus, &limits, 0x60000, ring,
                                  sizeof ring, 0, &shared));
    moment();
    note_number(shared.bus);
    answered("unshare", iodma_unshare(&share));
}

/* Scenarios ------------------------------------------------------------- */

/* Two model pages meet in the second range. */
static const struct iodma_range near[ROW_RANGES] = {
    { 0x10002, 0x100 },
    { 0x11ff0, 0x21 },
    { 0x12051, 0x80 },
};

/* Three pages of storage, two for one range and one for two; or four in one
   piece. */
static const struct iodma_range far[ROW_RANGES] = {
    { 0x20002, 0x80 },    { FAR + 0x80, 0x180 }, { FAR + 0x1FC0, 0x80 },
    { FAR + 0x10, 0x20 }, { 0x30000, 0xC0 },
};

/* The same of whole lines. */
static const struct iodma_range far_lines[ROW_RANGES] = {
    { 0x51000, 0x40 },
    { FAR + 0x4F80, 0x280 },
    { 0x52000, 0x80 },
};

static const struct iodma_range lines[ROW_RANGES] = {
    { 0x50000, 0x200 },
    { 0x52F40, 0x180 },
};

static const struct iodma_range odd[ROW_RANGES] = {
    { 0x40F01, 0x300 },
    { 0x42003, 0x100 },
};

/* clang-format off */
static const struct scenario scenarios[] = {
    { "a command is got and given back",
      DEVICE(64, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_DIRECT, near, 0,
      0, { NULL } },
    { "direct",
      DEVICE(64, 0x60, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_DIRECT, near,
      0, 0, { attach, list, device_reads, device_writes, detach } },
    { "direct, into an emitter",
      DEVICE(64, 0x30, 1), IODMA_MAPPED, false, IODMA_OUT, RUNG_DIRECT, near,
      0x20, 0x140, { prepare, emit, device_reads, complete } },
    { "direct, not coherent",
      DEVICE(64, 0, 1), IODMA_NON_COHERENT, false, IODMA_IN, RUNG_DIRECT,
      lines, 0, 0,
      { prepare, list, device_writes, complete, prepare, list, complete } },
    { "direct, iterate only",
      DEVICE(64, 0x60, 1), IODMA_ITERATE_ONLY, false, IODMA_INOUT, RUNG_DIRECT,
      near,
      0, 0, { prepare, list, device_reads, device_writes, complete } },
    { "direct, forced to a buffer",
      DEVICE(64, 0, 1), IODMA_NON_COHERENT, false, IODMA_INOUT, RUNG_DIRECT,
      lines,
      0, 0,
      { prepare, list, device_writes, force, list, device_reads, complete } },
    { "pages",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_SPLIT,
      far, 0, 0,
      { attach, list, device_reads, device_writes, detach } },
    { "pages, not coherent",
      DEVICE(REACH_BITS, 0, 1), IODMA_NON_COHERENT, false, IODMA_INOUT,
      RUNG_SPLIT,
      far_lines,
      0, 0, { attach, list, device_reads, device_writes, detach } },
    { "pages, part of the memory, into an emitter",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_IN, RUNG_SPLIT, far,
      0x41,
      0x303,
      { prepare, emit, device_writes, complete } },
    { "pages, filled with zeros",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_SPLIT,
      far, 0, 0,
      { prepare_zeros, list, device_reads, complete_only } },
    { "pages, prepared twice",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_OUT, RUNG_SPLIT,
      far, 0, 0,
      { prepare, prepare, complete, list, device_reads, complete } },
    { "pages, synchronized both ways",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_SPLIT,
      far, 0, 0,
      { prepare, list, device_writes, sync_in, client_writes, sync_out,
        device_reads, complete_only } },
    { "pages, read and written by the CPU",
      DEVICE(REACH_BITS, 0, 1), IODMA_NON_COHERENT, false, IODMA_INOUT,
      RUNG_SPLIT,
      far_lines,
      0, 0,
      { prepare, read_bytes, write_bytes, list, device_reads, complete } },
    { "pages, forced to a buffer",
      DEVICE(REACH_BITS, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_SPLIT,
      far, 0, 0,
      { prepare, list, device_writes, force, list, device_reads, complete } },
    { "whole",
      DEVICE(64, 0x90, 4), IODMA_MAPPED, false, IODMA_INOUT, RUNG_WHOLE, odd,
      0, 0, { attach, list, device_reads, device_writes, detach } },
    { "whole, not coherent",
      DEVICE(64, 0, 4), IODMA_NON_COHERENT, false, IODMA_IN, RUNG_WHOLE, odd,
      0, 0, { prepare, list, device_reads, device_writes, complete } },
    { "whole, synchronized both ways",
      DEVICE(64, 0, 4), IODMA_NON_COHERENT, false, IODMA_INOUT, RUNG_WHOLE,
      odd, 0, 0,
      { prepare_zeros, list, device_writes, sync_in, client_writes, sync_out,
        device_reads, complete } },
    { "whole, read and written by the CPU",
      DEVICE(64, 0, 4), IODMA_MAPPED, false, IODMA_INOUT, RUNG_WHOLE, odd,
      0x10, 0,
      { prepare, read_bytes, write_bytes, list, device_reads, complete } },
    { "memory that is shared",
      DEVICE(64, 0, 1), IODMA_MAPPED, false, IODMA_INOUT, RUNG_DIRECT, near, 0,
      0, { share, share } },
    { "mapped",
      DEVICE(REACH_BITS, 0x60, 1), IODMA_MAPPED, true, IODMA_INOUT,
      RUNG_DIRECT, far,
      0, 0, { attach, list, device_reads, device_writes, detach } },
    { "mapped, part of the memory, into an emitter",
      DEVICE(64, 0x30, 1), IODMA_MAPPED, true, IODMA_OUT, RUNG_DIRECT, near,
      0x20, 0x140, { prepare, emit, device_reads, complete } },
    { "mapped, not coherent, used again",
      DEVICE(64, 0, 1), IODMA_NON_COHERENT, true, IODMA_INOUT, RUNG_DIRECT,
      lines, 0, 0,
      { prepare, list, device_writes, complete, prepare, list, device_reads,
        complete } },
    { "mapped, iterate only",
      DEVICE(REACH_BITS, 0x60, 1), IODMA_ITERATE_ONLY, true, IODMA_INOUT,
      RUNG_DIRECT,
      far, 0, 0, { prepare, list, device_reads, device_writes, complete } },
    { "mapped, whole",
      DEVICE(64, 0x90, 4), IODMA_MAPPED, true, IODMA_INOUT, RUNG_WHOLE, odd,
      0, 0, { attach, list, device_reads, device_writes, detach } },
    { "mapped, forced to a buffer",
      DEVICE(64, 0, 1), IODMA_NON_COHERENT, true, IODMA_INOUT, RUNG_DIRECT,
      lines, 0, 0,
      { prepare, list, device_writes, force, list, device_reads, complete } },
};
/* clang-format on */

static void run_steps(void)
{
    const step *steps = program.scenario->steps;

    for (unsigned i = 0; i < MOST_STEPS && steps[i]; i++) {
        moment();
        steps[i]();
        if (program.refused)
            break;
    }
}

/* The whole program: a command is got, made, used, detached and given back. */
static void run_program(void)
{
    struct iodma_spec spec = program.scenario->spec;

    spec.mapping = program.scenario->mapping;
    spec.mapper = program.scenario->mapped ? &mapper : NULL;
    program.command = iodma_pool_get(&waiting, false);
    if (!expect("there is a command", program.command)) {
        broken = true;
        return;
    }
    answered("init", iodma_command_init(program.command, bus, &spec, NULL));
    answered("set",
             iodma_command_set_memory(program.command, &program.memory, false));
    run_steps();
    detach();
    answered("return", iodma_pool_return(&waiting, program.command));
}

/* Who is to be interrupted when, and by whom. */
struct plan {
    unsigned at;    /* moment of the program, 0: none */
    uint8_t kind;   /* of its handler                 */
    enum part part; /* that its handler does          */
    unsigned at_2;  /* moment of the handler, 0: none */
    uint8_t kind_2; /* of the handler's               */
};

/* A life that the handler only ends begins before the program. */
static void arm(struct plan plan)
{
    shift = plan.at % SHIFTS;
    if (plan.part == END) {
        depth = 1;
        begin_life(&lives[1], plan.kind);
        depth = 0;
    }
    levels[0] = (struct level){ .at = plan.at };
    levels[1] =
        (struct level){ .at = plan.at_2, .kind = plan.kind, .part = plan.part };
    levels[2] = (struct level){ .kind = plan.kind_2 };
}

/* One that it only began ends behind it. */
static void disarm(struct plan plan)
{
    total.interrupts += levels[0].taken;
    total.nested += levels[1].taken;
    must(expect_number("interrupts", levels[0].taken, plan.at != 0));
    memset(levels, 0, sizeof levels);
    if (plan.part == BEGINNING)
        end_life(&lives[1]);
}

/* Returns the program's moments. */
static unsigned run(const struct scenario *scenario, uint32_t pages,
                    bool starved, struct plan plan)
{
    struct list client;
    unsigned moments;

    begin(pages);
    program.scenario = scenario;
    program.memory = row_memory(scenario->ranges, scenario->direction);
    program.starved = starved;
    program.refused = false;
    seen.length = 0;
    client = wider_list();
    draw_bytes(scratch, 0x50);
    write_list(&client, scratch);

    arm(plan);
    run_program();
    moments = levels[0].moments;
    program.needed = iodma_bounce_high_water(&watched_bounce);
    disarm(plan);

    note_bytes(&client);
    must(expect("it was refused where it had to be",
                program.refused == starved));
    end();
    return moments;
}

/* What the program sees if it is left alone. */
static struct record wanted;

static void expect_seen(struct plan plan)
{
    must(expect_number("notes", seen.length, wanted.length));
    must(expect_bytes("what the program saw", seen.bytes, wanted.bytes,
                      wanted.length));
    if (broken)
        printf("#   interrupted at %u (kind %u, part %u), at %u (kind %u), "
               "storage of %u pages\n",
               plan.at, plan.kind, (unsigned)plan.part, plan.at_2, plan.kind_2,
               (unsigned)watched_bounce.granules.count);
}

/* Pages of storage: plenty, exactly what the program needs, one less. */
enum storage { PLENTY, EXACT, SHORT };

static uint32_t pages_of(enum storage storage, uint32_t needed)
{
    return storage == PLENTY ? WATCHED_PAGES : needed - (storage == SHORT);
}

static const struct plan alone = { .at = 0 };

/* Returns for how many moments the program runs. */
static unsigned run_alone(const struct scenario *scenario, enum storage storage,
                          uint32_t needed)
{
    unsigned moments =
        run(scenario, pages_of(storage, needed), storage == SHORT, alone);

    if (storage == EXACT)
        expect_seen(alone);
    wanted = seen;
    return moments;
}

/* At every moment, on every rung; or, with a stride of 7, at one in so many:
   each rung and part has its turn. A life that outlasts the interrupt would
   take storage away from a program that has no more than it needs. */
static void interrupt_everywhere(const struct scenario *scenario,
                                 enum storage storage, uint32_t needed,
                                 unsigned stride)
{
    unsigned moments = run_alone(scenario, storage, needed);
    unsigned parts = storage == PLENTY ? PARTS : 1;

    total.moments += moments;
    for (unsigned i = 0; i < moments * KINDS * parts && !broken; i += stride) {
        struct plan plan = {
            .at = 1 + i / (KINDS * parts),
            .kind = (uint8_t)(i / parts % KINDS),
            .part = (enum part)(i % parts),
        };

        (void)run(scenario, pages_of(storage, needed), storage == SHORT, plan);
        expect_seen(plan);
    }
}

static void begin_case(const char *what)
{
    check_case(what);
    sparse_reset();
    model_mapper_init(&model);
    model.mapper.page_size = WATCHED_GRANULE;
    model.mapper.first = IOVA;
    model.moment = mapper_moment;
    broken = false;
}

static void each_scenario(unsigned stride)
{
    for (size_t i = 0; i < HAL_COUNT_OF(scenarios); i++) {
        uint32_t needed;

        begin_case(scenarios[i].what);
        (void)run(&scenarios[i], WATCHED_PAGES, false, alone);
        needed = program.needed;
        interrupt_everywhere(&scenarios[i], PLENTY, needed, stride);
        if (needed == 0)
            continue;
        interrupt_everywhere(&scenarios[i], EXACT, needed, stride);
        interrupt_everywhere(&scenarios[i], SHORT, needed, stride);
    }
}

/* The handler is interrupted, too. */
static void drawn_nests(unsigned runs)
{
    uint64_t seed = 11;

    begin_case("handlers over handlers, at drawn moments");
    for (unsigned i = 0; i < runs && !broken; i++) {
        const struct scenario *scenario =
            &scenarios[random_below(&seed, HAL_COUNT_OF(scenarios))];
        unsigned moments;
        struct plan plan;

        sparse_reset(); /* ranges that have moved leave pages behind */
        moments = run_alone(scenario, PLENTY, 0);
        plan = (struct plan){
            .at = 1 + random_below(&seed, moments),
            .kind = (uint8_t)random_below(&seed, KINDS),
            .part = (enum part)random_below(&seed, PARTS),
            .at_2 = 1 + random_below(&seed, HANDLER_MOMENTS),
            .kind_2 = (uint8_t)random_below(&seed, KINDS),
        };

        (void)run(scenario, WATCHED_PAGES, false, plan);
        expect_seen(plan);
    }
    expect("handlers were interrupted", total.nested > runs / 10);
}

int main(int argc, char **argv)
{
    unsigned stride = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;

    each_scenario(stride);
    drawn_nests(NESTED_RUNS / stride);
    printf("# %u scenarios, %u moments, %u interrupts taken (%u in handlers), "
           "%u handlers' lives, %u refused\n",
           (unsigned)HAL_COUNT_OF(scenarios), total.moments, total.interrupts,
           total.nested, total.lived, total.refused);
    return check_result();
}
