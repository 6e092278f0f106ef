// Package tls holds the checks of encrypted connections: whether the encryption
// in use still holds, and whether certificates are what they should be, as far as
// either is visible.
package tls

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// place is what a session is judged for: an asset of the site's own, and what
// about it.
type place struct {
	subject wardround.Subject
	item    string
	server  string // names of the two ends, for people
	client  string
	reach   wardround.Exposure
}

// placeOf says whose session it is. A server of the site's own answers for its
// listener. Where the server is outside, a device or gateway that goes there
// answers for that peer; what people at workstations visit is not our business.
func placeOf(p *check.Pass, o *check.Seen) (pl place, ok bool) {
	dst := p.Asset(o.Dst)
	if o.Flow == nil || dst == nil {
		return pl, false
	}
	src := p.Asset(o.Src)
	pl.server, pl.client = p.Name(o.Dst), p.Name(o.Src)
	if dst.Remote {
		if src == nil || src.Kind&(wardround.Device|wardround.Intermediary) == 0 {
			return pl, false
		}
		pl.subject, pl.item, pl.reach = wardround.AssetSubject(o.Src), "to "+string(o.Dst), wardround.ExposedToPublic
		return pl, true
	}
	pl.subject, pl.item = wardround.AssetSubject(o.Dst), check.Listener(o.Flow)
	pl.reach = p.Exposure(o.Src, o.Dst)
	return pl, true
}

// session returns the observation's fields.
func session(o *check.Seen) *kind.TLSSessionV1 { return o.Fields.(*kind.TLSSessionV1) }
