#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Objects of the two widths of addresses do not link together, whichever of
# them it is that differs, be it stripped, or only compiled while it is linked;
# and the symbol that is missing says what it was compiled for. That costs a
# product nothing (hal/address.h).
#
#   widths.sh ROOT      (folder of the checkout)

set -u

root=$1
# All of a product.
objects='client core driver board'
# What linkers say is looked at, so they say it in English.
export LC_ALL=C

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/tests/say.sh"

# What an object is compiled from.
source_of()
{
    case $1 in
    client) echo "$root/tests/clients/width.c" ;;
    core) echo "$root/dma/bus.c" ;;
    driver) echo "$root/hal/dmac.c" ;;
    board) echo "$root/tests/clients/width_board.c" ;;
    esac
}

# compile BITS FILE OBJECT [ARG]
compile()
{
    # shellcheck disable=SC2086 # words
    $cc -std=c11 -O2 -g -ffreestanding -ffunction-sections -fdata-sections \
        -DIODMA_REASONS=0 "-DIODMA_ADDRESS_BITS=$1" "-I$root" ${4:-} -c "$2" \
        -o "$3" ||
        exit 1
}

# link BITS ODD ARG...: a product of this width, one of whose objects is of the
# other. Says what the linker does.
link()
{
    width=$1
    odd=$2
    shift 2
    parts=
    for object in $objects; do
        [ "$object" = "$odd" ] && bits=$((96 - width)) || bits=$width
        parts="$parts $work/$object.$bits.o"
    done
    # shellcheck disable=SC2086 # words
    $cc $link -Wl,--gc-sections "$@" $parts "$work/library.$width.a" \
        -o "$work/product" 2>&1
}

for cc in gcc 'gcc -flto' clang \
    'arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb'; do
    name=$cc
    link=
    case $cc in
    arm-none-eabi-gcc*)
        name=${cc%% *}
        link='-nostartfiles -Wl,--entry=main'
        ;;
    esac
    for bits in 32 64; do
        for object in $objects; do
            compile $bits "$(source_of "$object")" "$work/$object.$bits.o"
        done
        # As in hal/meson.build.
        compile $bits "$root/hal/address.c" "$work/address.$bits.o" -fno-lto
        rm -f "$work/library.$bits.a"
        ar rc "$work/library.$bits.a" "$work/address.$bits.o"
        say "$name: an address of $bits bits has no byte" \
            "$(size "$work/address.$bits.o" | awk 'NR == 2 && $4 != 0')"
    done
    for how in plain -s; do
        with="$name, $how"
        [ "$how" != plain ] || how=
        for bits in 32 64; do
            other=$((96 - bits))
            say "$with: objects of $bits bits link" "$(link $bits none ${how:+"$how"})"
            for object in $objects; do
                if said=$(link $bits "$object" ${how:+"$how"}); then
                    said='they link'
                elif echo "$said" | grep -q \
                    "undefined .*iodma_.*_with_${other}_bit_addresses"; then
                    said=
                fi
                say "$with: a $object of $other bits does not link with others" \
                    "$said"
            done
        done
    done
done

exit $failed
