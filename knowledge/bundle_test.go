package knowledge_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

func someRows() []knowledge.Entry {
	day := time.Date(2026, 8, 25, 0, 0, 0, 0, time.UTC)
	return []knowledge.Entry{
		{Digest: "sha256:00", URL: "https://example.org/x.json", Record: &advisory.Record{ID: "CVE-2026-0001", Source: "osv", Aliases: []string{"X-1"},
			Affected: []advisory.Affected{{Status: advisory.IsAffected, Package: &advisory.Package{Ecosystem: "npm", Name: "a"},
				Ranges: []advisory.Range{{Kind: advisory.Semver, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1.2.3"}}}}}}}},
		{Exploited: &knowledge.Exploited{CVE: "CVE-2026-0001", Added: day, Due: day.AddDate(0, 0, 21), Ransomware: true}},
		{Score: &knowledge.Score{CVE: "CVE-2026-0001", EPSS: 0.5, Percentile: 0.9, Model: "v2026.03.14", Date: day}},
		{Cycle: &knowledge.Cycle{Product: "windows-embedded", Cycle: "8", Security: day}},
		{Gone: "X-2"},
	}
}

// What was written is read again, and twice the same is the same bytes.
func TestBundle(t *testing.T) {
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := knowledge.WriteBundle(w, someRows()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same rows gave other bytes")
	}
	got, err := knowledge.ReadBundle(&first)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(someRows(), got); d != "" {
		t.Error(d)
	}
}

// A bundle that is damaged is refused as a whole, and the line is named.
func TestBundleRefused(t *testing.T) {
	good := `{"gone":"X-1"}` + "\n"
	for text, where := range map[string]string{
		good + `{"gone":`:                        "line 2",
		good + good + "{}\n":                     "line 3",
		`{"gone":"X-1","eol":{"product":"a"}}`:   "line 1",
		good + `{"record":{"id":5}}`:             "line 2",
		good + strings.Repeat(" ", 33<<20) + "x": "line 2",
	} {
		rows, err := knowledge.ReadBundle(strings.NewReader(text))
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), where) || rows != nil {
			t.Errorf("%.40q: %d rows, %v", text, len(rows), err)
		}
	}
	if err := knowledge.WriteBundle(&bytes.Buffer{}, []knowledge.Entry{{}}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Error("an empty row was written:", err)
	}
}

func FuzzReadBundle(f *testing.F) {
	var b bytes.Buffer
	_ = knowledge.WriteBundle(&b, someRows())
	f.Add(b.Bytes())
	f.Add([]byte("\n\n{\"gone\":\"x\"}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := knowledge.ReadBundle(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := knowledge.WriteBundle(&out, rows); err != nil {
			t.Fatal(err)
		}
		again, err := knowledge.ReadBundle(&out)
		if err != nil || len(again) != len(rows) {
			t.Fatalf("%d rows became %d: %v", len(rows), len(again), err)
		}
		knowledge.New(knowledge.Options{}).Put(knowledge.Feed{Name: "f"}, rows)
	})
}
