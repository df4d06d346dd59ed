/* SPDX-License-Identifier: MIT */
#include "tests/fixture.h"

#include "tests/check.h"
#include "tests/model/sparse.h"

#include <string.h>

static uint64_t no_time(const struct hal_clock *self)
{
    (void)self;
    return 0;
}

static uint32_t hertz(const struct hal_clock *self)
{
    (void)self;
    return 1000;
}

static uint32_t no_save(const struct hal_lock *self)
{
    (void)self;
    return 0;
}

static void no_restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    (void)state;
}

static void no_fence(void)
{
}

static const struct hal_clock clock = { .now = no_time, .frequency = hertz };
static const struct hal_lock lock = { .save = no_save, .restore = no_restore };
static const struct hal_fences fences = {
    .publish = no_fence,
    .observe = no_fence,
};

const struct hal_aperture fixture_aperture = {
    .first = 0,
    .last = FIXTURE_LAST,
    .bus = 0,
    .access = HAL_READ | HAL_WRITE,
    .snooped = true,
};

const struct hal_limits fixture_no_limits = { .address_bits = 0 };

static const struct hal_region region = {
    .first = 0,
    .last = FIXTURE_LAST,
    .cached = HAL_WRITE_BACK,
    .writable = true,
    .window = &sparse_window,
};

const struct hal_bus fixture_hal_bus = {
    .apertures = &fixture_aperture,
    .aperture_count = 1,
    .regions = &region,
    .region_count = 1,
    .limits = &fixture_no_limits,
    .clock = &clock,
    .lock = &lock,
    .fences = &fences,
};

const struct iodma_bus *fixture_bus(void)
{
    static struct iodma_bus bus;

    if (!bus.hal) {
        expect_status("the fixture's bus",
                      iodma_bus_init(&bus, &fixture_hal_bus, 0), IODMA_OK);
        expect_status("its facts", iodma_bus_check(&bus, NULL), IODMA_OK);
    }
    return &bus;
}

/* Bounce storage ------------------------------------------------------- */

#define PAGE       ((hal_address)0x1000)
#define PAGES_BASE ((hal_address)0x100000)
#define PAGES_STEP (2 * PAGE) /* never adjacent */
#define RUNS_BASE  ((hal_address)0x200000)

static bool page_taken[FIXTURE_PAGES];
static bool run_taken[FIXTURE_RUNS];
static struct hal_loan loans[FIXTURE_LOANS];
static unsigned loans_lent;
static unsigned fail_at;

static bool fails(void)
{
    return fail_at != 0 && --fail_at == 0;
}

static bool fits(const struct hal_bounce_wish *wish, hal_address address,
                 hal_address size)
{
    return modulo(address, wish->alignment) == wish->phase &&
           address + (size - 1) <= wish->highest;
}

static bool take_page(const struct hal_bounce_wish *wish, hal_address *address)
{
    for (unsigned i = 0; i < FIXTURE_PAGES; i++) {
        hal_address page = PAGES_BASE + i * PAGES_STEP;

        if (!page_taken[i] && fits(wish, page, PAGE)) {
            page_taken[i] = true;
            *address = page;
            return true;
        }
    }
    return false;
}

static bool run_free(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++) {
        if (i >= FIXTURE_RUNS || run_taken[i])
            return false;
    }
    return true;
}

static bool take_run(const struct hal_bounce_wish *wish, hal_address size,
                     hal_address *address)
{
    for (unsigned i = 0; i < FIXTURE_RUNS; i++) {
        hal_address run = RUNS_BASE + i * PAGE;

        if (run_free(i, size / PAGE) && fits(wish, run, size)) {
            memset(&run_taken[i], true, (size_t)(size / PAGE));
            *address = run;
            return true;
        }
    }
    return false;
}

/* Is the wish one that the contract allows? */
static bool sound(const struct hal_bounce_wish *wish)
{
    return wish->at_least != 0 && modulo(wish->at_least, PAGE) == 0 &&
           wish->at_most >= wish->at_least &&
           wish->at_most % wish->at_least == 0 &&
           is_power_of_two(wish->alignment) && wish->alignment >= PAGE &&
           wish->phase < wish->alignment && modulo(wish->phase, PAGE) == 0;
}

static enum iodma_status take(struct hal_bounce *bounce,
                              const struct hal_bounce_wish *wish,
                              hal_address *address, hal_address *size)
{
    hal_address length = wish->at_most;
    bool taken = false;

    (void)bounce;
    if (!expect("storage is wished for as the contract says", sound(wish)) ||
        fails())
        return IODMA_NO_RESOURCES;
    if (wish->at_least == PAGE) {
        length = PAGE;
        taken = take_page(wish, address);
    } else {
        while (!(taken = take_run(wish, length, address)) &&
               length > wish->at_least)
            length -= wish->at_least;
    }
    if (taken)
        *size = length;
    return taken ? IODMA_OK : IODMA_NO_RESOURCES;
}

