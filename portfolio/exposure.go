package portfolio

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// maxPlaces is how many places an exposure names; the rest is counted.
const maxPlaces = 8

// part is one identity of a subject that has the vulnerability.
type part struct {
	id    uint32
	held  *held // nil: the subject itself, by what it is called
	rows  []uint32
	hit   Hit
	state wardround.State
	claim *check.Claim
	label string
	// more counts components of many identities at once, and digest is of what is
	// said of them: see maxParts.
	more   int
	digest uint64
}

// maxParts is how many identities of a subject are looked at one by one for an
// answer. What is beyond is counted by what is remembered of it, and claims are
// not asked for: a claim then does not decide.
const maxParts = 1024

// size is how many components a part stands for.
func (p *part) size() int { return max(1, len(p.rows)+p.more) }

// expose makes the answer to one vulnerability in one subject as it is now. nil:
// nothing is said of it, neither now nor by had, what was said before.
func (ix *Index) expose(n, v uint32, had *answer) *check.Exposure {
	s := ix.subjects[n]
	facts := ix.factsOf(ix.texts.at(v))
	e := &check.Exposure{Subject: s.key, Vulnerability: ix.texts.at(v), Aliases: facts.Aliases, Title: facts.Title,
		Severity: facts.Severity, Rating: facts.Rating, Score: facts.Score, Exploited: facts.Exploited, DueKEV: facts.DueKEV,
		EPSS: facts.EPSS, Embargoed: facts.Embargoed, Changed: facts.Changed}
	var parts []part
	why := ix.judged(n)
	if why == "" {
		parts = ix.parts(n, v)
		parts = ix.claims(n, e, facts, parts)
	}
	if p := ix.stated(n, e, facts, parts, why); p != nil {
		parts = append(parts, *p)
	}
	if len(parts) == 0 {
		if had == nil || had.sum == 0 && had.state == uint8(wardround.Pass) {
			return nil
		}
		e.State, e.Confidence = wardround.Pass, wardround.Observed
		if e.Why = why; why == "" {
			e.Why = ix.whyNot(n, ix.texts.at(v))
		}
		e.Advisories = facts.Advisories
		e.Fact = factOf(e, nil)
		return e
	}
	ix.worst(e, parts)
	ix.places(e, parts)
	e.Fact = factOf(e, parts)
	return e
}

// judged is why a subject is not judged (any more); "" if it is.
func (ix *Index) judged(n uint32) string {
	s := ix.subjects[n]
	switch {
	case s.asset != nil && s.asset.gone != "":
		return "It was found to be the same as asset " + string(s.asset.gone) + ", and is judged there."
	case s.asset != nil && s.asset.of != none:
		return "It is an instance of " + ix.subjects[s.asset.of].release.Name() + ", and is judged there."
	case s.release != nil && ix.retired(s):
		return "The release was retired on " + day(s.release.Retired) + ", and no instance of it is known."
	}
	return ""
}

func (ix *Index) retired(s *subject) bool {
	return !s.release.Retired.IsZero() && !s.release.Retired.After(ix.now) && len(s.members) == 0
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// parts are the identities of a subject with a hit on v, its own first.
func (ix *Index) parts(n, v uint32) []part {
	var out []part
	if d := ix.subjects[n].device; d != 0 && ix.hitOf(d, v) != nil {
		out = append(out, part{id: d})
	}
	for _, h := range ix.reach(n) {
		b := ix.subjects[h.subject].bill
		if b == nil {
			continue
		}
		add := func(id uint32, rows []uint32) bool {
			if ix.hitOf(id, v) != nil {
				if rows = shipped(b, rows); len(rows) > 0 {
					out = append(out, part{id: id, held: h, rows: rows})
				}
			}
			return true
		}
		// Whichever is shorter: who has the vulnerability, or what is in the bill.
		if with := ix.byVuln.get(v); len(with)*8 < len(b.order) {
			with = slices.Clone(with)
			slices.Sort(with)
			for _, id := range slices.Compact(with) {
				if rows := b.rows(id); rows != nil {
					add(id, rows)
				}
			}
		} else {
			b.each(add)
		}
	}
	vuln := ix.texts.at(v)
	out = ix.bulk(out, v)
	for i := range out {
		p := &out[i]
		if p.more > 0 {
			continue
		}
		p.hit = Hit{Vulnerability: vuln, State: wardround.Unknown, Confidence: wardround.Guessed,
			Why: "What is known of it changed while this was judged."}
		for _, h := range ix.match(p.id) {
			if h.Vulnerability == vuln {
				p.hit = h
				break
			}
		}
		p.state = stateOf(&p.hit)
		id := ix.identity(p.id)
		p.label = id.Label()
	}
	return out
}

// bulk makes one part of all beyond maxParts, by state. The worst stay.
func (ix *Index) bulk(parts []part, v uint32) []part {
	if len(parts) <= maxParts {
		return parts
	}
	state := func(p *part) wardround.State { return wardround.State(ix.hitOf(p.id, v).state) }
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(rank(state(&b)), rank(state(&a))) })
	var rest [3]part
	for i := range parts[maxParts:] {
		p := &parts[maxParts+i]
		h := ix.hitOf(p.id, v)
		r := &rest[h.state]
		r.state, r.label = wardround.State(h.state), "further components"
		r.hit.State, r.hit.Confidence = r.state, wardround.Indicated
		r.more += p.size()
		r.digest += (uint64(h.sum)<<32 | uint64(p.id)) * 1099511628211
	}
	parts = parts[:maxParts]
	for _, r := range rest {
		if r.more > 0 {
			parts = append(parts, r)
		}
	}
	return parts
}

