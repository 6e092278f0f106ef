package artefact

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// zipEntry is a member of a zip whose local header and central directory may tell
// different things.
type zipEntry struct {
	local, central       string
	data                 string
	flags, method, disk  uint16
	localFlags           uint16
	crc, size, localSize uint32 // 0: as it is
	attributes           uint32
	extra, localExtra    string
	comment              string
	descriptor           bool
	gap                  string // before the local header
}

// zipOf writes a zip by hand; comment follows the end record.
func zipOf(prefix string, entries []zipEntry, comment string) string {
	var b, c bytes.Buffer
	le := func(w *bytes.Buffer, vs ...any) {
		for _, v := range vs {
			binary.Write(w, binary.LittleEndian, v)
		}
	}
	b.WriteString(prefix)
	for _, e := range entries {
		b.WriteString(e.gap)
		if e.central == "" {
			e.central = e.local
		}
		at, crc, size := uint32(b.Len()), crc32.ChecksumIEEE([]byte(e.data)), uint32(len(e.data))
		lcrc, lsize := crc, size
		if e.descriptor {
			lcrc, lsize = 0, 0
			e.localFlags |= 8
		}
		if e.localSize != 0 {
			lsize = e.localSize
		}
		if e.crc != 0 {
			crc = e.crc
		}
		if e.size != 0 {
			size = e.size
		}
		le(&b, uint32(0x04034b50), uint16(20), e.flags|e.localFlags, e.method, uint32(0), lcrc, lsize, lsize, uint16(len(e.local)), uint16(len(e.localExtra)))
		b.WriteString(e.local + e.localExtra + e.data)
		if e.descriptor {
			le(&b, uint32(0x08074b50), crc, size, size)
		}
		le(&c, uint32(0x02014b50), uint16(20), uint16(20), e.flags, e.method, uint32(0), crc, size, size, uint16(len(e.central)), uint16(len(e.extra)), uint16(len(e.comment)), e.disk, uint16(0), e.attributes, at)
		c.WriteString(e.central + e.extra + e.comment)
	}
	at := uint32(b.Len())
	b.Write(c.Bytes())
	le(&b, uint32(0x06054b50), uint16(0), uint16(0), uint16(len(entries)), uint16(len(entries)), uint32(c.Len()), at, uint16(len(comment)))
	return b.String() + comment
}

