#!/usr/bin/env python3
"""Writes columns, times SciPy and numpy on them, runs our binary on the same, and prints both as a table.

Usage: peers.py BINARY [REPEATS]      Needs numpy and scipy.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import scipy
from scipy import stats

warnings.simplefilter("ignore")
BINARY = sys.argv[1]
REPEATS = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def psi(a, b):
    edges = np.quantile(a, np.arange(1, 10) / 10)
    full = np.concatenate([[-np.inf], edges, [np.inf]])
    p, q = np.histogram(a, full)[0] / len(a), np.histogram(b, full)[0] / len(b)
    p, q = np.where(p == 0, 1e-4, p), np.where(q == 0, 1e-4, q)
    return np.sum((p - q) * np.log(p / q))


def mmd(z, n, rounds):
    sq = (z * z).sum(1)
    k = np.exp(-np.maximum(sq[:, None] + sq[None] - 2 * z @ z.T, 0) / 40.0)
    np.fill_diagonal(k, 0)
    rng = np.random.default_rng(0)

    def stat(i, j):
        return k[np.ix_(i, i)].sum() / (n * (n - 1)) + k[np.ix_(j, j)].sum() / (n * (n - 1)) - 2 * k[np.ix_(i, j)].mean()

    idx = np.arange(2 * n)
    seen = stat(idx[:n], idx[n:])
    for _ in range(rounds):
        p = rng.permutation(2 * n)
        stat(p[:n], p[n:])
    return seen


def clock(f):
    t = time.process_time()
    r = f()
    return 1000 * (time.process_time() - t), r


def main():
    rng = np.random.default_rng(2026)
    data = {"a1M": rng.normal(size=1_000_000), "b1M": rng.normal(0.002, 1.001, size=1_000_000),
            "a10k": rng.normal(size=10_000), "b10k": rng.normal(0.02, 1, size=10_000)}
    rows = rng.normal(size=(1000, 20))
    jobs = []
    for size in ("1M", "10k"):
        a, b = data["a" + size], data["b" + size]
        for name, f in (("ks", stats.ks_2samp), ("wasserstein", stats.wasserstein_distance), ("energy", stats.energy_distance),
                        ("mann-whitney", stats.mannwhitneyu), ("psi", psi), ("cramer-von-mises", stats.cramervonmises_2samp),
                        ("epps-singleton", stats.epps_singleton_2samp),
                        ("anderson-darling", lambda a, b: stats.anderson_ksamp([a, b], variant="midrank"))):
            jobs.append((f"{name} {size}", lambda f=f, a=a, b=b: f(a, b)))
    jobs.append(("mmd 500v500x20", lambda: mmd(rows, 500, 100)))
    theirs, ours, said, told = {}, {}, {}, {}
    env = dict(os.environ, GOMAXPROCS="1")
    with tempfile.TemporaryDirectory() as d:
        for k, v in data.items():
            v.astype("<f8").tofile(f"{d}/{k}.f64")
        rows.astype("<f8").tofile(f"{d}/rows.f64")
        for _ in range(REPEATS):  # in turns, so that a busy machine is busy for both
            for name, f in jobs:
                ms, said[name] = clock(f)
                theirs.setdefault(name, []).append(ms)
            for line in subprocess.run([BINARY, d, "3"], check=True, capture_output=True, text=True, env=env).stdout.splitlines():
                x = json.loads(line)
                told[x["name"]] = x
                ours.setdefault(x["name"], []).append(x["ms"])
    out = []
    for name, _ in jobs:
        r = said[name]
        out.append((name, statistics.median(theirs[name]), float(getattr(r, "statistic", r)), getattr(r, "pvalue", None)))
        told[name]["ms"] = statistics.median(ours[name])
    print(f"numpy {np.__version__}, scipy {scipy.__version__}; medians of {REPEATS}, milliseconds of processor time on one core\n")
    print("| test | SciPy/numpy, ms | Wardround, ms | ratio | statistic differs by | p differs by |\n|---|---|---|---|---|---|")
    for name, ms, s, p in out:
        o = told[name]
        ds = abs(o["statistic"] - s) / max(1e-300, abs(s))
        dp = "" if p is None or "p" not in o else f"{abs(o['p'] - p):.1e}"
        print(f"| {name} | {ms:.1f} | {o['ms']:.1f} | {ms / o['ms']:.1f} | {ds:.1e} | {dp} |")


main()
