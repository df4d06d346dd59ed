/* SPDX-License-Identifier: MIT */
/* What the files of the NVMe model know of each other; for nobody else. */
#ifndef TESTS_MODEL_NVME_PARTS_H
#define TESTS_MODEL_NVME_PARTS_H

#include "hal/bits.h"
#include "tests/model/nvme_model.h"

enum {
    PAGE = 4096,
    ADMIN = 0,
    IO = 1,
    LISTED = PAGE / 8, /* PRPs in a page */
    WRITE = 0x01,
    READ = 0x02,
    COMPARE = 0x05,
    FLUSH = 0x00,
};

/* Status codes. */
enum {
    BAD_OPCODE = 0x001,
    BAD_FIELD = 0x002,
    BAD_TRANSFER = 0x004,
    BAD_NAMESPACE = 0x00B,
    BAD_SGL_SEGMENT = 0x00D,
    BAD_SGL_LENGTH = 0x00F,
    BAD_SGL_TYPE = 0x011,
    BAD_PRP = 0x013,
    BAD_LBA = 0x080,
    BAD_QUEUE = 0x101,
    DIFFERS = 0x285,
};

static inline void violate(struct nvme_model *model, const char *what)
{
    if (!model->violation)
        model->violation = what;
}

static inline uint64_t u64(struct nvme_u64 value)
{
    return (uint64_t)from_le32(value.high) << 32 | from_le32(value.low);
}

static inline uint32_t opcode(const struct nvme_model_command *command)
{
    return NVME_HEAD_OPCODE(from_le32(command->entry.head));
}

static inline uint32_t dword(const struct nvme_model_command *command,
                             uint32_t number)
{
    return from_le32(command->entry.dword[number - 10]);
}

static inline uint64_t lba_of(const struct nvme_model_command *command)
{
    return (uint64_t)dword(command, 11) << 32 | dword(command, 10);
}

/* ---- nvme_model_data.c: memory, and what a command says of it ---- */

/* What the controller fetches: as published. */
bool nvme_model_fetch(struct nvme_model *model, void *to, uint64_t bus,
                      uint64_t size);

void nvme_model_follow_prps(struct nvme_model *model,
                            struct nvme_model_command *command,
                            uint64_t length);

void nvme_model_follow_sgl(struct nvme_model *model,
                           struct nvme_model_command *command, uint64_t length);

/* Between memory and what stands for the disk. */
void nvme_model_move(struct nvme_model *model,
                     const struct nvme_model_command *command, uint8_t *device,
                     bool to_memory);

bool nvme_model_same(struct nvme_model *model,
                     const struct nvme_model_command *command,
                     const uint8_t *device);

/* ---- nvme_model_admin.c: what the admin queue asks ---- */

void nvme_model_identify(struct nvme_model *model,
                         struct nvme_model_command *command);

uint32_t nvme_model_execute_admin(struct nvme_model *model,
                                  struct nvme_model_command *command);

/* ---- nvme_model.c: commands ---- */

/* The namespace that a command names; NULL: none. */
const struct nvme_model_space *
nvme_model_space_of(const struct nvme_model *model,
                    const struct nvme_model_command *command);

#endif
