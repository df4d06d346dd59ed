#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run an example and compare what it prints with what its page says it does:
# the block ```text NAME. Lines that begin with "ok" are machine.sh's.
#
#   prints.sh PAGE NAME COMMAND [ARG...]

set -u

page=$1
name=$2
shift 2

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

not_ok()
{
    sed 's/^/# /' "$1"
    echo "not ok - example $name: $2"
    exit 1
}

awk -v kind=text -v "names=$name" -f "$(dirname "$0")/example.awk" "$page" \
    >"$work/want"
[ -s "$work/want" ] || not_ok "$work/want" "the page does not say what it prints"

"$@" >"$work/output" 2>&1 </dev/null
status=$?
if [ "$status" -eq 77 ]; then # skipped, and it says why
    cat "$work/output"
    exit 77
fi
[ "$status" -eq 0 ] || not_ok "$work/output" "it failed"
grep -v '^ok ' "$work/output" | tr -d '\r' >"$work/got"
diff "$work/want" "$work/got" >"$work/diff" ||
    not_ok "$work/diff" "it does not print what the page says (<)"
echo "ok - example $name: it prints what the page says"
