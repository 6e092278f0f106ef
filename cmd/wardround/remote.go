package main

import (
	"context"
	"os"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
	"github.com/wardround/wardround/kind"
)

// Where a server is named besides the command line.
const (
	envServer = "WARDROUND_SERVER"
	envToken  = "WARDROUND_TOKEN"
)

// local are the commands that are about this machine by their nature, and why.
var local = map[string]string{
	"demo": "the simulated ward runs here", "serve": "it makes this machine the server", "replay": "captures are judged here, and nothing is kept",
	"backup": "a backup is written where the data directory lies; run it there", "restore": "a data directory is restored where it is to lie; run it there",
	"evidence verify": "a bundle is verified offline, on this machine", "sim list": "the simulated ward runs here", "sim capture": "the simulated ward runs here",
	"model plan": "it needs no server", "model card": "it needs no server", "model bom": "it needs no server", "model compare": "it needs no server", "model gate": "it needs no server",
	"cvss": "it needs no server", "purl": "it needs no server", "ssvc": "it needs no server",
	"validate": "it is about this installation", "version": "it is about this program; the server's version is on its page About",
	"completion": "it is about this shell", "account link": "the first administrator's link is for who is at the server's machine",
}

// localOnly refuses --server where it makes no sense. Errors: EInvalid.
func (a *app) localOnly(command string) error {
	if a.Server == "" {
		return nil
	}
	if a.Data != "" {
		return wardround.Errorf(wardround.EInvalid, "server", "--data names a directory here, --server one elsewhere: say one of them")
	}
	words := strings.Fields(command)
	for n := len(words); n > 0; n-- {
		name := strings.Join(words[:n], " ")
		if why, ok := local[name]; ok {
			return wardround.Errorf(wardround.EInvalid, "server", "%s cannot be done on a server from here: %s", name, why)
		}
	}
	return nil
}

// remote returns the server to speak to, nil for the data directory here. A --data on
// the command line counts more than a server in the environment.
func (a *app) remote() (*client.Client, error) {
	server := a.Server
	if server == "" && a.Data == "" {
		server = os.Getenv(envServer)
	}
	if server == "" {
		return nil, nil
	}
	token, err := a.token()
	if err != nil {
		return nil, err
	}
	opt := client.Options{Server: server, Token: token, Pin: a.Pin}
	if a.CACert != "" {
		if opt.Roots, err = os.ReadFile(a.CACert); err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "server", err)
		}
	}
	v, _ := versionOf()
	opt.Agent = "wardround/" + v
	return client.New(opt)
}

// token is the token to show: --token, else the environment's; with an @ in front it
// names the file that holds it.
func (a *app) token() (string, error) {
	t := a.Token
	if t == "" {
		t = os.Getenv(envToken)
	}
	file, named := strings.CutPrefix(t, "@")
	if !named {
		return strings.TrimSpace(t), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", wardround.Errorf(wardround.EInvalid, "server", "the token: %w", err)
	}
	if len(b) > 4096 {
		return "", wardround.Errorf(wardround.EInvalid, "server", "%s is too large for a token", file)
	}
	return strings.TrimSpace(string(b)), nil
}

// openRemote opens a server for reading, nil for none.
func (a *app) openRemote() (*site, error) {
	c, err := a.remote()
	if c == nil || err != nil {
		return nil, err
	}
	scope, err := c.Scope(a.ctx)
	if err != nil {
		return nil, err
	}
	return &site{store: c, scope: scope, close: c.Close, server: c}, nil
}

// decideThere says it of a finding on a server, as the owner of the token; --by and
// --role are what that account is.
func decideThere(ctx context.Context, c *client.Client, id string, d client.Decision) (*wardround.Finding, error) {
	before, err := c.Finding(ctx, id, "")
	if err != nil {
		return nil, err
	}
	if before.State == wardround.Fixed {
		return nil, wardround.Errorf(wardround.EConflict, "finding", "%s is fixed already", id)
	}
	after, err := c.Decide(ctx, id, before.ETag, d)
	if err != nil {
		return nil, err
	}
	return &after.Finding, nil
}

// statements are facts of an import as the API takes them.
func statements(said []*kind.InventorySaidV1) []client.Statement {
	out := make([]client.Statement, len(said))
	for i, s := range said {
		out[i] = client.Statement{Act: s.Act, Proposal: s.Proposal, Asset: s.Asset, Other: s.Other, Set: s.Set, Source: s.Source}
		for _, m := range s.Match {
			out[i].Match = append(out[i].Match, client.Match{Type: string(m.Type), Value: m.Value})
		}
	}
	return out
}
