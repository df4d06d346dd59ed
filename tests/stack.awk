# SPDX-License-Identifier: MIT
#
# From GCC's call graphs (-fcallgraph-info=su) to the worst stack under each
# function, one line each:
#
#   FUNCTION FILE BYTES [+]
#
# FUNCTION is "-" if nobody can call it by name: it is static, and its file
# does not; other static functions have no line. A call through a pointer is
# taken to go to any "-" of the same file from which it does not come back; with
# "+" there is such a call below, and what a board, a driver or a client put
# there comes on top. The toolchain's own functions count as 0. A circle of
# calls by name is an error.

{ split($0, quoted, "\"") }

# node: { title: "NAME" label: "NAME\nFILE:LINE:COLUMN\nN bytes (static)" }
/^node:/ {
    title = quoted[2]
    if (split(quoted[4], label, /\\n/) == 3) {
        own[title] = label[3] + 0
        file[title] = label[2]
        sub(/:.*/, "", file[title])
        sub(/.*\//, "", file[title])
        if (label[3] !~ /\(static\)/)
            fail(title " has a stack of no fixed size")
    }
}

# edge: { sourcename: "NAME" targetname: "NAME" label: "FILE:LINE:COLUMN" }
/^edge:/ {
    calls[quoted[2]] = calls[quoted[2]] quoted[4] "\n"
    called[quoted[4]] = 1
}

function fail(why)
{
    print why >"/dev/stderr"
    failed = 1
    exit 1
}

# The name of a static function is "FOLDER/FILE:NAME".
function is_static(f)
{
    return f ~ /:/
}

function is_unnamed(f)
{
    return is_static(f) && !(f in called)
}

function worst(f,    callees, count, i, most)
{
    if (!(f in own) || f in below)
        return below[f] + 0
    if (f in entered) {
        if (entered[f] == pointers)
            fail("the calls of " f " run in a circle")
        return 0
    }
    entered[f] = pointers
    count = split(calls[f], callees, "\n") - 1
    for (i = 1; i <= count; i++) {
        if (callees[i] == "__indirect_call") {
            pointer[f] = " +"
            pointers++
            most = larger(most, worst_unnamed(file[f]))
            pointers--
        } else {
            most = larger(most, worst(callees[i]))
            if (callees[i] in pointer)
                pointer[f] = " +"
        }
    }
    return below[f] = own[f] + most
}

function worst_unnamed(name,    f, most)
{
    for (f in own)
        if (file[f] == name && is_unnamed(f))
            most = larger(most, worst(f))
    return most + 0
}

function larger(a, b)
{
    return a > b ? a : b
}

END {
    if (failed)
        exit 1
    for (f in own)
        if (!is_static(f) || is_unnamed(f))
            print (is_static(f) ? "-" : f), file[f], worst(f) pointer[f]
}
