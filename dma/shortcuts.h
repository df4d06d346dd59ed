/* SPDX-License-Identifier: MIT */
/*
 * Is what can be decided, listed or handed over at once not gone through step
 * by step? What comes out is the same (Meson's option `shortcuts`, README.md),
 * but for what iodma_map_sync() and iodma_unmap() say of bytes that the device
 * does not see.
 */
#ifndef DMA_SHORTCUTS_H
#define DMA_SHORTCUTS_H

#ifndef IODMA_SHORTCUTS
#define IODMA_SHORTCUTS 1
#endif

/* Of a function that is called in two places: it is there twice. And of what is
   gone through where a shortcut does not lead: whoever tries that first saves
   none of its registers. */
#if IODMA_SHORTCUTS
#define IODMA_SHORTCUT_INLINE inline __attribute__((always_inline))
#define IODMA_SHORTCUT_APART  __attribute__((noinline))
#else
#define IODMA_SHORTCUT_INLINE inline
#define IODMA_SHORTCUT_APART  inline
#endif

#endif
