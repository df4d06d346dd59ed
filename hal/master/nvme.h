/* SPDX-License-Identifier: MIT */
/*
 * NVM Express controllers: a bus master with rings. One queue pair on one
 * namespace, any number of requests in flight up to the number of slots.
 *
 * A request's life:
 *
 *   nvme_begin     takes a slot; from now on request->emitter.put() writes the
 *                  data's segments straight into the slot's list pages
 *   nvme_submit    hands all begun requests to the controller: their entries
 *                  are written, one publish, one doorbell (rule E11)
 *   nvme_reap      from the ISR (or, polling, from the thread before each
 *                  service): notes what the controller has completed
 *   nvme_service   from the thread: ends requests, calls back, watches
 *                  deadlines
 *
 * A request whose deadline passes is *lost*: it ends with Timeout, but the
 * controller may still reach its data and its list. The request stays
 * `quarantined`, its slot out of use, until `released` is called: the
 * controller completed it after all, or nvme_reset() proved it stopped.
 *
 * The controller is not believed. Of the memory that it shares the driver reads
 * completions and identify data only: each word once, checked against what
 * slots and requests say, which no device can write. One call of nvme_reap()
 * goes once round the queue at most, whatever the controller appends.
 *
 * Data is described by PRPs or, by choice, by an SGL. Each slot has two pages
 * for its list; max_transfer is narrowed to what they hold (PRP: 4 MiB less a
 * page whatever MDTS says; SGL: 256 segments, in the first).
 *
 * Registers read in operation: none. Written: one doorbell a submit, one a
 * reap that found something.
 *
 * Source: NVM Express Base Specification 1.4.
 */
#ifndef HAL_MASTER_NVME_H
#define HAL_MASTER_NVME_H

#include "../address.h"
#include "../bus.h"
#include "../limits.h"
#include "../segment.h"
#include "../shared.h"
#include "../status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A page of the controller (CC.MPS = 0). */
#define NVME_PAGE        UINT32_C(4096)
#define NVME_PAGES(size) (((size) + NVME_PAGE - 1) / NVME_PAGE)

/* Bytes of an entry: submission (1.4, 4.2), completion (4.6). */
enum { NVME_COMMAND_SIZE = 64, NVME_COMPLETION_SIZE = 16 };

/* Entries of either I/O queue. More than there are slots: a queue of n
   entries holds n - 1, and so none is ever full. */
#define NVME_ENTRIES(slots) (2 * (slots))

/*
 * Pages that an instance shares with the controller: both admin queues, the
 * identify data, two for each slot's list, both I/O queues. And their bytes.
 */
#define NVME_LIST_PAGES 2u
#define NVME_MEMORY_PAGES(slots)                                               \
    (3 + NVME_LIST_PAGES * (slots) +                                           \
     NVME_PAGES(NVME_ENTRIES(slots) * NVME_COMMAND_SIZE) +                     \
     NVME_PAGES(NVME_ENTRIES(slots) * NVME_COMPLETION_SIZE))
#define NVME_MEMORY_SIZE(slots) (NVME_MEMORY_PAGES(slots) * NVME_PAGE)

enum { NVME_SLOTS_MAX = 256 };

/* Opcodes of the NVM command set (1.4, 6). Any other may be used as well:
   whether it moves data, its bits 1:0 say. */
enum {
    NVME_FLUSH = 0x00, /* blocks = 0 */
    NVME_WRITE = 0x01,
    NVME_READ = 0x02,
    NVME_COMPARE = 0x05,
};

/* How the controller says that it has completed something. */
enum {
    NVME_POLLED = 0,
    NVME_PIN = 1,     /* its interrupt pin: a level. QEMU 7.2 never drops it
                         again after a reset with requests in flight    */
    NVME_MESSAGE = 2, /* MSI-X, `vector`, enabled (pci_msix_enable) before
                         nvme_start(); vector 0 is the admin queues' and
                         best left masked                                */
};

/* nvme->state */
enum {
    NVME_DOWN = 0,  /* it is disabled and touches no memory              */
    NVME_UP = 1,    /* started                                           */
    NVME_STUCK = 2, /* it could not be disabled: memory must not be reused */
    NVME_SHUT = 3,  /* nvme_shutdown() was called; it is still enabled   */
};

