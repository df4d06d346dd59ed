#!/bin/sh
# SPDX-License-Identifier: MIT
#
# How many instructions iodma takes for what firmware does most, beside the same
# written by hand (floor.c) and what others take (peers.txt): on this host, by
# callgrind, and on boards whose clock counts instructions. Needs gcc and
# valgrind, and for boards their machines. A report: a target that is missed
# fails nothing. It leaves build/bench.json.
#
#   bench.sh [--host] [--on NAME BOARD IMAGE]...
#
# Each is a column, NAME its head; none is the host's. Or a test: right, the
# same twice, and no slower than baseline.txt by more than a fiftieth, or two
# instructions; for the compilers of that file only.
#
#   bench.sh [COLUMN]... --check
#
# The counts of today become the baseline of these columns:
#
#   bench.sh [COLUMN]... --accept
#
# What the functions take themselves in one bracket on the host, and how often
# each is called (ids and sizes are the table's):
#
#   bench.sh --functions ROW [SIZE [floor]]

set -u

# As a product has it: no sanitizers, reasons on, not relocatable.
flags='-O2 -std=c11 -ffreestanding -fno-pie'

skip()
{
    echo "# skipped: $*"
    exit 77
}

fail()
{
    echo "bench: failed: $*" >&2
    exit 1
}

say()
{
    echo "bench: $*" >&2
}

work=$(mktemp -d) || fail "no temporary directory"
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

boards=
host=
while :; do
    case ${1:-} in
    --host) host=1 ;;
    --on)
        [ $# -ge 4 ] || fail "--on needs a name, a board and its image"
        boards="$boards $2"
        echo "$3" >"$work/$2.board"
        realpath "$4" >"$work/$2.image" || fail "no image $4"
        shift 3
        ;;
    *) break ;;
    esac
    shift
done
mode=${1:-}
case $mode.$# in
.0 | --check.1 | --accept.1 | --functions.[2-4]) ;;
*) fail "it is --check, --accept, --functions ROW [SIZE [floor]], or none" ;;
esac
[ -n "$boards" ] || host=1
columns=${host:+host}$boards
[ "$mode" = --check ] && without=skip || without=fail
[ -z "$host" ] || for tool in gcc valgrind; do
    command -v "$tool" >/dev/null || "$without" "$tool is missing"
done
cd "$(dirname "$0")/../.." || fail "where am I?"
[ -z "$host" ] || [ -e /usr/include/valgrind/callgrind.h ] ||
    "$without" "callgrind.h is missing"
bench=tests/bench
baseline=$bench/baseline.txt
floor=$(cat $bench/floor.h $bench/floor.c | cksum | tr ' ' -)

# The compiler of a column.
compiler_of()
{
    case $1 in
    host) echo "gcc $(gcc -dumpfullversion) $(gcc -dumpmachine)" ;;
    *) echo "arm-none-eabi-gcc $(arm-none-eabi-gcc -dumpfullversion)" ;;
    esac
}

# What the baseline says in a line of its head.
baseline_of()
{
    sed -n "s/^$1 //p" "$baseline"
}

# Of --check: the columns whose baseline is of their compiler.
comparable()
{
    for on in $columns; do
        if [ "$(baseline_of "compiler $on")" = "$(compiler_of "$on")" ]; then
            echo "$on"
        else
            echo "# skipped: $on: the baseline is of \
$(baseline_of "compiler $on"), this is $(compiler_of "$on")" >&2
        fi
    done
}

if [ "$mode" = --check ]; then
    [ -e $baseline ] || skip "there is no baseline yet: ./run bench --accept"
    columns=$(comparable)
    [ -n "$columns" ] || skip "no column has a baseline"
fi

# Counting -----------------------------------------------------------------

# What names objects after their files, in a folder each.
compile()
{
    into=$work/$1
    shift
    mkdir "$into"
    for file in "$@"; do
        # shellcheck disable=SC2086 # words
        gcc $flags -g -I. $extra -c "$file" \
            -o "$into/$(basename "$file" .c).o" || fail "$file (see above)"
    done
}

