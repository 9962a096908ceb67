#!/usr/bin/env bash
# The long checks: the shipped baseline, its bits, its cost, a full disk. Run before a release; `cargo test` holds the short ones.
# MUSAFIR_ONE_TO_ONE=1 adds the run of everybody (about 8 minutes on two cores, 4 GB).
# MUSAFIR_PAIRING=B.toml adds what pairing gains, baseline against B over 40 replicates (tests/pairing.sh; about ten minutes).
set -uo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet || exit 1
bin=${CARGO_TARGET_DIR:-target}/release/musafir
work=$(mktemp -d)
trap 'mountpoint -q "$work/disk" && umount "$work/disk"; rm -rf "$work"' EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() { failed=$((failed + 1)); echo "FAIL  $1"; }
check() { if [ -n "$2" ] && [ "$2" = "$3" ]; then ok "$1"; else bad "$1: $2 against $3"; fi; }
field() { grep -o "\"$2\": *[^,]*" "$1/run.json" | head -1 | sed 's/.*: *//; s/"//g'; }
# Every hash of the record: the state's and each file's.
hashes() { grep -oE '"(state_hash|hash)": *"[0-9a-f]+"' "$1/run.json" | sort | tr '\n' ' '; }
run() { local out=$1; shift; "$bin" run scenarios/baseline.toml --quiet --out "$out" "$@" >/dev/null; }

echo '== the same bits: threads, chunks, kill -9 and resume (baseline, sample 0.01 to 2016)'
small=(--sample 0.01 --until 2016-12)
run "$work/one" "${small[@]}" --threads 1
for threads in 2 3 8; do run "$work/t$threads" "${small[@]}" --threads $threads; check "$threads threads" "$(hashes "$work/t$threads")" "$(hashes "$work/one")"; done
for rows in 1000 8000 60000; do run "$work/c$rows" "${small[@]}" --chunk-rows $rows; check "chunks of $rows rows" "$(hashes "$work/c$rows")" "$(hashes "$work/one")"; done
"$bin" run scenarios/baseline.toml --quiet --out "$work/killed" "${small[@]}" --checkpoint-every 12 >/dev/null &
pid=$!
for _ in $(seq 600); do [ -s "$work/killed/checkpoint.musafir" ] && break; sleep 0.05; done
sleep 0.5
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
if [ -s "$work/killed/checkpoint.musafir" ]; then
  run "$work/killed" "${small[@]}" --resume
  check 'killed and resumed' "$(hashes "$work/killed")" "$(hashes "$work/one")"
else bad 'no checkpoint was there to be killed at'; fi

echo '== the default run: cost'
run "$work/default"
cpu=$(field "$work/default" cpu_seconds_simulate) rss=$(field "$work/default" peak_rss_bytes)
echo "      $cpu CPU seconds of simulation, $rss bytes at most"
awk "BEGIN{exit !($cpu <= 60)}" && ok 'at most 60 CPU seconds' || bad "at most 60 CPU seconds: $cpu"
awk "BEGIN{exit !($rss < 2e9)}" && ok 'under 2 GB' || bad "under 2 GB: $rss"

# The page of these results, against the run that made them.
page=$( { TIMEFORMAT='%U %S'; time "$bin" report "$work/default" --quiet; } 2>&1 | awk '{print $1 + $2}')
awk "BEGIN{exit !($page <= 0.05 * $cpu)}" && ok "the page costs $page CPU seconds, at most 5 % of the run" || bad "the page costs $page CPU seconds of $cpu"
bytes=$(wc -c <"$work/default/report.html")
[ "$bytes" -lt 1500000 ] && ok "the page has $bytes bytes" || bad "the page has $bytes bytes"

echo '== the page in a browser'
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then bad 'chromium or chromedriver is missing (Debian: chromium, chromium-driver)'
elif tests/browser.sh "$bin" >"$work/browser" 2>&1; then ok "$(tail -1 "$work/browser")"
else bad "$(grep -E '^FAIL|Error' "$work/browser" | head -3 | tr '\n' ' ')"; fi

echo '== the mini workload: instructions against their limits'
if ! command -v valgrind >/dev/null; then bad 'valgrind is missing (benches/README.md)'
elif ! command -v "${GUNGRAUN_RUNNER:-gungraun-runner}" >/dev/null; then bad 'gungraun-runner is missing (benches/README.md)'
elif cargo bench --bench instructions >"$work/instructions" 2>&1; then ok 'no bench above its limit'
else bad "a bench is above its limit: $(grep -iE 'regress|limit|error' "$work/instructions" | head -3 | tr '\n' ' ')"; fi

echo '== known values are found: 100 cases of the small world'
if "$bin" calibrate tests/small/calibration.toml --recover 100 --out "$work/recovery" >"$work/recovery.out" 2>/dev/null; then ok "$(tail -1 "$work/recovery.out")"
else bad "$(tail -1 "$work/recovery.out")"; fi

