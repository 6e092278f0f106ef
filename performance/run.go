package performance

import (
	"context"
	"fmt"
	"math"
	"sort"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// Files are the inputs of a run; Labels and Reference may be nil.
type Files struct {
	Predictions, Labels, Reference *Source
}

// Run measures. Error: EInvalid for files and configurations that cannot be
// used, with file, row and column; ECannotTell when there is neither a label nor
// a reference, so that nothing could be said.
func Run(ctx context.Context, in Files, c *Config) (*Report, error) {
	const op = "performance.run"
	if c == nil {
		c = &Config{}
	}
	pf, err := load(in.Predictions)
	if err != nil {
		return nil, err
	}
	j := job{c: c, rep: &Report{Version: Version, AlsoCalled: Also}}
	var lf, rf *frame
	if in.Labels != nil {
		if lf, err = load(in.Labels); err != nil {
			return nil, err
		}
	}
	if in.Reference != nil {
		if rf, err = load(in.Reference); err != nil {
			return nil, err
		}
	}
	if err := j.read(pf, lf, rf); err != nil {
		return nil, err
	}
	labels := 0
	for _, k := range j.pred.known {
		if k {
			labels++
		}
	}
	if labels == 0 && j.ref == nil {
		return nil, wardround.Errorf(wardround.ECannotTell, op,
			"%s has no labels that can be used, and there is no reference to estimate from: give --labels, or --reference with labels", in.Predictions.Name)
	}
	if err := j.estimator(); err != nil {
		return nil, err
	}
	chunks := cutRows(j.pred, c.Chunks)
	j.limits(len(chunks), j.pred.n())
	for k, p := range chunks {
		if err := ctx.Err(); err != nil {
			return nil, wardround.Wrap(wardround.EInternal, op, err)
		}
		if err := j.chunk(k, p); err != nil {
			return nil, err
		}
	}
	j.record()
	j.judge()
	if labels > 0 {
		known := j.pred.labelled()
		w := whole(known, c)
		j.rep.Whole = &w
		j.groups(known)
	}
	j.conclude()
	return j.rep, nil
}

// job is one run.
type job struct {
	c          *Config
	rep        *Report
	pred, ref  *rows
	regression bool
	fit        *labelfree.Estimator
	dle        *labelfree.DLE
	tracks     map[string]*labelfree.Track
}

// read turns frames into rows.
func (j *job) read(pf, lf, rf *frame) error {
	const op = "performance.columns"
	must := []string{"id", "time", "score", "prediction", "unit", "final"}
	ro, err := rolesOf(pf, j.c.Columns, must...)
	if err != nil {
		return err
	}
	if ro.score == nil && ro.prediction == nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: which column is the score or the prediction? It has %s; say it in the configuration: columns: {score: NAME}",
			pf.name, names(pf))
	}
	for _, col := range []*column{ro.score, ro.prediction} {
		if col != nil && col == ro.score && col.kind == table.Text {
			return wardround.Errorf(wardround.EInvalid, op, "%s, column %s holds text where a number is wanted", pf.name, col.name)
		}
	}
	j.regression = j.c.Type == "regression" || j.c.Type == "" && ro.score == nil && manyNumbers(ro.prediction)
	if j.regression && (ro.prediction == nil || ro.prediction.kind != table.Number) {
		return wardround.Errorf(wardround.EInvalid, op, "%s: a regression needs a column of predicted numbers; say it in the configuration: columns: {prediction: NAME}", pf.name)
	}
	j.rep.Type = "binary"
	if j.regression {
		j.rep.Type = "regression"
	}
	var features []string
	var rr roles
	if rf != nil {
		if rr, err = rolesOf(rf, j.c.Columns); err != nil {
			return err
		}
		if rr.label == nil && lf != nil {
			if lr, err := rolesOf(lf, j.c.Columns); err == nil {
				if col := labelColumn(lf, lr); col != nil {
					rr.label = rf.column(col.name) // the same name as in the labels file
				}
			}
		}
		if rr.label == nil {
			return wardround.Errorf(wardround.EInvalid, op, "%s: which column is the label? It has %s; a reference without labels says nothing of performance", rf.name, names(rf))
		}
		taken := append(ro.all(), rr.all()...)
		features = featureColumns(pf, rf, j.c.Columns, taken)
		share(pf, rf, features)
	}
	if j.pred, err = rowsOfFrame(pf, ro, j.c, j.regression, features); err != nil {
		return err
	}
	if err := j.label(pf, lf, ro); err != nil {
		return err
	}
	j.rep.Predictions = input(pf, ro, j.pred)
	if rf == nil {
		return nil
	}
	if j.regression && rr.prediction == nil || !j.regression && ro.score != nil && rr.score == nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s has no column of scores or predictions as %s has; the model's answers for the reference are needed", rf.name, pf.name)
	}
	if j.ref, err = rowsOfFrame(rf, rr, j.c, j.regression, features); err != nil {
		return err
	}
	if _, err = j.ref.own(rf, rr.label, rr, j.c, j.regression); err != nil {
		return err
	}
	j.ref = j.ref.labelled()
	in := input(rf, rr, j.ref)
	j.rep.Reference = &in
	return nil
}

