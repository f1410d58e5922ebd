#!/usr/bin/env bash
# The threads of the window beside each other, under ThreadSanitizer: a journal that grows is opened, followed and given up,
# a world is run and played, a lesson and the gallery run their worlds; somebody drags and asks what if meanwhile. No two
# may be in each other's way.
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

# by_hand SCRIPT ARGS...: the same, driven by window_hand.c until it is quit.
by_hand() {
    local script=$1
    shift
    LD_PRELOAD=$WINDOW_HAND POSTROAD_HAND=$script timeout 120 "$POSTROAD" view "$@" > "$scratch/out" 2> "$scratch/err"
    equal "$?" 0 "exit code of view $* by hand"
}

"$POSTROAD" run five-senders -o whole.journal --transcript=none > /dev/null
size=$(stat -c %s whole.journal)
head -c $((size / 2)) whole.journal > growing.journal
(for part in 5 6 7 8 9; do
    sleep 2
    head -c $((size * (part + 1) / 10)) whole.journal | tail -c +$((size * part / 10 + 1)) >> growing.journal
done) &
in_window 14 growing.journal
by_hand "wait:200 drag:30,757,900,757 drag:900,757,200,757 drag:200,757,1200,757 Home 6 drag:640,700,500,700 0 z q q" growing.journal
in_window 6 "$POSTROAD_SOURCE_DIR/scenarios/lessons/how-a-mail-travels.json"
in_window 15
in_window 4 five-senders
# At these places: a host, the time line, and of a lost packet the offer that it had not been lost.
packet=(first-mail --size 1280x800 --show "|62(-55(map,dialogue),ladder)" --theme light --look-at "#576")
drags="drag:98,339,218,349 drag:30,757,700,757 drag:700,757,100,757"
by_hand "wait:5000 space Home click:82,619 $drags wait:4000 x $drags ctrl+s x ctrl+z q q" "${packet[@]}"
holds test -s first-mail-what-if.json
by_hand "wait:5000 space Home click:82,619 q q" "${packet[@]}"
by_hand "wait:300 $drags click:82,619 q q" five-senders
wait

for race in races*; do
    [ -e "$race" ] || continue
    head -n 60 "$race"
    fail "a race is in $race"
done
finish
