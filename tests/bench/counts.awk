# SPDX-License-Identifier: MIT
#
# From callgrind's dumps, without compressed names and positions, one for each
# bracket:
#
#   ROW N WHO INSTRUCTIONS COPIES
#
# without the bracket itself and the board's hooks; of these, COPIES are in
# memcpy and its like.
#
#   awk -f counts.awk DUMP...
#
# With -v 'tag=ROW N WHO' -v functions=1: what each function of that one takes
# itself, and how often it is called.

FNR == 1 { named = "" }

/^desc: Trigger: Client Request: / {
    named = substr($0, 32)
    order[++count] = named
}

/^fn=/ { function_now = substr($0, 4) }
/^cfn=/ { callee = substr($0, 5) }

# What follows is what the callee takes, not we.
/^calls=/ {
    split(substr($0, 7), call, " ")
    if (named == tag)
        calls[callee] += call[1]
    getline
    next
}

/^[0-9]/ && named != "" {
    if (named == tag)
        self[function_now] += $2
    if (function_now ~ /^(memcpy|memmove|memset)$/)
        copies[named] += $2
    if (function_now !~ /^(hook_.*|floor_(clean|invalidate|fence))$/)
        total[named] += $2
}

END {
    empty = total["bracket 1 empty"]
    if (functions) {
        for (f in self)
            printf "%9d %7d  %s\n", self[f], calls[f], f | "sort -k 1,1nr -k 3"
        exit
    }
    for (i = 1; i <= count; i++) {
        named = order[i]
        if (named != "bracket 1 empty")
            printf "%s %d %d\n", named, total[named] - empty, copies[named]
    }
}
