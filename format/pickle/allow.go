package pickle

import "strings"

// The tables of what is vouched for. An entry says not only that a name is known
// but what may be done with it: see [use]. Names are full paths after renaming;
// numpy._core is written numpy.core, as before numpy 2.
//
// What makes an entry right is written at its group. In short:
//
//   - A class under useNew is made by __new__ without __init__, and gets its
//     state through __dict__ or a __setstate__ that only stores. Whoever wrote
//     the table has looked at both.
//   - A function is only ever listed by its exact path, never by namespace.
//   - A function whose danger lies in its arguments (getattr, partial, the
//     reconstructors) has a rule, and may not be handed around as a value.
//   - A namespace rule (shape.go) allows classes of packages whose classes follow
//     a convention that makes __new__ and BUILD inert; it never allows a call.

// use is a set of things that may be done with a name.
type use uint16

const (
	useValue   use = 1 << iota // be data: an element, an attribute, an argument
	useNew                     // __new__ without __init__: NEWOBJ, OBJ, copyreg
	useCall                    // REDUCE with any arguments that are themselves fine
	useBuild                   // BUILD on what it made
	useItems                   // APPEND, SETITEM, ADDITEMS on what it made
	useArray                   // a class of arrays, for numpy's _reconstruct
	useBase                    // a base for copyreg._reconstructor
	useFactory                 // a default factory
	useStorage                 // a class of torch storages
	useFunc                    // a function that partial may hold

	class  = useValue | useNew | useBuild // an ordinary class
	record = class | useCall              // a class whose __init__ only stores
)

// An entry is what one name is vouched for.
type entry struct {
	use   use
	rule  rule
	state func(m *machine, inst, state value) string // judges BUILD; nil: by useBuild
	why   string
	over  bool // vouched for although its module is in the table of the dangerous; any other use is malicious
}

// A rule judges a call: its result, or why it is not vouched for. args are valid
// until the next tuple is made; known is false if they can't be told.
type rule func(m *machine, g uint32, args []value, known bool) (result value, why string)

type group struct {
	why   string // the reason, in a clause, for people
	use   use
	rule  rule
	state func(m *machine, inst, state value) string
	in    string // prefix of the names
	names string // separated by blanks
	over  bool
}

// entries is the tables by full path.
var entries map[string]*entry

func init() {
	entries = byPath()
	wordList, words = vocabulary()
	wordShape, wordOrder, wordDtype = words["shape"], words["order"], words["dtype"]
	wordParserKey, wordParser = words[parserKey], words[parserWord]
	wordStorage, wordHostile = words[storageWord], words[hostileWord]
	wordSubclass, wordAlign = words["subclass"], words["numpy_array_alignment_bytes"]
	wordMmap = words["allow_mmap"]
}

func byPath() map[string]*entry {
	t := make(map[string]*entry, 3000) // growing there would leave as much behind before main
	for _, tables := range [][]group{builtinGroups, numpyGroups, frameGroups, learnGroups, torchGroups, torchMore, overGroups, statsGroups, moreGroups} {
		for _, g := range tables {
			e := &entry{use: g.use, rule: g.rule, state: g.state, why: g.why, over: g.over}
			for _, n := range strings.Fields(g.names) {
				if _, twice := t[g.in+n]; twice {
					panic("pickle: " + g.in + n + " is in the tables twice")
				}
				t[g.in+n] = e
			}
		}
	}
	return t
}

// lookup returns what the tables say of a name, nil if nothing.
func lookup(module, name string) *entry {
	if rest, ok := strings.CutPrefix(module, "numpy._core"); ok && (rest == "" || rest[0] == '.') {
		module = "numpy.core" + rest
	}
	if e := entries[module+"."+name]; e != nil {
		// A dotted path may be reached in two ways, "a" + "b.c" and "a.b" + "c"; only
		// the second imports a.b. The tables mean the second.
		if strings.Contains(name, ".") && !dottedNames[module+"."+name] {
			return nil
		}
		return e
	}
	return shape(module, name)
}

// dottedNames are entries that are attributes of a class.
var dottedNames = map[string]bool{
	"builtins.str.lower": true, "builtins.str.upper": true, "builtins.str.strip": true, "builtins.str.split": true, "builtins.str.casefold": true,
	"builtins.str.title": true, "builtins.str.capitalize": true, "builtins.str.lstrip": true, "builtins.str.rstrip": true,
	"scipy.interpolate._interpolate.interp1d._call_spline":       true,
	"scipy.interpolate._interpolate.interp1d._call_linear":       true,
	"scipy.interpolate._interpolate.interp1d._call_linear_np":    true,
	"scipy.interpolate._interpolate.interp1d._call_nearest":      true,
	"scipy.interpolate._interpolate.interp1d._call_previousnext": true,
	"zoneinfo.ZoneInfo._unpickle":                                true,
	"torch.optim.swa_utils.SWALR._cosine_anneal":                 true, "torch.optim.swa_utils.SWALR._linear_anneal": true,
	"torch.optim.lr_scheduler.CyclicLR._triangular_scale_fn": true, "torch.optim.lr_scheduler.CyclicLR._triangular2_scale_fn": true,
	"torch.optim.lr_scheduler.CyclicLR._exp_range_scale_fn": true, "torch.optim.lr_scheduler.OneCycleLR._annealing_cos": true,
	"torch.optim.lr_scheduler.OneCycleLR._annealing_linear": true,
	"torch._utils.torch.channels_last":                      true, "torch._utils.torch.channels_last_3d": true, "torch._utils.torch.contiguous_format": true,
	"torch._utils.torch.preserve_format": true, "torch._utils.torch.legacy_contiguous_format": true,
}

// wordList and words give the parts of all table names ids below firstOwn, so
// that names are told apart even when a hostile stream has filled the room for
// strings. Id 0 is no word.
var (
	wordList []string
	words    map[string]uint32
)

func vocabulary() ([]string, map[string]uint32) {
	list, ids := []string{""}, make(map[string]uint32)
	add := func(s string) {
		if _, ok := ids[s]; !ok && s != "" && len(list) < firstOwn {
			ids[s] = uint32(len(list))
			list = append(list, s)
		}
	}
	for _, s := range []string{"shape", "order", "dtype", "subclass", "numpy_array_alignment_bytes", "allow_mmap", "storage", "module", "C", "F", "latin1", parserKey, parserWord, storageWord, hostileWord} {
		add(s)
	}
	both := func(full string) {
		if i := strings.LastIndexByte(full, '.'); i > 0 {
			add(full[:i])
			add(full[i+1:])
		}
	}
	for full := range entries {
		both(full)
		if rest, ok := strings.CutPrefix(full, "numpy.core."); ok {
			both("numpy._core." + rest)
		}
	}
	for m := range dangerModules {
		add(m)
	}
	for full := range dangerNames {
		both(full)
	}
	return list, ids
}
