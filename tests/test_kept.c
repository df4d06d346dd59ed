/* SPDX-License-Identifier: MIT */
/*
 * E13: a descriptor that owns its mapping. It is made once and serves every
 * command whose limits it meets; who cannot use it maps for itself; and it
 * goes, whole, when it is dropped and not before.
 */
#include "hal/count_of.h"
#include "tests/check.h"
#include "tests/mapped.h"
#include "tests/model/sparse.h"

static struct iodma_mapping mapping;

/* The memory of spec 118, which owns its mapping. */
static void begin_kept(void)
{
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
}

/* Prepare a window with a command of its own, as S(host64, ...) asks. */
static void prepare_window(struct iodma_command *to,
                           const struct iodma_spec *spec, hal_address offset,
                           hal_address length)
{
    mapped_attach(to, spec, IODMA_MAPPED);
    expect_status("prepare",
                  iodma_command_prepare(to, offset, length, true, true),
                  IODMA_OK);
}

static void expect_dropped(hal_address iova, hal_address length)
{
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_revoked(iova, length);
    expect_nothing_mapped();
}

/* List it all, and look at each byte. */
static void expect_mapped_bytes_listed(struct iodma_command *command)
{
    expect_status("gen", mapped_list(command, 0, MAPPED_SEGMENTS), IODMA_OK);
    expect_mapped_bytes(command);
}

static void keeping(void)
{
    struct iodma_memory unprepared;
    struct iodma_mapping second;

    check_case("E13: one mapping, made once, for all that use its descriptor");
    begin_kept();
    expect_mapped_pages(0);
    for (unsigned i = 0; i < 3; i++) {
        prepare_window(&mapped.command, &mapped_any, 0, 0);
        prepare_window(&mapped.other, &mapped_any, 0x5ff, 0x1002);
        expect_mapped_list(&mapped.command,
                           (struct hal_segment[MAPPED_SEGMENTS]){
                               { MAPPED_BASE + 0xa00, 0x2000 } });
        expect_mapped_bytes(&mapped.command);
        expect_mapped_list(&mapped.other,
                           (struct hal_segment[MAPPED_SEGMENTS]){
                               { MAPPED_BASE + 0xfff, 0x1002 } });
        expect_mapped_bytes(&mapped.other);
        expect_status("gen", mapped_list(&mapped.other, 0x1001, 1), IODMA_OK);
        expect_number("its last byte", mapped.list[0].address,
                      MAPPED_BASE + 0x2000);
        expect_ended(&mapped.other);
        expect_ended(&mapped.command);
        expect_number("calls", mapped.model.call_count, 3);
        expect_mapped_pages(3);
    }
    expect_dropped(MAPPED_BASE, 0x3000);
    expect_number("calls", mapped.model.call_count, 5);

    check_case("E13: a sub-window first maps all of it, too");
    begin_kept();
    prepare_window(&mapped.command, &mapped_any, 0x600, 0x10);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x1000, 0x10 } });
    expect_mapped_pages(3);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);

    check_case("E13: kept and dropped in their order");
    begin_kept();
    expect_status("NULL", iodma_mapping_keep(NULL, &mapping),
                  IODMA_BAD_ARGUMENT);
    expect_status("no storage", iodma_mapping_keep(&mapped.memory, NULL),
                  IODMA_BAD_ARGUMENT);
    expect_status("twice", iodma_mapping_keep(&mapped.memory, &second),
                  IODMA_BUSY);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("attached", iodma_mapping_drop(&mapped.memory), IODMA_BUSY);
    expect_prepared(&mapped.command);
    expect_status("prepared", iodma_mapping_drop(&mapped.memory), IODMA_BUSY);
    expect_completed(&mapped.command);
    expect_status("still attached", iodma_mapping_drop(&mapped.memory),
                  IODMA_BUSY);
    expect_mapped_pages(3);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_NOT_READY);

    check_case("E13: who has the descriptor already goes on by itself");
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    expect_prepared(&mapped.command);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_bytes_listed(&mapped.command);
    expect_completed(&mapped.command);
    expect_nothing_mapped();
    expect_cleared(&mapped.command);
    expect_attached(&mapped.command, &mapped.memory);
    expect("the descriptor's", mapped.command.plan.kept);
    expect_mapped_bytes_listed(&mapped.command);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);

    check_case("E13, E7: so does who was refused another one");
    mapped_begin();
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    expect_status("a virtual one that is not prepared",
                  iodma_memory_init_virtual(&unprepared, NULL,
                                            mapped_three_pages, 1, IODMA_INOUT,
                                            NULL, 0),
                  IODMA_OK);
    expect_status("set_memory",
                  iodma_command_set_memory(&mapped.command, &unprepared, true),
                  IODMA_NOT_READY);
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_prepared(&mapped.command);
    expect_mapped_bytes_listed(&mapped.command);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("E13: what nobody used is dropped without a word");
    begin_kept();
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_number("calls", mapped.model.call_count, 0);
}

