#!/usr/bin/env bash
# postroad run, show and export: what they print and what they leave behind.
. "${BASH_SOURCE[0]%/*}/assert.sh"
first=$POSTROAD_SOURCE_DIR/scenarios/first-mail.json
lost=$POSTROAD_SOURCE_DIR/scenarios/lost-segment.json

json() { python3 -c "import json,sys; d=json.load(open('$scratch/out')); print($1)"; }

# The outcome as JSON is one valid object, with everything that was promised, and nothing beside it.
run 0 run "$first" --json
silent err
equal "$(json "' '.join(d)")" 'fingerprint seed ended_at_s mails packets tcp dns expectations' 'keys of the outcome'
equal "$(json "d['mails'][0]['outcome'], d['mails'][0]['id']")" 'delivered m1' 'the first mail'
equal "$(json "all(e['held'] for e in d['expectations'])")" True expectations
equal "$(json "d['mails'][0]['picked_up_at_s'] > d['mails'][0]['delivered_at_s'] > d['mails'][0]['sent_at_s']")" True 'order of times'
equal "$(json "d['packets']['sent'] == d['packets']['delivered'] + sum(d['packets']['dropped'].values())")" True \
    'every packet was delivered or dropped for a reason'
cp "$scratch/out" "$scratch/json"
run 0 run "$first" --report "$scratch/report.json" --transcript=none
holds cmp "$scratch/json" "$scratch/report.json"

# An unmet expectation is exit code 1.
sed 's/"postroad": 1,/"postroad": 1, "expect": [ { "mail": "m1", "outcome": "bounced" } ],/' "$first" |
    python3 -c 'import json,sys
d=json.load(sys.stdin); d["expect"]=[{"mail":"m1","outcome":"bounced"}]; print(json.dumps(d))' > "$scratch/unmet.json"
run 1 run "$scratch/unmet.json" --transcript=none
says out 'NOT AS EXPECTED: m1 is bounced (it is picked up)'
run 1 run "$first" --transcript=none --set '/expect/0/before=3 s'
says out 'NOT AS EXPECTED: m1 is picked up (at 00:00:03.406611, not before 00:00:03.000000)'
run 1 run "$scratch/unmet.json" --json
equal "$(json "d['expectations'][0]['held']")" False 'the unmet expectation'

# Options change the run, and only what they say.
run 0 run "$first" --json --seed 77
equal "$(json "d['seed']")" 77 seed
run 0 run "$first" --json --set /seed=78
equal "$(json "d['seed']")" 78 'seed by pointer'
run 0 run "$first" --json --set '/links/a-mail/loss=0 %' --set '/links/b-mail/loss=0 %'
equal "$(json "sum(d['packets']['dropped'].values())")" 0 'drops without loss'
run 1 run "$first" --json --until '1.001 s'
equal "$(json "d['ended_at_s'] <= 1.001")" True until

