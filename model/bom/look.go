package bom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/provenance"
)

// File is one file of a model.
type File struct {
	Path   string // as it was named, joined with what lies below
	Name   string // relative to the model, with "/"
	SHA256 string
	Bytes  int64
	Format string
	// Verdict is what the gate for model files says of it.
	Verdict artefact.Verdict
}

// Library is what the model needs to be loaded.
type Library struct {
	Name    string // of the package: "scikit-learn"
	Version string // "" where nothing says which
	Module  string // as it is imported: "sklearn"
	From    string // where that was seen
}

// Artefact is a model as it lies on disk.
type Artefact struct {
	Name string // of the folder or file
	// Root is the digest over all files, "sha256:…": the one that a signature names.
	Root      string
	Files     []File
	Libraries []Library
	Reports   []*artefact.Report
	Facts     model.Facts

	Tensors    int
	Parameters int64
	Types      map[string]int // of tensors
	Producer   string
	Notes      []Note // what the files say of themselves: licence, name
	Unread     []string
}

// Note is something that a file says of the model.
type Note struct{ Name, Value string }

// Options direct a look.
type Options struct {
	Ignore []string // as of signatures
	Links  bool     // follow them
}

// maxFiles is how many files a model may have.
const maxFiles = 200_000

// Look reads what a model is: each path is a folder or a file. Errors: ENotFound,
// EInvalid for links, EForbidden.
func Look(ctx context.Context, paths []string, o Options) (*Artefact, error) {
	const op = "model.bom"
	if len(paths) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "name the folder or the files of the model")
	}
	a := &Artefact{Types: map[string]int{}}
	var roots []string
	for i, path := range paths {
		m, err := provenance.Hash(ctx, path, provenance.HashOptions{Ignore: o.Ignore, Symlinks: o.Links})
		if err != nil {
			return nil, err
		}
		if i == 0 {
			a.Name = m.Name
		}
		roots = append(roots, m.Root)
		info, err := os.Stat(path)
		if err != nil {
			return nil, wardround.Wrap(wardround.ENotFound, op, err)
		}
		for _, r := range m.Resources {
			f := File{Path: path, Name: filepath.Base(path), SHA256: r.Digest}
			if info.IsDir() {
				f.Path, f.Name = filepath.Join(path, filepath.FromSlash(r.Name)), r.Name
			}
			a.Files = append(a.Files, f)
		}
		if len(a.Files) > maxFiles {
			return nil, wardround.Errorf(wardround.EInvalid, op, "the model has more than %d files", maxFiles)
		}
	}
	a.Root = "sha256:" + roots[0]
	if len(roots) > 1 { // several files are one model only together
		h := sha256.Sum256([]byte(strings.Join(roots, "\n")))
		a.Root = "sha256:" + hex.EncodeToString(h[:])
	}
	if err := a.scan(ctx); err != nil {
		return nil, err
	}
	for i := range a.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.read(&a.Files[i])
	}
	a.libraries()
	a.facts()
	return a, nil
}

// scan asks the gate for model files about each.
func (a *Artefact) scan(ctx context.Context) error {
	for i := range a.Files {
		f := &a.Files[i]
		r, err := artefact.ScanFile(ctx, f.Path, artefact.Options{})
		if err != nil {
			return err
		}
		f.Format, f.Verdict, f.Bytes = r.Format, r.Verdict, r.Bytes
		a.Reports = append(a.Reports, r)
	}
	return nil
}

// weights are formats that hold weights, as the gate names them.
func (f *File) weights() bool {
	for _, s := range []string{"safetensors", "gguf", "onnx", "pickle", "torch", "joblib", "keras", "hdf5", "npy", "npz", "tflite", "savedmodel", "openvino", "skops", "pmml"} {
		if strings.Contains(strings.ToLower(f.Format), s) {
			return true
		}
	}
	return false
}

// facts gathers what can be compared.
func (a *Artefact) facts() {
	f := &a.Facts
	f.Weights = a.Root
	var formats []string
	for _, x := range a.Files {
		if x.weights() && !slices.Contains(formats, x.Format) {
			formats = append(formats, x.Format)
		}
	}
	slices.Sort(formats)
	f.Format = strings.Join(formats, ", ")
	if len(a.Libraries) > 0 {
		f.Dependencies = map[string]string{}
		for _, l := range a.Libraries {
			f.Dependencies[l.Name] = l.Version
		}
	}
}

// note keeps what a file says of the model.
func (a *Artefact) note(name, value string) {
	if value = strings.TrimSpace(value); value == "" || len(a.Notes) >= 100 {
		return
	}
	if len(value) > 1000 {
		value = strings.ToValidUTF8(value[:1000], "") + "…"
	}
	n := Note{name, value}
	if !slices.Contains(a.Notes, n) {
		a.Notes = append(a.Notes, n)
	}
}

func (a *Artefact) unread(f *File, err error) {
	if len(a.Unread) < 100 {
		a.Unread = append(a.Unread, fmt.Sprintf("%s: %v", f.Name, err))
	}
}
