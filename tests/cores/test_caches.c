/* SPDX-License-Identifier: MIT */
/*
 * The registers of hal/cache/armv7m.c on a core that has them: all of them are
 * written, none faults, and no byte is lost. QEMU has no caches, and does not
 * say how long their lines are: what is missing shows in the model only
 * (tests/model/scb_model.c).
 */
#include <string.h>

#include "hal/cache/armv7m.h"
#include "tests/check.h"

/* A function, written anew and again. */
static uint16_t code[16] __attribute__((aligned(32)));
static uint8_t bytes[4096] __attribute__((aligned(32)));

static void expect_bytes_are(uint8_t value)
{
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        if (!expect_number("byte", bytes[i], value))
            break;
    }
}

static uint32_t call_code(uint32_t argument)
{
    uint32_t (*function)(uint32_t) =
        (uint32_t(*)(uint32_t))((uintptr_t)code | 1);

    return function(argument);
}

int main(void)
{
    static const struct hal_cache cache = ARMV7M_CACHE(32);
    const struct hal_cache_ops *ops = cache.ops;

    check_case("bytes outlive every maintenance, of any address and length");
    for (uint32_t at = 0; at < 64; at += 7) {
        for (uint32_t length = 0; length < 200; length += 33) {
            memset(bytes, (int)(at + 1), sizeof bytes);
            ops->clean(&cache, bytes + at, (uintptr_t)bytes + at, length);
            ops->clean_invalidate(&cache, bytes + at, (uintptr_t)bytes + at,
                                  length);
            expect_status("finish", ops->finish(&cache), IODMA_OK);
            expect_bytes_are((uint8_t)(at + 1));
        }
    }

    check_case("code that was just written is run");
    for (uint32_t n = 0; n < 256; n++) {
        code[0] = (uint16_t)(0x3000 | n); /* adds r0, #n */
        code[1] = 0x4770;                 /* bx lr       */
        expect_status(
            "executable",
            ops->make_executable(&cache, code, (uintptr_t)code, sizeof code),
            IODMA_OK);
        if (!expect_number("result", call_code(1000), 1000 + n))
            break;
    }
    return check_result();
}
