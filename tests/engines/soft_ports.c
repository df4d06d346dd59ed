/* SPDX-License-Identifier: MIT */
#include "tests/engines/soft_ports.h"

#include "platform/mmio.h"

#include <string.h>

static struct model_port ports[ENGINE_MODEL_PORTS];
static const struct hal_bus *bus;
static const char *violation;

void soft_ports_power_on(const struct engine_place *place)
{
    memset(ports, 0, sizeof ports);
    bus = place->bus;
    violation = NULL;
}

struct model_port *soft_port(uint32_t index)
{
    return &ports[index];
}

static struct model_port *port_at(uint64_t address)
{
    for (uint32_t i = 0; i < ENGINE_MODEL_PORTS; i++) {
        if (ports[i].width != 0 && ports[i].bus == address)
            return &ports[i];
    }
    violation = "an access to a port that is not there";
    return NULL;
}

static void move(struct model_port *port, void *bytes, uint32_t size,
                 bool writes)
{
    if (size != port->width)
        violation = "a port accessed in another width than its own";
    else if (size > port->size - port->done)
        violation = "more at a port than it has";
    if (violation)
        return;
    if (writes)
        memcpy(port->bytes + port->done, bytes, size);
    else
        memcpy(bytes, port->bytes + port->done, size);
    port->done += size;
}

const char *soft_ports_violation(void)
{
    return violation;
}

/* Where the CPU's address is on the bus. */
static uint64_t on_bus(uintptr_t address)
{
    for (uint32_t i = 0; i < bus->aperture_count; i++) {
        const struct hal_aperture *aperture = &bus->apertures[i];

        if (address >= aperture->first && address <= aperture->last)
            return address - aperture->first + aperture->bus;
    }
    return 0;
}

static void access(uintptr_t address, uint32_t *value, unsigned size,
                   bool writes)
{
    struct model_port *port = port_at(on_bus(address));

    if (port)
        move(port, value, size, writes);
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t value = 0;

    access(address, &value, size, false);
    return value;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    access(address, &value, size, true);
}
