package pickle

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// Builders of streams. Nothing here is ever loaded by Python.

func short(s string) []byte { return append([]byte{opShortBinUnicode, byte(len(s))}, s...) }

func cat(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case byte:
			b = append(b, p)
		case rune:
			b = append(b, byte(p))
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func frame(n int) []byte { return binary.LittleEndian.AppendUint64([]byte{opFrame}, uint64(n)) }

// gadgets are names known to be dangerous, of many kinds.
var gadgets = strings.Fields(`os.system os.popen posix.system nt.system os.execv os.spawnl os.remove os.putenv subprocess.Popen subprocess.run
	subprocess.check_output subprocess.getoutput builtins.eval builtins.exec builtins.compile builtins.__import__ builtins.open builtins.globals
	builtins.setattr builtins.map io.open _io.open io.FileIO _pyio.open runpy.run_path runpy._run_code ctypes.CDLL ctypes.cdll.LoadLibrary pty.spawn
	socket.create_connection socket.socket importlib.import_module importlib.reload imp.load_source pip.main pip._internal.main webbrowser.open
	code.InteractiveInterpreter code.interact timeit.timeit timeit.main pdb.run pdb.Pdb bdb.Bdb cProfile.run profile.run trace.Trace doctest.debug_script
	asyncio.create_subprocess_shell asyncio.run multiprocessing.Process threading.Thread shutil.rmtree shutil.copy urllib.request.urlopen
	http.client.HTTPSConnection ftplib.FTP smtplib.SMTP imaplib.IMAP4_stream numpy.testing._private.utils.runstring numpy.f2py.crackfortran.getlincoef
	numpy.load numpy.fromfile torch.load torch.hub.load torch.jit.load torch.utils.collect_env.run torch.utils._config_module.ConfigModule.load_config torch._inductor.codecache.compile_file pandas.read_pickle pandas.eval
	joblib.load pickle.loads _pickle.loads marshal.loads shelve.open dill.loads cloudpickle.loads fickling.hook.remove_hook fickling.fickle.Pickled
	picklescan.scanner.scan_file_path modelscan.modelscan.ModelScan sys.modules sys.setprofile gc.get_objects inspect.getsource types.CodeType
	types.FunctionType operator.methodcaller functools.reduce itertools.starmap copyreg.add_extension codecs.open codecs.decode logging.config.fileConfig
	logging.FileHandler tempfile.mktemp pkgutil.resolve_name pydoc.pipepager linecache.getlines site.addsitedir venv.create ensurepip.bootstrap
	distutils.spawn.spawn lib2to3.pgen2.grammar.Grammar.loads idlelib.pyshell.ModifiedInterpreter.runcode uuid._get_command_stdout platform.popen
	test.support.script_helper.assert_python_ok sqlite3.connect zipimport.zipimporter yaml.unsafe_load jinja2.Template collections.namedtuple.exec
	_posixsubprocess.fork_exec commands.getoutput popen2.popen3`)

// ways are the ways of getting a name and calling it.
func ways(module, name string) map[string][]byte {
	g := cat('c', module, "\n", name, "\n")
	arg := cat(short("id"), opTuple1)
	w := map[string][]byte{
		"GLOBAL REDUCE":              cat(opProto, 2, g, arg, 'R', '.'),
		"GLOBAL alone":               cat(g, '.'),
		"GLOBAL popped":              cat(g, '0', 'N', '.'),
		"protocol 0":                 cat(g, "(S'id'\ntR."),
		"STACK_GLOBAL":               cat(opProto, 4, short(module), short(name), opStackGlobal, arg, 'R', '.'),
		"STACK_GLOBAL, memo":         cat(opProto, 4, short(name), opMemoize, '0', short(module), opMemoize, '0', 'h', 1, 'h', 0, opStackGlobal, arg, 'R', '.'),
		"STACK_GLOBAL, long strings": cat(opProto, 4, 'X', len(module), 0, 0, 0, module, opBinUnicode8, len(name), 0, 0, 0, 0, 0, 0, 0, name, opStackGlobal, arg, 'R', '.'),
		"STACK_GLOBAL, BINSTRING":    cat(opProto, 4, 'U', len(module), module, "T", len(name), 0, 0, 0, name, opStackGlobal, arg, 'R', '.'),
		"STACK_GLOBAL, UNICODE":      cat(opProto, 4, 'V', fmt.Sprintf("\\u%04x", module[0]), module[1:], "\nV", name, "\n", opStackGlobal, arg, 'R', '.'),
		"STACK_GLOBAL, STRING":       cat(opProto, 4, "S'", fmt.Sprintf("\\x%02x", module[0]), module[1:], "'\nS\"", name, "\"\n", opStackGlobal, arg, 'R', '.'),
		"INST":                       cat("(S'id'\ni", module, "\n", name, "\n."),
		"INST, no arguments":         cat("(i", module, "\n", name, "\n."),
		"OBJ":                        cat('(', g, "S'id'\no."),
		"NEWOBJ":                     cat(opProto, 2, g, arg, opNewObj, '.'),
		"NEWOBJ_EX":                  cat(opProto, 4, g, arg, '}', opNewObjEx, '.'),
		"REDUCE, then broken":        cat(opProto, 2, g, arg, 'R', 0xff, 0xff),
		"REDUCE, then cut":           cat(opProto, 2, g, arg, 'R'),
		"after STOP in a list":       cat(opProto, 2, ']', '(', g, arg, 'R', 'e', '.'),
		"as state":                   cat(opProto, 2, "ccollections\nOrderedDict\n)R", g, 'b', '.'),
		"through partial":            cat(opProto, 2, "cfunctools\npartial\n", g, opTuple1, 'R', '.'),
		"through copyreg":            cat(opProto, 2, "ccopyreg\n_reconstructor\n", g, "cbuiltins\nobject\nN", opTuple3, 'R', '.'),
		"as a factory":               cat(opProto, 2, "ccollections\ndefaultdict\n", g, opTuple1, 'R', '.'),
		"late PROTO":                 cat(g, arg, opProto, 4, 'R', '.'),
		"args as a list":             cat(g, ']', short("id"), 'a', 'R', '.'),
		"persistent id":              cat(g, 'Q', '.'),
		"memo, far index":            cat(g, "p1000000\n0g1000000\n", arg, 'R', '.'),
	}
	if i := strings.LastIndexByte(module, '.'); i > 0 {
		w["dotted name"] = cat(opProto, 4, short(module[:i]), short(module[i+1:]+"."+name), opStackGlobal, arg, 'R', '.')
	} else {
		w["dotted name"] = cat(opProto, 4, short("sklearn.utils"), short(module+"."+name), opStackGlobal, arg, 'R', '.')
	}
	return w
}

func class1(b []byte) *Report {
	rep, err := Scan(bytes.NewReader(b), Limits{}, Policy{})
	if err != nil {
		panic(err)
	}
	return rep
}

// TestGadgets calls every dangerous name in every way there is.
func TestGadgets(t *testing.T) {
	if len(gadgets) < 60 {
		t.Fatalf("only %d gadgets", len(gadgets))
	}
	n := 0
	for _, full := range gadgets {
		i := strings.LastIndexByte(full, '.')
		for how, b := range ways(full[:i], full[i+1:]) {
			n++
			rep := class1(b)
			if rep.Class != Malicious {
				t.Errorf("%s by %s: %s %+v %v", full, how, rep.Class, rep.Callables, rep.Issues)
			}
			if len(rep.Trail) == 0 {
				t.Errorf("%s by %s: no trail", full, how)
			}
			if n%5 != 0 { // every beginning of every fifth is enough
				continue
			}
			// No beginning of it is clean once the name has been read.
			for cut := range b {
				if p := class1(b[:cut]); p.Class <= Safe {
					t.Fatalf("%s by %s, cut at %d: %s", full, how, cut, p.Class)
				}
			}
		}
	}
	t.Logf("%d gadgets, %d streams", len(gadgets), n)
}

// TestPython2Names: names of Python 2 are judged under their new ones, and as written.
func TestPython2Names(t *testing.T) {
	for _, name := range []string{"__builtin__\neval", "__builtin__\nexecfile", "__builtin__\nfile", "commands\ngetoutput", "urllib\nurlopen", "urllib2\nurlopen",
		"httplib\nHTTPConnection", "cPickle\nloads", "__builtin__\napply", "__builtin__\nreduce", "itertools\nimap", "SocketServer\nTCPServer", "dummy_thread\nstart_new_thread",
		"thread\nstart_new_thread", "commands\ngetstatusoutput", "popen2\npopen2", "anydbm\nopen", "dumbdbm\nopen", "copy_reg\nadd_extension"} {
		for _, head := range []string{"", "\x80\x02", "\x80\x04"} {
			b := cat(head, 'c', name, "\n(S'x'\ntR.")
			if rep := class1(b); rep.Class != Malicious {
				t.Errorf("%q after %q: %s %+v", name, head, rep.Class, rep.Callables)
			}
		}
	}
}

// TestNeverClean holds the classes of bypass that are no call of a known name:
// they need not be malicious, but never clean.
func TestNeverClean(t *testing.T) {
	bomb := cat(opProto, 4, ']')
	for range 40 { // a list that holds the list before, twice, forty times over
		bomb = cat(bomb, opMemoize, '0', ']', '(', 'h', 0, 'h', 0, 'e', 'q', 0)
	}
	bomb = append(bomb, '.')
	tuples := cat(opProto, 2, ')')
	for range 40 {
		tuples = cat(tuples, '2', opTuple2)
	}
	tuples = append(tuples, '.')
	dicts := cat(opProto, 2, '}')
	for range 40 {
		dicts = cat(dicts, 'q', 0, '0', '}', "K\x01", 'h', 0, 's', "K\x02", 'h', 0, 's')
	}
	dicts = append(dicts, '.')
	inner := cat(opProto, 4, "cos\nsystem\n", short("id"), opTuple1, 'R', '.')
	b64 := base64.StdEncoding.EncodeToString(inner)
	hx := hex.EncodeToString(inner)
	od := "ccollections\nOrderedDict\n)R"
	tests := map[string][]byte{
		"list bomb": bomb, "tuple bomb by DUP": tuples, "dict bomb": dicts,
		"inner pickle in bytes":       cat(opProto, 4, 'C', len(inner), inner, '.'),
		"inner pickle in bytearray":   cat(opProto, 5, opByteArray8, len(inner), 0, 0, 0, 0, 0, 0, 0, inner, '.'),
		"inner pickle in base64":      cat(opProto, 4, 'X', len(b64), 0, 0, 0, b64, '.'),
		"inner pickle in hex":         cat(opProto, 4, 'X', len(hx), 0, 0, 0, hx, '.'),
		"inner protocol 0 in STRING":  cat("S\"cos\\nsystem\\n(S'id'\\ntR.\"\n."),
		"inner pickle twice":          cat(opProto, 4, 'C', len(inner)+4, cat(opProto, 4, 'C', len(inner), inner), '.'),
		"inner protocol 0 in bytes":   cat(opProto, 4, 'C', 24, "cos\nsystem\n(S'idid'\ntR..", '.'),
		"EXT1":                        cat(opProto, 2, opExt1, 1, '.'),
		"EXT2":                        cat(opProto, 2, opExt2, 1, 1, '.'),
		"EXT4":                        cat(opProto, 2, opExt4, 1, 0, 0, 0, ')', 'R', '.'),
		"EXT with a code below zero":  cat(opProto, 2, opExt4, 255, 255, 255, 255, '.'),
		"PERSID":                      cat("Pabc\n."),
		"BINPERSID":                   cat(opProto, 2, short("x"), 'Q', '.'),
		"PERSID not ASCII":            cat("P\xff\n."),
		"out-of-band buffer":          cat(opProto, 5, opNextBuffer, '.'),
		"an unknown class":            cat("c__main__\nNet\n)\x81."),
		"attributes of a known class": cat(opProto, 4, short("sklearn.svm._classes"), short("SVC.__init__.__globals__"), opStackGlobal, '.'),
		"deeper than a known module":  cat(opProto, 4, short("numpy"), short("dtype.mro"), opStackGlobal, '.'),
		"function of a namespace":     cat("csklearn.utils.validation\ncheck_array\n(tR."),
		"class, called":               cat("csklearn.svm._classes\nSVC\n(K\x01tR."),
		"borrowed class":              cat("csklearn.model_selection._search\nParallel\n)\x81."),
		"build into a class":          cat(opProto, 2, "ccollections\nOrderedDict\n", '}', short("x"), 'N', 's', 'b', '.'),
		"build __class__":             cat(opProto, 2, "csklearn.svm._classes\nSVC\n)\x81N", '}', short("__class__"), 'N', 's', opTuple2, 'b', '.'),
		"build __dict__":              cat(opProto, 2, "csklearn.svm._classes\nSVC\n)\x81", '}', short("__dict__"), '}', 's', 'b', '.'),
		"item of sys.modules' kin":    cat(opProto, 2, "ccollections\nOrderedDict\n", short("x"), 'N', 's', '.'),
		"getattr":                     cat("cbuiltins\ngetattr\n(ccollections\nOrderedDict\nS'fromkeys'\ntR."),
		"getattr as a value":          cat("cbuiltins\ngetattr\n."),
		"getattr in a list":           cat(opProto, 2, "](cbuiltins\ngetattr\ne."),
		"getattr as a state":          cat(opProto, 2, od, "cbuiltins\ngetattr\nb."),
		"getattr partial":             cat("cfunctools\npartial\n(cbuiltins\ngetattr\ntR."),
		"partial, other function":     cat(opProto, 2, "cfunctools\npartial\n(cnumpy\nlog1p\ntR(cbuiltins\ngetattr\n)}Ntb."),
		"partial called":              cat(opProto, 2, "cfunctools\npartial\n(cnumpy\nlog1p\ntR)R."),
		"attrgetter of dunder":        cat("coperator\nattrgetter\n(S'__class__.__base__'\ntR."),
		"reconstruct a class":         cat("cnumpy.core.multiarray\n_reconstruct\n(c__main__\nX\n(tS'b'\ntR."),
		"memmap by NEWOBJ":            cat(opProto, 2, "cnumpy\nmemmap\n(S'/etc/passwd'\nt\x81."),
		"a ufunc by name":             cat("cnumpy.core\n_ufunc_reconstruct\n(S'os'\nS'nothing'\ntR."),
		"encode with rot13":           cat("c_codecs\nencode\n(S'x'\nS'rot13'\ntR."),
		"bytes of a huge size":        cat("cbuiltins\nbytes\n(L999999999999L\ntR."),
		"Fraction with an exponent":   cat("cfractions\nFraction\n(S'1e999999999'\ntR."),
		"rv_generic":                  cat(opProto, 2, "cscipy.stats._continuous_distns\nnorm_gen\n)\x81}", short("_parse_arg_template"), short("\nimport os\n"), "sb."),
		"lightgbm.Dataset":            cat(opProto, 2, "clightgbm.sklearn\nDataset\n)\x81}b."),
		"PyFuncDistance":              cat(opProto, 2, "csklearn.metrics._dist_metrics\nPyFuncDistance\n)\x81."),
		"computed name":               cat(opProto, 4, "cbuiltins\nstr\n", short("os"), opTuple1, 'R', short("x"), opStackGlobal, '.'),
		"long name":                   cat(opProto, 4, 'X', 0, 1, 0, 0, strings.Repeat("a", 256), short("x"), opStackGlobal, '.'),
		"empty":                       {}, "only PROTO": {opProto, 4}, "zeros": make([]byte, 64),
		"stack underflow": cat('0', 'N', '.'), "no mark": cat('t', '.'), "odd dict": cat("(K\x01d."), "memo miss": cat("h\x07."),
		"negative PUT": cat("Np-1\n."), "unhashable": cat("}]Ns."), "unknown opcode": cat('N', 0xfe, '.'), "protocol 9": cat(opProto, 9, 'N', '.'),
		"REDUCE of an int": cat("K\x01)R."), "NEWOBJ of an int": cat(opProto, 2, "K\x01)\x81."), "negative BINSTRING": cat("T\xff\xff\xff\xff."),
		"huge BINBYTES8": cat(opProto, 4, opBinBytes8, 255, 255, 255, 255, 255, 255, 255, 255, '.'),
	}
	for name, b := range tests {
		rep := class1(b)
		if rep.Class <= Safe {
			t.Errorf("%s: %s %+v", name, rep.Class, rep.Callables)
		}
		if len(rep.Issues) == 0 {
			t.Errorf("%s: %s without an issue", name, rep.Class)
		}
	}
	t.Logf("%d streams", len(tests))
}
