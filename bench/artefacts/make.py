#!/usr/bin/env python3
"""Makes ordinary model files: what people really save with pickle, joblib and torch.

    python3 make.py OUT [--only known|held]

Writes OUT/known/*.{pkl,joblib,pt,...} and OUT/held/*. The allowlists of
format/pickle were written looking only at "known"; "held" judges them. An item
belongs to the half that the SHA-256 of its name says, so that the split needs no
list and new estimators fall into either half by themselves.

Needs numpy, scipy, pandas, scikit-learn, joblib; uses xgboost, lightgbm, torch
when they can be imported and says when they can't.
"""
import argparse, bz2, collections, datetime, decimal, fractions, gzip, hashlib, lzma, os, pathlib, pickle, sys, uuid, warnings, zlib

warnings.filterwarnings("ignore")
try:
    import torch
except Exception as err:  # not there, or built for hardware that isn't
    print("left out: torch", str(err)[:80], file=sys.stderr)
    torch = None

    class Absent:
        """Keeps other libraries from trying again and failing worse."""
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.partition(".")[0] == "torch":
                raise ModuleNotFoundError("No module named 'torch'")
    sys.meta_path.insert(0, Absent)
    for name in [n for n in sys.modules if n.partition(".")[0] == "torch"]:
        del sys.modules[name]
import numpy as np
import joblib
import pandas as pd
import scipy.sparse as sp

rng = np.random.default_rng(7)
X = rng.normal(size=(60, 5))
Xp = np.abs(X)
y = (X[:, 0] + X[:, 1] > 0).astype(int)
yr = X @ np.arange(1, 6) + rng.normal(size=60) * 0.1
Y2 = np.c_[yr, -yr]


def half(name):
    return "known" if hashlib.sha256(name.encode()).digest()[0] % 2 == 0 else "held"


def estimators():
    """Every estimator of scikit-learn, fitted."""
    from sklearn.utils import all_estimators
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler
    special = {
        "ColumnTransformer": lambda c: c([("a", StandardScaler(), [0, 1])], remainder="passthrough"),
        "FeatureUnion": lambda c: c([("a", StandardScaler()), ("b", StandardScaler())]),
        "Pipeline": lambda c: c([("a", StandardScaler()), ("b", LogisticRegression())]),
        "StackingClassifier": lambda c: c([("a", LogisticRegression()), ("b", LogisticRegression(C=2))], cv=2),
        "StackingRegressor": lambda c: c([("a", LinearRegression()), ("b", Ridge())], cv=2),
        "VotingClassifier": lambda c: c([("a", LogisticRegression()), ("b", LogisticRegression(C=2))]),
        "VotingRegressor": lambda c: c([("a", LinearRegression()), ("b", Ridge())]),
        "GridSearchCV": lambda c: c(LogisticRegression(), {"C": [1, 2]}, cv=2),
        "RandomizedSearchCV": lambda c: c(LogisticRegression(), {"C": [1, 2]}, n_iter=2, cv=2),
        "HalvingGridSearchCV": lambda c: c(LogisticRegression(), {"C": [1, 2]}, cv=2),
        "HalvingRandomSearchCV": lambda c: c(LogisticRegression(), {"C": [1, 2]}, cv=2),
        "SparseCoder": lambda c: c(np.eye(5)),
        "TransformedTargetRegressor": lambda c: c(LinearRegression(), func=np.log1p, inverse_func=np.expm1),
        "FunctionTransformer": lambda c: c(np.log1p),
        "GaussianProcessRegressor": lambda c: c(),
        "ClassifierChain": lambda c: c(LogisticRegression()),
        "MultiOutputClassifier": lambda c: c(LogisticRegression()),
    }
    one_arg = {"BaggingClassifier": LogisticRegression, "RFE": Ridge, "RFECV": Ridge, "SelectFromModel": Ridge, "SequentialFeatureSelector": Ridge,
               "MultiOutputRegressor": Ridge, "RegressorChain": Ridge, "OneVsOneClassifier": LogisticRegression, "OneVsRestClassifier": LogisticRegression,
               "OutputCodeClassifier": LogisticRegression, "SelfTrainingClassifier": LogisticRegression, "FixedThresholdClassifier": LogisticRegression,
               "TunedThresholdClassifierCV": LogisticRegression, "FrozenEstimator": Ridge}
    try:
        from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    except ImportError:
        pass
    for name, cls in all_estimators():
        try:
            if name in special:
                e = special[name](cls)
            elif name in one_arg:
                e = cls(one_arg[name]())
            else:
                e = cls()
            params = e.get_params(deep=False)
            quick = {k: v for k, v in {"n_estimators": 5, "max_iter": 20, "n_components": 2, "random_state": 0}.items() if k in params}
            if name in ("SparseCoder",):
                quick.pop("n_components", None)
            try:
                e.set_params(**quick)
            except Exception:
                pass
            fitted = fit(e, name)
            yield "sklearn-" + name, fitted
        except Exception as err:
            print("left out", name, type(err).__name__, str(err)[:80], file=sys.stderr)


