#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the core may ask of a product, for the CPUs that matter: memcpy, memmove,
# memset and the compiler's own integer helpers; no heap, no data, no division
# of 64 bits, no locked instructions. Prints its size, too (./run size says
# more). What it brings into an image: nothing that is not called, and of
# reasons nothing in a build without them. And what it may ask of a compiler: C11,
# and of headers C++ as well; on any CPU nothing but what is in the compiler.
#
#   gates.sh ROOT      (folder of the checkout)

set -u

root=$1
# iodma_status_name: hal/status.c; hal_dmac_claim and _release: hal/dmac.c.
allowed='^(memcpy|memmove|memset|__aeabi_(llsl|llsr|lasr|lmul|lcmp|ulcmp)|__(ctz|clz)[sd]i2|__gnu_thumb1_case_[a-z]*|iodma_status_name|hal_dmac_(claim|release))$'

# Files of dma/ that only those link who call for what they do (E14).
optional='access blocks bounce bus_check cache channel copy engine ladder loans map oneshot
    pool reason_words share sync transfer zip'
# A product of tests/clients/command.c, and those that it brings.
products='client:
    client_lends: access blocks bounce ladder loans sync
    client_maintains: access cache sync
    client_maps: blocks map'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/tests/say.sh"

# One case: a compiler has nothing to say.
#
#   silent WHAT COMMAND...
silent()
{
    what=$1
    shift
    "$@" >"$work/output" 2>&1 || echo "status $?" >>"$work/output"
    say "$what" "$(cat "$work/output")"
}

# One case: a compiler refuses, and says TEXT.
#
#   refused WHAT TEXT COMMAND...
refused()
{
    what=$1
    text=$2
    shift 2
    "$@" >"$work/output" 2>&1 && echo 'not refused' >"$work/output"
    say "$what" "$(grep -q -e "$text" "$work/output" || {
        cat "$work/output"
        echo "no '$text'"
    })"
}

# What the core asks of a product --------------------------------------------

