/* SPDX-License-Identifier: MIT */
/* Rows: making the list of a prepared window. */
#include "hal/count_of.h"
#include "tests/bench/row.h"
#include "tests/bench/stage.h"

#define PAGES                                                                  \
    {                                                                          \
        1, 4, 16, 64, 256, 1024, 4096                                          \
    }
#define SPLIT_BYTES 0x10000u
#define SEEKS       64u

static const struct iodma_segment_options none;
static const struct iodma_segment_options pages = { .max_segment = STAGE_PAGE };

static struct floor_command by_hand;

/* A window ---------------------------------------------------------------- */

static void prepare(const struct iodma_output *output, uint32_t mapping,
                    const struct iodma_segment_options *options)
{
    stage_command(output, mapping, options);
    stage_must("set memory",
               iodma_command_set_memory(&stage.command, &stage.memory, true));
    if (options->max_segment != 0)
        stage.most = stage.limits.most = (hal_address)options->max_segment;
    by_hand = (struct floor_command){ .limits = stage.limits };
    if (!floor_set(&by_hand, stage.pairs, stage.shape.count, stage.to,
                   stage.shape.indexed ? stage.prefix : NULL, false) ||
        !floor_prepare(&by_hand, 0, 0))
        stage_must("set memory by hand", IODMA_INTERNAL_ERROR);
}

static struct stage_shape scattered(uint32_t n)
{
    return (struct stage_shape){ .count = n, .length = STAGE_PAGE };
}

static void plain(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &none);
}

static void joined(uint32_t n)
{
    struct stage_shape shape = scattered(n + 1);

    shape.touch = true;
    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &none);
}

/* For a table of PRDs, or an SD host: no segment crosses 64 KiB. */
static void bounded(uint32_t n)
{
    static const struct iodma_segment_options within = { .boundary = 0x10000 };
    struct stage_shape shape = scattered(n + 1);

    shape.touch = true;
    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &within);
}

static void narrow(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(&iodma_output_host32, 0, &none);
}

static void parted(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    shape.parted = true;
    stage_memory(STAGE_PARTED, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &none);
}

static void iterated(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, IODMA_ITERATE_ONLY, &none);
}

static void split_by(const struct iodma_segment_options *options)
{
    struct stage_shape shape = { .count = 1, .length = SPLIT_BYTES };

    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, options);
    stage.wanted = SPLIT_BYTES / STAGE_PAGE;
    if (options->align_address != 0)
        stage.limits.mask = options->align_address - 1;
}

static void split(uint32_t n)
{
    (void)n;
    split_by(&pages);
}

static void split_aligned(uint32_t n)
{
    static const struct iodma_segment_options aligned = {
        .max_segment = STAGE_PAGE,
        .align_address = 4,
        .align_length = 4,
        .align_internal = 4,
    };

    (void)n;
    split_by(&aligned);
}

/* Ours -------------------------------------------------------------------- */

static void generate(void)
{
    stage.offset = 0;
    stage.listed = STAGE_MOST;
    stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                              stage.list, &stage.listed);
}

static void generate32(void)
{
    stage.offset = 0;
    stage.listed = STAGE_MOST;
    stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                              stage.list32, &stage.listed);
}

static void clear(void)
{
    stage.listed = 0;
    for (unsigned i = 0; i < HAL_COUNT_OF(stage.list); i++)
        stage.list[i] = (struct floor_pair){ 0, 0 };
}

static void clear32(void)
{
    stage.listed = 0;
    for (unsigned i = 0; i < HAL_COUNT_OF(stage.list32); i++)
        stage.list32[i] = (struct iodma_segment32){ 0, 0 };
}

static bool check32(void)
{
    for (unsigned i = 0; i < HAL_COUNT_OF(stage.list32); i++)
        stage.list[i] = (struct floor_pair){ stage.list32[i].address,
                                             stage.list32[i].length };
    return stage_check_list();
}

/* Floors ------------------------------------------------------------------ */

static const struct floor_aperture apertures[] = {
    { STAGE_BASE, STAGE_BASE + STAGE_HALF - 1, 0 },
    { STAGE_BASE + STAGE_HALF, STAGE_BASE + STAGE_SIZE - 1, STAGE_SECOND },
};

/* A floor's list is all of the window, or none. */
static void floor_made(uint32_t count)
{
    stage.listed = count;
    stage.offset = stage.to;
    stage.status = count == 0 ? IODMA_ERROR : IODMA_OK;
}

static void copy_by_hand(void)
{
    floor_made(
        floor_copy(&stage.limits, stage.pairs, stage.shape.count, stage.list));
}

static void join_by_hand(void)
{
    floor_made(floor_join(&stage.limits, stage.pairs, stage.shape.count,
                          stage.list, STAGE_MOST));
}

static void narrow_by_hand(void)
{
    floor_made(floor_narrow(&stage.limits, stage.pairs, stage.shape.count,
                            (uint32_t(*)[2])stage.list32, STAGE_MOST));
}

