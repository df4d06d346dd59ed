/* SPDX-License-Identifier: MIT */
/*
 * The one set of answers that every call of iodma gives.
 *
 * Values are Apple's IOReturn numbers (spec section 9), so that a driver
 * ported from IOKit compares what it always compared. As signed numbers the
 * failures are negative. The enum is only ever returned, never stored in a
 * public struct: compilers for bare-metal ARM may shorten enums.
 */
#ifndef HAL_STATUS_H
#define HAL_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#define IODMA_STATUS(code) ((int)(0xE0000000u + (code)))

enum iodma_status {
    IODMA_OK = 0,
    IODMA_INVALID = IODMA_STATUS(0x001),
    IODMA_ERROR = IODMA_STATUS(0x2BC),
    IODMA_NO_MEMORY = IODMA_STATUS(0x2BD),
    IODMA_NO_RESOURCES = IODMA_STATUS(0x2BE),
    IODMA_NOT_PRIVILEGED = IODMA_STATUS(0x2C1),
    IODMA_BAD_ARGUMENT = IODMA_STATUS(0x2C2),
    IODMA_UNSUPPORTED = IODMA_STATUS(0x2C7),
    IODMA_INTERNAL_ERROR = IODMA_STATUS(0x2C9),
    IODMA_CANNOT_LOCK = IODMA_STATUS(0x2CC),
    IODMA_NOT_WRITABLE = IODMA_STATUS(0x2CF),
    IODMA_NOT_ALIGNED = IODMA_STATUS(0x2D0),
    IODMA_DMA_ERROR = IODMA_STATUS(0x2D4),
    IODMA_BUSY = IODMA_STATUS(0x2D5),
    IODMA_TIMEOUT = IODMA_STATUS(0x2D6),
    IODMA_NOT_READY = IODMA_STATUS(0x2D8),
    IODMA_NOT_ATTACHED = IODMA_STATUS(0x2D9),
    IODMA_NO_SPACE = IODMA_STATUS(0x2DB),
    IODMA_CANNOT_WIRE = IODMA_STATUS(0x2DE),
    IODMA_MESSAGE_TOO_LARGE = IODMA_STATUS(0x2E1),
    IODMA_NOT_PERMITTED = IODMA_STATUS(0x2E2),
    IODMA_UNDERRUN = IODMA_STATUS(0x2E7),
    IODMA_OVERRUN = IODMA_STATUS(0x2E8),
    IODMA_ABORTED = IODMA_STATUS(0x2EB),
    IODMA_NOT_FOUND = IODMA_STATUS(0x2F0),
};

/*
 * The status as a word, for a log: "NotAligned". Never NULL; a number that is
 * no status gives "unknown status".
 *
 * Context: any.
 */
const char *iodma_status_name(enum iodma_status status);

#ifdef __cplusplus
}
#endif

#endif
