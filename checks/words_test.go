package checks

import (
	"regexp"
	"slices"
	"testing"

	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/clinical"
)

var place = regexp.MustCompile(`\{\w+\}`)

func places(s string) []string {
	list := place.FindAllString(s, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

// TestEveryLanguageSaysTheSame: a translated text has the parts of the English one,
// and asks for the same facts. A check may speak English alone; those that were
// translated once stay so.
func TestEveryLanguageSaysTheSame(t *testing.T) {
	languages := check.Languages()
	if !slices.Equal(languages, []string{"en", "de", "fr"}) {
		t.Fatalf("languages %v", languages)
	}
	for _, l := range languages[1:] {
		n := 0
		for _, c := range check.All() {
			title, say, is := c.SayIn(l)
			if is != l {
				t.Logf("%s speaks English for %s", c.ID, l)
				continue
			}
			n++
			parts := []struct{ name, english, other string }{
				{"title", c.Title, title}, {"bedside", c.Say.Bedside, say.Bedside}, {"ward", c.Say.Ward, say.Ward}, {"engineering", c.Say.Engineering, say.Engineering},
				{"security", c.Say.Security, say.Security}, {"dont", c.Say.Dont, say.Dont}, {"why", c.Say.Why, say.Why}, {"wrong", c.Say.Wrong, say.Wrong},
			}
			for _, p := range parts {
				if (p.english == "") != (p.other == "") || !slices.Equal(places(p.english), places(p.other)) {
					t.Errorf("%s %s %s: %q does not fit %q", l, c.ID, p.name, p.other, p.english)
				}
				if p.name != "title" && p.english != "" && p.other == p.english {
					t.Errorf("%s %s %s is still English", l, c.ID, p.name)
				}
			}
		}
		if n < 39 {
			t.Errorf("%s: only %d checks are translated", l, n)
		}
	}
}

// TestProfilesInEveryLanguage: the same roles, nothing left in English.
func TestProfilesInEveryLanguage(t *testing.T) {
	for _, l := range []string{"de", "fr"} {
		for _, role := range clinical.RoleNames() {
			en, other := clinical.Profile(role), clinical.ProfileIn(l, role)
			if other.Misuse == en.Misuse || other.Loss == en.Loss || other.Safe == en.Safe || other.Dont == en.Dont || other.Dont == "" {
				t.Errorf("%s %s is not translated", l, role)
			}
			if other.Criticality != en.Criticality || other.Source != en.Source {
				t.Errorf("%s %s says something else", l, role)
			}
		}
	}
	if clinical.ProfileIn("xx", "gateway") != clinical.Profile("gateway") || clinical.ProfileIn("de", "nobody") != nil {
		t.Error("what there is not")
	}
}
