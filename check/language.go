package check

import (
	"fmt"
	"time"

	"github.com/wardround/wardround"
)

// English is the language every check speaks.
const English = "en"

// words are what a finding is told with in one language: the check's own text and
// the few sentences around it.
type words struct {
	language string
	title    string
	say      Say
	phrases
}

// phrases are the sentences around a check's text. Verbs are as in package fmt.
type phrases struct {
	wrongIf      string
	notSeenSince string // time
	evidence     string // log position, time, reason of the severity, controls
	noProfile    string
	reviewedBy   string // who
	reviewedOn   string // who, day
	unreviewed   string
	fromTo       string // a sender and its receiver
	anInterface  string
	site, sensor string // its id
}

var english = phrases{
	wrongIf:      "Wrong if",
	notSeenSince: "Not seen again since %s.",
	evidence:     "Log position %d, last seen %s. Severity: %s. Controls: %s.",
	noProfile:    "there is no clinical profile for this role",
	reviewedBy:   "reviewed by %s",
	reviewedOn:   "reviewed by %s on %s",
	unreviewed:   wardround.ClinicalProfile{}.Label(),
	fromTo:       "%v to %v",
	anInterface:  "an interface",
	site:         "the site %s",
	sensor:       "the sensor %s",
}

// words returns what there is in a language, English where there is nothing. This
// is the one place that knows which languages there are.
func (c *Check) words(_ string) words {
	return words{language: English, title: c.Title, say: c.Say, phrases: english}
}

// SayIn returns the check's title and text, unfilled, in the language asked for
// or in English, and which it is.
func (c *Check) SayIn(language string) (title string, say Say, is string) {
	w := c.words(language)
	return w.title, w.say, w.language
}

// review says who has read the profile, or that nobody has.
func (w *words) review(prof *wardround.ClinicalProfile) string {
	switch {
	case prof.Label() != "":
		return w.unreviewed
	case prof.Reviewed.IsZero():
		return fmt.Sprintf(w.reviewedBy, prof.Reviewer)
	}
	return fmt.Sprintf(w.reviewedOn, prof.Reviewer, prof.Reviewed.UTC().Format(time.DateOnly))
}

// subject is how a person knows what is no asset.
func (w *words) subject(f *wardround.Finding) string {
	switch f.Subject.Kind {
	case wardround.SubjectLink:
		for _, ends := range [][2]string{{"sender", "receiver"}, {"client", "server"}} {
			if a, b := f.Facts[ends[0]], f.Facts[ends[1]]; a != nil && b != nil {
				return fmt.Sprintf(w.fromTo, a, b)
			}
		}
		return w.anInterface
	case wardround.SubjectSite:
		return fmt.Sprintf(w.site, f.Subject.ID)
	case wardround.SubjectSensor:
		return fmt.Sprintf(w.sensor, f.Subject.ID)
	}
	return f.Subject.ID
}
