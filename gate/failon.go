package gate

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/gate/rule"
)

// Condition is a compiled condition about a row.
type Condition struct {
	text string
	all  bool // of affected rows
	none bool
	min  wardround.Severity
	prg  cel.Program
}

// costLimit bounds what one evaluation of a condition may cost.
const costLimit = 100_000

// environment holds what a condition may speak of; every name is documented at
// docs/reference/gate.md.
func environment() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.Variable("vulnerability", cel.StringType), cel.Variable("aliases", cel.ListType(cel.StringType)), cel.Variable("ids", cel.ListType(cel.StringType)),
		cel.Variable("component", cel.StringType), cel.Variable("path", cel.StringType), cel.Variable("fixed", cel.ListType(cel.StringType)),
		cel.Variable("status", cel.StringType), cel.Variable("severity", cel.IntType), cel.Variable("score", cel.DoubleType),
		cel.Variable("kev", cel.BoolType), cel.Variable("epss", cel.DoubleType), cel.Variable("licences", cel.ListType(cel.StringType)),
		cel.Variable("claimed", cel.BoolType), cel.Variable("trust", cel.StringType),
		ext.Strings(), ext.Sets(),
	}
	for _, s := range []wardround.Severity{wardround.SeverityNone, wardround.Info, wardround.Low, wardround.Medium, wardround.High, wardround.Critical} {
		opts = append(opts, cel.Constant(strings.ToUpper(s.String()), cel.IntType, types.Int(s)))
	}
	return cel.NewEnv(opts...)
}

// FailOn reads what --fail-on is given: "any", "none", "kev", a severity (this or
// worse), or a CEL expression about a row. The short forms speak of affected rows
// only. Error: EInvalid.
func FailOn(text string) (*Condition, error) {
	c := &Condition{text: text}
	switch word := strings.ToLower(strings.TrimSpace(text)); word {
	case "", "any":
		c.all = true
		return c, nil
	case "none":
		c.none = true
		return c, nil
	case "kev":
		text = `status == "affected" && kev`
	default:
		if s, err := wardround.ParseSeverity(word); err == nil {
			c.min = s
			return c, nil
		}
	}
	env, err := environment()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "gate", err)
	}
	if c.prg, err = rule.Condition(env, text, costLimit); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "gate", "fail on %q: %v; known are vulnerability, aliases, ids, component, path, fixed, status, severity (>= HIGH), score, kev, epss, licences, claimed, trust", c.text, err)
	}
	return c, nil
}

// Rows lists the rows of a result, by index, for which the condition holds. Error:
// EInvalid for a condition that cannot be evaluated.
func (c *Condition) Rows(r *Result) ([]int, error) {
	var out []int
	for i := range r.Rows {
		ok, err := c.holds(&r.Rows[i])
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, i)
		}
	}
	return out, nil
}

// Unsure lists why a result without a row that fails is no clean one: what
// [Result.Unsure] says, and rows that cannot be told and for which the condition would
// hold were they affected. Error: EInvalid for a condition that cannot be evaluated.
func (c *Condition) Unsure(r *Result) ([]string, error) {
	out := r.Unsure()
	n, err := wouldHold(r.Rows, c.holds)
	if n > 0 {
		out = append(out, openRows(n))
	}
	return out, err
}

// wouldHold counts the rows that cannot be told and for which holds is true only if
// they are affected.
func wouldHold(rows []Row, holds func(*Row) (bool, error)) (n int, err error) {
	for i := range rows {
		if rows[i].Status != CannotTell {
			continue
		}
		row := rows[i]
		now, err := holds(&row)
		if err != nil {
			return 0, err
		}
		row.Status = Affected
		would, err := holds(&row)
		if err != nil {
			return 0, err
		}
		if would && !now {
			n++
		}
	}
	return n, nil
}

// openRows says how many rows cannot be told.
func openRows(n int) string {
	if n == 1 {
		return "of one row it is not known whether the component is affected"
	}
	return fmt.Sprintf("of %d rows it is not known whether the component is affected", n)
}

func (c *Condition) holds(row *Row) (bool, error) {
	switch {
	case c.none:
		return false, nil
	case c.all:
		return row.Status == Affected, nil
	case c.prg == nil:
		return row.Status == Affected && row.Severity >= c.min, nil
	}
	v, _, err := c.prg.Eval(variables(row))
	if err != nil {
		return false, wardround.Errorf(wardround.EInvalid, "gate", "%q on %s: %v", c.text, row.Vulnerability, err)
	}
	b, ok := v.Value().(bool)
	if !ok { // known only now, of a value of any type
		return false, wardround.Errorf(wardround.EInvalid, "gate", "%q on %s gives neither true nor false", c.text, row.Vulnerability)
	}
	return b, nil
}

// variables are what a condition sees of a row.
func variables(row *Row) map[string]any {
	trust := ""
	if row.Claim != nil {
		trust = row.Claim.Trust
	}
	licences := row.Licences
	if licences == nil {
		licences = []string{}
	}
	return map[string]any{
		"vulnerability": row.Vulnerability, "aliases": row.Aliases, "ids": append([]string{row.Vulnerability}, row.Aliases...),
		"component": row.Component, "path": row.Path, "fixed": row.Fixed, "status": string(row.Status), "severity": int64(row.Severity),
		"score": row.Score, "kev": row.Exploited, "epss": row.EPSS, "licences": licences, "claimed": row.Claim != nil, "trust": trust,
	}
}
