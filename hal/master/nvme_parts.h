/* SPDX-License-Identifier: MIT */
/* What the parts of the NVMe driver know of each other; for nobody else. */
#ifndef HAL_MASTER_NVME_PARTS_H
#define HAL_MASTER_NVME_PARTS_H

#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../ring.h"
#include "nvme.h"
#include "nvme_regs.h"

/* Queue numbers (1.4, 4.1). */
enum { NVME_ADMIN_QUEUE = 0, NVME_IO_QUEUE = 1 };

/* Command identifiers. FFFFh, which some controllers give to errors that no
   command is to blame for, is none. */
#define NVME_ID_MASK MASK32(14, 0)

/* Identifiers of namespaces; what lies above the last means others. */
#define NVME_NAMESPACE_FIRST 1u
#define NVME_NAMESPACE_LAST  0xFFFFFFFEu

/* Blocks of a command: 16 bits, less one. */
enum { NVME_BLOCKS_MOST = 65536 };

/* log2 of an entry's size: 64 and 16 bytes. */
enum { NVME_SQE_SHIFT = 6, NVME_CQE_SHIFT = 4 };

/* The first pages of nvme->memory. */
enum {
    NVME_PAGE_ADMIN_SQ = 0,
    NVME_PAGE_ADMIN_CQ = 1,
    NVME_PAGE_IDENTIFY = 2,
    NVME_PAGE_LISTS = 3,
};

static inline uint32_t nvme_entries(const struct nvme *nvme)
{
    return NVME_ENTRIES(nvme->slot_count);
}

static inline uint32_t nvme_page_sq(const struct nvme *nvme)
{
    return NVME_PAGE_LISTS + NVME_LIST_PAGES * nvme->slot_count;
}

static inline uint32_t nvme_page_cq(const struct nvme *nvme)
{
    return nvme_page_sq(nvme) +
           (uint32_t)NVME_PAGES(nvme_entries(nvme) *
                                sizeof(struct nvme_command));
}

/* A page of the shared memory, as either side sees it. */
static inline void *nvme_page(const struct nvme *nvme, uint32_t page)
{
    return (uint8_t *)nvme->memory.cpu + (size_t)page * NVME_PAGE;
}

static inline hal_address nvme_page_bus(const struct nvme *nvme, uint32_t page)
{
    return nvme->memory.bus + (hal_address)page * NVME_PAGE;
}

/* The submission entry that a free-running index stands for. */
static inline struct nvme_command *nvme_entry(const struct nvme *nvme,
                                              uint32_t index)
{
    return (struct nvme_command *)nvme_page(nvme, nvme_page_sq(nvme)) +
           ring_slot(index, nvme_entries(nvme));
}

/* What a request's command says of its data, as the command has it. */
static inline union nvme_data *nvme_data_of(struct nvme_request *request)
{
    return (union nvme_data *)(void *)request->data;
}

static inline struct nvme_u64 to_nvme_u64(uint64_t value)
{
    return (struct nvme_u64){ to_le32((uint32_t)value),
                              to_le32((uint32_t)(value >> 32)) };
}

/*
 * Has the controller written the index-th completion since its reset? Its
 * phase is 1 in the first lap, then turns with every lap. *status is the
 * dword with the phase: all that we look at, so it cannot be half written.
 */
static inline bool nvme_completed(const struct nvme_completion *queue,
                                  uint32_t entries, uint32_t index,
                                  uint32_t *status)
{
    const le32 *word = &queue[ring_slot(index, entries)].status;
    bool phase = (index & entries) == 0;

    *status = le32_swap(atomic_read_acquire(&word->raw));
    return ((*status & NVME_STATUS_PHASE) != 0) == phase;
}

static inline uint32_t nvme_read32(const struct nvme *nvme, uint32_t offset)
{
    return mmio_read32(nvme->base + offset);
}

static inline void nvme_write32(const struct nvme *nvme, uint32_t offset,
                                uint32_t value)
{
    mmio_write32(nvme->base + offset, value);
}

/* nvme_admin.c: keep the interrupt pin quiet, until the next reset. */
void nvme_mask(const struct nvme *nvme);

/* nvme_admin.c: let the pin speak, if it is to. */
void nvme_unmask(const struct nvme *nvme);

/* nvme_admin.c: wait until the controller is disabled. Afterwards it touches
   no memory. Returns OK, NotAttached or Timeout. */
enum iodma_status nvme_disable(struct nvme *nvme);

/* nvme_admin.c: delete the queues, have the controller get ready for the loss
   of its power. Returns OK, NotAttached, DMAError or Timeout. */
enum iodma_status nvme_say_farewell(struct nvme *nvme);

/* nvme_admin.c: from disabled to up, as nvme_start() says; what nvme->state
   says of it is the caller's. */
enum iodma_status nvme_bring_up(struct nvme *nvme);

/* What differs from one admin command to the other. */
struct nvme_admin {
    uint8_t opcode;
    uint32_t namespace_id;
    hal_address address; /* of the data or of the queue */
    uint32_t dword10;
    uint32_t dword11;
};

/* nvme_admin.c: send one command and wait for its end. Returns OK, NotReady
   (one was not answered), Timeout, NotAttached or DMAError. */
enum iodma_status nvme_run(struct nvme *nvme, const struct nvme_admin *admin);

/* nvme_admin.c: say why the controller failed, or will not do. Return DMAError,
   Unsupported. */
enum iodma_status nvme_failed(struct nvme *nvme, uint32_t code);
enum iodma_status nvme_falls_short(struct nvme *nvme, uint32_t what,
                                   uint64_t asked, uint64_t has);

/* nvme_identify.c: learn what the controller can do, and take a namespace's
   blocks for ours; they return as nvme_start() and nvme_choose(). */
enum iodma_status nvme_identify_controller(struct nvme *nvme);
enum iodma_status nvme_identify_namespace(struct nvme *nvme, uint32_t id);

/* nvme_data.c: a request has no data yet. */
void nvme_begin_data(struct nvme_request *request);

/* nvme_data.c: the emitters of a request (struct hal_emitter). */
enum iodma_status nvme_put_prp(struct hal_emitter *emitter,
                               const struct hal_segment *segments,
                               uint32_t count, bool first, bool last);
enum iodma_status nvme_put_sgl(struct hal_emitter *emitter,
                               const struct hal_segment *segments,
                               uint32_t count, bool first, bool last);

/* nvme_data.c: most bytes of a list of PRPs, most descriptors of an SGL. */
extern const uint32_t nvme_prp_most;
extern const uint32_t nvme_sgl_most;

#endif