build()
{
    say "compiling with $(compiler_of host) $flags"
    extra=
    compile iodma dma/*.c hal/address.c hal/dmac.c hal/status.c
    compile floor $bench/floor.c
    extra='-fhosted'
    compile rows $bench/bench.c $bench/bracket_host.c $bench/stage.c \
        $bench/rows_*.c
    # A memcpy that is not made of a memcpy.
    extra='-fno-builtin -fno-tree-loop-distribute-patterns'
    compile hooks $bench/hooks.c
    gcc -no-pie "$work"/*/*.o -o "$work/bench" || fail "linking (see above)"
}

# One run under callgrind: what the bench says, and its counts. The environment
# differs from run to run, and so does the stack; the counts must not.
#
#   count_host OUT PADDING
count_host()
{
    mkdir "$work/dumps"
    PADDING=$2 valgrind -q --tool=callgrind --compress-strings=no \
        --compress-pos=no --callgrind-out-file="$work/dumps/cg" \
        "$work/bench" >"$work/$1.runs"
    status=$?
    [ "$status" -le 1 ] || fail "the bench ended with status $status"
    awk -f $bench/counts.awk "$work/dumps"/cg.* >"$work/$1.counts"
    [ "$mode" = --functions ] || rm -rf "$work/dumps"
}

# log2 of the nanoseconds that an instruction takes on a board. Of an M-profile
# core they have to be over two ticks of SysTick (50 ns on an MPS2) to be told.
shift_of()
{
    case $1 in
    qemu_virt) echo 0 ;;
    *) echo 7 ;;
    esac
}

# The same on a board.
#
#   count_board OUT NAME
count_board()
{
    board=$(cat "$work/$2.board")
    image=$(cat "$work/$2.image")
    shift=$(shift_of "$board")
    tests/machine.sh --board "$board" --qemu -icount --qemu "shift=$shift" \
        "$image" "$shift" >"$work/console" ||
        grep -q '^run .* wrong ' "$work/console" ||
        fail "$2: the machine (see above): $(tail -n 1 "$work/console")"
    tr -d '\r' <"$work/console" >"$work/said"
    grep -E '^(row|run) ' "$work/said" >"$work/$1.runs"
    arm-none-eabi-objdump -d "$image" >"$work/code" || fail "$image (see above)"
    awk -f $bench/boards.awk "$work/code" "$work/said" >"$work/$1.counts" ||
        fail "$2: its hooks (see above)"
}

count()
{
    case $1 in
    host)
        build
        say "counting: some seconds"
        count_host host.first ''
        [ "$mode" = --functions ] && return
        say "counting again"
        count_host host.second "$(printf '%01000d' 0)"
        ;;
    *)
        say "counting on $(cat "$work/$1.board"), twice"
        count_board "$1.first" "$1"
        count_board "$1.second" "$1"
        ;;
    esac
}

# Results ------------------------------------------------------------------

# same_twice COLUMN
same_twice()
{
    cmp -s "$work/$1.first.runs" "$work/$1.second.runs" &&
        cmp -s "$work/$1.first.counts" "$work/$1.second.counts"
}

# all_right COLUMN
all_right()
{
    ! grep -q '^run .* wrong ' "$work/$1.first.runs"
}

# Files of the columns, as table.awk has them.
files()
{
    for on in $columns; do
        echo "on=$on is=runs $work/$on.first.runs is=counts"
        echo "$work/$on.first.counts"
        [ "$on" != host ] || echo "is=peers $bench/peers.txt"
    done
}

report()
{
    [ -n "$host" ] || fail "a report has the host's column: --host"
    echo "iodma in instructions, x86-64 host: $(compiler_of host)"
    echo "$flags, reasons on; floor $floor"
    for on in $boards; do
        echo "$on: $(cat "$work/$on.board") on QEMU, $(compiler_of "$on")"
    done
    echo "The bracket itself, locks, fences and maintenance are not counted."
    echo
    mkdir -p build
    # shellcheck disable=SC2046 # words
    awk -v json="$work/json" -v "compiler=$(compiler_of host)" \
        -v "flags=$flags" -v "floor=$floor" -v "boards=$boards" \
        -f $bench/table.awk $(files)
    mv "$work/json" build/bench.json
    good=0
    for on in $columns; do
        if same_twice "$on"; then
            echo "$on: two runs agree to the digit"
        else
            echo "$on: TWO RUNS DIFFER"
            diff "$work/$on.first.counts" "$work/$on.second.counts"
            good=1
        fi
        all_right "$on" || {
            echo "$on: WRONG results (see above): they do not count"
            good=1
        }
    done
    echo "build/bench.json has all of it"
    return "$good"
}

