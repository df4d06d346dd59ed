/* SPDX-License-Identifier: MIT */
/*
 * The DMA command: IODMACommand in C.
 *
 * A command meets a memory descriptor with a device's specification on a bus.
 * Prepare decides how the bytes go and hands them to the device; segments may
 * then be generated as often and in as many pieces as one likes; complete
 * hands the bytes back. One command serves one preparation at a time and is
 * meant to be used again.
 *
 *      init            set_memory         prepare (counts, n > 0)
 *   -------> [idle] <------------> [attached] <------------> [prepared n]
 *                    clear_memory              complete
 *
 * A command is not locked: calls on one command are the caller's to
 * serialise. Different commands are independent, on one bus too.
 *
 * What the device cannot use as it lies goes through bounce storage, if the
 * bus has been lent some (iodma_bus_lend), and through a mapper where the bus
 * has one (iodma_bus_map_through) or the specification names one.
 */
#ifndef DMA_COMMAND_H
#define DMA_COMMAND_H

#include "../hal/address.h"
#include "../hal/status.h"
#include "bus.h"
#include "limits.h"
#include "memory.h"
#include "piece.h"
#include "queue.h"
#include "segment.h"
#include "spec.h"
#include "window.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An option of synchronize (SynchronizeOptions), beside IODMA_IN and
   IODMA_OUT. */
enum { IODMA_FORCE_DOUBLE_BUFFER = 0x01000000 };

/* The caller's storage; the fields are ours but for ref_con. It must not move
   while prepared. */
struct iodma_command {
    void *ref_con; /* the caller's word, never looked at                      */
    struct iodma_link
        link; /* for one queue at a time, the caller's or a pool              */
    const struct iodma_output *output; /* NULL: not specified yet             */
    uint16_t prepared;                 /* the active count                    */
    uint16_t held; /* preparations that a device may still reach      */
    struct iodma_window window; /* memory NULL: none attached                 */
    struct iodma_plan plan;     /* while prepared                             */
    struct iodma_place place;   /* while prepared: where generation goes on   */
};

/*
 * Make a command out of raw memory, with a specification.
 * (IODMACommand: withSpecification, initWithSpecification)
 *
 *   command  out; holds no resources, also after a failure
 *   bus      lent for the command's life
 *   spec     copied; its output and its mapper are lent for that long, too
 *
 * Returns OK or what iodma_command_set_spec() says, BadArgument also for a
 * NULL command or bus.
 *
 * Context: any.
 */
enum iodma_status iodma_command_init(struct iodma_command *command,
                                     const struct iodma_bus *bus,
                                     const struct iodma_spec *spec,
                                     void *ref_con);

/*
 * Make a command without a specification: it can be given memory, but not
 * prepared. (IODMACommand: withRefCon)
 *
 * Returns OK, or BadArgument for a NULL pointer. Context: any.
 */
enum iodma_status iodma_command_init_unspecified(struct iodma_command *command,
                                                 const struct iodma_bus *bus,
                                                 void *ref_con);

/*
 * Give a command a new specification. (IODMACommand: setSpecification)
 *
 * Returns OK, or, with the command as before:
 *   NotPermitted  it is prepared
 *   BadArgument   spec or its output is NULL; struct_size below 40;
 *                 more address bits than the output writes or than 64,
 *                 fewer than the bus's granule needs; an alignment that is
 *                 no power of two; maximum segment below align_length; a
 *                 mapping type above 3; nothing left after narrowing by the
 *                 bus; IODMA_BYPASSED where there is a mapper, named or the
 *                 bus's; IODMA_UNMAPPED, not iterate-only, where that cannot
 *                 be bypassed; IODMA_DIRECT_ONLY and IODMA_ITERATE_ONLY
 *
 * Context: any. Source: spec 2.3, 2.4, rules. (dma/spec.c)
 */
enum iodma_status iodma_command_set_spec(struct iodma_command *command,
                                         const struct iodma_spec *spec);

