#!/usr/bin/env bash
# Kills intaglio at random moments while it writes, and looks at what is left: the old file intact or
# the new one whole, nothing beside it after a signal that can be handled, and nothing after the next
# write where it cannot. A fifth of the runs write a folder of Verilog instead of a file.
#
#   Scripts/kill-while-writing.sh [RUNS [EXECUTABLE [SEED]]]     (500, .build/release/intaglio, 14)
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:-500}
intaglio=$(realpath "${2:-.build/release/intaglio}")
RANDOM=${3:-14}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

small=(deit-t --image-size 32 --depth 1 --width 64)
for bits in 2 8; do
  "$intaglio" bench "${small[@]}" --bits $bits --seconds 0 --save model-$bits > /dev/null
  "$intaglio" hardware emit "${small[@]}" --bits $bits --part mlp:0 --tile 4 -o design-$bits > /dev/null
  "$intaglio" integerize model-$bits --plan -o file-$bits > /dev/null
done

declare -A commands=(
  [file]="integerize model-BITS --plan -o work/file"
  [design]="hardware emit ${small[*]} --bits BITS --part mlp:0 --tile 4 -o work/design"
)
signals=(KILL KILL TERM INT HUP)
mkdir work

write() { # KIND BITS
  local arguments=${commands[$1]//BITS/$2}
  # shellcheck disable=SC2086
  "$intaglio" $arguments > /dev/null
}

fail() {
  echo "error: run $run, $kind, signal $signal: $1" >&2
  ls -laR work >&2
  exit 1
}

microseconds() { echo $(($(date +%s%N) / 1000)); }

declare -A duration
for kind in file design; do
  write $kind 2
  start=$(microseconds)
  write $kind 8
  duration[$kind]=$(($(microseconds) - start))
done

old=0 new=0 left=0 finished=0
for ((run = 1; run <= runs; ++run)); do
  kind=file
  ((run % 5)) || kind=design
  signal=${signals[RANDOM % 5]}
  write $kind 2 || fail "the next write failed"
  [ -z "$(find work -name '.*')" ] || fail "the next write did not tidy up"
  diff -rq work/$kind $kind-2 > /dev/null || fail "the next write is not whole"
  # Half of the moments are in the last third, where the bytes are written.
  span=${duration[$kind]}
  delay=$((RANDOM * 32768 + RANDOM))
  if ((run % 2)); then
    delay=$((delay % (span * 11 / 10)))
  else
    delay=$((span * 2 / 3 + delay % (span / 2)))
  fi
  arguments=${commands[$kind]//BITS/8}
  # Signals of the keyboard are ignored by what a script starts in the background, unless it is a job.
  set -m
  # shellcheck disable=SC2086
  "$intaglio" $arguments > /dev/null 2>&1 &
  process=$!
  set +m
  sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
  kill -"$signal" $process 2> /dev/null || true
  code=0
  wait $process 2> /dev/null || code=$?
  ((code > 128)) || finished=$((finished + 1))
  if diff -rq work/$kind $kind-2 > /dev/null; then
    old=$((old + 1))
  elif diff -rq work/$kind $kind-8 > /dev/null; then
    new=$((new + 1))
  else
    fail "neither the old nor the new content"
  fi
  if [ -n "$(find work -name '.*')" ]; then
    left=$((left + 1))
    [ "$signal" = KILL ] || [ $kind = design ] || fail "a temporary file after a signal"
  fi
done
kind=file signal=none
write file 2
[ -z "$(find work -name '.*')" ] || fail "the last write did not tidy up"
echo "$runs runs, $((runs - finished)) of them killed: $old times the old content, $new times the new;" \
  "$left temporary files or folders, all removed by the next write."
