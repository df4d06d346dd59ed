/* SPDX-License-Identifier: MIT */
#include "hal/bits.h"
#include "hal/container_of.h"
#include "tests/images/demo.h"

#include <stdio.h>

enum { IN_FLIGHT = 8, PARTS = 64, LEAST = 4096, MOST = 512 * 1024 };

/* One request under way, and the memory it moves. */
struct part {
    struct iodma_command command;
    struct nvme_request request;
    bool busy;
    struct job *job;
};

/* All of the requests. */
struct job {
    struct disk *disk;
    struct iodma_memory *memory;
    uint64_t lba;
    hal_address next;   /* offset of the next part */
    hal_address length; /* of a part               */
    uint64_t deadline;
    uint32_t in_flight;
    enum iodma_status status; /* the first failure */
    struct table *table;
    struct demo_count *count;
};

static struct part parts[IN_FLIGHT];

static void failed(struct job *job, const char *what, enum iodma_status status)
{
    if (job->status == IODMA_OK) {
        printf("demo: disk: %s: %s\n", what, iodma_status_name(status));
        job->status = explained(status);
    }
}

static void done(struct nvme_request *request)
{
    struct part *part = HAL_CONTAINER_OF(request, struct part, request);
    struct job *job = part->job;

    job->in_flight--;
    if (request->quarantined) { /* the memory stays held: it is not ours */
        failed(job, "a request was lost", IODMA_TIMEOUT);
        return;
    }
    (void)iodma_command_release(&part->command);
    if (request->status != IODMA_OK)
        failed(job, nvme_status_name(request->code),
               (enum iodma_status)request->status);
    request->status = (int32_t)iodma_command_clear_memory(&part->command, true);
    part->busy = false;
}

/* Prepare the next part's window and say what became of it. */
static enum iodma_status prepare(struct part *part, hal_address length)
{
    static const struct iodma_spec spec = IODMA_SPEC(iodma_output_host64, 0, 0);
    struct job *job = part->job;
    hal_address bounced = job->table->bounced;
    enum iodma_status status =
        iodma_command_init(&part->command, &job->disk->bus, &spec, NULL);

    if (status == IODMA_OK)
        status = iodma_command_set_memory(&part->command, job->memory, false);
    if (status == IODMA_OK)
        status = iodma_command_prepare(&part->command, job->next, length, true,
                                       true);
    if (status != IODMA_OK)
        return status;

    table_add(job->table, &part->command);
    if (job->memory->direction == IODMA_IN)
        job->count->prefilled += job->table->bounced - bounced;
    return iodma_command_hold(&part->command);
}

static enum iodma_status issue(struct part *part, hal_address length)
{
    struct job *job = part->job;
    struct nvme *nvme = job->disk->facts->nvme;
    uint32_t shift = (uint32_t)__builtin_ctz(nvme->block_size);
    hal_address offset = 0;
    enum iodma_status status;

    part->request = (struct nvme_request){
        .opcode = job->memory->direction == IODMA_IN ? NVME_READ : NVME_WRITE,
        .lba = job->lba + (job->next >> shift),
        .blocks = (uint32_t)(length >> shift),
        .deadline = job->deadline,
        .done = done,
    };
    status = nvme_begin(nvme, &part->request);
    if (status != IODMA_OK)
        return status;
    status =
        iodma_command_emit(&part->command, &offset, &part->request.emitter);
    if (status != IODMA_OK)
        (void)nvme_cancel(&part->request);
    return status;
}

/* Begin one more request. Returns whether it was one. */
static bool start_part(struct job *job, struct part *part)
{
    hal_address length = smaller(job->length, job->memory->length - job->next);
    enum iodma_status status;

    part->job = job;
    status = prepare(part, length);
    if (status != IODMA_OK) {
        failed(job, "preparing a request's memory", status);
        return false;
    }
    status = issue(part, length);
    if (status != IODMA_OK) {
        failed(job, "issuing a request", status);
        (void)iodma_command_release(&part->command);
        (void)iodma_command_clear_memory(&part->command, true);
        return false;
    }
    part->busy = true;
    job->next += length;
    job->in_flight++;
    return true;
}

/* Hand over what was begun; what cannot be is given up. */
static void submit(struct job *job)
{
    enum iodma_status status = nvme_submit(job->disk->facts->nvme);

    if (status == IODMA_OK)
        return;
    failed(job, "submitting requests", status);
    for (uint32_t i = 0; i < IN_FLIGHT; i++) {
        if (parts[i].busy && nvme_cancel(&parts[i].request) == IODMA_OK) {
            (void)iodma_command_release(&parts[i].command);
            (void)iodma_command_clear_memory(&parts[i].command, true);
            parts[i].busy = false;
            job->in_flight--;
        }
    }
}

/* Fill what is free, and ring once. */
static void start_parts(struct job *job)
{
    bool begun = false;

    for (uint32_t i = 0; i < IN_FLIGHT; i++) {
        if (!parts[i].busy && job->next < job->memory->length &&
            job->status == IODMA_OK)
            begun |= start_part(job, &parts[i]);
    }
    if (job->in_flight > job->count->most_in_flight)
        job->count->most_in_flight = job->in_flight;
    if (begun)
        submit(job);
}

/* A part of so many pages that there are PARTS of them, as far as the disk's
   limits go. */
static hal_address part_length(const struct disk *disk, hal_address length)
{
    hal_address limit = disk->bus.hal->limits->max_transfer;
    hal_address most = smaller(MOST, limit ? limit : MOST);
    hal_address part = LEAST;

    while (part < most && part * PARTS < length)
        part += LEAST;
    return part;
}

enum iodma_status demo_disk(struct disk *disk, struct iodma_memory *memory,
                            uint64_t lba, struct table *table,
                            struct demo_count *count)
{
    struct job job = {
        .disk = disk,
        .memory = memory,
        .lba = lba,
        .length = part_length(disk, memory->length),
        .deadline = hal_deadline(disk->bus.hal->clock, DEMO_DEADLINE_MS),
        .table = table,
        .count = count,
    };

    do {
        start_parts(&job);
        (void)disk_serve(disk);
    } while (job.in_flight != 0 ||
             (job.next < memory->length && job.status == IODMA_OK));
    return job.status;
}
