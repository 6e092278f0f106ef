package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/sqlite"
)

// keyAccounts is the key, beside the others of a data directory, that seals what of
// people must be read again.
const keyAccounts = "accounts"

// people are the accounts of a data directory, or of a demo.
type people struct {
	*account.Service
	store *sqlite.Accounts
	trail *api.Trail
	key   [32]byte
}

// peopleOptions say whose people, and where their acts are put on record.
type peopleOptions struct {
	file   string // of the database, sqlite.Memory for none
	keys   string // the folder of keys; "" draws one that is gone with the process
	url    string // the origin that browsers use
	others []string
	say    func(ctx context.Context, fields ...any) error
	now    func() time.Time
	demo   bool
	log    *slog.Logger
}

func openPeople(o peopleOptions) (*people, error) {
	p := &people{trail: api.NewTrail(func(ctx context.Context, fields ...any) error {
		return o.say(context.WithoutCancel(ctx), fields...) // what is on its way when we are told to end is said
	}, o.log)}
	var err error
	if o.keys != "" {
		if p.key, err = account.LoadKey(filepath.Join(o.keys, keyAccounts)); err != nil {
			return nil, err
		}
	}
	if p.store, err = sqlite.OpenAccounts(o.file, sqlite.AccountsOptions{}); err != nil {
		return nil, err
	}
	opt := account.Options{
		Store: p.store, URL: o.url, Origins: o.others, Key: p.key, Now: o.now, Policy: account.Policy{Password: true},
		Audit: p.trail.Audit,
		Failed: func(act account.Act, err error) {
			o.log.Error("an act could not be put on the record", "act", string(act), "err", err)
		},
	}
	if o.demo {
		opt.Demo, opt.DemoGrants = true, everyRole()
	}
	if p.Service, err = account.New(opt); err != nil {
		p.store.Close()
		return nil, err
	}
	return p, nil
}

// record puts what people do on the record until the function it returns is called,
// which returns when it is done.
func (p *people) record(ctx context.Context, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := p.trail.Run(ctx); err != nil {
			log.Error("the audit trail has a hole", "err", err)
		}
	}()
	return func() { cancel(); <-done }
}

// Close closes the database.
func (p *people) Close() error { return p.store.Close() }

// everyRole is what the person of a demo may do: look at everything from every side.
func everyRole() []account.Grant {
	var out []account.Grant
	for _, r := range account.Roles {
		out = append(out, account.Grant{Role: r, Site: account.Any, Product: account.Any})
	}
	return out
}