/* request->state */
enum {
    NVME_IDLE = 0,
    NVME_BEGUN = 1,     /* has a slot, takes segments                     */
    NVME_SUBMITTED = 2, /* the controller has it                          */
    NVME_ENDED = 3,     /* status says how; may begin again unless it is
                           quarantined                                    */
};

struct nvme;
struct nvme_request;

/* Called from nvme_service(), nvme_stop() or nvme_reset(); may begin, put,
   submit and cancel, this request too. */
typedef void (*nvme_function)(struct nvme_request *request);

/* The caller's storage, all zero before its first use; ours from begin until
   it has ended and is not quarantined. */
struct nvme_request {
    /* Set by the caller before nvme_begin(). */
    uint8_t opcode;         /* NVME_READ ...                              */
    uint32_t blocks;        /* 0 .. 65536                                 */
    uint64_t lba;           /* of the first block                         */
    uint64_t deadline;      /* on the bus's clock, hal_deadline()         */
    nvme_function done;     /* the end, once; may be NULL                 */
    nvme_function released; /* the end of the quarantine; may be NULL     */
    void *ref_con;          /* the caller's, never looked at              */

    /* Made by nvme_begin(): give it the data's segments, blocks times the
       block size in all. Returns OK; NotReady: not begun, or submitted;
       NotAligned: PRPs or the controller cannot express it; NoSpace: more
       than `blocks`, or more segments than the list holds; MessageTooLarge:
       it wraps. A request has one list: with `first` the former one is gone,
       and it cannot be submitted before the new one is whole. */
    struct hal_emitter emitter;

    /* Read by the caller once state is NVME_ENDED. */
    uint32_t state;
    int32_t status;   /* an enum iodma_status:
                         OK        done
                         DMAError  the controller failed it; `code` says why
                         Timeout   lost; it is quarantined
                         Aborted   the controller was stopped before       */
    uint32_t code;    /* the controller's, see nvme_status_name()         */
    bool quarantined; /* its data and this request are not ours to reuse  */

    /* Ours. */
    struct nvme *nvme;
    uint32_t slot;
    uint32_t data[4];     /* what the command says of the data            */
    hal_address length;   /* bytes that blocks stand for                  */
    hal_address emitted;  /* bytes that the segments so far stand for     */
    hal_address end;      /* bus address behind the last of them          */
    hal_address page;     /* the last entry of a list of PRPs             */
    uint32_t descriptors; /* in the list                                  */
    bool complete;        /* the last segment was put                     */
};

/* A request's place. One for each request in flight, the board's storage. */
struct nvme_slot {
    struct nvme_request *request; /* thread; NULL: free                   */
    uint32_t next;                /* thread: next free slot, or the next
                                     one that was begun                   */
    uint32_t id;                  /* thread, while not in flight          */
    uint32_t issued;              /* thread: counts submissions           */
    uint32_t retired;             /* ISR: issued, as it was completed; the
                                     slot is in flight while they differ  */
    uint32_t code;                /* ISR, before retired                  */
};

/* What a controller lacks that was asked of it. */
struct nvme_shortfall {
    uint32_t what;  /* NVME_SHORT_x                                       */
    uint64_t asked; /* in the unit that its name says                     */
    uint64_t has;   /* what the controller has instead                    */
};

/* Each names a figure and its unit. */
enum {
    NVME_SHORT_OF_NOTHING = 0,
    NVME_SHORT_COMMAND_SET, /* bits of CAP.CSS                            */
    NVME_SHORT_PAGE,        /* least page, bytes                          */
    NVME_SHORT_QUEUE,       /* entries of a queue                         */
    NVME_SHORT_REGISTERS,   /* bytes of registers, doorbells included     */
    NVME_SHORT_SQ_ENTRY,    /* log2 of a submission entry; has: SQES      */
    NVME_SHORT_CQ_ENTRY,    /* log2 of a completion entry; has: CQES      */
    NVME_SHORT_SGL,         /* SGLS 1:0                                   */
    NVME_SHORT_METADATA,    /* bytes of metadata a block                  */
    NVME_SHORT_BLOCK,       /* log2 of a block                            */
    NVME_SHORT_TRANSFER,    /* bytes of one command                       */
};

