#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every way into a product that README.md shows, with the text of its blocks:
# products outside this tree take iodma as a Meson subproject, installed by
# pkg-config and by CMake, and as plain files, for the CPUs and compilers that
# matter; and one with a board of its own, of boards/README.md. They are linked,
# and run where they can be.
#
#   clients.sh ROOT      (folder of the checkout)

set -u

root=$(cd "$1" && pwd) || exit 1
here=$root/tests/clients
strict='-Wall -Wextra -Wpedantic -Werror -Wconversion'
# The most bytes of text, data and bss, of an M33 product with newlib
# (-Os): what it was, and a fiftieth. Another GCC may take a fifth more.
limits_of=12.2
limit=12382
# What linkers say is looked at, so they say it in English.
export LC_ALL=C

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
failed=0

say()
{
    if [ "$1" -eq 0 ]; then
        echo "ok - $2"
    else
        sed 's/^/# /' "$work/log"
        echo "not ok - $2"
        failed=1
    fi
}

# passes WHAT COMMAND...
passes()
{
    what=$1
    shift
    "$@" >"$work/log" 2>&1 </dev/null
    say $? "$what"
}

# prints TEXT COMMAND...: this, and no more.
prints()
{
    text=$1
    shift
    said=$("$@")
    echo "$said"
    [ "$said" = "$text" ]
}

# refuses WHAT TEXT COMMAND...: it fails, and says TEXT in one of its lines.
refuses()
{
    what=$1
    text=$2
    shift 2
    "$@" >"$work/log" 2>&1 </dev/null
    status=$?
    [ "$status" -ne 0 ] && grep -q -e "$text" "$work/log"
    say $? "$what"
}

# block KIND NAME [PAGE]: the text of a block of a page, README.md if not said
# otherwise.
block()
{
    awk -v "kind=$1" -v "names=$2" -f "$root/tests/example.awk" \
        "$root/${3:-README.md}"
}

# product FOLDER: an empty one, with the product's code.
product()
{
    mkdir -p "$work/$1"
    cp "$here/product.c" "$work/$1"
}

m33_cpu='-mcpu=cortex-m33 -mthumb'
m0plus_cpu='-mcpu=cortex-m0plus -mthumb'
a15_cpu='-mcpu=cortex-a15 -mfloat-abi=soft'
# Where QEMU's mps2-an505 has the vectors, and memory.
m_place='-Wl,--undefined=vectors,--section-start=.vectors=0x10000000
    -Wl,-Ttext=0x10000400,-Tdata=0x38000000,-z,max-page-size=4'
bare='-nostartfiles -Wl,--gc-sections,--entry=start'

runs_on_m33()
{
    timeout 300 qemu-system-arm -M mps2-an505 -display none -monitor none \
        -serial "${2:-none}" -semihosting -kernel "$1"
}

# Plain files ------------------------------------------------------------------

