package gate

import (
	"io"
	"path"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/gate/rule"
)

// Policy says what may pass. It is YAML with conditions in CEL:
//
//	policy: 1
//	name: release gate
//	vex: [statements.openvex.json]   # applied in the same call
//	knowledge: {max_age: 168h}       # older: cannot tell
//	rules:
//	  - id: no-known-exploited
//	    for: vulnerability           # or component, document
//	    when: status == "affected" && kev
//	    action: fail                 # or warn
//	    say: It is exploited in the wild.
//	exceptions:
//	  - vulnerability: CVE-2099-1
//	    component: pkg:golang/example.org/*
//	    until: 2027-01-31
//	    reason: The function is not linked in; see ticket 7.
//	    by: Ann Ward
type Policy struct {
	Version   int      `yaml:"policy"`
	Name      string   `yaml:"name"`
	SBOM      string   `yaml:"sbom"` // the document, relative to the policy; the command line may name another
	VEX       []string `yaml:"vex"`
	Knowledge struct {
		MaxAge time.Duration `yaml:"max_age"`
		// Required are ecosystems of which something must be known.
		Required []string `yaml:"required"`
	} `yaml:"knowledge"`
	Rules      []Rule      `yaml:"rules"`
	Exceptions []Exception `yaml:"exceptions"`
}

// Rule is one condition: about each vulnerability (the default), each component, or the
// document.
type Rule = rule.Rule

// Exception lets what a rule would fail pass until a date. Whoever made it stands
// by it: reason and name are required, and it ends.
type Exception struct {
	Rule          string    `yaml:"rule"`
	Vulnerability string    `yaml:"vulnerability"`
	Component     string    `yaml:"component"` // with * for any text
	Until         time.Time `yaml:"until"`
	Reason        string    `yaml:"reason"`
	By            string    `yaml:"by"`
}

// Default is the policy when none is given: nothing that is exploited, and nothing
// of high severity that a fixed version is known for.
const Default = `policy: 1
name: default
rules:
  - id: known-exploited
    when: status == "affected" && kev
    say: It is exploited in the wild.
  - id: high-and-fixed
    when: status == "affected" && severity >= HIGH && size(fixed) > 0
    say: It is grave, and a fixed version is known.
  - id: affected
    when: status == "affected"
    action: warn
    say: It is affected.
`

// ReadPolicy reads and compiles a policy. Error: EInvalid with the rule that is wrong.
func ReadPolicy(r io.Reader) (*Policy, error) {
	const op = "gate.policy"
	var p Policy
	if err := rule.Read(r, &p, &p.Version); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(p.Rules) == 0 || len(p.Rules) > rule.MaxRules || len(p.Exceptions) > 10_000 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%d rules and %d exceptions; 1 to 1,000 and at most 10,000", len(p.Rules), len(p.Exceptions))
	}
	envs, err := environments()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	if err := rule.Compile(p.Rules, costLimit, envs, "vulnerability", "component", "document"); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	for i, e := range p.Exceptions {
		if strings.TrimSpace(e.Reason) == "" || strings.TrimSpace(e.By) == "" || e.Until.IsZero() || e.Vulnerability == "" && e.Component == "" && e.Rule == "" {
			return nil, wardround.Errorf(wardround.EInvalid, op, "exception %d needs a vulnerability, component or rule, and until, reason and by", i+1)
		}
		if _, err := path.Match(e.Component, ""); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "exception %d: component %q: %v", i+1, e.Component, err)
		}
	}
	return &p, nil
}

// environments are what conditions may speak of, by what the rule is for.
func environments() (map[string]*cel.Env, error) {
	rows, err := environment()
	if err != nil {
		return nil, err
	}
	component, err := cel.NewEnv(
		cel.Variable("component", cel.StringType), cel.Variable("name", cel.StringType), cel.Variable("version", cel.StringType), cel.Variable("type", cel.StringType),
		cel.Variable("supplier", cel.StringType), cel.Variable("licences", cel.ListType(cel.StringType)), cel.Variable("support", cel.StringType),
		cel.Variable("end_of_support", cel.StringType), cel.Variable("support_ended", cel.BoolType), cel.Variable("hashes", cel.IntType),
		cel.Variable("purl", cel.StringType), cel.Variable("path", cel.StringType), ext.Strings(), ext.Sets(),
	)
	if err != nil {
		return nil, err
	}
	document, err := cel.NewEnv(
		cel.Variable("components", cel.IntType), cel.Variable("identified", cel.IntType), cel.Variable("unidentified", cel.IntType),
		cel.Variable("missing_knowledge", cel.ListType(cel.StringType)), cel.Variable("format", cel.StringType), cel.Variable("product", cel.StringType),
		cel.Variable("version", cel.StringType), cel.Variable("authors", cel.ListType(cel.StringType)), cel.Variable("created", cel.StringType),
		cel.Variable("problems", cel.IntType), cel.Variable("quality", cel.MapType(cel.StringType, cel.StringType)), ext.Strings(), ext.Sets(),
	)
	if err != nil {
		return nil, err
	}
	return map[string]*cel.Env{"vulnerability": rows, "component": component, "document": document}, nil
}

func componentVariables(r *Result, m *matcher, c *sbom.Component, i int) map[string]any {
	licences := c.Licences
	if licences == nil {
		licences = []string{}
	}
	end := ""
	if !c.EndOfSupport.IsZero() {
		end = c.EndOfSupport.Format(time.DateOnly)
	}
	return map[string]any{
		"component": label(c), "name": c.Name, "version": c.Version, "type": string(c.Type), "supplier": c.Supplier, "licences": licences,
		"support": c.Support, "end_of_support": end, "support_ended": !c.EndOfSupport.IsZero() && !r.At.Before(c.EndOfSupport),
		"hashes": int64(len(c.Hashes)), "purl": c.PURL, "path": m.path(i),
	}
}

func label(c *sbom.Component) string {
	switch {
	case c.PURL != "":
		return c.PURL
	case c.Version != "":
		return c.Name + "@" + c.Version
	}
	return c.Name
}

// excepted finds an exception that covers a failure now; expired reports one that
// would have.
func (p *Policy) excepted(rule string, ids []string, component string, now time.Time) (found, expired *Exception) {
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		if e.Rule != "" && e.Rule != rule || e.Vulnerability != "" && !contains(ids, e.Vulnerability) || e.Component != "" && !glob(e.Component, component) {
			continue
		}
		// The day it ends on still counts.
		if now.Before(e.Until.AddDate(0, 0, 1)) {
			return e, nil
		}
		expired = e
	}
	return nil, expired
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// glob compares with * standing for any text, slashes included.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
