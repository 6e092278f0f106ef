package osv

import (
	"slices"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/version"
)

// Reason says why a version is in a set, or is not, or that nothing is known.
type Reason uint8

// The reasons.
const (
	Out        Reason = iota // not named, and in no range
	Enumerated               // one of Versions
	Ranged                   // in a range
	Every                    // All is set
	NoRange                  // neither ranges nor versions are given
	Commits                  // ranges of commits only
	Unread                   // a range, or a bound, that was not understood
	BadVersion               // the version that was asked for is none in this ecosystem
	NoVersion                // it is empty
	OtherKind                // ranges of serial numbers or dates
)

// In reports whether the version is in the set; Known whether that is certain.
func (r Reason) In() bool { return r == Enumerated || r == Ranged || r == Every }

// Known reports whether it is certain that the version is in the set, or is not.
func (r Reason) Known() bool { return r <= Every }

// Set is what [Affects] answers.
type Set struct {
	Reason Reason
	// Range is the index of the range that the version is in, -1 for none.
	Range int
	// Fixed are the fixed versions after the one asked for, the nearest first.
	Fixed []string
}

// Scheme is the order in which a range's bounds are compared: SemVer for a range
// that says so, the ecosystem's own otherwise.
func Scheme(a *advisory.Affected, kind advisory.RangeKind) version.Scheme {
	switch {
	case kind == advisory.Semver:
		return version.SemVer
	case kind == advisory.Loose || a.Package == nil:
		return version.Loose
	}
	return version.ParseEcosystem(a.Package.Ecosystem).Scheme()
}

// Affects says whether a version is in the set that a describes, whatever a's
// Status. It is the evaluation algorithm of the schema ("Evaluation"), with these
// points settled that it leaves open: events of one version apply in the order
// they are written in; a range of commits tells nothing, unless the version is
// enumerated; neither does one with a bound that is no version. A limit of "*", or
// none, is no limit. A range of everything needs no version to be asked for.
func Affects(a *advisory.Affected, v string) Set {
	no := func(r Reason) Set { return Set{Reason: r, Range: -1} }
	if a.All {
		return no(Every)
	}
	if v == "" {
		if unbounded(a) {
			return no(Every)
		}
		return no(NoVersion)
	}
	if slices.Contains(a.Versions, v) {
		return Set{Reason: Enumerated, Range: -1, Fixed: fixes(a, v)}
	}
	doubt := Out
	own := Scheme(a, advisory.Ecosystem)
	mine, err := own.Parse(v)
	if err != nil && (len(a.Versions) > 0 || len(a.Ranges) > 0) {
		doubt = BadVersion
	}
	if err == nil {
		for _, s := range a.Versions {
			if w, err := own.Parse(s); err == nil {
				if c, err := mine.Compare(w); err == nil && c == 0 {
					return Set{Reason: Enumerated, Range: -1, Fixed: fixes(a, v)}
				}
			}
		}
	}
	for i := range a.Ranges {
		switch r := inRange(a, &a.Ranges[i], v); {
		case r == Ranged:
			return Set{Reason: Ranged, Range: i, Fixed: fixes(a, v)}
		case r != Out && (r != Commits || len(a.Versions) == 0):
			doubt = max(doubt, r)
		}
	}
	switch {
	case doubt == BadVersion && unbounded(a):
		return no(Every)
	case a.Unread != "":
		return no(Unread)
	case doubt != Out:
		return no(doubt)
	case len(a.Ranges) == 0 && len(a.Versions) == 0:
		return no(NoRange)
	}
	return no(Out)
}

// unbounded reports whether a range begins before every version and never ends, so
// that it does not matter which version is asked for.
func unbounded(a *advisory.Affected) bool {
	for i := range a.Ranges {
		r := &a.Ranges[i]
		switch r.Kind {
		case advisory.Git, advisory.Serial, advisory.Date:
			continue
		}
		all := len(r.Events) > 0
		begins := false
		for _, e := range r.Events {
			begins = begins || e.Introduced == "0"
			all = all && (e.Introduced != "" || e.Limit == "*")
		}
		if all && begins {
			return true
		}
	}
	return false
}

type point struct {
	at     version.Version
	event  *advisory.Event
	origin bool // introduced "0": before every version
}

// inRange answers Ranged, Out, or why that is not known.
func inRange(a *advisory.Affected, r *advisory.Range, v string) Reason {
	switch r.Kind {
	case advisory.Git:
		return Commits
	case advisory.Serial, advisory.Date:
		return OtherKind
	}
	scheme := Scheme(a, r.Kind)
	mine, err := scheme.Parse(v)
	if err != nil {
		return BadVersion
	}
	points, limits, ok := sorted(scheme, r)
	if !ok {
		return Unread
	}
	if !beforeLimits(mine, limits) {
		return Out
	}
	in := false
	for _, p := range points {
		if p.origin {
			in = true
			continue
		}
		c, err := mine.Compare(p.at)
		if err != nil {
			return Unread
		}
		switch e := p.event; {
		case e.Introduced != "" && c >= 0, e.After != "" && c > 0:
			in = true
		case e.Fixed != "" && c >= 0, e.Last != "" && c > 0:
			in = false
		}
	}
	if in {
		return Ranged
	}
	return Out
}

func beforeLimits(v version.Version, limits []version.Version) bool {
	for _, l := range limits {
		if c, err := v.Compare(l); err == nil && c < 0 {
			return true
		}
	}
	return len(limits) == 0
}

// sorted gives a range's events in order, and its limits; false when one of them
// is no version or two of them cannot be compared.
func sorted(scheme version.Scheme, r *advisory.Range) (points []point, limits []version.Version, ok bool) {
	endless := false
	for i := range r.Events {
		e := &r.Events[i]
		text, limit := Bound(e)
		switch {
		case limit && text == "*":
			endless = true
			continue
		case e.Introduced == "0":
			points = append(points, point{event: e, origin: true})
			continue
		}
		at, err := scheme.Parse(text)
		if err != nil {
			return nil, nil, false
		}
		if limit {
			limits = append(limits, at)
		} else {
			points = append(points, point{at: at, event: e})
		}
	}
	if endless {
		limits = nil
	}
	ok = true
	slices.SortStableFunc(points, func(x, y point) int {
		switch {
		case x.origin && y.origin:
			return 0
		case x.origin:
			return -1
		case y.origin:
			return 1
		}
		c, err := x.at.Compare(y.at)
		if err != nil {
			ok = false
		}
		return c
	})
	return points, limits, ok
}

// Bound is the version that an event names, and whether it is a limit.
func Bound(e *advisory.Event) (text string, limit bool) {
	switch {
	case e.Introduced != "":
		return e.Introduced, false
	case e.Fixed != "":
		return e.Fixed, false
	case e.Last != "":
		return e.Last, false
	case e.After != "":
		return e.After, false
	}
	return e.Limit, true
}

// fixes are the fixed versions of all ranges that are newer than v, in order.
func fixes(a *advisory.Affected, v string) []string {
	var out []string
	for i := range a.Ranges {
		r := &a.Ranges[i]
		if r.Kind == advisory.Git {
			continue
		}
		scheme := Scheme(a, r.Kind)
		for j := range r.Events {
			f := r.Events[j].Fixed
			if f == "" {
				continue
			}
			if c, err := scheme.Compare(f, v); err == nil && c > 0 && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
		slices.SortStableFunc(out, func(x, y string) int { c, _ := scheme.Compare(x, y); return c })
	}
	return out
}
