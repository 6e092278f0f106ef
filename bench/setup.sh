# Sourced by the scripts beside it: builds the program into $out, where captures
# lie too. BENCH_DIR says where; RUNS how often each measurement is repeated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${BENCH_DIR:-bench/out}
runs=${RUNS:-5}
mkdir -p "$out"
export CGO_ENABLED=0
go build -o "$out/wardround" ./cmd/wardround

need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null || { echo "this needs $1: apt-get install $2" >&2; exit 2; }
}
need /usr/bin/time time

# Two processors for each program, whatever the machine has.
two=""
if [ "$(nproc)" -gt 2 ] && command -v taskset >/dev/null; then two="taskset -c 0,1"; fi

# timed FILE COMMAND…: appends "wall user sys maxrss_kB" of the command to FILE;
# its output goes through a pipe, as it would to whoever reads it.
timed() {
  local file=$1
  shift
  { /usr/bin/time -a -o "$file" -f '%e %U %S %M' $two "$@" 2>"$file.err" || { cat "$file.err" >&2; exit 1; }; } | wc -c >"$file.bytes"
}

# column FILE N: the median of a column.
column() { awk -v n="$2" '{print $n}' "$1" | sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

machine() {
  echo "$(date -u +%F), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) processors, $(go version | cut -d' ' -f3,4), wardround $(git rev-parse --short HEAD)"
}
