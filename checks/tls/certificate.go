package tls

import (
	"context"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "tls.certificate",
	Version: 1,
	Title:   "A certificate that does not prove what it should",
	Doc: "The server showed a certificate that has ended, has not begun, ends within thirty days, is signed by nobody but itself, or is for another name than the client asked for. Clients that check refuse the connection, now or on the day it ends, and results, images or orders stop; clients that do not check would take a stranger for the server. " +
		"Renew the certificate, or have one issued by the authority that the clients trust for the name they use, and test with one client before the old one ends. " +
		"It is wrong where the site pins that very certificate on purpose, which is sound for a self-signed one, and where the sensor's clock is wrong. TLS 1.3 encrypts certificates and resumed sessions leave them out: then the answer is unknown, unless the certificate was seen within a week. It passes when only sound certificates were shown there for an hour.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"tls"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"certificate-management", "device-authentication"},
	Watch:        []kind.Name{kind.TLSSession},
	Fresh:        7 * 24 * time.Hour,
	Thresholds:   map[string]float64{"ending_days": endingDays},
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Care is not touched by this yet. When clients refuse {server}, what they send or fetch there stops; whether {client} checks the certificate at all is unknown.",
		Ward:        "If a program warns that a connection is not safe, don't click it away: call the help desk, and use the procedure for when it is down.",
		Engineering: "Find who renews the certificate of {server} ({item}) and have it replaced, tested with {client} first. What is wrong: {problem}.",
		Security:    "Make sure that the certificate is the site's own and nobody stands between: its key begins with {key}, its issuer is {issuer}.",
		Dont:        "Don't tell clients to stop checking certificates because of this, and don't replace it in the middle of a shift without a way back.",
		Why:         "{server} showed {client} a certificate at {item}, valid from {not_before} to {not_after}: {problem}.",
		Wrong:       "clients pin this very certificate, or the sensor's clock is wrong.",
	},
	Run: certificates,
})

// shown are the certificates seen at the items of one subject.
type shown struct {
	Items map[string]sight `json:"items"`
}

// sight is when a certificate was last seen, when it ends, and when something was
// last wrong with one, in seconds since 1970.
type sight struct {
	Seen int64 `json:"seen"`
	Ends int64 `json:"ends"`
	Bad  int64 `json:"bad,omitempty"`
}

const (
	// maxSights bounds the items remembered of one subject: 4 kB are to hold them.
	maxSights = 48
	// remember is how long a certificate that was seen counts for sessions that
	// don't show it.
	remember = 7 * 24 * time.Hour
	// soundHour is how long nothing must be wrong before an item passes: several
	// servers may answer at one address, and only one of them was renewed.
	soundHour = time.Hour
	// endingDays is how long before its end a certificate should be renewed.
	endingDays = 30
)

// certificates judges each certificate that is shown, and says unknown where none
// was for a week.
func certificates(_ context.Context, p *check.Pass) error {
	ending := time.Duration(p.Setting("ending_days", endingDays)*24) * time.Hour
	said := map[wardround.Key]string{} // what was told last in this batch
	for o := range p.Seen() {
		s := session(o)
		pl, ok := placeOf(p, o)
		if !ok {
			continue
		}
		switch {
		case s.ServerName != "":
			pl.item += " " + s.ServerName
		case bool(s.ServerNameThere):
			pl.item += " (a name not told)"
		}
		problem, severity, why := "", wardround.SeverityNone, ""
		if c := s.Certificate; c != nil && !c.Unreadable {
			problem, severity = problemOf(c, o.At, ending)
			if !note(p, pl, c, problem, o.At) {
				continue
			}
		} else if why = hidden(p, pl, s, o.At); why == "" {
			continue
		}
		key := wardround.Key{Subject: pl.subject, Item: pl.item}
		facts := factsOf(pl, s.Certificate)
		if what := why + problem + " " + factKey(facts); said[key] == what { // one of a batch is enough
			continue
		} else {
			said[key] = what
		}
		switch {
		case why != "":
			p.Unknown(pl.subject, pl.item, why, facts)
		case problem != "":
			facts["problem"] = problem
			p.Fail(pl.subject, pl.item, facts, check.As(severity), check.Exposed(pl.reach))
		default:
			p.Pass(pl.subject, pl.item, facts)
		}
	}
	return nil
}

