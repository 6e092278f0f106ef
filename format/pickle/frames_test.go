package pickle

import (
	"strings"
	"testing"
)

// TestFrames: the ways in which a frame's boundary makes readers part. The names
// after it must be found by whoever reaches them, and the stream is never clean.
func TestFrames(t *testing.T) {
	payload := cat("cos\nsystem\n", short("id"), opTuple1, 'R', '.')
	plain := cat(']', '.')
	tests := map[string]struct {
		b         []byte
		malicious bool
		stops     Semantics // who must be told to stop, 0: readers differ in another way
	}{
		"argument crosses the end":         {cat(opProto, 4, frame(4), 'C', 6, "abcdef", '0', payload), true, Python},
		"length crosses the end":           {cat(opProto, 4, frame(3), 'X', 2, 0, 0, 0, "ab", '0', payload), true, Python},
		"line crosses the end":             {cat(opProto, 4, frame(3), "I12345\n0", payload), true, Python},
		"second line crosses the end":      {cat(opProto, 4, frame(6), "cos\nsystem\n)R."), true, Python},
		"frame in a frame":                 {cat(opProto, 4, frame(40), frame(2), 'N', '0', payload), true, Python},
		"frame longer than the stream":     {cat(opProto, 4, frame(4000), payload), true, C},
		"frame of 2**63":                   {cat(opProto, 4, opFrame, 0, 0, 0, 0, 0, 0, 0, 0x80, payload), true, C | Python},
		"frame of 2**64-1":                 {cat(opProto, 4, opFrame, 255, 255, 255, 255, 255, 255, 255, 255, payload), true, C | Python},
		"frame too short by one":           {cat(opProto, 4, frame(len(payload)-1), payload), true, 0},
		"empty frames":                     {cat(opProto, 4, frame(0), frame(0), payload), true, 0},
		"STOP before the end, more behind": {cat(opProto, 4, frame(len(plain)+len(payload)), plain, payload), false, 0},
		"STOP, then frames lead elsewhere": {cat(opProto, 4, frame(12), plain, "0123456789", payload), false, 0},
		"lost bytes hide a name":           {cat(opProto, 4, frame(4), 'C', 12, "ab", 4, 0, "\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."), false, Python},
		"lost line hides a name":           {cat(opProto, 4, frame(3), "Vab", "cos\nsystem\n)R."), false, Python},
		"protocol 0 with a frame":          {cat(frame(2), 'N', '0', payload), true, 0},
		"frame behind STOP's frame":        {cat(opProto, 4, frame(2), 'N', frame(1), payload), true, 0},
	}
	for name, c := range tests {
		rep := class1(c.b)
		if rep.Class <= Safe && name != "empty frames" && name != "frame too short by one" {
			t.Errorf("%s: %s", name, rep.Class)
		}
		if c.malicious && rep.Class != Malicious {
			t.Errorf("%s: %s", name, rep.Class)
		}
		var stops Semantics
		for _, d := range rep.Divergences {
			stops |= d.Stop
			if !strings.HasPrefix(d.Rule, "pickle.divergence-") {
				t.Errorf("%s: rule %q", name, d.Rule)
			}
		}
		for _, i := range rep.Issues {
			if Rules[i.Rule] == "" {
				t.Errorf("rule %q has no words", i.Rule)
			}
		}
		if stops&c.stops != c.stops {
			t.Errorf("%s: stops %s, not %s: %+v", name, stops, c.stops, rep.Divergences)
		}
	}
	// The same programs, against CPython.
	var streams [][]byte
	for _, c := range tests {
		streams = append(streams, c.b)
	}
	compare(t, streams)
}

// TestParserDivergences: one stream for each way in which the readers differ
// outside frames, compared with CPython itself.
func TestParserDivergences(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"INT in octal": "I010\n.", "INT in hex": "I0x10\n.", "INT with a sign": "I+1\n.", "INT with NUL": "I1\x00x\n.", "INT empty": "I\n.",
		"INT with a blank": "I 1\n.", "INT in binary": "I0b1\n.", "INT true": "I01\n.", "INT underscore": "I1_0\n.",
		"LONG hex": "L0x10L\n.", "LONG octal": "L010L\n.", "LONG NUL": "L1\x00\n.", "LONG without L": "L12\n.", "LONG empty": "L\n.",
		"FLOAT underscore": "F1_0.5\n.", "FLOAT overflow": "F1e400\n.", "FLOAT blank": "F 1\n.", "FLOAT NUL": "F1\x00\n.",
		"STRING one quote": "S'\n.", "STRING mixed quotes": "S'a\"\n.", "STRING without": "Sabc\n.", "STRING not ASCII": "S'\xe9'\n.", "STRING bad escape": "S'\\x4'\n.",
		"GLOBAL escape": "co\\x73\nsystem\n.", "GLOBAL not ASCII": "c\xc3\xa9\nx\n.", "GLOBAL empty name": "cos\n\n.", "INST without mark": "ios\nsystem\n.",
		"INST not ASCII": "(i\xc3\xa9\nx\n.", "PERSID not ASCII": "P\xff\n.", "PUT negative": "Np-1\n.", "PUT twice": "Np0\np0\n.", "PUT blank": "Np 0\n.", "PUT NUL": "Np0\x00x\n.",
		"GET 01": "Np1\n0g01\n.", "GET negative": "g-1\n.", "MARK left": "N(N.", "values left": "NN.", "PUT of a mark": "(p0\nN.", "DUP of a mark": "(2.", "TUPLE1 of a mark": "(\x85.",
		"POP of a mark": "N(0.", "POP of nothing": "0N.", "MARK then STOP": "N(.", "protocol 6": "\x80\x06N.", "PROTO twice": "\x80\x02\x80\x04N.", "PROTO late": "N\x80\x02.",
		"REDUCE with a list": "cx\ny\n]R.", "REDUCE with text": "cx\ny\n\x8c\x01aR.", "NEWOBJ with a list": "cx\ny\n]\x81.", "REDUCE with None": "cx\ny\nNR.",
		"APPENDS to a dict": "}(K\x01e.", "APPENDS of nothing to None": "N(e.", "ADDITEMS of nothing to None": "N(\x90.", "SETITEMS odd": "}(K\x01u.", "SETITEMS of nothing": "N(u.",
		"BUILD empty list on a list": "]]b.", "BUILD None": "]Nb.", "BUILD 0": "]K\x00b.", "DICT odd": "(K\x01d.", "list as a key": "}]Ns.", "MEMOIZE of nothing": "\x94N.",
		"STACK_GLOBAL of bytes": "C\x01aC\x01b\x93.", "LONG4 negative": "\x8b\xff\xff\xff\xff.", "BINSTRING negative": "T\xff\xff\xff\xff.",
		"UNICODE surrogate": "V\\ud800\n.", "BINUNICODE surrogate": "\x8c\x03\xed\xa0\x80.", "BINUNICODE broken": "\x8c\x01\xff.", "no STOP": "N", "trailing": "N.N.", "nothing": "",
	}
	var streams [][]byte
	var differ int
	for name, s := range tests {
		streams = append(streams, []byte(s))
		if rep, _ := follow([]byte(s)); len(rep.Divergences) > 0 {
			differ++
		} else if rep.Accepts != All && rep.Accepts != 0 {
			t.Errorf("%s: accepted by %s without a divergence", name, rep.Accepts)
		}
	}
	compare(t, streams)
	t.Logf("%d streams, %d of them divide the readers", len(tests), differ)
	if differ < 14 {
		t.Errorf("only %d divergences", differ)
	}
}
