package pickle

import (
	"bytes"
	"regexp"
	"strings"
)

// SciPy's distributions execute a string of their state when they are loaded:
// rv_generic.__setstate__ runs exec(self._parse_arg_template). So they are fine
// only if that string is the argument parser that SciPy itself generates, three
// functions that hand names on. Any other text is a program of the stream's.

const (
	parserKey  = "_parse_arg_template"
	parserWord = "<scipy argument parser>" // stands for the text; as a text it would be no Python
)

var wordParserKey, wordParser uint32

// usualParser has room for names, numbers and defaults; no call but the one to
// _argcheck_rvs, no attribute, no operator fits in.
var usualParser = regexp.MustCompile(`^\s*def _parse_args\(self[A-Za-z0-9_ ,=]*\):\n    return \([A-Za-z0-9_ ,]*\)[A-Za-z0-9_ ,]*\s*` +
	`def _parse_args_rvs\(self[A-Za-z0-9_ ,=]*\):\n    return self\._argcheck_rvs\([A-Za-z0-9_ ,=]*\)\s*` +
	`def _parse_args_stats\(self[A-Za-z0-9_ ,=]*='mvs?k?'[ ,]*\):\n    return \([A-Za-z0-9_ ,]*\)[A-Za-z0-9_ ,]*\s*$`)

func argumentParser(b []byte) bool {
	return len(b) > 100 && len(b) < 2000 && bytes.HasPrefix(b, []byte("\ndef _parse_args(")) && usualParser.Match(b)
}

// distribution says that a name is a class of one of SciPy's distributions.
func distribution(module, name string) bool {
	if module == "scipy.stats._continuous_distns" && name == "rv_histogram" || module == "scipy.stats._distn_infrastructure" && name == "rv_sample" {
		return true
	}
	return (module == "scipy.stats._continuous_distns" || module == "scipy.stats._discrete_distns") &&
		strings.HasSuffix(name, "_gen") && !strings.Contains(name, ".")
}

// stateDistribution lets only a dict pass whose parser, if any, is the usual one.
func stateDistribution(m *machine, inst, state value) string {
	if state.kind() != kDict {
		return "is given a state that we can't follow"
	}
	if c := m.cells.get(state.pay()); c&(flagParser|flagDunder|flagNonStr) != 0 {
		return "is given a state with code that is not SciPy's own: loading executes it"
	}
	return ""
}
