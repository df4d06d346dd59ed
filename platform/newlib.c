/* SPDX-License-Identifier: MIT */
/*
 * What newlib expects below it, and the way from start.S to main(). Standard
 * output and error go to the UART; there is no input, and there are no files
 * (see platform/semihost.h for those).
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "semihost.h"
#include "start.h"
#include "uart.h"

#define LINE_SIZE      1024
#define ARGUMENT_COUNT 32

/* The product's, with or without parameters: with LTO the linker compares the
   two declarations, and this one agrees with both. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
int main();
#pragma GCC diagnostic pop

/* What newlib calls; its headers declare it for newlib itself only. */
int _write(int file, const void *bytes, size_t length);
int _read(int file, void *bytes, size_t length);
int _close(int file);
int _isatty(int file);
int _fstat(int file, struct stat *status);
off_t _lseek(int file, off_t offset, int whence);
void *_sbrk(ptrdiff_t increment);
pid_t _getpid(void);
int _kill(int process, int signal);

int _write(int file, const void *bytes, size_t length)
{
    if (file != STDOUT_FILENO && file != STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    uart_write(bytes, length);
    return (int)length;
}

int _read(int file, void *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    if (file == STDIN_FILENO)
        return 0;
    errno = EBADF;
    return -1;
}

int _close(int file)
{
    (void)file;
    errno = EBADF;
    return -1;
}

/* A terminal, so that a line appears as soon as it is complete. */
int _isatty(int file)
{
    return file <= STDERR_FILENO;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFCHR;
    return 0;
}

off_t _lseek(int file, off_t offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    errno = ESPIPE;
    return -1;
}

void *_sbrk(ptrdiff_t increment)
{
    static char *top = heap_start;
    char *old = top;

    if (increment > heap_end - top || increment < heap_start - top) {
        errno = ENOMEM;
        return (void *)-1;
    }
    top += increment;
    return old;
}

pid_t _getpid(void)
{
    return 1;
}

/* raise() and so abort() come here; 128 + signal is what a shell shows. */
int _kill(int process, int signal)
{
    (void)process;
    semihost_exit(128 + signal);
}

void _exit(int status)
{
    semihost_exit(status);
}

static int split(char *line, char **words, int room)
{
    int count = 0;
    char *word;

    for (word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        if (count == room)
            fault_stop("the command line has too many words");
        words[count++] = word;
    }
    return count;
}

void platform_main(void)
{
    static char line[LINE_SIZE];
    static char *argv[ARGUMENT_COUNT + 1];
    void (*const *constructor)(void);
    int argc;

    platform_begin();
    for (constructor = init_array_start; constructor != init_array_end;
         constructor++)
        (*constructor)();

    if (!semihost_command_line(line, sizeof line))
        fault_stop("no command line from the host, or one too long");
    argc = split(line, argv, ARGUMENT_COUNT);
    exit(main(argc, argv));
}
