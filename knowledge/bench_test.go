package knowledge_test

import (
	"fmt"
	"testing"

	"github.com/wardround/wardround/knowledge"
)

// Ten thousand components against Go's database, the file of the generation
// opened anew each time.
func BenchmarkMatchWarm(b *testing.B) {
	base := knowledge.New(knowledge.Options{})
	base.Put(knowledge.Feed{Name: "go", Kind: "osv"}, goEntries(b))
	dir := b.TempDir()
	if err := base.Save(dir, 1); err != nil {
		b.Fatal(err)
	}
	ids := identities(b, goComponents(b, "go-10000.cdx.json"))
	b.ReportAllocs()
	for b.Loop() {
		o, _, err := knowledge.Open(dir, knowledge.Options{})
		if err != nil {
			b.Fatal(err)
		}
		matchAll(b, o, ids)
		o.Close()
	}
}

// What one component of a bill of materials costs to identify.
func BenchmarkIdentify(b *testing.B) {
	comps := goComponents(b, "go-10000.cdx.json")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = knowledge.Identify(&comps[i%len(comps)])
	}
}

func BenchmarkPut(b *testing.B) {
	rows := goEntries(b)
	b.ReportAllocs()
	for b.Loop() {
		knowledge.New(knowledge.Options{}).Put(knowledge.Feed{Name: "go", Kind: "osv"}, rows)
	}
}

// A day of EPSS: three hundred thousand scores, of which a tenth have changed, over
// a generation that holds yesterday's.
func BenchmarkScores(b *testing.B) {
	day := func(n int) []knowledge.Entry {
		rows := make([]knowledge.Entry, 300_000)
		for i := range rows {
			s := &knowledge.Score{CVE: fmt.Sprintf("CVE-%d-%05d", 2000+i%26, i), EPSS: float64(i%1000) / 1000, Percentile: 0.5, Model: "v2026.03.14"}
			if i%10 == n {
				s.EPSS += 0.0005
			}
			rows[i].Score = s
		}
		return rows
	}
	yesterday, today := day(0), day(1)
	base := knowledge.New(knowledge.Options{})
	base.Put(knowledge.Feed{Name: "epss", Complete: true}, yesterday)
	dir := b.TempDir()
	if err := base.Save(dir, 1); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		o, _, err := knowledge.Open(dir, knowledge.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if d := o.Put(knowledge.Feed{Name: "epss", Complete: true}, today); d.Changed != 60_000 {
			b.Fatal(d.Changed, d.Same)
		}
		o.Close()
	}
}
