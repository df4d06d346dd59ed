/* SPDX-License-Identifier: MIT */
/* The suite, as tables. */
#ifndef TESTS_ENGINES_TESTS_H
#define TESTS_ENGINES_TESTS_H

#include <stdbool.h>

struct engine_test {
    const char *what;    /* a sentence                              */
    bool (*needs)(void); /* NULL: every engine is asked; else only  */
    void (*run)(void);   /* those for which it says so              */
};

/* Each ends with what NULL. */
extern const struct engine_test engine_lists[];
extern const struct engine_test engine_routes[];
extern const struct engine_test engine_cycles[];
extern const struct engine_test engine_contract[];
extern const struct engine_test engine_ends[];
extern const struct engine_test engine_troubles[];

/* What the tables ask for. */
bool engine_can_fill(void);
bool engine_can_port(void);
bool engine_can_cycle(void);
bool engine_has_requests(void); /* of ports */
bool engine_has_rows(void);
bool engine_has_phase(void);
bool engine_has_interrupt(void);
bool engine_has_channels(void);
bool engine_has_model(void);

#endif
