#!/usr/bin/env python3
"""Writes ordinary files of scikit-learn, pandas, NumPy, SciPy, XGBoost and LightGBM of
kinds that the other makers leave out: options, odd data, functions as parameters,
every type of column and array, every compressor and protocol.

    python3 learn_more.py DIRECTORY [SEED]

functions-… are cloudpickles of plain functions: they hold code, so they are there to be
called unknown or malicious, never safe.
"""
import bz2, collections, datetime, decimal, functools, gzip, io, lzma, os, pathlib, pickle, random, sys, warnings, zlib
import numpy as np, pandas as pd, scipy, scipy.sparse as sp, scipy.stats as st, joblib
warnings.filterwarnings("ignore")
out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
os.makedirs(out, exist_ok=True)
dice, rng = random.Random(seed), np.random.default_rng(seed)
made, missing = collections.Counter(), []
OPEN = {"": open, ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
COMPRESS = [0, 1, 9, True, "zlib", "gzip", "bz2", "lzma", "xz", ("zlib", 5), ("gzip", 3), ("lzma", 2)]
try:
    import lz4  # noqa: F401
    COMPRESS.append("lz4")
except ImportError:
    pass


def save(name, make, ways=3):
    try:
        x = make()
    except Exception as e:
        missing.append((name, repr(e)[:110]))
        return
    for _ in range(ways):
        if dice.random() < .5:
            p, end = dice.randrange(6), dice.choice(list(OPEN))
            path = f"{out}/{name}.p{p}.pkl{end}"
            write = lambda: pickle.dump(x, OPEN[end](path, "wb"), p)
        else:
            p, c = dice.choice([2, 3, 4, 5, None]), dice.choice(COMPRESS)
            path = f"{out}/{name}.{p}.{str(c).strip('()').replace(', ', '-')}.joblib"
            write = lambda: joblib.dump(x, path, compress=c, protocol=p)
        try:
            write()
            made[name.split("-")[0]] += 1
        except Exception as e:
            missing.append((path, repr(e)[:110]))
            os.path.exists(path) and os.remove(path)


# NumPy.
A = {
    "structured": lambda: np.array([(1, 2.5, "ab")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U5")]), "nested": lambda: np.zeros(3, dtype=[("p", [("x", "f4"), ("y", "f4")]), ("t", "M8[s]"), ("m", "f8", (2, 2))]),
    "aligned": lambda: np.zeros(2, dtype=np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 24, "titles": ["A", "B"]})), "record": lambda: np.rec.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("s", "U1")]),
    "masked": lambda: np.ma.masked_invalid([1., np.nan, 3]), "masked-record": lambda: np.ma.array([(1, 2.)], mask=[(True, False)], dtype=[("a", "i4"), ("b", "f8")]), "mrecords": lambda: np.ma.mrecords.fromarrays([np.ma.array([1, 2]), np.ma.array([3., 4.])], names="a,b"),
    "datetime": lambda: np.array(["2026-01-02", "NaT"], "M8[ns]"), "timedelta": lambda: np.array([1, 2], "m8[h]"), "dates": lambda: np.datetime64("2026-03-04T05:06"), "strings": lambda: np.array(["a", "ü" * 40], dtype=np.dtypes.StringDType()),
    "strings-na": lambda: np.array(["a", np.nan], dtype=np.dtypes.StringDType(na_object=np.nan)), "bytes": lambda: np.array([b"a", b"bc"]), "void": lambda: np.void(b"abcd"), "objects": lambda: np.array([{"a": 1}, [1, 2], None, "x", np.float32(1)], dtype=object), "matrix": lambda: np.matrix([[1, 2]]),
    "char": lambda: np.char.array(["a", "b"]), "poly": lambda: np.polynomial.Polynomial([1, 2, 3]), "poly1d": lambda: np.poly1d([1, 2]), "cheb": lambda: np.polynomial.Chebyshev([1, 2], domain=[0, 1]), "big-endian": lambda: np.arange(5, dtype=">f8"), "fortran": lambda: np.asfortranarray(rng.normal(size=(4, 3))),
    "strided": lambda: np.arange(20)[::3], "half": lambda: np.float16([1, 2]), "long": lambda: np.longdouble(1.5), "complex": lambda: np.array([1 + 2j], "c8"), "zero": lambda: np.zeros((0, 3)), "scalar": lambda: np.array(3.5), "large": lambda: rng.normal(size=40_000), "bools": lambda: np.ones(9, bool),
    "dtypes": lambda: [np.dtype(c) for c in "?bhilqpBHILQfdgFDGOSUVmM"] + [np.float32, np.int8, np.str_], "ufuncs": lambda: [np.add, np.log1p, np.hypot, np.matmul, scipy.special.expit, np.mean, np.median], "vectorized": lambda: np.vectorize(len), "finfo": lambda: {"a": np.finfo(np.float64).eps, "b": np.iinfo(np.int8).max},
    "memmap": lambda: np.memmap(os.path.join(os.environ.get("TMPDIR", "/tmp"), "m.bin"), "f4", "w+", shape=(3,)),
}
for n, f in A.items():
    save("numpy-" + n, f)
