package pickle

import "strings"

// torchMore is what PyTorch 2 writes beside tensors and layers. The sources were read
// as of 2.3 to 2.15; the classes that the rules of shape.go let through were asked
// for __new__, __setstate__ and __del__ of their own (bench/artefacts/convention.py).
var torchMore = []group{
	// Rebuilders with a class or keywords among their arguments.
	{why: "rebuilds a tensor of a class vouched for, without its __new__", use: useValue, rule: ruleWrapper, in: "torch._utils.", names: "_rebuild_wrapper_subclass"},
	{why: "rebuilds a ragged tensor from its parts", use: useValue, rule: ruleKeywords, in: "torch.nested._internal.nested_tensor.", names: "_rebuild_njt"},
	{why: "a tensor", use: class, in: "torch.", names: "nested._internal.nested_tensor.NestedTensor masked.maskedtensor.core.MaskedTensor"},
	{why: "a generator of random numbers: a device, and numbers as its state", use: useValue | useBuild, rule: rulePlain, in: "torch._C.", names: "Generator"},
	{why: "a version: text", use: useValue | useBuild, rule: ruleText, in: "torch.torch_version.", names: "TorchVersion"},
	{why: "sequences of several lengths: tensors", use: record, in: "torch.nn.utils.rnn.", names: "PackedSequence"},
	{why: "a layout or format of memory", use: useValue, in: "torch.", names: `_mkldnn jagged channels_last_3d legacy_contiguous_format
		_utils.torch.channels_last _utils.torch.channels_last_3d _utils.torch.contiguous_format _utils.torch.preserve_format _utils.torch.legacy_contiguous_format`},

	// Container's __new__ only warns that the name is old.
	{why: "a layer of torch: Module.__setstate__ stores", use: class, in: "torch.nn.modules.container.", names: "Container"},
	{why: "an optimiser of torch: __setstate__ stores", use: class, in: "torch.optim.", names: "Adafactor Muon"},
	{why: "a loss's scale: numbers", use: class, in: "torch.", names: "amp.grad_scaler.GradScaler cuda.amp.grad_scaler.GradScaler"},
	{why: "makes two plain values", use: useValue | useFactory, in: "torch.", names: "amp.grad_scaler._refresh_per_optimizer_state cuda.amp.grad_scaler._refresh_per_optimizer_state"},
	{why: "how far a loss's scale is: a number", use: useValue, rule: ruleNumber, in: "torch.", names: "amp.grad_scaler.OptState cuda.amp.grad_scaler.OptState"},
	{why: "a loader of batches: what it was made with", use: class, in: "torch.utils.data.dataloader.", names: "DataLoader"},
	{why: "joins samples to a batch; not called while loading", use: useValue, in: "torch.utils.data._utils.collate.", names: "default_collate default_convert"},
	{why: "a schedule's curve: a function of a number", use: useValue | useFunc, in: "torch.optim.", names: `swa_utils.SWALR._cosine_anneal swa_utils.SWALR._linear_anneal
		lr_scheduler.CyclicLR._triangular_scale_fn lr_scheduler.CyclicLR._triangular2_scale_fn lr_scheduler.CyclicLR._exp_range_scale_fn
		lr_scheduler.OneCycleLR._annealing_cos lr_scheduler.OneCycleLR._annealing_linear`},
	{why: "a function of tensors, called on them", use: useValue | useFunc, in: "torch.nn.functional.", names: `relu6 celu glu hardshrink hardsigmoid hardswish hardtanh logsigmoid
		prelu rrelu softmin softplus softshrink softsign tanhshrink threshold normalize cosine_similarity pairwise_distance dropout dropout1d dropout2d dropout3d
		alpha_dropout cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss huber_loss kl_div binary_cross_entropy binary_cross_entropy_with_logits
		interpolate pad layer_norm linear max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d one_hot`},
	{why: "a function of tensors, called on them", use: useValue | useFunc, in: "torch.", names: "selu celu rrelu prelu log_softmax softplus erf exp log sqrt abs sin cos square mean sum sign"},

	// Distributed checkpoints: the file .metadata says which part of which tensor lies where.
	{why: "says where a part of a tensor lies: numbers and names", use: class, over: true, in: "torch.distributed.checkpoint.metadata.",
		names: "Metadata TensorStorageMetadata ChunkStorageMetadata BytesStorageMetadata MetadataIndex StorageMeta"},
	{why: "a tensor's type and layout: takes six values apart", use: class, over: true, in: "torch.distributed.checkpoint.metadata.", names: "TensorProperties"},
	{why: "a format of memory: a number", use: useValue, rule: ruleNumber, over: true, in: "torch.distributed.checkpoint.metadata.", names: "_MEM_FORMAT_ENCODING"},
	{why: "says where a part of a tensor lies: a name and numbers", use: class, over: true, in: "torch.distributed.checkpoint.filesystem.", names: "_StorageInfo"},

	// Packed weights of quantised layers (csrc/jit/python/script_init.cpp): the state is
	// handed to a native class, which is looked up by the name beside it.
	{why: "packed weights of a quantised layer: tensors", use: useValue | useNew, state: stateScriptObject, in: "torch.", names: "ScriptObject _C.ScriptObject"},

	{why: "a tensor with a meaning", use: class, in: "torchvision.tv_tensors.", names: "_image.Image _mask.Mask _video.Video _bounding_boxes.BoundingBoxes _keypoints.KeyPoints"},
	{why: "one of several ways: a word", use: useValue, rule: ruleText, in: "torchvision.", names: `transforms.functional.InterpolationMode transforms.autoaugment.AutoAugmentPolicy
		tv_tensors._bounding_boxes.BoundingBoxFormat`},
	{why: "the mark of a parameter without a default", use: useValue, over: true, in: "inspect.", names: "_empty"},
	{why: "the arguments of a command line, as attributes", use: class, in: "argparse.", names: "Namespace"},
}

