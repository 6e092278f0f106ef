package check

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Say is the text of a finding: short, no jargon in the first three parts, and
// saying what is not known. {name} is replaced by the fact of that name, {asset}
// by the subject's name, {whom} by its name and address, {item} by the item.
// Product behaviour is asserted only from the maker's instructions.
type Say struct {
	// Bedside: what it can mean for a patient, and what is not known.
	Bedside string `json:"bedside"`
	// Ward, Engineering and Security: what each should do.
	Ward        string `json:"ward"`
	Engineering string `json:"engineering"`
	Security    string `json:"security"`
	// Dont: what not to do because of this.
	Dont string `json:"dont"`
	// Why we say so: the facts in a sentence.
	Why string `json:"why"`
	// Wrong if: when the finding would be mistaken.
	Wrong string `json:"wrong"`
}

// Voice is a finding as a person reads it in a terminal, in the order of reading.
type Voice struct {
	Title    string `json:"title"`
	Bedside  string `json:"at_the_bedside"`
	Do       string `json:"do"`
	Dont     string `json:"dont"`
	Why      string `json:"why_we_say_so"`
	Evidence string `json:"evidence"`
}

// Text is a finding in its parts, for a page that sets each in its place.
type Text struct {
	Language string `json:"language"` // of the parts: what there is, not what was asked for
	Title    string `json:"title"`
	Where    string `json:"where"` // ward, name and address
	Bedside  string `json:"at_the_bedside"`
	Do       Do     `json:"do"`
	Dont     string `json:"dont"`
	Why      string `json:"why_we_say_so"`
	Wrong    string `json:"wrong_if"` // completes "wrong if"; "" when it cannot be
	Evidence string `json:"evidence"`
	// Reviewed says that a clinician has read what the role's profile says of the
	// bedside; Review says by whom, or what is missing.
	Reviewed bool   `json:"reviewed"`
	Review   string `json:"review,omitempty"`
}

// Do is what each should do; "" for nothing.
type Do struct {
	Ward        string `json:"ward"`
	Engineering string `json:"clinical_engineering"`
	Security    string `json:"security"`
}

// Render writes the finding in its five parts, in English. a is the subject's
// asset, nil for other subjects; prof is the clinical profile of its role, nil if
// there is none.
func (c *Check) Render(f *wardround.Finding, a *wardround.Asset, prof *wardround.ClinicalProfile) Voice {
	t := c.tell(English, f, a, prof, true)
	v := Voice{
		Title:   fmt.Sprintf("%s — %s · %s", t.Title, t.Where, f.Severity),
		Bedside: t.Bedside, Dont: t.Dont, Why: t.Why, Evidence: t.Evidence,
	}
	var do []string
	for _, part := range []struct{ who, what string }{
		{"Ward", t.Do.Ward}, {"Clinical engineering", t.Do.Engineering}, {"Security", t.Do.Security},
	} {
		if part.what != "" {
			do = append(do, part.who+": "+part.what)
		}
	}
	v.Do = strings.Join(do, " ")
	return v
}

// RenderIn writes the finding in its parts, in the language asked for or, where
// there is no such text, in English; [Text.Language] says which.
func (c *Check) RenderIn(language string, f *wardround.Finding, a *wardround.Asset, prof *wardround.ClinicalProfile) Text {
	return c.tell(language, f, a, prof, false)
}

// tell fills the check's words with the finding's facts. inline puts the label of
// an unreviewed profile, and when the finding would be wrong, into the sentences.
func (c *Check) tell(language string, f *wardround.Finding, a *wardround.Asset, prof *wardround.ClinicalProfile, inline bool) Text {
	w := c.words(language)
	name, where := w.subject(f), ""
	whom := name
	if a != nil {
		name, whom = w.name(named(a)), w.name(located(a))
		if ward := a.Attr(wardround.AttrWard); ward != "" {
			where = ward + ", "
		}
	}
	fill := func(s string) string { return w.fillIn(s, name, whom, f) }
	t := Text{
		Language: w.language, Title: w.title, Where: where + whom,
		Bedside: fill(w.say.Bedside), Dont: fill(w.say.Dont), Why: fill(w.say.Why), Wrong: fill(w.say.Wrong),
		Do:     Do{Ward: fill(w.say.Ward), Engineering: fill(w.say.Engineering), Security: fill(w.say.Security)},
		Review: w.noProfile,
	}
	if prof != nil {
		t.Reviewed, t.Review = prof.Label() == "", w.review(prof)
		if prof.Misuse != "" {
			t.Bedside += " " + prof.Misuse
			if l := prof.Label(); inline && l != "" {
				t.Bedside += " (" + l + ")"
			}
		}
		if prof.Dont != "" {
			t.Dont += " " + prof.Dont
		}
	}
	if inline && t.Wrong != "" {
		t.Why += " " + w.wrongIf + " " + t.Wrong
	}
	if f.Stale {
		t.Why += " " + fmt.Sprintf(w.notSeenSince, f.LastSeen.UTC().Format(timeText))
	}
	why, _ := PhraseIn(w.language, f.Why)
	t.Evidence = fmt.Sprintf(w.evidence, f.Seq, f.LastSeen.UTC().Format(timeText), why, strings.Join(c.Controls, ", "))
	return t
}

func (w *words) fillIn(s, asset, whom string, f *wardround.Finding) string {
	if !strings.Contains(s, "{") {
		return s
	}
	pairs := []string{"{asset}", asset, "{whom}", whom, "{item}", w.fact("item", f.Item).(string)}
	names := make([]string, 0, len(f.Facts))
	for k := range f.Facts {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		text := factText(w.fact(k, f.Facts[k]))
		if k == "protocol" {
			text = protocolName(text)
		}
		pairs = append(pairs, "{"+k+"}", text)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func factText(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, ", ")
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = fmt.Sprint(v[i])
		}
		return strings.Join(parts, ", ")
	case time.Time:
		return v.UTC().Format(timeText)
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.UTC().Format(timeText)
		}
	}
	return fmt.Sprint(v)
}

// timeText is how a time is told.
const timeText = "2006-01-02 15:04:05 UTC"

// protocolName is how people write a protocol.
func protocolName(p string) string {
	switch p {
	case "dicomweb":
		return "DICOMweb"
	case "dicom", "hl7", "fhir", "mqtt", "tls", "http", "ssh", "ftp", "tftp", "nfs", "dns":
		return strings.ToUpper(p)
	}
	return p
}
