package provenance_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/oms"
	. "github.com/wardround/wardround/provenance"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signed(t testing.TB, model, sig string, o SignOptions) {
	t.Helper()
	o.Signature = sig
	b, _, err := Sign(t.Context(), model, o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	write(t, sig, raw)
}

func verified(t testing.TB, model, sig string, o VerifyOptions) *Verification {
	t.Helper()
	v, err := Verify(t.Context(), model, sig, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A certificate must be valid when it is asked about: the bundle holds no time that
// could be trusted, so an expired one holds only for who knows when it was signed.
func TestExpiredCertificate(t *testing.T) {
	dir := t.TempDir()
	model, sig := filepath.Join(dir, "w.bin"), filepath.Join(dir, "w.sig")
	write(t, model, []byte("weights"))
	key := newKey(t)
	from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signer"}, NotBefore: from, NotAfter: from.AddDate(0, 0, 2), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signed(t, model, sig, SignOptions{Key: key, Chain: []*x509.Certificate{c}})
	for at, want := range map[time.Time]State{from.AddDate(0, 0, 1): Verified, from.AddDate(0, 0, -1): Failed, from.AddDate(6, 0, 0): Failed, {}: Failed} {
		if v := verified(t, model, sig, VerifyOptions{Trust: Trust{Roots: []*x509.Certificate{c}, At: at}}); v.State != want {
			t.Errorf("at %v: %+v, want %s", at, v, want)
		}
	}
}

// A model that is one file is called by its name or ".", whoever signed it.
func TestOneFileByName(t *testing.T) {
	dir := t.TempDir()
	model, sig := filepath.Join(dir, "w.bin"), filepath.Join(dir, "w.sig")
	write(t, model, []byte("weights"))
	key := newKey(t)
	for _, o := range []HashOptions{{}, {Method: oms.Shards, Shard: 3}} {
		m, err := Hash(t.Context(), model, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Resources {
			m.Resources[i].Name = "w.bin" + strings.TrimPrefix(m.Resources[i].Name, ".")
		}
		b, err := oms.SignKey(m, key)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := b.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		write(t, sig, raw)
		for _, unsigned := range []bool{false, true} {
			if v := verified(t, model, sig, VerifyOptions{Trust: Trust{Key: &key.PublicKey}, Unsigned: unsigned}); v.State != Verified || v.Files != len(m.Resources) {
				t.Errorf("%+v", v)
			}
		}
		other := filepath.Join(dir, "other.bin")
		write(t, other, []byte("weights"))
		if v := verified(t, other, sig, VerifyOptions{Trust: Trust{Key: &key.PublicKey}}); v.State != Failed {
			t.Errorf("another file of the same content: %+v", v)
		}
	}
}

// What a signature cannot hold is refused before it is signed.
func TestNamesThatCannotBeSigned(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a\xff.bin"), nil, 0o600); err != nil {
		t.Skip("this file system knows no such name:", err)
	}
	if _, err := Hash(t.Context(), dir, HashOptions{}); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
}

// With files that are not signed tolerated, only those that are signed are read, and a
// folder that became a link is still refused.
func TestFolderBecameLink(t *testing.T) {
	dir := t.TempDir()
	model, sig := filepath.Join(dir, "m"), filepath.Join(dir, "m.sig")
	write(t, filepath.Join(model, "a", "w.bin"), []byte("weights"))
	key := newKey(t)
	signed(t, model, sig, SignOptions{Key: key})
	o := VerifyOptions{Trust: Trust{Key: &key.PublicKey}, Unsigned: true}
	if v := verified(t, model, sig, o); v.State != Verified {
		t.Fatalf("%+v", v)
	}
	if err := os.Rename(filepath.Join(model, "a"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), filepath.Join(model, "a")); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, model, sig, o); v.State != Failed || !strings.Contains(v.Why, "is a link") {
		t.Errorf("%+v", v)
	}
}

// A path to leave out is relative to the model or lies in it; anything else would be
// left out nowhere, and nobody would be told.
func TestLeaveOut(t *testing.T) {
	model := t.TempDir()
	for in, want := range map[string]string{"a": "a", "a/": "a", "./a//b": "a/b", filepath.Join(model, "sub", "x"): "sub/x"} {
		got, err := LeaveOut(model, []string{in})
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"..", "../x", "a/../../x", ".", "", "*.log", "a[1]", filepath.Dir(model), filepath.Join(filepath.Dir(model), "x"), model} {
		if got, err := LeaveOut(model, []string{in}); err == nil {
			t.Errorf("%s: %q, want an error", in, got)
		}
	}
}
