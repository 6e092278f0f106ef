package knowledge_test

import (
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