struct nvme {
    /* Set by the board. */
    const struct hal_bus *bus;
    uintptr_t base;           /* registers (BAR 0), as the CPU sees them  */
    uint32_t size;            /* bytes of them: the BAR's                 */
    struct hal_shared memory; /* NVME_MEMORY_SIZE(slot_count)             */
    struct nvme_slot *slots;  /* all zero before nvme_start()             */
    uint32_t slot_count;      /* power of two, up to NVME_SLOTS_MAX       */
    uint8_t interrupts;       /* NVME_POLLED ...                          */
    uint16_t vector;          /* of the I/O queue, with NVME_MESSAGE      */
    bool use_sgl;             /* else PRP                                 */
    uint32_t namespace_id;    /* 0: 1; nvme_choose() changes it           */

    /* Known after nvme_start(). */
    struct hal_limits limits; /* of data                                  */
    uint32_t block_size;      /* bytes, a power of two                    */
    uint64_t blocks;          /* of the namespace                         */
    uint32_t code;            /* why it failed with DMAError              */
    struct nvme_shortfall shortfall; /* why with Unsupported              */

    /* Counts, since power-up. */
    uint32_t requests;  /* thread: submitted                              */
    uint32_t doorbells; /* thread: times the controller was told of some  */
    uint32_t strays;    /* ISR: completions of nothing in flight          */

    /* Ours. */
    uint32_t state;      /* thread, under the lock: NVME_UP ...           */
    uint32_t stride;     /* bytes from doorbell to doorbell               */
    uint32_t granule;    /* of addresses and lengths in an SGL            */
    hal_address most;    /* bytes of a command, by MDTS and the lists     */
    uint32_t namespaces; /* the largest identifier there can be           */
    uint32_t shut_ms;    /* how long a shutdown may take                  */
    uint32_t admin_sent; /* thread: admin commands since reset            */
    bool admin_lost;     /* thread: one of them was not answered          */
    uint32_t filled;     /* thread: free-running, next entry to fill      */
    uint32_t reaped;     /* ISR: free-running, next completion; thread
                            while state is not NVME_UP                    */
    uint32_t free;       /* thread: first free slot; slot_count: none     */
    uint32_t first;      /* thread: slot begun first, and not submitted;
                            slot_count: none                              */
    uint32_t last;       /* thread: slot begun last, if there is one      */
    uint32_t used;       /* thread: slots that are not free               */
    uint32_t in_flight;  /* thread: submitted and not ended               */
    uint32_t lost;       /* thread: quarantined                           */
    bool serving;        /* thread: within a callback's caller            */
};

/* What nvme->memory has to be: pages, in one piece. */
extern const struct hal_limits nvme_memory_limits;

/*
 * Reset the controller, set up its queues, learn what it can do.
 *
 * Returns OK; BadArgument: the instance is not set up (memory, slots,
 * alignment); Busy: requests are begun, in flight or lost (nvme_reset is for
 * that), or this is a callback; NotAttached: no controller answers; Timeout:
 * it did not get ready within CAP.TO, or did not complete an admin command;
 * Unsupported: least page above 4 KiB, no NVM command set, other entry
 * sizes, too short queues, doorbells beyond its registers, blocks with metadata
 * or below 512 bytes, no SGL and use_sgl: nvme->shortfall says what was asked
 * and what it has; NotFound: it has no such namespace; DMAError: it failed, or
 * failed a command, nvme->code says why.
 *
 * If it fails the controller is disabled, or nvme->state is NVME_STUCK.
 * Context: thread; waits.
 */
enum iodma_status nvme_start(struct nvme *nvme);

/*
 * Take a slot for a request.
 *
 * Returns OK; or with nothing changed: BadArgument: a NULL pointer, more than
 * 65536 blocks, none for an opcode that moves data, some for a flush;
 * NotReady: the controller is not up; Busy: the request is under way or
 * quarantined; NoSpace: more than limits.max_transfer; NoResources: no slot.
 *
 * Context: thread, or callback.
 */
enum iodma_status nvme_begin(struct nvme *nvme, struct nvme_request *request);

/*
 * Give back the slot of a request that was begun and not submitted. It is
 * idle afterwards; no callback is made.
 *
 * Returns OK, or NotReady if it is not so. Context: thread, or callback.
 */
enum iodma_status nvme_cancel(struct nvme_request *request);

/*
 * Hand all begun requests to the controller. None: nothing happens.
 *
 * Returns OK; NotReady: the controller is not up; BadArgument: one of them
 * lacks its last segment, or bytes; none is submitted then (cancel it).
 * Context: thread, or callback.
 */
enum iodma_status nvme_submit(struct nvme *nvme);

