# SPDX-License-Identifier: MIT
#
# From what the bench says of its rows, what was counted (counts.awk,
# boards.awk) and what peers take (peers.txt): a table, and the same as JSON in
# a file of its own.
#
#   awk -v json=FILE -v compiler=... -v flags=... -v floor=HASH \
#       -v boards='NAME ...' -f table.awk \
#       on=host is=runs RUNS is=counts COUNTS is=peers PEERS \
#       on=NAME is=runs RUNS is=counts COUNTS ...
#
# A row that was wrong has no figures. "calls" of a row are in one bracket: its
# figures are for one. Where copies are aside, they are taken away. Of the
# boards there is a column each, of ours and the floor.

BEGIN {
    printf "%-18s %6s %9s %8s %6s  %-19s %7s %-5s", "row", "n", "ours",
        "floor", "ratio", "best peer's ratio", "target", ""
    columns = split(boards, column, " ")
    for (c = 1; c <= columns; c++)
        printf " %9s %7s %-5s", column[c], "floor", ""
    printf "\n"
    printf "{\n  \"target\": \"host\",\n  \"compiler\": \"%s\",\n" \
        "  \"flags\": \"%s\",\n  \"floor_hash\": \"%s\",\n  \"rows\": [",
        compiler, flags, floor >json
}

/^#/ || NF == 0 { next }

is == "runs" && $1 == "row" && on == "host" {
    rows++
    id[rows] = $2
    metric[rows] = $3
    target["host", $2] = $4
    target["m33", $2] = $5
    calls[$2] = $6
    aside[$2] = $7
    what[rows] = $8
    for (i = 9; i <= NF; i++)
        what[rows] = what[rows] " " $i
}

is == "runs" && $1 == "run" {
    if ($4 == "ours")
        sizes[on, $2] = sizes[on, $2] " " $3
    if ($5 != "right")
        wrong[on, $2] = 1
    moved[on, $2, $3, $4] = $6 " " $7
}

is == "counts" {
    count[on, $1, $2, $3] = ($4 - (aside[$1] ? $5 : 0)) / calls[$1]
    copies[on, $1, $2, $3] = $5
}

is == "peers" {
    peers[$1, $2] = peers[$1, $2] " " $3 " " $4 " " $5
}

# Least squares through a row's sizes, in column `on`. Sets slope and fixed;
# returns false if one more does not take about the same everywhere.
function fit(row, who,    n, size, i, x, y, sx, sy, sxx, sxy, step)
{
    n = split(sizes[on, row], size, " ")
    slope = fixed = ""
    if (n < 2 || !((on, row, size[1], who) in count))
        return 0
    for (i = 1; i <= n; i++) {
        x = size[i]
        y = count[on, row, x, who]
        sx += x
        sy += y
        sxx += x * x
        sxy += x * y
    }
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    fixed = (sy - slope * sx) / n
    for (i = 2; i <= n; i++) {
        step = (count[on, row, size[i], who] - \
            count[on, row, size[i - 1], who]) / (size[i] - size[i - 1])
        if (step > 1.05 * slope + 2)
            return 0
    }
    return 1
}

function span(row, who,    n, size, i, y)
{
    n = split(sizes[on, row], size, " ")
    most = least = count[on, row, size[1], who]
    for (i = 2; i <= n; i++) {
        y = count[on, row, size[i], who]
        if (y > most)
            most = y
        if (y < least)
            least = y
    }
}

# A row's figure in column `on`, "" if it has none there.
function figure(row, size, who)
{
    if (size == "slope" || size == "fixed") {
        fit(row, who)
        return size == "slope" ? slope : fixed
    }
    if (size == "most") {
        span(row, who)
        return most
    }
    return (on, row, size, who) in count ? count[on, row, size, who] : ""
}

function number(value)
{
    return value == "" ? "-" : sprintf(value == int(value) ? "%d" : "%.1f",
                                       value)
}

# Of the peers of a row's figure, the one with the least ratio to its floor.
# Sets peer_json as well.
function best_peer(row, size, floor_now,    n, part, i, ratio, best, name, to)
{
    peer_json = ""
    best_ratio = ""
    n = split(peers[row, size], part, " ")
    for (i = 1; i <= n; i += 3) {
        to = part[i + 2] == "-" ? floor_now : part[i + 2]
        ratio = to == "" ? "" : part[i + 1] / to
        peer_json = peer_json sprintf("%s\"%s\": {\"instructions\": %s, " \
            "\"ratio\": %s}", i == 1 ? "" : ", ", part[i], part[i + 1],
            ratio == "" ? "null" : sprintf("%.2f", ratio))
        if (name == "" || part[i + 1] < best) {
            best = part[i + 1]
            name = part[i]
            best_ratio = ratio
        }
    }
    if (name == "")
        return ""
    return sprintf("%6s %s", best_ratio == "" ? "-" : \
        sprintf("%.1f", best_ratio), name)
}

# What was counted for each size.
function counts_of(row,    n, size, i, json_text)
{
    n = split(sizes[on, row], size, " ")
    for (i = 1; i <= n; i++)
        json_text = json_text sprintf("%s{\"n\": %d, \"ours\": %s, " \
            "\"floor\": %s}", i == 1 ? "" : ", ", size[i],
            number(count[on, row, size[i], "ours"]),
            has_floor(row) ? number(count[on, row, size[i], "floor"]) : "null")
    return ", \"counts\": [" json_text "]"
}

