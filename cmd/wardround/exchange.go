package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/exchange"
	"github.com/wardround/wardround/format/attest"
)

// exchangeCmd carries what a hospital and a maker owe each other.
type exchangeCmd struct {
	Export exchangeExportCmd `cmd:"" help:"Write a signed bundle: to the maker counts and chosen findings, to the hospital releases and their documents."`
	Import exchangeImportCmd `cmd:"" help:"Open a bundle that somebody who is trusted signed, and take in what it holds."`
	Key    exchangeKeyCmd    `cmd:"" help:"Make a key that signs (Ed25519, PEM), and its public part for the other side."`
}

type exchangeExportCmd struct {
	To       string   `required:"" enum:"maker,hospital" help:"maker: what a hospital tells; hospital: what a maker gives."`
	Maker    string   `required:"" placeholder:"NAME" help:"Whose products."`
	Key      string   `required:"" placeholder:"FILE" help:"The private key that signs, PEM."`
	Out      string   `short:"o" required:"" placeholder:"FILE" help:"The bundle."`
	From     string   `placeholder:"NAME" help:"Who sends it, as it wants to be called; default: nobody in particular."`
	Findings []string `placeholder:"ID" help:"Findings to tell the maker, by id."`
	Consent  bool     `help:"The site consents that this leaves it; without, it is only shown what would."`
	Exact    bool     `help:"Also tell counts below 5."`
	By       string   `default:"${user}" help:"Who; on record with the consent."`
}

func (c *exchangeExportCmd) Run(a *app) error {
	if err := a.atDirectory("exchange export"); err != nil {
		return err
	}
	key, err := readKey(c.Key)
	if err != nil {
		return err
	}
	s, closed, err := a.readStock()
	if err != nil {
		return err
	}
	defer closed()
	m := exchange.Manifest{To: c.To, From: c.From, Maker: c.Maker, Created: a.now().UTC()}
	detail := ""
	if c.To == "maker" {
		r, err := c.report(a, s)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return wardround.Wrap(wardround.EInternal, "exchange", err)
		}
		if !c.Consent {
			a.stdout.Write(append(b, '\n')) //nolint:errcheck // it is only shown
			return wardround.Errorf(wardround.EForbidden, "exchange", "this is what would leave the site, and nothing else; nothing was written. If the site consents, say --consent")
		}
		m.Members = []exchange.Member{exchange.BytesMember(exchange.Member{Name: "report.json", Kind: exchange.KindReport}, b)}
		detail = fmt.Sprintf("to %s, with consent: %d releases, %d findings, counts below %d told: %v", c.Maker, len(r.Releases), len(r.Findings), exchange.Few, c.Exact)
	} else {
		if c.Exact || c.Consent || len(c.Findings) > 0 {
			return wardround.Errorf(wardround.EInvalid, "exchange", "--findings, --consent and --exact are for what a hospital tells its maker")
		}
		if m.Members, err = c.documents(a, s); err != nil {
			return err
		}
		detail = fmt.Sprintf("of %s: %d documents", c.Maker, len(m.Members))
	}
	// On record before it can leave.
	if err := a.act("exchange-exported", c.By, detail+" → "+filepath.Base(c.Out)); err != nil {
		return err
	}
	if err := c.write(a, key, m); err != nil {
		return err
	}
	a.note("%s: %d members, signed by %s", c.Out, len(m.Members), key.ID()[:16])
	return nil
}

// report makes what a maker is told.
func (c *exchangeExportCmd) report(a *app, s *stock) (*exchange.Report, error) {
	var chosen []*wardround.Finding
	for _, id := range c.Findings {
		f, err := a.readFinding(id)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, f)
	}
	return exchange.Tell(a.ctx, s.fold.Index(), c.Maker, c.Exact, chosen, a.now())
}