# A line for each size of what is ours: what it takes in all.
#
#   ours COLUMN
ours()
{
    awk -v "on=$1" 'NR == FNR { count[$1, $2, $3] = $4; next }
        $1 == "run" && $4 == "ours" { print on, $2, $3, count[$2, $3, $4] }' \
        "$work/$1.first.counts" "$work/$1.first.runs"
}

# The baseline's lines of a column: of today, or as they were.
accepted()
{
    case " $columns " in
    *" $1 "*)
        echo "compiler $1 $(compiler_of "$1")"
        ours "$1"
        ;;
    *) grep -E "^(compiler )?$1 " $baseline ;;
    esac
}

accept()
{
    {
        echo "# SPDX-License-Identifier: MIT"
        echo "# Instructions of iodma in the brackets of the bench, made by"
        echo "# ./run bench --accept. COLUMN ROW N INSTRUCTIONS"
        echo "floor $floor"
        for on in host a15 m33; do
            accepted "$on"
        done
    } >"$work/baseline"
    mv "$work/baseline" "$baseline"
}

# One case.
verdict()
{
    if [ "$2" -eq 0 ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        failed=1
    fi
}

failed=0

# One column against its baseline.
compare()
{
    ours "$1" >"$work/ours"
    awk -v "on=$1" 'NR == FNR {
            if ($1 == on && NF == 4)
                before[$2, $3] = $4
            next
        }
        {
            key = $2 SUBSEP $3
            seen[key]
            if (!($2 in worst)) {
                order[++rows] = $2
                worst[$2] = ""
            }
            if (!(key in before))
                worst[$2] = worst[$2] "# " $0 " is not in the baseline\n"
            else if ($4 > before[key] + 2 && $4 > before[key] * 1.02)
                worst[$2] = worst[$2] "# " $0 ", before " before[key] "\n"
            faster += $4 < before[key] - 2 && $4 < before[key] * 0.98
        }
        END {
            for (key in before)
                if (!(key in seen)) {
                    sub(SUBSEP, " ", key)
                    print "# " key " is not counted any more"
                    gone = 1
                }
            print (gone ? "not " : "") "ok - bench " on ": every row is there"
            for (i = 1; i <= rows; i++)
                printf "%s%sok - bench %s: %s takes no more than it did\n",
                    worst[order[i]], worst[order[i]] == "" ? "" : "not ", on,
                    order[i]
            if (faster)
                print "# faster than that: " faster ": ./run bench --accept"
        }' "$baseline" "$work/ours"
}

check()
{
    [ "$(baseline_of floor)" = "$floor" ]
    verdict "bench: the floors are those of the baseline" $?
    for on in $columns; do
        grep '^run .* wrong ' "$work/$on.first.runs" | sed 's/^/# /'
        all_right "$on"
        verdict "bench $on: what is counted is right" $?
        same_twice "$on"
        verdict "bench $on: two runs agree to the digit" $?
        compare "$on"
    done >"$work/cases"
    cat "$work/cases"
    ! grep -q '^not ok' "$work/cases" && [ "$failed" -eq 0 ]
}

functions()
{
    size=${2:-$(awk -v row="$1" '$2 == row && $1 == "run" { print $3; exit }' \
        "$work/host.first.runs")}
    awk -v functions=1 -v "tag=$1 $size ${3:-ours}" -f $bench/counts.awk \
        "$work/dumps"/cg.* >"$work/functions"
    [ -s "$work/functions" ] || fail "no row is called $1 $size ${3:-ours}"
    echo "     self   calls  function"
    cat "$work/functions"
}

for on in $columns; do
    count "$on"
done
case $mode in
'') report ;;
--check) check ;;
--accept)
    report && accept && say "$baseline is of today"
    ;;
--functions)
    shift
    functions "$@"
    ;;
esac