# All that a run can leave behind at once; show and export read the journal again.
run 0 run "$lost" -o "$scratch/j.journal" --pcap "$scratch/j.pcapng" --mbox "$scratch/mbox" --transcript=smtp
says out 'DATA'
says out 'fingerprint'
holds test -s "$scratch/j.pcapng"
holds test ! -e "$scratch/j.journal.part"
holds grep -q '^Subject: ' "$scratch"/mbox/*.mbox
holds grep -q '^Received: ' "$scratch"/mbox/*.mbox
# Where the scenario says when it starts, each line tells the time of day.
run 0 run office-day --transcript=mail
holds grep -qE '^00:50:57\.155201  Mon 08:20  dora-pc +writes letters-1 ' "$scratch/out"
holds grep -q '08:20 on Monday: work has begun' "$scratch/out"
run 0 run first-mail --transcript=mail
holds test "$(grep -c ' Mon ' "$scratch/out")" = 0
# A mailbox holds mails in clear, whatever way they came: over TLS, or on the spot, as a report to a user of the same server.
run 0 run starttls --mbox "$scratch/secret" --transcript=none
holds grep -qx 'At noon?' "$scratch/secret/bob@b.example.mbox"
holds grep -q 'with ESMTPS id' "$scratch/secret/bob@b.example.mbox"
run 0 run unknown-user --mbox "$scratch/back" --transcript=none
holds grep -q '^From MAILER-DAEMON ' "$scratch/back/alice@a.example.mbox"
holds grep -qx 'Action: failed' "$scratch/back/alice@a.example.mbox"
# RFC 3030: what came in chunks of any size is the same mail, with its dots.
first=$POSTROAD_SOURCE_DIR/scenarios/first-mail.json
for size in 0 1 7 500; do
    chunks='{ "pipelines": true }'
    [ "$size" = 0 ] || chunks="{ \"chunk_size\": \"$size B\" }"
    run 0 run "$first" --set "/smtp=$chunks" --set '/mail/m1/text=".dot\n..\n.\nFrom me"' --set '/mail/m1/size=100 B' \
        --set '/hosts/bob-pc/client={"user":"bob@b.example"}' --set '/expect=[]' --transcript=none --mbox "$scratch/chunks-$size"
    sed '1,/^$/d' "$scratch/chunks-$size/bob@b.example.mbox" > "$scratch/chunks-$size.body"
    holds cmp "$scratch/chunks-0.body" "$scratch/chunks-$size.body"
    holds grep -qx '\.dot' "$scratch/chunks-$size.body"
done
run 0 export "$scratch/j.journal" -o "$scratch/again.pcapng"
holds cmp "$scratch/j.pcapng" "$scratch/again.pcapng"
run 0 export "$lost" -o "$scratch/fresh.pcapng"
holds cmp "$scratch/j.pcapng" "$scratch/fresh.pcapng"
run 0 export "$scratch/j.journal" -o "$scratch/j.jsonl"
run 0 show "$scratch/j.journal" --json
holds cmp "$scratch/j.jsonl" "$scratch/out"
holds python3 -c "import json; [json.loads(l) for l in open('$scratch/j.jsonl')]"
run 0 export "$scratch/j.journal" -o "$scratch/j.svg"
holds grep -q '<svg' "$scratch/j.svg"
run 0 export "$scratch/j.journal" -o "$scratch/j.png"
equal "$(head -c 4 "$scratch/j.png" | tail -c 3)" PNG 'the picture is a PNG'

# show: filters and causes.
run 0 show "$scratch/j.journal" --kind link.drop
says out 'link.drop'
equal "$(grep -vc link.drop "$scratch/out")" 0 'other kinds than asked for'
run 0 show "$scratch/j.journal" --kind link.drop --json
drop=$(head -n 1 "$scratch/out" | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["id"])')
run 0 show "$scratch/j.journal" --cause "$drop"
says out 'link.drop'
run 0 show "$scratch/j.journal" --mail m1 --kind mail.state
says out 'delivered'
run 0 show "$scratch/j.journal" --host bob-pc --kind mail.state
says out 'picked up'
run 0 show "$scratch/j.journal" --to '0 s'
says out 'run.begin'
run 2 show "$scratch/j.journal" --kind link.drpo
says err 'did you mean "link.drop"?'
run 2 show "$scratch/j.journal" --host nobody
run 2 show "$scratch/j.journal" --mail m99
run 2 show "$scratch/j.journal" --cause 99999999

# Without a display the window's command tells the journey as text, and how to open the window.
unset DISPLAY WAYLAND_DISPLAY
export SDL_VIDEODRIVER=
run 0 view
says out '250'
says err 'display'
# What SDL's own libraries keep when no display answers depends on the machine, and is no leak of ours.
DISPLAY=:4077 ASAN_OPTIONS=detect_leaks=0 run 0 view
says out '250'
says err 'no window could be opened'
run 0 view "$first" --screenshot "$scratch/shot.png" --at '1.2 s' --size 640x400
equal "$(od -An -tu1 -j16 -N8 "$scratch/shot.png" | tr -s ' ')" ' 0 0 2 128 0 0 1 144' 'size of the screenshot'
run 2 view "$first" --screenshot "$scratch/x.png" --size 640by400
run 2 view "$first" --screenshot "$scratch/x.png" --theme purple
# Whom nobody knows by a name is called by the address, also when the call comes to nothing.
run 1 run "$first" --until '40 s' --set '/zones={"b.example": ["@ MX 10 nobody", "nobody A 10.5.5.1"]}'
says out 'calls 10.5.5.1, port 25'
says out 'connection with 10.5.5.1 ends: aborted'
finish
