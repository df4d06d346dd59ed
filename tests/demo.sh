#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Send a file through real DMA on the virt machine and compare what comes out:
# from the first half of a disk through memory to its second half.
#
#   demo.sh IMAGE [--poll] [--seed N] [--bytes N] [--behind N] [FILE]
#
# Without FILE: N bytes (default 1 MiB + 77) made from the seed. The seed also
# decides how the memory is strewn. --behind: disk and engine are behind so many
# bridges (machine.sh). The last line is "demo: OK ..." or
# "demo: failed: why".

set -u

most=1073741824
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

# The file's bytes as they are from block $1 of the disk on.
bytes_from()
{
    tail -c +$(($1 * block + 1)) disk | head -c "$size"
}

sha()
{
    sha256sum | cut -d ' ' -f 1
}

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

work=$(mktemp -d) || fail "no temporary directory"
machine_pid=
clean_up()
{
    trap '' INT TERM
    [ -z "$machine_pid" ] || kill "$machine_pid" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The file becomes the first half of the disk; nothing else of it is used.
if [ -z "$given" ]; then
    bytes=${bytes:-1048653}
    [ "$bytes" -gt 0 ] && [ "$bytes" -le "$most" ] ||
        fail "--bytes needs 1 to $most"
    file="the seed"
    echo "demo: $bytes bytes from seed $seed (again: --seed $seed)"
    make_bytes "$bytes" "$seed" >"$work/disk" || fail "cannot write in $work"
else
    [ -e "$file" ] || fail "there is no file $file"
    [ -f "$file" ] || fail "$file is not a file"
    [ -r "$file" ] || fail "$file cannot be read"
    [ "$(head -c $((most + 1)) "$file" | wc -c)" -le "$most" ] ||
        fail "$file is too large: at most $most bytes (1 GiB) are possible"
    echo "demo: $file, memory strewn by seed $seed (again: --seed $seed)"
    cp "$file" "$work/disk" || fail "cannot copy $file to $work"
    chmod u+w "$work/disk"
fi
size=$(wc -c <"$work/disk")
size=$((size))
[ "$size" -gt 0 ] || fail "$file is empty"
machine=$(realpath "$here/machine.sh")
image=$(realpath "$image") || fail "there is no image $image"

cd "$work" || fail "no temporary directory"
half=$(((size + block - 1) / block))
want=$(bytes_from 0 | sha)
truncate -s $((2 * half * block)) disk || fail "cannot write in $work"
# shellcheck disable=SC2086 # $poll is a word or none
"$machine" --timeout 600 --behind "$behind" --disk disk "$image" "$size" "$seed" $poll &
machine_pid=$!
wait "$machine_pid" || fail "the run on the virt machine (see above)"
machine_pid=
[ "$(bytes_from 0 | sha)" = "$want" ] ||
    fail "the first half of the disk has changed"
got=$(bytes_from "$half" | sha)
[ "$got" = "$want" ] || fail "sha256 $got instead of $want"
echo "demo: OK $size bytes, sha256 $got"
