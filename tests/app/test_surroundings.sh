#!/usr/bin/env bash
# Odd surroundings: no fonts, no display, the largest picture. A clear message, or a clean adjustment.
. "${BASH_SOURCE[0]%/*}/assert.sh"
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
cd "$scratch" || exit 1
"$POSTROAD" run lost-segment -o run.journal --transcript=none > /dev/null

# The largest picture, and one that is larger in one direction only.
width_and_height() { od -An -tu1 -j16 -N8 "$1" | awk '{print $1*16777216+$2*65536+$3*256+$4 "x" $5*16777216+$6*65536+$7*256+$8}'; }
for size in 8192x8192 8192x200 320x8192; do
    run 0 view run.journal --screenshot large.png --at '2.1 s' --size "$size"
    silent err
    equal "$(width_and_height large.png)" "$size" 'the size of a picture'
done
run 2 view run.journal --screenshot small.png --size 1x1
says err '"1x1" is not a size between 320x200 and 16384x16384'
holds test ! -e small.png

# No display: the journey as text, and how to get a window; one that is named but not there: why, too.
run 0 view run.journal
says out '220 mail.a.example'
says err 'no display'
DISPLAY=:4242 run 0 view run.journal
says err 'no window could be opened'
says err 'no display'

# No fonts: said before anything is run, drawn or opened; nothing is left behind. What draws no letters goes on.
mkdir no-fonts
cat > fonts.conf <<'END'
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>no-fonts</dir><cachedir>no-fonts</cachedir></fontconfig>
END
export FONTCONFIG_FILE=$scratch/fonts.conf
no_font_is_told() {
    says err "postroad $1: there is no font to write with"
    says err 'hint: apt-get install fonts-dejavu-core'
}
for ending in png svg pdf; do
    run 1 view run.journal --screenshot "boxes.$ending"
    no_font_is_told view
    run 1 export run.journal -o "boxes.$ending"
    no_font_is_told export
done
run 1 export run.journal -o boxes.gif
no_font_is_told export
run 1 view --screenshot boxes.png
no_font_is_told view
SDL_VIDEODRIVER=dummy run 1 view run.journal
no_font_is_told view
silent out
holds test "$(compgen -G 'boxes*' | wc -l)" -eq 0
run 0 view run.journal
says out '220 mail.a.example'
run 0 export run.journal -o run.html
run 0 export run.journal -o run.pcapng
"$POSTROAD" run "$POSTROAD_SOURCE_DIR/scenarios/first-mail.json" --transcript=none > /dev/null 2> "$scratch/err"
silent err
finish
