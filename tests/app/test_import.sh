#!/usr/bin/env bash
# What was recorded in the real world becomes a journal: the same dialogue, the same losses, everything inferred marked.
. "${BASH_SOURCE[0]%/*}/assert.sh"
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
unset DISPLAY WAYLAND_DISPLAY
given=$POSTROAD_SOURCE_DIR/tests/app/import
cd "$scratch" || exit 1

# field FIELD KIND JOURNAL: that field of those events, one a line.
field() {
    "$POSTROAD" show "$3" --json -k "$2" |
        python3 -c 'import json, sys
for line in sys.stdin: print(json.loads(line).get(sys.argv[1]))' "$1"
}

# --- Our own captures: what comes back is what happened ---
# A capture at one host sees all of its own dialogues, and knows as much of its retransmissions as the run did.
for scenario in lost-segment first-mail in-disorder greylisting unknown-user; do
    run 0 run "$scenario" --transcript=none -o run.journal
    for form in pcapng pcap full; do
        case $form in
        full) run 0 export run.journal -o full.pcapng ;;
        pcapng) run 0 export run.journal --host mail.a.example -o pcapng.pcapng ;;
        # microseconds and no comments, as tcpdump writes it
        pcap) command -v editcap > /dev/null || continue && editcap -F pcap -T rawip pcapng.pcapng pcap.pcap ;;
        esac
        file=$(ls $form.*)
        run 0 import "$file" -o import.journal
        what="$scenario as $form"
        for who in C S; do
            said() { "$POSTROAD" show "$1" --json -k smtp.line --host mail.a.example | grep "\"who\":\"$who\"" | sed 's/.*"text":"\(.*\)","stream.*/\1/'; }
            equal "$(said run.journal | md5sum)" "$(said import.journal | md5sum)" "$what: what mail.a.example says as $who"
        done
        per_host() { "$POSTROAD" show "$1" --json -k conn.close --host mail.a.example | grep -o "\"$2\":[0-9]*" | cut -d: -f2 | paste -sd+ | bc; }
        all=$(($(per_host run.journal retransmits_rto) + $(per_host run.journal retransmits_fast)))
        seen=$(($(per_host import.journal retransmits_rto) + $(per_host import.journal retransmits_fast) + $(per_host import.journal retransmits_spurious)))
        # Where links duplicate, a copy cannot be told from what was sent again.
        [ "$what" = 'in-disorder as full' ] || equal "$seen" "$all" "$what: retransmissions of mail.a.example"
    done
    rm -f pcapng.pcapng pcap.pcap full.pcapng
done

# --- A real session, captured by dumpcap between two Linux hosts over a link that delays by 20 ms and loses ---
run 0 import "$given/at_the_sender.pcapng" -o sender.journal
says out '2 hosts, 1 mails, 2 connections, 53 packets'
run 0 show sender.journal
cp "$scratch/out" sender.txt
holds grep -q 'host.add host=mx.example.org .*role=mail_server address=192.0.2.25' sender.txt
holds grep -q 'attempt.end attempt=1 .*outcome=later why="450 4.2.0' sender.txt
holds grep -q 'attempt.end attempt=2 .*outcome=delivered why="250 2.0.0 Ok: queued as 4Q5xyz"' sender.txt
holds grep -q 'mail.compose message=m1 .*subject="Minutes of the meeting"' sender.txt
equal "$(grep -c 'link.drop .*inferred: lost beyond the capture point' sender.txt)" 2 'losses behind the sender'
equal "$(grep -c 'packet.send .*repeats=.*why="inferred: ' sender.txt)" 3 'and what was sent again'
holds grep -q 'tag=tcp.fin why="inferred: needless, as the receiver has told (D-SACK)"' sender.txt
# The times are those of the capture: tshark reads the same from the file.
if command -v tshark > /dev/null; then
    tshark -r "$given/at_the_sender.pcapng" -T fields -e frame.time_relative -e ip.src 2> /dev/null |
        awk '$2 == "192.0.2.10" { printf "%.6f\n", $1 + 0 }' > tshark.times
    first=$("$POSTROAD" show sender.journal --json -k packet.send | grep -m 1 '"host":"mail.example.com"' | grep -o '"t_ns":[0-9]*' | cut -d: -f2)
    "$POSTROAD" show sender.journal --json -k packet.send | grep '"host":"mail.example.com"' | grep -o '"t_ns":[0-9]*' |
        cut -d: -f2 | awk -v first="$first" '{ printf "%.6f\n", ($1 - first) / 1e9 }' > import.times
    holds cmp tshark.times import.times
fi
# At the receiver, IPv6, cooked, cut to 140 bytes a frame: what is missing is said to be missing.
run 0 import "$given/at_the_receiver.pcap" -o receiver.journal
run 0 show receiver.journal
cp "$scratch/out" receiver.txt
holds grep -q 'host.add host=mx.example.org .*address6=2001:db8::25' receiver.txt
holds grep -q 'link.drop .*why="inferred: lost before the capture point"' receiver.txt
holds grep -q 'smtp.line .*(inferred: the rest was not captured)' receiver.txt
holds grep -q 'mail.state .*host=mx.example.org .*to=queued why="inferred: accepted with 250' receiver.txt

# --- Everything goes on from there: pictures, exports, transcripts ---
run 0 view sender.journal --screenshot sender.png --at '1.7 s'
run 0 export sender.journal -o again.pcapng
run 0 export sender.journal -o again.jsonl

# --- What cannot be imported is told, and leaves nothing behind ---
refused() {
    local text=$1 hint=$2
    shift 2
    rm -f none.journal
    run 2 import "$@" -o none.journal
    says err "$text"
    [ -z "$hint" ] || says err "  hint: $hint"
    holds test ! -e none.journal
    holds test ! -e none.journal.part
}
mkdir folder && refused 'cannot read folder: it is a directory' '' folder
refused 'cannot read nowhere: No such file' '' nowhere
: > empty && refused 'empty: it is empty' 'wanted is a capture' empty
echo hello > hello && refused 'hello: byte 0: this is neither' 'tcpdump -w' hello
gzip -k hello && refused 'byte 0: it is compressed by gzip' 'unpack it first: gunzip' hello.gz
refused 'byte 0: it is a journal already' 'look at it' sender.journal
mkfifo pipe && refused 'pipe: it is empty' '' pipe
refused '"smoke" is none of capture' '' hello --format smoke
head -c 20 "$given/at_the_receiver.pcap" > short && refused 'byte 20: the head of a pcap file has 24 bytes' '' short
head -c 24 "$given/at_the_receiver.pcap" > none && refused 'the capture holds no packets' '' none
(head -c 24 "$given/at_the_receiver.pcap"; printf 'text, not a record of pcap') > noise && refused 'byte 28: a record' 'the file is damaged' noise
(head -c 20 "$given/at_the_receiver.pcap"; printf '\223\0\0\0'; tail -c +25 "$given/at_the_receiver.pcap") > link &&
    refused 'link type 147 is not known here' 'known are Ethernet' link
run 2 import "$given/at_the_receiver.pcap" -o "$given/at_the_receiver.pcap"
says err 'is what is to be imported'
# Cut off while it was written: what is whole is read.
head -c 6000 "$given/at_the_receiver.pcap" > torn.pcap
run 0 import torn.pcap
says out 'the end of the capture is cut off'
holds test -s torn.journal
# A pipe is read to its end.
run 0 import <(cat "$given/at_the_sender.pcapng") -o piped.journal
finish
