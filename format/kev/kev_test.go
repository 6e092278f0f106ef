package kev

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

func TestCatalogue(t *testing.T) {
	f, err := os.Open(testkit.Data(t, "advisories/kev.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Entries) != 1404 || c.Version != "2025.08.25" {
		t.Fatalf("%d entries of %s", len(c.Entries), c.Version)
	}
	seen := map[string]bool{}
	for _, e := range c.Entries {
		if seen[e.CVE] || e.Added.IsZero() || e.Due.IsZero() || e.Vendor == "" {
			t.Errorf("%+v", e)
		}
		seen[e.CVE] = true
	}
	if e := c.Entries[0]; e.CVE != "CVE-2025-48384" || !e.Due.Equal(time.Date(2025, 9, 15, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
}

const one = `{"catalogVersion":"2025.01.01","dateReleased":"2025-01-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2025-0001","dateAdded":"2025-01-01","dueDate":"2025-01-22","knownRansomwareCampaignUse":"Known"}]}`

func TestRefuses(t *testing.T) {
	if c, err := Read(strings.NewReader(one)); err != nil || !c.Entries[0].Ransomware {
		t.Fatal(c, err)
	}
	for why, s := range map[string]string{
		"cut short":       strings.Replace(one, `"count":1`, `"count":2`, 1),
		"no CVE":          strings.Replace(one, "CVE-2025-0001", "GHSA-1", 1),
		"no date":         strings.Replace(one, "2025-01-22", "soon", 1),
		"another file":    `{"vulnerabilities":[]}`,
		"broken off":      one[:len(one)-5],
		"not even a list": `[]`,
	} {
		if _, err := Read(strings.NewReader(s)); err == nil {
			t.Errorf("%s: was read", why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(one))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := Read(bytes.NewReader(b)); err == nil && c.Version == "" {
			t.Fatal("no version")
		}
	})
}
