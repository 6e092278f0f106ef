#!/usr/bin/env python3
"""Writes vectors.json: what scikit-learn, SciPy and statsmodels answer for the
inputs given here. Needs numpy, scipy, scikit-learn and statsmodels.

    python3 stat/performance/testdata/vectors.py > stat/performance/testdata/vectors.json

Where no library has the figure (DeLong, Obuchowski, Hosmer-Lemeshow,
Spiegelhalter, Newcombe), the definition is written out in the slowest and
plainest way, pair by pair, so that it shares nothing with the quick code it
judges.
"""
import json
import math

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(20260822)


def psi(a, b):
    return 1.0 if a > b else 0.5 if a == b else 0.0


def delong(score, label, clusters=None):
    pos = [i for i, l in enumerate(label) if l]
    neg = [i for i, l in enumerate(label) if not l]
    m, n = len(pos), len(neg)
    v10 = {i: sum(psi(score[i], score[j]) for j in neg) / n for i in pos}
    v01 = {j: sum(psi(score[i], score[j]) for i in pos) / m for j in neg}
    auc = sum(v10.values()) / m
    if clusters is None:
        return auc, v10, v01, (
            sum((v - auc) ** 2 for v in v10.values()) / (m - 1) / m
            + sum((v - auc) ** 2 for v in v01.values()) / (n - 1) / n)
    ids = sorted(set(clusters))
    a = {c: sum(v10[i] - auc for i in pos if clusters[i] == c) for c in ids}
    b = {c: sum(v01[j] - auc for j in neg if clusters[j] == c) for c in ids}
    i10 = len({clusters[i] for i in pos})
    i01 = len({clusters[j] for j in neg})
    i = len(ids)
    s10 = i10 / ((i10 - 1) * m) * sum(x * x for x in a.values())
    s01 = i01 / ((i01 - 1) * n) * sum(x * x for x in b.values())
    s11 = i / (i - 1) * sum(a[c] * b[c] for c in ids)
    return auc, v10, v01, s10 / m + s01 / n + 2 * s11 / (m * n)


def paired(s1, s2, label):
    a1, x1, y1, v1 = delong(s1, label)
    a2, x2, y2, v2 = delong(s2, label)
    m, n = len(x1), len(y1)
    cov = (sum((x1[i] - a1) * (x2[i] - a2) for i in x1) / (m - 1) / m
           + sum((y1[i] - a1) * (y2[i] - a2) for i in y1) / (n - 1) / n)
    z = (a1 - a2) / math.sqrt(v1 + v2 - 2 * cov)
    return z, 2 * stats.norm.sf(abs(z))


def bins(p, equal_mass, k=10):
    p = np.asarray(p)
    e = np.unique(np.quantile(p, np.linspace(0, 1, k + 1))) if equal_mass else np.linspace(0, 1, k + 1)
    return np.clip(np.searchsorted(e, p, side="left") - 1, 0, len(e) - 2), e


def ece(p, y, equal_mass):
    which, _ = bins(p, equal_mass)
    gaps = [(np.sum(which == b), abs(np.mean(p[which == b]) - np.mean(y[which == b])))
            for b in np.unique(which)]
    return sum(n * g for n, g in gaps) / len(p), max(g for _, g in gaps)


def hosmer(p, y):
    which, _ = bins(p, True)
    g = np.unique(which)
    c = sum((y[which == b].sum() - p[which == b].sum()) ** 2
            / (np.sum(which == b) * p[which == b].mean() * (1 - p[which == b].mean())) for b in g)
    return c, stats.chi2.sf(c, len(g) - 2)


