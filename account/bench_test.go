package account_test

import (
	"path/filepath"
	"testing"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/sqlite"
)

// What each request costs before it does anything: who is it?
func BenchmarkSession(b *testing.B) {
	for _, file := range []string{filepath.Join(b.TempDir(), "accounts.db"), sqlite.Memory} {
		b.Run(filepath.Base(file), func(b *testing.B) {
			store, err := sqlite.OpenAccounts(file, sqlite.AccountsOptions{})
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			s, err := account.New(account.Options{Store: store, Audit: (&house{}).audit, URL: "https://ward.example", Argon: cheap, Demo: true})
			if err != nil {
				b.Fatal(err)
			}
			l, err := s.DemoLink(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			st, err := s.Welcome(b.Context(), desk, l.Secret, account.Welcome{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Session(b.Context(), desk, st.Session); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
