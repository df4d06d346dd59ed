#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the core may ask of a product, for the CPUs that matter: memcpy, memmove,
# memset and the compiler's own integer helpers; no heap, no data, no division
# of 64 bits, no locked instructions. Prints its size, too.
#
#   gates.sh ROOT      (folder of the checkout)

set -u

root=$1
allowed='^(memcpy|memmove|memset|__aeabi_(llsl|llsr|lasr|lmul|lcmp|ulcmp)|__(ctz|clz)[sd]i2|__gnu_thumb1_case_[a-z]*|iodma_.*|hal_.*)$'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

say()
{
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        printf '# %s\n' $2
        echo "not ok - $1"
        failed=1
    fi
}

for cpu in cortex-a15 cortex-m33 cortex-m0plus; do
    mkdir "$work/$cpu"
    for file in "$root"/dma/*.c; do
        arm-none-eabi-gcc "-mcpu=$cpu" -mthumb -Os -std=c11 -ffreestanding \
            -ffunction-sections -I"$root" -c "$file" \
            -o "$work/$cpu/$(basename "$file" .c).o" || failed=1
    done
    undefined=$(arm-none-eabi-nm -u "$work/$cpu"/*.o | awk 'NF == 2 { print $2 }' |
        sort -u | grep -v -E -e "$allowed")
    say "$cpu: the core asks for nothing but memory functions and helpers" \
        "$undefined"
    data=$(arm-none-eabi-nm "$work/$cpu"/*.o | awk '$2 ~ /^[bBdDcC]$/ { print $3 }')
    say "$cpu: the core has no data of its own" "$data"
    arm-none-eabi-size "$work/$cpu"/*.o | awk -v cpu="$cpu" '
        NR > 1 { sub(/.*\//, "", $6); text += $1; list = list " " $6 " " $1 }
        END { printf "# %s -Os: %d bytes of text (%s)\n", cpu, text, substr(list, 2) }'
done
exit $failed
