// Package artefact is the gate for model files: it says, before anything is
// loaded, whether loading a file could run something.
//
//	rep, err := artefact.Scan(ctx, f, size, "model.pt", artefact.Options{})
//	if !rep.Verdict.Clean() { … rep.Rules says why and where … }
//
// # How it looks
//
// A file is recognised by its content; its name is a hint at most. Every format
// that some loader would take the file for is read (a zip behind a pickle is both),
// containers are opened, and what comes out is looked at in the same way, down
// to texts inside pickles that hold another pickle. The parsers stand in
// format/…; each gives issues. A new format is one file here that calls
// [Register].
//
// # Verdicts
//
// In the order of gravity:
//
//   - inert: data. Nothing is imported or called.
//   - safe: calls only constructors that are on an allowlist, in the way it allows.
//   - unknown: something runs, or may run, that nobody has vouched for; or the gate
//     does not know what the file is.
//   - unreadable: a part could not be followed to its end (damaged, encrypted, over a
//     limit). It may hold anything and is never clean.
//   - malicious: calls what has no place in a model.
//
// A file's verdict is the gravest of its parts. An empty file is inert: it holds
// nothing that a loader could run. Text (cards, licences, JSON, vocabularies) is
// inert; source code, scripts and machine code are unknown, because they are there
// to be run and nothing here judges programs.
//
// # Bounds
//
// One file may give out of its containers at most [Options.Expand] bytes, through at
// most [Options.Depth] levels, in at most [Options.Time]. What is over is
// unreadable. Memory does not depend on the size of a file: members are read
// where they lie, or unpacked into a temporary file when they are large.
package artefact

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/archive"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/pickle"
)

// Verdict is the answer about a file or a part of it.
type Verdict string

// The verdicts, by gravity.
const (
	Inert      Verdict = "inert"
	Safe       Verdict = "safe"
	Unknown    Verdict = "unknown"
	Unreadable Verdict = "unreadable"
	Malicious  Verdict = "malicious"
)

// Verdicts are all verdicts, the gravest last.
var Verdicts = []Verdict{Inert, Safe, Unknown, Unreadable, Malicious}

// Gravity is the verdict's place in [Verdicts]; what is no verdict is the gravest.
func (v Verdict) Gravity() int {
	if i := slices.Index(Verdicts, v); i >= 0 {
		return i
	}
	return len(Verdicts)
}

// Clean reports whether a file may be loaded as far as this gate can tell.
func (v Verdict) Clean() bool { return v == Inert || v == Safe }

// worse returns the graver of two verdicts; "" is none.
func worse(a, b Verdict) Verdict {
	if a == "" || b != "" && b.Gravity() > a.Gravity() {
		return b
	}
	return a
}

func ofLevel(l issue.Level) Verdict {
	switch l {
	case issue.Note:
		return Inert
	case issue.Unknown:
		return Unknown
	case issue.Unreadable:
		return Unreadable
	}
	return Malicious
}

// Hit is one thing that was found.
type Hit struct {
	Rule   string      `json:"rule"`
	Level  issue.Level `json:"level"`
	Part   string      `json:"part,omitempty"`  // the member of the file, "archive/data.pkl"; "" is the file itself
	Where  string      `json:"where,omitempty"` // inside the part: a tensor, a node, a callable
	Offset int64       `json:"offset"`          // in the part, bytes; -1 where there is none
	Text   string      `json:"text"`
}

// Callable is what a pickle imports, with the part it stands in.
type Callable struct {
	Part string `json:"part,omitempty"`
	pickle.Callable
}

// Step is an opcode on the way to a call, with the part it stands in.
type Step struct {
	Part string `json:"part,omitempty"`
	pickle.Step
}

// Part is one member that was looked into.
type Part struct {
	Path    string  `json:"path"`
	Format  string  `json:"format"`
	Verdict Verdict `json:"verdict"`
	Bytes   int64   `json:"bytes"`
}

// Bounds of a report: a hostile file makes no report that nobody can read.
const (
	maxHits      = 500
	maxCallables = 2000
	maxParts     = 2000
	maxSteps     = 400
)

// Report is what is said of one file.
type Report struct {
	Path      string
	Verdict   Verdict
	Format    string // what the file is, "torch zip"; several joined by " + "
	Rules     []Hit  // the gravest first
	Callables []Callable
	Trail     []Step // of what is grave: the opcodes that lead to it
	Parts     []Part
	Bytes     int64         // of the file
	Expanded  int64         // that came out of containers
	SHA256    string        // of the file, hexadecimal; "" unless Options.Digest
	Took      time.Duration // 0 without Options.Now
}

// Options bound and direct a scan. The zero value is ready.
type Options struct {
	Expand  int64            // bytes that may come out of one file's containers; 0 is 256 MB and 200 times the file, at most 16 GiB
	Members int64            // of all containers of a file; 0 is 200,000
	Depth   int              // containers in containers; 0 is 12
	Time    time.Duration    // for one file; 0 is 10 minutes
	Digest  bool             // also compute the file's SHA-256
	Now     func() time.Time // for Took; nil leaves it 0
	Workers int              // files at once in ScanPaths; 0 is 2
	Temp    string           // folder for members that are unpacked; "" is the system's

	companion bool // the file holds the numbers of a model that stands beside it
}

func (o Options) withDefaults(size int64) Options {
	if o.Expand <= 0 {
		o.Expand = 16 << 30
		if size < o.Expand/200 {
			o.Expand = max(256<<20, 200*size)
		}
	}
	if o.Members <= 0 {
		o.Members = 200_000
	}
	if o.Depth <= 0 {
		o.Depth = 12
	}
	if o.Time <= 0 {
		o.Time = 10 * time.Minute
	}
	return o
}

// Scan looks at one file of size bytes. name is its name, as a hint and for the
// report. The error is ctx's, or that of reading r: whatever is wrong with the
// file itself is in the report.
func Scan(ctx context.Context, r io.ReaderAt, size int64, name string, opt Options) (*Report, error) {
	opt = opt.withDefaults(size)
	var start time.Time
	if opt.Now != nil {
		start = opt.Now()
	}
	limited, cancel := context.WithTimeout(ctx, opt.Time)
	defer cancel()
	src := &source{ctx: limited, r: r}
	s := &scanner{ctx: limited, opt: opt, budget: archive.NewBudget(opt.Expand, opt.Members)}
	f := s.item(&item{r: src, size: size, name: base(name)})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case limited.Err() != nil:
		f.hit("", issue.Issue{Rule: "artefact.time", Level: issue.Unreadable, Offset: -1, Text: "looking at the file took longer than allowed; the rest was not seen"})
	case src.err != nil:
		return nil, wardround.Errorf(wardround.EInvalid, "artefact", "reading %s: %w", name, src.err)
	}
	rep := f.report()
	rep.Path, rep.Bytes, rep.Expanded = name, size, opt.Expand-s.budget.Left()
	if opt.Digest {
		if err := rep.digest(ctx, r, size); err != nil {
			return nil, err
		}
	}
	if opt.Now != nil {
		rep.Took = opt.Now().Sub(start)
	}
	return rep, nil
}

// source reads until ctx is done, and remembers an error that is not the end.
type source struct {
	ctx context.Context
	r   io.ReaderAt
	err error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) && s.err == nil {
		s.err = err
	}
	return n, err
}
