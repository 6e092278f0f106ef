package behaviour

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// ofVersion are the topics whose judgements are of what one version does, held against
// that version's reference.
var ofVersion = []string{"drift", "output", "source"}

// outdate takes back what was judged of the version before, where the one that answers
// now has no reference: another model's pass is none of this one.
func (f *Fold) outdate(o *wardround.Observation, m *instance) {
	if m.Before == "" {
		return
	}
	owner := ofModel + m.Key
	for _, part := range append([]string{""}, sortedKeys(m.lines)...) {
		if d := f.inForce(m, "reference", part); d != nil && d.Problem == "" {
			continue
		}
		var old []entryKey
		for k, e := range f.current {
			if k.owner == owner && e.j.State != wardround.Unknown && slices.Contains(ofVersion, k.topic) && m.partOf(k.item) == part {
				old = append(old, k)
			}
		}
		slices.SortFunc(old, entryKey.compare)
		for _, k := range old {
			facts := wardround.Facts{"before": m.Before, "after": m.Version}
			for _, name := range []string{"column", "group", "device"} {
				if v, ok := f.current[k].j.Facts[name]; ok {
					facts[name] = v
				}
			}
			f.sayOf(m, check.Judgement{Topic: k.topic, Item: k.item, At: o.At, Sensor: o.Sensor, State: wardround.Unknown, Facts: facts,
				Why: "another version answers, and there is no reference of it to compare with"})
		}
	}
}

// partOf is the part of the windows that an item is of.
func (m *instance) partOf(item string) string {
	for _, part := range sortedKeys(m.lines) {
		if part != "" && strings.HasSuffix(item, partMark(part)) {
			return part
		}
	}
	return ""
}
