package behaviour

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// document is a card, a plan, a reference or a report in force.
type document struct {
	Kind    string    `json:"kind"` // as model.received says
	Part    string    `json:"part,omitempty"`
	Maker   string    `json:"maker,omitempty"`
	Product string    `json:"product,omitempty"`
	Version string    `json:"version,omitempty"`
	Model   string    `json:"model,omitempty"`  // NAME or NAME@SERVICE
	Called  []string  `json:"called,omitempty"` // other names, as a plan says
	Covers  []string  `json:"covers,omitempty"` // versions, as a plan says
	File    string    `json:"file,omitempty"`
	Format  string    `json:"format,omitempty"`
	Digest  string    `json:"digest,omitempty"`
	Windows []string  `json:"windows,omitempty"` // of a reference that a person made of windows seen here
	Signer  string    `json:"signer,omitempty"`
	Trust   string    `json:"trust,omitempty"`
	Problem string    `json:"problem,omitempty"`
	At      time.Time `json:"at"`
	Seq     uint64    `json:"seq"`
}

// place is what a document takes the place of: one of a kind for a release or a model
// in use.
func (d *document) place() string {
	return strings.Join([]string{d.Kind, d.Part, folded(d.Maker), folded(d.Product), strings.TrimSpace(d.Version), d.Model}, sep)
}