/* clang-format off */
static const struct {
    const char *what;
    struct iodma_spec spec;
    struct mapped_facts facts;
    bool iterates;     /* IODMA_ITERATE_ONLY does the same             */
    unsigned occupied; /* pages before the mapping, when that was made */
    hal_address offset, length;
    enum iodma_status want;
    unsigned pages; /* of a mapping of its own; 0: none */
    hal_address iova;  /* of the first segment             */
} users[] = {
    { "E13: what meets the limits", SPEC(host64, REACH_BITS, 0, 0x200, 1, 1),
      { 0 },
      true, 0, 0, 0x2000, IODMA_OK, 0, MAPPED_BASE + 0xa00 },
    { "E13: out of reach", SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      { 0, FAR - 0x2000, FAR + 0xffff }, true, 2, 0x600, 0x10, IODMA_OK, 1,
      FAR - 0x2000 },
    { "E13: up to the last byte within reach",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1),
      { 0, FAR - 0x3000, FAR + 0xffff }, true, 0, 0x600, 0x10, IODMA_OK, 0,
      FAR - 0x2000 },
    { "E13: out of reach, and nothing of its own within",
      SPEC(host64, REACH_BITS, 0, 1, 1, 1), { 0, FAR, FAR + 0xffff }, true, 0,
      0x600,
      0x10, IODMA_NO_RESOURCES, 0, 0 },
    { "E13: an alignment above the page",
      IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x4000), { 0 },
      false, 0, 0x600, 0x1000, IODMA_OK, 1, MAPPED_BASE + 0x4000 },
    { "E13: an alignment that only the descriptor's mapping meets",
      SPEC(host64, 64, 0x1000, 1, 1, 0x2000), { 0 }, false, 0, 0x600, 0x1a00,
      IODMA_OK, 0, MAPPED_BASE + 0x1000 },
    { "E13: a boundary that is crossed once too often",
      IODMA_SPEC(iodma_output_host64, 64, 0, .boundary = 0x2000,
                 .max_segments = 1),
      { 0 }, false, 0, 0x600, 0x1a00, IODMA_OK, 2, MAPPED_BASE + 0x4000 },
};
/* clang-format on */

/* The mapping is made, behind pages that are free again. */
static void make_behind(unsigned occupied)
{
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    if (occupied != 0)
        mapped_occupy(occupied);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect("the descriptor's", mapped.command.plan.kept);
    expect_ended(&mapped.command);
    if (occupied != 0)
        expect_ended(&mapped.other);
    expect_mapped_pages(3);
}

/* Who cannot use it maps for itself. */
static void not_kept_as(uint32_t mapping_options)
{
    for (size_t i = 0; i < HAL_COUNT_OF(users); i++) {
        enum iodma_status status;

        if (mapping_options != IODMA_MAPPED && !users[i].iterates)
            continue;
        check_case(users[i].what);
        mapped_begin_with(users[i].facts);
        make_behind(users[i].occupied);
        prepare_window(&mapped.other, &mapped_any, 0, 0);
        mapped_attach(&mapped.command, &users[i].spec, mapping_options);
        status = iodma_command_prepare(&mapped.command, users[i].offset,
                                       users[i].length, true, true);
        expect_status("prepare", status, users[i].want);
        if (status == IODMA_OK) {
            expect("whose mapping it is",
                   mapped.command.plan.kept == (users[i].pages == 0));
            expect_mapped_bytes_listed(&mapped.command);
            expect_number("IOVA", mapped.list[0].address, users[i].iova);
            expect_mapped_pages(3 + users[i].pages);
            expect_completed(&mapped.command);
        }
        expect_mapped_pages(3);
        expect_ended(&mapped.command);
        expect_ended(&mapped.other);
        expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
        expect_nothing_mapped();
    }
}

