package knowledge_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/wardround/wardround/knowledge"
)

// One goroutine puts and saves while others ask: every answer is one that was true
// at some moment, and the file may be replaced under them.
func TestAskedMeanwhile(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f"}, entries(record("X-1", "CVE-2020-0001")))
	dir := t.TempDir()
	done := make(chan struct{})
	var asking sync.WaitGroup
	for range 3 {
		asking.Go(func() {
			id := knowledge.Identity{Package: knowledge.Package{Ecosystem: "npm", Name: "a", Version: "1.0.0"}}
			for {
				select {
				case <-done:
					return
				default:
				}
				n := 0
				err := b.Match(&id, func(h *knowledge.Hit) {
					n++
					if rec, _, _ := b.Record(h.Record); rec != nil && rec.ID != h.Record.ID {
						t.Errorf("%s is %s", h.Record, rec.ID)
					}
					b.Vulnerability(h.Vulnerability)
					_ = h.Why()
				})
				if err != nil || n == 0 {
					t.Errorf("%d hits, %v", n, err)
				}
				b.Feeds()
				b.Named("CVE-2020-0001")
			}
		})
	}
	for i := range 40 {
		b.Put(knowledge.Feed{Name: "f"}, entries(record(fmt.Sprint("X-", i%5), fmt.Sprint("CVE-2020-000", i%3))))
		if i%8 == 7 {
			if err := b.Save(dir, uint64(i)); err != nil {
				t.Error(err)
			}
		}
	}
	close(done)
	asking.Wait()
	b.Close()
}

// What is put while a generation is being written is not lost.
func TestPutMeanwhile(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	dir := t.TempDir()
	var saving sync.WaitGroup
	saving.Go(func() {
		for range 20 {
			if err := b.Save(dir, 1); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 200 {
		b.Put(knowledge.Feed{Name: "f"}, entries(record(fmt.Sprintf("X-%03d", i))))
		if i%3 == 0 { // and taken back and put again
			b.Put(knowledge.Feed{Name: "f"}, []knowledge.Entry{{Gone: fmt.Sprintf("X-%03d", i)}})
			b.Put(knowledge.Feed{Name: "f"}, entries(record(fmt.Sprintf("X-%03d", i))))
		}
	}
	saving.Wait()
	if f := b.Feeds(); len(f) != 1 || f[0].Records != 200 {
		t.Errorf("%+v", f)
	}
	for i := range 200 {
		if _, ok := b.Vulnerability(fmt.Sprintf("X-%03d", i)); !ok {
			t.Errorf("X-%03d is lost", i)
		}
	}
	b.Close()
}