static void apertures_by_hand(void)
{
    floor_made(floor_apertures(&stage.limits, apertures,
                               HAL_COUNT_OF(apertures), stage.pairs,
                               stage.shape.count, stage.list, STAGE_MOST));
}

static void cut_by_hand(void)
{
    floor_made(
        floor_cut(&stage.limits, stage.pairs[0], stage.list, STAGE_MOST));
}

/* One at a time ----------------------------------------------------------- */

/* The next segment is the one in the middle. */
static void resume_from(uint32_t segment, hal_address length)
{
    stage.wanted = 1;
    stage.from = segment * length;
    stage.to = stage.from + length;
}

static void resume_plain(uint32_t n)
{
    plain(n);
    resume_from(n / 2, STAGE_PAGE);
}

static void resume_joined(uint32_t n)
{
    joined(n);
    resume_from(n / 2, STAGE_PAGE);
}

static void resume_narrow(uint32_t n)
{
    narrow(n);
    resume_from(n / 2, STAGE_PAGE);
}

static void resume_parted(uint32_t n)
{
    parted(n);
    resume_from(n / 2, STAGE_PAGE);
}

static void resume_split(uint32_t n)
{
    (void)n;
    split_by(&pages);
    resume_from(SPLIT_BYTES / STAGE_PAGE / 2, STAGE_PAGE);
}

/* Generate all before the middle. */
static void arrive(void)
{
    uint32_t count = (uint32_t)(stage.from / STAGE_PAGE);

    clear();
    stage.offset = 0;
    stage_must("gen", iodma_command_gen_segments(&stage.command, &stage.offset,
                                                 stage.list, &count));
    stage.listed = 1;
}

static void arrive32(void)
{
    uint32_t count = (uint32_t)(stage.from / STAGE_PAGE);

    clear32();
    stage.offset = 0;
    stage_must("gen", iodma_command_gen_segments(&stage.command, &stage.offset,
                                                 stage.list32, &count));
    stage.listed = 1;
}

static void resume(void)
{
    stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                              stage.list, &stage.listed);
}

static void resume32(void)
{
    stage.status = iodma_command_gen_segments(&stage.command, &stage.offset,
                                              stage.list32, &stage.listed);
}

static void arrive_by_hand(void)
{
    uint32_t count = (uint32_t)(stage.from / STAGE_PAGE);

    clear();
    stage.offset = 0;
    if (!floor_generate(&by_hand, &stage.offset, stage.list, &count))
        stage_must("gen by hand", IODMA_INTERNAL_ERROR);
    stage.listed = 1;
}

static void resume_by_hand(void)
{
    stage.status =
        floor_generate(&by_hand, &stage.offset, stage.list, &stage.listed)
            ? IODMA_OK
            : IODMA_ERROR;
}

/* Seeks: segments from all over the window, each before the last one. */
static hal_address place_of(uint32_t i)
{
    return (hal_address)(SEEKS - 1 - i) * (stage.shape.count / SEEKS) *
           STAGE_PAGE;
}

static void seek_begin(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    shape.indexed = true;
    stage_memory(STAGE_COHERENT, &shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &none);
}

static void seek(void)
{
    for (uint32_t i = 0; i < SEEKS; i++) {
        stage.offset = place_of(i);
        stage.listed = 1;
        stage.status = iodma_command_gen_segments(
            &stage.command, &stage.offset, &stage.list[i], &stage.listed);
        if (stage.status != IODMA_OK)
            break;
    }
}

static void seek_by_hand(void)
{
    for (uint32_t i = 0; i < SEEKS; i++) {
        stage.offset = place_of(i);
        stage.listed = 1;
        if (!floor_generate(&by_hand, &stage.offset, &stage.list[i],
                            &stage.listed)) {
            stage.status = IODMA_ERROR;
            break;
        }
    }
}

static bool check_seeks(void)
{
    for (uint32_t i = 0; i < SEEKS; i++) {
        uint32_t range = (uint32_t)(place_of(i) / STAGE_PAGE);

        if (stage.list[i].address + STAGE_BASE != stage.pairs[range].address ||
            stage.list[i].length != STAGE_PAGE)
            return false;
    }
    return stage.status == IODMA_OK;
}

/* Behind an IOMMU --------------------------------------------------------- */

static struct floor_mapped mapped_by_hand;

/* The segment in the middle of the window, wherever generation has been. */
static void mapped(uint32_t n, const struct stage_shape *shape)
{
    uint32_t count = 1;

    stage_memory(STAGE_MAPPED, shape, IODMA_OUT);
    prepare(STAGE_OUTPUT, 0, &pages);
    mapped_by_hand =
        (struct floor_mapped){ .length = stage.to, .most = STAGE_PAGE };
    stage.offset = 0;
    stage_must("gen", iodma_command_gen_segments(&stage.command, &stage.offset,
                                                 stage.list, &count));
    mapped_by_hand.iova = stage.list[0].address;
    resume_from(n / 2, shape->length);
}

