/* SPDX-License-Identifier: MIT */
#include "tests/model/nvme_parts.h"

#include "platform/mmio.h"

#include <string.h>

#define CAP_CQR BIT32(16) /* queues have to be contiguous */

/* CC as it has to be: 64 and 16 bytes an entry, 4 KiB a page. */
#define CONFIG (NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4))

/* CSTS.SHST. */
enum { SHUT_NOT = 0, SHUT_UNDER_WAY = 1, SHUT_DONE = 2 };

static struct nvme_model *chip; /* whose power is on */

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
