package pickle

// numpyGroups is numpy and scipy. numpy._core is written numpy.core.
var numpyGroups = []group{
	// Arrays: made by name of class, filled by ndarray.__setstate__, which checks
	// sizes and takes objects only from the list in the stream.
	{why: "makes an empty array of a class vouched for", rule: ruleArray, in: "numpy.core.multiarray.", names: "_reconstruct"},
	{why: "makes an empty masked array of a class vouched for", rule: ruleArray, in: "numpy.ma.core.", names: "_mareconstruct"},
	{why: "a class of arrays", use: class | useArray | useBase, in: "numpy.", names: "ndarray matrix recarray chararray"},
	// memmap.__new__ opens a file; only _reconstruct, which goes round it.
	{why: "a class of arrays", use: useValue | useArray | useBuild, in: "numpy.", names: "memmap core.memmap.memmap"},
	{why: "a class of arrays", use: class | useArray, in: "numpy.", names: "char.chararray core.defchararray.chararray ma.mrecords.MaskedRecords"},
	{why: "the constant masked", use: record, in: "numpy.ma.core.", names: "MaskedConstant"},
	{why: "a class of arrays", use: class | useArray, in: "numpy.", names: "ma.core.MaskedArray ma.MaskedArray rec.recarray core.records.recarray matrixlib.defmatrix.matrix"},
	{why: "a record of an array", use: useValue | useNew | useBuild, in: "numpy.", names: "record core.records.record rec.record"},
	{why: "a scalar from a dtype and bytes", rule: rulePlain, in: "numpy.core.multiarray.", names: "scalar"},
	{why: "an array over a buffer of the stream", rule: rulePlain, in: "numpy.core.numeric.", names: "_frombuffer"},
	{why: "an element type", use: useValue | useBuild, rule: ruleDtype, in: "numpy.", names: "dtype"},
	{why: "an element type", use: useValue | useNew | useCall | useBuild, in: "numpy.dtypes.", names: `Float64DType Float32DType
		Int64DType Int32DType BoolDType ObjectDType StrDType BytesDType DateTime64DType TimeDelta64DType`},
	// Texts of any length: joblib writes an array of them as an array of objects.
	{why: "an element type: texts", use: useValue, rule: ruleStringDtype, in: "numpy.", names: "dtypes.StringDType core._internal._convert_to_stringdtype_kwargs"},
	{why: "a type of numbers", use: useValue | useFunc | useFactory, rule: ruleContainer, in: "numpy.", names: `float16 float32 float64 longdouble int8 int16
		int32 int64 uint8 uint16 uint32 uint64 bool_ bool complex64 complex128 clongdouble str_ bytes_ object_ void datetime64 timedelta64 intc intp
		uintc uintp longlong ulonglong byte ubyte short ushort generic number integer floating inexact signedinteger unsignedinteger`},
	{why: "a constant", use: useValue, in: "numpy.", names: "nan inf newaxis pi e"},
	{why: "a placeholder", use: record, in: "numpy.", names: "_globals._NoValueType _globals._NoValue"},

	// Universal functions: called on arrays, element by element.
	{why: "a function of numbers", use: useValue | useFunc, in: "numpy.", names: ufuncs},
	{why: "a function of numbers", use: useValue | useFunc, in: "numpy.core._multiarray_umath.", names: ufuncs},
	{why: "a universal function, by name", rule: ruleUfunc, in: "numpy.core.", names: "_ufunc_reconstruct _multiarray_umath._ufunc_reconstruct"},
	{why: "a function of arrays", use: useValue | useFunc, in: "numpy.", names: `mean median sum std var min max amin amax argmin argmax ptp prod
		nanmean nanmedian nansum nanstd nanmin nanmax clip round around asarray array ravel percentile quantile cumsum diff ones zeros isclose reshape
		nan_to_num nanvar nanprod nanpercentile nanquantile nanargmax nanargmin nancumsum cumprod average argsort sort unique where any all dot
		interp trapz trapezoid real imag angle sinc digitize histogram bincount corrcoef cov norm transpose squeeze expand_dims concatenate hstack vstack
		stack column_stack atleast_1d atleast_2d flip roll repeat tile full arange linspace logspace geomspace eye identity diag outer inner cross
		count_nonzero flatnonzero nonzero searchsorted take choose compress gradient convolve allclose array_equal real_if_close fix i0 unwrap
		ones_like zeros_like full_like ascontiguousarray asfortranarray asanyarray copy log_softmax`},
	{why: "a function of arrays", use: useValue | useFunc, in: "numpy.linalg.", names: "norm linalg.norm _linalg.norm det inv pinv linalg.det linalg.inv linalg.pinv"},
	{why: "a function of arrays", use: useValue | useFunc, in: "scipy.", names: "_lib.array_api_compat.numpy._aliases.asarray _lib.array_api_compat.numpy.asarray _external.array_api_compat.numpy._aliases.asarray _external.array_api_compat.numpy.asarray"},
	{why: "a function of numbers", use: useValue | useFunc, in: "scipy.special._ufuncs.", names: specialFunctions},
	{why: "a function of numbers", use: useValue | useFunc, in: "scipy.special._special_ufuncs.", names: specialFunctions},
	{why: "a distance of two rows", use: useValue | useFunc, in: "scipy.spatial.distance.", names: `braycurtis canberra chebyshev cityblock correlation cosine dice
		euclidean hamming jaccard mahalanobis minkowski rogerstanimoto russellrao seuclidean sokalmichener sokalsneath sqeuclidean yule`},
	{why: "a function of numbers", use: useValue | useFunc, in: "scipy.special.", names: "expit logit erf erfc gamma gammaln xlogy boxcox inv_boxcox softmax logsumexp"},

	// Random numbers: constructors by name or class, states of integers.
	{why: "a generator of random numbers", rule: ruleBitGenerator, use: useValue | useBuild, in: "numpy.random._pickle.", names: "__randomstate_ctor __generator_ctor __bit_generator_ctor"},
	{why: "a generator of random numbers", use: class, in: "numpy.random.", names: `_mt19937.MT19937 _pcg64.PCG64 _pcg64.PCG64DXSM _philox.Philox
		_sfc64.SFC64 bit_generator.SeedSequence mtrand.RandomState _generator.Generator bit_generator.SeedlessSeedSequence RandomState`},

	{why: "a polynomial: coefficients", use: class, in: "numpy.polynomial.", names: `polynomial.Polynomial chebyshev.Chebyshev legendre.Legendre
		laguerre.Laguerre hermite.Hermite hermite_e.HermiteE`},
	{why: "a polynomial: coefficients", use: class, in: "numpy.", names: "poly1d lib.polynomial.poly1d lib._polynomial_impl.poly1d"},

	// Sparse matrices: attributes that hold arrays. Old ones live in scipy.sparse.csr.
	{why: "a sparse matrix: attributes that hold arrays", use: class | useItems, in: "scipy.sparse.", names: `_csr.csr_matrix _csr.csr_array _csc.csc_matrix
		_csc.csc_array _coo.coo_matrix _coo.coo_array _lil.lil_matrix _lil.lil_array _dok.dok_matrix _dok.dok_array _dia.dia_matrix _dia.dia_array
		_bsr.bsr_matrix _bsr.bsr_array csr.csr_matrix csc.csc_matrix coo.coo_matrix lil.lil_matrix dok.dok_matrix dia.dia_matrix bsr.bsr_matrix
		csr_matrix csc_matrix coo_matrix _arrays.csr_array _arrays.csc_array _arrays.coo_array _arrays.lil_array _arrays.dok_array _arrays.dia_array
		_arrays.bsr_array`},
	{why: "a rotation: quaternions", use: class, in: "scipy.spatial.transform.", names: "_rotation.Rotation _rotation.Slerp rotation.Rotation Rotation"},
	{why: "a search tree over points: numbers", use: class, in: "scipy.spatial.", names: "_ckdtree.cKDTree ckdtree.cKDTree _kdtree.KDTree kdtree.KDTree _qhull.Delaunay _qhull.ConvexHull"},
	{why: "a density estimate: its points", use: class, in: "scipy.stats.", names: "_kde.gaussian_kde kde.gaussian_kde"},
	{why: "a frozen distribution: its parameters", use: class, in: "scipy.stats._distn_infrastructure.", names: "rv_frozen rv_continuous_frozen rv_discrete_frozen"},
	{why: "an interpolator: its points", use: class, in: "scipy.interpolate.", names: "_interpolate.interp1d interpolate.interp1d _interpolate.interp2d"},
	{why: "a method of interp1d, by the name that its state holds", use: useValue, in: "scipy.interpolate._interpolate.interp1d.",
		names: "_call_spline _call_linear _call_linear_np _call_nearest _call_previousnext"},
	{why: "a spline: knots and coefficients", use: class, in: "scipy.interpolate.", names: "_bsplines.BSpline _cubic.PPoly _interpolate.PPoly"},
	{why: "a result: numbers by name", use: record | useItems, in: "scipy.optimize.", names: "_optimize.OptimizeResult optimize.OptimizeResult"},
}

