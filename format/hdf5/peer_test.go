package hdf5

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

// script makes files in every layout that h5py writes, and says what h5py reads in them.
const script = `
import sys, json, os, numpy as np, h5py
d = sys.argv[1]; want = {}
def fill(f, deep):
    f.attrs["keras_version"] = "3.1.0"; f.attrs["backend"] = np.bytes_(b"tensorflow"); f.attrs["model_config"] = json.dumps({"class_name": "S", "pad": "ä" * 70000})
    f.attrs["numbers"] = np.arange(5); f.attrs["names"] = [b"a", b"b"]
    g = f.create_group("model_weights", track_order=deep)
    for i in range(30 if deep else 5):
        h = g.create_group("layer_%d" % i); h.attrs["weight_names"] = [b"kernel:0"]; h.attrs["n"] = i
        h.create_dataset("kernel:0", data=np.ones((i + 1, 3), "f4"))
        h.create_dataset("packed", data=np.zeros((100, 10)), chunks=(10, 10), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("scalar", data=3.5); f.create_dataset("empty", shape=(0,), dtype="i8"); f.create_dataset("lzf", data=np.arange(1000), compression="lzf")
    f["soft"] = h5py.SoftLink("/scalar"); f["zhard"] = f["model_weights"]; f["model_weights/loop"] = f["/"]
for name, kw in {"earliest": dict(libver="earliest"), "latest": dict(libver="latest"), "v108": dict(libver=("v108", "v108")), "order": dict(track_order=True), "default": {}}.items():
    for deep in (False, True):
        n = name + ("-deep" if deep else ""); p = os.path.join(d, n + ".h5")
        with h5py.File(p, "w", **kw) as f:
            fill(f, deep)
            if deep:
                for i in range(40): f.attrs["attr%d" % i] = "value %d" % i
                for i in range(1500 if name in ("latest", "earliest") else 60): f.create_group("many/g%d" % i)
        w = {"datasets": {}, "attrs": {}}
        with h5py.File(p) as f:
            def visit(path, o):
                path = "/" + path if path else "/"
                for k, v in o.attrs.items():
                    if isinstance(v, str): w["attrs"][path + "@" + k] = v
                    elif isinstance(v, bytes): w["attrs"][path + "@" + k] = v.decode()
                if isinstance(o, h5py.Dataset): w["datasets"][path] = [list(o.shape), o.id.get_offset() or -1]
            visit("", f); f.visititems(visit)
        want[n] = w
def attack(name, fn, **kw):
    with h5py.File(os.path.join(d, name + ".h5"), "w", **kw) as f: fn(f)
for i, lib in enumerate(("earliest", "latest")):
    attack("link-%d" % i, lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd.h5", "/a")), libver=lib)
    attack("near-%d" % i, lambda f: f.__setitem__("x", h5py.ExternalLink("other.h5", "/a")), libver=lib)
    attack("data-%d" % i, lambda f: f.create_dataset("x", shape=(10,), dtype="u1", external=[("/etc/passwd", 0, 10)]), libver=lib)
def virt(f):
    l = h5py.VirtualLayout(shape=(10,), dtype="u1"); l[:] = h5py.VirtualSource("/etc/other.h5", "d", shape=(10,)); f.create_virtual_dataset("x", l)
attack("virtual", virt, libver="latest")
def plugin(f):
    s = h5py.h5s.create_simple((10,)); c = h5py.h5p.create(h5py.h5p.DATASET_CREATE); c.set_chunk((10,))
    c.set_filter(32001, h5py.h5z.FLAG_OPTIONAL, (1, 2)); h5py.h5d.create(f.id, b"x", h5py.h5t.NATIVE_INT32, s, c)
attack("plugin", plugin)
attack("block", lambda f: f.create_group("g"), userblock_size=1024)
print(json.dumps(want))
`

func load(t *testing.T, path string) *File {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheLibraryAgrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := testkit.RunPython(t, []string{"h5py", "numpy"}, script, dir)
	type file struct {
		Datasets map[string][]any
		Attrs    map[string]string
	}
	var want map[string]file
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 10 {
		t.Fatalf("%d files", len(want))
	}
	for name, w := range want {
		f := load(t, filepath.Join(dir, name+".h5"))
		if len(f.Issues) != 0 {
			t.Errorf("%s: %v", name, f.Issues)
		}
		// Of two names of one object either is right.
		one := strings.NewReplacer("/zhard", "/model_weights", "/loop/", "/")
		got := file{Datasets: map[string][]any{}, Attrs: map[string]string{}}
		for _, d := range f.Datasets {
			dims := []any{}
			for _, n := range d.Dims {
				dims = append(dims, float64(n))
			}
			at := d.Offset
			if d.Layout == "compact" {
				at = -1
			}
			got.Datasets[one.Replace(d.Path)] = []any{dims, float64(at)}
		}
		for _, a := range f.Attributes {
			if a.IsText {
				got.Attrs[one.Replace(a.Object)+"@"+a.Name] = a.Value
			}
		}
		if d := cmp.Diff(w.Datasets, got.Datasets); d != "" {
			t.Errorf("%s: %.2000s", name, d)
		}
		if d := cmp.Diff(w.Attrs, got.Attrs); d != "" {
			t.Errorf("%s: %.2000s", name, d)
		}
	}
	for name, rules := range map[string]string{
		"link-0": "hdf5.external-link-escapes", "link-1": "hdf5.external-link-escapes", "near-0": "hdf5.external-link", "near-1": "hdf5.external-link",
		"data-0": "hdf5.external-data-escapes", "data-1": "hdf5.external-data-escapes", "virtual": "hdf5.virtual-dataset hdf5.external-data-escapes",
		"plugin": "hdf5.filter", "block": "hdf5.user-block",
	} {
		f := load(t, filepath.Join(dir, name+".h5"))
		for _, rule := range strings.Fields(rules) {
			if !slices.ContainsFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == rule && i.Level >= issue.Unknown }) {
				t.Errorf("%s: want %s, have %v", name, rule, f.Issues)
			}
		}
		if len(f.Issues) != len(strings.Fields(rules)) {
			t.Errorf("%s: %v", name, f.Issues)
		}
	}
	// Whatever is cut off or turned over ends in a refusal, never in a crash.
	for _, name := range []string{"earliest", "latest-deep", "order"} {
		b, _ := os.ReadFile(filepath.Join(dir, name+".h5"))
		for i := 0; i < len(b); i += 1 + len(b)/60 {
			f, err := Read(bytes.NewReader(b[:i]), int64(i), Limits{})
			if err != nil || issue.Worst(f.Issues) < issue.Unreadable {
				t.Fatalf("%s cut to %d of %d bytes is clean: %v", name, i, len(b), err)
			}
			c := bytes.Clone(b)
			c[i] ^= 0xff
			if _, err := Read(bytes.NewReader(c), int64(len(c)), Limits{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
