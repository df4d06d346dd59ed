/* SPDX-License-Identifier: MIT */
/*
 * For code that may be linked with or without iodma, and finds out when it
 * runs. (IODMACommand: weakWithSpecification)
 *
 * Including this makes the file's reference to iodma_command_init() weak: the
 * file alone does not pull the command out of the library. Include it only
 * where that is meant.
 */
#ifndef DMA_WEAK_H
#define DMA_WEAK_H

#include "iodma.h"

#include <stddef.h>

#pragma weak iodma_command_init

/*
 * iodma_command_init(), if there is one.
 *
 *   out      the command, or NULL if it could not be made
 *   storage  for it
 *
 * Returns OK; BadArgument if out is NULL; Unsupported if iodma is not in this
 * program, then *out is unchanged; Error, with *out NULL, if
 * iodma_command_init() refuses for whatever reason.
 *
 * Context: any. Source: spec 3.1.
 */
static inline enum iodma_status iodma_command_init_weak(
    struct iodma_command **out, struct iodma_command *storage,
    const struct iodma_bus *bus, const struct iodma_spec *spec, void *ref_con)
{
    if (!out)
        return IODMA_BAD_ARGUMENT;
    if (!iodma_command_init)
        return IODMA_UNSUPPORTED;
    *out = iodma_command_init(storage, bus, spec, ref_con) == IODMA_OK ? storage
                                                                       : NULL;
    return *out ? IODMA_OK : IODMA_ERROR;
}

#endif
