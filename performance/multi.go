package performance

import (
	"fmt"

	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// A ClassReport is one class against the rest.
type ClassReport struct {
	Class     string            `json:"class"`
	Cases     int               `json:"cases,omitempty"`
	Realised  map[string]Figure `json:"realised,omitempty"`
	Estimated map[string]Figure `json:"estimated,omitempty"`
}

// multi reports whether rows are of a model of several classes.
func (r *rows) multi() bool { return r.classes != nil }

func whole64(x []float64) []int {
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// byRow turns columns of probabilities into rows.
func byRow(prob [][]float64) [][]float64 {
	n := len(prob[0])
	all := make([]float64, n*len(prob))
	out := make([][]float64, n)
	for i := range out {
		out[i] = all[i*len(prob) : (i+1)*len(prob)]
		for c := range prob {
			out[i][c] = prob[c][i]
		}
	}
	return out
}

// realisedClasses measures labelled rows of several classes.
func realisedClasses(r *rows) (all map[string]Figure, by []ClassReport, why []string) {
	all = map[string]Figure{}
	m := measure.Classes{Names: r.classes, Prob: r.prob, Label: whole64(r.actual), Call: whole64(r.value), Units: r.unit}
	got, each, err := m.Averages()
	if err != nil {
		return all, nil, []string{err.Error()}
	}
	for name, e := range got {
		all[name] = figure(e)
	}
	cases := make([]int, len(r.classes))
	for _, l := range m.Label {
		cases[l]++
	}
	for c, figures := range each {
		x := ClassReport{Class: r.classes[c], Cases: cases[c], Realised: map[string]Figure{}}
		for name, e := range figures {
			x.Realised[name] = figure(e)
		}
		by = append(by, x)
		if cases[c] == 0 && r.prob != nil {
			why = append(why, fmt.Sprintf("auroc: no row is of class %s", r.classes[c]))
		}
	}
	return all, by, why
}

// confusion counts labelled rows by true and called class.
func (r *rows) confusion() *Matrix {
	m := &Matrix{Classes: r.classes, Counts: make([][]int, len(r.classes))}
	for c := range m.Counts {
		m.Counts[c] = make([]int, len(r.classes))
	}
	for i, v := range r.actual {
		m.Counts[int(v)][int(r.value[i])]++
	}
	return m
}

// A Matrix is a confusion matrix: counts by true class, then by called class.
type Matrix struct {
	Classes []string `json:"classes"`
	Counts  [][]int  `json:"counts"`
}

// estimateClasses adds what is expected of rows without their labels.
func estimateClasses(fit *labelfree.Classes, p *rows, by []ClassReport) (map[string]Figure, []ClassReport, error) {
	got, each, err := fit.Figures(byRow(p.prob), whole64(p.value))
	if err != nil {
		return nil, nil, err
	}
	all := map[string]Figure{}
	for name, e := range got {
		all[name] = figure(e)
	}
	for c, figures := range each {
		if len(by) <= c {
			by = append(by, ClassReport{Class: p.classes[c]})
		}
		by[c].Estimated = map[string]Figure{}
		for name, e := range figures {
			by[c].Estimated[name] = figure(e)
		}
	}
	return all, by, nil
}

// shareOf is a figure of a share that was counted.
func shareOf(hit []bool, u measure.Units) Figure { return figure(measure.Share(hit, u, measure.Level)) }

// classGroups measures how often each group is called rightly.
func (j *job) classGroups(known *rows, col string) {
	by := map[string][]int{}
	var order []string
	for i, g := range known.groups[col] {
		if by[g] == nil {
			order = append(order, g)
		}
		by[g] = append(by[g], i)
	}
	for _, g := range order[:min(len(order), 100)] {
		p := known.pick(by[g])
		hit := make([]bool, p.n())
		for i := range hit {
			hit[i] = p.actual[i] == p.value[i]
		}
		j.rep.Groups = append(j.rep.Groups, Group{Column: col, Group: g, Rows: p.n(), Units: p.unit.Count(p.n()), Realised: map[string]Figure{"accuracy": shareOf(hit, p.unit)}})
	}
	if len(order) > 100 {
		j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("groups of %s: the first 100 of %d are shown", col, len(order)))
	}
}
