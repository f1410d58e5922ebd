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
says out '2 hosts, 1 mail, 2 connections, 53 packets'
run 0 show sender.journal
cp "$scratch/out" sender.txt
holds grep -q 'host.add host=mx.example.org .*role=mail_server address=192.0.2.25' sender.txt
holds grep -q 'attempt.end attempt=1 .*outcome=later why="450 4.2.0' sender.txt
holds grep -q 'attempt.end attempt=2 .*outcome=delivered why="250 2.0.0 Ok: queued as 4Q5xyz"' sender.txt
holds grep -q 'mail.compose message=m1 .*subject="Minutes of the meeting"' sender.txt
equal "$(grep -c 'link.drop .*inferred: beyond the capture point' sender.txt)" 2 'losses behind the sender'
equal "$(grep -c 'packet.send .*repeats=.*why="inferred: ' sender.txt)" 3 'and what was sent again'
holds grep -q 'tag=tcp.fin why="inferred: needless, as the receiver has told (D-SACK)"' sender.txt
# The times are those of the capture: tshark reads the same from the file.
if command -v tshark > /dev/null; then
    tshark -r "$given/at_the_sender.pcapng" -T fields -e frame.time_relative -e ip.src 2> /dev/null |
        awk '$2 == "192.0.2.10" { printf "%.6f\n", $1 + 0 }' > tshark.times
    "$POSTROAD" show sender.journal --json -k packet.send > sent.jsonl
    grep '"host":"mail.example.com"' sent.jsonl | grep -o '"t_ns":[0-9]*' | cut -d: -f2 |
        awk 'NR == 1 { first = $1 } { printf "%.6f\n", ($1 - first) / 1e9 }' > import.times
    holds cmp tshark.times import.times
fi
# At the receiver, IPv6, cooked, cut to 140 bytes a frame: what is missing is said to be missing.
run 0 import "$given/at_the_receiver.pcap" -o receiver.journal
run 0 show receiver.journal
cp "$scratch/out" receiver.txt
holds grep -q 'host.add host=mx.example.org .*address6=2001:db8::25' receiver.txt
holds grep -q 'link.drop .*why="inferred: before the capture point"' receiver.txt
holds grep -q 'smtp.line .*(inferred: the rest was not captured)' receiver.txt
holds grep -q 'mail.state .*host=mx.example.org .*to=queued why="inferred: accepted with 250' receiver.txt

