/* SPDX-License-Identifier: MIT */
/* How many elements an array has: of what is lent with a count. */
#ifndef HAL_COUNT_OF_H
#define HAL_COUNT_OF_H

/* Elements of an array, which is no pointer: a constant if its length is. */
#define HAL_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
