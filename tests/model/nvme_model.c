/* SPDX-License-Identifier: MIT */
#include "tests/model/nvme_model.h"

#include "hal/bits.h"
#include "platform/mmio.h"
#include "tests/check.h"

#include <string.h>

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

#define CAP_CQR BIT32(16) /* queues have to be contiguous */

/* CC as it has to be: 64 and 16 bytes an entry, 4 KiB a page. */
#define CONFIG (NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4))

/* CSTS.SHST. */
enum { SHUT_NOT = 0, SHUT_UNDER_WAY = 1, SHUT_DONE = 2 };

static struct nvme_model *chip; /* whose power is on */

static void violate(struct nvme_model *model, const char *what)
{
    if (!model->violation)
        model->violation = what;
}

static void forget_commands(struct nvme_model *model)
{
    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++)
        model->commands[i].taken = false;
}

void nvme_model_power_on(struct nvme_model *model)
{
    memset(model, 0, offsetof(struct nvme_model, commands));
    forget_commands(model);
    model->spaces[0] = (struct nvme_model_space){ .id = 1, .shift = 9 };
    model->mdts = 7;
    model->sgls = 1;
    model->mqes = 2047;
    model->css = 1;
    model->timeout = 2;
    model->dstrd = 1;
    model->registers = 0x2000;
    model->namespaces = 1;
    model->sqes = 0x66;
    model->cqes = 0x44;
    model->config = CONFIG | NVME_CC_EN; /* firmware has left it running */
    model->ready = true;
    chip = model;
}

/* ---- Memory ---- */

