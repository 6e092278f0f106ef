package inventory

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Options are what an inventory needs to know of its site.
type Options struct {
	Scope wardround.Scope
	// Zones are the site's declared segments. A public address inside one of them
	// belongs to the site.
	Zones []wardround.Zone
	// Maker names the registrant of a hardware address's block, "" when there is
	// none. It may be nil.
	Maker func(wardround.MAC) string
	// Brands gives the name that a maker's brand goes by now, by which makers are
	// compared; nil compares them as they are.
	Brands func(maker string) string
	// Limits bound memory; zero fields take the default.
	Limits Limits
}

// Limits bound what an inventory holds and say how long evidence lasts.
type Limits struct {
	Assets      int           // local assets; 20,000
	Remotes     int           // public peers by address, and again as many by block; 4,096
	Links       int           // 150,000
	PairLinks   int           // links between one client and one server; 64
	Proposals   int           // open ones; 10,000
	Identifiers int           // per asset, all types together; 128. Over all assets: 16 for each that there is room for
	Behind      int           // devices one intermediary speaks for; 2,048
	AddressLife time.Duration // how long a silent network address alone still identifies; 30 days
	// Coalesce is how far a stored row's last-seen time may lag when nothing else
	// of it changed; 5 minutes.
	Coalesce time.Duration
}

func (l Limits) orDefault() Limits {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	set(&l.Assets, 20_000)
	set(&l.Remotes, 4_096)
	set(&l.Links, 150_000)
	set(&l.PairLinks, 64)
	set(&l.Proposals, 10_000)
	set(&l.Identifiers, 128)
	set(&l.Behind, 2_048)
	if l.AddressLife <= 0 {
		l.AddressLife = 30 * 24 * time.Hour
	}
	if l.Coalesce <= 0 {
		l.Coalesce = 5 * time.Minute
	}
	return l
}

// Stats count what the inventory holds and what it had no room for.
type Stats struct {
	Assets    int // local, merged ones included
	Remotes   int
	Links     int
	Proposals int // open

	AssetsBeyond      uint64 // ends attributed to a zone's collective asset, for want of room
	RemotesBeyond     uint64 // ends attributed to a block's or the collective remote asset
	LinksBeyond       uint64 // observations of links there was no room for
	IdentifiersBeyond uint64 // identifiers dropped: too long, senseless, or too many
	ProposalsBeyond   uint64
	SaidRefused       uint64 // what a person said of an asset or proposal that does not exist
}

// Resolution says which assets one observation is about. Ids are those of
// surviving assets, "" where there is none. Its slices are the caller's to keep.
type Resolution struct {
	Src, Dst wardround.AssetID
	// Others are the assets spoken for, in the order the observation claims them;
	// more may follow that an end turned out to speak for.
	Others []wardround.AssetID
	Link   wardround.LinkID
	// New are the assets that came to light with this observation, NewLink whether
	// the link did.
	New     []wardround.AssetID
	NewLink bool
	// Said is the asset a person spoke of, for an inventory.said observation.
	Said wardround.AssetID
}

// Inventory is the fold. It is used by one goroutine at a time; a [View] may be
// read by many while nothing is being resolved.
type Inventory struct {
	scope  wardround.Scope
	zones  []wardround.Zone
	maker  func(wardround.MAC) string
	brands func(string) string
	limits Limits
	stats  Stats

	order []*record // in the order they came to light
	byID  map[wardround.AssetID]*record

	macs     map[wardround.MAC]*hardware
	holders  map[netip.Addr]*record // who holds a network address now
	saidAddr map[netip.Addr]*record // whose a person said it is
	owners   map[idKey]*record      // of unique identifiers
	bearers  map[idKey][]*record    // of the others, at most maxBearers
	crowds   map[wardround.ZoneID]*record
	remotes  map[netip.Prefix]*record
	pairs    map[where]pair
	gen      uint32 // raised when cached pairs may no longer hold
	carried  int    // identifiers of all assets
	weak     int    // assets known from unanswered calls only, without hardware address

	links     map[linkKey]*link
	linkByID  map[wardround.LinkID]*link
	linkOrder []*link
	pairCount map[[2]*record]int

	releases  *catalogue
	instances map[wardround.ReleaseID][]*record // by id

	proposals map[string]*wardround.Proposal
	asked     map[wardround.AssetID][]*wardround.Proposal // open ones
	changed   changes
	lists     lists

	// The observation being resolved.
	o      *wardround.Observation
	claims kind.Claims
	side   kind.Side
	other  int
	noun   int
	before before
	res    Resolution
}