static void not_kept(void)
{
    not_kept_as(IODMA_MAPPED);
    not_kept_as(IODMA_ITERATE_ONLY);
}

/* Each byte of mapped.list is shown, with nobody's command. */
static void expect_list_shown(hal_address first_bus)
{
    hal_address at = 0;

    expect("the first byte is shown",
           model_mapper_translate(&mapped.model, mapped.list[0].address,
                                  HAL_READ | HAL_WRITE, &at));
    expect_number("its bus address", at, first_bus);
    expect("and the last", model_mapper_translate(&mapped.model,
                                                  mapped.list[0].address +
                                                      mapped.list[0].length - 1,
                                                  HAL_READ | HAL_WRITE, &at));
}

/* Commands that are only listed. */
static void kept_and_listed(void)
{
    struct hal_segment first;

    check_case("E13: a command that is only listed makes it, and uses it");
    begin_kept();
    mapped_attach(&mapped.command, &mapped_any, IODMA_ITERATE_ONLY);
    expect_prepared(&mapped.command);
    expect("the descriptor's", mapped.command.plan.kept);
    expect_mapped_pages(3);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0xa00, 0x2000 } });
    expect_mapped_bytes(&mapped.command);
    first = mapped.list[0];

    check_case("E13: and what it has listed outlives it");
    expect_completed(&mapped.command);
    expect_number("calls", mapped.model.call_count, 3);
    expect_list_shown(0x10a00);
    expect_ended(&mapped.command);
    expect_number("calls", mapped.model.call_count, 3);
    expect_list_shown(0x10a00);

    check_case("E13: until it is dropped, it is the address for all");
    prepare_window(&mapped.other, &mapped_any, 0, 0);
    expect_mapped_list(&mapped.other,
                       (struct hal_segment[MAPPED_SEGMENTS]){ first });
    expect_ended(&mapped.other);
    mapped_attach(&mapped.command, &mapped_any, IODMA_ITERATE_ONLY);
    expect_status(
        "prepare",
        iodma_command_prepare(&mapped.command, 0x700, 0x1000, true, true),
        IODMA_OK);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x1100, 0x1000 } });
    expect_number("calls", mapped.model.call_count, 3);
    expect_status("prepared", iodma_mapping_drop(&mapped.memory), IODMA_BUSY);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);
}

