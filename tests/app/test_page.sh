#!/usr/bin/env bash
# postroad export -o page.html: what is in the page, how big it is, and what becomes of a run that is too long for one.
# What a browser makes of it: judge_page.py.
. "${BASH_SOURCE[0]%/*}/assert.sh"
scenarios=$POSTROAD_SOURCE_DIR/scenarios
page=$scratch/page.html

# data FILE PYTHON: of the run d that is in the page, with texts looked up by t
data() {
    python3 - "$1" "$2" << 'EOF'
import html, json, re, sys
source = open(sys.argv[1], encoding="utf-8").read()
d = json.loads(re.search(r'<script type="application/json" id="run">(.*?)</script>', source, re.S).group(1))
t = lambda number: d["texts"][number]
print(eval(sys.argv[2]))
EOF
}

run 0 export first-mail -o "$page"
silent out
silent err
holds test "$(stat -c %s "$page")" -lt 300000
holds test ! -e "$page.part"
# It needs nothing else, and lets nothing else run.
equal "$(grep -cE '(src|href)=|@import|url\([^#]' "$page")" 0 'references to elsewhere'
equal "$(data "$page" 're.search("default-src .none.; style-src .unsafe-inline.; script-src .sha256-[A-Za-z0-9+/]{43}=.;", source) is not None')" True 'the policy'
equal "$(python3 - "$page" << 'EOF'
import base64, hashlib, re, sys
source = open(sys.argv[1], encoding="utf-8").read()
program = re.search(r"<script>(.*?)</script>", source, re.S).group(1)
print("sha256-" + base64.b64encode(hashlib.sha256(program.encode()).digest()).decode() in source)
EOF
)" True 'the program is the one that the policy names'

# The run is in it: as many packets, losses, lines and captions as the journal has.
run 0 export first-mail -o "$scratch/run.jsonl"
count() { grep -c "\"kind\":\"$1\"" "$scratch/run.jsonl"; }
equal "$(data "$page" 'len(d["packets"])')" "$(count packet.send)" packets
equal "$(data "$page" 'len(d["drops"])')" "$(count link.drop)" losses
equal "$(data "$page" 'len(d["captions"]) >= int("'"$(count caption)"'")')" True captions
run 0 export lost-segment -o "$scratch/lost.html"
equal "$(data "$scratch/lost.html" 'any(t(c[3]).startswith("RFC 5681") for c in d["captions"])')" True 'the captions of classic moments'
equal "$(data "$scratch/lost.html" '[c[0] for c in d["captions"]] == sorted(c[0] for c in d["captions"])')" True 'captions are in order'
equal "$(data "$page" 'len(d["hosts"])')" "$(count host.add)" hosts
equal "$(data "$page" '[t(p[8]) for p in d["packets"] if t(p[8])]')" "['lost by chance']" 'the reason of the loss'
equal "$(data "$page" 't(d["mails"][0][3])')" 'Lunch?' 'the subject'
equal "$(data "$page" 'all(-1 <= s[4] < i for i, s in enumerate(d["steps"]))')" True 'causes come before what they cause'
equal "$(data "$page" 'all(a[1] <= b[1] for a, b in zip(d["steps"], d["steps"][1:]))')" True 'steps are in the order of time'
# A retransmission is there because of the loss.
equal "$(data "$page" '{d["steps"][d["steps"][p[3]][4]][2] for p in d["packets"] if p[0] == 3}')" '{1}' 'the cause of the retransmission'

# Where the time went: the parts follow each other, and they and what is shorter add up to the delay of each mail.
equal "$(data "$page" 'all(w[3] == sum(s[3] for s in d["whySums"] if s[0] == w[0] and s[1] >= 0) for w in d["whyWhole"])')" True 'sums of why late'
equal "$(data "$page" 'd["whyWhole"][0][3] == d["letters"][0][3] - d["letters"][0][2]')" True 'the whole is the delay'
equal "$(data "$page" 'sum(len(p[7]) for p in d["whyParts"])')" "$(count link.drop)" 'losses of why late'
equal "$(data "$page" 'len({line[9] for line in d["lines"] if line[2] == 2}) > 2, {line[9] for line in d["lines"] if line[2] != 2}')" '(True, {-1})' 'walks'

# The same run gives the same page; so does its journal.
run 0 export first-mail -o "$scratch/again.html"
holds cmp "$page" "$scratch/again.html"
run 0 run first-mail -o "$scratch/run.journal" --transcript=none
run 0 export "$scratch/run.journal" -o "$scratch/again.html"
holds cmp "$page" "$scratch/again.html"

# Too many packets for a page: it says so, there and here, and tells the rest.
run 0 export office-day -o "$page"
says err 'page.html has no packets: with them it would have'
equal "$(data "$page" 'd["extent"], len(d["packets"]), len(d["steps"]) <= 16000, len(d["mails"]) > 50')" '(1, 0, True, True)' 'without packets'
# Still too many lines; and too many mails.
crowd() { python3 - "$scenarios/office-day.json" "$1" << 'EOF' > "$scratch/crowd.json"
import json, sys
d = json.load(open(sys.argv[1]))
d.pop("expect", None)
d["traffic"]["letters"]["every"] = {"poisson": sys.argv[2]}
print(json.dumps(d))
EOF
}
crowd '30 s'
run 0 export "$scratch/crowd.json" -o "$page"
says err 'has no packets and no dialogue'
equal "$(data "$page" 'd["extent"], len(d["lines"])')" '(2, 0)' 'without lines'
crowd '12 s'
cp "$page" "$scratch/before.html"
run 1 export "$scratch/crowd.json" -o "$page"
says err 'too long for a page'
holds cmp "$page" "$scratch/before.html"
holds test ! -e "$page.part"
run 2 export first-mail -o "$page" --at '1 s'
says err '--at means nothing for .html'
run 1 export first-mail -o "$scratch/no/such/folder.html"
says err 'cannot write'
finish