// New returns an empty inventory.
func New(o Options) *Inventory {
	v := &Inventory{
		scope: o.Scope, zones: o.Zones, maker: o.Maker, brands: o.Brands, limits: o.Limits.orDefault(),
		byID:     map[wardround.AssetID]*record{},
		macs:     map[wardround.MAC]*hardware{},
		holders:  map[netip.Addr]*record{},
		saidAddr: map[netip.Addr]*record{},
		owners:   map[idKey]*record{},
		bearers:  map[idKey][]*record{},
		crowds:   map[wardround.ZoneID]*record{},
		remotes:  map[netip.Prefix]*record{},
		pairs:    map[where]pair{},

		links:     map[linkKey]*link{},
		linkByID:  map[wardround.LinkID]*link{},
		pairCount: map[[2]*record]int{},
		releases:  newCatalogue(),
		instances: map[wardround.ReleaseID][]*record{},
		proposals: map[string]*wardround.Proposal{},
		asked:     map[wardround.AssetID][]*wardround.Proposal{},
	}
	if v.maker == nil {
		v.maker = func(wardround.MAC) string { return "" }
	}
	return v
}

// Stats returns the counts.
func (v *Inventory) Stats() Stats { return v.stats }

// Resolve folds one observation, which must be the next of the log, and says
// which assets it is about.
func (v *Inventory) Resolve(o *wardround.Observation) Resolution {
	v.o, v.noun, v.res = o, 0, Resolution{}
	if said, ok := o.Fields.(*kind.InventorySaidV1); ok {
		v.said(said)
		return v.res
	}
	v.claims.Reset()
	if c, ok := o.Fields.(kind.Claimer); ok {
		c.Claims(o, &v.claims)
	}
	var lc kind.LinkClaim
	linked := false
	if l, ok := o.Fields.(kind.Linker); ok && o.Flow != nil {
		lc, linked = l.Link(o)
	}
	var src, dst *record
	if o.Flow != nil {
		flow, isFlow := o.Fields.(*kind.FlowV1)
		answered := !isFlow || flow.Established
		src = v.end(kind.Src, o.Flow.Src, true, answered)
		calls := answered && (linked || o.Flow.Transport == "tcp")
		dst = v.end(kind.Dst, o.Flow.Dst, calls, answered)
	}
	v.behind(src, dst)
	// A later claim may have merged what an earlier one resolved.
	src, dst = src.survivor(), dst.survivor()
	v.res.Src, v.res.Dst = src.id(), dst.id()
	for i, id := range v.res.Others {
		if r := v.byID[id]; r != nil {
			v.res.Others[i] = r.survivor().id()
		}
	}
	if linked && src != nil && dst != nil {
		v.link(src, dst, lc)
	}
	return v.res
}

// end resolves one end of the flow and folds what is claimed of it. An end that
// nothing shows to exist is only looked up.
func (v *Inventory) end(side kind.Side, ep wardround.Endpoint, exists, answered bool) *record {
	v.side = side
	w, explicit, claimed := v.where(ep)
	exists = exists || explicit || claimed
	if !w.addr.IsValid() && w.mac.IsZero() {
		return nil
	}
	if claimed && w.addr.IsValid() {
		v.before.note(v.holders[w.addr], w.addr)
	}
	r := v.cached(w)
	if r == nil {
		if r = v.locate(w, exists, answered); r == nil {
			return nil
		}
		v.cache(w, r)
	}
	r.seen(v, v.o.At)
	if claimed && !r.crowd {
		r = v.fold(r, w)
	}
	return r
}

// nextID returns the id of the n-th thing of this noun that the observation
// brings to light.
func (v *Inventory) nextID(prefix, noun string) string {
	v.noun++
	return wardround.DeriveID(prefix, string(v.scope.Org), string(v.scope.Site),
		strconv.FormatUint(v.o.Seq, 10), noun, strconv.Itoa(v.noun))
}
