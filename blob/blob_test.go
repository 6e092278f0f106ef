package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/internal/testkit/disk"
)

func open(t *testing.T, dir string, opt blob.Options) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *blob.Store, content string) wardround.Blob {
	t.Helper()
	b, err := s.Put(context.Background(), strings.NewReader(content), "application/json")
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	return b
}

func code(t *testing.T, what string, err error, want wardround.Code) {
	t.Helper()
	if got := wardround.ErrorCode(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}

// The digest of "abc": FIPS 180-4, the first example.
const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

func TestPutAndRead(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, blob.Options{})
	want := wardround.Blob{Digest: abc, Size: 3, Type: "application/json"}
	for range 2 { // the same content is kept once
		if d := cmp.Diff(want, put(t, s, "abc")); d != "" {
			t.Error(d)
		}
	}
	empty := put(t, s, "")
	for digest, content := range map[string]string{abc: "abc", empty.Digest: ""} {
		got, err := open(t, dir, blob.Options{ReadOnly: true}).Read(digest)
		if err != nil || string(got) != content {
			t.Errorf("read %q, %v", got, err)
		}
	}
	var all []string
	for b, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Digest)
	}
	if d := cmp.Diff([]string{abc, empty.Digest}, all); d != "" {
		t.Errorf("all (-want +got):\n%s", d)
	}
	if err := s.Delete(abc); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(abc); err != nil {
		t.Errorf("deleting again: %v", err)
	}
	_, err := s.Read(abc)
	code(t, "what was deleted", err, wardround.ENotFound)
}

func TestReadVerifies(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, blob.Options{})
	content := strings.Repeat("pixel", 100_000)
	b := put(t, s, content)
	path := filepath.Join(dir, b.Digest[7:9], b.Digest[7:])
	for name, damage := range map[string]func(c []byte) []byte{
		"changed":   func(c []byte) []byte { c[250_000] ^= 1; return c },
		"shortened": func(c []byte) []byte { return c[:len(c)-1] },
		"longer":    func(c []byte) []byte { return append(c, 'x') },
		"emptied":   func(c []byte) []byte { return nil },
	} {
		if err := os.WriteFile(path, damage([]byte(content)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.Read(b.Digest)
		code(t, name, err, wardround.EIntegrity)
		r, err := s.Open(b.Digest)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, r)
		code(t, name+", streamed", err, wardround.EIntegrity)
		r.Close()
	}
	put(t, s, content) // storing it again heals it
	if got, err := s.Read(b.Digest); err != nil || string(got) != content {
		t.Errorf("after storing it again: %d bytes, %v", len(got), err)
	}
}

func TestLimits(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, blob.Options{Max: 10})
	put(t, s, "0123456789")
	_, err := s.Put(context.Background(), strings.NewReader("0123456789a"), "")
	code(t, "too large", err, wardround.EFull)
	b := put(t, open(t, dir, blob.Options{}), "0123456789a")
	_, err = s.Read(b.Digest)
	code(t, "reading what is too large", err, wardround.EFull)
	for _, digest := range []string{"", "sha256:", "ba78", "md5:" + abc[7:], strings.ToUpper(abc), "sha256:../../../../etc/passwd", abc + "00"} {
		_, err := s.Read(digest)
		code(t, digest, err, wardround.EInvalid)
		code(t, digest, s.Delete(digest), wardround.EInvalid)
	}
	_, err = open(t, dir, blob.Options{ReadOnly: true}).Put(context.Background(), strings.NewReader("x"), "")
	code(t, "put into a read-only store", err, wardround.EForbidden)
}

func TestNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, blob.Options{})
	broken := errors.New("the network went away")
	if _, err := s.Put(context.Background(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), ""); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Put(ctx, strings.NewReader("x"), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	// A kill leaves a temporary file; the next opening clears it away.
	if err := os.WriteFile(filepath.Join(dir, ".new-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir, blob.Options{})
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestSweep(t *testing.T) {
	s := open(t, t.TempDir(), blob.Options{})
	keep := put(t, s, "kept")
	put(t, s, "gone")
	put(t, s, "gone too")
	freed, err := s.Sweep(func(d string) bool { return d == keep.Digest })
	if err != nil || freed != 12 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if _, err := s.Read(keep.Digest); err != nil {
		t.Error(err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), blob.Options{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				content := bytes.Repeat([]byte{byte((i + j) % 10)}, 1000)
				b, err := s.Put(context.Background(), bytes.NewReader(content), "")
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := s.Read(b.Digest); err != nil || !bytes.Equal(got, content) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDiskFull(t *testing.T) {
	dir := disk.Small(t, 64<<10)
	s := open(t, dir, blob.Options{})
	kept := put(t, s, strings.Repeat("a", 20_000))
	_, err := s.Put(context.Background(), strings.NewReader(strings.Repeat("b", 60_000)), "")
	code(t, "a full disk", err, wardround.EFull)
	put(t, s, strings.Repeat("c", 20_000)) // the failed one took no room
	if _, err := s.Read(kept.Digest); err != nil {
		t.Error(err)
	}
}