static void kept_apart(void)
{
    static const struct iodma_spec aligned =
        IODMA_SPEC(iodma_output_host64, 64, 0, .align_address = 0x1000);
    struct iodma_spec spec = mapped_any;
    struct hal_bus apart;
    struct iodma_bus elsewhere;

    check_case("E13: another mapper's command maps for itself");
    begin_kept();
    mapped_make_other(true);
    prepare_window(&mapped.other, &mapped_any, 0, 0);
    spec.mapper = &mapped.other_mapper;
    expect_command(&mapped.command, &mapped.bus, &spec);
    expect_attached(&mapped.command, &mapped.memory);
    expect_number("pages", model_mapper_shown(&mapped.other_model, false), 3);
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    expect_number("IOVA", mapped.list[0].address, MAPPED_OTHER + 0xa00);
    expect_ended(&mapped.command);
    expect_model_mapper_empty(&mapped.other_model);
    expect_mapped_pages(3);

    check_case("E13: so does one on a bus with other addresses");
    apart = mapped.hal;
    apart.apertures = (struct hal_aperture[]){
        { 0, 0x3fffffff, 0x40000000, HAL_READ | HAL_WRITE, true },
    };
    expect_status("bus", iodma_bus_init(&elsewhere, &apart, 0), IODMA_OK);
    spec.mapper = &mapped.mapper;
    expect_command(&mapped.command, &elsewhere, &spec);
    expect_attached(&mapped.command, &mapped.memory);
    expect_mapped_pages(6);
    expect_number("bus", mapped.model.calls[3].bus, 0x40010000);
    expect_ended(&mapped.command);

    check_case("E13: and one that has no mapper goes as it lies");
    spec.mapper = NULL;
    expect_command(&mapped.command, &mapped.bus, &spec);
    expect_attached(&mapped.command, &mapped.memory);
    expect_status("gen", mapped_list(&mapped.command, 0, 1), IODMA_OK);
    expect_number("address", mapped.list[0].address, 0x10a00);
    expect_ended(&mapped.command);
    expect_mapped_pages(3);
    expect_ended(&mapped.other);
    expect_dropped(MAPPED_BASE, 0x3000);

    check_case("E13: a part of the descriptor does not own its mapping");
    begin_kept();
    prepare_window(&mapped.other, &mapped_any, 0, 0);
    mapped.occupied = part_of(&mapped.memory, 0x600, 0x1000, IODMA_OUT);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_attached(&mapped.command, &mapped.occupied);
    expect_mapped_pages(4);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x3000, 0x1000 } });
    expect_mapped_bytes(&mapped.command);
    expect_ended(&mapped.command);
    expect_ended(&mapped.other);
    expect_dropped(MAPPED_BASE, 0x3000);

    check_case("E13: what is bounced does not use it");
    begin_kept();
    mapped_attach(&mapped.command, &aligned, IODMA_MAPPED);
    expect_prepared(&mapped.command);
    expect_number("rung", fixture_rung(&mapped.command), RUNG_WHOLE);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE, 0x2000 } });
    expect_mapped_bytes(&mapped.command);
    expect_completed(&mapped.command);
    expect_revoked(MAPPED_BASE, 0x2000);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("E7: nor does a refused one make it");
    begin_kept();
    fixture_use_up(true, true);
    mapped_attach(&mapped.command, &aligned, IODMA_MAPPED);
    expect_status("prepare",
                  iodma_command_prepare(&mapped.command, 0, 0, true, true),
                  IODMA_NO_RESOURCES);
    fixture_use_up(false, false);
    expect_ended(&mapped.command);
    expect_nothing_mapped();

    check_case("E13: force leaves it for its buffer, and it stays");
    begin_kept();
    prepare_window(&mapped.command, &mapped_any, 0x600, 0x1000);
    expect_status(
        "force",
        iodma_command_synchronize(&mapped.command, IODMA_FORCE_DOUBLE_BUFFER),
        IODMA_OK);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_pages(4);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x3000, 0x1000 } });
    expect_mapped_bytes(&mapped.command);
    expect_completed(&mapped.command);
    expect_mapped_pages(3);
    expect_prepared(&mapped.command);
    expect("the descriptor's again", mapped.command.plan.kept);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);
}

static void cannot_keep(void)
{
    static const struct iodma_range hole[ROW_RANGES] = {
        { 0x13000, 0x1000 },
        { FIXTURE_LAST + 1, 0x1000 },
        { 0x15000, 0x1000 },
    };

    check_case("E13: if it cannot be made, the command maps for itself");
    begin_kept();
    mapped.model.fail_at = 2;
    prepare_window(&mapped.command, &mapped_any, 0, 0);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapper_call(2, 'u', MAPPED_BASE, 0x1000);
    expect_number("calls", mapped.model.call_count, 7);
    expect_mapped_pages(3);
    expect_completed(&mapped.command);
    expect_nothing_mapped();
    expect_prepared(&mapped.command);
    expect("the next one makes it", mapped.command.plan.kept);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x3000);

    check_case("E13: if there is no IOVA for it, there may be for the window");
    begin_kept();
    mapped_make((struct mapped_facts){ 0, 0, 0 }, 2);
    prepare_window(&mapped.command, &mapped_any, 0x600, 0x1a00);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_pages(2);
    expect_ended(&mapped.command);
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_nothing_mapped();

    check_case("E13: memory that is out of reach is not in it");
    mapped_begin();
    mapped.memory = row_memory(hole, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    prepare_window(&mapped.command, &mapped_any, 0x2000, 0x1000);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x1000, 0x1000 } });
    expect_mapped_bytes(&mapped.command);
    prepare_window(&mapped.other, &mapped_any, 0, 0x1000);
    expect("the descriptor's", mapped.other.plan.kept);
    expect_mapped_list(&mapped.other, (struct hal_segment[MAPPED_SEGMENTS]){
                                          { MAPPED_BASE, 0x1000 } });
    expect_ended(&mapped.other);
    expect_ended(&mapped.command);
    expect_dropped(MAPPED_BASE, 0x1000);
}

