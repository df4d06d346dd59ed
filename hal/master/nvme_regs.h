/* SPDX-License-Identifier: MIT */
/*
 * Registers, queue entries and data structures of an NVM Express controller,
 * as far as one I/O queue pair on one namespace needs them.
 *
 * Source: NVM Express Base Specification 1.4. All of it as in SPDK,
 *         include/spdk/nvme_spec.h.
 */
#ifndef HAL_MASTER_NVME_REGS_H
#define HAL_MASTER_NVME_REGS_H

#include "../../platform/endian.h"
#include "../bits.h"
#include "../static_assert.h"

#include <stddef.h>
#include <stdint.h>

/* Registers (3.1), 32 bits each; those of 64 are read and written in halves,
   which is legal. */
#define NVME_CAP_LOW     0x00u /* RO 3.1.1: capabilities, bits 31:0           */
#define NVME_CAP_MQES(x) ((x)&MASK32(15, 0)) /* largest queue, less one */
#define NVME_CAP_TO(x)   ((x) >> 24)         /* time to get ready, 500 ms    */

#define NVME_CAP_HIGH 0x04u /* RO 3.1.1: bits 63:32                   */
#define NVME_CAP_DSTRD(x)                                                      \
    ((x)&MASK32(3, 0)) /* doorbells are 4 << this apart                        \
                        */
#define NVME_CAP_CSS(x)  ((x) >> 5 & MASK32(7, 0)) /* command sets */
#define NVME_CAP_CSS_NVM BIT32(5) /* has the NVM command set                */
#define NVME_CAP_MPSMIN(x)                                                     \
    ((x) >> 16 & MASK32(3, 0)) /* least page: 4K << this */

#define NVME_INTMS                                                             \
    0x0Cu /* RW1S 3.1.3: mask vectors; not with MSI-X           */
#define NVME_INTMC                                                             \
    0x10u /* RW1C 3.1.4: unmask them                            */

#define NVME_CC            0x14u /* RW 3.1.5: configuration                 */
#define NVME_CC_EN         BIT32(0) /* 1 to 0 resets the controller            */
#define NVME_CC_SHN        MASK32(15, 14) /* shutdown notification */
#define NVME_CC_SHN_NORMAL BIT32(14)
#define NVME_CC_IOSQES(n)  ((uint32_t)(n) << 16) /* entry size, log2 */
#define NVME_CC_IOCQES(n)  ((uint32_t)(n) << 20)

#define NVME_CSTS           0x1Cu /* RO 3.1.6: status                            */
#define NVME_CSTS_RDY       BIT32(0)     /* follows CC.EN */
#define NVME_CSTS_CFS       BIT32(1)     /* fatal: only a reset helps */
#define NVME_CSTS_SHST      MASK32(3, 2) /* shutdown: none, under way, complete */
#define NVME_CSTS_SHST_DONE BIT32(3)

#define NVME_AQA         0x24u /* RW 3.1.8: sizes of the admin queues         */
#define NVME_AQA_ACQS(n) ((uint32_t)(n) << 16) /* entries, less one */
#define NVME_AQA_ASQS(n) ((uint32_t)(n))
#define NVME_ASQ_LOW     0x28u /* RW 3.1.9: address of the admin queues       */
#define NVME_ASQ_HIGH    0x2Cu
#define NVME_ACQ_LOW     0x30u /* RW 3.1.10                                   */
#define NVME_ACQ_HIGH    0x34u

/* Doorbells (3.1.24, 3.1.25), `stride` bytes apart: 4 << CAP.DSTRD. */
#define NVME_SQ_TAIL(queue, stride) (0x1000u + 2 * (queue) * (stride))
#define NVME_CQ_HEAD(queue, stride) (0x1000u + (2 * (queue) + 1) * (stride))

/* Bytes of registers up to the last doorbell of `queue`. */
#define NVME_REGISTERS(queue, stride) (NVME_CQ_HEAD(queue, stride) + 4)

/* 64 bits in memory. */
struct nvme_u64 {
    le32 low;
    le32 high;
};

/* An SGL descriptor (4.4). */
struct nvme_sgl {
    struct nvme_u64 address;
    le32 length; /* bytes                     */
    le32 type;   /* in the uppermost byte     */
};
_Static_assert(sizeof(struct nvme_sgl) == 16, "4.4: 16 bytes");

#define NVME_SGL_DATA         0x00000000u /* data block: bytes of data      */
#define NVME_SGL_LAST_SEGMENT 0x30000000u /* last segment: descriptors     */

/* How a command names its data: PRPs (4.3) or an SGL (4.4). */
union nvme_data {
    struct nvme_u64 prp[2];
    struct nvme_sgl sgl;
};

