/* SPDX-License-Identifier: MIT */
/*
 * Every call in every state, and every argument that is no good: each gets
 * the answer that the rules have for it, a refusal changes nothing at all, and
 * whatever was asked, clearing the memory gives all storage back.
 *
 * The answers are the spec's (2.3 and 3, in the order of its steps) and rule
 * E9's for what is held; not what the code happens to say.
 */
#include "tests/check.h"
#include "tests/fixture.h"
#include "tests/model/sparse.h"

#include "dma/pool.h"
#include "dma/transfer.h"
#include "hal/count_of.h"

#include <stdio.h>
#include <string.h>

#define TOP HAL_ADDRESS_MAX
#define END HIGHEST_END(1)

/* The states ------------------------------------------------------------ */

enum { LENGTH = 0x20, HALF = LENGTH / 2, MOST_HELD = 2 };

static const struct state {
    const char *name;
    bool specified, attached;
    bool completed; /* after a first preparation */
    uint32_t mapping;
    uint32_t prepared, held; /* how often                                 */
    hal_address from;        /* first byte of the window                  */
    hal_address memory;      /* added to its address                      */
    bool forced;             /* to a whole buffer                         */
    hal_address storage;     /* what stands for the first byte; 0: itself */
} states[] = {
    { .name = "not specified" },
    { .name = "not specified, but attached", .attached = true },
    { .name = "idle", .specified = true },
    { .name = "attached", .specified = true, .attached = true },
    { .name = "attached, and completed before",
      .specified = true,
      .attached = true,
      .completed = true },
    { .name = "attached, to iterate only",
      .specified = true,
      .attached = true,
      .mapping = IODMA_ITERATE_ONLY },
    { .name = "prepared", .specified = true, .attached = true, .prepared = 1 },
    { .name = "prepared twice",
      .specified = true,
      .attached = true,
      .prepared = 2 },
    { .name = "prepared, in a whole buffer",
      .specified = true,
      .attached = true,
      .prepared = 1,
      .forced = true,
      .storage = 0x100000 },
    { .name = "prepared, in bounce pages",
      .specified = true,
      .attached = true,
      .prepared = 1,
      .memory = FAR,
      .storage = 0x100030 },
    { .name = "prepared, to iterate only",
      .specified = true,
      .attached = true,
      .mapping = IODMA_ITERATE_ONLY,
      .prepared = 1 },
    { .name = "prepared, an empty window",
      .specified = true,
      .attached = true,
      .prepared = 1,
      .from = LENGTH },
    { .name = "prepared and held",
      .specified = true,
      .attached = true,
      .prepared = 1,
      .held = 1 },
    { .name = "prepared twice and held once",
      .specified = true,
      .attached = true,
      .prepared = 2,
      .held = 1 },
};

enum { STATES = HAL_COUNT_OF(states) };

static const struct state *now;      /* NULL: no state of the table */
static struct iodma_command command; /* the one that is misused     */
static struct iodma_memory own;      /* what it is attached to      */
static struct iodma_memory other;
static bool ended; /* its life is over */

/* What a refusal has to leave as it was. */
static struct {
    struct iodma_command command;
    unsigned pages, runs, loans, windows;
    uint64_t digest; /* of all memory */
} before;

static bool told(bool as_it_should)
{
    if (!as_it_should && now)
        printf("#   the command was %s\n", now->name);
    return as_it_should;
}

static void remember(void)
{
    memcpy(&before.command, &command, sizeof command);
    before.pages = fixture_pages_taken();
    before.runs = fixture_run_pages_taken();
    before.loans = fixture_loans_taken();
    before.windows = sparse_open_windows();
    before.digest = sparse_digest();
}

static void copy_limits(struct iodma_limits *to,
                        const struct iodma_limits *from)
{
    to->max_segment = from->max_segment;
    to->max_transfer = from->max_transfer;
    to->max_segments = from->max_segments;
    to->unreached = from->unreached;
    to->boundary = from->boundary;
    to->align_address = from->align_address;
    to->align_length = from->align_length;
    to->align_internal = from->align_internal;
    to->align_seam = from->align_seam;
    to->alignment = from->alignment;
}

static void copy_window(struct iodma_window *to,
                        const struct iodma_window *from)
{
    to->bus = from->bus;
    to->memory = from->memory;
    to->mapper = from->mapper;
    to->reason = from->reason;
    copy_limits(&to->limits, &from->limits);
    to->offset = from->offset;
    to->length = from->length;
    to->mapping = from->mapping;
    to->access = from->access;
    to->counted = from->counted;
    to->asked = from->asked;
}

static void copy_plan(struct iodma_plan *to, const struct iodma_plan *from)
{
    to->window = from->window;
    to->loans = from->loans;
    to->origin = from->origin;
    to->pages = from->pages;
    to->path = from->path;
    to->whole = from->whole;
    to->unmaintained = from->unmaintained;
    to->kept = from->kept;
    to->filled = from->filled;
}

/* A copy with nothing between its fields; of window, plan and place only what
   means something in its state. */
static void copy_command(struct iodma_command *to,
                         const struct iodma_command *from)
{
    memset(to, 0, sizeof *to);
    to->ref_con = from->ref_con;
    to->link = from->link;
    to->output = from->output;
    to->prepared = from->prepared;
    to->held = from->held;
    copy_window(&to->window, &from->window);
    if (from->prepared == 0) {
        to->window.offset = 0;
        to->window.length = 0;
        to->window.access = 0;
    } else {
        copy_plan(&to->plan, &from->plan);
    }
}

/* A list goes on where the last one ended, whatever was refused since. */
static void expect_rest_of_list(void)
{
    union {
        struct iodma_segment32 narrow;
        struct iodma_segment64 wide;
    } rest;
    hal_address offset = HALF;
    uint32_t count = 1;

    told(expect_status(
             "the rest of the list",
             iodma_command_gen_segments(&command, &offset, &rest, &count),
             IODMA_OK) &&
         expect_number("its end", offset, LENGTH));
}

/* All of the command is as before. */
static void expect_same_command(void)
{
    struct iodma_command got;
    struct iodma_command want;

    copy_command(&got, &command);
    copy_command(&want, &before.command);
    told(expect_bytes("the command, as before", &got, &want, sizeof want));
    if (now && now->prepared != 0 && now->from == 0 && command.prepared != 0)
        expect_rest_of_list();
}

static void expect_same_memory(void)
{
    told(expect_number("pages taken", fixture_pages_taken(), before.pages) &
         expect_number("pages of runs taken", fixture_run_pages_taken(),
                       before.runs) &
         expect_number("loans taken", fixture_loans_taken(), before.loans) &
         expect_number("windows open", sparse_open_windows(), before.windows) &
         expect_number("memory", sparse_digest(), before.digest));
}

static void expect_as_before(void)
{
    expect_same_command();
    expect_same_memory();
}

/* Describe memory, at the one place that does. */
static enum iodma_status describe(struct iodma_memory *memory,
                                  const struct iodma_range *ranges,
                                  uint32_t count, uint32_t direction)
{
    return iodma_memory_init_ranges(memory, ranges, count, direction, NULL, 0);
}

static struct iodma_spec spec_of(const struct iodma_output *output,
                                 uint32_t mapping)
{
    struct iodma_spec spec = IODMA_SPEC(*output, 32, HALF, .align_address = 16,
                                        .align_length = 8, .align_internal = 4);

    spec.mapping = mapping;
    return spec;
}

/* Deliver the first of the two segments: the place is in the middle then. */
static void generate_half(void)
{
    struct iodma_segment64 segment;
    hal_address offset = 0;
    uint32_t count = 1;

    told(expect_status(
        "half of the list",
        iodma_command_gen_segments(&command, &offset, &segment, &count),
        IODMA_OK));
}

/* Bring a fresh command into a state. */
static void enter(const struct state *state, const struct iodma_output *output)
{
    static struct iodma_range own_range[ROW_RANGES];
    static const struct iodma_range other_range[ROW_RANGES] = {
        { 0x30000, 2 * LENGTH },
    };
    const struct iodma_bus *bus = fixture_bouncing_bus();
    struct iodma_spec spec = spec_of(output, state->mapping);
    enum iodma_status status;

    now = state;
    ended = false;
    own_range[0] =
        (struct iodma_range){ state->memory + 0x10000 - HALF, LENGTH };
    own = row_memory(own_range, IODMA_INOUT);
    other = row_memory(other_range, IODMA_INOUT);

    status = state->specified
                 ? iodma_command_init(&command, bus, &spec, &own)
                 : iodma_command_init_unspecified(&command, bus, &own);
    if (state->attached && status == IODMA_OK)
        status = iodma_command_set_memory(&command, &own, false);
    if (state->completed && status == IODMA_OK)
        status = iodma_command_prepare(&command, 0, 0, true, true);
    if (state->completed && status == IODMA_OK)
        status = iodma_command_complete(&command, true, true);
    for (uint32_t i = 0; i < state->prepared && status == IODMA_OK; i++)
        status = iodma_command_prepare(&command, state->from, 0, true, true);
    if (state->forced && status == IODMA_OK)
        status = iodma_command_synchronize(&command, IODMA_FORCE_DOUBLE_BUFFER);
    for (uint32_t i = 0; i < state->held && status == IODMA_OK; i++)
        status = iodma_command_hold(&command);
    told(expect_status("on the way to the state", status, IODMA_OK));

    if (state->prepared != 0 && state->from == 0)
        generate_half();
    if (state->storage != 0) /* a copy back would be seen */
        *sparse_byte(state->storage) ^= 0xFF;
}

