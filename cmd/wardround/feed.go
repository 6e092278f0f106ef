package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/sense/feed"
)

// feedCmd brings knowledge in.
type feedCmd struct {
	Import feedImportCmd `cmd:"" help:"Take in advisories, catalogues, scores and statements from files, folders and zips."`
	Update feedUpdateCmd `cmd:"" help:"Pull what is new from the configured providers now."`
	Mirror feedMirrorCmd `cmd:"" help:"Write a signed bundle for a site without a network."`
	Status feedStatusCmd `cmd:"" help:"Show what is known, from where, and how old it is."`
}

type feedImportCmd struct {
	Path         []string `arg:"" help:"OSV, NVD 2.0, CVE 5, CSAF, KEV, EPSS, endoflife.date, VEX; files, folders, zip archives."`
	Name         string   `placeholder:"NAME" help:"The feed's name; what it brings replaces what it brought before. Default: the file's name without its ending."`
	Complete     bool     `help:"This is all of the feed: what it held and these files do not name is taken back."`
	Trust        string   `placeholder:"FILE" help:"The path is a mirror's bundle: the root.json of who made it."`
	AllowExpired int      `placeholder:"DAYS" help:"Load a bundle that expired at most so many days ago."`
	LeaveOut     bool     `help:"Go on where a document cannot be read, and list it; else one such refuses all."`
}

// mediaBundle is the media type of a bundle of rows.
const mediaBundle = "application/vnd.wardround.knowledge+ndjson"

// imported is what came of one feed, as JSON.
type imported struct {
	Feed       string         `json:"feed"`
	Kind       string         `json:"kind"`
	Documents  int            `json:"documents"`
	Records    int            `json:"records"`
	Statements int            `json:"vex_documents,omitempty"`
	Newest     time.Time      `json:"newest,omitzero"`
	Refused    []feed.Refusal `json:"refused,omitempty"`
}

func (c *feedImportCmd) Run(a *app) error {
	if err := a.atDirectory("feed import"); err != nil {
		return err
	}
	done := a.busy("reading")
	batches, keep, bundle, err := a.bundles(c.Path, c.Trust, c.AllowExpired)
	if err == nil && !bundle {
		batches, err = feed.Import(a.ctx, c.Path, feed.ImportOptions{Name: c.Name, Complete: c.Complete, LeaveOut: c.LeaveOut})
	}
	done()
	if err != nil {
		return err
	}
	var docs []received
	for _, b := range batches {
		list, err := a.batch(b)
		if err != nil {
			return err
		}
		docs = append(docs, list...)
	}
	done = a.busy("judging")
	err = a.bring(docs...)
	if err == nil {
		err = keep()
	}
	done()
	if err != nil {
		return err
	}
	refused := false
	var rows [][]string
	for _, b := range batches {
		x := imported{Feed: b.Feed, Kind: b.Kind, Documents: b.Documents, Records: len(b.Rows), Statements: len(b.Statements), Newest: b.Newest, Refused: b.Refused}
		refused = refused || len(b.Refused) > 0
		if a.Format == "json" {
			if err := a.object("feed", x); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{x.Feed, x.Kind, strconv.Itoa(x.Documents), strconv.Itoa(x.Records), day(x.Newest)})
		for _, r := range b.Refused {
			fmt.Fprintf(a.stderr, "left out: %s: %s\n", printable(r.File), printable(r.Why))
		}
	}
	if err := a.grid([]string{"feed", "kind", "documents", "records", "newest"}, rows); err != nil {
		return err
	}
	if refused {
		return status(exitCannotTell)
	}
	return nil
}

// batch turns what a feed brings into documents for the log.
func (a *app) batch(b *feed.Batch) ([]received, error) {
	var out []received
	if len(b.Rows) > 0 {
		var buf bytes.Buffer
		if err := knowledge.WriteBundle(&buf, b.Rows); err != nil {
			return nil, err
		}
		said := &kind.KnowledgeReceivedV1{
			Feed: b.Feed, Kind: b.Kind, Records: len(b.Rows), Refused: len(b.Refused), Newest: b.Newest, Complete: b.Complete, ETag: b.ETag, Trust: b.Trust, Signer: b.Signer,
		}
		for i := range b.Rows {
			if r := b.Rows[i].Record; r != nil && !r.Withdrawn.IsZero() {
				said.Withdrawn++
			}
		}
		out = append(out, received{fields: said, media: mediaBundle, open: bytesOf(buf.Bytes())})
	}
	for _, f := range b.Statements {
		r, err := vexDocument(f.Name, f.Data, "feed:"+b.Feed, b.Trust, b.Signer)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// vexDocument is a document of statements on its way into the log. It is read here,
// so that one that cannot be read is refused before anything is written.
func vexDocument(name string, b []byte, by, trust, signer string) (received, error) {
	doc, err := document.ReadVEX(b)
	if err != nil {
		return received{}, wardround.Errorf(wardround.EInvalid, "vex", "%s: %v", name, err)
	}
	issued := doc.Updated
	if issued.IsZero() {
		issued = doc.Issued
	}
	return received{
		fields: &kind.VEXReceivedV1{
			File: filepath.Base(name), Format: doc.Format + " " + doc.Version, Author: kind.PersonalText(doc.Author), Signer: signer, Trust: trust,
			Statements: len(doc.Statements), Issued: issued, By: kind.PersonalText(by),
		},
		media: "application/json", open: bytesOf(b),
	}, nil
}

func day(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format(time.DateOnly)
}

type feedStatusCmd struct {
	knownFlags
}

func (c *feedStatusCmd) Run(a *app) (err error) {
	base, err := a.knowledge(c.knownFlags)
	if err != nil {
		return err
	}
	defer base.Close()
	feeds := base.Feeds()
	var rows [][]string
	for _, f := range feeds {
		if a.Format == "json" {
			if err := a.object("feed", f); err != nil {
				return err
			}
			continue
		}
		came := "—"
		if !f.At.IsZero() {
			came = f.At.UTC().Format("2006-01-02 15:04") + " (" + agoWords(a.now().Sub(f.At)) + ")"
		}
		rows = append(rows, []string{f.Name, f.Kind, strconv.Itoa(f.Records), day(f.Newest), came, clip(joined(f.Ecosystems), 40), f.Trust})
	}
	if c.Feeds == "" {
		defer func() { err = errors.Join(err, a.sourceStatus()) }()
	}
	if len(feeds) == 0 {
		a.note("Nothing is known yet; see: wardround feed import --help")
		return status(exitCannotTell)
	}
	return a.grid([]string{"feed", "kind", "records", "newest", "came", "speaks of", "trust"}, rows)
}

func joined(list []string) string {
	var b bytes.Buffer
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		io.WriteString(&b, s)
	}
	return b.String()
}
