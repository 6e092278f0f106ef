package picture

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
)

// PerformanceQuery says of what a picture of performance is wanted; "" is the first
// score, "auroc", and no operating point.
type PerformanceQuery struct{ Score, Metric, Point string }

// Performance is how right a model was, span by span, as outcomes tell it, beside what
// was estimated before they came.
type Performance struct {
	Scores  []string `json:"scores" doc:"That have outcomes."`
	Score   string   `json:"score"`
	Metric  string   `json:"metric"`
	Point   string   `json:"point,omitempty"`
	Level   float64  `json:"level" doc:"Of all intervals."`
	Choices []Choice `json:"choices" doc:"Figures that can be asked for."`
	// Spans are the chosen figure over time; Whole all of it together, with every figure;
	// Reference the same of the outcomes in the reference.
	Spans     []PerformanceSpan `json:"spans" doc:"Oldest first."`
	Whole     *PerformanceSpan  `json:"whole,omitempty"`
	Reference *PerformanceSpan  `json:"reference,omitempty"`
	Groups    []GroupPicture    `json:"groups" doc:"The chosen figure of each group of patients and each device."`
	Estimates []Estimated       `json:"estimates" doc:"The chosen figure as estimated before outcomes came."`
	Guesses   []behaviour.Guess `json:"guesses" doc:"Estimates of any figure, and what the outcomes said later; oldest first."`
	Limits    []FigureLimit     `json:"limits" doc:"What the chosen figure has to be, and who says so."`
	Points    []PointPicture    `json:"points" doc:"Operating points of the score."`

	Reliability []ReliabilityBin `json:"reliability" doc:"What it says against how often it is so; only of scores from 0 to 1."`
	Benefit     []BenefitPoint   `json:"benefit" doc:"Decision curve; only of scores from 0 to 1."`
	Operating   []OperatingSpot  `json:"operating" doc:"Sensitivity and specificity by threshold."`
	Problems    []string         `json:"problems" doc:"Tables that could not be read."`
}

// Choice is a figure that can be chosen.
type Choice struct {
	Metric string `json:"metric"`
	Point  string `json:"point,omitempty"`
}

// PerformanceSpan is one span with outcomes.
type PerformanceSpan struct {
	From    *time.Time `json:"from,omitempty"`
	To      *time.Time `json:"to,omitempty"`
	Came    *time.Time `json:"came,omitempty" doc:"When the outcomes were known here, where later than the answers."`
	Units   float64    `json:"units" doc:"Patients or studies that the rows are worth."`
	Cases   int64      `json:"cases"`
	Others  int64      `json:"others"`
	Figures []Figure   `json:"figures" doc:"None where there are too few outcomes."`
}

