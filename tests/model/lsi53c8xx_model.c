/* SPDX-License-Identifier: MIT */
#include "tests/model/lsi53c8xx_model.h"

#include "hal/dmac/lsi53c8xx_regs.h"
#include "platform/mmio.h"

#include <string.h>

/* What only a model needs to know. */
#define DSTAT_DFE BIT32(7) /* the FIFO is empty: always                    */
#define DMODE_MAN BIT32(0) /* DSP does not start a script                  */
#define ISTAT0_RW (LSI_ISTAT0_SRST | LSI_ISTAT0_ABRT)

static struct lsi53c8xx_model *chip; /* whose power is on */

static void violate(struct lsi53c8xx_model *model, const char *what)
{
    if (!model->violation)
        model->violation = what;
}

static uint64_t now(const struct lsi53c8xx_model *model)
{
    return model->now ? *model->now : 0;
}

/* DCNTL.COM outlives it (4.2, ISTAT0 bit 6). */
static void reset(struct lsi53c8xx_model *model)
{
    if (model->running && (model->istat0 & LSI_ISTAT0_ABRT) == 0)
        violate(model, "a reset while a script runs, without an abort");
    model->running = false;
    model->first = model->second = (struct lsi_model_news){ 0, 0 };
    model->dmode = 0;
    model->dien = 0;
    model->sien = 0;
    model->ctest4 = 0;
    model->dcntl &= LSI_DCNTL_COM;
    model->dsp = 0;
    model->dsps = 0;
    model->until_abort = 0;
}

/* The registers hold anything but what a driver would like. */
void lsi53c8xx_model_power_on(struct lsi53c8xx_model *model)
{
    memset(model, 0, sizeof *model);
    model->dmode = 0xFF;
    model->dien = 0xFF;
    model->dcntl = 0xFE;
    model->sien = UINT16_MAX;
    model->first.dstat = LSI_DSTAT_BF;
    model->second.sist = LSI_SIST_SBMC;
    chip = model;
}

bool lsi53c8xx_model_interrupt(const struct lsi53c8xx_model *model)
{
    return !model->absent && ((model->first.dstat & model->dien) != 0 ||
                              (model->first.sist & model->sien) != 0);
}

/* ---- Memory ---- */

void lsi53c8xx_model_publish(struct lsi53c8xx_model *model)
{
    if (model->script.size > sizeof model->published)
        violate(model, "a script that is too long for the model");
    else if (model->script.host)
        memcpy(model->published, model->script.host, model->script.size);
}

