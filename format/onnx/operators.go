package onnx

import "strings"

// operators are the names of the operators that the standard defines, by domain,
// in any of its versions (https://onnx.ai/onnx/operators/). The domain "" is also
// written "ai.onnx". TestOperators compares with the library.
var operators = map[string]map[string]bool{
	"": names(`
		Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli BitCast
		BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip
		Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT
		DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten
		Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
		GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf
		IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul
		MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
		NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow
		QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
		Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
		RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu
		SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin
		Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
		StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu
		Unique Unsqueeze Upsample Where Xor
	`),
	"ai.onnx.ml": names(`
		ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier
		LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier
		TreeEnsembleRegressor ZipMap
	`),
	"ai.onnx.preview": names(`
		FlexAttention
	`),
	"ai.onnx.preview.training": names(`
		Adagrad Adam Gradient Momentum
	`),
}

func names(s string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(s) {
		m[n] = true
	}
	return m
}

// runtimes are domains of operators that are built into a runtime: they load no
// code, and another runtime does not know them.
var runtimes = map[string]string{
	"com.microsoft": "ONNX Runtime", "com.microsoft.nchwc": "ONNX Runtime", "com.ms.internal.nhwc": "ONNX Runtime",
	"com.microsoft.experimental": "ONNX Runtime", "ai.onnx.training": "ONNX", "pkg.onnxscript.torch_lib": "PyTorch's exporter",
	"pkg.onnxscript.torch_lib.common": "PyTorch's exporter", "pkg.torch": "PyTorch's exporter",
}

// code are operators that run code which the model names, or leave the runtime.
var code = map[string]string{
	"PyOp": "runs a Python function", "PythonOp": "runs a Python function", "PythonOpGrad": "runs a Python function",
	"ATen": "runs any operator of PyTorch", "ATenOp": "runs any operator of PyTorch", "OpenAIAudioToText": "sends data to a service",
	"AzureAudioToText": "sends data to a service", "AzureTextToText": "sends data to a service", "AzureTritonInvoker": "sends data to a service",
	"OpenAIEmbeddings": "sends data to a service", "ExternalOp": "runs code outside of the model",
}
