#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What iodma costs a product, for the CPUs that matter, each with addresses as
# its products have them: text, worst stack and RAM, beside what we aim at. A
# report: an aim that is missed fails nothing.
#
#   size.sh
#
# Or a test: no more than it was, and a fiftieth; see limits.
#
#   size.sh --gate
#
# Or its limits, as they would be by what is there now.
#
#   size.sh --limits
#
# Or the rows of README.md's table.
#
#   size.sh --page

set -u

cpus='cortex-a15 cortex-m33 cortex-m0plus'
# The M33 once more, for who asks what 32 bits are good for; without a column.
wide=cortex-m33-64
flags='-mthumb -mfloat-abi=soft -Os -std=c11 -ffreestanding
    -ffunction-sections -fdata-sections -DIODMA_SHORTCUTS=0'
# KIND NAME and what we aim at on an M33; what it is, if not its name.
figures='
    text core 9200 the core but map, transfers, reasons
    text oneshot 700 linked for iodma_map and iodma_unmap
    text direct 4400 ... for a command: direct only
    text bounce 7400 ... and to bounce
    text caches 8200 ... and with caches
    text copy - ... to copy by an engine, direct only
    text reasons 4000 reasons and their words
    text shortcuts - shortcuts, of a command: direct only
    ram iodma_command 128 struct iodma_command
    ram iodma_memory - struct iodma_memory
    ram iodma_bus - struct iodma_bus
    ram hal_loan - struct hal_loan
    stack iodma_command_prepare 360
    stack iodma_command_gen_segments -
    stack iodma_command_complete -
    stack iodma_command_synchronize_range -
    stack iodma_map -'
# KIND NAME and the most bytes for each CPU, with this GCC: what it was, and a
# fiftieth; RAM as it is. Another compiler may take a fifth more of text and
# stack (GCC 14.2 takes up to an eighth). When it has shrunk, or has to grow:
# put what `tests/size.sh --limits` prints, with this GCC, in place of both.
limits_of=12.2
limits='
    text core 16550 12195 12858
    text oneshot 928 714 769
    text direct 4845 3559 3804
    text bounce 9794 6895 7270
    text caches 10707 7554 7943
    text copy 10204 8292 8774
    text reasons 6267 4805 4933
    text shortcuts 5454 3192 3304
    ram iodma_command 176 128 128
    ram iodma_memory 104 68 68
    ram iodma_bus 52 52 52
    ram hal_loan 32 16 16
    stack iodma_command_prepare 571 354 399
    stack iodma_command_gen_segments 432 273 293
    stack iodma_command_complete 391 257 277
    stack iodma_command_synchronize_range 538 293 310
    stack iodma_map 155 114 130'
# Files that the core is without.
beside='channel copy engine map reason reason_words transfer zip'
images='oneshot direct bounce caches copy'
engines='cpu edma gpdma lsi53c8xx pl08x rp2040_dma'
structs='iodma_transfer iodma_channel iodma_pool iodma_bounce iodma_mapper'

fail()
{
    echo "size: failed: $*" >&2
    exit 1
}

for tool in gcc ld nm size; do
    command -v "arm-none-eabi-$tool" >/dev/null ||
        fail "arm-none-eabi-$tool is missing"
done
cd "$(dirname "$0")/.." || fail "where am I?"
work=$(mktemp -d) || fail "no temporary directory"
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# Figures ------------------------------------------------------------------
#
# Each is a line "NAME BYTES" in the file text, stack or ram of its CPU.

# Width of addresses.
bits_of()
{
    case $1 in
    cortex-a15 | *-64) echo 64 ;;
    *) echo 32 ;;
    esac
}

compile()
{
    # shellcheck disable=SC2086 # words
    arm-none-eabi-gcc "-mcpu=${cpu%-64}" "-DIODMA_ADDRESS_BITS=$bits" $flags \
        -I. "$@" || fail "$cpu (see above)"
}

