/* SPDX-License-Identifier: MIT */
#include "tests/ground.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "platform/semihost.h"
#include "platform/start.h"
#include "tests/check.h"

/* The heap --------------------------------------------------------------- */

enum {
    BLOCK = 4096,
    BLOCKS = 32, /* more than the heap has */
};

void *_sbrk(ptrdiff_t increment);

static uint8_t *blocks[BLOCKS];

/* All that there is, each block filled with its number. Returns how many. */
static uint32_t take_blocks(void)
{
    uint32_t taken;

    for (taken = 0; taken < BLOCKS; taken++) {
        blocks[taken] = malloc(BLOCK);
        if (!blocks[taken])
            break;
        expect("within the heap",
               blocks[taken] >= (uint8_t *)heap_start &&
                   blocks[taken] + BLOCK <= (uint8_t *)heap_end);
        memset(blocks[taken], (int)taken + 1, BLOCK);
    }
    return taken;
}

static void give_back_blocks(uint32_t taken)
{
    while (taken-- > 0)
        free(blocks[taken]);
}

static bool refused(ptrdiff_t increment)
{
    errno = 0;
    return _sbrk(increment) == (void *)-1 && errno == ENOMEM;
}

void test_heap(void)
{
    uint32_t size = (uint32_t)(heap_end - heap_start);
    uint32_t taken;
    char *top;

    check_case("a heap that is used up gives no more");
    errno = 0;
    blocks[0] = malloc(size);
    expect("more than there is", blocks[0] == NULL);
    expect_number("errno", (uint32_t)errno, ENOMEM);
    taken = take_blocks();
    expect("all but the last is refused", taken < BLOCKS);
    expect("most of it is given", taken * BLOCK > size / 2);

    check_case("and what it gave stays as it was");
    for (uint32_t i = 0; i < taken; i++) {
        for (uint32_t k = 0; k < BLOCK; k++) {
            if (blocks[i][k] != i + 1) {
                expect_number("byte", blocks[i][k], i + 1);
                break;
            }
        }
    }

    check_case("what is given back is there again");
    give_back_blocks(taken);
    expect_number("blocks", take_blocks(), taken);
    give_back_blocks(taken);

    check_case("the heap grows to its last byte, and shrinks to its first");
    top = _sbrk(0);
    expect("one byte too many", refused(heap_end - top + 1));
    expect("far too many", refused(PTRDIFF_MAX));
    expect("one byte too few", refused(heap_start - top - 1));
    expect("far too few", refused(PTRDIFF_MIN));
    expect("nothing has changed", _sbrk(0) == top);
    expect("up to the last byte", _sbrk(heap_end - top) == top);
    expect("no further", refused(1));
    expect("down to the first", _sbrk(heap_start - heap_end) == heap_end);
    expect("no further", refused(-1));
    expect("and back", _sbrk(top - heap_start) == heap_start);
}

/* The host --------------------------------------------------------------- */

void test_host(void)
{
    static char bytes[64];
    static const char zeros[sizeof bytes];
    int handle;

    check_case("a file that the host does not have is not opened");
    expect("to read", semihost_open("/no such file", SEMIHOST_READ) == -1);
    expect("to write", semihost_open("/no such/file", SEMIHOST_WRITE) == -1);

    check_case("a file is read as far as it goes");
    handle = semihost_open("/dev/zero", SEMIHOST_READ);
    memset(bytes, 1, sizeof bytes);
    expect_number("from /dev/zero", semihost_read(handle, bytes, sizeof bytes),
                  sizeof bytes);
    expect_bytes("which are", bytes, zeros, sizeof bytes);
    expect("is closed", semihost_close(handle));
    handle = semihost_open("/dev/null", SEMIHOST_READ);
    expect_number("from /dev/null", semihost_read(handle, bytes, sizeof bytes),
                  0);
    expect("is closed", semihost_close(handle));

    check_case("a write that falls short is told");
    handle = semihost_open("/dev/null", SEMIHOST_WRITE);
    expect("to /dev/null all goes", semihost_write(handle, bytes, 1));
    expect("is closed", semihost_close(handle));
    expect("to a closed handle nothing does",
           !semihost_write(handle, bytes, 1));
    handle = semihost_open("/dev/full", SEMIHOST_WRITE);
    expect("nor to /dev/full", !semihost_write(handle, bytes, sizeof bytes));
    semihost_close(handle);

    check_case("a closed handle is neither read nor closed again");
    expect_number("bytes", semihost_read(handle, bytes, sizeof bytes), 0);
    expect("is closed", !semihost_close(handle));

    check_case("a command line that does not fit is none");
    expect("13 bytes fit", semihost_command_line(bytes, sizeof bytes));
    expect_bytes("it begins with the image", bytes, "test_platform", 13);
    expect("not into 4", !semihost_command_line(bytes, 4));
    expect_number("length", strlen(bytes), 0);
}
