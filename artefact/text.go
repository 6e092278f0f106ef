package artefact

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/pattern"
)

// isText reports whether head is text in UTF-8 (a rune may be cut at its end) or in
// UTF-16 with its mark.
func isText(head []byte) bool {
	if order := wide(head); order != nil {
		return len(head)%2 == 0 && isWide(head[2:], order)
	}
	for i := 0; i < len(head); {
		c := head[i]
		if c < 0x80 {
			if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b && c != '\b' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && n <= 1 {
			return len(head)-i < utf8.UTFMax && len(head) >= headLen-utf8.UTFMax && !utf8.FullRune(head[i:])
		}
		i += n
	}
	return true
}

// wide returns the byte order that a mark of UTF-16 tells, nil without one.
func wide(head []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return binary.LittleEndian
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return binary.BigEndian
	}
	return nil
}

// isWide reports whether b is text in UTF-16: pairs of surrogates, no control characters.
// A pair that is cut at the end of b is let pass.
func isWide(b []byte, order binary.ByteOrder) bool {
	for i := 0; i+1 < len(b); i += 2 {
		switch u := order.Uint16(b[i:]); {
		case u < 0x20 && u != '\n' && u != '\r' && u != '\t' || u == 0x7F || u >= 0xFFFE || u >= 0xDC00 && u < 0xE000:
			return false
		case u >= 0xD800 && u < 0xDC00:
			if i += 2; i+1 < len(b) {
				if v := order.Uint16(b[i:]); v < 0xDC00 || v >= 0xE000 {
					return false
				}
			}
		}
	}
	return true
}

// codeNames are the extensions of what is there to be run.
var codeNames = strings.Fields(`.py .pyw .pyx .pth .sh .bash .zsh .fish .bat .cmd .ps1 .psm1 .vbs .js .mjs .cjs .ts .rb .pl .pm .php .lua .r .jl
	.java .c .cc .cpp .h .hpp .cu .go .rs .cs .swift .scala .tcl .awk .ipynb .wasm .desktop .service .mk .cmake .gradle .dll .so .dylib .exe .jar .class .pyc .pyd .whl .egg`)

var (
	pythonLine = pattern.Of(`(?m)^(?:import [A-Za-z_][\w.]*(?: as \w+)?(?:, *[\w.]+)*|from [A-Za-z_.][\w.]* import .+|def \w+\(.*\).*:|class \w+(?:\(.*\))?:|@\w[\w.]*(?:\(.*\))?)[ \t\r]*(?:#.*)?$`)
	yamlPython = pattern.Of(`!!python/(?:object|name|module)|tag:yaml\.org,2002:python/(?:object|name|module)`)
	lfsPointer = []byte("version https://git-lfs.github.com/spec/v1\n")
)

// rest judges what no format explained wholly: known data of other kinds, text, code,
// or nothing that is known. some says that a format explained a part.
func (s *scanner) rest(it *item, some bool) *finding {
	f := &finding{whole: true}
	say := func(rule string, level issue.Level, text string) *finding {
		f.hit(it.path, issue.Issue{Rule: rule, Level: level, Offset: -1, Text: text})
		return f
	}
	if kind := program(it.head); kind != "" {
		f.format = "program"
		return say("artefact.program", issue.Unknown, "this is "+kind+"; it is there to be run, and nothing here judges programs")
	}
	if it.role == tensor {
		f.format = "raw data"
		return f
	}
	if it.role == inner || some {
		return nil
	}
	if kind := image(it.head); kind != "" {
		f.format = kind
		protobufBehind(it, f)
		return f
	}
	if kind := s.data(it, f); kind != "" {
		if f.format = kind; kind != "sentencepiece" && kind != "msgpack" {
			protobufBehind(it, f)
		}
		return f
	}
	if companion(it) || s.opt.companion && it.path == "" {
		f.format = "raw data"
		return say("artefact.raw-data", issue.Note, "numbers that belong to a model in another file; what reads them runs nothing")
	}
	if !isText(it.head) || !s.textToTheEnd(it) {
		if bytes.Count(it.head, []byte{0}) == len(it.head) && s.allZero(it) {
			f.format = "zeros"
			return f
		}
		f.format = "unrecognised"
		return say("artefact.unrecognised", issue.Unknown, "the bytes are of no format that is known here")
	}
	f.format = "text"
	switch code := slices.Contains(codeNames, ext(it.name)); {
	case bytes.HasPrefix(it.head, lfsPointer):
		f.format = "git-lfs pointer"
		return say("artefact.lfs-pointer", issue.Unreadable, "this is a pointer of git-lfs; the model itself was not fetched and was not seen")
	case code || bytes.HasPrefix(it.head, []byte("#!")):
		f.format = "source code"
		return say("artefact.code", issue.Unknown, "this is source code; it is there to be run, and nothing here judges programs")
	case !prose(it.name) && len(pythonLine().FindAllIndex(it.head, 3)) >= 2:
		f.format = "source code"
		return say("artefact.code", issue.Unknown, "this reads like Python source code under another name")
	}
	s.textIssues(it, f)
	return f
}

