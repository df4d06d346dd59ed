/* SPDX-License-Identifier: MIT */
#include "tests/model/edma_model_engine.h"

#include "hal/container_of.h"
#include "tests/model/edma_model_regs.h"
#include "tests/model/edma_model_tcd.h"

#include <string.h>

enum { FLOATING = 0xEE }; /* what a bus reads where nobody answers */

static void violates(struct edma_model *edma, const char *what)
{
    (void)engine_model_violates(&edma->engine, what);
}

static struct edma_model_tcd *served(struct edma_model *edma)
{
    return &edma->tcd[edma->channel];
}

bool edma_model_take(struct edma_model *edma, uint32_t kind)
{
    if (edma->pending != kind)
        return false;
    edma->pending = ENGINE_BEHAVES;
    return true;
}

/* ---- From the first element to the end ---- */

/* A channel in error is not disabled: if it still asks it begins again. */
static void fail(struct edma_model *edma, uint32_t es)
{
    served(edma)->csr &= (uint16_t)~EDMA_CSR_ACTIVE;
    edma->phase = EDMA_IDLE;
    edma->errors |= BIT32(edma->channel);
    edma->es = es | edma->channel << EDMA_ES_ERRCHN;
    if (edma->cr & EDMA_CR_HOE)
        edma->cr |= EDMA_CR_HALT;
}

static void begin(struct edma_model *edma)
{
    struct edma_model_tcd *tcd = served(edma);
    uint32_t mux = edma->mux[edma->channel];
    uint32_t es = edma_tcd_misconfigured(edma->cr, tcd);
    const char *what =
        edma_tcd_wrong(edma->cr, tcd, edma->fresh[edma->channel]);
    bool paced = edma->erq & BIT32(edma->channel) && mux & EDMA_CHCFG_ENBL &&
                 !(mux & EDMA_CHCFG_A_ON);

    if (what)
        violates(edma, what);
    edma->fresh[edma->channel] = false;
    tcd->csr &= (uint16_t) ~(EDMA_CSR_START | EDMA_CSR_DONE);
    if (es != 0) {
        fail(edma, es);
        return;
    }
    tcd->csr |= EDMA_CSR_ACTIVE;
    edma->phase = EDMA_MOVES;
    edma->now = (struct edma_model_move){
        .saddr = tcd->saddr,
        .daddr = tcd->daddr,
        .left = edma_tcd_bytes(edma->cr, tcd->nbytes, NULL),
        .request = paced ? mux & EDMA_CHCFG_SOURCE : UINT32_MAX,
        .soff = tcd->soff,
        .doff = tcd->doff,
        .attr = tcd->attr,
    };
}

static uint32_t advance(uint32_t address, uint32_t offset, uint32_t bits)
{
    uint32_t next = address + edma_tcd_signed(offset, 16);
    uint32_t mask = bits == 0 ? UINT32_MAX : BIT32(bits) - 1;

    return (address & ~mask) | (next & mask);
}

/* Bytes of an access, at most: of the fields' three bits, whatever they may
   say where nobody believes the violation. */
enum { SAYS_MOST = 1 << 7 };

/* Returns an error of ES, or 0. */
static uint32_t read_in(struct edma_model *edma, struct edma_model_move *move,
                        uint8_t *bytes, uint32_t size, bool refused)
{
    uint32_t width = edma_tcd_source_size(move->attr);

    for (uint32_t done = 0; done < size; done += width) {
        if (refused || !engine_model_load(&edma->engine, move->saddr,
                                          bytes + done, width, move->request)) {
            /* It is written if it was the last of the sequence. */
            memset(bytes + done, FLOATING, width);
            if (done + width == size)
                (void)engine_model_store(&edma->engine, move->daddr, bytes,
                                         edma_tcd_destination_size(move->attr),
                                         move->request);
            return EDMA_ES_SBE;
        }
        move->saddr = advance(move->saddr, move->soff,
                              edma_tcd_field(move->attr, EDMA_ATTR_SMOD, 5));
    }
    return 0;
}

static uint32_t write_out(struct edma_model *edma, struct edma_model_move *move,
                          const uint8_t *bytes, uint32_t size)
{
    uint32_t width = edma_tcd_destination_size(move->attr);

    for (uint32_t done = 0; done < size; done += width) {
        if (!engine_model_store(&edma->engine, move->daddr, bytes + done, width,
                                move->request)) {
            /* The next read is under way; what it takes is lost. */
            uint8_t lost[SAYS_MOST];

            if (done + width == size && move->left > size)
                (void)engine_model_load(&edma->engine, move->saddr, lost,
                                        edma_tcd_source_size(move->attr),
                                        move->request);
            return EDMA_ES_DBE;
        }
        move->daddr = advance(move->daddr, move->doff,
                              edma_tcd_field(move->attr, EDMA_ATTR_DMOD, 5));
    }
    return 0;
}