# The same packets in whatever form say the same, to the microsecond that all of them can tell.
mkdir forms && python3 "$POSTROAD_SOURCE_DIR/tests/app/capture_forms.py" "$given/at_the_receiver.pcap" forms
told() { "$POSTROAD" show "$1" | grep -v 'run.begin' | md5sum; }
for form in forms/*; do
    run 0 import "$form" -o form.journal
    says out '2 hosts, 1 mail, 3 connections'
    equal "$(told form.journal)" "$(told receiver.journal)" "$form"
done
holds test "$(find forms -type f | wc -l)" -eq 13

# --- Logs: attempts over days, as Postfix and Exim tell them ---
# seen JOURNAL KIND PATTERN: such an event is there.
seen() {
    checks=$((checks + 1))
    "$POSTROAD" show "$1" -k "$2" > seen.txt
    grep -qE -- "$3" seen.txt || fail "$1 has no $2 with $3"
}
run 0 import "$given/postfix.log" --year 2027 -o postfix.journal --scenario postfix.json
says out '6 hosts, 5 mails'
says out 'the dates have no year; the last one is taken to be of 2027'
says out '1 of 37 lines are of other programs'
seen postfix.journal run.begin 'imported from the log of Postfix .*starts=1798668842' # 30 December 2026, 22:14:02
seen postfix.journal attempt.end 'attempt=2 .*peer=mx1.b.example outcome=later why="host mx1.b.example\[203.0.113.25\] said: 450 4.2.0'
seen postfix.journal mail.state 'recipient=dave@d.example .*to=deferred at=1d 09:47:08.100000 why="connect to mx.d.example'
seen postfix.journal attempt.end '2d 09:48:38.* outcome=delivered why="250 2.0.0 Ok: queued as 4Q5xYz1234"|^2d 09:48:38'
seen postfix.journal attempt.begin '^1d 09:47:08.100000 .*recipient=dave@d.example nth=3'
seen postfix.journal mail.state 'm3 host=out.e.example .*to=deferred why="450 4.2.0 <alice@a.example>'
seen postfix.journal mail.state 'm3 host=out.e.example .*to="handed on" why="inferred: mail has taken it as 1122334455"'
seen postfix.journal mail.compose 'message=m5 parent=m4 host=mail name=m5 to=alice@a.example'
seen postfix.journal mail.state 'm4 host=mail recipient=nobody@b.example .*to=bounced why=.*550 5.1.1'
run 0 import "$given/exim.log" -o exim.journal --scenario exim.json
says out '5 hosts, 4 mails'
seen exim.journal attempt.end 'recipient=bob@b.example peer=mx1.b.example outcome=later why="SMTP error .*451 4.7.1'
seen exim.journal attempt.skip 'recipient=bob@b.example at=01:00:07.000000 why="retry time not reached'
seen exim.journal attempt.end 'outcome=delivered why="250 OK id=1t6abc-00000A-1B"'
seen exim.journal mail.compose 'message=m2 parent=m1'
seen exim.journal mail.state 'message=m3 host=out.e.example .*to=deferred why="temporarily rejected RCPT'
# The same log with the dates of rsyslog gives the same days.
sed -E 's/^Dec (..)/2026-12-\1/; s/^Jan  (.)/2027-01-0\1/; s/^(....-..-..) (..:..:..)/\1T\2.000000+01:00/' "$given/postfix.log" > iso.log
run 0 import iso.log -o iso.journal
holds cmp <("$POSTROAD" show postfix.journal -k attempt.end) <("$POSTROAD" show iso.journal -k attempt.end)

# --- Received lines: the way of a mail, by the clocks of its servers ---
run 0 import "$given/trace.eml" -o trace.journal --scenario trace.json
says out '5 hosts, 1 mail'
says out 'gate.isp.example: its clock is 2 min 3 s behind'
seen trace.journal host.trouble 'host=gate.isp.example name=clock text="inferred: 2 min 3 s behind"'
seen trace.journal mail.state 'host=gate.isp.example .*queue_id=0A1BfLTs031234 to=queued why="taken over with ESMTPS'
seen trace.journal attempt.end '^00:29:29.* host=gate.isp.example .*peer=mx1.b.example outcome=delivered'
seen trace.journal mail.state 'host=store7.b.example .*to=delivered why="inferred: '

# --- Scenarios: each can be run, and does what was recorded ---
# Mailboxes beyond ASCII (RFC 6531) stay in it.
run 0 run smtputf8 --transcript=none --pcap utf8.pcapng
run 0 import utf8.pcapng -o utf8.journal --scenario utf8.json
holds grep -q '"to": \["zoe@c.example", "jürgen@b.example"\]' utf8.json
run 0 check utf8.json
run 0 import "$given/at_the_sender.pcapng" -o sender.journal --scenario sender.json
run 0 import "$given/at_the_receiver.pcap" -o receiver.journal --scenario receiver.json
for scenario in postfix exim trace sender receiver; do
    run 0 check $scenario.json
    holds grep -q '"description": "A first scenario, imported from ' $scenario.json
    run 0 run $scenario.json --transcript=none
    cp "$scratch/out" $scenario.ran
    holds grep -qE '^m1 .*delivered' $scenario.ran
done
holds grep -qE '^m1 .*bob@b.example +delivered  after .* min( [0-9]+ s)?, 2 attempts' postfix.ran
holds grep -qE '^m2 .*dave@d.example +delivered  after .* d' postfix.ran
holds grep -qE '^m4 .*nobody@b.example +sent back' postfix.ran
holds grep -qE '^m1 .*bob@example.org +delivered .* 2 attempts' sender.ran
holds grep -qE '"loss": "' sender.json
if python3 -c 'import jsonschema' 2> /dev/null; then
    python3 - "$POSTROAD_SOURCE_DIR/scenarios/scenario.schema.json" ./*.json << 'EOF' || fail 'a scenario is not as the schema wants it'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for path in sys.argv[2:]: jsonschema.validate(json.load(open(path)), schema)
EOF
fi

# --- Everything goes on from there: pictures, exports, transcripts ---
run 0 view sender.journal --screenshot sender.png --at '1.7 s'
run 0 view "$given/at_the_sender.pcapng" --screenshot at_once.png --at '1.7 s'
run 0 view "$given/trace.eml" --screenshot at_once.png
run 0 view "$given/postfix.log"
says out 'will try again in'
run 0 export "$given/at_the_receiver.pcap" -o at_once.jsonl
run 0 view postfix.journal --show queue --screenshot queue.png
# Where nobody sends packets or says anything, what is shown has something to show.
for kind in postfix exim trace; do
    run 0 view $kind.journal --screenshot usual.png
    run 0 view $kind.journal --show '-50(queue,map)' --screenshot queue.png
    holds cmp usual.png queue.png
done
run 0 view sender.journal --screenshot usual.png
run 0 view sender.journal --show '|62(-55(map,dialogue),ladder)' --screenshot queue.png
holds cmp usual.png queue.png
run 0 view trace.journal --screenshot trace.png --at '20 min'
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
echo hello > hello && refused 'hello: byte 0: this is neither' 'a mail.log has a date' hello
gzip -k hello && refused 'byte 0: it is compressed by gzip' 'unpack it first: gunzip' hello.gz
refused 'byte 0: it is a journal already' 'look at it' sender.journal
mkfifo pipe && refused 'pipe: it is empty' '' pipe
refused 'no year between 1970 and 2199' '' hello --year next
refused 'line 1: none of the 1 lines begins with a date' 'wanted are lines like' hello --format log
refused 'line 1: there is no Received line' 'wanted is a mail with its full header' hello --format received
echo 'Nov  1 10:00:00 mail sshd[7]: Accepted publickey' > ssh.log && refused 'none of the 1 lines is of Postfix or Exim' 'known are the logs' ssh.log
head -n 4 "$given/postfix.log" > still.log && refused 'line 4: up to here no attempt' 'attempts are lines' still.log
refused 'byte 0: this is neither a pcap nor a pcapng' 'tcpdump -w and Wireshark write them' hello --format capture
refused '"smoke" is none of capture, log, received' '' hello --format smoke
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
