#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Have the emulator of the RP2040 in a folder: rp2040js (MIT, npm), this version
# and these bytes, by whatever registry npm is set up for.
#
#   rp2040js.sh FOLDER
#
# Exits 0 if it is there; else 1, with one line that says why it is not.

set -u

version=1.4.1
bytes=sha512-Yzr5xG7ZwbtA50IYAU1k/oSoSyDAhPtT5qC/Q2eFApoLuAYE8DQbPIMPs/0kh4Ietd4P0OpKk3CIkfNqjcr56g==
folder=$1

missing()
{
    echo "the RP2040's emulator is missing: $1"
    exit 1
}

# A whole copy is marked last.
mark=$folder/rp2040js-$version
[ ! -e "$mark" ] || exit 0

for tool in node npm; do
    command -v "$tool" >/dev/null ||
        missing "there is no $tool (Debian: apt-get install nodejs npm)"
done
[ ! -e "$folder" ] || [ -e "$folder/package.json" ] ||
    missing "$folder is somebody else's folder"
{ rm -rf "$folder" && mkdir -p "$folder"; } || missing "cannot write $folder"

# npm wants a home to write to, which not every user has.
[ -w "${HOME:-}" ] || export HOME="$folder"
# What npm is to fetch, and what it has to be: npm compares.
cat >"$folder/package.json" <<JSON
{ "private": true, "dependencies": { "rp2040js": "$version" } }
JSON
cat >"$folder/package-lock.json" <<JSON
{
  "lockfileVersion": 3,
  "packages": {
    "": { "dependencies": { "rp2040js": "$version" } },
    "node_modules/rp2040js": { "version": "$version", "integrity": "$bytes" }
  }
}
JSON
# Apart: who ends us ends it.
(cd "$folder" && exec npm ci --ignore-scripts --no-audit --no-fund \
    --fetch-retries=1 >npm.log 2>&1 </dev/null) &
npm=$!
trap 'kill "$npm"; exit 143' TERM
wait "$npm" ||
    missing "npm cannot fetch rp2040js $version (see $folder/npm.log)"
: >"$mark"
