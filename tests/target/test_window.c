/* SPDX-License-Identifier: MIT */
/*
 * A window shows the bytes that it says, and no others, whoever opens windows
 * over it; and a closed one shows nothing: the runs named last have to end in
 * a fault.
 *
 *   test_window holds | interrupted | closed | behind | twice | foreign |
 *               beyond | code
 *
 * Memory is accessed by mmio.h: each access is made, once, and not answered
 * from what the compiler knows of another mapping of the same bytes.
 */
#include "boards/board.h"
#include "hal/atomic.h"
#include "hal/count_of.h"
#include "platform/armv7a/cp15.h"
#include "platform/armv7a/window.h"
#include "platform/interrupt.h"
#include "platform/mmio.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

#define MIB 0x100000u

/* From here on memory is behind windows. */
static hal_address windowed(void)
{
    return board.scratch.base + board.scratch.size;
}

static uintptr_t open_window(hal_address address, hal_address *length)
{
    return (uintptr_t)plat_window.open(address, length);
}

static void close_window(uintptr_t window)
{
    plat_window.close((void *)window);
}

static uintptr_t open_word(hal_address address)
{
    hal_address length = sizeof(uint32_t);

    return open_window(address, &length);
}

static void poke(hal_address address, uint32_t value)
{
    bool pointer = address < windowed();
    uintptr_t word = pointer ? (uintptr_t)address : open_word(address);

    mmio_write32(word, value);
    if (!pointer)
        close_window(word);
}

static uint32_t peek(hal_address address)
{
    bool pointer = address < windowed();
    uintptr_t word = pointer ? (uintptr_t)address : open_word(address);
    uint32_t value = mmio_read32(word);

    if (!pointer)
        close_window(word);
    return value;
}

/* holds ------------------------------------------------------------------ */

enum { MOST_PLACES = 40 };

/* The ends of each stretch; then, in far memory, one address bit more at a
   time. Returns how many. */
static uint32_t make_places(hal_address *places)
{
    const struct board_memory *far = &board.far;
    uint32_t count = 0;

    places[count++] = windowed() - 4096;
    places[count++] = windowed();
    places[count++] = far->base;
    places[count++] = far->base + far->size - 4096;
    for (hal_address bit = 4; bit < far->size; bit *= 2)
        places[count++] = far->base + bit;
    return count;
}

static void test_places(void)
{
    hal_address places[MOST_PLACES];
    uint32_t count = make_places(places);

    check_case("each address has bytes of its own");
    for (uint32_t i = 0; i < count; i++)
        poke(places[i], 0x5EED0000 + i);
    for (uint32_t i = 0; i < count; i++)
        expect_number(hex(places[i]), peek(places[i]), 0x5EED0000 + i);
}

static void expect_shown(hal_address address, hal_address wanted,
                         hal_address shown)
{
    hal_address length = wanted;
    uintptr_t window = open_window(address, &length);

    expect_number("length", length, shown);
    close_window(window);
}

static void test_ends(void)
{
    const hal_address end = board.far.base + 2 * MIB;
    hal_address length = 4096;
    uintptr_t last;

    check_case("a window ends where its 2 MiB end");
    expect_shown(end - 2 * MIB, 5 * MIB, 2 * MIB);
    expect_shown(end - 2 * MIB, 1, 1);
    expect_shown(end - 1, 1, 1);
    expect_shown(end - 1, HAL_ADDRESS_MAX, 1);
    expect_shown(end - 4096, 4096, 4096);
    expect_shown(end - 4096, 4097, 4096);

    check_case("and shows the byte at its address, up to the last");
    poke(end - 4, 0x04030201);
    poke(end, 0x08070605);
    last = open_window(end - 3, &length);
    expect_number("length", length, 3);
    expect_number("first byte", mmio_read8(last), 2);
    expect_number("last byte", mmio_read8(last + 2), 4);
    close_window(last);
}

static void test_same_bytes(void)
{
    const hal_address address = board.far.base + 6 * MIB;
    uintptr_t a, b;

    check_case("two windows onto the same bytes agree");
    a = open_word(address + 64);
    b = open_word(address);
    mmio_write32(a, 1);
    expect_number("written by a, read by b", mmio_read32(b + 64), 1);
    mmio_write32(b + 64, 2);
    expect_number("written by b, read by a", mmio_read32(a), 2);
    close_window(b);
    expect_number("read by a after b is closed", mmio_read32(a), 2);
    close_window(a);
}

