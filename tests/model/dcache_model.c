/* SPDX-License-Identifier: MIT */
#include "tests/model/dcache_model.h"

#include "hal/bits.h"
#include "hal/container_of.h"

/* Registers. */
#define CR         0x00u
#define SR         0x04u
#define IER        0x08u
#define FCR        0x0Cu
#define RHMONR     0x10u
#define RMMONR     0x14u
#define WHMONR     0x20u
#define WMMONR     0x24u
#define CMDRSADDRR 0x28u
#define CMDREADDRR 0x2Cu

#define CR_EN       BIT32(0)
#define CR_CACHEINV BIT32(1)
#define CR_CACHECMD MASK32(10, 8)
#define CR_STARTCMD BIT32(11)
#define CR_KEPT                                                                \
    (CR_EN | CR_CACHECMD | MASK32(17, 16) | MASK32(21, 20) | BIT32(31))
#define CR_MONITORS MASK32(23, 16)
#define CR_KNOWN                                                               \
    (CR_EN | CR_CACHEINV | CR_CACHECMD | CR_STARTCMD | CR_MONITORS | BIT32(31))

#define SR_BUSYF    BIT32(0)
#define SR_BSYENDF  BIT32(1)
#define SR_ERRF     BIT32(2)
#define SR_BUSYCMDF BIT32(3)
#define SR_CMDENDF  BIT32(4)
#define SR_BUSY     (SR_BUSYF | SR_BUSYCMDF)
#define SR_FLAGS    (SR_BSYENDF | SR_ERRF | SR_CMDENDF)

/* Values of CACHECMD. */
enum { COMMAND_CLEAN = 1, COMMAND_INVALIDATE = 2, COMMAND_BOTH = 3 };

enum { POWER_UP_LINE = 32 };

static struct dcache_model *to_dcache(struct cache_lines *lines)
{
    return HAL_CONTAINER_OF(lines, struct dcache_model, lines);
}

static bool violates(struct dcache_model *model, const char *what)
{
    return cache_lines_violates(&model->lines, what);
}

static bool is_busy(const struct dcache_model *model)
{
    return model->delay != 0 || model->sr & SR_BUSY;
}

static uint32_t command_of(uint32_t cr)
{
    return (cr & CR_CACHECMD) >> 8;
}

/* Which operation on a line a command is. */
static uint32_t operation_of(const struct dcache_model *model)
{
    static const uint32_t operations[] = {
        [COMMAND_CLEAN] = CACHE_CLEAN,
        [COMMAND_INVALIDATE] = CACHE_INVALIDATE,
        [COMMAND_BOTH] = CACHE_CLEAN_INVALIDATE,
    };

    return operations[command_of(model->cr)];
}

/* The passing of time ----------------------------------------------------- */

/* All lines are dropped, whatever is in them. */
static void invalidate_all(struct dcache_model *model)
{
    model->sr |= SR_BUSYF;
    model->next = 0;
    model->end = CACHE_LINES_ARENA;
}

static void end_step(struct dcache_model *model)
{
    if (model->next != model->end)
        return;
    model->sr |= model->sr & SR_BUSYF ? SR_BSYENDF : SR_CMDENDF;
    model->sr &= ~SR_BUSY;
}

static bool write_back_fails(struct dcache_model *model)
{
    if (command_of(model->cr) == COMMAND_INVALIDATE || model->fails_at == 0)
        return false;
    model->fails_at--;
    return model->fails_at == 0;
}

static void work(struct dcache_model *model)
{
    uint32_t address = model->lines.base + model->next;

    if (model->sr & SR_BUSYF)
        cache_lines_apply(&model->lines, CACHE_INVALIDATE, address);
    else if (write_back_fails(model))
        model->sr |= SR_ERRF;
    else
        cache_lines_apply(&model->lines, operation_of(model), address);
    model->next += model->lines.line[0];
    end_step(model);
}

static bool step(struct dcache_model *model)
{
    if (model->stuck && is_busy(model))
        return false;
    if (model->delay != 0) {
        model->delay--;
        if (model->delay == 0)
            model->sr |= SR_BUSYCMDF;
    } else if (model->sr & SR_BUSY) {
        work(model);
    } else {
        return false;
    }
    cache_lines_moment(&model->lines);
    return true;
}

uint32_t dcache_model_step(struct dcache_model *model, uint32_t steps)
{
    uint32_t done = 0;

    while (done < steps && step(model))
        done++;
    return done;
}

bool dcache_model_interrupt(const struct dcache_model *model)
{
    return (model->sr & model->ier) != 0;
}

/* Commands ---------------------------------------------------------------- */

/* Every line of [first, end), as offsets, is one that may be worked on. */
static bool begins(struct dcache_model *model, uint32_t operation,
                   uint32_t first, uint32_t end)
{
    for (uint32_t at = first; at < end; at += model->lines.line[0]) {
        if (!cache_lines_begins(&model->lines, operation,
                                model->lines.base + at))
            return false;
    }
    return true;
}

