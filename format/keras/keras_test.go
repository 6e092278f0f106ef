package keras

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

func check(t testing.TB, doc string) *Config {
	t.Helper()
	c, err := Check("config.json", strings.NewReader(doc), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// in puts a layer into a sequential model of Keras 3, nested in a wrapper.
func in(layer string) string {
	return `{"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [{"module": "keras.layers", "class_name": "TimeDistributed", "config": {"layer": ` + layer + `}, "registered_name": null}]}, "registered_name": null}`
}

// bytecode marshals what matters of a code object: its names.
func bytecode(names ...string) string {
	b := []byte{0xe3, 0, 0, 0, 0, 0, 0, 0, 0}
	for _, n := range names {
		b = append(b, 0xda, byte(len(n)))
		b = append(b, n...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func TestOrdinaryConfigurationsAreClean(t *testing.T) {
	for name, doc := range map[string]string{
		"keras 3":     in(`{"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "units": 3, "activation": "relu", "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": null}, "registered_name": null}}, "registered_name": null, "build_config": {"input_shape": [null, 4]}}`),
		"keras 2":     `{"class_name": "Functional", "config": {"name": "model", "layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 4], "dtype": "float32"}, "name": "i", "inbound_nodes": []}, {"class_name": "Dense", "config": {"name": "dense", "units": 3, "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}}}]}}`,
		"training":    `{"loss": {"class_name": "BinaryCrossentropy", "config": {"fn": "binary_crossentropy"}}, "metrics": [["accuracy"]], "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.001}}}`,
		"operation":   in(`{"module": "keras.src.ops.numpy", "class_name": "Add", "config": {"name": "add"}, "registered_name": "Add"}`),
		"function":    in(`{"module": "keras.layers", "class_name": "Activation", "config": {"activation": {"module": "builtins", "class_name": "function", "config": "gelu", "registered_name": "function"}}}`),
		"metadata":    `{"keras_version": "3.5.0", "date_saved": "2025-01-01@00:00:00"}`,
		"vocabulary":  in(`{"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": ["a", "b"], "vocabulary_size": 2}, "registered_name": null}`),
		"tf function": in(`{"class_name": "TFOpLambda", "config": {"name": "tf.math.add", "function": "math.add"}}`),
	} {
		if c := check(t, doc); len(c.Issues) != 0 {
			t.Errorf("%s: %v", name, c.Issues)
		}
	}
	c := check(t, in(`{"module": "keras.layers", "class_name": "Dense", "config": {}}`))
	if !slices.Equal(c.Classes, []string{"keras.Sequential", "keras.layers.Dense", "keras.layers.TimeDistributed"}) {
		t.Errorf("%v", c.Classes)
	}
	if c := check(t, `{"keras_version": "3.5.0"}`); c.Version != "3.5.0" {
		t.Errorf("%+v", c)
	}
}

func TestEachAttackHasItsRule(t *testing.T) {
	evil, mild := bytecode("os", "system"), bytecode("x", "mean")
	for name, c := range map[string]struct {
		doc   string
		rule  string
		level issue.Level
	}{
		"CVE-2025-1550":           {in(`{"module": "subprocess", "class_name": "run", "config": {"args": ["id"]}, "registered_name": null}`), "system-module", issue.Malicious},
		"function of a module":    {in(`{"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}`), "system-module", issue.Malicious},
		"in build_config":         {in(`{"module": "keras.layers", "class_name": "Dense", "config": {}, "build_config": {"input_shape": {"module": "os", "class_name": "function", "config": "system"}}}`), "system-module", issue.Malicious},
		"in compile_config":       {`{"module": "keras", "class_name": "Sequential", "config": {"layers": []}, "compile_config": {"loss": {"module": "shutil", "class_name": "function", "config": "rmtree"}}}`, "system-module", issue.Malicious},
		"built-in":                {in(`{"module": "builtins", "class_name": "function", "config": "eval"}`), "system-module", issue.Malicious},
		"built-in class":          {in(`{"module": "builtins", "class_name": "exec", "config": {}}`), "system-module", issue.Malicious},
		"module without a class":  {in(`{"module": "os", "registered_name": "system", "config": "id"}`), "system-module", issue.Malicious},
		"numpy":                   {in(`{"module": "numpy", "class_name": "load", "config": {}}`), "custom-module", issue.Unknown},
		"module like keras":       {in(`{"module": "keras_evil.layers", "class_name": "Dense", "config": {}}`), "custom-module", issue.Unknown},
		"CVE-2025-9906":           {in(`{"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization"}`), "unlocking-function", issue.Malicious},
		"CVE-2025-8747":           {in(`{"module": "keras.utils", "class_name": "get_file", "config": {"origin": "https://x/y"}}`), "unlocking-function", issue.Malicious},
		"load_model":              {in(`{"module": "keras.models", "class_name": "function", "config": "load_model"}`), "unlocking-function", issue.Malicious},
		"unusual part of keras":   {in(`{"module": "keras.utils", "class_name": "Sequential", "config": {}}`), "unusual-module", issue.Unknown},
		"lambda, keras 2":         {`{"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": {"function": ["` + evil + `", null, null], "function_type": "lambda"}}]}`, "lambda-system", issue.Malicious},
		"lambda, mild":            {`{"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": {"function": ["` + mild + `\n", null, null], "function_type": "lambda"}}]}`, "lambda-code", issue.Unknown},
		"lambda calls itself so":  {`{"class_name": "Lambda", "config": {"function": ["` + evil + `", null, null], "function_type": "function"}}`, "lambda-system", issue.Malicious},
		"lambda's shape":          {`{"class_name": "Lambda", "config": {"function": "f", "function_type": "function", "output_shape": ["` + evil + `", null, null], "output_shape_type": "lambda"}}`, "lambda-system", issue.Malicious},
		"lambda, keras 3":         {in(`{"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", "config": {"code": "` + evil + `", "defaults": null, "closure": null}}}}`), "lambda-system", issue.Malicious},
		"lambda as an activation": {in(`{"module": "keras.layers", "class_name": "Dense", "config": {"activation": {"class_name": "__lambda__", "config": {"code": "` + mild + `"}}}}`), "lambda-code", issue.Unknown},
		"lambda by name":          {in(`{"class_name": "Lambda", "config": {"function": "f", "function_type": "function", "module": "my_code"}}`), "lambda-function", issue.Unknown},
		"lambda as source":        {`{"class_name": "Lambda", "config": {"function": "lambda x: eval('1')", "function_type": "lambda"}}`, "lambda-system", issue.Malicious},
		"lambda of the system":    {in(`{"class_name": "Lambda", "config": {"function": "system", "function_type": "function", "module": "os"}}`), "system-module", issue.Malicious},
		"custom class":            {in(`{"module": "keras.layers", "class_name": "MyLayer", "config": {}, "registered_name": "pkg>MyLayer"}`), "custom-class", issue.Unknown},
		"known name, other code":  {in(`{"module": null, "class_name": "Dense", "config": {}, "registered_name": "pkg>Dense"}`), "custom-class", issue.Unknown},
		"custom, keras 2":         {`{"class_name": "Sequential", "config": [{"class_name": "my>Thing", "config": {}}]}`, "custom-class", issue.Unknown},
		"custom function":         {in(`{"module": "builtins", "class_name": "function", "config": "my_loss"}`), "custom-function", issue.Unknown},
		"vocabulary file":         {in(`{"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}`), "file-outside", issue.Malicious},
		"vocabulary address":      {in(`{"module": "keras.layers", "class_name": "IntegerLookup", "config": {"vocabulary": "http://169.254.169.254/"}}`), "file-outside", issue.Malicious},
		"vocabulary beside":       {in(`{"module": "keras.layers", "class_name": "TextVectorization", "config": {"vocabulary": "words.txt"}}`), "file", issue.Unknown},
		"table's file":            {in(`{"module": "keras.layers", "class_name": "StringLookup", "config": {"initializer": {"filename": "../x"}}}`), "file-outside", issue.Malicious},
		"torch inside":            {in(`{"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "x"}}`), "foreign-code", issue.Unknown},
		"torch with a pickle":     {in(`{"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"data": "` + base64.StdEncoding.EncodeToString([]byte("\x80\x02cposix\nsystem\n")) + `"}}`), "text-pickle", issue.Malicious},
		"tf reads files":          {in(`{"class_name": "TFOpLambda", "config": {"function": "io.read_file"}}`), "tensorflow-function", issue.Malicious},
		"tf runs python":          {in(`{"class_name": "TFOpLambda", "config": {"function": "py_function"}}`), "tensorflow-function", issue.Malicious},
		"two class names":         {`{"class_name": "Dense", "class_name": "Lambda", "config": {}}`, "duplicate-key", issue.Unreadable},
		"two by an escape":        {`{"class_name": "Dense", "class\u005fname": "Lambda", "config": {}}`, "duplicate-key", issue.Unreadable},
		"truncated":               {`{"class_name": "Dense"`, "bad-json", issue.Unreadable},
		"deep":                    {strings.Repeat(`{"config":`, 500) + "1" + strings.Repeat("}", 500), "bad-json", issue.Unreadable},
		"no JSON":                 {"\x80\x04", "bad-json", issue.Unreadable},
	} {
		got := check(t, c.doc)
		i := slices.IndexFunc(got.Issues, func(i issue.Issue) bool { return i.Rule == "keras."+c.rule && i.Level == c.level })
		if i < 0 {
			t.Errorf("%s: want %v keras.%s, have %v", name, c.level, c.rule, got.Issues)
			continue
		}
		if is := got.Issues[i]; is.Offset < 0 || is.Offset > int64(len(c.doc)) || !strings.HasPrefix(is.Where, "config.json") {
			t.Errorf("%s: no position: %v", name, is)
		}
	}
}

func TestManyValuesAreRefused(t *testing.T) {
	c, err := Check("config.json", strings.NewReader("["+strings.Repeat("1,", 5000)+"1]"), Limits{Values: 1000})
	if err != nil || issue.Worst(c.Issues) != issue.Unreadable {
		t.Errorf("%v %v", c.Issues, err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(in(`{"module": "os", "class_name": "function", "config": "system"}`))
	f.Add(`{"class_name": "Lambda", "config": {"function": ["` + bytecode("os") + `", null, null]}}`)
	f.Add(in(`{"class_name": "StringLookup", "config": {"vocabulary": "/etc"}}`))
	f.Fuzz(func(t *testing.T, doc string) { check(t, doc) })
}
