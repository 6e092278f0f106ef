#!/usr/bin/env python3
"""Prints medians and ratios: ratio.py SKLEARN_LINES GO_BENCH_LINES."""
import re
import statistics
import sys

theirs, ours = {}, {}
for line in open(sys.argv[1]):
    name, ms = line.split()
    theirs.setdefault(name, []).append(float(ms))
for line in open(sys.argv[2]):
    m = re.match(r"Benchmark(\w+?)(?:-\d+)?\s+\d+\s+(\d+) ns/op", line)
    if m:
        ours.setdefault(m[1], []).append(int(m[2]) / 1e6)
missed = False
for name, ms in theirs.items():
    a, b = statistics.median(ms), statistics.median(ours[name])
    missed |= a / b < 5
    print(f"{name:10} scikit-learn {a:7.1f} ms   wardround {b:7.1f} ms   ratio {a / b:.1f}   {'ok' if a / b >= 5 else 'NOT MET'} (>= 5)")
sys.exit(missed)
