#!/usr/bin/env bash
# The results of a study: the same tables whatever made them, trouble that is told, and runs that are made again from the file alone.
. "${BASH_SOURCE[0]%/*}/assert.sh"
cd "$scratch" || exit 1

cat > small.json << 'END'
{ "title": "Small", "scenario": "first-mail",
  "vary": { "/links/a-mail/loss": ["0 %", "5 %", "15 %"],
            "/hosts/mail.a.example/mail_server/retry": ["postfix", "exim"] },
  "set": { "/links/b-mail/delay": "40 ms" },
  "replications": 20,
  "measure": ["delivery_delay", "connect", "attempts", "delivered", "retransmissions", "bytes_on_wire", "peak_queue"] }
END
run 0 study small.json -o one.db

# tables DB NAME: all of them, as NAME.txt
tables() {
    local table
    for table in runs mails attempts queues; do
        run 0 study export "$1" -o "$2.csv" --table "$table"
        run 0 study export "$1" -o "$2.jsonl" --table "$table"
        cat "$2.csv" "$2.jsonl"
    done > "$2.txt"
}

# CSV and JSON Lines say the same, and hold neither clock nor host.
tables one.db one
run 0 study export one.db -o runs.csv
equal "$(wc -l < runs.csv)" 121 'a head and a line a run'
holds python3 - << 'END'
import csv, json, subprocess, os
for table in ("runs", "mails", "attempts", "queues"):
    for form in ("csv", "jsonl"):
        subprocess.run([os.environ["POSTROAD"], "study", "export", "one.db", "-o", f"t.{form}", "--table", table], check=True)
    rows = list(csv.DictReader(open("t.csv")))
    lines = [json.loads(line) for line in open("t.jsonl")]
    assert len(rows) == len(lines) > 0
    for row, line in zip(rows, lines):
        assert list(row) == list(line)
        for name, value in line.items():
            text = "" if value is None else row[name] if isinstance(value, (int, float)) else value
            assert row[name] == text and (not isinstance(value, (int, float)) or float(row[name]) == value), (name, row, line)
    points = [row["/links/a-mail/loss"] + row["/hosts/mail.a.example/mail_server/retry"] for row in rows]
    assert len(set(points)) == 6
END
holds python3 - << 'END'
import csv, subprocess, os
subprocess.run([os.environ["POSTROAD"], "study", "export", "one.db", "-o", "t.csv", "--table", "mails"], check=True)
for row in csv.DictReader(open("t.csv")):
    ns = {name: round(float(row[name]) * 10 ** 9) for name in row if name.endswith("_s") and row[name]}
    parts = sum(ns[f"{part}_s"] for part in ("queue", "dns", "connect", "transfer", "retry", "disk", "unexplained"))
    assert row["outcome"] == "delivered" and parts == ns["delay_s"] == ns["ended_s"] - ns["written_s"], row
END

# Parts in any order, once or twice, give the same bytes.
for part in 1 2 3; do run 0 study small.json -o "part$part.db" --shard "$part/3" --jobs 2; done
run 0 study merge part3.db part1.db part2.db -o merged.db
says out 'merged.db: 120 runs of 3 files, 120 of them new'
run 0 study merge part3.db -o alone.db
says out 'alone.db: 40 runs of 1 file, 40 of them new'
tables merged.db merged
holds cmp -s one.txt merged.txt
run 0 study merge part1.db one.db -o merged.db
says out '0 of them new'
run 2 study merge part1.db merged.db one.db -o merged.db
says err 'merged.db is a part and the whole'
tables merged.db merged
holds cmp -s one.txt merged.txt
run 0 study small.json -o merged.db
says out 'complete with 120 runs, 0 of them made now'

# Another point leaves the rows of the others as they were.
sed 's/"0 %"/"0 %", "10 %", "0.5 %"/' small.json > larger.json
run 0 study larger.json -o larger.db
run 0 study export larger.db -o larger.csv --table mails
run 0 study export one.db -o mails.csv --table mails
equal "$(grep -Fxc -f mails.csv larger.csv)" "$(wc -l < mails.csv)" 'rows of the points that were there before'
holds cmp -s mails.csv <(grep -Fx -f mails.csv larger.csv)

