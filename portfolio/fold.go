package portfolio

import (
	"io"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/kind"
)

// FoldOptions say what a fold stands on.
type FoldOptions struct {
	Scope wardround.Scope
	// Origin says which of an observation's times is the site's: live, when it was
	// logged; else when it happened.
	Origin wardround.Origin
	Index  *Index
	Blobs  Blobs
	Scan   Scan    // reads bills of materials; nil refuses them
	Learn  Learner // nil refuses knowledge
	State  Stater  // nil refuses statements
	// Dir is where generation files lie; "" for none.
	Dir string
}

// Fold is the portfolio as the pipeline sees it: it implements pipeline.Portfolio.
// Its methods are for the pipeline's goroutine, but for [Fold.Compact] and what
// the [Index] offers.
//
// One portion is drained per batch that holds an observation of the portfolio or a
// wake-up for more: so a batch never says more than a check may.
type Fold struct {
	opt FoldOptions
	ix  *Index

	mu        sync.Mutex // guards what Compact reads, up to saved
	mid       bool       // a batch is being folded: the index is ahead of the store
	idle      *sync.Cond
	position  uint64
	saved     uint64 // position of the newest generation file
	changed   int    // observations folded since it
	documents map[wardround.DocumentID]*wardround.Document

	opened    bool
	triggered bool
	due       bool // time alone put something into the queue
	touched   check.Touched
	releases  []wardround.ReleaseID // rows to write
	rows      []wardround.DocumentID
}

// NewFold returns a fold on an index; [Fold.Restore] brings it to where the store
// stands.
func NewFold(opt FoldOptions) *Fold {
	f := &Fold{opt: opt, ix: opt.Index, documents: map[wardround.DocumentID]*wardround.Document{}}
	f.idle = sync.NewCond(&f.mu)
	return f
}

// Index is the index that is folded into.
func (f *Fold) Index() *Index { return f.ix }

// begin marks that the index is ahead of the store.
func (f *Fold) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed++
	if !f.mid {
		f.mid, f.touched, f.triggered = true, check.Touched{}, false
	}
}

// Fold takes in one observation. What cannot be read is refused, in the row of its
// document, and changes nothing else. Errors are of the disk.
func (f *Fold) Fold(o *wardround.Observation) error {
	f.begin()
	f.triggered = true
	f.ix.At(f.timeOf(o))
	switch x := o.Fields.(type) {
	case *kind.ReleaseSaidV1:
		f.said(o, x)
	case *kind.ContentChangedV1:
		f.embargo(x.Name, x.Value)
	case *kind.SBOMReceivedV1:
		return f.sbom(o, x)
	case *kind.KnowledgeReceivedV1:
		return f.knowledge(o, x)
	case *kind.VEXReceivedV1:
		return f.vex(o, x)
	case *kind.BuildReceivedV1:
		r := f.release(o, x.Maker, x.Product, x.Version)
		if d := f.document(o, wardround.DocumentBuild, x.Report+" "+x.Name); d != nil {
			d.Release, d.Format, d.Author, d.Signer, d.Trust, d.Issued, d.Parts = r.ID, x.Report, x.Tool, x.Signer, x.Trust, x.Issued, x.Passed+x.Failed+x.Skipped
			f.keep(d)
		}
	}
	return nil
}

func (f *Fold) timeOf(o *wardround.Observation) time.Time {
	if f.opt.Origin == wardround.Live && !o.Logged.IsZero() {
		return o.Logged
	}
	return o.At
}

// Assets follows the inventory. It is called once a batch, after Fold, and makes
// the batch's portion. When the pipeline opens, it is called with all assets, in no
// batch: what that gives rise to is said with the first.
func (f *Fold) Assets(changed []*wardround.Asset) {
	f.mu.Lock()
	opening := !f.opened && !f.mid
	f.opened = true
	f.mu.Unlock()
	if opening {
		f.ix.Assets(changed)
		f.due = f.ix.Waiting() > 0
		return
	}
	f.begin()
	waited := f.ix.Waiting()
	f.ix.Assets(changed)
	if f.triggered || f.due || f.ix.Waiting() > waited {
		f.touched = f.ix.Drain()
	}
	f.triggered, f.due = false, false
}

// Flush adds the rows of releases and documents that changed.
func (f *Fold) Flush(c *wardround.Commit) {
	// Claims end while nothing of the portfolio is observed: the next batch says so.
	waited := f.ix.Waiting()
	f.ix.At(c.At)
	f.due = f.ix.Waiting() > waited
	for _, id := range f.releases {
		if r := f.ix.Release(id); r != nil {
			c.Releases = append(c.Releases, r)
		}
	}
	for _, id := range f.rows {
		c.Documents = append(c.Documents, f.documents[id])
	}
	f.releases, f.rows = nil, nil
}