/*
 * Make a command with the specification of another one, which may be in any
 * state, and its bus and record, and no more. (IODMACommand: cloneCommand)
 *
 *   storage  out; as after iodma_command_init()
 *   ref_con  of the new command
 *
 * Returns OK, or BadArgument: a NULL pointer, or the other has none.
 *
 * Context: any. Source: spec 3.1, DS-01.
 */
enum iodma_status iodma_command_clone(const struct iodma_command *command,
                                      struct iodma_command *storage,
                                      void *ref_con);

/*
 * End a command's life: completes and detaches. Afterwards it is raw memory.
 * Returns OK, or Busy while it is held or in a pool; then nothing changes.
 * Context: as complete. Source: spec 3.1 (free), R-27.
 */
enum iodma_status iodma_command_deinit(struct iodma_command *command);

/*
 * Attach a memory descriptor, in place of another one that may be there, and
 * prepare all of it if auto_prepare. NULL detaches. The descriptor is lent
 * until it is cleared or replaced. (IODMACommand: setMemoryDescriptor)
 *
 * Returns OK; Busy if prepared or held, whatever memory is; what prepare
 * says, then the former descriptor is attached again, not prepared.
 *
 * Context: as prepare. Source: spec 3.2, R-31.
 */
enum iodma_status iodma_command_set_memory(struct iodma_command *command,
                                           struct iodma_memory *memory,
                                           bool auto_prepare);

/*
 * Detach the memory, completing first if auto_complete.
 * (IODMACommand: clearMemoryDescriptor)
 *
 * Returns OK, also if none was attached; NotReady if prepared and not
 * auto_complete; Busy while held. On failure nothing changes.
 *
 * Context: as complete. Source: spec 3.3.
 */
enum iodma_status iodma_command_clear_memory(struct iodma_command *command,
                                             bool auto_complete);

/* The descriptor that was set, or NULL. (getMemoryDescriptor) Context: any. */
static inline const struct iodma_memory *
iodma_command_memory(const struct iodma_command *command)
{
    return command->window.memory;
}

/* Have a command explain its refusals from now on (dma/reason.h), whatever its
   bus says. The record is lent until another one, or NULL (nobody asks), is
   given. Context: any; the command is not used elsewhere. */
static inline void iodma_command_explain(struct iodma_command *command,
                                         struct iodma_reason *reason)
{
    command->window.reason = reason;
}

/*
 * Hand bytes to the device. Nests: once prepared, the same window again only
 * counts. (IODMACommand: prepare)
 *
 *   offset       of the window in the descriptor
 *   length       of the window; 0: all from offset on
 *   flush_cache  clean caches where the master does not look into them
 *   synchronize  fill bounce storage from the memory, in every direction, so
 *                that bytes which the device does not write stay as they are;
 *                false: it starts as zeros, and the copy is saved
 *
 * Returns OK, or with nothing changed, in this order:
 *   NotReady     no specification; no memory
 *   NotReady     the memory is virtual, and not prepared itself
 *   BadArgument  the window is not within the descriptor
 *   NoSpace      longer than max_transfer
 *   NotReady     prepared with another window
 *   Busy         prepared 65,535 times
 *   NotAligned   length is no multiple of align_length
 *   NotWritable  the transfer writes memory that may not be written, or that
 *                was prepared for Out itself
 *   Unsupported  there are caches to maintain (the master does not look into
 *                them, or IODMA_NON_COHERENT), and the bus has not been told
 *                to: iodma_bus_cache()
 *   NoResources  the device cannot take the memory as it lies (reach,
 *                alignment, lines shared with others, number of segments),
 *                bouncing would help, and there is no storage for it; or no
 *                far window onto memory that has to be copied
 *   NoSpace      too many segments whatever one does
 *   NotAligned   an alignment cannot be met whatever one does
 *   MessageTooLarge, NotAligned, NoSpace
 *                with IODMA_DIRECT_ONLY: the device does not reach it; an
 *                alignment, or a cache line that holds others' bytes; too many
 *                segments
 *   NotAttached  memory that has to be copied, or maintained, is in no region
 *   Timeout, DMAError
 *                caches were not cleaned: what their controller says, whatever
 *                memory could not be copied, or is in no region: what was
 *                begun is waited for
 *   NoResources  no IOVA within reach; or what the mapper says
 *
 * Context: thread or ISR; the time is that of generating the list, and of
 * copying what is bounced.
 * Source: spec 3.5, 4.3, 5, R-07 to.
 */
