/* SPDX-License-Identifier: MIT */
/*
 * Device registers. This is the only file with volatile data: each call is
 * one access of exactly the given width, never merged, split or moved across
 * another. Ordering against memory is the business of platform/barrier.h.
 *
 * With PLAT_MMIO_MODEL defined (native builds) every access goes to a model
 * of the device, which the test program defines.
 */
#ifndef PLATFORM_MMIO_H
#define PLATFORM_MMIO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef PLAT_MMIO_MODEL

/*
 * What a native test program defines in place of hardware.
 *
 *   address  of the register, as the driver was told
 *   value    what is written; the unused upper bits are 0
 *   size     width of the access: 1, 2 or 4 bytes
 *
 * The read returns the register's value; bits above the width are dropped.
 *
 * Context: that of the driver which accesses the register.
 */
uint32_t mmio_model_read(uintptr_t address, unsigned size);
void mmio_model_write(uintptr_t address, uint32_t value, unsigned size);

#endif

/*
 * Read one register of 8, 16 or 32 bits.
 *
 *   address  virtual, a multiple of the width
 *
 * Returns what the device answers, in the CPU's byte order as the bus
 * delivers it.
 *
 * Context: any.
 */
static inline uint8_t mmio_read8(uintptr_t address)
{
#ifdef PLAT_MMIO_MODEL
    return (uint8_t)mmio_model_read(address, 1);
#else
    return *(const volatile uint8_t *)address;
#endif
}

static inline uint16_t mmio_read16(uintptr_t address)
{
#ifdef PLAT_MMIO_MODEL
    return (uint16_t)mmio_model_read(address, 2);
#else
    return *(const volatile uint16_t *)address;
#endif
}

static inline uint32_t mmio_read32(uintptr_t address)
{
#ifdef PLAT_MMIO_MODEL
    return mmio_model_read(address, 4);
#else
    return *(const volatile uint32_t *)address;
#endif
}

/*
 * Write one register of 8, 16 or 32 bits.
 *
 *   address  virtual, a multiple of the width
 *   value    in the CPU's byte order
 *
 * The write may still be on its way when the call returns.
 *
 * Context: any.
 */
static inline void mmio_write8(uintptr_t address, uint8_t value)
{
#ifdef PLAT_MMIO_MODEL
    mmio_model_write(address, value, 1);
#else
    *(volatile uint8_t *)address = value;
#endif
}

static inline void mmio_write16(uintptr_t address, uint16_t value)
{
#ifdef PLAT_MMIO_MODEL
    mmio_model_write(address, value, 2);
#else
    *(volatile uint16_t *)address = value;
#endif
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
#ifdef PLAT_MMIO_MODEL
    mmio_model_write(address, value, 4);
#else
    *(volatile uint32_t *)address = value;
#endif
}

#ifdef __cplusplus
}
#endif

#endif
