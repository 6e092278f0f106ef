package dicom

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "dicom.rejects",
	Version: 1,
	Title:   "DICOM associations are refused again and again",
	Doc: "One system asked another for associations and was refused several times within ten minutes. With the same names each time it is a station that is wrongly set up or not known to the other: its images or queries don't get through. With three or more different names it is guessing, as tools do that look for a name that is let in. " +
		"Read the reason of the refusals. Correct titles and addresses on both sides, or find out who is trying. It passes when an association between the two is accepted and none was refused for ten minutes under other titles. " +
		"It is wrong while systems are being installed.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom"},
	Side:         check.AsClient,
	Stage:        wardround.Operate,
	Severity:     wardround.Low,
	Controls:     []string{"network-monitoring", "interface-reliability"},
	Watch:        []kind.Name{kind.DICOMAssociation},
	Fresh:        24 * time.Hour,
	Group:        check.ByZone,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Images or queries of {asset} may not have reached {server}. Which patient's, is unknown here.",
		Ward:        "If an examination is missing, ask radiology before it is repeated.",
		Engineering: "Compare the titles that {asset} uses and asks for with those that {server} knows: {titles}.",
		Security:    "If nobody set up {asset} just now, find out who is at it: {conduct}.",
		Dont:        "Don't repeat an examination because images have not arrived: look on the modality first.",
		Why:         "{server} refused {asset} {times} times within ten minutes, last because of {reason}: {titles}.",
		Wrong:       "one of the two is being installed.",
	},
	Run: rejects,
})

const (
	refusedWithin = 10 * time.Minute
	// refusedOften with the same titles is a fault, refusedTitles different pairs of
	// titles are guesses.
	refusedOften  = 5
	refusedTitles = 3
	// maxRefusals bounds the refusals remembered between two systems.
	maxRefusals = 20
)

type refusal struct {
	At     int64  `json:"at"` // Unix seconds
	Titles string `json:"titles"`
	Busy   bool   `json:"busy,omitempty"` // refused for now only, whatever the titles
}

// refused are the refusals of the last minutes between two systems.
type refused struct {
	Last []refusal `json:"last"`
}

// titles are those of an association, as they are told.
func titles(a *kind.DICOMAssociationV1) string { return title(a.Calling) + " to " + title(a.Called) }

func (r *refused) add(at time.Time, titles string, busy bool) {
	r.settle(at, "")
	if len(r.Last) >= maxRefusals {
		r.Last = slices.Delete(r.Last, 0, 1)
	}
	r.Last = append(r.Last, refusal{at.Unix(), titles, busy})
}

// settle forgets what is over, and the refusals of titles that are accepted now.
func (r *refused) settle(at time.Time, accepted string) {
	since := at.Add(-refusedWithin).Unix()
	r.Last = slices.DeleteFunc(r.Last, func(x refusal) bool { return x.At < since || x.Titles == accepted })
	if len(r.Last) == 0 {
		r.Last = nil
	}
}

// titles returns the different pairs of titles, sorted; with guessed only those
// that were refused for what they are.
func (r *refused) titles(guessed bool) []string {
	var all []string
	for _, x := range r.Last {
		if guessed && x.Busy {
			continue
		}
		if i, ok := slices.BinarySearch(all, x.Titles); !ok {
			all = slices.Insert(all, i, x.Titles)
		}
	}
	return all
}

// rejects fails a caller that is refused often, and passes it when it is let in.
func rejects(_ context.Context, p *check.Pass) error {
	type pair struct{ from, to wardround.AssetID }
	said := map[pair]bool{}
	for o := range p.Seen() {
		a := o.Fields.(*kind.DICOMAssociationV1)
		from, to := o.Ends(a.FromServer)
		if from == "" || to == "" {
			continue
		}
		subject, item := wardround.AssetSubject(from), string(to)
		switch a.Result {
		case kind.DICOMAccepted:
			s := check.StateOf[refused](p, "", from, to)
			// Other titles may still be refused beside those that are accepted.
			if s.settle(o.At, titles(a)); len(s.Last) == 0 && !said[pair{from, to}] { // one of a batch is enough
				said[pair{from, to}] = true
				p.Pass(subject, item, wardround.Facts{"server": p.Name(to)})
			}
		case kind.DICOMRejected:
			s := check.StateOf[refused](p, "", from, to)
			s.add(o.At, titles(a), a.RejectResult == "transient" || a.RejectSource == "service-provider-presentation")
			judgeRefusals(p, s, a, from, to)
			delete(said, pair{from, to})
		}
	}
	return nil
}

func judgeRefusals(p *check.Pass, s *refused, a *kind.DICOMAssociationV1, from, to wardround.AssetID) {
	all := s.titles(false)
	facts := wardround.Facts{
		"server": p.Name(to), "titles": all, "times": len(s.Last), "reason": a.RejectReason, "conduct": "it uses the same titles each time",
	}
	opts := []check.Option{check.Exposed(p.Exposure(from, to))}
	switch {
	case len(s.titles(true)) >= refusedTitles:
		facts["conduct"] = "it tries one title after the other"
		opts = append(opts, check.As(wardround.Medium), check.Hostile())
	case len(s.Last) < refusedOften:
		return
	}
	p.Fail(wardround.AssetSubject(from), string(to), facts, opts...)
}
