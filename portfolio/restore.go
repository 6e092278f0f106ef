package portfolio

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// OpenFold opens the portfolio where a store stands: from the newest generation
// file and what came since, or from rows and blobs alone. knowledgeAt is the log
// position of what opt.Learn holds already, 0 for nothing. What is wrong with a
// file or a blob is no error: it is returned as a warning (EIntegrity), and the
// rest is open. Errors: the store's, and those of the disk.
func OpenFold(ctx context.Context, opt FoldOptions, index Options, knowledgeAt uint64, st wardround.Reader) (f *Fold, warning, err error) {
	at := uint64(0)
	pos, now, err := st.Position(ctx, opt.Scope)
	if err != nil {
		return nil, nil, err
	}
	opt.Index = New(index)
	if opt.Dir != "" {
		if opt.Index, at, warning = Load(opt.Dir, index); at > pos {
			opt.Index, at = New(index), 0 // of another store
		}
	}
	f = NewFold(opt)
	f.position, f.saved = pos, at
	r := &restoring{Fold: f, at: at, knowledgeAt: knowledgeAt, warning: warning}
	if err := r.rows(ctx, st); err != nil {
		return nil, nil, err
	}
	f.ix.At(now)
	return f, r.warning, nil
}

type restoring struct {
	*Fold
	at, knowledgeAt uint64
	warning         error
}

func (r *restoring) rows(ctx context.Context, st wardround.Reader) error {
	var docs []*wardround.Document
	for d, err := range st.Documents(ctx, r.opt.Scope) {
		if err != nil {
			return err
		}
		r.documents[d.ID] = d
		if d.Problem == "" {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(a, b *wardround.Document) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID)) })
	for x, err := range st.Releases(ctx, r.opt.Scope) {
		if err != nil {
			return err
		}
		if old := r.ix.Release(x.ID); old == nil || !reflect.DeepEqual(old, x) {
			if err := r.ix.PutRelease(x); err != nil {
				r.warn(err)
			}
		}
	}
	for row, err := range st.Content(ctx, r.opt.Scope) {
		if err != nil {
			return err
		}
		r.setting(row)
	}
	missed := false // knowledge went ahead of the index
	for _, d := range docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d.Kind == wardround.DocumentSBOM {
			r.ix.came(d.Release, d.At)
		}
		var err error
		switch {
		case d.Kind == wardround.DocumentKnowledge && d.Seq > r.knowledgeAt && d.Replaced.IsZero():
			err = r.relearn(d)
		case d.Kind == wardround.DocumentKnowledge:
			missed = missed || r.at > 0 && d.Seq > r.at
		case d.Kind == wardround.DocumentSBOM && d.Replaced.IsZero():
			err = r.rescan(d)
		case d.Kind == wardround.DocumentVEX && d.Replaced.IsZero():
			err = r.restate(d)
		}
		var no *refusal
		if errors.As(err, &no) {
			r.warn(err)
		} else if err != nil {
			return err
		}
	}
	if missed {
		r.ix.Change(Delta{All: true})
	}
	if r.at < r.position {
		return r.recall(ctx, st)
	}
	return nil
}

func (r *restoring) warn(err error) {
	if r.warning == nil {
		r.warning = wardround.Wrap(wardround.EIntegrity, "portfolio.open", err)
	}
}

// relearn takes a bundle in again, as the observation that brought it.
func (r *restoring) relearn(d *wardround.Document) error {
	format, complete := cutSuffix(d.Format, completeMark)
	return r.learn(&wardround.Observation{Seq: d.Seq, Kind: string(kind.KnowledgeReceived), At: d.At, Logged: d.At, Blob: &d.Blob,
		Fields: &kind.KnowledgeReceivedV1{Feed: d.Name, Kind: format, Complete: complete, Newest: d.Issued, Trust: d.Trust, Signer: d.Signer}}, d.Blob)
}

func cutSuffix(s, suffix string) (string, bool) {
	if n := len(s) - len(suffix); n >= 0 && s[n:] == suffix {
		return s[:n], true
	}
	return s, false
}

