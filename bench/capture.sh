#!/usr/bin/env bash
# Makes the bench capture and proves that it is what it should be: at least 500 MB,
# frames of at most 1,514 bytes with a median of at most 600, at most 40 % pixel
# data, at least 20 % of packets with MLLP, MQTT or HTTP. The proof reads the whole
# file (bench/capturecheck); tshark counts the protocols of a slice by itself.
source "$(dirname "$0")/setup.sh"
file=$out/bench.pcap
hours=${HOURS:-1.1}
"$out/wardround" --quiet sim capture --seed 1 --heavy 100 --hours "$hours" "$file"
go run ./bench/capturecheck "$file"
if command -v tshark >/dev/null; then
  echo
  tshark -n -r "$file" -c 200000 -T fields -e frame.protocols 2>/dev/null | awk '
    /:hl7|:mqtt|:http/ { n++ }
    END { printf "tshark, first %d packets: %.1f %% MLLP, MQTT or HTTP\n", NR, 100 * n / NR; exit (n < 0.2 * NR) }'
fi
