package artefact

import (
	"bytes"
	"strings"
	"testing"
)

// Exception-oriented programming (arXiv 2508.19774): a file that a scanner gives up on
// with an error after the loader has already run its payload. Each breakage stands
// behind the call, and the verdict must be the call's, not the breakage's.

// afterwards are ends of a pickle at which some or all readers stop.
var afterwards = map[string]string{
	"no end":               "",
	"no such opcode":       "\xff",
	"a byte of zero":       "\x00.",
	"cut in an argument":   "X\xff\xff\x00\x00abc",
	"endless length":       "\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
	"negative length":      "\x8b\xff\xff\xff\xff.",
	"empty stack":          "000000.",
	"no mark":              "t.",
	"unknown memo":         "h\xf0.",
	"text that is none":    "X\x02\x00\x00\x00\xff\xfe.",
	"list as a key":        "}]Ns.",
	"call of a number":     "K\x01)R.",
	"state for a number":   "K\x01}K\x01K\x02sb.",
	"items of a number":    "K\x01Na.",
	"extension":            "\x82\x07.",
	"persistent id":        "Pabc\n.",
	"out-of-band buffer":   "\x97.",
	"frame without end":    "\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
	"frame in a frame":     "\x95\x0a\x00\x00\x00\x00\x00\x00\x00N\x95\x01\x00\x00\x00\x00\x00\x00\x00N.",
	"protocol of tomorrow": "\x80\x7f.",
	"integer that is none": "Iabc\n.",
	"float that is none":   "Fabc\n.",
	"string unquoted":      "Sabc\n.",
	"name with a line cut": "cos",
	"values left over":     "NNN.",
	"import that fails":    "cno_such_module_at_all\nx\n.",
	"memory":               "\x8e\xff\xff\xff\xff\x00\x00\x00\x00",
}

func TestExceptionBehindThePayload(t *testing.T) {
	for name, end := range afterwards {
		for _, head := range []string{"\x80\x02", "\x80\x04", ""} {
			p := head + "cos\nsystem\nX\x02\x00\x00\x00id\x85R" + end
			for _, c := range []struct{ how, file string }{
				{"as it is", p},
				{"in an npy", npyOf("|O", "(1,)", p)},
				{"gzip", string(gzipped(t, p))},
				{"zlib", string(zlibbed(t, p))},
				{"in a torch archive", string(zipped(t, 0, "archive/data.pkl", p, "archive/version", "3\n"))},
				{"in a tar", string(tarred(t, "pickle", p))},
				{"in torch's old form", legacyTorch(p)},
			} {
				if r := scan(t, "model.bin", []byte(c.file)); r.Verdict != Malicious {
					t.Errorf("%s behind it, %s, head %q: %v %v", name, c.how, head, r.Verdict, r.Rules)
				}
			}
		}
	}
}

// TestExceptionInTheContainer: PyTorch's reader of zips looks at no checksum, gzip's
// checksum comes after the content, a tar's next header after the member.
func TestExceptionInTheContainer(t *testing.T) {
	p := "\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R."
	z := zipped(t, 0, "archive/data.pkl", p, "archive/version", "3\n")
	at := func(sig string) int { return bytes.LastIndex(z, []byte(sig)) }
	first := bytes.Index(z, []byte("PK\x01\x02"))
	set := func(off int, b ...byte) []byte {
		out := bytes.Clone(z)
		copy(out[off:], b)
		return out
	}
	g := gzipped(t, p+strings.Repeat("\x00", 4000))
	tr := tarred(t, "pickle", p, "sys_info", "x")
	for name, b := range map[string][]byte{
		"checksum in the directory":     set(first+16, 1, 2, 3, 4),
		"checksum in the header":        set(14, 1, 2, 3, 4),
		"encrypted, says the header":    set(6, 1),
		"encrypted, says the directory": set(first+8, 1),
		"a method of tomorrow":          set(first+10, 99),
		"a version of tomorrow":         set(first+6, 255),
		"count of members":              set(at("PK\x05\x06")+8, 9, 0, 9, 0),
		"more discs":                    set(at("PK\x05\x06")+4, 1, 0, 1, 0),
		"length of the comment":         set(at("PK\x05\x06")+20, 7, 0),
		"date of month 0":               set(10, 0, 0, 0, 0),
		"without its end":               z[:at("PK\x05\x06")],
		"without its directory":         z[:first],
		"something before":              append([]byte("#!/bin/sh\n"), z...),
		"something behind":              append(bytes.Clone(z), "\x00\x00tail"...),
		"gzip's checksum":               append(bytes.Clone(g[:len(g)-8]), 1, 2, 3, 4, 5, 6, 7, 8),
		"gzip cut":                      g[:len(g)-12],
		"tar cut":                       tr[:len(tr)-1100],
		"tar's second header":           append(bytes.Clone(tr[:1024]), bytes.Repeat([]byte{0xff}, 1024)...),
	} {
		if r := scan(t, "model.pt", b); r.Verdict != Malicious {
			t.Errorf("%s: %v %v", name, r.Verdict, r.Rules)
		}
	}
}