enum iodma_status iodma_command_prepare(struct iodma_command *command,
                                        hal_address offset, hal_address length,
                                        bool flush_cache, bool synchronize);

/*
 * Set a specification and prepare under it. (prepareWithSpecification)
 *
 * Returns OK; NotPermitted if prepared; what iodma_command_set_spec() says;
 * what prepare says. On failure the former specification is in force.
 *
 * Context: as prepare. Source: spec 3.6, R-31.
 */
enum iodma_status iodma_command_prepare_with_spec(
    struct iodma_command *command, const struct iodma_spec *spec,
    hal_address offset, hal_address length, bool flush_cache, bool synchronize);

/* How a window would go. */
struct iodma_outlook {
    hal_address bounced; /* bytes of the window that would be copied          */
    hal_address storage; /* bytes of the bounce pool that would be on loan    */
    uint32_t loans;      /* that would be taken                               */
    uint32_t segments;   /* in the list                                       */
    bool whole;          /* all through one buffer                            */
};

/*
 * Would this window be prepared, and how? Plans it as prepare does, with the
 * storage that is free now, and gives it back: an interrupt handler may find
 * the pool short meanwhile. No memory, cache or mapper is touched, and IOVA is
 * not looked for.
 *
 *   outlook  out; unchanged if it would be refused; may be NULL
 *
 * Returns what prepare would at this moment, but that it does not look whether
 * the CPU can get at what would be copied; of a prepared command NotReady. The
 * reason is recorded. If it would be bounced, the record says which rule the
 * memory as it lies breaks first, with status OK, and what would change that.
 *
 * Context: as prepare, without the copies. Ours (E6).
 */
enum iodma_status iodma_command_check(struct iodma_command *command,
                                      hal_address offset, hal_address length,
                                      struct iodma_outlook *outlook);

/*
 * Take the bytes back. Only the last of nested completes does anything.
 * (IODMACommand: complete)
 *
 *   invalidate_cache  drop what the CPU's caches hold of inbound memory that
 *                     the master wrote past them
 *   synchronize       copy bounced bytes back, unless the direction is Out
 *
 * Returns OK; NotReady if not prepared; Busy if this preparation is held:
 * a device may still reach the memory; nothing changes then. Or what stopped
 * the copy back (NotAttached, NoResources) or the caches (Timeout, DMAError):
 * it is not prepared any more all the same.
 *
 * Context: thread or ISR. Source: spec 3.8, R-29, R-32.
 */
enum iodma_status iodma_command_complete(struct iodma_command *command,
                                         bool invalidate_cache,
                                         bool synchronize);

/*
 * Generate segments for part of the prepared bytes (dma/generate.c).
 * (IODMACommand: genIOVMSegments, gen32IOVMSegments, gen64IOVMSegments)
 *
 *   offset    in: where to begin, from the start of the window; out: behind
 *             the last byte delivered. Any offset will do; going on where
 *             the last call ended costs nothing extra.
 *   segments  array in the output's form
 *   count     in: its capacity; out: segments delivered
 *
 * Returns OK with at least one segment; or, with *offset and *count as they
 * were and the array's contents unspecified:
 *   BadArgument      no memory attached; a NULL pointer; capacity 0
 *   NotReady         not prepared; or a force failed, and the mapper would not
 *                    show again what it had hidden
 *   Overrun          *offset is not within the prepared length
 *   MessageTooLarge  the output refused a segment; or, iterate-only:
 *                    out of reach
 *   NotAligned       iterate-only: an alignment is broken
 *
 * Context: any, ISR too. Source: spec 3.10, 4.2.
 */
