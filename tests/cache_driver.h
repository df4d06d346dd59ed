/* SPDX-License-Identifier: MIT */
/* What every driver of a cache has to do right, over the model of its cache. */
#ifndef TESTS_CACHE_DRIVER_H
#define TESTS_CACHE_DRIVER_H

#include "hal/cache.h"
#include "tests/model/cache_lines.h"

#include <stdbool.h>

struct cache_driver {
    const char *name;
    const struct hal_cache *cache;         /* after power_on()           */
    struct cache_lines *(*power_on)(void); /* the model, and the driver  */
    const bool *masked;                    /* no handler may come; NULL  */
    bool no_code;                          /* make_executable() reaches
                                              what the model has not     */
};

/* All of it, a case a fact. */
void cache_driver_play(const struct cache_driver *driver);

#endif
