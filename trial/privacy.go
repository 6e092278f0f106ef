package trial

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/privacy"
)

// MembershipLimits are what is still taken for chance; zero fields take the defaults.
type MembershipLimits struct {
	AUC  float64 // 0.6
	Told float64 // share of members told at 1 % false hits: 0.05; at 0.1 %: a fifth of it
}

// Membership holds a model's answers on people that it was trained on against those on
// others. Both files have the columns
//
//	score       the answer, a probability; or loss, the loss of the answer
//	label       0 or 1, the truth: without it, how sure an answer is is the signal
//	reference   the answer of a model that saw neither (optional): what remains is not that a record is easy
//
// Errors: EInvalid, with file, row and column.
func Membership(members, others string, limits MembershipLimits) (*Report, error) {
	const op = "trial.membership"
	limits.AUC, limits.Told = cmp.Or(limits.AUC, .6), cmp.Or(limits.Told, .05)
	in, how, err := signals(members, op)
	if err != nil {
		return nil, err
	}
	out, howOthers, err := signals(others, op)
	if err != nil {
		return nil, err
	}
	if how != howOthers {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s gives %s, %s gives %s: the files need the same columns", members, how, others, howOthers)
	}
	r := &Report{Probe: "membership", Rows: int64(len(in) + len(out)), Notes: []string{"signal: " + how}}
	a, err := privacy.Membership(in, out, level, .01, .001)
	switch {
	case errors.Is(err, privacy.ErrFew):
		r.add(kind.ModelResult{Name: "attack AUC", State: Unknown, Limit: limits.AUC, N: r.Rows, Why: "at least 50 members and 50 others are needed"})
		return r.decide(), nil
	case errors.Is(err, performance.ErrConstant):
		r.add(kind.ModelResult{Name: "attack AUC", Value: .5, Low: .5, High: .5, State: Pass, Limit: limits.AUC, N: r.Rows})
		return r.decide(), nil
	case err != nil:
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	r.most("attack AUC", a.AUC, limits.AUC)
	for _, x := range a.At {
		limit := limits.Told
		if x.FPR < .01 {
			limit /= 5
		}
		r.most(fmt.Sprintf("members told at %s false hits", percent(x.FPR)), x.TPR, limit)
	}
	r.Notes = append(r.Notes, fmt.Sprintf("greatest advantage: %.3f (seen on these rows, so a little too great)", a.Advantage),
		"a better attack may find more: passing does not show that nothing leaks")
	return r.decide(), nil
}

// signals reads the signal of each row: greater means likelier a member.
func signals(name, op string) ([]float64, string, error) {
	c, err := readTable(name, op)
	if err != nil {
		return nil, "", err
	}
	c.called("score", "label", "loss", "reference")
	if c.has("loss") {
		x, err := c.number(name, "loss", op)
		if err != nil {
			return nil, "", err
		}
		for i := range x {
			x[i] = -x[i]
		}
		return x, "loss", nil
	}
	score, err := c.number(name, "score", op)
	if err != nil {
		return nil, "", err
	}
	for i, p := range score {
		if p < 0 || p > 1 {
			return nil, "", wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column score: %v is no probability; give a column loss instead", name, i+1, p)
		}
	}
	if !c.has("label") {
		for i, p := range score {
			score[i] = max(p, 1-p)
		}
		return score, "how sure answers are", nil
	}
	label, err := c.truth(name, "label", op)
	if err != nil {
		return nil, "", err
	}
	how := "loss of the true label"
	var reference []float64
	if c.has("reference") {
		if reference, err = c.number(name, "reference", op); err != nil {
			return nil, "", err
		}
		how += ", less that of a reference model"
	}
	for i, p := range score {
		score[i] = privacy.Loss(p, label[i])
		if reference != nil {
			score[i] = privacy.Calibrated(score[i], privacy.Loss(reference[i], label[i]))
		}
	}
	return score, how, nil
}

// OneRunOptions say what was promised.
type OneRunOptions struct {
	Epsilon    float64 // 0: 3
	Delta      float64
	Confidence float64 // 0: 0.95
	Guess      float64 // of scores: share of records guessed on, half as in, half as out; 0: 0.2
}

// OneRun audits one training run: records were put in or left out by the toss of a
// coin, and somebody who did not know guessed. The file has a row per record:
//
//	included    1 if it was put in
//	guess       1 or in, 0 or out, empty where none was made; or
//	score       greater means likelier in: the most extreme are guessed, the share is chosen beforehand
//
// Errors: EInvalid, with file, row and column.
func OneRun(guesses string, o OneRunOptions) (*Report, error) {
	const op = "trial.one-run"
	o.Epsilon, o.Confidence, o.Guess = cmp.Or(o.Epsilon, 3), cmp.Or(o.Confidence, .95), cmp.Or(o.Guess, .2)
	if !(o.Guess > 0 && o.Guess <= 1) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the share of guesses is %v; want more than 0, at most 1", o.Guess)
	}
	c, err := readTable(guesses, op)
	if err != nil {
		return nil, err
	}
	c.called("included", "guess")
	in, err := c.truth(guesses, "included", op)
	if err != nil {
		return nil, err
	}
	made, right := 0, 0
	if c.has("guess") {
		made, right, err = counted(c, guesses, in, op)
	} else {
		var score []float64
		if score, err = c.number(guesses, "score", op); err == nil {
			made, right = extremes(score, in, o.Guess)
		}
	}
	if err != nil {
		return nil, err
	}
	a, err := privacy.Audit(c.rows, made, right, o.Delta, o.Confidence)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	r := &Report{Probe: "membership", Rows: int64(c.rows), Notes: []string{
		fmt.Sprintf("%d of %d guesses right, %d records, δ %g", right, made, c.rows, o.Delta),
		"ε is at least this with the confidence given; it may be greater"}}
	m := kind.ModelResult{Name: "lower bound of ε", Value: a.Epsilon, Low: a.Epsilon, Limit: o.Epsilon, N: int64(made), State: Pass}
	switch {
	case a.Epsilon > o.Epsilon:
		m.State = Fail
	case bestBound(c.rows, made, o) <= o.Epsilon:
		m.State, m.Why = Unknown, "even if all guesses were right, so few could not show more than the limit"
	}
	r.add(m)
	return r.decide(), nil
}

// bestBound is what would be shown if all guesses were right.
func bestBound(records, made int, o OneRunOptions) float64 {
	a, err := privacy.Audit(records, made, made, o.Delta, o.Confidence)
	if err != nil {
		return 0
	}
	return a.Epsilon
}

func counted(c *columns, file string, in []bool, op string) (made, right int, err error) {
	for i := range in {
		said := ""
		if x, ok := c.nums["guess"]; ok && x[i] == x[i] {
			said = fmt.Sprint(x[i])
		} else if !ok {
			said = c.texts["guess"][i]
		}
		var yes bool
		switch said {
		case "", "abstain":
			continue
		case "1", "in", "yes", "true":
			yes = true
		case "0", "out", "no", "false":
		default:
			return 0, 0, wardround.Errorf(wardround.EInvalid, op, "%s: row %d, column guess: want in, out or nothing", file, i+1)
		}
		made++
		if yes == in[i] {
			right++
		}
	}
	return made, right, nil
}

// extremes guesses on the records with the greatest and the least scores.
func extremes(score []float64, in []bool, share float64) (made, right int) {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	half := int(share * float64(len(score)) / 2)
	for k := range half {
		made += 2
		if !in[order[k]] {
			right++
		}
		if in[order[len(order)-1-k]] {
			right++
		}
	}
	return made, right
}
