#!/usr/bin/env bash
# How does cost grow? The baseline over samples, threads and years, and what more cores would give.
# benches/growth.sh [SAMPLE...]   samples 0.01, 0.1 and 1.0 unless said otherwise; 1.0 takes the better part of an hour and 4 GB.
# Every run is a process of its own with --profile; the serial share is that of the phases on one thread (Amdahl 1967), an upper bound.
set -euo pipefail
cd "$(dirname "$0")/.."
samples=("$@")
[ ${#samples[@]} -gt 0 ] || samples=(0.01 0.1 1.0)
for sample in "${samples[@]}"; do awk -v s="$sample" 'BEGIN { exit !(s + 0 > 0 && s + 0 <= 1) }' || { echo "error: \`$sample\` is not a sample in (0, 1]" >&2; exit 2; }; done
cargo build --release --quiet
bin=${CARGO_TARGET_DIR:-target}/release/musafir
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
field() { grep -o "\"$1\": *[^,]*" "$work/out/run.json" | head -1 | sed 's/.*: *//; s/"//g'; }

printf '%-8s %-8s %-6s %12s %14s %10s %10s %8s %10s %10s\n' sample threads years rows person-months 'wall s' 'CPU s' 'serial%' 'ns/visit' 'peak MB'
for sample in "${samples[@]}"; do
  for years in 10 20 36; do
    until=$((2004 + years))-12
    for threads in 1 2; do
      "$bin" run scenarios/baseline.toml --quiet --profile --force --out "$work/out" --sample "$sample" --until "$until" --threads $threads 2>"$work/profile" >/dev/null \
        || { cat "$work/profile" >&2; exit 1; }
      serial=$(awk '/serial share/ { print $5 }' "$work/profile")
      decide=$(awk '$1 == "decide" { print $2 }' "$work/profile")
      wall=$(field seconds_simulate) cpu=$(field cpu_seconds_simulate)
      printf '%-8s %-8s %-6s %12s %14s %10.1f %10.1f %8s %10.1f %10.0f\n' "$sample" "$threads" "$years" "$(field persons)" "$(field person_months)" "$wall" "$cpu" "$serial" \
        "$(awk -v d="$decide" -v v="$(field visits)" 'BEGIN { print 1e9 * d / v }')" "$(awk -v b="$(field peak_rss_bytes)" 'BEGIN { print b / 1e6 }')"
      [ "$threads" = 1 ] && one=$wall share=$serial || two=$wall
    done
    awk -v one="$one" -v two="$two" -v s="$share" -v sample="$sample" -v years="$years" 'BEGIN {
      s /= 100
      printf "  sample %s, %s years: two threads %.2f times one; by a serial share of %.1f %%:", sample, years, one / two, 100 * s
      split("2 16 64", cores, " ")
      for (k = 1; k <= 3; k++) printf " %d cores %.1f times (%.1f s)", cores[k], 1 / (s + (1 - s) / cores[k]), one * (s + (1 - s) / cores[k])
      print ""
    }'
  done
done
