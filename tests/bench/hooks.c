/* SPDX-License-Identifier: MIT */
/*
 * What a product lends. The lock and the fences do nothing, maintenance only
 * takes notes. And memcpy and its like: the host's would choose by the CPU;
 * these are plain loops, the same everywhere.
 */
#include "tests/bench/hooks.h"

#include "tests/bench/floor.h"
#include "tests/bench/stage.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint64_t hook_now(const struct hal_clock *self)
{
    (void)self;
    return 0;
}

static uint32_t hook_frequency(const struct hal_clock *self)
{
    (void)self;
    return 1000;
}

static uint32_t hook_save(const struct hal_lock *self)
{
    (void)self;
    return 0;
}

static void hook_restore(const struct hal_lock *self, uint32_t state)
{
    (void)self;
    (void)state;
}

static void hook_fence(void)
{
}

/* Maintenance ------------------------------------------------------------- */

struct hooks_lines hooks_cleaned;
struct hooks_lines hooks_dropped;

static void hook_note(struct hooks_lines *lines, const void *pointer,
                      size_t length)
{
    uintptr_t first = (uintptr_t)pointer;

    if (lines->length == 0 || first < lines->first)
        lines->first = first;
    if (first + length > lines->end)
        lines->end = first + length;
    lines->length += length;
}

static void hook_clean(const struct hal_cache *cache, void *va, hal_address pa,
                       size_t length)
{
    (void)cache;
    (void)pa;
    hook_note(&hooks_cleaned, va, length);
}

static void hook_drop(const struct hal_cache *cache, void *va, hal_address pa,
                      size_t length)
{
    (void)cache;
    (void)pa;
    hook_note(&hooks_dropped, va, length);
}

static enum iodma_status hook_finish(const struct hal_cache *cache)
{
    (void)cache;
    return IODMA_OK;
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
const struct hal_fences hooks_fences = { .publish = hook_fence,
                                         .observe = hook_fence };

void floor_clean(const void *pointer, size_t length)
{
    hook_note(&hooks_cleaned, pointer, length);
}

void floor_invalidate(const void *pointer, size_t length)
{
    hook_note(&hooks_dropped, pointer, length);
}

void floor_fence(void)
{
}

/* Copies ------------------------------------------------------------------ */

uint64_t hooks_copied;
uint64_t hooks_cleared;

void hooks_reset(void)
{
    hooks_cleaned = hooks_dropped = (struct hooks_lines){ .length = 0 };
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
