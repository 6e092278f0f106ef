"""One-run audits by the paper's formulas over scipy's binomial: python3 vectors.py > vectors.json"""
import json
import math

from scipy.stats import binom


def p_value(m, r, v, eps, delta):
    q = 1 / (1 + math.exp(-eps))
    beta = binom.sf(v - 1, r, q)
    alpha, total = 0.0, 0.0
    for i in range(1, v + 1):
        total += binom.pmf(v - i, r, q)
        if total > i * alpha:
            alpha = total / i
    return min(1.0, beta + alpha * delta * 2 * m)


def epsilon(m, r, v, delta, p):
    if p_value(m, r, v, 0, delta) >= p:
        return 0.0
    lo, hi = 0.0, 1.0
    while p_value(m, r, v, hi, delta) < p:
        lo, hi = hi, 2 * hi
    for _ in range(60):
        mid = (lo + hi) / 2
        if p_value(m, r, v, mid, delta) < p:
            lo = mid
        else:
            hi = mid
    return lo


cases = [(1000, 1000, 500), (1000, 1000, 540), (1000, 100, 95), (1000, 100, 100), (5000, 300, 281), (200, 20, 20), (1000, 1000, 700)]
print(json.dumps([{"m": m, "r": r, "v": v, "delta": d, "epsilon": epsilon(m, r, v, d, 0.05)} for m, r, v in cases for d in (0, 1e-5, 1e-3)]))
