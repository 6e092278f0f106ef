package http

import (
	"bytes"
	"strings"
)

// ArtefactClass says what a transferred file can do to the device it is for.
type ArtefactClass uint8

const (
	// NoArtefact: nothing speaks for an update.
	NoArtefact ArtefactClass = iota
	// Firmware: an image or update container for a device.
	Firmware
	// Program: a program or package for an operating system.
	Program
	// DrugLibrary: limits and concentrations for infusion pumps.
	DrugLibrary
)

var artefactNames = [...]string{"", "firmware", "program", "drug-library"}

func (c ArtefactClass) String() string {
	if int(c) < len(artefactNames) {
		return artefactNames[c]
	}
	return "invalid"
}

// An Artefact is a file recognised as something that changes a device.
type Artefact struct {
	Class     ArtefactClass
	Extension string // without dot, of those listed here; "" if none speaks for it
	Signature string // what the first bytes are, "" if they say nothing
}

// artefactExtensions maps file extensions to classes. NoArtefact marks extensions
// that mean an update only beside a word or signature that says so.
var artefactExtensions = map[string]ArtefactClass{
	"fw": Firmware, "dfu": Firmware, "swu": Firmware, "srec": Firmware, "s19": Firmware, "mot": Firmware,
	"uf2": Firmware, "mender": Firmware, "raucb": Firmware, "ota": Firmware, "rom": Firmware, "ubi": Firmware,
	"squashfs": Firmware, "uimage": Firmware, "itb": Firmware, "firmware": Firmware, "trx": Firmware, "upd": Firmware,
	"exe": Program, "msi": Program, "msu": Program, "msp": Program, "deb": Program, "rpm": Program, "apk": Program,
	"ipk": Program, "opkg": Program, "cab": Program, "dmg": Program, "pkg": Program, "jar": Program, "run": Program, "dll": Program,
	"bin": NoArtefact, "hex": NoArtefact, "img": NoArtefact, "zip": NoArtefact, "gz": NoArtefact, "tgz": NoArtefact,
	"xz": NoArtefact, "bz2": NoArtefact, "7z": NoArtefact, "tar": NoArtefact, "dat": NoArtefact, "xml": NoArtefact,
	"json": NoArtefact, "csv": NoArtefact, "db": NoArtefact, "enc": NoArtefact, "sig": NoArtefact,
}

// artefactTypes maps media types to classes.
var artefactTypes = map[string]ArtefactClass{
	"application/vnd.debian.binary-package":         Program,
	"application/x-debian-package":                  Program,
	"application/x-rpm":                             Program,
	"application/x-redhat-package-manager":          Program,
	"application/vnd.android.package-archive":       Program,
	"application/x-msdownload":                      Program,
	"application/x-msi":                             Program,
	"application/vnd.microsoft.portable-executable": Program,
	"application/java-archive":                      Program,
	"application/x-elf":                             Program,
	"application/vnd.ms-cab-compressed":             Program,
	"application/x-firmware":                        Firmware,
	"application/firmware":                          Firmware,
}

// signatures are first bytes of files that are installed or flashed.
var signatures = []struct {
	name  string
	bytes string
	class ArtefactClass
}{
	{"uboot-image", "\x27\x05\x19\x56", Firmware},
	{"device-tree", "\xd0\x0d\xfe\xed", Firmware}, // also U-Boot's FIT
	{"squashfs", "hsqs", Firmware},
	{"ubi", "UBI#", Firmware},
	{"uf2", "UF2\n", Firmware},
	{"android-boot", "ANDROID!", Firmware},
	{"srec", "S00", Firmware},
	{"intel-hex", ":020000", Firmware},
	{"intel-hex", ":10", Firmware},
	{"elf", "\x7fELF", Program},
	{"debian", "!<arch>\ndebian", Program},
	{"rpm", "\xed\xab\xee\xdb", Program},
	{"cabinet", "MSCF", Program},
	{"portable-executable", "MZ", Program},
}

// words in a path or file name, compared in lower case without spaces, "-", "_" and ".".
var artefactWords = []struct {
	word  string
	class ArtefactClass
}{
	{"druglib", DrugLibrary}, {"drugdatabase", DrugLibrary}, {"drugdataset", DrugLibrary},
	{"firmware", Firmware}, {"fwupdate", Firmware}, {"fwupgrade", Firmware}, {"softwareupdate", Firmware},
	{"softwareupgrade", Firmware}, {"swupdate", Firmware}, {"swupgrade", Firmware}, {"bootloader", Firmware},
}

// SignatureSize is how many first bytes of content [ClassifyArtefact] looks at.
const SignatureSize = 16

// ClassifyArtefact judges a transferred file by the path it has, the file name of
// its Content-Disposition (or ""), its Content-Type and its first bytes (as many
// of [SignatureSize] as are known, may be none). It is a guess that asks for more
// than one weak sign: a ".bin" alone is nothing.
func ClassifyArtefact(path, disposition, contentType string, first []byte) (a Artefact) {
	_, params := MediaType(disposition)
	name := Param(params, "filename")
	if name == "" {
		name = path[strings.LastIndexByte(path, '/')+1:]
	}
	byExtension, known := NoArtefact, false
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i <= 12 {
		extension := asciiLower(name[i+1:])
		if byExtension, known = artefactExtensions[extension]; known {
			a.Extension = extension
		}
	}
	bySignature, strong := NoArtefact, false
	for _, s := range signatures {
		if bytes.HasPrefix(first, []byte(s.bytes)) {
			a.Signature, bySignature, strong = s.name, s.class, len(s.bytes) >= 4
			break
		}
	}
	mediaType, _ := MediaType(contentType)
	byWord := artefactWord(path + "/" + name)
	file := known || mediaType == "application/octet-stream" || bySignature != NoArtefact
	switch {
	case byWord == DrugLibrary && file:
		a.Class = DrugLibrary
	case artefactTypes[mediaType] != NoArtefact:
		a.Class = artefactTypes[mediaType]
	case byExtension != NoArtefact:
		a.Class = byExtension
	case byWord != NoArtefact && file && mediaType != "application/json" && !strings.HasPrefix(mediaType, "text/"):
		a.Class = byWord
	case bySignature != NoArtefact && (strong || known || mediaType == "application/octet-stream"):
		a.Class = bySignature
	default:
		return Artefact{}
	}
	if a.Class == Firmware && bySignature == Program && byExtension == NoArtefact && byWord == NoArtefact {
		a.Class = Program
	}
	return a
}

func artefactWord(path string) ArtefactClass {
	if len(path) > 1024 {
		path = path[:1024]
	}
	squeezed := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '%' && strings.HasPrefix(path[i:], "%20"):
			i += 2
		case c != '-' && c != '_' && c != '.' && c != '+' && c != ' ':
			squeezed = append(squeezed, lower(c))
		}
	}
	for _, w := range artefactWords {
		if bytes.Contains(squeezed, []byte(w.word)) {
			return w.class
		}
	}
	return NoArtefact
}
