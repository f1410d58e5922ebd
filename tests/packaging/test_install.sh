#!/usr/bin/env bash
# An installed program finds what was installed with it: wherever its prefix is, and when its sources are gone.
#
#   test_install.sh BUILD_DIR
set -uo pipefail
export LC_ALL=C ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
build=$(realpath "$1")
unset POSTROAD_SCENARIOS LANGUAGE
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }

cmake --install "$build" --prefix "$scratch/first" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
mv "$scratch/first" "$scratch/moved" # so that no path that was configured leads there
prefix=$scratch/moved
cd "$scratch" || exit 1

# A scenario that only the installed folder has: the sources, which are still there, are not looked into.
mv "$prefix/share/postroad/scenarios/first-mail.json" "$prefix/share/postroad/scenarios/only-here.json"
"$prefix/bin/postroad" run only-here --transcript=none > out 2>&1 || { fail "no scenario of its own"; cat out; }
mkdir elsewhere
ln -s "$prefix/bin/postroad" elsewhere/postroad
elsewhere/postroad run only-here --transcript=none > out 2>&1 || fail "not through a symbolic link"
"$prefix/bin/postroad" study no-such-study -o no.db > out 2>&1 && fail "a study that is not there"
grep -qF "the studies that come along are in $prefix/share/postroad/scenarios/studies" out ||
    { fail "where the studies are"; cat out; }
mv "$prefix/share/postroad/scenarios/only-here.json" "$prefix/share/postroad/scenarios/first-mail.json"

# In a namespace where the sources and the build folder are empty, as on another machine.
hidden() { unshare -rm sh -c 'mount -t tmpfs none "$0" && exec "$@"' "$@"; }
source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
if unshare -rm true 2> /dev/null; then
    hidden "$source" "$prefix/bin/postroad" run first-mail --transcript=none > out 2>&1 || { fail "without the sources"; cat out; }
    for language in de es fr hi; do
        hidden "$source" "$prefix/bin/postroad" view first-mail --language "$language" --screenshot "$language.svg" > out 2>&1 || fail "a picture in $language"
        ! grep -qF 'are not installed' out || fail "no texts in $language"
        ! cmp -s de.svg "$language.svg" || [ "$language" = de ] || fail "the picture in $language is German"
    done
fi

# A program alone: neither hint names a folder that is not there.
mkdir alone
cp "$prefix/bin/postroad" alone/
for words in 'run lunch' 'study lunch -o no.db'; do
    # shellcheck disable=SC2086
    POSTROAD_SCENARIOS=$scratch/nowhere alone/postroad $words > out 2>&1 && fail "$words, and nothing is there"
    grep -qF 'hint: the folder of the scenarios that come along was not found' out || { fail "$words: no hint"; cat out; }
    ! grep -qE 'hint.*/(scenarios|studies|nowhere)' out || { fail "$words: a hint to nowhere"; cat out; }
done

# The pages: what they link to is there, or another page of the world.
for page in "$prefix"/share/doc/postroad/README.md "$prefix"/share/doc/postroad/docs/*.md "$prefix/share/doc/postroad/scenarios/README.md"; do
    while read -r target; do
        [ -e "${page%/*}/${target%%#*}" ] || fail "${page##*/postroad/} links to $target"
    done < <(grep -oE '\]\([^)#][^)]*\)' "$page" | sed 's/^](//; s/)$//' | grep -vE '^https?:|^#')
done
exit "$failed"
