package behaviour

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// sourceShift judges each device that feeds the model: do its inputs differ where the
// others' do not?
func (s *scene) sourceShift(list []*comparison, sources map[string]string, from, to time.Time) {
	type device struct {
		n       float64
		columns []string
		moved   string
		enough  bool
	}
	found := map[string]*device{}
	var names []string
	for _, c := range list {
		src, ok := strings.CutPrefix(c.column.Group, sourceGroup)
		if !ok {
			continue
		}
		d := found[src]
		if d == nil {
			d = &device{}
			found[src] = d
			names = append(names, src)
		}
		d.n = max(d.n, c.n)
		d.enough = d.enough || c.n >= fewestGroup
		if sources[c.column.Name] == src {
			d.columns = append(d.columns, c.column.Name)
			if d.moved == "" {
				d.moved = c.moved()
			}
		}
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxFeeding)] {
		d := found[name]
		j := check.Judgement{Topic: "source", Item: name + partMark(s.l.Part), From: from, To: to, N: int64(d.n), Shift: "source",
			Facts: wardround.Facts{"device": name, "units": int64(d.n), "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
		switch {
		case len(d.columns) > 0:
			j.State = wardround.Fail
			j.Facts["columns"], j.Facts["count"], j.Facts["moved"] = d.columns[:min(len(d.columns), 8)], len(d.columns), d.moved
		case len(names) < 2:
			j.State, j.Why = wardround.Unknown, "it is the only device, so nothing tells it apart"
		case !d.enough:
			j.State, j.Why = wardround.Unknown, "there is not enough data yet to say"
			j.Needed = fewestGroup
		default:
			j.State = wardround.Pass
		}
		s.say(j)
	}
}