// Committed says that the store has the batch.
func (f *Fold) Committed(to uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.position, f.mid = to, false
	f.touched = check.Touched{}
	f.idle.Broadcast()
}

// View is what checks may ask, until the batch is committed.
func (f *Fold) View() check.Portfolio { return view{f.ix, f} }

// view joins the index with the batch's portion and the documents.
type view struct {
	*Index
	f *Fold
}

var _ check.Portfolio = view{}

func (v view) Touched() check.Touched { return v.f.touched }

func (v view) Document(id wardround.DocumentID) *wardround.Document { return v.f.documents[id] }

func (v view) Feeds() iter.Seq[check.Feed] { return v.opt.Knowledge.Feeds() }

// release returns the release that an observation speaks of; one that was never
// said is made of its three names.
func (f *Fold) release(o *wardround.Observation, maker, product, version string) *wardround.Release {
	id := wardround.ReleaseIDOf(f.opt.Scope.Org, maker, product, version)
	if r := f.ix.Release(id); r != nil {
		return r
	}
	r := &wardround.Release{ID: id, Org: f.opt.Scope.Org, Maker: maker, Product: product, Version: version, Kind: wardround.Device,
		Stage: wardround.Operate, Source: "import:" + o.Sensor, At: o.At}
	f.put(r)
	return r
}

// put takes in a release; one that cannot be is left out, as its row is.
func (f *Fold) put(r *wardround.Release) {
	if err := f.ix.PutRelease(r); err == nil && !slices.Contains(f.releases, r.ID) {
		f.releases = append(f.releases, r.ID)
	}
}

// document makes the row of a document; nil if the observation carries none.
func (f *Fold) document(o *wardround.Observation, k wardround.DocumentKind, name string) *wardround.Document {
	if o.Blob == nil {
		return nil
	}
	return &wardround.Document{Org: f.opt.Scope.Org, Kind: k, Name: name, Blob: *o.Blob, At: o.At, Seq: o.Seq}
}

// keep gives a document its id and has its row written.
func (f *Fold) keep(d *wardround.Document) {
	d.ID = wardround.DocumentIDOf(d.Org, d.Kind, d.Release, d.Name, d.Blob.Digest)
	f.write(d)
}

// write has a row written; rows that others may hold are never changed in place.
func (f *Fold) write(d *wardround.Document) {
	f.documents[d.ID] = d
	if !slices.Contains(f.rows, d.ID) {
		f.rows = append(f.rows, d.ID)
	}
}

// replace notes that a document's place was taken.
func (f *Fold) replace(id, by wardround.DocumentID, at time.Time) {
	if d := f.documents[id]; d != nil && id != by && d.Replaced.IsZero() {
		old := *d
		old.Replaced = at
		f.write(&old)
	}
}

func (f *Fold) sbom(o *wardround.Observation, x *kind.SBOMReceivedV1) error {
	r := f.release(o, x.Maker, x.Product, x.Version)
	d := f.document(o, wardround.DocumentSBOM, x.File)
	if d == nil {
		return nil
	}
	d.Release, d.Format, d.Parts, d.Issued, d.Author, d.Source = r.ID, x.Format, x.Components, x.Issued, string(x.Author), x.Source
	d.ID = wardround.DocumentIDOf(d.Org, d.Kind, d.Release, d.Name, d.Blob.Digest)
	doc, in, err := f.scan(d.Blob)
	if err == nil && doc != nil {
		if d.Format == "" {
			d.Format = doc.Format + " " + doc.Version
		}
		d.Parts = max(len(in.b.ident)+len(in.buf), len(doc.Components))
		if f.ix.Release(r.ID) == nil {
			err = &refusal{wardround.Errorf(wardround.EInvalid, "portfolio.sbom", "its release %q %q %q cannot be kept", x.Maker, x.Product, x.Version)}
		} else if len(doc.Components) > 0 {
			err = refuse(f.ix.PutSBOM(r.ID, d.ID, doc))
		} else {
			err = refuse(f.ix.PutIntake(r.ID, d.ID, doc, in))
		}
	}
	if err != nil {
		return f.refused(d, err)
	}
	f.write(d)
	f.replace(wardround.DocumentID(r.SBOM), d.ID, o.At)
	if r.SBOM != string(d.ID) {
		now := *r
		now.SBOM = string(d.ID)
		f.put(&now)
	}
	return nil
}

