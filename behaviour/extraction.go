package behaviour

import (
	"fmt"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/extraction"
)

// extraction judges each client by how it asks, held against how clients of this
// service and version asked before: who walks along the boundary, sweeps the space of
// inputs or crowds around few of them learns the model. How much is asked counts only where the
// plan has a limit for it: a night in which everything is read again is no attack.
func (s *scene) extraction(x *kind.InferenceWindowV1) {
	if len(x.Clients) == 0 {
		return
	}
	if s.m.Usual == nil || s.m.UsualOf != s.m.Version {
		s.m.Usual, s.m.UsualOf = &extraction.Usual{}, s.m.Version
	}
	queries := int64(s.limitOf(model.Attack, "queries", 0))
	j := check.Judgement{Topic: "extraction", Item: "clients", State: wardround.Pass, N: x.Rows, From: x.From, To: x.To,
		Facts: wardround.Facts{"clients": max(len(x.Clients), x.ClientsOf)}}
	var learn, all []extraction.Shape
	for i := range x.Clients {
		c := &x.Clients[i]
		if c.Queries <= 0 {
			continue
		}
		shape := shapeOf(c)
		all = append(all, shape)
		why, value, limit := "", 0.0, 0.0
		if found := s.m.Usual.Judge(shape); len(found) > 0 {
			why, value, limit = marked(found[0], c.Queries), found[0].Value, found[0].Limit
		} else if queries > 0 && c.Queries > queries {
			why, value, limit = fmt.Sprintf("one client asked %d questions in a window, at most %d are agreed", c.Queries, queries), float64(c.Queries), float64(queries)
		}
		if why == "" {
			learn = append(learn, shape)
		} else if j.State != wardround.Fail { // the one that asked most is told
			j.State, j.Hostile, j.Statistic, j.Limit = wardround.Fail, true, value, limit
			j.Facts["trouble"], j.Facts["queries"] = why, c.Queries
		}
	}
	if found, of := s.m.Usual.Together(all); len(found) > 0 && j.State != wardround.Fail {
		j.State, j.Hostile, j.Statistic, j.Limit = wardround.Fail, true, found[0].Value, found[0].Limit
		j.Facts["trouble"], j.Facts["queries"] = together(found[0], of.Queries), of.Queries
	}
	for _, l := range learn { // after all were judged: one does not make the other usual
		s.m.Usual.Learn(l)
	}
	s.m.dirty = true
	s.say(j)
}

// shapeOf is a client as the window tells it. Numbers come from sensors: shares are cut.
func shapeOf(c *kind.InferenceClient) extraction.Shape {
	n := float64(c.Queries)
	share := func(k int64) float64 { return max(0, min(1, float64(k)/n)) }
	cut := func(v float64) float64 {
		if v != v {
			return 0
		}
		return max(0, min(1, v))
	}
	s := extraction.Shape{Queries: c.Queries, Distinct: min(c.Distinct, c.Queries), Coverage: cut(c.Coverage), Entropy: cut(c.Entropy),
		Near: share(c.Near), Steps: share(c.Steps), Outside: share(c.Outside)}
	if s.Distinct <= 0 { // not told
		s.Distinct = c.Queries
	}
	return s
}

// marked words a mark for the person who reads it.
func marked(f extraction.Found, n int64) string {
	s := ""
	switch f.Mark {
	case extraction.MarkNear:
		s = fmt.Sprintf("%s of one client's %d questions lie at the boundary of the decision", percent(f.Value), n)
	case extraction.MarkSteps:
		s = fmt.Sprintf("%s of one client's %d questions are a small step from one before", percent(f.Value), n)
	case extraction.MarkOutside:
		s = fmt.Sprintf("%s of one client's %d questions lie where no patients are", percent(f.Value), n)
	case extraction.MarkSweep:
		return fmt.Sprintf("one client's %d questions lie more evenly over what can be asked than those of any client here", n)
	default:
		return fmt.Sprintf("one client's %d questions crowd around few inputs, and are all different", n)
	}
	if f.Known {
		s += fmt.Sprintf(", at most %s are usual here", percent(f.Limit))
	}
	return s
}

// together words a mark of clients that ask too little to be judged alone.
func together(f extraction.Found, n int64) string {
	s := ""
	switch f.Mark {
	case extraction.MarkNear:
		s = fmt.Sprintf("%s of %d questions of clients that ask little each lie at the boundary of the decision", percent(f.Value), n)
	case extraction.MarkSteps:
		s = fmt.Sprintf("%s of %d questions of clients that ask little each are a small step from one before", percent(f.Value), n)
	default:
		s = fmt.Sprintf("%s of %d questions of clients that ask little each lie where no patients are", percent(f.Value), n)
	}
	if f.Known {
		s += fmt.Sprintf(", at most %s are usual here", percent(f.Limit))
	}
	return s
}