static void mapped_pages(uint32_t n)
{
    struct stage_shape shape = scattered(n);

    mapped(n, &shape);
}

/* Parts of pages, each in a page of its own. */
static void mapped_parts(uint32_t n)
{
    struct stage_shape shape = { .count = n, .length = 0x800, .shift = 0x200 };

    mapped(n, &shape);
}

static void leave(void)
{
    clear();
    stage.offset = 0;
    stage.listed = 1;
    resume();
    stage.offset = stage.from;
}

static void mapped_floor(void)
{
    stage.status =
        floor_mapped(&mapped_by_hand, &stage.offset, stage.list, &stage.listed)
            ? IODMA_OK
            : IODMA_ERROR;
}

/* The table --------------------------------------------------------------- */

static const struct row table[] = {
    { .id = "gen.plain",
      .what = "gen, a segment: ranges that are segments",
      .n = PAGES,
      .metric = ROW_SLOPE,
      .target = 9,
      .begin = plain,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, copy_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "gen.joined",
      .what = "gen, a segment: joined and cut",
      .n = { 1, 4, 16, 64, 256, 1024, 4095 },
      .metric = ROW_SLOPE,
      .target = 28,
      .begin = joined,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, join_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "gen.bounded",
      .what = "gen, a segment: joined and cut, within 64 KiB",
      .n = { 1, 4, 16, 64, 256, 1024, 4095 },
      .metric = ROW_SLOPE,
      .begin = bounded,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, join_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "gen.form32",
      .what = "gen, a segment: in words of 32 bits",
      .n = PAGES,
      .metric = ROW_SLOPE,
      .target = 20,
      .begin = narrow,
      .ours = { clear32, generate32, NULL, NULL },
      .floor = { clear32, narrow_by_hand, NULL, NULL },
      .check = check32 },
    { .id = "gen.runs",
      .what = "gen, a segment: run by run, in two apertures in turn",
      .n = PAGES,
      .metric = ROW_SLOPE,
      .target = 200,
      .begin = parted,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, apertures_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "gen.iterate",
      .what = "gen, a segment: run by run, iterate-only, judged",
      .n = PAGES,
      .metric = ROW_SLOPE,
      .target = 200,
      .begin = iterated,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, join_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "split.plain",
      .what = "64 KiB cut into 16",
      .target = 230,
      .begin = split,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, cut_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "split.align4",
      .what = "64 KiB cut into 16, aligned to 4",
      .target = 345,
      .begin = split_aligned,
      .ours = { clear, generate, NULL, NULL },
      .floor = { clear, cut_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "resume.plain",
      .what = "one segment more, a call: ranges that are segments",
      .n = { 256 },
      .target = 90,
      .begin = resume_plain,
      .ours = { arrive, resume, NULL, NULL },
      .floor = { arrive_by_hand, resume_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "resume.split",
      .what = "one segment more, a call: a buffer that is cut",
      .n = { 16 },
      .target = 90,
      .begin = resume_split,
      .ours = { arrive, resume, NULL, NULL },
      .floor = { arrive_by_hand, resume_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "resume.joined",
      .what = "one segment more, a call: joined and cut",
      .n = { 256 },
      .target = 90,
      .begin = resume_joined,
      .ours = { arrive, resume, NULL, NULL },
      .floor = { arrive_by_hand, resume_by_hand, NULL, NULL },
      .check = stage_check_list },
    { .id = "resume.form32",
      .what = "one segment more, a call: in words of 32 bits",
      .n = { 256 },
      .target = 90,
      .begin = resume_narrow,
      .ours = { arrive32, resume32, NULL, NULL },
      .check = check32 },
    { .id = "resume.runs",
      .what = "one segment more, a call: run by run",
      .n = { 256 },
      .begin = resume_parted,
      .ours = { arrive, resume, NULL, NULL },
      .check = stage_check_list },
    { .id = "seek",
      .what = "backwards to any segment, a call; with an index",
      .n = { 64, 256, 1024 },
      .metric = ROW_MOST,
      .target = 200,
      .calls = SEEKS,
      .begin = seek_begin,
      .ours = { clear, seek, NULL, NULL },
      .floor = { clear, seek_by_hand, NULL, NULL },
      .check = check_seeks },
    { .id = "gen.mapped",
      .what = "one segment, at any offset behind an IOMMU: whole pages",
      .n = { 16, 64, 256, 1024 },
      .metric = ROW_FLAT,
      .begin = mapped_pages,
      .ours = { leave, resume, NULL, NULL },
      .floor = { leave, mapped_floor, NULL, NULL },
      .check = stage_check_list },
    { .id = "gen.mapped.parts",
      .what = "the same: parts of pages",
      .n = { 16, 64, 256, 1024 },
      .metric = ROW_LINEAR,
      .begin = mapped_parts,
      .ours = { leave, resume, NULL, NULL },
      .check = stage_check_list },
};

const struct rows rows_list = { table, HAL_COUNT_OF(table) };
