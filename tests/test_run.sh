#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ./run where something is amiss: one clear line, before anything is built.
#
#   test_run.sh ROOT      (folder of the checkout)

set -u

root=$(cd "$1" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
failed=0

# A checkout of its own, with no more than what is looked at.
tree=$work/tree
mkdir -p "$tree/tests" "$tree/tools"
cp "$root/run" "$tree"
for script in demo packages rp2040js; do
    cp "$root/tests/$script.sh" "$tree/tests"
done
cp -r "$root/boards" "$root/cross" "$tree"

# says WHAT STATUS TEXT COMMAND...: it ends so, with TEXT in a line.
says()
{
    what=$1
    status=$2
    text=$3
    shift 3
    "$@" >"$work/log" 2>&1 </dev/null
    got=$?
    if [ "$got" -eq "$status" ] && grep -q -e "$text" "$work/log"; then
        echo "ok - $what"
    else
        sed 's/^/# /' "$work/log"
        echo "not ok - $what (status $got)"
        failed=1
    fi
}

ln -s "$tree/run" "$work/link"
truncate -s 5G "$work/large"
: >"$work/empty"

says 'it works through a symbolic link' 0 '^qemu_virt$' "$work/link" boards
says 'an unknown command is refused' 64 'there is no command fly' \
    "$tree/run" fly
says 'an unknown board is refused' 1 'no board is called toaster' \
    "$tree/run" test toaster
says 'a file that is too large is refused at once' 1 \
    'large is too large: qemu_virt takes at most' "$tree/run" demo "$work/large"
says 'a file that is none is refused at once' 1 'there is no file' \
    "$tree/run" demo "$work/none"
says 'an empty file is refused at once' 1 'is empty' \
    "$tree/run" demo "$work/empty"
says 'a bench of an unknown kind is refused' 1 'bench knows .*, no toaster' \
    "$tree/run" bench toaster
says 'nothing was built for that' 0 none \
    sh -c '[ ! -e "$1" ] && echo none' - "$tree/build"
says 'a driver that is none is refused' 1 'no driver toaster is fuzzed' \
    "$root/run" fuzz toaster
says 'a second driver is refused' 1 'one driver, or all of them' \
    "$root/run" fuzz edma gpdma --rounds 1
says 'rounds that nobody could count are refused' 1 'of nine digits at most' \
    "$root/run" fuzz edma --rounds 12345678901234567890
says 'a bench of the functions of no row is refused' 1 '[-]-functions ROW' \
    "$root/tests/bench/bench.sh" --functions
says 'and a check of something' 1 'it is --check, ' \
    "$root/tests/bench/bench.sh" --check toaster

: >"$tree/boards/toaster.c"
says 'a board without a machine file: what to do is said' 1 \
    'toaster has no machine file: name one' "$tree/run" test toaster
rm "$tree/boards/toaster.c"

# Where the tools are there, and a folder is not what it was.
for tool in apt-get meson qemu-system-arm arm-none-eabi-gcc node; do
    printf '#!/bin/sh\necho %s\n' "$tool" >"$tree/tools/$tool"
done
cat >"$tree/tools/meson" <<'END'
#!/bin/sh
[ "$1" != test ] || exec sleep 100
mkdir -p "$2/tests"
: >"$2/build.ninja"
printf '#!/bin/sh\nexec sleep 100\n' >"$2/tests/fuzz_edma"
chmod +x "$2/tests/fuzz_edma"
END
cat >"$tree/tools/ninja" <<'END'
#!/bin/sh
[ "${NAP:-0}" -lt 100 ] || exec sleep "$NAP"
[ -z "${LEAVES:-}" ] || sleep 30 >/dev/null 2>&1 &
sleep "${NAP:-0}"
exit "${ENDS:-0}"
END
cat >"$tree/tools/npm" <<'END'
#!/bin/sh
[ -n "${FETCHES:-}" ] || exit 0
exec 7>"$FETCHES/held"
flock 7
echo 'npm: fetching' >>"$FETCHES/said"
exec sleep 100
END
chmod +x "$tree"/tools/*
PATH=$tree/tools:$PATH
says 'a build folder is configured' 1 'run: configuring' \
    env ENDS=1 "$tree/run" demo
says 'a damaged build folder: what to do is said' 1 \
    'to begin afresh, remove .*/build/qemu_virt-demo' \
    env NAP=12 ENDS=1 "$tree/run" demo
cp "$work/log" "$work/slow"
says 'and where there is no terminal no progress is shown' 0 none \
    sh -c '! grep -e "[.][.][.] 10 s" "$1" && echo none' - "$work/slow"
says 'it is configured once' 0 none \
    sh -c '! grep "configuring" "$1" && echo none' - "$work/slow"
sed -i 's/cortex-a15:64:true /cortex-a15:64:false /' "$tree/run"
says 'and again where ./run has come to say otherwise' 1 'run: configuring' \
    env ENDS=1 "$tree/run" demo

# Where nothing is but what is named here: no QEMU, no gcc, no apt-get.
mkdir "$work/bare"
for tool in arm-none-eabi-gcc basename cat chmod cut date dirname flock grep \
    meson mkdir mktemp ninja node npm readlink rm sed sleep tail touch wc; do
    ln -s "$(command -v "$tool")" "$work/bare"
done
bare()
{
    env PATH="$work/bare" ENDS=1 "$tree/run" "$@"
}
says 'a demo asks for the machine of its board' 1 \
    '^run: please install: qemu-system-arm$' bare demo mps2_an505
says 'and for no other' 1 'to begin afresh, remove .*/build/rp2040-demo' \
    bare demo rp2040
says 'tests need QEMU for products' 1 \
    '^run: please install: .*qemu-system-arm ' bare test rp2040
says 'a bench asks for the machines of its columns' 1 \
    '^run: please install: gcc .*valgrind qemu-system-arm$' bare bench
says 'and for none where it has the host only' 1 \
    '^run: please install: gcc .*valgrind$' bare bench --functions row

# ended WHAT TEXT SIGNAL COMMAND...: once it has said TEXT, the signal ends it
# soon, and no file of it is left.
ended()
{
    what=$1
    text=$2
    signal=$3
    shift 3
    "$@" >"$work/said" 2>&1 </dev/null &
    pid=$!
    waited=0
    until grep -q -e "$text" "$work/said" || [ $((waited += 1)) -gt 300 ]; do
        sleep 1
    done
    sleep 1
    kill "-$signal" "$pid"
    waited=0
    while kill -0 "$pid" 2>/dev/null && [ $((waited += 1)) -le 60 ]; do
        sleep 1
    done
    [ "$waited" -le 60 ] || echo 'it goes on' >>"$work/said"
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    echo "status $?, left: $(cd "$tree/build" && echo log.*)" >>"$work/said"
    says "$what" 0 "^status 1\(29\|31\|43\), left: log[.][*]\$" \
        sh -c '! grep "goes on" "$1" && cat "$1"' - "$work/said"
}

ended 'a terminal that goes away ends a build' 'run: building' HUP \
    env --default-signal=HUP NAP=100 "$tree/run" demo
ended 'so does one that asks for a core' 'run: building' QUIT \
    env --default-signal=QUIT NAP=100 "$tree/run" demo
ended 'and so does who asks it to end' 'run: building' TERM \
    env NAP=100 "$tree/run" demo
rm -r "$tree/build/rp2040js"
ended 'whoever fetches an emulator can be ended' 'npm: fetching' TERM \
    env FETCHES="$work" "$tree/run" demo rp2040
says 'and npm ends, too' 0 none flock -w 30 "$work/held" echo none
exec 5>"$tree/build/.build" 6>"$tree/build/.test"
flock 5
flock 6
ended 'who waits for another one can be ended' \
    'run: waiting for another ./run that builds here' TERM "$tree/run" demo
ended 'who tests waits for who tests' \
    'run: waiting for another ./run that tests here' TERM "$tree/run" test
exec 5>&- 6>&-
says 'a build may leave a process behind' 1 'to begin afresh' \
    env LEAVES=1 ENDS=1 "$tree/run" test mps2_an505
says 'a test after that begins' 1 'to begin afresh' \
    env ENDS=1 "$tree/run" test mps2_an505
cp "$work/log" "$work/after"
says 'and did not wait for that process' 0 none \
    sh -c '! grep waiting "$1" && echo none' - "$work/after"
ended 'tests can be ended' 'run: testing build/native' TERM \
    "$tree/run" test mps2_an505
mkdir -p "$tree/tests/fuzz/corpus"
: >"$tree/tests/fuzz/corpus/edma.txt"
ended 'a fuzzer can be ended' 'run: fuzzing edma' TERM "$tree/run" fuzz
NAP=1 ENDS=1 "$tree/run" demo 2>&1 | head -n 1 >"$work/said"
says 'nor is a file left by a reader that goes away' 0 none \
    sh -c '! ls "$1"/build/log.* && echo none' - "$tree"
exit $failed
