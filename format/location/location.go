// Package location judges the paths that model files name: of weights beside
// the model, vocabularies, linked files. A model may name files in its own
// folder; every other place lets who wrote the model read, or choose, what the
// one who loads it never meant to hand over (CWE-22, CWE-73, CWE-918).
package location

import (
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// Kind is where a path leads.
type Kind uint8

const (
	Inside  Kind = iota // a name below the model's folder
	Odd                 // inside for one system and not for another, or a name that some systems treat apart
	Outside             // out of the model's folder on some system
	Remote              // fetched over a network
	Memory              // an address in the reader's memory
	Empty               // no path at all
)

var scheme = pattern.Of(`^[A-Za-z][A-Za-z0-9+.-]+:`)

// devices are names that Windows gives to devices, whatever their extension.
var devices = pattern.Of(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// Judge says where a path leads and, for all but Inside, why in a few words.
// It reads a path as Unix, as Windows and percent-decoded: what any of them
// takes out of the folder is Outside.
func Judge(p string) (Kind, string) {
	if p == "" {
		return Empty, "it is empty"
	}
	low := strings.ToLower(p)
	if strings.Contains(low, "ort_mem_addr") {
		return Memory, "it is an address in the reader's memory"
	}
	if i := strings.IndexByte(p, 0); i >= 0 {
		return Outside, "it holds a NUL, at which some readers end it"
	}
	if scheme().MatchString(p) {
		if strings.HasPrefix(low, "file:") {
			return Outside, "it is a file: address"
		}
		return Remote, "it is the address of a service"
	}
	for _, form := range []string{p, percent(p)} {
		if k, why := judge(form); k != Inside {
			return k, why
		}
	}
	if strings.ContainsRune(p, '\\') {
		return Odd, "it holds a backslash, which is a folder on one system and a letter on another"
	}
	for _, r := range p {
		if r < 0x20 || r == 0x7f || r == 0xfffd || r >= 0x202a && r <= 0x202e {
			return Odd, "it holds characters that can't be seen"
		}
	}
	return Inside, ""
}

func judge(p string) (Kind, string) {
	switch {
	case strings.HasPrefix(p, `\\`) || strings.HasPrefix(p, "//"):
		return Remote, "it is a network share"
	case strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`):
		return Outside, "it is absolute"
	case len(p) >= 2 && p[1] == ':':
		return Outside, "it names a drive"
	case strings.HasPrefix(p, "~"):
		return Outside, "it begins in a home folder"
	case strings.Contains(p, "$(") || strings.Contains(p, "${") || strings.Contains(p, "%APPDATA%") || strings.Contains(p, "%USERPROFILE%"):
		return Outside, "it holds a variable"
	}
	for part := range strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' || r == '\\' }) {
		// Windows drops dots and spaces at the end of a name.
		if strings.TrimRight(part, " ") == ".." || strings.HasPrefix(part, "..") && strings.Trim(part, ". ") == "" {
			return Outside, `it climbs out by ".."`
		}
		if devices().MatchString(part) {
			return Odd, "Windows takes it for a device"
		}
	}
	return Inside, ""
}

// percent decodes %XX once.
func percent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := nibble(s[i+1]), nibble(s[i+2])
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
