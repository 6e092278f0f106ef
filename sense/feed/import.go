package feed

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/knowledge"
)

// ImportOptions say how files are taken in.
type ImportOptions struct {
	// Name is the feed's; "" takes the name of the file or folder without its ending.
	Name string
	// Complete says that the files are all of the feed: what it held and they do not
	// name is taken back.
	Complete bool
	// LeaveOut goes on where a document cannot be read; then the batch is not Complete.
	LeaveOut bool
	Limits   Limits
}

// Import reads files, folders and zip archives. Each path is a feed of its own,
// unless a name is given. Errors: EInvalid with file and reason; ENotFound.
func Import(ctx context.Context, paths []string, opt ImportOptions) ([]*Batch, error) {
	byName := map[string]*importer{}
	var order []string
	for _, p := range paths {
		name := opt.Name
		if name == "" {
			name = NameOf(p)
		}
		in := byName[name]
		if in == nil {
			in = newImporter(ctx, name, opt)
			byName[name] = in
			order = append(order, name)
		}
		if err := in.path(p); err != nil {
			return nil, err
		}
	}
	var out []*Batch
	for _, name := range order {
		b, err := byName[name].batch()
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// NameOf is the name that a feed has when none is given: that of the file or folder
// without its ending.
func NameOf(p string) string {
	b := filepath.Base(filepath.Clean(p))
	for _, ext := range []string{".gz", ".zip", ".json", ".csv", ".jsonl", ".ndjson"} {
		b = strings.TrimSuffix(b, ext)
	}
	return b
}

// importer reads into one batch.
type importer struct {
	ctx   context.Context
	opt   ImportOptions
	lim   Limits
	b     *Batch
	kinds map[string]int
	files int
	total int64
	// refused counts what was left out; the batch names the first of them.
	refused int
}

func newImporter(ctx context.Context, name string, opt ImportOptions) *importer {
	return &importer{ctx: ctx, opt: opt, lim: opt.Limits.orDefault(), b: &Batch{Feed: name, Complete: opt.Complete, Trust: "unsigned"}, kinds: map[string]int{}}
}

const op = "feed.import"

func (in *importer) path(p string) error {
	info, err := os.Stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return wardround.Errorf(wardround.ENotFound, op, "%s is not there", p)
	}
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return in.refuse(p, errors.New("neither a file nor a folder"))
	}
	if !info.IsDir() {
		return in.file(p, p, info.Size())
	}
	return filepath.WalkDir(p, func(f string, d fs.DirEntry, err error) error {
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		if d.IsDir() && f != p && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir // what a version control keeps
		}
		if d.IsDir() || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".") || aside(d.Name()) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
		return in.file(f, f, info.Size())
	})
}

// aside are files that stand beside documents and are none.
func aside(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".asc", ".sig", ".sha256", ".sha512", ".md", ".txt", ".html", ".yaml", ".yml", ".go", ".py", ".sh":
		return true
	}
	return name == "changes.csv" || strings.HasPrefix(name, "LICENSE") || strings.HasPrefix(name, "NOTICE")
}

