package keras

import "strings"

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(s) {
		m[n] = true
	}
	return m
}

// classes are what Keras 2 and 3 build a model of: layers, initializers, losses, optimizers and
// their like. What runs code that a configuration carries is not among them.
var classes = set(`
	AUC AWQConfig AWQDTypePolicy AbsMaxQuantizer AbstractRNNCell Accuracy Activation ActivityRegularization Adadelta Adafactor Adagrad
	Adam AdamW AdamWeightDecay Adamax AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
	AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix AutoCastVariable AutoContrast
	Average AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization BatchNormalizationV1
	BatchNormalizationV2 Bidirectional BinaryAccuracy BinaryCrossentropy BinaryFocalCrossentropy BinaryIoU CTC CategoricalAccuracy
	CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge CategoryCrossing
	CategoryEncoding CenterCrop Circle Concatenate ConcordanceCorrelation Constant ConstantV2 Constraint
	ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D
	ConvLSTM2D ConvLSTM2DCell ConvLSTM3D Convolution1D Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D
	Convolution3DTranspose CosineDecay CosineDecayRestarts CosineSimilarity Cropping1D Cropping2D Cropping3D CuDNNGRU CuDNNLSTM CutMix
	DTypePolicy DTypePolicyMap Dense DenseFeatures DepthwiseConv1D DepthwiseConv2D Dice Discretization Dot Dropout ELU EinsumDense
	Embedding Equalization ExponentialDecay F1Score FBetaScore FalseNegatives FalsePositives Flatten Float8QuantizationConfig
	FloatDTypePolicy Ftrl Functional GPTQConfig GPTQDTypePolicy GRU GRUCell GRUCellV2 GRUV2 GaussianDropout GaussianNoise GetItem
	GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D
	GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlorotNormal
	GlorotNormalV2 GlorotUniform GlorotUniformV2 GroupNormalization GroupQueryAttention HashedCrossing Hashing HeNormal HeNormalV2
	HeUniform HeUniformV2 Highway Hinge Huber Identity IdentityInitializer IdentityV2 Initializer InputLayer InputSpec Int4DTypePolicy
	Int4QuantizationConfig Int8QuantizationConfig IntegerLookup InverseTimeDecay IoU KLDivergence KerasTensor L1 L1L2 L2 LSTM LSTMCell
	LSTMCellV2 LSTMV2 Lamb Layer LayerNormalization LeakyReLU LearningRateSchedule LecunNormal LecunNormalV2 LecunUniform
	LecunUniformV2 Lion LocallyConnected1D LocallyConnected2D LogCosh LogCoshError Loss LossFunctionWrapper LossScaleOptimizer
	LossScaleOptimizerV3 Masking MaxNorm MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D
	Maximum MaxoutDense Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError
	MeanSquaredLogarithmicError MelSpectrogram Merge Metric MinMaxNorm Minimum MixUp Model MultiHeadAttention MultiOptimizer Multiply
	Muon Nadam Noise NonNeg Normalization NotEqual OneHotIoU OneHotMeanIoU Ones OnesV2 Optimizer OptimizerMap Orthogonal
	OrthogonalInitializer OrthogonalRegularizer OrthogonalV2 PReLU PearsonCorrelation PeepholeLSTMCell Permute PiecewiseConstantDecay
	Pipeline Poisson Policy PolicyV1 PolynomialDecay Precision PrecisionAtRecall QuantizationConfig QuantizedDTypePolicy
	QuantizedFloat8DTypePolicy Quantizer R2Score RMSNormalization RMSprop RNN RandAugment RandomBrightness RandomColorDegeneration
	RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale
	RandomHeight RandomHue RandomInvert RandomNormal RandomNormalV2 RandomPerspective RandomPosterization RandomRotation
	RandomSaturation RandomSharpness RandomShear RandomTranslation RandomUniform RandomUniformV2 RandomWidth RandomZoom ReLU Recall
	RecallAtPrecision Regularizer RepeatVector Rescaling Reshape Resizing ReversibleEmbedding RootMeanSquaredError SGD STFT
	STFTInitializer STFTSpectrogram ScheduleFreeAdamW SeedGenerator SensitivityAtSpecificity SeparableConv1D SeparableConv2D
	SeparableConvolution1D SeparableConvolution2D Sequential SimpleRNN SimpleRNNCell SlicingOpLambda Softmax Solarization
	SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpatialDropout1D SpatialDropout2D
	SpatialDropout3D SpecificityAtSensitivity SpectralNormalization SquaredHinge StackedRNNCells StringLookup Subtract Sum
	SyncBatchNormalization TFOptimizer TextVectorization ThresholdedReLU TimeDistributed TimeDistributedDense TopKCategoricalAccuracy
	TrueNegatives TruePositives TruncatedNormal TruncatedNormalV2 Tversky UnitNorm UnitNormalization UpSampling1D UpSampling2D
	UpSampling3D VarianceScaling VarianceScalingV2 WarmUp Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D Zeros ZerosV2 constant
	glorot_normal glorot_uniform he_normal he_uniform identity l1 l1_l2 l2 lecun_normal lecun_uniform max_norm min_max_norm non_neg
	ones orthogonal orthogonal_regularizer random_normal random_uniform stft truncated_normal unit_norm variance_scaling zeros
`)

