#!/usr/bin/env bash
# Lets tshark judge the capture of a run: judge_pcap.sh POSTROAD SCENARIO [OPTIONS OF RUN]
#
# The whole capture must have no malformed packet, no wrong checksum and no expert error, but for packets that the
# scenario corrupts. Then, at the taps of each host that has connections or asks for names, what tshark makes of the
# packets is compared with what our journal says:
#   - the packets it takes for retransmissions are those that are retransmissions
#   - every line of each dialogue that was sent is found in the streams it puts together, and it sees the same commands,
#     also of those that TLS hides, which it opens with the keys in the capture
#   - the MX records it reads are those that the host was answered
# Exit code 0: it agrees; 1: it does not; 77: tshark is not there, nothing was judged.
set -euo pipefail
export LC_ALL=C

postroad=${1:?the postroad command}
scenario=${2:?a scenario}
shift 2
command -v tshark > /dev/null || { echo "skipped: tshark not found"; exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
checksums=(-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)
verdict=0

# Its remarks on being run as root are no verdict.
judge() {
    tshark "${checksums[@]}" "$@" 2> >(grep -v '^Running as user' >&2)
}

"$postroad" run "$scenario" "$@" --transcript=none -o "$scratch/journal" --pcap "$scratch/all.pcapng" > "$scratch/outcome"
"$postroad" export "$scratch/journal" -o "$scratch/journal.jsonl"

# Of what an ICMP error quotes, the end is missing, and with it what the quoted checksum is about.
unclean_if='_ws.malformed || _ws.unreassembled || ip.checksum.status != 1 || icmp.checksum.status != 1
    || icmpv6.checksum.status != 1 || (!icmp && !icmpv6 && (_ws.expert.severity >= 8388608
    || tcp.checksum.status != 1 || udp.checksum.status != 1))'
# must_be_clean CAPTURE [OPTIONS OF TSHARK]
must_be_clean() {
    local unclean
    unclean=$(judge -r "$@" -Y "(${unclean_if//$'\n'/ }) && !(frame.comment contains \"corrupted on the way\")")
    [ -n "$unclean" ] || return 0
    printf 'FAILED: malformed packets, wrong checksums or errors:\n%s\n' "$(head -n 10 <<< "$unclean")"
    verdict=1
}
# In the whole capture each packet is seen at every tap it passes. With TLS that would be taken for records that overlap, so
# that the taps of each host are looked at instead; and records must be put together whatever was lost.
has_tls=no
if grep -q '"kind":"tls.secrets"' "$scratch/journal.jsonl"; then has_tls=yes; fi
if [ "$has_tls" = no ]; then
    must_be_clean "$scratch/all.pcapng"
else
    checksums+=(-o tcp.reassemble_out_of_order:TRUE)
fi

hosts=$(python3 - "$scratch/journal.jsonl" << 'EOF'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
senders = {e["host"] for e in events if e["kind"] == "packet.send"}
for name in [e["name"] for e in events if e["kind"] == "host.add" and e["name"] in senders and e["role"] != "router"]:
    print(name)
EOF
)
[ -n "$hosts" ] || { echo "FAILED: nobody sent a packet"; exit 1; }

i=0
while read -r host; do
    i=$((i + 1))
    capture=$scratch/$i.pcapng
    "$postroad" export "$scratch/journal" --host "$host" -o "$capture"
    [ "$has_tls" = no ] || must_be_clean "$capture"
    judge -r "$capture" -T fields -E separator=/t -E aggregator=';' \
        -e frame.number -e frame.packet_flags_direction -e tcp.stream -e tcp.analysis.retransmission \
        -e tcp.analysis.out_of_order -e frame.comment -e smtp.req.command -e dns.flags.response -e dns.qry.name -e dns.mx.preference \
        -e dns.mx.mail_exchange > "$scratch/$i.frames"
    follow=()
    for stream in $(cut -f 3 "$scratch/$i.frames" | { grep . || true; } | sort -nu); do
        follow+=(-z "follow,tcp,ascii,$stream")
    done
    # What is encrypted, tshark opens with the keys that the capture itself brings along.
    if [ "$has_tls" = yes ]; then
        for stream in $(judge -r "$capture" -Y tls -T fields -e tcp.stream | sort -nu); do
            follow+=(-z "follow,tls,ascii,$stream")
        done
    fi
    : > "$scratch/$i.streams"
    [ "${#follow[@]}" -eq 0 ] || judge -q -r "$capture" "${follow[@]}" > "$scratch/$i.streams"
    python3 "${BASH_SOURCE[0]%/*}/judge_pcap.py" "$host" "$scratch/journal.jsonl" "$scratch/$i.frames" \
        "$scratch/$i.streams" || verdict=1
done <<< "$hosts"
exit "$verdict"
