#!/usr/bin/env bash
# Each planted bug (bugs/README.md) still applies to the sources and says what it is, and each law has one. Whether it is
# found is for bugs.sh, which takes longer.
set -euo pipefail
cd "${1:?the folder of the sources}"

failed=0
complain() { printf '%s\n' "$*"; failed=1; }

for patch in tests/hunt/bugs/*.patch; do
    why=$(git apply --check "$patch" 2>&1) || complain "$patch does not apply any more: ${why%%$'\n'*}"
    for key in bug laws; do
        grep -q "^$key: ." "$patch" || complain "$patch: its head has no line \"$key: ...\""
    done
done
laws=$(sed -nE 's/^(laws|of): *//p' tests/hunt/bugs/*.patch)
for law in M{1..20} D{1..9} N{1..7} T{1..12}; do
    grep -qw "$law" <<< "$laws" || complain "no bug in tests/hunt/bugs says that it breaks $law"
done
exit "$failed"