enum iodma_status iodma_command_gen_segments(struct iodma_command *command,
                                             hal_address *offset,
                                             void *segments, uint32_t *count);

/* The same for an array of two words of 32 bits, in any order; BadArgument if
   the specification's output is not of that form. Context: any. */
enum iodma_status iodma_command_gen_segments32(struct iodma_command *command,
                                               hal_address *offset,
                                               struct iodma_segment32 *segments,
                                               uint32_t *count);

/* The same for an array of two words of 64 bits. Context: any. */
enum iodma_status iodma_command_gen_segments64(struct iodma_command *command,
                                               hal_address *offset,
                                               struct iodma_segment64 *segments,
                                               uint32_t *count);

/* The same with an output for this call only; NULL is BadArgument. Context:
   any. */
enum iodma_status iodma_command_gen_segments_with(
    struct iodma_command *command, const struct iodma_output *output,
    hal_address *offset, void *segments, uint32_t *count);

/*
 * Generate all segments from an offset to the end of the window into a
 * device's own descriptors, with no list in between.
 *
 *   offset   as above; out: the length of the window
 *   emitter  the driver's; it gets them in portions
 *
 * Returns OK; what iodma_command_gen_segments() says; or the emitter's
 * refusal. On failure *offset is as it was, and the emitter may have been
 * given a part of the list.
 *
 * Context: any. Ours.
 */
enum iodma_status iodma_command_emit(struct iodma_command *command,
                                     hal_address *offset,
                                     struct hal_emitter *emitter);

/*
 * Copy bounced bytes while prepared, whatever the memory's direction.
 * (IODMACommand: synchronize) (dma/exchange.c)
 *
 *   options  IODMA_IN (to the memory) or IODMA_OUT (to the device's side), or
 *            neither; with IODMA_FORCE_DOUBLE_BUFFER all of the window moves
 *            to one new buffer, filled from the memory: both sides are equal
 *            then. Segments generated before it are void. Already there, the
 *            force is nothing. What the device had written into storage that
 *            was never filled from the memory (prepare without `synchronize`)
 *            is lost, unless IODMA_IN came first: it cannot be told from the
 *            zeros that the storage began with.
 *
 * Returns OK; BadArgument: other bits, both directions, force where it is
 * iterate-only or direct-only; NotReady: not prepared; Busy: force while held;
 * NoResources, NotAligned, NoSpace: no such buffer; Unsupported: nobody
 * maintains it; NotAttached, NotWritable, NoResources: what has to be copied
 * lies in no region, is read only, or no far window is free; Timeout, DMAError:
 * as prepare. All are tried before a byte is copied; only one that goes away
 * between the two, or caches, leave part of a copy done (an exception to E7).
 * The preparation is as it was; but where a mapper would not show again
 * what a force had hidden, generation and transfers are NotReady.
 *
 * Context: thread or ISR. Source: spec 3.9, DS-07, DS-08, R-16.
 */
enum iodma_status iodma_command_synchronize(struct iodma_command *command,
                                            uint32_t options);

/*
 * Hand over part of the prepared bytes, direct ones and bounced ones, without
 * an end of the preparation: for rings and cyclic buffers (E12).
 *
 *   offset, length  of the part, from the start of the window
 *   options         IODMA_IN: the CPU takes them: what the device wrote is
 *                   visible (observe, clean and invalidate, copy in).
 *                   IODMA_OUT: the device takes them (copy out, clean,
 *                   publish)
 *
 * Returns OK; BadArgument: other options, or the part is not within the
 * window; NotReady: not prepared; NotAligned: the part has some bytes of a
 * cache line, and the device may write others of it; what stopped a copy or
 * the caches, as above. Iterate-only there is nothing to hand over.
 *
 * Context: thread or ISR. Source: E12. (dma/exchange.c)
 */