// prose are names of texts that may quote code.
func prose(name string) bool {
	return slices.Contains([]string{".md", ".rst", ".html", ".htm", ".jsonl", ".csv", ".tsv", ".tex"}, ext(name))
}

// textIssues finds in configurations what makes a loader fetch or run code.
func (s *scanner) textIssues(it *item, f *finding) {
	if order := wide(it.head); order != nil {
		b := narrow(it, order)
		if b == nil {
			f.hit(it.path, issue.Issue{Rule: "artefact.long-text", Level: issue.Unreadable, Offset: 0, Text: "the text is in UTF-16 and longer than is read"})
			return
		}
		child := &item{r: bytes.NewReader(b), size: int64(len(b)), name: it.name, path: joinPath(it.path, "(in UTF-16)"), depth: it.depth + 1}
		f.merge(s.item(child))
		return
	}
	if what := serialised(it.head); what != "" {
		f.hit(it.path, issue.Issue{Rule: "artefact.serialised", Level: issue.Unknown, Offset: 0, Text: "this text is " + what})
	}
	if prose(it.name) {
		return
	}
	if it.size > rootWindow && begins(it, '<') && it.root() == "" {
		f.hit(it.path, issue.Issue{Rule: "artefact.long-text", Level: issue.Unreadable, Offset: rootWindow, Text: "this may be XML whose outermost element comes later than is read"})
	}
	s.notations(it, f)
	s.configuration(it, f)
}

// textToTheEnd reports whether the whole item is text.
func (s *scanner) textToTheEnd(it *item) bool {
	if it.size <= int64(len(it.head)) {
		return true
	}
	if order := wide(it.head); order != nil {
		for at := int64(0); at < it.size && s.ctx.Err() == nil; at += headLen {
			b := peek(it.r, at, it.size, headLen)
			if len(b) >= 2 && at > 0 && order.Uint16(b)&0xFC00 == 0xDC00 { // the second half of a pair
				b = b[2:]
			}
			if !isWide(b, order) {
				return false
			}
		}
		return it.size%2 == 0
	}
	for at := int64(0); at < it.size && s.ctx.Err() == nil; {
		b := peek(it.r, at, it.size, headLen)
		if len(b) == 0 {
			return false
		}
		if at+int64(len(b)) < it.size { // leave a rune that is cut for the next piece
			for k := 0; k < utf8.UTFMax-1 && len(b) > 1 && !utf8.RuneStart(b[len(b)-1]); k++ {
				b = b[:len(b)-1]
			}
			if c := b[len(b)-1]; c >= 0xC0 {
				b = b[:len(b)-1]
			}
		}
		if !isText(b) {
			return false
		}
		at += int64(len(b))
	}
	return true
}

func (s *scanner) allZero(it *item) bool {
	for at := int64(0); at < it.size && s.ctx.Err() == nil; at += headLen {
		if len(bytes.Trim(peek(it.r, at, it.size, headLen), "\x00")) > 0 {
			return false
		}
	}
	return true
}

// program names the machine code or byte code that head begins, "" if none.
func program(head []byte) string {
	has := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case has("\x7fELF"):
		return "a program or library for Linux (ELF)"
	case has("MZ") && len(head) > 0x40 && bytes.Contains(head[:min(len(head), 4096)], []byte("PE\x00\x00")):
		return "a program or library for Windows (PE)"
	case has("\xfe\xed\xfa\xce"), has("\xfe\xed\xfa\xcf"), has("\xce\xfa\xed\xfe"), has("\xcf\xfa\xed\xfe"), has("\xca\xfe\xba\xbe"):
		return "a program for macOS (Mach-O) or Java"
	case has("\x00asm"):
		return "a program in WebAssembly"
	case len(head) > 16 && head[2] == '\r' && head[3] == '\n' && (head[1] == 0x0d || head[1] == 0x0c || head[1] == 0x0e):
		return "compiled Python (.pyc)"
	case has("!<arch>\n"):
		return "a library of object code"
	}
	return ""
}

// image names a picture format: cards and READMEs carry them.
func image(head []byte) string {
	has := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case has("\x89PNG\r\n\x1a\n"):
		return "png"
	case has("\xff\xd8\xff"):
		return "jpeg"
	case has("GIF87a"), has("GIF89a"):
		return "gif"
	case has("RIFF") && len(head) > 12 && string(head[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

var companions = pattern.Of(`(?:^|/)variables\.data-\d{5}-of-\d{5}$|\.data-\d{5}-of-\d{5}$|\.ckpt\.index$|^variables\.index$|\.onnx[._]data$`)

// companion: bytes that another file's model refers to, by the names that TensorFlow
// and ONNX give them. Nothing about them was recognised, and nothing runs them.
func companion(it *item) bool { return companions().MatchString(it.name) }
