#!/usr/bin/env python3
"""Writes ordinary artefacts that the allowlists were not written with.

    PYTHON judge_workflows.py DIRECTORY [SEED]

Needs scikit-learn, pandas, numpy, scipy and joblib; uses XGBoost, LightGBM and pyarrow where they are there.
Not make.py's list: whole workflows, results of searches, columns of every type. SEED changes the data, the
parameters drawn and which protocol each thing is written with, so that a second judge is not the first again.
"""
import bz2, collections, datetime, decimal, fractions, functools, gzip, io, lzma, os, pathlib, pickle, random, sys, uuid, warnings

import joblib
import numpy as np
import pandas as pd
import scipy.sparse as sp

warnings.filterwarnings("ignore")
out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
os.makedirs(out, exist_ok=True)
rng, dice = np.random.default_rng(seed), random.Random(seed)
count = collections.Counter()


def save(name, thing, fit=None):
    """As pickles of a protocol drawn, and as a joblib of a compression drawn."""
    try:
        x = thing() if callable(thing) and fit is None else thing
        if fit:
            x = x.fit(*fit)
    except Exception as e:
        count["not made"] += 1
        print("not made:", name, repr(e)[:120])
        return
    try:
        for proto in dice.sample([2, 3, 4, 5, 5], 2):
            with open(f"{out}/{name}.p{proto}.pkl", "wb") as f:
                pickle.dump(x, f, protocol=proto)
        suffix, c = dice.choice([("joblib", 0), ("joblib", 3), ("joblib.gz", ("gzip", 3)), ("joblib.bz2", ("bz2", 3)), ("joblib.xz", ("xz", 2)), ("joblib", ("lzma", 2)), ("joblib", 0)])
        joblib.dump(x, f"{out}/{name}.{suffix}", compress=c)
        count["made"] += 1
    except Exception as e:
        count["not written"] += 1
        print("not written:", name, repr(e)[:120])


n, d = 90, 6
X = rng.normal(size=(n, d)); Xp = np.abs(X) + 0.1
y = (X[:, 0] + X[:, 1] > 0).astype(int); y3 = rng.integers(0, 3, n); yr = X @ rng.normal(size=d) + rng.normal(size=n)
Y2 = np.c_[yr, yr * 2 + 1]; Ym = np.c_[y, 1 - y, rng.integers(0, 2, n)]
words = "fever cough dyspnoea chest pain oedema anaemia stable discharge ward triage pump alarm monitor infusion".split()
texts = [" ".join(dice.choices(words, k=7)) for _ in range(n)]
df = pd.DataFrame(X, columns=list("abcdef"))
df["ward"] = rng.choice(["icu", "er", "or"], n); df["sex"] = pd.Categorical(rng.choice(["m", "f"], n)); df["when"] = pd.date_range("2024-01-01", periods=n, freq="h")