// torchConstant says that a name of the module torch has the form of an element type
// or of a storage. Neither can be called from a pickle: a type is only handed on, a
// storage only named in a persistent id.
func torchConstant(module, name string) *entry {
	if module != "torch" {
		return nil
	}
	if rest, ok := strings.CutSuffix(name, "Storage"); ok && rest != "" && className(name) && !strings.Contains(rest, "_") {
		return storageEntry
	}
	for _, p := range [...]string{"bfloat", "bcomplex", "float", "complex", "uint", "int", "quint", "qint", "bits"} {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" && rest[0] >= '1' && rest[0] <= '9' && !strings.Contains(rest, ".") {
			return dtypeEntry
		}
	}
	return nil
}

var (
	storageEntry = &entry{use: useValue | useStorage, why: "a storage of numbers"}
	dtypeEntry   = &entry{use: useValue, why: "an element type of torch"}
)

// ruleWrapper: torch._utils._rebuild_wrapper_subclass(class, dtype, …): an instance
// of the class, made by torch and not by the class.
func ruleWrapper(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) < 2 {
		return 0, "is called with what we can't follow"
	}
	cls := m.globalOf(args[0])
	if cls == nil || !cls.has(useNew) {
		return 0, "makes an instance of a class that is not vouched for"
	}
	for _, v := range args[1:] {
		if v.kind() == kUnknown {
			return 0, "is called with what we can't follow"
		}
	}
	cls.callable.Called = true
	return m.object(args[0].pay(), m.sum(args)), ""
}

// ruleKeywords: one dict, of keywords.
func ruleKeywords(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 1 || args[0].kind() != kDict {
		return 0, "is called with other than a dict of keywords"
	}
	return m.made(g, args), ""
}

// stateScriptObject: (what to pack, the name of a class of torch's quantised layers).
// Other native classes may do anything, and libraries bring their own.
func stateScriptObject(m *machine, inst, state value) string {
	items, ok := m.items(state)
	if !ok || len(items) != 2 {
		return "is given a state that we can't follow"
	}
	name, ok := m.text(items[1])
	if rest, quantised := strings.CutPrefix(name, "__torch__.torch.classes."); !ok || !quantised || !packedParams[rest] {
		return "is made by a native class that is not one of torch's quantised layers"
	}
	return ""
}

// packedParams are the classes that ATen/native/quantized registers. Their
// __setstate__ takes tensors and numbers apart and packs them again.
var packedParams = map[string]bool{
	"quantized.LinearPackedParamsBase": true, "quantized.Conv2dPackedParamsBase": true, "quantized.Conv3dPackedParamsBase": true,
	"quantized.EmbeddingPackedParamsBase": true, "rnn.CellParamsBase": true, "sparse.LinearPackedParamsBase": true,
}
