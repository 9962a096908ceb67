#!/usr/bin/env bash
# Makes the pictures of README and docs from real runs: docs/pictures.sh [MUSAFIR]. Needs chromium, chromedriver, python3 and pngquant (Debian).
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-}
if [ -z "$bin" ]; then cargo build --release --quiet; bin=${CARGO_TARGET_DIR:-target}/release/musafir; fi
for tool in chromium chromedriver python3 pngquant; do command -v $tool >/dev/null || { echo "$tool is missing"; exit 1; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=${MUSAFIR_SAMPLE:-0.02}
mkdir -p "$work/scenarios" docs/pictures
cp -r scenarios/. "$work/scenarios"
# The example of the README.
awk '/^```toml$/ {on=1; next} /^```$/ {if (on) exit} on' README.md >"$work/scenarios/early-railway.toml"
"$bin" run "$work/scenarios/baseline.toml" --sample "$sample" --quiet --out "$work/run"
"$bin" compare "$work/scenarios/baseline.toml" "$work/scenarios/early-railway.toml" --sample "$sample" --replicates 3 --attribute --quiet --out "$work/compare"
# Exit code 4: a bar is not met, which is what the picture is to show.
"$bin" validate "$work/scenarios/baseline.toml" --sample "$sample" --replicates 3 --quiet --out "$work/validate" || [ $? = 4 ]
python3 tests/browser/pictures.py "$work/run/report.html" "$work/compare/report.html" "$work/validate/report.html" docs/pictures
for picture in docs/pictures/*.png; do
  pngquant --force --skip-if-larger --quality 60-90 --output "$picture" "$picture" || true
  bytes=$(wc -c <"$picture")
  [ "$bytes" -lt 150000 ] || { echo "$picture has $bytes bytes"; exit 1; }
done
ls -l docs/pictures
