package pipeline

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/publication"
)

// Names of content. "check/ID" holds a check's thresholds as a JSON object of
// numbers, "check/ID/off" the reason it is switched off.
const (
	ContentZones = "zones" // JSON list of wardround.Zone
	// ContentEmbargo and the id of a vulnerability: who it is for until it is public.
	ContentEmbargo = "embargo/"
)

// content is the versioned settings that can change a verdict.
type content struct {
	rows       map[string]wardround.ContentRow
	thresholds map[string]map[string]float64
	generation uint64
}

func newContent() *content {
	return &content{rows: map[string]wardround.ContentRow{}, thresholds: map[string]map[string]float64{}}
}

func (c *content) set(row wardround.ContentRow) {
	if strings.HasPrefix(row.Name, publication.Prefix) {
		c.rows[row.Name] = row // nothing is judged by a draft
		return
	}
	c.generation = max(c.generation, row.Generation)
	if row.Value == nil {
		delete(c.rows, row.Name)
	} else {
		c.rows[row.Name] = row
	}
	if id, ok := strings.CutPrefix(row.Name, "check/"); ok && !strings.HasSuffix(id, "/off") {
		var m map[string]float64
		if row.Value != nil && json.Unmarshal(row.Value, &m) == nil {
			c.thresholds[id] = m
		} else {
			delete(c.thresholds, id)
		}
	}
}

func (c *content) zones() []wardround.Zone {
	var z []wardround.Zone
	if row, ok := c.rows[ContentZones]; ok {
		if json.Unmarshal(row.Value, &z) != nil {
			return nil // refused when it was set; see changeContent
		}
	}
	return z
}

func (c *content) off(id string) bool {
	_, ok := c.rows["check/"+id+"/off"]
	return ok
}

func (c *content) setting(id, name string) (float64, bool) {
	v, ok := c.thresholds[id][name]
	return v, ok
}

// ValidateContent checks a setting before it is appended to the log. Errors: EInvalid.
func ValidateContent(name, value string) error {
	return validContent(name, value, func(id string) bool { return check.Lookup(id) != nil })
}

func validContent(name, value string, known func(id string) bool) error {
	const op = "content"
	id, ofCheck := strings.CutPrefix(name, "check/")
	id, off := strings.CutSuffix(id, "/off")
	if _, ok := strings.CutPrefix(name, ContentEmbargo); ok {
		return validEmbargo(op, name, value)
	}
	switch {
	case name != ContentZones && (!ofCheck || id == ""):
		return wardround.Errorf(wardround.EInvalid, op, "no setting %q", name)
	case value == "":
		return nil
	case !ofCheck:
		return validZones(op, value)
	case !known(id):
		return wardround.Errorf(wardround.EInvalid, op, "no check %q", id)
	case off:
		var reason string
		if err := json.Unmarshal([]byte(value), &reason); err != nil || reason == "" {
			return wardround.Errorf(wardround.EInvalid, op, "switching %s off needs a reason", id)
		}
		return nil
	}
	var m map[string]float64
	if err := json.Unmarshal([]byte(value), &m); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: thresholds are an object of numbers: %w", id, err)
	}
	return nil
}

func validEmbargo(op, name, value string) error {
	id := strings.TrimPrefix(name, ContentEmbargo)
	if id == "" || len(id) > 200 || strings.ContainsAny(id, "/ \t\r\n") {
		return wardround.Errorf(wardround.EInvalid, op, "%q is no id of a vulnerability", id)
	}
	if value == "" {
		return nil
	}
	var x struct {
		Reason string     `json:"reason"`
		Until  *time.Time `json:"until"`
		IDs    []string   `json:"ids"`
		People []string   `json:"people"`
	}
	if err := json.Unmarshal([]byte(value), &x); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "embargo of %s: %w", id, err)
	}
	if strings.TrimSpace(x.Reason) == "" {
		return wardround.Errorf(wardround.EInvalid, op, "an embargo of %s needs a reason", id)
	}
	return nil
}

