# SPDX-License-Identifier: MIT
#
# From GCC's call graphs (-fcallgraph-info=su) to the worst stack under each
# function, one line each:
#
#   FUNCTION FILE BYTES [+]
#
# FUNCTION is "-" if nobody can call it by name: it is static, and its file
# does not; other static functions have no line.
#
# Read the C sources before the graphs: a call through a pointer is told by its
# place there. It goes to what a table of the sources has under the member that
# is called; a table that is static is found through a pointer of its own name:
#
#     static const struct calls ops = { .take = take };    hal->ops->take(hal)
#
# A function that was passed as an argument is any "-" of the same file. With
# "+" there is another call below, of something that a board, a driver or a
# client puts there, which comes on top; so does whatever they have in place of
# a table of ours. The toolchain's own functions count as 0. A circle of calls
# is an error.

FILENAME ~ /\.[ch]$/ {
    line[FILENAME, FNR] = $0
    if (/^(static )?const struct [a-z0-9_]+ [a-z0-9_]+ = \{/)
        table = $1 == "static" ? $5 : "*"
    if (table != "")
        enter($0)
    if (/\};$/)
        table = ""
    next
}

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
    callee = quoted[4]
    if (callee == "__indirect_call")
        callee = callee " " quoted[6]
    calls[quoted[2]] = calls[quoted[2]] callee "\n"
    called[quoted[4]] = 1
}

function fail(why)
{
    print why >"/dev/stderr"
    failed = 1
    exit 1
}

# Note the members of a table: ".MEMBER = FUNCTION,", or "{ MEMBER, MEMBER };"
# with functions of these names.
function enter(text,    words, count, i, member)
{
    sub(/^.*\{/, "", text)
    count = split(text, words, /[^a-z0-9_.]+/)
    for (i = 1; i <= count; i++) {
        if (words[i] ~ /^\./)
            member = substr(words[i], 2)
        else if (words[i] != "")
            put[table, member == "" ? words[i] : member] = \
                put[table, member == "" ? words[i] : member] words[i] " " \
                FILENAME ":" words[i] " "
    }
}

# What is called through a pointer at "FILE:LINE:COLUMN": functions of tables,
# "-" for an argument, or "" if it is not ours. Where a member is chosen before
# it is called, any that the line names.
function targets(place,    part, text, all)
{
    sub(/^\.\//, "", place)
    while (sub(/[a-z0-9_]+\/\.\.\//, "", place))
        continue
    split(place, part, ":")
    text = line[part[1], part[2]]
    if (text == "")
        fail("no call is at " place)
    if (match(substr(text, part[3]), /^[a-z0-9_>.-]+\(/))
        text = substr(text, part[3], RLENGTH - 1)
    if (text !~ /->/)
        return "-"
    while (match(text, /[a-z0-9_]+->[a-z0-9_>-]+/)) {
        all = all member_of(substr(text, RSTART, RLENGTH))
        text = substr(text, RSTART + RLENGTH)
    }
    return all
}

# The functions behind "...POINTER->MEMBER".
function member_of(path,    name, count, pointer)
{
    count = split(path, name, /->/)
    pointer = (name[count - 1], name[count]) in put ? name[count - 1] : "*"
    return put[pointer, name[count]]
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

function worst(f,    callees, count, i, most, reached)
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
        reached = callees[i]
        if (reached ~ /^__indirect_call /)
            reached = targets(substr(reached, 17))
        if (reached == "") {
            beyond[f] = " +"
        } else if (reached == "-") {
            pointers++
            most = larger(most, worst_of(f, unnamed_of(file[f])))
            pointers--
        } else {
            most = larger(most, worst_of(f, reached))
        }
    }
    return below[f] = own[f] + most
}

# The same for some, which f calls.
function worst_of(f, names,    name, count, i, most)
{
    count = split(names, name, " ")
    for (i = 1; i <= count; i++) {
        most = larger(most, worst(name[i]))
        if (beyond[name[i]] != "")
            beyond[f] = " +"
    }
    return most + 0
}

# All of a file that nobody can call by name.
function unnamed_of(name,    f, all)
{
    for (f in own)
        if (file[f] == name && is_unnamed(f))
            all = all f " "
    return all
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
            print (is_static(f) ? "-" : f), file[f], worst(f) beyond[f]
}
