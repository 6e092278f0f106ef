package live

import "github.com/wardround/wardround"

// change is one thing that is different.
type change struct {
	position uint64
	what, id string
}

// The lists a changed event has.
const (
	whatFinding  = "finding"
	whatCase     = "case"
	whatAsset    = "asset"
	whatProposal = "proposal"
)

// maxHistory is how many changes are remembered for who comes back.
const maxHistory = 10_000

// history is what changed: this second, and before.
type history struct {
	now     []change // of this second, at most maxHistory
	lost    bool     // there were more
	sensors int      // statuses of sensors in this second
	past    []change // a ring, oldest at head
	head    int
	from    uint64 // nothing above this position is missing in past
	newest  uint64 // position of the newest commit
	began   bool
}

func (h *history) add(c *wardround.Commit) {
	if !h.began {
		h.began, h.from = true, c.After
	}
	h.newest = c.To
	put := func(what, id string) {
		if len(h.now) < maxHistory {
			h.now = append(h.now, change{c.To, what, id})
		} else {
			h.lost = true
		}
	}
	for _, f := range c.Findings {
		put(whatFinding, f.ID)
	}
	for _, x := range c.Cases {
		put(whatCase, x.ID)
	}
	for _, a := range c.Assets {
		put(whatAsset, string(a.ID))
	}
	for _, p := range c.Proposals {
		put(whatProposal, p.ID)
	}
}

// turn ends the second: what changed in it becomes the past.
func (h *history) turn() {
	for _, c := range h.now {
		if len(h.past) < maxHistory {
			h.past = append(h.past, c)
			continue
		}
		h.from = max(h.from, h.past[h.head].position)
		h.past[h.head] = c
		h.head = (h.head + 1) % maxHistory
	}
	if h.lost {
		h.from = max(h.from, h.newest)
	}
	h.now, h.lost, h.sensors = h.now[:0], false, 0
}

// since returns what changed above a position, and whether that is all.
func (h *history) since(position uint64) (out []change, all bool) {
	for i := range h.past {
		if c := h.past[(h.head+i)%len(h.past)]; c.position > position {
			out = append(out, c)
		}
	}
	for _, c := range h.now {
		if c.position > position {
			out = append(out, c)
		}
	}
	return out, h.began && position >= h.from && !h.lost
}
