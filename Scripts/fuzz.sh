#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and the address sanitizer, runs each for a time and prints
# what came of it. A target stops at its first fault; the input is kept, and the script fails.
#
# usage: Scripts/fuzz.sh [SECONDS_PER_TARGET] [TARGET…]      (60 seconds, all targets)
#
# FUZZ_JOBS     how many targets run at a time; the number of cores unless set
# FUZZ_TIMEOUT  seconds that one input may take; 10 unless set
# FUZZ_FOLDER   where corpora, logs and faulty inputs are kept; .build-fuzz unless set
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
jobs=${FUZZ_JOBS:-$(nproc)}
folder=$(realpath -m "${FUZZ_FOLDER:-.build-fuzz}")
swift=${SWIFT:-swift}
tools=$(dirname "$(readlink -f "$(command -v "$swift")")")

# What libFuzzer links to is named by hand: SwiftPM gives its flag to C alone, and libFuzzer's own
# main would be a second one.
library=$("$tools/clang" -print-file-name="libclang_rt.fuzzer_no_main-$(uname -m).a")
if [ ! -f "$library" ]; then
  echo "error: this Swift has no libFuzzer ($library)" >&2
  exit 1
fi
INTAGLIO_CHECKS=1 "$swift" build -c release --product Fuzzing --scratch-path .build-fuzz \
  --sanitize=address \
  -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table \
  -Xcc -fsanitize=fuzzer-no-link \
  -Xlinker --undefined=LLVMFuzzerRunDriver -Xlinker "$library" -Xlinker -lstdc++

program=$PWD/.build-fuzz/release/Fuzzing
export ASAN_SYMBOLIZER_PATH=$tools/llvm-symbolizer
export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=0
export SWIFT_BACKTRACE=enable=no

known=$("$program" list)
if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(cut -d ' ' -f 1 <<< "$known"); fi
for target in "${targets[@]}"; do
  if ! grep -q "^$target " <<< "$known"; then
    echo "error: no target '$target'; there are:" >&2
    echo "$known" >&2
    exit 1
  fi
done

# One target: its seeds, its run, its log.
fuzz() {
  local target=$1 limit log=$folder/logs/$1.log
  local corpus=$folder/corpus/$target seeds=$folder/seeds/$target faults=$folder/faults/$target
  limit=$(grep "^$target " <<< "$known" | cut -d ' ' -f 2)
  mkdir -p "$corpus" "$faults" "$folder/logs"
  rm -rf "$seeds" "$log"
  "$program" seeds "$target" "$seeds"
  # libFuzzer takes no empty dictionary.
  [ -s "$seeds.dict" ] && words=(-dict="$seeds.dict") || words=()
  INTAGLIO_FUZZ_TARGET=$target "$program" "$corpus" "$seeds" "${words[@]}" \
    -max_total_time="$seconds" -max_len="$limit" -timeout="${FUZZ_TIMEOUT:-10}" -rss_limit_mb=2048 \
    -artifact_prefix="$faults/" -print_final_stats=1 > "$log" 2>&1 || true
}
export -f fuzz
export program folder known seconds

echo "Fuzzing ${targets[*]}: $seconds s each, $jobs at a time"
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -euo pipefail -c 'fuzz {}'

# The last word of a line that begins with the second argument, of the log named first.
stat() { grep -a "^$2" "$1" | tail -n 1 | awk '{ print $NF }' || true; }

status=0
printf '%-12s %12s %9s %7s %8s %9s  %s\n' \
  target executions exec/s seconds edges features faults
for target in "${targets[@]}"; do
  log=$folder/logs/$target.log
  line=$(grep -a ' cov: ' "$log" | tail -n 1 || true)
  edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' <<< "$line")
  features=$(sed -n 's/.* ft: \([0-9]*\).*/\1/p' <<< "$line")
  count=$(stat "$log" stat::number_of_executed_units:)
  rate=$(stat "$log" stat::average_exec_per_sec:)
  time=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log" | tail -n 1)
  fault=none
  # libFuzzer says how long it ran only where it ended well.
  if [ -z "$time" ]; then
    fault=$(grep -a -m 1 -E '^FAULT:|^SUMMARY:' "$log" | cut -c 1-100 || true)
    fault="FAULT, see $log ${fault:+($fault)}"
    status=1
  fi
  printf '%-12s %12s %9s %7s %8s %9s  %s\n' "$target" "${count:--}" "${rate:--}" "${time:--}" \
    "${edges:--}" "${features:--}" "$fault"
done
exit $status
