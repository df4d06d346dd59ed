/* SPDX-License-Identifier: MIT */
/*
 * How whoever refuses says why (dma/reason.h): in place of a bare status.
 *
 *     return iodma_refuse(reason, IODMA_NOT_READY, IODMA_RULE_UNATTACHED);
 *
 * Without the option `reasons` nothing of it is left but the status.
 */
#ifndef DMA_REFUSE_H
#define DMA_REFUSE_H

#include "dma/reason.h"
#include "hal/address.h"
#include "hal/status.h"

#include <stdint.h>

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

struct iodma_window;

/* What is broken, with a place whose number is known when it is compiled. */
#define IODMA_AT(rule, place, number)                                          \
    ((rule) | (uint32_t)(place) << 8 | (uint32_t)(number) << 16)
#define IODMA_AT_ARGUMENT(rule, name)                                          \
    IODMA_AT(IODMA_RULE_##rule, IODMA_PLACE_ARGUMENT, IODMA_ARGUMENT_##name)
#define IODMA_AT_FIELD(rule, name)                                             \
    IODMA_AT(IODMA_RULE_##rule, IODMA_PLACE_FIELD, IODMA_FIELD_##name)

#if IODMA_REASONS

/* Record a refusal, if somebody wants to know. Returns status. `what` is a
   rule, or made by one of the above. Context: any. */
enum iodma_status iodma_refuse(struct iodma_reason *reason,
                               enum iodma_status status, uint32_t what);

/* The same, with two values. Context: any. */
enum iodma_status iodma_refuse_values(struct iodma_reason *reason,
                                      enum iodma_status status, uint32_t what,
                                      hal_address required, hal_address actual);

/* The refusal just recorded is at this place; at the byte at this position of
   a window. Context: any. */
void iodma_refuse_at(struct iodma_reason *reason, uint32_t place,
                     hal_address number);
void iodma_refuse_byte(const struct iodma_window *window, hal_address position);

/* What was recorded ends with this status, and this would cure it. Returns
   status. Context: any. */
enum iodma_status iodma_refuse_cure(struct iodma_reason *reason,
                                    enum iodma_status status, uint32_t cure,
                                    hal_address amount);

#else

static inline enum iodma_status iodma_refuse(struct iodma_reason *reason,
                                             enum iodma_status status,
                                             uint32_t what)
{
    (void)reason;
    (void)what;
    return status;
}

static inline enum iodma_status
iodma_refuse_values(struct iodma_reason *reason, enum iodma_status status,
                    uint32_t what, hal_address required, hal_address actual)
{
    (void)reason;
    (void)what;
    (void)required;
    (void)actual;
    return status;
}

static inline void iodma_refuse_at(struct iodma_reason *reason, uint32_t place,
                                   hal_address number)
{
    (void)reason;
    (void)place;
    (void)number;
}

static inline void iodma_refuse_byte(const struct iodma_window *window,
                                     hal_address position)
{
    (void)window;
    (void)position;
}

static inline enum iodma_status iodma_refuse_cure(struct iodma_reason *reason,
                                                  enum iodma_status status,
                                                  uint32_t cure,
                                                  hal_address amount)
{
    (void)reason;
    (void)cure;
    (void)amount;
    return status;
}

#endif

#endif
