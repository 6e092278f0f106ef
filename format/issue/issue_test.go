package issue

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestLevelsAreOrderedByGravity(t *testing.T) {
	if !(Note < Unknown && Unknown < Unreadable && Unreadable < Malicious) {
		t.Fatal("a graver level must be greater")
	}
	for l := Note; l <= Malicious; l++ {
		b, err := json.Marshal(Issue{Rule: "a.b", Level: l})
		if err != nil {
			t.Fatal(err)
		}
		var back Issue
		if err := json.Unmarshal(b, &back); err != nil || back.Level != l {
			t.Errorf("%s came back as %v, %v", b, back.Level, err)
		}
	}
	var l Level
	if err := l.UnmarshalText([]byte("fine")); err == nil {
		t.Error("an unknown level was read")
	}
}

func TestListIsBounded(t *testing.T) {
	var l List
	for i := range 100_000 {
		l.Add("x.y", Unknown, "here", int64(i), "number %d", i)
	}
	l.Add("x.z", Malicious, "", -1, "all bad")
	got := l.Issues()
	if len(got) != DefaultMax+1 {
		t.Fatalf("%d issues were kept", len(got))
	}
	if want := "number 19 (99980 more like this)"; got[DefaultMax-1].Text != want {
		t.Errorf("the last says %q, want %q", got[DefaultMax-1].Text, want)
	}
	if Worst(got) != Malicious || Worst(nil) != Note {
		t.Error("the worst level is wrong")
	}
}

func TestClipShowsWhatHides(t *testing.T) {
	for in, want := range map[string]string{
		"weight":        "weight",
		"Gewicht ä":     "Gewicht ä",
		"a\nb\x1b[31m":  `a\nb\x1b[31m`,
		"evil\u202etxt": `evil\u202etxt`,
		"\xff\xfe":      `\xff\xfe`,
	} {
		if got := Clip(in, 100); got != want {
			t.Errorf("Clip(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Clip(strings.Repeat("é", 10), 5); got != "éé…" {
		t.Errorf("cut in the middle of a rune: %q", got)
	}
}
