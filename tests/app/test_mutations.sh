#!/usr/bin/env bash
# Scenarios and journals changed at random, the same way every time: each is refused with messages that name a place, or
# it runs, keeps all laws, and can be drawn. Nothing crashes or hangs.
#
# test_mutations.sh [FIRST_SEED [SECONDS]]: more of it, from another seed on, for whoever hunts.
. "${BASH_SOURCE[0]%/*}/assert.sh"
: "${MUTATE_JOURNAL:?the program mutate_journal}"
for name in lost-segment unknown-user; do
    run 0 run "$name" --transcript=none -o "$scratch/$name.journal"
done
[ "$failures" -eq 0 ] || finish
python3 "${BASH_SOURCE[0]%/*}/mutations.py" "$scratch" "${1:-1}" "${2:-20}" || fail 'see above'
checks=$((checks + 1))
finish
