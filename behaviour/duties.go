package behaviour

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
)

func readCard(r io.Reader) (*modelcard.Document, error) {
	return modelcard.Read(r, modelcard.Limits{})
}

// consider judges what there is about a model in use: a plan that can be used, a card,
// acceptance, and data for each indicator that the plan says is watched.
func (f *Fold) consider(o *wardround.Observation, m *instance) error {
	at := f.timeOf(o)
	return f.duties(m, at, o.Sensor)
}

// lookEvery is how often time alone is looked at.
const lookEvery = 6 * time.Hour

// overdue judges what time alone changes.
func (f *Fold) overdue() error {
	for _, m := range f.sorted() {
		if err := f.duties(m, f.now, m.Sensor); err != nil {
			return err
		}
	}
	f.schedule()
	return nil
}

// schedule says when time is looked at next: none where there is no model.
func (f *Fold) schedule() {
	f.due = time.Time{}
	if len(f.instances) > 0 {
		f.due = f.now.Truncate(lookEvery).Add(lookEvery)
	}
}

func (f *Fold) duties(m *instance, at time.Time, sensor string) error {
	say := func(j check.Judgement) {
		j.At, j.Sensor = at, sensor
		f.sayOf(m, j)
	}
	d := f.inForce(m, "plan", "")
	var p *model.Plan
	j := check.Judgement{Topic: "plan", Item: "plan"}
	switch {
	case d == nil:
		j.State = wardround.Fail
		j.Facts = wardround.Facts{"trouble": "there is no plan of what is watched, for whom, and what is done without it"}
	case d.Problem != "":
		j.State, j.Facts = wardround.Fail, wardround.Facts{"trouble": "the plan cannot be read", "problem": d.Problem}
	default:
		var err error
		if p, err = f.plan(d.Digest); err != nil {
			if refused(err) == "" {
				return err
			}
			p = nil
			j.State, j.Facts = wardround.Fail, wardround.Facts{"trouble": "the plan cannot be read", "problem": refused(err)}
			break
		}
		j.Evidence, j.State, j.Facts = d.Digest, wardround.Pass, wardround.Facts{"plan": cmp.Or(p.Name, d.File), "indicators": len(p.Watch)}
		var wrong []string
		weak := 0
		for _, x := range p.Problems() {
			if x.Level == model.Wrong {
				wrong = append(wrong, clip(x.Text, 160))
			} else {
				weak++
			}
		}
		j.Facts["weak"] = weak
		if len(wrong) > 0 {
			j.State, j.Facts["count"], j.Facts["trouble"] = wardround.Fail, len(wrong), join(wrong[:min(len(wrong), 4)])
		}
	}
	say(j)
	if p != nil {
		f.watched(m, p, at, say)
	}
	f.carded(m, say)
	f.admitted(m, p, at, say)
	return nil
}

// carded judges whether a card says what the model is for.
func (f *Fold) carded(m *instance, say func(check.Judgement)) {
	d := f.inForce(m, "card", "")
	j := check.Judgement{Topic: "card", Item: "card", State: wardround.Pass}
	switch {
	case d == nil:
		j.State, j.Facts = wardround.Fail, wardround.Facts{"trouble": "there is no card of this version: what it is for, what it learnt from, how good it is"}
	case d.Problem != "":
		j.State, j.Facts = wardround.Fail, wardround.Facts{"trouble": "the card cannot be read", "problem": d.Problem}
	default:
		j.Evidence, j.Facts = d.Digest, wardround.Facts{"format": d.Format}
		c, err := f.card(d.Digest)
		if err != nil {
			break // another form than the one that is read here; it was read when it came
		}
		var lacks []string
		if len(c.Cards) > 0 {
			x := c.Cards[0] // the model's own comes first
			for _, q := range []struct {
				there bool
				text  string
			}{
				{len(x.UseCases) > 0, "what it is for"}, {len(x.Inputs) > 0, "what goes in"}, {len(x.Outputs) > 0, "what comes out"},
				{len(x.Datasets) > 0, "what it learnt from"}, {len(x.Claims()) > 0, "how good it is"},
			} {
				if !q.there {
					lacks = append(lacks, q.text)
				}
			}
		} else {
			lacks = []string{"any model"}
		}
		if len(lacks) > 0 {
			j.State, j.Facts["trouble"] = wardround.Fail, "the card does not say "+strings.Join(lacks, ", ")
		}
	}
	say(j)
}

