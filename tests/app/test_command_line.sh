#!/usr/bin/env bash
# What a person meets first: help, versions, and messages for what was mistyped.
. "${BASH_SOURCE[0]%/*}/assert.sh"
first=$POSTROAD_SOURCE_DIR/scenarios/first-mail.json

# Help goes to standard output, and every subcommand has it.
run 0 --help
says out 'usage: postroad SUBCOMMAND'
silent err
for subcommand in view run check show export live bench; do
    says out "postroad $subcommand"
done
for subcommand in view run check show export live bench; do
    run 0 "$subcommand" --help
    says out "usage: postroad $subcommand"
    says out '--help'
    silent err
done
run 0 --version
says out 'postroad 0.'

# Wrong usage: exit 2, a message on standard error, nothing on standard output.
wrong() {
    local text=$1
    shift
    run 2 "$@"
    silent out
    says err "$text"
}
wrong 'a subcommand is missing; to begin with: postroad view first-mail'
says err 'usage: postroad SUBCOMMAND'
says err 'the window; with no argument, the gallery'
wrong 'unknown subcommand "rnu"' rnu
says err 'did you mean "run"?'
wrong 'unknown subcommand "zzzzzzzz"' zzzzzzzz
wrong 'RESULTS.db -o FILE is missing' plot
wrong '-o FILE is missing' plot results.db
wrong 'SCENARIO is missing' run
wrong 'one argument too many' run "$first" "$first"
wrong 'unknown option "--sed"' run "$first" --sed 3
says err 'did you mean "--seed"?'
wrong 'unknown option "--trancsript=mail"' run "$first" --trancsript=mail
says err 'did you mean "--transcript"?'
wrong 'unknown option "-x"' run -x "$first"
wrong '--seed needs a value' run "$first" --seed
wrong '--json takes no value' run "$first" --json=yes
wrong '"-1"' run "$first" --seed=-1
wrong '"soon"' run "$first" --until soon
wrong '"everything"' run "$first" --transcript everything
wrong 'is none of queue, tcp, mail, mail-link, five-days' bench mial
says err 'did you mean "mail"?'
wrong 'No such file' run "$scratch/missing.json"
wrong '/links/none/loss' run "$first" --set '/links/none/loss=1 %'
wrong 'POINTER=VALUE' run "$first" --set /seed
wrong '-o FILE is missing' export "$first"
wrong '.pcapng' export "$first" -o "$scratch/x.bmp"
wrong 'No such file' show "$scratch/missing.journal"
wrong 'not a postroad journal' show "$first"

# Nothing is passed over in silence: empty values, options without an effect, two results in one place.
for option in --seed --until --set -o --pcap --mbox --report --transcript; do
    wrong 'is empty' run "$first" "$option" ''
done
wrong 'an argument is empty' run ''
wrong '--report FILE' run "$first" --json --transcript=mail
cp "$first" "$scratch/copy.json"
wrong 'name the same file' run "$scratch/copy.json" --report "$scratch/copy.json"
holds cmp "$first" "$scratch/copy.json"
wrong 'name the same file' run "$first" -o "$scratch/x" --pcap "$scratch/x"
holds test ! -e "$scratch/x"
wrong '--link means nothing for .svg' export "$first" -o "$scratch/x.svg" --link a-mail
wrong '--at means nothing for .jsonl' export "$first" -o "$scratch/x.jsonl" --at '1 s'
wrong 'ends in .png, .svg or .pdf' view "$first" --screenshot "$scratch/x.bmp"
for size in 0x0 1x1 319x200 -1x5 100000x100000 1280 1280x ' 640x400' +640x400 640x400x1 640X400; do
    wrong 'is not a size' view "$first" --screenshot "$scratch/x.png" --size "$size"
done
holds test ! -e "$scratch/x.png"
run 0 run "$first" --transcript=none -o "$scratch/first.journal"
wrong 'packet.send' show "$scratch/first.journal" --kind packet
wrong 'later than --to' show "$scratch/first.journal" --from '3 s' --to '1 s'
wrong 'no other filter' show "$scratch/first.journal" --cause 5 --kind link.drop
cp "$scratch/first.journal" "$scratch/first.jsonl"
wrong 'name another file' export "$scratch/first.jsonl" -o "$scratch/first.jsonl"
holds cmp "$scratch/first.journal" "$scratch/first.jsonl"
run 0 help run
says out 'usage: postroad run'

# A picture of an instant that does not come shows the end, and says so.
run 0 view backup-mx --at "10 min" --screenshot "$scratch/end.png"
says err 'all ends at 40.64 s; the picture shows the end'
run 0 view backup-mx --at "30 s" --screenshot "$scratch/end.png"
silent err

