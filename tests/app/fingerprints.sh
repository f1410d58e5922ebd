#!/usr/bin/env bash
# Compares what several builds of postroad make of every scenario: the whole outcome and the whole journal must be the
# same, byte for byte (law 5).
#
#   tests/app/fingerprints.sh POSTROAD POSTROAD...     compare these commands
#   tests/app/fingerprints.sh --build                  build with gcc and clang at -O0 and -O3, and compare those
set -euo pipefail
export LC_ALL=C
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

build_all() {
    local cc level folder
    for cc in gcc clang; do
        command -v "$cc" > /dev/null || { echo "fingerprints: $cc is missing"; exit 1; }
        for level in 0 3; do
            folder=$scratch/$cc-O$level
            cmake -S "$source_dir" -B "$folder" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=None \
                -DCMAKE_C_FLAGS="-O$level" -DPOSTROAD_TESTS=OFF > "$scratch/log" 2>&1 &&
                cmake --build "$folder" --target postroad >> "$scratch/log" 2>&1 || { tail -n 40 "$scratch/log"; exit 1; }
            builds+=("$folder/app/postroad")
        done
    done
}

builds=()
if [ "${1:-}" = --build ]; then
    build_all
else
    builds=("$@")
fi
[ ${#builds[@]} -ge 2 ] || { echo "usage: fingerprints.sh --build | POSTROAD POSTROAD..."; exit 2; }
different=0
compared=0
for file in "$source_dir"/scenarios/*.json; do
    case $file in *.schema.json) continue ;; esac
    for i in "${!builds[@]}"; do
        "${builds[$i]}" run "$file" --json -o "$scratch/$i.journal" > "$scratch/$i.out"
        if ! cmp "$scratch/0.out" "$scratch/$i.out" || ! cmp "$scratch/0.journal" "$scratch/$i.journal"; then
            echo "DIFFERENT: $(basename "$file"): ${builds[0]} and ${builds[$i]}"
            different=1
        fi
        compared=$((compared + 1))
    done
    printf '%s %s\n' "$(sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p' "$scratch/0.out" | head -n 1)" "$(basename "$file" .json)"
done
[ "$compared" -gt 0 ] || { echo "fingerprints: nothing was compared"; exit 1; }
exit "$different"
