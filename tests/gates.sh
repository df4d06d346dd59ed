#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the core may ask of a product, for the CPUs that matter: memcpy, memmove,
# memset and the compiler's own integer helpers; no heap, no data, no division
# of 64 bits, no locked instructions. Prints its size, too (./run size says
# more). What it may ask of a compiler: C11, and its headers C++17. And what it
# brings into an image: nothing that is not called.
#
#   gates.sh ROOT      (folder of the checkout)

set -u

root=$1
allowed='^(memcpy|memmove|memset|__aeabi_(llsl|llsr|lasr|lmul|lcmp|ulcmp)|__(ctz|clz)[sd]i2|__gnu_thumb1_case_[a-z]*|iodma_.*|hal_.*)$'

# Files of dma/ that only those link who call them (E14; see size.sh).
optional='bounce copy explain_bytes explain_list explain_memory'
optional="$optional explain_prepare explain_record explain_spec judge map"
optional="$optional oneshot pool reason reason_names runs share transfer zip"

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

# One case: a compiler has nothing to say.
#
#   silent WHAT COMMAND...
silent()
{
    what=$1
    shift
    if "$@" >"$work/output" 2>&1 && [ ! -s "$work/output" ]; then
        echo "ok - $what"
    else
        sed 's/^/# /' "$work/output"
        echo "not ok - $what"
        failed=1
    fi
}

# What the core asks of a product --------------------------------------------

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

# What it brings into an image -----------------------------------------------

# The names that an object file gives to others.
names()
{
    arm-none-eabi-nm -g --defined-only "$1" | awk '{ print $3 }' | sort
}

# m33 FRONT-END ARG...
m33()
{
    compiler=$1
    shift
    "arm-none-eabi-$compiler" -mcpu=cortex-m33 -mthumb -Os -ffunction-sections \
        -fdata-sections "-I$root" "$@"
}

# link_client OUT OBJECT: the client with the core, as a product links it.
link_client()
{
    m33 gcc -nostartfiles -Wl,--gc-sections,--entry=client "$2" \
        "$work"/cortex-m33/*.o -o "$1"
}

silent 'a client of the command compiles' \
    m33 gcc -std=c11 -Wall -Wextra -c "$root/tests/clients/command.c" \
    -o "$work/client.o"
silent 'and links' link_client "$work/client" "$work/client.o"
names "$work/client" >"$work/linked"
linked=$(grep -c -x -e iodma_command_init -e iodma_command_gen_segments \
    "$work/linked")
[ "$linked" -eq 2 ] && missing= || missing="only $linked of two"
say 'its image has the command' "$missing"
for name in $optional; do
    [ -e "$root/dma/$name.c" ] || continue
    names "$work/cortex-m33/$name.o" | comm -12 - "$work/linked" >"$work/both"
    say "and nothing of $name.c" "$(cat "$work/both")"
done

# What it asks of a compiler -------------------------------------------------

# Each header in a file of its own.
mkdir "$work/alone"
for header in "$root"/dma/*.h "$root"/hal/*.h; do
    name=${header#"$root"/}
    echo "#include \"$name\"" >"$work/alone/$(echo "$name" | tr / _).c"
done
strict='-fsyntax-only -Wall -Wextra -Wpedantic -Werror'
client=$root/tests/clients/client.cc
# shellcheck disable=SC2086 # words
{
    for cc in gcc clang; do
        silent "every header stands alone in C11 ($cc)" \
            "$cc" -std=c11 $strict "-I$root" "$work"/alone/*.c
    done
    for cc in g++ clang++; do
        silent "every header stands alone in C++17 ($cc)" \
            "$cc" -std=c++17 $strict "-I$root" -x c++ "$work"/alone/*.c
        silent "a client in C++17 compiles ($cc)" \
            "$cc" -std=c++17 $strict "-I$root" "$client"
        # GCC misses the fields that are not named, in C++ only.
        silent "a client in C++20 compiles ($cc)" "$cc" -std=c++20 $strict \
            -Wno-missing-field-initializers "-I$root" "$client"
    done
}
silent 'clang does not warn of the core' clang -std=c11 -ffreestanding \
    -fsyntax-only -Wall -Wextra "-I$root" "$root"/dma/*.c
silent 'a client in C++17 compiles for an M33' \
    m33 g++ -std=c++17 -c "$client" -o "$work/client_cc.o"
silent 'and links: the names are those of C' \
    link_client "$work/client_cc" "$work/client_cc.o"
exit $failed