/* Open windows until there are no more, each onto another block. */
static uint32_t open_all(uintptr_t *windows)
{
    uint32_t count = 0;

    while (count <= PLAT_WINDOW_SLOTS) {
        hal_address address = board.far.base + 2 * MIB * count;
        hal_address length = 100 + count;

        windows[count] = open_window(address, &length);
        expect_number("length", length, 100 + count);
        if (windows[count] == 0)
            break;
        mmio_write32(windows[count], 0xA110000 + count);
        count++;
    }
    return count;
}

static void test_all_slots(void)
{
    uintptr_t windows[PLAT_WINDOW_SLOTS + 1];
    hal_address length = 12345;

    check_case("when all slots are in use there is no window, and no length");
    expect_number("windows", open_all(windows), PLAT_WINDOW_SLOTS);
    expect("again", open_window(board.far.base, &length) == 0);
    expect_number("length", length, 12345);

    check_case("each of them shows its own bytes");
    for (uint32_t i = 0; i < PLAT_WINDOW_SLOTS; i++)
        expect_number("bytes", mmio_read32(windows[i]), 0xA110000 + i);

    check_case("one that is closed makes room for one");
    close_window(windows[3]);
    windows[3] = open_word(board.far.base);
    expect("a window", windows[3] != 0);
    expect("no other", open_word(board.far.base) == 0);

    check_case("closing gives every slot back, whichever is closed first");
    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < PLAT_WINDOW_SLOTS; i++)
            close_window(windows[(3 * i + round) % PLAT_WINDOW_SLOTS]);
        expect_number("windows", open_all(windows), PLAT_WINDOW_SLOTS);
    }
    for (uint32_t i = PLAT_WINDOW_SLOTS; i-- > 0;)
        close_window(windows[i]);
}

static int holds(void)
{
    test_places();
    test_ends();
    test_same_bytes();
    test_all_slots();
    return check_result();
}

/* interrupted ------------------------------------------------------------ */

/* The virtual timer (ARM DDI 0406C B8.1.5, CNTV_TVAL and CNTV_CTL in B4.1),
   and its id on the virt machine (QEMU hw/arm/virt.c, ARCH_TIMER_VIRT_IRQ). */
#define CNTV_TVAL       "p15, 0, %0, c14, c3, 0"
#define CNTV_CTL        "p15, 0, %0, c14, c3, 1"
#define CNTV_CTL_ENABLE 1u

enum {
    TIMER = 27,
    INTERRUPTS = 5000,
    DEPTH = 4,    /* of the thread's windows */
    SPAN = 16,    /* blocks of a user's own, at each depth */
    WORDS = 1024, /* used of each, so that the host need not give more */
};

/* What a user of windows, thread or ISR, is doing. */
enum stage {
    ELSEWHERE,
    OPENING,
    CLOSING,
    STAGES,
};

struct user {
    hal_address base; /* of memory that nobody else uses         */
    uint64_t seed;
    uint32_t stamp; /* fresh data: never the same twice        */
    uint32_t stage; /* written by the user itself              */
    uint32_t wrong; /* what was read is not what was written   */
};

static struct user thread;

/* All of this is written by the ISR. */
static struct {
    struct user user;
    uintptr_t kept; /* the window left open by the interrupt before */
    uint32_t kept_stamp;
    uint32_t during[STAGES]; /* interrupts at this stage of the thread */
    uint32_t count;
} isr;

/* A word at random, in a span that belongs to this user and this depth. */
static hal_address place(struct user *user, uint32_t depth)
{
    hal_address block = SPAN * depth + random_below(&user->seed, SPAN);

    return user->base + 2 * MIB * block + 4 * random_below(&user->seed, WORDS);
}

static uintptr_t user_open(struct user *user, hal_address address)
{
    uintptr_t window;

    atomic_write_release(&user->stage, OPENING);
    window = open_word(address);
    atomic_write_release(&user->stage, ELSEWHERE);
    return window;
}

static void user_close(struct user *user, uintptr_t window)
{
    atomic_write_release(&user->stage, CLOSING);
    close_window(window);
    atomic_write_release(&user->stage, ELSEWHERE);
}

static void compare(struct user *user, uintptr_t window, uint32_t stamp)
{
    if (mmio_read32(window) != stamp)
        user->wrong++;
}

/* Write a word, open more windows over its window, and look at it again: in
   the same window, and in a new one. */
