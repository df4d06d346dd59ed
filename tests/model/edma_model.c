/* SPDX-License-Identifier: MIT */
#include "tests/model/edma_model.h"

#include "hal/container_of.h"
#include "tests/model/edma_model_engine.h"
#include "tests/model/edma_model_regs.h"
#include "tests/model/edma_model_tcd.h"

#include <string.h>

enum {
    REGISTERS = EDMA_MODEL_MUX + 4 * EDMA_MODEL_CHANNELS,
    GROUP = 16, /* channels of a group; n and n + 16 share a vector */
    BANK = sizeof(struct edma_model_tcd),
    UNKNOWN = 0xA5,
    /* A descriptor is undefined at reset: DONE, ESG and links may be set. */
    UNKNOWN_CSR = 0xCAB6,
};

static struct edma_model *to_edma(struct engine_model *engine)
{
    return HAL_CONTAINER_OF(engine, struct edma_model, engine);
}

static void violates(struct edma_model *edma, const char *what)
{
    (void)engine_model_violates(&edma->engine, what);
}

static void expect_width(struct edma_model *edma, unsigned size, unsigned own)
{
    if (size != own)
        violates(edma, "a register accessed in another width than its own");
}

static void no_such_register(struct edma_model *edma)
{
    violates(edma, "a register that there is not");
}

/* ---- Power ---- */

static void power_on(struct engine_model *engine)
{
    struct edma_model *edma = to_edma(engine);

    *edma = (struct edma_model){ .engine = *engine,
                                 .load_clears_done = edma->load_clears_done,
                                 .cr = EDMA_CR_GRP1PRI };
    memset(edma->tcd, UNKNOWN, sizeof edma->tcd);
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++) {
        edma->priority[i] = (uint8_t)modulo32(i, (uint32_t)GROUP);
        edma->tcd[i].csr = UNKNOWN_CSR;
    }
}

static bool interrupt(const struct engine_model *engine, uint32_t channel)
{
    const struct edma_model *edma =
        HAL_CONTAINER_OF(engine, const struct edma_model, engine);
    uint32_t lower = BIT32(modulo32(channel, (uint32_t)GROUP));

    return !engine->absent &&
           ((edma->interrupts & (lower | lower << GROUP)) != 0 ||
            (edma->errors & edma->eei) != 0);
}

/* ---- Reads ---- */

static uint32_t requests(struct edma_model *edma)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (edma->erq & BIT32(i) && edma_model_line(edma, i))
            seen |= BIT32(i);
    return seen;
}

static uint32_t read_word(struct edma_model *edma, uint32_t offset)
{
    switch (offset) {
    case EDMA_CR:
        return edma->cr | edma->cancel |
               (edma->phase != EDMA_IDLE ? EDMA_CR_ACTIVE : 0);
    case EDMA_ES:
        return edma->es | (edma->errors != 0 ? EDMA_ES_VLD : 0);
    case EDMA_ERQ:
        return edma->erq;
    case EDMA_EEI:
        return edma->eei;
    case EDMA_INT:
        return edma->interrupts;
    case EDMA_ERR:
        return edma->errors;
    case EDMA_HRS:
        return requests(edma);
    case EDMA_EARS:
        return edma->ears;
    default:
        no_such_register(edma);
        return 0;
    }
}

static bool half_word(uint32_t at)
{
    return at == EDMA_SOFF || at == EDMA_ATTR || at == EDMA_DOFF ||
           at == EDMA_CITER || at == EDMA_CSR || at == EDMA_BITER;
}

/* A bank takes its half words one by one, or all of a word at once. */
static void expect_bank_width(struct edma_model *edma, uint32_t at,
                              unsigned size)
{
    if (size != 4)
        expect_width(edma, size, half_word(at) ? 2 : 4);
}

/* A channel that is executed shows where the engine is (K20 reference manual
   (MK20DX128), 21.5.5.2). */
static uint32_t read_tcd(struct edma_model *edma, uint32_t channel, uint32_t at,
                         unsigned size)
{
    struct edma_model_tcd seen = edma->tcd[channel];
    uint32_t value = 0;

    expect_bank_width(edma, at, size);
    if (edma->phase == EDMA_MOVES && edma->channel == channel) {
        uint32_t all = edma_tcd_bytes(edma->cr, seen.nbytes, NULL);

        seen.saddr = edma->now.saddr;
        seen.daddr = edma->now.daddr;
        seen.nbytes -= all - (uint32_t)edma->now.left;
    }
    memcpy(&value, (const uint8_t *)&seen + at, size);
    return value;
}

/* Those of a word stand in falling order. */
static uint32_t priority_channel(uint32_t offset)
{
    return (offset - EDMA_DCHPRI) ^ 3;
}

static uint32_t read_priority(struct edma_model *edma, uint32_t channel)
{
    uint32_t group = channel < GROUP ? EDMA_CR_GRP0PRI : EDMA_CR_GRP1PRI;

    return edma->priority[channel] |
           (edma->cr & group ? BIT32(EDMA_DCHPRI_GRP) : 0);
}

