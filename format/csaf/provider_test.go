package csaf

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// TestProviderRoundTrip: what is written conforms and reads back the same.
func TestProviderRoundTrip(t *testing.T) {
	for _, version := range []string{"2.0", "2.1"} {
		t.Run(version, func(t *testing.T) {
			p := &Provider{Version: version, CanonicalURL: "https://maker.example/.well-known/csaf/provider-metadata.json", Updated: day(9), Role: "csaf_trusted_provider", List: true,
				Publisher: Publisher{Category: "vendor", Name: "Maker", Namespace: "https://maker.example", Contact: "psirt@maker.example"},
				Keys:      []ProviderKey{{strings.Repeat("AB", 20), "https://maker.example/key.asc"}}}
			want := *p
			if version == "2.0" {
				p.Feeds = []ProviderFeed{{URL: "https://maker.example/csaf/feed-white.json", TLP: "CLEAR", Summary: "All"}}
				p.Directories = []Directory{{URL: "https://maker.example/csaf/white/"}}
				want.Feeds = []ProviderFeed{{URL: "https://maker.example/csaf/feed-white.json", TLP: "WHITE", Summary: "All"}}
				want.Directories = p.Directories
			} else {
				p.Until = day(30)
				p.Feeds = []ProviderFeed{{URL: "https://maker.example/csaf/feed-clear.json", TLP: "WHITE", Updated: day(8)}, {URL: "https://maker.example/csaf/feed-red.json", TLP: "RED"}}
				p.Directories = []Directory{{"https://maker.example/csaf/clear/", "CLEAR"}}
				want.Until = p.Until
				want.Feeds = []ProviderFeed{{URL: "https://maker.example/csaf/feed-clear.json", TLP: "CLEAR", Updated: day(8)}, {URL: "https://maker.example/csaf/feed-red.json", TLP: "RED", Updated: day(9)}}
				want.Directories = p.Directories
			}
			b, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadProvider(b, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := (&Provider{Updated: day(1)}).JSON(); err == nil || !strings.Contains(err.Error(), "canonical_url") {
		t.Errorf("metadata without anything: %v", err)
	}
	if _, err := ReadProvider([]byte(`{"metadata_version": "1"}`), ReadOptions{}); err == nil {
		t.Error("other metadata were read")
	}
}

// TestFeedOfCISA: its links say "ref" where they should say "rel".
func TestFeedOfCISA(t *testing.T) {
	b, err := os.ReadFile(testkit.Data(t, "advisories/rolie-feed-it.json"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := ReadFeed(b, ReadOptions{})
	if err != nil || len(f.Problems) > 0 || len(f.Entries) != strings.Count(string(b), `"src"`) {
		t.Fatal(err, f)
	}
	for _, e := range f.Entries {
		if e.ID == "" || e.SHA512 != e.URL+".sha512" || e.Signature != e.URL+".asc" || e.Published.IsZero() || e.Updated.Before(e.Published) || e.Version != "2.0" {
			t.Errorf("%+v", e)
		}
	}
}

// TestPublish: two documents become a folder with everything around them, and
// whoever reads it finds them.
func TestPublish(t *testing.T) {
	d := advisoryDraft()
	first, err := d.Build()
	if err != nil {
		t.Fatal(err)
	}
	d.Version, d.Tracking.ID, d.Tracking.Revisions = "2.1", "MAKER 2025--3", []Revision{{Date: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), Number: "1"}}
	d.Vulnerabilities[0].CWEs, d.Vulnerabilities[0].Disclosed = nil, time.Time{}
	second, err := d.Build()
	if err != nil {
		t.Fatal(err)
	}
	var docs []Listed
	for _, b := range [][]byte{second, first} {
		l, err := List(b)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, l)
	}
	const folder = "https://maker.example/csaf/white"
	b, err := NewFeed("maker-white", "Advisories of Maker", folder+"/feed.json", folder+"/", docs, true).JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "feed.json", b)
	f, err := ReadFeed(b, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Entries[0].URL != folder+"/2026/maker-2026_001.json" || f.Entries[1].Version != "2.1" || f.Entries[1].SHA256 != folder+"/2025/maker_2025--3.json.sha256" || !f.Updated.Equal(day(9)) {
		t.Errorf("%+v", f)
	}
	index, err := ReadIndex(IndexTxt(docs))
	if err != nil || !cmp.Equal(index, []string{"2025/maker_2025--3.json", "2026/maker-2026_001.json"}) {
		t.Errorf("%v %v", index, err)
	}
	for _, version := range []string{"2.0", "2.1"} {
		text := ChangesCSV(docs, version)
		if strings.Contains(string(text), `"`) != (version == "2.0") {
			t.Errorf("%s", text)
		}
		changes, err := ReadChanges(text)
		if err != nil || len(changes) != 2 || changes[0].Path != "2026/maker-2026_001.json" || !changes[0].Time.Equal(day(9)) {
			t.Errorf("%v %v", changes, err)
		}
	}
	for _, file := range [][]byte{SHA256File(first, docs[1].Path), SHA512File(first, docs[1].Path)} {
		if same, err := CheckHashFile(file, first); !same || err != nil || !strings.HasSuffix(string(file), "  maker-2026_001.json\n") {
			t.Errorf("%s: %v %v", file, same, err)
		}
		if same, _ := CheckHashFile(file, second); same {
			t.Error("another document has the same hash")
		}
	}
}

// TestListsThatLeadAway are refused with their line.
func TestListsThatLeadAway(t *testing.T) {
	for _, p := range []string{"../x.json", "/x.json", "2024/../../x.json", "https://other.example/x.json", `2024\x.json`, "2024/x.exe", "2024//x.json", "./x.json", "2024/%2e%2e/x.json"} {
		if _, err := ReadIndex([]byte("2024/a.json\n" + p + "\n")); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%s: %v", p, err)
		}
		if _, err := ReadChanges([]byte("2024/a.json,2024-01-01T00:00:00Z\n\"" + p + "\",2024-01-01T00:00:00Z\n")); err == nil {
			t.Errorf("%s was read", p)
		}
	}
	for _, text := range []string{"2024/a.json", "2024/a.json,soon", "2024/a.json,2024-01-01T00:00:00Z,more", `"2024/a.json`} {
		if _, err := ReadChanges([]byte(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
	for _, file := range []string{"", "not hex", "abcd", strings.Repeat("a", 500)} {
		if _, err := CheckHashFile([]byte(file), nil); err == nil {
			t.Errorf("%q was taken for a hash", file)
		}
	}
}

func FuzzAround(f *testing.F) {
	f.Add([]byte(`{"feed": {"id": "x", "entry": [{"content": {"src": "u"}, "link": [{"rel": "self", "href": "u.sha256"}]}]}}`))
	f.Add([]byte(`{"metadata_version": "2.0", "distributions": [{"directory_url": "x", "rolie": {"feeds": [{}]}}]}`))
	f.Add([]byte("\"2024/a.json\",\"2024-01-01T00:00:00Z\"\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ReadFeed(b, ReadOptions{})
		if p, err := ReadProvider(b, ReadOptions{}); err == nil {
			p.JSON()
		}
		ValidateProvider(b)
		ReadIndex(b)
		ReadChanges(b)
		CheckHashFile(b, b)
		List(b)
	})
}
