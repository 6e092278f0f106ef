package keras

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/jsontree"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/payload"
)

// unlocks are functions of Keras and TensorFlow that a model has no reason to
// call while it is built.
var unlocks = set(`enable_unsafe_deserialization get_file load_model load_weights save_model save_weights model_from_json
	model_from_config model_from_yaml deserialize_keras_object deserialize from_config custom_object_scope CustomObjectScope
	register_keras_serializable set_backend run_in_thread pip_install extract_archive unzip untar image_dataset_from_directory
	text_dataset_from_directory audio_dataset_from_directory load_img save_img load_own_variables ModelCheckpoint LambdaCallback
	RemoteMonitor CSVLogger TensorBoard BackupAndRestore function_from_code func_load python_utils_func_load`)

// parts are the parts of Keras that models take classes from.
var parts = set(`layers initializers regularizers constraints activations losses metrics optimizers models ops random
	dtype_policies quantizers mixed_precision backend utils.tracking applications engine premade feature_column distribution
	legacy legacy_tf_layers Model Sequential Functional KerasTensor`)

// system are modules from which it is one step to the system.
var system = set(`os posix nt sys subprocess shutil socket importlib runpy pty ctypes code codeop pickle cPickle _pickle dill
	cloudpickle joblib marshal builtins __builtin__ urllib requests http httpx ftplib smtplib telnetlib webbrowser platform
	tempfile pathlib io glob multiprocessing threading asyncio concurrent inspect types functools operator pip ensurepip
	setuptools distutils venv zipimport pkgutil imp bdb pdb timeit cProfile profile trace doctest unittest commands popen2
	_posixsubprocess _io gc signal fcntl winreg _winapi msvcrt xmlrpc socketserver tarfile zipfile shelve sqlite3 antigravity`)

var builtin = set(`eval exec compile open __import__ getattr setattr delattr globals locals vars input breakpoint help exit quit`)

// leads reports whether a dotted path begins in a module that leads to the system.
func leads(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return system[root] || strings.Contains(path, "__")
}

// words are the names in byte code that lead to the system.
var words = set(`os posix nt sys subprocess system popen exec eval compile __import__ import_module importlib socket urllib
	urlopen urlretrieve requests Popen check_output check_call spawn fork execv execve pty ctypes CDLL pickle loads marshal
	builtins __builtins__ globals getattr __globals__ __subclasses__ __class__ open read_file write_file remove unlink rmtree
	chmod environ getenv connect base64 b64decode shutil py_function numpy_function load_library load_op_library WriteFile`)

// lambda judges a Lambda layer or a function given as byte code.
func (c *checker) lambda(n *jsontree.Node, path, full string) {
	cfg := n.Get("config")
	carried := false
	for _, key := range []string{"function", "output_shape", "mask", "arguments"} {
		switch v := cfg.Get(key); {
		case v.Is(jsonstream.Array) && len(v.Kids) > 0 && v.Kids[0].Is(jsonstream.String): // Keras 2: [code, defaults, closure]
			if cfg.Str(key+"_type") != "function" || looksLikeCode(v.Kids[0].Text) {
				carried = true
				c.code(v.Kids[0], path)
			}
		case v.Is(jsonstream.String) && looksLikeCode(v.Text):
			carried = true
			c.code(v, path)
		}
	}
	if cfg.Is(jsonstream.Object) && cfg.Str("code") != "" { // Keras 3: {code, defaults, closure}
		carried = true
		c.code(cfg.Get("code"), path)
	}
	if v := n.Get("value"); v.Is(jsonstream.Array) && len(v.Kids) > 0 && v.Kids[0].Is(jsonstream.String) {
		carried = true
		c.code(v.Kids[0], path)
	}
	if cfg.Get("function").Get("class_name") != nil {
		return // judged when the walk comes to it
	}
	if carried {
		return
	}
	if f := cfg.Str("function"); f != "" {
		if m := cfg.Str("module"); m != "" && (leads(m) || leads(m+"."+f)) {
			c.issues.Add("keras.system-module", issue.Malicious, path, n.At, "The layer %q calls %q of the module %q, which leads to the system.", full, issue.Clip(f, 80), issue.Clip(m, 80))
			return
		}
		for _, w := range identifiers(f) {
			if words[w] || strings.Contains(f, "__") {
				c.issues.Add("keras.lambda-system", issue.Malicious, path, n.At, "The layer carries Python source that uses %q (CVE-2024-3660).", issue.Clip(w, 60))
				return
			}
		}
		c.issues.Add("keras.lambda-function", issue.Unknown, path, n.At, "The layer %q calls the function %q, which the model does not hold.", full, issue.Clip(f, 80))
		return
	}
	c.issues.Add("keras.lambda", issue.Unknown, path, n.At, "%q runs a function that can't be seen here.", full)
}

// looksLikeCode reports whether a text is base64 of a marshalled code object.
func looksLikeCode(s string) bool {
	b := decode(s, 64)
	return len(b) > 8 && b[0]&0x7f == 'c'
}

