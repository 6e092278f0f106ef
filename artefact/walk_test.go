package artefact

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

func TestScanPaths(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("model/a.pkl", benign)
	put("model/b/bad.pkl", evil)
	put("model/.git/objects/x", "\x78\x9c not looked at")
	put("model/README.md", "hello")
	put("outside.pkl", evil)
	for link, to := range map[string]string{"model/in": "a.pkl", "model/out": "../outside.pkl", "model/nowhere": "gone", "model/self": "."} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	if err := os.Symlink("model", filepath.Join(dir, "alias")); err != nil {
		t.Fatal(err)
	}
	want := []string{"README.md inert", "a.pkl inert", "b/bad.pkl malicious", "nowhere unreadable", "out unreadable"}
	for _, root := range []string{"model", "alias"} {
		var got []string
		err := ScanPaths(context.Background(), []string{filepath.Join(dir, root)}, Options{}, func(r *Report) error {
			rel, err := filepath.Rel(filepath.Join(dir, root), r.Path)
			got = append(got, filepath.ToSlash(rel)+" "+string(r.Verdict))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(got) {
			t.Errorf("the reports are out of order: %q", got)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(root, d)
		}
	}
	if err := ScanPaths(context.Background(), []string{filepath.Join(dir, "gone")}, Options{}, nil); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("a path that is not there: %v", err)
	}
	stop := errors.New("enough")
	if err := ScanPaths(context.Background(), []string{dir}, Options{}, func(*Report) error { return stop }); err != stop {
		t.Errorf("%v", err)
	}
}
