package kind

import (
	"net/netip"
	"strings"

	"github.com/wardround/wardround"
)

// IDModel is NAME@SERVICE of a model in use, NAME alone where the service is not told:
// unique.
const IDModel IDType = "ai-model"

// ModelKey is the identifier of a model in use.
func ModelKey(model, service string) string {
	if service == "" || strings.Contains(model, "@") {
		return model
	}
	return model + "@" + service
}

// Key is the identifier of the model in use.
func (w *InferenceWindowV1) Key() string { return ModelKey(w.Model, w.Service) }

// Key is the identifier of the model in use.
func (w *InferenceLabelledV1) Key() string { return ModelKey(w.Model, w.Service) }

// Key is the identifier of the model in use.
func (w *ModelLogsV1) Key() string { return ModelKey(w.Model, w.Service) }

// instance claims a model in use, and what it is an instance of.
func instance(c *Claims, key, maker, product, version string) Behind {
	m := c.Apart()
	m.ID(IDModel, key, wardround.Observed)
	m.Is(wardround.Model, "ai-model", wardround.CriticalityUnknown, "it answers inference", wardround.Observed)
	m.Attr(wardround.AttrMaker, maker, wardround.Observed)
	if name, _, _ := strings.Cut(key, "@"); product == "" {
		product = name
	}
	m.Attr(wardround.AttrModel, product, wardround.Observed)
	m.Attr(wardround.AttrSoftware, version, wardround.Observed)
	return m
}

// hosted claims that the model runs behind the service at host.
func hosted(c *Claims, m Behind, host string) {
	if host == "" {
		return
	}
	s := c.Apart()
	if a, err := netip.ParseAddr(host); err == nil {
		s.ID(IDIP, a.Unmap().String(), wardround.Observed)
	} else {
		s.ID(IDDNSName, host, wardround.Indicated)
	}
	c.Tie(s, m, "")
}

// Claims names the model, the service that it runs behind, and the devices that feed it.
func (w *InferenceWindowV1) Claims(_ *wardround.Observation, c *Claims) {
	if w.Model == "" || w.OfHost() {
		return
	}
	m := instance(c, w.Key(), w.Maker, w.Product, w.Version)
	hosted(c, m, w.Host)
	for i := range w.Sources {
		if s := &w.Sources[i]; s.Type != "" {
			b := c.Apart()
			b.ID(s.Type, s.Name, wardround.Observed)
			c.Tie(b, m, "inference")
		}
	}
}

// Claims names the model.
func (w *InferenceLabelledV1) Claims(_ *wardround.Observation, c *Claims) {
	if w.Model != "" {
		instance(c, w.Key(), "", "", w.Version)
	}
}

// Claims names the model.
func (w *ModelLogsV1) Claims(_ *wardround.Observation, c *Claims) {
	if w.Model != "" {
		instance(c, w.Key(), "", "", "")
	}
}

// Claims names the model that was loaded, and where.
func (v *ModelVerifiedV1) Claims(_ *wardround.Observation, c *Claims) {
	if v.Model == "" || v.When != "load" {
		return
	}
	hosted(c, instance(c, ModelKey(v.Model, v.Service), v.Maker, v.Product, v.Version), v.Host)
}

// The bounds of an observation of a model. Texts are cut in the middle of nothing
// that matters: the blob has all.
const (
	MaxModelRows = 32 // rules, callables, measures
	MaxSources   = 16 // sources, clients, estimates, patterns
	maxModelText = 120
)

func cut(s *string, most int) {
	if len(*s) <= most {
		return
	}
	*s = valid((*s)[:most-3])
	*s = strings.TrimRight(*s, "\uFFFD") + "…"
}

func keep[T any](list *[]T, of *int, most int) {
	*of = max(*of, len(*list))
	if len(*list) > most {
		*list = (*list)[:most]
	}
}

