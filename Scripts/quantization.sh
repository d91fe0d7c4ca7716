#!/bin/bash
# The table of Docs/Quantization.md: a float model quantized at several widths, judged as integer-only programs.
#
#   Scripts/quantization.sh MODEL IMAGES [WEIGHTS/ACTIVATIONS | mean:WEIGHTS/ACTIVATIONS | drop:POINTS |
#     without:METHOD:WEIGHTS/ACTIVATIONS | ort:8/8 | nncf:8/8 …]
#
# Every eighth image calibrates, the others judge. Behind 'mean:' stand bits in the mean, chosen layer by layer, behind
# 'drop:' the points that may be lost; 'without:' leaves a method out.
# 'ort:8/8' and 'nncf:8/8' are rows of ONNX Runtime and NNCF on the same images (quantization-peers.py); Python with
# their packages is PEERS_PYTHON, or else made in a temporary place, which takes several GB and some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:?model}
images=${2:?folder of labelled images}
shift 2
widths=("$@")
[ ${#widths[@]} -gt 0 ] || widths=(8/8 6/6 4/8 4/4 3/4 3/3 mean:4/4 mean:4/4.25)
swift build -c release --product intaglio >&2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo '| weights / activations | top-1 | drop, points | KL, nats | same answers | seconds | bytes |'
echo '|---|---|---|---|---|---|---|'
peers=()
for width in "${widths[@]}"; do
  case $width in ort:* | nncf:*) peers+=("$width") && continue ;; esac
  pair=${width##*:}
  stated=(--weights "${pair%/*}" --activations "${pair#*/}")
  case $width in
    mean:*) stated=(--weights 4 --activations 4 --budget "weights=${pair%/*}" --budget "activations=${pair#*/}") ;;
    drop:*) stated=(--budget "drop=$pair") ;;
    without:*:*)
      method=${width#without:}
      stated+=(--without "${method%:*}")
      ;;
  esac
  .build/release/intaglio quantize "$model" --calibration "$images" --data "$images" \
    "${stated[@]}" -o "$scratch/model.intaglio" --json > "$scratch/report.json"
  python3 - "$width" "$scratch/report.json" << 'PYTHON'
import json, sys
report = json.load(open(sys.argv[2]))
found = report["judgement"]
print(f"| {sys.argv[1]} | {found['top1'] * 100:.2f} % | {found['dropPoints']:.2f} ({found['dropInterval95'][0]:.2f} to {found['dropInterval95'][1]:.2f}) "
      f"| {found['divergence']:.4f} | {found['sameAnswers'] * 100:.1f} % | {report['seconds']:.0f} | {report['bytes']:,} |")
PYTHON
done
if [ ${#peers[@]} -gt 0 ]; then
  if [ -z "${PEERS_PYTHON:-}" ]; then
    python3 -m venv "$scratch/venv"
    "$scratch/venv/bin/pip" install --quiet -r Scripts/quantization-peers.txt >&2
    PEERS_PYTHON=$scratch/venv/bin/python
  fi
  "$PEERS_PYTHON" Scripts/quantization-peers.py "$model" "$images" "${peers[@]}"
fi
