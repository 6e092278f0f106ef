package board

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// maxAudit is how many audit rows are at hand; all of them are in the ledger.
const maxAudit = 10_000

// actReader is a store that finds what people did without reading every verdict.
type actReader interface {
	// Acts yields the newest leaves, at most most, that are no verdicts, in order.
	Acts(ctx context.Context, s wardround.Scope, most int) ([]*wardround.Evidence, error)
}

// acts reads the newest leaves that are no verdicts, the oldest first.
func acts(ctx context.Context, r wardround.Reader, s wardround.Scope) ([]*wardround.Evidence, error) {
	if a, ok := r.(actReader); ok {
		return a.Acts(ctx, s, maxAudit)
	}
	var out []*wardround.Evidence
	for e, err := range r.Evidence(ctx, s, 0, 0) {
		if err != nil {
			return nil, err
		}
		if e.Kind == "verdict" {
			continue
		}
		if out = append(out, e); len(out) >= 2*maxAudit {
			out = slices.Clone(out[len(out)-maxAudit:])
		}
	}
	return out[max(0, len(out)-maxAudit):], nil
}

// act takes in one leaf of the ledger, if it is of what somebody did.
func (b *Board) act(e *wardround.Evidence) {
	if e.Kind == "verdict" {
		return
	}
	if b.audit = append(b.audit, auditRow(e)); len(b.audit) >= maxAudit+maxAudit/8 {
		b.audit = slices.Clone(b.audit[len(b.audit)-maxAudit:]) // who reads has the old one
	}
}

// auditRow reads what was done out of a leaf. Only the kinds are looked at that
// people and the program itself write.
func auditRow(e *wardround.Evidence) AuditRow {
	row := AuditRow{Index: e.Index, Seq: e.Seq, At: e.At, Act: e.Reason}
	if e.Payload == nil {
		row.Erased, row.Act = true, cmp.Or(e.Reason, e.Kind)
		return row
	}
	var p struct {
		Kind   kind.Name `json:"kind"`
		Fields struct {
			Act, By, Role, Reason, Detail, Note string
			State                               wardround.FindingState
			Finding, Name, Value                string
			To                                  any // of a failed check a number
			Proposal, Asset, Other, Source      string
			Check, Cause                        string
			Until, Due                          time.Time
			Set                                 map[string]string
			Scope                               wardround.DecisionScope
			Maker, Product, Version             string // of a release
			File, Feed, Tool                    string
			Model, Service, Document            string // of a model
			Verdict, Result, Probe              string
		} `json:"fields"`
		Finding string `json:"finding"` // declared false with its asset
	}
	if json.Unmarshal(e.Payload, &p) != nil {
		return row
	}
	f := &p.Fields
	row.By, row.Role = f.By, f.Role
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, strings.TrimSpace(name+" "+value))
		}
	}
	switch p.Kind {
	case kind.FindingDecided:
		row.About = f.Finding
		add("", f.Finding)
		if !f.Until.IsZero() {
			add("until", f.Until.UTC().Format(time.DateOnly))
		}
		if f.Scope == wardround.ScopeAsset {
			add("", "all of its asset")
		}
		add("", f.Reason)
		if e.Reason == "finding "+string(f.State) { // not one that was refused
			row.Said = &Said{State: f.State, Until: f.Until, Scope: f.Scope, Text: f.Reason}
		}
	case kind.FindingAssigned:
		row.About = f.Finding
		add("", f.Finding)
		to, _ := f.To.(string)
		add("to", to)
		add("", f.Note)
		if e.Reason == "finding assigned" || e.Reason == "finding unassigned" {
			row.Said = &Said{To: to, Due: f.Due, Text: f.Note}
		}
	case kind.InventorySaid:
		row.Act = "inventory " + f.Act
		row.About = cmp.Or(f.Asset, f.Proposal)
		add("", f.Asset)
		add("with", f.Other)
		add("proposal", f.Proposal)
		for _, name := range slices.Sorted(maps.Keys(f.Set)) {
			add(name, cmp.Or(strconv.Quote(f.Set[name]), `""`))
		}
		add("from", f.Source)
		add("", f.Reason)
	case kind.ContentChanged:
		row.Act, row.About = "content changed", f.Name
		if add("", f.Name); f.Value == "" {
			add("", "removed")
		}
		add("", f.Reason)
	case kind.ReleaseSaid, kind.SBOMReceived, kind.KnowledgeReceived, kind.VEXReceived, kind.BuildReceived:
		row.Act = strings.ReplaceAll(string(p.Kind), ".", " ")
		add("", strings.Join(strings.Fields(f.Maker+" "+f.Product+" "+f.Version), " "))
		add("", cmp.Or(f.File, f.Feed))
		add("by", f.Tool)
		add("from", f.Source)
		add("", f.Reason)
	case kind.ModelReceived, kind.ModelScanned, kind.ModelVerified, kind.ModelProbed, kind.ModelLogs, kind.ModelDecided:
		row.Act = strings.TrimSpace(strings.ReplaceAll(string(p.Kind), ".", " ") + " " + cmp.Or(f.Act, f.Document))
		add("", strings.Join(strings.Fields(f.Maker+" "+f.Product+" "+f.Version), " "))
		add("", strings.TrimSuffix(f.Model+"@"+f.Service, "@"))
		add("", f.File)
		add("", f.Probe)
		add("", cmp.Or(f.Verdict, f.Result))
		add("by", f.Tool)
		add("from", f.Source)
		add("", f.Reason)
	case kind.PublicationSaid:
		row.Act = e.Reason // "publication approve", or why it was refused
		add("", f.Reason)
	case kind.LogGap:
		row.Act = "log gap accepted"
		add("", f.Reason)
	case kind.CheckFailed:
		row.Act, row.By, row.About = "check failed", "wardround", f.Check
		add(f.Check, f.Cause)
		add("", f.Detail)
	case kind.OperatorActed:
		row.Act = f.Act
		add("", f.Detail)
		if f.Act == "work-order-asked" { // FINDING ORDER: note
			row.About, _, _ = strings.Cut(f.Detail, " ")
		}
	default:
		row.By, row.About = "wardround", p.Finding
		add("", p.Finding)
	}
	row.Detail = strings.Join(parts, " · ")
	return row
}