/* A submission queue entry (4.2). */
struct nvme_command {
    le32 head; /* opcode 7:0, PSDT 15:14, command identifier 31:16 */
    le32 namespace_id;
    le32 reserved[2];
    struct nvme_u64 metadata;
    union nvme_data data;
    le32 dword[6]; /* command dwords 10 to 15 */
};
_Static_assert(sizeof(struct nvme_command) == 64, "4.2: 64 bytes");
_Static_assert(offsetof(struct nvme_command, data) == 24, "4.2: DPTR");
_Static_assert(offsetof(struct nvme_command, dword) == 40, "4.2: dword 10");

#define NVME_HEAD_OPCODE(x) ((x)&MASK32(7, 0))
#define NVME_HEAD_SGL       BIT32(14) /* PSDT 01b: data by SGL               */
#define NVME_HEAD_ID(id)    ((uint32_t)(id) << 16)
#define NVME_ID_OF_HEAD(x)  ((x) >> 16)

/* Opcode bits 1:0: does the command move data? */
#define NVME_OPCODE_DATA MASK32(1, 0)

/* A completion queue entry (4.6). */
struct nvme_completion {
    le32 result;
    le32 reserved;
    le32 queue; /* submission queue: head 15:0, identifier 31:16 */
    le32 status;
};
_Static_assert(sizeof(struct nvme_completion) == 16, "4.6: 16 bytes");
_Static_assert(offsetof(struct nvme_completion, status) == 12, "4.6: dword 3");

#define NVME_STATUS_ID(x)   ((x)&MASK32(15, 0)) /* command identifier        */
#define NVME_STATUS_PHASE   BIT32(16)           /* turns with every lap      */
#define NVME_STATUS_CODE(x) ((x) >> 17 & MASK32(10, 0)) /* SCT << 8 | SC */

/* Admin commands (5). */
#define NVME_DELETE_SQ    0x00u /* 5.6 */
#define NVME_CREATE_SQ    0x01u /* 5.4 */
#define NVME_DELETE_CQ    0x04u /* 5.5 */
#define NVME_CREATE_CQ    0x05u /* 5.3 */
#define NVME_IDENTIFY     0x06u /* 5.15 */
#define NVME_SET_FEATURES 0x09u /* 5.21 */

/* Identify, dword 10: what. */
#define NVME_CNS_NAMESPACE  0x00u
#define NVME_CNS_CONTROLLER 0x01u
#define NVME_CNS_LIST       0x02u /* namespaces above the given identifier */

#define NVME_FEATURE_QUEUES 0x07u /* 5.21.1.7; dword 11: how many, less one */

/* Create CQ and SQ, dword 10: number and entries less one; dword 11. Delete:
   dword 10: number. */
#define NVME_QUEUE(queue, entries) ((uint32_t)((entries)-1) << 16 | (queue))
#define NVME_QUEUE_CONTIGUOUS      BIT32(0)
#define NVME_CQ_INTERRUPTS         BIT32(1)
#define NVME_CQ_VECTOR(vector)     ((uint32_t)(vector) << 16)
#define NVME_SQ_CQ(queue)          ((uint32_t)(queue) << 16)

/* Identify data: the words that we look at, by their offsets. */

/* Identify Controller (5.15, figure 247). */
#define NVME_IDC_MDTS  76u  /* 15:8: largest transfer: page << this; 0: any */
#define NVME_IDC_RTD3E 88u  /* time to get ready for power off, us; 0: ?    */
#define NVME_IDC_QES   512u /* SQES 7:0, CQES 15:8: least 3:0, most 7:4     */
#define NVME_IDC_NN    516u /* largest identifier of a namespace            */
#define NVME_IDC_SGLS  536u /* 1:0: SGLs                                    */

#define NVME_MDTS(x)         ((x) >> 8 & MASK32(7, 0))
#define NVME_SQES(x)         ((x)&MASK32(7, 0))
#define NVME_CQES(x)         ((x) >> 8 & MASK32(7, 0))
#define NVME_SGLS_SUPPORT(x) ((x)&MASK32(1, 0))
#define NVME_SGLS_NONE       0u
#define NVME_SGLS_ANY        1u
#define NVME_SGLS_DWORDS     2u

/* Identify Namespace (5.15, figure 245). */
#define NVME_IDN_NSZE_LOW  0u /* blocks; 0: no such namespace */
#define NVME_IDN_NSZE_HIGH 4u
#define NVME_IDN_FLBAS     24u /* 15:8: formats, less one; 23:16: in use */
#define NVME_IDN_LBAF(n)   (128u + 4 * (n)) /* 64 formats at most */

/* Of more than 16 formats (2.0), bits 22:21 are the upper ones of its index. */
#define NVME_FLBAS_LAST(x)    ((x) >> 8 & MASK32(7, 0))
#define NVME_FLBAS_LOW(x)     ((x) >> 16 & MASK32(3, 0))
#define NVME_FLBAS_HIGH(x)    ((x) >> 17 & MASK32(5, 4))
#define NVME_LBAF_METADATA(x) ((x)&MASK32(15, 0))        /* bytes a block   */
#define NVME_LBAF_SHIFT(x)    ((x) >> 16 & MASK32(7, 0)) /* block size, log2 */

#endif
