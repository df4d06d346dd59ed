/* SPDX-License-Identifier: MIT */
/*
 * What a product lends. The lock and the fences only count, maintenance takes
 * notes: without a branch (hooks.h). And memcpy and its like: the host's would
 * choose by the CPU; these are plain loops, the same everywhere.
 */
#include "tests/bench/hooks.h"

#include "tests/bench/floor.h"
#include "tests/bench/stage.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

uint32_t hooks_calls[HOOKS_COUNT];

static uint64_t hook_now(const struct hal_clock *self)
{
    (void)self;
    hooks_calls[HOOKS_hook_now]++;
    return 0;
}

static uint32_t hook_frequency(const struct hal_clock *self)
{
    (void)self;
    hooks_calls[HOOKS_hook_frequency]++;
    return 1000;
}

static uint32_t hook_save(const struct hal_lock *self)
{
    (void)self;
    hooks_calls[HOOKS_hook_save]++;
    return 0;
}

static void hook_restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    (void)state;
    hooks_calls[HOOKS_hook_restore]++;
}

static void hook_publish(void)
{
    hooks_calls[HOOKS_hook_publish]++;
}

static void hook_observe(void)
{
    hooks_calls[HOOKS_hook_observe]++;
}

/* Maintenance ------------------------------------------------------------- */

struct hooks_log hooks_cleaned;
struct hooks_log hooks_dropped;

static inline void note(struct hooks_log *log, const void *pointer,
                        size_t length)
{
    uint32_t call = log->count++ % HOOKS_LOG;

    log->calls[call].first = (uintptr_t)pointer;
    log->calls[call].length = length;
}

static void hook_clean(const struct hal_cache *cache, void *va, hal_address pa,
                       size_t length)
{
    (void)cache;
    (void)pa;
    hooks_calls[HOOKS_hook_clean]++;
    note(&hooks_cleaned, va, length);
}

static void hook_drop(const struct hal_cache *cache, void *va, hal_address pa,
                      size_t length)
{
    (void)cache;
    (void)pa;
    hooks_calls[HOOKS_hook_drop]++;
    note(&hooks_dropped, va, length);
}

static enum iodma_status hook_finish(const struct hal_cache *cache)
{
    (void)cache;
    hooks_calls[HOOKS_hook_finish]++;
    return IODMA_OK;
}

struct hooks_lines hooks_lines(const struct hooks_log *log)
{
    struct hooks_lines lines = { UINTPTR_MAX, 0, 0 };

    for (uint32_t i = 0; i < log->count && i < HOOKS_LOG; i++) {
        uintptr_t first = log->calls[i].first;
        uintptr_t end = first + log->calls[i].length;

        lines.first = first < lines.first ? first : lines.first;
        lines.end = end > lines.end ? end : lines.end;
        lines.length += log->calls[i].length;
    }
    return lines;
}

static const struct hal_cache_ops cache_ops = { .clean = hook_clean,
                                                .clean_invalidate = hook_drop,
                                                .finish = hook_finish };

const struct hal_cache hooks_cache = {
    .ops = &cache_ops,
    .largest_line = STAGE_LINE,
    .smallest_line = STAGE_LINE,
};
const struct hal_clock hooks_clock = { .now = hook_now,
                                       .frequency = hook_frequency };
const struct hal_lock hooks_lock = { .save = hook_save,
                                     .restore = hook_restore };
const struct hal_fences hooks_fences = { .publish = hook_publish,
                                         .observe = hook_observe };

void floor_clean(const void *pointer, size_t length)
{
    hooks_calls[HOOKS_floor_clean]++;
    note(&hooks_cleaned, pointer, length);
}

void floor_invalidate(const void *pointer, size_t length)
{
    hooks_calls[HOOKS_floor_invalidate]++;
    note(&hooks_dropped, pointer, length);
}

void floor_fence(void)
{
    hooks_calls[HOOKS_floor_fence]++;
}

/* Copies ------------------------------------------------------------------ */

uint64_t hooks_copied;
uint64_t hooks_cleared;

void hooks_reset(void)
{
    for (unsigned i = 0; i < HOOKS_COUNT; i++)
        hooks_calls[i] = 0;
    hooks_cleaned.count = hooks_dropped.count = 0;
    hooks_copied = hooks_cleared = 0;
}

struct __attribute__((packed, may_alias)) word {
    uint64_t value;
};

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    hooks_copied += length;
    for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
        *(struct word *)out = *(const struct word *)in;
        out += sizeof(struct word);
        in += sizeof(struct word);
    }
    while (length-- != 0)
        *out++ = *in++;
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if ((uintptr_t)to - (uintptr_t)from >= length)
        return memcpy(to, from, length);
    hooks_copied += length;
    while (length-- != 0)
        out[length] = in[length];
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint64_t pattern = (uint8_t)value * UINT64_C(0x0101010101010101);
    uint8_t *out = to;

    hooks_cleared += length;
    for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
        ((struct word *)out)->value = pattern;
        out += sizeof(struct word);
    }
    while (length-- != 0)
        *out++ = (uint8_t)value;
    return to;
}
