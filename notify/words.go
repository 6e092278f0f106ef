package notify

import (
	"strings"
	"unicode"

	"github.com/wardround/wardround"
)

// words are what a message says besides its case, in the language of the case.
type words struct {
	simulated, waiting, notAlarm, open string
	severities                         map[wardround.Severity]string
}

var wordings = map[string]words{
	"en": {"SIMULATED", "not taken up yet", notAnAlarm, "Open", nil}, // severities have English names
	"de": {"SIMULIERT", "noch nimmt sich niemand dessen an", "Kein Patientenalarm.", "Öffnen", map[wardround.Severity]string{
		wardround.Critical: "kritisch", wardround.High: "hoch", wardround.Medium: "mittel", wardround.Low: "niedrig", wardround.Info: "Hinweis",
	}},
	"fr": {"SIMULÉ", "personne ne s’en occupe encore", "Pas une alarme patient.", "Ouvrir", map[wardround.Severity]string{
		wardround.Critical: "critique", wardround.High: "élevée", wardround.Medium: "moyenne", wardround.Low: "faible", wardround.Info: "information",
	}},
}

func wording(language string) words {
	if w, ok := wordings[language]; ok {
		return w
	}
	return wordings["en"]
}

func (w words) severity(s wardround.Severity) string {
	if name := w.severities[s]; name != "" {
		return name
	}
	return s.String()
}

// plain is text on one line: names come off the wire, and must neither begin a line
// of their own nor turn the reading direction of ours.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return ' '
		}
		return r
	}, s)), " ")
}