static bool is_command(uint32_t offset)
{
    return offset >= EDMA_CEEI && offset <= EDMA_CINT;
}

static bool is_priority(uint32_t offset)
{
    return offset - EDMA_DCHPRI < EDMA_MODEL_CHANNELS;
}

static bool is_tcd(uint32_t offset)
{
    return offset >= EDMA_TCD && offset < EDMA_TCD_END;
}

static uint32_t read(struct engine_model *engine, uint32_t offset,
                     unsigned size)
{
    struct edma_model *edma = to_edma(engine);

    if (is_tcd(offset))
        return read_tcd(edma, (offset - EDMA_TCD) / BANK,
                        modulo32(offset, (uint32_t)BANK), size);
    if (is_command(offset) || is_priority(offset)) {
        expect_width(edma, size, 1);
        return is_command(offset)
                   ? 0
                   : read_priority(edma, priority_channel(offset));
    }
    expect_width(edma, size, 4);
    if (offset >= EDMA_MODEL_MUX)
        return edma->mux[(offset - EDMA_MODEL_MUX) / 4];
    return read_word(edma, offset);
}

/* ---- Writes ---- */

static bool anything_may_run(const struct edma_model *edma)
{
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (edma_model_may_run(edma, i))
            return true;
    return false;
}

static void write_control(struct edma_model *edma, uint32_t value)
{
    uint32_t kept = value & EDMA_CR_KEPT;
    uint32_t how = value & (EDMA_CR_CX | EDMA_CR_ECX);

    if (value & ~(EDMA_CR_KEPT | EDMA_CR_ACTIVE | EDMA_CR_CX | EDMA_CR_ECX))
        violates(edma, "a reserved bit in CR");
    if (value & EDMA_CR_CLM)
        violates(edma, "CLM, which the model does not have");
    if ((kept ^ edma->cr) & EDMA_CR_EMLM && anything_may_run(edma))
        violates(edma, "EMLM changed while a channel may run");
    if (edma->engine.stuck)
        return;
    edma->cr = kept;
    if (how != 0)
        edma_model_cancel(edma, how);
}

static void enable(struct edma_model *edma, uint32_t channels)
{
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (channels & ~edma->erq & BIT32(i))
            edma_model_set_up(edma, i);
    edma->erq |= channels;
}

static void disable(struct edma_model *edma, uint32_t channels)
{
    if (!edma->engine.stuck)
        edma->erq &= ~channels;
}

static void acknowledge(struct edma_model *edma, uint32_t channels)
{
    uint32_t had = edma->interrupts & channels;

    edma->interrupts &= ~channels;
    if (had != 0 && edma_model_take(edma, ENGINE_TWICE))
        edma->again = had;
}

static void write_word(struct edma_model *edma, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case EDMA_CR:
        write_control(edma, value);
        break;
    case EDMA_ERQ:
        enable(edma, value);
        disable(edma, ~value);
        break;
    case EDMA_EEI:
        edma->eei = value;
        break;
    case EDMA_INT:
        acknowledge(edma, value);
        break;
    case EDMA_ERR:
        edma->errors &= ~value;
        break;
    case EDMA_EARS:
        edma->ears = value;
        break;
    case EDMA_ES:
    case EDMA_HRS:
        violates(edma, "a register written that is read-only");
        break;
    default:
        no_such_register(edma);
        break;
    }
}

static void clear_done(struct edma_model *edma, uint32_t channels)
{
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (channels & BIT32(i))
            edma->tcd[i].csr &= (uint16_t)~EDMA_CSR_DONE;
}

static void start(struct edma_model *edma, uint32_t channels)
{
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (channels & BIT32(i))
            edma_model_start(edma, i);
}

static void write_command(struct edma_model *edma, uint32_t offset,
                          uint32_t value)
{
    uint32_t channels =
        value & EDMA_ALL ? UINT32_MAX : BIT32(value & EDMA_CHANNEL);

    if (value & EDMA_NOP)
        return;
    if (value & ~(EDMA_ALL | EDMA_CHANNEL))
        violates(edma, "a reserved bit in a command");
    switch (offset) {
    case EDMA_CEEI:
        edma->eei &= ~channels;
        break;
    case EDMA_SEEI:
        edma->eei |= channels;
        break;
    case EDMA_CERQ:
        disable(edma, channels);
        break;
    case EDMA_SERQ:
        enable(edma, channels);
        break;
    case EDMA_CDNE:
        clear_done(edma, channels);
        break;
    case EDMA_SSRT:
        start(edma, channels);
        break;
    case EDMA_CERR:
        edma->errors &= ~channels;
        break;
    default:
        acknowledge(edma, channels);
        break;
    }
}

static void write_priority(struct edma_model *edma, uint32_t channel,
                           uint32_t value)
{
    if (value & EDMA_DCHPRI_ECP)
        violates(edma, "ECP, which the model does not have");
    if (!(edma->cr & EDMA_CR_ERCA) && anything_may_run(edma))
        violates(edma, "a priority changed under fixed arbitration");
    edma->priority[channel] =
        (uint8_t)(value & (EDMA_DCHPRI_CHPRI | EDMA_DCHPRI_DPA));
}

