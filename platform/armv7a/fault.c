/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with an ARMv7-A core, in words.
 *
 * Source: ARM DDI 0406C B1.8 and B1.9 (exceptions), B3.13 (fault status),
 *         B4.1 (DFSR, DFAR, IFSR, IFAR).
 */
#include "fault.h"

#include <stdbool.h>
#include <stddef.h>

#include "cp15.h"
#include "image.h"
#include "window.h"

#define PAGE 0x1000u

#define SPSR_THUMB (1u << 5) /* B1.3.3, the T bit */

/* DFSR and IFSR in the long-descriptor format (B3.13). */
#define FSR_STATUS                0x3fu
#define FSR_STATUS_ASYNC_EXTERNAL 0x11u
#define FSR_STATUS_ASYNC_PARITY   0x19u
#define FSR_LONG                  (1u << 9)
#define FSR_WRITE                 (1u << 11) /* DFSR only */

/* The last two bits of these say at which level (B3.13). */
static const char *status_with_level(uint32_t status)
{
    switch (status >> 2) {
    case 0x01:
        return "translation fault";
    case 0x02:
        return "access flag fault";
    case 0x03:
        return "permission fault";
    case 0x05:
        return "external abort on a table walk";
    case 0x07:
        return "parity error on a table walk";
    default:
        return NULL;
    }
}

static const char *status_alone(uint32_t status)
{
    switch (status) {
    case 0x10:
        return "external abort";
    case FSR_STATUS_ASYNC_EXTERNAL:
        return "asynchronous external abort";
    case 0x18:
        return "parity error";
    case FSR_STATUS_ASYNC_PARITY:
        return "asynchronous parity error";
    case 0x21:
        return "alignment fault";
    case 0x22:
        return "debug event";
    case 0x30:
        return "TLB conflict";
    default:
        return "unknown status";
    }
}

static void put_status(struct fault_line *line, uint32_t fsr)
{
    uint32_t status = fsr & FSR_STATUS;
    const char *name = status_with_level(status);

    fault_put(line, ", status ");
    fault_put_hex(line, fsr);
    fault_put(line, " (");
    if (!(fsr & FSR_LONG)) {
        fault_put(line, "before the MMU was on");
    } else if (name != NULL) {
        fault_put(line, name);
        fault_put(line, ", level ");
        fault_put_decimal(line, status & 3);
    } else {
        fault_put(line, status_alone(status));
    }
    fault_put(line, ")");
}

static bool within(uint32_t address, const char *start, const char *limit)
{
    return address >= (uint32_t)start && address < (uint32_t)limit;
}

static const char *overflowed_stack(uint32_t address)
{
    if (within(address, svc_guard, svc_guard + PAGE))
        return "of main()";
    if (within(address, irq_guard, irq_guard + PAGE))
        return "of the interrupt handlers";
    if (within(address, fault_guard, fault_guard + PAGE))
        return "of the fault handlers";
    return NULL;
}

static void put_data_cause(struct fault_line *line, uint32_t fsr,
                           uint32_t address)
{
    uint32_t status = fsr & FSR_STATUS;
    const char *stack = overflowed_stack(address);

    fault_put(line, fsr & FSR_WRITE ? ", write: " : ", read: ");
    if (!(fsr & FSR_LONG)) {
        fault_put(line, "look at what start.S does before mmu_on()");
    } else if (status == FSR_STATUS_ASYNC_EXTERNAL ||
               status == FSR_STATUS_ASYNC_PARITY) {
        fault_put(line, "a write some time before pc failed, address unknown");
    } else if (stack != NULL) {
        fault_put(line, "stack overflow ");
        fault_put(line, stack);
        fault_put(line,
                  ", look for recursion or large locals, or raise its size "
                  "in linker/sections.ld");
    } else if (address < PAGE) {
        fault_put(line, "null pointer");
    } else if (within(address, image_text, image_data)) {
        fault_put(line, "code and constants cannot be written");
    } else if (status >> 2 == 0x01 &&
               address - window_base < PLAT_WINDOW_SPACE) {
        fault_put(line, "closed window, or past the end of an open one");
    } else if (status >> 2 == 0x01) {
        fault_put(line,
                  "wild pointer, or memory missing from the board's mmu_maps");
    } else if (status == 0x10) {
        fault_put(line, "nothing answers there, see the board's memory map");
    } else {
        fault_put(line, "see ARM DDI 0406C B3.13");
    }
}

