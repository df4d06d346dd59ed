#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dma/REFERENCE.md has every public function, type and const object, with its
# header and the sentence that stands above it there. Is it what the headers
# say?
#
#   reference.sh ROOT            a test
#   reference.sh ROOT --write    make it so

set -u

cd "$1" || exit 1
page=dma/REFERENCE.md
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What iodma.h brings, and what a product includes beside it.
headers()
{
    {
        gcc -MM -I. dma/iodma.h | tr ' \\' '\n\n' | grep '[.]h$' |
            sed 's,^dma/[.][.]/,,'
        ls dma/weak.h hal/*.h hal/*/*.h platform/barrier.h \
            platform/clock.h platform/interrupt.h |
            grep -v -e '_regs[.]h$' -e '_parts[.]h$' -e '/ways[.]h$' \
                -e '/lines[.]h$' \
                -e 'hal/\(atomic\|bits\|ring\|static_assert\)[.]h'
    } | sort -u
}

{
    cat <<'END'
<!-- SPDX-License-Identifier: MIT -->
# Reference

Every public function, type and const object, by header. `./run test` compares
this page with the headers; `tests/reference.sh . --write` makes it anew. Who
may call when, every status and every unit stands in the header.
END
    # shellcheck disable=SC2046 # names without spaces
    awk -f tests/reference.awk $(headers)
} >"$work/page"
if [ "${2:-}" = --write ]; then
    cp "$work/page" "$page"
    exit
fi
if diff "$page" "$work/page" >"$work/differs"; then
    echo "ok - $page is what the headers say"
else
    sed 's/^/# /' "$work/differs"
    echo "not ok - $page is what the headers say (tests/reference.sh . --write)"
    failed=1
fi
if grep -n '| *|$' "$work/page" | grep -v '^[0-9]*:| | |$' >"$work/differs"; then
    sed 's/^/# /' "$work/differs"
    echo 'not ok - a sentence stands above all that is public'
    failed=1
else
    echo 'ok - a sentence stands above all that is public'
fi
exit "${failed:-0}"