for g in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
    save("numpy-random-" + g, lambda: {"g": np.random.Generator(getattr(np.random, g)(3)), "bits": getattr(np.random, g)(4), "state": getattr(np.random, g)(5).state})
save("numpy-random-state", lambda: np.random.RandomState(3)); save("numpy-seed", lambda: np.random.SeedSequence(3, spawn_key=(1,)).spawn(2)); save("numpy-python-random", lambda: random.Random(4))

# pandas: every type of column, index and calendar.
idx = pd.date_range("2026-01-01", periods=4, freq="D", tz="Europe/Berlin")
C = {
    "category": pd.Categorical(["a", "b", "a", None], categories=["b", "a"], ordered=True), "interval": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3, 4]), "period": pd.period_range("2026-01", periods=4, freq="M"), "sparse": pd.arrays.SparseArray([0, 0, 1, 2]), "sparse-float": pd.arrays.SparseArray([np.nan, 1., np.nan, 2.]),
    "Int64": pd.array([1, None, 3, 4], dtype="Int64"), "UInt8": pd.array([1, None, 3, 4], dtype="UInt8"), "Float32": pd.array([1.5, None, 3, 4], dtype="Float32"), "boolean": pd.array([True, None, False, True], dtype="boolean"), "string": pd.array(["a", None, "b", "c"], dtype="string"), "string-python": pd.array(["a", None, "b", "c"], dtype=pd.StringDtype("python")),
    "tz": idx, "utc": idx.tz_convert("UTC"), "fixed": idx.tz_convert(datetime.timezone(datetime.timedelta(hours=2))), "seconds": pd.Series(["2026-01-01"] * 4).astype("datetime64[s]"), "timedelta": pd.to_timedelta([1, 2, 3, 4], unit="h"), "object": [1, "a", None, 2.5], "decimal": [decimal.Decimal("1.5")] * 4, "dates": [datetime.date(2026, 1, 1)] * 4,
    "lists": [[1], [2, 3], [], None], "complex": [1j, 2, 3, 4], "bytes": [b"a"] * 4, "timestamps": [pd.Timestamp("2026-01-01"), pd.NaT, None, pd.Timestamp("2026-01-02")], "nullable-mixed": [pd.NA, 1, 2, pd.NA],
}
try:
    import pyarrow as pa
    for n, t, v in [("arrow-int", pa.int32(), [1, None, 3, 4]), ("arrow-string", pa.string(), ["a", None, "b", "c"]), ("arrow-large", pa.large_string(), ["a", None, "b", "c"]), ("arrow-time", pa.timestamp("us", "UTC"), [pd.Timestamp("2026-01-01", tz="UTC")] * 4), ("arrow-list", pa.list_(pa.int64()), [[1], [2], None, []]),
                    ("arrow-struct", pa.struct([("a", pa.int64())]), [{"a": 1}] * 4), ("arrow-dict", pa.dictionary(pa.int8(), pa.string()), ["a", "b", "a", None]), ("arrow-decimal", pa.decimal128(5, 2), [decimal.Decimal("1.50")] * 4), ("arrow-bool", pa.bool_(), [True, None, False, True]), ("arrow-date", pa.date32(), [datetime.date(2026, 1, 1)] * 4),
                    ("arrow-binary", pa.binary(), [b"a"] * 4), ("arrow-float", pa.float32(), [1., 2., None, 3.]), ("arrow-duration", pa.duration("s"), [datetime.timedelta(1)] * 4), ("arrow-time32", pa.time32("s"), [datetime.time(1)] * 4), ("arrow-map", pa.map_(pa.string(), pa.int64()), [[("a", 1)]] * 4), ("arrow-null", pa.null(), [None] * 4)]:
        C[n] = functools.partial(pd.array, v, dtype=pd.ArrowDtype(t))
    save("pandas-arrow-table", lambda: pa.table({"a": [1, 2], "b": ["x", None]})); save("pandas-arrow-array", lambda: pa.array([1, None])); save("pandas-arrow-schema", lambda: pa.schema([("a", pa.int8()), ("b", pa.map_(pa.string(), pa.float64()))]))
except ImportError:
    pass
