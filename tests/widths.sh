#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Objects of the two widths of addresses do not link together, whichever of
# them it is that differs, and the symbol that is missing says what it was
# compiled for. That costs a product nothing (hal/address.h).
#
#   widths.sh ROOT      (folder of the checkout)

set -u

root=$1
# All of a product.
objects='client core driver board'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

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

say()
{
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "$2" | sed 's/^/# /'
        echo "not ok - $1"
        failed=1
    fi
}

# compile BITS FILE OBJECT
compile()
{
    # shellcheck disable=SC2086 # words
    $cc -std=c11 -O2 -g -ffreestanding -ffunction-sections -fdata-sections \
        -DIODMA_REASONS=0 "-DIODMA_ADDRESS_BITS=$1" "-I$root" -c "$2" -o "$3" ||
        exit 1
}

# link BITS ODD: a product of this width, one of whose objects is of the other.
# Says what the linker does.
link()
{
    set -- "$1" "$2" $((96 - $1))
    parts=
    for object in $objects; do
        [ "$object" = "$2" ] && bits=$3 || bits=$1
        parts="$parts $work/$object.$bits.o"
    done
    # shellcheck disable=SC2086 # words
    $cc $link -Wl,--gc-sections $parts "$work/library.$1.a" \
        -o "$work/product" 2>&1
}

for cc in gcc clang 'arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb'; do
    name=${cc%% *}
    [ "$name" = arm-none-eabi-gcc ] && link='-nostartfiles -Wl,--entry=main' ||
        link=
    for bits in 32 64; do
        for object in $objects; do
            compile $bits "$(source_of "$object")" "$work/$object.$bits.o"
        done
        compile $bits "$root/hal/address.c" "$work/address.$bits.o"
        rm -f "$work/library.$bits.a"
        ar rc "$work/library.$bits.a" "$work/address.$bits.o"
        say "$name: an address of $bits bits has no byte" \
            "$(size "$work/address.$bits.o" | awk 'NR == 2 && $4 != 0')"
    done
    for bits in 32 64; do
        other=$((96 - bits))
        say "$name: objects of $bits bits link" "$(link $bits none)"
        for object in $objects; do
            if said=$(link $bits "$object"); then
                said='they link'
            elif echo "$said" |
                grep -q "undefined .*iodma_.*_with_${other}_bit_addresses"; then
                said=
            fi
            say "$name: a $object of $other bits does not link with others" \
                "$said"
        done
    done
done

exit $failed