/* The last word of a bank. ESG and MAJORELINK are forced to 0 by any write to
   it while DONE is set, even by one that clears DONE (K20 reference manual
   (MK20DX256), 21.5.7.3). */
static void write_status(struct edma_model *edma, uint32_t channel,
                         uint32_t value)
{
    struct edma_model_tcd *tcd = &edma->tcd[channel];
    uint32_t old = tcd->csr;

    if (edma->engine.stuck)
        return;
    if (value & EDMA_CSR_DONE && !(old & EDMA_CSR_DONE))
        violates(edma, "DONE set by hand");
    value = (value & ~EDMA_CSR_ACTIVE) | (old & EDMA_CSR_ACTIVE);
    if (old & EDMA_CSR_DONE)
        value &= ~(EDMA_CSR_ESG | EDMA_CSR_MAJORELINK);
    if (value & ~old & EDMA_CSR_START)
        edma_model_set_up(edma, channel);
    tcd->csr = (uint16_t)value;
}

static bool loads(const struct edma_model *edma, uint32_t channel)
{
    return edma->phase == EDMA_LOADS && edma->channel == channel;
}

/* CSR and DLAST_SGA of a channel that runs may be written: so descriptors are
   appended and links made. */
static void check_running(struct edma_model *edma, uint32_t channel,
                          uint32_t at, unsigned size)
{
    bool append = (at == EDMA_CSR && size == 2) || at == EDMA_DLAST_SGA;

    if (at == EDMA_DLAST_SGA && loads(edma, channel))
        violates(edma, "DLAST_SGA changed while the engine follows it");
    if (!append && edma_model_may_run(edma, channel))
        violates(edma, "a descriptor changed whose channel may run");
}

static void write_tcd(struct edma_model *edma, uint32_t channel, uint32_t at,
                      uint32_t value, unsigned size)
{
    struct edma_model_tcd *tcd = &edma->tcd[channel];
    uint32_t csr = tcd->csr;

    expect_bank_width(edma, at, size);
    check_running(edma, channel, at, size);
    if (edma->engine.violation)
        return;
    memcpy((uint8_t *)tcd + at, &value, size);
    edma->written[channel] |= MASK32(at + size - 1, at);
    if (at != EDMA_DLAST_SGA && at != EDMA_CSR)
        edma->fresh[channel] = true;
    if (at >= EDMA_CSR) {
        uint32_t wanted = at == EDMA_CSR ? tcd->csr : csr;

        tcd->csr = (uint16_t)csr;
        write_status(edma, channel, wanted);
    }
}

/* One source for one channel, changed while it is off. */
static void write_mux(struct edma_model *edma, uint32_t channel, uint32_t value)
{
    uint32_t old = edma->mux[channel];

    if (value & ~(EDMA_CHCFG_SOURCE | EDMA_CHCFG_A_ON | EDMA_CHCFG_TRIG |
                  EDMA_CHCFG_ENBL))
        violates(edma, "a reserved bit in CHCFG");
    if (value & EDMA_CHCFG_TRIG)
        violates(edma, "TRIG, which the model does not have");
    if (old & value & EDMA_CHCFG_ENBL && old != value)
        violates(edma, "the source of a mux channel changed while it is on");
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        if (i != channel && edma->mux[i] & value & EDMA_CHCFG_ENBL &&
            !((edma->mux[i] | value) & EDMA_CHCFG_A_ON) &&
            ((edma->mux[i] ^ value) & EDMA_CHCFG_SOURCE) == 0)
            violates(edma, "one source for two channels");
    if (edma->engine.stuck && !(value & EDMA_CHCFG_ENBL))
        return;
    edma->mux[channel] = value;
}

static void write(struct engine_model *engine, uint32_t offset, uint32_t value,
                  unsigned size)
{
    struct edma_model *edma = to_edma(engine);

    if (is_tcd(offset)) {
        write_tcd(edma, (offset - EDMA_TCD) / BANK,
                  modulo32(offset, (uint32_t)BANK), value, size);
        return;
    }
    expect_width(edma, size, is_command(offset) || is_priority(offset) ? 1 : 4);
    if (is_command(offset))
        write_command(edma, offset, value);
    else if (is_priority(offset))
        write_priority(edma, priority_channel(offset), value);
    else if (offset >= EDMA_MODEL_MUX)
        write_mux(edma, (offset - EDMA_MODEL_MUX) / 4, value);
    else
        write_word(edma, offset, value);
}

static const struct engine_model_ops ops = {
    .read = read,
    .write = write,
    .step = edma_model_step,
    .interrupt = interrupt,
    .power_on = power_on,
};

void edma_model_power_on(struct edma_model *edma)
{
    edma->engine.ops = &ops;
    edma->engine.registers = REGISTERS;
    engine_model_power_on(&edma->engine);
}
