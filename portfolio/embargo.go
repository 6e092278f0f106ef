package portfolio

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// EmbargoPrefix begins the names of settings that put a vulnerability under embargo:
// "embargo/CVE-2026-1". The value is an object with reason, and perhaps ids and until.
const EmbargoPrefix = "embargo/"

// embargo is a vulnerability that is not public yet.
type embargo struct {
	IDs   []string  `json:"ids"`
	Until time.Time `json:"until"`
}

// Embargo puts a vulnerability under embargo, or lifts it for no value. Answers about
// it are said anew.
func (ix *Index) Embargo(id, value string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ready()
	old, x := ix.embargoes[id], embargo{}
	if value != "" {
		_ = json.Unmarshal([]byte(value), &x) // refused before the log; what cannot be read stays secret
	}
	if delete(ix.embargoes, id); value != "" {
		if ix.embargoes == nil {
			ix.embargoes = map[string]embargo{}
		}
		ix.embargoes[id] = x
	}
	ix.memo.clear()
	for _, name := range slices.Concat([]string{id}, old.IDs, x.IDs) {
		ix.again(ix.opt.Knowledge.Folded(name))
	}
}

// liftEmbargoes ends those whose time has come.
func (ix *Index) liftEmbargoes() {
	for id, e := range ix.embargoes {
		if !e.Until.IsZero() && !ix.now.Before(e.Until) {
			delete(ix.embargoes, id)
			ix.memo.clear()
			for _, name := range slices.Concat([]string{id}, e.IDs) {
				ix.again(ix.opt.Knowledge.Folded(name))
			}
		}
	}
}

// embargoed reports whether a vulnerability is under embargo by any of its ids.
func (ix *Index) embargoed(f *Facts) bool {
	for id, e := range ix.embargoes {
		if id == f.ID || slices.Contains(f.Aliases, id) || slices.Contains(e.IDs, f.ID) {
			return true
		}
	}
	return false
}

// embargo takes in a setting.
func (f *Fold) embargo(name, value string) {
	if id, ok := strings.CutPrefix(name, EmbargoPrefix); ok {
		f.ix.Embargo(id, value)
	}
}

// setting takes in one of a store.
func (r *restoring) setting(row wardround.ContentRow) { r.embargo(row.Name, string(row.Value)) }
