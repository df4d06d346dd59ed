/* SPDX-License-Identifier: MIT */
/* A program without iodma finds that out: nothing but the header is used. */
#include "dma/weak.h"
#include "tests/check.h"

int main(void)
{
    struct iodma_command storage;
    struct iodma_command *command = &storage;

    check_case("a weak reference does not pull the library in");
    expect_status("init_weak",
                  iodma_command_init_weak(&command, &storage, NULL, NULL, NULL),
                  IODMA_UNSUPPORTED);
    expect("the command is as before", command == &storage);
    return check_result();
}
