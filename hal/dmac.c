/* SPDX-License-Identifier: MIT */
#include "hal/dmac.h"

#include "hal/bits.h"

const char *hal_fault_name(uint32_t fault)
{
    static const char *const names[] = {
        [HAL_FAULT_NONE] = "no fault",
        [HAL_FAULT_DESCRIPTOR] = "illegal descriptor",
        [HAL_FAULT_BUS] = "bus access refused",
        [HAL_FAULT_PARITY] = "parity error",
        [HAL_FAULT_OTHER] = "stopped for a reason of its own",
    };

    return fault < COUNT_OF(names) ? names[fault] : "unknown fault";
}
