package pickle

// builtinGroups is the standard library.
var builtinGroups = []group{
	{why: "the root of classes", use: useValue | useNew | useBase, in: "builtins.", names: "object"},
	{why: "a builtin type: makes a plain value", use: useValue | useBase | useFactory, rule: ruleContainer, in: "builtins.",
		names: "list dict set frozenset tuple"},
	{why: "a builtin type: makes a plain value", use: useValue | useBase | useFactory, rule: ruleContainer, in: "builtins.",
		names: "int float bool str"},
	{why: "a builtin type: makes a plain value", use: useValue | useFactory | useCall, in: "builtins.", names: "complex"},
	{why: "a builtin type: makes a plain value of a bounded size", use: useValue | useBase, rule: ruleSized, in: "builtins.",
		names: "bytes bytearray range"},
	{why: "a slice: three plain values", use: useValue, rule: rulePlain, in: "builtins.", names: "slice"},
	{why: "a builtin constant", use: useValue, in: "builtins.", names: "Ellipsis NotImplemented"},
	{why: "the type of a constant", use: useValue, rule: ruleType, in: "builtins.", names: "type"},
	{why: "an exception: stores its arguments", use: record, in: "builtins.", names: `BaseException Exception ArithmeticError AssertionError
		AttributeError BufferError EOFError FloatingPointError ImportError IndexError KeyError LookupError MemoryError
		NameError NotImplementedError OSError OverflowError RuntimeError StopIteration TypeError UnicodeError ValueError
		ZeroDivisionError Warning UserWarning DeprecationWarning RuntimeWarning FutureWarning`},
	{why: "takes declared attributes only", rule: ruleGetattr, in: "builtins.", names: "getattr"},
	{why: "the writer's own reconstructor, of classes vouched for", rule: ruleReconstructor, in: "copyreg.", names: "_reconstructor"},
	{why: "the writer's own reconstructor, of classes vouched for", rule: ruleNewObj, in: "copyreg.", names: "__newobj__ __newobj_ex__"},
	{why: "writes bytes in protocol 2", rule: ruleEncode, in: "_codecs.", names: "encode"},

	// Containers: C code that stores what it is given. Items may be set.
	{why: "a container of the standard library", use: record | useItems | useFactory | useBase, in: "collections.", names: "OrderedDict Counter deque"},
	{why: "a container of the standard library, with a factory vouched for", use: useValue | useItems | useBuild, rule: ruleFactory, in: "collections.", names: "defaultdict"},
	{why: "a plain attribute store", use: record, in: "types.", names: "SimpleNamespace"},

	// Values: constructors that check and store.
	{why: "a date or time", use: record, in: "datetime.", names: "date datetime time timedelta timezone"},
	{why: "a number", use: record, in: "", names: "decimal.Decimal _decimal.Decimal"},
	{why: "a number", use: useValue | useNew | useBuild, rule: ruleFraction, in: "fractions.", names: "Fraction"},
	{why: "an identifier", use: record, in: "uuid.", names: "UUID SafeUUID"},
	{why: "a time zone by its key, looked up in the system's own database", use: useValue | useCall, rule: rulePlain, in: "zoneinfo.", names: "ZoneInfo ZoneInfo._unpickle"},
	{why: "a path: a string until somebody opens it", use: record, in: "pathlib.", names: "PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath"},
	{why: "a path: a string until somebody opens it", use: record, in: "pathlib._local.", names: "PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath"},
	{why: "an array of numbers", use: useValue, rule: rulePlain, in: "array.", names: "_array_reconstructor array"},
	{why: "a mapping or list that wraps another", use: class, in: "collections.", names: "ChainMap UserDict UserList UserString"},
	{why: "an address: a number", use: record, in: "ipaddress.", names: "IPv4Address IPv6Address IPv4Network IPv6Network IPv4Interface IPv6Interface"},
	{why: "a logger, looked up by its name", use: useValue, rule: ruleText, in: "logging.", names: "getLogger"},
	{why: "a regular expression, compiled but not run", use: useValue, rule: ruleText, in: "re.", names: "_compile compile"},
	{why: "a difference of dates: numbers", use: record, in: "dateutil.relativedelta.", names: "relativedelta weekday"},
	{why: "a difference of dates: numbers", use: record, in: "dateutil._common.", names: "weekday"},
	{why: "a time zone of numbers", use: record, in: "dateutil.tz.tz.", names: "tzutc tzoffset tzlocal"},
	{why: "a time zone out of the stream: with no file to open", use: useValue | useBuild, rule: ruleNoneFirst, in: "dateutil.tz.tz.", names: "tzfile"},
	{why: "a function of plain values", use: useValue | useFunc, rule: ruleContainer, in: "builtins.", names: "len abs round sum min max any all"},
	{why: "a function of text", use: useValue | useFunc, in: "builtins.str.", names: "lower upper strip split casefold title capitalize lstrip rstrip"},
	{why: "a random state of numbers", use: record, in: "random.", names: "Random"},

	// Functions that hold others, or take things out of others.
	{why: "holds functions vouched for", use: useValue, rule: rulePartial, state: statePartial, in: "functools.", names: "partial"},
	{why: "takes plain attributes or items", use: useValue, rule: ruleAttr, in: "operator.", names: "attrgetter itemgetter"},
	{why: "arithmetic", use: useValue | useFunc, in: "_operator.", names: "add sub mul truediv neg abs lt le gt ge eq ne"},
	{why: "arithmetic", use: useValue | useFunc, in: "math.", names: "exp log log1p log2 log10 sqrt sin cos tan floor ceil fabs"},
}