/* Clear the memory: nothing is on loan afterwards. */
static void leave(void)
{
    if (!ended) {
        for (uint32_t i = 0; i < MOST_HELD; i++)
            (void)iodma_command_release(&command);
        told(expect_status("clear in the end",
                           iodma_command_clear_memory(&command, true),
                           IODMA_OK));
    }
    told(expect_fixture_free() &
         expect_number("windows left open", sparse_open_windows(), 0));
    now = NULL;
}

/* The methods ------------------------------------------------------------ */

/* What a method is called with: each takes what it needs. */
struct arguments {
    const struct iodma_spec *spec;
    struct iodma_memory *memory;
    hal_address offset, length;
    uint32_t options;
    bool yes;                          /* every flag that it has */
    const struct iodma_output *output; /* of gen_segments_with   */
    bool no_offset, no_array, no_count, no_room;
    struct hal_emitter *emitter;
};

/* A method: returns the status or the number that it was answered with, and
   looks whether a success is one. */
typedef int (*method)(const struct arguments *with);

static int set_spec(const struct arguments *with)
{
    return iodma_command_set_spec(&command, with->spec);
}

static int clone_command(const struct arguments *with)
{
    struct iodma_command clone;
    struct iodma_command raw;
    enum iodma_status status;

    (void)with;
    memset(&clone, 0xA5, sizeof clone);
    memset(&raw, 0xA5, sizeof raw);
    status = iodma_command_clone(&command, &clone, &other);
    if (status == IODMA_OK)
        told(expect("a clone is idle, with a word of its own",
                    clone.ref_con == &other && !iodma_command_memory(&clone) &&
                        iodma_command_get_prepared(&clone, NULL, NULL) ==
                            IODMA_NOT_READY &&
                        iodma_command_release(&clone) == IODMA_NOT_READY &&
                        !clone.link.next));
    else
        told(expect_bytes("what did not become a clone", &clone, &raw,
                          sizeof raw));
    return status;
}

static int clone_nowhere(const struct arguments *with)
{
    (void)with;
    return iodma_command_clone(&command, NULL, NULL);
}

static int deinit(const struct arguments *with)
{
    enum iodma_status status = iodma_command_deinit(&command);

    (void)with;
    ended = status == IODMA_OK;
    return status;
}

static int set_memory(const struct arguments *with)
{
    enum iodma_status status =
        iodma_command_set_memory(&command, with->memory, with->yes);

    if (status == IODMA_OK)
        told(expect("it is attached",
                    iodma_command_memory(&command) == with->memory) &
             expect_number("prepared if that was meant", command.prepared,
                           with->memory && with->yes));
    return status;
}

static int clear_memory(const struct arguments *with)
{
    enum iodma_status status = iodma_command_clear_memory(&command, with->yes);

    if (status == IODMA_OK)
        told(expect("nothing is attached", !iodma_command_memory(&command)) &
             expect_number("nor prepared", command.prepared, 0));
    return status;
}

/* Which memory a getter gave. */
enum { NONE, OWN, BUFFER };

static int memory(const struct arguments *with)
{
    const struct iodma_memory *got = iodma_command_memory(&command);

    (void)with;
    told(expect("no memory but its own", !got || got == &own));
    return got ? OWN : NONE;
}

static int bus_memory(const struct arguments *with)
{
    struct iodma_memory buffer = { .members = NULL };
    const struct iodma_memory *got =
        iodma_command_bus_memory(&command, &buffer);

    (void)with;
    if (got != &buffer) {
        told(expect("no memory but its own", !got || got == &own));
        return got ? OWN : NONE;
    }
    told(
        expect_number("the buffer's address", buffer.buffer.address,
                      now->storage) &
        expect_number("the buffer's length", buffer.length, LENGTH) &
        expect_number("the buffer's direction", buffer.direction, IODMA_INOUT));
    return BUFFER;
}

static enum iodma_status prepared(enum iodma_status status, hal_address offset,
                                  hal_address length)
{
    hal_address got_offset = 11;
    hal_address got_length = 22;

    if (status != IODMA_OK)
        return status;
    told(expect_number("prepared once more", command.prepared,
                       before.command.prepared + 1) &
         expect_status(
             "what is prepared",
             iodma_command_get_prepared(&command, &got_offset, &got_length),
             IODMA_OK) &
         expect_number("its offset", got_offset, offset) &
         expect_number("its length", got_length, length));
    return status;
}

/* The window that the state has, or the one it would have. */
static int prepare_same(const struct arguments *with)
{
    hal_address length = LENGTH - now->from;

    return prepared(iodma_command_prepare(&command, now->from,
                                          with->yes ? length : 0, with->yes,
                                          with->yes),
                    now->from, length);
}

static int prepare(const struct arguments *with)
{
    return prepared(
        iodma_command_prepare(&command, with->offset, with->length, true, true),
        with->offset, with->length);
}

static int prepare_with_spec(const struct arguments *with)
{
    return prepared(iodma_command_prepare_with_spec(&command, with->spec,
                                                    with->offset, with->length,
                                                    true, true),
                    with->offset, with->length);
}

static int complete(const struct arguments *with)
{
    enum iodma_status status =
        iodma_command_complete(&command, with->yes, with->yes);

    if (status == IODMA_OK)
        told(expect_number("prepared once less", command.prepared,
                           before.command.prepared - 1) &
             expect("it is still attached",
                    iodma_command_memory(&command) == &own));
    return status;
}

/* Room for all segments that there are, in either format. */
static union {
    struct iodma_segment32 narrow[3];
    struct iodma_segment64 wide[3];
} array;

/* Judge what a generation did to its arguments. */
static int generated(enum iodma_status status, const struct arguments *with,
                     hal_address offset, uint32_t count)
{
    if (status == IODMA_OK)
        told(expect_number("offset, behind both segments", offset, LENGTH) &
             expect_number("both segments", count, 2));
    else
        told(expect_number("offset, as before", offset, with->offset) &
             expect_number("count, as before", count, with->no_room ? 0 : 3));
    return status;
}

static int gen_segments(const struct arguments *with)
{
    hal_address offset = with->offset;
    uint32_t count = with->no_room ? 0 : HAL_COUNT_OF(array.wide);
    enum iodma_status status = iodma_command_gen_segments(
        &command, with->no_offset ? NULL : &offset,
        with->no_array ? NULL : &array, with->no_count ? NULL : &count);

    return generated(status, with, offset, count);
}

static int gen_segments32(const struct arguments *with)
{
    hal_address offset = with->offset;
    uint32_t count = with->no_room ? 0 : HAL_COUNT_OF(array.narrow);
    enum iodma_status status = iodma_command_gen_segments32(
        &command, with->no_offset ? NULL : &offset,
        with->no_array ? NULL : array.narrow, with->no_count ? NULL : &count);

    return generated(status, with, offset, count);
}

static int gen_segments64(const struct arguments *with)
{
    hal_address offset = with->offset;
    uint32_t count = with->no_room ? 0 : HAL_COUNT_OF(array.wide);
    enum iodma_status status = iodma_command_gen_segments64(
        &command, with->no_offset ? NULL : &offset,
        with->no_array ? NULL : array.wide, with->no_count ? NULL : &count);

    return generated(status, with, offset, count);
}

static int gen_segments_with(const struct arguments *with)
{
    hal_address offset = with->offset;
    uint32_t count = with->no_room ? 0 : HAL_COUNT_OF(array.wide);
    enum iodma_status status = iodma_command_gen_segments_with(
        &command, with->output, with->no_offset ? NULL : &offset,
        with->no_array ? NULL : &array, with->no_count ? NULL : &count);

    return generated(status, with, offset, count);
}

static enum iodma_status take(struct hal_emitter *emitter,
                              const struct hal_segment *segments,
                              uint32_t count, bool first, bool last)
{
    (void)emitter;
    (void)segments;
    told(expect("both segments at once", count == 2 && first && last));
    return IODMA_OK;
}

static enum iodma_status refuse(struct hal_emitter *emitter,
                                const struct hal_segment *segments,
                                uint32_t count, bool first, bool last)
{
    (void)take(emitter, segments, count, first, last);
    return IODMA_NO_SPACE;
}

static struct hal_emitter taking = { take };
static struct hal_emitter refusing = { refuse };

