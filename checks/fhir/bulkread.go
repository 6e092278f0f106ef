package fhir

import (
	"bytes"
	"context"
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
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"data-exfiltration", "access-control"},
	Watch:        []kind.Name{kind.FHIRInteraction},
	Group:        check.BySubject,
	Novelty:      true,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Care is not touched. {asset} read records of {patients} patients within an hour; what for, nobody has said.",
		Engineering: "Say whether {asset} does a migration, an export or a report by plan.",
		Security:    "Find out who works at {asset} and where the records went. If nobody can say, stop it there, and tell the data protection officer.",
		Dont:        "Don't stop {server}: wards need the records.",
		Why:         "{asset} read {resources} resources of {patients} patients from {server} within an hour; before, about {usual_resources} and {usual_patients}. Exports asked for: {exports}.",
		Wrong:       "a migration, an export or a new application was planned.",
	},
	Run: bulkRead,
})

const (
	// maxPatients is how many patients are told apart in an hour; from there on the
	// count is a lower bound.
	maxPatients = 400
	// excess is how many times the usual is too much.
	excess = 3
	// quietFor is how long a system must keep to its usual amount to pass.
	quietFor = 7 * 24 * time.Hour
)

// taken counts one hour of one client at one server in buckets of five minutes,
// and what it took in an hour while the site was learned.
type taken struct {
	Newest    int64          `json:"newest"` // number of the newest bucket since 1970
	Resources [buckets]int64 `json:"r"`
	Listed    [buckets]int64 `json:"l"` // Patient resources in answers about many
	Exports   [buckets]int64 `json:"e"`
	Patients  []byte         `json:"p"` // asked for one by one, see mark

	First          int64 `json:"first"` // of all, Unix seconds
	UsualResources int64 `json:"ur"`
	UsualPatients  int64 `json:"up"`
	UsualExports   int64 `json:"ue"`
	Failed         int64 `json:"failed"` // when it last was over, Unix seconds
}

// mark is how many bytes stand for one patient in taken.Patients: a hash of the
// pseudonym, and the last byte of the number of the bucket in which the record was
// last asked for.
const mark = 4 + 1

// sums are those of the last hour.
type sums struct{ resources, patients, exports int64 }

// add counts one interaction and returns the hour's sums. What is too late for the
// hour is left out.
func (t *taken) add(at time.Time, f *kind.FHIRInteractionV1, times int64) (s sums) {
	if t.First == 0 {
		t.First = at.Unix()
	}
	now := at.Unix() / int64(bucket/time.Second)
	if now-t.Newest > buckets {
		t.Newest = now - buckets
	}
	for t.Newest < now {
		t.Newest++
		i := t.Newest % buckets
		t.Resources[i], t.Listed[i], t.Exports[i] = 0, 0, 0
	}
	t.forget()
	if t.Newest-now < buckets {
		n, _ := f.Volume()
		t.Resources[now%buckets] += n * times
		if f.Patient != "" && n > 0 {
			t.ask(f.Patient, now)
		} else {
			t.Listed[now%buckets] += int64(f.Count("Patient")) * times
		}
		if f.Operation == "export" && f.Succeeded() {
			t.Exports[now%buckets] += times
		}
	}
	for i := range buckets {
		s.resources += t.Resources[i]
		s.patients += t.Listed[i]
		s.exports += t.Exports[i]
	}
	s.patients += int64(len(t.Patients) / mark)
	return s
}

// learn takes the sums of the last hour for usual. While the client is known for
// less than an hour, they are raised to what an hour would come to.
func (t *taken) learn(now time.Time, s sums) {
	known := min(max(now.Sub(time.Unix(t.First, 0)), bucket), time.Hour)
	hour := func(n int64) int64 { return n * int64(time.Hour) / int64(known) }
	t.UsualResources = max(t.UsualResources, hour(s.resources))
	t.UsualPatients = max(t.UsualPatients, hour(s.patients))
	t.UsualExports = max(t.UsualExports, s.exports)
}

// forget drops the patients that were last asked for over an hour ago.
func (t *taken) forget() {
	kept := t.Patients[:0]
	for p := t.Patients; len(p) >= mark; p = p[mark:] {
		if byte(t.Newest)-p[mark-1] < buckets {
			kept = append(kept, p[:mark]...)
		}
	}
	t.Patients = kept
}

