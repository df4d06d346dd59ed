/* SPDX-License-Identifier: MIT */
/*
 * The fixture of test_far: real memory on both sides of where the engine's
 * reach ends, one command on its bus, bounce storage at well-known addresses,
 * and a device that does what the command's list says and nothing else: the
 * engine.
 *
 * Memory is fresh, with P(x) of the spec (10.1) at address x, until a device
 * writes the inverse of it.
 */
#ifndef TESTS_TARGET_FAR_H
#define TESTS_TARGET_FAR_H

#include "dma/iodma.h"
#include "hal/segment.h"
#include "tests/images/bring_up.h"
#include "tests/rows.h"

#include <stdbool.h>
#include <stdint.h>

#define MIB 0x100000u

/* Of the virt machine (boards/qemu_virt_facts.h): where the engine's reach
   ends, of 32 bits or, where addresses have no more, of 31; and before it where
   pointers end. */
#if IODMA_ADDRESS_BITS == 64
#define REACH        UINT64_C(0x100000000)
#define REACH_BITS   32
#define POINTERS_END UINT64_C(0xC0000000)
#else
#define REACH        0x80000000u
#define REACH_BITS   31
#define POINTERS_END 0x70000000u
#endif

/* Free memory, its addresses pointers. The spec's addresses below 16 MiB are
   moved up by this. */
#define LOW ((hal_address)0x50000000)

#define SPEC(...)   IODMA_SPEC(iodma_output_host64, __VA_ARGS__)
#define NARROW(...) SPEC(REACH_BITS, __VA_ARGS__)

enum {
    FAR_PAGE = 0x1000,
    FAR_GUARD = 64, /* bytes before and behind every range */
    FAR_GUARD_BYTE = 0x5A,
    FAR_STALE_BYTE = 0xEE, /* in storage that nobody has filled */
    FAR_SEGMENTS = 8,
    FAR_DEADLINE_MS = 120000,
};

/* Of the pool: single pages that do not touch are the even ones of the first
   32; runs begin behind FIRST_RUN. */
enum {
    FAR_POOL_PAGES = 512,
    FAR_LOANS = 2048,
    FAR_SINGLE_PAGES = 16,
    FAR_FIRST_RUN = 256,
};

/* Which way the bytes of a prepared command go. */
enum { FAR_DIRECT = 0, FAR_SPLIT = 1, FAR_WHOLE = 2, FAR_WAYS = 3 };

extern struct far {
    struct engine engine;
    struct iodma_bounce pool;
    uint32_t idle; /* pages in use when no command has any */
    struct iodma_command command;
    struct iodma_memory memory; /* the command's         */
    struct hal_segment list[FAR_SEGMENTS];
    uint32_t listed;
} far;

/* The tests, each a source file of its own. */
void far_test_cases(void);
void far_test_short(void);
void far_test_fail(void);
void far_test_random(uint32_t seed);

/* Before the engine is brought up: its bus gets windows that can fail. */
void far_wrap_windows(void);

/* Memory ------------------------------------------------------------------- */

uint8_t *far_pointer(hal_address address);
uint8_t far_fresh(hal_address address);
uint8_t far_inverse(hal_address address);

/* By the CPU, through windows where there is no pointer. */
void far_get(void *bytes, hal_address address, hal_address length);
void far_put(hal_address address, const void *bytes, hal_address length);
void far_fill(hal_address address, uint8_t byte, hal_address length);

/* The CPU physical address of a byte of a descriptor. */
hal_address far_address(const struct iodma_memory *memory, hal_address offset);

/* Storage ------------------------------------------------------------------ */

/* Do the masters look into the caches? Else windows are opened to maintain
   them, and the lines at the ends of what they write are bounced. */
bool far_snooped(void);

/* A pool of FAR_POOL_PAGES, all taken; then some of them free, stale bytes in
   them; or all taken once more. */
void far_make_pool(hal_address base);
void far_free_pages(uint32_t first, uint32_t end, uint32_t step);
void far_take_all(void);

/*
 * As in the spec's fixture: single pages at LOW + 0x100000, + 0x102000, ...
 * 0x11E000, the lowest free one first; then room for runs from LOW + 0x200000
 * on. It is one real pool, which gives the lowest run that there is.
 */
void far_make_spec_pool(void);

uint32_t far_pages_taken(void);

/* The command -------------------------------------------------------------- */

/* FAR_DIRECT ... */
uint32_t far_way(const struct iodma_command *command);

/* Attach a fresh descriptor; the pool is there. */
void far_attach(const struct iodma_spec *spec, const struct iodma_range *ranges,
                uint32_t direction);
enum iodma_status far_prepare(bool synchronize);
void far_make_list(void);

/* All of it, over the spec's pool. */
void far_begin(const struct iodma_spec *spec, const struct iodma_range *ranges,
               uint32_t direction, bool synchronize);

/* The last complete finds all pages given back. */
void far_complete(bool synchronize);
void far_synchronize(uint32_t options, enum iodma_status want);

/* Bytes from .. to - 1 of the descriptor are inverse, all others and the
   guards are fresh. */
void far_expect_client(const char *what, hal_address from, hal_address to);

/* These bytes are what is fresh from an offset of the descriptor on. */
void far_expect_fresh(const char *what, const uint8_t *bytes,
                      hal_address offset, hal_address length);

/* The device --------------------------------------------------------------- */

/* Where the device keeps the byte of a position: low memory of its own. The
   chip wants both ends of a move equal modulo 4 (same_phase). */
hal_address far_bench(hal_address position);

/* Nothing but guard bytes; the inverse at positions from .. to - 1; the guards
   on either side hold. */
void far_clear_bench(void);
void far_fill_bench(hal_address from, hal_address to);
void far_expect_bench_guards(void);

/* Move the window's bytes from .. to - 1 between bench and list. */
void far_device(bool writes, hal_address from, hal_address to);

/* The device writes the inverse. */
void far_device_inverts(hal_address from, hal_address to);

/* Returns the whole window as the device sees it. */
const uint8_t *far_device_reads(void);
void far_expect_device_has_fresh(void);

/* A transfer between two prepared commands, which completes them. Returns how
   it ended. With the bench: the way that the command's direction says. */
enum iodma_status far_transfer(struct iodma_command *from,
                               struct iodma_command *to);
enum iodma_status far_transfer_with_bench(void);

#endif
