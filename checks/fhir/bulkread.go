package fhir

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "fhir.bulk-read",
	Version: 1,
	Title:   "Unusually many records are read",
	Doc: "Within an hour one system read the records of more patients, or more resources, from this server than it ever did while the site was learned, or asked it to export all of them. It is what copying a record system looks like; it is also what a migration, a report or a new application looks like. " +
		"Ask who works at the system and what for. Settings: patients and resources, the least per hour that counts (50 and 1,000). It passes when the system has kept to its usual amount for a week. " +
		"It is wrong for a planned migration, export or report.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"fhir"},
	Side:         check.AsClient,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"data-exfiltration", "access-control"},
	Watch:        []kind.Name{kind.FHIRInteraction},
	Fresh:        30 * 24 * time.Hour,
	Thresholds:   map[string]float64{"patients": 50, "resources": 1000},
	Group:        check.BySubject,
	Novelty:      true,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Care is not touched. {asset} {took} within an hour; what for, nobody has said.",
		Engineering: "Say whether {asset} does a migration, an export or a report by plan.",
		Security:    "Find out who works at {whom} and where the records went. If nobody can say, stop it there, and tell the data protection officer.",
		Dont:        "Don't stop {server}: wards need the records.",
		Why:         "{asset} {took} of {server} within an hour. Usual there are about {usual_resources} resources of {usual_patients} patients.",
		Wrong:       "a migration, an export or a new application was planned.",
	},
	Run: bulkRead,
})

const (
	// maxPatients is how many patients are told apart in an hour; from there on the
	// count is a lower bound.
	maxPatients = 400
	// quietFor is how long a system must keep to its usual amount to pass.
	quietFor = 7 * 24 * time.Hour
)

// taken is what one client takes of one server.
type taken struct {
	Resources check.Amount `json:"resources"`
	Patients  check.Amount `json:"patients"` // in answers about many; the usual is of all
	Exports   check.Amount `json:"exports"`
	Asked     []byte       `json:"asked"`  // patients asked for one by one, see mark
	Failed    int64        `json:"failed"` // when it last was over, Unix seconds
}

// mark is how many bytes stand for one patient in taken.Asked: a hash of the
// pseudonym, and the last byte of the number of the slot in which the record was
// last asked for.
const mark = 4 + 1

// hour is how many slots make an hour; see check.Hour.
const hour = 12

// add counts one interaction. What is too late for the hour is left out.
func (t *taken) add(at time.Time, f *kind.FHIRInteractionV1, times int64) {
	n, _ := f.Volume()
	t.Resources.Hour.Add(at, n*times)
	listed, exports := int64(f.Count("Patient"))*times, int64(0)
	if f.Patient != "" && n > 0 {
		listed = 0
	}
	if f.Operation == "export" && f.Succeeded() {
		exports = times
	}
	t.Patients.Hour.Add(at, listed)
	t.Exports.Hour.Add(at, exports)
	t.forget()
	if now := t.Resources.Hour.Slot(at); f.Patient != "" && n > 0 && t.Resources.Hour.Newest-now < hour {
		t.ask(f.Patient, now)
	}
}

// patients of the last hour: those asked for one by one, and those listed.
func (t *taken) patients() int64 { return t.Patients.Hour.Sum() + int64(len(t.Asked)/mark) }

// learn takes the last hour for usual.
func (t *taken) learn() {
	t.Resources.Learn()
	t.Exports.Learn()
	t.Patients.Usual = max(t.Patients.Usual, t.patients())
}

// forget drops the patients that were last asked for over an hour ago.
func (t *taken) forget() {
	kept := t.Asked[:0]
	for p := t.Asked; len(p) >= mark; p = p[mark:] {
		if byte(t.Resources.Hour.Newest)-p[mark-1] < hour {
			kept = append(kept, p[:mark]...)
		}
	}
	t.Asked = kept
}

// ask remembers that one patient's record was asked for.
func (t *taken) ask(who kind.Pseudonym, now int64) {
	h := fnv.New32a()
	h.Write([]byte(who))
	sum := h.Sum(nil)
	for p := t.Asked; len(p) >= mark; p = p[mark:] {
		if bytes.Equal(p[:mark-1], sum) {
			if newest := byte(t.Resources.Hour.Newest); newest-byte(now) < newest-p[mark-1] {
				p[mark-1] = byte(now)
			}
			return
		}
	}
	if len(t.Asked) < maxPatients*mark {
		t.Asked = append(append(t.Asked, sum...), byte(now))
	}
}

// bulkRead learns how much each client takes of each server in an hour, and fails
// for much more.
func bulkRead(_ context.Context, p *check.Pass) error {
	type pair struct{ client, server wardround.AssetID }
	type told struct {
		state wardround.State
		many  int64 // it is told again when there are twice as many
	}
	said := map[pair]told{}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FHIRInteractionV1)
		n, _ := f.Volume()
		a, k := p.Asset(o.Src), pair{o.Src, o.Dst}
		if n <= 0 && f.Operation != "export" || o.Dst == "" || o.Src == o.Dst || a == nil {
			continue
		}
		t := check.StateOf[taken](p, "", o.Src, o.Dst)
		t.add(o.At, f, int64(o.Times()))
		state, clear := judge(p, t, a, o.Dst)
		many := t.Resources.Hour.Sum()
		if before, ok := said[k]; !clear || ok && before.state == state && (state != wardround.Fail || many < 2*before.many) {
			continue // one of a batch is enough
		}
		said[k] = told{state, many}
		subject, item, facts := wardround.AssetSubject(o.Src), string(o.Dst), wardround.Facts{"server": p.Name(o.Dst)}
		switch state {
		case wardround.Fail:
			facts["patients"], facts["resources"], facts["exports"] = t.patients(), many, t.Exports.Hour.Sum()
			facts["took"] = took(t.patients(), many, t.Exports.Hour.Sum())
			facts["usual_patients"], facts["usual_resources"] = t.Patients.UsualHour(p), t.Resources.UsualHour(p)
			p.Fail(subject, item, facts, check.Exposed(p.Exposure(o.Src, o.Dst)))
		case wardround.Pass:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, check.WhyLearning, facts)
		}
	}
	return nil
}

// took says what was taken, in words.
func took(patients, resources, exports int64) string {
	read := fmt.Sprintf("read %d resources of %d patients", resources, patients)
	switch {
	case exports == 0:
		return read
	case resources == 0:
		return "asked for an export of all records"
	}
	return read + " and asked for an export of all records"
}

// judge says what the last hour means. It is not clear while a system that took
// too much has not been quiet for long enough.
func judge(p *check.Pass, t *taken, client *wardround.Asset, server wardround.AssetID) (state wardround.State, clear bool) {
	if p.Habit(client.Zone, check.Habit{Set: "readers", Of: server, Who: client.ID}) == check.Learning {
		t.learn()
		return wardround.Unknown, true
	}
	patients, resources := int64(p.Setting("patients", 50)), int64(p.Setting("resources", 1000))
	switch at := p.At().Unix(); {
	case t.patients() > t.Patients.Most(p, patients), t.Resources.Over(p, resources), t.Exports.Hour.Sum() > t.Exports.Usual:
		t.Failed = at
		return wardround.Fail, true
	case t.Failed == 0 || at-t.Failed > int64(quietFor/time.Second):
		t.Failed = 0
		return wardround.Pass, true
	}
	return wardround.Unknown, false
}