val = lambda c: c() if callable(c) else c
for n, c in C.items():
    save("pandas-column-" + n, lambda: pd.DataFrame({"a": pd.Series(val(c)), "n": range(4)}), 2)
    save("pandas-series-" + n, lambda: pd.Series(val(c), name=n), 1)
    save("pandas-index-" + n, lambda: pd.DataFrame({"x": range(4)}, index=pd.Index(val(c))), 1)
frame = pd.DataFrame(rng.normal(size=(6, 3)), columns=list("abc"))
F = {
    "multi": lambda: frame.set_index(pd.MultiIndex.from_product([["x", "y"], [1, 2, 3]], names=["k", None])), "columns": lambda: frame.set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]), axis=1), "empty": lambda: pd.DataFrame(), "attrs": lambda: (lambda f: (f.attrs.update(source="ward", unit={"a": "mg"}), f)[1])(frame.copy()),
    "flags": lambda: frame.set_flags(allows_duplicate_labels=False), "describe": lambda: frame.describe(), "corr": lambda: frame.corr(), "dtypes": lambda: frame.dtypes, "crosstab": lambda: pd.crosstab([1, 1, 2], ["a", "b", "a"]), "cut": lambda: pd.cut(frame.a, 3), "qcut": lambda: pd.qcut(frame.a, 2, labels=["low", "high"]),
    "offsets": lambda: [pd.offsets.BusinessDay(2), pd.offsets.MonthEnd(), pd.offsets.Week(weekday=2), pd.offsets.BQuarterEnd(), pd.offsets.CustomBusinessDay(holidays=["2026-01-01"]), pd.DateOffset(months=2, days=1), pd.offsets.FY5253(weekday=1), pd.offsets.Hour(3), pd.offsets.Easter(), pd.offsets.CustomBusinessHour(start="08:00")],
    "scalars": lambda: [pd.Timestamp("2026-01-01", tz="US/Eastern"), pd.Timedelta("2h"), pd.Period("2026Q1"), pd.Interval(0, 1), pd.NaT, pd.NA], "range": lambda: pd.RangeIndex(2, 9, 3), "intervals": lambda: pd.interval_range(0, 4), "intervals-time": lambda: pd.IntervalIndex.from_breaks(pd.date_range("2026", periods=3)), "business": lambda: pd.bdate_range("2026", periods=3),
    "duplicates": lambda: frame[["a", "a"]], "concat": lambda: pd.concat([frame, frame], keys=["x", "y"]), "grouped": lambda: frame.groupby(frame.a > 0).agg(["mean", "std"]), "resampled": lambda: pd.Series(range(4), index=idx).resample("2D").sum(), "rolling": lambda: frame.rolling(2).mean(), "named": lambda: next(frame.itertuples(index=False, name=None)),
    "sparse-frame": lambda: pd.DataFrame.sparse.from_spmatrix(sp.eye(3)), "convert": lambda: frame.convert_dtypes(), "convert-arrow": lambda: frame.convert_dtypes(dtype_backend="pyarrow"), "tz-zoneinfo": lambda: pd.Timestamp("2026", tz="Asia/Tokyo"), "dtypes-list": lambda: [pd.CategoricalDtype(["a"]), pd.DatetimeTZDtype("ns", "UTC"), pd.PeriodDtype("D"), pd.IntervalDtype("f8", "left"), pd.SparseDtype(), pd.StringDtype()],
}
for n, f in F.items():
    save("pandas-" + n, f)

# SciPy.
for n, f in {"csr": lambda: sp.csr_array(np.eye(3)), "coo": lambda: sp.coo_matrix(np.eye(3)), "dok": lambda: sp.dok_array((2, 2)), "lil": lambda: sp.lil_matrix(np.eye(2)), "dia": lambda: sp.dia_array(np.eye(3)), "bsr": lambda: sp.bsr_matrix(np.eye(4)), "csc": lambda: sp.random_array((5, 4), density=.3, format="csc"), "norm": lambda: st.norm(1, 2), "gamma": lambda: st.gamma(2.), "discrete": lambda: st.poisson(3),
             "kde": lambda: st.gaussian_kde(rng.normal(size=30)), "mvn": lambda: st.multivariate_normal([0, 0]), "spline": lambda: scipy.interpolate.CubicSpline([0, 1, 2], [1, 3, 2]), "bspline": lambda: scipy.interpolate.make_interp_spline([0, 1, 2, 3], [1, 3, 2, 2]), "rgi": lambda: scipy.interpolate.RegularGridInterpolator(([0, 1], [0, 1]), np.eye(2)), "pchip": lambda: scipy.interpolate.PchipInterpolator([0, 1, 2], [1, 2, 4]),
             "rbf": lambda: scipy.interpolate.RBFInterpolator(rng.normal(size=(9, 2)), rng.normal(size=9)), "rotation": lambda: scipy.spatial.transform.Rotation.from_euler("x", 1), "tree": lambda: scipy.spatial.cKDTree(rng.normal(size=(9, 2))), "kd": lambda: scipy.spatial.KDTree(rng.normal(size=(9, 2))), "minimum": lambda: scipy.optimize.minimize(np.sum, [1., 2.], method="Nelder-Mead", options={"maxiter": 3}), "ttest": lambda: st.ttest_ind([1, 2, 3], [2, 3, 5]),
             "regress": lambda: st.linregress([1, 2, 3], [2, 4, 5]), "histogram": lambda: st.rv_histogram(np.histogram(rng.normal(size=50), 5)), "custom": lambda: st.rv_discrete(values=([1, 2], [.4, .6])), "lti": lambda: scipy.signal.lti([1], [1, 2]), "butter": lambda: scipy.signal.butter(2, .3, output="sos"), "akima": lambda: scipy.interpolate.Akima1DInterpolator([0, 1, 2, 3], [1, 2, 4, 3])}.items():
    save("scipy-" + n, f, 2)

