/* SPDX-License-Identifier: MIT */
/*
 * What every test program uses: cases that print one TAP line each, and
 * expectations that print what was expected and what came when they differ.
 *
 * A case begins with check_case() and ends where the next one begins, or with
 * check_result(). One broken expectation makes it "not ok".
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "hal/dmac.h"
#include "hal/segment.h"
#include "hal/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin a case of the spec, section 10: prints "ok 52 - spec 52 what". */
void check_spec(unsigned number, const char *what);

/* Begin a case of our own: prints "ok - what". */
void check_case(const char *what);

/* Each prints nothing if got is what was wanted, and says so by returning
   true. `what` names the value or the call. */
bool expect(const char *what, bool got);
bool expect_status(const char *what, enum iodma_status got,
                   enum iodma_status want);
bool expect_number(const char *what, uint64_t got, uint64_t want);
bool expect_bytes(const char *what, const void *got, const void *want,
                  size_t size);
bool expect_segments(const char *what, const struct hal_segment *got,
                     size_t got_count, const struct hal_segment *want,
                     size_t want_count);

/* Whether a broken expectation only counts until check_loud(), and prints
   nothing: for who looks for the smallest case that breaks. */
void check_hush(void);

/* Returns what the first one said that broke since check_hush(); NULL: none. */
const char *check_loud(void);

/* End the last case and the program: returns 0 if all cases were ok, else 1.
   A program that ran no case at all has failed. */
int check_result(void);

/* A number for printf's %s: newlib-nano has no %llx. "0x1_2000_0000"; the
   last eight results stay valid. */
const char *hex(uint64_t value);

/* A repeatable random number below `limit` (not 0). */
uint32_t random_below(uint64_t *seed, uint32_t limit);

#endif
