#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The scripts that judge a run see what is wrong with it, and say so.
#
#   test_tools.sh BOARD FAULTS PLATFORM WEAK
#
# FAULTS, PLATFORM and WEAK are the images of tests/target/test_faults.c and
# test_platform.c and of tests/test_weak.c: what they do, and how they end, is
# known.

set -u

here=$(realpath "$(dirname "$0")")
board=$1
faults=$(realpath "$2")
platform=$(realpath "$3")
weak=$(realpath "$4")
failed=0

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Run a command, for the cases that follow.
run()
{
    "$@" </dev/null >"$work/output" 2>&1
    status=$?
}

# One case: is it true?
#
#   verdict WHAT CONDITION...
verdict()
{
    what=$1
    shift
    if "$@"; then
        echo "ok - $what"
        return
    fi
    failed=$((failed + 1))
    echo "# expected: $*"
    echo "# got status $status and"
    sed 's/^/#     /' "$work/output"
    echo "not ok - $what"
}

# Conditions: the exit status and the last line; a line that comes once, or
# never.
ended()
{
    [ "$status" -eq "$1" ] && tail -n 1 "$work/output" | grep -q -x -E -e "$2"
}

said_once()
{
    [ "$(grep -c -E -e "$1" "$work/output")" -eq 1 ]
}

said_never()
{
    ! grep -q -E -e "$1" "$work/output"
}

# One case: how a command ends.
#
#   ends WHAT STATUS LAST-LINE COMMAND...
ends()
{
    what=$1
    wanted=$2
    last=$3
    shift 3
    run "$@"
    verdict "$what" ended "$wanted" "$last"
}

# machine.sh -------------------------------------------------------------

machine()
{
    "$here/machine.sh" --board "$board" "$@"
}

ends 'a run that ends as declared is ok' 0 \
    'ok - no fault, and none reported' \
    machine "$faults" none
ends 'and is said to be if the image says nothing' 0 \
    'ok - test_faults undefined: ended as declared' \
    machine --exit 70 "$faults" undefined

ends 'a status that is not 0 is not ok' 1 \
    'not ok - test_faults undefined: exit status 70 instead of 0' \
    machine "$faults" undefined
ends 'nor is 0 where another is declared' 1 \
    'not ok - test_faults none: exit status 0 instead of 70' \
    machine --exit 70 "$faults" none
ends 'nor one that is not the one declared' 1 \
    'not ok - test_faults undefined: exit status 70 instead of 71' \
    machine --exit 71 "$faults" undefined
ends 'a test program without a case is not ok' 1 \
    'not ok - test_platform nothing: exit status 1 instead of 0' \
    machine "$platform" nothing

ends 'a text that is expected and comes is ok' 0 \
    'ok - no fault, and none reported' \
    machine --expect 'no fault,' --expect 'none reported' "$faults" none
ends 'one that does not come is not' 1 \
    "not ok - test_faults none: no 'one reported,' in the output" \
    machine --expect 'one reported,' "$faults" none
ends 'one of several neither' 1 \
    "not ok - test_faults none: no 'a fault' in the output" \
    machine --expect 'no fault' --expect 'a fault' --expect 'none' \
    "$faults" none
ends 'a text is no regular expression' 1 \
    "not ok - test_faults none: no 'no .* reported' in the output" \
    machine --expect 'no .* reported' "$faults" none

# Soon is less than machine.sh's own limit, by far; a busy machine gets there.
began=$(date +%s)
soon()
{
    [ $(($(date +%s) - began)) -lt 200 ]
}

ends 'a run that hangs is ended, and not ok' 1 \
    'not ok - test_faults hang: no end after 1 s, killed' \
    machine --timeout 1 "$faults" hang
verdict 'and that soon' soon
ends 'a hang is not ok whatever is declared' 1 \
    'not ok - test_faults hang: no end after 1 s, killed' \
    machine --timeout 1 --exit 137 "$faults" hang
ends 'what may be why a run hangs is shown' 1 \
    'not ok - test_faults error-and-hang: no end after 5 s, killed' \
    machine --timeout 5 "$faults" error-and-hang
verdict 'from the log' said_once '^pl011_read: Bad offset 0x100$'
ends 'but what is declared' 1 \
    'not ok - test_faults error-and-hang: no end after 5 s, killed' \
    machine --timeout 5 --guest-errors '^pl011_read: Bad offset 0x100$' \
    "$faults" error-and-hang
