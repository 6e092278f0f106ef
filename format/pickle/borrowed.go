package pickle

// borrowedNames are names in the form of a class that modules of the namespaces
// in shape.go import from elsewhere (read off scikit-learn 1.9, LightGBM 4,
// XGBoost 3, SciPy 1.17 and torch 2.15 by asking each attribute where it was defined), and
// others that such modules could import: they start threads, open files or load
// code. A namespace rule never allows them.
const borrowedNames = `PyFuncDistance PyFuncDistance32 PyFuncDistance64 ABC OS
	ABCMeta Annotated Any AnyStr ArrayLike Awaitable Bunch ByteString BytesIO CONDENSED_dtype Callable ClassVar Client CodeType Collection
	Command Condition Connection Container Coroutine Counter DataSource Decimal DecimalNumber Dict Distribution ElementTree Enum Environment
	EvalsLog Event Executor Extension FeatureNames FeatureTypes File FileHandler Final Finder Flag Formatter Fraction FunctionType Future
	Generator GeneratorType Generic GenericAlias GzipFile HIERARCHY_dtype Handler Hashable Hasher Importer IntEnum IntNumber Integral
	InteractiveInterpreter Interpreter Iterable IterationRange Iterator LGBMNotFittedError LinAlgError List Literal Loader Lock Logger Loop
	LooseVersion LowLevelCallable MST_edge_dtype MagicMock Manager Mapping MaskedArray MemorizedFunc Memory MethodType Metric Mock ModelIn
	ModuleType MutableMapping NamedTemporaryFile NamedTuple NodeData NodeHeapData Number NumpyArrayWrapper Optional OrderedDict Parallel
	ParamSpec Path PickleBuffer Pickler PlainObj Polynomial Pool Popen PosixPath PredtT Process ProcessPoolExecutor Protocol PurePath Queue
	RLock Reader Real Request Reversible SeedType Self Semaphore Sequence Server Session Set SimpleNamespace Sized SklObjective
	SparseEfficiencyWarning SpooledTemporaryFile StreamHandler StringIO Struct TDoc TarFile Task Template TemporaryDirectory Tester Text
	TextIOWrapper Thread ThreadPool ThreadPoolExecutor Timer Tuple Type TypeVar TypedDict Union Unpickler Version WindowsPath Writer
	XGBClassifierBase XGBModelBase XGBRegressorBase ZipFile _EvalResultDict _LGBMAssertAllFinite _LGBMCheckClassificationTargets
	_LGBMCheckSampleWeight _LGBMClassifierBase _LGBMComputeSampleWeight _LGBMCpuCount _LGBMLabelEncoder _LGBMModelBase _LGBMRegressorBase
	_LGBMValidateData _LGBM_BoosterBestScoreType _LGBM_CategoricalFeatureConfiguration _LGBM_EvalFunctionResultType
	_LGBM_FeatureNameConfiguration _LGBM_GroupType _LGBM_InitScoreType _LGBM_LabelType _LGBM_PredictReturnType _LGBM_ScikitCustomEvalFunction
	_LGBM_ScikitCustomObjectiveFunction _LGBM_ScikitEvalMetricType _LGBM_ScikitMatrixLike _LGBM_ScikitValidSet _LGBM_WeightType _SklObjProto
	Args Argument Device DeviceDict DeviceDtypeDict DeviceLikeType EPS EdgeOrNode GlobalOptimizerPostHook GlobalOptimizerPreHook Indices Kwargs
	NodePattern ObserverOrFakeQuantize OrdDict ParamsT Pattern QConfigAny QuantizeHandler QuantizerCls StateDict SupportsFloat SymInt
	TensorListList TypeAlias TypeAliasType TypeIs _Callable _Conv1dMetadata _Conv2dMetadata _Conv3dMetadata _Dirichlet_backward _MatchResult
	_MatchResultWithQConfig _Number _ObserverOrFakeQuantizeConstructor _ParamSpec _Reduction _TypeVar _VF Function BackwardHookFunction
	DTYPE DOUBLE SequenceMatcher MutableSequence Variables F_pil F_t PIL PILImage Image ImageEnhance ImageOps ImageOrVideo TreeSpec DualGraphModule NodePathTracer LeafModuleAwareTracer WrapperFactories`