def fit(e, name):
    texts = ["alpha beta gamma", "beta gamma delta", "gamma delta"] * 20
    tries = [lambda: e.fit(X, y), lambda: e.fit(Xp, y), lambda: e.fit(X, yr), lambda: e.fit(X, Y2), lambda: e.fit(X), lambda: e.fit(Xp),
             lambda: e.fit(y), lambda: e.fit(yr, y), lambda: e.fit(texts), lambda: e.fit([{"a": 1}, {"b": 2}]), lambda: e.fit(X, np.c_[y, 1 - y]),
             lambda: e.fit([[1, 2], [3]])]
    if name in ("HashingVectorizer", "CountVectorizer", "TfidfVectorizer"):
        tries.insert(0, tries[8])
    if name == "DictVectorizer":
        tries.insert(0, tries[9])
    if name == "MultiLabelBinarizer":
        tries.insert(0, tries[11])
    last = None
    for t in tries:
        try:
            return t()
        except Exception as err:
            last = err
    raise last


def frames():
    n = 40
    base = {"i": np.arange(n), "f": np.linspace(0, 1, n), "b": np.arange(n) % 2 == 0, "s": [f"p{i}" for i in range(n)]}
    df = pd.DataFrame(base)
    yield "frame-mixed", df
    yield "frame-category", df.assign(c=pd.Categorical(["x", "y"] * 20))
    yield "frame-ordered", df.assign(c=pd.Categorical(["x", "y"] * 20, categories=["x", "y"], ordered=True))
    yield "frame-dates", pd.DataFrame({"d": pd.date_range("2024-01-01", periods=n)})
    yield "frame-tz", pd.DataFrame({"d": pd.date_range("2024-01-01", periods=n, tz="UTC")})
    yield "frame-tz-berlin", pd.DataFrame({"d": pd.date_range("2024-01-01", periods=n, tz="Europe/Berlin")})
    yield "frame-delta", pd.DataFrame({"d": pd.to_timedelta(np.arange(n), unit="s")})
    yield "frame-period", pd.DataFrame({"d": pd.period_range("2024-01", periods=n, freq="M")})
    yield "frame-interval", pd.DataFrame({"d": pd.interval_range(0, n)})
    yield "frame-int64na", pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64"), "b": pd.array([True, None, False], dtype="boolean")})
    yield "frame-float64na", pd.DataFrame({"a": pd.array([1.5, None, 3], dtype="Float64")})
    yield "frame-string", pd.DataFrame({"a": pd.array(["x", None, "z"], dtype="string")})
    yield "frame-object", pd.DataFrame({"a": pd.Series([1, "x", None], dtype=object)})
    yield "frame-sparse", pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])})
    yield "frame-multiindex", df.set_index(["i", "s"])
    yield "frame-columns", pd.DataFrame(np.eye(3), columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]))
    yield "frame-empty", pd.DataFrame()
    yield "series-float", df["f"]
    yield "series-str", df["s"]
    yield "series-dates", pd.Series(pd.date_range("2024-01-01", periods=5))
    yield "index-range", pd.RangeIndex(10)
    yield "index-dates", pd.date_range("2024-01-01", periods=5, freq="D")
    yield "index-category", pd.CategoricalIndex(["a", "b", "a"])
    yield "index-interval", pd.interval_range(0, 5)
    yield "index-period", pd.period_range("2024-01", periods=5, freq="Q")
    yield "index-delta", pd.timedelta_range("1D", periods=4)
    yield "timestamp", pd.Timestamp("2024-05-06 07:08:09")
    yield "timestamp-tz", pd.Timestamp("2024-05-06 07:08:09", tz="Europe/Paris")
    yield "timedelta", pd.Timedelta("1D")
    yield "period", pd.Period("2024-03", "M")
    yield "interval", pd.Interval(0, 1)
    yield "offset-bday", pd.offsets.BDay(2)
    yield "offset-month", pd.offsets.MonthEnd()
    yield "offset-week", pd.offsets.Week(weekday=2)
    yield "na-nat", [pd.NA, pd.NaT]
    yield "frame-describe", df.describe()
    yield "frame-groupby", df.groupby("b").mean(numeric_only=True)
    yield "frame-large-object", pd.DataFrame({"s": [f"name {i}" for i in range(3000)], "w": [f"word_{i % 700}" for i in range(3000)]})