# scikit-learn with options that the other makers don't choose.
import sklearn
from sklearn import *  # noqa: F403
from sklearn.base import clone
from sklearn.compose import *
from sklearn.ensemble import *
from sklearn.feature_extraction.text import *
from sklearn.feature_selection import *
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor, kernels as K
from sklearn.impute import *
from sklearn.linear_model import *
from sklearn.calibration import CalibratedClassifierCV
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.metrics import make_scorer, fbeta_score, roc_auc_score, mean_absolute_error
from sklearn.model_selection import *
from sklearn.model_selection import HalvingGridSearchCV, HalvingRandomSearchCV
from sklearn.naive_bayes import *
from sklearn.neighbors import *
from sklearn.neural_network import *
from sklearn.pipeline import *
from sklearn.preprocessing import *
from sklearn.svm import *
from sklearn.tree import *
from sklearn.utils import all_estimators
X = rng.normal(size=(60, 4)); y = (X[:, 0] + .3 * rng.normal(size=60) > 0).astype(int); yr = X[:, 0] * 2 + X[:, 1]; words = np.array(["yes", "no"])[y]
D = pd.DataFrame({"age": rng.integers(20, 90, 60), "sex": rng.choice(["m", "f"], 60), "ward": pd.Categorical(rng.choice(["a", "b", "c"], 60)), "bmi": rng.normal(25, 4, 60), "seen": pd.date_range("2026", periods=60)}); D.loc[::7, "bmi"] = np.nan
small = dict(n_estimators=4)
L = {
    "columns": lambda: make_column_transformer((make_pipeline(SimpleImputer(strategy="median", add_indicator=True), PowerTransformer()), ["age", "bmi"]), (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=3), ["sex", "ward"]), remainder="drop", verbose_feature_names_out=False).fit(D), "selector": lambda: ColumnTransformer([("n", StandardScaler(), make_column_selector(dtype_include=np.number)), ("f", FunctionTransformer(np.sqrt, np.square, check_inverse=False, feature_names_out="one-to-one"), ["age"])]).fit(D.fillna(1)),
    "output-pandas": lambda: StandardScaler().set_output(transform="pandas").fit(D[["age", "bmi"]]), "function-partial": lambda: FunctionTransformer(functools.partial(np.clip, a_min=0, a_max=9)).fit(X), "function-kw": lambda: FunctionTransformer(np.log1p, kw_args={"where": True}, validate=True).fit(abs(X)), "ordinal": lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=np.nan).fit(D[["sex", "ward"]]),
    "target": lambda: TargetEncoder(smooth=2.).fit(D[["sex", "ward"]], y), "kbins": lambda: KBinsDiscretizer(3, encode="onehot", strategy="kmeans").fit(X), "splines": lambda: SplineTransformer(4, knots="quantile", extrapolation="periodic").fit(X), "poly": lambda: PolynomialFeatures((2, 3), interaction_only=True, order="F").fit(X), "quantile": lambda: QuantileTransformer(20, output_distribution="normal").fit(X), "binarizers": lambda: [LabelBinarizer(sparse_output=True).fit(words), MultiLabelBinarizer(classes=["a", "b"]).fit([("a",), ("b",)]), LabelEncoder().fit(words)],
    "halving": lambda: HalvingRandomSearchCV(DecisionTreeClassifier(), {"max_depth": st.randint(2, 9), "ccp_alpha": st.loguniform(1e-4, .1)}, factor=2, random_state=0).fit(X, y), "halving-grid": lambda: HalvingGridSearchCV(SVC(), {"C": [1, 2, 4]}, factor=2, resource="n_samples").fit(X, y), "search": lambda: RandomizedSearchCV(make_pipeline(StandardScaler(), SGDClassifier()), {"sgdclassifier__alpha": st.uniform(1e-4, 1)}, n_iter=3, scoring={"auc": "roc_auc", "f": make_scorer(fbeta_score, beta=2)}, refit="auc", cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=2)).fit(X, y),
    "grid": lambda: GridSearchCV(Pipeline([("s", "passthrough"), ("m", LogisticRegression())], memory=None), {"s": [StandardScaler(), MinMaxScaler(), "passthrough"], "m": [LogisticRegression(), RidgeClassifier()]}, cv=GroupKFold(2)).fit(X, y, groups=np.arange(60) % 4), "search-kernel": lambda: RandomizedSearchCV(SVR(), {"C": st.expon(scale=10), "kernel": ["rbf", "poly"]}, n_iter=2, scoring=make_scorer(mean_absolute_error, greater_is_better=False)).fit(X, yr),
    "calibrated": lambda: CalibratedClassifierCV(LinearSVC(), method="isotonic", cv=3).fit(X, words), "calibrated-temperature": lambda: CalibratedClassifierCV(SGDClassifier(loss="hinge"), method="temperature", ensemble=False).fit(X, y), "threshold": lambda: TunedThresholdClassifierCV(LogisticRegression(), scoring="balanced_accuracy").fit(X, y), "fixed": lambda: FixedThresholdClassifier(LogisticRegression(), threshold=.3).fit(X, y),
    "stack": lambda: StackingClassifier([("a", make_pipeline(RobustScaler(), KNeighborsClassifier(metric="minkowski", p=1.5))), ("b", ExtraTreesClassifier(4, criterion="log_loss"))], final_estimator=HistGradientBoostingClassifier(max_iter=3), passthrough=True, cv=2).fit(X, y), "vote": lambda: VotingClassifier([("a", GaussianNB()), ("b", "drop"), ("c", QuadraticDiscriminantAnalysis())] if False else [("a", GaussianNB()), ("b", "drop"), ("c", BernoulliNB())], voting="soft", weights=[1, 2, 3][:2] if False else None).fit(X, y),
    "bag": lambda: BaggingRegressor(SVR(), 3, max_features=.5, oob_score=False, bootstrap_features=True).fit(X, yr), "ada": lambda: AdaBoostRegressor(LinearRegression(), n_estimators=3, loss="square").fit(X, yr), "forest-oob": lambda: RandomForestClassifier(8, oob_score=roc_auc_score, class_weight="balanced_subsample", monotonic_cst=[1, 0, 0, -1]).fit(X, y), "forest-multi": lambda: RandomForestRegressor(3, criterion="absolute_error").fit(X, np.c_[yr, -yr]), "iforest": lambda: IsolationForest(4, contamination=.1).fit(X),
    "hist": lambda: HistGradientBoostingRegressor(loss="quantile", quantile=.9, max_iter=3, categorical_features="from_dtype", interaction_cst="pairwise").fit(D[["age", "ward", "bmi"]], yr), "hist-poisson": lambda: HistGradientBoostingRegressor(loss="gamma", max_iter=3, early_stopping=True, monotonic_cst={"age": 1}).fit(D[["age", "bmi"]], abs(yr) + 1), "gbm": lambda: GradientBoostingClassifier(loss="exponential", n_estimators=3, init=LogisticRegression(), n_iter_no_change=2).fit(X, y), "gbm-huber": lambda: GradientBoostingRegressor(loss="huber", n_estimators=3, criterion="squared_error").fit(X, yr),
    "gp": lambda: GaussianProcessRegressor(K.ConstantKernel() * K.RationalQuadratic() + K.WhiteKernel() + K.ExpSineSquared(), normalize_y=True).fit(X[:20], yr[:20]), "gp-class": lambda: GaussianProcessClassifier(K.CompoundKernel([K.RBF()]) if False else K.Matern(nu=2.5) + K.DotProduct() ** 2, multi_class="one_vs_one").fit(X[:20], y[:20]), "knn-callable": lambda: KNeighborsRegressor(weights="distance", metric=scipy.spatial.distance.cityblock).fit(X, yr), "knn-ball": lambda: KNeighborsClassifier(algorithm="ball_tree", metric="haversine", leaf_size=5).fit(X[:, :2] % 1, y),
    "knn-weights": lambda: KNeighborsClassifier(weights=np.reciprocal).fit(X, y), "radius": lambda: RadiusNeighborsClassifier(3., outlier_label="most_frequent").fit(X, y), "kd": lambda: sklearn.neighbors.KernelDensity(kernel="tophat", algorithm="kd_tree").fit(X), "lof": lambda: LocalOutlierFactor(5, novelty=True).fit(X), "nca": lambda: NeighborhoodComponentsAnalysis(2, max_iter=3).fit(X, y), "transformer-graph": lambda: KNeighborsTransformer(n_neighbors=3).fit(X),
    "mlp": lambda: MLPClassifier((5, 3), activation="tanh", solver="lbfgs", max_iter=5).fit(X, words), "mlp-sgd": lambda: MLPRegressor((4,), solver="sgd", learning_rate="adaptive", early_stopping=True, max_iter=5).fit(X, yr), "rbm": lambda: BernoulliRBM(3, n_iter=2).fit(X % 1), "svm-pre": lambda: SVC(kernel="precomputed", probability=False, class_weight={0: 1, 1: 3}).fit(X @ X.T, y), "svm-callable": lambda: SVC(kernel=sklearn.metrics.pairwise.laplacian_kernel).fit(X, y), "nusvc": lambda: NuSVC(nu=.3, decision_function_shape="ovo").fit(X, words), "oneclass": lambda: OneClassSVM(kernel="sigmoid").fit(X),
    "text": lambda: make_pipeline(TfidfVectorizer(ngram_range=(1, 2), stop_words="english", sublinear_tf=True, token_pattern=r"\w+"), TruncatedSVD if False else MultinomialNB()).fit(["a dog barks", "the cat sat"] * 5, [0, 1] * 5), "text-hash": lambda: make_pipeline(HashingVectorizer(n_features=64, analyzer="char_wb", ngram_range=(2, 3)), SGDClassifier(loss="modified_huber")).fit(["a", "bb"] * 6, [0, 1] * 6), "text-callable": lambda: CountVectorizer(tokenizer=str.split, preprocessor=str.lower, token_pattern=None).fit(["A b", "c"]), "dict": lambda: sklearn.feature_extraction.DictVectorizer(sparse=False).fit([{"a": 1, "b": "x"}]), "hasher": lambda: sklearn.feature_extraction.FeatureHasher(16, input_type="pair"),
    "select": lambda: SelectKBest(functools.partial(mutual_info_classif, random_state=0), k=2).fit(X, y), "select-fwe": lambda: GenericUnivariateSelect(chi2, mode="fdr", param=.5).fit(abs(X), y), "rfe": lambda: RFECV(LinearSVC(), min_features_to_select=2, importance_getter="coef_").fit(X, y), "sfs": lambda: SequentialFeatureSelector(Ridge(), direction="backward", n_features_to_select=2, scoring="r2").fit(X, yr), "from-model": lambda: SelectFromModel(Lasso(.01), threshold="1.25*median", importance_getter="auto").fit(X, yr),
    "iter-impute": lambda: IterativeImputer(ExtraTreesRegressor(3), max_iter=2, initial_strategy="median").fit(D[["age", "bmi"]]), "knn-impute": lambda: KNNImputer(n_neighbors=2, weights="distance", add_indicator=True).fit(D[["age", "bmi"]]), "ransac": lambda: RANSACRegressor(Ridge(), loss="squared_error", min_samples=10).fit(X, yr), "tweedie": lambda: TweedieRegressor(power=1.5, link="log").fit(X, abs(yr)), "quantreg": lambda: QuantileRegressor(quantile=.2).fit(X, yr), "logit-cv": lambda: LogisticRegressionCV(Cs=3, cv=2, scoring="neg_log_loss").fit(X, y), "elastic": lambda: MultiTaskElasticNetCV(cv=2, l1_ratio=[.5, .9]).fit(X, np.c_[yr, yr]), "theil": lambda: TheilSenRegressor(max_subpopulation=20).fit(X, yr), "ard": lambda: ARDRegression(compute_score=True).fit(X, yr), "lars": lambda: LassoLarsIC("bic").fit(X, yr), "omp": lambda: OrthogonalMatchingPursuitCV(cv=3).fit(X, yr),
    "chain": lambda: sklearn.multioutput.RegressorChain(Ridge(), order="random", cv=2).fit(X, np.c_[yr, -yr]), "code": lambda: sklearn.multiclass.OutputCodeClassifier(LogisticRegression(), code_size=1.5).fit(X, np.arange(60) % 3), "ovo": lambda: sklearn.multiclass.OneVsOneClassifier(LinearSVC()).fit(X, np.arange(60) % 3), "self": lambda: sklearn.semi_supervised.SelfTrainingClassifier(SVC(probability=True) if False else LogisticRegression(), criterion="k_best").fit(X, np.where(np.arange(60) % 3, y, -1)), "spread": lambda: sklearn.semi_supervised.LabelSpreading(kernel="knn").fit(X, np.where(np.arange(60) % 3, y, -1)),
    "target-transform": lambda: TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge()), transformer=QuantileTransformer(n_quantiles=10)).fit(X, yr), "target-func": lambda: TransformedTargetRegressor(Lasso(), func=np.cbrt, inverse_func=scipy.special.expit, check_inverse=False).fit(X, yr), "cluster": lambda: [sklearn.cluster.KMeans(2, n_init=1).fit(D[["age"]]), sklearn.cluster.HDBSCAN(min_cluster_size=4).fit(X), sklearn.cluster.Birch(n_clusters=sklearn.cluster.AgglomerativeClustering(2)).fit(X), sklearn.cluster.OPTICS(min_samples=4).fit(X), sklearn.cluster.BisectingKMeans(3).fit(X), sklearn.cluster.FeatureAgglomeration(2, pooling_func=np.median).fit(X), sklearn.cluster.SpectralBiclustering(2).fit(abs(X))],
    "decompose": lambda: [sklearn.decomposition.PCA(.9).fit(X), sklearn.decomposition.KernelPCA(2, kernel="rbf", fit_inverse_transform=True).fit(X), sklearn.decomposition.NMF(2, max_iter=5).fit(abs(X)), sklearn.decomposition.LatentDirichletAllocation(2, max_iter=2).fit(abs(X)), sklearn.decomposition.FastICA(2, fun="exp").fit(X), sklearn.decomposition.MiniBatchDictionaryLearning(3, max_iter=2).fit(X), sklearn.decomposition.IncrementalPCA(2).fit(X), sklearn.decomposition.FactorAnalysis(2, rotation="varimax").fit(X)],
    "manifold": lambda: [sklearn.manifold.Isomap(n_components=2).fit(X), sklearn.manifold.LocallyLinearEmbedding(n_components=2).fit(X), sklearn.manifold.SpectralEmbedding(2).fit(X), sklearn.manifold.TSNE(2, perplexity=5, max_iter=250).fit(X)], "mixture": lambda: [sklearn.mixture.BayesianGaussianMixture(n_components=2, covariance_type="tied").fit(X), sklearn.mixture.GaussianMixture(2, covariance_type="spherical").fit(X)], "cov": lambda: [sklearn.covariance.GraphicalLassoCV(cv=2).fit(X), sklearn.covariance.EllipticEnvelope().fit(X), sklearn.covariance.LedoitWolf().fit(X)], "kernel-approx": lambda: make_pipeline(sklearn.kernel_approximation.Nystroem(n_components=5), sklearn.kernel_approximation.RBFSampler(n_components=4)).fit(X),
    "isotonic": lambda: sklearn.isotonic.IsotonicRegression(out_of_bounds="clip").fit(X[:, 0], yr), "dummy": lambda: sklearn.dummy.DummyClassifier(strategy="constant", constant="yes").fit(X, words), "frozen": lambda: sklearn.frozen.FrozenEstimator(Ridge().fit(X, yr)), "splits": lambda: [KFold(3, shuffle=True, random_state=np.random.RandomState(0)), TimeSeriesSplit(3, gap=1), PredefinedSplit([0, 1, 0]), LeavePGroupsOut(2), StratifiedGroupKFold(3), GroupShuffleSplit(2)], "cv-results": lambda: cross_validate(Ridge(), X, yr, cv=3, return_estimator=True, return_indices=True), "curve": lambda: learning_curve(Ridge(), X, yr, cv=2), "grid-params": lambda: ParameterSampler({"a": st.norm(), "b": [1]}, 2, random_state=0), "bunch": lambda: sklearn.datasets.load_iris(as_frame=True), "bunch-arrays": lambda: sklearn.datasets.load_diabetes(),
    "scorers": lambda: [sklearn.metrics.get_scorer(n) for n in sorted(sklearn.metrics.get_scorer_names())], "report": lambda: sklearn.metrics.classification_report(y, y, output_dict=True), "display": lambda: sklearn.metrics.ConfusionMatrixDisplay(np.eye(2)), "inspect": lambda: sklearn.inspection.permutation_importance(Ridge().fit(X, yr), X, yr, n_repeats=2), "partial-dep": lambda: sklearn.inspection.partial_dependence(Ridge().fit(X, yr), X, [0]), "unfitted": lambda: [c() for n, c in all_estimators() if not n.startswith("_") and c.__init__.__code__.co_argcount - len(c.__init__.__defaults__ or ()) <= 1][:150],
    "cross": lambda: [sklearn.cross_decomposition.PLSCanonical(2).fit(X, np.c_[yr, yr ** 2]), sklearn.cross_decomposition.CCA(1).fit(X, np.c_[yr, yr ** 2])], "metadata": lambda: Ridge().set_fit_request(sample_weight=True), "tree-text": lambda: {"t": export_text(DecisionTreeClassifier(max_depth=2).fit(X, y)), "path": DecisionTreeRegressor(criterion="poisson", splitter="random").fit(X, abs(yr)).decision_path(X.astype("f4"))},
}
for n, f in L.items():
    save("sklearn-" + n, f)
