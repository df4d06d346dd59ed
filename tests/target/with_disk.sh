#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run one image on its machine with a disk of its own, which goes with the run.
#
#   with_disk.sh [options] MACHINE-ARG...
#
#   --size BYTES         of the disk, a multiple of 512 (8388608)
#   --read-error BLOCK   this block of 512 bytes cannot be read
#   --write-error BLOCK  this one cannot be written
#
# The MACHINE-ARGs are those of machine.sh, whose verdict is ours. Every 16
# bytes of the disk are their own offset: 15 decimal digits and a newline.

set -u

here=$(dirname "$0")
size=8388608

fail()
{
    echo "not ok - with_disk.sh: $1"
    exit 1
}

# A section of QEMU's blkdebug configuration: every $1 of block $2 fails, with
# EIO.
error()
{
    printf '[inject-error]\nevent = "none"\niotype = "%s"\n' "$1"
    printf 'sector = "%s"\nerrno = "5"\n' "$2"
}

work=$(mktemp -d) || exit 1
machine=
clean_up()
{
    trap '' INT TERM
    [ -z "$machine" ] || kill "$machine" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

while [ $# -ge 2 ]; do
    case $1 in
    --size | --read-error | --write-error)
        case $2 in
        '' | *[!0-9]*) fail "option $1 needs a number, not '$2'" ;;
        esac
        ;;
    esac
    case $1 in
    --size) size=$2 ;;
    --read-error) error read "$2" >>"$work/errors" ;;
    --write-error) error write "$2" >>"$work/errors" ;;
    *) break ;;
    esac
    shift 2
done

awk -v size="$size" 'BEGIN {
    for (at = 0; at < size; at += 16)
        printf "%015d\n", at
}' >"$work/disk" || fail "cannot write in $work"

if [ -e "$work/errors" ]; then
    set -- --disk-conf "$work/errors" "$@"
fi
"$here/../machine.sh" --disk "$work/disk" "$@" &
machine=$!
wait "$machine"
status=$?
machine=
exit "$status"
