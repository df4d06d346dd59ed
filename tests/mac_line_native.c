/* SPDX-License-Identifier: MIT */
#include "tests/mac_line.h"

void mac_line_raise(void (*handler)(void *argument), void *argument)
{
    handler(argument);
}