echo '== a calibration killed 5 times'
calibrate=("$bin" calibrate tests/small/calibration.toml --quiet --members 40 --steps 3 --out)
"${calibrate[@]}" "$work/calibration"
for _ in $(seq 5); do
  # The program itself, so that it is what is killed.
  "${calibrate[@]}" "$work/calibration-killed" &
  pid=$!
  sleep "0.$(printf '%03d' $((RANDOM % 900)))"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
done
"${calibrate[@]}" "$work/calibration-killed"
check 'the ensemble' "$(sha256sum <"$work/calibration-killed/ensemble.toml")" "$(sha256sum <"$work/calibration/ensemble.toml")"

echo '== a sweep of 300 runs killed 20 times'
"$bin" sweep tests/small/many.toml --quiet --replicates 10 --out "$work/sweep10"
"$bin" sweep tests/small/many.toml --quiet --out "$work/sweep"
kills=0
for _ in $(seq 20); do
  "$bin" sweep tests/small/many.toml --quiet --replicates 10 --out "$work/sweep-killed" &
  pid=$!
  sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ -e "$work/sweep-killed/results.parquet" ] || kills=$((kills + 1))
done
"$bin" sweep tests/small/many.toml --quiet --replicates 10 --out "$work/sweep-killed"
echo "      $kills of 20 came before it was finished"
sweep_files='results.parquet points.csv runs.csv sensitivity.csv response.csv discovery.csv'
check 'the data set' "$(cd "$work/sweep-killed" && cat $sweep_files | sha256sum)" "$(cd "$work/sweep10" && cat $sweep_files | sha256sum)"
check 'no run lost, none twice' "$(find "$work/sweep-killed/runs" -name '*.run' | wc -l)" 300
if [ "$(id -u)" = 0 ] && command -v slurmctld >/dev/null && command -v munged >/dev/null; then
  echo '== a sweep on Slurm'
  tests/slurm.sh "$bin" >"$work/slurm.out" 2>&1 && ok 'the array, an element requeued, gives the bytes of a local sweep' || bad "Slurm: $(grep FAIL "$work/slurm.out" | head -3 | tr '\n' ' ')"
else echo 'SKIPPED: Slurm needs root and the packages slurm-wlm and munge'; fi

echo '== a full disk'
mkdir "$work/disk"
if mount -t tmpfs -o size=300k tmpfs "$work/disk" 2>/dev/null; then
  "$bin" run scenarios/baseline.toml --quiet --sample 0.002 --until 2007-12 --out "$work/disk/out" >/dev/null 2>"$work/full.err"
  check 'exit code on a full disk' $? 1
  [ -s "$work/full.err" ] && ok "it says: $(tail -1 "$work/full.err" | cut -c1-120)" || bad 'it says nothing'
  check 'nothing half-written' "$(find "$work/disk" -type f | wc -l)" 0
  "$bin" sweep tests/small/many.toml --quiet --out "$work/disk/sweep" 2>"$work/full.err"
  check 'exit code of a sweep on a full disk' $? 1
  [ -s "$work/full.err" ] && ok "it says: $(head -1 "$work/full.err" | cut -c1-120)" || bad 'it says nothing'
  kept=$(find "$work/disk/sweep/runs" -name '*.run' | wc -l)
  mount -o remount,size=20m "$work/disk"
  "$bin" sweep tests/small/many.toml --quiet --out "$work/disk/sweep" && [ "$kept" -gt 0 ] && ok "$kept runs were kept, and it went on after them" || bad "going on after a full disk ($kept runs kept)"
  check 'the data set after a full disk' "$(cd "$work/disk/sweep" && cat $sweep_files | sha256sum)" "$(cd "$work/sweep" && cat $sweep_files | sha256sum)"
  mount -o remount,ro "$work/disk"
  "$bin" sweep tests/small/sweep.toml --quiet --out "$work/disk/other" 2>"$work/full.err"
  check 'exit code of a sweep on a read-only disk' $? 1
else echo 'SKIPPED: no file system can be mounted here'; fi

if [ "${MUSAFIR_ONE_TO_ONE:-0}" = 1 ]; then
  echo '== one to one'
  run "$work/all" --sample 1.0 && ok "everybody: $(field "$work/all" persons) rows, $(field "$work/all" seconds_simulate) s, $(field "$work/all" cpu_seconds_simulate) CPU s, $(field "$work/all" peak_rss_bytes) bytes" || bad 'one to one'
fi
if [ -n "${MUSAFIR_PAIRING:-}" ]; then
  echo '== paired against unpaired'
  tests/pairing.sh scenarios/baseline.toml "$MUSAFIR_PAIRING" && ok 'pairing' || bad 'pairing'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
