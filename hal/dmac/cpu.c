/* SPDX-License-Identifier: MIT */
#include "cpu.h"

#include "../../platform/mmio.h"
#include "../atomic.h"
#include "../bits.h"
#include "../container_of.h"
#include "../ring.h"

#include <stddef.h>

const struct hal_limits cpu_dmac_limits = { .address_bits = HAL_ADDRESS_BITS };

static struct cpu_dmac *to_cpu(struct hal_dmac *dmac)
{
    return HAL_CONTAINER_OF(dmac, struct cpu_dmac, dmac);
}

static enum iodma_status cpu_start(struct hal_dmac *dmac)
{
    struct cpu_dmac *cpu = to_cpu(dmac);

    if (!cpu->ring || !is_power_of_two(cpu->slots))
        return IODMA_BAD_ARGUMENT;
    cpu->route = (struct hal_route){ .rows = 0 };
    cpu->filled = 0;
    cpu->worked = 0;
    cpu->retired = 0;
    cpu->fault = HAL_FAULT_NONE;
    cpu->told = HAL_FAULT_NONE;
    cpu->moved = 0;
    cpu->runs = true;
    dmac->counts = (struct hal_dmac_counts){ 0, 0 };
    return IODMA_OK;
}

static bool can_reach(const struct hal_dmac *dmac, const struct hal_end *end)
{
    return end->kind != HAL_PORT ||
           ((dmac->widths & end->port->width) != 0 &&
            end->port->request == HAL_NO_REQUEST &&
            (uintptr_t)end->port->address == end->port->address);
}

static enum iodma_status cpu_route(struct hal_dmac *dmac,
                                   const struct hal_route *route)
{
    struct cpu_dmac *cpu = to_cpu(dmac);

    if (route->cyclic || !can_reach(dmac, &route->source) ||
        !can_reach(dmac, &route->destination))
        return IODMA_UNSUPPORTED;
    cpu->route = *route;
    cpu->stepped = 0;
    return IODMA_OK;
}

/* 1 if no end is a port. */
static uint32_t port_width(const struct hal_route *route)
{
    const struct hal_end *source = &route->source;
    const struct hal_end *destination = &route->destination;

    if (source->kind == HAL_PORT)
        return source->port->width;
    return destination->kind == HAL_PORT ? destination->port->width : 1;
}

static bool encodable(const struct cpu_dmac *cpu, const struct hal_item *item)
{
    const struct hal_route *route = &cpu->route;
    hal_address bits = item->length;

    if (route->source.kind == HAL_MEMORY)
        bits |= item->source;
    if (route->destination.kind == HAL_MEMORY)
        bits |= item->destination;
    return item->length != 0 && modulo32(bits, port_width(route)) == 0;
}

static uint32_t cpu_emit(struct hal_dmac *dmac, const struct hal_item *items,
                         uint32_t count)
{
    struct cpu_dmac *cpu = to_cpu(dmac);
    uint32_t room =
        ring_free(cpu->filled, atomic_read_acquire(&cpu->retired), cpu->slots);
    uint32_t taken = 0;

    while (taken < count && taken < room && encodable(cpu, &items[taken])) {
        cpu->ring[ring_slot(cpu->filled, cpu->slots)] = items[taken];
        cpu->filled++;
        taken++;
    }
    dmac->counts.items += taken;
    return taken;
}

/* Memory ------------------------------------------------------------------ */

/* Memory that is a pointer at the moment. */
struct opening {
    uint8_t *bytes; /* NULL: it is not to be reached */
    hal_address length;
    const struct hal_window *window; /* NULL: none was opened */
};

/* The CPU's physical address of a bus address, and how many bytes from there
   on are in the same aperture; false: in none. */
static bool locate(const struct hal_bus *bus, hal_address address,
                   uint32_t access, hal_address *physical, hal_address *length)
{
    for (uint32_t i = 0; i < bus->aperture_count; i++) {
        const struct hal_aperture *aperture = &bus->apertures[i];
        hal_address offset = address - aperture->bus;
        hal_address last = aperture->last - aperture->first;

        if (offset <= last && (aperture->access & access) != 0) {
            *physical = aperture->first + offset;
            *length = smaller(*length - 1, last - offset) + 1;
            return true;
        }
    }
    return false;
}

