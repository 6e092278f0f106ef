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
// by the subject's name, {item} by the item. Product behaviour is asserted only
// from the maker's instructions.
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
	name := f.Subject.ID
	where := ""
	if a != nil {
		name = a.Name()
		if w := a.Attr(wardround.AttrWard); w != "" {
			where = w + ", "
		}
	}
	fill := func(s string) string { return fillIn(s, name, f) }
	v := Voice{
		Title:   fmt.Sprintf("%s — %s%s · %s", c.Title, where, name, f.Severity),
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
		v.Why += " Not seen again since " + f.LastSeen.UTC().Format(time.RFC3339) + "."
	}
	v.Evidence = fmt.Sprintf("log position %d, last seen %s (UTC); severity because %s; controls: %s",
		f.Seq, f.LastSeen.UTC().Format("2006-01-02 15:04:05"), f.Why, strings.Join(c.Controls, ", "))
	return v
}

func fillIn(s, asset string, f *wardround.Finding) string {
	if !strings.Contains(s, "{") {
		return s
	}
	pairs := []string{"{asset}", asset, "{item}", f.Item}
	names := make([]string, 0, len(f.Facts))
	for k := range f.Facts {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		pairs = append(pairs, "{"+k+"}", factText(f.Facts[k]))
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
		return v.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return fmt.Sprint(v)
}
