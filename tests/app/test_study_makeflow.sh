#!/usr/bin/env bash
# A study as a workflow: run by Makeflow on this machine, and on two Work Queue workers of which one is killed in the
# midst of it, it has the same results as without. Needs Debian's coop-computing-tools and openmpi-bin; says so when they
# are not there.
. "${BASH_SOURCE[0]%/*}/assert.sh"
for tool in makeflow work_queue_worker orted; do
    command -v "$tool" > /dev/null || { echo "$tool is not there; skipped"; exit 77; }
done
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
cd "$scratch" || exit 1
cat > small.json << 'END'
{ "scenario": "first-mail",
  "vary": { "/links/a-mail/loss": ["0 %", "5 %", "15 %"],
            "/hosts/mail.a.example/mail_server/retry": ["postfix", "exim"] },
  "replications": 60 }
END
run 0 study small.json -o whole.db
run 0 study export whole.db -o whole.csv
run 0 study export whole.db -o whole-mails.csv --table mails

same_as_whole() {
    run 0 study export "$1" -o other.csv
    holds cmp -s whole.csv other.csv
    run 0 study export "$1" -o other.csv --table mails
    holds cmp -s whole-mails.csv other.csv
}

run 0 study small.json -o local.db --makeflow local.mf --shards 5
says out 'local.mf: 5 parts, merged into local.db; run it with: makeflow -T local local.mf'
holds timeout 300 makeflow -T local local.mf > local.log 2>&1
same_as_whole local.db

# Work Queue: two workers, and the first is killed with what it runs while it has a part in hand.
sed 's/"replications": 60/"replications": 500/' small.json > long.json
run 0 study long.json -o whole.db
run 0 study export whole.db -o whole.csv
run 0 study export whole.db -o whole-mails.csv --table mails
run 0 study long.json -o wq.db --makeflow wq.mf --shards 6
timeout 500 makeflow -T wq -p 0 -Z port -d wq -o wq.debug wq.mf > wq.log 2>&1 &
manager=$!
for i in $(seq 100); do [ -s port ] && break; sleep 0.1; done
holds test -s port
mkdir -p w1 w2
worker() {
    work_queue_worker -t 60 --cores 1 --memory 500 --disk 500 -s "$1" 127.0.0.1 "$(cat port)" > "$1/log" 2>&1 &
}
worker w1
first=$!
worker w2
for i in $(seq 2000); do pgrep -P "$first" -f 'shard [0-9]*/6' > /dev/null && break; sleep 0.01; done
running=$(pgrep -P "$first" -f 'shard [0-9]*/6')
kill -9 "$first" $running # the worker, and what it runs
holds test -n "$running"
wait "$manager"
equal $? 0 'exit code of makeflow'
same_as_whole wq.db
holds grep -qE 'removed|disconnect|lost' wq.debug
echo "$(grep -c 'completed' wq.log) lines of completed parts, $(wc -w <<< "$running") run killed with the first worker"
finish