static int emit(const struct arguments *with)
{
    hal_address offset = with->offset;
    enum iodma_status status = iodma_command_emit(
        &command, with->no_offset ? NULL : &offset, with->emitter);

    told(expect_number("offset", offset,
                       status == IODMA_OK ? LENGTH : with->offset));
    return status;
}

static int synchronize(const struct arguments *with)
{
    enum iodma_status status =
        iodma_command_synchronize(&command, with->options);

    if (status == IODMA_OK &&
        (with->options & IODMA_FORCE_DOUBLE_BUFFER) != 0 && now->from == 0) {
        struct iodma_memory buffer;

        told(expect("a buffer stands for the window",
                    iodma_command_bus_memory(&command, &buffer) == &buffer) &
             expect_number("the count is as before", command.prepared,
                           before.command.prepared));
    }
    return status;
}

static int synchronize_range(const struct arguments *with)
{
    return iodma_command_synchronize_range(&command, with->offset, with->length,
                                           with->options);
}

static int read_bytes(const struct arguments *with)
{
    uint8_t bytes[LENGTH + 1] = { [LENGTH] = 0x5A };
    int count = (int)iodma_command_read_bytes(
        &command, with->offset, with->no_array ? NULL : bytes, with->length);

    told(expect("no byte behind the window", bytes[LENGTH] == 0x5A));
    return count;
}

static int write_bytes(const struct arguments *with)
{
    static const uint8_t bytes[LENGTH] = { 0x5A };

    return (int)iodma_command_write_bytes(
        &command, with->offset, with->no_array ? NULL : bytes, with->length);
}

static int get_prepared(const struct arguments *with)
{
    hal_address offset = 11;
    hal_address length = 22;
    enum iodma_status status =
        iodma_command_get_prepared(&command, with->no_offset ? NULL : &offset,
                                   with->no_count ? NULL : &length);
    bool filled = status == IODMA_OK;

    told(expect_number("offset", offset,
                       filled && !with->no_offset ? now->from : 11) &
         expect_number("length", length,
                       filled && !with->no_count ? LENGTH - now->from : 22));
    return status;
}

static int hold(const struct arguments *with)
{
    enum iodma_status status = iodma_command_hold(&command);

    (void)with;
    if (status == IODMA_OK)
        told(expect_number("held once more", command.held,
                           before.command.held + 1));
    return status;
}

static int release(const struct arguments *with)
{
    enum iodma_status status = iodma_command_release(&command);

    (void)with;
    if (status == IODMA_OK)
        told(expect_number("held once less", command.held,
                           before.command.held - 1));
    return status;
}

static int pool_return(const struct arguments *with)
{
    struct iodma_pool pool;
    enum iodma_status status;

    (void)with;
    told(expect_status(
        "pool", iodma_pool_init(&pool, fixture_hal_bus.lock, NULL), IODMA_OK));
    status = iodma_pool_return(&pool, &command);
    if (status == IODMA_OK)
        told(expect_status("the same again", iodma_pool_return(&pool, &command),
                           IODMA_BUSY));
    told(expect("what is in the pool",
                iodma_pool_get(&pool, false) ==
                    (status == IODMA_OK ? &command : NULL)));
    told(expect("and no more", !iodma_pool_get(&pool, false)));
    return status;
}

static int address_bits(const struct arguments *with)
{
    (void)with;
    return iodma_command_address_bits(&command);
}

static int alignment(const struct arguments *with)
{
    (void)with;
    return (int)iodma_command_alignment(&command);
}

static int alignment_length(const struct arguments *with)
{
    (void)with;
    return (int)iodma_command_alignment_length(&command);
}

static int alignment_internal(const struct arguments *with)
{
    (void)with;
    return (int)iodma_command_alignment_internal_segments(&command);
}

/* Methods x states ------------------------------------------------------- */

enum {
    OK = IODMA_OK,
    BA = IODMA_BAD_ARGUMENT,
    NR = IODMA_NOT_READY,
    NP = IODMA_NOT_PERMITTED,
    BY = IODMA_BUSY,
    OV = IODMA_OVERRUN,
    NS = IODMA_NO_SPACE,
};

static const struct iodma_spec good = SPEC(host64, 32, HALF, 8, 8, 8);
static const struct iodma_spec bad = SPEC(host64, 32, HALF, 3, 8, 8);
static const struct iodma_spec no_output = {
    .segment = { .struct_size = sizeof(struct iodma_segment_options),
                 .address_bits = 32,
                 .max_segment = HALF },
};

/* What a row's call may do beside answering. */
enum kind {
    ACTS,   /* a status; a success changes the command              */
    LOOKS,  /* a status; nothing changes the command                */
    COUNTS, /* a number, not a status; nothing changes the command */
};

#define FORCE IODMA_FORCE_DOUBLE_BUFFER

/* clang-format off */
#define WITH(...) { __VA_ARGS__ }

