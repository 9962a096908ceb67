#!/usr/bin/env bash
# Runs the shipped sweeps (which go on where they were) and writes what they say into docs/sweeping.md, between its marks.
# Usage: docs/sweeps.sh [program, default target/release/musafir] [folder of results, default results] [further flags of `musafir sweep`]
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/musafir}")
out=${2:-results}
flags=("${@:3}")
page=$(mktemp)
trap 'rm -f "$page" "$page.new"' EXIT
field() { grep -o "\"$2\": *[^,]*" "$out/$1/sweep.json" | head -1 | sed 's/.*: *//; s/"//g'; }
# Value of an index in sensitivity.csv, its rows sorted by size: factor, value. Arguments: sweep, outcome, index.
top() { awk -F, -v outcome="$2" -v index_="$3" '$1 == outcome && $4 == index_ { print ($5 < 0 ? -$5 : $5) "\t" $3 "\t" $5 }' "$out/$1/sensitivity.csv" | sort -rg; }

{
  for sweep in corridor-speed sensitivity deep-uncertainty; do
    "$bin" sweep "scenarios/sweeps/$sweep.toml" --out "$out/$sweep" ${flags[@]+"${flags[@]}"} >"$page.new"
    # A sweep that was finished before is collected again, so that it says what it says.
    if grep -q 'finished already' "$page.new"; then "$bin" sweep --collect "$out/$sweep" >"$page.new"; fi
    runs=$(field $sweep runs) now=$(field $sweep runs_now)
    printf '### `%s.toml`\n\n' $sweep
    printf 'Version %s, sample %s, state hash `%.12s`' "$(field $sweep version)" "$(field $sweep sample)" "$(field $sweep state_hash)"
    # Costs stand in the record of the process that ran everything, and in no other.
    if [ "$now" != 0 ] && [ "$now" -ge "$((runs / 2))" ]; then
      awk -v cpu="$(field $sweep cpu_seconds)" -v wall="$(field $sweep seconds)" -v rss="$(field $sweep peak_rss_bytes)" -v workers="$(field $sweep workers)" \
        'BEGIN { printf "; %.0f CPU s, %.0f min with %d runs side by side, %.2f GB", cpu, wall / 60, workers, rss / 1e9 }'
    fi
    printf '.\n\n```text\n'
    sed '/^Results are in/d' "$page.new" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
    printf '```\n\n'
  done
  printf '### Which assumptions flip the sign of the corridor'"'"'s effect on Russia?\n\n'
  awk -v name=corridor-russia -F'\t' 'NR <= 3 { list = list (NR > 1 ? ", " : "") "`" $2 "` (" sprintf("%.0f", $1) " persons over its range)" } END { print "Of the behavioural parameters, those that move the effect most (mean absolute effect, Morris): " list "." }' <(top sensitivity corridor-russia mu_star)
  awk -F, '$1 == "corridor-adds-to-russia" { n++; if ($4 == 1) { side = $8 != "" ? $8 : $6 " to " $7; list = list (list ? "; " : "") "`" $5 "` " side; coverage = $9; density = $10 } }
    END {
      if (list) printf "Among the deep uncertainties, the corridor adds to Russia'"'"'s stock where: %s. This box holds %.0f %% of such futures, and %.0f %% of the futures in it are such.\n", list, 100 * coverage, 100 * density
      else printf "Among the deep uncertainties no box was found in which the corridor adds to Russia'"'"'s stock more often than elsewhere. Its effect is %s.\n", signs
    }' signs="$(grep -A2 '^corridor-adds-to-russia' "$page" | awk 'NR == 3 { sub(/^ +/, ""); print }')" "$out/deep-uncertainty/discovery.csv"
} >"$page"
awk -v page="$page" '/<!-- sweeps: begin -->/ { print; print ""; while ((getline line < page) > 0) print line; skip = 1 } /<!-- sweeps: end -->/ { skip = 0 } !skip' docs/sweeping.md >"$page.new"
cp "$page.new" docs/sweeping.md