// Figure is one measure with its interval.
type Figure struct {
	Metric string  `json:"metric"`
	Point  string  `json:"point,omitempty"`
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// GroupPicture is the chosen figure of one group.
type GroupPicture struct {
	Group   string            `json:"group"`
	Minimum int64             `json:"minimum" doc:"Patients or studies below which nothing is said of it."`
	Enough  bool              `json:"enough"`
	Whole   PerformanceSpan   `json:"whole"`
	Spans   []PerformanceSpan `json:"spans"`
}

// Estimated is an estimate of the chosen figure.
type Estimated struct {
	Group string    `json:"group,omitempty"`
	To    time.Time `json:"to"`
	N     int64     `json:"n,omitempty"`
	Value float64   `json:"value"`
	Low   float64   `json:"low"`
	High  float64   `json:"high"`
}

// FigureLimit is what a figure has to be.
type FigureLimit struct {
	By      string   `json:"by" enum:"plan,maker,card"`
	AtLeast *float64 `json:"at_least,omitempty"`
	AtMost  *float64 `json:"at_most,omitempty"`
}

// PointPicture is an operating point.
type PointPicture struct {
	Name      string  `json:"name,omitempty"`
	Threshold float64 `json:"threshold"`
}

// ReliabilityBin is one point of a reliability diagram.
type ReliabilityBin struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	N    int64   `json:"n"`
	Says float64 `json:"says" doc:"Mean of the scores in the bin."`
	Is   float64 `json:"is" doc:"Share of cases in the bin."`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// BenefitPoint is the worth of acting at a threshold, in cases found per row.
type BenefitPoint struct {
	Threshold float64 `json:"threshold"`
	Model     float64 `json:"model"`
	All       float64 `json:"all" doc:"Of acting on everybody; on nobody it is 0."`
}

// OperatingSpot is what a threshold would mean.
type OperatingSpot struct {
	Threshold   float64 `json:"threshold"`
	Sensitivity Figure  `json:"sensitivity"`
	Specificity Figure  `json:"specificity"`
	Flagged     float64 `json:"flagged" doc:"Share of rows at or above it."`
}

// Bounds of the picture.
const (
	maxGroupsShown = 40
	reliableBins   = 10
	thresholds     = 49
)

// Performance draws how right a model was. Errors: ENotFound (no such model), those of
// the blobs.
func (m *Models) Performance(key string, q PerformanceQuery) (*Performance, error) {
	d, ok := m.Model(key)
	windows, guesses, _ := m.Labelled(key)
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "picture.performance", "there is no model %q", key)
	}
	out := &Performance{Metric: cmp.Or(q.Metric, "auroc"), Point: q.Point, Level: behaviour.Level, Scores: []string{}, Choices: []Choice{}, Spans: []PerformanceSpan{}, Groups: []GroupPicture{}, Estimates: []Estimated{},
		Guesses: guesses, Limits: []FigureLimit{}, Points: []PointPicture{}, Reliability: []ReliabilityBin{}, Benefit: []BenefitPoint{}, Operating: []OperatingSpot{}, Problems: []string{}}
	if out.Guesses == nil {
		out.Guesses = []behaviour.Guess{}
	}
	plan, claims, err := m.agreed(d, out)
	if err != nil {
		return nil, err
	}
	var tables []*sketch.Window
	for _, w := range windows {
		x, err := m.outcomes(w.Digest)
		if err != nil && !toldOf(err, &out.Problems) {
			return nil, err
		}
		tables = append(tables, x) // nil where it cannot be read
	}
	out.choose(q.Score, tables)
	whole, groups := &sketch.Window{}, map[string]*GroupPicture{}
	for i, w := range tables {
		if w == nil {
			continue
		}
		for _, o := range w.Outcomes {
			if o.Score != out.Score {
				continue
			}
			span := spanOf(plan, w, o, out.Metric, out.Point)
			span.From, span.To = moment(windows[i].From), moment(windows[i].To)
			if late := windows[i].Came; late.After(windows[i].To) {
				span.Came = moment(late)
			}
			if o.Group == "" {
				out.Spans = append(out.Spans, span)
			} else if g := out.group(groups, plan, o.Group); g != nil {
				g.Spans = append(g.Spans, span)
			}
			add(whole, o)
		}
		whole.Rows += w.Rows
		whole.RowsPerUnit.Merge(w.RowsPerUnit)
	}
	out.together(whole, groups, plan)
	ref, _, err := m.Picture(key, "", 1)
	if err != nil {
		return nil, err
	}
	if ref != nil {
		if o := ref.Outcome(out.Score, ""); o != nil {
			s := spanOf(plan, ref, o, "", "")
			s.From, s.To, out.Reference = moment(ref.From), moment(ref.To), &s
		}
	}
	out.estimated(d)
	out.limits(plan, claims)
	return out, nil
}

// agreed reads the plan and the claims in force.
func (m *Models) agreed(d *behaviour.Detail, out *Performance) (*model.Plan, []modelcard.Claim, error) {
	var plan *model.Plan
	var claims []modelcard.Claim
	for _, x := range d.Documents {
		if x.Problem != "" || x.Kind != "plan" && x.Kind != "card" {
			continue
		}
		b, err := m.text(x.Digest)
		if err == nil && x.Kind == "plan" {
			var e error
			if plan, e = model.ReadPlan(bytes.NewReader(b)); e != nil {
				err = wardround.Errorf(wardround.EInvalid, "picture.performance", "%w", e)
			}
		} else if err == nil {
			c, e := modelcard.Read(bytes.NewReader(b), modelcard.Limits{})
			if e != nil {
				err = wardround.Errorf(wardround.EInvalid, "picture.performance", "%w", e)
			} else {
				for _, card := range c.Cards {
					claims = append(claims, card.Claims()...)
				}
			}
		}
		if err != nil && !toldOf(err, &out.Problems) {
			return nil, nil, err
		}
	}
	return plan, claims, nil
}

// toldOf tells an error that is of a document rather than of the disk.
func toldOf(err error, to *[]string) bool {
	c := Comparison{Problems: *to}
	ok := c.told(err)
	*to = c.Problems
	return ok
}

// choose finds the score.
func (p *Performance) choose(score string, tables []*sketch.Window) {
	for _, w := range tables {
		if w == nil {
			continue
		}
		for _, o := range w.Outcomes {
			if !slices.Contains(p.Scores, o.Score) {
				p.Scores = append(p.Scores, o.Score)
			}
		}
	}
	slices.Sort(p.Scores)
	if p.Score = score; !slices.Contains(p.Scores, score) && len(p.Scores) > 0 {
		p.Score = p.Scores[0]
	}
}

func (p *Performance) group(of map[string]*GroupPicture, plan *model.Plan, name string) *GroupPicture {
	if g := of[name]; g != nil || len(of) >= maxGroupsShown {
		return g
	}
	of[name] = &GroupPicture{Group: name, Minimum: behaviour.Minimum(plan, name), Spans: []PerformanceSpan{}}
	return of[name]
}

