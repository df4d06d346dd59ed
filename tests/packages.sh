# SPDX-License-Identifier: MIT
#
# For ./run, read by it: the Debian packages that $command lacks, no more than it
# needs, and how they come.

# libFuzzer is in a package of its own, which clang only recommends.
has_fuzzer()
{
    echo 'int LLVMFuzzerTestOneInput(void);
        int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -x c -fsanitize=fuzzer -o /dev/null - 2>/dev/null
}

# A test runs products on QEMU, whatever its board is.
uses_qemu()
{
    [ "$command" != demo ] || on_qemu "$board"
}

# missing_packages [ARGUMENT...], of the command
missing_packages()
{
    [ "$command" != bench ] || {
        command -v gcc >/dev/null || echo gcc
        [ -e /usr/include/stdio.h ] || echo libc6-dev
        command -v valgrind >/dev/null || echo valgrind
        [ "${1:-}" != --functions ] || return 0
    }
    [ "$command" != fuzz ] || {
        command -v clang >/dev/null || echo clang
        has_fuzzer || echo libclang-rt-dev
        command -v meson >/dev/null || echo meson
        command -v ninja >/dev/null || echo ninja-build
        [ -e /usr/include/stdio.h ] || echo libc6-dev
        return 0
    }
    command -v arm-none-eabi-gcc >/dev/null || echo gcc-arm-none-eabi
    [ "$(arm-none-eabi-gcc -print-file-name=nano.specs 2>/dev/null)" != \
        nano.specs ] 2>/dev/null &&
        command -v arm-none-eabi-gcc >/dev/null ||
        echo libnewlib-arm-none-eabi
    [ "$command" != size ] || return 0
    command -v meson >/dev/null || echo meson
    command -v ninja >/dev/null || echo ninja-build
    ! uses_qemu || command -v qemu-system-arm >/dev/null ||
        echo qemu-system-arm
    [ "$command" != test ] || {
        command -v gcc >/dev/null || echo gcc
        command -v g++ >/dev/null || echo g++
        command -v clang++ >/dev/null || echo clang
        command -v valgrind >/dev/null || echo valgrind
        command -v make >/dev/null || echo make
        command -v cmake >/dev/null || echo cmake
        command -v pkg-config >/dev/null || echo pkg-config
        [ -e /usr/include/stdio.h ] || echo libc6-dev
    }
}

# install PACKAGE... Returns whether they are there now, and says so otherwise.
# shellcheck disable=SC2086 # words
install()
{
    line="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        say "please install: $*"
    elif [ "$(id -u)" -ne 0 ]; then
        say "tools are missing; as root, run: apt-get update && $line"
    elif ! step "fetching the list of packages" apt-get update; then
        say "apt-get update (see above): is the network there?"
    elif ! step "installing: $* (half a minute to some minutes)" \
        env DEBIAN_FRONTEND=noninteractive $line; then
        say "$line (see above)"
    else
        return 0
    fi
    return 1
}

install_missing()
{
    packages=$(missing_packages "$@")
    # shellcheck disable=SC2086 # words
    [ -z "$packages" ] || install $packages || fail "tools are missing"
}
