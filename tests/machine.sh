#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run one image on its machine and judge the run.
#
#   machine.sh [options] IMAGE [ARG...]
#
#   --board NAME          the machine (qemu_virt)
#   --timeout SECONDS     a run that takes longer hangs, and is killed (600)
#   --endless TEXT        it is meant not to end once it has said this: 2 s later
#                         it is killed
#   --exit N              the exit status it has to end with (0)
#   --expect TEXT         has to appear in the output; may be repeated
#   --never TEXT          must not appear in the output
#   --guest-errors REGEX  lines of the emulator's log (QEMU: guest_errors and
#                         unimp) that are meant to appear; at least one must, no
#                         other may: on an rp2040 it ends the run (status 125)
#   --tolerate REGEX      lines of that log that one version of QEMU writes and
#                         another does not
#   --skip TEXT           where QEMU says this, it cannot be the machine that the
#                         test needs: the run is skipped
#   --disk FILE           the machine gets an NVMe disk with these bytes, which
#                         the run may change
#   --disk-conf FILE      errors of the disk, a configuration of QEMU's blkdebug
#   --disk-options TEXT   more of QEMU's -drive options for it (a=b,c=d)
#   --disk-slot N         its PCI slot (2); 5 has the interrupt of the engine
#   --behind N            engine and disk are behind so many bridges each (0): a
#                         root port, switches, and if N is even a conventional
#                         bridge, where they are device 5
#   --qemu ARG            one more argument for QEMU; may be repeated
#   --spi0 NANOSECONDS    of an rp2040: how long the peer of SPI0 takes for a
#                         frame (1000)
#
# The ARGs reach the image's main(). Exits 0 if all is as it should be, with a
# line "ok - IMAGE ARG...: ended as declared" if the image itself printed no
# such line, 77 with "skipped - IMAGE ARG...: why", else 1 with "not ok - IMAGE
# ARG...: why", and before it what of the log is not declared: it may be why.

set -u

fail()
{
    if [ -s "$work/undeclared" ]; then
        echo "# the emulator's log has (at most 20 lines)"
        cat "$work/undeclared"
    fi
    echo "not ok - $name: $1"
    exit 1
}

need_value()
{
    [ "$1" -ge 2 ] || fail "option $2 needs a value"
}

need_number()
{
    case $2 in
    '' | *[!0-9]*) fail "option $1 needs a number, not '$2'" ;;
    esac
}

# Called by trap: nothing that we started outlives us. KILL, since a child that
# has not run yet would forget another signal: until it has put aside our traps
# it catches what we trap, and drops it.
clean_up()
{
    trap '' HUP INT PIPE TERM
    [ -z "$machine" ] || kill -KILL "$machine" 2>/dev/null
    [ -z "$reader" ] || kill -KILL "$reader" 2>/dev/null
    rm -rf "$work"
}

here=$(dirname "$0")
name=machine.sh
board=qemu_virt
limit=600
endless=
never=
status_wanted=0
errors_declared=
errors_tolerated=
errors_of_board=
skip=
disk=
disk_conf=
disk_options=
disk_slot=2
spi0=1000
behind=0
machine=
reader=

work=$(mktemp -d) || exit 1
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
: >"$work/expect"
: >"$work/qemu"
: >"$work/devices"
: >"$work/log"

while [ $# -gt 0 ]; do
    case $1 in
    --board | --timeout | --endless | --exit | --expect | --guest-errors | \
        --tolerate | --skip | --disk | --disk-conf | --disk-options | \
        --disk-slot | --never | --behind | --qemu | --spi0)
        need_value $# "$1" ;;
    --*) fail "unknown option $1" ;;
    *) break ;;
    esac
    case $1 in
    --board) board=$2 ;;
    --timeout) need_number "$1" "$2" && limit=$2 ;;
    --endless) endless=$2 && status_wanted=137 ;; # 128 + SIGKILL
    --exit) need_number "$1" "$2" && status_wanted=$2 ;;
    --expect) printf '%s\n' "$2" >>"$work/expect" ;;
    --never) never=$2 ;;
    --guest-errors) errors_declared=$2 ;;
    --tolerate) errors_tolerated=$2 ;;
    --skip) skip=$2 ;;
    --disk) disk=$2 ;;
    --disk-conf) disk_conf=$2 ;;
    --disk-options) disk_options=$2 ;;
    --disk-slot) need_number "$1" "$2" && disk_slot=$2 ;;
    --behind) need_number "$1" "$2" && behind=$2 ;;
    --qemu) printf '%s\n' "$2" >>"$work/qemu" ;;
    --spi0) need_number "$1" "$2" && spi0=$2 ;;
    esac
    shift 2