/* What the controller fetches: as published. */
static bool fetch(struct nvme_model *model, void *to, uint64_t bus,
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

static uint64_t u64(struct nvme_u64 value)
{
    return (uint64_t)from_le32(value.high) << 32 | from_le32(value.low);
}

static uint32_t opcode(const struct nvme_model_command *command)
{
    return NVME_HEAD_OPCODE(from_le32(command->entry.head));
}

static uint32_t dword(const struct nvme_model_command *command, uint32_t number)
{
    return from_le32(command->entry.dword[number - 10]);
}

static uint64_t lba_of(const struct nvme_model_command *command)
{
    return (uint64_t)dword(command, 11) << 32 | dword(command, 10);
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

        if (!fetch(model, &prp, list + 8u * index++, sizeof prp))
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

static void follow_prps(struct nvme_model *model,
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

static void follow_sgl(struct nvme_model *model,
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

            if (!fetch(model, &sgl, u64(only->address) + sizeof sgl * i,
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

/* ---- Commands ---- */

/* The namespace that a command names; NULL: none. */
static const struct nvme_model_space *
space_of(const struct nvme_model *model,
         const struct nvme_model_command *command)
{
    uint32_t id = from_le32(command->entry.namespace_id);

    for (uint32_t i = 0; i < NVME_MODEL_SPACES; i++) {
        if (id != 0 && model->spaces[i].id == id)
            return &model->spaces[i];
    }
    return NULL;
}

static uint8_t *on_disk(const struct nvme_model_space *space,
                        const struct nvme_model_command *command)
{
    return space->disk + (lba_of(command) << space->shift);
}

static uint64_t data_length(const struct nvme_model *model,
                            const struct nvme_model_command *command)
{
    if ((opcode(command) & NVME_OPCODE_DATA) == 0)
        return 0;
    if (command->queue == IO && space_of(model, command))
        return (uint64_t)((dword(command, 12) & 0xFFFF) + 1)
               << space_of(model, command)->shift;
    return opcode(command) == NVME_IDENTIFY ? PAGE : 0;
}

/* What a command has to keep to, whatever it does. */
static void check_entry(struct nvme_model *model,
                        const struct nvme_model_command *command)
{
    const struct nvme_command *entry = &command->entry;
    uint32_t head = from_le32(entry->head);
    uint64_t length = data_length(model, command);
    static const struct nvme_sgl none;

    if ((head & MASK32(13, 8)) != 0 || (head & BIT32(15)) != 0)
        violate(model, "reserved bits of dword 0");
    if (NVME_ID_OF_HEAD(head) == 0xFFFF)
        violate(model, "command identifier FFFFh");
    if (entry->reserved[0].raw != 0 || entry->reserved[1].raw != 0 ||
        u64(entry->metadata) != 0)
        violate(model, "reserved dwords of an entry, or metadata");
    if (dword(command, 13) != 0 || dword(command, 14) != 0 ||
        dword(command, 15) != 0)
        violate(model, "dwords 13 to 15 of an entry");
    if (command->queue == IO && dword(command, 12) >> 16 != 0)
        violate(model, "reserved bits of dword 12");
    if (command->queue == IO && opcode(command) == FLUSH &&
        (dword(command, 10) | dword(command, 11) | dword(command, 12)) != 0)
        violate(model, "a flush with blocks");
    if (command->queue == IO && length == 0 &&
        memcmp(&entry->data, &none, sizeof none) != 0)
        violate(model, "data for a command that has none");
}

/* Two commands under one identifier, if it is in use already. */
static void check_id(struct nvme_model *model,
                     const struct nvme_model_command *command)
{
    uint32_t id = NVME_ID_OF_HEAD(from_le32(command->entry.head));
    uint32_t outstanding = 0;

    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++) {
        const struct nvme_model_command *other = &model->commands[i];

        if (!other->taken || other->posted || other->queue != command->queue)
            continue;
        outstanding++;
        if (other != command &&
            NVME_ID_OF_HEAD(from_le32(other->entry.head)) == id)
            violate(model, "a command identifier that is in use");
    }
    if (command->queue == IO && outstanding > model->deepest)
        model->deepest = outstanding;
}

static struct nvme_model_command *free_command(struct nvme_model *model)
{
    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++) {
        if (!model->commands[i].taken)
            return &model->commands[i];
    }
    return NULL;
}

static bool fetch_entry(struct nvme_model *model, uint32_t number)
{
    struct nvme_model_queue *queue = &model->queues[number];
    struct nvme_model_command *command = free_command(model);
    uint64_t length;

    if (!queue->created || queue->sq_head == queue->sq_tail || !command)
        return false;
    command->taken = true;
    command->posted = false;
    command->queue = number;
    command->fault = 0;
    command->extent_count = 0;
    (void)fetch(model, &command->entry,
                queue->sq + sizeof command->entry * queue->sq_head,
                sizeof command->entry);
    queue->sq_head = (queue->sq_head + 1) % queue->sq_size;
    check_entry(model, command);
    check_id(model, command);
    if (number == IO)
        model->fetched++;

    length = data_length(model, command);
    if (length == 0)
        return true;
    if ((from_le32(command->entry.head) & NVME_HEAD_SGL) != 0)
        follow_sgl(model, command, length);
    else
        follow_prps(model, command, length);
    return true;
}

/* ---- Completions ---- */

static bool post(struct nvme_model *model, uint32_t number, uint32_t id,
                 uint32_t status)
{
    struct nvme_model_queue *queue = &model->queues[number];
    uint32_t next = (queue->cq_tail + 1) % queue->cq_size;
    struct nvme_completion completion = {
        .queue = to_le32(number << 16 | queue->sq_head),
        .status = to_le32(id | (queue->phase ? NVME_STATUS_PHASE : 0) |
                          status << 17 | BIT32(31)),
    };
    uint8_t *to = model_within(&model->shared,
                               queue->cq + sizeof completion * queue->cq_tail,
                               sizeof completion);

    if (next == queue->cq_head)
        return false;
    if (to)
        memcpy(to, &completion, sizeof completion);
    queue->cq_tail = next;
    if (next == 0)
        queue->phase = !queue->phase;
    return true;
}

void nvme_model_complete(struct nvme_model *model, uint32_t id, uint32_t status)
{
    (void)post(model, IO, id, status);
}

/* ---- Execution ---- */

/* Between memory and what stands for the disk. */
static void move(struct nvme_model *model,
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

static bool same(struct nvme_model *model,
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

static uint32_t judge_io(struct nvme_model *model,
                         const struct nvme_model_command *command)
{
    const struct nvme_model_space *space = space_of(model, command);
    uint64_t length = data_length(model, command);
    uint32_t code = opcode(command);
    uint32_t fails = model->fails;

    model->fails = 0;
    if (fails != 0)
        return fails;
    if (code != READ && code != WRITE && code != COMPARE && code != FLUSH)
        return BAD_OPCODE;
    if (!space)
        return BAD_NAMESPACE;
    if (model->mdts != 0 && length > (uint64_t)PAGE << smaller(model->mdts, 51))
        return BAD_FIELD;
    if (lba_of(command) > space->blocks ||
        length >> space->shift > space->blocks - lba_of(command))
        return BAD_LBA;
    return command->fault;
}

static uint32_t execute_io(struct nvme_model *model,
                           const struct nvme_model_command *command)
{
    uint32_t status = judge_io(model, command);
    uint8_t *at;

    model->executed++;
    if (status != 0 || opcode(command) == FLUSH)
        return status;
    at = on_disk(space_of(model, command), command);
    if (opcode(command) == WRITE)
        move(model, command, at, false);
    if (opcode(command) == COMPARE && !same(model, command, at))
        return DIFFERS;
    return 0;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void identify_controller(const struct nvme_model *model, uint8_t *data)
{
    data[77] = (uint8_t)model->mdts;
    put32(&data[88], model->rtd3e);
    data[512] = (uint8_t)model->sqes;
    data[513] = (uint8_t)model->cqes;
    put32(&data[516], model->namespaces);
    put32(&data[536], model->sgls | 0xF0000);
}

/* The formats that are not in use are others. */
static void identify_namespace(const struct nvme_model_space *space,
                               uint8_t *data)
{
    put32(&data[0], (uint32_t)space->blocks);
    put32(&data[4], (uint32_t)(space->blocks >> 32));
    data[25] = 15;
    data[26] = (uint8_t)(0x10 | space->format);
    for (uint32_t i = 0; i < 16; i++)
        put32(&data[128 + 4 * i], (space->shift == 12 ? 9u : 12u) << 16);
    put32(&data[128 + 4 * space->format], space->shift << 16 | space->metadata);
}

static void identify_list(const struct nvme_model *model, uint32_t above,
                          uint8_t *data)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < NVME_MODEL_SPACES; i++) {
        if (model->spaces[i].id > above)
            put32(&data[4 * found++], model->spaces[i].id);
    }
    put32(&data[4 * found], model->last_listed);
}

static void identify(struct nvme_model *model,
                     struct nvme_model_command *command)
{
    const struct nvme_model_space *space = space_of(model, command);
    uint32_t what = dword(command, 10);
    uint8_t data[PAGE] = { 0 };

    if (what == NVME_CNS_CONTROLLER)
        identify_controller(model, data);
    else if (what == NVME_CNS_LIST)
        identify_list(model, from_le32(command->entry.namespace_id), data);
    else if (space)
        identify_namespace(space, data);
    move(model, command, data, true);
}

/* What can be identified. */
static uint32_t judge_identify(const struct nvme_model *model,
                               const struct nvme_model_command *command)
{
    uint32_t id = from_le32(command->entry.namespace_id);

    if (dword(command, 10) == NVME_CNS_NAMESPACE &&
        (id == 0 || id > model->namespaces))
        return BAD_NAMESPACE;
    if (dword(command, 10) == NVME_CNS_LIST && id >= 0xFFFFFFFEu)
        return BAD_NAMESPACE;
    return dword(command, 10) <= NVME_CNS_LIST ? command->fault : BAD_FIELD;
}

/* Size and place of a queue that is being created. */
static bool queue_fits(struct nvme_model *model,
                       const struct nvme_model_command *command, size_t entry)
{
    uint64_t bus = u64(command->entry.data.prp[0]);
    uint64_t size = ((uint64_t)(dword(command, 10) >> 16) + 1) * entry;

    if ((dword(command, 10) & 0xFFFF) != IO ||
        (dword(command, 11) & NVME_QUEUE_CONTIGUOUS) == 0 ||
        dword(command, 10) >> 16 > model->mqes || dword(command, 10) >> 16 == 0)
        return false;
    if (bus % PAGE != 0 || !model_within(&model->shared, bus, size)) {
        violate(model, "a queue that is not pages of the shared memory");
        return false;
    }
    return true;
}

static uint32_t create_cq(struct nvme_model *model,
                          const struct nvme_model_command *command)
{
    struct nvme_model_queue *queue = &model->queues[IO];

    if (queue->cq_size != 0 ||
        !queue_fits(model, command, sizeof(struct nvme_completion)))
        return BAD_QUEUE;
    queue->cq = u64(command->entry.data.prp[0]);
    queue->cq_size = (dword(command, 10) >> 16) + 1;
    queue->interrupts = (dword(command, 11) & NVME_CQ_INTERRUPTS) != 0;
    queue->vector = dword(command, 11) >> 16;
    queue->phase = true;
    if (!model->messages && queue->vector != 0)
        violate(model, "a vector without MSI-X");
    return 0;
}

static uint32_t create_sq(struct nvme_model *model,
                          const struct nvme_model_command *command)
{
    struct nvme_model_queue *queue = &model->queues[IO];

    if (queue->created || queue->cq_size == 0 ||
        dword(command, 11) >> 16 != IO ||
        !queue_fits(model, command, sizeof(struct nvme_command)))
        return BAD_QUEUE;
    queue->sq = u64(command->entry.data.prp[0]);
    queue->sq_size = (dword(command, 10) >> 16) + 1;
    queue->created = true;
    return 0;
}

/* What is under way in it is aborted, and not completed. */
static uint32_t delete_sq(struct nvme_model *model,
                          const struct nvme_model_command *command)
{
    if (dword(command, 10) != IO || !model->queues[IO].created)
        return BAD_QUEUE;
    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++) {
        if (model->commands[i].queue == IO)
            model->commands[i].taken = false;
    }
    model->queues[IO].created = false;
    return 0;
}

static uint32_t delete_cq(struct nvme_model *model,
                          const struct nvme_model_command *command)
{
    struct nvme_model_queue *queue = &model->queues[IO];

    if (dword(command, 10) != IO || queue->cq_size == 0)
        return BAD_QUEUE;
    if (queue->created)
        violate(model, "a completion queue deleted before its submissions");
    *queue = (struct nvme_model_queue){ .created = false };
    return 0;
}

static uint32_t execute_admin(struct nvme_model *model,
                              struct nvme_model_command *command)
{
    uint32_t code = opcode(command);

    if (model->admin_fails != 0 && code == (model->admin_fails & 0xFF))
        return model->admin_fails >> 8;
    switch (code) {
    case NVME_IDENTIFY: /* data is due at observe */
        return judge_identify(model, command);
    case NVME_DELETE_SQ:
        return delete_sq(model, command);
    case NVME_DELETE_CQ:
        return delete_cq(model, command);
    case NVME_SET_FEATURES:
        return dword(command, 10) == NVME_FEATURE_QUEUES ? 0 : BAD_FIELD;
    case NVME_CREATE_CQ:
        return create_cq(model, command);
    case NVME_CREATE_SQ:
        return create_sq(model, command);
    default:
        return BAD_OPCODE;
    }
}

static bool is_held(const struct nvme_model *model,
                    const struct nvme_model_command *command)
{
    uint64_t lba = lba_of(command);

    return command->queue == IO && lba < 64 && (model->held >> lba & 1) != 0;
}

static bool room(const struct nvme_model_queue *queue)
{
    return (queue->cq_tail + 1) % queue->cq_size != queue->cq_head;
}

static bool older_waits(const struct nvme_model *model,
                        const struct nvme_model_command *command)
{
    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++) {
        const struct nvme_model_command *other = &model->commands[i];

        if (other == command)
            return false;
        if (other->taken && !other->posted && other->queue == IO)
            return true;
    }
    return false;
}

static bool execute(struct nvme_model *model,
                    struct nvme_model_command *command)
{
    uint32_t id = NVME_ID_OF_HEAD(from_le32(command->entry.head));
    uint32_t status;

    if (!command->taken || command->posted || is_held(model, command) ||
        !room(&model->queues[command->queue]))
        return false;
    if (command->queue == IO && older_waits(model, command))
        model->disorder++;
    status = command->queue == IO ? execute_io(model, command)
                                  : execute_admin(model, command);
    if (model->mute) {
        command->taken = false;
        return true;
    }
    if (command->queue == ADMIN && model->misnames) {
        model->misnames = false;
        id ^= 1;
    }
    (void)post(model, command->queue, id, status);
    if (command->queue == IO && model->twice) {
        model->twice = false;
        (void)post(model, command->queue, id, status);
    }
    command->posted = true;
    if (status != 0)
        command->extent_count = 0; /* nothing is moved */
    return true;
}

void nvme_model_observe(struct nvme_model *model)
{
    for (uint32_t i = 0; i < NVME_MODEL_COMMANDS; i++) {
        struct nvme_model_command *command = &model->commands[i];

        if (!command->taken || !command->posted)
            continue;
        if (command->queue == ADMIN && opcode(command) == NVME_IDENTIFY)
            identify(model, command);
        else if (command->queue == IO && opcode(command) == READ)
            move(model, command, on_disk(space_of(model, command), command),
                 true);
        command->taken = false;
    }
}

static bool execute_any(struct nvme_model *model)
{
    uint32_t end = NVME_MODEL_COMMANDS;
    uint32_t start;

    while (end != 0 && !model->commands[end - 1].taken)
        end--;
    if (end == 0)
        return false;
    start = random_below(&model->seed, end);
    for (uint32_t i = 0; i < end; i++) {
        if (execute(model, &model->commands[(start + i) % end]))
            return true;
    }
    return false;
}

uint32_t nvme_model_step(struct nvme_model *model, uint32_t things)
{
    uint32_t done = 0;

    while (done < things && model->ready && !model->absent) {
        bool fetching = model->greedy || random_below(&model->seed, 2) == 0;

        if (!(fetching && fetch_entry(model, ADMIN)) &&
            !(fetching && fetch_entry(model, IO)) && !execute_any(model) &&
            !fetch_entry(model, ADMIN) && !fetch_entry(model, IO))
            break;
        done++;
    }
    return done;
}

bool nvme_model_interrupt(const struct nvme_model *model)
{
    bool asserted = false;

    for (uint32_t i = 0; i < 2; i++) {
        const struct nvme_model_queue *queue = &model->queues[i];
        bool masked = !model->messages && (model->mask >> queue->vector & 1);

        if (queue->interrupts && !masked && queue->cq_head != queue->cq_tail)
            asserted = true;
    }
    return asserted && model->ready && !model->absent;
}

/* ---- Registers ---- */

static void reset(struct nvme_model *model)
{
    memset(model->queues, 0, sizeof model->queues);
    forget_commands(model);
    model->mask = 0;
    model->shut = SHUT_NOT;
}

static void create_admin(struct nvme_model *model)
{
    struct nvme_model_queue *queue = &model->queues[ADMIN];

    *queue = (struct nvme_model_queue){
        .created = true,
        .interrupts = true,
        .sq = model->asq,
        .cq = model->acq,
        .sq_size = (model->aqa & 0xFFF) + 1,
        .cq_size = (model->aqa >> 16 & 0xFFF) + 1,
        .phase = true,
    };
    if (queue->sq_size < 2 || queue->cq_size < 2 || model->asq % PAGE != 0 ||
        model->acq % PAGE != 0 ||
        !model_within(&model->shared, model->asq, 64u * queue->sq_size) ||
        !model_within(&model->shared, model->acq, 16u * queue->cq_size))
        violate(model, "admin queues that are not pages of shared memory");
}

static void go_on_shutting(struct nvme_model *model)
{
    if (model->shut != SHUT_UNDER_WAY || model->never_shut)
        return;
    if (model->until_shut != 0)
        model->until_shut--;
    else
        model->shut = SHUT_DONE;
}

/* RDY follows EN after a while; until then what was begun goes on. */
static uint32_t follow_enable(struct nvme_model *model)
{
    bool want = (model->config & NVME_CC_EN) != 0;

    (void)nvme_model_step(model, 1);
    if (want && model->fatal)
        return NVME_CSTS_CFS;
    if (want == model->ready)
        return model->ready ? NVME_CSTS_RDY : 0;
    if (model->until_ready != 0) {
        model->until_ready--;
    } else if (want && !model->never_ready) {
        create_admin(model);
        model->ready = true;
    } else if (!want && !model->stuck) {
        reset(model);
        model->ready = false;
    }
    return model->ready ? NVME_CSTS_RDY : 0;
}

static uint32_t read_status(struct nvme_model *model)
{
    uint32_t status = follow_enable(model);

    go_on_shutting(model);
    return status | model->shut << 2;
}

static void begin_shutdown(struct nvme_model *model)
{
    if (model->queues[IO].cq_size != 0 && model->admin_fails == 0)
        violate(model, "a shutdown with I/O queues");
    model->shut = SHUT_UNDER_WAY;
    model->until_shut = model->shut_delay;
}

/* Of a controller that is enabled only one field changes at a time. */
static void check_change(struct nvme_model *model, uint32_t value)
{
    uint32_t changed = value ^ model->config;

    if (changed != NVME_CC_EN && (changed & ~NVME_CC_SHN) != 0)
        violate(model, "CC changed otherwise than by EN or SHN alone");
    if ((changed & NVME_CC_SHN) == 0)
        return;
    if ((value & NVME_CC_SHN) == NVME_CC_SHN_NORMAL)
        begin_shutdown(model);
    else
        violate(model, "a shutdown that is not a normal one");
}

static void write_config(struct nvme_model *model, uint32_t value)
{
    bool before = (model->config & NVME_CC_EN) != 0;
    bool after = (value & NVME_CC_EN) != 0;

    if (before)
        check_change(model, value);
    if (after && !before && (value & ~NVME_CC_EN) != CONFIG)
        violate(model, "CC other than 64 and 16 bytes an entry, 4 KiB");
    if (after && !before && model->ready)
        violate(model, "EN set while RDY is set");
    if (!after && before && !model->ready && !model->never_ready &&
        !model->fatal)
        violate(model, "EN cleared before RDY was set");
    if (value == model->config)
        violate(model, "CC written for nothing");
    if (after && !before && !model->messages && model->mask != UINT32_MAX)
        violate(model, "started with the pin not masked");
    model->config = value;
    if (after != before)
        model->until_ready = model->ready_delay;
}

/* Entries from one index of a ring to the other. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t size)
{
    return (to + size - from) % size;
}

static void write_sq_tail(struct nvme_model *model, uint32_t number,
                          uint32_t tail)
{
    struct nvme_model_queue *queue = &model->queues[number];

    if (!queue->created || tail >= queue->sq_size) {
        violate(model, "a tail that is not in the queue");
        return;
    }
    if (tail == queue->sq_tail)
        violate(model, "a tail doorbell for nothing");
    if (distance(queue->sq_head, queue->sq_tail, queue->sq_size) +
            distance(queue->sq_tail, tail, queue->sq_size) >=
        queue->sq_size)
        violate(model, "a tail that overtakes the head");
    queue->sq_tail = tail;
    model->sq_doorbells += number == IO;
}

static void write_cq_head(struct nvme_model *model, uint32_t number,
                          uint32_t head)
{
    struct nvme_model_queue *queue = &model->queues[number];

    if (queue->cq_size == 0 || head >= queue->cq_size) {
        violate(model, "a head that is not in the queue");
        return;
    }
    if (head == queue->cq_head)
        violate(model, "a head doorbell for nothing");
    if (distance(queue->cq_head, head, queue->cq_size) >
        distance(queue->cq_head, queue->cq_tail, queue->cq_size))
        violate(model, "a head that overtakes the tail");
    queue->cq_head = head;
    model->cq_doorbells += number == IO;
}

static void write_doorbell(struct nvme_model *model, uint32_t offset,
                           uint32_t value)
{
    uint32_t stride = 4u << model->dstrd;
    uint32_t index = (offset - 0x1000) / stride;

    if ((offset - 0x1000) % stride != 0 || index / 2 > IO)
        violate(model, "a doorbell of no queue");
    else if (model->shut == SHUT_DONE)
        violate(model, "a doorbell after the shutdown");
    else if (!model->ready)
        violate(model, "a doorbell while the controller is not ready");
    else if (index % 2 == 0)
        write_sq_tail(model, index / 2, value);
    else
        write_cq_head(model, index / 2, value);
}

/* What every access has to keep to. Returns false if it reaches nothing. */
static bool admit(struct nvme_model *model, uintptr_t address, unsigned size)
{
    model->accesses++;
    if (address - model->base >= model->registers) {
        violate(model, "access to an unknown register");
        return false;
    }
    if (size != 4 || address % 4 != 0)
        violate(model, "access of another width than 32 bits");
    return !model->absent;
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    if (chip->access)
        chip->access();
    if (!admit(chip, address, size))
        return UINT32_MAX;

    switch (address - chip->base) {
    case NVME_CAP_LOW:
        return chip->mqes | CAP_CQR | chip->timeout << 24;
    case NVME_CAP_HIGH:
        return chip->dstrd | chip->css << 5 | chip->page_least << 16 | 4u << 20;
    case NVME_CC:
        return chip->config;
    case NVME_CSTS:
        return read_status(chip);
    default:
        violate(chip, "read of a register that nobody needs to read");
        return 0;
    }
}

static void write_while_down(struct nvme_model *model, uint64_t *to,
                             uint32_t value, uint32_t shift)
{
    if ((model->config & NVME_CC_EN) != 0 || model->ready)
        violate(model, "admin queues changed while enabled");
    *to = (*to & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

static void write_mask(struct nvme_model *model, uint32_t mask)
{
    if (model->messages)
        violate(model, "the pin's mask touched with MSI-X");
    model->mask = mask;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    uint64_t aqa = 0;

    if (chip->access)
        chip->access();
    if (!admit(chip, address, size))
        return;

    switch (address - chip->base) {
    case NVME_INTMS:
        write_mask(chip, chip->mask | value);
        break;
    case NVME_INTMC:
        write_mask(chip, chip->mask & ~value);
        break;
    case NVME_CC:
        write_config(chip, value);
        break;
    case NVME_AQA:
        write_while_down(chip, &aqa, value, 0);
        chip->aqa = value;
        break;
    case NVME_ASQ_LOW:
        write_while_down(chip, &chip->asq, value, 0);
        break;
    case NVME_ASQ_HIGH:
        write_while_down(chip, &chip->asq, value, 32);
        break;
    case NVME_ACQ_LOW:
        write_while_down(chip, &chip->acq, value, 0);
        break;
    case NVME_ACQ_HIGH:
        write_while_down(chip, &chip->acq, value, 32);
        break;
    default:
        if (address - chip->base >= 0x1000)
            write_doorbell(chip, (uint32_t)(address - chip->base), value);
        else
            violate(chip, "write to a register that nobody needs to write");
        break;
    }
}
