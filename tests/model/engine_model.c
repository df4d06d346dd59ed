/* SPDX-License-Identifier: MIT */
#include "tests/model/engine_model.h"

#include "platform/mmio.h"

#include <string.h>

/* The chip that is on. */
static struct engine_model *chip;

static void land(struct engine_model *model)
{
    uint32_t count = model->posted_count;

    model->posted_count = 0;
    for (uint32_t i = 0; i < count; i++)
        model->ops->write(model, model->posted[i].offset,
                          model->posted[i].value, model->posted[i].size);
}

static bool addressed(struct engine_model *model, uintptr_t address,
                      unsigned size)
{
    if (!model)
        return false;
    if (model->access)
        model->access();
    if (model->absent || model->unclocked)
        return false;
    if (address - model->base >= model->registers)
        return engine_model_violates(model, "an access beside the registers");
    if (address % size != 0)
        return engine_model_violates(model, "a misaligned register access");
    return true;
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    if (!addressed(chip, address, size))
        return chip && chip->unclocked ? 0 : UINT32_MAX;
    chip->reads++;
    land(chip);
    return chip->ops->read(chip, (uint32_t)(address - chip->base), size);
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    if (!addressed(chip, address, size))
        return;
    chip->writes++;
    if (chip->posted_count == ENGINE_MODEL_POSTED)
        land(chip);
    chip->posted[chip->posted_count].offset = (uint32_t)(address - chip->base);
    chip->posted[chip->posted_count].value = value;
    chip->posted[chip->posted_count].size = size;
    chip->posted_count++;
}

void engine_model_power_on(struct engine_model *model)
{
    *model = (struct engine_model){ .ops = model->ops,
                                    .registers = model->registers };
    model->ops->power_on(model);
    chip = model;
}

void engine_model_power_cycle(struct engine_model *model)
{
    model->posted_count = 0;
    model->ops->power_on(model);
}

uint32_t engine_model_step(struct engine_model *model, uint32_t steps)
{
    uint32_t done = 0;

    land(model);
    while (done < steps && !model->violation && model->ops->step(model))
        done++;
    return done;
}

void engine_model_publish(struct engine_model *model)
{
    if (model->published)
        memcpy(model->published, model->ring.host, model->ring.size);
}

bool engine_model_interrupt(const struct engine_model *model, uint32_t channel)
{
    return model->ops->interrupt(model, channel);
}

bool engine_model_violates(struct engine_model *model, const char *what)
{
    if (!model->violation)
        model->violation = what;
    return false;
}

/* Where the ring is as the chip sees it. */
static uint8_t *published(struct engine_model *model, uint64_t bus,
                          uint32_t size)
{
    struct model_piece seen = model->ring;

    seen.host = model->published;
    return model_within(&seen, bus, size);
}

bool engine_model_fetch(struct engine_model *model, uint64_t bus, void *to,
                        uint32_t size)
{
    const uint8_t *from = published(model, bus, size);

    if (!from)
        return engine_model_violates(model, "a descriptor outside the ring");
    memcpy(to, from, size);
    model->fetched++;
    return true;
}

bool engine_model_write_back(struct engine_model *model, uint64_t bus,
                             const void *from, uint32_t size)
{
    uint8_t *seen = published(model, bus, size);

    if (!seen)
        return engine_model_violates(model, "a descriptor outside the ring");
    memcpy(seen, from, size);
    memcpy(model_within(&model->ring, bus, size), from, size);
    return true;
}

static struct model_port *port_at(struct engine_model *model, uint64_t bus)
{
    for (uint32_t i = 0; i < ENGINE_MODEL_PORTS; i++) {
        struct model_port *port = &model->ports[i];

        if (port->width != 0 && port->bus == bus)
            return port;
    }
    return NULL;
}

/* Account for one element at a port. Returns where its bytes are. */
static uint8_t *at_port(struct engine_model *model, struct model_port *port,
                        uint32_t size, uint32_t request)
{
    const char *wrong = NULL;

    if (size != port->width)
        wrong = "a port accessed in another width than its own";
    else if (request != port->request)
        wrong = "a port paced by a request that is not its own";
    else if (port->ready == 0)
        wrong = "a port accessed that asks for nothing";
    else if (size > port->size - port->done)
        wrong = "more at a port than it has";
    if (wrong) {
        (void)engine_model_violates(model, wrong);
        return NULL;
    }
    port->ready--;
    port->done += size;
    return port->bytes + (port->done - size);
}

/* Where one element is; NULL: nowhere, or a violation. */
static uint8_t *element(struct engine_model *model, uint64_t bus, uint32_t size,
                        uint32_t request)
{
    struct model_port *port = port_at(model, bus);
    uint8_t *host;

    if (model->violation)
        return NULL;
    if (bus % size != 0) {
        (void)engine_model_violates(model, "a misaligned element");
        return NULL;
    }
    if (port)
        return at_port(model, port, size, request);
    host = published(model, bus, size);
    return host ? host : model_data(model->pieces, bus, size);
}

bool engine_model_load(struct engine_model *model, uint64_t bus, void *to,
                       uint32_t size, uint32_t request)
{
    const uint8_t *from = element(model, bus, size, request);

    if (!from)
        return false;
    memcpy(to, from, size);
    return true;
}

bool engine_model_store(struct engine_model *model, uint64_t bus,
                        const void *from, uint32_t size, uint32_t request)
{
    uint8_t *to = element(model, bus, size, request);

    if (!to)
        return false;
    memcpy(to, from, size);
    return true;
}

bool engine_model_asks(const struct engine_model *model, uint32_t request,
                       uint32_t elements)
{
    for (uint32_t i = 0; i < ENGINE_MODEL_PORTS; i++) {
        const struct model_port *port = &model->ports[i];

        if (port->width != 0 && port->request == request)
            return port->ready >= elements;
    }
    return false;
}

bool engine_model_turn(struct engine_model *model, uint32_t kind)
{
    if (model->misbehaves != kind)
        return false;
    if (model->at != 0) {
        model->at--;
        return false;
    }
    model->misbehaves = ENGINE_BEHAVES;
    return true;
}
