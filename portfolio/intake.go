package portfolio

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

// Intake takes in components one after the other, so that a bill of materials of a
// million of them never lies in memory as written. Nothing of it can be seen
// before [Index.PutIntake]; one that is dropped leaves only names behind.
type Intake struct {
	ix  *Index
	b   *bill
	buf []indexed
}

type indexed struct {
	index int
	c     sbom.Component
}

// intakeRun is how many components are taken in under one lock.
const intakeRun = 1024

// Intake begins a bill of materials.
func (ix *Index) Intake() *Intake { return &Intake{ix: ix, b: &bill{}} }

// Component takes a component with its index in the document, in any order. Error:
// EFull.
func (in *Intake) Component(index int, c sbom.Component) error {
	if index < 0 || index >= in.ix.opt.Limits.Rows {
		return wardround.Errorf(wardround.EFull, "portfolio.sbom", "a bill of materials may have %d components; this one has more", in.ix.opt.Limits.Rows)
	}
	// What is not kept must not wait in the buffer.
	c.Hashes, c.Licences, c.Symbols = nil, nil, nil
	in.buf = append(in.buf, indexed{index, c})
	if len(in.buf) < intakeRun {
		return nil
	}
	in.ix.mu.Lock()
	defer in.ix.mu.Unlock()
	return in.flush()
}

// Relation takes an edge: what depends on what is not kept here.
func (in *Intake) Relation(sbom.Relation) error { return nil }

// flush gives what waits its numbers. The index is locked.
func (in *Intake) flush() error {
	ix, b := in.ix, in.b
	ix.ready()
	for i := range in.buf {
		c := &in.buf[i].c
		if !ix.texts.room(sizeOf(c)) {
			return wardround.Errorf(wardround.EFull, "portfolio.sbom", "there is no room for more names of components")
		}
		row := in.buf[i].index
		for len(b.ident) <= row {
			b.ident, b.parent, b.ref, b.flags = append(b.ident, 0), append(b.parent, -1), append(b.ref, 0), append(b.flags, 0)
		}
		id := identityOf(c)
		b.ident[row], b.parent[row], b.flags[row] = ix.intern(&id), int32(c.Parent), flagsOf(c)
		if c.Ref != c.PURL {
			b.ref[row] = ix.texts.put(c.Ref)
		}
	}
	in.buf = in.buf[:0]
	return nil
}

func sizeOf(c *sbom.Component) int {
	n := len(c.PURL) + len(c.Name) + len(c.Group) + len(c.Version) + len(c.Supplier) + len(c.Manufacturer) + len(c.Ref) + 64
	for _, s := range c.CPEs {
		n += len(s)
	}
	for _, s := range c.Identifiers {
		n += len(s)
	}
	// Names are filed once more in their folded form.
	return 2 * n
}

// finish checks what came against the document. Parents that lead nowhere or in a
// circle are cut.
func (in *Intake) finish(doc *sbom.Document) *bill {
	b, ix := in.b, in.ix
	b.id, b.revision = doc.ID, doc.Revision
	n := int32(len(b.ident))
	b.root = -1
	if doc.Root >= 0 && doc.Root < int(n) {
		b.root = int32(doc.Root)
	}
	for row := range b.ident {
		if b.ident[row] == 0 { // an index that was left out
			b.ident[row] = ix.intern(&Identity{})
		}
		if p := b.parent[row]; p < -1 || p >= n || p == int32(row) {
			b.parent[row] = -1
		}
		if row != doc.Root && !ix.identified(b.ident[row]) && typeNames[ix.ids.rows[b.ident[row]-1].typ] != sbom.File {
			b.without++
		}
	}
	b.uncircle()
	b.sort()
	for _, l := range doc.Links {
		if key := linkKey(l.Document); key != "" {
			row := int32(l.From)
			if row < -1 || row >= n {
				row = -1
			}
			b.links = append(b.links, billLink{row, key})
		}
	}
	return b
}

// PutSBOM makes doc what the release is made of, in place of what was known. What
// stands in both alike is not judged again. The document may be dropped
// afterwards. Errors: ENotFound (no such release), EFull; then what was known
// stays.
func (ix *Index) PutSBOM(id wardround.ReleaseID, document wardround.DocumentID, doc *sbom.Document) error {
	in := ix.Intake()
	for i := range doc.Components {
		if err := in.Component(i, doc.Components[i]); err != nil {
			return err
		}
	}
	return ix.PutIntake(id, document, doc, in)
}

// PutIntake is PutSBOM for a document whose components were taken in one by one.
func (ix *Index) PutIntake(id wardround.ReleaseID, document wardround.DocumentID, doc *sbom.Document, in *Intake) error {
	const op = "portfolio.sbom"
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	n, ok := ix.bySubj[wardround.ReleaseSubject(id)]
	if !ok {
		return wardround.Errorf(wardround.ENotFound, op, "there is no release %s", id)
	}
	if err := in.flush(); err != nil {
		return err
	}
	s := ix.subjects[n]
	had := 0
	if s.bill != nil {
		had = len(s.bill.ident)
	}
	if all := ix.rows - had + len(in.b.ident); all > ix.opt.Limits.AllRows {
		return wardround.Errorf(wardround.EFull, op, "all bills of materials together would have %d components; at most %d", all, ix.opt.Limits.AllRows)
	}
	b := in.finish(doc)
	b.document = document
	ix.grade(s.release, doc, b)
	ix.matchNew()
	ix.swap(n, b)
	ix.rows += len(b.ident) - had
	if s.withBOM.IsZero() {
		s.withBOM = ix.now
	}
	ix.touch(n)
	return nil
}
