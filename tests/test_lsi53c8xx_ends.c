/* SPDX-License-Identifier: MIT */
/*
 * Defends the driver of the 53C8xx: faults, what the SCSI side has to say, what
 * a boot loader has left, and how it is stopped.
 */
#include "hal/dmac/lsi53c8xx_regs.h"

#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/lsi53c8xx_world.h"

#include <string.h>

/* ---- Faults ---- */

/* Nothing moves and nothing interrupts, whatever is submitted. */
static void expect_dead(void)
{
    uint32_t moves = chip.moves;
    uint32_t doorbells = chip.writes[LSI_DSP];
    struct hal_item one = nth(90);

    (void)emit(0, &one, 1);
    submit(0);
    run();
    expect_progress(0, HAL_FAULT_NONE);
    expect_number("moves", chip.moves, moves);
    expect_number("writes of DSP", chip.writes[LSI_DSP], doorbells);
    expect("no interrupt", !asserted(0));
}

/* Overwrite a word of the script, behind the driver's back. */
static void damage(uint32_t slot, uint32_t word, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        ring[12 * slot + 4 * word + i] = (uint8_t)(value >> (8 * i));
    lsi53c8xx_model_publish(&chip);
}

/* A batch of three items in slots 0 to 2 with its INT in slot 3, and another
   behind it. What is broken in the first? */
static const struct {
    const char *what;
    uint32_t slot, word, value; /* damage */
    uint32_t moves;             /* done before the fault */
    uint32_t fault;
    uint32_t detail;
} faults[] = {
    { "an illegal instruction is a fault", 1, 0, 0xFFFFFFFF, 1,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "an illegal first instruction is a fault", 0, 0, 0, 0,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "ends of different phase are a fault", 2, 1, ARENA_BUS + 1, 2,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID },
    { "a source where no memory is is a bus fault", 2, 1, 0x1000, 2,
      HAL_FAULT_BUS, LSI_DSTAT_BF },
    { "a destination where no memory is is a bus fault", 1, 2, 0x1000, 1,
      HAL_FAULT_BUS, LSI_DSTAT_BF },
    { "an INT of a batch to come is a fault", 3, 1, 7, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of the batch behind is a fault", 3, 1, 6, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of a batch long gone is a fault", 3, 1, 0, 3,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_SIR },
    { "an INT of an empty batch is a fault", 3, 1, 1, 3, HAL_FAULT_DESCRIPTOR,
      LSI_DSTAT_SIR },
    { "an INT of no batch is a fault", 3, 1, 0xDEADBEEF, 3,
      HAL_FAULT_DESCRIPTOR, LSI_DSTAT_SIR },
};

static void expect_fault(uint32_t moves, uint32_t fault, uint32_t detail)
{
    struct hal_progress progress;

    run();
    expect("an interrupt", asserted(0));
    progress = reap(0);
    expect_number("retired", progress.retired, 0);
    expect_number("fault", progress.fault, fault);
    expect_number("detail", progress.detail, detail);
    expect_number("moves", chip.moves, moves);
    expect_items(0, moves);
    expect_dead();
    expect_number("halt", halt(1), STOPPED);
    expect_usable();
    expect_order();
}

static void test_faults(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(faults); i++) {
        begin(faults[i].what, 16);
        batch(0, 0, 3);
        batch(0, 3, 4);
        damage(faults[i].slot, faults[i].word, faults[i].value);
        expect_fault(faults[i].moves, faults[i].fault, faults[i].detail);
    }

    begin("a parity error is a fault", 16);
    batch(0, 0, 3);
    batch(0, 3, 4);
    chip.parity_at = 2;
    expect_fault(1, HAL_FAULT_PARITY, LSI_DSTAT_MDPE);

    begin("a fault in a later batch leaves the earlier one retired", 16);
    batch(0, 0, 3);
    batch(0, 3, 4);
    damage(4, 0, 0);
    run();
    expect_progress(3, HAL_FAULT_NONE);
    expect_fault(3, HAL_FAULT_DESCRIPTOR, LSI_DSTAT_IID);

    begin("start alone ends a fault", 16);
    batch(0, 0, 3);
    damage(0, 0, 0);
    run();
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_usable();
    expect_order();

    begin("a chip that leaves the bus is a fault", 16);
    batch(0, 0, 3);
    chip.absent = true;
    expect("a fault", reap(0).fault != HAL_FAULT_NONE);
    expect_dead();
    expect_order();
}

/* ---- The SCSI side ---- */

static const struct {
    const char *what;
    uint32_t sist;
    const char *cause;
} scsi_events[] = {
    { "a SCSI bus reset is a fault", LSI_SIST_RST, "SCSI bus reset" },
    { "a SCSI bus that changes its mode is a fault", LSI_SIST_SBMC,
      "SCSI bus mode changed" },
    { "a SCSI parity error is a fault", LSI_SIST_PAR, "SCSI parity error" },
    { "a SCSI disconnect is a fault", LSI_SIST_UDC, "SCSI disconnect" },
    { "a SCSI gross error is a fault", LSI_SIST_SGE, "SCSI gross error" },
    { "a SCSI phase mismatch is a fault", LSI_SIST_MA, "SCSI phase mismatch" },
    { "a SCSI selection that times out is a fault", LSI_SIST_STO,
      "SCSI selection timed out" },
};

