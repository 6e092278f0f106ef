package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

func open(t testing.TB, file string, opt sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(file, opt)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	for name, opt := range map[string]sqlite.Options{"durable": {}, "fast": {Fast: true}} {
		t.Run(name, func(t *testing.T) {
			var file string
			storetest.Run(t, storetest.Subject{
				New: func(t *testing.T) wardround.Store {
					file = filepath.Join(t.TempDir(), "state ?#%.db")
					return open(t, file, opt)
				},
				Reopen: func(t *testing.T, s wardround.Store) wardround.Store {
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
					return open(t, file, opt)
				},
			})
		})
	}
}

// A batch of 1,000 observations' results: the design allows 50 ms.
func BenchmarkCommit1000(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"), sqlite.Options{})
	full := storetest.Full(0, 0, 1000)
	at := uint64(0)
	for b.Loop() {
		c := &wardround.Commit{Scope: full.Scope, Origin: wardround.Live, After: at, To: at + 1000, At: full.At,
			Verdicts: full.Verdicts, Links: full.Links[:100], Assets: full.Assets[:50],
			Transitions: full.Transitions[:100], Evidence: full.Evidence[:100], Findings: full.Findings[:50], States: full.States[:200]}
		if err := s.Commit(context.Background(), c); err != nil {
			b.Fatal(err)
		}
		at += 1000
	}
}

func BenchmarkLeaves(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"), sqlite.Options{})
	full := storetest.Full(0, 0, 1000)
	for b.Loop() {
		c := &wardround.Commit{Scope: full.Scope, Origin: wardround.Live, At: full.At, Evidence: full.Evidence[:1000], Transitions: full.Transitions}
		if err := s.Commit(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "leaves/s")
}
