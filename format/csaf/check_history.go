package csaf

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of versions and dates of the document itself.
var historyTests = []test{
	{"6.1.14", both, "Sorted revision history", sortedHistory},
	{"6.1.16", both, "Latest document version", latestVersion},
	{"6.1.17", both, "Document status draft", draftStatus},
	{"6.1.18", both, "Released revision history", releasedHistory},
	{"6.1.19", both, "Revision history entries for pre-release versions", preReleaseHistory},
	{"6.1.20", both, "Non-draft document version", nonDraftVersion},
	{"6.1.21", both, "Missing item in revision history", missingRevision},
	{"6.1.22", both, "Multiple definition in revision history", repeatedRevision},
	{"6.1.30", both, "Mixed integer and semantic versioning", mixedVersions},
	{"6.1.37", in21, "Date and time", dateForm},
	{"6.1.45", in21, "Inconsistent disclosure date", disclosureDate},
	{"6.1.51", in21, "Inconsistent EPSS timestamp", epssDate},
	{"6.1.52", in21, "Inconsistent first known exploitation dates", exploitationDates},
	{"6.1.53", in21, "Inconsistent exploitation date", exploitationOrder},
	{"6.2.4", both, "Build metadata in revision history", buildMetadata},
	{"6.2.5", both, "Older initial release date than revision history", initialDate},
	{"6.2.6", both, "Older current release date than revision history", currentDate},
	{"6.2.21", in21, "Same timestamps in revision history", sameTimestamps},
	{"6.2.33", in21, "Disclosure date newer than revision history", disclosedSince},
	{"6.2.41", in21, "Old EPSS timestamp", oldEPSS},
}

// docVersion is a version_t: an integer or SemVer.
type docVersion struct {
	semver  bool
	numbers [3]*big.Int // an integer n is n.0.0
	pre     string
	build   string
	ok      bool
}

func readVersion(text string) docVersion {
	v := docVersion{ok: true}
	rest, build, _ := strings.Cut(text, "+")
	v.build = build
	rest, v.pre, _ = strings.Cut(rest, "-")
	parts := strings.Split(rest, ".")
	v.semver = len(parts) > 1
	for i := range v.numbers {
		v.numbers[i] = new(big.Int)
		if i < len(parts) {
			if !digitsOnly(parts[i]) || len(parts[i]) > 1000 {
				v.ok = false
				continue
			}
			v.numbers[i].SetString(parts[i], 10)
		}
	}
	v.ok = v.ok && (len(parts) == 1 || len(parts) == 3)
	return v
}

