#!/usr/bin/env bash
# A bill of materials of 10,000 Go modules against the 4,291 records of Go's
# vulnerability database: the program, cold from the zip and warm from what it has
# imported, beside osv-scanner and grype on the same files; then the result sets of
# the former, pair by pair. A small bill of 206 modules, warm, as a pipeline asks.
#
# The data stand beside the project (DATA, default ../shared/data). Peers are built
# once into PEERS; that takes eight minutes of processor time. NO_GRYPE=1 leaves the
# larger half of that out. Its database is made from the same records, for speed
# only: it finds less than its makers' own would.
source "$(dirname "$0")/setup.sh"
data=${DATA:-../shared/data}
peers=${PEERS:-$out/peers}
zip=$data/advisories/golang-vulndb-osv.zip
big=$data/sbom/go-10000.cdx.json
small=$data/sbom/go-206.cdx.json
for f in "$zip" "$big" "$small"; do [ -e "$f" ] || { echo "this needs $f" >&2; exit 2; }; done
mkdir -p "$peers" "$out/match/feeds"
peers=$(cd "$peers" && pwd)
if ! [ -x "$peers/osv-scanner" ]; then
  GOBIN=$peers nice go install github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.5.0
fi
if [ -z "${NO_GRYPE:-}" ] && ! [ -x "$peers/grypedb" ]; then
  GOBIN=$peers nice go install github.com/anchore/grype/cmd/grype@v0.110.0
  src=$(go mod download -json github.com/anchore/grype@v0.110.0 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  rm -rf "$peers/src" && cp -r "$src" "$peers/src" && chmod -R u+w "$peers/src"
  mkdir "$peers/src/cmd/grypedb"
  sed '/^\/\/go:build ignore/d' bench/match/grypedb/main.go >"$peers/src/cmd/grypedb/main.go"
  (cd "$peers/src" && nice go build -o "$peers/grypedb" ./cmd/grypedb)
  rm -rf "$peers/src"
fi
go build -o "$out/matcher" ./bench/match
machine
rm -rf "$out/match" && mkdir -p "$out/match/feeds" "$out/match/cache/osv-scalibr/Go"
cp "$zip" "$out/match/feeds/"
cp "$zip" "$out/match/cache/osv-scalibr/Go/all.zip"
cp "$big" "$out/match/big.cdx.json"

# found FILE COMMAND…: timed, for commands whose status 1 says that they found something.
found() { timed "$1" sh -c '"$@"; [ $? -le 1 ]' sh "${@:2}"; }

w=$out/wardround
"$w" -q feed import --data "$out/match/data" "$zip" >/dev/null
"$out/matcher" save "$zip" "$out/match/gen"
for _ in $(seq "$runs"); do
  found "$out/match/cold" "$w" sbom check "$big" --feeds "$out/match/feeds" --format json
  found "$out/match/warm" "$w" sbom check "$big" --data "$out/match/data" --format json
  found "$out/match/small" "$w" sbom check "$small" --data "$out/match/data" --format json
  "$out/matcher" warm "$out/match/gen" "$big" | tee -a "$out/match/parts" >/dev/null
done
for _ in 1 2 3; do
  XDG_CACHE_HOME=$(cd "$out/match/cache" && pwd) found "$out/match/osv" "$peers/osv-scanner" scan source --offline -L "$out/match/big.cdx.json" --format json --output-file "$out/match/osv.json"
done
if [ -z "${NO_GRYPE:-}" ]; then
  "$peers/grypedb" "$zip" "$out/match/grype" >/dev/null 2>&1
  export GRYPE_DB_CACHE_DIR=$out/match/grype GRYPE_DB_AUTO_UPDATE=false GRYPE_DB_VALIDATE_AGE=false GRYPE_CHECK_FOR_APP_UPDATE=false
  GRYPE_DB_CACHE_DIR=$(cd "$out/match/grype" && pwd)
  timed "$out/match/grype-big" "$peers/grype" "sbom:$big" -o json
  for _ in 1 2 3; do timed "$out/match/grype-small" "$peers/grype" "sbom:$small" -o json; done
fi

fail=0
row() { # row NAME FILE
  printf '%-44s %8.2f %8.2f %8.0f\n' "$1" "$(column "$2" 1)" "$(awk '{print $2 + $3}' "$2" >"$2.cpu"; column "$2.cpu" 1)" "$(awk '{print $4 * 1.024 / 1000}' "$2" >"$2.mb"; column "$2.mb" 1)"
}
atmost() { # atmost NAME VALUE LIMIT
  awk -v v="$2" -v l="$3" 'BEGIN { exit !(v <= l) }' || { echo "NOT MET: $1: $2, at most $3"; fail=1; }
}
printf '%-44s %8s %8s %8s\n' "medians" "wall s" "CPU s" "MB"
row "wardround, cold, from the zip" "$out/match/cold"
row "wardround, warm, imported before" "$out/match/warm"
row "wardround, warm, 206 modules" "$out/match/small"
row "osv-scanner 2.5.0, from the zip" "$out/match/osv"
if [ -z "${NO_GRYPE:-}" ]; then
  row "grype 0.110.0, from its database (once)" "$out/match/grype-big"
  row "grype 0.110.0, 206 modules" "$out/match/grype-small"
fi
part() { awk -v w="$1" 'index($0, w) == 1 { print $(NF - 1) }' "$out/match/parts" >"$out/match/part"; column "$out/match/part" 1; }
matching=$(part match) opening=$(part "open generation")
echo "in the program: opening $opening ms, identifying $(part identify) ms, matching $matching ms"
atmost "cold, wall s" "$(column "$out/match/cold" 1)" 1
atmost "cold, CPU s" "$(column "$out/match/cold.cpu" 1)" 1
atmost "cold, MB" "$(column "$out/match/cold.mb" 1)" 150
atmost "matching warm, ms" "$matching" 50
atmost "opening, ms" "$opening" 5
atmost "206 modules, wall s" "$(column "$out/match/small" 1)" 0.1
"$out/matcher" compare "$out/match/gen" "$big" "$out/match/osv.json" || fail=1
exit $fail
