#!/usr/bin/env bash
# The checker is itself checked: a tree with planted violations, and the exact findings. A clean copy has none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
found=$(mktemp)
trap 'rm -f "$found"' EXIT
if "$here/tidy.sh" "$here/planted" > "$found"; then
    echo "test_tidy.sh: the planted violations were not found"
    exit 1
fi
diff -u "$here/planted.expected" "$found"
echo "test_tidy.sh: all planted violations were found, and nothing else"
