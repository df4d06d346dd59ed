/* SPDX-License-Identifier: MIT */
/* Reset and start-up (1.4, 7.6.1), by the admin queue, polled. */
#include "hal/clock.h"
#include "hal/master/nvme_parts.h"

enum {
    ADMIN_ENTRIES = 4, /* one is under way at a time            */
    ADMIN_MS = 5000,   /* and this is how long it may take      */
    CAP_TO_MS = 500,   /* unit of CAP.TO                        */
    NAMESPACE = 1,
    SHIFT_LEAST = 9, /* blocks of 512 bytes to 64 KiB           */
    SHIFT_MOST = 16,
    BLOCKS_MOST = 65536, /* in a command: 16 bits, less one     */
    MDTS_MOST = 19,      /* a larger one is beyond our lists    */
};

/* How a register reads when no controller answers. */
#define ABSENT UINT32_MAX

/* log2 of an entry's size: 64 and 16 bytes. */
enum { SQES = 6, CQES = 4 };

/* Ready, and the fatal status ------------------------------------------- */

/*
 * Wait for CSTS.RDY to be `ready`. The register is read once more after the
 * deadline: we may have been away.
 */
static enum iodma_status wait_ready(struct nvme *nvme, bool ready)
{
    const struct hal_clock *clock = nvme->bus->clock;
    uint32_t units = NVME_CAP_TO(nvme_read32(nvme, NVME_CAP_LOW));
    uint64_t deadline =
        hal_deadline(clock, CAP_TO_MS * (units == 0 ? 1 : units));
    bool late;

    do {
        uint32_t status;

        late = hal_expired(clock, deadline);
        status = nvme_read32(nvme, NVME_CSTS);
        if (status == ABSENT)
            return IODMA_NOT_ATTACHED;
        if (((status & NVME_CSTS_RDY) != 0) == ready)
            return IODMA_OK;
        if (ready && (status & NVME_CSTS_CFS) != 0) {
            nvme->code = NVME_CODE_FATAL;
            return IODMA_DMA_ERROR;
        }
    } while (!late);
    return IODMA_TIMEOUT;
}

/* With MSI-X these registers must not be touched (3.1.3). */
void nvme_mask(const struct nvme *nvme)
{
    if (nvme->interrupts != NVME_MESSAGE)
        nvme_write32(nvme, NVME_INTMS, UINT32_MAX);
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
        nvme_write32(nvme, NVME_CC, 0);
    }
    return wait_ready(nvme, false);
}

/* Queues of the controller's start --------------------------------------- */

/* What the controller has to be able to do. */
static enum iodma_status check_capabilities(struct nvme *nvme)
{
    uint32_t low = nvme_read32(nvme, NVME_CAP_LOW);
    uint32_t high = nvme_read32(nvme, NVME_CAP_HIGH);

    if ((high & NVME_CAP_CSS_NVM) == 0 || NVME_CAP_MPSMIN(high) != 0 ||
        NVME_CAP_MQES(low) < nvme_entries(nvme) - 1)
        return IODMA_UNSUPPORTED;
    nvme->stride = 4u << NVME_CAP_DSTRD(high);
    return IODMA_OK;
}

/* Completion queues start with phase 0 everywhere. */
static void clear_queues(struct nvme *nvme)
{
    __builtin_memset(nvme_page(nvme, NVME_PAGE_ADMIN_CQ), 0, NVME_PAGE);
    __builtin_memset(nvme_page(nvme, nvme_page_cq(nvme)), 0,
                     nvme_entries(nvme) * sizeof(struct nvme_completion));
    nvme->admin_sent = 0;
    nvme->filled = 0;
    nvme->told = 0;
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
                 NVME_CC_EN | NVME_CC_IOSQES(SQES) | NVME_CC_IOCQES(CQES));
    return wait_ready(nvme, true);
}

/* Admin commands --------------------------------------------------------- */

/* What differs from one admin command to the other. */
struct admin {
    uint8_t opcode;
    uint32_t namespace_id;
    hal_address address; /* of the data or of the queue */
    uint32_t dword10;
    uint32_t dword11;
};

static void send(struct nvme *nvme, const struct admin *admin)
{
    struct nvme_command *queue = nvme_page(nvme, NVME_PAGE_ADMIN_SQ);
    uint32_t index = nvme->admin_sent++;

    queue[ring_slot(index, ADMIN_ENTRIES)] = (struct nvme_command){
        .head = to_le32(admin->opcode | NVME_HEAD_ID(index)),
        .namespace_id = to_le32(admin->namespace_id),
        .data.prp = { to_nvme_u64(admin->address) },
        .dword = { to_le32(admin->dword10), to_le32(admin->dword11) },
    };
    hal_publish(nvme->bus);
    nvme_write32(nvme, NVME_SQ_TAIL(NVME_ADMIN_QUEUE, nvme->stride),
                 ring_slot(nvme->admin_sent, ADMIN_ENTRIES));
}

/* Send one command and wait for its completion, the only one there can be. */
static enum iodma_status run(struct nvme *nvme, const struct admin *admin)
{
    const struct hal_clock *clock = nvme->bus->clock;
    uint64_t deadline = hal_deadline(clock, ADMIN_MS);
    uint32_t index = nvme->admin_sent;
    uint32_t status;
    bool late = false;