static bool start(struct dcache_model *model)
{
    uint32_t first = model->first - model->lines.base;
    uint32_t last = model->last - model->lines.base;

    if (!(model->cr & CR_EN))
        return violates(model, "a command to a cache that is disabled");
    if (command_of(model->cr) == 0)
        return violates(model, "a start before the command was written");
    if (model->range_is_new)
        return violates(model, "a range written after its command");
    if (model->last < model->first)
        return violates(model, "a range that ends before it begins");
    if (first >= CACHE_LINES_ARENA || last >= CACHE_LINES_ARENA)
        return violates(model, "an operation beside all memory");
    if (!begins(model, operation_of(model), first, last + 1))
        return false;
    model->next = first;
    model->end = last + model->lines.line[0];
    model->delay = model->start_delay;
    if (model->delay == 0)
        model->sr |= SR_BUSYCMDF;
    return true;
}

/* Disabling invalidates all, with what is dirty. */
static void set_enabled(struct dcache_model *model, bool enabled)
{
    if (enabled == !model->lines.off)
        return;
    model->lines.off = !enabled;
    if (!enabled)
        invalidate_all(model);
}

static bool write_cr(struct dcache_model *model, uint32_t value)
{
    uint32_t changes = (model->cr ^ value) & CR_KEPT;
    bool starts = value & CR_STARTCMD;

    if (value & ~CR_KNOWN)
        return violates(model, "reserved bits");
    if (is_busy(model) &&
        ((changes & (CR_EN | CR_CACHECMD)) || starts || value & CR_CACHEINV))
        return violates(model, "a change of CR while the cache is busy");
    if (command_of(value) > COMMAND_BOTH)
        return violates(model, "a command that does not exist");
    if (starts && changes & CR_CACHECMD)
        return violates(model, "a start before the command was written");
    if (value & CR_CACHEINV && (!(model->cr & CR_EN) || starts))
        return violates(model, "a full invalidation that cannot be");
    model->cr = value & CR_KEPT;
    set_enabled(model, value & CR_EN);
    if (value & CR_CACHEINV) {
        if (!begins(model, CACHE_INVALIDATE, 0, CACHE_LINES_ARENA))
            return false;
        invalidate_all(model);
    }
    if (starts)
        return start(model);
    if (command_of(value) != 0)
        model->range_is_new = false;
    return true;
}

static bool write_range(struct dcache_model *model, uint32_t *end,
                        uint32_t value)
{
    if (is_busy(model))
        return violates(model, "a range written while the cache is busy");
    *end = value - modulo32(value, model->lines.line[0]);
    model->range_is_new = true;
    return true;
}

/* Registers --------------------------------------------------------------- */

static bool addressed(struct dcache_model *model, unsigned size)
{
    if (size != 4)
        return violates(model, "an access that is not of 32 bits");
    return true;
}

static uint32_t read_sr(struct dcache_model *model)
{
    if (!is_busy(model))
        cache_lines_awaited(&model->lines);
    return model->sr;
}

static uint32_t read(struct cache_lines *lines, uintptr_t address,
                     unsigned size)
{
    struct dcache_model *model = to_dcache(lines);

    if (!addressed(model, size))
        return 0;
    switch (address - model->base) {
    case CR:
        return model->cr;
    case SR:
        return read_sr(model);
    case IER:
        return model->ier;
    case CMDRSADDRR:
        return model->first;
    case CMDREADDRR:
        return model->last;
    case FCR:
    case RHMONR:
    case RMMONR:
    case WHMONR:
    case WMMONR:
        return 0;
    default:
        (void)violates(model, "an access beside the registers");
        return 0;
    }
}

static void write(struct cache_lines *lines, uintptr_t address, uint32_t value,
                  unsigned size)
{
    struct dcache_model *model = to_dcache(lines);

    if (!addressed(model, size))
        return;
    switch (address - model->base) {
    case CR:
        (void)write_cr(model, value);
        break;
    case IER:
    case FCR:
        if (value & ~SR_FLAGS)
            (void)violates(model, "reserved bits");
        else if (address - model->base == IER)
            model->ier = value;
        else
            model->sr &= ~value;
        break;
    case CMDRSADDRR:
        (void)write_range(model, &model->first, value);
        break;
    case CMDREADDRR:
        (void)write_range(model, &model->last, value);
        break;
    default:
        (void)violates(model, "a write to what cannot be written");
        break;
    }
}

static const struct cache_lines_ops ops = { .read = read, .write = write };

void dcache_model_power_on(struct dcache_model *model)
{
    *model = (struct dcache_model){ 0 };
    model->lines.ops = &ops;
    model->lines.line[0] = POWER_UP_LINE;
    model->lines.buffered = model->lines.background = true;
    model->lines.off = true;
    invalidate_all(model);
    cache_lines_power_on(&model->lines);
}