def learners():
    from sklearn import (calibration, cluster, compose, covariance, cross_decomposition, decomposition, discriminant_analysis, dummy, ensemble, feature_extraction, feature_selection,
                         gaussian_process, impute, isotonic, kernel_approximation, kernel_ridge, linear_model, manifold, metrics, mixture, model_selection, multiclass, multioutput,
                         naive_bayes, neighbors, neural_network, pipeline, preprocessing, random_projection, semi_supervised, svm, tree)
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    from sklearn.gaussian_process import kernels as k
    from sklearn.utils import all_estimators

    num = pipeline.make_pipeline(impute.SimpleImputer(strategy=dice.choice(["mean", "median"])), preprocessing.StandardScaler())
    pre = compose.ColumnTransformer([("n", num, list("abcdef")), ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["ward", "sex"])])
    flow = pipeline.Pipeline([("pre", pre), ("m", linear_model.LogisticRegression())])
    save("flow", flow, (df, y))
    save("flow-passthrough", pipeline.make_pipeline(compose.make_column_transformer((preprocessing.OrdinalEncoder(), ["ward", "sex"]), (preprocessing.KBinsDiscretizer(4, encode="ordinal"), ["a", "b"]), remainder="drop"), ensemble.HistGradientBoostingClassifier(max_iter=8)), (df, y))
    save("flow-selector", compose.make_column_transformer((preprocessing.RobustScaler(), compose.make_column_selector(dtype_include=np.number)), ("passthrough", ["sex"])), (df,))
    save("flow-selector-pattern", compose.make_column_transformer((preprocessing.MinMaxScaler(), compose.make_column_selector(pattern="^[ab]$"))), (df,))
    save("flow-slice", compose.ColumnTransformer([("s", preprocessing.PowerTransformer(), slice(0, 3)), ("m", preprocessing.QuantileTransformer(n_quantiles=10), [True, False, True, False, False, False])]), (X,))
    save("flow-pandas-out", pipeline.make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(2)).set_output(transform="pandas"), (df[list("abcdef")],))
    save("union", pipeline.make_union(decomposition.PCA(2), feature_selection.SelectKBest(k=2), preprocessing.SplineTransformer(n_knots=4)), (X, y))
    save("target", compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1), (X, np.abs(yr)))
    save("target-tr", compose.TransformedTargetRegressor(linear_model.Lasso(), transformer=preprocessing.QuantileTransformer(n_quantiles=10)), (X, yr))
    for i, f in enumerate([np.log1p, np.sqrt, np.cbrt, np.abs, np.square, np.nan_to_num, np.log, np.tanh]):
        save(f"function-{f.__name__}", preprocessing.FunctionTransformer(f, validate=True), (Xp,))
    save("function-kw", preprocessing.FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}), (X,))
    save("function-names", preprocessing.FunctionTransformer(np.log1p, feature_names_out="one-to-one"), (df[list("abc")],))
    for cls, grid in [(svm.SVC(), {"C": [0.1, 1], "kernel": ["rbf", "linear"]}), (ensemble.RandomForestClassifier(5), {"max_depth": [2, 3]})]:
        save("grid-" + type(cls).__name__, model_selection.GridSearchCV(cls, grid, cv=3), (X, y))
    save("grid-flow", model_selection.GridSearchCV(flow, {"m__C": [0.1, 1.0]}, cv=model_selection.StratifiedKFold(3, shuffle=True, random_state=1), scoring=["roc_auc", "f1"], refit="f1"), (df, y))
    from scipy import stats
    save("random", model_selection.RandomizedSearchCV(linear_model.Ridge(), {"alpha": stats.loguniform(1e-3, 1e2)}, n_iter=4, cv=model_selection.KFold(3)), (X, yr))
    save("random-ints", model_selection.RandomizedSearchCV(tree.DecisionTreeRegressor(), {"max_depth": stats.randint(2, 7), "min_samples_leaf": stats.uniform(0.01, 0.2)}, n_iter=4, cv=3, random_state=1), (X, yr))
    save("halving", model_selection.HalvingGridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3, 4]}, cv=3, min_resources=30), (X, y))
    for name in ["roc_auc", "neg_log_loss", "f1_macro", "r2", "neg_root_mean_squared_error", "adjusted_rand_score", "average_precision", "jaccard", "matthews_corrcoef", "neg_brier_score", "explained_variance", "max_error", "top_k_accuracy", "v_measure_score"]:
        save("scorer-" + name, metrics.get_scorer(name), ())  if False else save("scorer-" + name, lambda name=name: metrics.get_scorer(name))
    save("scorer-own", lambda: metrics.make_scorer(metrics.fbeta_score, beta=2))
    save("scorer-less", lambda: metrics.make_scorer(metrics.mean_pinball_loss, greater_is_better=False, alpha=0.1))
    save("grid-scorer", model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [1, 2]}, scoring=metrics.make_scorer(metrics.recall_score, pos_label=0), cv=3), (X, y))
    save("grid-scorers", model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [1, 2]}, scoring={"acc": metrics.make_scorer(metrics.accuracy_score), "k": metrics.make_scorer(metrics.cohen_kappa_score)}, refit="acc", cv=3), (X, y))
    save("cv-results", lambda: model_selection.cross_validate(linear_model.Ridge(), X, yr, return_estimator=True))
    for c in [model_selection.TimeSeriesSplit(3), model_selection.GroupKFold(3), model_selection.ShuffleSplit(3, random_state=0), model_selection.StratifiedGroupKFold(3), model_selection.LeaveOneOut(), model_selection.RepeatedKFold(), model_selection.PredefinedSplit([0, 1, 1])]:
        save("split-" + type(c).__name__, lambda c=c: c)
    save("calibrated", calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=3), (X, y))
    save("calibrated-iso", calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), method="isotonic", cv=3), (X, y3))
    save("calibrated-grid", calibration.CalibratedClassifierCV(model_selection.GridSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3]}, cv=2), cv=2), (X, y))
    save("stack", ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB()), ("c", neighbors.KNeighborsClassifier())], final_estimator=ensemble.GradientBoostingClassifier(n_estimators=4)), (X, y))
    save("stack-r", ensemble.StackingRegressor([("a", linear_model.RidgeCV()), ("b", svm.SVR())], final_estimator=ensemble.ExtraTreesRegressor(4)), (X, yr))
    save("vote", ensemble.VotingClassifier([("a", linear_model.SGDClassifier(loss="log_loss")), ("b", discriminant_analysis.QuadraticDiscriminantAnalysis())], voting="soft"), (X, y))
    save("bag", ensemble.BaggingRegressor(neighbors.KNeighborsRegressor(), 4), (X, yr))
    save("ada", ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=1), n_estimators=5), (X, y3))
    for loss in ["squared_error", "absolute_error", "huber", "quantile"]:
        save("gbr-" + loss, ensemble.GradientBoostingRegressor(loss=loss, n_estimators=5), (X, yr))
    for loss in ["log_loss", "exponential"]:
        save("gbc-" + loss, ensemble.GradientBoostingClassifier(loss=loss, n_estimators=5), (X, y))
    for loss in ["squared_error", "absolute_error", "poisson", "gamma", "quantile"]:
        save("hist-" + loss, ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=5, quantile=0.4 if loss == "quantile" else None), (X, np.abs(yr) + .1))
    save("hist-early", ensemble.HistGradientBoostingClassifier(max_iter=12, early_stopping=True, categorical_features=[0], n_iter_no_change=2), (np.c_[y3, X], y))
    save("hist-mono", ensemble.HistGradientBoostingClassifier(max_iter=5, monotonic_cst=[1, 0, -1, 0, 0, 0], interaction_cst=[{0, 1}, {2, 3, 4, 5}]), (X, y3))
    for loss in ["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "huber", "epsilon_insensitive", "squared_epsilon_insensitive", "squared_error"]:
        save("sgd-" + loss, linear_model.SGDClassifier(loss=loss, max_iter=50, early_stopping=dice.random() < .4, average=dice.random() < .5), (X, y))
    for m in [linear_model.PoissonRegressor(), linear_model.GammaRegressor(), linear_model.TweedieRegressor(power=1.5), linear_model.HuberRegressor(), linear_model.QuantileRegressor(solver="highs")]:
        save("glm-" + type(m).__name__, m, (X, np.abs(yr) + .1))
    kern = [k.RBF() + k.WhiteKernel(), k.ConstantKernel(2) * k.Matern(nu=1.5), k.RationalQuadratic(), k.ExpSineSquared() ** 2, k.DotProduct(), k.CompoundKernel([k.RBF(), k.RBF(2)]), k.PairwiseKernel(metric="laplacian"), k.Exponentiation(k.RBF(), 2), k.Sum(k.RBF(), k.DotProduct())]
    for i, kk in enumerate(kern):
        save(f"kernel-{i}", lambda kk=kk: kk)
        if i != 5:
            save(f"gpr-{i}", gaussian_process.GaussianProcessRegressor(kk, optimizer=None, alpha=1e-2), (X[:30], yr[:30]))
    save("gpc", gaussian_process.GaussianProcessClassifier(1.0 * k.RBF()), (X[:40], y3[:40]))
    for v in [feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), feature_extraction.text.CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)), feature_extraction.text.HashingVectorizer(n_features=64),
              feature_extraction.text.TfidfVectorizer(stop_words="english", sublinear_tf=True, dtype=np.float32), feature_extraction.text.CountVectorizer(tokenizer=str.split, token_pattern=None), feature_extraction.text.CountVectorizer(preprocessor=str.lower), feature_extraction.text.CountVectorizer(strip_accents="unicode", max_features=5, binary=True)]:
        save(f"text-{type(v).__name__}-{count['made']}", v, (texts,))
    save("text-flow", pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), decomposition.TruncatedSVD(3), preprocessing.Normalizer(), cluster.KMeans(2, n_init=2)), (texts,))
    save("text-nb", pipeline.make_pipeline(feature_extraction.text.CountVectorizer(), feature_extraction.text.TfidfTransformer(), naive_bayes.ComplementNB()), (texts, y))
    save("lda", pipeline.make_pipeline(feature_extraction.text.CountVectorizer(), decomposition.LatentDirichletAllocation(3, max_iter=2)), (texts,))
    save("dictvec", feature_extraction.DictVectorizer(), ([{"a": 1, "b": "x"}, {"a": 2}],))
    save("hasher", feature_extraction.FeatureHasher(16, input_type="string"), ([["a"], ["b"]],))
    Xn = X.copy(); Xn[rng.random(X.shape) < .1] = np.nan
    for m in [impute.KNNImputer(), impute.IterativeImputer(max_iter=2), impute.IterativeImputer(estimator=linear_model.BayesianRidge(), max_iter=2, add_indicator=True), impute.MissingIndicator(), impute.SimpleImputer(strategy="constant", fill_value=-1, add_indicator=True), impute.IterativeImputer(estimator=ensemble.ExtraTreesRegressor(3), max_iter=2, sample_posterior=False)]:
        save(f"impute-{type(m).__name__}-{count['made']}", m, (Xn,))
    save("impute-pd", impute.SimpleImputer(strategy="most_frequent", missing_values=pd.NA), (pd.DataFrame({"a": pd.Series(["x", pd.NA, "x"], dtype=object)}),))
    for m in [preprocessing.SplineTransformer(extrapolation="periodic", knots="quantile"), preprocessing.PolynomialFeatures(2, interaction_only=True), preprocessing.KBinsDiscretizer(3, encode="onehot-dense", strategy="kmeans"), preprocessing.PowerTransformer(method="yeo-johnson"), preprocessing.MaxAbsScaler(), preprocessing.Binarizer(), preprocessing.KernelCenterer(), preprocessing.QuantileTransformer(n_quantiles=20, output_distribution="normal")]:
        save(f"prep-{type(m).__name__}", m, (X if not isinstance(m, preprocessing.KernelCenterer) else X[:6],))
    save("prep-LabelEncoder", preprocessing.LabelEncoder(), (df["ward"],)); save("prep-LabelBinarizer", preprocessing.LabelBinarizer(), (y3,)); save("prep-MultiLabel", preprocessing.MultiLabelBinarizer(), ([["a", "b"], ["c"]],))
    if hasattr(preprocessing, "TargetEncoder"):
        save("prep-TargetEncoder", preprocessing.TargetEncoder(), (df[["ward"]], y))
    save("onehot-infreq", preprocessing.OneHotEncoder(min_frequency=25, sparse_output=False, drop="first"), (df[["ward", "sex"]],))
    save("ordinal-nan", preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), (pd.DataFrame({"a": ["x", None, "y"], "b": ["p", "q", np.nan]}),))
    for f in [feature_selection.f_classif, feature_selection.mutual_info_classif]:
        save("select-" + f.__name__, feature_selection.SelectPercentile(f, percentile=50), (X, y))
    save("select-chi2", feature_selection.GenericUnivariateSelect(feature_selection.chi2), (Xp, y)); save("select-freg", feature_selection.SelectFdr(feature_selection.f_regression), (X, yr)); save("select-rreg", feature_selection.SelectKBest(feature_selection.r_regression, k=2), (X, yr))
    save("rfe", feature_selection.RFECV(linear_model.LogisticRegression(), cv=3), (X, y)); save("sfs", feature_selection.SequentialFeatureSelector(linear_model.Ridge(), n_features_to_select=2, cv=2), (X, yr)); save("sfm", feature_selection.SelectFromModel(ensemble.ExtraTreesClassifier(4), threshold="median"), (X, y))
    for m in [cluster.DBSCAN(), cluster.AgglomerativeClustering(3), cluster.Birch(n_clusters=3), cluster.SpectralClustering(2), cluster.MiniBatchKMeans(2, n_init=1), cluster.AffinityPropagation(), cluster.MeanShift(), cluster.OPTICS(), cluster.BisectingKMeans(2), cluster.FeatureAgglomeration(2), cluster.FeatureAgglomeration(2, pooling_func=np.max)] + ([cluster.HDBSCAN()] if hasattr(cluster, "HDBSCAN") else []):
        save(f"cluster-{type(m).__name__}-{count['made']}", m, (X,))
    for m in [decomposition.NMF(2, init="nndsvda"), decomposition.FastICA(2, fun="cube"), decomposition.KernelPCA(2, kernel="rbf"), decomposition.DictionaryLearning(2, max_iter=2), decomposition.IncrementalPCA(2), decomposition.FactorAnalysis(2), decomposition.SparsePCA(2, max_iter=2), decomposition.MiniBatchNMF(2)]:
        save("decomp-" + type(m).__name__, m, (Xp,))
    for m in [manifold.Isomap(n_neighbors=5), manifold.LocallyLinearEmbedding(n_neighbors=5), manifold.TSNE(2, init="random", perplexity=5), manifold.MDS(2, n_init=1, max_iter=10), manifold.SpectralEmbedding(2)]:
        save("manifold-" + type(m).__name__, m, (X[:40],))
    for m in [neighbors.KNeighborsClassifier(metric=dice.choice(["minkowski", "manhattan", "chebyshev"]), algorithm="ball_tree"), neighbors.KNeighborsClassifier(metric="haversine", algorithm="ball_tree"), neighbors.RadiusNeighborsClassifier(5.0, outlier_label=0), neighbors.NearestCentroid(), neighbors.NeighborhoodComponentsAnalysis(2, max_iter=2)]:
        save(f"knn-{type(m).__name__}-{count['made']}", m, (X[:, :2], y))
    for m in [neighbors.KNeighborsRegressor(weights="distance", algorithm="kd_tree", metric="euclidean"), neighbors.RadiusNeighborsRegressor(9.0)]:
        save(f"knn-{type(m).__name__}", m, (X, yr))
    for m in [neighbors.KernelDensity(kernel="epanechnikov"), neighbors.LocalOutlierFactor(novelty=True), neighbors.NearestNeighbors(metric="cosine"), neighbors.NearestNeighbors(metric="mahalanobis", metric_params={"VI": np.eye(d)}), neighbors.NearestNeighbors(metric="seuclidean", metric_params={"V": np.ones(d)}), neighbors.KNeighborsTransformer()]:
        save(f"nn-{type(m).__name__}-{count['made']}", m, (X,))
    for m in ["euclidean", "manhattan", "chebyshev", "minkowski", "hamming", "canberra", "braycurtis", "jaccard"]:
        save("metric-" + m, lambda m=m: metrics.DistanceMetric.get_metric(m, **({"p": 3} if m == "minkowski" else {})))
    save("kdtree", lambda: neighbors.KDTree(X)); save("balltree", lambda: neighbors.BallTree(X, metric="manhattan"))
    for m in [multiclass.OneVsRestClassifier(svm.SVC(probability=True)), multiclass.OneVsOneClassifier(linear_model.Perceptron()), multiclass.OutputCodeClassifier(tree.ExtraTreeClassifier(), code_size=2)]:
        save("mc-" + type(m).__name__, m, (X, y3))
    save("mo-r", multioutput.MultiOutputRegressor(linear_model.ElasticNet()), (X, Y2)); save("mo-c", multioutput.ClassifierChain(linear_model.LogisticRegression(), order="random", random_state=0), (X, Ym)); save("mo-rc", multioutput.RegressorChain(linear_model.Ridge()), (X, Y2)); save("mo-f", ensemble.RandomForestRegressor(4), (X, Y2))
    for s in ["adam", "sgd", "lbfgs"]:
        save("mlp-" + s, neural_network.MLPClassifier((5,), solver=s, max_iter=8, early_stopping=s != "lbfgs"), (X, y))
    save("rbm", neural_network.BernoulliRBM(3, n_iter=2), (np.clip(Xp, 0, 1),))
    for m in [mixture.GaussianMixture(2), mixture.BayesianGaussianMixture(n_components=2, max_iter=5), covariance.MinCovDet(), covariance.LedoitWolf(), covariance.EllipticEnvelope(), ensemble.IsolationForest(n_estimators=5), svm.OneClassSVM(), linear_model.SGDOneClassSVM(), kernel_approximation.Nystroem(n_components=5), kernel_approximation.RBFSampler(n_components=5), kernel_approximation.PolynomialCountSketch(n_components=8), random_projection.SparseRandomProjection(3), ensemble.RandomTreesEmbedding(n_estimators=3)]:
        save("un-" + type(m).__name__, m, (X,))
    for m in [linear_model.RANSACRegressor(), linear_model.TheilSenRegressor(max_subpopulation=50), linear_model.ARDRegression(), linear_model.LarsCV(cv=3), linear_model.LassoLarsIC(), linear_model.OrthogonalMatchingPursuitCV(cv=3), linear_model.PassiveAggressiveRegressor(max_iter=20), kernel_ridge.KernelRidge(kernel="laplacian"), svm.NuSVR(), isotonic.IsotonicRegression(out_of_bounds="clip"), dummy.DummyRegressor(strategy="quantile", quantile=.2), cross_decomposition.PLSRegression(2), cross_decomposition.CCA(1)]:
        save("reg-" + type(m).__name__, m, (X[:, 0] if isinstance(m, isotonic.IsotonicRegression) else X, yr))
    for m in [semi_supervised.SelfTrainingClassifier(linear_model.LogisticRegression()), semi_supervised.LabelSpreading(), linear_model.LogisticRegressionCV(cv=3, scoring="roc_auc"), linear_model.RidgeClassifierCV(), naive_bayes.MultinomialNB(), naive_bayes.CategoricalNB(), naive_bayes.BernoulliNB(), discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), svm.NuSVC(nu=.2), dummy.DummyClassifier(strategy="stratified", random_state=np.random.RandomState(3))]:
        save("clf-" + type(m).__name__, m, ((Xp > 1).astype(int) if "NB" in type(m).__name__ else X, y))
    save("rs-tree", tree.DecisionTreeClassifier(random_state=np.random.RandomState(7), class_weight={0: 1, 1: 2}, monotonic_cst=None, ccp_alpha=.01), (X, y)); save("tree-text", lambda: tree.DecisionTreeClassifier().fit(X, y).tree_)
    save("oob", ensemble.RandomForestClassifier(5, oob_score=True, warm_start=True, class_weight="balanced_subsample"), (X, y))
    for nm in ("FixedThresholdClassifier", "TunedThresholdClassifierCV"):
        if hasattr(model_selection, nm):
            save("thr-" + nm, getattr(model_selection, nm)(linear_model.LogisticRegression()), (X, y))
    for nm, mod in [("frozen.FrozenEstimator", "sklearn.frozen")]:
        try:
            import importlib
            save("frozen", importlib.import_module(mod).FrozenEstimator(linear_model.Ridge().fit(X, yr)), (X, yr))
        except ImportError:
            pass
    import sklearn
    with sklearn.config_context(enable_metadata_routing=True):
        save("routed", linear_model.LogisticRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=False), (X, y))
        save("routed-flow", pipeline.make_pipeline(preprocessing.StandardScaler().set_fit_request(sample_weight=True), linear_model.Ridge().set_fit_request(sample_weight=True)), (X, yr))
    from sklearn import datasets, inspection
    for f in [datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes]:
        save("bunch-" + f.__name__, lambda f=f: f(as_frame=dice.random() < .6))
    lr = linear_model.LogisticRegression().fit(X, y)
    save("pdp", lambda: inspection.partial_dependence(lr, X, [0])); save("perm", lambda: inspection.permutation_importance(lr, X, y, n_repeats=2))
    save("report", lambda: {"model": lr, "auc": metrics.roc_curve(y, lr.decision_function(X)), "cm": metrics.confusion_matrix(y, lr.predict(X)), "report": metrics.classification_report(y, lr.predict(X), output_dict=True), "trained": datetime.datetime.now(datetime.timezone.utc), "features": df.columns, "thr": np.float64(.3), "cfg": pathlib.PurePosixPath("a/b")})
    save("classes", lambda: {"logreg": linear_model.LogisticRegression, "svc": svm.SVC, "grid": [tree.DecisionTreeClassifier, naive_bayes.GaussianNB]})
    save("unfitted", lambda: [c() for nm, c in all_estimators() if nm not in ("ColumnTransformer",) and not c.__init__.__code__.co_argcount > 60 and nm in dice.sample([a for a, _ in all_estimators()], 40) and _bare(c)])
    made = 0
    for nm, c in all_estimators():
        if _bare(c) and dice.random() < .5:
            made += 1
            data = (Xp, y) if not nm.endswith("Regressor") else (X, yr)
            try:
                m = c().fit(*data)
            except Exception:
                continue
            save("all-" + nm, lambda m=m: m)