/* One read/write sequence. Bus errors: K20 reference manual (MK20DX256),
   page 450. */
static uint32_t move_one(struct edma_model *edma, struct edma_model_move *move,
                         bool refused)
{
    uint32_t size = larger32(edma_tcd_source_size(move->attr),
                             edma_tcd_destination_size(move->attr));
    uint8_t bytes[SAYS_MOST];
    uint32_t es = read_in(edma, move, bytes, size, refused);

    if (es == 0)
        es = write_out(edma, move, bytes, size);
    if (es == 0) {
        move->left -= size;
        edma->engine.moved++;
    }
    return es;
}

static void write_back(struct edma_model *edma)
{
    served(edma)->saddr = edma->now.saddr;
    served(edma)->daddr = edma->now.daddr;
}

static void finish_major(struct edma_model *edma)
{
    struct edma_model_tcd *tcd = served(edma);
    uint32_t csr = tcd->csr;

    tcd->saddr += tcd->slast;
    if (!(csr & EDMA_CSR_ESG))
        tcd->daddr += tcd->dlast_sga;
    tcd->citer = tcd->biter;
    tcd->csr |= EDMA_CSR_DONE;
    if (csr & EDMA_CSR_INTMAJOR)
        edma->interrupts |= BIT32(edma->channel);
    if (csr & EDMA_CSR_DREQ)
        edma->erq &= ~BIT32(edma->channel);
    if (csr & EDMA_CSR_MAJORELINK)
        edma_model_start(edma, edma_tcd_field(csr, EDMA_CSR_MAJORLINKCH, 5));
    if (csr & EDMA_CSR_ESG)
        edma->phase = EDMA_LOADS;
}

/* The minor loop is not the last one of the major loop. */
static void finish_minor(struct edma_model *edma, uint32_t count)
{
    struct edma_model_tcd *tcd = served(edma);
    uint32_t offset;

    (void)edma_tcd_bytes(edma->cr, tcd->nbytes, &offset);
    if (edma->cr & EDMA_CR_EMLM && tcd->nbytes & EDMA_NBYTES_SMLOE)
        tcd->saddr += offset;
    if (edma->cr & EDMA_CR_EMLM && tcd->nbytes & EDMA_NBYTES_DMLOE)
        tcd->daddr += offset;
    tcd->citer = edma_tcd_with_count(tcd->citer, count);
    if ((tcd->citer ^ tcd->biter) & EDMA_ITER_ELINK)
        fail(edma, EDMA_ES_NCE);
    else if (tcd->citer & EDMA_ITER_ELINK)
        edma_model_start(edma, edma_tcd_field(tcd->citer, EDMA_ITER_LINKCH, 5));
}

/* The minor loop retires. */
static void finish(struct edma_model *edma)
{
    struct edma_model_tcd *tcd = served(edma);
    uint32_t count = edma_tcd_count(tcd->citer) - 1;

    write_back(edma);
    tcd->csr &= (uint16_t)~EDMA_CSR_ACTIVE;
    edma->phase = EDMA_IDLE;
    if (tcd->csr & EDMA_CSR_INTHALF && count == edma_tcd_count(tcd->biter) >> 1)
        edma->interrupts |= BIT32(edma->channel);
    if (count == 0)
        finish_major(edma);
    else
        finish_minor(edma, count);
}

/* DONE outlives it, see load_clears_done. */
static void load(struct edma_model *edma)
{
    struct edma_model_tcd *tcd = served(edma);
    uint16_t done = tcd->csr & EDMA_CSR_DONE;

    if (modulo32(tcd->dlast_sga, sizeof *tcd) != 0) {
        fail(edma, EDMA_ES_SGE);
        return;
    }
    edma->phase = EDMA_IDLE;
    if (!engine_model_fetch(&edma->engine, tcd->dlast_sga, tcd, sizeof *tcd))
        return;
    if (tcd->csr & (EDMA_CSR_ACTIVE | EDMA_CSR_DONE))
        violates(edma, "a descriptor in memory with ACTIVE or DONE");
    if (!edma->load_clears_done)
        tcd->csr |= done;
    edma->fresh[edma->channel] = true;
}

/* ---- Cancelling ---- */

static void honour_cancel(struct edma_model *edma)
{
    uint32_t how = edma->cancel;

    edma->cancel = 0;
    edma->stalled = false;
    if (edma->phase == EDMA_LOADS)
        load(edma); /* it retires: nothing of it is left to do */
    if (edma->phase != EDMA_MOVES && edma->phase != EDMA_LATE)
        return;
    finish(edma);
    if (how & EDMA_CR_ECX) {
        uint32_t phase = edma->phase;

        fail(edma, EDMA_ES_ECX);
        edma->phase = phase;
    }
}