try:
    import xgboost as xgb
    for n, f in {"booster": lambda: xgb.train({"objective": "binary:logistic"}, xgb.DMatrix(X, y), 3), "dart": lambda: xgb.XGBClassifier(booster="dart", n_estimators=3).fit(X, y), "linear": lambda: xgb.XGBRegressor(booster="gblinear", n_estimators=3).fit(X, yr), "rf": lambda: xgb.XGBRFClassifier(n_estimators=3).fit(X, y), "rank": lambda: xgb.XGBRanker(n_estimators=2).fit(X, y, group=[30, 30]), "multi": lambda: xgb.XGBClassifier(n_estimators=2, early_stopping_rounds=1).fit(X, np.arange(60) % 3, eval_set=[(X, np.arange(60) % 3)], verbose=False),
                 "cat": lambda: xgb.XGBRegressor(n_estimators=2, enable_categorical=True).fit(D[["ward", "age"]], yr), "quantile": lambda: xgb.XGBRegressor(objective="reg:quantileerror", quantile_alpha=[.1, .9], n_estimators=2).fit(X, yr), "pipe": lambda: make_pipeline(StandardScaler(), xgb.XGBClassifier(n_estimators=2, monotone_constraints=(1, 0, 0, 0))).fit(X, y), "metric": lambda: xgb.XGBRegressor(n_estimators=2, eval_metric=mean_absolute_error).fit(X, yr), "survival": lambda: xgb.train({"objective": "survival:cox"}, xgb.DMatrix(X, abs(yr)), 2), "callbacks": lambda: xgb.XGBClassifier(n_estimators=2, callbacks=[xgb.callback.EarlyStopping(2, save_best=True)]), "raw": lambda: bytes(xgb.train({}, xgb.DMatrix(X, yr), 2).save_raw("ubj"))}.items():
        save("xgboost-" + n, f)
