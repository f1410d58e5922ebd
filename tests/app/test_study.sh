#!/usr/bin/env bash
# postroad study: the same results whatever ran it; what was stopped goes on; messages and exit codes.
. "${BASH_SOURCE[0]%/*}/assert.sh"
here=$POSTROAD_SOURCE_DIR/tests/app/study
dump() { python3 "$here/dump.py" "$@"; }
cd "$scratch" || exit 1

cat > small.json << 'END'
{ "title": "Small", "scenario": "first-mail",
  "vary": { "/links/a-mail/loss": ["0 %", "5 %", "15 %"],
            "/hosts/mail.a.example/mail_server/retry": ["postfix", "exim"] },
  "replications": 20,
  "measure": ["delivery_delay", "connect", "attempts", "delivered", "retransmissions", "bytes_on_wire", "peak_queue"] }
END

# The same rows for 1, 2 and 8 threads.
run 0 study small.json -o one.db --jobs 1
says out 'one.db: complete with 120 runs, 120 of them made now'
says err 'Small: 6 points, 120 runs, 1 at a time'
dump one.db > one.txt
equal "$(grep -c "^('runs'" one.txt)" 120 'runs'
for jobs in 2 8; do
    run 0 study small.json -o "$jobs.db" --jobs "$jobs"
    dump "$jobs.db" > other.txt
    holds cmp -s one.txt other.txt
done

# A run is what `postroad run` makes of its seed and values.
seed=$(python3 - << 'END'
import sqlite3
print(*sqlite3.connect("one.db").execute("SELECT seed, fingerprint FROM runs JOIN points USING (point) WHERE "
                                         "replication = 7 AND text LIKE '%exim%15 %'").fetchone())
END
)
"$POSTROAD" run first-mail --set '/links/a-mail/loss=15 %' --set /hosts/mail.a.example/mail_server/retry=exim \
    --seed "${seed% *}" --json > out # whether what the scenario expects has come true does not matter here
holds grep -q "${seed#* }" out

# The same luck at all points, and other luck for each replication.
equal "$(python3 -c 'import sqlite3; print(sqlite3.connect("one.db").execute("SELECT COUNT(DISTINCT seed) FROM runs").fetchone()[0])')" \
    20 'seeds'

# One is one.
echo '{ "scenario": "first-mail", "replications": 1 }' > single.json
run 0 study single.json -o single.db --jobs 1
says err 'single: 1 point, 1 run, 1 at a time'

# What is there is not run again; more is added to it.
run 0 study small.json -o one.db
says out 'complete with 120 runs, 0 of them made now'
sed 's/"15 %"/"15 %", "10 %"/; s/"replications": 20/"replications": 25/' small.json > larger.json
run 0 study larger.json -o one.db
says out 'complete with 200 runs, 80 of them made now'
dump one.db > larger.txt
equal "$(grep -Fxc -f one.txt larger.txt)" "$(wc -l < one.txt)" 'rows that were there before another point was added'

# Shards, in any order: no run twice, and together all.
for part in 3 1 2; do
    run 0 study small.json -o "part$part.db" --shard "$part/3" --jobs 2
    says err "part $part of 3"
done
dump part1.db part2.db part3.db > parts.txt
holds cmp -s <(sort one.txt) <(sort parts.txt)
run 0 study small.json -o odd.db --shard 2/7
run 2 study small.json -o x.db --shard 0/3
says err 'in a job array of Slurm: --array=1-3'
run 2 study small.json -o x.db --shard 4/3
says err 'there are only 3 parts'
run 2 study small.json -o x.db --shard one
says err 'write it like 3/8'

# A precision: the same number of runs for 1 and 4 threads, and for parts.
cat > precise.json << 'END'
{ "scenario": "first-mail",
  "vary": { "/links/a-mail/loss": ["1 %", "5 %", "15 %"], "/tcp/sack": [true, false] },
  "replications": { "min": 10, "max": 60 },
  "precision": { "measure": "delivery_delay", "quantile": 0.5, "relative": 0.6 } }
END
run 0 study precise.json -o p1.db --jobs 1
run 0 study precise.json -o p4.db --jobs 4
dump p1.db > p1.txt
dump p4.db > p4.txt
holds cmp -s p1.txt p4.txt
made=$(grep -c "^('runs'" p1.txt)
holds test "$made" -gt 60 -a "$made" -lt 360
for part in 2 1; do run 0 study precise.json -o "pp$part.db" --shard "$part/2"; done
dump pp1.db pp2.db > pp.txt
holds cmp -s <(sort p1.txt) <(sort pp.txt)

# Killed again and again at any moment, it goes on, and in the end nothing is missing and nothing is there twice.
sed 's/"replications": 20/"replications": 80/' small.json > long.json
run 0 study long.json -o whole.db
dump whole.db > whole.txt
kills=${STUDY_KILLS:-12}
for k in $(seq "$kills"); do
    "$POSTROAD" study long.json -o killed.db --jobs 2 > /dev/null 2>&1 &
    victim=$!
    sleep "0.$((RANDOM % 40 + 10))"
    kill -9 "$victim" 2> /dev/null
    wait "$victim" 2> /dev/null
done
run 0 study long.json -o killed.db --jobs 2
says out 'complete with 480 runs'
dump killed.db > killed.txt
holds cmp -s whole.txt killed.txt

# Ctrl-C: what is done is kept, and how it goes on is said. A run that is long is dropped at once.
sed 's/"replications": 20/"replications": 100000/' small.json > endless.json
"$POSTROAD" study endless.json -o stopped.db > out 2> err &
victim=$!
sleep 1.5
kill -INT "$victim"
wait "$victim"
equal $? 1 'exit code after ctrl-C'
holds grep -q 'interrupted; [0-9,]* runs were made now and are kept in stopped.db' err
holds grep -q 'the same command goes on from here' err
holds test "$(dump stopped.db | grep -c "^('runs'")" -gt 0

# A limit of time is no failure, and is told.
sed 's/"replications": 20/"replications": 100000, "time_limit": "1 s"/' small.json > limited.json
run 0 study limited.json -o limited.db
says out 'the time limit is up'

# What is wrong with the command line, or with files.
run 2 study small.json
says err 'add -o RESULTS.db'
run 2 study small.json -o x.db --jobs 0
says err 'write 1 or more'
run 2 study small.json -o x.db --jobs many
run 2 study missing.json -o x.db
says err 'missing.json: cannot be read: No such file or directory'
run 2 study policies-under-los -o x.db
says err 'hint: did you mean "policies-under-loss"?'
run 2 study ./smal.json -o x.db
says err 'hint: did you mean "./small.json"?'
run 2 study small.jsn -o x.db
says err 'hint: did you mean "small.json"?'
run 2 study study.schem -o x.db
says err "hint: the studies that come along are in $POSTROAD_SOURCE_DIR/scenarios/studies"
run 2 study "$here/bad/vary_bad_values.json" -o x.db
says err '"150 %" is not between 0 % and 100 %'
holds test ! -e x.db
run 0 study --help
says out 'usage: postroad study [options]'

# Two values that are good each and bad together: told when the point is run, with what was done before kept.
cat > together.json << 'END'
{ "scenario": "first-mail",
  "vary": { "/hosts/bob-pc/client/user": ["bob@b.example", "carl@b.example"],
            "/hosts/mx1.b.example/mail_server/users": [["bob", "carl"], ["bob"]] },
  "replications": 2 }
END
"$POSTROAD" study together.json -o together.db > out 2> err
equal "$?" 2 'exit code of a bad combination'
holds grep -q '"mx1.b.example" knows no user "carl"' err
holds grep -qF 'together.json: that is what the scenario says with /hosts/bob-pc/client/user="carl@b.example";/hosts/mx1' err

finish
