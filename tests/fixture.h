/* SPDX-License-Identifier: MIT */
/*
 * The fixture of the spec's numbered cases (section 10.1): a bus on which
 * every address from 0 to 2^63 - 1 (the lower half of all, that is) is
 * simulated memory (tests/model/sparse.h), readable, writable and snooped, at
 * the same address on the bus; and bounce storage at well-known addresses.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "dma/iodma.h"
#include "hal/bits.h"
#include "tests/reach.h"
#include "tests/rows.h"

#include <stdbool.h>
#include <stdint.h>

/* The last byte of its memory. */
#define FIXTURE_LAST (HAL_ADDRESS_MAX >> 1)

/* The fixture's parts, for a test that wants a bus with a difference. */
extern const struct hal_aperture fixture_aperture;
extern const struct hal_limits fixture_no_limits;
extern const struct hal_bus fixture_hal_bus;

/* The bus itself, without bounce storage; made at the first call. */
const struct iodma_bus *fixture_bus(void);

/*
 * The bus with bounce storage, all of it free; memory is fresh. Who is content
 * with one page (at_least) gets one, the lowest free of 0x100000, 0x102000,
 * ... 0x11E000, which are never adjacent; who is not gets a run in 1 MiB from
 * 0x200000 on: the first that fits, else the longest.
 */
const struct iodma_bus *fixture_bouncing_bus(void);

/* The same storage, all of it free, for a bus of the test's own; memory is as
   it was. */
struct hal_bounce *fixture_bounce(void);

enum {
    FIXTURE_PAGES = 16,
    FIXTURE_RUNS = 256, /* pages that runs are taken from */
    FIXTURE_LOANS = 64,
};

/* Pages that are not free, and loans. Use it up: all pages, all pages of runs,
   are taken by nobody. Leave so many loans. */
unsigned fixture_pages_taken(void);
unsigned fixture_run_pages_taken(void);
unsigned fixture_loans_taken(void);
void fixture_use_up(bool pages, bool runs);
void fixture_leave_loans(unsigned count);

/* All of it is free. */
bool expect_fixture_free(void);

/* The n-th take from now on fails (1: the next one). */
void fixture_fail_take(unsigned n);

/* Segments as this build has them, whatever the command's own output writes. */
static inline enum iodma_status fixture_gen(struct iodma_command *command,
                                            hal_address *offset,
                                            struct hal_segment *segments,
                                            uint32_t *count)
{
    return iodma_command_gen_segments_with(command, &iodma_output_segments,
                                           offset, segments, count);
}

/* List all of a prepared window so, at once. Returns how many segments were
   made, `room` at most. */
uint32_t fixture_list(struct iodma_command *command, struct hal_segment *list,
                      uint32_t room);

/* Calls of which OK is expected, returning whether it came: make a command;
   give it memory, prepared or not; prepare all of its memory, and complete;
   take the memory away; end it. */
bool expect_command(struct iodma_command *command, const struct iodma_bus *bus,
                    const struct iodma_spec *spec);
bool expect_attached(struct iodma_command *command,
                     struct iodma_memory *memory);
bool expect_attached_only(struct iodma_command *command,
                          struct iodma_memory *memory);
bool expect_prepared(struct iodma_command *command);
bool expect_completed(struct iodma_command *command);
bool expect_cleared(struct iodma_command *command);
bool expect_ended(struct iodma_command *command);

/* An engine that is never asked for anything but to start; of no transfer is
   anything done. */
struct hal_dmac fixture_idle_engine(const struct hal_bus *bus,
                                    uint32_t same_phase);
void fixture_not_done(struct iodma_transfer *transfer,
                      enum iodma_status status);

/* How a prepared window goes, by the rungs of E3. */
enum {
    RUNG_DIRECT = 0,
    RUNG_SPLIT = 1,
    RUNG_WHOLE = 2,
};

static inline unsigned fixture_rung(const struct iodma_command *command)
{
    if (!command->plan.loans)
        return RUNG_DIRECT;
    return command->plan.whole ? RUNG_WHOLE : RUNG_SPLIT;
}

/* S(f, b, m, a/al/ai) of the spec. */
#define SPEC(function, bits, max, address, len, internal)                      \
    IODMA_SPEC(iodma_output_##function, bits, max, .align_address = (address), \
               .align_length = (len), .align_internal = (internal))

#endif
