package performance

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
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
			in.Predictions.Name, j.rep.Labels)
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

// byPartition takes apart a file that holds both reference and what came later,
// told apart by a column such as partition or period.
func (j *job) byPartition(pf *frame) (pred, ref *frame, err error) {
	for _, names := range [][]string{known["partition"].sure, known["partition"].likely} {
		for _, c := range called(pf, names) {
			count, _ := c.values(4)
			if c.kind != table.Text || len(count) != 2 || count["reference"] == 0 {
				continue
			}
			ref, pred = pf.where(func(i int) bool { return c.text(i) == "reference" }), pf.where(func(i int) bool { return c.text(i) != "reference" })
			j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("%s was taken apart by its column %s: %d rows are the reference, %d the predictions", pf.name, c.name, ref.rows, pred.rows))
			return pred, ref, nil
		}
	}
	return pf, nil, nil
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
	if err := j.task(pf, &ro, lr, rr); err != nil {
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
	if j.pred, err = rowsOfFrame(pf, ro, j.c, j.is, classes, features); err != nil {
		return err
	}
	if err := j.label(pf, lf, &ro, &lr); err != nil {
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

// task finds out what the model does, and sees that its answers are there.
func (j *job) task(pf *frame, ro *roles, lr, rr roles) error {
	const op = "performance.columns"
	for _, role := range []string{"score", "prediction"} {
		if err := ro.doubt[role]; err != nil {
			return err
		}
	}
	if ro.score == nil && ro.scores == nil && ro.prediction == nil {
		return unnamed(pf, "score (a probability) or the prediction of the model", "")
	}
	if ro.score != nil && ro.score.kind == table.Text {
		return wardround.Errorf(wardround.EInvalid, op, "%s, column %s holds text where a number is wanted", pf.name, ro.score.name)
	}
	switch {
	case j.c.Type != "":
		j.is = task(j.c.Type)
	case ro.scores != nil:
		j.is = multiclass
		if ro.asOfTwo(j.c) {
			j.is = binary
		}
	case ro.score == nil && manyNumbers(ro.prediction):
		j.is = regression
	case ro.score == nil && ro.prediction.kind == table.Text && j.c.Positive == "" && manyTexts(ro.prediction):
		j.is = multiclass
	default:
		j.is = binary
	}
	if j.is == regression && (ro.prediction == nil || ro.prediction.kind == table.Text) {
		return wardround.Errorf(wardround.EInvalid, op, "%s: a regression needs a column of predicted numbers. Say it: --column prediction=NAME", pf.name)
	}
	if j.is == binary && ro.scores != nil && !ro.asOfTwo(j.c) {
		return wardround.Errorf(wardround.EInvalid, op, "%s: columns %s* hold %d classes; name the probability of a case: --column score=NAME", pf.name, ro.scores.prefix, len(ro.scores.columns))
	}
	if j.is == multiclass && ro.scores == nil && ro.prediction == nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: a model of several classes needs a column of probabilities for each, such as y_pred_proba_CLASS, or the class that was predicted. Say it: --column scores=PREFIX or --column prediction=NAME", pf.name)
	}
	j.rep.Type = string(j.is)
	return nil
}

// asOfTwo makes the columns of two classes, no and yes, one score.
func (r *roles) asOfTwo(c *Config) bool {
	if r.scores == nil || len(r.scores.columns) != 2 {
		return false
	}
	for k, name := range r.scores.classes {
		other := strings.ToLower(r.scores.classes[1-k])
		if c.Positive != "" && name == c.Positive || c.Positive == "" && yeses[strings.ToLower(name)] && noes[other] {
			r.score, r.scores = r.scores.columns[k], nil
			r.how["score"] = "the probability of " + name
			return true
		}
	}
	return false
}

// answersAs sees that the reference holds the answers that the predictions hold.
func (r *roles) answersAs(rf *frame, p roles, pf *frame, t task) error {
	for _, x := range []struct {
		role string
		from *column
		to   **column
	}{{"score", p.score, &r.score}, {"prediction", p.prediction, &r.prediction}} {
		if x.from != nil {
			if c := rf.column(x.from.name); c != nil && c.kind == x.from.kind { // the same name is the same part
				*x.to = c
				delete(r.doubt, x.role)
			}
		}
		if err := r.doubt[x.role]; err != nil && x.from != nil {
			return err
		}
	}
	const op = "performance.columns"
	switch {
	case t == regression && r.prediction == nil, t == binary && p.score != nil && r.score == nil, t == binary && p.score == nil && r.prediction == nil,
		t == multiclass && p.scores == nil && r.prediction == nil:
		return wardround.Errorf(wardround.EInvalid, op, "%s has no column of scores or predictions as %s has (%s); the model's answers for the reference are needed. It has %s", rf.name, pf.name, given(p), names(rf))
	case t == multiclass && p.scores != nil:
		g := &family{prefix: p.scores.prefix, classes: p.scores.classes}
		for _, c := range p.scores.columns {
			x := rf.column(c.name)
			if x == nil || x.codes != nil {
				return wardround.Errorf(wardround.EInvalid, op, "%s has no column %q of numbers as %s has", rf.name, c.name, pf.name)
			}
			g.columns = append(g.columns, x)
		}
		r.scores, r.score = g, nil
	}
	if p.prediction == nil { // calls are made of scores in both
		r.prediction = nil
	}
	return nil
}

func given(r roles) string {
	if r.score != nil {
		return r.score.name
	}
	if r.prediction != nil {
		return r.prediction.name
	}
	return r.scores.prefix + "*"
}

// label joins a labels file, or takes labels beside the predictions.
func (j *job) label(pf, lf *frame, ro, lr *roles) error {
	var got Join
	var err error
	switch {
	case lf != nil:
		if ro.label != nil && ro.label != lr.label {
			j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("labels are those of %s; column %s of %s is not used", lf.name, ro.label.name, pf.name))
			ro.label = nil
		}
		var byRow bool
		if byRow, err = sameID(pf, lf, ro, lr); err != nil {
			return err
		}
		if byRow {
			j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("%s has no id and as many rows as %s: its labels were taken row by row", lf.name, pf.name))
			got, err = j.pred.beside(lf, lr.label, j.c, j.is)
		} else {
			got, err = j.pred.join(lf, *lr, j.c, j.is)
		}
		in := Input{File: lf.name, Rows: lf.rows, Left: Left{Refused: lf.refused}, Columns: map[string]string{}, How: lr.how, Notes: lf.notes, read: lf.read}
		lr.name(&in)
		j.rep.LabelsFile = &in
	case ro.label != nil:
		got, err = j.pred.beside(pf, ro.label, j.c, j.is)
	default:
		j.pred.blank(j.is)
		got.Waiting = int64(j.pred.n())
	}
	j.rep.Labels = &got
	return err
}

