package pickle

import (
	"fmt"
	"testing"
)

const uniformParser = "\ndef _parse_args(self, %[1]s loc=0, scale=1):\n    return (%[1]s), loc, scale\n\ndef _parse_args_rvs(self, %[1]s loc=0, scale=1, size=None):\n" +
	"    return self._argcheck_rvs(%[1]s loc, scale, size=size)\n\ndef _parse_args_stats(self, %[1]s loc=0, scale=1, moments='mv'):\n    return (%[1]s), loc, scale, moments\n"

// TestDistributions: SciPy's own argument parsers pass, and nothing else does.
func TestDistributions(t *testing.T) {
	for _, shapes := range []string{"", "a,", "a, b,", "df1, df2,"} {
		text := fmt.Sprintf(uniformParser, shapes)
		if !argumentParser([]byte(text)) {
			t.Errorf("SciPy's own parser is refused: %q", text)
		}
		b := cat(opProto, 4, "cscipy.stats._continuous_distns\nnorm_gen\n)\x81}", short("_parse_arg_template"), 'X', len(text)&255, len(text)>>8, 0, 0, text, "sb.")
		if rep := class1(b); rep.Class != Safe {
			t.Errorf("%q: %s %v", text, rep.Class, rep.Issues)
		}
	}
	for _, evil := range []string{"__import__('os').system('id'),", "x=eval('1'),", "a):\n    pass\nimport os\ndef f(self,", "a=b.c,", "a\n,"} {
		text := fmt.Sprintf(uniformParser, evil)
		if argumentParser([]byte(text)) {
			t.Errorf("passes: %q", text)
		}
		if argumentParser([]byte("\nimport os"+fmt.Sprintf(uniformParser, ""))) || argumentParser([]byte(fmt.Sprintf(uniformParser, "")+"import os\n")) {
			t.Error("a line more passes")
		}
	}
}
