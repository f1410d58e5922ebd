#!/usr/bin/env bash
# Checks the habits of this repository that a compiler does not: floors, banned calls, length of functions, headers
# that compile alone, scenarios that are listed, width, clean text. Prints path:line: what, and exits 1 if anything is amiss.
#
#   tests/tidy/tidy.sh [ROOT]               check the tree at ROOT (default: this one)
#   UPDATE_LONGEST=1 tests/tidy/tidy.sh     write the length of the longest function to tests/tidy/longest.txt
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "${1:-$here/../..}" && pwd)
cd "$root"
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

product_files() { find sim model viz app -name '*.[ch]' 2>/dev/null | sort; }
text_files() {
    find . \( -name build -o -name .git -o -name .cache -o -name __pycache__ -o -path ./tests/tidy/planted -o -path ./tests/fuzz/corpus \) -prune -o -type f -print |
        sed 's|^\./||' | grep -vE '^LICENSE$|\.(png|svg|pcapng|pcap|journal|eml|zst)$|\.swp$' | sort
}

# Code without comments, strings and characters, line by line: path:line:code. A quoted include keeps its name.
bare_code() {
    product_files | tr '\n' '\0' | xargs -0 -r awk '
        FNR == 1 { comment = 0 }
        /^[ \t]*#[ \t]*include/ { print FILENAME ":" FNR ":" $0; next }
        {
            line = $0; out = ""
            while (length(line)) {
                if (comment) {
                    end = index(line, "*/")
                    if (!end) break
                    comment = 0; line = substr(line, end + 2); continue
                }
                two = substr(line, 1, 2); one = substr(line, 1, 1)
                if (two == "/*") { comment = 1; line = substr(line, 3); out = out " "; continue }
                if (two == "//") break
                if (one == "\"" || one == "\047") {
                    line = substr(line, 2)
                    while (length(line) && substr(line, 1, 1) != one)
                        line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
                    line = substr(line, 2); out = out one one; continue
                }
                out = out one; line = substr(line, 2)
            }
            print FILENAME ":" FNR ":" out
        }'
}

check_floors() {
    awk '
        function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
        NR == FNR { if ($0 !~ /^#/ && NF) { room = $1; sub(/:$/, "", room); known[room] = 1
                    may[room, room] = 1; for (i = 2; i <= NF; i++) may[room, $i] = 1 } next }
        {
            split($0, part, ":")
            if (part[3] !~ /^[ \t]*#[ \t]*include[ \t]*"/) next
            split(part[3], quoted, "\""); from = room_of(part[1]); to = room_of(quoted[2])
            if (!(from in known)) print part[1] ":" part[2] ": the room " from " is not in tests/tidy/floors.txt"
            else if (!((from, to) in may)) print part[1] ":" part[2] ": " from " must not include \"" quoted[2] "\""
        }' "$here/floors.txt" <(bare_code)
}

check_banned_calls() {
    awk '
        NR == FNR { if ($0 !~ /^#/ && NF) { n++; name[n] = $1; allowed[n] = $2; why[n] = $0
                    sub(/^[^ ]+ +[^ ]+ +/, "", why[n]) } next }
        {
            split($0, part, ":"); code = $0; sub(/^[^:]*:[^:]*:/, "", code)
            if (code ~ /^[ \t]*#/) next
            for (i = 1; i <= n; i++)
                if (index(code, name[i]) && (" " code) ~ ("[^A-Za-z0-9_.>]" name[i] "[ \t]*[(]") &&
                    (allowed[i] == "-" || part[1] !~ allowed[i]))
                    print part[1] ":" part[2] ": " name[i] "() is banned here: " why[i]
        }' "$here/banned.txt" <(bare_code)
}

# A function runs from a line "{" to a line "}". Prints: length path:line name.
function_lengths() {
    product_files | tr '\n' '\0' | xargs -0 -r awk '
        /^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
        /^\{$/ { start = FNR }
        /^\}$/ && start { print FNR - start + 1, FILENAME ":" start, name; start = 0 }'
}

check_function_lengths() {
    local limit=70 longest length where name
    read -r length where name < <(function_lengths | sort -rn -k1,1 -s | head -n 1) || return 0
    [ -z "${UPDATE_LONGEST:-}" ] || echo "$length" > tests/tidy/longest.txt
    longest=$(cat tests/tidy/longest.txt)
    [ "$longest" -le "$limit" ] || echo "tests/tidy/longest.txt:1: $longest is above the limit of $limit lines"
    function_lengths | awk -v longest="$longest" '
        $1 > longest { print $2 ": " $3 " has " $1 " lines; the longest allowed has " longest }'
    [ "$length" -ge "$longest" ] ||
        echo "tests/tidy/longest.txt:1: the longest function now has $length lines ($name): write $length here"
}

check_headers_compile_alone() {
    local cc=${CC:-cc} flags header
    flags=$(pkg-config --cflags sdl2 cairo pangocairo libcjson ldns libzstd sqlite3 2>/dev/null || true)
    product_files | grep '\.h$' | while read -r header; do
        # shellcheck disable=SC2086
        printf '#include "%s"\n' "$header" |
            $cc -std=c17 -D_POSIX_C_SOURCE=200809L -DPOSTROAD_VERSION='""' -I. $flags -fsyntax-only -x c - >/dev/null 2>&1 ||
            echo "$header:1: does not compile alone"
    done
}

check_scenarios_are_listed() {
    local file
    find scenarios -maxdepth 1 -name '*.json' ! -name '*.schema.json' 2>/dev/null | sort | while read -r file; do
        grep -qF "$(basename "$file" .json)" scenarios/README.md 2>/dev/null || echo "$file:1: is not listed in scenarios/README.md"
    done
}

check_text() {
    text_files | tr '\n' '\0' | xargs -0 -r awk '
        /[ \t]$/ && FILENAME !~ /golden|\.smtp$|\.pop3$/ { print FILENAME ":" FNR ": space at the end of the line" }
        /\t/ && FILENAME ~ /\.(c|h|inc|json|txt|cmake|sh)$/ && FILENAME !~ /golden/ { print FILENAME ":" FNR ": tab" }
        /TO[D]O|FIX[M]E|for no[w],/ && FILENAME !~ /^tests\/tidy\// { print FILENAME ":" FNR ": unfinished: " $0 }'
}

check_width() {
    find sim model viz app \( -name '*.[ch]' -o -name '*.js' -o -name '*.css' \) 2>/dev/null | sort | tr '\n' '\0' |
        xargs -0 -r awk 'length > 127 { print FILENAME ":" FNR ": wider than 127 columns" }'
}

{
    check_floors
    check_banned_calls
    check_function_lengths
    check_headers_compile_alone
    check_scenarios_are_listed
    check_width
    check_text
} > "$findings"
[ -s "$findings" ] || { echo "tidy: nothing amiss"; exit 0; }
cat "$findings"
echo "tidy: $(wc -l < "$findings") findings"
exit 1