# core CPU REASONS: its object files, in a folder CPU-REASONS.
core()
{
    mkdir "$work/$1-$2"
    for file in "$root"/dma/*.c "$root/hal/address.c"; do
        arm-none-eabi-gcc "-mcpu=$1" -mthumb -Os -std=c11 -ffreestanding \
            -ffunction-sections -fdata-sections "-DIODMA_REASONS=$2" \
            -I"$root" -c "$file" \
            -o "$work/$1-$2/$(basename "$file" .c).o" || failed=1
    done
}

# The names that object files give to others.
names()
{
    arm-none-eabi-nm -g --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort
}

for cpu in cortex-a15 cortex-m33 cortex-m0plus; do
    core "$cpu" 1
    names "$work/$cpu"-1/*.o >"$work/defined"
    undefined=$(arm-none-eabi-nm -u "$work/$cpu"-1/*.o |
        awk 'NF == 2 { print $2 }' | sort -u | comm -23 - "$work/defined" |
        grep -v -E -e "$allowed")
    say "$cpu: the core asks for nothing but memory functions and helpers" \
        "$undefined"
    data=$(arm-none-eabi-nm "$work/$cpu"-1/*.o |
        awk '$2 ~ /^[bBdDcC]$/ { print $3 }')
    say "$cpu: the core has no data of its own" "$data"
    arm-none-eabi-size "$work/$cpu"-1/*.o | awk -v cpu="$cpu" '
        NR > 1 { sub(/.*\//, "", $6); text += $1; list = list " " $6 " " $1 }
        END { printf "# %s -Os: %d bytes of text (%s)\n", cpu, text, substr(list, 2) }'
done
core cortex-m33 0

# What it brings into an image -----------------------------------------------

# m33 FRONT-END ARG...
m33()
{
    compiler=$1
    shift
    "arm-none-eabi-$compiler" -mcpu=cortex-m33 -mthumb -Os -ffunction-sections \
        -fdata-sections "-I$root" "$@"
}

# link_client NAME OBJECT REASONS: an image NAME, as a product links it.
link_client()
{
    m33 gcc -nostartfiles -Wl,--gc-sections,"--entry=$1" "$2" \
        "$work/cortex-m33-$3"/*.o -o "$work/$1"
}

# files REASONS IMAGE: which of the core's optional files it has.
files()
{
    names "$2" >"$work/linked"
    for name in $optional; do
        names "$work/cortex-m33-$1/$name.o" | comm -12 - "$work/linked" |
            grep -q . && echo "$name"
    done
}

# What of reasons is in object files or images: their code, or a call of it.
reasons()
{
    arm-none-eabi-nm "$@" | awk '{ print $NF }' |
        grep -E -e '^iodma_(refuse|reason)' | sort -u
}

say 'what is optional is there' "$(for name in $optional; do
    [ -e "$root/dma/$name.c" ] || echo "dma/$name.c"
done)"
echo "$products" | sed 's/^ *//' >"$work/products"
for kept in 1 0; do
    [ "$kept" -eq 1 ] && build= || build=' (no reasons)'
    silent "products of the command compile$build" \
        m33 gcc -std=c11 -Wall -Wextra "-DIODMA_REASONS=$kept" \
        -c "$root/tests/clients/command.c" -o "$work/client.o"
    while IFS=: read -r product brings; do
        silent "$product links$build" \
            link_client "$product" "$work/client.o" "$kept"
        files "$kept" "$work/$product" >"$work/brought"
        say 'its image has the command' "$(printf '%s\n' \
            iodma_command_gen_segments iodma_command_init |
            comm -23 - "$work/linked")"
        for name in $brings; do
            echo "$name"
        done | diff - "$work/brought" >"$work/differs"
        say "and, of what is optional,${brings:- nothing}" \
            "$(sed -n 's/^< /missing:/p; s/^> /linked:/p' "$work/differs")"
    done <"$work/products"
    reasons "$work"/client "$work"/client_* >"$work/trace"
    [ "$kept" -eq 0 ] || say 'their images have reasons' \
        "$([ -s "$work/trace" ] || echo missing:iodma_refuse)"
done
say 'their images have no trace of reasons (no reasons)' "$(cat "$work/trace")"
rm "$work/cortex-m33-0/reason_words.o" # who calls for words links it
say 'nor has any file of the core (no reasons)' \
    "$(reasons "$work"/cortex-m33-0/*.o)"

# What it asks of a compiler -------------------------------------------------

