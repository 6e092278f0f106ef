package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense/feed"
)

type feedMirrorCmd struct {
	Path []string `arg:"" optional:"" help:"What to mirror: files, folders and zips as feed import takes them. Without any: the feeds of the configuration, pulled anew."`
	From string   `placeholder:"CONFIG" type:"existingfile" help:"Pull the feeds that this configuration names; else those of --config."`
	Init string   `placeholder:"DIR" help:"Make the keys of a mirror and its root.json in this folder, and end."`
	Out  string   `placeholder:"DIR|FILE.zip" help:"Where the bundle is written."`
	Key  string   `placeholder:"FILE" help:"The mirror's key, as --init made it."`
	Root string   `placeholder:"FILE" help:"Its root.json. Default: the one beside the key."`
	Days int      `default:"30" help:"How many days the bundle may be loaded."`
	Name string   `placeholder:"NAME" help:"One name for the feed of all paths. Default: each file's or folder's."`
	Part bool     `help:"The files are not all of their feeds: what they do not name stays on the other side."`
}

// Names of the files of a mirror's keys.
const (
	mirrorRoot    = "root.json"
	mirrorRootKey = "root.key"
	mirrorKey     = "mirror.key"
)

func (c *feedMirrorCmd) Run(a *app) error {
	if c.Init != "" {
		return c.init(a)
	}
	if c.Out == "" || c.Key == "" {
		return wardround.Errorf(wardround.EInvalid, "feed", "say --out DIR or FILE.zip, and --key FILE; the key is made once with: wardround feed mirror --init DIR")
	}
	if c.From != "" {
		if len(c.Path) > 0 {
			return wardround.Errorf(wardround.EInvalid, "feed", "--from pulls what a configuration names; with it there are no paths")
		}
		a.Config = c.From
	}
	if c.Days < 1 {
		return wardround.Errorf(wardround.EInvalid, "feed", "--days %d: a bundle is good for a day at least", c.Days)
	}
	if c.Root == "" {
		c.Root = filepath.Join(filepath.Dir(c.Key), mirrorRoot)
	}
	opt := feed.MirrorOptions{Now: a.now(), Valid: time.Duration(c.Days) * 24 * time.Hour}
	for _, x := range []struct {
		file string
		to   *[]byte
	}{{c.Key, &opt.Key}, {c.Root, &opt.Root}} {
		b, err := smallFile(x.file)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "feed", err)
		}
		*x.to = b
	}
	batches, failed, err := c.batches(a)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(c.Out), ".zip") {
		err = writeZip(c.Out, batches, opt)
	} else {
		err = writeFolder(c.Out, batches, opt)
	}
	if err != nil {
		return err
	}
	var rows [][]string
	for _, b := range batches {
		x := imported{Feed: b.Feed, Kind: b.Kind, Documents: b.Documents, Records: len(b.Rows), Statements: len(b.Statements), Newest: b.Newest, Refused: b.Refused}
		if a.Format == "json" {
			if err := a.object("feed", x); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{x.Feed, x.Kind, strconv.Itoa(x.Documents), strconv.Itoa(x.Records), day(x.Newest)})
	}
	if err := a.grid([]string{"feed", "kind", "documents", "records", "newest"}, rows); err != nil {
		return err
	}
	a.note("The bundle is in %s; it can be loaded until %s, there, with: wardround feed import %s --trust root.json", c.Out, day(opt.Now.Add(opt.Valid)), filepath.Base(c.Out))
	if failed {
		return status(exitCannotTell)
	}
	return nil
}