void edma_model_cancel(struct edma_model *edma, uint32_t how)
{
    edma->cancel |= how;
    edma->wait = edma->engine.abort_delay;
    if (edma->wait == 0 || edma->phase == EDMA_IDLE)
        honour_cancel(edma);
}

/* ---- Time ---- */

/* Say that the major loop is done, whatever is left. */
static void say_done(struct edma_model *edma)
{
    served(edma)->citer = edma_tcd_with_count(served(edma)->citer, 1);
    finish(edma);
}

static void say_done_early(struct edma_model *edma)
{
    const struct edma_model_tcd *tcd = served(edma);
    uint64_t bytes = edma_tcd_bytes(edma->cr, tcd->nbytes, NULL);

    edma->owed = edma->now;
    edma->owed.left += bytes * (edma_tcd_count(tcd->citer) - 1);
    say_done(edma);
}

static void move(struct edma_model *edma)
{
    uint32_t es;

    if (edma_model_take(edma, ENGINE_EARLY)) {
        say_done_early(edma);
        return;
    }
    if (edma_model_take(edma, ENGINE_IDLES)) {
        say_done(edma);
        return;
    }
    es = move_one(edma, &edma->now, edma_model_take(edma, ENGINE_FAILS));
    if (es != 0) {
        write_back(edma);
        fail(edma, es);
    } else if (edma->now.left == 0) {
        if (edma_tcd_count(served(edma)->citer) == 1 &&
            edma_model_take(edma, ENGINE_LATE)) {
            edma->phase = EDMA_LATE;
            edma->late = edma->engine.delay;
        } else {
            finish(edma);
        }
    }
}

static void stop(struct edma_model *edma)
{
    if (edma->phase != EDMA_LOADS)
        write_back(edma);
    served(edma)->csr &= (uint16_t) ~(EDMA_CSR_ACTIVE | EDMA_CSR_START);
    edma->erq &= ~BIT32(edma->channel);
    edma->phase = EDMA_IDLE;
}

/* What is done in this step of the phase. */
static void work(struct edma_model *edma)
{
    if (edma->phase == EDMA_MOVES)
        move(edma);
    else if (edma->phase == EDMA_LOADS)
        load(edma);
    else if (edma->phase == EDMA_LATE && edma->late != 0)
        edma->late--;
    else if (edma->phase == EDMA_LATE)
        finish(edma);
}

static void turn(struct edma_model *edma)
{
    uint32_t kind = edma->engine.misbehaves;

    if (kind != ENGINE_BEHAVES && engine_model_turn(&edma->engine, kind))
        edma->pending = kind;
    if (edma_model_take(edma, ENGINE_SPURIOUS))
        edma->interrupts |= BIT32(edma->channel);
}

/* What was said to be done is moved, once it is asked for. */
static bool pay(struct edma_model *edma)
{
    struct edma_model_move *owed = &edma->owed;

    if (owed->left == 0 ||
        (owed->request != UINT32_MAX &&
         !engine_model_asks(&edma->engine, owed->request, 1)))
        return false;
    if (move_one(edma, owed, false) != 0)
        owed->left = 0;
    return true;
}

/* Does time pass for one that was told to cancel? */
static bool cancels(struct edma_model *edma)
{
    if (edma->cancel == 0)
        return false;
    if (edma->wait != 0)
        edma->wait--;
    if (edma->wait == 0 || edma->phase == EDMA_IDLE)
        honour_cancel(edma);
    return true;
}

static bool ask_again(struct edma_model *edma)
{
    uint32_t again = edma->again;

    edma->again = 0;
    edma->interrupts |= again;
    return again != 0;
}

/* One thing on the bus, or false. */
static bool go_on(struct edma_model *edma)
{
    if (edma->stalled)
        return false;
    if (pay(edma))
        return true;
    if (edma->phase == EDMA_IDLE) {
        if (!edma_model_arbitrate(edma))
            return false;
        begin(edma);
    }
    if (edma->engine.violation)
        return false;
    turn(edma);
    if (edma->phase == EDMA_IDLE)
        return true; /* it began with an error */
    if (edma_model_take(edma, ENGINE_STALLS))
        edma->stalled = true;
    else if (edma_model_take(edma, ENGINE_STOPS))
        stop(edma);
    else
        work(edma);
    return true;
}

bool edma_model_step(struct engine_model *engine)
{
    struct edma_model *edma =
        HAL_CONTAINER_OF(engine, struct edma_model, engine);
    bool went = ask_again(edma) || go_on(edma);

    if (!went && engine->misbehaves == ENGINE_SPURIOUS) {
        turn(edma);
        went = true;
    }
    return cancels(edma) || went;
}