func (f *Fold) scan(b wardround.Blob) (*sbom.Document, *Intake, error) {
	if f.opt.Scan == nil {
		return nil, nil, &refusal{wardround.Errorf(wardround.EInvalid, "portfolio.sbom", "nothing here reads bills of materials")}
	}
	in := f.ix.Intake()
	var src *source
	doc, err := f.opt.Scan(func() (io.ReadCloser, error) {
		r, err := f.opt.Blobs.Open(b.Digest)
		src = &source{ReadCloser: r, err: err}
		return src, err
	}, b, in)
	return doc, in, src.judge(err)
}

func (f *Fold) knowledge(o *wardround.Observation, x *kind.KnowledgeReceivedV1) error {
	d := f.document(o, wardround.DocumentKnowledge, x.Feed)
	if d == nil {
		return nil
	}
	d.Format, d.Parts, d.Issued, d.Signer, d.Trust, d.Source = x.Kind, x.Records, x.Newest, x.Signer, x.Trust, "feed:"+x.Feed
	if x.Complete {
		d.Format += completeMark
	}
	if err := f.learn(o, d.Blob); err != nil {
		return f.refused(d, err)
	}
	if x.Complete { // nothing before it is needed any more
		for _, id := range f.documentsOf(wardround.DocumentKnowledge, x.Feed) {
			f.replace(id, wardround.DocumentIDOf(d.Org, d.Kind, "", d.Name, d.Blob.Digest), o.At)
		}
	}
	f.keep(d)
	return nil
}

// completeMark stands in the format of a document that is all of its feed.
const completeMark = ", complete"

func (f *Fold) learn(o *wardround.Observation, b wardround.Blob) error {
	if f.opt.Learn == nil {
		return &refusal{wardround.Errorf(wardround.EInvalid, "portfolio.knowledge", "nothing here takes in knowledge")}
	}
	r, err := f.opt.Blobs.Open(b.Digest)
	src := &source{ReadCloser: r, err: err}
	if err == nil {
		defer r.Close()
		var d Delta
		if d, err = f.opt.Learn.Learn(o, src); err == nil {
			f.ix.Change(d)
		}
	}
	return src.judge(err)
}

func (f *Fold) vex(o *wardround.Observation, x *kind.VEXReceivedV1) error {
	d := f.document(o, wardround.DocumentVEX, x.File)
	if d == nil {
		if !x.Withdrawn {
			return nil
		}
		d = &wardround.Document{Org: f.opt.Scope.Org, Kind: wardround.DocumentVEX, Name: x.File, At: o.At, Seq: o.Seq}
	}
	d.Format, d.Parts, d.Issued, d.Author, d.Signer, d.Trust = x.Format, x.Statements, x.Issued, string(x.Author), x.Signer, x.Trust
	d.ID = wardround.DocumentIDOf(d.Org, d.Kind, "", d.Name, d.Blob.Digest)
	if err := f.state(o, d); err != nil {
		return f.refused(d, err)
	}
	for _, id := range f.documentsOf(wardround.DocumentVEX, x.File) {
		f.replace(id, d.ID, o.At)
	}
	if x.Withdrawn {
		d.Replaced = o.At
	}
	if d.Blob.Digest != "" {
		f.write(d)
	}
	return nil
}

func (f *Fold) state(o *wardround.Observation, d *wardround.Document) error {
	if f.opt.State == nil {
		return &refusal{wardround.Errorf(wardround.EInvalid, "portfolio.vex", "nothing here takes in exploitability statements")}
	}
	src := &source{ReadCloser: io.NopCloser(new(empty))}
	if d.Blob.Digest != "" {
		r, err := f.opt.Blobs.Open(d.Blob.Digest)
		if err != nil {
			return (&source{err: err}).judge(err)
		}
		defer r.Close()
		src.ReadCloser = r
	}
	spoken, err := f.opt.State.State(o, d, src)
	if err == nil {
		f.ix.Stated(spoken)
	}
	return src.judge(err)
}

type empty struct{}

func (*empty) Read([]byte) (int, error) { return 0, io.EOF }

// documentsOf are the documents in force of a kind and name, by id.
func (f *Fold) documentsOf(k wardround.DocumentKind, name string) (out []wardround.DocumentID) {
	for id, d := range f.documents {
		if d.Kind == k && d.Name == name && d.Replaced.IsZero() && d.Problem == "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
