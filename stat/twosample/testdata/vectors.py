#!/usr/bin/env python3
"""Writes vectors.json: what SciPy says of columns that Go and Python make alike.

Needs numpy, scipy and mpmath (made with numpy 2.4.6, scipy 1.17.1, mpmath 1.3.0):  python3 vectors.py > vectors.json

Columns come from splitmix64 (Steele, Lea & Flood 2014) through operations that IEEE 754 rounds one way, so that the
file holds only recipes and answers: kind, seed, n, shift, scale.
"""
import json
import sys
import warnings

import numpy as np
import scipy
from scipy import stats
from mpmath import mp
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
mp.dps = 60


def uniform(seed, n):
    with np.errstate(over="ignore"):
        i = np.arange(1, n + 1, dtype=np.uint64)
        z = np.uint64(seed) + i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def column(kind, seed, n, shift=0.0, scale=1.0):
    if kind == "uniform":
        x = uniform(seed, n)
    elif kind == "bell":  # the sum of four
        u = uniform(seed, 4 * n)
        x = u[0::4] + u[1::4] + u[2::4] + u[3::4] - 2.0
    elif kind == "skewed":
        u = uniform(seed, n)
        x = 1.0 / (1.0 - 0.999 * u)
    elif kind == "discrete":
        x = np.floor(uniform(seed, n) * 7.0)
    elif kind == "rounded":
        u = uniform(seed, 2 * n)
        x = np.floor((u[0::2] + u[1::2]) * 50.0)
    elif kind == "constant":
        x = np.zeros(n)
    return x * scale + shift


def num(x):
    x = float(x)
    return None if not np.isfinite(x) else x


def cvm_limit(x):
    """P(W >= x), Csorgo and Faraway 1996 eq. 1.3 with digits to spare for the tail."""
    x, s, k = mp.mpf(x), mp.mpf(0), 0
    while True:
        y = 4 * k + 1
        q = mp.mpf(y) ** 2 / (16 * x)
        t = mp.gamma(k + mp.mpf(1) / 2) / mp.factorial(k) / (mp.pi ** mp.mpf(1.5) * mp.sqrt(x)) * mp.sqrt(y) * mp.exp(-q) * mp.besselk(mp.mpf(1) / 4, q)
        s += t
        if t < mp.mpf(10) ** -(mp.dps - 5):
            return 1 - s
        k += 1


def ad_limit(x):
    """P(A2 >= x), Anderson and Darling 1954, the series with an integral in each term."""
    x, s, j = mp.mpf(x), mp.mpf(0), 0
    while True:
        y = mp.mpf(4 * j + 1)
        c = y * y * mp.pi ** 2 / (8 * x)
        w = mp.quad(lambda w: mp.exp(x / (8 * (w * w + 1)) - c * w * w), [0, 1 / mp.sqrt(c), 3 / mp.sqrt(c), 8 / mp.sqrt(c), 20 / mp.sqrt(c)])
        t = mp.binomial(-mp.mpf(1) / 2, j) * y * mp.exp(-c) * w
        s += t
        if abs(t) < mp.mpf(10) ** -(mp.dps - 12):
            return 1 - mp.sqrt(2 * mp.pi) / x * s
        j += 1


