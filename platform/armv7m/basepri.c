/* SPDX-License-Identifier: MIT */
#include "basepri.h"

#include "../../hal/container_of.h"

/* BASEPRI_MAX takes a value only if it holds back more. */
uint32_t basepri_save(const struct hal_lock *lock)
{
    uint32_t priority =
        HAL_CONTAINER_OF(lock, const struct basepri_lock, lock)->priority;
    uint32_t state;

    __asm__ volatile("mrs %0, basepri\n\tmsr basepri_max, %1\n\tisb"
                     : "=&r"(state)
                     : "r"(priority)
                     : "memory");
    return state;
}

void basepri_restore(const struct hal_lock *lock, uint32_t state)
{
    (void)lock;
    __asm__ volatile("msr basepri, %0" : : "r"(state) : "memory");
}
