#!/usr/bin/env bash
# What a package brings beside the program says what the program says: the manual and the completion know all subcommands
# and options, and others find nothing wrong with the manual and the desktop entry.
#
#   test_packaging.sh PROGRAM SOURCE_DIR
set -euo pipefail

program=$1 source=$2
failed=0
fail() { echo "FAILED: $*"; failed=1; }

manual=$("$source/packaging/manual.sh" "$program" 1.2.3)
page=$(scdoc <<< "$manual" | man -l - 2> /dev/null | col -bx) || page=$(scdoc <<< "$manual" | sed 's/\\f.//g; s/\\&//g; s/\\-/-/g')
grep -q '^postroad(1)' <<< "$manual" || fail "the manual has no head"

# shellcheck source=/dev/null
source "$source/packaging/postroad.bash"
# What completes the last of these words.
completions() {
    COMP_WORDS=("$program" "$@") COMP_CWORD=$#
    _postroad
    printf '%s\n' "${COMPREPLY[@]}"
}

subcommands=$(LC_ALL=C "$program" --help | sed -nE 's/^  postroad ([a-z]+) .*/\1/p')
[ "$(wc -l <<< "$subcommands")" -ge 8 ] || fail "only these subcommands are seen: $subcommands"
for subcommand in $subcommands; do
    grep -q "POSTROAD ${subcommand^^}" <<< "$page" || fail "the manual does not know $subcommand"
    grep -qx "$subcommand" <<< "$(completions "")" || fail "$subcommand is not completed"
    while read -r option; do
        grep -qe "$option" <<< "$page" || fail "the manual does not know $subcommand $option"
        grep -qxe "$option" <<< "$(completions "$subcommand" "${option:0:4}")" || fail "$subcommand $option is not completed"
    done < <(LC_ALL=C "$program" "$subcommand" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
done
[ "$(completions vi)" = view ] || fail "vi is completed to $(completions vi)"
[ "$(completions view --theme da)" = dark ] || fail "a theme is completed to $(completions view --theme da)"

desktop-file-validate "$source/packaging/postroad.desktop" || fail "the desktop entry"
if command -v appstreamcli > /dev/null; then
    appstreamcli validate --no-net "$source/packaging/postroad.metainfo.xml" > /dev/null || fail "the metainfo"
fi
exit "$failed"
