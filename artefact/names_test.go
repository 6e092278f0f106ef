package artefact

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestNamesInSARIF: whatever a file is called, its location is a URI reference that
// leads back to it.
func TestNamesInSARIF(t *testing.T) {
	for _, name := range []string{"a b.pkl", "new\nline", "a:b.pkl", "100%.pkl", "a#b?c", "\xff\xfe", "ä/ö.pkl", "//server/x", "a\x1b[31m"} {
		rep := scan(t, name, []byte(evil))
		for _, r := range SARIF("1", []*Report{rep}).Runs[0].Results {
			u, err := url.Parse(r.File)
			if err != nil || u.Scheme != "" || u.Host != "" || filepath.Clean(u.Path) != filepath.Clean(name) || strings.ContainsAny(r.File, " \n\x1b") || !utf8.ValidString(r.File) {
				t.Errorf("%q: %q %v", name, r.File, err)
			}
		}
	}
}

// TestEveryVerdictIsTold: what is not clean has a hit at least as grave, so that no
// output leaves it out.
func TestEveryVerdictIsTold(t *testing.T) {
	for _, b := range []string{"cmymodule\nrun\n.", "cmymodule\nrun\n(tR.", evil, evil4, benign[:8], "\x01\x99\x88\x77\xff\x00", "\x80\x04P1\n.", "\x80\x02\x82\x01."} {
		rep := scan(t, "x", []byte(b))
		if !rep.Verdict.Clean() && (len(rep.Rules) == 0 || ofLevel(rep.Rules[0].Level).Gravity() < rep.Verdict.Gravity()) {
			t.Errorf("%q: %s, told %v", b, rep.Verdict, rep.Rules)
		}
	}
}

// TestChangedWhileRead: a file that somebody writes to meanwhile is unreadable.
func TestChangedWhileRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pkl")
	if err := os.WriteFile(path, []byte(benign), 0o600); err != nil {
		t.Fatal(err)
	}
	calls := 0
	now := func() time.Time { // asked once before and once after the look
		if calls++; calls == 2 {
			if err := os.WriteFile(path, []byte(evil), 0o600); err != nil {
				t.Error(err)
			}
		}
		return time.Time{}
	}
	rep, err := ScanFile(context.Background(), path, Options{Now: now})
	if err != nil || rep.Verdict != Unreadable || rep.Rules[0].Rule != "artefact.changed" {
		t.Errorf("%v %+v", err, rep)
	}
}
