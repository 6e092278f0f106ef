package behaviour

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
)

// owner is who a fact about an artefact is of: the release if it is told whole, else
// the model in use, else the site.
func (f *Fold) owner(maker, product, version, called string) (string, *instance) {
	if id := f.releaseOf(maker, product, version); id != "" {
		return ofRelease + string(id), f.instances[called]
	}
	if m := f.instances[called]; m != nil {
		return ofModel + called, m
	}
	return ofSite, nil
}

// sayAt judges whatever a fact is of.
func (f *Fold) sayAt(owner string, o *wardround.Observation, j check.Judgement) {
	j.At, j.Sensor = o.At, o.Sensor
	if o.Blob != nil {
		j.Evidence = o.Blob.Digest
	}
	if key, ok := strings.CutPrefix(owner, ofModel); ok {
		f.sayOf(f.instances[key], j)
		return
	}
	f.say(owner, j)
}

// label is how people call what a fact is of.
func label(maker, product, version, called string) string {
	if product == "" {
		return called
	}
	return strings.TrimSpace(strings.Join([]string{maker, product, version}, " "))
}

// scanned judges an artefact by what the gate found.
func (f *Fold) scanned(o *wardround.Observation, x *kind.ModelScannedV1) {
	owner, m := f.owner(x.Maker, x.Product, x.Version, x.Model)
	j := check.Judgement{Topic: "artefact", Item: cmp.Or(x.File, x.SHA256), N: x.Bytes,
		Facts: wardround.Facts{"model": label(x.Maker, x.Product, x.Version, x.Model), "file": x.File, "sha256": x.SHA256, "verdict": x.Verdict, "format": x.Format}}
	var rules, calls []string
	for i := range x.Rules {
		if r := &x.Rules[i]; r.Level != "note" && len(rules) < 8 {
			rules = append(rules, r.ID)
		}
	}
	for i := range x.Callables {
		if c := &x.Callables[i]; (c.Class == "malicious" || c.Class == "unknown") && len(calls) < 8 {
			calls = append(calls, clip(c.Name, 80))
		}
	}
	if len(rules) > 0 {
		j.Facts["rules"] = rules
	}
	if len(calls) > 0 {
		j.Facts["calls"] = calls
	}
	switch x.Verdict {
	case "inert", "safe":
		j.State = wardround.Pass
	case "malicious":
		j.State, j.Severity, j.Hostile = wardround.Fail, wardround.High, true
		j.Facts["trouble"] = "loading it runs what an attacker would"
	case "unreadable":
		j.State, j.Severity = wardround.Fail, wardround.Medium
		j.Facts["trouble"] = "it cannot be read to its end, so what loading it does is not known"
	default:
		j.State, j.Why = wardround.Unknown, "loading it would call what nobody has judged"
	}
	f.sayAt(owner, o, j)
	if m != nil {
		f.event(m, Event{At: o.At, Kind: EventArtefact, Said: "its artefact was scanned", State: j.State, After: x.Verdict, Digest: j.Evidence, Seq: o.Seq})
	}
}

// verified judges a signature.
func (f *Fold) verified(o *wardround.Observation, x *kind.ModelVerifiedV1) error {
	key := kind.ModelKey(x.Model, x.Service)
	var m *instance
	owner := ""
	if x.When == "load" && x.Model != "" {
		if m = f.open(o, key); m == nil {
			return nil
		}
		m.dirty = true
		f.version(o, m, x.Version)
		owner = ofModel + key
	} else {
		owner, m = f.owner(x.Maker, x.Product, x.Version, key)
	}
	j := check.Judgement{Topic: "signature", Item: cmp.Or(x.When, "rest"),
		Facts: wardround.Facts{"model": label(x.Maker, x.Product, x.Version, x.Model), "when": cmp.Or(whens[x.When], whens["rest"]), "sha256": x.SHA256, "result": x.Result}}
	for name, v := range map[string]string{"file": x.File, "signer": x.Signer, "method": x.Method, "service": x.Service} {
		if v != "" {
			j.Facts[name] = v
		}
	}
	switch {
	case x.Result == "verified" && !x.Legacy:
		j.State = wardround.Pass
	case x.Result == "verified" || x.Result == "weak":
		j.State, j.Severity = wardround.Fail, wardround.Low
		j.Facts["trouble"] = "its signature is of an old form that proves less"
	case x.Result == "unsigned":
		j.State, j.Severity = wardround.Fail, wardround.Medium
		j.Facts["trouble"] = "nobody signed it"
	case x.Result == "failed":
		j.State, j.Severity, j.Hostile = wardround.Fail, wardround.High, true
		j.Facts["trouble"] = "it is not what was signed"
		if x.Changed > 0 {
			j.Facts["trouble"] = fmt.Sprintf("%d of its files are not what was signed", x.Changed)
		}
	default:
		j.State, j.Why = wardround.Unknown, "its signature could not be verified"
	}
	if x.Problem != "" {
		j.Facts["problem"] = clip(x.Problem, 200)
	}
	before, _ := f.had(owner, j.Topic, j.Item)
	f.sayAt(owner, o, j)
	if m != nil && j.State != before {
		f.event(m, Event{At: o.At, Kind: EventSignature, Said: "its signature was verified", State: j.State, After: x.Result, Digest: x.SHA256, Seq: o.Seq})
	}
	return nil
}

