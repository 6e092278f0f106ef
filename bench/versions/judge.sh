#!/usr/bin/env bash
# Ten thousand generated pairs of versions for each ecosystem, judged by the
# ecosystem's own tool and by us. Needs: apt-get install libdpkg-perl rpm nodejs npm
# python3-packaging ruby default-jdk-headless libmaven3-core-java php-cli
# What is not installed is skipped and named.
set -euo pipefail
cd "$(dirname "$0")/../.."
for seed in ${SEEDS:-1 2 3}; do
  echo "seed $seed"
  go run ./bench/versions -seed "$seed" "$@"
done
