package pickle

import (
	"slices"
	"strings"
)

// A namespace rule vouches for classes that are not in the tables one by one. It
// must hold for releases that nobody has seen yet, so it asks for much:
//
//   - The module lies in a named subpackage of a named library, whose classes by
//     convention do nothing in __new__ and only store in __setstate__
//     (scikit-learn: BaseEstimator.__setstate__ updates __dict__; torch.nn:
//     Module.__setstate__ the same; Cython classes read their own C fields).
//   - The name has the form of a class (CamelCase, no dots), because functions
//     are never allowed by namespace. The form alone proves nothing: a library's
//     modules also hold classes that they import from elsewhere. Those are in
//     borrowed, which was read off the libraries, and are not allowed.
//   - Only __new__ and BUILD are allowed. A call, which would run __init__, isn't,
//     nor any change of items. So a class that opens files or starts processes
//     when it is constructed stays unused.
//   - What the class is given as state was judged value by value on its own.
//
// Tests, datasets, experiments, build scripts and vendored code are left out.

type namespace struct {
	root string
	subs string // subpackages, separated by blanks; "" allows root itself
	why  string
	use  use
	only string // the names' ending, one of these; "" any
	over bool   // see entry.over
}

var namespaces = []namespace{
	{"sklearn", `linear_model ensemble tree svm neighbors naive_bayes cluster decomposition preprocessing impute pipeline compose
		feature_extraction feature_selection gaussian_process isotonic kernel_approximation kernel_ridge manifold mixture
		model_selection multiclass multioutput neural_network covariance cross_decomposition calibration discriminant_analysis
		dummy random_projection semi_supervised metrics frozen _loss`,
		"a scikit-learn class: __new__ does nothing, __setstate__ stores", class, "", false},
	// Libraries whose classes are scikit-learn's estimators: asked by bench/artefacts/convention.py,
	// none of the classes under these modules has a __new__, __setstate__, __del__, hash,
	// attribute hook or setter of its own.
	{"imblearn", "combine ensemble over_sampling under_sampling pipeline base", "a sampler or estimator by scikit-learn's conventions: stores", class, "", false},
	{"feature_engine", "imputation outliers encoding discretisation transformation selection creation scaling datetime wrappers preprocessing",
		"a step by scikit-learn's conventions: stores", class, "", false},
	{"category_encoders", `backward_difference basen binary cat_boost count count_target gray glmm hashing helmert james_stein leave_one_out m_estimate multi_hot one_hot ordinal
		polynomial quantile_encoder rankhot sum_coding target_encoder woe wrapper`, "an encoder by scikit-learn's conventions: stores", class, "Encoder", false},
	{"sksurv", "ensemble linear_model svm", "a survival model by scikit-learn's conventions: stores", class, "Analysis SurvivalTrees SurvivalForest SVM CoxPH Ridge Estimator", false},
	{"sksurv", "functions", "a step function: two arrays", class, "StepFunction", false},
	{"sksurv", "tree", "a survival model by scikit-learn's conventions: stores", class, "SurvivalTree", false},
	// lightgbm.sklearn and xgboost.sklearn also hold classes whose __del__ frees a
	// pointer out of their state: only the estimators' own prefix.
	{"lightgbm", "sklearn", "a LightGBM estimator: scikit-learn's conventions", class, "", false},
	{"xgboost", "sklearn", "an XGBoost estimator: scikit-learn's conventions", class, "", false},
	// Not scipy.stats: rv_generic.__setstate__ executes a string of its state.
	{"scipy.interpolate", "_interpolate _bsplines _cubic _fitpack2 _rbf _rbfinterp _rgi _polyint _ndgriddata interpolate", "a SciPy interpolator: state is stored", class, "", false},
	// Only the results of tests, tuples and records by construction; see the loop.
	{"scipy.stats", `_binomtest _crosstab _fit _hypotests _mannwhitneyu _mgc _morestats _mstats_basic _multicomp _odds_ratio _page_trend_test
		_relative_risk _resampling _sensitivity_analysis _stats_mstats_common _stats_py _survival contingency _correlation _entropy _wilcoxon _qmc`,
		"the result of a test: numbers by name", class, "", false},
	{"torch.nn.modules", "activation adaptive batchnorm channelshuffle container conv distance dropout flatten fold instancenorm linear linear_cross_entropy_options loss normalization padding pixelshuffle pooling rnn sparse transformer upsampling module",
		"a layer of torch: Module.__setstate__ stores", class, "", false},
	{"torch.distributions", `bernoulli beta binomial categorical cauchy chi2 continuous_bernoulli dirichlet exp_family exponential fishersnedecor gamma
		generalized_pareto geometric gumbel half_cauchy half_normal independent inverse_gamma kumaraswamy laplace lkj_cholesky log_normal logistic_normal
		lowrank_multivariate_normal mixture_same_family multinomial multivariate_normal negative_binomial normal one_hot_categorical pareto poisson
		relaxed_bernoulli relaxed_categorical studentT transformed_distribution transforms uniform von_mises weibull wishart constraints`, "a distribution of torch: tensors", class, "", false},
	{"torch.ao.nn.quantized", "modules dynamic", "a quantised layer of torch: __setstate__ stores", class, "", false},
	{"torch.nn.quantized", "modules dynamic", "a quantised layer of torch: __setstate__ stores", class, "", false},
	{"torch.optim", "lbfgs adadelta adagrad adam adamax adamw asgd nadam radam rmsprop rprop sgd sparse_adam lr_scheduler _adafactor _muon swa_utils", "an optimiser of torch: __setstate__ stores", class, "", false},
	{"torchvision", "models ops transforms", "a layer or step of torchvision: stores", class, "", false},
	{"torch.utils.data", "sampler", "a sampler: numbers, and a data set vouched for", class, "Sampler", false},
	{"torch.utils.data", "distributed", "a sampler: numbers, and a data set vouched for", class, "DistributedSampler", false},
	{"torch.utils.data", "dataset", "a data set in memory: tensors", class, "Dataset Subset", false},
	{"torch.ao.nn", "intrinsic qat quantizable quantized sparse", "a layer of torch for fewer bits: __setstate__ stores or packs tensors", class, "", false},
	{"torch.nn.intrinsic", "modules qat quantized", "a layer of torch for fewer bits: __setstate__ stores or packs tensors", class, "", false},
	{"torch.nn.qat", "modules dynamic", "a layer of torch for fewer bits: __setstate__ stores", class, "", false},
	{"torch.ao.quantization", "observer", "watches the range of tensors: a layer of torch that stores", class, "Observer ObserverBase", true},
	{"torch.ao.quantization", "fake_quantize", "rounds tensors: a layer of torch that stores", class, "FakeQuantize FakeQuantizeBase", true},
	{"torch.ao.quantization", "stubs", "marks a place: a layer of torch that stores", class, "Stub QuantWrapper", true},
}

