#!/usr/bin/env bash
# postroad export -o run.gif, .webm, .mp4 and frames/: films of a run; nothing half made is left, whatever happens.
. "${BASH_SOURCE[0]%/*}/assert.sh"
unset DISPLAY WAYLAND_DISPLAY
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
cd "$scratch" || exit 1
part=(--from '1.88 s' --to '1.9 s' --size 480x300)

# Frames in a folder need nobody. A second of the last one is added.
run 0 export first-mail -o frames/ "${part[@]}" --fps 4
says err 'frame'
says err 'ffmpeg -framerate 4 -i frames/%06d.png'
n=$(find frames -name '*.png' | wc -l)
holds test "$n" -gt 5
equal "$(find frames -name '*.png' | sort | tail -n 1)" "frames/$(printf '%06d' "$n").png" 'frames are numbered'
holds test "$(cksum < frames/000001.png)" != "$(cksum < frames/000004.png)"
holds test ! -e frames.part
run 0 export first-mail -o twice/ "${part[@]}" --fps 4
holds diff -r frames twice
run 0 export first-mail -o faster/ "${part[@]}" --fps 4 --speed 4
holds test "$(find faster -name '*.png' | wc -l)" -lt "$n"
run 1 export first-mail -o frames/ "${part[@]}"
says err 'the folder frames is there already, and not empty'
equal "$(find frames -name '*.png' | wc -l)" "$n" 'frames that were there'

# What was mistyped, and what would take too long.
run 2 export first-mail -o x.gif --from '2 s' --to '1 s'
says err '--from is not before --to'
run 2 export first-mail -o x.gif --fps 100
says err '--fps: "100" is not a number between 1 and 60'
run 2 export first-mail -o x.gif --pace slow
says err '--pace: "slow" is not story, steady or event'
run 2 export first-mail -o x.gif --at '1 s'
says err '--at means nothing for .gif'
run 2 export first-mail -o x.png --fps 3
says err '--fps means nothing for .png'
run 1 export first-mail -o x.gif --speed 0.01
says err 'min is the longest'
PATH=/nowhere "$POSTROAD" export first-mail -o x.webm 2> "$scratch/err"
equal $? 1 'without ffmpeg'
says err 'is made by ffmpeg, which is not installed'
holds test ! -e x.webm -a ! -e x.gif

# ctrl-C ends it in order: nothing is left, and no ffmpeg goes on.
interrupted() {
    : > err # what the run before said is no sign of this one
    "$POSTROAD" export first-mail -o "$1" --size 640x400 > out 2> err < /dev/null &
    local pid=$! i code=0
    for ((i = 0; i < 200; i++)); do grep -q 'frame' err && break; sleep 0.05; done
    kill -INT "$pid"
    wait "$pid" || code=$?
    equal "$code" 1 "exit code of what was interrupted, $1"
    checks=$((checks + 1))
    grep -q 'interrupted; nothing was made' err || fail "$1: nobody said that it was interrupted"
    equal "$(ls -d "${1%.*}"*)" '' "left of $1"
} 2> /dev/null
interrupted long/

if ! command -v ffmpeg > /dev/null; then
    echo 'films are not tried: ffmpeg is not installed'
    finish
    exit
fi
interrupted stopped.gif
interrupted stopped.webm
# codec,width,height,frames as ffprobe counts them
probe() { ffprobe -v error -count_frames -show_entries stream=codec_name,width,height,nb_read_frames -of csv=p=0 "$1"; }
for film in 'gif gif,480,300' 'webm vp9,480,300' 'mp4 h264,480,300'; do
    read -r ending expected <<< "$film"
    run 0 export first-mail -o "film.$ending" "${part[@]}" --fps 4
    equal "$(probe "film.$ending")" "$expected,$n" "film.$ending"
done
run 0 export first-mail -o odd.mp4 "${part[@]:0:4}" --fps 4 --size 481x301 --show ladder
equal "$(probe odd.mp4)" "h264,482,302,$n" 'a size that is odd'
run 0 run first-mail -o run.journal --transcript=none
run 0 export run.journal -o of-journal.gif "${part[@]}" --fps 4
holds cmp film.gif of-journal.gif
# What fails on the way leaves nothing.
mkdir -p bin && printf '#!/bin/sh\nexec head -c 100000 > /dev/null\n' > bin/ffmpeg && chmod +x bin/ffmpeg
PATH=$scratch/bin:$PATH run 1 export first-mail -o broken.webm "${part[@]}"
printf '#!/bin/sh\ncat > /dev/null; exit 3\n' > bin/ffmpeg
PATH=$scratch/bin:$PATH run 1 export first-mail -o broken.webm "${part[@]}"
says err 'ffmpeg has failed'
equal "$(ls broken*  2> /dev/null)" '' 'left of what failed'
finish
