/* SPDX-License-Identifier: MIT */
/* C++ has C11's _Static_assert, under another name. */
#ifndef HAL_STATIC_ASSERT_H
#define HAL_STATIC_ASSERT_H

#ifdef __cplusplus
#define _Static_assert static_assert
#endif

#endif
