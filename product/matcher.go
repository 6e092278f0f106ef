package product

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

// Matcher returns the comparison of names and versions as package knowledge asks for
// it: one statement and one thing at a time.
func Matcher() knowledge.Products { return matcher{} }

type matcher struct{}

// Filed implements [knowledge.Products].
func (matcher) Filed(p *advisory.Product) []string { return Prepare(*p).Keys() }

// Looked implements [knowledge.Products].
func (matcher) Looked(t *knowledge.Thing) []string { return prepare(deviceOf(t)).keys() }

// Judge implements [knowledge.Products].
func (matcher) Judge(a *advisory.Affected, t *knowledge.Thing) knowledge.Judgement {
	if a.Product == nil {
		return knowledge.Judgement{}
	}
	m, ok := Prepare(*a.Product).Judge(deviceOf(t), Ref{}, *a)
	if !ok {
		return knowledge.Judgement{}
	}
	j := knowledge.Judgement{About: true, Why: m.Reason, Confidence: m.Confidence}
	switch m.Status {
	case Affected:
		j.State, j.Reason = wardround.Fail, knowledge.InRange
	case NotAffected:
		j.State, j.Reason = wardround.Pass, knowledge.OutOfRange
	default:
		j.State, j.Reason = wardround.Unknown, knowledge.Resemblance
		switch {
		case a.Unread != "":
			j.Reason = knowledge.UnreadRange
		case t.Version == "":
			j.Reason = knowledge.NoVersion
		}
	}
	return j
}

func deviceOf(t *knowledge.Thing) Device {
	d := Device{Maker: t.Maker, Product: t.Product, Software: t.Version, Serial: t.Serial}
	if len(t.Models) > 0 {
		d.Model = t.Models[0]
	} else {
		d.Model, d.Product = t.Product, ""
	}
	d.Tokens = append(d.Tokens, t.Names...)
	if len(t.Models) > 1 {
		d.Tokens = append(d.Tokens, t.Models[1:]...)
	}
	return d
}