// operations are the classes of keras.ops that stand in functional models.
var operations = set(`
	Abs Absolute AdaptiveAveragePool AdaptiveMaxPool Add AffineTransform All AllClose Amax Amin Angle Any Append Arange Arccos Arccosh
	Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit AssociativeScan Average AveragePool
	BatchNorm BinaryCrossentropy Bincount BitwiseAnd BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor
	BroadcastTo CDist CTCDecode CTCLoss Cast CategoricalCrossentropy Cbrt Ceil Celu Cholesky CholeskyInverse Clip Concatenate Cond
	Conj Conjugate Conv ConvTranspose ConvertToTensor Copy Corrcoef Correlate Cos Cosh CountNonzero CropImages Cross Cumprod Cumsum
	Deg2rad DepthToSpace DepthwiseConv Det Diag Diagflat Diagonal Diff Digitize Divide DivideNoNan Dot DotProductAttention Dsplit
	Dstack DummyLayer Eig Eigh Einsum ElasticTransform Elu EmptyLike Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 ExtractPatches
	ExtractSequences FFT FFT2 Fabs Flip Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Fold ForiLoop Full FullLike Function
	FunctionTest GaussianBlur Gcd Gelu Geomspace GetItem Glu Greater GreaterEqual HSVToRGB HardShrink HardSigmoid HardSilu HardTanh
	Heaviside Histogram Hsplit Hstack Hypot I0 IFFT2 IRFFT ISTFT Imag InTopK Inner Inv IsIn Isclose Isfinite Isinf Isnan Isneginf
	Isposinf Isreal JVP KerasHistory Kron LayerNorm Lcm Ldexp LeakyRelu LeftShift Less LessEqual Linspace Log Log10 Log1p Log2
	LogSigmoid LogSoftmax Logaddexp Logaddexp2 Logdet LogicalAnd LogicalNot LogicalOr LogicalXor Logspace Logsumexp Lstsq LuFactor Map
	MapCoordinates Matmul MatrixRank Max MaxPool Maximum Mean Median Meshgrid Min Minimum Mod Moments Moveaxis MultiHot Multiply
	NanToNum Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum
	Nanvar Ndim Negative Nextafter Node NodeTest Nonzero Norm Normalize NotEqual OneHot OnesLike Operation OperationTest
	OperationUtilsTest Outer PSNR Pad PadImages Percentile PerspectiveTransform Pinv Polar Power Prod Ptp Qr Quantile RFFT
	RGBToGrayscale RGBToHSV RMSNorm Rad2deg Ravel Real Rearrange Reciprocal Relu Relu6 Repeat Reshape Resize RightShift Roll Rot90
	Round Rsqrt SSIM STFT SVD SaturateCast ScaleAndTranslate Scan Scatter ScatterUpdate SearchSorted SegmentMax SegmentMin SegmentProd
	SegmentReduction SegmentSum Select Selu SeparableConv Sigmoid Sign Signbit Silu Sin Sinc Sinh Size Slice SliceUpdate Slogdet
	SobelEdges SoftShrink Softmax Softplus Softsign Solve SolveTriangular Sort SpaceToDepth SparseCategoricalCrossentropy SparsePlus
	SparseSigmoid Sparsemax Split Sqrt Square Squareplus Squeeze Stack Std StopGradient Subtract Sum Swapaxes Switch SymbolicArguments
	SymbolicArgumentsTest Take TakeAlongAxis Tan Tanh TanhShrink Tensordot Threshold Tile TopK Trace Transpose Trapezoid Tril Triu
	TrueDivide Trunc Unfold Unique UnravelIndex Unstack Vander Var Vdot VectorizedMap View ViewAsComplex ViewAsReal Vsplit Vstack
	Where WhileLoop ZerosLike
`)

// functions are the activations, losses and metrics that a configuration names.
var functions = set(`
	binary_accuracy binary_crossentropy binary_focal_crossentropy categorical_accuracy categorical_crossentropy
	categorical_focal_crossentropy categorical_generalized_cross_entropy categorical_hinge celu circle concordance_correlation
	cosine_similarity ctc dice elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh hinge huber
	kl_divergence leaky_relu linear log_cosh log_sigmoid log_softmax mean_absolute_error mean_absolute_percentage_error
	mean_squared_error mean_squared_logarithmic_error mish pearson_correlation poisson relu relu6 selu sigmoid silu soft_shrink
	softmax softplus softsign sparse_categorical_accuracy sparse_categorical_crossentropy sparse_plus sparse_sigmoid
	sparse_top_k_categorical_accuracy sparsemax squared_hinge squareplus swish tanh tanh_shrink threshold top_k_categorical_accuracy
	tversky
`)
