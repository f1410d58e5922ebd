#!/usr/bin/env bash
# postroad live without root: real programs enter through ports of 127.0.0.1, over links that lose packets or not; and
# what came of it is the same when its journal is run again.
. "${BASH_SOURCE[0]%/*}/assert.sh"
here=${BASH_SOURCE[0]%/*}
world=$here/live_world.json
live=
trap '[ -z "$live" ] || kill -KILL "$live" 2> /dev/null; rm -rf "$scratch"' EXIT

# start ARGS...: a live world with ports 25, 587 and 110 of mail.a.example, 110 of mx.b.example, one where nobody
# listens, and 53 of the name server
start() {
    checks=$((checks + 1))
    rm -f "$scratch/journal" "$scratch/report"
    "$POSTROAD" live "$world" --transcript=mail --check-laws -o "$scratch/journal" --report "$scratch/report" \
        --listen 0=mail.a.example:25 --listen 0=mail.a.example:587 --listen 0=mail.a.example:110 \
        --listen 0=mx.b.example:110 --listen 0=mail.a.example:9 --listen 0=name-server:53 "$@" > "$scratch/out" 2> "$scratch/err" &
    live=$!
    for _ in $(seq 200); do
        grep -q 'ctrl-C ends it' "$scratch/err" && break
        sleep 0.05
    done
    mapfile -t port < <(sed -n 's/^  127.0.0.1:\([0-9]*\) leads to .*/\1/p' "$scratch/err")
    [ ${#port[@]} -eq 6 ] || { fail "the live world has not begun:"; cat "$scratch/err"; exit 1; }
    smtp=${port[0]} submission=${port[1]} pop_a=${port[2]} pop_b=${port[3]} nothing=${port[4]} dns=${port[5]}
}

client() {
    checks=$((checks + 1))
    timeout 120 python3 "$here/live_clients.py" "$@" > "$scratch/client" 2>&1 || { fail "$*:"; tail -n 5 "$scratch/client"; }
}

# stop SIGNAL: in order, with exit code 0 and whole files
stop() {
    local code=0
    checks=$((checks + 1))
    kill "-$1" "$live"
    wait "$live" || code=$?
    live=
    [ "$code" -eq 0 ] || { fail "the live world has ended with $code:"; tail -n 20 "$scratch/err"; }
    grep -qE 'Sanitizer|runtime error:' "$scratch/err" && { fail 'the sanitizer complains:'; head -n 30 "$scratch/err"; }
    says out 'interrupted by the user'
    holds test ! -e "$scratch/report.part"
}

# The journal alone makes the same run again: every number of the report, the fingerprint among them.
replayed() {
    run 0 run --replay "$scratch/journal" --transcript=none --check-laws --report "$scratch/again"
    silent err
    holds cmp "$scratch/report" "$scratch/again"
}

start --pcap "$scratch/capture.pcapng"
says err '10.0.0.1 mail.a.example: 25 587 110'
client a_mail_is_delivered_and_fetched "$smtp" "$pop_a"
client a_submitted_mail_is_relayed "$submission" "$pop_b"
client recipients_are_checked "$smtp"
client half_closed_after_the_last_command "$smtp"
client nobody_listens "$nothing"
client names_are_told_over_tcp "$dns"
client a_program_vanishes "$smtp"
client many_connections_at_once "$smtp" "$pop_a"
client a_slow_reader_loses_nothing "$smtp" "$pop_a"
# The journal can be read while it grows, and the capture is whole.
sleep 2.6
if command -v capinfos > /dev/null; then
    holds capinfos -c "$scratch/capture.pcapng" > "$scratch/capinfos"
fi
holds test -s "$scratch/capture.pcapng"
run 0 show "$scratch/journal" --kind outside.open
says out 'mail.a.example'
stop INT
replayed
says out 'outside-1'
run 0 show "$scratch/journal" --kind outside.end
says out 'reset'
run 0 show "$scratch/journal"
silent err

# One packet in ten is lost, each way.
start --set '/links/outside/loss=10 %'
client a_mail_is_delivered_and_fetched "$smtp" "$pop_a"
client a_submitted_mail_is_relayed "$submission" "$pop_b"
client half_closed_after_the_last_command "$smtp"
client many_connections_at_once "$smtp" "$pop_a" 8
stop TERM
replayed

# A program that was stopped for a while goes on as if nothing had been; what is still open at the end is told.
start
python3 "$here/live_clients.py" a_connection_that_stays_open "$smtp" > "$scratch/client" 2>&1 &
stays=$!
for _ in $(seq 200); do
    grep -q open "$scratch/client" && break
    sleep 0.05
done
kill -STOP "$live"
sleep 1.5
kill -CONT "$live"
client a_mail_is_delivered_and_fetched "$smtp" "$pop_a"
stop INT
says err 'virtual time stood still for'
says err 'still open, and were reset: 1'
holds wait "$stays"
replayed

# It ends by itself only when told to.
run 0 live "$world" --until '200 ms' --transcript=none -o "$scratch/journal" --report "$scratch/report"
replayed

# What can be reached is told, resolvers and the ports of TLS too; --ca writes the certificate that those are signed by.
# (1: its mail has not arrived by then.)
run 1 live starttls --until '200 ms' --transcript=none --set '/dns="tree"' --ca "$scratch/ca.pem"
says err ' mail.a.example: 25 587 465 110 995'
says err ' resolver: 53'
equal "$(head -n 1 "$scratch/ca.pem")" '-----BEGIN CERTIFICATE-----' 'the certificate'

# Clear errors.
run 1 live "$world" --ca "$scratch/no-such-folder/ca.pem"
says err '/no-such-folder/ca.pem: No such file or directory'
python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); time.sleep(60)' > "$scratch/taken" &
taker=$!
for _ in $(seq 200); do
    [ -s "$scratch/taken" ] && break
    sleep 0.05
done
run 2 live "$world" --listen "$(cat "$scratch/taken")=mail.a.example:25"
says err 'another program has this port'
kill "$taker"
run 2 live "$world" --listen 2525=mail.a.exmaple:25
says err 'did you mean "mail.a.example"?'
for wrong in 2525 x=mail.a.example:25 2525=mail.a.example 70000=mail.a.example:25 2525=mail.a.example:0 1.2.3=mail.a.example:25; do
    run 2 live "$world" --listen "$wrong"
    says err 'it is not [ADDRESS:]PORT=HOST:PORT'
done
run 2 live "$world" --tun a-name-that-is-far-too-long
says err 'hint: '
run 2 live "$world" --set '/links/outside/los=1 %'
says err 'did you mean "loss"?'
run 2 run --replay "$world"
run 2 run --replay "$scratch/journal" --seed 3
says err '--seed beside --replay'
run 0 run "$POSTROAD_SOURCE_DIR/scenarios/first-mail.json" --transcript=none -o "$scratch/plain"
run 2 run --replay "$scratch/plain"
says err 'nothing came from outside in this run'
finish
