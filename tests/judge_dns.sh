#!/usr/bin/env bash
# Lets tshark judge DNS over TCP and EDNS: judge_dns.sh POSTROAD SCENARIO
#
# The scenario, whose zones b.example gets sixty MX records: too many for a datagram. tshark must see the question as a
# datagram with EDNS that offers 1232 bytes, an answer that is truncated, and the same question over TCP with its two bytes
# of length, answered with all records; and nothing that is malformed.
# Exit code 0: it does; 1: it does not; 77: tshark is not there, nothing was judged.
set -euo pipefail
export LC_ALL=C

postroad=${1:?the postroad command}
scenario=${2:?a scenario}
command -v tshark > /dev/null || { echo "skipped: tshark not found"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

zone='"@ 300 MX 5 mx1"'
for i in $(seq 60); do zone+=",\"@ 300 MX 10 a-mail-exchanger-with-a-long-name-$i\""; done
"$postroad" run "$scenario" --set "/zones={\"b.example\":[$zone]}" --transcript=none -o "$scratch/journal" > "$scratch/outcome"
"$postroad" export "$scratch/journal" --host resolver -o "$scratch/all.pcapng"

count() {
    tshark -r "$scratch/all.pcapng" -Y "$1" 2> /dev/null | wc -l
}
verdict=0
must_be() {
    local n
    n=$(count "$2")
    if ! [ "$n" "$3" "$4" ]; then
        echo "FAILED: $1: $n, not $3 $4 ($2)"
        verdict=1
    fi
}
must_be "malformed packets" '_ws.malformed || _ws.unreassembled' -eq 0
must_be "questions with EDNS that offers 1232 bytes" 'udp && dns.flags.response == 0 && dns.rr.udp_payload_size == 1232' -ge 5
must_be "truncated answers" 'udp && dns.flags.truncated == 1 && dns.qry.type == 15' -ge 2
must_be "questions over TCP" 'tcp && dns.flags.response == 0 && dns.qry.name == "b.example"' -ge 2
must_be "whole answers over TCP" 'tcp && dns.flags.response == 1 && dns.count.answers == 61 && dns.length > 1232' -ge 2
exit "$verdict"
