package torchscript

import "strings"

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(s) {
		m[n] = true
	}
	return m
}

var (
	// builtin are functions of Python that reach its insides.
	builtin = set(`eval exec compile open __import__ globals locals vars setattr delattr input breakpoint exit quit memoryview`)

	system = set(`os posix nt sys subprocess shutil socket importlib runpy pty ctypes builtins __builtin__ code codeop pickle
		cPickle marshal dill cloudpickle urllib requests http ftplib smtplib webbrowser tempfile pathlib multiprocessing threading
		pip setuptools inspect signal eval exec compile open __import__ globals locals vars setattr delattr input breakpoint`)

	reflection = set(`__class__ __base__ __bases__ __mro__ __subclasses__ __globals__ __builtins__ __import__ __reduce__ __getattribute__ __code__`)

	// namespaces are those of PyTorch's own operators.
	namespaces = set(`aten prim prims quantized _quantized quantized_decomposed onednn mkldnn mkl inductor c10d_functional _c10d_functional
		profiler sparse xnnpack prepacked _caffe2 static_runtime cuda metal vulkan image_placeholder`)

	// shipped are libraries of the makers of PyTorch.
	shipped = map[string]string{"torchvision": "torchvision", "image": "torchvision", "video": "torchvision", "torchaudio": "torchaudio",
		"torchtext": "torchtext", "fbgemm": "FBGEMM", "torch_scatter": "PyTorch Geometric", "torch_sparse": "PyTorch Geometric", "torch_cluster": "PyTorch Geometric"}

	// files are operators that read files or map them.
	files = set(`from_file load load_library load_module read_file decode_image_from_file open_file read_image read_video
		_load_for_lite_interpreter import_ir_module hub load_state_dict_from_url download_url_to_file fromfile memmap`)

	// writes are operators that write files.
	writes = set(`save write_file write_png write_jpeg tofile _save_parameters _save_for_mobile save_jit_module export`)

	// others are parts of torch that reach beyond numbers.
	others = set(`hub distributed classes package utils multiprocessing serialization jit storage cpp_extension _C`)
)
