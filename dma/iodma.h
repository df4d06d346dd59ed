/* SPDX-License-Identifier: MIT */
/* iodma: the one header that a client includes. */
#ifndef DMA_IODMA_H
#define DMA_IODMA_H

#include "dma/bounce.h"
#include "dma/bus.h"
#include "dma/command.h"
#include "dma/copy.h"
#include "dma/map.h"
#include "dma/memory.h"
#include "dma/oneshot.h"
#include "dma/pool.h"
#include "dma/reason.h"
#include "dma/segment.h"
#include "dma/share.h"
#include "dma/transfer.h"
#include "dma/walk.h"
#include "dma/window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
