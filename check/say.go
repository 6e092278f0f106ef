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

// Voice is a finding as a person reads it, in the order of reading.
type Voice struct {
	Title    string `json:"title"`
	Bedside  string `json:"at_the_bedside"`
	Do       string `json:"do"`
	Dont     string `json:"dont"`
	Why      string `json:"why_we_say_so"`
	Evidence string `json:"evidence"`
}

// Render writes the finding in its five parts. a is the subject's asset, nil for
// other subjects; prof is the clinical profile of its role, nil if there is none.
func (c *Check) Render(f *wardround.Finding, a *wardround.Asset, prof *wardround.ClinicalProfile) Voice {
	name, where := subjectName(f), ""
	whom := name
	if a != nil {
		name, whom = named(a), located(a)
		if w := a.Attr(wardround.AttrWard); w != "" {
			where = w + ", "
		}
	}
	fill := func(s string) string { return fillIn(s, name, whom, f) }
	v := Voice{
		Title:   fmt.Sprintf("%s — %s%s · %s", c.Title, where, whom, f.Severity),
		Bedside: fill(c.Say.Bedside),
		Dont:    fill(c.Say.Dont),
		Why:     fill(c.Say.Why),
	}
	if prof != nil {
		label := ""
		if l := prof.Label(); l != "" {
			label = " (" + l + ")"
		}
		if prof.Misuse != "" {
			v.Bedside += " " + prof.Misuse + label
		}
		if prof.Dont != "" {
			v.Dont += " " + prof.Dont
		}
	}
	var do []string
	for _, part := range []struct{ who, what string }{
		{"Ward", c.Say.Ward}, {"Clinical engineering", c.Say.Engineering}, {"Security", c.Say.Security},
	} {
		if part.what != "" {
			do = append(do, part.who+": "+fill(part.what))
		}
	}
	v.Do = strings.Join(do, " ")
	if c.Say.Wrong != "" {
		v.Why += " Wrong if " + fill(c.Say.Wrong)
	}
	if f.Stale {
		v.Why += " Not seen again since " + f.LastSeen.UTC().Format(timeText) + "."
	}
	v.Evidence = fmt.Sprintf("Log position %d, last seen %s. Severity: %s. Controls: %s.",
		f.Seq, f.LastSeen.UTC().Format(timeText), f.Why, strings.Join(c.Controls, ", "))
	return v
}

// subjectName is how a person knows what is no asset.
func subjectName(f *wardround.Finding) string {
	switch f.Subject.Kind {
	case wardround.SubjectLink:
		for _, ends := range [][2]string{{"sender", "receiver"}, {"client", "server"}} {
			if a, b := f.Facts[ends[0]], f.Facts[ends[1]]; a != nil && b != nil {
				return fmt.Sprint(a, " to ", b)
			}
		}
		return "an interface"
	case wardround.SubjectSite:
		return "the site " + f.Subject.ID
	case wardround.SubjectSensor:
		return "the sensor " + f.Subject.ID
	}
	return f.Subject.ID
}

func fillIn(s, asset, whom string, f *wardround.Finding) string {
	if !strings.Contains(s, "{") {
		return s
	}
	pairs := []string{"{asset}", asset, "{whom}", whom, "{item}", f.Item}
	names := make([]string, 0, len(f.Facts))
	for k := range f.Facts {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		text := factText(f.Facts[k])
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
