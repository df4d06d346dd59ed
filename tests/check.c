/* SPDX-License-Identifier: MIT */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

static struct {
    const char *what; /* of the case under way; NULL: none */
    unsigned number;  /* in the spec; 0: a case of our own */
    bool broken;
    unsigned passed;
    unsigned failed;
    unsigned skipped;
    bool hushed;
    const char *broken_hushed;
} run;

static void print_case(const char *verdict, const char *directive)
{
    if (run.number != 0)
        printf("%s %u - spec %u %s%s\n", verdict, run.number, run.number,
               run.what, directive);
    else
        printf("%s - %s%s\n", verdict, run.what, directive);
}

static void end_case(void)
{
    if (!run.what)
        return;

    print_case(run.broken ? "not ok" : "ok", "");
    if (run.broken)
        run.failed++;
    else
        run.passed++;
    run.what = NULL;
    (void)fflush(stdout);
}

void check_spec(unsigned number, const char *what)
{
    end_case();
    run.what = what;
    run.number = number;
    run.broken = false;
}

void check_rows(const struct check_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_spec(rows[i].number, rows[i].what);
        rows[i].run();
    }
}

void check_case(const char *what)
{
    check_spec(0, what);
}

/* The case under way is of addresses that there are not. */
static void skip_case(void)
{
    print_case("ok", " # SKIP addresses have 32 bits");
    run.skipped++;
    run.what = NULL;
}

bool check_wide(unsigned number, const char *what)
{
    check_spec(number, what);
    if (HAL_ADDRESS_BITS == 64)
        return true;
    skip_case();
    return false;
}

bool check_skips(const char *what, uint64_t value)
{
    if ((hal_address)value == value)
        return false;
    check_case(what);
    skip_case();
    return true;
}

bool check_skips_item(const char *what, const struct wide_item *wide,
                      struct hal_item *item)
{
    *item = (struct hal_item){ (hal_address)wide->source,
                               (hal_address)wide->destination,
                               (hal_address)wide->length };
    return check_skips(what, wide->source | wide->destination | wide->length);
}

void check_hush(void)
{
    run.hushed = true;
    run.broken_hushed = NULL;
}

const char *check_loud(void)
{
    run.hushed = false;
    return run.broken_hushed;
}

/* Say what differs: the first word of a diagnosis. Returns whether there is
   anybody to hear more of it. */
static bool differs(const char *what)
{
    if (run.hushed) {
        if (!run.broken_hushed)
            run.broken_hushed = what;
        return false;
    }
    if (!run.what)
        run.failed++;
    run.broken = true;
    printf("# %s: %s\n", run.what ? run.what : "outside any case", what);
    return true;
}

bool expect(const char *what, bool got)
{
    if (!got)
        (void)differs(what);
    return got;
}

bool expect_status(const char *what, enum iodma_status got,
                   enum iodma_status want)
{
    if (got == want)
        return true;
    if (differs(what))
        printf("#   expected %s\n#   got      %s\n", iodma_status_name(want),
               iodma_status_name(got));
    return false;
}

bool expect_number(const char *what, uint64_t got, uint64_t want)
{
    if (got == want)
        return true;
    if (differs(what))
        printf("#   expected %s\n#   got      %s\n", hex(want), hex(got));
    return false;
}

bool expect_bytes(const char *what, const void *got, const void *want,
                  size_t size)
{
    const uint8_t *a = got;
    const uint8_t *b = want;

    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            if (differs(what))
                printf("#   first difference at byte %s of %s\n"
                       "#   expected 0x%02x\n#   got      0x%02x\n",
                       hex(i), hex(size), b[i], a[i]);
            return false;
        }
    }
    return true;
}

static void print_segments(const char *title,
                           const struct hal_segment *segments, size_t count)
{
    printf("#   %s\n", title);
    for (size_t i = 0; i < count; i++)
        printf("#     %3u  %-20s +%s\n", (unsigned)i, hex(segments[i].address),
               hex(segments[i].length));
    if (count == 0)
        printf("#     none\n");
}

bool expect_segments(const char *what, const struct hal_segment *got,
                     size_t got_count, const struct hal_segment *want,
                     size_t want_count)
{
    bool same = got_count == want_count;

    for (size_t i = 0; same && i < want_count; i++)
        same = got[i].address == want[i].address &&
               got[i].length == want[i].length;
    if (!same && differs(what)) {
        print_segments("expected", want, want_count);
        print_segments("got", got, got_count);
    }
    return same;
}

int check_result(void)
{
    end_case();
    printf("# %u passed, %u failed", run.passed, run.failed);
    if (run.skipped != 0)
        printf(", %u skipped", run.skipped);
    printf("\n");
    return run.failed == 0 && run.passed != 0 ? 0 : 1;
}

const char *hex(uint64_t value)
{
    static char results[8][24];
    static unsigned next;
    char *result = results[next++ % 8];
    unsigned digits = 1;
    char *end = result + 2;

    while (digits < 16 && value >> (4 * digits) != 0)
        digits++;
    memcpy(result, "0x", 2);
    while (digits-- != 0) {
        *end++ = "0123456789abcdef"[value >> (4 * digits) & 15];
        if (digits != 0 && digits % 4 == 0)
            *end++ = '_';
    }
    *end = '\0';
    return result;
}

/* xorshift64*, Marsaglia and Vigna. */
uint32_t random_below(uint64_t *seed, uint32_t limit)
{
    uint64_t state = *seed + 0x9E3779B97F4A7C15u;

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    *seed = state;
    return (uint32_t)((state * 0x2545F4914F6CDD1Du) >> 32) % limit;
}

void random_bytes(uint64_t *seed, uint8_t *bytes, size_t count)
{
    uint32_t state = random_below(seed, UINT32_MAX);

    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(state >> 24);
    }
}
