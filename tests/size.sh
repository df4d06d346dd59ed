#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What iodma costs a product, for the CPUs that matter: text, worst stack and
# RAM, beside what we aim at. A report: an aim that is missed fails nothing.
#
#   size.sh
#
# Or a test: no more than it was, and a fiftieth; see limits.
#
#   size.sh --gate

set -u

cpus='cortex-a15 cortex-m33 cortex-m0plus'
flags='-mthumb -mfloat-abi=soft -Os -std=c11 -ffreestanding
    -ffunction-sections -fdata-sections'
# Files of dma/ that a product links only if it calls them (see gates.sh).
optional='bounce copy explain_bytes explain_list explain_memory'
optional="$optional explain_prepare explain_record explain_spec judge map"
optional="$optional oneshot pool reason reason_names runs share transfer zip"
# KIND NAME and the most bytes for each CPU, with GCC 12.2: what it was, and a
# fiftieth; RAM as it is. To be lowered when it shrinks. Another compiler may
# take a fifth more of text and stack (GCC 14.2 takes up to an eighth).
limits_of=12.2
limits='
    text core 21300 21300 22900
    text command 16300 16300 17500
    text minimal 1820 1830 1920
    stack iodma_command_prepare 1390 1390 1530
    stack iodma_command_complete 940 940 1030
    stack iodma_command_gen_segments 1460 1460 1610
    stack iodma_map 132 132 160
    ram iodma_command 240 240 240
    ram iodma_memory 136 136 136
    ram iodma_bus 80 80 80
    ram hal_bounce_cell 32 32 32'
structs='iodma_command iodma_memory iodma_bus iodma_transfer iodma_channel
    iodma_pool iodma_bounce hal_bounce_cell'

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
trap 'exit 130' INT
trap 'exit 143' TERM

# Figures ------------------------------------------------------------------
#
# Each is a line "NAME BYTES" in the file text, stack or ram of its CPU.

compile()
{
    # shellcheck disable=SC2086 # words
    arm-none-eabi-gcc "-mcpu=$cpu" $flags -I. "$@" || fail "$cpu (see above)"
}

text_of()
{
    arm-none-eabi-size "$1" | awk 'NR == 2 { print $1 }'
}