def arrays():
    for d in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u1", "?", "c16", "c8", "S5", "U7", "M8[ns]", "m8[s]", ">f8", ">i4"):
        yield "array-" + d.strip("?<>[]").replace("[", "") + ("-be" if d[0] == ">" else "") + ("-bool" if d == "?" else ""), np.zeros((4, 3), dtype=d)
    yield "array-fortran", np.asfortranarray(X)
    yield "array-object", np.array([1, "a", None, {"k": (1, 2)}], dtype=object)
    yield "array-struct", np.zeros(3, dtype=[("a", "f8"), ("b", "i4", (2,)), ("c", "U3")])
    yield "array-struct-object", np.array([(1, "x")], dtype=[("a", "i4"), ("b", "O")])
    yield "array-rec", np.rec.array([(1, 2.0), (3, 4.0)], dtype=[("a", "i4"), ("b", "f8")])
    yield "array-masked", np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])
    yield "array-matrix", np.matrix([[1, 2], [3, 4]])
    yield "array-big", rng.normal(size=(300, 300))
    yield "array-0d", np.array(3.5)
    yield "array-empty", np.zeros((0, 3))
    yield "scalar-f8", np.float64(1.5)
    yield "scalar-i8", np.int64(7)
    yield "scalar-bool", np.bool_(True)
    yield "scalar-str", np.str_("x")
    yield "scalar-dt", np.datetime64("2024-01-01")
    yield "dtype", np.dtype([("a", "f8"), ("b", "O")])
    yield "dtype-type", [np.float32, np.int64, np.dtype("f4")]
    yield "random-state", np.random.RandomState(3)
    for g in ("PCG64", "MT19937", "Philox", "SFC64", "PCG64DXSM"):
        yield "random-" + g, np.random.Generator(getattr(np.random, g)(1))
    yield "seed-sequence", np.random.SeedSequence(5)
    yield "ufunc", [np.log1p, np.add, np.maximum]
    yield "poly", np.polynomial.Polynomial([1, 2, 3])
    yield "poly-cheb", np.polynomial.Chebyshev([1, 2, 3])
    yield "poly1d", np.poly1d([1, 2])
    for f in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        yield "sparse-matrix-" + f, getattr(sp, f + "_matrix")(np.eye(4))
        if hasattr(sp, f + "_array"):
            yield "sparse-array-" + f, getattr(sp, f + "_array")(np.eye(4))
    yield "rotation", __import__("scipy.spatial.transform", fromlist=["Rotation"]).Rotation.from_euler("z", 1)
    yield "kdtree", __import__("scipy.spatial", fromlist=["cKDTree"]).cKDTree(X)
    from scipy import interpolate, stats
    yield "interp1d", interpolate.interp1d([1, 2, 3, 4], [1, 4, 9, 16], kind="cubic")
    yield "cubicspline", interpolate.CubicSpline([1, 2, 3, 4], [1, 4, 9, 16])
    yield "bspline", interpolate.make_interp_spline([1, 2, 3, 4], [1, 4, 9, 16])
    yield "pchip", interpolate.PchipInterpolator([1, 2, 3, 4], [1, 4, 9, 16])
    yield "univariate", interpolate.UnivariateSpline(np.arange(9), np.arange(9) ** 2)
    yield "kde", stats.gaussian_kde(X[:, 0])


