/* SPDX-License-Identifier: MIT */
/*
 * An NVMe controller with its driver, a disk, and memory: for the tests of the
 * driver. The controller is a model that works only when the test lets it, sees
 * no entry before it was published, and lets no data be seen before it was
 * observed.
 */
#ifndef TESTS_NVME_WORLD_H
#define TESTS_NVME_WORLD_H

#include "hal/bits.h"
#include "hal/count_of.h"
#include "hal/master/nvme.h"
#include "hal/master/nvme_regs.h"
#include "tests/check.h"
#include "tests/model/hooks.h"
#include "tests/model/nvme_model.h"

/* Bus addresses; none is a CPU address. */
/* As much of them as there is: in 32 bits 0x20000000 and 0x56789000. */
#define SHARED_BUS ((hal_address)UINT64_C(0x120000000))
#define ARENA_BUS  ((hal_address)UINT64_C(0x3456789000))

enum {
    REGISTERS = 0xC0DE000,
    SLOTS = 16,       /* of the largest instance           */
    ARENA = 0x420000, /* bytes; a few pages more than 4 MiB */
    SHIFT = 9,
    BLOCK = 1 << SHIFT,
    BLOCKS = 8192,
    FOREVER = 100000,
    PATIENCE = 20000, /* ticks, longer than any step of a start */
};

#define PAGE ((hal_address)4096)

extern struct nvme_model chip;
extern struct nvme nvme;
extern struct nvme_slot slots[SLOTS];
extern struct nvme_request requests[SLOTS + 1];
extern uint8_t shared[NVME_MEMORY_SIZE(SLOTS)];
extern uint8_t arena[ARENA];
extern uint8_t want[ARENA]; /* of the arena */
extern uint8_t disk[BLOCKS * BLOCK];
extern uint8_t want_disk[BLOCKS * BLOCK];

extern struct nvme_world {
    uint64_t seed;
    uint32_t pace;      /* things done at every hook, at most; 0: none */
    uint32_t ended;     /* callbacks                                 */
    uint32_t released;  /* callbacks                                 */
    uint32_t order[64]; /* indices of requests as they ended        */
} world;

/* Before the first case: random bytes. */
void world_begin(void);

/* As an ISR does: not to be interrupted. */
uint32_t reap(void);

/* The moment between two steps of the driver. */
void moment(void);

void observe(void);

void fill(uint8_t *bytes, uint8_t *copy, size_t size);

/* A controller whose power was just turned on, and a driver that has not seen
   it. */
void set_up(uint32_t slot_count);

void begin_sgl(const char *what, uint32_t slot_count, bool use_sgl);

void begin(const char *what, uint32_t slot_count);

void on_done(struct nvme_request *request);

void on_released(struct nvme_request *request);

/* A request with the fields a caller sets. */
struct nvme_request *make(uint32_t index, uint8_t opcode, uint64_t lba,
                          uint32_t blocks);

enum iodma_status put(struct nvme_request *request,
                      const struct hal_segment *segments, uint32_t count,
                      bool first, bool last);

struct hal_segment at(hal_address offset, hal_address length);

/* A request is begun with one segment for its data. */
struct nvme_request *ready(uint32_t index, uint8_t opcode, uint64_t lba,
                           uint32_t blocks, hal_address offset);

/* The n-th of a row of reads that are easy to tell apart: block n to page n. */
struct nvme_request *nth(uint32_t n);

void expect_read(uint64_t lba, uint32_t blocks, hal_address offset);

void submit(void);

/* The controller does all it can; all of it is noted and served. */
void run(void);

void expect_end(const struct nvme_request *request, enum iodma_status status,
                uint32_t code);

/* What holds at the end of every case. */
void expect_order(void);

/* After whatever befell it, it reads. */
void expect_usable(void);

/* All of the segments, `portion` at a time. */
void put_in_portions(struct nvme_request *request,
                     const struct hal_segment *segments, uint32_t count,
                     uint32_t portion);

void expect_scattered(const struct hal_segment *segments, uint32_t count,
                      uint64_t lba);

/* Requests 0 and 1, of which the first is held for ever and gets lost. */
void lose_one(void);

/* The submission queue's first page. */
uint32_t queue_page(void);

#endif
