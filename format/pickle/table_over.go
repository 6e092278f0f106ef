package pickle

import "strings"

// overGroups is what is vouched for inside of modules that the table of the dangerous
// names as a whole. A use that is not the one written here is malicious, as it
// would be without the entry.
var overGroups = []group{
	// torch/jit/_pickle.py: each returns its argument; the types matter to the native
	// reader alone.
	{why: "marks a list's type in a TorchScript archive: returns its argument", rule: ruleIdentity, over: true, in: "torch.jit._pickle.",
		names: "build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag"},
	// A discrete distribution of SciPy keeps vectorised methods of its own. Made by
	// __new__ it calls nothing; called, as a constructor, it is the attacker's map.
	{why: "a function over arrays, not called while loading", use: class, over: true, in: "numpy.", names: "vectorize lib.function_base.vectorize lib._function_base_impl.vectorize"},
	{why: "an iterator over a plain container", use: useValue, rule: ruleContainer, state: stateNumber, over: true, in: "builtins.", names: "iter"},
	{why: "a function of plain values", use: useValue | useFunc, rule: ruleContainer, over: true, in: "builtins.", names: "sorted"},
	{why: "a status of HTTP: a number", use: useValue, rule: ruleNumber, over: true, in: "http.", names: "HTTPStatus HTTPMethod"},
}

// statsGroups is what SciPy keeps beside distributions and arrays.
var statsGroups = []group{
	{why: "a frozen distribution: its parameters", use: class, in: "scipy.stats._multivariate.", names: `multivariate_normal_gen multivariate_normal_frozen
		matrix_normal_gen matrix_normal_frozen dirichlet_gen dirichlet_frozen wishart_gen wishart_frozen invwishart_gen invwishart_frozen multinomial_gen
		multinomial_frozen multivariate_t_gen multivariate_t_frozen multivariate_hypergeom_gen multivariate_hypergeom_frozen _PSD`},
	{why: "a covariance: arrays", use: class, in: "scipy.stats._covariance.", names: "Covariance CovViaPSD CovViaPrecision CovViaCholesky CovViaDiagonal CovViaEigendecomposition"},
	{why: "an estimate: numbers by name", use: class, in: "scipy.stats.", names: "_survival.EmpiricalDistributionFunction _common.ConfidenceInterval _stats_py.TtestResultBase"},
	{why: "a linear system: coefficients", use: class, in: "scipy.signal._ltisys.", names: `TransferFunctionContinuous TransferFunctionDiscrete
		ZerosPolesGainContinuous ZerosPolesGainDiscrete StateSpaceContinuous StateSpaceDiscrete`},
	{why: "an interpolator: its points", use: class, in: "scipy.interpolate.", names: `interpnd.LinearNDInterpolator interpnd.CloughTocher2DInterpolator
		_interpnd.LinearNDInterpolator _interpnd.CloughTocher2DInterpolator`},
	{why: "a solver's result or bounds: numbers by name", use: class | useItems, in: "scipy.", names: `integrate._ivp.ivp.OdeResult optimize._constraints.Bounds
		optimize._constraints.LinearConstraint integrate._ivp.common.OdeSolution`},
	{why: "a figure over points: numbers", use: class, in: "scipy.spatial.", names: "_qhull.Voronoi _qhull.HalfspaceIntersection qhull.Voronoi _spherical_voronoi.SphericalVoronoi"},
	{why: "an Arrow value: built from a value and a type", use: useValue, rule: rulePlain, in: "pyarrow.lib.", names: "scalar"},
	{why: "a method of a discrete distribution", use: useValue | useFunc, in: "scipy.stats._distn_infrastructure.", names: "_drv2_ppfsingle _drv2_moment _drv_ppfsingle"},
}

// ruleIdentity: returns its first argument.
func ruleIdentity(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 || len(args) > 2 {
		return 0, "is called with what we can't follow"
	}
	return args[0], ""
}

// ruleNumber: one plain number.
func ruleNumber(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 1 || args[0].kind() != kInt && args[0].kind() != kStr {
		return 0, "is called with other than a number"
	}
	return m.made(g, args), ""
}

// stateNumber is BUILD with a number: how far an iterator is.
func stateNumber(m *machine, inst, state value) string {
	if state.kind() != kInt {
		return "is given a state other than a number"
	}
	return ""
}

// ruleText: a text, and numbers as options.
func ruleText(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 || args[0].kind() != kStr && args[0].kind() != kBytes {
		return 0, "is called with other than a text"
	}
	for _, v := range args[1:] {
		if v.kind() != kInt {
			return 0, "is called with other than a text and numbers"
		}
	}
	return m.made(g, args), ""
}

// ruleNoneFirst: a constructor that opens a file unless its first argument is None.
func ruleNoneFirst(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 || args[0] != vNone {
		return 0, "opens a file"
	}
	return m.made(g, args), ""
}

// ruleType: type(None), type(...): asking, not making. With three arguments it
// would make a class.
func ruleType(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 1 || !args[0].plain() && m.globalOf(args[0]) == nil {
		return 0, "makes a class, or asks what we can't follow for its own"
	}
	return m.made(g, args), ""
}

// bindable says that getattr may take the method from an instance of a class that is
// vouched for. Nothing is called: what comes out is an object with which the
// stream may do nothing but store it.
func bindable(class, method string) bool {
	for _, b := range bindables {
		if strings.HasPrefix(class, b.in) && strings.Contains(b.methods, " "+method+" ") {
			return true
		}
	}
	return false
}

var bindables = []struct{ in, methods string }{
	{"scipy.stats._discrete_distns.", " _entropy _cdf_single _ppf_single _mom_integ0 _mom_integ1 _mom0_sc _mom1_sc "},
	{"scipy.stats._continuous_distns.", " _entropy _cdf_single _ppf_single _mom_integ0 _mom_integ1 _mom0_sc _mom1_sc "},
	{"scipy.stats._distn_infrastructure.", " _entropy _cdf_single _ppf_single _mom_integ0 _mom_integ1 _mom0_sc _mom1_sc "},
	{"torch.optim.lr_scheduler.", " _annealing_cos _annealing_linear _triangular_scale_fn _triangular2_scale_fn _exp_range_scale_fn "},
	{"torch.nn.modules.", " _infer_parameters _lazy_load_hook "},
}

// scriptClass says that a name is one of the classes that a TorchScript archive
// brings along in code/: no module of Python is called so, and torch's own reader
// makes it from source that is judged with the archive.
func scriptClass(module, name string) bool {
	return (module == "__torch__" || strings.HasPrefix(module, "__torch__.")) && name != "" && !strings.Contains(name, ".")
}

var scriptEntry = &entry{use: class, why: "a class of the archive itself, run by torch's interpreter"}
