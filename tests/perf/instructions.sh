#!/usr/bin/env bash
# Counts the instructions that a packet costs on its way over one link, with TCP at both ends, in an optimised build, and
# holds the figure against the one on record: unlike a time it is the same on every run, and nearly so on every machine.
#
#   tests/perf/instructions.sh [POSTROAD]           fails when it is more than 3 % off, in either direction
#   UPDATE=1 tests/perf/instructions.sh [POSTROAD]  puts the new figure on record
#
# The figure is of this compiler (gcc, preset release); see docs/performance.md for what it is made of.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
postroad=${1:-$here/../../build/release/app/postroad}
record=$here/instructions.txt
command -v valgrind > /dev/null || { echo "instructions: valgrind is not here; nothing was counted"; exit 77; }
[ -x "$postroad" ] || { echo "instructions: $postroad is not there; build the preset release first"; exit 2; }

said=$(mktemp)
trap 'rm -f "$said"' EXIT
# Only what happens inside of the work is counted, not the loading of the program.
packets=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no --toggle-collect=bench_count \
    "$postroad" bench count 2> "$said" | awk '$1 == "packets" { print $2 }')
instructions=$(awk '/Collected :/ { print $NF }' "$said")
if [ -z "$packets" ] || [ "${instructions:-0}" -eq 0 ]; then
    echo "instructions: nothing was counted:"
    tail -n 5 "$said"
    exit 2
fi
figure=$(awk -v i="$instructions" -v p="$packets" 'BEGIN { printf "%.1f", i / p }')
echo "$instructions instructions for $packets packets over a link: $figure each"
if [ -n "${UPDATE:-}" ]; then
    echo "$figure" > "$record"
    exit 0
fi
awk -v now="$figure" -v was="$(cat "$record")" 'BEGIN {
    off = (now / was - 1) * 100
    printf "on record: %s; %+.1f %%\n", was, off
    if (off > 3) print "instructions: dearer than on record by more than 3 %"
    if (off < -3) print "instructions: cheaper than on record by more than 3 %: well done; put it on record with UPDATE=1"
    exit off > 3 || off < -3
}'
