package provenance_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/oms"
	"github.com/wardround/wardround/internal/testkit"
	. "github.com/wardround/wardround/provenance"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// trustOf is what a release of the reference library was signed with.
func trustOf(t *testing.T, dir, name string) Trust {
	t.Helper()
	switch {
	case strings.HasSuffix(name, "-certificate"):
		roots, err := ReadCertificates(read(t, filepath.Join(dir, "keys/certificate/ca-cert.pem")))
		if err != nil {
			t.Fatal(err)
		}
		return Trust{Roots: roots, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	case strings.HasSuffix(name, "-elliptic-key"):
		key, err := ReadPublicKey(read(t, filepath.Join(dir, "keys/certificate/signing-key-pub.pem")))
		if err != nil {
			t.Fatal(err)
		}
		return Trust{Key: key}
	}
	return Trust{SigstoreRoot: sigstoreRoot(t), Identity: "stefanb@us.ibm.com", Issuer: "https://sigstore.verify.ibm.com/oauth2"}
}

// sigstoreRoot is the public instance's trust root as the Python client ships it.
func sigstoreRoot(t *testing.T) []byte {
	t.Helper()
	python := testkit.Python(t, "sigstore")
	out, err := exec.Command(python, "-c", "import sigstore, pathlib; print(next(p for p in pathlib.Path(sigstore.__file__).parent.glob('_store/*sigstore.dev*/trusted_root.json')))").Output()
	if err != nil {
		t.Fatal(err)
	}
	return read(t, strings.TrimSpace(string(out)))
}

// Models that released versions of the reference library signed verify as what they
// are, and no longer after any change.
func TestReferenceSignatures(t *testing.T) {
	dir := testkit.Data(t, "models/signing")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || !strings.HasPrefix(name, "v") {
			continue
		}
		n++
		t.Run(name, func(t *testing.T) {
			o := VerifyOptions{Trust: trustOf(t, dir, name), Ignore: []string{"ignore-me"}}
			old := strings.HasPrefix(name, "v0.2.0")
			fresh := func(t *testing.T) (model, sig string) {
				t.Helper()
				m := filepath.Join(t.TempDir(), name)
				if err := os.CopyFS(m, os.DirFS(filepath.Join(dir, name))); err != nil {
					t.Fatal(err)
				}
				sig = filepath.Join(m, "model.sig")
				if name == "v0.3.1-elliptic-key" || name == "v1.0.0-elliptic-key" {
					m = filepath.Join(m, "signme-1") // these sign one file
				}
				return m, sig
			}
			ask := func(t *testing.T, model, sig string, o VerifyOptions) *Verification {
				t.Helper()
				v, err := Verify(t.Context(), model, sig, o)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			model, sig := fresh(t)
			want := Verified
			if old {
				if v := ask(t, model, sig, o); v.State != Failed {
					t.Errorf("version 0.2 without saying so: %+v", v)
				}
				o.Legacy, want = true, Weak
			}
			if v := ask(t, model, sig, o); v.State != want {
				t.Fatalf("%+v", v)
			}
			if v := ask(t, model, sig, VerifyOptions{}); v.State != Unknown {
				t.Errorf("nothing is trusted: %+v", v)
			}

			target := model
			if st, err := os.Stat(model); err == nil && st.IsDir() {
				target = filepath.Join(model, "signme-1")
				t.Run("added", func(t *testing.T) {
					m, sig := fresh(t)
					write(t, filepath.Join(m, "sub", "extra.bin"), []byte("x"))
					if v := ask(t, m, sig, o); v.State != Failed || !slices.Equal(v.Added, []string{"sub/extra.bin"}) {
						t.Errorf("%+v", v)
					}
					if o := (VerifyOptions{Trust: o.Trust, Ignore: o.Ignore, Unsigned: true}); true {
						if v := ask(t, m, sig, o); v.State != want {
							t.Errorf("tolerated: %+v", v)
						}
					}
				})
				t.Run("removed", func(t *testing.T) {
					m, sig := fresh(t)
					if err := os.Remove(filepath.Join(m, "signme-1")); err != nil {
						t.Fatal(err)
					}
					v := ask(t, m, sig, o)
					if v.State != Failed || !slices.Equal(v.Removed, []string{"signme-1"}) {
						t.Errorf("%+v", v)
					}
				})
				t.Run("renamed", func(t *testing.T) {
					m, sig := fresh(t)
					if err := os.Rename(filepath.Join(m, "signme-1"), filepath.Join(m, "signme-9")); err != nil {
						t.Fatal(err)
					}
					if v := ask(t, m, sig, o); v.State != Failed || !slices.Equal(v.Moved, []string{"signme-1 -> signme-9"}) {
						t.Errorf("%+v", v)
					}
				})
				t.Run("ignoring what is signed", func(t *testing.T) {
					m, sig := fresh(t)
					if v := ask(t, m, sig, VerifyOptions{Trust: o.Trust, Ignore: []string{"signme-1", "ignore-me"}}); v.State != Failed {
						t.Errorf("%+v", v)
					}
				})
			}
			t.Run("one byte", func(t *testing.T) {
				m, sig := fresh(t)
				file := filepath.Join(m, strings.TrimPrefix(target, model))
				b := read(t, file)
				b[len(b)/2] ^= 1
				write(t, file, b)
				if v := ask(t, m, sig, o); v.State != Failed || len(v.Changed) != 1 {
					t.Errorf("%+v", v)
				}
			})
			t.Run("another signer", func(t *testing.T) {
				m, sig := fresh(t)
				key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				o := o
				switch {
				case o.Key != nil:
					o.Key = &key.PublicKey
				case o.Roots != nil:
					leaf, err := ReadCertificates(read(t, filepath.Join(dir, "keys/certificate/signing-key-cert.pem")))
					if err != nil {
						t.Fatal(err)
					}
					o.Roots = []*x509.Certificate{leaf[0]}
					if v := ask(t, m, sig, o); v.State == Failed {
						t.Log("the leaf alone is no root here")
					}
					o.Roots = selfSigned(t, key)
				default:
					o.Identity = "somebody@example.org"
				}
				if v := ask(t, m, sig, o); v.State != Failed {
					t.Errorf("%+v", v)
				}
			})
		})
	}
	if n != 13 {
		t.Errorf("%d signed models, want 13", n)
	}
}

func pemOf(t testing.TB, typ string, der []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der})
}

