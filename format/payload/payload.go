// Package payload looks into the texts of model files (metadata, attributes,
// descriptions) for what does not belong into a text: programs and pickles,
// plain, in base64 or in hexadecimal, and lines of code.
//
// Nothing runs a metadata text. But a text is where the second half of an attack
// waits for the first, and no training tool writes a pickle there.
package payload

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Kind says what was found.
type Kind string

// The kinds.
const (
	Pickle  Kind = "pickle"
	Archive Kind = "archive"
	Program Kind = "program"
	Code    Kind = "code"
)

// Hit is one find.
type Hit struct {
	Kind     Kind
	Encoding string // "plain", "base64", "hex"
	Offset   int    // in the text, in bytes
	Len      int    // of the text that holds it
	What     string // what gave it away
}

// MaxHits is how many finds in one text are told.
const MaxHits = 8

// code are words that make a metadata text a program. Each needs its bracket,
// dot or quote: the plain words occur in descriptions.
var code = []string{
	"__import__", "__builtins__", "__globals__", "__subclasses__", "__reduce__", "os.system(", "os.popen(", "subprocess.",
	"eval(", "exec(", "compile(", "pty.spawn(", "socket.socket(", "import os", "import subprocess", "import socket", "pickle.loads(",
	"marshal.loads(", "base64.b64decode(", "<script", "javascript:", "powershell -", "/bin/sh", "/bin/bash", "rm -rf", "| sh", "|sh", "| bash", "|bash",
}

// Look returns what text hides. The work is linear in its length.
func Look(text string) []Hit {
	var out []Hit
	lower := strings.ToLower(text)
	for _, w := range code {
		if i := strings.Index(lower, w); i >= 0 && standsAlone(lower, i, w) {
			out = append(out, Hit{Kind: Code, Encoding: "plain", Offset: i, Len: len(w), What: w})
			break
		}
	}
	if k, what := Sniff([]byte(text[:min(len(text), 4096)])); k != "" {
		out = append(out, Hit{Kind: k, Encoding: "plain", Len: len(text), What: what})
	}
	for i := 0; i < len(text) && len(out) < MaxHits; {
		if !alphabet[text[i]] {
			i++
			continue
		}
		j := i
		for j < len(text) && alphabet[text[j]] {
			j++
		}
		run := text[i:j]
		if len(run) >= 16 {
			if h, ok := decode(run); ok {
				h.Offset, h.Len = i, len(run)
				out = append(out, h)
			}
		}
		i = j
	}
	return out
}

// standsAlone keeps "retrieval(" from being read as "eval(".
func standsAlone(s string, i int, word string) bool {
	if i == 0 || !letter(word[0]) {
		return true
	}
	return !letter(s[i-1]) && s[i-1] != '.'
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' }

var alphabet = func() (t [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
		t[b] = true
	}
	return t
}()

func decode(run string) (Hit, bool) {
	trimmed := strings.TrimRight(run, "=")
	head := trimmed[:min(len(trimmed), 4096)]
	head = head[:len(head)-len(head)%4]
	if len(trimmed) <= 4096 {
		head = trimmed
	}
	for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		if b, err := enc.DecodeString(head); err == nil {
			if k, what := Sniff(b); k != "" {
				return Hit{Kind: k, Encoding: strings.TrimSuffix(name, "url"), What: what}, true
			}
		}
	}
	head = run[:min(len(run), 4096)]
	if b, err := hex.DecodeString(head[:len(head)&^1]); err == nil {
		if k, what := Sniff(b); k != "" {
			return Hit{Kind: k, Encoding: "hex", What: what}, true
		}
	}
	return Hit{}, false
}

// Sniff says what b begins with, "" if nothing that matters.
func Sniff(b []byte) (Kind, string) {
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return Archive, "a zip archive"
	case bytes.HasPrefix(b, []byte("\x1f\x8b\x08")) && len(b) > 10 && b[3]&0xe0 == 0:
		return Archive, "a gzip stream"
	case bytes.HasPrefix(b, []byte("7z\xbc\xaf\x27\x1c")):
		return Archive, "a 7z archive"
	case bytes.HasPrefix(b, []byte("\x7fELF")):
		return Program, "an ELF program"
	case len(b) >= 64 && b[0] == 'M' && b[1] == 'Z' && int(b[0x3c])|int(b[0x3d])<<8 >= 0x40 && b[0x3e] == 0 && b[0x3f] == 0:
		return Program, "a Windows program"
	case bytes.HasPrefix(b, []byte("#!/")):
		return Program, "a script"
	case len(b) >= 4 && b[0] == 0x80 && b[1] >= 2 && b[1] <= 5 && opcode(b[2]):
		return Pickle, "a pickle"
	case global(b):
		return Pickle, "a pickle that imports"
	}
	return "", ""
}

// opcode reports whether a pickle written by any tool may go on with b after
// its PROTO opcode.
func opcode(b byte) bool {
	return strings.IndexByte("\x95c(]})KMJINXTUBCSV\x8c\x8a\x8b\x88\x89\x8f\x8dGF", b) >= 0
}

// global reports whether b begins with the text opcode that imports, "cos\nsystem\n".
func global(b []byte) bool {
	if len(b) < 6 || b[0] != 'c' && !bytes.HasPrefix(b, []byte("(c")) && !bytes.HasPrefix(b, []byte("(i")) && b[0] != 'i' {
		return false
	}
	parts := bytes.SplitN(b[:min(len(b), 256)], []byte("\n"), 3)
	if len(parts) < 3 {
		return false
	}
	for _, p := range parts[:2] {
		if len(p) < 2 {
			return false
		}
		for _, c := range bytes.ToLower(p[1:]) {
			if !letter(c) && c != '.' && c != 'c' {
				return false
			}
		}
	}
	rest := parts[2]
	return len(rest) > 0 && strings.IndexByte("(pqt]}\x85)", rest[0]) >= 0
}
