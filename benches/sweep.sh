#!/usr/bin/env bash
# What a sweep costs beside its runs: 60 points of the baseline over behaviour (no shared past), so that every run is one of its own, about two
# CPU seconds each. Says processor time in all over that of synthesis and months (at most 1.05 is wanted), the share of the workers' time that is
# waiting (at most 0.1), and what going on and collecting cost. Figures of processor time hold on a busy machine, wall times do not.
# Usage: benches/sweep.sh [program, default target/release/musafir]
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/musafir}")
work=$(mktemp -d)
sweep=scenarios/sweeps/.overhead-$$.toml
trap 'rm -rf "$work" "$sweep"' EXIT
cat > "$sweep" <<'TOML'
title    = "Overhead"
scenario = "../baseline.toml"
sample   = 0.01
until    = "2018-12"

[design]
kind   = "latin-hypercube"
points = 60

[[factor]]
id    = "b_kin"
key   = "behaviour.choose.b_kin"
range = [0.1, 0.6]

[[outcome]]
id      = "abroad"
outcome = "stock_mean of CA3 in 2018"
TOML
field() { grep -o "\"$1\": *[^,]*" "$work/out/sweep.json" | head -1 | sed 's/.*: *//; s/"//g'; }
"$bin" sweep "$sweep" --out "$work/out" --quiet
cpu=$(field cpu_seconds) engine=$(field cpu_seconds_simulate) waiting=$(field waiting_share) workers=$(field workers)
again() { { TIMEFORMAT='%U %S'; time "$@" >/dev/null; } 2>&1 | awk '{printf "%.1f", $1 + $2}'; }
# As if the last run had been lost: reading, planning, one run, collecting.
rm "$work/out/sweep.json" "$(ls "$work"/out/runs/*.run | tail -1)"
resumed=$(again "$bin" sweep "$sweep" --out "$work/out" --quiet)
collected=$(again "$bin" sweep --collect "$work/out" --quiet)
awk -v cpu="$cpu" -v engine="$engine" -v waiting="$waiting" -v workers="$workers" -v resumed="$resumed" -v collected="$collected" 'BEGIN {
  printf "%.1f CPU s, of which engine %.1f (%.2f a run): %.3f; %d workers waited %.1f %% of their time\n", cpu, engine, engine / 60, cpu / engine, workers, 100 * waiting
  printf "going on with one run: %s CPU s; collecting: %s CPU s\n", resumed, collected
  exit !(cpu <= 1.05 * engine && waiting <= 0.1)
}'
