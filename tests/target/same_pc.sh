#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run an image that announces where it will fault, and see that the fault is
# reported there.
#
#   same_pc.sh ARG...     as tests/machine.sh has them
#
# Exits as machine.sh does; with 1, too, if "about to fault at pc X" and
# "fault: ... at pc X", or rp2040.mjs's "rp2040: ... at pc X", name two
# addresses, or one of them is missing.

set -u

output=$("$(dirname "$0")/../machine.sh" "$@")
status=$?
printf '%s\n' "$output"
[ "$status" -eq 0 ] || exit "$status"

printf '%s\n' "$output" | awk '
    /^about to fault at pc / { announced = $6 }
    /^(fault|rp2040): / && match($0, / at pc 0x[0-9a-f]+/) {
        reported = substr($0, RSTART + 7, RLENGTH - 7)
    }
    END {
        if (announced != "" && reported == announced) exit 0
        print "not ok - the fault was at pc " announced \
            ", and is reported at " (reported == "" ? "none" : reported)
        exit 1
    }'
