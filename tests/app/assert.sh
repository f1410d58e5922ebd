# Helpers of the tests that drive the command line; sourced, with the command in $POSTROAD and a scratch folder in $scratch.
set -uo pipefail
export LC_ALL=C
export PYTHONDONTWRITEBYTECODE=1 # tests leave nothing behind in the source
: "${POSTROAD:?the postroad command to test}"
: "${POSTROAD_SOURCE_DIR:?the source folder}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
checks=0

fail() {
    failures=$((failures + 1))
    local from=${BASH_SOURCE[2]:-${BASH_SOURCE[1]}}
    printf 'FAILED %s: %s\n' "${from##*/}:${BASH_LINENO[1]}" "$*"
}

# run EXPECTED_EXIT_CODE ARGS...: output goes to $scratch/out and $scratch/err
run() {
    local expected=$1 code=0
    shift
    checks=$((checks + 1))
    "$POSTROAD" "$@" > "$scratch/out" 2> "$scratch/err" < /dev/null || code=$?
    if grep -qE 'AddressSanitizer|LeakSanitizer|runtime error:' "$scratch/err"; then
        fail "postroad $*: the sanitizer complains:"
        head -n 30 "$scratch/err"
    elif [ "$code" -ne "$expected" ]; then
        fail "postroad $*: exit code $code, not $expected"
        head -n 10 "$scratch/err"
    fi
}

# says out|err TEXT: the last run said so
says() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$scratch/$1" || { fail "no \"$2\" in std$1, which is:"; head -n 10 "$scratch/$1"; }
}

# silent out|err: the last run said nothing there
silent() {
    checks=$((checks + 1))
    [ ! -s "$scratch/$1" ] || { fail "std$1 is not empty:"; head -n 10 "$scratch/$1"; }
}

equal() {
    checks=$((checks + 1))
    [ "$1" = "$2" ] || fail "${3:-}: \"$1\" is not \"$2\""
}

holds() {
    checks=$((checks + 1))
    "$@" || fail "does not hold: $*"
}

scenario_files() { find "$POSTROAD_SOURCE_DIR/scenarios" -maxdepth 1 -name '*.json' ! -name '*.schema.json' | sort; }

finish() {
    [ "$checks" -gt 0 ] || { echo "nothing was checked"; exit 1; }
    [ "$failures" -eq 0 ] || { echo "$failures of $checks checks failed"; exit 1; }
    echo "$checks checks held"
}
