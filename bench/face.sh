#!/usr/bin/env bash
# The figures of the face: first load and map in Chromium, lists of 100,000 findings, reads at 500 a second beside a
# living demo, 200 event streams beside 5,000 observations a second, and what the demo holds in memory.
# Needs Go and chromium; RUNS (3) repeats what is compared. Wants an otherwise idle machine.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${BENCH_DIR:-bench/out}
runs=${RUNS:-3}
mkdir -p "$out"
fail=0
go build -o "$out/wardround" ./cmd/wardround || exit 1

echo "== pages (first load < 500 kB, usable < 1 s; 2,000 assets at 30 frames/s)"
go test ./e2e/browser -count=1 -v -run 'TestFirstLoad|TestTheMapPans' | grep -E 'first load|frames|FAIL' || fail=1

echo "== lists of 100,000 findings (filtered: p99 < 100 ms)"
go test ./board -run xxx -bench Findings -benchtime 200x | grep -E 'Benchmark|FAIL' || fail=1

echo "== 500 reads a second beside the living demo (p99 < 20 ms), memory (< 300 MB)"
"$out/wardround" demo --stay --listen 127.0.0.1:0 >"$out/demo.out" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null' EXIT
for _ in $(seq 60); do link=$(grep -o 'http://localhost[^ ]*#[^ ]*' "$out/demo.out" | head -1); [ -n "$link" ] && break; sleep 1; done
sleep 45 # its first hour, and then at the speed of life
go run ./bench/face -link "$link" -rate 500 -seconds 30 || fail=1
go run ./bench/face -link "$link" -rate 500 -seconds 30 -streams 8 || fail=1 # as many as one session may hold
[ -r "/proc/$demo/status" ] && awk '/VmHWM/ {printf "demo: %.0f MB resident at most\n", $2 / 1024}' "/proc/$demo/status"
kill $demo
wait $demo 2>/dev/null

echo "== 5,000 observations a second, in turn without and with 200 event streams (at most 5 % slower)"
for i in $(seq "$runs"); do
  for streams in 0 200; do
    echo "-- run $i, $streams streams"
    go run ./bench/latency --rate 5000 --seconds 15 --streams "$streams" --limit 1s || fail=1
  done
done
exit $fail