func digitsOnly(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (v docVersion) major() *big.Int { return v.numbers[0] }

// compare orders as SemVer §11 does; build metadata does not count.
func (v docVersion) compare(w docVersion) int {
	for i := range v.numbers {
		if c := v.numbers[i].Cmp(w.numbers[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.pre == w.pre:
		return 0
	case v.pre == "":
		return 1
	case w.pre == "":
		return -1
	}
	a, b := strings.Split(v.pre, "."), strings.Split(w.pre, ".")
	for i := range min(len(a), len(b)) {
		x, y := digitsOnly(a[i]), digitsOnly(b[i])
		c := strings.Compare(a[i], b[i])
		switch {
		case x && y:
			p, q := strings.TrimLeft(a[i], "0"), strings.TrimLeft(b[i], "0")
			if c = len(p) - len(q); c == 0 {
				c = strings.Compare(p, q)
			}
		case x:
			c = -1
		case y:
			c = 1
		}
		if c != 0 {
			return c
		}
	}
	return len(a) - len(b)
}

// revision is an item of the revision history.
type revision struct {
	node    *tree.Node
	date    time.Time
	ok      bool // the date can be read
	version docVersion
}

// readRevisions sorts by date and, within a date, by number.
func readRevisions(items []*tree.Node) []revision {
	var out []revision
	for _, n := range items {
		r := revision{node: n, version: readVersion(n.At("number"))}
		r.date, r.ok = date(n.Get("date"))
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b revision) int {
		if c := a.date.Compare(b.date); c != 0 {
			return c
		}
		return a.version.compare(b.version)
	})
	return out
}

func sortedHistory(s *subject) {
	for i := 1; i < len(s.revisions); i++ {
		if before, now := s.revisions[i-1], s.revisions[i]; now.version.compare(before.version) < 0 {
			s.fail(s.tracking.Get("revision_history"), "sorted by date, revision %q comes after %q", now.node.At("number"), before.node.At("number"))
			return
		}
	}
}

func latestVersion(s *subject) {
	n := s.tracking.Get("version")
	if !n.Is(tree.String) || len(s.revisions) == 0 {
		return
	}
	last := s.revisions[len(s.revisions)-1]
	a, b := readVersion(n.Text), last.version
	if s.status() == "draft" {
		a.pre, b.pre = "", ""
	}
	if a.compare(b) != 0 || a.semver != b.semver {
		s.fail(n, "the document version is %q, the latest revision %q", n.Text, last.node.At("number"))
	}
}

func draftStatus(s *subject) {
	n := s.tracking.Get("version")
	if !n.Is(tree.String) || s.status() == "draft" {
		return
	}
	if v := readVersion(n.Text); v.major().Sign() == 0 || v.pre != "" {
		s.fail(s.tracking.Get("status"), "the version is %q; the status must be draft", n.Text)
	}
}

func (s *subject) released() bool {
	return s.status() == "final" || s.status() == "interim"
}

func releasedHistory(s *subject) {
	if !s.released() {
		return
	}
	for _, r := range s.revisions {
		if r.version.ok && r.version.major().Sign() == 0 {
			s.fail(r.node.Get("number"), "revision %q is from before the release; the status is %s", r.node.At("number"), s.status())
		}
	}
}

func preReleaseHistory(s *subject) {
	for _, r := range s.revisions {
		if r.version.pre != "" {
			s.fail(r.node.Get("number"), "revision %q is a pre-release", r.node.At("number"))
		}
	}
}

func nonDraftVersion(s *subject) {
	n := s.tracking.Get("version")
	if s.released() && readVersion(n.Str()).pre != "" {
		s.fail(n, "the version %q is a pre-release; the status is %s", n.Str(), s.status())
	}
}

// missingRevision counts majors upwards: each must have come before the first that
// is greater.
func missingRevision(s *subject) {
	list := s.tracking.Get("revision_history")
	there := map[string]bool{}
	for _, r := range s.revisions {
		there[r.version.major().String()] = true
	}
	one := big.NewInt(1)
	top := new(big.Int)
	for i, r := range s.revisions {
		major := r.version.major()
		if i == 0 && major.Cmp(one) > 0 {
			s.fail(list, "the first revision is %q; it must be 0 or 1", r.node.At("number"))
		}
		for next := new(big.Int).Add(top, one); next.Cmp(major) < 0 && len(s.failures) < maxFailures; next.Add(next, one) {
			if there[next.String()] {
				s.fail(list, "revision %s is missing before %s, which is dated earlier", next, major)
			} else {
				s.fail(list, "revision %s is missing", next)
			}
		}
		if major.Cmp(top) > 0 {
			top = major
		}
	}
}

func repeatedRevision(s *subject) {
	seen := map[string]bool{}
	for _, n := range s.tracking.Get("revision_history").Items() {
		number := n.Get("number")
		if !number.Is(tree.String) {
			continue
		}
		if seen[number.Text] {
			s.fail(number, "revision %q occurs more than once", number.Text)
		}
		seen[number.Text] = true
	}
}

func mixedVersions(s *subject) {
	n := s.tracking.Get("version")
	want := readVersion(n.Str()).semver
	for _, h := range s.tracking.Get("revision_history").Items() {
		number := h.Get("number")
		if number.Is(tree.String) && n.Is(tree.String) && readVersion(number.Text).semver != want {
			s.fail(number, "%q and %q: integers and semantic versions are mixed", n.Text, number.Text)
		}
	}
}

// dateKeys are the members of format date-time in the schema of 2.1.
var dateKeys = map[string]bool{"current_release_date": true, "date": true, "disclosure_date": true, "discovery_date": true, "exploitation_date": true, "initial_release_date": true, "timestamp": true}

// dateForm: RFC 3339 with a capital T and Z, and no leap second (2.1 §2.3).
func dateForm(s *subject) {
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		for _, k := range n.Kids {
			if dateKeys[k.Key] && k.Kind == tree.String {
				_, ok := date(k)
				if !ok || strings.ContainsAny(k.Text, "tz") || k.Text[17:19] == "60" {
					s.fail(k, "%q is no date and time as the standard requires them", k.Text)
				}
			}
			if k.Key != "x_extensions" {
				walk(k)
			}
		}
	}
	walk(s.root)
}

// notAfter fails where a date of a released document is after its last revision.
func (s *subject) notAfter(n *tree.Node) {
	newest, ok := s.newest()
	t, readable := date(n)
	if ok && readable && t.After(newest) {
		s.fail(n, "%s is after the last revision of the document, %s", n.Text, newest.Format(time.RFC3339))
	}
}

func disclosureDate(s *subject) {
	if s.tlp() != "CLEAR" || !s.released() {
		return
	}
	for _, v := range s.vulns {
		s.notAfter(v.Get("disclosure_date"))
	}
}

func epssDate(s *subject) {
	if s.released() {
		s.eachItem("metrics", func(_, m *tree.Node) { s.notAfter(m.Get("content", "epss", "timestamp")) })
	}
}

func exploitationDates(s *subject) {
	if s.released() {
		s.eachItem("first_known_exploitation_dates", func(_, n *tree.Node) {
			s.notAfter(n.Get("date"))
			s.notAfter(n.Get("exploitation_date"))
		})
	}
}

func exploitationOrder(s *subject) {
	s.eachItem("first_known_exploitation_dates", func(_, n *tree.Node) {
		a, ok1 := date(n.Get("exploitation_date"))
		b, ok2 := date(n.Get("date"))
		if ok1 && ok2 && a.After(b) {
			s.fail(n.Get("exploitation_date"), "the exploitation is dated after it was noted")
		}
	})
}

func buildMetadata(s *subject) {
	for _, r := range s.revisions {
		if strings.Contains(r.node.At("number"), "+") {
			s.fail(r.node.Get("number"), "revision %q has build metadata", r.node.At("number"))
		}
	}
}

func initialDate(s *subject) {
	n := s.tracking.Get("initial_release_date")
	if t, ok := date(n); ok && len(s.revisions) > 0 && s.revisions[0].ok && t.Before(s.revisions[0].date) {
		s.fail(n, "the initial release is dated before the oldest revision")
	}
}

func currentDate(s *subject) {
	n := s.tracking.Get("current_release_date")
	newest, known := s.newest()
	if t, ok := date(n); ok && known && t.Before(newest) {
		s.fail(n, "the current release is dated before the newest revision")
	}
}

func sameTimestamps(s *subject) {
	for i := 1; i < len(s.revisions); i++ {
		if a, b := s.revisions[i-1], s.revisions[i]; a.ok && b.ok && a.date.Equal(b.date) {
			s.fail(b.node.Get("date"), "two revisions have the same date and time")
		}
	}
}

func disclosedSince(s *subject) {
	newest, known := s.newest()
	if s.now.IsZero() || !known {
		return
	}
	for _, v := range s.vulns {
		n := v.Get("disclosure_date")
		if t, ok := date(n); ok && t.Before(s.now) && t.After(newest) {
			s.fail(n, "the vulnerability was disclosed after the last revision")
		}
	}
}

// epssAge is how old the youngest EPSS value of a vulnerability may be.
const epssAge = 15 * 24 * time.Hour

func oldEPSS(s *subject) {
	newest, known := s.newest()
	if !s.released() || !known {
		return
	}
	for _, v := range s.vulns {
		var youngest time.Time
		var at *tree.Node
		for _, m := range v.Get("metrics").Items() {
			n := m.Get("content", "epss", "timestamp")
			if t, ok := date(n); ok && t.After(youngest) {
				youngest, at = t, n
			}
		}
		if at != nil && newest.Sub(youngest) > epssAge {
			s.fail(at, "the youngest EPSS value is more than 15 days older than the last revision")
		}
	}
}
