/* SPDX-License-Identifier: MIT */
#include "nvme.h"

#include "nvme_parts.h"

const struct hal_limits nvme_memory_limits = {
    .address_bits = 64,
    .align_address = NVME_PAGE,
    .max_segments = 1,
};

static bool is_up(const struct nvme *nvme)
{
    return atomic_read_acquire(&nvme->state) == NVME_UP;
}

/* The ISR either sees the new state or is over. */
static void set_state(struct nvme *nvme, uint32_t state)
{
    const struct hal_lock *lock = nvme->bus->lock;
    uint32_t saved = lock->save(lock);

    atomic_write_release(&nvme->state, state);
    lock->restore(lock, saved);
}

/* Slots ------------------------------------------------------------------ */

static void init_slots(struct nvme *nvme)
{
    for (uint32_t i = 0; i < nvme->slot_count; i++)
        nvme->slots[i] = (struct nvme_slot){ .next = i + 1 };
    nvme->free = 0;
    nvme->first = nvme->slot_count;
}

/* An identifier is the slot, and above it how often the slot was used, so that
   a completion that comes twice is not taken for another one. */
static void take_slot(struct nvme *nvme, struct nvme_request *request)
{
    struct nvme_slot *slot = &nvme->slots[nvme->free];

    request->nvme = nvme;
    request->slot = nvme->free;
    nvme->free = slot->next;
    nvme->used++;
    slot->request = request;
    slot->id = (slot->issued * nvme->slot_count + request->slot) & NVME_ID_MASK;
}

static void give_back(struct nvme *nvme, uint32_t index)
{
    struct nvme_slot *slot = &nvme->slots[index];

    slot->request = NULL;
    slot->next = nvme->free;
    nvme->free = index;
    nvme->used--;
}

/* What was begun waits in a row for submit. */
static void join_row(struct nvme *nvme, uint32_t index)
{
    nvme->slots[index].next = nvme->slot_count;
    if (nvme->first == nvme->slot_count)
        nvme->first = index;
    else
        nvme->slots[nvme->last].next = index;
    nvme->last = index;
}

static void leave_row(struct nvme *nvme, uint32_t index)
{
    uint32_t *link = &nvme->first;
    uint32_t before = nvme->slot_count;

    while (*link != index) {
        before = *link;
        link = &nvme->slots[before].next;
    }
    *link = nvme->slots[index].next;
    if (nvme->last == index)
        nvme->last = before;
}

static bool flying(const struct nvme_slot *slot)
{
    return atomic_read_acquire(&slot->retired) != slot->issued;
}

/* Begin, cancel, submit -------------------------------------------------- */

static bool moves_data(const struct nvme_request *request)
{
    return (request->opcode & NVME_OPCODE_DATA) != 0;
}

static bool blocks_fit(const struct nvme_request *request)
{
    if (request->blocks > NVME_BLOCKS_MOST)
        return false;
    if (moves_data(request))
        return request->blocks != 0;
    return request->opcode != NVME_FLUSH || request->blocks == 0;
}

enum iodma_status nvme_begin(struct nvme *nvme, struct nvme_request *request)
{
    uint64_t length;

    if (!nvme || !request || !blocks_fit(request))
        return IODMA_BAD_ARGUMENT;
    if (!is_up(nvme))
        return IODMA_NOT_READY;
    if (request->state == NVME_BEGUN || request->state == NVME_SUBMITTED ||
        request->quarantined)
        return IODMA_BUSY;
    length =
        moves_data(request) ? (uint64_t)request->blocks * nvme->block_size : 0;
    if (length > nvme->limits.max_transfer)
        return IODMA_NO_SPACE;
    if (nvme->free == nvme->slot_count)
        return IODMA_NO_RESOURCES;

    take_slot(nvme, request);
    join_row(nvme, request->slot);
    nvme_begin_data(request);
    request->emitter.put = nvme->use_sgl ? nvme_put_sgl : nvme_put_prp;
    request->state = NVME_BEGUN;
    request->length = (hal_address)length;
    request->complete = length == 0;
    return IODMA_OK;
}

enum iodma_status nvme_cancel(struct nvme_request *request)
{
    if (!request || request->state != NVME_BEGUN)
        return IODMA_NOT_READY;

    leave_row(request->nvme, request->slot);
    give_back(request->nvme, request->slot);
    request->state = NVME_IDLE;
    return IODMA_OK;
}

static bool all_complete(const struct nvme *nvme)
{
    uint32_t index = nvme->first;

    while (index != nvme->slot_count) {
        const struct nvme_request *request = nvme->slots[index].request;

        if (!request->complete || request->emitted != request->length)
            return false;
        index = nvme->slots[index].next;
    }
    return true;
}