// note remembers a certificate that was shown. It reports whether a verdict is
// due: not for a sound one that is shown beside one with a problem.
func note(p *check.Pass, pl place, c *kind.TLSCertificateV1, problem string, at time.Time) bool {
	seen := check.StateOf[shown](p, "", wardround.AssetID(pl.subject.ID))
	last, known := seen.Items[pl.item]
	now := sight{Seen: max(last.Seen, at.Unix()), Ends: c.NotAfter.Unix(), Bad: last.Bad}
	if problem != "" {
		now.Bad = max(last.Bad, at.Unix())
	}
	if known || len(seen.Items) < maxSights {
		if seen.Items == nil {
			seen.Items = map[string]sight{}
		}
		seen.Items[pl.item] = now
	}
	return problem != "" || now.Bad == 0 || at.Sub(time.Unix(now.Bad, 0)) > soundHour
}

// hidden says why a session shows nothing to judge; "" when a certificate was
// seen lately that still holds: then its verdict stands.
func hidden(p *check.Pass, pl place, s *kind.TLSSessionV1, at time.Time) (why string) {
	switch {
	case s.Certificate != nil:
		return "the certificate cannot be read"
	case s.Certificates == "encrypted":
		why = "TLS 1.3 encrypts the certificate"
	case s.Certificates == "omitted":
		why = "a resumed session leaves the certificate out"
	default:
		return "" // the handshake never got there
	}
	last, known := check.StateOf[shown](p, "", wardround.AssetID(pl.subject.ID)).Items[pl.item]
	switch {
	case !known, at.Sub(time.Unix(last.Seen, 0)) > remember:
		return why
	case last.Seen <= last.Ends && at.Unix() > last.Ends:
		return why + "; the one seen before has ended since, and whether it was replaced cannot be seen"
	}
	return ""
}

func factsOf(pl place, c *kind.TLSCertificateV1) wardround.Facts {
	facts := wardround.Facts{"server": pl.server, "client": pl.client}
	if c == nil || c.Unreadable {
		return facts
	}
	facts["issuer"] = c.Issuer
	if c.Issuer == "" {
		facts["issuer"] = "not told"
	}
	facts["key"] = c.KeyID[:min(len(c.KeyID), 16)]
	facts["not_before"] = c.NotBefore.UTC().Format(time.DateOnly)
	facts["not_after"] = c.NotAfter.UTC().Format(time.DateOnly)
	return facts
}

// factKey tells the certificates of one item apart.
func factKey(f wardround.Facts) string {
	key, _ := f["key"].(string)
	return key
}

// problemOf says what is wrong with a certificate at a time, the worst first; ""
// for nothing.
func problemOf(c *kind.TLSCertificateV1, at time.Time, ending time.Duration) (string, wardround.Severity) {
	switch left := c.NotAfter.Sub(at); {
	case left < 0:
		return "it has ended", wardround.Medium
	case at.Before(c.NotBefore):
		return "it is not valid yet", wardround.Medium
	case c.Match == "no":
		return "it is for another name than the client asked for", wardround.Medium
	case c.SelfSigned || c.SelfIssued && (c.CannotVerify || c.Irregular):
		return "nobody but itself signed it", wardround.Low
	case left < ending:
		return "it ends within " + days(ending), wardround.Low
	}
	return "", wardround.SeverityNone
}

func days(d time.Duration) string {
	n := int(d / (24 * time.Hour))
	if n == 1 {
		return "a day"
	}
	return strconv.Itoa(n) + " days"
}