static const struct hal_region *region_of(const struct hal_bus *bus,
                                          hal_address physical, uint32_t access)
{
    for (uint32_t i = 0; i < bus->region_count; i++) {
        const struct hal_region *region = &bus->regions[i];

        if (span_holds(region->first, region->last, physical))
            return access == HAL_READ || region->writable ? region : NULL;
    }
    return NULL;
}

/* Open up to `length` bytes from a bus address on. */
static struct opening open_at(const struct hal_bus *bus, hal_address address,
                              hal_address length, uint32_t access)
{
    struct opening opening = { .length = length };
    const struct hal_region *region;
    hal_address physical;

    if (!locate(bus, address, access, &physical, &opening.length))
        return opening;
    region = region_of(bus, physical, access);
    if (!region)
        return opening;
    opening.length = smaller(opening.length - 1, region->last - physical) + 1;
    opening.length = smaller(opening.length, (hal_address)PTRDIFF_MAX);
    opening.window = region->window;
    opening.bytes =
        region->window
            ? (uint8_t *)region->window->open(physical, &opening.length)
            : (uint8_t *)(uintptr_t)physical;
    return opening;
}

static void close_it(const struct opening *opening)
{
    if (opening->bytes && opening->window)
        opening->window->close(opening->bytes);
}

/* Work -------------------------------------------------------------------- */

/* One access in the port's width; the bytes in memory are in its order. */
static void port_read(const struct hal_port *port, uintptr_t address,
                      uint8_t *bytes)
{
    if (port->width == 1) {
        *bytes = mmio_read8(address);
    } else if (port->width == 2) {
        uint16_t value = mmio_read16(address);

        __builtin_memcpy(bytes, &value, sizeof value);
    } else {
        uint32_t value = mmio_read32(address);

        __builtin_memcpy(bytes, &value, sizeof value);
    }
}

static void port_write(const struct hal_port *port, uintptr_t address,
                       const uint8_t *bytes)
{
    if (port->width == 1) {
        mmio_write8(address, *bytes);
    } else if (port->width == 2) {
        uint16_t value;

        __builtin_memcpy(&value, bytes, sizeof value);
        mmio_write16(address, value);
    } else {
        uint32_t value;

        __builtin_memcpy(&value, bytes, sizeof value);
        mmio_write32(address, value);
    }
}

/* Move a multiple of the port's width. */
static void serve_port(struct cpu_dmac *cpu, const struct hal_port *port,
                       uint8_t *bytes, hal_address length, bool writes)
{
    for (hal_address done = 0; done < length; done += port->width) {
        uintptr_t address = (uintptr_t)(port->address + cpu->stepped);

        if (writes)
            port_write(port, address, bytes + done);
        else
            port_read(port, address, bytes + done);
        cpu->stepped += port->increment;
    }
}

/* Move what both ends have open. */
static void move(struct cpu_dmac *cpu, const struct opening *source,
                 const struct opening *destination, hal_address length)
{
    const struct hal_end *from = &cpu->route.source;
    const struct hal_end *to = &cpu->route.destination;

    if (to->kind == HAL_PORT)
        serve_port(cpu, to->port, source->bytes, length, true);
    else if (from->kind == HAL_PORT)
        serve_port(cpu, from->port, destination->bytes, length, false);
    else if (from->kind == HAL_FILL)
        __builtin_memset(destination->bytes, from->fill, (size_t)length);
    else
        __builtin_memmove(destination->bytes, source->bytes, (size_t)length);
}

/* An end that is not memory is there, and as long as one likes. */
static struct opening open_end(const struct hal_bus *bus,
                               const struct hal_end *end, hal_address address,
                               hal_address length, uint32_t access)
{
    static uint8_t nothing;

    if (end->kind == HAL_MEMORY)
        return open_at(bus, address, length, access);
    return (struct opening){ .bytes = &nothing, .length = length };
}

