package performance

import (
	"fmt"

	"github.com/wardround/wardround/format/table"
)

// label joins a labels file, or takes labels beside the predictions.
func (j *job) label(pf, lf *frame, ro, lr *roles, byRow bool) error {
	var got Join
	var err error
	switch {
	case lf != nil:
		if ro.label != nil && ro.label != lr.label {
			j.rep.Notes = append(j.rep.Notes, fmt.Sprintf("labels are those of %s; column %s of %s is not used", lf.name, ro.label.name, pf.name))
			ro.label = nil
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
