package pickle

// moreGroups is what programs of data analysis keep beside models: functions that a step
// applies, named results, errors, zones of time. None of the functions may be called by
// the stream; none of the classes has a constructor, a __setstate__, a hash or a
// destructor that does more than store.
var moreGroups = []group{
	// Functions of arrays. Those that call a function of their argument
	// (generic_filter, geometric_transform, bootstrap …) are left out.
	{why: "a function of arrays of text", use: useValue | useFunc, in: "numpy.strings.", names: stringFunctions},
	{why: "a function of arrays of text", use: useValue | useFunc, in: "numpy.core.defchararray.", names: stringFunctions},
	{why: "a function of arrays", use: useValue | useFunc, in: "numpy.fft.", names: "fft ifft rfft irfft fft2 ifft2 fftn fftshift fftfreq rfftfreq"},
	{why: "a function of arrays", use: useValue | useFunc, in: "numpy.linalg.", names: `svd qr eig eigh eigvals eigvalsh solve lstsq matrix_rank matrix_power slogdet
		cond multi_dot cholesky`},
	{why: "a statistic of arrays", use: useValue | useFunc, in: "scipy.stats.", names: `_stats_py.zscore _stats_py.gzscore _stats_py.zmap _stats_py.rankdata _stats_py.iqr
		_stats_py.sem _stats_py.gmean _stats_py.hmean _stats_py.pmean _stats_py.trim_mean _stats_py.skew _stats_py.kurtosis _stats_py.pearsonr
		_stats_py.spearmanr _stats_py.kendalltau _stats_py.pointbiserialr _stats_py.mode _stats_py.median_abs_deviation _stats_py.moment _stats_py.tmean
		_stats_py.tstd _stats_py.tvar _stats_py.trimboth _stats_py.trim1 _stats_py.scoreatpercentile _stats_py.percentileofscore _stats_py.wasserstein_distance
		_stats_py.energy_distance _stats_py.ttest_ind _stats_py.f_oneway _stats_py.kruskal _stats_py.linregress _stats_py.ks_2samp
		_mannwhitneyu.mannwhitneyu _entropy.entropy _entropy.differential_entropy _variation.variation _morestats.boxcox _morestats.yeojohnson
		_morestats.circmean _morestats.circstd`},
	{why: "a filter of pictures", use: useValue | useFunc, in: "scipy.ndimage.", names: `_filters.gaussian_filter _filters.gaussian_filter1d _filters.median_filter
		_filters.uniform_filter _filters.uniform_filter1d _filters.maximum_filter _filters.minimum_filter _filters.percentile_filter _filters.rank_filter
		_filters.gaussian_laplace _filters.gaussian_gradient_magnitude _filters.laplace _filters.sobel _filters.prewitt _filters.convolve _filters.convolve1d
		_filters.correlate _filters.correlate1d _interpolation.zoom _interpolation.rotate _interpolation.shift _interpolation.affine_transform
		_interpolation.map_coordinates _interpolation.spline_filter _morphology.binary_closing _morphology.binary_opening _morphology.binary_dilation
		_morphology.binary_erosion _morphology.binary_fill_holes _morphology.grey_closing _morphology.grey_opening _morphology.grey_dilation
		_morphology.grey_erosion _morphology.white_tophat _morphology.black_tophat _morphology.distance_transform_edt _measurements.label
		_measurements.center_of_mass`},
	{why: "a filter of signals", use: useValue | useFunc, in: "scipy.signal.", names: `_savitzky_golay.savgol_filter _signaltools.medfilt _signaltools.detrend
		_signaltools.resample _signaltools.decimate _signaltools.filtfilt _signaltools.sosfiltfilt _signaltools.sosfilt _signaltools.lfilter _signaltools.hilbert
		_signaltools.wiener _spectral_py.welch _spectral_py.spectrogram _peak_finding.find_peaks`},
	{why: "a distance of two rows", use: useValue | useFunc, in: "scipy.spatial.distance.", names: "jensenshannon"},
	{why: "a function of numbers", use: useValue | useFunc, in: "scipy.special._logsumexp.", names: "logsumexp softmax log_softmax"},
	{why: "a function of columns", use: useValue | useFunc, in: "pandas.", names: `get_dummies to_numeric to_datetime to_timedelta cut qcut concat isna notna
		factorize unique core.reshape.encoding.get_dummies core.reshape.reshape.get_dummies core.tools.numeric.to_numeric
		core.tools.datetimes.to_datetime core.tools.timedeltas.to_timedelta core.reshape.tile.cut core.reshape.tile.qcut core.reshape.concat.concat
		core.dtypes.missing.isna core.dtypes.missing.notna core.algorithms.factorize core.algorithms.unique`},
	{why: "a statistic of plain numbers", use: useValue | useFunc, in: "statistics.", names: "mean fmean median mode stdev pstdev variance pvariance geometric_mean harmonic_mean"},
	{why: "arithmetic", use: useValue | useFunc, in: "_operator.", names: "pow mod floordiv and_ or_ xor not_ inv pos matmul"},
	{why: "arithmetic", use: useValue | useFunc, in: "math.", names: "hypot pow erf erfc gamma lgamma isnan isinf isfinite degrees radians asin acos atan atan2 sinh cosh tanh expm1 trunc"},

	// Tuples with names, whose __new__ is tuple's.
	{why: "a named result: a tuple of arrays", use: class, in: "numpy.", names: `linalg._linalg.EigResult linalg._linalg.EighResult linalg._linalg.QRResult
		linalg._linalg.SlogdetResult linalg._linalg.SVDResult linalg.linalg.EigResult linalg.linalg.EighResult linalg.linalg.QRResult linalg.linalg.SlogdetResult
		linalg.linalg.SVDResult lib._arraysetops_impl.UniqueAllResult lib._arraysetops_impl.UniqueCountsResult lib._arraysetops_impl.UniqueInverseResult`},
	{why: "a named tuple", use: class, in: "", names: "difflib.Match decimal.DecimalTuple"},
	// An address taken apart. Asking it for its host or port takes the text apart; nothing is opened.
	{why: "an address taken apart: a tuple of texts", use: class, over: true, in: "urllib.parse.", names: "ParseResult SplitResult DefragResult"},
	{why: "a moment: a tuple of numbers", use: useValue, rule: ruleFields, in: "time.", names: "struct_time"},

	{why: "what a function of tensors returned: a tuple with names", use: useValue, rule: ruleFields, in: "torch.return_types.", names: `aminmax aminmax_out cummax cummax_out cummin cummin_out frexp frexp_out geqrf geqrf_out histogram histogram_out histogramdd kthvalue
		kthvalue_out linalg_cholesky_ex linalg_cholesky_ex_out linalg_eig linalg_eig_out linalg_eigh linalg_eigh_out linalg_inv_ex linalg_inv_ex_out
		linalg_ldl_factor linalg_ldl_factor_ex linalg_ldl_factor_ex_out linalg_ldl_factor_out linalg_lstsq linalg_lstsq_out linalg_lu
		linalg_lu_factor linalg_lu_factor_ex linalg_lu_factor_ex_out linalg_lu_factor_out linalg_lu_out linalg_polar linalg_polar_out linalg_qr
		linalg_qr_out linalg_slogdet linalg_slogdet_out linalg_solve_ex linalg_solve_ex_out linalg_svd linalg_svd_out lu_unpack lu_unpack_out max
		max_out median median_out min min_out mode mode_out nanmedian nanmedian_out slogdet slogdet_out sort sort_out svd svd_out topk topk_out
		triangular_solve triangular_solve_out`},

	// Errors that programs keep beside results. They are made, not raised.
	{why: "an exception: stores its arguments", use: record, in: "builtins.", names: `FileNotFoundError FileExistsError PermissionError TimeoutError ConnectionError
		ConnectionResetError ConnectionRefusedError ConnectionAbortedError BrokenPipeError InterruptedError IsADirectoryError NotADirectoryError
		ProcessLookupError ChildProcessError BlockingIOError RecursionError ModuleNotFoundError UnboundLocalError ReferenceError StopAsyncIteration
		SystemError KeyboardInterrupt UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError PendingDeprecationWarning SyntaxWarning
		ImportWarning UnicodeWarning BytesWarning ResourceWarning EncodingWarning`},
	{why: "an exception: stores its arguments", use: class | useCall, in: "numpy.", names: `linalg.LinAlgError linalg.linalg.LinAlgError exceptions.ComplexWarning
		exceptions.VisibleDeprecationWarning exceptions.ModuleDeprecationWarning exceptions.RankWarning exceptions.TooHardError exceptions.DTypePromotionError`},
	{why: "an exception: stores its arguments", use: record, in: "sklearn.exceptions.", names: `NotFittedError ConvergenceWarning DataConversionWarning
		DataDimensionalityWarning EfficiencyWarning FitFailedWarning InconsistentVersionWarning PositiveSpectrumWarning SkipTestWarning UndefinedMetricWarning
		UnsetMetadataPassedError EstimatorCheckFailedWarning`},
	{why: "an exception: texts and numbers", use: useValue, rule: ruleWords, in: "", names: "json.decoder.JSONDecodeError numpy.exceptions.AxisError"},

	// Zones of time without a file.
	{why: "a time zone: its rule, as numbers", use: class, in: "dateutil.tz.tz.", names: "tzrange tzstr"},
	{why: "a time zone: its changes, as numbers", use: useValue, in: "dateutil.tz._tzfile.", names: "tzfile"},
	{why: "makes a time zone out of the stream's numbers", rule: ruleZone, in: "dateutil.tz._tzfile.", names: "_unpickle"},

	// pandas: what describes a grouping, and calendars.
	{why: "describes a grouping: attributes", use: class, in: "pandas.", names: `Grouper NamedAgg core.groupby.grouper.Grouper core.groupby.generic.NamedAgg
		api.typing.TimeGrouper core.resample.TimeGrouper`},
	{why: "a calendar of holidays: attributes", use: class, in: "pandas.tseries.holiday.", names: `Holiday USFederalHolidayCalendar AbstractHolidayCalendar`},

	{why: "makes an empty masked array of a class vouched for", rule: ruleArray, in: "numpy.ma.mrecords.", names: "_mrreconstruct"},
	{why: "the limits of a type: numbers", use: class, in: "numpy.", names: "finfo iinfo core.getlimits.finfo core.getlimits.iinfo"},
	{why: "a normal distribution: two numbers", use: class, in: "statistics.", names: "NormalDist"},

	// SciPy: points, matrices, options. No __setstate__ but the attributes; where
	// attributes are set by functions that check them, only a dict is taken.
	{why: "points spread evenly: numbers and a generator", use: class, in: "scipy.stats._qmc.", names: `Sobol Halton LatinHypercube PoissonDisk MultivariateNormalQMC MultinomialQMC`},
	{why: "a guess of second derivatives: arrays", use: class, in: "scipy.optimize.", names: "_hessian_update_strategy.BFGS _hessian_update_strategy.SR1"},
	{why: "a matrix by what it does: arrays", use: class, in: "scipy.", names: `optimize._lbfgsb_py.LbfgsInvHessProduct optimize.lbfgsb.LbfgsInvHessProduct
		sparse.linalg._interface.MatrixLinearOperator sparse.linalg._interface.IdentityOperator sparse.linalg._interface._AdjointMatrixOperator
		sparse.linalg._interface._AdjointLinearOperator sparse.linalg._interface._TransposedLinearOperator sparse.linalg._interface._SumLinearOperator
		sparse.linalg._interface._ProductLinearOperator sparse.linalg._interface._ScaledLinearOperator sparse.linalg._interface._PowerLinearOperator`},
	{why: "an interpolator: its points", use: class, in: "scipy.interpolate.", names: "_bary_rational.AAA _bary_rational.FloaterHormannInterpolator _ndbspline.NdBSpline"},
	{why: "a solution between its points: arrays", use: class, in: "scipy.integrate._ivp.", names: `rk.RkDenseOutput rk.Dop853DenseOutput bdf.BdfDenseOutput
		radau.RadauDenseOutput lsoda.LsodaDenseOutput base.ConstantDenseOutput`},
	{why: "a result: numbers by name", use: class | useItems, in: "scipy.optimize.", names: "_zeros_py.RootResults zeros.RootResults"},
	{why: "a named result: numbers", use: class, in: "scipy.stats._morestats.", names: "Mean Variance Std_dev"},
	{why: "a window of a signal", use: useValue | useFunc, in: "scipy.signal.windows._windows.", names: "hann hamming blackman kaiser tukey gaussian boxcar bartlett cosine"},
	{why: "options of a regular expression: a number", use: useValue, rule: ruleNumber, in: "re.", names: "RegexFlag"},
	{why: "LightGBM's schedule of parameters, a record", use: class, in: "lightgbm.callback.", names: "_ResetParameterCallback"},
	{why: "a box, sets or a tree: numbers", use: class, in: "scipy.", names: "spatial._kdtree.Rectangle _lib._disjoint_set.DisjointSet cluster.hierarchy.ClusterNode"},
	{why: "a transform of signals: its window", use: useValue | useNew, state: stateAttributes, in: "scipy.signal._short_time_fft.", names: "ShortTimeFFT"},
	{why: "a distribution: its parameters", use: useValue | useNew, state: stateAttributes, in: "scipy.stats.", names: `_new_distributions.Normal
		_new_distributions.StandardNormal _new_distributions.Logistic _new_distributions.Uniform _new_distributions.Binomial _new_distributions._LogUniform
		_new_distributions._Gamma _distribution_infrastructure.Mixture _distribution_infrastructure.TruncatedDistribution
		_distribution_infrastructure.ShiftedScaledDistribution _distribution_infrastructure.OrderStatisticDistribution
		_distribution_infrastructure.MonotonicTransformedDistribution _distribution_infrastructure.FoldedDistribution
		_distribution_infrastructure._Parameterization _distribution_infrastructure._RealParameter _distribution_infrastructure._RealInterval
		_distribution_infrastructure._IntegerInterval`},
}

