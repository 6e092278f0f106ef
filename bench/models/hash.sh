#!/usr/bin/env bash
# Hashing of a model against sha256sum: eight files of 128 MB, and one of 1 GB in shards. Same files, same run, warm cache,
# three rounds in turn; prints medians and ratios. Needs about 2 GB of room in $TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 go build -o "$dir/wardround" ./cmd/wardround
openssl ecparam -name prime256v1 -genkey -noout -out "$dir/key.pem"
mkdir "$dir/model"
for i in 1 2 3 4 5 6 7 8; do head -c 134217728 /dev/urandom >"$dir/model/shard-$i.bin"; done
head -c 1073741824 /dev/urandom >"$dir/one.bin"
cat "$dir"/model/* "$dir/one.bin" >/dev/null
seconds() { local s=$EPOCHREALTIME; "$@" >/dev/null; local e=$EPOCHREALTIME; echo "$s $e" | awk '{printf "%.3f\n", $2-$1}'; }
median() { sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
for r in 1 2 3; do
  seconds sha256sum "$dir"/model/*.bin >>"$dir/peer8"
  seconds "$dir/wardround" model sign "$dir/model" --key "$dir/key.pem" -o "$dir/m.sig" >>"$dir/ours8"
  seconds sha256sum "$dir/one.bin" >>"$dir/peer1"
  seconds "$dir/wardround" model sign "$dir/one.bin" --key "$dir/key.pem" --shards --shard 67108864 -o "$dir/o.sig" >>"$dir/ours1"
  seconds "$dir/wardround" model sign "$dir/one.bin" --key "$dir/key.pem" -o "$dir/o.sig" >>"$dir/whole1"
  rm -f "$dir"/*.sig
done
p8=$(median <"$dir/peer8") o8=$(median <"$dir/ours8") p1=$(median <"$dir/peer1") o1=$(median <"$dir/ours1") w1=$(median <"$dir/whole1")
echo "processors: $(nproc)"
echo "8 x 128 MB: sha256sum $p8 s, model sign $o8 s, $(awk "BEGIN{printf \"%.2f\", $p8/$o8}") times as fast"
echo "1 x 1 GB in shards of 64 MB: sha256sum $p1 s, model sign $o1 s, $(awk "BEGIN{printf \"%.2f\", $p1/$o1}") times as fast"
echo "1 x 1 GB whole: sha256sum $p1 s, model sign $w1 s, $(awk "BEGIN{printf \"%.2f\", $p1/$w1}") times as fast"
