package check

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// Models is the read-only view of how models are and behave: a fold of the same log
// and of the sketches that it names, applied before the batch's checks. The
// mathematics is done there; a check says what it means. What it returns must not be
// changed, nor kept beyond the batch.
type Models interface {
	// Touched is what the batch changed the judgements of.
	Touched() TouchedModels
	// Judgements yields all of a topic whose key is after the given one, in order: for
	// a check that starts anew or lost a batch.
	Judgements(topic string, after JudgementKey) iter.Seq[*Judgement]
	// Due is when time alone will change a judgement; zero for never.
	Due() time.Time
}

// TouchedModels is a portion of the judgements that changed. Portions are numbered
// without gaps, so that a check notices when it missed one.
type TouchedModels struct {
	Number     uint64 // of the portion, from 1; 0 when nothing was touched
	Judgements []*Judgement
	// More says that another portion waits: ask for a wake-up of the key [MoreKey].
	More bool
}

// Judgement is the answer to one question about one model, in one column, group or
// document: what a check of models turns into a verdict.
type Judgement struct {
	Topic   string            `json:"topic"` // the check's id without its area: "drift"
	Subject wardround.Subject `json:"subject"`
	Item    string            `json:"item,omitempty"` // "kvp", "kvp [source=CT_3]"
	State   wardround.State   `json:"state"`
	// Why is, of an unknown, the reason in a sentence.
	Why      string             `json:"why,omitempty"`
	Facts    wardround.Facts    `json:"facts,omitempty"`
	Severity wardround.Severity `json:"severity,omitempty"` // of a fail; none: the check's own
	Hostile  bool               `json:"hostile,omitempty"`
	Exposure wardround.Exposure `json:"exposure,omitempty"`
	// At is when the newest fact under it happened, From and To the span it is of.
	At   time.Time `json:"at"`
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Evidence is the digest of the newest blob under it; Sensor who saw it.
	Evidence string `json:"evidence,omitempty"`
	Sensor   string `json:"sensor,omitempty"`
	// Of what was measured: units (patients or studies) there were and would be
	// needed, and the test. PLow and PHigh are P widened by the sketches' error.
	N         int64   `json:"n,omitempty"`
	Needed    int64   `json:"needed,omitempty"`
	Test      string  `json:"test,omitempty"`
	Statistic float64 `json:"statistic,omitempty"`
	P         float64 `json:"p,omitempty"`
	PLow      float64 `json:"p_low,omitempty"`
	PHigh     float64 `json:"p_high,omitempty"`
	Effect    float64 `json:"effect,omitempty"`
	Limit     float64 `json:"limit,omitempty"`
	// Shift is the kind of change: "covariate", "label", "concept", "quality", "source".
	Shift string `json:"shift,omitempty"`
	// Fact is a digest of what the answer rests on: facts of another one replace those
	// before at once.
	Fact string `json:"fact,omitempty"`
}

// JudgementKey orders the judgements of a topic.
type JudgementKey struct {
	Subject wardround.Subject
	Item    string
}

// Key returns the judgement's place in the order of its topic.
func (j *Judgement) Key() JudgementKey { return JudgementKey{j.Subject, j.Item} }

// Compare orders keys as verdicts are ordered.
func (k JudgementKey) Compare(o JudgementKey) int {
	return cmp.Or(cmp.Compare(k.Subject.Kind, o.Subject.Kind), cmp.Compare(k.Subject.ID, o.Subject.ID), cmp.Compare(k.Item, o.Item))
}

// NoModels is the view of a site that has none: it answers nothing.
func NoModels() Models { return noModels{} }

type noModels struct{}

func (noModels) Touched() TouchedModels                               { return TouchedModels{} }
func (noModels) Judgements(string, JudgementKey) iter.Seq[*Judgement] { return none[*Judgement] }
func (noModels) Due() time.Time                                       { return time.Time{} }

// judgesKey is where a check keeps how far it followed the models, DueKey the key of
// the wake-up for what time alone changes.
const (
	judgesKey = "models"
	DueKey    = "due"
)

// judges is how far a check followed the models.
type judges struct {
	Last uint64            `json:"last,omitempty"` // number of the newest portion
	Walk bool              `json:"walk,omitempty"` // it looks through all there is …
	At   wardround.Subject `json:"at,omitzero"`    // … and goes on after this key
	Item string            `json:"item,omitempty"`
}

// JudgeModels is the Run of a check of models: it says what is judged of its topic,
// the portions that were touched as they come, and step by step all there is where
// it missed one or starts anew. The check marks itself as [Check.Models].
func JudgeModels(topic string) func(context.Context, *Pass) error {
	return func(_ context.Context, p *Pass) error {
		p.judgeModels(topic)
		return nil
	}
}

func (p *Pass) judgeModels(topic string) {
	view := p.Models()
	t, s := view.Touched(), State[judges](p, judgesKey)
	missed := slices.ContainsFunc(p.wakes, func(w Wake) bool { return w.Key == MissedKey })
	if t.Number != 0 {
		missed = missed || t.Number != s.Last+1
		s.Last = t.Number
		for _, j := range t.Judgements {
			if j.Topic == topic && p.Room() > 0 {
				p.say(j)
			}
		}
		if t.More {
			p.WakeAt(MoreKey, p.Now())
		}
	}
	if missed {
		s.Walk, s.At, s.Item = true, wardround.Subject{}, ""
	}
	if s.Walk {
		s.Walk = false
		for j := range view.Judgements(topic, JudgementKey{s.At, s.Item}) {
			if p.Room() == 0 {
				s.Walk = true
				break
			}
			p.say(j)
			s.At, s.Item = j.Subject, j.Item
		}
		if s.Walk {
			p.WakeAt(SweepKey, p.Now())
		} else {
			s.At, s.Item = wardround.Subject{}, ""
		}
	}
}

// JudgeModelsOnTime is [JudgeModels] for the one check that also asks to be woken when
// time alone changes a judgement.
func JudgeModelsOnTime(topic string) func(context.Context, *Pass) error {
	return func(_ context.Context, p *Pass) error {
		p.judgeModels(topic)
		p.WakeAt(DueKey, p.Models().Due())
		return nil
	}
}

// say gives the verdict of a judgement.
func (p *Pass) say(j *Judgement) {
	at, from := p.at, p.from
	p.at, p.from = j.At, j.Sensor
	defer func() { p.at, p.from = at, from }()
	switch j.State {
	case wardround.Pass:
		p.Pass(j.Subject, j.Item, j.Facts)
	case wardround.Fail:
		opts := []Option{Rests(j.Fact), Exposed(j.Exposure)}
		if j.Severity != wardround.SeverityNone {
			opts = append(opts, As(j.Severity))
		}
		if j.Hostile {
			opts = append(opts, Hostile())
		}
		p.Fail(j.Subject, j.Item, j.Facts, opts...)
	default:
		p.Unknown(j.Subject, j.Item, j.Why, j.Facts)
	}
}
