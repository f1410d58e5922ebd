#!/usr/bin/env bash
# Every scenario ends well and tells exactly the story in tests/app/golden. To rewrite the texts after a change that is
# meant, and then review them: UPDATE_GOLDEN=1 ctest -R golden
. "${BASH_SOURCE[0]%/*}/assert.sh"
golden=$POSTROAD_SOURCE_DIR/tests/app/golden
mkdir -p "$golden"
while read -r file; do
    name=$(basename "$file" .json)
    levels="mail smtp"
    ! grep -qE '"traffic"|"for": "[0-9]+ d"' "$file" || levels=mail # every line of a day's dialogues would be a megabyte
    for level in $levels; do
        run 0 run "$file" --transcript="$level" --check-laws
        [ -z "${UPDATE_GOLDEN:-}" ] || cp "$scratch/out" "$golden/$name.$level.txt"
        holds diff -u "$golden/$name.$level.txt" "$scratch/out"
    done
done < <(scenario_files)
for text in "$golden"/*.txt; do
    name=$(basename "$text")
    holds test -e "$POSTROAD_SOURCE_DIR/scenarios/${name%%.*}.json"
done
finish
