/* SPDX-License-Identifier: MIT */
#include "tests/model/nvme_parts.h"

#include "tests/check.h"

#include <string.h>

/* ---- Commands ---- */

const struct nvme_model_space *
nvme_model_space_of(const struct nvme_model *model,
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
    if (command->queue == IO && nvme_model_space_of(model, command))
        return (uint64_t)((dword(command, 12) & 0xFFFF) + 1)
               << nvme_model_space_of(model, command)->shift;
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
    (void)nvme_model_fetch(model, &command->entry,
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
        nvme_model_follow_sgl(model, command, length);
    else
        nvme_model_follow_prps(model, command, length);
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

static uint32_t judge_io(struct nvme_model *model,
                         const struct nvme_model_command *command)
{
    const struct nvme_model_space *space = nvme_model_space_of(model, command);
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
    at = on_disk(nvme_model_space_of(model, command), command);
    if (opcode(command) == WRITE)
        nvme_model_move(model, command, at, false);
    if (opcode(command) == COMPARE && !nvme_model_same(model, command, at))
        return DIFFERS;
    return 0;
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
                                  : nvme_model_execute_admin(model, command);
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
            nvme_model_identify(model, command);
        else if (command->queue == IO && opcode(command) == READ)
            nvme_model_move(
                model, command,
                on_disk(nvme_model_space_of(model, command), command), true);
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
