#!/usr/bin/env bash
# postroad plot: of a small study each kind of figure is drawn, the numbers of the report are those that the rows give
# when they are reckoned anew, and what cannot be drawn is said with a hint.
. "${BASH_SOURCE[0]%/*}/assert.sh"
cd "$scratch" || exit 1
cat > world.json << 'END'
{ "postroad": 1, "title": "Retry <under> \"loss\"", "until": "6 h",
  "hosts": {
    "mail.a.example": { "mail_server": { "domains": ["a.example"], "users": ["alice"], "retry": "postfix" } },
    "internet":       { "router": {} },
    "mx1.b.example":  { "mail_server": { "domains": ["b.example"], "users": ["bob"] } },
    "alice-pc":       { "client": { "user": "alice@a.example", "submits_to": "mail.a.example" } } },
  "links": {
    "alice":  { "between": ["alice-pc", "internet"],       "rate": "50 Mbit/s", "delay": "5 ms" },
    "a-mail": { "between": ["mail.a.example", "internet"], "rate": "10 Mbit/s", "delay": "15 ms" },
    "b-mail": { "between": ["mx1.b.example", "internet"],  "rate": "10 Mbit/s", "delay": "20 ms" } },
  "mail": { "m1": { "at": "1 s", "from": "alice@a.example", "to": ["bob@b.example"], "subject": "Lunch?", "text": "At noon?" } } }
END
cat > study.json << 'END'
{ "scenario": "world.json", "title": "Retry & loss", "seed": 7,
  "vary": { "/links/b-mail/loss": ["0 %", "10 %", "30 %", "45 %"], "/hosts/mail.a.example/mail_server/retry": ["qmail", "exim"] },
  "replications": { "min": 24, "max": 24 },
  "measure": ["delivery_delay", "attempts", "delivered", "bytes_on_wire", "mean_queue"] }
END
run 0 study study.json -o r.db

# A plain call chooses: numbers along, names as lines. The same file each time, in each form.
for ending in svg png pdf; do
    run 0 plot r.db -o "a.$ending"
    silent out
    silent err
    run 0 plot r.db -o "b.$ending"
    holds cmp "a.$ending" "b.$ending"
done
for kind in curve difference survival ecdf box violin heat queue attempts; do
    run 0 plot r.db -o "$kind.png" --figure $kind --size 600x400
    silent err
    holds test "$(head -c 8 "$kind.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a
done
holds test "$(md5sum ./*.png | cut -d' ' -f1 | sort -u | wc -l)" -ge 10
run 0 plot r.db -o w.svg --where "loss=30 %" --by retry --figure ecdf
run 0 plot r.db -o s.svg -m bytes_on_wire -s p90 --scale log --confidence "99 %" --title T --x-title X --y-title Y
run 0 plot r.db -o g.svg --figure difference --against exim
run 0 plot r.db -o named.svg --figure difference --against exim \
    --y-title "Delivery delay, mean of the difference of qmail to exim"
holds cmp g.svg named.svg

run 0 plot r.db -o f.svg -s mean --beside transfer:rtt=70ms,size=2kB
run 2 plot r.db -o x.svg --beside handshake
says err "hint: --measure connect"
run 2 plot r.db -o x.svg --beside mathis
says err "is not handshake, transfer or rate"
run 2 plot r.db -o x.svg --beside "rate:rtt=5"
says err 'did you mean "5 s" or "5 ms"?'
run 2 plot r.db -o x.svg --beside "handshake:rto=1 s"
says err "is no part of a formula"
run 2 plot r.db -o x.svg --beside rate
says err "is no value of this measure"
run 2 plot r.db -o x.svg --beside handshake --figure box
says err "stands beside a curve over loss"