func (in *importer) file(p, label string, size int64) error {
	f, err := os.Open(p)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	defer f.Close()
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	if document.Detect(head[:n]) == document.Zip {
		z, err := zip.NewReader(f, size)
		if err != nil {
			return in.refuse(label, err)
		}
		return in.zip(z, label, 1)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	return in.stream(f, label, 0)
}

// zip reads all documents of an archive. Nothing is unpacked to disk.
func (in *importer) zip(z *zip.Reader, label string, depth int) error {
	if depth > in.lim.Nested {
		return in.refuse(label, fmt.Errorf("archives within archives, more than %d deep", in.lim.Nested))
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() || aside(path.Base(f.Name)) || strings.HasPrefix(path.Base(f.Name), ".") {
			continue
		}
		name := label + ":" + f.Name
		r, err := f.Open()
		if err != nil {
			if err := in.refuse(name, err); err != nil {
				return err
			}
			continue
		}
		err = in.stream(r, name, depth)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// stream reads one document.
func (in *importer) stream(r io.Reader, label string, depth int) error {
	if err := in.ctx.Err(); err != nil {
		return err
	}
	if in.files++; in.files > in.lim.Files {
		return wardround.Errorf(wardround.EInvalid, op, "%s: more than %d documents", label, in.lim.Files)
	}
	b, err := in.read(r)
	if err != nil {
		return in.refuse(label, err)
	}
	kind := document.Detect(b)
	if kind == document.Gzip {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return in.refuse(label, err)
		}
		if b, err = in.read(z); err != nil {
			return in.refuse(label, err)
		}
		kind = document.Detect(b)
	}
	if kind == document.Zip {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return in.refuse(label, err)
		}
		return in.zip(z, label, depth+1)
	}
	return in.document(kind, b, label)
}

// read reads within what is left of the limits.
func (in *importer) read(r io.Reader) ([]byte, error) {
	left := min(in.lim.File, in.lim.Total-in.total)
	b, err := io.ReadAll(io.LimitReader(r, left+1))
	in.total += int64(len(b))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > left {
		return nil, fmt.Errorf("more than %d bytes unpacked", left)
	}
	return b, nil
}

func (in *importer) document(kind document.Kind, b []byte, label string) error {
	read := readers[kind]
	text := bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // a mark of byte order says nothing
	if read == nil && !statements(kind) {
		switch kind {
		case document.Provider, document.ROLIE, document.JUnit:
			return nil // stands around documents, and is none
		}
		return in.refuse(label, document.ErrUnknown)
	}
	digest := sum(b)
	if statements(kind) {
		if _, err := document.ReadVEX(text); err != nil {
			return in.refuse(label, err)
		}
		in.b.Statements = append(in.b.Statements, File{Name: label, Digest: digest, Data: b})
		in.b.Documents++
		return nil
	}
	rows, err := read(text, label)
	if err != nil {
		return in.refuse(label, err)
	}
	if len(in.b.Rows)+len(rows) > in.lim.Rows {
		return wardround.Errorf(wardround.EInvalid, op, "%s: more than %d rows", label, in.lim.Rows)
	}
	for i := range rows {
		if rows[i].Digest == "" {
			rows[i].Digest = digest
		}
		if t := dated(&rows[i]); t.After(in.b.Newest) {
			in.b.Newest = t
		}
	}
	in.b.Rows = append(in.b.Rows, rows...)
	in.kinds[kindName[kind]]++
	in.b.Documents++
	if kind == document.CSAF && isVEX(text) {
		in.b.Statements = append(in.b.Statements, File{Name: label, Digest: digest, Data: b})
	}
	return nil
}

// dated is when a row was last changed, as far as it says.
func dated(e *knowledge.Entry) time.Time {
	switch {
	case e.Record != nil:
		return e.Record.Modified
	case e.Exploited != nil:
		return e.Exploited.Added
	case e.Score != nil:
		return e.Score.Date
	}
	return time.Time{}
}

// statements are the kinds that say what a product is not affected by, and nothing
// else that a feed brings.
func statements(k document.Kind) bool {
	return k == document.OpenVEX || k == document.CycloneDX || k == document.SPDX || k == document.Envelope
}

// refuse ends the import, or leaves a document out.
func (in *importer) refuse(label string, err error) error {
	r := Refusal{File: label, Why: err.Error()}
	if !in.opt.LeaveOut {
		return wardround.Errorf(wardround.EInvalid, op, "%s: %v; nothing was taken in", label, err)
	}
	in.refused++
	if len(in.b.Refused) < in.lim.Refused {
		in.b.Refused = append(in.b.Refused, r)
	}
	return nil
}

func (in *importer) batch() (*Batch, error) {
	if in.b.Documents == 0 && len(in.b.Refused) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s holds no document of a kind that is read", in.b.Feed)
	}
	if in.refused > 0 {
		in.b.Complete = false // what a document said that cannot be read now stays, and so all that is not named
	}
	var kinds []string
	for k := range in.kinds {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	switch len(kinds) {
	case 0:
		in.b.Kind = "vex"
	case 1:
		in.b.Kind = kinds[0]
	default:
		in.b.Kind = "mixed"
	}
	return in.b, nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}

var kindName = map[document.Kind]string{
	document.OSV: "osv", document.NVD: "nvd", document.CVE5: "cve5", document.CSAF: "csaf", document.KEV: "kev", document.EPSS: "epss",
	document.EndOfLife: "eol", document.Bundle: "bundle",
}

// readers turn a document into rows.
var readers = map[document.Kind]func(b []byte, label string) ([]knowledge.Entry, error){
	document.OSV: readOSV, document.NVD: readNVD, document.CVE5: readCVE5, document.CSAF: readCSAF, document.KEV: readKEV, document.EPSS: readEPSS,
	document.EndOfLife: readEOL, document.Bundle: readBundle,
}