static void expect_cause(uint32_t detail, const char *words)
{
    expect("the cause", strcmp(lsi53c8xx_cause(detail), words) == 0);
}

static void test_scsi_events(void)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(scsi_events); i++) {
        begin(scsi_events[i].what, 16);
        batch(0, 0, 3);
        batch(0, 3, 4);
        (void)lsi53c8xx_model_step(&chip, 1);
        lsi53c8xx_model_scsi(&chip, scsi_events[i].sist);
        expect_fault(1, HAL_FAULT_OTHER, scsi_events[i].sist << 8);
        expect_cause(scsi_events[i].sist << 8, scsi_events[i].cause);
    }

    begin("a SCSI event at rest is acknowledged, and harms nobody", 8);
    lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
    expect("an interrupt", asserted(0));
    expect_progress(0, HAL_FAULT_NONE);
    expect("no more", !asserted(0));
    batch(0, 0, 2);
    run();
    expect_progress(2, HAL_FAULT_NONE);
    expect_items(0, 2);
    expect_order();

    begin("a SCSI event behind the end of a batch fails the next one", 16);
    batch(0, 0, 3);
    batch(0, 3, 5);
    run();
    lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
    expect_number("retired", reap(0).retired, 3);
    expect("the event asks still", asserted(0));
    expect_fault(3, HAL_FAULT_OTHER, LSI_SIST_RST << 8);

    begin("the end of a batch behind a SCSI event is not taken for done", 16);
    batch(0, 0, 3);
    (void)lsi53c8xx_model_step(&chip, 3);
    lsi53c8xx_model_scsi(&chip, LSI_SIST_SBMC);
    chip.second.dstat = LSI_DSTAT_SIR;
    expect_fault(3, HAL_FAULT_OTHER, LSI_SIST_SBMC << 8 | LSI_DSTAT_SIR);
}

static void test_causes(void)
{
    static const struct {
        uint32_t detail;
        const char *words;
    } rows[] = {
        { LSI_DSTAT_BF, "PCI bus fault" },
        { LSI_DSTAT_MDPE | LSI_SIST_RST << 8, "PCI parity error" },
        { LSI_DSTAT_IID, "illegal instruction" },
        { LSI_DSTAT_ABRT, "aborted" },
        { LSI_DSTAT_SIR, "INT of no batch" },
        { 0xFF, "the chip does not answer" },
        { 0, "unknown" },
    };

    check_case("each cause has its words");
    for (uint32_t i = 0; i < HAL_COUNT_OF(rows); i++)
        expect_cause(rows[i].detail, rows[i].words);
}

/* ---- What a boot loader left ---- */

static void test_left_running(void)
{
    check_case("a script that a boot loader left is aborted before the reset");
    set_up(8);
    chip.running = true;
    chip.dsp = RING_BUS;
    expect_status("start", start(0), IODMA_OK);
    expect_usable();
    expect_order();

    check_case("one that does not abort is ended by the reset, in time");
    set_up(8);
    damage(0, 0, LSI_JUMP);
    damage(0, 1, RING_BUS);
    chip.running = true;
    chip.dsp = RING_BUS;
    chip.abort_delay = FOREVER;
    expect_status("start", start(0), IODMA_OK);
    expect("half a second was waited", hooks.ticks >= 500);
    expect("and not much more", hooks.ticks < 520);
    expect_usable();
    expect_order();
}

/* ---- Halt ---- */

static void expect_halted(uint32_t answer)
{
    expect_number("halt", halt(1), answer);
    expect_dead();
}

static void test_halt(void)
{
    begin("halt of a resting engine: stopped", 8);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a running engine: stopped, the rest does not move", 8);
    batch(0, 0, 5);
    (void)lsi53c8xx_model_step(&chip, 2);
    expect_items(0, 2);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt waits while the engine takes its time", 8);
    batch(0, 0, 7);
    chip.abort_delay = 4;
    expect_number("halt", halt(1), STOPPED);
    expect_number("moves until it stopped", chip.moves, 4);
    expect_items(0, 4);
    expect_dead();
    expect_usable();
    expect_order();

    begin("halt of an engine that ends by itself meanwhile: stopped", 8);
    batch(0, 0, 2);
    batch(0, 2, 3);
    chip.abort_delay = 20;
    expect_halted(STOPPED);
    expect_items(0, 2);
    expect_usable();
    expect_order();

    begin("halt of an engine whose batch is not reaped: stopped", 8);
    batch(0, 0, 2);
    batch(0, 2, 3);
    run();
    expect_items(0, 2);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of an engine with items not submitted: stopped", 8);
    expect_number("taken",
                  emit(0, &(struct hal_item){ ARENA_BUS, ARENA_BUS, 4 }, 1), 1);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a faulted engine: stopped", 8);
    batch(0, 0, 2);
    damage(0, 0, 0);
    run();
    expect_progress(0, HAL_FAULT_DESCRIPTOR);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of a faulted engine not reaped: stopped", 8);
    batch(0, 0, 2);
    damage(0, 0, 0);
    run();
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt twice: stopped", 8);
    batch(0, 0, 2);
    expect_number("halt", halt(1), STOPPED);
    expect_halted(STOPPED);
    expect_usable();
    expect_order();

    begin("halt of an engine that never aborts is ended by the reset", 8);
    batch(0, 0, 2);
    damage(2, 0, LSI_JUMP);
    damage(2, 1, RING_BUS);
    chip.abort_delay = FOREVER;
    expect_number("halt", halt(1), STOPPED);
    expect("the deadline has passed", hooks.ticks >= 100);
    expect_items(0, 2);
    expect_dead();
    expect_usable();
    expect_order();
}

