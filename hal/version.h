/* SPDX-License-Identifier: MIT */
/* Which iodma this is; dma/CHANGES.md says what that means. */
#ifndef HAL_VERSION_H
#define HAL_VERSION_H

#define IODMA_VERSION_MAJOR 0
#define IODMA_VERSION_MINOR 1
#define IODMA_VERSION_PATCH 0

/* "major.minor.patch". */
#define IODMA_VERSION "0.1.0"

#endif
