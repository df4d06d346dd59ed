/* SPDX-License-Identifier: MIT */
/* A command, what is around it, and a call of it that explains itself: a row
   says all of that, and the record that is wanted. */
#ifndef TESTS_REASON_WORLD_H
#define TESTS_REASON_WORLD_H

#include "dma/iodma.h"
#include "tests/fixture.h"
#include "tests/model/model_mapper.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PAGE = 0x1000,
    APERTURES = 3,
    REGIONS = 4,
};

#define TOP HAL_ADDRESS_MAX

#define BOTH  (HAL_READ | HAL_WRITE)
#define FORCE IODMA_FORCE_DOUBLE_BUFFER

enum call {
    PREPARE,
    CHECK,
    INIT,
    SET_MEMORY,
    CLEAR_MEMORY,
    DEINIT,
    CLONE,
    COMPLETE,
    GENERATE,
    GENERATE32,
    EMIT,
    READ,
    WRITE,
    SYNCHRONIZE,
    PART,
    GET_PREPARED,
    HOLD,
    RELEASE,
    RETURN,
};

/* What is not said is harmless. */
struct world {
    const char *what;
    enum call call;

    /* The bus; the fixture's, but for ... */
    struct hal_limits port;
    struct hal_aperture apertures[APERTURES]; /* none that ends at 0 */
    struct hal_region regions[REGIONS];       /* the same            */
    bool cached;       /* the board has a cache, of lines of 64 bytes */
    bool unmaintained; /* and nobody maintains it                    */
    uint32_t storage;  /* bytes of it that are lent                   */
    uint32_t loans;    /* that are lent with it; 0: enough            */
    uint32_t iova;     /* pages of it; 0: there is no mapper          */
    uint32_t io_page;
    bool bypass;     /* the mapper can be avoided        */
    bool refuses;    /* the mapper's driver, and others' */
    unsigned fails;  /* the n-th window that is opened */
    bool unfinished; /* the cache does not come to an end */
    bool hidden;     /* a force failed, and the mapper refused */

    /* The command. */
    struct iodma_range ranges[ROW_RANGES];
    uint32_t direction;
    bool is_virtual, wired; /* wired: for Out */
    struct iodma_spec spec;
    bool unspecified, unattached;
    uint32_t prepared, held; /* before the call, so many times ... */
    hal_address window;      /* ... this long                      */

    /* The call. */
    hal_address offset, length;
    uint32_t options;
    uint32_t count;
    const struct iodma_output *output;
    uint32_t missing; /* the argument that is NULL */

    bool wide; /* a case of addresses beyond 32 bits */

    struct iodma_reason want;
};

/* The row, of which world_build() completes the regions. */
extern struct world world;

struct world_made {
    struct hal_bus hal;
    struct iodma_bus bus;
    struct iodma_bounce pool;
    struct model_mapper model;
    struct iodma_mapper mapper;
    struct iodma_memory memory;
    struct iodma_command command;
    struct iodma_reason reason;
};

extern struct world_made it;

/* A cache of lines of 64 bytes, whose maintenance nobody looks at. */
extern const struct hal_cache world_cache;

/* An output that writes a segment, and no second one. */
extern const struct iodma_output world_stubborn;

/* Build what the row says, to before the call; make the call; see that nothing
   is left. */
void world_build(void);
enum iodma_status world_call(void);
void world_tear_down(void);

/* Is this the record? Its rule counts as broken. */
bool expect_record(const struct iodma_reason *got,
                   const struct iodma_reason *want);
bool world_has_broken(uint32_t rule);

#endif
