// Package pickle says what a Python pickle would do if somebody loaded it,
// without loading it.
//
// A pickle is a program for a small stack machine. Most of its 68 opcodes build
// plain values. A few import a name and call it, and that is all an attacker
// needs. [Scan] runs the program on abstract values: it knows that the top of
// the stack is "the class collections.OrderedDict" or "a tuple of a string and
// the function getattr", never the payload itself, so that it needs little
// memory and runs nothing.
//
// # Three machines
//
// Python has three readers of this format that don't agree: the C accelerator
// (_pickle), the pure-Python Unpickler, and pickletools, which most scanners
// trust. A stream can be valid for one and broken for another: a frame that
// ends inside an opcode, "010" as an integer, a memo slot stored twice. Scan
// follows all three in one pass. Where they part it writes a [Divergence], and
// goes on with whoever is left; what a machine that still lives would call
// counts. When all have stopped Scan still reads on as a lenient reader, because
// the next Python may be more patient than this one.
//
// # Allowlists, and why a denylist is never enough
//
// Every name is judged by its full dotted path after the renaming from Python
// 2. Safe are only callables in the tables of this package, called in the way
// the table allows (see allow.go); everything else is at least [Unknown]. A
// second table, of the dangerous, only raises unknown to [Malicious]. No verdict
// of safe ever rests on something being absent from it.
//
// # Bounds
//
// All memory is bounded by [Limits]. A stream that exceeds one is unreadable
// from that position on, and unreadable is never clean. A malicious call seen
// before the breakage stays malicious.
package pickle

import (
	"fmt"

	"github.com/wardround/wardround/format/issue"
)

// Class is a judgement; a greater class is graver.
type Class uint8

const (
	// Inert is data only: nothing is imported.
	Inert Class = iota
	// Safe is what is in the tables of known constructors, used as they say.
	Safe
	// Unknown is a callable, or a use of one, that nobody has vouched for.
	Unknown
	// Unreadable is a stream that could not be followed to its end.
	Unreadable
	// Malicious is a callable that has no place in data.
	Malicious
)

var classNames = [...]string{"inert", "safe", "unknown", "unreadable", "malicious"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// MarshalText writes the class's name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Semantics is a set of readers.
type Semantics uint8

const (
	// C is the accelerator, Modules/_pickle.c, which pickle.load uses.
	C Semantics = 1 << iota
	// Python is the pure-Python pickle._Unpickler, which joblib subclasses.
	Python
	// Pickletools is pickletools.dis, which executes nothing.
	Pickletools
	// All three readers.
	All = C | Python | Pickletools
)

func (s Semantics) String() string {
	out := ""
	for i, name := range [...]string{"c", "python", "pickletools"} {
		if s&(1<<i) != 0 {
			if out != "" {
				out += "+"
			}
			out += name
		}
	}
	if out == "" {
		return "none"
	}
	return out
}

// MarshalText writes the readers' names, joined by "+".
func (s Semantics) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Callable is one imported name, and what was done with it.
type Callable struct {
	Module string    `json:"module"`         // as an importer would look it up, after renaming
	Name   string    `json:"name"`           // may be dotted
	Full   string    `json:"full"`           // Module.Name
	Was    string    `json:"was,omitempty"`  // the path as written, if renaming changed it
	Class  Class     `json:"class"`          // the worst of its uses
	Offset int64     `json:"offset"`         // of the opcode that imported it first, in bytes
	Op     string    `json:"op"`             // that opcode
	Called bool      `json:"called"`         // or only referred to
	How    string    `json:"how,omitempty"`  // the opcode of its gravest call
	Args   string    `json:"args,omitempty"` // of that call, shortened
	Why    string    `json:"why,omitempty"`  // the reason for the class, one clause
	Under  Semantics `json:"under"`          // who gets here; none: only a lenient reader
	Uses   int64     `json:"uses"`           // how often it was imported
}

// A Divergence is a place where the readers part.
type Divergence struct {
	Rule   string    `json:"rule"`
	Offset int64     `json:"offset"`
	Stop   Semantics `json:"stop"` // who rejects the stream here; none: they read different values
	Text   string    `json:"text"`
}

// A Step is an opcode on the way to a call, as a person reads it.
type Step struct {
	Offset int64  `json:"offset"`
	Op     string `json:"op"`
	Arg    string `json:"arg,omitempty"`
	Note   string `json:"note,omitempty"` // what is wrong here, on the last step of a trail
}

// A Span is a run of bytes that is not part of the program but worth a look: a
// constant that looks like a pickle or an archive, or an array in the stream.
type Span struct {
	Start, End int64   // offsets in the stream
	Encoding   string  // "raw", "base64", "hex", "base64+zlib" …: how Data comes from the bytes
	Data       []byte  // decoded content, up to Limits.Inner bytes; nil if nothing was kept
	Kind       string  // "pickle", "zip", "gzip", "zlib", "array" …
	Report     *Report // for a nested pickle that fitted into the limits
}

// Limits bound a scan. The zero value of a field is its default.
type Limits struct {
	Bytes     int64   // of the stream; 0 is 1 TiB
	Ops       int64   // opcodes; 0 is 4 billion
	Memo      int     // entries; 0 is 16 M (4 bytes each)
	Stack     int     // values, and as many marks; 0 is 8 M (4 bytes each)
	Objects   int     // containers and instances; 0 is 16 M (4 bytes each)
	Globals   int     // distinct names; 0 is 65,536
	Strings   int     // bytes of short strings kept to resolve names; 0 is 4 MiB, 15 at most
	Expansion float64 // greatest size, in values, of a structure written out in full; 0 is 2^27
	Ratio     float64 // and that size per byte read; 0 is 1,024
	Inner     int     // bytes kept of one inner payload; 0 is 1 MiB (16 times this in all)
	Depth     int     // pickles in pickles; 0 is 4
	Trail     int     // steps kept in all; 0 is 200

	slow bool // tests: without fast
}

// Policy says what the caller knows about who will load the stream.
type Policy struct {
	// Torch: the stream is a torch.save file, whose loader turns the persistent
	// id ('storage', class, key, location, length) into a tensor's storage.
	Torch bool
	// Plain: nobody will use joblib; never skip inline arrays. Otherwise arrays that
	// joblib writes into the stream are followed where its wrapper class shows up,
	// and read the other way, too.
	Plain bool
}

// Report is what one pickle would do.
type Report struct {
	Class       Class         `json:"class"`
	Callables   []Callable    `json:"callables,omitempty"`
	Divergences []Divergence  `json:"divergences,omitempty"`
	Issues      []issue.Issue `json:"issues,omitempty"`
	Trail       []Step        `json:"trail,omitempty"`
	Inner       []Span        `json:"-"`
	Accepts     Semantics     `json:"accepts"`        // who reads it to its end
	Proto       int           `json:"proto"`          // the last PROTO, 0 without one
	Ops         int64         `json:"ops"`            // opcodes read
	Bytes       int64         `json:"bytes"`          // read, STOP included
	End         int64         `json:"end"`            // offset after STOP, or of the breakage
	Stopped     bool          `json:"stopped"`        // a STOP was reached
	Trailing    bool          `json:"trailing"`       // something follows STOP
	Alt         int64         `json:"alt,omitempty"`  // where a loader continues that skips to the end of the frame; 0: nowhere else
	Memo        int           `json:"memo,omitempty"` // entries stored
}