# The same line in the columns of boards: text, and JSON.
function on_boards(row, size, more,    c, ours, by_hand, aim, pass)
{
    for (c = 1; c <= columns; c++) {
        on = column[c]
        ours = figure(row, size, "ours")
        by_hand = figure(row, size, "floor")
        aim = ours == "" ? 0 : target[on, row]
        pass = !wrong[on, row] && ours <= aim
        printf " %9s %7s %-5s", wrong[on, row] ? "WRONG" : number(ours),
            number(by_hand), aim ? (pass ? "ok" : "MISS") : ""
        more = more sprintf(", \"%s\": {\"ours\": %s, \"floor\": %s, " \
            "\"target\": %s, \"pass\": %s}", on,
            ours == "" || wrong[on, row] ? "null" : ours,
            by_hand == "" ? "null" : by_hand, aim ? aim : "null",
            aim ? (pass ? "true" : "false") : "null")
        judge(aim ? pass : "")
    }
    on = "host"
    return more
}

function judge(pass)
{
    if (pass != "") {
        judged++
        passed += pass
    }
}

# One line of both. size: of which the figures are; aim "": there is none.
function line(r, size, ours, by_hand, aim, pass, more,    ratio, peer)
{
    if (wrong[on, id[r]])
        pass = 0
    ratio = by_hand == "" || by_hand == 0 ? "" : ours / by_hand
    peer = best_peer(id[r], size == "most" || size == "slope" ? "-" : size,
                     by_hand)
    if (peer == "" && aim != "")
        peer = best_peer(id[r], "-", by_hand)
    printf "%-18s %6s %9s %8s %6s  %-19s %7s %-5s", id[r], size,
        wrong[on, id[r]] ? "WRONG" : number(ours), number(by_hand),
        ratio == "" ? "-" : sprintf("%.2f", ratio), peer,
        aim == "" || aim == 0 ? "" : aim, pass == "" ? "" : pass ? "ok" : "MISS"
    more = on_boards(id[r], size, more)
    printf " %s\n", what[r]
    what[r] = "" # once is enough
    printf "%s\n    {\"id\": \"%s\", \"n\": \"%s\", \"metric\": \"%s\", " \
        "\"ours\": %s, \"floor\": %s, \"ratio\": %s, \"peers\": {%s}, " \
        "\"target\": %s, \"pass\": %s%s}", comma, id[r], size, metric[r],
        wrong[on, id[r]] ? "null" : ours + 0, by_hand == "" ? "null" : by_hand,
        ratio == "" ? "null" : sprintf("%.3f", ratio), peer_json,
        aim == "" || aim == 0 ? "null" : (aim ~ /^[0-9.]+$/ ? aim : \
            "\"" aim "\""),
        pass == "" ? "null" : pass ? "true" : "false", more >json
    comma = ","
    judge(pass)
}

function has_floor(row,    size)
{
    split(sizes[on, row], size, " ")
    return (on, row, size[1], "floor") in count
}

# Bytes that were copied and cleared, for who wants to know.
function bytes_of(row, size,    part)
{
    split(moved[on, row, size, "ours"], part, " ")
    return sprintf(", \"copied\": %d, \"cleared\": %d, \"copies\": %d",
                   part[1], part[2], copies[on, row, size, "ours"])
}

function each_size(r, judged_here,    n, size, i, ours, aim)
{
    n = split(sizes[on, id[r]], size, " ")
    for (i = 1; i <= n; i++) {
        ours = figure(id[r], size[i], "ours")
        aim = judged_here && i == 1 && target[on, id[r]] ? target[on, id[r]] : ""
        line(r, size[i], ours, figure(id[r], size[i], "floor"), aim,
             aim == "" ? "" : ours <= aim, bytes_of(id[r], size[i]))
    }
}

# A row of one slope, and what it takes beside that.
function sloping(r, row,    even, more, ours)
{
    even = fit(row, "ours")
    ours = slope
    more = sprintf(", \"slope\": %.3f, \"intercept\": %.1f, " \
        "\"linear\": %s%s", slope, fixed, even ? "true" : "false",
        counts_of(row))
    if (metric[r] == "linear")
        line(r, "slope", ours, figure(row, "slope", "floor"), "linear", even,
             more)
    else
        line(r, "slope", ours, figure(row, "slope", "floor"), target[on, row],
             target[on, row] ? ours <= target[on, row] : "", more)
    line(r, "fixed", figure(row, "fixed", "ours"),
         figure(row, "fixed", "floor"), "", "", "")
}

# One whose largest figure counts.
function at_most(r, row,    by_hand)
{
    each_size(r, 0)
    by_hand = figure(row, "most", "floor")
    span(row, "ours")
    if (metric[r] == "flat")
        line(r, "most", most, by_hand, "flat",
             most - least <= 2 || most <= 1.02 * least, "")
    else if (target[on, row])
        line(r, "most", most, by_hand, target[on, row],
             most <= target[on, row], "")
}

END {
    on = "host"
    for (r = 1; r <= rows; r++) {
        if (metric[r] == "first")
            each_size(r, 1)
        else if (metric[r] == "slope" || metric[r] == "linear")
            sloping(r, id[r])
        else
            at_most(r, id[r])
    }
    printf "\n%d of %d targets are met\n", passed, judged
    printf "\n  ]\n}\n" >json
}
