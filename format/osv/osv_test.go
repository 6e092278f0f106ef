package osv_test

import (
	"os"
	"testing"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/internal/testkit"
)

// The whole of Go's database is read, and nothing of it is lost.
func TestGoDatabase(t *testing.T) {
	f, err := os.Open(testkit.Data(t, "advisories/golang-vulndb-osv.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	var records, withdrawn, affected, events, symbols int
	err = osv.Archive(f, info.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error {
		records++
		if !r.Withdrawn.IsZero() {
			withdrawn++
		}
		for _, a := range r.Affected {
			affected++
			symbols += len(a.Symbols)
			for _, s := range a.Ranges {
				events += len(s.Events)
			}
		}
		return nil
	}, func(name string, err error) { t.Error(name, err) })
	if err != nil {
		t.Fatal(err)
	}
	got := [4]int{records, withdrawn, affected, events}
	if want := [4]int{4291, 17, 6125, 12888}; got != want || symbols == 0 {
		t.Errorf("records, withdrawn, affected, events: %v, not %v; %d symbols", got, want, symbols)
	}
}

func BenchmarkGoDatabase(b *testing.B) {
	f, err := os.Open(testkit.Data(b, "advisories/golang-vulndb-osv.zip"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	for b.Loop() {
		_ = osv.Archive(f, info.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error { return nil }, nil)
	}
}
