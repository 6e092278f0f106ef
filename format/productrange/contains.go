package productrange

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/version"
)

// Answer says whether something lies in a range.
type Answer uint8

// The answers. The zero value is the honest one.
const (
	CannotTell Answer = iota
	In
	Out
)

func (a Answer) String() string { return [...]string{"cannot tell", "in", "out"}[min(a, 2)] }

// Otherwise ends the reason of a CannotTell where the versions are numbered differently.
const Otherwise = "are numbered in different ways"

// Facts are what is known of one device.
type Facts struct {
	Version string // of its software or firmware, "9.1.1.5"
	Serial  string // serial number
	Made    string // date of manufacture, YYYY[-MM[-DD]]
}

// Contains says whether a device lies in the versions of an advisory's record,
// and why. It answers In or Out only if the comparison is certain: a version that
// is missing, unreadable, or less exact than the bound gives CannotTell, and so
// does one that lies within a range whose conditions nobody has looked at.
func Contains(a advisory.Affected, f Facts) (Answer, string) {
	if a.Unread != "" {
		return CannotTell, fmt.Sprintf("the advisory's versions are free text (“%s”)", clip(a.Unread))
	}
	ans, why := contains(a, f)
	if ans == In && len(a.Conditions) > 0 {
		return CannotTell, why + ", but only " + quoteAll(a.Conditions) + ", which is not known of this device"
	}
	return ans, why
}

func quoteAll(s []string) string { return "“" + clip(strings.Join(s, "; ")) + "”" }

func contains(a advisory.Affected, f Facts) (Answer, string) {
	if a.All {
		return In, "every version is named"
	}
	if len(a.Ranges) == 0 && len(a.Versions) == 0 {
		return CannotTell, "the advisory names no version"
	}
	var unsure, out []string
	for _, r := range a.Ranges {
		if len(a.Ranges) > 1 && otherSeries(r, a.Ranges, f.Version) {
			continue
		}
		switch ans, why := inRange(r, f); ans {
		case In:
			return In, why
		case Out:
			out = append(out, why)
		default:
			unsure = append(unsure, why)
		}
	}
	for _, v := range a.Versions {
		switch ans, why := equal(v, f.Version); ans {
		case In:
			return In, why
		case Out:
			out = append(out, why)
		default:
			unsure = append(unsure, why)
		}
	}
	if len(unsure) > 0 {
		return CannotTell, unsure[0]
	}
	if len(a.Versions) > 1 && len(a.Ranges) == 0 {
		return Out, fmt.Sprintf("version %s is none of %s", f.Version, strings.Join(a.Versions, ", "))
	}
	return Out, strings.Join(out, "; ")
}

// otherSeries: of "<= U61 or <= L81" only the second speaks of version L82.
func otherSeries(r advisory.Range, all []advisory.Range, v string) bool {
	p := letterPrefix(bare(v))
	if p == "" || r.Kind != advisory.Loose {
		return false
	}
	matches := func(r advisory.Range) bool {
		for _, e := range r.Events {
			if b := e.After + e.Fixed + e.Last; b != "" && letterPrefix(bare(b)) == p {
				return true
			}
		}
		return false
	}
	if matches(r) {
		return false
	}
	for _, o := range all {
		if matches(o) {
			return true
		}
	}
	return false
}

func inRange(r advisory.Range, f Facts) (Answer, string) {
	switch r.Kind {
	case advisory.Serial:
		return serialIn(r, f.Serial)
	case advisory.Date:
		return dateIn(r, f.Made)
	case advisory.Git:
		return CannotTell, "the range is one of commits"
	}
	v := strings.TrimSpace(f.Version)
	if v == "" {
		return CannotTell, "the version is not known"
	}
	in := false
	for _, e := range r.Events {
		bound, sign := e.Introduced, ">="
		switch {
		case e.Introduced == "0":
			in = true
			continue
		case e.After != "":
			bound, sign = e.After, ">"
		case e.Fixed != "":
			bound, sign = e.Fixed, "<"
		case e.Last != "":
			bound, sign = e.Last, "<="
		case e.Limit != "":
			return CannotTell, "the range has a limit, which orders no versions"
		}
		c, err := version.Compare("", v, bound)
		if err != nil {
			if errors.Is(err, version.ErrIncomparable) {
				return CannotTell, fmt.Sprintf("version %s and %s "+Otherwise, v, bound)
			}
			return CannotTell, fmt.Sprintf("version %s cannot be compared with %s", v, bound)
		}
		if sign == "<=" && c > 0 && finer(v, bound) {
			return CannotTell, fmt.Sprintf("the advisory says “up to %s”, the device %s: whether that counts as %s is not said", bound, v, bound)
		}
		if withBuild(bound, v) {
			return CannotTell, fmt.Sprintf("version %s without its build cannot be compared with %s", v, bound)
		}
		switch {
		case sign == ">=":
			in = c >= 0
		case sign == ">":
			in = c > 0
		case in && (sign == "<" && c < 0 || sign == "<=" && c <= 0):
			return In, fmt.Sprintf("version %s is %s %s", v, map[string]string{"<": "below", "<=": "not above"}[sign], bound)
		default:
			in = false
		}
	}
	if in {
		return In, fmt.Sprintf("version %s is in %s", v, RangeString(r))
	}
	return Out, fmt.Sprintf("version %s is not in “%s”", v, RangeString(r))
}

