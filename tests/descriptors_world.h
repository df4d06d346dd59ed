/* SPDX-License-Identifier: MIT */
/* Descriptors of virtual memory under a translation that puts pages anywhere,
   and a command that may have them. */
#ifndef TESTS_DESCRIPTORS_WORLD_H
#define TESTS_DESCRIPTORS_WORLD_H

#include "dma/shortcuts.h"
#include "dma/walk.h"
#include "tests/check.h"
#include "tests/fixture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE ((hal_address)0x1000)
#define TOP  HAL_ADDRESS_MAX
#define END  HIGHEST_END(1)

/* From VIRTUAL on, pages lie anywhere; a page of 0 is missing. */
#define VIRTUAL ((hal_address)0x7000000)

enum { MAPPED = 32 };

extern hal_address mapped[MAPPED];
extern hal_address mapped_page; /* bytes of each */
extern const struct hal_translation translation;

extern const struct iodma_range one_virtual;
extern struct iodma_command command;

/* These are the pages, of so many bytes each. */
void map_pages(const hal_address *pages, size_t count, hal_address page_size);
/* These are four: two that touch, and two that lie elsewhere. */
void map_four(void);

struct iodma_memory virtual(const struct iodma_range *ranges, uint32_t count,
                            uint32_t direction);

/* Make the command; give it memory. */
void make_command(void);
void set(struct iodma_memory *memory, bool prepare, enum iodma_status want);

/* What a summary says, where there is one. */
void expect_summary(const char *what, hal_address got, hal_address want);
void expect_same(const char *what, const struct iodma_memory *got,
                 const struct iodma_memory *want);
/* A walk from an offset to the end. */
void expect_extents(const struct iodma_memory *memory, hal_address from,
                    const struct iodma_extent *want, size_t count);

#endif