verdict 'is not' said_never 'pl011_read'

ends 'a guest error that is not declared is not ok' 1 \
    'not ok - test_faults guest-error: guest errors that .* not declare.*' \
    machine "$faults" guest-error
verdict 'and is shown' said_once '^pl011_read: Bad offset 0x100$'
ends 'one that is declared and comes is ok' 0 \
    'ok - no fault, but a register that is none was read' \
    machine --guest-errors '^pl011_read: Bad offset 0x100$' \
    "$faults" guest-error
ends 'one that is declared and does not come is not' 1 \
    "not ok - test_faults none: no guest error matches 'pl011_read'" \
    machine --guest-errors pl011_read "$faults" none
ends 'nor is another one than declared' 1 \
    "not ok - test_faults guest-error: no guest error matches 'pl011_write'" \
    machine --guest-errors pl011_write "$faults" guest-error
ends 'one that is tolerated may come' 0 \
    'ok - no fault, but a register that is none was read' \
    machine --tolerate '^pl011_read: Bad offset 0x100$' "$faults" guest-error
ends 'or not' 0 'ok - no fault, and none reported' \
    machine --tolerate '^pl011_read: Bad offset 0x100$' "$faults" none
ends 'but no other' 1 \
    'not ok - test_faults guest-error: guest errors that .* not declare.*' \
    machine --tolerate pl011_write "$faults" guest-error
ends 'one that is tolerated does not stand for one that is declared' 1 \
    "not ok - test_faults none: no guest error matches 'pl011_read'" \
    machine --tolerate pl011_read --guest-errors pl011_read "$faults" none

ends 'a machine that cannot be had is skipped' 77 \
    "skipped - test_faults none: 'no_such' is not a valid device model name" \
    machine --skip "'no_such' is not a valid device model name" \
    --qemu -device --qemu no_such "$faults" none
ends 'one that cannot be had for another reason is not ok' 1 \
    'not ok - test_faults none: exit status 1 instead of 0' \
    machine --skip 'exceeds' --qemu -device --qemu no_such "$faults" none

# Of an emulator that was fetched, and has lost what it runs on.
mkdir "$work/bare"
for tool in basename dirname ls mktemp rm; do
    ln -s "$(command -v "$tool")" "$work/bare"
done
without_node()
{
    PATH=$work/bare machine --board rp2040 "$faults" none
}
ends 'an emulator without node is skipped' 77 \
    'skipped - test_faults none: no emulator of an RP2040 .*' without_node

# Some of the children of machine.sh have not run yet when it is over.
mkdir "$work/bin"
cat >"$work/bin/qemu-system-arm" <<'END'
#!/bin/sh
echo ok - at once
END
chmod +x "$work/bin/qemu-system-arm"
at_once()
{
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        PATH=$work/bin:$PATH machine "$faults" "$i" || return
        PATH=$work/bin:$PATH machine "$faults" "$i" || return
    done
}
began=$(date +%s)
ends 'a machine that is over at once is ok' 0 'ok - at once' at_once
verdict 'and not waited for' soon

cat >"$work/bin/qemu-system-arm" <<'END'
#!/bin/sh
printf 'half a line'
exit "$UNENDED"
END
unended()
{
    UNENDED=$1 PATH=$work/bin:$PATH machine "$faults" "$1"
}
ends 'a line that a machine has not ended is, before the verdict' 1 \
    'not ok - test_faults 3: exit status 3 instead of 0' unended 3
ends 'and where that is ok' 0 'ok - test_faults 0: ended as declared' unended 0

ends 'a host that does not listen is missed' 1 \
    'not ok - test_faults none: no end after 20 s, killed' \
    machine --timeout 20 --qemu -semihosting-config --qemu enable=off \
    "$faults" none
verdict 'in words' said_once 'supervisor call at pc .*is semihosting enabled'

ends 'an image that is not there' 1 \
    "not ok - no_image: cannot read $work/no_image" \
    machine "$work/no_image"
ends 'no image' 1 'not ok - machine.sh: no image given' machine
ends 'an unknown option' 1 'not ok - machine.sh: unknown option --bogus' \
    machine --bogus "$faults" none
ends 'an option without its value' 1 \
    'not ok - machine.sh: option --exit needs a value' machine --exit
ends 'an option whose value is no number' 1 \
    "not ok - machine.sh: option --timeout needs a number, not 'x'" \
    machine --timeout x "$faults" none
