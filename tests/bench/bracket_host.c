/* SPDX-License-Identifier: MIT */
/* The counts are in callgrind's dumps. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "tests/bench/bracket.h"

#include "tests/bench/stage.h"

#include <sys/mman.h>
#include <valgrind/callgrind.h>

const uint32_t bracket_most = UINT32_MAX;
const bool bracket_knows_copies = true;

bool bracket_init(int argc, char **argv)
{
    void *wanted = (void *)(uintptr_t)STAGE_BASE;

    (void)argc;
    (void)argv;
    return mmap(wanted, STAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == wanted;
}

void bracket(void (*before)(void), void (*after)(void), const char *tag)
{
    CALLGRIND_ZERO_STATS;
    before();
    after();
    CALLGRIND_DUMP_STATS_AT(tag);
}