/* One page; the test is told if nobody has it. */
static void give_back_page(hal_address address)
{
    bool *taken;

    if (address >= RUNS_BASE) {
        taken = &run_taken[(address - RUNS_BASE) / PAGE];
    } else {
        expect("there is such a page",
               (address - PAGES_BASE) % PAGES_STEP == 0 &&
                   address - PAGES_BASE < FIXTURE_PAGES * PAGES_STEP);
        taken = &page_taken[(address - PAGES_BASE) / PAGES_STEP];
    }
    expect("what is given back was taken", *taken);
    *taken = false;
}

static void give_back(struct hal_bounce *bounce, hal_address address,
                      hal_address size)
{
    (void)bounce;
    expect("whole pages are given back",
           size != 0 && modulo(address | size, PAGE) == 0);
    for (hal_address i = 0; i < size; i += PAGE)
        give_back_page(address + i);
}

static const struct hal_bounce_ops bounce_ops = { take, give_back };

static struct hal_bounce pools = {
    .ops = &bounce_ops,
    .first = PAGES_BASE,
    .last = RUNS_BASE + FIXTURE_RUNS * PAGE - 1,
    .granule = PAGE,
};

void fixture_leave_loans(unsigned count)
{
    loans_lent = count;
    iodma_bounce_own_loans(&pools, loans, count);
}

struct hal_bounce *fixture_bounce(void)
{
    memset(page_taken, false, sizeof page_taken);
    memset(run_taken, false, sizeof run_taken);
    fail_at = 0;
    pools.ops = &bounce_ops;
    fixture_leave_loans(FIXTURE_LOANS);
    return &pools;
}

const struct iodma_bus *fixture_bouncing_bus(void)
{
    static struct iodma_bus bus;

    sparse_reset();
    bus = *fixture_bus();
    expect_status("the fixture's bounce storage",
                  iodma_bus_lend(&bus, fixture_bounce()), IODMA_OK);
    return &bus;
}

static unsigned count_taken(const bool *taken, unsigned count)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < count; i++)
        sum += taken[i];
    return sum;
}

unsigned fixture_pages_taken(void)
{
    return count_taken(page_taken, FIXTURE_PAGES);
}

unsigned fixture_run_pages_taken(void)
{
    return count_taken(run_taken, FIXTURE_RUNS);
}

unsigned fixture_loans_taken(void)
{
    unsigned taken = loans_lent;

    for (const struct hal_loan *loan = pools.loans; loan && taken != 0;
         loan = loan->next)
        taken--;
    return taken;
}

bool expect_fixture_free(void)
{
    return expect_number("bounce pages taken", fixture_pages_taken(), 0) &
           expect_number("pages of runs taken", fixture_run_pages_taken(), 0) &
           expect_number("loans taken", fixture_loans_taken(), 0);
}

void fixture_use_up(bool pages, bool runs)
{
    memset(page_taken, pages, sizeof page_taken);
    memset(run_taken, runs, sizeof run_taken);
}

void fixture_fail_take(unsigned n)
{
    fail_at = n;
}

/* Calls ---------------------------------------------------------------- */

bool expect_command(struct iodma_command *command, const struct iodma_bus *bus,
                    const struct iodma_spec *spec)
{
    return expect_status("init", iodma_command_init(command, bus, spec, NULL),
                         IODMA_OK);
}

bool expect_attached(struct iodma_command *command, struct iodma_memory *memory)
{
    return expect_status("set", iodma_command_set_memory(command, memory, true),
                         IODMA_OK);
}

bool expect_attached_only(struct iodma_command *command,
                          struct iodma_memory *memory)
{
    return expect_status(
        "set", iodma_command_set_memory(command, memory, false), IODMA_OK);
}

bool expect_prepared(struct iodma_command *command)
{
    return expect_status(
        "prepare", iodma_command_prepare(command, 0, 0, true, true), IODMA_OK);
}

bool expect_completed(struct iodma_command *command)
{
    return expect_status("complete",
                         iodma_command_complete(command, true, true), IODMA_OK);
}

bool expect_cleared(struct iodma_command *command)
{
    return expect_status("clear", iodma_command_clear_memory(command, true),
                         IODMA_OK);
}

bool expect_ended(struct iodma_command *command)
{
    return expect_status("end", iodma_command_deinit(command), IODMA_OK);
}

/* Lists ---------------------------------------------------------------- */

uint32_t fixture_list(struct iodma_command *command, struct hal_segment *list,
                      uint32_t room)
{
    hal_address offset = 0;

    expect_status("gen", fixture_gen(command, &offset, list, &room), IODMA_OK);
    expect_number("the list covers the window", offset, command->window.length);
    return room;
}

/* Transfers ------------------------------------------------------------- */

static enum iodma_status start(struct hal_dmac *dmac)
{
    (void)dmac;
    return IODMA_OK;
}

struct hal_dmac fixture_idle_engine(const struct hal_bus *bus,
                                    uint32_t same_phase)
{
    static const struct hal_dmac_ops ops = { .start = start };

    return (struct hal_dmac){ .ops = &ops,
                              .bus = bus,
                              .limits = &fixture_no_limits,
                              .same_phase = same_phase };
}

void fixture_not_done(struct iodma_transfer *transfer, enum iodma_status status)
{
    (void)transfer;
    (void)status;
    expect("nothing was done", false);
}
