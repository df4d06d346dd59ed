/* SPDX-License-Identifier: MIT */
/*
 * The DMA controller of an RP2040 behind platform/mmio.h and behind its own
 * bus: twelve channels, of which each may write the registers of another.
 *
 * A descriptor is what a channel writes to the registers of another; it is
 * counted when its trigger is written, and it has to lie in the ring. Register
 * space has to be `RP2040_MODEL_REGISTERS` long for the CPU (with the atomic
 * aliases); for the channels it is at RP2040_MODEL_BUS.
 *
 * An element is read and written in one step. What is between the read and the
 * write when a channel is paused or aborted moves in its next step; only then
 * is it idle, and an aborted one completes (erratum RP2040-E13).
 *
 * Source: RP2040 Datasheet, chapter DMA; dma.h, dreq.h and addressmap.h of the
 * pico-sdk 2.2.0 (hardware_regs, hardware_dma); where the RP2040's own text is
 * silent, RP2350 Datasheet 12.6, as far as it tells what is as before;
 * raspberrypi/pico-feedback 208 (E12), 224 (E13) and 321 (chaining).
 */
#ifndef TESTS_MODEL_RP2040_DMA_MODEL_H
#define TESTS_MODEL_RP2040_DMA_MODEL_H

#include "tests/model/engine_model.h"

#include <stdbool.h>
#include <stdint.h>

#define RP2040_MODEL_BUS UINT32_C(0x50000000)

enum {
    RP2040_MODEL_REGISTERS = 0x4000,
    RP2040_MODEL_CHANNELS = 12,
    RP2040_MODEL_TIMERS = 4,
};

/* One channel, as the chip has it. */
struct rp2040_model_channel {
    uint32_t read_addr;
    uint32_t write_addr;
    uint32_t trans_count; /* elements left                                */
    uint32_t reload;      /* of the next sequence                         */
    uint32_t ctrl;        /* without BUSY and AHB_ERROR                   */
    uint32_t credit;      /* elements that its timer has asked for        */
    uint32_t late;        /* steps until it says that it is done          */
    bool busy;
    bool in_flight; /* paused or aborted between a read and its write     */
    bool aborted;
    bool stalled;
    bool wrote_target; /* its last write was to the channel it chains to  */
};

struct rp2040_dma_model {
    struct engine_model engine;

    /* Its own. */
    struct rp2040_model_channel channels[RP2040_MODEL_CHANNELS];
    uint32_t intr;
    uint32_t inte[2];
    uint32_t intf[2];
    uint32_t timer[RP2040_MODEL_TIMERS];
    uint32_t phase[RP2040_MODEL_TIMERS];
    uint32_t sniff_ctrl;
    uint32_t sniff_data;
    uint32_t abort;       /* channels whose abort has not taken effect    */
    uint32_t until_abort; /* steps                                        */
    uint32_t next;        /* channel whose turn it is                     */

    struct rp2040_model_channel rest; /* ENGINE_EARLY: what moves later   */
    uint32_t rest_of;                 /* channel that it is the rest of    */
    bool say_late;                    /* ENGINE_LATE: the next time       */
    bool say_twice;                   /* ENGINE_TWICE: the next time      */
    uint32_t again;                   /* ENGINE_TWICE: these, now         */
};

/* engine_model_power_on() of this chip. */
void rp2040_dma_model_power_on(struct rp2040_dma_model *model);

#endif