const ufuncs = `absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor cbrt ceil conj conjugate
	copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power floor floor_divide fmax fmin fmod gcd greater greater_equal
	heaviside hypot invert isfinite isinf isnan lcm ldexp less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
	logical_xor matmul maximum minimum mod modf multiply negative nextafter not_equal positive power rad2deg radians reciprocal remainder rint sign
	signbit sin sinh spacing sqrt square subtract tan tanh true_divide trunc abs vecdot matvec vecmat bitwise_count frexp isnat left_shift right_shift acos acosh asin
	asinh atan atan2 atanh bitwise_invert bitwise_left_shift bitwise_not bitwise_right_shift pow`

const specialFunctions = `agm airy airye bdtr bdtrc bdtri beta betainc betaincc betainccinv betaincinv betaln binom boxcox boxcox1p cbrt chdtr chdtrc chdtri chndtr cosdg cosm1
	cotdg dawsn digamma ellipe ellipeinc ellipj ellipk ellipkinc ellipkm1 entr erf erfc erfcinv erfcx erfi erfinv eval_chebyt eval_chebyu eval_genlaguerre
	eval_hermite eval_hermitenorm eval_laguerre eval_legendre exp1 exp10 exp2 expi expit expm1 expn exprel fdtr fdtrc fdtri gamma gammainc gammaincc
	gammainccinv gammaincinv gammaln gammasgn gdtr gdtrc huber hyp0f1 hyp1f1 hyp2f1 hyperu i0 i0e i1 i1e inv_boxcox inv_boxcox1p iv ive j0 j1 jn jv jve k0
	k0e k1 k1e kl_div kn kolmogi kolmogorov kv kve log1p log_expit log_ndtr loggamma logit nbdtr nbdtrc nbdtri nctdtr ndtr ndtri ndtri_exp owens_t pdtr
	pdtrc pdtri poch powm1 pseudo_huber psi radian rel_entr rgamma round shichi sici sinc sindg smirnov spence stdtr stdtrit struve tandg tklmbda
	voigt_profile wofz wrightomega xlog1py xlogy y0 y1 yn yv yve zetac`
