package pickle

import (
	"strings"
	"testing"
)

// TestTorchVouchedAsWritten: what PyTorch 2 writes is known, and the same names with
// what an attacker would hand them are not.
func TestTorchVouchedAsWritten(t *testing.T) {
	const wrapper, linear = "ctorch._utils\n_rebuild_wrapper_subclass\n", "ctorch.nn.modules.linear\nLinear\n"
	script := func(name string) string {
		return "\x80\x02ctorch\nScriptObject\n)\x81K\x01X" + string([]byte{byte(len(name)), 0, 0, 0}) + name + "\x86b."
	}
	for _, c := range []struct {
		name, stream string
		want         Class
	}{
		{"an element type", "\x80\x02ctorch\nfloat8_e8m0fnu\n.", Safe},
		{"an element type of tomorrow", "\x80\x02ctorch\nfloat3_e1m1\n.", Safe},
		{"an element type, called", "\x80\x02ctorch\nfloat8_e8m0fnu\n)R.", Unknown},
		{"something like an element type", "\x80\x02ctorch\nfloat_power\n.", Unknown},
		{"a path through an element type", "\x80\x04\x8c\x05torch\x8c\x0fint8.__reduce__\x93.", Malicious},
		{"a storage, called", "\x80\x02ctorch\nQUInt4x2Storage\n)R.", Unknown},
		{"not torch's", "\x80\x02ctorch.hub\nfloat8_x\n.", Malicious},

		{"a wrapped tensor", "\x80\x02" + wrapper + "(ctorch.masked.maskedtensor.core\nMaskedTensor\nctorch\nfloat32\nNtR.", Safe},
		{"of another class", "\x80\x02" + wrapper + "(cmine\nThing\nctorch\nfloat32\nNtR.", Unknown},
		{"of a dangerous class", "\x80\x02" + wrapper + "(csubprocess\nPopen\nctorch\nfloat32\nNtR.", Malicious},
		{"through the type's rebuilder", "\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(" + wrapper + "ctorch.masked.maskedtensor.core\nMaskedTensor\n(ctorch.masked.maskedtensor.core\nMaskedTensor\nctorch\nfloat32\nNt}tR.", Safe},
		{"and of another class behind it", "\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(" + wrapper + "ctorch.masked.maskedtensor.core\nMaskedTensor\n(cmine\nThing\nctorch\nfloat32\nNt}tR.", Unknown},
		{"a rebuilder that is none", "\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(cbuiltins\ngetattr\nctorch\nTensor\n)}tR.", Unknown},
		{"a ragged tensor", "\x80\x02ctorch.nested._internal.nested_tensor\n_rebuild_njt\n}\x85R.", Safe},
		{"of what is no dict", "\x80\x02ctorch.nested._internal.nested_tensor\n_rebuild_njt\nK\x01\x85R.", Unknown},

		{"packed weights", script("__torch__.torch.classes.quantized.LinearPackedParamsBase"), Safe},
		{"of a library's class", script("__torch__.torch.classes.mine.Runner"), Unknown},
		{"of no class of torch", script("quantized.LinearPackedParamsBase"), Unknown},
		{"packed, called", "\x80\x02ctorch\nScriptObject\n)R.", Unknown},

		{"a network of torchvision", "\x80\x02ctorchvision.models.resnet\nResNet\n)\x81}b.", Safe},
		{"which is made now", "\x80\x02ctorchvision.models.resnet\nResNet\n)R.", Unknown},
		{"its weights from the network", "\x80\x02ctorchvision.models.resnet\nResNet18_Weights\nX\x01\x00\x00\x00x\x85R.", Unknown},
		{"its loader", "\x80\x02ctorchvision.models._api\nget_model\nX\x01\x00\x00\x00x\x85R.", Unknown},
		{"a data set of torchvision", "\x80\x02ctorchvision.datasets.mnist\nMNIST\n)\x81}b.", Unknown},
		{"a way to interpolate", "\x80\x02ctorchvision.transforms.functional\nInterpolationMode\nX\x08\x00\x00\x00bilinear\x85R.", Safe},
		{"the mark of no default", "\x80\x02cinspect\n_empty\n.", Safe},
		{"its neighbour", "\x80\x02cinspect\nsignature\n.", Malicious},
		{"the mark, called", "\x80\x02cinspect\n_empty\n)R.", Malicious},
		{"a parsed command line", "\x80\x02cargparse\nNamespace\n)\x81}X\x02\x00\x00\x00lrK\x01sb.", Safe},
		{"the parser", "\x80\x02cargparse\nArgumentParser\n)\x81.", Unknown},
		{"a command line, with another class", "\x80\x02cargparse\nNamespace\n)\x81}X\x09\x00\x00\x00__class__cmine\nThing\nsb.", Unknown},
		{"an average of weights", "\x80\x02ctorch.optim.swa_utils\nAveragedModel\n)\x81}b.", Safe},
		{"which keeps a function of the stream's", "\x80\x02ctorch.optim.swa_utils\nAveragedModel\n)\x81}X\x06\x00\x00\x00avg_fncos\nsystem\nsb.", Malicious},
		{"an observer", "\x80\x02ctorch.ao.quantization.observer\nMinMaxObserver\n)\x81}b.", Safe},
		{"an observer, called", "\x80\x02ctorch.ao.quantization.observer\nMinMaxObserver\n)R.", Malicious},
		{"beside observers", "\x80\x02ctorch.ao.quantization.observer\nload_observer_state_dict\n.", Malicious},
		{"a quantiser's parts", "\x80\x02ctorch.ao.quantization.quantize_fx\nObserver\n)\x81.", Malicious},
		{"where a tensor lies", "\x80\x02ctorch.distributed.checkpoint.metadata\nMetadata\n)\x81}b.", Safe},
		{"beside it", "\x80\x02ctorch.distributed.checkpoint.filesystem\nFileSystemReader\n)\x81}b.", Malicious},
		{"a format of memory", "\x80\x02ctorch.distributed.checkpoint.metadata\n_MEM_FORMAT_ENCODING\nK\x01\x85R.", Safe},
		{"a loader of batches", "\x80\x02ctorch.utils.data.dataloader\nDataLoader\n)\x81}b.", Safe},
		{"a loader that is made now", "\x80\x02ctorch.utils.data.dataloader\nDataLoader\n]\x85R.", Unknown},
		{"its workers", "\x80\x02ctorch.utils.data.dataloader\n_MultiProcessingDataLoaderIter\n)\x81}b.", Unknown},
		{"a sampler", "\x80\x02ctorch.utils.data.sampler\nRandomSampler\n)\x81}b.", Safe},
		{"a data set that reads", "\x80\x02ctorch.utils.data.datapipes.iter.fileopener\nFileOpenerIterDataPipe\n)\x81}b.", Malicious},
		{"a module among the layers", "\x80\x02ctorch.nn.modules.rnn\n_VF\n.", Unknown},
		{"a graph that is compiled from text", "\x80\x02ctorch.fx.graph_module\nreduce_graph_module\n}X\x01\x00\x00\x00x\x86R.", Malicious},
		{"a curve", "\x80\x04\x8c\x18torch.optim.lr_scheduler\x8c\x1dCyclicLR._triangular_scale_fn\x93.", Safe},
		{"a curve in a partial", "\x80\x03cfunctools\npartial\ncbuiltins\ngetattr\nctorch.optim.lr_scheduler\nCyclicLR\nX\x13\x00\x00\x00_exp_range_scale_fn\x86R\x85R.", Safe},
		{"another member in a partial", "\x80\x03cfunctools\npartial\ncbuiltins\ngetattr\nctorch.optim.lr_scheduler\nCyclicLR\nX\x04\x00\x00\x00step\x86R\x85R.", Unknown},
		{"a kept state that makes values", "\x80\x02ccollections\ndefaultdict\nctorch.amp.grad_scaler\n_refresh_per_optimizer_state\n\x85R.", Safe},
		{"which the stream calls", "\x80\x02ctorch.amp.grad_scaler\n_refresh_per_optimizer_state\n)R.", Unknown},
	} {
		rep, err := Scan(strings.NewReader(c.stream), Limits{}, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Class != c.want && !(c.want == Unknown && rep.Class == Unreadable) {
			t.Errorf("%s: %v, want %v: %v", c.name, rep.Class, c.want, rep.Issues)
		}
	}
}