done

[ $# -ge 1 ] || fail "no image given"
image=$1
shift
image_name=$(basename "$image")
name=$image_name${*:+ $*}
[ -r "$image" ] || fail "cannot read $image"

# A comma would end an item in one of QEMU's options; two stand for one.
escaped()
{
    printf '%s' "$1" | sed 's/,/,,/g'
}

# Lines for QEMU: device $2 in slot $1, or behind bridges that begin there.
in_slot()
{
    if [ "$behind" -eq 0 ]; then
        printf '%s\n' -device "$2,addr=$1"
        return
    fi
    bridge=port$1
    printf '%s\n' -device "pcie-root-port,id=$bridge,chassis=$1,addr=$1"
    count=1
    while [ $((count += 2)) -le "$behind" ]; do
        up=up$1.$count
        down=down$1.$count
        chassis=$((10 * count + $1))
        printf '%s\n' -device "x3130-upstream,id=$up,bus=$bridge" \
            -device "xio3130-downstream,id=$down,bus=$up,chassis=$chassis"
        bridge=$down
    done
    if [ $((behind % 2)) -eq 1 ]; then
        printf '%s\n' -device "$2,bus=$bridge"
    else
        printf '%s\n' -device "pcie-pci-bridge,id=pci$1,bus=$bridge" \
            -device "$2,bus=pci$1,addr=5"
    fi
}

# The command line travels as words between spaces.
semihosting=enable=on,target=native,arg=$image_name
for argument; do
    case $argument in
    '' | *[[:space:]]*) fail "argument '$argument' is empty or has spaces" ;;
    esac
    semihosting=$semihosting,arg=$(escaped "$argument")
done

# The emulator is fetched before the tests, where there is a network (./run). Its
# mark says that all of it has come (rp2040js.sh).
skip_unless_there()
{
    ls "$1"/rp2040js-* >/dev/null 2>&1 && command -v node >/dev/null && return
    echo "skipped - $name: no emulator of an RP2040 (./run test rp2040)"
    exit 77
}

case $board in
qemu_virt | qemu_virt_noncoherent | qemu_virt32 | qemu_virt_noncoherent32)
    # All RAM that fits, below 4 GiB where addresses have 32 bits. The host gives
    # it as it is touched (reserve=off), not at once.
    case $board in
    *32) memory=3G highmem=off ;;
    *) memory=6G highmem=on ;;
    esac
    set -- qemu-system-arm -M "virt,highmem=$highmem,memory-backend=ram" \
        -cpu cortex-a15 -m "$memory" \
        -object "memory-backend-ram,id=ram,size=$memory,reserve=off" \
        -nodefaults -nic none -display none -serial stdio
    in_slot 1 lsi53c895a >>"$work/devices"
    ;;
rp2040)
    emulator=$here/../build/rp2040js
    skip_unless_there "$emulator"
    [ -z "$disk$disk_conf$disk_options" ] || fail "an rp2040 has no disk"
    set -- node "$here/rp2040.mjs" --emulator "$emulator" --log "$work/log" \
        --declared "$work/known" --spi0 "$spi0" "$image" "$@"
    ;;
mps2_an505)
    # It has sound, and looks for its vectors where no memory is yet.
    export QEMU_AUDIO_DRV=none
    errors_of_board='^Invalid read at addr 0x1000000[04], size 4, '
    set -- qemu-system-arm -M mps2-an505 -display none -monitor none \
        -serial stdio
    ;;
