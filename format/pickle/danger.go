package pickle

import "strings"

// The tables of the dangerous. They only raise what is unknown anyway: no name is
// safe because it is absent here. They are here so that a person sees at once
// what a file would have done.

// dangerous says why a name has no place in data, or "". module and name are the
// parts as imported; the name may be dotted, and each step of the path counts.
func dangerous(module, name string) string {
	if why := reaches(module, name); why != "" {
		return why
	}
	// What Python 2 called it, whatever the protocol says.
	if mod, nam := canonical(module, name, 0); mod != module || nam != name {
		if why := reaches(mod, nam); why != "" {
			return why
		}
	}
	// A dotted name walks through attributes, and a module's imports are its
	// attributes: sklearn.utils + "os.system", torch + "a.b.sys.modules".
	for rest := name; ; {
		head, tail, ok := strings.Cut(rest, ".")
		if !ok {
			return ""
		}
		if why := reaches(head, tail); why != "" {
			return why
		}
		rest = tail
	}
}

func reaches(module, name string) string {
	full := module + "." + name
	if why := dangerNames[full]; why != "" {
		return why
	}
	if rest, ok := strings.CutPrefix(full, "numpy._core."); ok {
		if why := dangerNames["numpy.core."+rest]; why != "" {
			return why
		}
	}
	// Any prefix of the path that is a module of the table, so that
	// "a.b" + "os.system", where a.b imports os, counts as os.
	for at := full; ; {
		if why := dangerModules[at]; why != "" {
			return why
		}
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	// A dotted name walks through attributes: sklearn.utils + "os.system" or
	// numpy + "testing._private.utils.runstring" end in the same place.
	parts := strings.Split(full, ".")
	for i := 1; i < len(parts); i++ {
		tail := strings.Join(parts[i:], ".")
		if i >= len(strings.Split(module, ".")) || strings.Contains(name, ".") {
			first, _, _ := strings.Cut(tail, ".")
			if why := dangerRoots[first]; why != "" {
				return why
			}
		}
		if why := dangerNames[tail]; why != "" && strings.Contains(tail, ".") {
			return why
		}
	}
	last := parts[len(parts)-1]
	if why := dangerLeaves[last]; why != "" {
		return why
	}
	for _, p := range strings.Split(name, ".") {
		if len(p) > 4 && strings.HasPrefix(p, "__") && strings.HasSuffix(p, "__") && dunderReach[p] {
			return "reaches into Python's own machinery by " + p
		}
	}
	return ""
}

// dangerRoots are modules so telling that another module's attribute of the same
// name is taken for them.
var dangerRoots = func() map[string]string {
	t := make(map[string]string)
	for _, n := range strings.Fields("os sys subprocess builtins __builtin__ __builtins__ shutil importlib ctypes runpy pty posix nt socket platform pickle _pickle cPickle marshal commands popen2 webbrowser tempfile inspect types gc") {
		t[n] = "reaches the module " + n + " through another"
	}
	return t
}()

// dangerLeaves are last names that mean the same wherever they are found.
var dangerLeaves = map[string]string{
	"eval": "evaluates code", "exec": "executes code", "execfile": "executes a file", "system": "runs a shell command",
	"popen": "runs a shell command", "popen2": "runs a shell command", "spawn": "starts a process", "__import__": "imports any module",
	"Popen": "starts a process", "check_output": "starts a process", "check_call": "starts a process", "getoutput": "runs a shell command",
	"getstatusoutput": "runs a shell command", "import_module": "imports any module", "run_module": "runs a module", "run_path": "runs a file",
	"runstring": "executes code", "rundocs": "executes code", "run_code": "executes code", "runcode": "executes code", "runsource": "executes code",
	"runeval": "evaluates code", "runctx": "executes code", "urlopen": "opens an address", "urlretrieve": "downloads a file",
	"rmtree": "deletes files", "unlink": "deletes files", "load_module": "loads a module", "exec_module": "executes a module",
	"fork_exec": "starts a process", "posix_spawn": "starts a process", "execv": "replaces the process", "execve": "replaces the process",
	"create_module": "loads a module", "exec_command": "runs a command", "CDLL": "loads native code", "dlopen": "loads native code",
	"unpickle": "loads another pickle", "read_pickle": "loads another pickle", "startfile": "opens a file with its program",
}

// dunderReach are attributes that lead from any object to all others.
var dunderReach = map[string]bool{
	"__globals__": true, "__builtins__": true, "__subclasses__": true, "__bases__": true, "__mro__": true, "__code__": true, "__class__": true,
	"__dict__": true, "__getattribute__": true, "__closure__": true, "__func__": true, "__self__": true, "__init__": true, "__call__": true,
	"__reduce__": true, "__reduce_ex__": true, "__loader__": true, "__spec__": true, "__base__": true, "__setattr__": true, "__getattr__": true, "__import__": true,
	"__wrapped__": true, "__defaults__": true, "__module__": true, "__delattr__": true, "__getitem__": true, "__setitem__": true, "__main__": false,
}

// dangerModules are modules of which no name has a place in data.
var dangerModules = flatten([][2]string{
	{"runs commands or changes files of the system", "os posix nt os.path posixpath ntpath subprocess commands popen2 pty _posixsubprocess shutil sh pexpect plumbum fabric invoke win32api win32com _winapi msvcrt winreg nturl2path"},
	{"executes or compiles code", "code codeop runpy timeit pdb bdb cProfile profile trace doctest _pyrepl idlelib test lib2to3 ensurepip venv zipapp pydoc pydoc_data py_compile compileall cmd rlcompleter symtable dis ast _ast tokenize this antigravity turtledemo turtle"},
	{"imports modules", "importlib _frozen_importlib _frozen_importlib_external imp pkgutil zipimport zipimporter pkg_resources setuptools distutils site sitecustomize modulefinder"},
	{"installs or builds packages", "pip uv conda wheel easy_install numpy.distutils numpy.f2py numpy.f2py.crackfortran Cython pyximport cffi"},
	{"loads native code or reads memory", "ctypes _ctypes cffi _cffi_backend mmap gc faulthandler llvmlite"},
	{"opens network connections", "socket _socket ssl _ssl http httplib urllib urllib2 urllib3 requests httpx aiohttp ftplib smtplib poplib imaplib nntplib telnetlib xmlrpc xmlrpclib socketserver SocketServer asyncore asynchat wsgiref webbrowser paramiko select selectors cgi cgitb smtpd"},
	{"starts processes or threads", "multiprocessing _multiprocessing threading _thread thread _dummy_thread dummy_thread dummy_threading asyncio concurrent concurrent.futures joblib.parallel joblib.externals.loky sched signal _interpreters _xxsubinterpreters _interpqueues _interpchannels"},
	{"reaches the interpreter", "sys _sys inspect gc atexit linecache traceback weakref _weakref sysconfig _sysconfigdata aix_support _aix_support osx_support _osx_support platform faulthandler tracemalloc __main__.__builtins__"},
	{"loads another pickle or marshalled code", "pickle _pickle cPickle pickletools marshal shelve dill _dill cloudpickle copy_reg.dispatch_table jsonpickle joblib.numpy_pickle.load"},
	{"switches a scanner off", "fickling picklescan modelscan modelaudit picklescanner safetensors_scanner pickle_inspector saferpickle model_unpickler"},
	{"reads or writes files", "io _io _pyio tempfile fileinput glob bz2 gzip lzma zipfile tarfile dbm anydbm sqlite3 _sqlite3 curses readline logging.config logging.handlers nis crypt"},
	{"builds code objects or classes", "new types.CodeType types.FunctionType code.InteractiveInterpreter"},
	{"tests and tools that run what they are given", "unittest pytest _pytest py.test nose hypothesis IPython ipykernel jupyter_client notebook numpy.testing numpy.testing._private sympy.utilities scipy.weave"},
	{"downloads models and runs their code", "torch.hub torch.compile torch.utils.cpp_extension torch.utils.bottleneck torch.utils.collect_env torch.utils.model_zoo torch._inductor torch.distributed torch.multiprocessing torch.package torch._dynamo torch.fx torch.jit torch.testing tensorflow.keras.utils.get_file huggingface_hub transformers.dynamic_module_utils torch.utils._config_module torch.utils.data.datapipes torch.ao.quantization torch.ao.pruning torch.ao.ns"},
	{"renders templates that run code", "jinja2 mako django.template"},
	{"waits or stops the process", "time.sleep"},
})

// dangerNames are single names of modules that also hold harmless ones.
var dangerNames = flatten([][2]string{
	{"executes code", "builtins.eval builtins.exec builtins.execfile builtins.compile __builtin__.eval __builtin__.exec __builtin__.execfile __builtin__.compile __builtins__.eval __builtins__.exec"},
	{"imports any module", "builtins.__import__ __builtin__.__import__ builtins.reload __builtin__.reload"},
	{"opens files", "builtins.open __builtin__.open __builtin__.file codecs.open _codecs.open numpy.fromfile numpy.load numpy.loads numpy.save numpy.savetxt numpy.savez numpy.loadtxt numpy.genfromtxt numpy.DataSource numpy.lib.npyio.DataSource numpy.lib._datasource.DataSource numpy.lib._datasource.open numpy.lib.npyio.load numpy.lib._npyio_impl.load numpy.lib.npyio.save numpy.lib.format.open_memmap numpy.lib.format.read_array numpy.tofile"},
	{"stops or asks the process", "builtins.exit builtins.quit builtins.input builtins.raw_input builtins.breakpoint builtins.help __builtin__.input __builtin__.raw_input _sitebuiltins.Quitter _sitebuiltins.Helper _sitebuiltins._Printer"},
	{"reaches any object", "builtins.globals builtins.locals builtins.vars builtins.dir builtins.setattr builtins.delattr builtins.__dict__ builtins.memoryview builtins.super builtins.classmethod builtins.property __builtin__.globals __builtin__.setattr __builtin__.apply builtins.apply builtins.callable builtins.id"},
	{"calls a function on what it is given", "builtins.map builtins.filter builtins.reduce __builtin__.map __builtin__.apply functools.reduce functools.singledispatch functools.cached_property functools.update_wrapper itertools.starmap itertools.accumulate itertools.filterfalse itertools.dropwhile itertools.takewhile itertools.groupby operator.methodcaller _operator.methodcaller operator.call _operator.call _functools.reduce builtins.sorted numpy.vectorize numpy.piecewise numpy.apply_along_axis numpy.fromfunction numpy.frompyfunc builtins.iter builtins.next"},
	{"builds code objects or functions", "types.CodeType types.FunctionType types.LambdaType types.MethodType types.ModuleType types.new_class types.prepare_class types.GenericAlias types.DynamicClassAttribute types.coroutine"},
	{"loads another pickle", "torch.load torch.serialization.load torch.serialization._load torch.jit.load torch.save pandas.read_pickle pandas.io.pickle.read_pickle pandas.compat.pickle_compat.load joblib.load joblib.numpy_pickle.load joblib.numpy_pickle_utils.load numpy.core.multiarray.fromfile skops.io.load torch.storage._load_from_bytes_unsafe sklearn.externals.joblib.load joblib.load_temporary_memmap"},
	{"runs Python source that the file holds", "torch.fx.graph_module.reduce_graph_module torch.fx.graph_module._forward_from_src torch.fx.graph_module.reduce_package_graph_module torch.fx.graph_module._exec_with_source torch.fx.graph_module._deserialize_graph_module"},
	{"evaluates code", "pandas.eval pandas.core.computation.eval.eval pandas.core.frame.DataFrame.eval pandas.DataFrame.eval pandas.DataFrame.query pandas.core.computation.expr.Expr numexpr.evaluate numexpr.necompiler.evaluate sympy.sympify sympy.core.sympify.sympify sympy.parsing.sympy_parser.parse_expr sympy.lambdify sklearn.utils._testing.run numpy.ctypeslib.load_library numpy.lib.utils.safe_eval numpy.core._internal._ctypes namedtuple collections.namedtuple.exec scipy.io.loadmat torch.ops.load_library torch._C._jit_pass yaml.load yaml.unsafe_load yaml.full_load yaml.load_all ruamel.yaml.load scipy._lib._bunch._make_tuple_bunch dataclasses.make_dataclass dataclasses._create_fn attr._make._eval_snippets enum.Enum.__call__"},
	{"reads files or addresses", "pandas.read_csv pandas.read_json pandas.read_html pandas.read_sql pandas.read_excel pandas.read_table pandas.read_xml pandas.read_feather pandas.read_hdf pandas.io.common.get_handle pandas.io.parsers.readers.read_csv sklearn.datasets.fetch_openml linecache.getline linecache.getlines distutils.file_util.write_file logging.FileHandler logging.fileConfig logging.config.fileConfig pathlib.Path.write_text pathlib.Path.write_bytes pathlib.Path.unlink pathlib.Path.open pathlib.Path.read_text pathlib.PosixPath.unlink pathlib.PosixPath.write_text torch.from_file scipy.io.wavfile.read getpass.getpass uuid._get_command_stdout uuid._load_system_functions uuid._popen netrc.netrc ssl.SSLSocket"},
	{"starts processes", "uuid._get_command_stdout pydoc.pipepager pydoc.tempfilepager _pyrepl.pager.pipe_pager asyncio.unix_events._UnixSubprocessTransport._start imaplib.IMAP4_stream ctypes.util._findSoname_ldconfig distutils.spawn.spawn numpy.distutils.exec_command.exec_command mailcap.findmatch mailcap.subst torch._inductor.codecache.compile_file idlelib.run.Executive.runcode joblib.Parallel lib2to3.pgen2.grammar.Grammar.loads lib2to3.pgen2.pgen.ParserGenerator.make_label test.support.script_helper.assert_python_ok"},
	{"adds to the pickle machinery", "copyreg.add_extension copyreg.pickle copyreg.constructor copyreg.dispatch_table copyreg._extension_registry copyreg._inverted_registry copyreg._extension_cache copyreg.remove_extension copyreg.clear_extension_cache"},
	{"caches by running code", "joblib.Memory joblib.memory.Memory joblib.memory.MemorizedFunc joblib.memory.MemorizedResult joblib.func_inspect.get_func_code"},
	{"registers or looks up codecs", "codecs.register codecs.lookup codecs.getdecoder codecs.decode codecs.encode _codecs.lookup _codecs.register _codecs.decode"},
})

func flatten(rows [][2]string) map[string]string {
	t := make(map[string]string)
	for _, r := range rows {
		for _, n := range strings.Fields(r[1]) {
			if t[n] == "" {
				t[n] = r[0]
			}
		}
	}
	return t
}
