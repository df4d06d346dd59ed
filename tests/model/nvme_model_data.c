/* SPDX-License-Identifier: MIT */
#include "tests/model/nvme_parts.h"

#include <string.h>

/* ---- Memory ---- */

bool nvme_model_fetch(struct nvme_model *model, void *to, uint64_t bus,
                      uint64_t size)
{
    if (!model_within(&model->shared, bus, size)) {
        violate(model, "a queue or list that is not in the shared memory");
        memset(to, 0, (size_t)size);
        return false;
    }
    memcpy(to, &model->published[bus - model->shared.bus], (size_t)size);
    return true;
}

void nvme_model_publish(struct nvme_model *model)
{
    if (model->shared.size > sizeof model->published)
        violate(model, "shared memory that is too long for the model");
    else if (model->shared.host)
        memcpy(model->published, model->shared.host,
               (size_t)model->shared.size);
}

/* ---- Data: PRPs ---- */

static void add_extent(struct nvme_model *model,
                       struct nvme_model_command *command, uint64_t bus,
                       uint64_t length)
{
    if (!model_data(model->pieces, bus, length) &&
        !model_within(&model->shared, bus, length))
        command->fault = BAD_TRANSFER;
    if (command->extent_count == NVME_MODEL_EXTENTS)
        violate(model, "more pieces of data than the model holds");
    else
        command->extents[command->extent_count++] =
            (struct hal_segment){ (hal_address)bus, (hal_address)length };
}

/* A page of data behind the first one. */
static uint64_t add_page(struct nvme_model *model,
                         struct nvme_model_command *command, uint64_t bus,
                         uint64_t left)
{
    uint64_t length = left < PAGE ? left : PAGE;

    if (bus % PAGE != 0) {
        violate(model, "a PRP with an offset that is not the first");
        command->fault = BAD_PRP;
    }
    add_extent(model, command, bus, length);
    return left - length;
}

static void follow_list(struct nvme_model *model,
                        struct nvme_model_command *command, uint64_t list,
                        uint64_t left)
{
    uint32_t index = 0;

    if (list % PAGE != 0)
        violate(model, "a PRP list that does not begin a page");
    while (left != 0) {
        struct nvme_u64 prp;

        if (!nvme_model_fetch(model, &prp, list + 8u * index++, sizeof prp))
            return;
        if (index == LISTED && left > PAGE) { /* it leads to the next page */
            list = u64(prp);
            index = 0;
            if (list % PAGE != 0)
                violate(model, "a PRP list that goes on within a page");
            continue;
        }
        left = add_page(model, command, u64(prp), left);
    }
}

void nvme_model_follow_prps(struct nvme_model *model,
                            struct nvme_model_command *command, uint64_t length)
{
    uint64_t first = u64(command->entry.data.prp[0]);
    uint64_t second = u64(command->entry.data.prp[1]);
    uint64_t in_page = PAGE - first % PAGE;
    uint64_t here = length < in_page ? length : in_page;
    uint64_t left = length - here;

    if (first % 4 != 0) {
        violate(model, "PRP1 that does not lie on a dword");
        command->fault = BAD_PRP;
    }
    add_extent(model, command, first, here);
    if (left == 0 && second != 0)
        violate(model, "PRP2 where there is no need");
    else if (left > PAGE)
        follow_list(model, command, second, left);
    else if (left != 0)
        (void)add_page(model, command, second, left);
}

/* ---- Data: SGLs ---- */

static uint64_t add_block(struct nvme_model *model,
                          struct nvme_model_command *command,
                          const struct nvme_sgl *sgl)
{
    uint32_t length = from_le32(sgl->length);
    uint64_t bus = u64(sgl->address);

    if (from_le32(sgl->type) != NVME_SGL_DATA) {
        violate(model, "an SGL descriptor that is no block of data");
        command->fault = BAD_SGL_TYPE;
    }
    if (length == 0)
        violate(model, "an SGL descriptor of no bytes");
    if (model->sgls == NVME_SGLS_DWORDS && (bus | length) % 4 != 0)
        violate(model, "an SGL descriptor that does not lie on dwords");
    add_extent(model, command, bus, length);
    return length;
}

void nvme_model_follow_sgl(struct nvme_model *model,
                           struct nvme_model_command *command, uint64_t length)
{
    const struct nvme_sgl *only = &command->entry.data.sgl;
    uint32_t size = from_le32(only->length);
    uint64_t described = 0;

    if (model->sgls == NVME_SGLS_NONE)
        violate(model, "an SGL for a controller that has none");
    if (from_le32(only->type) == NVME_SGL_LAST_SEGMENT) {
        if (size == 0 || size % sizeof *only != 0 || size > PAGE)
            violate(model, "an SGL segment of a wrong length");
        for (uint32_t i = 0; i < size / sizeof *only; i++) {
            struct nvme_sgl sgl;

            if (!nvme_model_fetch(model, &sgl,
                                  u64(only->address) + sizeof sgl * i,
                                  sizeof sgl))
                return;
            described += add_block(model, command, &sgl);
        }
    } else {
        described = add_block(model, command, only);
    }
    if (described != length) {
        violate(model, "an SGL whose length is not that of the command");
        command->fault = BAD_SGL_LENGTH;
    }
}

void nvme_model_move(struct nvme_model *model,
                     const struct nvme_model_command *command, uint8_t *device,
                     bool to_memory)
{
    for (uint32_t i = 0; i < command->extent_count; i++) {
        const struct hal_segment *extent = &command->extents[i];
        size_t length = (size_t)extent->length;
        uint8_t *host =
            model_data(model->pieces, extent->address, extent->length);

        if (!host)
            host =
                model_within(&model->shared, extent->address, extent->length);
        if (host && to_memory)
            memcpy(host, device, length);
        else if (host)
            memcpy(device, host, length);
        device += length;
    }
}

bool nvme_model_same(struct nvme_model *model,
                     const struct nvme_model_command *command,
                     const uint8_t *device)
{
    for (uint32_t i = 0; i < command->extent_count; i++) {
        const struct hal_segment *extent = &command->extents[i];

        if (memcmp(model_data(model->pieces, extent->address, extent->length),
                   device, (size_t)extent->length) != 0)
            return false;
        device += extent->length;
    }
    return true;
}