func add(to *sketch.Window, o *sketch.Outcome) {
	if have := to.Outcome(o.Score, o.Group); have == nil {
		to.Outcomes = append(to.Outcomes, o.Clone())
	} else if have.Merge(o) != nil { // other bins: begin anew with the newer
		*have = *o.Clone()
	}
}

// spanOf are the figures of a table, or the one that was chosen.
func spanOf(plan *model.Plan, w *sketch.Window, o *sketch.Outcome, metric, point string) PerformanceSpan {
	s := PerformanceSpan{Figures: []Figure{}}
	s.Cases, s.Others = o.Counts()
	list, units := behaviour.Figures(plan, w, o)
	if s.Units = units; math.IsNaN(units) || math.IsInf(units, 0) {
		s.Units = 0
	}
	for i := range list {
		x := &list[i]
		if metric != "" && (x.Metric != metric || x.Point != point) || number(x.Value) == nil || number(x.Low) == nil || number(x.High) == nil {
			continue
		}
		s.Figures = append(s.Figures, Figure{x.Metric, x.Point, x.Value, x.Low, x.High})
	}
	return s
}

// together draws all spans as one.
func (p *Performance) together(w *sketch.Window, groups map[string]*GroupPicture, plan *model.Plan) {
	for _, o := range w.Outcomes {
		if o.Group != "" {
			if g := groups[o.Group]; g != nil {
				g.Whole = spanOf(plan, w, o, p.Metric, p.Point)
				g.Enough = g.Whole.Units >= float64(g.Minimum)
				p.Groups = append(p.Groups, *g)
			}
			continue
		}
		s := spanOf(plan, w, o, "", "")
		p.Whole = &s
		for _, f := range s.Figures {
			p.Choices = append(p.Choices, Choice{f.Metric, f.Point})
		}
		for _, x := range behaviour.Points(plan, o.Score) {
			p.Points = append(p.Points, PointPicture{x.Name, x.Threshold})
		}
		perUnit, icc := behaviour.Dependence(plan, w)
		if t, err := performance.TableOf(o, perUnit, icc); err == nil {
			p.draw(t, o.Low == 0 && o.High == 1)
		}
	}
	slices.SortFunc(p.Groups, func(a, b GroupPicture) int { return strings.Compare(a.Group, b.Group) })
}

// estimated are the estimates of the chosen figure, as the series hold them.
func (p *Performance) estimated(d *behaviour.Detail) {
	for _, s := range d.Series {
		name, ok := strings.CutPrefix(s.Item, "estimate of ")
		if s.Topic != "estimate" || !ok {
			continue
		}
		name, group, _ := strings.Cut(strings.TrimSuffix(name, "]"), " [")
		if modelcard.MetricOf(name).Name != p.Metric && name != p.Metric {
			continue
		}
		for _, x := range s.Points {
			p.Estimates = append(p.Estimates, Estimated{Group: group, To: x.To.UTC(), N: x.N, Value: x.Value, Low: x.Low, High: x.High})
		}
	}
	slices.SortStableFunc(p.Estimates, func(a, b Estimated) int { return a.To.Compare(b.To) })
}

// limits are what the chosen figure of all rows has to be.
func (p *Performance) limits(plan *model.Plan, claims []modelcard.Claim) {
	if plan != nil {
		for i := range plan.Watch {
			x := &plan.Watch[i]
			if x.Kind == model.Performance && x.Group == "" && (x.Point == "" || x.Point == p.Point) && (modelcard.MetricOf(x.Metric).Name == p.Metric || x.Metric == p.Metric) {
				p.Limits = append(p.Limits, FigureLimit{By: "plan", AtLeast: x.AtLeast, AtMost: x.AtMost})
			}
		}
		for _, o := range plan.Outputs {
			for _, x := range o.Points {
				v := map[string]*float64{"sensitivity": x.Sensitivity, "specificity": x.Specificity}[p.Metric]
				if v != nil && o.Name == p.Score && x.Name == p.Point {
					p.Limits = append(p.Limits, FigureLimit{By: "maker", AtLeast: v})
				}
			}
		}
	}
	for _, c := range claims {
		if c.Metric != p.Metric || c.Slice != "" || c.Point != "" && c.Point != p.Point || number(c.Value) == nil {
			continue
		}
		low, high := c.Value, c.Value
		if c.Ranged {
			low, high = c.Low, c.High
		}
		switch modelcard.MetricOf(c.Metric).Better {
		case 1:
			p.Limits = append(p.Limits, FigureLimit{By: "card", AtLeast: number(low)})
		case -1:
			p.Limits = append(p.Limits, FigureLimit{By: "card", AtMost: number(high)})
		}
	}
}