    send(nvme, admin);
    while (!nvme_completed(nvme_page(nvme, NVME_PAGE_ADMIN_CQ), ADMIN_ENTRIES,
                           index, &status)) {
        if (late)
            return IODMA_TIMEOUT;
        late = hal_expired(clock, deadline);
    }
    hal_observe(nvme->bus);
    nvme_write32(nvme, NVME_CQ_HEAD(NVME_ADMIN_QUEUE, nvme->stride),
                 ring_slot(nvme->admin_sent, ADMIN_ENTRIES));

    nvme->code = NVME_STATUS_CODE(status);
    return nvme->code == 0 ? IODMA_OK : IODMA_DMA_ERROR;
}

static enum iodma_status identify(struct nvme *nvme, uint32_t what,
                                  uint32_t namespace_id)
{
    return run(nvme, &(struct admin){
                         .opcode = NVME_IDENTIFY,
                         .namespace_id = namespace_id,
                         .address = nvme_page_bus(nvme, NVME_PAGE_IDENTIFY),
                         .dword10 = what,
                     });
}

/* Is the entry size within what the controller takes, least 3:0, most 7:4? */
static bool size_fits(uint8_t sizes, uint32_t size)
{
    return (sizes & 0xFu) <= size && size <= sizes >> 4;
}

static void set_limits(struct nvme *nvme, uint32_t mdts, uint32_t sgls)
{
    hal_address most = nvme->use_sgl ? UINT32_MAX : nvme_prp_most;

    if (mdts != 0 && mdts <= MDTS_MOST)
        most = smaller(most, (hal_address)NVME_PAGE << mdts);
    nvme->limits =
        (struct hal_limits){ .address_bits = 64, .max_transfer = most };
    nvme->granule = sgls == NVME_SGLS_DWORDS ? sizeof(le32) : 1;
    if (nvme->use_sgl) {
        nvme->limits.align_address = nvme->granule;
        nvme->limits.align_length = nvme->granule;
        nvme->limits.max_segments = nvme_sgl_most;
    } else {
        nvme->limits.align_address = sizeof(le32);
        nvme->limits.align_seam = NVME_PAGE;
    }
}

static enum iodma_status identify_controller(struct nvme *nvme)
{
    const struct nvme_controller_data *data =
        nvme_page(nvme, NVME_PAGE_IDENTIFY);
    enum iodma_status status = identify(nvme, NVME_CNS_CONTROLLER, 0);
    uint32_t sgls;

    if (status != IODMA_OK)
        return status;
    sgls = NVME_SGLS_SUPPORT(from_le32(data->sgls));
    if (!size_fits(data->sqes, SQES) || !size_fits(data->cqes, CQES) ||
        (nvme->use_sgl && sgls != NVME_SGLS_ANY && sgls != NVME_SGLS_DWORDS))
        return IODMA_UNSUPPORTED;
    if (from_le32(data->nn) < NAMESPACE)
        return IODMA_NOT_FOUND;
    set_limits(nvme, data->mdts, sgls);
    return IODMA_OK;
}

static enum iodma_status identify_namespace(struct nvme *nvme)
{
    const struct nvme_namespace_data *data =
        nvme_page(nvme, NVME_PAGE_IDENTIFY);
    enum iodma_status status = identify(nvme, NVME_CNS_NAMESPACE, NAMESPACE);
    hal_address most;
    uint32_t format;
    uint32_t shift;

    if (status != IODMA_OK)
        return status;
    nvme->blocks = from_nvme_u64(data->nsze);
    if (nvme->blocks == 0)
        return IODMA_NOT_FOUND;
    format = from_le32(data->lbaf[NVME_FLBAS_FORMAT(data->flbas)]);
    shift = NVME_LBAF_SHIFT(format);
    if (NVME_LBAF_METADATA(format) != 0 || shift < SHIFT_LEAST ||
        shift > SHIFT_MOST || nvme->limits.max_transfer >> shift == 0)
        return IODMA_UNSUPPORTED;

    nvme->block_size = UINT32_C(1) << shift;
    most = round_down(nvme->limits.max_transfer, nvme->block_size);
    if (most >> shift > BLOCKS_MOST)
        most = (hal_address)BLOCKS_MOST << shift;
    nvme->limits.max_transfer = most;
    return IODMA_OK;
}

/* One queue pair, then its two queues, the completion queue first. */
static enum iodma_status create_queues(struct nvme *nvme)
{
    const struct admin commands[] = {
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
    enum iodma_status status = IODMA_OK;

    for (uint32_t i = 0; i < COUNT_OF(commands) && status == IODMA_OK; i++)
        status = run(nvme, &commands[i]);
    return status;
}

enum iodma_status nvme_bring_up(struct nvme *nvme)
{
    enum iodma_status status = check_capabilities(nvme);

    if (status == IODMA_OK)
        status = enable(nvme);
    if (status == IODMA_OK)
        status = identify_controller(nvme);
    if (status == IODMA_OK)
        status = identify_namespace(nvme);
    if (status == IODMA_OK)
        status = create_queues(nvme);
    return status;
}