// init makes keys where there are none.
func (c *feedMirrorCmd) init(a *app) error {
	k, err := feed.NewMirrorKeys(a.now().AddDate(5, 0, 0))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Init, 0o700); err != nil {
		return wardround.Wrap(wardround.EForbidden, "feed", err)
	}
	for _, f := range []struct {
		name string
		b    []byte
		mode os.FileMode
	}{{mirrorRootKey, k.RootKey, 0o600}, {mirrorKey, k.Key, 0o600}, {mirrorRoot, k.Root, 0o644}} {
		w, err := os.OpenFile(filepath.Join(c.Init, f.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
		if errors.Is(err, fs.ErrExist) {
			return wardround.Errorf(wardround.EConflict, "feed", "%s is there; new keys would not be trusted by who has the old root.json: choose another folder", filepath.Join(c.Init, f.name))
		}
		if err != nil {
			return wardround.Wrap(wardround.EForbidden, "feed", err)
		}
		_, err = w.Write(f.b)
		if err := errors.Join(err, w.Close()); err != nil {
			return wardround.Wrap(wardround.EFull, "feed", err)
		}
	}
	a.note("Put %s into a safe: it is needed to renew the root, and for nothing else.\nHand %s to the other side by a way that you trust. %s signs bundles.",
		filepath.Join(c.Init, mirrorRootKey), filepath.Join(c.Init, mirrorRoot), filepath.Join(c.Init, mirrorKey))
	return nil
}

// batches reads the paths, or pulls all that is configured.
func (c *feedMirrorCmd) batches(a *app) (out []*feed.Batch, failed bool, err error) {
	if len(c.Path) > 0 {
		defer a.busy("reading")()
		out, err = feed.Import(a.ctx, c.Path, feed.ImportOptions{Name: c.Name, Complete: !c.Part})
		return out, false, err
	}
	sources, err := a.sources(nil)
	if err != nil {
		return nil, false, err
	}
	p := a.puller("")
	for _, s := range sources {
		done := a.busy("pulling " + s.Name)
		list, st, err := p.Pull(a.ctx, s, feed.State{})
		done()
		if a.ctx.Err() != nil {
			return nil, false, a.ctx.Err()
		}
		if err != nil {
			a.note("wardround: %s", printable(wording(err)))
		}
		failed = failed || err != nil || len(st.Refused) > 0
		out = append(out, list...)
	}
	return out, failed, nil
}

// writeFolder writes a bundle; what is left of an earlier one goes last.
func writeFolder(dir string, batches []*feed.Batch, opt feed.MirrorOptions) error {
	const op = "feed"
	if b, err := os.ReadFile(filepath.Join(dir, "timestamp.json")); err == nil {
		opt.After = feed.BundleVersion(b)
	} else if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return wardround.Errorf(wardround.EConflict, op, "%s is not empty and holds no bundle; choose another folder", dir)
	}
	if err := os.MkdirAll(filepath.Join(dir, "targets"), 0o755); err != nil {
		return wardround.Wrap(wardround.EForbidden, op, err)
	}
	var names []string
	err := feed.WriteMirror(batches, opt, func(name string, b []byte) error {
		names = append(names, filepath.Base(name))
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.WriteFile(file+".tmp", b, 0o644); err != nil {
			return wardround.Wrap(wardround.EFull, op, err)
		}
		return wardround.Wrap(wardround.EFull, op, os.Rename(file+".tmp", file))
	})
	if err != nil {
		return err
	}
	list, err := os.ReadDir(filepath.Join(dir, "targets"))
	for _, f := range list {
		if !slices.Contains(names, f.Name()) && !f.IsDir() {
			err = errors.Join(err, os.Remove(filepath.Join(dir, "targets", f.Name())))
		}
	}
	return wardround.Wrap(wardround.EFull, op, err)
}

// writeZip writes a bundle as one file.
func writeZip(name string, batches []*feed.Batch, opt feed.MirrorOptions) error {
	const op = "feed"
	f, err := os.CreateTemp(filepath.Dir(name), ".mirror-*")
	if err != nil {
		return wardround.Wrap(wardround.EForbidden, op, err)
	}
	defer os.Remove(f.Name())
	z := zip.NewWriter(f)
	err = feed.WriteMirror(batches, opt, func(name string, b []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(b)
		}
		return wardround.Wrap(wardround.EFull, op, err)
	})
	if err = errors.Join(err, z.Close(), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return wardround.Wrap(wardround.EFull, op, os.Rename(f.Name(), name))
}

// bundles loads paths that are bundles of a mirror; ok is false where none is. The
// function that is returned keeps which they were, once they are taken in.
func (a *app) bundles(paths []string, trust string, allow int) (out []*feed.Batch, keep func() error, ok bool, err error) {
	const op = "feed"
	none := func() error { return nil }
	n := 0
	for _, p := range paths {
		_, c, is := feed.OpenBundle(p)
		if is {
			n++
			c.Close()
		}
	}
	switch {
	case n == 0 && trust == "":
		return nil, none, false, nil
	case n != len(paths) || n != 1:
		return nil, none, false, wardround.Errorf(wardround.EInvalid, op, "a mirror's bundle is loaded alone, with --trust; of %d paths, %d are bundles", len(paths), n)
	case trust == "":
		return nil, none, false, wardround.Errorf(wardround.EInvalid, op, "%s is a mirror's bundle; say whom to trust with --trust root.json, the file that its keeper gave you", paths[0])
	case allow < 0:
		return nil, none, false, wardround.Errorf(wardround.EInvalid, op, "--allow-expired %d: want a number of days", allow)
	}
	root, err := smallFile(trust)
	if err != nil {
		return nil, none, false, wardround.Wrap(wardround.EInvalid, op, err)
	}
	id, err := feed.RootOf(root)
	if err != nil {
		return nil, none, false, err
	}
	dir, err := a.data()
	if err != nil {
		return nil, none, false, err
	}
	file := filepath.Join(dir, dirKnowledge, "mirrors.json")
	prior := map[string]feed.Prior{}
	if b, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(b, &prior); err != nil {
			return nil, none, false, wardround.Errorf(wardround.EIntegrity, op, "%s, which tells older bundles from newer, cannot be read: %v", file, err)
		}
	}
	fsys, c, _ := feed.OpenBundle(paths[0])
	defer c.Close()
	out, next, err := feed.LoadMirror(fsys, feed.LoadOptions{Trust: root, Prior: prior[id], Now: a.now(), AllowExpired: time.Duration(allow) * 24 * time.Hour})
	if err != nil {
		return nil, none, false, err
	}
	return out, func() error {
		prior[id] = next
		b, err := json.Marshal(prior)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(file), 0o700)
		}
		if err == nil {
			err = os.WriteFile(file+".tmp", b, 0o600)
		}
		if err == nil {
			err = os.Rename(file+".tmp", file)
		}
		return wardround.Wrap(wardround.EFull, op, err)
	}, true, nil
}