// borrowed are names of class form that the modules of the namespaces import
// from elsewhere, or that do more than store. They are never allowed by shape.
var borrowed = func() map[string]bool {
	t := make(map[string]bool)
	for _, n := range strings.Fields(borrowedNames) {
		t[n] = true
	}
	return t
}()

// shape returns what a namespace rule says of a name, nil if none holds.
func shape(module, name string) *entry {
	if e := cythonUnpickle(module, name); e != nil {
		return e
	}
	if e := torchConstant(module, name); e != nil {
		return e
	}
	if distribution(module, name) {
		return &entry{use: useValue | useNew, state: stateDistribution, why: "a SciPy distribution whose argument parser is the usual one"}
	}
	if !className(name) || borrowed[name] || strings.Contains(module, ".tests") || strings.Contains(module, "conftest") ||
		strings.Contains(module, "._testing") || strings.Contains(module, "externals") {
		return nil
	}
	if e := cythonReduce(module, name); e != nil {
		return e
	}
	for i := range namespaces {
		n := &namespaces[i]
		rest, ok := strings.CutPrefix(module, n.root+".")
		if !ok {
			continue
		}
		if n.root == "scipy.stats" && !strings.HasSuffix(name, "Result") {
			return nil
		}
		if n.root == "lightgbm" && !strings.HasPrefix(name, "LGBM") || n.root == "xgboost" && !strings.HasPrefix(name, "XGB") {
			return nil
		}
		sub, _, _ := strings.Cut(rest, ".")
		for _, s := range strings.Fields(n.subs) {
			if s == sub && n.ends(name) {
				return &entry{use: n.use, why: n.why, over: n.over}
			}
		}
	}
	return nil
}

// ends says that a name ends as the rule wants.
func (n *namespace) ends(name string) bool {
	return n.only == "" || slices.ContainsFunc(strings.Fields(n.only), func(e string) bool { return strings.HasSuffix(name, e) })
}

// className says that s has the form of a class: an optional underscore, a
// capital, and a small letter or no further underscore; no dots.
func className(s string) bool {
	t := strings.TrimPrefix(s, "_")
	if len(t) < 2 || t[0] < 'A' || t[0] > 'Z' {
		return false
	}
	lower := false
	for _, c := range []byte(t) {
		switch {
		case c >= 'a' && c <= 'z':
			lower = true
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_':
		default:
			return false
		}
	}
	// PCA, SVC, LSTM … have no small letters. A constant has an underscore.
	return lower || !strings.Contains(t, "_")
}

// cythonModules are compiled modules whose classes take numbers and arrays in
// their constructors, copy them into C fields, and do nothing else; their
// pickles call them with those.
var cythonModules = map[string]bool{
	"sklearn.tree._tree": true, "sklearn.tree._criterion": true, "sklearn.tree._splitter": true,
	"sklearn.linear_model._sgd_fast": true, "sklearn._loss._loss": true, "sklearn.neighbors._kd_tree": true,
	"sklearn.neighbors._ball_tree": true, "sklearn.metrics._dist_metrics": true, "sklearn.neighbors._quad_tree": true,
	"sklearn.neighbors._partition_nodes": true, "_loss": true, "sklearn.ensemble._hist_gradient_boosting.common": true,
}

func cythonReduce(module, name string) *entry {
	if !cythonModules[module] {
		return nil
	}
	return &entry{use: record, why: "a compiled scikit-learn class: copies numbers into its fields"}
}

// cythonUnpickle allows the functions that Cython generates for its classes,
// __pyx_unpickle_X(class, checksum, state): they make an instance with __new__,
// and put the state into C fields and __dict__. The prefix is Cython's own; no
// hand-written function of these libraries has it. The class that is handed in is
// judged by the rule.
func cythonUnpickle(module, name string) *entry {
	if !strings.HasPrefix(name, "__pyx_unpickle_") || strings.Contains(name, ".") {
		return nil
	}
	// scikit-learn 1.4 to 1.6 wrote its compiled losses under the name that its build
	// gave them, "_loss".
	if module == "_loss" {
		module = "sklearn._loss._loss"
	}
	for _, lib := range [...]string{"sklearn.", "pandas._libs.", "numpy.random.", "scipy."} {
		if strings.HasPrefix(module, lib) {
			return &entry{rule: ruleCython, why: "Cython's reconstructor, of classes vouched for"}
		}
	}
	return nil
}
