#!/usr/bin/env bash
# The threads of the window beside each other, under ThreadSanitizer: a journal that grows is opened, followed and given up,
# a world is run and played, a lesson and the gallery run their worlds. No two may be in each other's way.
. "${BASH_SOURCE[0]%/*}/assert.sh"
export SDL_VIDEODRIVER=dummy SDL_RENDER_DRIVER=software TMPDIR=$scratch HOME=$scratch
export TSAN_OPTIONS="exitcode=66:log_path=$scratch/races:suppressions=$POSTROAD_SOURCE_DIR/tests/app/threads.supp"
cd "$scratch" || exit 1

# in_window SECONDS ARGS...: the window, until it is asked to close.
in_window() {
    local seconds=$1
    shift
    "$POSTROAD" view "$@" > "$scratch/out" 2> "$scratch/err" &
    local window=$!
    sleep "$seconds"
    kill -TERM "$window"
    wait "$window"
    equal "$?" 0 "exit code of view $*"
}

"$POSTROAD" run five-senders -o whole.journal --transcript=none > /dev/null
size=$(stat -c %s whole.journal)
head -c $((size / 2)) whole.journal > growing.journal
(for part in 5 6 7 8 9; do
    sleep 2
    head -c $((size * (part + 1) / 10)) whole.journal | tail -c +$((size * part / 10 + 1)) >> growing.journal
done) &
in_window 14 growing.journal
in_window 6 "$POSTROAD_SOURCE_DIR/scenarios/lessons/how-a-mail-travels.json"
in_window 15
in_window 4 five-senders
wait

for race in races*; do
    [ -e "$race" ] || continue
    head -n 60 "$race"
    fail "a race is in $race"
done
finish
