#!/usr/bin/env bash
# A judge that finds nothing may be blind: each line below plants one lie, which judge_pcap.sh must find.
# judge_the_judge.sh POSTROAD SCENARIO TLS_SCENARIO -- the first must resolve a name and lose a packet of a mail server's,
# the second hide a dialogue by TLS 1.3
set -euo pipefail
export LC_ALL=C
truthful=${1:?the postroad command}
scenario=${2:?a scenario}
tls_scenario=${3:?a scenario with TLS}
here=${BASH_SOURCE[0]%/*}
command -v tshark > /dev/null || { echo "skipped: tshark not found"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A postroad that tells the lie $lie, a sed command, in the files it writes whose names end like $in.
cat > "$scratch/liar" << 'EOF'
#!/usr/bin/env bash
"$truthful" "$@" || exit
for file in "$@"; do
    case $file in *"$in") sed -i -e "$lie" "$file" ;; esac
done
EOF
chmod +x "$scratch/liar"
export truthful lie in

verdict=0
# plant FILES LIE WHAT_IS_SAID
plant() {
    in=$1 lie=$2
    local code=0
    "$here/judge_pcap.sh" "$scratch/liar" "$scenario" > "$scratch/said" 2>&1 || code=$?
    if [ "$code" -ne 1 ] || ! grep -q "^FAILED: .*$3" "$scratch/said"; then
        printf 'FAILED: not found: %s (exit code %s)\n' "$lie" "$code"
        cat "$scratch/said"
        verdict=1
    fi
}
plant all.pcapng 's/EHLO/EHLX/' 'wrong checksums'
plant .pcapng 's/retransmission of packet/retransmissioN of packet/' "retransmitted frames: only tshark's"
plant .jsonl 's/"text":"DATA"/"text":"DATE"/' 'lines of dialogue: only ours'
plant .jsonl 's/"text":"10 mx/"text":"11 mx/' 'MX records: only ours'
# What tshark opens with keys, it must have opened: with wrong ones, with none, with those of one side only.
scenario=$tls_scenario
plant .pcapng 's/\(_TRAFFIC_SECRET_0 [0-9a-f]* \)[0-9a-f]\{8\}/\100000000/' 'lines of dialogue: only ours'
plant .pcapng 's/_TRAFFIC_SECRET_0 /_TRAFFIC_SECRET_X /' 'lines of dialogue: only ours'
plant .pcapng 's/SERVER_TRAFFIC_SECRET_0 /SERVER_TRAFFIC_SECRET_X /' 'lines of dialogue: only ours'
exit "$verdict"
