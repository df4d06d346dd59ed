/* SPDX-License-Identifier: MIT */
/* Memory that a modelled device reaches, piece by piece. */
#ifndef TESTS_MODEL_PIECE_H
#define TESTS_MODEL_PIECE_H

#include <stddef.h>
#include <stdint.h>

enum { MODEL_PIECES = 4 };

struct model_piece {
    uint64_t bus;
    uint64_t size; /* bytes; 0: there is no such piece */
    uint8_t *host;
};

/* Where the bytes are; NULL: not all of them are in the piece. */
static inline uint8_t *model_within(const struct model_piece *piece,
                                    uint64_t bus, uint64_t size)
{
    uint64_t offset = bus - piece->bus;

    if (offset >= piece->size || size > piece->size - offset)
        return NULL;
    return piece->host + offset;
}

/* The same, in whichever of MODEL_PIECES pieces has them. */
static inline uint8_t *model_data(const struct model_piece *pieces,
                                  uint64_t bus, uint64_t size)
{
    for (uint32_t i = 0; i < MODEL_PIECES; i++) {
        uint8_t *host = model_within(&pieces[i], bus, size);

        if (host)
            return host;
    }
    return NULL;
}

#endif
