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
	Applies:      wardround.Device | wardround.Intermediary | wardround.Service,
	Speaks:       []string{"dicom", "dicomweb"},
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"data-exfiltration", "access-control"},
	Watch:        volumes,
	Group:        check.BySubject,
	Novelty:      true,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Care is not touched. {asset} listed {records} records and fetched {objects} images of patients within an hour; what for, nobody has said.",
		Engineering: "Say whether {asset} does a migration, an export, or fetches earlier studies by plan.",
		Security:    "Find out who works at {asset} and where the images went. If nobody can say, stop it there, and tell the data protection officer.",
		Dont:        "Don't stop the archive {server}: stations need it for earlier images.",
		Why:         "{asset} listed {records} records and fetched {objects} images from {server} within an hour; before, at most {usual_records} and {usual_objects}.",
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
	slots  = 12
	slot   = 5 * time.Minute
	excess = 3 // times the usual
	// quietFor is how long a system must keep to its usual amount to pass.
	quietFor = 7 * 24 * time.Hour
)

// amount counts one hour of one system at one archive, in slots of five minutes,
// and the most of an hour while the site was learned.
type amount struct {
	Slot         int64        `json:"slot"` // number of the newest slot since 1970
	Records      [slots]int64 `json:"r"`
	Objects      [slots]int64 `json:"o"`
	UsualRecords int64        `json:"ur"`
	UsualObjects int64        `json:"uo"`
	Failed       int64        `json:"failed"` // when it last was over, Unix seconds
}

// add counts, forgets what is over an hour old, and returns the hour's sums. What
// is too late for the hour is left out.
func (a *amount) add(at time.Time, records, objects int64) (r, o int64) {
	n := at.Unix() / int64(slot/time.Second)
	for ; a.Slot < n; a.Slot++ {
		if n-a.Slot > slots {
			a.Slot = n - slots
		}
		i := (a.Slot + 1) % slots
		a.Records[i], a.Objects[i] = 0, 0
	}
	if a.Slot-n < slots {
		a.Records[n%slots] += records
		a.Objects[n%slots] += objects
	}
	for i := range slots {
		r, o = r+a.Records[i], o+a.Objects[i]
	}
	return r, o
}

// bulk learns how much each system takes of each archive in an hour, and fails
// for much more.
func bulk(_ context.Context, p *check.Pass) error {
	type pair struct{ client, server wardround.AssetID }
	touched, order := map[pair][2]int64{}, []pair(nil)
	for o := range p.Seen() {
		n, _ := o.Fields.(kind.Volume).Volume()
		client, server := o.Src, o.Dst
		if n <= 0 || ownWorklist(o.Fields) || client == "" || server == "" || client == server {
			continue
		}
		n *= int64(o.Times())
		records, objects := int64(0), n
		if listed(o.Fields) {
			records, objects = n, 0
		}
		k := pair{client, server}
		s := check.State[amount](p, string(client)+" "+string(server))
		r, obj := s.add(o.At, records, objects)
		if _, ok := touched[k]; !ok {
			order = append(order, k)
		}
		touched[k] = [2]int64{max(r, touched[k][0]), max(obj, touched[k][1])}
	}
	for _, k := range order {
		judgeAmount(p, k.client, k.server, touched[k][0], touched[k][1])
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

func judgeAmount(p *check.Pass, client, server wardround.AssetID, records, objects int64) {
	a := p.Asset(client)
	if a == nil {
		return
	}
	s := check.State[amount](p, string(client)+" "+string(server))
	subject, item := wardround.AssetSubject(client), string(server)
	facts := wardround.Facts{
		"server": name(p, server), "records": records, "objects": objects,
		"usual_records": s.UsualRecords, "usual_objects": s.UsualObjects,
	}
	if p.Learn(a.Zone, "takers of "+string(server), string(client)) == check.Learning {
		s.UsualRecords, s.UsualObjects = max(s.UsualRecords, records), max(s.UsualObjects, objects)
		p.Unknown(subject, item, check.WhyLearning, wardround.Facts{"server": name(p, server)})
		return
	}
	most := max(int64(p.Setting("records", 100)), excess*s.UsualRecords)
	much := max(int64(p.Setting("objects", 200)), excess*s.UsualObjects)
	switch at := p.Now().Unix(); {
	case records > most || objects > much:
		s.Failed = at
		p.Fail(subject, item, facts, check.Exposed(exposure(p, client, server)))
	case s.Failed == 0 || at-s.Failed > int64(quietFor/time.Second):
		s.Failed = 0
		p.Pass(subject, item, wardround.Facts{"server": name(p, server)})
	}
}
