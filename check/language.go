package check

import (
	"fmt"
	"maps"
	"slices"
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
	release      string // one without a name
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
	release:      "a release",
}

// Told is a check's title and text in another language, with the same places to
// fill in.
type Told struct {
	Title string
	Say   Say
}

// told are the texts of the other languages, by check, read when first asked for.
var told = map[string]func() map[string]Told{}

// Tell registers the texts of a language whose sentences are known here; texts is
// called when they are first needed. Package words does it while the program starts.
func Tell(language string, texts func() map[string]Told) {
	if _, ok := sentences[language]; !ok || told[language] != nil {
		panic("check: language " + language + " is not known, or registered twice")
	}
	told[language] = texts
}

// Languages lists the languages that findings can be told in, English first.
func Languages() []string {
	return append([]string{English}, slices.Sorted(maps.Keys(told))...)
}

// sentences are the phrases of the other languages.
var sentences = map[string]phrases{
	"de": {
		wrongIf:      "Falsch, wenn",
		notSeenSince: "Seit %s nicht mehr gesehen.",
		evidence:     "Position %d im Protokoll, zuletzt gesehen %s. Schwere: %s. Maßnahmen: %s.",
		noProfile:    "für diese Rolle gibt es kein klinisches Profil",
		reviewedBy:   "geprüft von %s",
		reviewedOn:   "geprüft von %s am %s",
		unreviewed:   "noch von niemandem aus der Klinik geprüft",
		fromTo:       "%v an %v",
		anInterface:  "eine Schnittstelle",
		site:         "der Standort %s",
		release:      "ein Produktstand",
		sensor:       "der Sensor %s",
	},
	"fr": {
		wrongIf:      "Faux si",
		notSeenSince: "Plus revu depuis %s.",
		evidence:     "Position %d du journal, vu pour la dernière fois %s. Gravité : %s. Mesures : %s.",
		noProfile:    "il n'y a pas de profil clinique pour ce rôle",
		reviewedBy:   "relu par %s",
		reviewedOn:   "relu par %s le %s",
		unreviewed:   "pas encore relu par un clinicien",
		fromTo:       "%v vers %v",
		anInterface:  "une interface",
		site:         "le site %s",
		release:      "une version de produit",
		sensor:       "le capteur %s",
	},
}

// words returns what there is in a language, English where there is nothing. This
// is the one place that knows which languages there are.
func (c *Check) words(language string) words {
	if texts := told[language]; texts != nil {
		if t, ok := texts()[c.ID]; ok {
			return words{language: language, title: t.Title, say: t.Say, phrases: sentences[language]}
		}
	}
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
				return fmt.Sprintf(w.fromTo, w.fact(ends[0], a), w.fact(ends[1], b))
			}
		}
		return w.anInterface
	case wardround.SubjectRelease:
		if name, ok := f.Facts["release"].(string); ok && name != "" {
			return name
		}
		return w.release
	case wardround.SubjectSite:
		return fmt.Sprintf(w.site, f.Subject.ID)
	case wardround.SubjectSensor:
		return fmt.Sprintf(w.sensor, f.Subject.ID)
	}
	return f.Subject.ID
}

// fact is what a check put into a fact, told where it is a phrase.
func (w *words) fact(name string, v any) any {
	t, _ := FactIn(w.language, name, v)
	return t
}

// name is how an asset is called, told where it has no name.
func (w *words) name(s string) string { return w.fact("*", s).(string) }
