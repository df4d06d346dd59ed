/* SPDX-License-Identifier: MIT */
/* Nothing is left of what ran before us, whatever it was: test_platform runs
   after tests/target/mess.c as well. */
#ifndef TESTS_TARGET_LEFT_BEHIND_H
#define TESTS_TARGET_LEFT_BEHIND_H

/* Its cases: of the core, the interrupt controller and the clock. Context:
   main(), first. */
void test_left_behind(void);

#endif