static void nest(struct user *user, uint32_t depth)
{
    hal_address address = place(user, depth);
    uintptr_t window = user_open(user, address);
    uint32_t stamp = ++user->stamp;

    mmio_write32(window, stamp);
    if (depth > 1)
        nest(user, depth - 1);
    compare(user, window, stamp);
    user_close(user, window);

    window = user_open(user, address);
    compare(user, window, stamp);
    user_close(user, window);
}

/* A window that outlives the interrupt: what a thread that preempts another
   would do, and more than the contract asks for. */
static void keep_another(void)
{
    if (isr.kept != 0) {
        compare(&isr.user, isr.kept, isr.kept_stamp);
        close_window(isr.kept);
    }
    isr.kept = open_word(place(&isr.user, 0));
    isr.kept_stamp = ++isr.user.stamp;
    mmio_write32(isr.kept, isr.kept_stamp);
}

static void arm_timer(uint32_t ticks)
{
    CP15_WRITE(ticks, CNTV_TVAL);
    CP15_WRITE(CNTV_CTL_ENABLE, CNTV_CTL);
    ISB();
}

/* A tick is 16 instructions long (machine.sh ... -icount shift=0). */
static void on_timer(void *argument)
{
    (void)argument;
    isr.during[atomic_read_acquire(&thread.stage)]++;
    nest(&isr.user, 2);
    keep_another();
    arm_timer(8 + random_below(&isr.user.seed, 64));
    atomic_write_release(&isr.count, isr.count + 1);
}

static int interrupted(void)
{
    uintptr_t windows[PLAT_WINDOW_SLOTS + 1];

    thread = (struct user){ .base = board.far.base, .seed = 1 };
    isr.user = (struct user){ .base = board.far.base + board.far.size / 2,
                              .seed = 2,
                              .stamp = 0x80000000 };

    check_case("four windows hold while interrupts open two more over them");
    interrupt_install(TIMER, on_timer, NULL);
    interrupt_enable(TIMER);
    interrupts_on();
    arm_timer(1);
    while (atomic_read_acquire(&isr.count) < INTERRUPTS)
        nest(&thread, DEPTH);
    interrupt_disable(TIMER);
    expect_number("wrong words of the thread", thread.wrong, 0);
    expect_number("wrong words of the handler", isr.user.wrong, 0);

    check_case("wherever in open and close it is interrupted");
    printf("# %u interrupts in open, %u in close, %u elsewhere\n",
           (unsigned)isr.during[OPENING], (unsigned)isr.during[CLOSING],
           (unsigned)isr.during[ELSEWHERE]);
    expect("a thousand in open", isr.during[OPENING] >= 1000);
    expect("a thousand in close", isr.during[CLOSING] >= 1000);

    check_case("and no slot is lost");
    close_window(isr.kept);
    expect_number("windows", open_all(windows), PLAT_WINDOW_SLOTS);
    return check_result();
}

/* Uses that have to end in a fault --------------------------------------- */

/* The TLB knows the mapping, and another window has been opened since. */
static int closed(void)
{
    uintptr_t window = open_word(board.far.base);

    mmio_write32(window, 1);
    close_window(window);
    open_word(board.far.base);
    mmio_read32(window);
    return 0;
}

static int behind(void)
{
    uintptr_t window = open_word(board.far.base);

    open_word(board.far.base);
    mmio_write8(window + 2 * MIB - 1, 0);
    mmio_write8(window + 2 * MIB, 0);
    return 0;
}

static int twice(void)
{
    uintptr_t window = open_word(board.far.base);

    close_window(window);
    close_window(window);
    return 0;
}

static int foreign(void)
{
    close_window((uintptr_t)board.scratch.base);
    return 0;
}

/* The first address of 41 bits, where addresses have as many. */
static int beyond(void)
{
    open_word((hal_address)(UINT64_C(1) << 40));
    return 0;
}

static int code(void)
{
    uintptr_t window = open_word(board.far.base);

    mmio_write32(window, 0xe12fff1e); /* bx lr */
    ((void (*)(void))window)();
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} tests[] = {
    { "holds", holds },   { "interrupted", interrupted },
    { "closed", closed }, { "behind", behind },
    { "twice", twice },   { "foreign", foreign },
    { "beyond", beyond }, { "code", code },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < HAL_COUNT_OF(tests); i++) {
        if (strcmp(argv[1], tests[i].name) == 0)
            return tests[i].run();
    }
    printf("test_window: which of the tests? (see the source)\n");
    return 64;
}
