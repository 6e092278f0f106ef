package behaviour

import (
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// overseen is what clinicians did with the answers of a window, or what outcomes that
// came later said of it.
type overseen struct {
	To            time.Time `json:"to"`
	From          time.Time `json:"from"`
	Accepted      int64     `json:"accepted,omitempty"`
	Overridden    int64     `json:"overridden,omitempty"`
	Wrong         int64     `json:"wrong,omitempty"`
	WrongAccepted int64     `json:"wrong_accepted,omitempty"`
	Decide50      int64     `json:"decide_p50_ms,omitempty"`
}

const (
	mostOverseen   = 800                 // windows that are remembered: a month of hours
	overseenFor    = 30 * 24 * time.Hour // for which they count
	enoughOverseen = 200                 // decisions, of the newest, that are looked at together
	enoughWrong    = 20                  // wrong answers, to say anything of blind trust
)

// oversight judges what clinicians do with the answers: overruling too often says that
// the model is of no help; never, that nobody looks. Windows of an hour hold few
// decisions, so the newest are taken together.
func (s *scene) oversight(x *kind.InferenceWindowV1) {
	o := x.Oversight
	if o == nil || o.Shown == 0 {
		return
	}
	s.oversee(overseen{From: x.From, To: x.To, Accepted: o.Accepted, Overridden: o.Overridden, Wrong: o.Wrong, WrongAccepted: o.WrongAccepted, Decide50: o.Decide50})
}

// lateOversight takes in what outcomes that came later say of decisions: the column
// "judged" of their table.
func (s *scene) lateOversight(x *kind.InferenceLabelledV1, w *sketch.Window) {
	c := w.Column("judged", "")
	if c == nil || c.Role != sketch.Oversight || c.Top == nil {
		return
	}
	v := overseen{From: x.From, To: x.To}
	for _, did := range []string{"accepted", "overridden", "ignored"} {
		_, n, _ := c.Top.Count("wrong, " + did)
		v.Wrong += n
		if did == "accepted" {
			v.WrongAccepted = n
		}
	}
	if v.Wrong > 0 {
		s.oversee(v)
	}
}

func (s *scene) oversee(v overseen) {
	s.m.Overseen = append(s.m.Overseen, v)
	s.m.Overseen = s.m.Overseen[max(0, len(s.m.Overseen)-mostOverseen):]
	var o overseen // of the newest
	var slow, weight float64
	newest := v.To
	for _, w := range s.m.Overseen {
		if w.To.After(newest) {
			newest = w.To
		}
	}
	for i := len(s.m.Overseen) - 1; i >= 0; i-- {
		w := s.m.Overseen[i]
		if newest.Sub(w.To) > overseenFor {
			continue
		}
		if o.Wrong < 5*enoughWrong {
			o.Wrong += w.Wrong
			o.WrongAccepted += w.WrongAccepted
		}
		if n := w.Accepted + w.Overridden; n > 0 && o.Accepted+o.Overridden < enoughOverseen {
			o.Accepted += w.Accepted
			o.Overridden += w.Overridden
			if o.From.IsZero() || w.From.Before(o.From) {
				o.From = w.From
			}
			if w.To.After(o.To) {
				o.To = w.To
			}
			if w.Decide50 > 0 {
				slow += float64(n) * float64(w.Decide50)
				weight += float64(n)
			}
		}
	}
	if weight > 0 {
		o.Decide50 = int64(slow / weight)
	}
	s.overruled(&o)
}

func (s *scene) overruled(o *overseen) {
	decided := o.Accepted + o.Overridden
	if decided < leastShown {
		s.say(check.Judgement{Topic: "oversight", Item: "overridden", State: wardround.Unknown, Why: "there are too few decisions yet to say", N: decided, Needed: leastShown, From: o.From, To: o.To,
			Facts: wardround.Facts{"decided": decided, "needed": int64(leastShown)}})
		if o.Wrong < enoughWrong {
			return
		}
	} else {
		limit := s.limitOf(model.Override, "", mostOverridden)
		st, v, low, high := share(o.Overridden, decided, limit)
		j := check.Judgement{Topic: "oversight", Item: "overridden", State: st, N: decided, Statistic: v, PLow: low, PHigh: high, Limit: limit, From: o.From, To: o.To,
			Facts: wardround.Facts{"decided": decided, "share": percent(v), "limit": percent(limit)}}
		switch st {
		case wardround.Fail:
			j.Facts["trouble"] = fmt.Sprintf("clinicians overrule %s of its answers, at most %s are expected", percent(v), percent(limit))
		case wardround.Unknown:
			j.Why = "there are too few decisions yet to say"
		}
		s.say(j)
	}
	s.blind(o, decided)
}

// blind judges whether answers are accepted without being looked at.
func (s *scene) blind(o *overseen, decided int64) {
	j := check.Judgement{Topic: "oversight", Item: "accepted unseen", State: wardround.Pass, N: decided, From: o.From, To: o.To, Facts: wardround.Facts{"decided": decided}}
	if o.Decide50 > 0 {
		j.Facts["seconds"] = float64(o.Decide50) / 1000
	}
	agreed := float64(o.Accepted) / float64(max(decided, 1))
	limit := s.limitOf(model.Override, "automation_bias", mostBlind)
	least := 0.0
	for i := range s.watches() {
		if ind := &s.plan.Watch[i]; ind.Kind == model.Override && ind.Metric == "" && ind.AtLeast != nil {
			least = *ind.AtLeast
		}
	}
	switch _, most := wilson(1-agreed, float64(decided), 2.6); {
	case least > 0 && most < least && decided > 0:
		j.State, j.Statistic, j.PHigh, j.Limit = wardround.Fail, 1-agreed, most, least
		j.Facts["trouble"] = fmt.Sprintf("clinicians overrule %s of its answers, at least %s are expected of people who look", percent(1-agreed), percent(least))
	case o.Wrong >= enoughWrong:
		st, v, low, high := share(o.WrongAccepted, o.Wrong, limit)
		j.State, j.Statistic, j.PLow, j.PHigh, j.Limit, j.N = st, v, low, high, limit, max(decided, o.Wrong)
		if st == wardround.Fail {
			j.Facts["trouble"] = fmt.Sprintf("%s of the answers that turned out wrong were accepted, at most %s are expected", percent(v), percent(limit))
		} else if st == wardround.Unknown {
			j.Why = "there are too few wrong answers yet to say"
		}
	case decided >= enoughOverseen && agreed >= tooAgreeing && o.Decide50 > 0 && o.Decide50 < tooQuick:
		j.State = wardround.Fail
		j.Facts["trouble"] = fmt.Sprintf("%s of its answers are accepted, half of them within %s seconds", percent(agreed), number(float64(o.Decide50)/1000))
	case decided < enoughOverseen || o.Decide50 == 0:
		j.State, j.Why = wardround.Unknown, "neither how long people look nor which answers were wrong is known"
	}
	s.say(j)
}
