package lists

import (
	"slices"
	"testing"
)

func TestCWE(t *testing.T) {
	v := CWEVersions()
	if len(v) < 57 || v[0].Number != "1.0" || !KnownCWEVersion("4.13") || KnownCWEVersion("4.99") {
		t.Errorf("%v", v)
	}
	if !slices.IsSortedFunc(v[5:], func(a, b CWEVersion) int { return compareDates(a.Date, b.Date) }) {
		t.Error("the releases are not in order")
	}
	for day, want := range map[string]string{"1999-01-01": "1.0", "2023-10-25": "4.12", "2023-10-26": "4.13", "2030-01-01": v[len(v)-1].Number} {
		if got := CWEVersionAt(day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	w, ok := FindCWE("CWE-79", "4.13")
	if !ok || w.Name != "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')" || w.Usage != "Allowed" {
		t.Errorf("%+v", w)
	}
	// Weaknesses of every kind are there, pillars too; categories, views and numbers
	// that were never given are not.
	for id, want := range map[string]bool{"CWE-284": true, "CWE-693": true, "CWE-40": true, "CWE-19": false, "CWE-1008": false, "CWE-1000": false, "CWE-999999": false, "79": false} {
		if _, ok := FindCWE(id, "4.10"); ok != want {
			t.Errorf("%s: %v", id, ok)
		}
	}
	if n := CWENames("CWE-79", "1.0", "4.13"); len(n) != 2 {
		t.Errorf("%q", n)
	}
	if w, _ := FindCWE("CWE-40", "4.20"); w.Name != `Path Traversal: '\\UNC\share\name\' (Windows UNC Share)` {
		t.Errorf("%s", w.Name)
	}
}

func compareDates(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

func TestSSVC(t *testing.T) {
	p := FindDecisionPoint("ssvc", "MI", "2.0.0")
	if p == nil || p.Name != "Mission Impact" || !slices.Equal(p.Keys, []string{"D", "MSC", "MEF", "MF"}) || p.Values["D"] != "Degraded" {
		t.Errorf("%+v", p)
	}
	if n := len(DecisionPointVersions("ssvc", "MI")); n != 2 {
		t.Errorf("%d versions", n)
	}
	for ns, want := range map[string]bool{"ssvc": true, "nist#800-30": true, "test#anything": true, "x_com.yahooinc#prioritized-risk-remediation": false, "other": false, "invalid": false} {
		if RegisteredNamespace(ns) != want {
			t.Errorf("%s: %v", ns, !want)
		}
	}
}

func TestSPDX(t *testing.T) {
	for id, want := range map[string][2]bool{"MIT": {true, false}, "mit": {true, false}, "GPL-2.0": {true, true}, "Proprietary": {false, false}} {
		if known, deprecated := Licence(id); known != want[0] || deprecated != want[1] {
			t.Errorf("%s: %v %v", id, known, deprecated)
		}
	}
	if known, _ := Exception("Classpath-exception-2.0"); !known {
		t.Error("an exception is missing")
	}
}
