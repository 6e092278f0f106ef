package picture

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/check"
)

// Heat is judgements over time: columns down, time across.
type Heat struct {
	Times []Span    `json:"times" doc:"Oldest first."`
	Rows  []HeatRow `json:"rows" doc:"What fails now first, then by name."`
	More  int       `json:"more" doc:"Rows that there was no room for."`
}

// Span is what a column of the map is of.
type Span struct {
	From *time.Time `json:"from,omitempty"`
	To   time.Time  `json:"to"`
}

// HeatRow is one series of judgements.
type HeatRow struct {
	Topic  string          `json:"topic"`
	Item   string          `json:"item"`
	Column string          `json:"column"`
	Group  string          `json:"group,omitempty"`
	Part   string          `json:"part,omitempty"`
	State  wardround.State `json:"state" doc:"Of the newest judgement."`
	Cells  []HeatCell      `json:"cells" doc:"What was judged; the rest was not."`
}

// HeatCell is one judgement.
type HeatCell struct {
	Time   int             `json:"time" doc:"Index of its time."`
	State  wardround.State `json:"state"`
	Value  float64         `json:"value,omitempty" doc:"The statistic."`
	Effect float64         `json:"effect,omitempty" doc:"The size of the change."`
	P      float64         `json:"p,omitempty"`
	Low    float64         `json:"low,omitempty"`
	High   float64         `json:"high,omitempty" doc:"The interval of p that the sketches leave; 0 where there is none."`
	N      int64           `json:"n,omitempty" doc:"Patients or studies."`
}

// Which judgements a map is of.
var (
	HeatTopics = []string{"drift", "output", "quality", "source"}
	mostTimes  = 120
)

// HeatOf draws the map of a model: of one topic, or "" all of [HeatTopics]; at most so
// many rows.
func HeatOf(d *behaviour.Detail, topic string, limit int) *Heat {
	h := &Heat{Times: []Span{}, Rows: []HeatRow{}}
	var picked []behaviour.Series
	ends := map[int64]Span{}
	for _, s := range d.Series {
		if len(s.Points) == 0 || topic != "" && s.Topic != topic || topic == "" && !slices.Contains(HeatTopics, s.Topic) {
			continue
		}
		picked = append(picked, s)
		for _, p := range s.Points {
			to := p.To.UTC()
			if old, ok := ends[to.UnixNano()]; !ok || old.From == nil {
				ends[to.UnixNano()] = Span{moment(p.From), to}
			}
		}
	}
	for _, s := range ends {
		h.Times = append(h.Times, s)
	}
	slices.SortFunc(h.Times, func(a, b Span) int { return a.To.Compare(b.To) })
	h.Times = h.Times[max(0, len(h.Times)-mostTimes):]
	at := map[int64]int{}
	for i, t := range h.Times {
		at[t.To.UnixNano()] = i
	}
	for _, s := range picked {
		row := HeatRow{Topic: s.Topic, Item: s.Item, State: s.Points[len(s.Points)-1].State, Cells: []HeatCell{}}
		row.Column, row.Group, row.Part = named(d, s.Topic, s.Item)
		for _, p := range s.Points {
			if i, ok := at[p.To.UTC().UnixNano()]; ok {
				row.Cells = append(row.Cells, HeatCell{i, p.State, p.Value, p.Effect, p.P, p.Low, p.High, p.N})
			}
		}
		if len(row.Cells) > 0 {
			h.Rows = append(h.Rows, row)
		}
	}
	rank := func(s wardround.State) int {
		return map[wardround.State]int{wardround.Fail: 0, wardround.Pass: 1, wardround.Unknown: 1}[s]
	}
	slices.SortStableFunc(h.Rows, func(a, b HeatRow) int {
		return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), cmp.Compare(slices.Index(HeatTopics, a.Topic), slices.Index(HeatTopics, b.Topic)), cmp.Compare(a.Item, b.Item))
	})
	if limit > 0 && len(h.Rows) > limit {
		h.More = len(h.Rows) - limit
		h.Rows = h.Rows[:limit]
	}
	return h
}

// named is the column, group and part that an item is of: as its judgement says, else
// as it is written, "kvp [source=CT_3] of inputs".
func named(d *behaviour.Detail, topic, item string) (column, group, part string) {
	column = item
	for _, l := range d.Lines {
		if head, ok := strings.CutSuffix(column, " of "+l.Part); ok && l.Part != "" {
			column, part = head, l.Part
			break
		}
	}
	i, found := slices.BinarySearchFunc(d.Judgements, topic+"\x00"+item, func(j check.Judgement, k string) int { return strings.Compare(j.Topic+"\x00"+j.Item, k) })
	if found {
		if c, ok := d.Judgements[i].Facts["column"].(string); ok && c != "" {
			group, _ = d.Judgements[i].Facts["group"].(string)
			return c, group, part
		}
	}
	if head, ok := strings.CutSuffix(column, "]"); ok {
		if i := strings.LastIndex(head, " ["); i > 0 {
			return head[:i], head[i+2:], part
		}
	}
	return column, group, part
}
