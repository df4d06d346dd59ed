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

#include "../hal/address.h"
#include "../hal/status.h"
#include "reason.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef IODMA_REASONS
#define IODMA_REASONS 1
#endif

struct iodma_plan;
struct iodma_window;

/* What is broken: a rule, and an argument or a field by its number. Between
   them a status is left room for. */
#define IODMA_AT(rule, place, number)                                          \
    ((rule) | ((uint32_t)(number) + ((place) == IODMA_PLACE_FIELD ? 32u : 0u)) \
                  << 10)
#define IODMA_AT_ARGUMENT(rule, name)                                          \
    IODMA_AT(IODMA_RULE_##rule, IODMA_PLACE_ARGUMENT, IODMA_ARGUMENT_##name)
#define IODMA_AT_FIELD(rule, name)                                             \
    IODMA_AT(IODMA_RULE_##rule, IODMA_PLACE_FIELD, IODMA_FIELD_##name)

#if IODMA_REASONS

/* The statuses that refusals have, and their numbers: below 15. A rule without
   a place and one of the first four fit the 8 bits that a shorter instruction
   holds. */
/* clang-format off */
#define IODMA_ENDINGS(ending, status)                                          \
    ending(status, BAD_ARGUMENT, 0)                                            \
    ending(status, BUSY, 1)                                                    \
    ending(status, NOT_READY, 2)                                               \
    ending(status, NOT_ALIGNED, 3)                                             \
    ending(status, MESSAGE_TOO_LARGE, 4)                                       \
    ending(status, NO_SPACE, 5)                                                \
    ending(status, UNSUPPORTED, 6)                                             \
    ending(status, NOT_WRITABLE, 7)                                            \
    ending(status, NO_RESOURCES, 8)                                            \
    ending(status, NOT_ATTACHED, 9)                                            \
    ending(status, NOT_PERMITTED, 10)                                          \
    ending(status, OVERRUN, 11)
/* clang-format on */

/* The number of one of them; 15: it is none. */
#define IODMA_IS_ENDING(status, name, number)                                  \
    (status) == IODMA_##name ? UINT32_C(number):
#define IODMA_ENDING(status) (IODMA_ENDINGS(IODMA_IS_ENDING, status) 15u)

/* Rule, status and place in the 16 bits that an instruction holds: there are a
   hundred calls. No other status compiles; whoever has one that may be any says
   so (iodma_refuse_theirs). */
#define IODMA_ENDS(status, what)                                               \
    ((what) | IODMA_ENDING(status) << 6 |                                      \
     0 * (uint32_t)sizeof(struct {                                             \
         _Static_assert(IODMA_ENDING(status) != 15, "no status of refusals");  \
         char unused;                                                          \
     }))

/* What they come to. A word that need not be loaded, and values that need not
   go by the stack, are a third of a call. */
enum iodma_status iodma_record(struct iodma_reason *reason, uint32_t what);
enum iodma_status iodma_record_value(struct iodma_reason *reason, uint32_t what,
                                     hal_address actual);
enum iodma_status iodma_record_values(struct iodma_reason *reason,
                                      uint32_t what, hal_address actual,
                                      uint32_t required);
enum iodma_status iodma_record_wide(struct iodma_reason *reason, uint32_t what,
                                    hal_address actual, hal_address required);

/* Record a refusal, if somebody wants to know. Returns status, a constant, one
   of IODMA_ENDINGS. `what` is a rule, or IODMA_AT_...() of one. Context: any.
 */
#define iodma_refuse(reason, status, what)                                     \
    iodma_record(reason, IODMA_ENDS(status, what))

/* The same, with two values: rule and place say which. The smaller `required`
   is, the smaller is the call: mostly it is a constant, or has 32 bits.
   Context: any. */
#define iodma_refuse_values(reason, status, what, required, actual)            \
    (__builtin_constant_p(required) && (required) == 0                         \
         ? iodma_record_value(reason, IODMA_ENDS(status, what), actual)        \
     : sizeof(required) <= sizeof(uint32_t)                                    \
         ? iodma_record_values(reason, IODMA_ENDS(status, what), actual,       \
                               (uint32_t)(required))                           \
         : iodma_record_wide(reason, IODMA_ENDS(status, what), actual,         \
                             required))

/* Somebody else refused, a hook: the rule says who. Returns its status, which
   may be any. Context: any. */
enum iodma_status iodma_refuse_theirs(struct iodma_reason *reason,
                                      enum iodma_status status, uint32_t rule);

/* What was recorded ends with this status, and this would cure it instead of
   what follows from rule and values (dma/reason.c). Returns
   status. Context: any. */
enum iodma_status iodma_refuse_cure(struct iodma_reason *reason,
                                    enum iodma_status status, uint32_t cure,
                                    hal_address amount);

/* It ends with this status. Context: any. */
static inline void iodma_refuse_status(struct iodma_reason *reason,
                                       enum iodma_status status)
{
    if (reason)
        reason->status = (int32_t)status;
}

/* The refusal just recorded is at this place. Context: any. */
void iodma_refuse_at(struct iodma_reason *reason, uint32_t place,
                     hal_address number);

/* The same, in a segment or piece of a planned window from one position to
   another one. A cure that would move an end of it is dropped if that is no
   range's. Context: any. */
void iodma_refuse_segment(const struct iodma_plan *plan, hal_address position,
                          hal_address end);

/* The same, of a line, at the byte next to an end of an extent. Context: any.
 */
void iodma_refuse_line(const struct iodma_window *window, hal_address position);

/* Record that a window has caches to be maintained, and nobody does. Returns
   Unsupported. Context: any. */
enum iodma_status iodma_refuse_cache(const struct iodma_window *window);

#else

#define iodma_refuse(reason, status, what)                                     \
    ((void)(reason), (void)(what), (status))
#define iodma_refuse_values(reason, status, what, required, actual)            \
    ((void)(reason), (void)(what), (void)(required), (void)(actual), (status))
#define iodma_refuse_theirs(reason, status, rule)                              \
    ((void)(reason), (void)(rule), (status))
#define iodma_refuse_cure(reason, status, cure, amount)                        \
    ((void)(reason), (void)(cure), (void)(amount), (status))
#define iodma_refuse_status(reason, status) ((void)(reason), (void)(status))
#define iodma_refuse_at(reason, place, number)                                 \
    ((void)(reason), (void)(place), (void)(number))
#define iodma_refuse_segment(plan, position, end)                              \
    ((void)(plan), (void)(position), (void)(end))
#define iodma_refuse_line(window, position) ((void)(window), (void)(position))
#define iodma_refuse_cache(window)          ((void)(window), IODMA_UNSUPPORTED)

#endif

#ifdef __cplusplus
}
#endif

#endif
