/* SPDX-License-Identifier: MIT */
/* What controller and namespaces say of themselves (1.4, 5.15), and what that
   makes of our limits. */
#include "nvme_parts.h"

enum {
    SHIFT_LEAST = 9, /* blocks of 512 bytes to 64 KiB   */
    SHIFT_MOST = 16,
    MDTS_MOST = 19, /* a larger one is beyond our lists */
};

/* How long a shutdown may take, in ms: what the controller asks for (RTD3E),
   but not below 5 s, nor above a minute (as Linux, nvme/host/core.c). */
enum { SHUT_LEAST = 5000, SHUT_MOST = 60000 };

/* Identify --------------------------------------------------------------- */

static enum iodma_status identify(struct nvme *nvme, uint32_t what,
                                  uint32_t namespace_id)
{
    return nvme_run(nvme,
                    &(struct nvme_admin){
                        .opcode = NVME_IDENTIFY,
                        .namespace_id = namespace_id,
                        .address = nvme_page_bus(nvme, NVME_PAGE_IDENTIFY),
                        .dword10 = what,
                    });
}

/* A word of what it has answered: one load, since the controller may write
   there at any time. */
static uint32_t identified(const struct nvme *nvme, uint32_t offset)
{
    const le32 *words = nvme_page(nvme, NVME_PAGE_IDENTIFY);

    return le32_swap(atomic_read_acquire(&words[offset / sizeof *words].raw));
}

/* Is the entry size within what the controller takes, least 3:0, most 7:4? */
static bool size_fits(uint32_t sizes, uint32_t size)
{
    return (sizes & 0xFu) <= size && size <= sizes >> 4;
}

