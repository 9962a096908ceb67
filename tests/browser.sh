#!/usr/bin/env bash
# The report in headless Chromium: runs a small sample, then tests/browser/report.py. Needs chromium and chromedriver (Debian: chromium,
# chromium-driver) and python3. `tests/browser.sh MUSAFIR [FOLDER]` leaves screenshots at three widths, light and dark, in FOLDER.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:?the program}
for tool in chromium chromedriver python3; do command -v $tool >/dev/null || { echo "$tool is missing"; exit 1; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=${MUSAFIR_SAMPLE:-0.005}
mkdir -p "$work/scenarios"
cp -r scenarios/. "$work/scenarios"
# The example of the README.
awk '/^```toml$/ {on=1; next} /^```$/ {if (on) exit} on' README.md >"$work/scenarios/early-railway.toml"
grep -q 'extends' "$work/scenarios/early-railway.toml"
"$bin" run "$work/scenarios/baseline.toml" --sample "$sample" --quiet --out "$work/run"
"$bin" compare "$work/scenarios/baseline.toml" "$work/scenarios/early-railway.toml" --sample "$sample" --replicates 2 --quiet --out "$work/compare"
printf 'title = "<script>alert(1)</script>"\nextends = "small.toml"\n' >"$work/evil.toml"
mkdir "$work/small" && cp -r tests/small/. "$work/small" && mv "$work/evil.toml" "$work/small/evil.toml"
"$bin" run "$work/small/evil.toml" --quiet --out "$work/evil"
# Exit code 4: a bar is not met, which is no matter here.
"$bin" validate "$work/scenarios/baseline.toml" --sample "$sample" --replicates 2 --quiet --out "$work/validate" || [ $? = 4 ]
for sweep in sweep morris many; do "$bin" sweep "$work/small/$sweep.toml" --quiet --out "$work/$sweep"; done
cp -r tests/small/calibration "$work/calibrate"
"$bin" report "$work/calibrate" --quiet
python3 tests/browser/report.py "$bin" "$work" ${2:+--pictures "$2"}