static void put_prefetch_cause(struct fault_line *line, uint32_t fsr,
                               uint32_t address)
{
    uint32_t status = fsr & FSR_STATUS;

    fault_put(line, ": ");
    if (address < PAGE)
        fault_put(line, "call through a null pointer");
    else if (status >> 2 == 0x03)
        fault_put(line,
                  "data is not executable, look for a wild function pointer "
                  "or a destroyed return address");
    else if (status >> 2 == 0x01)
        fault_put(line,
                  "jump to nowhere, look for a wild function pointer or a "
                  "destroyed return address");
    else
        fault_put(line, "see ARM DDI 0406C B3.13");
}

static void put_data_abort(struct fault_line *line)
{
    uint32_t fsr, address;

    CP15_READ(fsr, DFSR);
    CP15_READ(address, DFAR);
    fault_put(line, ", address ");
    fault_put_hex(line, address);
    put_status(line, fsr);
    put_data_cause(line, fsr, address);
}

static void put_prefetch_abort(struct fault_line *line)
{
    uint32_t fsr, address;

    CP15_READ(fsr, IFSR);
    CP15_READ(address, IFAR);
    fault_put(line, ", address ");
    fault_put_hex(line, address);
    put_status(line, fsr);
    put_prefetch_cause(line, fsr, address);
}

/* What tells most about an exception without an address: SPSR (B1.3.3). */
static void put_state(struct fault_line *line, uint32_t spsr)
{
    fault_put(line, ", address none, status ");
    fault_put_hex(line, spsr);
}

/* How far lr is behind the instruction at fault (B1.8.3, link values). */
static uint32_t fault_pc(uint32_t kind, uint32_t link, uint32_t spsr)
{
    switch (kind) {
    case FAULT_UNDEFINED:
    case FAULT_SVC:
        return link - (spsr & SPSR_THUMB ? 2 : 4);
    case FAULT_DATA_ABORT:
        return link - 8;
    default:
        return link - 4;
    }
}

void fault_raise(uint32_t kind, uint32_t link, uint32_t spsr)
{
    static const char *const names[] = {
        [FAULT_UNDEFINED] = "undefined instruction",
        [FAULT_SVC] = "supervisor call",
        [FAULT_PREFETCH_ABORT] = "prefetch abort",
        [FAULT_DATA_ABORT] = "data abort",
        [FAULT_FIQ] = "fast interrupt",
    };
    struct fault_line line;

    fault_begin(&line);
    fault_put(&line, names[kind]);
    fault_put(&line, " at pc ");
    fault_put_hex(&line, fault_pc(kind, link, spsr));

    switch (kind) {
    case FAULT_UNDEFINED:
        put_state(&line, spsr);
        fault_put(&line, ": a trap of the compiler, data run as code, or an "
                         "instruction this core lacks");
        break;
    case FAULT_SVC:
        put_state(&line, spsr);
        fault_put(&line, ": nobody takes it, is semihosting enabled?");
        break;
    case FAULT_PREFETCH_ABORT:
        put_prefetch_abort(&line);
        break;
    case FAULT_DATA_ABORT:
        put_data_abort(&line);
        break;
    default:
        put_state(&line, spsr);
        fault_put(&line,
                  ": nothing here raises one, see the interrupt groups of "
                  "the interrupt controller");
        break;
    }
    fault_end(&line);
}

void fault_interrupt(uint32_t id, uint32_t pc)
{
    struct fault_line line;
    uint32_t spsr;

    /* Ours still: handlers do not nest, and none has run. */
    __asm__ volatile("mrs %0, spsr" : "=r"(spsr));

    fault_begin(&line);
    fault_put(&line, "unexpected interrupt ");
    fault_put_decimal(&line, id);
    fault_put(&line, " at pc ");
    fault_put_hex(&line, pc);
    put_state(&line, spsr);
    fault_put(&line,
              ": enabled, but interrupt_install() was not called for it");
    fault_end(&line);
}