except ImportError:
    pass
try:
    import lightgbm as lgb
    q = dict(verbose=-1, n_estimators=3)
    for n, f in {"booster": lambda: lgb.train({"objective": "binary", "verbose": -1}, lgb.Dataset(X, y), 3), "dart": lambda: lgb.LGBMClassifier(boosting_type="dart", **q).fit(X, words), "rank": lambda: lgb.LGBMRanker(**q).fit(X, y, group=[30, 30]), "cat": lambda: lgb.LGBMRegressor(**q).fit(D[["ward", "age"]], yr), "quantile": lambda: lgb.LGBMRegressor(objective="quantile", alpha=.9, **q).fit(X, yr), "cv": lambda: lgb.cv({"verbose": -1}, lgb.Dataset(X, yr), 2, nfold=2, return_cvbooster=True, stratified=False), "unbalanced": lambda: lgb.LGBMClassifier(is_unbalance=True, **q).fit(X, y, eval_set=[(X, y)], callbacks=[lgb.early_stopping(2, verbose=False)]), "rf": lambda: lgb.LGBMRegressor(boosting_type="rf", subsample=.5, subsample_freq=1, **q).fit(X, yr), "search": lambda: GridSearchCV(lgb.LGBMClassifier(**q), {"num_leaves": [3, 7]}, cv=2).fit(X, y), "text": lambda: lgb.train({"verbose": -1}, lgb.Dataset(X, yr), 2).model_to_string()}.items():
        save("lightgbm-" + n, f)
except ImportError:
    pass
made_safe = len(os.listdir(out))
try:
    import cloudpickle
    k = 3
    def plain(x, n=2): return x * n + k
    for n, x in {"plain": plain, "lambda": lambda x: x + 1, "closure": (lambda a: lambda x: x + a)(3), "partial": functools.partial(plain, n=3), "class": type("Mine", (), {"f": lambda self: 1}), "pipeline": FunctionTransformer(lambda x: x * 2)}.items():
        os.makedirs(out + "-functions", exist_ok=True)
        cloudpickle.dump(x, open(f"{out}-functions/functions-{n}.pkl", "wb"))
except ImportError:
    pass
for x in missing:
    print("not made:", *x, file=sys.stderr)
print("scikit-learn", sklearn.__version__, "pandas", pd.__version__, "numpy", np.__version__, dict(made), "files", made_safe, "not made:", len(missing))
