package account

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// refusals counts sign-ins that were refused, by network, until they are told as
// one event each: somebody who tries a million passwords must not write a million
// rows into the ledger. What was typed as a name is told only if an account has it:
// people type passwords there.
type refusals struct {
	mu sync.Mutex
	by map[string]*refusal
}

type refusal struct {
	from        netip.Addr
	n, waited   int
	names, ways []string
}

const (
	maxNetworks = 256 // more are counted together
	maxNames    = 10  // of accounts, in one event
)

// add counts one. name is that of an account, or "".
func (r *refusals) add(c Client, way, name string, waited bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[string]*refusal{}
	}
	key := network(c.Addr)
	x := r.by[key]
	if x == nil {
		if len(r.by) >= maxNetworks {
			key = "others"
		}
		if x = r.by[key]; x == nil {
			x = &refusal{}
			if key != "others" {
				x.from = c.Addr
			}
			r.by[key] = x
		}
	}
	x.n++
	if waited {
		x.waited++
	}
	if !slices.Contains(x.ways, way) {
		x.ways = append(x.ways, way)
	}
	if name != "" && !slices.Contains(x.names, name) && len(x.names) <= maxNames {
		x.names = append(x.names, name)
	}
}

// take returns what was counted, by network, and begins anew.
func (r *refusals) take() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Event
	for _, x := range r.by {
		slices.Sort(x.names)
		slices.Sort(x.ways)
		d := "by " + strings.Join(x.ways, ", ")
		switch {
		case len(x.names) > maxNames:
			d += fmt.Sprintf("; more than %d accounts, among them %s", maxNames, strings.Join(x.names[:maxNames], ", "))
		case len(x.names) > 1:
			d += "; accounts " + strings.Join(x.names, ", ")
		}
		if x.waited > 0 {
			d += fmt.Sprintf("; %d of them too soon after others", x.waited)
		}
		e := Event{Act: ActRefused, Detail: d, From: x.from, Count: x.n}
		if len(x.names) == 1 {
			e.Of = x.names[0]
		}
		out = append(out, e)
	}
	clear(r.by)
	slices.SortFunc(out, func(a, b Event) int { return a.From.Compare(b.From) })
	return out
}