static bool identity(hal_address virtual, hal_address *physical,
                     hal_address *length)
{
    hal_address rest = 0x1000 - modulo(virtual, 0x1000);

    *physical = virtual ^ 0x1000;
    *length = smaller(*length, rest);
    return true;
}

static void kept_virtual(void)
{
    static const struct hal_translation translation = { identity };
    static const struct iodma_range range = { 0x20800, 0x2000 };

    check_case("E13: virtual memory stays where it is while that is mapped");
    mapped_begin();
    expect_status("memory",
                  iodma_memory_init_virtual(&mapped.memory, &translation,
                                            &range, 1, IODMA_INOUT, NULL, 0),
                  IODMA_OK);
    mapped_attach(&mapped.command, &mapped_any, IODMA_MAPPED);
    expect_status("attached", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_BUSY);
    expect_ended(&mapped.command);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    expect_status("wire", iodma_memory_prepare(&mapped.memory, IODMA_NONE),
                  IODMA_OK);
    prepare_window(&mapped.command, &mapped_any, 0, 0);
    expect("the descriptor's", mapped.command.plan.kept);
    expect_mapped_list(&mapped.command, (struct hal_segment[MAPPED_SEGMENTS]){
                                            { MAPPED_BASE + 0x800, 0x2000 } });
    expect_mapped_bytes(&mapped.command);
    expect_ended(&mapped.command);
    expect_status("unwire", iodma_memory_complete(&mapped.memory), IODMA_BUSY);
    expect_dropped(MAPPED_BASE, 0x3000);
    expect_status("unwire", iodma_memory_complete(&mapped.memory), IODMA_OK);
}

/* While one command makes the mapping, another one does: at the beginning or
   the end of each of three calls. */
enum { MOMENTS = 6 };

static unsigned to_wait; /* moments until it does */

static void handler(void)
{
    if (to_wait == 0 || --to_wait != 0)
        return;
    prepare_window(&mapped.other, &mapped_any, 0x600, 0x1000);
    expect("the handler uses it", mapped.other.plan.kept);
}

static void making_twice(void)
{
    check_case("E13: made at once by two, it is made once");
    for (unsigned moment = 1; moment <= MOMENTS; moment++) {
        begin_kept();
        to_wait = moment;
        mapped.model.moment = handler;
        prepare_window(&mapped.command, &mapped_any, 0, 0);
        mapped.model.moment = NULL;
        expect("the program uses it", mapped.command.plan.kept);
        expect_mapped_pages(3);
        expect_status("gen", mapped_list(&mapped.command, 0, MAPPED_SEGMENTS),
                      IODMA_OK);
        expect_mapped_bytes(&mapped.command);
        expect_status("gen", mapped_list(&mapped.other, 0, MAPPED_SEGMENTS),
                      IODMA_OK);
        expect_mapped_bytes(&mapped.other);
        expect_ended(&mapped.other);
        expect_ended(&mapped.command);
        expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
        expect_nothing_mapped();
    }
}

/* A forced buffer that cannot be filled, of a part that is mapped by itself
   because there was no IOVA for the whole; now there is. */
