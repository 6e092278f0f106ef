package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api/client"
)

// accountCmd is the people.
type accountCmd struct {
	List   accountListCmd   `cmd:"" help:"List who can sign in, and what they may do."`
	Invite accountInviteCmd `cmd:"" help:"Make an account and print the one-time link for its person."`
	Reset  accountResetCmd  `cmd:"" help:"Print a one-time link for somebody who is locked out."`
	Link   accountLinkCmd   `cmd:"" help:"Print a one-time link for the first administrator, while there is none."`
}

type accountListCmd struct{}

func (c *accountListCmd) Run(a *app) error {
	list, err := a.accounts()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, x := range list {
		if a.Format == "json" {
			if err := a.object("account", x); err != nil {
				return err
			}
			continue
		}
		state, seen := "", "never"
		if x.Disabled {
			state = "switched off"
		} else if x.Emergency {
			state = "emergency"
		}
		if !x.LastSignIn.IsZero() {
			seen = x.LastSignIn.UTC().Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{x.Name, clip(x.Display, 28), clip(granted(x.Grants), 60), seen, state, x.ID})
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No accounts. The first administrator's link: wardround account link")
	}
	return a.grid([]string{"name", "who", "may, as", "last signed in (UTC)", "", "id"}, rows)
}

// granted writes grants as the flag --as takes them.
func granted(list []client.Grant) string {
	var out []string
	for _, g := range list {
		s := g.Role
		if g.Site != account.Any {
			s += "@" + g.Site
		}
		if g.Product != account.Any {
			s += ":" + g.Product
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// accounts lists the accounts of the server that was named, or of the data directory.
func (a *app) accounts() ([]client.Account, error) {
	server, err := a.remote()
	if err != nil {
		return nil, err
	}
	if server == nil {
		var list []client.Account
		return list, a.askPeople(&peopleRequest{Do: "list"}, &list)
	}
	var list []client.Account
	for x, err := range server.People(a.ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, *x)
	}
	return list, nil
}

// find finds an account by name or id. Errors: ENotFound.
func find(list []client.Account, name string) (client.Account, error) {
	i := slices.IndexFunc(list, func(x client.Account) bool { return x.Name == strings.ToLower(name) || x.ID == name })
	if i < 0 {
		return client.Account{}, wardround.Errorf(wardround.ENotFound, "account", "no account %q; see: wardround account list", name)
	}
	return list[i], nil
}

type accountInviteCmd struct {
	Name      string   `arg:"" help:"What they sign in with: letters, digits, dots, dashes."`
	Display   string   `help:"The person's name as others read it."`
	Email     string   `help:"Where they are written to."`
	As        []string `required:"" placeholder:"ROLE" help:"What they are: viewer, ward, clinical-engineering, security, product-security, data-protection, auditor, administrator; for one product line ROLE:PRODUCT."`
	Emergency bool     `help:"May use a password although sign-in is by a provider alone: for the day it is down."`
}

func (c *accountInviteCmd) Run(a *app) error {
	x := client.Account{Name: c.Name, Display: c.Display, Email: c.Email, Emergency: c.Emergency}
	for _, text := range c.As {
		role, product, limited := strings.Cut(text, ":")
		if !account.Role(role).Known() {
			return wardround.Errorf(wardround.EInvalid, "account invite", "--as %q: no such role; there are %s", text, roles())
		}
		if !limited {
			product = account.Any
		}
		x.Grants = append(x.Grants, client.Grant{Role: role, Site: account.Any, Product: product})
	}
	server, err := a.remote()
	if err != nil {
		return err
	}
	in := &client.Invitation{}
	if server != nil {
		in, err = server.Invite(a.ctx, x)
	} else {
		err = a.askPeople(&peopleRequest{Do: "invite", Account: x}, in)
	}
	if err != nil {
		return err
	}
	return a.link("invitation", in)
}

func roles() string {
	var out []string
	for _, r := range account.Roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// link prints a one-time link: it alone on standard output.
func (a *app) link(typ string, in *client.Invitation) error {
	if a.Format == "json" {
		return a.object(typ, in)
	}
	fmt.Fprintln(a.stdout, in.Link)
	a.note("It works once, until %s. Hand it to the person and nobody else.", in.Expires.Local().Format("2006-01-02 15:04 MST"))
	return nil
}

type accountResetCmd struct {
	Name string `arg:"" help:"Whose account."`
}

func (c *accountResetCmd) Run(a *app) error {
	server, err := a.remote()
	if err != nil {
		return err
	}
	in := &client.Invitation{}
	if server == nil {
		if err := a.askPeople(&peopleRequest{Do: "reset", Account: client.Account{Name: c.Name}}, in); err != nil {
			return err
		}
		return a.link("reset", in)
	}
	list, err := a.accounts()
	if err != nil {
		return err
	}
	x, err := find(list, c.Name)
	if err != nil {
		return err
	}
	if in, err = server.Reset(a.ctx, x.ID); err != nil {
		return err
	}
	return a.link("reset", in)
}

type accountLinkCmd struct{}

func (c *accountLinkCmd) Run(a *app) error {
	in := &client.Invitation{}
	if err := a.askPeople(&peopleRequest{Do: "link"}, in); err != nil {
		return err
	}
	return a.link("link", in)
}

// tokenCmd is the API tokens.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token and print it, this once."`
	List   tokenListCmd   `cmd:"" help:"List tokens: whose, what they may, until when. Never the tokens themselves."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token now."`
}

type tokenCreateCmd struct {
	Name    string   `arg:"" help:"What it is for, for whoever reads the list."`
	Account string   `placeholder:"NAME" help:"Whose it is; on a server: one's own."`
	May     []string `default:"view" placeholder:"PERMISSION" help:"What it may do, of what its owner may: view, observe, decide, accept, inventory, tune, evidence, audit, settings, people, erase."`
	Days    int      `default:"90" help:"How many days it is good; at most 366."`
}

func (c *tokenCreateCmd) Run(a *app) error {
	for _, p := range c.May {
		if !account.Permission(p).Known() {
			return wardround.Errorf(wardround.EInvalid, "token create", "--may %q: no such permission", p)
		}
	}
	if c.Days < 1 || c.Days > 366 {
		return wardround.Errorf(wardround.EInvalid, "token create", "--days %d: want 1 to 366", c.Days)
	}
	expires := a.now().Add(time.Duration(c.Days) * 24 * time.Hour).UTC().Truncate(time.Second)
	server, err := a.remote()
	if err != nil {
		return err
	}
	t := &client.Token{}
	switch {
	case server != nil && c.Account != "":
		return wardround.Errorf(wardround.EInvalid, "token create", "on a server everybody makes their own tokens; leave out --account")
	case server != nil:
		t, err = server.NewToken(a.ctx, c.Name, c.May, expires)
	case c.Account == "":
		return wardround.Errorf(wardround.EInvalid, "token create", "say whose it is: --account NAME; see: wardround account list")
	default:
		err = a.askPeople(&peopleRequest{Do: "token", Account: client.Account{Name: c.Account}, Token: client.Token{Name: c.Name, Permissions: c.May, Expires: expires}}, t)
	}
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("token", t)
	}
	fmt.Fprintln(a.stdout, t.Secret)
	a.note("It is good until %s and is not shown again; keep it in a file that only you can read, and name that with --token @FILE.", t.Expires.UTC().Format(time.DateOnly))
	return nil
}

type tokenListCmd struct{}

func (c *tokenListCmd) Run(a *app) error {
	list, err := a.tokens()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, t := range list {
		if a.Format == "json" {
			if err := a.object("token", t); err != nil {
				return err
			}
			continue
		}
		until, used := t.Expires.UTC().Format("2006-01-02 15:04"), "never"
		switch {
		case !t.Revoked.IsZero():
			until = "revoked " + t.Revoked.UTC().Format("2006-01-02 15:04")
		case t.Expires.Before(a.now()):
			until = "expired " + until
		}
		if !t.LastUsed.IsZero() {
			used = t.LastUsed.UTC().Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{clip(t.Name, 28), t.Account, strings.Join(t.Permissions, " "), until, used, t.ID})
	}
	if a.Format != "json" && len(rows) == 0 {
		fmt.Fprintln(a.stdout, "No tokens.")
	}
	return a.grid([]string{"token", "account", "may", "until (UTC)", "last used (UTC)", "id"}, rows)
}

func (a *app) tokens() ([]client.Token, error) {
	server, err := a.remote()
	if err != nil {
		return nil, err
	}
	var list []client.Token
	if server == nil {
		return list, a.askPeople(&peopleRequest{Do: "tokens"}, &list)
	}
	for t, err := range server.Tokens(a.ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, *t)
	}
	return list, nil
}

type tokenRevokeCmd struct {
	ID string `arg:"" help:"The token's id or name, as in token list."`
}

func (c *tokenRevokeCmd) Run(a *app) error {
	list, err := a.tokens()
	if err != nil {
		return err
	}
	id := ""
	for _, t := range list {
		if t.ID != c.ID && t.Name != c.ID || !t.Revoked.IsZero() {
			continue
		}
		if id != "" {
			return wardround.Errorf(wardround.EInvalid, "token revoke", "%q names more than one token; say the id", c.ID)
		}
		id = t.ID
	}
	if id == "" {
		return wardround.Errorf(wardround.ENotFound, "token revoke", "no token %q that is still good; see: wardround token list", c.ID)
	}
	server, err := a.remote()
	if err != nil {
		return err
	}
	if server != nil {
		err = server.Revoke(a.ctx, id)
	} else {
		err = a.askPeople(&peopleRequest{Do: "revoke", Token: client.Token{ID: id}}, nil)
	}
	if err != nil {
		return err
	}
	a.note("%s is revoked", id)
	return nil
}