/*
 * Note what has been completed: as much as the queue holds, at most. The only
 * call for an ISR; harmless when there is nothing, and whatever state the
 * controller is in.
 *
 * Returns the number of requests found. Context: ISR, or thread when polling
 * with the interrupt disabled. Of several cores, the one that serves.
 */
uint32_t nvme_reap(struct nvme *nvme);

/*
 * The same from a thread, with the interrupt enabled or not: the bus's lock is
 * held meanwhile. Context: thread.
 */
uint32_t nvme_poll(struct nvme *nvme);

/*
 * End what is completed or late and call back. From a callback: nothing. Before
 * a request is given up as late the queue is polled: its interrupt may have
 * been lost.
 *
 * Returns whether requests are still in flight; lost ones do not count.
 * Context: thread; never waits. Time: by the number of slots.
 */
bool nvme_service(struct nvme *nvme);

/* Would service find anything to do at this moment? For a thread that wants
   to sleep: ask with interrupts masked. Context: any. */
bool nvme_due(const struct nvme *nvme);

/*
 * Disable the controller: the end of its use of all memory.
 *
 * Returns OK: every request that had not ended has, with Aborted or as the
 * controller had completed it, and lost ones are released. Timeout or
 * NotAttached: it did not stop as far as we know; every request has ended,
 * those in flight as lost, and all that were lost stay so; try again. Busy:
 * this is a callback, nothing happened.
 *
 * Context: thread; waits, and calls back before it returns.
 */
enum iodma_status nvme_stop(struct nvme *nvme);

/*
 * nvme_stop(), then start anew. Returns what either says. After a failure
 * begin and submit answer NotReady until nvme_reset() succeeds.
 * Context: as nvme_stop().
 */
enum iodma_status nvme_reset(struct nvme *nvme);

/*
 * Tell the controller that its power goes, and wait until it has written to its
 * medium what it must not lose. Afterwards begin and submit answer NotReady;
 * nvme_reset() brings it back. What was lost stays so until then.
 *
 * Returns OK: the power may go; NotReady: it is not up; Busy: requests are
 * begun or in flight, or this is a callback; nothing happened. Timeout,
 * NotAttached, DMAError (it is broken): it is not known to be through.
 *
 * Context: thread; waits: as long as the controller asks for, and that may be
 * 5 s at least and a minute at most.
 * Source: NVM Express 1.4, 7.6.2, a normal shutdown.
 */
enum iodma_status nvme_shutdown(struct nvme *nvme);

/* Identifiers that one call of nvme_list() can give. */
enum { NVME_LIST_MOST = 1024 };

/*
 * List the namespaces that the controller has, by their identifiers.
 *
 *   above  only those above this one; 0: all
 *   ids    out: in ascending order
 *   room   how many fit in
 *   count  out: how many there are in it; less than room, and less than
 *          NVME_LIST_MOST: that is all of them
 *
 * Returns OK; BadArgument: a NULL pointer; NotReady: it is not up, or has not
 * answered before; Timeout, NotAttached, DMAError: as nvme_start(). Then *count
 * is 0.
 * Context: thread; waits.
 */
enum iodma_status nvme_list(struct nvme *nvme, uint32_t above, uint32_t *ids,
                            uint32_t room, uint32_t *count);

/*
 * Turn to another namespace: the requests begun from now on mean its blocks,
 * and limits, block_size and blocks are its own.
 *
 * Returns OK, or with the former one in use: BadArgument: no identifier of one
 * namespace (0, FFFFFFFFh); NotReady, Timeout, NotAttached, DMAError:
 * as nvme_list(); Busy: requests are begun, in flight or lost; NotFound,
 * Unsupported: as nvme_start(). Context: thread; waits.
 */
enum iodma_status nvme_choose(struct nvme *nvme, uint32_t namespace_id);

/* nvme->code of what the controller does not say by a status: it reports itself
   broken (CSTS.CFS); its answer makes no sense. */
enum { NVME_CODE_FATAL = 0xFFFF, NVME_CODE_STRANGE = 0xFFFE };

/* A status code, type << 8 | code, in words (1.4, 4.6.1). Never NULL.
   Context: any. */
const char *nvme_status_name(uint32_t code);

/* A NVME_SHORT_x in words. Never NULL. Context: any. */
const char *nvme_shortfall_name(uint32_t what);

#ifdef __cplusplus
}
#endif

#endif
