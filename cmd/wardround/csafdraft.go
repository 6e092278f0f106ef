package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/publication/issue"
	"github.com/wardround/wardround/publication/provider"
)

type csafDraftCmd struct {
	What      string `arg:"" help:"A vulnerability (CVE, GHSA …) or a finding's id."`
	Publisher string `placeholder:"NAME" help:"Who publishes; default: the maker of the releases. Only its releases are named."`
	Namespace string `required:"" placeholder:"URL" help:"Whose it is, as CSAF wants it: https://maker.example."`
	Contact   string `placeholder:"TEXT" help:"Whom readers can ask."`
	ID        string `name:"id" placeholder:"ID" help:"The document's id; default: made of publisher, year and vulnerability."`
	TLP       string `name:"tlp" enum:"CLEAR,GREEN,AMBER,RED" default:"CLEAR" help:"Who may read it: CLEAR, GREEN, AMBER, RED."`
	Action    string `placeholder:"TEXT" help:"What to do until there is a fixed release."`
	Final     bool   `help:"It is final; default: a draft, version 0, that csaf provider does not take."`
	Out       string `short:"o" placeholder:"FILE" help:"Where to write; default: standard output."`
}

func (c *csafDraftCmd) Run(a *app) error {
	if err := a.atDirectory("csaf draft"); err != nil {
		return err
	}
	id := c.What
	if strings.HasPrefix(id, "f-") {
		f, err := a.readFinding(id)
		if err != nil {
			return err
		}
		if f.Item == "" || f.Check != "vulnerability.known" {
			return wardround.Errorf(wardround.EInvalid, "csaf draft", "%s is no finding of a vulnerability", id)
		}
		id = f.Item
	}
	s, closed, err := a.readStock()
	if err != nil {
		return err
	}
	defer closed()
	v, known := s.base.Vulnerability(id)
	if !known {
		return wardround.Errorf(wardround.ENotFound, "csaf draft", "no source of knowledge speaks of %s; see: wardround feed import", id)
	}
	tool := a.tool(c.Namespace)
	adv := issue.Advice{
		ID: c.ID, Publisher: c.Publisher, Namespace: c.Namespace, Contact: c.Contact, TLP: c.TLP, Final: c.Final, Action: c.Action, Tool: tool.Tool,
		At: a.now(), Vulnerability: v, Folder: strings.TrimSuffix(c.Namespace, "/") + "/csaf/white",
	}
	embargoed := false
	for e := range s.fold.Index().Exposures(check.ExposureKey{}) {
		if e.Subject.Kind != wardround.SubjectRelease || e.Vulnerability != v.ID {
			continue
		}
		r := s.fold.Index().Release(wardround.ReleaseID(e.Subject.ID))
		if r == nil || c.Publisher != "" && !strings.EqualFold(r.Maker, c.Publisher) {
			continue
		}
		embargoed = embargoed || e.Embargoed
		if adv.Publisher == "" {
			adv.Publisher = r.Maker
		}
		if r.Maker != adv.Publisher && c.Publisher == "" {
			return wardround.Errorf(wardround.EInvalid, "csaf draft", "releases of %s and of %s have it; say --publisher", adv.Publisher, r.Maker)
		}
		adv.Affected = append(adv.Affected, issue.Affected{Release: r, Exposure: e})
	}
	if embargoed && (c.TLP == "CLEAR" || c.Final) {
		return wardround.Errorf(wardround.EForbidden, "csaf draft", "%s is under embargo; draft it with --tlp AMBER or RED, and not as final", v.ID)
	}
	b, err := issue.Advisory(adv)
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err := a.stdout.Write(b)
		return err
	}
	if err := os.WriteFile(c.Out, b, 0o644); err != nil {
		return wardround.Wrap(wardround.EForbidden, "csaf draft", err)
	}
	a.note("%s: %d releases; valid by schema and every mandatory test", c.Out, len(adv.Affected))
	return nil
}

type csafProviderCmd struct {
	File       []string `arg:"" optional:"" help:"Documents to publish: valid, final, TLP:CLEAR (2.0: WHITE). None: list anew what is there."`
	Out        string   `placeholder:"DIR" help:"The folder; default: public in the data directory, which serve shows."`
	URL        string   `required:"" name:"url" placeholder:"URL" help:"Where the folder will be reached: https://maker.example."`
	Publisher  string   `placeholder:"NAME" help:"Who publishes; default: as the first document says."`
	Namespace  string   `placeholder:"URL" help:"Whose it is; default: as the first document says."`
	OpenPGPKey string   `name:"openpgp-key" placeholder:"FILE" help:"The private key that signs every document, armoured, without passphrase."`
	By         string   `default:"${user}" help:"Who."`
}

func (c *csafProviderCmd) Run(a *app) error {
	if err := a.atDirectory("csaf provider"); err != nil {
		return err
	}
	o := provider.Options{URL: c.URL, Publisher: csaf.Publisher{Category: "vendor", Name: c.Publisher, Namespace: c.Namespace}, Now: a.now()}
	if c.OpenPGPKey != "" {
		b, err := os.ReadFile(c.OpenPGPKey)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "csaf provider", err)
		}
		if o.Key, err = crypto.NewKeyFromArmored(string(b)); err != nil {
			return wardround.Errorf(wardround.EInvalid, "csaf provider", "%s: %v", c.OpenPGPKey, err)
		}
		if locked, err := o.Key.IsLocked(); err != nil || locked || !o.Key.IsPrivate() {
			return wardround.Errorf(wardround.EInvalid, "csaf provider", "%s holds no private key that is open", c.OpenPGPKey)
		}
	}
	var docs [][]byte
	for _, name := range c.File {
		b, err := os.ReadFile(name)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "csaf provider", err)
		}
		if _, err := provider.Public(b); err != nil {
			return wardround.Errorf(wardround.EInvalid, "csaf provider", "%s: %v; nothing was written", name, err)
		}
		docs = append(docs, b)
		if d, err := csaf.ReadBytes(b, csaf.ReadOptions{}); err == nil {
			if o.Publisher.Name == "" {
				o.Publisher.Name, o.Publisher.Category = d.Publisher.Name, d.Publisher.Category
			}
			if o.Publisher.Namespace == "" {
				o.Publisher.Namespace = d.Publisher.Namespace
			}
		}
	}
	out := c.Out
	if out == "" {
		dir, err := a.data()
		if err != nil {
			return err
		}
		// On record before it is there for everybody.
		if err := a.act("csaf-published", c.By, fmt.Sprintf("%d documents at %s", len(docs), c.URL)); err != nil {
			return err
		}
		out = filepath.Join(dir, publicDir)
	}
	list, err := provider.Write(out, docs, o)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, l := range list {
		if a.Format == "json" {
			if err := a.object("advisory", l); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{l.ID, clip(l.Title, 60), day(l.Updated), l.Path})
	}
	return a.grid([]string{"advisory", "title", "updated", "file"}, rows)
}

// publicDir is the folder of a data directory that serve shows to everybody.
const publicDir = "public"

// act puts an act of a person on record.
func (a *app) act(act, by, detail string) error {
	return a.append(&kind.OperatorActedV1{Act: act, By: kind.PersonalText(by), Detail: kind.PersonalText(detail)})
}
