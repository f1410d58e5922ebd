#!/usr/bin/env bash
# A person who follows the pages to the letter: every command that they print is there and does what it should, every
# example of JSON is good, what is shown as output is put out, and each thing to try in scenarios/README.md can be tried.
. "${BASH_SOURCE[0]%/*}/assert.sh"
pages() { python3 "$POSTROAD_SOURCE_DIR/tests/app/pages.py" "$@"; }
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
unset DISPLAY WAYLAND_DISPLAY
mkdir "$scratch/here" && cd "$scratch/here" && ln -s "$POSTROAD_SOURCE_DIR/scenarios" scenarios || exit 1
texts=(README.md scenarios/README.md tests/fuzz/README.md)
for page in "$POSTROAD_SOURCE_DIR"/docs/*.md; do # what shipped-studies.md says is typed by test_shipped_studies.sh
    [ "${page##*/}" = shipped-studies.md ] || texts+=("docs/${page##*/}")
done
cd "$POSTROAD_SOURCE_DIR" || exit 1
pages commands "${texts[@]}" > "$scratch/commands"
pages tries scenarios/README.md > "$scratch/tries"
pages outputs "$scratch" "${texts[@]}" > "$scratch/outputs"
pages json "$scratch" "${texts[@]}" > "$scratch/json" || fail 'an example is no JSON'
cd "$scratch/here" || exit 1
# What docs/import.md imports.
given=$POSTROAD_SOURCE_DIR/tests/app/import
cp "$given/at_the_sender.pcapng" delivery.pcap && cp "$given/trace.eml" mail.eml && cp "$given/trace.eml" way.eml
# The study of README.md, made shorter.
sed 's/"replications": 200/"replications": 2/' "$scratch"/README-*.json > loss.json
cp "$given/postfix.log" mail.log && head -n 16 mail.log | gzip > mail.log.2.gz && tail -n +17 mail.log | gzip > mail.log.1.gz

# typed PLACE COMMAND: as a shell would run it, with the postroad under test.
typed() {
    local place=$1 command=$2 code=0
    checks=$((checks + 1))
    postroad() { "$POSTROAD" "$@"; }
    ./run() { if [ $# -eq 0 ]; then "$POSTROAD" view; else "$POSTROAD" "$@"; fi; }
    (eval "$command") > "$scratch/out" 2> "$scratch/err" < /dev/null || code=$?
    [ "$code" -eq 0 ] || { fail "$place: \`$command\` ends with $code"; head -n 5 "$scratch/err"; }
}

# What needs a minute, a device or a program outside, or stands for something ("SCENARIO"), is only looked up.
looked_up() {
    local place=$1 word
    read -r _ word _ <<< "$2"
    checks=$((checks + 1))
    case $word in
    tests | threads | hunt | fuzz | package) grep -qE "^ *#   \./run $word" "$POSTROAD_SOURCE_DIR/run" || fail "$place: run does not know $word" ;;
    SUBCOMMAND | '') ;;
    *) "$POSTROAD" "$word" --help > "$scratch/out" 2>&1 || fail "$place: there is no postroad $word" ;;
    esac
}

ran=0
while IFS=$'\t' read -r place command; do
    case $command in
    'postroad bench '*) # the name of the workload
        read -r _ _ word _ <<< "$command"
        checks=$((checks + 1))
        "$POSTROAD" bench --help | grep -qE "[[|]$word[]|]" || fail "$place: there is no workload $word"
        ;;
    *' live'* | *' bench'* | *' tests'* | *' threads'* | *' hunt'* | *' fuzz'* | *' package'* | *NAME* | *SCENARIO* | *SUBCOMMAND* | *FILE* | *JOURNAL* | \
        *live.journal* | *STUDY* | *RESULTS* | *A.db* | *makeflow* | 'postroad show' | 'postroad export' | 'postroad run' | \
        'postroad plot' | postroad) looked_up "$place" "$command" ;;
    *.gif* | *.webm* | *.mp4*) ! command -v ffmpeg > /dev/null || typed "$place" "$command" ;;
    tshark*) ! command -v tshark > /dev/null || typed "$place" "$command" ;;
    *) typed "$place" "$command" && ran=$((ran + 1)) ;;
    esac
done < "$scratch/commands"
holds test "$ran" -ge 8

# The picture at the top is the one that the command beside it makes. UPDATE_GOLDEN=1 makes it anew.
picture=$POSTROAD_SOURCE_DIR/docs/first-mail.png
typed README.md "$(grep -F --max-count=1 './run view first-mail --screenshot' "$scratch/commands" | cut -f 2)"
[ -z "${UPDATE_GOLDEN:-}" ] || cp first-mail.png "$picture"
holds cmp first-mail.png "$picture"

# Output that is shown: "..." stands for what is left out, in a line or of lines.
shown=0
while IFS=$'\t' read -r place command expected; do
    typed "$place" "$command"
    shown=$((shown + 1)) checks=$((checks + 1))
    python3 - "$expected" "$scratch/out" << 'EOF' || fail "$place: \`$command\` puts out something else"
import pathlib, re, sys
shown, out = (pathlib.Path(p).read_text() for p in sys.argv[1:])
pattern = re.escape(shown).replace(re.escape("...\n"), "(?s:.*)").replace(re.escape("..."), ".*")
sys.exit(re.fullmatch(pattern, out) is None)
EOF
done < "$scratch/outputs"
holds test "$shown" -ge 1

# Examples: whole scenarios are good; parts at least read.
while IFS=$'\t' read -r place what file; do
    [ "$what" != scenario ] || { run 0 check "$file"; }
    checks=$((checks + 1))
done < "$scratch/json"

# The table of scenarios: each file once, under its own title; and each try is possible, and changes something.
while read -r file; do
    name=${file##*/}
    title=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["title"])' "$file")
    equal "$(grep -cF "| [$name]($name) | $title |" "$POSTROAD_SOURCE_DIR/scenarios/README.md")" 1 "$name, \"$title\" in the table"
done < <(scenario_files)
fingerprint() { sed -n 's/.*fingerprint \([0-9a-f]*\).*/\1/p' "$scratch/out"; }
file_before=''
while IFS=$'\t' read -r file arguments; do
    if [ "$file" != "$file_before" ]; then
        run 0 run "scenarios/$file" --transcript=none
        plain=$(fingerprint)
    fi
    file_before=$file
    checks=$((checks + 1)) code=0
    eval '"$POSTROAD" run "scenarios/$file" --transcript=none '"$arguments" > "$scratch/out" 2> "$scratch/err" || code=$?
    case $code in
    0) grep -q '^as expected' "$scratch/out" || fail "$file $arguments: nothing was expected" ;;
    1) grep -q '^NOT AS EXPECTED' "$scratch/out" || { fail "$file $arguments: ends with 1"; head -n 5 "$scratch/err"; } ;;
    *) fail "$file $arguments: ends with $code" && head -n 5 "$scratch/err" ;;
    esac
    [ "$(fingerprint)" != "$plain" ] || fail "$file $arguments: changes nothing"
done < "$scratch/tries"
holds test "$(cut -f 1 "$scratch/tries" | sort -u | wc -l)" -eq "$(scenario_files | wc -l)"
finish
