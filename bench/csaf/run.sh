#!/usr/bin/env bash
# CSAF documents a second, ours and the peer's (main.go). The peer is installed once
# into $BENCH_DIR/csaf-peer; it needs node and npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${BENCH_DIR:-bench/out}
data=${DATA:-../shared/data}
peer=$out/csaf-peer/node_modules/@secvisogram/csaf-validator-lib
export CGO_ENABLED=0
if [ ! -d "$peer" ] && command -v npm >/dev/null; then
  mkdir -p "$out/csaf-peer"
  (cd "$out/csaf-peer" && npm install --silent --no-audit --no-fund --ignore-scripts @secvisogram/csaf-validator-lib@2.0.10)
fi
[ -d "$peer" ] || peer=""
echo "$(date -u +%F), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(go version | cut -d' ' -f3,4), node $(node --version 2>/dev/null || echo none), wardround $(git rev-parse --short HEAD)"
go run ./bench/csaf -zip "$data/advisories/cisa-csaf.zip" -peer "$peer" -runs "${RUNS:-3}"
