package behaviour

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/stat/sketch"
)

// What follows may be called from any goroutine, while the pipeline folds: it copies.

// Summary is a model in use in one line.
type Summary struct {
	Key     string              `json:"key"` // NAME@SERVICE
	Name    string              `json:"name"`
	Service string              `json:"service,omitempty"`
	Maker   string              `json:"maker,omitempty"`
	Product string              `json:"product,omitempty"`
	Version string              `json:"version,omitempty"`
	Before  string              `json:"before,omitempty"` // the version before it
	Changed time.Time           `json:"changed,omitzero"`
	Asset   wardround.AssetID   `json:"asset,omitempty"`
	Release wardround.ReleaseID `json:"release,omitempty"`
	First   time.Time           `json:"first"`
	Last    time.Time           `json:"last"`            // end of the newest window
	Labels  time.Time           `json:"labels,omitzero"` // end of the newest span with outcomes
	Off     time.Time           `json:"off,omitzero"`    // since when people have it switched off
	Sources []Source            `json:"sources,omitempty"`
	// Answers counts its judgements: those that pass, fail, are unknown.
	Passing int `json:"passing"`
	Failing int `json:"failing"`
	Unknown int `json:"unknown"`
	// Shift is the kind of change that the failing judgements together speak of:
	// "quality" (what comes is wrong in itself), "source" (one device), "covariate" (what
	// comes is another thing), "label" (cases are as they were, and more or less frequent),
	// "concept" (the same inputs mean something else: worse without any of the others).
	Shift string `json:"shift,omitempty"`
	// Needed is how many patients or studies it takes where there are not enough yet.
	Needed int64 `json:"needed,omitempty"`
	// Loaded are the judgements of what was loaded here: its artefact and signature.
	Loaded []check.Judgement `json:"-"`
}

// Source is a device that inputs come from.
type Source struct {
	Name     string            `json:"name"`
	Type     string            `json:"type,omitempty"`
	Asset    wardround.AssetID `json:"asset,omitempty"`
	Software string            `json:"software,omitempty"`
	Last     time.Time         `json:"last"`
}

// Detail is all that is kept of a model in use.
type Detail struct {
	Summary
	Judgements []check.Judgement `json:"judgements"`
	Series     []Series          `json:"series"`
	Events     []Event           `json:"events"` // oldest first
	Documents  []Document        `json:"documents"`
	Lines      []Line            `json:"lines"`
}

// Series is how a judgement went over time.
type Series struct {
	Topic  string  `json:"topic"`
	Item   string  `json:"item,omitempty"`
	Points []Point `json:"points"`
}

// Document is a document in force for a model.
type Document struct {
	Kind    string    `json:"kind"` // "card", "plan", "reference" …
	Part    string    `json:"part,omitempty"`
	Version string    `json:"version,omitempty"`
	File    string    `json:"file,omitempty"`
	Format  string    `json:"format,omitempty"`
	Digest  string    `json:"digest"`
	Signer  string    `json:"signer,omitempty"`
	Trust   string    `json:"trust,omitempty"`
	Problem string    `json:"problem,omitempty"`
	At      time.Time `json:"at"`
}

// Line is the windows of one kind: records of inference, or metadata of inputs.
type Line struct {
	Part    string   `json:"part,omitempty"`
	Schema  string   `json:"schema,omitempty"`
	Recent  []Window `json:"recent"`            // newest last
	Pending []Window `json:"pending,omitempty"` // not enough yet
}