// containers holds a payload in every odd way that some reader of archives follows.
func containers(t testing.TB, p string) hostile {
	ok := zipEntry{local: "archive/version", data: "3\n"}
	harmless := zipEntry{local: "archive/data.pkl", data: benign}
	one := func(e zipEntry) string { return zipOf("", []zipEntry{ok, e}, "") }
	pk := func(e zipEntry) zipEntry {
		if e.local == "" {
			e.local = "archive/data.pkl"
		}
		if e.data == "" {
			e.data = p
		}
		return e
	}
	inner := zipOf("", []zipEntry{pk(zipEntry{})}, "")
	tarWith := func(h ...*tar.Header) string {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, h := range h {
			body := ""
			if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
				body, h.Size = p, int64(len(p))
			}
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
			w.Write([]byte(body))
		}
		w.Close()
		return b.String()
	}
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"
	h := hostile{
		"zip, plain":                          one(pk(zipEntry{})),
		"zip, another local name":             one(pk(zipEntry{local: "archive/data.pkl", central: "archive/notes.txt"})),
		"zip, another central name":           one(pk(zipEntry{local: "archive/notes.txt", central: "archive/data.pkl"})),
		"zip, said to be encrypted":           one(pk(zipEntry{flags: 1})),
		"zip, local header says encrypted":    one(pk(zipEntry{localFlags: 1})),
		"zip, strong encryption bit":          one(pk(zipEntry{flags: 0x41})),
		"zip, masked headers bit":             one(pk(zipEntry{flags: 0x2000})),
		"zip, all flag bits":                  one(pk(zipEntry{flags: 0xfff6})),
		"zip, patched data bit":               one(pk(zipEntry{flags: 0x20})),
		"zip, wrong checksum":                 one(pk(zipEntry{crc: 0xdeadbeef})),
		"zip, checksum of zero":               strings.ReplaceAll(one(pk(zipEntry{})), string(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(p)))), "\x00\x00\x00\x00"),
		"zip, shorter in the directory":       one(pk(zipEntry{size: 3})),
		"zip, longer in the directory":        one(pk(zipEntry{size: 1 << 20})),
		"zip, shorter in the header":          one(pk(zipEntry{localSize: 3})),
		"zip, longer in the header":           one(pk(zipEntry{localSize: 1 << 20})),
		"zip, data descriptor":                one(pk(zipEntry{descriptor: true})),
		"zip, unknown method":                 one(pk(zipEntry{method: 77})),
		"zip, on another disk":                one(pk(zipEntry{disk: 3})),
		"zip, a folder with data":             one(pk(zipEntry{local: "archive/data.pkl/", attributes: 0x10})),
		"zip, folder by attribute":            one(pk(zipEntry{attributes: 0x10})),
		"zip, a link with data":               one(pk(zipEntry{attributes: 0xa1ff << 16})),
		"zip, twice":                          zipOf("", []zipEntry{ok, harmless, pk(zipEntry{})}, ""),
		"zip, twice the other way":            zipOf("", []zipEntry{ok, pk(zipEntry{}), harmless}, ""),
		"zip, twice by case":                  zipOf("", []zipEntry{ok, harmless, pk(zipEntry{local: "archive/DATA.PKL"})}, ""),
		"zip, name with a zero byte":          one(pk(zipEntry{local: "archive/data.pkl\x00.txt"})),
		"zip, name with a backslash":          one(pk(zipEntry{local: `archive\data.pkl`})),
		"zip, no name":                        one(pk(zipEntry{local: " ", central: " "})),
		"zip, in the gap between members":     zipOf("", []zipEntry{ok, {local: "a.txt", data: "hi", gap: p}}, ""),
		"zip, before the first member":        zipOf(p, []zipEntry{ok}, ""),
		"zip, in a member nobody lists":       strings.Replace(zipOf("", []zipEntry{ok, {local: "a.txt", data: "hi", gap: inner[:strings.Index(inner, "PK\x01\x02")]}}, ""), "", "", 1),
		"zip, in the archive's comment":       zipOf("", []zipEntry{ok}, inner),
		"zip, a member's comment":             zipOf("", []zipEntry{{local: "a", data: "b", comment: inner}}, ""),
		"zip, in an extra field":              zipOf("", []zipEntry{{local: "a", data: "b", extra: "\x99\x99" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(inner)))) + inner}}, ""),
		"zip, in a local extra field":         zipOf("", []zipEntry{{local: "a", data: "b", localExtra: "\x99\x99" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(inner)))) + inner}}, ""),
		"zip, unicode path field":             one(pk(zipEntry{local: "archive/notes.txt", extra: "up\x19\x00\x01" + string(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte("archive/notes.txt")))) + "archive/data.pkl" + "\x00\x00\x00\x00"})),
		"zip behind a zip":                    zipOf("", []zipEntry{ok}, "") + inner,
		"zip before a zip":                    inner + zipOf("", []zipEntry{ok}, ""),
		"zip, cut end":                        inner[:len(inner)-30],
		"zip, rubbish behind":                 inner + strings.Repeat("\xfe", 70_000),
		"zip, no local signature":             strings.Replace(inner, "PK\x03\x04", "PK\x03\x05", 1),
		"zip, spanned mark":                   "PK\x07\x08" + inner,
		"png then a zip":                      png + inner,
		"gif as a pickle":                     "GIF89aXXX" + p,
		"gif as a pickle, stack kept":         "GIF89aXXX0" + p,
		"safetensors then a pickle":           "\x08\x00\x00\x00\x00\x00\x00\x00{\"a\": 1}" + p,
		"safetensors then a zip":              "\x02\x00\x00\x00\x00\x00\x00\x00{}" + inner,
		"gguf then a zip":                     "GGUF\x03\x00\x00\x00" + strings.Repeat("\x00", 16) + inner,
		"tar, plain":                          tarWith(&tar.Header{Name: "a/data.pkl", Mode: 0o644}),
		"tar, pax path":                       tarWith(&tar.Header{Name: strings.Repeat("long/", 60) + "data.pkl", Mode: 0o644, Format: tar.FormatPAX}),
		"tar, gnu long name":                  tarWith(&tar.Header{Name: strings.Repeat("long/", 60) + "data.pkl", Mode: 0o644, Format: tar.FormatGNU}),
		"tar, link out":                       tarWith(&tar.Header{Name: "data.pkl", Linkname: "../../../etc/passwd", Typeflag: tar.TypeSymlink}),
		"tar, hard link out":                  tarWith(&tar.Header{Name: "data.pkl", Linkname: "/etc/passwd", Typeflag: tar.TypeLink}),
		"tar, link then a file through it":    tarWith(&tar.Header{Name: "x", Linkname: "/tmp", Typeflag: tar.TypeSymlink}, &tar.Header{Name: "x/data.txt", Mode: 0o644}),
		"tar, device":                         tarWith(&tar.Header{Name: "dev", Typeflag: tar.TypeBlock, Devmajor: 8}),
		"tar, fifo":                           tarWith(&tar.Header{Name: "pipe", Typeflag: tar.TypeFifo}),
		"tar, path out":                       strings.Replace(string(tarred(t, "aa/aa/harmless.txt", "hi")), "aa/aa/harmless.txt", "../../harmless.txt", 1),
		"tar, unknown type":                   tarType(tarWith(&tar.Header{Name: "a/data.pkl", Mode: 0o644}), 'Z'),
		"tar, contiguous type":                tarType(tarWith(&tar.Header{Name: "a/data.pkl", Mode: 0o644}), '7'),
		"tar, old gnu sparse":                 tarType(tarWith(&tar.Header{Name: "a/data.pkl", Mode: 0o644}), 'S'),
		"tar, behind its end":                 string(tarred(t, "a", "x")) + strings.Repeat("\x00", 10240) + p,
		"tar, behind its end, a tar":          string(tarred(t, "a", "x")) + string(tarred(t, "b", p)),
		"tar, no mark":                        strings.Replace(tarWith(&tar.Header{Name: "a/data.pkl", Mode: 0o644}), "ustar", "\x00\x00\x00\x00\x00", 1),
		"tar that begins as a png":            tarName(tarWith(&tar.Header{Name: "aPNGaaaa", Mode: 0o644}), "\x89PNG\r\n\x1a\n"),
		"gzip, two members":                   string(gzipped(t, benign)) + string(gzipped(t, p)),
		"gzip, rubbish behind":                string(gzipped(t, p)) + "rubbish",
		"gzip then a pickle":                  string(gzipped(t, "harmless")) + p,
		"gzip in zip in tar in gzip":          string(gzipped(t, string(tarred(t, "a", string(zipped(t, 8, "b", string(gzipped(t, p)))))))),
		"npz with objects":                    string(zipped(t, 8, "arr_0.npy", npyOf("|O", "()", p))),
		"npz, no extension":                   string(zipped(t, 8, "arr_0", npyOf("|O", "()", p))),
		"npy, keys twice":                     npyHeader("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + p,
		"npy, escaped type":                   npyHeader(`{'descr': '\x4f', 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy, joined texts":                   npyHeader(`{'descr': '|' 'O', 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy, type by name":                   npyHeader(`{'descr': 'object', 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy, field of objects":               npyHeader(`{'descr': [('a', [('b', 'O')])], 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy, sub array of objects":           npyHeader(`{'descr': [('a', 'O', (2,))], 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy, comment in the header":          npyHeader("{'descr': '|O', # <f8\n 'fortran_order': False, 'shape': (1,), }") + p,
		"npy, python 2 numbers":               npyHeader(`{'descr': '|O', 'fortran_order': False, 'shape': (1L,), }`) + p,
		"npy, version 3":                      "\x93NUMPY\x03\x00" + npyHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")[8:10] + "\x00\x00" + npyHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")[10:] + p,
		"npy, version 9":                      "\x93NUMPY\x09\x00" + npyHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")[8:] + p,
		"npy, dtype as a dict":                npyHeader(`{'descr': {'names': ['a'], 'formats': ['O']}, 'fortran_order': False, 'shape': (1,), }`) + p,
		"npy of more dimensions than numbers": npyHeader(`{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }`) + p,
		"npy behind an npy":                   npyOf("<f8", "(1,)", "12345678") + npyOf("|O", "(1,)", p),
		"legacy torch, payload as system":     "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + "\x80\x02M\xe9\x03." + p + benign + benign,
		"legacy torch, payload as keys":       legacyTorch(benign)[:20] + strings.Replace(legacyTorch(benign)[20:], "\x80\x02]q\x00.", p, 1),
		"legacy torch, sixth pickle":          strings.Replace(legacyTorch(benign), "\x00\x01raw numbers", p, 1),
		"eleven pickles":                      strings.Repeat(benign, 11) + p,
		"pickle behind zeros":                 strings.Repeat("\x00", 64) + p,
		"pickle then zeros then a pickle":     benign + strings.Repeat("\x00", 64) + p,
		"hdf5 behind a user block":            strings.Repeat("\x00", 512) + "\x89HDF\r\n\x1a\n" + strings.Repeat("\x00", 600),
		"hdf5 behind a large block":           strings.Repeat("text ", 131072/5) + "te" + "\x89HDF\r\n\x1a\n" + strings.Repeat("\x00", 600),
		"saved model as a vocabulary":         savedAsVocabulary(),
		"program in a torch archive":          string(zipped(t, 0, "a/data.pkl", benign, "a/data/0", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 60))),
		"source in a torch archive":           string(zipped(t, 0, "a/data.pkl", benign, "a/data/evil.py", "import os\nos.system('id')\n")),
		"mar":                                 string(zipped(t, 8, "MAR-INF/MANIFEST.json", "{}", "handler.py", "import os\nos.system('id')\n")),
		"nemo":                                string(tarred(t, "./model_config.yaml", "_target_: os.system\n", "./model_weights.ckpt", string(zipped(t, 0, "a/data.pkl", benign)))),
		"torch.package":                       string(zipped(t, 0, "p/.data/version", "6\n", "p/model/model.pkl", benign, "p/evil.py", "import os\nos.system('id')\n")),
		"keras archive":                       string(zipped(t, 8, "metadata.json", "{}", "config.json", lambdaJSON, "model.weights.h5", "")),
		"keras archive in UTF-16":             string(zipped(t, 8, "metadata.json", "{}", "config.json", wideText(binary.LittleEndian, lambdaJSON), "model.weights.h5", "")),
	}
	return h
}

func npyHeader(h string) string {
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(h)+1))) + h + "\n"
}

