/* SPDX-License-Identifier: MIT */
/* What a wait relies on is looked at before: a clock that can end it, and a
   line that leaves time for it. */
#include <stdio.h>
#include <string.h>

#include "hal/count_of.h"
#include "platform/armv7a/system_counter.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "tests/check.h"

/* A clock that counts once in so many reads; 0: never. */
static struct {
    uint64_t ticks;
    uint32_t hertz;
    uint32_t reads_per_tick;
    uint32_t reads;
} hardware;

uint64_t clock_now(void)
{
    hardware.reads++;
    if (hardware.reads_per_tick != 0 &&
        hardware.reads % hardware.reads_per_tick == 0)
        hardware.ticks++;
    return hardware.ticks;
}

uint32_t clock_frequency(void)
{
    return hardware.hertz;
}

static const struct {
    const char *what;
    uint64_t ticks;
    uint32_t hertz, reads_per_tick;
    const char *trouble; /* begins so; NULL: none */
} clocks[] = {
    { "a clock that runs is no trouble", 0, 1000000, 1, NULL },
    { "nor one that counts seldom", 5, 32768, 100000, NULL },
    { "nor one at its last tick", UINT64_MAX, 1, 10, NULL },
    { "one that stands still is, at 0", 0, 1000000, 0,
      "the clock stands still" },
    { "and elsewhere", 77, 1000000, 0, "the clock stands still" },
    { "one without a frequency is", 0, 0, 1, "the clock's frequency" },
    { "all the more if it stands still", 0, 0, 0, "the clock's frequency" },
};

static void test_clocks(void)
{
    for (size_t i = 0; i < HAL_COUNT_OF(clocks); i++) {
        const char *want = clocks[i].trouble;
        const char *got;

        check_case(clocks[i].what);
        hardware.ticks = clocks[i].ticks;
        hardware.hertz = clocks[i].hertz;
        hardware.reads_per_tick = clocks[i].reads_per_tick;
        hardware.reads = 0;
        got = clock_trouble();
        expect("in these words", want ? got && strstr(got, want) == got : !got);
        expect("not asked for ever", hardware.reads < 2000000);
    }
}

/* CNTCR, whose other bits are the frequency that firmware chose. */
enum { CONTROL = 0x1000 };

static uint32_t control;

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    expect_number("register", address, CONTROL);
    expect_number("width", size, 4);
    return control;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    expect_number("register", address, CONTROL);
    expect_number("width", size, 4);
    control = value;
}

static void test_counter(void)
{
    check_case("the system counter is enabled, its frequency left alone");
    control = 0x0302;
    system_counter_on(CONTROL);
    expect_number("CNTCR", control, 0x0303);
}

static uint32_t disabled; /* id of the last one */
static uint32_t times;

void interrupt_disable(uint32_t id)
{
    disabled = id;
    times++;
}

static void serve(struct interrupt_line *line, uint32_t count, bool worked)
{
    while (count-- != 0)
        interrupt_served(line, worked);
}

static void test_lines(void)
{
    struct interrupt_line line = { .id = 36 };

    check_case("a line may ask for nothing now and then");
    for (uint32_t i = 0; i < 10; i++) {
        serve(&line, INTERRUPT_PATIENCE - 1, false);
        serve(&line, 1, true);
    }
    serve(&line, INTERRUPT_PATIENCE - 1, false);
    expect_number("disabled", times, 0);
    expect("is not stuck", !interrupt_stuck(&line));

    check_case("one time too many in a row, and it is disabled");
    serve(&line, 1, false);
    expect_number("times", times, 1);
    expect_number("id", disabled, 36);
    expect("is stuck", interrupt_stuck(&line));
    expect_number("for nothing", line.idle, INTERRUPT_PATIENCE);

    check_case("and stays so");
    serve(&line, 1, true);
    expect("is stuck", interrupt_stuck(&line));
}

/* One of those who share a line. */
static struct device {
    uint32_t work; /* things to do: one for each time that it is asked */
    uint32_t asked;
} devices[2];

static bool serve_device(void *argument)
{
    struct device *device = argument;

    device->asked++;
    if (device->work == 0)
        return false;
    device->work--;
    return true;
}

static void test_shared_line(void)
{
    struct interrupt_line line = { .id = 37 };
    struct interrupt_server servers[2] = {
        { .serve = serve_device, .argument = &devices[0] },
        { .serve = serve_device, .argument = &devices[1] },
    };
    uint32_t before = times;

    check_case("all who share a line are asked, each once");
    interrupt_line_join(&line, &servers[0]);
    interrupt_line_join(&line, &servers[1]);
    interrupt_line_join(&line, &servers[0]);
    devices[0].work = devices[1].work = 2;
    interrupt_line_isr(&line);
    expect_number("one", devices[0].asked, 1);
    expect_number("the other", devices[1].asked, 1);

    check_case("and the line goes on as long as one of them has work");
    for (uint32_t i = 0; i < 2 * INTERRUPT_PATIENCE; i++) {
        devices[0].work = i < INTERRUPT_PATIENCE || i % 2 == 0;
        devices[1].work = i < INTERRUPT_PATIENCE || i % 2 != 0;
        interrupt_line_isr(&line);
    }
    devices[0].work = devices[1].work = 0;
    expect_number("disabled", times - before, 0);

    check_case("else it is given up, and taken up when somebody joins");
    for (uint32_t i = 0; i < INTERRUPT_PATIENCE; i++)
        interrupt_line_isr(&line);
    expect_number("disabled", times - before, 1);
    expect("is stuck", interrupt_stuck(&line));
    interrupt_line_join(&line, &servers[1]);
    expect("is not stuck", !interrupt_stuck(&line));
    interrupt_line_isr(&line);
    expect_number("disabled", times - before, 1);
}

int main(void)
{
    test_clocks();
    test_counter();
    test_lines();
    test_shared_line();
    return check_result();
}
