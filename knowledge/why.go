package knowledge

import (
	"fmt"

	"github.com/wardround/wardround/format/advisory"
)

// detail is what a sentence is made of.
type detail struct {
	version          string
	from, to         string // bounds of the range that it is in, or its text; "" for open
	above, including bool   // from is not in the range; to is
	said             string // by whoever judged
}

// Why says in a sentence why the state is what it is.
func (h *Hit) Why() string {
	d := &h.detail
	if d.said != "" {
		return d.said
	}
	v := d.version
	if v == "" {
		v = "it"
	}
	switch h.Reason {
	case InRange:
		switch from, to := d.bounds(); {
		case from != "" && to != "":
			return v + " is " + from + " and " + to
		case from != "":
			return v + " is " + from + ", and no fixed version is recorded"
		case to != "":
			return v + " is " + to
		}
		return v + " is affected, as is every version; no fixed one is recorded"
	case Enumerated:
		return v + " is named as affected"
	case EveryVersion:
		return "every version is affected"
	case OutOfRange:
		return v + " is in none of the affected ranges of " + h.Record.String()
	case SaidNotAffected:
		return h.Record.String() + " says that " + v + " is not affected"
	case SaidFixed:
		return h.Record.String() + " names " + v + " as fixed"
	case WithdrawnRecord:
		return h.Record.String() + " was withdrawn by its authors"
	case NoVersion:
		return "the component has no version to compare"
	case BadVersion:
		return fmt.Sprintf("%q is no version that can be ordered", v)
	case UnreadRange:
		if d.to != "" {
			return fmt.Sprintf("the affected range is written as %q, which was not understood", d.to)
		}
		return "the affected range of " + h.Record.String() + " was not understood"
	case CommitsOnly:
		return h.Record.String() + " gives commits only, not versions"
	case BranchMissing:
		return "affected in some releases of the distribution; the component does not say which it is of"
	case PlatformUnknown:
		return fmt.Sprintf("affected only when it runs on %s, which is not known", d.to)
	case UnderInvestigation:
		return h.Record.String() + " says that it is being investigated"
	case Contradiction:
		return h.Record.String() + " says of " + v + " both that it is affected and that it is not"
	case Resemblance:
		return "it resembles the product that " + h.Record.String() + " names; a person has to confirm it"
	case OtherPlatform:
		return fmt.Sprintf("affected only when it runs on %s, which it does not", d.to)
	case NoRange:
		return h.Record.String() + " names the package and no version of it"
	}
	return h.State.String()
}

// bounds are the ends of a range in words, "" for an open one.
func (d *detail) bounds() (from, to string) {
	if d.from != "" {
		from = "not before " + d.from
		if d.above {
			from = "after " + d.from
		}
	}
	if d.to != "" {
		to = "before " + d.to
		if d.including {
			to = "not after " + d.to
		}
	}
	return from, to
}

// boundsOf are the bounds of a range as the record writes it, and what of the
// record was not understood.
func boundsOf(a *advisory.Affected, n int) detail {
	if n < 0 {
		return detail{to: a.Unread}
	}
	var d detail
	for _, e := range a.Ranges[n].Events {
		switch {
		case e.Introduced != "" && e.Introduced != "0":
			d.from = e.Introduced
		case e.After != "":
			d.from, d.above = e.After, true
		case e.Fixed != "":
			d.to = e.Fixed
		case e.Last != "":
			d.to, d.including = e.Last, true
		}
	}
	if len(a.Ranges[n].Events) > 2 {
		return detail{} // several intervals: the first and the last bound would mislead
	}
	return d
}