def _bare(c):
    try:
        c(); return True
    except Exception:
        return False


def frames():
    save("pd-mixed", lambda: df)
    tz = dice.choice(["Europe/Berlin", "UTC", "US/Pacific", "Asia/Tokyo"])
    t = pd.date_range("2023-03-01", periods=12, freq=dice.choice(["D", "W", "h", "ME" if pd.__version__ >= "2.2" else "M"]))
    cols = {"tz": t.tz_localize(tz), "naive": t, "td": pd.to_timedelta(range(12), unit="h"), "period": pd.period_range("2023-01", periods=12, freq="M"), "interval": pd.interval_range(0, 12), "cat": pd.Categorical(list("aabbccddeeff")),
            "ordered": pd.Categorical(list("aabbccddeeff"), categories=list("fedcba"), ordered=True), "Int64": pd.array([1, None] * 6, dtype="Int64"), "boolean": pd.array([True, None] * 6, dtype="boolean"), "Float32": pd.array([1.5, None] * 6, dtype="Float32"),
            "string": pd.array(["a", None] * 6, dtype="string"), "sparse": pd.arrays.SparseArray([0, 0, 1] * 4), "sparsef": pd.arrays.SparseArray([np.nan, 1.0, np.nan] * 4), "obj": [None, "a", 1, 2.5] * 3, "dec": [decimal.Decimal("1.5")] * 12, "date": [datetime.date(2024, 1, 2)] * 12,
            "ts": [pd.Timestamp("2024-01-01", tz=tz)] * 12, "NaT": [pd.NaT] * 12, "NA": [pd.NA] * 12, "qstart": pd.period_range("2020Q1", periods=12, freq="Q"), "UInt8": pd.array([1] * 12, dtype="UInt8"), "cat-int": pd.Categorical([1, 2, 3] * 4), "cat-date": pd.Categorical(t), "cat-interval": pd.cut(range(12), 3), "qcut": pd.qcut(range(12), 4)}
    for k, v in cols.items():
        save("col-" + k, lambda v=v: pd.DataFrame({"x": v, "y": range(12)})); save("ser-" + k, lambda v=v: pd.Series(v, name="s")); save("idx-" + k, lambda v=v: pd.Series(range(12), index=pd.Index(v)))
    try:
        import pyarrow as pa
        for ty in [pa.int64(), pa.string(), pa.timestamp("us", "UTC"), pa.list_(pa.int32()), pa.dictionary(pa.int8(), pa.string()), pa.bool_(), pa.float32(), pa.date32(), pa.large_string(), pa.decimal128(8, 2), pa.duration("s"), pa.binary(), pa.struct([("a", pa.int64())])]:
            vals = {"list<item: int32>": [[1], None], "string": ["a", None], "large_string": ["a", None], "bool": [True, None], "binary": [b"a", None]}.get(str(ty), [1, None])
            if "struct" in str(ty): vals = [{"a": 1}, None]
            if "dictionary" in str(ty): vals = ["a", "b"]
            save("arrow-" + str(ty).split("<")[0].split("[")[0].split("(")[0], lambda ty=ty, vals=vals: pd.DataFrame({"x": pd.array(pa.array(vals, type=ty), dtype=pd.ArrowDtype(ty))}) if False else pd.DataFrame({"x": pd.Series(pd.arrays.ArrowExtensionArray(pa.array(vals, type=ty)))}))
        save("arrow-str", lambda: pd.Series(["a", "b", None], dtype="string[pyarrow]")); save("arrow-strnp", lambda: pd.Series(["a", "b"], dtype="string[pyarrow_numpy]"))
        save("pa-table", lambda: pa.table({"a": [1, 2], "b": ["x", "y"]})); save("pa-array", lambda: pa.array([1.0, None])); save("pa-schema", lambda: pa.schema([("a", pa.int64()), ("b", pa.list_(pa.string()))])); save("pa-type", lambda: pa.timestamp("ns", "UTC")); save("pa-batch", lambda: pa.record_batch({"a": [1]})); save("pa-chunk", lambda: pa.chunked_array([[1], [2]])); save("pa-scalar", lambda: pa.scalar(3))
    except ImportError:
        pass
    save("mi", lambda: pd.MultiIndex.from_product([["a", "b"], t[:3], [1.5, 2.5]], names=["x", "y", "z"])); save("mi-frame", lambda: df.groupby(["ward", "sex"], observed=True)[["a", "b"]].agg(["mean", "std"])); save("pivot", lambda: df.pivot_table(index="ward", columns="sex", values="a", observed=True)); save("describe", lambda: df.describe()); save("corr", lambda: df[list("abc")].corr())
    save("range", lambda: pd.RangeIndex(3, 30, 3, name="r")); save("empty", lambda: pd.DataFrame()); save("attrs", lambda: _attrs()); save("flags", lambda: df[list("ab")].set_flags(allows_duplicate_labels=False)); save("resampled", lambda: df.set_index("when")[["a"]].resample("D").mean()); save("vc", lambda: df["ward"].value_counts())
    for nm in "Day Hour Minute BDay MonthEnd MonthBegin QuarterEnd QuarterBegin YearEnd BYearEnd Week WeekOfMonth LastWeekOfMonth BusinessHour CustomBusinessDay SemiMonthEnd Easter FY5253 BMonthEnd Nano Micro Milli Second DateOffset CustomBusinessMonthEnd".split():
        def off(nm=nm):
            c = getattr(pd.offsets, nm)
            return {"FY5253": lambda: c(variation="nearest", startingMonth=1, weekday=0), "DateOffset": lambda: c(months=2, days=1), "CustomBusinessDay": lambda: c(holidays=["2024-12-25"])}.get(nm, lambda: c(2))()
        save("off-" + nm, off); 
    save("stamp", lambda: [pd.Timestamp("2024-02-29 12:00", tz=tz), pd.Timedelta("3D"), pd.Period("2024-05", "M"), pd.Interval(0, 1, "both"), pd.NaT, pd.NA])
    save("dtypes", lambda: df.dtypes); save("dtypes-list", lambda: [pd.CategoricalDtype(["a"]), pd.DatetimeTZDtype("ns", tz), pd.PeriodDtype("D"), pd.IntervalDtype("int64", "right"), pd.SparseDtype(float), pd.StringDtype("python"), pd.Int8Dtype(), pd.BooleanDtype()])
    save("grouped-dict", lambda: {k: g for k, g in df.groupby("ward")}); save("lists", lambda: [df.iloc[:3], df["a"].head(), {"x": df.index}]); save("slice", lambda: df.iloc[5:20:3]); save("T", lambda: df[list("abc")].head(3).T); save("bytes", lambda: pd.Series([b"a", b"b"])); save("cplx", lambda: pd.Series([1 + 2j])); save("f16", lambda: pd.DataFrame(X.astype("f2"))); save("dup", lambda: pd.DataFrame(X[:3, :2], columns=["a", "a"])); save("tz-fixed", lambda: pd.Series(t.tz_localize(datetime.timezone(datetime.timedelta(hours=2)))));
    import zoneinfo
    save("tz-zone", lambda: pd.Series(t.tz_localize(zoneinfo.ZoneInfo("Europe/Vienna")))); save("zone", lambda: zoneinfo.ZoneInfo("Europe/Vienna"))
    try:
        import dateutil.tz, pytz
        save("tz-dateutil", lambda: pd.Series(t.tz_localize(dateutil.tz.gettz("Europe/Paris")))); save("pytz", lambda: [pytz.utc, pytz.timezone("Europe/Rome"), pytz.FixedOffset(60)]); save("dateutil-utc", lambda: pd.Timestamp("2024-01-01", tz=dateutil.tz.tzutc())); save("relativedelta", lambda: __import__("dateutil.relativedelta").relativedelta.relativedelta(months=1)); save("tzoffset", lambda: dateutil.tz.tzoffset("x", 3600))
    except ImportError:
        pass


