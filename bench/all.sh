#!/usr/bin/env bash
# Every figure of README.md but those of AI models, in its order. Wants an otherwise idle machine and
# about 3 GB of disk; the last four also the test data beside the project, and peers
# that they install (see their READMEs).
set -uo pipefail
cd "$(dirname "$0")/.."
fail=0
part() {
  echo "== $*"
  "$@" || fail=1
}
part bash bench/capture.sh
part bash bench/tshark.sh
part bash bench/flows.sh
part go run ./bench/latency --rate 5000 --seconds 60
part bash bench/start.sh
part go test ./bench/coldstart -count=1 -v -hours 24
part bash bench/face.sh
part bash bench/match.sh
part bash bench/portfolio.sh
part bash bench/csaf/run.sh
part bash bench/versions/judge.sh
exit $fail