// finer reports whether v is bound with further fields that are not all zero:
// "4.2.5" against "4.2". Makers leave out fields when they speak of a release.
func finer(v, bound string) bool {
	v, bound = bare(v), bare(bound)
	rest, ok := strings.CutPrefix(v, bound)
	return ok && strings.HasPrefix(rest, ".") && strings.Trim(rest, ".0") != ""
}

// withBuild reports whether bound is v with a build number: a device that does not show
// its build may be on either side.
func withBuild(bound, v string) bool {
	rest, ok := strings.CutPrefix(bare(bound), bare(v))
	rest = strings.TrimLeft(rest, " (")
	return ok && (strings.HasPrefix(rest, "build") || strings.HasPrefix(rest, "bn ") || strings.HasPrefix(rest, "bld"))
}

func bare(s string) string { return strings.TrimLeft(strings.ToLower(strings.TrimSpace(s)), "v. ") }

func equal(named, v string) (Answer, string) {
	v = strings.TrimSpace(v)
	if v == "" {
		return CannotTell, "the version is not known"
	}
	if bare(named) == bare(v) {
		return In, fmt.Sprintf("version %s is named", v)
	}
	c, err := version.Compare("", v, named)
	switch {
	case err != nil:
		return CannotTell, fmt.Sprintf("version %s and %s "+Otherwise, v, named)
	case c == 0:
		return In, fmt.Sprintf("version %s is named, as %s", v, named)
	case finer(v, named):
		return CannotTell, fmt.Sprintf("the advisory names version %s, the device has %s: whether that counts is not said", named, v)
	case finer(named, v) || strings.HasPrefix(bare(named), bare(v)+" ") || withBuild(named, v):
		return CannotTell, fmt.Sprintf("version %s is less exact than %s, which the advisory names", v, named)
	}
	return Out, fmt.Sprintf("version %s is not %s", v, named)
}

// serialIn compares the first characters of a serial number with the bounds.
func serialIn(r advisory.Range, serial string) (Answer, string) {
	serial = strings.ToUpper(strings.TrimSpace(serial))
	if serial == "" {
		return CannotTell, "the serial number is not known"
	}
	in := false
	for _, e := range r.Events {
		if e.Introduced == "0" {
			in = true
			continue
		}
		b := strings.ToUpper(e.Introduced + e.After + e.Fixed + e.Last)
		if len(serial) < len(b) {
			return CannotTell, "the serial number is shorter than the advisory's prefix " + b
		}
		p := serial[:len(b)]
		switch {
		case e.Introduced != "":
			in = p >= b
		case e.After != "":
			in = p > b
		case in && (e.Fixed != "" && p < b || e.Last != "" && p <= b):
			return In, fmt.Sprintf("the serial number begins with %s, the advisory says %s", p, RangeString(r))
		default:
			in = false
		}
	}
	if in {
		return In, "the serial number is in " + RangeString(r)
	}
	return Out, "the serial number is not in “" + RangeString(r) + "”"
}

// dateIn compares dates as exactly as both sides give them.
func dateIn(r advisory.Range, made string) (Answer, string) {
	if made == "" {
		return CannotTell, "the date of manufacture is not known, and the advisory says " + RangeString(r)
	}
	in := false
	for _, e := range r.Events {
		if e.Introduced == "0" {
			in = true
			continue
		}
		b := e.Introduced + e.After + e.Fixed + e.Last
		n := min(len(b), len(made))
		c := strings.Compare(made[:n], b[:n])
		if c == 0 && len(made) < len(b) {
			return CannotTell, "the date of manufacture is less exact than " + b
		}
		switch {
		case e.Introduced != "":
			in = c >= 0
		case e.After != "":
			in = c > 0
		case in && (c < 0 || c == 0 && e.Last != ""):
			return In, "made " + made + ", and the advisory says " + RangeString(r)
		default:
			in = false
		}
	}
	if in {
		return In, "made " + made + ", in " + RangeString(r)
	}
	return Out, "made " + made + ", not in “" + RangeString(r) + "”"
}