def numbers(a, b):
    out = {}

    def put(name, f, *fields):
        try:
            r = f()
        except Exception:
            return
        v = [num(getattr(r, k)) for k in fields] if fields else [num(r)]
        if all(x is not None for x in v):
            out[name] = v

    put("ks", lambda: stats.ks_2samp(a, b), "statistic", "pvalue")
    put("ks asymptotic", lambda: stats.ks_2samp(a, b, method="asymp"), "statistic", "pvalue")
    put("mann-whitney", lambda: stats.mannwhitneyu(a, b), "statistic", "pvalue")
    if len(a) * len(b) < 5000:
        put("mann-whitney exact", lambda: stats.mannwhitneyu(a, b, method="exact"), "statistic", "pvalue")
    put("cramer-von-mises", lambda: stats.cramervonmises_2samp(a, b), "statistic", "pvalue")
    put("anderson-darling", lambda: stats.anderson_ksamp([a, b], variant="midrank"), "statistic", "pvalue")
    put("epps-singleton", lambda: stats.epps_singleton_2samp(a, b), "statistic", "pvalue")
    put("welch-t", lambda: stats.ttest_ind(a, b, equal_var=False), "statistic", "pvalue")
    put("wasserstein", lambda: stats.wasserstein_distance(a, b))
    put("energy", lambda: stats.energy_distance(a, b))

    def psi(edges, closed):
        if closed:
            p, q = np.histogram(a, edges)[0] / len(a), np.histogram(b, edges)[0] / len(b)
        else:
            n = len(edges) + 1
            p = np.bincount(np.searchsorted(edges, a, side="right"), minlength=n) / len(a)
            q = np.bincount(np.searchsorted(edges, b, side="right"), minlength=n) / len(b)
        for s in (p, q):
            low = s[s > 0].min()
            s[s == 0] = low / 1e6 if low <= 1e-4 else 1e-4
        return np.sum((p - q) * np.log(p / q))

    put("psi 10", lambda: psi(np.unique(np.quantile(a, np.arange(1, 10) / 10)), False))
    put("psi sturges", lambda: psi(np.histogram_bin_edges(np.concatenate([a, b]), bins="sturges"), True))
    return out


def counts(a, b):
    a, b = np.array(a, float), np.array(b, float)
    keep = (a + b) > 0
    t = np.array([a[keep], b[keep]])
    out = {}
    if keep.sum() > 1:
        r = stats.chi2_contingency(t, correction=False)
        out["chi-square"] = [num(r.statistic), num(r.pvalue)]
        r = stats.chi2_contingency(t, correction=False, lambda_="log-likelihood")
        out["g"] = [num(r.statistic), num(r.pvalue)]
    if keep.sum() == 2:
        r = stats.fisher_exact(t)
        out["fisher p"] = [num(r.pvalue)]
    p, q = a / a.sum(), b / b.sum()
    out["jensen-shannon"] = [num(jensenshannon(p, q))]
    out["jensen-shannon 2"] = [num(jensenshannon(p, q, 2))]
    kl = stats.entropy(p, q)
    if np.isfinite(kl):
        out["kullback-leibler"] = [num(kl)]
    out["hellinger"] = [num(np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2) / 2))]
    out["total-variation"] = [num(np.abs(p - q).sum() / 2)]
    out["l-infinity"] = [num(np.abs(p - q).max())]
    return out


