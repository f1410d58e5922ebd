#!/usr/bin/env bash
# Worlds made at random, the same every time, run under all laws: none is broken, nothing crashes or hangs.
#
# `./run hunt` looks for more, from a seed that nobody has tried. A seed that once failed goes into the list below.
. "${BASH_SOURCE[0]%/*}/assert.sh"
worlds() { python3 "${BASH_SOURCE[0]%/*}/random_worlds.py" "$scratch" "$@" || fail 'see above'; checks=$((checks + 1)); }
worlds 1 60
for seed in 3004 4023 4354 4407 5196 9651 11385; do # those that failed once
    worlds "$seed" 1
done
finish
