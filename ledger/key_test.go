package ledger

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

func newKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey(filepath.Join(t.TempDir(), "ledger.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ledger.key")
	k, err := NewKey(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewKey(file, nil); wardround.ErrorCode(err) != wardround.EConflict {
		t.Errorf("a key was overwritten: %v", err)
	}
	loaded, err := LoadKeys(file)
	if err != nil || len(loaded) != 1 || loaded[0].Public().String() != k.Public().String() {
		t.Fatalf("loaded %v, %v", loaded, err)
	}
	pub, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePublicKey(string(pub))
	if err != nil || p.Fingerprint() != k.Public().Fingerprint() || !strings.HasPrefix(p.Fingerprint(), "sha256:") || len(p.Fingerprint()) != 71 {
		t.Errorf("public key %v, %v", p, err)
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePublicKey(string(secret)); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), ".pub") {
		t.Errorf("the private key was taken for a public one: %v", err)
	}
	// Rotation: the new key first, the old one below it, both sign.
	second, err := NewKey(filepath.Join(dir, "second.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	newSecret, err := os.ReadFile(filepath.Join(dir, "second.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(newSecret, secret...), 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := LoadKeys(file)
	if err != nil || len(both) != 2 {
		t.Fatal(both, err)
	}
	var b bytes.Buffer
	m := ledgerOf(t, 10)
	if _, _, err := (Export{Scope: ward, Keys: both, Now: noon}).Write(context.Background(), m, &b); err != nil {
		t.Fatal(err)
	}
	for _, p := range []PublicKey{k.Public(), second.Public()} {
		if r := verify(t, b.Bytes(), Trust{Key: p.String()}); r.Outcome != Verified {
			t.Errorf("after rotation, trusting %s: %s %v", p.Fingerprint(), r.Outcome, r.Problems)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeys(file); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("a key that others may read: %v", err)
	}
}
