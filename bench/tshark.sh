#!/usr/bin/env bash
# replay against tshark on the bench capture, in turn, in the same run: packets a
# second by the wall clock on two processors, packets a second of processor time,
# and resident memory, also on a capture three times as long.
#
# tshark prints, packet by packet, the fields from which our observations are made
# (fields.txt). It does less: it neither joins requests with answers nor opens FHIR
# bodies, keeps no inventory and judges nothing.
source "$(dirname "$0")/setup.sh"
need tshark tshark
file=$out/bench.pcap
[ -s "$file" ] || bash bench/capture.sh
long=$out/long.pcap
[ -s "$long" ] || "$out/wardround" --quiet sim capture --seed 1 --heavy 100 --hours "${LONG_HOURS:-3.3}" "$long"
fields=()
for f in $(cat bench/fields.txt); do fields+=(-e "$f"); done

rm -f "$out"/t.*
cat "$file" >/dev/null # both read from memory
for i in $(seq "$runs"); do
  timed "$out/t.wardround" "$out/wardround" replay --format json "$file"
  timed "$out/t.tshark" tshark -n -r "$file" -T fields "${fields[@]}"
  echo "run $i: wardround $(tail -1 "$out/t.wardround") | tshark $(tail -1 "$out/t.tshark")"
done
cat "$long" >/dev/null
for i in 1 2 3; do timed "$out/t.long" "$out/wardround" replay --format json "$long"; done

packets=$("$out/wardround" replay --format json "$file" | tail -1 | sed 's/.*"packets":\([0-9]*\).*/\1/')
longpackets=$("$out/wardround" replay --format json "$long" | tail -1 | sed 's/.*"packets":\([0-9]*\).*/\1/')
machine
tshark --version | head -1
awk -v p="$packets" -v lp="$longpackets" \
  -v ww="$(column "$out/t.wardround" 1)" -v wu="$(column "$out/t.wardround" 2)" -v ws="$(column "$out/t.wardround" 3)" -v wm="$(column "$out/t.wardround" 4)" \
  -v tw="$(column "$out/t.tshark" 1)" -v tu="$(column "$out/t.tshark" 2)" -v ts="$(column "$out/t.tshark" 3)" -v tm="$(column "$out/t.tshark" 4)" \
  -v lw="$(column "$out/t.long" 1)" -v lm="$(column "$out/t.long" 4)" -v runs="$runs" 'BEGIN {
  printf "medians of %d runs in turn, %d packets\n", runs, p
  printf "%-28s %10s %12s %18s %12s\n", "", "wall s", "packets/s", "packets/s a core", "memory MB"
  printf "%-28s %10.2f %12.0f %18.0f %12.0f\n", "wardround replay", ww, p / ww, p / (wu + ws), wm * 1.024 / 1000
  printf "%-28s %10.2f %12.0f %18.0f %12.0f\n", "tshark -T fields", tw, p / tw, p / (tu + ts), tm * 1.024 / 1000
  printf "%-28s %10.2f %12.0f %18s %12.0f\n", sprintf("wardround, %.1f times as long", lp / p), lw, lp / lw, "", lm * 1.024 / 1000
  printf "ratio of packet rates: %.1f by the wall clock, %.1f by processor time\n", tw / ww, (tu + ts) / (wu + ws)
  ok = tw / ww >= 10 && p / (wu + ws) >= 300000 && wm * 1.024 < 400000 && lm * 1.024 < 400000
  print ok ? "met: ratio >= 10, >= 300000 packets/s a core, < 400 MB at both lengths" : "NOT MET: ratio >= 10, >= 300000 packets/s a core, < 400 MB at both lengths"
  exit !ok
}'