// tarSum writes the checksum of the first header anew.
func tarSum(b []byte) string {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return string(b)
}

func tarType(s string, kind byte) string {
	b := []byte(s)
	b[156] = kind
	return tarSum(b)
}

func tarName(s, name string) string {
	b := []byte(s)
	copy(b, name)
	return tarSum(b)
}

// savedAsVocabulary is a saved model that also reads as a vocabulary of sentencepiece:
// TensorFlow passes over a first field of another type as unknown.
func savedAsVocabulary() string {
	bytesField := func(n protowire.Number, s string) string {
		return string(protowire.AppendString(protowire.AppendTag(nil, n, protowire.BytesType), s))
	}
	node := bytesField(1, "x") + bytesField(2, "PyFunc")
	graph := bytesField(1, node)
	meta := bytesField(2, graph)
	out := ""
	for _, w := range []string{"the", "of", "and", "cat"} {
		out += bytesField(1, bytesField(1, w))
	}
	return out + bytesField(2, meta)
}

func TestContainersThatHide(t *testing.T) {
	for name, p := range map[string]string{"protocol 0": evil, "protocol 4": evil4} {
		t.Run(name, func(t *testing.T) { neverClean(t, containers(t, p)) })
	}
}

// TestGGUFTextsAreSearched: a template under a name that no reader is known for.
func TestGGUFTextsAreSearched(t *testing.T) {
	le64 := func(n int) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(n))) }
	text := func(s string) string { return le64(len(s)) + s }
	for _, key := range []string{"tokenizer.chat_template", "tokenizer.chat_template.rag", "tokenizer.prompt", "general.description"} {
		b := "GGUF\x03\x00\x00\x00" + le64(0) + le64(1) + text(key) + "\x08\x00\x00\x00" + text(ssti)
		if rep := scan(t, "m.gguf", []byte(b+strings.Repeat("\x00", 32))); rep.Verdict != Malicious {
			t.Errorf("%s: %s %v", key, rep.Verdict, rep.Rules)
		}
	}
}