// write writes a bundle, whole or not at all.
func (c *exchangeExportCmd) write(a *app, key *attest.Key, m exchange.Manifest) error {
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".exchange-*")
	if err != nil {
		return wardround.Wrap(wardround.EForbidden, "exchange", err)
	}
	err = exchange.Write(a.ctx, f, key, m)
	if e := f.Close(); err == nil && e != nil {
		err = wardround.Wrap(wardround.EFull, "exchange", e)
	}
	if err == nil {
		err = wardround.Wrap(wardround.EForbidden, "exchange", os.Rename(f.Name(), c.Out))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// documents are what a hospital is given: of the maker's releases only.
func (c *exchangeExportCmd) documents(a *app, s *stock) ([]exchange.Member, error) {
	ix := s.fold.Index()
	releases := exchange.Releases(ix, c.Maker)
	if len(releases) == 0 {
		return nil, wardround.Errorf(wardround.ENotFound, "exchange", "no release of %q is known here", c.Maker)
	}
	b, err := json.MarshalIndent(releases, "", "  ")
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "exchange", err)
	}
	out := []exchange.Member{exchange.BytesMember(exchange.Member{Name: "releases.json", Kind: exchange.KindReleases}, b)}
	site, err := a.openRead()
	if err != nil {
		return nil, err
	}
	defer site.Close()
	n := 0
	for d, err := range site.store.Documents(a.ctx, site.scope) {
		if err != nil {
			return nil, err
		}
		if !d.Replaced.IsZero() || d.Problem != "" {
			continue
		}
		m := exchange.Member{File: filepath.Base(d.Name), Format: d.Format}
		r := ix.Release(d.Release)
		switch {
		case d.Kind == wardround.DocumentSBOM && r != nil && sameMaker(r.Maker, c.Maker):
			m.Kind = exchange.KindSBOM
		case d.Kind == wardround.DocumentBuild && r != nil && sameMaker(r.Maker, c.Maker):
			m.Kind = exchange.KindBuild
		case d.Kind == wardround.DocumentVEX && sameMaker(d.Author, c.Maker):
			m.Kind = exchange.KindVEX
		default:
			continue
		}
		if r != nil {
			m.Maker, m.Product, m.Release = r.Maker, r.Product, r.Version
		}
		n++
		m.Name = fmt.Sprintf("%s/%05d%s", m.Kind, n, plainExt(d.Name))
		out = append(out, exchange.NewMember(m, d.Blob.Digest, d.Blob.Size, func() (io.ReadCloser, error) { return s.blobs.Open(d.Blob.Digest) }))
	}
	advisories, err := filepath.Glob(filepath.Join(s.dir, publicDir, "csaf", "white", "2*", "*.json"))
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "exchange", err)
	}
	for _, name := range advisories {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, wardround.Wrap(wardround.EForbidden, "exchange", err)
		}
		n++
		out = append(out, exchange.BytesMember(exchange.Member{Name: fmt.Sprintf("csaf/%05d.json", n), Kind: exchange.KindCSAF, File: filepath.Base(name)}, b))
	}
	return out, nil
}

// plainExt is the ending of a file's name, if it is an ordinary one.
func plainExt(name string) string {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".json", ".xml", ".spdx", ".gz", ".yaml", ".yml":
		return ext
	}
	return ".bin"
}

func sameMaker(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

type exchangeKeyCmd struct {
	Out string `arg:"" help:"The file of the private key; the public part is written beside it, as FILE.pub."`
}

func (c *exchangeKeyCmd) Run(a *app) error {
	key, private, err := attest.NewKey()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "exchange key", err)
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // never over another key
	if err != nil {
		return wardround.Wrap(wardround.EConflict, "exchange key", err)
	}
	_, err = f.Write(private)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.WriteFile(c.Out+".pub", key.Public(), 0o644)
	}
	if err != nil {
		return wardround.Wrap(wardround.EForbidden, "exchange key", err)
	}
	a.note("%s signs; give %s.pub to the other side, and tell them its id: %s", c.Out, c.Out, key.ID())
	return nil
}
