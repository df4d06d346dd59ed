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

/* Such cases one by one, of the spec or (number 0) of our own. */
struct check_row {
    unsigned number;
    const char *what;
    void (*run)(void);
};

void check_rows(const struct check_row *rows, size_t count);

/* Begin a case of our own: prints "ok - what". */
void check_case(const char *what);

/*
 * The same for a case that is of addresses beyond 32 bits: of the spec, or of
 * our own (number 0). Returns true; or, where hal_address has none, false:
 * there is no case, and one line names it, "ok - what # SKIP why", which is no
 * pass.
 */
bool check_wide(unsigned number, const char *what);

/* Is a value of a table's row one that hal_address has not? Then the row is no
   case, and is named as skipped. To be asked before the case is begun. */
bool check_skips(const char *what, uint64_t value);

/* An item of such a table; the same question of it. If the answer is no, *item
   is out. */
struct wide_item {
    uint64_t source;
    uint64_t destination;
    uint64_t length;
};

bool check_skips_item(const char *what, const struct wide_item *wide,
                      struct hal_item *item);

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

/* Fill bytes with one such draw and what follows from it: a draw for each takes
   a CPU of 32 bits a hundred instructions. */
void random_bytes(uint64_t *seed, uint8_t *bytes, size_t count);

#endif
