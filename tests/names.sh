#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every name of ours that a page has between backticks is declared in a header;
# and every rule that is cited anywhere has an entry in dma/RULES.md, whose test
# shows it: it names the rule, or runs the cases that the entry names.
#
#   names.sh ROOT      (folder of the checkout)

set -u

root=$1
ours='\b(iodma|IODMA|hal)_[A-Za-z0-9_]+\b'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
. "$root/tests/say.sh"

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

for page in README.md boards/README.md dma/CHANGES.md dma/EXAMPLES.md \
    dma/IOKIT.md dma/README.md dma/RULES.md hal/README.md hal/cache/README.md \
    hal/dmac/README.md tests/README.md; do
    spans "$root/$page" | grep -o -E -e "$ours" | sort -u >"$work/named"
    unknown=$(comm -23 "$work/named" "$work/declared")
    [ -s "$work/named" ] || unknown='no name of ours is on it'
    say "$page: a header declares every name" "$unknown"
done

# Rules ----------------------------------------------------------------------

rules=$root/dma/RULES.md

# What is cited; a number above 10 is that of a case.
cited()
{
    find "$root/dma" "$root/hal" "$root/platform" "$root/boards" \
        "$root/tests" "$root/README.md" -type f ! -path "$rules" \
        -exec grep -h -o -E -e '\<(E[0-9]{1,2}|R-[0-9]{2}|DS-[0-9]{2})\>' \
        -e '\<spec,? (section )?([0-9]|10)(\.[0-9]+)?\>' {} + |
        sed -e 's/^spec,* \(section \)*/spec /' | grep -v '^spec 0$' | sort -u
}

# RULE PROGRAM [CASE...], a line for each program of an entry.
entries()
{
    awk -F ' *[|] *' '
        /^[|] (E|R-|DS-|spec )[0-9]/ {
            count = split($4, part, /`/)
            for (i = 2; i <= count; i += 2) {
                cases = part[i + 1]
                gsub(/[^0-9 ]/, "", cases)
                rule = $2
                sub(/ /, "_", rule)
                print rule, part[i], cases
            }
        }' "$rules"
}

# Why an entry shows nothing, if so.
unshown()
{
    entries | while read -r rule program cases; do
        file=$(find "$root/tests" -name "${program%.sh}.c" -o -name "$program" |
            head -n 1)
        [ -n "$file" ] || {
            echo "$rule: there is no $program"
            continue
        }
        [ -n "$cases" ] ||
            grep -q -E -e "\\<${rule#spec_}\\>" "$file" ||
            echo "$rule: $program does not name it"
        for number in $cases; do
            grep -q -E -e "(\{ |check_(spec|wide)\()$number," "$file" ||
                echo "$rule: $program has no case $number"
        done
    done
}

entries | cut -d ' ' -f 1 | tr _ ' ' | sort -u >"$work/entries"

# Version --------------------------------------------------------------------

header=$root/hal/version.h
number=$(awk '$2 ~ /^IODMA_VERSION_(MAJOR|MINOR|PATCH)$/ {
    printf "%s%s", dot, $3
    dot = "."
}' "$header")
say 'version.h, its text, meson.build and CHANGES.md name one version' "$(
    grep -q "IODMA_VERSION \"$number\"" "$header" ||
        echo "IODMA_VERSION is not $number"
    grep -q "version: '$number'" "$root/meson.build" ||
        echo "meson.build: the version is not $number"
    [ "$(sed -n 's/^## \([0-9].*\)/\1/p' "$root/dma/CHANGES.md" | head -n 1)" = \
        "$number" ] || echo "CHANGES.md does not begin with $number"
)"

say 'every rule that is cited has an entry in dma/RULES.md' \
    "$(cited | comm -23 - "$work/entries")"
say 'every entry of dma/RULES.md is shown by the test that it names' "$(unshown)"
exit $failed
