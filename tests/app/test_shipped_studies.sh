#!/usr/bin/env bash
# The studies that come along: their worlds are valid, each study loads and runs with few replications, and each command
# of docs/shipped-studies.md that draws a figure draws it of these; every study has its figure and its place on that page.
. "${BASH_SOURCE[0]%/*}/assert.sh"
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
studies=$POSTROAD_SOURCE_DIR/scenarios/studies
page=$POSTROAD_SOURCE_DIR/docs/shipped-studies.md
cd "$scratch" || exit 1

for world in "$studies"/worlds/*.json; do
    run 0 check "$world"
    says out ': valid'
done

# The same files with two replications.
python3 - "$studies" << 'END' || fail "the studies cannot be made smaller"
import json, pathlib, sys

for path in pathlib.Path(sys.argv[1]).glob("*.json"):
    if path.name == "study.schema.json":
        continue
    study = json.loads(path.read_text())
    study["scenario"] = str(path.parent / study["scenario"])
    study["replications"] = 2
    study.pop("precision", None)
    pathlib.Path(path.name).write_text(json.dumps(study))
END
for study in "$studies"/*.json; do
    name=$(basename "$study" .json)
    [ "$name" != study.schema ] || continue
    run 0 study "$name.json" -o "$name.db"
    says out ': complete with'
    holds grep -qF "    postroad study scenarios/studies/$name.json -o $name.db" "$page"
    holds grep -qE "^    postroad plot $name.db " "$page"
done

drawn=0
while IFS=$'\t' read -r place command; do
    case $command in
    'postroad plot '*) ;;
    *) continue ;;
    esac
    arguments=${command#postroad }
    eval "run 0 $arguments"
    picture=$(sed -n 's/.* -o \([^ ]*\).*/\1/p' <<< "$command")
    holds test -s "$picture"
    holds test -s "$POSTROAD_SOURCE_DIR/docs/studies/$picture"
    holds grep -qF "](studies/$picture)" "$page"
    drawn=$((drawn + 1))
done < <(cd "$POSTROAD_SOURCE_DIR" && python3 tests/app/pages.py commands docs/shipped-studies.md)
# What is compared tells the lines apart, and not what varies along with it.
run 0 plot tcp-flavours.db -o flavours.html
holds grep -qF 'Transfer time by loss and kind' flavours.html
equal "$drawn" "$(find "$POSTROAD_SOURCE_DIR/docs/studies" -name '*.png' | wc -l)" 'figures drawn'
finish
