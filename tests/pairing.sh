#!/usr/bin/env bash
# What pairing gains: variance over replicates of the difference B - A in the stocks of one year, on the same seeds and on seeds that are
# shifted by one. Passes if for Russia the paired variance is at most a tenth of the other, and for Turkey at most twice (B-A)/(B+A) of it.
# Usage: tests/pairing.sh A.toml B.toml [replicates 40] [sample 0.01] [year 2035]     (40 replicates take about ten minutes)
set -uo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
a=$1 b=$2 replicates=${3:-40} sample=${4:-0.01} year=${5:-2035}
[ "$replicates" -ge 3 ] || { echo 'three replicates or more are needed' >&2; exit 2; }
cargo build --release --quiet || exit 1
bin=${CARGO_TARGET_DIR:-target}/release/musafir
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for ((k = 1; k <= replicates; k++)); do
  "$bin" compare "$a" "$b" --replicates 1 --seed "$k" --sample "$sample" --until "$year-12" --quiet --out "$work/$k" >/dev/null || exit 1
  for place in RUS TUR; do
    awk -F, -v y="$year" -v d="$place" -v k="$k" '$1 == y && $2 == "stock_mean" && $3 == "CA3" && $4 == d { print d, k, $5, $6 }' "$work/$k/compare.csv"
  done
  printf '\rreplicate %d of %d' "$k" "$replicates" >&2
done > "$work/stocks"
echo >&2
awk -v n="$replicates" '
  { a[$1, $2] = $3; b[$1, $2] = $4; place[$1] = 1 }
  function variance(d, shift,   k, x, s, q) {
    for (k = 1; k <= n; k++) { x = b[d, (k - 1 + shift) % n + 1] - a[d, k]; s += x; q += x * x }
    return (q - s * s / n) / (n - 1)
  }
  END {
    if (!("RUS" in place) || !("TUR" in place)) { print "FAIL  no stocks of Russia and Turkey in that year"; exit 1 }
    for (d in place) {
      ma = mb = unpaired = 0
      for (k = 1; k <= n; k++) { ma += a[d, k] / n; mb += b[d, k] / n }
      # All shifts, so that the comparison does not hang on one pairing of strangers.
      for (k = 1; k < n; k++) unpaired += variance(d, k) / (n - 1)
      paired = variance(d, 0)
      change = mb > ma ? mb - ma : ma - mb
      bar = d == "RUS" ? 0.1 : 2 * change / (mb + ma)
      ratio = unpaired > 0 ? paired / unpaired : 0
      good = ratio <= bar
      printf "%s  %s: A %.0f, B %.0f; variance of the difference %.4g paired, %.4g unpaired; ratio %.4f, bar %.4f\n", good ? "ok  " : "FAIL", d, ma, mb, paired, unpaired, ratio, bar
      failed += !good
    }
    exit failed > 0
  }' "$work/stocks"