mps2_an500 | microbit) # machines of tests/cores, whose console is the host's
    export QEMU_AUDIO_DRV=none
    errors_of_board='^Invalid read at addr 0x[04], size 4, '
    set -- qemu-system-arm -M "$(echo "$board" | tr _ -)" -display none \
        -monitor none -serial null
    ;;
*) fail "tests/machine.sh has no machine for the board $board" ;;
esac

printf '%s\n' "$errors_declared" "$errors_tolerated" "$errors_of_board" |
    sed '/^$/d' >"$work/known"

if [ "$1" = qemu-system-arm ]; then
    command -v "$1" >/dev/null ||
        fail "$1 is missing (Debian, Ubuntu: apt-get install qemu-system-arm)"

    # Newer versions keep accesses that nothing answers apart from guest errors.
    items=guest_errors,unimp
    "$1" -d help | grep -q '^invalid_mem' && items=$items,invalid_mem

    set -- "$@" -semihosting-config "$semihosting" -kernel "$image" \
        -d "$items" -D "$work/log"
    if [ -n "$disk" ]; then
        [ -r "$disk" ] || fail "cannot read $disk"
        [ -z "$disk_conf" ] || [ -r "$disk_conf" ] ||
            fail "cannot read $disk_conf"
        file=$(escaped "${disk_conf:+blkdebug:$disk_conf:}$disk")
        drive=if=none,id=disk,file=$file,format=raw,cache=unsafe
        set -- "$@" -drive "$drive${disk_options:+,$disk_options}"
        in_slot "$disk_slot" nvme,serial=iodma,id=nvme0 >>"$work/devices"
        printf '%s\n' -device nvme-ns,drive=disk,bus=nvme0,nsid=1 \
            >>"$work/devices"
    elif [ -n "$disk_conf$disk_options" ]; then
        fail "--disk-conf or --disk-options without --disk"
    fi
    cat "$work/qemu" >>"$work/devices"
    while IFS= read -r argument; do
        set -- "$@" "$argument"
    done <"$work/devices"
fi

# The reader comes to an end with the machine, or when it is time.
mkfifo "$work/pipe" || exit 1
"$@" </dev/null >"$work/pipe" 2>&1 &
machine=$!
timeout --foreground "$limit" tee "$work/output" <"$work/pipe" &
reader=$!

if [ -n "$endless" ]; then
    waited=0
    until grep -q -s -F -e "$endless" "$work/output" ||
        [ $((waited += 1)) -gt "$limit" ]; do
        sleep 1
    done
    sleep 2
    kill -KILL "$machine" 2>/dev/null
fi
wait "$reader"
read_status=$?
reader=
[ "$read_status" -eq 0 ] || kill -KILL "$machine"
wait "$machine" 2>/dev/null
status=$?
machine=

# What we say begins a line, where the machine has not ended its last.
[ -z "$(tail -c 1 "$work/output")" ] || echo

grep -v -E -f "$work/known" "$work/log" | head -n 20 >"$work/undeclared"
[ "$read_status" -ne 124 ] || fail "no end after $limit s, killed"
if [ -n "$skip" ] && grep -q -F -e "$skip" "$work/output"; then
    echo "skipped - $name: $skip"
    exit 77
fi
[ "$status" -eq "$status_wanted" ] ||
    fail "exit status $status instead of $status_wanted"

[ -z "$errors_declared" ] || grep -q -E -e "$errors_declared" "$work/log" ||
    fail "no guest error matches '$errors_declared'"
[ ! -s "$work/undeclared" ] ||
    fail "guest errors that the test does not declare (see above)"

while IFS= read -r text; do
    grep -q -F -e "$text" "$work/output" || fail "no '$text' in the output"
done <"$work/expect"

[ -z "$never" ] || ! grep -q -F -e "$never" "$work/output" ||
    fail "'$never' is in the output"

grep -q '^ok ' "$work/output" || echo "ok - $name: ended as declared"
