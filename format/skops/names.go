package skops

import "strings"

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(s) {
		m[n] = true
	}
	return m
}

// loaders are skops's nodes and, where a node is for some types only, those.
var loaders = map[string][]string{
	"JsonNode":            {"builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.NoneType", "builtins.complex"},
	"ListNode":            {"builtins.list"},
	"TupleNode":           nil, // also named tuples
	"SetNode":             {"builtins.set", "builtins.frozenset"},
	"SliceNode":           {"builtins.slice"},
	"BytesNode":           {"builtins.bytes"},
	"BytearrayNode":       {"builtins.bytearray"},
	"DictNode":            nil, // also OrderedDict and Bunch
	"DefaultDictNode":     {"collections.defaultdict"},
	"NdArrayNode":         nil, // also subclasses and scalars
	"MaskedArrayNode":     {"numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray"},
	"RandomStateNode":     {"numpy.random.mtrand.RandomState", "numpy.random.RandomState"},
	"RandomGeneratorNode": {"numpy.random._generator.Generator", "numpy.random.Generator"},
	"DTypeNode":           nil,
	"SparseMatrixNode":    nil,
	"CachedNode":          nil,
	"ObjectNode":          nil, "TypeNode": nil, "FunctionNode": nil, "MethodNode": nil, "PartialNode": nil, "OperatorFuncNode": nil,
	"ConstructorFromReduceNode": nil, "TreeNode": nil, "LossNode": nil, "QuantileForestNode": nil, "ReduceNode": nil, "SGDNode": nil,
}

// frameworks are the libraries whose classes models are built of.
var frameworks = set("sklearn numpy scipy xgboost lightgbm catboost quantile_forest pandas imblearn")

// plain are types of those libraries with a small letter.
var plain = set("ndarray dtype matrix recarray csr_matrix csc_matrix coo_matrix bsr_matrix dia_matrix dok_matrix lil_matrix csr_array csc_array coo_array bsr_array dia_array float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool bool_ str_ bytes_ object_ datetime64 timedelta64 complex64 complex128 longdouble loguniform rv_frozen")

// builtins are the built-in types of plain values.
var builtins = set("str int float bool NoneType complex list tuple set frozenset dict slice bytes bytearray object range type ellipsis")

// system are modules from which it is one step to the system.
var system = set("os posix nt sys subprocess shutil socket importlib runpy pty ctypes code codeop pickle cPickle _pickle dill cloudpickle joblib marshal __builtin__ urllib requests http httpx ftplib smtplib telnetlib webbrowser platform tempfile pathlib io multiprocessing threading asyncio concurrent inspect types functools pip ensurepip setuptools distutils venv zipimport pkgutil imp bdb pdb timeit cProfile profile trace doctest commands signal fcntl winreg _winapi msvcrt xmlrpc socketserver tarfile zipfile shelve sqlite3 _posixsubprocess gc atexit sched")

// ufuncs are NumPy's functions of numbers (numpy.ufunc).
var ufuncs = set("abs absolute acos acosh add arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor cbrt ceil conj conjugate copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power floor floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside hypot invert isfinite isinf isnan isnat lcm ldexp left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor matmul matvec maximum minimum mod modf multiply negative nextafter not_equal positive pow power rad2deg radians reciprocal remainder right_shift rint sign signbit sin sinh spacing sqrt square subtract tan tanh true_divide trunc vecdot vecmat")
