// Package shift names the kind of a shift, because the remedy differs: recalibrate for another prevalence, retrain for another
// relation, call the technician for another unit, and look at one scanner when only one moved.
//
//	data-quality  values are missing, unreadable, in another unit or gone
//	source        one device or site has changed, or their mix has, and not what each of them sends
//	label         the classes occur at other rates, and look as before otherwise
//	covariate     the inputs have changed, and what they mean has not been seen to
//	concept       the same input now means something else
//
// [Judge] is a pure function of the evidence and gives its reasons. Several kinds may hold. What there is no evidence on is not
// named: concept shift can't be seen without labels, and the reasons say so.
package shift

import "fmt"

// Kind of shift.
type Kind string

// The kinds, in the order in which they should be looked into.
const (
	DataQuality Kind = "data-quality"
	Source      Kind = "source"
	Label       Kind = "label"
	Covariate   Kind = "covariate"
	Concept     Kind = "concept"
)

// Order is that of [Judge]: what explains others comes first.
var Order = []Kind{DataQuality, Source, Label, Concept, Covariate}

// State of a piece of evidence.
type State uint8

// The states: not known, known not to have moved, moved.
const (
	Unknown State = iota
	Same
	Moved
)

// Evidence is what was found. Zero values are unknown.
type Evidence struct {
	Quality []string // what is wrong with the data, in words; nil: nothing was found

	Inputs       State
	MovedInputs  []string // names
	SpoiltInputs []string // of them, those whose data quality explains it
	Predictions  State
	Labels       State // labels are on both sides, and their shares are compared

	// Of labels given the model's score (calibration), and of inputs within a class. Labels on both sides are needed.
	LabelGivenScore  State
	InputsGivenLabel State

	// WithinAnswers says that InputsGivenLabel is of the model's answers within a class: all that is left where no rows are kept.
	WithinAnswers bool

	Estimate *Prevalence // BBSE, where the current side has no labels
	// Mixture says whether other rates of the classes alone would make the answers what they are ([Same]), or not ([Moved]): see
	// the function of that name.
	Mixture State

	// Estimator says whether what was estimated without labels is what labels said later: moved, it is not.
	Estimator State

	SourceMix    State             // do the sources send as large a share as before
	BySource     map[string]State  // did the inputs of one source move
	SourceLabels map[string]string // for words; a missing one is the key
}

// Finding is a kind with what speaks for it.
type Finding struct {
	Kind    Kind
	Reasons []string
}

// Judge names the kinds of shift in the order in which they should be looked into: bad data and single sources first, since they
// explain the rest.
func Judge(e Evidence) []Finding {
	var out []Finding
	add := func(k Kind, reasons ...string) { out = append(out, Finding{k, reasons}) }
	if len(e.Quality) > 0 {
		add(DataQuality, e.Quality...)
	}
	if r := e.source(); len(r) > 0 {
		add(Source, r...)
	}
	label := e.label()
	if len(label) > 0 {
		add(Label, label...)
	}
	if r := e.concept(len(label) > 0); len(r) > 0 {
		add(Concept, r...)
	}
	if r := e.covariate(len(label) > 0); len(r) > 0 {
		add(Covariate, r...)
	}
	return out
}

// Unclear says why no kind is named although something moved.
func Unclear(e Evidence) string {
	switch {
	case e.Predictions == Moved && e.Estimate == nil && e.Labels == Unknown:
		return "the answers moved and the inputs that are watched did not, and without labels it is not known whether cases are more frequent or are judged otherwise"
	case e.Predictions == Moved && e.Labels == Same:
		return "the answers moved, the classes are as frequent as before, and the inputs that are watched did not move: what moved is not watched, or the model is another"
	case e.Predictions == Moved && e.Mixture == Moved:
		return "the answers moved in a way that other rates of the classes do not explain, and the inputs that are watched did not"
	}
	return "nothing that is known tells the kinds apart"
}

// Alone returns the sources that moved where others did not: only then is it a matter of sources.
func (e Evidence) Alone() (moved, same []string) {
	for _, k := range sorted(e.BySource) {
		switch e.BySource[k] {
		case Moved:
			moved = append(moved, k)
		case Same:
			same = append(same, k)
		}
	}
	if len(moved) == 0 || len(same) == 0 {
		return nil, nil
	}
	return moved, same
}

