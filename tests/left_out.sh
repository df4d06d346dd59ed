#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Say that a test is not run on this machine, and why: it counts as skipped.
#
#   left_out.sh NAME WHY

echo "skipped - $1: $2"
exit 77
