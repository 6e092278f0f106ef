package board

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// embargoPrefix begins the names of settings that put a vulnerability under embargo.
const embargoPrefix = "embargo/"

// Embargo is why and until when a vulnerability is for some people only.
type Embargo struct {
	Vulnerability string     `json:"vulnerability"`
	IDs           []string   `json:"ids,omitempty"`   // its ids when it was set
	Title         string     `json:"title,omitempty"` // its title then
	Reason        string     `json:"reason"`
	Until         *time.Time `json:"until,omitempty"`
	// People are names of accounts that it is for, of those who have the permission;
	// none is all who have it.
	People []string  `json:"people"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// holds reports whether the embargo is in force.
func (e *Embargo) holds(now time.Time) bool { return e.Until == nil || now.Before(*e.Until) }

// names reports whether an id is one of the vulnerability's, whatever the case.
func (e *Embargo) names(id string) bool {
	return strings.EqualFold(e.Vulnerability, id) || slices.ContainsFunc(e.IDs, func(x string) bool { return strings.EqualFold(x, id) })
}

// setEmbargo puts an embargo in force or lifts it; the findings it is about are
// made anew. The lock is held.
func (b *Board) setEmbargo(row wardround.ContentRow) {
	id := strings.TrimPrefix(row.Name, embargoPrefix)
	old := b.embargoes[id]
	var x *Embargo
	if row.Value != nil {
		x = &Embargo{}
		if json.Unmarshal(row.Value, x) != nil {
			*x = Embargo{} // refused when it was set; what cannot be read stays secret
		}
		x.Vulnerability, x.By, x.At = id, row.By, row.At.UTC()
	}
	if b.embargoes == nil {
		b.embargoes = map[string]*Embargo{}
	}
	if delete(b.embargoes, id); x != nil {
		b.embargoes[id] = x
	}
	for _, f := range b.state.findings {
		if item := f.row.f.Item; item != "" && (old != nil && old.names(item) || x != nil && x.names(item)) {
			b.rederive(f)
		}
	}
}

// Embargoes are those in force, by id.
func (b *Board) Embargoes() []Embargo {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now := b.now()
	var out []Embargo
	for _, e := range b.embargoes {
		if e.holds(now) {
			out = append(out, *e)
		}
	}
	slices.SortFunc(out, func(x, y Embargo) int { return strings.Compare(x.Vulnerability, y.Vulnerability) })
	return out
}

// secret is the vulnerability that a finding is about, if that is under embargo, or
// was when the finding was told last.
func (b *Board) secret(f *wardround.Finding) string {
	if f.Item == "" {
		return ""
	}
	if f.Facts["embargoed"] == true {
		return f.Item
	}
	for _, e := range b.embargoes {
		if e.names(f.Item) {
			return f.Item
		}
	}
	return ""
}

// discreet reports whether a finding may be seen as far as embargoes go.
func (v Visible) discreet(r *findingRow) bool {
	return r.secret == "" || v.Hides == nil || !v.Hides(r.secret)
}

// Secret reports whether a case has a finding under embargo: nobody is notified of it.
func (b *Board) Secret(kase string) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now, e := b.now(), b.cases[kase]
	if e == nil {
		return false
	}
	for _, f := range e.findings {
		for _, x := range b.embargoes {
			if f.row.secret != "" && x.names(f.row.secret) && x.holds(now) {
				return true
			}
		}
	}
	return false
}