enum iodma_status iodma_command_synchronize_range(struct iodma_command *command,
                                                  hal_address offset,
                                                  hal_address length,
                                                  uint32_t options);

/*
 * Copy between a buffer and the memory that the device sees, bounce storage
 * where there is some. The memory itself sees what was written after a copy
 * in. (IODMACommand: readBytes, writeBytes)
 *
 *   offset  from the start of the window
 *
 * Returns the number of bytes: 0 if not prepared, bytes is NULL or offset is
 * not within the window, else as many as the window has, or until a region or
 * far window was missing. Alignments do not matter; but what is written may not
 * share a cache line with bytes that the device may write: 0 then (E12). 0 as
 * well, whatever was copied, if caches cannot be maintained.
 * Iterate-only, caches are the caller's. No generation is disturbed.
 *
 * Context: thread or ISR. Source: spec 3.11. (dma/exchange.c)
 */
hal_address iodma_command_read_bytes(const struct iodma_command *command,
                                     hal_address offset, void *bytes,
                                     hal_address length);
hal_address iodma_command_write_bytes(const struct iodma_command *command,
                                      hal_address offset, const void *bytes,
                                      hal_address length);

/*
 * The memory that is used for DMA: the descriptor that was set, or, if a
 * whole buffer stands for the window, one of that buffer.
 * (IODMACommand: getIOMemoryDescriptor) (dma/exchange.c)
 *
 *   memory  the caller's storage for a descriptor of the buffer
 *
 * Returns one of the two, or NULL if none is attached. Context: any.
 */
const struct iodma_memory *
iodma_command_bus_memory(const struct iodma_command *command,
                         struct iodma_memory *memory);

/*
 * What was prepared. Either pointer may be NULL. Returns OK, or NotReady if
 * not prepared; the outputs are unchanged then.
 * (IODMACommand: getPreparedOffsetAndLength) Context: any.
 */
enum iodma_status
iodma_command_get_prepared(const struct iodma_command *command,
                           hal_address *offset, hal_address *length);

/*
 * Say that a device may reach the prepared memory until the release: no
 * complete takes this preparation away, and deinit, clear_memory and
 * set_memory answer Busy. iodma_transfer holds its commands while they are
 * under way, and for ever if their engine would not stop: then they are
 * quarantined. Holds nest.
 *
 * Returns OK, or NotReady if not prepared that often. Context: any. Source:
 * E9.
 */
enum iodma_status iodma_command_hold(struct iodma_command *command);

/*
 * Say that the device can not reach the memory any more. After a quarantine
 * that takes proof: the device was reset, or its bus mastering is off.
 *
 * Returns OK, or NotReady if it was not held. Context: any. Source: E9.
 */
enum iodma_status iodma_command_release(struct iodma_command *command);

/* The specification's address bits; 0: no limit, or no specification.
   (getNumAddressBits) Context: any. */
static inline uint8_t
iodma_command_address_bits(const struct iodma_command *command)
{
    return command->window.asked.address_bits;
}

/* The specification's alignments, before the bus narrows them; 1 if there is
   none. Bytes. (getAlignment, getAlignmentLength,
   getAlignmentInternalSegments) Context: any. */
static inline uint32_t
iodma_command_alignment(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_address;
}

static inline uint32_t
iodma_command_alignment_length(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_length;
}

static inline uint32_t
iodma_command_alignment_internal_segments(const struct iodma_command *command)
{
    return UINT32_C(1) << command->window.asked.align_internal;
}

/* For dma/transfer.c ------------------------------------------------------- */

/* IODMA_FORCE_DOUBLE_BUFFER of a prepared command, whatever it uses now, to a
   buffer that begins so many bytes behind where a granule does on the bus, less
   than one. Returns and context as iodma_command_synchronize(). */
enum iodma_status iodma_command_force(struct iodma_command *command,
                                      uint32_t phase);

#ifdef __cplusplus
}
#endif

#endif