// Erased takes out of the audit rows what was erased in the ledger: who and why. That
// something was done stays. Whoever erases says so here, or it is shown until the
// next start.
func (b *Board) Erased(indexes ...uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := slices.Clone(b.audit) // who reads has the old one
	for i := range rows {
		if r := &rows[i]; slices.Contains(indexes, r.Index) {
			rows[i] = AuditRow{Index: r.Index, Seq: r.Seq, At: r.At, Act: r.Act, Erased: true}
		}
	}
	b.audit = rows
}

var auditFields = fields[*AuditRow]{
	native: "-index",
	id:     func(r *AuditRow) string { return strconv.FormatUint(r.Index, 36) },
	by: map[string]func(*AuditRow) value{
		"index": func(r *AuditRow) value { return value{N: int64(min(r.Index, 1<<62))} },
		"at":    func(r *AuditRow) value { return moment(r.At) },
		"by":    func(r *AuditRow) value { return text(clip(r.By)) },
		"act":   func(r *AuditRow) value { return text(r.Act) },
	},
}

// Audit lists the newest of what was done, the newest first; older acts are in the
// ledger. Errors: EInvalid for a sort or a cursor that is none.
func (b *Board) Audit(q AuditQuery) (Page[AuditRow], error) {
	b.mu.RLock()
	rows, position, at := b.audit, b.position, b.at
	b.mu.RUnlock()
	terms := words(q.Q)
	fits := func(r *AuditRow) bool {
		switch {
		case q.By != "" && r.By != q.By, q.Act != "" && r.Act != q.Act, q.About != "" && r.About != q.About,
			!q.From.IsZero() && r.At.Before(q.From), !q.To.IsZero() && !r.At.Before(q.To):
			return false
		}
		for _, t := range terms {
			if !strings.Contains(strings.ToLower(r.Act+"\n"+r.By+"\n"+r.Role+"\n"+r.Detail), t) {
				return false
			}
		}
		return true
	}
	chosen, total, next, err := choose(func(yield func(*AuditRow) bool) {
		for i := len(rows) - 1; i >= 0; i-- {
			if !yield(&rows[i]) {
				return
			}
		}
	}, len(rows), auditFields, true, q.List, fits)
	if err != nil {
		return Page[AuditRow]{}, err
	}
	items := make([]AuditRow, len(chosen))
	for i, r := range chosen {
		items[i] = *r
	}
	return Page[AuditRow]{Items: items, Next: next, Total: total, Position: position, At: at}, nil
}
