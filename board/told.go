package board

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/wardround/wardround/check"
)

// What is stored is English. The methods In tell a row in another language: they
// return a copy, in which english names the texts that nobody has translated.

// told returns the title of a check in a language, or in English, and which it is.
func (x *info) told(language string) (title, is string) {
	if x.Check == nil {
		return x.title, check.English
	}
	title, _, is = x.SayIn(language)
	return title, is
}

// titleIn is a title of a check as it was stored, in a language.
func titleIn(language, id, stored string) (title, is string) {
	if c := check.Lookup(id); c != nil && language != check.English {
		if title, _, is = c.SayIn(language); is == language {
			return title, is
		}
	}
	return stored, check.English
}

// telling is one row being told.
type telling struct {
	language string
	english  []string // names of what stays English
}

// say tells a reason; name is what the row calls it.
func (t *telling) say(name, text string) string {
	told, is := check.PhraseIn(t.language, text)
	if text != "" && is != t.language {
		t.english = append(t.english, name)
	}
	return told
}

// In tells title, reason and item in a language.
func (f *Finding) In(language string) *Finding {
	v, raw := *f, *f.Finding
	t := telling{language: language}
	raw.Title, v.Language = titleIn(language, f.Check, f.Title)
	raw.Why = t.say("why", f.Why)
	if item, ok := check.FactIn(language, "item", cmp.Or(f.ItemName, f.Item)); ok {
		v.ItemName = item.(string)
	}
	v.Finding, v.English = &raw, t.english
	return &v
}

// FactsIn are the facts that a check put into words, in a language; facts that are
// the same in every language are left out.
func (f *Finding) FactsIn(language string) map[string]any {
	out := map[string]any{}
	for name, v := range f.Facts {
		if told, ok := check.FactIn(language, name, v); ok {
			out[name] = told
		}
	}
	return out
}

// In tells the reasons of an asset in a language.
func (a *Asset) In(language string) *Asset {
	v, raw := *a, *a.Asset
	t := telling{language: language}
	raw.KindReason = t.say("kind_reason", a.KindReason)
	raw.CriticalityReason = t.say("criticality_reason", a.CriticalityReason)
	raw.Attributes = maps.Clone(a.Attributes)
	for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
		at := a.Attributes[name]
		at.Reason = t.say("attributes."+name, at.Reason)
		raw.Attributes[name] = at
	}
	v.Asset, v.Language, v.English = &raw, language, t.english
	return &v
}

// In tells the reason of a proposal, and who answered it where that was the
// inventory itself, in a language.
func (p *Proposal) In(language string) *Proposal {
	v, raw := *p, *p.Proposal
	t := telling{language: language}
	raw.Reason = t.say("reason", p.Reason)
	if strings.HasPrefix(p.By, "inventory: ") {
		raw.By = t.say("by", p.By)
	}
	v.Proposal, v.Language, v.English = &raw, language, t.english
	return &v
}

// In tells the title of a change in a language.
func (c Change) In(language string) Change {
	if c.Title != "" {
		c.Title, c.Language = titleIn(language, c.check, c.Title)
	}
	return c
}