# Headers in files of their own: each, and those that every machine has together,
# forwards and backwards. What a folder keeps for itself is C's alone.
mkdir "$work/alone" "$work/together"
include()
{
    echo 'struct client;' # a file with nothing in it is none in C
    for header; do
        case $header in
        *_parts.h) ;;
        *) echo "#include \"${header#"$root"/}\"" ;;
        esac
    done
}
for header in "$root"/dma/*.h "$root"/hal/*.h "$root"/hal/*/*.h \
    "$root"/platform/*.h "$root"/platform/*/*.h "$root"/boards/board.h; do
    include "$header" >"$work/alone/$(echo "${header#"$root"/}" | tr / _).c"
done
include "$root"/dma/*.h "$root"/hal/*.h "$root"/hal/*/*.h "$root"/platform/*.h \
    "$root"/boards/board.h >"$work/together/forwards.c"
sort -r "$work/together/forwards.c" >"$work/together/backwards.c"

# Declare again, as C's, what they declare: a name that was not is in conflict.
again()
{
    gcc -std=c11 -fsyntax-only "-I$root" "$1" -aux-info "$work/declared" || return
    {
        cat "$1"
        echo 'extern "C" {'
        grep -v ' static ' "$work/declared"
        echo '}'
    } >"$work/again.cc"
    g++ -std=c++17 -D_Bool=bool -fsyntax-only "-I$root" "$work/again.cc"
}

strict='-fsyntax-only -Wall -Wextra -Wpedantic -Werror'
clients=$root/tests/clients
# shellcheck disable=SC2086 # words
{
    for cc in gcc clang; do
        silent "every header stands alone in C11 ($cc)" \
            "$cc" -std=c11 $strict "-I$root" "$work"/alone/*.c
        silent "and all stand together, in any order ($cc)" \
            "$cc" -std=c11 $strict "-I$root" "$work"/together/*.c
    done
    for cc in g++ clang++; do
        for year in 17 20; do
            silent "every header stands alone in C++$year ($cc)" \
                "$cc" "-std=c++$year" $strict "-I$root" -x c++ \
                "$work"/alone/*.c
            silent "and all stand together, in any order, in C++$year ($cc)" \
                "$cc" "-std=c++$year" $strict "-I$root" -x c++ \
                "$work"/together/*.c
        done
        for year in 11 17 20; do
            silent "a client in C++$year compiles ($cc)" \
                "$cc" "-std=c++$year" $strict "-I$root" "$clients/client.cc"
        done
        silent "buffers for a device are declared in C++11 ($cc)" \
            "$cc" -std=c++11 $strict "-I$root" "$clients/buffer.cc"
    done
}
silent 'what headers declare has names of C in C++' \
    again "$work/together/forwards.c"

# What it may write -----------------------------------------------------------

# Refusals of a status that has a number, and of others (dma/refuse.h).
cat >"$work/refusal.c" <<'END'
#include "dma/refuse.h"
enum iodma_status refusal(struct iodma_reason *reason, enum iodma_status status);
enum iodma_status refusal(struct iodma_reason *reason, enum iodma_status status)
{
    (void)status;
    return CALL;
}
END
for cc in gcc clang arm-none-eabi-gcc; do
    for level in -O0 -Os -O2; do
        compile="$cc -std=c11 $level -Wall -Wextra -Wpedantic -Werror -I$root
            -S $work/refusal.c -o /dev/null"
        # shellcheck disable=SC2086 # words
        {
            silent "a refusal compiles ($cc $level)" $compile \
                '-DCALL=iodma_refuse(reason, IODMA_BUSY, IODMA_RULE_HELD)'
            refused 'none with a status that has no number' \
                'no status of refusals' $compile \
                '-DCALL=iodma_refuse(reason, IODMA_TIMEOUT, IODMA_RULE_HELD)'
            refused 'nor with values' 'no status of refusals' $compile \
                '-DCALL=iodma_refuse_values(reason, IODMA_OK, 1, 2, 3)'
            refused 'nor with one that may be any' 'constant' $compile \
                '-DCALL=iodma_refuse(reason, status, IODMA_RULE_HELD)'
        }
    done
done

# What a product sees of a header --------------------------------------------

# Headers of our code alone: registers, descriptors, what files share.
kept()
{
    case $1 in
    *_regs.h | *_parts.h | hal/dmac/ways.h | hal/cache/lines.h) ;;
    dma/plan.h | dma/refuse.h | dma/summary.h) ;;
    hal/bits.h | hal/static_assert.h) ;;
    platform/cp15.h) ;;
    platform/armv7m/core.h) ;;
    platform/armv7a/begin.h | platform/armv7a/core.h | platform/armv7a/cp15.h) ;;
    platform/armv7a/fault.h | platform/armv7a/maintenance.h) ;;
    platform/armv7a/system_counter.h) ;;
    *) return 1 ;;
    esac
}

# What including all others leaves: a line with each header, and one with each
# macro and the header that defines it. A guard, which has the header's name, is
# none.
#
#   left_by COMPILER ARG...
left_by()
{
    "$@" -dD -E "-I$root" "$work/seen.c" | awk -v root="$root/" '
        /^# [0-9]+ "/ {
            file = $3
            gsub(/"/, "", file)
            ours = index(file, root) == 1
            file = substr(file, length(root) + 1)
            while (sub(/[^\/]+\/[.][.]\//, "", file))
                ;
            if (ours)
                met[file]
        }
        /^#define / && ours {
            name = $2
            sub(/[(].*/, "", name)
            guard = toupper(file)
            gsub(/[^A-Z0-9]/, "_", guard)
            if (name != guard)
                macro[name] = file
        }
        /^#undef / { delete macro[$2] }
        END {
            for (file in met)
                print file
            for (name in macro)
                print macro[name], name
        }'
}

