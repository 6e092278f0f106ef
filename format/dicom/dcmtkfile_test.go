package dicom

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// dumped matches "  (0008,1150) UI =MRImageStorage     #  26, 1 ReferencedSOPClassUID".
var dumped = regexp.MustCompile(`(?m)^ *\(([0-9a-f]{4}),([0-9a-f]{4})\) (..) (.*?) +# +(u/l|\d+), *\d+ (\S+)`)

// TestReadsFilesAsDcmdumpDoes reads files that dcmtk's converters wrote, in
// every syntax and with both kinds of sequences, and compares element by element.
func TestReadsFilesAsDcmdumpDoes(t *testing.T) {
	dir := t.TempDir()
	original := objectFile(t, dir)
	for name, args := range map[string][]string{
		"explicit, lengths undefined": {"dcmconv", "+te", "-e"},
		"explicit, lengths given":     {"dcmconv", "+te", "+e"},
		"big endian":                  {"dcmconv", "+tb", "-e"},
		"implicit":                    {"dcmconv", "+ti", "+e"},
		"implicit, undefined":         {"dcmconv", "+ti", "-e"},
		"deflated":                    {"dcmconv", "+td"},
		"with group lengths":          {"dcmconv", "+te", "+g"},
		"with trailing padding":       {"dcmconv", "+te", "+p", "512", "64"},
		"run length encoded":          {"dcmcrle"},
		"JPEG":                        {"dcmcjpeg"},
	} {
		file := filepath.Join(dir, "converted.dcm")
		if log := run(t, args[0], append(args[1:], original, file)...); log != "" {
			t.Fatalf("%s: %s", name, log)
		}
		var want []string
		keywords := map[string]string{}
		for _, m := range dumped.FindAllStringSubmatch(run(t, "dcmdump", "-q", file), -1) {
			if m[1] == "fffe" {
				continue
			}
			length := m[5]
			if length == "u/l" {
				length = "-1"
			}
			want = append(want, fmt.Sprintf("(%s,%s) %s %s", m[1], m[2], m[3], length))
			keywords[fmt.Sprintf("(%s,%s)", m[1], m[2])] = m[6]
			if uid, found := strings.CutPrefix(m[4], "="); found && strings.HasSuffix(uid, "Storage") {
				keywords["storage"] = uid
			}
		}
		if len(want) < 25 {
			t.Fatalf("%s: dcmdump printed %d elements", name, len(want))
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 7, len(b)} {
			var got []string
			f := NewFileReader(&Config{Want: EveryTag()}, func(e *Element) {
				vr := e.VR.String()
				if e.Tag == 0x7FE00010 && e.Length == UndefinedLength {
					vr = "OB" // dcmdump calls it by its pixel sequence
				}
				got = append(got, fmt.Sprintf("%v %s %d", e.Tag, vr, int32(e.Length)))
				if k := keywords[e.Tag.String()]; k != e.Tag.Keyword() && !strings.HasPrefix(k, "GenericGroup") && e.Tag.Keyword() != e.Tag.String() {
					t.Errorf("%s: %v is %s, dcmtk says %s", name, e.Tag, e.Tag.Keyword(), k)
				}
			})
			for rest := b; len(rest) > 0; {
				n := min(size, len(rest))
				if err := f.Feed(rest[:n]); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				rest = rest[n:]
			}
			if err := f.End(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			// An implicit file does not say OB or OW, nor what unknown tags are.
			if diff := cmp.Diff(want, got, implicitVRs(strings.HasPrefix(name, "implicit"))...); diff != "" {
				t.Errorf("%s, %d bytes at a time (-dcmdump +ours):\n%s", name, size, diff)
			}
		}
	}
}

// implicitVRs leaves the VR out of the comparison when it was not written.
func implicitVRs(implicit bool) []cmp.Option {
	if !implicit {
		return nil
	}
	plain := func(s string) string { f := strings.Fields(s); return f[0] + " " + f[len(f)-1] }
	return []cmp.Option{cmp.Comparer(func(a, b string) bool { return plain(a) == plain(b) })}
}

// TestDcmdumpReadsFilesWeWrite gives dcmdump an object of ours in every syntax.
func TestDcmdumpReadsFilesWeWrite(t *testing.T) {
	testkit.Need(t, "dcmdump")
	dir := t.TempDir()
	for uid := range map[string]bool{ImplicitVRLittleEndian: true, ExplicitVRLittleEndian: true, ExplicitVRBigEndian: true, RLELossless: true} {
		s, _ := SyntaxOf(uid)
		file := filepath.Join(dir, uid+".dcm")
		if err := os.WriteFile(file, AppendFile(nil, uid, CTImageStorage, "1.2.3.4", object(s, 64)), 0o600); err != nil {
			t.Fatal(err)
		}
		out := run(t, "dcmdump", file)
		for _, want := range []string{
			"(0002,0012) UI [" + ImplementationClass + "]",
			"(0008,0016) UI =CTImageStorage",
			"(0008,1155) UI [1.2.3]",
			"(0008,0104) LO [scanned]",
			"(0010,0020) LO [0815]",
			`(0018,1020) LO [VA 20\R 1]`,
			"(0028,0010) US 512",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", uid, want, out)
			}
		}
		for _, l := range strings.Split(out, "\n") {
			if strings.HasPrefix(l, "E:") || strings.HasPrefix(l, "W:") {
				t.Errorf("%s: %s", uid, l)
			}
		}
	}
}

// TestDictionaryAgreesWithDcmtk checks every tag we know against dcmtk's list.
func TestDictionaryAgreesWithDcmtk(t *testing.T) {
	files, _ := filepath.Glob("/usr/share/libdcmtk*/dicom.dic")
	if len(files) == 0 {
		testkit.Missing(t, "dcmtk's dictionary is not installed")
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	known := map[Tag][2]string{}
	for _, l := range strings.Split(string(b), "\n") {
		f := strings.Split(l, "\t")
		if len(f) < 3 || len(f[0]) != 11 {
			continue
		}
		group, err1 := strconv.ParseUint(f[0][1:5], 16, 16)
		element, err2 := strconv.ParseUint(f[0][6:10], 16, 16)
		if err1 == nil && err2 == nil {
			if _, twice := known[NewTag(uint16(group), uint16(element))]; !twice {
				known[NewTag(uint16(group), uint16(element))] = [2]string{f[1], strings.TrimPrefix(f[2], "RETIRED_")}
			}
		}
	}
	last := Tag(0)
	for i, a := range Attributes() {
		if i > 0 && a.Tag <= last {
			t.Errorf("%v is out of order", a.Tag)
		}
		last = a.Tag
		k, ok := known[a.Tag]
		if !ok {
			t.Errorf("%v %s: dcmtk does not know it", a.Tag, a.Keyword)
			continue
		}
		if k[1] != a.Keyword || k[0] != a.VR.String() && k[0] != "px" && k[0] != "ox" {
			t.Errorf("%v is %v %s, dcmtk says %s", a.Tag, a.VR, a.Keyword, k)
		}
	}
}