# The report: whole, well-formed, in need of nothing else; its numbers are reckoned anew from the rows.
run 0 plot r.db -o report.html
silent err
python3 - << 'END' || fail "the report"
import base64, html.parser, math, re, sqlite3, sys
text = open("report.html", encoding="utf-8").read()
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(); self.open = []; self.rows = []; self.figures = 0; self.heads = []
    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "img":
            assert a["src"].startswith("data:image/svg+xml;base64,") and a["alt"]
            assert base64.b64decode(a["src"].split(",")[1], validate=True).startswith(b"<?xml")
            self.figures += 1
        assert tag not in ("script", "link", "iframe")
        if tag in ("meta", "img"): return
        self.open.append(tag)
        if tag == "tr": self.rows.append([])
        if tag in ("td", "th"): self.rows[-1].append("")
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
    def handle_data(self, data):
        if self.open and self.open[-1] == "h2": self.heads.append(data)
        if any(t in ("td", "th") for t in self.open): self.rows[-1][-1] += data
page = Page(); page.feed(text); page.close()
assert not page.open and page.figures == 8, (page.open, page.figures)  # delay thrice, the queue twice, and three more
assert {"Delivery delay", "Attempts", "Delivered mails", "Bytes on wire"} <= set(page.heads), page.heads
assert "Retry &amp; loss" in text and "Retry &lt;under&gt;" in text and "Retry <under>" not in text
for word in ("seed 7", "8 points", "24 runs each", "postroad view r.db --run "): assert word in text, word

db = sqlite3.connect("r.db")
runs = {}
columns = [c[1] for c in db.execute("PRAGMA table_info(runs)")]
points = dict(db.execute("SELECT rowid, text FROM points"))
def digits(x): return f"{x:.3g}"
T23 = 2.0686576104190406
units = {"s": 1, "ms": 1e-3, "min": 60, "h": 3600, "d": 86400, "%": 0.01, "B": 1, "kB": 1e3, "MB": 1e6, "": 1}
def number(cell):
    m = re.fullmatch(r"([0-9.,\u202f]+)(?: (\D+))?", cell)
    return float(m[1].replace("\u202f", "")) * units[m[2] or ""]
def interval(cell):
    low, high = cell.split(" – ")
    if re.fullmatch(r"[0-9.\u202f]+", low) and " " in high: low += " " + high.split(" ")[1]
    return number(low), number(high)
def near(a, b): return abs(a - b) <= 0.006 * abs(b) + 1e-9
seen = {"t": 0, "wilson": 0, "median": 0, "km": 0}
for point, where in points.items():
    loss = re.search(r'loss="?([^";]*)', where)[1]; retry = re.search(r'retry="?([^";]*)', where)[1]
    rows = [r for r in page.rows if len(r) > 5 and r[1] == loss and r[2] == retry]
    assert len(rows) == 5, (where, len(rows))
    for row, name in zip(rows, ["delivery_delay", "attempts", "delivered", "bytes_on_wire"]):
        x = sorted(v for v, in db.execute(f"SELECT {name} FROM runs WHERE point = ?", (point,)))
        n = len(x); mean = sum(x) / n
        cells = row[4:] if name == "bytes_on_wire" else row[6:]
        assert set(x) <= {0, 1} or name != "delivered"; assert n == 24 and row[3] == "24" and near(number(cells[0]), mean), (row, mean)
        if name == "delivered":
            z = 1.959963984540054; middle = (mean + z*z/2/n) / (1 + z*z/n); half = z / (1 + z*z/n) * math.sqrt(mean*(1-mean)/n + z*z/4/n/n)
            low, high = interval(cells[1]); assert near(low, middle - half) and near(high, middle + half), (row, middle, half); seen["wilson"] += 1
        elif name == "delivery_delay" and row[5] == "0.00 %": # nothing censored: Kaplan and Meier's median is the 12th of 24
            assert near(number(cells[2]), x[11]), (row, x); seen["km"] += 1
        elif name == "bytes_on_wire":
            half = T23 * math.sqrt(sum((v - mean)**2 for v in x) / (n - 1) / n)
            low, high = interval(cells[1]); assert near(low, mean - half) and near(high, mean + half), (row, mean, half); seen["t"] += 1
            assert near(number(cells[2]), x[11]); low, high = interval(cells[3])
            assert near(low, x[6]) and near(high, x[17]), (row, x); seen["median"] += 1 # of 24: from the 7th to the 18th