# Of these the macros that could be anybody's. A driver's have its name, or its
# bus's.
unprefixed()
{
    awk 'NF == 2 {
        count = split(toupper($1), part, /[\/.]/)
        own = part[2] == "PCI" ? "PCI" : part[count - 1]
        if ($2 !~ /^(IODMA|HAL|PLAT)_/ &&
            (part[1] != "HAL" || count < 4 || index($2, own "_") != 1))
            print $1 ":" $2
    }' "$work/left"
}

# What of our own a public header includes, and of platform/ one of hal/.
misplaced()
{
    while read -r header; do
        kept "$header" && echo "$header"
    done <"$work/left"
    (cd "$root" && for header in hal/*.h hal/*/*.h; do
        kept "$header" || grep -l '^#include "[^"]*platform/' "$header"
    done)
}

for header in $(cd "$root" &&
    echo dma/*.h hal/*.h hal/*/*.h platform/*.h platform/*/*.h); do
    kept "$header" || echo "#include \"$header\""
done >"$work/seen.c"
for cc in 'gcc -std=c11' 'g++ -std=c++17 -x c++'; do
    # shellcheck disable=SC2086 # words
    left_by $cc >"$work/left"
    say "macros that a public header leaves have our prefix (${cc%% *})" \
        "$([ -s "$work/left" ] || echo no:header; unprefixed)"
    say "and it includes nothing that our code keeps (${cc%% *})" \
        "$(misplaced)"
done

# A CPU, and what clang calls it. None of them has a libc here: what is asked for
# is in the compiler, or is not there.
# shellcheck disable=SC2086 # words
on()
{
    cpu=$1
    shift
    clang $cpu -std=c11 -Os -ffreestanding -nostdlibinc "-I$root" "$@"
}
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
others='AArch64:--target=aarch64-none-elf
    RV32:--target=riscv32-unknown-elf -march=rv32imac
    RV32 without A:--target=riscv32-unknown-elf -march=rv32im
    M0+:--target=thumbv6m-none-eabi -mcpu=cortex-m0plus'
echo "$others" | sed 's/^ *//' >"$work/others"
while IFS=: read -r name cpu; do
    for kept in 1 0; do
        [ "$kept" -eq 1 ] && build= || build=' (no reasons)'
        # shellcheck disable=SC2086 # words
        silent "clang does not warn of the core for $name$build" \
            on "$cpu" $warnings -fsyntax-only "-DIODMA_REASONS=$kept" \
            "$root"/dma/*.c
    done
    for file in "$root"/dma/*.c "$root"/hal/*.c "$root"/hal/dmac/*.c \
        "$root"/hal/master/*.c "$root"/hal/pci/*.c; do
        on "$cpu" -S "$file" -o "$work/one.s" || echo "$file"
        grep -o -E -e '__(atomic|sync)_[a-z0-9_]+' "$work/one.s"
    done >"$work/asked"
    say "core and drivers load and store plainly on $name" "$(cat "$work/asked")"
done <"$work/others"
silent 'a client in C++17 compiles for an M33' \
    m33 g++ -std=c++17 -c "$clients/client.cc" -o "$work/client_cc.o"
silent 'and links: the names are those of C' \
    link_client client "$work/client_cc.o" 1
exit $failed
