#!/usr/bin/env bash
# A million idle TCP connections at once through the whole of replay: resident
# memory must stay under 1 GB. Three shapes: between few hosts, between many, and
# each from a host of its own. Then, without a bound, connections that each carried
# one exchange (MQTT, HL7, HTTP, DICOM, TLS, unknown in turn) before they fell
# silent.
source "$(dirname "$0")/setup.sh"
flows=${FLOWS:-1000000}
go build -o "$out/idleflows" ./bench/idleflows
machine
fail=0
measure() { # measure LIMIT_KB NAME ARGUMENTS…
  local limit=$1 name=$2 got
  shift 2
  rm -f "$out/t.flows"
  for _ in 1 2 3; do
    "$out/idleflows" --flows "$flows" "$@" | /usr/bin/time -a -o "$out/t.flows" -f '%e %U %S %M' $two "$out/wardround" replay --format json - | tail -1 >"$out/flows.json"
  done
  grep -q "\"flows\":$flows," "$out/flows.json" || { echo "$name: not all were seen"; fail=1; }
  got=$(column "$out/t.flows" 4)
  awk -v n="$name" -v f="$flows" -v m="$got" -v s="$(column "$out/t.flows" 1)" 'BEGIN { printf "%-52s %8d connections %7.0f MB %6.1f s\n", n, f, m * 1.024 / 1000, s }'
  if [ "$limit" -gt 0 ] && [ "${got%.*}" -gt "$limit" ]; then echo "NOT MET: under 1 GB"; fail=1; fi
}
gigabyte=976562 # kB of 1,024 bytes
measure $gigabyte "idle, 100 clients, 6 servers" --clients 100 --servers 6
measure $gigabyte "idle, 20,000 clients, 60 servers" --clients 20000 --servers 60
measure $gigabyte "idle, a client for each, 4,096 servers" --clients "$flows" --servers 4096
measure 0 "silent after one exchange, 100 clients, 6 servers" --clients 100 --servers 6 --talk
exit $fail
