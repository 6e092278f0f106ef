package feed

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// bundle writes what lies in the files as a mirror's bundle.
func bundle(t testing.TB, k *MirrorKeys, at time.Time, files ...member) fstest.MapFS {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for _, f := range files {
		paths = append(paths, put(t, dir, f.name, f.text))
	}
	batches, err := Import(t.Context(), paths, ImportOptions{Complete: true})
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	last := ""
	err = WriteMirror(batches, MirrorOptions{Key: k.Key, Root: k.Root, Now: at}, func(name string, b []byte) error {
		out[name] = &fstest.MapFile{Data: bytes.Clone(b)}
		last = name
		return nil
	})
	if err != nil || last != "timestamp.json" {
		t.Fatalf("%v; the last file is %s", err, last)
	}
	return out
}

func mirrorKeys(t testing.TB) *MirrorKeys {
	t.Helper()
	k, err := NewMirrorKeys(noon.AddDate(5, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestMirror: what one side took in is what the other side has.
func TestMirror(t *testing.T) {
	k := mirrorKeys(t)
	f := bundle(t, k, noon, member{"go.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo})}, member{"copy.json", osvOne}, member{"kev.json", kevDoc}, member{"vendor.json", openVE})
	got, prior, err := LoadMirror(f, LoadOptions{Trust: k.Root, Now: noon.AddDate(0, 0, 29)})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, b := range got {
		list = append(list, told(b))
	}
	if diff := cmp.Diff([]string{"copy osv: GO-2026-0001", "go osv: GO-2026-0001, GO-2026-0002", "kev kev: kev CVE-2026-0001", "vendor vex: ; 1 vex"}, list); diff != "" {
		t.Error(diff)
	}
	b := got[1]
	if !b.Complete || b.Documents != 2 || b.Trust != "unsigned" || !b.Newest.Equal(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)) || b.Rows[0].Digest != sum([]byte(osvOne)) {
		t.Errorf("%+v", b)
	}
	// The same again, and a newer one; then the older is refused.
	opt := LoadOptions{Trust: k.Root, Now: noon.AddDate(0, 0, 2), Prior: prior}
	if _, _, err = LoadMirror(f, opt); err != nil {
		t.Errorf("the same again: %v", err)
	}
	newer := bundle(t, k, noon.AddDate(0, 0, 1), member{"kev.json", kevDoc})
	if _, opt.Prior, err = LoadMirror(newer, opt); err != nil {
		t.Fatal(err)
	}
	_, _, err = LoadMirror(f, opt)
	tells(t, err, "older", "nothing was taken in")
}

// TestMirrorRefused: a bundle that is not as it was signed is refused as a whole.
func TestMirrorRefused(t *testing.T) {
	k, stranger := mirrorKeys(t), mirrorKeys(t)
	files := []member{{"go.json", osvOne}, {"kev.json", kevDoc}}
	firstTarget := func(f fstest.MapFS) string {
		list, err := fs.Glob(f, "targets/*")
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	for name, c := range map[string]struct {
		spoil func(f fstest.MapFS)
		trust []byte
		at    time.Time
		allow time.Duration
		want  string
	}{
		"a target changed":   {spoil: func(f fstest.MapFS) { d := f[firstTarget(f)].Data; d[len(d)/2] ^= 1 }, want: "targets/"},
		"a target longer":    {spoil: func(f fstest.MapFS) { n := firstTarget(f); f[n].Data = append(f[n].Data, ' ') }, want: "targets/"},
		"a target missing":   {spoil: func(f fstest.MapFS) { delete(f, firstTarget(f)) }, want: "targets/"},
		"targets changed":    {spoil: func(f fstest.MapFS) { replace(f, "targets.json", `"go"`, `"no"`) }, want: "targets.json"},
		"snapshot changed":   {spoil: func(f fstest.MapFS) { replace(f, "snapshot.json", `"length"`, `"lenght"`) }, want: "snapshot.json"},
		"timestamp changed":  {spoil: func(f fstest.MapFS) { replace(f, "timestamp.json", `"2026-04`, `"2036-04`) }, want: "timestamp.json"},
		"no JSON":            {spoil: func(f fstest.MapFS) { f["timestamp.json"].Data = []byte("x") }, want: "timestamp.json"},
		"no snapshot":        {spoil: func(f fstest.MapFS) { delete(f, "snapshot.json") }, want: "snapshot.json"},
		"another's root":     {trust: stranger.Root, want: "timestamp.json"},
		"no root":            {trust: []byte("{}"), want: "trusted root"},
		"its own root":       {spoil: func(f fstest.MapFS) { f["2.root.json"] = &fstest.MapFile{Data: stranger.Root} }, want: "2.root.json"},
		"expired":            {at: noon.AddDate(0, 0, 31), want: "--allow-expired"},
		"expired too long":   {at: noon.AddDate(0, 0, 41), allow: 10 * 24 * time.Hour, want: "--allow-expired"},
		"mixed with another": {spoil: func(f fstest.MapFS) { f["targets.json"] = bundle(t, k, noon.Add(time.Hour), files[0])["targets.json"] }, want: "targets.json"},
	} {
		t.Run(name, func(t *testing.T) {
			f := bundle(t, k, noon, files...)
			if c.spoil != nil {
				c.spoil(f)
			}
			o := LoadOptions{Trust: k.Root, Now: noon, AllowExpired: c.allow}
			if c.trust != nil {
				o.Trust = c.trust
			}
			if !c.at.IsZero() {
				o.Now = c.at
			}
			got, _, err := LoadMirror(f, o)
			tells(t, err, c.want, "nothing was taken in")
			if wardround.ErrorCode(err) != wardround.EIntegrity || got != nil {
				t.Errorf("%v, %v", got, wardround.ErrorCode(err))
			}
		})
	}
	if _, _, err := LoadMirror(bundle(t, k, noon, files...), LoadOptions{Trust: k.Root, Now: noon.AddDate(0, 0, 31), AllowExpired: 48 * time.Hour}); err != nil {
		t.Errorf("expired, and allowed: %v", err)
	}
}

func replace(f fstest.MapFS, name, from, to string) {
	f[name].Data = bytes.Replace(f[name].Data, []byte(from), []byte(to), 1)
}

// TestMirrorKeys: only a key that the root names signs bundles, and only with something in.
func TestMirrorKeys(t *testing.T) {
	k, stranger := mirrorKeys(t), mirrorKeys(t)
	none := func(string, []byte) error { t.Error("something was written"); return nil }
	batches := []*Batch{{Feed: "x"}}
	for want, o := range map[string]MirrorOptions{
		"does not let this key": {Key: stranger.Key, Root: k.Root, Now: noon},
		"no PEM":                {Key: []byte("x"), Root: k.Root, Now: noon},
		"it was good until":     {Key: k.Key, Root: k.Root, Now: noon.AddDate(6, 0, 0)},
		"nothing to mirror":     {Key: k.Key, Root: k.Root, Now: noon},
		"root.json":             {Key: k.RootKey, Root: k.Root, Now: noon},
	} {
		tells(t, WriteMirror(batches, o, none), want)
	}
	a, err := RootOf(k.Root)
	if b, _ := RootOf(stranger.Root); err != nil || a == b {
		t.Errorf("%s, %s, %v", a, b, err)
	}
	if _, err := RootOf([]byte("{}")); err == nil {
		t.Error("anything is a root")
	}
}

// TestOpenBundle: in a folder, a zip, and a zip of the folder; nothing else.
func TestOpenBundle(t *testing.T) {
	dir := t.TempDir()
	f := bundle(t, mirrorKeys(t), noon, member{"kev.json", kevDoc})
	var flat, deep []member
	for name, file := range f {
		put(t, dir, "folder/"+name, string(file.Data))
		flat = append(flat, member{name, string(file.Data)})
		deep = append(deep, member{"stick/" + name, string(file.Data)})
	}
	for p, want := range map[string]bool{
		filepath.Join(dir, "folder"):                              true,
		put(t, dir, "flat.zip", zipOf(t, flat...)):                true,
		put(t, dir, "deep.zip", zipOf(t, deep...)):                true,
		put(t, dir, "go.zip", zipOf(t, member{"1.json", osvOne})): false,
		put(t, dir, "broken.zip", "PK"):                           false,
		put(t, dir, "kev.json", kevDoc):                           false,
		filepath.Join(dir, "nowhere"):                             false,
		filepath.Join(dir, "folder", "targets"):                   false,
	} {
		fsys, c, ok := OpenBundle(p)
		if ok != want {
			t.Errorf("%s: %v", p, ok)
		}
		if ok {
			if _, err := fs.Stat(fsys, "timestamp.json"); err != nil {
				t.Error(err)
			}
			c.Close()
		}
	}
}

// FuzzLoadMirror: metadata that somebody made up never gets in.
func FuzzLoadMirror(f *testing.F) {
	k := mirrorKeys(f)
	whole := bundle(f, k, noon, member{"kev.json", kevDoc})
	for _, n := range []string{"timestamp.json", "targets.json", "snapshot.json"} {
		f.Add(n, whole[n].Data)
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		changed := fstest.MapFS{}
		for n, file := range whole {
			changed[n] = file
		}
		old := whole[name]
		if old == nil || strings.HasPrefix(name, "root") {
			return
		}
		changed[name] = &fstest.MapFile{Data: b}
		got, _, err := LoadMirror(changed, LoadOptions{Trust: k.Root, Now: noon})
		if err == nil && !same(b, old.Data) {
			t.Errorf("%s was replaced, and %d batches came", name, len(got))
		}
	})
}

// same reports whether two documents say the same: only what is said is signed.
func same(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && cmp.Equal(x, y)
}
