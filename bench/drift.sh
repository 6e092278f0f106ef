#!/bin/sh
# Times the two-sample tests beside SciPy's on the same columns, in the same run, on one core.
# PYTHON names an interpreter with numpy and scipy (default: python3). Result: a table for bench/drift/README.md.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
CGO_ENABLED=0 go build -o "$out/drift" ./bench/drift
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
run=""
command -v taskset >/dev/null 2>&1 && run="taskset -c 0"
# shellcheck disable=SC2086
$run "${PYTHON:-python3}" bench/drift/peers.py "$out/drift" "${REPEATS:-5}"
