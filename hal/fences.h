/* SPDX-License-Identifier: MIT */
/*
 * Order between the CPU and a device.
 *
 * publish  all that the CPU wrote is visible to the device before the next
 *          register write (the doorbell)
 * observe  nothing that the device wrote is read before the register or flag
 *          that announced it
 */
#ifndef HAL_FENCES_H
#define HAL_FENCES_H

struct hal_fences {
    void (*publish)(void);
    void (*observe)(void);
};

#endif
