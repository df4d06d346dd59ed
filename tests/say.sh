# SPDX-License-Identifier: MIT
#
# For scripts that look at the code, read by them: one case, which is ok if there
# is no fault, a line each. Once one is not, $failed is 1.
#
#   say WHAT FAULTS

failed=0

say()
{
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        printf '%s\n' "$2" | sed 's/^/# /'
        echo "not ok - $1"
        failed=1
    fi
}
