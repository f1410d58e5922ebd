#!/usr/bin/env bash
# The catalogs: each has every text of the window and of figures of studies, and formats agree; pictures are in that
# language.
. "${BASH_SOURCE[0]%/*}/assert.sh"
po=$POSTROAD_SOURCE_DIR/po
if ! command -v xgettext msgfmt msgcmp > /dev/null; then
    echo "gettext is not there; skipped"
    exit 0
fi
cd "$POSTROAD_SOURCE_DIR" || exit 1
xgettext --language=C --keyword=tr --keyword=tr_count:1,2 --from-code=UTF-8 -o "$scratch/texts.pot" viz/draw/*.c viz/story/*.c viz/page/*.c \
    viz/figures/*.c app/plot_{caption,figure,report,summary}.c 2> /dev/null
holds test -s "$scratch/texts.pot"

# Texts of tables and files, which pass through tr() by name: of help, captions, questions, the gallery, the captions of
# all scenarios and the lesson.
python3 - "$scratch/tables" << 'END'
import glob, json, re, sys
texts = []
rows = re.findall(r'\{"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\}', open("viz/draw/help_view.c").read())
assert len(rows) > 30, rows
texts += [meaning for keys, meaning in rows]
signs = re.findall(r'\[SIGN_\w+\] = \{FORM_\w+, HUE_\w+, \w+, "([^"]*)"\}', open("viz/draw/signs.c").read())
assert len(signs) > 30, signs
texts += [words for words in signs if words]
table = re.search(r"table\[\] = \{(.*?)\n\};", open("viz/story/wanted_words.c").read(), re.S).group(1)
words = re.findall(r'\{"([^"]*)",\s*\{', table)
assert len(words) > 30, words
texts += words
texts += ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', t)[1:-1]) for t in
          re.findall(r"\[CLASSIC_\w+\] = \{(.*?)\}", open("viz/story/classic.c").read(), re.S)]
table = re.search(r"rows\[MEASURES\] = \{(.*?)\n\};", open("viz/readers/measures_table.c").read(), re.S).group(1)
for name, title, unit, says in re.findall(r'\{"(\w+)",\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\}', table):
    texts += [title, says]
spoken = re.search(r"words\[\]\[2\] = \{(.*?)\};", open("app/plot_factors.c").read(), re.S).group(1)
texts += [word for word in re.findall(r'"\w+", "(\w+)"', spoken) if word.islower()]
texts += re.findall(r'^    "(.*)",$', open("viz/story/reason.c").read(), re.M)
source = open("viz/story/why_sent.c").read()
tables = re.findall(r"struct why_words (?:\{.*?\} )?\w+\[\] = \{(.*?)\n\};", source, re.S)
rows = [re.findall(r'"((?:[^"\\]|\\.)*)"', row) for t in tables for row in re.findall(r"\{(.*?)\},", t, re.S)]
assert len(rows) > 25, rows
texts += ["".join(row[1:]) for row in rows]
words = re.findall(r'\{"\w+",\s*"((?:[^"\\]|\\.)*)"\}', open("viz/page/page_words.c").read())
assert len(words) > 60, words
texts += words
for card in json.load(open("scenarios/gallery/gallery.json"))["scenarios"]:
    texts += [card["sentence"], json.load(open(f"scenarios/{card['file']}.json"))["title"]]
for path in sorted(glob.glob("scenarios/*.json")):
    say = [caption["say"] for caption in json.load(open(path)).get("story", [])]
    texts += [text if isinstance(text, str) else text["en"] for text in say]
for path in glob.glob("scenarios/lessons/how-*.json"):
    lesson = json.load(open(path))
    texts += [lesson["title"]] + [step[key] for step in lesson["steps"] for key in ("title", "text")]
open(sys.argv[1], "w").write("\n".join(t.replace('\\"', '"') for t in texts if t) + "\n")
END
holds test "$(wc -l < "$scratch/tables")" -gt 100

for language in de es fr hi; do
    msgfmt -c -o "$scratch/$language.mo" "$po/$language.po" 2> "$scratch/msgfmt" ||
        { fail "msgfmt -c $language.po"; head -n 5 "$scratch/msgfmt"; }
    msgcmp "$po/$language.po" "$scratch/texts.pot" > "$scratch/msgcmp" 2>&1 ||
        { fail "$language.po lacks texts of the window"; grep -A3 'not defined' "$scratch/msgcmp" | head -n 12; }
    python3 - "$po/$language.po" "$scratch/tables" << 'END' || fail "$language.po lacks texts of tables"
import subprocess, sys, re
text = subprocess.run(["msgcat", "--no-wrap", sys.argv[1]], capture_output=True, text=True).stdout
have = {m.replace('\\"', '"') for m in re.findall(r'^msgid "(.*)"$', text, re.M)}
lacking = [t for t in open(sys.argv[2]).read().splitlines() if t not in have]
print(*lacking[:5], sep="\n")
sys.exit(bool(lacking))
END
done

# Pictures differ from the English one, however the language was chosen.
english=$scratch/en.png
run 0 view first-mail --at "1.9 s" --screenshot "$english"
for language in de es fr hi; do
    [ $language = hi ] && ! fc-list :lang=hi | grep -q . && continue
    run 0 view first-mail --at "1.9 s" --language $language --screenshot "$scratch/$language.png"
    silent err
    cmp -s "$english" "$scratch/$language.png" && fail "the picture in $language is the English one"
    LC_ALL=C.UTF-8 LANGUAGE=$language run 0 view first-mail --at "1.9 s" --screenshot "$scratch/by-environment.png"
    holds cmp "$scratch/by-environment.png" "$scratch/$language.png"
done
run 0 view first-mail --at "1.9 s" --language en --screenshot "$scratch/again.png"
holds cmp "$english" "$scratch/again.png"
run 2 view first-mail --language tlh
says err '"tlh" is not en, de, es, fr or hi'

# So do pages, which say in which language they are, and their captions; and films.
run 0 export first-mail -o "$scratch/en.html"
for language in de es fr hi; do
    [ $language = hi ] && ! fc-list :lang=hi | grep -q . && continue
    run 0 export first-mail -o "$scratch/$language.html" --language $language
    silent err
    holds grep -q "<html lang=\"$language\">" "$scratch/$language.html"
    for english in 'Ladder: who sends' 'one event back' 'No packet is on its way' 'Alice has written a mail' 'The world ends'; do
        grep -q "$english" "$scratch/en.html" || fail "no $english on the English page"
        grep -q "$english" "$scratch/$language.html" && fail "\"$english\" on the page in $language"
    done
    LC_ALL=C.UTF-8 LANGUAGE=$language run 0 export first-mail -o "$scratch/by-environment.html"
    holds cmp "$scratch/by-environment.html" "$scratch/$language.html"
done
run 0 export first-mail -o "$scratch/en/" --from "1.89 s" --to "1.9 s" --fps 2
run 0 export first-mail -o "$scratch/de/" --from "1.89 s" --to "1.9 s" --fps 2 --language de
cmp -s "$(find "$scratch/en" -name '*.png' | sort | head -n 1)" "$(find "$scratch/de" -name '*.png' | sort | head -n 1)" &&
    fail "the film in German is the English one"
run 2 export first-mail -o "$scratch/x.html" --language tlh
says err '"tlh" is not en, de, es, fr or hi'
run 2 export first-mail -o "$scratch/x.jsonl" --language de
says err '--language means nothing for .jsonl'

# Figures speak what is asked for, and nothing else; a report says which language it has.
cd "$scratch" || exit 1
echo '{ "scenario": "first-mail", "vary": { "/links/a-mail/loss": ["0 %", "5 %", "10 %"] }, "replications": 2 }' > s.json
run 0 study s.json -o s.db
run 0 plot s.db -o en.svg
run 0 plot s.db -o en.html
for language in de es fr hi; do
    [ $language = hi ] && ! fc-list :lang=hi | grep -q . && continue
    run 0 plot s.db -o $language.svg --language $language
    silent err
    cmp -s en.svg $language.svg && fail "the figure in $language is the English one"
    run 0 plot s.db -o $language.html --language $language
    holds grep -q "<html lang=\"$language\">" $language.html
    for english in 'Delivery delay' 'Points:' 'confidence' 'runs each' 'What varied' 'How the numbers'; do
        grep -q "$english" en.html || fail "no $english in English"
        grep -q "$english" $language.html && fail "\"$english\" in the report in $language"
    done
    LC_ALL=C.UTF-8 LANGUAGE=$language run 0 plot s.db -o environment.svg
    holds cmp en.svg environment.svg
done
run 1 plot s.db -o /nowhere/x.svg --language de
says err 'No such file or directory'
run 2 plot s.db -o x.svg --language tlh
says err '"tlh" is not en, de, es, fr or hi'

# What programs read stays English.
LC_ALL=C.UTF-8 LANGUAGE=de run 0 run first-mail --transcript=none
says out delivered
finish
