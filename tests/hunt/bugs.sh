#!/usr/bin/env bash
# bugs.sh [NAME...]: plants each bug of bugs/NAME.patch in a copy of the sources, builds the hunter, and hunts until the laws
# that it breaks have seen it, in at most 1,000 worlds. Without names, all of them.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
bugs=$here/tests/hunt/bugs
scratch=$here/build/bugs
copy=$scratch/source
worlds=${WORLDS:-1000}

say() { printf '%s\n' "$*"; }

# Only what differs is copied, with the time of now, so that ninja builds that and no more.
copy_sources() {
    local file
    mkdir -p "$copy"
    (cd "$here" && find CMakeLists.txt CMakePresets.json sim model viz app po packaging tests/hunt scenarios docs -type f) |
        while read -r file; do
            cmp -s "$here/$file" "$copy/$file" && continue
            mkdir -p "$copy/$(dirname "$file")"
            cp "$here/$file" "$copy/$file"
            touch "$copy/$file"
        done
}

build() {
    { [ -f "$scratch/build/build.ninja" ] &&
        grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$copy" "$scratch/build/CMakeCache.txt"; } ||
        (cd "$copy" && cmake --fresh --preset hunt -B "$scratch/build" -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF \
            -DCMAKE_C_FLAGS_RELEASE="-O2 -w") || return 1
    cmake --build "$scratch/build" --target planted
}

# The copy is no part of a repository, whatever lies around it.
apply() { (cd "$copy" && GIT_CEILING_DIRECTORIES=$scratch git apply "$@"); }

header() { sed -n "/^--- /q; s/^$2: *//p" "$1"; }

# One line on stdout; false when it was not found.
hunt() {
    local patch=$1 name log began found
    name=$(basename "$patch" .patch)
    log=$scratch/$name.log
    apply --check "$patch" 2> "$log" || { say "$name: DOES NOT APPLY: $(head -n 1 "$log")"; return 1; }
    apply "$patch"
    began=$SECONDS
    if ! build > "$log" 2>&1; then
        say "$name: DOES NOT BUILD; see $log"
    elif found=$("$scratch/build/tests/hunt/planted" 1 "$worlds" $(header "$patch" laws) 2> "$log"); then
        say "$name: $(echo $found | sed 's/ \([A-Z]\)/, \1/g') ($((SECONDS - began)) s)"
        apply -R "$patch"
        return 0
    else
        say "$name: NOT FOUND by $(header "$patch" laws) in $worlds worlds ($((SECONDS - began)) s); ${found:-nothing}; $(head -n 1 "$log")"
    fi
    apply -R "$patch"
    return 1
}

failed=0
[ $# -gt 0 ] || set -- $(cd "$bugs" && ls ./*.patch | sed 's,^\./,,; s,\.patch$,,')
copy_sources
build > "$scratch/build.log" 2>&1 || { say "the sources do not build; see $scratch/build.log"; exit 2; }
for name in "$@"; do
    [ -f "$bugs/$name.patch" ] || { say "$name: there is no such bug in $bugs"; exit 2; }
    hunt "$bugs/$name.patch" || failed=$((failed + 1))
done
[ "$failed" -eq 0 ] || { say "$failed of $# bugs were not found"; exit 1; }
say "all $# bugs were found"