// ask remembers that one patient's record was asked for.
func (t *taken) ask(who kind.Pseudonym, now int64) {
	h := fnv.New32a()
	h.Write([]byte(who))
	sum := h.Sum(nil)
	for p := t.Patients; len(p) >= mark; p = p[mark:] {
		if bytes.Equal(p[:mark-1], sum) {
			if newest := byte(t.Newest); newest-byte(now) < newest-p[mark-1] {
				p[mark-1] = byte(now)
			}
			return
		}
	}
	if len(t.Patients) < maxPatients*mark {
		t.Patients = append(append(t.Patients, sum...), byte(now))
	}
}

// bulkRead learns how much each client takes of each server in an hour, and fails
// for much more.
func bulkRead(_ context.Context, p *check.Pass) error {
	type pair struct{ client, server wardround.AssetID }
	said := map[pair]wardround.State{}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FHIRInteractionV1)
		n, _ := f.Volume()
		if n <= 0 && f.Operation != "export" || o.Dst == "" || o.Src == o.Dst {
			continue
		}
		a, k := p.Asset(o.Src), pair{o.Src, o.Dst}
		if a == nil {
			continue
		}
		t := amount(p, o.Src, o.Dst)
		s := t.add(o.At, f, int64(o.Times()))
		state, facts, clear := judge(p, t, a, o.Dst, s)
		if before, ok := said[k]; !clear || ok && before == state {
			continue // one of a batch is enough
		}
		said[k] = state
		subject, item := wardround.AssetSubject(o.Src), string(o.Dst)
		switch state {
		case wardround.Fail:
			p.Fail(subject, item, facts, check.Exposed(exposure(p, o.Src, o.Dst)))
		case wardround.Pass:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, check.WhyLearning, facts)
		}
	}
	return nil
}

// amount is what client took of server, also under the ids they had before they
// were recognised as one with another asset.
func amount(p *check.Pass, client, server wardround.AssetID) *taken {
	t := check.State[taken](p, string(client)+" "+string(server))
	if t.First > 0 {
		return t
	}
	for _, c := range known(p, client) {
		for _, s := range known(p, server) {
			key := string(c) + " " + string(s)
			if c == client && s == server {
				continue
			}
			if before := check.State[taken](p, key); before.First > 0 && t.First == 0 {
				*t = *before
			}
			p.DropState(key)
		}
	}
	return t
}

// maxKnown bounds the ids that are looked up for one asset.
const maxKnown = 8

// known lists the ids of an asset, its own first.
func known(p *check.Pass, id wardround.AssetID) []wardround.AssetID {
	ids := []wardround.AssetID{id}
	if a := p.Asset(id); a != nil {
		ids = append(ids, a.Aliases[:min(len(a.Aliases), maxKnown)]...)
	}
	return ids
}

// judge says what the last hour's sums mean. It is not clear while a system that
// took too much has not been quiet for long enough.
func judge(p *check.Pass, t *taken, client *wardround.Asset, server wardround.AssetID, s sums) (state wardround.State, facts wardround.Facts, clear bool) {
	facts = wardround.Facts{"server": name(p, server)}
	if p.Learn(client.Zone, "readers of "+string(server), string(client.ID)) == check.Learning {
		t.learn(p.At(), s)
		return wardround.Unknown, facts, true
	}
	patients := max(int64(p.Setting("patients", 50)), excess*t.UsualPatients)
	resources := max(int64(p.Setting("resources", 1000)), excess*t.UsualResources)
	switch at := p.At().Unix(); {
	case s.patients > patients || s.resources > resources || s.exports > t.UsualExports:
		t.Failed = at
		facts["patients"], facts["resources"], facts["exports"] = s.patients, s.resources, s.exports
		facts["usual_patients"], facts["usual_resources"] = t.UsualPatients, t.UsualResources
		return wardround.Fail, facts, true
	case t.Failed == 0 || at-t.Failed > int64(quietFor/time.Second):
		t.Failed = 0
		return wardround.Pass, facts, true
	}
	return wardround.Unknown, nil, false
}