// shipped leaves out components that the bill says are not part of the product.
func shipped(b *bill, rows []uint32) []uint32 {
	for i, r := range rows {
		if b.flags[r]&flagExcluded != 0 {
			out := slices.Clone(rows[:i])
			for _, r := range rows[i:] {
				if b.flags[r]&flagExcluded == 0 {
					out = append(out, r)
				}
			}
			return out
		}
	}
	return rows
}

// worst makes one state and one sentence of the parts: fail before unknown before
// pass. A claim decides only if it speaks for every part that is not a pass.
func (ix *Index) worst(e *check.Exposure, parts []part) {
	var open, claimed [3]int
	e.State = wardround.Pass
	var first, firstClaimed *part
	for i := range parts {
		p := &parts[i]
		st := p.state
		if p.claim != nil && p.claim.Status == "affected" {
			st = wardround.Fail
			p.state = st
		}
		if clears(p.claim) && st != wardround.Pass {
			claimed[st] += p.size()
			if firstClaimed == nil || rank(st) > rank(firstClaimed.state) {
				firstClaimed = p
			}
			continue
		}
		open[st] += p.size()
		if first == nil || rank(st) > rank(first.state) {
			first = p
		}
		if p.claim != nil && e.Claim == nil && p.claim.Status == "affected" {
			e.Claim = p.claim
		}
	}
	lead := first
	if first == nil || first.state == wardround.Pass {
		if firstClaimed != nil {
			lead = firstClaimed
			e.Claim = firstClaimed.claim
			open, claimed = claimed, [3]int{}
		}
	}
	if lead.claim != nil && e.Claim == nil && lead.claim.Status == "under_investigation" {
		e.Claim = lead.claim
	}
	e.State = lead.state
	e.Confidence = confidence(parts, e.State)
	e.Why = lead.label + ": " + lead.hit.Why
	var more []string
	if o := open[e.State] - lead.size(); o > 0 {
		more = append(more, fmt.Sprintf("%s more likewise", count(o, "component")))
	}
	if e.State == wardround.Fail && open[wardround.Unknown] > 0 {
		more = append(more, "whether "+count(open[wardround.Unknown], "other component")+" "+isAre(open[wardround.Unknown])+" affected cannot be told")
	}
	if c := claimed[wardround.Fail] + claimed[wardround.Unknown]; c > 0 {
		more = append(more, "of "+count(c, "other component")+" an author states not affected")
	}
	if len(more) > 0 {
		e.Why = strings.TrimSuffix(e.Why, ".") + "; " + strings.Join(more, "; ") + "."
	}
}

func rank(s wardround.State) int {
	return [...]int{wardround.Unknown: 1, wardround.Pass: 0, wardround.Fail: 2}[s]
}

// clears reports whether a claim says that there is nothing to do.
func clears(c *check.Claim) bool {
	return c != nil && (c.Status == "not_affected" || c.Status == "fixed")
}

func confidence(parts []part, s wardround.State) (c wardround.Confidence) {
	for i := range parts {
		if parts[i].state == s {
			c = max(c, parts[i].hit.Confidence)
		}
	}
	return c
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// factOf is a digest of what an answer rests on: the components, what is said of
// them, and the claim. Scores are not in it: a claim outlives a new EPSS.
func factOf(e *check.Exposure, parts []part) string {
	h := sha256.New()
	text(h, e.Vulnerability, e.State.String())
	for i := range parts {
		p := &parts[i]
		text(h, p.label, p.state.String(), p.hit.Why, strings.Join(p.hit.Fixed, "\x00"))
		if p.held == nil {
			text(h, "itself")
		}
		if p.more > 0 {
			text(h, strconv.Itoa(p.more), strconv.FormatUint(p.digest, 16))
		}
	}
	if c := e.Claim; c != nil {
		text(h, string(c.Document), c.Statement, c.Status, c.Justification, c.Author, c.Trust)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// sumOfExposure is a digest of all that is said; 0 never comes out. The probability
// counts in percent: it moves a little every day for everything.
func sumOfExposure(e *check.Exposure) uint64 {
	h := sha256.New()
	text(h, e.Fact, e.Title, e.Why, e.Rating, e.Severity.String(), strconv.Itoa(e.Count), strconv.Itoa(int(e.Confidence)),
		strconv.FormatBool(e.Exploited), e.DueKEV.UTC().Format(time.RFC3339), strconv.FormatBool(e.Embargoed),
		strconv.FormatFloat(e.Score, 'f', 1, 64), strconv.Itoa(int(math.Round(e.EPSS*100))))
	for _, l := range [][]string{e.Aliases, e.Fixed, e.Advisories} {
		text(h, l...)
		text(h, "\x01")
	}
	for _, p := range e.Places {
		text(h, p.Component, p.Path, p.Fixed, p.Why)
	}
	if c := e.Claim; c != nil {
		text(h, c.Note, c.Expires.UTC().Format(time.RFC3339), strconv.Itoa(len(c.Conflicts)))
	}
	return binary.LittleEndian.Uint64(h.Sum(nil)) | 1
}

func text(h hash.Hash, parts ...string) {
	var n [4]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
}
