package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/sqlite"
)

// peopleRequest is what a command at the server's machine asks about people. Whoever
// may write the data directory may do all of this; each act is in the ledger under
// the name of the system's user.
type peopleRequest struct {
	Do      string         `json:"do"` // "invite", "reset", "link", "token", "revoke", "list", "tokens"
	Account client.Account `json:"account"`
	Token   client.Token   `json:"token"`
}

// machine is who acts at the machine itself.
func machine() *account.Principal {
	return &account.Principal{
		Via: "machine", Session: "machine", Fresh: true,
		Account: &account.Account{
			ID: "machine", Name: currentUser() + " at the machine", Grants: []account.Grant{{Role: account.Administrator, Site: account.Any, Product: account.Any}},
		},
	}
}

// do carries out a request and returns the answer as JSON.
func (p *people) do(ctx context.Context, rq *peopleRequest) (json.RawMessage, error) {
	var answer any
	var err error
	switch rq.Do {
	case "list":
		answer, err = p.Accounts(ctx)
	case "tokens":
		answer, err = p.named(ctx)
	case "invite":
		n := account.NewAccount{Name: rq.Account.Name, Display: rq.Account.Display, Email: rq.Account.Email, Emergency: rq.Account.Emergency}
		for _, g := range rq.Account.Grants {
			n.Grants = append(n.Grants, account.Grant{Role: account.Role(g.Role), Site: g.Site, Product: g.Product})
		}
		var a *account.Account
		var l account.Link
		if a, l, err = p.Invite(ctx, account.Client{}, machine(), n); err == nil {
			answer = invitation(a, l)
		}
	case "reset", "link":
		answer, err = p.letIn(ctx, rq)
	case "token":
		answer, err = p.token(ctx, rq)
	case "revoke":
		err = p.RevokeToken(ctx, account.Client{}, machine(), rq.Token.ID)
	default:
		err = wardround.Errorf(wardround.EInvalid, "control", "nothing is known of %q", rq.Do)
	}
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(answer)
	return b, wardround.Wrap(wardround.EInternal, "control", err)
}

func invitation(a *account.Account, l account.Link) client.Invitation {
	in := client.Invitation{Link: l.URL, Expires: l.Expires}
	if a != nil {
		in.Account = client.Account{ID: a.ID, Name: a.Name, Display: a.Display}
	}
	return in
}

// letIn makes the link of somebody who is locked out, or that of the first
// administrator.
func (p *people) letIn(ctx context.Context, rq *peopleRequest) (client.Invitation, error) {
	if rq.Do == "link" {
		l, err := p.FirstLink(ctx)
		return invitation(nil, l), err
	}
	a, err := p.known(ctx, rq.Account.Name)
	if err != nil {
		return client.Invitation{}, err
	}
	l, err := p.Reset(ctx, account.Client{}, machine(), a.ID)
	return invitation(a, l), err
}

// known returns an account by name. Errors: ENotFound, naming it.
func (p *people) known(ctx context.Context, name string) (*account.Account, error) {
	a, err := p.AccountNamed(ctx, name)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return nil, wardround.Errorf(wardround.ENotFound, "account", "no account %q; see: wardround account list", name)
	}
	return a, err
}

// token makes a token of somebody's account, of no more than that account may.
func (p *people) token(ctx context.Context, rq *peopleRequest) (client.Token, error) {
	a, err := p.known(ctx, rq.Account.Name)
	if err != nil {
		return client.Token{}, err
	}
	owner := machine()
	owner.Account = a
	var may []account.Permission
	for _, m := range rq.Token.Permissions {
		may = append(may, account.Permission(m))
	}
	t, secret, err := p.MakeToken(ctx, account.Client{}, owner, rq.Token.Name, may, rq.Token.Expires)
	if err != nil {
		return client.Token{}, err
	}
	out := tokenOf(t, a.Name)
	out.Secret = secret
	return out, nil
}

// named lists the tokens with the names of their accounts.
func (p *people) named(ctx context.Context) ([]client.Token, error) {
	list, err := p.Tokens(ctx, "")
	if err != nil {
		return nil, err
	}
	all, err := p.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range all {
		names[a.ID] = a.Name
	}
	out := []client.Token{}
	for _, t := range list {
		out = append(out, tokenOf(t, names[t.Account]))
	}
	return out, nil
}

func tokenOf(t account.TokenInfo, owner string) client.Token {
	out := client.Token{ID: t.ID, Name: t.Name, Account: owner, Created: t.Created, Expires: t.Expires}
	for _, p := range t.Permissions {
		out.Permissions = append(out.Permissions, string(p))
	}
	for from, to := range map[*time.Time]*time.Time{t.LastUsed: &out.LastUsed, t.Revoked: &out.Revoked} {
		if from != nil {
			*to = *from
		}
	}
	return out
}

// askPeople asks the running server about people, or answers from the data directory
// if none runs. into may be nil.
func (a *app) askPeople(rq *peopleRequest, into any) error {
	dir, err := a.data()
	if err != nil {
		return err
	}
	d, err := datadir.Read(dir)
	if err != nil {
		return err
	}
	answer, ok, err := asked(a.ctx, dir, request{Act: "people", People: rq})
	if !ok {
		answer, err = a.peopleAlone(d.Accounts(), rq)
	}
	if err != nil || into == nil {
		return err
	}
	return wardround.Wrap(wardround.EInternal, "control", json.Unmarshal(answer, into))
}

// peopleAlone answers for a data directory that nobody serves.
func (a *app) peopleAlone(file string, rq *peopleRequest) (answer json.RawMessage, err error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	url := cfg.URL
	if url == "" {
		url = "http://localhost:8420"
	}
	if rq.Do == "list" || rq.Do == "tokens" {
		if _, err := os.Stat(file); err != nil {
			return json.RawMessage("[]"), nil // nobody ever was
		}
		st, err := sqlite.OpenAccounts(file, sqlite.AccountsOptions{ReadOnly: true})
		if err != nil {
			return nil, err
		}
		defer st.Close()
		s, err := account.New(account.Options{Store: st, URL: url, Audit: func(context.Context, account.Event) error { return nil }})
		if err != nil {
			return nil, err
		}
		return (&people{Service: s, store: st}).do(a.ctx, rq)
	}
	err = a.alone(func(w *writer) error {
		p, err := openPeople(peopleOptions{file: file, keys: w.d.Keys(), url: url, say: w.say, now: a.now, log: a.logger(false)})
		if err != nil {
			return err
		}
		defer p.Close()
		defer p.record(a.ctx, a.logger(false))()
		answer, err = p.do(a.ctx, rq)
		return err
	})
	return answer, err
}
