#!/usr/bin/env bash
# ./run on machines that have everything or lack something: stand-ins for dpkg-query, apt-get, cmake and the rest tell
# what was asked of them.
POSTROAD=none
. "${BASH_SOURCE[0]%/*}/assert.sh"
mkdir -p "$scratch/bin" "$scratch/house/build/release/app" "$scratch/elsewhere"
cp "$POSTROAD_SOURCE_DIR/run" "$scratch/house/run"
cp "$POSTROAD_SOURCE_DIR/CMakePresets.json" "$scratch/house/"

stand_in() { # NAME, then its body on standard input
    { echo '#!/usr/bin/env bash'; cat; } > "$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
log=$scratch/log
export log
stand_in dpkg-query <<'END'
for name in $LACKING; do
    [ "${!#}" = "$name" ] && ! grep -q "^apt-get install.* $name" "$log" && exit 1
done
echo installed
END
stand_in apt-get <<'END'
echo "apt-get $*" >> "$log"
END
stand_in apt-cache <<'END'
[ "${KNOWN:-yes}" = yes ]
END
stand_in id <<'END'
echo "${AS_USER:-0}"
END
stand_in cmake <<'END'
echo "cmake $*" >> "$log"
[ -z "${BROKEN:-}" ] || { echo "a compiler says why"; exit 1; }
END
stand_in ctest <<'END'
echo "ctest $*" >> "$log"
exit "${TESTS_FAIL:-0}"
END
printf '#!/usr/bin/env bash\necho "postroad $*"\n' > "$scratch/house/build/release/app/postroad"
chmod +x "$scratch/house/build/release/app/postroad"
cd "$scratch/elsewhere" || exit 1

# start EXPECTED_EXIT_CODE ARGS...
start() {
    local expected=$1 code=0
    shift
    : > "$log"
    PATH=$scratch/bin:$PATH "$scratch/house/run" "$@" > "$scratch/out" 2> "$scratch/err" < /dev/null || code=$?
    checks=$((checks + 1))
    [ "$code" -eq "$expected" ] || { fail "./run $*: exit code $code, not $expected"; cat "$scratch/err"; }
}
command='apt-get install -y --no-install-recommends libldns-dev libzstd-dev'

# With everything present apt is not called; arguments are passed on as they are.
export LACKING=
start 0
equal "$(cat "$scratch/out")" 'postroad view' 'without arguments'
equal "$(grep -c apt-get "$log")" 0 'calls of apt-get'
start 0 run 'a file.json' --json
equal "$(cat "$scratch/out")" 'postroad run a file.json --json' 'arguments'
start 0 --yes check x
equal "$(cat "$scratch/out")" 'postroad check x' 'arguments after --yes'

# Something is missing: nobody to ask, no right to install, or leave given.
export LACKING='libldns-dev libzstd-dev'
start 2
equal "$(cat "$scratch/out")" "$command" 'the exact command'
equal "$(grep -c . "$log")" 0 'nothing was begun'
AS_USER=1000 start 2 --yes
equal "$(cat "$scratch/out")" "$command" 'the exact command'
says err 'libldns-dev libzstd-dev'
equal "$(grep -c . "$log")" 0 'nothing was begun'
start 0 --yes
equal "$(grep apt-get "$log")" "$command" 'calls of apt-get'
KNOWN=no start 0 --yes
equal "$(grep -c '^apt-get update$' "$log")" 1 'package lists are fetched once'

# On a terminal it asks once; return means yes, n means no.
answer() { # EXPECTED_EXIT_CODE ANSWER
    local code=0
    : > "$log"
    printf '%s\n' "$2" | PATH=$scratch/bin:$PATH script -qec "$scratch/house/run check x" /dev/null > "$scratch/out" || code=$?
    equal "$code" "$1" "exit code after the answer \"$2\""
    equal "$(grep -c 'install them now?' "$scratch/out")" 1 'questions'
}
answer 0 ''
says out 'postroad check x'
equal "$(grep apt-get "$log")" "$command" 'calls of apt-get'
answer 2 n
says out "$command"
equal "$(grep -c . "$log")" 0 'nothing was begun'

# The product does without what only tests need.
export LACKING='libcriterion-dev tshark'
start 0
start 2 tests
says out 'libcriterion-dev tshark'
start 0 tests --yes
says err 'all tests passed'
LACKING= start 2 tests --fast

# What fails says so.
export LACKING=
rm -f "$scratch/house/build/release/build.ninja"
BROKEN=yes start 1
says err 'a compiler says why'
says err 'configuring failed'
TESTS_FAIL=8 start 1 tests
says err 'TESTS FAILED'

# What was configured stays so until the folder is moved; where nothing can be written, that is said.
folder=$scratch/house/build/release
touch "$folder/build.ninja"
echo "CMAKE_HOME_DIRECTORY:INTERNAL=$(realpath "$scratch/house")" > "$folder/CMakeCache.txt"
rm -f "$folder/configure.log" "$folder/build.log"
start 0
holds test -f "$folder/build.log" -a ! -e "$folder/configure.log"
echo "CMAKE_HOME_DIRECTORY:INTERNAL=/where/it/was" > "$folder/CMakeCache.txt"
start 0
holds test -f "$folder/configure.log"
rm -r "$scratch/house/build"
touch "$scratch/house/build"
start 1
says err 'cannot be written to'
finish
