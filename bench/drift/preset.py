#!/usr/bin/env python3
"""Two CSV files, 20 columns of numbers and 5 of categories: Evidently's DataDriftPreset against `wardround model drift`.

Usage: preset.py WARDROUND [ROWS]       Needs evidently, pandas. Both read the same files; one core (taskset).
"""
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def frame(seed, n, shift):
    r = np.random.default_rng(seed)
    d = {f"x{i}": r.normal(shift if i < 3 else 0, 1, n).round(5) for i in range(20)}
    d.update({f"c{i}": r.choice(list("abcdef"), n) for i in range(5)})
    return pd.DataFrame(d)


def main():
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    with tempfile.TemporaryDirectory() as d:
        a, b = f"{d}/reference.csv", f"{d}/current.csv"
        frame(1, n, 0).to_csv(a, index=False)
        frame(2, n, 0.5).to_csv(b, index=False)
        import evidently
        from evidently import Report
        from evidently.presets import DataDriftPreset

        t = time.perf_counter()
        res = Report([DataDriftPreset()]).run(pd.read_csv(b), pd.read_csv(a)).dict()
        theirs = time.perf_counter() - t
        count = next(m["value"] for m in res["metrics"] if "DriftedColumnsCount" in str(m))
        t = time.perf_counter()
        ours = subprocess.run([sys.argv[1], "model", "drift", "--reference", a, "--current", b], capture_output=True, text=True)
        mine = time.perf_counter() - t
        print(f"{n} rows a side, 25 columns, 3 of them moved; evidently {evidently.__version__} (imported before)")
        print(f"Evidently  {theirs:.2f} s  drifted: {count}")
        print(f"Wardround  {mine:.2f} s  exit {ours.returncode}: {ours.stdout.splitlines()[0]}")


main()