# The beginning and the end have names.
run 0 view backup-mx --at end --screenshot "$scratch/named.png"
silent err
run 0 view backup-mx --at "10 min" --screenshot "$scratch/end.png"
holds cmp "$scratch/named.png" "$scratch/end.png"
run 0 view backup-mx --at begin --screenshot "$scratch/named.png"
run 0 view backup-mx --at "0 s" --screenshot "$scratch/begin.png"
holds cmp "$scratch/named.png" "$scratch/begin.png"
# Every form in which the program itself writes a time is one that it reads.
run 0 view backup-mx --at "30 s" --screenshot "$scratch/end.png"
for instant in 00:00:30 00:00:30.000000 0:30 "30 s"; do
    run 0 view backup-mx --at "$instant" --screenshot "$scratch/named.png"
    holds cmp "$scratch/named.png" "$scratch/end.png"
done
run 1 run "$first" --until 00:00:02 --transcript=none # it expects more
says out 'ended at 00:00:02.000000'
wrong '"ende"' view backup-mx --at ende --screenshot "$scratch/end.png"

# A scenario is found by its path without the ending, too; who misspells it, or names a folder, is told what is there.
scenarios=$POSTROAD_SOURCE_DIR/scenarios
run 0 run "$scenarios/lost-segment" --transcript=none
run 2 run "$scenarios/lost-segmnt"
says err "did you mean \"$scenarios/lost-segment.json\"?"
run 2 run lost-segmnt.json
says err 'did you mean "lost-segment"?'
run 2 run "$scenarios/zzzzzzzzzzzz"
says err "the scenarios that come along are in"
for folder in "$scenarios" "$scenarios/"; do
    run 2 view "$folder" --screenshot "$scratch/x.png"
    says err "name one of the scenarios in it, such as \"$scenarios/as-the-article-tells-it.json\""
done
run 2 run "$scratch"
says err 'cannot be read: Is a directory'
run 2 view lost-segment --look-at mx1 --screenshot "$scratch/x.png"
says err 'did you mean "mx1.b.example"?'
run 2 view lost-segment --look-at alice-cp --screenshot "$scratch/x.png"
says err 'did you mean "alice-pc"?'

# What a file calls things may be long or meant for a terminal; a message is lines of readable length.
printf '{ "postroad": 1, "ti\\u001b[2Jtle": 1, "%s": 1,\n  "hosts": { "a": { "router": {} } } }\n' \
    "$(head -c 1000000 /dev/zero | tr '\0' y)" > "$scratch/names.json"
wrong 'unknown key "ti\u001b[2Jtle"' check "$scratch/names.json"
holds test "$(wc -c < "$scratch/err")" -lt 3000

# check says all errors of all files and runs nothing.
run 0 check "$first"
says out 'valid'
printf '{ "postroad": 1, "title": 3,\n  "hosts": {}, "lniks": {} }\n' > "$scratch/bad.json"
wrong 'bad.json:1:27: /title' check "$scratch/bad.json"
says err 'bad.json:2:'
says err 'did you mean "links"?'
run 2 check "$scratch/bad.json" "$first"
says out 'first-mail.json: valid'
wrong 'bad.json:1:27: /title' run "$scratch/bad.json"
wrong 'bad.json:1:27: /title' view "$scratch/bad.json" --screenshot "$scratch/x.png"
holds test ! -e "$scratch/x.png"

# A scenario of the library is found by its name from anywhere.
cd "$scratch" || exit 1
run 0 check first-mail
silent err
# What is valid and hardly meant is a warning, which check alone tells.
sed 's/"mail": {/"zones": { "b.example": ["@ MX 10 mx1.b.example"] }, "mail": {/' "$POSTROAD_SOURCE_DIR/scenarios/first-mail.json" > "$scratch/dotless.json"
run 0 check "$scratch/dotless.json"
says out ': valid'
says err 'warning: "@ MX 10 mx1.b.example": "mx1.b.example.b.example" has no address'
says err '  hint: without a dot at its end a name is one in b.example: write "mx1.b.example."'
run 1 run "$scratch/dotless.json" --until '2 s' --transcript=none
holds test "$(grep -c 'warning' "$scratch/err")" -eq 0
# the schema lies among the scenarios, and a shell's * names it too
run 0 check "$POSTROAD_SOURCE_DIR"/scenarios/*.json
says out 'first-mail.json: valid'
says out 'scenario.schema.json: a schema, no scenario; passed over'
finish