static bool fetch(struct lsi53c8xx_model *model, uint32_t index, uint32_t *word)
{
    uint32_t bus = model->dsp + 4 * index;
    const uint8_t *byte;

    if (!model_within(&model->script, bus, 4))
        return false;
    byte = &model->published[bus - model->script.bus];
    *word = (uint32_t)byte[0] | (uint32_t)byte[1] << 8 |
            (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
    return true;
}

/* ---- Instructions ---- */

/* Two levels: what comes while something waits to be read waits behind it (2,
   stacked interrupts). */
static void post(struct lsi53c8xx_model *model, uint32_t dstat, uint32_t sist)
{
    bool waits = model->first.dstat != 0 || model->first.sist != 0;
    struct lsi_model_news *news = waits ? &model->second : &model->first;

    news->dstat |= (uint8_t)dstat;
    news->sist |= (uint16_t)sist;
}

static void move_up(struct lsi53c8xx_model *model)
{
    if (model->first.dstat == 0 && model->first.sist == 0) {
        model->first = model->second;
        model->second = (struct lsi_model_news){ 0, 0 };
    }
}

static void stop(struct lsi53c8xx_model *model, uint32_t why)
{
    post(model, why, 0);
    model->running = false;
    model->until_abort = 0;
}

/* Masked or not, it stops the script. An abort that was asked for goes on when
   it has been read (4.2, ISTAT0 bit 7). */
void lsi53c8xx_model_scsi(struct lsi53c8xx_model *model, uint32_t sist)
{
    post(model, 0, sist);
    if (model->until_abort == 0)
        model->running = false;
}

static bool damaged(struct lsi53c8xx_model *model)
{
    return model->parity_at != 0 && --model->parity_at == 0;
}

static void move(struct lsi53c8xx_model *model, uint32_t length,
                 uint32_t source, uint32_t destination)
{
    const uint8_t *from = model_data(model->pieces, source, length);
    uint8_t *to = model_data(model->pieces, destination, length);

    if (length == 0)
        violate(model, "memory move of no bytes");
    if (length == 0 || (source ^ destination) % 4 != 0) {
        stop(model, LSI_DSTAT_IID);
    } else if (!from || !to) {
        stop(model, LSI_DSTAT_BF);
    } else if (damaged(model)) {
        if ((model->ctest4 & LSI_CTEST4_MPEE) != 0) {
            stop(model, LSI_DSTAT_MDPE);
            return;
        }
        memmove(to, from, length);
        to[0] ^= 1;
        model->moves++;
        model->dsp += sizeof(struct lsi_slot);
    } else {
        memmove(to, from, length);
        model->moves++;
        model->dsp += sizeof(struct lsi_slot);
    }
}

static void execute(struct lsi53c8xx_model *model)
{
    uint32_t command;
    uint32_t third;

    if (!fetch(model, 0, &command) || !fetch(model, 1, &model->dsps)) {
        violate(model, "instruction fetched outside the script");
        stop(model, LSI_DSTAT_BF);
    } else if (command == LSI_JUMP) {
        model->dsp = model->dsps;
    } else if (command == LSI_INT) {
        model->dsp += 8;
        stop(model, LSI_DSTAT_SIR);
    } else if ((command & ~LSI_MOVE_LENGTH) == LSI_MOVE &&
               fetch(model, 2, &third)) {
        move(model, command & LSI_MOVE_LENGTH, model->dsps, third);
    } else {
        stop(model, LSI_DSTAT_IID);
    }
}

uint32_t lsi53c8xx_model_step(struct lsi53c8xx_model *model,
                              uint32_t instructions)
{
    uint32_t done = 0;

    while (done < instructions && model->running && !model->absent) {
        execute(model);
        done++;
    }
    return done;
}

/* ---- Registers ---- */

/* The width of a register; 0: there is no such one. */
static unsigned width(uint32_t offset)
{
    switch (offset) {
    case LSI_DSP:
    case LSI_DSPS:
        return 4;
    case LSI_SIEN:
    case LSI_SIST:
        return 2;
    case LSI_DSTAT:
    case LSI_ISTAT0:
    case LSI_ISTAT1:
    case LSI_CTEST4:
    case LSI_DMODE:
    case LSI_DIEN:
    case LSI_DCNTL:
        return 1;
    default:
        return 0;
    }
}

/* What every access has to keep to. Returns false if it reaches nothing. */
static bool admit(struct lsi53c8xx_model *model, uintptr_t address,
                  unsigned size)
{
    uint32_t offset = (uint32_t)(address - model->base);

    if (address - model->base >= LSI_MODEL_REGISTERS || width(offset) == 0) {
        violate(model, "access to an unknown register");
        return false;
    }
    if (width(offset) != size) {
        violate(model, "access of another width than the register's");
        return false;
    }
    if (model->absent)
        return false;
    if (offset != LSI_ISTAT0 && (model->istat0 & LSI_ISTAT0_SRST) != 0) {
        violate(model, "access during reset");
        return false;
    }
    /* 4.2, note: nothing but these (and mailboxes) while a script runs. */
    if (offset != LSI_ISTAT0 && offset != LSI_ISTAT1 && model->running &&
        model->first.sist == 0)
        violate(model, "access to other registers while a script runs");
    if (offset != LSI_ISTAT0 && now(model) < model->ready)
        violate(model, "access before the bus has settled after a reset");
    return true;
}

/* An abort takes its time, and the script goes on meanwhile. */
static void abort_in_time(struct lsi53c8xx_model *model)
{
    if (!model->running || model->until_abort == 0 || model->first.sist != 0)
        return;
    if (--model->until_abort == 0)
        stop(model, LSI_DSTAT_ABRT);
    else
        (void)lsi53c8xx_model_step(model, 1);
}

static uint32_t read_istat0(struct lsi53c8xx_model *model)
{
    abort_in_time(model);
    return model->istat0 | (model->first.dstat != 0 ? LSI_ISTAT0_DIP : 0) |
           (model->first.sist != 0 ? LSI_ISTAT0_SIP : 0);
}

static uint32_t read_dstat(struct lsi53c8xx_model *model)
{
    uint32_t value = model->first.dstat | DSTAT_DFE;

    if ((model->istat0 & LSI_ISTAT0_ABRT) != 0)
        violate(model, "DSTAT read while ABRT is set");
    if (model->first.sist != 0)
        violate(model, "DSTAT read before SIST (4.2, SIST0)");
    model->first.dstat = 0;
    move_up(model);
    return value;
}

static uint32_t read_sist(struct lsi53c8xx_model *model)
{
    uint32_t value = model->first.sist;

    model->first.sist = 0;
    move_up(model);
    return value;
}

uint32_t mmio_model_read(uintptr_t address, unsigned size)
{
    uint32_t offset = (uint32_t)(address - chip->base);

    if (chip->access)
        chip->access();
    if (!admit(chip, address, size))
        return UINT32_MAX;
    chip->reads[offset]++;

    switch (offset) {
    case LSI_DSTAT:
        return read_dstat(chip);
    case LSI_ISTAT0:
        return read_istat0(chip);
    case LSI_ISTAT1:
        return chip->running ? LSI_ISTAT1_SRUN : 0;
    case LSI_SIST:
        return read_sist(chip);
    case LSI_DSP:
        return chip->dsp;
    case LSI_DSPS:
        return chip->dsps;
    default:
        violate(chip, "read of a register that nobody needs to read");
        return 0;
    }
}

/* A millisecond at least, of a clock that counts those: 10 us and more. */
static void time_reset(struct lsi53c8xx_model *model, uint32_t value)
{
    bool before = (model->istat0 & LSI_ISTAT0_SRST) != 0;
    bool after = (value & LSI_ISTAT0_SRST) != 0;

    if (!before && after)
        model->srst_at = now(model);
    if (!before || after || !model->now)
        return;
    if (now(model) == model->srst_at)
        violate(model, "SRST held for less than 10 us");
    model->ready = now(model) + 2;
}

static void write_istat0(struct lsi53c8xx_model *model, uint32_t value)
{
    if (model->stuck) {
        model->istat0 |= (uint8_t)(value & LSI_ISTAT0_SRST);
        return;
    }
    time_reset(model, value);
    if ((value & LSI_ISTAT0_SRST) != 0)
        reset(model);
    model->istat0 = (uint8_t)(value & ISTAT0_RW);
    if ((value & LSI_ISTAT0_ABRT) == 0)
        model->until_abort = 0;
    else if (model->running)
        model->until_abort = model->abort_delay + 1;
}

static void write_dsp(struct lsi53c8xx_model *model, uint32_t value)
{
    if (value % 4 != 0)
        violate(model, "DSP that does not lie on a word");
    if (model->running)
        violate(model, "DSP written while a script runs");
    if (model->first.dstat != 0)
        violate(model, "DSP written before DSTAT was read");
    if ((model->dmode & DMODE_MAN) != 0)
        violate(model, "DSP written in manual mode");
    if ((model->dcntl & LSI_DCNTL_COM) == 0)
        violate(model, "a script in 53C700 mode");
    if ((model->istat0 & LSI_ISTAT0_ABRT) != 0)
        violate(model, "DSP written while ABRT is set");
    model->dsp = value;
    /* All is halted until the CPU has read why (5.2). */
    model->running = model->first.sist == 0;
}

void mmio_model_write(uintptr_t address, uint32_t value, unsigned size)
{
    uint32_t offset = (uint32_t)(address - chip->base);

    if (chip->access)
        chip->access();
    if (!admit(chip, address, size))
        return;
    chip->writes[offset]++;

    switch (offset) {
    case LSI_ISTAT0:
        write_istat0(chip, value);
        break;
    case LSI_DSP:
        write_dsp(chip, value);
        break;
    case LSI_DMODE:
        chip->dmode = (uint8_t)value;
        break;
    case LSI_DIEN:
        chip->dien = (uint8_t)value;
        break;
    case LSI_DCNTL:
        chip->dcntl = (uint8_t)value;
        break;
    case LSI_CTEST4:
        chip->ctest4 = (uint8_t)value;
        break;
    case LSI_SIEN:
        if (value != LSI_SIST_FATAL)
            violate(chip, "not just what is fatal of the SCSI side enabled");
        chip->sien = (uint16_t)value;
        break;
    default:
        violate(chip, "write to a register that is read only");
        break;
    }
}
