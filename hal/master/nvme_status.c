/* SPDX-License-Identifier: MIT */
/* What a controller answers, in words. */
#include "../count_of.h"
#include "nvme.h"

/* Status codes (1.4, 4.6.1). */
static const struct {
    uint16_t code; /* type << 8 | code */
    const char *name;
} names[] = {
    { 0x000, "success" },
    { 0x001, "invalid opcode" },
    { 0x002, "invalid field" },
    { 0x003, "command identifier in use" },
    { 0x004, "data transfer error" },
    { 0x005, "aborted by power loss" },
    { 0x006, "internal error" },
    { 0x007, "aborted by request" },
    { 0x008, "aborted, submission queue deleted" },
    { 0x00B, "invalid namespace or format" },
    { 0x00C, "command sequence error" },
    { 0x00D, "invalid SGL segment descriptor" },
    { 0x00E, "invalid number of SGL descriptors" },
    { 0x00F, "SGL data length invalid" },
    { 0x010, "SGL metadata length invalid" },
    { 0x011, "SGL descriptor type invalid" },
    { 0x013, "PRP offset invalid" },
    { 0x016, "SGL offset invalid" },
    { 0x01E, "SGL data block granularity invalid" },
    { 0x020, "namespace is write protected" },
    { 0x080, "LBA out of range" },
    { 0x081, "capacity exceeded" },
    { 0x082, "namespace not ready" },
    { 0x083, "reservation conflict" },
    { 0x100, "completion queue invalid" },
    { 0x101, "invalid queue identifier" },
    { 0x102, "invalid queue size" },
    { 0x108, "invalid interrupt vector" },
    { 0x280, "write fault" },
    { 0x281, "unrecovered read error" },
    { 0x282, "guard check error" },
    { 0x283, "application tag check error" },
    { 0x284, "reference tag check error" },
    { 0x285, "compare failure" },
    { 0x286, "access denied" },
    { 0x287, "deallocated or unwritten block" },
    { NVME_CODE_FATAL, "controller fatal status" },
    { NVME_CODE_STRANGE, "an answer that makes no sense" },
};

const char *nvme_status_name(uint32_t code)
{
    for (uint32_t i = 0; i < HAL_COUNT_OF(names); i++) {
        if (names[i].code == code)
            return names[i].name;
    }
    return "unknown status";
}

static const char *const shortfalls[] = {
    [NVME_SHORT_OF_NOTHING] = "nothing",
    [NVME_SHORT_COMMAND_SET] = "command sets (CAP.CSS)",
    [NVME_SHORT_PAGE] = "least page, bytes (CAP.MPSMIN)",
    [NVME_SHORT_QUEUE] = "entries of a queue (CAP.MQES)",
    [NVME_SHORT_REGISTERS] = "bytes of registers (CAP.DSTRD)",
    [NVME_SHORT_SQ_ENTRY] = "log2 of a submission entry (SQES)",
    [NVME_SHORT_CQ_ENTRY] = "log2 of a completion entry (CQES)",
    [NVME_SHORT_SGL] = "SGLs (SGLS)",
    [NVME_SHORT_METADATA] = "bytes of metadata a block (MS)",
    [NVME_SHORT_BLOCK] = "log2 of a block (LBADS)",
    [NVME_SHORT_TRANSFER] = "bytes of one command (MDTS)",
};

const char *nvme_shortfall_name(uint32_t what)
{
    return what < HAL_COUNT_OF(shortfalls) ? shortfalls[what] : "unknown";
}
