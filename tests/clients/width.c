/* SPDX-License-Identifier: MIT */
/* A product that has a bus and a copy engine; linked, not run
   (tests/widths.sh). */
#include "dma/bus.h"
#include "hal/dmac.h"

extern const struct hal_bus board_bus;
extern struct hal_dmac board_dmac;

int main(void)
{
    static struct iodma_bus bus;

    return iodma_bus_init(&bus, &board_bus, 0) == IODMA_OK &&
                   hal_dmac_claim(&board_dmac, "me") == IODMA_OK
               ? 0
               : 1;
}
