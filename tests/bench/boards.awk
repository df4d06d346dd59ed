# SPDX-License-Identifier: MIT
#
# From an image's code (objdump -d) and what it says on its console
# (bracket_arm.c) to one line for each bracket, as counts.awk has them:
#
#   ROW N WHO INSTRUCTIONS 0
#
# without the bracket itself and the board's hooks. A hook without a branch
# takes as many instructions as it has: that is looked at, too.
#
#   awk -f boards.awk CODE CONSOLE

/^[0-9a-f]+ <.*>:$/ {
    hook = $2
    gsub(/[<>:]/, "", hook)
    if (hook !~ /^(hook_.*|floor_(clean|invalidate|fence))$/)
        hook = ""
    next
}

NF == 0 { hook = "" }

# "ADDRESS: CODE... MNEMONIC OPERANDS", between tabs; constants are ".word".
FILENAME == ARGV[1] && hook != "" && split($0, part, "\t") >= 3 {
    if (part[3] ~ /^(\.|nop)/) # also padding
        next
    if (ended[hook]) {
        print hook " goes on behind its end" >"/dev/stderr"
        exit 1
    }
    takes[hook]++
    if (part[3] == "bx" || part[4] ~ /pc}/)
        ended[hook] = 1
    else if (part[3] ~ /^(b|bl|blx|cbn?z|b(eq|ne|cs|cc|hi|ls|ge|lt|gt|le|pl|mi))(\.[nw])?$/) {
        print hook " has a branch: " part[3] >"/dev/stderr"
        exit 1
    }
}

$1 == "count" {
    taken = $5
    for (i = 6; i <= NF; i++) {
        split($i, calls, "=")
        if (!(calls[1] in takes)) {
            print calls[1] " has no code" >"/dev/stderr"
            exit 1
        }
        taken -= takes[calls[1]] * calls[2]
    }
    if ($2 == "bracket")
        empty = taken
    else
        print $2, $3, $4, taken - empty, 0
}
