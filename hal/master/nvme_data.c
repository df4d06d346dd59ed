/* SPDX-License-Identifier: MIT */
/* How a command names its data: PRPs (1.4, 4.3) or an SGL (4.4). */
#include "../container_of.h"
#include "nvme_parts.h"

_Static_assert(NVME_COMMAND_SIZE == sizeof(struct nvme_command) &&
                   NVME_COMPLETION_SIZE == sizeof(struct nvme_completion) &&
                   sizeof(union nvme_data) ==
                       sizeof(((struct nvme_request *)0)->data),
               "as nvme.h says");

enum {
    PRPS = NVME_PAGE / sizeof(struct nvme_u64), /* in a page of a list */
    SGLS = NVME_PAGE / sizeof(struct nvme_sgl),
};

/* PRP1 names at least one byte and the list whole pages: the two pages of a
   list hold that much wherever the data begins; the first one's last entry
   leads to the second. */
const uint32_t nvme_prp_most = (2 * PRPS - 1) * NVME_PAGE;
const uint32_t nvme_sgl_most = SGLS;

/* The first of the slot's two. */
static uint32_t list_page(const struct nvme_request *request)
{
    return NVME_PAGE_LISTS + NVME_LIST_PAGES * request->slot;
}

/* What no description of the data can express. */
static enum iodma_status check(const struct nvme_request *request,
                               const struct hal_segment *segment)
{
    if (range_wraps(segment->address, segment->length))
        return IODMA_MESSAGE_TOO_LARGE;
    if (segment->length > request->length - request->emitted)
        return IODMA_NO_SPACE;
    return IODMA_OK;
}

static void account(struct nvme_request *request, hal_address length)
{
    request->emitted += length;
    request->end += length;
}

/* One more entry of the list. The last entry of its first page is a page of
   data only as long as no other follows (4.3): then it moves on, and leads
   there. */
static void add_to_list(struct nvme_request *request, hal_address address)
{
    const struct nvme *nvme = request->nvme;
    struct nvme_u64 *first = nvme_page(nvme, list_page(request));
    struct nvme_u64 *second = nvme_page(nvme, list_page(request) + 1);
    uint32_t index = request->descriptors++;

    if (index < PRPS) {
        first[index] = to_nvme_u64(address);
        request->page = address;
        return;
    }
    if (index == PRPS) {
        second[0] = to_nvme_u64(request->page);
        first[PRPS - 1] =
            to_nvme_u64(nvme_page_bus(nvme, list_page(request) + 1));
    }
    second[index - PRPS + 1] = to_nvme_u64(address);
}

/* The page after the first: its address stands in PRP2, unless more follow;
   then PRP2 names the list, which holds all of them (4.3). */
static void add_page(struct nvme_request *request, hal_address address)
{
    struct nvme_u64 *prp2 = &nvme_data_of(request)->prp[1];

    if (request->descriptors == 0)
        *prp2 = to_nvme_u64(address);
    else if (request->descriptors == 1)
        *prp2 = to_nvme_u64(nvme_page_bus(request->nvme, list_page(request)));
    add_to_list(request, address);
}

/* Data may leave a page only at its end, and enter one only at its start,
   but for the first; that begins on a dword (4.3). */
static bool prp_fits(const struct nvme_request *request, hal_address address)
{
    if (request->emitted == 0)
        return modulo(address, sizeof(le32)) == 0;
    return address == request->end ||
           modulo(address | request->end, NVME_PAGE) == 0;
}

static enum iodma_status add_prps(struct nvme_request *request,
                                  const struct hal_segment *segment)
{
    enum iodma_status status = check(request, segment);
    hal_address left = segment->length;

    if (status != IODMA_OK)
        return status;
    if (!prp_fits(request, segment->address))
        return IODMA_NOT_ALIGNED;

    request->end = segment->address;
    while (left != 0) {
        hal_address in_page = modulo(request->end, NVME_PAGE);
        hal_address step = smaller(left, NVME_PAGE - in_page);

        if (request->emitted == 0)
            nvme_data_of(request)->prp[0] = to_nvme_u64(request->end);
        else if (in_page == 0)
            add_page(request, request->end);
        account(request, step);
        left -= step;
    }
    return IODMA_OK;
}

static void fill_sgl(struct nvme_sgl *sgl, hal_address address,
                     hal_address length, uint32_t type)
{
    *sgl = (struct nvme_sgl){ to_nvme_u64(address), to_le32((uint32_t)length),
                              to_le32(type) };
}

/* A single block of data stands in the command; of more, the command names
   the list (4.4). */
static enum iodma_status add_sgl(struct nvme_request *request,
                                 const struct hal_segment *segment)
{
    const struct nvme *nvme = request->nvme;
    struct nvme_sgl *list = nvme_page(nvme, list_page(request));
    struct nvme_sgl *only = &nvme_data_of(request)->sgl;
    enum iodma_status status = check(request, segment);

    if (status != IODMA_OK)
        return status;
    if (modulo(segment->address | segment->length, nvme->granule) != 0)
        return IODMA_NOT_ALIGNED;
    if (request->descriptors == SGLS)
        return IODMA_NO_SPACE;

    fill_sgl(&list[request->descriptors], segment->address, segment->length,
             NVME_SGL_DATA);
    request->descriptors++;
    if (request->descriptors == 1)
        fill_sgl(only, segment->address, segment->length, NVME_SGL_DATA);
    else
        fill_sgl(only, nvme_page_bus(nvme, list_page(request)),
                 request->descriptors * sizeof *list, NVME_SGL_LAST_SEGMENT);
    account(request, segment->length);
    return IODMA_OK;
}

typedef enum iodma_status (*add_function)(struct nvme_request *request,
                                          const struct hal_segment *segment);

void nvme_begin_data(struct nvme_request *request)
{
    *nvme_data_of(request) = (union nvme_data){ .prp = { to_nvme_u64(0) } };
    request->emitted = 0;
    request->end = 0;
    request->descriptors = 0;
    request->complete = false;
}

static enum iodma_status put(struct nvme_request *request, add_function add,
                             const struct hal_segment *segments, uint32_t count,
                             bool first, bool last)
{
    if (request->state != NVME_BEGUN)
        return IODMA_NOT_READY;

    if (first)
        nvme_begin_data(request);
    for (uint32_t i = 0; i < count; i++) {
        enum iodma_status status = IODMA_OK;

        if (segments[i].length != 0)
            status = add(request, &segments[i]);
        if (status != IODMA_OK)
            return status;
    }
    request->complete = last;
    return IODMA_OK;
}

enum iodma_status nvme_put_prp(struct hal_emitter *emitter,
                               const struct hal_segment *segments,
                               uint32_t count, bool first, bool last)
{
    return put(HAL_CONTAINER_OF(emitter, struct nvme_request, emitter),
               add_prps, segments, count, first, last);
}

enum iodma_status nvme_put_sgl(struct hal_emitter *emitter,
                               const struct hal_segment *segments,
                               uint32_t count, bool first, bool last)
{
    return put(HAL_CONTAINER_OF(emitter, struct nvme_request, emitter), add_sgl,
               segments, count, first, last);
}
