/* SPDX-License-Identifier: MIT */
/* How rows say what they want, and the tables of commands' refusals. */
#ifndef TESTS_REASON_ROWS_H
#define TESTS_REASON_ROWS_H

#include "tests/reason/world.h"

/* clang-format off */
#define RECORD(status_, rule_, place_, number_, required_, actual_, cure_,     \
               amount_)                                                        \
    { .status = IODMA_##status_, .rule = IODMA_RULE_##rule_,                   \
      .place = IODMA_PLACE_##place_, .number = (number_),                      \
      .required = (required_), .actual = (actual_),                            \
      .cure = IODMA_CURE_##cure_, .amount = (amount_) }
#define WANT(...) .want = RECORD(__VA_ARGS__)
/* A place by its name. */
#define ARGUMENT_(name) ARGUMENT, IODMA_ARGUMENT_##name
#define FIELD_(name)    FIELD, IODMA_FIELD_##name
#define RANGE_(index)   RANGE, (index)
#define NOWHERE         NONE, 0
/* Two expansions, that a place counts for two. */
#define SAY(...) WANT(__VA_ARGS__)

#define PLAIN(...)  IODMA_SPEC(iodma_output_host64, 64, __VA_ARGS__)
#define NARROW(...) IODMA_SPEC(iodma_output_host64, 24, __VA_ARGS__)
#define AS(mapping_, ...)                                                      \
    { .output = &iodma_output_host64,                                          \
      .segment = { .struct_size = sizeof(struct iodma_segment_options),        \
                   __VA_ARGS__ },                                              \
      .mapping = (mapping_) }
#define PLAINLY .spec = PLAIN(0), .ranges = { { 0x10000, 0x100 } }
#define UNSNOOPED                                                              \
    .cached = true, .apertures = { { 0, 0xFFFFFF, 0, BOTH, false } }
/* clang-format on */

/* Each ends with a row without a name: what commands are asked, and in which
   state; what is wrong with memory; what comes of it. */
extern const struct world reason_calls[];
extern const struct world reason_memory[];
extern const struct world reason_lists[];

#endif
