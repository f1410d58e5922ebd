#!/usr/bin/env bash
# Walks docs/life-of-a-mail.md, docs/tcp.md and docs/smtp.md: every file that a page names is there, and every function that it names
# is defined in a file that it names. Every rule of docs/tcp.md and docs/smtp.md is shown by a timeline or a dialogue, or by a test of another kind.
. "${BASH_SOURCE[0]%/*}/assert.sh"
cd "$POSTROAD_SOURCE_DIR" || exit 1
walk() {
    local page=$1 file name files functions code=()
    mapfile -t files < <(grep -oE '`(sim|model|viz|app|scenarios|tests)/[A-Za-z0-9_/.-]+`' "$page" | tr -d '`' | sort -u)
    mapfile -t functions < <(grep -oE '`[a-z_0-9]+\(\)`' "$page" | tr -d '`()' | sort -u)
    holds test "${#files[@]}" -gt 10
    holds test "${#functions[@]}" -gt 10
    for file in "${files[@]}"; do
        [ -e "$file" ] || fail "$page names $file, which is not there"
        [ ! -f "$file" ] || code+=("$file")
    done
    for name in "${functions[@]}"; do
        checks=$((checks + 1))
        grep -qE "^[A-Za-z].*\\b$name\\(" "${code[@]}" || fail "$page names $name(), which none of its files defines"
    done
}

# shown_by PAGE: the last cell of each rule names what is there; only what is not done, or left out, may be without.
shown_by() {
    local page=$1 row rule cell name rules=0
    while IFS= read -r row; do
        rules=$((rules + 1)) checks=$((checks + 1))
        rule=${row#| } cell=${row% |} && rule=${rule%% |*} cell=${cell##*|}
        if ! grep -q '`' <<< "$cell"; then
            grep -qE '\*\*not done\*\*|left out' <<< "$row" || fail "$page: nothing shows \"$rule\""
        fi
        for name in $(grep -oE '`[^`]+`' <<< "$cell" | tr -d '`'); do
            compgen -G "tests/model/tcp/timelines/$name.tcp" > /dev/null || [ -f "$name" ] ||
                compgen -G "tests/model/smtp/$name.smtp" > /dev/null || fail "$page: \"$rule\": no $name"
        done
    done < <(awk '/^\| rule /{ in_table = 1; next } /^[^|]|^$/{ in_table = 0 } in_table && !/^\|---/' "$page")
    holds test "$rules" -gt 35
}
walk docs/life-of-a-mail.md
walk docs/tcp.md
shown_by docs/tcp.md
walk docs/smtp.md
shown_by docs/smtp.md
finish