static void forced_in_vain(void)
{
    enum iodma_status status = IODMA_NO_RESOURCES;

    check_case("E13: a buffer that cannot be forced leaves mappings alone");
    mapped_begin_with(
        (struct mapped_facts){ 0, MAPPED_BASE, MAPPED_BASE + 0x7fff });
    mapped.memory = row_memory(mapped_three_pages, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    mapped_occupy(6);
    prepare_window(&mapped.command, &mapped_any, 0x600, 0x1000);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_ended(&mapped.other);
    for (uint32_t n = 1; status != IODMA_OK; n++) {
        sparse_fail_open(n);
        status = iodma_command_synchronize(&mapped.command,
                                           IODMA_FORCE_DOUBLE_BUFFER);
        sparse_fail_open(0);
        expect("it is the plan's still", !mapped.command.plan.kept);
        expect("there is a reason",
               status == IODMA_OK || status == IODMA_NO_RESOURCES);
        expect_mapped_bytes_listed(&mapped.command);
    }
    expect_ended(&mapped.command);
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_nothing_mapped();
}

/* Pages that together are more than 4 GiB end where they end. */
static void listed_beyond_reach(void)
{
    enum { BITS = HAL_ADDRESS_BITS / 2 }; /* half of a mapping is in reach */
    static const hal_address base = (hal_address)1 << BITS;
    static const struct iodma_range large[ROW_RANGES] = {
        { (hal_address)1 << BITS, ((hal_address)1 << BITS) / 4 * 5 },
    };
    static const struct iodma_spec narrow = SPEC(host64, BITS + 1, 0, 1, 1, 1);

    check_case(
        "E13: a mapping of pages beyond reach is not used, however many they are");
    mapped_begin_with((struct mapped_facts){
        .page_size = UINT32_C(1) << (BITS - 2),
        .first = base,
        .last = 4 * base - 1,
    });
    mapped.memory = row_memory(large, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    prepare_window(&mapped.other, &mapped_any, 0, 0);
    expect("the descriptor's", mapped.other.plan.kept);
    mapped_attach(&mapped.command, &narrow, IODMA_ITERATE_ONLY);
    expect_status("prepare",
                  iodma_command_prepare(&mapped.command, 0, 0x1000, true, true),
                  IODMA_NO_RESOURCES);
    expect_ended(&mapped.command);
    expect_ended(&mapped.other);
    expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
    expect_nothing_mapped();
}

/* The descriptor's mapping ends where its memory is out of reach. */
static void listed_behind_hole(void)
{
    static const struct iodma_range hole[ROW_RANGES] = {
        { 0x13000, 0x1000 },
        { FIXTURE_LAST + 1, 0x1000 },
        { 0x15000, 0x1000 },
    };

    check_case("E13: what is listed behind a hole is mapped by itself");
    mapped_begin();
    mapped.memory = row_memory(hole, IODMA_INOUT);
    expect_status("keep", iodma_mapping_keep(&mapped.memory, &mapping),
                  IODMA_OK);
    prepare_window(&mapped.other, &mapped_any, 0, 0x1000);
    mapped_attach(&mapped.command, &mapped_any, IODMA_ITERATE_ONLY);
    expect_status(
        "prepare",
        iodma_command_prepare(&mapped.command, 0x2000, 0x1000, true, true),
        IODMA_OK);
    expect("not the descriptor's", !mapped.command.plan.kept);
    expect_mapped_bytes_listed(&mapped.command);
    expect_ended(&mapped.command);
    expect_ended(&mapped.other);
    expect_dropped(MAPPED_BASE, 0x1000);
}

/* While the mapping is taken out, a handler gives the descriptor to a
   command. */
static void handler_attaches(void)
{
    if (to_wait == 0 || --to_wait != 0)
        return;
    prepare_window(&mapped.other, &mapped_any, 0, 0);
    expect("not the descriptor's", !mapped.other.plan.kept);
}

static void dropping_and_attaching(void)
{
    check_case("E13: who comes while it is dropped maps for himself");
    for (unsigned moment = 1; moment <= 2; moment++) {
        begin_kept();
        prepare_window(&mapped.command, &mapped_any, 0, 0);
        expect_ended(&mapped.command);
        to_wait = moment;
        mapped.model.moment = handler_attaches;
        expect_status("drop", iodma_mapping_drop(&mapped.memory), IODMA_OK);
        mapped.model.moment = NULL;
        expect_number("the handler came", to_wait, 0);
        expect_mapped_pages(3);
        expect_mapped_bytes_listed(&mapped.other);
        expect_ended(&mapped.other);
        expect_nothing_mapped();
    }
}

int main(void)
{
    forced_in_vain();
    listed_behind_hole();
    listed_beyond_reach();
    dropping_and_attaching();
    keeping();
    not_kept();
    kept_and_listed();
    kept_apart();
    cannot_keep();
    kept_virtual();
    making_twice();
    return check_result();
}
