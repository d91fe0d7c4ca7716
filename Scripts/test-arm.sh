#!/usr/bin/env bash
# The Arm kernels without an Arm machine: cases of the self-test with the answers of the scalar kernels here, repeated under
# QEMU on processors with and without dot products and matrix products of bytes; and their machine code, in which an integer
# program has no floating-point instruction and floats no fused multiply-add.
#
# Needs .build/release/intaglio. usage: Scripts/test-arm.sh
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/install-dependencies.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user

# The compiler that comes with Swift, as for every other build of the kernels.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
folder=.build/arm
mkdir -p "$folder"
kernels=$(find Sources/CIntaglioKernels -name '*.c' ! -path '*/avx*')
flags=(--target=aarch64-linux-gnu -std=c11 -O2 -Wall -Wextra -Werror -D_DEFAULT_SOURCE -I Sources/CIntaglioKernels/include)
objects=()
for file in $kernels Tests/KernelReplay/*.c; do
  object=$folder/$(echo "${file#*/}" | tr / _).o
  "$clang" "${flags[@]}" -c "$file" -o "$object"
  objects+=("$object")
done
"$clang" --target=aarch64-linux-gnu -static "${objects[@]}" -lm -o "$folder/replay"

# Float families by the names of their kernels; whatever else there is belongs to integers. fmov and fneg move and turn bits.
aarch64-linux-gnu-objdump -d -r --no-show-raw-insn "$folder"/CIntaglioKernels_*.o | awk '
  function report(what) { print name ": " what; bad = 1 }
  /^[0-9a-f]+ <.*>:$/ {
    name = substr($2, 2, length($2) - 3)
    is_float = name ~ /^intaglio_(dequantize|quantize|unary|binary|normalize)_/
  }
  /R_AARCH64_(CALL|JUMP)26/ && !is_float && $3 !~ /^(\.text|intaglio_|mem(cpy|set|move)$|__udivti3$|getauxval$)/ { report("calls " $3) }
  /^ +[0-9a-f]+:\t[a-z]/ {
    if ($2 ~ /^(fn?m(add|sub)|fml[as]|fcmla|fmmla|bf(dot|mm|ml))/) report($2 " is fused")
    if ($2 !~ /^(f|scvtf|ucvtf|bf(dot|mm|ml|cvt))/ || $2 ~ /^f(mov|neg)/) next
    if (is_float) floats++; else report($2 " in a kernel of integers")
  }
  END {
    if (floats == 0) report("no floating-point instruction is found in any kernel")
    exit bad
  }'

.build/release/intaglio selftest --record "$folder/cases" > /dev/null
replay() {
  echo "$1:"
  qemu-aarch64 -cpu "$1" "$folder/replay" "$folder/cases" "${@:2}"
}
replay max scalar neon neon_i8mm
replay neoverse-n1 scalar neon
replay cortex-a53 scalar
