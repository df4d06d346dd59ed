# SPDX-License-Identifier: MIT
#
# The examples of a page, as their text stands there: what is between
#
#     ```KIND NAME    and    ```
#
# for each of the names, in the page's order. C code says what line of the page
# it is from, so that a compiler names that.
#
#   awk -v kind=c -v 'names=board spi' -f example.awk PAGE

/^```/ {
    on = !on && $1 == "```" kind && NF == 2 && \
         index(" " names " ", " " $2 " ")
    if (on && kind == "c")
        printf "#line %d \"%s\"\n", NR + 1, FILENAME
    next
}

on