# Its text, or that of all.
text_of()
{
    arm-none-eabi-size "$@" | awk 'NR > 1 { text += $1 } END { print text }'
}

# What an image is linked for: functions, and an output.
calls()
{
    case $1 in
    direct)
        echo iodma_bus_init iodma_memory_init_list iodma_command_init
        echo iodma_command_set_memory iodma_command_gen_segments
        echo iodma_command_clear_memory iodma_output_host32
        ;;
    bounce) echo "$(calls direct) iodma_bus_lend iodma_bounce_init" ;;
    caches) echo "$(calls bounce) iodma_bus_cache" ;;
    oneshot) echo iodma_bus_init iodma_map iodma_unmap ;;
    copy)
        echo iodma_bus_init iodma_channel_init iodma_channel_reap
        echo iodma_copy_init iodma_copy
        ;;
    esac
}

# The text that an image has, without the toolchain's own (memcpy and the like).
#
#   linked IMAGE OBJECT...
linked()
{
    image=$1
    shift
    # shellcheck disable=SC2046 # words
    arm-none-eabi-ld -r --gc-sections \
        $(printf -- '--require-defined=%s ' $(calls "$image")) \
        "$@" "$work/$cpu/hal/dmac.o" \
        -o "$work/$cpu/$image.linked" || fail "$cpu (see above)"
    text_of "$work/$cpu/$image.linked"
}

# Of IODMACommand and its walk over memory, made likewise (-Os, Thumb).
xnu()
{
    case $cpu in
    cortex-a15) echo 'xnu 8112' ;;
    cortex-m33*) echo 'xnu 8100' ;;
    *) echo 'xnu -' ;;
    esac
}

