#!/usr/bin/env bash
# Every packet of worlds that pin every TCP setting, as tests/app/packets/*.packets.txt tells them: a change in when a
# segment is sent, or why, is seen here. To rewrite them after a change that is meant: UPDATE_GOLDEN=1.
. "${BASH_SOURCE[0]%/*}/assert.sh"
folder=$POSTROAD_SOURCE_DIR/tests/app/packets
for file in "$folder"/*.json; do
    golden=${file%.json}.packets.txt
    run 0 run "$file" --transcript=packets --check-laws
    [ -z "${UPDATE_GOLDEN:-}" ] || cp "$scratch/out" "$golden"
    holds diff -u "$golden" "$scratch/out"
    for setting in flavour delayed_ack nagle initial_window receive_buffer rto_min; do
        holds grep -q "\"$setting\"" "$file"
    done
done
finish