def _attrs():
    f = df.copy(); f.attrs["source"] = "ward 3"; f.attrs["n"] = {"a": [1]}; return f


def arrays():
    for dt in ["f2", "f4", "f8", "g", "c8", "c16", "i1", "u8", "?", "S5", "U7", "M8[ns]", "M8[D]", "m8[s]", "O", "V6", ">f4", ">i2"]:
        save("np-" + dt.strip(">").replace("[", "").replace("]", "").replace("?", "bool") + ("be" if dt[0] == ">" else ""), lambda dt=dt: np.zeros((3, 4), dtype=dt)); save("np0-" + dt.strip(">").replace("[", "").replace("]", "").replace("?", "bool") + ("be" if dt[0] == ">" else ""), lambda dt=dt: [np.zeros(1, dtype=dt)[0], np.dtype(dt)])
    st = np.array([(1, 2.0, "a")], dtype=[("i", "i4"), ("f", "f8"), ("s", "U3")])
    save("np-struct", lambda: st); save("np-rec", lambda: st.view(np.recarray)); save("np-record", lambda: st.view(np.recarray)[0]); save("np-void", lambda: st[0]); save("np-aligned", lambda: np.zeros(2, np.dtype([("a", "i1"), ("b", "f8", (2, 2))], align=True))); save("np-titles", lambda: np.zeros(1, np.dtype([(("t", "n"), "i4")])))
    save("np-masked", lambda: np.ma.masked_greater(X[:5], 0)); save("np-mrec", lambda: np.ma.array(st, mask=[(1, 0, 0)])); save("np-maskconst", lambda: [np.ma.masked, np.ma.nomask]); save("np-fortran", lambda: np.asfortranarray(X[:4])); save("np-matrix", lambda: np.matrix([[1, 2]])); save("np-char", lambda: np.char.array(["a", "b"])); save("np-objs", lambda: np.array([{"a": 1}, [1], None, "x"], dtype=object)); save("np-ragged", lambda: np.array([np.arange(3), np.arange(2)], dtype=object)); save("np-empty", lambda: np.zeros((0, 3)))
    for g in ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"]:
        save("rng-" + g, lambda g=g: np.random.Generator(getattr(np.random, g)(1))); save("bg-" + g, lambda g=g: getattr(np.random, g)(np.random.SeedSequence(5).spawn(1)[0]))
    save("rs", lambda: np.random.RandomState(4)); save("ss", lambda: np.random.SeedSequence(4)); save("rs-state", lambda: np.random.RandomState(4).get_state())
    P = np.polynomial
    for c in [P.Polynomial, P.Chebyshev, P.Legendre, P.Laguerre, P.Hermite, P.HermiteE]:
        save("poly-" + c.__name__, lambda c=c: c([1, 2, 3]))
    save("poly1d", lambda: np.poly1d([1, 2])); save("finfo", lambda: [np.float32, np.dtype("f4"), np.int64, np.bool_]); save("ufuncs", lambda: [np.sin, np.add, np.maximum, np.logaddexp]); save("npfuncs", lambda: [np.mean, np.median, np.std, np.argmax, np.nanmean, np.percentile])
    for f in ["csr", "csc", "coo", "bsr", "dia", "dok", "lil"]:
        save("sp-" + f, lambda f=f: sp.random(8, 8, .3, format=f)); save("spa-" + f, lambda f=f: getattr(sp, f + "_array")(np.eye(4)))
    save("scalar-mix", lambda: {"a": np.float64(1), "b": np.int32(2), "c": np.str_("x"), "d": np.bytes_(b"x"), "e": np.bool_(True), "f": np.datetime64("2024-01-01"), "g": np.longdouble(3), "h": np.timedelta64(3, "s")})
    save("big", lambda: np.arange(200000.).reshape(500, 400)); save("bigdict", lambda: {f"layer{i}": rng.normal(size=(20, 20)) for i in range(30)}); save("view", lambda: np.arange(100)[::3]); save("memshared", lambda: (lambda a: [a, a, {"x": a}])(np.arange(5)))
    np.save(f"{out}/plain.npy", X); np.save(f"{out}/obj.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True); np.savez(f"{out}/many.npz", a=X, b=y); np.savez_compressed(f"{out}/objs.npz", a=np.array(["x", None], dtype=object), b=st); np.savez(f"{out}/model.npz", w=np.array([df], dtype=object)); count["made"] += 5
    from scipy import interpolate, optimize, spatial, stats, signal
    xs = np.linspace(0, 1, 12)
    for i, f in enumerate([lambda: interpolate.CubicSpline(xs, xs ** 2), lambda: interpolate.PchipInterpolator(xs, xs), lambda: interpolate.UnivariateSpline(xs, xs ** 2), lambda: interpolate.RegularGridInterpolator((xs, xs), np.outer(xs, xs)), lambda: interpolate.RBFInterpolator(X[:20, :2], yr[:20]), lambda: interpolate.interp1d(xs, xs, kind=dice.choice(["linear", "cubic", "nearest"])), lambda: interpolate.make_interp_spline(xs, xs), lambda: interpolate.BarycentricInterpolator(xs[:4], xs[:4]), lambda: interpolate.Akima1DInterpolator(xs, xs), lambda: interpolate.SmoothBivariateSpline(X[:60, 0], X[:60, 1], yr[:60]), lambda: interpolate.LinearNDInterpolator(X[:20, :2], yr[:20]), lambda: interpolate.splrep(xs, xs), lambda: interpolate.NearestNDInterpolator(X[:20, :2], yr[:20])]):
        save(f"interp-{i}", f)
    for nm, a in [("norm", (1, 2)), ("gamma", (2,)), ("beta", (2, 3)), ("lognorm", (.5,)), ("poisson", (3,)), ("binom", (5, .3)), ("t", (4,)), ("expon", ()), ("weibull_min", (2,)), ("randint", (1, 6)), ("uniform", ())]:
        save("dist-" + nm, lambda nm=nm, a=a: getattr(stats, nm)(*a))
    save("kde", lambda: stats.gaussian_kde(X[:, 0])); save("mvn", lambda: stats.multivariate_normal([0, 0], np.eye(2))); save("ttest", lambda: stats.ttest_ind(X[:, 0], X[:, 1])); save("ks", lambda: stats.ks_2samp(X[:, 0], X[:, 1])); save("linreg", lambda: stats.linregress(X[:, 0], yr)); save("opt", lambda: optimize.minimize(lambda z: (z ** 2).sum(), np.ones(2), method=dice.choice(["BFGS", "L-BFGS-B", "Nelder-Mead"]))); save("ckd", lambda: spatial.cKDTree(X)); save("kd", lambda: spatial.KDTree(X)); save("rot", lambda: spatial.transform.Rotation.from_euler("x", 1)); save("hull", lambda: spatial.ConvexHull(X[:, :2])); save("lti", lambda: signal.lti([1], [1, 2])); save("describe-sp", lambda: stats.describe(X[:, 0])); save("chi2c", lambda: stats.chi2_contingency([[10, 20], [20, 10]])); save("ecdf", lambda: stats.ecdf(X[:, 0])); save("histo", lambda: stats.rv_histogram(np.histogram(X[:, 0])))


def plain():
    N = collections.namedtuple("N", "a b")
    save("std", lambda: {"od": collections.OrderedDict(a=1), "dd": collections.defaultdict(list, a=[1]), "ddd": collections.defaultdict(int), "c": collections.Counter("aab"), "dq": collections.deque([1, 2], 5), "dec": decimal.Decimal("1.1"), "fr": fractions.Fraction(1, 3), "u": uuid.UUID(int=5), "p": pathlib.Path("x/y"), "d": datetime.date.today(), "dt": datetime.datetime.now(), "td": datetime.timedelta(1), "tz": datetime.timezone.utc, "cx": 1 + 2j, "fs": frozenset([1]), "s": {1, 2}, "ba": bytearray(b"x"), "r": range(3), "sl": slice(1, 2), "e": ..., "ni": NotImplemented, "ty": [int, str, float, dict, list, type(None)], "b": b"x" * 300, "big": 10 ** 40})
    save("ddd-nested", lambda: collections.defaultdict(dict, a={1: 2})); save("cm", lambda: collections.ChainMap({"a": 1}, {"b": 2})); save("partial", lambda: functools.partial(np.clip, a_min=0, a_max=1)); save("partial2", lambda: functools.partial(np.percentile, q=90)); save("userdict", lambda: collections.UserDict(a=1)); save("rand", lambda: random.Random(3)); save("arr", lambda: __import__("array").array("d", [1, 2])); save("ns", lambda: __import__("types").SimpleNamespace(a=1)); save("ip", lambda: __import__("ipaddress").ip_address("10.0.0.1")); save("re", lambda: __import__("re").compile("^a+")); save("it", lambda: iter([1, 2, 3])); save("http", lambda: __import__("http").HTTPStatus.OK); save("exc", lambda: ValueError("bad", 3)); save("log", lambda: __import__("logging").getLogger("model")); save("ops", lambda: [__import__("operator").itemgetter(1), __import__("operator").attrgetter("a"), __import__("operator").add]); save("strm", lambda: [str.lower, str.strip, str.upper]); save("bi", lambda: [len, max, min, sum, abs, sorted, round])


def boosters():
    try:
        import xgboost as xgb
        save("xgb-c", xgb.XGBClassifier(n_estimators=4, max_depth=2), (X, y)); save("xgb-c3", xgb.XGBClassifier(n_estimators=3, objective="multi:softprob", booster="gblinear"), (X, y3)); save("xgb-r", xgb.XGBRegressor(n_estimators=4, booster="dart"), (df[list("abc")], yr)); save("xgb-rf", xgb.XGBRFClassifier(n_estimators=4), (X, y)); save("xgb-rank", lambda: xgb.XGBRanker(n_estimators=3).fit(X, y, qid=np.repeat(np.arange(9), 10))); save("xgb-b", lambda: xgb.train({"max_depth": 2, "objective": "binary:logistic"}, xgb.DMatrix(X, y, feature_names=list("abcdef")), 3)); save("xgb-eval", lambda: xgb.XGBClassifier(n_estimators=5, eval_metric=["auc", "logloss"], early_stopping_rounds=2).fit(X, y, eval_set=[(X, y)], verbose=False)); save("xgb-cat", lambda: xgb.XGBRegressor(n_estimators=3, enable_categorical=True, tree_method="hist").fit(df[["a", "sex"]], yr)); save("xgb-unfit", lambda: xgb.XGBRegressor()); save("xgb-mono", xgb.XGBRegressor(n_estimators=3, monotone_constraints=(1, 0, 0, 0, 0, 0), missing=-1), (X, yr)); save("xgb-rfr", xgb.XGBRFRegressor(n_estimators=3), (X, yr))
        m = xgb.XGBClassifier(n_estimators=3).fit(X, y); m.save_model(f"{out}/x.json"); m.save_model(f"{out}/x.ubj"); count["made"] += 2
        from sklearn import model_selection, pipeline, preprocessing
        save("xgb-grid", model_selection.GridSearchCV(xgb.XGBClassifier(n_estimators=3), {"max_depth": [1, 2]}, cv=2), (X, y)); save("xgb-flow", pipeline.make_pipeline(preprocessing.StandardScaler(), xgb.XGBRegressor(n_estimators=3)), (X, yr)); save("xgb-cbs", lambda: xgb.XGBClassifier(n_estimators=4, callbacks=[xgb.callback.EarlyStopping(2)]).fit(X, y, eval_set=[(X, y)], verbose=False)); save("xgb-many", lambda: {"a": m, "b": [m.get_booster()], "p": m.get_params()})
    except ImportError as e:
        print(e)
    try:
        import lightgbm as lgb
        q = {"verbose": -1, "n_estimators": 4, "min_child_samples": 5}
        save("lgb-c", lgb.LGBMClassifier(**q), (X, y)); save("lgb-c3", lgb.LGBMClassifier(boosting_type="dart", **q), (X, y3)); save("lgb-r", lgb.LGBMRegressor(objective="quantile", alpha=.3, **q), (df[list("ab")], yr)); save("lgb-rank", lambda: lgb.LGBMRanker(**q).fit(X, y, group=[45, 45])); save("lgb-b", lambda: lgb.train({"verbose": -1}, lgb.Dataset(X, yr), 3)); save("lgb-cat", lambda: lgb.LGBMClassifier(**q).fit(df[["a", "sex"]], y)); save("lgb-eval", lambda: lgb.LGBMClassifier(**q).fit(X, y, eval_set=[(X, y)], callbacks=[lgb.early_stopping(2, verbose=False)])); save("lgb-unfit", lambda: lgb.LGBMRegressor()); save("lgb-cv", lambda: lgb.cv({"verbose": -1, "objective": "binary"}, lgb.Dataset(X, y), 3, nfold=2)); lgb.LGBMRegressor(**q).fit(X, yr).booster_.save_model(f"{out}/l.txt"); count["made"] += 1
        from sklearn import calibration, multioutput, pipeline, preprocessing
        save("lgb-cal", calibration.CalibratedClassifierCV(lgb.LGBMClassifier(**q), cv=2), (X, y)); save("lgb-mo", multioutput.MultiOutputRegressor(lgb.LGBMRegressor(**q)), (X, Y2)); save("lgb-flow", pipeline.make_pipeline(preprocessing.MinMaxScaler(), lgb.LGBMClassifier(**q)), (X, y))
    except ImportError as e:
        print(e)


for part in (learners, frames, arrays, plain, boosters):
    try:
        part()
    except Exception:
        import traceback
        traceback.print_exc()
print(dict(count), len(os.listdir(out)), "files")
