package performance

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/labelfree"
	measure "github.com/wardround/wardround/stat/performance"
)

// Files are the inputs of a run; Labels and Reference may be nil.
type Files struct {
	Predictions, Labels, Reference *Source
}

// maxChunks of a report.
const maxChunks = 10_000

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
	if rf == nil {
		if pf, rf, err = j.byPartition(pf); err != nil {
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
			"%s has no labels that can be used, and there is no reference to estimate from: give --labels, or --reference with labels; or, if labels stand beside the predictions, --column label=NAME. %s",
			in.Predictions.Name, strings.Join(append([]string{j.rep.Labels.String()}, j.pred.strangers...), ". "))
	}
	if err := j.estimator(); err != nil {
		return nil, err
	}
	if (c.Chunks.Every > 0 || c.Chunks.Period != "") && j.pred.at == nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s has no column of times to cut chunks by; it has %s. Say it: --column time=NAME, or cut by number or rows", in.Predictions.Name, names(pf))
	}
	chunks := cutRows(j.pred, c.Chunks)
	if len(chunks) > maxChunks {
		return nil, wardround.Errorf(wardround.EInvalid, op, "that makes %d chunks; more than %d are not judged: take longer ones", len(chunks), maxChunks)
	}
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
	if err := j.all(labels, chunks); err != nil {
		return nil, err
	}
	j.conclude()
	return j.rep, nil
}

// all measures and estimates all rows together.
func (j *job) all(labels int, chunks []*rows) error {
	var w Whole
	if labels > 0 {
		known := j.pred.labelled()
		w = whole(known, j.c)
		j.groups(known)
	}
	if j.rep.Method != "" {
		ch := Chunk{Classes: w.Classes}
		if len(chunks) == 1 {
			ch.Estimated, ch.Classes = j.rep.Chunks[0].Estimated, j.rep.Chunks[0].Classes
		} else if err := j.estimate(&ch, j.pred); err != nil {
			return err
		}
		w.Estimated, w.Classes = ch.Estimated, ch.Classes
	}
	if labels > 0 || w.Estimated != nil {
		j.rep.Whole = &w
	}
	return nil
}

// job is one run.
type job struct {
	c         *Config
	rep       *Report
	pred, ref *rows
	is        task
	fit       *labelfree.Estimator
	classFit  *labelfree.Classes
	dle       *labelfree.DLE
	tracks    map[string]*labelfree.Track
}

// read turns frames into rows.
func (j *job) read(pf, lf, rf *frame) error {
	const op = "performance.columns"
	ro, err := rolesOf(pf, j.c.Columns, "id", "time", "score", "prediction", "unit", "final")
	if err != nil {
		return err
	}
	var lr, rr roles
	if lf != nil {
		if lr, err = rolesOf(lf, j.c.Columns, "label_time"); err != nil {
			return err
		}
		if err := lr.labelOf(lf, pf); err != nil {
			return err
		}
	}
	if rf != nil {
		if rr, err = rolesOf(rf, j.c.Columns); err != nil {
			return err
		}
		if err := rr.labelIn(rf, pf, lr.label); err != nil {
			return err
		}
		if ro.label == nil && lf == nil {
			if ro.label = pf.column(rr.label.name); ro.label != nil {
				ro.how["label"] = "as in the reference"
				delete(ro.doubt, "label")
			}
		}
	}
	if err := j.task(pf, &ro); err != nil {
		return err
	}
	var classes []string
	if j.is == multiclass {
		if classes, err = classesOf(ro.scores, ro.prediction, lr.label, ro.label, rr.label); err != nil {
			return err
		}
	}
	var features, why []string
	if rf != nil {
		if err := rr.answersAs(rf, ro, pf, j.is); err != nil {
			return err
		}
		features, why = featureColumns(pf, rf, j.c.Columns, append(ro.all(), rr.all()...))
		share(pf, rf, features)
	}
	byRow := false
	if lf != nil {
		if byRow, err = sameID(pf, lf, &ro, &lr); err != nil {
			return err
		}
	}
	if j.pred, err = rowsOfFrame(pf, ro, j.c, j.is, classes, features); err != nil {
		return err
	}
	if err := j.label(pf, lf, &ro, &lr, byRow); err != nil {
		return err
	}
	j.rep.Predictions = input(pf, ro, j.pred)
	j.rep.Predictions.Notes = append(j.rep.Predictions.Notes, why...)
	if rf == nil {
		return nil
	}
	if j.ref, err = rowsOfFrame(rf, rr, j.c, j.is, classes, features); err != nil {
		return err
	}
	if _, err = j.ref.beside(rf, rr.label, j.c, j.is); err != nil {
		return err
	}
	j.ref = j.ref.labelled()
	if j.ref.n() == 0 {
		return wardround.Errorf(wardround.EInvalid, op, "%s, column %s: no row has a label; a reference without labels says nothing of performance", rf.name, rr.label.name)
	}
	in := input(rf, rr, j.ref)
	j.rep.Reference = &in
	return nil
}

// estimator learns from the reference.
func (j *job) estimator() error {
	if j.ref == nil {
		return nil
	}
	j.tracks = map[string]*labelfree.Track{}
	if j.is == regression {
		d, err := labelfree.FitDLE(j.ref.value, j.ref.actual, j.ref.features, 0)
		if err != nil {
			j.rep.Notes = append(j.rep.Notes, "nothing is estimated: "+err.Error())
			return nil
		}
		j.dle, j.rep.Method, j.rep.Caveat = d, "dle", labelfree.Caveat
		return nil
	}
	if j.is == multiclass && j.ref.prob != nil {
		e, err := labelfree.FitClasses(j.ref.classes, byRow(j.ref.prob), whole64(j.ref.actual), 0)
		if err != nil {
			j.rep.Notes = append(j.rep.Notes, "nothing is estimated: "+err.Error())
			return nil
		}
		j.classFit, j.rep.Method, j.rep.Caveat = e, labelfree.CBPE, labelfree.Caveat
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
	if j.is == regression || known.n() == 0 {
		return
	}
	cols := make([]string, 0, len(known.groups))
	for g := range known.groups {
		cols = append(cols, g)
	}
	sort.Strings(cols)
	for _, col := range cols {
		if known.multi() {
			j.classGroups(known, col)
			continue
		}
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