// admitted judges whether somebody accepted the model for use here, by its version.
func (f *Fold) admitted(m *instance, p *model.Plan, at time.Time, say func(check.Judgement)) {
	if p == nil || p.Acceptance == nil {
		if _, ok := f.had(ofModel+m.Key, "acceptance", "here"); !ok && m.Accepted == "" && m.Refused == "" && m.Off.IsZero() {
			return // nobody asks for it
		}
	}
	j := check.Judgement{Topic: "acceptance", Item: "here", Facts: wardround.Facts{}}
	switch {
	case !m.Still.IsZero():
		j.State, j.Severity, j.Facts["trouble"] = wardround.Fail, wardround.High, "a person switched it off, and it answers: last on "+m.Still.UTC().Format(time.DateOnly)
	case !m.Off.IsZero():
		j.State = wardround.Pass
	case m.Accepted == m.Version && m.Accepted != "" && !m.Until.IsZero() && at.After(m.Until):
		j.State, j.Facts["trouble"] = wardround.Fail, "it was accepted until "+m.Until.UTC().Format(time.DateOnly)
	case m.Refused != "" && m.Refused == m.Version && m.Off.IsZero():
		j.State, j.Severity, j.Facts["trouble"] = wardround.Fail, wardround.High, "it was refused for use here, and it answers"
	case m.Accepted == m.Version && m.Accepted != "", m.Refused == m.Version && m.Refused != "":
		j.State = wardround.Pass
	case m.Accepted != "":
		j.State, j.Facts["trouble"] = wardround.Fail, "another version was accepted: "+m.Accepted
	default:
		j.State, j.Facts["trouble"] = wardround.Fail, "nobody has accepted it for use here"
	}
	say(j)
}

// watched judges whether each indicator that the plan watches had data in its period
// (AI Act Art. 72: a plan that is carried out).
func (f *Fold) watched(m *instance, p *model.Plan, at time.Time, say func(check.Judgement)) {
	if !m.Off.IsZero() {
		return
	}
	for i := range p.Watch {
		ind := &p.Watch[i]
		every := ind.Every
		if every <= 0 {
			every = 7 * model.Day
		}
		last := f.lastOf(m, ind)
		j := check.Judgement{Topic: "plan", Item: "data: " + cmp.Or(ind.ID, ind.Kind), State: wardround.Pass,
			Facts: wardround.Facts{"indicator": cmp.Or(ind.ID, ind.Kind), "kind": ind.Kind, "every": days(every)}}
		if !last.IsZero() {
			j.Facts["last"] = last.UTC().Format(time.RFC3339)
		}
		switch {
		case last.IsZero() && at.Sub(m.First) <= every:
			j.State, j.Why = wardround.Unknown, "its first period is not over"
		case last.IsZero():
			j.State, j.Facts["trouble"] = wardround.Fail, fmt.Sprintf("the plan watches %s, and there was never any data for it", cmp.Or(ind.ID, ind.Kind))
		case at.Sub(last) > every+every/4:
			j.State, j.Facts["trouble"] = wardround.Fail, fmt.Sprintf("the plan watches %s, and the last data for it is of %s", cmp.Or(ind.ID, ind.Kind), last.UTC().Format(time.DateOnly))
		}
		if ind.Kind == model.Volume && j.State == wardround.Pass && ind.AtLeast != nil {
			if n, whole := m.volume(at, every); whole && float64(n) < *ind.AtLeast {
				j.State, j.N, j.Limit = wardround.Fail, n, *ind.AtLeast
				j.Facts["trouble"] = fmt.Sprintf("the plan expects at least %s records in %s, and there were %d", number(*ind.AtLeast), days(every), n)
			}
		}
		say(j)
	}
}

// volume is how many records there were in the time before at; whole says that the
// windows that are remembered reach as far back.
func (m *instance) volume(at time.Time, every time.Duration) (n int64, whole bool) {
	l := m.lines[""]
	if l == nil || len(l.Recent) == 0 || m.First.After(at.Add(-every)) {
		return 0, false
	}
	for _, r := range l.Recent {
		if r.To.After(at.Add(-every)) {
			n += r.Rows
		}
	}
	return n, l.Recent[0].From.Before(at.Add(-every)) || m.First.Equal(l.Recent[0].To)
}

// lastOf is when an indicator had data last, the zero time if never.
func (f *Fold) lastOf(m *instance, ind *model.Indicator) time.Time {
	topics := map[string][]string{
		model.Drift: {"drift", "output"}, model.Performance: {"performance", "calibration"}, model.Estimate: {"performance"},
		model.Missing: {"quality"}, model.Range: {"quality"}, model.Schema: {"quality"}, model.Gap: {"subgroup"},
		model.Override: {"oversight"}, model.Attack: {"extraction", "outlier", "prompt", "feedback"},
	}[ind.Kind]
	if ind.Kind == model.Volume {
		return m.Last
	}
	var last time.Time
	for k, e := range f.current {
		if k.owner != ofModel+m.Key {
			continue
		}
		if ind.Kind == model.Stream && k.topic == "trend" && e.j.Facts["indicator"] == ind.ID && e.j.To.After(last) {
			last = e.j.To
		}
		for _, t := range topics {
			if k.topic != t || e.j.N == 0 {
				continue
			}
			if ind.Kind == model.Drift || ind.Kind == model.Missing || ind.Kind == model.Range {
				if c := ind.Column; c != "" && c != "*" && c != "outputs" && k.item != c && !strings.HasPrefix(k.item, c+" [") {
					continue
				}
			}
			when := e.j.To
			if when.IsZero() {
				when = e.j.At
			}
			if when.After(last) {
				last = when
			}
		}
	}
	return last
}

// days tells a length of time as people do.
func days(d time.Duration) string {
	if d < 2*model.Day {
		return fmt.Sprintf("%d hours", int(d.Hours()+0.5))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24+0.5))
}