/* A part of a row. Returns how many bytes were moved; 0: it cannot go on. */
static hal_address move_some(struct cpu_dmac *cpu, hal_address source,
                             hal_address destination, hal_address length)
{
    const struct hal_route *route = &cpu->route;
    const struct hal_bus *bus = cpu->dmac.bus;
    struct opening from =
        open_end(bus, &route->source, source, length, HAL_READ);
    struct opening to;
    hal_address moved = 0;

    if (!from.bytes)
        return 0;
    to =
        open_end(bus, &route->destination, destination, from.length, HAL_WRITE);
    if (to.bytes) {
        moved = to.length - modulo32(to.length, port_width(route));
        move(cpu, &from, &to, moved);
    }
    close_it(&to);
    close_it(&from);
    return moved;
}

static bool do_row(struct cpu_dmac *cpu, hal_address source,
                   hal_address destination, hal_address length)
{
    hal_address done = 0;

    while (done < length) {
        hal_address moved =
            move_some(cpu, source + done, destination + done, length - done);

        if (moved == 0)
            return false;
        done += moved;
        cpu->moved += moved;
    }
    return true;
}

/* Go to the next row; false: there is no such address. */
static bool step(hal_address *address, int32_t stride)
{
    hal_address from = *address;

    *address += (hal_address)(int64_t)stride;
    return stride < 0 ? *address < from : *address >= from;
}

static bool do_item(struct cpu_dmac *cpu, const struct hal_item *item)
{
    const struct hal_route *route = &cpu->route;
    uint32_t rows = larger32(route->rows, 1);
    hal_address source = item->source;
    hal_address destination = item->destination;

    cpu->moved = 0;
    for (uint32_t i = 0; i < rows; i++) {
        if (i != 0 && (!step(&source, route->source_stride) ||
                       !step(&destination, route->destination_stride)))
            return false;
        if (!do_row(cpu, source, destination, item->length))
            return false;
    }
    cpu->moved = 0;
    return true;
}

static void cpu_submit(struct hal_dmac *dmac)
{
    struct cpu_dmac *cpu = to_cpu(dmac);

    if (!cpu->runs || cpu->worked == cpu->filled)
        return;
    dmac->counts.doorbells++;
    while (cpu->fault == HAL_FAULT_NONE && cpu->worked != cpu->filled) {
        if (do_item(cpu, &cpu->ring[ring_slot(cpu->worked, cpu->slots)]))
            atomic_write_release(&cpu->worked, cpu->worked + 1);
        else
            atomic_write_release(&cpu->fault, HAL_FAULT_BUS);
    }
}

static struct hal_progress cpu_reap(struct hal_dmac *dmac)
{
    struct cpu_dmac *cpu = to_cpu(dmac);
    uint32_t fault = atomic_read_acquire(&cpu->fault);
    uint32_t worked = atomic_read_acquire(&cpu->worked);
    struct hal_progress progress = { .retired = worked - cpu->retired };

    if (fault != cpu->told)
        progress.fault = fault;
    cpu->told = fault;
    atomic_write_release(&cpu->retired, worked);
    return progress;
}

static struct hal_residue cpu_residue(struct hal_dmac *dmac)
{
    const struct cpu_dmac *cpu = to_cpu(dmac);
    uint32_t rows = larger32(cpu->route.rows, 1);
    hal_address left = 0 - cpu->moved;

    for (uint32_t i = cpu->worked; i != cpu->filled; i++)
        left += cpu->ring[ring_slot(i, cpu->slots)].length * rows;
    return (struct hal_residue){ left, left };
}

/* It rests whenever somebody can ask. */
static uint32_t cpu_halt(struct hal_dmac *const *set, uint32_t count,
                         uint64_t deadline)
{
    (void)deadline;
    for (uint32_t i = 0; i < count; i++)
        to_cpu(set[i])->runs = false;
    return 0;
}

const struct hal_dmac_ops cpu_dmac_ops = {
    .start = cpu_start,
    .route = cpu_route,
    .emit = cpu_emit,
    .submit = cpu_submit,
    .reap = cpu_reap,
    .residue = cpu_residue,
    .halt = cpu_halt,
};
