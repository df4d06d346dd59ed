/* SPDX-License-Identifier: MIT */
#include "tests/model/nvme_parts.h"

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

/* The formats that are not in use are others. Where there are up to 16 of them,
   bits 6:5 of FLBAS are reserved, and set. */
static void identify_namespace(const struct nvme_model_space *space,
                               uint8_t *data)
{
    uint32_t formats = space->format < 16 ? 16 : space->format + 1;
    uint32_t high = space->format < 16 ? 3 : space->format >> 4;

    put32(&data[0], (uint32_t)space->blocks);
    put32(&data[4], (uint32_t)(space->blocks >> 32));
    data[25] = (uint8_t)(formats - 1);
    data[26] = (uint8_t)(high << 5 | 0x10 | (space->format & 0xF));
    for (uint32_t i = 0; i < formats; i++)
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

void nvme_model_identify(struct nvme_model *model,
                         struct nvme_model_command *command)
{
    const struct nvme_model_space *space = nvme_model_space_of(model, command);
    uint32_t what = dword(command, 10);
    uint8_t data[PAGE] = { 0 };

    if (what == NVME_CNS_CONTROLLER)
        identify_controller(model, data);
    else if (what == NVME_CNS_LIST)
        identify_list(model, from_le32(command->entry.namespace_id), data);
    else if (space)
        identify_namespace(space, data);
    nvme_model_move(model, command, data, true);
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

uint32_t nvme_model_execute_admin(struct nvme_model *model,
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
