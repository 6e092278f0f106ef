"""Makes vectors.json: what numpy, scikit-learn and SciPy say of small samples.

    python3 vectors.py > vectors.json      # needs numpy, scipy, scikit-learn

No package of Python has these tests with these choices, so each is written out from its
paper here, with numpy's linear algebra: MMD (Gretton et al. 2012, eq. 3, unbiased, kernel
exp(-|x-y|^2/w^2)), LSDD (Sugiyama et al. 2013, eq. 8 with the estimator of eq. 9), PCA
reconstruction (scikit-learn's PCA with the components that hold a share of the variance,
Welch's test of SciPy on the errors), the median width, random Fourier features by their limit.
"""
import json
import sys

import numpy as np
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel


def mmd(a, b, w2):
    kaa, kbb, kab = (rbf_kernel(x, y, gamma=1 / w2) for x, y in ((a, a), (b, b), (a, b)))
    n, m = len(a), len(b)
    return (kaa.sum() - n) / (n * (n - 1)) + (kbb.sum() - m) / (m * (m - 1)) - 2 * kab.mean()


def median2(z):
    d = euclidean_distances(z, squared=True)
    return float(np.median(d[np.triu_indices(len(z), 1)]))


def lsdd(a, b, w2):
    # w2 = 2 sigma^2; in units of (pi sigma^2)^(d/2), the integral of a squared Gaussian.
    z = np.vstack([a, b])
    c = z[:: (len(z) + 199) // 200]
    h = rbf_kernel(a, c, gamma=1 / w2).mean(0) - rbf_kernel(b, c, gamma=1 / w2).mean(0)
    H = rbf_kernel(c, c, gamma=1 / (2 * w2))
    theta = np.linalg.solve(H + 0.001 * len(c) * np.eye(len(c)), h)
    return float(2 * theta @ h - theta @ H @ theta)


def pca(a, b, share):
    fit, held = a[0::2], a[1::2]
    mean, sd = fit.mean(0), fit.std(0)
    p = PCA(n_components=None, svd_solver="full").fit((fit - mean) / sd)
    k = int(np.searchsorted(np.cumsum(p.explained_variance_ratio_), share - 1e-12) + 1)
    p = PCA(n_components=k, svd_solver="full").fit((fit - mean) / sd)

    def errors(x):
        x = (x - mean) / sd
        return np.linalg.norm(x - p.inverse_transform(p.transform(x)), axis=1)

    ea, eb = errors(held), errors(b)
    return float((eb.mean() - ea.mean()) / ea.std()), float(stats.ttest_ind(eb, ea, equal_var=False).pvalue), k


rng = np.random.default_rng(20260301)
out = []
for name, n, m, d, shift in (("same", 40, 30, 3, 0.0), ("shifted", 40, 30, 3, 0.8), ("wide", 60, 60, 8, 0.3), ("one column", 30, 50, 1, 0.5)):
    mix = np.eye(d) + 0.5 * np.tri(d, k=-1)
    a = np.round(rng.normal(size=(n, d)) @ mix, 6)
    b = np.round((rng.normal(size=(m, d)) + shift) @ mix * (1.4 if name == "wide" else 1), 6)
    w2 = median2(np.vstack([a, b]))
    x = dict(name=name, a=a.tolist(), b=b.tolist(), width=float(np.sqrt(w2)), mmd=float(mmd(a, b, w2)), mmd_at_2=float(mmd(a, b, 4.0)), lsdd=lsdd(a, b, w2))
    if d > 1:
        x["pca"], x["pca_p"], x["components"] = pca(a, b, 0.65)
    out.append(x)
json.dump(out, sys.stdout, indent=None, separators=(",", ":"))
print()