var whens = map[string]string{"load": "when it was loaded", "rest": "where it lies", "release": "for its release"}

// topics of trials.
var probes = map[string]string{
	"robustness": "robustness", "membership": "membership", "poisoning": "poisoning", "extraction": "extraction",
	"feedback": "feedback", "prompt": "prompt", "outlier": "outlier",
}

// probed judges a trial by its measures.
func (f *Fold) probed(o *wardround.Observation, x *kind.ModelProbedV1) {
	topic, ok := probes[x.Probe]
	if !ok {
		return
	}
	owner, _ := f.owner(x.Maker, x.Product, x.Version, kind.ModelKey(x.Model, x.Service))
	j := check.Judgement{Topic: topic, Item: "trial", State: wardround.Pass, N: x.Rows,
		Facts: wardround.Facts{"model": label(x.Maker, x.Product, x.Version, x.Model), "measures": max(len(x.Measures), x.Of), "rows": x.Rows}}
	if x.Tool != "" {
		j.Facts["tool"] = x.Tool
	}
	if x.Grant != "" {
		j.Facts["grant"] = x.Grant
	}
	var failed []string
	unknown := len(x.Measures) == 0
	for i := range x.Measures {
		r := &x.Measures[i]
		switch r.State {
		case "fail":
			if len(failed) == 0 {
				j.Statistic, j.PLow, j.PHigh, j.Limit = r.Value, r.Low, r.High, r.Limit
			}
			failed = append(failed, fmt.Sprintf("%s is %s, the limit is %s", r.Name, number(r.Value), number(r.Limit)))
		case "pass":
		default:
			unknown = true
		}
	}
	switch {
	case len(failed) > 0:
		j.State = wardround.Fail
		j.Facts["trouble"] = join(failed[:min(len(failed), 4)])
	case x.Problem != "":
		j.State, j.Why = wardround.Unknown, "the trial ended early"
		j.Facts["problem"] = clip(x.Problem, 200)
	case unknown:
		j.State, j.Why = wardround.Unknown, "the trial does not tell"
	}
	f.sayAt(owner, o, j)
}

// logs judges the event logs of an AI system.
func (f *Fold) logs(o *wardround.Observation, x *kind.ModelLogsV1) error {
	m := f.open(o, x.Key())
	if m == nil {
		return nil
	}
	m.dirty = true
	s, err := f.scene(o, m, "")
	if err != nil {
		return err
	}
	s.at = o.At
	plan := s.plan
	if plan == nil {
		plan = &model.Plan{}
	}
	v := plan.JudgeLogs([]model.LogEvidence{{Observed: true, At: o.At, Records: x.Records, Oldest: x.Oldest, Newest: x.Newest, Fields: x.Present,
		Kept: time.Duration(x.Retention) * model.Day, InUse: x.Began, Gaps: x.Gaps, Problem: x.Problem}}, o.At)
	why := slices.DeleteFunc(v.Why, func(w string) bool { return s.plan == nil && w == "no plan says where the logs lie" })
	j := check.Judgement{Topic: "logs", Item: "event logs", N: x.Records, Facts: wardround.Facts{"where": x.Where, "records": x.Records, "exist": string(v.Exist), "complete": string(v.Complete), "kept": string(v.Kept)}}
	if !x.Oldest.IsZero() {
		j.Facts["oldest"] = x.Oldest.UTC().Format(time.DateOnly)
	}
	switch v.State() {
	case model.Yes:
		j.State = wardround.Pass
	case model.No:
		j.State = wardround.Fail
		j.Facts["trouble"] = clip(join(why), 600)
	default:
		j.State, j.Why = wardround.Unknown, "what is known of the logs does not tell"
		j.Facts["trouble"] = clip(join(why), 600)
	}
	s.say(j)
	return nil
}