static void set_limits(struct nvme *nvme, uint32_t mdts, uint32_t sgls)
{
    nvme->most = nvme->use_sgl ? UINT32_MAX : nvme_prp_most;
    if (mdts != 0 && mdts <= MDTS_MOST)
        nvme->most = smaller(nvme->most, (hal_address)NVME_PAGE << mdts);
    nvme->limits = (struct hal_limits){ .address_bits = 64 };
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

/* In units of 1024 us, and a little more of them, lest there be a division; 0
   if it does not say. */
static uint32_t time_to_shut(uint32_t rtd3e)
{
    uint32_t milliseconds = (rtd3e >> 10) + (rtd3e >> 15);

    return smaller32(larger32(milliseconds, SHUT_LEAST), SHUT_MOST);
}

enum iodma_status nvme_identify_controller(struct nvme *nvme)
{
    enum iodma_status status = identify(nvme, NVME_CNS_CONTROLLER, 0);
    uint32_t sizes;
    uint32_t sgls;

    if (status != IODMA_OK)
        return status;
    sizes = identified(nvme, NVME_IDC_QES);
    sgls = NVME_SGLS_SUPPORT(identified(nvme, NVME_IDC_SGLS));
    if (!size_fits(NVME_SQES(sizes), NVME_SQE_SHIFT))
        return nvme_falls_short(nvme, NVME_SHORT_SQ_ENTRY, NVME_SQE_SHIFT,
                                NVME_SQES(sizes));
    if (!size_fits(NVME_CQES(sizes), NVME_CQE_SHIFT))
        return nvme_falls_short(nvme, NVME_SHORT_CQ_ENTRY, NVME_CQE_SHIFT,
                                NVME_CQES(sizes));
    if (nvme->use_sgl && sgls != NVME_SGLS_ANY && sgls != NVME_SGLS_DWORDS)
        return nvme_falls_short(nvme, NVME_SHORT_SGL, NVME_SGLS_ANY, sgls);

    set_limits(nvme, NVME_MDTS(identified(nvme, NVME_IDC_MDTS)), sgls);
    nvme->shut_ms = time_to_shut(identified(nvme, NVME_IDC_RTD3E));
    nvme->namespaces = identified(nvme, NVME_IDC_NN);
    return IODMA_OK;
}

/* The index of the LBA format in use. */
static uint32_t format_of(uint32_t flbas)
{
    uint32_t high = NVME_FLBAS_LAST(flbas) < 16 ? 0 : NVME_FLBAS_HIGH(flbas);

    return high | NVME_FLBAS_LOW(flbas);
}

/* What the blocks of a namespace are; they are ours from then on. */
static enum iodma_status take_format(struct nvme *nvme, uint32_t format,
                                     uint64_t blocks)
{
    uint32_t shift = NVME_LBAF_SHIFT(format);
    hal_address most;

    if (NVME_LBAF_METADATA(format) != 0)
        return nvme_falls_short(nvme, NVME_SHORT_METADATA, 0,
                                NVME_LBAF_METADATA(format));
    if (shift < SHIFT_LEAST || shift > SHIFT_MOST)
        return nvme_falls_short(nvme, NVME_SHORT_BLOCK,
                                shift < SHIFT_LEAST ? SHIFT_LEAST : SHIFT_MOST,
                                shift);
    if (nvme->most >> shift == 0)
        return nvme_falls_short(nvme, NVME_SHORT_TRANSFER, UINT64_C(1) << shift,
                                nvme->most);

    nvme->blocks = blocks;
    nvme->block_size = UINT32_C(1) << shift;
    most = round_down(nvme->most, nvme->block_size);
    if (most >> shift > NVME_BLOCKS_MOST)
        most = (hal_address)NVME_BLOCKS_MOST << shift;
    nvme->limits.max_transfer = most;
    return IODMA_OK;
}

/* One that is not there has no blocks. */
enum iodma_status nvme_identify_namespace(struct nvme *nvme, uint32_t id)
{
    enum iodma_status status;
    uint64_t blocks;
    uint32_t format;

    if (id > nvme->namespaces)
        return IODMA_NOT_FOUND;
    status = identify(nvme, NVME_CNS_NAMESPACE, id);
    if (status != IODMA_OK)
        return status;
    blocks = identified(nvme, NVME_IDN_NSZE_LOW) |
             (uint64_t)identified(nvme, NVME_IDN_NSZE_HIGH) << 32;
    if (blocks == 0)
        return IODMA_NOT_FOUND;
    format = format_of(identified(nvme, NVME_IDN_FLBAS));
    return take_format(nvme, identified(nvme, NVME_IDN_LBAF(format)), blocks);
}

/* Namespaces ------------------------------------------------------------- */

/* The identifiers that have come, as far as there is room. Returns false if
   they do not ascend. */
static bool take_list(const struct nvme *nvme, uint32_t above, uint32_t *ids,
                      uint32_t room, uint32_t *count)
{
    uint32_t found = 0;

    while (found < smaller32(room, NVME_LIST_MOST)) {
        uint32_t id = identified(nvme, sizeof(le32) * found);

        if (id == 0)
            break;
        if (id <= above)
            return false;
        ids[found++] = id;
        above = id;
    }
    *count = found;
    return true;
}

enum iodma_status nvme_list(struct nvme *nvme, uint32_t above, uint32_t *ids,
                            uint32_t room, uint32_t *count)
{
    enum iodma_status status;

    if (!nvme || !ids || !count)
        return IODMA_BAD_ARGUMENT;
    *count = 0;
    if (nvme->state != NVME_UP)
        return IODMA_NOT_READY;
    if (above >= NVME_NAMESPACE_LAST)
        return IODMA_OK;
    nvme_mask(nvme); /* the admin queue has the pin, too */
    status = identify(nvme, NVME_CNS_LIST, above);
    nvme_unmask(nvme);
    if (status == IODMA_OK && !take_list(nvme, above, ids, room, count))
        status = nvme_failed(nvme, NVME_CODE_STRANGE);
    return status;
}

enum iodma_status nvme_choose(struct nvme *nvme, uint32_t namespace_id)
{
    enum iodma_status status;

    if (!nvme || namespace_id == 0 || namespace_id > NVME_NAMESPACE_LAST)
        return IODMA_BAD_ARGUMENT;
    if (nvme->state != NVME_UP)
        return IODMA_NOT_READY;
    if (nvme->used != 0)
        return IODMA_BUSY;
    nvme_mask(nvme);
    status = nvme_identify_namespace(nvme, namespace_id);
    nvme_unmask(nvme);
    if (status == IODMA_OK)
        nvme->namespace_id = namespace_id;
    return status;
}
