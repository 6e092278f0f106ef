#!/usr/bin/env bash
# The portfolio: from feed written to finding stored (p99 under 1 s), questions on
# two million components (p99 under 50 ms), bills of materials stored (at least
# 100,000 components a second; one of 256 MB within 10 s and 512 MB).
source "$(dirname "$0")/setup.sh"
records=${RECORDS:-../shared/data/advisories/golang-vulndb-osv.zip}
[ -r "$records" ] || { echo "this needs the Go vulnerability database as a zip of OSV records: RECORDS=$records" >&2; exit 2; }
go build -o "$out/portfolio" ./bench/portfolio
machine
fail=0
run() { echo; echo "portfolio $*"; $two "$out/portfolio" "$@" --records "$records" || fail=1; }
run delta --releases 250
run delta --releases 250 --together
run delta --releases 10000 --every 2s
run query
run ingest
run huge
run huge --distinct
exit $fail
