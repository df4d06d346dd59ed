/* SPDX-License-Identifier: MIT */
/*
 * Services of the host that runs or debugs this machine: files, the command
 * line, the exit status. Without such a host every call is a fault.
 *
 * Source: Arm, Semihosting for AArch32 and AArch64, release 2.0.
 */
#ifndef PLATFORM_SEMIHOST_H
#define PLATFORM_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How to open a file; the values are those of SYS_OPEN. */
enum semihost_mode {
    SEMIHOST_READ = 1, /* "rb"                            */
    SEMIHOST_WRITE = 5 /* "wb": created, or cut to length 0 */
};

/*
 * Open a file of the host.
 *
 *   path  relative to the host's working directory, or absolute
 *   mode  SEMIHOST_READ or SEMIHOST_WRITE
 *
 * Returns a handle, or -1 if the host refuses.
 *
 * Context: thread.
 */
int semihost_open(const char *path, int mode);

/*
 * Close a file.
 *
 *   handle  from semihost_open()
 *
 * Returns true if the host has closed it without an error.
 *
 * Context: thread.
 */
bool semihost_close(int handle);

/*
 * Write to a file, behind what was written before.
 *
 *   handle  from semihost_open(path, SEMIHOST_WRITE)
 *   bytes   what to write
 *   length  how many
 *
 * Returns true if all of them were written.
 *
 * Context: thread.
 */
bool semihost_write(int handle, const void *bytes, size_t length);

/*
 * Read from a file, behind what was read before.
 *
 *   handle  from semihost_open(path, SEMIHOST_READ)
 *   bytes   out: what was read
 *   length  room in bytes
 *
 * Returns how many bytes were read; 0 at the end of the file or after an
 * error.
 *
 * Context: thread.
 */
size_t semihost_read(int handle, void *bytes, size_t length);

/*
 * Fetch the command line: the image's name and its arguments, with one space
 * between them.
 *
 *   buffer  out: the line with its terminator; "" if the call fails
 *   size    room in bytes, at least 1
 *
 * Returns false if the line does not fit or the host has none.
 *
 * Context: thread.
 */
bool semihost_command_line(char *buffer, size_t size);

/*
 * End the run.
 *
 *   code  exit status of the emulator; hosts keep its lower 8 bits
 *
 * Does not return. Buffers of stdio are not written out: call exit().
 *
 * Context: any, also from a fault.
 */
__attribute__((noreturn)) void semihost_exit(int code);

#ifdef __cplusplus
}
#endif

#endif
