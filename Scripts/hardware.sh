#!/usr/bin/env bash
# Everything about hardware, in full: programs of real models beside their Verilog in the simulators, synthesis,
# area and power of the units, and the report.
#
#   Scripts/hardware.sh [FOLDER]          # hardware-results
#
# Takes the Q-ViT fixtures and photographs from $INTAGLIO_SHARED (../shared without it) where they are, and the
# embedded demo always. Needs `make build tools` first. IMAGES (default 1000) is how many images the attentions
# compute, NETWORK_IMAGES (default 20) how many whole networks do. Exits with 1 when anything differed.
set -euo pipefail

folder=${1:-hardware-results}
images=${IMAGES:-1000}
network_images=${NETWORK_IMAGES:-20}
root="$(cd "$(dirname "$0")/.." && pwd)"
shared=${INTAGLIO_SHARED:-$root/../shared}
intaglio="$root/.build/release/intaglio"
[[ -x $intaglio ]] || { echo "$intaglio is missing; run 'make build' first" >&2; exit 1; }
mkdir -p "$folder"
failed=0

# Compares a part of a model with its Verilog: a name for the file, and the arguments of 'verify'.
verify() {
  local name=$1
  shift
  echo "== verify $name"
  if ! "$intaglio" hardware verify "$@" --json > "$folder/verify-$name.json"; then failed=1; fi
  grep -E '"(compared|mismatched|cycles|expectedCycles|isEqual)"' "$folder/verify-$name.json" || true
}

models=(demo:2 demo:3 demo:8)
operands=()
fixtures="$shared/fixtures"
photographs="$shared/data/fashion-mnist"
if [[ -d $fixtures/qvit-fmnist-w3a3 ]]; then
  models=()
  for width in 2 3; do
    model="$folder/qvit-w${width}a$width.intaglio"
    "$intaglio" integerize "integer-only:$fixtures/qvit-fmnist-w${width}a$width/model.safetensors" \
      --output "$model" --norms rounded:14 --calibration "$photographs" > /dev/null
    verify "qvit-w${width}a$width-attention" "$model" --data "$photographs" --limit "$images"
    verify "qvit-w${width}a$width-network" "$model" --part network --data "$photographs" \
      --limit "$network_images"
    models+=("$model")
  done
  models+=(demo:8)
  operands=(--data "$photographs")
else
  echo "no fixtures in $fixtures: the demo alone"
fi
verify demo-w8a8-attention integer-only:demo:8 --norms rounded:14 --limit "$images"
verify demo-w8a8-network integer-only:demo:8 --norms rounded:14 --part network --limit "$network_images"
verify demo-w3a3-network demo:3 --part network --limit "$network_images"
verify deit-s-attention deit-s --bits 3 --depth 1 --limit 1
verify demo-w3a3-icarus demo:3 --tile 8 --simulator icarus --limit 1

# A machine from outside: a bench and an interpreter that share no line with the generator.
echo "== bench from outside"
"$root/Scripts/install-dependencies.sh" python3 python3-numpy
size=(deit-s:3 --depth 1 --image-size 32 --width 64)
for part in attention:0 network; do
  rm -rf "$folder/outside"
  "$intaglio" hardware emit "${size[@]}" --part "$part" --tile 4 --output "$folder/outside" > /dev/null
  "$intaglio" export "${size[@]}" -o "$folder/outside.onnx" > /dev/null
  python3 "$root/Tests/Scripts/hardware/bench.py" "$folder/outside" "$folder/outside.onnx" || failed=1
done

echo "== synthesis"
"$intaglio" hardware synthesize "${models[1]}" --part block:0 --tile 8 --family ice40 \
  | tee "$folder/synthesis-ice40.txt"
echo "== power"
"$intaglio" hardware power "${models[@]}" --norms rounded:14 ${operands[@]+"${operands[@]}"} --json > "$folder/power.json"
"$intaglio" hardware report "${models[@]}" deit-s:3 deit-s:4 --norms rounded:14 --power "$folder/power.json" \
  --output "$folder/report.html" | tee "$folder/report.txt"
echo "results in $folder"
exit $failed
