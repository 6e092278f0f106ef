package board

import (
	"cmp"
	"strings"

	"github.com/wardround/wardround"
)

// linkRow is a link with who is at its ends now. Never changed once made.
type linkRow struct {
	raw            *wardround.Link
	client, server *who // nil for what is not there
	worst          wardround.Severity
	findings       int
}

func (b *Board) linkRow(e *linkEntry) *linkRow {
	r := &linkRow{raw: e.raw, client: b.whoIs(e.raw.Client), server: b.whoIs(e.raw.Server)}
	for _, f := range e.findings {
		if f.row.asks {
			r.findings++
			r.worst = max(r.worst, f.row.severity)
		}
	}
	return r
}

// endName is how an end of a link is called.
func endName(w *who, id wardround.AssetID) string {
	if w != nil {
		return w.name
	}
	return string(id)
}

func compareLinks(x, y *linkRow) int {
	return cmp.Or(strings.Compare(x.raw.Protocol, y.raw.Protocol), cmp.Compare(x.raw.Port, y.raw.Port), cmp.Compare(x.raw.ID, y.raw.ID))
}

var linkFields = fields[*linkRow]{
	native: "protocol,port",
	id:     func(r *linkRow) string { return string(r.raw.ID) },
	by: map[string]func(*linkRow) value{
		"protocol": func(r *linkRow) value { return text(r.raw.Protocol) },
		"port":     func(r *linkRow) value { return number(r.raw.Port) },
		"client": func(r *linkRow) value {
			return text(clip(strings.ToLower(endName(r.client, r.raw.Client))))
		},
		"server": func(r *linkRow) value {
			return text(clip(strings.ToLower(endName(r.server, r.raw.Server))))
		},
		"last":         func(r *linkRow) value { return moment(r.raw.Last) },
		"first":        func(r *linkRow) value { return moment(r.raw.First) },
		"severity":     func(r *linkRow) value { return number(r.worst) },
		"encrypted":    func(r *linkRow) value { return number(r.raw.Encrypted) },
		"observations": func(r *linkRow) value { return value{N: int64(min(r.raw.Observations, 1<<62))} },
	},
}

func (q *LinkQuery) filter() func(*linkRow) bool {
	terms := words(q.Q)
	return func(r *linkRow) bool {
		l := r.raw
		switch {
		case q.Protocol != "" && l.Protocol != q.Protocol,
			q.Encrypted != nil && l.Encrypted != *q.Encrypted,
			q.Zone != "" && !r.in(q.Zone),
			q.Asset != "" && !r.of(q.Asset),
			!q.Visible.either(r.client, r.server):
			return false
		}
		for _, t := range terms {
			if !strings.Contains(l.Protocol, t) && (r.client == nil || !strings.Contains(r.client.text, t)) &&
				(r.server == nil || !strings.Contains(r.server.text, t)) {
				return false
			}
		}
		return true
	}
}

func (r *linkRow) in(z wardround.ZoneID) bool {
	return r.client != nil && r.client.zone == z || r.server != nil && r.server.zone == z
}

func (r *linkRow) of(id wardround.AssetID) bool {
	return r.client != nil && r.client.id == id || r.server != nil && r.server.id == id
}

func (r *linkRow) show() *Link {
	v := &Link{
		Link: r.raw, Client: r.raw.Client, Server: r.raw.Server, ClientName: endName(r.client, r.raw.Client),
		ServerName: endName(r.server, r.raw.Server), Worst: r.worst, Findings: r.findings,
	}
	if r.client != nil {
		v.Client = r.client.id
	}
	if r.server != nil {
		v.Server = r.server.id
	}
	return v
}

func showLinks(rows []*linkRow) []*Link {
	out := make([]*Link, len(rows))
	for i, r := range rows {
		out[i] = r.show()
	}
	return out
}

// Links lists links; their own order is by protocol and port. They can be sorted by
// protocol, port, client, server, last, first, severity, encrypted and
// observations. Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Links(q LinkQuery) (Page[*Link], error) {
	b.mu.RLock()
	rows, native, position, at := b.linkList.all(), true, b.position, b.at
	if q.Asset != "" { // those of one asset are at hand
		var own []*linkRow
		if e := b.survivor(q.Asset); e != nil {
			q.Asset = e.raw.ID
			for _, l := range b.linksOf(e) {
				own = append(own, l.row)
			}
		}
		rows, native = func(yield func(*linkRow) bool) {
			for _, r := range own {
				if !yield(r) {
					return
				}
			}
		}, false
	}
	b.mu.RUnlock()
	chosen, total, next, err := choose(rows, -1, linkFields, native, q.List, q.filter())
	if err != nil {
		return Page[*Link]{}, err
	}
	return Page[*Link]{Items: showLinks(chosen), Next: next, Total: total, Position: position, At: at}, nil
}

// linksOf returns the links of an asset under all its ids, each once.
func (st *state) linksOf(e *assetEntry) []*linkEntry {
	all := st.of(e)
	if len(all) == 1 {
		return e.links
	}
	var out []*linkEntry
	seen := map[*linkEntry]bool{}
	for _, x := range all {
		for _, l := range x.links {
			if !seen[l] {
				seen[l] = true
				out = append(out, l)
			}
		}
	}
	return out
}

// Link returns one link, nil if there is none to be seen.
func (b *Board) Link(v Visible, id wardround.LinkID) *Link {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if e := b.links[id]; e != nil && v.either(e.row.client, e.row.server) {
		return e.row.show()
	}
	return nil
}

// LinksOf returns the links that a subject concerns, at most most: the link itself,
// or those of an asset, what fails first.
func (b *Board) LinksOf(v Visible, s wardround.Subject, most int) []*Link {
	switch s.Kind {
	case wardround.SubjectLink:
		if l := b.Link(v, wardround.LinkID(s.ID)); l != nil {
			return []*Link{l}
		}
	case wardround.SubjectAsset:
		page, err := b.Links(LinkQuery{List: List{Visible: v, Sort: "-severity,-last", Limit: most}, Asset: wardround.AssetID(s.ID)})
		if err == nil {
			return page.Items
		}
	}
	return nil
}
