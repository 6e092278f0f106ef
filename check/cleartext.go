package check

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Crossing is what an observation shows of how a listener's protocol crosses the
// network.
type Crossing uint8

// The crossings.
const (
	CrossesNothing Crossing = iota // it says nothing of that
	CrossesClear                   // what was exchanged can be read on the way
	CrossesCovered                 // TLS is spoken there, or nothing is exchanged any more
)

// ClearFor is how long nothing readable must be seen before TLS on the same port
// counts as the answer: while a system is moved, both are used.
const ClearFor = time.Hour

// Cleartext judges the listeners of a protocol that should run inside TLS: one
// fails for what crosses it readable, and passes when the same port was covered
// for [ClearFor]. crossing says what a transaction shows; flows are looked at here,
// so the check must watch them. facts are those of a verdict.
func (p *Pass) Cleartext(crossing func(*Seen) Crossing, facts func(*Seen, Crossing) wardround.Facts) {
	said := map[wardround.Key]bool{}
	for o := range p.Seen() {
		if o.Flow == nil || o.Dst == "" {
			continue
		}
		how := CrossesNothing
		if f, ok := o.Fields.(*kind.FlowV1); !ok {
			how = crossing(o)
		} else if f.Protocol == "tls" && f.Established {
			how = CrossesCovered
		}
		if how == CrossesNothing {
			continue
		}
		subject, item := wardround.AssetSubject(o.Dst), Listener(o.Flow)
		clear := StateOf[Sightings](p, "", o.Dst)
		if how == CrossesCovered {
			if clear.Over(item, o.At, ClearFor) {
				p.Pass(subject, item, facts(o, how))
			}
			continue
		}
		clear.Note(item, o.At)
		if key := (wardround.Key{Subject: subject, Item: item}); !said[key] { // one of a batch is enough
			said[key] = true
			p.Fail(subject, item, facts(o, how), Exposed(p.Exposure(o.Src, o.Dst)))
		}
	}
}
