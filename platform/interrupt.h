/* SPDX-License-Identifier: MIT */
/*
 * Interrupts, one core. An id is the number of the interrupt controller (for
 * a GIC: 0-15 software, 16-31 private to the core, 32 and up shared lines).
 * Handlers run one at a time, with interrupts masked, on a stack of their
 * own; they may use floating point.
 *
 * An interrupt that nobody installed is a fault: it is reported and the run
 * ends. So is an id that the controller does not have.
 *
 * Natively there are no interrupts: interrupts_save() and
 * interrupts_restore() do nothing, and what of the others is used the test
 * program defines.
 */
#ifndef PLATFORM_INTERRUPT_H
#define PLATFORM_INTERRUPT_H

#include "../hal/lock.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Name the handler of one interrupt.
 *
 *   id        of the interrupt, disabled at the time of the call
 *   handler   called in ISR context; has to make a level go away
 *   argument  handed to it
 *
 * Context: thread.
 */
void interrupt_install(uint32_t id, void (*handler)(void *argument),
                       void *argument);

/*
 * Say that an interrupt is a pulse, not a level: message-signalled
 * interrupts are. Without this call every interrupt is a level.
 *
 *   id  of a shared line (32 and up), disabled at the time of the call
 *
 * Context: thread.
 */
void interrupt_edge(uint32_t id);

/*
 * Let one interrupt through to the core, or hold it back. After
 * interrupt_disable() returns, its handler does not run any more.
 *
 *   id  of the interrupt
 *
 * Context: any.
 */
void interrupt_enable(uint32_t id);
void interrupt_disable(uint32_t id);

/* As many times in a row a line may ask for nothing. Then somebody holds it who
   is not served here, or cannot be: the core would do nothing else any more. */
enum { INTERRUPT_PATIENCE = 1000 };

/* One of those whose interrupt a line is: PCI functions share theirs. It is on
   no other line. */
struct interrupt_server {
    bool (*serve)(void *argument); /* ISR: has its device let go of the line;
                                      returns whether it wanted something    */
    void *argument;
    struct interrupt_server *next; /* on the line: ours                      */
};

/* A line that gives up its owners' interrupt before that ends the product. */
struct interrupt_line {
    uint32_t id;    /* of the interrupt                                      */
    uint32_t idle;  /* times in a row that it asked for nothing: its handler
                       writes                                                */
    uint32_t stuck; /* 1: it was one time too many, the interrupt is disabled:
                       its handler writes, until one more joins              */
    struct interrupt_server *servers; /* thread                              */
};

/*
 * Have a line ask one more, and be patient anew. Whoever is on it already stays
 * there once.
 *
 *   line    its interrupt is disabled at the time of the call
 *   server  lent for ever
 *
 * Context: thread.
 */
void interrupt_line_join(struct interrupt_line *line,
                         struct interrupt_server *server);

/* The handler of a line that was joined; its argument. Asks all, since more
   than one may hold the line. Context: ISR. */
void interrupt_line_isr(void *line);

/*
 * Say what an interrupt was good for: the last that its handler does. After
 * INTERRUPT_PATIENCE of them in a row without work the interrupt is disabled.
 *
 *   line    of the interrupt
 *   worked  one of them found something to do
 *
 * Context: ISR.
 */
void interrupt_served(struct interrupt_line *line, bool worked);

/* Has the line been given up? Then its owner polls, and says so. Context:
   any. */
bool interrupt_stuck(const struct interrupt_line *line);

/*
 * Mask all interrupts on this core.
 *
 * Returns the state before, to be handed to interrupts_restore(). Pairs
 * nest.
 *
 * Context: any.
 */
uint32_t interrupts_save(void);

/*
 * Put back the state before interrupts_save().
 *
 *   state  what the matching interrupts_save() returned
 *
 * Context: any.
 */
void interrupts_restore(uint32_t state);

/* interrupts_save() and interrupts_restore() as a bus wants them: the lock of a
   machine with one core. */
extern const struct hal_lock plat_lock;

/*
 * Unmask interrupts on this core: once, when the image is ready for them.
 * The platform starts main() with all of them masked.
 *
 * Context: thread.
 */
void interrupts_on(void);

/*
 * Sleep until an enabled interrupt is pending. Returns too, without running
 * a handler, where interrupts are masked: so a condition can be tested and
 * slept on without a gap between interrupts_save() and
 * interrupts_restore(). May return for no reason; call it in a loop.
 *
 * Context: thread.
 */
void interrupt_wait(void);

#ifdef __cplusplus
}
#endif

#endif
