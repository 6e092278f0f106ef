#!/usr/bin/env bash
# Ten thousand generated pairs of versions for each ecosystem, judged by the
# ecosystem's own tool and by us. Needs: apt-get install libdpkg-perl rpm nodejs npm
# python3-packaging ruby default-jdk-headless libmaven3-core-java php-cli
# What is not installed is skipped and named. Debian 12 has no apk: with
# APK_TOOLS=FOLDER, a checkout of apk-tools (tried: v3.0.6), its comparison is
# compiled from there. MAVEN_ARTIFACT=JAR asks another version of Maven.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -n "${APK_TOOLS:-}" ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  cc -O1 -w -I "$APK_TOOLS/src" -o "$out/apk-compare" bench/versions/apk/compare.c "$APK_TOOLS"/src/{version,blob,ctype}.c
  export APK_COMPARE=$out/apk-compare
fi
for seed in ${SEEDS:-1 2 3}; do
  echo "seed $seed"
  go run ./bench/versions -seed "$seed" "$@"
done
