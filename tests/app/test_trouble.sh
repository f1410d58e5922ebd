#!/usr/bin/env bash
# Cut files, full disks, closed pipes, ctrl-C: a clear message, the right exit code, and nothing half-written.
. "${BASH_SOURCE[0]%/*}/assert.sh"
first=$POSTROAD_SOURCE_DIR/scenarios/first-mail.json
run 0 run "$first" --transcript=none -o "$scratch/whole.journal"
size=$(stat -c %s "$scratch/whole.journal")

# A journal cut off anywhere is readable up to the cut, or clearly refused; one that was changed is refused.
run 0 show "$scratch/whole.journal"
cp "$scratch/out" "$scratch/whole.txt"
for part in 0 1 7 20 100 250 500 750 900 990 999; do
    cut=$((size * part / 1000))
    head -c "$cut" "$scratch/whole.journal" > "$scratch/cut.journal"
    code=0
    "$POSTROAD" show "$scratch/cut.journal" > "$scratch/out" 2> "$scratch/err" || code=$?
    checks=$((checks + 1))
    case $code in
    0)
        says err 'cut off'
        lines=$(wc -l < "$scratch/out")
        holds cmp <(head -n "$lines" "$scratch/whole.txt") "$scratch/out"
        ;;
    2) says err 'cut.journal' ;;
    *) fail "show of a journal cut at $cut: exit code $code" ;;
    esac
done
for part in 1 30 300 600 900; do
    at=$((size * part / 1000))
    cp "$scratch/whole.journal" "$scratch/flipped.journal"
    byte=$(od -An -tu1 -j "$at" -N 1 "$scratch/whole.journal")
    printf "\\x$(printf %x $((byte ^ 16)))" | dd of="$scratch/flipped.journal" bs=1 seek="$at" conv=notrunc status=none
    # A bit that Zstandard does not use changes nothing: then what is shown is the whole.
    if "$POSTROAD" show "$scratch/flipped.journal" 2> /dev/null | cmp -s - "$scratch/whole.txt"; then continue; fi
    run 2 show "$scratch/flipped.journal"
    says err 'flipped.journal'
done
head -c 5000 /dev/urandom > "$scratch/noise"
run 2 show "$scratch/noise"
run 2 run "$scratch/noise"

# A folder for mailboxes that cannot be is told before the run, and what was there is kept.
printf 'kept\n' > "$scratch/plain"
run 1 run "$first" --transcript=none --mbox "$scratch/plain" --report "$scratch/plain.json"
silent out
says err "$scratch/plain"
equal "$(cat "$scratch/plain")" kept 'a file in the place of a folder'
holds test ! -e "$scratch/plain.json"

# Where nothing can be written, nothing is.
nowhere=/proc/postroad
for option in -o --pcap --report; do
    run 1 run "$first" --transcript=none "$option" "$nowhere/x"
    says err "$nowhere/x"
done
run 1 run "$first" --transcript=none --mbox "$nowhere/x"
run 1 export "$first" -o "$nowhere/x.pcapng"
run 1 export "$first" -o "$nowhere/x.svg"
run 1 export "$first" -o "$nowhere/x.png"
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 555 "$scratch/closed"
    run 1 run "$first" --transcript=none -o "$scratch/closed/x"
fi

# A full disk.
if [ -c /dev/full ]; then
    for option in -o --pcap --report; do
        run 1 run "$first" --transcript=none "$option" /dev/full
        says err '/dev/full'
        holds test -c /dev/full
    done
    code=0
    "$POSTROAD" run "$first" > /dev/full 2> "$scratch/err" || code=$?
    equal "$code" 1 'standard output on a full disk'
    says err 'standard output'
fi

# A closed pipe ends the run with a message and not by a signal.
code=0
{ sleep 0.5; "$POSTROAD" run "$first" --transcript=packets 2> "$scratch/err"; echo $? > "$scratch/code"; } | true
equal "$(cat "$scratch/code")" 1 'a closed pipe'
says err 'standard output'

# Ctrl-C: an orderly stop; the journal that was being written is whole and ends with run.end.
# A shell's background command ignores SIGINT until it catches it itself: SigCgt tells (bit 1), however slow the machine.
interrupt_when_it_listens() {
    local i
    for ((i = 0; i < 1200; i++)); do
        # Before it is the program it is a shell, which catches signals too.
        grep -q '^postroad$' "/proc/$pid/comm" 2> /dev/null &&
            grep -q '^SigCgt:.*[2367abef]$' "/proc/$pid/status" 2> /dev/null && break
        sleep 0.05
    done
    kill -INT "$pid" 2> /dev/null
    code=0
    wait "$pid" || code=$?
}
python3 - "$first" > "$scratch/long.json" <<'PY'
import json, sys
world = json.load(open(sys.argv[1]))
one = world["mail"]["m1"]
world["mail"] = {f"m{i}": dict(one, at=f"{i} s") for i in range(1, 6001)}
world.pop("expect", None), world.pop("story", None), world.pop("faults", None)
world["until"] = "30 d"
print(json.dumps(world))
PY
"$POSTROAD" run "$scratch/long.json" --transcript=none -o "$scratch/long.journal" > "$scratch/out" 2> "$scratch/err" &
pid=$!
interrupt_when_it_listens
equal "$code" 1 'exit code after ctrl-C'
says err 'interrupted'
printf 'kept\n' > "$scratch/long.pcapng"
"$POSTROAD" export "$scratch/long.json" -o "$scratch/long.pcapng" > "$scratch/out" 2> "$scratch/err" &
pid=$!
interrupt_when_it_listens
holds test "$code" -ne 0
equal "$(head -c 100 "$scratch/long.pcapng")" kept 'what an interrupted export was to replace'
holds test "$(compgen -G "$scratch/*.part*" | wc -l)" -eq 0
run 0 show "$scratch/long.journal" --kind run.end
says out 'interrupted'
finish
