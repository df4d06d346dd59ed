/* SPDX-License-Identifier: MIT */
#include "semihost.h"

#include <stdint.h>
#include <string.h>

/* Operation numbers, each described under its name in the specification. */
#define SYS_OPEN          0x01u
#define SYS_CLOSE         0x02u
#define SYS_WRITE         0x05u
#define SYS_READ          0x06u
#define SYS_GET_CMDLINE   0x15u
#define SYS_EXIT_EXTENDED 0x20u

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

/* "The semihosting interface": the trap differs with the instruction set, and
   M-profile cores have one of their own. */
#if __ARM_ARCH_PROFILE == 'M'
#define SEMIHOST_TRAP "bkpt 0xab"
#elif defined(__thumb__)
#define SEMIHOST_TRAP "svc 0xab"
#else
#define SEMIHOST_TRAP "svc 0x123456"
#endif

/* On hardware the trap is taken in our own mode, so lr is lost. */
static int32_t host_call(uint32_t operation, const uint32_t *block)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const uint32_t *r1 __asm__("r1") = block;

    __asm__ volatile(SEMIHOST_TRAP : "+r"(r0) : "r"(r1) : "memory", "lr");
    return (int32_t)r0;
}

int semihost_open(const char *path, int mode)
{
    const uint32_t block[] = { (uint32_t)path, (uint32_t)mode,
                               (uint32_t)strlen(path) };

    return (int)host_call(SYS_OPEN, block);
}

bool semihost_close(int handle)
{
    const uint32_t block[] = { (uint32_t)handle };

    return host_call(SYS_CLOSE, block) == 0;
}

bool semihost_write(int handle, const void *bytes, size_t length)
{
    const uint32_t block[] = { (uint32_t)handle, (uint32_t)bytes, length };

    /* The answer is the number of bytes that were not written. */
    return host_call(SYS_WRITE, block) == 0;
}

size_t semihost_read(int handle, void *bytes, size_t length)
{
    const uint32_t block[] = { (uint32_t)handle, (uint32_t)bytes, length };
    uint32_t missing = (uint32_t)host_call(SYS_READ, block);

    /* The answer is the number of bytes that were not read, or -1. */
    return missing <= length ? length - missing : 0;
}

bool semihost_command_line(char *buffer, size_t size)
{
    const uint32_t block[] = { (uint32_t)buffer, size };

    if (host_call(SYS_GET_CMDLINE, block) == 0)
        return true;

    buffer[0] = '\0';
    return false;
}

void semihost_exit(int code)
{
    const uint32_t block[] = { ADP_STOPPED_APPLICATION_EXIT, (uint32_t)code };

    host_call(SYS_EXIT_EXTENDED, block);

    /* A debugger may let us go on; there is nowhere to go. */
    for (;;)
        __asm__ volatile("wfi");
}
