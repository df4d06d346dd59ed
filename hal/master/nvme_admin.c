/* SPDX-License-Identifier: MIT */
/* Start-up (1.4, 7.6.1), shutdown (7.6.2), and the admin queue, polled. */
#include "../clock.h"
#include "../count_of.h"
#include "nvme_parts.h"

enum {
    ADMIN_ENTRIES = 4, /* one is under way at a time       */
    ADMIN_MS = 5000,   /* and this is how long it may take */
    CAP_TO_MS = 500,   /* unit of CAP.TO                   */
};

/* How a register reads when no controller answers. */
#define ABSENT UINT32_MAX

/* Ready, shut down, and the fatal status --------------------------------- */

enum iodma_status nvme_failed(struct nvme *nvme, uint32_t code)
{
    nvme->code = code;
    return IODMA_DMA_ERROR;
}

/* Wait for these bits of CSTS to be `want`, or, if they are to be set, for the
   fatal status. */
static enum iodma_status wait_status(struct nvme *nvme, uint32_t bits,
                                     uint32_t want, uint32_t milliseconds)
{
    const struct hal_clock *clock = nvme->bus->clock;
    struct hal_wait wait = { .deadline = hal_deadline(clock, milliseconds) };

    do {
        uint32_t status = nvme_read32(nvme, NVME_CSTS);

        if (status == ABSENT)
            return IODMA_NOT_ATTACHED;
        if ((status & bits) == want)
            return IODMA_OK;
        if (want != 0 && (status & NVME_CSTS_CFS) != 0)
            return nvme_failed(nvme, NVME_CODE_FATAL);
    } while (hal_wait_again(&wait, clock));
    return IODMA_TIMEOUT;
}

static enum iodma_status wait_ready(struct nvme *nvme, bool ready)
{
    uint32_t units = NVME_CAP_TO(nvme_read32(nvme, NVME_CAP_LOW));

    return wait_status(nvme, NVME_CSTS_RDY, ready ? NVME_CSTS_RDY : 0,
                       CAP_TO_MS * (units == 0 ? 1 : units));
}

/* With MSI-X these registers must not be touched (3.1.3). */
void nvme_mask(const struct nvme *nvme)
{
    if (nvme->interrupts != NVME_MESSAGE)
        nvme_write32(nvme, NVME_INTMS, UINT32_MAX);
}

void nvme_unmask(const struct nvme *nvme)
{
    if (nvme->interrupts == NVME_PIN)
        nvme_write32(nvme, NVME_INTMC, BIT32(0));
}

/* Clearing EN before RDY is set is undefined (3.1.5), so we wait for it; of a
   controller that never gets ready nothing better can be had. */
enum iodma_status nvme_disable(struct nvme *nvme)
{
    uint32_t config = nvme_read32(nvme, NVME_CC);

    if (config == ABSENT)
        return IODMA_NOT_ATTACHED;
    if ((config & NVME_CC_EN) != 0) {
        (void)wait_ready(nvme, true);
        nvme_write32(nvme, NVME_CC, config & ~NVME_CC_EN);
    }
    return wait_ready(nvme, false);
}

/* Queues of the controller's start --------------------------------------- */

enum iodma_status nvme_falls_short(struct nvme *nvme, uint32_t what,
                                   uint64_t asked, uint64_t has)
{
    nvme->shortfall = (struct nvme_shortfall){ what, asked, has };
    return IODMA_UNSUPPORTED;
}

/* What the controller has to be able to do. */
static enum iodma_status check_capabilities(struct nvme *nvme)
{
    uint32_t low = nvme_read32(nvme, NVME_CAP_LOW);
    uint32_t high = nvme_read32(nvme, NVME_CAP_HIGH);
    uint32_t registers;

    /* There are some that name none, and have it (SPDK, nvme_ctrlr.c). */
    if (NVME_CAP_CSS(high) != 0 && (high & NVME_CAP_CSS_NVM) == 0)
        return nvme_falls_short(nvme, NVME_SHORT_COMMAND_SET,
                                NVME_CAP_CSS(NVME_CAP_CSS_NVM),
                                NVME_CAP_CSS(high));
    if (NVME_CAP_MPSMIN(high) != 0)
        return nvme_falls_short(nvme, NVME_SHORT_PAGE, NVME_PAGE,
                                (uint64_t)NVME_PAGE << NVME_CAP_MPSMIN(high));
    if (NVME_CAP_MQES(low) < nvme_entries(nvme) - 1)
        return nvme_falls_short(nvme, NVME_SHORT_QUEUE, nvme_entries(nvme),
                                NVME_CAP_MQES(low) + 1);
    nvme->stride = 4u << NVME_CAP_DSTRD(high);
    registers = NVME_REGISTERS(NVME_IO_QUEUE, nvme->stride);
    if (registers > nvme->size)
        return nvme_falls_short(nvme, NVME_SHORT_REGISTERS, registers,
                                nvme->size);
    return IODMA_OK;
}

