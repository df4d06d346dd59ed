/* SPDX-License-Identifier: MIT */
/* Rounds that clang's libFuzzer looks for: it has the main(). */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_run(bytes, size);
    return 0;
}
