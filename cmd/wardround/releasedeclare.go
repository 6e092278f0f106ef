package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/mds2"
	"github.com/wardround/wardround/kind"
)

type releaseDeclareCmd struct {
	File    string `arg:"" help:"An MDS2 form (ANSI/NEMA HN 1-2019) as .xlsx, or saved as CSV."`
	Maker   string `placeholder:"NAME" help:"Who makes the product; default: as the form says."`
	Product string `placeholder:"NAME" help:"The product's name; default: the model in the form."`
	Version string `placeholder:"VERSION" help:"Which version of it; the form has no question for it, but some makers say it."`
	DryRun  bool   `help:"Show what was understood, and say nothing."`
	By      string `default:"${user}" help:"Who takes it in."`
}

// maxDeclaredSaid is how many bytes of declarations one observation is given; it
// holds 16 kB with everything.
const maxDeclaredSaid = 8 << 10

// declaredAnswer is an answer as JSON.
type declaredAnswer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Note     string `json:"note,omitempty"`
	Sheet    string `json:"sheet,omitempty"`
	Row      int    `json:"row"`
}

func (c *releaseDeclareCmd) Run(a *app) error {
	if err := a.atDirectory("release declare"); err != nil {
		return err
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "release declare", err)
	}
	form, err := mds2.Read(b)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "release declare", "%s: %v", c.File, err)
	}
	maker, product, version := cmp.Or(c.Maker, form.Maker), cmp.Or(c.Product, form.Model), cmp.Or(c.Version, form.Version)
	if product == "" || version == "" {
		return wardround.Errorf(wardround.EInvalid, "release declare", "%s: the form does not say of which product and version it is (it says maker %q, model %q, version %q); say --product and --version", c.File, form.Maker, form.Model, form.Version)
	}
	if !c.DryRun {
		docs, err := c.documents(a, form, b, maker, product, version)
		if err != nil {
			return err
		}
		if err := a.bring(docs...); err != nil {
			return err
		}
	}
	for _, p := range form.Problems {
		a.note("%s: %s", filepath.Base(c.File), p)
	}
	count := map[string]int{}
	for _, x := range form.Answers {
		if a.Format == "json" {
			if err := a.object("answer", declaredAnswer{x.Question, x.Value, x.Note, x.Sheet, x.Row}); err != nil {
				return err
			}
		}
		switch x.Value {
		case "Yes", "No", "N/A", "See notes":
			count[x.Value]++
		default:
			count["in words"]++
		}
	}
	if a.Format != "json" {
		fmt.Fprintf(a.stdout, "%s %s %s: %d answers: %d yes, %d no, %d not applicable, %d in notes, %d in the maker's own words; form of %s.\n",
			printable(maker), printable(product), printable(version), len(form.Answers), count["Yes"], count["No"], count["N/A"], count["See notes"], count["in words"], day(form.Date))
	}
	if c.DryRun {
		a.note("nothing was changed")
	}
	return nil
}

// documents are the facts that a form gives: as many as its answers need. Each
// carries the form, so that they come together with it.
func (c *releaseDeclareCmd) documents(a *app, form *mds2.Form, b []byte, maker, product, version string) ([]received, error) {
	declared := form.Declared()
	said := func() *kind.ReleaseSaidV1 {
		return &kind.ReleaseSaidV1{Maker: maker, Product: product, Version: version, By: kind.PersonalText(c.By), Source: "import:" + filepath.Base(c.File), Declared: map[string]string{}}
	}
	first := said()
	if form.Model != "" && form.Model != product && len(form.Model) <= 120 && !strings.Contains(form.Model, ",") {
		first.Models = []string{form.Model}
	}
	before, err := c.before(a, maker, product, version)
	if err != nil {
		return nil, err
	}
	if before != nil {
		if len(before.Models) > 0 {
			first.Models = nil // what was said of models stays
		}
		// What an earlier form answered and this one does not is not declared any more.
		for name := range before.Declared {
			if _, still := declared[name]; !still && strings.HasPrefix(name, "mds2/") {
				first.Clear = []string{"declared"}
			}
		}
		if first.Clear != nil {
			for name, value := range before.Declared {
				if !strings.HasPrefix(name, "mds2/") {
					declared[name] = value
				}
			}
		}
	}
	if len(declared) > 2000 {
		return nil, wardround.Errorf(wardround.EInvalid, "release declare", "%d declared properties, over the limit of 2,000", len(declared))
	}
	out := []received{}
	add := func(s *kind.ReleaseSaidV1) {
		out = append(out, received{fields: s, media: "application/octet-stream", open: bytesOf(b)})
	}
	now, size := first, 0
	for _, name := range slices.SortedFunc(maps.Keys(declared), mds2.Compare) {
		if n := 2*(len(name)+len(declared[name])) + 8; size+n > maxDeclaredSaid {
			add(now)
			now, size = said(), 0
		}
		size += 2*(len(name)+len(declared[name])) + 8
		now.Declared[name] = declared[name]
	}
	add(now)
	return out, nil
}

// before is the release as it is known, nil if it is not.
func (c *releaseDeclareCmd) before(a *app, maker, product, version string) (*wardround.Release, error) {
	cat, err := a.catalogue(a.ctx)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return nil, nil // no data directory yet: the first writer makes it
	}
	if err != nil {
		return nil, err
	}
	for _, r := range cat.releases {
		if r.ID == wardround.ReleaseIDOf(r.Org, maker, product, version) {
			return r, nil
		}
	}
	return nil, nil
}