def plain():
    yield "dict", {"a": 1, "b": [1, 2.5, None, True], "c": "text", "d": b"bytes", "e": (1, 2), "f": {1, 2}, "g": frozenset([3])}
    yield "nested", [[[[1]]], {"x": {"y": {"z": []}}}]
    shared = [1, 2]
    yield "shared", [shared] * 50
    cycle = []
    cycle.append(cycle)
    yield "cycle", cycle
    yield "ordered", collections.OrderedDict(a=1, b=2)
    yield "defaultdict", collections.defaultdict(list, a=[1])
    yield "defaultdict-int", collections.defaultdict(int, a=1)
    yield "counter", collections.Counter("abca")
    yield "deque", collections.deque([1, 2, 3], maxlen=5)
    yield "datetime", [datetime.datetime(2024, 1, 2, 3), datetime.date(2024, 1, 2), datetime.timedelta(3), datetime.time(4), datetime.timezone.utc,
                       datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))]
    yield "decimal", [decimal.Decimal("1.5"), fractions.Fraction(1, 3)]
    yield "uuid", uuid.UUID(int=5)
    yield "path", pathlib.PurePosixPath("a/b")
    yield "numbers", [0, 1, -1, 2**31, 2**63, -2**70, 1e300, float("inf"), float("nan"), 1 + 2j]
    yield "strings", ["", "x" * 300, "ü", "\ud800", "line\nbreak", "'quote'"]
    yield "range-slice", [range(3), slice(1, 2), Ellipsis, NotImplemented]
    yield "bytearray", bytearray(b"abc")
    yield "exception", [ValueError("x"), KeyError("k")]
    yield "types", [int, float, str, list, dict]
    yield "state-dict", {"layers": [{"w": rng.normal(size=(4, 4)), "b": np.zeros(4)}], "epoch": 3}
    yield "rows", [(i, i * 0.5, f"name{i}") for i in range(5000)]


def boosters():
    try:
        import xgboost as xgb
        for cls in ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor"):
            yield "xgboost-" + cls, getattr(xgb, cls)(n_estimators=3, max_depth=2).fit(X, y)
        yield "xgboost-XGBRanker", xgb.XGBRanker(n_estimators=3).fit(X, y, group=[30, 30])
        yield "xgboost-Booster", xgb.train({"max_depth": 2}, xgb.DMatrix(X, label=y), 3)
        yield "xgboost-dart", xgb.train({"booster": "dart"}, xgb.DMatrix(X, label=y), 3)
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        yield "xgboost-pipeline", make_pipeline(StandardScaler(), xgb.XGBClassifier(n_estimators=2).fit(X, y))
        yield "xgboost-early", xgb.XGBClassifier(n_estimators=5, early_stopping_rounds=2).fit(X, y, eval_set=[(X, y)], verbose=False)
    except ImportError as err:
        print("left out: xgboost", err, file=sys.stderr)
    try:
        import lightgbm as lgb
        for cls in ("LGBMClassifier", "LGBMRegressor"):
            yield "lightgbm-" + cls, getattr(lgb, cls)(n_estimators=3, verbose=-1, min_child_samples=2).fit(X, y)
        yield "lightgbm-LGBMRanker", lgb.LGBMRanker(n_estimators=3, verbose=-1).fit(X, y, group=[30, 30])
        yield "lightgbm-Booster", lgb.train({"verbose": -1}, lgb.Dataset(X, label=y), 3)
        yield "lightgbm-frame", lgb.LGBMClassifier(n_estimators=3, verbose=-1).fit(pd.DataFrame(X, columns=list("abcde")), y)
    except ImportError as err:
        print("left out: lightgbm", err, file=sys.stderr)


