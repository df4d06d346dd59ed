/* SPDX-License-Identifier: MIT */
#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/images/demo.h"

#include <stdio.h>

/* Transfers, and the most bytes of one: a quarter, if that is less. */
enum { QUEUED = 4, CHUNK = 256 * 1024, CHUNK_UNIT = 64 };

/* One transfer under way. */
struct part {
    struct iodma_command source;
    struct iodma_command target;
    struct iodma_transfer transfer;
    bool busy;
    struct job *job;
};

/* All of the transfers. */
struct job {
    struct engine *engine;
    struct iodma_memory *source;
    struct iodma_memory *target;
    hal_address next;  /* offset of the next part */
    hal_address chunk; /* bytes of a part         */
    uint64_t deadline;
    uint32_t queued;
    enum iodma_status status; /* the first failure */
    struct table *source_table;
    struct table *target_table;
    struct demo_count *count;
};

static struct part parts[QUEUED];

int demo_fail(const char *what, enum iodma_status status)
{
    printf("demo: failed: %s: %s\n", what, iodma_status_name(status));
    return 1;
}

static void failed(struct job *job, const char *what, enum iodma_status status)
{
    const struct engine *engine = job->engine;

    if (job->status != IODMA_OK)
        return;
    printf("demo: copy: %s: %s\n", what, iodma_status_name(status));
    job->status = explained(status);
    if (status == IODMA_TIMEOUT && !engine->poll && engine->interrupts == 0)
        printf("# no interrupt %u has come: is it the engine's? (--poll waits "
               "for none)\n",
               (unsigned)engine->interrupt);
}

static void done(struct iodma_transfer *transfer, enum iodma_status status)
{
    struct part *part = HAL_CONTAINER_OF(transfer, struct part, transfer);

    part->job->queued--;
    engine_explain(part->job->engine, transfer);
    if (status != IODMA_OK)
        failed(part->job, hal_fault_name(transfer->fault), status);
    part->busy = transfer->quarantined; /* then its memory is not ours */
}

static enum iodma_status prepare(struct job *job, struct iodma_command *command,
                                 struct iodma_memory *memory,
                                 hal_address length, struct table *table)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);
    enum iodma_status status =
        iodma_command_init(command, &job->engine->bus, &spec, NULL);

    if (status == IODMA_OK)
        status = iodma_command_set_memory(command, memory, false);
    if (status == IODMA_OK)
        status = iodma_command_prepare(command, job->next, length, true, true);
    if (status == IODMA_OK)
        table_add(table, command);
    return status;
}

/* Prepare both sides of the next part and queue it. */
static enum iodma_status submit(struct job *job, struct part *part,
                                hal_address length)
{
    hal_address bounced = job->target_table->bounced;
    enum iodma_status status =
        prepare(job, &part->source, job->source, length, job->source_table);

    if (status == IODMA_OK)
        status =
            prepare(job, &part->target, job->target, length, job->target_table);
    if (status != IODMA_OK)
        return status;

    job->count->prefilled += job->target_table->bounced - bounced;
    part->job = job;
    part->transfer = (struct iodma_transfer){
        .source = &part->source,
        .destination = &part->target,
        .deadline = job->deadline,
        .done = done,
    };
    return iodma_transfer_submit(&job->engine->channel, &part->transfer);
}

static void start_parts(struct job *job)
{
    for (uint32_t i = 0; i < QUEUED; i++) {
        hal_address length =
            smaller(job->chunk, job->source->length - job->next);
        enum iodma_status status;

        if (parts[i].busy || length == 0 || job->status != IODMA_OK)
            continue;
        status = submit(job, &parts[i], length);
        if (status != IODMA_OK) {
            failed(job, "submitting a transfer", status);
            (void)iodma_command_clear_memory(&parts[i].source, true);
            (void)iodma_command_clear_memory(&parts[i].target, true);
            return;
        }
        parts[i].busy = true;
        job->next += length;
        job->queued++;
    }
    if (job->queued > job->count->most_in_flight)
        job->count->most_in_flight = job->queued;
}

enum iodma_status demo_copy(struct engine *engine, struct iodma_memory *source,
                            struct iodma_memory *target,
                            struct table *source_table,
                            struct table *target_table,
                            struct demo_count *count)
{
    struct job job = {
        .engine = engine,
        .source = source,
        .target = target,
        .chunk =
            smaller(CHUNK, round_up(source->length / QUEUED + 1, CHUNK_UNIT)),
        .deadline = hal_deadline(engine->bus.hal->clock, DEMO_DEADLINE_MS),
        .source_table = source_table,
        .target_table = target_table,
        .count = count,
    };

    do {
        start_parts(&job);
        (void)engine_serve(engine);
    } while (job.queued != 0 ||
             (job.next < source->length && job.status == IODMA_OK));
    return job.status;
}

void demo_print_ranges(const struct scatter *from, const struct scatter *to)
{
    printf("  ranges     %u + %u, in %u + %u groups\n",
           (unsigned)from->range_count, (unsigned)to->range_count,
           (unsigned)from->group_count, (unsigned)to->group_count);
}

void demo_print_engine(const struct engine *engine,
                       const struct demo_count *count)
{
    const struct hal_dmac_counts *moves = &engine->facts->dmac->counts;

    printf("  %-10s %u descriptors through a ring of %u slots, "
           "%u transfers queued at most, %u doorbells, %u interrupts\n",
           engine->facts->name, (unsigned)moves->items,
           (unsigned)engine->facts->slots, (unsigned)count->most_in_flight,
           (unsigned)moves->doorbells, (unsigned)engine->interrupts);
}