/* Completion queues start with phase 0 everywhere. */
static void clear_queues(struct nvme *nvme)
{
    __builtin_memset(nvme_page(nvme, NVME_PAGE_ADMIN_CQ), 0, NVME_PAGE);
    __builtin_memset(nvme_page(nvme, nvme_page_cq(nvme)), 0,
                     nvme_entries(nvme) * sizeof(struct nvme_completion));
    nvme->admin_sent = 0;
    nvme->admin_lost = false;
    nvme->filled = 0;
    nvme->reaped = 0;
}

static void write_address(const struct nvme *nvme, uint32_t low,
                          hal_address address)
{
    nvme_write32(nvme, low, (uint32_t)address);
    nvme_write32(nvme, low + 4, (uint32_t)((uint64_t)address >> 32));
}

static enum iodma_status enable(struct nvme *nvme)
{
    clear_queues(nvme);
    nvme_mask(nvme); /* the reset has cleared the mask (3.1.3) */
    nvme_write32(nvme, NVME_AQA,
                 NVME_AQA_ACQS(ADMIN_ENTRIES - 1) |
                     NVME_AQA_ASQS(ADMIN_ENTRIES - 1));
    write_address(nvme, NVME_ASQ_LOW, nvme_page_bus(nvme, NVME_PAGE_ADMIN_SQ));
    write_address(nvme, NVME_ACQ_LOW, nvme_page_bus(nvme, NVME_PAGE_ADMIN_CQ));
    hal_publish(nvme->bus);
    nvme_write32(nvme, NVME_CC,
                 NVME_CC_EN | NVME_CC_IOSQES(NVME_SQE_SHIFT) |
                     NVME_CC_IOCQES(NVME_CQE_SHIFT));
    return wait_ready(nvme, true);
}

/* Admin commands --------------------------------------------------------- */

static void send(struct nvme *nvme, const struct nvme_admin *admin)
{
    struct nvme_command *queue = nvme_page(nvme, NVME_PAGE_ADMIN_SQ);
    uint32_t index = nvme->admin_sent++;

    queue[ring_slot(index, ADMIN_ENTRIES)] = (struct nvme_command){
        .head = to_le32(admin->opcode | NVME_HEAD_ID(index & NVME_ID_MASK)),
        .namespace_id = to_le32(admin->namespace_id),
        .data.prp = { to_nvme_u64(admin->address) },
        .dword = { to_le32(admin->dword10), to_le32(admin->dword11) },
    };
    hal_publish(nvme->bus);
    nvme_write32(nvme, NVME_SQ_TAIL(NVME_ADMIN_QUEUE, nvme->stride),
                 ring_slot(nvme->admin_sent, ADMIN_ENTRIES));
}

/* Wait for the completion of the index-th command, the only one there can be;
 *status is what it says. Returns OK, Timeout, or why none will come. */
static enum iodma_status wait_admin(struct nvme *nvme, uint32_t index,
                                    uint32_t *status)
{
    const struct hal_clock *clock = nvme->bus->clock;
    struct hal_wait wait = { .deadline = hal_deadline(clock, ADMIN_MS) };

    while (!nvme_completed(nvme_page(nvme, NVME_PAGE_ADMIN_CQ), ADMIN_ENTRIES,
                           index, status)) {
        uint32_t state = nvme_read32(nvme, NVME_CSTS);

        if (state == ABSENT)
            return IODMA_NOT_ATTACHED;
        if ((state & NVME_CSTS_CFS) != 0)
            return nvme_failed(nvme, NVME_CODE_FATAL);
        if (!hal_wait_again(&wait, clock))
            return IODMA_TIMEOUT;
    }
    hal_observe(nvme->bus);
    return IODMA_OK;
}

