/* SPDX-License-Identifier: MIT */
/*
 * The fixture of the spec's section 10.9: a bus with bounce storage, mapper M
 * (tests/model/model_mapper.h), another mapper where one is asked for, two
 * commands, and what they are expected to show the device.
 */
#ifndef TESTS_MAPPED_H
#define TESTS_MAPPED_H

#include "tests/fixture.h"
#include "tests/model/model_mapper.h"

enum {
    MAPPED_SEGMENTS = 8,
    MAPPED_PAGES = (int)(FAR / 16 / 0x1000), /* of M's I/O space */
    MAPPED_OTHER_PAGES = 0x100,
};

#define MAPPED_BASE  MODEL_MAPPER_FIRST /* of mapper M      */
#define MAPPED_LAST  MODEL_MAPPER_LAST
#define MAPPED_OTHER (FAR / 8 * 5) /* of the other one */

/* Everything there is; a test may look and change. */
extern struct mapped {
    struct model_mapper model, other_model;
    struct iodma_mapper mapper, other_mapper;
    struct hal_bus hal; /* what the bus is made of */
    struct iodma_bus bus;
    struct iodma_command command, other;
    struct iodma_memory memory;   /* the command's                 */
    struct iodma_memory occupied; /* that mapped_occupy() prepares */
    struct hal_segment list[MAPPED_SEGMENTS]; /* the last one made */
    uint32_t listed;
} mapped;

/* The facts of M that a case has otherwise; 0: those of the spec. */
struct mapped_facts {
    uint32_t page_size;
    hal_address first, last;
};

/* Begin anew, with nothing mapped: on the fixture's bus; with other facts; on
   one that is not snooped and has a recording cache; on what mapped.hal says
   already. The bus has no mapper of its own. */
void mapped_begin(void);
void mapped_begin_with(struct mapped_facts facts);
void mapped_begin_not_snooped(struct mapped_facts facts);
void mapped_begin_bus(struct mapped_facts facts);

/* M anew, with so many pages of I/O space; the other mapper anew. */
void mapped_make(struct mapped_facts facts, uint32_t count);
void mapped_make_other(bool can_bypass);

/* Two pieces of memory: side by side for the CPU and on the bus, yet apart;
   one that lies elsewhere on the bus, in the middle of a page; and the bounce
   storage. */
enum { MAPPED_APERTURES = 4 };
extern const struct hal_aperture mapped_apertures[MAPPED_APERTURES];

/* S(H64, 64, 0, 1/1/1), and the memory of spec 118. */
extern const struct iodma_spec mapped_any;
extern const struct iodma_range mapped_three_pages[ROW_RANGES];

/* A specification with mapper M. */
struct iodma_spec mapped_through(struct iodma_spec spec, uint32_t mapping);

/* Make a command through M and give it mapped.memory. */
void mapped_attach(struct iodma_command *command, const struct iodma_spec *spec,
                   uint32_t mapping);

/* All of its memory. */
enum iodma_status mapped_prepare(struct iodma_command *command);

/* Begin, with mapped.command prepared as in spec 118. */
void mapped_begin_three_pages(void);

/* mapped.other prepares so many pages of other memory. */
void mapped_occupy(hal_address pages);

/* Make mapped.list from an offset on. */
enum iodma_status mapped_list(struct iodma_command *command, hal_address offset,
                              uint32_t capacity);

/* The whole list is this one, up to its first length of 0. */
void expect_mapped_list(struct iodma_command *command,
                        const struct hal_segment *want);

/* Each byte of mapped.list shows the master the byte that the command means,
   for the access that its direction asks for and no more. */
void expect_mapped_bytes(const struct iodma_command *command);

/* So many pages are shown, and have IOVA; no page, IOVA, storage or window is
   left. */
void expect_mapped_pages(unsigned count);
void expect_nothing_mapped(void);

/* The n-th call of M, from 0 on; the last two, which took this out, at once. */
void expect_mapper_call(unsigned n, char operation, hal_address iova,
                        hal_address length);
void expect_revoked(hal_address iova, hal_address length);

#endif