/* The SCSI side is heard of at any register access of halt: it comes before the
   abort, and has to be read before that can be seen. */
static uint32_t scsi_in;

static void scsi_event(void)
{
    if (scsi_in != 0 && --scsi_in == 0)
        lsi53c8xx_model_scsi(&chip, LSI_SIST_RST);
}

static void test_halt_hears_scsi(void)
{
    check_case("halt ends as soon as it can, whenever the SCSI side speaks");
    for (uint32_t access = 1; access < 8; access++) {
        uint64_t began;

        set_up(8);
        (void)start(0);
        batch(0, 0, 3);
        (void)lsi53c8xx_model_step(&chip, 1);
        expect_items(0, 1);
        chip.abort_delay = 3;
        scsi_in = access;
        chip.access = scsi_event;
        began = hooks.ticks;
        expect_number("halt", halt(1), STOPPED);
        chip.access = NULL;
        expect("before the deadline", hooks.ticks - began < 50);
        expect_items(1, chip.moves);
        expect_dead();
        expect_usable();
        expect_order();
    }
}

static void test_halt_in_vain(void)
{
    uint64_t began;

    begin("halt of a stuck engine: stuck, in bounded time", 8);
    batch(0, 0, 2);
    chip.stuck = true;
    began = hooks.ticks;
    expect_number("halt", halt(1), STUCK);
    expect("the deadline has passed", hooks.ticks - began >= 100);
    expect("soon after", hooks.ticks - began < 110);
    expect_number("doorbells", chip.writes[LSI_DSP], 1);

    begin("halt of an absent engine: stuck", 8);
    batch(0, 0, 2);
    chip.absent = true;
    expect_number("halt", halt(1), STUCK);
    expect_dead();
    expect_order();

    begin("halt of an absent engine at rest: stuck", 8);
    chip.absent = true;
    expect_number("halt", halt(1), STUCK);
    expect_order();
}

/* ---- Interrupts at any register access of halt ---- */

static uint32_t accesses_left;

static void late_interrupt(void)
{
    if (accesses_left == 0 || --accesses_left != 0)
        return;
    chip.access = NULL;
    (void)lsi53c8xx_model_step(&chip, FOREVER);
    (void)reap(0);
    expect("the line is released", !asserted(0));
}

/* The interrupt of a batch's end is on its way to the CPU when halt begins,
   and arrives at its n-th register access. */
static void test_late_interrupt(void)
{
    check_case("an interrupt that arrives within halt changes nothing");
    for (uint32_t access = 1; access < 12; access++) {
        set_up(8);
        (void)start(0);
        batch(0, 0, 2);
        batch(0, 2, 4);
        run();
        expect_items(0, 2);
        accesses_left = access;
        chip.access = late_interrupt;
        expect_number("halt", halt(1), STOPPED);
        chip.access = NULL;
        expect_items(2, chip.moves); /* the next batch may have begun */
        expect_dead();
        expect_usable();
        expect_order();
    }
}

/* As soon as the line is asserted. */
static void prompt_interrupt(void)
{
    if (hooks.masked != 0 || !asserted(0))
        return;
    chip.access = NULL;
    (void)reap(0);
    expect("the line is released", !asserted(0));
    chip.access = prompt_interrupt;
}

static void test_abort_interrupts(void)
{
    begin("the interrupt that an abort raises is taken by the ISR", 8);
    batch(0, 0, 5);
    (void)lsi53c8xx_model_step(&chip, 1);
    chip.abort_delay = 2;
    chip.access = prompt_interrupt;
    expect_number("halt", halt(1), STOPPED);
    chip.access = NULL;
    expect_items(0, chip.moves);
    expect_dead();
    expect_usable();
    expect_order();
}

int main(void)
{
    test_faults();
    test_scsi_events();
    test_causes();
    test_left_running();
    test_halt();
    test_halt_hears_scsi();
    test_halt_in_vain();
    test_late_interrupt();
    test_abort_interrupts();
    return check_result();
}