ends 'an unknown board' 1 \
    'not ok - test_faults none: tests/machine.sh has no machine for the board x' \
    machine --board x "$faults" none
ends 'an argument with a space' 1 \
    "not ok - test_faults a b: argument 'a b' is empty or has spaces" \
    machine "$faults" 'a b'

# target/same_pc.sh ------------------------------------------------------

ends 'a fault that is announced has to come' 1 \
    'not ok - the fault was at pc .* reported at none' \
    "$here/target/same_pc.sh" --board "$board" "$faults" none
ends 'and to come there' 1 \
    'not ok - the fault was at pc 0x.* reported at 0x.*' \
    "$here/target/same_pc.sh" --board "$board" --exit 70 \
    "$faults" announced-wrongly
ends 'and a run that fails for another reason fails' 1 \
    'not ok - test_faults svc: exit status 70 instead of 0' \
    "$here/target/same_pc.sh" --board "$board" "$faults" svc

# demo.sh ----------------------------------------------------------------
#
# Not with the demo's image: where the refusal comes, no image is run yet.

#   refuses WHAT WHY ARG...
refuses()
{
    what=$1
    why=$2
    shift 2
    run "$here/demo.sh" "$faults" "$@"
    verdict "$what is refused, in one line" refused "$why"
}

refused()
{
    ended 1 "demo: failed: $1" && said_once '^demo: failed: '
}

cd "$work" || exit 1
printf 'x' >one
printf 'x' >two
: >empty
mkdir directory
truncate -s 1073741825 large
truncate -s 102401 medium

refuses 'a missing file' 'there is no file missing, and no such board' missing
refuses 'an empty file' 'empty is empty' empty
refuses 'a file that is too large' \
    'large is too large: qemu_virt takes at most 1073741824 bytes' large
refuses 'a directory' 'directory is not a file' directory
refuses 'a device' '/dev/zero is not a file' /dev/zero
refuses 'a second file' 'one file at a time, please' one two
refuses 'an empty name' 'the name of the file is empty' ''
refuses 'an unknown option' 'unknown option --bogus .*' --bogus
refuses 'a size beside a file' '--bytes goes without a file' --bytes 1 one
refuses 'no byte' '--bytes needs 1 to [0-9]*' --bytes 0
refuses 'too many bytes' '--bytes needs 1 to [0-9]*' --bytes 1073741825
refuses 'a size that is no number' "--bytes needs a number, not '1k'" \
    --bytes 1k
refuses 'a seed that is no number' "--seed needs a number, not 'x'" --seed x
refuses 'a bridge too many' '--behind needs 0 to 7' --behind 8
# What df says of the folder that all lies in.
room()
{
    printf '#!/bin/sh\necho\necho %s\n' "$1" >"$work/bare/df"
    chmod +x "$work/bare/df"
    PATH=$work/bare:$PATH "$here/demo.sh" "$weak" --bytes 600
}
ends 'a folder without room is refused, whatever blanks its device has' 1 \
    'demo: failed: .* has no room for twice 600 bytes: TMPDIR .*' \
    room 'd e 4 3 1 75% /'
ends 'one without figures is not' 1 \
    'demo: failed: sha256 [0-9a-f]* instead of [0-9a-f]*' room 'd 0 0 0 - /'
refuses 'a seed that is missing' '--seed needs a number' --seed
ends 'so is one that is too large for a smaller board' 1 \
    'demo: failed: medium is too large: rp2040 takes at most 102400 bytes' \
    "$here/demo.sh" --board rp2040 "$faults" medium
ends 'and bridges of a board that has none' 1 \
    'demo: failed: --behind: rp2040 has no bridges' \
    "$here/demo.sh" --board rp2040 "$faults" --behind 1 one
ends 'and a board that it does not know' 1 \
    'demo: failed: tests/demo.sh .* what toaster holds' \
    "$here/demo.sh" --board toaster "$faults" one
ends 'no image is refused' 1 'demo: failed: no image given' "$here/demo.sh"
ends 'an image that does nothing for the file is found out' 1 \
    'demo: failed: sha256 [0-9a-f]* instead of [0-9a-f]*' \
    "$here/demo.sh" "$weak" --seed 1 one
ends 'and so is one that fails' 1 \
    'demo: failed: the run on qemu_virt \(see above\)' \
    "$here/demo.sh" "$faults" --seed 1 one

echo "# $failed failed"
[ "$failed" -eq 0 ]
