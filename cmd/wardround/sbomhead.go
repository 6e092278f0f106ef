package main

import (
	"bufio"
	"io"
	"os"
	"runtime/debug"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/format/sbom"
)

// streamedSBOM is the size in bytes from which a document is looked through without
// holding its components.
const streamedSBOM = 16 << 20

// head is what an import needs to know of a document: what it is of, and how many
// components it has.
type head struct {
	doc        *sbom.Document // of a large one without components but the root
	components int
}

// lookThrough reads a document as a whole, so that one that cannot be read is refused
// before anything is written, and keeps its head.
func (a *app) lookThrough(name string) (*head, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "sbom", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "sbom", err)
	}
	if info.Size() >= streamedSBOM {
		kind, r, err := document.Peek(bufio.NewReaderSize(f, 1<<20))
		if err == nil && kind == document.CycloneDX {
			return scanHead(r, name)
		}
	}
	doc, _, err := a.readSBOM(name)
	if err != nil {
		return nil, err
	}
	return &head{doc, len(doc.Components)}, nil
}

// counter counts components and keeps those that may be the root: the first, and the
// last that is part of nothing.
type counter struct {
	n    int
	kept map[int]sbom.Component
	last int
}

func (c *counter) Component(i int, x sbom.Component) error {
	c.n++
	if i == 0 || x.Parent < 0 {
		if c.last > 0 {
			delete(c.kept, c.last)
		}
		c.kept[i], c.last = x, i
	}
	return nil
}

func (c *counter) Relation(sbom.Relation) error { return nil }

func scanHead(r io.Reader, name string) (*head, error) {
	c := &counter{kept: map[int]sbom.Component{}}
	doc, err := cyclonedx.Scan(r, sbom.Limits{}, c)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "sbom", "%s: %v", name, err)
	}
	debug.FreeOSMemory() // what was looked through is not needed any more; it is read again when it is taken in
	out := *doc
	out.Components, out.Root = nil, -1
	if root, ok := c.kept[doc.Root]; ok && doc.Root >= 0 {
		out.Components, out.Root = []sbom.Component{root}, 0
	}
	return &head{&out, c.n}, nil
}