def models():
    """What projects put together: pipelines, searches, kernels, scorers."""
    from sklearn import compose, ensemble, feature_selection as fs, gaussian_process as gp, impute, linear_model as lm
    from sklearn.feature_extraction import text
    from sklearn import metrics, model_selection as ms, neighbors, pipeline, preprocessing as pp, svm, tree, datasets, cluster, decomposition
    K = gp.kernels
    yield "pipe-text", pipeline.make_pipeline(text.TfidfVectorizer(), lm.SGDClassifier(loss="log_loss")).fit(["alpha beta", "gamma delta"] * 10, [0, 1] * 10)
    yield "pipe-columns", pipeline.make_pipeline(compose.make_column_transformer((pp.OneHotEncoder(), ["s"]), (pp.StandardScaler(), ["f"])), tree.DecisionTreeClassifier()).fit(
        pd.DataFrame({"s": list("ab") * 30, "f": X[:, 0]}), y)
    yield "pipe-select", pipeline.make_pipeline(fs.SelectKBest(fs.f_classif, k=2), svm.SVC(probability=True)).fit(X, y)
    yield "pipe-select-chi2", fs.SelectPercentile(fs.chi2).fit(Xp, y)
    yield "pipe-select-mutual", fs.SelectKBest(fs.mutual_info_classif, k=2).fit(X, y)
    yield "gp-kernels", gp.GaussianProcessRegressor(K.ConstantKernel() * K.RBF() + K.WhiteKernel() + K.Matern() + K.RationalQuadratic() ** 2).fit(X[:20], yr[:20])
    yield "search-scorer", ms.GridSearchCV(lm.Ridge(), {"alpha": [1, 2]}, scoring=metrics.make_scorer(metrics.mean_absolute_error, greater_is_better=False), cv=ms.KFold(2)).fit(X, yr)
    yield "search-multi", ms.GridSearchCV(lm.LogisticRegression(), {"C": [1, 2]}, scoring={"a": "accuracy", "b": "roc_auc"}, refit="a", cv=ms.StratifiedKFold(2)).fit(X, y)
    yield "search-dist", ms.RandomizedSearchCV(lm.Ridge(), {"alpha": __import__("scipy.stats", fromlist=["uniform"]).uniform(0, 1)}, n_iter=2, cv=2).fit(X, yr)
    yield "hist-category", ensemble.HistGradientBoostingClassifier(max_iter=3).fit(X, y)
    yield "boost-losses", [ensemble.GradientBoostingRegressor(loss=l, n_estimators=2).fit(X, yr) for l in ("squared_error", "huber", "absolute_error", "quantile")]
    yield "hist-losses", [ensemble.HistGradientBoostingRegressor(loss=l, max_iter=2).fit(X, np.abs(yr) + 1) for l in ("squared_error", "poisson", "absolute_error", "gamma")]
    yield "sgd-losses", [lm.SGDClassifier(loss=l, max_iter=5).fit(X, y) for l in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron")]
    yield "sgd-regression", [lm.SGDRegressor(loss=l, max_iter=5).fit(X, yr) for l in ("squared_error", "huber", "epsilon_insensitive")]
    yield "glm", [lm.PoissonRegressor().fit(Xp, y), lm.GammaRegressor().fit(X, np.abs(yr) + 1), lm.TweedieRegressor(power=1.5).fit(X, np.abs(yr) + 1)]
    yield "neighbours", [neighbors.KNeighborsClassifier(algorithm=a, metric=m).fit(X, y) for a, m in (("kd_tree", "minkowski"), ("ball_tree", "euclidean"), ("brute", "cosine"), ("ball_tree", "haversine" if False else "manhattan"))]
    yield "trees", [tree.DecisionTreeRegressor(criterion=c, max_depth=2).fit(X, np.abs(yr)) for c in ("squared_error", "friedman_mse", "absolute_error", "poisson")]
    yield "forest", ensemble.RandomForestClassifier(20, oob_score=True).fit(X, y)
    yield "forest-warm", ensemble.ExtraTreesRegressor(5, warm_start=True, random_state=np.random.RandomState(1)).fit(X, yr)
    yield "iterative", impute.KNNImputer().fit(X)
    yield "bunch", datasets.load_iris()
    yield "bunch-cancer", datasets.load_breast_cancer()
    yield "cluster-birch", cluster.Birch(n_clusters=2).fit(X)
    yield "decomposition", [decomposition.PCA(2).fit(X), decomposition.NMF(2).fit(Xp)]
    yield "transform-output", pp.StandardScaler().set_output(transform="pandas").fit(X)
    yield "splitters", [ms.KFold(3), ms.StratifiedKFold(3), ms.TimeSeriesSplit(), ms.ShuffleSplit(), ms.LeaveOneOut(), ms.GroupKFold(2)]


def torches():
    if torch is None:
        return
    nn = torch.nn
    yield "tensor", torch.zeros(3, 4)
    yield "tensor-half", torch.zeros(3, dtype=torch.float16)
    yield "state", nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).state_dict()
    yield "module", nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.BatchNorm1d(8), nn.Linear(8, 2))
    yield "module-conv", nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten())
    yield "module-lstm", nn.LSTM(3, 4)
    yield "module-transformer", nn.TransformerEncoderLayer(8, 2)
    m = nn.Linear(3, 2)
    opt = torch.optim.Adam(m.parameters())
    m(torch.zeros(1, 3)).sum().backward()
    opt.step()
    yield "checkpoint", {"model": m.state_dict(), "opt": opt.state_dict(), "epoch": 3, "loss": 0.5}
    yield "optimizer", opt
    yield "embedding", nn.Embedding(5, 3)
    yield "parameter", nn.Parameter(torch.ones(2))
    yield "dtype-size", {"d": torch.float32, "s": torch.Size([1, 2]), "dev": torch.device("cpu")}
    yield "sparse", torch.eye(3).to_sparse()
    yield "bool-int", [torch.tensor([True]), torch.tensor([1]), torch.tensor([1], dtype=torch.int8), torch.zeros(2, dtype=torch.bfloat16)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--only", choices=["known", "held"])
    a = p.parse_args()
    made = collections.Counter()
    sources = [("", estimators), ("pandas-", frames), ("numpy-", arrays), ("plain-", plain), ("", boosters), ("models-", models)]
    count = 0
    for prefix, source in sources:
        it = source()
        while True:
            try:
                name, value = next(it)
            except StopIteration:
                break
            except Exception as err:
                print("left out: rest of", source.__name__, type(err).__name__, err, file=sys.stderr)
                break
            name = prefix + name
            h = half(name)
            if a.only and h != a.only:
                continue
            folder = os.path.join(a.out, h)
            os.makedirs(folder, exist_ok=True)
            count += 1
            base = os.path.join(folder, name)
            for proto in sorted({2 + count % 4, (0, 4, 3, 5)[count % 4]}):
                try:
                    with open(f"{base}.p{proto}.pkl", "wb") as f:
                        pickle.dump(value, f, protocol=proto)
                    made[h, "pickle"] += 1
                except Exception as err:
                    os.remove(f"{base}.p{proto}.pkl")
                    print("left out", name, proto, type(err).__name__, str(err)[:80], file=sys.stderr)
            try:
                joblib.dump(value, base + ".joblib")
                made[h, "joblib"] += 1
                method = ("zlib", "gzip", "bz2", "xz", "lzma")[count % 5]
                if count % 3 == 0:
                    joblib.dump(value, f"{base}.{method}.joblib", compress=(method, 3))
                    made[h, "joblib " + method] += 1
            except Exception as err:
                print("left out", name, "joblib", type(err).__name__, str(err)[:80], file=sys.stderr)
    for name, value in torches():
        h = half("torch-" + name)
        if a.only and h != a.only:
            continue
        os.makedirs(os.path.join(a.out, h), exist_ok=True)
        torch.save(value, os.path.join(a.out, h, f"torch-{name}.pt"))
        torch.save(value, os.path.join(a.out, h, f"torch-{name}.old.pt"), _use_new_zipfile_serialization=False)
        made[h, "torch"] += 2
    for k, n in sorted(made.items()):
        print(*k, n)


if __name__ == "__main__":
    main()
