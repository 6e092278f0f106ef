package check

import (
	"encoding/json"
	"iter"
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

var morning = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// site is a frame of its own: what it keeps goes through JSON after every pass,
// as in a store.
type site struct {
	t        *testing.T
	learning bool
	learned  time.Duration
	known    map[string]bool
	saved    map[string][]byte
	open     map[string]any
	assets   map[wardround.AssetID]*wardround.Asset
}

func newSite(t *testing.T, assets ...*wardround.Asset) *site {
	s := &site{t: t, learning: true, known: map[string]bool{}, saved: map[string][]byte{}, open: map[string]any{}, assets: map[wardround.AssetID]*wardround.Asset{}}
	for _, a := range assets {
		s.assets[a.ID] = a
	}
	return s
}

// merge makes other an alias of a.
func (s *site) merge(a, other wardround.AssetID) {
	s.assets[a].Aliases = append(s.assets[a].Aliases, other)
	s.assets[other] = s.assets[a]
}

// run runs one pass over observations and returns what was said.
func (s *site) run(fn func(*Pass), seen ...*Seen) []Output {
	s.t.Helper()
	p := NewPass(&Check{ID: "test.check", Severity: wardround.Medium}, s, seen, nil)
	fn(p)
	for k, v := range s.open {
		b, err := json.Marshal(v)
		if err != nil || len(b) > wardround.MaxCheckState {
			s.t.Fatalf("state %s of %d bytes: %v", k, len(b), err)
		}
		s.saved[k] = b
	}
	clear(s.open)
	return p.Outputs()
}

func (s *site) Now() time.Time                                     { return morning }
func (s *site) Scope() wardround.Scope                             { return wardround.Scope{Org: "o", Site: "s"} }
func (s *site) Inventory() Inventory                               { return s }
func (s *site) Portfolio() Portfolio                               { return NoPortfolio() }
func (s *site) Models() Models                                     { return NoModels() }
func (s *site) Stands(wardround.Key) (st wardround.State, ok bool) { return st, false }

func (s *site) Standing(*Check, wardround.Key) iter.Seq2[wardround.Key, wardround.State] {
	return func(func(wardround.Key, wardround.State) bool) {}
}

func (s *site) StandingOf(c *Check, _ wardround.Subject) iter.Seq2[wardround.Key, wardround.State] {
	return s.Standing(c, wardround.Key{})
}
func (s *site) Coverage(wardround.AssetID, wardround.Concern) (c Coverage) { return c }
func (s *site) WakeAt(*Check, string, time.Time)                           {}
func (s *site) Setting(*Check, string) (float64, bool)                     { return 0, false }
func (s *site) Alive()                                                     {}
func (s *site) Learned(time.Time) time.Duration                            { return s.learned }

func (s *site) State(_ *Check, key string, fresh func() any) any {
	if s.open[key] == nil {
		s.open[key] = fresh()
		if b := s.saved[key]; b != nil {
			if err := json.Unmarshal(b, s.open[key]); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	return s.open[key]
}

func (s *site) DropState(_ *Check, key string) {
	delete(s.open, key)
	delete(s.saved, key)
}

func (s *site) Learn(_ *Check, _ wardround.ZoneID, set, member string, _ time.Time) Novelty {
	switch k := set + "\n" + member; {
	case s.learning:
		s.known[k] = true
		return Learning
	case s.known[k]:
		return Known
	}
	return Novel
}

func (s *site) Asset(id wardround.AssetID) *wardround.Asset         { return s.assets[id] }
func (s *site) ByAddr(netip.Addr) *wardround.Asset                  { return nil }
func (s *site) ByIdentifier(kind.IDType, string) []*wardround.Asset { return nil }
func (s *site) Zone(netip.Addr) wardround.ZoneID                    { return "" }
func (s *site) Zones() []wardround.Zone                             { return nil }
func (s *site) Link(wardround.LinkID) *wardround.Link               { return nil }
func (s *site) Links(wardround.AssetID) iter.Seq[*wardround.Link]   { return nil }
func (s *site) Assets() iter.Seq[*wardround.Asset]                  { return nil }
func (s *site) InZone(wardround.ZoneID) iter.Seq[*wardround.Asset]  { return nil }
func (s *site) Behind(wardround.AssetID) iter.Seq[*wardround.Asset] { return nil }

// asset makes one that is known by a name.
func asset(id, name string, zone wardround.ZoneID) *wardround.Asset {
	a := &wardround.Asset{ID: wardround.AssetID(id), Zone: zone}
	if name != "" {
		a.Identifiers = []wardround.Identifier{{Type: "hostname", Value: name}}
	}
	return a
}

// seen is an observation between two assets, minutes after the morning's begin.
func seen(minute int, src, dst string, port uint16, fields any) *Seen {
	return &Seen{
		Observation: &wardround.Observation{
			At: morning.Add(time.Duration(minute) * time.Minute), Fields: fields,
			Flow: &wardround.Flow{Transport: "tcp", Dst: wardround.Endpoint{Port: port}},
		},
		Src: wardround.AssetID(src), Dst: wardround.AssetID(dst),
	}
}