/* Where one was not answered nothing that is answered later can be told apart:
   no other is sent until a reset. */
enum iodma_status nvme_run(struct nvme *nvme, const struct nvme_admin *admin)
{
    uint32_t index = nvme->admin_sent;
    enum iodma_status ended;
    uint32_t status;

    if (nvme->admin_lost)
        return IODMA_NOT_READY;

    send(nvme, admin);
    ended = wait_admin(nvme, index, &status);
    nvme->admin_lost =
        ended != IODMA_OK || NVME_STATUS_ID(status) != (index & NVME_ID_MASK);
    if (ended != IODMA_OK)
        return ended;
    if (nvme->admin_lost)
        return nvme_failed(nvme, NVME_CODE_STRANGE);

    nvme_write32(nvme, NVME_CQ_HEAD(NVME_ADMIN_QUEUE, nvme->stride),
                 ring_slot(nvme->admin_sent, ADMIN_ENTRIES));
    if (NVME_STATUS_CODE(status) != 0)
        return nvme_failed(nvme, NVME_STATUS_CODE(status));
    return IODMA_OK;
}

/* Up and down ------------------------------------------------------------ */

static enum iodma_status
run_all(struct nvme *nvme, const struct nvme_admin *commands, uint32_t count)
{
    enum iodma_status status = IODMA_OK;

    for (uint32_t i = 0; i < count && status == IODMA_OK; i++)
        status = nvme_run(nvme, &commands[i]);
    return status;
}

/* One queue pair, then its two queues, the completion queue first. */
static enum iodma_status create_queues(struct nvme *nvme)
{
    const struct nvme_admin commands[] = {
        { .opcode = NVME_SET_FEATURES, .dword10 = NVME_FEATURE_QUEUES },
        { .opcode = NVME_CREATE_CQ,
          .address = nvme_page_bus(nvme, nvme_page_cq(nvme)),
          .dword10 = NVME_QUEUE(NVME_IO_QUEUE, nvme_entries(nvme)),
          .dword11 =
              NVME_QUEUE_CONTIGUOUS |
              (nvme->interrupts == NVME_POLLED ? 0 : NVME_CQ_INTERRUPTS) |
              (nvme->interrupts == NVME_MESSAGE ? NVME_CQ_VECTOR(nvme->vector)
                                                : 0) },
        { .opcode = NVME_CREATE_SQ,
          .address = nvme_page_bus(nvme, nvme_page_sq(nvme)),
          .dword10 = NVME_QUEUE(NVME_IO_QUEUE, nvme_entries(nvme)),
          .dword11 = NVME_QUEUE_CONTIGUOUS | NVME_SQ_CQ(NVME_IO_QUEUE) },
    };

    return run_all(nvme, commands, HAL_COUNT_OF(commands));
}

/* A controller that does not let its queues go may well write back its cache.
 */
enum iodma_status nvme_say_farewell(struct nvme *nvme)
{
    static const struct nvme_admin commands[] = {
        { .opcode = NVME_DELETE_SQ, .dword10 = NVME_IO_QUEUE },
        { .opcode = NVME_DELETE_CQ, .dword10 = NVME_IO_QUEUE },
    };
    uint32_t config = nvme_read32(nvme, NVME_CC);

    if (config == ABSENT)
        return IODMA_NOT_ATTACHED;
    (void)run_all(nvme, commands, HAL_COUNT_OF(commands));
    nvme_write32(nvme, NVME_CC, (config & ~NVME_CC_SHN) | NVME_CC_SHN_NORMAL);
    return wait_status(nvme, NVME_CSTS_SHST, NVME_CSTS_SHST_DONE,
                       nvme->shut_ms);
}

enum iodma_status nvme_bring_up(struct nvme *nvme)
{
    enum iodma_status status;

    if (nvme->namespace_id == 0)
        nvme->namespace_id = NVME_NAMESPACE_FIRST;
    nvme->shortfall = (struct nvme_shortfall){ NVME_SHORT_OF_NOTHING, 0, 0 };
    status = check_capabilities(nvme);
    if (status == IODMA_OK)
        status = enable(nvme);
    if (status == IODMA_OK)
        status = nvme_identify_controller(nvme);
    if (status == IODMA_OK)
        status = nvme_identify_namespace(nvme, nvme->namespace_id);
    if (status == IODMA_OK)
        status = create_queues(nvme);
    return status;
}