def main():
    cases, seed = [], 1
    sizes = [(1, 1), (1, 5), (2, 2), (2, 3), (3, 4), (4, 4), (5, 7), (6, 6), (8, 8), (8, 30), (9, 9), (13, 17),
             (20, 20), (19, 20), (21, 20), (50, 50), (100, 37), (141, 300), (500, 500), (3000, 2999),
             (9999, 10000), (10001, 10000), (20000, 5000), (50000, 60000)]
    for n, m in sizes:
        for kind in ("uniform", "bell", "skewed", "discrete", "rounded"):
            for shift, scale in ((0, 1), (0.05, 1), (0.5, 1), (0, 1.3)):
                if max(n, m) > 5000 and kind in ("skewed",):
                    continue
                if max(n, m) > 5000 and shift == 0.5 and kind == "uniform":
                    continue
                seed += 1
                s = shift if kind not in ("discrete", "rounded") else float(np.ceil(shift))
                spec = [[kind, 1000 + seed, n, 0.0, 1.0], [kind, 5000 + seed, m, s, scale]]
                cases.append({"a": spec[0], "b": spec[1], "want": numbers(column(*spec[0]), column(*spec[1]))})
    for a, b in ((["constant", 1, 30, 0.0, 1.0], ["constant", 1, 40, 0.0, 1.0]), (["constant", 1, 30, 0.0, 1.0], ["constant", 1, 40, 1.0, 1.0]),
                 (["uniform", 3, 40, 0.0, 1.0], ["uniform", 4, 40, 5.0, 1.0])):
        cases.append({"a": a, "b": b, "want": numbers(column(*a), column(*b))})
    big = [["bell", 77, 1_000_000, 0.0, 1.0], ["bell", 78, 1_000_000, 0.002, 1.0]]
    cases.append({"a": big[0], "b": big[1], "want": numbers(column(*big[0]), column(*big[1]))})

    tables = [([1, 9], [8, 2]), ([0, 5], [5, 0]), ([3, 0], [4, 0]), ([100, 200], [120, 180]), ([5, 5, 5], [6, 4, 5]),
              ([10, 0, 5, 1], [3, 7, 5, 0]), ([12345, 54321], [12000, 55000]), ([1, 0, 0, 0, 9], [0, 1, 2, 3, 4]),
              ([999999, 1], [999990, 10]), ([7, 3, 0, 0], [7, 3, 0, 0]), ([1000, 10], [1000, 40]), ([300000, 1200], [310000, 900]),
              ([2, 3], [1, 500]), ([40, 60, 100, 3], [1, 2, 90, 300]), ([5, 5], [5, 5]), ([0, 1], [1, 0])]
    for k in range(60):
        n = 2 + k % 7
        u = uniform(900 + k, 2 * n)
        size = [5, 30, 400, 9000][k % 4]
        t = np.floor(u * size).reshape(2, n)
        t[:, 0] += 1
        tables.append((t[0].tolist(), t[1].tolist()))
    laws = {
        "kolmogorov": [[n, d, num(scipy.special.kolmogorov(0) and stats.kstwo.sf(d, n))]
                       for n in (1, 2, 5, 10, 50, 140, 141, 500, 5000, 100001, 500000)
                       for d in ([0.3, 0.55, 0.9] if n < 5 else [0.4 / n, 0.9 / n, 0.5 / n**0.5, 0.8 / n**0.5, 0.87 / n**0.5,
                                 1.2 / n**0.5, 1.49 / n**0.5, 2.0 / n**0.5, 3.0 / n**0.5, 6.0 / n**0.5]) if d < 1],
        "cramer-von-mises": [[x, num(cvm_limit(x))] for x in (0.003, 0.01, 0.0199, 0.02, 0.05, 0.1, 0.2, 0.46136, 0.74346, 1.2, 2, 4, 8)],
        "anderson-darling": [[x, num(ad_limit(x))] for x in (0.06, 0.1, 0.2, 0.5, 1, 2.492, 3.878, 6, 10, 20)],
        "chi-square": [[df, x, num(stats.chi2.sf(x, df))] for df in (1, 2, 3, 10, 100, 2000)
                       for x in (0.001, 0.5, 1, 3.84, 10, 50, 200, 700, 1300, 2500)],
        "student": [[df, t, num(2 * stats.t.sf(t, df))] for df in (1, 2.5, 10, 99.7, 5000, 1e6)
                    for t in (0, 0.1, 1, 1.96, 4, 9, 30)],
        "hypergeometric": [[k, n, g, b, num(stats.hypergeom.pmf(k, g + b, g, n))]
                           for k, n, g, b in ((0, 1, 1, 1), (3, 10, 5, 40), (50, 100, 500, 500), (1, 1000, 3, 90000),
                                              (5000, 10000, 100000, 100000), (4900, 10000, 100000, 100000), (20, 20, 30, 3))],
    }
    out = {"numpy": np.__version__, "scipy": scipy.__version__, "numbers": cases,
           "counts": [{"a": list(map(float, a)), "b": list(map(float, b)), "want": counts(a, b)} for a, b in tables],
           "laws": laws}
    sys.stdout.write("{\n")
    keys = list(out)
    for i, k in enumerate(keys):
        v = out[k]
        sys.stdout.write(json.dumps(k) + ": ")
        if isinstance(v, list):
            sys.stdout.write("[\n" + ",\n".join(json.dumps(x, separators=(",", ":")) for x in v) + "\n]")
        else:
            sys.stdout.write(json.dumps(v, separators=(",", ":")))
        sys.stdout.write(",\n" if i + 1 < len(keys) else "\n")
    sys.stdout.write("}\n")


main()