// decided takes in what a person decided.
func (f *Fold) decided(o *wardround.Observation, x *kind.ModelDecidedV1) error {
	for _, m := range f.sorted() {
		maker, product := f.product(m)
		one := x.Model != "" && (m.Key == kind.ModelKey(x.Model, x.Service) || x.Service == "" && m.name() == x.Model)
		if !one && !(x.Model == "" && folded(product) == folded(x.Product) && (x.Maker == "" || folded(maker) == folded(x.Maker))) {
			continue
		}
		version := cmp.Or(x.Version, m.Version)
		said := ""
		switch x.Act {
		case "accept":
			m.Accepted, m.Until, m.Refused, said = version, x.Until, "", "a person accepted it for use here"
		case "refuse":
			m.Refused, m.Accepted, said = version, "", "a person refused it for use here"
		case "allow":
			m.Allowed, said = version, "a person allowed the change"
		case "learn":
			f.learn(o, m)
			said = "a person made what was seen here its reference"
		case "switch-off":
			m.Off, said = o.At, "a person switched it off"
		case "switch-on":
			m.Off, m.Still, said = time.Time{}, time.Time{}, "a person switched it on again"
		default:
			continue
		}
		m.dirty = true
		f.event(m, Event{At: o.At, Kind: EventDecision, Said: said, After: version, Digest: x.Report, Seq: o.Seq})
		f.change(o, m)
		if err := f.consider(o, m); err != nil {
			return err
		}
	}
	return nil
}

// change judges whether the version that answers is one that was agreed: what the plan
// of before allows, or a person did.
func (f *Fold) change(o *wardround.Observation, m *instance) {
	if m.Before == "" {
		return
	}
	j := check.Judgement{Topic: "change", Item: "version", At: o.At, Sensor: o.Sensor, Facts: wardround.Facts{"before": m.Before, "after": m.Version, "since": m.Changed.UTC().Format(time.RFC3339)}}
	c, err := f.difference(m)
	switch {
	case m.Allowed == m.Version:
		j.State = wardround.Pass
		j.Facts["trouble"] = "a person allowed it"
	case err != nil:
		j.State, j.Why = wardround.Unknown, "what differs between the two versions is not known"
	case c.Verdict == model.Inside && len(c.Changes) > 0:
		j.State = wardround.Pass
		j.Facts["changes"] = len(c.Changes)
	case c.Verdict == model.Outside:
		j.State = wardround.Fail
		var out []string
		for _, ch := range c.Changes {
			if ch.Verdict == model.Outside && len(out) < 4 {
				out = append(out, clip(strings.TrimSpace(string(ch.What)+" "+ch.Item)+": "+ch.Why, 160))
			}
		}
		j.Facts["trouble"], j.Facts["changes"] = join(out), len(c.Changes)
	default:
		j.State, j.Why = wardround.Unknown, "what differs between the two versions is not known"
	}
	f.sayOf(m, j)
}

// difference compares what is known of the two versions under the old one's plan.
func (f *Fold) difference(m *instance) (*model.Comparison, error) {
	old := *m
	old.Version = m.Before
	var plan *model.Plan
	facts := func(m *instance) (*model.Facts, bool, error) {
		out, known := &model.Facts{}, false
		if d := f.inForce(m, "plan", ""); d != nil && d.Problem == "" {
			p, err := f.plan(d.Digest)
			if err != nil {
				return nil, false, err
			}
			if m == &old {
				plan = p
			}
			out.OfPlan(p)
			known = true
		}
		if d := f.inForce(m, "card", ""); d != nil && d.Problem == "" {
			c, err := f.card(d.Digest)
			if err != nil {
				return nil, false, err
			}
			for _, x := range c.Cards {
				out.OfCard(x)
			}
			known = true
		}
		return out, known, nil
	}
	before, ok, err := facts(&old)
	if err != nil {
		return nil, err
	}
	after, ok2, err := facts(m)
	if err != nil {
		return nil, err
	}
	diff, err := f.weights(m)
	if err != nil {
		return nil, err
	}
	if (!ok || !ok2) && diff == nil {
		return nil, &refusal{wardround.Errorf(wardround.ENotFound, "behaviour", "nothing is known of one of the versions")}
	}
	return model.Compare(before, after, diff, plan), nil
}

// card reads a card.
func (f *Fold) card(digest string) (*modelcard.Document, error) {
	return f.cards.get(digest, func() (*modelcard.Document, error) { return read(f.opt.Blobs, digest, readCard) })
}

// reconsider judges anew the models that a document holds for.
func (f *Fold) reconsider(o *wardround.Observation, d *document) error {
	for _, m := range f.sorted() {
		maker, product := f.product(m)
		if d.is(m, maker, product) > 0 || d.Model == "" && folded(d.Product) == folded(product) {
			f.change(o, m)
			if err := f.consider(o, m); err != nil {
				return err
			}
		}
	}
	return nil
}