def binary(name, n, digits):
    x = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-(1.3 * x - 0.6)))).astype(int)
    p = np.clip(1 / (1 + np.exp(-(0.9 * x + 0.1 + 0.3 * rng.normal(size=n)))), 0.001, 0.999)
    q = np.clip(1 / (1 + np.exp(-(0.5 * x + 0.7 * rng.normal(size=n)))), 0.001, 0.999)
    if digits:
        p, q = np.round(p, digits), np.round(q, digits)
        p = np.clip(p, 0.01, 0.99)
    clusters = rng.integers(0, n // 4, size=n)
    auc, _, _, var = delong(p, y)
    _, _, _, cvar = delong(p, y, list(clusters))
    z, pv = paired(p, q, y)
    called = p >= 0.5
    tn, fp, fn, tp = metrics.confusion_matrix(y, called).ravel()
    lg = np.log(p / (1 - p))
    joint = sm.Logit(y, sm.add_constant(lg)).fit(disp=0, tol=1e-14, maxiter=200)
    large = sm.GLM(y, np.ones((n, 1)), family=sm.families.Binomial(), offset=lg).fit(tol=1e-14, maxiter=200)
    robust = sm.Logit(y, sm.add_constant(lg)).fit(disp=0, tol=1e-14, maxiter=200, cov_type="cluster",
                                                  cov_kwds={"groups": clusters, "use_correction": False})
    wald = joint.wald_test((np.eye(2), np.array([0.0, 1.0])), use_f=False, scalar=True)
    iso = IsotonicRegression(out_of_bounds="clip").fit(p, y)
    at = np.concatenate([np.linspace(-0.1, 1.1, 25), p[:10]])
    sz = np.sum((y - p) * (1 - 2 * p)) / math.sqrt(np.sum((1 - 2 * p) ** 2 * p * (1 - p)))
    t = 0.3
    nb = metrics.confusion_matrix(y, p >= t).ravel()
    return dict(
        name=name, score=p.tolist(), other=q.tolist(), label=y.tolist(), cluster=clusters.tolist(),
        auroc=float(metrics.roc_auc_score(y, p)), delong_se=math.sqrt(var), obuchowski_se=math.sqrt(cvar),
        paired_z=z, paired_p=float(pv),
        ap=float(metrics.average_precision_score(y, p)),
        brier=float(metrics.brier_score_loss(y, p)), log_loss=float(metrics.log_loss(y, p)),
        confusion=dict(tp=int(tp), fp=int(fp), fn=int(fn), tn=int(tn)),
        f1=float(metrics.f1_score(y, called)), mcc=float(metrics.matthews_corrcoef(y, called)),
        kappa=float(metrics.cohen_kappa_score(y, called)), balanced=float(metrics.balanced_accuracy_score(y, called)),
        ece_width=ece(p, y, False), ece_mass=ece(p, y, True), hosmer=[float(v) for v in hosmer(p, y)],
        spiegelhalter=[float(sz), float(2 * stats.norm.sf(abs(sz)))],
        joint=joint.params.tolist(), joint_se=joint.bse.tolist(), cluster_se=robust.bse.tolist(),
        large=float(large.params[0]), large_se=float(large.bse[0]), wald=[float(wald.statistic), float(wald.pvalue)],
        isotonic_x=iso.X_thresholds_.tolist(), isotonic_y=iso.y_thresholds_.tolist(),
        at=at.tolist(), isotonic_at=iso.predict(at).tolist(),
        net_benefit=[t, float((nb[3] - nb[1] * t / (1 - t)) / n)],
    )


def proportions():
    out = []
    for k, n in [(0, 10), (1, 10), (5, 10), (10, 10), (81, 263), (15, 148), (999, 1000), (3, 100000)]:
        w = proportion_confint(k, n, method="wilson")
        b = proportion_confint(k, n, method="beta")
        out.append(dict(k=k, n=n, wilson=[float(v) for v in w], beta=[float(v) for v in b]))
    return out


def newcombe():
    out = []
    for a, n, b, m in [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (6, 7, 2, 7), (5, 56, 0, 29)]:
        lo, hi = confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb")
        out.append(dict(a=a, n=n, b=b, m=m, low=float(lo), high=float(hi)))
    return out


def regression():
    y = rng.gamma(3.0, 20.0, size=300)
    p = y * rng.normal(1.02, 0.1, size=300) + rng.normal(0, 4, size=300)
    p = np.maximum(p, 0.5)
    return dict(actual=y.tolist(), predicted=p.tolist(), mae=float(metrics.mean_absolute_error(y, p)),
                mse=float(metrics.mean_squared_error(y, p)), rmse=float(metrics.root_mean_squared_error(y, p)),
                mape=float(metrics.mean_absolute_percentage_error(y, p)),
                msle=float(metrics.mean_squared_log_error(y, p)), r2=float(metrics.r2_score(y, p)),
                medae=float(metrics.median_absolute_error(y, p)))


def multiclass():
    n, k = 400, 4
    y = rng.choice(k, size=n, p=[0.5, 0.25, 0.2, 0.05])
    z = rng.normal(size=(n, k)) + 1.2 * np.eye(k)[y]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    c = p.argmax(axis=1)
    return dict(label=y.tolist(), prob=p.tolist(), accuracy=float(metrics.accuracy_score(y, c)),
                macro_auc=float(metrics.roc_auc_score(y, p, multi_class="ovr", average="macro")),
                weighted_auc=float(metrics.roc_auc_score(y, p, multi_class="ovr", average="weighted")),
                macro_f1=float(metrics.f1_score(y, c, average="macro")),
                weighted_f1=float(metrics.f1_score(y, c, average="weighted")),
                macro_ppv=float(metrics.precision_score(y, c, average="macro", zero_division=0)),
                weighted_ppv=float(metrics.precision_score(y, c, average="weighted", zero_division=0)),
                macro_recall=float(metrics.recall_score(y, c, average="macro")),
                log_loss=float(metrics.log_loss(y, p)), matrix=metrics.confusion_matrix(y, c).tolist())


def rounded(v):
    if isinstance(v, dict):
        return {k: rounded(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [rounded(x) for x in v]
    if isinstance(v, (np.integer, int)):
        return int(v)
    if isinstance(v, (np.floating, float)):
        return float(v)
    return v


print(json.dumps(rounded(dict(
    made_with=dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__,
                   statsmodels=statsmodels.__version__),
    binary=[binary("doubles", 300, 0), binary("two decimals", 500, 2), binary("small", 40, 0)],
    proportions=proportions(), newcombe=newcombe(), regression=regression(), multiclass=multiclass())),
    separators=(",", ":")))