// sameID finds the ids by which labels are joined; byRow says that there are
// none, and that the rows correspond.
func sameID(pf, lf *frame, ro, lr *roles) (byRow bool, err error) {
	if ro.id != nil && ro.how["id"] == "" && lr.id == nil { // the same name as in the predictions
		lr.id = lf.column(ro.id.name)
	}
	if lr.id != nil && ro.id != nil && lr.how["id"] == "" && ro.how["id"] == "" && plain(lr.id.name) != plain(ro.id.name) {
		if c := lf.column(ro.id.name); c != nil {
			lr.id = c
		} else if c := pf.column(lr.id.name); c != nil {
			ro.id = c
		}
	}
	if ro.id == nil && lr.id != nil && lr.how["id"] == "" {
		ro.id = pf.column(lr.id.name)
	}
	if ro.id == nil || lr.id == nil {
		of, in := sharedID(lf, pf, *lr)
		switch {
		case of != nil:
			lr.id, ro.id = of, in
			ro.how["id"], lr.how["id"] = "the only column that both files have", "the only column that both files have"
		case lr.id == nil && len(lf.columns) == 1 && lf.rows == pf.rows && lf.refused == 0 && pf.refused == 0:
			return true, nil
		case ro.id == nil:
			return false, unnamed(pf, "id", "labels are joined by it")
		default:
			return false, unnamed(lf, "id", fmt.Sprintf("labels are joined to column %s of %s by it", ro.id.name, pf.name))
		}
	}
	return false, nil
}

// manyTexts reports whether a column of texts holds more than yes and no.
func manyTexts(c *column) bool {
	count, _ := c.values(maxClasses + 1)
	if len(count) < 3 {
		return false
	}
	known := 0
	for t := range count {
		if l := strings.ToLower(t); yeses[l] || noes[l] {
			known++
		}
	}
	return known == 0
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

// name says which column is what.
func (r *roles) name(in *Input) {
	for _, role := range order {
		if c := *r.set(role); c != nil {
			in.Columns[role] = c.name
		}
	}
	if r.scores != nil {
		in.Columns["scores"] = r.scores.prefix + "*"
		in.Classes = r.scores.classes
	}
}

func input(f *frame, ro roles, r *rows) Input {
	in := Input{File: f.name, Rows: r.n(), Left: r.Left, Columns: map[string]string{}, How: ro.how, Features: r.features.Names, Notes: r.notes, read: f.read}
	ro.name(&in)
	for _, c := range f.columns {
		if c.invalid > 0 {
			in.Notes = append(in.Notes, fmt.Sprintf("column %s: %d values are of another kind than the rest and count as missing%s", c.name, c.invalid, inRows(from1(c.bad), c.invalid)))
		}
	}
	if ro.time != nil && ro.time.kind != table.Time {
		how := "is a number: it gives the order, not the date"
		if ro.time.kind == table.Text {
			how = "holds no dates that can be read: rows are taken in the order of the file"
		}
		in.Notes = append(in.Notes, fmt.Sprintf("column %s %s", ro.time.name, how))
	}
	return in
}

func from1(rows []int) []int {
	var out []int
	for _, i := range rows {
		out = append(out, i+1)
	}
	return out
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