func decode(s string, limit int) []byte {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == ' ' {
			return -1
		}
		return r
	}, s)
	s = strings.TrimRight(s, "=")
	if limit > 0 && len(s) > limit {
		s = s[:limit&^3]
	}
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		b, _ = base64.RawURLEncoding.DecodeString(s)
	}
	return b
}

// code judges marshalled byte code by the names that stand in it.
func (c *checker) code(n *jsontree.Node, path string) {
	b := decode(n.Text, 0)
	var bad []string
	for _, s := range names(b) {
		if words[s] && len(bad) < 5 {
			bad = append(bad, s)
		}
	}
	if len(bad) > 0 {
		c.issues.Add("keras.lambda-system", issue.Malicious, path, n.At, "The layer carries Python byte code that uses %s (CVE-2024-3660, CVE-2025-9905).", strings.Join(bad, ", "))
		return
	}
	c.issues.Add("keras.lambda-code", issue.Unknown, path, n.At, "The layer carries Python byte code, which runs when the model is loaded or used; only its author can say what it does.")
}

// names are the texts in a marshalled object (Python/marshal.c): short and long
// ASCII, interned or not, UTF-8 and bytes.
func names(b []byte) []string {
	var out []string
	for i := 0; i+2 < len(b) && len(out) < 100_000; i++ {
		n, start := 0, 0
		switch b[i] & 0x7f {
		case 'z', 'Z':
			n, start = int(b[i+1]), i+2
		case 'a', 'A', 'u', 't', 's':
			if i+5 > len(b) {
				continue
			}
			v := binary.LittleEndian.Uint32(b[i+1:])
			if v > uint32(len(b)) {
				continue
			}
			n, start = int(v), i+5
		default:
			continue
		}
		if n < 2 || n > 4096 || start+n > len(b) {
			continue
		}
		s := string(b[start : start+n])
		if printable(s) {
			// A constant may hold the words, too: "import os; os.system(…)".
			out = append(out, identifiers(s)...)
		}
	}
	return out
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 && s[i] != '\n' && s[i] != '\t' {
			return false
		}
	}
	return true
}

// opLambda judges a layer that calls a function of TensorFlow by its name.
func (c *checker) opLambda(n *jsontree.Node, path string) {
	f := n.Get("config").Str("function")
	if f == "" {
		if d := n.Get("config").Get("node_def"); d.Is(jsonstream.String) || d.Is(jsonstream.Object) {
			f = d.Str("op")
		}
	}
	for _, p := range []string{"io.", "raw_ops.", "py_function", "numpy_function", "load_", "sysconfig.", "saved_model.", "compat.v1.py_func", "data.", "lookup.", "train.", "summary.", "distribute.", "experimental.", "python.", "keras.", "py_func", "autograph.", "debugging."} {
		if strings.HasPrefix(f, p) || strings.Contains(f, "."+p) || strings.Contains(f, "__") && !strings.HasPrefix(f, "__operators__.") {
			c.issues.Add("keras.tensorflow-function", issue.Malicious, path, n.At, "The layer calls %q of TensorFlow, which reaches beyond the model's numbers.", issue.Clip(f, 80))
			return
		}
	}
}

// member judges members that name files or hide payloads, wherever they stand.
func (c *checker) member(owner, n *jsontree.Node, key string, v *jsontree.Node, path string) {
	if !v.Is(jsonstream.String) {
		return
	}
	switch key {
	case "vocabulary", "vocabulary_file", "vocab", "vocab_file", "filename", "file_path", "filepath", "file", "fname", "origin", "cache_dir", "path", "weights_path", "archive", "asset", "merges", "initializer_file":
		c.file(owner, key, v, path)
		return
	case "code", "function":
		return // judged with its layer
	}
	if len(v.Text) >= 16 {
		for _, h := range payload.Look(v.Text) {
			level := issue.Unknown
			if h.Kind == payload.Pickle || h.Kind == payload.Program {
				level = issue.Malicious
			}
			c.issues.Add("keras.text-"+string(h.Kind), level, path+"/"+issue.Clip(key, 60), v.At, "The text %q holds %s (%s) at its byte %d.", issue.Clip(key, 60), h.What, h.Encoding, h.Offset)
		}
	}
}

func (c *checker) file(owner *jsontree.Node, key string, v *jsontree.Node, path string) {
	class := owner.Str("class_name")
	if v.Text == "" {
		return
	}
	where := path + "/" + key
	if class == "" {
		class = "configuration"
	}
	switch kind, why := location.Judge(v.Text); kind {
	case location.Inside:
		c.issues.Add("keras.file", issue.Unknown, where, v.At, "The %s reads the file %q while it is built.", class, issue.Clip(v.Text, 200))
	default:
		c.issues.Add("keras.file-outside", issue.Malicious, where, v.At, "The %s reads %q while it is built, outside of the model: %s (CVE-2025-12058).", class, issue.Clip(v.Text, 200), why)
	}
}

// identifiers are the words of a text that could be names of Python's.
func identifiers(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !(r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
}
