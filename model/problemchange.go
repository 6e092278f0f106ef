package model

import (
	"fmt"
	"slices"
	"strings"
)

func (v *judge) pccp() {
	p := v.plan.PCCP
	if p == nil {
		return // a maker may have none: then every change needs people
	}
	if empty(p.Authorised) {
		v.weak("pccp.authorised", "pccp.authorised", "Until it is authorised nothing is inside it: every change needs people.", "nobody has authorised the change control plan yet")
	}
	if len(p.Changes) == 0 {
		v.wrong("pccp.changes", "pccp", "FDA final guidance, section VI: a description of the planned modifications.", "no change is described")
	}
	for _, x := range []struct{ name, text string }{{"data", p.Protocol.Data}, {"retraining", p.Protocol.Retraining}, {"evaluation", p.Protocol.Evaluation}, {"update", p.Protocol.Update}} {
		if empty(x.text) {
			v.wrong("pccp.protocol", "pccp.protocol."+x.name, "FDA final guidance, section VII: data management, re-training, performance evaluation, update procedures.", "the modification protocol says nothing of %s", x.name)
		}
	}
	if empty(p.Rollback) {
		v.wrong("pccp.rollback", "pccp.rollback", "What cannot be taken back must not be tried on patients.", "it is not said how one goes back to the version before")
	}
	ids := map[string]bool{}
	assessed := map[string]bool{}
	for _, i := range p.Impact {
		assessed[i.Change] = true
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		path := fmt.Sprintf("pccp.changes[%d]", i)
		if empty(c.ID) || ids[c.ID] {
			v.wrong("pccp.id", path, "", "the change's id %q is empty or taken", c.ID)
		}
		ids[c.ID] = true
		v.change(path, c)
		if !assessed[c.ID] && !assessed["*"] {
			v.wrong("pccp.impact", path, "FDA final guidance, section VIII: benefits, risks and their mitigation, change by change and together.", "%s: no impact assessment", c.ID)
		}
	}
	for i, x := range p.Impact {
		path := fmt.Sprintf("pccp.impact[%d]", i)
		if x.Change != "*" && !ids[x.Change] {
			v.wrong("pccp.impact", path+".change", "", "there is no change %q", x.Change)
		}
		if empty(x.Risk) || empty(x.Mitigation) {
			v.wrong("pccp.impact", path, "A change without a risk was not thought through.", "%s: name the risk and what is done about it", x.Change)
		}
	}
}

func (v *judge) change(path string, c *AllowedChange) {
	if len(c.What) == 0 {
		v.wrong("pccp.what", path, "", "%s: what may change is not said", c.ID)
	}
	for _, w := range c.What {
		switch {
		case w == string(IntendedUseChange):
			v.wrong("pccp.use", path+".what", "A change of the intended use is a new device: no change control plan covers it (FDA final guidance, section V).", "%s: the intended use cannot be in a change control plan", c.ID)
		case !slices.Contains(Kinds, Kind(w)):
			v.wrong("pccp.what", path+".what", "", "%s: %q is not one of %s", c.ID, w, kindNames())
		}
	}
	if len(c.Criteria) == 0 {
		v.wrong("pccp.criteria", path, "A change without an acceptance criterion is any change.", "%s: no acceptance criterion", c.ID)
	}
	if len(c.Range) != 0 && (len(c.Range) != 2 || c.Range[0] > c.Range[1]) {
		v.wrong("pccp.range", path+".range", "", "%s: a range is [lowest, highest]", c.ID)
	}
	if slices.Contains(c.What, string(PointChange)) && len(c.Range) == 0 {
		v.wrong("pccp.range", path, "A threshold that may go anywhere may go where it misses everyone.", "%s: an operating point may move, and between which values is not said", c.ID)
	}
	v.criteria(path, c.ID, c.Criteria)
}

func (v *judge) criteria(path, id string, list []Criterion) {
	for i, c := range list {
		at := fmt.Sprintf("%s.criteria[%d]", path, i)
		v.metric(at, id, c.Metric)
		v.group(at, id, c.Group)
		if c.Point != "" && !v.point(c.Point) {
			v.wrong("criterion.point", at+".operating_point", "", "%s: no output has an operating point %q", id, c.Point)
		}
		if c.AtLeast == nil && c.AtMost == nil && c.NoWorseBy == nil {
			v.wrong("criterion.limit", at, "A criterion without a limit is always met.", "%s: %s has no limit; say at_least, at_most or no_worse_by", id, c.Metric)
		}
		if c.NoWorseBy != nil && *c.NoWorseBy < 0 {
			v.wrong("criterion.limit", at+".no_worse_by", "", "%s: no_worse_by is 0 or more", id)
		}
		if !slices.Contains([]string{"", "estimate", "interval"}, c.Bound) {
			v.wrong("criterion.bound", at+".bound", "", "%s: the bound is estimate or interval, not %q", id, c.Bound)
		}
		if c.MinUnits <= 0 {
			v.weak("criterion.min_units", at, "A metric of ten patients meets a criterion by chance.", "%s: %s has no minimum number of units", id, c.Metric)
		}
	}
}

func (v *judge) deployment() {
	if f := v.plan.Fallback; f == nil {
		v.wrong("fallback", "fallback", "When the model is wrong at three in the morning somebody must know how to work without it (AI Act Art. 14(4)(e), 15(4)).", "there is no fallback")
	} else {
		if empty(f.Plan) {
			v.wrong("fallback.plan", "fallback", "", "what is done without the model is not said")
		}
		if len(f.SwitchOff) == 0 {
			v.wrong("fallback.switch_off", "fallback", "If it is nobody's right to switch it off, nobody does (AI Act Art. 14(4)(e), 26(5)).", "who may switch it off is not said")
		}
		if f.Tested.IsZero() {
			v.weak("fallback.tested", "fallback", "A fallback that was never tried is a hope.", "the fallback was never tried, or when is not said")
		}
	}
	a := v.plan.Acceptance
	if a == nil {
		if v.plan.Model.Role == "deployer" {
			v.wrong("acceptance", "acceptance", "A maker's figures are from the maker's patients; whether it works here is seen here only.", "the deployer's plan has no acceptance protocol")
		}
		return
	}
	if len(a.By) == 0 {
		v.wrong("acceptance.by", "acceptance", "", "who accepts is not said")
	}
	if empty(a.Reference) {
		v.wrong("acceptance.reference", "acceptance", "Drift is measured against something: for a deployer that is the local data the model was accepted on, not the maker's.", "no local reference is named")
	}
	if len(a.Criteria) == 0 {
		v.wrong("acceptance.criteria", "acceptance", "Acceptance without a criterion is a signature.", "no criterion of acceptance")
	}
	v.criteria("acceptance", "acceptance", a.Criteria)
	if a.MinUnits <= 0 {
		v.weak("acceptance.min_units", "acceptance", "", "how many local patients are needed is not said")
	}
}

func kindNames() string {
	var out []string
	for _, k := range Kinds {
		if k != IntendedUseChange {
			out = append(out, string(k))
		}
	}
	return strings.Join(out, ", ")
}
