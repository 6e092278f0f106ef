package main

import (
	"path/filepath"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/sqlite"
)

// keptKnowledge opens what a data directory knows: its generation file, unless that
// is damaged, or older than a document the store has: the process that brought it was
// ended before it had written the file.
func (a *app) keptKnowledge() (*knowledge.Base, error) {
	dir, err := a.data()
	if err != nil {
		return nil, err
	}
	base, at, err := knowledge.Open(filepath.Join(dir, dirKnowledge), knowledgeOptions())
	code := wardround.ErrorCode(err)
	if err != nil && code != wardround.ENotFound && code != wardround.EIntegrity {
		return nil, err
	}
	newest, there, e := a.newestKnowledge(dir)
	switch {
	case err == nil && e == nil && newest <= at:
		return base, nil
	case e != nil:
		if err == nil {
			base.Close()
		}
		return nil, e
	case err != nil && (!there || newest == 0):
		return knowledge.New(knowledgeOptions()), nil // nothing is known: it is said
	}
	if err == nil {
		base.Close()
	}
	return a.restoredKnowledge()
}

// newestKnowledge is the log position of the newest document of knowledge in a
// directory's store; there is false when it has no store at all.
func (a *app) newestKnowledge(dir string) (newest uint64, there bool, err error) {
	d, err := datadir.Read(dir)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	st, err := sqlite.Open(d.State(), sqlite.Options{ReadOnly: true})
	if err != nil {
		return 0, false, err
	}
	defer st.Close()
	for doc, err := range st.Documents(a.ctx, d.Scope()) {
		if err != nil {
			return 0, false, err
		}
		if doc.Kind == wardround.DocumentKnowledge && doc.Problem == "" && doc.Replaced.IsZero() {
			newest = max(newest, doc.Seq)
		}
	}
	return newest, true, nil
}

// restoredKnowledge is what is known as the store and the blobs have it.
func (a *app) restoredKnowledge() (*knowledge.Base, error) {
	s, done, err := a.readStock()
	if err != nil {
		return nil, err
	}
	base := s.base
	s.base = nil // the caller closes it
	done()
	return base, nil
}