assert min(seen.values()) >= 6, seen
END

# Other shapes of studies.
cat > none.json << 'END'
{ "scenario": "world.json", "replications": { "min": 3, "max": 3 }, "measure": ["delivery_delay"] }
END
if run 0 study none.json -o none.db; then run 0 plot none.db -o none.svg; run 0 plot none.db -o none.html; fi

cat > connect.json << 'END'
{ "scenario": "world.json", "vary": { "/links/b-mail/loss": ["0 %", "10 %", "20 %"] }, "replications": 3,
  "measure": ["connect", "retransmissions"] }
END
run 0 study connect.json -o connect.db
run 0 plot connect.db -o h.svg -s mean --beside "handshake:rtt=70 ms,timeout=1 s" --beside transfer:rtt=70ms,size=2kB
# Without loss nothing is sent again: zero has no place on a logarithmic axis, and nothing is drawn outside of it.
run 0 plot connect.db -o zero.svg -m retransmissions -s mean --scale log
silent err
holds test -z "$(grep -oiE '"[^"]*(nan|inf|[0-9]{6,}\.)[^"]*"' zero.svg)"

# The measure that is meant when none is said: the first that the study file names. A value is found however it is written.
cat > order.json << 'END'
{ "scenario": "world.json", "vary": { "/links/b-mail/loss": ["0 %", "10 %", "20 %"],
  "/hosts/internet/description": ["1 min", "90 s"] }, "replications": 3,
  "measure": ["bytes_on_wire", "delivery_delay"] }
END
run 0 study order.json -o order.db
run 0 plot order.db -o first.svg
run 0 plot order.db -o named.svg -m bytes_on_wire
holds cmp first.svg named.svg
run 0 plot order.db -o one.svg --figure ecdf -m delivery_delay --by description --where "loss=10 %"
for same in "loss=10%" "loss=10.0 %" "/links/b-mail/loss=10%"; do
    run 0 plot order.db -o same.svg --figure ecdf -m delivery_delay --by description --where "$same"
    holds cmp one.svg same.svg
done
run 0 plot order.db -o one.svg --figure difference --by description --against "90 s"
for same in 90s "1.5 min" 90000ms; do
    run 0 plot order.db -o same.svg --figure difference --by description --against "$same"
    holds cmp one.svg same.svg
done
for other in 0.1 11% "10 s" "10 B"; do
    run 2 plot order.db -o x.svg --where "loss=$other"
    says err "is never \"$other\" in this study"
done

# The queues are in the report whichever measure brings them, also as the main one.
for measures in '"peak_queue"' '"delivery_delay", "peak_queue"' '"mean_queue"' '"mean_queue", "peak_queue"'; do
    echo '{ "scenario": "world.json", "replications": 2, "measure": ['"$measures"'] }' > queues.json
    rm -f queues.db
    run 0 study queues.json -o queues.db
    run 0 plot queues.db -o queues.html
    equal "$(grep -c 'alt="Queue over time' queues.html)" 1 "queues with $measures"
done

# Strokes are told of where there are some, and a study that has not ended says so.
run 0 plot none.db -o none.html
equal "$(grep -c 'Small strokes' none.html)" 0 'strokes where all had ended'
equal "$(grep -c 'Unfinished' none.html)" 0 'unfinished, but it is not'
sed 's/"replications"/"set": { "\/until": "1.01 s" }, "replications"/' none.json > short.json
run 0 study short.json -o short.db
run 0 plot short.db -o short.html
holds grep -q 'Small strokes: mails that were watched no longer' short.html
run 0 study none.json -o part.db --shard 2/2
run 0 plot part.db -o part.html
holds grep -q 'Unfinished: 1 of 3 runs' part.html
name=$(grep -o 'postroad view part.db --run [0-9a-f-]*' part.html)
equal "${name##*-}" 1 'a run that the part has'
run 0 view part.db --run "${name##* }" --screenshot part.png
sed 's/"replications": 3/"replications": {"min": 10, "max": 40},\n "precision": {"measure": "connect", "relative": 0.3}/' \
    connect.json > precise.json
