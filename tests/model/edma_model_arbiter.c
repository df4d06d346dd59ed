/* SPDX-License-Identifier: MIT */
/* Which channel the eDMA's model serves next. */
#include "tests/model/edma_model_engine.h"
#include "tests/model/edma_model_regs.h"
#include "tests/model/edma_model_tcd.h"

enum { GROUP = 16 }; /* channels that share priorities */

static void violates(struct edma_model *edma, const char *what)
{
    (void)engine_model_violates(&edma->engine, what);
}

static const struct model_port *port_of(const struct edma_model *edma,
                                        uint32_t request)
{
    for (uint32_t i = 0; i < ENGINE_MODEL_PORTS; i++) {
        const struct model_port *port = &edma->engine.ports[i];

        if (port->width != 0 && port->request == request)
            return port;
    }
    return NULL;
}

bool edma_model_line(struct edma_model *edma, uint32_t channel)
{
    uint32_t mux = edma->mux[channel];
    const struct model_port *port = port_of(edma, mux & EDMA_CHCFG_SOURCE);
    uint32_t elements;

    if (!(mux & EDMA_CHCFG_ENBL))
        return false;
    if (mux & EDMA_CHCFG_A_ON)
        return true;
    if (!port)
        return false;
    elements =
        edma_tcd_bytes(edma->cr, edma->tcd[channel].nbytes, NULL) / port->width;
    if (elements > port->depth)
        return engine_model_violates(&edma->engine,
                                     "a minor loop larger than the FIFO");
    return engine_model_asks(&edma->engine, port->request, elements);
}

static bool asks(struct edma_model *edma, uint32_t channel)
{
    return edma->tcd[channel].csr & EDMA_CSR_START ||
           (edma->erq & BIT32(channel) && edma_model_line(edma, channel));
}

bool edma_model_may_run(const struct edma_model *edma, uint32_t channel)
{
    uint32_t csr = edma->tcd[channel].csr;

    if (edma->channel == channel && edma->phase != EDMA_IDLE)
        return true;
    return !(edma->cr & EDMA_CR_HALT) &&
           (csr & EDMA_CSR_START || (edma->erq & BIT32(channel) &&
                                     edma->mux[channel] & EDMA_CHCFG_ENBL));
}

void edma_model_set_up(struct edma_model *edma, uint32_t channel)
{
    if (edma->written[channel] != UINT32_MAX)
        violates(edma, "a channel enabled whose descriptor was never written");
}

void edma_model_start(struct edma_model *edma, uint32_t channel)
{
    struct edma_model_tcd *tcd = &edma->tcd[channel];

    edma_model_set_up(edma, channel);
    if (tcd->csr & EDMA_CSR_START)
        violates(edma, "a start of a channel that has not begun the last one");
    tcd->csr |= EDMA_CSR_START;
}

/* What fixed arbitration compares: priorities of groups, then of channels. */
static uint32_t priority(const struct edma_model *edma, uint32_t channel)
{
    uint32_t group = channel < GROUP ? EDMA_CR_GRP0PRI : EDMA_CR_GRP1PRI;
    uint32_t key = 0;

    if (!(edma->cr & EDMA_CR_ERGA) && edma->cr & group)
        key += GROUP;
    if (!(edma->cr & EDMA_CR_ERCA))
        key += edma->priority[channel] & EDMA_DCHPRI_CHPRI;
    return key;
}

static void check_priorities(struct edma_model *edma)
{
    uint32_t groups = edma->cr & (EDMA_CR_GRP0PRI | EDMA_CR_GRP1PRI);
    uint32_t seen[2] = { 0, 0 };

    if (!(edma->cr & EDMA_CR_ERGA) && groups != EDMA_CR_GRP0PRI &&
        groups != EDMA_CR_GRP1PRI)
        violates(edma, "two groups of one priority");
    if (edma->cr & EDMA_CR_ERCA)
        return;
    for (uint32_t i = 0; i < EDMA_MODEL_CHANNELS; i++)
        seen[i / GROUP] |= BIT32(edma->priority[i] & EDMA_DCHPRI_CHPRI);
    if (seen[0] != UINT16_MAX || seen[1] != UINT16_MAX)
        violates(edma, "two channels of one priority");
}

/* Round robin goes from the highest channel down (MPC5601P reference manual,
   18.7.4.2). False: nobody asks. */
bool edma_model_arbitrate(struct edma_model *edma)
{
    uint32_t best = EDMA_MODEL_CHANNELS;

    if (edma->cr & EDMA_CR_HALT)
        return false;
    for (uint32_t i = 1; i <= EDMA_MODEL_CHANNELS; i++) {
        uint32_t channel =
            modulo32(edma->channel - i, (uint32_t)EDMA_MODEL_CHANNELS);

        if (asks(edma, channel) &&
            (best == EDMA_MODEL_CHANNELS ||
             priority(edma, channel) > priority(edma, best)))
            best = channel;
    }
    if (best == EDMA_MODEL_CHANNELS)
        return false;
    check_priorities(edma);
    edma->channel = best;
    return true;
}