func folded(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

var documentKinds = map[string]wardround.DocumentKind{
	"card": wardround.DocumentModelCard, "plan": wardround.DocumentModelPlan, "reference": wardround.DocumentModelReference,
	"acceptance": wardround.DocumentModelAcceptance, "scan": wardround.DocumentModelArtefact, "diff": wardround.DocumentModelDiff,
}

// received takes in a document about a model.
func (f *Fold) received(o *wardround.Observation, x *kind.ModelReceivedV1) error {
	d := &document{Kind: x.Document, Part: x.Part, Maker: x.Maker, Product: x.Product, Version: x.Version, Model: x.Model,
		File: x.File, Format: x.Format, Signer: x.Signer, Trust: x.Trust, Problem: x.Problem, At: o.At, Seq: o.Seq}
	old := f.documents[d.place()]
	if x.Withdrawn || o.Blob == nil {
		if x.Withdrawn && old != nil {
			f.dropDocument(old, o)
			return f.reconsider(o, old)
		}
		return nil
	}
	d.Digest = o.Blob.Digest
	if err := f.look(d); err != nil {
		return err
	}
	f.row(o, d, x, old)
	if d.Problem != "" && old != nil && old.Problem == "" {
		f.noteDocument(o, d, "a "+d.Kind+" came that cannot be read; the one before holds")
		return nil // what was known before holds
	}
	if old == nil && len(f.documents) >= f.opt.Limits.Documents {
		return nil
	}
	f.documents[d.place()] = d
	f.dirtyDocuments[d.place()] = true
	f.noteDocument(o, d, "a new "+d.Kind+" came")
	return f.reconsider(o, d)
}

// look reads of a document what is needed to find it, and whether it can be read.
func (f *Fold) look(d *document) error {
	if d.Problem != "" {
		return nil
	}
	var err error
	switch d.Kind {
	case "plan":
		p, e := f.plan(d.Digest)
		if err = e; e == nil {
			id := p.Model
			d.Called, d.Covers = slices.Clone(id.Called), slices.Clone(id.Versions)
			d.Called, d.Covers = d.Called[:min(len(d.Called), 16)], d.Covers[:min(len(d.Covers), 16)]
			if d.Product == "" {
				d.Product = id.Product
			}
			if d.Maker == "" {
				d.Maker = id.Maker
			}
		}
	case "reference":
		_, err = f.window(d.Digest)
	case "diff":
		_, err = read(f.opt.Blobs, d.Digest, readWeights)
	}
	if err != nil {
		if d.Problem = refused(err); d.Problem == "" {
			return err
		}
	}
	return nil
}

// row adds the document to the rows of the commit.
func (f *Fold) row(o *wardround.Observation, d *document, x *kind.ModelReceivedV1, old *document) {
	k, ok := documentKinds[d.Kind]
	if !ok {
		return
	}
	row := &wardround.Document{Org: f.opt.Scope.Org, Kind: k, Release: f.releaseOf(d.Maker, d.Product, d.Version), Name: cmp.Or(d.File, d.Model, d.Product), Format: d.Format,
		Blob: *o.Blob, Source: x.Source, Author: string(x.Author), Signer: d.Signer, Trust: d.Trust, Parts: x.Parts, Issued: x.Issued, At: o.At, Seq: o.Seq, Problem: d.Problem}
	row.ID = wardround.DocumentIDOf(row.Org, row.Kind, row.Release, row.Name, row.Blob.Digest)
	if old != nil && old.Digest != d.Digest && d.Problem == "" {
		if r := f.rows[old.Digest]; r != nil {
			was := *r
			was.Replaced = o.At
			f.write(&was)
		}
	}
	f.write(row)
}

func (f *Fold) write(row *wardround.Document) {
	f.rows[row.Blob.Digest] = row
	f.written = append(f.written, row)
}

func (f *Fold) dropDocument(d *document, o *wardround.Observation) {
	delete(f.documents, d.place())
	f.dirtyDocuments[d.place()] = true
	if r := f.rows[d.Digest]; r != nil {
		was := *r
		was.Replaced = o.At
		f.write(&was)
	}
	f.noteDocument(o, d, "the "+d.Kind+" was taken back")
}

// releaseOf is the id of a release that is told whole, "" otherwise.
func (f *Fold) releaseOf(maker, product, version string) wardround.ReleaseID {
	if product == "" || version == "" {
		return ""
	}
	return wardround.ReleaseIDOf(f.opt.Scope.Org, maker, product, version)
}

// is reports how well a document fits a model in use: 0 not at all.
func (d *document) is(m *instance, maker, product string) int {
	switch {
	case d.Model == m.Key:
		return 8
	case strings.Contains(d.Model, "@"):
		return 0 // of another service
	}
	fit := 0
	switch {
	case d.Model == m.name(), slices.Contains(d.Called, m.name()), slices.Contains(d.Called, m.Key):
		fit = 4
	case (folded(d.Product) == folded(product) || folded(d.Product) == folded(m.name())) && (d.Maker == "" || maker == "" || folded(d.Maker) == folded(maker)):
		fit = 2
	default:
		return 0
	}
	switch {
	case m.Version == "" || d.Version == m.Version || d.Version == "" && covers(d.Covers, m.Version):
		return fit + 1
	case d.Version == "" && len(d.Covers) == 0:
		return fit
	case d.Kind == "plan" && covers(d.Covers, m.Version):
		return fit
	}
	return 0
}

// covers reports whether a plan holds for a version: "2.*" for all that begin so.
func covers(versions []string, version string) bool {
	return slices.ContainsFunc(versions, func(v string) bool {
		if head, ok := strings.CutSuffix(v, "*"); ok {
			return strings.HasPrefix(version, head)
		}
		return v == version
	})
}

// product returns maker and product of a model in use: as it says itself, as the
// inventory or a plan says, else its name.
func (f *Fold) product(m *instance) (maker, product string) {
	if m.Product != "" {
		return m.Maker, m.Product
	}
	var best *document
	for _, d := range f.documents {
		if d.Product != "" && (slices.Contains(d.Called, m.name()) || d.Model == m.name() || d.Model == m.Key) && (best == nil || d.Seq > best.Seq) {
			best = d
		}
	}
	if best != nil {
		return best.Maker, best.Product
	}
	return m.Maker, m.name()
}

// inForce returns the document of a kind that holds for a model in use, nil if none
// does: the one that fits best, the newest of these.
func (f *Fold) inForce(m *instance, kind, part string) *document {
	maker, product := f.product(m)
	var best *document
	fit := 0
	for _, d := range f.documents {
		if d.Kind != kind || d.Part != part {
			continue
		}
		if n := d.is(m, maker, product); n > fit || n == fit && n > 0 && d.Seq > best.Seq {
			best, fit = d, n
		}
	}
	return best
}