run 0 study precise.json -o precise.db
run 0 plot precise.db -o precise.html
equal "$(grep -c 'Unfinished' precise.html)" 0 'unfinished, but it is precise enough'
python3 -c 'import sqlite3; db = sqlite3.connect("precise.db"); db.execute("DELETE FROM runs WHERE replication = (SELECT max(replication) FROM runs)"); db.commit()'
run 0 plot precise.db -o precise.html
holds grep -qE 'Unfinished: [0-9]+ of at most 120 runs' precise.html

# A later measure that cannot be read: told, and nothing is left behind.
python3 -c 'import sqlite3; db = sqlite3.connect("order.db"); db.execute("UPDATE runs SET mails = mails + 1"); db.commit()'
run 1 plot order.db -o damaged.html
says err 'order.db: the file is damaged: a run lacks mails'
holds test -z "$(ls damaged.html* 2> /dev/null)"

# A mail to a user of the same server has no first attempt.
sed 's/"bob@b.example"\], "subject"/"bob@b.example", "carol@a.example"], "subject"/; s/"alice"\], "retry"/"alice", "carol"], "retry"/' \
    world.json > local.json
echo '{ "scenario": "local.json", "replications": 2, "measure": ["time_to_first_attempt"] }' > local-study.json
run 0 study local-study.json -o local.db
run 0 study export local.db -o local.csv --table mails
equal "$(python3 -c 'import csv; print(*sorted((r["recipient"], r["first_attempt_s"] != "") for r in csv.DictReader(open("local.csv"))))')" \
    "('bob@b.example', True) ('bob@b.example', True) ('carol@a.example', False) ('carol@a.example', False)" 'first attempts'
run 0 plot local.db -o local.html
holds grep -q 'Of 2 mails none was censored' local.html

# An attempt that was made is known, also of mails that are still on their way.
cat > lost.json << 'END'
{ "scenario": "world.json", "set": { "/until": "20 s", "/links/b-mail/loss": "100 %" }, "replications": 3,
  "measure": ["time_to_first_attempt", "delivery_delay"] }
END
run 0 study lost.json -o lost.db
run 0 plot lost.db -o lost.html
holds grep -q 'Of 3 mails none was censored: an attempt was made at each' lost.html
holds grep -q 'Censored: 100.* of 3 mails had not ended' lost.html
equal "$(grep -o '<td class="n">3</td><td class="n">3</td><td class="n">[0-9.]*' lost.html | sed 's/.*>//' | sort | tr '\n' ' ')" \
    "0.00 100 " censored

# Long names end with a whole character.
for title in "$(printf 'é%.0s' {1..150})" "a$(printf 'é%.0s' {1..150})"; do
    sed "s/\"replications\"/\"title\": \"$title\", \"replications\"/" none.json > long.json
    rm -f long.db
    run 0 study long.json -o long.db
    run 0 plot long.db -o long.html
    holds iconv -f UTF-8 -t UTF-16 -o /dev/null long.html
done

# Up to a time, and by bootstrap.
run 0 plot r.db -o within.svg -s "within 10 min"
run 0 plot r.db -o to.svg -s "mean to 1h"
run 0 plot r.db -o mean.svg -s mean
run 0 plot r.db -o boot.svg -s mean --intervals bootstrap
run 0 plot r.db -o boot-2.svg -s mean --intervals bootstrap
holds cmp boot.svg boot-2.svg
run 0 plot r.db -o boot-d.svg --figure difference -m attempts --intervals bootstrap
holds test "$(md5sum within.svg to.svg mean.svg boot.svg | cut -d' ' -f1 | sort -u | wc -l)" = 4
run 2 plot r.db -o x.svg -m attempts -s "within 1 h"
says err "up to a time are only times"
run 2 plot r.db -o x.svg --figure difference -s "within 1 h"
says err "a difference is taken run by run"
run 2 plot r.db -o x.svg --intervals bootstrap
says err "hint: --statistic mean"
run 2 plot r.db -o x.svg --figure ecdf --intervals bootstrap
says err "has intervals of its own"
for kind in survival ecdf box violin queue attempts; do
    run 2 plot r.db -o x.svg --figure $kind -s p90
    says err "shows more than one number for each point"