// The reference library verifies what we sign, and we what it signs: every hash,
// whole files and shards.
func TestAgainstTheReferenceLibrary(t *testing.T) {
	python := testkit.Python(t, "model_signing", "OpenSSL")
	dir := t.TempDir()
	model := filepath.Join(dir, "model")
	write(t, filepath.Join(model, "config.json"), []byte(`{"layers": 2}`))
	write(t, filepath.Join(model, "weights", "a.bin"), bytes.Repeat([]byte("weights "), 40_000))
	write(t, filepath.Join(model, "weights.json"), []byte("{}"))
	write(t, filepath.Join(model, ".gitignore"), []byte("*.tmp"))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	write(t, filepath.Join(dir, "key.pem"), pemOf(t, "PRIVATE KEY", der, err))
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	write(t, filepath.Join(dir, "pub.pem"), pemOf(t, "PUBLIC KEY", der, err))
	for _, o := range []HashOptions{
		{}, {HashType: "blake2b"}, {HashType: "blake3"}, {Method: oms.Shards, Shard: 100_000}, {Method: oms.Shards, Shard: 7_001, HashType: "blake2b"},
	} {
		t.Run(fmt.Sprintf("%s %s", o.Method, o.HashType), func(t *testing.T) {
			ours := filepath.Join(dir, "ours.sig")
			b, _, err := Sign(t.Context(), model, SignOptions{HashOptions: o, Key: key, Signature: ours})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := b.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			write(t, ours, raw)
			py := func(script string) {
				t.Helper()
				if out, err := exec.Command(python, "-W", "ignore", "-c", script, model, filepath.Join(dir, "key.pem"), filepath.Join(dir, "pub.pem"), ours).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			hashing := "use_file_serialization(hashing_algorithm=H)"
			if o.Method == oms.Shards {
				hashing = fmt.Sprintf("use_shard_serialization(hashing_algorithm=H, shard_size=%d)", o.Shard)
			}
			h := map[string]string{"": "sha256", "blake2b": "blake2", "blake3": "blake3"}[o.HashType]
			// It cannot guess BLAKE2 from the name it writes itself, so it is told.
			py(fmt.Sprintf(`
import sys, model_signing
H=%q
model_signing.verifying.Config().use_elliptic_key_verifier(public_key=sys.argv[3]).set_hashing_config(model_signing.hashing.Config().%s).verify(sys.argv[1], sys.argv[4])`, h, hashing))
			py(fmt.Sprintf(`
import sys, model_signing
H=%q
model_signing.signing.Config().use_elliptic_key_signer(private_key=sys.argv[2]).set_hashing_config(model_signing.hashing.Config().%s).sign(sys.argv[1], sys.argv[4])`, h, hashing))
			v, err := Verify(t.Context(), model, ours, VerifyOptions{Trust: Trust{Key: &key.PublicKey}})
			if err != nil || v.State != Verified || v.Files == 0 {
				t.Errorf("%+v %v", v, err)
			}
		})
	}
}

// Links are refused unless they are wanted; a loop of links ends; what is no file is
// refused; an empty model is nothing to sign.
func TestOddModels(t *testing.T) {
	dir := t.TempDir()
	hash := func(o HashOptions) error { _, err := Hash(t.Context(), dir, o); return err }
	if err := hash(HashOptions{}); err == nil || !strings.Contains(err.Error(), "nothing to hash") {
		t.Errorf("empty: %v", err)
	}
	write(t, filepath.Join(dir, "a", "w.bin"), []byte("w"))
	if err := os.Symlink("w.bin", filepath.Join(dir, "a", "link.bin")); err != nil {
		t.Fatal(err)
	}
	if err := hash(HashOptions{}); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("link: %v", err)
	}
	if err := hash(HashOptions{Symlinks: true}); err != nil {
		t.Errorf("link that is wanted: %v", err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "a", "up")); err != nil {
		t.Fatal(err)
	}
	if err := hash(HashOptions{Symlinks: true}); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("loop: %v", err)
	}
	if err := hash(HashOptions{Ignore: []string{"a/up", "a/link.bin"}}); err != nil {
		t.Errorf("ignored: %v", err)
	}
	if _, err := Hash(t.Context(), filepath.Join(dir, "nowhere"), HashOptions{}); err == nil {
		t.Error("no such model")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Hash(ctx, filepath.Join(dir, "a", "w.bin"), HashOptions{}); err == nil {
		t.Error("a cancelled hash answered")
	}
	if os.Getuid() != 0 { // root reads everything
		if err := os.Chmod(filepath.Join(dir, "a", "w.bin"), 0); err != nil {
			t.Fatal(err)
		}
		if err := hash(HashOptions{Symlinks: true, Ignore: []string{"a/up"}}); err == nil {
			t.Error("a file that cannot be read was hashed")
		}
	}
}
