#!/usr/bin/env bash
# How the time of a model grows with its extents: latency against image size, width, depth, batch and
# threads, each beside its multiply-accumulates.
#
#   Scripts/scaling.sh [ARCHITECTURE [BITS [OUT.svg]]]     # deit-s 4 scaling.svg
#
# Prints a table and draws nanoseconds per multiply-accumulate: level bars mean that time grows as the
# multiplications do, falling bars that it grows more slowly. Needs `make build` first. SECONDS_EACH
# (default 3) is how long each setting is measured.
set -euo pipefail

architecture=${1:-deit-s}
bits=${2:-4}
picture=${3:-scaling.svg}
seconds=${SECONDS_EACH:-3}
intaglio="$(dirname "$0")/../.build/release/intaglio"
[[ -x $intaglio ]] || { echo "$intaglio is missing; run 'make build' first" >&2; exit 1; }

rows=$(mktemp)
drawing=
trap 'rm -f "$rows" "$drawing"' EXIT

# The number that stands behind a key of the report.
figure() { sed -n "s/^  \"$1\" : \([0-9.e+-]*\),*$/\1/p" <<< "$report"; }

# Measures one setting: its series, its label, and the options of `intaglio bench`.
measure() {
  local series=$1 label=$2
  shift 2
  report=$("$intaglio" bench "$architecture" --bits "$bits" --seconds "$seconds" --json "$@")
  processor=$(sed -n 's/^  "processor" : "\(.*\)",*$/\1/p' <<< "$report")
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$series" "$label" "$(figure macsPerImage)" \
    "$(figure batch)" "$(figure minMs)" "$(figure medianMs)" >> "$rows"
}

for size in 224 384 512; do measure 'image size' "$size" --threads 1 --image-size "$size"; done
for width in 192 384 768; do measure width "$width" --threads 1 --width "$width"; done
for depth in 6 12 24; do measure depth "$depth" --threads 1 --depth "$depth"; done
for batch in 1 2 4 8; do measure batch "$batch" --threads 1 --batch "$batch"; done
for ((threads = 1; threads <= $(nproc); threads *= 2)); do
  measure threads "$threads" --threads "$threads"
done

awk -F '\t' -v title="$architecture, $bits bits, $processor" '
  BEGIN {
    print title
    printf "%-12s %8s %10s %10s %10s %10s %10s\n", "what grows", "", "GMACs", "min ms",
      "median ms", "ns/MAC", "of first"
  }
  {
    each = $5 * 1e6 / ($3 * $4)
    if ($1 != series) { series = $1; first = each }
    printf "%-12s %8s %10.3f %10.2f %10.2f %10.5f %9.0f%%\n", $1, $2, $3 * $4 * 1e-9, $5, $6, each,
      100 * each / first
  }' "$rows"

drawing=$(mktemp "$(dirname "$picture")/.scaling.XXXXXX")
awk -F '\t' -v title="$architecture, $bits bits, $processor" '
  { series[NR] = $1; label[NR] = $2; each[NR] = $5 * 1e6 / ($3 * $4) }
  each[NR] > most { most = each[NR] }
  function text(x, y, style, words) {
    printf "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", style, x, y, words
  }
  END {
    bar = 44; gap = 40; left = 30; top = 90; height = 220
    width = 2 * left + NR * bar
    for (i = 2; i <= NR; i++) if (series[i] != series[i - 1]) width += gap
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n",
      width, top + height + 60, width, top + height + 60
    print "<style>text{font:12px system-ui,\"DejaVu Sans\",sans-serif;fill:#1b2430}" \
      ".title{font-size:16px;font-weight:600}.value,.label{font-size:10px;text-anchor:middle}" \
      ".series{font-weight:600;text-anchor:middle}.bar{fill:#2f6db3}.level{stroke:#e08a00;" \
      "stroke-dasharray:4 3}.page{fill:#fff}</style>"
    print "<rect class=\"page\" width=\"100%\" height=\"100%\"/>"
    text(left, 30, "title", "Picoseconds per multiply-accumulate")
    text(left, 50, "subtitle", title "; dashed: the first of its kind")
    x = left
    for (i = 1; i <= NR; i++) {
      if (i > 1 && series[i] != series[i - 1]) x += gap
      if (i == 1 || series[i] != series[i - 1]) { start = x; from = i }
      tall = height * each[i] / most
      printf "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>\n",
        x + 4, top + height - tall, bar - 8, tall
      text(x + bar / 2, top + height - tall - 5, "value", sprintf("%.2f", each[i] * 1e3))
      text(x + bar / 2, top + height + 15, "label", label[i])
      x += bar
      if (i == NR || series[i + 1] != series[i]) {
        level = top + height - height * each[from] / most
        printf "<line class=\"level\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
          start, level, x, level
        text((start + x) / 2, top + height + 38, "series", series[i])
      }
    }
    print "</svg>"
  }' "$rows" > "$drawing"
chmod 644 "$drawing"
mv "$drawing" "$picture"
echo "Wrote $picture"