static void write_entry(struct nvme *nvme, struct nvme_request *request)
{
    struct nvme_command command = {
        .head = to_le32(request->opcode | (nvme->use_sgl ? NVME_HEAD_SGL : 0) |
                        NVME_HEAD_ID(nvme->slots[request->slot].id)),
        .namespace_id = to_le32(nvme->namespace_id),
        .data = *nvme_data_of(request),
    };

    if (request->blocks != 0) {
        command.dword[0] = to_le32((uint32_t)request->lba);
        command.dword[1] = to_le32((uint32_t)(request->lba >> 32));
        command.dword[2] = to_le32(request->blocks - 1);
    }
    *nvme_entry(nvme, nvme->filled++) = command;
}

/* From here on a completion is expected. */
static void launch(struct nvme *nvme, struct nvme_request *request)
{
    write_entry(nvme, request);
    request->state = NVME_SUBMITTED;
    nvme->slots[request->slot].issued++;
    nvme->in_flight++;
    nvme->requests++;
}

enum iodma_status nvme_submit(struct nvme *nvme)
{
    if (!is_up(nvme))
        return IODMA_NOT_READY;
    if (nvme->first == nvme->slot_count)
        return IODMA_OK;
    if (!all_complete(nvme))
        return IODMA_BAD_ARGUMENT;

    while (nvme->first != nvme->slot_count) {
        struct nvme_slot *slot = &nvme->slots[nvme->first];

        nvme->first = slot->next;
        launch(nvme, slot->request);
    }
    nvme->doorbells++;
    hal_publish(nvme->bus); /* entries and lists, before the doorbell */
    nvme_write32(nvme, NVME_SQ_TAIL(NVME_IO_QUEUE, nvme->stride),
                 ring_slot(nvme->filled, nvme_entries(nvme)));
    return IODMA_OK;
}

/* Reap -------------------------------------------------------------------- */

/* Returns whether it was somebody's. */
static bool land(struct nvme *nvme, uint32_t status)
{
    uint32_t id = NVME_STATUS_ID(status);
    struct nvme_slot *slot = &nvme->slots[id & (nvme->slot_count - 1)];

    if (slot->id != id || !flying(slot)) {
        nvme->strays++;
        return false;
    }
    slot->code = NVME_STATUS_CODE(status);
    atomic_write_release(&slot->retired, slot->issued);
    return true;
}

/* Once round the queue at most: a controller that goes on appending, which none
   may before it sees the doorbell, does not hold us. */
static uint32_t collect(struct nvme *nvme)
{
    const struct nvme_completion *queue = nvme_page(nvme, nvme_page_cq(nvme));
    uint32_t before = nvme->reaped;
    uint32_t found = 0;
    uint32_t status;

    while (ring_used(nvme->reaped, before) < nvme_entries(nvme) - 1 &&
           nvme_completed(queue, nvme_entries(nvme), nvme->reaped, &status)) {
        hal_observe(nvme->bus);
        found += land(nvme, status);
        nvme->reaped++;
    }
    if (nvme->reaped != before)
        nvme_write32(nvme, NVME_CQ_HEAD(NVME_IO_QUEUE, nvme->stride),
                     ring_slot(nvme->reaped, nvme_entries(nvme)));
    return found;
}

uint32_t nvme_reap(struct nvme *nvme)
{
    return is_up(nvme) ? collect(nvme) : 0;
}

uint32_t nvme_poll(struct nvme *nvme)
{
    const struct hal_lock *lock = nvme->bus->lock;
    uint32_t saved = lock->save(lock);
    uint32_t found = nvme_reap(nvme);

    lock->restore(lock, saved);
    return found;
}

/* Service ----------------------------------------------------------------- */

static void end(struct nvme_request *request, enum iodma_status status,
                uint32_t code)
{
    request->state = NVME_ENDED;
    request->status = status;
    request->code = code;
    if (request->done)
        request->done(request);
}

/* The controller may still reach its memory. */
static void lose(struct nvme *nvme, struct nvme_request *request)
{
    nvme->in_flight--;
    nvme->lost++;
    request->quarantined = true;
    end(request, IODMA_TIMEOUT, 0);
}

/* It can not any more. */
static void release(struct nvme *nvme, struct nvme_request *request)
{
    nvme->lost--;
    request->quarantined = false;
    if (request->released)
        request->released(request);
}

/* A request that was in flight, lost perhaps, is out of the controller's
   hands. */
static void leave(struct nvme *nvme, struct nvme_request *request,
                  enum iodma_status status, uint32_t code)
{
    give_back(nvme, request->slot);
    if (request->quarantined) {
        release(nvme, request);
        return;
    }
    nvme->in_flight--;
    end(request, status, code);
}

static void retire(struct nvme *nvme, struct nvme_slot *slot)
{
    uint32_t code = slot->code;

    leave(nvme, slot->request, code == 0 ? IODMA_OK : IODMA_DMA_ERROR, code);
}

static bool submitted(const struct nvme_slot *slot)
{
    return slot->request && slot->request->state != NVME_BEGUN;
}

static bool late(const struct nvme_slot *slot, uint64_t now)
{
    return !slot->request->quarantined && now >= slot->request->deadline;
}