// torchGroups is PyTorch as torch.save writes it.
var torchGroups = []group{
	// Rebuild functions copy a storage's view: numbers, shapes and strides.
	{why: "rebuilds a tensor from a storage", use: useValue, rule: rulePlain, in: "torch._utils.", names: `_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3
		_rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor
		_rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor`},
	{why: "rebuilds a tensor of a class vouched for", rule: ruleRebuildType, in: "torch._tensor.", names: "_rebuild_from_type_v2"},
	{why: "a storage of numbers", use: useValue | useStorage, in: "torch.", names: `FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage
		IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage
		Float8_e4m3fnStorage Float8_e5m2Storage`},
	{why: "a storage of bytes", use: useValue | useStorage, in: "torch.storage.", names: "UntypedStorage TypedStorage _TypedStorage _UntypedStorage"},
	{why: "a shape or a device", use: useValue | useCall, in: "torch.", names: "Size device"},
	{why: "a constant of torch", use: useValue, in: "torch.", names: `float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8
		uint16 uint32 uint64 bool complex64 complex128 float8_e4m3fn float8_e5m2 strided sparse_coo sparse_csr preserve_format contiguous_format channels_last quint8 qint8 qint32
		per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric per_channel_affine_float_qparams sparse_csc sparse_bsr sparse_bsc`},
	{why: "a tensor", use: class, in: "torch.", names: "Tensor"},
	{why: "a tensor", use: class, in: "torch.nn.parameter.", names: "Parameter Buffer"},
	{why: "a tensor without a shape yet", use: record, in: "torch.nn.parameter.", names: "UninitializedParameter UninitializedBuffer"},
	{why: "a storage in the form of old files, looked through", rule: ruleStorage, in: "torch.storage.", names: "_load_from_bytes"},
	{why: "a data set in memory: tensors", use: class, in: "torch.utils.data.dataset.", names: "TensorDataset Subset ConcatDataset"},
	{why: "a hook's handle: a number and a weak reference to a dict of the stream", use: class, in: "torch.utils.hooks.", names: "RemovableHandle"},
	{why: "a module that wraps another", use: class, in: "torch.nn.parallel.data_parallel.", names: "DataParallel"},
	{why: "a layer's norm, a record", use: class, in: "torch.nn.utils.", names: `weight_norm.WeightNorm spectral_norm.SpectralNorm
		spectral_norm.SpectralNormStateDictHook spectral_norm.SpectralNormLoadStateDictPreHook`},
	{why: "an activation, called on tensors", use: useValue | useFunc, in: "torch.nn.functional.", names: "relu gelu silu elu leaky_relu softmax log_softmax sigmoid tanh mish selu"},
	{why: "an activation, called on tensors", use: useValue | useFunc, in: "torch.", names: "relu tanh sigmoid softmax"},
	{why: "an activation, called on tensors", use: useValue | useFunc, in: "torch._C._nn.", names: "gelu silu elu elu_ leaky_relu relu6 hardtanh hardsigmoid hardswish mish log_sigmoid softplus"},
	{why: "turns a serial number to text", use: 0, rule: rulePlain, in: "torch.serialization.", names: "_get_layout"},
}