done
run 0 plot none.db -o none.html -s p90
run 2 plot r.db -o x.svg --intervals jackknife
says err '"jackknife" is not bootstrap'
run 2 plot r.db -o x.html -s "within 1 h"
says err "is for a single figure"
for file in x.svg x.html; do
    run 2 plot r.db -o $file -s "p 95"
    says err '"p 95" is not mean, median or a percentile'
done

# What cannot be.
run 2 plot r.db -o x.svg --figure difference --scale log
says err "a logarithmic axis has no place"
run 2 plot r.db -o x.svg --against exim
says err "hint: --figure difference"
for option in "--figure curve" "--measure attempts" "--beside transfer" "--scale log" "--size 600x400" "--title T"; do
    run 2 plot r.db -o x.html $option
    says err "${option%% *} is for a single figure, and x.html is a report"
done
holds test ! -e x.html
run 2 plot r.db
says err "-o FILE is missing"
run 2 plot r.db -o x.gif
says err "a figure's name ends in .svg, .png or .pdf"
run 2 plot r.db -o x.svg --figure curv
says err 'did you mean "curve"?'
run 2 plot r.db -o x.svg --measure bytes_on_wir
says err 'did you mean "bytes_on_wire"?'
run 2 plot r.db -o x.svg --measure goodput
says err "it measured delivery_delay, attempts, delivered, bytes_on_wire, mean_queue"
run 2 plot none.db -o x.svg --figure queue
says err '"mean_queue" was not measured in this study'
run 2 plot r.db -o x.svg --x rate
says err '"rate" does not vary in this study'
run 2 plot r.db -o x.svg --where "loss=7 %"
says err '/links/b-mail/loss is never "7 %" in this study'
run 2 plot r.db -o x.svg --where loss
says err 'has no "="'
run 2 plot r.db -o x.svg --statistic average
says err "not mean, median or a percentile"
run 2 plot r.db -o x.svg --confidence 3
says err "not between 50 % and 100 %"
run 2 plot r.db -o x.svg -m bytes_on_wire --figure ecdf
says err "survival and ecdf show times"
run 2 plot r.db -o x.svg --figure difference --against sendmail
says err 'it is "qmail", "exim"'
run 2 plot r.db -o x.svg --size 10x10
says err "is not a size between"
run 2 plot r.db -o r.db
run 2 plot nowhere.db -o x.svg
says err nowhere.db
run 2 plot world.json -o x.svg
says err world.json
says err 'hint: name a file that postroad study has written (-o)'
python3 -c 'import sqlite3; db = sqlite3.connect("strange.db"); db.execute("CREATE TABLE a (b)"); db.commit()'
run 2 plot strange.db -o x.svg
says err 'hint: name a file that postroad study has written (-o)'
run 1 study none.json -o strange.db
says err 'hint: choose another name; the file was left as it is'
cat > wide.json << 'END'
{ "scenario": "world.json", "replications": 1, "measure": ["bytes_on_wire"],
  "vary": { "/links/b-mail/delay": { "from": "1 ms", "to": "50 ms", "step": "1 ms" }, "/links/b-mail/loss": ["0 %", "1 %"] } }
END
run 0 study wide.json -o wide.db
run 2 plot wide.db -o x.svg --figure heat --by delay
says err 'a heat map has room for 48 rows, and there are more'
says err 'hint: --by a value with fewer levels, and --x this one'
run 0 plot wide.db -o wide.svg --figure heat
run 2 plot r.db -o x.html --x rate
says err '"rate" does not vary in this study'
run 1 plot r.db -o /nowhere/x.svg
says err /nowhere/x.svg
run 0 plot --help
says out "--figure KIND"
holds test ! -e x.svg
finish