// Window names sketches in the blob store.
type Window struct {
	Digest  string    `json:"digest"`
	Version string    `json:"version,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Rows    int64     `json:"rows"`
	Units   int64     `json:"units,omitempty"`
}

// List returns the models by key.
func (f *Fold) List() []Summary {
	f.mu.RLock()
	defer f.mu.RUnlock()
	counts := map[string]*Summary{}
	out := make([]Summary, 0, len(f.instances))
	for _, m := range f.sorted() {
		out = append(out, f.summary(m))
	}
	for i := range out {
		counts[ofModel+out[i].Key] = &out[i]
	}
	for k, e := range f.current {
		if s := counts[k.owner]; s != nil {
			s.count(&e.j)
			s.loaded(k.topic, &e.j)
		}
	}
	return out
}

// shift joins the kind of change that a failing judgement speaks of.
func (s *Summary) shift(kind string) {
	if kind != "" && (s.Shift == "" || explains(kind, s.Shift) < 0) {
		s.Shift = kind
	}
}

func (s *Summary) loaded(topic string, j *check.Judgement) {
	if topic == "artefact" || topic == "signature" {
		s.Loaded = append(s.Loaded, *j)
	}
}

func (s *Summary) count(j *check.Judgement) {
	switch j.State {
	case wardround.Pass:
		s.Passing++
	case wardround.Fail:
		s.Failing++
		kind := j.Shift
		if j.Topic == "quality" {
			kind = "quality"
		}
		s.shift(kind)
	default:
		s.Unknown++
		s.Needed = max(s.Needed, j.Needed)
	}
}

func (f *Fold) summary(m *instance) Summary {
	maker, product := f.product(m)
	s := Summary{Key: m.Key, Name: m.name(), Service: m.service(), Maker: maker, Product: product, Version: m.Version, Before: m.Before, Changed: m.Changed,
		Asset: m.asset, Release: m.release, First: m.First, Last: m.Last, Labels: m.Labels, Off: m.Off}
	for _, x := range m.Sources {
		s.Sources = append(s.Sources, Source(x))
	}
	return s
}

// Key returns the key of the model that an asset is, "" if it is none.
func (f *Fold) Key(id wardround.AssetID) string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, m := range f.sorted() {
		if m.asset == id && id != "" {
			return m.Key
		}
	}
	return ""
}

// Model returns all that is kept of a model; false if there is none.
func (f *Fold) Model(key string) (*Detail, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	m := f.instances[key]
	if m == nil {
		return nil, false
	}
	d := &Detail{Summary: f.summary(m), Events: slices.Clone(f.events[key])}
	owner := ofModel + key
	releases := ""
	if id := f.releaseOf(d.Maker, d.Product, d.Version); id != "" {
		releases = ofRelease + string(id)
	}
	for k, e := range f.current {
		if k.owner == owner {
			d.count(&e.j)
			d.loaded(k.topic, &e.j)
		}
		if k.owner == owner || k.owner == releases && releases != "" {
			if j, ok := f.judgement(e); ok {
				d.Judgements = append(d.Judgements, *j)
			}
		}
	}
	slices.SortFunc(d.Judgements, func(a, b check.Judgement) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Subject.ID, b.Subject.ID))
	})
	for k, t := range f.series {
		if k.owner == owner {
			d.Series = append(d.Series, Series{k.topic, k.item, slices.Clone(t.Points)})
		}
	}
	slices.SortFunc(d.Series, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Item, b.Item))
	})
	for _, place := range sortedKeys(f.documents) {
		x := f.documents[place]
		if f.inForce(m, x.Kind, x.Part) == x {
			d.Documents = append(d.Documents, Document{x.Kind, x.Part, x.Version, x.File, x.Format, x.Digest, x.Signer, x.Trust, x.Problem, x.At})
		}
	}
	for _, part := range sortedKeys(m.lines) {
		l := m.lines[part]
		d.Lines = append(d.Lines, Line{Part: part, Schema: l.Schema, Recent: windowsOf(l.Recent), Pending: windowsOf(l.Pending)})
	}
	return d, true
}

func windowsOf(refs []ref) []Window {
	out := make([]Window, 0, len(refs))
	for _, r := range refs {
		out = append(out, Window{r.Digest, r.Version, r.From, r.To, r.Rows, r.Units})
	}
	return out
}

// Release returns the judgements of a release: its artefacts, signatures and trials.
func (f *Fold) Release(id wardround.ReleaseID) []check.Judgement {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var out []check.Judgement
	for k, e := range f.current {
		if strings.HasPrefix(k.owner, ofRelease) && k.owner[len(ofRelease):] == string(id) {
			if j, ok := f.judgement(e); ok {
				out = append(out, *j)
			}
		}
	}
	slices.SortFunc(out, func(a, b check.Judgement) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Item, b.Item))
	})
	return out
}

// Releases returns the judgements of topics of all releases: for lists.
func (f *Fold) Releases(topics ...string) map[wardround.ReleaseID][]check.Judgement {
	f.mu.RLock()
	defer f.mu.RUnlock()
	out := map[wardround.ReleaseID][]check.Judgement{}
	for k, e := range f.current {
		if id, ok := strings.CutPrefix(k.owner, ofRelease); ok && slices.Contains(topics, k.topic) {
			if j, ok := f.judgement(e); ok {
				out[wardround.ReleaseID(id)] = append(out[wardround.ReleaseID(id)], *j)
			}
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b check.Judgement) int {
			return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Item, b.Item))
		})
	}
	return out
}

// Waiting is how many judgements were made and not said yet.
func (f *Fold) Waiting() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.queue)
}

// Picture reads what a page draws: the reference in force for a part, and the newest
// windows of the version in use together, at most as many as asked for. Either is nil
// where there is none. It reads blobs each time, and shares nothing. Errors: ENotFound
// (no such model), those of the blobs.
func (f *Fold) Picture(key, part string, windows int) (reference, current *sketch.Window, err error) {
	f.mu.RLock()
	m := f.instances[key]
	var refs, now []string
	if m != nil {
		if d := f.inForce(m, "reference", part); d != nil && d.Problem == "" {
			if refs = slices.Clone(d.Windows); len(refs) == 0 {
				refs = []string{d.Digest}
			}
		}
		if l := m.lines[part]; l != nil {
			for i := len(l.Recent) - 1; i >= 0 && len(now) < max(windows, 1) && l.Recent[i].Version == m.Version; i-- {
				now = append(now, l.Recent[i].Digest)
			}
		}
	}
	f.mu.RUnlock()
	if m == nil {
		return nil, nil, wardround.Errorf(wardround.ENotFound, "behaviour.picture", "there is no model %q", key)
	}
	slices.Reverse(now)
	if reference, err = f.together(refs); err != nil {
		return nil, nil, err
	}
	current, err = f.together(now)
	return reference, current, err
}

// together merges windows; what does not fit to the newest is left out.
func (f *Fold) together(digests []string) (out *sketch.Window, err error) {
	for i := len(digests) - 1; i >= 0; i-- {
		w, err := read(f.opt.Blobs, digests[i], decodeWindow)
		switch {
		case err != nil && refused(err) == "":
			return nil, err
		case err != nil:
		case out == nil:
			out = w
		case out.Merge(w) != nil:
			return out, nil // columns, types or units changed there
		}
	}
	return out, nil
}

// Referenced are the digests of all blobs that a restart or a page may ask for:
// documents that came, and windows that are remembered. Sketches that are not among
// them are no longer needed once the log has let go of them.
func (f *Fold) Referenced() map[string]bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	out := map[string]bool{}
	for digest := range f.rows {
		out[digest] = true
	}
	for _, d := range f.documents {
		out[d.Digest] = true
		for _, digest := range d.Windows {
			out[digest] = true
		}
	}
	for _, m := range f.instances {
		for _, l := range m.lines {
			for _, list := range [][]ref{l.Pending, l.Recent, l.Labelled} {
				for _, r := range list {
					out[r.Digest] = true
				}
			}
		}
	}
	return out
}
