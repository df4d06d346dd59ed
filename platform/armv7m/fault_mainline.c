/* SPDX-License-Identifier: MIT */
/*
 * Source: ARM DDI 0403E B3.2.15 to B3.2.18 (CFSR, HFSR, MMFAR, BFAR);
 *         ARM DDI 0553B D1.2 (CFSR.STKOF, SFSR, SFAR); bits as in CMSIS 5,
 *         core_cm33.h.
 */
#include "fault_parts.h"

#include "../../hal/bits.h"
#include "../mmio.h"
#include "core.h"
#include "image.h"

#define CFSR_IACCVIOL    BIT32(0)
#define CFSR_DACCVIOL    BIT32(1)
#define CFSR_MSTKERR     BIT32(4)
#define CFSR_MMARVALID   BIT32(7)
#define CFSR_IBUSERR     BIT32(8)
#define CFSR_PRECISERR   BIT32(9)
#define CFSR_IMPRECISERR BIT32(10)
#define CFSR_STKERR      BIT32(12)
#define CFSR_BFARVALID   BIT32(15)
#define CFSR_UNDEFINSTR  BIT32(16)
#define CFSR_INVSTATE    BIT32(17)
#define CFSR_INVPC       BIT32(18)
#define CFSR_NOCP        BIT32(19)
#define CFSR_STKOF       BIT32(20)
#define CFSR_UNALIGNED   BIT32(24)
#define CFSR_DIVBYZERO   BIT32(25)

#define CFSR_MEMORY MASK32(7, 0)
#define CFSR_BUS    MASK32(15, 8)
#define CFSR_USAGE  MASK32(31, 16)

#define HFSR_VECTTBL  BIT32(1)
#define HFSR_FORCED   BIT32(30)
#define HFSR_DEBUGEVT BIT32(31)

#define SFSR_AUVIOL    BIT32(3)
#define SFSR_INVTRAN   BIT32(4)
#define SFSR_SFARVALID BIT32(6)

/* The first one that is set says most. */
static const struct {
    uint32_t bit;
    const char *cause;
} causes[] = {
    { CFSR_IACCVIOL, "data or a device is not executable, look for a wild "
                     "function pointer or a destroyed return address" },
    { CFSR_DACCVIOL, "the memory protection unit forbids it" },
    { CFSR_IBUSERR, "jump to nowhere, look for a wild function pointer or a "
                    "destroyed return address" },
    { CFSR_PRECISERR, "nothing answers there, see the board's memory map" },
    { CFSR_IMPRECISERR, "a write some time before pc failed, address unknown" },
    { CFSR_UNDEFINSTR, "a trap of the compiler, data run as code, or an "
                       "instruction this core lacks" },
    { CFSR_INVSTATE, "an address with its lowest bit clear is no Thumb code, "
                     "look for a null or wild function pointer" },
    { CFSR_INVPC, "a destroyed stack" },
    { CFSR_NOCP, "floating point is off" },
    { CFSR_UNALIGNED, "an unaligned access that must be aligned" },
    { CFSR_DIVBYZERO, "division by zero" },
    { 0, "see ARM DDI 0403E B3.2.15" }, /* nothing is */
};

static const char *cause_of(uint32_t cfsr)
{
    uint32_t i = 0;

    while (causes[i].bit != 0 && (cfsr & causes[i].bit) == 0)
        i++;
    return causes[i].cause;
}

static uint32_t secure_status(void)
{
#if ARMV7M_SECURE_FAULTS
    return mmio_read32(SAU_SFSR);
#else
    return 0;
#endif
}

/* A fault is a hard fault where it must not wait: interrupts are masked, or
   another one is being handled. */
uint32_t fault_kind(uint32_t exception)
{
    uint32_t cfsr = mmio_read32(SCB_CFSR);

    if (exception != EXCEPTION_HARD ||
        (mmio_read32(SCB_HFSR) & HFSR_FORCED) == 0)
        return exception;
    if (cfsr & CFSR_MEMORY)
        return EXCEPTION_MEMORY;
    if (cfsr & CFSR_BUS)
        return EXCEPTION_BUS;
    if (cfsr & CFSR_USAGE)
        return EXCEPTION_USAGE;
    return secure_status() != 0 ? EXCEPTION_SECURE : EXCEPTION_HARD;
}

static void put_address(struct fault_line *line, bool valid, uintptr_t from)
{
    if (!valid) {
        fault_put(line, ", address none");
        return;
    }
    fault_put(line, ", address ");
    fault_put_hex(line, mmio_read32(from));
}

static void put_status(struct fault_line *line, uint32_t status)
{
    fault_put(line, ", status ");
    fault_put_hex(line, status);
}

static void put_secure(struct fault_line *line)
{
    uint32_t sfsr = secure_status();

    put_address(line, (sfsr & SFSR_SFARVALID) != 0, SAU_SFAR);
    put_status(line, sfsr);
    if (sfsr & SFSR_AUVIOL)
        fault_put(line, ": non-secure code touches what is secure");
    else if (sfsr & SFSR_INVTRAN)
        fault_put(line, ": secure code jumps to what is not");
    else
        fault_put(line, ": see ARM DDI 0553B, SFSR");
}

static void put_hard(struct fault_line *line)
{
    uint32_t hfsr = mmio_read32(SCB_HFSR);

    fault_put(line, ", address none");
    put_status(line, hfsr);
    if (hfsr & HFSR_VECTTBL)
        fault_put(line, ": the vector table cannot be read");
    else if (hfsr & HFSR_DEBUGEVT)
        fault_put(line, ": a breakpoint and no debugger, is semihosting on?");
    else
        fault_put(line, ": a supervisor call where interrupts are masked");
}

static void put_fault(struct fault_line *line, bool no_frame)
{
    uint32_t cfsr = mmio_read32(SCB_CFSR);

    if (cfsr & CFSR_MMARVALID)
        put_address(line, true, SCB_MMFAR);
    else
        put_address(line, (cfsr & CFSR_BFARVALID) != 0, SCB_BFAR);
    put_status(line, cfsr);
    if (no_frame || (cfsr & CFSR_STKOF)) {
        fault_put_overflow(line);
        return;
    }
    fault_put(line, ": ");
    fault_put(line, cause_of(cfsr));
}

void fault_put_cause(struct fault_line *line, uint32_t kind, bool no_frame)
{
    if (kind == EXCEPTION_SECURE)
        put_secure(line);
    else if (kind == EXCEPTION_HARD)
        put_hard(line);
    else
        put_fault(line, no_frame);
}

/* At its limit the stack pointer stays there, and nothing is written. */
bool fault_no_frame(const struct exception_frame *frame)
{
    uint32_t cfsr = mmio_read32(SCB_CFSR);

    return (uintptr_t)frame < (uintptr_t)stack_limit ||
           (cfsr & (CFSR_MSTKERR | CFSR_STKERR)) != 0 ||
           ((cfsr & CFSR_STKOF) != 0 &&
            (uintptr_t)frame == (uintptr_t)stack_limit);
}

void faults_on(void)
{
    mmio_write32(SCB_SHCSR, mmio_read32(SCB_SHCSR) | SCB_SHCSR_MEMFAULTENA |
                                SCB_SHCSR_BUSFAULTENA | SCB_SHCSR_USGFAULTENA |
                                SCB_SHCSR_SECUREENA);
}
