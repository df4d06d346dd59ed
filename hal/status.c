/* SPDX-License-Identifier: MIT */
#include "status.h"

const char *iodma_status_name(enum iodma_status status)
{
    switch (status) {
    case IODMA_OK:
        return "OK";
    case IODMA_INVALID:
        return "Invalid";
    case IODMA_ERROR:
        return "Error";
    case IODMA_NO_MEMORY:
        return "NoMemory";
    case IODMA_NO_RESOURCES:
        return "NoResources";
    case IODMA_NOT_PRIVILEGED:
        return "NotPrivileged";
    case IODMA_BAD_ARGUMENT:
        return "BadArgument";
    case IODMA_UNSUPPORTED:
        return "Unsupported";
    case IODMA_INTERNAL_ERROR:
        return "InternalError";
    case IODMA_CANNOT_LOCK:
        return "CannotLock";
    case IODMA_NOT_WRITABLE:
        return "NotWritable";
    case IODMA_NOT_ALIGNED:
        return "NotAligned";
    case IODMA_DMA_ERROR:
        return "DMAError";
    case IODMA_BUSY:
        return "Busy";
    case IODMA_TIMEOUT:
        return "Timeout";
    case IODMA_NOT_READY:
        return "NotReady";
    case IODMA_NOT_ATTACHED:
        return "NotAttached";
    case IODMA_NO_SPACE:
        return "NoSpace";
    case IODMA_CANNOT_WIRE:
        return "CannotWire";
    case IODMA_MESSAGE_TOO_LARGE:
        return "MessageTooLarge";
    case IODMA_NOT_PERMITTED:
        return "NotPermitted";
    case IODMA_UNDERRUN:
        return "Underrun";
    case IODMA_OVERRUN:
        return "Overrun";
    case IODMA_ABORTED:
        return "Aborted";
    case IODMA_NOT_FOUND:
        return "NotFound";
    }
    return "unknown status";
}
