package hdf5

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

// tiny is a file of version 2: a root group with one attribute and the messages given.
func tiny(messages ...[]byte) []byte {
	le := binary.LittleEndian
	attr := []byte{3, 0, 3, 0, 8, 0, 4, 0, 0, 'k', 'e', 0}
	attr = append(attr, 0x13, 0, 0, 0, 5, 0, 0, 0) // a text of five bytes
	attr = append(attr, 2, 0, 0, 0)                // a single value
	attr = append(attr, "hello"...)
	body := message(0x0C, attr)
	for _, m := range messages {
		body = append(body, m...)
	}
	b := []byte(signature)
	b = append(b, 2, 8, 8, 0)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, 1<<64-1)
	end := len(b) + 8 + 8 + 4 + 4 + 1 + 1 + 2 + len(body) + 4
	b = le.AppendUint64(b, uint64(end))
	b = le.AppendUint64(b, 48)
	b = append(b, 0, 0, 0, 0)
	b = append(b, "OHDR\x02\x01"...)
	b = le.AppendUint16(b, uint16(len(body)))
	b = append(b, body...)
	return append(b, 0, 0, 0, 0)
}

func message(typ byte, body []byte) []byte {
	return append([]byte{typ, byte(len(body)), byte(len(body) >> 8), 0}, body...)
}

func link(kind byte, name string, info ...byte) []byte {
	b := []byte{1, 8, kind, byte(len(name))}
	return message(0x06, append(append(b, name...), info...))
}

func external(file string) []byte {
	v := append([]byte{0}, file+"\x00/a\x00"...)
	return append([]byte{byte(len(v)), 0}, v...)
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestASmallFile(t *testing.T) {
	f := read(t, tiny(link(1, "soft", 2, 0, '/', 'a'), link(0, "self", 48, 0, 0, 0, 0, 0, 0, 0)))
	if v, ok := f.Attr("/", "ke"); len(f.Issues) != 0 || !ok || v != "hello" || !slices.Equal(f.Groups, []string{"/"}) {
		t.Fatalf("%+v", f)
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	layout := func(at, n uint64) []byte {
		b := binary.LittleEndian.AppendUint64([]byte{3, 1}, at)
		return message(0x08, binary.LittleEndian.AppendUint64(b, n))
	}
	for name, c := range map[string]struct {
		b     []byte
		rule  string
		level issue.Level
	}{
		"nothing":             {nil, "malformed", issue.Unreadable},
		"no superblock":       {make([]byte, 4096), "malformed", issue.Unreadable},
		"superblock 9":        {append([]byte(signature), 9, 8, 8, 0, 0, 0, 0), "malformed", issue.Unreadable},
		"linked away":         {tiny(link(64, "x", external("/etc/x.h5")...)), "external-link-escapes", issue.Malicious},
		"linked up":           {tiny(link(64, "x", external("../x.h5")...)), "external-link-escapes", issue.Malicious},
		"linked beside":       {tiny(link(64, "x", external("x.h5")...)), "external-link", issue.Unknown},
		"a plug-in's link":    {tiny(link(70, "x", 0, 0)), "user-link", issue.Unknown},
		"a plug-in's filter":  {tiny(message(0x0B, []byte{2, 1, 1, 0x7d, 0, 0, 0, 0, 0, 0})), "filter", issue.Unknown},
		"virtual":             {tiny(message(0x08, []byte{4, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})), "virtual-dataset", issue.Unknown},
		"data outside":        {tiny(layout(1, 1<<40)), "outside", issue.Unreadable},
		"data far outside":    {tiny(layout(1<<50, 1)), "malformed", issue.Unreadable},
		"link outside":        {tiny(link(0, "x", 0, 0, 0, 0, 1, 0, 0, 0)), "malformed", issue.Unreadable},
		"link into nonsense":  {tiny(link(0, "x", 9, 0, 0, 0, 0, 0, 0, 0)), "malformed", issue.Unreadable},
		"message too long":    {tiny([]byte{0x06, 0xff, 0xff, 0}), "malformed", issue.Unreadable},
		"continuation loops":  {tiny(message(0x10, []byte{48, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0})), "malformed", issue.Unreadable},
		"heap of nonsense":    {tiny(message(0x02, []byte{0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0})), "malformed", issue.Unreadable},
		"bytes follow":        {append(tiny(), "PK\x03\x04"...), "trailing", issue.Unknown},
		"cut short":           {tiny()[:len(tiny())-2], "truncated", issue.Unreadable},
		"bytes stand before":  {append(bytes.Repeat([]byte("#!"), 256), tiny()...), "user-block", issue.Unknown},
		"a group's old index": {tiny(message(0x11, []byte{48, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0})), "malformed", issue.Unreadable},
	} {
		f := read(t, c.b)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == "hdf5."+c.rule && i.Level == c.level })
		if i < 0 || f.Issues[i].Offset < 0 || f.Issues[i].Offset > int64(len(c.b)) {
			t.Errorf("%s: want %v hdf5.%s, have %v", name, c.level, c.rule, f.Issues)
		}
	}
}

func TestObjectsAreBounded(t *testing.T) {
	var links [][]byte
	for i := range 500 {
		links = append(links, link(0, "x", byte(49+i), byte((49+i)>>8), 0, 0, 0, 0, 0, 0))
	}
	b := tiny(links...)
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{Objects: 100})
	if err != nil || issue.Worst(f.Issues) != issue.Unreadable {
		t.Errorf("%v %v", err, f.Issues)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(tiny(link(64, "x", external("x.h5")...)))
	if seeds, err := filepath.Glob("testdata/*.h5"); err == nil {
		for _, s := range seeds {
			if b, err := os.ReadFile(s); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), Limits{Objects: 1000, Nodes: 20_000, Text: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range got.Datasets {
			if d.Offset >= 0 && (d.Len < 0 || d.Offset+d.Len > int64(len(b))) {
				t.Fatalf("%+v is outside the file", d)
			}
		}
	})
}
