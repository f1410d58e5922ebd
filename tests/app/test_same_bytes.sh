#!/usr/bin/env bash
# Same scenario, same seed: same bytes, whoever reads along and whatever the processor offers (laws 1 and 5).
. "${BASH_SOURCE[0]%/*}/assert.sh"

fingerprint() { sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p' "$scratch/out"; }

while read -r file; do
    name=$(basename "$file" .json)
    run 0 run "$file" --json
    expected=$(fingerprint)
    equal "${#expected}" 16 "$name: digits of the fingerprint"
    cp "$scratch/out" "$scratch/first"
    run 0 run "$file" --json
    holds cmp "$scratch/first" "$scratch/out"
    run 0 run "$file" --json --check-laws -o "$scratch/j.journal" --pcap "$scratch/j.pcapng"
    holds cmp "$scratch/first" "$scratch/out"
    export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA
    run 0 run "$file" --json -o "$scratch/k.journal"
    unset GLIBC_TUNABLES
    holds cmp "$scratch/first" "$scratch/out"
    holds cmp "$scratch/j.journal" "$scratch/k.journal"
done < <(scenario_files)

# Another seed is other luck, but every mail still has its end.
run 0 run first-mail --json --seed 2
other=$(fingerprint)
run 0 run first-mail --json
holds test "$other" != "$(fingerprint)"
finish
