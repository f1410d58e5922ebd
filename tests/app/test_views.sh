#!/usr/bin/env bash
# Every view is to be had as PNG, SVG and PDF, by `view --screenshot --show` and by `export --show`, without a display.
. "${BASH_SOURCE[0]%/*}/assert.sh"
unset DISPLAY WAYLAND_DISPLAY
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-} # what fontconfig keeps is its own
cd "$scratch" || exit 1
"$POSTROAD" run lost-segment -o run.journal --transcript=none > /dev/null

is_picture() {
    case $1 in
    *.png) [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] ;;
    *.svg) python3 -c 'import sys, xml.etree.ElementTree as x; sys.exit(len(list(x.parse(sys.argv[1]).getroot().iter())) < 30)' "$1" ;;
    *.pdf) head -c 5 "$1" | grep -q '^%PDF-' && tail -c 8 "$1" | grep -q '%%EOF' ;;
    esac
}

# The program says itself which views there are.
run 2 export run.journal -o x.png --show nothing
views=$(sed -n 's/.*hint: one of \(.*\), or several.*/\1/p' "$scratch/err")
holds test "$(wc -w <<< "$views")" -ge 7
for view in $views; do
    for ending in png svg pdf; do
        run 0 view run.journal --screenshot "$view.$ending" --at '2.1 s' --show "$view" --size 800x600
        holds is_picture "$view.$ending"
        run 0 export run.journal -o "again.$ending" --at '2.1 s' --show "$view" --size 800x600
        holds is_picture "again.$ending"
        [ "$ending" = pdf ] || holds cmp "$view.$ending" "again.$ending" # a PDF says when it was made
    done
    docs=$(grep -c "\`$view\`" "$POSTROAD_SOURCE_DIR/docs/window.md")
    holds test "$docs" -ge 1
done
# --show arranges for once: what is remembered is what the user has arranged.
export XDG_CONFIG_HOME=$scratch/settings
mkdir -p settings/postroad
echo '{ "arrangement": "|50(map,ladder)", "theme": "dark" }' > settings/postroad/window.json
SDL_VIDEODRIVER=dummy SDL_RENDER_DRIVER=software "$POSTROAD" view --times run.journal --show queue 2> "$scratch/err" &
window=$!
for ((i = 0; i < 600; i++)); do
    ! grep -q 'the first picture was there' "$scratch/err" || break
    sleep 0.1
done
kill -TERM "$window"
wait "$window"
equal "$?" 0 'exit code of the window'
equal "$(python3 -c 'import json; print(json.load(open("settings/postroad/window.json"))["arrangement"])')" "|50(map,ladder)" \
    'the arrangement that is remembered'
# No two views are the same picture.
equal "$(for view in $views; do cksum < "$view.png"; done | sort -u | wc -l)" "$(wc -w <<< "$views")" 'different pictures'
finish
