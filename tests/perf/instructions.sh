#!/usr/bin/env bash
# Counts instructions in an optimised build, and holds them against those on record: unlike times they are the same on
# every run, and nearly so on every machine. Of a packet on its way over one link, with TCP at both ends; of a small mail
# from end to end; of a mail of 20 kB over one SMTP session (bench count, count-mail, count-mail-link).
#
#   tests/perf/instructions.sh [POSTROAD]           fails when one is more than 3 % off, in either direction
#   UPDATE=1 tests/perf/instructions.sh [POSTROAD]  puts the new figures on record
#
# The figures are of this compiler (gcc, preset release); see docs/performance.md for what they are made of.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
postroad=${1:-$here/../../build/release/app/postroad}
record=$here/instructions.txt
command -v valgrind > /dev/null || { echo "instructions: valgrind is not here; nothing was counted"; exit 77; }
[ -x "$postroad" ] || { echo "instructions: $postroad is not there; build the preset release first"; exit 2; }

said=$(mktemp)
trap 'rm -f "$said"' EXIT

# count BENCH FUNCTION: only what happens inside of the work is counted, not the loading of the program.
count() {
    local n instructions
    n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no --toggle-collect="$2" \
        "$postroad" bench "$1" 2> "$said" | awk '$1 == "packets" || $1 == "mails" { print $2 }')
    instructions=$(awk '/Collected :/ { print $NF }' "$said")
    if [ -z "$n" ] || [ "${instructions:-0}" -eq 0 ]; then
        echo "instructions: nothing was counted of $1:"
        tail -n 5 "$said"
        exit 2
    fi
    awk -v i="$instructions" -v n="$n" 'BEGIN { printf "%.1f\n", i / n }'
}

figures=$(
    echo "packet $(count count bench_count)"
    echo "mail $(count count-mail 'bench_mail_run*')"
    echo "mail-link $(count count-mail-link 'bench_mail_run*')"
)
if [ -n "${UPDATE:-}" ]; then
    echo "$figures" | tee "$record"
    exit 0
fi
join <(sort "$record") <(sort <<< "$figures") | awk '{
    off = ($3 / $2 - 1) * 100
    printf "%-10s %10.1f instructions each; on record: %.1f; %+.1f %%\n", $1, $3, $2, off
    if (off > 3) print "instructions: dearer than on record by more than 3 %"
    if (off < -3) print "instructions: cheaper than on record by more than 3 %: well done; put it on record with UPDATE=1"
    bad += off > 3 || off < -3
    n++
} END { exit bad > 0 || n != 3 }'
