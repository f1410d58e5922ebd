#!/usr/bin/env bash
# Lessons and the gallery: what comes along is good, what is bad is told, and the gallery has every scenario in the
# order of scenarios/README.md.
. "${BASH_SOURCE[0]%/*}/assert.sh"
scenarios=$POSTROAD_SOURCE_DIR/scenarios
lessons=$scenarios/lessons
bad=$POSTROAD_SOURCE_DIR/tests/app/lessons

for lesson in "$lessons"/*.json; do
    [[ $lesson == *.schema.json ]] && continue
    run 0 check "$lesson"
    says out valid
done

# Each bad lesson has one exact text: UPDATE_GOLDEN=1 writes it anew, to be read.
cd "$bad" || exit 1
for lesson in *.json; do
    run 2 check "$lesson"
    silent out
    [ -z "${UPDATE_GOLDEN:-}" ] || cp "$scratch/err" "${lesson%.json}.expected"
    diff -u "${lesson%.json}.expected" "$scratch/err" || fail "$lesson is told otherwise"
done
run 2 view no_steps.json
says err '"steps" is missing'
cd "$scratch" || exit 1

# The schema takes the same files.
if python3 -c 'import jsonschema' 2> /dev/null; then
    python3 - "$lessons" "$bad" << 'END' || fail "the schema and the program disagree"
import glob, json, sys
import jsonschema
judge = jsonschema.Draft202012Validator(json.load(open(sys.argv[1] + "/lesson.schema.json")))
beyond = {"unknown_scenario", "bad_view", "right_is_none", "not_json"}  # a schema cannot know
wrong = [f for f in glob.glob(sys.argv[1] + "/*.json") if ".schema." not in f and not judge.is_valid(json.load(open(f)))]
wrong += [f for f in glob.glob(sys.argv[2] + "/*.json")
          if f.split("/")[-1][:-5] not in beyond and judge.is_valid(json.load(open(f)))]
print(*wrong)
sys.exit(bool(wrong))
END
fi

# A lesson opens at once, and runs its worlds behind the window; it closes when it is asked to.
: > "$scratch/err" # it is read before the window may have begun
SDL_VIDEODRIVER=dummy SDL_RENDER_DRIVER=software "$POSTROAD" view --times "$lessons/how-a-mail-travels.json" \
    > "$scratch/out" 2>> "$scratch/err" &
window=$!
for ((i = 0; i < 600; i++)); do
    [ "$(wc -l < "$scratch/err")" -lt 2 ] || break
    sleep 0.1
done
kill -TERM "$window"
wait "$window"
equal "$?" 0 'exit code of the window'
says err 'the first picture was there after'
says err 'events were known after'

# The gallery.
python3 - "$scenarios" << 'END' || fail "the gallery is not in the order of scenarios/README.md"
import json, re, sys
rows = re.findall(r"^\| \[([\w-]+)\.json\]", open(sys.argv[1] + "/README.md").read(), re.M)
cards = json.load(open(sys.argv[1] + "/gallery/gallery.json"))["scenarios"]
sys.exit([c["file"] for c in cards] != rows or not all(c["sentence"] for c in cards))
END
run 0 view --screenshot "$scratch/gallery.png"
[ -s "$scratch/gallery.png" ] || fail "no picture of the gallery"

finish