static const struct row {
    const char *what;
    method call;
    struct arguments with;
    enum kind kind;
    int want[STATES];
} rows[] = {
/* What the columns say of the command, in the order of `states`:

      not specified
      |   not specified, but attached
      |   |   idle
      |   |   |   attached
      |   |   |   |   attached, and completed before
      |   |   |   |   |   attached, to iterate only
      |   |   |   |   |   |   prepared
      |   |   |   |   |   |   |   prepared twice
      |   |   |   |   |   |   |   |   prepared, in a whole buffer
      |   |   |   |   |   |   |   |   |   prepared, in bounce pages
      |   |   |   |   |   |   |   |   |   |   prepared, to iterate only
      |   |   |   |   |   |   |   |   |   |   |   prepared, an empty window
      |   |   |   |   |   |   |   |   |   |   |   |   prepared and held
      |   |   |   |   |   |   |   |   |   |   |   |   |   ... twice, held once
*/
    { "a specification is for what is not prepared (2.3.1)",
      set_spec, WITH(.spec = &good), ACTS,
      { OK, OK, OK, OK, OK, OK, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "a bad specification is refused, after what is prepared (2.3.7)",
      set_spec, WITH(.spec = &bad), ACTS,
      { BA, BA, BA, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "no specification is a bad one (2.3.2)",
      set_spec, WITH(.spec = NULL), ACTS,
      { BA, BA, BA, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "a specification without an output function is a bad one (2.3.2)",
      set_spec, WITH(.spec = &no_output), ACTS,
      { BA, BA, BA, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },

    { "what has a specification can be cloned (3.1)",
      clone_command, WITH(0), LOOKS,
      { BA, BA, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "a clone needs storage",
      clone_nowhere, WITH(0), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "what is not held may end (3.1, E9)",
      deinit, WITH(0), ACTS,
      { OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, BY, BY } },

    { "unprepared, its own memory is attached again (3.2.2)",
      set_memory, WITH(.memory = &own), ACTS,
      { OK, OK, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "unprepared, its own memory is attached and prepared (3.2.2)",
      set_memory, WITH(.memory = &own, .yes = true), ACTS,
      { NR, NR, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "unprepared, other memory takes its place (3.2.3)",
      set_memory, WITH(.memory = &other), ACTS,
      { OK, OK, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "unprepared, other memory takes its place, prepared (3.2.5, R-31)",
      set_memory, WITH(.memory = &other, .yes = true), ACTS,
      { NR, NR, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "unprepared, no memory takes its place (3.2.3)",
      set_memory, WITH(.memory = NULL), ACTS,
      { OK, OK, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "no memory cannot be prepared, and need not (3.2.3)",
      set_memory, WITH(.memory = NULL, .yes = true), ACTS,
      { OK, OK, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },
    { "memory is cleared and completed, unless held (3.3.2, E9)",
      clear_memory, WITH(.yes = true), ACTS,
      { OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, BY, BY } },
    { "memory is cleared only if completed, or meant to be (3.3.1, E9)",
      clear_memory, WITH(.yes = false), ACTS,
      { OK, OK, OK, OK, OK, OK, NR, NR, NR, NR, NR, NR, BY, BY } },
    { "its memory is what was set (3.4)",
      memory, WITH(0), COUNTS,
      { NONE, OWN, NONE, OWN, OWN, OWN, OWN, OWN, OWN, OWN, OWN, OWN, OWN,
        OWN } },
    { "the memory used for DMA is the same, or the whole buffer (3.4)",
      bus_memory, WITH(0), COUNTS,
      { NONE, OWN, NONE, OWN, OWN, OWN, OWN, OWN, BUFFER, OWN, OWN, OWN, OWN,
        OWN } },

    { "the same window is prepared as often as one likes (3.5.7)",
      prepare_same, WITH(.yes = false), ACTS,
      { NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "and it is the same when its length is said (3.5.4)",
      prepare_same, WITH(.yes = true), ACTS,
      { NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "another window is not prepared beside it (3.5.7)",
      prepare, WITH(.offset = 0, .length = HALF), ACTS,
      { NR, NR, NR, OK, OK, OK, NR, NR, NR, NR, NR, NR, NR, NR } },
    { "nor one that begins elsewhere (3.5.7)",
      prepare, WITH(.offset = HALF, .length = HALF), ACTS,
      { NR, NR, NR, OK, OK, OK, NR, NR, NR, NR, NR, NR, NR, NR } },
    { "a window may not end outside the memory (3.5.5)",
      prepare, WITH(.offset = HALF, .length = HALF + 8), ACTS,
      { NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor begin there (3.5.5)",
      prepare, WITH(.offset = LENGTH + 1), ACTS,
      { NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "unprepared, a window is prepared by another specification (3.6)",
      prepare_with_spec, WITH(.spec = &good, .length = HALF), ACTS,
      { NR, OK, NR, OK, OK, OK, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "but not by a bad one (3.6.2)",
      prepare_with_spec, WITH(.spec = &bad), ACTS,
      { BA, BA, BA, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "nor by none (3.6.2)",
      prepare_with_spec, WITH(.spec = NULL), ACTS,
      { BA, BA, BA, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },
    { "nor outside the memory; the former one is in force (3.6.3, R-31)",
      prepare_with_spec, WITH(.spec = &good, .offset = LENGTH + 1), ACTS,
      { NR, BA, NR, BA, BA, BA, NP, NP, NP, NP, NP, NP, NP, NP } },

    { "what is prepared more often than held is completed (3.8, E9)",
      complete, WITH(.yes = true), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, BY, OK } },
    { "and so it is without a copy",
      complete, WITH(.yes = false), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, BY, OK } },

    { "what is prepared and not empty has segments (3.10)",
      gen_segments, WITH(0), ACTS,
      { BA, NR, BA, NR, NR, NR, OK, OK, OK, OK, OK, OV, OK, OK } },
    { "and it has them in 32 bits (3.10)",
      gen_segments32, WITH(0), ACTS,
      { BA, NR, BA, NR, NR, NR, OK, OK, OK, OK, OK, OV, OK, OK } },
    { "and in 64 bits (3.10)",
      gen_segments64, WITH(0), ACTS,
      { BA, NR, BA, NR, NR, NR, OK, OK, OK, OK, OK, OV, OK, OK } },
    { "and by any output function (3.10)",
      gen_segments_with, WITH(.output = &iodma_output_little64), ACTS,
      { BA, NR, BA, NR, NR, NR, OK, OK, OK, OK, OK, OV, OK, OK } },
    { "and into descriptors",
      emit, WITH(.emitter = &taking), ACTS,
      { BA, NR, BA, NR, NR, NR, OK, OK, OK, OK, OK, OV, OK, OK } },
    { "if the driver takes them",
      emit, WITH(.emitter = &refusing), ACTS,
      { BA, NR, BA, NR, NR, NR, NS, NS, NS, NS, NS, OV, NS, NS } },
    { "there are none at the end (3.10.4)",
      gen_segments, WITH(.offset = LENGTH), LOOKS,
      { BA, NR, BA, NR, NR, NR, OV, OV, OV, OV, OV, OV, OV, OV } },
    { "nor at the end of 64 bits (3.10.4)",
      gen_segments, WITH(.offset = TOP), LOOKS,
      { BA, NR, BA, NR, NR, NR, OV, OV, OV, OV, OV, OV, OV, OV } },
    { "nor for descriptors at the end",
      emit, WITH(.offset = LENGTH, .emitter = &taking), LOOKS,
      { BA, NR, BA, NR, NR, NR, OV, OV, OV, OV, OV, OV, OV, OV } },

    { "segments need an offset (3.10.3)",
      gen_segments, WITH(.no_offset = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments need an array (3.10.3)",
      gen_segments, WITH(.no_array = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments need a count (3.10.3)",
      gen_segments, WITH(.no_count = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments need room (3.10.3)",
      gen_segments, WITH(.no_room = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "no room comes before nothing left (3.10.3)",
      gen_segments, WITH(.offset = LENGTH, .no_room = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 32 bits need an offset",
      gen_segments32, WITH(.no_offset = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 32 bits need an array",
      gen_segments32, WITH(.no_array = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 32 bits need a count",
      gen_segments32, WITH(.no_count = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 32 bits need room",
      gen_segments32, WITH(.no_room = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 64 bits need an offset",
      gen_segments64, WITH(.no_offset = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 64 bits need an array",
      gen_segments64, WITH(.no_array = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 64 bits need a count",
      gen_segments64, WITH(.no_count = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments in 64 bits need room",
      gen_segments64, WITH(.no_room = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments need a function (3.10.3)",
      gen_segments_with, WITH(.output = NULL), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "segments by any function need an array",
      gen_segments_with,
      WITH(.output = &iodma_output_little64, .no_array = true), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "descriptors need an offset",
      emit, WITH(.no_offset = true, .emitter = &taking), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "descriptors need an emitter",
      emit, WITH(.emitter = NULL), LOOKS,
      { BA, NR, BA, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },

    { "what is prepared is synchronized to no side (3.9.6)",
      synchronize, WITH(.options = 0), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "and to the memory's (3.9.6)",
      synchronize, WITH(.options = IODMA_IN), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "and to the device's (3.9.6)",
      synchronize, WITH(.options = IODMA_OUT), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "but never to both (3.9.2)",
      synchronize, WITH(.options = IODMA_INOUT), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "bit 2 is no option (3.9.1, DS-08)",
      synchronize, WITH(.options = 4), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor is bit 2 beside a side (3.9.1, DS-08)",
      synchronize, WITH(.options = 4 | IODMA_IN), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor is bit 23 (3.9.1, DS-08)",
      synchronize, WITH(.options = FORCE >> 1), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor is bit 31 (3.9.1, DS-08)",
      synchronize, WITH(.options = BIT32(31)), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "the highest bit is no option beside force either (3.9.1)",
      synchronize, WITH(.options = BIT32(31) | FORCE), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "not even force goes to both sides (3.9.2)",
      synchronize, WITH(.options = FORCE | IODMA_INOUT), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "what is prepared, not held, is forced to a buffer (3.9.4, R-16)",
      synchronize, WITH(.options = FORCE), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, BA, OK, BY, BY } },
    { "and so it is with a copy to the memory (3.9.4, R-16)",
      synchronize, WITH(.options = FORCE | IODMA_IN), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, BA, OK, BY, BY } },
    { "and with a copy to the device (3.9.4, R-16)",
      synchronize, WITH(.options = FORCE | IODMA_OUT), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, BA, OK, BY, BY } },

    { "a part of what is prepared is taken from the device (E12)",
      synchronize_range, WITH(.length = LENGTH, .options = IODMA_IN), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, BA, OK, OK } },
    { "and given to it (E12)",
      synchronize_range,
      WITH(.offset = HALF, .length = HALF, .options = IODMA_OUT), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, BA, OK, OK } },
    { "and so is nothing at its end (E12)",
      synchronize_range, WITH(.offset = LENGTH, .options = IODMA_IN), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, BA, OK, OK } },
    { "but no part that is not all within (E12)",
      synchronize_range,
      WITH(.offset = 1, .length = LENGTH, .options = IODMA_IN), LOOKS,
      { NR, NR, NR, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor one that wraps (E12)",
      synchronize_range,
      WITH(.offset = 1, .length = HAL_ADDRESS_MAX, .options = IODMA_OUT), LOOKS,
      { NR, NR, NR, NR, NR, NR, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor to both sides (E12)",
      synchronize_range, WITH(.length = HALF, .options = IODMA_INOUT), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor to none (E12)",
      synchronize_range, WITH(.length = HALF), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },
    { "nor by force (E12)",
      synchronize_range, WITH(.length = HALF, .options = FORCE), LOOKS,
      { BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA, BA } },

    { "what is prepared is read (3.11)",
      read_bytes, WITH(.length = LENGTH), COUNTS,
      { 0, 0, 0, 0, 0, 0, 32, 32, 32, 32, 32, 0, 32, 32 } },
    { "but not on behind the window (3.11)",
      read_bytes, WITH(.offset = 24, .length = TOP), COUNTS,
      { 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 0, 8, 8 } },
    { "nor from its end (3.11)",
      read_bytes, WITH(.offset = LENGTH, .length = 1), COUNTS,
      { 0 } },
    { "nor from the end of 64 bits (3.11)",
      read_bytes, WITH(.offset = TOP, .length = 2), COUNTS,
      { 0 } },
    { "nothing is read if nothing is asked for (3.11)",
      read_bytes, WITH(.length = 0), COUNTS,
      { 0 } },
    { "nothing is read to nowhere",
      read_bytes, WITH(.length = LENGTH, .no_array = true), COUNTS,
      { 0 } },
    { "what is prepared is written (3.11)",
      write_bytes, WITH(.length = LENGTH), COUNTS,
      { 0, 0, 0, 0, 0, 0, 32, 32, 32, 32, 32, 0, 32, 32 } },
    { "but no more of it than the window has (3.11)",
      write_bytes, WITH(.offset = 24, .length = TOP), COUNTS,
      { 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 0, 8, 8 } },
    { "and nothing at its end (3.11)",
      write_bytes, WITH(.offset = LENGTH, .length = 1), COUNTS,
      { 0 } },
    { "nor at the end of 64 bits to the end and over (3.11)",
      write_bytes, WITH(.offset = TOP, .length = 2), COUNTS,
      { 0 } },
    { "nothing is written if nothing is given (3.11)",
      write_bytes, WITH(.length = 0), COUNTS,
      { 0 } },
    { "nothing is written from nowhere",
      write_bytes, WITH(.length = LENGTH, .no_array = true), COUNTS,
      { 0 } },

    { "what is prepared can be asked for (3.12)",
      get_prepared, WITH(0), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "and so can its offset alone (3.12)",
      get_prepared, WITH(.no_count = true), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "or its length alone (3.12)",
      get_prepared, WITH(.no_offset = true), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "or neither (3.12)",
      get_prepared, WITH(.no_offset = true, .no_count = true), LOOKS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, OK, OK } },
    { "what is prepared is held as often (E9)",
      hold, WITH(0), ACTS,
      { NR, NR, NR, NR, NR, NR, OK, OK, OK, OK, OK, OK, NR, OK } },
    { "what is held is released (E9)",
      release, WITH(0), ACTS,
      { NR, NR, NR, NR, NR, NR, NR, NR, NR, NR, NR, NR, OK, OK } },
    { "what is not prepared goes to a pool, once (8, E9)",
      pool_return, WITH(0), LOOKS,
      { OK, OK, OK, OK, OK, OK, BY, BY, BY, BY, BY, BY, BY, BY } },

    { "its address bits are the specification's (3.13)",
      address_bits, WITH(0), COUNTS,
      { 0, 0, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32 } },
    { "and so is its alignment (3.13)",
      alignment, WITH(0), COUNTS,
      { 1, 1, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16 } },
    { "and that of lengths (3.13)",
      alignment_length, WITH(0), COUNTS,
      { 1, 1, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 } },
    { "and that of segments after the first (3.13)",
      alignment_internal, WITH(0), COUNTS,
      { 1, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 } },
};
/* clang-format on */

static void cell(const struct row *row, const struct state *state, int want)
{
    int got;

    enter(state, row->call == gen_segments32 ? &iodma_output_host32
                                             : &iodma_output_host64);
    remember();
    got = row->call(&row->with);

    if (row->kind == COUNTS) {
        told(expect_number("the number", (uint64_t)got, (uint64_t)want));
        expect_same_command();
        if (want == 0)
            expect_same_memory();
    } else {
        told(expect_status("the answer", (enum iodma_status)got,
                           (enum iodma_status)want));
        if (want != OK || row->kind == LOOKS)
            expect_same_command();
        if (want != OK)
            expect_same_memory();
    }
    leave();
}

static void methods_in_states(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(rows); i++) {
        check_case(rows[i].what);
        for (size_t k = 0; k < STATES; k++)
            cell(&rows[i], &states[k], rows[i].want[k]);
    }
    printf("# %u cells: %u methods x %u states\n",
           (unsigned)(HAL_COUNT_OF(rows) * STATES),
           (unsigned)HAL_COUNT_OF(rows), (unsigned)STATES);
}

/* Bad specifications ------------------------------------------------------ */

static const struct state *const idle = &states[2];
static const struct state *const attached = &states[3];

/* A specification is refused at each of three doors, with nothing changed, or
   taken at the two that do not go on to prepare. */
static bool expect_verdict(const char *what, const struct iodma_spec *spec,
                           enum iodma_status want)
{
    struct iodma_command fresh;
    bool same;

    enter(attached, &iodma_output_host64);
    remember();
    same = expect_status(
        what, iodma_command_init(&fresh, command.window.bus, spec, NULL), want);
    if (want != IODMA_OK)
        same &= expect_status(
            what,
            iodma_command_prepare_with_spec(&command, spec, 0, 0, true, true),
            want);
    same &= expect_status(what, iodma_command_set_spec(&command, spec), want);
    if (want != IODMA_OK)
        expect_as_before();
    leave();
    return same;
}

/* What is not said is said by `plain`. */
#define PLAIN(...) IODMA_SPEC(iodma_output_host64, 64, __VA_ARGS__)

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    enum iodma_status want;
} specs[] = {
    { "no output function (2.3.2)",
      { .segment = { .struct_size = sizeof(struct iodma_segment_options),
                     .address_bits = 64 } }, IODMA_BAD_ARGUMENT },
    { "a longest segment below the alignment of lengths (R-05)",
      PLAIN(4, .align_length = 8), IODMA_BAD_ARGUMENT },
    { "the longest segment below a page of length alignment (R-05)",
      PLAIN(0xFFF, .align_length = 0x1000), IODMA_BAD_ARGUMENT },
    { "a longest segment that is the alignment of lengths (R-05)",
      PLAIN(8, .align_length = 8), IODMA_OK },
    { "a longest segment that is no multiple of an alignment (2.3)",
      PLAIN(12, .align_length = 8), IODMA_OK },
    { "a longest segment below the other alignments (R-05)",
      PLAIN(4, .align_address = 16, .align_internal = 8), IODMA_OK },
    { "a longest segment of one byte", PLAIN(1), IODMA_OK },
    { "a longest transfer below the longest segment (2.3)",
      PLAIN(0x1000, .max_transfer = 1), IODMA_OK },
    { "a boundary of 3 (E2)", PLAIN(0, .boundary = 3), IODMA_BAD_ARGUMENT },
    { "a boundary of 0x1800 (E2)", PLAIN(0, .boundary = 0x1800),
      IODMA_BAD_ARGUMENT },
    { "a boundary with all bits set (E2)", PLAIN(0, .boundary = TOP),
      IODMA_BAD_ARGUMENT },
    { "the highest boundary and one (E2)",
      PLAIN(0, .boundary = FIXTURE_LAST + 2), IODMA_BAD_ARGUMENT },
    { "the highest boundary (E2)", PLAIN(0, .boundary = FIXTURE_LAST + 1),
      IODMA_OK },
    { "a boundary at every byte (E2)", PLAIN(0, .boundary = 1), IODMA_OK },
    { "a boundary below the alignment (E2)",
      PLAIN(0, .align_address = 32, .align_internal = 1, .boundary = 16),
      IODMA_BAD_ARGUMENT },
    { "a boundary below the alignment of lengths (E2)",
      PLAIN(0, .align_length = 32, .boundary = 16), IODMA_BAD_ARGUMENT },
    { "a boundary below the internal alignment (E2)",
      PLAIN(0, .align_internal = 32, .boundary = 16), IODMA_BAD_ARGUMENT },
    { "a boundary that is every alignment (E2)",
      PLAIN(0, .align_address = 32, .align_length = 32, .align_internal = 32,
            .boundary = 32), IODMA_OK },
};

static const struct {
    uint8_t bits;
    enum iodma_status narrow, wide; /* for functions of 32 and of 64 bits */
} widths[] = {
    { 0, IODMA_OK, IODMA_OK },
    { 1, IODMA_BAD_ARGUMENT, IODMA_BAD_ARGUMENT },
    { 11, IODMA_BAD_ARGUMENT, IODMA_BAD_ARGUMENT },
    { 12, IODMA_OK, IODMA_OK },
    { 31, IODMA_OK, IODMA_OK },
    { 32, IODMA_OK, IODMA_OK },
    { 33, IODMA_BAD_ARGUMENT, IODMA_OK },
    { 63, IODMA_BAD_ARGUMENT, IODMA_OK },
    { 64, IODMA_BAD_ARGUMENT, IODMA_OK },
    { 65, IODMA_BAD_ARGUMENT, IODMA_BAD_ARGUMENT },
    { 255, IODMA_BAD_ARGUMENT, IODMA_BAD_ARGUMENT },
};

static const struct {
    const char *what;
    const struct iodma_output *output;
    bool narrow;
} outputs[] = {
    { "OutputHost32", &iodma_output_host32, true },
    { "OutputBig32", &iodma_output_big32, true },
    { "OutputLittle32", &iodma_output_little32, true },
    { "OutputHost64", &iodma_output_host64, false },
    { "OutputBig64", &iodma_output_big64, false },
    { "OutputLittle64", &iodma_output_little64, false },
};

static const struct {
    uint32_t alignment;
    enum iodma_status want;
} alignments[] = {
    { 0, IODMA_OK },
    { 1, IODMA_OK },
    { 2, IODMA_OK },
    { 3, IODMA_BAD_ARGUMENT },
    { 6, IODMA_BAD_ARGUMENT },
    { 24, IODMA_BAD_ARGUMENT },
    { 0x80000000, IODMA_OK },
    { 0x80000001, IODMA_BAD_ARGUMENT },
    { UINT32_MAX, IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static void address_widths(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(widths); i++) {
        for (size_t k = 0; k < HAL_COUNT_OF(outputs); k++) {
            struct iodma_spec spec =
                IODMA_SPEC(*outputs[k].output, widths[i].bits, 0);

            if (!expect_verdict(outputs[k].what, &spec,
                                outputs[k].narrow ? widths[i].narrow
                                                  : widths[i].wide))
                printf("#   with %u address bits\n", widths[i].bits);
        }
    }
}

static void bad_specifications(void)
{
    check_case("no specification is taken that cannot be kept");
    expect_verdict("none at all (2.3.2)", NULL, IODMA_BAD_ARGUMENT);
    for (size_t i = 0; i < HAL_COUNT_OF(specs); i++)
        expect_verdict(specs[i].what, &specs[i].spec, specs[i].want);

    check_case("address bits have to span a page and fit the output (2.3.4-6)");
    address_widths();

    check_case("alignments have to be powers of two (2.3.7, R-02)");
    for (size_t i = 0; i < HAL_COUNT_OF(alignments); i++) {
        uint32_t alignment = alignments[i].alignment;
        struct iodma_spec address = PLAIN(0, .align_address = alignment);
        struct iodma_spec length = PLAIN(0, .align_length = alignment);
        struct iodma_spec internal =
            PLAIN(0, .align_address = 1, .align_internal = alignment);

        if (!expect_verdict("of addresses", &address, alignments[i].want) ||
            !expect_verdict("of lengths", &length, alignments[i].want) ||
            !expect_verdict("of addresses inside", &internal,
                            alignments[i].want))
            printf("#   an alignment of %s\n", hex(alignment));
    }

    check_case("options have to be 40 bytes at least (2.3.3, R-04)");
    for (uint32_t size = 0; size <= UINT8_MAX; size++) {
        struct iodma_spec spec = PLAIN(0);

        spec.segment.struct_size = (uint8_t)size;
        expect_verdict(hex(size), &spec,
                       size < 40 ? IODMA_BAD_ARGUMENT : IODMA_OK);
    }

    check_case("a boundary counts in options that are long enough (E2)");
    for (uint32_t size = 40; size <= UINT8_MAX; size++) {
        struct iodma_spec spec = PLAIN(0, .boundary = 3);
        bool has_it = size >= 48;

        spec.segment.struct_size = (uint8_t)size;
        expect_verdict(hex(size), &spec,
                       has_it ? IODMA_BAD_ARGUMENT : IODMA_OK);
    }

    check_case("a mapping has one of four types, and any flags (2.3.9)");
    for (uint32_t type = 0; type <= IODMA_TYPE_MASK; type++) {
        static const uint32_t flags[] = { 0,      0x10,      0x20,   0x40,
                                          0x80,   0x1000,    0x4000, 0x5000,
                                          0x8000, 0x80000000 };

        for (size_t i = 0; i < HAL_COUNT_OF(flags); i++) {
            struct iodma_spec spec = PLAIN(0);

            spec.mapping = type | flags[i];
            expect_verdict(hex(spec.mapping), &spec,
                           type <= IODMA_UNMAPPED ? IODMA_OK
                                                  : IODMA_BAD_ARGUMENT);
        }
    }
}

/* Bad descriptors -------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range ranges[3];
    uint32_t count, direction;
    enum iodma_status want;
} descriptors[] = {
    { "no ranges are a descriptor of length 0 (1.1)",
      { { 0, 0 } }, 0, IODMA_INOUT, IODMA_OK },
    { "nothing at the end of 64 bits (1.1)",
      { { TOP, 0 } }, 1, IODMA_INOUT, IODMA_OK },
    { "the last byte is one too many (1.1)",
      { { END - 1, 2 } }, 1, IODMA_INOUT, IODMA_BAD_ARGUMENT },
    { "the bytes before it (1.1)",
      { { END - 0x10, 0x10 } }, 1, IODMA_INOUT, IODMA_OK },
    { "the bytes up to it and one too many (1.1)",
      { { END - 0x10, 0x11 } }, 1, IODMA_INOUT, IODMA_BAD_ARGUMENT },
    { "a page over the last address (73)",
      { { TOP - 0xFFF, 0x2000 } }, 1, IODMA_INOUT, IODMA_BAD_ARGUMENT },
    { "as much as can be told (1.1)",
      { { 0, TOP } }, 1, IODMA_INOUT, IODMA_OK },
    { "as much, from too far on (1.1)",
      { { EITHER(1, 2), TOP } }, 1, IODMA_INOUT, IODMA_BAD_ARGUMENT },
    { "the second of two wraps (1.1)",
      { { 0x1000, 0x10 }, { TOP, TOP } }, 2, IODMA_INOUT,
      IODMA_BAD_ARGUMENT },
    { "a range that wraps is not looked at behind the count",
      { { 0x1000, 0x10 }, { TOP, TOP } }, 1, IODMA_INOUT, IODMA_OK },
    { "lengths that sum to more than can be told (73)",
      { { 0, FIXTURE_LAST + 1 }, { 0, FIXTURE_LAST + 1 } }, 2, IODMA_INOUT,
      IODMA_BAD_ARGUMENT },
    { "lengths that sum to one less (1.1)",
      { { 0, FIXTURE_LAST + 1 }, { 0, FIXTURE_LAST } }, 2,
      IODMA_INOUT, IODMA_OK },
    { "lengths of which the third is one too many (73)",
      { { 0, FIXTURE_LAST + 1 }, { 0, FIXTURE_LAST }, { 0, 1 } },
      3, IODMA_INOUT, IODMA_BAD_ARGUMENT },
    { "direction None", { { 0, 1 } }, 1, IODMA_NONE, IODMA_OK },
    { "direction In", { { 0, 1 } }, 1, IODMA_IN, IODMA_OK },
    { "direction Out", { { 0, 1 } }, 1, IODMA_OUT, IODMA_OK },
    { "direction InOut", { { 0, 1 } }, 1, IODMA_INOUT, IODMA_OK },
    { "direction 4", { { 0, 1 } }, 1, 4, IODMA_BAD_ARGUMENT },
    { "direction 2^32 - 1", { { 0, 1 } }, 1, UINT32_MAX, IODMA_BAD_ARGUMENT },
};
/* clang-format on */

static void expect_described(const char *what, const struct iodma_range *ranges,
                             uint32_t count, uint32_t direction,
                             enum iodma_status want)
{
    struct iodma_memory got;
    struct iodma_memory raw;

    memset(&got, 0xA5, sizeof got);
    memset(&raw, 0xA5, sizeof raw);
    expect_status(what, describe(&got, ranges, count, direction), want);
    if (want != IODMA_OK)
        expect_bytes(what, &got, &raw, sizeof raw);
}

/* Bytes of a descriptor are read and written all or nothing. */
static void expect_moved(const char *what, hal_address offset,
                         hal_address length, hal_address want)
{
    uint8_t bytes[LENGTH] = { 0 };

    expect_number(
        what,
        iodma_memory_read(&own, command.window.bus, offset, bytes, length),
        want);
    expect_number(
        what,
        iodma_memory_write(&own, command.window.bus, offset, bytes, length),
        want);
    if (want == 0)
        expect_as_before();
}

static void bad_descriptors(void)
{
    check_case("no memory is described that cannot be");
    for (size_t i = 0; i < HAL_COUNT_OF(descriptors); i++)
        expect_described(descriptors[i].what, descriptors[i].ranges,
                         descriptors[i].count, descriptors[i].direction,
                         descriptors[i].want);

    check_case("ranges that are not there are none");
    expect_described("none of none", NULL, 0, IODMA_INOUT, IODMA_OK);
    expect_described("one of none", NULL, 1, IODMA_INOUT, IODMA_BAD_ARGUMENT);
    expect_status("a descriptor that is not there",
                  describe(NULL, NULL, 0, IODMA_INOUT), IODMA_BAD_ARGUMENT);

    check_case("bytes not all within a descriptor are not moved (1.1, 72)");
    enter(attached, &iodma_output_host64);
    remember();
    expect_moved("nothing", 0, 0, 0);
    expect_moved("nothing at the end", LENGTH, 0, 0);
    expect_moved("one behind the end", LENGTH, 1, 0);
    expect_moved("nothing behind the end", LENGTH + 1, 0, 0);
    expect_moved("one too many", 1, LENGTH, 0);
    expect_moved("from the end of 64 bits on", TOP, 2, 0);
    expect_moved("more than there is of anything", 2, TOP, 0);
    expect_number("to nowhere",
                  iodma_memory_read(&own, command.window.bus, 0, NULL, LENGTH),
                  0);
    expect_as_before();
    expect_moved("all", 0, LENGTH, LENGTH);
    leave();
}

/* Bad windows ------------------------------------------------------------ */

enum { NOT_BEFORE = 0 };

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range range;
    struct iodma_spec spec;
    hal_address first; /* length prepared before, from 0 on; 0: none */
    hal_address offset, length;
    enum iodma_status want;
    hal_address got; /* length */
} windows[] = {
    { "the end is an empty window (3.5.4)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 0x20, 0, IODMA_OK, 0 },
    { "the last byte is a window (3.5.4)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 0x1F, 0, IODMA_OK, 1 },
    { "one byte behind the end is not (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 0x20, 1, IODMA_BAD_ARGUMENT,
      0 },
    { "nor is one byte more than all (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 0, 0x21, IODMA_BAD_ARGUMENT,
      0 },
    { "nor as many as there are, from the second on (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 1, 0x20, IODMA_BAD_ARGUMENT,
      0 },
    { "nor a length of 2^64 - 1 (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 0, TOP, IODMA_BAD_ARGUMENT,
      0 },
    { "nor what ends at 2^64 (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 1, TOP, IODMA_BAD_ARGUMENT,
      0 },
    { "nor what wraps into the memory (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, 2, TOP, IODMA_BAD_ARGUMENT,
      0 },
    { "nor an offset of 2^64 - 1 (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, TOP, 0, IODMA_BAD_ARGUMENT,
      0 },
    { "nor such an offset and on into the memory (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, TOP, 0x11, IODMA_BAD_ARGUMENT,
      0 },
    { "nor both of 2^64 - 1 (3.5.5)",
      { 0x10000, 0x20 }, PLAIN(0), NOT_BEFORE, TOP, TOP, IODMA_BAD_ARGUMENT,
      0 },
    { "the end of all memory is an empty window (3.5.4)",
      { 0, TOP }, PLAIN(0), NOT_BEFORE, TOP, 0, IODMA_OK, 0 },
    { "there is no byte at the end of all memory (3.5.5)",
      { 0, TOP }, PLAIN(0), NOT_BEFORE, TOP, 1, IODMA_BAD_ARGUMENT, 0 },
    { "nor as many as all from the second on (3.5.5)",
      { 0, TOP }, PLAIN(0), NOT_BEFORE, 1, TOP, IODMA_BAD_ARGUMENT, 0 },
    { "outside comes before too long (3.5.5, 3.5.6)",
      { 0x10000, 0x20 }, PLAIN(0, .max_transfer = 0x10), NOT_BEFORE, 0, 0x21,
      IODMA_BAD_ARGUMENT, 0 },
    { "a window is no longer than a transfer (3.5.6)",
      { 0x10000, 0x20 }, PLAIN(0, .max_transfer = 0x10), NOT_BEFORE, 0, 0x11,
      IODMA_NO_SPACE, 0 },
    { "nor is it when its length is not said (3.5.6)",
      { 0x10000, 0x20 }, PLAIN(0, .max_transfer = 0x10), NOT_BEFORE, 0xF, 0,
      IODMA_NO_SPACE, 0 },
    { "but it may be just as long (3.5.6, DS-06)",
      { 0x10000, 0x20 }, PLAIN(0, .max_transfer = 0x10), NOT_BEFORE, 0x10, 0,
      IODMA_OK, 0x10 },
    { "too long comes before another window (3.5.6, 3.5.7)",
      { 0x10000, 0x20 }, PLAIN(0, .max_transfer = 0x10), 0x10, 0, 0x11,
      IODMA_NO_SPACE, 0 },
    { "as long a window elsewhere is another one (3.5.7)",
      { 0x10000, 0x20 }, PLAIN(0), 0x10, 0x10, 0x10, IODMA_NOT_READY, 0 },
    { "another window comes before unaligned (3.5.7, 3.5.8)",
      { 0x10000, 0x20 }, PLAIN(0, .align_length = 8), 0x10, 0, 6,
      IODMA_NOT_READY, 0 },
    { "too long comes before unaligned (3.5.6, 3.5.8)",
      { 0x10000, 0x20 }, PLAIN(0, .align_length = 8, .max_transfer = 0x10),
      NOT_BEFORE, 0, 0x11, IODMA_NO_SPACE, 0 },
    { "a length has to be aligned (3.5.8)",
      { 0x10000, 0x20 }, PLAIN(0, .align_length = 8), NOT_BEFORE, 0, 6,
      IODMA_NOT_ALIGNED, 0 },
    { "and so it has when it is not said (3.5.8)",
      { 0x10000, 0x20 }, PLAIN(0, .align_length = 8), NOT_BEFORE, 2, 0,
      IODMA_NOT_ALIGNED, 0 },
    { "an alignment of 2^31 leaves no short length (3.5.8)",
      { 0x10000, 0x20 }, PLAIN(0, .align_length = 0x80000000), NOT_BEFORE, 0,
      0, IODMA_NOT_ALIGNED, 0 },
};
/* clang-format on */

static void bad_windows(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(windows); i++) {
        hal_address offset = windows[i].offset;
        hal_address length = windows[i].length;

        check_case(windows[i].what);
        enter(idle, &iodma_output_host64);
        expect_status("described",
                      describe(&own, &windows[i].range, 1, IODMA_OUT),
                      IODMA_OK);
        expect_status("specified",
                      iodma_command_set_spec(&command, &windows[i].spec),
                      IODMA_OK);
        expect_attached_only(&command, &own);
        if (windows[i].first != 0)
            expect_status("prepared before",
                          iodma_command_prepare(&command, 0, windows[i].first,
                                                true, true),
                          IODMA_OK);
        remember();
        expect_status(
            "prepare",
            iodma_command_prepare(&command, offset, length, true, true),
            windows[i].want);
        if (windows[i].want != IODMA_OK) {
            expect_as_before();
        } else {
            expect_status(
                "get_prepared",
                iodma_command_get_prepared(&command, &offset, &length),
                IODMA_OK);
            expect_number("offset", offset, windows[i].offset);
            expect_number("length", length, windows[i].got);
        }
        leave();
    }
}

/* Memory that may not be written ----------------------------------------- */

/* The CPU may not write from 0x30000 on, the master not from 0x40000 on; a
   page each. */
static const struct hal_region rom_regions[] = {
    { 0, 0x2FFFF, HAL_WRITE_BACK, true, &sparse_window },
    { 0x30000, 0x30FFF, HAL_WRITE_BACK, false, &sparse_window },
    { 0x31000, 0x130FFF, HAL_WRITE_BACK, true, &sparse_window },
};

static const struct hal_aperture rom_apertures[] = {
    { 0, 0x3FFFF, 0, HAL_READ | HAL_WRITE, true },
    { 0x40000, 0x40FFF, 0x40000, HAL_READ, true },
    { 0x41000, 0x140FFF, 0x41000, HAL_READ | HAL_WRITE, true },
};

#define ITERATE IODMA_ITERATE_ONLY

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_range range;
    uint32_t direction, mapping;
    hal_address offset, length;
    enum iodma_status want;
} writes[] = {
    { "In to ROM is refused (3.5.8, E14)",
      { 0x30000, 0x20 }, IODMA_IN, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "and so is InOut",
      { 0x30000, 0x20 }, IODMA_INOUT, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "and None, which is like InOut",
      { 0x30000, 0x20 }, IODMA_NONE, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "but not Out of it",
      { 0x30000, 0x20 }, IODMA_OUT, 0, 0, 0, IODMA_OK },
    { "In to where the master may not write is refused (3.5.8, E14)",
      { 0x40000, 0x20 }, IODMA_IN, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "and so is InOut there",
      { 0x40000, 0x20 }, IODMA_INOUT, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "and None there",
      { 0x40000, 0x20 }, IODMA_NONE, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "but not Out of there",
      { 0x40000, 0x20 }, IODMA_OUT, 0, 0, 0, IODMA_OK },
    { "one last byte in ROM is one too many",
      { 0x2FFF0, 0x11 }, IODMA_IN, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "one first byte in ROM is one too many",
      { 0x30FFF, 0x11 }, IODMA_IN, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "a window around all of the ROM has some in it",
      { 0x2F000, 0x3000 }, IODMA_IN, 0, 0, 0, IODMA_NOT_WRITABLE },
    { "a window before the ROM has not",
      { 0x2FFF0, 0x20 }, IODMA_IN, 0, 0, 0x10, IODMA_OK },
    { "a window behind the ROM has not",
      { 0x30FF0, 0x20 }, IODMA_IN, 0, 0x10, 0, IODMA_OK },
    { "an empty window writes nothing",
      { 0x30000, 0x20 }, IODMA_IN, 0, 0x20, 0, IODMA_OK },
    { "In to ROM is not iterated either (3.5.8)",
      { 0x30000, 0x20 }, IODMA_IN, ITERATE, 0, 0, IODMA_NOT_WRITABLE },
    { "an unaligned length comes before ROM (3.5.8)",
      { 0x30000, 0x20 }, IODMA_IN, 0, 0, 6, IODMA_NOT_ALIGNED },
};
/* clang-format on */

static void not_writable(void)
{
    struct hal_bus hal = fixture_hal_bus;
    struct iodma_bus bus;

    hal.regions = rom_regions;
    hal.region_count = HAL_COUNT_OF(rom_regions);
    hal.apertures = rom_apertures;
    hal.aperture_count = HAL_COUNT_OF(rom_apertures);

    for (size_t i = 0; i < HAL_COUNT_OF(writes); i++) {
        struct iodma_spec spec = PLAIN(0, .align_length = 8);

        check_case(writes[i].what);
        spec.mapping = writes[i].mapping;
        if (writes[i].range.length % 8 != 0)
            spec.segment.align_length = 1;
        expect_status("bus", iodma_bus_init(&bus, &hal, 0), IODMA_OK);
        expect_command(&command, &bus, &spec);
        expect_status("described",
                      describe(&own, &writes[i].range, 1, writes[i].direction),
                      IODMA_OK);
        expect_attached_only(&command, &own);
        remember();
        expect_status("prepare",
                      iodma_command_prepare(&command, writes[i].offset,
                                            writes[i].length, true, true),
                      writes[i].want);
        if (writes[i].want != IODMA_OK)
            expect_as_before();
        ended = false;
        leave();
    }
}

/* Missing parts ---------------------------------------------------------- */

static void missing_for_commands(void)
{
    const struct iodma_bus *bus = fixture_bus();
    struct iodma_command clone;

    check_case("a command is not made of nothing (3.1)");
    expect_status("no command", iodma_command_init(NULL, bus, &good, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no bus", iodma_command_init(&command, NULL, &good, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no specification",
                  iodma_command_init(&command, bus, NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no unspecified command",
                  iodma_command_init_unspecified(NULL, bus, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no bus for it",
                  iodma_command_init_unspecified(&command, NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no command to clone",
                  iodma_command_clone(NULL, &clone, NULL), IODMA_BAD_ARGUMENT);
}

/* A bus that is not taken, and is as it was. */
static void expect_no_bus(const char *what, const struct hal_bus *hal,
                          uint32_t granule)
{
    struct iodma_bus bus;
    struct iodma_bus raw;

    memset(&bus, 0xA5, sizeof bus);
    memset(&raw, 0xA5, sizeof raw);
    expect_status(what, iodma_bus_init(&bus, hal, granule), IODMA_BAD_ARGUMENT);
    expect_bytes(what, &bus, &raw, sizeof raw);
}

/* One that is found wrong, when it is looked at at the latest. */
static void expect_wrong_bus(const char *what, const struct hal_bus *hal)
{
    struct iodma_bus bus;
    enum iodma_status status = iodma_bus_init(&bus, hal, 0);

    if (status == IODMA_OK)
        status = iodma_bus_check(&bus, NULL);
    expect_status(what, status, IODMA_BAD_ARGUMENT);
}

static void missing_for_buses(void)
{
    struct hal_bus hal = fixture_hal_bus;

    check_case("a bus needs all of its parts");
    expect_status("no storage", iodma_bus_init(NULL, &hal, 0),
                  IODMA_BAD_ARGUMENT);
    expect_no_bus("no board's bus", NULL, 0);
    expect_no_bus("a granule of 3", &hal, 3);
    expect_no_bus("a granule of 0x1800", &hal, 0x1800);
    hal.limits = NULL;
    expect_wrong_bus("no limits", &hal);
    hal = fixture_hal_bus;
    hal.apertures = NULL;
    expect_wrong_bus("no apertures, though one is counted", &hal);
    hal = fixture_hal_bus;
    hal.regions = NULL;
    expect_wrong_bus("no regions, though one is counted", &hal);
    hal = fixture_hal_bus;
    hal.clock = NULL;
    expect_wrong_bus("no clock", &hal);
    hal = fixture_hal_bus;
    hal.lock = NULL;
    expect_wrong_bus("no lock", &hal);
    hal = fixture_hal_bus;
    hal.fences = NULL;
    expect_wrong_bus("no fences", &hal);
    expect_status("no bus to look at", iodma_bus_check(NULL, NULL),
                  IODMA_BAD_ARGUMENT);
}

static void expect_not_lent(const char *what, struct iodma_bus *bus,
                            struct hal_bounce *bounce)
{
    struct iodma_bus former;

    memcpy(&former, bus, sizeof former);
    expect_status(what, iodma_bus_lend(bus, bounce), IODMA_BAD_ARGUMENT);
    expect_bytes(what, bus, &former, sizeof former);
}

static void missing_for_bounce_storage(void)
{
    struct iodma_bus bus;
    struct hal_bounce bounce;

    check_case("bounce storage needs all of its parts");
    memcpy(&bus, fixture_bouncing_bus(), sizeof bus);
    bounce = *bus.bounce;
    expect_status("no bus", iodma_bus_lend(NULL, &bounce), IODMA_BAD_ARGUMENT);
    expect_not_lent("no storage", &bus, NULL);
    bounce.ops = NULL;
    expect_not_lent("no operations", &bus, &bounce);
    bounce = *bus.bounce;
    bounce.granule *= 2;
    expect_not_lent("pages of another size", &bus, &bounce);
    bounce = *bus.bounce;
    bounce.first = FIXTURE_LAST + 1;
    bounce.last = bounce.first + 0xFFF;
    expect_not_lent("pages in no aperture", &bus, &bounce);
    bounce = *bus.bounce;
    bounce.last = FIXTURE_LAST + 1;
    expect_not_lent("the last page in none", &bus, &bounce);
}

static void nothing(void *context)
{
    (void)context;
}

static void missing_for_pools(void)
{
    static const struct iodma_pool_sleep no_wait = { NULL, nothing, NULL };
    static const struct iodma_pool_sleep no_wake = { nothing, NULL, NULL };
    const struct hal_lock *lock = fixture_hal_bus.lock;
    struct iodma_pool pool;

    check_case("a pool needs all of its parts, and commands");
    expect_status("no pool", iodma_pool_init(NULL, lock, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("no lock", iodma_pool_init(&pool, NULL, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("a sleep without wait",
                  iodma_pool_init(&pool, lock, &no_wait), IODMA_BAD_ARGUMENT);
    expect_status("a sleep without wake",
                  iodma_pool_init(&pool, lock, &no_wake), IODMA_BAD_ARGUMENT);
    expect_status("no sleep at all", iodma_pool_init(&pool, lock, NULL),
                  IODMA_OK);
    expect_status("no command", iodma_pool_return(&pool, NULL),
                  IODMA_BAD_ARGUMENT);
    expect("the pool is as empty as before", !iodma_pool_get(&pool, false));
}

static void expect_not_submitted(const char *what,
                                 struct iodma_channel *channel,
                                 struct iodma_transfer transfer)
{
    struct iodma_transfer former;

    memcpy(&former, &transfer, sizeof former);
    expect_status(what, iodma_transfer_submit(channel, &transfer),
                  IODMA_BAD_ARGUMENT);
    expect_bytes(what, &transfer, &former, sizeof former);
    expect_as_before();
}

static void missing_for_transfers(void)
{
    struct hal_dmac dmac = fixture_idle_engine(&fixture_hal_bus, 1);
    struct iodma_channel channel;
    struct iodma_channel former;
    struct iodma_transfer transfer = {
        .source = &command,
        .destination = &command,
        .done = fixture_not_done,
    };

    check_case("a channel needs all of its parts");
    memset(&channel, 0xA5, sizeof channel);
    memset(&former, 0xA5, sizeof former);
    expect_status("no channel", iodma_channel_init(NULL, &dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    expect_status("no engine", iodma_channel_init(&channel, NULL, "test"),
                  IODMA_BAD_ARGUMENT);
    dmac.same_phase = 0;
    expect_status("a same_phase of 0",
                  iodma_channel_init(&channel, &dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    dmac.same_phase = 3;
    expect_status("a same_phase of 3",
                  iodma_channel_init(&channel, &dmac, "test"),
                  IODMA_BAD_ARGUMENT);
    expect_bytes("the channel", &channel, &former, sizeof former);

    check_case("a transfer needs all of its parts, whatever their state");
    dmac.same_phase = 1;
    expect_status("the channel", iodma_channel_init(&channel, &dmac, "test"),
                  IODMA_OK);
    enter(&states[STATES - 1], &iodma_output_host64);
    remember();
    memcpy(&former, &channel, sizeof former);
    expect_not_submitted("no channel", NULL, transfer);
    expect_status("no transfer", iodma_transfer_submit(&channel, NULL),
                  IODMA_BAD_ARGUMENT);
    transfer.source = NULL;
    expect_not_submitted("no source", &channel, transfer);
    transfer.source = &command;
    transfer.destination = NULL;
    expect_not_submitted("no destination", &channel, transfer);
    transfer.destination = &command;
    transfer.done = NULL;
    expect_not_submitted("no callback", &channel, transfer);
    expect_bytes("the channel", &channel, &former, sizeof former);
    leave();
}

int main(void)
{
    methods_in_states();
    bad_specifications();
    bad_descriptors();
    bad_windows();
    not_writable();
    missing_for_commands();
    missing_for_buses();
    missing_for_bounce_storage();
    missing_for_pools();
    missing_for_transfers();
    return check_result();
}
