# SPDX-License-Identifier: MIT
#
# The reference: of each public header, what it declares, and the first sentence
# that stands above it. tests/reference.sh keeps dma/REFERENCE.md equal to it.
#
#   awk -f reference.awk HEADER...      (paths from the checkout's root)

# The first sentence of a comment; of a docstring's table, nothing.
function sentence(text)
{
    gsub(/[ \t]+/, " ", text)
    sub(/ Context: .*/, "", text)
    sub(/^ /, "", text)
    if (match(text, /[.:](  | [A-Z]| *$)/))
        text = substr(text, 1, RSTART)
    sub(/[.:;, ]+$/, "", text)
    gsub(/[|]/, "\\|", text)
    return text
}

function row(name, text)
{
    if (!(FILENAME in seen)) {
        seen[FILENAME] = 1
        printf "\n## `%s`\n\n| | |\n| --- | --- |\n", FILENAME
    }
    if ((FILENAME, name) in seen) # declared twice: for two widths
        return
    seen[FILENAME, name] = 1
    printf "| `%s` | %s |\n", name, text
}

FNR == 1 {
    comment = above = statement = file = latest = ""
    depth = goes_on = plus = 0
}

# What is for C++ only.
/^#ifdef __cplusplus/ {
    plus = 1
}
plus {
    plus = !/^#endif/
    next
}

# The rest of a macro.
goes_on {
    goes_on = /\\$/
    next
}

# Comments, which end on the line where they began or later.
!inside && /^\/\*/ {
    inside = 1
    comment = ""
}
inside {
    line = $0
    ended = sub(/\*\/.*/, "", line)
    sub(/^\/?[ ]?\*+ ?/, "", line)
    if (line ~ /^ *$/ && comment != "")
        paragraph = 1
    else if (!paragraph)
        comment = comment " " line
    if (ended) {
        inside = paragraph = 0
        above = latest = comment
        if (file == "")
            file = comment ~ /SPDX/ ? "" : comment
    }
    next
}

# A macro that a comment explains.
/^#define [A-Z]/ && above != "" {
    name = $2
    sub(/\(.*/, "()", name)
    if (name !~ /_H$/)
        row(name, sentence(above))
}
/^#/ {
    above = ""
    goes_on = /\\$/
    next
}

/^$/ {
    if (depth == 0)
        above = ""
    next
}

# What is declared at the left margin, up to its ; or {.
{
    if (depth == 0)
        statement = statement " " $0
    opened = gsub(/\{/, "{")
    closed = gsub(/\}/, "}")
    if (depth == 0 && (opened > 0 || /;/)) {
        name = statement
        gsub(/__attribute__\(\([^)]*(\([^)]*\))?\)\) */, "", name)
        if (name ~ /^ (struct|enum) [a-z0-9_]+ \{/) {
            sub(/ \{.*/, "", name)
            row(substr(name, 2), sentence(above != "" ? above : file))
        } else if (name ~ /^ typedef/) {
            sub(/;.*/, "", name)
            sub(/.*[ *]/, "", name)
            row(name, sentence(above != "" ? above : file))
        } else if (name ~ /^ extern const struct/) {
            sub(/[[;].*/, "", name)
            sub(/.* /, "", name)
            row(name, sentence(above != "" ? above : file))
        } else if (name !~ /^ (enum \{|(struct|enum) [a-z_0-9]+;)/ &&
                   name !~ /^ __asm__/ && name ~ /[a-z0-9_]+\(/) {
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            row(name "()", sentence(above != "" ? above : latest))
        }
    }
    depth += opened - closed
    if (depth == 0 && (closed > 0 || /;/))
        statement = ""
}
