#!/usr/bin/env bash
# Walks docs/life-of-a-mail.md and docs/tcp.md: every file that a page names is there, and every function that it names
# is defined in a file that it names.
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
walk docs/life-of-a-mail.md
walk docs/tcp.md
finish