# The text that these functions bring into an image, without the toolchain's
# own (memcpy and the like).
linked()
{
    # shellcheck disable=SC2046 # words
    arm-none-eabi-ld -r --gc-sections $(printf -- '-u %s ' "$@") \
        "$work/$cpu"/*.o -o "$work/$cpu/linked" || fail "$cpu (see above)"
    text_of "$work/$cpu/linked"
}

is_optional()
{
    case " $optional " in
    *" $1 "*) ;;
    *) return 1 ;;
    esac
}

# Of IODMACommand and its walk over memory, made likewise (-Os, Thumb).
xnu()
{
    case $cpu in
    cortex-a15) echo 'xnu 8112' ;;
    cortex-m33) echo 'xnu 8100' ;;
    *) echo 'xnu -' ;;
    esac
}

measure_text()
{
    core=0
    all=0
    for file in dma/*.c; do
        name=$(basename "$file" .c)
        text=$(text_of "$work/$cpu/$name.o")
        echo "$name.c $text"
        all=$((all + text))
        is_optional "$name" || core=$((core + text))
    done
    echo "core $core"
    echo "all $all"
    xnu
    text=$(linked iodma_bus_init iodma_memory_init_ranges \
        iodma_command_init iodma_command_set_memory \
        iodma_command_gen_segments iodma_command_clear_memory) || exit 1
    echo "command $text"
    [ -e dma/oneshot.c ] || return 0
    # shellcheck disable=SC2046 # words
    text=$(linked iodma_bus_init $(arm-none-eabi-nm "$work/$cpu/oneshot.o" |
        awk '$2 == "T" { print $3 }')) || exit 1
    echo "minimal $text"
}

# Of every function that can be called by name; the deepest of each file; and
# what a pool of bounce.c and a mapper of map.c take when they are called.
measure_stack()
{
    awk -f tests/stack.awk "$work/$cpu"/*.ci >"$work/$cpu/depths" ||
        fail "$cpu (see above)"
    awk '$1 != "-" {
            print $1, $3 $4
            if (!($2 in most) || $3 > most[$2] + 0)
                most[$2] = $3 $4
        }
        $1 == "-" && $3 > hidden[$2] + 0 { hidden[$2] = $3 $4 }
        END {
            for (file in most)
                print file, most[file]
            print "bounce", hidden["bounce.c"]
            print "map", hidden["map.c"]
        }' "$work/$cpu/depths"
}

measure_ram()
{
    {
        echo '#include "dma/iodma.h"'
        for name in $structs; do
            echo "char ${name}[sizeof(struct $name)];"
        done
    } >"$work/ram.c"
    compile -c "$work/ram.c" -o "$work/ram"
    arm-none-eabi-nm -S -t d "$work/ram" | awk '{ print $4, $2 + 0 }'
}

for cpu in $cpus; do
    mkdir "$work/$cpu"
    for file in dma/*.c; do
        name=$work/$cpu/$(basename "$file" .c)
        compile -fcallgraph-info=su -c "$file" -o "$name.o"
    done
    measure_text >"$work/$cpu/text" || exit 1
    measure_stack >"$work/$cpu/stack" || exit 1
    measure_ram >"$work/$cpu/ram" || exit 1
done

# The report ---------------------------------------------------------------

# One line of a table: the name, a column a CPU for each kind of figure, and
# what is to be said of them.
#
#   row KINDS NAME [LABEL [REMARK]]
row()
{
    printf '  %-32s' "${3:-$2}"
    for kind in $1; do
        for cpu in $cpus; do
            figure=$(awk -v name="$2" '$1 == name { print $2 }' \
                "$work/$cpu/$kind")
            column "$figure"
        done
    done
    echo "${4:+ $4}"
}

# A figure, with a + behind it or none.
column()
{
    printf '%6s%-1s' "${1%+}" "${1#"${1%+}"}"
}

heads()
{
    printf '%-34s%s\n' "$1" "   A15    M33    M0+${2:-}"
}

# The public calls with the deepest stack on an M33, deepest first.
deepest()
{
    sed -n 's/^#include "\(dma.*\)"/\1/p' dma/iodma.h | xargs cat |
        grep -o 'iodma_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/public"
    awk 'NR == FNR { public[$1]; next } $1 in public' \
        "$work/public" "$work/cortex-m33/stack" |
        sort -k 2,2nr -k 1,1 | head -n 5
}

report()
{
    echo "iodma in bytes: $(arm-none-eabi-gcc --version | head -n 1)"
    echo "-Os, Thumb, soft float, freestanding"
    echo
    heads 'by file: text, then worst stack' '    A15    M33    M0+'
    for file in dma/*.c; do
        name=$(basename "$file" .c)
        is_optional "$name" && mark=', optional' || mark=
        row 'text stack' "$name.c" "$name.c$mark"
    done
    echo
    heads 'text, together'
    row text core 'core: what is not optional' '  aim 3276 on M33'
    row text xnu 'XNU, command and walk'
    row text command 'a command and its bus, linked' '  what the linker keeps of it'
    [ ! -e dma/oneshot.c ] ||
        row text minimal 'minimal: oneshot, bus, linked' \
            '  aim 900 on M33, 1126 on M0+'
    row text all 'all of dma/'
    echo
    heads 'RAM, each'
    for name in $structs; do
        [ "$name" = iodma_command ] && aim='  aim 128 (XNU 376)' || aim=
        row ram "$name" "struct $name" "$aim"
    done
    echo
    heads 'deepest public calls, stack'
    deepest | while read -r name figure; do
        row stack "$name" "$name" '  aim 256 on M33'
    done
    row stack bounce 'where a pool is called' '  what one of bounce.c adds'
    row stack map 'where a mapper is called' '  what one of map.c adds'
    cat <<'END'

+  and what is called through pointers, which is unknown: hooks of a board or a
   client, a driver, a pool, a mapper. Of the toolchain, memcpy and helpers are
   not counted.
END
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
            figure=$(awk -v name="$name" '$1 == name { print $2 + 0 }' \
                "$work/$cpu/$kind")
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

case ${1:-} in
--gate)
    gate >"$work/cases"
    cat "$work/cases"
    ! grep -q '^not ok' "$work/cases"
    ;;
*) report ;;
esac