// Bound cuts what would make the observation too large, and counts what is left out.
// The gravest come first in the lists.
func (s *ModelScannedV1) Bound() {
	keep(&s.Rules, &s.RulesOf, MaxModelRows)
	keep(&s.Callables, &s.CallablesOf, MaxModelRows)
	for i := range s.Rules {
		r := &s.Rules[i]
		cut(&r.ID, 64)
		cut(&r.Where, 80)
		cut(&r.Text, maxModelText)
	}
	for i := range s.Callables {
		c := &s.Callables[i]
		cut(&c.Name, 80)
		cut(&c.Where, 48)
	}
	for _, t := range []*string{&s.File, &s.Host, &s.Model, &s.Maker, &s.Product, &s.Version, &s.Format} {
		cut(t, 256)
	}
	fit(s, func() bool {
		if n := len(s.Callables); n > len(s.Rules) {
			s.Callables = s.Callables[:n-1]
		} else if n := len(s.Rules); n > 0 {
			s.Rules = s.Rules[:n-1]
		} else {
			return false
		}
		return true
	})
}

// mostFields is how large the fields of a model's observation may be, in bytes, so that
// the rest of it has room.
const mostFields = wardround.MaxObservation - 2048

// fit drops from the ends of lists until the fields are small enough: text that JSON
// writes with escapes takes six times its bytes.
func fit(fields any, drop func() bool) {
	for {
		b, err := AppendFields(nil, fields)
		if err != nil || len(b) <= mostFields || !drop() {
			return
		}
	}
}

// Bound cuts what would make the observation too large, and counts what is left out.
func (w *InferenceWindowV1) Bound() {
	keep(&w.Sources, &w.SourcesOf, MaxSources)
	keep(&w.Clients, &w.ClientsOf, MaxSources)
	n := 0
	keep(&w.Estimates, &n, MaxSources)
	if w.Prompts != nil {
		keep(&w.Prompts.Patterns, &n, MaxSources)
	}
	for _, t := range []*string{&w.Model, &w.Service, &w.Version, &w.Maker, &w.Product, &w.Host} {
		cut(t, 128)
	}
	for i := range w.Sources {
		cut(&w.Sources[i].Name, 64)
	}
	fit(w, func() bool {
		for _, n := range []int{len(w.Estimates), len(w.Clients), len(w.Sources)} {
			if n == 0 {
				continue
			}
			switch n {
			case len(w.Estimates):
				w.Estimates = w.Estimates[:n-1]
			case len(w.Clients):
				w.Clients = w.Clients[:n-1]
			default:
				w.Sources = w.Sources[:n-1]
			}
			return true
		}
		return false
	})
}

// Bound cuts what would make the observation too large, and counts what is left out.
func (p *ModelProbedV1) Bound() {
	keep(&p.Measures, &p.Of, MaxModelRows)
	for i := range p.Measures {
		cut(&p.Measures[i].Name, 80)
		cut(&p.Measures[i].Why, maxModelText)
	}
	for _, t := range []*string{&p.Problem, &p.Model, &p.Service, &p.Maker, &p.Product, &p.Version, &p.Endpoint, &p.Grant, &p.Tool} {
		cut(t, 256)
	}
	fit(p, func() bool {
		n := len(p.Measures)
		if n > 0 {
			p.Measures = p.Measures[:n-1]
		}
		return n > 0
	})
}

// Release names the release that a document is of.
func (m *ModelReceivedV1) Release() (maker, product, version string) {
	return m.Maker, m.Product, m.Version
}

// Release names the release that an artefact is of.
func (s *ModelScannedV1) Release() (maker, product, version string) {
	return s.Maker, s.Product, s.Version
}

// Release names the release that was verified.
func (v *ModelVerifiedV1) Release() (maker, product, version string) {
	return v.Maker, v.Product, v.Version
}

// Release names the release that was tried.
func (p *ModelProbedV1) Release() (maker, product, version string) {
	return p.Maker, p.Product, p.Version
}

// Release names the release that was decided on.
func (d *ModelDecidedV1) Release() (maker, product, version string) {
	return d.Maker, d.Product, d.Version
}