bool nvme_service(struct nvme *nvme)
{
    uint64_t now = nvme->bus->clock->now(nvme->bus->clock);

    if (nvme->serving)
        return nvme->in_flight != 0;

    nvme->serving = true;
    for (uint32_t i = 0; i < nvme->slot_count; i++) {
        struct nvme_slot *slot = &nvme->slots[i];

        if (!submitted(slot))
            continue;
        if (flying(slot) && late(slot, now))
            (void)nvme_poll(nvme); /* an interrupt may have been lost */
        if (!flying(slot))
            retire(nvme, slot);
        else if (late(slot, now))
            lose(nvme, slot->request);
    }
    nvme->serving = false;
    return nvme->in_flight != 0;
}

bool nvme_due(const struct nvme *nvme)
{
    uint64_t now = nvme->bus->clock->now(nvme->bus->clock);

    for (uint32_t i = 0; i < nvme->slot_count; i++) {
        const struct nvme_slot *slot = &nvme->slots[i];

        if (submitted(slot) && (!flying(slot) || late(slot, now)))
            return true;
    }
    return false;
}

/* Stop, start, reset ------------------------------------------------------ */

/*
 * The ISR leaves the queues alone from here on, so the pin has to be quiet.
 * What is completed by now counts; besides, QEMU up to 7.2 never drops the
 * pin again if a reset meets completions that were not acknowledged.
 */
static enum iodma_status halt(struct nvme *nvme)
{
    bool was_up = is_up(nvme);
    enum iodma_status status;

    nvme_mask(nvme);
    set_state(nvme, NVME_STUCK);
    if (was_up)
        (void)collect(nvme);
    status = nvme_disable(nvme);
    if (status == IODMA_OK)
        set_state(nvme, NVME_DOWN);
    return status;
}

/* The controller is down, or stuck and beyond our control. What it never saw
   is ours all the same, and what it had completed before. */
static void end_one(struct nvme *nvme, struct nvme_slot *slot, bool down)
{
    struct nvme_request *request = slot->request;

    if (request->state == NVME_BEGUN) {
        leave_row(nvme, request->slot);
        give_back(nvme, request->slot);
        end(request, IODMA_ABORTED, 0);
    } else if (!flying(slot)) {
        retire(nvme, slot);
    } else if (down) {
        slot->issued = slot->retired;
        leave(nvme, request, IODMA_ABORTED, 0);
    } else if (!request->quarantined) {
        lose(nvme, request);
    }
}

static void end_all(struct nvme *nvme, bool down)
{
    nvme->serving = true;
    for (uint32_t i = 0; i < nvme->slot_count; i++) {
        if (nvme->slots[i].request)
            end_one(nvme, &nvme->slots[i], down);
    }
    nvme->serving = false;
}

static enum iodma_status go(struct nvme *nvme)
{
    enum iodma_status status = nvme_bring_up(nvme);

    if (status != IODMA_OK) {
        (void)halt(nvme);
        return status;
    }
    set_state(nvme, NVME_UP);
    nvme_unmask(nvme);
    return IODMA_OK;
}

/* The registers are there, and the memory, whole, on pages. */
static bool fits(const struct nvme *nvme)
{
    return nvme->bus && nvme->slots && nvme->size >= NVME_REGISTERS(0, 0) &&
           is_power_of_two(nvme->slot_count) &&
           nvme->slot_count <= NVME_SLOTS_MAX && nvme->memory.cpu &&
           nvme->memory.size >= NVME_MEMORY_SIZE(nvme->slot_count) &&
           modulo(nvme->memory.bus, NVME_PAGE) == 0 &&
           !range_wraps(nvme->memory.bus, (hal_address)nvme->memory.size);
}

enum iodma_status nvme_start(struct nvme *nvme)
{
    enum iodma_status status;

    if (!nvme || !fits(nvme))
        return IODMA_BAD_ARGUMENT;
    if (nvme->used != 0 || nvme->serving)
        return IODMA_BUSY;

    init_slots(nvme);
    status = halt(nvme);
    return status == IODMA_OK ? go(nvme) : status;
}

enum iodma_status nvme_stop(struct nvme *nvme)
{
    enum iodma_status status;

    if (nvme->serving)
        return IODMA_BUSY;
    status = halt(nvme);
    end_all(nvme, status == IODMA_OK);
    return status;
}

enum iodma_status nvme_reset(struct nvme *nvme)
{
    enum iodma_status status = nvme_stop(nvme);

    return status == IODMA_OK ? go(nvme) : status;
}

/* Nobody but us waits for completions any more, and what may still come of lost
   requests is of no use: the queues go. */
enum iodma_status nvme_shutdown(struct nvme *nvme)
{
    if (!is_up(nvme))
        return IODMA_NOT_READY;
    if (nvme->used != nvme->lost || nvme->serving)
        return IODMA_BUSY;

    nvme_mask(nvme);
    set_state(nvme, NVME_SHUT);
    return nvme_say_farewell(nvme);
}