# A run is made again from the file alone; its fingerprint is the same.
mv small.json away.json
line=$(sed -n 78p runs.csv)
name=${line%%,*}
run 0 study export one.db -o one.jsonl
fingerprint=$(grep -F "\"$name\"" one.jsonl | sed 's/.*"fingerprint": "\([0-9a-f]*\)".*/\1/')
"$POSTROAD" run one.db --run "$name" --json > out 2> err # what the scenario expects may not have come true
holds grep -q "\"fingerprint\": \"$fingerprint\"" out
holds test ! -s err
"$POSTROAD" run "one.db#${name:0:6}-${name#*-}" --json > other 2> err
holds cmp -s out other
run 0 export one.db --run "$name" -o run.jsonl
holds grep -q '"kind":"run.end"' run.jsonl
silent err
run 0 view one.db --run "$name" --at '1.5 s' --screenshot run.png
holds test -s run.png
silent err
env -u DISPLAY -u WAYLAND_DISPLAY "$POSTROAD" view one.db --run "$name" > out 2> err < /dev/null
holds grep -q "fingerprint $fingerprint" out
mv away.json small.json
python3 -c 'import sqlite3; db = sqlite3.connect("merged.db"); db.execute("UPDATE runs SET fingerprint = ?", ("0123456789abcdef",)); db.commit()'
run 1 run merged.db --run "$name"
says err "this is not what the study saw: the run's fingerprint was 0123456789abcdef, and is $fingerprint"
run 1 study merge one.db merged.db -o both.db
says err "merged.db: the run"
says err "came out differently"
run 0 run first-mail --seed 113
run 2 view one.db
says err 'one.db holds the results of a study, and no run is named'
says err 'hint: such as --run '
run 2 run one.db --run 0000-77
says err 'there is no run "0000-77" in it'
run 2 export first-mail --run 0000-77 -o x.jsonl
says err 'first-mail is no file of results'
run 2 run one.db --run "$name" -o one.db
run 0 study export one.db -o again.csv
holds cmp -s runs.csv again.csv

# What is asked for wrongly.
run 2 study export one.db
run 2 study export one.db -o x.txt
says err 'neither .csv nor .jsonl'
run 2 study export one.db -o x.csv --table mail
says err 'did you mean "mails"?'
run 2 study merge one.db
run 2 study export nowhere.db -o x.csv
says err 'nowhere.db: No such file or directory'
run 2 study merge one.db nowhere.db -o x.db
holds test ! -e x.db -a ! -e x.csv
run 0 study merge --help
run 0 study export --help

# A changed scenario under a half-finished study.
cp "$POSTROAD_SOURCE_DIR/scenarios/first-mail.json" mine.json
sed 's/"first-mail"/"mine.json"/' small.json > moved.json
run 0 study moved.json -o half.db --shard 1/3
run 0 study export half.db -o before.csv
sed -i 's/"15 ms"/"16 ms"/' mine.json
run 1 study moved.json -o half.db
says err 'half.db: it holds results of another scenario'
says err 'is "15 ms" there, and "16 ms" in this'
says err 'hint: write to another file with -o'
run 0 study export half.db -o after.csv
holds cmp -s before.csv after.csv

# Two at once: the second one is refused, the first goes on.
sed 's/"replications": 20/"replications": 100000/' small.json > endless.json
"$POSTROAD" study endless.json -o shared.db > first.out 2> first.err &
first=$!
for _ in $(seq 100); do [ -e shared.db-lock ] && break; sleep 0.05; done
sleep 0.3
run 1 study endless.json -o shared.db
says err "another study is adding to it (process $first)"
kill -INT "$first"
wait "$first"
run 0 study export shared.db -o shared.csv

# A disk that is full: what was stored is kept, and the same command goes on when there is room.
(ulimit -f 100 && exec env --default-signal=XFSZ "$POSTROAD" study small.json -o full.db) > out 2> err
equal $? 1 'exit code when the disk is full'
holds grep -q 'full.db: .*no room left on the disk' err
holds grep -q 'hint: nothing that was stored is lost' err
run 0 study small.json -o full.db
says out 'complete with 120 runs'
tables full.db full
holds cmp -s one.txt full.txt
if mkdir tiny && mount -t tmpfs -o size=200k none tiny 2> mount.err; then
    "$POSTROAD" study small.json -o tiny/r.db > out 2> err
    equal $? 1 'exit code when the disk is full'
    holds grep -q 'tiny/r.db: .*no room left on the disk' err
    mount -o remount,size=20m tiny
    run 0 study small.json -o tiny/r.db
    tables tiny/r.db full
    holds cmp -s one.txt full.txt
    umount tiny
fi

# Killed a hundred times at any moment; each time that it came to its end nevertheless, the tables are the same, and it begins anew.
kills=${STUDY_RESULT_KILLS:-100} hits=0
sed 's/"replications": 20/"replications": 60/' small.json > long.json
run 0 study long.json -o whole.db
tables whole.db whole
while [ "$hits" -lt "$kills" ]; do
    "$POSTROAD" study long.json -o killed.db --jobs 2 > /dev/null 2>&1 &
    victim=$!
    sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
    kill -9 "$victim" 2> /dev/null && hits=$((hits + 1))
    wait "$victim" 2> /dev/null && { tables killed.db killed; holds cmp -s whole.txt killed.txt; rm killed.db; }
done
run 0 study long.json -o killed.db --jobs 2
says out 'complete with 360 runs'
tables killed.db killed
holds cmp -s whole.txt killed.txt
finish
