package dicom

import (
	"context"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "dicom.bulk-retrieve",
	Version: 1,
	Title:   "Unusually many studies are listed or fetched",
	Doc: "Within an hour one system listed more records of an archive, or fetched more images from it, than it ever did while the site was learned. It is what copying an archive looks like; it is also what a migration, a research export or a new station that fetches earlier studies looks like. " +
		"Ask who works at the system and what for. Settings: records and objects, the least per hour that counts (100 and 200). It passes when the system has kept to its usual amount for a week. " +
		"It is wrong for a planned migration or export.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom", "dicomweb"},
	Side:         check.AsClient,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"data-exfiltration", "access-control"},
	Watch:        volumes,
	Fresh:        30 * 24 * time.Hour,
	Thresholds:   map[string]float64{"records": 100, "objects": 200},
	Group:        check.BySubject,
	Novelty:      true,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Care is not touched. {asset} listed {records} records and fetched {objects} images of patients within an hour; what for, nobody has said.",
		Engineering: "Say whether {asset} does a migration, an export, or fetches earlier studies by plan.",
		Security:    "Find out who works at {whom} and where the images went. If nobody can say, stop it there, and tell the data protection officer.",
		Dont:        "Don't stop the archive {server}: stations need it for earlier images.",
		Why:         "{asset} listed {records} records and fetched {objects} images from {server} within an hour. Usual there are at most {usual_records} records and {usual_objects} images.",
		Wrong:       "a migration, an export or a new station was planned.",
	},
	Run: bulk,
})

// volumes names the kinds that say how much was fetched of an archive.
var volumes = func() []kind.Name {
	var names []kind.Name
	for _, s := range kind.All() {
		if _, ok := s.New().(kind.Volume); ok && strings.HasPrefix(string(s.Name), "dicom") {
			names = append(names, s.Name)
		}
	}
	return names
}()

const (
	// fewRetrievals is how many studies may be fetched however large they are: one of
	// a modern scanner has thousands of images.
	fewRetrievals = 3
	// quietFor is how long a system must keep to its usual amount to pass.
	quietFor = 7 * 24 * time.Hour
)

// taken is what one system takes of one archive.
type taken struct {
	Records    check.Amount `json:"records"`
	Objects    check.Amount `json:"objects"`
	Retrievals check.Hour   `json:"retrievals"`
	Failed     int64        `json:"failed"` // when it last was over, Unix seconds
}

// bulk learns how much each system takes of each archive in an hour, and fails
// for much more.
func bulk(_ context.Context, p *check.Pass) error {
	type pair struct{ client, server wardround.AssetID }
	type told struct {
		state wardround.State
		many  int64 // it is told again when there are twice as many
	}
	said := map[pair]told{}
	for o := range p.Seen() {
		n, _ := o.Fields.(kind.Volume).Volume()
		retrieved := retrievals(o.Fields)
		a := p.Asset(o.Src)
		if n <= 0 && retrieved == 0 || ownWorklist(o.Fields) || a == nil || o.Dst == "" || o.Src == o.Dst {
			continue
		}
		t := check.StateOf[taken](p, "", o.Src, o.Dst)
		n *= int64(o.Times())
		if listed(o.Fields) {
			t.Records.Hour.Add(o.At, n)
			t.Objects.Hour.Add(o.At, 0)
		} else {
			t.Objects.Hour.Add(o.At, n)
			t.Records.Hour.Add(o.At, 0)
		}
		t.Retrievals.Add(o.At, retrieved*int64(o.Times()))
		state, clear := judgeTaken(p, t, a, o.Dst)
		k, many := pair{o.Src, o.Dst}, t.Records.Hour.Sum()+t.Objects.Hour.Sum()
		if before, ok := said[k]; !clear || ok && before.state == state && (state != wardround.Fail || many < 2*before.many) {
			continue // one of a batch is enough
		}
		said[k] = told{state, many}
		subject, item, facts := wardround.AssetSubject(o.Src), string(o.Dst), wardround.Facts{"server": p.Name(o.Dst)}
		switch state {
		case wardround.Fail:
			facts["records"], facts["objects"] = t.Records.Hour.Sum(), t.Objects.Hour.Sum()
			facts["usual_records"], facts["usual_objects"] = t.Records.UsualHour(p), t.Objects.UsualHour(p)
			p.Fail(subject, item, facts, check.Exposed(p.Exposure(o.Src, o.Dst)))
		case wardround.Pass:
			p.Pass(subject, item, facts)
		default:
			p.Unknown(subject, item, check.WhyLearning, facts)
		}
	}
	return nil
}

// ownWorklist reports whether a modality asked for its worklist, as it does all
// day: of its own station, or of a day.
func ownWorklist(fields any) bool {
	f, ok := fields.(*kind.DICOMOperationV1)
	return ok && f.Service == "worklist" && f.Matching != kind.DICOMMatchAll
}

// listed reports whether a transaction listed records and fetched none.
func listed(fields any) bool {
	switch f := fields.(type) {
	case *kind.DICOMOperationV1:
		return f.Operation == "C-FIND"
	case *kind.DICOMwebRequestV1:
		return f.Transaction == "search"
	}
	return false
}

// retrievals is how many studies a transaction fetches, at most as far as is seen:
// one request may name no study and so ask for all.
func retrievals(fields any) int64 {
	switch f := fields.(type) {
	case *kind.DICOMOperationV1:
		switch {
		case f.FromServer || f.Operation != "C-MOVE" && f.Operation != "C-GET":
			return 0
		case f.Matching != kind.DICOMMatchOne || f.Level == "PATIENT":
			return fewRetrievals
		}
		return 1
	case *kind.DICOMwebRequestV1:
		if f.Transaction != "search" {
			return 1
		}
	}
	return 0
}

// judgeTaken says what the last hour means. It is not clear while a system that
// took too much has not been quiet for long enough.
func judgeTaken(p *check.Pass, t *taken, client *wardround.Asset, server wardround.AssetID) (state wardround.State, clear bool) {
	if p.Habit(client.Zone, check.Habit{Set: "takers", Of: server, Who: client.ID}) == check.Learning {
		t.Records.Learn()
		t.Objects.Learn()
		return wardround.Unknown, true
	}
	records, objects := int64(p.Setting("records", 100)), int64(p.Setting("objects", 200))
	switch at := p.At().Unix(); {
	case t.Records.Over(p, records), t.Objects.Over(p, objects) && t.Retrievals.Sum() >= fewRetrievals:
		t.Failed = at
		return wardround.Fail, true
	case t.Failed == 0 || at-t.Failed > int64(quietFor/time.Second):
		t.Failed = 0
		return wardround.Pass, true
	}
	return wardround.Unknown, false
}