measure_text()
{
    core=0
    words=0
    all=$(text_of "$work/$cpu"/reasons/*.o)
    for file in dma/*.c; do
        name=$(basename "$file" .c)
        text=$(text_of "$work/$cpu/$name.o")
        echo "$name.c $text"
        case " $beside " in
        *" $name "*) ;;
        *) core=$((core + text)) ;;
        esac
        case $name in
        reason*) words=$((words + text)) ;;
        esac
    done
    echo "core $core"
    echo "all $all"
    echo "reasons $((all - $(text_of "$work/$cpu"/*.o) + words))"
    xnu
    # With shortcuts, and then as it is measured.
    mkdir "$work/$cpu/quick"
    cp "$work/$cpu"/*.o "$work/$cpu/quick"
    cp "$work/$cpu/shortcuts"/*.o "$work/$cpu/quick"
    quick=$(linked direct "$work/$cpu/quick"/*.o) || exit 1
    for name in $images; do
        text=$(linked "$name" "$work/$cpu"/*.o) || exit 1
        echo "$name $text"
        [ "$name" != direct ] || echo "shortcuts $((quick - text))"
    done
    for name in $engines; do
        echo "engine-$name $(text_of "$work/$cpu/hal/$name"*.o)"
    done
}

# Of every function that can be called by name, and the deepest of each file.
measure_stack()
{
    awk -f tests/stack.awk dma/*.[ch] hal/*.h "$work/$cpu"/*.ci \
        >"$work/$cpu/depths" || fail "$cpu (see above)"
    awk '{
            if ($1 != "-")
                print $1, $3 $4
            if (!($2 in most) || $3 > most[$2] + 0)
                most[$2] = $3 $4
        }
        END {
            for (file in most)
                print file, most[file]
        }' "$work/$cpu/depths"
}

measure_ram()
{
    {
        echo '#include "dma/iodma.h"'
        # shellcheck disable=SC2086 # words
        {
            echo "$figures" | awk '$1 == "ram" { print $2 }'
            printf '%s\n' $structs
        } | while read -r name; do
            echo "char ${name}[sizeof(struct $name)];"
        done
    } >"$work/ram.c"
    compile -c "$work/ram.c" -o "$work/ram"
    arm-none-eabi-nm -S -t d "$work/ram" | awk '{ print $4, $2 + 0 }'
}

for cpu in $cpus $wide; do
    bits=$(bits_of "$cpu")
    mkdir -p "$work/$cpu/reasons" "$work/$cpu/hal"
    for file in dma/*.c; do
        name=$(basename "$file" .c)
        compile -DIODMA_REASONS=0 -fcallgraph-info=su -c "$file" \
            -o "$work/$cpu/$name.o"
        compile -DIODMA_REASONS=1 -c "$file" -o "$work/$cpu/reasons/$name.o"
    done
    # The files of dma/ that have shortcuts.
    mkdir "$work/$cpu/shortcuts"
    for file in $(grep -l '"shortcuts.h"' dma/*.c); do
        compile -DIODMA_REASONS=0 -UIODMA_SHORTCUTS -c "$file" \
            -o "$work/$cpu/shortcuts/$(basename "$file" .c).o"
    done
    for file in hal/dmac.c hal/dmac/*.c; do
        compile -c "$file" -o "$work/$cpu/hal/$(basename "$file" .c).o"
    done
    measure_text >"$work/$cpu/text" || exit 1
    measure_stack >"$work/$cpu/stack" || exit 1
    measure_ram >"$work/$cpu/ram" || exit 1
done

# The report ---------------------------------------------------------------

# What a CPU has of a kind of figure.
#
#   figure CPU KIND NAME
figure()
{
    awk -v name="$3" '$1 == name { print $2 }' "$work/$1/$2"
}

# One line of a table: a label, a column a CPU for each kind of figure of a
# name, and what is to be said of them.
#
#   row KINDS NAME [LABEL [REMARK]]
row()
{
    printf '  %-36s' "${3:-$2}"
    for kind in $1; do
        for cpu in $cpus; do
            column "$(figure "$cpu" "$kind" "$2")"
        done
    done
    echo "${4:-}"
}

# A figure, with a + behind it or none.
column()
{
    printf '%6s%-1s' "${1%+}" "${1#"${1%+}"}"
}

heads()
{
    printf '%-38s%s\n' "$1" "   A15    M33    M0+${2:-}"
}

# What stands beside the columns of a kind of figure: an aim, and the M33 with
# 64 bits.
remark()
{
    figure=$(figure $wide "$1" "$2")
    printf '%7s%9s' "$3" "${figure%+}"
}

# All figures of a kind.
rows()
{
    heads "$2" '    aim   64 bits'
    echo "$figures" | while read -r kind name aim label; do
        [ "$kind" != "$1" ] ||
            row "$kind" "$name" "$label" "$(remark "$kind" "$name" "$aim")"
    done
}

# A row of a figure without an aim.
plain()
{
    row "$1" "$2" "$3" "$(remark "$1" "$2" '')"
}

# The first of the images that has something of a file; "-": none.
linked_by()
{
    names "$work/cortex-m33/$1.o" >"$work/names"
    for image in $images; do
        names "$work/cortex-m33/$image.linked" | comm -12 - "$work/names" |
            grep -q . && break
        image=-
    done
    echo "$image"
}

# What an object file gives to others.
names()
{
    arm-none-eabi-nm -g --defined-only "$1" | awk '{ print $3 }' | sort
}

# The public calls with the deepest stack on an M33, deepest first.
deepest()
{
    sed -n 's|^#include "\(.*\)"|dma/\1|p' dma/iodma.h | xargs cat |
        grep -o 'iodma_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/public"
    awk 'NR == FNR { public[$1]; next } $1 in public' \
        "$work/public" "$work/cortex-m33/stack" |
        sort -k 2,2nr -k 1,1 | head -n 5
}

report()
{
    echo "iodma in bytes: $(arm-none-eabi-gcc --version | head -n 1)"
    echo "-Os, Thumb, soft float, freestanding; without reasons and shortcuts"
    echo "addresses have 64 bits on the A15 and 32 on the M33 and the M0+; the"
    echo "aims are the M33's; \"64 bits\" is the M33 with such addresses"
    echo
    heads 'by file, and linked by: text, stack' '    A15    M33    M0+'
    for file in dma/*.c; do
        name=$(basename "$file" .c)
        row 'text stack' "$name.c" "$(printf '%-24s%s' "$name.c" \
            "$(linked_by "$name")")"
    done
    echo
    rows text 'text, together'
    plain text xnu 'XNU, command and walk (64 bits)'
    plain text all 'all of dma/, with reasons'
    echo
    heads 'drivers of engines: text, beside that'
    for name in $engines; do
        plain text "engine-$name" "$name"
    done
    echo
    rows ram 'RAM, each'
    for name in $structs; do
        plain ram "$name" "struct $name"
    done
    echo
    rows stack 'stack'
    echo
    heads 'stack of the deepest public calls'
    deepest | while read -r name figure; do
        row stack "$name"
    done
    cat <<'END'

+  and what is called through pointers to a board's, a driver's or a client's
   functions. Pool, mapper and caches are counted, as ours; of the toolchain,
   memcpy and helpers are not.
END
}

# The table of limits, as it would be now.
print_limits()
{
    echo "limits_of=$(arm-none-eabi-gcc -dumpfullversion | cut -d . -f 1-2)"
    printf "limits='"
    echo "$figures" | while read -r kind name _; do
        [ -n "$kind" ] || continue
        printf '\n    %s %s' "$kind" "$name"
        for cpu in $cpus; do
            figure=$(figure "$cpu" "$kind" "$name")
            [ "$kind" = ram ] || figure=$((${figure%+} * 51 / 50))
            printf ' %d' "$figure"
        done
    done
    echo "'"
}

# Is a figure there, and no more than its limit? One case for each.
gate()
{
    version=$(arm-none-eabi-gcc -dumpfullversion)
    case $version in
    "$limits_of".*) more=0 ;;
    *)
        more=20
        echo "# GCC $version: text and stack may be $more % over GCC $limits_of's"
        ;;
    esac
    echo "$limits" | while read -r kind name a15 m33 m0plus; do
        [ -n "$kind" ] || continue
        for limit in "cortex-a15 $a15" "cortex-m33 $m33" \
            "cortex-m0plus $m0plus"; do
            cpu=${limit% *}
            most=${limit#* }
            [ "$kind" = ram ] || most=$((most + most * more / 100))
            figure=$(figure "$cpu" "$kind" "$name")
            figure=${figure%+}
            case="$cpu: $kind of $name, at most $most bytes"
            if [ "${figure:-0}" -gt 0 ] && [ "$figure" -le "$most" ]; then
                echo "ok - $case"
            else
                echo "# ${figure:-none}"
                echo "not ok - $case"
            fi
        done
    done
}

# The rows of README.md's table.
page()
{
    while read -r name what; do
        echo "| $what | $(figure cortex-m0plus text "$name") |" \
            "$(figure cortex-m33 text "$name") |" \
            "$(figure cortex-a15 text "$name") |"
    done <<'END'
oneshot one buffer: `iodma_map` and `iodma_unmap`
direct a command, direct only
bounce ... and to bounce
caches ... and with caches
copy a copy by an engine, beside its driver
END
}

# Is what the page says what is so? By the compiler whose figures they are.
gate_page()
{
    case $(arm-none-eabi-gcc -dumpfullversion) in
    "$limits_of".*) ;;
    *)
        echo 'skipped - README.md says what iodma costs: by another GCC'
        return
        ;;
    esac
    page >"$work/page"
    if grep -F -x -f "$work/page" README.md | cmp -s - "$work/page"; then
        echo 'ok - README.md says what iodma costs'
    else
        sed 's/^/# /' "$work/page"
        echo 'not ok - README.md says what iodma costs (tests/size.sh --page)'
    fi
}

case ${1:-} in
--gate)
    {
        gate
        gate_page
    } >"$work/cases"
    cat "$work/cases"
    ! grep -q '^not ok' "$work/cases"
    ;;
--limits) print_limits ;;
--page) page ;;
*) report ;;
esac
