# SPDX-License-Identifier: MIT
#
# From what the bench says of its rows, what was counted (counts.awk) and what
# peers take (peers.txt): a table, and the same as JSON in a file of its own.
#
#   awk -v json=FILE -v compiler=... -v flags=... -v floor=HASH -f table.awk \
#       RUNS COUNTS PEERS
#
# A row that was wrong has no figures. "calls" of a row are in one bracket: its
# figures are for one. Where copies are aside, they are taken away.

BEGIN {
    printf "%-18s %6s %9s %8s %6s  %-19s %7s\n", "row", "n", "ours", "floor",
        "ratio", "best peer's ratio", "target"
    printf "{\n  \"target\": \"host\",\n  \"compiler\": \"%s\",\n" \
        "  \"flags\": \"%s\",\n  \"floor_hash\": \"%s\",\n  \"rows\": [",
        compiler, flags, floor >json
}

FNR == 1 { file++ }
/^#/ || NF == 0 { next }

file == 1 && $1 == "row" {
    rows++
    id[rows] = $2
    metric[rows] = $3
    target[rows] = $4
    calls[$2] = $5
    aside[$2] = $6
    what[rows] = $7
    for (i = 8; i <= NF; i++)
        what[rows] = what[rows] " " $i
}

file == 1 && $1 == "run" {
    if ($4 == "ours")
        sizes[$2] = sizes[$2] " " $3
    if ($5 != "right")
        wrong[$2] = 1
    moved[$2, $3, $4] = $6 " " $7
}

file == 2 {
    count[$1, $2, $3] = ($4 - (aside[$1] ? $5 : 0)) / calls[$1]
    copies[$1, $2, $3] = $5
}

file == 3 {
    peers[$1, $2] = peers[$1, $2] " " $3 " " $4 " " $5
}

# Least squares through a row's sizes. Sets slope and fixed; returns false if
# one more does not take about the same everywhere.
function fit(row, who,    n, size, i, x, y, sx, sy, sxx, sxy, step)
{
    n = split(sizes[row], size, " ")
    for (i = 1; i <= n; i++) {
        x = size[i]
        y = count[row, x, who]
        sx += x
        sy += y
        sxx += x * x
        sxy += x * y
    }
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    fixed = (sy - slope * sx) / n
    for (i = 2; i <= n; i++) {
        step = (count[row, size[i], who] - count[row, size[i - 1], who]) / \
            (size[i] - size[i - 1])
        if (step > 1.05 * slope + 2)
            return 0
    }
    return 1
}

function span(row, who,    n, size, i, y)
{
    n = split(sizes[row], size, " ")
    most = least = count[row, size[1], who]
    for (i = 2; i <= n; i++) {
        y = count[row, size[i], who]
        if (y > most)
            most = y
        if (y < least)
            least = y
    }
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
    n = split(sizes[row], size, " ")
    for (i = 1; i <= n; i++)
        json_text = json_text sprintf("%s{\"n\": %d, \"ours\": %s, " \
            "\"floor\": %s}", i == 1 ? "" : ", ", size[i],
            number(count[row, size[i], "ours"]),
            has_floor(row) ? number(count[row, size[i], "floor"]) : "null")
    return ", \"counts\": [" json_text "]"
}

# One line of both. size: of which the figures are; aim "": there is none.
function line(r, size, ours, by_hand, aim, pass, more,    ratio, peer)
{
    if (wrong[id[r]])
        pass = 0
    ratio = by_hand == "" || by_hand == 0 ? "" : ours / by_hand
    peer = best_peer(id[r], size == "most" || size == "slope" ? "-" : size,
                     by_hand)
    if (peer == "" && aim != "")
        peer = best_peer(id[r], "-", by_hand)
    printf "%-18s %6s %9s %8s %6s  %-19s %7s %-5s %s\n", id[r], size,
        wrong[id[r]] ? "WRONG" : number(ours), number(by_hand),
        ratio == "" ? "-" : sprintf("%.2f", ratio), peer,
        aim == "" || aim == 0 ? "" : aim,
        pass == "" ? "" : pass ? "ok" : "MISS", what[r]
    what[r] = "" # once is enough
    printf "%s\n    {\"id\": \"%s\", \"n\": \"%s\", \"metric\": \"%s\", " \
        "\"ours\": %s, \"floor\": %s, \"ratio\": %s, \"peers\": {%s}, " \
        "\"target\": %s, \"pass\": %s%s}", comma, id[r], size, metric[r],
        wrong[id[r]] ? "null" : ours + 0, by_hand == "" ? "null" : by_hand,
        ratio == "" ? "null" : sprintf("%.3f", ratio), peer_json,
        aim == "" || aim == 0 ? "null" : (aim ~ /^[0-9.]+$/ ? aim : \
            "\"" aim "\""),
        pass == "" ? "null" : pass ? "true" : "false", more >json
    comma = ","
    if (pass != "") {
        judged++
        passed += pass
    }
}

function has_floor(row,    size)
{
    split(sizes[row], size, " ")
    return (row, size[1], "floor") in count
}

# Bytes that were copied and cleared, for who wants to know.
function bytes_of(row, size,    part)
{
    split(moved[row, size, "ours"], part, " ")
    return sprintf(", \"copied\": %d, \"cleared\": %d, \"copies\": %d",
                   part[1], part[2], copies[row, size, "ours"])
}

function each_size(r, judge,    n, size, i, ours, aim)
{
    n = split(sizes[id[r]], size, " ")
    for (i = 1; i <= n; i++) {
        ours = count[id[r], size[i], "ours"]
        aim = judge && i == 1 && target[r] ? target[r] : ""
        line(r, size[i], ours, count[id[r], size[i], "floor"], aim,
             aim == "" ? "" : ours <= aim, bytes_of(id[r], size[i]))
    }
}

END {
    for (r = 1; r <= rows; r++) {
        row = id[r]
        by_hand = at_zero = ""
        if (metric[r] == "first") {
            each_size(r, 1)
        } else if (metric[r] == "slope" || metric[r] == "linear") {
            if (has_floor(row)) {
                fit(row, "floor")
                by_hand = slope
                at_zero = fixed
            }
            even = fit(row, "ours")
            more = sprintf(", \"slope\": %.3f, \"intercept\": %.1f, " \
                "\"linear\": %s%s", slope, fixed, even ? "true" : "false",
                counts_of(row))
            if (metric[r] == "linear")
                line(r, "slope", slope, by_hand, "linear", even, more)
            else
                line(r, "slope", slope, by_hand, target[r],
                     slope <= target[r], more)
            line(r, "fixed", fixed, at_zero, "", "", "")
        } else {
            each_size(r, 0)
            if (has_floor(row)) {
                span(row, "floor")
                by_hand = most
            }
            span(row, "ours")
            if (metric[r] == "flat")
                line(r, "most", most, by_hand, "flat",
                     most - least <= 2 || most <= 1.02 * least, "")
            else if (target[r])
                line(r, "most", most, by_hand, target[r], most <= target[r],
                     "")
        }
    }
    printf "\n%d of %d targets are met\n", passed, judged
    printf "\n  ]\n}\n" >json
}
