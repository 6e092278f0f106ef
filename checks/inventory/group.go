package inventory

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

const (
	// shards spread the devices of one gateway over several states of at most 4 kB.
	shards     = 8
	perShard   = 60
	lookEvery  = time.Minute     // at each gateway
	shortest   = 4 * time.Minute // no silence shorter than this counts
	tolerance  = 3               // times the longest gap seen
	enough     = 4               // reports before a device counts as regular
	forgetting = 24 * time.Hour  // after which a silent device counts as gone
	together   = 3               // devices that make a group
)

// reports are the devices behind one gateway, by id, with when each reported last
// and the longest gap between two reports.
type reports struct {
	Device map[wardround.AssetID]*rhythm `json:"d"`
}

type rhythm struct {
	Last int64 `json:"l"` // Unix seconds
	Gap  int64 `json:"g"` // seconds
	N    int   `json:"n"` // reports, counted up to enough
}

// limit is the silence after which the device counts as silent, in seconds.
func (r *rhythm) limit() int64 { return max(int64(shortest/time.Second), tolerance*r.Gap) }

func shard(gateway, device wardround.AssetID) string {
	h := fnv.New32a()
	h.Write([]byte(device))
	return fmt.Sprintf("%s/%d", gateway, h.Sum32()%shards)
}

// report notes that devices were reported for.
func report(p *check.Pass, o *check.Seen) {
	for _, id := range o.Others {
		a := p.Asset(id)
		if a == nil || a.Gateway == "" {
			continue
		}
		gateway := p.Asset(a.Gateway)
		if gateway == nil {
			continue
		}
		s := check.State[reports](p, shard(gateway.ID, a.ID))
		at := o.At.Unix()
		r := s.Device[a.ID]
		if r == nil {
			if len(s.Device) >= perShard {
				continue
			}
			if s.Device == nil {
				s.Device = map[wardround.AssetID]*rhythm{}
				p.WakeAt(keyGateway+string(gateway.ID), p.Now().Add(lookEvery))
			}
			s.Device[a.ID] = &rhythm{Last: at, N: 1}
			continue
		}
		gap := at - r.Last
		if gap <= 0 {
			continue
		}
		if r.N < enough {
			r.N++
		}
		if gap < r.limit() || r.N < enough { // a silence that was one is no habit
			r.Gap = max(gap, r.Gap-r.Gap/64)
		}
		r.Last = at
	}
}

type quiet struct {
	name string
	last int64
}

// behind judges the devices of one gateway together.
func behind(p *check.Pass, id wardround.AssetID) {
	g := p.Asset(id)
	if g == nil || g.ID != id {
		return
	}
	now := p.Now().Unix()
	var gone []quiet
	regular, left, usual := 0, 0, int64(0)
	for n := range shards {
		key := fmt.Sprintf("%s/%d", id, n)
		s := check.State[reports](p, key)
		for device, r := range s.Device {
			switch a := p.Asset(device); {
			case now-r.Last > int64(forgetting/time.Second), a == nil, a.Gateway != "" && p.Asset(a.Gateway) != g:
				delete(s.Device, device)
				continue
			case r.N >= enough:
				regular++
				usual = max(usual, r.Gap)
				if now-r.Last > r.limit() {
					gone = append(gone, quiet{a.Name(), r.Last})
				}
			}
			left++
		}
		if len(s.Device) == 0 {
			p.DropState(key)
		}
	}
	if left > 0 {
		p.WakeAt(keyGateway+string(id), p.Now().Add(lookEvery))
	}
	verdict(p, g, largest(gone, usual), regular, usual)
}

// largest returns the largest group of devices that fell silent together: within
// twice the longest gap of each other.
func largest(gone []quiet, usual int64) []quiet {
	slices.SortFunc(gone, func(a, b quiet) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.name, b.name)) })
	window := 2*usual + 30
	var best []quiet
	for i := range gone {
		j := i
		for j < len(gone) && gone[j].last-gone[i].last <= window {
			j++
		}
		if j-i > len(best) {
			best = gone[i:j]
		}
	}
	return best
}

const groupItem = "devices behind it"

func verdict(p *check.Pass, g *wardround.Asset, group []quiet, regular int, usual int64) {
	subject := wardround.AssetSubject(g.ID)
	if len(group) < together && !(len(group) == regular && regular > 1) {
		if regular > 1 {
			p.Pass(subject, groupItem, wardround.Facts{"devices": regular})
		}
		return
	}
	since := time.Unix(group[len(group)-1].last, 0).UTC()
	var names []string
	for _, q := range group {
		names = append(names, q.name)
	}
	slices.Sort(names)
	if more := len(names) - maxNames; more > 0 {
		names = append(names[:maxNames], fmt.Sprintf("and %d more", more))
	}
	facts := wardround.Facts{
		"silent": names, "since": since.Format(time.RFC3339), "usual": spell(time.Duration(usual) * time.Second),
		"devices": regular,
	}
	if why := blind(p, since); why != "" {
		p.Unknown(subject, groupItem, why, facts)
		return
	}
	p.Fail(subject, groupItem, facts)
}
