package checks

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/fixture"
)

var (
	unfilled = regexp.MustCompile(`\{[^}]*\}`)
	// internal is what means nothing to a person: ids as the root package derives
	// them, times and durations as machines write them, empty values.
	internal = regexp.MustCompile(`\b[a-z]-[a-km-np-z2-9]{16}\b|\d{4}-\d\d-\d\dT|\b\d+[hm]\d+(\.\d+)?s\b|<nil>|map\[|%!`)
	sentence = regexp.MustCompile(`[.!?](\s+|$)`)
)

// maxWords is how long a sentence may be that is read at three in the morning.
const maxWords = 40

// TestVoices renders every finding of every fixture: no part is empty or unfilled,
// nothing internal shows, and sentences can be read in one breath.
func TestVoices(t *testing.T) {
	for _, c := range check.All() {
		t.Run(c.ID, func(t *testing.T) {
			plain(t, "Doc", c.Doc)
			plain(t, "Title", c.Title)
			files, err := filepath.Glob(filepath.Join("*", "testdata", c.ID, "*.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			rendered := 0
			for _, file := range files {
				for _, v := range voices(t, c, file) {
					rendered++
					for part, text := range map[string]string{
						"title": v.Title, "bedside": v.Bedside, "do": v.Do, "don't": v.Dont, "why": v.Why, "evidence": v.Evidence,
					} {
						plain(t, filepath.Base(file)+", "+part, text)
						if m := unfilled.FindString(text); m != "" {
							t.Errorf("%s, %s: %s is not filled: %s", file, part, m, text)
						}
						if m := internal.FindString(text); m != "" {
							t.Errorf("%s, %s: %q means nothing to a person: %s", file, part, m, text)
						}
					}
				}
			}
			if rendered == 0 {
				t.Error("no fixture ends in a finding")
			}
		})
	}
}

func voices(t *testing.T, c *check.Check, file string) []check.Voice {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fx, err := fixture.Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	all, err := fx.Voices(t.Context(), c.ID, memory)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return all
}

// plain fails for a text that is empty, hedges twice, or has a sentence too long
// to be read at once.
func plain(t *testing.T, part, text string) {
	t.Helper()
	if strings.Trim(text, " .:;,") == "" {
		t.Errorf("%s says nothing", part)
	}
	for _, s := range sentence.Split(text, -1) {
		if n := len(strings.Fields(s)); n > maxWords {
			t.Errorf("%s: a sentence of %d words: %s", part, n, s)
		}
	}
	for _, hedge := range []string{"might potentially", "could possibly", "may possibly", "please note", "in order to"} {
		if strings.Contains(strings.ToLower(text), hedge) {
			t.Errorf("%s says %q", part, hedge)
		}
	}
}