const stringFunctions = `add capitalize center count decode encode endswith equal expandtabs find greater greater_equal index isalnum isalpha isdecimal isdigit
	islower isnumeric isspace istitle isupper less less_equal ljust lower lstrip mod multiply not_equal partition replace rfind rindex rjust rpartition rstrip
	slice startswith str_len strip swapcase title translate upper zfill`

// ruleWords: texts, numbers and None.
func ruleWords(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known {
		return 0, "is called with what we can't follow"
	}
	for _, v := range args {
		if k := v.kind(); k != kStr && k != kInt && v != vNone {
			return 0, "is called with other than texts and numbers"
		}
	}
	return m.made(g, args), ""
}

// ruleFields: a tuple with names out of a tuple, and perhaps more fields by name. It walks
// its first argument, so that must be a tuple indeed.
func ruleFields(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) == 0 || len(args) > 2 || args[0].kind() != kTuple || len(args) == 2 && args[1].kind() != kDict {
		return 0, "is called with other than a tuple"
	}
	return m.made(g, args), ""
}

// ruleZone: dateutil's _unpickle(class, key, filename, data), since 4.0: an instance of
// the class by __new__, and the tuple's lists into it. The name of the file is kept and
// not opened.
func ruleZone(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 4 || args[3].kind() != kTuple {
		return 0, "is called with other than a class, two names and numbers"
	}
	if cls := m.globalOf(args[0]); cls == nil || cls.entry == nil || cls.callable.Full != "dateutil.tz._tzfile.tzfile" {
		return 0, "makes an instance of another class than a time zone"
	}
	for _, v := range args[1:3] {
		if v.kind() != kStr && v != vNone {
			return 0, "is called with other than a class, two names and numbers"
		}
	}
	data, ok := m.items(args[3])
	for _, v := range data {
		ok = ok && v.plain()
	}
	if !ok {
		return 0, "is called with numbers that we can't follow"
	}
	return m.made(g, args), ""
}

// stateAttributes takes a dict and no pair, whose second half would be set attribute by
// attribute through the class's own functions.
func stateAttributes(m *machine, inst, state value) string {
	if state.kind() != kDict {
		return "is given a state that we can't follow"
	}
	return m.oddState(state)
}
