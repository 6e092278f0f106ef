package board

import (
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// TestWords: a finding is found by any word of its check, its asset or itself, in
// any case and order, if all of them occur; and by no other.
func TestWords(t *testing.T) {
	c := hospitalOf(1, 0)
	c.Assets[0].Attributes["name"] = wardround.Attribute{Value: "Ünit-7 PACS"}
	b := newBoard()
	f := finding(c.Assets[0], b.own[0].Check, "Port 11112/tcp ü", wardround.High, t0)
	c.Findings = []*wardround.Finding{f}
	b.Apply(c)
	for q, want := range map[string]int{
		"": 1, "  ": 1, "pacs": 1, "PACS port": 1, "port pacs": 1, "11112": 1, "ü": 1, "ÜNIT": 1, "1": 1, f.ID: 1, f.Check: 1,
		strings.ToUpper(f.Title): 1, "pacs nowhere": 0, "portx": 0, "cpor": 0, "port  11112/tcp": 1, "11112/udp": 0,
		"p o r t 1 2 / ü n i a c s 7": 1, "p o r t 1 2 / ü n i a c s 7 §": 0,
	} {
		page, err := b.Findings(FindingQuery{List: List{Limit: 1}, Q: q})
		if err != nil || page.Total != want {
			t.Errorf("%q: %d findings, want %d; %v", q, page.Total, want, err)
		}
	}
}

// FuzzGrams: what is in a text is never missed.
func FuzzGrams(f *testing.F) {
	f.Add("port 11112/tcp", 5, 5)
	f.Fuzz(func(t *testing.T, text string, from, n int) {
		if from < 0 || n < 0 || from > len(text) || n > len(text)-from {
			return
		}
		if in := grams(text[from : from+n]); grams(text)&in != in {
			t.Errorf("%q lacks a mark of %q", text, text[from:from+n])
		}
	})
}
