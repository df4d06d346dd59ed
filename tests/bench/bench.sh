#!/bin/sh
# SPDX-License-Identifier: MIT
#
# How many instructions iodma takes on this host for what firmware does most,
# beside the same written by hand (floor.c) and what others take (peers.txt).
# Needs gcc and valgrind. A report: a target that is missed fails nothing. It
# leaves build/bench.json.
#
#   bench.sh
#
# Or a test: right, the same twice, and no slower than baseline.txt by more than
# a fiftieth, or two instructions; for the compiler of that file only.
#
#   bench.sh --check
#
# The counts of today become the baseline:
#
#   bench.sh --accept
#
# What the functions take themselves in one bracket, and how often each is
# called (ids and sizes are the table's):
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

mode=${1:-}
[ "$mode" = --check ] && without=skip || without=fail
for tool in gcc valgrind; do
    command -v "$tool" >/dev/null || "$without" "$tool is missing"
done
cd "$(dirname "$0")/../.." || fail "where am I?"
[ -e /usr/include/valgrind/callgrind.h ] || "$without" "callgrind.h is missing"
bench=tests/bench
baseline=$bench/baseline.txt
compiler="gcc $(gcc -dumpfullversion) $(gcc -dumpmachine)"
floor=$(cat $bench/floor.h $bench/floor.c | cksum | tr ' ' -)

# What the baseline says in a line of its head.
baseline_of()
{
    sed -n "s/^$1 //p" "$baseline"
}

if [ "$mode" = --check ]; then
    [ -e $baseline ] || skip "there is no baseline yet: ./run bench --accept"
    [ "$(baseline_of compiler)" = "$compiler" ] ||
        skip "the baseline is of $(baseline_of compiler), this is $compiler"
fi

work=$(mktemp -d) || fail "no temporary directory"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

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
    say "compiling with $compiler $flags"
    extra=
    compile iodma dma/*.c hal/address.c hal/dmac.c hal/status.c
    compile floor $bench/floor.c
    extra='-fhosted'
    compile rows $bench/bench.c $bench/stage.c $bench/rows_*.c
    # A memcpy that is not made of a memcpy.
    extra='-fno-builtin -fno-tree-loop-distribute-patterns'
    compile hooks $bench/hooks.c
    gcc -no-pie "$work"/*/*.o -o "$work/bench" || fail "linking (see above)"
}

# One run under callgrind: what the bench says, and its counts. The environment
# differs from run to run, and so does the stack; the counts must not.
#
#   count OUT PADDING
count()
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

# Results ------------------------------------------------------------------

same_twice()
{
    cmp -s "$work/first.runs" "$work/second.runs" &&
        cmp -s "$work/first.counts" "$work/second.counts"
}

all_right()
{
    ! grep -q '^run .* wrong ' "$work/first.runs"
}

report()
{
    echo "iodma in instructions, x86-64 host: $compiler"
    echo "$flags, reasons on; floor $floor"
    echo "The bracket itself, locks, fences and maintenance are not counted."
    echo
    mkdir -p build
    awk -v json="$work/json" -v "compiler=$compiler" -v "flags=$flags" \
        -v "floor=$floor" -f $bench/table.awk "$work/first.runs" \
        "$work/first.counts" $bench/peers.txt
    mv "$work/json" build/bench.json
    if same_twice; then
        echo "two runs agree to the digit"
    else
        echo "TWO RUNS DIFFER"
        diff "$work/first.counts" "$work/second.counts"
    fi
    all_right || echo "WRONG results (see above): they do not count"
    echo "build/bench.json has all of it"
    same_twice && all_right
}

# A line for each size of what is ours: what it takes in all.
ours()
{
    awk 'NR == FNR { count[$1, $2, $3] = $4; next }
        $1 == "run" && $4 == "ours" { print $2, $3, count[$2, $3, $4] }' \
        "$work/first.counts" "$work/first.runs"
}

accept()
{
    {
        echo "# SPDX-License-Identifier: MIT"
        echo "# Instructions of iodma in the brackets of the bench, made by"
        echo "# ./run bench --accept. ROW N INSTRUCTIONS"
        echo "compiler $compiler"
        echo "floor $floor"
        ours
    } >"$work/baseline"
    ! all_right || ! same_twice || mv "$work/baseline" "$baseline"
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

check()
{
    failed=0
    grep '^run .* wrong ' "$work/first.runs" | sed 's/^/# /'
    all_right
    verdict "bench: what is counted is right" $?
    same_twice
    verdict "bench: two runs agree to the digit" $?
    [ "$(baseline_of floor)" = "$floor" ]
    verdict "bench: the floors are those of the baseline" $?
    ours >"$work/ours"
    awk 'NR == FNR {
            if ($1 != "#" && NF == 3)
                before[$1, $2] = $3
            next
        }
        {
            key = $1 SUBSEP $2
            seen[key]
            if (!($1 in worst)) {
                order[++rows] = $1
                worst[$1] = ""
            }
            if (!(key in before))
                worst[$1] = worst[$1] "# " $0 " is not in the baseline\n"
            else if ($3 > before[key] + 2 && $3 > before[key] * 1.02)
                worst[$1] = worst[$1] "# " $0 ", before " before[key] "\n"
            faster += $3 < before[key] - 2 && $3 < before[key] * 0.98
        }
        END {
            for (key in before)
                if (!(key in seen)) {
                    sub(SUBSEP, " ", key)
                    print "# " key " is not counted any more"
                    gone = 1
                }
            print (gone ? "not " : "") "ok - bench: every row is there"
            for (i = 1; i <= rows; i++)
                printf "%s%sok - bench: %s takes no more than it did\n",
                    worst[order[i]], worst[order[i]] == "" ? "" : "not ",
                    order[i]
            if (faster)
                print "# faster than that: " faster ": ./run bench --accept"
        }' "$baseline" "$work/ours" >"$work/cases"
    cat "$work/cases"
    ! grep -q '^not ok' "$work/cases" && [ "$failed" -eq 0 ]
}

functions()
{
    size=${2:-$(awk -v row="$1" '$2 == row && $1 == "run" { print $3; exit }' \
        "$work/first.runs")}
    awk -v functions=1 -v "tag=$1 $size ${3:-ours}" -f $bench/counts.awk \
        "$work/dumps"/cg.* >"$work/functions"
    [ -s "$work/functions" ] || fail "no row is called $1 $size ${3:-ours}"
    echo "     self   calls  function"
    cat "$work/functions"
}

case $mode in
'' | --check | --accept | --functions) ;;
*) fail "it is bench.sh [--check | --accept | --functions ROW ...]" ;;
esac
build
say "counting: some seconds"
count first ''
[ "$mode" = --functions ] || {
    say "counting again"
    count second "$(printf '%01000d' 0)"
}
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
