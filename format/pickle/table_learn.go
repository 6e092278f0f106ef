package pickle

// learnGroups is scikit-learn's functions, joblib, XGBoost and LightGBM. The
// estimators themselves are classes under the namespace rules in shape.go.
var learnGroups = []group{
	{why: "boosters of a cross-validation: __setstate__ stores", use: class, in: "lightgbm.engine.", names: "CVBooster"},
	// Functions as parameters: called with data at fit or predict, never while
	// loading. Exact names only.
	{why: "a score for selecting features", use: useValue | useFunc, in: "sklearn.feature_selection.", names: `_univariate_selection.f_classif
		_univariate_selection.f_regression _univariate_selection.chi2 _univariate_selection.r_regression _univariate_selection.f_oneway
		_mutual_info.mutual_info_classif _mutual_info.mutual_info_regression univariate_selection.f_classif univariate_selection.chi2
		univariate_selection.f_regression mutual_info_.mutual_info_classif`},
	{why: "a metric", use: useValue | useFunc, in: "sklearn.metrics.", names: `_classification.accuracy_score _classification.f1_score
		_classification.fbeta_score _classification.precision_score _classification.recall_score _classification.log_loss
		_classification.balanced_accuracy_score _classification.matthews_corrcoef _classification.jaccard_score _classification.brier_score_loss
		_classification.cohen_kappa_score _classification.hamming_loss _classification.zero_one_loss _classification.hinge_loss
		_classification.d2_log_loss_score _classification.class_likelihood_ratios _classification.d2_brier_score
		_ranking.roc_auc_score _ranking.average_precision_score _ranking.top_k_accuracy_score _ranking.ndcg_score _ranking.dcg_score
		_ranking.label_ranking_average_precision_score _ranking.label_ranking_loss _ranking.coverage_error
		_regression.mean_absolute_error _regression.mean_squared_error _regression.mean_squared_log_error _regression.median_absolute_error
		_regression.r2_score _regression.explained_variance_score _regression.max_error _regression.mean_poisson_deviance
		_regression.mean_gamma_deviance _regression.mean_tweedie_deviance _regression.mean_absolute_percentage_error
		_regression.root_mean_squared_error _regression.root_mean_squared_log_error _regression.mean_pinball_loss
		_regression.d2_absolute_error_score _regression.d2_pinball_score _regression.d2_tweedie_score
		pairwise.euclidean_distances pairwise.cosine_similarity pairwise.rbf_kernel pairwise.linear_kernel pairwise.polynomial_kernel
		pairwise.sigmoid_kernel pairwise.laplacian_kernel pairwise.chi2_kernel pairwise.manhattan_distances pairwise.cosine_distances
		_scorer._passthrough_scorer _scorer.positive_likelihood_ratio _scorer.negative_likelihood_ratio`},
	{why: "a metric of clusters", use: useValue | useFunc, in: "sklearn.metrics.cluster.", names: `_supervised.adjusted_rand_score
		_supervised.normalized_mutual_info_score _supervised.adjusted_mutual_info_score _supervised.mutual_info_score _supervised.rand_score
		_supervised.completeness_score _supervised.homogeneity_score _supervised.v_measure_score _supervised.fowlkes_mallows_score
		_unsupervised.silhouette_score _unsupervised.calinski_harabasz_score _unsupervised.davies_bouldin_score`},
	{why: "a function of arrays", use: useValue | useFunc, in: "sklearn.cluster.", names: `_agglomerative.ward_tree _agglomerative.linkage_tree
		_agglomerative._complete_linkage _agglomerative._average_linkage _agglomerative._single_linkage
		_kmeans._kmeans_single_lloyd _kmeans._kmeans_single_elkan`},
	{why: "a score of estimators", use: useValue | useFunc, in: "sklearn.", names: `inspection._permutation_importance.permutation_importance
		decomposition._fastica._logcosh decomposition._fastica._exp decomposition._fastica._cube preprocessing._data.scale preprocessing._data.robust_scale
		preprocessing._data.minmax_scale preprocessing._data.maxabs_scale preprocessing._data.normalize preprocessing._function_transformer._identity utils.validation.check_array
		utils.validation.check_X_y utils.validation.column_or_1d utils.validation._num_samples preprocessing._data.quantile_transform
		preprocessing._data.power_transform preprocessing._label.label_binarize preprocessing._data.binarize utils.extmath.softmax`},

	// Compiled parts: a class first, then numbers and arrays.
	{why: "makes a compiled object of a class vouched for", rule: ruleClassFirst, in: "sklearn.", names: `metrics._dist_metrics.newObj
		neighbors._kd_tree.newObj neighbors._ball_tree.newObj neighbors._dist_metrics.newObj neighbors.kd_tree.newObj neighbors.ball_tree.newObj
		neighbors.dist_metrics.newObj`},
	{why: "scikit-learn's bag of named values", use: class | useItems, rule: ruleContainer, in: "sklearn.utils.", names: "_bunch.Bunch Bunch"},
	{why: "a record of scikit-learn: attributes only", use: class, in: "sklearn.utils.", names: `_metadata_requests.MetadataRequest
		_metadata_requests.MethodMetadataRequest _metadata_requests.MetadataRouter _metadata_requests.MethodMapping _metadata_requests.MethodPair
		_metadata_requests.RouterMappingPair _tags.Tags _tags.TargetTags _tags.InputTags _tags.ClassifierTags _tags.RegressorTags
		_tags.TransformerTags _encode.MissingValues _param_validation.Interval _param_validation.StrOptions`},
	{why: "a record of scikit-learn: attributes only", use: class, in: "sklearn.", names: `compose._column_transformer.make_column_selector utils._set_output._SetOutputMixin base.BaseEstimator callback.ProgressBar
		utils.metadata_routing.MetadataRequest`},

	// joblib: wrappers of arrays that follow in the same file.
	{why: "an array that joblib writes beside the pickle", use: class, state: buildWrapper, in: "joblib.numpy_pickle.", names: "NumpyArrayWrapper"},

	// Boosters: the model is a bytearray or a string, parsed by native code.
	{why: "an XGBoost model: bytes for the native library", use: class, in: "xgboost.core.", names: "Booster"},
	{why: "a record of XGBoost", use: class, in: "xgboost.", names: "callback.EarlyStopping callback.EvaluationMonitor callback.LearningRateScheduler"},
	{why: "a LightGBM model: text for the native library", use: class, in: "lightgbm.basic.", names: "Booster"},
	{why: "LightGBM's objective, a record", use: class, in: "lightgbm.", names: "callback._EarlyStoppingCallback callback._LogEvaluationCallback callback._RecordEvaluationCallback"},
}