func validZones(op, value string) error {
	var zones []wardround.Zone
	if err := json.Unmarshal([]byte(value), &zones); err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "zones: %w", err)
	}
	seen := map[wardround.ZoneID]bool{}
	for _, z := range zones {
		switch {
		case z.ID == "" || seen[z.ID]:
			return wardround.Errorf(wardround.EInvalid, op, "zones: id %q is empty or named twice", z.ID)
		case z.ID == wardround.ZonePublic || z.ID == wardround.ZoneLocal:
			return wardround.Errorf(wardround.EInvalid, op, "zones: %q is a zone that every site has; choose another id", z.ID)
		}
		seen[z.ID] = true
	}
	return nil
}

// changeContent applies a new version of a setting. It is audited as evidence.
func (p *Pipeline) changeContent(s *check.Seen, f *kind.ContentChangedV1) {
	known := func(id string) bool { return p.checkOf(id) != nil || check.Lookup(id) != nil }
	if validContent(f.Name, f.Value, known) != nil {
		return // refused before the log; a log from elsewhere may still hold it
	}
	row := wardround.ContentRow{Name: f.Name, Generation: s.Seq, By: string(f.By), Reason: string(f.Reason), At: s.At}
	if f.Value != "" {
		row.Value = []byte(f.Value)
	}
	same := string(p.content.rows[f.Name].Value) == f.Value
	p.content.set(row)
	p.commit.Content = append(p.commit.Content, row)
	p.commit.Evidence = append(p.commit.Evidence, evidence("content", "changed", s.Observation, f))
	if same {
		return
	}
	id, ofCheck := strings.CutPrefix(f.Name, "check/")
	id, off := strings.CutSuffix(id, "/off")
	switch {
	case strings.HasPrefix(f.Name, ContentEmbargo): // the portfolio has taken it in
	case !ofCheck:
		p.inv.SetZones(p.content.zones())
	case off && f.Value != "":
		p.fadeAll(id, "check switched off", "check switched off")
		p.wakes.park(id)
	case off:
		p.wakes.unpark(id)
	default: // what failed the old threshold goes on failing until it is judged by the new one
		p.fadeAll(id, "a setting of the check was changed; not judged by it yet", "setting changed", wardround.Pass)
	}
}

// said applies what a person said of the inventory; a zone's baseline is adopted
// here, all else by the inventory itself.
func (p *Pipeline) said(s *check.Seen, f *kind.InventorySaidV1) {
	if f.Act == "accept" || f.Act == "reject" {
		if p.inv.View().Proposal(f.Proposal) == nil {
			p.baseline(s, f)
		}
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence("action", f.Act, s.Observation, f))
}

// baseline answers the proposal of an "as found" list.
func (p *Pipeline) baseline(s *check.Seen, f *kind.InventorySaidV1) {
	zones := map[wardround.ZoneID]bool{}
	for _, row := range p.learned.m {
		z, _ := unzoned(row.Set)
		zones[z] = true
	}
	for z := range zones {
		id := wardround.DeriveID("p", string(p.opt.Scope.Org), string(p.opt.Scope.Site), "baseline", string(z))
		if id != f.Proposal {
			continue
		}
		state := "rejected"
		if f.Act == "accept" {
			state = "accepted"
			p.learned.adopt(z)
		}
		p.commit.Proposals = append(p.commit.Proposals, &wardround.Proposal{
			ID: id, Scope: p.opt.Scope, Kind: "baseline", Field: string(z), State: state, By: string(f.By), At: s.At,
			Reason: "as found in zone " + string(z) + " while learning",
		})
	}
}

// action makes an act on Wardround itself part of the evidence.
func (p *Pipeline) action(o *wardround.Observation, fields any) {
	k := "action"
	if o.Kind == string(kind.LogGap) {
		k = "gap"
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence(k, o.Kind, o, fields))
}