func (e Evidence) source() (r []string) {
	moved, same := e.Alone()
	if len(moved) > 0 {
		r = append(r, fmt.Sprintf("moved: %s, not moved: %s", list(e.names(moved)), list(e.names(same))))
	}
	if e.SourceMix == Moved && !e.anyMoved() {
		r = append(r, "the sources send other shares than before, and none of them was seen to change in itself")
	}
	return r
}

// concept: the same input means something else. That more cases come out positive for the same score is also what other rates of
// the classes do, where the classes look as before.
func (e Evidence) concept(label bool) (r []string) {
	if e.LabelGivenScore == Moved && !(label && e.Labels == Moved && e.InputsGivenLabel == Same) {
		r = append(r, "for the same score of the model the labels come out differently")
	}
	if e.Estimator == Moved && (len(r) > 0 || e.LabelGivenScore == Unknown && !label) {
		r = append(r, "what was estimated without labels is not what labels said later")
	}
	if len(r) > 0 && e.Inputs == Same {
		r = append(r, "the inputs are what they were")
	}
	return r
}

func (e Evidence) names(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = e.name(k)
	}
	return out
}

func (e Evidence) name(k string) string {
	if n, ok := e.SourceLabels[k]; ok {
		return n
	}
	return k
}

func (e Evidence) anyMoved() bool {
	for _, s := range e.BySource {
		if s == Moved {
			return true
		}
	}
	return false
}

func (e Evidence) label() (r []string) {
	switch {
	case e.Labels == Moved && e.InputsGivenLabel == Moved:
		return nil // the classes themselves look different: not a matter of their rates alone
	case e.Labels == Moved && e.InputsGivenLabel == Same && e.WithinAnswers:
		return []string{"the classes occur at other rates", "within a class the answers are what they were"}
	case e.Labels == Moved && e.InputsGivenLabel == Same:
		return []string{"the classes occur at other rates", "within a class the inputs are what they were"}
	case e.Labels == Moved:
		return []string{"the classes occur at other rates, and whether they look as before is not known"}
	case e.Labels == Same, e.Estimate == nil, e.Predictions == Same, e.Mixture == Moved:
		return nil
	}
	p := e.Estimate
	for j := range p.Current {
		if p.Reference[j] < p.Low[j] || p.Reference[j] > p.High[j] {
			r = append(r, fmt.Sprintf("estimated share of class %d: %.3f (95 %% between %.3f and %.3f), %.3f in the reference", j, p.Current[j], p.Low[j], p.High[j], p.Reference[j]))
		}
	}
	switch {
	case len(r) > 0 && e.Mixture == Same:
		r = append(r, "the answers are what other rates of the classes alone would make of them", "without current labels this supposes that the classes look as before")
	case len(r) > 0:
		r = append(r, "without current labels this supposes that the classes look as before")
	}
	return r
}

func (e Evidence) covariate(label bool) (r []string) {
	if e.Inputs != Moved {
		return nil
	}
	spoilt := make(map[string]bool)
	for _, n := range e.SpoiltInputs {
		spoilt[n] = true
	}
	var clean []string
	for _, n := range e.MovedInputs {
		if !spoilt[n] {
			clean = append(clean, n)
		}
	}
	if len(e.MovedInputs) > 0 && len(clean) == 0 {
		return nil // all of it is explained by the data's quality
	}
	if label && e.InputsGivenLabel == Same && !e.WithinAnswers {
		return nil // explained by the classes' rates
	}
	if len(clean) > 0 {
		r = append(r, "inputs moved: "+list(clean))
	} else {
		r = append(r, "the inputs moved as a whole")
	}
	if e.Mixture == Moved {
		r = append(r, "other rates of the classes would not explain the answers")
	}
	switch {
	case e.LabelGivenScore == Same:
		r = append(r, "for the same score the labels come out as before")
	case e.LabelGivenScore == Unknown:
		r = append(r, "whether inputs still mean the same can't be seen without labels")
	}
	return r
}
