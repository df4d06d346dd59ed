/* SPDX-License-Identifier: MIT */
/* iodma: the one header that a client includes. */
#ifndef DMA_IODMA_H
#define DMA_IODMA_H

#include "bounce.h"
#include "bus.h"
#include "command.h"
#include "copy.h"
#include "map.h"
#include "memory.h"
#include "oneshot.h"
#include "pool.h"
#include "reason.h"
#include "segment.h"
#include "share.h"
#include "transfer.h"
#include "walk.h"
#include "window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
