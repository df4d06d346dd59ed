/* SPDX-License-Identifier: MIT */
/*
 * Drivers on devices that lie. A program is this, the file of one driver
 * (fuzz_<driver>.c), a model of its device, and a main: fuzz_rounds.c, which
 * makes rounds from seeds and from a corpus, or libFuzzer's.
 *
 * A round is a string of bytes, which decide all that happens in it: what the
 * driver is asked, when time passes, which register reads answer something else
 * than the model does, and what the device writes where. Where a round's bytes
 * are used up the device has become honest, and every call ends.
 *
 * The models' own mmio_model_read() and _write() go by the names sane_read()
 * and sane_write() here (meson.build).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the driver's file: its name, and one round. */
extern const char fuzz_driver[];
void fuzz_round(void);

/* Of the driver's file: what it wants to see of its registers. The value read
   is the one that the driver gets. Called behind the model. */
void fuzz_saw_read(uintptr_t address, uint32_t value);
void fuzz_saw_write(uintptr_t address, uint32_t value);

/* Of the model. */
uint32_t sane_read(uintptr_t address, unsigned size);
void sane_write(uintptr_t address, uint32_t value, unsigned size);

/* Begin a round of these bytes, run it, and check that it has left nothing
   behind. */
void fuzz_run(const uint8_t *bytes, size_t size);

/* The round's bytes in turn; 0 once they are used up. A number below `limit`,
   up to 256; a word with a liking for what is at an edge. */
bool fuzz_more(void);
uint8_t fuzz_byte(void);
uint32_t fuzz_below(uint32_t limit);
uint32_t fuzz_word(void);

enum { FUZZ_WINDOWS = 4 };

/* Registers that the driver owns from now on: an access outside all of these is
   its error. They are forgotten when a round begins. */
void fuzz_own(uintptr_t base, uintptr_t size);

/* How many of 256 reads do not get the model's answer. */
void fuzz_lie(uint32_t of_256);

/* From now on there may be so many register accesses, or other things that
   fuzz_count() is told of, before fuzz_bound() is called again. */
void fuzz_bound(uint32_t things);
void fuzz_count(void);

/* What has to hold. If it does not the round is over, and the program. */
void fuzz_expect(bool holds, const char *what);

#endif