func (r *restoring) rescan(d *wardround.Document) error {
	x := r.ix.Release(d.Release)
	if x == nil || x.SBOM != string(d.ID) || r.ix.documentOf(d.Release) == d.ID {
		return nil
	}
	doc, in, err := r.scan(d.Blob)
	switch {
	case err != nil:
		return err
	case len(doc.Components) > 0:
		return refuse(r.ix.PutSBOM(d.Release, d.ID, doc))
	}
	return refuse(r.ix.PutIntake(d.Release, d.ID, doc, in))
}

func (r *restoring) restate(d *wardround.Document) error {
	o := &wardround.Observation{Seq: d.Seq, Kind: string(kind.VEXReceived), At: d.At, Logged: d.At, Blob: &d.Blob,
		Fields: &kind.VEXReceivedV1{File: d.Name, Format: d.Format, Signer: d.Signer, Trust: d.Trust, Issued: d.Issued, Statements: d.Parts}}
	// Answers that rest on it already are judged once more, and say nothing new.
	return r.state(o, d)
}

// came notes when a release's first bill of materials did.
func (ix *Index) came(id wardround.ReleaseID, at time.Time) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if s := ix.lookup(wardround.ReleaseSubject(id)); s != nil && (s.withBOM.IsZero() || at.Before(s.withBOM)) {
		s.withBOM = at
	}
}

// documentOf is the document that a release's components were read from.
func (ix *Index) documentOf(id wardround.ReleaseID) wardround.DocumentID {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if s := ix.lookup(wardround.ReleaseSubject(id)); s != nil && s.bill != nil {
		return s.bill.document
	}
	return ""
}

// CheckKnown is the check whose verdicts remember when an answer began.
const CheckKnown = "vulnerability.known"

// recall takes from the store since when answers hold that no generation file knew,
// and those that nothing gives rise to any more.
func (r *restoring) recall(ctx context.Context, st wardround.Reader) error {
	for v, err := range st.Verdicts(ctx, r.opt.Scope, wardround.VerdictFilter{Check: CheckKnown}) {
		if err != nil {
			return err
		}
		r.ix.recall(v)
	}
	return nil
}

func (ix *Index) recall(v *wardround.Verdict) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	n, ok := ix.bySubj[v.Subject]
	if !ok || v.Item == "" || v.Item == "(more)" {
		return
	}
	ix.ready()
	vuln := ix.texts.put(v.Item)
	s := ix.subjects[n]
	i, had := find(s.answers, vuln)
	switch {
	case vuln == 0 || had && s.answers[i].state == uint8(v.State):
		return
	case !had:
		s.answers = slices.Insert(s.answers, i, answer{vuln: vuln})
		ix.answered.add(vuln, n)
	}
	a := &s.answers[i]
	a.state, a.since, a.sum = uint8(v.State), unix(v.Since), 0 // it is said anew
	if v.State == wardround.Fail && a.first == 0 {
		a.first = a.since
	}
	ix.queue.pair(n, vuln)
}

// Compact writes a generation file of where the store stands, if anything changed
// since the last. It may be called beside the pipeline, by one goroutine: it waits
// for the end of a batch, and holds the next one up only while columns are copied.
// Errors: EFull, and the context's.
func (f *Fold) Compact(ctx context.Context) error {
	if f.opt.Dir == "" {
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.idle.Broadcast()
	})
	defer stop()
	f.mu.Lock()
	for f.mid && ctx.Err() == nil {
		f.idle.Wait()
	}
	if err := ctx.Err(); err != nil || f.position == f.saved || f.changed == 0 {
		f.mu.Unlock()
		return err
	}
	position := f.position
	sec := f.ix.snapshot(position)
	f.changed = 0
	f.mu.Unlock()
	if err := writeGeneration(f.opt.Dir, position, &sec); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saved = position
	return nil
}

// Resting reports whether everything that was folded is committed. Whoever will commit
// nothing more asks before [Fold.Compact], which waits for it.
func (f *Fold) Resting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.mid
}

// Position is the log position of the last commit, and that of the newest
// generation file.
func (f *Fold) Position() (committed, saved uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.position, f.saved
}
