#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every name of ours that a page has between backticks is declared in a header.
#
#   names.sh ROOT      (folder of the checkout)

set -u

root=$1
ours='\b(iodma|IODMA|hal)_[A-Za-z0-9_]+\b'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
failed=0

# The names in code that is not a comment.
cat "$root"/dma/*.h "$root"/hal/*.h | awk '
    { text = text $0 "\n" }
    END {
        while ((from = index(text, "/*")) != 0) {
            printf "%s ", substr(text, 1, from - 1)
            text = substr(text, from + 2)
            text = substr(text, index(text, "*/") + 2)
        }
        print text
    }' | grep -o -E -e "$ours" | sort -u >"$work/declared"

# What stands between backticks, a line each, without the blocks of code.
spans()
{
    awk '
        /^```/ { block = !block; next }
        !block { text = text $0 " " }
        END {
            count = split(text, part, "`")
            if (count % 2 == 0)
                print "iodma_backtick_without_its_fellow"
            for (i = 2; i <= count; i += 2)
                print part[i]
        }' "$1"
}

for page in README.md boards/README.md dma/README.md; do
    spans "$root/$page" | grep -o -E -e "$ours" | sort -u >"$work/named"
    unknown=$(comm -23 "$work/named" "$work/declared")
    if [ -s "$work/named" ] && [ -z "$unknown" ]; then
        echo "ok - $page: a header declares every name"
    else
        printf '# no header declares %s\n' $unknown
        echo "not ok - $page: a header declares every name"
        failed=1
    fi
done
exit $failed
