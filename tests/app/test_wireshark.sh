#!/usr/bin/env bash
# "Open in Wireshark": a stand-in for Wireshark notes what it is started with, and tshark says whether the frame is that packet.
. "${BASH_SOURCE[0]%/*}/assert.sh"
: "${OPEN_IN_WIRESHARK:?the program open_in_wireshark}"
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
export TMPDIR=$scratch/tmp log=$scratch/log
mkdir "$TMPDIR" "$scratch/bin" "$scratch/none"

# open CODE JOURNAL PACKET...: with the stand-in first in PATH
open() {
    local code=0 expected=$1 i
    shift
    : > "$log"
    checks=$((checks + 1))
    PATH=$scratch/bin:$PATH "$OPEN_IN_WIRESHARK" "$@" > "$scratch/out" 2> "$scratch/err" || code=$?
    [ "$code" -eq "$expected" ] || { fail "open_in_wireshark $*: $code, not $expected"; cat "$scratch/err"; }
    for ((i = 0; i < 100 && $(wc -l < "$log") < $# - 1 && expected == 0; i++)); do sleep 0.05; done # it goes on without us
}
printf '#!/bin/sh\necho "$@" >> "$log"\necho noise; echo noise >&2\n' > "$scratch/bin/wireshark"
chmod +x "$scratch/bin/wireshark"

"$POSTROAD" run lost-segment -o "$scratch/run.journal" --transcript=none > /dev/null
"$POSTROAD" export "$scratch/run.journal" -o "$scratch/run.jsonl"
# Packets of all sorts, among them the one that is lost and its retransmission: number, millisecond, IP identification,
# sequence number or "".
python3 - "$scratch/run.jsonl" > "$scratch/packets" << 'EOF'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
lost = {e["packet"] for e in events if e["kind"] == "link.drop"}
sent = [e for e in events if e["kind"] == "packet.send"]
for e in sent[:: max(1, len(sent) // 6)] + [e for e in sent if e["packet"] in lost or e["repeats"]]:
    header = bytes.fromhex(e["header"])
    tcp = header[9] == 6
    print(e["packet"], e["t_ns"] // 1000000, int.from_bytes(header[4:6], "big"), int.from_bytes(header[24:28], "big") if tcp else "")
EOF
holds test "$(wc -l < "$scratch/packets")" -ge 7
starts=$(sed -n '1s/.*"starts":\([0-9]*\).*/\1/p' "$scratch/run.jsonl")000
mapfile -t numbers < <(cut -d ' ' -f 1 "$scratch/packets")
open 0 "$scratch/run.journal" "${numbers[@]}"
equal "$(grep -c noise "$scratch/out" "$scratch/err" | paste -sd ' ')" "$scratch/out:0 $scratch/err:0" 'what Wireshark says on our terminal'
equal "$(wc -l < "$log")" "${#numbers[@]}" 'times that it was started'
sort -V "$log" > "$scratch/starts"
while read -r number ms id seq <&3 && read -r dash file go frame rest <&4; do
    equal "$dash $go $rest" '-r -g ' 'its arguments'
    says out "Wireshark opens $file at frame $frame."
    command -v tshark > /dev/null || continue
    equal "$(tshark -r "$file" -Y "frame.number==$frame" -o tcp.relative_sequence_numbers:FALSE -T fields -e frame.time_epoch -e ip.id -e tcp.seq -E separator=' ' 2> /dev/null |
        python3 -c 'import sys; w = sys.stdin.read().split(); print(abs(float(w[0]) * 1000 - int(sys.argv[1])) < 20, int(w[1], 16), *w[2:3])' "$((starts + ms))")" "True $id${seq:+ $seq}" "packet $number in frame $frame"
done 3< "$scratch/packets" 4< "$scratch/starts"
# A frame is of the sender's own capture, so that each packet is in it once.
read -r _ file _ < "$scratch/starts"
! command -v tshark > /dev/null ||
    holds test "$(tshark -r "$file" -T fields -e frame.interface_name 2> /dev/null | sed 's/ .*//' | sort -u | wc -l)" -eq 1

# A packet that there is not; Wireshark that is not there, or goes away.
open 1 "$scratch/run.journal" 999999
says out 'it is in no capture'
rm "$scratch/bin/wireshark"
command -v wireshark > /dev/null || { open 1 "$scratch/run.journal" 1; says out 'not: it is not installed'; says out 'Wireshark did not start; the capture is'; }
finish
