/* SPDX-License-Identifier: MIT */
/* The words of records, a case or more each. */
#ifndef TESTS_REASON_WORDS_H
#define TESTS_REASON_WORDS_H

void reason_words(void);
void reason_formatted(void);
void reason_longest(void);

/* Has each rule that has words been broken (tests/reason/world.h)? */
void reason_every_rule_has_a_row(void);

#endif
