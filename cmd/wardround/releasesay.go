package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
)

type releaseSayCmd struct {
	releaseFlags
	Kind           string   `enum:"device,intermediary,service,model," default:"" help:"What it is: device, intermediary, service, model."`
	UDIDI          string   `name:"udi-di" placeholder:"NUMBER" help:"Device identifier of the UDI."`
	BasicUDIDI     string   `name:"basic-udi-di" placeholder:"NUMBER" help:"That of its family (MDR Annex VI C)."`
	GTIN           string   `name:"gtin" placeholder:"NUMBER" help:"GS1 number; the check digit must fit."`
	Model          []string `sep:"none" placeholder:"NAME" help:"Model or catalogue number that instances call themselves by; can be given again. What is said replaces all that was said before."`
	Called         []string `sep:"none" placeholder:"NAME" help:"Another name of the product; can be given again."`
	Support        string   `enum:"development,supported,limited support,end of support," default:"" help:"Stage after IMDRF N70: development, supported, 'limited support', 'end of support'."`
	LimitedSupport string   `placeholder:"DATE" help:"When limited support begins, as 2027-01-31."`
	SupportEnds    string   `placeholder:"DATE" help:"When support ends."`
	EndOfLife      string   `placeholder:"DATE" help:"When it is no longer sold."`
	Released       string   `placeholder:"DATE" help:"When it came out."`
	Declare        []string `sep:"none" placeholder:"NAME=VALUE" help:"A property that the maker declares, as transmission-encryption=yes; can be given again."`
	Clear          []string `placeholder:"FIELD" help:"Take back what was said: udi_di, gtin, models, called, support, support_ends, retired, declared …"`
	Reason         string   `placeholder:"TEXT" help:"Why, or where it is written."`
	By             string   `default:"${user}" help:"Who says so."`
}

func (c *releaseSayCmd) Run(a *app) error {
	said := &kind.ReleaseSaidV1{
		Maker: c.Maker, Product: c.Product, Version: c.Version, Kind: c.Kind, UDIDI: c.UDIDI, BasicUDIDI: c.BasicUDIDI, GTIN: c.GTIN,
		Models: c.Model, Called: c.Called, Support: wardround.SupportStage(c.Support), Clear: c.Clear,
		By: kind.PersonalText(c.By), Source: "person:" + c.By, Reason: kind.PersonalText(c.Reason),
	}
	for _, d := range []struct {
		flag, text string
		to         *time.Time
	}{
		{"limited-support", c.LimitedSupport, &said.LimitedSupport}, {"support-ends", c.SupportEnds, &said.SupportEnds},
		{"end-of-life", c.EndOfLife, &said.EndOfLife}, {"released", c.Released, &said.Released},
	} {
		t, err := intake.Day(d.text)
		if err != nil {
			return wardround.Errorf(wardround.EInvalid, "release say", "--%s: %v", d.flag, err)
		}
		*d.to = t
	}
	for _, d := range c.Declare {
		name, value, ok := strings.Cut(d, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return wardround.Errorf(wardround.EInvalid, "release say", "--declare %q: want NAME=VALUE", d)
		}
		if said.Declared == nil {
			said.Declared = map[string]string{}
		}
		said.Declared[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	if err := intake.CheckRelease(said); err != nil {
		return err
	}
	if err := a.sayOf(said); err != nil {
		return err
	}
	a.note("%s: said", strings.Join(strings.Fields(c.Maker+" "+c.Product+" "+c.Version), " "))
	return nil
}

// sayOf says something of releases: into the log here, all of it or nothing, or to
// the server that was named, one after another, as the owner of the token.
func (a *app) sayOf(said ...*kind.ReleaseSaidV1) error {
	server, err := a.remote()
	if err != nil {
		return err
	}
	if server == nil {
		facts := make([]any, len(said))
		for i, s := range said {
			facts[i] = s
		}
		return a.append(facts...)
	}
	defer server.Close()
	for i, s := range said {
		body, err := releaseBody(s)
		if err != nil {
			return err
		}
		switch err := server.Send(a.ctx, http.MethodPost, "/releases", nil, body, nil); {
		case err != nil && i > 0:
			return wardround.Errorf(wardround.ErrorCode(err), "release", "%s %s: %w; the %d before it were said, saying them again changes nothing", s.Product, s.Version, err, i)
		case err != nil:
			return err
		}
	}
	return nil
}

// releaseBody is what is said as the API takes it: who says so is the owner of the
// token.
func releaseBody(s *kind.ReleaseSaidV1) (map[string]any, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "release", err)
	}
	var body map[string]any
	if err := json.Unmarshal(b, &body); err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "release", err)
	}
	delete(body, "by")
	delete(body, "source")
	return body, nil
}

// atDirectory refuses what brings a document into a data directory when a server is
// named: it would change another portfolio than the one that was meant. Error:
// EInvalid.
func (a *app) atDirectory(op string) error {
	if a.Server != "" || a.Data == "" && os.Getenv(envServer) != "" {
		return wardround.Errorf(wardround.EInvalid, op, "documents come in where the server's data directory lies, or on its pages; run it there with --data DIR")
	}
	return nil
}

type releaseRetireCmd struct {
	Release string `arg:"" help:"The release's id, or its name."`
	At      string `placeholder:"DATE" help:"Since when; default: now."`
	Reason  string `required:"" placeholder:"TEXT" help:"Why, or where it is written."`
	By      string `default:"${user}" help:"Who says so."`
}

func (c *releaseRetireCmd) Run(a *app) error {
	at, err := intake.Day(c.At)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "release retire", "--at: %v", err)
	}
	if at.IsZero() {
		at = a.now().UTC().Truncate(time.Second)
	}
	cat, err := a.catalogue(a.ctx)
	if err != nil {
		return err
	}
	r, err := cat.find("release retire", c.Release)
	if err != nil {
		return err
	}
	if err := a.sayOf(&kind.ReleaseSaidV1{
		Maker: r.Maker, Product: r.Product, Version: r.Version, Retired: at, Source: "person:" + c.By, By: kind.PersonalText(c.By), Reason: kind.PersonalText(c.Reason),
	}); err != nil {
		return err
	}
	a.note("%s: retired from %s", r.Name(), day(at))
	if n := len(cat.instances[r.ID]); n > 0 {
		a.note("%d assets are still instances of it: what it is affected by stays open until they are gone or run something else", n)
	}
	return nil
}
