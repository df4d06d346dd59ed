#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Send a file through real DMA on a board's machine and compare what comes out:
# from the first half of a disk through memory to its second half; on a board
# without a disk from a file through memory to another file.
#
#   demo.sh [--board NAME] IMAGE [--poll] [--seed N] [--bytes N] [--behind N]
#           [FILE]
#
# IMAGE is - to have the rest looked at, and nothing sent.
#
# Without FILE: N bytes (default 1 MiB + 77, or what the board's memory holds)
# made from the seed. The seed also decides how the memory is strewn. --behind:
# disk and engine, where they hang from PCI, are behind so many bridges
# (machine.sh). The last line is "demo: OK ..." or "demo: failed: why".

set -u

block=512 # of the disk
here=$(dirname "$0")

fail()
{
    echo "demo: failed: $1"
    exit 1
}

need_number()
{
    case $2 in
    '' | *[!0-9]* | ???????????*) fail "$1 needs a number, not '$2'" ;;
    esac
}

# What is sent is there twice, as it is and as it comes out.
need_room()
{
    # A device may have blanks in its name, and a file system no figures.
    df -P -k "$work" | awk -v "bytes=$1" '
        NR == 2 && match($0, / [0-9]+ +[0-9]+% /) &&
            substr($0, RSTART) * 512 <= bytes { exit 1 }' ||
        fail "$work has no room for twice $1 bytes: TMPDIR names another place"
}

# Park and Miller's generator; a byte from its middle bits.
make_bytes()
{
    LC_ALL=C awk -v n="$1" -v seed="$2" 'BEGIN {
        x = seed % 2147483646 + 1
        while (n-- > 0) {
            x = (x * 16807) % 2147483647
            printf "%c", int(x / 65536) % 256
        }
    }'
}

# A board, and the most bytes that it is given: its memory holds them twice.
take_board()
{
    board=$1
    disk=no
    case $board in
    rp2040) most=102400 ;;
    mps2_an505) most=3145728 ;;
    qemu_virt*)
        most=1073741824
        disk=yes
        ;;
    *) fail "tests/demo.sh (take_board) does not say what $board holds" ;;
    esac
    usual=1048653
    [ "$usual" -le "$most" ] || usual=$most
}

# The file's bytes as they are from block $1 of the disk on.
bytes_from()
{
    tail -c +$(($1 * block + 1)) file | head -c "$size"
}

sha()
{
    sha256sum | cut -d ' ' -f 1
}

take_board qemu_virt
if [ "${1:-}" = --board ]; then
    [ $# -ge 2 ] || fail "--board needs a name"
    take_board "$2"
    shift 2
fi
[ $# -ge 1 ] || fail "no image given"
image=$1
shift

poll=
bytes=
behind=0
seed=$(date +%s)$$
seed=$((seed % 1000000))
file=
given=
while [ $# -gt 0 ]; do
    case $1 in
    --poll) poll=--poll ;;
    --seed | --bytes | --behind)
        [ $# -ge 2 ] || fail "$1 needs a number"
        need_number "$1" "$2"
        case $1 in
        --seed) seed=$2 ;;
        --bytes) bytes=$2 ;;
        --behind) behind=$2 ;;
        esac
        shift
        ;;
    -*) fail "unknown option $1 (a file of that name is ./$1)" ;;
    *)
        [ -z "$given" ] || fail "one file at a time, please"
        given=yes
        file=$1
        ;;
    esac
    shift
done
[ -z "$given" ] || [ -z "$bytes" ] || fail "--bytes goes without a file"
[ -z "$given" ] || [ -n "$file" ] || fail "the name of the file is empty"
[ "$disk" = yes ] || [ "$behind" -eq 0 ] ||
    fail "--behind: $board has no bridges"
# Each bridge is a bus, of 16 with bus 0.
[ "$behind" -le 7 ] || fail "--behind needs 0 to 7"

if [ -z "$given" ]; then
    bytes=${bytes:-$usual}
    [ "$bytes" -gt 0 ] && [ "$bytes" -le "$most" ] ||
        fail "--bytes needs 1 to $most"
else
    [ -e "$file" ] || fail "there is no file $file, and no such board"
    [ -f "$file" ] || fail "$file is not a file"
    [ -r "$file" ] || fail "$file cannot be read"
    [ "$(wc -c <"$file")" -le "$most" ] ||
        fail "$file is too large: $board takes at most $most bytes"
    [ -s "$file" ] || fail "$file is empty"
fi
[ "$image" != - ] || exit 0

work=$(mktemp -d) || fail "no temporary directory"
machine_pid=
clean_up()
{
    trap '' HUP INT PIPE TERM
    [ -z "$machine_pid" ] || kill "$machine_pid" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# A copy of the file, which is the first half of the disk where there is one.
if [ -z "$given" ]; then
    file="the seed"
    need_room "$bytes"
    echo "demo: $bytes bytes from seed $seed (again: --seed $seed)"
    make_bytes "$bytes" "$seed" >"$work/file" || fail "cannot write in $work"
else
    need_room "$(($(wc -c <"$file")))"
    echo "demo: $file, memory strewn by seed $seed (again: --seed $seed)"
    cp "$file" "$work/file" || fail "cannot copy $file to $work"
    chmod u+w "$work/file"
fi
size=$(wc -c <"$work/file")
size=$((size))
machine=$(realpath "$here/machine.sh")
image=$(realpath "$image") || fail "there is no image $image"

# Run the machine, with these arguments.
run()
{
    "$machine" --board "$board" --timeout 600 "$@" &
    machine_pid=$!
    wait "$machine_pid"
    status=$?
    machine_pid=
    [ "$status" -ne 77 ] || exit 77 # skipped, and it was said why
    [ "$status" -eq 0 ] || fail "the run on $board (see above)"
}

# Each runs it, and finds the hash of what came out.
by_disk()
{
    half=$(((size + block - 1) / block))
    truncate -s $((2 * half * block)) file || fail "cannot write in $work"
    # shellcheck disable=SC2086 # $poll is a word or none
    run --behind "$behind" --disk file "$image" "$size" "$seed" $poll
    [ "$(bytes_from 0 | sha)" = "$want" ] ||
        fail "the first half of the disk has changed"
    got=$(bytes_from "$half" | sha)
}

by_files()
{
    # shellcheck disable=SC2086 # $poll is a word or none
    run "$image" "$size" "$seed" file out $poll
    got=$(sha <out)
}

cd "$work" || fail "no temporary directory"
want=$(sha <file)
if [ "$disk" = yes ]; then
    by_disk
else
    by_files
fi
[ "$got" = "$want" ] || fail "sha256 $got instead of $want"
echo "demo: OK $size bytes, sha256 $got"
