package net

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "net.address-conflict",
	Version: 1,
	Title:   "Two machines claim one network address",
	Doc: "Two hardware addresses claimed one network address in turns within minutes. Either two machines were given the same address, and each loses traffic to the other at random; or one of them takes the other's traffic on purpose, to read or change it on the way. " +
		"Find both machines. If one was configured by hand, give it an address of its own. If one of them has an address of its own already and claims this one as well, treat it as an attack until its owner explains it. " +
		"It is wrong where two machines share an address by design and hand it over often (clusters without a virtual hardware address), and where one machine uses two network cards for one address. It passes when one machine alone claimed the address for ten minutes.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-integrity", "network-monitoring", "availability"},
	Watch:        []kind.Name{kind.ARPClaim},
	Fresh:        24 * time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Data of {asset} may arrive late, not at all, or changed. Whether any did is unknown.",
		Ward:        "If values of {asset} are missing or don't fit the patient, trust the device at the bedside and call clinical engineering.",
		Engineering: "Find the machine with hardware address {other} ({maker}) on the same segment as {asset}. If both were given {item} by mistake, give one another address when it is not in use.",
		Security:    "Find the switch port of {other}. {note}",
		Dont:        "Don't disconnect {asset} itself, and don't restart devices to make the conflict go away.",
		Why:         "{item} was claimed by {first} and by {other} in turns within minutes.",
		Wrong:       "both belong to one machine, or share the address by design.",
	},
	Run: conflict,
})

const (
	// inTurns is within which time a return to an earlier hardware address counts: a
	// host that lost its address for good doesn't come back so soon.
	inTurns = 5 * time.Minute
	// settled is for how long one machine must claim the address alone to pass.
	settled = 10 * time.Minute
	// maxClaimants bounds the hardware addresses remembered for one address.
	maxClaimants = 4
)

// claimants are the hardware addresses that claimed one address on one segment.
type claimants struct {
	Who      []claimant        `json:"who"`
	Newest   string            `json:"newest"`             // who claimed last
	Conflict int64             `json:"conflict,omitempty"` // when it was last contested, Unix seconds
	Subject  wardround.AssetID `json:"subject,omitempty"`  // who was told of it
}

type claimant struct {
	MAC  string `json:"mac"`
	Last int64  `json:"last"` // Unix seconds
}

// conflict fails an address that hardware addresses claim in turns.
func conflict(_ context.Context, p *check.Pass) error {
	passed := map[netip.Addr]bool{}
	for o := range p.Seen() {
		c := o.Fields.(*kind.ARPClaimV1)
		holder := p.Inventory().ByAddr(c.Addr)
		// Only addresses that somebody holds are followed, so that invented ones don't
		// fill the memory.
		if holder == nil || shared(c.MAC) {
			continue
		}
		s := check.State[claimants](p, c.Addr.String())
		before, returned := s.claim(c.MAC, o.At.Unix())
		switch {
		case returned:
			s.Conflict = o.At.Unix()
			contested(p, o, s, c, before, holder)
		case s.Conflict != 0 && o.At.Sub(time.Unix(s.Conflict, 0)) > settled && s.alone(c.MAC, o.At.Unix()):
			p.Pass(wardround.AssetSubject(s.Subject), c.Addr.String(), nil)
			s.Conflict, s.Subject = 0, ""
		case s.Conflict == 0 && !passed[c.Addr]:
			passed[c.Addr] = true
			p.Pass(wardround.AssetSubject(holder.ID), c.Addr.String(), nil)
		}
	}
	return nil
}

// claim notes that mac claimed the address at, and returns who claimed it before.
// returned is set when mac itself had claimed it before that one, lately.
func (s *claimants) claim(mac string, at int64) (before string, returned bool) {
	before, s.Newest = s.Newest, mac
	i := slices.IndexFunc(s.Who, func(c claimant) bool { return c.MAC == mac })
	if i >= 0 {
		last := s.Who[i].Last
		s.Who[i].Last = max(at, last)
		return before, before != mac && at-last <= int64(inTurns/time.Second)
	}
	if len(s.Who) == maxClaimants {
		oldest := 0
		for j := range s.Who {
			if s.Who[j].Last < s.Who[oldest].Last {
				oldest = j
			}
		}
		s.Who = slices.Delete(s.Who, oldest, oldest+1)
	}
	s.Who = append(s.Who, claimant{mac, at})
	return before, false
}

// alone reports whether nobody but mac claimed the address within settled.
func (s *claimants) alone(mac string, at int64) bool {
	for _, c := range s.Who {
		if c.MAC != mac && at-c.Last <= int64(settled/time.Second) {
			return false
		}
	}
	return true
}

// contested tells the one who had the address first, as far as is known, of the
// other. All of a conflict goes to one subject.
func contested(p *check.Pass, o *check.Seen, s *claimants, c *kind.ARPClaimV1, before string, holder *wardround.Asset) {
	first, other := c.MAC, before
	if i, j := s.place(c.MAC), s.place(before); j < i {
		first, other = before, c.MAC
	}
	if s.Subject == "" {
		s.Subject = holder.ID
		if a := byHardware(p, first); a != nil {
			s.Subject = a.ID
		}
	}
	facts := wardround.Facts{"first": first, "other": other, "maker": "maker unknown", "note": "It has no other address that is known."}
	opts := []check.Option{}
	if a := byHardware(p, other); a != nil {
		if m := a.Attr(wardround.AttrMACMaker); m != "" {
			facts["maker"] = m
		}
		if own := otherAddress(a, c.Addr); own != "" && a.ID != s.Subject {
			facts["note"] = "It has an address of its own, " + own + ", and claims this one as well: treat it as an attack until its owner explains it."
			opts = append(opts, check.Hostile())
		}
	}
	p.Fail(wardround.AssetSubject(s.Subject), c.Addr.String(), facts, opts...)
}

// place is where mac stands among the claimants: earlier means known for longer.
func (s *claimants) place(mac string) int {
	return slices.IndexFunc(s.Who, func(c claimant) bool { return c.MAC == mac })
}

func byHardware(p *check.Pass, mac string) *wardround.Asset {
	for _, a := range p.Inventory().ByIdentifier(kind.IDMAC, mac) {
		return a
	}
	return nil
}

// otherAddress returns an IPv4 address that the asset holds besides one.
func otherAddress(a *wardround.Asset, besides netip.Addr) string {
	for _, id := range a.Identifiers {
		if id.Type != string(kind.IDIP) || id.Confidence < wardround.Indicated {
			continue
		}
		if ip, err := netip.ParseAddr(id.Value); err == nil && ip.Is4() && ip != besides && !ip.IsLinkLocalUnicast() {
			return id.Value
		}
	}
	return ""
}

// shared reports a hardware address that routers share by design: VRRP and CARP
// (RFC 9568 §7.3), HSRP (RFC 2281 §3), and the clusters of Windows.
func shared(mac string) bool {
	for _, prefix := range [...]string{"00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "02:bf:", "03:bf:"} {
		if strings.HasPrefix(mac, prefix) {
			return true
		}
	}
	return false
}
