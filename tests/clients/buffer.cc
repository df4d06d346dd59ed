/* SPDX-License-Identifier: MIT */
/*
 * A product in C++11 declares buffers for a device by IODMA_BUFFER: static
 * ones, and members of a struct. It is compiled, not linked (tests/gates.sh).
 */
#include "dma/iodma.h"

namespace
{

IODMA_BUFFER(packet, 1518);

struct port {
    uint32_t state;
    IODMA_BUFFER(packet, 1518);
    uint32_t more;
};

static_assert(sizeof packet == 1536, "whole lines");
static_assert(alignof(port) == IODMA_LINE, "it begins with one");
static_assert(sizeof(port) == 1536 + 2 * IODMA_LINE, "and shares none");

} // namespace

extern "C" iodma_status receive(const iodma_bus *bus, hal_address *address)
{
    static port first;

    iodma_status status =
        iodma_map(bus, nullptr, packet, sizeof packet, 1518, IODMA_IN, address);
    if (status == IODMA_OK)
        status = iodma_unmap(bus, packet, 64, IODMA_IN);
    if (status == IODMA_OK)
        status = iodma_map_sync(bus, first.packet, 64, IODMA_OUT);
    return status;
}