// label joins a labels file, or takes labels beside the predictions.
func (j *job) label(pf, lf *frame, ro roles) error {
	var got Join
	var err error
	switch {
	case lf != nil:
		if ro.id == nil {
			return wardround.Errorf(wardround.EInvalid, "performance.labels", "%s: which column is the id that labels are joined by? It has %s; say it in the configuration: columns: {id: NAME}",
				pf.name, names(pf))
		}
		lr, e := rolesOf(lf, j.c.Columns, "label", "label_time")
		if e != nil {
			return e
		}
		if lr.id == nil { // the same name as in the predictions
			lr.id = lf.column(ro.id.name)
		}
		got, err = j.pred.join(lf, lr, j.c, j.regression)
	case ro.label != nil:
		got, err = j.pred.own(pf, ro.label, ro, j.c, j.regression)
	default:
		j.pred.blank(j.regression)
		got.Waiting = int64(j.pred.n())
	}
	j.rep.Labels = &got
	return err
}

// manyNumbers reports whether a column holds numbers other than 0 and 1.
func manyNumbers(c *column) bool {
	if c == nil || c.kind != table.Number {
		return false
	}
	for _, v := range c.numbers {
		if !math.IsNaN(v) && v != 0 && v != 1 {
			return true
		}
	}
	return false
}

// share gives one category the same code in both files: those of the second,
// new ones after them.
func share(pred, ref *frame, features []string) {
	for _, name := range features {
		p, r := pred.column(name), ref.column(name)
		if p == nil || r == nil || p.kind != table.Text || r.kind != table.Text {
			continue
		}
		code := map[string]uint32{}
		for k, s := range r.dict {
			code[s] = uint32(k)
		}
		to := make([]uint32, len(p.dict))
		dict := append([]string(nil), r.dict...)
		for k, s := range p.dict {
			v, ok := code[s]
			if !ok {
				v = uint32(len(dict))
				dict = append(dict, s)
			}
			to[k] = v
		}
		if len(to) == 0 {
			continue
		}
		for i, c := range p.codes {
			if p.ok(i) {
				p.codes[i] = to[c]
			}
		}
		p.dict = dict
	}
}

func (r roles) all() []*column {
	return []*column{r.id, r.time, r.score, r.prediction, r.label, r.labelTime, r.unit, r.final}
}

func input(f *frame, ro roles, r *rows) Input {
	in := Input{File: f.name, Rows: r.n(), Left: r.Left, Columns: map[string]string{}, Features: r.features.Names, Notes: f.notes}
	for name, c := range map[string]*column{"id": ro.id, "time": ro.time, "score": ro.score, "prediction": ro.prediction, "label": ro.label,
		"label_time": ro.labelTime, "unit": ro.unit, "final": ro.final} {
		if c != nil {
			in.Columns[name] = c.name
		}
	}
	for _, c := range f.columns {
		if c.invalid > 0 {
			in.Notes = append(in.Notes, fmt.Sprintf("column %s: %d values are of another kind than the rest and count as missing", c.name, c.invalid))
		}
	}
	return in
}

// estimator learns from the reference.
func (j *job) estimator() error {
	if j.ref == nil {
		return nil
	}
	j.tracks = map[string]*labelfree.Track{}
	if j.regression {
		d, err := labelfree.FitDLE(j.ref.value, j.ref.actual, j.ref.features, 0)
		if err != nil {
			j.rep.Notes = append(j.rep.Notes, "nothing is estimated: "+err.Error())
			return nil
		}
		j.dle, j.rep.Method, j.rep.Caveat = d, "dle", labelfree.Caveat
		return nil
	}
	if j.ref.score == nil || j.pred.score == nil {
		j.rep.Notes = append(j.rep.Notes, "nothing is estimated: that needs a score, not only a prediction")
		return nil
	}
	e, err := labelfree.Fit(labelfree.Reference{Score: j.ref.score, Label: j.ref.label, Features: j.ref.features}, 0)
	if err != nil {
		j.rep.Notes = append(j.rep.Notes, "nothing is estimated: "+err.Error())
		return nil
	}
	j.fit, j.rep.Method, j.rep.Caveat = e, labelfree.Conditional, labelfree.Caveat
	if j.c.Estimator != "" {
		j.rep.Method = labelfree.Method(j.c.Estimator)
	}
	return nil
}

// groups measures labelled rows by group.
func (j *job) groups(known *rows) {
	if known.actual != nil || known.n() == 0 {
		return
	}
	cols := make([]string, 0, len(known.groups))
	for g := range known.groups {
		cols = append(cols, g)
	}
	sort.Strings(cols)
	for _, col := range cols {
		fs, gaps, err := measure.Subgroups(known.score, known.called, known.label, known.groups[col], known.unit, measure.GroupOptions{
			Against: j.c.Groups.Against[col], Limit: j.c.Groups.Limit, MinRows: j.c.minRows(), Probabilities: known.score != nil})
		if err != nil {
			j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("groups of %s: %v", col, err))
			continue
		}
		for _, f := range fs {
			g := Group{Column: col, Group: f.Group, Rows: f.N, Cases: f.Cases, Units: f.Units, Realised: map[string]Figure{}}
			for name, e := range map[string]*measure.Estimate{"sensitivity": &f.Sensitivity, "specificity": &f.Specificity, "ppv": &f.PPV, "called": &f.Called,
				"prevalence": &f.Prevalence, "calibration_in_the_large": f.Calibration, "auroc": f.AUROC} {
				if e != nil && !math.IsNaN(e.Value) && e.N > 0 {
					g.Realised[name] = figure(*e)
				}
			}
			j.rep.Groups = append(j.rep.Groups, g)
		}
		for _, g := range gaps {
			x := Gap{Column: col, Group: g.Group, Against: g.Against, Measure: g.Measure, Figure: figure(g.Estimate), Decision: string(g.Verdict), Why: g.Why}
			if g.Verdict == measure.Unknown {
				x.Need = g.Need
			}
			j.rep.Gaps = append(j.rep.Gaps, x)
		}
	}
}
