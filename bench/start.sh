#!/usr/bin/env bash
# How soon: the version (at most 20 ms), the first finding of the demo (within
# 10 s); and how large the binary is (under 40 MB).
source "$(dirname "$0")/setup.sh"
go build -trimpath -ldflags='-s -w' -o "$out/wardround-stripped" ./cmd/wardround
machine
fail=0
ms() { echo $((($(date +%s%N) - $1) / 1000000)); }
rm -f "$out/t.version" "$out/t.demo"
for _ in $(seq 21); do
  begin=$(date +%s%N)
  "$out/wardround" version >/dev/null
  echo $((($(date +%s%N) - begin) / 1000)) >>"$out/t.version"
done
version=$(column "$out/t.version" 1)
echo "version: $version µs (median of 21, the start of the process included)"
[ "${version%.*}" -le 20000 ] || fail=1
for _ in 1 2 3; do
  begin=$(date +%s%N)
  "$out/wardround" demo --seed 1 2>/dev/null | { grep -m1 -E '(critical|high|medium|low) ' >/dev/null && ms "$begin" >>"$out/t.demo"; } || true # the pipe breaks, the demo ends
done
demo=$(column "$out/t.demo" 1)
echo "first finding of demo: $demo ms (median of 3)"
[ "${demo%.*}" -le 10000 ] || fail=1
for f in wardround wardround-stripped; do
  size=$(stat -c %s "$out/$f")
  echo "$f: $size bytes"
  [ "$size" -lt 40000000 ] || fail=1
done
[ $fail = 0 ] || echo "NOT MET: version <= 20 ms, first finding <= 10 s, binary < 40 MB"
exit $fail