# shellcheck disable=SC2086 # words
files_native()
{
    for cc in gcc clang; do
        for bits in 64 32; do
            rm -f "$work/plain"
            place=
            [ "$bits" = 64 ] || place=-no-pie
            passes "plain files, C11, $bits bits ($cc)" \
                "$cc" -std=c11 $strict $place "-I$root" \
                "-DIODMA_ADDRESS_BITS=$bits" "$here/product.c" \
                "$root"/dma/*.c "$root"/hal/*.c -o "$work/plain"
            passes "and it runs" "$work/plain"
        done
    done
    mkdir "$work/objects"
    (cd "$work/objects" && gcc -std=c11 -O1 "-I$root" -c "$root"/dma/*.c \
        "$root"/hal/*.c) || failed=1
    for cxx in g++ clang++; do
        for year in 17 20; do
            rm -f "$work/plain"
            passes "a product in C++$year ($cxx)" \
                "$cxx" "-std=c++$year" $strict "-I$root" -x c++ \
                "$here/product.c" -x none "$work"/objects/*.o \
                -o "$work/plain"
            passes "and it runs" "$work/plain"
        done
    done
}

# files_bare CPU BITS: with newlib and without, as separate files and as one.
# shellcheck disable=SC2086,SC2154 # words; of eval
files_bare()
{
    cpu=$1
    eval "flags=\$${cpu}_cpu"
    place=
    [ "$cpu" = a15 ] || place=$m_place
    arm-none-eabi-gcc $flags -Os -std=c11 -fno-builtin -c "$here/memory.c" \
        -o "$work/memory.o" || failed=1
    for way in '' -flto; do
        for library in --specs=nano.specs "-nostdlib $work/memory.o -lgcc"; do
            passes "plain files, $cpu, $2 bits${way:+, $way}, ${library%% *}" \
                arm-none-eabi-gcc $flags -Os $way -std=c11 $strict -Wno-pedantic \
                -ffunction-sections -fdata-sections "-I$root" \
                "-DIODMA_ADDRESS_BITS=$2" "$here/product.c" "$here/start.c" \
                "$root"/dma/*.c "$root"/hal/*.c $bare $place $library \
                -o "$work/$cpu.elf"
            [ "$cpu" = a15 ] || passes 'and it runs on an M33' \
                runs_on_m33 "$work/$cpu.elf"
        done
    done
}

# A folder of the product's that has files of our names.
in_between()
{
    product between
    mkdir -p "$work/between/own/hal" "$work/between/own/dma" \
        "$work/between/own/platform"
    for header in $(cd "$root" && ls dma/*.h hal/*.h platform/*.h); do
        [ "$header" = dma/iodma.h ] ||
            echo '#error "not this one"' >"$work/between/own/$header"
    done
    passes "a product's own dma, hal and platform do not get in between" \
        gcc -std=c11 -fsyntax-only "-I$work/between/own" "-I$root" \
        "$here/product.c" "$root"/dma/*.c "$root"/hal/*.c "$root"/hal/dmac/*.c
}

# every_file CPU FIND-ARGUMENT...: of the copy.
every_file()
{
    cpu=$1
    shift
    # shellcheck disable=SC2086,SC2046 # words
    (mkdir -p "$work/sketch/objects" && cd "$work/sketch/objects" &&
        arm-none-eabi-gcc $cpu -std=c11 -c -DIODMA_ADDRESS_BITS=32 \
        $(find "$work/sketch/src" -name '*.c' "$@"))
}

# A copy among the product's own files, with no include path at all.
copied()
{
    mkdir -p "$work/sketch/src"
    (cd "$root" && find dma hal platform -name '*.h' &&
        find dma hal -name '*.c') |
        tar -C "$root" -cf - -T - | tar -C "$work/sketch/src" -xf - || failed=1
    sed 's,"dma/iodma.h","src/dma/iodma.h",' "$here/product.c" \
        >"$work/sketch/product.c"
    passes 'a copy in a folder of the product, without an include path' \
        gcc -std=c11 "$work/sketch/product.c" "$work"/sketch/src/dma/*.c \
        "$work"/sketch/src/hal/*.c "$work"/sketch/src/hal/dmac/pl08x*.c \
        -o "$work/sketch/product"
    passes 'and it runs' "$work/sketch/product"
    passes 'all of it compiles for an M0+, where armv7a.c is left out' \
        every_file "$m0plus_cpu" ! -name armv7a.c
    passes 'and armv7a.c for an A15' every_file "$a15_cpu" -name armv7a.c
}

# The page's blocks, over a copy of what they name.
files_by_page()
{
    product make
    ln -s "$root" "$work/make/iodma"
    block make glob >"$work/make/Makefile"
    passes 'make, from plain files, as README.md has it' \
        make -C "$work/make" CC=gcc CFLAGS=-O1 LDFLAGS=-s
    passes 'and it runs' "$work/make/product"
    product cmake
    ln -s "$root" "$work/cmake/iodma"
    block cmake glob >"$work/cmake/CMakeLists.txt"
    passes 'CMake, from plain files, as README.md has it' \
        sh -c 'cmake -S "$1" -B "$1/build" && cmake --build "$1/build"' - \
        "$work/cmake"
    passes 'and it runs' "$work/cmake/build/product"
}

# Meson ------------------------------------------------------------------------

# A product's own machine file.
m33_file()
{
    cat <<'END'
[binaries]
c = 'arm-none-eabi-gcc'
ar = 'arm-none-eabi-ar'
strip = 'arm-none-eabi-strip'
[built-in options]
c_args = ['-mcpu=cortex-m33', '-mthumb']
c_link_args = ['-mcpu=cortex-m33', '-mthumb']
[properties]
skip_sanity_check = true
[host_machine]
system = 'none'
cpu_family = 'arm'
cpu = 'cortex-m33'
endian = 'little'
END
}

subproject()
{
    product meson
    mkdir "$work/meson/subprojects"
    ln -s "$root" "$work/meson/subprojects/iodma"
    block meson subproject >"$work/meson/meson.build"
    passes 'a Meson subproject, as README.md has it' \
        meson setup "$work/meson/build" "$work/meson"
    passes 'is built' ninja -C "$work/meson/build"
    passes 'and runs' "$work/meson/build/product"
    passes 'it has no test, board or platform of ours' sh -c \
        '! ninja -C "$1" -t targets all | grep -E "(tests|boards|platform)/.*[.]o:"' - \
        "$work/meson/build"
    passes "it is set up for a product's own CPU" \
        meson setup "$work/meson/m33" "$work/meson" \
        --cross-file "$work/m33.ini"
    passes 'and the library is built' \
        ninja -C "$work/meson/m33" subprojects/iodma/dma/libiodma.a
    refuses 'an unknown option is refused' 'nknown options.*colour' \
        meson setup "$work/meson/bad" "$root" -Dcolour=red
    refuses 'a board that is none is refused' 'toaster.*choices' \
        meson setup "$work/meson/bad" "$root" -Dboard=toaster
    refuses 'a driver that is none is refused' 'toaster.*choices' \
        meson setup "$work/meson/bad" "$root" -Ddrivers=toaster
    refuses 'auto and a driver are refused' 'auto stands alone' \
        meson setup "$work/meson/bad" "$root" -Ddrivers=auto,pl08x
    sed 's/cortex-m33/cortex-r5/' "$work/m33.ini" >"$work/r5.ini"
    refuses 'a platform is refused for a CPU that has none' 'or cortex-m.*, not cortex-r5' \
        meson setup "$work/meson/bad" "$root" --cross-file "$work/r5.ini" \
        -Dtests=disabled -Dplatform=enabled
    sed 's/cortex-m33/cortex-a9/' "$work/m33.ini" >"$work/a9.ini"
    refuses 'and for one that it does not fit' 'LPAE.* a cortex-a9 lacks' \
        meson setup "$work/meson/bad" "$root" --cross-file "$work/a9.ini" \
        -Dtests=disabled -Dplatform=enabled
}

# A board of the product's own -------------------------------------------------

own_board()
{
    mkdir -p "$work/board/subprojects"
    ln -s "$root" "$work/board/subprojects/iodma"
    block meson product boards/README.md >"$work/board/meson.build"
    block ld product boards/README.md >"$work/board/product.ld"
    block c product boards/README.md >"$work/board/product.c"
    for cpu in m33 m0plus; do
        passes "a product's own board on our platform, $cpu" \
            meson setup "$work/board/$cpu" "$work/board" \
            --cross-file "$work/$cpu.ini"
        passes 'is built' ninja -C "$work/board/$cpu"
        passes 'and its engine copies' prints 'copied by the engine' \
            runs_on_m33 "$work/board/$cpu/product" stdio
    done
    # Its main() has no parameters, and we declare it, too.
    sed "s/c_link_args = \[/&'-Werror', /" "$work/m33.ini" >"$work/lto.ini"
    passes 'with LTO, where the linker compares all declarations,' \
        meson setup "$work/board/lto" "$work/board" \
        --cross-file "$work/lto.ini" -Db_lto=true
    passes 'it is built' ninja -C "$work/board/lto"
    passes 'and its engine copies' prints 'copied by the engine' \
        runs_on_m33 "$work/board/lto/product" stdio
    # Of the first no record is kept, of the second one is.
    mistaken 'a ring of 12 slots' 's/SLOTS = 16/SLOTS = 12/' '^BadArgument$'
    mistaken 'no lock' 's/[.]lock = &plat_lock,//' '^BadArgument: missing hook'
}

# mistaken WHAT SED TEXT: the product on the M33 says TEXT of a mistake.
mistaken()
{
    block c product boards/README.md | sed "$2" >"$work/board/product.c"
    ninja -C "$work/board/m33" >"$work/log" 2>&1 || failed=1
    refuses "with $1 it says what is wrong" "$3" \
        runs_on_m33 "$work/board/m33/product" stdio
}

# Installed --------------------------------------------------------------------

# install_for NAME ARG...: into the prefix of that name.
install_for()
{
    name=$1
    shift
    passes "meson setup for $name" meson setup "$work/build-$name" "$root" \
        -Dtests=disabled --libdir lib --prefix "$work/$name" "$@"
    passes 'and meson install' meson install -C "$work/build-$name"
}

# by_make PREFIX VARIABLE...: with what was installed there.
by_make()
{
    prefix=$work/$1
    product "$1-make"
    shift
    block make installed >"$prefix-make/Makefile"
    PKG_CONFIG_PATH=$prefix/lib/pkgconfig make -C "$prefix-make" "$@"
}

# by_cmake PREFIX ARG...
by_cmake()
{
    prefix=$work/$1
    product "$1-cmake"
    shift
    block cmake installed >"$prefix-cmake/CMakeLists.txt"
    cmake -S "$prefix-cmake" -B "$prefix-cmake/build" \
        "-DCMAKE_PREFIX_PATH=$prefix" "$@" &&
        cmake --build "$prefix-cmake/build"
}

# What our drivers include that is not theirs, for a driver of the product's own.
own_driver()
{
    for header in hal/atomic hal/bits hal/container_of hal/count_of hal/ring \
        hal/static_assert hal/cache/lines hal/dmac/ways platform/barrier \
        platform/endian platform/mmio; do
        echo "#include \"$header.h\""
    done
}

# shellcheck disable=SC2086 # words
installed()
{
    install_for native
    passes 'make and pkg-config, as README.md has it' by_make native CC=gcc
    passes 'and it runs' "$work/native-make/product"
    passes 'CMake, as README.md has it' by_cmake native
    passes 'and it runs' "$work/native-cmake/build/product"

    own_driver >"$work/driver.c"
    passes 'a driver of its own finds what ours include' \
        gcc -std=c11 $strict "-I$work/native/include/iodma" -c \
        "$work/driver.c" -o "$work/driver.o"

    install_for lto -Db_lto=true
    passes 'a library for LTO links with a product that is' \
        by_make lto CC=gcc CFLAGS=-flto LDFLAGS=-flto
    passes 'and it runs' "$work/lto-make/product"

    install_for apart "-Dincludedir=$work/elsewhere"
    passes 'CMake finds headers outside the prefix' by_cmake apart

    install_for m33 --cross-file "$work/m33.ini" -Doptimization=s \
        -Ddrivers=pl08x,armv7m_cache
    arm-none-eabi-gcc $m33_cpu -Os -c "$here/start.c" -o "$work/start.o"
    passes 'for an M33: make and pkg-config' by_make m33 \
        CC=arm-none-eabi-gcc "CFLAGS=$m33_cpu -Os" \
        "LDFLAGS=$m33_cpu $work/start.o $bare $(echo $m_place) --specs=nano.specs"
    passes 'and it runs there' runs_on_m33 "$work/m33-make/product"
    passes 'for an M33: CMake' by_cmake m33 -DCMAKE_SYSTEM_NAME=Generic \
        -DCMAKE_C_COMPILER=arm-none-eabi-gcc \
        -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \
        "-DCMAKE_C_FLAGS=$m33_cpu -Os" \
        "-DCMAKE_EXE_LINKER_FLAGS=$work/start.o $bare $(echo $m_place) --specs=nano.specs"
    passes 'and it runs there' runs_on_m33 "$work/m33-cmake/build/product"
    total=$(arm-none-eabi-size "$work/m33-make/product" |
        awk 'NR == 2 { print $4 }')
    most=$limit
    case $(arm-none-eabi-gcc -dumpversion) in
    "$limits_of"*) ;;
    *) most=$((limit * 6 / 5)) ;;
    esac
    echo "# $total bytes of text, data and bss; $most at most" >"$work/log"
    [ "$total" -le "$most" ]
    say $? 'and is no larger than it was'

    refuses 'a prefix that cannot be written to is refused' \
        'ot a directory\|ermission denied' \
        meson install -C "$work/build-native" --destdir /dev/null
    product other
    block cmake installed | sed 's/iodma [0-9.]*/iodma 9.9/' \
        >"$work/other/CMakeLists.txt"
    refuses 'another version is not found by CMake' \
        'iodma-config.cmake, version: ' cmake -S "$work/other" \
        -B "$work/other/build" "-DCMAKE_PREFIX_PATH=$work/native"
    cp -r "$work/native/include/iodma" "$work/newer"
    sed -i 's/\(_MINOR\) .*/\1 99/' "$work/newer/hal/version.h"
    refuses 'headers of another version do not link, and the name says why' \
        'undefined reference.*iodma_0_99_with_64_bit_addresses' \
        gcc -std=c11 "-I$work/newer" "$here/product.c" \
        "-L$work/native/lib" -liodma -o "$work/mixed"
    refuses 'headers of another width do not link, and the name says why' \
        'undefined reference.*iodma_.*_with_32_bit_addresses' \
        gcc -std=c11 -DIODMA_ADDRESS_BITS=32 -no-pie \
        "-I$work/native/include/iodma" "$here/product.c" \
        "-L$work/native/lib" -liodma -o "$work/mixed"
}

# What a product supplies ------------------------------------------------------

# compiles PAGE BLOCK CPU BITS
# shellcheck disable=SC2086,SC2154 # words; of eval
compiles()
{
    block c "$2" "$1" >"$work/$2.c"
    eval "flags=\$${3}_cpu"
    passes "$1: $2 compiles for $3" \
        arm-none-eabi-gcc $flags -Os -std=c11 $strict -Wmissing-prototypes \
        "-DIODMA_ADDRESS_BITS=$4" "-I$root" "-I$here/freertos" \
        -c "$work/$2.c" -o "$work/supplied.o"
}

supplied()
{
    for cpu in m0plus m33; do
        compiles hal/README.md cortex_m "$cpu" 32
        compiles hal/README.md freertos "$cpu" 32
    done
    compiles hal/README.md cortex_a a15 64
    compiles hal/dmac/README.md stm32u575 m33 32
}

m33_file >"$work/m33.ini"
sed 's/cortex-m33/cortex-m0plus/' "$work/m33.ini" >"$work/m0plus.ini"
supplied
files_native
files_bare m0plus 32
files_bare m33 32
files_bare a15 64
in_between
copied
files_by_page
subproject
own_board
installed
exit $failed
