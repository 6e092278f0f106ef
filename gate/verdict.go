package gate

import (
	"time"

	"github.com/wardround/wardround"
)

// Outcome is what a gate says.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "pass"
	Refused Outcome = "fail"
	Unsure  Outcome = "cannot tell"
)

// Broken is one thing that a rule caught.
type Broken struct {
	Rule      string     `json:"rule"`
	Action    string     `json:"action"` // "fail", "warn", "excepted"
	Say       string     `json:"say"`
	Component string     `json:"component,omitempty"`
	Path      string     `json:"path,omitempty"`
	Row       *Row       `json:"match,omitempty"`
	Exception *Exception `json:"exception,omitempty"`
	// Expired is an exception that would have covered it.
	Expired *Exception `json:"expired_exception,omitempty"`
}

// Verdict is what a policy, or --fail-on, says of a result.
type Verdict struct {
	Outcome Outcome  `json:"outcome"`
	Policy  string   `json:"policy,omitempty"`
	Broken  []Broken `json:"broken,omitempty"`
	Unsure  []string `json:"unsure,omitempty"` // reasons why it cannot be told
	Failed  []int    `json:"-"`                // rows that fail, by index
}

// Judge applies the policy to a result. Errors: EInvalid for a condition that
// cannot be evaluated.
func (p *Policy) Judge(r *Result) (*Verdict, error) {
	v := &Verdict{Policy: p.Name, Outcome: Passed}
	m := &matcher{r: r}
	add := func(rule *Rule, b Broken, ids []string) {
		b.Rule, b.Action, b.Say = rule.ID, rule.Action, rule.Say
		if b.Say == "" {
			b.Say = rule.When
		}
		b.Exception, b.Expired = p.excepted(rule.ID, ids, b.Component, r.At)
		if b.Exception != nil {
			b.Action = "excepted"
		}
		if b.Action == "fail" {
			v.Outcome = Refused
		}
		v.Broken = append(v.Broken, b)
	}
	eval := func(rule *Rule, vars map[string]any, what string) (bool, error) {
		yes, err := rule.Holds(vars)
		if err != nil {
			return false, wardround.Errorf(wardround.EInvalid, "gate", "%s: %w", what, err)
		}
		return yes, nil
	}
	for i := range p.Rules {
		rule := &p.Rules[i]
		switch rule.For {
		case "vulnerability":
			for j := range r.Rows {
				row := &r.Rows[j]
				ok, err := eval(rule, variables(row), row.Vulnerability)
				if err != nil {
					return nil, err
				}
				if ok {
					n := len(v.Broken)
					add(rule, Broken{Component: row.Component, Path: row.Path, Row: row}, append([]string{row.Vulnerability}, row.Aliases...))
					if v.Broken[n].Action == "fail" {
						v.Failed = append(v.Failed, j)
					}
				}
			}
		case "component":
			for j := range r.doc.Components {
				c := &r.doc.Components[j]
				ok, err := eval(rule, componentVariables(r, m, c, j), label(c))
				if err != nil {
					return nil, err
				}
				if ok {
					add(rule, Broken{Component: label(c), Path: m.path(j)}, nil)
				}
			}
		case "document":
			ok, err := eval(rule, r.documentVariables(), r.Name)
			if err != nil {
				return nil, err
			}
			if ok {
				add(rule, Broken{Component: r.Product}, nil)
			}
		}
	}
	v.Unsure = p.unsure(r)
	for i := range p.Rules {
		rule := &p.Rules[i]
		if rule.For != "vulnerability" || rule.Action != "fail" {
			continue
		}
		n, err := wouldHold(r.Rows, func(row *Row) (bool, error) {
			if x, _ := p.excepted(rule.ID, append([]string{row.Vulnerability}, row.Aliases...), row.Component, r.At); x != nil {
				return false, nil
			}
			return eval(rule, variables(row), row.Vulnerability)
		})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			v.Unsure = append(v.Unsure, openRows(n)+"; rule "+rule.ID+" would then be broken")
		}
	}
	if v.Outcome == Passed && len(v.Unsure) > 0 {
		v.Outcome = Unsure
	}
	return v, nil
}

func (r *Result) documentVariables() map[string]any {
	str := func(l []string) []string {
		if l == nil {
			return []string{}
		}
		return l
	}
	created := ""
	if !r.doc.Created.IsZero() {
		created = r.doc.Created.Format(time.DateOnly)
	}
	return map[string]any{
		"components": int64(r.Components), "identified": int64(r.Matched), "unidentified": int64(r.Without), "missing_knowledge": str(r.Missing),
		"format": r.Format, "product": r.Product, "version": r.Version, "authors": str(r.doc.Authors), "created": created,
		"problems": int64(len(r.doc.Problems)), "quality": r.quality(),
	}
}

// unsure lists why a pass would say more than is known.
func (p *Policy) unsure(r *Result) []string {
	out := r.Unsure()
	if p.Knowledge.MaxAge > 0 {
		for _, f := range r.Feeds {
			if !f.At.IsZero() && r.At.Sub(f.At) > p.Knowledge.MaxAge {
				out = append(out, "the feed "+f.Name+" is of "+f.At.Format(time.DateTime)+", older than the policy allows")
			}
		}
	}
	for _, e := range p.Knowledge.Required {
		found := false
		for _, f := range r.Feeds {
			for _, x := range f.Ecosystems {
				found = found || x == e
			}
		}
		if !found {
			out = append(out, "nothing is known of "+e+", which the policy requires")
		}
	}
	return out
}

// Unsure lists why a clean result would say more than is known.
func (r *Result) Unsure() []string {
	var out []string
	if len(r.Feeds) == 0 {
		out = append(out, "there is no knowledge at all; see: wardround feed import --help")
	}
	for _, e := range r.Missing {
		if e == "cpe" {
			out = append(out, "there are components that only a CPE names, and no knowledge by CPE, such as NVD's")
			continue
		}
		out = append(out, "there are components of "+e+", and no knowledge of it")
	}
	if r.Components > 0 && r.Matched == 0 && r.Base == "" {
		out = append(out, "no component says what it is")
	}
	return out
}
